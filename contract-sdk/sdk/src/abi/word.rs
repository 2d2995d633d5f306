//! Value types: each fits a word.

use super::{Abi, WORD, put_word, take_word};
use crate::{Address, FixedBytes, I256, U256};
use alloc::vec::Vec;

/// A value type, as the ABI pads it to a word: numbers to the left, bytes to the right.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not fit a word",
    note = "bool, integers, U256, I256, Address and FixedBytes<N> do; what is longer, or of your own, goes into an `Item`"
)]
pub trait Word: Sized {
    /// Pads it.
    fn to_word(&self) -> [u8; WORD];

    /// Takes the padding off. `None` if that is not what [`to_word`](Self::to_word) would make.
    fn from_word(word: &[u8; WORD]) -> Option<Self>;
}

macro_rules! abi_of_word {
    () => {
        const HEAD: usize = WORD;
        const DYNAMIC: bool = false;

        fn put(&self, out: &mut Vec<u8>, _: usize, at: usize) {
            put_word(out, at, &Word::to_word(self));
        }

        fn take(data: &[u8], at: usize) -> Option<Self> {
            <Self as Word>::from_word(take_word(data, at)?)
        }

        fn encode_return(&self) -> Vec<u8> {
            crate::buffer::copy(&Word::to_word(self))
        }
    };
}

macro_rules! words {
    ($($ty:ty: $name:literal;)+) => {
        $(impl Abi for $ty {
            const NAME: &'static str = $name;
            abi_of_word!();
        })+
    };
}
words! {
    bool: "bool";
    u8: "uint8"; u16: "uint16"; u32: "uint32"; u64: "uint64"; u128: "uint128"; U256: "uint256";
    i8: "int8"; i16: "int16"; i32: "int32"; i64: "int64"; i128: "int128"; I256: "int256";
    Address: "address";
}

/// The low-order bytes of a word, if all others are `fill`.
fn low<const N: usize>(word: &[u8; WORD], fill: u8) -> Option<[u8; N]> {
    let (padding, value) = word.split_last_chunk()?;
    padding.iter().all(|byte| *byte == fill).then_some(*value)
}

/// A word with these low-order bytes, and `fill` before them.
fn padded<const N: usize>(bytes: [u8; N], fill: u8) -> [u8; WORD] {
    let mut word = [fill; WORD];
    if let Some(place) = word.last_chunk_mut() {
        *place = bytes;
    }
    word
}

macro_rules! unsigned {
    ($($ty:ty)+) => {
        $(impl Word for $ty {
            fn to_word(&self) -> [u8; WORD] {
                padded(self.to_be_bytes(), 0)
            }

            fn from_word(word: &[u8; WORD]) -> Option<Self> {
                low(word, 0).map(Self::from_be_bytes)
            }
        })+
    };
}
unsigned!(u8 u16 u32 u64 u128);

macro_rules! signed {
    ($($ty:ty)+) => {
        $(impl Word for $ty {
            fn to_word(&self) -> [u8; WORD] {
                padded(self.to_be_bytes(), if *self < 0 { 0xFF } else { 0 })
            }

            fn from_word(word: &[u8; WORD]) -> Option<Self> {
                let fill = if word[0] & 0x80 == 0 { 0 } else { 0xFF };
                low(word, fill).map(Self::from_be_bytes).filter(|value| (*value < 0) == (fill != 0))
            }
        })+
    };
}
signed!(i8 i16 i32 i64 i128);

macro_rules! whole_words {
    ($($ty:ty)+) => {
        $(impl Word for $ty {
            fn to_word(&self) -> [u8; WORD] {
                self.to_be_bytes()
            }

            fn from_word(word: &[u8; WORD]) -> Option<Self> {
                Some(Self::from_be_bytes(*word))
            }
        })+
    };
}
whole_words!(U256 I256);

impl Word for Address {
    fn to_word(&self) -> [u8; WORD] {
        padded(self.0.0, 0)
    }

    fn from_word(word: &[u8; WORD]) -> Option<Self> {
        low(word, 0).map(Self::new)
    }
}

impl Word for bool {
    fn to_word(&self) -> [u8; WORD] {
        u8::from(*self).to_word()
    }

    fn from_word(word: &[u8; WORD]) -> Option<Self> {
        match u8::from_word(word)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

macro_rules! fixed_bytes {
    ($($n:literal $name:literal;)+) => {
        $(
            impl Word for FixedBytes<$n> {
                fn to_word(&self) -> [u8; WORD] {
                    let mut word = [0; WORD];
                    put_front(&mut word, &self.0);
                    word
                }

                fn from_word(word: &[u8; WORD]) -> Option<Self> {
                    let (value, padding) = word.split_first_chunk()?;
                    padding.iter().all(|byte| *byte == 0).then_some(Self(*value))
                }
            }

            impl Abi for FixedBytes<$n> {
                const NAME: &'static str = $name;
                abi_of_word!();
            }
        )+
    };
}

fn put_front<const N: usize>(word: &mut [u8; WORD], bytes: &[u8; N]) {
    if let Some(place) = word.first_chunk_mut() {
        *place = *bytes;
    }
}

fixed_bytes! {
    1 "bytes1"; 2 "bytes2"; 3 "bytes3"; 4 "bytes4"; 5 "bytes5"; 6 "bytes6"; 7 "bytes7"; 8 "bytes8"; 9 "bytes9";
    10 "bytes10"; 11 "bytes11"; 12 "bytes12"; 13 "bytes13"; 14 "bytes14"; 15 "bytes15"; 16 "bytes16"; 17 "bytes17";
    18 "bytes18"; 19 "bytes19"; 20 "bytes20"; 21 "bytes21"; 22 "bytes22"; 23 "bytes23"; 24 "bytes24"; 25 "bytes25";
    26 "bytes26"; 27 "bytes27"; 28 "bytes28"; 29 "bytes29"; 30 "bytes30"; 31 "bytes31"; 32 "bytes32";
}
