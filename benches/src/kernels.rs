//! What the meters cost on code that only computes, and what a fresh instance costs: on wasmer as it is, with the
//! compiler set as the sandbox sets it, so that the meters, or the reuse, are the only difference.

use crate::measure::Case;
use cargo_zx::{OptLevel, Request, Source};
use eyre::OptionExt as _;
use std::{hint::black_box, path::Path, time::Instant};
use wasmer::{
    Engine, Extern, Function, Global, Instance, Module, Store, TypedFunction, Value,
    sys::{Cranelift, CraneliftOptLevel, EngineBuilder, Features},
};
use zx_sandbox::ModuleLimits;

/// The kernels, by the length of calldata that chooses them.
pub(crate) const KERNELS: [(u32, [&str; 2], &str); 3] = [
    (0, ["kernel/keccak, plain", "kernel/keccak, metered"], "keccak"),
    (1, ["kernel/U256, plain", "kernel/U256, metered"], "U256"),
    (2, ["kernel/sort, plain", "kernel/sort, metered"], "sort"),
];
/// Fresh instances in a run.
const INSTANCES: u64 = 100;

/// The kernels with and without meters, and ZX-20 to make instances of.
pub(crate) struct Kernels {
    plain: Compiled,
    metered: Compiled,
    empty: Compiled,
    zx20: Compiled,
}

struct Compiled {
    engine: Engine,
    module: Module,
}

/// A store, its `call`, and the globals of its fuel and stack.
type Started = (Store, TypedFunction<(), i32>, Option<(Global, Global)>);

impl Compiled {
    fn new(module: &[u8]) -> eyre::Result<Self> {
        let mut config = Cranelift::new();
        config.opt_level(CraneliftOptLevel::Speed);
        let engine: Engine = EngineBuilder::new(config).set_features(Some(Features::none())).engine().into();
        Ok(Self { module: Module::new(&engine, module)?, engine })
    }

    fn metered(module: &[u8]) -> eyre::Result<Self> {
        let limits = ModuleLimits::DEFAULT;
        let facts = zx_host_functions::validate(module, &limits)?;
        Self::new(&zx_sandbox::meter(module, &facts, limits.stack_bytes)?)
    }

    /// Imports that answer with one number.
    fn imports(&self, store: &mut Store, answer: u32) -> Vec<Extern> {
        let import = |import: wasmer::ImportType| {
            let wasmer::ExternType::Function(ty) = import.ty() else { unreachable!("the validator saw to that") };
            let results = ty.results().to_vec();
            let answers = move |_: &[Value]| {
                let zero = |ty: &wasmer::Type| match ty {
                    wasmer::Type::I64 => Value::I64(answer.into()),
                    _ => Value::I32(answer as i32),
                };
                Ok(results.iter().map(zero).collect())
            };
            Function::new(store, ty.clone(), answers).into()
        };
        self.module.imports().map(import).collect()
    }

    fn start(&self, answer: u32) -> eyre::Result<Started> {
        let mut store = Store::new(self.engine.clone());
        let imports = self.imports(&mut store, answer);
        let instance = Instance::new_by_index(&mut store, &self.module, &imports)?;
        let call = instance.exports.get_typed_function(&store, "call")?;
        let global = |name| instance.exports.get_global(name).ok().cloned();
        Ok((store, call, global(zx_sandbox::FUEL).zip(global(zx_sandbox::STACK))))
    }
}

impl Kernels {
    /// Builds and compiles.
    pub(crate) fn new(zx20_module: &[u8]) -> eyre::Result<Self> {
        let folder = tempfile::tempdir()?;
        let request = Request {
            source: Source::Package(Some("zx-bench-kernels".to_owned())),
            manifest: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml")),
            out_dir: Some(folder.path().into()),
            opt_level: OptLevel::Speed,
            ..Request::default()
        };
        let kernels = cargo_zx::build(&request)?.module;
        let empty =
            wat::parse_str(r#"(module (memory (export "memory") 1) (func (export "call") (result i32) i32.const 0))"#)?;
        Ok(Self {
            plain: Compiled::new(&kernels)?,
            metered: Compiled::metered(&kernels)?,
            empty: Compiled::metered(&empty)?,
            zx20: Compiled::metered(zx20_module)?,
        })
    }

    /// What is timed.
    pub(crate) fn cases(&self) -> eyre::Result<Vec<Case<'_>>> {
        let mut cases = Vec::new();
        for (choice, [plain, metered], _) in KERNELS {
            for (name, compiled) in [(plain, &self.plain), (metered, &self.metered)] {
                let (mut store, call, meters) = compiled.start(choice)?;
                (name == plain || meters.is_some()).then_some(()).ok_or_eyre("no meter")?;
                cases.push(Case::new(name, 1, move || {
                    if let Some((fuel, stack)) = &meters {
                        fuel.set(&mut store, Value::I64(i64::MAX)).expect("it is an i64");
                        let bytes = ModuleLimits::DEFAULT.stack_bytes as i32;
                        stack.set(&mut store, Value::I32(bytes)).expect("it is an i32");
                    }
                    let start = Instant::now();
                    let result = call.call(&mut store);
                    let time = start.elapsed();
                    assert_eq!(result.expect("it ends"), 0);
                    time
                }));
            }
        }
        for (name, compiled) in [("fresh/empty module", &self.empty), ("fresh/zx20", &self.zx20)] {
            cases.push(Case::new(name, INSTANCES, move || {
                (0..INSTANCES)
                    .map(|_| {
                        let mut store = Store::new(compiled.engine.clone());
                        let imports = compiled.imports(&mut store, 0);
                        let start = Instant::now();
                        let instance = Instance::new_by_index(&mut store, &compiled.module, &imports);
                        black_box(&instance).as_ref().expect("it instantiates");
                        start.elapsed()
                    })
                    .sum()
            }));
        }
        Ok(cases)
    }
}
