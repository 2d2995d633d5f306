//! The two nodes.

use crate::{
    Ring,
    signed::{Act, Senders},
    wire::{Wire, call, request},
};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, hex, keccak256};
use alloy_sol_types::SolValue as _;
use eyre::{OptionExt as _, WrapErr as _, ensure, eyre};
use serde_json::{Value, json};
use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};
use zx_tests::{Node, artifacts, workspace};

/// How long anvil may take to listen, and how often that is looked at.
const START: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(20);
/// How often a receipt is asked for.
const POLL: Duration = Duration::from_micros(500);

/// A node that is measured.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    pub(crate) address: SocketAddr,
    process: Process,
}

#[derive(Debug)]
enum Process {
    Ours(Node),
    Anvil(Anvil),
}

/// anvil; killed when dropped.
#[derive(Debug)]
struct Anvil(Child);

impl Drop for Anvil {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Peer {
    fn ours(datadir: &Path) -> eyre::Result<Self> {
        let node = Node::start(datadir)?;
        Ok(Self { name: "zx-node", address: node.address(), process: Process::Ours(node) })
    }

    fn anvil() -> eyre::Result<Self> {
        // It would print a line for each request, which takes time; without them it does not say where it listens.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new(anvil_binary()?);
        command.args(["--quiet", "--port", &address.port().to_string()]);
        command.args(["--chain-id", &zx_tests::CHAIN_ID.to_string()]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().wrap_err("cannot start anvil")?;
        let mut process = Anvil(child);
        let end = Instant::now() + START;
        while TcpStream::connect(address).is_err() {
            ensure!(process.0.try_wait()?.is_none(), "anvil ended early");
            ensure!(Instant::now() < end, "anvil does not listen after {START:?}");
            thread::sleep(LOOK);
        }
        Ok(Self { name: "anvil", address, process: Process::Anvil(process) })
    }

    pub(crate) fn wire(&self) -> eyre::Result<Wire> {
        Wire::open(self.address)
    }

    /// Ends it: ours as a service manager would.
    pub(crate) fn stop(self) -> eyre::Result<()> {
        match self.process {
            Process::Ours(node) => node.stop(),
            Process::Anvil(anvil) => {
                drop(anvil);
                Ok(())
            }
        }
    }
}

/// Where `scripts/setup.sh anvil` has it, unless it is named.
fn anvil_binary() -> eyre::Result<PathBuf> {
    let path = match std::env::var_os("ZX_ANVIL") {
        Some(path) => PathBuf::from(path),
        None => {
            let packages = workspace().join("benches/peers/anvil/node_modules/@foundry-rs");
            let entries = packages.read_dir().wrap_err("anvil is missing: run `scripts/setup.sh anvil`")?;
            let binary = |entry: std::fs::DirEntry| entry.path().join("bin/anvil");
            let mut found = entries.filter_map(Result::ok).map(binary).filter(|path| path.is_file());
            found.next().ok_or_eyre("anvil has no binary for this machine: name one in ZX_ANVIL")?
        }
    };
    ensure!(path.is_file(), "{} is missing: ZX_ANVIL names anvil's binary", path.display());
    Ok(path)
}

/// Starts both, and deploys a token on each: ZX-20 on ours, OpenZeppelin's on anvil. Every sender gets some.
pub(crate) fn ring(datadir: &Path) -> eyre::Result<Ring> {
    let supply = U256::from(10).pow(U256::from(24));
    let solidity = Bytes::from([compile_openzeppelin()?, supply.abi_encode()].concat());
    let zx20 = artifacts::zx20_deployment(supply)?;
    let peers = [Peer::ours(datadir)?, Peer::anvil()?];
    let mut senders = Senders::new()?;
    let token = senders.first.address.create(0);
    for (peer, input) in peers.iter().zip([zx20, solidity]) {
        let mut deployer = senders.first.clone();
        let act = Act { to: TxKind::Create, value: U256::ZERO, input, gas: 20_000_000 };
        let receipt = send(peer, &deployer.sign(&act))?;
        ensure!(receipt["contractAddress"] == json!(token), "{}: the token is elsewhere: {receipt}", peer.name);
        for other in &senders.others {
            let input = artifacts::transfer(other.address, U256::from(1_000_000_000_u64));
            let act = Act { to: TxKind::Call(token), value: U256::ZERO, input, gas: 100_000 };
            send(peer, &deployer.sign(&act))?;
        }
    }
    // The same nonces on both.
    for _ in 0..=senders.others.len() {
        senders.first.skip();
    }
    Ok(Ring { peers, senders, token })
}

/// Hands a transaction in, and gives its receipt, which must be of a success.
pub(crate) fn send(peer: &Peer, raw: &[u8]) -> eyre::Result<Value> {
    let mut wire = peer.wire()?;
    wire.call("eth_sendRawTransaction", &json!([hex::encode_prefixed(raw)]))?;
    let receipt = wait_for(&mut wire, keccak256(raw))?;
    ensure!(receipt["status"] == "0x1", "{}: a transaction failed: {receipt}", peer.name);
    Ok(receipt)
}

/// Asks for a receipt until it is there.
pub(crate) fn wait_for(wire: &mut Wire, hash: B256) -> eyre::Result<Value> {
    let question = request(&call("eth_getTransactionReceipt", &json!([hash])));
    loop {
        let answer: Value = serde_json::from_slice(wire.ask(&question)?)?;
        match answer.get("result") {
            // Not so often that asking takes the processor from what is asked for.
            Some(Value::Null) => thread::sleep(POLL),
            Some(receipt) => return Ok(receipt.clone()),
            None => return Err(eyre!("no receipt: {answer}")),
        }
    }
}

/// Init code of OpenZeppelin's token, compiled now.
fn compile_openzeppelin() -> eyre::Result<Vec<u8>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("solidity/compile.mjs");
    let output = Command::new("node").arg(script).output()?;
    let text = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "solc failed (are the packages there? `scripts/setup.sh test`)\n{text}");
    Ok(hex::decode(output.stdout)?)
}

/// Processes that want the processor, over the last minute, as the system counts them: what a figure is worth.
pub(crate) fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("unknown").to_owned()
}

/// Calldata of the token's `balanceOf`.
pub(crate) fn balance_of(account: Address) -> Bytes {
    artifacts::balance_of(account).into()
}
