//! The two meters, written into a module before it is compiled.
//!
//! **Fuel** is an `i64` global that each function keeps in a local while it runs. A straight run of instructions ends
//! where something jumps from or to (branch, label, call, return); its cost is summed and taken off in one piece before
//! the run begins. Whether it went below zero is looked at where code could go on for ever (in each turn of a loop, and
//! before each call) or has gone on for a while, by the host in each of its functions, and when the entry returns:
//! whatever the module did since it ran out is undone with the frame. The local goes back to the global before each call and at each return, so that
//! caller, callee and host see one figure. After a trap it is lost: a trap takes all the gas of its frame, as the EVM's
//! exceptional halts do.
//!
//! **Stack** is an `i32` global: bytes left. A function that calls others takes its own frame off when it is entered,
//! below zero traps, and hands the rest to each callee. Frames are measured by the validator (locals and deepest
//! operand stack), not by the native compiler, so that recursion ends at the same call everywhere.
//!
//! What comes out is an ordinary module: cranelift compiles it for the node, and any other engine can run it instead.

use std::ops::Range;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ExportKind, ExportSection, Function, GlobalSection, GlobalType, InstructionSink,
    Module, RawSection, SectionId, ValType,
};
use wasmparser::{
    BinaryReaderError, ExportSectionReader, ExternalKind, FunctionBody, GlobalSectionReader, Operator, OperatorsReader,
    Parser, Payload, TypeRef,
};
use zx_host_functions::{ModuleFacts, fuel, is_load, is_store};

/// Export of the fuel global; the validator keeps modules from using the name.
pub const FUEL: &str = "zx_fuel";
/// Export of the stack global.
pub const STACK: &str = "zx_stack";
/// What the stack global holds after an `unreachable` of the module: no frame is so large that the meter gets there.
pub const UNREACHABLE: i32 = i32::MIN;

/// Fuel that a function may take, a loop aside, before it is looked at whether there was any: the work that a node may
/// do for nothing.
const UNSEEN: u64 = 20_000;

/// A module that the validator would not have let pass.
#[derive(Debug, thiserror::Error)]
pub enum MeterError {
    /// Not a module at all.
    #[error(transparent)]
    Malformed(#[from] BinaryReaderError),
    /// Something that no rule allows.
    #[error("unexpected {0}")]
    Unexpected(&'static str),
}

/// A valid module with meters in it, and without its custom sections: no rule looks into them, but compilers do, and a
/// `name` section that does not parse is no fault of the contract.
///
/// # Errors
/// If the validator has not let the module pass.
pub fn meter(module: &[u8], facts: &ModuleFacts, stack_bytes: u32) -> Result<Vec<u8>, MeterError> {
    let mut out = Metered { source: module, stack_bytes, ..Metered::default() };
    let mut frames = facts.frames.iter();
    let mut code = CodeSection::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::TypeSection(types) => {
                out.copy(SectionId::Type, types.range());
                for group in types {
                    for ty in group?.types() {
                        out.types.push(Signature::of(ty.unwrap_func())?);
                    }
                }
            }
            Payload::ImportSection(imports) => {
                out.copy(SectionId::Import, imports.range());
                for import in imports.into_imports() {
                    let TypeRef::Func(_) = import?.ty else { return Err(MeterError::Unexpected("import")) };
                    out.imported += 1;
                }
            }
            Payload::FunctionSection(functions) => {
                out.copy(SectionId::Function, functions.range());
                out.functions = functions.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::TableSection(tables) => out.copy(SectionId::Table, tables.range()),
            Payload::MemorySection(memories) => out.copy(SectionId::Memory, memories.range()),
            Payload::GlobalSection(globals) => out.globals(Some(globals))?,
            Payload::ExportSection(exports) => out.exports(exports)?,
            Payload::ElementSection(elements) => out.copy(SectionId::Element, elements.range()),
            Payload::CodeSectionEntry(body) => {
                let frame = *frames.next().ok_or(MeterError::Unexpected("function"))?;
                code.function(&out.function(code.len(), &body, frame)?);
                if code.len() as usize == out.functions.len() {
                    out.module.section(&code);
                }
            }
            Payload::DataSection(data) => out.copy(SectionId::Data, data.range()),
            _ => {}
        }
    }
    Ok(out.module.finish())
}

/// What the meters need to know of a type.
#[derive(Clone, Copy)]
struct Signature {
    params: u32,
    result: BlockType,
}

impl Signature {
    fn of(ty: &wasmparser::FuncType) -> Result<Self, MeterError> {
        let result = match ty.results() {
            [] => BlockType::Empty,
            [one] => BlockType::Result(value_type(*one)?),
            _ => return Err(MeterError::Unexpected("second result")),
        };
        Ok(Self { params: ty.params().len() as u32, result })
    }
}

fn value_type(ty: wasmparser::ValType) -> Result<ValType, MeterError> {
    match ty {
        wasmparser::ValType::I32 => Ok(ValType::I32),
        wasmparser::ValType::I64 => Ok(ValType::I64),
        _ => Err(MeterError::Unexpected("type of a value")),
    }
}

#[derive(Clone, Copy)]
struct Globals {
    fuel: u32,
    stack: u32,
}

#[derive(Default)]
struct Metered<'a> {
    source: &'a [u8],
    module: Module,
    stack_bytes: u32,
    types: Vec<Signature>,
    /// Functions that the module imports.
    imported: u32,
    /// Type of each function that it defines.
    functions: Vec<u32>,
    globals: Option<Globals>,
}

