//! A timelock: whoever may propose schedules calls, and whoever may execute has them made once they have waited. Compatible
//! with OpenZeppelin's `TimelockController`.
//!
//! What it owns, and what it may do elsewhere, can only be used that way: everybody sees what is coming, and has the time to
//! leave.
//!
//! - An operation is a call or a batch of calls, all of which succeed or none. Its id is the hash of all of it, with a salt.
//! - It can name a predecessor, which has to be done before.
//! - Proposers schedule, cancellers cancel what is not done, executors execute; if the zero address is an executor,
//!   everybody is. Roles and the least delay are changed by operations of the timelock itself. The account that is named as
//!   admin can grant roles without a delay: it is for setting up, and should renounce its role then.
//! - An operation counts as done before its calls are made, and no other is executed meanwhile: nothing that it calls can
//!   have it made twice, or have something made in between.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod interface;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

pub use interface::{
    CallExecuted, CallSalt, CallScheduled, Cancelled, MinDelayChange, OperationState, TimelockError,
};

use OperationState::{Done, Ready, Unset, Waiting};
use zx::{
    abi::Args,
    components::{AccessControl, DEFAULT_ADMIN_ROLE, TokenReceiver, erc165, role},
    prelude::*,
};

/// Can schedule operations.
pub const PROPOSER_ROLE: B256 = role("PROPOSER_ROLE");

/// Can execute them.
pub const EXECUTOR_ROLE: B256 = role("EXECUTOR_ROLE");

/// Can cancel them.
pub const CANCELLER_ROLE: B256 = role("CANCELLER_ROLE");

/// What stands for the time of an operation that is done.
const DONE: U256 = U256::ONE;

/// Interfaces (ERC-165): ERC-165 itself, `IAccessControl`, ERC-1155's receiver.
const INTERFACES: [FixedBytes<4>; 3] = [
    erc165::INTERFACE_ID,
    FixedBytes([0x79, 0x65, 0xDB, 0x0B]),
    FixedBytes([0x4E, 0x23, 0x12, 0xE0]),
];

/// State of the timelock.
#[zx::contract]
#[derive(Debug)]
pub struct Timelock {
    #[component(reentrant)]
    access: AccessControl,
    /// From when on an operation can be executed, in seconds since 1970; 0 if it is not scheduled, 1 if it is done.
    timestamps: Map<B256, U256>,
    /// How long an operation waits at least, in seconds.
    min_delay: Item<U256>,
    #[component]
    receiver: TokenReceiver,
}

// The methods are open to calls from within an operation, which may concern the timelock itself, all but `execute` and
// `executeBatch`.
#[zx::public]
impl Timelock {
    /// Says how long operations wait, and who has which role. `admin` is for setting up; the zero address for nobody.
    #[constructor]
    pub fn constructor(
        &mut self,
        cx: &mut Ctx,
        min_delay: U256,
        proposers: Vec<Address>,
        executors: Vec<Address>,
        admin: Address,
    ) {
        self.access.grant(cx, DEFAULT_ADMIN_ROLE, cx.address());
        if !admin.is_zero() {
            self.access.grant(cx, DEFAULT_ADMIN_ROLE, admin);
        }
        for proposer in proposers {
            self.access.grant(cx, PROPOSER_ROLE, proposer);
            self.access.grant(cx, CANCELLER_ROLE, proposer);
        }
        for executor in executors {
            self.access.grant(cx, EXECUTOR_ROLE, executor);
        }
        self.set_delay(cx, min_delay);
    }

    /// Takes coins.
    #[receive]
    #[reentrant]
    pub fn receive(&mut self, _cx: &mut Ctx) {}

    /// Id of the role that schedules.
    #[selector(name = "PROPOSER_ROLE")]
    pub fn proposer_role() -> B256 {
        PROPOSER_ROLE
    }

    /// Id of the role that executes.
    #[selector(name = "EXECUTOR_ROLE")]
    pub fn executor_role() -> B256 {
        EXECUTOR_ROLE
    }

    /// Id of the role that cancels.
    #[selector(name = "CANCELLER_ROLE")]
    pub fn canceller_role() -> B256 {
        CANCELLER_ROLE
    }

    /// Whether there is such an operation, done or not.
    #[reentrant]
    pub fn is_operation(&self, cx: &Ctx, id: B256) -> bool {
        self.state(cx, id) != Unset
    }

    /// Whether an operation waits, or can be executed.
    #[reentrant]
    pub fn is_operation_pending(&self, cx: &Ctx, id: B256) -> bool {
        matches!(self.state(cx, id), Waiting | Ready)
    }

    /// Whether an operation can be executed.
    #[reentrant]
    pub fn is_operation_ready(&self, cx: &Ctx, id: B256) -> bool {
        self.state(cx, id) == Ready
    }

