//! The wrapped coin against WETH9.

use super::{
    driver::{Side, Step, Subject},
    erc20::{LIKELY, approveCall, call, somebody, transferCall, transferFromCall},
    random::Random,
    wallet,
    world::{Call, World},
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{Revert, SolCall as _, SolError as _, sol};

sol! {
    function deposit() external payable;
    function withdraw(uint256 value) external;
    function totalSupply() external view returns (uint256);
    function balanceOf(address account) external view returns (uint256);
    function allowance(address owner, address spender) external view returns (uint256);
}

/// `contracts/wrapped-native`. WETH9 gives no reasons, takes the zero address, refuses plain payments, and has another name.
pub(crate) const SUBJECT: Subject = Subject {
    name: "wrapped-native",
    original: "WETH9",
    deploy: |world, side| {
        let owner = wallet::accounts()?[0];
        Ok(vec![match side {
            Side::Ours => world.deploy(owner, "wrapped-native", &[])?,
            Side::Theirs => world.original(owner, "WETH9", &[])?,
        }])
    },
    step,
    views: |contracts| {
        let who = wallet::accounts().unwrap_or_default();
        let pairs = who.iter().flat_map(|owner| who.iter().map(move |spender| (*owner, *spender)));
        let allowances = pairs.map(|(owner, spender)| allowanceCall { owner, spender }.abi_encode());
        let balances = who.iter().chain(contracts).map(|account| balanceOfCall { account: *account }.abi_encode());
        let views = allowances.chain(balances).chain([totalSupplyCall {}.abi_encode()]);
        views.map(|data| (contracts[0], data)).collect()
    },
    same_error: |ours, theirs| ours == theirs || Revert::abi_decode(theirs).is_ok_and(|error| error.reason.is_empty()),
    creates: &[],
    attacks: &[],
    dearer: &[],
};

fn step(random: &mut Random, _: &mut World, contracts: &[Address]) -> eyre::Result<Step> {
    let (coin, from, other) = (contracts[0], somebody(random)?, somebody(random)?);
    let to = if random.chance(5) { coin } else { somebody(random)? };
    let value = random.amount(LIKELY);
    Ok(match random.below(12) {
        0..=2 => Step::Call(Call { what: "deposit", from, to: coin, value, data: depositCall {}.abi_encode().into() }),
        3..=4 => call("withdraw", from, coin, &withdrawCall { value }),
        5..=7 => call("transfer", from, coin, &transferCall { to, value }),
        8 => call("approve", from, coin, &approveCall { spender: other, value: value.saturating_mul(U256::from(4)) }),
        9..=10 => call("transferFrom", from, coin, &transferFromCall { from: other, to, value }),
        _ => Step::Pass(random.below(100)),
    })
}

#[test]
fn the_wrapped_coin_does_what_weth9_does() -> eyre::Result<()> {
    SUBJECT.check().map(drop)
}
