//! The two meters that compilation injects into every function.
//!
//! **Fuel** is an `i64` global. A straight run of instructions ends where something jumps from or to (branch, label,
//! call, return). Its cost is summed and taken off in one piece before the run begins; below zero the code traps. Paid
//! afterwards, a run that ends in a trap would be free. `memory.grow` also pays for its pages.
//!
//! **Stack** is an `i32` global of bytes left. A function that calls takes its own frame off before the call and puts
//! it back after; below zero the code traps. Frames are measured by the validator (locals and deepest operand stack),
//! not by the native compiler, so that recursion ends at the same call everywhere.

use std::sync::{Arc, OnceLock};
use wasmer::{
    ExportIndex, GlobalInit, GlobalType, LocalFunctionIndex, Mutability, Type,
    sys::{
        FunctionMiddleware, MiddlewareError, MiddlewareReaderState, ModuleMiddleware,
        wasmparser::{BlockType, Operator, ValType},
    },
};
use wasmer_types::{GlobalIndex, ModuleInfo};
use zx_host_functions::fuel;

/// Export of the fuel global; the validator keeps modules from using the name.
pub(crate) const FUEL: &str = "zx_fuel";
/// Export of the stack global.
pub(crate) const STACK: &str = "zx_stack";

/// Makes the meters for one module.
#[derive(Debug)]
pub(crate) struct Meter {
    frames: Arc<[u32]>,
    stack_bytes: u32,
    globals: OnceLock<Globals>,
}

#[derive(Clone, Copy, Debug)]
struct Globals {
    fuel: u32,
    stack: u32,
    scratch: u32,
    imported_functions: u32,
}

impl Meter {
    /// Meters for a module whose functions have these frames, in bytes.
    pub(crate) fn new(frames: &[u32], stack_bytes: u32) -> Self {
        Self { frames: frames.into(), stack_bytes, globals: OnceLock::new() }
    }
}

fn add_global(module: &mut ModuleInfo, ty: Type, init: GlobalInit) -> GlobalIndex {
    module.global_initializers.push(init);
    module.globals.push(GlobalType::new(ty, Mutability::Var))
}

impl ModuleMiddleware for Meter {
    fn transform_module_info(&self, module: &mut ModuleInfo) -> Result<(), MiddlewareError> {
        let fuel = add_global(module, Type::I64, GlobalInit::I64Const(0));
        let stack = add_global(module, Type::I32, GlobalInit::I32Const(self.stack_bytes as i32));
        let scratch = add_global(module, Type::I32, GlobalInit::I32Const(0));
        module.exports.insert(FUEL.to_owned(), ExportIndex::Global(fuel));
        module.exports.insert(STACK.to_owned(), ExportIndex::Global(stack));
        let globals = Globals {
            fuel: fuel.as_u32(),
            stack: stack.as_u32(),
            scratch: scratch.as_u32(),
            imported_functions: module.num_imported_functions as u32,
        };
        self.globals.set(globals).map_err(|_| MiddlewareError::new("meter", "used for a second module"))
    }

    fn generate_function_middleware<'a>(&self, function: LocalFunctionIndex) -> Box<dyn FunctionMiddleware<'a> + 'a> {
        Box::new(FunctionMeter {
            globals: self.globals.get().copied(),
            frame: self.frames.get(function.as_u32() as usize).copied().unwrap_or(u32::MAX >> 1) as i32,
            cost: 0,
            run: Vec::new(),
        })
    }
}

#[derive(Debug)]
struct FunctionMeter<'a> {
    globals: Option<Globals>,
    frame: i32,
    /// Fuel of the run so far.
    cost: u64,
    /// The run so far: it is passed on when its cost is known.
    run: Vec<Operator<'a>>,
}

