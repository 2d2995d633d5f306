use crate::{
    Abi, Address, B256, CallError, CallOptions, Event, U256,
    abi::Args,
    call::{self, outcome},
    host,
};
use alloc::vec::Vec;

/// The call that is being run, and the way to everything outside the contract. Every public method takes it:
/// `&Ctx` looks, `&mut Ctx` also acts (emits, calls, creates).
#[derive(Debug)]
pub struct Ctx(());

impl Ctx {
    /// The running call's. Made by the entry points and the test host only, so that a method must be handed it.
    pub(crate) const fn new() -> Self {
        Self(())
    }

    /// Who called: an account or a contract.
    pub fn sender(&self) -> Address {
        Address::new(host::caller())
    }

    /// Who signed the transaction. Not who called: for authorisation use [`sender`](Self::sender).
    pub fn origin(&self) -> Address {
        Address::new(host::origin())
    }

    /// Wei sent with the call.
    pub fn value(&self) -> U256 {
        U256::from_be_bytes(host::value())
    }

    /// Address of the contract.
    pub fn address(&self) -> Address {
        Address::new(host::address())
    }

    /// Balance of the contract, in wei; what came with the call is in it.
    pub fn balance(&self) -> U256 {
        U256::from_be_bytes(host::self_balance())
    }

    /// Balance of an account, in wei.
    pub fn balance_of(&self, account: Address) -> U256 {
        U256::from_be_bytes(host::balance(&account.0.0))
    }

    /// Number of the block.
    pub fn block_number(&self) -> u64 {
        host::block_number()
    }

    /// Timestamp of the block, in seconds since 1970.
    pub fn block_timestamp(&self) -> u64 {
        host::block_timestamp()
    }

    /// Base fee of the block, in wei a gas.
    pub fn base_fee(&self) -> U256 {
        U256::from_be_bytes(host::base_fee())
    }

    /// Chain id (EIP-155).
    pub fn chain_id(&self) -> u64 {
        host::chain_id()
    }

    /// Gas limit of the block.
    pub fn block_gas_limit(&self) -> u64 {
        host::block_gas_limit()
    }

    /// Address that is paid the tips of the block.
    pub fn coinbase(&self) -> Address {
        Address::new(host::coinbase())
    }

    /// Gas that this call has left.
    pub fn gas_left(&self) -> u64 {
        host::gas_left()
    }

    /// Emits an event.
    pub fn emit<E: Event>(&mut self, event: E) {
        event.into_log().emit();
    }

    /// Calls a method of another contract by its [`selector`](crate::selector).
    ///
    /// ```no_run
    /// # use zx_sdk::{self as zx, prelude::*};
    /// # fn f(cx: &mut Ctx, token: Address, to: Address) -> Result<(), CallError> {
    /// const TRANSFER: [u8; 4] = zx::selector("transfer(address,uint256)");
    /// let moved: bool = cx.invoke(token, TRANSFER, (to, U256::ONE), CallOptions::default())?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The callee reverted, failed, or returned what does not decode as `R`.
    pub fn invoke<A: Args, R: Abi>(
        &mut self,
        to: Address,
        selector: [u8; 4],
        args: A,
        options: CallOptions,
    ) -> Result<R, CallError> {
        call::invoke(self, to, selector, args, options)
    }

    /// As [`invoke`](Self::invoke), for views: whatever the callee tries to write is refused.
    ///
    /// # Errors
    /// As of [`invoke`](Self::invoke).
    pub fn query<A: Args, R: Abi>(&self, to: Address, selector: [u8; 4], args: A) -> Result<R, CallError> {
        call::query(self, to, selector, args, u64::MAX)
    }

    /// Calls `to` with this calldata.
    ///
    /// # Errors
    /// The callee reverted or failed.
    pub fn call(&mut self, to: Address, data: &[u8], options: CallOptions) -> Result<Vec<u8>, CallError> {
        outcome(host::call(options.gas, &to.0.0, &options.value.to_be_bytes(), data))
    }

    /// As [`call`](Self::call), with at most `gas` and no value; every write below it is refused.
    ///
    /// # Errors
    /// The callee reverted or failed.
    pub fn static_call(&self, to: Address, data: &[u8], gas: u64) -> Result<Vec<u8>, CallError> {
        outcome(host::static_call(gas, &to.0.0, data))
    }

    /// Runs the code of `to` on this contract's storage, balance, sender and value.
    ///
    /// # Errors
    /// The code reverted or failed.
    pub fn delegate_call(&mut self, to: Address, data: &[u8], gas: u64) -> Result<Vec<u8>, CallError> {
        outcome(host::delegate_call(gas, &to.0.0, data))
    }

    /// Creates a contract from EVM init code or a WASM deployment, sending it `value` wei.
    ///
    /// # Errors
    /// The constructor reverted, or the creation failed.
    pub fn create(&mut self, code: &[u8], value: U256) -> Result<Address, CallError> {
        let (status, address) = host::create(&value.to_be_bytes(), code);
        match status {
            host::STATUS_SUCCESS => Ok(Address::new(address)),
            status => outcome(status).and(Err(CallError::Failed)),
        }
    }

    /// Reads a slot by its key, past all fields: for what is computed. A field at a slot of its own is
    /// `#[slot("...")]`.
    pub fn load_slot(&self, slot: [u8; 32]) -> [u8; 32] {
        host::storage_read(&slot)
    }

    /// Writes a slot by its key; see [`load_slot`](Self::load_slot).
    pub fn store_slot(&mut self, slot: [u8; 32], word: [u8; 32]) {
        host::storage_write(&slot, &word);
    }

    /// Keccak-256.
    pub fn keccak256(&self, data: &[u8]) -> B256 {
        host::keccak256(data).into()
    }

    /// SHA-256.
    pub fn sha256(&self, data: &[u8]) -> B256 {
        host::sha256(data).into()
    }

    /// Address that signed `hash`; `v` is 27 or 28. `None` if the signature is none.
    ///
    /// As in Solidity, both `s` and its negative are accepted: what must not be signed twice needs a nonce.
    pub fn ecrecover(&self, hash: B256, v: u8, r: B256, s: B256) -> Option<Address> {
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&r.0);
        signature[32..].copy_from_slice(&s.0);
        host::secp256k1_recover(&hash.0, &signature, v).map(Address::new)
    }
}
