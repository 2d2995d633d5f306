use super::*;
use std::{cell::RefCell, collections::BTreeSet};
use zx::{
    Event as _,
    components::OwnableError,
    testing::{Host, Invariants, Reverted},
};

const GOLD: u64 = 1;
const SWORD: u64 = 2;

fn n(number: u64) -> U256 {
    U256::from(number)
}

fn ns(numbers: &[u64]) -> Vec<U256> {
    numbers.iter().copied().map(n).collect()
}

/// Things of which the second account holds 100 gold and one sword.
fn things(host: &Host) -> Zx1155Client<'_> {
    let [_, alice] = host.accounts();
    let things = host.deploy::<Zx1155>(("https://things/{id}.json".to_owned(),));
    things
        .mint_batch(alice, ns(&[GOLD, SWORD]), ns(&[100, 1]), Bytes::new())
        .unwrap();
    things
}

#[zx::test]
fn kinds_have_balances_and_supplies(host: &Host) {
    let [owner, alice, bob] = host.accounts();
    let things = things(host);
    let (ids, values) = (ns(&[GOLD, SWORD]), ns(&[100, 1]));
    let made = TransferBatch {
        operator: owner,
        from: Address::ZERO,
        to: alice,
        ids,
        values,
    };
    host.assert_logs(things.address(), [made.into_log()]);
    things.mint(bob, n(GOLD), n(5), Bytes::new()).unwrap();
    let made = TransferSingle {
        operator: owner,
        from: Address::ZERO,
        to: bob,
        id: n(GOLD),
        value: n(5),
    };
    host.assert_logs(things.address(), [made.into_log()]);
    assert_eq!(
        things.balance_of_batch(vec![alice, bob, bob], ns(&[GOLD, GOLD, SWORD])),
        ns(&[100, 5, 0])
    );
    assert_eq!(
        (
            things.supply_of(n(GOLD)),
            things.supply_of(n(SWORD)),
            things.total_supply()
        ),
        (n(105), n(1), n(106))
    );
    assert!(things.exists(n(SWORD)) && !things.exists(n(3)));
    assert_eq!(things.uri(n(SWORD)), "https://things/{id}.json");
    let uneven = Zx1155Error::ERC1155InvalidArrayLength {
        ids_length: n(1),
        values_length: n(2),
    };
    assert_eq!(
        things.try_balance_of_batch(vec![alice, bob], ns(&[GOLD])),
        Err(uneven.into())
    );
}

#[zx::test]
fn the_owner_of_tokens_and_their_operators_move_them(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let things = things(host);
    let refused: Reverted = Zx1155Error::ERC1155MissingApprovalForAll {
        operator: bob,
        owner: alice,
    }
    .into();
    assert_eq!(
        things
            .by(bob)
            .safe_transfer_from(alice, bob, n(GOLD), n(1), Bytes::new()),
        Err(refused.clone())
    );
    assert_eq!(
        things.by(bob).burn(alice, n(GOLD), n(1)),
        Err(refused.clone())
    );
    assert_eq!(
        things.by(bob).burn_batch(alice, ns(&[GOLD]), ns(&[1])),
        Err(refused)
    );
    things.by(alice).set_approval_for_all(bob, true).unwrap();
    host.assert_logs(
        things.address(),
        [ApprovalForAll {
            account: alice,
            operator: bob,
            approved: true,
        }
        .into_log()],
    );
    things
        .by(bob)
        .safe_transfer_from(alice, bob, n(GOLD), n(60), Bytes::new())
        .unwrap();
    let moved = TransferSingle {
        operator: bob,
        from: alice,
        to: bob,
        id: n(GOLD),
        value: n(60),
    };
    host.assert_logs(things.address(), [moved.into_log()]);
    things
        .by(bob)
        .safe_batch_transfer_from(alice, bob, ns(&[SWORD]), ns(&[1]), Bytes::new())
        .unwrap();
    let moved = TransferSingle {
        operator: bob,
        from: alice,
        to: bob,
        id: n(SWORD),
        value: n(1),
    };
    host.assert_logs(things.address(), [moved.into_log()]);
    let poor = Zx1155Error::ERC1155InsufficientBalance {
        sender: alice,
        balance: n(40),
        needed: n(41),
        token_id: n(GOLD),
    };
    assert_eq!(
        things
            .by(alice)
            .safe_transfer_from(alice, bob, n(GOLD), n(41), Bytes::new()),
        Err(poor.clone().into())
    );
    let half = things.by(alice).safe_batch_transfer_from(
        alice,
        bob,
        ns(&[GOLD, GOLD]),
        ns(&[20, 21]),
        Bytes::new(),
    );
    assert!(half.is_err(), "all of a batch, or nothing");
    assert_eq!(things.balance_of(alice, n(GOLD)), n(40));
}

