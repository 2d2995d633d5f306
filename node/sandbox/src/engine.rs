//! Compilation and loading: everything that decides what native code runs.

use crate::{
    CodeHash,
    cache::Key,
    instance::Warm,
    linker,
    meter::{self, MeterError},
    profile,
    run::Status,
    slot::{STEP, Slots, Span, Window},
    trap,
};
use crossbeam_queue::ArrayQueue;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use std::{
    cell::RefCell,
    collections::{HashMap, VecDeque},
    fmt,
    mem::ManuallyDrop,
    ops::Range,
    path::Path,
    ptr::NonNull,
    sync::{
        Arc, Weak,
        atomic::{AtomicUsize, Ordering},
    },
};
use wasmer::{
    Engine, Module,
    sys::{
        BaseTunables, CpuFeature, Cranelift, CraneliftOptLevel, EngineBuilder, Features, NativeEngineExt, Target,
        Tunables,
        vm::{
            MemoryError, MemoryStyle, TableStyle, VMConfig, VMGlobal, VMGlobalDefinition, VMMemory, VMMemoryDefinition,
            VMTable, VMTableDefinition,
        },
    },
};
use wasmer_compiler::{ArtifactBuild, ArtifactCreate as _, ModuleEnvironment};
use wasmer_types::{GlobalType, MemoryType, Pages, TableType, TrapCode};
use wasmparser::{Data, DataKind, ElementItems, Operator, Parser, Payload};
use zx_host_functions::{EXPORT_DEPLOY, ModuleFacts, ModuleLimits, TABLE_HASH, fuel};

/// Changes whenever code generation, the meters or the rules change in a way that nothing else in the key shows.
const REVISION: u32 = 7;

/// Native stack for a metered one. A value that cranelift takes out of a loop and keeps over the calls in it takes 8
/// native bytes and at least 3 of the body (`local.get`, and an operator of one operand), which the meter counts as
/// 3/8: 21.4 native bytes for a metered one. Functions made of such values have been seen to take 16.1; plain recursion
/// takes 0.4.
const NATIVE_STACK_FACTOR: usize = 24;
/// Native stack that the meter does not know of: a last function that calls no other is not charged (170 KiB, if all of
/// its body is such values), and host functions run below it. What hits the guard page there never returns what it
/// holds.
const NATIVE_STACK_ROOM: usize = 1 << 20;

/// Idle instances of one module: more than threads run it at once, and than calls of it nest in honest use.
const IDLE_INSTANCES: usize = 16;
/// Instances of all modules that are kept. Each holds at most 256 KiB of memory when idle.
const ALL_INSTANCES: usize = 256;

/// The compiler or the loader refused a module that the validator had let pass.
#[derive(Debug, thiserror::Error)]
#[error("cannot make native code: {0}")]
pub struct CompileError(String);

/// Computations times turns, for each byte of the module, past which it is compiled without optimisation. Cranelift moves
/// what does not change out of loops and keeps what it sees repeated, and its time is quadratic in the values that it so
/// keeps over calls: 9,200 over 460 calls, in 32 KB, took three seconds, and without optimisation 40 ms. The deposit pays
/// for ten a byte. `zx20` has 1.8.
const MOVABLE_A_BYTE: u64 = 8;

/// Held while native code is mapped or unmapped. wasmer 7.4.2 forgets what it knows of an address range after it has
/// unmapped it; a thread that maps at the same address in between finds the range taken, and panics with a lock held
/// that no module can be loaded without.
static MAPPING: Mutex<()> = Mutex::new(());

/// Native code and idle instances of it: all that keeps it mapped.
pub(crate) struct Native {
    idle: ArrayQueue<Box<Warm>>,
    pub(crate) module: Module,
    pub(crate) engine: Engine,
}

