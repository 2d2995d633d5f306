//! Linear memory that is mapped once and lent to one instance after another.
//!
//! A slot reserves the address space that wasmer's generated code relies on, so that no access needs a check. Mapping,
//! protecting and faulting it anew for each call took three quarters of a token transfer. Memory that comes back is
//! zeroed instead, and what has to be zeroed is known: only a window of the memory is *open*, as far as calls of the
//! module have ever gone. The first access outside of it faults, and [`Window::widen`] opens more, once and for all
//! instances of the module that come after. Nothing of a call is left outside of the window.

use parking_lot::Mutex;
use std::{
    fmt, io,
    ops::Range,
    ptr::NonNull,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};
use wasmer::sys::vm::{LinearMemory, MemoryError, MemoryStyle, VMMemory, VMMemoryDefinition};
use wasmer_types::{MemoryType, Pages, WASM_PAGE_SIZE};

/// Bytes that stay resident in a slot that waits. Zeroing them costs 9 ns a KiB; giving pages back to the kernel and
/// faulting them in again costs 500 ns a KiB, and the fuel of pages beyond these pays for that.
const RESIDENT_BYTES: usize = 4 * WASM_PAGE_SIZE;
/// Slots that wait for an instance: with all of them resident, 64 MiB.
const IDLE_SLOTS: usize = 256;
/// Address space of a slot: what a 32-bit address and a 32-bit offset can reach together, and a page for the width of
/// the access.
pub(crate) const RESERVED_BYTES: usize = (2 << 32) + WASM_PAGE_SIZE;
/// A window is opened in steps of this many bytes, and over the whole memory from [`WASM_PAGE_SIZE`] on. Some kernels of
/// other architectures protect no less than that.
pub(crate) const STEP: usize = if cfg!(target_arch = "x86_64") { 4 * 1024 } else { WASM_PAGE_SIZE };

/// An address range with guard, of which a window is open.
struct Slot {
    base: NonNull<u8>,
    open: Range<usize>,
}

// SAFETY: a slot owns its range; nothing else refers to it.
unsafe impl Send for Slot {}

