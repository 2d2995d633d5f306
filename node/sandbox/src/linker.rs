//! The host side of the table: one function for each row, in the table's order and with its types.
//!
//! Each charges its crossing and its words before it touches memory, then lets [`Host`] charge the EVM's price.

use crate::{
    host::{CallKind, CallReply, CallRequest, Frame, Gas, Host, Stop},
    instance::Places,
    run::Trap,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use wasmer::{Extern, Function, FunctionEnv, FunctionEnvMut, Store};
use zx_host_functions::fuel::{self, FUEL_PER_GAS};

/// Why guest code ends early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Exit {
    #[error("revert")]
    Revert,
    #[error("out of gas")]
    OutOfGas,
    #[error("trap")]
    Trap(Trap),
    #[error("the host failed")]
    Fatal,
}

impl From<Stop> for Exit {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::OutOfGas => Self::OutOfGas,
            Stop::StaticWrite => Self::Trap(Trap::StaticWrite),
            Stop::Fatal => Self::Fatal,
        }
    }
}

/// What host functions see.
#[derive(Default)]
pub(crate) struct Env {
    /// Whom the running entry works for; see [`Env::lend`].
    work: Option<Work>,
    /// Where the instance keeps its memory and fuel.
    places: Option<Places>,
    output: Vec<u8>,
    return_data: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Work {
    frame: *const Frame<'static>,
    host: *mut (dyn Host + 'static),
}

// SAFETY: wasmer wants `Send` of anything in a store. The pointers in it are only there, and only used, while an entry
// runs on the thread that lent them; the places go with the instance.
unsafe impl Send for Env {}

impl Env {
    pub(crate) fn attach(&mut self, places: Places) {
        self.places = Some(places);
    }

    /// Lends what host functions work on, until [`Env::take_back`].
    ///
    /// # Safety
    /// Host functions may only be entered while both borrows last.
    pub(crate) unsafe fn lend<'a>(&mut self, frame: &'a Frame<'a>, host: &'a mut (dyn Host + 'a)) {
        let host: *mut (dyn Host + 'a) = host;
        self.work = Some(Work {
            frame: std::ptr::from_ref(frame).cast(),
            // SAFETY: only the lifetime changes, and the caller keeps it.
            host: unsafe { std::mem::transmute::<*mut (dyn Host + 'a), *mut (dyn Host + 'static)>(host) },
        });
    }

    pub(crate) fn take_back(&mut self) {
        self.work = None;
        self.return_data.clear();
    }

    /// What the guest returns.
    pub(crate) fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }
}

type Caller<'a> = FunctionEnvMut<'a, Env>;
type Exits<T> = Result<T, Exit>;
type Ptr = u32;
type PtrMut = u32;
type Len = u32;
type U32 = u32;
type U64 = u64;

/// Price of a row: fuel for crossing, fuel a word.
struct Price {
    fuel: u64,
    word: u64,
}

/// One host call under way.
struct Call<'a> {
    env: &'a mut Env,
    work: Work,
    places: Places,
}

impl<'a> Call<'a> {
    /// Charges the crossing and `len` bytes of data.
    fn begin(caller: &'a mut Caller<'_>, price: &Price, len: u32) -> Exits<Self> {
        let env = caller.data_mut();
        let (Some(work), Some(places)) = (env.work, env.places) else { return Err(Exit::Fatal) };
        let mut call = Self { env, work, places };
        call.charge(price.fuel.saturating_add(fuel::words(len, price.word)))?;
        Ok(call)
    }

    fn charge(&mut self, amount: u64) -> Exits<()> {
        let left = self.places.fuel();
        let after = i64::try_from(amount).ok().and_then(|amount| left.checked_sub(amount)).unwrap_or(-1);
        self.places.set_fuel(after);
        if after < 0 { Err(Exit::OutOfGas) } else { Ok(()) }
    }

    fn frame(&self) -> &'a Frame<'a> {
        // SAFETY: see `Env::lend`; the frame outlives the call.
        unsafe { &*self.work.frame }
    }

