//! What holds whatever anybody does.

use super::*;
use attacker::Attacker;
use core::cell::{Cell, RefCell};
use hostile_token::HostileToken;
use zx::{
    abi::Args as _,
    testing::{Host, Invariants, Reverted},
};

/// Seconds.
const DELAY: u64 = 20;

/// How many operations there are: those with an odd number wait for the one before them.
const OPERATIONS: usize = 4;

/// A timelock, and what its operations may do when.
struct Watched {
    timelock: Address,
    /// Each operation moves one to an account of its own.
    counter: Address,
    /// Since when an operation could be executed, in seconds since 1970; 0 if it is not scheduled.
    due: RefCell<[u64; OPERATIONS]>,
    /// Whether one was executed that should not have been.
    early: Cell<bool>,
}

type Operation = (Address, U256, Bytes, B256, B256);

/// A timelock that is its own; this account may do everything that is done with roles.
fn timelock_of(host: &Host, account: Address) -> TimelockClient<'_> {
    let [admin] = host.accounts();
    let timelock = host.deploy::<Timelock>((U256::from(DELAY), vec![], vec![], admin));
    for role in [PROPOSER_ROLE, EXECUTOR_ROLE, CANCELLER_ROLE] {
        timelock.access().grant_role(role, account).unwrap();
    }
    timelock
        .access()
        .renounce_role(DEFAULT_ADMIN_ROLE, admin)
        .expect("from now on it is its own");
    timelock
}

impl Watched {
    fn new(host: &Host) -> Self {
        let [admin] = host.accounts();
        Self {
            timelock: timelock_of(host, admin).address(),
            counter: host.deploy::<HostileToken>((U256::from(99u8),)).address(),
            due: RefCell::default(),
            early: Cell::default(),
        }
    }

    fn timelock<'h>(&self, host: &'h Host) -> TimelockClient<'h> {
        host.at::<Timelock>(self.timelock)
    }

    /// An operation and its id.
    fn operation(&self, host: &Host, which: usize) -> (Operation, B256) {
        let [pot] = host.accounts();
        let arguments = (pot, spot(which), U256::ONE).encode();
        let selector = zx::selector("transferFrom(address,address,uint256)");
        let data: Bytes = [selector.to_vec(), arguments].concat().into();
        let predecessor = if which % 2 == 1 {
            self.operation(host, which - 1).1
        } else {
            B256::ZERO
        };
        let operation = (self.counter, U256::ZERO, data, predecessor, B256::ZERO);
        let (target, value, data, predecessor, salt) = operation.clone();
        let id = self
            .timelock(host)
            .hash_operation(target, value, data, predecessor, salt);
        (operation, id)
    }

    /// How often an operation ran.
    fn ran(&self, host: &Host, which: usize) -> U256 {
        host.at::<HostileToken>(self.counter)
            .balance_of(spot(which))
    }

    fn propose(&self, host: &Host, which: usize, delay: u64) -> Result<(), Reverted> {
        let (target, value, data, predecessor, salt) = self.operation(host, which).0;
        self.timelock(host)
            .schedule(target, value, data, predecessor, salt, delay.into())?;
        // Not what was asked for, but what it should be at least.
        self.due.borrow_mut()[which] = host.block().timestamp + DELAY;
        Ok(())
    }

    fn execute(&self, host: &Host, which: usize) -> Result<(), Reverted> {
        let (target, value, data, predecessor, salt) = self.operation(host, which).0;
        self.timelock(host)
            .execute(target, value, data, predecessor, salt)?;
        let due = self.due.borrow()[which];
        let alone = which % 2 == 1 && self.ran(host, which - 1).is_zero();
        if due == 0 || due > host.block().timestamp || alone {
            self.early.set(true);
        }
        Ok(())
    }

    fn cancel(&self, host: &Host, which: usize) -> Result<(), Reverted> {
        self.timelock(host).cancel(self.operation(host, which).1)?;
        self.due.borrow_mut()[which] = 0;
        Ok(())
    }
}

/// Where an operation moves something.
fn spot(which: usize) -> Address {
    Address::repeat_byte(0xB0 + which as u8)
}

fn operation(number: u8) -> usize {
    usize::from(number) % OPERATIONS
}

#[test]
fn nothing_runs_before_its_delay_or_its_predecessor_or_twice() {
    Invariants::new(|host, targets| {
        let watched = Watched::new(host);
        targets
            .contract::<Timelock>(watched.timelock)
            .only(&["updateDelay"])
            .senders(host.accounts::<2>())
            .amounts(0u64..=60)
            .passing(60);
        watched
    })
    .step("propose", |host, watched, _, (which, delay): (u8, u64)| {
        watched.propose(host, operation(which), delay)
    })
    .step("execute", |host, watched, _, (which,): (u8,)| {
        watched.execute(host, operation(which))
    })
    // Now and then: what is cancelled never runs.
    .step("cancel", |host, watched, _, (which, sure): (u8, u8)| {
        if !sure.is_multiple_of(4) {
            return Ok(());
        }
        watched.cancel(host, operation(which))
    })
    .hold(
        "what ran had waited, for its time and its predecessor",
        |_, watched| assert!(!watched.early.get()),
    )
    .hold("nothing ran twice", |host, watched| {
        for which in 0..OPERATIONS {
            assert!(watched.ran(host, which) <= U256::ONE);
        }
    })
    .depth(64)
    .runs(192)
    .check();
}

/// What an operation calls may have the right to cancel: not the operation that runs, or it would have run and be free to
/// be scheduled again.
#[zx::test]
fn an_operation_is_done_before_its_calls_are_made(host: &Host) {
    let attacker = host.deploy::<Attacker>(());
    let timelock = timelock_of(host, attacker.address());
    let (nothing, none) = (U256::ZERO, B256::ZERO);
    let data = Bytes::from_static(&[1, 2, 3, 4]);
    let operation = (attacker.address(), nothing, data, none, none);
    let act = |method: &str, arguments: Vec<u8>| {
        let data = [zx::selector(method).to_vec(), arguments].concat();
        attacker.act(timelock.address(), nothing, data.into())
    };
    let (target, value, data, ..) = operation.clone();
    let id = timelock.hash_operation(target, value, data, none, none);
    let (target, value, data, ..) = operation.clone();
    act(
        "schedule(address,uint256,bytes,bytes32,bytes32,uint256)",
        (target, value, data, none, none, U256::from(DELAY)).encode(),
    )
    .unwrap();
    host.pass(DELAY);
    host.rehearse(|| assert!(act("cancel(bytes32)", (id,).encode()).is_ok(), "it may"));
    let cancel = [zx::selector("cancel(bytes32)").to_vec(), (id,).encode()].concat();
    attacker
        .plan(timelock.address(), nothing, cancel.into())
        .unwrap();
    act(
        "execute(address,uint256,bytes,bytes32,bytes32)",
        operation.encode(),
    )
    .unwrap();
    assert_eq!(attacker.taken(), 1, "it was called");
    let refused = Reverted(attacker.returned(0).to_vec());
    assert!(matches!(
        refused.decode(),
        Some(TimelockError::TimelockUnexpectedOperationState { .. })
    ));
    assert!(timelock.is_operation_done(id));
}
