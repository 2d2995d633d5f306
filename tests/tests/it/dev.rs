//! What a development node keeps, takes along and reads from elsewhere: restarts after edits, state files, its flags,
//! and forks of another node.

use alloy_primitives::{Address, Bytes, TxKind, U256};
use eyre::{OptionExt as _, Result, ensure};
use serde_json::{Value, json};
use std::path::Path;
use zx_tests::{Account, Node, Rpc, artifacts};

const FRIEND: Address = Address::repeat_byte(0xF1);
const SUPPLY: u64 = 1_000_000;

fn height(rpc: &mut Rpc) -> Result<u64> {
    number(&rpc.call("eth_blockNumber", json!([]))?)
}

fn number(value: &Value) -> Result<u64> {
    let number: U256 = serde_json::from_value(value.clone())?;
    Ok(number.try_into()?)
}

fn balance(rpc: &mut Rpc, address: Address) -> Result<U256> {
    Ok(serde_json::from_value(rpc.call("eth_getBalance", json!([address, "latest"]))?)?)
}

fn owner() -> Result<Address> {
    Ok(Account::dev(0)?.address())
}

/// Sends from the first account, whose key the node has, and gives the receipt.
fn send(rpc: &mut Rpc, transaction: Value) -> Result<Value> {
    let mut transaction = transaction;
    transaction["from"] = json!(owner()?);
    let hash = rpc.call("eth_sendTransaction", json!([transaction]))?;
    let receipt = rpc.receipt(serde_json::from_value(hash)?)?;
    ensure!(receipt["status"] == "0x1", "{receipt}");
    Ok(receipt)
}

fn deploy(rpc: &mut Rpc) -> Result<Address> {
    let data = artifacts::zx20_deployment(U256::from(SUPPLY))?;
    Ok(serde_json::from_value(send(rpc, json!({ "data": data }))?["contractAddress"].clone())?)
}

fn tokens(rpc: &mut Rpc, token: Address, of: Address, block: &str) -> Result<U256> {
    let data = alloy_primitives::Bytes::from(artifacts::balance_of(of));
    Ok(serde_json::from_value(rpc.call("eth_call", json!([{ "to": token, "data": data }, block]))?)?)
}

fn give(rpc: &mut Rpc, token: Address, value: u64) -> Result<Value> {
    send(rpc, json!({ "to": token, "data": artifacts::transfer(FRIEND, U256::from(value)) }))
}

fn refused(answer: Result<Value>) -> Result<String> {
    match answer {
        Ok(value) => Err(eyre::eyre!("was answered with {value}")),
        Err(error) => Ok(error.to_string()),
    }
}

#[test]
fn edits_and_what_came_after_them_outlive_a_restart() -> Result<()> {
    let home = tempfile::tempdir()?;
    let before = {
        let node = Node::start_with(home.path(), &["--window", "4"])?;
        let mut rpc = node.rpc()?;
        rpc.call("anvil_setBalance", json!([FRIEND, "0x7"]))?;
        rpc.call("anvil_setNonce", json!([FRIEND, 9]))?;
        rpc.call("anvil_setStorageAt", json!([FRIEND, "0x1", "0x2"]))?;
        // Far enough that the edits are below the window, and some blocks are not.
        rpc.call("anvil_mine", json!([50]))?;
        let snapshot = rpc.call("evm_snapshot", json!([]))?;
        rpc.call("anvil_setBalance", json!([FRIEND, "0x8"]))?;
        ensure!(rpc.call("evm_revert", json!([snapshot]))? == json!(true));
        let head = rpc.call("eth_getBlockByNumber", json!(["latest", false]))?;
        node.stop()?;
        head
    };
    let node = Node::start_with(home.path(), &["--window", "4"])?;
    let mut rpc = node.rpc()?;
    ensure!(rpc.call("eth_getBlockByNumber", json!(["latest", false]))? == before);
    ensure!(balance(&mut rpc, FRIEND)? == U256::from(7));
    ensure!(rpc.call("eth_getTransactionCount", json!([FRIEND, "latest"]))? == json!("0x9"));
    let slot = rpc.call("eth_getStorageAt", json!([FRIEND, "0x1", "latest"]))?;
    ensure!(slot == json!(alloy_primitives::B256::with_last_byte(2)));
    ensure!(rpc.call("zx_validateChain", json!([]))?["valid"] == json!(true));
    node.stop()
}

