//! The verbs of an operator, with the real binary: what they say, what they make, and what they refuse.

use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use eyre::{OptionExt as _, Result, ensure};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};
use tempfile::TempDir;
use zx_tests::{Account, Node, Rpc, artifacts, binary, verb};

const SUPPLY: u64 = 1_000_000;
const FRIEND: Address = Address::repeat_byte(0xF1);
/// Blocks in memory: few, so that most are final and part of the base.
const WINDOW: &[&str] = &["--window", "4"];

/// A chain with a token, transfers of coins and of tokens, and then nobody on it.
struct Life {
    home: TempDir,
    owner: Account,
    token: Address,
    hashes: Vec<B256>,
}

impl Life {
    fn live(coins: u64, tokens: u64) -> Result<Self> {
        let home = tempfile::tempdir()?;
        let mut owner = Account::dev(0)?;
        let node = Node::start_with(&home.path().join("one"), WINDOW)?;
        let mut rpc = node.rpc()?;
        let deployment = artifacts::zx20_deployment(U256::from(SUPPLY))?;
        let mut hashes = vec![rpc.send_raw(&owner.sign(TxKind::Create, U256::ZERO, deployment, 12_000_000)?)?];
        let token: Address = serde_json::from_value(rpc.receipt(hashes[0])?["contractAddress"].clone())?;
        for amount in 1..=coins {
            hashes.push(rpc.send_raw(&owner.sign(FRIEND.into(), U256::from(amount), Bytes::new(), 21_000)?)?);
        }
        for amount in 1..=tokens {
            let data = artifacts::transfer(FRIEND, U256::from(amount));
            hashes.push(rpc.send_raw(&owner.sign(token.into(), U256::ZERO, data, 300_000)?)?);
        }
        for hash in &hashes {
            ensure!(rpc.receipt(*hash)?["status"] == "0x1", "{hash}");
        }
        node.stop()?;
        Ok(Self { home, owner, token, hashes })
    }

    fn at(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Runs a verb on one of the folders.
    fn verb(&self, words: &str, datadir: &str, file: Option<&str>) -> Result<Output> {
        let mut args: Vec<String> = words.split(' ').map(str::to_owned).collect();
        if !datadir.is_empty() {
            args.extend(["--datadir".into(), self.at(datadir).display().to_string()]);
        }
        args.extend(file.map(|file| self.at(file).display().to_string()));
        verb(&args)
    }

    /// The same, which must go well; what it says.
    fn done(&self, words: &str, datadir: &str, file: Option<&str>) -> Result<String> {
        let output = self.verb(words, datadir, file)?;
        let stderr = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{words}: {stderr}");
        ensure!(!stderr.contains('\r'), "a bar where there is no terminal: {stderr}");
        Ok(String::from_utf8(output.stdout)?)
    }

    /// The same, which must fail with exit code 1; why.
    fn refused(&self, words: &str, datadir: &str, file: Option<&str>) -> Result<String> {
        let output = self.verb(words, datadir, file)?;
        let stderr = String::from_utf8(output.stderr)?;
        ensure!(output.status.code() == Some(1), "{words}: {:?}, {stderr}", output.status);
        ensure!(stderr.contains("error: ") && !stderr.contains("panicked"), "{stderr}");
        Ok(stderr)
    }

    fn head(&self, datadir: &str) -> Result<Value> {
        let node = Node::start_with(&self.at(datadir), WINDOW)?;
        let head = node.rpc()?.block(None)?;
        node.stop()?;
        Ok(head)
    }
}

/// What a client can see of a chain's last blocks.
#[derive(Debug, PartialEq)]
struct View {
    head: Value,
    balances: Vec<U256>,
    nonce: u64,
    tokens: Bytes,
    code: Value,
    logs: Value,
    receipts: Vec<Value>,
    blocks: Vec<Value>,
}

fn view(rpc: &mut Rpc, life: &Life, recent: usize) -> Result<View> {
    let head = rpc.block(None)?;
    let height: u64 = zx_tests::quantity(&head["number"])?.saturating_to();
    let from = height.saturating_sub(recent as u64);
    let hashes = life.hashes.iter().rev().take(recent);
    Ok(View {
        head,
        balances: [life.owner.address(), FRIEND].iter().map(|who| rpc.balance(*who)).collect::<Result<_>>()?,
        nonce: rpc.nonce(life.owner.address())?,
        tokens: rpc.read(life.token, artifacts::balance_of(FRIEND))?,
        code: rpc.call("eth_getCode", json!([life.token, "latest"]))?,
        logs: rpc.call("eth_getLogs", json!([{ "fromBlock": format!("{from:#x}"), "address": life.token }]))?,
        receipts: hashes.map(|hash| rpc.receipt(*hash)).collect::<Result<_>>()?,
        blocks: (from..=height).map(|number| rpc.block(Some(number))).collect::<Result<_>>()?,
    })
}

/// Names of the files in a folder.
fn files(folder: &Path) -> Result<Vec<String>> {
    fs::read_dir(folder)?.map(|file| Ok(file?.file_name().to_string_lossy().into_owned())).collect()
}

/// Some places of a file, the same ones every time.
fn places(length: usize, count: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |index| index * (length - 1) / (count - 1))
}

