//! UTF-8, checked by comparisons: the standard library's check is faster, and 700 bytes larger in every contract that
//! has a string.
#![allow(unsafe_code)]

use alloc::{string::String, vec::Vec};

/// The text that the bytes encode. `None` if they are not UTF-8.
pub(crate) fn from_utf8(bytes: Vec<u8>) -> Option<String> {
    // SAFETY: the bytes were just checked to be UTF-8.
    is_utf8(&bytes).then(|| unsafe { String::from_utf8_unchecked(bytes) })
}

/// By what UTF-8 is: as many continuations as the first byte says, a code point that is one, in its shortest form.
fn is_utf8(bytes: &[u8]) -> bool {
    let (mut more, mut code, mut least) = (0, 0, 0);
    for byte in bytes.iter().copied().map(u32::from) {
        match byte >> 6 {
            0b10 if more > 0 => {
                more -= 1;
                code = code << 6 | byte & 0x3F;
            }
            // 0xC0 and 0xC1 would begin what fits one byte.
            0b11 if more == 0 && (0xC2..0xF8).contains(&byte) => {
                more = if byte < 0xE0 { 1 } else { byte / 16 - 0xC };
                code = byte & (0x3F >> more);
                // 0x800 for three bytes, 0x10000 for four.
                least = 1 << (5 * more + 1);
            }
            0b00 | 0b01 if more == 0 => continue,
            _ => return false,
        }
        if more == 0 && (code < least || char::from_u32(code).is_none()) {
            return false;
        }
    }
    more == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_library_agrees_on_every_sequence_of_up_to_three_bytes() {
        for a in 0..=255u8 {
            for b in 0..=255u8 {
                assert_eq!(is_utf8(&[a, b]), core::str::from_utf8(&[a, b]).is_ok(), "{a:x} {b:x}");
                // One byte of each kind, and those at the edges.
                for c in [0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xE0, 0xED, 0xF0, 0xF4, 0xFF] {
                    let three = [a, b, c];
                    assert_eq!(is_utf8(&three), core::str::from_utf8(&three).is_ok(), "{three:x?}");
                    for d in [0x7F, 0x80, 0xBF, 0xC0] {
                        let four = [a, b, c, d];
                        assert_eq!(is_utf8(&four), core::str::from_utf8(&four).is_ok(), "{four:x?}");
                    }
                }
            }
        }
    }
}
