//! Where proposals are, what it takes to go on with them, and what the rest is done by.

use crate::{
    Governor,
    electorate::Voting,
    execution::{Queueing, allowed, queued},
    interface::{
        ExpirySet, GovernorError,
        ProposalState::{self, Active, Canceled, Defeated, Executed, Expired, Pending, Succeeded},
        TimelockChange, VoteCast, VoteCastWithParams,
    },
    proposal::{Core, unexpected},
};
use zx::{
    abi::Args,
    crypto::{Domain, TypedData, is_valid_signature},
    prelude::*,
};

/// Version of the domain that votes are signed for.
pub(crate) const VERSION: &str = "1";
const HASHED_VERSION: [u8; 32] = Domain::new("", VERSION).hashes()[1];

impl Governor {
    /// Where a proposal is, and what it began with.
    #[inline(never)]
    pub(crate) fn look(
        &self,
        cx: &Ctx,
        voting: Voting,
        proposal_id: U256,
    ) -> Result<(ProposalState, Core), GovernorError> {
        let core = self.proposals.core(proposal_id);
        Ok((self.state_of(cx, voting, proposal_id, &core)?, core))
    }

    pub(crate) fn state_of(
        &self,
        cx: &Ctx,
        voting: Voting,
        proposal_id: U256,
        core: &Core,
    ) -> Result<ProposalState, GovernorError> {
        let start = core.vote_start.get();
        ensure!(
            !start.is_zero(),
            GovernorError::GovernorNonexistentProposal { proposal_id }
        );
        if core.executed {
            return Ok(Executed);
        }
        if core.canceled {
            return Ok(Canceled);
        }
        let now = voting.now(cx).get();
        if start >= now {
            return Ok(Pending);
        }
        let deadline = core.deadline();
        if deadline >= now {
            return Ok(Active);
        }
        let proposal = self.proposals.by_id.at(proposal_id);
        if !proposal.succeeded(self.electorate.quorum_of(cx, voting, start)?) {
            return Ok(Defeated);
        }
        let queueing = self.queueing.get();
        let eta = proposal.eta.get().get();
        if !eta.is_zero() {
            return queued(cx, queueing, eta, proposal.operation.get());
        }
        let late = queueing.period != 0 && now > deadline + U256::from(queueing.period);
        Ok(if late { Expired } else { Succeeded })
    }

    /// Goes on if a proposal is in this state.
    #[inline(never)]
    pub(crate) fn expect(
        &self,
        cx: &Ctx,
        proposal_id: U256,
        expected: ProposalState,
    ) -> Result<Core, GovernorError> {
        let (current, core) = self.look(cx, self.electorate.voting(), proposal_id)?;
        ensure!(
            current == expected,
            unexpected(proposal_id, current, Some(expected))
        );
        Ok(core)
    }

    /// Goes on if there is no such proposal yet.
    pub(crate) fn unknown(
        &self,
        cx: &Ctx,
        voting: Voting,
        proposal_id: U256,
    ) -> Result<(), GovernorError> {
        let core = self.proposals.core(proposal_id);
        if core.vote_start.get().is_zero() {
            return Ok(());
        }
        let current = self.state_of(cx, voting, proposal_id, &core)?;
        Err(unexpected(proposal_id, current, None))
    }

    #[inline(never)]
    pub(crate) fn cast(
        &mut self,
        cx: &mut Ctx,
        proposal_id: U256,
        voter: Address,
        support: u8,
        reason: String,
        params: Bytes,
    ) -> Result<U256, GovernorError> {
        let voting = self.electorate.voting();
        let (state, core) = self.look(cx, voting, proposal_id)?;
        ensure!(
            state == Active,
            unexpected(proposal_id, state, Some(Active))
        );
        let weight = voting.votes(cx, voter, core.vote_start.get())?;
        self.proposals
            .by_id
            .at_mut(proposal_id)
            .count(voter, support, weight)?;
        if params.is_empty() {
            cx.emit(VoteCast {
                voter,
                proposal_id,
                support,
                weight,
                reason,
            });
        } else {
            cx.emit(VoteCastWithParams {
                voter,
                proposal_id,
                support,
                weight,
                reason,
                params,
            });
        }
        Ok(weight)
    }

    /// Goes on if the voter has signed this ballot, for this governor on this chain.
    pub(crate) fn signed(
        &self,
        cx: &Ctx,
        voter: Address,
        ballot: &impl TypedData,
        signature: &[u8],
    ) -> Result<(), GovernorError> {
        let domain = Domain::hashed([self.hashed_name.get().0, HASHED_VERSION]);
        let hash = ballot.typed_hash(domain.separator(cx));
        ensure!(
            is_valid_signature(cx, voter, hash, signature),
            GovernorError::GovernorInvalidSignature { voter }
        );
        Ok(())
    }

    /// Goes on if the timelock calls, and the call is part of the proposal that is being executed: others may have the
    /// timelock call too. Each part is good for one call.
    pub(crate) fn only_proposal(
        &self,
        cx: &mut Ctx,
        selector: [u8; 4],
        arguments: &impl Args,
    ) -> Result<(), GovernorError> {
        let account = cx.sender();
        ensure!(
            account == self.queueing.get().timelock,
            GovernorError::GovernorOnlyExecutor { account }
        );
        let call = cx.keccak256(&[&selector[..], &arguments.encode()].concat());
        let left = allowed(cx, call);
        ensure!(
            !left.is_zero(),
            GovernorError::GovernorOnlyProposal { call }
        );
        cx.store_transient(call.0, (left - U256::ONE).to_be_bytes());
        Ok(())
    }

    pub(crate) fn put_timelock(&mut self, cx: &mut Ctx, timelock: Address) {
        let before = self.queueing.get();
        self.queueing.set(Queueing { timelock, ..before });
        cx.emit(TimelockChange {
            old_timelock: before.timelock,
            new_timelock: timelock,
        });
    }

    pub(crate) fn put_expiry(&mut self, cx: &mut Ctx, period: u32, grace: u32) {
        self.queueing.update(|before| Queueing {
            period,
            grace,
            ..before
        });
        cx.emit(ExpirySet {
            queueing_period: U256::from(period),
            grace_period: U256::from(grace),
        });
    }
}

/// Id of a proposal: the hash of its parts, as Solidity encodes them.
#[inline(never)]
pub(crate) fn id_of(cx: &Ctx, calls: &(Vec<Address>, Vec<U256>, Vec<Bytes>, B256)) -> U256 {
    U256::from_be_bytes(cx.keccak256(&calls.encode()).0)
}

pub(crate) fn same_length(
    targets: &[Address],
    values: &[U256],
    calldatas: &[Bytes],
) -> Result<(), GovernorError> {
    let [targets, values, calldatas] = [targets.len(), values.len(), calldatas.len()];
    if targets > 0 && targets == values && targets == calldatas {
        return Ok(());
    }
    let [targets, values, calldatas] =
        [targets, values, calldatas].map(|len| U256::from(len as u64));
    Err(GovernorError::GovernorInvalidProposalLength {
        targets,
        calldatas,
        values,
    })
}
