//! Stop and start: the same head, the same root, the same balances, and nothing compiled twice.

use alloy_primitives::{Address, B256, Bytes, TxKind, U256, b256};
use eyre::{OptionExt as _, Result};
use serde_json::{Value, json};
use zx_tests::{Account, Node, Rpc, Signal, artifacts};

const SUPPLY: u64 = 1_000_000;
/// Topic of `Transfer(address,address,uint256)`.
const TRANSFER: B256 = b256!("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");

/// What a client can see of the chain.
#[derive(Debug, PartialEq)]
struct View {
    head: Value,
    balances: Vec<U256>,
    nonce: u64,
    tokens: Bytes,
    code: Value,
    logs: Value,
    receipts: Vec<Value>,
}

fn view(rpc: &mut Rpc, people: &[Address], token: Address, transactions: &[B256]) -> Result<View> {
    Ok(View {
        head: rpc.block(None)?,
        balances: people.iter().map(|p| rpc.balance(*p)).collect::<Result<_>>()?,
        nonce: rpc.nonce(people[0])?,
        tokens: rpc.read(token, artifacts::balance_of(people[1]))?,
        code: rpc.call("eth_getCode", json!([token, "latest"]))?,
        logs: rpc.call("eth_getLogs", json!([{ "fromBlock": "0x0", "address": token, "topics": [TRANSFER] }]))?,
        receipts: transactions.iter().map(|hash| rpc.receipt(*hash)).collect::<Result<_>>()?,
    })
}

fn stats(rpc: &mut Rpc, name: &str) -> Result<u64> {
    rpc.call("zx_sandboxStats", json!([]))?[name].as_u64().ok_or_eyre("a number")
}

/// Deploys ZX-20 and moves some tokens and some coins; gives the token and every transaction.
fn life(rpc: &mut Rpc, owner: &mut Account, friend: Address) -> Result<(Address, Vec<B256>)> {
    let deployment = artifacts::zx20_deployment(U256::from(SUPPLY))?;
    let mut hashes = vec![rpc.send_raw(&owner.sign(TxKind::Create, U256::ZERO, deployment, 12_000_000)?)?];
    let receipt = rpc.receipt(hashes[0])?;
    assert_eq!(receipt["status"], "0x1", "{receipt}");
    let token: Address = serde_json::from_value(receipt["contractAddress"].clone())?;
    for i in 1..=5 {
        let data = artifacts::transfer(friend, U256::from(i));
        hashes.push(rpc.send_raw(&owner.sign(token.into(), U256::ZERO, data, 300_000)?)?);
        hashes.push(rpc.send_raw(&owner.sign(friend.into(), U256::from(i), Bytes::new(), 21_000)?)?);
    }
    for hash in &hashes {
        assert_eq!(rpc.receipt(*hash)?["status"], "0x1");
    }
    Ok((token, hashes))
}

#[test]
fn a_restart_changes_nothing_and_compiles_nothing() -> Result<()> {
    let datadir = tempfile::tempdir()?;
    let (mut owner, friend) = (Account::dev(0)?, Address::repeat_byte(0xF1));
    let people = [owner.address(), friend];

    let node = Node::start(datadir.path())?;
    let mut rpc = node.rpc()?;
    let (token, hashes) = life(&mut rpc, &mut owner, friend)?;
    let before = view(&mut rpc, &people, token, &hashes)?;
    assert_eq!(U256::from_be_slice(&before.tokens), U256::from(15));
    assert_eq!(before.balances[1], U256::from(15));
    assert_eq!(before.logs.as_array().map(Vec::len), Some(6), "the mint and five transfers");
    assert_eq!(stats(&mut rpc, "compiled")?, 1);
    node.stop()?;

    let node = Node::start(datadir.path())?;
    let mut rpc = node.rpc()?;
    assert_eq!(view(&mut rpc, &people, token, &hashes)?, before);
    assert_eq!(stats(&mut rpc, "compiled")?, 0, "the module came from the cache");
    assert!(stats(&mut rpc, "diskHits")? >= 1);
    assert_eq!(stats(&mut rpc, "rejected")?, 0);

    // And the chain goes on from there.
    let data = artifacts::transfer(friend, U256::ONE);
    let hash = rpc.send_raw(&owner.sign(token.into(), U256::ZERO, data, 300_000)?)?;
    rpc.receipt(hash)?;
    assert_eq!(rpc.block(None)?["parentHash"], before.head["hash"]);
    assert_eq!(U256::from_be_slice(&rpc.read(token, artifacts::balance_of(friend))?), U256::from(16));
    node.stop()
}

