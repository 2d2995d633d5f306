//! Module validation, denied by default: a rule for each section, in the order in which a module is read.

use crate::{
    CompileWork, EXPORT_CALL, EXPORT_DEPLOY, EXPORT_MEMORY, HOST_FUNCTIONS, IMPORT_MODULE, ModuleLimits, WasmType,
    compile::REGISTERS,
    fuel::{FRAME_BODY_DIVISOR, FRAME_OVERHEAD},
};
use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
    vec::Vec,
};
use wasmparser::{
    BinaryReaderError, ElementItems, ExternalKind, FuncToValidate, FuncValidatorAllocations, FunctionBody, MemoryType,
    Operator, OperatorsReader, Parser, Payload, TableType, TypeRef, ValType, ValidPayload, Validator,
    ValidatorResources, WasmFeatures,
};

/// What a valid module is known to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleFacts {
    /// Stack bytes of each function that the module defines, by its place after the imports.
    pub frames: Vec<u32>,
    /// Pages of memory at the start.
    pub initial_pages: u32,
    /// Whether it has a constructor.
    pub has_constructor: bool,
    /// Names of the host functions that it imports.
    pub imports: Vec<&'static str>,
    /// What it takes to compile.
    pub work: CompileWork,
}

/// Why a module is refused: the rule, where, and for a limit how far it was passed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValidationError {
    /// Not well-formed, or uses a feature beyond MVP and mutable globals.
    #[error(
        "not a valid module for this chain (MVP and mutable globals; no floats, SIMD, threads or other proposals): {reason} (at offset {offset:#x})"
    )]
    Malformed {
        /// What the parser says.
        reason: String,
        /// Byte of the module.
        offset: u64,
    },
    /// More of something than the chain allows.
    #[error("too many {what}{at}: {actual}, the limit is {limit}")]
    Limit {
        /// What is counted, with its unit.
        what: &'static str,
        /// Where, beginning with a space, or empty.
        at: String,
        /// The chain's limit.
        limit: u64,
        /// What the module has.
        actual: u64,
    },
    /// Imports something that the node does not offer. Names are as they can be shown: shortened, and with every
    /// character escaped that is not plain ASCII.
    #[error(
        "unknown import `{module}.{name}`: a module may import only the functions listed in docs/host-functions.md, from `zx`"
    )]
    UnknownImport {
        /// Its namespace.
        module: String,
        /// Its name.
        name: String,
    },
    /// Imports a memory, a table, a global or a tag.
    #[error("import `{module}.{name}` is a {kind}: a module may import only functions")]
    ImportKind {
        /// Its namespace.
        module: String,
        /// Its name.
        name: String,
        /// What it is.
        kind: &'static str,
    },
    /// Imports a host function twice. Every import is linked each time that a frame is entered.
    #[error("import `zx.{0}` stands twice")]
    DuplicateImport(&'static str),
    /// Imports a host function with other types.
    #[error("import `zx.{name}` has the type {actual}, the node offers {expected}")]
    ImportType {
        /// Name of the function.
        name: &'static str,
        /// Type in the table.
        expected: String,
        /// Type in the module.
        actual: String,
    },
    /// Lacks an export that the node needs.
    #[error("export `{0}` is missing{hint}", hint = if *.0 == EXPORT_CALL { " (is there a `#[zx::public]` block?)" } else { "" })]
    MissingExport(&'static str),
    /// Exports something that the node has no use for.
    #[error("export `{0}` is not allowed: a module exports `memory`, `call` and `deploy`, and nothing else")]
    UnexpectedExport(String),
    /// Exports something else under a name that the node knows.
    #[error("export `{name}` is not a {expected}")]
    ExportKind {
        /// The name.
        name: &'static str,
        /// What it has to be.
        expected: &'static str,
    },
    /// `call` or `deploy` has the wrong type.
    #[error("export `{0}` must take nothing and return an i32")]
    EntryType(&'static str),
    /// Has a start function.
    #[error("a start function is not allowed: put its work into the constructor")]
    StartFunction,
}

impl From<BinaryReaderError> for ValidationError {
    fn from(e: BinaryReaderError) -> Self {
        Self::Malformed { reason: shown(e.message(), REASON_CHARS), offset: e.offset() }
    }
}

/// Characters of a name that an error shows; a module may have names of 100,000 bytes.
const NAME_CHARS: usize = 64;

/// Characters of the parser's reason, which may hold names too.
const REASON_CHARS: usize = 200;

/// Text of a module, fit for a terminal: an import of `zx.caller` with a zero byte at its end, or a Cyrillic letter in
/// it, must not look like what it is not.
fn shown(text: &str, limit: usize) -> String {
    let mut shown = String::new();
    for (place, c) in text.chars().enumerate() {
        if place == limit {
            shown.push_str("...");
            break;
        }
        match c {
            ' '..='~' => shown.push(c),
            _ => shown.extend(c.escape_unicode()),
        }
    }
    shown
}

/// The accepted feature set. `GC_TYPES` only lets the parser name reference types, so that it can refuse them.
const FEATURES: WasmFeatures = WasmFeatures::MUTABLE_GLOBAL.union(WasmFeatures::GC_TYPES);

/// Checks a module against every rule of the chain.
///
/// # Errors
/// The first rule that it breaks.
pub fn validate(module: &[u8], limits: &ModuleLimits) -> Result<ModuleFacts, ValidationError> {
    check("bytes", "", limits.module_bytes, module.len())?;
    Check {
        limits,
        validator: Validator::new_with_features(FEATURES),
        facts: Facts::default(),
        reuse: Some(Default::default()),
    }
    .run(module)
}

fn check(what: &'static str, at: &str, limit: u32, actual: usize) -> Result<(), ValidationError> {
    if actual as u64 <= u64::from(limit) {
        return Ok(());
    }
    Err(ValidationError::Limit { what, at: at.to_owned(), limit: limit.into(), actual: actual as u64 })
}

/// What has been seen of the module so far.
#[derive(Default)]
struct Facts {
    frames: Vec<u32>,
    imports: Vec<&'static str>,
    functions: usize,
    work: CompileWork,
    initial_pages: Option<u64>,
    call: bool,
    deploy: bool,
    memory: bool,
}

struct Check<'a> {
    limits: &'a ModuleLimits,
    validator: Validator,
    facts: Facts,
    reuse: Option<FuncValidatorAllocations>,
}

impl Check<'_> {
    fn run(mut self, module: &[u8]) -> Result<ModuleFacts, ValidationError> {
        let mut parser = Parser::new(0);
        parser.set_features(FEATURES);
        for payload in parser.parse_all(module) {
            let payload = payload?;
            match self.validator.payload(&payload)? {
                ValidPayload::Func(function, body) => self.function(function, &body)?,
                ValidPayload::Ok | ValidPayload::End(_) | ValidPayload::Parser(_) => self.section(payload)?,
            }
        }
        self.finish()
    }

    fn section(&mut self, payload: Payload<'_>) -> Result<(), ValidationError> {
        let limits = self.limits;
        match payload {
            Payload::TypeSection(types) => self.types(types),
            Payload::ImportSection(imports) => self.imports(imports),
            Payload::FunctionSection(functions) => {
                self.facts.functions += functions.count() as usize;
                check("functions", "", limits.functions, self.facts.functions)
            }
            Payload::TableSection(tables) => tables.into_iter().try_for_each(|t| self.table(&t?.ty)),
            Payload::MemorySection(memories) => memories.into_iter().try_for_each(|m| self.memory(&m?)),
            Payload::GlobalSection(globals) => check("globals", "", limits.globals, globals.count() as usize),
            Payload::ExportSection(exports) => exports.into_iter().try_for_each(|e| self.export(&e?)),
            Payload::StartSection { .. } => Err(ValidationError::StartFunction),
            // Part of the bulk memory proposal; the parser lets it pass without.
            Payload::DataCountSection { range, .. } => Err(ValidationError::Malformed {
                reason: "a data count section is not allowed (bulk memory)".into(),
                offset: range.start,
            }),
            Payload::ElementSection(segments) => self.elements(segments),
            Payload::DataSection(s) => check("data segments", "", limits.data_segments, s.count() as usize),
            _ => Ok(()),
        }
    }

    fn types(&mut self, types: wasmparser::TypeSectionReader<'_>) -> Result<(), ValidationError> {
        check("types", "", self.limits.types, types.count() as usize)?;
        for (index, ty) in types.into_iter_err_on_gc_types().enumerate() {
            let params = ty?.params().len();
            check("parameters", &alloc::format!(" in type {index}"), self.limits.params, params)?;
            self.facts.work.types += 1;
            self.facts.work.params += params as u64;
        }
        Ok(())
    }

    /// Elements are written each time that a frame is entered: all segments together hold no more than one table.
    fn elements(&self, segments: wasmparser::ElementSectionReader<'_>) -> Result<(), ValidationError> {
        check("element segments", "", self.limits.element_segments, segments.count() as usize)?;
        let mut elements = 0;
        for segment in segments {
            elements += match segment?.items {
                ElementItems::Functions(items) => items.count() as usize,
                ElementItems::Expressions(_, items) => items.count() as usize,
            };
        }
        check("elements in all segments", "", self.limits.table_elements, elements)
    }

    fn imports(&mut self, imports: wasmparser::ImportSectionReader<'_>) -> Result<(), ValidationError> {
        for import in imports.into_imports() {
            let import = import?;
            let (module, name) = (shown(import.module, NAME_CHARS), shown(import.name, NAME_CHARS));
            let kind = match import.ty {
                TypeRef::Func(_) | TypeRef::FuncExact(_) => "function",
                TypeRef::Table(_) => "table",
                TypeRef::Memory(_) => "memory",
                TypeRef::Global(_) => "global",
                TypeRef::Tag(_) => "tag",
            };
            let TypeRef::Func(ty) = import.ty else { return Err(ValidationError::ImportKind { module, name, kind }) };
            let function = HOST_FUNCTIONS
                .iter()
                .find(|f| import.module == IMPORT_MODULE && f.name == import.name)
                .ok_or(ValidationError::UnknownImport { module, name })?;
            if self.facts.imports.contains(&function.name) {
                return Err(ValidationError::DuplicateImport(function.name));
            }
            let expected = signature(function.params.iter().map(|p| p.2), function.result);
            let actual = self.type_of(ty);
            if expected != actual {
                return Err(ValidationError::ImportType { name: function.name, expected, actual });
            }
            self.facts.imports.push(function.name);
            self.facts.functions += 1;
        }
        Ok(())
    }

    /// The function type at `index`, as text: `(i32 i64) -> i32`.
    fn type_of(&self, index: u32) -> String {
        let Some(types) = self.validator.types(0) else { return String::new() };
        let ty = types[types.core_type_at_in_module(index)].unwrap_func();
        let one = |t: &ValType| t.to_string();
        let params: Vec<_> = ty.params().iter().map(one).collect();
        let results: Vec<_> = ty.results().iter().map(one).collect();
        alloc::format!("({}) -> ({})", params.join(" "), results.join(" "))
    }

    /// The maximum counts too: an engine need not take a table that no accepted instruction could make so large.
    fn table(&self, table: &TableType) -> Result<(), ValidationError> {
        let elements = table.maximum.unwrap_or_default().max(table.initial);
        check("table elements", "", self.limits.table_elements, elements as usize)
    }

    fn memory(&mut self, memory: &MemoryType) -> Result<(), ValidationError> {
        self.facts.initial_pages = Some(memory.initial);
        check("initial pages of memory", "", self.limits.initial_pages, memory.initial as usize)
    }

    fn export(&mut self, export: &wasmparser::Export<'_>) -> Result<(), ValidationError> {
        let entry = |name| match self.entry_type(export.index) {
            true => Ok(true),
            false => Err(ValidationError::EntryType(name)),
        };
        let kind = |name, expected| Err(ValidationError::ExportKind { name, expected });
        match (export.name, export.kind) {
            (EXPORT_MEMORY, ExternalKind::Memory) => self.facts.memory = true,
            (EXPORT_CALL, ExternalKind::Func) => self.facts.call = entry(EXPORT_CALL)?,
            (EXPORT_DEPLOY, ExternalKind::Func) => self.facts.deploy = entry(EXPORT_DEPLOY)?,
            (EXPORT_MEMORY, _) => return kind(EXPORT_MEMORY, "memory"),
            (EXPORT_CALL, _) => return kind(EXPORT_CALL, "function"),
            (EXPORT_DEPLOY, _) => return kind(EXPORT_DEPLOY, "function"),
            _ => return Err(ValidationError::UnexpectedExport(shown(export.name, NAME_CHARS))),
        }
        Ok(())
    }

    fn entry_type(&self, function: u32) -> bool {
        let Some(types) = self.validator.types(0) else { return false };
        let ty = types[types.core_function_at(function)].unwrap_func();
        ty.params().is_empty() && ty.results() == [ValType::I32]
    }

    /// Validates a body and measures its frame: locals and the deepest operand stack, 8 bytes each, and a share of the
    /// body for what the compiler keeps besides.
    fn function(
        &mut self,
        function: FuncToValidate<ValidatorResources>,
        body: &FunctionBody<'_>,
    ) -> Result<(), ValidationError> {
        let index = function.index;
        let at = alloc::format!(" in function {index}");
        let bytes = range_len(body);
        check("bytes", &at, self.limits.body_bytes, bytes)?;
        let mut reader = body.get_binary_reader();
        let mut validator = function.into_validator(self.reuse.take().unwrap_or_default());
        validator.read_locals(&mut reader)?;
        check("locals", &at, self.limits.locals, validator.len_locals() as usize)?;
        let mut deepest = 0;
        let mut flow = Flow::new(validator.len_locals());
        let mut operators = OperatorsReader::new(reader);
        while !operators.eof() {
            let (operator, offset) = operators.read_with_offset()?;
            if takes_a_float(&operator) {
                return Err(ValidationError::Malformed { reason: "floating-point support is disabled".into(), offset });
            }
            if let Operator::BrTable { targets } = &operator {
                check("br_table targets", &at, self.limits.br_table, targets.len() as usize)?;
            }
            validator.op(offset, &operator)?;
            let height = validator.operand_stack_height();
            self.facts.work.spills += u64::from(height / REGISTERS);
            self.facts.work.sums += u64::from(is_sum(&operator));
            flow.count(&operator, height);
            deepest = deepest.max(height);
            check("nested blocks", &at, self.limits.nesting, validator.control_stack_height() as usize)?;
        }
        operators.finish()?;
        check("nested loops", &at, self.limits.loop_nesting, flow.deepest)?;
        check("branches, ends and calls", &at, self.limits.branches, flow.turns as usize)?;
        let work = &mut self.facts.work;
        work.functions += 1;
        work.bytes += bytes as u64;
        work.turns += flow.turns;
        work.kept = work.kept.saturating_add(flow.kept);
        work.loop_values = work.loop_values.saturating_add(flow.loop_values as u64);
        work.movable = work.movable.saturating_add(flow.pure.saturating_mul(flow.turns));
        check("locals in loops", "", self.limits.loop_values, work.loop_values as usize)?;
        let slots = validator.len_locals().saturating_add(deepest);
        let share = u32::try_from(bytes).unwrap_or(u32::MAX) / FRAME_BODY_DIVISOR;
        self.facts.frames.push(slots.saturating_mul(8).saturating_add(FRAME_OVERHEAD).saturating_add(share));
        self.reuse = Some(validator.into_allocations());
        Ok(())
    }

    fn finish(self) -> Result<ModuleFacts, ValidationError> {
        let facts = self.facts;
        for (there, name) in [(facts.memory, EXPORT_MEMORY), (facts.call, EXPORT_CALL)] {
            if !there {
                return Err(ValidationError::MissingExport(name));
            }
        }
        Ok(ModuleFacts {
            frames: facts.frames,
            initial_pages: facts.initial_pages.unwrap_or_default() as u32,
            has_constructor: facts.deploy,
            imports: facts.imports,
            work: facts.work,
        })
    }
}

