//! Attacks, each of which must fail.

use super::scene::{AWAY, HOME, Scene, n, relayer, signature};
use super::*;
use attacker::Attacker;
use zx::{abi::Args as _, crypto::SignatureError, testing::Block};

/// Order of secp256k1.
const ORDER: B256 = zx::b256!("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");

fn why(outcome: Result<(), Reverted>) -> VerifierError {
    let reverted = outcome.expect_err("it is refused");
    reverted
        .decode()
        .unwrap_or_else(|| panic!("another reason: {reverted}"))
}

#[zx::test]
fn a_message_is_delivered_once(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let scene = Scene::open(host);
    let message = scene.send_away(scene.token, alice, bob, 10);
    scene.deliver_away(&message).unwrap();
    let (chain, nonce) = (HOME, 0);
    let again: Reverted = BridgeError::AlreadyDelivered { chain, nonce }.into();
    assert_eq!(scene.deliver_away(&message), Err(again.clone()));
    // By other signatures, which are as good.
    let proof = scene.sign(&message, scene.away, &[2, 3, 4]);
    assert_eq!(scene.away().deliver(message, proof), Err(again));
    assert_eq!(scene.supply(), n(10));
}

/// A second bridge of the same owner, with the same relayers: on the chain itself, and on a chain where it has the same
/// address.
#[zx::test]
fn what_is_signed_for_one_bridge_is_not_good_for_another(host: &Host) {
    let [owner, alice, bob] = host.accounts();
    let scene = Scene::open(host);
    let message = scene.send_away(scene.token, alice, bob, 10);
    let proof = scene.sign(&message, scene.away, &[1, 2, 3]);
    let relayers = scene.away().verifier().relayers();
    let twin = host.deploy::<Bridge>((owner, relayers, 3));
    twin.set_peer(HOME, scene.home).unwrap();
    let other = why(twin.deliver(message.clone(), proof.clone()));
    assert!(
        matches!(
            other,
            VerifierError::NotARelayer { .. } | VerifierError::SignersNotAscending { .. }
        ),
        "{other:?}"
    );

    let block = host.block();
    host.set_block(Block {
        chain_id: 3,
        ..block
    });
    let away = host.at::<Bridge>(scene.away);
    assert_eq!(
        away.deliver(message.clone(), proof.clone()),
        Err(BridgeError::WrongDestination { chain: AWAY }.into())
    );
    // A message that names that chain was never signed.
    let renamed = Message {
        destination_chain: 3,
        ..message
    };
    let other = why(away.deliver(renamed, proof));
    assert!(
        matches!(
            other,
            VerifierError::NotARelayer { .. } | VerifierError::SignersNotAscending { .. }
        ),
        "{other:?}"
    );
}

/// A message that has been sent home does not come away, and nothing in it can be changed.
#[zx::test]
fn a_message_of_another_lane_or_with_other_words_is_none(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let scene = Scene::open(host);
    let message = scene.send_away(scene.token, alice, bob, 10);
    let proof = scene.sign(&message, scene.away, &[1, 2, 3]);
    let (chain, sender) = (7, scene.home);
    let from_elsewhere = Message {
        source_chain: chain,
        ..message.clone()
    };
    assert_eq!(
        scene.deliver_away(&from_elsewhere),
        Err(BridgeError::WrongSender { chain, sender }.into())
    );
    let (chain, sender) = (HOME, alice);
    let of_somebody = Message {
        sender,
        ..message.clone()
    };
    assert_eq!(
        scene.deliver_away(&of_somebody),
        Err(BridgeError::WrongSender { chain, sender }.into())
    );
    let chain = AWAY;
    assert_eq!(
        scene.home().deliver(message.clone(), proof.clone()),
        Err(BridgeError::WrongDestination { chain }.into())
    );
    let more = Payload {
        token: scene.wrapped,
        to: alice,
        amount: n(1_000),
    };
    for changed in [
        Message {
            nonce: 1,
            ..message.clone()
        },
        Message {
            payload: more.encode(),
            ..message
        },
    ] {
        let error = why(scene.away().deliver(changed, proof.clone()));
        assert!(
            matches!(
                error,
                VerifierError::NotARelayer { .. } | VerifierError::SignersNotAscending { .. }
            ),
            "{error:?}"
        );
    }
    assert_eq!(scene.supply(), n(0));
}

