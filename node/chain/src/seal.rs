//! What execution makes of a header.

use alloy_consensus::Header;
use zx_executor::Executed;
use zx_primitives::block::{receipts_root, transactions_root};
use zx_state::StateUpdate;

/// Fills in roots, bloom and gas.
pub(crate) fn fill(header: &mut Header, executed: &Executed, update: &StateUpdate) {
    let (receipts_root, logs_bloom) = receipts_root(&executed.receipts);
    header.transactions_root = transactions_root(&executed.included);
    header.receipts_root = receipts_root;
    header.logs_bloom = logs_bloom;
    header.gas_used = executed.gas_used;
    header.state_root = update.root;
}

/// The first field in which a header differs from the one that was worked out.
pub(crate) fn difference(ours: &Header, theirs: &Header) -> Option<String> {
    macro_rules! compare {
        ($($field:ident),+) => {
            $(if ours.$field != theirs.$field {
                return Some(format!(concat!(stringify!($field), " is {:?}, expected {:?}"), theirs.$field, ours.$field));
            })+
        };
    }
    compare!(
        number,
        parent_hash,
        timestamp,
        gas_limit,
        base_fee_per_gas,
        gas_used,
        state_root,
        transactions_root,
        receipts_root,
        logs_bloom,
        mix_hash
    );
    (ours != theirs).then(|| "a constant header field differs".to_owned())
}
