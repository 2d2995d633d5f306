use crate::{
    counter::counter,
    support::{fresh, open, run, send, sign, signer},
};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use proptest::prelude::*;
use zx_chain::{Chain, ChainError};
use zx_primitives::{Block, StateReader, block::receipts_root};

const RECEIVER: Address = Address::repeat_byte(0xaa);

fn block(chain: &Chain, number: u64) -> Block {
    (*chain.view().expect("a view").block(number.into()).expect("read").expect("there")).clone()
}

#[test]
fn what_one_chain_produces_another_imports_to_the_same_hash() {
    let (_a, producer) = fresh();
    let (_b, importer) = fresh();
    let contract = run(&producer, 4);
    for number in 1..=4 {
        let imported = importer.import(block(&producer, number)).expect("valid");
        assert_eq!(imported.hash, block(&producer, number).hash);
    }
    assert_eq!(importer.head().header.state_root, producer.head().header.state_root);
    let count = |chain: &Chain| chain.view().expect("a view").head_state().storage(contract, U256::ZERO).expect("read");
    assert_eq!((count(&importer), count(&producer)), (U256::from(7), U256::from(7)), "both ran every call");
    let receipts = importer.view().expect("a view").receipts(4).expect("read");
    assert_eq!(receipts_root(&receipts).0, importer.head().header.receipts_root);
    assert_eq!(receipts.iter().map(|r| r.logs.len()).sum::<usize>(), 2);
}

/// What a signer may do next: pay someone, call the counter, or deploy it anew.
#[derive(Clone, Copy, Debug)]
enum Act {
    Pay(u8),
    Call,
    Deploy,
}

fn act() -> impl Strategy<Value = (u8, Act)> {
    let act = prop_oneof![3 => (1..9u8).prop_map(Act::Pay), 3 => Just(Act::Call), 1 => Just(Act::Deploy)];
    (1..5u8, act)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// The law of the chain: whatever is produced imports to the same hash, block after block.
    #[test]
    fn import_equals_produce(blocks in prop::collection::vec(prop::collection::vec(act(), 1..8), 1..6)) {
        let (_a, producer) = fresh();
        let (_b, importer) = fresh();
        let contract = signer(1).address().create(0);
        for acts in blocks {
            for (who, act) in acts {
                let nonce = producer.next_nonce(signer(who).address()).expect("read");
                let (to, value, input) = match act {
                    Act::Pay(value) => (TxKind::Call(RECEIVER), value.into(), vec![]),
                    Act::Call => (TxKind::Call(contract), 0, vec![]),
                    Act::Deploy => (TxKind::Create, 0, counter()),
                };
                send(&producer, who, nonce, to, value, input).expect("admitted");
            }
            let made = producer.produce(false).expect("no failure").expect("there is work");
            prop_assert_eq!(importer.import((*made).clone()).expect("valid").hash, made.hash);
        }
        prop_assert_eq!(importer.head(), producer.head());
    }
}

#[test]
fn a_block_that_is_not_what_its_transactions_make_it_is_refused_and_leaves_no_trace() {
    let (_a, producer) = fresh();
    let (_b, importer) = fresh();
    run(&producer, 2);
    importer.import(block(&producer, 1)).expect("valid");
    let good = block(&producer, 2);
    type Tamper = fn(&mut Block);
    let cases: [(&str, Tamper); 8] = [
        ("extra_data is 33 bytes", |b| b.header.extra_data = vec![0; 33].into()),
        ("state_root", |b| b.header.state_root = B256::ZERO),
        ("gas_used", |b| b.header.gas_used += 1),
        ("receipts_root", |b| b.header.receipts_root = B256::ZERO),
        ("base_fee_per_gas", |b| b.header.base_fee_per_gas = Some(7)),
        ("number", |b| b.header.number = 3),
        ("gas_used", |b| _ = b.transactions.pop()),
        ("transaction 0x", |b| b.transactions.reverse_nonces()),
    ];
    for (names, tamper) in cases {
        let mut bad = good.clone();
        tamper(&mut bad);
        let error = importer.import(Block::seal(bad.header, bad.transactions)).expect_err(names);
        assert!(matches!(error, ChainError::InvalidBlock { .. }), "{error}");
        assert!(error.to_string().contains(names), "{error} should name {names}");
        assert_eq!(importer.head().number(), 1);
    }
    let mut orphan = good.clone();
    orphan.header.parent_hash = B256::ZERO;
    let error = importer.import(Block::seal(orphan.header, orphan.transactions)).expect_err("no parent");
    assert!(matches!(error, ChainError::Unattached { .. }), "{error}");
    importer.import(good).expect("the good one still fits");
}

/// Makes the first transaction one whose nonce is not next.
trait ReverseNonces {
    fn reverse_nonces(&mut self);
}