    /// Whether an operation was executed.
    #[reentrant]
    pub fn is_operation_done(&self, cx: &Ctx, id: B256) -> bool {
        self.state(cx, id) == Done
    }

    /// From when on an operation can be executed, in seconds since 1970; 0 if it is not scheduled, 1 if it is done.
    #[reentrant]
    pub fn get_timestamp(&self, _cx: &Ctx, id: B256) -> U256 {
        self.timestamps.get(id)
    }

    /// Where an operation is.
    #[reentrant]
    pub fn get_operation_state(&self, cx: &Ctx, id: B256) -> OperationState {
        self.state(cx, id)
    }

    /// How long operations wait at least, in seconds.
    #[reentrant]
    pub fn get_min_delay(&self, _cx: &Ctx) -> U256 {
        self.min_delay.get()
    }

    /// Id of an operation of one call.
    #[reentrant]
    pub fn hash_operation(
        &self,
        cx: &Ctx,
        target: Address,
        value: U256,
        data: Bytes,
        predecessor: B256,
        salt: B256,
    ) -> B256 {
        hash(cx, &(target, value, data, predecessor, salt))
    }

    /// Id of an operation of several calls.
    #[reentrant]
    pub fn hash_operation_batch(
        &self,
        cx: &Ctx,
        targets: Vec<Address>,
        values: Vec<U256>,
        payloads: Vec<Bytes>,
        predecessor: B256,
        salt: B256,
    ) -> B256 {
        hash(cx, &(targets, values, payloads, predecessor, salt))
    }

    /// Schedules a call, to be made after `delay` seconds. Only proposers can.
    #[reentrant]
    #[expect(clippy::too_many_arguments, reason = "OpenZeppelin's interface")]
    pub fn schedule(
        &mut self,
        cx: &mut Ctx,
        target: Address,
        value: U256,
        data: Bytes,
        predecessor: B256,
        salt: B256,
        delay: U256,
    ) -> Result<(), TimelockError> {
        self.access.only(cx, PROPOSER_ROLE)?;
        let call = (target, value, data, predecessor, salt);
        let id = hash(cx, &call);
        self.enter(cx, id, delay)?;
        let (target, value, data, ..) = call;
        cx.emit(CallScheduled {
            id,
            index: U256::ZERO,
            target,
            value,
            data,
            predecessor,
            delay,
        });
        tell_salt(cx, id, salt);
        Ok(())
    }

    /// Schedules several calls, to be made together after `delay` seconds. Only proposers can.
    #[reentrant]
    #[expect(clippy::too_many_arguments, reason = "OpenZeppelin's interface")]
    pub fn schedule_batch(
        &mut self,
        cx: &mut Ctx,
        targets: Vec<Address>,
        values: Vec<U256>,
        payloads: Vec<Bytes>,
        predecessor: B256,
        salt: B256,
        delay: U256,
    ) -> Result<(), TimelockError> {
        self.access.only(cx, PROPOSER_ROLE)?;
        same_length(&targets, &values, &payloads)?;
        let calls = (targets, values, payloads, predecessor, salt);
        let id = hash(cx, &calls);
        self.enter(cx, id, delay)?;
        let (targets, values, payloads, ..) = calls;
        for (index, ((target, value), data)) in
            (0u64..).zip(targets.into_iter().zip(values).zip(payloads))
        {
            cx.emit(CallScheduled {
                id,
                index: index.into(),
                target,
                value,
                data,
                predecessor,
                delay,
            });
        }
        tell_salt(cx, id, salt);
        Ok(())
    }

    /// Cancels an operation that is not done. Only cancellers can.
    #[reentrant]
    pub fn cancel(&mut self, cx: &mut Ctx, id: B256) -> Result<(), TimelockError> {
        self.access.only(cx, CANCELLER_ROLE)?;
        ensure!(
            matches!(self.state(cx, id), Waiting | Ready),
            unexpected(id, Waiting.bit() | Ready.bit())
        );
        self.timestamps.clear(id);
        cx.emit(Cancelled { id });
        Ok(())
    }

    /// Makes a call that has waited. Only executors can, or everybody, if the zero address is one.
    #[payable]
    pub fn execute(
        &mut self,
        cx: &mut Ctx,
        target: Address,
        value: U256,
        payload: Bytes,
        predecessor: B256,
        salt: B256,
    ) -> Result<(), TimelockError> {
        self.only_executor(cx)?;
        let call = (target, value, payload, predecessor, salt);
        let id = hash(cx, &call);
        self.finish(cx, id, predecessor)?;
        let (target, value, payload, ..) = call;
        make_call(cx, id, U256::ZERO, target, value, payload)
    }

