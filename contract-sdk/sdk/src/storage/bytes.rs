//! Solidity's `bytes` and `string`: up to 31 bytes lie in the slot itself, with twice their length in its last byte;
//! longer ones from slot `keccak256(slot)` on, with twice their length plus one in the slot.

use super::{
    Lane, Size, Slot, StorageValue, Stored,
    place::{WORD, advance, hashed, numbered},
};
use crate::{Bytes, abi::take_number, buffer, host, revert::revert, text};
use alloc::{string::String, vec::Vec};

/// Bytes that fit the slot itself.
const SHORT: usize = 31;

impl Stored for String {
    const SIZE: Size = Size::slots(1);
    const TYPE: &'static str = "string";
}

impl StorageValue for String {
    /// Reverts if the bytes are not UTF-8, which only other code on the same storage can leave.
    #[inline(never)]
    fn load(slot: &Slot, _: Lane) -> Self {
        match text::from_utf8(load(slot)) {
            Some(text) => text,
            None => revert("storage: a string is not UTF-8"),
        }
    }

    fn store(&self, slot: &Slot, _: Lane) {
        store(slot, self.as_bytes());
    }

    fn clear(slot: &Slot, _: Lane) {
        store(slot, &[]);
    }
}

impl Stored for Bytes {
    const SIZE: Size = Size::slots(1);
    const TYPE: &'static str = "bytes";
}

impl StorageValue for Bytes {
    fn load(slot: &Slot, _: Lane) -> Self {
        load(slot).into()
    }

    fn store(&self, slot: &Slot, _: Lane) {
        store(slot, self);
    }

    fn clear(slot: &Slot, _: Lane) {
        store(slot, &[]);
    }
}

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
        Head::Short(len) => buffer::copy(word.get(..len).unwrap_or_default()),
        Head::Long(len) => load_long(slot, len),
    }
}

fn load_long(slot: &Slot, len: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut cursor = Cursor::of(slot);
    // Grows with what is read, and each read costs gas, so that a corrupt length cannot ask for all the memory.
    while out.len() < len {
        buffer::append(&mut out, &host::storage_read(&cursor.next_slot()));
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
        // A 32-bit memory holds less than 2^31 bytes.
        let head = ((bytes.len() as u32) << 1) | 1;
        host::storage_write(slot, &numbered(head));
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
        Self(hashed(slot))
    }

    fn next_slot(&mut self) -> Slot {
        let slot = self.0;
        self.0 = advance(&slot, 1);
        slot
    }
}
