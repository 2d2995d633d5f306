//! Hashes and signatures of the host.

use zx::{Address, B256, testing::TestHost};

#[test]
fn a_signature_is_recovered_and_a_wrong_one_is_not() {
    // The example of the Ethereum documentation of `ecrecover`, precompile 0x01.
    let hash: B256 = "0x456e9aea5e197a1f1af7a3e85a3212fa4049a3ba34c2289b4c860fc0b0c64ef3".parse().expect("hex");
    let r: B256 = "0x9242685bf161793cc25603c231bc2f568eb630ea16aa137d2664ac8038825608".parse().expect("hex");
    let s: B256 = "0x4f8ae3bd7535248d0bd448298cc2e2071e56992d0774dc340c368ae950852ada".parse().expect("hex");
    let signer: Address = "0x7156526fbd7a3c72969b54f64e42c10fbb768c8a".parse().expect("hex");
    let host = TestHost::new();
    assert_eq!(host.look(|cx| cx.ecrecover(hash, 28, r, s)), Some(signer));
    assert_ne!(host.look(|cx| cx.ecrecover(hash, 27, r, s)), Some(signer));
    assert_eq!(host.look(|cx| cx.ecrecover(hash, 29, r, s)), None);
    assert_eq!(host.look(|cx| cx.ecrecover(hash, 28, B256::ZERO, s)), None);
    // The other s of the same signature, with the other parity.
    let order = "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141".parse::<zx::U256>().expect("hex");
    let other = B256::from((order - zx::U256::from_be_bytes(s.0)).to_be_bytes());
    assert_eq!(host.look(|cx| cx.ecrecover(hash, 27, r, other)), Some(signer));
}

#[test]
fn hashes_are_those_of_their_names() {
    let host = TestHost::new();
    let sha = "0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".parse::<B256>().expect("hex");
    assert_eq!(host.look(|cx| cx.sha256(b"abc")), sha);
    let keccak = "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45".parse::<B256>().expect("hex");
    assert_eq!(host.look(|cx| cx.keccak256(b"abc")), keccak);
}