/// Fuel for one instruction.
fn price(operator: &Operator<'_>) -> u64 {
    use Operator as O;
    match operator {
        O::Block { .. } | O::End | O::Nop | O::Drop | O::Unreachable => 0,
        O::I32DivS | O::I32DivU | O::I32RemS | O::I32RemU | O::I64DivS | O::I64DivU | O::I64RemS | O::I64RemU => {
            fuel::DIVIDE
        }
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
        | O::I32Store { .. }
        | O::I64Store { .. }
        | O::I32Store8 { .. }
        | O::I32Store16 { .. }
        | O::I64Store8 { .. }
        | O::I64Store16 { .. }
        | O::I64Store32 { .. } => fuel::MEMORY,
        O::Loop { .. } | O::If { .. } | O::Else | O::Br { .. } | O::BrIf { .. } | O::Return => fuel::BRANCH,
        O::BrTable { .. } => fuel::BRANCH_TABLE,
        O::Call { .. } => fuel::CALL,
        O::CallIndirect { .. } => fuel::CALL_INDIRECT,
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

impl<'a> FunctionMeter<'a> {
    /// Traps if the global at the top of the stack, just written, is below zero.
    fn trap_below_zero(global: u32, wide: bool, state: &mut MiddlewareReaderState<'a>) {
        state.push_operator(Operator::GlobalGet { global_index: global });
        if wide {
            state.extend([Operator::I64Const { value: 0 }, Operator::I64LtS]);
        } else {
            state.extend([Operator::I32Const { value: 0 }, Operator::I32LtS]);
        }
        state.extend([Operator::If { blockty: BlockType::Empty }, Operator::Unreachable, Operator::End]);
    }

    fn charge_run(&mut self, globals: Globals, state: &mut MiddlewareReaderState<'a>) {
        let cost = std::mem::take(&mut self.cost);
        if cost == 0 {
            return;
        }
        state.extend([
            Operator::GlobalGet { global_index: globals.fuel },
            Operator::I64Const { value: cost as i64 },
            Operator::I64Sub,
            Operator::GlobalSet { global_index: globals.fuel },
        ]);
        Self::trap_below_zero(globals.fuel, true, state);
    }

    /// The number of pages is on the operand stack: keep it in the scratch global, pay, put it back.
    fn charge_pages(globals: Globals, state: &mut MiddlewareReaderState<'a>) {
        state.extend([
            Operator::GlobalSet { global_index: globals.scratch },
            Operator::GlobalGet { global_index: globals.fuel },
            Operator::GlobalGet { global_index: globals.scratch },
            Operator::I64ExtendI32U,
            Operator::I64Const { value: fuel::PAGE as i64 },
            Operator::I64Mul,
            Operator::I64Sub,
            Operator::GlobalSet { global_index: globals.fuel },
        ]);
        Self::trap_below_zero(globals.fuel, true, state);
        state.push_operator(Operator::GlobalGet { global_index: globals.scratch });
    }

    fn push_frame(&self, globals: Globals, state: &mut MiddlewareReaderState<'a>) {
        state.extend([
            Operator::GlobalGet { global_index: globals.stack },
            Operator::I32Const { value: self.frame },
            Operator::I32Sub,
            Operator::GlobalSet { global_index: globals.stack },
        ]);
        Self::trap_below_zero(globals.stack, false, state);
    }

    fn pop_frame(&self, globals: Globals, state: &mut MiddlewareReaderState<'a>) {
        state.extend([
            Operator::GlobalGet { global_index: globals.stack },
            Operator::I32Const { value: self.frame },
            Operator::I32Add,
            Operator::GlobalSet { global_index: globals.stack },
        ]);
    }
}

impl<'a> FunctionMiddleware<'a> for FunctionMeter<'a> {
    /// Zeroing locals is work too: one plain instruction for each.
    fn locals_info(&mut self, locals: &[ValType]) {
        self.cost = (locals.len() as u64).saturating_mul(fuel::PLAIN);
    }

    fn feed(&mut self, operator: Operator<'a>, state: &mut MiddlewareReaderState<'a>) -> Result<(), MiddlewareError> {
        let globals = self.globals.ok_or_else(|| MiddlewareError::new("meter", "used before its module was read"))?;
        self.cost = self.cost.saturating_add(price(&operator));
        if !ends_run(&operator) {
            self.run.push(operator);
            return Ok(());
        }
        self.charge_run(globals, state);
        state.extend(self.run.drain(..));
        let guest_call = match &operator {
            Operator::Call { function_index } => *function_index >= globals.imported_functions,
            Operator::CallIndirect { .. } => true,
            Operator::MemoryGrow { .. } => {
                Self::charge_pages(globals, state);
                false
            }
            _ => false,
        };
        if guest_call {
            self.push_frame(globals, state);
            state.push_operator(operator);
            self.pop_frame(globals, state);
        } else {
            state.push_operator(operator);
        }
        Ok(())
    }
}
