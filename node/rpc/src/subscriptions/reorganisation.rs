//! What subscribers hear when blocks lose.

use super::{Feed, Topic, feed::Ears};
use crate::NodeStatus;
use alloy_consensus::{SignableTransaction as _, TxEip1559};
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{B256, TxKind, U256};
use alloy_signer::SignerSync as _;
use alloy_signer_local::PrivateKeySigner;
use serde_json::Value;
use std::sync::Arc;
use tempfile::TempDir;
use zx_chain::{Chain, ChainConfig, Finality};
use zx_primitives::{ChainSpec, spec::COIN};

/// A chain whose blocks are not final for a while, with an account that can pay.
fn chain(signer: &PrivateKeySigner) -> (TempDir, Arc<Chain>) {
    let folder = tempfile::tempdir().unwrap();
    let spec = ChainSpec::dev(vec![(signer.address(), COIN)]);
    let mut config = ChainConfig::new(spec, folder.path());
    config.finality = Finality::Depth(100);
    (folder, Arc::new(Chain::open(config).unwrap()))
}

/// Submits the deployment of nothing, which tells two logs: the first with the nonce, and its double.
fn tell(chain: &Chain, signer: &PrivateKeySigner, nonce: u64) {
    let topic = u8::try_from(nonce).unwrap() + 1;
    let code = vec![0x60, topic, 0x5f, 0x5f, 0xa1, 0x60, topic * 2, 0x5f, 0x5f, 0xa1, 0x00];
    let tx = TxEip1559 {
        chain_id: chain.spec().chain_id,
        nonce,
        gas_limit: 100_000,
        max_fee_per_gas: 100_000_000_000,
        max_priority_fee_per_gas: 1,
        to: TxKind::Create,
        value: U256::ZERO,
        access_list: Default::default(),
        input: code.into(),
    };
    let signature = signer.sign_hash_sync(&tx.signature_hash()).unwrap();
    chain.submit(&tx.into_signed(signature).encoded_2718()).unwrap();
}

/// Height, first topic, and whether it is taken back.
fn facts(json: &str) -> (u64, u8, bool) {
    let log: Value = serde_json::from_str(json).unwrap();
    let number = u64::from_str_radix(&log["blockNumber"].as_str().unwrap()[2..], 16).unwrap();
    let topic: B256 = serde_json::from_value(log["topics"][0].clone()).unwrap();
    (number, topic[31], log["removed"].as_bool().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_are_taken_back_last_first_and_then_those_of_the_new_blocks_come() {
    let signer = PrivateKeySigner::from_slice(&[7; 32]).unwrap();
    let ((_ours, ours), (_theirs, theirs)) = (chain(&signer), chain(&signer));
    let feed = Arc::new(Feed::new(Arc::clone(&ours), 1 << 20, tokio::runtime::Handle::current()));
    let mut ears = Ears::default();
    ears.open(&feed, Topic::Heads);
    ears.open(&feed, Topic::Logs);
    let changes = ours.changes();
    let running = tokio::spawn(Arc::clone(&feed).follow(changes, Arc::new(NodeStatus::default())));

    for nonce in 0..2 {
        tell(&ours, &signer, nonce);
        ours.produce(false).unwrap().unwrap();
    }
    // Three blocks are higher than two.
    theirs.produce(true).unwrap().unwrap();
    tell(&theirs, &signer, 0);
    theirs.produce(false).unwrap().unwrap();
    theirs.produce(true).unwrap().unwrap();
    let view = theirs.view().unwrap();
    for number in 1..=3 {
        let block = view.block(number.into()).unwrap().unwrap();
        ours.import((*block).clone()).unwrap();
    }

    let mut told = Vec::new();
    for _ in 0..3 {
        let blocks = ears.logs.as_mut().unwrap().recv().await.unwrap().unwrap();
        told.extend(blocks.items.iter().flat_map(|block| block.logs.iter().map(|(_, json)| facts(json))));
    }
    let came = [(1, 1, false), (1, 2, false), (2, 2, false), (2, 4, false)];
    let went = [(2, 4, true), (2, 2, true), (1, 2, true), (1, 1, true)];
    let new = [(2, 1, false), (2, 2, false)];
    assert_eq!(told, [&came[..], &went, &new].concat());

    let mut heads = Vec::new();
    for _ in 0..3 {
        let told = ears.heads.as_mut().unwrap().recv().await.unwrap().unwrap();
        heads.extend(told.items.iter().map(|json| serde_json::from_str::<Value>(json).unwrap()["number"].clone()));
    }
    assert_eq!(heads, ["0x1", "0x2", "0x1", "0x2", "0x3"], "every block of the new chain is told");
    running.abort();
}
