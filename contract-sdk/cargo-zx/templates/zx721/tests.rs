use super::*;
use zx::{selector, testing::TestHost};

const OWNER: Address = Address::repeat_byte(1);
const ALICE: Address = Address::repeat_byte(2);
const BOB: Address = Address::repeat_byte(3);
const VAULT: Address = Address::repeat_byte(4);

fn id(number: u64) -> U256 {
    U256::from(number)
}

/// A collection whose token 1 is Alice's.
fn collection() -> (TestHost, Zx721) {
    let host = TestHost::new();
    host.set_sender(OWNER);
    let mut tokens = host.contract::<Zx721>();
    host.transact(|cx| tokens.constructor(cx, "Things".to_owned(), "THG".to_owned()))
        .expect("deployed");
    host.transact(|cx| tokens.mint(cx, ALICE, id(1), "ipfs://1".to_owned()))
        .expect("minted");
    host.set_sender(ALICE);
    (host, tokens)
}

#[test]
fn a_token_has_an_owner_and_a_description() {
    let (host, tokens) = collection();
    host.look(|cx| {
        assert_eq!(tokens.owner_of(cx, id(1)), Ok(ALICE));
        assert_eq!(tokens.token_uri(cx, id(1)), Ok("ipfs://1".to_owned()));
        assert_eq!(tokens.balance_of(cx, ALICE), Ok(id(1)));
        assert_eq!(
            tokens.owner_of(cx, id(2)),
            Err(Zx721Error::ERC721NonexistentToken { token_id: id(2) })
        );
    });
    assert!(host.emitted_last(Transfer {
        from: Address::ZERO,
        to: ALICE,
        token_id: id(1)
    }));
}

#[test]
fn only_who_may_moves_a_token() {
    let (host, mut tokens) = collection();
    host.set_sender(BOB);
    let refused = Zx721Error::ERC721InsufficientApproval {
        operator: BOB,
        token_id: id(1),
    };
    assert_eq!(
        host.transact(|cx| tokens.transfer_from(cx, ALICE, BOB, id(1))),
        Err(refused.into())
    );
    host.set_sender(ALICE);
    assert_eq!(host.transact(|cx| tokens.approve(cx, BOB, id(1))), Ok(()));
    host.set_sender(BOB);
    assert_eq!(
        host.transact(|cx| tokens.transfer_from(cx, ALICE, BOB, id(1))),
        Ok(())
    );
    assert_eq!(host.look(|cx| tokens.owner_of(cx, id(1))), Ok(BOB));
    assert_eq!(
        host.look(|cx| tokens.get_approved(cx, id(1))),
        Ok(Address::ZERO),
        "the approval is used up"
    );
    assert_eq!(host.look(|cx| tokens.balance_of(cx, ALICE)), Ok(U256::ZERO));
}

#[test]
fn an_operator_moves_every_token() {
    let (host, mut tokens) = collection();
    assert_eq!(
        host.transact(|cx| tokens.set_approval_for_all(cx, BOB, true)),
        Ok(())
    );
    host.set_sender(BOB);
    let wrong = Zx721Error::ERC721IncorrectOwner {
        sender: BOB,
        token_id: id(1),
        owner: ALICE,
    };
    assert_eq!(
        host.transact(|cx| tokens.transfer_from(cx, BOB, OWNER, id(1))),
        Err(wrong.into())
    );
    assert_eq!(
        host.transact(|cx| tokens.transfer_from(cx, ALICE, OWNER, id(1))),
        Ok(())
    );
    assert_eq!(host.look(|cx| tokens.owner_of(cx, id(1))), Ok(OWNER));
}

#[test]
fn a_contract_is_asked_whether_it_takes_a_token() {
    let (host, mut tokens) = collection();
    let mut send = |host: &TestHost| {
        host.transact(|cx| {
            tokens.safe_transfer_from(cx, ALICE, VAULT, id(1), Bytes::from_static(b"note"))
        })
    };
    host.register_with(VAULT, |_, _| Ok(vec![0; 32]));
    assert_eq!(
        send(&host),
        Err(Zx721Error::ERC721InvalidReceiver { receiver: VAULT }.into())
    );
    host.register_with(VAULT, |_, _| Err(b"no".to_vec()));
    assert_eq!(send(&host).expect_err("refused").0, b"no");
    host.register_with(VAULT, |_, input| {
        let mut answer = input.get(..4).unwrap_or_default().to_vec();
        answer.resize(32, 0);
        Ok(answer)
    });
    assert_eq!(send(&host), Ok(()));
}

#[test]
fn the_short_form_of_a_safe_transfer_is_taken() {
    let (host, tokens) = collection();
    let short = selector("safeTransferFrom(address,address,uint256)");
    assert_eq!(
        host.call::<Zx721, _>(short, (ALICE, BOB, id(1))),
        Ok(Vec::new())
    );
    assert_eq!(host.look(|cx| tokens.owner_of(cx, id(1))), Ok(BOB));
    let unknown = host
        .call_raw::<Zx721>(&[1, 2, 3, 4])
        .expect_err("no such method");
    assert_eq!(unknown.message().as_deref(), Some("unknown selector"));
}

#[test]
fn only_the_owner_mints_and_no_token_twice() {
    let (host, mut tokens) = collection();
    let refused = Zx721Error::OwnableUnauthorizedAccount { account: ALICE };
    assert_eq!(
        host.transact(|cx| tokens.mint(cx, ALICE, id(2), String::new())),
        Err(refused.into())
    );
    host.set_sender(OWNER);
    let twice = Zx721Error::ERC721InvalidSender {
        sender: Address::ZERO,
    };
    assert_eq!(
        host.transact(|cx| tokens.mint(cx, ALICE, id(1), String::new())),
        Err(twice.into())
    );
}

#[test]
fn a_burnt_token_is_gone() {
    let (host, mut tokens) = collection();
    assert_eq!(host.transact(|cx| tokens.burn(cx, id(1))), Ok(()));
    assert!(host.look(|cx| tokens.owner_of(cx, id(1))).is_err());
    assert_eq!(host.look(|cx| tokens.balance_of(cx, ALICE)), Ok(U256::ZERO));
}