/// Native code with what is needed to run it.
pub(crate) struct LoadedModule {
    pub(crate) native: ManuallyDrop<Native>,
    /// Addresses of its functions.
    pub(crate) code: Range<usize>,
    /// Host functions in the order of the module's imports.
    pub(crate) imports: Vec<linker::Linkable>,
    /// What an entry pays for.
    entry_fuel: u64,
    pub(crate) has_constructor: bool,
    /// Its code hash, if it tells which functions its fuel goes to.
    pub(crate) profiled: Option<CodeHash>,
    /// What its instructions trap with, as far as they have: wasmer reads that from the file.
    traps: Mutex<HashMap<usize, Option<TrapCode>>>,
    /// Data segments: what memory holds at first.
    data: Vec<(usize, Box<[u8]>)>,
    pub(crate) shared: Arc<Shared>,
}

/// What all modules of a sandbox have in common.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    slots: Arc<Slots>,
    /// Instances that are running or idle.
    instances: AtomicUsize,
    /// The modules of the last instances that were made, in order.
    last_made: Mutex<VecDeque<Weak<LoadedModule>>>,
}

impl Shared {
    /// Counts an instance, for as long as the result lives.
    pub(crate) fn count(self: &Arc<Self>) -> Counted {
        self.instances.fetch_add(1, Ordering::Relaxed);
        Counted(Arc::clone(self))
    }

    /// Notes that an instance has been made, and for each that is one too many lets an idle one of the module go whose
    /// turn was longest ago.
    fn made(&self, module: &Arc<LoadedModule>) {
        let oldest = {
            let mut last = self.last_made.lock();
            last.push_back(Arc::downgrade(module));
            if last.len() > ALL_INSTANCES { last.pop_front() } else { None }
        };
        if let Some(module) = oldest.and_then(|module| module.upgrade()) {
            drop(module.native.idle.pop());
        }
    }

    pub(crate) fn instances(&self) -> usize {
        self.instances.load(Ordering::Relaxed)
    }
}

/// An instance that counts as one until it is dropped.
pub(crate) struct Counted(Arc<Shared>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.instances.fetch_sub(1, Ordering::Relaxed);
    }
}

impl fmt::Debug for LoadedModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoadedModule").finish_non_exhaustive()
    }
}

/// Identity of an artifact: the code, and everything that shapes the native code made of it (DESIGN section 4).
pub(crate) fn artifact_key(code_hash: &[u8; 32], limits: &ModuleLimits) -> Key {
    let mut hash = Sha256::new();
    hash.update(code_hash);
    hash.update(TABLE_HASH);
    for price in fuel::SCHEDULE {
        hash.update(price.to_le_bytes());
    }
    // An artifact stands for a module that was valid: under other limits it may not be.
    hash.update(format!("{limits:?}"));
    hash.update(REVISION.to_le_bytes());
    hash.update(wasmer_types::VERSION.as_bytes());
    hash.update(b"cranelift,speed,elf");
    hash.update(CpuFeature::for_host().as_u64().to_le_bytes());
    hash.finalize().into()
}

/// Compiles a validated module, with its meters, to an artifact: an ELF image, which can be mapped from a file.
pub(crate) fn compile(
    module: &[u8],
    facts: &ModuleFacts,
    limits: &ModuleLimits,
    profiled: bool,
) -> Result<Vec<u8>, CompileError> {
    let mut metered = meter::meter(module, facts, limits.stack_bytes)?;
    if profiled {
        metered = profile::instrument(&metered)?;
    }
    let mut config = Cranelift::new();
    let level = match facts.work.movable / MOVABLE_A_BYTE > module.len() as u64 {
        true => CraneliftOptLevel::None,
        false => CraneliftOptLevel::Speed,
    };
    config.opt_level(level).canonicalize_nans(false).experimental_artifact(true);
    let engine = EngineBuilder::new(config).set_features(Some(Features::none())).engine();
    let failed = |error: &dyn fmt::Display| CompileError(error.to_string());
    // As `Module::new` does it, which would also map the code.
    let module = ModuleEnvironment::new().translate(&metered).map_err(|e| failed(&e))?.module;
    let tunables = BaseTunables::new();
    let memories = module.memories.values().map(|ty| tunables.memory_style(ty)).collect();
    let tables = module.tables.values().map(|ty| tunables.table_style(ty)).collect();
    let build = ArtifactBuild::new(&mut engine.inner_mut(), &metered, engine.target(), memories, tables, None);
    build.map_err(|e| failed(&e))?.serialize().map_err(|e| failed(&e))
}

