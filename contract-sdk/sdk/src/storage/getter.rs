use super::{Array, Item, List, Locate, Map, MapKey, StorageValue};
use crate::{
    U256,
    abi::{Abi, Decoder},
    declare::selector_of,
    entry::{Outcome, Reply as _},
    revert::{PANIC_INDEX, panic_code},
};
use alloc::vec::Vec;

/// A field that can have a getter: `#[view]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot have a getter",
    note = "an Item, an Immutable, a Map, a List and an Array of values that cross the ABI can; write a method for anything else"
)]
pub trait Getter {
    /// What the getter takes: nothing, a key, or an index.
    type Key: Abi;
    /// What it returns.
    type Value: Abi;

    /// Runs the getter.
    fn read(&self, arguments: &mut Decoder<'_>) -> Outcome;
}

impl<T: StorageValue + Abi, P: Locate> Getter for Item<T, P> {
    type Key = ();
    type Value = T;

    fn read(&self, _: &mut Decoder<'_>) -> Outcome {
        self.get().reply()
    }
}

impl<K: MapKey + Abi, V: StorageValue + Abi> Getter for Map<K, V> {
    type Key = K;
    type Value = V;

    fn read(&self, arguments: &mut Decoder<'_>) -> Outcome {
        // A tuple is a static one, whose words follow each other as arguments do; strings are keys of their own.
        self.get(arguments.take::<K>()).reply()
    }
}

impl<T: StorageValue + Abi> Getter for List<T> {
    type Key = U256;
    type Value = T;

    fn read(&self, arguments: &mut Decoder<'_>) -> Outcome {
        match u32::try_from(arguments.take::<U256>()).ok().and_then(|index| self.get(index)) {
            Some(value) => value.reply(),
            None => panic_code(PANIC_INDEX),
        }
    }
}

impl<T: StorageValue + Abi, const N: usize> Getter for Array<T, N> {
    type Key = U256;
    type Value = T;

    fn read(&self, arguments: &mut Decoder<'_>) -> Outcome {
        match u32::try_from(arguments.take::<U256>()) {
            Ok(index) => self.get(index).reply(),
            Err(_) => panic_code(PANIC_INDEX),
        }
    }
}

/// The arguments of a getter, as a declaration has them.
#[doc(hidden)]
pub const fn getter_arguments<G: Getter>() -> [&'static str; 3] {
    if <G::Key as Abi>::IS_TUPLE { ["", <G::Key as Abi>::SPEC, ""] } else { ["(", <G::Key as Abi>::SPEC, ")"] }
}

/// The selector of a getter.
#[doc(hidden)]
pub const fn getter_selector<G: Getter>(name: &str) -> u32 {
    let selector = if <G::Key as Abi>::IS_TUPLE {
        selector_of(&[name, <G::Key as Abi>::NAME])
    } else {
        selector_of(&[name, "(", <G::Key as Abi>::NAME, ")"])
    };
    u32::from_be_bytes(selector)
}

/// The arguments of a getter, encoded.
#[doc(hidden)]
pub fn getter_key<G: Getter>(key: &G::Key) -> Vec<u8> {
    // What a method returns is encoded as its arguments are.
    key.encode_return()
}