    /// Lets the host act, and takes from the fuel the gas that it charged. Should it panic, the frame ends there: the
    /// caller undoes what was done, and nothing of the instance is used again.
    fn host<T>(&self, act: impl FnOnce(&mut dyn Host, &mut Gas) -> Result<T, Stop>) -> Exits<T> {
        let mut places = self.places;
        let before = places.fuel().max(0) as u64;
        let mut gas = Gas::new(before / FUEL_PER_GAS);
        // SAFETY: see `Env::lend`; no other reference to the host is alive while its frame waits in a host function.
        let host = unsafe { &mut *self.work.host };
        let result = catch_unwind(AssertUnwindSafe(|| act(host, &mut gas))).map_err(|_| Exit::Trap(Trap::Host))?;
        let after = gas.left().saturating_mul(FUEL_PER_GAS).saturating_add(before % FUEL_PER_GAS);
        places.set_fuel(after.min(i64::MAX as u64) as i64);
        result.map_err(Exit::from)
    }

    /// Part of the guest's memory.
    fn slice(&self, at: u32, len: u32) -> Exits<&[u8]> {
        let end = u64::from(at) + u64::from(len);
        // SAFETY: the guest waits while the host runs, and `&self` keeps `slice_mut` away.
        let memory: &[u8] = unsafe { self.places.bytes() };
        memory.get(at as usize..end as usize).ok_or(Exit::Trap(Trap::MemoryOutOfBounds))
    }

    fn slice_mut(&mut self, at: u32, len: u32) -> Exits<&mut [u8]> {
        let end = u64::from(at) + u64::from(len);
        // SAFETY: the guest waits while the host runs, and `&mut self` keeps other references away.
        let memory = unsafe { self.places.bytes() };
        memory.get_mut(at as usize..end as usize).ok_or(Exit::Trap(Trap::MemoryOutOfBounds))
    }

    fn read<const N: usize>(&self, at: u32) -> Exits<[u8; N]> {
        let bytes = self.slice(at, N as u32)?;
        bytes.try_into().map_err(|_| Exit::Trap(Trap::MemoryOutOfBounds))
    }

    fn write(&mut self, at: u32, bytes: &[u8]) -> Exits<()> {
        self.slice_mut(at, bytes.len() as u32)?.copy_from_slice(bytes);
        Ok(())
    }

    /// Writes `len` bytes of `source` from `offset`, and zeros past its end.
    fn write_padded(&mut self, at: u32, source: &[u8], offset: u32, len: u32) -> Exits<()> {
        let rest = source.get(offset as usize..).unwrap_or_default();
        let (there, zeros) = self.slice_mut(at, len)?.split_at_mut(rest.len().min(len as usize));
        there.copy_from_slice(&rest[..there.len()]);
        zeros.fill(0);
        Ok(())
    }

    fn keep(&mut self, reply: CallReply) -> u32 {
        self.env.return_data = reply.output;
        reply.status as u32
    }
}

/// The functions, named as in the table.
mod functions {
    use super::*;

    pub(super) fn calldata_size(mut caller: Caller<'_>) -> Exits<U32> {
        let call = Call::begin(&mut caller, &price::calldata_size, 0)?;
        Ok(call.frame().input.len() as u32)
    }

    pub(super) fn calldata_copy(mut caller: Caller<'_>, dst: PtrMut, offset: U32, len: Len) -> Exits<()> {
        let mut call = Call::begin(&mut caller, &price::calldata_copy, len)?;
        call.write_padded(dst, call.frame().input, offset, len)
    }

    pub(super) fn output(mut caller: Caller<'_>, data: Ptr, len: Len) -> Exits<()> {
        let call = Call::begin(&mut caller, &price::output, len)?;
        call.env.output = call.slice(data, len)?.to_vec();
        Ok(())
    }

    pub(super) fn revert(mut caller: Caller<'_>, data: Ptr, len: Len) -> Exits<()> {
        let call = Call::begin(&mut caller, &price::revert, len)?;
        call.env.output = call.slice(data, len)?.to_vec();
        Err(Exit::Revert)
    }

    pub(super) fn storage_read(mut caller: Caller<'_>, key: Ptr, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(&mut caller, &price::storage_read, 0)?;
        let key = call.read(key)?;
        let value = call.host(|host, gas| host.storage_read(gas, key))?;
        call.write(dst, &value)
    }

    pub(super) fn storage_write(mut caller: Caller<'_>, key: Ptr, value: Ptr) -> Exits<()> {
        let call = Call::begin(&mut caller, &price::storage_write, 0)?;
        let (key, value) = (call.read(key)?, call.read(value)?);
        call.host(|host, gas| host.storage_write(gas, key, value))
    }

