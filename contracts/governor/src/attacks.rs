//! What is tried against governors, and fails.

use super::{
    ProposalState::Active,
    tests::{Dao, Motion, THRESHOLD, WAIT, calldata, in_state, n},
    *,
};
use k256::ecdsa::SigningKey;
use zx::{
    crypto::Domain,
    testing::{Block, Host, Reverted},
};

fn invalid(voter: Address) -> Reverted {
    GovernorError::GovernorInvalidSignature { voter }.into()
}

/// r, s, v of the first account.
fn sign(hash: B256) -> [u8; 65] {
    let key = zx::b256!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
    let key = SigningKey::from_slice(&key.0).expect("a key");
    let (signature, recovery) = key.sign_prehash_recoverable(&hash.0).expect("a hash");
    let (r, s) = signature.split_bytes();
    let mut bytes = [27 + recovery.to_byte(); 65];
    bytes[..32].copy_from_slice(&r);
    bytes[32..64].copy_from_slice(&s);
    bytes
}

/// A ballot of the first account for something, as its wallet signs it for this governor on this chain.
fn ballot(
    chain_id: u64,
    governor: Address,
    proposal_id: U256,
    voter: Address,
    nonce: u64,
) -> Bytes {
    let ballot = Ballot {
        proposal_id,
        support: 1,
        voter,
        nonce: n(nonce),
    };
    let separator = Domain::new("Dao", "1").separator_of(chain_id, governor);
    sign(ballot.typed_hash(separator)).into()
}

