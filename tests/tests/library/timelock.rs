//! The timelock against OpenZeppelin's.

use super::{
    driver::{Side, Step, Subject, equal},
    erc20::{anybody, call, role, somebody},
    random::Random,
    wallet,
    world::{Call, World},
};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::{SolCall, SolValue as _, sol};

sol! {
    interface ITimelock {
        function getMinDelay() external view returns (uint256);
        function getTimestamp(bytes32 id) external view returns (uint256);
        function getOperationState(bytes32 id) external view returns (uint8);
        function isOperation(bytes32 id) external view returns (bool);
        function isOperationPending(bytes32 id) external view returns (bool);
        function isOperationReady(bytes32 id) external view returns (bool);
        function isOperationDone(bytes32 id) external view returns (bool);
        function hashOperation(address target, uint256 value, bytes data, bytes32 predecessor, bytes32 salt) external view returns (bytes32);
        function hashOperationBatch(address[] targets, uint256[] values, bytes[] payloads, bytes32 predecessor, bytes32 salt) external view returns (bytes32);
        function schedule(address target, uint256 value, bytes data, bytes32 predecessor, bytes32 salt, uint256 delay) external;
        function scheduleBatch(address[] targets, uint256[] values, bytes[] payloads, bytes32 predecessor, bytes32 salt, uint256 delay) external;
        function execute(address target, uint256 value, bytes payload, bytes32 predecessor, bytes32 salt) external payable;
        function executeBatch(address[] targets, uint256[] values, bytes[] payloads, bytes32 predecessor, bytes32 salt) external payable;
        function cancel(bytes32 id) external;
        function updateDelay(uint256 newDelay) external;
        function hasRole(bytes32 role, address account) external view returns (bool);
        function getRoleAdmin(bytes32 role) external view returns (bytes32);
        function grantRole(bytes32 role, address account) external;
        function revokeRole(bytes32 role, address account) external;
        function renounceRole(bytes32 role, address callerConfirmation) external;
        function supportsInterface(bytes4 interfaceId) external view returns (bool);
        function onERC721Received(address operator, address from, uint256 id, bytes data) external returns (bytes4);
        function onERC1155Received(address operator, address from, uint256 id, uint256 value, bytes data) external returns (bytes4);
        function onERC1155BatchReceived(address operator, address from, uint256[] ids, uint256[] values, bytes data) external returns (bytes4);
    }

    interface ISubordinate {
        function tell(uint256 number) external payable;
        function refuse(uint256 number) external payable;
        function fail() external;
    }
}
use ITimelock as I;

/// Names of the roles; the first is the admin's.
const ROLES: [&str; 4] = ["", "PROPOSER_ROLE", "EXECUTOR_ROLE", "CANCELLER_ROLE"];

fn role_id(name: &str) -> B256 {
    if name.is_empty() { B256::ZERO } else { role(name) }
}

/// `contracts/timelock`. Its contracts are the timelock, and what it calls.
pub(crate) const SUBJECT: Subject = Subject {
    name: "timelock",
    original: "OpenZeppelin TimelockController",
    deploy: |world, side| {
        let who = wallet::accounts()?;
        let arguments = (U256::from(50), vec![who[1], who[2]], vec![who[3]], who[0]).abi_encode_params();
        let timelock = match side {
            Side::Ours => world.deploy(who[0], "timelock", &arguments)?,
            Side::Theirs => world.original(who[0], "Delayed", &arguments)?,
        };
        Ok(vec![timelock, world.original(who[0], "Subordinate", &[])?])
    },
    step,
    views,
    same_error: equal,
    creates: &[],
    attacks: &["updateDelay"],
    dearer: &[],
};

/// A call of an operation.
type Part = (Address, U256, Vec<u8>);

/// What is scheduled and executed.
struct Operation {
    parts: Vec<Part>,
    batch: bool,
    predecessor: B256,
    salt: B256,
}

/// How many kinds there are.
const KINDS: u64 = 13;

/// Blocks after which the same kinds come again, with another salt.
const GENERATION: u64 = 20;

