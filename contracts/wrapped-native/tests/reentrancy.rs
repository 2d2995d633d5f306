//! Who calls again from within the payment of a withdrawal.

use attacker::Attacker;
use wrapped_native::WrappedNative;
use zx::{
    abi::Args,
    prelude::*,
    testing::{Host, Reverted},
};

fn n(value: u64) -> U256 {
    U256::from(value)
}

#[zx::test]
fn who_withdraws_again_from_within_a_withdrawal_gets_no_more(host: &Host) {
    let coin = host.deploy::<WrappedNative>(());
    coin.paying(n(1_000)).deposit().unwrap();
    let thief = host.deploy::<Attacker>(());
    let withdraw = zx::selector("withdraw(uint256)").to_vec();
    let withdraw = Bytes::from([withdraw, (n(10),).encode()].concat());
    let deposit = Bytes::copy_from_slice(&zx::selector("deposit()"));
    thief
        .paying(n(10))
        .act(coin.address(), n(10), deposit)
        .unwrap();
    thief
        .plan(coin.address(), U256::ZERO, withdraw.clone())
        .unwrap();
    thief.act(coin.address(), U256::ZERO, withdraw).unwrap();
    assert_eq!((thief.taken(), thief.succeeded(0)), (1, false));
    let refused = Reverted(thief.returned(0).into());
    assert_eq!(refused.message().as_deref(), Some("reentrant call"));
    assert_eq!(
        (host.balance(thief.address()), host.balance(coin.address())),
        (n(10), n(1_000))
    );
}
