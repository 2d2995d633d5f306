//! Both sides of a bridge on one host, whose chain id says which chain it is.

mod attacks;
mod campaign;
mod scene;

use super::*;
use scene::{AWAY, HOME, Scene, n};
use zx::{
    components::{OwnableError, PausableError, erc20::TokenError},
    testing::{Host, Reverted},
};

#[zx::test]
fn a_token_goes_and_comes_back(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let scene = Scene::open(host);
    let (home, away) = (scene.home(), scene.away());
    let message = scene.send_away(scene.token, alice, bob, 300);
    assert_eq!(message.nonce, 0);
    assert!(
        host.emitted(MessageSent {
            destination_chain: AWAY,
            nonce: 0,
            from: alice,
            digest: message.digest(scene.away),
            payload: Payload {
                token: scene.wrapped,
                to: bob,
                amount: n(300)
            }
            .encode(),
        })
    );
    assert_eq!(
        (
            scene.held(scene.token, scene.home),
            home.outside((AWAY, scene.token))
        ),
        (n(300), n(300))
    );

    scene.deliver_away(&message).unwrap();
    assert!(host.emitted(MessageDelivered {
        source_chain: HOME,
        nonce: 0,
        to: bob,
        token: scene.wrapped,
        amount: n(300),
    }));
    assert_eq!(scene.held(scene.wrapped, bob), n(300));
    assert_eq!(away.outside((HOME, scene.wrapped)), n(300));
    assert!(away.delivered((HOME, scene.home, 0)));
    assert_eq!(away.digest_of(message.clone()), message.digest(scene.away));

    let back = scene.send_home(scene.wrapped, bob, alice, 120);
    assert_eq!(
        (scene.held(scene.wrapped, bob), scene.supply()),
        (n(180), n(180))
    );
    scene.deliver_home(&back).unwrap();
    assert_eq!(scene.held(scene.token, alice), n(820));
    assert_eq!(
        (
            home.outside((AWAY, scene.token)),
            away.outside((HOME, scene.wrapped))
        ),
        (n(180), n(180))
    );
}

#[zx::test]
fn the_chain_s_own_coin_goes_and_comes_back(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let scene = Scene::open(host);
    let message = scene.send_away(NATIVE, alice, bob, 50);
    assert_eq!(host.balance(scene.home), n(50));
    scene.deliver_away(&message).unwrap();
    assert_eq!(scene.held(scene.wrapped_coin, bob), n(50));
    let carol = Address::repeat_byte(0xCA);
    let back = scene.send_home(scene.wrapped_coin, bob, carol, 50);
    scene.deliver_home(&back).unwrap();
    assert_eq!(
        (host.balance(carol), host.balance(scene.home)),
        (n(50), n(0))
    );
}

#[zx::test]
fn what_cannot_be_sent_is_refused(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let scene = Scene::open(host);
    let home = scene.home().by(alice);
    let refused =
        |chain, token, to, amount: u64| home.send(chain, token, to, n(amount)).unwrap_err();
    assert_eq!(
        refused(7, scene.token, bob, 1),
        BridgeError::UnknownChain { chain: 7 }.into()
    );
    let (chain, token) = (AWAY, bob);
    assert_eq!(
        refused(AWAY, bob, bob, 1),
        BridgeError::UnknownToken { chain, token }.into()
    );
    for (to, amount) in [(bob, 0), (Address::ZERO, 1)] {
        let (nothing, amount) = (refused(AWAY, scene.token, to, amount), n(amount));
        assert_eq!(nothing, BridgeError::NothingToMove { amount, to }.into());
    }
    let (value, needed) = (n(0), n(5));
    assert_eq!(
        refused(AWAY, NATIVE, bob, 5),
        BridgeError::WrongValue { value, needed }.into()
    );
    let (value, needed) = (n(5), n(0));
    assert_eq!(
        home.paying(n(5)).send(AWAY, scene.token, bob, n(5)),
        Err(BridgeError::WrongValue { value, needed }.into())
    );
    // Alice has 1,000, and has allowed the bridge to take them: the token says what is missing.
    let poor = zx20::Zx20Error::ERC20InsufficientBalance {
        sender: alice,
        balance: n(1_000),
        needed: n(1_001),
    };
    assert_eq!(refused(AWAY, scene.token, bob, 1_001), poor.into());
    scene.home().pause().unwrap();
    assert_eq!(
        refused(AWAY, scene.token, bob, 1),
        PausableError::EnforcedPause {}.into()
    );
    assert_eq!(scene.held(scene.token, alice), n(1_000));
}

