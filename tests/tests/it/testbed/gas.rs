//! The life of a token on a node and in the testbed: the same gas to the unit, the same logs, the same outcomes.

use super::{machine, outcome};
use alloy_primitives::{Address, B256, Bytes, LogData, TxKind, U256};
use alloy_sol_types::{SolCall as _, sol};
use eyre::{OptionExt as _, ensure};
use serde_json::{Value, json};
use zx_sdk::testing::protocol::{CallOutcome, Request};
use zx_tests::{Account, Node, Rpc, artifacts};

sol! {
    function transfer(address to, uint256 value) external returns (bool);
    function approve(address spender, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);
    function mint(address to, uint256 value) external;
    function burn(uint256 value) external;
    function balanceOf(address account) external view returns (uint256);
    function allowance(address owner, address spender) external view returns (uint256);
    function totalSupply() external view returns (uint256);
    function name() external view returns (string);
}

const SUPPLY: u64 = 1_000_000;

/// A transaction: what it is for, who sends it, whom to, with how much value, and its calldata.
struct Step {
    what: &'static str,
    from: usize,
    to: Option<Address>,
    value: u64,
    data: Bytes,
    succeeds: bool,
}

fn life(token: Address, deployment: Bytes, who: &[Address]) -> Vec<Step> {
    let [owner, alice, bob] = [who[0], who[1], who[2]];
    let fresh = Address::repeat_byte(0x77);
    let n = U256::from::<u64>;
    let call = |what, from, data: Vec<u8>, succeeds| Step {
        what,
        from,
        to: Some(token),
        value: 0,
        data: data.into(),
        succeeds,
    };
    let transfer = |to, value| transferCall { to, value }.abi_encode();
    let approve = |spender, value| approveCall { spender, value }.abi_encode();
    let take = |from, to, value| transferFromCall { from, to, value }.abi_encode();
    let mint = |to, value| mintCall { to, value }.abi_encode();
    let burn = |value| burnCall { value }.abi_encode();
    // Ten times as much calldata as the method reads: EIP-7623's floor.
    let padded = [transfer(alice, n(1)), vec![0xFF; 5_000]].concat();
    let plain = |what, to, value, data: &[u8], succeeds| Step {
        what,
        from: 1,
        to,
        value,
        data: data.to_vec().into(),
        succeeds,
    };
    vec![
        Step { what: "deploy", from: 0, to: None, value: 0, data: deployment.clone(), succeeds: true },
        call("first transfer to an account", 0, transfer(alice, n(1_000)), true),
        call("transfer to a holder", 0, transfer(alice, n(500)), true),
        call("transfer to oneself", 0, transfer(owner, n(5)), true),
        call("transfer of nothing", 2, transfer(alice, n(0)), true),
        call("transfer of everything, with its refund", 1, transfer(bob, n(1_500)), true),
        call("transfer of too much", 1, transfer(bob, n(1)), false),
        call("transfer to nobody", 0, transfer(Address::ZERO, n(1)), false),
        call("approval", 2, approve(alice, n(300)), true),
        call("the same approval", 2, approve(alice, n(300)), true),
        call("spending", 1, take(bob, fresh, n(200)), true),
        call("spending the rest, with its refund", 1, take(bob, fresh, n(100)), true),
        call("spending too much", 1, take(bob, fresh, n(1)), false),
        call("infinite approval", 2, approve(alice, U256::MAX), true),
        call("spending of it", 1, take(bob, owner, n(1)), true),
        call("taking the approval back", 2, approve(alice, n(0)), true),
        call("approval of nobody", 2, approve(Address::ZERO, n(0)), false),
        call("minting", 0, mint(alice, n(9)), true),
        call("minting by a stranger", 1, mint(alice, n(9)), false),
        call("minting too much", 0, mint(alice, U256::MAX), false),
        call("burning", 1, burn(n(9)), true),
        call("burning too much", 1, burn(n(9)), false),
        call("an unknown method", 0, vec![1, 2, 3, 4], false),
        call("malformed arguments", 0, transfer(alice, n(1))[..40].to_vec(), false),
        call("calldata that the method does not read", 0, padded, true),
        call("a view in a transaction", 1, balanceOfCall { account: owner }.abi_encode(), true),
        plain("value for a method that takes none", Some(token), 5, &nameCall {}.abi_encode(), false),
        plain("value for an account", Some(fresh), 5, &[], true),
        plain("value and data for an account", Some(fresh), 5, &[0xFF; 100], true),
        plain(
            "EVM code",
            None,
            0,
            &[0x63, 0x5B, 0x60, 0x00, 0x56, 0x60, 0x00, 0x52, 0x60, 0x04, 0x60, 0x1C, 0xF3],
            true,
        ),
        plain("a second deployment", None, 0, &deployment, true),
    ]
}