    /// Makes several calls that have waited. Only executors can, or everybody, if the zero address is one.
    #[payable]
    pub fn execute_batch(
        &mut self,
        cx: &mut Ctx,
        targets: Vec<Address>,
        values: Vec<U256>,
        payloads: Vec<Bytes>,
        predecessor: B256,
        salt: B256,
    ) -> Result<(), TimelockError> {
        self.only_executor(cx)?;
        same_length(&targets, &values, &payloads)?;
        let calls = (targets, values, payloads, predecessor, salt);
        let id = hash(cx, &calls);
        self.finish(cx, id, predecessor)?;
        let (targets, values, payloads, ..) = calls;
        for (index, ((target, value), payload)) in
            (0u64..).zip(targets.into_iter().zip(values).zip(payloads))
        {
            make_call(cx, id, index.into(), target, value, payload)?;
        }
        Ok(())
    }

    /// Says how long operations wait at least, in seconds; those that are scheduled wait as they do. Only the timelock
    /// itself can, by an operation.
    #[reentrant]
    pub fn update_delay(&mut self, cx: &mut Ctx, new_delay: U256) -> Result<(), TimelockError> {
        let caller = cx.sender();
        ensure!(
            caller == cx.address(),
            TimelockError::TimelockUnauthorizedCaller { caller }
        );
        self.set_delay(cx, new_delay);
        Ok(())
    }

    /// Whether the contract has an interface (ERC-165).
    pub fn supports_interface(interface_id: FixedBytes<4>) -> bool {
        INTERFACES.contains(&interface_id)
    }

    fn state(&self, cx: &Ctx, id: B256) -> OperationState {
        match self.timestamps.get(id) {
            U256::ZERO => Unset,
            DONE => Done,
            ready_at if ready_at > U256::from(cx.block_timestamp()) => Waiting,
            _ => Ready,
        }
    }

    /// Enters an operation.
    fn enter(&mut self, cx: &Ctx, id: B256, delay: U256) -> Result<(), TimelockError> {
        let mut timestamp = self.timestamps.entry(id);
        ensure!(timestamp.get().is_zero(), unexpected(id, Unset.bit()));
        let min_delay = self.min_delay.get();
        ensure!(
            delay >= min_delay,
            TimelockError::TimelockInsufficientDelay { delay, min_delay }
        );
        timestamp.set(U256::from(cx.block_timestamp()) + delay);
        Ok(())
    }

    /// Marks an operation as done that can be executed.
    fn finish(&mut self, cx: &Ctx, id: B256, predecessor: B256) -> Result<(), TimelockError> {
        ensure!(self.state(cx, id) == Ready, unexpected(id, Ready.bit()));
        ensure!(
            predecessor.is_zero() || self.state(cx, predecessor) == Done,
            TimelockError::TimelockUnexecutedPredecessor {
                predecessor_id: predecessor
            }
        );
        self.timestamps.set(id, DONE);
        Ok(())
    }

    fn only_executor(&self, cx: &Ctx) -> Result<(), TimelockError> {
        if !self.access.has(EXECUTOR_ROLE, Address::ZERO) {
            self.access.only(cx, EXECUTOR_ROLE)?;
        }
        Ok(())
    }

    fn set_delay(&mut self, cx: &mut Ctx, new_duration: U256) {
        let old_duration = self.min_delay.replace(new_duration);
        cx.emit(MinDelayChange {
            old_duration,
            new_duration,
        });
    }
}

/// Id of an operation: the hash of its parts, as Solidity encodes them.
fn hash(cx: &Ctx, operation: &impl Args) -> B256 {
    cx.keccak256(&operation.encode())
}

fn unexpected(operation_id: B256, expected_states: u64) -> TimelockError {
    TimelockError::TimelockUnexpectedOperationState {
        operation_id,
        expected_states: U256::from(expected_states).to_be_bytes().into(),
    }
}

fn same_length(
    targets: &[Address],
    values: &[U256],
    payloads: &[Bytes],
) -> Result<(), TimelockError> {
    let [targets, values, payloads] = [targets.len(), values.len(), payloads.len()];
    if targets == values && targets == payloads {
        return Ok(());
    }
    let [targets, values, payloads] = [targets, values, payloads].map(|len| U256::from(len as u64));
    Err(TimelockError::TimelockInvalidOperationLength {
        targets,
        payloads,
        values,
    })
}

fn tell_salt(cx: &mut Ctx, id: B256, salt: B256) {
    if !salt.is_zero() {
        cx.emit(CallSalt { id, salt });
    }
}

/// Makes one of the calls of an operation.
fn make_call(
    cx: &mut Ctx,
    id: B256,
    index: U256,
    target: Address,
    value: U256,
    data: Bytes,
) -> Result<(), TimelockError> {
    match cx.call(target, &data, CallOptions::value(value)) {
        Ok(_) => {}
        Err(CallError::Revert(words)) if !words.is_empty() => {
            return Err(CallError::Revert(words).into());
        }
        Err(_) => return Err(TimelockError::FailedCall {}),
    }
    cx.emit(CallExecuted {
        id,
        index,
        target,
        value,
        data,
    });
    Ok(())
}
