//! What is tried against a wallet.

use super::{
    signed::{approve, batch_of, key, team},
    *,
};
use attacker::Attacker;
use zx::testing::Block;
use zx20_full::Zx20Full;

/// Signatures that are good, but not for this.
#[zx::test]
fn signatures_are_good_for_one_wallet_chain_nonce_and_batch(host: &Host) {
    let (team, keys) = team(host);
    let deadline = U256::MAX;
    let chain = host.block().chain_id;
    let twin = Team::of(host, team.owners, team.stranger);
    let calls = vec![pay(team.stranger, 1)];
    let sign = |chain, wallet, batch: &Batch| {
        [0, 1]
            .map(|number: usize| approve(&keys[number], chain, wallet, batch))
            .to_vec()
    };
    let good = batch_of(&calls, 0, deadline);
    let wallet = team.by(team.stranger);
    let send = |approvals| wallet.execute_signed(calls.clone(), deadline, approvals);
    let invalid: Reverted = MultisigError::InvalidSignature {
        owner: team.owners[0],
    }
    .into();
    let others = [
        sign(chain, twin.wallet, &good),
        sign(chain + 1, team.wallet, &good),
        sign(chain, team.wallet, &batch_of(&calls, 1, deadline)),
        sign(chain, team.wallet, &batch_of(&calls, 0, n(9))),
        sign(
            chain,
            team.wallet,
            &batch_of(&[pay(team.stranger, 2)], 0, deadline),
        ),
        sign(chain, team.wallet, &batch_of(&[], 0, deadline)),
    ];
    for other in others {
        assert_eq!(send(other), Err(invalid.clone()));
    }
    let good = sign(chain, team.wallet, &good);
    send(good.clone()).unwrap();
    assert_eq!(send(good.clone()), Err(invalid), "a second time");
    let elsewhere = twin.by(team.stranger);
    assert!(
        elsewhere
            .execute_signed(calls.clone(), deadline, good)
            .is_err()
    );
}

/// What is called goes on where something fails that it calls, for want of gas too. Whoever brings what owners signed, or is
/// the owner who executes it, gives it so little that it fails within: it would count as done.
#[zx::test]
fn whoever_executes_cannot_choose_with_how_little_gas(host: &Host) {
    let (team, keys) = team(host);
    let (chain, deadline) = (host.block().chain_id, U256::MAX);
    let careless = host.deploy::<Attacker>(());
    let token = host.deploy::<Zx20Full>(("T".to_owned(), "T".to_owned(), 18, n(1_000)));
    token.mint(careless.address(), n(100)).unwrap();
    let data = call(
        token.address(),
        "transfer(address,uint256)",
        (team.wallet, n(9)),
    )
    .data;
    careless.plan(token.address(), n(0), data).unwrap();
    let calls = vec![Call {
        gas: 2_000_000,
        ..call(careless.address(), "whatever()", ())
    }];
    let batch = batch_of(&calls, 0, deadline);
    let approvals = [0, 1]
        .map(|number: usize| approve(&keys[number], chain, team.wallet, &batch))
        .to_vec();
    let id = team.owner(0).propose(calls.clone()).unwrap();
    team.owner(1).confirm(id).unwrap();
    let signed = || {
        let wallet = team.by(team.stranger);
        wallet.execute_signed(calls.clone(), deadline, approvals.clone())
    };
    let proposed = || team.owner(0).execute(id, calls.clone());
    let plenty = host.block();
    // The one is what there is in the sandbox, the other what a contract is told natively.
    host.set_block(Block {
        gas_limit: 1_900_000,
        gas_left: 1_800_000,
        ..plenty
    });
    let needed = 2_000_000;
    let refused: Reverted = MultisigError::TooLittleGas { index: 0, needed }.into();
    assert_eq!((signed(), proposed()), (Err(refused.clone()), Err(refused)));
    host.set_block(plenty);
    signed().unwrap();
    assert!(careless.succeeded(0));
    assert_eq!(token.erc20().balance_of(team.wallet), n(9));
    proposed().unwrap();
}

