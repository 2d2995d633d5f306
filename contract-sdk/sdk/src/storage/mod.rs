//! Storage, laid out as Solidity lays it out, written through at once.

mod bytes;
mod item;
mod key;
mod map;
mod value;

use crate::U256;

pub use item::Item;
pub use key::MapKey;
pub use map::Map;
pub use value::StorageValue;

/// Key of a storage slot.
pub type Slot = [u8; 32];

/// A field of a contract. Besides, it has a `const fn at(number: u64) -> Self`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a contract",
    note = "use `Item<T>` for one value and `Map<K, V>` for a mapping"
)]
pub trait Field: Sized {
    /// Slots that it takes from the contract's sequence.
    const SLOTS: u64;
}

/// Where an item is.
pub trait Place {
    /// Its slot.
    fn slot(&self) -> Slot;
}

impl Place for Slot {
    fn slot(&self) -> Slot {
        *self
    }
}

/// Place of a contract's field: the number of its slot. A contract is thereby as small as its fields are many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number(pub(crate) u64);

impl Place for Number {
    #[inline(never)]
    fn slot(&self) -> Slot {
        slot(self.0)
    }
}

/// The slot with this number.
fn slot(number: u64) -> Slot {
    U256::from(number).to_be_bytes()
}

#[cfg(test)]
mod tests;
