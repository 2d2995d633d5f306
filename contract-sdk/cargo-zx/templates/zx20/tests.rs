use super::*;
use zx::{
    selector,
    testing::{Reverted, TestHost},
};

const OWNER: Address = Address::repeat_byte(1);
const ALICE: Address = Address::repeat_byte(2);
const BOB: Address = Address::repeat_byte(3);
const SUPPLY: u64 = 1_000;

fn n(value: u64) -> U256 {
    U256::from(value)
}

/// A token whose supply the owner holds.
fn token() -> (TestHost, Zx20) {
    let host = TestHost::new();
    host.set_sender(OWNER);
    let mut token = host.contract::<Zx20>();
    let deployed = host
        .transact(|cx| token.constructor(cx, "Zexus".to_owned(), "ZX".to_owned(), 18, n(SUPPLY)));
    assert_eq!(deployed, Ok(()));
    (host, token)
}

fn balances(host: &TestHost, token: &Zx20) -> [U256; 3] {
    [OWNER, ALICE, BOB].map(|who| host.look(|cx| token.balance_of(cx, who)))
}

#[test]
fn the_constructor_names_the_token_and_gives_the_supply_to_its_owner() {
    let (host, token) = token();
    host.look(|cx| {
        assert_eq!(token.name(cx), "Zexus");
        assert_eq!(token.symbol(cx), "ZX");
        assert_eq!(token.decimals(cx), 18);
        assert_eq!(token.total_supply(cx), n(SUPPLY));
        assert_eq!(token.owner(cx), OWNER);
    });
    assert_eq!(balances(&host, &token), [n(SUPPLY), n(0), n(0)]);
    assert!(host.emitted_last(Transfer {
        from: Address::ZERO,
        to: OWNER,
        value: n(SUPPLY)
    }));
}

#[test]
fn a_transfer_moves_tokens_and_says_so() {
    let (host, mut token) = token();
    assert_eq!(
        host.transact(|cx| token.transfer(cx, ALICE, n(10))),
        Ok(true)
    );
    assert_eq!(balances(&host, &token), [n(SUPPLY - 10), n(10), n(0)]);
    assert!(host.emitted_last(Transfer {
        from: OWNER,
        to: ALICE,
        value: n(10)
    }));
}

#[test]
fn a_transfer_to_oneself_changes_nothing() {
    let (host, mut token) = token();
    assert_eq!(
        host.transact(|cx| token.transfer(cx, OWNER, n(SUPPLY))),
        Ok(true)
    );
    assert_eq!(balances(&host, &token), [n(SUPPLY), n(0), n(0)]);
}

#[test]
fn more_than_the_balance_is_refused_with_the_figures() {
    let (host, mut token) = token();
    let error = Zx20Error::ERC20InsufficientBalance {
        sender: OWNER,
        balance: n(SUPPLY),
        needed: n(SUPPLY + 1),
    };
    assert_eq!(
        host.transact(|cx| token.transfer(cx, ALICE, n(SUPPLY + 1))),
        Err(error.into())
    );
    assert_eq!(
        host.transact(|cx| token.burn(cx, n(SUPPLY + 1))),
        Err(error.into())
    );
    assert_eq!(balances(&host, &token), [n(SUPPLY), n(0), n(0)]);
}

#[test]
fn the_zero_address_is_refused() {
    let (host, mut token) = token();
    let zero = Address::ZERO;
    let receiver = Err(Zx20Error::ERC20InvalidReceiver { receiver: zero }.into());
    assert_eq!(host.transact(|cx| token.transfer(cx, zero, n(1))), receiver);
    assert_eq!(
        host.transact(|cx| token.mint(cx, zero, n(1))),
        receiver.map(|_: bool| ())
    );
    assert_eq!(
        host.transact(|cx| token.approve(cx, zero, n(1))),
        Err(Zx20Error::ERC20InvalidSpender { spender: zero }.into())
    );
    assert_eq!(
        host.transact(|cx| token.transfer_from(cx, zero, ALICE, n(0))),
        Err(Zx20Error::ERC20InvalidSender { sender: zero }.into())
    );
}

