//! A number with its history.

use crate::{List, U256, Uint};

/// A number, and what it was before: one checkpoint for each block, or whatever else it is told by, in which it changed.
/// OpenZeppelin's `Checkpoints.Trace208`, in its layout: a checkpoint takes one slot.
///
/// What it was is found by halving: some 2,100 gas for each time that the number of checkpoints can be halved.
///
/// ```
/// # extern crate zx_sdk as zx;
/// use zx::{components::{Checkpoints, CheckpointsError}, prelude::*};
///
/// #[zx::contract]
/// pub struct Rate {
///     rate: Checkpoints,
/// }
///
/// #[zx::public]
/// impl Rate {
///     pub fn set(&mut self, cx: &mut Ctx, rate: U256) -> Result<(), CheckpointsError> {
///         self.rate.push(cx.block_number(), rate).map(|_| ())
///     }
///
///     pub fn rate_at(&self, _cx: &Ctx, block: u64) -> U256 {
///         self.rate.value_at(block)
///     }
/// }
///
/// let host = zx::testing::Host::new();
/// let rate = host.deploy::<Rate>(());
/// let first = host.block().number;
/// rate.set(U256::from(5u8)).unwrap();
/// host.mine(10);
/// rate.set(U256::from(7u8)).unwrap();
/// assert_eq!(rate.rate_at(first + 9), U256::from(5u8));
/// assert_eq!(rate.rate_at(first + 10), U256::from(7u8));
/// ```
#[zx::storage]
#[derive(Debug)]
pub struct Checkpoints {
    trace: List<Checkpoint>,
}

/// What a number was from some point on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue, zx::Abi)]
pub struct Checkpoint {
    /// From when on: a block, for instance.
    pub key: Uint<48>,
    /// The number.
    pub value: Uint<208>,
}

/// Why there is no such checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Error)]
pub enum CheckpointsError {
    /// There is a later one.
    CheckpointUnorderedInsertion {},
    /// The number does not fit.
    SafeCastOverflowedUintDowncast {
        /// Bits that there are: 208 for the number, 48 for the key.
        bits: u8,
        /// What was to be stored.
        value: U256,
    },
}

impl Checkpoints {
    /// The number as it is.
    pub fn latest(&self) -> U256 {
        self.last().map_or(U256::ZERO, |last| last.value.get())
    }

    /// What the number was at `key`: the value of the last checkpoint that is not later; 0 before the first.
    pub fn value_at(&self, key: u64) -> U256 {
        let key = U256::from(key);
        let (mut from, mut to) = (0, self.trace.len());
        // The checkpoints before `from` are not later than `key`, those from `to` on are. What is asked for is mostly late:
        // a look near the end comes first, as OpenZeppelin's `upperLookupRecent` has it.
        if to > 5 {
            let recent = to - to.isqrt();
            if self.trace.load(recent).key.get() > key {
                to = recent;
            } else {
                from = recent + 1;
            }
        }
        while from < to {
            let middle = from + (to - from) / 2;
            if self.trace.load(middle).key.get() > key {
                to = middle;
            } else {
                from = middle + 1;
            }
        }
        from.checked_sub(1).map_or(U256::ZERO, |last| self.trace.load(last).value.get())
    }

    /// Sets the number from `key` on, and returns what it was and what it is.
    ///
    /// # Errors
    /// `key` is before the last checkpoint, or key or value do not fit 48 and 208 bits.
    pub fn push(&mut self, key: u64, value: U256) -> Result<(U256, U256), CheckpointsError> {
        self.update(key, value, |_, value| value)
    }

    /// Sets the number from `key` on to what `change` makes of it and of `by`, and returns what it was and what it is: a sum,
    /// or a difference. The last checkpoint is read once.
    ///
    /// # Errors
    /// As of [`push`](Self::push).
    pub fn update(
        &mut self,
        key: u64,
        by: U256,
        change: fn(U256, U256) -> U256,
    ) -> Result<(U256, U256), CheckpointsError> {
        let len = self.trace.len();
        let last = len.checked_sub(1).map(|index| (index, self.trace.load(index)));
        let before = last.map_or(U256::ZERO, |(_, last)| last.value.get());
        let value = change(before, by);
        let new = Checkpoint { key: fitting(48, U256::from(key))?, value: fitting(208, value)? };
        match last {
            Some((_, last)) if last.key > new.key => return Err(CheckpointsError::CheckpointUnorderedInsertion {}),
            Some((index, last)) if last.key == new.key => self.trace.store(index, &new),
            _ => self.trace.append(len, &new),
        }
        Ok((before, value))
    }

    /// How many checkpoints there are.
    pub fn len(&self) -> u32 {
        self.trace.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.trace.is_empty()
    }

    /// The checkpoint at this position, if there is one.
    pub fn get(&self, index: u32) -> Option<Checkpoint> {
        self.trace.get(index)
    }

    fn last(&self) -> Option<Checkpoint> {
        self.trace.len().checked_sub(1).map(|last| self.trace.load(last))
    }
}

fn fitting<const BITS: usize>(bits: u8, value: U256) -> Result<Uint<BITS>, CheckpointsError> {
    Uint::try_from(value).map_err(|_| CheckpointsError::SafeCastOverflowedUintDowncast { bits, value })
}
