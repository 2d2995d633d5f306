//! `cargo zx decode`.

use super::subject::AbiArgs;
use crate::{
    failure::Failure,
    ui::Ui,
    values::{
        decode::{self, bytes},
        method, parse, show,
    },
};
use alloy_json_abi::{Function, JsonAbi};
use alloy_primitives::{B256, Bytes};
use clap::Subcommand;
use serde_json::json;

/// Arguments of the verb.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// A call: its method and arguments.
    Calldata {
        /// The calldata, in hex.
        #[arg(value_parser = bytes)]
        data: Bytes,
        #[command(flatten)]
        abi: AbiArgs,
    },
    /// What a method returned.
    Returns {
        /// Method: its name, or its signature with its results (`f(address)(uint256)` or `f(address) returns (uint256)`),
        /// which needs no ABI.
        method: String,
        /// The data, in hex.
        #[arg(value_parser = bytes)]
        data: Bytes,
        #[command(flatten)]
        abi: AbiArgs,
    },
    /// An event.
    Log {
        /// The data, in hex.
        #[arg(value_parser = bytes, default_value = "0x")]
        data: Bytes,
        /// A topic; give all, in their order.
        #[arg(long = "topic", value_name = "HASH", required = true)]
        topics: Vec<B256>,
        #[command(flatten)]
        abi: AbiArgs,
    },
    /// Why a call reverted.
    Revert {
        /// The revert data, in hex.
        #[arg(value_parser = bytes)]
        data: Bytes,
        #[command(flatten)]
        abi: AbiArgs,
    },
}

pub(crate) fn run(ui: &Ui, args: &Args) -> Result<(), Failure> {
    match &args.what {
        What::Calldata { data, abi } => {
            let abi = abi.load()?;
            let call = decode::calldata(&abi, data).ok_or_else(|| unknown_call(&abi, data))?;
            ui.data(call.text());
            ui.object(json!({ "call": call.json() }));
        }
        What::Returns { method, data, abi } => returns(ui, method, data, abi)?,
        What::Log { data, topics, abi } => {
            let event = decode::log(&abi.load()?, topics, data).ok_or_else(|| {
                Failure::Other("the ABI has no event with these topics and data\n  the first topic is the hash of the event's signature".to_owned())
            })?;
            ui.data(event.text());
            ui.object(json!({ "event": event.json() }));
        }
        What::Revert { data, abi } => {
            // Messages and panics explain themselves.
            let alone = decode::revert(&JsonAbi::new(), data);
            let revert = match alone {
                decode::Revert::Unknown(_) => decode::revert(&abi.load()?, data),
                known => known,
            };
            ui.data(revert.text());
            ui.object(json!({ "revert": revert.json() }));
        }
    }
    Ok(())
}

fn unknown_call(abi: &JsonAbi, data: &Bytes) -> Failure {
    let selector = data.get(..4).map(Bytes::copy_from_slice).unwrap_or_default();
    match abi.functions().find(|f| f.selector().as_slice() == selector.as_ref()) {
        Some(function) => Failure::Other(format!("the arguments do not fit {}", method::describe(function))),
        None => Failure::Other(format!("the ABI has no method with the selector {selector}")),
    }
}

fn returns(ui: &Ui, wanted: &str, data: &Bytes, abi: &AbiArgs) -> Result<(), Failure> {
    let function = if wanted.contains('(') && abi.abi.is_none() {
        // `f(a)(b)` is cast's way of writing `f(a) returns (b)`.
        let declaration = wanted.replacen(")(", ") returns (", 1);
        Function::parse(&declaration).map_err(|e| Failure::Usage(format!("`{wanted}` is no signature: {e}")))?
    } else {
        let abi = abi.load()?;
        let named = abi.functions.get(wanted).and_then(|functions| functions.first());
        named.map_or_else(|| method::find(&abi, wanted, 0), Ok)?.clone()
    };
    let values = decode::returned(&function, data).ok_or_else(|| {
        Failure::Other(format!("{} bytes are not {}: {data}", data.len(), parse::declaration(&function.outputs)))
    })?;
    for value in &values {
        ui.data(show::text(value));
    }
    ui.object(json!({ "method": function.signature(), "returns": show::fields(&function.outputs, &values) }));
    Ok(())
}
