//! Which functions of a module can run.
//!
//! The linker keeps every function whose address is taken: all the formatting of panic messages, for instance, which
//! the SDK's panic handler never calls. Here such a function counts only if code that can run makes an indirect call
//! of its type.

use crate::BuildError;
use std::collections::{BTreeMap, BTreeSet};
use wasmparser::{
    CompositeInnerType, ElementItems, ExternalKind, FuncType, FunctionBody, Operator, Parser, Payload, TypeRef,
};
use zx_host_functions::{EXPORT_CALL, EXPORT_DEPLOY};

/// What a module says about who calls whom.
#[derive(Default)]
struct Graph {
    types: Vec<FuncType>,
    /// Type of each function, imports first.
    functions: Vec<u32>,
    imports: u32,
    roots: Vec<u32>,
    /// Functions in tables.
    addressed: BTreeSet<u32>,
    /// Calls of each function that has a body.
    calls: BTreeMap<u32, Calls>,
}

#[derive(Default)]
struct Calls {
    direct: BTreeSet<u32>,
    indirect: BTreeSet<u32>,
}

/// For each body, in the order of the code section, whether it can run.
///
/// # Errors
/// The module is malformed.
pub(crate) fn live_bodies(module: &[u8]) -> Result<Vec<bool>, BuildError> {
    let graph = Graph::read(module)?;
    let live = graph.live();
    Ok(graph.calls.keys().map(|function| live.contains(function)).collect())
}

impl Graph {
    fn read(module: &[u8]) -> Result<Self, BuildError> {
        let mut graph = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            graph.section(payload?)?;
        }
        Ok(graph)
    }

    fn section(&mut self, payload: Payload<'_>) -> Result<(), BuildError> {
        match payload {
            Payload::TypeSection(groups) => {
                for group in groups {
                    for ty in group?.into_types() {
                        // Another kind of type is no function's, and the validator refuses it; it keeps its number.
                        self.types.push(match ty.composite_type.inner {
                            CompositeInnerType::Func(ty) => ty,
                            _ => FuncType::new([], []),
                        });
                    }
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    if let TypeRef::Func(ty) = import?.ty {
                        self.functions.push(ty);
                        self.imports += 1;
                    }
                }
            }
            Payload::FunctionSection(functions) => {
                for ty in functions {
                    self.functions.push(ty?);
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    if export.kind == ExternalKind::Func && [EXPORT_CALL, EXPORT_DEPLOY].contains(&export.name) {
                        self.roots.push(export.index);
                    }
                }
            }
            Payload::StartSection { func, .. } => self.roots.push(func),
            Payload::ElementSection(segments) => {
                for segment in segments {
                    if let ElementItems::Functions(functions) = segment?.items {
                        for function in functions {
                            self.addressed.insert(function?);
                        }
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                let function = self.imports + self.calls.len() as u32;
                self.calls.insert(function, Calls::read(&body)?);
            }
            _ => {}
        }
        Ok(())
    }

    fn type_of(&self, function: u32) -> Option<&FuncType> {
        self.types.get(*self.functions.get(function as usize)? as usize)
    }

    fn live(&self) -> BTreeSet<u32> {
        let mut live = BTreeSet::new();
        let mut waiting = self.roots.clone();
        while let Some(function) = waiting.pop() {
            if !live.insert(function) {
                continue;
            }
            let Some(calls) = self.calls.get(&function) else { continue };
            waiting.extend(&calls.direct);
            for ty in calls.indirect.iter().filter_map(|ty| self.types.get(*ty as usize)) {
                waiting.extend(self.addressed.iter().filter(|function| self.type_of(**function) == Some(ty)));
            }
        }
        live
    }
}

impl Calls {
    fn read(body: &FunctionBody<'_>) -> Result<Self, BuildError> {
        let mut calls = Self::default();
        for operator in body.get_operators_reader()? {
            match operator? {
                Operator::Call { function_index } => calls.direct.insert(function_index),
                Operator::CallIndirect { type_index, .. } => calls.indirect.insert(type_index),
                _ => false,
            };
        }
        Ok(calls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(text: &str) -> Vec<bool> {
        live_bodies(&wat::parse_str(text).expect("text")).expect("well-formed")
    }

    #[test]
    fn what_no_entry_reaches_is_dead() {
        let module = r#"(module (import "zx" "output" (func (param i32 i32)))
            (func (export "call") (result i32) (call 2)) (func (result i32) i32.const 0)
            (func (export "other") (call 4)) (func))"#;
        assert_eq!(live(module), [true, true, false, false]);
    }

    #[test]
    fn a_function_in_a_table_lives_if_its_type_is_called_from_living_code() {
        let module = |caller: &str| {
            format!(
                r#"(module (type $a (func (param i32))) (type $b (func (param i64))) (type $same (func (param i32)))
                    (table funcref (elem $f $g))
                    (func (export "call") (result i32) {caller} i32.const 0)
                    (func $f (type $a)) (func $g (type $b))
                    (func $dead i64.const 0 (call_indirect (type $b) (i32.const 1))))"#
            )
        };
        assert_eq!(live(&module("")), [true, false, false, false]);
        let caller = "i32.const 0 (call_indirect (type $same) (i32.const 0))";
        assert_eq!(live(&module(caller)), [true, true, false, false], "types are compared by what they are");
    }
}
