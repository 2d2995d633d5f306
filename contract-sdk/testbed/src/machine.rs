//! Carries out what tests ask for.

use crate::{
    flame::{Flames, Wanted},
    fork::{Fork, ForkError},
    gas::{Outcome, Record, Records},
    mock,
    modules::{ModuleError, Modules},
    world::{World, number_hash},
};
use alloy_consensus::Header;
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, TxKind, U256, keccak256};
use std::{collections::BTreeMap, io, path::PathBuf, sync::Arc};
use zx_executor::{Ending, Executor, InvalidTransaction, Rehearsal, Rehearsed, TxError};
use zx_host_functions::{AccountCode, DeployPayload, ProgramCode, deploy::account_code};
use zx_primitives::{ChainSpec, StateError, StateReader as _};
use zx_sandbox::{CacheError, Sandbox};
use zx_sdk::testing::protocol::{Answer, BlockEnv, CallOutcome, RawLog, Request};

/// What the machine works with.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Folder with `<package>.wasm`.
    pub artifacts: PathBuf,
    /// Folder of compiled modules; without one, each process compiles for itself.
    pub cache: Option<PathBuf>,
    /// Folder that gets a record of what each call used.
    pub gas: Option<PathBuf>,
    /// Calls of which it is to be told on which functions their gas went.
    pub flames: Option<Wanted>,
    /// Package whose tests these are.
    pub suite: String,
}

