//! Where things lie: slots, lanes in a slot, and how fields are laid out one after the other.

use crate::{buffer, host};

/// Key of a storage slot.
pub type Slot = [u8; 32];

/// Bytes of a slot.
pub(crate) const WORD: usize = 32;

/// Which bytes of a slot a value has: Solidity packs small values that stand next to each other into one slot, the
/// first in the low-order bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane(u8);

impl Lane {
    /// The low-order bytes of a slot that has nothing else in it.
    pub const ALONE: Self = Self(u8::MAX);

    /// As many bytes from the low-order end of a slot that has other values too.
    #[doc(hidden)]
    pub const fn shared(offset: u8) -> Self {
        Self(offset)
    }

    /// Bytes from the low-order end of the slot.
    pub const fn offset(self) -> usize {
        if self.is_alone() { 0 } else { self.0 as usize }
    }

    /// Whether nothing else is in the slot.
    pub const fn is_alone(self) -> bool {
        self.0 == Self::ALONE.0
    }
}

/// How much of storage a type takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    slots: u32,
    bytes: u8,
}

impl Size {
    /// A value of so many bytes, 1 to 32: it shares a slot with its neighbours if they fit.
    pub const fn bytes(bytes: u8) -> Self {
        assert!(bytes > 0 && bytes as usize <= WORD, "a value takes 1 to 32 bytes of a slot");
        Self { slots: 1, bytes }
    }

    /// So many slots of its own: whatever follows begins in a new one.
    pub const fn slots(slots: u32) -> Self {
        Self { slots, bytes: WORD as u8 }
    }

    /// `len` of these, one after the other, as arrays have them.
    pub const fn array(self, len: usize) -> Self {
        assert!(len <= u32::MAX as usize, "an array in storage has at most 2^32 - 1 elements");
        let len = len as u32;
        Self::slots(match self.each_slot() {
            1 => {
                assert!(len == 0 || self.slots <= u32::MAX / len, "an array takes more than 2^32 - 1 slots");
                self.slots.wrapping_mul(len)
            }
            several => len.div_ceil(several),
        })
    }

    /// Slots, the last of them perhaps in part.
    pub const fn in_slots(self) -> u32 {
        self.slots
    }

    /// Bytes in its slot; 32 also for what takes several.
    pub const fn in_bytes(self) -> u8 {
        self.bytes
    }

    /// Whether it can share a slot.
    #[doc(hidden)]
    pub const fn packs(self) -> bool {
        (self.bytes as usize) < WORD
    }

    /// How many of it an array keeps in a slot.
    pub(crate) const fn each_slot(self) -> u32 {
        if self.packs() { WORD as u32 / self.bytes as u32 } else { 1 }
    }

    /// Where the element with this index lies in an array: slots from its beginning, and the lane.
    pub(crate) fn element(self, index: u32) -> (u32, Lane) {
        match self.each_slot() {
            1 => (index.wrapping_mul(self.slots), Lane::ALONE),
            several => {
                let lane = (index % several).wrapping_mul(u32::from(self.bytes));
                (index / several, Lane(lane as u8))
            }
        }
    }
}

/// A place in storage: that of a field, relative to the beginning of the contract, or to the entry of a map or list
/// that it is in.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    base: Option<&'static Slot>,
    number: u32,
    lane: Lane,
}

impl Place {
    /// The beginning of a contract's storage.
    pub const ORIGIN: Self = Self { base: None, number: 0, lane: Lane::ALONE };

    /// This slot, for one thing alone.
    pub const fn at(slot: &'static Slot) -> Self {
        Self { base: Some(slot), ..Self::ORIGIN }
    }

    /// A slot that was computed. A call is too short to give its 32 bytes back.
    pub(crate) fn computed(slot: Slot) -> Self {
        // As many bytes as a slot has, so that there is always one.
        Self::at(buffer::copy(&slot).leak().first_chunk().unwrap_or(&[0; WORD]))
    }

    /// The same slot, this lane of it.
    pub(crate) const fn in_lane(self, lane: Lane) -> Self {
        Self { lane, ..self }
    }

