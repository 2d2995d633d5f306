//! Solidity's `bytes` and `string`: up to 31 bytes lie in the slot itself, with twice their length in its last byte;
//! longer ones from slot `keccak256(slot)` on, with twice their length plus one in the slot.

use super::Slot;
use crate::{abi::take_number, host, revert::revert};
use alloc::vec::Vec;

const WORD: usize = 32;
const SHORT: usize = 31;

/// How long the value at a slot is, and where it lies.
enum Head {
    Short(usize),
    Long(usize),
}

fn head(word: &[u8; WORD]) -> Head {
    let last = word[SHORT];
    if last & 1 == 0 {
        return Head::Short(usize::from(last / 2).min(SHORT));
    }
    match take_number(word, 0) {
        Some(number) => Head::Long(number / 2),
        None => revert("storage: corrupt length of a string"),
    }
}

#[inline(never)]
pub(super) fn load(slot: &Slot) -> Vec<u8> {
    let word = host::storage_read(slot);
    match head(&word) {
        Head::Short(len) => word.get(..len).unwrap_or_default().to_vec(),
        Head::Long(len) => load_long(slot, len),
    }
}

fn load_long(slot: &Slot, len: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut cursor = Cursor::of(slot);
    // Grows with what is read, and each read costs gas, so that a corrupt length cannot ask for all the memory.
    while out.len() < len {
        out.extend_from_slice(&host::storage_read(&cursor.next_slot()));
    }
    out.truncate(len);
    out
}

#[inline(never)]
pub(super) fn store(slot: &Slot, bytes: &[u8]) {
    let old = match head(&host::storage_read(slot)) {
        Head::Short(_) => 0,
        Head::Long(len) => len.div_ceil(WORD),
    };
    if bytes.len() <= SHORT {
        let mut word = word(bytes);
        word[SHORT] = (bytes.len() << 1) as u8;
        host::storage_write(slot, &word);
        store_tail(slot, &[], old);
    } else {
        let head = ((bytes.len() as u64) << 1) | 1;
        host::storage_write(slot, &super::slot(head));
        store_tail(slot, bytes, old);
    }
}

/// Writes the words of a long value and zeroes what is left of `old` words before it.
fn store_tail(slot: &Slot, bytes: &[u8], old: usize) {
    let words = bytes.len().div_ceil(WORD).max(old);
    if words == 0 {
        return;
    }
    let mut cursor = Cursor::of(slot);
    for i in 0..words {
        let rest = bytes.get(i.wrapping_mul(WORD)..).unwrap_or_default();
        host::storage_write(&cursor.next_slot(), &word(rest));
    }
}

/// The first 32 bytes, zeros where there are none.
fn word(bytes: &[u8]) -> [u8; WORD] {
    let mut word = [0; WORD];
    for (to, from) in word.iter_mut().zip(bytes) {
        *to = *from;
    }
    word
}

/// The slots that a long value lies in.
struct Cursor(Slot);

impl Cursor {
    fn of(slot: &Slot) -> Self {
        Self(host::keccak256(slot))
    }

    fn next_slot(&mut self) -> Slot {
        let slot = self.0;
        for byte in self.0.iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                break;
            }
        }
        slot
    }
}
