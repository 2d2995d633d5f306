use super::{Field, Number, Place, Slot, StorageValue};
use core::{
    marker::PhantomData,
    ops::{Add, Sub},
};

/// One value in storage: a field of the contract, or (with a [`Slot`] as its place) an entry of a map.
///
/// A value type takes the slot, in its low-order bytes; a `String` or [`Bytes`](crate::Bytes) is stored as Solidity
/// stores them. What was never written reads as zero, or empty.
#[derive(Debug)]
pub struct Item<T, P = Number> {
    place: P,
    value: PhantomData<fn() -> T>,
}

impl<T> Field for Item<T> {
    const SLOTS: u64 = 1;
}

impl<T> Item<T> {
    /// The item at the slot with this number.
    pub const fn at(number: u64) -> Self {
        Self { place: Number(number), value: PhantomData }
    }
}

impl<T> Item<T, Slot> {
    /// The item at this slot: that of a proxy's implementation (EIP-1967), for instance.
    pub const fn in_slot(slot: Slot) -> Self {
        Self { place: slot, value: PhantomData }
    }
}

impl<T: StorageValue, P: Place> Item<T, P> {
    /// Reads the value.
    pub fn get(&self) -> T {
        T::load(&self.place.slot())
    }

    /// Writes the value.
    pub fn set(&mut self, value: T) {
        value.store(&self.place.slot());
    }

    /// Resets it to zero, or empty.
    pub fn clear(&mut self) {
        T::clear(&self.place.slot());
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
        T: Add<Output = T>,
    {
        add_at(&self.place.slot(), amount)
    }

    /// Subtracts from the value and returns the difference; an underflow reverts with `Panic(0x11)`.
    pub fn sub(&mut self, amount: T) -> T
    where
        T: Sub<Output = T>,
    {
        sub_at(&self.place.slot(), amount)
    }
}

/// One function for a type, wherever its items are.
#[inline(never)]
fn add_at<T: StorageValue + Add<Output = T>>(slot: &Slot, amount: T) -> T {
    let sum = T::load(slot) + amount;
    sum.store(slot);
    sum
}

/// See [`add_at`].
#[inline(never)]
fn sub_at<T: StorageValue + Sub<Output = T>>(slot: &Slot, amount: T) -> T {
    let difference = T::load(slot) - amount;
    difference.store(slot);
    difference
}
