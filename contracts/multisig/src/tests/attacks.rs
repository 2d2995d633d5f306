//! What is tried against a wallet.

use super::{
    signed::{approve, batch_of, key, team},
    *,
};

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

/// Natively: a package has one contract, so that the clerk has no module.
#[test]
fn who_is_paid_cannot_be_paid_again_from_within() {
    let host = &Host::new();
    if host.has_sandbox() {
        return;
    }
    let [a, b, stranger] = host.accounts();
    let clerk = host.deploy::<Clerk>((stranger,));
    let team = Team::of(host, [a, b, clerk.address()], stranger);
    clerk.employ(team.wallet).unwrap();
    let calls = vec![pay(clerk.address(), 100)];
    for _ in 0..2 {
        let id = team.owner(0).propose(calls.clone()).unwrap();
        team.owner(1).confirm(id).unwrap();
    }
    clerk.aim(n(0)).unwrap();
    team.owner(0).execute(n(0), calls.clone()).unwrap();
    assert!(!clerk.has_fooled());
    assert_eq!(host.balance(clerk.address()), n(100));
    // A contract can be an owner that signs.
    let hash = B256::repeat_byte(3);
    clerk.sign(team.owner(0).message_hash(hash)).unwrap();
    let wallet = host.deploy::<Multisig>((vec![clerk.address()], 1));
    let approvals = vec![Approval {
        owner: clerk.address(),
        signature: Bytes::new(),
    }];
    let signature: Bytes = zx::abi::Args::encode(&(approvals,)).into();
    assert_eq!(
        wallet.is_valid_signature(hash, signature.clone()),
        INVALID,
        "it has signed for the other wallet"
    );
    clerk.sign(wallet.message_hash(hash)).unwrap();
    assert_eq!(wallet.is_valid_signature(hash, signature), VALID);
}

mod campaign {
    use super::*;
    use core::cell::{Cell, RefCell};
    use std::collections::{BTreeMap, BTreeSet};

    /// A wallet of three clerks, and who agrees with what.
    struct Watched {
        wallet: Address,
        agree: RefCell<BTreeMap<U256, BTreeSet<Address>>>,
        owners: RefCell<BTreeSet<Address>>,
        threshold: RefCell<usize>,
        balance: RefCell<U256>,
    }

    /// Follows the events of the last transaction, and holds the wallet to what they allow.
    fn follow(host: &Host, watched: &Watched) -> u64 {
        let mut agree = watched.agree.borrow_mut();
        let mut owners = watched.owners.borrow_mut();
        let mut executed = 0u64;
        for (_, log) in host.logs().iter().filter(|(of, _)| *of == watched.wallet) {
            let id = || U256::from_be_bytes(log.topics[1]);
            let owner = |index: usize| Address::from_word(log.topics[index].into());
            match log.topics[0] {
                topic if topic == Confirmed::TOPIC.0 => {
                    agree.entry(id()).or_default().insert(owner(2));
                }
                topic if topic == Revoked::TOPIC.0 => {
                    assert!(agree.entry(id()).or_default().remove(&owner(2)));
                }
                topic if topic == Executed::TOPIC.0 => {
                    executed += 1;
                    let agreed = agree.remove(&id()).unwrap_or_default();
                    let count = agreed.intersection(&owners).count();
                    assert!(count >= *watched.threshold.borrow(), "{count} agreed");
                }
                topic if topic == OwnerAdded::TOPIC.0 => {
                    assert!(owners.insert(owner(1)) && executed == 1);
                }
                topic if topic == OwnerRemoved::TOPIC.0 => {
                    assert!(owners.remove(&owner(1)) && executed == 1);
                    for agreed in agree.values_mut() {
                        agreed.remove(&owner(1));
                    }
                }
                topic if topic == ThresholdChanged::TOPIC.0 => {
                    assert_eq!(executed, 1);
                    let word = U256::from_be_bytes(log.data[..].try_into().expect("a word"));
                    *watched.threshold.borrow_mut() =
                        usize::try_from(u64::try_from(word).expect("small")).expect("small");
                }
                _ => {}
            }
        }
        let balance = host.balance(watched.wallet);
        let before = watched.balance.replace(balance);
        assert!(balance >= before - n(executed), "a wei for a batch at most");
        executed
    }

    fn is_as_followed(host: &Host, watched: &Watched, executed: &Cell<u64>) {
        executed.set(executed.get() + follow(host, watched));
        let wallet = host.at::<Multisig>(watched.wallet);
        let owners: BTreeSet<_> = wallet.owners().into_iter().collect();
        assert_eq!(owners.len(), wallet.owners().len(), "each once");
        assert_eq!(owners, *watched.owners.borrow());
        let threshold = wallet.threshold() as usize;
        assert_eq!(threshold, *watched.threshold.borrow());
        assert!((1..=owners.len()).contains(&threshold));
        for (id, agreed) in watched.agree.borrow().iter() {
            let confirmed: BTreeSet<_> = wallet.confirmations(*id).into_iter().collect();
            assert_eq!(confirmed, *agreed);
        }
    }

    /// Natively: a package has one contract, so that clerks have no module.
    #[test]
    fn nothing_happens_that_too_few_owners_agree_with() {
        if Host::new().has_sandbox() {
            return;
        }
        let executed = Cell::new(0);
        Invariants::new(|host, targets| {
            let [_, spare] = host.accounts();
            let clerks: Vec<_> = (0..3)
                .map(|_| host.deploy::<Clerk>((spare,)).address())
                .collect();
            let wallet = host.deploy::<Multisig>((clerks.clone(), 2)).address();
            host.set_balance(wallet, n(1_000));
            for clerk in &clerks {
                host.at::<Clerk>(*clerk).employ(wallet).unwrap();
                targets.contract::<Clerk>(*clerk);
            }
            targets.only(&["act"]);
            targets.senders(host.accounts::<2>()).amounts(0u64..=7);
            Watched {
                wallet,
                agree: RefCell::default(),
                owners: RefCell::new(clerks.into_iter().collect()),
                threshold: RefCell::new(2),
                balance: RefCell::new(n(1_000)),
            }
        })
        .hold("the wallet is as its owners agreed", |host, watched| {
            is_as_followed(host, watched, &executed);
        })
        .depth(48)
        .check();
        assert!(executed.get() > 20, "{} batches ran", executed.get());
    }
}
