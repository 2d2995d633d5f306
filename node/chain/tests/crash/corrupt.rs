//! Files are damaged: bytes turned, ends cut off, whole files gone. Either everything is there all the same, or the
//! store says what is wrong. If what is damaged is put back, everything is there again, or the store says once more
//! that it is not: RocksDB may have gone on without it.

use crate::{
    audit::{Fault, VERIFY, Whole, audit},
    child::{End, Orders, data, log},
    disk::Kind,
    record::{Log, Record},
    support::{Chance, copy, rounds},
};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Damages of each kind of file.
const EACH: u64 = 12;

fn outcomes(scratch: &Path) -> PathBuf {
    scratch.join("outcomes")
}

#[test]
fn damage_is_harmless_or_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let scratch = folder.path();
    let (end, record) = Orders::new(scratch).with("blocks", 5).with("sessions", 4).with("branches", "yes").run();
    assert_eq!((end, record.failures.len(), record.done), (End::Lived, 0, true));
    let (end, _) = Orders::new(scratch).with("cases", EACH * rounds()).run();
    assert_eq!(end, End::Lived);
    let text = fs::read_to_string(outcomes(scratch)).expect("outcomes");
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for line in text.lines() {
        let words: Vec<&str> = line.splitn(4, ' ').collect();
        let [kind, outcome, ..] = words.as_slice() else { panic!("{line}") };
        assert!(["whole", "named", "named,"].contains(outcome), "{line}");
        *counts.entry((kind, outcome.trim_end_matches(','))).or_default() += 1;
    }
    println!("{text}{counts:?}");
    for kind in ["Wal", "Table", "Manifest", "Current"] {
        assert!(counts.contains_key(&(kind, "named")), "damage to {kind} is seen: {counts:?}");
    }
    for kind in ["Note", "Options"] {
        assert!(!counts.contains_key(&(kind, "named")), "{kind} can be done without: {counts:?}");
    }
}

/// In a process of its own, so that an abort is seen: damages copies of a data directory, and says what comes of it.
pub(crate) fn judge_all(scratch: &Path, each: u64) {
    let record = Record::read(&log(scratch)).expect("a record");
    let place = scratch.join("case");
    let fresh = || {
        let _ = fs::remove_dir_all(&place);
        copy(&data(scratch), &place);
    };
    fresh();
    let whole = audit(&place, &record).expect("whole before any damage");
    let mut out = Log::append(&outcomes(scratch));
    let mut chance = Chance::new(6);
    for kind in Kind::ALL {
        for _ in 0..each {
            fresh();
            let Some(file) = pick(&place, kind, &mut chance) else { break };
            let before = fs::read(&file).expect("a file");
            let damage = damage(&file, &before, &mut chance);
            let name = file.strip_prefix(&place).expect("in there").display().to_string();
            println!("{kind:?} {name} {damage}");
            let outcome = judge(&place, &record, &whole, &file, &before);
            out.line(&format!("{kind:?} {outcome} ({name}, {damage})"));
        }
    }
}

fn judge(place: &Path, record: &Record, whole: &Whole, file: &Path, before: &[u8]) -> String {
    let named = match audit(place, record) {
        Ok(found) if found == *whole => return "whole".into(),
        Ok(found) => return format!("WRONG {found:?} is not {whole:?}"),
        Err(Fault::Silent(what)) => return format!("SILENT {what}"),
        Err(Fault::Named(what)) if !["database at", "database is", VERIFY].iter().any(|word| what.contains(word)) => {
            return format!("UNCLEAR {what}");
        }
        Err(Fault::Named(what)) => what,
    };
    fs::write(file, before).expect("put back");
    match audit(place, record) {
        Ok(found) if found == *whole => format!("named {named}"),
        Err(Fault::Named(_)) => format!("named, for good, {named}"),
        other => format!("SPOILED {other:?} after it was put back; first {named}"),
    }
}

/// A file of the kind.
fn pick(folder: &Path, kind: Kind, chance: &mut Chance) -> Option<PathBuf> {
    let mut files: Vec<PathBuf> = [folder.to_path_buf(), folder.join("db")]
        .iter()
        .flat_map(|folder| fs::read_dir(folder).expect("a folder"))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file() && Kind::of(path) == kind)
        .collect();
    files.sort();
    let nth = chance.below(files.len() as u64) as usize;
    files.into_iter().nth(nth)
}

fn damage(file: &Path, before: &[u8], chance: &mut Chance) -> &'static str {
    let mut bytes = before.to_vec();
    let length = bytes.len() as u64;
    let what = match (chance.below(5), length) {
        (0, _) | (_, 0) => {
            fs::remove_file(file).expect("removed");
            return "removed";
        }
        (1, _) => {
            bytes.truncate(chance.below(length) as usize);
            "cut short"
        }
        (2, _) => {
            let from = chance.below(length) as usize;
            let to = bytes.len().min(from + 4096);
            bytes[from..to].fill(0);
            "zeros"
        }
        _ => {
            bytes[chance.below(length) as usize] ^= 1 << chance.below(8);
            "a bit turned"
        }
    };
    fs::write(file, bytes).expect("written");
    what
}
