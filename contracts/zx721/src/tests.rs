use super::*;
use zx::{
    Event as _,
    components::OwnableError,
    testing::{Host, Invariants, Reverted},
};

fn id(number: u64) -> U256 {
    U256::from(number)
}

/// A collection of the first account, whose tokens 1 to 3 the second holds.
fn collection(host: &Host) -> Zx721Client<'_> {
    let [_, alice] = host.accounts();
    let tokens = host.deploy::<Zx721>(("Things".to_owned(), "THG".to_owned()));
    for number in 1..=3 {
        tokens
            .mint(alice, id(number), format!("ipfs://{number}"))
            .unwrap();
    }
    tokens
}

#[zx::test]
fn a_token_has_an_owner_and_a_description(host: &Host) {
    let [owner, alice] = host.accounts();
    let tokens = collection(host);
    let made = Transfer {
        from: Address::ZERO,
        to: alice,
        token_id: id(3),
    }
    .into_log();
    host.assert_logs(
        tokens.address(),
        [made, MetadataUpdate { token_id: id(3) }.into_log()],
    );
    assert_eq!(
        (tokens.name(), tokens.symbol()),
        ("Things".to_owned(), "THG".to_owned())
    );
    assert_eq!(
        (tokens.owner_of(id(2)), tokens.token_uri(id(2))),
        (alice, "ipfs://2".to_owned())
    );
    assert_eq!(
        (tokens.balance_of(alice), tokens.total_supply()),
        (id(3), id(3))
    );
    let missing: Reverted = Zx721Error::ERC721NonexistentToken { token_id: id(4) }.into();
    assert_eq!(tokens.try_owner_of(id(4)), Err(missing.clone()));
    assert_eq!(tokens.try_token_uri(id(4)), Err(missing.clone()));
    assert_eq!(tokens.try_get_approved(id(4)), Err(missing));
    let nobody = Zx721Error::ERC721InvalidOwner {
        owner: Address::ZERO,
    };
    assert_eq!(tokens.try_balance_of(Address::ZERO), Err(nobody.into()));
    assert_eq!(tokens.ownable().owner(), owner);
}

#[zx::test]
fn only_the_owner_mints_and_each_token_once(host: &Host) {
    let [_, alice] = host.accounts();
    let tokens = collection(host);
    let stranger = OwnableError::OwnableUnauthorizedAccount { account: alice };
    assert_eq!(
        tokens.by(alice).mint(alice, id(9), String::new()),
        Err(stranger.into())
    );
    let twice = Zx721Error::ERC721InvalidSender {
        sender: Address::ZERO,
    };
    assert_eq!(tokens.mint(alice, id(1), String::new()), Err(twice.into()));
    let nobody = Zx721Error::ERC721InvalidReceiver {
        receiver: Address::ZERO,
    };
    assert_eq!(
        tokens.mint(Address::ZERO, id(9), String::new()),
        Err(nobody.into())
    );
    assert_eq!(tokens.token_uri(id(1)), "ipfs://1");
}

#[zx::test]
fn a_token_is_moved_by_its_owner_their_operator_or_who_is_approved(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let tokens = collection(host);
    let refused: Reverted = Zx721Error::ERC721InsufficientApproval {
        operator: bob,
        token_id: id(1),
    }
    .into();
    assert_eq!(
        tokens.by(bob).transfer_from(alice, bob, id(1)),
        Err(refused.clone())
    );
    assert_eq!(tokens.by(bob).burn(id(1)), Err(refused.clone()));
    let approver = Zx721Error::ERC721InvalidApprover { approver: bob };
    assert_eq!(tokens.by(bob).approve(bob, id(1)), Err(approver.into()));

    tokens.by(alice).approve(bob, id(1)).unwrap();
    host.assert_logs(
        tokens.address(),
        [Approval {
            owner: alice,
            approved: bob,
            token_id: id(1),
        }
        .into_log()],
    );
    let wrong = Zx721Error::ERC721IncorrectOwner {
        sender: bob,
        token_id: id(1),
        owner: alice,
    };
    assert_eq!(
        tokens.by(bob).transfer_from(bob, bob, id(1)),
        Err(wrong.into())
    );
    tokens.by(bob).transfer_from(alice, bob, id(1)).unwrap();
    host.assert_logs(
        tokens.address(),
        [Transfer {
            from: alice,
            to: bob,
            token_id: id(1),
        }
        .into_log()],
    );
    assert_eq!(
        (tokens.owner_of(id(1)), tokens.get_approved(id(1))),
        (bob, Address::ZERO),
        "the approval is used up"
    );

    tokens.by(alice).set_approval_for_all(bob, true).unwrap();
    host.assert_logs(
        tokens.address(),
        [ApprovalForAll {
            owner: alice,
            operator: bob,
            approved: true,
        }
        .into_log()],
    );
    tokens.by(bob).burn(id(2)).unwrap();
    tokens.by(alice).set_approval_for_all(bob, false).unwrap();
    let refused = Zx721Error::ERC721InsufficientApproval {
        operator: bob,
        token_id: id(3),
    };
    assert_eq!(tokens.by(bob).burn(id(3)), Err(refused.into()));
    assert_eq!(tokens.total_supply(), id(2));
    let operator = Zx721Error::ERC721InvalidOperator {
        operator: Address::ZERO,
    };
    assert_eq!(
        tokens.set_approval_for_all(Address::ZERO, true),
        Err(operator.into())
    );
}

