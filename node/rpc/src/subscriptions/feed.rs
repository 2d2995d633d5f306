//! What is told of the chain, encoded once for all who hear it.

use super::Topic;
use crate::{NodeStatus, Syncing, convert};
use alloy_primitives::Bloom;
use alloy_rpc_types_eth::Log;
use parking_lot::Mutex;
use serde::Serialize;
use serde_json::json;
use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicUsize, Ordering},
};
use tokio::{
    runtime::Handle,
    sync::broadcast::{self, error::RecvError},
};
use zx_chain::{Chain, Executed, HeadChange};
use zx_primitives::RecoveredTx;

/// Changes of the head that a session may be behind: it does nothing but copy them to its outbox.
const HEADS: usize = 256;
/// Transactions that it may be behind.
const PENDING: usize = 8_192;

/// What there is to tell, by topic: who hears of one is not woken for another.
#[derive(Debug)]
pub(crate) struct Feed {
    heads: broadcast::Sender<Heads>,
    logs: broadcast::Sender<Logs>,
    pending: broadcast::Sender<Arc<Pending>>,
    syncing: broadcast::Sender<Arc<str>>,
    backlog: Arc<Backlog>,
    chain: Arc<Chain>,
    runtime: Handle,
    follows_pending: Mutex<bool>,
}

/// Bytes of notifications that wait for their readers, of all sessions together.
#[derive(Debug)]
pub(crate) struct Backlog {
    pub(super) limit: usize,
    pub(super) bytes: AtomicUsize,
}

impl Backlog {
    pub(super) fn is_full(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) > self.limit
    }
}

/// What a change of the head brings; nothing if some changes were missed.
pub(super) type Told<T> = Option<Change<T>>;
/// Headers of new blocks, oldest first.
pub(super) type Heads = Told<Arc<str>>;
/// Logs of blocks, in the order in which they are told.
pub(super) type Logs = Told<BlockLogs>;

/// What a change of the head brings.
#[derive(Debug)]
pub(super) struct Change<T> {
    /// Of the chain, with it.
    pub(super) version: u64,
    pub(super) items: Arc<[T]>,
}

impl<T> Clone for Change<T> {
    fn clone(&self) -> Self {
        Self { version: self.version, items: Arc::clone(&self.items) }
    }
}

/// Logs of a block that came, or went.
#[derive(Debug)]
pub(super) struct BlockLogs {
    pub(super) bloom: Bloom,
    pub(super) logs: Vec<(Log, Arc<str>)>,
}

/// A transaction that has begun to wait.
#[derive(Debug)]
pub(super) struct Pending {
    tx: Arc<RecoveredTx>,
    hash: Arc<str>,
    full: OnceLock<Arc<str>>,
}

impl Pending {
    /// Whole, or its hash.
    pub(super) fn json(&self, full: bool) -> &Arc<str> {
        match full {
            true => self.full.get_or_init(|| encode(&convert::waiting((*self.tx).clone()))),
            false => &self.hash,
        }
    }
}

fn encode(value: &impl Serialize) -> Arc<str> {
    // Nothing that is told has a shape that JSON lacks.
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned()).into()
}

/// A session's end of the feed.
#[derive(Debug, Default)]
pub(super) struct Ears {
    pub(super) heads: Option<broadcast::Receiver<Heads>>,
    pub(super) logs: Option<broadcast::Receiver<Logs>>,
    pub(super) pending: Option<broadcast::Receiver<Arc<Pending>>>,
    pub(super) syncing: Option<broadcast::Receiver<Arc<str>>>,
}

impl Ears {
    /// Hears of a topic from now on.
    pub(super) fn open(&mut self, feed: &Arc<Feed>, topic: Topic) {
        match topic {
            Topic::Heads => _ = self.heads.get_or_insert_with(|| feed.heads.subscribe()),
            Topic::Logs => _ = self.logs.get_or_insert_with(|| feed.logs.subscribe()),
            Topic::Pending => _ = self.pending.get_or_insert_with(|| feed.hear_pending()),
            Topic::Syncing => _ = self.syncing.get_or_insert_with(|| feed.syncing.subscribe()),
        }
    }

    pub(super) fn close(&mut self, topic: Topic) {
        match topic {
            Topic::Heads => self.heads = None,
            Topic::Logs => self.logs = None,
            Topic::Pending => self.pending = None,
            Topic::Syncing => self.syncing = None,
        }
    }

    /// Takes what these lack from others, which are then deaf. What these have heard longer stays.
    pub(super) fn take_over(&mut self, others: &mut Self) {
        let Self { heads, logs, pending, syncing } = std::mem::take(others);
        self.heads = self.heads.take().or(heads);
        self.logs = self.logs.take().or(logs);
        self.pending = self.pending.take().or(pending);
        self.syncing = self.syncing.take().or(syncing);
    }
}

