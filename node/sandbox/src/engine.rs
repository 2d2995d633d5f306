//! Compilation and loading: everything that decides what native code runs.

use crate::{cache::Key, linker, meter::Meter};
use sha2::{Digest, Sha256};
use std::{ptr::NonNull, sync::Arc};
use wasmer::{
    Engine, ExternType, Module,
    sys::{
        BaseTunables, CompilerConfig, CpuFeature, Cranelift, CraneliftOptLevel, EngineBuilder, Features,
        NativeEngineExt, Target, Tunables,
        vm::{
            MemoryError, MemoryStyle, TableStyle, VMConfig, VMMemory, VMMemoryDefinition, VMTable, VMTableDefinition,
        },
    },
};
use wasmer_types::{MemoryType, Pages, TableType};
use zx_host_functions::{EXPORT_DEPLOY, ModuleFacts, ModuleLimits, TABLE_HASH, fuel};

/// Changes whenever code generation or the meters change in a way that nothing else in the key shows.
const REVISION: u32 = 2;

/// Native stack for a metered one. Of the hostile modules in `tests/it/stack.rs` the worst takes 2.9 native bytes for a
/// metered one (repeated expressions that cranelift computes once and keeps over a call); plain recursion takes 0.4.
/// The rest is room: what hits the guard page in wasmer's own code, on its way to a host function, can hang.
const NATIVE_STACK_FACTOR: usize = 16;

/// The compiler or the loader refused a module that the validator had let pass.
#[derive(Debug, thiserror::Error)]
#[error("cannot make native code: {0}")]
pub struct CompileError(String);

/// Native code with what is needed to run it.
#[derive(Debug)]
pub(crate) struct LoadedModule {
    pub(crate) engine: Engine,
    pub(crate) module: Module,
    /// Host functions in the order of the module's imports.
    pub(crate) imports: Vec<linker::Import>,
    pub(crate) initial_pages: u32,
    pub(crate) has_constructor: bool,
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
    hash.update(b"cranelift,speed");
    hash.update(CpuFeature::for_host().as_u64().to_le_bytes());
    hash.finalize().into()
}

/// Compiles a validated module, with its meters, to an artifact.
pub(crate) fn compile(module: &[u8], facts: &ModuleFacts, limits: &ModuleLimits) -> Result<Vec<u8>, CompileError> {
    let mut config = Cranelift::new();
    config.opt_level(CraneliftOptLevel::Speed).canonicalize_nans(false);
    config.push_middleware(Arc::new(Meter::new(&facts.frames, limits.stack_bytes)));
    let engine: Engine = EngineBuilder::new(config).set_features(Some(Features::none())).engine().into();
    let module = Module::new(&engine, without_custom_sections(module)).map_err(|e| CompileError(e.to_string()))?;
    module.serialize().map(|bytes| bytes.to_vec()).map_err(|e| CompileError(e.to_string()))
}

/// The module without its custom sections. No rule looks into them, but wasmer does: a `name` section that does not
/// parse would fail the compilation of a valid module, which is our fault and not its author's.
fn without_custom_sections(module: &[u8]) -> Vec<u8> {
    const HEADER: usize = 8;
    const CUSTOM: u8 = 0;
    let (header, mut rest) = module.split_at_checked(HEADER).unwrap_or((module, &[]));
    let mut kept = header.to_vec();
    while let Some((section, after)) = section(rest) {
        if !section.starts_with(&[CUSTOM]) {
            kept.extend_from_slice(section);
        }
        rest = after;
    }
    kept
}

/// The first section, with its id and its length (LEB128), and what follows.
fn section(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut len: usize = 0;
    for (place, byte) in bytes.get(1..)?.iter().take(5).enumerate() {
        len |= usize::from(byte & 0x7f).checked_shl(7 * place as u32)?;
        if byte & 0x80 == 0 {
            return bytes.split_at_checked(place.checked_add(2)?.checked_add(len)?);
        }
    }
    None
}

impl LoadedModule {
    /// Maps an artifact.
    ///
    /// # Safety
    /// The bytes must be an artifact that [`compile`] made: they are run as native code.
    pub(crate) unsafe fn load(artifact: &[u8], limits: &ModuleLimits) -> Result<Self, CompileError> {
        let mut engine: Engine = EngineBuilder::headless().set_target(Some(Target::default())).engine().into();
        engine.set_tunables(Bounded::new(limits));
        // SAFETY: handed on to the caller.
        let module =
            unsafe { Module::deserialize_unchecked(&engine, artifact) }.map_err(|e| CompileError(e.to_string()))?;
        let imports = module
            .imports()
            .map(|i| linker::Import::by_name(i.name()).ok_or_else(|| CompileError(format!("import {}", i.name()))))
            .collect::<Result<_, _>>()?;
        let initial_pages = module
            .exports()
            .find_map(|e| match e.ty() {
                ExternType::Memory(memory) => Some(memory.minimum.0),
                _ => None,
            })
            .unwrap_or_default();
        let has_constructor = module.exports().any(|e| e.name() == EXPORT_DEPLOY);
        Ok(Self { engine, module, imports, initial_pages, has_constructor })
    }
}

/// Tunables that bound memory and size the native stack.
struct Bounded {
    base: BaseTunables,
    max_pages: Pages,
    config: VMConfig,
}

impl Bounded {
    fn new(limits: &ModuleLimits) -> Self {
        let stack = (limits.stack_bytes as usize).saturating_mul(NATIVE_STACK_FACTOR);
        Self {
            base: BaseTunables::new(),
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
        // SAFETY: handed on to the caller.
        unsafe { self.base.create_vm_memory(&self.bound(ty), style, vm_definition_location) }
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
