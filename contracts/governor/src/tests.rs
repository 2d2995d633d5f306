use super::{
    ProposalState::{Active, Canceled, Defeated, Executed, Expired},
    proposal::unexpected,
    *,
};
use timelock::{Timelock, TimelockClient};
use zx::{
    Event as _,
    components::role,
    testing::{Host, Reverted},
};
use zx20_votes::{Zx20Votes, Zx20VotesClient};

const DELAY: u64 = 3;
const PERIOD: u64 = 10;
pub(crate) const THRESHOLD: u64 = 50;
const QUORUM: u64 = 25;
/// Blocks in which what has succeeded can be queued.
const QUEUEING: u64 = 30;
/// Seconds that the timelock waits.
pub(crate) const WAIT: u64 = 100;
/// Seconds in which can be executed.
const GRACE: u64 = 1_000;

const TARGET: Address = Address::repeat_byte(0x7A);
const POKE: [u8; 4] = zx::selector("poke()");
const FAIL: [u8; 4] = zx::selector("fail()");

pub(crate) fn n(value: u64) -> U256 {
    U256::from(value)
}

/// A token of which three accounts have 500, 300 and 200, and a governor with its timelock.
#[derive(Clone, Copy)]
pub(crate) struct Dao {
    pub(crate) token: Address,
    pub(crate) timelock: Address,
    pub(crate) governor: Address,
}

impl Dao {
    pub(crate) fn found(host: &Host) -> Self {
        let who = host.accounts::<3>();
        let token = host.deploy::<Zx20Votes>(("Zexus".to_owned(), "ZX".to_owned()));
        for (account, votes) in who.into_iter().zip([500, 300, 200]) {
            token.mint(account, n(votes)).unwrap();
            token.by(account).votes().delegate(account).unwrap();
        }
        let timelock = host.deploy::<Timelock>((n(WAIT), vec![], vec![], who[0]));
        let settings = Settings {
            voting_delay: Uint::new(n(DELAY)),
            voting_period: PERIOD as u32,
            proposal_threshold: n(THRESHOLD),
            quorum_numerator: n(QUORUM),
            queueing_period: QUEUEING as u32,
            grace_period: GRACE as u32,
        };
        let arguments = (
            "Dao".to_owned(),
            token.address(),
            timelock.address(),
            settings,
        );
        let governor = host.deploy::<Governor>(arguments).address();
        for role in [timelock::PROPOSER_ROLE, timelock::EXECUTOR_ROLE] {
            timelock.access().grant_role(role, governor).unwrap();
        }
        timelock
            .access()
            .renounce_role(zx::components::DEFAULT_ADMIN_ROLE, who[0])
            .unwrap();
        host.mock(TARGET)
            .returns(POKE, ())
            .reverts(FAIL, "as asked")
            .install();
        host.mine(1);
        Self {
            token: token.address(),
            timelock: timelock.address(),
            governor,
        }
    }

    pub(crate) fn governor<'h>(&self, host: &'h Host) -> GovernorClient<'h> {
        host.at::<Governor>(self.governor)
    }

    pub(crate) fn token<'h>(&self, host: &'h Host) -> Zx20VotesClient<'h> {
        host.at::<Zx20Votes>(self.token)
    }

    pub(crate) fn timelock<'h>(&self, host: &'h Host) -> TimelockClient<'h> {
        host.at::<Timelock>(self.timelock)
    }

    fn state(&self, host: &Host, id: U256) -> ProposalState {
        self.governor(host).state(id)
    }
}

/// A proposal of one call.
#[derive(Clone)]
pub(crate) struct Motion {
    target: Address,
    data: Bytes,
    description: String,
}

pub(crate) type Parts = (Vec<Address>, Vec<U256>, Vec<Bytes>, B256);

impl Motion {
    pub(crate) fn new(target: Address, data: Vec<u8>) -> Self {
        Self {
            target,
            data: data.into(),
            description: "because".into(),
        }
    }

    pub(crate) fn poke() -> Self {
        Self::new(TARGET, POKE.to_vec())
    }

    pub(crate) fn described(self, description: String) -> Self {
        Self {
            description,
            ..self
        }
    }

    pub(crate) fn parts(&self) -> Parts {
        // A role's id is the hash of its name: Keccak-256, as here.
        let hash = role(&self.description);
        (vec![self.target], vec![n(0)], vec![self.data.clone()], hash)
    }

