//! Proofs, checked by a contract in the node's sandbox.

use alloy_consensus::Header;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, keccak256};
use alloy_sol_types::{SolCall, sol};
use alloy_trie::{HashBuilder, KECCAK_EMPTY, Nibbles, TrieAccount, proof::ProofRetainer};
use eyre::{OptionExt as _, Result};
use serde_json::json;
use std::collections::BTreeMap;
use zx_tests::{Account, Node, Rpc, artifacts, quantity};

sol! {
    function verifyAccount(bytes32 stateRoot, address account, bytes[] proof)
        returns (bool exists, uint64 nonce, uint256 balance, bytes32 storageRoot, bytes32 codeHash);
    function verifyStorage(bytes32 storageRoot, bytes32 slot, bytes[] proof) returns (uint256 word);
    function verifyTransaction(bytes32 transactionsRoot, uint64 index, bytes[] proof) returns (bytes transaction);
    function readHeader(bytes header)
        returns (bytes32 hash, uint64 number, bytes32 stateRoot, bytes32 transactionsRoot, bytes32 receiptsRoot);
}

/// The least that a transaction with these calldata takes, whatever it computes (EIP-7623).
fn floor(calldata: &[u8]) -> u64 {
    21_000 + calldata.iter().map(|byte| if *byte == 0 { 10 } else { 40 }).sum::<u64>()
}

/// Keys and values in the order of a trie.
type Entries = BTreeMap<Vec<u8>, Vec<u8>>;

/// Root of a trie, and the proof of a key.
fn prove(entries: &Entries, key: &[u8]) -> (B256, Vec<Bytes>) {
    let target = Nibbles::unpack(key);
    let mut builder = HashBuilder::default().with_proof_retainer(ProofRetainer::from_iter([target]));
    for (key, value) in entries {
        builder.add_leaf(Nibbles::unpack(key), value);
    }
    let root = builder.root();
    let nodes = builder.take_proof_nodes().matching_nodes_sorted(&target);
    // A node of fewer bytes lies in its parent.
    (root, nodes.into_iter().filter(|(at, node)| at.is_empty() || node.len() >= 32).map(|(_, node)| node).collect())
}

/// The contract in a node, and the transaction that made it.
struct Deployed {
    rpc: Rpc,
    contract: Address,
    transaction: Bytes,
}

impl Deployed {
    fn new(node: &Node) -> Result<Self> {
        let mut rpc = node.rpc()?;
        let input = artifacts::deployment("state-proof", &[])?;
        let transaction = Account::dev(0)?.sign(TxKind::Create, U256::ZERO, input, 12_000_000)?;
        let hash = rpc.send_raw(&transaction)?;
        let receipt = rpc.receipt(hash)?;
        assert_eq!(receipt["status"], "0x1", "{receipt}");
        let contract = serde_json::from_value(receipt["contractAddress"].clone())?;
        println!("deployed for {} gas", quantity(&receipt["gasUsed"])?);
        Ok(Self { rpc, contract, transaction })
    }

    fn ask<C: SolCall>(&mut self, call: C) -> Result<C::Return> {
        Ok(C::abi_decode_returns(&self.rpc.read(self.contract, call.abi_encode())?)?)
    }

    fn gas<C: SolCall>(&mut self, call: &C) -> Result<u64> {
        let call = json!([{ "to": self.contract, "data": Bytes::from(call.abi_encode()) }]);
        Ok(quantity(&self.rpc.call("eth_estimateGas", call)?)?.saturating_to())
    }
}

fn state(storage_root: B256) -> (Entries, TrieAccount) {
    let account =
        |n: u64| TrieAccount { nonce: n, balance: U256::from(n) << 64, storage_root, code_hash: KECCAK_EMPTY };
    let address = |n: u64| Address::left_padding_from(&n.to_be_bytes());
    let entries = (1..=5_000).map(|n| (keccak256(address(n)).to_vec(), alloy_rlp::encode(account(n))));
    (entries.collect(), account(7))
}

fn storage() -> Entries {
    let slot = |n: u64| keccak256(B256::left_padding_from(&n.to_be_bytes())).to_vec();
    (0..300).map(|n| (slot(n), alloy_rlp::encode(n + 1))).collect()
}

#[test]
fn a_contract_checks_proofs_of_another_chain() -> Result<()> {
    let datadir = tempfile::tempdir()?;
    let node = Node::start(datadir.path())?;
    let mut deployed = Deployed::new(&node)?;

    let slot = B256::with_last_byte(200);
    let (storage_root, words) = prove(&storage(), &keccak256(slot)[..]);
    let (entries, expected) = state(storage_root);
    let who = Address::with_last_byte(7);
    let (state_root, nodes) = prove(&entries, &keccak256(who)[..]);

    let call = verifyAccountCall { stateRoot: state_root, account: who, proof: nodes.clone() };
    let (gas, floor) = (deployed.gas(&call)?, floor(&call.abi_encode()));
    println!("an account by {} nodes: {gas} gas, of which the calldata take {floor}", nodes.len());
    assert_eq!(gas, floor, "hashing and reading the nodes takes no more than EIP-7623 charges for them");
    let found = deployed.ask(call)?;
    assert_eq!((found.exists, found.nonce, found.balance), (true, expected.nonce, expected.balance));
    assert_eq!((found.storageRoot, found.codeHash), (storage_root, KECCAK_EMPTY));
    let call = verifyStorageCall { storageRoot: found.storageRoot, slot, proof: words };
    assert_eq!(deployed.ask(call)?, U256::from(201));

    let nobody = Address::repeat_byte(0xEE);
    let (_, proof) = prove(&entries, &keccak256(nobody)[..]);
    assert!(!deployed.ask(verifyAccountCall { stateRoot: state_root, account: nobody, proof })?.exists);

    let mut forged = nodes;
    let last = forged.pop().ok_or_eyre("a node")?;
    let bytes: Vec<u8> = last.iter().rev().copied().collect();
    forged.push(bytes.into());
    let refused = deployed.ask(verifyAccountCall { stateRoot: state_root, account: who, proof: forged });
    let error = refused.map(|found| found.exists).expect_err("a forged node").to_string();
    assert!(error.contains("proof: node has another hash"), "{error}");
    node.stop()
}

#[test]
fn a_contract_finds_a_transaction_of_this_chain_in_its_block() -> Result<()> {
    let datadir = tempfile::tempdir()?;
    let node = Node::start(datadir.path())?;
    let mut deployed = Deployed::new(&node)?;
    let block = deployed.rpc.block(None)?;
    let header: Header = serde_json::from_value(block.clone())?;
    let read = deployed.ask(readHeaderCall { header: alloy_rlp::encode(&header).into() })?;
    assert_eq!(block["hash"], read.hash.to_string());
    assert_eq!((read.number, read.stateRoot), (1, header.state_root));

    let entries = Entries::from([(alloy_rlp::encode(0u64), deployed.transaction.to_vec())]);
    let (root, proof) = prove(&entries, &alloy_rlp::encode(0u64));
    assert_eq!(root, read.transactionsRoot);
    let call = |index| verifyTransactionCall { transactionsRoot: root, index, proof: proof.clone() };
    assert_eq!(deployed.ask(call(0))?, deployed.transaction);
    assert!(deployed.ask(call(1))?.is_empty(), "the block has one");
    node.stop()
}
