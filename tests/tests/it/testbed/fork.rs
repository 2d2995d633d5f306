//! A node's state under a test's own.

use super::{machine, outcome};
use alloy_primitives::{Address, TxKind, U256};
use std::net::TcpListener;
use zx_sdk::testing::protocol::{Answer, Request};
use zx_testbed::Machine;
use zx_tests::{Account, CHAIN_ID, Node, Rpc, artifacts};

/// A node on which the first account has deployed a token with this supply, and the block after which it is there.
fn token(rpc: &mut Rpc, owner: &mut Account, supply: u64) -> eyre::Result<Address> {
    let token = owner.address().create(owner.nonce);
    let raw = owner.sign(TxKind::Create, U256::ZERO, artifacts::zx20_deployment(U256::from(supply))?, 10_000_000)?;
    let hash = rpc.send_raw(&raw)?;
    assert_eq!(rpc.receipt(hash)?["status"], "0x1");
    Ok(token)
}

fn transfer(rpc: &mut Rpc, owner: &mut Account, token: Address, to: Address) -> eyre::Result<()> {
    let raw = owner.sign(TxKind::Call(token), U256::ZERO, artifacts::transfer(to, U256::from(7)), 1_000_000)?;
    let hash = rpc.send_raw(&raw)?;
    assert_eq!(rpc.receipt(hash)?["status"], "0x1");
    Ok(())
}

fn balance(machine: &mut Machine, token: Address, account: Address) -> eyre::Result<U256> {
    let (sender, to) = (account.into_array(), token.into_array());
    let said = outcome(machine, Request::Look { sender, to, data: artifacts::balance_of(account) })?;
    Ok(U256::from_be_slice(&said.data))
}

#[test]
fn a_fork_begins_where_the_node_is_and_goes_its_own_way() -> eyre::Result<()> {
    let dir = tempfile::tempdir()?;
    let node = Node::start(&dir.path().join("node"))?;
    let mut rpc = node.rpc()?;
    let (mut owner, bob) = (Account::dev(0)?, Address::repeat_byte(0xB0));
    let token = token(&mut rpc, &mut owner, 1_000)?;
    let before = zx_tests::quantity(&rpc.call("eth_blockNumber", serde_json::json!([]))?)?.to::<u64>();
    transfer(&mut rpc, &mut owner, token, bob)?;

    let mut machine = machine(&dir.path().join("aot"), std::slice::from_ref(&owner))?;
    let Answer::Block(block) = machine.answer(Request::Fork { url: node.url(), block: None })? else {
        panic!("a fork says which block it goes on in");
    };
    assert_eq!((block.chain_id, block.number > before + 1), (CHAIN_ID, true));
    assert_eq!(balance(&mut machine, token, bob)?, U256::from(7));
    let sent = outcome(
        &mut machine,
        Request::Transact {
            sender: owner.address().into_array(),
            to: Some(token.into_array()),
            value: [0; 32],
            data: artifacts::transfer(bob, U256::from(5)).to_vec(),
        },
    )?;
    assert!(sent.success, "{sent:?}");
    assert_eq!(balance(&mut machine, token, bob)?, U256::from(12));
    let there = rpc.read(token, artifacts::balance_of(bob))?;
    assert_eq!(U256::from_be_slice(&there), U256::from(7), "the node knows nothing of it");

    // What the test deploys does not land where the node has something.
    let deployed = outcome(
        &mut machine,
        Request::Deploy {
            sender: owner.address().into_array(),
            value: [0; 32],
            package: "zx20".to_owned(),
            arguments: artifacts::zx20_deployment(U256::ZERO)?.split_off(8 + module_len()?).to_vec(),
        },
    )?;
    assert_eq!(deployed.created.map(Address::from), Some(owner.address().create(owner.nonce + 1)), "{deployed:?}");

    let mut past = super::machine(&dir.path().join("aot"), std::slice::from_ref(&owner))?;
    past.answer(Request::Fork { url: node.url(), block: Some(before) })?;
    assert_eq!(balance(&mut past, token, bob)?, U256::ZERO, "the block before the transfer");

    let ahead = past.answer(Request::Fork { url: node.url(), block: Some(1_000_000) }).unwrap_err().to_string();
    assert!(ahead.contains("has no block 1000000") && ahead.contains("fix:"), "{ahead}");
    node.stop()
}

/// Only the instance is asked for: what it runs is read along with it.
#[test]
fn a_fork_runs_instances_whose_templates_nobody_has_read() -> eyre::Result<()> {
    let dir = tempfile::tempdir()?;
    let word = |number: u64| U256::from(number).to_be_bytes::<32>();
    // Before a connection is open: it may have to be built.
    let deployment = artifacts::deployment("keeper", &word(7))?;
    let node = Node::start(&dir.path().join("node"))?;
    let (mut rpc, mut owner) = (node.rpc()?, Account::dev(0)?);
    let [template, instance] = [0, 1].map(|nonce| owner.address().create(nonce));
    for data in [deployment, artifacts::instance(template, &word(8))] {
        let hash = rpc.send_raw(&owner.sign(TxKind::Create, U256::ZERO, data, 5_000_000)?)?;
        assert_eq!(rpc.receipt(hash)?["status"], "0x1");
    }
    let mut machine = machine(&dir.path().join("aot"), std::slice::from_ref(&owner))?;
    machine.answer(Request::Fork { url: node.url(), block: None })?;
    let look = |to: Address| Request::Look { sender: [7; 20], to: to.into_array(), data: Vec::new() };
    for (at, number) in [(instance, 8), (template, 7)] {
        let said = outcome(&mut machine, look(at))?;
        assert_eq!((said.success, said.data), (true, word(number).to_vec()), "{at}");
    }
    node.stop()
}

fn module_len() -> eyre::Result<usize> {
    Ok(usize::try_from(std::fs::metadata(artifacts::folder()?.join("zx20.wasm"))?.len())?)
}

#[test]
fn a_node_that_is_not_there_is_named() -> eyre::Result<()> {
    let dir = tempfile::tempdir()?;
    let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut machine = machine(dir.path(), &[])?;
    let url = format!("http://{free}");
    let error = machine.answer(Request::Fork { url: url.clone(), block: None }).unwrap_err().to_string();
    assert!(error.contains(&format!("no answer from the node at {url}")) && error.contains("fix:"), "{error}");
    Ok(())
}
