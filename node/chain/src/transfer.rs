//! Blocks to a file, and from one.
//!
//! A file has the blocks of one chain in order, each in Ethereum's RLP, in the checksummed chunks of
//! [`zx_storage::FileWriter`]. Who imports one believes nothing in it: senders are recovered from their signatures, and
//! every block is executed. Both directions can be interrupted, and go on where they were.

use crate::{chain::Chain, error::ChainError, read::HeadView};
use alloy_consensus::{BlockBody, crypto::RecoveryError, transaction::SignerRecoverable};
use alloy_eips::eip4895::Withdrawals;
use alloy_primitives::B256;
use alloy_rlp::{Decodable, Encodable};
use borsh::{BorshDeserialize, BorshSerialize};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::path::{Path, PathBuf};
use zx_primitives::{Block, Tx};
use zx_storage::{Chunk, Contents, FileError, FileReader, FileWriter, Progress, Resumed, StoreError};

/// A block as Ethereum writes it.
type RlpBlock = alloy_consensus::Block<Tx>;

/// Kind of the first chunk: Borsh of a header.
const HEADER: u8 = 0;
/// Kind of the others: blocks, one RLP list after the other.
const BLOCKS: u8 = 1;
/// Blocks between two reports of progress.
const PACE: u64 = 32;

/// What a file of blocks says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
struct Header {
    /// EIP-155 chain id.
    chain_id: u64,
    /// Hash of the first block of the chain.
    genesis: B256,
    /// Height of the first block of the file.
    from: u64,
}

/// Blocks that were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Height of the first.
    pub from: u64,
    /// Height of the last.
    pub to: u64,
    /// Hash of the last.
    pub hash: B256,
    /// How many of them were there already, from an export that was interrupted.
    pub resumed: u64,
}

/// Blocks that were taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Blocks of the file.
    pub blocks: u64,
    /// Those of them that were here already.
    pub known: u64,
    /// Transactions of the others.
    pub transactions: u64,
}

/// Blocks cannot be written to a file, or taken from one.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The chain.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// There are no such blocks.
    #[error("blocks {from} to {to} cannot be exported: the head is block {head}")]
    NoSuchBlocks {
        /// The first asked for.
        from: u64,
        /// The last asked for.
        to: u64,
        /// Height of the head.
        head: u64,
    },
    /// Blocks are asked for that are not kept.
    #[error(
        "block {from} is not here: this chain was restored from a snapshot, and has its blocks from block {first} on; \
         export with --from {first}, or from a node that has all of them"
    )]
    NotKept {
        /// The first asked for.
        from: u64,
        /// The first that is there.
        first: u64,
    },
    /// Blocks of another chain.
    #[error(
        "{} has blocks of chain {found_id} with genesis {found}, this is chain {chain_id} with genesis {genesis}; \
         use a file of this chain, or another --datadir",
        path.display()
    )]
    OtherChain {
        /// The file.
        path: PathBuf,
        /// Its chain id.
        found_id: u64,
        /// Its genesis.
        found: B256,
        /// The chain's id.
        chain_id: u64,
        /// The chain's genesis.
        genesis: B256,
    },
    /// The file has other blocks than the chain.
    #[error(
        "block {number} of {} is {hash}, the one here is {here}: the two chains part there; \
         import into an empty --datadir",
        path.display()
    )]
    Parted {
        /// The file.
        path: PathBuf,
        /// Height.
        number: u64,
        /// Hash in the file.
        hash: B256,
        /// Hash in the chain.
        here: B256,
    },
    /// There are blocks missing between the chain and the file.
    #[error(
        "{} begins with block {from}, the head is block {head}: import the blocks between them first",
        path.display()
    )]
    Gap {
        /// The file.
        path: PathBuf,
        /// Its first block.
        from: u64,
        /// Height of the head.
        head: u64,
    },
    /// A transaction that nobody has signed.
    #[error("block {number} is refused: the signature of its transaction {hash} is invalid: {source}")]
    Signature {
        /// Height.
        number: u64,
        /// Hash of the transaction.
        hash: B256,
        /// Why.
        source: RecoveryError,
    },
    /// A block that the chain does not take.
    #[error("block {number} ({hash}) is refused: {source}; the blocks before it are imported")]
    Refused {
        /// Height.
        number: u64,
        /// Hash.
        hash: B256,
        /// Why.
        source: Box<ChainError>,
    },
}

impl From<StoreError> for TransferError {
    fn from(e: StoreError) -> Self {
        Self::Chain(e.into())
    }
}

