//! The log index, held against a look at every log.

use crate::world::{Act, Home, Made, Txs, chain, put, stored, topic, who};
use proptest::prelude::*;
use zx_storage::{LogQuery, Store};

fn matches(query: &LogQuery, made: &Made) -> bool {
    let logs = || made.receipts.iter().flat_map(|receipt| &receipt.logs);
    let address = query.addresses.is_empty() || logs().any(|log| query.addresses.contains(&log.address));
    let topic = |place: usize| {
        let any = &query.topics[place];
        any.is_empty() || logs().any(|log| log.topics().get(place).is_some_and(|topic| any.contains(topic)))
    };
    address && (0..4).all(topic)
}

/// Goes on until it is told that there is no more.
fn all(store: &Store, query: &LogQuery, from: u64, to: u64, limit: usize) -> Vec<u64> {
    let (mut found, mut from) = (Vec::new(), from);
    loop {
        let some = store.view().log_blocks(query, from..=to, limit).unwrap();
        found.extend(some.heights);
        match some.next {
            Some(next) => {
                assert!(next > from, "no headway at {from}");
                from = next;
            }
            None => return found,
        }
    }
}

fn query(addresses: &[u8], topics: [&[u8]; 4]) -> LogQuery {
    let addresses = addresses.iter().map(|number| who(*number)).collect();
    LogQuery { addresses, topics: topics.map(|topics| topics.iter().map(|number| topic(*number)).collect()) }
}

fn tells() -> impl Strategy<Value = Vec<Txs>> {
    let tell = (0..4_u8, proptest::collection::vec(0..4_u8, 0..=4)).prop_map(|(who, topics)| Act::Tell(who, topics));
    proptest::collection::vec(proptest::collection::vec(proptest::collection::vec(tell, 0..2), 0..3), 1..40)
}

fn queries() -> impl Strategy<Value = LogQuery> {
    let some = || proptest::collection::vec(0..5_u8, 0..3);
    (some(), some(), some(), some(), some()).prop_map(|(addresses, a, b, c, d)| query(&addresses, [&a, &b, &c, &d]))
}

#[test]
fn a_query_of_nothing_is_every_block() {
    let home = Home::new();
    let chain = chain(&vec![vec![]; 9]);
    let store = stored(&home, &chain, 2);
    let everything = LogQuery::default();
    assert_eq!(all(&store, &everything, 0, u64::MAX, 100), (0..=7).collect::<Vec<_>>());
    assert_eq!(all(&store, &everything, 3, 5, 2), [3, 4, 5]);
    assert!(all(&store, &everything, 8, 9, 2).is_empty());
    let some = store.view().log_blocks(&everything, 0..=9, 3).unwrap();
    assert_eq!((some.heights.len(), some.next), (3, Some(3)));
}

#[test]
fn what_a_request_looks_at_is_bounded() {
    let home = Home::new();
    // One address in even blocks, another in odd ones: no block has both topics.
    let tell = |height: u8| vec![vec![Act::Tell(height % 2, vec![height % 2])]];
    let chain = chain(&(1..=200).map(tell).collect::<Vec<_>>());
    let store = stored(&home, &chain, 0);
    let never = query(&[0], [&[1], &[], &[], &[]]);
    let some = store.view().log_blocks(&never, 0..=200, 30).unwrap();
    assert!(some.heights.is_empty());
    assert!(some.next.is_some_and(|next| next > 5 && next < 40), "{some:?}");
    assert!(all(&store, &never, 0, 200, 7).is_empty());
    let rare = query(&[0], [&[0], &[], &[], &[]]);
    assert_eq!(all(&store, &rare, 100, 110, 1), [100, 102, 104, 106, 108, 110]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_index_finds_what_a_look_at_every_log_does(
        blocks in tells(),
        queries in proptest::collection::vec((queries(), 0..45_u64, 0..45_u64, 1..60_usize), 20),
        lag in 0..4_usize,
    ) {
        let home = Home::new();
        let chain = chain(&blocks);
        drop(stored(&home, &chain[..chain.len() / 2 + 1], lag));
        let store = home.open();
        put(&store, &chain, chain.len() / 2 + 1, lag);
        let base = (chain.len() - 1).saturating_sub(lag);
        for (query, from, to, limit) in queries {
            let expected: Vec<u64> = chain[..=base]
                .iter()
                .filter(|made| (from..=to).contains(&made.block.number()) && matches(&query, made))
                .map(|made| made.block.number())
                .collect();
            prop_assert_eq!(all(&store, &query, from, to, limit), expected, "{:?} {}..={}", query, from, to);
        }
    }
}