/// Where an artifact is.
#[derive(Clone, Copy)]
pub(crate) enum Artifact<'a> {
    /// In a file, whose code is mapped: processes share it, and it is read when it is run.
    File(&'a Path),
    /// In memory; its code is copied.
    Bytes(&'a [u8]),
}

impl CompileError {
    /// The compiler or the loader gave up in its own way.
    pub(crate) fn panicked() -> Self {
        Self("it panicked; its message is in the log".to_owned())
    }
}

impl From<MeterError> for CompileError {
    fn from(error: MeterError) -> Self {
        Self(error.to_string())
    }
}

impl LoadedModule {
    /// Maps an artifact of a module.
    ///
    /// # Safety
    /// It must be an artifact that [`compile`] made: it is run as native code. A file must stay as it is while the
    /// module lives; it may be removed.
    pub(crate) unsafe fn load(
        artifact: Artifact<'_>,
        source: &[u8],
        limits: &ModuleLimits,
        shared: &Arc<Shared>,
        profiled: bool,
    ) -> Result<Self, CompileError> {
        let outline = Outline::of(source)?;
        // Let go after the engine, should that be dropped for an error.
        let _mapping = MAPPING.lock();
        let mut engine: Engine = EngineBuilder::headless().set_target(Some(Target::default())).engine().into();
        engine.set_tunables(Bounded::new(limits, Arc::clone(&shared.slots), outline.data_range()));
        // SAFETY: handed on to the caller.
        let module = unsafe {
            match artifact {
                Artifact::File(path) => Module::deserialize_from_file(&engine, path),
                Artifact::Bytes(bytes) => Module::deserialize(&engine, bytes),
            }
        };
        let module = module.map_err(|e| CompileError(e.to_string()))?;
        let hooks = profiled.then(|| linker::profile_hooks(&engine));
        Ok(Self {
            imports: outline
                .imports
                .iter()
                .map(|import| import.on(&engine))
                .chain(hooks.into_iter().flatten())
                .collect(),
            entry_fuel: outline.entry_fuel(),
            traps: Mutex::default(),
            code: code(&module),
            native: ManuallyDrop::new(Native { idle: ArrayQueue::new(IDLE_INSTANCES), module, engine }),
            has_constructor: outline.has_constructor,
            profiled: None,
            data: outline.data,
            shared: Arc::clone(shared),
        })
    }

    /// Fuel that an entry costs. The first frame of a transaction pays only for what makes the module's instances dear.
    pub(crate) fn entry_fuel(&self, is_first: bool) -> u64 {
        if is_first { self.entry_fuel.saturating_sub(fuel::ENTRY) } else { self.entry_fuel }
    }

    /// An instance as good as new.
    pub(crate) fn take(self: &Arc<Self>) -> Result<Box<Warm>, Status> {
        if let Some(warm) = self.native.idle.pop() {
            return Ok(warm);
        }
        let warm = Warm::new(self)?;
        self.shared.made(self);
        Ok(Box::new(warm))
    }

    /// Takes back an instance after a call that did not trap.
    pub(crate) fn give_back(&self, mut warm: Box<Warm>) {
        if warm.reset(&self.data) {
            // With enough of them waiting, this one goes.
            let _ = self.native.idle.push(warm);
        }
    }

    /// What the instruction at this place traps with; `None` if it is none of the module's.
    pub(crate) fn trap_at(&self, place: usize) -> Option<TrapCode> {
        if let Some(known) = self.traps.lock().get(&place) {
            return *known;
        }
        let code = trap::code_at(place);
        self.traps.lock().insert(place, code);
        code
    }
}

/// Addresses of a module's functions: they lie beside each other in one mapping.
fn code(module: &Module) -> Range<usize> {
    let extents = module.sys_artifact().and_then(|artifact| artifact.finished_function_extents()).unwrap_or_default();
    let ranges =
        extents.iter().map(|(_, extent)| (extent.ptr.0.addr(), extent.ptr.0.addr().saturating_add(extent.length)));
    ranges.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).map_or(0..0, |(start, end)| start..end)
}

