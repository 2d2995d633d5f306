use super::{
    Field, Lane, Place, Ref, RefMut, Size, Slot, StorageValue, Stored,
    place::{Locate as _, advance},
};
use crate::revert::{PANIC_INDEX, panic_code};
use core::marker::PhantomData;

/// So many elements, one after the other: Solidity's `T[N]`, small ones several to a slot. An index that is too large
/// reverts with Solidity's `Panic(0x32)`.
#[derive(Debug)]
pub struct Array<T, const N: usize> {
    place: Place,
    element: PhantomData<fn() -> T>,
}

impl<T, const N: usize> Array<T, N> {
    /// The array at this place.
    #[doc(hidden)]
    pub const fn placed(place: Place) -> Self {
        Self { place, element: PhantomData }
    }
}

impl<T: Stored, const N: usize> Stored for Array<T, N> {
    const SIZE: Size = <[T; N] as Stored>::SIZE;
    const TYPE: &'static str = <[T; N] as Stored>::TYPE;
}

impl<T: Stored, const N: usize> Field for Array<T, N> {
    fn placed(place: Place) -> Self {
        Self::placed(place)
    }
}

impl<T: Stored, const N: usize> Array<T, N> {
    fn element(&self, index: u32) -> (Slot, Lane) {
        if index as usize >= N {
            panic_code(PANIC_INDEX);
        }
        let (slots, lane) = T::SIZE.element(index);
        (advance(&self.place.slot(), slots), lane)
    }
}

impl<T: Field, const N: usize> Array<T, N> {
    /// The element with this index, to be looked at.
    pub fn at(&self, index: u32) -> Ref<'_, T> {
        Ref::new(T::placed(Place::computed(self.element(index).0)))
    }

    /// The element with this index, to be changed.
    pub fn at_mut(&mut self, index: u32) -> RefMut<'_, T> {
        RefMut::new(T::placed(Place::computed(self.element(index).0)))
    }
}

impl<T: StorageValue, const N: usize> Array<T, N> {
    /// The element with this index.
    pub fn get(&self, index: u32) -> T {
        let (slot, lane) = self.element(index);
        T::load(&slot, lane)
    }

    /// Overwrites an element.
    pub fn set(&mut self, index: u32, value: T) {
        let (slot, lane) = self.element(index);
        value.store(&slot, lane);
    }

    /// All elements, each slot read once.
    pub fn load(&self) -> [T; N] {
        StorageValue::load(&self.place.slot(), Lane::ALONE)
    }

    /// Overwrites all elements.
    pub fn store(&mut self, values: [T; N]) {
        values.store(&self.place.slot(), Lane::ALONE);
    }
}