    pub(crate) fn propose(&self, governor: &GovernorClient<'_>) -> Result<U256, Reverted> {
        let (targets, values, calldatas, _) = self.parts();
        governor.propose(targets, values, calldatas, self.description.clone())
    }

    pub(crate) fn queue(&self, governor: &GovernorClient<'_>) -> Result<U256, Reverted> {
        let (targets, values, calldatas, hash) = self.parts();
        governor.queue(targets, values, calldatas, hash)
    }

    pub(crate) fn execute(&self, governor: &GovernorClient<'_>) -> Result<U256, Reverted> {
        let (targets, values, calldatas, hash) = self.parts();
        governor.execute(targets, values, calldatas, hash)
    }

    pub(crate) fn cancel(&self, governor: &GovernorClient<'_>) -> Result<U256, Reverted> {
        let (targets, values, calldatas, hash) = self.parts();
        governor.cancel(targets, values, calldatas, hash)
    }

    /// Proposed and voted for by the first account, up to the block in which it has succeeded.
    pub(crate) fn pass(&self, host: &Host, dao: Dao) -> U256 {
        let governor = dao.governor(host);
        let id = self.propose(&governor).unwrap();
        host.mine(DELAY + 1);
        governor.cast_vote(id, 1).unwrap();
        host.mine(PERIOD);
        assert_eq!(dao.state(host, id), Succeeded);
        id
    }

    /// The same, queued, up to the second in which it can be executed.
    pub(crate) fn ripen(&self, host: &Host, dao: Dao) -> U256 {
        let id = self.pass(host, dao);
        self.queue(&dao.governor(host)).unwrap();
        host.pass(WAIT);
        id
    }

    /// From the proposal to its execution.
    pub(crate) fn carry_out(&self, host: &Host, dao: Dao) -> Result<U256, Reverted> {
        self.ripen(host, dao);
        self.execute(&dao.governor(host))
    }
}

pub(crate) fn in_state(
    id: U256,
    current: ProposalState,
    expected: Option<ProposalState>,
) -> Reverted {
    unexpected(id, current, expected).into()
}

pub(crate) fn calldata(selector: [u8; 4], arguments: &impl Args) -> Vec<u8> {
    [&selector[..], &arguments.encode()].concat()
}

#[zx::test]
fn a_proposal_is_voted_on_queued_and_executed(host: &Host) {
    let [alice, bob, carol] = host.accounts();
    let dao = Dao::found(host);
    let governor = dao.governor(host);
    let motion = Motion::poke();
    let (targets, values, calldatas, hash) = motion.parts();
    let id = motion.propose(&governor).unwrap();
    let start = n(host.block().number + DELAY);
    let created = ProposalCreated {
        proposal_id: id,
        proposer: alice,
        targets: targets.clone(),
        values: values.clone(),
        signatures: vec![String::new()],
        calldatas: calldatas.clone(),
        vote_start: start,
        vote_end: start + n(PERIOD),
        description: "because".into(),
    };
    host.assert_logs(dao.governor, [created.into_log()]);
    assert_eq!(
        governor.hash_proposal(targets.clone(), values.clone(), calldatas.clone(), hash),
        id
    );
    assert_eq!(
        governor.get_proposal_id(targets, values, calldatas, hash),
        id
    );
    let proposals = governor.proposals();
    assert_eq!(
        (
            proposals.proposal_snapshot(id),
            proposals.proposal_deadline(id),
            proposals.proposal_proposer(id)
        ),
        (start, start + n(PERIOD), alice)
    );
    assert_eq!(dao.state(host, id), Pending);
    host.mine(DELAY);
    assert_eq!(dao.state(host, id), Pending);
    assert_eq!(
        governor.cast_vote(id, 1),
        Err(in_state(id, Pending, Some(Active)))
    );
    host.mine(1);
    assert_eq!(dao.state(host, id), Active);

    assert_eq!(governor.by(bob).cast_vote(id, 0), Ok(n(300)));
    let (reason, params) = ("why not".to_owned(), Bytes::from_static(&[1, 2]));
    governor
        .by(carol)
        .cast_vote_with_reason(id, 2, reason.clone())
        .unwrap();
    let vote = VoteCast {
        voter: carol,
        proposal_id: id,
        support: 2,
        weight: n(200),
        reason: reason.clone(),
    };
    host.assert_logs(dao.governor, [vote.into_log()]);
    governor
        .cast_vote_with_reason_and_params(id, 1, reason.clone(), params.clone())
        .unwrap();
    let vote = VoteCastWithParams {
        voter: alice,
        proposal_id: id,
        support: 1,
        weight: n(500),
        reason,
        params,
    };
    host.assert_logs(dao.governor, [vote.into_log()]);
    assert_eq!(proposals.proposal_votes(id), (n(300), n(500), n(200)));
    assert!(proposals.has_voted(id, bob) && !proposals.has_voted(id, TARGET));

    assert_eq!(
        motion.queue(&governor),
        Err(in_state(id, Active, Some(Succeeded)))
    );
    host.mine(PERIOD);
    assert_eq!(dao.state(host, id), Succeeded);
    assert_eq!(
        motion.execute(&governor),
        Err(in_state(id, Succeeded, Some(Queued)))
    );
    motion.queue(&governor.by(bob)).unwrap();
    let eta = n(host.block().timestamp + WAIT);
    assert!(host.emitted(ProposalQueued {
        proposal_id: id,
        eta_seconds: eta
    }));
    assert_eq!(
        (dao.state(host, id), proposals.proposal_eta(id)),
        (Queued, eta)
    );
    let early = motion.execute(&governor).unwrap_err();
    assert!(matches!(
        early.decode(),
        Some(timelock::TimelockError::TimelockUnexpectedOperationState { .. })
    ));
    host.pass(WAIT);
    motion.execute(&governor.by(carol)).unwrap();
    host.assert_logs(
        dao.governor,
        [ProposalExecuted { proposal_id: id }.into_log()],
    );
    assert_eq!(dao.state(host, id), Executed);
    assert_eq!(
        motion.execute(&governor),
        Err(in_state(id, Executed, Some(Queued))),
        "a second time"
    );
    assert_eq!(motion.propose(&governor), Err(in_state(id, Executed, None)));
}