    pub(super) fn log(mut caller: Caller<'_>, topics: Ptr, topic_count: U32, data: Ptr, len: Len) -> Exits<()> {
        let call = Call::begin(&mut caller, &price::log, len)?;
        if topic_count > 4 {
            return Err(Exit::Trap(Trap::TooManyTopics));
        }
        let (topics, _) = call.slice(topics, topic_count * 32)?.as_chunks();
        let data = call.slice(data, len)?;
        call.host(|host, gas| host.log(gas, topics, data))
    }

    pub(super) fn caller(mut caller: Caller<'_>, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(&mut caller, &price::caller, 0)?;
        call.write(dst, &call.frame().caller)
    }

    pub(super) fn origin(mut caller: Caller<'_>, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(&mut caller, &price::origin, 0)?;
        call.write(dst, &call.frame().origin)
    }

    pub(super) fn value(mut caller: Caller<'_>, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(&mut caller, &price::value, 0)?;
        call.write(dst, &call.frame().value)
    }

    pub(super) fn address(mut caller: Caller<'_>, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(&mut caller, &price::address, 0)?;
        call.write(dst, &call.frame().address)
    }

    pub(super) fn self_balance(mut caller: Caller<'_>, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(&mut caller, &price::self_balance, 0)?;
        let balance = call.host(|host, gas| host.self_balance(gas))?;
        call.write(dst, &balance)
    }

    pub(super) fn balance(mut caller: Caller<'_>, account: Ptr, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(&mut caller, &price::balance, 0)?;
        let account = call.read(account)?;
        let balance = call.host(|host, gas| host.balance(gas, account))?;
        call.write(dst, &balance)
    }

    pub(super) fn block_number(mut caller: Caller<'_>) -> Exits<U64> {
        Ok(Call::begin(&mut caller, &price::block_number, 0)?.frame().block.number)
    }

    pub(super) fn block_timestamp(mut caller: Caller<'_>) -> Exits<U64> {
        Ok(Call::begin(&mut caller, &price::block_timestamp, 0)?.frame().block.timestamp)
    }

    pub(super) fn base_fee(mut caller: Caller<'_>, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(&mut caller, &price::base_fee, 0)?;
        call.write(dst, &call.frame().block.base_fee)
    }

    pub(super) fn chain_id(mut caller: Caller<'_>) -> Exits<U64> {
        Ok(Call::begin(&mut caller, &price::chain_id, 0)?.frame().block.chain_id)
    }

    pub(super) fn block_gas_limit(mut caller: Caller<'_>) -> Exits<U64> {
        Ok(Call::begin(&mut caller, &price::block_gas_limit, 0)?.frame().block.gas_limit)
    }

    pub(super) fn coinbase(mut caller: Caller<'_>, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(&mut caller, &price::coinbase, 0)?;
        call.write(dst, &call.frame().block.coinbase)
    }

    pub(super) fn gas_left(mut caller: Caller<'_>) -> Exits<U64> {
        let call = Call::begin(&mut caller, &price::gas_left, 0)?;
        Ok(call.places.fuel().max(0) as u64 / FUEL_PER_GAS)
    }

    pub(super) fn call(mut caller: Caller<'_>, gas: U64, to: Ptr, value: Ptr, data: Ptr, len: Len) -> Exits<U32> {
        let mut call = Call::begin(&mut caller, &price::call, len)?;
        let value = call.read(value)?;
        call_out(&mut call, CallKind::Call, gas, to, value, (data, len))
    }

    pub(super) fn static_call(mut caller: Caller<'_>, gas: U64, to: Ptr, data: Ptr, len: Len) -> Exits<U32> {
        let mut call = Call::begin(&mut caller, &price::static_call, len)?;
        call_out(&mut call, CallKind::Static, gas, to, [0; 32], (data, len))
    }

    pub(super) fn delegate_call(mut caller: Caller<'_>, gas: U64, to: Ptr, data: Ptr, len: Len) -> Exits<U32> {
        let mut call = Call::begin(&mut caller, &price::delegate_call, len)?;
        call_out(&mut call, CallKind::Delegate, gas, to, [0; 32], (data, len))
    }

