use crate::wallet::sign;
use zx::{
    crypto::{Signature, SignatureError, is_valid_signature},
    prelude::*,
    testing::Host,
};

#[zx::contract]
pub struct Checker {}

#[zx::public]
impl Checker {
    pub fn check(&self, cx: &Ctx, signer: Address, hash: B256, signature: Bytes) -> bool {
        is_valid_signature(cx, signer, hash, &signature)
    }
}

const HASH: B256 = B256::repeat_byte(0x42);

#[zx::test]
fn an_account_signs_by_its_key(host: &Host) {
    let [alice, bob] = host.accounts();
    let checker = host.deploy::<Checker>(());
    let signature = sign(HASH).to_bytes();
    let check = |signer, hash, signature: &[u8]| checker.check(signer, hash, Bytes::copy_from_slice(signature));
    assert!(check(alice, HASH, &signature));
    assert!(!check(bob, HASH, &signature));
    assert!(!check(alice, B256::ZERO, &signature));
    assert!(!check(alice, HASH, &signature[..64]));
    assert!(!check(alice, HASH, &[&signature[..], &[0]].concat()));
    assert!(!check(Address::ZERO, HASH, &[0; 65]), "what nobody signed the zero address did not");
}

#[zx::test]
fn a_contract_signs_by_answering(host: &Host) {
    let [alice] = host.accounts();
    let checker = host.deploy::<Checker>(());
    let question = zx::selector("isValidSignature(bytes32,bytes)");
    let (yes, no, mute) = (Address::repeat_byte(1), Address::repeat_byte(2), Address::repeat_byte(3));
    let any = Bytes::from_static(b"any");
    host.mock(yes).returns_to(question, (HASH, any.clone()), FixedBytes([0x16, 0x26, 0xba, 0x7e])).install();
    host.mock(no).returns(question, FixedBytes([0xFFu8; 4])).install();
    host.mock(mute).install();
    assert!(checker.check(yes, HASH, any.clone()));
    assert!(!checker.check(yes, B256::ZERO, any.clone()));
    assert!(!checker.check(no, HASH, any.clone()));
    assert!(!checker.check(mute, HASH, any));
    host.mock(alice).install();
    assert!(!checker.check(alice, HASH, sign(HASH).to_bytes().into()), "with code, its key counts no more");
}

#[test]
fn a_signature_has_65_bytes_and_one_form() {
    let signature = sign(HASH);
    assert_eq!(Signature::from_bytes(&signature.to_bytes()), Ok(signature));
    for length in [0u8, 1, 64, 66] {
        let refused = SignatureError::ECDSAInvalidSignatureLength { length: U256::from(length) };
        assert_eq!(Signature::from_bytes(&vec![0; length.into()]), Err(refused));
    }
    let order = "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141".parse::<U256>().unwrap();
    let s = B256::from((order - U256::from_be_bytes(signature.s.0)).to_be_bytes());
    let twin = Signature { v: 55 - signature.v, s, ..signature };
    assert_eq!(twin.recover(HASH), Err(SignatureError::ECDSAInvalidSignatureS { s }));
    let none = Signature { v: 29, ..signature };
    assert_eq!(none.recover(HASH), Err(SignatureError::ECDSAInvalidSignature {}));
    let none = Signature { r: B256::ZERO, ..signature };
    assert_eq!(none.recover(HASH), Err(SignatureError::ECDSAInvalidSignature {}));
}
