use super::*;
use zx::{
    Event as _,
    components::{AccessControlError, RoleGranted},
    testing::{Host, Reverted},
};

const DELAY: u64 = 100;
const TARGET: Address = Address::repeat_byte(0x7A);
const POKE: [u8; 4] = zx::selector("poke()");
const FAIL: [u8; 4] = zx::selector("fail()");

fn n(value: u64) -> U256 {
    U256::from(value)
}

/// Proposer and canceller, executor, a stranger.
fn people(host: &Host) -> [Address; 3] {
    let [_, proposer, executor, stranger] = host.accounts();
    [proposer, executor, stranger]
}

/// A timelock of the second account, which proposes, and the third, which executes; the first is its admin. The target
/// can be poked, and fails if it is asked to.
fn timelock(host: &Host) -> TimelockClient<'_> {
    let ([admin], [proposer, executor, _]) = (host.accounts(), people(host));
    host.mock(TARGET)
        .returns(POKE, ())
        .reverts(FAIL, "as asked")
        .install();
    host.deploy::<Timelock>((n(DELAY), vec![proposer], vec![executor], admin))
}

/// An operation of one call.
#[derive(Clone)]
struct Operation {
    target: Address,
    value: U256,
    data: Bytes,
    predecessor: B256,
    salt: B256,
}

impl Operation {
    fn new(target: Address, data: Vec<u8>) -> Self {
        Self {
            target,
            value: n(0),
            data: data.into(),
            predecessor: B256::ZERO,
            salt: B256::ZERO,
        }
    }

    fn poke() -> Self {
        Self::new(TARGET, POKE.to_vec())
    }

    fn salted(self, salt: u8) -> Self {
        Self {
            salt: B256::repeat_byte(salt),
            ..self
        }
    }

    fn after(self, predecessor: B256) -> Self {
        Self {
            predecessor,
            ..self
        }
    }

    fn id(&self, timelock: &TimelockClient<'_>) -> B256 {
        let Self {
            target,
            value,
            data,
            predecessor,
            salt,
        } = self.clone();
        timelock.hash_operation(target, value, data, predecessor, salt)
    }

    /// Has whoever the client is schedule it.
    fn schedule(&self, timelock: &TimelockClient<'_>, delay: u64) -> Result<B256, Reverted> {
        let Self {
            target,
            value,
            data,
            predecessor,
            salt,
        } = self.clone();
        timelock.schedule(target, value, data, predecessor, salt, n(delay))?;
        Ok(self.id(timelock))
    }

    /// Has whoever the client is execute it.
    fn execute(&self, timelock: &TimelockClient<'_>) -> Result<(), Reverted> {
        let Self {
            target,
            value,
            data,
            predecessor,
            salt,
        } = self.clone();
        timelock.execute(target, value, data, predecessor, salt)
    }
}

/// Schedules, waits and executes.
fn carry_out(host: &Host, timelock: TimelockClient<'_>, operation: &Operation) {
    let [proposer, executor, _] = people(host);
    operation.schedule(&timelock.by(proposer), DELAY).unwrap();
    host.pass(DELAY);
    operation.execute(&timelock.by(executor)).unwrap();
}

fn in_state(id: B256, expected: u64) -> Reverted {
    unexpected(id, expected).into()
}

fn lacking(account: Address, needed_role: B256) -> Reverted {
    AccessControlError::AccessControlUnauthorizedAccount {
        account,
        needed_role,
    }
    .into()
}

fn calldata(selector: [u8; 4], arguments: &impl Args) -> Vec<u8> {
    [&selector[..], &arguments.encode()].concat()
}

