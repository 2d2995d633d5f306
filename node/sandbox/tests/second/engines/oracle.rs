//! The host functions once more, from their documentation, over whatever engine the guest runs on.

use super::{
    FRAME,
    recorder::{Purse, Recorder},
};
use zx_host_functions::{
    HostFunction,
    fuel::{FUEL_PER_GAS, words},
};
use zx_sandbox::{CallKind, CallReply, CallRequest, CreateRequest, Entry, Status, Stop, Trap};

/// A guest that waits in a host call.
pub(super) trait Guest {
    fn fuel(&mut self) -> i64;
    fn set_fuel(&mut self, left: i64);
    fn read(&mut self, at: u32, len: u32) -> Option<Vec<u8>>;
    fn write(&mut self, at: u32, bytes: &[u8]) -> Option<()>;
}

/// How a host call ends a frame.
#[derive(Debug)]
pub(super) struct Exit(pub(super) Status);

impl std::fmt::Display for Exit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}
impl std::error::Error for Exit {}
impl wasmi::errors::HostError for Exit {}

impl From<Trap> for Exit {
    fn from(trap: Trap) -> Self {
        Self(Status::Trap(trap))
    }
}

impl From<Stop> for Exit {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::OutOfGas => Self(Status::OutOfGas),
            Stop::StaticWrite => Self(Status::Trap(Trap::StaticWrite)),
            Stop::Fatal => Self(Status::Fatal),
        }
    }
}

/// What is around a frame.
#[derive(Default)]
pub(super) struct Outside {
    pub(super) recorder: Recorder,
    pub(super) input: Vec<u8>,
    pub(super) output: Vec<u8>,
    return_data: Vec<u8>,
    /// What a constructor has written; nothing else writes.
    pub(super) immutables: Option<Vec<u8>>,
}

impl Outside {
    pub(super) fn new(input: &[u8], recorder: Recorder, entry: Entry) -> Self {
        let immutables = (entry == Entry::Deploy).then(Vec::new);
        Self { recorder, input: input.into(), immutables, ..Self::default() }
    }
}

/// Gas of the frame while the host acts.
struct Left(u64);

impl Purse for Left {
    fn left(&self) -> u64 {
        self.0
    }

    fn charge(&mut self, amount: u64) -> Result<(), Stop> {
        self.0 = self.0.checked_sub(amount).ok_or(Stop::OutOfGas)?;
        Ok(())
    }
}