#[test]
fn a_state_file_is_written_at_the_end_and_loaded_at_the_start_of_another_chain() -> Result<()> {
    let home = tempfile::tempdir()?;
    let file = home.path().join("state.json");
    let flags = ["--state", file.to_str().ok_or_eyre("a path")?];
    let token = {
        let node = Node::start_with(&home.path().join("one"), &flags)?;
        let mut rpc = node.rpc()?;
        let token = deploy(&mut rpc)?;
        give(&mut rpc, token, 5)?;
        node.stop()?;
        token
    };
    ensure!(file.is_file());
    let node = Node::start_with(&home.path().join("two"), &flags)?;
    let mut rpc = node.rpc()?;
    ensure!(tokens(&mut rpc, token, FRIEND, "latest")? == U256::from(5));
    give(&mut rpc, token, 6)?;
    ensure!(tokens(&mut rpc, token, FRIEND, "latest")? == U256::from(11));
    node.stop()
}

#[test]
fn flags_say_what_the_first_block_has_and_when_blocks_are_made() -> Result<()> {
    let home = tempfile::tempdir()?;
    let words = "legal winner thank year wave sausage worth useful legal winner thank yellow";
    let time = "2000000000";
    let flags = ["--accounts", "3", "--balance", "5", "--mnemonic", words, "--timestamp", time, "--no-mining"];
    let node = Node::start_with(home.path(), &flags)?;
    let mut rpc = node.rpc()?;
    let accounts: Vec<Address> = serde_json::from_value(rpc.call("eth_accounts", json!([]))?)?;
    ensure!(accounts.len() == 3 && !accounts.contains(&owner()?), "{accounts:?}");
    for account in &accounts {
        ensure!(balance(&mut rpc, *account)? == U256::from(5) * U256::from(10).pow(U256::from(18)));
    }
    let log = node.log();
    ensure!(!log.contains("sausage") && log.contains("must not hold anything of worth"), "{log}");
    ensure!(number(&rpc.call("eth_getBlockByNumber", json!(["0x0", false]))?["timestamp"])? == time.parse::<u64>()?);
    let hash = rpc.call("eth_sendTransaction", json!([{ "from": accounts[0], "to": FRIEND, "value": "0x1" }]))?;
    ensure!(rpc.call("eth_getTransactionReceipt", json!([hash]))?.is_null());
    rpc.call("evm_mine", json!([]))?;
    ensure!(rpc.call("eth_getTransactionReceipt", json!([hash]))?["status"] == "0x1");
    let made = number(&rpc.call("eth_getBlockByNumber", json!(["latest", false]))?["timestamp"])?;
    ensure!((2_000_000_000..2_000_100_000).contains(&made), "{made}");
    node.stop()
}

#[test]
fn a_chain_of_another_id_takes_what_is_signed_for_it_and_keeps_its_folder() -> Result<()> {
    let home = tempfile::tempdir()?;
    let id = 4_242;
    let flags = ["--chain-id", "4242"];
    let mut account = Account::dev(0)?;
    let elsewhere = account.sign(TxKind::Call(FRIEND), U256::from(1), Bytes::new(), 21_000)?;
    let here = account.on(id).sign(TxKind::Call(FRIEND), U256::from(1), Bytes::new(), 21_000)?;
    let node = Node::start_with(home.path(), &flags)?;
    let mut rpc = node.rpc()?;
    ensure!(number(&rpc.call("eth_chainId", json!([]))?)? == id);
    ensure!(rpc.call("net_version", json!([]))? == json!("4242"));
    let refused = rpc.send_raw(&elsewhere).err().map(|error| error.to_string()).unwrap_or_default();
    ensure!(refused.contains("31337") && refused.contains("4242"), "{refused}");
    let hash = rpc.send_raw(&here)?;
    ensure!(rpc.receipt(hash)?["status"] == "0x1");
    node.stop()?;

    let other = Node::start_with(home.path(), &["--chain-id", "4243"]);
    let refused = other.err().map(|error| format!("{error:?}")).unwrap_or_default();
    ensure!(refused.contains("another chain"), "{refused}");
    let node = Node::start_with(home.path(), &flags)?;
    ensure!(node.rpc()?.receipt(hash)?["status"] == "0x1");
    node.stop()
}

