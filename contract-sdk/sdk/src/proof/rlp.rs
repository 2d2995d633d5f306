//! RLP, read strictly (Yellow Paper, appendix B): each value has one encoding, and any other is refused.
//!
//! A list is read item by item and lists in it are items like any other, so that nesting costs neither stack nor
//! memory: nothing here recurses or allocates.

use crate::{U256, buffer};
use alloc::vec::Vec;
use core::fmt;

/// Lengths up to this stand in the prefix itself.
const SHORT: u8 = 55;
/// Prefix of an empty string.
const STRING: u8 = 0x80;
/// Prefix of an empty list.
const LIST: u8 = 0xC0;

/// What is wrong with an encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RlpError {
    /// It ends before its items do.
    Truncated,
    /// Something follows what should be the last item.
    Trailing,
    /// There is a shorter way to write the prefix: a byte below 0x80 with a prefix, a length with leading zeros, or a
    /// length of at most 55 in the long form.
    NotCanonical,
    /// A number with leading zeros.
    LeadingZero,
    /// A list where a string should be.
    NotAString,
    /// A string where a list should be.
    NotAList,
    /// A string of another length than the field has, or a number too large for it.
    WrongLength,
}

impl RlpError {
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Truncated => "RLP ends early",
            Self::Trailing => "RLP has trailing items or bytes",
            Self::NotCanonical => "RLP is not canonical",
            Self::LeadingZero => "RLP number has leading zeros",
            Self::NotAString => "RLP list where a string should be",
            Self::NotAList => "RLP string where a list should be",
            Self::WrongLength => "RLP string of a wrong length",
        }
    }
}

impl fmt::Display for RlpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for RlpError {}

/// A string of bytes, or a list of items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    /// The bytes.
    String(&'a [u8]),
    /// The items, not read yet.
    List(Items<'a>),
}

/// Reads the one item that `encoded` is.
///
/// Of a list only the prefix is read: what is wrong inside it comes to light when its [`Items`] are taken.
///
/// ```
/// use zx_sdk::proof::rlp::{self, Item, RlpError};
///
/// assert_eq!(rlp::decode(b"\x83dog"), Ok(Item::String(b"dog")));
/// assert_eq!(rlp::decode(b"\x83dogs"), Err(RlpError::Trailing));
/// assert_eq!(rlp::decode(b"\x81d"), Err(RlpError::NotCanonical));
/// ```
///
/// # Errors
/// It is not exactly one item, or not canonical.
pub fn decode(encoded: &[u8]) -> Result<Item<'_>, RlpError> {
    let mut items = Items { rest: encoded };
    let item = items.take()?;
    items.end()?;
    Ok(item)
}

/// Reads the one list that `encoded` is.
///
/// # Errors
/// As of [`decode`], or it is a string.
pub fn decode_list(encoded: &[u8]) -> Result<Items<'_>, RlpError> {
    list(decode(encoded)?)
}

/// Reads the one number that `encoded` is.
///
/// # Errors
/// As of [`decode`] and [`Items::number`].
pub fn decode_number(encoded: &[u8]) -> Result<U256, RlpError> {
    digits(string(decode(encoded)?)?).map(U256::from_be_bytes)
}

/// Encodes a number: the key of a transaction or receipt in its trie is its encoded index.
pub fn encode_u64(value: u64) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let digits = bytes.get(value.leading_zeros() as usize / 8..).unwrap_or_default();
    let mut out = match digits {
        [..STRING] => Vec::new(),
        _ => buffer::copy(&[STRING | digits.len() as u8]),
    };
    buffer::append(&mut out, digits);
    out
}

/// The items of a list that are still to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Items<'a> {
    rest: &'a [u8],
}

impl<'a> Items<'a> {
    /// Whether all are taken.
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Bytes that the rest takes.
    pub const fn len(&self) -> usize {
        self.rest.len()
    }

