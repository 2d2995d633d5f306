use super::{Slot, text::TypeName};
use crate::{
    Address, Bytes, FixedBytes, I256, U256,
    abi::{Abi, Word},
    buffer, host,
};
use alloc::string::String;

/// A type of map keys.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a map",
    note = "addresses, integers, bool, bytesN, String, Bytes and tuples of them can"
)]
pub trait MapKey {
    /// Slot of this key's value in the mapping at `base`.
    fn slot(&self, base: &Slot) -> Slot;

    /// How the type of a mapping begins.
    #[doc(hidden)]
    const OPEN: &'static str;

    /// How it ends.
    #[doc(hidden)]
    const CLOSE: &'static str = ")";
}

/// The beginning of a mapping's type from the name of its key's.
macro_rules! open {
    ($name:expr) => {
        const { &opening($name) }.as_str()
    };
}

/// See `open!`.
#[doc(hidden)]
pub const fn opening(key: &str) -> TypeName {
    TypeName::EMPTY.push("mapping(").push(key).push("=>")
}

fn hash_pair(key: &[u8; 32], base: &Slot) -> Slot {
    host::keccak256([*key, *base].as_flattened())
}

fn hash_bytes(key: &[u8], base: &Slot) -> Slot {
    let mut bytes = buffer::copy(key);
    buffer::append(&mut bytes, base);
    host::keccak256(&bytes)
}

macro_rules! word_keys {
    ($($ty:ty)+) => {
        $(impl MapKey for $ty {
            const OPEN: &'static str = open!(<$ty as Abi>::NAME);

            fn slot(&self, base: &Slot) -> Slot {
                hash_pair(&self.to_word(), base)
            }
        })+
    };
}
word_keys!(bool u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 U256 I256 Address);

impl<const N: usize> MapKey for FixedBytes<N>
where
    Self: Word + Abi,
{
    const OPEN: &'static str = open!(<Self as Abi>::NAME);

    fn slot(&self, base: &Slot) -> Slot {
        hash_pair(&self.to_word(), base)
    }
}

impl MapKey for String {
    const OPEN: &'static str = open!("string");

    fn slot(&self, base: &Slot) -> Slot {
        hash_bytes(self.as_bytes(), base)
    }
}

impl MapKey for Bytes {
    const OPEN: &'static str = open!("bytes");

    fn slot(&self, base: &Slot) -> Slot {
        hash_bytes(self, base)
    }
}

impl<A: MapKey, B: MapKey> MapKey for (A, B) {
    const OPEN: &'static str = const { &TypeName::EMPTY.push(A::OPEN).push(B::OPEN) }.as_str();
    const CLOSE: &'static str = const { &TypeName::EMPTY.push(A::CLOSE).push(B::CLOSE) }.as_str();

    fn slot(&self, base: &Slot) -> Slot {
        self.1.slot(&self.0.slot(base))
    }
}

impl<A: MapKey, B: MapKey, C: MapKey> MapKey for (A, B, C) {
    const OPEN: &'static str = const { &TypeName::EMPTY.push(A::OPEN).push(B::OPEN).push(C::OPEN) }.as_str();
    const CLOSE: &'static str = const { &TypeName::EMPTY.push(A::CLOSE).push(B::CLOSE).push(C::CLOSE) }.as_str();

    fn slot(&self, base: &Slot) -> Slot {
        self.2.slot(&self.1.slot(&self.0.slot(base)))
    }
}
