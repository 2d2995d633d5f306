//! How much of a token can be handed out, and how fast.

use zx::prelude::*;

/// A bucket that fills by the second and is emptied by what is handed out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, zx::StorageValue)]
struct Bucket {
    /// What it holds when it is full.
    capacity: u128,
    /// What was in it when it was last touched.
    level: u128,
    /// What flows in each second.
    per_second: u128,
    /// When it was last touched, in seconds since 1970.
    at: u64,
}

/// The limit of a token is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct LimitChanged {
    /// The token; the zero address is the chain's own coin.
    #[indexed]
    pub token: Address,
    /// What can be handed out at once.
    pub capacity: u128,
    /// What can be handed out a second, on average.
    pub per_second: u128,
}

/// Why tokens are not handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Error)]
pub enum LimitError {
    /// That is too much at the moment: the message can be delivered later, unless it asks for more than ever fits.
    RateLimited {
        /// The token.
        token: Address,
        /// What can be handed out now.
        available: U256,
        /// What was to be.
        needed: U256,
    },
}

/// A bucket for each token. A token without one is not handed out at all.
#[zx::storage]
#[derive(Debug)]
pub struct Limits {
    buckets: Map<Address, Bucket>,
}

impl Limits {
    /// Sets the limit of a token; whoever calls. What is out of the bucket is out of the new one: the first is full.
    pub(crate) fn set(&mut self, cx: &mut Ctx, token: Address, capacity: u128, per_second: u128) {
        let at = cx.block_timestamp();
        let mut entry = self.buckets.entry(token);
        let before = entry.get();
        let out = before.capacity - level(cx, before);
        entry.set(Bucket {
            capacity,
            level: capacity.saturating_sub(out),
            per_second,
            at,
        });
        cx.emit(LimitChanged {
            token,
            capacity,
            per_second,
        });
    }

    /// Takes from the bucket of a token.
    pub(crate) fn take(
        &mut self,
        cx: &Ctx,
        token: Address,
        needed: U256,
    ) -> Result<(), LimitError> {
        let mut entry = self.buckets.entry(token);
        let bucket = entry.get();
        let available = level(cx, bucket);
        let rest = u128::try_from(needed)
            .ok()
            .and_then(|needed| available.checked_sub(needed));
        let Some(level) = rest else {
            return Err(LimitError::RateLimited {
                token,
                available: U256::from(available),
                needed,
            });
        };
        let at = cx.block_timestamp();
        entry.set(Bucket {
            level,
            at,
            ..bucket
        });
        Ok(())
    }
}

/// What is in a bucket now. What does not fit 128 bits does not fit the bucket either.
fn level(cx: &Ctx, bucket: Bucket) -> u128 {
    let seconds = cx.block_timestamp().saturating_sub(bucket.at);
    let flown = bucket.per_second.saturating_mul(u128::from(seconds));
    bucket.level.saturating_add(flown).min(bucket.capacity)
}

#[zx::component(events(LimitChanged), errors(LimitError))]
impl Limits {
    /// What can be handed out of a token at once, and a second.
    pub fn limit_of(&self, _cx: &Ctx, token: Address) -> (u128, u128) {
        let bucket = self.buckets.get(token);
        (bucket.capacity, bucket.per_second)
    }

    /// What can be handed out of a token now.
    pub fn available(&self, cx: &Ctx, token: Address) -> u128 {
        level(cx, self.buckets.get(token))
    }
}
