use super::{
    Block, Reverted, atomic, panics,
    protocol::{Answer, BlockEnv, CallOutcome, MockRule, Request},
    sandbox,
    world::{Frame, Program, World},
};
use crate::{Abi, Address, ContractError, Ctx, Entry, Event, Log, U256, abi::Args, error::encode_error};
use alloc::rc::Rc;
use core::cell::{Cell, RefCell};

/// Addresses of the accounts of development nodes (mnemonic `test test test test test test test test test test test
/// junk`), so that tests, node and tools speak of the same ones.
const ACCOUNTS: [Address; 10] = [
    crate::address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
    crate::address!("70997970C51812dc3A010C7d01b50e0d17dc79C8"),
    crate::address!("3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"),
    crate::address!("90F79bf6EB2c4f870365E785982E1f101E93b906"),
    crate::address!("15d34AAf54267DB7D7c367839AAf71A00a2C6A65"),
    crate::address!("9965507D1a55bcC2695C58ba16FB37d819B0A4dc"),
    crate::address!("976EA74026E726554dB657fA54763abd0C3a0aa9"),
    crate::address!("14dC79964da2C08b23698B3D3cc7Ca32193d9955"),
    crate::address!("23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f"),
    crate::address!("a0Ee7A142d267C1f36714E4a8F75612F20a79720"),
];

/// Balance of these accounts: 10,000 coins.
const BALANCE: U256 = U256::from_limbs([0x1b1a_e4d6_e2ef_5000, 0x21e, 0, 0]);

/// A contract that tests can deploy: written by `#[zx::public]`.
pub trait Testable: Entry + 'static {
    /// Arguments of its constructor.
    type Constructor: Args;
    /// What calls it.
    type Client<'h>: From<Caller<'h>>;
}

/// A component that tests can call: written by `#[zx::component]`.
pub trait TestablePart {
    /// What calls it.
    type Client<'h>: From<Caller<'h>>;
}

/// A chain to test on: accounts, contracts and a block. See the [module](super).
#[derive(Debug)]
pub struct Host {
    /// Whether calls run natively.
    native: Cell<bool>,
    /// Whether they run in the sandbox.
    sandbox: bool,
    sender: Address,
    last: RefCell<Last>,
}

/// What the last transaction did.
#[derive(Debug, Default)]
struct Last {
    logs: Vec<(Address, Log)>,
    gas: Option<u64>,
}

impl Default for Host {
    fn default() -> Self {
        Self::new()
    }
}

/// Fails the test: with what could not be done.
#[track_caller]
#[expect(clippy::panic, reason = "that is how a test fails")]
fn fail(why: impl core::fmt::Display) -> ! {
    panic!("{why}")
}

impl Host {
    /// A fresh chain. Its calls run natively, and, under `cargo zx test`, in the real sandbox too.
    #[track_caller]
    pub fn new() -> Self {
        World::with(|world| *world = World::default());
        let host = Self {
            native: Cell::new(true),
            sandbox: sandbox::is_wanted(),
            sender: ACCOUNTS[0],
            last: RefCell::default(),
        };
        World::with(|world| {
            world.balances.extend(ACCOUNTS.map(|account| (account, BALANCE)));
        });
        let reset = || Request::Reset {
            accounts: ACCOUNTS.map(|account| account.0.0).to_vec(),
            balance: BALANCE.to_be_bytes(),
            block: env_of(&host.block()),
            // The test runner names the thread after the test.
            test: std::thread::current().name().unwrap_or("main").to_owned(),
        };
        host.tell(reset);
        host
    }

    /// A chain whose state is a node's (its JSON-RPC at `url`) where the test has not changed it, at a block or at the
    /// latest. Calls run in a block of its own after that one, with the node's chain id. `None`, and a word about it on
    /// standard error, if tests do not run in the sandbox: other people's code runs nowhere else.
    #[track_caller]
    pub fn fork(url: &str, block: Option<u64>) -> Option<Self> {
        let host = Self::new();
        if !host.sandbox {
            eprintln!("skipped: a fork of {url} needs the sandbox; run `cargo zx test`");
            return None;
        }
        host.native.set(false);
        match sandbox::ask(&Request::Fork { url: url.to_owned(), block }) {
            Ok(Answer::Block(env)) => World::with(|world| world.block = block_of(&env, world.block)),
            Ok(other) => fail(format_args!("the sandbox answered {other:?}")),
            Err(why) => fail(why),
        }
        Some(host)
    }