impl Drop for LoadedModule {
    fn drop(&mut self) {
        let _mapping = MAPPING.lock();
        // SAFETY: it is dropped here, and never used after.
        unsafe { ManuallyDrop::drop(&mut self.native) };
    }
}

/// What running a module takes besides its code.
#[derive(Default)]
struct Outline {
    imports: Vec<linker::Import>,
    functions: u64,
    globals: u64,
    elements: u64,
    initial_pages: u32,
    has_constructor: bool,
    data: Vec<(usize, Box<[u8]>)>,
}

impl Outline {
    /// Fuel for entering the module. A frame that traps costs its instance, and the next one makes another: what makes
    /// that slow is paid for, beyond what a contract of usual size has.
    fn entry_fuel(&self) -> u64 {
        let beyond = |count: u64, free: u64, each: u64| count.saturating_sub(free).saturating_mul(each);
        let bytes: u64 = self.data.iter().map(|(_, bytes)| bytes.len() as u64).sum();
        let pages = beyond(self.initial_pages.into(), fuel::FREE_PAGES.into(), fuel::PAGE);
        let parts = beyond(self.imports.len() as u64, fuel::FREE_IMPORTS, fuel::IMPORT)
            .saturating_add(beyond(self.functions, fuel::FREE_FUNCTIONS, fuel::FUNCTION))
            .saturating_add(beyond(self.globals, fuel::FREE_GLOBALS, fuel::GLOBAL))
            .saturating_add(beyond(self.elements, fuel::FREE_ELEMENTS, fuel::ELEMENT))
            .saturating_add(beyond(self.data.len() as u64, fuel::FREE_SEGMENTS, fuel::SEGMENT))
            .saturating_add(beyond(bytes.div_ceil(1024), fuel::FREE_DATA, fuel::DATA));
        fuel::ENTRY.saturating_add(pages).saturating_add(parts)
    }

    /// Of a valid module.
    fn of(module: &[u8]) -> Result<Self, MeterError> {
        let mut outline = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = linker::Import::by_name(import?.name);
                        outline.imports.push(import.ok_or(MeterError::Unexpected("import"))?);
                    }
                }
                Payload::MemorySection(memories) => {
                    for memory in memories {
                        outline.initial_pages = memory?.initial as u32;
                    }
                }
                Payload::FunctionSection(functions) => outline.functions = functions.count().into(),
                Payload::GlobalSection(globals) => outline.globals = globals.count().into(),
                Payload::ElementSection(segments) => {
                    for segment in segments {
                        if let ElementItems::Functions(functions) = segment?.items {
                            outline.elements += u64::from(functions.count());
                        }
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        outline.has_constructor |= export?.name == EXPORT_DEPLOY;
                    }
                }
                Payload::DataSection(segments) => {
                    for segment in segments {
                        outline.data.push(place(segment?)?);
                    }
                }
                _ => {}
            }
        }
        Ok(outline)
    }

    /// From the first byte of data to the last; without data a range that any other can be joined to.
    #[expect(clippy::reversed_empty_ranges, reason = "neutral: it ends before it starts")]
    fn data_range(&self) -> Range<usize> {
        let ends = |(at, bytes): &(usize, Box<[u8]>)| (*at, at.saturating_add(bytes.len()));
        let ranges = self.data.iter().map(ends).filter(|(start, end)| start < end);
        ranges.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).map_or(usize::MAX..0, |(start, end)| start..end)
    }
}

