//! What waits: looking at it, handing it to a block, and keeping it across restarts.

use crate::{chain::Chain, error::ChainError, writer::Pace};
use alloy_consensus::Header;
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, B256};
use parking_lot::Mutex;
use std::{collections::BTreeMap, io, sync::Arc, vec};
use tokio::sync::broadcast;
use zx_pool::{AccountContent, Best, Journal, Journaled, Origin, Pool, PoolStatus, Rules};
use zx_primitives::{ChainSpec, RecoveredTx, StateReader};

/// File in the datadir that keeps what waits.
const POOL_FILE: &str = "pool";
/// Transactions that a slow follower of [`Chain::ready`] may be behind before it misses some.
pub(crate) const FEED: usize = 16_384;
/// Transactions of the journal that are taken in together.
const CHUNK: usize = 1_024;
/// Transactions that a block looks at together: one lock of the pool for so many.
const CANDIDATES: usize = 256;
/// Gas of the smallest transaction.
const LEAST_GAS: u64 = 21_000;
/// A block looks at no more than this many times as many transactions as it could hold if all were small.
const LOOK: u64 = 4;

/// A transaction that was taken, and whether it is local.
pub(crate) type Kept = (Arc<RecoveredTx>, bool);

pub(crate) fn rules(spec: &ChainSpec) -> Rules {
    Rules { chain_id: spec.chain_id, block_gas_limit: spec.block_gas_limit, tx_gas_limit: spec.tx_gas_limit }
}

/// One thread for each core. Without them the node works, and takes longer.
pub(crate) fn recovery_threads() -> Option<rayon::ThreadPool> {
    let threads = rayon::ThreadPoolBuilder::new().thread_name(|nth| format!("recover-{nth}")).build();
    threads.inspect_err(|error| tracing::warn!(%error, "no threads to recover senders with")).ok()
}

/// Transactions for a block, best first. The pool is locked only while some more are fetched.
pub(crate) struct Candidates<'a> {
    pool: &'a Mutex<Pool>,
    best: Best,
    fetched: vec::IntoIter<Arc<RecoveredTx>>,
    /// How many may still be looked at.
    left: usize,
}

impl<'a> Candidates<'a> {
    /// Those for a block of this header.
    pub(crate) fn new(pool: &'a Mutex<Pool>, header: &Header) -> Self {
        pool.lock().set_base_fee(header.base_fee_per_gas.unwrap_or_default());
        let left = usize::try_from((header.gas_limit / LEAST_GAS).saturating_mul(LOOK)).unwrap_or(usize::MAX);
        Self { pool, best: Best::default(), fetched: Vec::new().into_iter(), left }
    }
}

impl Iterator for Candidates<'_> {
    type Item = RecoveredTx;

    fn next(&mut self) -> Option<RecoveredTx> {
        if self.fetched.len() == 0 && self.left > 0 {
            let fetched = self.pool.lock().take(&mut self.best, CANDIDATES.min(self.left));
            self.left = self.left.saturating_sub(fetched.len());
            self.fetched = fetched.into_iter();
        }
        self.fetched.next().map(|tx| (*tx).clone())
    }
}

impl Chain {
    /// How many transactions wait.
    pub fn pool_status(&self) -> PoolStatus {
        self.pool.lock().status()
    }

    /// A waiting transaction.
    pub fn waiting(&self, hash: &B256) -> Option<RecoveredTx> {
        self.pool.lock().get(hash).map(|tx| (**tx).clone())
    }

    /// A waiting transaction, by who has sent it with which nonce.
    pub fn waiting_by_nonce(&self, sender: &Address, nonce: u64) -> Option<Arc<RecoveredTx>> {
        self.pool.lock().by_nonce(sender, nonce).cloned()
    }

    /// What waits of a sender.
    pub fn waiting_from(&self, sender: &Address) -> AccountContent {
        self.pool.lock().content_from(sender)
    }

    /// Everything that waits, by sender.
    pub fn waiting_content(&self) -> BTreeMap<Address, AccountContent> {
        self.pool.lock().content()
    }

    /// Forgets a waiting transaction; `false` if there is none of that hash.
    pub fn forget(&self, hash: &B256) -> bool {
        self.pool.lock().remove(hash).is_some()
    }

    /// Forgets all waiting transactions.
    pub fn forget_all(&self) {
        self.pool.lock().clear();
    }

    /// Has the pool look at the chain's clock, and let go of what has been queued for too long.
    pub(crate) fn expire(&self, pool: &mut Pool) {
        let gone = pool.set_time(self.time());
        if gone > 0 {
            tracing::debug!(gone, "transactions that were queued for too long are gone");
        }
    }