/// The same signature in its other form: s negated, v the other.
fn other_form(signature: &[u8]) -> Bytes {
    const ORDER: B256 =
        zx::b256!("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
    let s = U256::from_be_bytes(*signature[32..].first_chunk().unwrap());
    let mut other = signature.to_vec();
    other[32..64].copy_from_slice(&(U256::from_be_bytes(ORDER.0) - s).to_be_bytes());
    other[64] = 55 - other[64];
    other.into()
}

#[zx::test]
fn a_signed_vote_is_good_once_here_and_in_one_form(host: &Host) {
    let [alice, bob] = host.accounts();
    let dao = Dao::found(host);
    let governor = dao.governor(host).by(bob);
    let id = Motion::poke().propose(&dao.governor(host)).unwrap();
    host.mine(WAIT / 20);
    let chain_id = host.block().chain_id;
    let good = ballot(chain_id, dao.governor, id, alice, 0);
    let send = |signature: Bytes| governor.cast_vote_by_sig(id, 1, alice, signature);
    for bad in [
        ballot(chain_id + 1, dao.governor, id, alice, 0),
        ballot(chain_id, dao.timelock, id, alice, 0),
        ballot(chain_id, dao.governor, id + n(1), alice, 0),
        ballot(chain_id, dao.governor, id, alice, 1),
        ballot(chain_id, dao.governor, id, bob, 0),
        other_form(&good),
        Bytes::new(),
        Bytes::from_static(&[0; 65]),
    ] {
        assert_eq!(send(bad), Err(invalid(alice)));
    }
    assert_eq!(
        governor.cast_vote_by_sig(id, 0, alice, good.clone()),
        Err(invalid(alice)),
        "for what it was not signed"
    );
    assert_eq!(
        governor.cast_vote_by_sig(id, 1, bob, good.clone()),
        Err(invalid(bob))
    );
    assert_eq!(send(good.clone()), Ok(n(500)));
    assert_eq!(governor.nonces().nonces(alice), n(1));
    assert_eq!(send(good), Err(invalid(alice)), "a second time");
    let voted: Reverted = GovernorError::GovernorAlreadyCastVote { voter: alice }.into();
    assert_eq!(
        send(ballot(chain_id, dao.governor, id, alice, 1)),
        Err(voted)
    );
}

#[zx::test]
fn a_signed_vote_is_no_good_on_a_fork_of_the_chain(host: &Host) {
    let [alice] = host.accounts();
    let dao = Dao::found(host);
    let id = Motion::poke().propose(&dao.governor(host)).unwrap();
    host.mine(WAIT / 20);
    let signature = ballot(host.block().chain_id, dao.governor, id, alice, 0);
    let send = || {
        dao.governor(host)
            .cast_vote_by_sig(id, 1, alice, signature.clone())
    };
    let (here, there) = (host.block(), host.block().chain_id + 1);
    host.rehearse(|| {
        host.set_block(Block {
            chain_id: there,
            ..here
        });
        assert_eq!(send(), Err(invalid(alice)));
    });
    host.set_block(here);
    send().unwrap();
}

#[zx::test]
fn what_is_said_with_a_signed_vote_is_signed_too(host: &Host) {
    let [alice, bob] = host.accounts();
    let dao = Dao::found(host);
    let governor = dao.governor(host).by(bob);
    let id = Motion::poke().propose(&dao.governor(host)).unwrap();
    host.mine(WAIT / 20);
    let (reason, params) = ("yes".to_owned(), Bytes::from_static(&[7]));
    let ballot = ExtendedBallot {
        proposal_id: id,
        support: 1,
        voter: alice,
        nonce: n(0),
        reason: reason.clone(),
        params: params.clone(),
    };
    let separator = Domain::new("Dao", "1").separator_of(host.block().chain_id, dao.governor);
    let signature = Bytes::from(sign(ballot.typed_hash(separator)));
    let send = |reason: &str, params: &Bytes| {
        let (reason, params) = (reason.to_owned(), params.clone());
        governor.cast_vote_with_reason_and_params_by_sig(
            id,
            1,
            alice,
            reason,
            params,
            signature.clone(),
        )
    };
    assert_eq!(send("no", &params), Err(invalid(alice)));
    assert_eq!(send("yes", &Bytes::new()), Err(invalid(alice)));
    assert_eq!(send("yes", &params), Ok(n(500)));
    let vote = VoteCastWithParams {
        voter: alice,
        proposal_id: id,
        support: 1,
        weight: n(500),
        reason,
        params,
    };
    assert!(host.emitted(vote));
}

#[zx::test]
fn contracts_vote_by_what_they_say_they_have_signed(host: &Host) {
    let wallet = Address::repeat_byte(0x1A);
    let dao = Dao::found(host);
    let valid = zx::selector("isValidSignature(bytes32,bytes)");
    host.mock(wallet)
        .returns(valid, FixedBytes::<4>([0xFF; 4]))
        .install();
    let id = Motion::poke().propose(&dao.governor(host)).unwrap();
    host.mine(WAIT / 20);
    let send = || {
        dao.governor(host)
            .cast_vote_by_sig(id, 1, wallet, Bytes::from_static(&[1]))
    };
    assert_eq!(send(), Err(invalid(wallet)));
    host.mock(wallet)
        .returns(valid, FixedBytes::<4>(valid))
        .install();
    assert_eq!(send(), Ok(n(0)));
}

/// The votes of a proposal are those of a block that has passed when voting begins: whoever borrows tokens votes with
/// nothing, and whoever gives theirs on has voted for both.
#[zx::test]
fn borrowed_and_moved_tokens_do_not_vote_twice(host: &Host) {
    let [alice, _, _, dave] = host.accounts();
    let dao = Dao::found(host);
    let (governor, token) = (dao.governor(host), dao.token(host));
    let id = Motion::poke().propose(&governor).unwrap();
    host.mine(WAIT / 20);
    token.by(dave).votes().delegate(dave).unwrap();
    assert_eq!(governor.cast_vote(id, 1), Ok(n(500)));
    let twice: Reverted = GovernorError::GovernorAlreadyCastVote { voter: alice }.into();
    assert_eq!(governor.cast_vote(id, 1), Err(twice.clone()));
    assert_eq!(governor.cast_vote(id, 0), Err(twice));
    token.erc20().transfer(dave, n(500)).unwrap();
    assert_eq!(governor.by(dave).cast_vote(id, 1), Ok(n(0)));
    host.mine(1);
    assert_eq!(
        governor.proposals().proposal_votes(id),
        (n(0), n(500), n(0))
    );
    let kind: Reverted = GovernorError::GovernorInvalidVoteType {}.into();
    let [_, bob] = host.accounts();
    assert_eq!(governor.by(bob).cast_vote(id, 3), Err(kind));
}

/// In the block in which votes are counted nobody can vote yet: who holds them for a moment in it, does not know of it.
#[zx::test]
fn the_block_of_the_snapshot_is_too_early_to_vote(host: &Host) {
    let [_, _, _, dave] = host.accounts();
    let dao = Dao::found(host);
    let (governor, token) = (dao.governor(host), dao.token(host));
    let id = Motion::poke().propose(&governor).unwrap();
    host.mine(3);
    assert_eq!(
        n(host.block().number),
        governor.proposals().proposal_snapshot(id)
    );
    token.by(dave).votes().delegate(dave).unwrap();
    token.erc20().transfer(dave, n(500)).unwrap();
    assert_eq!(
        governor.by(dave).cast_vote(id, 1),
        Err(in_state(id, Pending, Some(Active)))
    );
    // A loan has to be paid back in the same block.
    token
        .by(dave)
        .erc20()
        .transfer(host.accounts::<1>()[0], n(500))
        .unwrap();
    host.mine(1);
    assert_eq!(governor.by(dave).cast_vote(id, 1), Ok(n(0)));
}

/// Who sees a proposal come could make it first, and take it back: its id would be used up.
#[zx::test]
fn a_proposal_that_names_its_proposer_is_nobody_elses(host: &Host) {
    let [alice, bob] = host.accounts();
    let dao = Dao::found(host);
    let governor = dao.governor(host);
    let named = |who: Address| Motion::poke().described(format!("because#proposer={who}"));
    let stolen = named(alice).propose(&governor.by(bob));
    let restricted: Reverted = GovernorError::GovernorRestrictedProposer { proposer: bob }.into();
    assert_eq!(stolen, Err(restricted));
    named(alice).propose(&governor).unwrap();
    // What only looks like it names nobody.
    let others = [
        "#proposer=0x12".to_owned(),
        format!("#proposer={alice}."),
        format!("#proposer={}g", &alice.to_string()[..41]),
        format!("#proposer=00{}", &alice.to_string()[2..]),
        format!("proposer={alice}"),
        "é".repeat(60),
        String::new(),
    ];
    for (i, description) in others.into_iter().enumerate() {
        Motion::poke()
            .described(description)
            .propose(&governor.by(bob))
            .unwrap_or_else(|e| panic!("{i}: {e}"));
    }
}

/// Another proposer of the timelock cannot have it change the governor: only what was voted on does.
#[zx::test]
fn the_timelock_changes_the_governor_only_as_a_proposal_has_it(host: &Host) {
    let [alice, mallory] = host.accounts();
    let dao = Dao::found(host);
    for role in [timelock::PROPOSER_ROLE, timelock::EXECUTOR_ROLE] {
        let grant = calldata(zx::selector("grantRole(bytes32,address)"), &(role, mallory));
        Motion::new(dao.timelock, grant)
            .carry_out(host, dao)
            .unwrap();
    }
    let data = calldata(zx::selector("setProposalThreshold(uint256)"), &(n(0),));
    let timelock = dao.timelock(host).by(mallory);
    let (target, zero) = (dao.governor, B256::ZERO);
    timelock
        .schedule(target, n(0), data.clone().into(), zero, zero, n(WAIT))
        .unwrap();
    host.pass(WAIT);
    let execute = || timelock.execute(target, n(0), Bytes::from(data.clone()), zero, zero);
    let bypass = execute().unwrap_err();
    assert!(matches!(
        bypass.decode(),
        Some(GovernorError::GovernorOnlyProposal { .. })
    ));
    for account in [alice, mallory] {
        let refused = dao.governor(host).by(account).set_proposal_threshold(n(0));
        let only: Reverted = GovernorError::GovernorOnlyExecutor { account }.into();
        assert_eq!(refused, Err(only));
    }
    assert_eq!(
        dao.governor(host).electorate().proposal_threshold(),
        n(THRESHOLD)
    );
    // What a proposal allows is used up by it.
    Motion::new(dao.governor, data.clone())
        .carry_out(host, dao)
        .unwrap();
    assert!(execute().is_err());
}

/// A proposal that a call of it executes again, or that executes another one in between.
#[zx::test]
fn nothing_is_executed_from_within_a_proposal(host: &Host) {
    let dao = Dao::found(host);
    let inner = Motion::poke().described("inner".into());
    inner.ripen(host, dao);
    let (targets, values, calldatas, hash) = inner.parts();
    let execute = calldata(
        zx::selector("execute(address[],uint256[],bytes[],bytes32)"),
        &(targets, values, calldatas, hash),
    );
    let refused = Motion::new(dao.governor, execute)
        .carry_out(host, dao)
        .unwrap_err();
    assert_eq!(refused.message().as_deref(), Some("reentrant call"));
    inner.execute(&dao.governor(host)).unwrap();
}

/// The rest of the governor is open to what it calls: a proposal may vote, and propose.
#[zx::test]
fn a_proposal_may_vote_on_another(host: &Host) {
    let dao = Dao::found(host);
    let token = dao.token(host);
    token.votes().delegate(dao.timelock).unwrap();
    let [_, bob, carol] = host.accounts();
    for account in [bob, carol] {
        token
            .by(account)
            .erc20()
            .transfer(host.accounts::<1>()[0], n(200))
            .unwrap();
    }
    host.mine(1);
    let governor = dao.governor(host);
    let propose = Motion::poke().described("by the timelock".into());
    let id = {
        let (targets, values, calldatas, _) = propose.parts();
        let data = calldata(
            zx::selector("propose(address[],uint256[],bytes[],string)"),
            &(targets, values, calldatas, "by the timelock".to_owned()),
        );
        let motion = Motion::new(dao.governor, data);
        let id = motion.propose(&governor.by(bob)).unwrap();
        host.mine(4);
        token.votes().delegate(bob).unwrap();
        dao.governor(host)
            .by(dao.timelock)
            .cast_vote(id, 1)
            .unwrap();
        host.mine(10);
        motion.queue(&governor).unwrap();
        token.votes().delegate(dao.timelock).unwrap();
        host.pass(WAIT);
        motion.execute(&governor).unwrap();
        let (targets, values, calldatas, hash) = propose.parts();
        governor.hash_proposal(targets, values, calldatas, hash)
    };
    assert_eq!(governor.proposals().proposal_proposer(id), dao.timelock);
}

/// What fails is not executed, and can be tried again until it expires.
#[zx::test]
fn a_proposal_that_fails_can_be_tried_again(host: &Host) {
    let dao = Dao::found(host);
    let fail = zx::selector("fail()");
    let target = Address::repeat_byte(0x7A);
    let motion = Motion::new(target, fail.to_vec());
    let failed = motion.carry_out(host, dao).unwrap_err();
    assert_eq!(failed.message().as_deref(), Some("as asked"));
    host.mock(target).returns(fail, ()).install();
    motion.execute(&dao.governor(host)).unwrap();
}