#[test]
fn a_wrong_mnemonic_is_refused_without_being_repeated() -> Result<()> {
    let home = tempfile::tempdir()?;
    let words = "legal winner thank year wave sausage worth useful legal winner thank winner";
    let error = match Node::start_with(home.path(), &["--mnemonic", words]) {
        Ok(_) => return Err(eyre::eyre!("it was taken")),
        Err(error) => format!("{error:?}"),
    };
    ensure!(error.contains("--mnemonic cannot be used") && !error.contains("sausage"), "{error}");
    Ok(())
}

/// A node with a token, and a fork of it.
struct Forked {
    home: tempfile::TempDir,
    remote: Node,
    token: Address,
    /// The remote's last block.
    last: u64,
}

impl Forked {
    fn begin() -> Result<Self> {
        let home = tempfile::tempdir()?;
        let remote = Node::start(&home.path().join("remote"))?;
        let mut rpc = remote.rpc()?;
        let token = deploy(&mut rpc)?;
        give(&mut rpc, token, 100)?;
        rpc.call("anvil_setStorageAt", json!([token, "0xffff", "0x5"]))?;
        let last = height(&mut rpc)?;
        Ok(Self { home, remote, token, last })
    }

    fn start(&self, flags: &[&str]) -> Result<Node> {
        let url = self.remote.url();
        Node::start_with(&self.datadir(), &[&["--fork", &url], flags].concat())
    }

    fn datadir(&self) -> std::path::PathBuf {
        self.home.path().join("fork")
    }
}

#[test]
fn a_fork_reads_what_it_lacks_and_leaves_the_remote_alone() -> Result<()> {
    let forked = Forked::begin()?;
    let (token, last) = (forked.token, forked.last);
    let node = forked.start(&[])?;
    let (mut fork, mut remote) = (node.rpc()?, forked.remote.rpc()?);
    ensure!(height(&mut fork)? == last);
    ensure!(tokens(&mut fork, token, FRIEND, "latest")? == U256::from(100));

    let mined = give(&mut fork, token, 11)?;
    ensure!(number(&mined["blockNumber"])? == last + 1);
    ensure!(tokens(&mut fork, token, FRIEND, "latest")? == U256::from(111));
    ensure!(tokens(&mut remote, token, FRIEND, "latest")? == U256::from(100));
    ensure!(height(&mut remote)? == last);

    // A slot that is taken away here is not the remote's again, and comes back with the block that it was in.
    let snapshot = fork.call("evm_snapshot", json!([]))?;
    let slot = |rpc: &mut Rpc| -> Result<U256> {
        Ok(serde_json::from_value(rpc.call("eth_getStorageAt", json!([token, "0xffff", "latest"]))?)?)
    };
    ensure!(slot(&mut fork)? == U256::from(5));
    fork.call("anvil_setStorageAt", json!([token, "0xffff", "0x0"]))?;
    ensure!(slot(&mut fork)? == U256::ZERO);
    fork.call("evm_revert", json!([snapshot]))?;
    ensure!(slot(&mut fork)? == U256::from(5));

    // All the friend's tokens go: his slot is zero here.
    fork.call("anvil_setBalance", json!([FRIEND, "0xde0b6b3a7640000"]))?;
    fork.call("anvil_impersonateAccount", json!([FRIEND]))?;
    let data = artifacts::transfer(owner()?, U256::from(111));
    let hash = fork.call("eth_sendTransaction", json!([{ "from": FRIEND, "to": token, "data": data }]))?;
    ensure!(fork.receipt(serde_json::from_value(hash)?)?["status"] == "0x1");
    ensure!(tokens(&mut fork, token, FRIEND, "latest")? == U256::ZERO);
    // Contracts are deployed and called as anywhere.
    let other = deploy(&mut fork)?;
    ensure!(tokens(&mut fork, other, owner()?, "latest")? == U256::from(SUPPLY));
    node.stop()?;
    forked.remote.stop()
}

