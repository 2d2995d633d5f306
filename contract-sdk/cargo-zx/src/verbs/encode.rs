//! `cargo zx encode`.

use super::{call, subject::AbiArgs};
use crate::{
    failure::Failure,
    ui::Ui,
    values::{method, parse},
};
use alloy_json_abi::Function;
use alloy_primitives::Bytes;
use serde_json::json;

/// Arguments of the verb.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Method: its name, or its signature (`transfer(address,uint256)`), which needs no ABI. `constructor` encodes the
    /// constructor's arguments.
    method: String,
    /// Arguments: in their order, or each as `name=value`.
    #[arg(allow_negative_numbers = true)]
    args: Vec<String>,
    #[command(flatten)]
    abi: AbiArgs,
}

pub(crate) fn run(ui: &Ui, args: &Args) -> Result<(), Failure> {
    let (signature, data) = encode(args)?;
    ui.data(data.to_string());
    ui.object(json!({ "method": signature, "data": data }));
    Ok(())
}

fn encode(args: &Args) -> Result<(String, Bytes), Failure> {
    if args.method == "constructor" {
        let abi = args.abi.load()?;
        let inputs = abi.constructor.as_ref().map(|c| c.inputs.as_slice()).unwrap_or_default();
        let values = parse::arguments("the constructor", inputs, &args.args)?;
        let data = alloy_dyn_abi::DynSolValue::Tuple(values).abi_encode_params();
        return Ok((format!("constructor{}", parse::declaration(inputs)), data.into()));
    }
    let function = match (args.method.contains('('), &args.abi.abi) {
        (true, None) => Function::parse(&args.method).map_err(|e| {
            Failure::Usage(format!("`{}` is no signature: {e}\n  example: 'transfer(address,uint256)'", args.method))
        })?,
        _ => method::find(&args.abi.load()?, &args.method, args.args.len())?.clone(),
    };
    Ok((function.signature(), call::encode(&function, &args.args)?))
}
