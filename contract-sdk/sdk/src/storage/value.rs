use super::{
    Slot, Stored,
    place::{Lane, Member, Size, WORD, advance, read_lane, store_lane, write_lane},
    text::TypeName,
};
use crate::{Address, FixedBytes, I256, U256, abi::Abi, host};

/// A type that storage can hold, and that is read and written as a whole. `#[derive(zx::StorageValue)]` makes one of a
/// struct of such types (Solidity's `struct`, packed) and of an enum without fields.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be kept in storage as a value",
    note = "bool, integers, U256, Address, FixedBytes<N>, String, Bytes, Vec, arrays, `Borsh<T>` and \
            `#[derive(zx::StorageValue)]` types can",
    note = "what is read in parts (Map, List, `#[zx::storage]` structs) is reached with `.at(key)` instead of `.get(key)`"
)]
pub trait StorageValue: Stored {
    /// Reads the value at a slot.
    fn load(slot: &Slot, lane: Lane) -> Self;

    /// Writes the value at a slot.
    fn store(&self, slot: &Slot, lane: Lane);

    /// Resets it to zero, or empty.
    fn clear(slot: &Slot, lane: Lane);

    /// Reads it from the word of its slot, if it can share one.
    #[doc(hidden)]
    fn unpack(_word: &[u8; WORD], _lane: Lane) -> Option<Self> {
        None
    }

    /// Writes it into the word of its slot, if it can share one.
    #[doc(hidden)]
    fn pack(&self, _word: &mut [u8; WORD], _lane: Lane) -> bool {
        false
    }
}

/// Value types lie in the bytes of their lane, negative integers and bytesN too.
macro_rules! lanes {
    ($($ty:ty: $n:literal, $name:literal, |$value:ident| $to:expr, |$bytes:ident| $from:expr;)+) => {
        $(
            impl Stored for $ty {
                const SIZE: Size = Size::bytes($n);
                const TYPE: &'static str = $name;
            }

            impl StorageValue for $ty {
                fn load(slot: &Slot, lane: Lane) -> Self {
                    let $bytes = read_lane::<$n>(&host::storage_read(slot), lane);
                    $from
                }

                fn store(&self, slot: &Slot, lane: Lane) {
                    let $value = self;
                    store_lane(slot, lane, &$to);
                }

                fn clear(slot: &Slot, lane: Lane) {
                    store_lane(slot, lane, &[0; $n]);
                }

                fn unpack(word: &[u8; WORD], lane: Lane) -> Option<Self> {
                    let $bytes = read_lane::<$n>(word, lane);
                    Some($from)
                }

                fn pack(&self, word: &mut [u8; WORD], lane: Lane) -> bool {
                    let $value = self;
                    write_lane(word, lane, &$to);
                    true
                }
            }
        )+
    };
}
lanes! {
    Address: 20, "address", |value| value.0.0, |bytes| Self::new(bytes);
    bool: 1, "bool", |value| [u8::from(*value)], |bytes| bytes != [0];
    u8: 1, "uint8", |value| value.to_be_bytes(), |bytes| Self::from_be_bytes(bytes);
    u16: 2, "uint16", |value| value.to_be_bytes(), |bytes| Self::from_be_bytes(bytes);
    u32: 4, "uint32", |value| value.to_be_bytes(), |bytes| Self::from_be_bytes(bytes);
    u64: 8, "uint64", |value| value.to_be_bytes(), |bytes| Self::from_be_bytes(bytes);
    u128: 16, "uint128", |value| value.to_be_bytes(), |bytes| Self::from_be_bytes(bytes);
    i8: 1, "int8", |value| value.to_be_bytes(), |bytes| Self::from_be_bytes(bytes);
    i16: 2, "int16", |value| value.to_be_bytes(), |bytes| Self::from_be_bytes(bytes);
    i32: 4, "int32", |value| value.to_be_bytes(), |bytes| Self::from_be_bytes(bytes);
    i64: 8, "int64", |value| value.to_be_bytes(), |bytes| Self::from_be_bytes(bytes);
    i128: 16, "int128", |value| value.to_be_bytes(), |bytes| Self::from_be_bytes(bytes);
}

/// These take a slot for themselves.
macro_rules! whole_slots {
    ($($ty:ty: $name:literal;)+) => {
        $(
            impl Stored for $ty {
                const SIZE: Size = Size::bytes(32);
                const TYPE: &'static str = $name;
            }

            impl StorageValue for $ty {
                fn load(slot: &Slot, _: Lane) -> Self {
                    Self::from_be_bytes(host::storage_read(slot))
                }

                fn store(&self, slot: &Slot, _: Lane) {
                    host::storage_write(slot, &self.to_be_bytes());
                }

                fn clear(slot: &Slot, _: Lane) {
                    host::storage_write(slot, &[0; WORD]);
                }

                fn unpack(word: &[u8; WORD], _: Lane) -> Option<Self> {
                    Some(Self::from_be_bytes(*word))
                }

                fn pack(&self, word: &mut [u8; WORD], _: Lane) -> bool {
                    *word = self.to_be_bytes();
                    true
                }
            }
        )+
    };
}
whole_slots! {
    U256: "uint256";
    I256: "int256";
}

