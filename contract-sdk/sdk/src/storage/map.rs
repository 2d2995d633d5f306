use super::{
    Field, Item, MapKey, Place, Ref, RefMut, Size, Slot, StorageValue, Stored, place::Locate as _, text::TypeName,
};
use crate::{Overflow, Underflow, math::Checked};
use core::{borrow::Borrow, marker::PhantomData};

/// A mapping in storage: the value of `key` lies at `keccak256(key ++ slot)`, as Solidity's does.
///
/// A tuple as key is a mapping of mappings: `Map<(Address, Address), U256>` lies where
/// `mapping(address => mapping(address => uint256))` lies, and `Map<Address, Map<Address, U256>>` does too. Values are
/// read and written as a whole; what has parts (a map, a list, a `#[zx::storage]` struct) is reached by
/// [`at`](Self::at) and [`at_mut`](Self::at_mut).
#[derive(Debug)]
pub struct Map<K, V> {
    place: Place,
    entry: PhantomData<fn(K) -> V>,
}

impl<K, V> Map<K, V> {
    /// The map at this place.
    #[doc(hidden)]
    pub const fn placed(place: Place) -> Self {
        Self { place, entry: PhantomData }
    }
}

impl<K: MapKey, V: Stored> Stored for Map<K, V> {
    const SIZE: Size = {
        let _ = V::SIZE.of_entry();
        Size::slots(1)
    };
    const TYPE: &'static str = const { &TypeName::EMPTY.push(K::OPEN).push(V::TYPE).push(K::CLOSE) }.as_str();
}

impl<K: MapKey, V: Stored> Field for Map<K, V> {
    fn placed(place: Place) -> Self {
        Self::placed(place)
    }
}

impl<K: MapKey, V> Map<K, V> {
    fn slot(&self, key: impl Borrow<K>) -> Slot {
        key.borrow().slot(&self.place.slot())
    }
}

impl<K: MapKey, V: Field> Map<K, V> {
    /// What lies at `key`, to be looked at.
    pub fn at(&self, key: impl Borrow<K>) -> Ref<'_, V> {
        Ref::new(V::placed(Place::computed(self.slot(key))))
    }

    /// What lies at `key`, to be changed.
    pub fn at_mut(&mut self, key: impl Borrow<K>) -> RefMut<'_, V> {
        RefMut::new(V::placed(Place::computed(self.slot(key))))
    }
}

impl<K: MapKey, V: StorageValue> Map<K, V> {
    /// Reads the value of `key`.
    pub fn get(&self, key: impl Borrow<K>) -> V {
        self.item(key).get()
    }

    /// Writes the value of `key`.
    pub fn set(&mut self, key: impl Borrow<K>, value: V) {
        self.item(key).set(value);
    }

    /// Resets the value of `key` to zero, or empty.
    pub fn clear(&mut self, key: impl Borrow<K>) {
        self.item(key).clear();
    }

    /// Reads the value of `key` and resets it.
    pub fn take(&mut self, key: impl Borrow<K>) -> V {
        self.item(key).take()
    }

    /// The place of `key`: reading and then writing through it hashes the key once.
    pub fn entry(&mut self, key: impl Borrow<K>) -> Item<V, Slot> {
        self.item(key)
    }

    fn item(&self, key: impl Borrow<K>) -> Item<V, Slot> {
        Item::in_slot(self.slot(key))
    }

    /// Adds to the value of `key` and returns the sum; an overflow reverts with `Panic(0x11)`.
    pub fn add(&mut self, key: impl Borrow<K>, amount: V) -> V
    where
        V: Checked,
    {
        self.item(key).add(amount)
    }

    /// Subtracts from the value of `key` and returns the difference; an underflow reverts with `Panic(0x11)`.
    pub fn sub(&mut self, key: impl Borrow<K>, amount: V) -> V
    where
        V: Checked,
    {
        self.item(key).sub(amount)
    }

    /// Adds to the value of `key` and returns the sum.
    ///
    /// # Errors
    /// The sum does not fit: nothing was written.
    pub fn try_add(&mut self, key: impl Borrow<K>, amount: V) -> Result<V, Overflow<V>>
    where
        V: Checked,
    {
        self.item(key).try_add(amount)
    }

    /// Subtracts from the value of `key` and returns the difference.
    ///
    /// # Errors
    /// There is less than `amount`: nothing was written.
    pub fn try_sub(&mut self, key: impl Borrow<K>, amount: V) -> Result<V, Underflow<V>>
    where
        V: Checked,
    {
        self.item(key).try_sub(amount)
    }
}