#[zx::test]
fn burning_takes_from_balances_and_supplies(host: &Host) {
    let [_, alice] = host.accounts();
    let things = things(host).by(alice);
    things.burn(alice, n(GOLD), n(30)).unwrap();
    let gone = TransferSingle {
        operator: alice,
        from: alice,
        to: Address::ZERO,
        id: n(GOLD),
        value: n(30),
    };
    host.assert_logs(things.address(), [gone.into_log()]);
    things
        .burn_batch(alice, ns(&[GOLD, SWORD]), ns(&[70, 1]))
        .unwrap();
    assert!(!things.exists(n(GOLD)) && !things.exists(n(SWORD)));
    assert_eq!(things.total_supply(), n(0));
    let poor = Zx1155Error::ERC1155InsufficientBalance {
        sender: alice,
        balance: n(0),
        needed: n(1),
        token_id: n(GOLD),
    };
    assert_eq!(things.burn(alice, n(GOLD), n(1)), Err(poor.into()));
}

#[zx::test]
fn strangers_nobody_and_uneven_lists_are_refused(host: &Host) {
    let [_, alice] = host.accounts();
    let (things, zero) = (things(host), Address::ZERO);
    let stranger: Reverted = OwnableError::OwnableUnauthorizedAccount { account: alice }.into();
    assert_eq!(
        things.by(alice).mint(alice, n(GOLD), n(1), Bytes::new()),
        Err(stranger.clone())
    );
    assert_eq!(
        things
            .by(alice)
            .mint_batch(alice, ns(&[]), ns(&[]), Bytes::new()),
        Err(stranger.clone())
    );
    assert_eq!(things.by(alice).set_uri(String::new()), Err(stranger));
    let receiver: Reverted = Zx1155Error::ERC1155InvalidReceiver { receiver: zero }.into();
    assert_eq!(
        things.mint(zero, n(GOLD), n(1), Bytes::new()),
        Err(receiver.clone())
    );
    assert_eq!(
        things
            .by(alice)
            .safe_transfer_from(alice, zero, n(GOLD), n(1), Bytes::new()),
        Err(receiver)
    );
    let uneven: Reverted = Zx1155Error::ERC1155InvalidArrayLength {
        ids_length: n(2),
        values_length: n(1),
    }
    .into();
    assert_eq!(
        things.mint_batch(alice, ns(&[1, 2]), ns(&[1]), Bytes::new()),
        Err(uneven.clone())
    );
    let sent = things.by(alice).safe_batch_transfer_from(
        alice,
        alice,
        ns(&[1, 2]),
        ns(&[1]),
        Bytes::new(),
    );
    assert_eq!(sent, Err(uneven.clone()));
    assert_eq!(
        things.by(alice).burn_batch(alice, ns(&[1, 2]), ns(&[1])),
        Err(uneven)
    );
    let operator = Zx1155Error::ERC1155InvalidOperator { operator: zero };
    assert_eq!(
        things.set_approval_for_all(zero, true),
        Err(operator.into())
    );
    assert_eq!(
        things
            .mint(alice, n(9), U256::MAX, Bytes::new())
            .unwrap_err()
            .panic_code(),
        Some(0x11)
    );
    assert!(!things.exists(n(9)));
    things.set_uri("ipfs://{id}".to_owned()).unwrap();
    assert_eq!(things.uri(n(0)), "ipfs://{id}");
}

