//! A host that writes down what it is asked, and answers from what it has written.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use zx_sandbox::{CallReply, CallRequest, CallStatus, CreateRequest, Gas, Host, Stop};

/// What happens inside a call to another contract.
pub(crate) type Callee = Arc<dyn Fn(&CallRequest) -> CallReply + Send + Sync>;

/// A question that a contract put to its host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Act {
    name: &'static str,
    /// Gas that was left.
    gas: u64,
    arguments: Vec<u8>,
}

/// Gas, as the sandbox hands it to the host or as the oracle does.
pub(crate) trait Purse {
    fn left(&self) -> u64;
    fn charge(&mut self, amount: u64) -> Result<(), Stop>;
}

impl Purse for Gas {
    fn left(&self) -> u64 {
        Self::left(self)
    }

    fn charge(&mut self, amount: u64) -> Result<(), Stop> {
        Self::charge(self, amount)
    }
}

#[derive(Clone, Default)]
pub(crate) struct Recorder {
    pub(crate) acts: Vec<Act>,
    pub(crate) is_static: bool,
    pub(crate) callee: Option<Callee>,
}

impl Recorder {
    /// A number to make the answer from. Everything before it goes into it, so that one difference makes more.
    pub(super) fn ask(&mut self, purse: &mut dyn Purse, name: &'static str, arguments: &[&[u8]]) -> Result<u64, Stop> {
        let mut digest = DefaultHasher::new();
        (self.acts.len(), name, arguments).hash(&mut digest);
        let digest = digest.finish();
        self.acts.push(Act { name, gas: purse.left(), arguments: arguments.concat() });
        if self.is_static && matches!(name, "storage_write" | "transient_write" | "log" | "create") {
            return Err(Stop::StaticWrite);
        }
        purse.charge(50 + digest % 300)?;
        Ok(digest)
    }

    pub(super) fn word(&mut self, purse: &mut dyn Purse, name: &'static str, of: &[u8]) -> Result<[u8; 32], Stop> {
        Ok(word(self.ask(purse, name, &[of])?))
    }

    pub(super) fn call(&mut self, purse: &mut dyn Purse, request: &CallRequest) -> Result<CallReply, Stop> {
        let digest = self.ask(purse, "call", &[format!("{request:?}").as_bytes()])?;
        Ok(self.callee.clone().map_or_else(|| reply(digest), |callee| callee(request)))
    }

    pub(super) fn create(&mut self, purse: &mut dyn Purse, request: &CreateRequest) -> Result<CallReply, Stop> {
        self.ask(purse, "create", &[format!("{request:?}").as_bytes()]).map(reply)
    }

    pub(super) fn log(&mut self, purse: &mut dyn Purse, topics: &[[u8; 32]], data: &[u8]) -> Result<(), Stop> {
        self.ask(purse, "log", &[&[topics.len() as u8], topics.as_flattened(), data]).map(drop)
    }

    pub(super) fn recover(
        &mut self,
        purse: &mut dyn Purse,
        hash: &[u8; 32],
        signature: &[u8; 64],
        v: u32,
    ) -> Result<Option<[u8; 20]>, Stop> {
        let digest = self.ask(purse, "secp256k1_recover", &[hash, signature, &v.to_le_bytes()])?;
        Ok(digest.is_multiple_of(2).then_some([digest as u8; 20]))
    }

    pub(super) fn verify(
        &mut self,
        purse: &mut dyn Purse,
        message: &[u8],
        signature: &[u8; 64],
        public_key: &[u8; 32],
    ) -> Result<bool, Stop> {
        let digest = self.ask(purse, "ed25519_verify", &[message, signature, public_key])?;
        Ok(digest.is_multiple_of(2))
    }
}

fn word(digest: u64) -> [u8; 32] {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&digest.to_be_bytes());
    word
}

fn reply(digest: u64) -> CallReply {
    let status = [CallStatus::Success, CallStatus::Revert, CallStatus::Failure][digest as usize % 3];
    let created = (status == CallStatus::Success).then_some([digest as u8; 20]);
    CallReply { status, output: vec![digest as u8; digest as usize % 90], created }
}

impl Host for Recorder {
    fn storage_read(&mut self, gas: &mut Gas, key: [u8; 32]) -> Result<[u8; 32], Stop> {
        self.word(gas, "storage_read", &key)
    }

    fn storage_write(&mut self, gas: &mut Gas, key: [u8; 32], value: [u8; 32]) -> Result<(), Stop> {
        self.ask(gas, "storage_write", &[&key, &value]).map(drop)
    }

    fn log(&mut self, gas: &mut Gas, topics: &[[u8; 32]], data: &[u8]) -> Result<(), Stop> {
        Self::log(self, gas, topics, data)
    }

    fn self_balance(&mut self, gas: &mut Gas) -> Result<[u8; 32], Stop> {
        self.word(gas, "self_balance", &[])
    }

    fn balance(&mut self, gas: &mut Gas, address: [u8; 20]) -> Result<[u8; 32], Stop> {
        self.word(gas, "balance", &address)
    }

    fn call(&mut self, gas: &mut Gas, request: CallRequest) -> Result<CallReply, Stop> {
        Self::call(self, gas, &request)
    }

    fn create(&mut self, gas: &mut Gas, request: CreateRequest) -> Result<CallReply, Stop> {
        Self::create(self, gas, &request)
    }

    fn block_hash(&mut self, gas: &mut Gas, number: u64) -> Result<[u8; 32], Stop> {
        self.word(gas, "block_hash", &number.to_le_bytes())
    }

    fn code_size(&mut self, gas: &mut Gas, address: [u8; 20]) -> Result<u32, Stop> {
        self.ask(gas, "code_size", &[&address]).map(|digest| digest as u32)
    }

    fn code_hash(&mut self, gas: &mut Gas, address: [u8; 20]) -> Result<[u8; 32], Stop> {
        self.word(gas, "code_hash", &address)
    }

    fn transient_read(&mut self, gas: &mut Gas, key: [u8; 32]) -> Result<[u8; 32], Stop> {
        self.word(gas, "transient_read", &key)
    }

    fn transient_write(&mut self, gas: &mut Gas, key: [u8; 32], value: [u8; 32]) -> Result<(), Stop> {
        self.ask(gas, "transient_write", &[&key, &value]).map(drop)
    }

    fn keccak256(&mut self, gas: &mut Gas, data: &[u8]) -> Result<[u8; 32], Stop> {
        self.word(gas, "keccak256", data)
    }

    fn sha256(&mut self, gas: &mut Gas, data: &[u8]) -> Result<[u8; 32], Stop> {
        self.word(gas, "sha256", data)
    }

    fn secp256k1_recover(
        &mut self,
        gas: &mut Gas,
        hash: [u8; 32],
        signature: [u8; 64],
        v: u32,
    ) -> Result<Option<[u8; 20]>, Stop> {
        self.recover(gas, &hash, &signature, v)
    }

    fn ed25519_verify(
        &mut self,
        gas: &mut Gas,
        message: &[u8],
        signature: [u8; 64],
        public_key: [u8; 32],
    ) -> Result<bool, Stop> {
        self.verify(gas, message, &signature, &public_key)
    }
}
