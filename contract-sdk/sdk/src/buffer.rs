//! Bytes that grow, and all that the SDK allocates for itself. The growth of `Vec` itself brings along what words a
//! failed allocation: a twentieth of what a token takes to deploy, for words that nobody reads, since a call without
//! memory just ends.
#![allow(unsafe_code)]

use alloc::{
    alloc::{Layout, alloc},
    vec::Vec,
};

/// So many zero bytes.
pub(crate) fn zeros(bytes: usize) -> Vec<u8> {
    let mut out = Vec::new();
    grow(&mut out, bytes);
    out
}

/// No bytes yet, and room for so many.
pub(crate) fn with_room(bytes: usize) -> Vec<u8> {
    // SAFETY: it is at least one; nothing is read of it before it is written.
    unsafe { Vec::from_raw_parts(piece(bytes.max(1)), 0, bytes.max(1)) }
}

/// So many bytes, which `write` writes. Of none it is not asked.
///
/// # Safety
/// It writes as many bytes at the pointer.
#[cfg(any(target_arch = "wasm32", test))]
pub(crate) unsafe fn filled(bytes: usize, write: impl FnOnce(*mut u8)) -> Vec<u8> {
    if bytes == 0 {
        return Vec::new();
    }
    // SAFETY: it is at least one.
    let piece = unsafe { piece(bytes) };
    write(piece);
    // SAFETY: the piece has `bytes` bytes of this allocator, which are nobody else's, and the caller promises that they are
    // written.
    unsafe { Vec::from_raw_parts(piece, bytes, bytes) }
}

/// Memory for so many bytes.
///
/// # Safety
/// It is at least one.
unsafe fn piece(bytes: usize) -> *mut u8 {
    let Ok(layout) = Layout::array::<u8>(bytes) else { out_of_memory() };
    // SAFETY: the caller's promise.
    let piece = unsafe { alloc(layout) };
    if piece.is_null() {
        out_of_memory();
    }
    piece
}

/// A copy of the bytes.
pub(crate) fn copy(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    append(&mut out, bytes);
    out
}

/// Appends so many zero bytes.
#[inline(never)]
pub(crate) fn grow(out: &mut Vec<u8>, bytes: usize) {
    reserve(out, bytes);
    let len = out.len();
    // SAFETY: there is room for `bytes` more, which are written before they count.
    unsafe {
        out.as_mut_ptr().add(len).write_bytes(0, bytes);
        out.set_len(len.wrapping_add(bytes));
    }
}

/// Appends the bytes.
#[inline(never)]
pub(crate) fn append(out: &mut Vec<u8>, bytes: &[u8]) {
    reserve(out, bytes.len());
    let len = out.len();
    // SAFETY: there is room for as many more, which `out` owns and `bytes` cannot overlap, and they are written before
    // they count.
    unsafe {
        out.as_mut_ptr().add(len).copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        out.set_len(len.wrapping_add(bytes.len()));
    }
}

/// Makes room for so many more bytes.
#[inline(never)]
fn reserve(out: &mut Vec<u8>, more: usize) {
    let (len, capacity) = (out.len(), out.capacity());
    if more <= capacity.wrapping_sub(len) {
        return;
    }
    // Twice as much as before, so that what grows by little is copied little; a capacity is below half of what counts.
    let wanted = len.saturating_add(more).max(capacity.wrapping_mul(2));
    // SAFETY: `wanted` is not zero, since it is more than the capacity.
    let piece = unsafe { piece(wanted) };
    // SAFETY: the piece has `wanted` bytes of this allocator, which are nobody else's; the first `len` are written before
    // they count.
    *out = unsafe {
        piece.copy_from_nonoverlapping(out.as_ptr(), len);
        Vec::from_raw_parts(piece, len, wanted)
    };
}

/// Ends the call: its frame has no more memory.
#[cold]
fn out_of_memory() -> ! {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    alloc::alloc::handle_alloc_error(Layout::new::<u8>());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_grows_as_a_vec_does(steps in prop::collection::vec((any::<bool>(), prop::collection::vec(1u8.., 0..70)), 0..20)) {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            for (zeros, bytes) in steps {
                if zeros {
                    grow(&mut ours, bytes.len());
                    theirs.resize(theirs.len() + bytes.len(), 0);
                } else {
                    append(&mut ours, &bytes);
                    theirs.extend_from_slice(&bytes);
                }
                prop_assert_eq!(&ours, &theirs);
            }
        }
    }

    #[test]
    fn what_is_written_at_once_is_there() {
        for len in [0, 1, 100] {
            // SAFETY: all bytes are written.
            let bytes = unsafe { filled(len, |at| at.write_bytes(7, len)) };
            assert_eq!(bytes, vec![7; len]);
        }
    }

    #[test]
    fn what_is_dropped_or_grown_elsewhere_is_memory_of_the_allocator() {
        let mut bytes = copy(b"one");
        bytes.extend_from_slice(&zeros(100));
        bytes.shrink_to_fit();
        assert_eq!((bytes.len(), &bytes[..4]), (103, &b"one\0"[..]));
    }
}