/// One owner twice, in two forms, or in the wrong order.
#[zx::test]
fn nobody_counts_twice(host: &Host) {
    let (team, keys) = team(host);
    let (chain, deadline) = (host.block().chain_id, U256::MAX);
    let calls = vec![pay(team.stranger, 1)];
    let batch = batch_of(&calls, 0, deadline);
    let sign = |number: usize| approve(&keys[number], chain, team.wallet, &batch);
    let wallet = team.by(team.stranger);
    let send = |approvals| wallet.execute_signed(calls.clone(), deadline, approvals);
    let unordered = |owner| MultisigError::Unordered { owner };
    let [first, second, _] = team.owners;
    assert_eq!(send(vec![sign(0), sign(0)]), Err(unordered(first).into()));
    assert_eq!(send(vec![sign(1), sign(0)]), Err(unordered(first).into()));
    assert_eq!(
        send(vec![sign(0), sign(1), sign(1)]),
        Err(unordered(second).into())
    );
    let mut turned = sign(1);
    turned.signature = malleated(&turned.signature);
    let invalid = |owner| MultisigError::InvalidSignature { owner };
    assert_eq!(
        send(vec![sign(0), turned]),
        Err(invalid(second).into()),
        "the other form of a signature (EIP-2)"
    );
    let borrowed = Approval {
        owner: second,
        ..sign(0)
    };
    assert_eq!(send(vec![sign(0), borrowed]), Err(invalid(second).into()));
    let outsider = key(77);
    let theirs = approve(&outsider, chain, team.wallet, &batch);
    let mut approvals = vec![sign(0), sign(1), theirs];
    approvals.sort_by_key(|approval| approval.owner);
    let stranger = MultisigError::NotOwner {
        account: outsider.1,
    };
    assert_eq!(send(approvals), Err(stranger.into()));
    let nobody = Approval {
        owner: Address::ZERO,
        signature: Bytes::from_static(&[0; 65]),
    };
    assert_eq!(
        send(vec![nobody, sign(0)]),
        Err(unordered(Address::ZERO).into()),
        "who recovers to nobody"
    );
}