    /// Whether calls run in the real sandbox too.
    pub fn has_sandbox(&self) -> bool {
        self.sandbox
    }

    /// The first accounts of a development node, each with 10,000 coins.
    ///
    /// # Panics
    /// `N` is above ten.
    pub fn accounts<const N: usize>(&self) -> [Address; N] {
        core::array::from_fn(|i| ACCOUNTS[i])
    }

    /// Deploys a contract from the first account.
    #[track_caller]
    pub fn deploy<C: Testable>(&self, arguments: C::Constructor) -> C::Client<'_> {
        self.deploy_by::<C>(self.sender, arguments)
    }

    /// Deploys a contract from an account; a constructor that reverts fails the test.
    #[track_caller]
    pub fn deploy_by<C: Testable>(&self, sender: Address, arguments: C::Constructor) -> C::Client<'_> {
        match self.try_deploy::<C>(sender, U256::ZERO, arguments) {
            Ok(client) => client,
            Err(reverted) => fail(format_args!("the constructor of {} reverted: {reverted}", C::PACKAGE)),
        }
    }

    /// Deploys a contract from an account, sending `value` wei along.
    ///
    /// # Errors
    /// The constructor reverted.
    #[track_caller]
    pub fn try_deploy<C: Testable>(
        &self,
        sender: Address,
        value: U256,
        arguments: C::Constructor,
    ) -> Result<C::Client<'_>, Reverted> {
        let arguments = arguments.encode();
        let native = self.native.get().then(|| native_deploy::<C>(sender, value, &arguments));
        let request = || Request::Deploy {
            sender: sender.0.0,
            value: value.to_be_bytes(),
            package: C::PACKAGE.to_owned(),
            arguments: arguments.clone(),
        };
        let address = self.settle("constructor", native, request)?;
        Ok(self.at::<C>(Address::from_slice(address.get(..20).unwrap_or(&[0; 20]))))
    }

    /// The contract at an address, called from the first account.
    pub fn at<C: Testable>(&self, address: Address) -> C::Client<'_> {
        Caller { host: self, address, sender: self.sender, value: U256::ZERO }.into()
    }

    /// Anything at an address, called with calldata as they are.
    pub fn raw(&self, address: Address) -> Caller<'_> {
        Caller { host: self, address, sender: self.sender, value: U256::ZERO }
    }

    /// Puts a contract at `address` that answers by table; see [`Mock`].
    pub fn mock(&self, address: Address) -> Mock<'_> {
        Mock { host: self, address, rules: Vec::new() }
    }

    /// Tells the native host whose code a module is, so that contracts can create it: `include_bytes!` of what
    /// `cargo zx-build` wrote. The sandbox knows by itself.
    pub fn module<C: Testable>(&self, module: &[u8]) {
        let (deploy, call): (Program, Program) = (Rc::new(C::deploy), Rc::new(C::call));
        World::with(|world| world.modules.insert(alloy_primitives::keccak256(module), (deploy, call)));
    }

    /// Gives an account this balance.
    #[track_caller]
    pub fn set_balance(&self, account: Address, balance: U256) {
        World::with(|world| world.balances.insert(account, balance));
        self.tell(|| Request::SetBalance { account: account.0.0, balance: balance.to_be_bytes() });
    }

    /// Balance of an account, in wei. Gas costs nothing here.
    #[track_caller]
    pub fn balance(&self, account: Address) -> U256 {
        let native = self.native.get().then(|| World::with(|world| world.balance(account)));
        U256::from_be_bytes(
            self.same("the balance", native.map(U256::to_be_bytes), || Request::Balance { account: account.0.0 }),
        )
    }

    /// The word at a slot of a contract.
    #[track_caller]
    pub fn slot(&self, account: Address, slot: [u8; 32]) -> [u8; 32] {
        let read = |world: &mut World| world.storage.get(&(account, slot)).copied().unwrap_or_default();
        let native = self.native.get().then(|| World::with(read));
        self.same("the slot", native, || Request::Slot { account: account.0.0, slot })
    }

    /// The block that calls run in. It stays the same until it is set.
    pub fn block(&self) -> Block {
        World::with(|world| world.block)
    }

    /// Sets the block that calls run in.
    #[track_caller]
    pub fn set_block(&self, block: Block) {
        World::with(|world| world.block = block);
        self.tell(|| Request::SetBlock(env_of(&block)));
    }

    /// Lets so many seconds and one block pass.
    #[track_caller]
    pub fn pass(&self, seconds: u64) {
        let block = self.block();
        self.set_block(Block { number: block.number + 1, timestamp: block.timestamp + seconds, ..block });
    }

    /// Lets so many blocks pass, twelve seconds each.
    #[track_caller]
    pub fn mine(&self, blocks: u64) {
        let block = self.block();
        self.set_block(Block { number: block.number + blocks, timestamp: block.timestamp + 12 * blocks, ..block });
    }

    /// Logs of the last transaction, with who emitted them. There are none if it reverted.
    pub fn logs(&self) -> Vec<(Address, Log)> {
        self.last.borrow().logs.clone()
    }

    /// Whether the last transaction emitted this event, whoever did.
    pub fn emitted<E: Event>(&self, event: E) -> bool {
        let log = event.into_log();
        self.last.borrow().logs.iter().any(|(_, other)| *other == log)
    }

    /// Fails the test unless the last transaction emitted exactly these events of `from`, in this order.
    #[track_caller]
    pub fn assert_logs(&self, from: Address, logs: impl IntoIterator<Item = Log>) {
        let wanted: Vec<_> = logs.into_iter().collect();
        let emitted: Vec<_> = self
            .last
            .borrow()
            .logs
            .iter()
            .filter(|(address, _)| *address == from)
            .map(|(_, log)| log.clone())
            .collect();
        assert_eq!(emitted, wanted, "the events of {from}");
    }

    /// Gas that the last transaction used, as its receipt on a node would have it; known only in the sandbox.
    pub fn gas_used(&self) -> Option<u64> {
        self.last.borrow().gas
    }

    /// Runs `f` and undoes everything that it did.
    #[track_caller]
    pub fn rehearse<T>(&self, f: impl FnOnce() -> T) -> T {
        let before = World::with(|world| world.clone());
        let number = match self.sandbox.then(|| sandbox::ask(&Request::Snapshot)) {
            Some(Ok(Answer::Number(number))) => Some(number),
            None => None,
            Some(other) => fail(format_args!("the sandbox cannot keep its state: {other:?}")),
        };
        let result = f();
        World::with(|world| *world = before);
        if let Some(number) = number {
            self.tell(|| Request::Restore(number));
        }
        result
    }

    /// Tells the sandbox, if there is one.
    #[track_caller]
    fn tell(&self, request: impl FnOnce() -> Request) {
        if self.sandbox
            && let Err(why) = sandbox::ask(&request())
        {
            fail(why);
        }
    }

    /// A word that both hosts must agree on.
    #[track_caller]
    fn same(&self, what: &str, native: Option<[u8; 32]>, request: impl FnOnce() -> Request) -> [u8; 32] {
        let sandboxed = self.sandbox.then(|| match sandbox::ask(&request()) {
            Ok(Answer::Word(word)) => word,
            Ok(other) => fail(format_args!("the sandbox answered {other:?}")),
            Err(why) => fail(why),
        });
        if let (Some(native), Some(sandboxed)) = (native, sandboxed) {
            assert_eq!(native, sandboxed, "{what}: natively (left) and in the sandbox (right)");
        }
        native.or(sandboxed).unwrap_or_default()
    }

    /// Holds what a transaction ended with natively against what it ends with in the sandbox, and keeps its logs.
    #[track_caller]
    fn settle(
        &self,
        what: &str,
        native: Option<Ended>,
        request: impl FnOnce() -> Request,
    ) -> Result<Vec<u8>, Reverted> {
        let sandboxed = self.sandbox.then(|| match sandbox::run(&request()) {
            Ok(outcome) => outcome,
            Err(why) => fail(format_args!("{what}: {why}")),
        });
        let gas = sandboxed.as_ref().map(|outcome| outcome.gas_used);
        let sandboxed = sandboxed.map(Ended::from);
        if let (Some(native), Some(sandboxed)) = (&native, &sandboxed) {
            native.must_agree(sandboxed, what);
        }
        let Some(ended) = native.or(sandboxed) else { fail("calls run nowhere") };
        *self.last.borrow_mut() = Last { logs: ended.logs, gas };
        ended.result.map_err(Reverted)
    }
}