#[zx::test]
fn a_call_is_made_after_its_delay_and_once(host: &Host) {
    let [proposer, executor, _] = people(host);
    let timelock = timelock(host);
    let operation = Operation::poke().salted(7);
    let id = operation.schedule(&timelock.by(proposer), DELAY).unwrap();
    let (data, salt) = (Bytes::from(POKE), B256::repeat_byte(7));
    let scheduled = CallScheduled {
        id,
        index: n(0),
        target: TARGET,
        value: n(0),
        data: data.clone(),
        predecessor: B256::ZERO,
        delay: n(DELAY),
    };
    host.assert_logs(
        timelock.address(),
        [scheduled.into_log(), CallSalt { id, salt }.into_log()],
    );
    let ready_at = host.block().timestamp + DELAY;
    assert_eq!(timelock.get_timestamp(id), n(ready_at));
    assert!(timelock.is_operation(id) && timelock.is_operation_pending(id));

    host.pass(DELAY - 1);
    assert_eq!(timelock.get_operation_state(id), Waiting);
    let early = operation.execute(&timelock.by(executor));
    assert_eq!(early, Err(in_state(id, 4)));

    host.pass(1);
    assert_eq!(timelock.get_operation_state(id), Ready);
    assert!(timelock.is_operation_ready(id));
    operation.execute(&timelock.by(executor)).unwrap();
    let executed = CallExecuted {
        id,
        index: n(0),
        target: TARGET,
        value: n(0),
        data,
    };
    host.assert_logs(timelock.address(), [executed.into_log()]);
    assert!(timelock.is_operation_done(id) && !timelock.is_operation_pending(id));
    assert_eq!(timelock.get_timestamp(id), n(1));

    let again = operation.execute(&timelock.by(executor));
    assert_eq!(again, Err(in_state(id, 4)), "a second time");
    let anew = operation.schedule(&timelock.by(proposer), DELAY);
    assert_eq!(anew, Err(in_state(id, 1)), "what is done cannot come back");
}

#[zx::test]
fn what_differs_in_anything_is_another_operation(host: &Host) {
    let [proposer, executor, _] = people(host);
    let timelock = timelock(host);
    let operation = Operation::poke();
    let id = operation.schedule(&timelock.by(proposer), DELAY).unwrap();
    let pending = operation.schedule(&timelock.by(proposer), DELAY);
    assert_eq!(pending, Err(in_state(id, 1)), "it is scheduled");
    host.pass(DELAY);
    let others = [
        operation.clone().salted(1),
        operation.clone().after(B256::repeat_byte(1)),
        Operation::new(TARGET, FAIL.to_vec()),
        Operation::new(proposer, POKE.to_vec()),
        Operation {
            value: n(1),
            ..operation.clone()
        },
    ];
    for other in others {
        let other_id = other.id(&timelock);
        assert_ne!(other_id, id);
        assert_eq!(
            other.execute(&timelock.by(executor)),
            Err(in_state(other_id, 4))
        );
    }
    operation.execute(&timelock.by(executor)).unwrap();
}

#[zx::test]
fn a_batch_is_made_whole_or_not_at_all(host: &Host) {
    let [proposer, executor, _] = people(host);
    let timelock = timelock(host);
    let delay_call = calldata(zx::selector("updateDelay(uint256)"), &(n(5),));
    let batch = |last: [u8; 4]| {
        (
            vec![timelock.address(), TARGET],
            vec![n(0), n(0)],
            vec![Bytes::from(delay_call.clone()), Bytes::from(last)],
        )
    };
    for (last, succeeds) in [(FAIL, false), (POKE, true)] {
        let (targets, values, payloads) = batch(last);
        let zero = B256::ZERO;
        timelock
            .by(proposer)
            .schedule_batch(
                targets.clone(),
                values.clone(),
                payloads.clone(),
                zero,
                zero,
                n(DELAY),
            )
            .unwrap();
        let id = timelock.hash_operation_batch(
            targets.clone(),
            values.clone(),
            payloads.clone(),
            zero,
            zero,
        );
        assert_eq!(host.logs().len(), 2);
        host.pass(DELAY);
        let done = timelock
            .by(executor)
            .execute_batch(targets, values, payloads, zero, zero);
        assert_eq!(done.is_ok(), succeeds);
        assert_eq!(timelock.is_operation_done(id), succeeds);
        assert_eq!(
            timelock.get_min_delay(),
            n(if succeeds { 5 } else { DELAY })
        );
    }
    let uneven = TimelockError::TimelockInvalidOperationLength {
        targets: n(1),
        payloads: n(0),
        values: n(2),
    };
    let (targets, values) = (vec![TARGET], vec![n(0), n(0)]);
    let zero = B256::ZERO;
    let scheduled = timelock.by(proposer).schedule_batch(
        targets.clone(),
        values.clone(),
        vec![],
        zero,
        zero,
        n(DELAY),
    );
    assert_eq!(scheduled, Err(uneven.clone().into()));
    let executed = timelock
        .by(executor)
        .execute_batch(targets, values, vec![], zero, zero);
    assert_eq!(executed, Err(uneven.into()));
}

