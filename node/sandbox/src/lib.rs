//! The metered WebAssembly sandbox: module bytes and a [`Host`] in, an [`Outcome`] out.
//!
//! 1. [`Sandbox::prepare`] validates a module by the chain's rules and compiles it with cranelift, once per code hash;
//!    the artifact is kept in memory and, authenticated, on disk, so that a restart compiles nothing.
//! 2. Before that, two meters are written into it ([`meter()`]): fuel, charged once for each straight run of
//!    instructions, and stack bytes, so that recursion ends at the same call on every machine.
//! 3. [`Sandbox::run`] takes an instance of the module that is as good as new, enters `deploy` or `call`, and turns
//!    whatever happens into a fixed [`Status`]. Nothing that wasmer says reaches the caller.
//!
//! The sandbox knows nothing of blocks, accounts or databases: what a contract asks for goes through [`Host`].

mod cache;
mod engine;
mod host;
mod instance;
mod interrupt;
mod linker;
mod meter;
pub mod profile;
mod run;
mod slot;
mod trap;

pub use cache::{CacheError, CacheFigures, CacheStats};
pub use engine::CompileError;
pub use host::{
    BlockContext, CallKind, CallReply, CallRequest, CallStatus, CreateRequest, Frame, Gas, Host, Stop,
    TransactionContext, Watched,
};
pub use interrupt::Interruptible;
pub use meter::{FUEL, MeterError, STACK, UNREACHABLE, meter};
pub use run::{Entry, Outcome, Status, Trap};
pub use zx_host_functions::{ModuleFacts, ModuleLimits, ValidationError};

use cache::Cache;
use engine::{Artifact, LoadedModule, Shared};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::Arc,
    time::Instant,
};

/// Keccak-256 of an account's code, as the chain stores it.
pub type CodeHash = [u8; 32];

/// Gives back to the kernel the native stacks that no frame runs on. wasmer keeps every stack that it has ever needed, and
/// what a guest has touched of them: some MiB each, and one for each frame inside another.
pub fn release_stacks() {
    wasmer::sys::vm::drain_stack_pool();
}

/// A module that is ready to run.
#[derive(Clone, Debug)]
pub struct Prepared(Arc<LoadedModule>);

impl Prepared {
    /// Fuel that entering the module costs, before its first instruction: less for the first frame of a transaction.
    pub fn entry_fuel(&self, is_first: bool) -> u64 {
        self.0.entry_fuel(is_first)
    }
}

