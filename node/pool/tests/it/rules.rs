//! The rules, one by one.

use crate::support::{BASE_FEE, Offer, RULES, add, address, config, order, pool, pool_of, rich, tx};
use alloy_consensus::{SignableTransaction, TxEip4844, TxLegacy};
use alloy_primitives::{B256, Signature, TxKind, U256};
use zx_pool::{Best, Incoming, MAX_TX_BYTES, Origin, PoolConfig, PoolError, PoolStatus, Rules, Screened, SenderState};

fn counts(pool: &zx_pool::Pool) -> (usize, usize) {
    let PoolStatus { pending, queued, .. } = pool.status();
    (pending, queued)
}

#[test]
fn the_best_tip_comes_first_and_nonces_keep_their_order() {
    let mut pool = pool();
    for (sender, nonce, tip) in [(1, 0, 1), (1, 1, 90), (2, 0, 50), (3, 0, 50)] {
        add(&mut pool, sender, nonce, tip).unwrap();
    }
    assert_eq!(order(&pool), [(2, 0), (3, 0), (1, 0), (1, 1)]);
}

#[test]
fn the_order_follows_the_base_fee() {
    let mut pool = pool();
    let offer = |sender, tip, cap| Incoming::known(Offer { tip, cap, ..Offer::new(sender, 0, 0) }.tx());
    for tx in [offer(1, 40, 100), offer(2, 20, 1_000), offer(3, 90, 95)] {
        pool.add(tx, &rich(0), Origin::External).unwrap();
    }
    for (base_fee, expected) in
        [(10, &[3, 1, 2][..]), (70, &[1, 3, 2]), (90, &[2, 1, 3]), (97, &[2, 1]), (10, &[3, 1, 2])]
    {
        pool.on_head(B256::ZERO, base_fee, []);
        let senders: Vec<u8> = order(&pool).iter().map(|(sender, _)| *sender).collect();
        assert_eq!(senders, expected, "at a base fee of {base_fee}");
        assert_eq!(counts(&pool), (3, 0), "who does not pay the base fee waits");
    }
}

#[test]
fn a_gap_waits_and_is_closed() {
    let mut pool = pool();
    add(&mut pool, 1, 1, 1).unwrap();
    assert_eq!((counts(&pool), order(&pool).len()), ((0, 1), 0));
    add(&mut pool, 1, 0, 1).unwrap();
    assert_eq!(order(&pool), [(1, 0), (1, 1)]);
    assert_eq!(pool.next_nonce(&address(1)), Some(2));
}

#[test]
fn a_replacement_pays_a_tenth_more_on_both_fees() {
    let mut pool = pool();
    let send = |pool: &mut zx_pool::Pool, tip, cap, salt| {
        let offer = Offer { tip, cap, salt, ..Offer::new(1, 0, 0) };
        pool.add(Incoming::known(offer.tx()), &rich(0), Origin::External)
    };
    let old = send(&mut pool, 1_000, 2_000, 1).unwrap();
    assert_eq!(send(&mut pool, 1_000, 2_000, 1), Err(PoolError::AlreadyKnown));
    for (tip, cap) in [(1_000, 2_000), (1_099, 2_200), (1_100, 2_199), (9_000, 2_199), (1_099, 9_000)] {
        assert_eq!(send(&mut pool, tip, cap, 2), Err(PoolError::ReplacementUnderpriced), "{tip} {cap}");
        assert!(pool.get(&old).is_some());
    }
    let new = send(&mut pool, 1_100, 2_200, 2).unwrap();
    assert!(pool.get(&old).is_none() && pool.get(&new).is_some());
    assert_eq!(counts(&pool), (1, 0));
}

#[test]
fn each_rule_refuses_in_the_words_of_geth() {
    let poor = SenderState { balance: U256::from(5), ..rich(0) };
    let contract = SenderState { is_contract: true, ..rich(0) };
    let small = PoolConfig { capacity: 0, ..config() };
    let narrow = PoolConfig { per_sender_bytes: 10, ..config() };
    let dear = PoolConfig { min_tip: 2, ..config() };
    for (nonce, sender, base_fee, config, says) in [
        (0, rich(1), 10, config(), "nonce too low: next nonce 1, tx nonce 0"),
        (8, rich(0), 10, config(), "nonce too high: next nonce 0, tx nonce 8, a transaction may wait 8 nonces ahead"),
        (7, rich(0), 10, config(), "nonce too high: next nonce 0, tx nonce 7, a transaction may wait 6 nonces ahead"),
        (
            0,
            poor,
            10,
            config(),
            "insufficient funds for gas * price + value: balance 5, tx cost 21021000, overshot 21020995",
        ),
        (0, contract, 10, config(), "sender not an eoa: address 0x0101010101010101010101010101010101010101 has code"),
        (0, rich(0), 5_000, config(), "max fee per gas less than block base fee: maxFeePerGas: 1001, baseFee: 5000"),
        (0, rich(0), 10, dear, "transaction underpriced: gas tip cap 1, minimum needed 2"),
        (0, rich(0), 10, small, "txpool is full: 0 transactions of 0 bytes wait, limit 0 of"),
        (0, rich(0), 10, narrow, "account limit exceeded: 1 transactions of"),
    ] {
        let mut pool = pool_of(config);
        pool.set_base_fee(base_fee);
        let said = pool.add(tx(1, nonce, 1), &sender, Origin::External).unwrap_err().to_string();
        assert!(said.starts_with(says), "said {said}, wanted {says}");
        assert_eq!(pool.status(), PoolStatus::default(), "nothing was kept");
    }
}

