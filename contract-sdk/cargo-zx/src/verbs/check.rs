//! `cargo zx check`.

use super::{build::PackageArgs, deploy::Deployment, outcome::explain};
use crate::{
    failure::Failure,
    node::{
        Node, NodeArgs,
        chain::CallRequest,
        keys::dev_account,
        transaction::{address, wei},
    },
    ui::{Ui, grouped},
};
use alloy_primitives::{Address, U256};
use serde_json::json;
use std::path::PathBuf;
use zx_host_functions::ModuleLimits;

/// Arguments of the verb.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A module, or WebAssembly text [default: the package, which is built].
    #[arg(conflicts_with = "package")]
    module: Option<PathBuf>,
    /// Also deploys it on the node, without keeping it: says whether the constructor runs, and what it takes.
    #[arg(long)]
    dry_run: bool,
    /// An argument of the constructor; give all, in their order or each as `name=value`.
    #[arg(long = "arg", value_name = "VALUE", requires = "dry_run", allow_negative_numbers = true)]
    args: Vec<String>,
    /// Value for the constructor.
    #[arg(long, default_value = "0", value_parser = wei)]
    value: U256,
    /// Who deploys [default: the first account of a dev node].
    #[arg(long, value_parser = address)]
    from: Option<Address>,
    #[command(flatten)]
    package: PackageArgs,
    #[command(flatten)]
    node: NodeArgs,
}

pub(crate) fn run(ui: &Ui, args: &Args) -> Result<(), Failure> {
    let deployment = match &args.module {
        Some(path) => Deployment::of_file(path)?,
        None => Deployment::of_package(ui, &args.package)?,
    };
    let (size, limit) = (deployment.module.len() as u64, u64::from(ModuleLimits::DEFAULT.module_bytes));
    ui.done("Valid", &format!("{}: {} of at most {} bytes", deployment.name, grouped(size), grouped(limit)));
    let gas = if args.dry_run { Some(dry_run(args, &deployment)?) } else { None };
    if let Some(gas) = gas {
        ui.done("Deploys", &format!("on {} for {} gas", args.node.rpc, grouped(gas)));
    }
    ui.object(json!({ "name": deployment.name, "valid": true, "size": size, "limit": limit, "gas": gas }));
    Ok(())
}

fn dry_run(args: &Args, deployment: &Deployment) -> Result<u64, Failure> {
    let input = deployment.input(&args.args)?;
    let node = Node::connect(&args.node)?;
    let from = args.from.map_or_else(|| dev_account(0).map(|signer| signer.address()), Ok)?;
    let request = CallRequest { from: Some(from), to: None, value: args.value, input };
    let what = format!("the constructor of {}", deployment.name);
    node.estimate(&request).map_err(|failure| explain(&deployment.abi, &what, failure))
}