#[zx::test]
fn a_quorum_is_not_made_of_few_or_of_one_who_signs_often(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let scene = Scene::open(host);
    let message = scene.send_away(scene.token, alice, bob, 10);
    let digest = message.digest(scene.away);
    let deliver = |proof: Bytes| why(scene.away().deliver(message.clone(), proof));
    for few in 0..3u8 {
        let signers: Vec<_> = (1..=few).collect();
        let (given, needed) = (n(u64::from(few)), 3);
        assert_eq!(
            deliver(scene.sign(&message, scene.away, &signers)),
            VerifierError::TooFewSignatures { given, needed }
        );
    }
    let signer = relayer(1);
    assert_eq!(
        deliver(signature(1, digest).repeat(3).into()),
        VerifierError::SignersNotAscending { signer }
    );
    let sorted = scene.sign(&message, scene.away, &[1, 2, 3]);
    let mut chunks: Vec<_> = sorted.chunks(65).collect();
    chunks.reverse();
    assert!(matches!(
        deliver(chunks.concat().into()),
        VerifierError::SignersNotAscending { .. }
    ));
    let signer = relayer(9);
    let error = deliver(scene.sign(&message, scene.away, &[1, 2, 9]));
    assert!(error == VerifierError::NotARelayer { signer }, "{error:?}");
    assert_eq!(scene.supply(), n(0));
}

/// Each signature has two forms (EIP-2): with both, two relayers could sign for four.
#[zx::test]
fn a_signature_in_its_other_form_is_none(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let scene = Scene::open(host);
    let message = scene.send_away(scene.token, alice, bob, 10);
    let mut proof = scene.sign(&message, scene.away, &[1, 2, 3]).to_vec();
    let s: [u8; 32] = proof[32..64].try_into().unwrap();
    let other = (U256::from_be_bytes(ORDER.0) - U256::from_be_bytes(s)).to_be_bytes();
    proof[32..64].copy_from_slice(&other);
    proof[64] = 55 - proof[64];
    let error = SignatureError::ECDSAInvalidSignatureS { s: other.into() };
    assert_eq!(
        why(scene.away().deliver(message.clone(), proof.into())),
        VerifierError::Signature(error)
    );
    // A part of a signature behind, which says nothing.
    let mut proof = scene.sign(&message, scene.away, &[1, 2, 3]).to_vec();
    proof.push(0);
    let length = n(1);
    assert_eq!(
        why(scene.away().deliver(message, proof.into())),
        VerifierError::Signature(SignatureError::ECDSAInvalidSignatureLength { length })
    );
}

/// The relayers are all bought. What can be taken is what was locked for their chain, as fast as the limit lets it.
#[zx::test]
fn a_bought_quorum_takes_no_more_than_was_locked(host: &Host) {
    let [_, alice, thief] = host.accounts();
    let scene = Scene::open(host);
    scene.send_away(scene.token, alice, alice, 100);
    // Somebody else's: given to the bridge, or locked for another chain.
    host.at::<zx20::Zx20>(scene.token)
        .transfer(scene.home, n(500))
        .unwrap();
    let forged = |nonce, token, amount: u64| Message {
        source_chain: AWAY,
        destination_chain: HOME,
        nonce,
        sender: scene.away,
        payload: Payload {
            token,
            to: thief,
            amount: n(amount),
        }
        .encode(),
    };
    let (token, outside, needed) = (scene.token, n(100), n(101));
    assert_eq!(
        scene.deliver_home(&forged(0, token, 101)),
        Err(BridgeError::TooLittleOutside {
            token,
            outside,
            needed
        }
        .into())
    );
    // What has no way and no limit is not handed out, whatever the bridge has of it.
    let (available, needed) = (n(0), n(1));
    let unknown = scene.wrapped;
    assert_eq!(
        scene.deliver_home(&forged(0, unknown, 1)),
        Err(LimitError::RateLimited {
            token: unknown,
            available,
            needed
        }
        .into())
    );
    scene.home().set_limit(unknown, 10, 0).unwrap();
    assert_eq!(
        scene.deliver_home(&forged(0, unknown, 1)),
        Err(BridgeError::UnknownToken {
            chain: AWAY,
            token: unknown
        }
        .into())
    );
    scene.home().set_limit(token, 30, 0).unwrap();
    assert!(scene.deliver_home(&forged(0, token, 31)).is_err());
    scene.deliver_home(&forged(0, token, 30)).unwrap();
    assert!(
        scene.deliver_home(&forged(1, token, 1)).is_err(),
        "the bucket is empty"
    );
    let nonsense = Message {
        payload: Bytes::from_static(b"all of it"),
        ..forged(2, token, 1)
    };
    assert_eq!(
        scene.deliver_home(&nonsense),
        Err(BridgeError::MalformedPayload.into())
    );
}