/// How a call ended on one of the hosts.
struct Ended {
    /// What it returned (a creation: the address), or the revert data.
    result: Result<Vec<u8>, Vec<u8>>,
    logs: Vec<(Address, Log)>,
    /// Whether the native code panicked: a module words the panic otherwise.
    panicked: bool,
    /// Why the sandbox stopped it, if it neither returned nor reverted.
    halted: Option<String>,
}

impl From<CallOutcome> for Ended {
    fn from(outcome: CallOutcome) -> Self {
        let CallOutcome { success, data, logs, created, halted, .. } = outcome;
        let data = created.map_or(data, |address| address.to_vec());
        let logs = logs.into_iter().map(|log| (Address::new(log.address), Log { topics: log.topics, data: log.data }));
        Self { result: if success { Ok(data) } else { Err(data) }, logs: logs.collect(), panicked: false, halted }
    }
}

impl Ended {
    #[track_caller]
    fn must_agree(&self, sandboxed: &Self, what: &str) {
        let same = match (&self.result, &sandboxed.result) {
            (Err(_), Err(_)) if self.panicked => true,
            (native, sandboxed) => native == sandboxed,
        };
        if !same {
            let halted = sandboxed.halted.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
            fail(format_args!(
                "`{what}` does not end the same\n  natively:       {}\n  in the sandbox: {}{halted}",
                told(&self.result),
                told(&sandboxed.result)
            ));
        }
        assert_eq!(self.logs, sandboxed.logs, "the logs of `{what}`: natively (left) and in the sandbox (right)");
    }
}