#[test]
fn a_fork_serves_what_was_before_it() -> Result<()> {
    let forked = Forked::begin()?;
    let (token, last) = (forked.token, forked.last);
    let node = forked.start(&[])?;
    let (mut fork, mut remote) = (node.rpc()?, forked.remote.rpc()?);
    // The remote goes on; the fork does not.
    let late = give(&mut remote, token, 1)?;
    let ours = give(&mut fork, token, 11)?;

    for height in 0..=last {
        let ask = json!([format!("{height:#x}"), true]);
        let block = remote.call("eth_getBlockByNumber", ask.clone())?;
        ensure!(fork.call("eth_getBlockByNumber", ask)? == block, "block {height}");
        ensure!(fork.call("eth_getBlockByHash", json!([block["hash"], true]))? == block);
        for transaction in block["transactions"].as_array().into_iter().flatten() {
            for method in ["eth_getTransactionByHash", "eth_getTransactionReceipt"] {
                let ask = json!([transaction["hash"]]);
                ensure!(fork.call(method, ask.clone())? == remote.call(method, ask)?, "{method}");
            }
        }
    }
    let parent = fork.call("eth_getBlockByNumber", json!([ours["blockNumber"], false]))?["parentHash"].clone();
    ensure!(parent == remote.call("eth_getBlockByNumber", json!([format!("{last:#x}"), false]))?["hash"]);
    // States before the fork are the remote's of then; what it mined since does not exist here.
    let before = format!("{:#x}", last - 2);
    ensure!(tokens(&mut fork, token, FRIEND, &before)? == U256::ZERO);
    ensure!(tokens(&mut fork, token, FRIEND, &format!("{last:#x}"))? == U256::from(100));
    ensure!(fork.call("eth_getTransactionByHash", json!([late["transactionHash"]]))?.is_null());
    let logs = fork.call("eth_getLogs", json!([{ "address": token, "fromBlock": "0x0", "toBlock": "latest" }]))?;
    let amounts: Vec<U256> = logs
        .as_array()
        .into_iter()
        .flatten()
        .map(|log| serde_json::from_value(log["data"].clone()))
        .collect::<Result<_, _>>()?;
    ensure!(amounts == [SUPPLY, 100, 11].map(U256::from), "{logs}");
    let info = fork.call("anvil_nodeInfo", json!([]))?;
    ensure!(info["forkConfig"]["forkBlockNumber"] == json!(last), "{info}");
    node.stop()?;
    forked.remote.stop()
}

#[test]
fn a_fork_goes_on_from_its_cache_when_the_remote_is_gone() -> Result<()> {
    let forked = Forked::begin()?;
    let (token, datadir, url) = (forked.token, forked.datadir(), forked.remote.url());
    let node = forked.start(&[])?;
    let mut fork = node.rpc()?;
    give(&mut fork, token, 11)?;
    let head = fork.call("eth_getBlockByNumber", json!(["latest", false]))?;
    node.stop()?;
    let Forked { home, remote, .. } = forked;
    remote.stop()?;

    let node = Node::start_with(&datadir, &["--fork", &url])?;
    let mut fork = node.rpc()?;
    ensure!(fork.call("eth_getBlockByNumber", json!(["latest", false]))? == head);
    ensure!(tokens(&mut fork, token, FRIEND, "latest")? == U256::from(111));
    give(&mut fork, token, 3)?;
    ensure!(tokens(&mut fork, token, FRIEND, "latest")? == U256::from(114));
    let error = refused(fork.call("eth_getBalance", json!([Address::repeat_byte(0xAB), "latest"])))?;
    ensure!(error.contains("cannot be reached") && error.contains("check the URL"), "{error}");
    node.stop()?;
    drop(home);
    Ok(())
}