#[zx::test]
fn a_contract_says_whether_it_takes_tokens(host: &Host) {
    let [_, alice] = host.accounts();
    let things = things(host).by(alice);
    let [willing, rude, silent, worded] =
        [1, 2, 3, 4].map(|byte| Address::repeat_byte(0xA0 + byte));
    let accepting = host
        .mock(willing)
        .returns(ACCEPTED.0, ACCEPTED)
        .returns(BATCH_ACCEPTED.0, BATCH_ACCEPTED);
    accepting.install();
    // Each answer is right for the other question only.
    host.mock(rude)
        .returns(ACCEPTED.0, BATCH_ACCEPTED)
        .returns(BATCH_ACCEPTED.0, ACCEPTED)
        .install();
    host.mock(silent).install();
    let own = Zx1155Error::ERC1155InvalidSender { sender: worded };
    host.mock(worded).reverts(ACCEPTED.0, own.clone()).install();

    let send =
        |to| things.safe_transfer_from(alice, to, n(GOLD), n(1), Bytes::from_static(b"hello"));
    let send_batch =
        |to| things.safe_batch_transfer_from(alice, to, ns(&[GOLD]), ns(&[1]), Bytes::new());
    for unwilling in [rude, silent] {
        let refused: Reverted = Zx1155Error::ERC1155InvalidReceiver {
            receiver: unwilling,
        }
        .into();
        assert_eq!(send(unwilling), Err(refused.clone()));
        assert_eq!(send_batch(unwilling), Err(refused.clone()));
        let owner = host.at::<Zx1155>(things.address());
        assert_eq!(
            owner.mint(unwilling, n(GOLD), n(1), Bytes::new()),
            Err(refused.clone())
        );
        assert_eq!(
            owner.mint_batch(unwilling, ns(&[]), ns(&[]), Bytes::new()),
            Err(refused)
        );
    }
    assert_eq!(send(worded), Err(own.into()));
    assert_eq!(
        things.balance_of(alice, n(GOLD)),
        n(100),
        "what is refused stays"
    );
    send(willing).unwrap();
    send_batch(willing).unwrap();
    assert_eq!(things.balance_of(willing, n(GOLD)), n(2));
}

#[zx::test]
fn interfaces_are_told(host: &Host) {
    let things = things(host);
    for known in INTERFACES {
        assert!(things.supports_interface(known));
    }
    assert!(!things.supports_interface(erc165::INVALID));
    let erc1155 = [
        "safeTransferFrom(address,address,uint256,uint256,bytes)",
        "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)",
        "balanceOf(address,uint256)",
        "balanceOfBatch(address[],uint256[])",
        "setApprovalForAll(address,bool)",
        "isApprovedForAll(address,address)",
    ];
    assert_eq!(INTERFACES[1], zx::interface_id(&erc1155));
    assert_eq!(INTERFACES[2], zx::interface_id(&["uri(uint256)"]));
}

/// The contract, and everybody and every kind that its events have named.
struct Watched {
    things: Address,
    people: RefCell<BTreeSet<Address>>,
    kinds: RefCell<BTreeSet<U256>>,
}

impl Watched {
    fn watch(&self, host: &Host) {
        for (_, log) in host.logs() {
            let topics = log.topics.iter().skip(2);
            self.people
                .borrow_mut()
                .extend(topics.map(|topic| Address::from_word((*topic).into())));
            // Ids, numbers, and what tells how they are laid out: more kinds than there are do no harm.
            let (words, _) = log.data.as_chunks::<32>();
            self.kinds
                .borrow_mut()
                .extend(words.iter().copied().map(U256::from_be_bytes));
        }
    }
}

#[test]
fn balances_make_up_each_supply_and_the_supplies_the_total() {
    Invariants::new(|host, targets| {
        let things = things(host).address();
        targets
            .contract::<Zx1155>(things)
            .senders(host.accounts::<3>())
            .amounts(0u64..=4);
        let people = RefCell::new(host.accounts::<3>().into());
        Watched {
            things,
            people,
            kinds: RefCell::new([n(GOLD), n(SWORD)].into()),
        }
    })
    .hold(
        "balances make up the supply of each kind",
        |host, watched| {
            watched.watch(host);
            let things = host.at::<Zx1155>(watched.things);
            let mut total = U256::ZERO;
            for kind in watched.kinds.borrow().iter() {
                let held: U256 = watched
                    .people
                    .borrow()
                    .iter()
                    .map(|holder| things.balance_of(*holder, *kind))
                    .sum();
                assert_eq!(held, things.supply_of(*kind), "kind {kind}");
                total += held;
            }
            assert_eq!(total, things.total_supply());
        },
    )
    .runs(32)
    .check();
}

/// Who is no operator takes nothing, whatever they call.
#[test]
fn a_stranger_takes_nothing() {
    Invariants::new(|host, targets| {
        let things = things(host).address();
        let [_, alice, stranger] = host.accounts();
        targets
            .contract::<Zx1155>(things)
            .senders([stranger])
            .addresses([alice])
            .amounts(0u64..=4);
        things
    })
    .hold("the tokens stay where they are", |host, things| {
        let [_, alice, stranger] = host.accounts();
        let things = host.at::<Zx1155>(*things);
        let held = things.balance_of_batch(
            vec![alice, alice, stranger, stranger],
            ns(&[GOLD, SWORD, GOLD, SWORD]),
        );
        assert_eq!(held, ns(&[100, 1, 0, 0]));
        assert_eq!(things.total_supply(), n(101));
    })
    .check();
}
