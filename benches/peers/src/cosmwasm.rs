//! Contracts on cosmwasm-vm: its cache with the module pinned in memory, and the backend of its own tests, which keeps
//! storage in a map.

use cosmwasm_std::{Binary, ContractResult, Empty, Response};
use cosmwasm_vm::{
    Backend, Cache, CacheOptions, InstanceOptions, Size, Storage as _, call_execute_raw, call_instantiate_raw,
    call_query_raw, capabilities_from_csv, from_slice,
    testing::{MockApi, MockQuerier, MockStorage, mock_backend},
};
use std::{
    cell::Cell,
    hint::black_box,
    time::{Duration, Instant},
};
use tempfile::TempDir;

type Instance = cosmwasm_vm::Instance<MockApi, MockStorage, MockQuerier>;

/// Gas of an instance: more than all calls of a run use.
const OPTIONS: InstanceOptions = InstanceOptions { gas_limit: 1 << 50 };
/// Memory of an instance, as in wasmd.
const MEMORY: Size = Size::mebi(32);
/// Bytes of a result that is looked into.
const RESULT_BYTES: usize = 1 << 16;

/// What a call is given besides the message, as JSON.
#[derive(Debug, Default)]
pub(crate) struct Context {
    pub(crate) env: Vec<u8>,
    pub(crate) info: Vec<u8>,
}

/// A contract with its storage, and the message that is sent to it.
pub(crate) struct Contract {
    cache: Cache<MockApi, MockStorage, MockQuerier>,
    code: cosmwasm_std::Checksum,
    /// Lent to an instance while there is one.
    backend: Cell<Option<Backend<MockApi, MockStorage, MockQuerier>>>,
    context: Context,
    message: Vec<u8>,
    sent: Cell<u64>,
    /// Kept until the end of the measurement.
    _folder: TempDir,
}

impl Contract {
    /// Compiles and pins a module.
    pub(crate) fn new(module: &[u8], context: Context, message: Vec<u8>) -> eyre::Result<Self> {
        let folder = tempfile::tempdir()?;
        let options =
            CacheOptions::new(folder.path(), capabilities_from_csv("iterator,staking"), Size::mebi(100), MEMORY);
        // SAFETY: nobody else writes to the folder, whose artifacts are run as native code.
        let cache = unsafe { Cache::new(options) }?;
        let code = cache.store_code(module, true, true)?;
        cache.pin(&code)?;
        let backend = Cell::new(Some(mock_backend(&[])));
        Ok(Self { cache, code, backend, context, message, sent: Cell::new(0), _folder: folder })
    }

    fn instance(&self) -> Instance {
        let backend = self.backend.take().expect("no other instance");
        self.cache.get_instance(&self.code, backend, OPTIONS).expect("it is pinned")
    }

    fn with_instance<T>(&self, f: impl FnOnce(&mut Instance) -> T) -> T {
        let mut instance = self.instance();
        let result = f(&mut instance);
        self.backend.set(instance.recycle());
        result
    }

    /// How often the message was sent.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.get()
    }

    /// Whether every instance came from memory. Pinning itself has loaded the module from disk.
    pub(crate) fn was_pinned(&self) -> bool {
        let stats = self.cache.stats();
        (stats.hits_fs_cache, stats.hits_memory_cache, stats.misses) == (1, 0, 0)
    }

    fn execute(&self, instance: &mut Instance) -> Vec<u8> {
        let Context { env, info } = &self.context;
        call_execute_raw(instance, env, info, &self.message).expect("it runs")
    }

    /// Time to send the message so often, to an instance of its own each time: found in the cache, made, called, and
    /// dropped.
    pub(crate) fn transfers(&self, times: u64) -> Duration {
        let start = Instant::now();
        let results: Vec<_> = (0..times).map(|_| self.with_instance(|instance| self.execute(instance))).collect();
        self.count(start.elapsed(), &results)
    }

    /// Time to send the message so often, to one instance that is there already.
    pub(crate) fn calls(&self, times: u64) -> Duration {
        self.with_instance(|instance| {
            let start = Instant::now();
            let results: Vec<_> = (0..times).map(|_| self.execute(instance)).collect();
            self.count(start.elapsed(), &results)
        })
    }

    fn count(&self, time: Duration, results: &[Vec<u8>]) -> Duration {
        assert!(results.iter().all(|result| succeeded(result)), "a transfer failed");
        self.sent.update(|sent| sent + results.len() as u64);
        time
    }

    /// Runs the constructor.
    pub(crate) fn instantiate(&self, message: &str) -> eyre::Result<()> {
        let Context { env, info } = &self.context;
        let result = self.with_instance(|instance| call_instantiate_raw(instance, env, info, message.as_bytes()))?;
        eyre::ensure!(succeeded(&result), "{}", String::from_utf8_lossy(&result));
        Ok(())
    }

    /// Asks the contract.
    pub(crate) fn query(&self, message: &str) -> eyre::Result<Vec<u8>> {
        let result = self.with_instance(|i| call_query_raw(i, &self.context.env, message.as_bytes()))?;
        let answer: ContractResult<Binary> = from_slice(&result, RESULT_BYTES)?;
        Ok(answer.into_result().map_err(eyre::Report::msg)?.into())
    }

    /// The value at a key of its storage, or nothing.
    pub(crate) fn read(&self, key: &[u8]) -> eyre::Result<Vec<u8>> {
        let (value, _) = self.with_storage(|storage| storage.get(key));
        Ok(value?.unwrap_or_default())
    }

    /// Puts a value there.
    pub(crate) fn write(&self, key: &[u8], value: &[u8]) -> eyre::Result<()> {
        let (done, _) = self.with_storage(|storage| storage.set(key, value));
        Ok(done?)
    }

    fn with_storage<T>(&self, f: impl FnOnce(&mut MockStorage) -> T) -> T {
        let mut backend = self.backend.take().expect("no instance");
        let result = f(&mut backend.storage);
        self.backend.set(Some(backend));
        result
    }
}

/// Whether a result is a response, and no error of the contract's.
fn succeeded(result: &[u8]) -> bool {
    black_box(result).starts_with(br#"{"ok":"#)
        && from_slice::<ContractResult<Response<Empty>>>(result, RESULT_BYTES).is_ok()
}