/// An outcome in words.
fn told(result: &Result<Vec<u8>, Vec<u8>>) -> String {
    match result {
        Ok(data) => format!("returned 0x{}", alloy_primitives::hex::encode(data)),
        Err(data) => format!("reverted: {}", Reverted(data.clone())),
    }
}

fn env_of(block: &Block) -> BlockEnv {
    BlockEnv {
        number: block.number,
        timestamp: block.timestamp,
        base_fee: block.base_fee.to_be_bytes(),
        gas_limit: block.gas_limit,
        coinbase: block.coinbase.0.0,
        chain_id: block.chain_id,
        gas_price: block.gas_price.to_be_bytes(),
        prev_randao: block.prev_randao,
    }
}

/// The block that a fork goes on in; what the sandbox does not know of stays.
fn block_of(env: &BlockEnv, rest: Block) -> Block {
    Block {
        number: env.number,
        timestamp: env.timestamp,
        base_fee: U256::from_be_bytes(env.base_fee),
        gas_limit: env.gas_limit,
        coinbase: Address::new(env.coinbase),
        chain_id: env.chain_id,
        gas_price: U256::from_be_bytes(env.gas_price),
        prev_randao: env.prev_randao,
        ..rest
    }
}

/// Runs a transaction natively.
fn natively(sender: Address, to: Address, value: U256, run: impl FnOnce() -> Result<Vec<u8>, Vec<u8>>) -> Ended {
    World::with(|world| world.begin_transaction(sender));
    let frame = Frame::call(sender, to, value);
    let result = framed(frame, run);
    World::with(|world| {
        let logs = core::mem::take(&mut world.logs);
        let panicked = core::mem::take(&mut world.panicked);
        Ended { result, logs, panicked, halted: None }
    })
}

