//! The writer: the thread that makes blocks.

use crate::chain::{Chain, ChainError};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// When a block is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As soon as a transaction waits.
    AtOnce,
    /// At an interval, empty ones too.
    Every(Duration),
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
        let (stop, stopped) = watch::channel(false);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let thread = std::thread::Builder::new().name("writer".into()).stack_size(STACK).spawn(move || {
            let result = runtime.block_on(run(&chain, pace, stopped));
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
        // A panic in the writer has been printed by its thread.
        self.thread.join().unwrap_or(Ok(()))
    }
}

async fn run(chain: &Chain, pace: Pace, mut stopped: watch::Receiver<bool>) -> Result<(), ChainError> {
    let mut ticks = match pace {
        Pace::AtOnce => None,
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
                None => chain.work.notified().await,
                Some(ticks) => _ = ticks.tick().await,
            }
        };
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stop| *stop) => return Ok(()),
            () = due => make(chain, pace)?,
        }
    }
}

fn make(chain: &Chain, pace: Pace) -> Result<(), ChainError> {
    match pace {
        Pace::Every(_) => {
            chain.produce(true)?;
        }
        // What did not fit in one block goes into the next.
        Pace::AtOnce => while chain.produce(false)?.is_some() {},
    }
    Ok(())
}
