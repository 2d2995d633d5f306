//! `eth_createAccessList`.

use crate::{
    Api,
    calls::{Running, with_call},
    error::RpcError,
};
use alloy_eips::BlockId;
use alloy_primitives::U64;
use alloy_rpc_types_eth::{TransactionRequest, state::StateOverride};
use serde_json::{Value, json};
use zx_chain::Simulated;

/// A call that fails is an answer too: the list of what it touched, and why it fails.
pub(crate) fn create(
    api: &Api,
    request: TransactionRequest,
    block: Option<BlockId>,
    state: Option<StateOverride>,
) -> Result<Value, RpcError> {
    let run = |on: &Running<'_, '_>| Ok(on.view.access_list(on.state, on.header, on.call, &on.cancel)?);
    let listed = with_call(api, request, block, (state, None), run)?;
    let mut answer = json!({ "accessList": listed.list, "gasUsed": U64::from(listed.outcome.gas_used()) });
    let failed = match listed.outcome {
        Simulated::Success { .. } => None,
        Simulated::Revert { output, .. } => Some(RpcError::reverted(&output).message),
        Simulated::Halt { reason, .. } => Some(reason),
    };
    if let (Some(reason), Value::Object(fields)) = (failed, &mut answer) {
        fields.insert("error".to_owned(), reason.into());
    }
    Ok(answer)
}
