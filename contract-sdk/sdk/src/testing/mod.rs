//! Testing contracts.
//!
//! A test written with `#[zx::test]` gets a [`Host`]: a chain of its own, on which it deploys contracts and calls them,
//! from any account, as their clients do.
//!
//! ```
//! # extern crate zx_sdk as zx;
//! use zx::{prelude::*, testing::Host};
//!
//! #[zx::contract]
//! pub struct Counter {
//!     #[view]
//!     count: Item<U256>,
//! }
//!
//! #[zx::public]
//! impl Counter {
//!     pub fn add(&mut self, _cx: &mut Ctx, amount: U256) {
//!         self.count.add(amount);
//!     }
//! }
//!
//! # /*
//! #[zx::test]
//! # */
//! fn it_counts(host: &Host) {
//!     let [alice, bob] = host.accounts();
//!     let counter = host.deploy::<Counter>(());
//!     counter.by(bob).add(U256::from(2u8)).unwrap();
//!     assert_eq!(counter.count(), U256::from(2u8));
//!     assert!(counter.add(U256::MAX).unwrap_err().panic_code() == Some(0x11));
//! }
//! # it_counts(&Host::new());
//! ```
//!
//! With `cargo test` the contract's code runs natively: in milliseconds, and under a debugger. With `cargo zx test` each
//! call runs in the real sandbox on the real executor too, and the test fails where the two do not end the same: result,
//! revert data, events, balances. There, [`Host::gas_used`] is what a receipt would say.
//!
//! The native host does not model gas ([`Ctx::gas_left`] is a number that a test sets) and the limits of the sandbox.
//!
//! [`TestHost`] is for pieces: it runs storage and methods in place, without a deployment, natively only.

mod chain;
pub(crate) mod functions;
mod invariants;
mod panics;
#[doc(hidden)]
pub mod protocol;
mod sandbox;
mod world;

use crate::{Address, Contract, ContractError, Ctx, Entry, Event, Log, Outcome, U256, abi::Args, revert};
use alloc::rc::Rc;
use core::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use world::{Program, World};

pub use chain::{Caller, Host, Mock, Testable, TestablePart};
pub use invariants::{Invariants, Targets};
pub use world::Block;

/// A world for a piece of a contract: its methods are called as the Rust functions that they are.
#[derive(Debug)]
pub struct TestHost(());

/// Why a transaction was undone: the revert data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reverted(pub Vec<u8>);

impl Reverted {
    /// Message of an `Error(string)`.
    pub fn message(&self) -> Option<String> {
        revert::message_of(&self.0)
    }

    /// Code of a `Panic(uint256)`.
    pub fn panic_code(&self) -> Option<u8> {
        revert::panic_code_of(&self.0)
    }
}

impl fmt::Display for Reverted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.message(), self.panic_code()) {
            (Some(message), _) => write!(f, "\"{message}\""),
            (None, Some(0x11)) => f.write_str("Panic(0x11): arithmetic overflow"),
            (None, Some(code)) => write!(f, "Panic({code:#04x})"),
            (None, None) if self.0.is_empty() => f.write_str("without data"),
            (None, None) => write!(f, "0x{}", alloy_primitives::hex::encode(&self.0)),
        }
    }
}

impl core::error::Error for Reverted {}

impl Reverted {
    /// The error, if it is one of these.
    pub fn decode<E: ContractError>(&self) -> Option<E> {
        E::decode(&self.0)
    }
}

impl<E: ContractError> From<E> for Reverted {
    fn from(error: E) -> Self {
        Self(error.encode())
    }
}

/// What a transaction can end with: a value, or a `Result` whose error reverts it.
pub trait Ending {
    /// The value.
    type Value;

    /// The value, or the revert data.
    #[doc(hidden)]
    fn end(self) -> Result<Self::Value, Vec<u8>>;
}

impl<T: crate::Abi> Ending for T {
    type Value = T;

    fn end(self) -> Result<T, Vec<u8>> {
        Ok(self)
    }
}

impl<T, E: ContractError> Ending for Result<T, E> {
    type Value = T;

    fn end(self) -> Result<T, Vec<u8>> {
        self.map_err(E::encode)
    }
}

/// Payload of the unwinding that a revert is off WebAssembly.
struct Unwound(Vec<u8>);

pub(crate) fn unwind(data: &[u8]) -> ! {
    // Not a panic: the hook does not report it.
    resume_unwind(Box::new(Unwound(data.to_vec())))
}

impl Default for TestHost {
    fn default() -> Self {
        Self::new()
    }
}

impl TestHost {
    /// An empty world, in which a contract at [`address`](Self::address) is called by [`sender`](Self::sender).
    pub fn new() -> Self {
        World::with(|world| *world = World::default());
        Self(())
    }

    /// The contract under test: its storage is the world's, at [`address`](Self::address).
    pub fn contract<C: Contract>(&self) -> C {
        C::LAYOUT
    }

    /// Address of the contract under test.
    pub fn address(&self) -> Address {
        World::with(|world| world.frame.address)
    }

    /// Who calls the contract.
    pub fn sender(&self) -> Address {
        World::with(|world| world.frame.caller)
    }

    /// From now on `sender` calls the contract, and signs the transactions.
    pub fn set_sender(&self, sender: Address) {
        World::with(|world| {
            world.frame.caller = sender;
            world.origin = sender;
        });
    }