fn framed(frame: Frame, run: impl FnOnce() -> Result<Vec<u8>, Vec<u8>>) -> Result<Vec<u8>, Vec<u8>> {
    let before = World::with(|world| core::mem::replace(&mut world.frame, frame));
    let result = atomic(|| {
        let moved = World::with(|world| world.move_value(frame.caller, frame.address, frame.value));
        if !moved {
            return Err(Vec::new());
        }
        match panics::caught(run) {
            Ok(result) => result,
            Err(panic) => {
                World::with(|world| world.panicked = true);
                Err(panic)
            }
        }
    });
    World::with(|world| world.frame = before);
    result
}

fn native_deploy<C: Testable>(sender: Address, value: U256, arguments: &[u8]) -> Ended {
    let address = World::with(|world| world.next_address(sender));
    let (deploy, call): (Program, Program) = (Rc::new(C::deploy), Rc::new(C::call));
    natively(sender, address, value, || {
        World::with(|world| world.frame.constructs = true);
        deploy(&mut Ctx::new(), arguments)?;
        World::with(|world| world.add(address, deploy, call));
        Ok(address.to_vec())
    })
}

fn native_call(sender: Address, to: Address, value: U256, data: &[u8]) -> Ended {
    let program = World::with(|world| world.programs.get(&to).cloned());
    natively(sender, to, value, || match program {
        Some(program) => program(&mut Ctx::new(), data),
        None => Ok(Vec::new()),
    })
}

fn native_look(sender: Address, to: Address, data: &[u8]) -> Ended {
    let before = World::with(|world| world.clone());
    let program = World::with(|world| world.programs.get(&to).cloned());
    World::with(|world| world.begin_call(sender));
    let frame = Frame { is_static: true, ..Frame::call(sender, to, U256::ZERO) };
    let result = framed(frame, || match program {
        Some(program) => program(&mut Ctx::new(), data),
        None => Ok(Vec::new()),
    });
    let panicked = World::with(|world| world.panicked);
    World::with(|world| *world = before);
    Ended { result, logs: Vec::new(), panicked, halted: None }
}

/// Who calls whom, and with what value: what clients are made of.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'h> {
    host: &'h Host,
    address: Address,
    sender: Address,
    value: U256,
}

impl Caller<'_> {
    /// Address of the contract.
    pub fn address(&self) -> Address {
        self.address
    }

    /// Who calls it.
    pub fn sender(&self) -> Address {
        self.sender
    }

    /// The same, called by this account: any, with or without a key.
    #[must_use]
    pub fn by(self, sender: Address) -> Self {
        Self { sender, ..self }
    }

    /// The same, sending this many wei with each call.
    #[must_use]
    pub fn paying(self, value: U256) -> Self {
        Self { value, ..self }
    }

    /// Sends a transaction with these calldata.
    ///
    /// # Errors
    /// It reverted.
    #[track_caller]
    pub fn transact(&self, data: &[u8]) -> Result<Vec<u8>, Reverted> {
        self.transact_as("the call", data)
    }

    #[track_caller]
    fn transact_as(&self, what: &str, data: &[u8]) -> Result<Vec<u8>, Reverted> {
        let Self { host, address, sender, value } = *self;
        let native = host.native.get().then(|| native_call(sender, address, value, data));
        host.settle(what, native, || Request::Transact {
            sender: sender.0.0,
            to: Some(address.0.0),
            value: value.to_be_bytes(),
            data: data.to_vec(),
        })
    }

    /// Calls with these calldata, without a transaction: nothing can be written.
    ///
    /// # Errors
    /// It reverted.
    #[track_caller]
    pub fn look(&self, data: &[u8]) -> Result<Vec<u8>, Reverted> {
        self.look_as("the call", data)
    }

    #[track_caller]
    fn look_as(&self, what: &str, data: &[u8]) -> Result<Vec<u8>, Reverted> {
        let Self { host, address, sender, .. } = *self;
        let native = host.native.get().then(|| native_look(sender, address, data));
        let last = host.last.take();
        let result =
            host.settle(what, native, || Request::Look { sender: sender.0.0, to: address.0.0, data: data.to_vec() });
        // Looking is no transaction: the last one is still the last.
        *host.last.borrow_mut() = last;
        result
    }

    /// Sends a transaction that calls a method.
    #[doc(hidden)]
    #[track_caller]
    pub fn send<A: Args, R: Abi>(&self, method: &str, selector: [u8; 4], arguments: A) -> Result<R, Reverted> {
        let data = self.transact_as(method, &encode_error(selector, arguments))?;
        Ok(decode(method, &data))
    }

    /// Calls a view.
    #[doc(hidden)]
    #[track_caller]
    pub fn try_read<A: Args, R: Abi>(&self, method: &str, selector: [u8; 4], arguments: A) -> Result<R, Reverted> {
        let data = self.look_as(method, &encode_error(selector, arguments))?;
        Ok(decode(method, &data))
    }

    /// Calls a view, failing the test if it reverts.
    #[doc(hidden)]
    #[track_caller]
    pub fn read<A: Args, R: Abi>(&self, method: &str, selector: [u8; 4], arguments: A) -> R {
        self.read_encoded(method, selector, &arguments.encode())
    }

    /// Calls a view with encoded arguments, failing the test if it reverts.
    #[doc(hidden)]
    #[track_caller]
    pub fn read_encoded<R: Abi>(&self, method: &str, selector: [u8; 4], arguments: &[u8]) -> R {
        match self.look_as(method, &[&selector, arguments].concat()) {
            Ok(data) => decode(method, &data),
            Err(reverted) => fail(format_args!("`{method}` reverted: {reverted}")),
        }
    }
}

