//! Transactions to put into pools.

use alloy_consensus::{SignableTransaction, Transaction, TxEip1559, TxLegacy};
use alloy_primitives::{Address, Signature, TxKind, U256};
use zx_pool::{Best, Incoming, Origin, Pool, PoolConfig, PoolError, Rules, SenderState};
use zx_primitives::{RecoveredTx, Tx};

pub(crate) const RULES: Rules = Rules { chain_id: 1, block_gas_limit: 30_000_000, tx_gas_limit: 30_000_000 };
pub(crate) const BASE_FEE: u64 = 10;
pub(crate) const GAS: u64 = 21_000;

pub(crate) fn config() -> PoolConfig {
    PoolConfig { capacity: 24, per_sender: 8, gapped: 6, ..PoolConfig::default() }
}

pub(crate) fn pool_of(config: PoolConfig) -> Pool {
    let mut pool = Pool::new(config, RULES);
    pool.set_base_fee(BASE_FEE);
    pool
}

pub(crate) fn pool() -> Pool {
    pool_of(config())
}

pub(crate) fn address(sender: u8) -> Address {
    Address::repeat_byte(sender)
}

pub(crate) fn rich(nonce: u64) -> SenderState {
    SenderState { nonce, balance: U256::MAX, ..SenderState::default() }
}

/// What a transaction is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer {
    pub(crate) sender: u8,
    pub(crate) nonce: u64,
    pub(crate) tip: u128,
    pub(crate) cap: u128,
    pub(crate) value: u64,
    /// Bytes of its input.
    pub(crate) input: usize,
    pub(crate) legacy: bool,
    /// Makes its hash its own.
    pub(crate) salt: u64,
}

impl Offer {
    pub(crate) fn new(sender: u8, nonce: u64, tip: u128) -> Self {
        Self { sender, nonce, tip, cap: 1_000 + tip, value: 0, input: 0, legacy: false, salt: 1 }
    }

    pub(crate) fn tx(&self) -> RecoveredTx {
        let (to, input) = (TxKind::Call(Address::ZERO), vec![7; self.input].into());
        let (value, nonce, gas_limit) = (U256::from(self.value), self.nonce, GAS);
        let signature = Signature::new(U256::from(self.salt), U256::from(self.sender), false);
        let tx: Tx = match self.legacy {
            true => {
                let tx = TxLegacy { chain_id: Some(1), nonce, gas_price: self.cap, gas_limit, to, value, input };
                tx.into_signed(signature).into()
            }
            false => {
                let fees = (self.cap, self.tip);
                let tx = TxEip1559 {
                    chain_id: 1,
                    nonce,
                    gas_limit,
                    max_fee_per_gas: fees.0,
                    max_priority_fee_per_gas: fees.1,
                    to,
                    value,
                    input,
                    ..Default::default()
                };
                tx.into_signed(signature).into()
            }
        };
        RecoveredTx::new_unchecked(tx, address(self.sender))
    }
}

pub(crate) fn tx(sender: u8, nonce: u64, tip: u128) -> Incoming {
    Incoming::known(Offer::new(sender, nonce, tip).tx())
}

/// From somebody with plenty of coins, at nonce 0.
pub(crate) fn add(pool: &mut Pool, sender: u8, nonce: u64, tip: u128) -> Result<(), PoolError> {
    pool.add(tx(sender, nonce, tip), &rich(0), Origin::External).map(drop)
}

/// What a block would have, by sender and nonce.
pub(crate) fn order(pool: &Pool) -> Vec<(u8, u64)> {
    let best = pool.take(&mut Best::default(), usize::MAX);
    best.iter().map(|tx| (tx.signer().0[0], tx.inner().nonce())).collect()
}