impl<'a> Metered<'a> {
    fn bytes(&self, range: Range<u64>) -> &'a [u8] {
        self.source.get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    fn copy(&mut self, id: SectionId, range: Range<u64>) {
        let data = self.bytes(range);
        self.module.section(&RawSection { id: id as u8, data });
    }

    /// The module's globals and, after them, the meters'.
    fn globals(&mut self, own: Option<GlobalSectionReader<'_>>) -> Result<(), MeterError> {
        let mut section = GlobalSection::new();
        for global in own.into_iter().flatten() {
            let global = global?;
            let value = match global.init_expr.get_operators_reader().read()? {
                Operator::I32Const { value } => ConstExpr::i32_const(value),
                Operator::I64Const { value } => ConstExpr::i64_const(value),
                _ => return Err(MeterError::Unexpected("value of a global")),
            };
            let val_type = value_type(global.ty.content_type)?;
            section.global(GlobalType { val_type, mutable: global.ty.mutable, shared: false }, &value);
        }
        self.globals = Some(Globals { fuel: section.len(), stack: section.len() + 1 });
        let variable = |val_type| GlobalType { val_type, mutable: true, shared: false };
        section.global(variable(ValType::I64), &ConstExpr::i64_const(0));
        section.global(variable(ValType::I32), &ConstExpr::i32_const(self.stack_bytes as i32));
        self.module.section(&section);
        Ok(())
    }

    fn exports(&mut self, own: ExportSectionReader<'_>) -> Result<(), MeterError> {
        if self.globals.is_none() {
            self.globals(None)?;
        }
        let globals = self.globals.ok_or(MeterError::Unexpected("order of sections"))?;
        let mut section = ExportSection::new();
        for export in own {
            let export = export?;
            let kind = match export.kind {
                ExternalKind::Func => ExportKind::Func,
                ExternalKind::Memory => ExportKind::Memory,
                // No rule allows these two. The specification's tests have them, and the meters do not mind.
                ExternalKind::Table => ExportKind::Table,
                ExternalKind::Global => ExportKind::Global,
                _ => return Err(MeterError::Unexpected("export")),
            };
            section.export(export.name, kind, export.index);
        }
        section.export(FUEL, ExportKind::Global, globals.fuel);
        section.export(STACK, ExportKind::Global, globals.stack);
        self.module.section(&section);
        Ok(())
    }