impl Operation {
    /// The operation of this kind that has this number among them. One of three waits for the one of the kind before.
    fn new(kind: u64, generation: u64, contracts: &[Address]) -> eyre::Result<Self> {
        let (timelock, other) = (contracts[0], contracts[1]);
        let who = wallet::accounts()?;
        let tell = |number: u64, value: u64| -> Part {
            (other, U256::from(value), ISubordinate::tellCall { number: U256::from(number) }.abi_encode())
        };
        let own = |data: Vec<u8>| -> Part { (timelock, U256::ZERO, data) };
        let refuse = (other, U256::ZERO, ISubordinate::refuseCall { number: U256::from(9) }.abi_encode());
        let delay = own(I::updateDelayCall { newDelay: U256::from(20 + generation % 60) }.abi_encode());
        let grant = I::grantRoleCall { role: role("PROPOSER_ROLE"), account: who[4] }.abi_encode();
        let revoke = I::revokeRoleCall { role: role("PROPOSER_ROLE"), account: who[4] }.abi_encode();
        let (batch, parts) = match kind {
            0 => (false, vec![tell(1, 0)]),
            1 => (false, vec![tell(2, 5)]),
            2 => (false, vec![refuse]),
            3 => (false, vec![(other, U256::ZERO, ISubordinate::failCall {}.abi_encode())]),
            4 => (false, vec![delay]),
            5 => (false, vec![own(grant)]),
            6 => (false, vec![own(revoke)]),
            7 => (false, vec![(who[4], U256::from(7), Vec::new())]),
            8 => (true, vec![tell(3, 0), delay, tell(4, 2)]),
            9 => (true, vec![tell(5, 1), refuse]),
            10 => (true, Vec::new()),
            11 => (true, vec![tell(6, 0)]),
            _ => (true, vec![own(grant), own(revoke), (who[3], U256::from(1), vec![1, 2, 3])]),
        };
        let predecessor = if (kind + generation) % 3 == 2 && kind > 0 {
            Self::new(kind - 1, generation, contracts)?.id()
        } else {
            B256::ZERO
        };
        Ok(Self { parts, batch, predecessor, salt: U256::from(generation / 2).into() })
    }

    fn columns(&self) -> (Vec<Address>, Vec<U256>, Vec<Bytes>) {
        let mut columns = (Vec::new(), Vec::new(), Vec::new());
        for (target, value, data) in &self.parts {
            columns.0.push(*target);
            columns.1.push(*value);
            columns.2.push(data.clone().into());
        }
        columns
    }

    fn id(&self) -> B256 {
        let (predecessor, salt) = (self.predecessor, self.salt);
        if self.batch {
            let (targets, values, payloads) = self.columns();
            return keccak256((targets, values, payloads, predecessor, salt).abi_encode_params());
        }
        let (target, value, data) = self.parts[0].clone();
        keccak256((target, value, Bytes::from(data), predecessor, salt).abi_encode_params())
    }

    fn schedule(&self, from: Address, timelock: Address, delay: U256) -> Step {
        let (predecessor, salt) = (self.predecessor, self.salt);
        if self.batch {
            let (targets, values, payloads) = self.columns();
            let data = I::scheduleBatchCall { targets, values, payloads, predecessor, salt, delay };
            return call("scheduleBatch", from, timelock, &data);
        }
        let (target, value, data) = self.parts[0].clone();
        let data = I::scheduleCall { target, value, data: data.into(), predecessor, salt, delay };
        call("schedule", from, timelock, &data)
    }

    fn execute(&self, from: Address, to: Address, value: U256) -> Step {
        let (predecessor, salt) = (self.predecessor, self.salt);
        let (what, data) = if self.batch {
            let (targets, values, payloads) = self.columns();
            ("executeBatch", I::executeBatchCall { targets, values, payloads, predecessor, salt }.abi_encode())
        } else {
            let (target, value, data) = self.parts[0].clone();
            ("execute", I::executeCall { target, value, payload: data.into(), predecessor, salt }.abi_encode())
        };
        Step::Call(Call { what, from, to, value, data: data.into() })
    }
}

fn step(random: &mut Random, world: &mut World, contracts: &[Address]) -> eyre::Result<Step> {
    let timelock = contracts[0];
    let (who, from) = (wallet::accounts()?, somebody(random)?);
    let mut mostly = |account| if random.chance(85) { account } else { from };
    let (admin, proposer, executor) = (mostly(who[0]), mostly(who[1]), mostly(who[3]));
    let generation = (world.block().0 / GENERATION).saturating_sub(random.below(2));
    let operation = Operation::new(random.below(KINDS), generation, contracts)?;
    match random.below(20) {
        0 => return roles(random, admin, timelock),
        1 => return Ok(odd(random, &operation, from, timelock)),
        2..=4 => return Ok(Step::Pass(random.below(60))),
        _ => {}
    }
    let id = operation.id();
    let state = world.look(timelock, &I::getOperationStateCall { id }.abi_encode())?.data;
    let state = U256::abi_decode(&state)?.to::<u64>();
    let delay = U256::abi_decode(&world.look(timelock, &I::getMinDelayCall {}.abi_encode())?.data)?;
    let delay = match random.below(20) {
        0 => delay.saturating_sub(U256::from(1)),
        1 => U256::MAX,
        _ => delay + U256::from(random.below(20)),
    };
    let value = operation.parts.iter().map(|(_, value, _)| *value).sum();
    let value = if random.chance(90) { value } else { U256::ZERO };
    Ok(match (state, random.below(10)) {
        (0, 0..=8) | (3, 0..=3) => operation.schedule(proposer, timelock, delay),
        (1 | 2, 0) | (_, 9) => call("cancel", proposer, timelock, &I::cancelCall { id }),
        (1, 1..=5) => Step::Pass(random.below(60)),
        _ => operation.execute(executor, timelock, value),
    })
}