#[test]
fn each_rule_that_needs_no_state_refuses_in_the_words_of_geth() {
    let plain = Offer::new(1, 0, 1);
    let signature = Signature::new(U256::from(1), U256::from(1), false);
    let blobs = TxEip4844 { chain_id: 1, ..Default::default() }.into_signed(signature);
    let unprotected = TxLegacy { to: TxKind::Create, ..Default::default() }.into_signed(signature);
    let large = Offer { input: MAX_TX_BYTES, ..plain };
    let upside_down = Offer { tip: 7, cap: 3, ..plain };
    let of = |offer: Offer| offer.tx().into_inner();
    for (tx, intrinsic, rules, says) in [
        (of(plain), 21_001, RULES, "intrinsic gas too low: gas 21000, minimum needed 21001"),
        (of(plain), 21_000, Rules { chain_id: 2, ..RULES }, "invalid chain id for signer: have 1 want 2"),
        (
            of(plain),
            21_000,
            Rules { block_gas_limit: 20_000, ..RULES },
            "exceeds block gas limit: gas 21000, limit 20000",
        ),
        (of(plain), 21_000, Rules { tx_gas_limit: 20_000, ..RULES }, "exceeds block gas limit: gas 21000, limit 20000"),
        (of(large), 21_000, RULES, "oversized data: transaction size "),
        (
            of(upside_down),
            21_000,
            RULES,
            "max priority fee per gas higher than max fee per gas: maxPriorityFeePerGas: 7",
        ),
        (blobs.into(), 0, RULES, "transaction type not supported: blob transactions (EIP-4844)"),
        (unprotected.into(), 0, RULES, "only replay-protected (EIP-155) transactions allowed over RPC"),
    ] {
        let said = Screened::new(tx, intrinsic, &rules).unwrap_err().to_string();
        assert!(said.starts_with(says), "said {said}, wanted {says}");
    }
    assert!(Screened::new(of(plain), 21_000, &RULES).is_ok());
}

#[test]
fn a_nonce_used_up_elsewhere_frees_those_behind_it() {
    let mut pool = pool();
    add(&mut pool, 1, 1, 1).unwrap();
    pool.on_head(B256::ZERO, BASE_FEE, [(address(1), rich(1))]);
    assert_eq!(order(&pool), [(1, 1)], "ready without a transaction of nonce 0");
}

#[test]
fn what_came_too_late_does_not_stand_in_the_way() {
    let mut pool = pool();
    add(&mut pool, 1, 2, 1).unwrap();
    add(&mut pool, 1, 0, 1).unwrap();
    // By now the state has moved on, though no block was reported.
    pool.add(tx(1, 1, 1), &rich(1), Origin::External).unwrap();
    assert_eq!(order(&pool), [(1, 1), (1, 2)]);
}

#[test]
fn a_sender_pays_for_all_that_waits() {
    let mut pool = pool();
    let one = tx(1, 0, 1).cost();
    let sender = SenderState { balance: one * U256::from(2), ..rich(0) };
    for nonce in 0..2 {
        pool.add(tx(1, nonce, 1), &sender, Origin::External).unwrap();
    }
    let third = pool.add(tx(1, 2, 1), &sender, Origin::External).unwrap_err().to_string();
    let expected = format!(
        "insufficient funds for gas * price + value: balance {}, queued cost {}, tx cost {one}, overshot {one}",
        sender.balance, sender.balance
    );
    assert_eq!(third, expected);
}

