use super::*;
use zx::{
    Event as _,
    components::erc20::Transfer,
    testing::{Host, Invariants, Reverted},
};

fn n(value: u64) -> U256 {
    U256::from(value)
}

/// A token whose bridge is the second account; the third has 100.
fn token(host: &Host) -> BridgeTokenClient<'_> {
    let [_, bridge, alice] = host.accounts();
    let token = host.deploy::<BridgeToken>(("Coin".to_owned(), "CN".to_owned(), 6, bridge));
    token.by(bridge).crosschain_mint(alice, n(100)).unwrap();
    token
}

#[zx::test]
fn the_bridge_makes_and_destroys_tokens_and_nobody_else_does(host: &Host) {
    let [owner, bridge, alice] = host.accounts();
    let token = token(host);
    let minted = (
        Transfer {
            from: Address::ZERO,
            to: alice,
            value: n(100),
        },
        CrosschainMint {
            to: alice,
            amount: n(100),
            sender: bridge,
        },
    );
    host.assert_logs(token.address(), [minted.0.into_log(), minted.1.into_log()]);
    token.by(bridge).crosschain_burn(alice, n(40)).unwrap();
    assert!(host.emitted(CrosschainBurn {
        from: alice,
        amount: n(40),
        sender: bridge
    }));
    assert_eq!(
        (
            token.erc20().balance_of(alice),
            token.erc20().total_supply()
        ),
        (n(60), n(60))
    );
    for account in [owner, alice] {
        let refused: Reverted = BridgeTokenError::NotTheBridge { account }.into();
        let by = token.by(account);
        assert_eq!(by.crosschain_mint(account, n(1)), Err(refused.clone()));
        assert_eq!(by.crosschain_burn(alice, n(1)), Err(refused));
    }
    let poor = Erc20Error::ERC20InsufficientBalance {
        sender: alice,
        balance: n(60),
        needed: n(61),
    };
    assert_eq!(
        token.by(bridge).crosschain_burn(alice, n(61)),
        Err(poor.into())
    );
    assert_eq!(
        (
            token.name(),
            token.symbol(),
            token.decimals(),
            token.bridge()
        ),
        ("Coin".to_owned(), "CN".to_owned(), 6, bridge)
    );
}

#[test]
fn nobody_but_the_bridge_changes_the_supply() {
    Invariants::new(|host, targets| {
        let token = token(host).address();
        let [owner, _, alice] = host.accounts();
        targets
            .contract::<BridgeToken>(token)
            .senders([owner, alice])
            .amounts(0u64..=200);
        token
    })
    .hold("the supply is the bridge's to change", |host, token| {
        assert_eq!(
            host.at::<BridgeToken>(*token).erc20().total_supply(),
            n(100)
        );
    })
    .check();
}
