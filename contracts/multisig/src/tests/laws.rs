//! What holds whatever owners do.

use super::*;
use core::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

/// One of some batches.
fn batch(wallet: Address, spare: Address, which: u64) -> Vec<Call> {
    let call = |to, value: u64, data: Vec<u8>| Call {
        to,
        value: U256::from(value),
        data: data.into(),
        gas: 0,
    };
    let own = |selector: [u8; 4], arguments: Vec<u8>| {
        call(wallet, 0, [selector.to_vec(), arguments].concat())
    };
    let encode = |account: Address| zx::abi::Args::encode(&(account,));
    let add = own(zx::selector("addOwner(address)"), encode(spare));
    let remove = own(zx::selector("removeOwner(address)"), encode(spare));
    let threshold = |number: u32| {
        let arguments = zx::abi::Args::encode(&(number,));
        own(zx::selector("setThreshold(uint32)"), arguments)
    };
    match which {
        0 => vec![call(spare, 1, Vec::new())],
        1 => vec![add],
        2 => vec![remove],
        3 => vec![threshold(1)],
        4 => vec![threshold(3)],
        5 => vec![add, threshold(4)],
        // Fails after it has done something.
        _ => vec![call(spare, 1, Vec::new()), threshold(9)],
    }
}

/// A wallet of three owners, and who agrees with what.
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

/// Proposes a batch, or agrees with a proposal, or no more, or executes it. Which batch it is goes by the number of the
/// proposal.
fn act(host: &Host, watched: &Watched, who: Address, what: u8, id: u8) -> Result<(), Reverted> {
    let wallet = host.at::<Multisig>(watched.wallet).by(who);
    let [_, _, _, spare] = host.accounts();
    let calls = |id: u64| batch(watched.wallet, spare, id % 7);
    let next = u64::try_from(wallet.proposal_count()).expect("few");
    let id = u64::from(id) % next.max(1);
    match what % 8 {
        0 | 1 => wallet.propose(calls(next)).map(drop),
        2..=4 => wallet.confirm(n(id)),
        5 => wallet.revoke(n(id)),
        _ => wallet.execute(n(id), calls(id)),
    }
}

#[test]
fn nothing_happens_that_too_few_owners_agree_with() {
    let executed = Cell::new(0);
    Invariants::new(|host, targets| {
        let [a, b, c, spare] = host.accounts();
        let wallet = host.deploy::<Multisig>((vec![a, b, c], 2)).address();
        let paid = host.raw(wallet).by(a).paying(n(1_000)).transact(&[]);
        paid.expect("it takes coins");
        targets.senders([a, b, c, a, b, c, spare]).amounts(0u64..=7);
        Watched {
            wallet,
            agree: RefCell::default(),
            owners: RefCell::new([a, b, c].into()),
            threshold: RefCell::new(2),
            balance: RefCell::new(n(1_000)),
        }
    })
    .step("act", |host, watched, who, (what, id): (u8, u8)| {
        act(host, watched, who, what, id)
    })
    .hold("the wallet is as its owners agreed", |host, watched| {
        is_as_followed(host, watched, &executed);
    })
    .depth(48)
    .check();
    assert!(executed.get() > 20, "{} batches ran", executed.get());
}