#[zx::test]
fn tokens_can_be_walked_through(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let tokens = collection(host);
    tokens.by(alice).transfer_from(alice, bob, id(1)).unwrap();
    assert_eq!(
        tokens.tokens_of_owner(alice),
        [id(3), id(2)],
        "the last takes the place of what left"
    );
    assert_eq!(tokens.tokens_of_owner(bob), [id(1)]);
    tokens.by(alice).transfer_from(alice, alice, id(3)).unwrap();
    assert_eq!(
        tokens.tokens_of_owner(alice),
        [id(3), id(2)],
        "to oneself, nothing changes"
    );
    tokens.by(bob).burn(id(1)).unwrap();
    let all: Vec<_> = (0..2).map(|i| tokens.token_by_index(id(i))).collect();
    assert_eq!(all, [id(3), id(2)]);
    assert_eq!(tokens.token_of_owner_by_index(alice, id(1)), id(2));
    let out = Zx721Error::ERC721OutOfBoundsIndex {
        owner: alice,
        index: id(2),
    };
    assert_eq!(
        tokens.try_token_of_owner_by_index(alice, id(2)),
        Err(out.into())
    );
    let out = Zx721Error::ERC721OutOfBoundsIndex {
        owner: Address::ZERO,
        index: U256::MAX,
    };
    assert_eq!(tokens.try_token_by_index(U256::MAX), Err(out.into()));
}

#[zx::test]
fn royalties_are_those_of_the_token_or_of_all(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let tokens = collection(host);
    let parts = |parts: u64| Uint::<96>::new(id(parts));
    assert_eq!(
        tokens.royalty_info(id(1), id(1_000)),
        (Address::ZERO, id(0))
    );
    tokens.set_default_royalty(alice, parts(250)).unwrap();
    tokens.set_token_royalty(id(2), bob, parts(10_000)).unwrap();
    assert_eq!(
        tokens.royalty_info(id(1), id(999)),
        (alice, id(24)),
        "rounded down"
    );
    assert_eq!(
        tokens.royalty_info(id(2), U256::MAX),
        (bob, U256::MAX),
        "without an overflow on the way"
    );
    tokens.reset_token_royalty(id(2)).unwrap();
    assert_eq!(tokens.royalty_info(id(2), id(10_000)), (alice, id(250)));
    tokens.delete_default_royalty().unwrap();
    assert_eq!(
        tokens.royalty_info(id(2), id(10_000)),
        (Address::ZERO, id(0))
    );

    let (numerator, denominator) = (id(10_001), id(10_000));
    let over = Zx721Error::ERC2981InvalidDefaultRoyalty {
        numerator,
        denominator,
    };
    assert_eq!(
        tokens.set_default_royalty(alice, parts(10_001)),
        Err(over.into())
    );
    let nobody = Zx721Error::ERC2981InvalidTokenRoyaltyReceiver {
        token_id: id(1),
        receiver: Address::ZERO,
    };
    assert_eq!(
        tokens.set_token_royalty(id(1), Address::ZERO, parts(1)),
        Err(nobody.into())
    );
    let stranger = OwnableError::OwnableUnauthorizedAccount { account: bob };
    assert_eq!(
        tokens.by(bob).set_default_royalty(bob, parts(1)),
        Err(stranger.into())
    );
    assert_eq!(
        tokens.by(bob).reset_token_royalty(id(1)),
        Err(stranger.into())
    );
}