    fn function(&self, index: u32, body: &FunctionBody<'_>, frame: u32) -> Result<Function, MeterError> {
        let globals = self.globals.ok_or(MeterError::Unexpected("order of sections"))?;
        let ty = self.functions.get(index as usize).ok_or(MeterError::Unexpected("function"))?;
        let signature = *self.types.get(*ty as usize).ok_or(MeterError::Unexpected("type"))?;
        let mut locals = Vec::new();
        let mut own = 0u32;
        for group in body.get_locals_reader()? {
            let (count, ty) = group?;
            own = own.checked_add(count).ok_or(MeterError::Unexpected("number of locals"))?;
            locals.push((count, value_type(ty)?));
        }
        let first = signature.params + own;
        let meters = Locals { fuel: first, stack: first + 1, scratch: first + 2 };
        locals.extend([(1, ValType::I64), (2, ValType::I32)]);
        let mut code = Code { bytes: Vec::new(), globals, locals: meters, depth: 0 };
        let mut operators = body.get_operators_reader()?;
        let calls = self.calls(operators.clone())?;
        code.enter(calls.then_some(frame), signature.result);
        // Zeroing locals is work too: one plain instruction for each.
        let zeroing = u64::from(own).saturating_mul(fuel::PLAIN);
        let mut run = Run { cost: zeroing, start: operators.original_position(), turns: false, depth: 0 };
        let mut unseen = 0u64;
        while !operators.eof() {
            let (operator, at) = operators.read_with_offset()?;
            run.cost = run.cost.saturating_add(price(&operator));
            if !ends_run(&operator) {
                code.depth += u32::from(matches!(operator, Operator::Block { .. }));
                continue;
            }
            let after = operators.original_position();
            // In the order of the text, which no path through it exceeds.
            unseen = unseen.saturating_add(run.cost);
            let look = match () {
                () if run.turns || self.calls_guest(&operator) => Look::Often,
                () if unseen > UNSEEN => Look::Once,
                () => Look::Never,
            };
            unseen = if look == Look::Never { unseen } else { 0 };
            code.charge(&run, look);
            code.bytes.extend_from_slice(self.bytes(run.start..at));
            code.last_of_run(&operator, self.bytes(at..after), self.calls_guest(&operator));
            // A run without a cost goes straight on into the next one: what branches, costs.
            let turns = matches!(operator, Operator::Loop { .. }) || (run.turns && run.cost == 0);
            run = Run { cost: 0, start: after, turns, depth: code.depth };
        }
        code.leave();
        let mut function = Function::new(locals);
        function.raw(code.bytes);
        Ok(function)
    }

    /// Whether the function calls another of the module.
    fn calls(&self, mut operators: OperatorsReader<'_>) -> Result<bool, MeterError> {
        while !operators.eof() {
            if self.calls_guest(&operators.read()?) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn calls_guest(&self, operator: &Operator<'_>) -> bool {
        match operator {
            Operator::Call { function_index } => *function_index >= self.imported,
            Operator::CallIndirect { .. } => true,
            _ => false,
        }
    }
}

/// Whether it is looked at what is left when a run is paid.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// With a branch to the end of the function, which is the fastest.
    Often,
    /// With a branch around one: of the other kind, cranelift takes superlinear time for many in a row.
    Once,
    Never,
}

/// A straight run.
struct Run {
    /// What it costs so far.
    cost: u64,
    /// Where in the source it begins.
    start: u64,
    /// Whether each turn of a loop goes through it.
    turns: bool,
    /// Blocks that are open where it begins.
    depth: u32,
}

/// The locals that the meters add to a function.
#[derive(Clone, Copy)]
struct Locals {
    fuel: u32,
    /// What is left of the stack below this function's own frame.
    stack: u32,
    scratch: u32,
}

/// A body in the making.
struct Code {
    bytes: Vec<u8>,
    globals: Globals,
    locals: Locals,
    /// Blocks of the source that are open.
    depth: u32,
}

impl Code {
    fn sink(&mut self) -> InstructionSink<'_> {
        InstructionSink::new(&mut self.bytes)
    }

    /// Takes the fuel, and the frame if the function calls others. The body becomes a block, so that a branch out of
    /// it ends where [`Self::leave`] gives the fuel back; around it is one that is left when the fuel has run out.
    fn enter(&mut self, frame: Option<u32>, result: BlockType) {
        let (globals, locals) = (self.globals, self.locals);
        self.load_fuel();
        if let Some(frame) = frame {
            self.sink().global_get(globals.stack).i32_const(frame as i32).i32_sub().local_tee(locals.stack);
            self.sink().i32_const(0).i32_lt_s().if_(BlockType::Empty);
            self.sink().local_get(locals.stack).global_set(globals.stack);
            self.stop();
            self.sink().end();
        }
        self.sink().block(BlockType::Empty).block(result);
    }

    fn leave(&mut self) {
        self.store_fuel();
        self.sink().return_().end();
        self.store_fuel();
        self.stop();
        self.sink().end();
    }

    fn load_fuel(&mut self) {
        let (globals, locals) = (self.globals, self.locals);
        self.sink().global_get(globals.fuel).local_set(locals.fuel);
    }

    fn store_fuel(&mut self) {
        let (globals, locals) = (self.globals, self.locals);
        self.sink().local_get(locals.fuel).global_set(globals.fuel);
    }

    fn charge(&mut self, run: &Run, look: Look) {
        if run.cost > 0 {
            let fuel = self.locals.fuel;
            self.sink().local_get(fuel).i64_const(run.cost as i64).i64_sub();
            match look {
                Look::Often => self.take_fuel(run.depth),
                Look::Once => {
                    self.sink().local_tee(fuel).i64_const(0).i64_lt_s().if_(BlockType::Empty).br(run.depth + 2).end();
                }
                Look::Never => {
                    self.sink().local_set(fuel);
                }
            }
        }
    }