impl Slot {
    fn map() -> io::Result<Self> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: a new mapping, wherever the kernel wants it.
        let base = unsafe { libc::mmap(std::ptr::null_mut(), RESERVED_BYTES, libc::PROT_NONE, flags, -1, 0) };
        match NonNull::new(base.cast::<u8>()) {
            Some(start) if base != libc::MAP_FAILED => Ok(Self { base: start, open: 0..0 }),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// Opens this range, of multiples of [`STEP`], and closes all else.
    fn open(&mut self, range: Range<usize>) -> io::Result<()> {
        if range == self.open {
            return Ok(());
        }
        let base = self.base.as_ptr();
        // SAFETY: both ranges lie in the slot, and nobody uses it now.
        unsafe {
            // Memory that only grows stays open: should the kernel refuse, it can be used as before.
            if range.start > self.open.start || range.end < self.open.end {
                protect(base, self.open.clone(), libc::PROT_NONE)?;
                self.open = 0..0;
            }
            protect(base, range.clone(), libc::PROT_READ | libc::PROT_WRITE)?;
        }
        self.open = range;
        Ok(())
    }

    /// Forgets what is in it. False if the kernel does not let it: the slot must not be used again.
    fn wipe(&mut self) -> bool {
        let resident = self.open.len().min(RESIDENT_BYTES);
        // SAFETY: the range is open, and nobody else uses it.
        let rest = unsafe {
            let start = self.base.add(self.open.start);
            start.write_bytes(0, resident);
            start.add(resident)
        };
        let bytes = self.open.len() - resident;
        // SAFETY: the range lies in the slot; private anonymous memory reads as zero afterwards.
        bytes == 0 || unsafe { libc::madvise(rest.as_ptr().cast(), bytes, libc::MADV_DONTNEED) == 0 }
    }
}

/// # Safety
/// The range must lie in a slot at `base`.
unsafe fn protect(base: *mut u8, range: Range<usize>, protection: libc::c_int) -> io::Result<()> {
    // SAFETY: the caller's promise.
    let done = range.is_empty()
        || unsafe { libc::mprotect(base.add(range.start).cast(), range.end - range.start, protection) } == 0;
    if done { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// A range that threads change without a lock. Reads of its two ends may be of different moments.
#[derive(Debug)]
pub(crate) struct Span {
    start: AtomicUsize,
    end: AtomicUsize,
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self { start: range.start.into(), end: range.end.into() }
    }
}

impl Span {
    fn get(&self) -> Range<usize> {
        self.start.load(Ordering::Relaxed)..self.end.load(Ordering::Relaxed)
    }

    fn set(&self, range: &Range<usize>) {
        self.start.store(range.start, Ordering::Relaxed);
        self.end.store(range.end, Ordering::Relaxed);
    }

    fn include(&self, range: &Range<usize>) {
        self.start.fetch_min(range.start, Ordering::Relaxed);
        self.end.fetch_max(range.end, Ordering::Relaxed);
    }
}

fn within(range: Range<usize>, size: usize) -> Range<usize> {
    range.start.min(size)..range.end.min(size)
}

/// What is open of a memory; shared with the signal handler that opens more of it.
#[derive(Debug)]
pub(crate) struct Window {
    base: usize,
    /// Bytes of the memory.
    size: AtomicUsize,
    open: Span,
    /// What has been opened in any instance of the module since it was loaded.
    reach: Arc<Span>,
    /// Whether the kernel has refused to open what the guest was entitled to.
    starved: AtomicBool,
}

impl Window {
    /// Addresses that belong to the memory, whether it has grown so far or not.
    pub(crate) fn reserved(&self) -> Range<usize> {
        self.base..self.base.saturating_add(RESERVED_BYTES)
    }

    /// Whether the host had too little memory. What the guest saw of that (a trap, a `memory.grow` that fails) is no
    /// outcome: other nodes see something else.
    pub(crate) fn starved(&self) -> bool {
        self.starved.load(Ordering::Relaxed)
    }

    /// Opens the memory as far as an address of it. False if the address is open, or outside. Called from a signal
    /// handler: no lock, no allocation.
    pub(crate) fn widen(&self, address: usize) -> bool {
        let (size, open) = (self.size.load(Ordering::Relaxed), self.open.get());
        let Some(at) = address.checked_sub(self.base).filter(|at| *at < size && !open.contains(at)) else {
            return false;
        };
        let step = at / STEP * STEP..(at / STEP + 1) * STEP;
        let wider = match open.is_empty() {
            true => step,
            false => open.start.min(step.start)..open.end.max(step.end),
        };
        let wider = if wider.len() >= WASM_PAGE_SIZE { 0..size } else { wider };
        // SAFETY: the range lies in the slot, whose memory is this large.
        let opened = unsafe { protect(self.base as *mut u8, wider.clone(), libc::PROT_READ | libc::PROT_WRITE) };
        if opened.is_ok() {
            self.open.set(&wider);
            self.reach.include(&wider);
        } else {
            self.starved.store(true, Ordering::Relaxed);
        }
        opened.is_ok()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        // SAFETY: the range is the slot's own, and gone with it.
        unsafe { libc::munmap(self.base.as_ptr().cast(), RESERVED_BYTES) };
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Slot({:?})", self.open)
    }
}

/// Slots that wait for their next instance.
#[derive(Debug, Default)]
pub(crate) struct Slots(Mutex<Vec<Slot>>);

impl Slots {
    /// A memory of the type's minimum, all zero, open as far as its module reaches.
    pub(crate) fn memory(
        self: &Arc<Self>,
        ty: &MemoryType,
        style: &MemoryStyle,
        definition: NonNull<VMMemoryDefinition>,
        reach: Arc<Span>,
    ) -> Result<SlotMemory, MemoryError> {
        let failed = |error: io::Error| MemoryError::Region(error.to_string());
        let waiting = self.0.lock().pop();
        let mut slot = waiting.map_or_else(Slot::map, Ok).map_err(failed)?;
        let size = ty.minimum.bytes().0;
        // The data segments are within reach; they are written before the first fault can be handled.
        let open = within(reach.get(), size);
        slot.open(open.clone()).map_err(failed)?;
        let window = Window {
            base: slot.base.as_ptr().addr(),
            size: size.into(),
            open: open.into(),
            reach,
            starved: AtomicBool::new(false),
        };
        let memory = SlotMemory {
            slot: Some(slot),
            slots: Arc::clone(self),
            window: Arc::new(window),
            ty: *ty,
            style: *style,
            definition,
        };
        memory.define();
        Ok(memory)
    }

    fn take_back(&self, mut slot: Slot) {
        if !slot.wipe() {
            return;
        }
        let mut waiting = self.0.lock();
        if waiting.len() < IDLE_SLOTS {
            waiting.push(slot);
        }
    }
}

/// The memory of one instance.
#[derive(Debug)]
pub(crate) struct SlotMemory {
    /// Taken out when the memory is dropped, and never else.
    slot: Option<Slot>,
    slots: Arc<Slots>,
    window: Arc<Window>,
    ty: MemoryType,
    style: MemoryStyle,
    definition: NonNull<VMMemoryDefinition>,
}

// SAFETY: the definition lies in the instance that owns the memory, and is used by the thread that runs it.
unsafe impl Send for SlotMemory {}
// SAFETY: as above; wasmer shares a memory between threads only if its type says so, and no valid module's does.
unsafe impl Sync for SlotMemory {}

impl SlotMemory {
    pub(crate) fn window(&self) -> Arc<Window> {
        Arc::clone(&self.window)
    }

    /// The slot, which knows what the signal handler has opened meanwhile.
    fn slot(&mut self) -> Result<&mut Slot, MemoryError> {
        let slot =
            self.slot.as_mut().ok_or_else(|| MemoryError::InvalidMemory { reason: "its slot is gone".into() })?;
        slot.open = self.window.open.get();
        Ok(slot)
    }

    /// Makes the memory `size` bytes large, of which these are open, and tells the generated code.
    fn resize(&mut self, size: usize, open: Range<usize>) -> Result<(), MemoryError> {
        self.slot()?.open(open.clone()).map_err(|error| MemoryError::Region(error.to_string()))?;
        self.window.open.set(&open);
        self.window.size.store(size, Ordering::Relaxed);
        self.define();
        Ok(())
    }

    fn define(&self) {
        let definition = VMMemoryDefinition { base: self.window.base as *mut u8, current_length: self.bytes() };
        // SAFETY: wasmer gave the place, in the instance whose memory this is.
        unsafe { self.definition.write(definition) };
    }

    fn bytes(&self) -> usize {
        self.window.size.load(Ordering::Relaxed)
    }

    fn cannot_grow(&self, by: Pages) -> MemoryError {
        MemoryError::CouldNotGrow { current: self.size(), attempted_delta: by }
    }
}

impl Drop for SlotMemory {
    fn drop(&mut self) {
        // After a change that failed half-way nobody knows what is open; such a slot is unmapped.
        if self.slot().is_ok()
            && let Some(slot) = self.slot.take()
            && !self.window.starved()
        {
            self.slots.take_back(slot);
        }
    }
}

impl LinearMemory for SlotMemory {
    fn ty(&self) -> MemoryType {
        MemoryType { minimum: self.size(), ..self.ty }
    }

    fn size(&self) -> Pages {
        Pages((self.bytes() / WASM_PAGE_SIZE) as u32)
    }

    fn style(&self) -> MemoryStyle {
        self.style
    }

    fn grow(&mut self, delta: Pages) -> Result<Pages, MemoryError> {
        let before = self.size();
        let after = before.checked_add(delta).ok_or_else(|| self.cannot_grow(delta))?;
        if self.ty.maximum.is_none_or(|maximum| after > maximum) {
            return Err(self.cannot_grow(delta));
        }
        self.resize(after.bytes().0, 0..after.bytes().0).inspect_err(|_| {
            self.window.starved.store(true, Ordering::Relaxed);
        })?;
        Ok(before)
    }

    /// As it was when it was made: its first size, all zero.
    fn reset(&mut self) -> Result<(), MemoryError> {
        if !self.slot()?.wipe() {
            return Err(MemoryError::Region("the kernel does not take memory back".into()));
        }
        let size = self.ty.minimum.bytes().0;
        self.resize(size, within(self.window.reach.get(), size))
    }

    fn vmmemory(&self) -> NonNull<VMMemoryDefinition> {
        self.definition
    }

    fn try_clone(&self) -> Result<Box<dyn LinearMemory + Send + Sync + 'static>, MemoryError> {
        Err(MemoryError::InvalidMemory { reason: "a contract's memory is its own".into() })
    }

    fn copy(&self) -> Result<Box<dyn LinearMemory + Send + Sync + 'static>, MemoryError> {
        self.try_clone()
    }
}

impl From<SlotMemory> for VMMemory {
    fn from(memory: SlotMemory) -> Self {
        Self(Box::new(memory))
    }
}
