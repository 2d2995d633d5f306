//! Blocks that are asked for.

use crate::{
    chain::{Chain, now},
    error::ChainError,
    writer::Pace,
};
use std::sync::Arc;
use zx_primitives::Block;

/// Blocks that can be asked for at once. Each is written to disk: so many take a minute or more.
pub const MAX_MINED: u64 = 100_000;

/// Blocks that are asked for cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum MineError {
    /// Too many.
    #[error("{asked} blocks are too many at once: the limit is {MAX_MINED}; ask several times")]
    TooMany {
        /// How many were asked for.
        asked: u64,
    },
    /// The next block would not be later than the one before it.
    #[error("Timestamp error: {asked} is lower than or equal to previous block's timestamp {head}")]
    Time {
        /// What was asked for, in seconds since 1970.
        asked: u64,
        /// The head's.
        head: u64,
    },
    /// What it takes cannot be read.
    #[error("no block was made: the forked node cannot be asked for what is missing; the node's log says why")]
    Remote,
    /// The chain fails: ours.
    #[error(transparent)]
    Chain(#[from] ChainError),
}

impl Chain {
    /// Makes blocks of what waits, empty ones if nothing does, `interval` seconds apart: the first has the time that it
    /// would have anyhow.
    ///
    /// # Errors
    /// If they are too many, or the chain fails.
    pub fn mine(&self, count: u64, interval: Option<u64>) -> Result<(), MineError> {
        if count > MAX_MINED {
            return Err(MineError::TooMany { asked: count });
        }
        for nth in 0..count {
            if let Some(seconds) = interval.filter(|_| nth > 0) {
                let next = self.head().header.timestamp.saturating_add(seconds);
                self.control(|controls| controls.next_time = Some(next));
            }
            if self.produce(true)?.is_none() {
                return Err(MineError::Remote);
            }
        }
        Ok(())
    }

    /// Says when the next block is, in seconds since 1970.
    ///
    /// # Errors
    /// If that is not after the head.
    pub fn set_next_time(&self, time: u64) -> Result<(), MineError> {
        match self.head().header.timestamp {
            head if time <= head => Err(MineError::Time { asked: time, head }),
            _ => {
                self.control(|controls| controls.next_time = Some(time));
                Ok(())
            }
        }
    }

    /// The chain's time, in seconds since 1970: what a block made now would have, if it need not be later.
    pub fn time(&self) -> u64 {
        self.control(|controls| controls.time(now()))
    }

    /// Sets the chain's clock, in seconds since 1970; says how far it is ahead of the machine's now.
    pub fn set_time(&self, time: u64) -> i64 {
        self.control(|controls| {
            controls.set_time(time, now());
            controls.offset
        })
    }

    /// Base fee of the next block, in wei a gas.
    pub fn set_next_base_fee(&self, base_fee: u64) {
        self.control(|controls| controls.base_fee = Some(base_fee));
        self.pool.lock().set_base_fee(base_fee);
    }

    /// As [`produce`](Self::produce), unless the pace has become another one.
    pub(crate) fn produce_at(&self, pace: Pace, empty: bool) -> Result<Option<Arc<Block>>, ChainError> {
        // Whoever has set another pace may have done so before what waits had a block.
        if self.pace() == pace { self.produce(empty) } else { Ok(None) }
    }
}
