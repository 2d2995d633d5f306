//! Whoever signs in tests.

use k256::ecdsa::SigningKey;
use zx::{Address, B256, b256, crypto::Signature};

/// The key of the first account of a test chain.
const FIRST: B256 = b256!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");

/// Signs by this key.
pub fn sign_by(key: B256, hash: B256) -> Signature {
    let key = SigningKey::from_slice(&key.0).expect("a key");
    let (signature, recovery) = key.sign_prehash_recoverable(&hash.0).expect("a hash");
    let (r, s) = signature.split_bytes();
    Signature { v: 27 + recovery.to_byte(), r: B256::from_slice(&r), s: B256::from_slice(&s) }
}

/// Signs for the first account of a test chain.
pub fn sign(hash: B256) -> Signature {
    sign_by(FIRST, hash)
}

#[test]
fn the_key_is_the_first_account_s() {
    let [first] = zx::testing::Host::new().accounts();
    assert_eq!(sign(B256::repeat_byte(7)).recover(B256::repeat_byte(7)), Ok(first));
    assert_ne!(first, Address::ZERO);
}