#[test]
fn each_transaction_of_a_token_uses_the_same_gas_on_a_node() -> eyre::Result<()> {
    let dir = tempfile::tempdir()?;
    let node = Node::start(&dir.path().join("node"))?;
    let mut rpc = node.rpc()?;
    let mut accounts = (0..3).map(Account::dev).collect::<eyre::Result<Vec<_>>>()?;
    let mut machine = machine(&dir.path().join("aot"), &accounts)?;
    let who: Vec<_> = accounts.iter().map(Account::address).collect();
    let token = who[0].create(0);
    let deployment = artifacts::zx20_deployment(U256::from(SUPPLY))?;

    for step in life(token, deployment, &who) {
        let Step { what, from, to, value, data, succeeds } = step;
        let request = Request::Transact {
            sender: who[from].into_array(),
            to: to.map(Address::into_array),
            value: U256::from(value).to_be_bytes(),
            data: data.to_vec(),
        };
        let here = outcome(&mut machine, request)?;
        // A limit that the block of a node has room for.
        let kind = to.map_or(TxKind::Create, TxKind::Call);
        let raw = accounts[from].sign(kind, U256::from(value), data, 10_000_000)?;
        let hash = rpc.send_raw(&raw)?;
        let there = rpc.receipt(hash)?;
        assert_eq!(here.success, succeeds, "{what}: {here:?}");
        assert_eq!(told(&here), receipt(&there)?, "{what}: in the testbed (left) and on the node (right)");
    }

    let views = [
        totalSupplyCall {}.abi_encode(),
        nameCall {}.abi_encode(),
        balanceOfCall { account: who[1] }.abi_encode(),
        allowanceCall { owner: who[2], spender: who[1] }.abi_encode(),
    ];
    for data in views {
        let look = Request::Look { sender: who[0].into_array(), to: token.into_array(), data: data.clone() };
        let here = outcome(&mut machine, look)?;
        assert_eq!(Bytes::from(here.data), rpc.read(token, data.clone())?);
        let call = json!({ "from": who[0], "to": token, "input": Bytes::from(data) });
        let estimate = zx_tests::quantity(&rpc.call("eth_estimateGas", json!([call]))?)?;
        assert_eq!(U256::from(here.gas_used), estimate, "what a view uses is what a transaction of it would");
    }
    for account in &who {
        nonces_agree(&mut rpc, *account, &accounts)?;
    }
    node.stop()
}

fn nonces_agree(rpc: &mut Rpc, account: Address, accounts: &[Account]) -> eyre::Result<()> {
    let sent = accounts.iter().find(|a| a.address() == account).ok_or_eyre("an account")?.nonce;
    ensure!(rpc.nonce(account)? == sent, "every transaction was mined");
    Ok(())
}

/// Success, gas, the contract that was created, and logs.
type Told = (bool, u64, Option<Address>, Vec<(Address, LogData)>);

fn told(outcome: &CallOutcome) -> Told {
    let logs = outcome.logs.iter().map(|log| {
        let topics = log.topics.iter().map(B256::from).collect();
        (log.address.into(), LogData::new_unchecked(topics, log.data.clone().into()))
    });
    (outcome.success, outcome.gas_used, outcome.created.map(Address::from), logs.collect())
}

fn receipt(receipt: &Value) -> eyre::Result<Told> {
    let number = |name: &str| zx_tests::quantity(&receipt[name]).map(|number| number.to::<u64>());
    let success = number("status")? == 1;
    let logs = receipt["logs"].as_array().ok_or_eyre("logs")?.iter().map(|log| {
        let topics = serde_json::from_value(log["topics"].clone())?;
        let data: Bytes = serde_json::from_value(log["data"].clone())?;
        let address: Address = serde_json::from_value(log["address"].clone())?;
        Ok((address, LogData::new_unchecked(topics, data)))
    });
    // A node names the address of a creation that failed, too.
    let created: Option<Address> = serde_json::from_value(receipt["contractAddress"].clone())?;
    Ok((success, number("gasUsed")?, created.filter(|_| success), logs.collect::<eyre::Result<_>>()?))
}
