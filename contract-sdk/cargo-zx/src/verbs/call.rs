//! `cargo zx call`.

use super::{
    outcome::explain,
    subject::{abi_of_contract, abi_of_file},
};
use crate::{
    failure::Failure,
    node::{
        Node, NodeArgs,
        chain::CallRequest,
        transaction::{address, wei},
    },
    ui::Ui,
    values::{decode, method, parse, show},
};
use alloy_dyn_abi::JsonAbiExt as _;
use alloy_json_abi::{Function, JsonAbi};
use alloy_primitives::{Address, Bytes, U256};
use serde_json::json;
use std::path::PathBuf;

/// What to call.
#[derive(Debug, clap::Args)]
pub(crate) struct TargetArgs {
    /// The contract.
    #[arg(value_parser = address)]
    pub(crate) contract: Address,
    /// Method: its name, its signature (`f(uint256)`), or its selector.
    pub(crate) method: String,
    /// Arguments: in their order, or each as `name=value`.
    #[arg(allow_negative_numbers = true)]
    pub(crate) args: Vec<String>,
    /// The ABI, of a contract whose code does not have it: JSON, or a module.
    #[arg(long, value_name = "FILE")]
    pub(crate) abi: Option<PathBuf>,
    /// Value that goes along: wei, or with a unit (`0.5ether`).
    #[arg(long, default_value = "0", value_parser = wei)]
    pub(crate) value: U256,
    #[command(flatten)]
    pub(crate) node: NodeArgs,
}

/// A call, ready to be made.
pub(super) struct Prepared {
    pub(super) abi: JsonAbi,
    pub(super) function: Function,
    pub(super) request: CallRequest,
}

impl TargetArgs {
    /// Finds the method and encodes the arguments.
    pub(super) fn prepare(&self, node: &Node) -> Result<Prepared, Failure> {
        let abi = match &self.abi {
            Some(file) => abi_of_file(file)?,
            None => abi_of_contract(node, self.contract)?,
        };
        let function = method::find(&abi, &self.method, self.args.len())?.clone();
        let input = encode(&function, &self.args)?;
        let request = CallRequest { from: None, to: Some(self.contract), value: self.value, input };
        Ok(Prepared { abi, function, request })
    }
}

/// Calldata of a method.
pub(super) fn encode(function: &Function, args: &[String]) -> Result<Bytes, Failure> {
    let values = parse::arguments(&function.name, &function.inputs, args)?;
    let data = function.abi_encode_input(&values);
    data.map(Bytes::from).map_err(|e| Failure::Other(format!("cannot encode {}: {e}", function.signature())))
}

/// Arguments of the verb.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: TargetArgs,
    /// Who calls [default: nobody, the zero address].
    #[arg(long, value_parser = address)]
    from: Option<Address>,
}

pub(crate) fn run(ui: &Ui, args: &Args) -> Result<(), Failure> {
    let node = Node::connect(&args.target.node)?;
    let Prepared { abi, function, mut request } = args.target.prepare(&node)?;
    request.from = args.from;
    let data = node.read(&request).map_err(|failure| explain(&abi, &function.name, failure))?;
    if !method::is_view(&function) {
        ui.warn(&format!("{} is no view: nothing that it did was kept; `cargo zx send` keeps it", function.name));
    }
    let Some(values) = decode::returned(&function, &data) else {
        return Err(Failure::Other(format!(
            "{} returned {} bytes that are not {}: {data}",
            function.name,
            data.len(),
            parse::declaration(&function.outputs)
        )));
    };
    for (param, value) in function.outputs.iter().zip(&values) {
        let name = if values.len() > 1 && !param.name.is_empty() { format!("{}: ", param.name) } else { String::new() };
        ui.data(format!("{name}{}", show::text(value)));
    }
    ui.object(json!({
        "contract": args.target.contract.to_string(),
        "method": function.signature(),
        "returns": show::fields(&function.outputs, &values),
        "data": data,
    }));
    Ok(())
}
