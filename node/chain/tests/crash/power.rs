//! The power goes: only what was synced is on the disk for good.

use crate::{
    audit::{Fault, Whole, audit, goes_on},
    child::{End, Orders, data},
    cut::{Unsynced, cut},
    disk::{Kind, Then},
    record::Record,
    support::{Chance, rounds},
};
use std::path::Path;
use zx_storage::Stage;

/// What any disk may do.
const UNSYNCED: [Unsynced; 6] =
    [Unsynced::Gone, Unsynced::Noted, Unsynced::Kept, Unsynced::Torn, Unsynced::Torn, Unsynced::Zeros];

fn life(scratch: &Path) -> Orders {
    Orders::new(scratch).with("blocks", 5).with("sessions", 4).with("branches", "yes").with("tape", "yes")
}

/// What is there after a cut. Where least is there, it also goes on.
fn after(scratch: &Path, record: &Record, unsynced: Unsynced, chance: &mut Chance) -> Result<Whole, Fault> {
    let target = tempfile::tempdir().expect("a folder");
    let found = data(target.path());
    cut(scratch, &found, unsynced, chance);
    let whole = audit(&found, record)?;
    match unsynced {
        Unsynced::Gone => goes_on(target.path(), &found, record),
        _ => Ok(whole),
    }
}

#[test]
fn what_is_acknowledged_is_there_whenever_it_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (end, record) = life(folder.path()).trip(None, u64::MAX, Then::Kill).run();
    assert_eq!((end, record.failures), (End::Lived, Vec::new()));
    let (calls, mut chance) = (record.hits, Chance::new(3));
    for _ in 0..12 * rounds() {
        let nth = 1 + chance.below(calls);
        let folder = tempfile::tempdir().expect("a folder");
        let (_, record) = life(folder.path()).trip(None, nth, Then::Kill).run();
        for unsynced in UNSYNCED {
            after(folder.path(), &record, unsynced, &mut chance)
                .unwrap_or_else(|fault| panic!("call {nth}, {unsynced:?}: {fault:?}"));
        }
        // What no disk should do: anything in place of what was not synced. Nothing is lost without a word.
        match after(folder.path(), &record, Unsynced::Garbage, &mut chance) {
            Ok(_) | Err(Fault::Named(_)) => {}
            Err(fault) => panic!("call {nth}, garbage: {fault:?}"),
        }
    }
}

#[test]
fn at_every_stage_of_a_commit() {
    let mut chance = Chance::new(4);
    for (nth, stage) in (4..).zip([Stage::Begun, Stage::Encoded, Stage::Written, Stage::Noted].repeat(3)) {
        let folder = tempfile::tempdir().expect("a folder");
        let orders = Orders::new(folder.path()).with("blocks", 20).with("tape", "yes");
        let (end, record) = orders.with("stage", format_args!("{stage:?} {nth}")).run();
        assert_eq!(end, End::Killed);
        for unsynced in [Unsynced::Gone, Unsynced::Noted, Unsynced::Torn, Unsynced::Zeros] {
            after(folder.path(), &record, unsynced, &mut chance)
                .unwrap_or_else(|fault| panic!("{stage:?} {nth}, {unsynced:?}: {fault:?}"));
        }
    }
}

/// The proof that these tests can fail: a disk that says that a log is synced, and has not synced it, is found out. By
/// the store, if its note is there; if not, by the audit.
#[test]
fn a_disk_that_lies_is_found_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let (end, record) = life(folder.path()).with("lies", format_args!("{:?}", Kind::Wal)).run();
    assert_eq!((end, record.failures.len()), (End::Lived, 0));
    let mut chance = Chance::new(5);
    let mut found = |unsynced| after(folder.path(), &record, unsynced, &mut chance);
    let Err(Fault::Named(what)) = found(Unsynced::Noted) else { panic!("the store does not see it") };
    assert!(what.contains("has lost blocks") && what.contains("restore it from a backup"), "{what}");
    let Err(Fault::Silent(what)) = found(Unsynced::Gone) else { panic!("the audit does not see it") };
    assert!(what.starts_with("LOST"), "{what}");
}
