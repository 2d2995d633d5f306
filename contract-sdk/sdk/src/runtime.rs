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
    ptr::NonNull,
};

const PAGE: usize = 64 * 1024;

/// Hands out memory upwards from the end of the data and takes back only the last piece: a call is too short to be
/// worth more, and its instance is thrown away after it.
struct Bump {
    /// First free byte; 0 before the first allocation.
    next: Cell<usize>,
    /// Where memory ends, as far as is known; asking costs a call of the engine.
    end: Cell<usize>,
}

// SAFETY: a module has one thread.
unsafe impl Sync for Bump {}

#[global_allocator]
static HEAP: Bump = Bump { next: Cell::new(0), end: Cell::new(0) };

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

    /// Takes the bytes from `start` to `end`. If there is no such memory the call ends here.
    ///
    /// Not inlined, so that callers are left with what the type says, that the piece is never null: the compiler then
    /// drops the code that would word a failed allocation, which is a kilobyte.
    #[inline(never)]
    fn take(&self, start: usize, size: usize) -> NonNull<u8> {
        // No overflow: sizes are below 2^31 (`Layout`), and memory is far smaller than that.
        let end = start.wrapping_add(size);
        if end > self.end.get() {
            let have = core::arch::wasm32::memory_size(0).wrapping_mul(PAGE);
            if end > have && core::arch::wasm32::memory_grow(0, end.wrapping_sub(have).div_ceil(PAGE)) == usize::MAX {
                core::arch::wasm32::unreachable();
            }
            self.end.set(core::arch::wasm32::memory_size(0).wrapping_mul(PAGE));
        }
        self.next.set(end);
        // SAFETY: the heap begins behind the stack, and so does every piece.
        unsafe { NonNull::new_unchecked(start as *mut u8) }
    }
}

// SAFETY: pieces are aligned, lie inside memory, and do not overlap, since `next` only falls when the last is freed.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let align = layout.align().wrapping_sub(1);
        let start = self.start().wrapping_add(align) & !align;
        self.take(start, layout.size()).as_ptr()
    }

    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        if self.is_last(piece, layout) {
            self.next.set(piece.addr());
        }
    }

    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if self.is_last(piece, layout) {
            // The last piece grows or shrinks where it is.
            return self.take(piece.addr(), size).as_ptr();
        }
        // SAFETY: the new layout has the alignment of the old, and what is copied fits both pieces.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            core::ptr::copy_nonoverlapping(piece, new, layout.size().min(size));
            new
        }
    }
}

/// A panic reverts: with Solidity's `Panic(0x11)` if integer arithmetic overflowed, else with its message, if that
/// needs no formatting (the machinery for it is larger than most contracts), and where it was.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    let message = info.message().as_str().unwrap_or("panicked");
    if message.ends_with("with overflow") {
        host::revert(&panic_data(PANIC_OVERFLOW));
    }
    let (file, line) = info.location().map_or(("", 0), |place| (place.file(), place.line()));
    let mut digits = [0; 10];
    host::revert(&error_string(&[message, ", ", file, ":", decimal(line, &mut digits)]))
}

/// A number in digits, written from the end of `digits`.
fn decimal(mut number: u32, digits: &mut [u8; 10]) -> &str {
    let mut first = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
        first = first.wrapping_sub(1);
        if number == 0 {
            break;
        }
    }
    // SAFETY: digits are ASCII.
    unsafe { core::str::from_utf8_unchecked(digits.get(first..).unwrap_or_default()) }
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

/// Goes over equal words, then compares bytes: what is compared most are addresses and hashes, for which the compiler's own
/// takes five times as long.
///
/// # Safety
/// As of C's `memcmp`.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(mut left: *const u8, mut right: *const u8, mut len: usize) -> i32 {
    // SAFETY: as many bytes are read as the caller vouches for; WebAssembly has no alignment to break.
    unsafe {
        while len >= 4 && word(left) == word(right) {
            (left, right, len) = (left.add(4), right.add(4), len.wrapping_sub(4));
        }
        while len > 0 {
            let difference = i32::from(*left).wrapping_sub(i32::from(*right));
            if difference != 0 {
                return difference;
            }
            (left, right, len) = (left.add(1), right.add(1), len.wrapping_sub(1));
        }
    }
    0
}

/// The four bytes there.
///
/// # Safety
/// There are as many to read.
unsafe fn word(at: *const u8) -> u32 {
    // SAFETY: as above.
    unsafe { at.cast::<u32>().read_unaligned() }
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