/// What of a function's control flow is dear to compile.
struct Flow {
    /// Open blocks: for a loop its number in the function, from 1 on.
    open: Vec<Option<u32>>,
    /// Loops so far.
    loops: u32,
    /// Loops that are open, and the most there were.
    nested: usize,
    deepest: usize,
    /// For each local the loops so far when it was last touched: those of them that are still open know it.
    touched: Vec<u32>,
    /// Locals touched in a loop, summed over loops.
    loop_values: usize,
    /// Places from where control may go elsewhere, or where it comes together again.
    turns: u64,
    /// Values that may be alive, summed over the turns.
    kept: u64,
    /// Instructions that only compute.
    pure: u64,
    /// Reads since the last write: a compiler keeps what they have read, and does not read it again.
    reads: u64,
}

impl Flow {
    fn new(locals: u32) -> Self {
        Self {
            open: Vec::new(),
            loops: 0,
            nested: 0,
            deepest: 0,
            touched: alloc::vec![0; locals as usize],
            loop_values: 0,
            turns: 0,
            kept: 0,
            pure: 0,
            reads: 0,
        }
    }

    /// Counts an instruction that is valid where it stands, and leaves `height` operands.
    fn count(&mut self, operator: &Operator<'_>, height: u32) {
        use Operator as O;
        match operator {
            O::Block { .. } => self.open.push(None),
            O::If { .. } => {
                self.open.push(None);
                self.turn(height);
            }
            O::Loop { .. } => {
                self.loops += 1;
                self.open.push(Some(self.loops));
                self.nested += 1;
                self.deepest = self.deepest.max(self.nested);
                self.turn(height);
            }
            O::End => {
                if let Some(Some(_)) = self.open.pop() {
                    self.nested -= 1;
                }
                self.turn(height);
            }
            O::LocalGet { local_index } | O::LocalSet { local_index } | O::LocalTee { local_index } => {
                self.touch(*local_index);
            }
            O::Else | O::Br { .. } | O::BrIf { .. } | O::BrTable { .. } | O::Return | O::Unreachable => {
                self.turn(height)
            }
            O::Call { .. } | O::CallIndirect { .. } => {
                self.reads = 0;
                self.turn(height);
            }
            // Its pages are charged apart from its run.
            O::MemoryGrow { .. } => {
                self.reads = 0;
                self.turn(height);
                self.turn(height);
            }
            O::GlobalGet { .. } => self.reads += 1,
            _ if is_load(operator) => self.reads += 1,
            _ if is_store(operator) => self.reads = 0,
            O::I32Const { .. } | O::I64Const { .. } | O::Nop | O::Drop => {}
            _ => self.pure += 1,
        }
    }

