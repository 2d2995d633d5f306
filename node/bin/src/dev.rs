//! `zx-node dev`.

use crate::{
    banner::{self, Facts},
    files, fork, genesis,
    keys::DevKey,
    serve::{self, Ports},
    shutdown::Signals,
    statefile, txpool,
};
use clap::Args;
use eyre::{Result, eyre};
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::sync::watch;
use zx_chain::{Chain, ChainConfig, ChainError, History, Pace, WINDOW, Writer};
use zx_rpc::{Api, NodeStatus};

/// Native stack of a thread that answers requests; WASM frames inside each other take of it, as of the writer's.
pub(crate) const STACK: usize = 256 << 20;
/// Requests that are answered at once, each on a thread of its own.
const BLOCKING_THREADS: usize = 32;
/// How long the answer to a transaction waits for its block, which takes some milliseconds.
const SETTLE: Duration = Duration::from_secs(2);
/// How long requests under way may take to finish once the node is told to stop: a batch may take ten seconds.
const GRACE: Duration = Duration::from_secs(12);

/// Flags of `dev`.
#[derive(Args)]
pub(crate) struct Options {
    /// The same as --http.port.
    #[arg(long, env = "ZX_PORT")]
    port: Option<u16>,
    /// Folder for the chain and the compiled modules. Without it, a temporary one that goes when the node stops.
    #[arg(long, value_name = "DIR", env = "ZX_DATADIR")]
    datadir: Option<PathBuf>,
    /// States below the window that stay readable: `archive` keeps all, a number those of so many blocks.
    #[arg(long, value_name = "archive|BLOCKS", default_value = "archive", value_parser = history, env = "ZX_HISTORY")]
    history: History,
    /// Blocks behind the head whose states are in memory: each can be read, proven and built upon.
    #[arg(long, value_name = "BLOCKS", default_value_t = WINDOW, value_parser = clap::value_parser!(u64).range(1..=4_096), env = "ZX_WINDOW")]
    window: u64,
    /// Make a block every so many seconds, empty or not, instead of one for each transaction.
    #[arg(long, value_name = "SECONDS", value_parser = seconds, env = "ZX_BLOCK_TIME")]
    block_time: Option<Duration>,
    /// Make a block only when one is asked for (`evm_mine`).
    #[arg(long, env = "ZX_NO_MINING", conflicts_with = "block_time")]
    no_mining: bool,
    /// Load the state of this file at the start, if it is there, and write the state to it at the end.
    #[arg(long, value_name = "FILE", env = "ZX_STATE")]
    state: Option<PathBuf>,
    #[command(flatten)]
    genesis: genesis::Options,
    #[command(flatten)]
    fork: fork::Options,
    #[command(flatten)]
    serve: serve::Options,
    #[command(flatten)]
    pool: txpool::Options,
}

/// What `--history` says.
pub(crate) fn history(text: &str) -> Result<History, String> {
    match text {
        "archive" => Ok(History::Archive),
        blocks => blocks.parse().map(History::Last).map_err(|_| "`archive`, or a number of blocks".to_owned()),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(period) if (1.0..=86_400.0).contains(&seconds) => Ok(period),
        // Timestamps are whole seconds and go up with each block.
        _ => Err("a block time is between 1 and 86400 seconds".to_owned()),
    }
}

/// Runs until it is told to stop.
pub(crate) fn run(options: &Options) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK)
        .max_blocking_threads(BLOCKING_THREADS)
        .build()?;
    let done = runtime.block_on(node(options));
    // Threads that still read the database must be gone before the process is.
    runtime.shutdown_timeout(GRACE);
    done
}