/// Damages a file at some places, in two ways, and hands out what is said of each.
fn damaged(path: &Path, count: usize, mut said: impl FnMut() -> Result<String>) -> Result<()> {
    let whole = fs::read(path)?;
    for place in places(whole.len(), count) {
        for cut in [true, false] {
            let mut bytes = whole.clone();
            if cut {
                bytes.truncate(place)
            } else {
                bytes[place] ^= 1 << (place % 8)
            }
            fs::write(path, bytes)?;
            let said = said()?;
            let named = said.contains("chunk ") || said.contains(" is not a ") || said.contains("format version");
            ensure!(named && said.contains(&*path.to_string_lossy()), "{place}, cut: {cut}: {said}");
        }
    }
    Ok(fs::write(path, whole)?)
}

#[test]
fn a_node_goes_on_from_a_snapshot() -> Result<()> {
    let life = Life::live(280, 12)?;
    let node = Node::start_with(&life.at("one"), WINDOW)?;
    let before = view(&mut node.rpc()?, &life, 40)?;
    let busy = life.refused("snapshot create", "one", Some("busy.snapshot"))?;
    assert!(busy.contains("is in use by another process"), "{busy}");
    node.stop()?;
    assert_eq!(before.logs.as_array().map(Vec::len), Some(12));

    let made = life.done("snapshot create", "one", Some("snapshot"))?;
    assert_eq!(life.done("snapshot verify", "", Some("snapshot"))?, made);
    let hash = before.head["hash"].as_str().ok_or_eyre("a hash")?;
    assert!(made.contains(hash) && made.contains("257 final") && made.ends_with("OK\n"), "{made}");
    let again = life.refused("snapshot create", "one", Some("snapshot"))?;
    assert!(again.contains("exists already") && again.contains("--force"), "{again}");
    life.done("snapshot restore", "two", Some("snapshot"))?;
    let full = life.refused("snapshot restore", "two", Some("snapshot"))?;
    assert!(full.contains("is not empty"), "{full}");
    let verified = life.done("db verify", "two", None)?;
    assert!(verified.ends_with("OK\n") && verified.contains("257, "), "{verified}");

    let mut owner = life.owner.clone();
    let node = Node::start_with(&life.at("two"), WINDOW)?;
    let mut rpc = node.rpc()?;
    assert_eq!(view(&mut rpc, &life, 40)?, before);
    assert_eq!(rpc.block(Some(1))?, Value::Null, "what was left out is not there");
    let logs = rpc.call("eth_getLogs", json!([{ "fromBlock": "0x0", "address": life.token }])).unwrap_err().to_string();
    assert!(logs.contains("pruned history unavailable") && logs.contains("(4444)"), "{logs}");
    for amount in 1..=9_u64 {
        let data = artifacts::transfer(FRIEND, U256::from(amount));
        let hash = rpc.send_raw(&owner.sign(life.token.into(), U256::ZERO, data, 300_000)?)?;
        assert_eq!(rpc.receipt(hash)?["status"], "0x1");
    }
    assert_eq!(U256::from_be_slice(&rpc.read(life.token, artifacts::balance_of(FRIEND))?), U256::from(78 + 45));
    node.stop()?;
    assert!(life.done("db verify", "two", None)?.ends_with("OK\n"));

    // Its first blocks are missing, and it says which are there.
    let first = (1..).find(|number| made_has(&made, *number)).ok_or_eyre("a first block")?;
    let gap = life.refused("export", "two", Some("blocks"))?;
    assert!(gap.contains("block 0 is not here") && gap.contains(&format!("from block {first} on")), "{gap}");
    life.done(&format!("export --from {first}"), "two", Some("blocks"))?;
    assert_eq!(
        life.done("import", "one", Some("blocks"))?.lines().next(),
        Some("imported 9 blocks with 9 transactions; already here: 261")
    );
    assert_eq!(life.head("one")?, life.head("two")?);
    Ok(())
}

