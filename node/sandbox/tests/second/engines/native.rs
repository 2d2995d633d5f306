//! Wasmer with either of its compilers, and nothing of the sandbox around it.

use super::{
    Case, Seen, by_the_meters,
    oracle::{Exit, Guest, Outside, host_call},
    returned,
};
use wasmer::{
    Engine, Extern, Function, FunctionEnv, FunctionEnvMut, FunctionType, Global, Instance, Memory, Module,
    RuntimeError, Store, StoreMut, Type, Value,
    sys::{Cranelift, CraneliftOptLevel, EngineBuilder, Features, vm::set_stack_size},
};
use wasmer_compiler_singlepass::Singlepass;
use wasmer_types::TrapCode;
use zx_host_functions::{HostFunction, WasmType};
use zx_sandbox::{FUEL, STACK, Status, Trap};

/// Native stack: singlepass keeps every local and operand in its frame, whether it needs them or not.
const NATIVE_STACK: usize = 64 << 20;

/// As the sandbox compiles.
pub(crate) fn cranelift() -> Engine {
    let mut config = Cranelift::new();
    config.opt_level(CraneliftOptLevel::Speed).canonicalize_nans(false);
    engine(config.into())
}

pub(crate) fn singlepass() -> Engine {
    engine(Singlepass::new().into())
}

fn engine(config: Box<dyn wasmer::sys::CompilerConfig>) -> Engine {
    set_stack_size(NATIVE_STACK);
    EngineBuilder::new(config).set_features(Some(Features::none())).engine().into()
}

struct Env {
    outside: Outside,
    places: Option<(Memory, Global)>,
}

/// The guest of a host call.
struct Waiting<'a> {
    store: StoreMut<'a>,
    memory: Memory,
    fuel: Global,
}

impl Guest for Waiting<'_> {
    fn fuel(&mut self) -> i64 {
        self.fuel.get(&mut self.store).i64().expect("the meters make it an i64")
    }

    fn set_fuel(&mut self, left: i64) {
        self.fuel.set(&mut self.store, Value::I64(left)).expect("it is mutable");
    }

    fn read(&mut self, at: u32, len: u32) -> Option<Vec<u8>> {
        let view = self.memory.view(&self.store);
        if u64::from(at) + u64::from(len) > view.data_size() {
            return None;
        }
        let mut bytes = vec![0; len as usize];
        view.read(at.into(), &mut bytes).ok()?;
        Some(bytes)
    }

    fn write(&mut self, at: u32, bytes: &[u8]) -> Option<()> {
        self.memory.view(&self.store).write(at.into(), bytes).ok()
    }
}

fn import(store: &mut Store, env: &FunctionEnv<Env>, row: &'static HostFunction) -> Extern {
    let ty = |ty: WasmType| if ty == WasmType::I32 { Type::I32 } else { Type::I64 };
    let params: Vec<_> = row.params.iter().map(|param| ty(param.2)).collect();
    let results: Vec<_> = row.result.into_iter().map(ty).collect();
    let call = move |mut env: FunctionEnvMut<'_, Env>, arguments: &[Value]| {
        let arguments: Vec<_> = arguments.iter().map(widen).collect();
        let (env, store) = env.data_and_store_mut();
        let (memory, fuel) = env.places.clone().expect("set before the guest is entered");
        let mut guest = Waiting { store, memory, fuel };
        let result = host_call(row, &arguments, &mut guest, &mut env.outside)
            .map_err(|exit| RuntimeError::user(Box::new(exit)))?;
        Ok(row.result.into_iter().map(|ty| narrow(ty, result)).collect())
    };
    Function::new_with_env(store, env, FunctionType::new(params, results), call).into()
}

fn widen(value: &Value) -> u64 {
    match value {
        Value::I32(value) => u64::from(*value as u32),
        Value::I64(value) => *value as u64,
        other => panic!("no host function takes {other:?}"),
    }
}

fn narrow(ty: WasmType, value: u64) -> Value {
    match ty {
        WasmType::I32 => Value::I32(value as i32),
        WasmType::I64 => Value::I64(value as i64),
    }
}

pub(super) struct Compiled {
    engine: Engine,
    module: Module,
}

pub(super) fn compile(engine: &Engine, metered: &[u8]) -> Compiled {
    Compiled { engine: engine.clone(), module: Module::new(engine, metered).expect("a valid module compiles") }
}

pub(super) fn run(compiled: &Compiled, case: &Case<'_>) -> Seen {
    let mut store = Store::new(compiled.engine.clone());
    let env = Env { outside: Outside::new(case.input, case.recorder.clone(), case.entry), places: None };
    let env = FunctionEnv::new(&mut store, env);
    let imports: Vec<_> = case.imports.iter().map(|row| import(&mut store, &env, row)).collect();
    let Ok(instance) = Instance::new_by_index(&mut store, &compiled.module, &imports) else {
        return Seen::without_instance();
    };
    let exports = &instance.exports;
    let memory = exports.get_memory("memory").expect("exported").clone();
    let [fuel, stack] = [FUEL, STACK].map(|name| exports.get_global(name).expect("exported").clone());
    env.as_mut(&mut store).places = Some((memory.clone(), fuel.clone()));
    fuel.set(&mut store, Value::I64(case.fuel)).expect("it is mutable");
    let entry = exports.get_typed_function::<(), i32>(&store, case.entry_name()).expect("exported");
    let result = entry.call(&mut store);
    let fuel = fuel.get(&mut store).unwrap_i64();
    let stack = stack.get(&mut store).unwrap_i32();
    let (status, result) = match result {
        Ok(result) => (returned(result, fuel), Some(result)),
        Err(error) => (ended(error, fuel, stack), None),
    };
    let memory = memory.view(&store).copy_to_vec().expect("it is readable");
    let outside = std::mem::take(&mut env.as_mut(&mut store).outside);
    let Outside { output, recorder, immutables, .. } = outside;
    let (memory, immutables) = (memory.into(), immutables.unwrap_or_default());
    Seen { status, result, fuel, stack, memory, output, immutables, acts: recorder.acts }
}

/// Why the guest did not return.
pub(crate) fn ended(error: RuntimeError, fuel: i64, stack: i32) -> Status {
    match error.downcast::<Exit>() {
        Ok(exit) => exit.0,
        Err(error) => by_the_meters(fuel, stack)
            .unwrap_or_else(|| Status::Trap(trap(error.to_trap().expect("neither host nor engine fails")))),
    }
}

fn trap(code: TrapCode) -> Trap {
    match code {
        TrapCode::HeapAccessOutOfBounds => Trap::MemoryOutOfBounds,
        TrapCode::TableAccessOutOfBounds => Trap::TableOutOfBounds,
        TrapCode::IndirectCallToNull => Trap::UndefinedElement,
        TrapCode::BadSignature => Trap::SignatureMismatch,
        TrapCode::IntegerOverflow => Trap::IntegerOverflow,
        TrapCode::IntegerDivisionByZero => Trap::DivisionByZero,
        other => panic!("no accepted module does this: {other:?}"),
    }
}
