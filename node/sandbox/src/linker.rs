//! The host side of the table: one function for each row, in the table's order and with its types.
//!
//! Each charges its crossing and its words before it touches memory, then lets [`Host`] charge the EVM's price.

use crate::{
    host::{CallKind, CallReply, CallRequest, CreateRequest, Frame, Gas, Host, Stop, Watched},
    instance::Places,
    run::Trap,
    trap::leave,
};
use std::{
    cell::{Cell, RefCell, UnsafeCell},
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};
use wasmer::{
    AsStoreMut, Engine, Extern, FunctionType, Store, Type, VMExternToExtern,
    sys::vm::{
        InternalStoreHandle, MaybeInstanceOwned, VMCallerCheckedAnyfunc, VMContext, VMExtern, VMFunction,
        VMFunctionCallback, VMFunctionContext, VMFunctionKind, VMSignatureHash, VMTrampoline, on_host_stack,
    },
};
use wasmer_types::RawValue;
use zx_host_functions::{
    HOST_FUNCTIONS, HostFunction,
    deploy::IMMUTABLE_BYTES,
    fuel::{self, FUEL_PER_GAS},
};

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

/// What host functions see of an instance. It stays at its place for as long as the store; everything in it can be
/// changed through a shared reference, because generated code hands host functions no other.
#[derive(Default)]
pub(crate) struct Env {
    /// Whom the running entry works for; see [`Env::lend`].
    work: Cell<Option<Work>>,
    /// Where the instance keeps its memory and fuel.
    places: Cell<Option<Places>>,
    output: RefCell<Vec<u8>>,
    /// What a constructor has written; nothing else can.
    immutables: RefCell<Option<Vec<u8>>>,
    return_data: RefCell<Vec<u8>>,
    /// Why a host function left the guest.
    exit: Cell<Option<Exit>>,
    /// Where the guest trapped; 0 if it did not.
    pub(crate) trapped_at: AtomicUsize,
    /// Whether a host function is running.
    pub(crate) in_host: AtomicBool,
    /// Whether the host is told of every call.
    watched: Cell<bool>,
}

#[derive(Clone, Copy)]
struct Work {
    frame: *const Frame<'static>,
    host: *mut (dyn Host + 'static),
}

impl Env {
    pub(crate) fn attach(&self, places: Places) {
        self.places.set(Some(places));
    }

