use super::*;
use alloy_consensus::{SignableTransaction, TxEip1559};
use alloy_primitives::{Signature, TxKind, U256};
use proptest::prelude::*;

const RULES: Rules = Rules {
    chain_id: 1,
    block_gas_limit: 30_000_000,
    tx_gas_limit: 30_000_000,
    base_fee: 10,
    capacity: 24,
    per_sender: 8,
    per_sender_gapped: 6,
    price_bump: 10,
};

fn rich(nonce: u64) -> SenderState {
    SenderState { nonce, balance: U256::MAX, is_contract: false }
}

fn tx(sender: u8, nonce: u64, tip: u128) -> RecoveredTx {
    let tx = TxEip1559 {
        chain_id: 1,
        nonce,
        gas_limit: 21_000,
        max_fee_per_gas: 1_000 + tip,
        max_priority_fee_per_gas: tip,
        to: TxKind::Call(Address::ZERO),
        ..Default::default()
    };
    let signature = Signature::new(U256::from(sender), U256::from(1), false);
    RecoveredTx::new_unchecked(tx.into_signed(signature).into(), Address::repeat_byte(sender))
}

fn order(pool: &Pool) -> Vec<(u8, u64)> {
    pool.best(RULES.base_fee).iter().map(|tx| (tx.signer().0[0], tx.inner().nonce())).collect()
}

#[test]
fn the_best_tip_comes_first_and_nonces_keep_their_order() {
    let mut pool = Pool::default();
    for (sender, nonce, tip) in [(1, 0, 1), (1, 1, 90), (2, 0, 50), (3, 0, 50)] {
        pool.add(tx(sender, nonce, tip), 21_000, &rich(0), &RULES).unwrap();
    }
    assert_eq!(order(&pool), [(2, 0), (3, 0), (1, 0), (1, 1)]);
}

#[test]
fn a_gap_waits_and_is_closed() {
    let mut pool = Pool::default();
    pool.add(tx(1, 1, 1), 21_000, &rich(0), &RULES).unwrap();
    assert_eq!((pool.status(), order(&pool).len()), (PoolStatus { pending: 0, queued: 1 }, 0));
    pool.add(tx(1, 0, 1), 21_000, &rich(0), &RULES).unwrap();
    assert_eq!(order(&pool), [(1, 0), (1, 1)]);
    assert_eq!(pool.next_nonce(&Address::repeat_byte(1)), Some(2));
}

#[test]
fn a_replacement_pays_a_tenth_more_on_both_fees() {
    let mut pool = Pool::default();
    let old = pool.add(tx(1, 0, 1_000), 21_000, &rich(0), &RULES).unwrap();
    assert_eq!(pool.add(tx(1, 0, 1_000), 21_000, &rich(0), &RULES), Err(PoolError::AlreadyKnown));
    assert_eq!(pool.add(tx(1, 0, 1_099), 21_000, &rich(0), &RULES), Err(PoolError::ReplacementUnderpriced));
    let new = pool.add(tx(1, 0, 1_200), 21_000, &rich(0), &RULES).unwrap();
    assert!(pool.get(&old).is_none() && pool.get(&new).is_some());
    assert_eq!(pool.status(), PoolStatus { pending: 1, queued: 0 });
}

#[test]
fn each_rule_refuses_in_the_words_of_geth() {
    let poor = SenderState { balance: U256::from(5), ..rich(0) };
    let contract = SenderState { is_contract: true, ..rich(0) };
    let mut pool = Pool::default();
    for (tx, intrinsic, sender, rules, says) in [
        (tx(1, 0, 1), 21_000, rich(1), RULES, "nonce too low"),
        (tx(1, 8, 1), 21_000, rich(0), RULES, "nonce too high"),
        (tx(1, 0, 1), 21_001, rich(0), RULES, "intrinsic gas too low: gas 21000, minimum needed 21001"),
        (tx(1, 0, 1), 21_000, poor, RULES, "insufficient funds for gas * price + value: balance 5, tx cost 21021000"),
        (tx(1, 0, 1), 21_000, contract, RULES, "sender not an eoa"),
        (tx(1, 0, 1), 21_000, rich(0), Rules { chain_id: 2, ..RULES }, "invalid chain id for signer: have 1 want 2"),
        (tx(1, 0, 1), 21_000, rich(0), Rules { block_gas_limit: 20_000, ..RULES }, "exceeds block gas limit"),
        (tx(1, 0, 1), 21_000, rich(0), Rules { base_fee: 5_000, ..RULES }, "max fee per gas less than block base fee"),
        (tx(1, 0, 1), 21_000, rich(0), Rules { capacity: 0, ..RULES }, "txpool is full"),
    ] {
        let said = pool.add(tx, intrinsic, &sender, &rules).unwrap_err().to_string();
        assert!(said.starts_with(says), "said {said}, wanted {says}");
        assert_eq!(pool.status(), PoolStatus::default(), "nothing was kept");
    }
}