/// The same signature with `s` negated.
fn malleated(signature: &[u8]) -> Bytes {
    let order = zx::b256!("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
    let mut bytes = signature.to_vec();
    let s = U256::from_be_bytes(bytes[32..64].try_into().expect("32 bytes"));
    bytes[32..64].copy_from_slice(&(U256::from_be_bytes(order.0) - s).to_be_bytes());
    bytes[64] = 27 + 28 - bytes[64];
    bytes.into()
}

/// A confirmation dies with the membership.
#[zx::test]
fn who_was_removed_counts_no_more_even_if_they_come_back(host: &Host) {
    let team = Team::new(host);
    let [a, b, c] = team.owners;
    let wallet = team.wallet;
    let calls = vec![pay(team.stranger, 999)];
    let id = team.owner(2).propose(calls.clone()).unwrap();
    team.run(vec![call(wallet, "removeOwner(address)", (c,))])
        .unwrap();
    assert!(team.owner(0).confirmations(id).is_empty());
    let gone: Reverted = MultisigError::NotOwner { account: c }.into();
    assert_eq!(team.by(c).execute(id, calls.clone()), Err(gone));
    team.run(vec![call(wallet, "addOwner(address)", (c,))])
        .unwrap();
    team.by(a).confirm(id).unwrap();
    let few = MultisigError::TooFew {
        agree: 1,
        threshold: 2,
    };
    assert_eq!(team.by(b).execute(id, calls.clone()), Err(few.into()));
    team.by(c).confirm(id).unwrap();
    team.by(b).execute(id, calls).unwrap();
}

/// Code that is hostile cannot be run on the wallet's storage: calls are all that it makes.
#[zx::test]
fn no_code_but_its_own_runs_on_the_wallets_storage(host: &Host) {
    let team = Team::new(host);
    let twin = Team::of(
        host,
        [team.stranger, team.owners[0], team.owners[1]],
        team.owners[2],
    );
    let slot = |contract| {
        (0..4u8)
            .map(|slot| host.slot(contract, zx::U256::from(slot).to_be_bytes()))
            .collect::<Vec<_>>()
    };
    let before = slot(team.wallet);
    // The other wallet's code writes owners; called by this one, it does not know it.
    let takes_over = call(twin.wallet, "addOwner(address)", (team.stranger,));
    assert!(team.run(vec![takes_over]).is_err());
    let takes = call(
        twin.wallet,
        "onERC721Received(address,address,uint256,bytes)",
        (team.stranger, team.stranger, n(1), Bytes::new()),
    );
    let id = team.owner(0).proposal_count();
    team.run(vec![takes]).unwrap();
    let after = slot(team.wallet);
    assert_eq!(before, after, "but for the number of proposals {id}");
}

/// There is nothing to initialise, and the constructor cannot be called again.
#[zx::test]
fn nobody_initialises_a_wallet(host: &Host) {
    let team = Team::new(host);
    let arguments = zx::abi::Args::encode(&(vec![team.stranger], 1u32));
    for method in [
        "constructor(address[],uint32)",
        "initialize(address[],uint32)",
        "setup(address[],uint32)",
    ] {
        let data = [zx::selector(method).to_vec(), arguments.clone()].concat();
        assert!(
            host.raw(team.wallet)
                .by(team.stranger)
                .transact(&data)
                .is_err()
        );
    }
    assert_eq!(team.owner(0).owners(), team.owners);
}

/// Many proposals make none of the others dearer.
#[zx::test]
fn proposals_by_the_dozen_cost_the_others_nothing(host: &Host) {
    let team = Team::new(host);
    let calls = vec![pay(team.stranger, 1)];
    let gas = |proposals: u64| {
        host.rehearse(|| {
            for _ in 0..proposals {
                team.owner(2).propose(calls.clone()).unwrap();
            }
            let id = team.owner(0).propose(calls.clone()).unwrap();
            team.owner(1).confirm(id).unwrap();
            team.owner(0).execute(id, calls.clone()).unwrap();
            host.gas_used()
        })
    };
    // The first number is a zero byte of calldata, which costs less than another.
    assert_eq!(gas(1), gas(40));
}

/// An owner that is a contract and, when it is paid, executes what was executed already, and what can be as well.
#[zx::test]
fn who_is_paid_cannot_be_paid_again_from_within(host: &Host) {
    let [a, b, stranger] = host.accounts();
    let attacker = host.deploy::<Attacker>(());
    let team = Team::of(host, [a, b, attacker.address()], stranger);
    let calls = vec![pay(attacker.address(), 100)];
    for number in [0, 1] {
        let id = team.owner(0).propose(calls.clone()).unwrap();
        team.owner(1).confirm(id).unwrap();
        let arguments = zx::abi::Args::encode(&(n(number), calls.clone()));
        let execute = zx::selector("execute(uint256,(address,uint256,bytes,uint64)[])");
        let data: Bytes = [execute.to_vec(), arguments].concat().into();
        host.rehearse(|| {
            let alone = attacker.act(team.wallet, n(0), data.clone());
            assert!(alone.is_ok(), "by itself it would work");
        });
        attacker.plan(team.wallet, n(0), data).unwrap();
    }
    team.owner(0).execute(n(0), calls).unwrap();
    assert_eq!(attacker.taken(), 2);
    assert!(!attacker.succeeded(0) && !attacker.succeeded(1));
    assert_eq!(host.balance(attacker.address()), n(100));
}

/// An owner that is a contract, and has signed a hash (EIP-1271).
#[zx::test]
fn what_a_contract_signs_is_for_one_wallet(host: &Host) {
    let owner = Address::repeat_byte(0xC1);
    let [stranger] = host.accounts();
    let wallet = |host: &Host| host.deploy::<Multisig>((vec![owner], 1)).address();
    let (first, second) = (wallet(host), wallet(host));
    let hash = B256::repeat_byte(3);
    let approvals = vec![Approval {
        owner,
        signature: Bytes::new(),
    }];
    let signature: Bytes = zx::abi::Args::encode(&(approvals,)).into();
    for (signed, other) in [(first, second), (second, first)] {
        let at = |wallet| host.at::<Multisig>(wallet).by(stranger);
        let asked = zx::selector("isValidSignature(bytes32,bytes)");
        let question = (at(signed).message_hash(hash), Bytes::new());
        host.mock(owner)
            .returns_to(asked, question, VALID)
            .install();
        let answers = |wallet| at(wallet).is_valid_signature(hash, signature.clone());
        assert_eq!((answers(signed), answers(other)), (VALID, INVALID));
    }
}
