//! Where things lie: slots, lanes in a slot, and how fields are laid out one after the other.

use crate::{buffer, host};
use zx_host_functions::deploy::IMMUTABLE_BYTES;

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

/// How much of storage a type takes, and of the immutables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    slots: u32,
    /// Bytes of the last slot; 0 for what is not in the sequence of slots.
    bytes: u8,
    /// Bytes of the immutables.
    immutable: u16,
    /// Whether it needs the contract's domain; see [`Size::domain`].
    domain: bool,
}

/// Bytes of a domain among the immutables: the contract's address, hashes of name and version.
pub(crate) const DOMAIN_BYTES: u16 = 84;

impl Size {
    /// Nothing.
    const EMPTY: Self = Self { slots: 0, bytes: 0, immutable: 0, domain: false };

    /// A value of so many bytes, 1 to 32: it shares a slot with its neighbours if they fit.
    pub const fn bytes(bytes: u8) -> Self {
        assert!(bytes > 0 && bytes as usize <= WORD, "a value takes 1 to 32 bytes of a slot");
        Self { slots: 1, bytes, ..Self::EMPTY }
    }

    /// A value of so many bytes, 1 to 32, that is immutable: part of the code, and in no slot.
    pub const fn immutable(bytes: u8) -> Self {
        assert!(bytes > 0 && bytes as usize <= WORD, "an immutable value takes 1 to 32 bytes");
        Self { immutable: bytes as u16, ..Self::EMPTY }
    }

    /// What messages are signed for (EIP-712): a contract has one domain, which lies behind its other immutables, and all
    /// parts of it that say so mean that one, as they mean the same slots by a namespace.
    pub(crate) const fn domain() -> Self {
        Self { domain: true, ..Self::EMPTY }
    }

    /// The same at a slot of its own, out of the sequence.
    #[doc(hidden)]
    pub const fn elsewhere(self) -> Self {
        Self { slots: 0, bytes: 0, ..self }
    }

    /// The same, for what is in a map, a list or an array.
    #[doc(hidden)]
    #[track_caller]
    pub const fn of_entry(self) -> Self {
        assert!(
            self.immutable == 0 && !self.domain,
            "an immutable is a field of the contract or of a struct in it, not of an entry"
        );
        self
    }

    /// So many slots of its own: whatever follows begins in a new one.
    pub const fn slots(slots: u32) -> Self {
        Self { slots, bytes: WORD as u8, ..Self::EMPTY }
    }

    /// So many slots of its own, and these immutables.
    const fn of_fields(slots: u32, immutable: u16, domain: bool) -> Self {
        let size = Self { slots, bytes: WORD as u8, immutable, domain };
        assert!(size.in_immutables() as usize <= IMMUTABLE_BYTES, "a contract has at most 4,096 bytes of immutables");
        if slots == 0 && immutable > 0 { size.elsewhere() } else { size }
    }

    /// The same with what a part needs that begins so many slots on.
    pub(crate) const fn with_part(self, slot: u32, part: Self) -> Self {
        assert!(part.immutable == 0, "an immutable cannot be a field here");
        Self { slots: slot + part.slots, domain: self.domain || part.domain, ..self }
    }

    /// `len` of these, one after the other, as arrays have them.
    pub const fn array(self, len: usize) -> Self {
        let _ = self.of_entry();
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

    /// Bytes of the immutables that it takes.
    pub const fn in_immutables(self) -> u16 {
        self.immutable + if self.domain { DOMAIN_BYTES } else { 0 }
    }

    /// The same without the domain.
    pub(crate) const fn in_own_immutables(self) -> u16 {
        self.immutable
    }

    /// Whether it can share a slot.
    #[doc(hidden)]
    pub const fn packs(self) -> bool {
        (self.bytes as usize) < WORD && !self.is_elsewhere()
    }

    /// Whether it takes nothing of the sequence of slots.
    pub(crate) const fn is_elsewhere(self) -> bool {
        self.bytes == 0
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
    /// Where its immutables begin.
    immutable: u16,
    /// Where those of the contract's domain do.
    domain: u16,
}

impl Place {
    /// The beginning of a contract's storage, if it has no immutables.
    pub const ORIGIN: Self = Self { base: None, number: 0, lane: Lane::ALONE, immutable: 0, domain: 0 };

    /// The beginning of a contract of this size.
    #[doc(hidden)]
    pub const fn of_contract(size: Size) -> Self {
        Self { domain: size.immutable, ..Self::ORIGIN }
    }

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
        let immutable = self.immutable + member.immutable;
        Self { number: self.number + member.slot, lane: member.lane, immutable, ..self }
    }

    /// This slot, for a member of what is here that is out of the sequence.
    #[doc(hidden)]
    pub const fn elsewhere(self, slot: &'static Slot, member: Member) -> Self {
        Self { immutable: self.immutable + member.immutable, domain: self.domain, ..Self::at(slot) }
    }

    /// Where its immutables begin.
    pub(crate) const fn immutable(self) -> u16 {
        self.immutable
    }

    /// Where the contract's domain is among the immutables.
    pub(crate) const fn domain(self) -> u16 {
        self.domain
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
    /// Bytes from the beginning of its immutables.
    pub immutable: u16,
}

impl Member {
    /// What begins with this slot.
    #[doc(hidden)]
    pub const fn at(slot: u32, lane: Lane) -> Self {
        Self { slot, lane, immutable: 0 }
    }
}

/// Lays fields out as Solidity does: a value goes into the rest of the slot if it fits, everything else begins a new
/// slot; immutables follow each other byte by byte. Returns their places, and what they take together.
#[doc(hidden)]
pub const fn plan<const N: usize>(sizes: [Size; N]) -> ([Member; N], Size) {
    let mut members = [Member::at(0, Lane::ALONE); N];
    let (mut slot, mut offset, mut immutable, mut domain, mut i) = (0, 0, 0, false, 0);
    while i < N {
        let size = sizes[i];
        members[i].immutable = immutable;
        immutable += size.immutable;
        domain |= size.domain;
        if size.is_elsewhere() {
            i += 1;
            continue;
        }
        if offset > 0 && offset + size.bytes as usize > WORD {
            slot += 1;
            offset = 0;
        }
        members[i].slot = slot;
        if size.packs() {
            if offset > 0 || next_fits(&sizes, i + 1, offset + size.bytes as usize) {
                members[i].lane = Lane(offset as u8);
            }
            offset += size.bytes as usize;
        } else {
            slot += size.slots;
            offset = 0;
        }
        i += 1;
    }
    (members, Size::of_fields(if offset > 0 { slot + 1 } else { slot }, immutable, domain))
}

/// Whether the next field in the sequence goes into the slot of which so many bytes are taken.
const fn next_fits(sizes: &[Size], mut next: usize, taken: usize) -> bool {
    while next < sizes.len() && sizes[next].is_elsewhere() {
        next += 1;
    }
    next < sizes.len() && sizes[next].packs() && taken + sizes[next].bytes as usize <= WORD
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
            Some(base) if self.number == 0 => *base,
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
    match word.get(..WORD.wrapping_sub(lane.offset())).and_then(<[u8]>::last_chunk) {
        Some(bytes) => *bytes,
        None => [0; N],
    }
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
