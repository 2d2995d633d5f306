//! Who votes, with what, and when.

use crate::interface::{
    GovernorError, IVotes, ProposalThresholdSet, QuorumNumeratorUpdated, VotingDelaySet,
    VotingPeriodSet,
};
use zx::{components::Checkpoints, prelude::*};

/// What the quorum is a part of: percent.
const QUORUM_DENOMINATOR: u64 = 100;

/// What time is told by. ERC-6372 has a token's clock never change, so that it need not be asked each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// What the token says; the number of the block, if it says nothing.
    Token,
    /// The number of the block.
    Blocks,
    /// Seconds since 1970.
    Seconds,
}

/// The clocks that are known, in words.
const BLOCKS: &str = "mode=blocknumber&from=default";
const SECONDS: &str = "mode=timestamp";

/// Who votes, and what they tell time by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Voting {
    token: Address,
    clock: Clock,
}

/// When they vote: one slot, in units of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
pub(crate) struct Times {
    pub(crate) delay: Uint<48>,
    pub(crate) period: u32,
}

/// A token's holders, and what it takes of them.
#[zx::storage]
#[derive(Debug)]
pub struct Electorate {
    /// Whose votes decide.
    token: Immutable<Address>,
    /// A [`Clock`], by its number.
    clock: Immutable<u8>,
    times: Item<Times>,
    threshold: Item<U256>,
    quorum_numerators: Checkpoints,
}

impl Voting {
    /// The token's clock; the number of the block, if it has none.
    pub(crate) fn now(self, cx: &Ctx) -> Uint<48> {
        let block = || Uint::new(U256::from(cx.block_number()));
        match self.clock {
            Clock::Token => IVotes::at(self.token).clock(cx).unwrap_or_else(|_| block()),
            Clock::Blocks => block(),
            Clock::Seconds => Uint::new(U256::from(cx.block_timestamp())),
        }
    }

    /// What an account could vote with at a point of the clock that has passed.
    pub(crate) fn votes(
        self,
        cx: &Ctx,
        account: Address,
        timepoint: U256,
    ) -> Result<U256, GovernorError> {
        Ok(IVotes::at(self.token).get_past_votes(cx, account, timepoint)?)
    }
}

impl Electorate {
    /// Names the token.
    pub(crate) fn init(&mut self, cx: &Ctx, token: Address) {
        let clock = match IVotes::at(token).clock_mode(cx).as_deref() {
            Ok(BLOCKS) => Clock::Blocks,
            Ok(SECONDS) => Clock::Seconds,
            _ => Clock::Token,
        };
        self.token.set(token);
        self.clock.set(clock as u8);
    }

    /// Who votes, and what they tell time by.
    pub(crate) fn voting(&self) -> Voting {
        let clock = match self.clock.get() {
            1 => Clock::Blocks,
            2 => Clock::Seconds,
            _ => Clock::Token,
        };
        let token = self.token.get();
        Voting { token, clock }
    }

    /// When they vote.
    pub(crate) fn times(&self) -> Times {
        self.times.get()
    }

    /// Votes that have to be for a proposal, or abstain, whose votes are counted at this point of the clock.
    pub(crate) fn quorum_of(
        &self,
        cx: &Ctx,
        voting: Voting,
        timepoint: U256,
    ) -> Result<U256, GovernorError> {
        let supply = IVotes::at(voting.token).get_past_total_supply(cx, timepoint)?;
        let numerator = self.quorum_numerators.value_at(as_key(timepoint));
        // In two parts, neither of which overflows: the numerator is at most 100.
        let all = U256::from(QUORUM_DENOMINATOR);
        let hundreds = supply / all;
        let rest = supply - hundreds * all;
        Ok(hundreds * numerator + rest * numerator / all)
    }

    /// Goes on if an account has enough votes to propose. Those of the past count: of this block, they could be borrowed.
    pub(crate) fn check_proposer(
        &self,
        cx: &Ctx,
        voting: Voting,
        proposer: Address,
        now: U256,
    ) -> Result<(), GovernorError> {
        let threshold = self.threshold.get();
        if threshold.is_zero() {
            return Ok(());
        }
        let votes = voting.votes(cx, proposer, now - U256::ONE)?;
        ensure!(
            votes >= threshold,
            GovernorError::GovernorInsufficientProposerVotes {
                proposer,
                votes,
                threshold
            }
        );
        Ok(())
    }

    /// See [`Governor::set_voting_delay`](crate::Governor::set_voting_delay), and so on.
    pub(crate) fn set_voting_delay(&mut self, cx: &mut Ctx, delay: Uint<48>) {
        let before = self.times.get();
        self.times.set(Times { delay, ..before });
        cx.emit(VotingDelaySet {
            old_voting_delay: before.delay.get(),
            new_voting_delay: delay.get(),
        });
    }

