//! What is tried against a wallet.

use super::*;
use alloy_primitives::keccak256;
use k256::ecdsa::SigningKey;
use zx::crypto::{Domain, TypedData};

type Key = (SigningKey, Address);

fn key(seed: u8) -> Key {
    let key = SigningKey::from_slice(&[seed; 32]).expect("a key");
    let point = key.verifying_key().to_encoded_point(false);
    let hash = keccak256(&point.as_bytes()[1..]);
    (key, Address::from_slice(&hash[12..]))
}

fn sign((key, _): &Key, hash: B256) -> Bytes {
    let (signature, recovery) = key.sign_prehash_recoverable(&hash.0).expect("a hash");
    let mut bytes = signature.to_bytes().to_vec();
    bytes.push(27 + recovery.to_byte());
    bytes.into()
}

/// A wallet whose owner and guardians are keys, guardians by ascending account.
fn signing(host: &Host) -> (Safe<'_>, Key, [Key; 3]) {
    let mut guardians = [key(1), key(2), key(3)];
    guardians.sort_by_key(|(_, account)| *account);
    let owner = key(4);
    let accounts = [guardians[0].1, guardians[1].1, guardians[2].1];
    let safe = Safe::of(host, owner.1, accounts, host.accounts::<1>()[0]);
    (safe, owner, guardians)
}

fn signature(by_owner: Bytes, approvals: Vec<Approval>) -> Bytes {
    (by_owner, approvals).encode().into()
}

/// What a token's owner signs.
#[derive(zx::TypedData)]
struct Permit {
    owner: Address,
    spender: Address,
    value: U256,
    nonce: U256,
    deadline: U256,
}

