//! Contracts that are given tokens, in Solidity on both chains.

use super::{wallet, world::World};
use alloy_primitives::Address;

/// They take, answer nonsense, know no question, refuse in words of their own, and give back from within the hook.
const KINDS: [&str; 5] = ["Accepting", "Rude", "Silent", "Worded", "Returning"];

/// Deploys one of each.
pub(crate) fn deploy(world: &mut World) -> eyre::Result<Vec<Address>> {
    let owner = wallet::accounts()?[0];
    KINDS.iter().map(|name| world.original(owner, name, &[])).collect()
}
