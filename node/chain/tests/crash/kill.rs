//! The process is killed: at every stage of a commit, in the middle of any call to the disk, and at any time.

use crate::{
    audit::{audit, goes_on},
    child::{End, Orders, data},
    disk::Then,
    support::{Chance, rounds},
};
use std::{collections::BTreeMap, path::Path};
use zx_storage::Stage;

const STAGES: [Stage; 4] = [Stage::Begun, Stage::Encoded, Stage::Written, Stage::Noted];

#[test]
fn at_every_stage_of_a_commit_all_of_it_is_there_or_nothing() {
    // Base after each count of commits that came to the end: says which of them took blocks into the base.
    let mut bases = BTreeMap::new();
    for nth in 4..=9 {
        for stage in STAGES {
            let folder = tempfile::tempdir().expect("a folder");
            let scratch = folder.path();
            let orders = Orders::new(scratch).with("blocks", 20).with("stage", format_args!("{stage:?} {nth}"));
            let (end, record) = orders.run();
            assert_eq!(end, End::Killed);
            let whole = audit(&data(scratch), &record).unwrap_or_else(|fault| panic!("{stage:?} {nth}: {fault:?}"));
            // No branches, so commits and heights are the same; acknowledged is what came before.
            let written = matches!(stage, Stage::Written | Stage::Noted);
            assert_eq!(
                (whole.head, record.height()),
                (if written { nth } else { nth - 1 }, nth - 1),
                "{stage:?} {nth}"
            );
            let base = *bases.entry(whole.head).or_insert(whole.base);
            assert_eq!(whole.base, base, "the base moves with the head: {stage:?} {nth}");
            goes_on(scratch, &data(scratch), &record).unwrap_or_else(|fault| panic!("{stage:?} {nth}: {fault:?}"));
        }
    }
    let moves: Vec<bool> = bases.values().zip(bases.values().skip(1)).map(|(before, after)| after > before).collect();
    assert!(moves.contains(&true) && moves.contains(&false), "commits with a fold and without: {bases:?}");
}

#[test]
fn with_branches_too() {
    for nth in 3..=14 {
        let stage = STAGES[nth % 4];
        let folder = tempfile::tempdir().expect("a folder");
        let scratch = folder.path();
        let orders = Orders::new(scratch).with("blocks", 20).with("branches", "yes");
        let (end, record) = orders.with("stage", format_args!("{stage:?} {nth}")).run();
        assert_eq!(end, End::Killed);
        audit(&data(scratch), &record).unwrap_or_else(|fault| panic!("{stage:?} {nth}: {fault:?}"));
        goes_on(scratch, &data(scratch), &record).unwrap_or_else(|fault| panic!("{stage:?} {nth}: {fault:?}"));
    }
}

#[test]
fn in_the_middle_of_a_call_to_the_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let life = |scratch: &Path| {
        let orders = Orders::new(scratch).with("blocks", 5).with("sessions", 3);
        orders.with("branches", "yes").with("forgets", 4)
    };
    let (end, record) = life(folder.path()).trip(None, u64::MAX, Then::Kill).run();
    assert_eq!((end, record.failures), (End::Lived, Vec::new()));
    let calls = record.hits;
    assert!(calls > 100, "{calls}");
    let mut chance = Chance::new(1);
    for _ in 0..16 * rounds() {
        let nth = 1 + chance.below(calls);
        let folder = tempfile::tempdir().expect("a folder");
        let scratch = folder.path();
        let (_, record) = life(scratch).trip(None, nth, Then::Kill).run();
        audit(&data(scratch), &record).unwrap_or_else(|fault| panic!("call {nth}: {fault:?}"));
        goes_on(scratch, &data(scratch), &record).unwrap_or_else(|fault| panic!("call {nth}: {fault:?}"));
    }
}

#[test]
fn at_any_time_and_again_and_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let scratch = folder.path();
    let (mut chance, mut last, mut killed) = (Chance::new(2), 0, 0);
    for _ in 0..10 * rounds() {
        // Opening takes some tens of milliseconds, a block a few.
        let orders = Orders::new(scratch).with("blocks", 30).with("timer", 5_000 + chance.below(150_000));
        let (end, record) = orders.run();
        killed += u64::from(end == End::Killed);
        let whole = audit(&data(scratch), &record).unwrap_or_else(|fault| panic!("{fault:?}"));
        assert!(whole.head >= last && whole.head >= record.height());
        last = whole.head;
    }
    assert!(killed > 0, "the blow falls while it is at work");
}
