//! Contracts in our sandbox, with a host that keeps storage in a map.

use alloy_primitives::keccak256;
use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    time::{Duration, Instant},
};
use zx_sandbox::{
    BlockContext, CallReply, CallRequest, CreateRequest, Entry, Frame, Gas, Host, ModuleLimits, Outcome, Prepared, Sandbox, Status, TransactionContext,
    Stop,
};

/// Gas of a frame: more than it can use.
const GAS: u64 = 1 << 40;
/// Who calls, and pays.
pub(crate) const PAYER: [u8; 20] = [1; 20];

/// A contract with its storage, and the calldata of the call that is made to it.
#[derive(Debug)]
pub(crate) struct Contract {
    sandbox: Sandbox,
    module: Prepared,
    host: RefCell<MemoryHost>,
    input: Vec<u8>,
    sent: Cell<u64>,
}

impl Contract {
    /// Compiles a module.
    pub(crate) fn new(module: &[u8], input: Vec<u8>) -> eyre::Result<Self> {
        let sandbox = Sandbox::new(ModuleLimits::DEFAULT, None)?;
        let module = sandbox.prepare(&keccak256(module), module)?;
        Ok(Self { sandbox, module, host: RefCell::default(), input, sent: Cell::new(0) })
    }

    fn frame(&self, entry: Entry, input: &[u8]) -> Outcome {
        let frame = Frame {
            input,
            caller: PAYER,
            address: [2; 20],
            value: [0; 32],
            is_static: false,
            is_reentrant: false,
            transaction: &TransactionContext::default(),
            block: &BlockContext::default(),
        };
        self.sandbox.run(&self.module, entry, &frame, GAS, &mut *self.host.borrow_mut())
    }

    /// How often the call was made.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.get()
    }

    /// Time to make the call so often, each in a frame of its own.
    pub(crate) fn transfers(&self, times: u64) -> Duration {
        self.host.borrow_mut().logs.clear();
        let start = Instant::now();
        let outcomes: Vec<_> = (0..times).map(|_| self.frame(Entry::Call, &self.input)).collect();
        let time = start.elapsed();
        assert!(outcomes.iter().all(|outcome| outcome.status == Status::Success), "{:?}", outcomes.first());
        self.sent.update(|sent| sent + times);
        time
    }

    /// Runs an entry, which must succeed, and returns its output.
    pub(crate) fn run(&self, entry: Entry, input: &[u8]) -> eyre::Result<Vec<u8>> {
        let outcome = self.frame(entry, input);
        eyre::ensure!(outcome.status == Status::Success, "{outcome:?}");
        Ok(outcome.output)
    }

    /// The value of a slot.
    pub(crate) fn read(&self, key: [u8; 32]) -> [u8; 32] {
        self.host.borrow().slots.get(&key).copied().unwrap_or_default()
    }

    /// Sets a slot.
    pub(crate) fn write(&self, key: [u8; 32], value: [u8; 32]) {
        self.host.borrow_mut().slots.insert(key, value);
    }
}

/// Storage and logs. Nothing is charged for, as nothing is journaled.
#[derive(Debug, Default)]
struct MemoryHost {
    slots: HashMap<[u8; 32], [u8; 32]>,
    logs: Vec<(Vec<[u8; 32]>, Vec<u8>)>,
}

impl Host for MemoryHost {
    fn storage_read(&mut self, _: &mut Gas, key: [u8; 32]) -> Result<[u8; 32], Stop> {
        Ok(self.slots.get(&key).copied().unwrap_or_default())
    }

    fn storage_write(&mut self, _: &mut Gas, key: [u8; 32], value: [u8; 32]) -> Result<(), Stop> {
        self.slots.insert(key, value);
        Ok(())
    }

    fn log(&mut self, _: &mut Gas, topics: &[[u8; 32]], data: &[u8]) -> Result<(), Stop> {
        self.logs.push((topics.to_vec(), data.to_vec()));
        Ok(())
    }

    fn keccak256(&mut self, _: &mut Gas, data: &[u8]) -> Result<[u8; 32], Stop> {
        Ok(keccak256(data).0)
    }

    fn self_balance(&mut self, _: &mut Gas) -> Result<[u8; 32], Stop> {
        Err(Stop::Fatal)
    }

    fn balance(&mut self, _: &mut Gas, _: [u8; 20]) -> Result<[u8; 32], Stop> {
        Err(Stop::Fatal)
    }

    fn call(&mut self, _: &mut Gas, _: CallRequest) -> Result<CallReply, Stop> {
        Err(Stop::Fatal)
    }

    fn create(&mut self, _: &mut Gas, _: CreateRequest) -> Result<CallReply, Stop> {
        Err(Stop::Fatal)
    }

    fn sha256(&mut self, _: &mut Gas, _: &[u8]) -> Result<[u8; 32], Stop> {
        Err(Stop::Fatal)
    }

    fn block_hash(&mut self, _: &mut Gas, _: u64) -> Result<[u8; 32], Stop> {
        Err(Stop::Fatal)
    }

    fn code_size(&mut self, _: &mut Gas, _: [u8; 20]) -> Result<u32, Stop> {
        Err(Stop::Fatal)
    }

    fn code_hash(&mut self, _: &mut Gas, _: [u8; 20]) -> Result<[u8; 32], Stop> {
        Err(Stop::Fatal)
    }

    fn transient_read(&mut self, _: &mut Gas, _: [u8; 32]) -> Result<[u8; 32], Stop> {
        Err(Stop::Fatal)
    }

    fn transient_write(&mut self, _: &mut Gas, _: [u8; 32], _: [u8; 32]) -> Result<(), Stop> {
        Err(Stop::Fatal)
    }

    fn secp256k1_recover(&mut self, _: &mut Gas, _: [u8; 32], _: [u8; 64], _: u32) -> Result<Option<[u8; 20]>, Stop> {
        Err(Stop::Fatal)
    }

    fn ed25519_verify(&mut self, _: &mut Gas, _: &[u8], _: [u8; 64], _: [u8; 32]) -> Result<bool, Stop> {
        Err(Stop::Fatal)
    }
}