    fn turn(&mut self, height: u32) {
        self.turns += 1;
        self.kept += self.touched.len() as u64 + u64::from(height) + self.reads;
    }

    fn touch(&mut self, local: u32) {
        let Some(touched) = self.touched.get_mut(local as usize) else { return };
        let before = core::mem::replace(touched, self.loops);
        if before < self.loops {
            self.loop_values += self.open.iter().flatten().filter(|number| **number > before).count();
        }
    }
}

fn is_sum(operator: &Operator<'_>) -> bool {
    use Operator as O;
    matches!(operator, O::I32Add | O::I64Add | O::I32Sub | O::I64Sub | O::I32Xor | O::I64Xor)
}

/// Whether an instruction reads memory.
pub fn is_load(operator: &Operator<'_>) -> bool {
    use Operator as O;
    matches!(
        operator,
        O::I32Load { .. }
            | O::I64Load { .. }
            | O::I32Load8S { .. }
            | O::I32Load8U { .. }
            | O::I32Load16S { .. }
            | O::I32Load16U { .. }
            | O::I64Load8S { .. }
            | O::I64Load8U { .. }
            | O::I64Load16S { .. }
            | O::I64Load16U { .. }
            | O::I64Load32S { .. }
            | O::I64Load32U { .. }
    )
}