    /// Takes the next item. After an error the reader stays where it was.
    ///
    /// # Errors
    /// There is none, it runs past the end, or its prefix is not canonical.
    #[inline(never)]
    pub fn take(&mut self) -> Result<Item<'a>, RlpError> {
        let (&prefix, after) = self.rest.split_first().ok_or(RlpError::Truncated)?;
        if prefix < STRING {
            let (byte, rest) = split(self.rest, 1)?;
            self.rest = rest;
            return Ok(Item::String(byte));
        }
        // Strings and lists count alike from their first prefix.
        let (len, after) = match prefix & 0x3F {
            len @ ..=SHORT => (len.into(), after),
            code => long_length(after, code.wrapping_sub(SHORT))?,
        };
        let (payload, rest) = split(after, len)?;
        let item = match payload {
            _ if prefix >= LIST => Item::List(Items { rest: payload }),
            [..STRING] => return Err(RlpError::NotCanonical),
            _ => Item::String(payload),
        };
        self.rest = rest;
        Ok(item)
    }

    /// Takes a string.
    ///
    /// # Errors
    /// As of [`take`](Self::take), or it is a list.
    pub fn string(&mut self) -> Result<&'a [u8], RlpError> {
        string(self.take()?)
    }

    /// Takes a list.
    ///
    /// # Errors
    /// As of [`take`](Self::take), or it is a string.
    pub fn list(&mut self) -> Result<Self, RlpError> {
        list(self.take()?)
    }

    /// Takes a string of `N` bytes: a hash, an address.
    ///
    /// # Errors
    /// As of [`string`](Self::string), or it has another length.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], RlpError> {
        self.string()?.try_into().map_err(|_| RlpError::WrongLength)
    }

    /// Takes a number.
    ///
    /// # Errors
    /// As of [`string`](Self::string), or it has leading zeros or more than 32 bytes.
    pub fn number(&mut self) -> Result<U256, RlpError> {
        digits(self.string()?).map(U256::from_be_bytes)
    }

    /// Takes a number of at most 64 bits.
    ///
    /// # Errors
    /// As of [`number`](Self::number), or it is larger.
    pub fn number64(&mut self) -> Result<u64, RlpError> {
        digits(self.string()?).map(u64::from_be_bytes)
    }

    /// Makes sure that all are taken.
    ///
    /// # Errors
    /// They are not.
    pub const fn end(self) -> Result<(), RlpError> {
        if self.is_empty() { Ok(()) } else { Err(RlpError::Trailing) }
    }
}

/// The length that the next `count` bytes, at least one, are; and what follows them.
fn long_length(after: &[u8], count: u8) -> Result<(usize, &[u8]), RlpError> {
    let (bytes, rest) = split(after, count.into())?;
    let len = match bytes {
        [0, ..] | [..=SHORT] => return Err(RlpError::NotCanonical),
        _ => bytes.iter().fold(0, |len: u64, byte| len << 8 | u64::from(*byte)),
    };
    // No memory holds what a length asks for that does not fit a pointer.
    usize::try_from(len).map(|len| (len, rest)).map_err(|_| RlpError::Truncated)
}

fn split(bytes: &[u8], at: usize) -> Result<(&[u8], &[u8]), RlpError> {
    bytes.split_at_checked(at).ok_or(RlpError::Truncated)
}

fn string(item: Item<'_>) -> Result<&[u8], RlpError> {
    match item {
        Item::String(bytes) => Ok(bytes),
        Item::List(_) => Err(RlpError::NotAString),
    }
}

fn list(item: Item<'_>) -> Result<Items<'_>, RlpError> {
    match item {
        Item::List(items) => Ok(items),
        Item::String(_) => Err(RlpError::NotAList),
    }
}

/// A number, padded to the left.
fn digits<const N: usize>(bytes: &[u8]) -> Result<[u8; N], RlpError> {
    if bytes.first() == Some(&0) {
        return Err(RlpError::LeadingZero);
    }
    if bytes.len() > N {
        return Err(RlpError::WrongLength);
    }
    let mut out = [0; N];
    for (to, from) in out.iter_mut().rev().zip(bytes.iter().rev()) {
        *to = *from;
    }
    Ok(out)
}
