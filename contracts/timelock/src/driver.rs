//! A contract that has a timelock run four operations of its own, and one that attacks, in tests.

use zx::prelude::*;

zx::sol_interface! {
    interface ITimelock {
        function schedule(address target, uint256 value, bytes calldata data, bytes32 predecessor, bytes32 salt, uint256 delay) external;
        function execute(address target, uint256 value, bytes calldata data, bytes32 predecessor, bytes32 salt) external payable;
        function cancel(bytes32 id) external;
        function hashOperation(address target, uint256 value, bytes calldata data, bytes32 predecessor, bytes32 salt) external view returns (bytes32);
    }
}

/// How many operations there are: those with an odd number wait for the one before them.
pub const OPERATIONS: u64 = 4;

/// Proposes, executes and cancels, and takes note of what the timelock makes it do.
#[zx::contract]
pub struct Driver {
    timelock: Item<Address>,
    min_delay: Item<u64>,
    /// Since when an operation could be executed, in seconds since 1970; 0 if it is not scheduled.
    due: Map<u64, u64>,
    /// How often each was.
    #[view]
    ran: Map<u64, u64>,
    /// Whether one was that should not have been.
    #[view]
    early: Item<bool>,
    /// Whether operations cancel themselves while they run.
    treacherous: Item<bool>,
}

type Call = (Address, U256, Bytes, B256, B256);

#[zx::public]
impl Driver {
    /// Of this timelock, which has this least delay in seconds.
    #[constructor]
    pub fn constructor(
        &mut self,
        _cx: &mut Ctx,
        timelock: Address,
        min_delay: u64,
        treacherous: bool,
    ) {
        self.timelock.set(timelock);
        self.min_delay.set(min_delay);
        self.treacherous.set(treacherous);
    }

    /// Schedules an operation.
    pub fn propose(&mut self, cx: &mut Ctx, which: u64, delay: u64) -> Result<(), CallError> {
        let which = which % OPERATIONS;
        let (target, value, data, predecessor, salt) = self.call(cx, which)?;
        let timelock = ITimelock::at(self.timelock.get());
        timelock.schedule(cx, target, value, data, predecessor, salt, delay.into())?;
        // Not what was asked for, but what it should be at least.
        self.due
            .set(which, cx.block_timestamp() + self.min_delay.get());
        Ok(())
    }

    /// Executes one.
    pub fn execute(&mut self, cx: &mut Ctx, which: u64) -> Result<(), CallError> {
        let (target, value, data, predecessor, salt) = self.call(cx, which % OPERATIONS)?;
        let timelock = ITimelock::at(self.timelock.get());
        timelock.execute(cx, U256::ZERO, target, value, data, predecessor, salt)
    }

    /// Cancels one.
    pub fn cancel(&mut self, cx: &mut Ctx, which: u64) -> Result<(), CallError> {
        let which = which % OPERATIONS;
        let id = self.id(cx, which)?;
        ITimelock::at(self.timelock.get()).cancel(cx, id)?;
        self.due.clear(which);
        Ok(())
    }

    /// What the operations do.
    #[reentrant]
    pub fn run(&mut self, cx: &mut Ctx, which: u64) -> Result<(), CallError> {
        if cx.sender() != self.timelock.get() {
            return Err(CallError::Failed);
        }
        let due = self.due.get(which);
        let alone = which % 2 == 1 && self.ran.get(which - 1) == 0;
        if due == 0 || due > cx.block_timestamp() || alone {
            self.early.set(true);
        }
        self.ran.add(which, 1);
        if self.treacherous.get() {
            let id = self.id(cx, which)?;
            ITimelock::at(self.timelock.get()).cancel(cx, id)?;
        }
        Ok(())
    }

    fn call(&self, cx: &Ctx, which: u64) -> Result<Call, CallError> {
        let mut data = zx::selector("run(uint64)").to_vec();
        data.extend(zx::abi::Args::encode(&(which,)));
        let predecessor = if which % 2 == 1 {
            self.id(cx, which - 1)?
        } else {
            B256::ZERO
        };
        Ok((
            cx.address(),
            U256::ZERO,
            data.into(),
            predecessor,
            B256::ZERO,
        ))
    }

    fn id(&self, cx: &Ctx, which: u64) -> Result<B256, CallError> {
        let (target, value, data, predecessor, salt) = self.call(cx, which)?;
        let timelock = ITimelock::at(self.timelock.get());
        timelock.hash_operation(cx, target, value, data, predecessor, salt)
    }
}
