//! What the governor tells, why it refuses, and whom it asks.

use zx::{
    components::{CheckpointsError, NoncesError},
    prelude::*,
};

/// How proposals are decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Abi)]
pub struct Settings {
    /// How long after a proposal the votes are counted that accounts have, and voting begins; in units of the token's
    /// clock, blocks or seconds.
    pub voting_delay: Uint<48>,
    /// How long voting lasts, in the same units; not zero.
    pub voting_period: u32,
    /// Votes that it takes to propose.
    pub proposal_threshold: U256,
    /// Percent of all votes that have to be for a proposal, or abstain.
    pub quorum_numerator: U256,
    /// How long after the vote a proposal can be queued, in units of the clock; zero for ever.
    pub queueing_period: u32,
    /// How long it can be executed once it has waited, in seconds; zero for ever.
    pub grace_period: u32,
}

/// Where a proposal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Abi)]
pub enum ProposalState {
    /// Voting has not begun.
    Pending,
    /// It can be voted on.
    Active,
    /// Its proposer has taken it back, or the timelock has cancelled it.
    Canceled,
    /// Too few were for it.
    Defeated,
    /// It can be queued.
    Succeeded,
    /// It waits in the timelock, or can be executed.
    Queued,
    /// It was not queued or executed in time.
    Expired,
    /// It was executed.
    Executed,
}

/// Somebody proposes something.
#[derive(Clone, Debug, PartialEq, Eq, zx::Event)]
pub struct ProposalCreated {
    /// The proposal.
    pub proposal_id: U256,
    /// Who proposes it.
    pub proposer: Address,
    /// Whom it calls.
    pub targets: Vec<Address>,
    /// With what value, in wei.
    pub values: Vec<U256>,
    /// Empty texts, one for each call.
    pub signatures: Vec<String>,
    /// With what calldata.
    pub calldatas: Vec<Bytes>,
    /// When votes are counted, and voting begins after.
    pub vote_start: U256,
    /// When voting ends.
    pub vote_end: U256,
    /// Why.
    pub description: String,
}

/// A proposal waits in the timelock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct ProposalQueued {
    /// The proposal.
    pub proposal_id: U256,
    /// From when on it can be executed, in seconds since 1970.
    pub eta_seconds: U256,
}

/// A proposal was executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct ProposalExecuted {
    /// The proposal.
    pub proposal_id: U256,
}

/// A proposal was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct ProposalCanceled {
    /// The proposal.
    pub proposal_id: U256,
}

/// Somebody has voted.
#[derive(Clone, Debug, PartialEq, Eq, zx::Event)]
pub struct VoteCast {
    /// Who.
    #[indexed]
    pub voter: Address,
    /// On what.
    pub proposal_id: U256,
    /// How: 0 against, 1 for, 2 abstaining.
    pub support: u8,
    /// With how many votes.
    pub weight: U256,
    /// Why.
    pub reason: String,
}

/// Somebody has voted, and said more.
#[derive(Clone, Debug, PartialEq, Eq, zx::Event)]
pub struct VoteCastWithParams {
    /// Who.
    #[indexed]
    pub voter: Address,
    /// On what.
    pub proposal_id: U256,
    /// How: 0 against, 1 for, 2 abstaining.
    pub support: u8,
    /// With how many votes.
    pub weight: U256,
    /// Why.
    pub reason: String,
    /// What else; the governor makes nothing of it.
    pub params: Bytes,
}

/// Voting begins later or sooner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct VotingDelaySet {
    /// After what it began, in units of the clock.
    pub old_voting_delay: U256,
    /// After what it begins.
    pub new_voting_delay: U256,
}

/// Voting lasts longer or shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct VotingPeriodSet {
    /// How long it lasted, in units of the clock.
    pub old_voting_period: U256,
    /// How long it lasts.
    pub new_voting_period: U256,
}

/// It takes more or fewer votes to propose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct ProposalThresholdSet {
    /// How many it took.
    pub old_proposal_threshold: U256,
    /// How many it takes.
    pub new_proposal_threshold: U256,
}

