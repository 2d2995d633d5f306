//! Whose the bytes of a module are: by section, by crate, by function.

use crate::{BuildError, module::section};
use std::collections::BTreeMap;
use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

/// Bytes of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub name: String,
    /// Bytes that it takes.
    pub bytes: usize,
}

/// Where the bytes are. Each list is sorted, the largest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Sections, custom ones by their names. With the header of eight bytes they make up the module.
    pub sections: Vec<Part>,
    /// Crates, by what their functions take. Generic code counts for the crate of its first name.
    pub crates: Vec<Part>,
    /// Functions.
    pub functions: Vec<Part>,
}

/// Takes a module apart. Names come from `named`, the same module as the linker left it; without them, functions have
/// their numbers.
///
/// # Errors
/// A module is malformed.
pub fn measure(module: &[u8], named: Option<&[u8]>) -> Result<Sizes, BuildError> {
    let names = function_names(named.unwrap_or(module))?;
    let mut sizes = Sizes::default();
    let mut function = imported_functions(module)?;
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        if let Payload::CodeSectionEntry(body) = &payload {
            let name = names.get(&function).cloned().unwrap_or_else(|| format!("function {function}"));
            sizes.functions.push(Part { name, bytes: body.as_bytes().len() });
            function += 1;
        }
        if let Some(part) = part(&payload) {
            sizes.sections.push(part);
        }
    }
    sizes.crates = by_crate(&sizes.functions);
    for list in [&mut sizes.sections, &mut sizes.crates, &mut sizes.functions] {
        list.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
    }
    Ok(sizes)
}

/// A section with its header.
fn part(payload: &Payload<'_>) -> Option<Part> {
    let (name, range) = section(payload)?;
    // A byte for the section's kind, then its length as LEB128.
    let length = (usize::BITS - range.len().leading_zeros()).div_ceil(7).max(1) as usize;
    Some(Part { name: name.to_owned(), bytes: 1 + length + range.len() })
}

fn imported_functions(module: &[u8]) -> Result<u32, BuildError> {
    let mut count = 0;
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ImportSection(imports) = payload? {
            for import in imports.into_imports() {
                count += u32::from(matches!(import?.ty, TypeRef::Func(_)));
            }
        }
    }
    Ok(count)
}

/// Names of functions by their numbers, as a person would write them.
pub(crate) fn function_names(module: &[u8]) -> Result<BTreeMap<u32, String>, BuildError> {
    let mut names = BTreeMap::new();
    for payload in Parser::new(0).parse_all(module) {
        let Payload::CustomSection(section) = payload? else { continue };
        let KnownCustom::Name(subsections) = section.as_known() else { continue };
        for subsection in subsections {
            if let Name::Function(functions) = subsection? {
                for naming in functions {
                    let naming = naming?;
                    names.insert(naming.index, format!("{:#}", rustc_demangle::demangle(naming.name)));
                }
            }
        }
    }
    Ok(names)
}

fn by_crate(functions: &[Part]) -> Vec<Part> {
    let mut crates = BTreeMap::<&str, usize>::new();
    for function in functions {
        *crates.entry(crate_of(&function.name)).or_default() += function.bytes;
    }
    crates.into_iter().map(|(name, bytes)| Part { name: name.to_owned(), bytes }).collect()
}

/// `<zx_sdk::Ctx as core::fmt::Debug>::fmt` is of `zx_sdk`; what has no path is of no crate.
fn crate_of(function: &str) -> &str {
    let path =
        function.trim_start_matches(['<', '&', '[', '(', '*']).trim_start_matches("mut ").trim_start_matches("dyn ");
    match path.split_once("::") {
        Some((name, _)) if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => name,
        // `<u64 as core::fmt::Display>::fmt`: the trait has the crate.
        _ => match path.split_once(" as ").and_then(|(_, of)| of.split_once("::")) {
            Some((name, _)) => name,
            None => "(no crate)",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_make_up_the_module_and_functions_the_code() {
        let module = wat::parse_str(
            r#"(module (import "zx" "output" (func (param i32 i32))) (memory (export "memory") 1)
                (func $_ZN3foo3bar17h0123456789abcdefE (export "call") (result i32) i32.const 7)
                (func $other nop nop nop nop nop nop)
                (data (i32.const 0) "0123456789") (@custom "zx_abi" "[]"))"#,
        )
        .expect("text");
        let sizes = measure(&module, None).expect("well-formed");
        let total: usize = sizes.sections.iter().map(|part| part.bytes).sum();
        assert_eq!(total + 8, module.len(), "{sizes:?}");
        let names: Vec<_> = sizes.functions.iter().map(|part| part.name.as_str()).collect();
        assert_eq!(names, ["other", "foo::bar"]);
        assert_eq!(sizes.crates[0], Part { name: "(no crate)".to_owned(), bytes: 8 });
        assert!(sizes.sections.iter().any(|part| part.name == "zx_abi"));
    }

    #[test]
    fn names_of_another_copy_of_the_module_are_taken() {
        let named = wat::parse_str("(module (func $name))").expect("text");
        let bare = crate::module::strip(&named, &[(zx_host_functions::ABI_SECTION, "[]")]).expect("well-formed");
        assert_eq!(measure(&bare, None).expect("well-formed").functions[0].name, "function 0");
        assert_eq!(measure(&bare, Some(&named)).expect("well-formed").functions[0].name, "name");
    }

    #[test]
    fn a_function_belongs_to_the_crate_that_it_names_first() {
        for (function, expected) in [
            ("zx20::Zx20::transfer", "zx20"),
            ("<zx_sdk::ctx::Ctx as core::fmt::Debug>::fmt", "zx_sdk"),
            ("<u64 as core::fmt::Display>::fmt", "core"),
            ("<&mut dyn alloc::x::Y as core::Z>::f", "alloc"),
            ("memcpy", "(no crate)"),
        ] {
            assert_eq!(crate_of(function), expected, "{function}");
        }
    }
}
