//! Events and the logs that they become.

use crate::{Address, B256, Bytes, FixedBytes, U256, abi::Word, declare::Declaration, host};
use alloc::{string::String, vec::Vec};

/// What happened, for those who watch the chain. Derived with `#[derive(zx::Event)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no event",
    note = "derive `zx::Event` for it: a struct of values that cross the ABI"
)]
pub trait Event: Sized {
    /// First topic: Keccak-256 of the event's signature. Logs of an anonymous event do not have it.
    const TOPIC: B256;
    /// Solidity declaration, in parts.
    #[doc(hidden)]
    const DECLARATION: Declaration;

    /// Topics and data.
    fn into_log(self) -> Log;
}

/// A log entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// Signature hash and indexed fields, at most four.
    pub topics: Vec<[u8; 32]>,
    /// The other fields, ABI-encoded.
    pub data: Vec<u8>,
}

impl Log {
    /// A log with this first topic.
    #[inline(never)]
    pub fn new(topic: &B256) -> Self {
        Self { topics: alloc::vec![topic.0], data: Vec::new() }
    }

    /// Adds a topic.
    #[inline(never)]
    pub fn index<T: Topic>(&mut self, value: &T) {
        self.topics.push(value.topic());
    }

    pub(crate) fn emit(&self) {
        host::log(&self.topics, &self.data);
    }
}

/// A type of which an `#[indexed]` field can be: a topic holds one word, longer values only by their hash.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an indexed field of an event",
    note = "addresses, integers, bool, bytesN, String and Bytes can"
)]
pub trait Topic {
    /// The word that stands for the value.
    fn topic(&self) -> [u8; 32];
}

macro_rules! topic_is_word {
    ($($ty:ty),+) => {
        $(impl Topic for $ty {
            fn topic(&self) -> [u8; 32] {
                self.to_word()
            }
        })+
    };
}
topic_is_word!(bool, u8, u16, u32, u64, u128, i8, i16, i32, i64, i128, U256, Address);

impl<const N: usize> Topic for FixedBytes<N>
where
    Self: Word,
{
    fn topic(&self) -> [u8; 32] {
        self.to_word()
    }
}

impl Topic for String {
    fn topic(&self) -> [u8; 32] {
        host::keccak256(self.as_bytes())
    }
}

impl Topic for Bytes {
    fn topic(&self) -> [u8; 32] {
        host::keccak256(self)
    }
}
