//! A governor: who holds a token, or was delegated its votes, proposes calls and decides on them; a timelock makes the calls
//! after a delay. Compatible with OpenZeppelin's `Governor` with `GovernorSettings`, `GovernorCountingSimple`,
//! `GovernorVotes`, `GovernorVotesQuorumFraction` and `GovernorTimelockControl`; besides, proposals expire.
//!
//! 1. [`propose`](Governor::propose). The id is the hash of all calls and the description; one that ends in
//!    `#proposer=0x...` can be proposed by this account alone. Until voting begins the proposer can take it back.
//! 2. [`cast_vote`](Governor::cast_vote) and its kin, once the voting delay is over, each account once. What counts is what
//!    an account could vote with at that point of the token's clock, which has passed: tokens that are bought or borrowed
//!    later do not vote.
//! 3. [`queue`](Governor::queue), if enough were for it, in time: the timelock begins to wait.
//! 4. [`execute`](Governor::execute), once it has waited, in time.
//!
//! Settings are changed by proposals: by a call of the timelock that is part of the one being executed. The governor should
//! be the timelock's only proposer, and its only executor: whoever else is can execute what has expired.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

#[cfg(test)]
mod attacks;
mod description;
mod electorate;
mod execution;
mod interface;
#[cfg(test)]
mod laws;
mod proposal;
mod rules;
#[cfg(test)]
mod tests;

pub use electorate::Electorate;
pub use interface::{
    ExpirySet, GovernorError, ITimelock, IVotes, ProposalCanceled, ProposalCreated,
    ProposalExecuted, ProposalQueued, ProposalState, ProposalThresholdSet, QuorumNumeratorUpdated,
    Settings, TimelockChange, VoteCast, VoteCastWithParams, VotingDelaySet, VotingPeriodSet,
};
pub use proposal::Proposals;

use ProposalState::{Pending, Queued, Succeeded};
use execution::{Queueing, allow_calls, salt};
use proposal::Core;
use rules::{VERSION, id_of, same_length};
use zx::{
    abi::Args,
    components::{Nonces, erc165},
    crypto::TypedData as _,
    prelude::*,
};

/// OpenZeppelin's `IGovernor` before it had `getProposalId` (ERC-165).
const GOVERNOR: FixedBytes<4> = zx::interface_id(&[
    "name()",
    "version()",
    "COUNTING_MODE()",
    "hashProposal(address[],uint256[],bytes[],bytes32)",
    "state(uint256)",
    "proposalThreshold()",
    "proposalSnapshot(uint256)",
    "proposalDeadline(uint256)",
    "proposalProposer(uint256)",
    "proposalEta(uint256)",
    "proposalNeedsQueuing(uint256)",
    "votingDelay()",
    "votingPeriod()",
    "quorum(uint256)",
    "getVotes(address,uint256)",
    "getVotesWithParams(address,uint256,bytes)",
    "hasVoted(uint256,address)",
    "propose(address[],uint256[],bytes[],string)",
    "queue(address[],uint256[],bytes[],bytes32)",
    "execute(address[],uint256[],bytes[],bytes32)",
    "cancel(address[],uint256[],bytes[],bytes32)",
    "castVote(uint256,uint8)",
    "castVoteWithReason(uint256,uint8,string)",
    "castVoteWithReasonAndParams(uint256,uint8,string,bytes)",
    "castVoteBySig(uint256,uint8,address,bytes)",
    "castVoteWithReasonAndParamsBySig(uint256,uint8,address,string,bytes,bytes)",
]);

/// `getProposalId(address[],uint256[],bytes[],bytes32)`.
const GET_PROPOSAL_ID: FixedBytes<4> =
    zx::interface_id(&["getProposalId(address[],uint256[],bytes[],bytes32)"]);

/// What is signed to vote.
#[derive(Debug, zx::TypedData)]
struct Ballot {
    proposal_id: U256,
    support: u8,
    voter: Address,
    nonce: U256,
}

/// What is signed to vote and say more.
#[derive(Debug, zx::TypedData)]
struct ExtendedBallot {
    proposal_id: U256,
    support: u8,
    voter: Address,
    nonce: U256,
    reason: String,
    params: Bytes,
}