impl Chain {
    /// Writes blocks of the head's chain to a file: from the first or `from`, to the head or `to`. An export of the
    /// same name that was interrupted is continued.
    ///
    /// # Errors
    /// If there are no such blocks, or the file cannot be written.
    pub fn export(
        &self,
        path: &Path,
        (from, to): (Option<u64>, Option<u64>),
        force: bool,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Exported, TransferError> {
        let (from, to) = self.range(from, to)?;
        let (mut file, next) = self.begin_export(path, from, to, force)?;
        let mut hash = B256::ZERO;
        for number in next..=to {
            let block = self.kept(number)?;
            hash = block.hash;
            file.put(BLOCKS, &encode(&block))?;
            report(progress, "exporting", number.saturating_sub(from), to.saturating_sub(from));
        }
        if next > to {
            hash = self.kept(to)?.hash;
        }
        file.finish()?;
        file.publish()?;
        Ok(Exported { from, to, hash, resumed: next.saturating_sub(from) })
    }

    fn range(&self, from: Option<u64>, to: Option<u64>) -> Result<(u64, u64), TransferError> {
        let view = self.view()?;
        let head = view.head.number();
        let (from, to) = (from.unwrap_or_default(), to.unwrap_or(head));
        if to > head || from > to {
            return Err(TransferError::NoSuchBlocks { from, to, head });
        }
        let first = view.first_block()?;
        if from < first { Err(TransferError::NotKept { from, first }) } else { Ok((from, to)) }
    }

    /// Opens the file, behind what is in it already if that is of these blocks, and says which one comes next.
    fn begin_export(&self, path: &Path, from: u64, to: u64, force: bool) -> Result<(FileWriter, u64), TransferError> {
        let header = Header { chain_id: self.spec().chain_id, genesis: self.kept(0)?.hash, from };
        let header = borsh::to_vec(&header).map_err(|e| StoreError::Misfit(e.to_string()))?;
        if let Some(Resumed { file, first, last }) = FileWriter::resume(path, Contents::Blocks, force)?
            && first.payload == header
            && let Some(block) = decode_all(&last).ok().and_then(|blocks| blocks.into_iter().last())
            && block.header.number <= to
            && self.kept(block.header.number)?.hash == block.header.hash_slow()
        {
            return Ok((file, block.header.number.saturating_add(1)));
        }
        let mut file = FileWriter::create_resumable(path, Contents::Blocks, force)?;
        file.put(HEADER, &header)?;
        Ok((file, from))
    }

    /// A block of the head's chain that must be there.
    fn kept(&self, number: u64) -> Result<std::sync::Arc<Block>, TransferError> {
        let missing = || ChainError::Damaged { number, reason: "the block is missing".into() };
        Ok(self.view()?.block(number.into())?.ok_or_else(missing)?)
    }

    /// Takes the blocks of a file, those that are here already left out. Must be called on a thread with a stack for the
    /// executor, as the writer's.
    ///
    /// # Errors
    /// If the file is not whole or is of another chain, nothing is imported. If the chain refuses a block, those before it
    /// are, and stay.
    pub fn import_file(&self, path: &Path, progress: &mut dyn FnMut(Progress)) -> Result<Imported, TransferError> {
        let last = self.check_file(path, progress)?;
        let mut file = FileReader::open(path, Contents::Blocks)?;
        file.next_chunk()?;
        let mut report = Imported::default();
        while let Some(chunk) = file.next_chunk()? {
            let blocks = match chunk.kind {
                BLOCKS => decode_all(&chunk).map_err(|what| file.invalid(&chunk, what))?,
                other => return Err(file.invalid(&chunk, format!("there is no kind {other}")).into()),
            };
            report.blocks = report.blocks.saturating_add(blocks.len() as u64);
            let count = blocks.len();
            let new = self.unknown(path, blocks)?;
            report.known = report.known.saturating_add(count.saturating_sub(new.len()) as u64);
            self.take(new, &mut report, &mut |number| self::report(progress, "importing", number, last))?;
        }
        Ok(report)
    }

    /// Reads the file to its end before anything is done with it, and says which block is its last.
    fn check_file(&self, path: &Path, progress: &mut dyn FnMut(Progress)) -> Result<u64, TransferError> {
        let mut file = FileReader::open(path, Contents::Blocks)?;
        self.check_header(&mut file, path)?;
        let mut last = None;
        while let Some(chunk) = file.next_chunk()? {
            progress(Progress { step: "checking", done: file.offset(), of: Some(file.length()) });
            last = Some(chunk);
        }
        let Some(chunk) = last else { return Ok(0) };
        let blocks = decode_all(&chunk).map_err(|what| file.invalid(&chunk, what))?;
        Ok(blocks.last().map_or(0, |block| block.header.number))
    }

    fn check_header(&self, file: &mut FileReader, path: &Path) -> Result<(), TransferError> {
        let found = match file.next_chunk()? {
            Some(chunk) if chunk.kind == HEADER => {
                Header::try_from_slice(&chunk.payload).map_err(|e| file.invalid(&chunk, e.to_string()))?
            }
            other => {
                let chunk = other.unwrap_or(Chunk { number: 0, offset: 0, kind: HEADER, payload: Vec::new() });
                return Err(file.invalid(&chunk, "the header is missing").into());
            }
        };
        let (chain_id, genesis, head) = (self.spec().chain_id, self.kept(0)?.hash, self.head().number());
        if (found.chain_id, found.genesis) != (chain_id, genesis) {
            let (path, found_id, found) = (path.into(), found.chain_id, found.genesis);
            return Err(TransferError::OtherChain { path, found_id, found, chain_id, genesis });
        }
        match found.from > head.saturating_add(1) {
            true => Err(TransferError::Gap { path: path.into(), from: found.from, head }),
            false => Ok(()),
        }
    }

    /// Leaves out the blocks that are here.
    fn unknown(&self, path: &Path, blocks: Vec<RlpBlock>) -> Result<Vec<RlpBlock>, TransferError> {
        let view = self.view()?;
        let (head, first) = (view.head.number(), view.first_block()?);
        let mut new = Vec::new();
        for block in blocks {
            let number = block.header.number;
            // Between the first block and `first` there are none to compare with.
            if number > head {
                new.push(block);
            } else if number == 0 || number >= first {
                let (hash, here) = (block.header.hash_slow(), self.kept(number)?.hash);
                if hash != here {
                    return Err(TransferError::Parted { path: path.into(), number, hash, here });
                }
            }
        }
        Ok(new)
    }

    fn take(
        &self,
        blocks: Vec<RlpBlock>,
        report: &mut Imported,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), TransferError> {
        let blocks: Vec<Block> = blocks.into_par_iter().map(recover).collect::<Result<_, _>>()?;
        for block in blocks {
            let (number, hash, transactions) = (block.number(), block.hash, block.transactions.len() as u64);
            self.import(block).map_err(|source| TransferError::Refused { number, hash, source: Box::new(source) })?;
            report.transactions = report.transactions.saturating_add(transactions);
            progress(number);
        }
        Ok(())
    }
}

impl HeadView<'_> {
    /// The lowest block from which on all are here; the first one is always. Above 0 in a chain that was restored from
    /// a snapshot.
    ///
    /// # Errors
    /// If the store fails.
    pub fn first_block(&self) -> Result<u64, StoreError> {
        self.store.blocks_from()
    }
}

