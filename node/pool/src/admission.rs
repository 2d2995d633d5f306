//! What every transaction must satisfy to wait here, whatever else waits.

use alloy_consensus::Transaction;
use alloy_primitives::{B256, U256};
use zx_primitives::{RecoveredTx, Tx};

/// Most bytes of a transaction: a deployment of the largest module with its arguments, and room for the envelope.
pub(crate) const MAX_TX_BYTES: usize = 256 * 1024;

/// Rules of the chain and of the moment.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Gas limit of a block.
    pub block_gas_limit: u64,
    /// Most gas of a transaction (EIP-7825).
    pub tx_gas_limit: u64,
    /// Base fee of the next block, in wei a gas.
    pub base_fee: u64,
    /// Transactions that may wait, in all.
    pub capacity: usize,
    /// Transactions that may wait for one sender.
    pub per_sender: usize,
    /// How far beyond the first nonce that is missing a sender may go.
    pub per_sender_gapped: u64,
    /// Percent that a replacement must pay more.
    pub price_bump: u128,
}

/// What the state says of a sender.
#[derive(Clone, Copy, Debug)]
pub struct SenderState {
    /// Next nonce.
    pub nonce: u64,
    /// Wei.
    pub balance: U256,
    /// Whether it has code that is not an EIP-7702 delegation (EIP-3607).
    pub is_contract: bool,
}

/// Why a transaction is not admitted; the texts are geth's (`core/error.go`, `core/txpool/errors.go`).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PoolError {
    /// It waits here already, or is in a block.
    #[error("already known")]
    AlreadyKnown,
    /// Not of this chain.
    #[error("invalid chain id for signer: have {have} want {want}")]
    ChainId {
        /// In the transaction.
        have: u64,
        /// This chain's.
        want: u64,
    },
    /// Signed for every chain.
    #[error("only replay-protected (EIP-155) transactions allowed over RPC")]
    Unprotected,
    /// A blob transaction.
    #[error("transaction type not supported: blob transactions (EIP-4844) have no place on this chain")]
    TypeNotSupported,
    /// Too many bytes.
    #[error("oversized data: transaction size {size}, limit {limit}")]
    Oversized {
        /// Bytes.
        size: usize,
        /// Most bytes.
        limit: usize,
    },
    /// More gas than a block has.
    #[error("exceeds block gas limit: gas {gas}, limit {limit}")]
    GasLimit {
        /// Of the transaction.
        gas: u64,
        /// Of the block.
        limit: u64,
    },
    /// Less gas than it takes to be looked at.
    #[error("intrinsic gas too low: gas {gas}, minimum needed {needed}")]
    IntrinsicGas {
        /// Of the transaction.
        gas: u64,
        /// Least.
        needed: u64,
    },
    /// A tip over its own cap.
    #[error("max priority fee per gas higher than max fee per gas: maxPriorityFeePerGas: {tip}, maxFeePerGas: {cap}")]
    TipAboveCap {
        /// Wei a gas.
        tip: u128,
        /// Wei a gas.
        cap: u128,
    },
    /// It cannot pay the base fee.
    #[error("max fee per gas less than block base fee: maxFeePerGas: {cap}, baseFee: {base_fee}")]
    FeeCapTooLow {
        /// Wei a gas.
        cap: u128,
        /// Wei a gas.
        base_fee: u64,
    },
    /// Its nonce is used.
    #[error("nonce too low: next nonce {next}, tx nonce {nonce}")]
    NonceTooLow {
        /// The sender's next.
        next: u64,
        /// Of the transaction.
        nonce: u64,
    },
    /// Its nonce is too far ahead to wait for.
    #[error("nonce too high: next nonce {next}, tx nonce {nonce}, a transaction may wait {ahead} nonces ahead")]
    NonceTooHigh {
        /// The sender's next.
        next: u64,
        /// Of the transaction.
        nonce: u64,
        /// How far ahead it may be.
        ahead: u64,
    },
    /// It costs more than there is.
    #[error("insufficient funds for gas * price + value: balance {balance}, tx cost {cost}, overshot {}", cost.saturating_sub(*balance))]
    InsufficientFunds {
        /// Wei.
        balance: U256,
        /// Wei.
        cost: U256,
    },
    /// It would take the place of another, and pays too little for that.
    #[error("replacement transaction underpriced")]
    ReplacementUnderpriced,
    /// The sender is a contract.
    #[error("sender not an eoa: the account has code (EIP-3607)")]
    SenderIsContract,
    /// No room.
    #[error("txpool is full")]
    Full,
}

/// Checks that need nothing of the pool.
pub(crate) fn check(
    tx: &RecoveredTx,
    intrinsic_gas: u64,
    sender: &SenderState,
    rules: &Rules,
) -> Result<(), PoolError> {
    check_form(tx.inner(), rules)?;
    check_gas(tx.inner(), intrinsic_gas, rules)?;
    if sender.is_contract {
        return Err(PoolError::SenderIsContract);
    }
    let nonce = tx.inner().nonce();
    if nonce < sender.nonce {
        return Err(PoolError::NonceTooLow { next: sender.nonce, nonce });
    }
    if nonce - sender.nonce >= rules.per_sender as u64 {
        return Err(PoolError::NonceTooHigh { next: sender.nonce, nonce, ahead: rules.per_sender as u64 });
    }
    let cost = cost(tx.inner());
    if sender.balance < cost {
        return Err(PoolError::InsufficientFunds { balance: sender.balance, cost });
    }
    Ok(())
}

fn check_form(tx: &Tx, rules: &Rules) -> Result<(), PoolError> {
    if matches!(tx, Tx::Eip4844(_)) {
        return Err(PoolError::TypeNotSupported);
    }
    let size = alloy_eips::Encodable2718::encode_2718_len(tx);
    if size > MAX_TX_BYTES {
        return Err(PoolError::Oversized { size, limit: MAX_TX_BYTES });
    }
    match tx.chain_id() {
        None => Err(PoolError::Unprotected),
        Some(have) if have != rules.chain_id => Err(PoolError::ChainId { have, want: rules.chain_id }),
        Some(_) => Ok(()),
    }
}

fn check_gas(tx: &Tx, intrinsic_gas: u64, rules: &Rules) -> Result<(), PoolError> {
    let limit = rules.block_gas_limit.min(rules.tx_gas_limit);
    if tx.gas_limit() > limit {
        return Err(PoolError::GasLimit { gas: tx.gas_limit(), limit });
    }
    let cap = tx.max_fee_per_gas();
    if let Some(tip) = tx.max_priority_fee_per_gas().filter(|tip| *tip > cap) {
        return Err(PoolError::TipAboveCap { tip, cap });
    }
    if tx.gas_limit() < intrinsic_gas {
        return Err(PoolError::IntrinsicGas { gas: tx.gas_limit(), needed: intrinsic_gas });
    }
    if cap < u128::from(rules.base_fee) {
        return Err(PoolError::FeeCapTooLow { cap, base_fee: rules.base_fee });
    }
    Ok(())
}

/// The most that a transaction can cost, in wei.
pub(crate) fn cost(tx: &Tx) -> U256 {
    let fee = U256::from(tx.max_fee_per_gas()).saturating_mul(U256::from(tx.gas_limit()));
    fee.saturating_add(tx.value())
}

/// Identity of a transaction.
pub(crate) fn hash(tx: &RecoveredTx) -> B256 {
    *tx.inner().tx_hash()
}
