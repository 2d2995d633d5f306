//! What a contract may have of a module of the specification's tests.
//!
//! Most of them mix integers with floats, and all export what they like. Floats are taken out: where a type says `f32`
//! or `f64` it says `i32` or `i64` then, and a function that computes with floats sets a global, [`GONE`], and stops.
//! Every other function keeps its instructions byte for byte.

use wasm_encoder::{
    CodeSection, ConstExpr, ExportKind, ExportSection, Function, FunctionSection, GlobalSection, GlobalType,
    Instruction, MemorySection, MemoryType, Module, RawSection, SectionId, TypeSection, ValType,
};
use wasmparser::{CompositeInnerType, ExternalKind, FunctionBody, Global, Operator, Parser, Payload, RecGroup};

/// Export of the global that is not zero once a function was entered that is no longer there.
pub(super) const GONE: &str = "gone";
/// Its value if that function might have written to memory, globals or tables.
pub(super) const WRITES: i32 = 2;

/// A module in parts.
#[derive(Default)]
pub(super) struct Subset<'a> {
    types: Vec<(Vec<ValType>, Vec<ValType>)>,
    imported_functions: u32,
    functions: Vec<u32>,
    globals: Vec<(GlobalType, ConstExpr)>,
    exports: Vec<(&'a str, ExportKind, u32)>,
    bodies: Vec<Function>,
    /// Whether a type had a float in it.
    floats_in_types: bool,
    /// Bodies that are no longer there.
    gone: usize,
    /// Sections that stay as they are.
    kept: Vec<(u8, &'a [u8])>,
}

impl<'a> Subset<'a> {
    /// `None` if it is not a module, or has what cannot be written down here; the validator must refuse it as it is.
    pub(super) fn of(module: &'a [u8]) -> Option<Self> {
        let mut subset = Self::default();
        let mut bodies = Vec::new();
        for payload in Parser::new(0).parse_all(module) {
            match payload.ok()? {
                Payload::TypeSection(types) => {
                    for group in types {
                        let group = group.ok()?;
                        let text = format!("{group:?}");
                        subset.floats_in_types |= text.contains("F32") || text.contains("F64");
                        subset.types.extend(signatures(&group)?);
                    }
                }
                Payload::FunctionSection(functions) => {
                    subset.functions = functions.into_iter().collect::<Result<_, _>>().ok()?
                }
                Payload::GlobalSection(globals) => {
                    for one in globals {
                        subset.globals.push(global(&one.ok()?)?);
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export.ok()?;
                        subset.exports.push((export.name, kind(export.kind)?, export.index));
                    }
                }
                Payload::CodeSectionEntry(body) => bodies.push(body),
                Payload::ImportSection(imports) => {
                    subset.kept.push((SectionId::Import as u8, bytes(module, imports.range())));
                    for import in imports.into_imports() {
                        match import.ok()?.ty {
                            wasmparser::TypeRef::Func(_) => subset.imported_functions += 1,
                            // Its index would come before those of the module's own globals.
                            wasmparser::TypeRef::Global(_) => return None,
                            _ => {}
                        }
                    }
                }
                Payload::CodeSectionStart { .. } | Payload::CustomSection(_) | Payload::Version { .. } => {}
                other => {
                    if let Some((id, range)) = other.as_section() {
                        subset.kept.push((id, bytes(module, range)));
                    }
                }
            }
        }
        let gone = subset.globals.len() as u32;
        for body in &bodies {
            let (body, floats) = without_floats(module, body, gone)?;
            subset.bodies.push(body);
            subset.gone += usize::from(floats);
        }
        Some(subset)
    }

    /// Whether something of it is gone.
    pub(super) fn had_floats(&self) -> bool {
        self.gone > 0
    }

    /// Whether types may have become equal that were not.
    pub(super) fn has_merged_types(&self) -> bool {
        self.floats_in_types
    }

    /// As a contract: with a `call` that does nothing, a memory if there is none, and no other exports.
    pub(super) fn contract(&self) -> Vec<u8> {
        let call = self.imported_functions + self.functions.len() as u32;
        self.encode(&[("memory", ExportKind::Memory, 0), ("call", ExportKind::Func, call)])
    }

    /// With its own exports.
    pub(super) fn module(&self) -> Vec<u8> {
        let mut exports = self.exports.clone();
        exports.push((GONE, ExportKind::Global, self.globals.len() as u32));
        self.encode(&exports)
    }

    fn encode(&self, exported: &[(&str, ExportKind, u32)]) -> Vec<u8> {
        let mut types = TypeSection::new();
        for (params, results) in &self.types {
            types.ty().function(params.iter().copied(), results.iter().copied());
        }
        types.ty().function([], [ValType::I32]);
        let mut functions = FunctionSection::new();
        for ty in self.functions.iter().chain([&(types.len() - 1)]) {
            functions.function(*ty);
        }
        let mut globals = GlobalSection::new();
        for (ty, value) in &self.globals {
            globals.global(*ty, value);
        }
        let gone = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
        globals.global(gone, &ConstExpr::i32_const(0));
        let mut exports = ExportSection::new();
        for (name, kind, index) in exported {
            exports.export(name, *kind, *index);
        }
        let mut code = CodeSection::new();
        let mut call = Function::new([]);
        call.instruction(&Instruction::I32Const(0)).instruction(&Instruction::End);
        for body in self.bodies.iter().chain([&call]) {
            code.function(body);
        }

        let mut module = Module::new();
        module.section(&types);
        self.keep(&mut module, SectionId::Import);
        module.section(&functions);
        self.keep(&mut module, SectionId::Table);
        if !self.keep(&mut module, SectionId::Memory) {
            let mut memories = MemorySection::new();
            memories.memory(MemoryType {
                minimum: 0,
                maximum: None,
                memory64: false,
                shared: false,
                page_size_log2: None,
            });
            module.section(&memories);
        }
        self.keep(&mut module, SectionId::Tag);
        module.section(&globals).section(&exports);
        self.keep(&mut module, SectionId::Start);
        self.keep(&mut module, SectionId::Element);
        self.keep(&mut module, SectionId::DataCount);
        module.section(&code);
        self.keep(&mut module, SectionId::Data);
        module.finish()
    }

    fn keep(&self, module: &mut Module, id: SectionId) -> bool {
        let Some((id, data)) = self.kept.iter().find(|(kept, _)| *kept == id as u8) else { return false };
        module.section(&RawSection { id: *id, data });
        true
    }
}

fn bytes(module: &[u8], range: std::ops::Range<u64>) -> &[u8] {
    &module[range.start as usize..range.end as usize]
}

fn signatures(group: &RecGroup) -> Option<Vec<(Vec<ValType>, Vec<ValType>)>> {
    let one = |ty: &wasmparser::SubType| match &ty.composite_type.inner {
        CompositeInnerType::Func(ty) => {
            let all = |types: &[wasmparser::ValType]| types.iter().map(|ty| value(*ty)).collect::<Option<Vec<_>>>();
            Some((all(ty.params())?, all(ty.results())?))
        }
        _ => None,
    };
    group.types().map(one).collect()
}

fn value(ty: wasmparser::ValType) -> Option<ValType> {
    match ty {
        wasmparser::ValType::I32 | wasmparser::ValType::F32 => Some(ValType::I32),
        wasmparser::ValType::I64 | wasmparser::ValType::F64 => Some(ValType::I64),
        _ => None,
    }
}

fn kind(kind: ExternalKind) -> Option<ExportKind> {
    match kind {
        ExternalKind::Func => Some(ExportKind::Func),
        ExternalKind::Table => Some(ExportKind::Table),
        ExternalKind::Memory => Some(ExportKind::Memory),
        ExternalKind::Global => Some(ExportKind::Global),
        _ => None,
    }
}

fn global(global: &Global<'_>) -> Option<(GlobalType, ConstExpr)> {
    let mut init = global.init_expr.get_operators_reader();
    let first = match init.read().ok()? {
        Operator::I32Const { value } => ConstExpr::i32_const(value),
        Operator::I64Const { value } => ConstExpr::i64_const(value),
        Operator::F32Const { value } => ConstExpr::i32_const(value.bits() as i32),
        Operator::F64Const { value } => ConstExpr::i64_const(value.bits() as i64),
        _ => return None,
    };
    let val_type = value(global.ty.content_type)?;
    let ty = GlobalType { val_type, mutable: global.ty.mutable, shared: global.ty.shared };
    matches!(init.read(), Ok(Operator::End)).then_some((ty, first))
}

fn without_floats(module: &[u8], body: &FunctionBody<'_>, gone: u32) -> Option<(Function, bool)> {
    let mut locals = Vec::new();
    for group in body.get_locals_reader().ok()? {
        let (count, ty) = group.ok()?;
        locals.push((count, value(ty)?));
    }
    let mut operators = body.get_operators_reader().ok()?;
    let instructions = bytes(module, operators.original_position()..body.range().end);
    let (mut floats, mut writes) = (false, 1);
    while !operators.eof() {
        let text = format!("{:?}", operators.read().ok()?);
        floats |= text.contains("F32") || text.contains("F64");
        if ["Store", "GlobalSet", "Grow", "Call"].iter().any(|name| text.contains(name)) {
            writes = WRITES;
        }
    }
    let mut function = Function::new(locals);
    if floats {
        function.instruction(&Instruction::I32Const(writes)).instruction(&Instruction::GlobalSet(gone));
        function.instruction(&Instruction::Unreachable).instruction(&Instruction::End);
    } else {
        function.raw(instructions.iter().copied());
    }
    Some((function, floats))
}
