//! Events and the logs that they become.

use crate::{
    Address, B256, Bytes, FixedBytes, I256, U256,
    abi::{Encoder, Word},
    declare::Declaration,
    host,
};
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

    /// Writes topics and data.
    #[doc(hidden)]
    fn write(&self, log: &mut LogWriter);

    /// Topics and data.
    fn into_log(self) -> Log {
        let mut log = LogWriter::default();
        self.write(&mut log);
        Log { topics: log.topics().to_vec(), data: log.data.finish() }
    }
}

/// A log entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// Signature hash and indexed fields, at most four.
    pub topics: Vec<[u8; 32]>,
    /// The other fields, ABI-encoded.
    pub data: Vec<u8>,
}

/// Topics of a log.
const MAX_TOPICS: usize = 4;

/// A log in the making.
#[derive(Debug, Default)]
#[doc(hidden)]
pub struct LogWriter {
    data: Encoder,
    topics: [[u8; 32]; MAX_TOPICS],
    /// How many of the topics there are.
    indexed: usize,
}

impl LogWriter {
    /// Adds a topic: the macro sees to it that there are no more than four.
    #[inline(never)]
    pub fn topic(&mut self, word: &[u8; 32]) {
        if let Some(place) = self.topics.get_mut(self.indexed) {
            *place = *word;
            self.indexed = self.indexed.wrapping_add(1);
        }
    }

    /// Adds the topic of an indexed field.
    #[inline(never)]
    pub fn index<T: Topic>(&mut self, value: &T) {
        self.topic(&value.topic());
    }

    /// Where the other fields are written, after a head of so many bytes.
    pub fn data(&mut self, head: usize) -> &mut Encoder {
        self.data.begin(&[], head);
        &mut self.data
    }

    fn topics(&self) -> &[[u8; 32]] {
        self.topics.get(..self.indexed).unwrap_or_default()
    }

    fn emit(self) {
        host::log(self.topics(), self.data.as_slice());
        // Memory is not missed: what an event's data take of it costs a hundred times more gas as data.
        core::mem::forget(self);
    }
}

/// Emits an event.
pub(crate) fn emit(event: &impl Event) {
    let mut log = LogWriter::default();
    event.write(&mut log);
    log.emit();
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
topic_is_word!(bool, u8, u16, u32, u64, u128, i8, i16, i32, i64, i128, U256, I256, Address);

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