/// What the domain of signatures consists of (ERC-5267).
type DomainParts = (
    FixedBytes<1>,
    String,
    String,
    U256,
    Address,
    B256,
    Vec<U256>,
);

/// State of the governor.
#[zx::contract]
#[derive(Debug)]
pub struct Governor {
    name: Item<String>,
    hashed_name: Immutable<B256>,
    #[component]
    electorate: Electorate,
    #[component]
    proposals: Proposals,
    queueing: Item<Queueing>,
    #[component]
    nonces: Nonces,
}

// The methods are open to calls from within a proposal that is being executed, all but `execute`.
#[zx::public]
impl Governor {
    /// Names the governor, and says whose votes decide, who acts, and how.
    #[constructor]
    pub fn constructor(
        &mut self,
        cx: &mut Ctx,
        name: String,
        token: Address,
        timelock: Address,
        settings: Settings,
    ) -> Result<(), GovernorError> {
        self.hashed_name.set(cx.keccak256(name.as_bytes()));
        self.name.set(name);
        let electorate = &mut self.electorate;
        electorate.init(cx, token);
        electorate.set_voting_delay(cx, settings.voting_delay);
        electorate.set_voting_period(cx, settings.voting_period)?;
        electorate.set_threshold(cx, settings.proposal_threshold);
        electorate.set_quorum_numerator(cx, settings.quorum_numerator)?;
        self.put_timelock(cx, timelock);
        self.put_expiry(cx, settings.queueing_period, settings.grace_period);
        Ok(())
    }

    /// Coins belong to the timelock: none are taken.
    #[receive]
    pub fn receive(&mut self, _cx: &mut Ctx) -> Result<(), GovernorError> {
        Err(GovernorError::GovernorDisabledDeposit {})
    }

    /// Name of the governor.
    #[reentrant]
    pub fn name(&self, _cx: &Ctx) -> String {
        self.name.get()
    }

    /// Version of the domain that votes are signed for.
    pub fn version() -> String {
        VERSION.into()
    }

    /// How votes are given, and what counts for the quorum.
    #[selector(name = "COUNTING_MODE")]
    pub fn counting_mode() -> String {
        "support=bravo&quorum=for,abstain".into()
    }

    /// Hash of the type of a signed vote (EIP-712).
    #[selector(name = "BALLOT_TYPEHASH")]
    pub fn ballot_typehash() -> B256 {
        Ballot::TYPE_HASH
    }

    /// Hash of the type of a signed vote that says more (EIP-712).
    #[selector(name = "EXTENDED_BALLOT_TYPEHASH")]
    pub fn extended_ballot_typehash() -> B256 {
        ExtendedBallot::TYPE_HASH
    }

    /// What the domain consists of: which fields it has, name, version, chain id, contract, salt, extensions (ERC-5267).
    #[reentrant]
    pub fn eip712_domain(&self, cx: &Ctx) -> DomainParts {
        (
            FixedBytes([0x0F]),
            self.name.get(),
            VERSION.into(),
            U256::from(cx.chain_id()),
            cx.address(),
            B256::ZERO,
            Vec::new(),
        )
    }

    /// Whether the contract has an interface (ERC-165).
    pub fn supports_interface(interface_id: FixedBytes<4>) -> bool {
        let with_ids = FixedBytes(core::array::from_fn(|i| {
            GOVERNOR.0.get(i).unwrap_or(&0) ^ GET_PROPOSAL_ID.0.get(i).unwrap_or(&0)
        }));
        [erc165::INTERFACE_ID, GOVERNOR, with_ids].contains(&interface_id)
    }

    /// Who acts for the governor.
    #[reentrant]
    pub fn timelock(&self, _cx: &Ctx) -> Address {
        self.queueing.get().timelock
    }

    /// How long after the vote a proposal can be queued, in units of the clock; zero for ever.
    #[reentrant]
    pub fn queueing_period(&self, _cx: &Ctx) -> u32 {
        self.queueing.get().period
    }

    /// How long a proposal can be executed once it has waited, in seconds; zero for ever.
    #[reentrant]
    pub fn grace_period(&self, _cx: &Ctx) -> u32 {
        self.queueing.get().grace
    }