#[test]
fn what_was_called_most_is_ready_before_it_is_called() -> Result<()> {
    let datadir = tempfile::tempdir()?;
    let node = Node::start(datadir.path())?;
    life(&mut node.rpc()?, &mut Account::dev(0)?, Address::repeat_byte(0xF1))?;
    node.stop()?;

    let node = Node::start(datadir.path())?;
    let mut rpc = node.rpc()?;
    // Nobody calls the token: what loads it is the start.
    for _ in 0..500 {
        if stats(&mut rpc, "modules")? == 1 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let all = ["modules", "diskHits", "compiled", "instances"].map(|name| stats(&mut rpc, name));
    assert_eq!(all.into_iter().collect::<Result<Vec<_>>>()?, [1, 1, 0, 0]);
    node.stop()
}

#[test]
fn ctrl_c_stops_it_cleanly_too() -> Result<()> {
    let datadir = tempfile::tempdir()?;
    let node = Node::start(datadir.path())?;
    let genesis = node.rpc()?.block(None)?;
    assert_eq!(node.end(Signal::Int)?.code(), Some(0));
    let node = Node::start(datadir.path())?;
    assert_eq!(node.rpc()?.block(None)?, genesis, "genesis is not made anew");
    Ok(())
}

#[test]
fn an_open_connection_does_not_hold_up_a_stop() -> Result<()> {
    let datadir = tempfile::tempdir()?;
    let node = Node::start(datadir.path())?;
    let mut idle = node.rpc()?;
    idle.block(None)?;
    node.stop()?;
    assert!(idle.block(None).is_err(), "nobody answers any more");
    Ok(())
}

#[test]
fn a_port_that_is_taken_is_named() -> Result<()> {
    let (first, second) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let node = Node::start(first.path())?;
    let port = node.address().port();
    let (status, output) = Node::run_to_end(second.path(), port)?;
    assert!(!status.success(), "{output}");
    assert!(output.contains(&port.to_string()), "{output}");
    assert!(!output.contains("panicked"), "{output}");
    node.rpc()?.block(None)?;
    Ok(())
}

#[test]
fn a_datadir_in_use_is_refused() -> Result<()> {
    let datadir = tempfile::tempdir()?;
    let node = Node::start(datadir.path())?;
    let (status, output) = Node::run_to_end(datadir.path(), 0)?;
    assert!(!status.success(), "{output}");
    assert!(output.contains(&*datadir.path().to_string_lossy()), "{output}");
    assert!(!output.contains("panicked"), "{output}");
    node.rpc()?.block(None)?;
    node.stop()
}

#[test]
fn what_waits_for_a_slow_block_is_not_lost_by_a_clean_stop() -> Result<()> {
    let datadir = tempfile::tempdir()?;
    let mut owner = Account::dev(0)?;
    let friend = Address::repeat_byte(0x77);
    let node = Node::start_with(datadir.path(), &["--block-time", "3600"])?;
    let mut rpc = node.rpc()?;
    let hash = rpc.send_raw(&owner.sign(friend.into(), U256::from(5), Bytes::new(), 21_000)?)?;
    assert_eq!(rpc.call("eth_getTransactionReceipt", json!([hash]))?, Value::Null, "the next block is an hour away");
    node.stop()?;

    let node = Node::start(datadir.path())?;
    let mut rpc = node.rpc()?;
    assert_eq!(rpc.receipt(hash)?["status"], "0x1");
    assert_eq!(rpc.balance(friend)?, U256::from(5));
    node.stop()
}

#[test]
fn a_block_time_makes_empty_blocks() -> Result<()> {
    let datadir = tempfile::tempdir()?;
    let node = Node::start_with(datadir.path(), &["--block-time", "1"])?;
    let mut rpc = node.rpc()?;
    let filter = rpc.call("eth_newBlockFilter", json!([]))?;
    let mut hashes = Vec::new();
    while hashes.len() < 2 {
        let new = rpc.call("eth_getFilterChanges", json!([filter]))?;
        hashes.extend(new.as_array().ok_or_eyre("a list")?.iter().cloned());
        std::thread::yield_now();
    }
    let block = rpc.call("eth_getBlockByHash", json!([hashes[1], false]))?;
    assert_eq!((&block["parentHash"], &block["transactions"]), (&hashes[0], &json!([])));
    node.stop()
}
