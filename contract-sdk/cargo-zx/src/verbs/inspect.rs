//! `cargo zx inspect`.

use super::subject::{Subject, abi_of_module, module_of_file};
use crate::{
    build_info::BuildInfo,
    failure::Failure,
    module::custom_sections,
    node::{
        Node, NodeArgs,
        chain::{Program, hash_of},
    },
    size::measure,
    ui::{Ui, grouped},
    upgrade::{Immutable, Layout},
    values::{immutable, method, parse},
};
use alloy_json_abi::JsonAbi;
use alloy_primitives::{Address, keccak256};
use serde_json::{Value, json};
use std::fmt::Write as _;
use wasmparser::{Parser, Payload};
use zx_host_functions::{ModuleLimits, validate};

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Section {
    /// The ABI, as JSON.
    Abi,
    /// The storage layout, as JSON.
    Layout,
    /// What it was built from and with, as JSON.
    Build,
}

/// Arguments of the verb.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A module, or the address of a contract.
    #[arg(value_parser = Subject::parse)]
    subject: Subject,
    /// Writes one section alone, as it is in the module.
    #[arg(long, value_enum)]
    section: Option<Section>,
    #[command(flatten)]
    node: NodeArgs,
}

/// Everything that a module says, and what is known of the contract that runs it.
struct Facts {
    module: Vec<u8>,
    /// `None` for a module in a file.
    contract: Option<Contract>,
    abi: JsonAbi,
    layout: Option<Layout>,
    build: Option<BuildInfo>,
    imports: Vec<String>,
    exports: Vec<String>,
    /// Why the node would refuse it, if it would.
    refusal: Option<String>,
}

/// A contract on the chain.
struct Contract {
    program: Program,
    implementation: Option<Address>,
}

pub(crate) fn run(ui: &Ui, args: &Args) -> Result<(), Failure> {
    let facts = match &args.subject {
        Subject::File(path) => Facts::read(module_of_file(path)?, None)?,
        Subject::Address(address) => {
            let node = Node::connect(&args.node)?;
            let implementation = node.implementation(*address)?;
            match node.program(*address)? {
                Some(program) => Facts::read(program.module.clone(), Some(Contract { program, implementation }))?,
                None => return evm(ui, &node, *address, implementation),
            }
        }
    };
    match args.section {
        Some(section) => facts.one(ui, section, &args.subject),
        None => facts.all(ui),
    }
}

fn evm(ui: &Ui, node: &Node, address: Address, implementation: Option<Address>) -> Result<(), Failure> {
    let code = node.code(address)?;
    let hash = keccak256(&code);
    let proxy = implementation.map(|to| format!("\nproxy      to {to} (EIP-1967)")).unwrap_or_default();
    ui.data(format!(
        "kind       EVM contract\nsize       {} bytes\ncode hash  {hash}{proxy}",
        grouped(code.len() as u64)
    ));
    ui.object(json!({ "kind": "evm", "size": code.len(), "codeHash": hash, "implementation": implementation.map(|to| to.to_string()) }));
    Ok(())
}

impl Facts {
    fn read(module: Vec<u8>, contract: Option<Contract>) -> Result<Self, Failure> {
        let sections = custom_sections(&module)?;
        let layout =
            Layout::read(&sections).map_err(|e| Failure::Other(format!("the storage layout cannot be read: {e}")))?;
        let build = BuildInfo::read(&sections);
        let (imports, exports) = names(&module)?;
        let refusal = validate(&module, &ModuleLimits::DEFAULT).err().map(|error| error.to_string());
        Ok(Self { abi: abi_of_module(&module)?, layout, build, imports, exports, contract, refusal, module })
    }

    fn one(&self, ui: &Ui, section: Section, subject: &Subject) -> Result<(), Failure> {
        let missing = |what: &str| Failure::Other(format!("{subject} has no {what}: it was built without one"));
        let value = match section {
            Section::Abi => serde_json::to_value(&self.abi)?,
            Section::Layout => serde_json::to_value(self.layout.as_ref().ok_or_else(|| missing("storage layout"))?)?,
            Section::Build => serde_json::to_value(self.build.as_ref().ok_or_else(|| missing("build information"))?)?,
        };
        ui.data(serde_json::to_string_pretty(&value)?);
        ui.object(value);
        Ok(())
    }

    fn all(&self, ui: &Ui) -> Result<(), Failure> {
        ui.data(self.text()?);
        let program = hash_of(&self.module);
        let contract = self.contract.as_ref();
        ui.object(json!({
            "kind": "wasm",
            "size": self.module.len(),
            "limit": ModuleLimits::DEFAULT.module_bytes,
            "codeHash": contract.map_or(program, |contract| contract.program.code_hash),
            "programHash": program,
            "templateHash": contract.and_then(|contract| contract.program.template),
            "immutables": self.immutables().map(|(immutable, value)| immutable_json(immutable, value)).collect::<Vec<_>>(),
            "immutableBytes": contract.map(|contract| &contract.program.immutables),
            "valid": self.refusal.is_none(),
            "refusal": self.refusal,
            "implementation": contract.and_then(|contract| contract.implementation).map(|to| to.to_string()),
            "abi": self.abi,
            "layout": self.layout,
            "build": self.build,
            "imports": self.imports,
            "exports": self.exports,
        }));
        Ok(())
    }

