//! The host functions, as [`crate::host`] names them.

use super::{
    atomic, unwind,
    world::{Frame, World},
};
use crate::{Address, Ctx, Log, U256, host};
use alloy_primitives::keccak256 as keccak;
use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};

/// A call or create failed.
const STATUS_FAILED: u32 = 2;

macro_rules! environment {
    ($($name:ident: $ty:ty = |$world:ident| $value:expr;)+) => {
        $(pub(crate) fn $name() -> $ty {
            World::with(|$world| $value)
        })+
    };
}
environment! {
    caller: [u8; 20] = |world| world.frame.caller.0.0;
    origin: [u8; 20] = |world| world.origin.0.0;
    address: [u8; 20] = |world| world.frame.address.0.0;
    coinbase: [u8; 20] = |world| world.block.coinbase.0.0;
    value: [u8; 32] = |world| world.frame.value.to_be_bytes();
    self_balance: [u8; 32] = |world| world.balance(world.frame.address).to_be_bytes();
    base_fee: [u8; 32] = |world| world.block.base_fee.to_be_bytes();
    block_number: u64 = |world| world.block.number;
    block_timestamp: u64 = |world| world.block.timestamp;
    chain_id: u64 = |world| world.block.chain_id;
    block_gas_limit: u64 = |world| world.block.gas_limit;
    gas_left: u64 = |world| world.block.gas_left;
    return_data: Vec<u8> = |world| world.return_data.clone();
}

/// Entry points get their calldata from the test host as an argument, and return their outcome to it.
pub(crate) fn calldata() -> Vec<u8> {
    Vec::new()
}

/// See [`calldata`].
pub(crate) fn output(_: &[u8]) {}

pub(crate) fn revert(data: &[u8]) -> ! {
    unwind(data)
}

pub(crate) fn storage_read(key: &[u8; 32]) -> [u8; 32] {
    World::with(|world| world.read(key))
}

pub(crate) fn storage_write(key: &[u8; 32], value: &[u8; 32]) {
    refuse_if_static();
    World::with(|world| world.write(key, value));
}

pub(crate) fn log(topics: &[[u8; 32]], data: &[u8]) {
    refuse_if_static();
    let log = Log { topics: topics.to_vec(), data: data.to_vec() };
    World::with(|world| world.logs.push((world.frame.address, log)));
}

/// A node fails the frame, without data.
fn refuse_if_static() {
    if World::with(|world| world.frame.is_static) {
        unwind(&[]);
    }
}

pub(crate) fn balance(account: &[u8; 20]) -> [u8; 32] {
    World::with(|world| world.balance(Address::new(*account))).to_be_bytes()
}

pub(crate) fn call(_gas: u64, to: &[u8; 20], value: &[u8; 32], data: &[u8]) -> u32 {
    let (to, value) = (Address::new(*to), U256::from_be_bytes(*value));
    if !value.is_zero() {
        refuse_if_static();
    }
    run(to, data, value, |own| Frame { caller: own.address, address: to, value, ..own })
}

pub(crate) fn static_call(_gas: u64, to: &[u8; 20], data: &[u8]) -> u32 {
    let to = Address::new(*to);
    run(to, data, U256::ZERO, |own| Frame { caller: own.address, address: to, value: U256::ZERO, is_static: true })
}

pub(crate) fn delegate_call(_gas: u64, to: &[u8; 20], data: &[u8]) -> u32 {
    run(Address::new(*to), data, U256::ZERO, |own| own)
}

/// Runs the program at `code` in the frame that `frame` makes of the present one. An account without a program takes
/// the value and returns nothing.
fn run(code: Address, data: &[u8], value: U256, frame: impl FnOnce(Frame) -> Frame) -> u32 {
    let own = World::with(|world| world.frame);
    let program = World::with(|world| world.programs.get(&code).cloned());
    let result = atomic(|| {
        let paid = World::with(|world| {
            world.frame = frame(own);
            value.is_zero() || world.move_value(own.address, code, value)
        });
        match program {
            _ if !paid => Ok(None),
            Some(program) => program(&mut Ctx::new(), data).map(Some),
            None => Ok(Some(Vec::new())),
        }
    });
    World::with(|world| {
        world.frame = own;
        let (status, data) = match result {
            Ok(Some(data)) => (host::STATUS_SUCCESS, data),
            Ok(None) => (STATUS_FAILED, Vec::new()),
            Err(data) => (host::STATUS_REVERT, data),
        };
        world.return_data = data;
        status
    })
}

/// The test host creates no contracts.
pub(crate) fn create(_value: &[u8; 32], _code: &[u8]) -> (u32, [u8; 20]) {
    World::with(|world| world.return_data.clear());
    (STATUS_FAILED, [0; 20])
}

pub(crate) fn keccak256(data: &[u8]) -> [u8; 32] {
    keccak(data).0
}

pub(crate) fn sha256(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}

pub(crate) fn secp256k1_recover(hash: &[u8; 32], signature: &[u8; 64], v: u8) -> Option<[u8; 20]> {
    let signature = Signature::from_slice(signature).ok()?;
    let recovery = v.checked_sub(27).filter(|parity| *parity < 2).and_then(RecoveryId::from_byte)?;
    // k256 recovers only with the lower of the two values of s; the other stands for the other parity.
    let (signature, recovery) = match signature.normalize_s() {
        Some(low) => (low, RecoveryId::new(!recovery.is_y_odd(), recovery.is_x_reduced())),
        None => (signature, recovery),
    };
    let key = VerifyingKey::recover_from_prehash(hash, &signature, recovery).ok()?;
    let point = key.to_encoded_point(false);
    keccak(point.as_bytes().get(1..)?)[12..].try_into().ok()
}
