//! Which functions a call's fuel goes to: for authors who look for what is dear.
//!
//! A [profiled](crate::Sandbox::profiled) sandbox wraps each function of a metered module, and each host function that it
//! imports, in one that says when it is entered and left. The meters keep fuel in their global whenever a function is
//! entered or left, so that what is taken from it in between is the function's own, to the unit. The wrappers themselves
//! are not metered: a profiled call uses the gas that any other uses.
//!
//! One profile is kept for each thread; [`begin`] empties it, [`take`] hands it out.

use crate::{CodeHash, meter::MeterError};
use std::{cell::RefCell, collections::BTreeMap, ops::Range};
use wasm_encoder::{
    CodeSection, ElementSection, EntityType, ExportSection, Function, FunctionSection, ImportSection, Module,
    RawSection, SectionId, TypeSection, ValType,
    reencode::{self, Reencode},
};
use wasmparser::{Parser, Payload, TypeRef};
use zx_host_functions::fuel::FUEL_PER_GAS;

/// Where fuel goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The module with this code hash.
    Module(CodeHash),
    /// Entering the module: taking an instance.
    Entry,
    /// The function with this index in the module: first the host functions that it imports, in their order, then its
    /// own.
    Function(u32),
    /// What nobody has got: all that is left when a frame runs out of gas or traps, or less than one gas at its end.
    Rest,
}

/// What has been spent, in fuel, by stacks of places, the outermost first. What a function has spent is without what
/// those that it called have.
pub type Profile = BTreeMap<Vec<Place>, i64>;

#[derive(Default)]
struct Profiler {
    stack: Vec<Place>,
    spent: Profile,
    /// Fuel of the innermost frame when it was looked at last.
    last: i64,
    /// What frames inside of it have used since then.
    inner: i64,
    /// What has been told of the innermost frame.
    told: i64,
}

thread_local! {
    static PROFILER: RefCell<Profiler> = RefCell::default();
}

fn with<T>(act: impl FnOnce(&mut Profiler) -> T) -> T {
    PROFILER.with_borrow_mut(act)
}

/// Begins a profile on this thread.
pub fn begin() {
    PROFILER.take();
}

/// The profile of what has run on this thread since [`begin`].
pub fn take() -> Profile {
    PROFILER.take().spent
}

/// A frame under way: what was noted of the one around it.
pub(crate) struct Opened {
    depth: usize,
    last: i64,
    inner: i64,
    told: i64,
    gas: u64,
}

fn fuel(gas: u64) -> i64 {
    i64::try_from(gas.saturating_mul(FUEL_PER_GAS)).unwrap_or(i64::MAX)
}

/// A frame of a module begins, with this much gas; entering it takes so much fuel.
pub(crate) fn open(code: CodeHash, gas: u64, entry_fuel: u64) -> Opened {
    with(|profiler| {
        let Profiler { stack, last, inner, told, .. } = profiler;
        let opened = Opened { depth: stack.len(), last: *last, inner: *inner, told: *told, gas };
        let entry = fuel(gas).min(i64::try_from(entry_fuel).unwrap_or(i64::MAX));
        (profiler.last, profiler.inner, profiler.told) = (fuel(gas) - entry, 0, 0);
        profiler.stack.push(Place::Module(code));
        profiler.leaf(Place::Entry, entry);
        opened
    })
}

/// It has ended.
pub(crate) fn close(opened: Opened, gas_left: u64) {
    with(|profiler| {
        let used = fuel(opened.gas) - fuel(gas_left);
        profiler.stack.truncate(opened.depth + 1);
        profiler.leaf(Place::Rest, used - profiler.told);
        profiler.stack.truncate(opened.depth);
        (profiler.last, profiler.told) = (opened.last, opened.told);
        profiler.inner = opened.inner.saturating_add(used);
    });
}

/// A function is entered.
pub(crate) fn enter(function: u32, fuel: i64) {
    with(|profiler| {
        profiler.spend(fuel);
        profiler.stack.push(Place::Function(function));
    });
}

/// A function is left.
pub(crate) fn leave(fuel: i64) {
    with(|profiler| {
        profiler.spend(fuel);
        profiler.stack.pop();
    });
}

impl Profiler {
    /// What has gone from the fuel since it was looked at last is the innermost place's, but for what frames inside have
    /// told of themselves.
    fn spend(&mut self, now: i64) {
        let gone = self.last.saturating_sub(now);
        let own = gone.saturating_sub(self.inner);
        (self.last, self.inner) = (now, 0);
        self.told = self.told.saturating_add(gone);
        self.add(own);
    }

