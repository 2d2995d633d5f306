//! Batches and messages that owners sign.

use super::*;
use alloy_primitives::keccak256;
use zx::crypto::TypedData;
use zx20_full::Zx20Full;

/// The key of a seed, and its account.
pub(super) fn key(seed: u8) -> (SigningKey, Address) {
    let key = SigningKey::from_slice(&[seed; 32]).expect("a key");
    let point = key.verifying_key().to_encoded_point(false);
    let hash = keccak256(&point.as_bytes()[1..]);
    (key, Address::from_slice(&hash[12..]))
}

/// Three keys, by ascending account.
pub(super) fn keys() -> [(SigningKey, Address); 3] {
    let mut keys = [key(1), key(2), key(3)];
    keys.sort_by_key(|(_, account)| *account);
    keys
}

pub(super) fn team(host: &Host) -> (Team<'_>, [(SigningKey, Address); 3]) {
    let keys = keys();
    let owners = [keys[0].1, keys[1].1, keys[2].1];
    (Team::of(host, owners, host.accounts::<1>()[0]), keys)
}

pub(super) fn approve(
    (key, owner): &(SigningKey, Address),
    chain_id: u64,
    wallet: Address,
    message: &impl TypedData,
) -> Approval {
    let hash = message.typed_hash(DOMAIN.separator_of(chain_id, wallet));
    let (signature, recovery) = key.sign_prehash_recoverable(&hash.0).expect("a hash");
    let mut bytes = signature.to_bytes().to_vec();
    bytes.push(27 + recovery.to_byte());
    Approval {
        owner: *owner,
        signature: bytes.into(),
    }
}

pub(super) fn batch_of(calls: &[Call], nonce: u64, deadline: U256) -> Batch {
    Batch {
        calls: calls.to_vec(),
        nonce: n(nonce),
        deadline,
    }
}

#[zx::test]
fn what_enough_owners_signed_anybody_can_bring(host: &Host) {
    let (team, keys) = team(host);
    let (chain, deadline) = (host.block().chain_id, n(host.block().timestamp));
    let calls = vec![pay(Address::repeat_byte(9), 30), pay(team.stranger, 0)];
    let batch = batch_of(&calls, 0, deadline);
    let sign = |number: usize| approve(&keys[number], chain, team.wallet, &batch);
    let wallet = team.by(team.stranger);
    let send = |approvals| wallet.execute_signed(calls.clone(), deadline, approvals);
    let few = |agree| MultisigError::TooFew {
        agree,
        threshold: 2,
    };
    assert_eq!(send(vec![]), Err(few(0).into()));
    assert_eq!(send(vec![sign(0)]), Err(few(1).into()));
    send(vec![sign(0), sign(2)]).unwrap();
    host.assert_logs(team.wallet, [ExecutedSigned { nonce: n(0) }.into_log()]);
    assert_eq!(host.balance(Address::repeat_byte(9)), n(30));
    assert_eq!(wallet.nonce(), n(1));
    let hash = wallet.batch_hash(calls.clone(), n(0), deadline);
    assert_eq!(
        hash,
        batch.typed_hash(DOMAIN.separator_of(chain, team.wallet))
    );
    assert_eq!(
        wallet.domain_separator(),
        DOMAIN.separator_of(chain, team.wallet)
    );
    host.pass(1);
    assert_eq!(
        send(vec![sign(0), sign(2)]),
        Err(MultisigError::Expired { deadline }.into())
    );
}

/// Owners who want back what they signed use its nonce up.
#[zx::test]
fn a_nonce_can_be_used_for_nothing(host: &Host) {
    let (team, keys) = team(host);
    let (chain, deadline) = (host.block().chain_id, U256::MAX);
    let batch = batch_of(&[], 0, deadline);
    let approvals = [0, 1]
        .map(|number: usize| approve(&keys[number], chain, team.wallet, &batch))
        .to_vec();
    let wallet = team.by(team.stranger);
    wallet.execute_signed(vec![], deadline, approvals).unwrap();
    assert_eq!(wallet.nonce(), n(1));
}

/// A token with permits takes the wallet for an owner.
#[zx::test]
fn the_wallet_signs_by_its_owners(host: &Host) {
    let (team, keys) = team(host);
    let chain = host.block().chain_id;
    let hash = B256::repeat_byte(5);
    let wallet = team.by(team.stranger);
    let sign = |number: usize| approve(&keys[number], chain, team.wallet, &Message { hash });
    let asks = |approvals: Vec<Approval>| {
        let signature: Bytes = zx::abi::Args::encode(&(approvals,)).into();
        wallet.is_valid_signature(hash, signature)
    };
    assert_eq!(
        asks(vec![sign(0), sign(1)]),
        FixedBytes([0x16, 0x26, 0xba, 0x7e])
    );
    assert_eq!(asks(vec![sign(1), sign(2)]), VALID);
    for wrong in [
        vec![sign(0)],
        vec![sign(1), sign(0)],
        vec![sign(0), sign(0)],
        vec![],
    ] {
        assert_eq!(asks(wrong), INVALID);
    }
    let raw = approve(&keys[0], chain, team.wallet, &Message { hash });
    assert_eq!(wallet.is_valid_signature(hash, raw.signature), INVALID);
    assert_eq!(
        wallet.is_valid_signature(B256::ZERO, Bytes::from_static(&[0; 31])),
        INVALID
    );
    assert_eq!(
        wallet.message_hash(hash),
        Message { hash }.typed_hash(DOMAIN.separator_of(chain, team.wallet))
    );
    // The token asks while the wallet is calling it.
    let token = host.deploy::<Zx20Full>(("T".to_owned(), "T".to_owned(), 18, n(1_000)));
    token.mint(team.wallet, n(100)).unwrap();
    let moved = call(
        token.address(),
        "transfer(address,uint256)",
        (team.stranger, n(40)),
    );
    let deadline = U256::MAX;
    let batch = batch_of(core::slice::from_ref(&moved), 0, deadline);
    let approvals = [0, 2]
        .map(|number: usize| approve(&keys[number], chain, team.wallet, &batch))
        .to_vec();
    wallet
        .execute_signed(vec![moved], deadline, approvals)
        .unwrap();
    assert_eq!(token.erc20().balance_of(team.stranger), n(40));
}
