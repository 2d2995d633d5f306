//! Storage, laid out as Solidity lays it out, written through at once.
//!
//! | type | what | Solidity |
//! |---|---|---|
//! | [`Item<T>`] | one value | `T` |
//! | [`Immutable<T>`] | one value that the constructor sets, in the code | `T immutable` |
//! | [`Map<K, V>`] | values by key, not enumerable | `mapping(K => V)` |
//! | [`List<T>`] | a list that grows | `T[]` |
//! | [`Array<T, N>`] | so many | `T[N]` |
//! | [`EnumerableSet<T>`], [`EnumerableMap<K, V>`] | with all their keys | OpenZeppelin's of these names |
//! | `#[zx::storage]` struct | several of these | `struct` |
//!
//! Values ([`StorageValue`]) are read and written whole; fields ([`Field`]) are reached part by part.

mod access;
mod array;
mod borsh;
mod bytes;
mod getter;
mod immutable;
mod item;
mod key;
mod list;
mod map;
mod place;
mod set;
#[cfg(test)]
mod tests;
pub(crate) mod text;
mod value;

pub use access::{Ref, RefMut};
pub use array::Array;
pub use borsh::Borsh;
pub use getter::{Getter, getter_arguments, getter_key, getter_selector};
pub(crate) use immutable::DomainHashes;
pub use immutable::Immutable;
pub use item::Item;
pub use key::{MapKey, opening};
pub use list::List;
pub use map::Map;
pub use place::{Lane, Member, Place, Size, Slot, plan};
pub(crate) use place::{Locate, lane_of, write_lane};
pub use set::{EnumerableMap, EnumerableSet};
pub use value::{Reader, StorageValue, Writer};

/// A type that takes room in storage.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be kept in storage",
    note = "use bool, integers, U256, Address, FixedBytes<N>, String, Bytes, Vec, arrays and `Borsh<T>` as values; Map, \
            List, Array, EnumerableSet and EnumerableMap as fields; derive `zx::StorageValue` for your own structs and \
            enums"
)]
pub trait Stored: Sized {
    /// How much room.
    const SIZE: Size;
    /// How the layout of a module names it: as in Solidity, structs with their members.
    #[doc(hidden)]
    const TYPE: &'static str;
}

/// A field of a contract: an [`Item`], [`Immutable`], [`Map`], [`List`], [`Array`], or a struct of them (`#[zx::storage]`). Besides, it
/// has a `const fn placed(place: Place) -> Self`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a contract",
    note = "use `Item<T>` for one value, `Immutable<T>` for one that the constructor sets, `Map<K, V>` for a mapping, `List<T>` for a list, or a `#[zx::storage]` struct"
)]
pub trait Field: Stored {
    /// The field at this place.
    #[doc(hidden)]
    fn placed(place: Place) -> Self;
}
