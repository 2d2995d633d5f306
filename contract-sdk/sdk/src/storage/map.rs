use super::{Field, Item, MapKey, Number, Place, Slot, StorageValue};
use core::{
    borrow::Borrow,
    marker::PhantomData,
    ops::{Add, Sub},
};

/// A mapping in storage: the value of `key` lies at `keccak256(key ++ slot)`, as Solidity's does.
///
/// A tuple as key is a mapping of mappings: `Map<(Address, Address), U256>` lies where
/// `mapping(address => mapping(address => uint256))` lies.
#[derive(Debug)]
pub struct Map<K, V> {
    number: Number,
    entry: PhantomData<fn(K) -> V>,
}

impl<K, V> Field for Map<K, V> {
    const SLOTS: u64 = 1;
}

impl<K, V> Map<K, V> {
    /// The map at the slot with this number.
    pub const fn at(number: u64) -> Self {
        Self { number: Number(number), entry: PhantomData }
    }
}

impl<K: MapKey, V: StorageValue> Map<K, V> {
    /// Reads the value of `key`.
    pub fn get(&self, key: impl Borrow<K>) -> V {
        V::load(&self.slot(key))
    }

    /// Writes the value of `key`.
    pub fn set(&mut self, key: impl Borrow<K>, value: V) {
        value.store(&self.slot(key));
    }

    /// Resets the value of `key` to zero, or empty.
    pub fn clear(&mut self, key: impl Borrow<K>) {
        V::clear(&self.slot(key));
    }

    /// The place of `key`: reading and then writing through it hashes the key once.
    pub fn entry(&mut self, key: impl Borrow<K>) -> Item<V, Slot> {
        Item::in_slot(self.slot(key))
    }

    fn slot(&self, key: impl Borrow<K>) -> Slot {
        key.borrow().slot(&self.number.slot())
    }

    /// Adds to the value of `key` and returns the sum; an overflow reverts with `Panic(0x11)`.
    pub fn add(&mut self, key: impl Borrow<K>, amount: V) -> V
    where
        V: Add<Output = V>,
    {
        self.entry(key).add(amount)
    }

    /// Subtracts from the value of `key` and returns the difference; an underflow reverts with `Panic(0x11)`.
    pub fn sub(&mut self, key: impl Borrow<K>, amount: V) -> V
    where
        V: Sub<Output = V>,
    {
        self.entry(key).sub(amount)
    }
}
