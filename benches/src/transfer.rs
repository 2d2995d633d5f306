//! `transfer` of three tokens: ZX-20 and OpenZeppelin's through the executor, and native Rust on the same journal.

use crate::{
    measure::Case,
    native::{self, Transfer, transferCall},
    world::{World, address, transaction},
};
use alloy_primitives::{Address, TxKind, U256};
use alloy_sol_types::{SolCall, SolEvent, SolValue};
use std::{
    hint::black_box,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};
use zx_host_functions::DeployPayload;
use zx_primitives::{Receipt, RecoveredTx, StateChanges, spec::DEV_CHAIN_ID};

/// Transfers in a block, each from a sender of its own.
const TRANSFERS: usize = 200;
/// What each moves.
const AMOUNT: U256 = U256::from_limbs([5, 0, 0, 0]);
/// What every known account holds.
const HOLDING: U256 = U256::from_limbs([1_000, 0, 0, 0]);

/// Who is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Recipients {
    /// Accounts that hold none yet: their slot goes from zero to something.
    New,
    /// Accounts that hold some.
    Known,
}

/// The three tokens, with the same holders.
#[derive(Debug)]
pub(crate) struct Tokens {
    world: World,
    zx20: Address,
    openzeppelin: Address,
}

impl Tokens {
    /// Deploys them and hands out tokens.
    pub(crate) fn new(zx20_module: &[u8]) -> eyre::Result<Self> {
        let deployer = address("deployer", 0);
        let senders: Vec<_> = (0..TRANSFERS).map(|n| address("sender", n)).collect();
        let mut world = World::new(&[&[deployer], &senders[..]].concat())?;
        let supply = U256::from(1_000_000_000);
        let args = ("Token".to_owned(), "TKN".to_owned(), U256::from(18), supply).abi_encode_params();
        let zx20 = DeployPayload::of(zx20_module, &args).encode();
        let openzeppelin = [compile_openzeppelin()?, supply.abi_encode()].concat();
        world.advance(vec![
            transaction(deployer, 0, TxKind::Create, 20_000_000, zx20),
            transaction(deployer, 1, TxKind::Create, 20_000_000, openzeppelin),
        ])?;
        let mut tokens = Self { world, zx20: deployer.create(0), openzeppelin: deployer.create(1) };
        tokens.hand_out(deployer)?;
        Ok(tokens)
    }

    fn hand_out(&mut self, deployer: Address) -> eyre::Result<()> {
        let known = (0..TRANSFERS).flat_map(|n| [address("sender", n), address("known", n)]);
        let mut block = Vec::new();
        self.world.found(native::TOKEN);
        for holder in known {
            for token in [self.zx20, self.openzeppelin] {
                block.push(transfer(deployer, 2 + block.len() as u64, token, holder, HOLDING));
            }
            self.world.state.storage.insert((native::TOKEN, native::balance_slot(holder)), HOLDING);
        }
        self.world.advance(block)
    }

    /// A block of transfers of one token. Of an account without code the same calldata is a plain transaction.
    fn block(&self, token: Address, recipients: Recipients) -> Vec<RecoveredTx> {
        let kind = if recipients == Recipients::New { "new" } else { "known" };
        (0..TRANSFERS).map(|n| transfer(address("sender", n), 0, token, address(kind, n), AMOUNT)).collect()
    }

    fn run_native(&self, block: Vec<RecoveredTx>) -> eyre::Result<(Vec<Receipt>, StateChanges)> {
        native::run(&self.world.state, &self.world.header, DEV_CHAIN_ID, block)
    }

    fn time_native(&self, block: &[RecoveredTx]) -> Duration {
        let block = block.to_vec();
        let start = Instant::now();
        let done = self.run_native(block);
        let time = start.elapsed();
        black_box(done).expect("it ran before");
        time
    }

    /// What is timed: each token with known recipients and with new ones, and transactions that call nothing.
    pub(crate) fn cases(&self) -> Vec<Case<'_>> {
        use Recipients::{Known, New};
        let nobody = address("nobody", 0);
        let executor = |name, token, recipients| {
            let block = self.block(token, recipients);
            Case::new(name, TRANSFERS as u64, move || self.world.time(&block))
        };
        let native = |name, token, recipients| {
            let block = self.block(token, recipients);
            Case::new(name, TRANSFERS as u64, move || self.time_native(&block))
        };
        vec![
            executor("transfer/zx20", self.zx20, Known),
            executor("transfer/openzeppelin", self.openzeppelin, Known),
            native("transfer/native", native::TOKEN, Known),
            executor("transfer new/zx20", self.zx20, New),
            executor("transfer new/openzeppelin", self.openzeppelin, New),
            native("transfer new/native", native::TOKEN, New),
            executor("no call/executor", nobody, Known),
            native("no call/bench loop", nobody, Known),
        ]
    }

    /// Gas of a transfer with ZX-20 and with OpenZeppelin's token; as a check, all three must do the same.
    pub(crate) fn gas(&self) -> eyre::Result<Vec<(&'static str, u64, u64)>> {
        let mut rows = Vec::new();
        for (name, recipients) in [("known recipient", Recipients::Known), ("new recipient", Recipients::New)] {
            let zx20 = self.world.run(self.block(self.zx20, recipients))?;
            let openzeppelin = self.world.run(self.block(self.openzeppelin, recipients))?;
            let native = self.run_native(self.block(native::TOKEN, recipients))?;
            let acts = effect(&zx20.receipts, &zx20.changes, self.zx20)?;
            let same = acts == effect(&openzeppelin.receipts, &openzeppelin.changes, self.openzeppelin)?
                && acts == effect(&native.0, &native.1, native::TOKEN)?;
            eyre::ensure!(same, "the three tokens do not do the same");
            let first = |receipts: &[Receipt]| receipts.first().map_or(0, |receipt| receipt.cumulative_gas_used);
            rows.push((name, first(&zx20.receipts), first(&openzeppelin.receipts)));
        }
        Ok(rows)
    }
}

/// What a block did to a token: its events, and the balances written.
fn effect(receipts: &[Receipt], changes: &StateChanges, token: Address) -> eyre::Result<(Vec<Transfer>, Vec<U256>)> {
    let logs = receipts.iter().flat_map(|receipt| &receipt.logs).filter(|log| log.address == token);
    let events = logs.map(|log| Transfer::decode_log_data(&log.data)).collect::<Result<Vec<_>, _>>()?;
    let mut balances: Vec<U256> = changes
        .accounts
        .get(&token)
        .map(|account| account.storage.values().map(|slot| slot.after).collect())
        .unwrap_or_default();
    balances.sort_unstable();
    eyre::ensure!(events.len() == TRANSFERS && balances.len() == 2 * TRANSFERS, "{token} moved too little");
    Ok((events, balances))
}

fn transfer(from: Address, nonce: u64, token: Address, to: Address, value: U256) -> RecoveredTx {
    transaction(from, nonce, TxKind::Call(token), 200_000, transferCall { to, value }.abi_encode())
}

/// Init code of OpenZeppelin's token, compiled now.
fn compile_openzeppelin() -> eyre::Result<Vec<u8>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("solidity/compile.mjs");
    let output = Command::new("node").arg(script).output()?;
    let text = String::from_utf8_lossy(&output.stderr);
    eyre::ensure!(output.status.success(), "solc failed (are the packages there? `scripts/setup.sh test`)\n{text}");
    Ok(alloy_primitives::hex::decode(output.stdout)?)
}
