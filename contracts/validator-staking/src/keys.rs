//! Keys of validators, in tests.

use crate::{Evidence, consensus::DOMAIN};
use k256::ecdsa::SigningKey;
use zx::{crypto::TypedData, prelude::*};

/// A consensus key with its secret.
#[derive(Clone, Debug)]
pub(crate) enum Key {
    /// Of Ed25519.
    Ed25519(Box<ed25519_dalek::SigningKey>),
    /// Of secp256k1.
    Secp256k1(Box<SigningKey>),
}

impl Key {
    /// The key of a seed: every third is one of Ed25519.
    pub(crate) fn of(seed: u8) -> Self {
        let bytes = [seed + 1; 32];
        if seed % 3 == 2 {
            return Self::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&bytes)));
        }
        Self::Secp256k1(Box::new(SigningKey::from_slice(&bytes).expect("a key")))
    }

    /// What a validator registers.
    pub(crate) fn public(&self) -> Bytes {
        match self {
            Self::Ed25519(key) => key.verifying_key().to_bytes().to_vec().into(),
            Self::Secp256k1(key) => {
                let point = key.verifying_key().to_encoded_point(false);
                point.as_bytes()[1..].to_vec().into()
            }
        }
    }

    /// Signs a hash.
    pub(crate) fn sign(&self, hash: B256) -> Bytes {
        match self {
            Self::Ed25519(key) => {
                use ed25519_dalek::Signer as _;
                key.sign(&hash.0).to_bytes().to_vec().into()
            }
            Self::Secp256k1(key) => {
                let (signature, recovery) = key.sign_prehash_recoverable(&hash.0).expect("a hash");
                let mut bytes = signature.to_bytes().to_vec();
                bytes.push(27 + recovery.to_byte());
                bytes.into()
            }
        }
    }

    /// Signs a message for a contract.
    pub(crate) fn sign_for(
        &self,
        chain_id: u64,
        contract: Address,
        message: &impl TypedData,
    ) -> Bytes {
        self.sign(message.typed_hash(DOMAIN.separator_of(chain_id, contract)))
    }

    /// Two votes that exclude each other.
    pub(crate) fn offend(
        &self,
        chain_id: u64,
        contract: Address,
        operator: Address,
        height: u64,
    ) -> Evidence {
        let (kind, round) = (2, 7);
        let sign = |block_hash| {
            let vote = crate::consensus::Vote {
                kind,
                height,
                round,
                block_hash,
            };
            self.sign_for(chain_id, contract, &vote)
        };
        let (first, second) = (B256::repeat_byte(1), B256::ZERO);
        Evidence {
            operator,
            kind,
            height,
            round,
            first,
            first_signature: sign(first),
            second,
            second_signature: sign(second),
        }
    }
}
