use super::*;
use zx::{
    Event as _, selector,
    testing::{Host, Invariants, Reverted},
};

const SUPPLY: u64 = 1_000;

fn n(value: u64) -> U256 {
    U256::from(value)
}

/// A token whose supply the first account, its owner, holds.
fn token(host: &Host) -> Zx20Client<'_> {
    host.deploy::<Zx20>(("Zexus".to_owned(), "ZX".to_owned(), 18, n(SUPPLY)))
}

fn balances(host: &Host, token: &Zx20Client<'_>) -> [U256; 3] {
    host.accounts().map(|who| token.balance_of(who))
}

#[zx::test]
fn the_constructor_names_the_token_and_gives_the_supply_to_its_owner(host: &Host) {
    let token = token(host);
    let [owner] = host.accounts();
    host.assert_logs(
        token.address(),
        [Transfer {
            from: Address::ZERO,
            to: owner,
            value: n(SUPPLY),
        }
        .into_log()],
    );
    assert_eq!(token.name(), "Zexus");
    assert_eq!(token.symbol(), "ZX");
    assert_eq!(token.decimals(), 18);
    assert_eq!(token.total_supply(), n(SUPPLY));
    assert_eq!(token.owner(), owner);
    assert_eq!(balances(host, &token), [n(SUPPLY), n(0), n(0)]);
}

#[zx::test]
fn a_transfer_moves_tokens_and_says_so(host: &Host) {
    let token = token(host);
    let [owner, alice] = host.accounts();
    assert_eq!(token.transfer(alice, n(10)), Ok(true));
    host.assert_logs(
        token.address(),
        [Transfer {
            from: owner,
            to: alice,
            value: n(10),
        }
        .into_log()],
    );
    assert_eq!(balances(host, &token), [n(SUPPLY - 10), n(10), n(0)]);
}

#[zx::test]
fn a_transfer_to_oneself_changes_nothing(host: &Host) {
    let token = token(host);
    let [owner] = host.accounts();
    assert_eq!(token.transfer(owner, n(SUPPLY)), Ok(true));
    assert_eq!(balances(host, &token), [n(SUPPLY), n(0), n(0)]);
}

#[zx::test]
fn more_than_the_balance_is_refused_with_the_figures(host: &Host) {
    let token = token(host);
    let [owner, alice] = host.accounts();
    let error = Zx20Error::ERC20InsufficientBalance {
        sender: owner,
        balance: n(SUPPLY),
        needed: n(SUPPLY + 1),
    };
    assert_eq!(token.transfer(alice, n(SUPPLY + 1)), Err(error.into()));
    assert_eq!(token.burn(n(SUPPLY + 1)), Err(error.into()));
    assert_eq!(balances(host, &token), [n(SUPPLY), n(0), n(0)]);
}

#[zx::test]
fn burning_takes_from_balance_and_supply(host: &Host) {
    let token = token(host);
    let [owner] = host.accounts();
    assert_eq!(token.burn(n(400)), Ok(()));
    host.assert_logs(
        token.address(),
        [Transfer {
            from: owner,
            to: Address::ZERO,
            value: n(400),
        }
        .into_log()],
    );
    assert_eq!(
        (token.total_supply(), token.balance_of(owner)),
        (n(SUPPLY - 400), n(SUPPLY - 400))
    );
}

#[zx::test]
fn the_zero_address_is_refused(host: &Host) {
    let token = token(host);
    let (zero, [alice]) = (Address::ZERO, host.accounts());
    let receiver: Reverted = Zx20Error::ERC20InvalidReceiver { receiver: zero }.into();
    assert_eq!(token.transfer(zero, n(1)), Err(receiver.clone()));
    assert_eq!(token.mint(zero, n(1)), Err(receiver));
    assert_eq!(
        token.approve(zero, n(1)),
        Err(Zx20Error::ERC20InvalidSpender { spender: zero }.into())
    );
    let sender = Zx20Error::ERC20InvalidSender { sender: zero };
    assert_eq!(token.transfer_from(zero, alice, n(0)), Err(sender.into()));
}

