//! The table of gas in `contracts/README.md`.

use super::{
    dex,
    driver::{Count, Counts, Subject},
    finance, governor, proxies, router, timelock, wrapped, zx20, zx721, zx1155,
};
use eyre::ensure;
use std::{env, fmt::Write as _, fs};
use zx_tests::workspace;

/// Every contract that has an original.
const SUBJECTS: [&Subject; 15] = [
    &zx20::PLAIN,
    &zx20::FULL,
    &zx20::VOTES,
    &zx721::SUBJECT,
    &zx1155::SUBJECT,
    &wrapped::SUBJECT,
    &dex::FACTORY,
    &dex::PAIR,
    &router::SUBJECT,
    &finance::LENDER,
    &finance::VESTING,
    &timelock::SUBJECT,
    &governor::SUBJECT,
    &proxies::TRANSPARENT,
    &proxies::UUPS,
];

/// Operations of a contract that the table is the mean of, and the seed that makes them up.
const OPERATIONS: u64 = 1_000;
const SEED: u64 = 20;

/// What another version of the compiler may change, in percent of a figure.
const TOLERANCE: u64 = 1;

const BEGIN: &str = "<!-- The table is written by `make gas-table`. -->\n";
const END: &str = "<!-- Its end. -->\n";

/// Mean gas of the operations that succeeded.
fn mean(gas: u64, count: &Count) -> u64 {
    gas.checked_div(count.succeeded).unwrap_or(0)
}

fn rows(subject: &Subject, counts: &Counts) -> String {
    let mut text = String::new();
    for (what, count) in counts.iter().filter(|(_, count)| count.succeeded > 0) {
        let (ours, theirs) = (mean(count.ours, count), mean(count.theirs, count));
        let percent = ours as f64 * 100.0 / theirs as f64 - 100.0;
        let _ = writeln!(text, "| {} | `{what}` | {ours} | {theirs} | {percent:+.1} % |", subject.name);
    }
    text
}

fn table() -> eyre::Result<String> {
    let mut text = "| contract | operation | gas | the original's | difference |\n|---|---|---|---|---|\n".to_owned();
    for subject in SUBJECTS {
        text += &rows(subject, &subject.campaign(SEED, OPERATIONS)?);
    }
    Ok(text)
}

/// Contract, operation and both figures of each row.
fn figures(table: &str) -> Vec<(&str, &str, u64, u64)> {
    table.lines().filter_map(row).collect()
}

fn row(line: &str) -> Option<(&str, &str, u64, u64)> {
    let mut cells = line.split('|').map(str::trim).skip(1);
    Some((cells.next()?, cells.next()?, cells.next()?.parse().ok()?, cells.next()?.parse().ok()?))
}

#[test]
fn no_operation_costs_more_than_the_original_s_and_the_table_says_so() -> eyre::Result<()> {
    let file = workspace().join("contracts/README.md");
    let page = fs::read_to_string(&file)?;
    let parts = page.split_once(BEGIN).and_then(|(head, rest)| Some((head, rest.split_once(END)?)));
    let (head, (old, tail)) = parts.ok_or_else(|| eyre::eyre!("{} has lost its table", file.display()))?;
    let new = table()?;
    if env::var_os("ZX_BLESS").is_some() {
        fs::write(&file, [head, BEGIN, &new, END, tail].concat())?;
        return Ok(());
    }
    let (old, new) = (figures(old), figures(&new));
    ensure!(!new.is_empty() && old.len() == new.len(), "contracts/README.md has other rows: run `make gas-table`");
    let mut wrong = Vec::new();
    for (then, now) in old.iter().zip(&new) {
        let close = then.2.abs_diff(now.2) * 100 <= then.2 * TOLERANCE;
        if (then.0, then.1, then.3) != (now.0, now.1, now.3) || !close {
            wrong.push(format!("{then:?} in contracts/README.md is {now:?}: run `make gas-table`"));
        }
        let dearer = SUBJECTS.iter().any(|s| s.name == now.0 && s.dearer.contains(&now.1.trim_matches('`')));
        if now.2 > now.3 && !dearer {
            wrong.push(format!("{} {} costs {}, the original {}", now.0, now.1, now.2, now.3));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}
