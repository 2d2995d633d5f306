//! `cargo zx export-abi`.

use super::{
    build::{PackageArgs, quietly},
    subject::{Subject, abi_of_contract, abi_of_file},
};
use crate::{
    failure::Failure,
    interface::interface,
    node::{Node, NodeArgs},
    ui::Ui,
};
use alloy_json_abi::JsonAbi;
use serde_json::json;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// An array of items, as solc writes it.
    Json,
    /// An interface.
    Solidity,
}

/// Arguments of the verb.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A module, or the address of a contract [default: the package, which is built].
    #[arg(value_parser = Subject::parse)]
    subject: Option<Subject>,
    /// What to write.
    #[arg(long, value_enum, default_value = "json")]
    format: Format,
    #[command(flatten)]
    package: PackageArgs,
    #[command(flatten)]
    node: NodeArgs,
}

pub(crate) fn run(ui: &Ui, args: &Args) -> Result<(), Failure> {
    let (name, abi) = load(ui, args)?;
    let text = match args.format {
        Format::Json => serde_json::to_string_pretty(&abi)?,
        Format::Solidity => interface(&name, &abi).trim_end().to_owned(),
    };
    ui.data(&text);
    match args.format {
        Format::Json => ui.object(json!({ "name": name, "abi": abi })),
        Format::Solidity => ui.object(json!({ "name": name, "solidity": text })),
    }
    Ok(())
}

fn load(ui: &Ui, args: &Args) -> Result<(String, JsonAbi), Failure> {
    Ok(match &args.subject {
        Some(Subject::File(path)) => {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            (stem.trim_end_matches(".abi").to_owned(), abi_of_file(path)?)
        }
        Some(Subject::Address(address)) => {
            ("Contract".to_owned(), abi_of_contract(&Node::connect(&args.node)?, *address)?)
        }
        None => {
            let artifact = quietly(ui, &args.package.request()?)?;
            (artifact.name, artifact.abi)
        }
    })
}