/// Where a segment goes, and what it holds.
fn place(segment: Data<'_>) -> Result<(usize, Box<[u8]>), MeterError> {
    if let DataKind::Active { offset_expr, .. } = segment.kind
        && let Operator::I32Const { value } = offset_expr.get_operators_reader().read()?
    {
        return Ok((value as u32 as usize, segment.data.into()));
    }
    Err(MeterError::Unexpected("data segment"))
}

/// What wasmer has made while it instantiated a module.
#[derive(Debug, Default)]
pub(crate) struct Made {
    pub(crate) memory: Option<(NonNull<VMMemoryDefinition>, Arc<Window>)>,
    pub(crate) globals: Vec<NonNull<VMGlobalDefinition>>,
}

thread_local! {
    /// Tunables belong to an engine; this is how they tell the one who instantiates where things are.
    static MADE: RefCell<Made> = RefCell::default();
}

/// Instantiates, and says where the instance's memory and globals are.
pub(crate) fn collect<T>(instantiate: impl FnOnce() -> T) -> (T, Made) {
    MADE.take();
    let instance = instantiate();
    (instance, MADE.take())
}

/// Tunables that bound memory and size the native stack.
struct Bounded {
    base: BaseTunables,
    slots: Arc<Slots>,
    /// See [`Window`].
    reach: Arc<Span>,
    max_pages: Pages,
    config: VMConfig,
}

impl Bounded {
    fn new(limits: &ModuleLimits, slots: Arc<Slots>, data: Range<usize>) -> Self {
        let stack = (limits.stack_bytes as usize).saturating_mul(NATIVE_STACK_FACTOR).saturating_add(NATIVE_STACK_ROOM);
        Self {
            base: BaseTunables::new(),
            slots,
            reach: Arc::new((data.start / STEP * STEP..data.end.next_multiple_of(STEP)).into()),
            max_pages: Pages(limits.max_pages),
            config: VMConfig { wasm_stack_size: Some(stack) },
        }
    }

    fn bound(&self, memory: &MemoryType) -> MemoryType {
        let maximum = memory.maximum.map_or(self.max_pages, |m| m.min(self.max_pages));
        MemoryType { maximum: Some(maximum), ..*memory }
    }
}

impl Tunables for Bounded {
    fn memory_style(&self, memory: &MemoryType) -> MemoryStyle {
        self.base.memory_style(memory)
    }

    fn table_style(&self, table: &TableType) -> TableStyle {
        self.base.table_style(table)
    }

    fn create_host_memory(&self, ty: &MemoryType, style: &MemoryStyle) -> Result<VMMemory, MemoryError> {
        self.base.create_host_memory(&self.bound(ty), style)
    }

    unsafe fn create_vm_memory(
        &self,
        ty: &MemoryType,
        style: &MemoryStyle,
        vm_definition_location: NonNull<VMMemoryDefinition>,
    ) -> Result<VMMemory, MemoryError> {
        let reach = Arc::clone(&self.reach);
        let memory = self.slots.memory(&self.bound(ty), style, vm_definition_location, reach)?;
        MADE.with_borrow_mut(|made| made.memory = Some((vm_definition_location, memory.window())));
        Ok(memory.into())
    }

    unsafe fn create_vm_global(
        &self,
        ty: GlobalType,
        vm_definition_location: NonNull<VMGlobalDefinition>,
    ) -> Result<VMGlobal, String> {
        MADE.with_borrow_mut(|made| made.globals.push(vm_definition_location));
        // SAFETY: handed on to the caller.
        Ok(unsafe { VMGlobal::new_instance(ty, vm_definition_location) })
    }

    fn create_host_table(&self, ty: &TableType, style: &TableStyle) -> Result<VMTable, String> {
        self.base.create_host_table(ty, style)
    }

    unsafe fn create_vm_table(
        &self,
        ty: &TableType,
        style: &TableStyle,
        vm_definition_location: NonNull<VMTableDefinition>,
    ) -> Result<VMTable, String> {
        // SAFETY: handed on to the caller.
        unsafe { self.base.create_vm_table(ty, style, vm_definition_location) }
    }

    fn vmconfig(&self) -> &VMConfig {
        &self.config
    }
}
