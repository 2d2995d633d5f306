//! Sets and maps that know their keys, laid out as OpenZeppelin's `EnumerableSet` and `EnumerableMap` are: a list of
//! keys, and a mapping from each to its position in the list, counted from one.

use super::{Field, List, Map, MapKey, Member, Place, Size, StorageValue, Stored, plan, text::TypeName};

/// A set that knows its members. Adding, removing and looking up cost the same however many there are; walking through
/// it costs gas for each. The order of members is that of adding, until one is removed.
#[derive(Debug)]
pub struct EnumerableSet<T> {
    members: List<T>,
    positions: Map<T, u32>,
}

impl<T> EnumerableSet<T> {
    const PLAN: ([Member; 2], Size) = plan([Size::slots(1), Size::slots(1)]);

    /// The set at this place.
    #[doc(hidden)]
    pub const fn placed(place: Place) -> Self {
        let [members, positions] = Self::PLAN.0;
        Self { members: List::placed(place.member(members)), positions: Map::placed(place.member(positions)) }
    }

    /// How many members it has.
    pub fn len(&self) -> u32 {
        self.members.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

impl<T: Stored + MapKey> Stored for EnumerableSet<T> {
    const SIZE: Size = Self::PLAN.1;
    const TYPE: &'static str = const {
        &TypeName::EMPTY
            .push("struct EnumerableSet{members@0:0 ")
            .push(<List<T>>::TYPE)
            .push(";positions@1:0 ")
            .push(<Map<T, u32>>::TYPE)
            .push(";}")
    }
    .as_str();
}

impl<T: Stored + MapKey> Field for EnumerableSet<T> {
    fn placed(place: Place) -> Self {
        Self::placed(place)
    }
}

impl<T: StorageValue + MapKey + Clone> EnumerableSet<T> {
    /// Whether `value` is a member.
    pub fn contains(&self, value: &T) -> bool {
        self.positions.get(value) != 0
    }

    /// Adds a member; `false` if it was one.
    pub fn insert(&mut self, value: T) -> bool {
        if self.contains(&value) {
            return false;
        }
        self.members.push(value.clone());
        self.positions.set(value, self.members.len());
        true
    }

    /// Removes a member, putting the last one into its place; `false` if it was none.
    pub fn remove(&mut self, value: &T) -> bool {
        let Some(index) = self.positions.get(value).checked_sub(1) else { return false };
        self.members.swap_remove(index);
        self.positions.clear(value);
        if let Some(moved) = self.members.get(index) {
            self.positions.set(moved, index + 1);
        }
        true
    }

    /// The member at this position, if there is one.
    pub fn get(&self, index: u32) -> Option<T> {
        self.members.get(index)
    }

    /// The members, each read when its turn comes.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = T> + '_ {
        self.members.iter()
    }
}

/// A map that knows its keys; see [`EnumerableSet`].
#[derive(Debug)]
pub struct EnumerableMap<K, V> {
    keys: EnumerableSet<K>,
    values: Map<K, V>,
}

impl<K, V> EnumerableMap<K, V> {
    const PLAN: ([Member; 2], Size) = plan([<EnumerableSet<K>>::PLAN.1, Size::slots(1)]);

    /// The map at this place.
    #[doc(hidden)]
    pub const fn placed(place: Place) -> Self {
        let [keys, values] = Self::PLAN.0;
        Self { keys: EnumerableSet::placed(place.member(keys)), values: Map::placed(place.member(values)) }
    }

    /// How many keys it has.
    pub fn len(&self) -> u32 {
        self.keys.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

impl<K: Stored + MapKey, V: Stored> Stored for EnumerableMap<K, V> {
    const SIZE: Size = Self::PLAN.1;
    const TYPE: &'static str = const {
        &TypeName::EMPTY
            .push("struct EnumerableMap{keys@0:0 ")
            .push(<EnumerableSet<K>>::TYPE)
            .push(";values@2:0 ")
            .push(<Map<K, V>>::TYPE)
            .push(";}")
    }
    .as_str();
}

impl<K: Stored + MapKey, V: Stored> Field for EnumerableMap<K, V> {
    fn placed(place: Place) -> Self {
        Self::placed(place)
    }
}

impl<K: StorageValue + MapKey + Clone, V: StorageValue> EnumerableMap<K, V> {
    /// Whether the key is there.
    pub fn contains(&self, key: &K) -> bool {
        self.keys.contains(key)
    }

    /// The value of a key, if it is there.
    pub fn get(&self, key: &K) -> Option<V> {
        self.contains(key).then(|| self.values.get(key))
    }

    /// Sets the value of a key; `true` if the key is new.
    pub fn insert(&mut self, key: K, value: V) -> bool {
        self.values.set(&key, value);
        self.keys.insert(key)
    }

    /// Removes a key with its value; `false` if it was not there.
    pub fn remove(&mut self, key: &K) -> bool {
        self.values.clear(key);
        self.keys.remove(key)
    }

    /// The keys, each read when its turn comes.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = K> + '_ {
        self.keys.iter()
    }

    /// Keys and values, each read when its turn comes.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (K, V)> + '_ {
        self.keys().map(|key| {
            let value = self.values.get(&key);
            (key, value)
        })
    }
}