#[zx::test]
fn a_contract_says_whether_it_takes_a_token(host: &Host) {
    let [_, alice] = host.accounts();
    let tokens = collection(host).by(alice);
    let [willing, rude, silent, worded] =
        [1, 2, 3, 4].map(|byte| Address::repeat_byte(0xA0 + byte));
    host.mock(willing).returns(ACCEPTED.0, ACCEPTED).install();
    host.mock(rude)
        .returns(ACCEPTED.0, FixedBytes([1u8; 4]))
        .install();
    host.mock(silent).install();
    host.mock(worded)
        .reverts(ACCEPTED.0, Zx721Error::ERC721InvalidOwner { owner: worded })
        .install();

    for unwilling in [rude, silent] {
        let refused: Reverted = Zx721Error::ERC721InvalidReceiver {
            receiver: unwilling,
        }
        .into();
        assert_eq!(
            tokens.safe_transfer_from(alice, unwilling, id(1)),
            Err(refused.clone())
        );
        let minted = host.at::<Zx721>(tokens.address()).safe_mint(
            unwilling,
            id(7),
            String::new(),
            Bytes::new(),
        );
        assert_eq!(minted, Err(refused));
    }
    let own = Zx721Error::ERC721InvalidOwner { owner: worded };
    assert_eq!(
        tokens.safe_transfer_from_with(alice, worded, id(1), Bytes::new()),
        Err(own.into())
    );
    assert_eq!(tokens.owner_of(id(1)), alice, "what is refused stays");
    tokens
        .safe_transfer_from_with(alice, willing, id(1), Bytes::from_static(b"hello"))
        .unwrap();
    tokens.transfer_from(alice, silent, id(2)).unwrap();
    assert_eq!(
        (tokens.owner_of(id(1)), tokens.owner_of(id(2))),
        (willing, silent),
        "who is not asked cannot refuse"
    );
}

#[zx::test]
fn interfaces_are_told(host: &Host) {
    let tokens = collection(host);
    for known in INTERFACES {
        assert!(tokens.supports_interface(known));
    }
    assert!(!tokens.supports_interface(erc165::INVALID));
    let erc721 = [
        "balanceOf(address)",
        "ownerOf(uint256)",
        "safeTransferFrom(address,address,uint256,bytes)",
        "safeTransferFrom(address,address,uint256)",
        "transferFrom(address,address,uint256)",
        "approve(address,uint256)",
        "setApprovalForAll(address,bool)",
        "getApproved(uint256)",
        "isApprovedForAll(address,address)",
    ];
    assert_eq!(INTERFACES[1], zx::interface_id(&erc721));
    assert_eq!(
        INTERFACES[2],
        zx::interface_id(&["name()", "symbol()", "tokenURI(uint256)"])
    );
    let enumeration = [
        "totalSupply()",
        "tokenByIndex(uint256)",
        "tokenOfOwnerByIndex(address,uint256)",
    ];
    assert_eq!(INTERFACES[3], zx::interface_id(&enumeration));
    assert_eq!(
        INTERFACES[4],
        zx::interface_id(&["royaltyInfo(uint256,uint256)"])
    );
}

#[test]
fn the_lists_hold_each_token_once_and_with_its_owner() {
    Invariants::new(|host, targets| {
        let tokens = collection(host).address();
        targets
            .contract::<Zx721>(tokens)
            .senders(host.accounts::<3>())
            .amounts(0u64..=6);
        tokens
    })
    .hold("each token is listed once, by its owner", |host, tokens| {
        let tokens = host.at::<Zx721>(*tokens);
        let supply = u64::try_from(tokens.total_supply()).unwrap();
        let mut all: Vec<_> = (0..supply).map(|i| tokens.token_by_index(id(i))).collect();
        for token in &all {
            let owner = tokens.owner_of(*token);
            let listed = tokens.tokens_of_owner(owner);
            assert_eq!(
                listed.iter().filter(|other| *other == token).count(),
                1,
                "{token} of {owner}"
            );
            assert_eq!(tokens.balance_of(owner), id(listed.len() as u64));
        }
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len() as u64, supply, "twice in the list of all");
    })
    .check();
}

/// Who has no approval takes nothing, whatever they call.
#[test]
fn a_stranger_takes_nothing() {
    Invariants::new(|host, targets| {
        let tokens = collection(host).address();
        let [_, alice, stranger] = host.accounts();
        targets
            .contract::<Zx721>(tokens)
            .senders([stranger])
            .addresses([alice])
            .amounts(0u64..=6);
        tokens
    })
    .hold("the tokens stay where they are", |host, tokens| {
        let [_, alice, stranger] = host.accounts();
        let tokens = host.at::<Zx721>(*tokens);
        assert_eq!(tokens.tokens_of_owner(alice), [id(1), id(2), id(3)]);
        assert_eq!(tokens.balance_of(stranger), id(0));
    })
    .check();
}