    fn leaf(&mut self, place: Place, amount: i64) {
        self.stack.push(place);
        self.told = self.told.saturating_add(amount);
        self.add(amount);
        self.stack.pop();
    }

    fn add(&mut self, amount: i64) {
        if amount == 0 {
            return;
        }
        match self.spent.get_mut(&self.stack) {
            Some(sum) => *sum = sum.saturating_add(amount),
            None => {
                self.spent.insert(self.stack.clone(), amount);
            }
        }
    }
}

/// Namespace of the two functions that wrappers call; no rule lets a module import from it.
const NAMESPACE: &str = "zx_profile";

/// Functions of a module, by their number. In the wrapped one come: the imports, the two that are told, the module's
/// own functions, wrappers of these, wrappers of the imports.
struct Wrapping {
    imported: u32,
    own: u32,
}

impl Wrapping {
    const fn enter(&self) -> u32 {
        self.imported
    }

    const fn leave(&self) -> u32 {
        self.imported + 1
    }

    /// Where a function itself is.
    fn bare(&self, function: u32) -> u32 {
        if function < self.imported { function } else { function + 2 }
    }

    /// Where its wrapper is.
    fn wrapper(&self, function: u32) -> u32 {
        let wrappers = self.imported + 2 + self.own;
        if function < self.imported { wrappers + self.own + function } else { wrappers + function - self.imported }
    }
}

impl Reencode for Wrapping {
    type Error = std::convert::Infallible;

    /// Whoever speaks of a function means its wrapper from now on.
    fn function_index(&mut self, function: u32) -> Result<u32, reencode::Error<Self::Error>> {
        Ok(self.wrapper(function))
    }
}

/// A metered module whose functions say when they are entered and left.
pub(crate) fn instrument(metered: &[u8]) -> Result<Vec<u8>, MeterError> {
    let mut outline = Outline::of(metered)?;
    let mut wrapping = Wrapping { imported: outline.imports.len() as u32, own: outline.functions.len() as u32 };
    let mut module = Module::new();
    let mut code = CodeSection::new();
    let copy = |module: &mut Module, id: SectionId, range: Range<u64>| {
        let data = metered.get(range.start as usize..range.end as usize).unwrap_or_default();
        module.section(&RawSection { id: id as u8, data });
    };
    for payload in Parser::new(0).parse_all(metered) {
        match payload? {
            Payload::TypeSection(types) => {
                let mut section = TypeSection::new();
                wrapping.parse_type_section(&mut section, types).map_err(unexpected)?;
                section.ty().function([ValType::I32], []);
                module.section(&section);
            }
            Payload::ImportSection(imports) => {
                let mut section = ImportSection::new();
                wrapping.parse_import_section(&mut section, imports).map_err(unexpected)?;
                outline.add_imports(&mut section);
                module.section(&section);
            }
            Payload::FunctionSection(_) => {
                if outline.imports.is_empty() {
                    let mut section = ImportSection::new();
                    outline.add_imports(&mut section);
                    module.section(&section);
                }
                let mut section = FunctionSection::new();
                let types = [&outline.functions, &outline.functions, &outline.imports];
                types.into_iter().flatten().for_each(|ty| {
                    section.function(*ty);
                });
                module.section(&section);
            }
            Payload::TableSection(tables) => copy(&mut module, SectionId::Table, tables.range()),
            Payload::MemorySection(memories) => copy(&mut module, SectionId::Memory, memories.range()),
            Payload::GlobalSection(globals) => copy(&mut module, SectionId::Global, globals.range()),
            Payload::ExportSection(exports) => {
                let mut section = ExportSection::new();
                wrapping.parse_export_section(&mut section, exports).map_err(unexpected)?;
                module.section(&section);
            }
            Payload::ElementSection(elements) => {
                let mut section = ElementSection::new();
                wrapping.parse_element_section(&mut section, elements).map_err(unexpected)?;
                module.section(&section);
            }
            Payload::CodeSectionEntry(body) => {
                wrapping.parse_function_body(&mut code, body).map_err(unexpected)?;
                if code.len() == wrapping.own {
                    outline.wrappers(&wrapping, &mut code)?;
                    module.section(&code);
                }
            }
            Payload::DataSection(data) => copy(&mut module, SectionId::Data, data.range()),
            _ => {}
        }
    }
    Ok(module.finish())
}

