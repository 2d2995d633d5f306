//! `zx-node export` and `zx-node import`.

use crate::{
    place::{self, Place},
    progress::Bar,
    text::{count, grouped},
};
use clap::Args;
use eyre::Result;
use std::path::PathBuf;

/// Flags of `export`.
#[derive(Args)]
pub(crate) struct Export {
    #[command(flatten)]
    place: Place,
    /// File to write.
    file: PathBuf,
    /// First block, 0 if it is not said.
    #[arg(long, value_name = "BLOCK")]
    from: Option<u64>,
    /// Last block, the head if it is not said.
    #[arg(long, value_name = "BLOCK")]
    to: Option<u64>,
    /// Replace a file of that name.
    #[arg(long)]
    force: bool,
}

/// Flags of `import`.
#[derive(Args)]
pub(crate) struct Import {
    /// Folder of the chain; one that is empty, or is not there, is begun.
    #[arg(long, value_name = "DIR", env = "ZX_DATADIR")]
    datadir: PathBuf,
    /// File to read.
    file: PathBuf,
}

pub(crate) fn export(options: &Export) -> Result<()> {
    let chain = options.place.chain()?;
    let mut bar = Bar::new();
    let range = (options.from, options.to);
    let done = chain.export(&options.file, range, options.force, &mut |progress| bar.show(progress))?;
    drop(bar);
    let resumed = match done.resumed {
        0 => String::new(),
        blocks => format!("; {} of them by an export that was interrupted", grouped(blocks)),
    };
    println!("exported blocks {} to {} to {}{resumed}", grouped(done.from), grouped(done.to), options.file.display());
    println!("last block {}", done.hash);
    Ok(())
}

pub(crate) fn import(options: &Import) -> Result<()> {
    let chain = place::chain(&options.datadir)?;
    let mut bar = Bar::new();
    let done = place::with_stack(|| Ok(chain.import_file(&options.file, &mut |progress| bar.show(progress))?))?;
    drop(bar);
    let new = count(done.blocks.saturating_sub(done.known), "block");
    println!("imported {new} with {}; already here: {}", count(done.transactions, "transaction"), grouped(done.known));
    let head = chain.head();
    println!("head is block {} ({})", grouped(head.number()), head.hash);
    Ok(())
}