#[zx::test]
fn the_owner_signs_with_guardians_and_not_alone(host: &Host) {
    let (safe, owner, guardians) = signing(host);
    let wallet = safe.owner();
    let hash = B256::repeat_byte(5);
    let wrapped = wallet.message_hash(hash);
    let chain = host.block().chain_id;
    assert_eq!(
        wrapped,
        Message { hash }.typed_hash(DOMAIN.separator_of(chain, safe.wallet))
    );
    let approve = |number: usize| Approval {
        guardian: guardians[number].1,
        signature: sign(&guardians[number], wrapped),
    };
    let asks = |by_owner: Bytes, approvals| {
        wallet.is_valid_signature(hash, signature(by_owner, approvals))
    };
    let good = sign(&owner, wrapped);
    let two = || vec![approve(0), approve(2)];
    assert_eq!(
        asks(good.clone(), two()),
        FixedBytes([0x16, 0x26, 0xba, 0x7e])
    );
    let wrong = [
        vec![],
        vec![approve(0)],
        vec![approve(0), approve(0)],
        vec![approve(2), approve(0)],
    ];
    for approvals in wrong {
        assert_eq!(asks(good.clone(), approvals), INVALID);
    }
    assert_eq!(asks(sign(&guardians[1], wrapped), two()), INVALID);
    assert_eq!(asks(sign(&owner, hash), two()), INVALID);
    let mut turned = good.to_vec();
    let order = zx::b256!("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
    let s = U256::from_be_bytes(turned[32..64].try_into().expect("32 bytes"));
    turned[32..64].copy_from_slice(&(U256::from_be_bytes(order.0) - s).to_be_bytes());
    turned[64] = 27 + 28 - turned[64];
    assert_eq!(asks(turned.into(), two()), INVALID, "its other form");
    assert_eq!(wallet.is_valid_signature(hash, good), INVALID);
    // The same people have another wallet, and there is another chain.
    let twin = Safe::of(host, safe.owner, safe.guardians, safe.stranger);
    let elsewhere = twin
        .owner()
        .is_valid_signature(hash, signature(sign(&owner, wrapped), two()));
    assert_eq!(elsewhere, INVALID);
    let block = host.block();
    host.set_block(zx::testing::Block {
        chain_id: chain + 1,
        ..block
    });
    assert_eq!(asks(sign(&owner, wrapped), two()), INVALID);
}

/// A thief with the owner's key signs a permit (EIP-2612) for all tokens.
#[zx::test]
fn the_owners_signature_is_no_way_around_the_limit(host: &Host) {
    let (safe, owner, _) = signing(host);
    let token = host.deploy::<Zx20Full>(("T".to_owned(), "T".to_owned(), 18, n(10_000)));
    token.mint(safe.wallet, n(1_000)).unwrap();
    let (spender, value, deadline) = (safe.stranger, n(1_000), U256::MAX);
    let permit = Permit {
        owner: safe.wallet,
        spender,
        value,
        nonce: n(0),
        deadline,
    };
    let domain = Domain::new("T", "1").separator_of(host.block().chain_id, token.address());
    let hash = permit.typed_hash(domain);
    for hash in [hash, safe.owner().message_hash(hash)] {
        let bytes = sign(&owner, hash);
        let (r, s) = (
            B256::from_slice(&bytes[..32]),
            B256::from_slice(&bytes[32..64]),
        );
        let refused = token.permit(safe.wallet, spender, value, deadline, bytes[64], r, s);
        assert!(refused.is_err());
    }
    assert_eq!(token.erc20().allowance(safe.wallet, spender), n(0));
    let alone = signature(sign(&owner, safe.owner().message_hash(hash)), vec![]);
    assert_eq!(safe.owner().is_valid_signature(hash, alone), INVALID);
}

/// Whatever was scheduled or agreed with under another owner or other guardians is void.
#[zx::test]
fn a_thiefs_operations_die_with_the_recovery(host: &Host) {
    let safe = Safe::new(host);
    let (thief, candidate) = (safe.owner, safe.stranger);
    let calls = vec![pay(thief, 1_000)];
    let id = safe.by(thief).schedule(calls.clone()).unwrap();
    safe.guardian(0).support_recovery(candidate).unwrap();
    safe.guardian(1).support_recovery(candidate).unwrap();
    host.pass(RECOVERY);
    // The delay of the operation is over too: whoever comes first has it.
    safe.guardian(2).finish_recovery().unwrap();
    let not_owner = RecoveryError::NotOwner { account: thief };
    assert_eq!(
        safe.by(thief).execute(id, calls.clone()),
        Err(not_owner.into())
    );
    let unknown: Reverted = RecoveryError::UnknownOperation { id }.into();
    assert_eq!(
        safe.by(candidate).execute(id, calls.clone()),
        Err(unknown.clone())
    );
    assert_eq!(safe.guardian(0).approve(id), Err(unknown));
    assert!(!safe.by(candidate).operation(id).0);
}

#[zx::test]
fn guardians_that_are_gone_count_no_more(host: &Host) {
    let safe = Safe::new(host);
    let calls = vec![pay(safe.stranger, 1_000)];
    let id = safe.owner().schedule(calls.clone()).unwrap();
    safe.guardian(2).approve(id).unwrap();
    safe.guardian(2).support_recovery(safe.stranger).unwrap();
    safe.own("removeGuardian(address)", (safe.guardians[2],))
        .unwrap();
    assert_eq!(safe.owner().recovery_support(safe.stranger), 0);
    let unknown: Reverted = RecoveryError::UnknownOperation { id }.into();
    assert_eq!(safe.guardian(0).approve(id), Err(unknown));
    safe.guardian(0).support_recovery(safe.stranger).unwrap();
    assert_eq!(safe.owner().recovery().0, Address::ZERO);
}

/// A thief with the owner's key takes the limits and no more, while guardians watch.
#[zx::test]
fn a_thief_takes_the_limit_of_a_day_and_no_more(host: &Host) {
    let safe = Safe::new(host);
    let token = safe.token();
    let thief = safe.owner();
    let before = host.balance(safe.owner);
    safe.tomorrow();
    thief.pay(safe.owner, n(100)).unwrap();
    thief.transfer(token, safe.owner, n(50)).unwrap();
    let approve = call(token, "approve(address,uint256)", (safe.owner, n(1_000)));
    assert_eq!(
        thief.call(token, n(0), approve.data.clone()),
        Err(RecoveryError::NotTrusted { target: token }.into())
    );
    let raise = call(safe.wallet, "setLimit(address,uint128)", (COIN, 9_999u128));
    assert_eq!(
        thief.call(safe.wallet, n(0), raise.data.clone()),
        Err(RecoveryError::NotTrusted {
            target: safe.wallet
        }
        .into())
    );
    for calls in [vec![approve], vec![raise], vec![pay(safe.owner, 900)]] {
        let id = thief.schedule(calls.clone()).unwrap();
        assert!(thief.execute(id, calls.clone()).is_err());
        safe.guardian(0).reject(id).unwrap();
        safe.guardian(1).reject(id).unwrap();
        host.pass(OPERATION);
        assert!(thief.execute(id, calls).is_err());
    }
    assert_eq!(
        (
            host.balance(safe.owner) - before,
            safe.tokens(token, safe.owner)
        ),
        (n(100), n(50))
    );
}

/// Each operation has to be rejected by itself: a thief who could schedule any number would wear the guardians out.
#[zx::test]
fn no_more_operations_wait_than_guardians_can_reject(host: &Host) {
    let safe = Safe::new(host);
    let thief = safe.owner();
    let calls = vec![pay(safe.owner, 10)];
    let schedule = || thief.schedule(calls.clone());
    let full = || Err(RecoveryError::TooManyOperations.into());
    for id in 0..16 {
        assert_eq!(schedule(), Ok(n(id)));
    }
    assert_eq!(schedule(), full());
    // Each way of ending one makes room for one.
    safe.guardian(0).reject(n(0)).unwrap();
    assert_eq!(schedule(), full(), "one guardian is not enough");
    safe.guardian(1).reject(n(0)).unwrap();
    assert_eq!((schedule(), schedule()), (Ok(n(16)), full()));
    thief.cancel(n(1)).unwrap();
    assert!(thief.cancel(n(1)).is_err(), "once");
    assert_eq!((schedule(), schedule()), (Ok(n(17)), full()));
    host.pass(OPERATION);
    thief.execute(n(2), calls.clone()).unwrap();
    assert_eq!((schedule(), schedule()), (Ok(n(18)), full()));
    // What is void does not wait.
    for guardian in [0, 1] {
        safe.guardian(guardian)
            .support_recovery(safe.stranger)
            .unwrap();
    }
    host.pass(RECOVERY);
    thief.finish_recovery().unwrap();
    let owner = safe.by(safe.stranger);
    for _ in 0..16 {
        owner.schedule(calls.clone()).unwrap();
    }
    assert_eq!(owner.schedule(calls.clone()), full());
    assert!(thief.cancel(n(3)).is_err() && owner.cancel(n(3)).is_err());
    assert_eq!(owner.schedule(calls.clone()), full());
}

/// One guardian alone neither agrees nor rejects nor recovers.
#[zx::test]
fn a_guardian_alone_does_nothing(host: &Host) {
    let safe = Safe::new(host);
    let calls = vec![pay(safe.stranger, 900)];
    let id = safe.owner().schedule(calls.clone()).unwrap();
    safe.guardian(0).reject(id).unwrap();
    assert!(safe.guardian(0).reject(id).is_err());
    safe.guardian(0).support_recovery(safe.stranger).unwrap();
    assert!(safe.guardian(0).support_recovery(safe.stranger).is_err());
    host.pass(RECOVERY);
    assert!(safe.guardian(0).finish_recovery().is_err());
    safe.owner().execute(id, calls).unwrap();
}

/// There is nothing to initialise, and the constructor cannot be called again.
#[zx::test]
fn nobody_initialises_a_wallet(host: &Host) {
    let safe = Safe::new(host);
    let thief = safe.stranger;
    let arguments = (thief, vec![thief], 1u8, 1u64, 1u64, 1u128).encode();
    for method in [
        "constructor(address,address[],uint8,uint64,uint64,uint128)",
        "initialize(address,address[],uint8,uint64,uint64,uint128)",
    ] {
        let data = [zx::selector(method).to_vec(), arguments.clone()].concat();
        let caller = host.raw(safe.wallet).by(thief);
        assert!(caller.transact(&data).is_err());
    }
    assert_eq!(safe.owner().owner(), safe.owner);
}

#[zx::test]
fn an_owner_that_is_paid_cannot_be_paid_again_from_within(host: &Host) {
    let [a, b, c, stranger] = host.accounts();
    let taker = host.deploy::<Attacker>(());
    let safe = Safe::of(host, taker.address(), [a, b, c], stranger);
    let data = call(
        safe.wallet,
        "pay(address,uint256)",
        (taker.address(), n(30)),
    )
    .data;
    taker.plan(safe.wallet, n(0), data.clone()).unwrap();
    taker.act(safe.wallet, n(0), data).unwrap();
    assert_eq!((taker.taken(), taker.succeeded(0)), (1, false));
    let refused = Reverted(taker.returned(0).into());
    assert_eq!(refused.message().as_deref(), Some("reentrant call"));
    assert_eq!(host.balance(taker.address()), n(30));
    assert_eq!(safe.owner().limit(COIN), (100, 70));
}
