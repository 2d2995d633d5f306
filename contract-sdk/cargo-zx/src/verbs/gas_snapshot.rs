//! The snapshot file: what each test spends on each method. Text, sorted, so that a difference reads well in a review.
//!
//! A line is: package of the test, test, contract and method, how the calls ended, how many there were, and the gas of
//! all of them.

use super::gas_report::contract;
use crate::{
    failure::Failure,
    ui::{Ui, grouped, table},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs, io, path::Path};
use zx_testbed::gas::{Outcome, Record};

/// Calls, and the gas of all of them, by what the first four words of a line say.
pub(super) type Snapshot = BTreeMap<String, (u64, u64)>;

/// What the records come to.
pub(super) fn of(records: &[Record]) -> Snapshot {
    let mut snapshot = Snapshot::new();
    for record in records {
        let ended = match (record.view, record.outcome) {
            (true, Outcome::Ok) => "view",
            (false, Outcome::Ok) => "ok",
            (_, Outcome::Reverted) => "reverted",
            (_, Outcome::Halted) => "halted",
        };
        let key = format!("{} {} {}::{} {ended}", record.suite, record.test, contract(record), record.method);
        let (calls, gas) = snapshot.entry(key).or_default();
        (*calls, *gas) = (*calls + 1, gas.saturating_add(record.gas));
    }
    snapshot
}

/// The file.
pub(super) fn text(snapshot: &Snapshot) -> String {
    snapshot.iter().map(|(key, (calls, gas))| format!("{key} {calls} {gas}\n")).collect()
}

fn parse(text: &str) -> Result<Snapshot, String> {
    let line = |(i, line): (usize, &str)| {
        let wrong = || format!("line {}: `{line}`", i + 1);
        let mut words = line.rsplitn(3, ' ');
        let mut number = || words.next().and_then(|word| word.parse().ok()).ok_or_else(wrong);
        let (gas, calls) = (number()?, number()?);
        Ok((words.next().ok_or_else(wrong)?.to_owned(), (calls, gas)))
    };
    text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()).map(line).collect()
}

/// Compares with the file.
///
/// # Errors
/// It differs, is not there, or is no snapshot.
pub(super) fn check(ui: &Ui, file: &Path, now: &Snapshot) -> Result<(), Failure> {
    let text = fs::read_to_string(file).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::Usage(format!(
            "there is no snapshot {}\n  fix: `cargo zx gas --snapshot` writes it",
            file.display()
        )),
        _ => Failure::Io { what: "cannot read", path: file.to_owned(), source: error },
    })?;
    let before = parse(&text).map_err(|line| {
        Failure::Usage(format!(
            "{} is no snapshot: {line}\n  fix: `cargo zx gas --snapshot` writes it anew",
            file.display()
        ))
    })?;
    let differences = differences(&before, now);
    if differences.is_empty() {
        ui.done("Checked", &format!("{} lines of {}: nothing has changed", now.len(), file.display()));
        return Ok(());
    }
    let rows: Vec<_> = differences.iter().map(Difference::row).collect();
    ui.talk(table(&rows, &[1, 2, 3]).trim_end());
    let count = differences.len();
    let lines = if count == 1 { "line differs" } else { "lines differ" };
    Err(Failure::Differs {
        message: format!(
            "{count} {lines} from {}\n  fix: if that is meant, `cargo zx gas --snapshot` writes the new figures",
            file.display()
        ),
        details: json!({ "differences": differences.iter().map(Difference::json).collect::<Vec<_>>() }),
    })
}

/// A line that is not as it was.
#[derive(Debug, PartialEq, Eq)]
struct Difference {
    key: String,
    before: Option<(u64, u64)>,
    now: Option<(u64, u64)>,
}

fn differences(before: &Snapshot, now: &Snapshot) -> Vec<Difference> {
    let keys: std::collections::BTreeSet<_> = before.keys().chain(now.keys()).collect();
    let difference =
        |key: &String| Difference { key: key.clone(), before: before.get(key).copied(), now: now.get(key).copied() };
    keys.into_iter().map(difference).filter(|difference| difference.before != difference.now).collect()
}

impl Difference {
    /// Change of the gas in hundredths of a percent, if there was some before.
    fn change(&self) -> Option<i128> {
        let (before, now) = (i128::from(self.before?.1), i128::from(self.now?.1));
        (before > 0).then(|| (now - before) * 10_000 / before)
    }

    fn row(&self) -> Vec<String> {
        let gas = |side: Option<(u64, u64)>| side.map_or_else(|| "-".to_owned(), |(_, gas)| grouped(gas));
        let change = match self.change() {
            Some(change) => {
                let sign = if change < 0 { '-' } else { '+' };
                format!("{sign}{}.{:02} %", change.abs() / 100, change.abs() % 100)
            }
            None if self.before.is_none() => "new".to_owned(),
            None => "gone".to_owned(),
        };
        let calls = match (self.before, self.now) {
            (Some((before, _)), Some((now, _))) if before != now => format!(" ({before} -> {now} calls)"),
            _ => String::new(),
        };
        vec![format!("{}{calls}", self.key), gas(self.before), gas(self.now), change]
    }

    fn json(&self) -> Value {
        let side = |side: Option<(u64, u64)>| side.map(|(calls, gas)| json!({ "calls": calls, "gas": gas }));
        json!({ "line": self.key, "before": side(self.before), "now": side(self.now) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(lines: &[(&str, u64, u64)]) -> Snapshot {
        lines.iter().map(|(key, calls, gas)| ((*key).to_owned(), (*calls, *gas))).collect()
    }

    #[test]
    fn a_snapshot_reads_back_and_what_is_none_is_named() {
        let written =
            snapshot(&[("token tests::a token::f() ok", 2, 50_000), ("token tests::b -::0x01020304 reverted", 1, 9)]);
        assert_eq!(text(&written).lines().next(), Some("token tests::a token::f() ok 2 50000"));
        assert_eq!(parse(&text(&written)), Ok(written));
        assert_eq!(parse("a b c ok 1 2\nwhat is this\n"), Err("line 2: `what is this`".to_owned()));
    }

    #[test]
    fn differences_are_told_in_figures_and_percent() {
        let before = snapshot(&[("a", 1, 40_000), ("b", 1, 10), ("c", 2, 20_000)]);
        let now = snapshot(&[("a", 1, 39_990), ("c", 3, 30_000), ("d", 1, 5)]);
        let rows: Vec<_> = differences(&before, &now).iter().map(|d| d.row().join("|")).collect();
        assert_eq!(
            rows,
            ["a|40,000|39,990|-0.02 %", "b|10|-|gone", "c (2 -> 3 calls)|20,000|30,000|+50.00 %", "d|-|5|new"]
        );
        assert!(differences(&now, &now).is_empty());
    }
}
