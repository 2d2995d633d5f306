//! Instances that are entered again and again.
//!
//! A fresh instance costs some hundred times what entering one costs. So each module keeps those that have come back
//! from a call: whoever runs the module next takes one, and gives it back in the state that a fresh one has. Memory is
//! zeroed and gets its data segments again, globals get their first values, and tables cannot change (no accepted
//! instruction writes them, and none is exported). An instance that trapped is not kept.

use crate::{
    engine::{self, Counted, LoadedModule},
    host::{Frame, Host},
    interrupt,
    linker::Env,
    run::{Entry, Status, Trap},
    slot::Window,
    trap,
};
use std::{ops::Range, ptr::NonNull, rc::Rc, sync::Arc};
use wasmer::{
    Instance, InstantiationError, Memory, RuntimeError, Store, TypedFunction,
    sys::vm::{VMGlobalDefinition, VMMemoryDefinition},
};
use wasmer_types::RawValue;
use zx_host_functions::{EXPORT_CALL, EXPORT_DEPLOY, EXPORT_MEMORY};

/// Where the generated code of an instance keeps what the host reads and writes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    pub(crate) memory: NonNull<VMMemoryDefinition>,
    pub(crate) fuel: NonNull<VMGlobalDefinition>,
    stack: NonNull<VMGlobalDefinition>,
}

/// An instance at rest: as if it were new.
pub(crate) struct Warm {
    store: Store,
    env: Rc<Env>,
    call: TypedFunction<(), i32>,
    deploy: Option<TypedFunction<(), i32>>,
    memory: Memory,
    window: Arc<Window>,
    places: Places,
    /// Every global with its first value.
    globals: Box<[(NonNull<VMGlobalDefinition>, RawValue)]>,
    /// Addresses of its native code.
    code: Range<usize>,
    _counted: Counted,
}

// SAFETY: the places lie in the instance, which the store owns; both go from thread to thread together.
unsafe impl Send for Warm {}

impl Warm {
    /// A segment that does not fit is the guest's fault; that the host has no memory to give is not.
    pub(crate) fn new(module: &LoadedModule) -> Result<Self, Status> {
        let mut store = Store::new(module.native.engine.clone());
        let env = Rc::new(Env::default());
        let imports: Vec<_> = module.imports.iter().map(|import| import.link(&mut store, &env)).collect();
        let (instance, made) = engine::collect(|| {
            Instance::new_by_index(&mut store, &module.native.module, &imports).map_err(|error| match error {
                InstantiationError::Start(e) if e.clone().to_trap().is_some() => Status::Trap(Trap::Instantiation),
                _ => Status::Fatal,
            })
        });
        let instance = instance?;
        Self::assemble(store, env, &instance, made, module).ok_or(Status::Fatal)
    }

    fn assemble(
        mut store: Store,
        env: Rc<Env>,
        instance: &Instance,
        made: engine::Made,
        module: &LoadedModule,
    ) -> Option<Self> {
        let call = instance.exports.get_typed_function(&store, EXPORT_CALL).ok()?;
        let deploy = instance.exports.get_typed_function(&store, EXPORT_DEPLOY).ok();
        let memory = instance.exports.get_memory(EXPORT_MEMORY).ok()?.clone();
        // The meters' globals come last, in this order.
        let [.., fuel, stack] = made.globals[..] else { return None };
        let (definition, window) = made.memory?;
        let places = Places { memory: definition, fuel, stack };
        env.attach(places);
        trap::take_over(&mut store, &env, Arc::clone(&window));
        // SAFETY: the places lie in the instance, which the store keeps.
        let globals = made.globals.iter().map(|place| (*place, unsafe { place.as_ref() }.val)).collect();
        let (code, counted) = (module.code.clone(), module.shared.count());
        Some(Self { store, env, call, deploy, memory, window, places, globals, code, _counted: counted })
    }

    /// Runs an entry with this much fuel.
    pub(crate) fn enter(
        &mut self,
        entry: Entry,
        fuel: u64,
        frame: &Frame<'_>,
        host: &mut dyn Host,
    ) -> Result<i32, RuntimeError> {
        let function = match entry {
            Entry::Call => &self.call,
            Entry::Deploy => self.deploy.as_ref().ok_or_else(|| RuntimeError::new("no constructor"))?,
        };
        self.places.set_fuel(fuel.min(i64::MAX as u64) as i64);
        // SAFETY: host functions of this instance are only entered in the call below, and both borrows outlast it.
        unsafe { self.env.lend(frame, host, entry == Entry::Deploy) };
        let inside = interrupt::enter(&self.code);
        let result = function.call(&mut self.store);
        drop(inside);
        self.env.take_back();
        result
    }

    /// Fuel that is left; below zero if it ran out.
    pub(crate) fn fuel(&self) -> i64 {
        self.places.fuel()
    }

    /// Bytes of stack that are left, or [`UNREACHABLE`](crate::meter::UNREACHABLE).
    pub(crate) fn stack(&self) -> i32 {
        // SAFETY: the place lies in the instance, which is at rest; the meters make it an i32.
        unsafe { self.places.stack.as_ref().val.i32 }
    }

    /// Whether the host had too little memory for what the guest did.
    pub(crate) fn starved(&self) -> bool {
        self.window.starved()
    }

    /// What host functions left behind.
    pub(crate) fn env(&self) -> &Env {
        &self.env
    }

    /// Makes it as new. False if that cannot be done, and it must not be used again.
    pub(crate) fn reset(&mut self, data: &[(usize, Box<[u8]>)]) -> bool {
        for (place, value) in &self.globals {
            // SAFETY: the place lies in the instance, which is at rest.
            unsafe { (*place.as_ptr()).val = *value };
        }
        if self.memory.reset(&mut self.store).is_err() {
            return false;
        }
        // SAFETY: as above; no host function is running.
        let memory = unsafe { self.places.bytes() };
        data.iter().all(|(at, bytes)| {
            let place = memory.get_mut(*at..at.saturating_add(bytes.len()));
            place.map(|place| place.copy_from_slice(bytes)).is_some()
        })
    }
}

impl Places {
    pub(crate) fn fuel(&self) -> i64 {
        // SAFETY: the place lies in the instance, which the store keeps; the meters make it an i64. Generated code
        // that uses it waits while the host runs.
        unsafe { self.fuel.as_ref().val.i64 }
    }

    pub(crate) fn set_fuel(&mut self, left: i64) {
        // SAFETY: as in `fuel`.
        unsafe { self.fuel.as_mut().val.i64 = left };
    }

    /// Bytes that the guest can reach now.
    pub(crate) fn len(&self) -> usize {
        // SAFETY: as in `fuel`.
        unsafe { self.memory.as_ref().current_length }
    }

    /// The guest's memory.
    ///
    /// # Safety
    /// No other reference to it may be alive, and the guest must not run or grow it while this one is.
    pub(crate) unsafe fn bytes<'a>(&self) -> &'a mut [u8] {
        // SAFETY: the definition holds what the slot made accessible, and the caller keeps the rest.
        unsafe { std::slice::from_raw_parts_mut(self.memory.as_ref().base, self.len()) }
    }
}
