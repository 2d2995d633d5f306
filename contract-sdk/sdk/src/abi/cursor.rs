//! A sequence of values, one after the other: what the macros emit. One function for each type serves all sequences,
//! where a tuple would have functions, and copies, of its own.

use super::{Abi, put_bytes};
use crate::buffer;
use alloc::vec::Vec;

/// Writes a sequence. Whoever has something to write gets it by reference: a place on the stack is computed again
/// wherever it is used, a reference is not.
#[derive(Debug, Default)]
pub struct Encoder {
    out: Vec<u8>,
    base: usize,
    at: usize,
}

impl Encoder {
    /// One with room for so many bytes before it has to find more.
    pub(crate) fn with_room(bytes: usize) -> Self {
        Self { out: buffer::with_room(bytes), ..Self::default() }
    }

    /// Begins a sequence behind `prefix`, with a head of so many bytes.
    #[inline(never)]
    pub fn begin(&mut self, prefix: &[u8], head: usize) {
        self.raw(prefix);
        self.base = self.out.len();
        self.at = self.base;
        buffer::grow(&mut self.out, head);
    }

    /// Writes bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        buffer::append(&mut self.out, bytes);
    }

    /// Writes the next value, of `bytes` or a `string`.
    pub(crate) fn put_bytes(&mut self, bytes: &[u8]) {
        put_bytes(&mut self.out, self.base, self.at, bytes);
    }

    /// What is written.
    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.out
    }

    /// Writes the next value.
    #[inline(never)]
    pub fn put<T: Abi>(&mut self, value: &T) {
        value.put(&mut self.out, self.base, self.at);
        self.at = self.at.wrapping_add(T::HEAD);
    }

    /// All that is written.
    pub fn finish(self) -> Vec<u8> {
        self.out
    }
}

/// Reads a sequence: the arguments of a method. It is handed on by reference, as an [`Encoder`] is.
#[derive(Debug)]
pub struct Decoder<'a> {
    method: &'static str,
    data: &'a [u8],
    at: usize,
}

impl<'a> Decoder<'a> {
    /// Of calldata, or of the arguments of a constructor.
    pub fn new(data: &'a [u8]) -> Self {
        Self { method: "", data, at: 0 }
    }

    /// All of it: calldata, until the selector is taken.
    pub fn data(&self) -> &'a [u8] {
        self.data
    }

    /// Takes the selector off the arguments, if there is one.
    pub fn selector(&mut self) -> Option<u32> {
        let (selector, args) = self.data.split_first_chunk()?;
        self.data = args;
        Some(u32::from_be_bytes(*selector))
    }

    /// Begins with the arguments of the method of this name.
    pub fn begin(&mut self, method: &'static str) {
        self.method = method;
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
