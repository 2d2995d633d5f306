use super::*;
use zx::testing::TestHost;

const OWNER: Address = Address::repeat_byte(1);
const ALICE: Address = Address::repeat_byte(2);
const BOB: Address = Address::repeat_byte(3);
const VAULT: Address = Address::repeat_byte(4);

fn n(number: u64) -> U256 {
    U256::from(number)
}

/// A contract where Alice holds 100 of kind 1 and 50 of kind 2.
fn tokens() -> (TestHost, Zx1155) {
    let host = TestHost::new();
    host.set_sender(OWNER);
    let mut tokens = host.contract::<Zx1155>();
    host.transact(|cx| tokens.constructor(cx, "https://example.org/{id}.json".to_owned()))
        .expect("deployed");
    for (id, value) in [(1, 100), (2, 50)] {
        host.transact(|cx| tokens.mint(cx, ALICE, n(id), n(value), Bytes::new()))
            .expect("minted");
    }
    host.set_sender(ALICE);
    (host, tokens)
}

#[test]
fn tokens_of_a_kind_move() {
    let (host, mut tokens) = tokens();
    assert_eq!(
        host.transact(|cx| tokens.safe_transfer_from(cx, ALICE, BOB, n(1), n(30), Bytes::new())),
        Ok(())
    );
    let balances = host
        .look(|cx| tokens.balance_of_batch(cx, vec![ALICE, BOB, ALICE], vec![n(1), n(1), n(2)]));
    assert_eq!(balances, Ok(vec![n(70), n(30), n(50)]));
    let event = TransferSingle {
        operator: ALICE,
        from: ALICE,
        to: BOB,
        id: n(1),
        value: n(30),
    };
    assert!(host.emitted_last(event));
}

#[test]
fn a_batch_moves_all_or_nothing() {
    let (host, mut tokens) = tokens();
    let mut send = |values: [u64; 2]| {
        let (ids, values) = (vec![n(1), n(2)], values.map(n).to_vec());
        host.transact(|cx| {
            tokens.safe_batch_transfer_from(cx, ALICE, BOB, ids, values, Bytes::new())
        })
    };
    let refused = Zx1155Error::ERC1155InsufficientBalance {
        sender: ALICE,
        balance: n(50),
        needed: n(51),
        token_id: n(2),
    };
    assert_eq!(send([1, 51]), Err(refused.into()));
    assert_eq!(send([1, 50]), Ok(()));
    assert_eq!(
        host.look(|cx| tokens.balance_of(cx, BOB, n(1))),
        n(1),
        "the refused batch moved nothing"
    );
    assert_eq!(host.look(|cx| tokens.balance_of(cx, BOB, n(2))), n(50));
}

#[test]
fn lists_that_belong_together_are_of_one_length() {
    let (host, tokens) = tokens();
    let refused = host.look(|cx| tokens.balance_of_batch(cx, vec![ALICE], vec![]));
    let expected = Zx1155Error::ERC1155InvalidArrayLength {
        ids_length: n(0),
        values_length: n(1),
    };
    assert_eq!(refused, Err(expected));
}

#[test]
fn only_operators_move_what_is_not_theirs() {
    let (host, mut tokens) = tokens();
    host.set_sender(BOB);
    let mut take =
        || host.transact(|cx| tokens.safe_transfer_from(cx, ALICE, BOB, n(1), n(1), Bytes::new()));
    let refused = Zx1155Error::ERC1155MissingApprovalForAll {
        operator: BOB,
        owner: ALICE,
    };
    assert_eq!(take(), Err(refused.into()));
    host.set_sender(ALICE);
    assert_eq!(
        host.transact(|cx| host
            .contract::<Zx1155>()
            .set_approval_for_all(cx, BOB, true)),
        Ok(())
    );
    host.set_sender(BOB);
    assert_eq!(take(), Ok(()));
}

#[test]
fn a_contract_is_asked_whether_it_takes_tokens() {
    let (host, mut tokens) = tokens();
    let mut send = || {
        host.transact(|cx| tokens.safe_transfer_from(cx, ALICE, VAULT, n(1), n(1), Bytes::new()))
    };
    host.register_with(VAULT, |_, _| Ok(vec![0; 32]));
    assert_eq!(
        send(),
        Err(Zx1155Error::ERC1155InvalidReceiver { receiver: VAULT }.into())
    );
    host.register_with(VAULT, |_, input| {
        let mut answer = input.get(..4).unwrap_or_default().to_vec();
        answer.resize(32, 0);
        Ok(answer)
    });
    assert_eq!(send(), Ok(()));
}

#[test]
fn only_the_owner_mints() {
    let (host, mut tokens) = tokens();
    let refused = Zx1155Error::OwnableUnauthorizedAccount { account: ALICE };
    let minted = host.transact(|cx| tokens.mint(cx, ALICE, n(1), n(1), Bytes::new()));
    assert_eq!(minted, Err(refused.into()));
    assert_eq!(host.transact(|cx| tokens.burn(cx, n(1), n(100))), Ok(()));
    assert_eq!(
        host.look(|cx| tokens.balance_of(cx, ALICE, n(1))),
        U256::ZERO
    );
}