#[test]
fn a_nonce_used_up_elsewhere_frees_those_behind_it() {
    let mut pool = Pool::default();
    pool.add(tx(1, 1, 1), 21_000, &rich(0), &RULES).unwrap();
    pool.on_block([(Address::repeat_byte(1), 1)]);
    assert_eq!(order(&pool), [(1, 1)], "ready without a transaction of nonce 0");
}

#[test]
fn what_came_too_late_does_not_stand_in_the_way() {
    let mut pool = Pool::default();
    pool.add(tx(1, 2, 1), 21_000, &rich(0), &RULES).unwrap();
    pool.add(tx(1, 0, 1), 21_000, &rich(0), &RULES).unwrap();
    // By now the state has moved on, though no block was reported.
    pool.add(tx(1, 1, 1), 21_000, &rich(1), &RULES).unwrap();
    assert_eq!(order(&pool), [(1, 1), (1, 2)]);
}

#[test]
fn a_sender_pays_for_all_that_waits() {
    let mut pool = Pool::default();
    let one = admission::cost(tx(1, 0, 1).inner());
    let sender = SenderState { balance: one * U256::from(2), ..rich(0) };
    for nonce in 0..2 {
        pool.add(tx(1, nonce, 1), 21_000, &sender, &RULES).unwrap();
    }
    let third = pool.add(tx(1, 2, 1), 21_000, &sender, &RULES).unwrap_err();
    assert_eq!(third, PoolError::InsufficientFunds { balance: sender.balance, cost: one * U256::from(3) });
}

#[test]
fn a_full_pool_lets_the_gapped_and_then_the_cheapest_go() {
    let rules = Rules { capacity: 3, ..RULES };
    let mut pool = Pool::default();
    pool.add(tx(1, 3, 900), 21_000, &rich(0), &rules).unwrap();
    pool.add(tx(2, 0, 10), 21_000, &rich(0), &rules).unwrap();
    pool.add(tx(2, 1, 20), 21_000, &rich(0), &rules).unwrap();
    assert_eq!(pool.add(tx(3, 1, 999), 21_000, &rich(0), &rules), Err(PoolError::Full), "gapped itself");
    pool.add(tx(3, 0, 15), 21_000, &rich(0), &rules).unwrap();
    assert_eq!(order(&pool), [(3, 0), (2, 0), (2, 1)], "the gapped one went");
    assert_eq!(pool.add(tx(4, 0, 15), 21_000, &rich(0), &rules), Err(PoolError::Full), "pays no more");
    pool.add(tx(4, 0, 18), 21_000, &rich(0), &rules).unwrap();
    assert_eq!(order(&pool), [(4, 0), (2, 0), (2, 1)], "the cheapest last one went");
}

#[derive(Clone, Debug)]
enum Act {
    Add(u8, u64, u128),
    Block(usize),
    Remove(usize),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (1..6u8, 0..12u64, 1..2_000u128).prop_map(|(s, n, t)| Act::Add(s, n, t)),
        1 => (0..6usize).prop_map(Act::Block),
        1 => (0..6usize).prop_map(Act::Remove),
    ]
}

proptest! {
    /// Whatever happens: the two indices agree, bounds hold, and what is handed out is executable in order.
    #[test]
    fn the_pool_keeps_its_invariants(acts in prop::collection::vec(act(), 1..200)) {
        let mut pool = Pool::default();
        let mut nonces: HashMap<u8, u64> = HashMap::default();
        for act in acts {
            match act {
                Act::Add(sender, nonce, tip) => {
                    let next = *nonces.entry(sender).or_default();
                    let _ = pool.add(tx(sender, nonce, tip), 21_000, &rich(next), &RULES);
                }
                Act::Block(size) => {
                    let block: Vec<_> = pool.best(RULES.base_fee).into_iter().take(size).collect();
                    for tx in &block {
                        let next = nonces.entry(tx.signer().0[0]).or_default();
                        prop_assert_eq!(tx.inner().nonce(), *next, "executable in this order");
                        *next += 1;
                    }
                    pool.on_block(nonces.iter().map(|(sender, next)| (Address::repeat_byte(*sender), *next)));
                }
                Act::Remove(at) => {
                    if let Some(tx) = pool.best(RULES.base_fee).get(at) {
                        pool.remove(tx.inner().tx_hash());
                    }
                }
            }
            let held: usize = pool.senders.values().map(|s| s.by_nonce.len()).sum();
            prop_assert_eq!(held, pool.by_hash.len());
            prop_assert!(held <= RULES.capacity);
            prop_assert!(pool.senders.values().all(|s| !s.by_nonce.is_empty()));
            for (hash, (address, nonce)) in &pool.by_hash {
                prop_assert_eq!(admission::hash(&pool.senders[address].by_nonce[nonce].tx), *hash);
            }
            let status = pool.status();
            prop_assert_eq!(status.pending, pool.best(RULES.base_fee).len());
        }
    }
}