#[test]
fn an_allowance_is_spent_and_then_exhausted() {
    let (host, mut token) = token();
    assert_eq!(
        host.transact(|cx| token.approve(cx, ALICE, n(30))),
        Ok(true)
    );
    assert!(host.emitted_last(Approval {
        owner: OWNER,
        spender: ALICE,
        value: n(30)
    }));
    host.set_sender(ALICE);
    assert_eq!(
        host.transact(|cx| token.transfer_from(cx, OWNER, BOB, n(20))),
        Ok(true)
    );
    assert_eq!(host.look(|cx| token.allowance(cx, OWNER, ALICE)), n(10));
    let error = Zx20Error::ERC20InsufficientAllowance {
        spender: ALICE,
        allowance: n(10),
        needed: n(11),
    };
    assert_eq!(
        host.transact(|cx| token.transfer_from(cx, OWNER, BOB, n(11))),
        Err(error.into())
    );
    assert_eq!(balances(&host, &token), [n(SUPPLY - 20), n(0), n(20)]);
}

#[test]
fn an_infinite_allowance_stays_infinite() {
    let (host, mut token) = token();
    assert_eq!(
        host.transact(|cx| token.approve(cx, ALICE, U256::MAX)),
        Ok(true)
    );
    host.set_sender(ALICE);
    assert_eq!(
        host.transact(|cx| token.transfer_from(cx, OWNER, BOB, n(20))),
        Ok(true)
    );
    assert_eq!(host.look(|cx| token.allowance(cx, OWNER, ALICE)), U256::MAX);
}

#[test]
fn a_failed_transfer_from_gives_the_allowance_back() {
    let (host, mut token) = token();
    assert_eq!(
        host.transact(|cx| token.approve(cx, ALICE, n(SUPPLY + 5))),
        Ok(true)
    );
    host.set_sender(ALICE);
    assert!(
        host.transact(|cx| token.transfer_from(cx, OWNER, BOB, n(SUPPLY + 1)))
            .is_err()
    );
    assert_eq!(
        host.look(|cx| token.allowance(cx, OWNER, ALICE)),
        n(SUPPLY + 5)
    );
}

#[test]
fn only_the_owner_mints() {
    let (host, mut token) = token();
    host.set_sender(ALICE);
    let refused = Err(Zx20Error::OwnableUnauthorizedAccount { account: ALICE }.into());
    assert_eq!(host.transact(|cx| token.mint(cx, ALICE, n(1))), refused);
    host.set_sender(OWNER);
    assert_eq!(host.transact(|cx| token.mint(cx, BOB, n(5))), Ok(()));
    assert_eq!(host.look(|cx| token.total_supply(cx)), n(SUPPLY + 5));
}

#[test]
fn a_supply_that_overflows_reverts_with_solidity_s_panic() {
    let (host, mut token) = token();
    let minted = host.transact(|cx| token.mint(cx, ALICE, U256::MAX));
    assert_eq!(
        minted
            .err()
            .and_then(|reverted: Reverted| reverted.panic_code()),
        Some(0x11)
    );
    assert_eq!(host.look(|cx| token.total_supply(cx)), n(SUPPLY));
}

#[test]
fn calldata_reach_the_methods_as_solidity_encodes_them() {
    let (host, _) = token();
    let moved = host.call::<Zx20, _>(selector("transfer(address,uint256)"), (ALICE, n(7)));
    assert_eq!(moved, Ok(n(1).to_be_bytes().to_vec()));
    let balance = host.call::<Zx20, _>(selector("balanceOf(address)"), (ALICE,));
    assert_eq!(balance, Ok(n(7).to_be_bytes().to_vec()));

    let why = |calldata: &[u8]| {
        host.call_raw::<Zx20>(calldata)
            .err()
            .and_then(|r| r.message())
            .unwrap_or_default()
    };
    assert_eq!(
        why(&[0xa9, 0x05, 0x9c, 0xbb, 0, 0]),
        "transfer: malformed arguments"
    );
    assert_eq!(why(&[1, 2, 3, 4]), "unknown selector");
    assert_eq!(why(&[1, 2, 3]), "no selector");
    host.set_balance(OWNER, n(1));
    host.set_value(n(1));
    assert_eq!(why(&selector("totalSupply()")), "not payable");
    assert_eq!(host.balance(OWNER), n(1), "the value went back");
}