impl<const N: usize> Stored for FixedBytes<N>
where
    Self: Abi,
{
    const SIZE: Size = Size::bytes(N as u8);
    const TYPE: &'static str = <Self as Abi>::NAME;
}

impl<const N: usize> StorageValue for FixedBytes<N>
where
    Self: Abi,
{
    fn load(slot: &Slot, lane: Lane) -> Self {
        Self(read_lane(&host::storage_read(slot), lane))
    }

    fn store(&self, slot: &Slot, lane: Lane) {
        store_lane(slot, lane, &self.0);
    }

    fn clear(slot: &Slot, lane: Lane) {
        store_lane(slot, lane, &[0; N]);
    }

    fn unpack(word: &[u8; WORD], lane: Lane) -> Option<Self> {
        Some(Self(read_lane(word, lane)))
    }

    fn pack(&self, word: &mut [u8; WORD], lane: Lane) -> bool {
        write_lane(word, lane, &self.0);
        true
    }
}

impl<T: Stored, const N: usize> Stored for [T; N] {
    const SIZE: Size = T::SIZE.array(N);
    const TYPE: &'static str = const { &TypeName::EMPTY.push(T::TYPE).push("[").number(N as u64).push("]") }.as_str();
}

impl<T: StorageValue, const N: usize> StorageValue for [T; N] {
    fn load(slot: &Slot, _: Lane) -> Self {
        let mut reader = Reader::new(*slot);
        core::array::from_fn(|i| reader.take(element::<T>(i)))
    }

    fn store(&self, slot: &Slot, _: Lane) {
        let mut writer = Writer::new(*slot);
        for (i, value) in self.iter().enumerate() {
            writer.put(element::<T>(i), value);
        }
        writer.finish();
    }

    fn clear(slot: &Slot, _: Lane) {
        let mut writer = Writer::new(*slot);
        for i in 0..N {
            writer.clear::<T>(element::<T>(i));
        }
        writer.finish();
    }
}

fn element<T: Stored>(index: usize) -> Member {
    let (slot, lane) = T::SIZE.element(index as u32);
    Member::at(slot, lane)
}

/// Reads members that lie one after the other, each slot that they share once.
#[derive(Debug)]
#[doc(hidden)]
pub struct Reader {
    base: Slot,
    /// The shared slot that was read last.
    word: Option<(u32, [u8; WORD])>,
}

impl Reader {
    /// Of what begins at this slot.
    pub fn new(base: Slot) -> Self {
        Self { base, word: None }
    }

    /// Reads a member.
    pub fn take<T: StorageValue>(&mut self, member: Member) -> T {
        if T::SIZE.packs() {
            let word = self.word(member.slot);
            if let Some(value) = T::unpack(&word, member.lane) {
                return value;
            }
        }
        T::load(&advance(&self.base, member.slot), member.lane)
    }

    fn word(&mut self, slot: u32) -> [u8; WORD] {
        match self.word {
            Some((at, word)) if at == slot => word,
            _ => {
                let word = host::storage_read(&advance(&self.base, slot));
                self.word = Some((slot, word));
                word
            }
        }
    }
}

/// Writes members that lie one after the other, each slot that they share once, and without reading it: all that is
/// in it is theirs.
#[derive(Debug)]
#[doc(hidden)]
pub struct Writer {
    base: Slot,
    /// The shared slot that is being filled.
    word: Option<(u32, [u8; WORD])>,
}

impl Writer {
    /// Of what begins at this slot.
    pub fn new(base: Slot) -> Self {
        Self { base, word: None }
    }

    /// Writes a member.
    pub fn put<T: StorageValue>(&mut self, member: Member, value: &T) {
        if T::SIZE.packs() {
            let word = self.begin(member.slot);
            if value.pack(word, member.lane) {
                return;
            }
        }
        value.store(&advance(&self.base, member.slot), member.lane);
    }

    /// Resets a member.
    pub fn clear<T: StorageValue>(&mut self, member: Member) {
        if T::SIZE.packs() {
            self.begin(member.slot);
        } else {
            T::clear(&advance(&self.base, member.slot), member.lane);
        }
    }

    /// The word of a shared slot; the one before it is written.
    fn begin(&mut self, slot: u32) -> &mut [u8; WORD] {
        if self.word.is_some_and(|(at, _)| at != slot) {
            self.flush();
        }
        &mut self.word.get_or_insert((slot, [0; WORD])).1
    }

    fn flush(&mut self) {
        if let Some((slot, word)) = self.word.take() {
            host::storage_write(&advance(&self.base, slot), &word);
        }
    }

    /// Writes what is left.
    pub fn finish(mut self) {
        self.flush();
    }
}
