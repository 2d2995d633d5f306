//! Modules, read for whoever asks what is in them.

use serde::Serialize;
use serde_json::Value;
use wasmparser::{ExternalKind, Parser, Payload, TypeRef};
use zx_chain::metadata;

/// What a module has.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Contents {
    pub(crate) imports: Vec<Import>,
    pub(crate) exports: Vec<Export>,
    /// Functions of its own.
    pub(crate) functions: u32,
    pub(crate) memory: Option<Memory>,
    pub(crate) sections: Vec<Section>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Import {
    module: String,
    name: String,
    kind: &'static str,
}

#[derive(Debug, Serialize)]
pub(crate) struct Export {
    name: String,
    kind: &'static str,
}

/// In pages of 64 KiB.
#[derive(Debug, Serialize)]
pub(crate) struct Memory {
    minimum: u64,
    maximum: Option<u64>,
}

/// A custom section.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    name: String,
    bytes: usize,
}

/// What a module says of itself in a custom section, if it can be read: it was written by whoever deployed it, and may
/// be anything.
pub(crate) fn said(module: &[u8], name: &str) -> Option<String> {
    metadata::read(module, name).ok().flatten()
}

/// The same, as JSON.
pub(crate) fn json_section(module: &[u8], name: &str) -> Option<Value> {
    serde_json::from_str(&said(module, name)?).ok()
}

/// What a module has.
pub(crate) fn contents(module: &[u8]) -> Contents {
    let mut contents = Contents::default();
    for payload in Parser::new(0).parse_all(module).map_while(Result::ok) {
        match payload {
            Payload::ImportSection(imports) => {
                let imports = imports.into_imports().map_while(Result::ok);
                contents.imports.extend(imports.map(|import| Import {
                    module: import.module.to_owned(),
                    name: import.name.to_owned(),
                    kind: imported(import.ty),
                }));
            }
            Payload::ExportSection(exports) => {
                let exports = exports.into_iter().map_while(Result::ok);
                contents
                    .exports
                    .extend(exports.map(|export| Export { name: export.name.to_owned(), kind: exported(export.kind) }));
            }
            Payload::MemorySection(memories) => {
                let memory = memories.into_iter().map_while(Result::ok).next();
                contents.memory = memory.map(|memory| Memory { minimum: memory.initial, maximum: memory.maximum });
            }
            Payload::CodeSectionStart { count, .. } => contents.functions = count,
            Payload::CustomSection(section) => {
                contents.sections.push(Section { name: section.name().to_owned(), bytes: section.data().len() });
            }
            _ => {}
        }
    }
    contents
}

fn imported(ty: TypeRef) -> &'static str {
    match ty {
        TypeRef::Func(_) | TypeRef::FuncExact(_) => "function",
        TypeRef::Table(_) => "table",
        TypeRef::Memory(_) => "memory",
        TypeRef::Global(_) => "global",
        TypeRef::Tag(_) => "tag",
    }
}

fn exported(kind: ExternalKind) -> &'static str {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => "function",
        ExternalKind::Table => "table",
        ExternalKind::Memory => "memory",
        ExternalKind::Global => "global",
        ExternalKind::Tag => "tag",
    }
}
