//! What a pool is told at its start.

use alloy_primitives::Address;

/// Rules of the chain that bound a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Gas limit of a block.
    pub block_gas_limit: u64,
    /// Most gas of a transaction (EIP-7825).
    pub tx_gas_limit: u64,
}

/// How much may wait, and what it must pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolConfig {
    /// Transactions that may wait, in all.
    pub capacity: usize,
    /// Bytes of them, in all, as EIP-2718 has them.
    pub bytes: usize,
    /// Transactions that may wait for one sender; also how far a nonce may be ahead of the sender's next.
    pub per_sender: usize,
    /// Bytes of them.
    pub per_sender_bytes: usize,
    /// How far beyond the first nonce that is missing a sender may go.
    pub gapped: u64,
    /// Percent that a replacement must pay more, in tip and in fee cap.
    pub price_bump: u128,
    /// Least tip, in wei a gas. Local transactions need not pay it.
    pub min_tip: u128,
    /// Seconds that a transaction may stay queued: then it goes, unless it is local.
    pub lifetime: u64,
    /// Accounts whose transactions are local from wherever they come: kept when the pool is full.
    pub locals: Vec<Address>,
}

/// Senders that become local by what they hand in; those of [`PoolConfig::locals`] come on top.
pub(crate) const MAX_LOCALS: usize = 4_096;

impl Default for PoolConfig {
    /// Room for some twenty full blocks of transfers, some 100 MB with indices when all of it is small. geth's price
    /// bump, its 64 transactions behind a gap, and its three hours there; more of one sender than geth's, because here
    /// one often sends most.
    fn default() -> Self {
        Self {
            capacity: 65_536,
            bytes: 128 << 20,
            per_sender: 4_096,
            per_sender_bytes: 16 << 20,
            gapped: 64,
            price_bump: 10,
            min_tip: 0,
            lifetime: 3 * 60 * 60,
            locals: Vec::new(),
        }
    }
}
