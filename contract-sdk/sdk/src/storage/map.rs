use super::{Field, Item, MapKey, Slot, StorageValue};
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
    slot: Slot,
    entry: PhantomData<fn(K) -> V>,
}

impl<K, V> Field for Map<K, V> {
    const SLOTS: u64 = 1;
}

impl<K, V> Map<K, V> {
    /// The map at this slot.
    pub const fn at(slot: Slot) -> Self {
        Self { slot, entry: PhantomData }
    }
}

impl<K: MapKey, V: StorageValue> Map<K, V> {
    /// Reads the value of `key`.
    pub fn get(&self, key: impl Borrow<K>) -> V {
        V::load(&key.borrow().slot(&self.slot))
    }

    /// Writes the value of `key`.
    pub fn set(&mut self, key: impl Borrow<K>, value: V) {
        value.store(&key.borrow().slot(&self.slot));
    }

    /// Resets the value of `key` to zero, or empty.
    pub fn clear(&mut self, key: impl Borrow<K>) {
        V::clear(&key.borrow().slot(&self.slot));
    }

    /// The place of `key`: reading and then writing through it hashes the key once.
    pub fn entry(&mut self, key: impl Borrow<K>) -> Item<V> {
        Item::at(key.borrow().slot(&self.slot))
    }

    /// Adds to the value of `key` and returns the sum; an overflow reverts with `Panic(0x11)`.
    pub fn add(&mut self, key: impl Borrow<K>, amount: V) -> V
    where
        V: Clone + Add<Output = V>,
    {
        self.entry(key).add(amount)
    }

    /// Subtracts from the value of `key` and returns the difference; an underflow reverts with `Panic(0x11)`.
    pub fn sub(&mut self, key: impl Borrow<K>, amount: V) -> V
    where
        V: Clone + Sub<Output = V>,
    {
        self.entry(key).sub(amount)
    }
}