    /// Id of a proposal: the hash of all of it.
    #[reentrant]
    pub fn hash_proposal(
        &self,
        cx: &Ctx,
        targets: Vec<Address>,
        values: Vec<U256>,
        calldatas: Vec<Bytes>,
        description_hash: B256,
    ) -> U256 {
        id_of(cx, &(targets, values, calldatas, description_hash))
    }

    /// The same.
    #[reentrant]
    pub fn get_proposal_id(
        &self,
        cx: &Ctx,
        targets: Vec<Address>,
        values: Vec<U256>,
        calldatas: Vec<Bytes>,
        description_hash: B256,
    ) -> U256 {
        id_of(cx, &(targets, values, calldatas, description_hash))
    }

    /// Where a proposal is.
    #[reentrant]
    pub fn state(&self, cx: &Ctx, proposal_id: U256) -> Result<ProposalState, GovernorError> {
        Ok(self.look(cx, self.electorate.voting(), proposal_id)?.0)
    }

    /// Whether a proposal has to be queued: always.
    pub fn proposal_needs_queuing(_proposal_id: U256) -> bool {
        true
    }

    /// Proposes calls.
    #[reentrant]
    pub fn propose(
        &mut self,
        cx: &mut Ctx,
        targets: Vec<Address>,
        values: Vec<U256>,
        calldatas: Vec<Bytes>,
        description: String,
    ) -> Result<U256, GovernorError> {
        let proposer = cx.sender();
        ensure!(
            description::allows(&description, proposer),
            GovernorError::GovernorRestrictedProposer { proposer }
        );
        let (voting, times) = (self.electorate.voting(), self.electorate.times());
        let now = voting.now(cx).get();
        self.electorate.check_proposer(cx, voting, proposer, now)?;
        let calls = (
            targets,
            values,
            calldatas,
            cx.keccak256(description.as_bytes()),
        );
        let proposal_id = id_of(cx, &calls);
        let (targets, values, calldatas, _) = calls;
        same_length(&targets, &values, &calldatas)?;
        self.unknown(cx, voting, proposal_id)?;
        let core = Core {
            proposer,
            vote_start: Uint::new(now + times.delay.get()),
            vote_duration: times.period,
            executed: false,
            canceled: false,
        };
        self.proposals.by_id.at_mut(proposal_id).core.set(core);
        cx.emit(ProposalCreated {
            proposal_id,
            proposer,
            signatures: targets.iter().map(|_| String::new()).collect(),
            targets,
            values,
            calldatas,
            vote_start: core.vote_start.get(),
            vote_end: core.deadline(),
            description,
        });
        Ok(proposal_id)
    }

    /// Has the timelock wait with a proposal that has succeeded. Anybody can.
    #[reentrant]
    pub fn queue(
        &mut self,
        cx: &mut Ctx,
        targets: Vec<Address>,
        values: Vec<U256>,
        calldatas: Vec<Bytes>,
        description_hash: B256,
    ) -> Result<U256, GovernorError> {
        let calls = (targets, values, calldatas, description_hash);
        let proposal_id = id_of(cx, &calls);
        self.expect(cx, proposal_id, Succeeded)?;
        let timelock = ITimelock::at(self.queueing.get().timelock);
        let delay = timelock.get_min_delay(cx)?;
        let eta = Uint::new(U256::from(cx.block_timestamp()) + delay);
        let (targets, values, calldatas, _) = calls;
        let (none, salt) = (B256::ZERO, salt(cx, description_hash));
        let operation = (targets, values, calldatas, none, salt);
        let mut proposal = self.proposals.by_id.at_mut(proposal_id);
        proposal.eta.set(eta);
        proposal.operation.set(cx.keccak256(&operation.encode()));
        let (targets, values, calldatas, ..) = operation;
        timelock.schedule_batch(cx, targets, values, calldatas, none, salt, delay)?;
        cx.emit(ProposalQueued {
            proposal_id,
            eta_seconds: eta.get(),
        });
        Ok(proposal_id)
    }

