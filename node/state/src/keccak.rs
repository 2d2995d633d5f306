//! Keccak-256 of many inputs at once, because most of a root is hashing.
//!
//! Inputs are written one after another into a [`Batch`], already in the blocks that the permutation takes, and hashed
//! together: [`lanes`] says why that is faster than one by one.

#[cfg(target_arch = "x86_64")]
mod lanes;

use alloy_primitives::{B256, keccak256};
use rayon::{iter::ParallelIterator, slice::ParallelSlice};

/// Bytes that go into the state before each permutation: 1600 bits less twice the hash's 256.
const RATE: usize = 136;

/// As many bytes, in words.
type Block = [[u8; 8]; RATE / 8];

/// Inputs that are to be hashed.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// The inputs in whole blocks: each ends in a one, zeros, and a one in the block's last bit (FIPS 202, section
    /// 5.1, with Keccak's own suffix).
    bytes: Vec<u8>,
    /// Where each input begins, and how long it is without its padding.
    inputs: Vec<(usize, usize)>,
}

impl Batch {
    /// Nothing, in the same memory.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.inputs.clear();
    }

    /// Adds what `write` appends.
    pub(crate) fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len();
        write(&mut self.bytes);
        let end = self.bytes.len();
        self.inputs.push((start, end.saturating_sub(start)));
        self.bytes.push(1);
        self.bytes.resize(end.saturating_add(1).next_multiple_of(RATE), 0);
        if let Some(last) = self.bytes.last_mut() {
            *last ^= 0x80;
        }
    }

    /// The inputs, in the order in which they came.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = &[u8]> {
        let input = |(start, length): &(usize, usize)| self.bytes.get(*start..)?.get(..*length);
        self.inputs.iter().map(move |place| input(place).unwrap_or_default())
    }

    /// The hash of each.
    pub(crate) fn hashes(&self) -> Vec<B256> {
        #[cfg(target_arch = "x86_64")]
        if self.inputs.len() >= lanes::FEWEST
            && let Some(hashes) = lanes::hashes(&self.padded())
        {
            return hashes;
        }
        self.inputs().map(keccak256).collect()
    }

    /// The inputs with their padding.
    #[cfg(target_arch = "x86_64")]
    fn padded(&self) -> Vec<&[Block]> {
        let blocks = self.bytes.as_chunks().0.as_chunks().0;
        let input = |(start, length): &(usize, usize)| blocks.get(start / RATE..)?.get(..=length / RATE);
        self.inputs.iter().map(|place| input(place).unwrap_or_default()).collect()
    }
}

/// Keys that one thread hashes before another could help.
const KEYS: usize = 256;

/// The hash of each of some keys, worked out by several threads if there are many.
pub(crate) fn keys<T: AsRef<[u8]> + Sync>(keys: &[T]) -> Vec<B256> {
    let some = |keys: &[T]| {
        let mut batch = Batch::default();
        keys.iter().for_each(|key| batch.push(|out| out.extend_from_slice(key.as_ref())));
        batch.hashes()
    };
    match keys.len() {
        KEYS.. => keys.par_chunks(KEYS).map(some).collect::<Vec<_>>().concat(),
        _ => some(keys),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Inputs of every length up to four blocks, in an order that mixes long and short.
    fn inputs(count: usize) -> Vec<Vec<u8>> {
        let input = |n: usize| (0..n * 211 % 545).map(|byte| (byte * 7 + n) as u8).collect();
        (0..count).map(input).collect()
    }

    #[test]
    fn hashes_are_those_of_each_input_alone() {
        for inputs in (0..40).chain([545]).map(inputs) {
            let mut batch = Batch::default();
            inputs.iter().for_each(|input| batch.push(|out| out.extend_from_slice(input)));
            assert!(batch.inputs().eq(inputs.iter().map(Vec::as_slice)));
            assert_eq!(batch.hashes(), inputs.iter().map(keccak256).collect::<Vec<_>>(), "{} inputs", inputs.len());
            assert_eq!(keys(&inputs), batch.hashes());
        }
    }

    #[test]
    fn a_batch_that_was_cleared_is_as_new() {
        let mut batch = Batch::default();
        batch.push(|out| out.extend_from_slice(&[1; 300]));
        batch.clear();
        batch.push(|out| out.extend_from_slice(b"key"));
        assert_eq!(batch.hashes(), [keccak256(b"key")]);
    }
}