impl ReverseNonces for Vec<zx_primitives::RecoveredTx> {
    fn reverse_nonces(&mut self) {
        use alloy_consensus::transaction::SignerRecoverable;
        use alloy_eips::eip2718::Decodable2718;
        let bytes = sign(1, 40, TxKind::Call(RECEIVER), 1, vec![]);
        let tx = zx_primitives::Tx::decode_2718(&mut bytes.as_slice()).expect("a transaction");
        self[0] = tx.try_into_recovered().expect("signed");
    }
}

#[test]
fn each_recent_state_reads_as_it_was() {
    let (_folder, chain) = fresh();
    let contract = run(&chain, 5);
    let view = chain.view().expect("a view");
    let mut sent = 0;
    for number in 0..=5u64 {
        sent += number;
        let state = view.state(number);
        let balance = state.account(RECEIVER).expect("read").map_or(U256::ZERO, |account| account.balance);
        assert_eq!(balance, U256::from(sent), "balance at {number}");
        let nonce = state.account(signer(1).address()).expect("read").expect("funded").nonce;
        assert_eq!(nonce, number, "nonce at {number}");
        let count = state.storage(contract, U256::ZERO).expect("read");
        assert_eq!(count, U256::from((2 * number).saturating_sub(1)), "slot at {number}");
        let deployed = state.account(contract).expect("read").is_some();
        assert_eq!(deployed, number > 0, "contract at {number}");
    }
}

#[test]
fn a_view_stays_as_it_is_while_blocks_go_on() {
    let (_folder, chain) = fresh();
    run(&chain, 1);
    let before = chain.view().expect("a view");
    send(&chain, 4, 0, TxKind::Call(RECEIVER), 500, vec![]).expect("taken");
    chain.produce(false).expect("produced");
    let balance =
        |view: &zx_chain::HeadView<'_>| view.head_state().account(RECEIVER).expect("read").expect("there").balance;
    assert_eq!((before.head.number(), balance(&before)), (1, U256::from(1)));
    let after = chain.view().expect("a view");
    assert_eq!((after.head.number(), balance(&after)), (2, U256::from(501)));
}

#[test]
fn an_empty_pool_makes_no_block_unless_asked() {
    let (_folder, chain) = fresh();
    assert!(chain.produce(false).expect("no failure").is_none());
    let block = chain.produce(true).expect("no failure").expect("asked for");
    assert_eq!((block.number(), block.transactions.len()), (1, 0));
    assert_eq!(block.header.state_root, self::block(&chain, 0).header.state_root);
}

#[test]
fn a_sender_cannot_promise_more_than_there_is() {
    let (_folder, chain) = fresh();
    let nearly_all = 990_000_000_000_000_000;
    send(&chain, 1, 0, TxKind::Call(RECEIVER), nearly_all, vec![]).expect("affordable");
    let error = send(&chain, 1, 1, TxKind::Call(RECEIVER), nearly_all, vec![]).expect_err("not both");
    assert!(error.to_string().starts_with("insufficient funds for gas * price + value"), "{error}");
}

#[test]
fn a_deployment_that_breaks_a_rule_is_refused_before_it_costs() {
    let (_folder, chain) = fresh();
    let truncated = [&zx_host_functions::CODE_PREFIX[..], &[0, 0, 1, 0, 7]].concat();
    let error = send(&chain, 1, 0, TxKind::Create, 0, truncated).expect_err("truncated");
    assert_eq!(error.to_string(), "invalid WASM deployment: deployment announces a module of 256 bytes, only 1 follow");
    let error = send(&chain, 1, 0, TxKind::Create, 0, vec![0; 49_153]).expect_err("EIP-3860");
    assert_eq!(error.to_string(), "max initcode size exceeded: code size 49153, limit 49152");
    assert_eq!(chain.next_nonce(signer(1).address()).expect("read"), 0);
}

#[test]
fn a_restarted_chain_goes_on_where_it_stopped_and_compiles_nothing() {
    let (folder, chain) = fresh();
    let contract = run(&chain, 3);
    let head = chain.head();
    assert_eq!(chain.cache_stats().compiled, 1);
    drop(chain);
    let chain = open(folder.path());
    assert_eq!(chain.head(), head);
    let count = |number| chain.view().expect("a view").state(number).storage(contract, U256::ZERO).expect("read");
    assert_eq!([1, 2, 3].map(count), [1, 3, 5].map(U256::from), "states from before the start are there");
    send(&chain, 2, 3, TxKind::Call(contract), 0, Bytes::new().to_vec()).expect("taken");
    chain.produce(false).expect("no failure").expect("a block");
    assert_eq!(chain.head().number(), 4);
    let stats = chain.cache_stats();
    assert_eq!((stats.compiled, stats.disk_hits), (0, 1));
}