fn roles(random: &mut Random, admin: Address, timelock: Address) -> eyre::Result<Step> {
    let name = random.pick(&ROLES[1..]);
    let (role, account) = (role_id(name), anybody(random)?);
    Ok(match random.below(3) {
        0 => call("grantRole", admin, timelock, &I::grantRoleCall { role, account }),
        1 => {
            let confirmation = if random.chance(80) { account } else { admin };
            let renounce = I::renounceRoleCall { role, callerConfirmation: confirmation };
            call("renounceRole", account, timelock, &renounce)
        }
        _ => call("revokeRole", admin, timelock, &I::revokeRoleCall { role, account }),
    })
}

/// What is seldom done.
fn odd(random: &mut Random, operation: &Operation, from: Address, to: Address) -> Step {
    let (predecessor, salt, id) = (operation.predecessor, operation.salt, U256::from(3));
    let (mut targets, values, payloads) = operation.columns();
    targets.push(from);
    match random.below(6) {
        0 => {
            let data = I::executeBatchCall { targets, values, payloads, predecessor, salt };
            call("executeBatch", from, to, &data)
        }
        1 => {
            let delay = U256::from(100);
            let data = I::scheduleBatchCall { targets, values, payloads, predecessor, salt, delay };
            call("scheduleBatch", from, to, &data)
        }
        2 => call("updateDelay", from, to, &I::updateDelayCall { newDelay: U256::ZERO }),
        3 => {
            let data = I::onERC721ReceivedCall { operator: from, from, id, data: Bytes::from(vec![1; 40]) };
            call("onERC721Received", from, to, &data)
        }
        4 => {
            let data = I::onERC1155BatchReceivedCall {
                operator: from,
                from,
                ids: vec![id],
                values: vec![id],
                data: Bytes::new(),
            };
            call("onERC1155BatchReceived", from, to, &data)
        }
        _ => Step::Call(Call { what: "receive", from, to, value: U256::from(3), data: Bytes::new() }),
    }
}

fn views(contracts: &[Address]) -> Vec<(Address, Vec<u8>)> {
    let mut views = vec![I::getMinDelayCall {}.abi_encode()];
    let who = wallet::accounts().unwrap_or_default();
    for name in ROLES {
        let role = role_id(name);
        views.push(I::getRoleAdminCall { role }.abi_encode());
        let accounts = who.iter().chain(contracts).copied().chain([Address::ZERO]);
        views.extend(accounts.map(|account| I::hasRoleCall { role, account }.abi_encode()));
    }
    for interface in [0x01ff_c9a7u32, 0x7965_db0b, 0x4e23_12e0, 0x150b_7a02, 0xffff_ffff] {
        views.push(I::supportsInterfaceCall { interfaceId: interface.to_be_bytes().into() }.abi_encode());
    }
    for (kind, generation) in (0..KINDS).flat_map(|kind| [(kind, 0), (kind, 3)]) {
        let Ok(operation) = Operation::new(kind, generation, contracts) else { continue };
        let (id, predecessor, salt) = (operation.id(), operation.predecessor, operation.salt);
        views.push(I::getTimestampCall { id }.abi_encode());
        views.push(I::getOperationStateCall { id }.abi_encode());
        views.push(I::isOperationCall { id }.abi_encode());
        views.push(I::isOperationPendingCall { id }.abi_encode());
        views.push(I::isOperationReadyCall { id }.abi_encode());
        views.push(I::isOperationDoneCall { id }.abi_encode());
        let (targets, values, payloads) = operation.columns();
        if let [(target, value, data)] = operation.parts.as_slice() {
            let (target, value, data) = (*target, *value, data.clone().into());
            views.push(I::hashOperationCall { target, value, data, predecessor, salt }.abi_encode());
        }
        views.push(I::hashOperationBatchCall { targets, values, payloads, predecessor, salt }.abi_encode());
    }
    views.into_iter().map(|data| (contracts[0], data)).collect()
}

#[test]
fn the_timelock_does_what_openzeppelin_s_does() -> eyre::Result<()> {
    SUBJECT.check().map(drop)
}
