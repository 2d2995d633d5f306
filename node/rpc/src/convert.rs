//! Our blocks in the shapes of `eth_*`.

use alloy_consensus::{ReceiptEnvelope, ReceiptWithBloom, Transaction as _, TxReceipt};
use alloy_primitives::{B256, U256};
use alloy_rpc_types_eth::{BlockTransactions, Header, Log, Transaction, TransactionReceipt};
use zx_primitives::{Block, Receipt, RecoveredTx, Tx};

pub(crate) type RpcBlock = alloy_rpc_types_eth::Block<Transaction<Tx>>;

/// A block, with whole transactions or their hashes.
pub(crate) fn block(block: &Block, full: bool) -> RpcBlock {
    let transactions = match full {
        true => BlockTransactions::Full((0..block.transactions.len()).filter_map(|i| transaction(block, i)).collect()),
        false => BlockTransactions::Hashes(block.transactions.iter().map(|tx| *tx.inner().tx_hash()).collect()),
    };
    RpcBlock { header: header(block), uncles: Vec::new(), transactions, withdrawals: Some(Default::default()) }
}

/// A block's header, with what `eth_*` shows beside it.
pub(crate) fn header(block: &Block) -> Header {
    Header {
        hash: block.hash,
        inner: block.header.clone(),
        total_difficulty: Some(U256::ZERO),
        size: Some(U256::from(block.size())),
    }
}

/// A transaction of a block.
pub(crate) fn transaction(block: &Block, index: usize) -> Option<Transaction<Tx>> {
    let tx = block.transactions.get(index)?;
    Some(Transaction {
        effective_gas_price: Some(tx.inner().effective_gas_price(block.header.base_fee_per_gas)),
        inner: tx.clone(),
        block_hash: Some(block.hash),
        block_number: Some(block.number()),
        transaction_index: Some(index as u64),
        block_timestamp: Some(block.header.timestamp),
    })
}

/// A transaction that waits.
pub(crate) fn waiting(tx: RecoveredTx) -> Transaction<Tx> {
    Transaction {
        effective_gas_price: Some(tx.inner().max_fee_per_gas()),
        inner: tx,
        block_hash: None,
        block_number: None,
        transaction_index: None,
        block_timestamp: None,
    }
}

/// Logs of one receipt; the first has the number `first` in its block.
pub(crate) fn logs<'a>(
    block: &'a Block,
    receipt: &'a Receipt,
    index: usize,
    first: usize,
) -> impl Iterator<Item = Log> + 'a {
    let hash: Option<B256> = block.transactions.get(index).map(|tx| *tx.inner().tx_hash());
    receipt.logs.iter().enumerate().map(move |(nth, log)| Log {
        inner: log.clone(),
        block_hash: Some(block.hash),
        block_number: Some(block.number()),
        block_timestamp: Some(block.header.timestamp),
        transaction_hash: hash,
        transaction_index: Some(index as u64),
        log_index: Some((first + nth) as u64),
        removed: false,
    })
}

/// The receipt of a transaction of a block.
pub(crate) fn receipt(block: &Block, receipts: &[Receipt], index: usize) -> Option<TransactionReceipt> {
    let tx = block.transactions.get(index)?;
    let receipt = receipts.get(index)?;
    let before = receipts.get(..index)?;
    let gas_before = before.last().map_or(0, |receipt| receipt.cumulative_gas_used);
    let first_log = before.iter().map(|receipt| receipt.logs.len()).sum();
    let inner = ReceiptWithBloom {
        receipt: alloy_consensus::Receipt {
            status: receipt.success.into(),
            cumulative_gas_used: receipt.cumulative_gas_used,
            logs: logs(block, receipt, index, first_log).collect(),
        },
        logs_bloom: receipt.bloom(),
    };
    Some(TransactionReceipt {
        inner: ReceiptEnvelope::from_typed(receipt.tx_type, inner),
        transaction_hash: *tx.inner().tx_hash(),
        transaction_index: Some(index as u64),
        block_hash: Some(block.hash),
        block_number: Some(block.number()),
        gas_used: receipt.cumulative_gas_used.saturating_sub(gas_before),
        effective_gas_price: tx.inner().effective_gas_price(block.header.base_fee_per_gas),
        blob_gas_used: None,
        blob_gas_price: None,
        from: tx.signer(),
        to: tx.inner().to(),
        contract_address: tx.inner().is_create().then(|| tx.signer().create(tx.inner().nonce())),
    })
}
