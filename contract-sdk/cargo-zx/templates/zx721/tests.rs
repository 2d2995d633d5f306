use super::*;
use zx::{
    components::OwnableError,
    selector,
    testing::{Host, Reverted},
};

fn id(number: u64) -> U256 {
    U256::from(number)
}

/// A collection whose token 1 is Alice's, as she calls it.
fn collection(host: &Host) -> Zx721Client<'_> {
    let [_, alice] = host.accounts();
    let tokens = host.deploy::<Zx721>(("Things".to_owned(), "THG".to_owned()));
    tokens.mint(alice, id(1), "ipfs://1".to_owned()).unwrap();
    assert!(host.emitted(Transfer {
        from: Address::ZERO,
        to: alice,
        token_id: id(1)
    }));
    tokens.by(alice)
}

#[zx::test]
fn a_token_has_an_owner_and_a_description(host: &Host) {
    let [owner, alice] = host.accounts();
    let tokens = collection(host);
    assert_eq!(
        (tokens.name(), tokens.symbol()),
        ("Things".into(), "THG".into())
    );
    assert_eq!(tokens.ownable().owner(), owner);
    assert_eq!(tokens.owner_of(id(1)), alice);
    assert_eq!(tokens.token_uri(id(1)), "ipfs://1");
    assert_eq!(tokens.balance_of(alice), id(1));
    let missing = Zx721Error::ERC721NonexistentToken { token_id: id(2) };
    assert_eq!(tokens.try_owner_of(id(2)), Err(missing.into()));
}

#[zx::test]
fn the_interfaces_have_the_ids_of_their_standards(host: &Host) {
    let tokens = collection(host);
    for id in [
        [0x01, 0xFF, 0xC9, 0xA7],
        [0x80, 0xAC, 0x58, 0xCD],
        [0x5B, 0x5E, 0x13, 0x9F],
    ] {
        assert!(tokens.supports_interface(id.into()), "{id:x?}");
    }
    assert_eq!(RECEIVED, [0x15, 0x0B, 0x7A, 0x02]);
}

#[zx::test]
fn only_who_may_moves_a_token(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let tokens = collection(host);
    let refused = Zx721Error::ERC721InsufficientApproval {
        operator: bob,
        token_id: id(1),
    };
    assert_eq!(
        tokens.by(bob).transfer_from(alice, bob, id(1)),
        Err(refused.into())
    );
    tokens.approve(bob, id(1)).unwrap();
    assert_eq!(tokens.get_approved(id(1)), bob);
    tokens.by(bob).transfer_from(alice, bob, id(1)).unwrap();
    assert_eq!(tokens.owner_of(id(1)), bob);
    assert_eq!(tokens.get_approved(id(1)), Address::ZERO, "it is used up");
    assert_eq!(tokens.balance_of(alice), id(0));
}

#[zx::test]
fn an_operator_moves_every_token(host: &Host) {
    let [owner, alice, bob] = host.accounts();
    let tokens = collection(host);
    tokens.set_approval_for_all(bob, true).unwrap();
    assert!(tokens.is_approved_for_all(alice, bob));
    let wrong = Zx721Error::ERC721IncorrectOwner {
        sender: bob,
        token_id: id(1),
        owner: alice,
    };
    let tokens = tokens.by(bob);
    assert_eq!(tokens.transfer_from(bob, owner, id(1)), Err(wrong.into()));
    tokens.transfer_from(alice, owner, id(1)).unwrap();
    assert_eq!(tokens.owner_of(id(1)), owner);
}

#[zx::test]
fn a_contract_is_asked_whether_it_takes_a_token(host: &Host) {
    let [_, alice] = host.accounts();
    let tokens = collection(host);
    let vault = Address::repeat_byte(4);
    let question = selector("onERC721Received(address,address,uint256,bytes)");
    let send = || {
        let note = Bytes::from_static(b"note");
        tokens.safe_transfer_from_with(alice, vault, id(1), note)
    };

    host.mock(vault)
        .returns(question, FixedBytes([0; 4]))
        .install();
    let refused = Zx721Error::ERC721InvalidReceiver { receiver: vault };
    assert_eq!(send(), Err(refused.into()));

    host.mock(vault)
        .reverts(question, "no, thank you")
        .install();
    let words = send().unwrap_err();
    assert_eq!(words.message().as_deref(), Some("no, thank you"));

    host.mock(vault).returns(question, RECEIVED).install();
    assert_eq!(send(), Ok(()));
    assert_eq!(tokens.owner_of(id(1)), vault);
}

#[zx::test]
fn an_account_without_code_takes_everything(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let tokens = collection(host);
    tokens.safe_transfer_from(alice, bob, id(1)).unwrap();
    assert_eq!(tokens.owner_of(id(1)), bob);
}

#[zx::test]
fn only_the_owner_mints_and_no_token_twice(host: &Host) {
    let [owner, alice] = host.accounts();
    let tokens = collection(host);
    let refused: Reverted = OwnableError::OwnableUnauthorizedAccount { account: alice }.into();
    assert_eq!(tokens.mint(alice, id(2), String::new()), Err(refused));
    let sender = Address::ZERO;
    let twice = Zx721Error::ERC721InvalidSender { sender };
    assert_eq!(
        tokens.by(owner).mint(alice, id(1), String::new()),
        Err(twice.into())
    );
}

#[zx::test]
fn a_burnt_token_is_gone(host: &Host) {
    let [_, alice] = host.accounts();
    let tokens = collection(host);
    tokens.burn(id(1)).unwrap();
    assert!(tokens.try_owner_of(id(1)).is_err());
    assert_eq!(tokens.balance_of(alice), id(0));
}
