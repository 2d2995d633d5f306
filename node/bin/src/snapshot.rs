//! `zx-node snapshot`.

use crate::{
    place::{self, Place},
    progress::Bar,
    text::{bytes, count, facts, grouped},
};
use clap::{Args, Subcommand};
use eyre::{Result, WrapErr, ensure};
use std::path::{Path, PathBuf};
use zx_storage::{
    StoreConfig,
    snapshot::{self, SnapshotReport},
};

/// What can be done with a snapshot.
#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Write a snapshot of a chain, and check it.
    Create(Create),
    /// Check everything in a snapshot.
    Verify(Verify),
    /// Make a data directory of a snapshot.
    Restore(Restore),
}

#[derive(Args)]
pub(crate) struct Create {
    #[command(flatten)]
    place: Place,
    /// File to write.
    file: PathBuf,
    /// Replace a file of that name.
    #[arg(long)]
    force: bool,
}

#[derive(Args)]
pub(crate) struct Verify {
    /// The snapshot.
    file: PathBuf,
}

#[derive(Args)]
pub(crate) struct Restore {
    /// The snapshot.
    file: PathBuf,
    /// Folder to make, or an empty one.
    #[arg(long, value_name = "DIR", env = "ZX_DATADIR")]
    datadir: PathBuf,
}

pub(crate) fn run(verb: &Verb) -> Result<()> {
    match verb {
        Verb::Create(options) => create(options),
        Verb::Verify(options) => verify(options),
        Verb::Restore(options) => restore(options),
    }
}

fn create(Create { place, file, force }: &Create) -> Result<()> {
    let store = place.store()?;
    let spec = place::spec()?;
    store.check_genesis(zx_chain::genesis(&spec)?.hash)?;
    let mut bar = Bar::new();
    let report = snapshot::create(&store, spec.chain_id, file, *force, &mut |progress| bar.show(progress))?;
    drop(bar);
    println!("{}OK", text(file, &report));
    Ok(())
}

fn verify(Verify { file }: &Verify) -> Result<()> {
    let mut bar = Bar::new();
    let report = snapshot::verify(file, &mut |progress| bar.show(progress))?;
    drop(bar);
    println!("{}OK", text(file, &report));
    Ok(())
}

fn restore(Restore { file, datadir }: &Restore) -> Result<()> {
    let spec = place::spec()?;
    let chain = (spec.chain_id, zx_chain::genesis(&spec)?.hash);
    let mut bar = Bar::new();
    let report = snapshot::restore(file, datadir, chain, &StoreConfig::default(), &mut |progress| bar.show(progress))?;
    drop(bar);
    let head = place::chain(datadir).wrap_err("the restored chain does not open")?.head();
    let expected = report.header.head_hash;
    ensure!(head.hash == expected, "the restored chain has the head {}, the snapshot has {expected}", head.hash);
    println!("{}restored to {}", text(file, &report), datadir.display());
    Ok(())
}

fn text(file: &Path, SnapshotReport { header, counts, bytes: size, chunks }: &SnapshotReport) -> String {
    facts(&[
        ("snapshot", format!("{} ({} in {})", file.display(), bytes(*size), count(*chunks, "chunk"))),
        ("chain", format!("{}, genesis {}", header.chain_id, header.genesis)),
        ("base", format!("block {} ({})", grouped(header.base), header.base_hash)),
        ("head", format!("block {} ({})", grouped(header.head), header.head_hash)),
        (
            "state",
            format!(
                "{}, {}, {}",
                count(counts.accounts, "account"),
                count(counts.slots, "slot"),
                count(counts.codes, "code")
            ),
        ),
        ("state root", header.state_root.to_string()),
        (
            "blocks",
            format!(
                "{} final with {}, {} pending",
                grouped(counts.blocks),
                count(counts.transactions, "transaction"),
                grouped(counts.pending)
            ),
        ),
    ])
}