#[zx::test]
fn too_few_votes_decide_nothing(host: &Host) {
    let [_, bob, carol] = host.accounts();
    let dao = Dao::found(host);
    let governor = dao.governor(host);
    // Votes of each: against, for, abstaining.
    let votes: [(&[(Address, u8)], ProposalState); 5] = [
        (&[], Defeated),
        (&[(carol, 1)], Defeated),
        (&[(bob, 2)], Defeated),
        (&[(bob, 2), (carol, 1)], Succeeded),
        (&[(bob, 0), (carol, 1)], Defeated),
    ];
    for (i, (votes, expected)) in votes.into_iter().enumerate() {
        let motion = Motion::poke().described(format!("{i}"));
        let id = motion.propose(&governor).unwrap();
        host.mine(DELAY + 1);
        for (voter, support) in votes {
            governor.by(*voter).cast_vote(id, *support).unwrap();
        }
        host.mine(PERIOD);
        assert_eq!(dao.state(host, id), expected, "{i}");
        if expected == Defeated {
            assert_eq!(
                motion.queue(&governor),
                Err(in_state(id, Defeated, Some(Succeeded)))
            );
        }
    }
    let then = n(host.block().number - 1);
    let electorate = governor.electorate();
    assert_eq!(electorate.quorum(then), n(250));
    assert_eq!(
        (
            electorate.quorum_numerator(),
            electorate.quorum_numerator_at(then),
            electorate.quorum_denominator()
        ),
        (n(QUORUM), n(QUORUM), n(100))
    );
    // Rounded down: a quarter of 1,099.
    dao.token(host).mint(bob, n(99)).unwrap();
    let then = n(host.block().number);
    host.mine(1);
    assert_eq!(electorate.quorum(then), n(274));
    assert!(
        electorate.try_quorum(n(host.block().number)).is_err(),
        "what will be is not known"
    );
}

#[zx::test]
fn who_has_too_few_votes_does_not_propose(host: &Host) {
    let [alice, _, _, dave] = host.accounts();
    let dao = Dao::found(host);
    let governor = dao.governor(host);
    let poor = |votes: u64| -> Reverted {
        GovernorError::GovernorInsufficientProposerVotes {
            proposer: dave,
            votes: n(votes),
            threshold: n(THRESHOLD),
        }
        .into()
    };
    dao.token(host).by(dave).votes().delegate(dave).unwrap();
    dao.token(host)
        .erc20()
        .transfer(dave, n(THRESHOLD))
        .unwrap();
    assert_eq!(
        Motion::poke().propose(&governor.by(dave)),
        Err(poor(0)),
        "what came in this block could be borrowed"
    );
    host.mine(1);
    Motion::poke().propose(&governor.by(dave)).unwrap();
    dao.token(host)
        .by(dave)
        .erc20()
        .transfer(alice, n(1))
        .unwrap();
    host.mine(1);
    let motion = Motion::poke().described("another".into());
    assert_eq!(motion.propose(&governor.by(dave)), Err(poor(THRESHOLD - 1)));
}