#[zx::test]
fn only_those_with_the_role_schedule_execute_and_cancel(host: &Host) {
    let [proposer, executor, stranger] = people(host);
    let timelock = timelock(host);
    let operation = Operation::poke();
    for other in [executor, stranger, timelock.address()] {
        assert_eq!(
            operation.schedule(&timelock.by(other), DELAY),
            Err(lacking(other, PROPOSER_ROLE))
        );
        let batch = timelock.by(other).schedule_batch(
            vec![],
            vec![],
            vec![],
            B256::ZERO,
            B256::ZERO,
            n(DELAY),
        );
        assert_eq!(batch, Err(lacking(other, PROPOSER_ROLE)));
    }
    let id = operation.schedule(&timelock.by(proposer), DELAY).unwrap();
    host.pass(DELAY);
    for other in [proposer, stranger] {
        assert_eq!(
            operation.execute(&timelock.by(other)),
            Err(lacking(other, EXECUTOR_ROLE))
        );
        let batch =
            timelock
                .by(other)
                .execute_batch(vec![], vec![], vec![], B256::ZERO, B256::ZERO);
        assert_eq!(batch, Err(lacking(other, EXECUTOR_ROLE)));
    }
    for other in [executor, stranger] {
        assert_eq!(
            timelock.by(other).cancel(id),
            Err(lacking(other, CANCELLER_ROLE)),
            "griefing"
        );
    }
    timelock.by(proposer).cancel(id).unwrap();
    host.assert_logs(timelock.address(), [Cancelled { id }.into_log()]);
    assert_eq!(timelock.get_operation_state(id), Unset);
    assert_eq!(timelock.by(proposer).cancel(id), Err(in_state(id, 6)));
    assert_eq!(
        operation.execute(&timelock.by(executor)),
        Err(in_state(id, 4))
    );
    operation
        .schedule(&timelock.by(proposer), DELAY)
        .expect("what was cancelled can be scheduled again");
}

#[zx::test]
fn everybody_executes_if_the_zero_address_may(host: &Host) {
    let [proposer, _, stranger] = people(host);
    let timelock = timelock(host);
    timelock
        .access()
        .grant_role(EXECUTOR_ROLE, Address::ZERO)
        .unwrap();
    let operation = Operation::poke();
    operation.schedule(&timelock.by(proposer), DELAY).unwrap();
    host.pass(DELAY);
    operation.execute(&timelock.by(stranger)).unwrap();
}

#[zx::test]
fn an_operation_waits_for_its_predecessor(host: &Host) {
    let [proposer, executor, _] = people(host);
    let timelock = timelock(host);
    let first = Operation::poke();
    let first_id = first.id(&timelock);
    let second = Operation::poke().after(first_id);
    second.schedule(&timelock.by(proposer), DELAY).unwrap();
    host.pass(DELAY);
    let missing: Reverted = TimelockError::TimelockUnexecutedPredecessor {
        predecessor_id: first_id,
    }
    .into();
    let executed = || second.execute(&timelock.by(executor));
    assert_eq!(executed(), Err(missing.clone()), "it is not scheduled");
    first.schedule(&timelock.by(proposer), DELAY).unwrap();
    assert_eq!(executed(), Err(missing.clone()), "it waits");
    host.pass(DELAY);
    assert_eq!(executed(), Err(missing), "it is ready");
    first.execute(&timelock.by(executor)).unwrap();
    executed().unwrap();
}

