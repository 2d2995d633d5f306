//! What a test and the real sandbox say to each other: Borsh, each message behind its length as a little-endian `u32`,
//! over the standard streams of the process that `ZX_TEST_SANDBOX` names (`cargo zx test` sets it). One answer follows
//! each request.

use borsh::{BorshDeserialize, BorshSerialize};
use std::io::{self, Read, Write};

/// Version of these messages; the sandbox is started with it and refuses another.
pub const VERSION: u32 = 1;

/// Bytes that a message has at most.
const MAX_MESSAGE: u32 = 64 << 20;

/// An address.
pub type RawAddress = [u8; 20];

/// What a test asks for.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Request {
    /// Begins a fresh world, in which accounts have this balance.
    Reset {
        /// Accounts that have one.
        accounts: Vec<RawAddress>,
        /// It, in wei, big endian.
        balance: [u8; 32],
        /// The block that calls run in.
        block: BlockEnv,
        /// Name of the test.
        test: String,
    },
    /// Runs a transaction.
    Transact {
        /// Who signs it.
        sender: RawAddress,
        /// Who is called; nobody creates what `data` is the init code of.
        to: Option<RawAddress>,
        /// Wei, big endian.
        value: [u8; 32],
        /// Calldata.
        data: Vec<u8>,
    },
    /// Deploys the module of a package.
    Deploy {
        /// Who signs the transaction.
        sender: RawAddress,
        /// Wei, big endian.
        value: [u8; 32],
        /// Name of the package.
        package: String,
        /// ABI-encoded arguments of the constructor.
        arguments: Vec<u8>,
    },
    /// Runs a call and forgets what it did; writes are refused.
    Look {
        /// Who calls.
        sender: RawAddress,
        /// Who is called.
        to: RawAddress,
        /// Calldata.
        data: Vec<u8>,
    },
    /// Sets a balance.
    SetBalance {
        /// Whose.
        account: RawAddress,
        /// Wei, big endian.
        balance: [u8; 32],
    },
    /// Asks for a balance.
    Balance {
        /// Whose.
        account: RawAddress,
    },
    /// Asks for the word at a slot.
    Slot {
        /// Whose.
        account: RawAddress,
        /// Which.
        slot: [u8; 32],
    },
    /// Sets the block that calls run in.
    SetBlock(BlockEnv),
    /// Puts a contract at an address that answers by table.
    Mock {
        /// Where.
        address: RawAddress,
        /// The table: the first rule whose calldata the call begins with counts. A call that none fits reverts.
        rules: Vec<MockRule>,
    },
    /// Keeps the world as it is, under the number that is answered.
    Snapshot,
    /// Goes back to a kept world, which is used up by that, as are those that were kept after it.
    Restore(u64),
    /// From now on what is not here is read from a node. Answered with the block after the one that is read.
    Fork {
        /// Its JSON-RPC.
        url: String,
        /// Block whose state is read; by default the latest at this moment.
        block: Option<u64>,
    },
}

/// The block that calls run in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BlockEnv {
    /// Number.
    pub number: u64,
    /// Seconds since 1970.
    pub timestamp: u64,
    /// Wei a gas, big endian.
    pub base_fee: [u8; 32],
    /// Gas limit, also of each transaction.
    pub gas_limit: u64,
    /// Who is paid the tips.
    pub coinbase: RawAddress,
    /// Chain id.
    pub chain_id: u64,
    /// What transactions say that they pay, in wei a gas, big endian. They pay nothing.
    pub gas_price: [u8; 32],
    /// Randomness of the block (EIP-4399).
    pub prev_randao: [u8; 32],
}

/// A rule of a mock.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct MockRule {
    /// What the calldata begins with: a selector, or more.
    pub calldata: Vec<u8>,
    /// Whether it reverts.
    pub reverts: bool,
    /// What it returns or reverts with.
    pub data: Vec<u8>,
}

/// What the sandbox answers.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Answer {
    /// It is done.
    Done,
    /// A word: a balance, big endian, or what a slot holds.
    Word([u8; 32]),
    /// A number.
    Number(u64),
    /// The block that calls run in from now on.
    Block(BlockEnv),
    /// What a call ended with.
    Outcome(CallOutcome),
    /// It cannot be done; why, and how it could.
    Failed(String),
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CallOutcome {
    /// Whether it succeeded.
    pub success: bool,
    /// What it returned or reverted with; of a creation that succeeded, nothing.
    pub data: Vec<u8>,
    /// Gas that the transaction used, as its receipt would have it.
    pub gas_used: u64,
    /// What it emitted.
    pub logs: Vec<RawLog>,
    /// The contract that it created.
    pub created: Option<RawAddress>,
    /// Why, if it neither succeeded nor reverted: out of gas, for instance.
    pub halted: Option<String>,
}

/// A log entry.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RawLog {
    /// Who emitted it.
    pub address: RawAddress,
    /// Topics.
    pub topics: Vec<[u8; 32]>,
    /// Data.
    pub data: Vec<u8>,
}

/// Writes a message.
///
/// # Errors
/// The stream does, or the message is too long.
pub fn write(stream: &mut impl Write, message: &impl BorshSerialize) -> io::Result<()> {
    let bytes = borsh::to_vec(message).map_err(malformed)?;
    let len = u32::try_from(bytes.len()).ok().filter(|len| *len <= MAX_MESSAGE);
    let len =
        len.ok_or_else(|| io::Error::other(format!("a message of {} bytes, at most {MAX_MESSAGE}", bytes.len())))?;
    stream.write_all(&len.to_le_bytes())?;
    stream.write_all(&bytes)?;
    stream.flush()
}

/// Reads a message; `None` at the end of the stream.
///
/// # Errors
/// The stream does, or the message is too long or malformed.
pub fn read<M: BorshDeserialize>(stream: &mut impl Read) -> io::Result<Option<M>> {
    let mut len = [0; 4];
    match stream.read_exact(&mut len) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let len = u32::from_le_bytes(len);
    if len > MAX_MESSAGE {
        return Err(io::Error::other(format!("a message of {len} bytes, at most {MAX_MESSAGE}")));
    }
    let mut bytes = vec![0; len as usize];
    stream.read_exact(&mut bytes)?;
    borsh::from_slice(&bytes).map(Some).map_err(malformed)
}

/// Borsh has an error type of its own where it is built without the standard library.
fn malformed(error: impl core::fmt::Display) -> io::Error {
    io::Error::other(error.to_string())
}
