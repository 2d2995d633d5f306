use crate::{
    Abi, Address, B256, CallError, CallOptions, Event, FixedBytes, U256,
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

    /// Randomness of the block that its proposer could not choose (EIP-4399), where the chain has some.
    pub fn prev_randao(&self) -> B256 {
        host::prev_randao().into()
    }

    /// Hash of one of the 256 blocks before this; zero of any other.
    pub fn block_hash(&self, number: u64) -> B256 {
        host::block_hash(number).into()
    }

    /// Hash of the block before this; zero in the first.
    pub fn previous_block_hash(&self) -> B256 {
        self.block_number().checked_sub(1).map_or(B256::ZERO, |number| self.block_hash(number))
    }

    /// Hash of the transaction that the call is part of; zero where there is none, as in `eth_call`.
    pub fn transaction_hash(&self) -> B256 {
        host::transaction_hash().into()
    }

    /// What the transaction pays, in wei a gas.
    pub fn gas_price(&self) -> U256 {
        U256::from_be_bytes(host::gas_price())
    }

    /// Whether there is code at an address. A contract that is being created has none yet.
    pub fn has_code(&self, account: Address) -> bool {
        host::code_size(&account.0.0) > 0
    }

    /// Hash of the code at an address (EIP-1052): zero if there is no account.
    pub fn code_hash(&self, account: Address) -> B256 {
        host::code_hash(&account.0.0).into()
    }

    /// Whether this contract was called while it was already running.
    pub fn is_reentrant(&self) -> bool {
        host::reentrant()
    }

    /// Gas that this call has left.
    pub fn gas_left(&self) -> u64 {
        host::gas_left()
    }

    /// Emits an event.
    pub fn emit<E: Event>(&mut self, event: E) {
        crate::event::emit(&event);
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

    /// As [`invoke`](Self::invoke), but runs the code of `to` on this contract's storage, balance, sender and value.
    /// Only for code that is trusted with all of it.
    ///
    /// # Errors
    /// As of [`invoke`](Self::invoke).
    pub fn delegate<A: Args, R: Abi>(
        &mut self,
        to: Address,
        selector: [u8; 4],
        args: A,
        gas: u64,
    ) -> Result<R, CallError> {
        call::delegate(self, to, selector, args, gas)
    }

    /// Sends wei, running the receiver's code if it has some.
    ///
    /// # Errors
    /// There are not so many, or the receiver reverted or failed.
    pub fn send(&mut self, to: Address, value: U256) -> Result<(), CallError> {
        self.call(to, &[], CallOptions::value(value)).map(|_| ())
    }

    /// Creates a contract from EVM init code or a WASM [`deployment`](crate::deployment), sending it `value` wei. Its
    /// address depends on how many contracts this one has created.
    ///
    /// # Errors
    /// The constructor reverted, or the creation failed.
    pub fn create(&mut self, code: &[u8], value: U256) -> Result<Address, CallError> {
        created(host::create(&value.to_be_bytes(), code))
    }

    /// As [`create`](Self::create), at an address that depends on this contract, `salt` and `code` alone (EIP-1014):
    /// [`create2_address`](Self::create2_address).
    ///
    /// # Errors
    /// As of [`create`](Self::create), or there is a contract at the address.
    pub fn create2(&mut self, code: &[u8], salt: B256, value: U256) -> Result<Address, CallError> {
        created(host::create2(&value.to_be_bytes(), &salt.0, code))
    }

    /// Where [`create2`](Self::create2) by `creator` puts a contract: the last twenty bytes of
    /// `keccak256(0xff ++ creator ++ salt ++ keccak256(code))`.
    pub fn create2_address(&self, creator: Address, salt: B256, code_hash: B256) -> Address {
        let mut bytes = [0xFF; 85];
        let (head, rest) = bytes.split_at_mut(53);
        for (to, from) in head.iter_mut().skip(1).zip(creator.iter().chain(salt.iter())) {
            *to = *from;
        }
        rest.copy_from_slice(&code_hash.0);
        let hash = host::keccak256(&bytes);
        Address::from_slice(hash.get(12..).unwrap_or_default())
    }

    /// Creates a minimal proxy (ERC-1167): 45 bytes of EVM code that run the code of `implementation` on a storage of
    /// their own. It has no constructor: initialise it in the same call.
    ///
    /// # Errors
    /// The creation failed.
    pub fn clone(&mut self, implementation: Address) -> Result<Address, CallError> {
        self.create(&crate::call::clone_code(implementation), U256::ZERO)
    }

    /// As [`clone`](Self::clone), at an address that depends on this contract, `implementation` and `salt` alone.
    ///
    /// # Errors
    /// The creation failed, or there is a contract at the address.
    pub fn clone2(&mut self, implementation: Address, salt: B256) -> Result<Address, CallError> {
        self.create2(&crate::call::clone_code(implementation), salt, U256::ZERO)
    }

    /// Where [`clone2`](Self::clone2) by `creator` puts a clone.
    pub fn clone2_address(&self, creator: Address, implementation: Address, salt: B256) -> Address {
        self.create2_address(creator, salt, self.keccak256(&crate::call::clone_code(implementation)))
    }

    /// Reads a word of transient storage (EIP-1153), which lasts as long as the transaction.
    pub fn load_transient(&self, key: [u8; 32]) -> [u8; 32] {
        host::transient_read(&key)
    }

    /// Writes a word of transient storage.
    pub fn store_transient(&mut self, key: [u8; 32], word: [u8; 32]) {
        host::transient_write(&key, &word);
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

    /// Whether `signer` signed `hash`, with `v` 27 or 28 and `s` in its lower half (EIP-2): of each signature, only one
    /// form is accepted.
    pub fn secp256k1_verify(&self, hash: B256, v: u8, r: B256, s: B256, signer: Address) -> bool {
        s <= HALF_ORDER && !signer.is_zero() && self.ecrecover(hash, v, r, s) == Some(signer)
    }

    /// RIPEMD-160, by Ethereum's precompile.
    pub fn ripemd160(&self, data: &[u8]) -> FixedBytes<20> {
        let hash = self.static_call(RIPEMD160, data, u64::MAX).unwrap_or_default();
        match hash.split_first_chunk::<12>().and_then(|(_, hash)| hash.try_into().ok()) {
            Some(hash) => FixedBytes(hash),
            // Out of gas: so is this call.
            None => crate::revert::revert("ripemd160: out of gas"),
        }
    }

    /// Whether this is an Ed25519 signature (RFC 8032) of the message: `signature` is R and s, `public_key` a compressed
    /// point. Encodings that are not canonical and keys of small order are refused.
    pub fn ed25519_verify(&self, message: &[u8], signature: &FixedBytes<64>, public_key: B256) -> bool {
        host::ed25519_verify(message, &signature.0, &public_key.0)
    }
}

/// Half of the order of secp256k1.
const HALF_ORDER: B256 = crate::b256!("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");

/// Ethereum's precompile 0x03.
const RIPEMD160: Address = crate::address!("0000000000000000000000000000000000000003");

fn created((status, address): (u32, [u8; 20])) -> Result<Address, CallError> {
    match status {
        host::STATUS_SUCCESS => Ok(Address::new(address)),
        status => outcome(status).and(Err(CallError::Failed)),
    }
}
