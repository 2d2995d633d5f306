//! Blocks: alloy's headers, transactions and receipts, and how a block is sealed and stored.

use alloy_consensus::{
    EthereumReceipt, EthereumTxEnvelope, Header, TxEip4844, TxReceipt, TxType,
    proofs::{calculate_receipt_root, calculate_transaction_root},
    transaction::Recovered,
};
use alloy_eips::eip2718::{Decodable2718, Encodable2718};
use alloy_primitives::{Address, B256, Bloom, Bytes, Log, keccak256};
use alloy_rlp::{Decodable, Encodable};
use borsh::{BorshDeserialize, BorshSerialize};

/// A signed transaction.
pub type Tx = EthereumTxEnvelope<TxEip4844>;
/// A signed transaction and its sender.
pub type RecoveredTx = Recovered<Tx>;
/// A receipt, as it enters the receipts root.
pub type Receipt = EthereumReceipt<TxType>;

/// A sealed block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Keccak-256 of the header's RLP.
    pub hash: B256,
    /// Header.
    pub header: Header,
    /// Transactions, in order, with their senders.
    pub transactions: Vec<RecoveredTx>,
}

/// Stored bytes that do not read back.
#[derive(Debug, thiserror::Error)]
#[error("stored {what} does not read back: {reason}")]
pub struct DecodeError {
    what: &'static str,
    reason: String,
}

impl DecodeError {
    /// What it is that does not read back, and why.
    pub fn new(what: &'static str, reason: impl ToString) -> Self {
        Self { what, reason: reason.to_string() }
    }
}

impl Block {
    /// Hashes the header.
    pub fn seal(header: Header, transactions: Vec<RecoveredTx>) -> Self {
        Self { hash: header.hash_slow(), header, transactions }
    }

    /// Height.
    pub fn number(&self) -> u64 {
        self.header.number
    }

    /// Bytes of the block's RLP: what `size` says over RPC.
    pub fn size(&self) -> usize {
        let list = |payload: usize| payload.saturating_add(alloy_rlp::length_of_length(payload));
        let transactions = self.transactions.iter().map(|tx| tx.inner().length()).sum();
        // Two empty lists follow: ommers and withdrawals.
        list(self.header.length().saturating_add(list(transactions)).saturating_add(2))
    }
}

/// Root over the transactions.
pub fn transactions_root(transactions: &[RecoveredTx]) -> B256 {
    let plain: Vec<&Tx> = transactions.iter().map(Recovered::inner).collect();
    calculate_transaction_root(&plain)
}

/// Root over the receipts, and the union of their blooms.
pub fn receipts_root(receipts: &[Receipt]) -> (B256, Bloom) {
    let with_bloom: Vec<_> = receipts.iter().map(TxReceipt::with_bloom_ref).collect();
    let bloom = with_bloom.iter().fold(Bloom::ZERO, |all, r| all | r.logs_bloom);
    (calculate_receipt_root(&with_bloom), bloom)
}

/// How a block is stored: Borsh around the parts' own encodings.
#[derive(BorshSerialize, BorshDeserialize)]
struct StoredBlock {
    header: Vec<u8>,
    transactions: Vec<(Vec<u8>, [u8; 20])>,
}

/// How a receipt is stored. Its bloom is not: it follows from the logs, and would be most of the bytes.
#[derive(BorshSerialize, BorshDeserialize)]
struct StoredReceipt {
    tx_type: u8,
    success: bool,
    cumulative_gas_used: u64,
    logs: Vec<(Address, Vec<B256>, Bytes)>,
}

impl StoredReceipt {
    fn new(receipt: &Receipt) -> Self {
        let log = |log: &Log| (log.address, log.topics().to_vec(), log.data.data.clone());
        Self {
            tx_type: receipt.tx_type.into(),
            success: receipt.success,
            cumulative_gas_used: receipt.cumulative_gas_used,
            logs: receipt.logs.iter().map(log).collect(),
        }
    }

    fn read(self) -> Result<Receipt, DecodeError> {
        let log = |(address, topics, data)| {
            Log::new(address, topics, data)
                .ok_or_else(|| DecodeError::new("receipt", "a log has more than four topics"))
        };
        Ok(Receipt {
            tx_type: TxType::try_from(self.tx_type).map_err(|e| DecodeError::new("receipt", e))?,
            success: self.success,
            cumulative_gas_used: self.cumulative_gas_used,
            logs: self.logs.into_iter().map(log).collect::<Result<_, _>>()?,
        })
    }
}

