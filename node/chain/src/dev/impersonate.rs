//! Transactions for accounts whose keys the node does not have.

use crate::{
    chain::Chain,
    submit::{SubmitError, decode},
};
use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256};
use zx_pool::{Incoming, Origin};
use zx_primitives::{RecoveredTx, impersonation};

impl Chain {
    /// Takes a transaction, as EIP-2718 bytes, that carries a mark of its sender in the place of a signature
    /// ([`impersonation::mark`]).
    ///
    /// # Errors
    /// Why it is not taken; [`SubmitError::Impersonation`] if this is no development node, or the sender not marked.
    /// Whether it is one that is impersonated the caller has to know.
    pub fn submit_as(&self, sender: Address, bytes: &[u8]) -> Result<B256, SubmitError> {
        let tx = decode(bytes)?;
        if !impersonation::is_marked(&tx) || !self.is_development() {
            return Err(SubmitError::Impersonation(sender));
        }
        let screened = self.screen(tx)?;
        let incoming = Incoming::known(RecoveredTx::new_unchecked(screened.tx().clone(), sender));
        if incoming.tx().inner().is_create() {
            self.executor.check_deployment(incoming.tx().inner().input())?;
        }
        self.admit_one(incoming, Origin::External)
    }
}
