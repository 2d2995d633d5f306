//! Storage, laid out as Solidity lays it out, written through at once.

mod bytes;
mod item;
mod key;
mod map;
mod value;

pub use item::Item;
pub use key::MapKey;
pub use map::Map;
pub use value::StorageValue;

/// Key of a storage slot.
pub type Slot = [u8; 32];

/// A field of a contract. Besides, it has a `const fn at(slot: Slot) -> Self`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a contract",
    note = "use `Item<T>` for one value and `Map<K, V>` for a mapping"
)]
pub trait Field: Sized {
    /// Slots that it takes from the contract's sequence.
    const SLOTS: u64;
}

/// The slot with this number.
pub const fn slot(number: u64) -> Slot {
    let mut slot = [0; 32];
    let bytes = number.to_be_bytes();
    let mut i = 0;
    while i < 8 {
        slot[24 + i] = bytes[i];
        i += 1;
    }
    slot
}

#[cfg(test)]
mod tests;
