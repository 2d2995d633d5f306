use super::Slot;
use crate::{Address, Bytes, FixedBytes, U256, abi::Word, host};
use alloc::{string::String, vec::Vec};

/// A type of map keys.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a map",
    note = "addresses, integers, bool, bytesN, String, Bytes and tuples of them can"
)]
pub trait MapKey {
    /// Slot of this key's value in the mapping at `base`.
    fn slot(&self, base: &Slot) -> Slot;
}

fn hash_pair(key: &[u8; 32], base: &Slot) -> Slot {
    host::keccak256([*key, *base].as_flattened())
}

fn hash_bytes(key: &[u8], base: &Slot) -> Slot {
    let mut bytes = Vec::with_capacity(key.len() + 32);
    bytes.extend_from_slice(key);
    bytes.extend_from_slice(base);
    host::keccak256(&bytes)
}

macro_rules! word_keys {
    ($($ty:ty)+) => {
        $(impl MapKey for $ty {
            fn slot(&self, base: &Slot) -> Slot {
                hash_pair(&self.to_word(), base)
            }
        })+
    };
}
word_keys!(bool u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 U256 Address);

impl<const N: usize> MapKey for FixedBytes<N>
where
    Self: Word,
{
    fn slot(&self, base: &Slot) -> Slot {
        hash_pair(&self.to_word(), base)
    }
}

impl MapKey for String {
    fn slot(&self, base: &Slot) -> Slot {
        hash_bytes(self.as_bytes(), base)
    }
}

impl MapKey for Bytes {
    fn slot(&self, base: &Slot) -> Slot {
        hash_bytes(self, base)
    }
}

impl<A: MapKey, B: MapKey> MapKey for (A, B) {
    fn slot(&self, base: &Slot) -> Slot {
        self.1.slot(&self.0.slot(base))
    }
}

impl<A: MapKey, B: MapKey, C: MapKey> MapKey for (A, B, C) {
    fn slot(&self, base: &Slot) -> Slot {
        self.2.slot(&self.1.slot(&self.0.slot(base)))
    }
}
