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
        let log = LogWriter::of(&self);
        let (topics, data) = log.out.as_slice().split_at(32 * log.indexed);
        Log { topics: topics.as_chunks().0.to_vec(), data: data.to_vec() }
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

/// Bytes that most logs fit into: four topics and four words.
const ROOM: usize = 256;

/// A log in the making: its topics, and its data behind them.
#[derive(Debug)]
#[doc(hidden)]
pub struct LogWriter {
    out: Encoder,
    /// How many topics there are.
    indexed: usize,
}

impl LogWriter {
    /// Adds a topic: the macro sees to it that there are no more than four.
    #[inline(never)]
    pub fn topic(&mut self, word: &[u8; 32]) {
        if self.indexed < MAX_TOPICS {
            self.out.raw(word);
            self.indexed = self.indexed.wrapping_add(1);
        }
    }

    /// Adds the topic of an indexed field.
    #[inline(never)]
    pub fn index<T: Topic>(&mut self, value: &T) {
        self.topic(&value.topic());
    }

    /// Where the other fields are written, once the topics are, after a head of so many bytes.
    pub fn data(&mut self, head: usize) -> &mut Encoder {
        self.out.begin(&[], head);
        &mut self.out
    }

    fn of(event: &impl Event) -> Self {
        let mut log = Self { out: Encoder::with_room(ROOM), indexed: 0 };
        event.write(&mut log);
        log
    }

    fn emit(self) {
        host::log(self.out.as_slice(), self.indexed as u32);
        // Memory is not missed: what an event's data take of it costs a hundred times more gas as data.
        core::mem::forget(self);
    }
}

/// Emits an event.
pub(crate) fn emit(event: &impl Event) {
    LogWriter::of(event).emit();
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
