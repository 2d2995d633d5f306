//! From random bytes to a module that the chain accepts, if wasm-smith can be talked into it.

use crate::table::{HOST_FUNCTIONS, HostFunction, WasmType};
use arbitrary::Unstructured;
use std::convert::Infallible;
use wasm_encoder::{
    CodeSection, EntityType, ImportSection, Instruction, TypeSection, ValType,
    reencode::{Error, Reencode},
};
use wasm_smith::{Config, MemoryOffsetChoices};
use wasmparser::{FunctionBody, ImportSectionReader, Operator};

/// The module that these bytes stand for; nearly all stand for one.
pub(crate) fn module(entropy: &[u8]) -> Option<Vec<u8>> {
    let mut entropy = Unstructured::new(entropy);
    let config = config(&mut entropy);
    let module = wasm_smith::Module::new(config, &mut entropy).ok()?;
    let mut tamer = Tamer { imports: Vec::new(), sites: 0 };
    let mut tame = wasm_encoder::Module::new();
    let bytes = module.to_bytes();
    tamer.parse_core_module(&mut tame, wasmparser::Parser::new(0), &bytes).expect("wasm-smith writes valid modules");
    Some(tame.finish())
}

/// The accepted features, and three modules of four without traps: they run longer.
fn config(entropy: &mut Unstructured<'_>) -> Config {
    let traps = entropy.ratio(1, 4).unwrap_or_default();
    Config {
        available_imports: Some(imports()),
        exports: Some(exports(entropy)),
        disallow_traps: !traps,
        allow_floats: false,
        allow_start_export: false,
        bulk_memory_enabled: false,
        exceptions_enabled: false,
        extended_const_enabled: false,
        gc_enabled: false,
        memory64_enabled: false,
        multi_value_enabled: false,
        reference_types_enabled: false,
        relaxed_simd_enabled: false,
        saturating_float_to_int_enabled: false,
        sign_extension_ops_enabled: false,
        simd_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        max_data_segments: 4,
        max_element_segments: 4,
        max_elements: 16,
        max_exports: 3,
        min_funcs: 4,
        max_funcs: 24,
        max_globals: 8,
        max_imports: 12,
        max_instructions: 300,
        // Besides the one that is exported.
        max_memories: 0,
        max_nesting_depth: 6,
        max_table_elements: 64,
        max_types: 24,
        min_types: 4,
        memory_offset_choices: MemoryOffsetChoices(97, 2, 1),
        ..Config::default()
    }
}

/// A module that exports what a contract exports; wasm-smith keeps the names and the types.
fn exports(entropy: &mut Unstructured<'_>) -> Vec<u8> {
    use wasm_encoder::{CodeSection, ExportKind, ExportSection, Function, FunctionSection, MemorySection, MemoryType};
    let minimum = entropy.int_in_range(1..=4).unwrap_or(1);
    let maximum = Some(entropy.int_in_range(minimum..=64).unwrap_or(64));
    let deploy = entropy.ratio(1, 2).unwrap_or_default();
    let mut types = TypeSection::new();
    types.ty().function([], [ValType::I32]);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType { minimum, maximum, memory64: false, shared: false, page_size_log2: None });
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    for name in ["call", "deploy"].into_iter().take(1 + usize::from(deploy)) {
        exports.export(name, ExportKind::Func, functions.len());
        functions.function(0);
        let mut body = Function::new([]);
        body.instruction(&Instruction::I32Const(0)).instruction(&Instruction::End);
        code.function(&body);
    }
    let mut module = wasm_encoder::Module::new();
    module.section(&types).section(&functions).section(&memories).section(&exports).section(&code);
    module.finish()
}

/// A module that imports every host function.
fn imports() -> Vec<u8> {
    let mut types = TypeSection::new();
    let mut imports = ImportSection::new();
    for row in HOST_FUNCTIONS {
        let ty = |ty: WasmType| if ty == WasmType::I32 { ValType::I32 } else { ValType::I64 };
        imports.import("zx", row.name, EntityType::Function(types.len()));
        types.ty().function(row.params.iter().map(|p| ty(p.2)), row.result.map(ty));
    }
    let mut module = wasm_encoder::Module::new();
    module.section(&types).section(&imports);
    module.finish()
}

/// Puts a host call at the beginning of each function, and gives most of the others arguments that make sense: at
/// random nearly every pointer is out of bounds, and nothing would come after the first.
struct Tamer {
    imports: Vec<&'static HostFunction>,
    /// Host calls so far: they take turns with what they pass.
    sites: usize,
}

impl Reencode for Tamer {
    type Error = Infallible;

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: ImportSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        for import in section.clone().into_imports() {
            let import = import?;
            self.imports.extend(HOST_FUNCTIONS.iter().find(|row| row.name == import.name));
        }
        wasm_encoder::reencode::utils::parse_import_section(self, imports, section)
    }

    fn parse_function_body(&mut self, code: &mut CodeSection, body: FunctionBody<'_>) -> Result<(), Error<Infallible>> {
        let mut function = self.new_function_with_parsed_locals(&body)?;
        for instruction in self.greeting() {
            function.instruction(&instruction);
        }
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            if let Operator::Call { function_index } = operators.clone().read()?
                && let Some(row) = self.imports.get(function_index as usize).copied()
            {
                for instruction in self.instead_of_arguments(row) {
                    function.instruction(&instruction);
                }
            }
            function.instruction(&self.parse_instruction(&mut operators)?);
        }
        code.function(&function);
        Ok(())
    }
}

impl Tamer {
    /// A host call to begin a function with.
    fn greeting(&mut self) -> Vec<Instruction<'static>> {
        self.sites += 1;
        let callable = |row: &&HostFunction| row.name != "revert" && row.name != "return_data_copy";
        let place = self.sites % self.imports.len().max(1);
        let Some(row) = self.imports.get(place).copied().filter(callable) else { return Vec::new() };
        let mut instructions = self.arguments(row);
        instructions.push(Instruction::Call(place as u32));
        instructions.extend(row.result.map(|_| Instruction::Drop));
        instructions
    }

    /// Drops the arguments that there are and pushes others; nothing at every eighth call, which takes what comes.
    fn instead_of_arguments(&mut self, row: &HostFunction) -> Vec<Instruction<'static>> {
        self.sites += 1;
        if self.sites.is_multiple_of(8) {
            return Vec::new();
        }
        let drops = row.params.iter().map(|_| Instruction::Drop);
        drops.chain(self.arguments(row)).collect()
    }

    /// Pointers into the first page, lengths that fit behind them.
    fn arguments(&self, row: &HostFunction) -> Vec<Instruction<'static>> {
        let turn = self.sites as i32;
        let push = |(place, (name, ty, _)): (usize, &(&str, &str, WasmType))| match (*name, *ty) {
            (_, "Ptr" | "PtrMut") => Instruction::I32Const((turn * 1_009 + place as i32 * 4_099) % 65_000),
            (_, "Len") if row.name == "return_data_copy" => Instruction::I32Const(turn % 2),
            (_, "Len") => Instruction::I32Const(turn * 37 % 200),
            (_, "U64") => Instruction::I64Const(i64::from(turn) * 1_000),
            ("topic_count", _) => Instruction::I32Const(turn % 5),
            ("v", _) => Instruction::I32Const(27 + turn % 3),
            _ => Instruction::I32Const(turn % 7),
        };
        row.params.iter().enumerate().map(push).collect()
    }
}