/// Whether an instruction writes memory.
pub fn is_store(operator: &Operator<'_>) -> bool {
    use Operator as O;
    matches!(
        operator,
        O::I32Store { .. }
            | O::I64Store { .. }
            | O::I32Store8 { .. }
            | O::I32Store16 { .. }
            | O::I64Store8 { .. }
            | O::I64Store16 { .. }
            | O::I64Store32 { .. }
    )
}

/// Conversions from floats. The parser takes them for the integers that they make, and in code that cannot run no float
/// has to be there for them.
fn takes_a_float(operator: &Operator<'_>) -> bool {
    use Operator as O;
    matches!(
        operator,
        O::I32TruncF32S
            | O::I32TruncF32U
            | O::I32TruncF64S
            | O::I32TruncF64U
            | O::I64TruncF32S
            | O::I64TruncF32U
            | O::I64TruncF64S
            | O::I64TruncF64U
            | O::I32ReinterpretF32
            | O::I64ReinterpretF64
    )
}

fn range_len(body: &FunctionBody<'_>) -> usize {
    let range = body.range();
    range.end.saturating_sub(range.start) as usize
}

fn signature(params: impl Iterator<Item = WasmType>, result: Option<WasmType>) -> String {
    let one = |t: WasmType| match t {
        WasmType::I32 => "i32",
        WasmType::I64 => "i64",
    };
    let params: Vec<_> = params.map(one).collect();
    alloc::format!("({}) -> ({})", params.join(" "), result.map(one).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: ModuleLimits = ModuleLimits::DEFAULT;

    fn refused(wat: &str) -> String {
        let module = wat::parse_str(wat).expect("the test's module is well-formed text");
        validate(&module, &LIMITS).expect_err("the module breaks a rule").to_string()
    }

    #[test]
    fn the_smallest_contract_is_accepted_and_measured() {
        let module = wat::parse_str(
            r#"(module (import "zx" "output" (func (param i32 i32))) (memory (export "memory") 1)
                (func (export "call") (result i32) (local i64) (call 0 (i32.const 0) (i32.const 32)) (i32.const 0)))"#,
        )
        .expect("text");
        let facts = validate(&module, &LIMITS).expect("valid");
        // Body: a group of one local (3 bytes), const, const, call, const, end.
        assert_eq!(facts.frames, [8 * (1 + 2) + FRAME_OVERHEAD + (3 + 2 + 2 + 2 + 2 + 1 + 1) / FRAME_BODY_DIVISOR]);
        assert_eq!(facts.imports, ["output"]);
        assert!(!facts.has_constructor);
    }

    #[test]
    fn each_rule_names_what_it_refuses() {
        const ENTRY: &str = r#"(memory (export "memory") 1) (func (export "call") (result i32) i32.const 0)"#;
        let with = |extra: &str| alloc::format!("(module {extra} {ENTRY})");
        for (wat, says) in [
            (with(r#"(import "env" "now" (func))"#), "unknown import `env.now`"),
            (with(r#"(import "zx" "now" (func))"#), "unknown import `zx.now`"),
            (
                with(r#"(import "zx" "memory" (memory 1))"#),
                "import `zx.memory` is a memory: a module may import only functions",
            ),
            (
                with(r#"(import "zx" "caller" (func (param i64)))"#),
                "`zx.caller` has the type (i64) -> (), the node offers (i32) -> ()",
            ),
            (with("(func $s) (start $s)"), "start function"),
            (with("(func (param f32))"), "floating-point"),
            (with("(func (result i32) i32.const 1 i32.extend8_s)"), "sign extension"),
            (with("(func (result i32 i32) i32.const 1 i32.const 1)"), "multi"),
            (with("(func (param v128))"), "SIMD"),
            (with("(func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))"), "bulk memory"),
            (with(r#"(func (export "more"))"#), "export `more` is not allowed"),
            ("(module)".into(), "export `memory` is missing"),
            (r#"(module (memory (export "memory") 1))"#.into(), "export `call` is missing"),
            (
                r#"(module (memory (export "memory") 1) (func (export "call")))"#.into(),
                "`call` must take nothing and return an i32",
            ),
            (
                r#"(module (memory (export "memory") 33) (func (export "call") (result i32) i32.const 0))"#.into(),
                "initial pages of memory: 33, the limit is 32",
            ),
            (with("(table 8193 funcref)"), "table elements: 8193, the limit is 8192"),
            (with("(table 0 8193 funcref)"), "table elements: 8193, the limit is 8192"),
            (
                with("(func (local i32) (local i64))").replace("(local i32)", &"(local i32)".repeat(2_100)),
                "locals in function 0: 2101, the limit is 2048",
            ),
        ] {
            let said = refused(&wat);
            assert!(said.to_lowercase().contains(&says.to_lowercase()), "{wat}\nsaid: {said}\nwanted: {says}");
        }
    }

    #[test]
    fn a_truncated_module_is_refused_unless_only_its_data_is_gone() {
        let module = contract();
        let [types, functions, memory, exports, code, data] = section_ends(&module)[..] else { panic!("six sections") };
        assert_eq!(data, module.len());
        for cut in 0..module.len() {
            let result = validate(&module[..cut], &LIMITS);
            let expected = match cut {
                // A module without anything, or with types alone, is well-formed and of no use.
                cut if cut == 8 || cut == types => matches!(result, Err(ValidationError::MissingExport(EXPORT_MEMORY))),
                // The functions' bodies are missing.
                cut if cut == functions || cut == memory || cut == exports => {
                    matches!(&result, Err(ValidationError::Malformed { reason, .. }) if reason.contains("code section is absent"))
                }
                // Nothing says that there was data.
                cut if cut == code => result.is_ok(),
                // Inside a section.
                _ => matches!(result, Err(ValidationError::Malformed { .. })),
            };
            assert!(expected, "cut at {cut}: {result:?}");
        }
        assert!(validate(&module, &LIMITS).is_ok());
    }

    #[test]
    fn what_stands_after_the_code_may_be_cut_off_at_a_section() {
        let mut module = contract();
        let whole = module.len();
        module.extend_from_slice(&[0, 5, 1, b'x', 1, 2, 3]);
        for cut in whole..=module.len() {
            assert_eq!(validate(&module[..cut], &LIMITS).is_ok(), cut == whole || cut == module.len(), "cut at {cut}");
        }
    }

    /// Types, functions, memory, exports, code, data; in this order.
    fn contract() -> Vec<u8> {
        wat::parse_str(
            r#"(module (memory (export "memory") 1) (data (i32.const 0) "abc") (func (export "call") (result i32) i32.const 0))"#,
        )
        .expect("text")
    }

    /// Where each section ends; they are all shorter than 128 bytes.
    fn section_ends(module: &[u8]) -> Vec<usize> {
        let mut ends = Vec::new();
        let mut at = 8;
        while let Some(len) = module.get(at + 1) {
            at += 2 + usize::from(*len);
            ends.push(at);
        }
        ends
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_are_refused_without_a_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..512)) {
            let mut module = b"\0asm\x01\0\0\0".to_vec();
            module.extend_from_slice(&bytes);
            let _ = validate(&module, &LIMITS);
            proptest::prop_assert!(validate(&bytes, &LIMITS).is_err());
        }

        #[test]
        fn a_mutated_contract_never_panics_and_keeps_the_rules_if_it_passes(
            edits in proptest::collection::vec((proptest::num::usize::ANY, proptest::num::u8::ANY), 1..6),
            cut in proptest::num::usize::ANY,
            repeat in proptest::bool::ANY,
        ) {
            let mut module = contract();
            for (at, byte) in edits {
                let len = module.len();
                module[at % len] = byte;
            }
            if repeat {
                let tail = module.split_off(8 + cut % (module.len() - 8));
                module.extend_from_slice(&tail.repeat(2));
            }
            if let Ok(facts) = validate(&module, &LIMITS) {
                proptest::prop_assert!(facts.initial_pages <= LIMITS.initial_pages);
                proptest::prop_assert!(facts.frames.iter().all(|frame| *frame >= FRAME_OVERHEAD));
            }
        }
    }
}