    pub(crate) fn set_voting_period(
        &mut self,
        cx: &mut Ctx,
        period: u32,
    ) -> Result<(), GovernorError> {
        let voting_period = U256::from(period);
        ensure!(
            period != 0,
            GovernorError::GovernorInvalidVotingPeriod { voting_period }
        );
        let before = self.times.get();
        self.times.set(Times { period, ..before });
        cx.emit(VotingPeriodSet {
            old_voting_period: U256::from(before.period),
            new_voting_period: voting_period,
        });
        Ok(())
    }

    pub(crate) fn set_threshold(&mut self, cx: &mut Ctx, new_proposal_threshold: U256) {
        let old_proposal_threshold = self.threshold.replace(new_proposal_threshold);
        cx.emit(ProposalThresholdSet {
            old_proposal_threshold,
            new_proposal_threshold,
        });
    }

    pub(crate) fn set_quorum_numerator(
        &mut self,
        cx: &mut Ctx,
        quorum_numerator: U256,
    ) -> Result<(), GovernorError> {
        let quorum_denominator = U256::from(QUORUM_DENOMINATOR);
        ensure!(
            quorum_numerator <= quorum_denominator,
            GovernorError::GovernorInvalidQuorumFraction {
                quorum_numerator,
                quorum_denominator
            }
        );
        let now = as_key(self.voting().now(cx).get());
        let (old_quorum_numerator, _) = self.quorum_numerators.push(now, quorum_numerator)?;
        cx.emit(QuorumNumeratorUpdated {
            old_quorum_numerator,
            new_quorum_numerator: quorum_numerator,
        });
        Ok(())
    }
}

/// A point of the clock as checkpoints have it.
fn as_key(timepoint: U256) -> u64 {
    u64::try_from(timepoint).unwrap_or(u64::MAX)
}

#[zx::component(events(
    VotingDelaySet,
    VotingPeriodSet,
    ProposalThresholdSet,
    QuorumNumeratorUpdated
))]
impl Electorate {
    /// Whose votes decide.
    #[reentrant]
    pub fn token(&self, _cx: &Ctx) -> Address {
        self.token.get()
    }

    /// What time is told by: the token's clock; the number of the block, if it has none (ERC-6372).
    #[reentrant]
    pub fn clock(&self, cx: &Ctx) -> Uint<48> {
        self.voting().now(cx)
    }

    /// What time is told by, in words (ERC-6372).
    #[reentrant]
    #[selector(name = "CLOCK_MODE")]
    pub fn clock_mode(&self, cx: &Ctx) -> String {
        let voting = self.voting();
        match voting.clock {
            Clock::Token => IVotes::at(voting.token)
                .clock_mode(cx)
                .unwrap_or_else(|_| BLOCKS.into()),
            Clock::Blocks => BLOCKS.into(),
            Clock::Seconds => SECONDS.into(),
        }
    }

    /// After what voting begins, in units of the clock.
    #[reentrant]
    pub fn voting_delay(&self, _cx: &Ctx) -> U256 {
        self.times.get().delay.get()
    }

    /// How long it lasts, in units of the clock.
    #[reentrant]
    pub fn voting_period(&self, _cx: &Ctx) -> U256 {
        U256::from(self.times.get().period)
    }

    /// Votes that it takes to propose.
    #[reentrant]
    pub fn proposal_threshold(&self, _cx: &Ctx) -> U256 {
        self.threshold.get()
    }

    /// What part of all votes it takes, in percent.
    #[reentrant]
    #[selector(name = "quorumNumerator")]
    pub fn quorum_numerator(&self, _cx: &Ctx) -> U256 {
        self.quorum_numerators.latest()
    }

    /// What part it took at some point of the clock.
    #[reentrant]
    #[selector(name = "quorumNumerator")]
    pub fn quorum_numerator_at(&self, _cx: &Ctx, timepoint: U256) -> U256 {
        self.quorum_numerators.value_at(as_key(timepoint))
    }

    /// What the numerator is a part of: 100.
    pub fn quorum_denominator() -> U256 {
        U256::from(QUORUM_DENOMINATOR)
    }

    /// Votes that have to be for a proposal, or abstain, whose votes are counted at this point of the clock.
    #[reentrant]
    pub fn quorum(&self, cx: &Ctx, timepoint: U256) -> Result<U256, GovernorError> {
        self.quorum_of(cx, self.voting(), timepoint)
    }

    /// What an account could vote with at a point of the clock that has passed.
    #[reentrant]
    pub fn get_votes(
        &self,
        cx: &Ctx,
        account: Address,
        timepoint: U256,
    ) -> Result<U256, GovernorError> {
        self.voting().votes(cx, account, timepoint)
    }

    /// The same: the governor makes nothing of `params`.
    #[reentrant]
    pub fn get_votes_with_params(
        &self,
        cx: &Ctx,
        account: Address,
        timepoint: U256,
        _params: Bytes,
    ) -> Result<U256, GovernorError> {
        self.get_votes(cx, account, timepoint)
    }
}
