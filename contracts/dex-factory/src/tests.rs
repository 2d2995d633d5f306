use super::*;
use dex_pair::DexPair;
use zx::{
    Event as _,
    testing::{Host, Invariants, Reverted},
};

const A: Address = Address::repeat_byte(0xA1);
const B: Address = Address::repeat_byte(0xB2);

/// A factory of the first account.
fn factory(host: &Host) -> DexFactoryClient<'_> {
    let [setter] = host.accounts();
    let code = host
        .deploy::<DexPair>((Address::ZERO, Address::ZERO))
        .address();
    host.deploy::<DexFactory>((setter, code))
}

#[zx::test]
fn a_pool_is_found_by_its_tokens_in_any_order(host: &Host) {
    let factory = factory(host);
    assert_eq!(factory.get_pair(A, B), Address::ZERO);
    let pair = factory.create_pair(B, A).unwrap();
    let made = PairCreated {
        token0: A,
        token1: B,
        pair,
        count: U256::ONE,
    };
    host.assert_logs(factory.address(), [made.into_log()]);
    assert_eq!(
        (factory.get_pair(A, B), factory.get_pair(B, A)),
        (pair, pair)
    );
    assert_eq!(
        (factory.all_pairs(U256::ZERO), factory.all_pairs_length()),
        (pair, U256::ONE)
    );
    assert!(factory.try_all_pairs(U256::ONE).is_err() && factory.try_all_pairs(U256::MAX).is_err());
}

/// What a pool is of is in its code, and where it is follows from that.
#[zx::test]
fn a_pool_is_where_its_tokens_and_the_code_say(host: &Host) {
    let factory = factory(host);
    let at = factory.create_pair(B, A).unwrap();
    let pair = host.at::<DexPair>(at);
    assert_eq!((pair.token0(), pair.token1()), (A, B));
    assert_eq!(pair.factory(), factory.address());
    let code = alloy_primitives::keccak256(zx::instance(factory.implementation(), (A, B)));
    let expected = alloy_primitives::Address::from(factory.address().0.0).create2([0; 32], code);
    assert_eq!(at.0.0, expected.0.0);
}

/// A pool can only be an instance of a contract of ours.
#[zx::test]
fn without_a_template_there_are_no_pools(host: &Host) {
    let [setter] = host.accounts();
    let factory = host.deploy::<DexFactory>((setter, Address::repeat_byte(0xC0)));
    assert!(factory.create_pair(A, B).is_err());
    assert_eq!(factory.all_pairs_length(), U256::ZERO);
}

#[zx::test]
fn there_is_one_pool_for_two_tokens(host: &Host) {
    let factory = factory(host);
    let pair = factory.create_pair(A, B).unwrap();
    let exists: Reverted = FactoryError::PairExists { pair }.into();
    assert_eq!(factory.create_pair(A, B), Err(exists.clone()));
    assert_eq!(factory.create_pair(B, A), Err(exists));
    assert_eq!(
        factory.create_pair(A, A),
        Err(FactoryError::IdenticalAddresses.into())
    );
    assert_eq!(
        factory.create_pair(A, Address::ZERO),
        Err(FactoryError::ZeroAddress.into())
    );
    let none = host.try_deploy::<DexFactory>(A, U256::ZERO, (A, Address::ZERO));
    assert_eq!(none.err(), Some(FactoryError::ZeroAddress.into()));
}

#[zx::test]
fn only_the_setter_says_who_takes_the_fee(host: &Host) {
    let [_, alice] = host.accounts();
    let factory = factory(host);
    let stranger: Reverted = FactoryError::Forbidden { account: alice }.into();
    assert_eq!(factory.by(alice).set_fee_to(alice), Err(stranger.clone()));
    assert_eq!(factory.by(alice).set_fee_to_setter(alice), Err(stranger));
    factory.set_fee_to(A).unwrap();
    factory.set_fee_to_setter(alice).unwrap();
    factory.by(alice).set_fee_to(B).unwrap();
    assert_eq!((factory.fee_to(), factory.fee_to_setter()), (B, alice));
}

#[test]
fn the_pools_are_listed_once_each() {
    Invariants::new(|host, targets| {
        let factory = factory(host).address();
        let who = host.accounts::<3>();
        targets
            .contract::<DexFactory>(factory)
            .senders(who)
            .only(&["createPair"]);
        factory
    })
    .hold(
        "what is listed is found, and differs from the rest",
        |host, factory| {
            let factory = host.at::<DexFactory>(*factory);
            let count = u64::try_from(factory.all_pairs_length()).unwrap();
            let mut all: Vec<_> = (0..count)
                .map(|i| factory.all_pairs(U256::from(i)))
                .collect();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len() as u64, count);
            let who = host.accounts::<3>();
            let found = [(0, 1), (0, 2), (1, 2)].map(|(a, b)| factory.get_pair(who[a], who[b]));
            assert!(
                found
                    .iter()
                    .all(|pair| pair.is_zero() || all.contains(pair))
            );
        },
    )
    .check();
}
