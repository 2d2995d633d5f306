//! Ending a call at once, with everything that it did undone.

use crate::{
    abi::{Args, Encoder},
    buffer, host,
};
use alloc::{string::String, vec::Vec};
use core::mem::ManuallyDrop;

/// Solidity's `Panic(uint256)`: arithmetic over- or underflow.
pub const PANIC_OVERFLOW: u8 = 0x11;
/// Solidity's `Panic(uint256)`: division by zero.
pub const PANIC_DIVISION: u8 = 0x12;

/// Solidity's `Panic(uint256)`: an index out of bounds.
pub const PANIC_INDEX: u8 = 0x32;

const ERROR: [u8; 4] = crate::selector("Error(string)");
const PANIC: [u8; 4] = crate::selector("Panic(uint256)");

/// Reverts with these bytes as they are.
pub fn revert_raw(data: &[u8]) -> ! {
    host::revert(data)
}

/// Reverts with `Error(string)`. A custom error (`#[derive(zx::Error)]`) tells more and costs less.
pub fn revert(message: &str) -> ! {
    host::revert(&error_string(&[message]))
}

/// Reverts with `Panic(uint256)`.
#[cold]
#[inline(never)]
pub fn panic_code(code: u8) -> ! {
    host::revert(&panic_data(code))
}

/// `Error(string)`, encoded; the message comes in parts.
#[cold]
#[inline(never)]
pub(crate) fn error_string(parts: &[&str]) -> Vec<u8> {
    // The call ends with it.
    let mut message = ManuallyDrop::new(Vec::new());
    for part in parts {
        buffer::append(&mut message, part.as_bytes());
    }
    let mut data = Encoder::default();
    data.begin(&ERROR, 32);
    data.put_bytes(&message);
    data.finish()
}

/// `Panic(uint256)`, encoded.
pub(crate) fn panic_data(code: u8) -> Vec<u8> {
    let mut data = [0; 36];
    data[..4].copy_from_slice(&PANIC);
    data[35] = code;
    buffer::copy(&data)
}

/// The message of an encoded `Error(string)`.
pub fn message_of(data: &[u8]) -> Option<String> {
    <(String,)>::decode(data.strip_prefix(&ERROR)?).map(|(message,)| message)
}

/// The code of an encoded `Panic(uint256)`.
pub fn panic_code_of(data: &[u8]) -> Option<u8> {
    match data.strip_prefix(&PANIC)? {
        [zeros @ .., code] if zeros.len() == 31 && zeros.iter().all(|b| *b == 0) => Some(*code),
        _ => None,
    }
}