#[zx::test]
fn an_allowance_is_spent_and_then_exhausted(host: &Host) {
    let token = token(host);
    let [owner, alice, bob] = host.accounts();
    assert_eq!(token.approve(alice, n(30)), Ok(true));
    host.assert_logs(
        token.address(),
        [Approval {
            owner,
            spender: alice,
            value: n(30),
        }
        .into_log()],
    );
    assert_eq!(token.by(alice).transfer_from(owner, bob, n(20)), Ok(true));
    assert_eq!(token.allowance(owner, alice), n(10));
    let error = Zx20Error::ERC20InsufficientAllowance {
        spender: alice,
        allowance: n(10),
        needed: n(11),
    };
    assert_eq!(
        token.by(alice).transfer_from(owner, bob, n(11)),
        Err(error.into())
    );
    assert_eq!(balances(host, &token), [n(SUPPLY - 20), n(0), n(20)]);
}

#[zx::test]
fn an_infinite_allowance_stays_infinite(host: &Host) {
    let token = token(host);
    let [owner, alice, bob] = host.accounts();
    assert_eq!(token.approve(alice, U256::MAX), Ok(true));
    assert_eq!(token.by(alice).transfer_from(owner, bob, n(20)), Ok(true));
    assert_eq!(token.allowance(owner, alice), U256::MAX);
}

#[zx::test]
fn a_failed_transfer_from_gives_the_allowance_back(host: &Host) {
    let token = token(host);
    let [owner, alice, bob] = host.accounts();
    assert_eq!(token.approve(alice, n(SUPPLY + 5)), Ok(true));
    assert!(
        token
            .by(alice)
            .transfer_from(owner, bob, n(SUPPLY + 1))
            .is_err()
    );
    assert_eq!(token.allowance(owner, alice), n(SUPPLY + 5));
}

#[zx::test]
fn only_the_owner_mints(host: &Host) {
    let token = token(host);
    let [_, alice, bob] = host.accounts();
    let refused = Zx20Error::OwnableUnauthorizedAccount { account: alice };
    assert_eq!(token.by(alice).mint(alice, n(1)), Err(refused.into()));
    assert_eq!(token.mint(bob, n(5)), Ok(()));
    assert_eq!(token.total_supply(), n(SUPPLY + 5));
}

#[zx::test]
fn a_supply_that_overflows_reverts_with_solidity_s_panic(host: &Host) {
    let token = token(host);
    let [alice] = host.accounts();
    assert_eq!(
        token.mint(alice, U256::MAX).unwrap_err().panic_code(),
        Some(0x11)
    );
    assert_eq!(token.total_supply(), n(SUPPLY));
}

#[zx::test]
fn calldata_reach_the_methods_as_solidity_encodes_them(host: &Host) {
    let token = token(host);
    let [owner, alice] = host.accounts();
    let why = |calldata: &[u8]| {
        token
            .transact(calldata)
            .unwrap_err()
            .message()
            .unwrap_or_default()
    };
    assert_eq!(
        why(&[0xa9, 0x05, 0x9c, 0xbb, 0, 0]),
        "transfer: malformed arguments"
    );
    assert_eq!(why(&[1, 2, 3, 4]), "unknown selector");
    assert_eq!(why(&[1, 2, 3]), "no selector");

    let call = [
        &selector("transfer(address,uint256)")[..],
        &alice.into_word()[..],
        &n(7).to_be_bytes(),
    ]
    .concat();
    assert_eq!(token.transact(&call), Ok(n(1).to_be_bytes().to_vec()));
    assert_eq!(token.balance_of(alice), n(7));

    let before = host.balance(owner);
    let paid = host
        .raw(token.address())
        .paying(n(1))
        .transact(&selector("totalSupply()"));
    assert_eq!(paid.unwrap_err().message().as_deref(), Some("not payable"));
    assert_eq!(host.balance(owner), before, "the value went back");
}

#[test]
fn nobody_holds_what_does_not_exist() {
    Invariants::new(|host, targets| {
        let token = token(host).address();
        targets
            .contract::<Zx20>(token)
            .senders(host.accounts::<3>())
            .amounts(0u64..=2 * SUPPLY);
        token
    })
    .hold("the holders have no more than there is", |host, token| {
        let token = host.at::<Zx20>(*token);
        let held: U256 = host
            .accounts::<3>()
            .map(|who| token.balance_of(who))
            .into_iter()
            .sum();
        assert!(held <= token.total_supply());
    })
    .check();
}