/// Calls the function of a row, with its arguments widened; 0 is the result of a function that has none.
pub(super) fn host_call(
    row: &HostFunction,
    arguments: &[u64],
    guest: &mut dyn Guest,
    outside: &mut Outside,
) -> Result<u64, Exit> {
    let mut call = Call { guest, outside };
    let len = row.params.iter().position(|param| param.1 == "Len").map_or(0, |place| arguments[place] as u32);
    call.charge(row.fuel + words(len, row.word))?;
    let a = |place: usize| arguments[place] as u32;
    match row.name {
        "calldata_size" => return Ok(call.outside.input.len() as u64),
        "calldata_copy" => call.calldata_copy(a(0), a(1), a(2))?,
        "output" => call.outside.output = call.bytes(a(0), a(1))?,
        "revert" => {
            call.outside.output = call.bytes(a(0), a(1))?;
            return Err(Exit(Status::Revert));
        }
        "storage_read" => call.word_of("storage_read", (a(0), 32), a(1))?,
        "storage_write" => call.write_slot("storage_write", a(0), a(1))?,
        "log" => call.log(a(0), a(1), a(2), a(3))?,
        "caller" => call.write(a(0), &FRAME.caller)?,
        "origin" => call.write(a(0), &FRAME.transaction.origin)?,
        "value" => call.write(a(0), &FRAME.value)?,
        "address" => call.write(a(0), &FRAME.address)?,
        "self_balance" => call.word_of("self_balance", (0, 0), a(0))?,
        "balance" => call.word_of("balance", (a(0), 20), a(1))?,
        "block_number" => return Ok(FRAME.block.number),
        "block_timestamp" => return Ok(FRAME.block.timestamp),
        "base_fee" => call.write(a(0), &FRAME.block.base_fee)?,
        "chain_id" => return Ok(FRAME.block.chain_id),
        "block_gas_limit" => return Ok(FRAME.block.gas_limit),
        "coinbase" => call.write(a(0), &FRAME.block.coinbase)?,
        "gas_left" => return Ok(call.guest.fuel().max(0) as u64 / FUEL_PER_GAS),
        "call" => {
            let value = call.word(a(2))?;
            return call.out(CallKind::Call, arguments[0], a(1), value, (a(3), a(4)));
        }
        "static_call" => return call.out(CallKind::Static, arguments[0], a(1), [0; 32], (a(2), a(3))),
        "delegate_call" => return call.out(CallKind::Delegate, arguments[0], a(1), [0; 32], (a(2), a(3))),
        "create" => return call.create(a(0), None, (a(1), a(2)), a(3)),
        "create2" => return call.create(a(0), Some(a(1)), (a(2), a(3)), a(4)),
        "return_data_size" => return Ok(call.outside.return_data.len() as u64),
        "return_data_copy" => call.return_data_copy(a(0), a(1), a(2))?,
        "keccak256" => call.word_of("keccak256", (a(0), a(1)), a(2))?,
        "sha256" => call.word_of("sha256", (a(0), a(1)), a(2))?,
        "secp256k1_recover" => return call.recover(a(0), a(1), a(2), a(3)),
        "reentrant" => return Ok(FRAME.is_reentrant.into()),
        "transaction_hash" => call.write(a(0), &FRAME.transaction.hash)?,
        "block_hash" => {
            let hash = call.host(|host, gas| host.word(gas, "block_hash", &arguments[0].to_le_bytes()))?;
            call.write(a(1), &hash)?;
        }
        "code_size" => {
            let account = call.bytes(a(0), 20)?;
            return Ok(call.host(|host, gas| host.ask(gas, "code_size", &[&account]))? as u32 as u64);
        }
        "code_hash" => call.word_of("code_hash", (a(0), 20), a(1))?,
        "transient_read" => call.word_of("transient_read", (a(0), 32), a(1))?,
        "transient_write" => call.write_slot("transient_write", a(0), a(1))?,
        "gas_price" => call.write(a(0), &FRAME.transaction.gas_price)?,
        "prev_randao" => call.write(a(0), &FRAME.block.prev_randao)?,
        "ed25519_verify" => return call.verify((a(0), a(1)), a(2), a(3)),
        "immutable_read" => call.immutable_read(a(0), a(1), a(2))?,
        "immutable_write" => call.immutable_write(a(0), a(1), a(2))?,
        name => panic!("the oracle does not know `{name}`"),
    }
    Ok(0)
}

struct Call<'a> {
    guest: &'a mut dyn Guest,
    outside: &'a mut Outside,
}

