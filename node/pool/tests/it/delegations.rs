//! EIP-7702: accounts whose code may spend what their transactions were to be paid with.

use crate::support::{RULES, add, address, pool, rich, tx};
use alloy_consensus::{SignableTransaction, TxEip7702};
use alloy_eips::eip7702::{Authorization, SignedAuthorization};
use alloy_primitives::{Address, B256, Signature, U256, hex};
use zx_pool::{Incoming, Origin, PoolError, Screened, SenderState};
use zx_primitives::{RecoveredTx, Tx};

fn delegated(nonce: u64) -> SenderState {
    SenderState { is_delegated: true, ..rich(nonce) }
}

/// An authorisation with a signature of some key; whose, recovering tells.
fn authorization() -> SignedAuthorization {
    let inner = Authorization { chain_id: U256::from(1), address: Address::ZERO, nonce: 0 };
    let r = U256::from_be_bytes(hex!("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"));
    SignedAuthorization::new_unchecked(inner, 0, r, U256::from(1))
}

fn authority() -> Address {
    let authorization = authorization();
    authorization.recover_authority().expect("a point of the curve")
}

fn set_code(sender: u8, list: Vec<SignedAuthorization>) -> Tx {
    let tx = TxEip7702 {
        chain_id: 1,
        gas_limit: 100_000,
        max_fee_per_gas: 1_000,
        authorization_list: list,
        ..Default::default()
    };
    tx.into_signed(Signature::new(U256::from(sender), U256::from(1), false)).into()
}

fn incoming(sender: u8) -> Incoming {
    Incoming::known(RecoveredTx::new_unchecked(set_code(sender, vec![authorization()]), address(sender)))
}

#[test]
fn one_transaction_of_a_delegated_account_waits_at_a_time() {
    let mut pool = pool();
    let gap = pool.add(tx(1, 1, 1), &delegated(0), Origin::External);
    assert_eq!(gap, Err(PoolError::DelegatedGap { next: 0, nonce: 1 }));
    pool.add(tx(1, 0, 1_000), &delegated(0), Origin::External).unwrap();
    pool.add(tx(1, 0, 3_000), &delegated(0), Origin::External).expect("its replacement is the same one");
    let second = pool.add(tx(1, 1, 1), &delegated(0), Origin::External);
    assert_eq!(second, Err(PoolError::DelegatedGap { next: 0, nonce: 1 }));
    pool.on_head(B256::ZERO, 10, [(address(1), delegated(1))]);
    pool.add(tx(1, 1, 1), &delegated(1), Origin::External).unwrap();
}

#[test]
fn an_account_that_was_delegated_while_it_had_more_waiting_gets_no_further() {
    let mut pool = pool();
    add(&mut pool, 1, 0, 1_000).unwrap();
    add(&mut pool, 1, 1, 1).unwrap();
    let again = pool.add(tx(1, 0, 3_000), &delegated(0), Origin::External);
    assert_eq!(again, Err(PoolError::InFlightLimit(address(1))));
}

#[test]
fn a_delegation_that_waits_counts_as_one_that_is() {
    let mut pool = pool();
    let hash = pool.add(incoming(7), &rich(0), Origin::External).unwrap();
    let by_authority = |nonce| {
        let tx = tx(1, nonce, 1).tx().inner().clone();
        Incoming::known(RecoveredTx::new_unchecked(tx, authority()))
    };
    pool.add(by_authority(0), &rich(0), Origin::External).unwrap();
    let second = pool.add(by_authority(1), &rich(0), Origin::External);
    assert_eq!(second, Err(PoolError::DelegatedGap { next: 0, nonce: 1 }));
    pool.remove(&hash).unwrap();
    pool.add(by_authority(1), &rich(0), Origin::External).expect("the delegation is gone");
    let reserved = pool.add(incoming(7), &rich(0), Origin::External);
    assert_eq!(reserved, Err(PoolError::AuthorityReserved { authority: authority(), count: 2 }));
}

#[test]
fn a_delegation_of_nobody_is_refused() {
    let refused = Screened::new(set_code(1, vec![]), 21_000, &RULES).unwrap_err().to_string();
    assert_eq!(refused, "set code tx must have at least one authorization tuple");
}
