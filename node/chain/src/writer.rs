//! The writer: the thread that makes blocks, at a pace that may be changed while it runs.

use crate::{chain::Chain, error::ChainError};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// When a block is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As soon as a transaction waits.
    AtOnce,
    /// At an interval, empty ones too.
    Every(Duration),
    /// When somebody asks for one.
    OnDemand,
}

/// Native stack of the writer: every WASM frame inside another takes some of its host's, up to the chain's depth.
const STACK: usize = 256 << 20;

/// A running writer.
#[derive(Debug)]
pub struct Writer {
    stop: watch::Sender<bool>,
    thread: std::thread::JoinHandle<Result<(), ChainError>>,
}

impl Writer {
    /// Starts making blocks. `failed` is called if the writer has to end by itself; the node must then stop.
    ///
    /// # Errors
    /// If the system grants no thread.
    pub fn start(
        chain: Arc<Chain>,
        pace: Pace,
        failed: impl FnOnce(&ChainError) + Send + 'static,
    ) -> std::io::Result<Self> {
        chain.set_pace(pace);
        let (stop, stopped) = watch::channel(false);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let thread = std::thread::Builder::new().name("writer".into()).stack_size(STACK).spawn(move || {
            let result = runtime.block_on(run(&chain, stopped));
            result.inspect_err(|error| failed(error))
        })?;
        Ok(Self { stop, thread })
    }

    /// Lets the block under way be written, and ends.
    ///
    /// # Errors
    /// Why it had ended already.
    pub fn stop(self) -> Result<(), ChainError> {
        self.stop.send_replace(true);
        self.thread.join().unwrap_or(Err(ChainError::WriterPanicked))
    }
}

/// How long transactions may wait for the base fee to fall before an empty block lets it.
const FEE_WAIT: Duration = Duration::from_secs(1);

async fn run(chain: &Chain, mut stopped: watch::Receiver<bool>) -> Result<(), ChainError> {
    let mut paces = chain.paces();
    loop {
        let pace = *paces.borrow_and_update();
        tokio::select! {
            biased;
            done = keep_pace(chain, pace, &mut stopped) => return done,
            // An error means that the chain is gone, and with it whoever could stop this.
            _ = paces.changed() => {}
        }
    }
}

/// Makes blocks at a pace until it is told to stop. It may be dropped wherever it waits.
async fn keep_pace(chain: &Chain, pace: Pace, stopped: &mut watch::Receiver<bool>) -> Result<(), ChainError> {
    let mut ticks = match pace {
        Pace::AtOnce | Pace::OnDemand => None,
        Pace::Every(period) => {
            // The first tick of an interval is at once; a block should come a period after the start.
            let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + period, period);
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            Some(ticks)
        }
    };
    loop {
        let due = async {
            match &mut ticks {
                None if pace == Pace::OnDemand => std::future::pending().await,
                None => at_once(chain).await,
                Some(ticks) => {
                    ticks.tick().await;
                    true
                }
            }
        };
        let empty = tokio::select! {
            biased;
            _ = stopped.wait_for(|stop| *stop) => return Ok(()),
            empty = due => empty,
        };
        let mut made = chain.produce_at(pace, empty)?;
        // What did not fit in one block goes into the next; a stop, or another pace, comes between two.
        while made.is_some() && pace == Pace::AtOnce && !*stopped.borrow() {
            made = chain.produce_at(pace, false)?;
        }
    }
}

/// Waits for a transaction. Those that wait for a lower base fee are given an empty block: only blocks lower it.
async fn at_once(chain: &Chain) -> bool {
    if chain.pool_status().pending == 0 {
        chain.work.notified().await;
        return false;
    }
    tokio::select! {
        () = chain.work.notified() => false,
        () = tokio::time::sleep(FEE_WAIT) => true,
    }
}
