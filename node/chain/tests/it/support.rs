//! A chain in a temporary folder, and someone who signs.

use crate::counter::counter;
use alloy_consensus::{SignableTransaction, TxEip1559};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use std::path::Path;
use tempfile::TempDir;
use zx_chain::{Chain, ChainConfig, SubmitError};
use zx_primitives::{ChainSpec, Tx, spec::COIN};

/// A signer with coins.
pub(crate) fn signer(nth: u8) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(nth)).expect("a valid key")
}

pub(crate) fn spec() -> ChainSpec {
    ChainSpec::dev((1..5).map(|nth| (signer(nth).address(), COIN)).collect())
}

pub(crate) fn open(datadir: &Path) -> Chain {
    Chain::open(ChainConfig::new(spec(), datadir)).expect("the chain opens")
}

pub(crate) fn fresh() -> (TempDir, Chain) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let chain = open(folder.path());
    (folder, chain)
}

/// A transaction of the `nth` signer.
pub(crate) fn sign(nth: u8, nonce: u64, to: TxKind, value: u64, input: Vec<u8>) -> Vec<u8> {
    let tx = TxEip1559 {
        chain_id: spec().chain_id,
        nonce,
        gas_limit: 3_000_000,
        max_fee_per_gas: 3_000_000_000,
        max_priority_fee_per_gas: 1_000_000_000,
        to,
        value: U256::from(value),
        input: Bytes::from(input),
        ..Default::default()
    };
    let signature = signer(nth).sign_hash_sync(&tx.signature_hash()).expect("signed");
    Tx::from(tx.into_signed(signature)).encoded_2718()
}

pub(crate) fn send(
    chain: &Chain,
    nth: u8,
    nonce: u64,
    to: TxKind,
    value: u64,
    input: Vec<u8>,
) -> Result<B256, SubmitError> {
    chain.submit(&sign(nth, nonce, to, value, input))
}

/// Blocks with transfers, a deployment and calls: three transactions each.
pub(crate) fn run(chain: &Chain, blocks: u64) -> Address {
    let contract = signer(2).address().create(0);
    for height in 0..blocks {
        send(chain, 1, height, TxKind::Call(Address::repeat_byte(0xaa)), height + 1, vec![]).expect("a transfer");
        let (to, input) = match height {
            0 => (TxKind::Create, counter()),
            _ => (TxKind::Call(contract), vec![]),
        };
        send(chain, 2, height, to, 0, input).expect("a deployment or a call");
        send(chain, 3, height, TxKind::Call(contract), 0, vec![]).expect("a call");
        let block = chain.produce(false).expect("produced").expect("there is work");
        assert_eq!(block.transactions.len(), 3);
    }
    contract
}
