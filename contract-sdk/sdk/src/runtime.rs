//! What a program needs that has no operating system: memory and a way to fail.
#![allow(unsafe_code)]

use crate::{
    host,
    revert::{PANIC_OVERFLOW, error_string, panic_data},
};
use core::{
    alloc::{GlobalAlloc, Layout},
    cell::Cell,
    panic::PanicInfo,
};

const PAGE: usize = 64 * 1024;

/// Hands out memory upwards from the end of the data and takes back only the last piece: a call is too short to be
/// worth more, and its instance is thrown away after it.
struct Bump {
    /// First free byte; 0 before the first allocation.
    next: Cell<usize>,
}

// SAFETY: a module has one thread.
unsafe impl Sync for Bump {}

#[global_allocator]
static HEAP: Bump = Bump { next: Cell::new(0) };

unsafe extern "C" {
    /// Placed by the linker behind data and stack.
    static __heap_base: u8;
}

impl Bump {
    fn start(&self) -> usize {
        match self.next.get() {
            0 => (&raw const __heap_base).addr(),
            next => next,
        }
    }

    fn is_last(&self, piece: *mut u8, layout: Layout) -> bool {
        piece.addr().wrapping_add(layout.size()) == self.next.get()
    }

    /// Takes everything up to `end`. If there is no such memory the call ends here, without the code that words it.
    fn take(&self, end: usize) {
        let have = core::arch::wasm32::memory_size(0).wrapping_mul(PAGE);
        if end > have && core::arch::wasm32::memory_grow(0, end.wrapping_sub(have).div_ceil(PAGE)) == usize::MAX {
            core::arch::wasm32::unreachable();
        }
        self.next.set(end);
    }
}

// SAFETY: pieces are aligned, lie inside memory, and do not overlap, since `next` only falls when the last is freed.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // No overflow: sizes are below 2^31 (`Layout`), and memory has at most 2^26 bytes.
        let align = layout.align().wrapping_sub(1);
        let start = self.start().wrapping_add(align) & !align;
        self.take(start.wrapping_add(layout.size()));
        never_null(start as *mut u8)
    }

    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        if self.is_last(piece, layout) {
            self.next.set(piece.addr());
        }
    }

    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if self.is_last(piece, layout) {
            // The last piece grows or shrinks where it is.
            self.take(piece.addr().wrapping_add(size));
            return piece;
        }
        if size <= layout.size() {
            return never_null(piece);
        }
        // SAFETY: the new layout has the alignment of the old, and the old piece is shorter than the new.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            core::ptr::copy_nonoverlapping(piece, new, layout.size());
            new
        }
    }
}

/// Says what is so anyway, so that the compiler drops the code that words a failed allocation.
fn never_null(piece: *mut u8) -> *mut u8 {
    if piece.is_null() {
        core::arch::wasm32::unreachable();
    }
    piece
}

/// A panic reverts: with Solidity's `Panic(0x11)` if integer arithmetic overflowed, else with its message, if that
/// needs no formatting (the machinery for it is larger than most contracts).
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    match info.message().as_str() {
        Some(message) if message.ends_with("with overflow") => host::revert(&panic_data(PANIC_OVERFLOW)),
        Some(message) => host::revert(&error_string(&["panicked: ", message])),
        None => host::revert(&error_string(&["panicked"])),
    }
}

/// Copies words, then bytes: a third of the size of the compiler's own, which unrolls more than calls of a contract
/// gain from.
///
/// # Safety
/// As of C's `memcpy`.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, len: usize) -> *mut u8 {
    let mut at = 0;
    // SAFETY: `at` stays below `len`, for which the caller vouches; WebAssembly has no alignment to break.
    unsafe {
        while len.wrapping_sub(at) >= 8 {
            to.add(at).cast::<u64>().write_unaligned(from.add(at).cast::<u64>().read_unaligned());
            at = at.wrapping_add(8);
        }
        while at < len {
            *to.add(at) = *from.add(at);
            at = at.wrapping_add(1);
        }
    }
    to
}

/// Fills words, then bytes.
///
/// # Safety
/// As of C's `memset`.
#[unsafe(no_mangle)]
unsafe extern "C" fn memset(to: *mut u8, byte: i32, len: usize) -> *mut u8 {
    let byte = byte as u8;
    let word = u64::from_ne_bytes([byte; 8]);
    let mut at = 0;
    // SAFETY: as in `memcpy`.
    unsafe {
        while len.wrapping_sub(at) >= 8 {
            to.add(at).cast::<u64>().write_unaligned(word);
            at = at.wrapping_add(8);
        }
        while at < len {
            *to.add(at) = byte;
            at = at.wrapping_add(1);
        }
    }
    to
}
