//! Reading a snapshot: every record in its place, and everything in it against everything else.

use super::{SnapshotCounts, SnapshotError, SnapshotHeader, SnapshotReport, StateRow, kind, state::Rooting};
use crate::{
    file::{Chunk, FileError, FileReader},
    store::pending_key,
    upkeep::Progress,
};
use alloy_consensus::transaction::SignerRecoverable;
use alloy_primitives::{B256, keccak256};
use borsh::BorshDeserialize;
use std::collections::{BTreeSet, HashSet};
use zx_primitives::{
    Block, Receipt, StateChanges,
    block::{decode_receipts, receipts_root, transactions_root},
};

/// Where what was read goes. Nothing of it may be used before all of it is read.
pub(super) trait Sink {
    fn block(&mut self, block: &Block, receipts: &[Receipt]) -> Result<(), SnapshotError>;
    fn code(&mut self, hash: B256, code: &[u8]) -> Result<(), SnapshotError>;
    fn account(&mut self, key: B256, row: &[u8]) -> Result<(), SnapshotError>;
    fn slot(&mut self, account: B256, key: B256, row: &[u8]) -> Result<(), SnapshotError>;
    fn pending(&mut self, key: &[u8], row: &[u8]) -> Result<(), SnapshotError>;
}

/// For whoever only wants to know whether it is right.
pub(super) struct Nowhere;

impl Sink for Nowhere {
    fn block(&mut self, _: &Block, _: &[Receipt]) -> Result<(), SnapshotError> {
        Ok(())
    }

    fn code(&mut self, _: B256, _: &[u8]) -> Result<(), SnapshotError> {
        Ok(())
    }

    fn account(&mut self, _: B256, _: &[u8]) -> Result<(), SnapshotError> {
        Ok(())
    }

    fn slot(&mut self, _: B256, _: B256, _: &[u8]) -> Result<(), SnapshotError> {
        Ok(())
    }

    fn pending(&mut self, _: &[u8], _: &[u8]) -> Result<(), SnapshotError> {
        Ok(())
    }
}

/// Why a record is not right: what it says, or what became of it.
enum Refusal {
    Content(String),
    Failed(SnapshotError),
}

impl From<String> for Refusal {
    fn from(what: String) -> Self {
        Self::Content(what)
    }
}

impl From<SnapshotError> for Refusal {
    fn from(e: SnapshotError) -> Self {
        Self::Failed(e)
    }
}

/// Reads the first chunk.
pub(super) fn header(file: &mut FileReader) -> Result<SnapshotHeader, FileError> {
    let first = file.next_chunk()?;
    let no_header =
        |chunk: &Chunk, reason: String| file.invalid(chunk, format!("the header does not read back: {reason}"));
    match &first {
        Some(chunk) if chunk.kind == kind::HEADER => {
            SnapshotHeader::try_from_slice(&chunk.payload).map_err(|e| no_header(chunk, e.to_string()))
        }
        Some(chunk) => Err(no_header(chunk, format!("it is of kind {}", chunk.kind))),
        None => {
            let chunk = Chunk { number: 0, offset: file.offset(), kind: 0, payload: Vec::new() };
            Err(no_header(&chunk, "there is none".into()))
        }
    }
}

/// What has been read so far.
pub(super) struct Reading {
    header: SnapshotHeader,
    counts: SnapshotCounts,
    /// What the file says of its counts, at its end.
    claimed: Option<SnapshotCounts>,
    /// Height and hash of the last final block.
    last: Option<(u64, B256)>,
    /// Root in its header.
    root: Option<B256>,
    codes: HashSet<B256>,
    state: Rooting,
    /// Root of the state that was read, when all of it was.
    rooted: bool,
    /// The base, and the pending blocks.
    known: BTreeSet<(u64, B256)>,
    kind: u8,
}

