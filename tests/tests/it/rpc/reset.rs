//! `anvil_reset` of a fork, as test suites send it before each test: with the fork that they want to have.

use super::OTHER;
use eyre::{Result, ensure};
use serde_json::{Value, json};
use zx_tests::{Node, Rpc, RpcError};

fn refused(answer: Result<Value>) -> Result<String> {
    match answer {
        Ok(result) => Err(eyre::eyre!("it was taken: {result}")),
        Err(error) => {
            let error = error.downcast::<RpcError>()?;
            ensure!(error.code == -32_602, "{error}");
            Ok(error.message)
        }
    }
}

fn balance(rpc: &mut Rpc) -> Result<Value> {
    rpc.call("eth_getBalance", json!([OTHER, "latest"]))
}

#[test]
fn a_fork_is_reset_to_the_block_that_it_is_pinned_to() -> Result<()> {
    let home = tempfile::tempdir()?;
    let remote = Node::start(&home.path().join("remote"))?;
    let mut rpc = remote.rpc()?;
    rpc.call("anvil_mine", json!(["0x3"]))?;
    let url = remote.url();
    let fork = Node::start_with(&home.path().join("fork"), &["--fork", &url, "--fork-block", "2"])?;
    let mut fork_rpc = fork.rpc()?;
    let before = balance(&mut fork_rpc)?;
    for options in [
        json!({ "forking": { "jsonRpcUrl": url, "blockNumber": 2 } }),
        json!({ "forking": { "jsonRpcUrl": url, "blockNumber": "0x2" } }),
        json!({ "forking": { "jsonRpcUrl": url } }),
        json!({ "forking": { "blockNumber": 2 } }),
        json!({ "forking": {} }),
        json!({}),
    ] {
        fork_rpc.call("anvil_setBalance", json!([OTHER, "0x5"]))?;
        ensure!(balance(&mut fork_rpc)? == "0x5");
        ensure!(fork_rpc.call("hardhat_reset", json!([options]))? == true, "{options}");
        ensure!(fork_rpc.call("eth_blockNumber", json!([]))? == "0x2", "{options}");
        ensure!(balance(&mut fork_rpc)? == before, "{options}");
    }

    fork_rpc.call("anvil_setBalance", json!([OTHER, "0x5"]))?;
    let block = json!([{ "forking": { "jsonRpcUrl": url, "blockNumber": 1 } }]);
    let said = refused(fork_rpc.call("anvil_reset", block))?;
    ensure!(said.contains("fork of block 2, not of block 1") && said.contains("--fork-block"), "{said}");
    let secret = json!([{ "forking": { "jsonRpcUrl": "https://node.example/v2/secret" } }]);
    let said = refused(fork_rpc.call("anvil_reset", secret))?;
    ensure!(said.contains("of no other node") && !said.contains("secret"), "{said}");
    ensure!(balance(&mut fork_rpc)? == "0x5", "what is refused changes nothing");
    let said = refused(rpc.call("anvil_reset", json!([{ "forking": { "jsonRpcUrl": url } }])))?;
    ensure!(said.contains("this node is not a fork"), "{said}");
    fork.stop()?;
    remote.stop()
}
