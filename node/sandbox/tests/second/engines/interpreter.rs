//! wasmi: an interpreter, from other authors.

use super::{
    Case, Seen, by_the_meters,
    oracle::{Exit, Guest, Outside, host_call},
    returned,
};
use wasmi::{
    Caller, Config, Engine, Error, Extern, Func, FuncType, Global, Instance, Memory, Module, Store, Val, ValType,
};
use zx_host_functions::{HostFunction, WasmType};
use zx_sandbox::{FUEL, STACK, Status, Trap};

/// Calls that may be open, and bytes of its stack: more than the metered stack ever allows.
const CALLS: usize = 1 << 20;
const STACK_BYTES: usize = 256 << 20;

pub(crate) fn engine() -> Engine {
    let mut config = Config::default();
    config.floats(false).set_max_recursion_depth(CALLS).set_max_stack_height(STACK_BYTES);
    Engine::new(&config)
}

struct Waiting<'a, 'b> {
    caller: &'a mut Caller<'b, Outside>,
    memory: Memory,
    fuel: Global,
}

impl Guest for Waiting<'_, '_> {
    fn fuel(&mut self) -> i64 {
        self.fuel.get(&*self.caller).i64().expect("the meters make it an i64")
    }

    fn set_fuel(&mut self, left: i64) {
        self.fuel.set(&mut *self.caller, Val::I64(left)).expect("it is mutable");
    }

    fn read(&mut self, at: u32, len: u32) -> Option<Vec<u8>> {
        let end = u64::from(at) + u64::from(len);
        self.memory.data(&*self.caller).get(at as usize..end as usize).map(<[u8]>::to_vec)
    }

    fn write(&mut self, at: u32, bytes: &[u8]) -> Option<()> {
        self.memory.write(&mut *self.caller, at as usize, bytes).ok()
    }
}

fn import(store: &mut Store<Outside>, row: &'static HostFunction) -> Extern {
    let ty = |ty: WasmType| if ty == WasmType::I32 { ValType::I32 } else { ValType::I64 };
    let ty = FuncType::new(row.params.iter().map(|param| ty(param.2)), row.result.map(ty));
    let call = move |mut caller: Caller<'_, Outside>, arguments: &[Val], results: &mut [Val]| {
        let arguments: Vec<_> = arguments.iter().map(widen).collect();
        let memory = caller.get_export("memory").and_then(Extern::into_memory).expect("exported");
        let fuel = caller.get_export(FUEL).and_then(Extern::into_global).expect("exported");
        let mut outside = std::mem::take(caller.data_mut());
        let mut guest = Waiting { caller: &mut caller, memory, fuel };
        let result = host_call(row, &arguments, &mut guest, &mut outside);
        *caller.data_mut() = outside;
        let result = result.map_err(Error::host)?;
        for (place, ty) in results.iter_mut().zip(row.result) {
            *place = narrow(ty, result);
        }
        Ok(())
    };
    Func::new(store, ty, call).into()
}

fn widen(value: &Val) -> u64 {
    match value {
        Val::I32(value) => u64::from(*value as u32),
        Val::I64(value) => *value as u64,
        other => panic!("no host function takes {other:?}"),
    }
}

fn narrow(ty: WasmType, value: u64) -> Val {
    match ty {
        WasmType::I32 => Val::I32(value as i32),
        WasmType::I64 => Val::I64(value as i64),
    }
}

pub(super) fn compile(engine: &Engine, metered: &[u8]) -> Module {
    Module::new(engine, metered).expect("a valid module compiles")
}

pub(super) fn run(module: &Module, case: &Case<'_>) -> Seen {
    let mut store = Store::new(module.engine(), Outside::new(case.input, case.recorder.clone(), case.entry));
    let imports: Vec<_> = case.imports.iter().map(|row| import(&mut store, row)).collect();
    let Ok(instance) = Instance::new(&mut store, module, &imports) else {
        return Seen::without_instance();
    };
    let memory = instance.get_memory(&store, "memory").expect("exported");
    let [fuel, stack] = [FUEL, STACK].map(|name| instance.get_global(&store, name).expect("exported"));
    fuel.set(&mut store, Val::I64(case.fuel)).expect("it is mutable");
    let entry = instance.get_typed_func::<(), i32>(&store, case.entry_name()).expect("exported");
    let result = entry.call(&mut store, ());
    let fuel = fuel.get(&store).i64().expect("an i64");
    let stack = stack.get(&store).i32().expect("an i32");
    let (status, result) = match result {
        Ok(result) => (returned(result, fuel), Some(result)),
        Err(error) => (ended(&error, fuel, stack), None),
    };
    let memory = memory.data(&store).to_vec();
    let outside = store.into_data();
    let Outside { output, recorder, immutables, .. } = outside;
    let (memory, immutables) = (memory.into(), immutables.unwrap_or_default());
    Seen { status, result, fuel, stack, memory, output, immutables, acts: recorder.acts }
}

/// Why the guest did not return.
fn ended(error: &Error, fuel: i64, stack: i32) -> Status {
    if let Some(exit) = error.downcast_ref::<Exit>() {
        return exit.0;
    }
    by_the_meters(fuel, stack)
        .unwrap_or_else(|| Status::Trap(trap(error.as_trap_code().expect("neither host nor engine fails"))))
}

fn trap(code: wasmi::TrapCode) -> Trap {
    use wasmi::TrapCode as Code;
    match code {
        Code::MemoryOutOfBounds => Trap::MemoryOutOfBounds,
        Code::TableOutOfBounds => Trap::TableOutOfBounds,
        Code::IndirectCallToNull => Trap::UndefinedElement,
        Code::BadSignature => Trap::SignatureMismatch,
        Code::IntegerOverflow => Trap::IntegerOverflow,
        Code::IntegerDivisionByZero => Trap::DivisionByZero,
        other => panic!("no accepted module does this: {other:?}"),
    }
}
