//! `zx-node db`.

use crate::{
    place::Place,
    progress::Bar,
    text::{bytes, count, facts, grouped, table},
};
use clap::{Args, Subcommand};
use eyre::{Result, ensure};
use serde_json::json;
use zx_storage::{MigrationReport, Store, TableStats, Verified, migrate};

/// What can be done with a database.
#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Say what each table holds and takes.
    Stats(Report),
    /// Check everything against everything else.
    Verify(Report),
    /// Forget how the state was before the last blocks; blocks and receipts stay.
    Prune(Prune),
    /// Bring a database of an older version to this one.
    Migrate(Migrate),
}

#[derive(Args)]
pub(crate) struct Report {
    #[command(flatten)]
    place: Place,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct Prune {
    #[command(flatten)]
    place: Place,
    /// How many blocks below the base stay readable.
    #[arg(long, value_name = "BLOCKS")]
    keep: u64,
}

#[derive(Args)]
pub(crate) struct Migrate {
    #[command(flatten)]
    place: Place,
    /// Only read everything that would be read, and write nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(verb: &Verb) -> Result<()> {
    match verb {
        Verb::Stats(report) => stats(report),
        Verb::Verify(report) => verify(report),
        Verb::Prune(options) => prune(options),
        Verb::Migrate(options) => bring(options),
    }
}

/// What a table holds, in a few words; the page of operations says more.
fn holds(name: &str) -> &'static str {
    match name {
        "meta" => "where the store is: schema, base, head",
        "pending" => "blocks above the base, with what they change",
        "blocks" => "final blocks",
        "block_numbers" => "heights by block hash",
        "receipts" => "receipts of final blocks",
        "transactions" => "places by transaction hash",
        "accounts" => "accounts of the base",
        "storage" => "slots of the base",
        "codes" => "code of contracts",
        "account_nodes" => "trie of the accounts",
        "storage_nodes" => "tries of the slots",
        "account_history" => "accounts as they were",
        "slot_history" => "slots as they were",
        "changed" => "what each block has in the two above",
        "log_index" => "blocks by address and topics of their logs",
        _ => "",
    }
}

fn stats(Report { place, json }: &Report) -> Result<()> {
    let store = place.store()?;
    let stats = store.stats()?;
    let sum = |of: fn(&TableStats) -> u64| stats.iter().map(of).sum::<u64>();
    let total = (sum(|t| t.rows), sum(|t| t.disk), sum(|t| t.memory));
    if *json {
        let tables = stats.iter().map(|t| {
            json!({ "table": t.table, "rows": t.rows, "diskBytes": t.disk, "memoryBytes": t.memory, "holds": holds(t.table) })
        });
        let total = json!({ "rows": total.0, "diskBytes": total.1, "memoryBytes": total.2 });
        println!("{:#}", json!({ "path": store.path(), "tables": tables.collect::<Vec<_>>(), "total": total }));
        return Ok(());
    }
    let row = |name: &str, rows: u64, disk: u64, memory: u64, holds: &str| {
        [name.to_owned(), grouped(rows), bytes(disk), bytes(memory), holds.to_owned()]
    };
    let mut rows: Vec<_> = stats.iter().map(|t| row(t.table, t.rows, t.disk, t.memory, holds(t.table))).collect();
    rows.push(row("total", total.0, total.1, total.2, ""));
    let header = ["table", "rows, about", "on disk", "in memory", "holds"];
    print!("{}", table(header, [false, true, true, true, false], &rows));
    println!("\n{}", where_it_is(&store));
    Ok(())
}

fn where_it_is(store: &Store) -> String {
    let view = store.view();
    let (base, hash) = view.base();
    let from = view.history_from();
    format!("base: block {} ({hash}); states of blocks from {} on can be read", grouped(base), grouped(from))
}

