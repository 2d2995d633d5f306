//! A sequence of values, one after the other: what the macros emit. One function for each type serves all sequences,
//! where a tuple would have functions, and copies, of its own.

use super::{Abi, grow};
use alloc::vec::Vec;

/// Writes a sequence.
#[derive(Debug)]
pub struct Encoder {
    out: Vec<u8>,
    base: usize,
    at: usize,
}

impl Encoder {
    /// A sequence behind `prefix`, with a head of so many bytes.
    #[inline(never)]
    pub fn new(prefix: &[u8], head: usize) -> Self {
        let mut out = prefix.to_vec();
        grow(&mut out, head);
        Self { out, base: prefix.len(), at: prefix.len() }
    }

    /// Writes the next value.
    #[inline(never)]
    pub fn put<T: Abi>(&mut self, value: &T) {
        value.put(&mut self.out, self.base, self.at);
        self.at = self.at.wrapping_add(T::HEAD);
    }

    /// Prefix and sequence.
    pub fn finish(self) -> Vec<u8> {
        self.out
    }
}

/// Reads a sequence: the arguments of a method.
#[derive(Debug)]
pub struct Decoder<'a> {
    method: &'static str,
    data: &'a [u8],
    at: usize,
}

impl<'a> Decoder<'a> {
    /// The arguments of the method of this name.
    pub fn new(method: &'static str, data: &'a [u8]) -> Self {
        Self { method, data, at: 0 }
    }

    /// Reads the next value; reverts if it does not decode.
    #[inline(never)]
    pub fn take<T: Abi>(&mut self) -> T {
        match T::take(self.data, self.at) {
            Some(value) => {
                self.at = self.at.wrapping_add(T::HEAD);
                value
            }
            None => crate::entry::malformed(self.method),
        }
    }
}