/// Whether a snapshot has a block, by what it says of its base.
fn made_has(made: &str, number: u64) -> bool {
    let base =
        made.lines().find_map(|line| line.strip_prefix("base")?.trim().strip_prefix("block ")?.split(' ').next());
    base.and_then(|base| base.replace(',', "").parse::<u64>().ok()).is_some_and(|base| number + 256 > base)
}

#[test]
fn a_damaged_snapshot_is_refused_and_the_place_is_named() -> Result<()> {
    let life = Life::live(6, 6)?;
    life.done("snapshot create", "one", Some("snapshot"))?;
    let path = life.at("snapshot");
    damaged(&path, 30, || life.refused("snapshot verify", "", Some("snapshot")))?;
    damaged(&path, 4, || {
        let said = life.refused("snapshot restore", "two", Some("snapshot"))?;
        if life.at("two/db").exists() {
            let (status, output) = Node::run_to_end(&life.at("two"), 0)?;
            ensure!(!status.success() && output.contains("was interrupted"), "{output}");
        }
        Ok(said)
    })?;
    // What an interrupted restore has left is no obstacle.
    life.done("snapshot restore", "two", Some("snapshot"))?;
    assert_eq!(life.head("two")?, life.head("one")?);
    Ok(())
}

#[test]
fn blocks_make_the_same_chain_elsewhere() -> Result<()> {
    let life = Life::live(30, 6)?;
    let head = life.head("one")?;
    life.done("export", "one", Some("blocks"))?;
    let path = life.at("blocks");
    damaged(&path, 12, || life.refused("import", "two", Some("blocks")))?;
    let done = life.done("import", "two", Some("blocks"))?;
    assert_eq!(done.lines().next(), Some("imported 37 blocks with 37 transactions; already here: 1"));
    assert_eq!(life.head("two")?, head);
    assert!(life.done("db verify", "two", None)?.ends_with("OK\n"));

    let none = life.refused("export --from 5 --to 99", "one", Some("none"))?;
    assert!(none.contains("the head is block 37"), "{none}");
    life.done("export --from 20 --to 25", "one", Some("part"))?;
    let gap = life.refused("import", "three", Some("part"))?;
    assert!(gap.contains("begins with block 20, the head is block 0"), "{gap}");
    life.done("export --to 19", "one", Some("start"))?;
    life.done("import", "three", Some("start"))?;
    life.done("import", "three", Some("part"))?;
    assert_eq!(life.head("three")?["number"], "0x19");
    Ok(())
}

#[test]
fn an_import_and_an_export_that_were_killed_go_on() -> Result<()> {
    let life = Life::live(120, 6)?;
    let head = life.head("one")?;
    let kill = |words: [&str; 3], datadir: &str, file: &str, after: u64| -> Result<()> {
        let mut command = Command::new(binary("zx-node", "ZX_NODE_BIN")?);
        command.args(words.iter().filter(|word| !word.is_empty()));
        command.arg("--datadir").arg(life.at(datadir)).arg(life.at(file));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        // When the blow falls is the one thing that differs; where it falls does not matter.
        std::thread::sleep(Duration::from_millis(after));
        child.kill()?;
        child.wait()?;
        Ok(())
    };
    for after in [5, 30, 60] {
        kill(["export", "--force", ""], "one", "blocks", after)?;
    }
    life.done("export --force", "one", Some("blocks"))?;
    for after in [20, 60, 100, 160, 250] {
        kill(["import", "", ""], "two", "blocks", after)?;
    }
    life.done("import", "two", Some("blocks"))?;
    assert_eq!(life.head("two")?, head);
    assert!(life.done("db verify", "two", None)?.ends_with("OK\n"));
    Ok(())
}