    /// The immutables, and their values if this is a contract's.
    fn immutables(&self) -> impl Iterator<Item = (&Immutable, Option<immutable::Decoded>)> {
        let all = self.contract.as_ref().map(|contract| &contract.program.immutables);
        let declared = self.layout.iter().flat_map(|layout| &layout.immutables);
        declared.map(move |one| (one, all.map(|all| immutable::decode(one, all))))
    }

    /// What is known of the contract, row by row.
    fn hashes(&self, out: &mut String) {
        let program = hash_of(&self.module);
        let Some(Contract { program: running, .. }) = &self.contract else {
            let _ = writeln!(out, "code hash  {program}");
            return;
        };
        let _ = writeln!(out, "code hash  {}", running.code_hash);
        if running.code_hash != program {
            let _ = writeln!(out, "program    {program}");
        }
        if let Some(template) = running.template {
            let _ = writeln!(out, "template   {template}");
        }
    }

    fn text(&self) -> Result<String, Failure> {
        let share = self.module.len() as f64 * 100.0 / f64::from(ModuleLimits::DEFAULT.module_bytes);
        let valid = self.refusal.as_ref().map_or_else(|| "yes".to_owned(), |refusal| format!("no: {refusal}"));
        let mut out = String::new();
        let _ = writeln!(out, "kind       WASM contract");
        let _ = writeln!(out, "size       {} bytes, {share:.1} % of the limit", grouped(self.module.len() as u64));
        self.hashes(&mut out);
        let _ = writeln!(out, "valid      {valid}");
        if let Some(implementation) = self.contract.as_ref().and_then(|contract| contract.implementation) {
            let _ = writeln!(out, "proxy      to {implementation} (EIP-1967)");
        }
        if let Some(build) = &self.build {
            let sdk = if build.sdk.is_empty() { String::new() } else { format!(", SDK {}", build.sdk) };
            let _ = writeln!(out, "package    {} {}", build.package, build.package_version);
            let _ = writeln!(out, "built by   {}{sdk}, opt-level {}", build.compiler, build.profile);
            let _ = writeln!(out, "source     {}", build.source);
        }
        list(&mut out, "Constructor", self.abi.constructor.iter().map(|c| parse::declaration(&c.inputs)));
        list(&mut out, "Methods", self.abi.functions().map(method::describe));
        list(&mut out, "Events", self.abi.events().map(|event| event.full_signature().replace("event ", "")));
        list(
            &mut out,
            "Errors",
            self.abi.errors().map(|error| format!("{}{}", error.name, parse::declaration(&error.inputs))),
        );
        if let Some(layout) = &self.layout {
            let row = |v: &crate::upgrade::Variable| format!("{}: {} {}", v.place(), layout.type_label(&v.ty), v.label);
            list(&mut out, "Storage", layout.storage.iter().map(row));
        }
        list(&mut out, "Immutables", self.immutables().map(|(immutable, value)| immutable_row(immutable, value)));
        list(&mut out, "Imports", self.imports.iter().cloned());
        list(&mut out, "Exports", self.exports.iter().cloned());
        let sections = measure(&self.module, None)?.sections;
        let row = |part: &crate::size::Part| format!("{}: {} bytes", part.name, grouped(part.bytes as u64));
        list(&mut out, "Sections", sections.iter().map(row));
        Ok(out.trim_end().to_owned())
    }
}

fn immutable_row(Immutable { label, offset, ty, .. }: &Immutable, value: Option<immutable::Decoded>) -> String {
    let value = value.map(|value| format!(" = {}", value.text())).unwrap_or_default();
    format!("byte {offset}: {ty} {label}{value}")
}

fn immutable_json(immutable: &Immutable, value: Option<immutable::Decoded>) -> Value {
    let Immutable { label, offset, bytes, ty } = immutable;
    let mut row = json!({ "label": label, "offset": offset, "bytes": bytes, "type": ty });
    if let Some(value) = value {
        row["value"] = value.json();
    }
    row
}

fn list(out: &mut String, title: &str, rows: impl Iterator<Item = String>) {
    for (index, row) in rows.enumerate() {
        if index == 0 {
            let _ = writeln!(out, "\n{title}");
        }
        let _ = writeln!(out, "  {row}");
    }
}

/// Names of what a module imports and exports.
fn names(module: &[u8]) -> Result<(Vec<String>, Vec<String>), Failure> {
    let (mut imports, mut exports) = (Vec::new(), Vec::new());
    let malformed = |error| Failure::Build(crate::BuildError::Malformed(error));
    for payload in Parser::new(0).parse_all(module) {
        match payload.map_err(malformed)? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.map_err(malformed)?;
                    imports.push(format!("{}.{}", import.module, import.name));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    exports.push(export.map_err(malformed)?.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok((imports, exports))
}