    /// Lends what host functions work on, until [`Env::take_back`].
    ///
    /// # Safety
    /// Host functions may only be entered while both borrows last.
    pub(crate) unsafe fn lend<'a>(&self, frame: &'a Frame<'a>, host: &'a mut (dyn Host + 'a), constructs: bool) {
        self.immutables.replace(constructs.then(Vec::new));
        self.watched.set(host.watches());
        let host: *mut (dyn Host + 'a) = host;
        self.work.set(Some(Work {
            frame: std::ptr::from_ref(frame).cast(),
            // SAFETY: only the lifetime changes, and the caller keeps it.
            host: unsafe { std::mem::transmute::<*mut (dyn Host + 'a), *mut (dyn Host + 'static)>(host) },
        }));
    }

    pub(crate) fn take_back(&self) {
        self.work.set(None);
        // Its room too: an idle instance holds no more than its memory.
        self.return_data.take();
    }

    /// Fuel that is left; below zero if it ran out.
    fn fuel(&self) -> i64 {
        self.places.get().map_or(0, |places| places.fuel())
    }

    /// Why a host function left the guest, if one did.
    pub(crate) fn exit(&self) -> Option<Exit> {
        self.exit.take()
    }

    /// Immutables that a constructor has written.
    pub(crate) fn take_immutables(&self) -> Vec<u8> {
        self.immutables.take().unwrap_or_default()
    }

    /// What the guest returns.
    pub(crate) fn take_output(&self) -> Vec<u8> {
        self.output.take()
    }
}

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
    env: &'a Env,
    work: Work,
    places: Places,
}

impl<'a> Call<'a> {
    /// Charges the crossing and `len` bytes of data.
    fn begin(env: &'a Env, price: &Price, len: u32) -> Exits<Self> {
        let (Some(work), Some(places)) = (env.work.get(), env.places.get()) else { return Err(Exit::Fatal) };
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

    /// Lets the host act, on the thread's own stack, and takes from the fuel the gas that it charged. Should it panic,
    /// the frame ends there: the caller undoes what was done, and nothing of the instance is used again.
    fn host<T>(&self, act: impl FnOnce(&mut dyn Host, &mut Gas) -> Result<T, Stop>) -> Exits<T> {
        let act = || catch_unwind(AssertUnwindSafe(|| self.host_here(act)));
        on_host_stack(act).unwrap_or(Err(Exit::Trap(Trap::Host)))
    }

    /// The same on the guest's stack, for what needs little of it.
    fn host_here<T>(&self, act: impl FnOnce(&mut dyn Host, &mut Gas) -> Result<T, Stop>) -> Exits<T> {
        let mut places = self.places;
        let before = places.fuel().max(0) as u64;
        let mut gas = Gas::new(before / FUEL_PER_GAS);
        // SAFETY: see `Env::lend`; no other reference to the host is alive while its frame waits in a host function.
        let result = act(unsafe { &mut *self.work.host }, &mut gas);
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

    fn keep(&self, reply: CallReply) -> u32 {
        self.env.return_data.replace(reply.output);
        reply.status as u32
    }
}

/// The functions, named as in the table.
mod functions {
    use super::*;

    pub(super) fn calldata_size(env: &Env) -> Exits<U32> {
        let call = Call::begin(env, &price::calldata_size, 0)?;
        Ok(call.frame().input.len() as u32)
    }

    pub(super) fn calldata_copy(env: &Env, dst: PtrMut, offset: U32, len: Len) -> Exits<()> {
        let mut call = Call::begin(env, &price::calldata_copy, len)?;
        call.write_padded(dst, call.frame().input, offset, len)
    }

    pub(super) fn output(env: &Env, data: Ptr, len: Len) -> Exits<()> {
        let call = Call::begin(env, &price::output, len)?;
        env.output.replace(call.slice(data, len)?.to_vec());
        Ok(())
    }

    pub(super) fn revert(env: &Env, data: Ptr, len: Len) -> Exits<()> {
        let call = Call::begin(env, &price::revert, len)?;
        env.output.replace(call.slice(data, len)?.to_vec());
        Err(Exit::Revert)
    }

    pub(super) fn storage_read(env: &Env, key: Ptr, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(env, &price::storage_read, 0)?;
        let key = call.read(key)?;
        let value = call.host_here(|host, gas| host.storage_read(gas, key))?;
        call.write(dst, &value)
    }

    pub(super) fn storage_write(env: &Env, key: Ptr, value: Ptr) -> Exits<()> {
        let call = Call::begin(env, &price::storage_write, 0)?;
        let (key, value) = (call.read(key)?, call.read(value)?);
        call.host_here(|host, gas| host.storage_write(gas, key, value))
    }

    pub(super) fn log(env: &Env, topics: Ptr, topic_count: U32, data: Ptr, len: Len) -> Exits<()> {
        let call = Call::begin(env, &price::log, len)?;
        if topic_count > 4 {
            return Err(Exit::Trap(Trap::TooManyTopics));
        }
        let (topics, _) = call.slice(topics, topic_count * 32)?.as_chunks();
        let data = call.slice(data, len)?;
        call.host_here(|host, gas| host.log(gas, topics, data))
    }

    pub(super) fn caller(env: &Env, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(env, &price::caller, 0)?;
        call.write(dst, &call.frame().caller)
    }

    pub(super) fn origin(env: &Env, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(env, &price::origin, 0)?;
        call.write(dst, &call.frame().transaction.origin)
    }

    pub(super) fn value(env: &Env, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(env, &price::value, 0)?;
        call.write(dst, &call.frame().value)
    }

    pub(super) fn address(env: &Env, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(env, &price::address, 0)?;
        call.write(dst, &call.frame().address)
    }

    pub(super) fn self_balance(env: &Env, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(env, &price::self_balance, 0)?;
        let balance = call.host_here(|host, gas| host.self_balance(gas))?;
        call.write(dst, &balance)
    }

    pub(super) fn balance(env: &Env, account: Ptr, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(env, &price::balance, 0)?;
        let account = call.read(account)?;
        let balance = call.host_here(|host, gas| host.balance(gas, account))?;
        call.write(dst, &balance)
    }

    pub(super) fn block_number(env: &Env) -> Exits<U64> {
        Ok(Call::begin(env, &price::block_number, 0)?.frame().block.number)
    }

    pub(super) fn block_timestamp(env: &Env) -> Exits<U64> {
        Ok(Call::begin(env, &price::block_timestamp, 0)?.frame().block.timestamp)
    }

    pub(super) fn base_fee(env: &Env, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(env, &price::base_fee, 0)?;
        call.write(dst, &call.frame().block.base_fee)
    }

    pub(super) fn chain_id(env: &Env) -> Exits<U64> {
        Ok(Call::begin(env, &price::chain_id, 0)?.frame().block.chain_id)
    }

    pub(super) fn block_gas_limit(env: &Env) -> Exits<U64> {
        Ok(Call::begin(env, &price::block_gas_limit, 0)?.frame().block.gas_limit)
    }

    pub(super) fn coinbase(env: &Env, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(env, &price::coinbase, 0)?;
        call.write(dst, &call.frame().block.coinbase)
    }

    pub(super) fn gas_left(env: &Env) -> Exits<U64> {
        let call = Call::begin(env, &price::gas_left, 0)?;
        Ok(call.places.fuel().max(0) as u64 / FUEL_PER_GAS)
    }

    pub(super) fn call(env: &Env, gas: U64, to: Ptr, value: Ptr, data: Ptr, len: Len) -> Exits<U32> {
        let mut call = Call::begin(env, &price::call, len)?;
        let value = call.read(value)?;
        call_out(&mut call, CallKind::Call, gas, to, value, (data, len))
    }

    pub(super) fn static_call(env: &Env, gas: U64, to: Ptr, data: Ptr, len: Len) -> Exits<U32> {
        let mut call = Call::begin(env, &price::static_call, len)?;
        call_out(&mut call, CallKind::Static, gas, to, [0; 32], (data, len))
    }

    pub(super) fn delegate_call(env: &Env, gas: U64, to: Ptr, data: Ptr, len: Len) -> Exits<U32> {
        let mut call = Call::begin(env, &price::delegate_call, len)?;
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

    pub(super) fn create(env: &Env, value: Ptr, code: Ptr, len: Len, dst: PtrMut) -> Exits<U32> {
        let mut call = Call::begin(env, &price::create, len)?;
        let value = call.read(value)?;
        create_out(&mut call, value, None, (code, len), dst)
    }

    pub(super) fn create2(env: &Env, value: Ptr, salt: Ptr, code: Ptr, len: Len, dst: PtrMut) -> Exits<U32> {
        let mut call = Call::begin(env, &price::create2, len)?;
        let (value, salt) = (call.read(value)?, call.read(salt)?);
        create_out(&mut call, value, Some(salt), (code, len), dst)
    }

    fn create_out(
        call: &mut Call<'_>,
        value: [u8; 32],
        salt: Option<[u8; 32]>,
        (code, len): (u32, u32),
        dst: u32,
    ) -> Exits<U32> {
        let request = CreateRequest { value, code: call.slice(code, len)?.to_vec(), salt };
        let reply = call.host(|host, gas| host.create(gas, request))?;
        call.write(dst, &reply.created.unwrap_or_default())?;
        Ok(call.keep(reply))
    }

    pub(super) fn return_data_size(env: &Env) -> Exits<U32> {
        Call::begin(env, &price::return_data_size, 0)?;
        Ok(env.return_data.borrow().len() as u32)
    }

    pub(super) fn return_data_copy(env: &Env, dst: PtrMut, offset: U32, len: Len) -> Exits<()> {
        let mut call = Call::begin(env, &price::return_data_copy, len)?;
        let data = env.return_data.borrow();
        let part = data.get(offset as usize..).and_then(|rest| rest.get(..len as usize));
        call.write(dst, part.ok_or(Exit::Trap(Trap::ReturnDataOutOfBounds))?)
    }

    pub(super) fn keccak256(env: &Env, data: Ptr, len: Len, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(env, &price::keccak256, len)?;
        let data = call.slice(data, len)?;
        let hash = call.host_here(|host, gas| host.keccak256(gas, data))?;
        call.write(dst, &hash)
    }

    pub(super) fn sha256(env: &Env, data: Ptr, len: Len, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(env, &price::sha256, len)?;
        let data = call.slice(data, len)?;
        let hash = call.host_here(|host, gas| host.sha256(gas, data))?;
        call.write(dst, &hash)
    }

    pub(super) fn secp256k1_recover(env: &Env, hash: Ptr, signature: Ptr, v: U32, dst: PtrMut) -> Exits<U32> {
        let mut call = Call::begin(env, &price::secp256k1_recover, 0)?;
        let (hash, signature) = (call.read(hash)?, call.read(signature)?);
        let signer = call.host_here(|host, gas| host.secp256k1_recover(gas, hash, signature, v))?;
        let Some(signer) = signer else { return Ok(1) };
        call.write(dst, &signer)?;
        Ok(0)
    }

    pub(super) fn reentrant(env: &Env) -> Exits<U32> {
        Ok(Call::begin(env, &price::reentrant, 0)?.frame().is_reentrant.into())
    }

    pub(super) fn transaction_hash(env: &Env, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(env, &price::transaction_hash, 0)?;
        call.write(dst, &call.frame().transaction.hash)
    }

    pub(super) fn block_hash(env: &Env, number: U64, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(env, &price::block_hash, 0)?;
        let hash = call.host_here(|host, gas| host.block_hash(gas, number))?;
        call.write(dst, &hash)
    }

    pub(super) fn code_size(env: &Env, account: Ptr) -> Exits<U32> {
        let call = Call::begin(env, &price::code_size, 0)?;
        let account = call.read(account)?;
        call.host_here(|host, gas| host.code_size(gas, account))
    }

    pub(super) fn code_hash(env: &Env, account: Ptr, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(env, &price::code_hash, 0)?;
        let account = call.read(account)?;
        let hash = call.host_here(|host, gas| host.code_hash(gas, account))?;
        call.write(dst, &hash)
    }

    pub(super) fn transient_read(env: &Env, key: Ptr, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(env, &price::transient_read, 0)?;
        let key = call.read(key)?;
        let value = call.host_here(|host, gas| host.transient_read(gas, key))?;
        call.write(dst, &value)
    }

    pub(super) fn transient_write(env: &Env, key: Ptr, value: Ptr) -> Exits<()> {
        let call = Call::begin(env, &price::transient_write, 0)?;
        let (key, value) = (call.read(key)?, call.read(value)?);
        call.host_here(|host, gas| host.transient_write(gas, key, value))
    }

    pub(super) fn gas_price(env: &Env, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(env, &price::gas_price, 0)?;
        call.write(dst, &call.frame().transaction.gas_price)
    }

    pub(super) fn prev_randao(env: &Env, dst: PtrMut) -> Exits<()> {
        let mut call = Call::begin(env, &price::prev_randao, 0)?;
        call.write(dst, &call.frame().block.prev_randao)
    }

    pub(super) fn ed25519_verify(env: &Env, message: Ptr, len: Len, signature: Ptr, public_key: Ptr) -> Exits<U32> {
        let call = Call::begin(env, &price::ed25519_verify, len)?;
        let message = call.slice(message, len)?;
        let (signature, public_key) = (call.read(signature)?, call.read(public_key)?);
        let valid = call.host_here(|host, gas| host.ed25519_verify(gas, message, signature, public_key))?;
        Ok(u32::from(!valid))
    }

    pub(super) fn immutable_read(env: &Env, dst: PtrMut, offset: U32, len: Len) -> Exits<()> {
        let mut call = Call::begin(env, &price::immutable_read, len)?;
        match &*env.immutables.borrow() {
            Some(written) => call.write_padded(dst, written, offset, len),
            None => call.write_padded(dst, call.frame().immutables, offset, len),
        }
    }

    pub(super) fn immutable_write(env: &Env, offset: U32, data: Ptr, len: Len) -> Exits<()> {
        let call = Call::begin(env, &price::immutable_write, len)?;
        let mut immutables = env.immutables.borrow_mut();
        let written = immutables.as_mut().ok_or(Exit::Trap(Trap::ImmutableWrite))?;
        let data = call.slice(data, len)?;
        let (start, end) = (offset as usize, (offset as usize).saturating_add(data.len()));
        if end > IMMUTABLE_BYTES {
            return Err(Exit::Trap(Trap::ImmutablesTooLarge));
        }
        if written.len() < end {
            written.resize(end, 0);
        }
        if let Some(place) = written.get_mut(start..end) {
            place.copy_from_slice(data);
        }
        Ok(())
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

        /// What generated code calls: it hands over the environment, and cannot be unwound through.
        mod entry {
            use super::*;
            $(pub(super) unsafe extern "C-unwind" fn $name(env: *const Env $(, $param: $ty)*) -> returned!($($ret)?) {
                // SAFETY: `Import::link` gave the environment, which lives as long as the store that runs.
                let env = unsafe { &*env };
                let args = || vec![$(u64::from($param)),*];
                match enter(env, Import::$name, args, |env| functions::$name(env $(, $param)*)) {
                    Some(value) => value,
                    // SAFETY: generated code called, on the guest's stack; nothing here needs to be dropped.
                    None => unsafe { leave() },
                }
            })+
        }

        /// How wasmer calls a host function that a module exports as its entry: arguments and result in an array.
        mod array_call {
            use super::*;
            $(pub(super) unsafe extern "C" fn $name(
                env: *mut VMContext,
                _body: VMFunctionCallback,
                values: *mut RawValue,
            ) {
                let mut _next = values.cast_const();
                // SAFETY: wasmer gives as many values as the signature has, and the environment as above.
                unsafe {
                    $(let $param = $ty::from_raw(_next); _next = _next.add(1);)*
                    let _value = entry::$name(env.cast_const().cast() $(, $param)*);
                    $($ret::into_raw(_value, values);)?
                }
            })+
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

            /// Its entry points and its type. The cast holds the function to the types of its row.
            fn parts(self) -> (VMFunctionCallback, VMTrampoline, FunctionType) {
                match self {
                    $(Self::$name => {
                        let function: unsafe extern "C-unwind" fn(*const Env $(, $ty)*) -> returned!($($ret)?) =
                            entry::$name;
                        let ty = FunctionType::new([$(<$ty as Wire>::TYPE),*] as [Type; _], [$(<$ret as Wire>::TYPE)?]);
                        (function as VMFunctionCallback, array_call::$name, ty)
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

/// What the wrappers of a profiled module call: see [`crate::profile`].
mod hook {
    use super::*;

    pub(super) unsafe extern "C-unwind" fn enter(env: *const Env, function: u32) {
        // SAFETY: as of the functions of the table.
        crate::profile::enter(function, unsafe { &*env }.fuel());
    }

    pub(super) unsafe extern "C-unwind" fn leave(env: *const Env, _function: u32) {
        // SAFETY: as above.
        crate::profile::leave(unsafe { &*env }.fuel());
    }

    /// No module can export one, which is the only way to get here.
    pub(super) unsafe extern "C" fn array_call(_: *mut VMContext, _: VMFunctionCallback, _: *mut RawValue) {}
}

/// The imports that a profiled module has after its own.
pub(crate) fn profile_hooks(engine: &Engine) -> [Linkable; 2] {
    let hooks: [unsafe extern "C-unwind" fn(*const Env, u32); 2] = [hook::enter, hook::leave];
    hooks.map(|function| {
        let signature = FunctionType::new([Type::I32], []);
        let hash = engine.as_sys().register_signature(&signature);
        Linkable { function: function as VMFunctionCallback, call_trampoline: hook::array_call, signature, hash }
    })
}

/// Runs a host function; `None` if it left a reason to leave the guest.
fn enter<T: Returned>(
    env: &Env,
    import: Import,
    args: impl FnOnce() -> Vec<u64>,
    function: impl FnOnce(&Env) -> Exits<T>,
) -> Option<T> {
    env.in_host.store(true, Ordering::Relaxed);
    let run = AssertUnwindSafe(|| match env.watched.get() {
        false => function(env),
        true => watched(env, import, &args(), function),
    });
    let result = catch_unwind(run).unwrap_or(Err(Exit::Trap(Trap::Host)));
    env.in_host.store(false, Ordering::Relaxed);
    result.map_err(|exit| env.exit.set(Some(exit))).ok()
}

/// The same, telling the host of it before and after.
#[cold]
fn watched<T: Returned>(env: &Env, import: Import, args: &[u64], function: impl FnOnce(&Env) -> Exits<T>) -> Exits<T> {
    let row = HOST_FUNCTIONS.get(import as usize).ok_or(Exit::Fatal)?;
    tell(env, row, args, |host, call| host.host_call(call).map_err(Exit::from))?;
    let result = function(env);
    let value = result.as_ref().map(Returned::word).map_err(|_| ());
    tell(env, row, args, |host, call| {
        host.host_return(call, value);
        Ok(())
    })?;
    result
}

fn tell(
    env: &Env,
    function: &'static HostFunction,
    args: &[u64],
    with: impl FnOnce(&mut dyn Host, Watched<'_>) -> Exits<()>,
) -> Exits<()> {
    let (Some(work), Some(places)) = (env.work.get(), env.places.get()) else { return Err(Exit::Fatal) };
    let act = || {
        // SAFETY: the guest waits while the host runs, and nobody else has its memory now.
        let memory: &[u8] = unsafe { places.bytes() };
        // SAFETY: see `Env::lend`; no other reference to the host is alive before a host function begins, nor after.
        with(unsafe { &mut *work.host }, Watched { function, args, memory, fuel: places.fuel() })
    };
    on_host_stack(|| catch_unwind(AssertUnwindSafe(act))).unwrap_or(Err(Exit::Trap(Trap::Host)))
}

/// What a host function gives back, as a number if it is one.
trait Returned {
    fn word(&self) -> Option<u64>;
}

impl Returned for () {
    fn word(&self) -> Option<u64> {
        None
    }
}

impl Returned for u32 {
    fn word(&self) -> Option<u64> {
        Some((*self).into())
    }
}

impl Returned for u64 {
    fn word(&self) -> Option<u64> {
        Some(*self)
    }
}

impl Import {
    /// The function for all instances on the engine.
    pub(crate) fn on(self, engine: &Engine) -> Linkable {
        let (function, call_trampoline, signature) = self.parts();
        let hash = engine.as_sys().register_signature(&signature);
        Linkable { function, call_trampoline, signature, hash }
    }
}

/// A host function, ready to be an import of instances.
pub(crate) struct Linkable {
    function: VMFunctionCallback,
    call_trampoline: VMTrampoline,
    signature: FunctionType,
    hash: VMSignatureHash,
}

// SAFETY: the pointer is that of a function.
unsafe impl Send for Linkable {}
// SAFETY: as above.
unsafe impl Sync for Linkable {}

impl Linkable {
    /// The function as an import of the instance with this environment. Generated code calls it directly: wasmer's own
    /// way in changes stacks, looks up the store and checks types each time.
    pub(crate) fn link(&self, store: &mut Store, env: &Rc<Env>) -> Extern {
        let anyfunc = VMCallerCheckedAnyfunc {
            func_ptr: self.function,
            type_signature_hash: self.hash,
            vmctx: VMFunctionContext { host_env: Rc::as_ptr(env).cast_mut().cast() },
            call_trampoline: self.call_trampoline,
        };
        let function = VMFunction {
            anyfunc: MaybeInstanceOwned::Host(Box::new(UnsafeCell::new(anyfunc))),
            kind: VMFunctionKind::Static,
            signature: self.signature.clone(),
            host_data: Box::new(Rc::clone(env)),
        };
        VMExtern::Function(InternalStoreHandle::new(store.objects_mut().as_sys_mut(), function)).to_extern(store)
    }
}

/// A type of the boundary, as wasmer has it in an array of values.
trait Wire {
    const TYPE: Type;

    /// # Safety
    /// `value` points to a value of this type.
    unsafe fn from_raw(value: *const RawValue) -> Self;

    /// # Safety
    /// `value` points to a place for one.
    unsafe fn into_raw(self, value: *mut RawValue);
}

impl Wire for u32 {
    const TYPE: Type = Type::I32;

    unsafe fn from_raw(value: *const RawValue) -> Self {
        // SAFETY: the caller's promise.
        unsafe { (*value).u32 }
    }

    unsafe fn into_raw(self, value: *mut RawValue) {
        // SAFETY: the caller's promise.
        unsafe { (*value).u32 = self }
    }
}

impl Wire for u64 {
    const TYPE: Type = Type::I64;

    unsafe fn from_raw(value: *const RawValue) -> Self {
        // SAFETY: the caller's promise.
        unsafe { (*value).u64 }
    }

    unsafe fn into_raw(self, value: *mut RawValue) {
        // SAFETY: the caller's promise.
        unsafe { (*value).u64 = self }
    }
}