#[test]
fn what_a_balance_no_longer_pays_for_waits_until_it_does_again() {
    let mut pool = pool();
    (0..4).for_each(|nonce| add(&mut pool, 1, nonce, 1).unwrap());
    let one = tx(1, 0, 1).cost();
    for (coins, pending) in [(3, 3), (1, 1), (0, 0), (2, 2), (9, 4)] {
        let state = SenderState { balance: one * U256::from(coins), ..rich(0) };
        pool.on_head(B256::ZERO, BASE_FEE, [(address(1), state)]);
        assert_eq!(counts(&pool), (pending, 4 - pending), "with coins for {coins}");
        assert_eq!(order(&pool).len(), pending);
    }
}

#[test]
fn a_full_pool_lets_the_gapped_and_then_the_cheapest_go() {
    let mut pool = pool_of(PoolConfig { capacity: 3, ..config() });
    add(&mut pool, 1, 3, 900).unwrap();
    add(&mut pool, 2, 0, 10).unwrap();
    add(&mut pool, 2, 1, 20).unwrap();
    let full = add(&mut pool, 3, 1, 999).unwrap_err();
    assert!(matches!(full, PoolError::Full { count: 3, most: 3, .. }), "gapped itself");
    add(&mut pool, 3, 0, 15).unwrap();
    assert_eq!(order(&pool), [(3, 0), (2, 0), (2, 1)], "the gapped one went");
    assert_eq!(add(&mut pool, 4, 0, 10), Err(PoolError::Underpriced { tip: 10, needed: 11 }));
    add(&mut pool, 4, 0, 12).unwrap();
    assert_eq!(order(&pool), [(3, 0), (4, 0), (2, 0)], "the sender of the cheapest lost its last");
}

#[test]
fn a_dear_transaction_behind_a_cheap_one_protects_nothing() {
    let mut pool = pool_of(PoolConfig { capacity: 2, ..config() });
    add(&mut pool, 1, 0, 1).unwrap();
    add(&mut pool, 1, 1, 1_000_000).unwrap();
    add(&mut pool, 2, 0, 2).unwrap();
    assert_eq!(order(&pool), [(2, 0), (1, 0)]);
}

#[test]
fn a_large_newcomer_makes_several_go_or_none() {
    let small = Offer::new(1, 0, 1);
    let size = |offer: Offer| alloy_eips::Encodable2718::encode_2718_len(offer.tx().inner());
    let mut pool = pool_of(PoolConfig { bytes: 4 * size(small), ..config() });
    for sender in 1..5 {
        add(&mut pool, sender, 0, u128::from(sender) * 10).unwrap();
    }
    let large = |tip| Incoming::known(Offer { input: size(small) * 2 - 20, ..Offer::new(9, 0, tip) }.tx());
    let refused = pool.add(large(25), &rich(0), Origin::External);
    assert_eq!(refused, Err(PoolError::Underpriced { tip: 25, needed: 31 }), "it would need the room of three");
    assert_eq!(counts(&pool), (4, 0), "nobody had to go for nothing");
    pool.add(large(35), &rich(0), Origin::External).unwrap();
    assert_eq!(order(&pool), [(4, 0), (9, 0)]);
}

#[test]
fn local_transactions_stay_and_need_not_pay_the_least_tip() {
    let locals = vec![address(9)];
    let mut pool = pool_of(PoolConfig { capacity: 3, min_tip: 5, locals, ..config() });
    add(&mut pool, 9, 0, 0).unwrap();
    pool.add(tx(8, 0, 1), &rich(0), Origin::Local).unwrap();
    pool.add(tx(8, 1, 1), &rich(0), Origin::External).unwrap();
    let full = add(&mut pool, 1, 0, 1_000_000).unwrap_err();
    assert!(matches!(full, PoolError::Full { .. }), "all that wait are local: {full}");
    assert_eq!(pool.all().filter(|(_, local)| *local).count(), 3);

    let mut pool = pool_of(PoolConfig { capacity: 1, ..config() });
    add(&mut pool, 1, 0, 1_000).unwrap();
    pool.add(tx(2, 0, 1), &rich(0), Origin::Local).unwrap();
    assert_eq!(order(&pool), [(2, 0)], "a local one has room made for it, whatever it pays");
}

#[test]
fn what_becomes_pending_is_told_once_in_order() {
    let mut pool = pool();
    let told = |pool: &mut zx_pool::Pool| -> Vec<_> {
        pool.take_news().iter().map(|tx| alloy_consensus::Transaction::nonce(tx.inner())).collect()
    };
    add(&mut pool, 1, 1, 1).unwrap();
    assert_eq!(told(&mut pool), [0; 0]);
    add(&mut pool, 1, 0, 1).unwrap();
    assert_eq!(told(&mut pool), [0, 1]);
    // Back to queued and forth again.
    let poor = SenderState { balance: U256::ZERO, ..rich(0) };
    pool.on_head(B256::ZERO, BASE_FEE, [(address(1), poor)]);
    assert_eq!(counts(&pool), (0, 2));
    pool.on_head(B256::ZERO, BASE_FEE, [(address(1), rich(0))]);
    assert_eq!((counts(&pool), told(&mut pool)), ((2, 0), vec![]));
}

