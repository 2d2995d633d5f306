use super::{Field, Lane, Locate, Place, Size, Slot, StorageValue, Stored};
use crate::{Overflow, Underflow, math::Checked};
use core::marker::PhantomData;

/// One value in storage: a field of the contract, or (with a [`Slot`] as its place) an entry of a map.
///
/// A value type takes its bytes of the slot; a `String` or [`Bytes`](crate::Bytes) is stored as Solidity stores them.
/// What was never written reads as zero, or empty. What is written is there at once: there is nothing to flush.
#[derive(Debug)]
pub struct Item<T, P = Place> {
    place: P,
    value: PhantomData<fn() -> T>,
}

impl<T> Item<T> {
    /// The item at this place.
    #[doc(hidden)]
    pub const fn placed(place: Place) -> Self {
        Self { place, value: PhantomData }
    }
}

impl<T> Item<T, Slot> {
    pub(crate) const fn in_slot(slot: Slot) -> Self {
        Self { place: slot, value: PhantomData }
    }
}

impl<T: Stored> Stored for Item<T> {
    const SIZE: Size = T::SIZE;
    const TYPE: &'static str = T::TYPE;
}

impl<T: Stored> Field for Item<T> {
    fn placed(place: Place) -> Self {
        Self::placed(place)
    }
}

impl<T: StorageValue, P: Locate> Item<T, P> {
    /// Reads the value.
    pub fn get(&self) -> T {
        T::load(&self.place.slot(), self.place.lane())
    }

    /// Writes the value.
    pub fn set(&mut self, value: T) {
        value.store(&self.place.slot(), self.place.lane());
    }

    /// Resets it to zero, or empty.
    pub fn clear(&mut self) {
        T::clear(&self.place.slot(), self.place.lane());
    }

    /// Writes `value` and returns what was there.
    pub fn replace(&mut self, value: T) -> T {
        let before = self.get();
        self.set(value);
        before
    }

    /// Reads the value and resets it.
    pub fn take(&mut self) -> T {
        let before = self.get();
        self.clear();
        before
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
        T: Checked,
    {
        add_at(&self.place.slot(), self.place.lane(), amount)
    }

    /// Subtracts from the value and returns the difference; an underflow reverts with `Panic(0x11)`.
    pub fn sub(&mut self, amount: T) -> T
    where
        T: Checked,
    {
        sub_at(&self.place.slot(), self.place.lane(), amount)
    }

    /// Adds to the value and returns the sum.
    ///
    /// # Errors
    /// The sum does not fit: nothing was written.
    pub fn try_add(&mut self, amount: T) -> Result<T, Overflow<T>>
    where
        T: Checked,
    {
        let (slot, lane) = (self.place.slot(), self.place.lane());
        let sum = T::load(&slot, lane).try_add(amount)?;
        sum.store(&slot, lane);
        Ok(sum)
    }

    /// Subtracts from the value and returns the difference.
    ///
    /// # Errors
    /// There is less than `amount`: nothing was written.
    pub fn try_sub(&mut self, amount: T) -> Result<T, Underflow<T>>
    where
        T: Checked,
    {
        let (slot, lane) = (self.place.slot(), self.place.lane());
        let rest = T::load(&slot, lane).try_sub(amount)?;
        rest.store(&slot, lane);
        Ok(rest)
    }
}

/// One function for a type, wherever its items are.
#[inline(never)]
fn add_at<T: StorageValue + Checked>(slot: &Slot, lane: Lane, amount: T) -> T {
    let sum = T::load(slot, lane) + amount;
    sum.store(slot, lane);
    sum
}

/// See [`add_at`].
#[inline(never)]
fn sub_at<T: StorageValue + Checked>(slot: &Slot, lane: Lane, amount: T) -> T {
    let difference = T::load(slot, lane) - amount;
    difference.store(slot, lane);
    difference
}