    /// From now on calls come with `value`. The contract's balance does not change by that; [`call`](Self::call) moves
    /// value.
    pub fn set_value(&self, value: U256) {
        World::with(|world| world.frame.value = value);
    }

    /// Gives an account this balance.
    pub fn set_balance(&self, account: Address, balance: U256) {
        World::with(|world| world.balances.insert(account, balance));
    }

    /// Balance of an account.
    pub fn balance(&self, account: Address) -> U256 {
        World::with(|world| world.balance(account))
    }

    /// Sets the block that calls run in.
    pub fn set_block(&self, block: Block) {
        World::with(|world| world.block = block);
    }

    /// The block that calls run in.
    pub fn block(&self) -> Block {
        World::with(|world| world.block)
    }

    /// Logs of the transactions that were not undone, oldest first, with who emitted them.
    pub fn logs(&self) -> Vec<(Address, Log)> {
        World::with(|world| world.logs.clone())
    }

    /// Whether the last log is this event, of the contract under test.
    pub fn emitted_last<E: Event>(&self, event: E) -> bool {
        self.logs().last() == Some(&(self.address(), event.into_log()))
    }

    /// The word at a slot of the contract under test.
    pub fn slot(&self, slot: [u8; 32]) -> [u8; 32] {
        World::with(|world| world.read(&slot))
    }

    /// All slots of the contract under test that are not zero.
    pub fn storage(&self) -> alloc::collections::BTreeMap<[u8; 32], [u8; 32]> {
        World::with(|world| {
            let own = world
                .storage
                .iter()
                .filter(|((address, _), word)| *address == world.frame.address && **word != [0; 32]);
            own.map(|((_, slot), word)| (*slot, *word)).collect()
        })
    }

    /// Looks: runs `f` without undoing anything.
    pub fn look<T>(&self, f: impl FnOnce(&Ctx) -> T) -> T {
        f(&Ctx::new())
    }

    /// Runs `f` as a transaction: if it returns an error, reverts, or overflows, all of it is undone.
    ///
    /// # Errors
    /// The revert data. Panics other than overflows, failed assertions for instance, go through.
    pub fn transact<R: Ending>(&self, f: impl FnOnce(&mut Ctx) -> R) -> Result<R::Value, Reverted> {
        World::with(World::next_transaction);
        atomic(|| f(&mut Ctx::new()).end()).map_err(Reverted)
    }

    /// Calls a method of `C` by calldata, as the chain does, moving the [value](Self::set_value) from sender to
    /// contract.
    ///
    /// # Errors
    /// The revert data.
    pub fn call<C: Entry, A: Args>(&self, selector: [u8; 4], args: A) -> Result<Vec<u8>, Reverted> {
        self.call_raw::<C>(&crate::error::encode_error(selector, args))
    }

    /// As [`call`](Self::call), with the calldata as they are.
    ///
    /// # Errors
    /// The revert data.
    pub fn call_raw<C: Entry>(&self, calldata: &[u8]) -> Result<Vec<u8>, Reverted> {
        self.enter(false, || C::call(&mut Ctx::new(), calldata))
    }

    /// Runs the constructor of `C`.
    ///
    /// # Errors
    /// The revert data.
    pub fn deploy<C: Entry, A: Args>(&self, args: A) -> Result<Vec<u8>, Reverted> {
        self.enter(true, || C::deploy(&mut Ctx::new(), &args.encode()))
    }

    fn enter(&self, constructs: bool, entry: impl FnOnce() -> Outcome) -> Result<Vec<u8>, Reverted> {
        World::with(World::next_transaction);
        let before = World::with(|world| std::mem::replace(&mut world.frame.constructs, constructs));
        let result = atomic(|| {
            let moved =
                World::with(|world| world.move_value(world.frame.caller, world.frame.address, world.frame.value));
            if moved { entry() } else { Err(Vec::new()) }
        });
        World::with(|world| world.frame.constructs = before);
        result.map_err(Reverted)
    }

    /// Puts the code of `C` at `address`, for the contract under test to call.
    pub fn register<C: Entry>(&self, address: Address) {
        self.register_with(address, |cx, input| C::call(cx, input));
    }

    /// Puts this function at `address`, for the contract under test to call: calldata in, returned or revert data out.
    pub fn register_with(&self, address: Address, program: impl Fn(&mut Ctx, &[u8]) -> Outcome + 'static) {
        let program: Program = Rc::new(program);
        World::with(|world| world.programs.insert(address, program));
    }
}

/// Runs `f`, undoing what it did to the world if it fails.
pub(crate) fn atomic<T>(f: impl FnOnce() -> Result<T, Vec<u8>>) -> Result<T, Vec<u8>> {
    let before = World::with(|world| world.clone());
    let result = catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|payload| match payload.downcast::<Unwound>() {
        Ok(unwound) => Err(unwound.0),
        Err(payload) if is_overflow(payload.as_ref()) => Err(revert::panic_data(revert::PANIC_OVERFLOW)),
        Err(payload) => resume_unwind(payload),
    });
    if result.is_err() {
        World::with(|world| *world = before);
    }
    result
}

fn is_overflow(payload: &(dyn core::any::Any + Send)) -> bool {
    let text = payload.downcast_ref::<&str>().copied().or(payload.downcast_ref::<String>().map(String::as_str));
    text.is_some_and(|text| text.ends_with("with overflow"))
}
