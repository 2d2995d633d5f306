//! What every transaction must satisfy, whoever sends it: checked before anything is spent on it.

use crate::{config::Rules, error::PoolError};
use alloy_consensus::{
    Transaction,
    crypto::{RecoveryError, secp256k1::recover_signer},
    transaction::SignerRecoverable,
};
use alloy_eips::{eip2718::Encodable2718, eip7702::SignedAuthorization};
use alloy_primitives::{Address, B256, U256};
use std::sync::Arc;
use zx_primitives::{RecoveredTx, Tx};

/// Most bytes of a transaction: a deployment of the largest module with its arguments, and room for the envelope.
pub const MAX_TX_BYTES: usize = 256 * 1024;

/// A transaction that has passed every check that needs neither its sender nor the state.
#[derive(Clone, Debug)]
pub struct Screened {
    tx: Tx,
    /// EIP-2718 bytes.
    size: usize,
}

/// A transaction whose sender is known, and not yet whom it delegates.
#[derive(Clone, Debug)]
pub struct Signed {
    tx: RecoveredTx,
    size: usize,
    cost: U256,
}

/// A transaction with its sender, on its way in.
#[derive(Clone, Debug)]
pub struct Incoming {
    pub(crate) tx: Arc<RecoveredTx>,
    pub(crate) size: usize,
    pub(crate) cost: U256,
    /// Accounts that it delegates (EIP-7702).
    pub(crate) authorities: Box<[Address]>,
}

impl Screened {
    /// Checks a transaction. `intrinsic_gas` is the least gas that it takes to be included.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn new(tx: Tx, intrinsic_gas: u64, rules: &Rules) -> Result<Self, PoolError> {
        let size = tx.encode_2718_len();
        check_form(&tx, size, rules)?;
        check_gas(&tx, intrinsic_gas, rules)?;
        Ok(Self { tx, size })
    }

    /// Identity of the transaction.
    pub fn hash(&self) -> &B256 {
        self.tx.tx_hash()
    }

    /// The transaction.
    pub fn tx(&self) -> &Tx {
        &self.tx
    }

    /// Finds out who has signed it: some 30 us.
    ///
    /// # Errors
    /// If no key has made the signature.
    pub fn recover(self) -> Result<Signed, RecoveryError> {
        let sender = self.tx.recover_signer()?;
        Ok(Signed::new(RecoveredTx::new_unchecked(self.tx, sender), self.size))
    }
}

impl Signed {
    fn new(tx: RecoveredTx, size: usize) -> Self {
        let cost = cost(tx.inner());
        Self { tx, size, cost }
    }

    /// The transaction.
    pub fn tx(&self) -> &RecoveredTx {
        &self.tx
    }

    /// Most that it can cost, in wei: gas limit by fee cap, and value.
    pub fn cost(&self) -> U256 {
        self.cost
    }

    /// Finds out whom it delegates: as much work again for each authorisation, of which there may be a thousand. Whether
    /// the sender has the funds should be known before.
    pub fn incoming(self) -> Incoming {
        let Self { tx, size, cost } = self;
        let authorities = authorities(tx.inner());
        Incoming { tx: Arc::new(tx), size, cost, authorities }
    }
}

impl Incoming {
    /// A transaction whose sender is known: one that was in a block.
    pub fn known(tx: RecoveredTx) -> Self {
        let size = tx.inner().encode_2718_len();
        Signed::new(tx, size).incoming()
    }

    /// The transaction.
    pub fn tx(&self) -> &Arc<RecoveredTx> {
        &self.tx
    }

    /// Who has signed it.
    pub fn sender(&self) -> Address {
        self.tx.signer()
    }

    /// Most that it can cost, in wei: gas limit by fee cap, and value.
    pub fn cost(&self) -> U256 {
        self.cost
    }
}

fn check_form(tx: &Tx, size: usize, rules: &Rules) -> Result<(), PoolError> {
    if size > MAX_TX_BYTES {
        return Err(PoolError::Oversized { size, limit: MAX_TX_BYTES });
    }
    match tx {
        Tx::Eip4844(_) => return Err(PoolError::TypeNotSupported),
        Tx::Eip7702(tx) if tx.tx().authorization_list.is_empty() => {
            return Err(PoolError::SetCode("set code tx must have at least one authorization tuple"));
        }
        _ => {}
    }
    match tx.chain_id() {
        // A signature over no chain id recovers too, but to replay it anywhere is what EIP-155 prevents.
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
    Ok(())
}

/// The most that a transaction can cost, in wei.
fn cost(tx: &Tx) -> U256 {
    let fee = U256::from(tx.max_fee_per_gas()).saturating_mul(U256::from(tx.gas_limit()));
    fee.saturating_add(tx.value())
}

/// Accounts that a transaction delegates. An authorisation that nobody has signed has no effect, and is left out.
fn authorities(tx: &Tx) -> Box<[Address]> {
    let list = tx.authorization_list().unwrap_or_default();
    let mut found: Vec<Address> = list.iter().filter_map(authority).collect();
    found.sort_unstable();
    found.dedup();
    found.into()
}

/// Recovers by libsecp256k1, as senders are.
fn authority(authorization: &SignedAuthorization) -> Option<Address> {
    let signature = authorization.signature().ok()?;
    recover_signer(&signature, authorization.inner().signature_hash()).ok()
}
