//! The imports of a module, and safe functions over them.
#![allow(unsafe_code)]

use alloc::vec::Vec;
use core::mem::MaybeUninit;

type Ptr = *const u8;
type PtrMut = *mut u8;
type Len = u32;
type U32 = u32;
type U64 = u64;

/// The imports, as the table has them.
mod import {
    use super::{Len, Ptr, PtrMut, U32, U64};

    macro_rules! externs {
        ($(
            $(#[doc = $doc:literal])+
            fn $name:ident($($param:ident: $ty:ident),*) $(-> $ret:ident)?;
            fuel = $fuel:literal, word = $word:literal, gas = $gas:literal;
        )+) => {
            #[link(wasm_import_module = "zx")]
            unsafe extern "C" {
                $(
                    $(#[doc = $doc])+
                    pub(super) fn $name($($param: $ty),*) $(-> $ret)?;
                )+
            }
        };
    }
    zx_host_functions::host_functions!(externs);
}

fn len(bytes: &[u8]) -> Len {
    // A 32-bit memory holds nothing longer.
    bytes.len() as Len
}

/// What `write` writes, without zeros before it. Inlined with whoever calls it: else it is copied once more, which takes
/// longer than all else here.
///
/// # Safety
/// It writes `N` bytes at the pointer.
#[inline(always)]
unsafe fn filled<const N: usize>(write: impl FnOnce(PtrMut)) -> [u8; N] {
    let mut out = MaybeUninit::<[u8; N]>::uninit();
    write(out.as_mut_ptr().cast());
    // SAFETY: the caller's promise.
    unsafe { out.assume_init() }
}

macro_rules! words {
    ($($name:ident -> $n:literal;)+) => {
        $(#[inline(always)]
        pub(crate) fn $name() -> [u8; $n] {
            // SAFETY: the host writes exactly this many bytes at the pointer.
            unsafe { filled(|out| import::$name(out)) }
        })+
    };
}
words! {
    caller -> 20;
    origin -> 20;
    address -> 20;
    coinbase -> 20;
    value -> 32;
    self_balance -> 32;
    base_fee -> 32;
}

macro_rules! numbers {
    ($($name:ident)+) => {
        $(pub(crate) fn $name() -> u64 {
            // SAFETY: takes no pointer.
            unsafe { import::$name() }
        })+
    };
}
numbers!(block_number block_timestamp chain_id block_gas_limit gas_left);

/// All of the calldata.
pub(crate) fn calldata() -> Vec<u8> {
    // SAFETY: takes no pointer.
    let size = unsafe { import::calldata_size() };
    // SAFETY: the host writes `size` bytes.
    unsafe { crate::buffer::filled(size as usize, |data| import::calldata_copy(data, 0, size)) }
}

/// Sets what the entry returns.
pub(crate) fn output(data: &[u8]) {
    // SAFETY: the host reads the slice.
    unsafe { import::output(data.as_ptr(), len(data)) };
}

/// Ends the call and undoes it.
pub(crate) fn revert(data: &[u8]) -> ! {
    // SAFETY: the host reads the slice, and does not return.
    unsafe { import::revert(data.as_ptr(), len(data)) };
    core::arch::wasm32::unreachable()
}

#[inline(always)]
pub(crate) fn storage_read(key: &[u8; 32]) -> [u8; 32] {
    // SAFETY: the host reads 32 bytes and writes 32.
    unsafe { filled(|out| import::storage_read(key.as_ptr(), out)) }
}

pub(crate) fn storage_write(key: &[u8; 32], value: &[u8; 32]) {
    // SAFETY: the host reads 32 bytes at each.
    unsafe { import::storage_write(key.as_ptr(), value.as_ptr()) };
}

/// So many topics, and the data behind them.
pub(crate) fn log(bytes: &[u8], topics: u32) {
    let data = bytes.get(topics.wrapping_mul(32) as usize..).unwrap_or_default();
    // SAFETY: the host reads 32 bytes a topic, which stand before the data, and the data.
    unsafe { import::log(bytes.as_ptr(), topics, data.as_ptr(), len(data)) };
}

pub(crate) fn balance(account: &[u8; 20]) -> [u8; 32] {
    // SAFETY: the host reads 20 bytes and writes 32.
    unsafe { filled(|out| import::balance(account.as_ptr(), out)) }
}

pub(crate) fn call(gas: u64, to: &[u8; 20], value: &[u8; 32], data: &[u8]) -> u32 {
    // SAFETY: the host reads 20 bytes, 32, and the slice.
    unsafe { import::call(gas, to.as_ptr(), value.as_ptr(), data.as_ptr(), len(data)) }
}

pub(crate) fn static_call(gas: u64, to: &[u8; 20], data: &[u8]) -> u32 {
    // SAFETY: the host reads 20 bytes and the slice.
    unsafe { import::static_call(gas, to.as_ptr(), data.as_ptr(), len(data)) }
}

pub(crate) fn delegate_call(gas: u64, to: &[u8; 20], data: &[u8]) -> u32 {
    // SAFETY: the host reads 20 bytes and the slice.
    unsafe { import::delegate_call(gas, to.as_ptr(), data.as_ptr(), len(data)) }
}

pub(crate) fn create(value: &[u8; 32], code: &[u8]) -> (u32, [u8; 20]) {
    let mut out = [0; 20];
    // SAFETY: the host reads 32 bytes and the slice, and writes 20 bytes.
    let status = unsafe { import::create(value.as_ptr(), code.as_ptr(), len(code), out.as_mut_ptr()) };
    (status, out)
}

/// All that the last call or create returned.
pub(crate) fn return_data() -> Vec<u8> {
    // SAFETY: takes no pointer.
    let size = unsafe { import::return_data_size() };
    // SAFETY: the host writes `size` bytes.
    unsafe { crate::buffer::filled(size as usize, |data| import::return_data_copy(data, 0, size)) }
}

#[inline(always)]
pub(crate) fn keccak256(data: &[u8]) -> [u8; 32] {
    // SAFETY: the host reads the slice and writes 32 bytes.
    unsafe { filled(|out| import::keccak256(data.as_ptr(), len(data), out)) }
}

pub(crate) fn sha256(data: &[u8]) -> [u8; 32] {
    // SAFETY: the host reads the slice and writes 32 bytes.
    unsafe { filled(|out| import::sha256(data.as_ptr(), len(data), out)) }
}

pub(crate) fn secp256k1_recover(hash: &[u8; 32], signature: &[u8; 64], v: u8) -> Option<[u8; 20]> {
    let mut out = [0; 20];
    // SAFETY: the host reads 32 bytes and 64, and writes 20.
    let status =
        unsafe { import::secp256k1_recover(hash.as_ptr(), signature.as_ptr(), u32::from(v), out.as_mut_ptr()) };
    (status == 0).then_some(out)
}

words! {
    transaction_hash -> 32;
    gas_price -> 32;
    prev_randao -> 32;
}

/// Whether the contract already runs further up.
pub(crate) fn reentrant() -> bool {
    // SAFETY: takes no pointer.
    unsafe { import::reentrant() != 0 }
}

pub(crate) fn create2(value: &[u8; 32], salt: &[u8; 32], code: &[u8]) -> (u32, [u8; 20]) {
    let mut out = [0; 20];
    // SAFETY: the host reads 32 bytes, 32, and the slice, and writes 20 bytes.
    let status = unsafe { import::create2(value.as_ptr(), salt.as_ptr(), code.as_ptr(), len(code), out.as_mut_ptr()) };
    (status, out)
}

pub(crate) fn block_hash(number: u64) -> [u8; 32] {
    // SAFETY: the host writes 32 bytes.
    unsafe { filled(|out| import::block_hash(number, out)) }
}

pub(crate) fn code_size(account: &[u8; 20]) -> u32 {
    // SAFETY: the host reads 20 bytes.
    unsafe { import::code_size(account.as_ptr()) }
}

pub(crate) fn code_hash(account: &[u8; 20]) -> [u8; 32] {
    // SAFETY: the host reads 20 bytes and writes 32.
    unsafe { filled(|out| import::code_hash(account.as_ptr(), out)) }
}

pub(crate) fn transient_read(key: &[u8; 32]) -> [u8; 32] {
    // SAFETY: the host reads 32 bytes and writes 32.
    unsafe { filled(|out| import::transient_read(key.as_ptr(), out)) }
}

pub(crate) fn transient_write(key: &[u8; 32], value: &[u8; 32]) {
    // SAFETY: the host reads 32 bytes at each.
    unsafe { import::transient_write(key.as_ptr(), value.as_ptr()) };
}

pub(crate) fn ed25519_verify(message: &[u8], signature: &[u8; 64], public_key: &[u8; 32]) -> bool {
    // SAFETY: the host reads the slice, 64 bytes and 32.
    unsafe { import::ed25519_verify(message.as_ptr(), len(message), signature.as_ptr(), public_key.as_ptr()) == 0 }
}

pub(crate) fn immutable_read(offset: u32, out: &mut [u8]) {
    // SAFETY: the host writes as many bytes as the slice has.
    unsafe { import::immutable_read(out.as_mut_ptr(), offset, len(out)) };
}

pub(crate) fn immutable_write(offset: u32, data: &[u8]) {
    // SAFETY: the host reads the slice.
    unsafe { import::immutable_write(offset, data.as_ptr(), len(data)) };
}