#[test]
fn a_database_says_what_it_has_and_what_is_wrong_with_it() -> Result<()> {
    let life = Life::live(8, 8)?;
    let table = life.done("db stats", "one", None)?;
    for name in ["account_history", "log_index", "storage_nodes", "total"] {
        assert!(table.lines().any(|line| line.starts_with(name)), "{table}");
    }
    let stats: Value = serde_json::from_str(&life.done("db stats --json", "one", None)?)?;
    let blocks = stats["tables"].as_array().ok_or_eyre("a list")?.iter().find(|t| t["table"] == "blocks");
    assert_eq!(blocks.map(|t| &t["rows"]), Some(&json!(13)), "{stats}");
    assert!(life.done("db verify", "one", None)?.ends_with("OK\n"));
    let report: Value = serde_json::from_str(&life.done("db verify --json", "one", None)?)?;
    assert_eq!((&report["ok"], &report["blocks"], &report["pending"]), (&json!(true), &json!(13), &json!(5)));
    let nothing = life.done("db migrate --dry-run", "one", None)?;
    assert!(nothing.contains("nothing to do"), "{nothing}");
    let nowhere = life.refused("db stats", "nowhere", None)?;
    assert!(nowhere.contains("there is no chain in") && nowhere.contains("--datadir"), "{nowhere}");
    assert!(!life.at("nowhere").exists(), "looking makes nothing");

    // Every file of the tables in turn, at its first row.
    let tables: Vec<_> = files(&life.at("one/db"))?.into_iter().filter(|name| name.ends_with(".sst")).collect();
    assert!(tables.len() > 5, "{tables:?}");
    for (copy, name) in tables.iter().enumerate() {
        let copy = format!("copy-{copy}");
        fs::create_dir_all(life.at(&copy).join("db"))?;
        for file in files(&life.at("one/db"))? {
            fs::copy(life.at("one/db").join(&file), life.at(&copy).join("db").join(&file))?;
        }
        let path = life.at(&copy).join("db").join(name);
        let mut harmed = fs::read(&path)?;
        harmed[3] ^= 0x40;
        fs::write(&path, harmed)?;
        let output = life.verb("db verify", &copy, None)?;
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        ensure!(output.status.code() == Some(1) && !said.contains("OK\n"), "{name}: {said}");
        ensure!(said.contains("FAULT") || said.contains(&**name), "{name} is not named: {said}");
    }
    assert!(life.done("db verify", "one", None)?.ends_with("OK\n"));
    Ok(())
}

#[test]
fn what_is_pruned_can_no_longer_be_asked_for() -> Result<()> {
    let life = Life::live(20, 0)?;
    let balance = |rpc: &mut Rpc, block: u64| rpc.call("eth_getBalance", json!([FRIEND, format!("{block:#x}")]));
    let node = Node::start_with(&life.at("one"), WINDOW)?;
    let mut rpc = node.rpc()?;
    let before: Vec<Value> = (0..=21).map(|block| balance(&mut rpc, block)).collect::<Result<_>>()?;
    node.stop()?;
    let said = life.done("db prune --keep 5", "one", None)?;
    assert!(said.contains("states of blocks from 11 on"), "{said}");

    let node = Node::start_with(&life.at("one"), WINDOW)?;
    let mut rpc = node.rpc()?;
    for (block, before) in (0..).zip(&before) {
        match balance(&mut rpc, block) {
            Ok(after) => assert!(block >= 11 && after == *before, "block {block}"),
            Err(error) => assert!(block < 11 && error.to_string().contains("block 11"), "block {block}: {error}"),
        }
        assert_ne!(rpc.block(Some(block))?, Value::Null, "blocks stay");
    }
    node.stop()
}