#[zx::test]
fn proposals_that_are_none_are_refused(host: &Host) {
    let dao = Dao::found(host);
    let governor = dao.governor(host);
    let length = |targets: u64, calldatas: u64, values: u64| -> Reverted {
        let (targets, calldatas, values) = (n(targets), n(calldatas), n(values));
        GovernorError::GovernorInvalidProposalLength {
            targets,
            calldatas,
            values,
        }
        .into()
    };
    let why = || "because".to_owned();
    assert_eq!(
        governor.propose(vec![], vec![], vec![], why()),
        Err(length(0, 0, 0))
    );
    let uneven = governor.propose(vec![TARGET], vec![n(0)], vec![], why());
    assert_eq!(uneven, Err(length(1, 0, 1)));
    let uneven = governor.propose(vec![TARGET], vec![], vec![Bytes::new()], why());
    assert_eq!(uneven, Err(length(1, 1, 0)));
    let id = n(77);
    let unknown: Reverted = GovernorError::GovernorNonexistentProposal { proposal_id: id }.into();
    assert_eq!(governor.try_state(id), Err(unknown.clone()));
    assert_eq!(governor.cast_vote(id, 1), Err(unknown));
    let id = Motion::poke().propose(&governor).unwrap();
    assert_eq!(
        Motion::poke().propose(&governor),
        Err(in_state(id, Pending, None))
    );
}

/// Between the proposal and its execution, only its proposer can undo it, and only until voting begins.
#[zx::test]
fn a_proposal_is_taken_back_by_its_proposer_before_voting(host: &Host) {
    let [alice, bob] = host.accounts();
    let dao = Dao::found(host);
    let governor = dao.governor(host);
    let motion = Motion::poke();
    let id = motion.propose(&governor).unwrap();
    let unable = |account| -> Reverted {
        GovernorError::GovernorUnableToCancel {
            proposal_id: id,
            account,
        }
        .into()
    };
    assert_eq!(
        motion.cancel(&governor.by(bob)),
        Err(unable(bob)),
        "griefing"
    );
    host.rehearse(|| {
        motion.cancel(&governor).unwrap();
        host.assert_logs(
            dao.governor,
            [ProposalCanceled { proposal_id: id }.into_log()],
        );
        assert_eq!(dao.state(host, id), Canceled);
        assert_eq!(motion.cancel(&governor), Err(unable(alice)));
        assert_eq!(motion.propose(&governor), Err(in_state(id, Canceled, None)));
    });
    host.mine(DELAY + 1);
    assert_eq!(
        motion.cancel(&governor),
        Err(unable(alice)),
        "voting has begun"
    );
}

/// What the timelock is asked for is cancelled there, by who may: a guardian that the votes have put in place.
#[zx::test]
fn what_the_timelock_cancels_is_canceled(host: &Host) {
    let [_, bob] = host.accounts();
    let dao = Dao::found(host);
    let grant = calldata(
        zx::selector("grantRole(bytes32,address)"),
        &(timelock::CANCELLER_ROLE, bob),
    );
    Motion::new(dao.timelock, grant)
        .carry_out(host, dao)
        .unwrap();
    let motion = Motion::poke();
    let id = motion.pass(host, dao);
    let (targets, values, calldatas, hash) = motion.parts();
    motion.queue(&dao.governor(host)).unwrap();
    let mut salt = hash;
    for (byte, own) in salt.iter_mut().zip(dao.governor) {
        *byte ^= own;
    }
    let operation =
        dao.timelock(host)
            .hash_operation_batch(targets, values, calldatas, B256::ZERO, salt);
    dao.timelock(host).by(bob).cancel(operation).unwrap();
    assert_eq!(dao.state(host, id), Canceled);
    let refused = motion.execute(&dao.governor(host));
    assert_eq!(refused, Err(in_state(id, Canceled, Some(Queued))));
}

