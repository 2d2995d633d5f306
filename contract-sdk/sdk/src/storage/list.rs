use super::{
    Field, Item, Lane, Place, Ref, RefMut, Size, Slot, StorageValue, Stored,
    place::{Locate as _, advance, hashed, numbered},
    text::TypeName,
};
use crate::revert::{PANIC_INDEX, panic_code, revert};
use alloc::vec::Vec;
use core::marker::PhantomData;

/// A list that grows: Solidity's `T[]`. Its length lies in its slot, the elements from `keccak256(slot)` on, small ones
/// several to a slot.
///
/// Walking through it costs gas for each element: what anybody can make longer must not have to be walked through.
#[derive(Debug)]
pub struct List<T> {
    place: Place,
    element: PhantomData<fn() -> T>,
}

impl<T> List<T> {
    /// The list at this place.
    #[doc(hidden)]
    pub const fn placed(place: Place) -> Self {
        Self { place, element: PhantomData }
    }

    /// How many elements it has.
    pub fn len(&self) -> u32 {
        length(&self.place.slot())
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn set_len(&mut self, len: u32) {
        crate::host::storage_write(&self.place.slot(), &numbered(len));
    }

    /// Reverts with Solidity's `Panic(0x32)` if there is no such element.
    fn check(&self, index: u32) {
        if index >= self.len() {
            panic_code(PANIC_INDEX);
        }
    }
}

/// The length of the list at this slot. A node has no room for lists of 2^32 elements.
fn length(slot: &Slot) -> u32 {
    let word = crate::host::storage_read(slot);
    match word.split_last_chunk() {
        Some((high, low)) if high.iter().all(|byte| *byte == 0) => u32::from_be_bytes(*low),
        _ => revert("storage: corrupt length of a list"),
    }
}

impl<T: Stored> Stored for List<T> {
    const SIZE: Size = {
        let _ = T::SIZE.of_entry();
        Size::slots(1)
    };
    const TYPE: &'static str = const { &TypeName::EMPTY.push(T::TYPE).push("[]") }.as_str();
}

impl<T: Stored> Field for List<T> {
    fn placed(place: Place) -> Self {
        Self::placed(place)
    }
}

impl<T: Stored> List<T> {
    fn element(&self, index: u32) -> (Slot, Lane) {
        let (slots, lane) = T::SIZE.element(index);
        (advance(&hashed(&self.place.slot()), slots), lane)
    }
}

impl<T: Field> List<T> {
    /// The element with this index, to be looked at; reverts with `Panic(0x32)` if there is none.
    pub fn at(&self, index: u32) -> Ref<'_, T> {
        self.check(index);
        Ref::new(T::placed(Place::computed(self.element(index).0)))
    }

    /// The element with this index, to be changed; reverts with `Panic(0x32)` if there is none.
    pub fn at_mut(&mut self, index: u32) -> RefMut<'_, T> {
        self.check(index);
        RefMut::new(T::placed(Place::computed(self.element(index).0)))
    }

    /// Appends an element, which is all zero, and returns it.
    pub fn grow(&mut self) -> RefMut<'_, T> {
        let len = self.len();
        self.set_len(len + 1);
        self.at_mut(len)
    }
}

impl<T: StorageValue> List<T> {
    /// The element with this index, if there is one.
    pub fn get(&self, index: u32) -> Option<T> {
        (index < self.len()).then(|| self.load(index))
    }

    /// The element with this index, which is there.
    pub(crate) fn load(&self, index: u32) -> T {
        let (slot, lane) = self.element(index);
        T::load(&slot, lane)
    }

    pub(crate) fn store(&mut self, index: u32, value: &T) {
        let (slot, lane) = self.element(index);
        value.store(&slot, lane);
    }

    /// Overwrites an element; reverts with `Panic(0x32)` if there is none with this index.
    pub fn set(&mut self, index: u32, value: T) {
        self.check(index);
        self.store(index, &value);
    }

    /// Appends an element.
    pub fn push(&mut self, value: T) {
        let len = self.len();
        self.append(len, &value);
    }

    /// Appends an element to so many.
    pub(crate) fn append(&mut self, len: u32, value: &T) {
        self.set_len(len + 1);
        self.store(len, value);
    }

    /// Removes the last element and returns it, if there is one.
    pub fn pop(&mut self) -> Option<T> {
        let last = self.len().checked_sub(1)?;
        let value = self.load(last);
        self.shorten(last);
        Some(value)
    }

    /// Removes an element, putting the last one into its place, and returns it; reverts with `Panic(0x32)` if there is
    /// none with this index.
    pub fn swap_remove(&mut self, index: u32) -> T {
        let Some(last) = self.len().checked_sub(1).filter(|last| index <= *last) else { panic_code(PANIC_INDEX) };
        let value = self.load(index);
        if index < last {
            let moved = self.load(last);
            self.store(index, &moved);
        }
        self.shorten(last);
        value
    }

    fn shorten(&mut self, len: u32) {
        let (slot, lane) = self.element(len);
        T::clear(&slot, lane);
        self.set_len(len);
    }

    /// The elements, each read when its turn comes.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = T> + '_ {
        (0..self.len()).map(|index| self.load(index))
    }

    /// All elements.
    pub fn to_vec(&self) -> Vec<T> {
        self.iter().collect()
    }

    /// Removes all elements, each of which costs gas.
    pub fn clear(&mut self) {
        for index in 0..self.len() {
            let (slot, lane) = self.element(index);
            T::clear(&slot, lane);
        }
        self.set_len(0);
    }

    /// The place of an element: reading and then writing through it finds it once. Reverts with `Panic(0x32)` if there
    /// is none with this index.
    pub fn entry(&mut self, index: u32) -> Item<T> {
        self.check(index);
        let (slot, lane) = self.element(index);
        Item::placed(Place::computed(slot).in_lane(lane))
    }
}

impl<T: Stored> Stored for Vec<T> {
    const SIZE: Size = Size::slots(1);
    const TYPE: &'static str = <List<T> as Stored>::TYPE;
}

/// A list that is read and written as a whole, laid out as a [`List`] is.
impl<T: StorageValue> StorageValue for Vec<T> {
    fn load(slot: &Slot, _: Lane) -> Self {
        let first = hashed(slot);
        let element = |index| {
            let (slots, lane) = T::SIZE.element(index);
            T::load(&advance(&first, slots), lane)
        };
        // Grows with what is read, and each read costs gas, so that a corrupt length cannot ask for all the memory.
        let mut values = Self::new();
        for index in 0..length(slot) {
            values.push(element(index));
        }
        values
    }

    fn store(&self, slot: &Slot, _: Lane) {
        let mut list = List::<T>::placed(Place::computed(*slot));
        let (old, new) = (list.len(), self.len() as u32);
        list.set_len(new);
        for (index, value) in self.iter().enumerate() {
            list.store(index as u32, value);
        }
        for index in new..old {
            let (slot, lane) = list.element(index);
            T::clear(&slot, lane);
        }
    }

    fn clear(slot: &Slot, _: Lane) {
        List::<T>::placed(Place::computed(*slot)).clear();
    }
}
