//! A host that answers at once: what is left is the crossing.

use std::hint::black_box;
use zx_sandbox::{CallReply, CallRequest, CreateRequest, Gas, Host, Stop};

/// See the module.
pub(crate) struct NoHost;

impl Host for NoHost {
    fn storage_read(&mut self, _: &mut Gas, key: [u8; 32]) -> Result<[u8; 32], Stop> {
        Ok(black_box(key))
    }

    fn storage_write(&mut self, _: &mut Gas, key: [u8; 32], value: [u8; 32]) -> Result<(), Stop> {
        black_box((key, value));
        Ok(())
    }

    fn log(&mut self, _: &mut Gas, topics: &[[u8; 32]], data: &[u8]) -> Result<(), Stop> {
        black_box((topics, data));
        Ok(())
    }

    fn self_balance(&mut self, _: &mut Gas) -> Result<[u8; 32], Stop> {
        Err(Stop::Fatal)
    }

    fn balance(&mut self, _: &mut Gas, _: [u8; 20]) -> Result<[u8; 32], Stop> {
        Err(Stop::Fatal)
    }

    fn call(&mut self, _: &mut Gas, _: CallRequest) -> Result<CallReply, Stop> {
        Err(Stop::Fatal)
    }

    fn create(&mut self, _: &mut Gas, _: CreateRequest) -> Result<CallReply, Stop> {
        Err(Stop::Fatal)
    }

    fn keccak256(&mut self, _: &mut Gas, data: &[u8]) -> Result<[u8; 32], Stop> {
        // A balance that no transfer can overflow.
        Ok([data.len() as u8; 32].map(black_box))
    }

    fn sha256(&mut self, _: &mut Gas, _: &[u8]) -> Result<[u8; 32], Stop> {
        Err(Stop::Fatal)
    }

    fn block_hash(&mut self, _: &mut Gas, _: u64) -> Result<[u8; 32], Stop> {
        Err(Stop::Fatal)
    }

    fn code_size(&mut self, _: &mut Gas, _: [u8; 20]) -> Result<u32, Stop> {
        Err(Stop::Fatal)
    }

    fn code_hash(&mut self, _: &mut Gas, _: [u8; 20]) -> Result<[u8; 32], Stop> {
        Err(Stop::Fatal)
    }

    fn transient_read(&mut self, _: &mut Gas, _: [u8; 32]) -> Result<[u8; 32], Stop> {
        Err(Stop::Fatal)
    }

    fn transient_write(&mut self, _: &mut Gas, _: [u8; 32], _: [u8; 32]) -> Result<(), Stop> {
        Err(Stop::Fatal)
    }

    fn secp256k1_recover(&mut self, _: &mut Gas, _: [u8; 32], _: [u8; 64], _: u32) -> Result<Option<[u8; 20]>, Stop> {
        Err(Stop::Fatal)
    }

    fn ed25519_verify(&mut self, _: &mut Gas, _: &[u8], _: [u8; 64], _: [u8; 32]) -> Result<bool, Stop> {
        Err(Stop::Fatal)
    }
}
