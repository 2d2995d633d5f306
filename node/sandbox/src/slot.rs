//! Linear memory that is mapped once and lent to one instance after another.
//!
//! A slot reserves the address space that wasmer's generated code relies on (4 GiB, and a guard for the offset of an
//! instruction), so that no access needs a check. Mapping, protecting and faulting it anew for each call took three
//! quarters of a token transfer. A slot that comes back is zeroed and shrunk instead; what a call may have touched is
//! bounded by the size that its memory had grown to, so no trace of it is left.

use parking_lot::Mutex;
use std::{fmt, io, ptr::NonNull, sync::Arc};
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

/// An address range with guard, of which a prefix is accessible.
pub(crate) struct Slot {
    base: NonNull<u8>,
    accessible: usize,
}

// SAFETY: a slot owns its range; nothing else refers to it.
unsafe impl Send for Slot {}

impl Slot {
    fn map() -> io::Result<Self> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: a new mapping, wherever the kernel wants it.
        let base = unsafe { libc::mmap(std::ptr::null_mut(), RESERVED_BYTES, libc::PROT_NONE, flags, -1, 0) };
        match NonNull::new(base.cast::<u8>()) {
            Some(start) if base != libc::MAP_FAILED => Ok(Self { base: start, accessible: 0 }),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// Makes the first `bytes`, a multiple of a page, accessible and nothing else.
    fn resize(&mut self, bytes: usize) -> io::Result<()> {
        let (from, to, protection) = match self.accessible <= bytes {
            true => (self.accessible, bytes, libc::PROT_READ | libc::PROT_WRITE),
            false => (bytes, self.accessible, libc::PROT_NONE),
        };
        if from < to {
            // SAFETY: the range lies in the slot, and nobody else uses it.
            let done = unsafe { libc::mprotect(self.base.add(from).as_ptr().cast(), to - from, protection) };
            if done != 0 {
                return Err(io::Error::last_os_error());
            }
        }
        self.accessible = bytes;
        Ok(())
    }

    /// Forgets what is in it. False if the kernel does not let it: the slot must not be used again.
    fn wipe(&mut self) -> bool {
        let resident = self.accessible.min(RESIDENT_BYTES);
        // SAFETY: the range is accessible, and nobody else uses it.
        unsafe { self.base.write_bytes(0, resident) };
        let rest = self.accessible - resident;
        rest == 0
            // SAFETY: the range lies in the slot; private anonymous memory reads as zero afterwards.
            || unsafe { libc::madvise(self.base.add(resident).as_ptr().cast(), rest, libc::MADV_DONTNEED) == 0 }
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
        write!(f, "Slot({} bytes)", self.accessible)
    }
}

/// Slots that wait for their next instance.
#[derive(Debug, Default)]
pub(crate) struct Slots(Mutex<Vec<Slot>>);

impl Slots {
    /// A memory of the type's minimum, all zero.
    pub(crate) fn memory(
        self: &Arc<Self>,
        ty: &MemoryType,
        style: &MemoryStyle,
        definition: NonNull<VMMemoryDefinition>,
    ) -> Result<SlotMemory, MemoryError> {
        let failed = |error: io::Error| MemoryError::Region(error.to_string());
        let waiting = self.0.lock().pop();
        let mut slot = waiting.map_or_else(Slot::map, Ok).map_err(failed)?;
        slot.resize(ty.minimum.bytes().0).map_err(failed)?;
        let memory = SlotMemory { slot: Some(slot), slots: Arc::clone(self), ty: *ty, style: *style, definition };
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
    ty: MemoryType,
    style: MemoryStyle,
    definition: NonNull<VMMemoryDefinition>,
}

// SAFETY: the definition lies in the instance that owns the memory, and is used by the thread that runs it.
unsafe impl Send for SlotMemory {}
// SAFETY: as above; wasmer shares a memory between threads only if its type says so, and no valid module's does.
unsafe impl Sync for SlotMemory {}

impl SlotMemory {
    /// Tells the generated code where the memory is.
    fn define(&self) {
        if let Some(slot) = &self.slot {
            let definition = VMMemoryDefinition { base: slot.base.as_ptr(), current_length: slot.accessible };
            // SAFETY: wasmer gave the place, in the instance whose memory this is.
            unsafe { self.definition.write(definition) };
        }
    }

    fn bytes(&self) -> usize {
        self.slot.as_ref().map_or(0, |slot| slot.accessible)
    }

    fn cannot_grow(&self, by: Pages) -> MemoryError {
        MemoryError::CouldNotGrow { current: self.size(), attempted_delta: by }
    }
}

fn no_slot() -> MemoryError {
    MemoryError::InvalidMemory { reason: "its slot is gone".into() }
}

impl Drop for SlotMemory {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
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
        let slot = self.slot.as_mut().ok_or_else(no_slot)?;
        slot.resize(after.bytes().0).map_err(|error| MemoryError::Region(error.to_string()))?;
        self.define();
        Ok(before)
    }

    /// As it was when it was made: its first size, all zero.
    fn reset(&mut self) -> Result<(), MemoryError> {
        let minimum = self.ty.minimum.bytes().0;
        let slot = self.slot.as_mut().ok_or_else(no_slot)?;
        if !slot.wipe() || slot.resize(minimum).is_err() {
            return Err(MemoryError::Region("the kernel does not take memory back".into()));
        }
        self.define();
        Ok(())
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