#[zx::test]
fn nothing_is_scheduled_for_earlier_than_the_least_delay(host: &Host) {
    let ([admin], [proposer, _, _]) = (host.accounts(), people(host));
    let timelock = timelock(host);
    let soon = TimelockError::TimelockInsufficientDelay {
        delay: n(DELAY - 1),
        min_delay: n(DELAY),
    };
    let scheduled = Operation::poke().schedule(&timelock.by(proposer), DELAY - 1);
    assert_eq!(scheduled, Err(soon.into()));
    let never = timelock.by(proposer).schedule(
        TARGET,
        n(0),
        Bytes::new(),
        B256::ZERO,
        B256::ZERO,
        U256::MAX,
    );
    assert_eq!(
        never.unwrap_err().panic_code(),
        Some(0x11),
        "a time that wraps around would be in the past"
    );
    for other in [admin, proposer] {
        let refused = TimelockError::TimelockUnauthorizedCaller { caller: other };
        assert_eq!(timelock.by(other).update_delay(n(0)), Err(refused.into()));
    }
}

#[zx::test]
fn roles_and_delay_are_changed_by_operations(host: &Host) {
    let ([admin], [_, _, stranger]) = (host.accounts(), people(host));
    let timelock = timelock(host);
    let me = timelock.address();
    assert!(timelock.access().has_role(DEFAULT_ADMIN_ROLE, me));
    timelock
        .access()
        .renounce_role(DEFAULT_ADMIN_ROLE, admin)
        .unwrap();
    assert_eq!(
        timelock.access().grant_role(PROPOSER_ROLE, admin),
        Err(lacking(admin, DEFAULT_ADMIN_ROLE)),
        "nobody is admin any more but the timelock"
    );
    let grant = calldata(
        zx::selector("grantRole(bytes32,address)"),
        &(PROPOSER_ROLE, stranger),
    );
    carry_out(host, timelock, &Operation::new(me, grant));
    let granted = RoleGranted {
        role: PROPOSER_ROLE,
        account: stranger,
        sender: me,
    };
    assert!(host.emitted(granted) && timelock.access().has_role(PROPOSER_ROLE, stranger));
    let revoke = calldata(
        zx::selector("revokeRole(bytes32,address)"),
        &(PROPOSER_ROLE, stranger),
    );
    carry_out(host, timelock, &Operation::new(me, revoke));
    assert!(!timelock.access().has_role(PROPOSER_ROLE, stranger));
    let update = calldata(zx::selector("updateDelay(uint256)"), &(n(7),));
    carry_out(host, timelock, &Operation::new(me, update));
    assert!(host.emitted(MinDelayChange {
        old_duration: n(DELAY),
        new_duration: n(7)
    }));
    assert_eq!(timelock.get_min_delay(), n(7));
    assert_eq!(
        timelock.access().get_role_admin(PROPOSER_ROLE),
        DEFAULT_ADMIN_ROLE
    );
}

#[zx::test]
fn what_fails_can_be_tried_again(host: &Host) {
    let [proposer, executor, _] = people(host);
    let timelock = timelock(host);
    let operation = Operation::new(TARGET, FAIL.to_vec());
    let id = operation.schedule(&timelock.by(proposer), DELAY).unwrap();
    let unknown = Operation::new(TARGET, vec![1, 2, 3, 4]);
    unknown.schedule(&timelock.by(proposer), DELAY).unwrap();
    host.pass(DELAY);
    let failed = operation.execute(&timelock.by(executor)).unwrap_err();
    assert_eq!(failed.message().as_deref(), Some("as asked"));
    assert!(timelock.is_operation_ready(id));
    assert_eq!(
        unknown.execute(&timelock.by(executor)),
        Err(TimelockError::FailedCall {}.into()),
        "without a word"
    );
    host.mock(TARGET).returns(FAIL, ()).install();
    operation.execute(&timelock.by(executor)).unwrap();
}