fn unexpected(_: reencode::Error<std::convert::Infallible>) -> MeterError {
    MeterError::Unexpected("instruction")
}

/// Types of the functions of a module.
#[derive(Default)]
struct Outline {
    /// Parameters of each type.
    params: Vec<u32>,
    imports: Vec<u32>,
    functions: Vec<u32>,
}

impl Outline {
    fn of(module: &[u8]) -> Result<Self, MeterError> {
        let mut outline = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::TypeSection(types) => {
                    for group in types {
                        outline.params.extend(group?.types().map(|ty| ty.unwrap_func().params().len() as u32));
                    }
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let TypeRef::Func(ty) = import?.ty else { return Err(MeterError::Unexpected("import")) };
                        outline.imports.push(ty);
                    }
                }
                Payload::FunctionSection(functions) => {
                    outline.functions = functions.into_iter().collect::<Result<_, _>>()?;
                }
                _ => {}
            }
        }
        Ok(outline)
    }

    /// The two that wrappers call: their type comes after those of the module.
    fn add_imports(&mut self, section: &mut ImportSection) {
        for name in ["enter", "leave"] {
            section.import(NAMESPACE, name, EntityType::Function(self.params.len() as u32));
        }
    }

    fn wrappers(&self, wrapping: &Wrapping, code: &mut CodeSection) -> Result<(), MeterError> {
        let own = self.functions.iter().zip(wrapping.imported..);
        for (ty, function) in own.chain(self.imports.iter().zip(0..)) {
            let params = *self.params.get(*ty as usize).ok_or(MeterError::Unexpected("type"))?;
            let mut body = Function::new([]);
            let mut sink = body.instructions();
            sink.i32_const(function as i32).call(wrapping.enter());
            (0..params).for_each(|param| {
                sink.local_get(param);
            });
            sink.call(wrapping.bare(function)).i32_const(function as i32).call(wrapping.leave()).end();
            code.function(&body);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: CodeHash = [7; 32];

    #[test]
    fn what_is_spent_is_the_innermost_function_s_and_adds_up() {
        begin();
        let outer = open(CODE, 10, 300);
        enter(5, 9_700);
        enter(6, 9_000);
        let inner = open(CODE, 4, 300);
        enter(5, 3_700);
        leave(3_000);
        close(inner, 2);
        leave(6_500);
        leave(6_400);
        close(outer, 6);
        let profile = take();
        let module = Place::Module(CODE);
        let f = Place::Function;
        let at = |stack: &[Place]| profile.get(stack).copied().unwrap_or_default();
        assert_eq!(at(&[module, Place::Entry]), 300);
        assert_eq!(at(&[module, f(5)]), 700 + 100);
        assert_eq!(at(&[module, f(5), f(6)]), 500, "2,500 have gone, 2,000 of them to the frame inside");
        assert_eq!(at(&[module, f(5), f(6), module, f(5)]), 700);
        assert_eq!(at(&[module, f(5), f(6), module, Place::Rest]), 1_000);
        assert_eq!(at(&[module, Place::Rest]), 400);
        assert_eq!(profile.values().sum::<i64>(), 4_000, "what the outer frame has used");
        assert!(take().is_empty());
    }

    #[test]
    fn a_wrapped_module_is_valid_and_its_functions_are_spoken_of_by_their_wrappers() {
        let text = r#"(module (import "zx" "gas_left" (func $gas (result i64))) (table 1 funcref) (elem (i32.const 0) $f)
            (memory (export "memory") 1)
            (func $f (param i32 i64) (result i64) local.get 1)
            (func (export "call") (result i32)
                i32.const 1 call $gas call $f drop
                i32.const 1 i64.const 2 i32.const 0 call_indirect (param i32 i64) (result i64) drop i32.const 0))"#;
        let wrapped = instrument(&wat::parse_str(text).expect("text")).expect("well-formed");
        wasmparser::validate(&wrapped).expect("valid");
        let imports = String::from_utf8_lossy(&wrapped);
        assert!(imports.contains("zx_profile"));
        let exported = Parser::new(0).parse_all(&wrapped).find_map(|payload| match payload.expect("well-formed") {
            Payload::ExportSection(exports) => exports.into_iter().map(|e| e.expect("one")).find(|e| e.name == "call"),
            _ => None,
        });
        // Import 0, the two hooks, functions 3 and 4, their wrappers 5 and 6, the import's 7.
        assert_eq!(exported.map(|export| export.index), Some(6));
    }
}
