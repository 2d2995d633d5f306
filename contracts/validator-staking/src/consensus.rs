//! Keys of validators, and what they sign.

use crate::{Evidence, ValidatorError};
use zx::{
    crypto::{Domain, Signature, TypedData},
    prelude::*,
};

/// What validators sign for: this contract on this chain.
pub(crate) const DOMAIN: Domain = Domain::new("Zexus Validators", "1");

/// A vote, or a proposal: kinds are the engine's (0 a proposal, 1 a prevote, 2 a precommit).
#[derive(zx::TypedData)]
pub(crate) struct Vote {
    pub(crate) kind: u8,
    pub(crate) height: u64,
    pub(crate) round: u32,
    pub(crate) block_hash: B256,
}

/// What a key signs once, so that nobody registers the key of somebody else.
#[derive(zx::TypedData)]
pub(crate) struct Possession {
    pub(crate) operator: Address,
}

/// The hash that stands for a message: what either kind of key signs.
pub(crate) fn hash(cx: &Ctx, message: &impl TypedData) -> B256 {
    message.typed_hash(DOMAIN.separator(cx))
}

/// Whether a key has signed a hash: Ed25519 with 64 bytes, secp256k1 with 65 (r, s, v; the lower form).
pub(crate) fn has_signed(cx: &Ctx, key: &[u8], hash: B256, signature: &[u8]) -> bool {
    if let Ok(key) = <[u8; 32]>::try_from(key) {
        let signature = <[u8; 64]>::try_from(signature).map(FixedBytes);
        return signature.is_ok_and(|signature| cx.ed25519_verify(&hash.0, &signature, key.into()));
    }
    let signer = Signature::from_bytes(signature).and_then(|signature| signature.recover(hash));
    let account = cx.keccak256(key);
    key.len() == 64 && signer.is_ok_and(|signer| account.get(12..) == Some(signer.as_slice()))
}

/// Holds a new key to its form, and to having been used by its owner.
pub(crate) fn check_key(
    cx: &Ctx,
    key: &[u8],
    operator: Address,
    proof: &[u8],
) -> Result<(), ValidatorError> {
    let length = U256::from(key.len() as u64);
    ensure!(
        matches!(key.len(), 32 | 64),
        ValidatorError::InvalidKey { length }
    );
    let hash = hash(cx, &Possession { operator });
    ensure!(
        has_signed(cx, key, hash, proof),
        ValidatorError::InvalidSignature
    );
    Ok(())
}

/// Holds evidence to being two votes of the key that exclude each other.
pub(crate) fn check_evidence(
    cx: &Ctx,
    key: &[u8],
    evidence: &Evidence,
) -> Result<(), ValidatorError> {
    let Evidence {
        kind,
        height,
        round,
        ..
    } = *evidence;
    ensure!(
        evidence.first != evidence.second,
        ValidatorError::NoConflict
    );
    let votes = [
        (evidence.first, &evidence.first_signature),
        (evidence.second, &evidence.second_signature),
    ];
    for (block_hash, signature) in votes {
        let vote = Vote {
            kind,
            height,
            round,
            block_hash,
        };
        ensure!(
            has_signed(cx, key, hash(cx, &vote), signature),
            ValidatorError::InvalidSignature
        );
    }
    Ok(())
}