    fn call_out(
        call: &mut Call<'_>,
        kind: CallKind,
        gas: u64,
        to: u32,
        value: [u8; 32],
        (data, len): (u32, u32),
    ) -> Exits<U32> {
        let request = CallRequest { kind, gas, to: call.read(to)?, value, input: call.slice(data, len)?.to_vec() };
        let reply = call.host(|host, gas| host.call(gas, request))?;
        Ok(call.keep(reply))
    }

    pub(super) fn create(mut caller: Caller<'_>, value: Ptr, code: Ptr, len: Len, dst: PtrMut) -> Exits<U32> {
        let mut call = Call::begin(&mut caller, &price::create, len)?;
        let value = call.read(value)?;
        let code = call.slice(code, len)?.to_vec();
        let reply = call.host(|host, gas| host.create(gas, value, code))?;
        call.write(dst, &reply.created.unwrap_or_default())?;
        Ok(call.keep(reply))
    }

    pub(super) fn return_data_size(mut caller: Caller<'_>) -> Exits<U32> {
        Ok(Call::begin(&mut caller, &price::return_data_size, 0)?.env.return_data.len() as u32)
    }

    pub(super) fn return_data_copy(mut caller: Caller<'_>, dst: PtrMut, offset: U32, len: Len) -> Exits<()> {
        let mut call = Call::begin(&mut caller, &price::return_data_copy, len)?;
        let data = std::mem::take(&mut call.env.return_data);
        let part = data.get(offset as usize..).and_then(|rest| rest.get(..len as usize));
        let copied = part.ok_or(Exit::Trap(Trap::ReturnDataOutOfBounds)).and_then(|part| call.write(dst, part));
        call.env.return_data = data;
        copied
    }

    pub(super) fn keccak256(mut caller: Caller<'_>, data: Ptr, len: Len, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(&mut caller, &price::keccak256, len)?;
        let data = call.slice(data, len)?;
        let hash = call.host(|host, gas| host.keccak256(gas, data))?;
        call.write(dst, &hash)
    }

    pub(super) fn sha256(mut caller: Caller<'_>, data: Ptr, len: Len, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(&mut caller, &price::sha256, len)?;
        let data = call.slice(data, len)?;
        let hash = call.host(|host, gas| host.sha256(gas, data))?;
        call.write(dst, &hash)
    }

    pub(super) fn secp256k1_recover(
        mut caller: Caller<'_>,
        hash: Ptr,
        signature: Ptr,
        v: U32,
        dst: PtrMut,
    ) -> Exits<U32> {
        let mut call = Call::begin(&mut caller, &price::secp256k1_recover, 0)?;
        let (hash, signature) = (call.read(hash)?, call.read(signature)?);
        let signer = call.host(|host, gas| host.secp256k1_recover(gas, hash, signature, v))?;
        let Some(signer) = signer else { return Ok(1) };
        call.write(dst, &signer)?;
        Ok(0)
    }
}

macro_rules! expand_linker {
    ($($(#[doc = $doc:literal])+ fn $name:ident($($param:ident: $ty:ident),*) $(-> $ret:ident)?; fuel = $fuel:literal, word = $word:literal, gas = $gas:literal;)+) => {
        /// Prices, named as in the table.
        #[allow(non_upper_case_globals)]
        mod price {
            use super::Price;
            $(pub(super) const $name: Price = Price { fuel: $fuel, word: $word };)+
        }

        /// A host function that a module imports.
        #[derive(Clone, Copy, Debug)]
        #[allow(non_camel_case_types)]
        pub(crate) enum Import {
            $($name),+
        }

        impl Import {
            /// The row of that name.
            pub(crate) fn by_name(name: &str) -> Option<Self> {
                match name {
                    $(stringify!($name) => Some(Self::$name),)+
                    _ => None,
                }
            }

            /// The function as an import of one instance.
            pub(crate) fn link(self, store: &mut Store, env: &FunctionEnv<Env>) -> Extern {
                match self {
                    $(Self::$name => {
                        // The cast holds the function to the types of its row.
                        let function: fn(Caller<'_> $(, $ty)*) -> Exits<returned!($($ret)?)> = functions::$name;
                        Function::new_typed_with_env(store, env, function).into()
                    })+
                }
            }
        }
    };
}
macro_rules! returned {
    () => {
        ()
    };
    ($ret:ident) => {
        $ret
    };
}
zx_host_functions::host_functions!(expand_linker);
