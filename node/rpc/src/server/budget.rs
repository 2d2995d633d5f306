//! Memory that all requests share: what it has no room for waits, or is refused.

use bytes::Bytes;
use std::{sync::Arc, time::Duration};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A budget counts in these.
const UNIT: usize = 1024;

/// Bytes that may be in use at once.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    units: Arc<Semaphore>,
    all: u32,
}

/// Bytes in use; they are given back when it is dropped.
#[derive(Debug, Default)]
pub(crate) struct Share(Option<OwnedSemaphorePermit>);

impl Budget {
    pub(crate) fn new(bytes: usize) -> Self {
        let all = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).clamp(1, u32::MAX >> 3);
        Self { units: Arc::new(Semaphore::new(all as usize)), all }
    }

    /// Takes bytes, if there are as many now.
    pub(crate) fn try_take(&self, bytes: usize) -> Option<Share> {
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).min(self.all);
        let permit = Arc::clone(&self.units).try_acquire_many_owned(units).ok()?;
        Some(Share(Some(permit)))
    }

    /// Takes bytes, and waits for them no longer than that. More than there are is all of them.
    pub(crate) async fn take(&self, bytes: usize, wait: Duration) -> Option<Share> {
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).min(self.all);
        let taken = Arc::clone(&self.units).acquire_many_owned(units);
        // The semaphore is never closed.
        let permit = tokio::time::timeout(wait, taken).await.ok()?.ok()?;
        Some(Share(Some(permit)))
    }
}

impl Share {
    /// Puts another share to this one.
    pub(crate) fn add(&mut self, other: Self) {
        match (&mut self.0, other.0) {
            (Some(mine), Some(other)) => mine.merge(other),
            (mine @ None, other) => *mine = other,
            (Some(_), None) => {}
        }
    }
}

/// Bytes of an answer with their share of the budget, which lasts until the last of them has been sent.
pub(crate) fn held(bytes: Vec<u8>, share: Share) -> Bytes {
    struct Held(Vec<u8>, #[expect(dead_code, reason = "given back when it is dropped")] Share);
    impl AsRef<[u8]> for Held {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }
    Bytes::from_owner(Held(bytes, share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_dropped_is_given_back() {
        let budget = Budget::new(4 * UNIT);
        let at_once = Duration::ZERO;
        let mut share = budget.take(UNIT, at_once).await.unwrap();
        share.add(budget.take(2 * UNIT, at_once).await.unwrap());
        assert!(budget.take(2 * UNIT, at_once).await.is_none());
        let bytes = held(vec![7; 10], share);
        let copy = bytes.slice(2..4);
        drop(bytes);
        assert!(budget.take(2 * UNIT, at_once).await.is_none(), "a part of the answer is still in use");
        drop(copy);
        assert!(budget.take(100 * UNIT, at_once).await.is_some(), "more than there is is all of it");
    }
}