impl Reading {
    pub(super) fn new(header: SnapshotHeader) -> Self {
        Self {
            header,
            counts: SnapshotCounts::default(),
            claimed: None,
            last: None,
            root: None,
            codes: HashSet::new(),
            state: Rooting::default(),
            rooted: false,
            known: BTreeSet::from([(header.base, header.base_hash)]),
            kind: kind::HEADER,
        }
    }

    /// Reads to the end.
    pub(super) fn all(
        &mut self,
        file: &mut FileReader,
        sink: &mut dyn Sink,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<SnapshotReport, SnapshotError> {
        let (of, mut chunks) = (Some(file.length()), 1_u64);
        let mut last = Chunk { number: 0, offset: 0, kind: kind::HEADER, payload: Vec::new() };
        while let Some(chunk) = file.next_chunk()? {
            self.chunk(&chunk, sink).map_err(|refusal| placed(file, &chunk, refusal))?;
            chunks = chunks.saturating_add(1);
            progress(Progress { step: "reading", done: file.offset(), of });
            last = Chunk { payload: Vec::new(), ..chunk };
        }
        self.end().map_err(|what| placed(file, &last, what.into()))?;
        Ok(SnapshotReport { header: self.header, counts: self.counts, bytes: file.length(), chunks })
    }

    fn chunk(&mut self, chunk: &Chunk, sink: &mut dyn Sink) -> Result<(), Refusal> {
        if chunk.kind < self.kind || chunk.kind == kind::HEADER || self.claimed.is_some() {
            return Err(format!("a chunk of kind {} stands behind one of kind {}", chunk.kind, self.kind).into());
        }
        if self.kind <= kind::STATE && chunk.kind > kind::STATE {
            self.end_state()?;
        }
        self.kind = chunk.kind;
        let mut rest = chunk.payload.as_slice();
        while !rest.is_empty() {
            match chunk.kind {
                kind::BLOCKS => self.block(record(&mut rest)?, sink)?,
                kind::CODES => self.code(&record::<Vec<u8>>(&mut rest)?, sink)?,
                kind::STATE => self.row(record(&mut rest)?, sink)?,
                kind::PENDING => self.pending(record(&mut rest)?, sink)?,
                kind::COUNTS => self.claimed = Some(record(&mut rest)?),
                other => return Err(format!("there is no kind {other}").into()),
            }
        }
        Ok(())
    }

    fn block(&mut self, (block, receipts): (Vec<u8>, Vec<u8>), sink: &mut dyn Sink) -> Result<(), Refusal> {
        let (block, receipts) = checked(&block, &receipts)?;
        let (number, hash) = (block.number(), block.hash);
        match self.last {
            None if (number, hash) != (0, self.header.genesis) => {
                return Err(format!("block {number} ({hash}) is not the genesis, {}", self.header.genesis).into());
            }
            // Behind the first block some are left out.
            Some((0, _)) if number > 1 => {}
            Some((last, parent)) if number != last.saturating_add(1) || block.header.parent_hash != parent => {
                return Err(format!("block {number} ({hash}) does not follow block {last} ({parent})").into());
            }
            _ => {}
        }
        (self.last, self.root) = (Some((number, hash)), Some(block.header.state_root));
        self.counts.blocks = self.counts.blocks.saturating_add(1);
        self.counts.transactions = self.counts.transactions.saturating_add(block.transactions.len() as u64);
        Ok(sink.block(&block, &receipts)?)
    }

    fn code(&mut self, code: &[u8], sink: &mut dyn Sink) -> Result<(), Refusal> {
        let hash = keccak256(code);
        self.codes.insert(hash);
        self.counts.codes = self.counts.codes.saturating_add(1);
        Ok(sink.code(hash, code)?)
    }

    fn row(&mut self, row: StateRow, sink: &mut dyn Sink) -> Result<(), Refusal> {
        match row {
            StateRow::Account(key, row) => {
                if let Some(code) = self.state.account(key, &row)?
                    && !self.codes.contains(&code)
                {
                    return Err(format!("code {code} of account {key} is missing").into());
                }
                self.counts.accounts = self.counts.accounts.saturating_add(1);
                Ok(sink.account(key, &row)?)
            }
            StateRow::Slot(key, row) => {
                let account = self.state.slot(key, &row)?;
                self.counts.slots = self.counts.slots.saturating_add(1);
                Ok(sink.slot(account, key, &row)?)
            }
        }
    }

    fn end_state(&mut self) -> Result<(), String> {
        let SnapshotHeader { base, base_hash, state_root, .. } = self.header;
        if self.last != Some((base, base_hash)) {
            return Err(format!("block {base} ({base_hash}), whose state this is, is missing"));
        }
        let found = self.state.root()?;
        if found != state_root || self.root != Some(state_root) {
            let block = self.root.unwrap_or_default();
            return Err(format!("the state has the root {found}, block {base} says {block}, the header {state_root}"));
        }
        self.rooted = true;
        Ok(())
    }

    fn pending(&mut self, (key, row): (Vec<u8>, Vec<u8>), sink: &mut dyn Sink) -> Result<(), Refusal> {
        let (block, receipts, _) = <(Vec<u8>, Vec<u8>, StateChanges)>::try_from_slice(&row)
            .map_err(|e| format!("a pending block does not read back: {e}"))?;
        let (block, _) = checked(&block, &receipts)?;
        let (number, hash) = (block.number(), block.hash);
        if key != pending_key(number, hash) {
            return Err(format!("block {number} ({hash}) is pending under another name").into());
        }
        let parent = number.checked_sub(1).map(|above| (above, block.header.parent_hash));
        if !parent.is_some_and(|parent| self.known.contains(&parent)) {
            return Err(
                format!("pending block {number} ({hash}) does not go back to block {}", self.header.base).into()
            );
        }
        self.known.insert((number, hash));
        self.counts.pending = self.counts.pending.saturating_add(1);
        Ok(sink.pending(&key, &row)?)
    }

    fn end(&self) -> Result<(), String> {
        let SnapshotHeader { head, head_hash, .. } = self.header;
        match self.claimed {
            None => Err("it has not its counts".into()),
            Some(claimed) if claimed != self.counts => Err(format!("it has {:?}, and says {claimed:?}", self.counts)),
            Some(_) if !self.rooted => Err("it has no state".into()),
            Some(_) if !self.known.contains(&(head, head_hash)) => {
                Err(format!("block {head} ({head_hash}), the head, is missing"))
            }
            Some(_) => Ok(()),
        }
    }
}

fn record<T: BorshDeserialize>(rest: &mut &[u8]) -> Result<T, String> {
    T::deserialize(rest).map_err(|e| format!("a record does not read back: {e}"))
}

/// A block with its receipts, that are what its header says, and whose senders have signed.
fn checked(block: &[u8], receipts: &[u8]) -> Result<(Block, Vec<Receipt>), String> {
    let block = Block::decode(block).map_err(|e| e.to_string())?;
    let number = block.number();
    let receipts = decode_receipts(receipts).map_err(|e| format!("block {number}: {e}"))?;
    let (transactions, (root, bloom)) = (transactions_root(&block.transactions), receipts_root(&receipts));
    let header = &block.header;
    if transactions != header.transactions_root {
        let expected = header.transactions_root;
        return Err(format!("the transactions of block {number} have the root {transactions}, it says {expected}"));
    }
    if (root, bloom) != (header.receipts_root, header.logs_bloom) {
        let expected = header.receipts_root;
        return Err(format!("the receipts of block {number} have the root {root}, it says {expected}"));
    }
    for tx in &block.transactions {
        if tx.inner().recover_signer().ok() != Some(tx.signer()) {
            return Err(format!("transaction {} of block {number} is not signed by its sender", tx.inner().tx_hash()));
        }
    }
    Ok((block, receipts))
}

fn placed(file: &FileReader, chunk: &Chunk, refusal: Refusal) -> SnapshotError {
    match refusal {
        Refusal::Content(what) => file.invalid(chunk, what).into(),
        Refusal::Failed(e) => e,
    }
}