fn report(progress: &mut dyn FnMut(Progress), step: &'static str, done: u64, of: u64) {
    if done.is_multiple_of(PACE) || done == of {
        progress(Progress { step, done, of: Some(of) });
    }
}

fn encode(block: &Block) -> Vec<u8> {
    let transactions: Vec<Tx> = block.transactions.iter().map(|tx| tx.inner().clone()).collect();
    let body = BlockBody { transactions, ommers: Vec::new(), withdrawals: Some(Withdrawals::default()) };
    let mut bytes = Vec::new();
    RlpBlock::new(block.header.clone(), body).encode(&mut bytes);
    bytes
}

fn decode_all(chunk: &Chunk) -> Result<Vec<RlpBlock>, String> {
    let (mut rest, mut blocks) = (chunk.payload.as_slice(), Vec::<RlpBlock>::new());
    while !rest.is_empty() {
        let last = blocks.last().map(|block| format!("the block behind block {}", block.header.number));
        let block = RlpBlock::decode(&mut rest)
            .map_err(|e| format!("{} does not read back: {e}", last.unwrap_or_else(|| "its first block".into())))?;
        blocks.push(block);
    }
    Ok(blocks)
}

fn recover(block: RlpBlock) -> Result<Block, TransferError> {
    let number = block.header.number;
    let one = |tx: Tx| {
        let hash = *tx.tx_hash();
        tx.try_into_recovered().map_err(|source| TransferError::Signature { number, hash, source })
    };
    let transactions = block.body.transactions.into_par_iter().map(one).collect::<Result<_, _>>()?;
    Ok(Block::seal(block.header, transactions))
}