#[zx::test]
fn coins_and_tokens_are_taken_and_coins_sent(host: &Host) {
    let [proposer, executor, stranger] = people(host);
    let timelock = timelock(host);
    host.raw(timelock.address())
        .paying(n(50))
        .transact(&[])
        .unwrap();
    let before = host.balance(stranger);
    let operation = Operation {
        value: n(60),
        ..Operation::new(stranger, Vec::new())
    };
    operation.schedule(&timelock.by(proposer), DELAY).unwrap();
    host.pass(DELAY);
    assert_eq!(
        operation.execute(&timelock.by(executor)),
        Err(TimelockError::FailedCall {}.into()),
        "there is not so much"
    );
    operation
        .execute(&timelock.by(executor).paying(n(15)))
        .unwrap();
    assert_eq!(
        (
            host.balance(stranger) - before,
            host.balance(timelock.address())
        ),
        (n(60), n(5))
    );
    let hooks = [
        (
            "onERC721Received(address,address,uint256,bytes)",
            0x150b_7a02u32,
        ),
        (
            "onERC1155Received(address,address,uint256,uint256,bytes)",
            0xf23a_6e61,
        ),
        (
            "onERC1155BatchReceived(address,address,uint256[],uint256[],bytes)",
            0xbc19_7c81,
        ),
    ];
    for (signature, selector) in hooks {
        assert_eq!(zx::selector(signature), selector.to_be_bytes());
    }
    let (who, data) = (stranger, Bytes::new());
    let answers = [
        timelock
            .receiver()
            .on_erc721_received(who, who, n(1), data.clone()),
        timelock
            .receiver()
            .on_erc1155_received(who, who, n(1), n(1), data.clone()),
        timelock
            .receiver()
            .on_erc1155_batch_received(who, who, vec![], vec![], data),
    ];
    assert_eq!(
        answers.map(|answer| answer.0),
        hooks.map(|(_, selector)| selector.to_be_bytes())
    );
    for (interface, supported) in [
        ([0x01, 0xFF, 0xC9, 0xA7], true),
        ([0x4E, 0x23, 0x12, 0xE0], true),
        ([0x79, 0x65, 0xDB, 0x0B], true),
        ([0xFF; 4], false),
    ] {
        assert_eq!(
            timelock.supports_interface(FixedBytes(interface)),
            supported
        );
    }
    let names = ["PROPOSER_ROLE", "EXECUTOR_ROLE", "CANCELLER_ROLE"].map(role);
    let ids = [
        timelock.proposer_role(),
        timelock.executor_role(),
        timelock.canceller_role(),
    ];
    assert_eq!(ids, names);
}

/// Whoever is called by an operation, and may execute, cannot have another one made in between, nor the same again: of two
/// that depend on each other, the second would see half of what the first does.
#[zx::test]
fn nothing_is_executed_from_within_an_operation(host: &Host) {
    let [proposer, executor, _] = people(host);
    let timelock = timelock(host);
    timelock
        .access()
        .grant_role(EXECUTOR_ROLE, Address::ZERO)
        .unwrap();
    let inner = Operation::poke();
    let inner_id = inner.schedule(&timelock.by(proposer), DELAY).unwrap();
    let (zero, none) = (B256::ZERO, Vec::<Address>::new);
    let executes = [
        calldata(
            zx::selector("execute(address,uint256,bytes,bytes32,bytes32)"),
            &(TARGET, n(0), Bytes::from(POKE), zero, zero),
        ),
        calldata(
            zx::selector("executeBatch(address[],uint256[],bytes[],bytes32,bytes32)"),
            &(none(), Vec::<U256>::new(), Vec::<Bytes>::new(), zero, zero),
        ),
    ];
    for execute in executes {
        let outer = Operation::new(timelock.address(), execute);
        let id = outer.schedule(&timelock.by(proposer), DELAY).unwrap();
        host.pass(DELAY);
        let refused = outer.execute(&timelock.by(executor)).unwrap_err();
        assert_eq!(refused.message().as_deref(), Some("reentrant call"));
        assert!(timelock.is_operation_ready(id) && timelock.is_operation_ready(inner_id));
    }
}