impl Feed {
    /// A feed of a chain, whose sessions may have so many bytes waiting together. Its tasks run on this runtime.
    pub(crate) fn new(chain: Arc<Chain>, backlog: usize, runtime: Handle) -> Self {
        Self {
            heads: broadcast::Sender::new(HEADS),
            logs: broadcast::Sender::new(HEADS),
            pending: broadcast::Sender::new(PENDING),
            syncing: broadcast::Sender::new(HEADS),
            backlog: Arc::new(Backlog { limit: backlog, bytes: AtomicUsize::new(0) }),
            chain,
            runtime,
            follows_pending: Mutex::new(false),
        }
    }

    /// The last change that can be seen now.
    pub(super) fn version(&self) -> u64 {
        self.chain.version()
    }

    /// What waits, of all sessions.
    pub(super) fn backlog(&self) -> &Arc<Backlog> {
        &self.backlog
    }

    /// Follows the chain for as long as there is one.
    pub(crate) async fn run(self: Arc<Self>, status: Arc<NodeStatus>) {
        let changes = self.chain.changes();
        self.follow(changes, status).await;
    }

    pub(super) async fn follow(
        self: Arc<Self>,
        mut changes: broadcast::Receiver<Arc<HeadChange>>,
        status: Arc<NodeStatus>,
    ) {
        let mut syncing = status.sync_changes();
        loop {
            tokio::select! {
                change = changes.recv() => match change {
                    Ok(change) => self.changed(&change),
                    Err(RecvError::Lagged(missed)) => self.missed(missed),
                    Err(RecvError::Closed) => return,
                },
                Ok(()) = syncing.changed() => {
                    let now = *syncing.borrow_and_update();
                    self.syncs(now);
                }
            }
        }
    }

    /// Tells of another head. Whoever is not listening now does not want to hear of it.
    fn changed(&self, change: &HeadChange) {
        if self.heads.receiver_count() > 0 {
            let header = |new: &Executed| encode(&convert::block(&new.block, false).header);
            let items: Arc<[Arc<str>]> = change.new.iter().map(header).collect();
            let _ = self.heads.send(Some(Change { version: change.version, items }));
        }
        if self.logs.receiver_count() > 0 {
            // As they came, the last goes first.
            let gone = change.gone.iter().rev().map(|block| block_logs(block, true));
            let new = change.new.iter().map(|block| block_logs(block, false));
            let items: Arc<[BlockLogs]> = gone.chain(new).filter(|block| !block.logs.is_empty()).collect();
            if !items.is_empty() {
                let _ = self.logs.send(Some(Change { version: change.version, items }));
            }
        }
    }

    /// Blocks came faster than they could be told of: those who want all of them must ask for them.
    fn missed(&self, missed: u64) {
        tracing::warn!(missed, "changes of the head were missed; subscribers of heads and logs are dropped");
        let _ = self.heads.send(None);
        let _ = self.logs.send(None);
    }

    /// In geth's shape.
    fn syncs(&self, syncing: Option<Syncing>) {
        let told = match syncing {
            None => json!(false),
            Some(syncing) => json!({ "syncing": true, "status": syncing.progress(self.chain.head().number()) }),
        };
        let _ = self.syncing.send(encode(&told));
    }

    /// Hears of waiting transactions. Only while somebody does the pool tells of them.
    fn hear_pending(self: &Arc<Self>) -> broadcast::Receiver<Arc<Pending>> {
        let mut follows = self.follows_pending.lock();
        let ears = self.pending.subscribe();
        if !*follows {
            *follows = true;
            self.runtime.spawn(Arc::clone(self).follow_pending(self.chain.ready()));
        }
        ears
    }

    async fn follow_pending(self: Arc<Self>, mut pending: broadcast::Receiver<Arc<RecoveredTx>>) {
        loop {
            match pending.recv().await {
                Ok(tx) => {
                    let hash = encode(tx.inner().tx_hash());
                    let _ = self.pending.send(Arc::new(Pending { tx, hash, full: OnceLock::new() }));
                }
                Err(RecvError::Lagged(missed)) => tracing::debug!(missed, "waiting transactions were not told of"),
                Err(RecvError::Closed) => return,
            }
            let mut follows = self.follows_pending.lock();
            if self.pending.receiver_count() == 0 {
                *follows = false;
                return;
            }
        }
    }
}

fn block_logs(Executed { block, receipts }: &Executed, removed: bool) -> BlockLogs {
    let mut logs = Vec::new();
    for (index, receipt) in receipts.iter().enumerate() {
        let first = logs.len();
        logs.extend(convert::logs(block, receipt, index, first).map(|log| Log { removed, ..log }));
    }
    if removed {
        logs.reverse();
    }
    let encoded = |log: Log| {
        let json = encode(&log);
        (log, json)
    };
    BlockLogs { bloom: block.header.logs_bloom, logs: logs.into_iter().map(encoded).collect() }
}