#[zx::test]
fn what_is_not_queued_or_executed_in_time_expires(host: &Host) {
    let dao = Dao::found(host);
    let governor = dao.governor(host);
    assert_eq!(
        (governor.queueing_period(), governor.grace_period()),
        (QUEUEING as u32, GRACE as u32)
    );
    let motion = Motion::poke();
    let id = motion.pass(host, dao);
    host.mine(QUEUEING - 1);
    assert_eq!(dao.state(host, id), Succeeded, "the last block");
    host.mine(1);
    assert_eq!(dao.state(host, id), Expired);
    let late = motion.queue(&governor);
    assert_eq!(late, Err(in_state(id, Expired, Some(Succeeded))));

    let motion = Motion::poke().described("again".into());
    let id = motion.ripen(host, dao);
    host.pass(GRACE - 1);
    assert_eq!(dao.state(host, id), Queued, "the last second");
    host.pass(1);
    assert_eq!(dao.state(host, id), Expired);
    let late = motion.execute(&governor);
    assert_eq!(late, Err(in_state(id, Expired, Some(Queued))));

    let forever = calldata(zx::selector("setExpiry(uint32,uint32)"), &(0u32, 0u32));
    Motion::new(dao.governor, forever)
        .carry_out(host, dao)
        .unwrap();
    assert!(host.emitted(ExpirySet {
        queueing_period: n(0),
        grace_period: n(0)
    }));
    assert_eq!(dao.state(host, id), Queued, "zero is for ever");
}

#[zx::test]
fn settings_are_changed_by_proposals(host: &Host) {
    let dao = Dao::found(host);
    let carry_out = |signature: &str, arguments: Vec<u8>| {
        let data = [&zx::selector(signature)[..], &arguments].concat();
        Motion::new(dao.governor, data)
            .described(signature.into())
            .carry_out(host, dao)
    };
    carry_out("setProposalThreshold(uint256)", (n(60),).encode()).unwrap();
    let (old_proposal_threshold, new_proposal_threshold) = (n(THRESHOLD), n(60));
    assert!(host.emitted(ProposalThresholdSet {
        old_proposal_threshold,
        new_proposal_threshold
    }));
    carry_out("updateQuorumNumerator(uint256)", (n(30),).encode()).unwrap();
    assert!(host.emitted(QuorumNumeratorUpdated {
        old_quorum_numerator: n(QUORUM),
        new_quorum_numerator: n(30)
    }));
    let too_much = carry_out("updateQuorumNumerator(uint256)", (n(101),).encode());
    assert_eq!(
        too_much,
        Err(GovernorError::GovernorInvalidQuorumFraction {
            quorum_numerator: n(101),
            quorum_denominator: n(100)
        }
        .into())
    );
    let never = carry_out("setVotingPeriod(uint32)", (0u32,).encode());
    assert_eq!(
        never,
        Err(GovernorError::GovernorInvalidVotingPeriod {
            voting_period: n(0)
        }
        .into())
    );
    let governor = dao.governor(host);
    let electorate = governor.electorate();
    let before = electorate.quorum_numerator_at(n(host.block().number));
    assert_eq!((electorate.quorum_numerator(), before), (n(30), n(30)));
    assert_eq!(
        electorate.quorum_numerator_at(n(0)),
        n(0),
        "before there was one"
    );
    carry_out(
        "relay(address,uint256,bytes)",
        (TARGET, n(0), Bytes::from(FAIL)).encode(),
    )
    .unwrap_err();
    carry_out(
        "relay(address,uint256,bytes)",
        (TARGET, n(0), Bytes::from(POKE)).encode(),
    )
    .unwrap();
    carry_out("setVotingDelay(uint48)", (Uint::<48>::new(n(9)),).encode()).unwrap();
    assert!(host.emitted(VotingDelaySet {
        old_voting_delay: n(DELAY),
        new_voting_delay: n(9)
    }));
    assert_eq!(
        (electorate.voting_delay(), electorate.proposal_threshold()),
        (n(9), n(60))
    );
}

