//! `cargo zx send`.

use super::{
    call::{Prepared, TargetArgs},
    outcome,
};
use crate::{
    failure::Failure,
    node::{
        Node,
        keys::KeyArgs,
        transaction::{TransactionArgs, send},
    },
    ui::Ui,
};
use serde_json::{Value, json};

/// Arguments of the verb.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    key: KeyArgs,
    #[command(flatten)]
    transaction: TransactionArgs,
}

pub(crate) fn run(ui: &Ui, args: &Args) -> Result<(), Failure> {
    let node = Node::connect(&args.target.node)?;
    let Prepared { abi, function, mut request } = args.target.prepare(&node)?;
    let signer = args.key.signer(ui)?;
    request.from = Some(signer.address());
    let receipt = send(ui, &node, &signer, &request, &args.transaction);
    let receipt = receipt.map_err(|failure| outcome::explain(&abi, &function.name, failure))?;
    if !receipt.succeeded() {
        return Err(outcome::failed(&node, &abi, &function.name, &request, &receipt));
    }
    ui.done("Sent", &format!("{} to {} as {}", function.name, args.target.contract, signer.address()));
    outcome::receipt(ui, &receipt);
    let events = outcome::events(ui, &abi, &receipt.logs);
    ui.data(receipt.transaction_hash.to_string());
    let mut object = outcome::receipt_json(&receipt);
    if let Some(fields) = object.as_object_mut() {
        fields.insert("contract".to_owned(), json!(args.target.contract.to_string()));
        fields.insert("method".to_owned(), Value::String(function.signature()));
        fields.insert("from".to_owned(), json!(signer.address().to_string()));
        fields.insert("events".to_owned(), events);
    }
    ui.object(object);
    Ok(())
}
