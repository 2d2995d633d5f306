//! ABIs as modules carry them: looking actions, events and errors up, and what is said with them.

mod read;
mod show;

pub(crate) use show::{named, text};

use crate::{error::RpcError, program, wasm};
use alloy_dyn_abi::{ErrorExt, EventExt, FunctionExt, JsonAbiExt};
use alloy_json_abi::{Event, Function, JsonAbi, Param};
use alloy_primitives::{Address, B256, Bytes, LogData, U256};
use serde_json::{Value, json};
use zx_chain::{HeadView, deploy::AccountCode};
use zx_primitives::StateReader;

/// The ABI that a module carries; `None` if it carries none.
pub(crate) fn of_module(module: &[u8]) -> Option<JsonAbi> {
    serde_json::from_str(&wasm::said(module, zx_chain::ABI_SECTION)?).ok()
}

/// The ABI of the contract at an address, now.
pub(crate) fn of_account(view: &HeadView<'_>, address: Address) -> Result<Option<JsonAbi>, RpcError> {
    let account = view.head_state().account(address)?;
    let program = program::of(view, account)?;
    Ok(program.and_then(|program| of_module(program.module())))
}

/// The ABI of the module in the code with this hash.
pub(crate) fn of_code(view: &HeadView<'_>, hash: B256) -> Result<Option<JsonAbi>, RpcError> {
    let code = view.head_state().code(hash)?;
    Ok(AccountCode::parse(&code).and_then(|code| code.module()).and_then(of_module))
}

/// An action by its name or its signature; of several with one name, the one that takes these arguments.
pub(crate) fn action<'a>(abi: &'a JsonAbi, name: &str, args: &Value) -> Result<&'a Function, RpcError> {
    let plain = name.split('(').next().unwrap_or_default();
    let all = abi.functions.get(plain).map(Vec::as_slice).unwrap_or_default();
    let wanted = |function: &&Function| match plain == name {
        true => all.len() == 1 || fits(&function.inputs, args),
        false => function.signature() == name,
    };
    let mut fitting = all.iter().filter(wanted);
    match (fitting.next(), fitting.next()) {
        (Some(one), None) => Ok(one),
        (None, _) if all.is_empty() => {
            let there: Vec<String> = abi.functions().map(Function::signature).collect();
            Err(RpcError::params(format!("no action {name:?}: the contract has {}", there.join(", "))))
        }
        _ => {
            let there: Vec<String> = all.iter().map(Function::signature).collect();
            let message = format!(
                "action {name:?} is not the only one of its name: name it by its signature, {}",
                there.join(" or ")
            );
            Err(RpcError::params(message))
        }
    }
}

fn fits(inputs: &[Param], args: &Value) -> bool {
    match args {
        Value::Array(values) => values.len() == inputs.len(),
        Value::Object(fields) => {
            fields.len() == inputs.len() && inputs.iter().all(|input| fields.contains_key(&input.name))
        }
        _ => inputs.is_empty(),
    }
}

/// Arguments as the ABI encodes them, without a selector.
pub(crate) fn arguments(inputs: &[Param], args: &Value) -> Result<Vec<u8>, RpcError> {
    let values = read::arguments(inputs, args).map_err(RpcError::params)?;
    Ok(alloy_dyn_abi::DynSolValue::Tuple(values).abi_encode_params())
}

/// Calldata of an action.
pub(crate) fn calldata(function: &Function, args: &Value) -> Result<Bytes, RpcError> {
    Ok([&function.selector()[..], &arguments(&function.inputs, args)?].concat().into())
}

/// What an action has answered: by name where the outputs have names, else in their order.
pub(crate) fn outputs(function: &Function, output: &[u8]) -> Result<Value, RpcError> {
    let values = function.abi_decode_output(output).map_err(|error| {
        RpcError::server(format!("the answer of {} is not what its ABI says: {error}", function.signature()))
    })?;
    let value = match (values.as_slice(), function.outputs.as_slice()) {
        ([], _) => Value::Null,
        ([value], [output]) => show::value(value, &output.components),
        _ if function.outputs.iter().all(|output| !output.name.is_empty()) => named(&function.outputs, &values),
        _ => {
            values.iter().zip(&function.outputs).map(|(value, output)| show::value(value, &output.components)).collect()
        }
    };
    Ok(value)
}