#[zx::test]
fn period_and_timelock_are_changed_by_proposals(host: &Host) {
    let [alice] = host.accounts();
    let dao = Dao::found(host);
    let waiting = Motion::poke();
    let id = waiting.ripen(host, dao);
    let data = calldata(zx::selector("updateTimelock(address)"), &(alice,));
    Motion::new(dao.governor, data)
        .carry_out(host, dao)
        .unwrap();
    assert!(host.emitted(TimelockChange {
        old_timelock: dao.timelock,
        new_timelock: alice
    }));
    assert_eq!(dao.governor(host).timelock(), alice);
    let lost = dao.governor(host).try_state(id).unwrap_err();
    assert_eq!(
        lost.message().as_deref(),
        Some("call returned malformed data"),
        "an account is no timelock"
    );
    let refused = dao
        .governor(host)
        .by(dao.timelock)
        .set_voting_period(5)
        .unwrap_err();
    assert_eq!(
        refused,
        GovernorError::GovernorOnlyExecutor {
            account: dao.timelock
        }
        .into()
    );
}

#[zx::test]
fn it_says_what_it_is(host: &Host) {
    let dao = Dao::found(host);
    let governor = dao.governor(host);
    assert_eq!(
        (
            governor.name(),
            governor.version(),
            governor.counting_mode()
        ),
        (
            "Dao".into(),
            "1".into(),
            "support=bravo&quorum=for,abstain".into()
        )
    );
    let electorate = governor.electorate();
    assert_eq!(
        (electorate.token(), governor.timelock()),
        (dao.token, dao.timelock)
    );
    assert_eq!(electorate.clock_mode(), "mode=blocknumber&from=default");
    assert_eq!(electorate.clock().get(), n(host.block().number));
    assert_eq!(electorate.voting_period(), n(PERIOD));
    assert!(governor.proposal_needs_queuing(n(1)));
    assert_eq!(governor.ballot_typehash(), Ballot::TYPE_HASH);
    assert_eq!(
        governor.extended_ballot_typehash(),
        ExtendedBallot::TYPE_HASH
    );
    let ballot = "Ballot(uint256 proposalId,uint8 support,address voter,uint256 nonce)";
    assert_eq!(role(ballot), Ballot::TYPE_HASH);
    let then = n(host.block().number - 1);
    let [alice] = host.accounts();
    assert_eq!(electorate.get_votes(alice, then), n(500));
    assert_eq!(
        electorate.get_votes_with_params(alice, then, Bytes::new()),
        n(500)
    );
    for (interface, supported) in [
        ([0x01, 0xFF, 0xC9, 0xA7], true),
        // As OpenZeppelin's 5.0 has it.
        ([0x7B, 0x3C, 0x88, 0x0A], false),
        (GOVERNOR.0, true),
        ([0xFF; 4], false),
    ] {
        assert_eq!(
            governor.supports_interface(FixedBytes(interface)),
            supported
        );
    }
    let (fields, name, version, chain, contract, ..) = governor.eip712_domain();
    assert_eq!(
        (fields.0, name, version, chain, contract),
        (
            [0x0F],
            "Dao".into(),
            "1".into(),
            n(host.block().chain_id),
            dao.governor
        )
    );
    let coins = host.raw(dao.governor).paying(n(1)).transact(&[]);
    assert_eq!(coins, Err(GovernorError::GovernorDisabledDeposit {}.into()));
}

/// A token without a clock, with one of seconds, or with one of its own.
#[zx::test]
fn time_is_told_by_the_token(host: &Host) {
    let token = Address::repeat_byte(0x70);
    let settings = Settings {
        voting_delay: Uint::new(n(1)),
        voting_period: 1,
        proposal_threshold: n(0),
        quorum_numerator: n(0),
        queueing_period: 0,
        grace_period: 0,
    };
    let (block, seconds) = (n(host.block().number), n(host.block().timestamp));
    for (mode, now) in [
        (None, block),
        (Some("mode=blocknumber&from=default"), block),
        (Some("mode=timestamp"), seconds),
        (Some("mode=epoch"), n(1_234)),
    ] {
        let mock = host.mock(token);
        match mode {
            None => mock.install(),
            Some(mode) => mock
                .returns(zx::selector("clock()"), now)
                .returns(zx::selector("CLOCK_MODE()"), mode.to_owned())
                .install(),
        }
        let arguments = ("Dao".to_owned(), token, TARGET, settings);
        let governor = host.deploy::<Governor>(arguments);
        let electorate = governor.electorate();
        assert_eq!(electorate.clock().get(), now, "{mode:?}");
        let said = electorate.clock_mode();
        assert_eq!(said, mode.unwrap_or("mode=blocknumber&from=default"));
        let id = Motion::poke()
            .propose(&governor)
            .expect("it takes no votes");
        assert_eq!(governor.proposals().proposal_snapshot(id), now + n(1));
    }
}