impl Call<'_> {
    fn charge(&mut self, fuel: u64) -> Result<(), Exit> {
        let left = self.guest.fuel() - fuel as i64;
        self.guest.set_fuel(left.max(-1));
        if left < 0 { Err(Exit(Status::OutOfGas)) } else { Ok(()) }
    }

    fn host<T>(&mut self, act: impl FnOnce(&mut Recorder, &mut Left) -> Result<T, Stop>) -> Result<T, Exit> {
        let before = self.guest.fuel() as u64;
        let mut left = Left(before / FUEL_PER_GAS);
        let answer = act(&mut self.outside.recorder, &mut left);
        self.guest.set_fuel((left.0 * FUEL_PER_GAS + before % FUEL_PER_GAS) as i64);
        Ok(answer?)
    }

    fn bytes(&mut self, at: u32, len: u32) -> Result<Vec<u8>, Exit> {
        Ok(self.guest.read(at, len).ok_or(Trap::MemoryOutOfBounds)?)
    }

    fn word(&mut self, at: u32) -> Result<[u8; 32], Exit> {
        Ok(self.bytes(at, 32)?.try_into().expect("32 bytes"))
    }

    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), Exit> {
        Ok(self.guest.write(at, bytes).ok_or(Trap::MemoryOutOfBounds)?)
    }

    /// Asks for a word about some bytes, and writes it.
    fn word_of(&mut self, name: &'static str, (at, len): (u32, u32), dst: u32) -> Result<(), Exit> {
        let of = self.bytes(at, len)?;
        let word = self.host(|host, gas| host.word(gas, name, &of))?;
        self.write(dst, &word)
    }

    /// Writes a slot, of either storage.
    fn write_slot(&mut self, name: &'static str, key: u32, value: u32) -> Result<(), Exit> {
        let (key, value) = (self.bytes(key, 32)?, self.bytes(value, 32)?);
        self.host(|host, gas| host.ask(gas, name, &[&key, &value])).map(drop)
    }

    fn calldata_copy(&mut self, dst: u32, offset: u32, len: u32) -> Result<(), Exit> {
        self.bytes(dst, len)?;
        let there = self.outside.input.iter().skip(offset as usize).copied();
        let padded: Vec<_> = there.chain(std::iter::repeat(0)).take(len as usize).collect();
        self.write(dst, &padded)
    }

    fn immutable_read(&mut self, dst: u32, offset: u32, len: u32) -> Result<(), Exit> {
        self.bytes(dst, len)?;
        let all = self.outside.immutables.clone().unwrap_or_else(|| FRAME.immutables.into());
        let there = all.iter().skip(offset as usize).copied();
        let padded: Vec<_> = there.chain(std::iter::repeat(0)).take(len as usize).collect();
        self.write(dst, &padded)
    }

    fn immutable_write(&mut self, offset: u32, data: u32, len: u32) -> Result<(), Exit> {
        if self.outside.immutables.is_none() {
            return Err(Trap::ImmutableWrite.into());
        }
        let data = self.bytes(data, len)?;
        if u64::from(offset) + u64::from(len) > 4_096 {
            return Err(Trap::ImmutablesTooLarge.into());
        }
        let all = self.outside.immutables.as_mut().expect("looked at above");
        all.extend(std::iter::repeat_n(0, (offset as usize + data.len()).saturating_sub(all.len())));
        for (at, byte) in (offset as usize..).zip(data) {
            all[at] = byte;
        }
        Ok(())
    }

    fn return_data_copy(&mut self, dst: u32, offset: u32, len: u32) -> Result<(), Exit> {
        let end = u64::from(offset) + u64::from(len);
        let part = self.outside.return_data.get(offset as usize..end as usize).map(<[u8]>::to_vec);
        self.write(dst, &part.ok_or(Trap::ReturnDataOutOfBounds)?)
    }

    fn log(&mut self, topics: u32, count: u32, data: u32, len: u32) -> Result<(), Exit> {
        if count > 4 {
            return Err(Trap::TooManyTopics.into());
        }
        let topics = self.bytes(topics, count * 32)?;
        let data = self.bytes(data, len)?;
        self.host(|host, gas| host.log(gas, topics.as_chunks().0, &data))
    }

    fn out(
        &mut self,
        kind: CallKind,
        gas: u64,
        to: u32,
        value: [u8; 32],
        (data, len): (u32, u32),
    ) -> Result<u64, Exit> {
        let to = self.bytes(to, 20)?.try_into().expect("20 bytes");
        let request = CallRequest { kind, gas, to, value, input: self.bytes(data, len)? };
        let reply = self.host(|host, gas| host.call(gas, &request))?;
        Ok(self.keep(reply))
    }

    fn create(&mut self, value: u32, salt: Option<u32>, (code, len): (u32, u32), dst: u32) -> Result<u64, Exit> {
        let value = self.word(value)?;
        let salt = salt.map(|salt| self.word(salt)).transpose()?;
        let request = CreateRequest { value, code: self.bytes(code, len)?, salt };
        let reply = self.host(|host, gas| host.create(gas, &request))?;
        self.write(dst, &reply.created.unwrap_or_default())?;
        Ok(self.keep(reply))
    }

    fn recover(&mut self, hash: u32, signature: u32, v: u32, dst: u32) -> Result<u64, Exit> {
        let hash = self.word(hash)?;
        let signature = self.bytes(signature, 64)?.try_into().expect("64 bytes");
        match self.host(|host, gas| host.recover(gas, &hash, &signature, v))? {
            Some(signer) => self.write(dst, &signer).map(|()| 0),
            None => Ok(1),
        }
    }

    fn verify(&mut self, (message, len): (u32, u32), signature: u32, key: u32) -> Result<u64, Exit> {
        let message = self.bytes(message, len)?;
        let signature = self.bytes(signature, 64)?.try_into().expect("64 bytes");
        let key = self.word(key)?;
        let valid = self.host(|host, gas| host.verify(gas, &message, &signature, &key))?;
        Ok(u64::from(!valid))
    }

    fn keep(&mut self, reply: CallReply) -> u64 {
        self.outside.return_data = reply.output;
        reply.status as u64
    }
}