/// What cannot be done for a test.
#[derive(Debug, thiserror::Error)]
pub enum MachineError {
    /// The cache cannot be used.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// There is no such module.
    #[error(transparent)]
    Module(#[from] ModuleError),
    /// The node that is forked does not answer.
    #[error(transparent)]
    Fork(#[from] ForkError),
    /// State cannot be read.
    #[error(transparent)]
    State(#[from] StateError),
    /// The executor failed.
    #[error("the executor failed: {0}")]
    Executor(TxError),
    /// A record cannot be written.
    #[error("cannot write to {}: {source}", path.display())]
    Record {
        /// Where to.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A block that no chain has.
    #[error("a block's {what} of {value} is above {limit}, what the executor computes with")]
    Block {
        /// The number.
        what: &'static str,
        /// What it is.
        value: U256,
        /// What it is at most.
        limit: u128,
    },
    /// Nothing has begun yet.
    #[error("no world has been begun: the first request must be `Reset`")]
    NoWorld,
    /// There is no such world.
    #[error("there is no kept world {0}: going back to one uses it up, and those that were kept after it")]
    NoSnapshot(u64),
}

/// The block that calls run in, as the executor wants it.
#[derive(Clone, Debug)]
struct Block {
    header: Header,
    gas_price: u128,
    chain_id: u64,
}

/// A world and what runs on it.
#[derive(Debug)]
pub struct Machine {
    sandbox: Arc<Sandbox>,
    /// Of the chain whose id the block has.
    executor: Option<Executor>,
    modules: Modules,
    world: World,
    block: Option<Block>,
    /// Kept worlds, with the blocks that they were in.
    kept: BTreeMap<u64, (World, Block)>,
    next: u64,
    records: Option<(PathBuf, Records)>,
    flames: Option<Flames>,
    suite: String,
    test: String,
}

/// A call as a test asks for it.
struct Call {
    from: Address,
    to: TxKind,
    value: U256,
    data: Bytes,
    view: bool,
    /// Package that is deployed.
    deploys: Option<String>,
}

impl Machine {
    /// A machine without a world.
    ///
    /// # Errors
    /// A folder cannot be used.
    pub fn new(settings: Settings) -> Result<Self, MachineError> {
        let Settings { artifacts, cache, gas, flames, suite } = settings;
        let limits = ChainSpec::dev(Vec::new()).modules;
        let sandbox = match flames {
            Some(_) => Sandbox::profiled(limits)?,
            None => Sandbox::new(limits, cache)?,
        };
        let records = gas.map(|folder| match Records::create(&folder) {
            Ok(records) => Ok((folder, records)),
            Err(source) => Err(MachineError::Record { path: folder, source }),
        });
        Ok(Self {
            sandbox: Arc::new(sandbox),
            executor: None,
            modules: Modules::new(artifacts),
            world: World::default(),
            block: None,
            kept: BTreeMap::new(),
            next: 0,
            records: records.transpose()?,
            flames: flames.map(Flames::new),
            suite,
            test: String::new(),
        })
    }

    /// Does what is asked for.
    ///
    /// # Errors
    /// It cannot be done; a call that fails is no error.
    pub fn answer(&mut self, request: Request) -> Result<Answer, MachineError> {
        match request {
            Request::Reset { accounts, balance, block, test } => {
                self.kept.clear();
                self.test = test;
                let balance = U256::from_be_bytes(balance);
                self.world = World::new(accounts.into_iter().map(Address::from), balance);
                self.set_block(&block)
            }
            Request::SetBlock(block) => self.set_block(&block),
            Request::Transact { sender, to, value, data } => self.outcome(Call {
                from: sender.into(),
                to: to.map_or(TxKind::Create, |to| TxKind::Call(to.into())),
                value: U256::from_be_bytes(value),
                data: data.into(),
                view: false,
                deploys: None,
            }),
            Request::Deploy { sender, value, package, arguments } => {
                let module = self.modules.load(&package)?;
                let data = DeployPayload::of(&module.bytes, &arguments).encode();
                self.outcome(Call {
                    from: sender.into(),
                    to: TxKind::Create,
                    value: U256::from_be_bytes(value),
                    data: data.into(),
                    view: false,
                    deploys: Some(package),
                })
            }
            Request::Look { sender, to, data } => self.outcome(Call {
                from: sender.into(),
                to: TxKind::Call(to.into()),
                value: U256::ZERO,
                data: data.into(),
                view: true,
                deploys: None,
            }),
            Request::SetBalance { account, balance } => {
                self.world.edit(account.into(), |info| info.balance = U256::from_be_bytes(balance))?;
                Ok(Answer::Done)
            }
            Request::Balance { account } => {
                let info = self.world.account(account.into())?;
                Ok(Answer::Word(info.map_or(U256::ZERO, |info| info.balance).to_be_bytes()))
            }
            Request::Slot { account, slot } => {
                let word = self.world.storage(account.into(), U256::from_be_bytes(slot))?;
                Ok(Answer::Word(word.to_be_bytes()))
            }
            Request::Mock { address, rules } => {
                self.world.set_code(address.into(), mock::code(&rules).into())?;
                Ok(Answer::Done)
            }
            Request::Snapshot => self.keep(),
            Request::Restore(number) => self.go_back(number),
            Request::Fork { url, block } => self.fork(&url, block),
        }
    }

    fn set_block(&mut self, env: &BlockEnv) -> Result<Answer, MachineError> {
        self.go_to(Block::of(env)?);
        Ok(Answer::Done)
    }

    /// From now on calls run in this block, of the chain that it is of.
    fn go_to(&mut self, block: Block) {
        let chain_id = block.chain_id;
        self.block = Some(block);
        if self.executor.as_ref().is_none_or(|executor| executor.spec().chain_id != chain_id) {
            let spec = ChainSpec { chain_id, ..ChainSpec::dev(Vec::new()) };
            self.executor = Some(Executor::new(Arc::new(spec), Arc::clone(&self.sandbox)));
        }
    }

    fn keep(&mut self) -> Result<Answer, MachineError> {
        let block = self.block.clone().ok_or(MachineError::NoWorld)?;
        self.next += 1;
        self.kept.insert(self.next, (self.world.clone(), block));
        Ok(Answer::Number(self.next))
    }

    fn go_back(&mut self, number: u64) -> Result<Answer, MachineError> {
        let mut used_up = self.kept.split_off(&number);
        match used_up.remove(&number) {
            Some((world, block)) => {
                self.world = world;
                self.go_to(block);
                Ok(Answer::Done)
            }
            None => Err(MachineError::NoSnapshot(number)),
        }
    }

    /// Goes on where the node's block ends, in the one after it.
    fn fork(&mut self, url: &str, block: Option<u64>) -> Result<Answer, MachineError> {
        let fork = Fork::open(url, block)?;
        let (head, chain_id) = (fork.head().clone(), fork.chain_id());
        let base_fee = head.base_fee_per_gas.unwrap_or_default();
        let env = BlockEnv {
            number: head.number.to::<u64>().saturating_add(1),
            timestamp: head.timestamp.to::<u64>().saturating_add(1),
            base_fee: base_fee.to_be_bytes(),
            gas_limit: head.gas_limit.to(),
            coinbase: head.miner.into_array(),
            chain_id,
            gas_price: base_fee.to_be_bytes(),
            prev_randao: head.mix_hash.0,
        };
        self.world.fork(fork)?;
        self.set_block(&env)?;
        Ok(Answer::Block(env))
    }

    fn outcome(&mut self, call: Call) -> Result<Answer, MachineError> {
        let block = self.block.as_ref().ok_or(MachineError::NoWorld)?;
        let executor = self.executor.as_ref().ok_or(MachineError::NoWorld)?;
        let number = self.world.transactions.saturating_add(1);
        let rehearsal = Rehearsal {
            from: call.from,
            to: call.to,
            gas: block.header.gas_limit.min(executor.spec().tx_gas_limit),
            gas_price: block.gas_price,
            value: call.value,
            data: call.data.clone(),
            hash: number_hash(number),
            is_static: call.view,
        };
        if let Some(flames) = &mut self.flames {
            flames.begin();
        }
        let result = executor.rehearse(&self.world, &block.header, &rehearsal);
        let gas_limit = rehearsal.gas;
        if !call.view {
            self.world.transactions = number;
        }
        let outcome = match result {
            Ok(rehearsed) => self.done(&call, rehearsed)?,
            Err(TxError::Invalid(why)) => self.refused(&call, &why, gas_limit)?,
            Err(TxError::State(error)) => return Err(error.into()),
            Err(error) => return Err(MachineError::Executor(error)),
        };
        Ok(Answer::Outcome(outcome))
    }

    /// What a transaction that a block could have ended with.
    fn done(&mut self, call: &Call, rehearsed: Rehearsed) -> Result<CallOutcome, MachineError> {
        let Rehearsed { ending, gas_used, refunded, logs, changes } = rehearsed;
        let outcome = match &ending {
            Ending::Success { .. } => Outcome::Ok,
            Ending::Revert(_) => Outcome::Reverted,
            Ending::Halt(_) => Outcome::Halted,
        };
        self.note(call, outcome, gas_used, refunded)?;
        if !call.view {
            self.world.apply(changes);
        }
        let logs = logs.into_iter().map(|log| RawLog {
            address: log.address.into_array(),
            topics: log.data.topics().iter().map(|topic| topic.0).collect(),
            data: log.data.data.to_vec(),
        });
        let (success, data, created, halted) = match ending {
            Ending::Success { created: Some(created), .. } => (true, Vec::new(), Some(created.into_array()), None),
            Ending::Success { output, created: None } => (true, output.into(), None, None),
            Ending::Revert(data) => (false, data.into(), None, None),
            Ending::Halt(why) => (false, Vec::new(), None, Some(why)),
        };
        Ok(CallOutcome { success, data, gas_used, logs: logs.collect(), created, halted })
    }

    /// What no block could have. The native host counts it as sent, so that addresses of contracts stay the same.
    fn refused(&mut self, call: &Call, why: &InvalidTransaction, gas_limit: u64) -> Result<CallOutcome, MachineError> {
        if !call.view {
            self.world.edit(call.from, |info| info.nonce = info.nonce.saturating_add(1))?;
        }
        let halted = format!("no block could have this transaction, with its gas limit of {gas_limit}: {why}");
        Ok(CallOutcome {
            success: false,
            data: Vec::new(),
            gas_used: 0,
            logs: Vec::new(),
            created: None,
            halted: Some(halted),
        })
    }

    /// Hash of the program in this code: what the code would be without immutables.
    fn program(&self, code_hash: B256) -> Result<B256, MachineError> {
        if code_hash == KECCAK256_EMPTY {
            return Ok(code_hash);
        }
        let mut code = self.world.code(code_hash)?;
        if let Some(AccountCode { program: ProgramCode::Template(holder), .. }) = AccountCode::parse(&code) {
            code = self.world.code(holder.into())?;
        }
        let module = AccountCode::parse(&code).and_then(|code| code.module());
        Ok(module.map_or(code_hash, |module| keccak256(account_code(module))))
    }

    /// Notes what a call used, if somebody wants to know.
    fn note(&mut self, call: &Call, outcome: Outcome, gas: u64, refunded: u64) -> Result<(), MachineError> {
        if self.records.is_none() && self.flames.is_none() {
            return Ok(());
        }
        let code_hash = match call.to {
            TxKind::Call(to) => match self.world.account(to)? {
                Some(info) => self.program(info.code_hash)?,
                None => KECCAK256_EMPTY,
            },
            TxKind::Create => B256::ZERO,
        };
        let (package, method) = match (&call.deploys, call.to) {
            (Some(package), _) => (Some(package.clone()), "constructor".to_owned()),
            (None, TxKind::Create) => (None, "constructor".to_owned()),
            (None, TxKind::Call(_)) => self.modules.method(&code_hash, &call.data),
        };
        let (suite, test) = (self.suite.clone(), self.test.clone());
        let record = Record { suite, test, package, method, view: call.view, outcome, gas };
        if let Some((folder, records)) = &mut self.records {
            records.add(&record).map_err(|source| MachineError::Record { path: folder.clone(), source })?;
        }
        if let Some(flames) = &mut self.flames {
            let folder = flames.folder().to_owned();
            let ended =
                flames.end(&record, refunded, |code| self.modules.package(&B256::from(*code)).map(str::to_owned));
            ended.map_err(|source| MachineError::Record { path: folder, source })?;
        }
        Ok(())
    }
}

impl Block {
    fn of(env: &BlockEnv) -> Result<Self, MachineError> {
        let base_fee = U256::from_be_bytes(env.base_fee);
        let gas_price = U256::from_be_bytes(env.gas_price);
        let too_much = |what, value, limit| MachineError::Block { what, value, limit };
        let header = Header {
            number: env.number,
            timestamp: env.timestamp,
            gas_limit: env.gas_limit,
            base_fee_per_gas: Some(base_fee.try_into().map_err(|_| too_much("base fee", base_fee, u64::MAX.into()))?),
            beneficiary: env.coinbase.into(),
            mix_hash: env.prev_randao.into(),
            ..Header::default()
        };
        let gas_price = gas_price.try_into().map_err(|_| too_much("gas price", gas_price, u128::MAX))?;
        Ok(Self { header, gas_price, chain_id: env.chain_id })
    }
}