fn verify(Report { place, json }: &Report) -> Result<()> {
    let store = place.store()?;
    let mut bar = Bar::new();
    let report = store.verify(&mut |progress| bar.show(progress))?;
    drop(bar);
    let root = store.view().block(store.view().base().0)?.map(|block| block.header.state_root).unwrap_or_default();
    match json {
        true => println!("{:#}", as_json(&report, &root.to_string())),
        false => print!("{}", as_text(&report, &root.to_string())),
    }
    ensure!(report.found == 0, "the database at {} has {}", store.path().display(), count(report.found, "fault"));
    Ok(())
}

fn as_json(report: &Verified, root: &str) -> serde_json::Value {
    json!({
        "ok": report.found == 0,
        "stateRoot": root,
        "blocks": report.blocks,
        "transactions": report.transactions,
        "pending": report.pending,
        "accounts": report.accounts,
        "slots": report.slots,
        "nodes": report.nodes,
        "history": report.history,
        "logIndex": report.log_index,
        "found": report.found,
        "faults": report.faults,
    })
}

fn as_text(report: &Verified, root: &str) -> String {
    let mut text = facts(&[
        ("final blocks", format!("{}, {}", grouped(report.blocks), count(report.transactions, "transaction"))),
        ("pending blocks", grouped(report.pending)),
        ("accounts", grouped(report.accounts)),
        ("slots", grouped(report.slots)),
        ("trie nodes", grouped(report.nodes)),
        ("rows of history", grouped(report.history)),
        ("rows of log index", grouped(report.log_index)),
        ("state root", root.to_owned()),
    ]);
    for fault in &report.faults {
        text.push_str(&format!("FAULT  {fault}\n"));
    }
    let more = report.found.saturating_sub(report.faults.len() as u64);
    if more > 0 {
        text.push_str(&format!("FAULT  and {} more\n", grouped(more)));
    }
    text.push_str(if report.found == 0 { "OK\n" } else { "" });
    text
}

fn prune(Prune { place, keep }: &Prune) -> Result<()> {
    let store = place.store()?;
    let disk = |store: &Store| Ok::<_, eyre::Error>(store.stats()?.iter().map(|t| t.disk).sum::<u64>());
    let before = disk(&store)?;
    let mut bar = Bar::new();
    let gone = store.prune(*keep, &mut |progress| bar.show(progress))?;
    drop(bar);
    println!(
        "forgot the history of {}; {} on disk before, {} now",
        count(gone, "block"),
        bytes(before),
        bytes(disk(&store)?)
    );
    println!("{}", where_it_is(&store));
    Ok(())
}

fn bring(Migrate { place, dry_run }: &Migrate) -> Result<()> {
    let database = place.database()?;
    let mut bar = Bar::new();
    let report = migrate(&database, *dry_run, &mut |progress| bar.show(progress))?;
    drop(bar);
    print!("{}", migrated(&report, *dry_run));
    Ok(())
}

fn migrated(report: &MigrationReport, dry_run: bool) -> String {
    if report.from == report.to {
        return format!("schema {} is that of this program: there is nothing to do\n", report.to);
    }
    let did = if dry_run { "would bring" } else { "brought" };
    format!(
        "{did} the database from schema {} to {}: block {}, {}, {}, {}, {} of the log index\n",
        report.from,
        report.to,
        grouped(report.head),
        count(report.accounts, "account"),
        count(report.slots, "slot"),
        count(report.nodes, "trie node"),
        count(report.log_index, "row"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_table_holds_is_said() {
        for table in zx_storage::TABLES {
            assert_ne!(holds(table.name), "", "{}", table.name);
        }
    }

    #[test]
    fn faults_are_listed_and_counted() {
        let report = Verified { found: 1_002, faults: vec!["block 7 is missing".into(); 1_000], ..Verified::default() };
        let text = as_text(&report, "0x00");
        assert!(text.contains("FAULT  block 7 is missing\n") && text.ends_with("FAULT  and 2 more\n"), "{text}");
        assert!(as_text(&Verified::default(), "0x00").ends_with("OK\n"));
        assert_eq!(as_json(&report, "0x00")["ok"], false);
    }
}