#[track_caller]
fn decode<R: Abi>(method: &str, data: &[u8]) -> R {
    match R::decode_return(data) {
        Some(value) => value,
        None => fail(format_args!(
            "`{method}` returned 0x{}, which does not decode as `{}`: is there such a contract?",
            alloy_primitives::hex::encode(data),
            R::NAME
        )),
    }
}

/// A contract that answers by table, on every host: what a contract under test talks to. The first rule that a call
/// begins with counts; a call that none fits reverts.
///
/// ```
/// # extern crate zx_sdk as zx;
/// # use zx::{prelude::*, testing::Host};
/// let host = Host::new();
/// let oracle = Address::repeat_byte(9);
/// host.mock(oracle).returns(zx::selector("price()"), U256::from(3u8)).install();
/// assert_eq!(host.raw(oracle).look(&zx::selector("price()")), Ok(U256::from(3u8).to_be_bytes().to_vec()));
/// ```
#[derive(Debug)]
#[must_use = "it is there once it is installed: call `.install()`"]
pub struct Mock<'h> {
    host: &'h Host,
    address: Address,
    rules: Vec<MockRule>,
}

impl Mock<'_> {
    /// A call of this method returns this value.
    pub fn returns<R: Abi>(self, selector: [u8; 4], value: R) -> Self {
        let data = value.encode_return();
        self.rule(selector.to_vec(), false, data)
    }

    /// A call of this method with these arguments returns this value.
    pub fn returns_to<A: Args, R: Abi>(self, selector: [u8; 4], arguments: A, value: R) -> Self {
        let data = value.encode_return();
        self.rule(encode_error(selector, arguments), false, data)
    }

    /// A call of this method reverts with this error.
    pub fn reverts<E: ContractError>(self, selector: [u8; 4], error: E) -> Self {
        let data = error.encode();
        self.rule(selector.to_vec(), true, data)
    }

    fn rule(mut self, calldata: Vec<u8>, reverts: bool, data: Vec<u8>) -> Self {
        self.rules.push(MockRule { calldata, reverts, data });
        self
    }

    /// Puts it in its place.
    #[track_caller]
    pub fn install(self) {
        let Self { host, address, rules } = self;
        let table = rules.clone();
        let program: Program =
            Rc::new(move |_: &mut Ctx, data: &[u8]| match table.iter().find(|rule| data.starts_with(&rule.calldata)) {
                Some(rule) if rule.reverts => Err(rule.data.clone()),
                Some(rule) => Ok(rule.data.clone()),
                None => Err(Vec::new()),
            });
        World::with(|world| world.programs.insert(address, program));
        host.tell(|| Request::Mock { address: address.0.0, rules });
    }
}
