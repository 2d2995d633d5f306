use super::*;
use zx::{components::OwnableError, testing::Host};

fn n(number: u64) -> U256 {
    U256::from(number)
}

/// A contract where Alice holds 100 of kind 1 and 50 of kind 2, as she calls it.
fn tokens(host: &Host) -> Zx1155Client<'_> {
    let [_, alice] = host.accounts();
    let tokens = host.deploy::<Zx1155>(("https://example.org/{id}.json".to_owned(),));
    tokens.mint(alice, n(1), n(100), Bytes::new()).unwrap();
    tokens.mint(alice, n(2), n(50), Bytes::new()).unwrap();
    tokens.by(alice)
}

#[zx::test]
fn tokens_of_a_kind_move(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let tokens = tokens(host);
    tokens
        .safe_transfer_from(alice, bob, n(1), n(30), Bytes::new())
        .unwrap();
    assert!(host.emitted(TransferSingle {
        operator: alice,
        from: alice,
        to: bob,
        id: n(1),
        value: n(30),
    }));
    assert_eq!(
        tokens.balance_of_batch(vec![alice, bob, alice], vec![n(1), n(1), n(2)]),
        [n(70), n(30), n(50)]
    );
}

#[zx::test]
fn the_interfaces_have_the_ids_of_their_standards(host: &Host) {
    let tokens = tokens(host);
    for id in [
        [0x01, 0xFF, 0xC9, 0xA7],
        [0xD9, 0xB6, 0x7A, 0x26],
        [0x0E, 0x89, 0x34, 0x1C],
    ] {
        assert!(tokens.supports_interface(id.into()), "{id:x?}");
    }
    assert_eq!(tokens.uri(n(1)), "https://example.org/{id}.json");
}

#[zx::test]
fn a_batch_moves_all_or_nothing(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let tokens = tokens(host);
    let send = |values: [u64; 2]| {
        let (ids, values) = (vec![n(1), n(2)], values.map(n).to_vec());
        tokens.safe_batch_transfer_from(alice, bob, ids, values, Bytes::new())
    };
    let refused = Zx1155Error::ERC1155InsufficientBalance {
        sender: alice,
        balance: n(50),
        needed: n(51),
        token_id: n(2),
    };
    assert_eq!(send([1, 51]), Err(refused.into()));
    assert_eq!(tokens.balance_of(bob, n(1)), n(0), "nothing has moved");
    assert_eq!(send([1, 50]), Ok(()));
    assert_eq!(tokens.balance_of(bob, n(1)), n(1));
    assert_eq!(tokens.balance_of(bob, n(2)), n(50));
}

#[zx::test]
fn lists_that_belong_together_are_of_one_length(host: &Host) {
    let [_, alice] = host.accounts();
    let refused = tokens(host).try_balance_of_batch(vec![alice], vec![]);
    let expected = Zx1155Error::ERC1155InvalidArrayLength {
        ids_length: n(0),
        values_length: n(1),
    };
    assert_eq!(refused, Err(expected.into()));
}

#[zx::test]
fn only_operators_move_what_is_not_theirs(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let tokens = tokens(host);
    let take = || {
        let one = n(1);
        tokens
            .by(bob)
            .safe_transfer_from(alice, bob, one, one, Bytes::new())
    };
    let refused = Zx1155Error::ERC1155MissingApprovalForAll {
        operator: bob,
        owner: alice,
    };
    assert_eq!(take(), Err(refused.into()));
    tokens.set_approval_for_all(bob, true).unwrap();
    assert!(tokens.is_approved_for_all(alice, bob));
    assert_eq!(take(), Ok(()));
}

#[zx::test]
fn a_contract_is_asked_whether_it_takes_tokens(host: &Host) {
    let [_, alice] = host.accounts();
    let tokens = tokens(host);
    let vault = Address::repeat_byte(4);
    let one = || tokens.safe_transfer_from(alice, vault, n(1), n(1), Bytes::new());
    let batch =
        || tokens.safe_batch_transfer_from(alice, vault, vec![n(1)], vec![n(1)], Bytes::new());

    let refused = Zx1155Error::ERC1155InvalidReceiver { receiver: vault };
    let other = FixedBytes([0; 4]);
    host.mock(vault)
        .returns(RECEIVED, other)
        .returns(BATCH_RECEIVED, other)
        .install();
    assert_eq!(one(), Err(refused.clone().into()));
    assert_eq!(batch(), Err(refused.into()));

    host.mock(vault)
        .returns(RECEIVED, FixedBytes(RECEIVED))
        .returns(BATCH_RECEIVED, FixedBytes(BATCH_RECEIVED))
        .install();
    assert_eq!((one(), batch()), (Ok(()), Ok(())));
    assert_eq!(tokens.balance_of(vault, n(1)), n(2));
}

#[zx::test]
fn the_zero_address_gets_nothing(host: &Host) {
    let [_, alice] = host.accounts();
    let receiver = Address::ZERO;
    let refused = Zx1155Error::ERC1155InvalidReceiver { receiver };
    let sent = tokens(host).safe_transfer_from(alice, receiver, n(1), n(1), Bytes::new());
    assert_eq!(sent, Err(refused.into()));
}

#[zx::test]
fn only_the_owner_mints(host: &Host) {
    let [_, alice] = host.accounts();
    let tokens = tokens(host);
    let refused = OwnableError::OwnableUnauthorizedAccount { account: alice };
    let minted = tokens.mint(alice, n(1), n(1), Bytes::new());
    assert_eq!(minted, Err(refused.into()));
    tokens.burn(n(1), n(100)).unwrap();
    assert_eq!(tokens.balance_of(alice, n(1)), n(0));
}