/// Why a module cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The module breaks a rule of the chain: its author's fault.
    #[error(transparent)]
    Invalid(#[from] ValidationError),
    /// The compiler refused a module that the validator let pass: ours.
    #[error(transparent)]
    Compile(#[from] CompileError),
}

/// Engine, rules and cache; one for a node, shared by its threads.
#[derive(Debug)]
pub struct Sandbox {
    limits: ModuleLimits,
    cache: Cache,
    shared: Arc<Shared>,
    /// Whether modules tell which functions their fuel goes to.
    profiled: bool,
    /// Modules that are being loaded or compiled.
    under_way: Mutex<HashMap<CodeHash, Arc<Mutex<()>>>>,
}

impl Sandbox {
    /// A sandbox that keeps artifacts in `cache_dir`, or only in memory.
    ///
    /// # Errors
    /// If the folder or the key inside it cannot be made or read.
    pub fn new(limits: ModuleLimits, cache_dir: Option<PathBuf>) -> Result<Self, CacheError> {
        Ok(Self {
            limits,
            cache: Cache::open(cache_dir)?,
            shared: Arc::default(),
            profiled: false,
            under_way: Mutex::default(),
        })
    }

    /// A sandbox that notes in a [profile](profile) which functions fuel goes to. It is slow, compiles for itself, and
    /// charges what any other charges.
    ///
    /// # Errors
    /// None at present.
    pub fn profiled(limits: ModuleLimits) -> Result<Self, CacheError> {
        Ok(Self { profiled: true, ..Self::new(limits, None)? })
    }

    /// The module, from memory, from disk, or compiled now.
    ///
    /// # Errors
    /// [`PrepareError::Invalid`] if it breaks a rule; the rules are checked before anything is compiled.
    pub fn prepare(&self, code_hash: &CodeHash, module: &[u8]) -> Result<Prepared, PrepareError> {
        self.find(code_hash, None, module)
    }

    /// The same, of a module in code of the chain that has the hash `holder`. With immutables before the module, that is
    /// not `code_hash`, which all who run it share; the code is where the next process finds the module.
    ///
    /// # Errors
    /// As of [`prepare`](Self::prepare).
    pub fn prepare_of(&self, code_hash: &CodeHash, holder: &CodeHash, module: &[u8]) -> Result<Prepared, PrepareError> {
        self.find(code_hash, Some(holder), module)
    }

    fn find(&self, code_hash: &CodeHash, holder: Option<&CodeHash>, module: &[u8]) -> Result<Prepared, PrepareError> {
        if let Some(found) = self.cache.memory(code_hash, holder) {
            return Ok(Prepared(found));
        }
        // Whoever comes while another is at it waits for the result.
        let turn = Arc::clone(self.under_way.lock().entry(*code_hash).or_default());
        let _turn = turn.lock();
        let found = match self.cache.memory(code_hash, holder) {
            Some(found) => Ok(found),
            // Nothing that goes wrong with this node's compiler may become what a contract's call ends with.
            None => catch_unwind(AssertUnwindSafe(|| self.load_or_compile(code_hash, holder, module)))
                .unwrap_or_else(|_| Err(CompileError::panicked().into())),
        };
        self.under_way.lock().remove(code_hash);
        found.map(Prepared)
    }

    fn load_or_compile(
        &self,
        code_hash: &CodeHash,
        holder: Option<&CodeHash>,
        module: &[u8],
    ) -> Result<Arc<LoadedModule>, PrepareError> {
        let key = engine::artifact_key(code_hash, &self.limits);
        let started = Instant::now();
        if let Some(path) = self.cache.disk(&key) {
            match self.load(Artifact::File(&path), module) {
                Ok(loaded) => {
                    self.cache.disk_hit();
                    self.cache.took(false, started.elapsed());
                    return Ok(self.cache.remember(*code_hash, holder, loaded));
                }
                Err(error) => {
                    tracing::warn!(%error, "an authentic artifact does not load; compiling again");
                    self.cache.reject(&key);
                }
            }
        }
        let facts = zx_host_functions::validate(module, &self.limits)?;
        let artifact = engine::compile(module, &facts, &self.limits, self.profiled)?;
        let mapped =
            self.cache.compiled(&key, &artifact).and_then(|path| self.load(Artifact::File(&path), module).ok());
        // Without a folder, or if it cannot be written, the module is as good, but its code is not shared.
        let mut loaded = mapped.map_or_else(|| self.load(Artifact::Bytes(&artifact), module), Ok)?;
        loaded.profiled = self.profiled.then_some(*code_hash);
        self.cache.took(true, started.elapsed());
        Ok(self.cache.remember(*code_hash, holder, loaded))
    }

    fn load(&self, artifact: Artifact<'_>, module: &[u8]) -> Result<LoadedModule, CompileError> {
        // SAFETY: bytes come out of our compiler; of files, `Cache` only hands out what this node has authenticated as
        // its own output for this key, or has just written. Nothing writes to a file that has its name.
        unsafe { LoadedModule::load(artifact, module, &self.limits, &self.shared, self.profiled) }
    }

    /// Runs an entry of a module for at most `gas` gas.
    pub fn run(&self, module: &Prepared, entry: Entry, frame: &Frame<'_>, gas: u64, host: &mut dyn Host) -> Outcome {
        run::run(&module.0, entry, frame, gas, host)
    }

    /// Whether the module has a constructor.
    pub fn has_constructor(&self, module: &Prepared) -> bool {
        module.0.has_constructor
    }

    /// The chain's limits.
    pub fn limits(&self) -> &ModuleLimits {
        &self.limits
    }

    /// What the cache has done since the start.
    pub fn stats(&self) -> CacheStats {
        self.cache.stats()
    }

    /// Figures of the cache, for those who watch a node.
    pub fn figures(&self) -> CacheFigures {
        let (compile_time, load_time) = self.cache.times();
        CacheFigures {
            stats: self.stats(),
            compile_time,
            load_time,
            modules: self.cache.modules(),
            instances: self.shared.instances(),
        }
    }

    /// Whether a module is ready in memory, and whether its compiled code is on disk.
    pub fn holds(&self, code_hash: &CodeHash) -> (bool, bool) {
        self.cache.holds(code_hash, &engine::artifact_key(code_hash, &self.limits))
    }

    /// Hashes of the codes that have the modules that have been used most, in this process and in those before it on the
    /// same folder; the most used first. Who has the codes can [`prepare`](Self::prepare_of) them before they are called.
    pub fn most_used(&self) -> Vec<CodeHash> {
        self.cache.most_used()
    }

    /// Forgets every module in memory, so that the next call loads from disk; for measurements and tests.
    pub fn forget(&self) {
        self.cache.forget();
    }
}
