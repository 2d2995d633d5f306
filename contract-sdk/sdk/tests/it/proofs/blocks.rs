//! What geth answers, from the recorded exchanges of Ethereum's execution-apis: its proofs, headers, receipts and
//! transactions.

use super::{
    conformance::{folder, hex},
    reference::Trie,
};
use alloy_rlp::{Header as Prefix, PayloadView};
use serde_json::Value;
use std::fs;
use zx::{
    Address, B256, U256,
    proof::{self, Header, rlp},
};

/// Result of each exchange of a method that succeeded, by the name of its file. `None` if the files are not there.
fn results(method: &str) -> Option<Vec<(String, Value)>> {
    let mut results = Vec::new();
    for entry in fs::read_dir(folder("execution-apis/tests")?.join(method)).ok()? {
        let path = entry.expect("an entry").path();
        let text = fs::read_to_string(&path).expect("read");
        let answer = text.lines().find_map(|line| line.strip_prefix("<< ")).expect("an answer");
        let mut answer: Value = serde_json::from_str(answer).expect("JSON");
        if answer.get("result").is_some() {
            results.push((path.file_name().expect("a name").to_string_lossy().into_owned(), answer["result"].take()));
        }
    }
    Some(results)
}

fn result(method: &str, file: &str) -> Option<Value> {
    results(method)?.into_iter().find_map(|(name, result)| (name == file).then_some(result))
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn hash(value: &Value) -> B256 {
    text(value).parse().expect("a hash")
}

fn number(value: &Value) -> U256 {
    text(value).parse().expect("a number")
}

fn proof_in(value: &Value) -> Vec<Vec<u8>> {
    value.as_array().expect("nodes").iter().map(|node| hex(text(node))).collect()
}

/// A slot may be written as a number.
fn slot(value: &Value) -> B256 {
    B256::new(number(value).to_be_bytes())
}

fn check_proof(name: &str, state_root: B256, answer: &Value) {
    let address: Address = text(&answer["address"]).parse().expect("an address");
    let account = proof::verify_account(state_root, address, &proof_in(&answer["accountProof"]))
        .unwrap_or_else(|error| panic!("{name}: {error}"))
        .expect("it is there");
    assert_eq!(U256::from(account.nonce), number(&answer["nonce"]), "{name}");
    assert_eq!(account.balance, number(&answer["balance"]), "{name}");
    assert_eq!(account.storage_root, hash(&answer["storageHash"]), "{name}");
    assert_eq!(account.code_hash, hash(&answer["codeHash"]), "{name}");
    for word in answer["storageProof"].as_array().expect("slots") {
        let proved = proof::verify_storage(account.storage_root, slot(&word["key"]), &proof_in(&word["proof"]));
        assert_eq!(proved, Ok(number(&word["value"])), "{name}");
    }
}

#[test]
fn geth_s_proofs_prove_what_geth_says() {
    let Some(latest) = result("eth_getBlockByNumber", "get-latest.io") else { return };
    let proofs = results("eth_getProof").unwrap_or_default();
    for (name, answer) in &proofs {
        check_proof(name, hash(&latest["stateRoot"]), answer);
    }
    println!("{} accounts", proofs.len());
}

/// What the items of a list are in a trie: those of a block are strings if they are typed (EIP-2718).
fn in_trie(item: &[u8]) -> Vec<u8> {
    match Prefix::decode_raw(&mut &item[..]).expect("RLP") {
        PayloadView::String(typed) => typed.to_vec(),
        PayloadView::List(_) => item.to_vec(),
    }
}

fn trie_of(items: &[Vec<u8>]) -> Trie {
    let keys = (0..items.len() as u64).map(rlp::encode_u64);
    let mut entries: Vec<_> = keys.zip(items).collect();
    entries.sort();
    Trie::new(&entries)
}

#[test]
fn the_transactions_of_geth_s_blocks_are_proved() {
    for (name, block) in results("debug_getRawBlock").unwrap_or_default() {
        let block = hex(text(&block));
        let PayloadView::List(parts) = Prefix::decode_raw(&mut &block[..]).expect("RLP") else { panic!("{name}") };
        let header = Header::decode(parts[0]).expect("a header");
        let PayloadView::List(items) = Prefix::decode_raw(&mut &parts[1][..]).expect("RLP") else { panic!("{name}") };
        let transactions: Vec<_> = items.into_iter().map(in_trie).collect();
        let trie = trie_of(&transactions);
        assert_eq!(trie.root(), header.transactions_root, "{name}");
        let prove = |index| {
            let proof = trie.prove(&rlp::encode_u64(index));
            proof::verify_transaction(header.transactions_root, index, &proof)
        };
        for (index, transaction) in (0..).zip(&transactions) {
            assert_eq!(prove(index), Ok(Some(transaction.clone())), "{name}");
        }
        assert_eq!(prove(transactions.len() as u64), Ok(None), "{name}");
        println!("{name}: block {} has {} transactions", header.number, transactions.len());
    }
}

#[test]
fn the_receipts_of_geth_s_blocks_are_proved() {
    for (name, header) in results("debug_getRawHeader").unwrap_or_default() {
        let header = Header::decode(&hex(text(&header))).expect("a header");
        let receipts = proof_in(&result("debug_getRawReceipts", &name).expect("receipts of the same block"));
        let trie = trie_of(&receipts);
        assert_eq!(trie.root(), header.receipts_root, "{name}");
        for (index, receipt) in (0..).zip(&receipts) {
            let proof = trie.prove(&rlp::encode_u64(index));
            assert_eq!(proof::verify_receipt(header.receipts_root, index, &proof), Ok(Some(receipt.clone())), "{name}");
        }
        println!("{name}: block {} has {} receipts", header.number, receipts.len());
    }
}

#[test]
fn geth_s_headers_are_read() {
    for (name, block) in results("debug_getRawHeader").unwrap_or_default() {
        let encoded = hex(text(&block));
        let header = Header::decode(&encoded).unwrap_or_else(|error| panic!("{name}: {error}"));
        if name.contains("genesis") {
            let genesis = result("eth_getBlockByNumber", "get-genesis.io").expect("the same block");
            assert_eq!(header.hash, hash(&genesis["hash"]));
            assert_eq!(header.parent_hash, B256::ZERO);
            assert_eq!(header.state_root, hash(&genesis["stateRoot"]));
            assert_eq!(U256::from(header.timestamp), number(&genesis["timestamp"]));
            assert_eq!(header.number, 0);
        }
        for cut in 0..encoded.len() {
            assert!(Header::decode(&encoded[..cut]).is_err(), "{name}: cut at {cut}");
        }
    }
}
