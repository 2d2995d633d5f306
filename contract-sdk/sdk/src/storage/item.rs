use super::{Field, Slot, StorageValue};
use core::{
    marker::PhantomData,
    ops::{Add, Sub},
};

/// One value in storage.
///
/// A value type takes the slot, in its low-order bytes; a `String` or [`Bytes`](crate::Bytes) is stored as Solidity
/// stores them. What was never written reads as zero, or empty.
#[derive(Debug)]
pub struct Item<T> {
    slot: Slot,
    value: PhantomData<fn() -> T>,
}

impl<T> Field for Item<T> {
    const SLOTS: u64 = 1;
}

impl<T> Item<T> {
    /// The item at this slot.
    pub const fn at(slot: Slot) -> Self {
        Self { slot, value: PhantomData }
    }
}

impl<T: StorageValue> Item<T> {
    /// Reads the value.
    pub fn get(&self) -> T {
        T::load(&self.slot)
    }

    /// Writes the value.
    pub fn set(&mut self, value: T) {
        value.store(&self.slot);
    }

    /// Resets it to zero, or empty.
    pub fn clear(&mut self) {
        T::clear(&self.slot);
    }

    /// Writes what `f` makes of the value, and returns it.
    pub fn update(&mut self, f: impl FnOnce(T) -> T) -> T
    where
        T: Clone,
    {
        let value = f(self.get());
        self.set(value.clone());
        value
    }

    /// Adds to the value and returns the sum; an overflow reverts with `Panic(0x11)`.
    pub fn add(&mut self, amount: T) -> T
    where
        T: Clone + Add<Output = T>,
    {
        self.update(|value| value + amount)
    }

    /// Subtracts from the value and returns the difference; an underflow reverts with `Panic(0x11)`.
    pub fn sub(&mut self, amount: T) -> T
    where
        T: Clone + Sub<Output = T>,
    {
        self.update(|value| value - amount)
    }
}