    /// What is left is on the operand stack; below zero the frame ends.
    fn take_fuel(&mut self, depth: u32) {
        let fuel = self.locals.fuel;
        self.sink().local_tee(fuel).i64_const(0).i64_lt_s().br_if(depth + 1);
    }

    /// Ends the frame. A division by zero is an instruction that faults; `unreachable` calls into wasmer, which walks
    /// the stack before it does the same.
    fn stop(&mut self) {
        self.sink().i32_const(0).i32_const(0).i32_div_u().drop().unreachable();
    }

    /// The instruction that ends a run, with what the meters do around it.
    fn last_of_run(&mut self, operator: &Operator<'_>, bytes: &[u8], calls_guest: bool) {
        let (globals, locals) = (self.globals, self.locals);
        match operator {
            Operator::Call { .. } | Operator::CallIndirect { .. } => {
                self.store_fuel();
                if calls_guest {
                    self.sink().local_get(locals.stack).global_set(globals.stack);
                }
            }
            Operator::Return => self.store_fuel(),
            Operator::Loop { .. } | Operator::If { .. } => self.depth += 1,
            // The last one closes the body's own block.
            Operator::End => self.depth = self.depth.saturating_sub(1),
            Operator::Unreachable => {
                self.sink().i32_const(UNREACHABLE).global_set(globals.stack);
                self.stop();
            }
            Operator::MemoryGrow { .. } => {
                // The number of pages is on the operand stack.
                self.sink().local_set(locals.scratch).local_get(locals.fuel).local_get(locals.scratch);
                self.sink().i64_extend_i32_u().i64_const(fuel::PAGE as i64).i64_mul().i64_sub();
                self.take_fuel(self.depth);
                self.sink().local_get(locals.scratch);
            }
            _ => {}
        }
        self.bytes.extend_from_slice(bytes);
        if matches!(operator, Operator::Call { .. } | Operator::CallIndirect { .. }) {
            self.load_fuel();
        }
    }
}

/// Fuel for one instruction.
fn price(operator: &Operator<'_>) -> u64 {
    use Operator as O;
    match operator {
        O::Block { .. } | O::End | O::Nop | O::Drop | O::Unreachable => 0,
        O::I32Mul | O::I32Clz | O::I32Ctz | O::I32Popcnt | O::I64Mul | O::I64Clz | O::I64Ctz | O::I64Popcnt => {
            fuel::SLOW
        }
        O::I32Eqz | O::I32Eq | O::I32Ne | O::I64Eqz | O::I64Eq | O::I64Ne => fuel::SLOW,
        O::I32LtS | O::I32LtU | O::I32GtS | O::I32GtU | O::I32LeS | O::I32LeU | O::I32GeS | O::I32GeU => fuel::SLOW,
        O::I64LtS | O::I64LtU | O::I64GtS | O::I64GtU | O::I64LeS | O::I64LeU | O::I64GeS | O::I64GeU => fuel::SLOW,
        O::I32DivS | O::I32DivU | O::I32RemS | O::I32RemU | O::I64DivS | O::I64DivU | O::I64RemS | O::I64RemU => {
            fuel::DIVIDE
        }
        _ if is_load(operator) => fuel::LOAD,
        _ if is_store(operator) => fuel::STORE,
        O::Loop { .. } | O::Else | O::Br { .. } | O::Return => fuel::JUMP,
        O::If { .. } | O::BrIf { .. } => fuel::BRANCH,
        O::BrTable { .. } => fuel::BRANCH_TABLE,
        O::Call { .. } => fuel::CALL,
        O::CallIndirect { .. } => fuel::CALL_INDIRECT,
        O::MemorySize { .. } => fuel::SIZE,
        O::MemoryGrow { .. } => fuel::GROW,
        _ => fuel::PLAIN,
    }
}

/// Whether a straight run ends here: something jumps from here, or to here.
fn ends_run(operator: &Operator<'_>) -> bool {
    use Operator as O;
    matches!(
        operator,
        O::Loop { .. }
            | O::End
            | O::If { .. }
            | O::Else
            | O::Br { .. }
            | O::BrIf { .. }
            | O::BrTable { .. }
            | O::Call { .. }
            | O::CallIndirect { .. }
            | O::Return
            | O::Unreachable
            | O::MemoryGrow { .. }
    )
}
