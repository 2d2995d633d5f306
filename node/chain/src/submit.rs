//! Transactions on their way in.
//!
//! What costs much needs no lock: decoding, the checks that need no state, and the recovery of senders, which is done
//! for many at once on threads of its own. Then the states of senders that the pool does not follow yet are read, and
//! only then the pool is locked.

use crate::{chain::Chain, error::ChainError};
use alloy_consensus::{Transaction, crypto::RecoveryError};
use alloy_eips::eip2718::{Decodable2718, EIP4844_TX_TYPE_ID};
use alloy_primitives::{Address, B256, map::HashMap};
use rayon::prelude::*;
use std::sync::Arc;
use zx_executor::DeployRefusal;
use zx_host_functions::deploy::is_wasm;
use zx_pool::{Incoming, Origin, Pool, PoolError, Screened, SenderState, Signed};
use zx_primitives::{RecoveredTx, Tx};

/// Transactions from which on it pays to spread them over threads: waking one takes as long as a recovery.
const SPREAD: usize = 4;

/// Why a transaction is not taken.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The bytes are not a transaction.
    #[error("invalid transaction encoding: {0}")]
    Decode(String),
    /// No key has made the signature.
    #[error("invalid transaction signature: {0}")]
    Signature(#[from] RecoveryError),
    /// The pool says no.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// It deploys something that cannot be.
    #[error(transparent)]
    Deploy(#[from] DeployRefusal),
    /// Too much init code (EIP-3860).
    #[error("max initcode size exceeded: code size {size}, limit {limit}")]
    InitCode {
        /// Bytes.
        size: usize,
        /// Most bytes.
        limit: usize,
    },
    /// It is not signed, and the node does not send for this account.
    #[error("unknown account: this node does not send for {0}")]
    Impersonation(Address),
    /// The state cannot be read: ours.
    #[error(transparent)]
    Chain(#[from] ChainError),
}

/// A transaction with its sender, or why it goes no further.
type Prepared = Result<(Incoming, Origin), SubmitError>;

impl Chain {
    /// Takes a signed transaction, as EIP-2718 bytes.
    ///
    /// # Errors
    /// Why it is not taken; nothing is then kept of it.
    pub fn submit(&self, bytes: &[u8]) -> Result<B256, SubmitError> {
        self.submit_one(bytes, Origin::External)
    }

    /// Takes a signed transaction of the operator: one that is kept when the pool is full, whatever it pays.
    ///
    /// # Errors
    /// Why it is not taken; nothing is then kept of it.
    pub fn submit_local(&self, bytes: &[u8]) -> Result<B256, SubmitError> {
        self.submit_one(bytes, Origin::Local)
    }

    fn submit_one(&self, bytes: &[u8], origin: Origin) -> Result<B256, SubmitError> {
        self.admit_one(self.prepare(bytes)?, origin)
    }

    pub(crate) fn admit_one(&self, incoming: Incoming, origin: Origin) -> Result<B256, SubmitError> {
        let mut taken = self.admit(vec![Ok((incoming, origin))]);
        taken.pop().unwrap_or(Err(PoolError::AlreadyKnown.into()))
    }

    /// Takes many signed transactions at once, each as EIP-2718 bytes; answers come in their order. Their senders are
    /// recovered on all cores, and who makes blocks sees all of them or none.
    pub fn submit_many<T: AsRef<[u8]> + Sync>(&self, transactions: &[T]) -> Vec<Result<B256, SubmitError>> {
        let taken = |bytes: &T| Ok((self.prepare(bytes.as_ref())?, Origin::External));
        self.admit(self.spread(transactions, taken))
    }

    /// Does something for each, on all cores if that pays. Answers come in order.
    pub(crate) fn spread<T: Sync, R: Send>(&self, items: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
        match &self.recovery {
            Some(threads) if items.len() >= SPREAD => threads.install(|| items.par_iter().map(work).collect()),
            _ => items.iter().map(work).collect(),
        }
    }

    /// Everything that needs no lock, the cheap before the expensive.
    pub(crate) fn prepare(&self, bytes: &[u8]) -> Result<Incoming, SubmitError> {
        let signed = self.screen(decode(bytes)?)?.recover()?;
        let tx = signed.tx().inner();
        let deploys = tx.is_create() && is_wasm(tx.input());
        // What takes long is done only for who can pay.
        if deploys || tx.authorization_list().is_some() {
            self.check_funds(&signed)?;
        }
        if deploys {
            self.executor.check_deployment(tx.input())?;
        }
        Ok(signed.incoming())
    }

    /// The checks that need neither the sender nor the state.
    pub(crate) fn screen(&self, tx: Tx) -> Result<Screened, SubmitError> {
        // Gas does not depend on who sends.
        let unsigned = RecoveredTx::new_unchecked(tx, Address::ZERO);
        let intrinsic = self.executor.intrinsic_gas(&unsigned);
        let screened = Screened::new(unsigned.into_inner(), intrinsic, &self.rules)?;
        if screened.tx().is_create() {
            self.check_init_code(screened.tx().input())?;
        }
        if self.pool.lock().get(screened.hash()).is_some() {
            return Err(PoolError::AlreadyKnown.into());
        }
        Ok(screened)
    }

    fn check_init_code(&self, input: &[u8]) -> Result<(), SubmitError> {
        let limit = match is_wasm(input) {
            true => self.spec().wasm_deploy_bytes(),
            false => self.spec().evm_init_code_bytes(),
        };
        match input.len() > limit {
            true => Err(SubmitError::InitCode { size: input.len(), limit }),
            false => Ok(()),
        }
    }

    fn check_funds(&self, signed: &Signed) -> Result<(), SubmitError> {
        let view = self.view()?;
        let balance = self.sender_state(&view.head_state(), signed.tx().signer())?.balance;
        match signed.cost() {
            cost if balance < cost => Err(PoolError::InsufficientFunds { balance, cost }.into()),
            _ => Ok(()),
        }
    }

    /// Hands transactions to the pool, all under one lock, and tells whom it concerns.
    pub(crate) fn admit(&self, batch: Vec<Prepared>) -> Vec<Result<B256, SubmitError>> {
        // If they cannot be read, whoever needs one is told so when it is tried again.
        let states = self.states_for(&batch).unwrap_or_default();
        let mut kept = Vec::new();
        let mut late = Vec::new();
        let (mut answers, news) = {
            let mut pool = self.pool.lock();
            self.expire(&mut pool);
            let add = |(place, prepared): (usize, Prepared)| {
                let (incoming, origin) = prepared?;
                let (tx, sender) = (Arc::clone(incoming.tx()), incoming.sender());
                let state = self.state_for(&pool, &states, sender)?;
                let answer = pool.add(incoming, &state, origin);
                match &answer {
                    Ok(_) => kept.push((tx, pool.is_local(&sender))),
                    Err(PoolError::NonceTooLow { .. }) => late.push((place, *tx.inner().tx_hash())),
                    Err(_) => {}
                }
                Ok(answer?)
            };
            let answers: Vec<_> = batch.into_iter().enumerate().map(add).collect();
            (answers, pool.take_news())
        };
        self.tell(news);
        self.keep(&kept);
        if !kept.is_empty() {
            self.work.notify_one();
        }
        self.name_included(&mut answers, &late);
        answers
    }

    /// States of the senders that the pool does not follow, and the block that they are of.
    fn states_for(&self, batch: &[Prepared]) -> Result<States, ChainError> {
        let senders = batch.iter().flatten().map(|(incoming, _)| incoming.sender());
        let mut unknown: HashMap<Address, SenderState> =
            senders.map(|sender| (sender, SenderState::default())).collect();
        {
            let pool = self.pool.lock();
            unknown.retain(|sender, _| pool.state_of(sender).is_none());
        }
        if unknown.is_empty() {
            return Ok(States::default());
        }
        let view = self.view()?;
        let at = view.head_state();
        for (sender, state) in &mut unknown {
            *state = self.sender_state(&at, *sender)?;
        }
        Ok(States { block: view.head.hash, of: unknown })
    }

    /// A sender's state, not older than the pool's head: the pool's own, else one that was read before if no block has
    /// come since, else it is read now. Whatever block comes after, the pool is told of it under its lock.
    fn state_for(&self, pool: &Pool, states: &States, sender: Address) -> Result<SenderState, ChainError> {
        if let Some(state) = pool.state_of(&sender) {
            return Ok(*state);
        }
        match states.of.get(&sender) {
            Some(state) if states.block == pool.head() => Ok(*state),
            _ => {
                let view = self.view()?;
                let at = view.head_state();
                self.sender_state(&at, sender)
            }
        }
    }

    /// A nonce that is used up may be the transaction's own doing: then it is known.
    fn name_included(&self, answers: &mut [Result<B256, SubmitError>], late: &[(usize, B256)]) {
        let Some(view) = (!late.is_empty()).then(|| self.view().ok()).flatten() else { return };
        for (place, hash) in late {
            if let (Some(answer), Ok(Some(_))) = (answers.get_mut(*place), view.transaction(*hash)) {
                *answer = Err(PoolError::AlreadyKnown.into());
            }
        }
    }
}

/// States that were read before the pool was locked, and the block that they are of.
#[derive(Default)]
struct States {
    block: B256,
    of: HashMap<Address, SenderState>,
}

pub(crate) fn decode(mut bytes: &[u8]) -> Result<Tx, SubmitError> {
    // With their blobs such transactions have another encoding, and what does not decode says less.
    if bytes.first() == Some(&EIP4844_TX_TYPE_ID) {
        return Err(PoolError::TypeNotSupported.into());
    }
    let tx = Tx::decode_2718(&mut bytes).map_err(|e| SubmitError::Decode(e.to_string()))?;
    match bytes.is_empty() {
        true => Ok(tx),
        false => Err(SubmitError::Decode(format!("{} bytes follow the transaction", bytes.len()))),
    }
}
