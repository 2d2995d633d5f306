//! What only a development node can do: set its time, its state and its head, send for accounts whose keys it does not
//! have, and make blocks when it is asked.
//!
//! There is no second chain for it. A block that is asked for is made as every block is; what is set for the next one
//! ([`Controls`]) goes into its header. An edit of the state ([`edit`]) is a block of its own, without transactions,
//! whose changes are recorded as those of the block itself: so the root in its header is the state's, proofs and history
//! know of it, and a restart finds it. A snapshot ([`snapshots`]) is a place in the chain's tree, and going back to it
//! another head.
//!
//! Such a chain is not one that other nodes would take: nothing in an edit's block says where its state comes from, and
//! no key has signed for an impersonated account. Blocks that such a method has had a hand in, in more than their time,
//! are marked in their `extraData` ([`MARK`]), so that whoever checks a chain can tell.

mod controls;
mod dump;
mod edit;
mod impersonate;
mod known;
mod mine;
mod snapshots;

pub use controls::Controls;
pub use dump::{Dump, DumpedAccount};
pub use edit::{Edit, EditError};
pub use mine::{MAX_MINED, MineError};
pub use snapshots::HELD;

pub(crate) use known::Known;
pub(crate) use snapshots::Snapshots;

use crate::{chain::Chain, writer::Pace};
use parking_lot::Mutex;
use tokio::sync::watch;

/// `extraData` of a block that is not what the rules alone make of its transactions.
pub const MARK: &[u8] = b"zexus dev";

/// State of a development node beside its chain. In other nodes it is there, and says nothing.
#[derive(Debug)]
pub(crate) struct Dev {
    /// What is set for the blocks to come. Held only for a moment, and no other lock is taken under it.
    pub(crate) controls: Mutex<Controls>,
    pub(crate) snapshots: Mutex<Snapshots>,
    /// Addresses and slots that the chain has met; `None` if it is no development node.
    pub(crate) known: Option<Mutex<Known>>,
    pub(crate) pace: watch::Sender<Pace>,
}

impl Dev {
    pub(crate) fn new(known: Option<Known>) -> Self {
        Self {
            controls: Mutex::default(),
            snapshots: Mutex::default(),
            known: known.map(Mutex::new),
            pace: watch::Sender::new(Pace::AtOnce),
        }
    }
}

impl Chain {
    /// Whether this is a development node's chain.
    pub fn is_development(&self) -> bool {
        self.dev.known.is_some()
    }

    /// What is set for the blocks to come, to be looked at and changed.
    pub fn control<T>(&self, change: impl FnOnce(&mut Controls) -> T) -> T {
        change(&mut self.dev.controls.lock())
    }

    /// When blocks are made.
    pub fn pace(&self) -> Pace {
        *self.dev.pace.borrow()
    }

    /// Has blocks made at another pace, from the next one on.
    pub fn set_pace(&self, pace: Pace) {
        self.dev.pace.send_replace(pace);
    }

    pub(crate) fn paces(&self) -> watch::Receiver<Pace> {
        self.dev.pace.subscribe()
    }
}