impl Block {
    /// Bytes to store.
    pub fn encode(&self) -> Vec<u8> {
        let stored = StoredBlock {
            header: alloy_rlp::encode(&self.header),
            transactions: self
                .transactions
                .iter()
                .map(|tx| (tx.inner().encoded_2718(), tx.signer().into_array()))
                .collect(),
        };
        borsh::to_vec(&stored).unwrap_or_default()
    }

    /// Reads stored bytes.
    ///
    /// # Errors
    /// If they are not what [`Block::encode`] wrote.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let stored = StoredBlock::try_from_slice(bytes).map_err(|e| DecodeError::new("block", e))?;
        let header = Header::decode(&mut stored.header.as_slice()).map_err(|e| DecodeError::new("header", e))?;
        let transactions = stored
            .transactions
            .iter()
            .map(|(tx, signer)| {
                let tx = Tx::decode_2718(&mut tx.as_slice()).map_err(|e| DecodeError::new("transaction", e))?;
                Ok(Recovered::new_unchecked(tx, Address::from(signer)))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self::seal(header, transactions))
    }
}

/// Hash of a block, from its stored bytes: its transactions are not read.
///
/// # Errors
/// If they do not begin as [`Block::encode`] writes.
pub fn stored_hash(bytes: &[u8]) -> Result<B256, DecodeError> {
    let mut rest = bytes;
    let length = u32::deserialize(&mut rest).map_err(|e| DecodeError::new("block", e))?;
    let header = usize::try_from(length).ok().and_then(|length| rest.get(..length));
    header.map(keccak256).ok_or_else(|| DecodeError::new("block", "its header is cut off"))
}

/// Bytes of the receipts of one block, to store.
pub fn encode_receipts(receipts: &[Receipt]) -> Vec<u8> {
    let stored: Vec<_> = receipts.iter().map(StoredReceipt::new).collect();
    borsh::to_vec(&stored).unwrap_or_default()
}

/// Reads stored receipts.
///
/// # Errors
/// If they are not what [`encode_receipts`] wrote.
pub fn decode_receipts(bytes: &[u8]) -> Result<Vec<Receipt>, DecodeError> {
    let stored = Vec::<StoredReceipt>::try_from_slice(bytes).map_err(|e| DecodeError::new("receipts", e))?;
    stored.into_iter().map(StoredReceipt::read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ChainSpec;
    use alloy_consensus::{SignableTransaction, TxEip1559};
    use alloy_primitives::{Signature, TxKind, U256};

    fn transaction() -> RecoveredTx {
        let tx =
            TxEip1559 { chain_id: 1, nonce: 7, to: TxKind::Create, input: vec![1, 2].into(), ..Default::default() };
        let signature = Signature::new(U256::from(1), U256::from(2), true);
        Recovered::new_unchecked(tx.into_signed(signature).into(), Address::repeat_byte(9))
    }

    #[test]
    fn a_block_reads_back_with_its_senders() {
        let block = Block::seal(ChainSpec::dev(vec![]).genesis(B256::ZERO).header, vec![transaction()]);
        assert_eq!(Block::decode(&block.encode()).unwrap(), block);
        assert_eq!(stored_hash(&block.encode()).unwrap(), block.hash);
    }

    #[test]
    fn receipts_read_back() {
        let receipts = vec![Receipt {
            tx_type: TxType::Eip1559,
            success: true,
            cumulative_gas_used: 21_000,
            logs: vec![Log::new_unchecked(Address::ZERO, vec![B256::ZERO], vec![1].into())],
        }];
        assert_eq!(decode_receipts(&encode_receipts(&receipts)).unwrap(), receipts);
    }

    #[test]
    fn damaged_bytes_are_an_error() {
        let bytes = Block::seal(ChainSpec::dev(vec![]).genesis(B256::ZERO).header, vec![transaction()]).encode();
        for cut in 0..bytes.len() {
            assert!(Block::decode(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        let header = 4 + usize::from(bytes[0]) + 256 * usize::from(bytes[1]);
        for cut in 0..header {
            assert!(stored_hash(&bytes[..cut]).is_err(), "cut at {cut}");
        }
    }
}
