//! The accounts and slots that a call touches, as an EIP-2930 list.

use crate::{CallEnv, Cancel, Executor, Simulated, TxError, evm::SPEC, simulate::simulated};
use alloy_consensus::Header;
use alloy_eips::eip2930::{AccessList, AccessListItem};
use alloy_primitives::{Address, B256};
use revm::{context::ContextTr, context_interface::JournalTr, handler::EthPrecompiles, state::EvmState};
use std::collections::BTreeMap;
use zx_primitives::StateReader;

/// Runs after which a list that still changes is given out as it is: what a contract touches may depend on its gas.
const MAX_RUNS: usize = 8;

/// A call with the list of what it touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessListed {
    /// The list, in order of the addresses.
    pub list: AccessList,
    /// What the call does with it.
    pub outcome: Simulated,
}

impl Executor {
    /// The list of what a call touches, with which it touches the same.
    ///
    /// # Errors
    /// If the call is not valid, or the state cannot be read.
    pub fn access_list(
        &self,
        state: &dyn StateReader,
        header: &Header,
        call: &CallEnv,
        cancel: &Cancel,
    ) -> Result<AccessListed, TxError> {
        let mut call = call.clone();
        let gas = call.gas.unwrap_or(u64::MAX).min(self.spec.block_gas_limit);
        let mut run = 0;
        loop {
            let mut evm = self.call_evm(state, header, &call, cancel);
            let result = evm.transact(B256::ZERO, self.call_tx(state, &call, gas)?)?;
            let touched = evm.inner.ctx.journal_mut().finalize();
            let list = list(&touched, &call, header.beneficiary);
            run += 1;
            if list == call.access_list || run == MAX_RUNS {
                return Ok(AccessListed { list, outcome: simulated(result) });
            }
            call.access_list = list;
        }
    }
}

/// What is not warm in any case: precompiles, the sender, the receiver and the block's beneficiary are; their slots are
/// not.
fn list(touched: &EvmState, call: &CallEnv, beneficiary: Address) -> AccessList {
    let precompiles = EthPrecompiles::new(SPEC);
    let warm = |address: &Address, created: bool| {
        *address == call.from
            || call.to.to() == Some(address)
            || *address == beneficiary
            || created
            || precompiles.contains(address)
    };
    let mut items: BTreeMap<Address, Vec<B256>> = BTreeMap::new();
    for (address, account) in touched {
        let created = call.to.is_create() && account.is_created();
        let mut slots: Vec<B256> = account.storage.keys().map(|slot| B256::from(*slot)).collect();
        if slots.is_empty() && warm(address, created) {
            continue;
        }
        slots.sort_unstable();
        items.insert(*address, slots);
    }
    let item = |(address, storage_keys)| AccessListItem { address, storage_keys };
    AccessList(items.into_iter().map(item).collect())
}