/// It would be locked for ever.
#[zx::test]
fn what_no_limit_could_hand_out_is_not_locked(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let scene = Scene::open(host);
    let (most, vast) = (U256::from(u128::MAX), U256::from(u128::MAX) + n(1));
    host.at::<zx20::Zx20>(scene.token)
        .mint(alice, vast)
        .unwrap();
    let home = scene.home().by(alice);
    assert_eq!(
        home.send(AWAY, scene.token, bob, vast),
        Err(BridgeError::TooMuch { amount: vast }.into())
    );
    assert_eq!(home.send(AWAY, scene.token, bob, most), Ok(0));
    assert_eq!(home.outside((AWAY, scene.token)), most);
}

#[zx::test]
fn nobody_sends_back_more_than_they_have(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let scene = Scene::open(host);
    let message = scene.send_away(scene.token, alice, bob, 300);
    scene.deliver_away(&message).unwrap();
    let away = scene.away();
    let poor = zx::components::Erc20Error::ERC20InsufficientBalance {
        sender: alice,
        balance: n(0),
        needed: n(1),
    };
    assert_eq!(
        away.by(alice).send(HOME, scene.wrapped, alice, n(1)),
        Err(poor.into())
    );
    let (token, outside, needed) = (scene.wrapped, n(300), n(301));
    assert_eq!(
        away.by(bob).send(HOME, scene.wrapped, alice, n(301)),
        Err(BridgeError::TooLittleOutside {
            token,
            outside,
            needed
        }
        .into())
    );
}

#[zx::test]
fn what_is_handed_out_is_limited_and_the_rest_comes_later(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let scene = Scene::open(host);
    scene.away().set_limit(scene.wrapped, 100, 2).unwrap();
    assert!(host.emitted(LimitChanged {
        token: scene.wrapped,
        capacity: 100,
        per_second: 2
    }));
    let first = scene.send_away(scene.token, alice, bob, 80);
    let second = scene.send_away(scene.token, alice, bob, 60);
    let never = scene.send_away(scene.token, alice, bob, 101);
    scene.deliver_away(&first).unwrap();
    let limited = |available: u64, needed: u64| -> Reverted {
        LimitError::RateLimited {
            token: scene.wrapped,
            available: n(available),
            needed: n(needed),
        }
        .into()
    };
    assert_eq!(scene.deliver_away(&second), Err(limited(20, 60)));
    host.pass(19);
    assert_eq!(scene.deliver_away(&second), Err(limited(58, 60)));
    host.pass(1);
    scene.deliver_away(&second).unwrap();
    host.pass(1_000_000);
    assert_eq!(
        scene.away().limits().available(scene.wrapped),
        100,
        "no more than it holds"
    );
    assert_eq!(scene.deliver_away(&never), Err(limited(100, 101)));
    scene
        .away()
        .set_limit(scene.wrapped, 101, u128::MAX)
        .unwrap();
    scene.deliver_away(&never).unwrap();
    assert_eq!(
        scene.away().limits().limit_of(scene.wrapped),
        (101, u128::MAX)
    );
    host.pass(u64::from(u32::MAX));
    assert_eq!(
        scene.away().limits().available(scene.wrapped),
        101,
        "nothing overflows"
    );
}

