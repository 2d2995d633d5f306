//! Types that cross the Solidity ABI.
//!
//! The codec is the SDK's own: `alloy-sol-types` made the token of this repository 9 KB larger, mostly by what its
//! error paths format. The tests hold both against each other.
//!
//! A sequence of values is a head of fixed size, then a tail. A value of fixed size lies in the head; one of varying
//! size lies in the tail, and the head has its offset from the beginning of the sequence.
//!
//! Positions are positions in a memory of 32 bits, so that sums of them are not checked here; every access is.

mod cursor;
mod sequence;
#[cfg(test)]
mod tests;
mod uint;
mod word;

use crate::{
    Bytes, U256,
    buffer::{self, grow},
    text,
};
use alloc::{string::String, vec::Vec};

#[doc(hidden)]
pub use cursor::{Decoder, Encoder};
#[doc(hidden)]
pub use sequence::{begin_tuple, take_tuple};
pub use uint::Uint;
pub(crate) use word::Word;

/// Bytes of a word.
const WORD: usize = 32;

/// A type that crosses the ABI: `bool`, `u8`..`u128`, `i8`..`i128`, [`U256`](crate::U256), [`I256`](crate::I256), [`Address`](crate::Address),
/// `FixedBytes<N>` (bytesN), [`Uint<BITS>`](Uint), `String`, [`Bytes`], `Vec<T>` (`Vec<u8>` is `uint8[]`; for `bytes` use
/// [`Bytes`]), `[T; N]`, tuples, and what derives it: structs, which are tuples with named components, and enums without
/// fields, which are `uint8`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross the ABI",
    note = "use bool, integers, U256, Address, FixedBytes<N>, String, Bytes, or Vec, arrays and tuples of them, or \
            derive `zx::Abi` for a struct or enum of your own"
)]
pub trait Abi: Sized {
    /// Solidity's name for it.
    const NAME: &'static str;
    /// How a declaration names it: with the names of structs, their members, and enums.
    #[doc(hidden)]
    const SPEC: &'static str = Self::NAME;
    /// Bytes that it takes in the head of a sequence.
    #[doc(hidden)]
    const HEAD: usize;
    /// Whether its size varies.
    #[doc(hidden)]
    const DYNAMIC: bool;
    /// Whether a method that returns it returns several values.
    #[doc(hidden)]
    const IS_TUPLE: bool = false;

    /// Writes it into the head, at `at`, of the sequence that begins at `base`, and if its size varies, appends it.
    #[doc(hidden)]
    fn put(&self, out: &mut Vec<u8>, base: usize, at: usize);

    /// Reads it from the head, at `at`, of the sequence that `data` begins with. `None` if it does not fit.
    #[doc(hidden)]
    fn take(data: &[u8], at: usize) -> Option<Self>;

    /// Encodes it as what a method returns.
    fn encode_return(&self) -> Vec<u8> {
        let mut out = buffer::zeros(Self::HEAD);
        self.put(&mut out, 0, 0);
        out
    }

    /// Decodes what a method returned. `None` if that does not fit the type.
    fn decode_return(data: &[u8]) -> Option<Self> {
        Self::take(data, 0)
    }
}

/// A tuple of [`Abi`] types: the arguments of a method.
pub trait Args: Sized {
    /// Encodes them after what `out` has.
    #[doc(hidden)]
    fn append(&self, out: &mut Vec<u8>);

    /// Decodes them. `None` if the data does not fit: too short, offsets astray, bits set outside a value.
    fn decode(data: &[u8]) -> Option<Self>;

    /// Encodes them.
    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.append(&mut out);
        out
    }
}

/// Writes a word into the head.
fn put_word(out: &mut [u8], at: usize, word: &[u8; WORD]) {
    if let Some(place) = out.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
        *place = *word;
    }
}

/// Writes a number into the head.
fn put_number(out: &mut [u8], at: usize, number: usize) {
    // The rest of the word is zero: heads are made so.
    if let Some(place) = out.get_mut(at.wrapping_add(WORD - 4)..).and_then(<[u8]>::first_chunk_mut) {
        *place = (number as u32).to_be_bytes();
    }
}

/// Begins a tail at the end, writing its offset into the head, and returns where it begins.
fn begin_tail(out: &mut [u8], base: usize, at: usize) -> usize {
    let tail = out.len();
    put_number(out, at, tail.wrapping_sub(base));
    tail
}

fn take_word(data: &[u8], at: usize) -> Option<&[u8; WORD]> {
    data.get(at..)?.first_chunk()
}

/// Reads a number that counts something in `data`, so that none above 32 bits can be meant.
pub(crate) fn take_number(data: &[u8], at: usize) -> Option<usize> {
    u32::try_from(U256::from_be_bytes(*take_word(data, at)?)).ok().map(|number| number as usize)
}

/// The tail whose offset the head has.
fn take_tail(data: &[u8], at: usize) -> Option<&[u8]> {
    data.get(take_number(data, at)?..)
}

/// Writes `bytes` or a `string`: offset, length, content, padding.
#[inline(never)]
pub(crate) fn put_bytes(out: &mut Vec<u8>, base: usize, at: usize, bytes: &[u8]) {
    let tail = begin_tail(out, base, at);
    grow(out, WORD);
    put_number(out, tail, bytes.len());
    buffer::append(out, bytes);
    grow(out, bytes.len().wrapping_neg() % WORD);
}

fn take_bytes(data: &[u8], at: usize) -> Option<&[u8]> {
    let tail = take_tail(data, at)?;
    let len = take_number(tail, 0)?;
    // The padding must be there, as Solidity's decoder has it.
    tail.get(WORD..)?.get(..len.checked_next_multiple_of(WORD)?)?.get(..len)
}

macro_rules! bytes {
    ($($ty:ty: $name:literal, |$value:ident| $as_bytes:expr, |$taken:ident| $from_bytes:expr;)+) => {
        $(impl Abi for $ty {
            const NAME: &'static str = $name;
            const HEAD: usize = WORD;
            const DYNAMIC: bool = true;

            fn put(&self, out: &mut Vec<u8>, base: usize, at: usize) {
                let $value = self;
                put_bytes(out, base, at, $as_bytes);
            }

            fn take(data: &[u8], at: usize) -> Option<Self> {
                let $taken = take_bytes(data, at)?;
                $from_bytes
            }
        })+
    };
}
bytes! {
    String: "string", |value| value.as_bytes(), |taken| text::from_utf8(buffer::copy(taken));
    Bytes: "bytes", |value| value, |taken| Some(Bytes::copy_from_slice(taken));
}
