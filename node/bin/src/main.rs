//! `zx-node`: reads flags, wires rooms together, waits for a signal.
#![forbid(unsafe_code)]

mod banner;
mod blocks;
mod db;
mod dev;
mod files;
mod fork;
mod genesis;
mod keys;
mod place;
mod progress;
mod serve;
mod shutdown;
mod snapshot;
mod statefile;
mod text;
mod txpool;

use clap::{Parser, Subcommand, ValueEnum};
use eyre::{Result, WrapErr};
use std::{io::IsTerminal, process::ExitCode};
use tracing_subscriber::EnvFilter;

/// Trie nodes and blocks come and go by the thousand; see `benches/README.md` for what it saves.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The Zexus node: WebAssembly smart contracts behind Ethereum's JSON-RPC.
#[derive(Parser)]
#[command(name = "zx-node", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Run a development chain: ten funded accounts, a block for each transaction.
    Dev(Box<dev::Options>),
    /// Look at a database, check it, prune it, or bring it to this version.
    #[command(subcommand)]
    Db(db::Verb),
    /// Make, check or restore a snapshot: a file that a node starts from.
    #[command(subcommand)]
    Snapshot(snapshot::Verb),
    /// Write the blocks of a chain to a file.
    Export(blocks::Export),
    /// Take the blocks of a file: each is executed.
    Import(blocks::Import),
    /// Print a generated document.
    Docs {
        /// Which one.
        document: Document,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Document {
    /// The table of host functions, as Markdown.
    HostFunctions,
    /// The methods of JSON-RPC, as Markdown.
    Rpc,
}

fn main() -> ExitCode {
    match log().and_then(|()| run(Cli::parse().verb)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", told(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error with its causes, but for those that it tells of itself.
fn told(error: &eyre::Report) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |told, cause| match told.as_str() {
        "" => cause,
        so_far if so_far.contains(&cause) => told,
        _ => format!("{told}: {cause}"),
    })
}

fn run(verb: Verb) -> Result<()> {
    match verb {
        Verb::Dev(options) => dev::run(&options),
        Verb::Db(verb) => db::run(&verb),
        Verb::Snapshot(verb) => snapshot::run(&verb),
        Verb::Export(options) => blocks::export(&options),
        Verb::Import(options) => blocks::import(&options),
        Verb::Docs { document: Document::HostFunctions } => {
            print!("{}", zx_host_functions::docs());
            Ok(())
        }
        Verb::Docs { document: Document::Rpc } => {
            print!("{}", zx_rpc::docs());
            Ok(())
        }
    }
}

/// Logs go to stderr; `ZX_LOG` chooses what (`info`, `zx_chain=debug`, ...).
fn log() -> Result<()> {
    let wanted = std::env::var("ZX_LOG").unwrap_or_else(|_| "info".to_owned());
    let filter = EnvFilter::try_new(&wanted).wrap_err_with(|| format!("ZX_LOG is not a log filter: {wanted}"))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        // Nobody may be reading stderr any more; that is no reason to fail.
        .log_internal_errors(false)
        .init();
    Ok(())
}