#[test]
fn a_block_that_is_being_made_misses_nobody_and_takes_nobody_twice() {
    let mut pool = pool();
    for (sender, nonce, tip) in [(1, 0, 50), (1, 1, 40), (2, 0, 30), (3, 0, 20)] {
        add(&mut pool, sender, nonce, tip).unwrap();
    }
    let mut best = Best::default();
    let mut taken = pool.take(&mut best, 1);
    // Meanwhile one goes, one is replaced, and one comes.
    pool.remove(tx(2, 0, 30).tx().inner().tx_hash()).unwrap();
    pool.add(
        Incoming::known(Offer { salt: 2, cap: 9_000, ..Offer::new(1, 0, 5_000) }.tx()),
        &rich(0),
        Origin::External,
    )
    .unwrap();
    add(&mut pool, 4, 0, 10).unwrap();
    taken.extend(pool.take(&mut best, 9));
    let taken: Vec<_> =
        taken.iter().map(|tx| (tx.signer().0[0], alloy_consensus::Transaction::nonce(tx.inner()))).collect();
    assert_eq!(taken, [(1, 0), (1, 1), (3, 0), (4, 0)]);
}

#[test]
fn content_is_by_sender_and_in_the_order_of_nonces() {
    let mut pool = pool();
    for (sender, nonce) in [(2, 4), (1, 0), (2, 1), (2, 0)] {
        add(&mut pool, sender, nonce, 1).unwrap();
    }
    let nonces = |list: &[std::sync::Arc<zx_primitives::RecoveredTx>]| -> Vec<u64> {
        list.iter().map(|tx| alloy_consensus::Transaction::nonce(tx.inner())).collect()
    };
    let content = pool.content();
    let shape: Vec<_> = content.iter().map(|(a, c)| (a.0[0], nonces(&c.pending), nonces(&c.queued))).collect();
    assert_eq!(shape, [(1, vec![0], vec![]), (2, vec![0, 1], vec![4])]);
    assert_eq!(pool.content_from(&address(2)), content[&address(2)]);
    assert_eq!(pool.by_nonce(&address(2), 4).unwrap().inner().tx_hash(), tx(2, 4, 1).tx().inner().tx_hash());
    assert!(pool.by_nonce(&address(2), 2).is_none());
    pool.clear();
    assert_eq!((pool.status(), pool.content().len(), order(&pool).len()), (PoolStatus::default(), 0, 0));
}

#[test]
fn what_is_queued_for_too_long_goes_and_nothing_else() {
    let mut pool = pool_of(PoolConfig { lifetime: 100, locals: vec![address(4)], ..config() });
    pool.set_time(1_000);
    // Pending, behind a gap, behind the same gap but later, local behind a gap.
    for (sender, nonce) in [(1, 0), (2, 1), (4, 1)] {
        add(&mut pool, sender, nonce, 1).unwrap();
    }
    pool.set_time(1_050);
    add(&mut pool, 2, 2, 1).unwrap();
    assert_eq!((pool.set_time(1_100), counts(&pool)), (0, (1, 3)), "its time is not over until it has passed");
    assert_eq!((pool.set_time(1_101), counts(&pool)), (1, (1, 2)));
    assert!(pool.by_nonce(&address(2), 1).is_none() && pool.by_nonce(&address(2), 2).is_some());
    assert_eq!((pool.set_time(1_000_000), counts(&pool)), (1, (1, 1)));
    assert!(pool.by_nonce(&address(4), 1).is_some(), "what is local stays");
    assert_eq!(order(&pool), [(1, 0)], "and what is pending");
}

#[test]
fn time_counts_from_when_a_transaction_was_queued_last() {
    let mut pool = pool_of(PoolConfig { lifetime: 100, ..config() });
    for nonce in [0, 1] {
        add(&mut pool, 1, nonce, 1).unwrap();
    }
    let first = *pool.by_nonce(&address(1), 0).unwrap().inner().tx_hash();
    pool.set_time(500);
    pool.remove(&first).unwrap();
    assert_eq!((pool.set_time(600), counts(&pool)), (0, (0, 1)), "it was pending until then");
    add(&mut pool, 1, 0, 1).unwrap();
    assert_eq!((pool.set_time(5_000), counts(&pool)), (0, (2, 0)));
    assert_eq!((pool.set_time(10), counts(&pool)), (0, (2, 0)), "clocks may be set back");
}
