//! A host that remembers what it was asked, and a sandbox around it.

use std::collections::BTreeMap;
use zx_sandbox::{
    BlockContext, CallKind, CallReply, CallRequest, CallStatus, CreateRequest, Entry, Frame, Gas, Host, ModuleLimits,
    Outcome, Sandbox, Status, Stop, TransactionContext,
};

/// Gas that tests run with, unless they say otherwise.
pub(crate) const GAS: u64 = 1_000_000;

/// What happens inside a call to another contract.
pub(crate) type Callee<'a> = Box<dyn FnMut(&CallRequest) -> CallReply + 'a>;

#[derive(Default)]
pub(crate) struct World<'a> {
    pub(crate) storage: BTreeMap<[u8; 32], [u8; 32]>,
    pub(crate) transient: BTreeMap<[u8; 32], [u8; 32]>,
    pub(crate) logs: Vec<(Vec<[u8; 32]>, Vec<u8>)>,
    pub(crate) calls: Vec<CallRequest>,
    pub(crate) creates: Vec<CreateRequest>,
    /// Gas that every host call charges.
    pub(crate) price: u64,
    /// What every host call says instead of an answer.
    pub(crate) stop: Option<Stop>,
    pub(crate) panics: bool,
    /// Stack that every read takes, in KiB.
    pub(crate) deep: usize,
    /// Whether writes are refused.
    pub(crate) is_static: bool,
    /// What calls and creates are answered, if nobody below answers.
    pub(crate) reply: Option<CallReply>,
    pub(crate) callee: Option<Callee<'a>>,
    /// Whom calls reach, whatever address they name.
    pub(crate) reentry: Option<Reentry<'a>>,
}

/// A module that calls reach: the one that makes them.
#[derive(Clone, Copy)]
pub(crate) struct Reentry<'a> {
    pub(crate) sandbox: &'a Sandbox,
    pub(crate) module: &'a [u8],
    /// Frames that may still be opened; a call past them is a failure.
    pub(crate) frames: u32,
}

impl World<'_> {
    fn answer<T>(&self, gas: &mut Gas, answer: T) -> Result<T, Stop> {
        assert!(!self.panics, "the host panics, as the test wants");
        gas.charge(self.price)?;
        self.stop.map_or(Ok(answer), Err)
    }

    fn write_allowed(&self) -> Result<(), Stop> {
        if self.is_static { Err(Stop::StaticWrite) } else { Ok(()) }
    }

    /// Runs the module again, with at most 63/64 of the gas; undoes what it did if it does not succeed.
    fn reenter(&mut self, again: Reentry<'_>, gas: &mut Gas, request: &CallRequest) -> Result<CallReply, Stop> {
        let nothing = |status| CallReply { status, output: Vec::new(), created: None };
        let Some(frames) = again.frames.checked_sub(1) else { return Ok(nothing(CallStatus::Failure)) };
        let forwarded = request.gas.min(gas.left() - gas.left() / 64);
        gas.charge(forwarded)?;
        let mut below = World {
            storage: self.storage.clone(),
            transient: self.transient.clone(),
            is_static: self.is_static || request.kind == CallKind::Static,
            reentry: Some(Reentry { frames, ..again }),
            ..World::default()
        };
        let run = Run {
            input: &request.input,
            is_static: below.is_static,
            is_reentrant: true,
            gas: forwarded,
            ..Run::default()
        };
        let outcome = run_with(again.sandbox, again.module, &run, &mut below);
        gas.give_back(outcome.gas_left);
        let status = match outcome.status {
            Status::Success => CallStatus::Success,
            Status::Revert => CallStatus::Revert,
            Status::OutOfGas | Status::Trap(_) => CallStatus::Failure,
            Status::Fatal => return Err(Stop::Fatal),
        };
        if status == CallStatus::Success {
            self.storage = below.storage;
            self.transient = below.transient;
        }
        Ok(CallReply { output: outcome.output, ..nothing(status) })
    }
}

/// Takes at least so many KiB of stack.
#[inline(never)]
fn dig(kib: usize) -> usize {
    let block = std::hint::black_box([kib as u8; 1024]);
    match kib {
        0 => 0,
        _ => dig(kib - 1) + usize::from(std::hint::black_box(&block)[kib % 1024]),
    }
}