    /// Sees each transaction that becomes ready for a block, once. Who is too slow is told how many it has missed.
    pub fn ready(&self) -> broadcast::Receiver<Arc<RecoveredTx>> {
        self.ready.subscribe()
    }

    pub(crate) fn tell(&self, news: Vec<Arc<RecoveredTx>>) {
        if self.ready.receiver_count() > 0 {
            // Nobody may be listening any more, and that is no failure.
            news.into_iter().for_each(|tx| drop(self.ready.send(tx)));
        }
    }

    /// Returns when none of these transactions is ready any more: they are in blocks, or gone. If blocks are not made at
    /// once for what waits, nobody can tell when that is, and it returns at once.
    pub async fn settled(&self, hashes: &[B256]) {
        let mut heads = self.heads();
        let mut rest = hashes;
        loop {
            {
                // The pool is asked after the head is marked as seen, so that no block slips between.
                let pool = self.pool.lock();
                let done = rest.iter().take_while(|hash| !pool.is_pending(hash)).count();
                rest = rest.get(done..).unwrap_or_default();
            }
            if rest.is_empty() || self.pace() != Pace::AtOnce || heads.changed().await.is_err() {
                return;
            }
        }
    }

    /// A sender's next nonce, counting what waits.
    ///
    /// # Errors
    /// If the state cannot be read.
    pub fn next_nonce(&self, address: Address) -> Result<u64, ChainError> {
        let waiting = self.pool.lock().next_nonce(&address);
        let stored = self.view()?.head_state().account(address)?.map_or(0, |account| account.nonce);
        Ok(waiting.map_or(stored, |waiting| waiting.max(stored)))
    }

    /// Appends transactions to the journal. A failure costs what is not written if the node is killed, and no more.
    pub(crate) fn keep(&self, kept: &[Kept]) {
        if kept.is_empty() {
            return;
        }
        let mut journal = self.journal.lock();
        let Some(open) = journal.as_mut() else { return };
        let encoded: Vec<(Vec<u8>, bool)> =
            kept.iter().map(|(tx, local)| (tx.inner().encoded_2718(), *local)).collect();
        let appended = open.append(encoded.iter().map(|(tx, local)| (&**tx, *local)));
        let written = appended.and_then(|()| match open.is_overgrown() {
            true => self.write_journal().map(|fresh| *open = fresh),
            false => Ok(()),
        });
        if let Err(error) = written {
            let file = open.path().display();
            tracing::warn!(%file, %error, "waiting transactions are no longer kept on disk until the node stops");
            *journal = None;
        }
    }

    /// Writes what waits to the datadir anew. For a clean stop: whoever was given a hash will find it again.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save_pool(&self) -> Result<(), ChainError> {
        let mut journal = self.journal.lock();
        if !self.journaled {
            return Ok(());
        }
        let path = self.datadir.join(POOL_FILE);
        *journal = Some(self.write_journal().map_err(|source| ChainError::Datadir { path, source })?);
        Ok(())
    }

    fn write_journal(&self) -> io::Result<Journal> {
        let all: Vec<Kept> = self.pool.lock().all().map(|(tx, local)| (Arc::clone(tx), local)).collect();
        let encoded: Vec<(Vec<u8>, bool)> = all.iter().map(|(tx, local)| (tx.inner().encoded_2718(), *local)).collect();
        Journal::write(&self.datadir.join(POOL_FILE), encoded.iter().map(|(tx, local)| (&**tx, *local)))
    }

    /// Takes back what waited when the node stopped. What is no longer valid is dropped, as it would have been.
    pub(crate) fn load_pool(&self) {
        let path = self.datadir.join(POOL_FILE);
        let file = path.display();
        let found = match Journal::read(&path) {
            Ok((found, wrong)) => {
                wrong.inspect(|reason| tracing::warn!(%file, %reason, "the file of waiting transactions is damaged"));
                found
            }
            Err(error) => {
                tracing::warn!(%file, %error, "the file of waiting transactions cannot be read");
                Vec::new()
            }
        };
        found.chunks(CHUNK).for_each(|chunk| self.take_in(chunk));
        if !found.is_empty() {
            tracing::info!(read = found.len(), pending = self.pool_status().pending, "transactions wait from before");
        }
        match self.write_journal() {
            Ok(journal) => *self.journal.lock() = Some(journal),
            Err(error) => tracing::warn!(%file, %error, "waiting transactions are not kept on disk"),
        }
    }

    fn take_in(&self, chunk: &[Journaled]) {
        let origin = |journaled: &Journaled| Origin::Returned { local: journaled.local };
        let prepared = self.spread(chunk, |journaled| Ok((self.prepare(&journaled.tx)?, origin(journaled))));
        for error in self.admit(prepared).into_iter().filter_map(Result::err) {
            tracing::debug!(%error, "a transaction that waited is no longer valid");
        }
    }
}