    /// Has the timelock make the calls of a proposal that has waited. Anybody can. The value goes to the timelock.
    #[payable]
    pub fn execute(
        &mut self,
        cx: &mut Ctx,
        targets: Vec<Address>,
        values: Vec<U256>,
        calldatas: Vec<Bytes>,
        description_hash: B256,
    ) -> Result<U256, GovernorError> {
        let calls = (targets, values, calldatas, description_hash);
        let proposal_id = id_of(cx, &calls);
        let mut core = self.expect(cx, proposal_id, Queued)?;
        core.executed = true;
        let mut proposal = self.proposals.by_id.at_mut(proposal_id);
        proposal.core.set(core);
        proposal.operation.clear();
        let (targets, values, calldatas, _) = calls;
        let own = allow_calls(cx, &targets, &calldatas);
        let timelock = ITimelock::at(self.queueing.get().timelock);
        let (none, salt) = (B256::ZERO, salt(cx, description_hash));
        timelock.execute_batch(cx, cx.value(), targets, values, calldatas, none, salt)?;
        for call in own {
            cx.store_transient(call.0, [0; 32]);
        }
        cx.emit(ProposalExecuted { proposal_id });
        Ok(proposal_id)
    }

    /// Takes a proposal back. Only its proposer can, before voting begins.
    #[reentrant]
    pub fn cancel(
        &mut self,
        cx: &mut Ctx,
        targets: Vec<Address>,
        values: Vec<U256>,
        calldatas: Vec<Bytes>,
        description_hash: B256,
    ) -> Result<U256, GovernorError> {
        let proposal_id = id_of(cx, &(targets, values, calldatas, description_hash));
        let (state, mut core) = self.look(cx, self.electorate.voting(), proposal_id)?;
        let account = cx.sender();
        ensure!(
            state == Pending && account == core.proposer,
            GovernorError::GovernorUnableToCancel {
                proposal_id,
                account
            }
        );
        core.canceled = true;
        self.proposals.by_id.at_mut(proposal_id).core.set(core);
        cx.emit(ProposalCanceled { proposal_id });
        Ok(proposal_id)
    }

    /// Votes: 0 against, 1 for, 2 abstaining. How many votes it were.
    #[reentrant]
    pub fn cast_vote(
        &mut self,
        cx: &mut Ctx,
        proposal_id: U256,
        support: u8,
    ) -> Result<U256, GovernorError> {
        let (voter, reason, params) = (cx.sender(), String::new(), Bytes::new());
        self.cast(cx, proposal_id, voter, support, reason, params)
    }

    /// Votes, and says why.
    #[reentrant]
    pub fn cast_vote_with_reason(
        &mut self,
        cx: &mut Ctx,
        proposal_id: U256,
        support: u8,
        reason: String,
    ) -> Result<U256, GovernorError> {
        self.cast(cx, proposal_id, cx.sender(), support, reason, Bytes::new())
    }

    /// Votes, and says why, and more.
    #[reentrant]
    pub fn cast_vote_with_reason_and_params(
        &mut self,
        cx: &mut Ctx,
        proposal_id: U256,
        support: u8,
        reason: String,
        params: Bytes,
    ) -> Result<U256, GovernorError> {
        self.cast(cx, proposal_id, cx.sender(), support, reason, params)
    }

    /// Votes as an account has signed it (EIP-712); contracts can sign too (EIP-1271).
    #[reentrant]
    pub fn cast_vote_by_sig(
        &mut self,
        cx: &mut Ctx,
        proposal_id: U256,
        support: u8,
        voter: Address,
        signature: Bytes,
    ) -> Result<U256, GovernorError> {
        let nonce = self.nonces.take(voter);
        let ballot = Ballot {
            proposal_id,
            support,
            voter,
            nonce,
        };
        self.signed(cx, voter, &ballot, &signature)?;
        self.cast(cx, proposal_id, voter, support, String::new(), Bytes::new())
    }

    /// The same, with a reason and more.
    #[reentrant]
    #[expect(clippy::too_many_arguments, reason = "OpenZeppelin's interface")]
    pub fn cast_vote_with_reason_and_params_by_sig(
        &mut self,
        cx: &mut Ctx,
        proposal_id: U256,
        support: u8,
        voter: Address,
        reason: String,
        params: Bytes,
        signature: Bytes,
    ) -> Result<U256, GovernorError> {
        let nonce = self.nonces.take(voter);
        let ballot = ExtendedBallot {
            proposal_id,
            support,
            voter,
            nonce,
            reason,
            params,
        };
        self.signed(cx, voter, &ballot, &signature)?;
        let ExtendedBallot { reason, params, .. } = ballot;
        self.cast(cx, proposal_id, voter, support, reason, params)
    }