/// What an instance runs is no account's of the remote that anybody asked for: the fork reads it with the instance.
#[test]
fn a_fork_runs_instances_whose_templates_nobody_has_read() -> Result<()> {
    // Before a connection is open: it may have to be built.
    let word = |number: u64| U256::from(number).to_be_bytes::<32>();
    let (home, deployment) = (tempfile::tempdir()?, artifacts::deployment("keeper", &word(7))?);
    let (remote, mut account) = (Node::start(&home.path().join("remote"))?, Account::dev(0)?);
    let mut rpc = remote.rpc()?;
    let [template, instance, second] = [0, 1, 2].map(|nonce| account.address().create(nonce));
    let make = |rpc: &mut Rpc, account: &mut Account, data: Bytes| -> Result<()> {
        let hash = rpc.send_raw(&account.sign(TxKind::Create, U256::ZERO, data, 5_000_000)?)?;
        let receipt = rpc.receipt(hash)?;
        ensure!(receipt["status"] == "0x1", "{receipt}");
        Ok(())
    };
    make(&mut rpc, &mut account, deployment)?;
    make(&mut rpc, &mut account, artifacts::instance(template, &word(8)))?;

    let (datadir, url) = (home.path().join("fork"), remote.url());
    let node = Node::start_with(&datadir, &["--fork", &url])?;
    let mut fork = node.rpc()?;
    ensure!(fork.read(instance, vec![])?[..] == word(8));
    let told = fork.call("zx_getModule", json!([instance]))?;
    ensure!(told["immutables"] == json!(Bytes::from(word(8))), "{told}");
    let code = fork.call("zx_getCodeByHash", json!([told["templateHash"]]))?;
    // Nobody has asked the fork for the template's account until now.
    ensure!(code == rpc.call("eth_getCode", json!([template, "latest"]))?);
    make(&mut fork, &mut account, artifacts::instance(instance, &word(9)))?;
    ensure!(fork.read(second, vec![])?[..] == word(9));
    node.stop()?;
    remote.stop()?;

    let node = Node::start_with(&datadir, &["--fork", &url])?;
    let mut fork = node.rpc()?;
    ensure!(fork.read(instance, vec![])?[..] == word(8), "the cache has the template's code");
    ensure!(fork.read(second, vec![])?[..] == word(9));
    node.stop()?;

    // The cache is not synced: what the chain's own blocks have made must not need it.
    let cache = datadir.join("fork").join("cache");
    let lines = std::fs::read_to_string(&cache)?;
    let pinned: String = lines.lines().take(1).map(|line| format!("{line}\n")).collect();
    ensure!(pinned.contains("Pinned") && lines.len() > pinned.len(), "{lines:.200}");
    std::fs::write(&cache, pinned)?;
    let node = Node::start_with(&datadir, &["--fork", &url])?;
    ensure!(node.rpc()?.read(second, vec![])?[..] == word(9));
    node.stop()
}

#[test]
fn a_fork_is_pinned_and_says_what_is_wrong_with_where_it_is_pinned() -> Result<()> {
    let forked = Forked::begin()?;
    let (token, last) = (forked.token, forked.last);
    let node = forked.start(&["--fork-block", &(last - 1).to_string()])?;
    let mut fork = node.rpc()?;
    ensure!(height(&mut fork)? == last - 1);
    ensure!(tokens(&mut fork, token, FRIEND, "latest")? == U256::from(100));
    node.stop()?;
    let fails = |datadir: &Path, flags: &[&str]| match Node::start_with(datadir, flags) {
        Ok(_) => Err(eyre::eyre!("it started")),
        Err(error) => Ok(format!("{error:?}")),
    };
    let url = forked.remote.url();
    let other = fails(&forked.datadir(), &["--fork", &url, "--fork-block", &last.to_string()])?;
    ensure!(other.contains("has a fork of block"), "{other}");
    let fresh = forked.home.path().join("fresh");
    let none = fails(&fresh, &["--fork", &url, "--fork-block", "100000"])?;
    ensure!(none.contains("has no block 100000"), "{none}");
    let nobody = fails(&forked.home.path().join("nobody"), &["--fork", "http://127.0.0.1:1"])?;
    ensure!(nobody.contains("cannot be reached"), "{nobody}");
    forked.remote.stop()?;
    Ok(())
}