#[zx::test]
fn while_it_is_paused_nothing_comes_and_then_everything_does(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let scene = Scene::open(host);
    let message = scene.send_away(scene.token, alice, bob, 80);
    scene.away().pause().unwrap();
    assert_eq!(
        scene.deliver_away(&message),
        Err(PausableError::EnforcedPause {}.into())
    );
    scene.away().unpause().unwrap();
    scene.deliver_away(&message).unwrap();
    assert_eq!(scene.held(scene.wrapped, bob), n(80));
}

#[zx::test]
fn only_the_owner_says_who_and_what_is_trusted(host: &Host) {
    let [_, alice] = host.accounts();
    let scene = Scene::open(host);
    let bridge = scene.home().by(alice);
    let refused: Reverted = OwnableError::OwnableUnauthorizedAccount { account: alice }.into();
    let tried = [
        bridge.set_peer(AWAY, alice),
        bridge.set_route(AWAY, alice, alice, Kind::Locked),
        bridge.set_limit(scene.token, 1, 1),
        bridge.set_relayers(vec![alice], 1),
        bridge.set_verifier(alice),
        bridge.pause(),
        bridge.unpause(),
    ];
    for outcome in tried {
        assert_eq!(outcome, Err(refused.clone()));
    }
    assert_eq!(scene.home().peer(AWAY), scene.away);
}

#[zx::test]
fn what_the_owner_says_must_make_sense(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let scene = Scene::open(host);
    let home = scene.home();
    assert_eq!(home.set_peer(HOME, bob), Err(BridgeError::OwnChain.into()));
    assert_eq!(
        home.set_route(AWAY, NATIVE, bob, Kind::Minted),
        Err(BridgeError::NotMintable.into())
    );
    let invalid = |relayers: Vec<Address>, threshold| -> Reverted {
        let relayers = n(relayers.len() as u64);
        VerifierError::InvalidRelayers {
            relayers,
            threshold,
        }
        .into()
    };
    for (relayers, threshold) in [
        (vec![], 0),
        (vec![alice], 0),
        (vec![alice], 2),
        (vec![alice; MOST_RELAYERS + 1], 1),
    ] {
        assert_eq!(
            home.set_relayers(relayers.clone(), threshold),
            Err(invalid(relayers, threshold))
        );
    }
    let (low, high) = (alice.min(bob), alice.max(bob));
    for (relayers, relayer) in [
        (vec![low, low], low),
        (vec![high, low], low),
        (vec![Address::ZERO, low], Address::ZERO),
    ] {
        let error = VerifierError::RelayersNotAscending { relayer };
        assert_eq!(home.set_relayers(relayers, 1), Err(error.into()));
    }
    assert_eq!(
        home.verifier().relayers().len(),
        4,
        "what is refused changes nothing"
    );
    scene.send_away(scene.token, alice, bob, 5);
    assert_eq!(
        scene.home().set_route(AWAY, scene.token, bob, Kind::Locked),
        Err(BridgeError::RouteInUse { outside: n(5) }.into())
    );
    assert_eq!(
        scene.home().route(AWAY, scene.token),
        (scene.wrapped, Kind::Locked)
    );
}

#[zx::test]
fn relayers_are_replaced_and_the_old_ones_count_no_more(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let scene = Scene::open(host);
    let message = scene.send_away(scene.token, alice, bob, 10);
    let (old, others) = (scene.sign(&message, scene.away, &[1, 2, 3]), [7, 8]);
    let mut new = others.map(scene::relayer).to_vec();
    new.sort_unstable();
    let away = scene.away();
    away.set_relayers(new.clone(), 2).unwrap();
    assert!(host.emitted(RelayersChanged {
        relayers: new.clone(),
        threshold: 2
    }));
    let mut now = away.verifier().relayers();
    now.sort_unstable();
    assert_eq!((now, away.verifier().threshold()), (new, 2));
    let error = away.deliver(message.clone(), old).unwrap_err();
    assert!(
        matches!(error.decode(), Some(VerifierError::NotARelayer { .. })),
        "{error}"
    );
    let proof = scene.sign(&message, scene.away, &others);
    away.deliver(message, proof).unwrap();
    assert_eq!(scene.held(scene.wrapped, bob), n(10));
}

