//! Taking a module apart and putting it together again.

use crate::{BuildError, reach};
use std::{borrow::Cow, ops::Range};
use wasm_encoder::{CodeSection, ExportSection, Module, RawSection};
use wasmparser::{ExternalKind, Parser, Payload};
use zx_host_functions::{EXPORT_CALL, EXPORT_DEPLOY, EXPORT_MEMORY, metadata};

/// A custom section.
#[derive(Clone, Copy, Debug)]
pub struct CustomSection<'a> {
    /// Its name.
    pub name: &'a str,
    /// What is in it.
    pub data: &'a [u8],
}

/// All custom sections of a module.
///
/// # Errors
/// The module is malformed.
pub fn custom_sections(module: &[u8]) -> Result<Vec<CustomSection<'_>>, BuildError> {
    let mut sections = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::CustomSection(section) = payload? {
            sections.push(CustomSection { name: section.name(), data: section.data() });
        }
    }
    Ok(sections)
}

/// Name of the section that begins here, custom ones by their own names, and where its content is: the code section's as
/// a whole.
pub(crate) fn section<'a>(payload: &Payload<'a>) -> Option<(&'a str, Range<usize>)> {
    let name = match payload {
        Payload::TypeSection(_) => "types",
        Payload::ImportSection(_) => "imports",
        Payload::FunctionSection(_) => "functions",
        Payload::TableSection(_) => "tables",
        Payload::MemorySection(_) => "memory",
        Payload::GlobalSection(_) => "globals",
        Payload::ExportSection(_) => "exports",
        Payload::ElementSection(_) => "elements",
        Payload::CodeSectionStart { .. } => "code",
        Payload::DataSection(_) => "data",
        Payload::CustomSection(section) => section.name(),
        _ => return None,
    };
    let range = match payload {
        Payload::CodeSectionStart { range, .. } => range.clone(),
        other => other.as_section()?.1,
    };
    Some((name, range.start as usize..range.end as usize))
}

/// A body that traps at once: no locals, `unreachable`, `end`.
const EMPTY_BODY: [u8; 3] = [0x00, 0x00, 0x0B];

/// The module with only what the node and its clients use: no custom section but these, of JSON, packed; no export but
/// the entries and the memory; no body of a function that cannot run.
///
/// # Errors
/// The module is malformed.
pub fn strip(module: &[u8], described: &[(&str, &str)]) -> Result<Vec<u8>, BuildError> {
    let mut out = Module::new();
    let live = reach::live_bodies(module)?;
    let (mut code, mut bodies) = (CodeSection::new(), live.iter());
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        match &payload {
            Payload::CustomSection(_) => {}
            Payload::ExportSection(exports) => {
                out.section(&entries(exports.clone())?);
            }
            Payload::CodeSectionStart { .. } => {}
            Payload::CodeSectionEntry(body) => {
                let is_live = bodies.next().copied().unwrap_or(true);
                code.raw(if is_live { body.as_bytes() } else { &EMPTY_BODY });
                if code.len() as usize == live.len() {
                    out.section(&code);
                }
            }
            other => {
                if let Some((id, range)) = other.as_section() {
                    let data = module.get(range.start as usize..range.end as usize).unwrap_or_default();
                    out.section(&RawSection { id, data });
                }
            }
        }
    }
    for (name, json) in described {
        let data = metadata::pack(json);
        out.section(&wasm_encoder::CustomSection { name: (*name).into(), data: Cow::Owned(data) });
    }
    Ok(out.finish())
}

/// The linker exports more than the node lets in: where data ends, for instance.
fn entries(exports: wasmparser::ExportSectionReader<'_>) -> Result<ExportSection, BuildError> {
    let mut kept = ExportSection::new();
    for export in exports {
        let export = export?;
        let kind = match (export.name, export.kind) {
            (EXPORT_MEMORY, ExternalKind::Memory) => wasm_encoder::ExportKind::Memory,
            (EXPORT_CALL | EXPORT_DEPLOY, ExternalKind::Func) => wasm_encoder::ExportKind::Func,
            _ => continue,
        };
        kept.export(export.name, kind, export.index);
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use zx_host_functions::ABI_SECTION;

    #[test]
    fn only_entries_memory_and_the_abi_are_kept() {
        let module = wat::parse_str(
            r#"(module (memory (export "memory") 1) (global (export "__heap_base") i32 (i32.const 8))
                (func (export "call") (result i32) i32.const 0) (func (export "memcpy"))
                (@custom "producers" "rustc") (@custom "zx_abi" "old"))"#,
        )
        .expect("text");
        let stripped = strip(&module, &[(ABI_SECTION, "[]")]).expect("well-formed");
        let text = String::from_utf8_lossy(&stripped);
        for gone in ["__heap_base", "memcpy", "producers", "old"] {
            assert!(!text.contains(gone), "{gone}");
        }
        let sections = custom_sections(&stripped).expect("well-formed");
        assert_eq!(
            sections.iter().map(|s| (s.name, s.data)).collect::<Vec<_>>(),
            [(ABI_SECTION, &metadata::pack("[]")[..])]
        );
        zx_host_functions::validate(&stripped, &zx_host_functions::ModuleLimits::DEFAULT).expect("valid");
        assert_eq!(
            strip(&stripped, &[(ABI_SECTION, "[]")]).expect("well-formed"),
            stripped,
            "stripping twice changes nothing"
        );
    }

    #[test]
    fn what_is_no_module_is_an_error() {
        assert!(matches!(strip(b"\0asm", &[]), Err(BuildError::Malformed(_))));
        assert!(matches!(custom_sections(b"text"), Err(BuildError::Malformed(_))));
    }
}