/// A token that keeps a tenth of what it moves: what stands for it is what has arrived.
#[zx::test]
fn a_token_that_takes_a_fee_is_covered(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let scene = Scene::open(host);
    let leaky = host.deploy::<Attacker>(());
    leaky.mint(alice, n(1_000)).unwrap();
    leaky
        .by(alice)
        .erc20()
        .approve(scene.home, n(1_000))
        .unwrap();
    let wrapped = host
        .deploy::<bridge_token::BridgeToken>(("Leaky".to_owned(), "L".to_owned(), 18, scene.away))
        .address();
    scene.connect(leaky.address(), wrapped);
    let message = scene.send_away(leaky.address(), alice, bob, 1_000);
    scene.deliver_away(&message).unwrap();
    assert_eq!(scene.held(wrapped, bob), n(900));
    let back = scene.send_home(wrapped, bob, alice, 900);
    scene.deliver_home(&back).unwrap();
    assert_eq!(
        (
            leaky.erc20().balance_of(alice),
            leaky.erc20().balance_of(scene.home)
        ),
        (n(810), n(0))
    );
}

/// A receiver of coins that delivers another message, and its own again, and sends, from within the payment.
#[zx::test]
fn a_receiver_that_calls_back_gets_what_is_its_own(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let scene = Scene::open(host);
    let message = scene.send_away(NATIVE, alice, bob, 100);
    scene.deliver_away(&message).unwrap();
    let thief = host.deploy::<Attacker>(());
    let to = thief.address();
    let [first, second] =
        [30, 20].map(|amount| scene.send_home(scene.wrapped_coin, bob, to, amount));
    const DELIVER: [u8; 4] = zx::selector("deliver((uint64,uint64,uint64,address,bytes),bytes)");
    const SEND: [u8; 4] = zx::selector("send(uint64,address,address,uint256)");
    for message in [&first, &second] {
        let proof = scene.sign(message, scene.home, &[1, 2, 3]);
        let data = [DELIVER.to_vec(), (message.clone(), proof).encode()].concat();
        thief.plan(scene.home, n(0), data.into()).unwrap();
    }
    let data = [SEND.to_vec(), (AWAY, NATIVE, alice, n(10)).encode()].concat();
    thief.plan(scene.home, n(10), data.into()).unwrap();
    scene.deliver_home(&first).unwrap();
    assert_eq!(thief.taken(), 3);
    for step in 0..3 {
        let error = Reverted(thief.returned(step).into());
        assert_eq!(error.message().as_deref(), Some("reentrant call"));
    }
    assert_eq!((host.balance(to), host.balance(scene.home)), (n(30), n(70)));
    assert!(scene.deliver_home(&first).is_err());
    scene.deliver_home(&second).unwrap();
    assert_eq!(host.balance(to), n(50));
}

/// What stands for a token is not deployed yet when its way is opened. Calls of an account without code succeed: anybody
/// could burn nothing there, and have at home what others have locked.
#[zx::test]
fn what_is_no_contract_stands_for_nothing(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let scene = Scene::open(host);
    let (chain, token) = (HOME, Address::repeat_byte(0xC0));
    let away = scene.away();
    let opened = away.set_route(chain, token, NATIVE, Kind::Minted);
    away.set_limit(token, 100, 0).unwrap();
    let home = scene.home();
    home.set_route(AWAY, NATIVE, token, Kind::Locked).unwrap();
    let message = scene.send_away(NATIVE, alice, alice, 100);
    assert!(scene.deliver_away(&message).is_err(), "it waits");
    let stolen = scene.try_send(AWAY, token, bob, bob, 100);
    let unknown: Reverted = BridgeError::UnknownToken { chain, token }.into();
    assert_eq!(stolen, Err(unknown));
    assert_eq!(opened, Err(BridgeError::NoContract { token }.into()));
    // Ways that are closed, and tokens of this chain, need none.
    let away = scene.away();
    away.set_route(chain, token, NATIVE, Kind::Unknown).unwrap();
}

/// All that a limit leaves was taken. The owner sees it and lowers the limit: that does not leave anything more.
#[zx::test]
fn a_limit_that_is_lowered_hands_out_nothing_besides(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let scene = Scene::open(host);
    let (bridge, token) = (scene.away(), scene.wrapped);
    bridge.set_limit(token, 100, 2).unwrap();
    let available = || scene.away().limits().available(token);
    let message = scene.send_away(scene.token, alice, bob, 90);
    scene.deliver_away(&message).unwrap();
    assert_eq!(available(), 10);
    scene.away().set_limit(token, 50, 2).unwrap();
    assert_eq!(available(), 0, "90 are more than 50");
    host.pass(30);
    assert_eq!(available(), 50);
    let message = scene.send_away(scene.token, alice, bob, 50);
    scene.deliver_away(&message).unwrap();
    scene.away().set_limit(token, 80, 0).unwrap();
    assert_eq!(available(), 30, "one that is raised leaves so much more");
}
