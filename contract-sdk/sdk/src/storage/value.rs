use super::{Slot, bytes};
use crate::{Address, Bytes, FixedBytes, U256, abi::Abi, host, revert::revert, text};
use alloc::{string::String, vec::Vec};

/// A type that storage can hold.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be kept in storage",
    note = "addresses, integers, bool, bytesN, String and Bytes can"
)]
pub trait StorageValue: Sized {
    /// Reads the value at `slot`.
    fn load(slot: &Slot) -> Self;

    /// Writes the value at `slot`.
    fn store(&self, slot: &Slot);

    /// Resets it to zero, or empty.
    fn clear(slot: &Slot);
}

fn load_low<const N: usize>(slot: &Slot) -> [u8; N] {
    host::storage_read(slot).last_chunk().copied().unwrap_or([0; N])
}

fn store_low<const N: usize>(slot: &Slot, bytes: [u8; N]) {
    let mut word = [0; 32];
    if let Some(place) = word.last_chunk_mut() {
        *place = bytes;
    }
    host::storage_write(slot, &word);
}

/// Value types lie in the low-order bytes of the slot, negative integers and bytesN too.
macro_rules! words {
    ($($ty:ty: |$value:ident| $to:expr, |$bytes:ident| $from:expr;)+) => {
        $(impl StorageValue for $ty {
            fn load(slot: &Slot) -> Self {
                let $bytes = load_low(slot);
                $from
            }

            fn store(&self, slot: &Slot) {
                let $value = self;
                store_low(slot, $to);
            }

            fn clear(slot: &Slot) {
                host::storage_write(slot, &[0; 32]);
            }
        })+
    };
}
words! {
    U256: |value| value.to_be_bytes(), |bytes| Self::from_be_bytes(bytes);
    Address: |value| value.0.0, |bytes| Self::new(bytes);
    bool: |value| [u8::from(*value)], |bytes| bytes != [0];
    u8: |value| value.to_be_bytes(), |bytes| Self::from_be_bytes(bytes);
    u16: |value| value.to_be_bytes(), |bytes| Self::from_be_bytes(bytes);
    u32: |value| value.to_be_bytes(), |bytes| Self::from_be_bytes(bytes);
    u64: |value| value.to_be_bytes(), |bytes| Self::from_be_bytes(bytes);
    u128: |value| value.to_be_bytes(), |bytes| Self::from_be_bytes(bytes);
    i8: |value| value.to_be_bytes(), |bytes| Self::from_be_bytes(bytes);
    i16: |value| value.to_be_bytes(), |bytes| Self::from_be_bytes(bytes);
    i32: |value| value.to_be_bytes(), |bytes| Self::from_be_bytes(bytes);
    i64: |value| value.to_be_bytes(), |bytes| Self::from_be_bytes(bytes);
    i128: |value| value.to_be_bytes(), |bytes| Self::from_be_bytes(bytes);
}

impl<const N: usize> StorageValue for FixedBytes<N>
where
    Self: Abi,
{
    fn load(slot: &Slot) -> Self {
        Self(load_low(slot))
    }

    fn store(&self, slot: &Slot) {
        store_low(slot, self.0);
    }

    fn clear(slot: &Slot) {
        host::storage_write(slot, &[0; 32]);
    }
}

impl StorageValue for String {
    /// Reverts if the bytes are not UTF-8, which only other code on the same storage can leave.
    #[inline(never)]
    fn load(slot: &Slot) -> Self {
        match text::from_utf8(bytes::load(slot)) {
            Some(text) => text,
            None => revert("storage: a string is not UTF-8"),
        }
    }

    fn store(&self, slot: &Slot) {
        bytes::store(slot, self.as_bytes());
    }

    fn clear(slot: &Slot) {
        bytes::store(slot, &[]);
    }
}

impl StorageValue for Bytes {
    fn load(slot: &Slot) -> Self {
        bytes::load(slot).into()
    }

    fn store(&self, slot: &Slot) {
        bytes::store(slot, self);
    }

    fn clear(slot: &Slot) {
        bytes::store(slot, &[]);
    }
}

impl StorageValue for Vec<u8> {
    fn load(slot: &Slot) -> Self {
        bytes::load(slot)
    }

    fn store(&self, slot: &Slot) {
        bytes::store(slot, self);
    }

    fn clear(slot: &Slot) {
        bytes::store(slot, &[]);
    }
}