    /// Has the governor itself call: for what came to it by mistake. Only a proposal can.
    #[payable]
    #[reentrant]
    pub fn relay(
        &mut self,
        cx: &mut Ctx,
        target: Address,
        value: U256,
        data: Bytes,
    ) -> Result<(), GovernorError> {
        const SELECTOR: [u8; 4] = zx::selector("relay(address,uint256,bytes)");
        let call = (target, value, data);
        self.only_proposal(cx, SELECTOR, &call)?;
        let (target, value, data) = call;
        match cx.call(target, &data, CallOptions::value(value)) {
            Ok(_) => Ok(()),
            Err(CallError::Revert(words)) if !words.is_empty() => {
                Err(CallError::Revert(words).into())
            }
            Err(_) => Err(GovernorError::FailedCall {}),
        }
    }

    /// Says after what voting begins, in units of the clock. Only a proposal can.
    #[reentrant]
    pub fn set_voting_delay(
        &mut self,
        cx: &mut Ctx,
        new_voting_delay: Uint<48>,
    ) -> Result<(), GovernorError> {
        const SELECTOR: [u8; 4] = zx::selector("setVotingDelay(uint48)");
        self.only_proposal(cx, SELECTOR, &(new_voting_delay,))?;
        self.electorate.set_voting_delay(cx, new_voting_delay);
        Ok(())
    }

    /// Says how long voting lasts, in units of the clock. Only a proposal can.
    #[reentrant]
    pub fn set_voting_period(
        &mut self,
        cx: &mut Ctx,
        new_voting_period: u32,
    ) -> Result<(), GovernorError> {
        const SELECTOR: [u8; 4] = zx::selector("setVotingPeriod(uint32)");
        self.only_proposal(cx, SELECTOR, &(new_voting_period,))?;
        self.electorate.set_voting_period(cx, new_voting_period)
    }

    /// Says how many votes it takes to propose. Only a proposal can.
    #[reentrant]
    pub fn set_proposal_threshold(
        &mut self,
        cx: &mut Ctx,
        new_proposal_threshold: U256,
    ) -> Result<(), GovernorError> {
        const SELECTOR: [u8; 4] = zx::selector("setProposalThreshold(uint256)");
        self.only_proposal(cx, SELECTOR, &(new_proposal_threshold,))?;
        self.electorate.set_threshold(cx, new_proposal_threshold);
        Ok(())
    }

    /// Says what part of all votes it takes from now on, in percent. Only a proposal can.
    #[reentrant]
    pub fn update_quorum_numerator(
        &mut self,
        cx: &mut Ctx,
        new_quorum_numerator: U256,
    ) -> Result<(), GovernorError> {
        const SELECTOR: [u8; 4] = zx::selector("updateQuorumNumerator(uint256)");
        self.only_proposal(cx, SELECTOR, &(new_quorum_numerator,))?;
        self.electorate
            .set_quorum_numerator(cx, new_quorum_numerator)
    }

    /// Says when proposals expire: how long after the vote they can be queued, in units of the clock, and how long they can
    /// be executed once they have waited, in seconds; zero for ever. Only a proposal can.
    #[reentrant]
    pub fn set_expiry(
        &mut self,
        cx: &mut Ctx,
        queueing_period: u32,
        grace_period: u32,
    ) -> Result<(), GovernorError> {
        const SELECTOR: [u8; 4] = zx::selector("setExpiry(uint32,uint32)");
        self.only_proposal(cx, SELECTOR, &(queueing_period, grace_period))?;
        self.put_expiry(cx, queueing_period, grace_period);
        Ok(())
    }

    /// Has another timelock act for the governor. What waits in the old one counts as cancelled. Only a proposal can.
    #[reentrant]
    pub fn update_timelock(
        &mut self,
        cx: &mut Ctx,
        new_timelock: Address,
    ) -> Result<(), GovernorError> {
        const SELECTOR: [u8; 4] = zx::selector("updateTimelock(address)");
        self.only_proposal(cx, SELECTOR, &(new_timelock,))?;
        self.put_timelock(cx, new_timelock);
        Ok(())
    }
}
