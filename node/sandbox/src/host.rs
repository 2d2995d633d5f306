//! What a running contract can ask for, and what it is told without asking.

use zx_host_functions::HostFunction;

/// What the frame is; fixed while it runs. Words are big endian.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Calldata, or constructor arguments.
    pub input: &'a [u8],
    /// Address that called.
    pub caller: [u8; 20],
    /// Address whose storage the frame works on.
    pub address: [u8; 20],
    /// Value that came with the call, in wei.
    pub value: [u8; 32],
    /// Immutables of the code that runs; none while a constructor runs, which is about to write them.
    pub immutables: &'a [u8],
    /// Whether the 21,000 gas of the transaction pay for entering it: they do for its first frame.
    pub is_first: bool,
    /// Whether writes are refused.
    pub is_static: bool,
    /// Whether the contract at `address` already runs further up; the table says what counts.
    pub is_reentrant: bool,
    /// The transaction.
    pub transaction: &'a TransactionContext,
    /// The block.
    pub block: &'a BlockContext,
}

/// The transaction that a frame belongs to.
#[derive(Clone, Copy, Debug, Default)]
pub struct TransactionContext {
    /// Its signer.
    pub origin: [u8; 20],
    /// Its hash; zero for a call that is no transaction.
    pub hash: [u8; 32],
    /// What it pays, in wei a gas.
    pub gas_price: [u8; 32],
}

/// The block that a frame runs in.
#[derive(Clone, Copy, Debug, Default)]
pub struct BlockContext {
    /// Height.
    pub number: u64,
    /// Seconds since 1970.
    pub timestamp: u64,
    /// Wei a gas.
    pub base_fee: [u8; 32],
    /// Gas limit.
    pub gas_limit: u64,
    /// Address that is paid the tips.
    pub coinbase: [u8; 20],
    /// Randomness (EIP-4399).
    pub prev_randao: [u8; 32],
    /// EIP-155 chain id.
    pub chain_id: u64,
}

/// Gas that a host call may spend.
#[derive(Debug)]
pub struct Gas {
    left: u64,
}

impl Gas {
    #[inline]
    pub(crate) fn new(left: u64) -> Self {
        Self { left }
    }

    /// What is left.
    #[inline]
    pub fn left(&self) -> u64 {
        self.left
    }

    /// Takes `amount`.
    ///
    /// # Errors
    /// [`Stop::OutOfGas`], and the frame ends, if there is less.
    #[inline]
    pub fn charge(&mut self, amount: u64) -> Result<(), Stop> {
        self.left = self.left.checked_sub(amount).ok_or(Stop::OutOfGas)?;
        Ok(())
    }

    /// Gives back what a callee did not use.
    #[inline]
    pub fn give_back(&mut self, amount: u64) {
        self.left = self.left.saturating_add(amount);
    }
}

/// Why a host call ends the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The price is higher than what is left.
    OutOfGas,
    /// A write in a static call.
    StaticWrite,
    /// The host cannot go on (a database error); it keeps the reason itself.
    Fatal,
}

/// Which kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    /// An ordinary call.
    Call,
    /// Everything below may only read.
    Static,
    /// The callee's code on the caller's state.
    Delegate,
}

/// A call out of a contract.
#[derive(Clone, Debug)]
pub struct CallRequest {
    /// Which kind.
    pub kind: CallKind,
    /// Most gas to pass on; the 63/64 rule bounds it too.
    pub gas: u64,
    /// Whose code to run.
    pub to: [u8; 20],
    /// Value to send, in wei, big endian; zero unless [`CallKind::Call`].
    pub value: [u8; 32],
    /// Calldata.
    pub input: Vec<u8>,
}

/// A creation out of a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateRequest {
    /// Value to send, in wei, big endian.
    pub value: [u8; 32],
    /// EVM init code or a WASM deployment.
    pub code: Vec<u8>,
    /// Of an address by EIP-1014; without one, the creator's nonce decides it.
    pub salt: Option<[u8; 32]>,
}

/// How a call or create ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallStatus {
    /// State is kept.
    Success = 0,
    /// The callee reverted; its data says why.
    Revert = 1,
    /// The callee failed and its gas is gone, or the call could not be made.
    Failure = 2,
}