/// It takes more or fewer votes to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct QuorumNumeratorUpdated {
    /// What part of all votes it took, in percent.
    pub old_quorum_numerator: U256,
    /// What part it takes.
    pub new_quorum_numerator: U256,
}

/// Proposals expire sooner or later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct ExpirySet {
    /// How long after the vote a proposal can be queued, in units of the clock.
    pub queueing_period: U256,
    /// How long it can be executed once it has waited, in seconds.
    pub grace_period: U256,
}

/// Another timelock acts for the governor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct TimelockChange {
    /// Which did.
    pub old_timelock: Address,
    /// Which does.
    pub new_timelock: Address,
}

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum GovernorError {
    /// A proposal has at least one call, and as many targets as values and calldatas.
    GovernorInvalidProposalLength {
        /// Targets that there are.
        targets: U256,
        /// Calldatas.
        calldatas: U256,
        /// Values.
        values: U256,
    },
    /// Nobody votes twice.
    GovernorAlreadyCastVote {
        /// Who has voted.
        voter: Address,
    },
    /// Coins belong to the timelock.
    GovernorDisabledDeposit {},
    /// Only the timelock can do this.
    GovernorOnlyExecutor {
        /// Who tried.
        account: Address,
    },
    /// The timelock can do this only as a proposal has it.
    GovernorOnlyProposal {
        /// Hash of the call that is part of no proposal that is being executed.
        call: B256,
    },
    /// There is no such proposal.
    GovernorNonexistentProposal {
        /// Its id.
        proposal_id: U256,
    },
    /// The proposal is in another state.
    GovernorUnexpectedProposalState {
        /// The proposal.
        proposal_id: U256,
        /// The state that it is in.
        current: ProposalState,
        /// The states that would do, a bit for each, the first for `Pending`.
        expected_states: B256,
    },
    /// Voting takes time.
    GovernorInvalidVotingPeriod {
        /// What was asked for.
        voting_period: U256,
    },
    /// More than all cannot be asked for.
    GovernorInvalidQuorumFraction {
        /// What was asked for, in percent.
        quorum_numerator: U256,
        /// All: 100.
        quorum_denominator: U256,
    },
    /// It takes more votes to propose.
    GovernorInsufficientProposerVotes {
        /// Who proposes.
        proposer: Address,
        /// Votes that they have.
        votes: U256,
        /// Votes that it takes.
        threshold: U256,
    },
    /// The description names somebody else as the proposer.
    GovernorRestrictedProposer {
        /// Who proposes.
        proposer: Address,
    },
    /// One is against, for, or abstains: 0, 1, or 2.
    GovernorInvalidVoteType {},
    /// The voter has not signed this.
    GovernorInvalidSignature {
        /// Who should have.
        voter: Address,
    },
    /// A proposal is taken back by who made it, before voting begins.
    GovernorUnableToCancel {
        /// The proposal.
        proposal_id: U256,
        /// Who tried.
        account: Address,
    },
    /// A call failed without a word.
    FailedCall {},
    /// Of a nonce.
    Nonces(NoncesError),
    /// A number is too large to be kept.
    Checkpoints(CheckpointsError),
    /// The token, the timelock, or what was called failed, in its own words.
    Call(CallError),
}

zx::sol_interface! {
    /// What the governor asks of a token (ERC-5805, ERC-6372).
    pub interface IVotes {
        function clock() external view returns (uint48);
        function CLOCK_MODE() external view returns (string memory);
        function getPastVotes(address account, uint256 timepoint) external view returns (uint256);
        function getPastTotalSupply(uint256 timepoint) external view returns (uint256);
    }

    /// What it asks of a timelock: OpenZeppelin's `TimelockController`.
    pub interface ITimelock {
        function getMinDelay() external view returns (uint256);
        function isOperationPending(bytes32 id) external view returns (bool);
        function isOperationDone(bytes32 id) external view returns (bool);
        function scheduleBatch(address[] calldata targets, uint256[] calldata values, bytes[] calldata payloads, bytes32 predecessor, bytes32 salt, uint256 delay) external;
        function executeBatch(address[] calldata targets, uint256[] calldata values, bytes[] calldata payloads, bytes32 predecessor, bytes32 salt) external payable;
    }
}