    /// The place so many slots on, in this lane.
    #[doc(hidden)]
    pub const fn member(self, member: Member) -> Self {
        Self { base: self.base, number: self.number + member.slot, lane: member.lane }
    }
}

/// Where a field of a struct lies, relative to the struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub struct Member {
    /// Slots from its beginning.
    pub slot: u32,
    /// Where in the slot.
    pub lane: Lane,
}

/// Lays fields out as Solidity does: a value goes into the rest of the slot if it fits, everything else begins a new
/// slot. Returns their places, and how many slots they take together.
#[doc(hidden)]
pub const fn plan<const N: usize>(sizes: [Size; N]) -> ([Member; N], u32) {
    let mut members = [Member { slot: 0, lane: Lane::ALONE }; N];
    let (mut slot, mut offset, mut i) = (0, 0, 0);
    while i < N {
        let size = sizes[i];
        if offset > 0 && offset + size.bytes as usize > WORD {
            slot += 1;
            offset = 0;
        }
        members[i].slot = slot;
        if size.packs() {
            let next_fits =
                i + 1 < N && sizes[i + 1].packs() && offset + (size.bytes + sizes[i + 1].bytes) as usize <= WORD;
            if offset > 0 || next_fits {
                members[i].lane = Lane(offset as u8);
            }
            offset += size.bytes as usize;
        } else {
            slot += size.slots;
            offset = 0;
        }
        i += 1;
    }
    (members, if offset > 0 { slot + 1 } else { slot })
}

/// What an item is at: the place of a field, or the slot of an entry.
pub trait Locate {
    /// Its slot.
    fn slot(&self) -> Slot;

    /// Its lane.
    fn lane(&self) -> Lane;
}

impl Locate for Place {
    #[inline(never)]
    fn slot(&self) -> Slot {
        match self.base {
            None => numbered(self.number),
            Some(base) => advance(base, self.number),
        }
    }

    fn lane(&self) -> Lane {
        self.lane
    }
}

impl Locate for Slot {
    fn slot(&self) -> Slot {
        *self
    }

    fn lane(&self) -> Lane {
        Lane::ALONE
    }
}

/// The slot with this number.
pub(crate) fn numbered(number: u32) -> Slot {
    let mut slot = [0; WORD];
    if let Some(low) = slot.last_chunk_mut() {
        *low = number.to_be_bytes();
    }
    slot
}

/// The slot so many on.
pub(crate) fn advance(slot: &Slot, by: u32) -> Slot {
    let mut sum = *slot;
    let mut carry = u64::from(by);
    for byte in sum.iter_mut().rev() {
        if carry == 0 {
            break;
        }
        carry += u64::from(*byte);
        *byte = carry as u8;
        carry >>= 8;
    }
    sum
}

/// Where the elements of a list, or the rest of a long string, begin.
pub(crate) fn hashed(slot: &Slot) -> Slot {
    host::keccak256(slot)
}

/// The bytes of a lane that end `offset` bytes before the word does.
pub(crate) fn lane_of(word: &[u8; WORD], lane: Lane, len: usize) -> &[u8] {
    let end = WORD.wrapping_sub(lane.offset());
    word.get(end.wrapping_sub(len)..end).unwrap_or_default()
}

/// Reads the bytes of a lane out of a word.
pub(crate) fn read_lane<const N: usize>(word: &[u8; WORD], lane: Lane) -> [u8; N] {
    lane_of(word, lane, N).try_into().unwrap_or([0; N])
}

/// Writes the bytes of a lane into a word.
pub(crate) fn write_lane(word: &mut [u8; WORD], lane: Lane, bytes: &[u8]) {
    let end = WORD.wrapping_sub(lane.offset());
    if let Some(place) = word.get_mut(end.wrapping_sub(bytes.len())..end) {
        for (to, from) in place.iter_mut().zip(bytes) {
            *to = *from;
        }
    }
}

/// Writes a lane of a slot, leaving the others as they are.
#[inline(never)]
pub(crate) fn store_lane(slot: &Slot, lane: Lane, bytes: &[u8]) {
    let mut word = if lane.is_alone() { [0; WORD] } else { host::storage_read(slot) };
    write_lane(&mut word, lane, bytes);
    host::storage_write(slot, &word);
}