/// Answer to a call or create.
#[derive(Clone, Debug)]
pub struct CallReply {
    /// How it ended.
    pub status: CallStatus,
    /// What it returned, or why it reverted.
    pub output: Vec<u8>,
    /// Address of the new contract, for a create that succeeded.
    pub created: Option<[u8; 20]>,
}

/// A host function that is called, for a host that watches. Places in `args` that the table has as pointers point into
/// `memory`.
#[derive(Clone, Copy, Debug)]
pub struct Watched<'a> {
    /// The row of the table.
    pub function: &'static HostFunction,
    /// Its arguments, in the row's order.
    pub args: &'a [u64],
    /// The guest's memory.
    pub memory: &'a [u8],
    /// Fuel that the frame has left; below zero if it ran out.
    pub fuel: i64,
}

/// The world outside the sandbox. The executor implements it on its journal; each method charges what the EVM charges
/// for the same act, before doing it.
///
/// An `Err` ends the frame: [`Stop::OutOfGas`], a refused write, or a fault of the host's own.
#[expect(clippy::missing_errors_doc, reason = "said once, above")]
pub trait Host {
    /// Whether it wants to be told of every host function that the program calls. Asked once a frame.
    fn watches(&self) -> bool {
        false
    }
    /// A host function is about to begin, if [`watches`](Self::watches) says so.
    fn host_call(&mut self, _call: Watched<'_>) -> Result<(), Stop> {
        Ok(())
    }
    /// It has ended: with its result, or without one if it leaves the guest.
    fn host_return(&mut self, _call: Watched<'_>, _result: Result<Option<u64>, ()>) {}
    /// Reads a slot of the frame's own storage.
    fn storage_read(&mut self, gas: &mut Gas, key: [u8; 32]) -> Result<[u8; 32], Stop>;
    /// Writes a slot of the frame's own storage.
    fn storage_write(&mut self, gas: &mut Gas, key: [u8; 32], value: [u8; 32]) -> Result<(), Stop>;
    /// Emits a log; at most four topics.
    fn log(&mut self, gas: &mut Gas, topics: &[[u8; 32]], data: &[u8]) -> Result<(), Stop>;
    /// Balance of the frame's own address.
    fn self_balance(&mut self, gas: &mut Gas) -> Result<[u8; 32], Stop>;
    /// Balance of any address.
    fn balance(&mut self, gas: &mut Gas, address: [u8; 20]) -> Result<[u8; 32], Stop>;
    /// Calls another contract.
    fn call(&mut self, gas: &mut Gas, request: CallRequest) -> Result<CallReply, Stop>;
    /// Creates a contract.
    fn create(&mut self, gas: &mut Gas, request: CreateRequest) -> Result<CallReply, Stop>;
    /// Hash of a block, if it is one of the 256 before this one, else zero.
    fn block_hash(&mut self, gas: &mut Gas, number: u64) -> Result<[u8; 32], Stop>;
    /// Length of an account's code, in bytes.
    fn code_size(&mut self, gas: &mut Gas, address: [u8; 20]) -> Result<u32, Stop>;
    /// Hash of an account's code; zero if there is no account.
    fn code_hash(&mut self, gas: &mut Gas, address: [u8; 20]) -> Result<[u8; 32], Stop>;
    /// Reads a slot of the frame's own transient storage.
    fn transient_read(&mut self, gas: &mut Gas, key: [u8; 32]) -> Result<[u8; 32], Stop>;
    /// Writes a slot of the frame's own transient storage.
    fn transient_write(&mut self, gas: &mut Gas, key: [u8; 32], value: [u8; 32]) -> Result<(), Stop>;
    /// Keccak-256.
    fn keccak256(&mut self, gas: &mut Gas, data: &[u8]) -> Result<[u8; 32], Stop>;
    /// SHA-256.
    fn sha256(&mut self, gas: &mut Gas, data: &[u8]) -> Result<[u8; 32], Stop>;
    /// Address behind a secp256k1 signature, if there is one; `v` is 27 or 28.
    fn secp256k1_recover(
        &mut self,
        gas: &mut Gas,
        hash: [u8; 32],
        signature: [u8; 64],
        v: u32,
    ) -> Result<Option<[u8; 20]>, Stop>;
    /// Whether an Ed25519 signature is valid, by the rule of the table.
    fn ed25519_verify(
        &mut self,
        gas: &mut Gas,
        message: &[u8],
        signature: [u8; 64],
        public_key: [u8; 32],
    ) -> Result<bool, Stop>;
}
