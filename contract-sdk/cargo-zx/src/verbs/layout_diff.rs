//! `cargo zx layout-diff`.

use super::subject::{Subject, module_of_file, read_file};
use crate::{
    failure::Failure,
    module::custom_sections,
    node::{Node, NodeArgs},
    ui::Ui,
    upgrade::{Finding, Layout, Severity, compare},
};
use alloy_primitives::Address;
use serde_json::json;
use std::path::Path;

/// Arguments of the verb.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What is in use: a module, a layout as JSON, or the address of a contract or proxy.
    #[arg(value_parser = Subject::parse)]
    old: Subject,
    /// What is to take over its storage.
    #[arg(value_parser = Subject::parse)]
    new: Subject,
    #[command(flatten)]
    node: NodeArgs,
}

pub(crate) fn run(ui: &Ui, args: &Args) -> Result<(), Failure> {
    let node = match (&args.old, &args.new) {
        (Subject::File(_), Subject::File(_)) => None,
        _ => Some(Node::connect(&args.node)?),
    };
    let (old, new) = (load(node.as_ref(), &args.old)?, load(node.as_ref(), &args.new)?);
    let findings = judge(ui, &old, &new)?;
    ui.data(match findings.len() {
        0 => "the layouts are the same".to_owned(),
        _ => format!("{} can take over the storage of {}", args.new, args.old),
    });
    ui.object(json!({ "compatible": true, "findings": findings }));
    Ok(())
}

fn load(node: Option<&Node>, subject: &Subject) -> Result<Layout, Failure> {
    match (subject, node) {
        (Subject::File(path), _) => of_file(path),
        (Subject::Address(address), Some(node)) => {
            // What a proxy stores is laid out by the code behind it.
            let code = node.implementation(*address)?.unwrap_or(*address);
            of_contract(node, code)
        }
        (Subject::Address(_), None) => Err(Failure::Usage("an address needs a node: --rpc URL".to_owned())),
    }
}

fn of_file(path: &Path) -> Result<Layout, Failure> {
    if path.extension().is_some_and(|extension| extension == "json") {
        let json = read_file(path)?;
        return Layout::from_json(&json)
            .map_err(|error| Failure::Usage(format!("{} is no storage layout: {error}", path.display())));
    }
    of_module(&module_of_file(path)?, &path.display().to_string())
}

/// The layout that a module says it has.
pub(super) fn of_module(module: &[u8], name: &str) -> Result<Layout, Failure> {
    let sections = custom_sections(module)?;
    let layout = Layout::read(&sections)
        .map_err(|error| Failure::Other(format!("the layout of {name} cannot be read: {error}")))?;
    layout.ok_or_else(|| {
        Failure::Usage(format!(
            "{name} does not say how it lays out its storage\n  fix: build it with an SDK that embeds the section \
             `zx_layout`, or name a layout as JSON (solc's `storageLayout`)"
        ))
    })
}

/// The layout of a contract on the chain.
pub(super) fn of_contract(node: &Node, address: Address) -> Result<Layout, Failure> {
    match node.module(address)? {
        Some(module) => of_module(&module, &address.to_string()),
        None => Err(Failure::Usage(format!(
            "{address} is an EVM contract, whose code does not say how it lays out its storage\n  fix: name its layout as \
             JSON (solc's `storageLayout`)"
        ))),
    }
}

/// Compares, and shows what it finds.
///
/// # Errors
/// Stored data would be corrupted.
pub(super) fn judge(ui: &Ui, old: &Layout, new: &Layout) -> Result<Vec<Finding>, Failure> {
    let findings = compare(old, new);
    let label = |severity| match severity {
        Severity::Note => "ok",
        Severity::Warning => "warning",
        Severity::Corrupts => "corrupts",
    };
    for finding in &findings {
        ui.row(label(finding.severity), format!("{}: {}", finding.path, finding.text.replace('\n', "\n             ")));
    }
    let bad = findings.iter().filter(|finding| finding.severity == Severity::Corrupts).count();
    if bad == 0 {
        return Ok(findings);
    }
    let changes = if bad == 1 { "change" } else { "changes" };
    Err(Failure::Differs {
        message: format!("{bad} {changes} of the storage layout would corrupt stored data"),
        details: json!({ "compatible": false, "findings": findings }),
    })
}