impl Host for World<'_> {
    fn storage_read(&mut self, gas: &mut Gas, key: [u8; 32]) -> Result<[u8; 32], Stop> {
        dig(self.deep);
        self.answer(gas, self.storage.get(&key).copied().unwrap_or_default())
    }

    fn storage_write(&mut self, gas: &mut Gas, key: [u8; 32], value: [u8; 32]) -> Result<(), Stop> {
        self.write_allowed()?;
        self.answer(gas, ())?;
        self.storage.insert(key, value);
        Ok(())
    }

    fn log(&mut self, gas: &mut Gas, topics: &[[u8; 32]], data: &[u8]) -> Result<(), Stop> {
        self.write_allowed()?;
        self.answer(gas, ())?;
        self.logs.push((topics.to_vec(), data.to_vec()));
        Ok(())
    }

    fn self_balance(&mut self, gas: &mut Gas) -> Result<[u8; 32], Stop> {
        self.answer(gas, [1; 32])
    }

    fn balance(&mut self, gas: &mut Gas, address: [u8; 20]) -> Result<[u8; 32], Stop> {
        self.answer(gas, [address[0]; 32])
    }

    fn call(&mut self, gas: &mut Gas, request: CallRequest) -> Result<CallReply, Stop> {
        if request.value != [0; 32] {
            self.write_allowed()?;
        }
        let nothing = CallReply { status: CallStatus::Success, output: Vec::new(), created: None };
        let reply = match (self.reentry, self.callee.as_mut()) {
            (Some(again), _) => self.reenter(again, gas, &request)?,
            (None, Some(callee)) => callee(&request),
            (None, None) => self.reply.clone().unwrap_or(nothing),
        };
        self.calls.push(request);
        self.answer(gas, reply)
    }

    fn create(&mut self, gas: &mut Gas, request: CreateRequest) -> Result<CallReply, Stop> {
        self.write_allowed()?;
        self.creates.push(request);
        let nothing = CallReply { status: CallStatus::Success, output: Vec::new(), created: None };
        let reply = self.reply.clone().unwrap_or(nothing);
        let created = (reply.status == CallStatus::Success).then_some([9; 20]);
        self.answer(gas, CallReply { created, ..reply })
    }

    fn block_hash(&mut self, gas: &mut Gas, number: u64) -> Result<[u8; 32], Stop> {
        self.answer(gas, [number as u8; 32])
    }

    fn code_size(&mut self, gas: &mut Gas, address: [u8; 20]) -> Result<u32, Stop> {
        self.answer(gas, 1_000 + u32::from(address[0]))
    }

    fn code_hash(&mut self, gas: &mut Gas, address: [u8; 20]) -> Result<[u8; 32], Stop> {
        self.answer(gas, [address[0]; 32])
    }

    fn transient_read(&mut self, gas: &mut Gas, key: [u8; 32]) -> Result<[u8; 32], Stop> {
        self.answer(gas, self.transient.get(&key).copied().unwrap_or_default())
    }

    fn transient_write(&mut self, gas: &mut Gas, key: [u8; 32], value: [u8; 32]) -> Result<(), Stop> {
        self.write_allowed()?;
        self.answer(gas, ())?;
        self.transient.insert(key, value);
        Ok(())
    }

    fn keccak256(&mut self, gas: &mut Gas, data: &[u8]) -> Result<[u8; 32], Stop> {
        self.answer(gas, [data.len() as u8; 32])
    }

    fn sha256(&mut self, gas: &mut Gas, data: &[u8]) -> Result<[u8; 32], Stop> {
        self.answer(gas, [data.len() as u8; 32])
    }

    fn secp256k1_recover(
        &mut self,
        gas: &mut Gas,
        _hash: [u8; 32],
        _signature: [u8; 64],
        v: u32,
    ) -> Result<Option<[u8; 20]>, Stop> {
        self.answer(gas, (v == 27).then_some([7; 20]))
    }

    fn ed25519_verify(
        &mut self,
        gas: &mut Gas,
        message: &[u8],
        signature: [u8; 64],
        public_key: [u8; 32],
    ) -> Result<bool, Stop> {
        // A signature in name only: its first byte is the length of the message, its last one that of the key.
        self.answer(gas, usize::from(signature[0]) == message.len() && signature[63] == public_key[31])
    }
}

/// How a module is entered.
#[derive(Clone)]
pub(crate) struct Run<'a> {
    pub(crate) entry: Entry,
    pub(crate) input: &'a [u8],
    pub(crate) is_static: bool,
    pub(crate) is_reentrant: bool,
    pub(crate) immutables: &'a [u8],
    pub(crate) is_first: bool,
    pub(crate) gas: u64,
}

impl Default for Run<'_> {
    fn default() -> Self {
        Self {
            entry: Entry::Call,
            input: &[],
            is_static: false,
            is_reentrant: false,
            immutables: &[],
            is_first: false,
            gas: GAS,
        }
    }
}

pub(crate) fn sandbox() -> Sandbox {
    Sandbox::new(ModuleLimits::DEFAULT, None).unwrap()
}

pub(crate) fn module(wat: &str) -> Vec<u8> {
    wat::parse_str(wat).unwrap_or_else(|e| panic!("{e}\n{wat}"))
}

/// A name for the cache; the chain uses Keccak-256.
pub(crate) fn hash(module: &[u8]) -> [u8; 32] {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    module.hash(&mut hasher);
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&hasher.finish().to_be_bytes());
    hash
}

pub(crate) fn run_with(sandbox: &Sandbox, module: &[u8], run: &Run<'_>, world: &mut World<'_>) -> Outcome {
    let prepared = sandbox.prepare(&hash(module), module).unwrap();
    let block = BlockContext {
        number: 5,
        timestamp: 6,
        chain_id: 7,
        gas_limit: 8,
        prev_randao: [0xda; 32],
        ..Default::default()
    };
    let transaction = TransactionContext { origin: [0x0e; 20], hash: [0x7a; 32], gas_price: [0x9a; 32] };
    let frame = Frame {
        input: run.input,
        caller: [0xca; 20],
        address: [0xad; 20],
        value: [0; 32],
        is_static: run.is_static,
        is_reentrant: run.is_reentrant,
        immutables: run.immutables,
        is_first: run.is_first,
        transaction: &transaction,
        block: &block,
    };
    sandbox.run(&prepared, run.entry, &frame, run.gas, world)
}

/// Compiles and runs text with nothing special about it.
pub(crate) fn run(wat: &str) -> Outcome {
    run_with(&sandbox(), &module(wat), &Run::default(), &mut World::default())
}