/// What a light client of the other chain will be.
#[zx::test]
fn another_contract_verifies_messages_instead(host: &Host) {
    const QUESTION: [u8; 4] = zx::selector("verifyMessage(uint64,address,bytes32,bytes)");
    let [_, alice, bob] = host.accounts();
    let scene = Scene::open(host);
    let message = scene.send_away(scene.token, alice, bob, 10);
    let other = scene.send_away(scene.token, alice, bob, 20);
    let away = scene.away();
    let client = Address::repeat_byte(0x1C);
    away.set_verifier(client).unwrap();
    assert!(host.emitted(VerifierChanged { verifier: client }));
    let proof = Bytes::from_static(b"header and proof");
    let proved = (HOME, scene.home, message.digest(scene.away), proof.clone());
    host.mock(client)
        .returns_to(QUESTION, proved, true)
        .returns(QUESTION, false)
        .install();
    away.deliver(message, proof.clone()).unwrap();
    assert_eq!(
        away.deliver(other.clone(), proof.clone()),
        Err(VerifierError::NotVerified { verifier: client }.into())
    );
    let signed = scene.sign(&other, scene.away, &[1, 2, 3]);
    assert!(
        away.deliver(other.clone(), signed).is_err(),
        "relayers are not asked"
    );
    host.mock(client)
        .reverts(QUESTION, "no such header")
        .install();
    let unknown = away.deliver(other.clone(), proof).unwrap_err();
    assert_eq!(unknown.message().as_deref(), Some("no such header"));
    away.set_verifier(Address::ZERO).unwrap();
    scene.deliver_away(&other).unwrap();
    assert_eq!(scene.held(scene.wrapped, bob), n(30));
}

/// Who refuses coins keeps their message from being delivered, and nobody else's.
#[zx::test]
fn what_a_receiver_refuses_stays_locked(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let scene = Scene::open(host);
    let message = scene.send_away(NATIVE, alice, bob, 50);
    scene.deliver_away(&message).unwrap();
    let deaf = Address::repeat_byte(7);
    host.mock(deaf).install();
    let refused = scene.send_home(scene.wrapped_coin, bob, deaf, 20);
    let taken = scene.send_home(scene.wrapped_coin, bob, alice, 30);
    assert!(scene.deliver_home(&refused).is_err());
    assert!(!scene.home().delivered((AWAY, scene.away, 0)));
    scene.deliver_home(&taken).unwrap();
    assert_eq!(host.balance(scene.home), n(20));
}

#[zx::test]
fn a_token_that_does_not_say_yes_is_not_locked(host: &Host) {
    const TAKE: [u8; 4] = zx::selector("transferFrom(address,address,uint256)");
    let [_, alice, bob] = host.accounts();
    let scene = Scene::open(host);
    let token = Address::repeat_byte(9);
    scene.connect(token, scene.wrapped);
    host.mock(token)
        .returns(zx::selector("balanceOf(address)"), n(0))
        .returns(TAKE, false)
        .install();
    let error = TokenError::SafeERC20FailedOperation { token };
    assert_eq!(
        scene.home().by(alice).send(AWAY, token, bob, n(1)),
        Err(error.into())
    );
    // One that says yes and does nothing: what counts is what has come.
    host.mock(token)
        .returns(zx::selector("balanceOf(address)"), n(0))
        .returns(TAKE, true)
        .install();
    let (amount, to) = (n(0), bob);
    assert_eq!(
        scene.home().by(alice).send(AWAY, token, bob, n(1)),
        Err(BridgeError::NothingToMove { amount, to }.into())
    );
}
