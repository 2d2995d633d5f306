//! Which contracts run at the moment, so that one can tell whether it is called again while it still runs.

use alloy_primitives::{Address, map::AddressHashMap};

/// The frames that are open, EVM and WASM alike, the outermost first.
///
/// A frame is counted on the address whose storage it works on if a call, a static call or a creation opened it. A
/// delegate call (or `CALLCODE`) runs other code on the same contract, which is not entered by that: such a frame stands
/// here, for the order's sake, and is not counted.
#[derive(Debug, Default)]
pub(crate) struct OpenFrames {
    frames: Vec<Option<Address>>,
    /// Of each address above, how often it is there.
    counts: AddressHashMap<u32>,
}

impl OpenFrames {
    /// A transaction begins: whatever the one before has left is gone.
    pub(crate) fn clear(&mut self) {
        self.frames.clear();
        self.counts.clear();
    }

    /// Frames that are open.
    pub(crate) fn len(&self) -> usize {
        self.frames.len()
    }

    /// A frame on the storage of `address` begins.
    pub(crate) fn enter(&mut self, address: Address, counts: bool) {
        if counts {
            let count = self.counts.entry(address).or_default();
            *count = count.saturating_add(1);
        }
        self.frames.push(counts.then_some(address));
    }

    /// The innermost frame ends.
    pub(crate) fn leave(&mut self) {
        let Some(Some(address)) = self.frames.pop() else { return };
        let Some(count) = self.counts.get_mut(&address) else { return };
        *count = count.saturating_sub(1);
        if *count == 0 {
            self.counts.remove(&address);
        }
    }

    /// Ends what is deeper than `len` frames, however it came to be left open.
    pub(crate) fn leave_to(&mut self, len: usize) {
        while self.frames.len() > len {
            self.leave();
        }
    }

    /// Whether the contract has been entered again while it runs.
    pub(crate) fn is_reentrant(&self, address: &Address) -> bool {
        self.counts.get(address).is_some_and(|count| *count > 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Address = Address::repeat_byte(1);
    const B: Address = Address::repeat_byte(2);

    #[test]
    fn a_contract_is_reentrant_while_it_is_entered_twice() {
        let mut open = OpenFrames::default();
        for (address, counts, expected) in [(A, true, false), (A, false, false), (B, true, false), (A, true, true)] {
            open.enter(address, counts);
            assert_eq!(open.is_reentrant(&A), expected, "{} frames", open.len());
        }
        assert!(!open.is_reentrant(&B));
        open.leave();
        assert!(!open.is_reentrant(&A));
        open.enter(A, true);
        open.leave_to(2);
        assert_eq!((open.len(), open.is_reentrant(&A)), (2, false));
        open.leave_to(0);
        assert!(open.counts.is_empty(), "who does not run takes no room");
    }

    #[test]
    fn leaving_more_than_there_is_does_nothing() {
        let mut open = OpenFrames::default();
        open.leave();
        open.leave_to(5);
        open.enter(A, true);
        open.clear();
        open.enter(A, true);
        assert_eq!((open.len(), open.is_reentrant(&A)), (1, false));
    }
}
