use super::*;
use zx::{
    abi::Args,
    selector,
    testing::{Reverted, TestHost},
};

const WHO: Address = Address::repeat_byte(0xA1);

fn keccak(bytes: &[u8]) -> [u8; 32] {
    TestHost::new().look(|cx| cx.keccak256(bytes)).0
}

/// A trie of one leaf, whose key has 32 bytes: its root and the leaf. Value and key are less than 56 bytes together,
/// or more.
fn leaf(key: [u8; 32], value: &[u8]) -> (B256, Bytes) {
    let path = [&[0xA1, 0x20], &key[..]].concat();
    let payload = [&path, value].concat();
    let prefix = if payload.len() < 56 {
        vec![0xC0 | payload.len() as u8]
    } else {
        vec![0xF8, payload.len() as u8]
    };
    let leaf = [prefix, payload].concat();
    (B256::new(keccak(&leaf)), leaf.into())
}

fn ask<A: Args>(signature: &str, args: A) -> Result<Vec<u8>, Reverted> {
    TestHost::new().call::<StateProof, _>(selector(signature), args)
}

#[test]
fn an_account_is_answered_field_by_field() {
    let (storage, code) = (B256::repeat_byte(3), B256::repeat_byte(4));
    let account = [
        &[0xF8, 0x44, 0x07, 0x09, 0xA0],
        &storage[..],
        &[0xA0],
        &code[..],
    ]
    .concat();
    let (root, leaf) = leaf(keccak(&WHO[..]), &[&[0xB8, 0x46], &account[..]].concat());
    let answer = |who| {
        ask(
            "verifyAccount(bytes32,address,bytes[])",
            (root, who, vec![leaf.clone()]),
        )
    };
    let expected = (true, 7u64, U256::from(9u8), storage, code);
    assert_eq!(answer(WHO), Ok(expected.encode()));
    let none = (false, 0u64, U256::ZERO, B256::ZERO, B256::ZERO);
    assert_eq!(answer(Address::ZERO), Ok(none.encode()));
}

#[test]
fn a_word_is_answered_and_an_empty_slot_is_zero() {
    let (root, leaf) = leaf(keccak(&B256::ZERO[..]), &[7]);
    let answer = |slot, proof| {
        ask(
            "verifyStorage(bytes32,bytes32,bytes[])",
            (root, slot, proof),
        )
    };
    assert_eq!(
        answer(B256::ZERO, vec![leaf.clone()]),
        Ok(U256::from(7u8).to_be_bytes().to_vec())
    );
    assert_eq!(
        answer(B256::repeat_byte(1), vec![leaf]),
        Ok([0; 32].to_vec())
    );
    let why = |proof| answer(B256::ZERO, proof).err().and_then(|r| r.message());
    assert_eq!(why(vec![]).as_deref(), Some("proof: node is missing"));
    assert_eq!(
        why(vec![Bytes::from_static(&[0x80])]).as_deref(),
        Some("proof: node has another hash")
    );
}

#[test]
fn transactions_receipts_and_keys_are_answered_with_their_bytes() {
    // Number 0 is 0x80, encoded; its nibbles are 8 and 0.
    let node = Bytes::from_static(&[0xC7, 0x82, 0x20, 0x80, 0x83, 0x02, 0xC1, 0x05]);
    let root = B256::new(keccak(&node));
    let value = Bytes::from_static(&[0x02, 0xC1, 0x05]);
    let proof = vec![node];
    for method in [
        "verifyTransaction(bytes32,uint64,bytes[])",
        "verifyReceipt(bytes32,uint64,bytes[])",
    ] {
        assert_eq!(
            ask(method, (root, 0u64, proof.clone())),
            Ok((value.clone(),).encode())
        );
        assert_eq!(
            ask(method, (root, 1u64, proof.clone())),
            Ok((Bytes::new(),).encode())
        );
    }
    let key = Bytes::from_static(&[0x80]);
    assert_eq!(
        ask("verify(bytes32,bytes,bytes[])", (root, key, proof)),
        Ok((value,).encode())
    );
}

#[test]
fn what_is_no_header_is_refused() {
    let reverted = ask("readHeader(bytes)", (Bytes::from_static(&[0xC1, 0x80]),))
        .err()
        .and_then(|r| r.message());
    assert_eq!(reverted.as_deref(), Some("RLP string of a wrong length"));
}
