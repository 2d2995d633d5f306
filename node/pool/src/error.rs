//! Why a transaction is not admitted.

use alloy_primitives::{Address, U256};
use std::fmt;

/// Why a transaction is not admitted. The texts begin as geth's do (`core/error.go`, `core/txpool/errors.go`), because
/// clients look for those; where geth says nothing of the amounts, they follow.
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
    /// An EIP-7702 transaction that creates a contract, or authorises nobody.
    #[error("{0}")]
    SetCode(&'static str),
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
    /// It pays less than everything that waits in a full pool, or less than the least tip.
    #[error("transaction underpriced: gas tip cap {tip}, minimum needed {needed}")]
    Underpriced {
        /// Wei a gas that it would pay.
        tip: u128,
        /// Least.
        needed: u128,
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
        /// The sender's next, or the first that is missing here.
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
    /// It costs more than what else waits of its sender leaves over.
    #[error("insufficient funds for gas * price + value: {0}")]
    InsufficientForAll(Box<Shortfall>),
    /// It would take the place of another, and pays too little for that.
    #[error("replacement transaction underpriced")]
    ReplacementUnderpriced,
    /// The sender is a contract.
    #[error("sender not an eoa: address {0} has code (EIP-3607)")]
    SenderIsContract(Address),
    /// The sender's account is delegated (EIP-7702), and has a transaction waiting: its code may spend what pays others.
    #[error("in-flight transaction limit reached for delegated accounts: address {0}, limit 1")]
    InFlightLimit(Address),
    /// The sender's account is delegated, and an earlier transaction is missing.
    #[error("gapped-nonce tx from delegated accounts: next nonce {next}, tx nonce {nonce}")]
    DelegatedGap {
        /// The sender's next.
        next: u64,
        /// Of the transaction.
        nonce: u64,
    },
    /// It delegates an account of which several transactions wait.
    #[error("authority already reserved: {count} transactions of {authority} wait, limit 1")]
    AuthorityReserved {
        /// The account.
        authority: Address,
        /// What waits of it.
        count: usize,
    },
    /// Too much waits of its sender.
    #[error("account limit exceeded: {count} transactions of {bytes} bytes wait, limit {most} of {most_bytes} bytes")]
    AccountLimit {
        /// Transactions that would wait.
        count: usize,
        /// Their bytes.
        bytes: usize,
        /// Most transactions.
        most: usize,
        /// Most bytes.
        most_bytes: usize,
    },
    /// No room, and nothing that would have to go for this one.
    #[error("txpool is full: {count} transactions of {bytes} bytes wait, limit {most} of {most_bytes} bytes")]
    Full {
        /// Transactions that wait.
        count: usize,
        /// Their bytes.
        bytes: usize,
        /// Most transactions.
        most: usize,
        /// Most bytes.
        most_bytes: usize,
    },
}

/// What is missing for all that a sender has waiting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortfall {
    /// Wei.
    pub balance: U256,
    /// Wei that the sender's other transactions may cost.
    pub queued: U256,
    /// Wei that this one may cost.
    pub cost: U256,
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { balance, queued, cost } = self;
        let overshot = queued.saturating_add(*cost).saturating_sub(*balance);
        write!(f, "balance {balance}, queued cost {queued}, tx cost {cost}, overshot {overshot}")
    }
}