async fn node(options: &Options) -> Result<()> {
    let mut signals = Signals::listen()?;
    files::allow();
    let keys = options.genesis.keys()?;
    // The folder goes when this is dropped, at the end.
    let temporary =
        options.datadir.is_none().then(|| tempfile::Builder::new().prefix("zx-node-").tempdir()).transpose()?;
    let datadir = match (&options.datadir, &temporary) {
        (Some(datadir), _) => datadir.clone(),
        (None, Some(temporary)) => temporary.path().to_owned(),
        (None, None) => return Err(eyre!("no data directory")),
    };
    let Ports { endpoints, http, others } = options.serve.bind(options.port, &datadir).await?;
    let mut config = ChainConfig::new(options.genesis.spec(&keys), &datadir);
    config.development = true;
    config.window = options.window;
    config.store.history = options.history;
    options.pool.apply(&mut config);
    options.fork.apply(&mut config, &keys, options.genesis.balance()).await?;
    let chain = Arc::new(Chain::open(config)?);
    let pace = match options.block_time {
        Some(period) => Pace::Every(period),
        None if options.no_mining => Pace::OnDemand,
        None => Pace::AtOnce,
    };
    prepare(&chain, options)?;

    let (stop, stopped) = watch::channel(false);
    let (failed, mut failure) = watch::channel(None::<String>);
    let writer = Writer::start(Arc::clone(&chain), pace, move |error| _ = failed.send(Some(error.to_string())))?;
    tokio::spawn(report_blocks(Arc::clone(&chain)));
    tokio::task::spawn_blocking({
        let (chain, stopped) = (Arc::clone(&chain), stopped.clone());
        move || warm_up(&chain, || !*stopped.borrow())
    });
    let config = options.serve.config(options.block_time, Some(SETTLE))?;
    let status = Arc::new(NodeStatus::default());
    let api = match options.fork.url() {
        Some(url) => api(&chain, &keys).with_remote(url),
        None => api(&chain, &keys),
    };
    let rpc = tokio::spawn(zx_rpc::serve(api, endpoints, config, status, until(stopped)));
    let temporary = temporary.is_some();
    let (coins, public) = (options.genesis.balance(), options.genesis.keys_are_public());
    banner::print(&keys, &Facts { chain: &chain, pace, datadir: &datadir, temporary, coins, public, http, others })?;

    let failed = tokio::select! {
        () = signals.next() => None,
        failed = failure.wait_for(Option::is_some) => {
            Some(failed.map_or_else(|_| ChainError::WriterPanicked.to_string(), |reason| reason.clone().unwrap_or_default()))
        }
    };
    tracing::info!("stopping");
    stop.send_replace(true);
    tokio::select! {
        stopped = wind_up(&chain, rpc, writer) => stopped?,
        () = signals.next() => {
            eprintln!("error: stopped by a second signal; every block is on disk, waiting transactions may not be");
            std::process::exit(1);
        }
    }
    if let Some(file) = &options.state {
        statefile::dump(&chain, file)?;
    }
    match failed {
        Some(error) => Err(eyre!("the node had to stop: {error}")),
        None => Ok(()),
    }
}

/// Sets clock and state as the flags say.
fn prepare(chain: &Chain, options: &Options) -> Result<()> {
    if let Some(time) = options.genesis.timestamp {
        // A chain that is older goes on from its last block.
        chain.set_time(chain.head().header.timestamp.max(time));
    }
    match &options.state {
        Some(file) => statefile::load(chain, file),
        None => Ok(()),
    }
}

/// Lets requests and the block under way finish, then keeps what still waits.
async fn wind_up(chain: &Chain, rpc: tokio::task::JoinHandle<()>, writer: Writer) -> Result<()> {
    // Past the grace the requests are left to themselves.
    let _ = tokio::time::timeout(GRACE, rpc).await;
    let (done, stopped) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || done.send(writer.stop()));
    stopped.await??;
    chain.save_pool()?;
    Ok(())
}

fn api(chain: &Arc<Chain>, keys: &[DevKey]) -> Api {
    let version = format!("Zexus/v{}/{}-{}", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH);
    Api::new(Arc::clone(chain), version).with_signers(keys.iter().map(|key| key.secret))
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // An error means that the node is gone, which is a stop too.
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// Gets the contracts ready that were called most before the last stop. It saves time, and can fail without harm.
fn warm_up(chain: &Chain, go_on: impl Fn() -> bool) {
    match chain.warm_up(go_on) {
        Ok(0) => {}
        Ok(modules) => tracing::debug!(modules, "the contracts used most are ready"),
        Err(error) => tracing::warn!(%error, "cannot get contracts ready"),
    }
}

/// A line for each block. Blocks that come faster than they can be told are summed up by the next.
async fn report_blocks(chain: Arc<Chain>) {
    let mut heads = chain.heads();
    while heads.changed().await.is_ok() {
        let block = heads.borrow_and_update().clone();
        if chain.control(|controls| controls.quiet) {
            continue;
        }
        let transactions = block.transactions.len();
        tracing::info!(number = block.number(), transactions, gas = block.header.gas_used, hash = %block.hash, "block");
    }
}
