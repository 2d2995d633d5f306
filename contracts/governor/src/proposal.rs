//! Proposals, and their votes.

use crate::interface::{GovernorError, ProposalState};
use zx::prelude::*;

/// What a proposal begins with, and whether it has ended: one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
pub(crate) struct Core {
    pub(crate) proposer: Address,
    /// The point of the clock of which votes are counted; zero if there is no such proposal.
    pub(crate) vote_start: Uint<48>,
    /// How long can be voted after it.
    pub(crate) vote_duration: u32,
    pub(crate) executed: bool,
    pub(crate) canceled: bool,
}

impl Core {
    /// The last point of the clock at which can be voted.
    pub(crate) fn deadline(&self) -> U256 {
        self.vote_start.get() + U256::from(self.vote_duration)
    }
}

/// All of a proposal.
#[zx::storage]
#[derive(Debug)]
pub(crate) struct Proposal {
    pub(crate) core: Item<Core>,
    /// From when on it can be executed, in seconds since 1970; zero unless it was queued.
    pub(crate) eta: Item<Uint<48>>,
    /// Its id in the timelock.
    pub(crate) operation: Item<B256>,
    against: Item<U256>,
    in_favour: Item<U256>,
    abstaining: Item<U256>,
    has_voted: Map<Address, bool>,
}

impl Proposal {
    /// Counts the votes of an account, once.
    pub(crate) fn count(
        &mut self,
        voter: Address,
        support: u8,
        weight: U256,
    ) -> Result<(), GovernorError> {
        ensure!(
            !self.has_voted.entry(voter).replace(true),
            GovernorError::GovernorAlreadyCastVote { voter }
        );
        match support {
            0 => self.against.add(weight),
            1 => self.in_favour.add(weight),
            2 => self.abstaining.add(weight),
            _ => return Err(GovernorError::GovernorInvalidVoteType {}),
        };
        Ok(())
    }

    /// Votes against, for, and of those who abstain.
    pub(crate) fn votes(&self) -> (U256, U256, U256) {
        (
            self.against.get(),
            self.in_favour.get(),
            self.abstaining.get(),
        )
    }

    pub(crate) fn has_voted(&self, account: Address) -> bool {
        self.has_voted.get(account)
    }

    /// Whether enough have voted, and more for it than against. Those who abstain count for the quorum alone.
    pub(crate) fn succeeded(&self, quorum: U256) -> bool {
        let (against, in_favour, abstaining) = self.votes();
        in_favour + abstaining >= quorum && in_favour > against
    }
}

impl ProposalState {
    /// The state as errors tell it: a bit for each state that would do.
    fn bit(self) -> U256 {
        U256::from(1u64 << self as u8)
    }
}

/// The error for a proposal that should be in another state, or in none at all.
pub(crate) fn unexpected(
    proposal_id: U256,
    current: ProposalState,
    expected: Option<ProposalState>,
) -> GovernorError {
    let expected_states = expected.map_or(U256::ZERO, ProposalState::bit);
    GovernorError::GovernorUnexpectedProposalState {
        proposal_id,
        current,
        expected_states: expected_states.to_be_bytes().into(),
    }
}

/// All proposals.
#[zx::storage]
#[derive(Debug)]
pub struct Proposals {
    pub(crate) by_id: Map<U256, Proposal>,
}

impl Proposals {
    pub(crate) fn core(&self, proposal_id: U256) -> Core {
        self.by_id.at(proposal_id).core.get()
    }
}

#[zx::component]
impl Proposals {
    /// The point of the clock of which votes are counted.
    #[reentrant]
    pub fn proposal_snapshot(&self, _cx: &Ctx, proposal_id: U256) -> U256 {
        self.core(proposal_id).vote_start.get()
    }

    /// The last point of the clock at which can be voted.
    #[reentrant]
    pub fn proposal_deadline(&self, _cx: &Ctx, proposal_id: U256) -> U256 {
        self.core(proposal_id).deadline()
    }

    /// Who has proposed it.
    #[reentrant]
    pub fn proposal_proposer(&self, _cx: &Ctx, proposal_id: U256) -> Address {
        self.core(proposal_id).proposer
    }

    /// From when on a proposal that was queued can be executed, in seconds since 1970.
    #[reentrant]
    pub fn proposal_eta(&self, _cx: &Ctx, proposal_id: U256) -> U256 {
        self.by_id.at(proposal_id).eta.get().get()
    }

    /// Votes against, for, and of those who abstain.
    #[reentrant]
    pub fn proposal_votes(&self, _cx: &Ctx, proposal_id: U256) -> (U256, U256, U256) {
        self.by_id.at(proposal_id).votes()
    }

    /// Whether an account has voted.
    #[reentrant]
    pub fn has_voted(&self, _cx: &Ctx, proposal_id: U256, account: Address) -> bool {
        self.by_id.at(proposal_id).has_voted(account)
    }
}