/// What a call's data means.
pub(crate) fn call(abi: &JsonAbi, data: &[u8]) -> Option<Value> {
    let (selector, input) = data.split_at_checked(4)?;
    let function = abi.functions().find(|function| function.selector() == selector)?;
    let values = function.abi_decode_input(input).ok()?;
    Some(json!({
        "action": function.name,
        "signature": function.signature(),
        "args": named(&function.inputs, &values),
    }))
}

/// What a log means.
pub(crate) fn event(abi: &JsonAbi, log: &LogData) -> Option<Value> {
    let anonymous = |event: &&Event| event.anonymous;
    let event = match log.topics().first() {
        Some(topic) => abi.events().find(|event| !event.anonymous && event.selector() == *topic),
        None => None,
    }
    .or_else(|| abi.events().filter(anonymous).find(|event| event.decode_log(log).is_ok()))?;
    let decoded = event.decode_log(log).ok()?;
    let (mut indexed, mut body) = (decoded.indexed.into_iter(), decoded.body.into_iter());
    let params: Vec<Param> = event.inputs.iter().map(param).collect();
    let next = |indexed_one: bool| if indexed_one { indexed.next() } else { body.next() };
    let values: Option<Vec<_>> = event.inputs.iter().map(|input| input.indexed).map(next).collect();
    Some(json!({ "name": event.name, "signature": event.signature(), "args": named(&params, &values?) }))
}

/// An event's parameter as any other. Of an indexed one that is not a word only the hash is there.
fn param(input: &alloy_json_abi::EventParam) -> Param {
    Param {
        ty: input.ty.clone(),
        name: input.name.clone(),
        components: input.components.clone(),
        internal_type: input.internal_type.clone(),
    }
}

/// What revert data means: a text, a panic, or an error of the contract.
pub(crate) fn revert(abi: Option<&JsonAbi>, data: &[u8]) -> Option<Value> {
    let (selector, body) = data.split_at_checked(4)?;
    let word = |name: &str, ty: &str| Param {
        ty: ty.to_owned(),
        name: name.to_owned(),
        components: Vec::new(),
        internal_type: None,
    };
    let standard = |name: &str, input: Param| alloy_json_abi::Error { name: name.to_owned(), inputs: vec![input] };
    let known = [standard("Error", word("message", "string")), standard("Panic", word("code", "uint256"))];
    let error =
        known.iter().chain(abi.into_iter().flat_map(JsonAbi::errors)).find(|error| error.selector() == selector)?;
    let decoded = error.decode_error(data).ok()?;
    let args = named(&error.inputs, &decoded.body);
    let text = match error.name.as_str() {
        "Panic" => panic_text(body),
        _ => text(&error.name, &error.inputs, &decoded.body),
    };
    Some(json!({ "name": error.name, "signature": error.signature(), "args": args, "text": text }))
}

/// The words for Solidity's panics.
fn panic_text(body: &[u8]) -> String {
    let code = U256::try_from_be_slice(body).unwrap_or_default();
    alloy_sol_types::Panic { code }.to_string()
}

/// A revert's error with the contract's own words for it.
pub(crate) fn explained(abi: &JsonAbi, error: RpcError) -> RpcError {
    let data = error.data.as_ref().and_then(|data| serde_json::from_value::<Bytes>(data.clone()).ok());
    let is_revert = error.code == crate::error::code::REVERTED && error.message == "execution reverted";
    match data.filter(|_| is_revert).and_then(|data| revert(Some(abi), &data)) {
        Some(Value::Object(fields)) => {
            let text = fields.get("text").and_then(Value::as_str).unwrap_or_default();
            RpcError { message: format!("execution reverted: {text}"), ..error }
        }
        _ => error,
    }
}
