use super::{Abi, WORD, Word, put_word, take_word};
use crate::{
    U256, host,
    storage::{Lane, MapKey, Size, Slot, StorageValue, Stored},
};
use alloc::vec::Vec;
use core::fmt;

/// An unsigned integer of a width that Rust has no type for: `Uint<112>` is Solidity's `uint112`. Of 8 to 248 bits, a
/// multiple of 8. It only stores and carries: calculate with [`U256`], to which it converts, and come back with
/// [`new`](Self::new) or [`try_from`](TryFrom::try_from), which refuse what does not fit.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uint<const BITS: usize>(U256);

impl<const BITS: usize> Uint<BITS> {
    const BYTES: usize = {
        assert!(BITS.is_multiple_of(8) && BITS > 0 && BITS < 256, "a Uint has 8 to 248 bits, a multiple of 8");
        BITS / 8
    };

    /// The largest.
    pub const MAX: Self = Self(U256::low_bits(BITS));

    /// This number; reverts with `Panic(0x11)` if it does not fit.
    pub fn new(number: U256) -> Self {
        match Self::try_from(number) {
            Ok(number) => number,
            Err(TooLarge(())) => crate::revert::panic_code(crate::revert::PANIC_OVERFLOW),
        }
    }

    /// The number.
    pub const fn get(self) -> U256 {
        self.0
    }
}

/// A number that does not fit the type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge(());

impl<const BITS: usize> TryFrom<U256> for Uint<BITS> {
    type Error = TooLarge;

    fn try_from(number: U256) -> Result<Self, TooLarge> {
        if number > Self::MAX.0 { Err(TooLarge(())) } else { Ok(Self(number)) }
    }
}

impl<const BITS: usize> From<Uint<BITS>> for U256 {
    fn from(number: Uint<BITS>) -> Self {
        number.0
    }
}

impl<const BITS: usize> fmt::Debug for Uint<BITS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<const BITS: usize> fmt::Display for Uint<BITS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl<const BITS: usize> Word for Uint<BITS> {
    fn to_word(&self) -> [u8; WORD] {
        self.0.to_be_bytes()
    }

    fn from_word(word: &[u8; WORD]) -> Option<Self> {
        Self::try_from(U256::from_be_bytes(*word)).ok()
    }
}

impl<const BITS: usize> Abi for Uint<BITS> {
    const NAME: &'static str = const { &crate::compose::Text::<16>::EMPTY.push("uint").number(BITS as u64) }.as_str();
    const HEAD: usize = WORD;
    const DYNAMIC: bool = false;

    fn put(&self, out: &mut Vec<u8>, _: usize, at: usize) {
        put_word(out, at, &self.to_word());
    }

    fn take(data: &[u8], at: usize) -> Option<Self> {
        Self::from_word(take_word(data, at)?)
    }
}

impl<const BITS: usize> Stored for Uint<BITS> {
    const SIZE: Size = Size::bytes(Self::BYTES as u8);
    const TYPE: &'static str = Self::NAME;
}

impl<const BITS: usize> StorageValue for Uint<BITS> {
    fn load(slot: &Slot, lane: Lane) -> Self {
        read(&host::storage_read(slot), lane, Self::BYTES)
    }

    fn store(&self, slot: &Slot, lane: Lane) {
        let mut word = if lane.is_alone() { [0; WORD] } else { host::storage_read(slot) };
        self.pack(&mut word, lane);
        host::storage_write(slot, &word);
    }

    fn clear(slot: &Slot, lane: Lane) {
        Self::default().store(slot, lane);
    }

    fn unpack(word: &[u8; WORD], lane: Lane) -> Option<Self> {
        Some(read(word, lane, Self::BYTES))
    }

    fn pack(&self, word: &mut [u8; WORD], lane: Lane) -> bool {
        let bytes = self.0.to_be_bytes();
        crate::storage::write_lane(word, lane, bytes.get(WORD.wrapping_sub(Self::BYTES)..).unwrap_or_default());
        true
    }
}

/// The bytes of a lane, as a number.
fn read<const BITS: usize>(word: &[u8; WORD], lane: Lane, bytes: usize) -> Uint<BITS> {
    let mut number = [0; WORD];
    crate::storage::write_lane(&mut number, Lane::ALONE, crate::storage::lane_of(word, lane, bytes));
    Uint(U256::from_be_bytes(number))
}

impl<const BITS: usize> MapKey for Uint<BITS> {
    const OPEN: &'static str =
        const { &crate::compose::Text::<32>::EMPTY.push("mapping(uint").number(BITS as u64).push("=>") }.as_str();

    fn slot(&self, base: &Slot) -> Slot {
        self.0.slot(base)
    }
}
