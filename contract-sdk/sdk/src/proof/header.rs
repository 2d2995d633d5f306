//! Headers of blocks (Yellow Paper, section 4.3).

use super::rlp::{self, Items, RlpError};
use crate::{B256, host};

/// What proofs need of a block's header.
///
/// ```no_run
/// # use zx_sdk::{prelude::*, proof::{Header, rlp::RlpError}};
/// # fn f(known_hash: B256, encoded: &[u8]) -> Result<Option<B256>, RlpError> {
/// let header = Header::decode(encoded)?;
/// // The header says nothing before its hash is one that is known.
/// Ok((header.hash == known_hash).then_some(header.state_root))
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Hash of the block: Keccak-256 of the header.
    pub hash: B256,
    /// Hash of the block before it.
    pub parent_hash: B256,
    /// Number of the block.
    pub number: u64,
    /// Seconds since 1970.
    pub timestamp: u64,
    /// Root of the state after the block: what [`verify_account`](super::verify_account) takes.
    pub state_root: B256,
    /// Root of its transactions: what [`verify_transaction`](super::verify_transaction) takes.
    pub transactions_root: B256,
    /// Root of its receipts: what [`verify_receipt`](super::verify_receipt) takes.
    pub receipts_root: B256,
}

impl Header {
    /// Reads the RLP of a header: the fifteen fields that it has had since Frontier, each in its form, and any strings
    /// behind them, since each fork may add fields.
    ///
    /// # Errors
    /// It is none.
    pub fn decode(encoded: &[u8]) -> Result<Self, RlpError> {
        let mut fields = rlp::decode_list(encoded)?;
        let parent_hash = B256::new(fields.array()?);
        let _ommers = fields.array::<32>()?;
        let _beneficiary = fields.array::<20>()?;
        let state_root = B256::new(fields.array()?);
        let transactions_root = B256::new(fields.array()?);
        let receipts_root = B256::new(fields.array()?);
        let _bloom = fields.array::<256>()?;
        let _difficulty = fields.number()?;
        let number = fields.number64()?;
        let _gas_limit = fields.number64()?;
        let _gas_used = fields.number64()?;
        let timestamp = fields.number64()?;
        let _extra_data = fields.string()?;
        let _mix_hash = fields.array::<32>()?;
        let _nonce = fields.array::<8>()?;
        strings(fields)?;
        let hash = B256::new(host::keccak256(encoded));
        Ok(Self { hash, parent_hash, number, timestamp, state_root, transactions_root, receipts_root })
    }
}

/// Makes sure that the rest are strings.
fn strings(mut fields: Items<'_>) -> Result<(), RlpError> {
    while !fields.is_empty() {
        fields.string()?;
    }
    Ok(())
}
