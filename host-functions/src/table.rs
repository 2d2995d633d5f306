//! The table. A row reads: documentation, name, parameters, result, then the price:
//! `fuel` is the calibrated cost of crossing the boundary, `word` what each started 32-byte word of variable-sized
//! data adds (both in fuel), and `gas` names what is charged besides, in EVM gas, by the rule of the EVM opcode.
//!
//! Parameter types: `Ptr` points at guest memory that the host reads, `PtrMut` at memory that it writes, `Len` is a
//! byte count, `U32` and `U64` are plain integers.

/// Hands the table of host functions to the macro that is named; see the [module](self) for its columns.
#[macro_export]
macro_rules! host_functions {
    ($expand:ident) => {
        $expand! {
            /// Length of the calldata in bytes.
            fn calldata_size() -> U32; fuel = 200, word = 0, gas = "";
            /// Copies `len` bytes of calldata from `offset` to `dst`; past the end reads zeros.
            fn calldata_copy(dst: PtrMut, offset: U32, len: Len); fuel = 500, word = 300, gas = "";
            /// Sets what the running entry returns to its caller, also when it then asks to revert.
            fn output(data: Ptr, len: Len); fuel = 500, word = 400, gas = "";
            /// Stops at once, undoes every change of this frame, and returns the bytes to the caller.
            fn revert(data: Ptr, len: Len); fuel = 500, word = 400, gas = "";
            /// Reads the 32-byte slot at `key` into `dst`.
            fn storage_read(key: Ptr, dst: PtrMut); fuel = 500, word = 0, gas = "SLOAD: 100 warm, 2,100 cold (EIP-2929)";
            /// Writes the 32 bytes at `value` to the slot at `key`. Refused in a static call.
            fn storage_write(key: Ptr, value: Ptr); fuel = 500, word = 0, gas = "SSTORE with refunds (EIP-2200, EIP-2929, EIP-3529)";
            /// Emits a log with `topic_count` (0 to 4) topics of 32 bytes each. Refused in a static call.
            fn log(topics: Ptr, topic_count: U32, data: Ptr, len: Len); fuel = 1_000, word = 300, gas = "LOG: 375 + 375 a topic + 8 a byte";
            /// Address that called this frame.
            fn caller(dst: PtrMut); fuel = 200, word = 0, gas = "";
            /// Address that signed the transaction.
            fn origin(dst: PtrMut); fuel = 200, word = 0, gas = "";
            /// Value sent with the call, in wei, as a word.
            fn value(dst: PtrMut); fuel = 200, word = 0, gas = "";
            /// Address whose storage this frame works on.
            fn address(dst: PtrMut); fuel = 200, word = 0, gas = "";
            /// Own balance, in wei, as a word.
            fn self_balance(dst: PtrMut); fuel = 200, word = 0, gas = "SELFBALANCE: 5";
            /// Balance of the address at `account`, in wei, as a word.
            fn balance(account: Ptr, dst: PtrMut); fuel = 500, word = 0, gas = "BALANCE: 100 warm, 2,600 cold (EIP-2929)";
            /// Number of the block.
            fn block_number() -> U64; fuel = 200, word = 0, gas = "";
            /// Timestamp of the block, in seconds since 1970.
            fn block_timestamp() -> U64; fuel = 200, word = 0, gas = "";
            /// Base fee of the block, in wei a gas, as a word.
            fn base_fee(dst: PtrMut); fuel = 200, word = 0, gas = "";
            /// Chain id (EIP-155).
            fn chain_id() -> U64; fuel = 200, word = 0, gas = "";
            /// Gas limit of the block.
            fn block_gas_limit() -> U64; fuel = 200, word = 0, gas = "";
            /// Address that is paid the tips of the block.
            fn coinbase(dst: PtrMut); fuel = 200, word = 0, gas = "";
            /// Gas that this frame has left.
            fn gas_left() -> U64; fuel = 200, word = 0, gas = "";
            /// Calls `to` with at most `gas` (the 63/64 rule holds) and the word at `value`. 0 on success, 1 on revert, 2 on failure.
            fn call(gas: U64, to: Ptr, value: Ptr, data: Ptr, len: Len) -> U32; fuel = 2_000, word = 400, gas = "CALL (EIP-150, EIP-2929)";
            /// As `call`, with no value, and every write below it is refused.
            fn static_call(gas: U64, to: Ptr, data: Ptr, len: Len) -> U32; fuel = 2_000, word = 400, gas = "STATICCALL";
            /// Runs the code of `to` on this contract's storage, balance, caller and value.
            fn delegate_call(gas: U64, to: Ptr, data: Ptr, len: Len) -> U32; fuel = 2_000, word = 400, gas = "DELEGATECALL";
            /// Creates a contract from init code or a WASM deployment, writing its address to `dst`. Result as of `call`.
            fn create(value: Ptr, code: Ptr, len: Len, dst: PtrMut) -> U32; fuel = 2_000, word = 400, gas = "CREATE: 32,000 + 2 a word of code (EIP-3860)";
            /// Length of what the last call or create of this frame returned.
            fn return_data_size() -> U32; fuel = 200, word = 0, gas = "";
            /// Copies `len` bytes of it from `offset` to `dst`; past the end is a trap, as in the EVM.
            fn return_data_copy(dst: PtrMut, offset: U32, len: Len); fuel = 500, word = 300, gas = "";
            /// Keccak-256 of `len` bytes at `data`.
            fn keccak256(data: Ptr, len: Len, dst: PtrMut); fuel = 500, word = 0, gas = "KECCAK256: 30 + 6 a word";
            /// SHA-256 of `len` bytes at `data`.
            fn sha256(data: Ptr, len: Len, dst: PtrMut); fuel = 500, word = 0, gas = "precompile 0x02: 60 + 12 a word";
            /// Recovers the address that signed the hash: `signature` is r and s (64 bytes), `v` 27 or 28.
            /// 0 and the address at `dst`, or 1 if there is none.
            fn secp256k1_recover(hash: Ptr, signature: Ptr, v: U32, dst: PtrMut) -> U32; fuel = 500, word = 0, gas = "precompile 0x01: 3,000";
            /// 1 if the contract whose storage this frame works on already runs further up, else 0: if two or more of the
            /// frames that are open, this one among them, were entered on its address by a call, a static call or a
            /// creation. A delegate call enters nobody: a proxy's implementation is no reentry.
            fn reentrant() -> U32; fuel = 200, word = 0, gas = "";
            /// As `create`, at the address that creator, `salt` (a word) and code determine (EIP-1014).
            fn create2(value: Ptr, salt: Ptr, code: Ptr, len: Len, dst: PtrMut) -> U32; fuel = 2_000, word = 400, gas = "CREATE2: 32,000 + 8 a word of code (EIP-1014, EIP-3860)";
            /// Hash of the transaction that the call belongs to; zero in `eth_call` and `eth_estimateGas`, where there is none.
            fn transaction_hash(dst: PtrMut); fuel = 200, word = 0, gas = "";
            /// Hash of the block with this number, if it is one of the 256 before this one, else zero.
            fn block_hash(number: U64, dst: PtrMut); fuel = 500, word = 0, gas = "BLOCKHASH: 20";
            /// Length of the code of the address at `account`, in bytes; 0 if it has none.
            fn code_size(account: Ptr) -> U32; fuel = 500, word = 0, gas = "EXTCODESIZE: 100 warm, 2,600 cold (EIP-2929)";
            /// Keccak-256 of that code: of nothing for an account without code, zero for no account (EIP-1052).
            fn code_hash(account: Ptr, dst: PtrMut); fuel = 500, word = 0, gas = "EXTCODEHASH: 100 warm, 2,600 cold (EIP-2929)";
            /// Reads the 32-byte slot at `key`, of the storage that is empty when a transaction begins, into `dst`.
            fn transient_read(key: Ptr, dst: PtrMut); fuel = 500, word = 0, gas = "TLOAD: 100 (EIP-1153)";
            /// Writes the 32 bytes at `value` to that slot. Refused in a static call.
            fn transient_write(key: Ptr, value: Ptr); fuel = 500, word = 0, gas = "TSTORE: 100 (EIP-1153)";
            /// What the transaction pays, in wei a gas, as a word.
            fn gas_price(dst: PtrMut); fuel = 200, word = 0, gas = "";
            /// Randomness of the block, 32 bytes, as far as its producer is honest (EIP-4399).
            fn prev_randao(dst: PtrMut); fuel = 200, word = 0, gas = "";
            /// Whether an Ed25519 `signature` (R and s, 64 bytes) of `len` bytes at `message` is valid for the 32 bytes at
            /// `public_key`: 0 if so, else 1. By RFC 8032, the equation without the cofactor; s, R and key must be written
            /// canonically, and neither R nor key be of small order.
            fn ed25519_verify(message: Ptr, len: Len, signature: Ptr, public_key: Ptr) -> U32; fuel = 500, word = 0, gas = "3,000 + 12 a word of message";
            /// Copies `len` bytes of the immutables of the code that runs from `offset` to `dst`; past the end reads zeros.
            fn immutable_read(dst: PtrMut, offset: U32, len: Len); fuel = 500, word = 300, gas = "";
            /// Writes `len` bytes to the immutables of the contract that is being made, at `offset`; what is between them
            /// and the end so far becomes zero. In a constructor alone, and to 4,096 bytes together.
            fn immutable_write(offset: U32, data: Ptr, len: Len); fuel = 500, word = 300, gas = "200 a byte, once the constructor has ended";
        }
    };
}

