use super::{Lane, Size, Slot, StorageValue, Stored};
use crate::{Bytes, revert::revert};
use alloc::vec::Vec;
use borsh::{BorshDeserialize, BorshSerialize};
use core::ops::{Deref, DerefMut};

/// A value of any type that Borsh encodes, stored as Solidity's `bytes`: for what storage has no type for (enums with
/// fields, options, trees), and what is read and written as a whole.
///
/// ```
/// # extern crate zx_sdk as zx;
/// use zx::{borsh::{BorshDeserialize, BorshSerialize}, prelude::*};
///
/// #[derive(BorshSerialize, BorshDeserialize)]
/// #[borsh(crate = "zx::borsh")]
/// enum Order {
///     Market { amount: u128 },
///     Limit { amount: u128, price: u128 },
/// }
///
/// #[zx::contract]
/// struct Book {
///     orders: Map<u64, Borsh<Option<Order>>>,
/// }
/// ```
///
/// What was never written reads as the type's default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Borsh<T>(pub T);

impl<T> Deref for Borsh<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Borsh<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T> From<T> for Borsh<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> Stored for Borsh<T> {
    const SIZE: Size = Size::slots(1);
    const TYPE: &'static str = "bytes";
}

impl<T: BorshSerialize + BorshDeserialize + Default> StorageValue for Borsh<T> {
    /// Reverts if the bytes are not what the type encodes to, which only other code on the same storage can leave.
    fn load(slot: &Slot, lane: Lane) -> Self {
        let bytes = Bytes::load(slot, lane);
        if bytes.is_empty() {
            return Self(T::default());
        }
        match T::try_from_slice(&bytes) {
            Ok(value) => Self(value),
            Err(_) => revert("storage: a Borsh value does not decode"),
        }
    }

    fn store(&self, slot: &Slot, lane: Lane) {
        let mut bytes = Vec::new();
        // Writing to memory does not fail; a type's own implementation can.
        if self.0.serialize(&mut bytes).is_err() {
            revert("storage: a Borsh value does not encode");
        }
        Bytes::from(bytes).store(slot, lane);
    }

    fn clear(slot: &Slot, lane: Lane) {
        Bytes::clear(slot, lane);
    }
}
