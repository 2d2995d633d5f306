//! Tries of lists: a block's transactions or receipts under their places (Yellow Paper, section 4.3.2).

use crate::{
    node::Value,
    state::Nothing,
    trie::Trie,
    update::{Change, Update},
};
use alloy_primitives::Bytes;
use alloy_trie::Nibbles;
use zx_primitives::StateError;

/// An item, already encoded.
#[derive(Clone, Debug, PartialEq)]
struct Item(Bytes);

impl Value for Item {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }
}

/// Proof that a list has an item at a place, or is not as long: nodes from the root of its trie down. The items are as
/// the root hashes them: EIP-2718 bytes of transactions, or of receipts with their blooms.
///
/// # Errors
/// None that a list in memory could cause.
pub fn prove_item(items: impl IntoIterator<Item = Bytes>, place: u64) -> Result<Vec<Bytes>, StateError> {
    let mut changes: Vec<_> = (0_u64..)
        .zip(items)
        .map(|(place, item)| Change { key: key(place), existed: false, value: Some(Item(item)) })
        .collect();
    changes.sort_unstable_by_key(|change| change.key);
    let trie = Trie::empty().update(&Update { source: &Nothing, block: 0 }, &changes, &mut Vec::new())?;
    trie.prove(&Nothing, &key(place))
}

fn key(place: u64) -> Nibbles {
    Nibbles::unpack(alloy_rlp::encode(place))
}