/// A type of the WebAssembly boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WasmType {
    /// 32-bit integer.
    I32,
    /// 64-bit integer.
    I64,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct HostFunction {
    /// Name of the import.
    pub name: &'static str,
    /// Parameters: name and type.
    pub params: &'static [(&'static str, &'static str, WasmType)],
    /// Result, if any.
    pub result: Option<WasmType>,
    /// Fuel for crossing the boundary.
    pub fuel: u64,
    /// Fuel for each started 32-byte word of variable-sized data.
    pub word: u64,
    /// EVM gas charged besides, in words.
    pub gas: &'static str,
    /// Documentation.
    pub doc: &'static str,
}

/// How the parameter types of the table cross the boundary.
#[allow(non_upper_case_globals)]
mod wire {
    use super::WasmType;
    pub(super) const Ptr: WasmType = WasmType::I32;
    pub(super) const PtrMut: WasmType = WasmType::I32;
    pub(super) const Len: WasmType = WasmType::I32;
    pub(super) const U32: WasmType = WasmType::I32;
    pub(super) const U64: WasmType = WasmType::I64;
}

macro_rules! expand_data {
    ($($(#[doc = $doc:literal])+ fn $name:ident($($param:ident: $ty:ident),*) $(-> $ret:ident)?; fuel = $fuel:literal, word = $word:literal, gas = $gas:literal;)+) => {
        /// Every host function, in the order of the table.
        pub const HOST_FUNCTIONS: &[HostFunction] = &[$(HostFunction {
            name: stringify!($name),
            params: &[$((stringify!($param), stringify!($ty), wire::$ty)),*],
            result: result!($($ret)?),
            fuel: $fuel,
            word: $word,
            gas: $gas,
            doc: concat!($($doc),+),
        }),+];

        /// Keccak-256 over every name, type and price: part of the key of a compiled artifact.
        pub const TABLE_HASH: [u8; 32] = keccak_const::Keccak256::new()
            $(.update(concat!(stringify!($name), "(", $(stringify!($ty), ",",)* ")", $(stringify!($ret),)? $fuel, "/", $word, ";").as_bytes()))+
            .finalize();
    };
}
macro_rules! result {
    () => {
        None
    };
    ($ret:ident) => {
        Some(wire::$ret)
    };
}
host_functions!(expand_data);

/// The table as Markdown: the text of `docs/host-functions.md`.
pub fn docs() -> alloc::string::String {
    use core::fmt::Write as _;
    let mut text = alloc::string::String::from(
        "# Host functions\n\nWhat a module may import from the namespace `zx`. Generated from `host-functions/src/table.rs` by `make docs`.\n\n\
         Fuel is the cost of crossing the boundary (1 gas is ",
    );
    let _ = write!(
        text,
        "{} fuel), \"a word\" what each started 32-byte word of variable-sized data adds.\n\n",
        crate::fuel::FUEL_PER_GAS
    );
    text.push_str("| function | fuel | a word | EVM gas besides | what it does |\n|---|--:|--:|---|---|\n");
    for f in HOST_FUNCTIONS {
        let params: alloc::vec::Vec<_> = f.params.iter().map(|(name, ty, _)| alloc::format!("{name}: {ty}")).collect();
        let result = match f.result {
            Some(WasmType::I32) => " -> U32",
            Some(WasmType::I64) => " -> U64",
            None => "",
        };
        let gas = if f.gas.is_empty() { "-" } else { f.gas };
        let _ = writeln!(
            text,
            "| `{}({}){result}` | {} | {} | {gas} | {} |",
            f.name,
            params.join(", "),
            f.fuel,
            f.word,
            f.doc.trim()
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_documented() {
        for (i, f) in HOST_FUNCTIONS.iter().enumerate() {
            assert!(!f.doc.trim().is_empty(), "{}", f.name);
            assert!(HOST_FUNCTIONS[..i].iter().all(|g| g.name != f.name), "{} stands twice", f.name);
        }
    }

    #[test]
    fn a_function_with_a_length_is_priced_by_the_word_or_by_gas() {
        for f in HOST_FUNCTIONS {
            let sized = f.params.iter().any(|(_, ty, _)| *ty == "Len");
            assert_eq!(sized, f.word > 0 || f.gas.contains("a word"), "{}", f.name);
        }
    }
}
