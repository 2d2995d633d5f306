//! What came back, by name: results, logs, reverts, calldata.

use super::show;
use alloy_dyn_abi::{DynSolValue, EventExt as _, FunctionExt as _, JsonAbiExt as _};
use alloy_json_abi::{Error, Event, EventParam, Function, JsonAbi, Param};
use alloy_primitives::{B256, Bytes, Selector, U256, hex};
use serde_json::{Value, json};

/// Something that a signature named: a call, an event, an error.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its signature.
    pub signature: String,
    params: Vec<Param>,
    values: Vec<DynSolValue>,
}

impl Named {
    /// `Transfer(from=0x.., to=0x.., value=5)`.
    pub fn text(&self) -> String {
        format!("{}({})", self.name, show::named(&self.params, &self.values))
    }

    /// Name, signature, and arguments with their names and types.
    pub fn json(&self) -> Value {
        json!({ "name": self.name, "signature": self.signature, "args": show::fields(&self.params, &self.values) })
    }
}

/// What a method returned. `None` if the data does not fit its declaration.
pub fn returned(function: &Function, data: &[u8]) -> Option<Vec<DynSolValue>> {
    function.abi_decode_output(data).ok()
}

/// Calldata of one of the ABI's methods.
pub fn calldata(abi: &JsonAbi, data: &[u8]) -> Option<Named> {
    let (selector, arguments) = data.split_first_chunk::<4>()?;
    let function = abi.functions().find(|f| f.selector() == Selector::from(*selector))?;
    let values = function.abi_decode_input(arguments).ok()?;
    Some(Named {
        name: function.name.clone(),
        signature: function.signature(),
        params: function.inputs.clone(),
        values,
    })
}

/// A log, as one of the ABI's events.
pub fn log(abi: &JsonAbi, topics: &[B256], data: &[u8]) -> Option<Named> {
    let first = topics.first();
    let named = abi.events().filter(|e| !e.anonymous && Some(&e.selector()) == first);
    let anonymous = abi.events().filter(|e| e.anonymous);
    named.chain(anonymous).find_map(|event| one_log(event, topics, data))
}

fn one_log(event: &Event, topics: &[B256], data: &[u8]) -> Option<Named> {
    let decoded = event.decode_log_parts(topics.iter().copied(), data).ok()?;
    let (mut indexed, mut body) = (decoded.indexed.into_iter(), decoded.body.into_iter());
    let values = event.inputs.iter().map(|input| if input.indexed { indexed.next() } else { body.next() });
    let values = values.collect::<Option<Vec<_>>>()?;
    // A topic has only the hash of a text or a list: the value shows that it is one.
    let params = event.inputs.iter().map(param).collect();
    Some(Named { name: event.name.clone(), signature: event.signature(), params, values })
}

fn param(input: &EventParam) -> Param {
    Param {
        ty: input.ty.clone(),
        name: input.name.clone(),
        components: input.components.clone(),
        internal_type: input.internal_type.clone(),
    }
}

/// Why a contract reverted.
#[derive(Clone, Debug, PartialEq)]
pub enum Revert {
    /// Nothing was said.
    Silent,
    /// `Error(string)`.
    Message(String),
    /// `Panic(uint256)`, by its code.
    Panic(U256),
    /// One of the ABI's errors.
    Custom(Named),
    /// Data that nothing in the ABI explains.
    Unknown(Bytes),
}

const ERROR: [u8; 4] = [0x08, 0xC3, 0x79, 0xA0];
const PANIC: [u8; 4] = [0x4E, 0x48, 0x7B, 0x71];

/// Reads revert data.
pub fn revert(abi: &JsonAbi, data: &[u8]) -> Revert {
    let Some((selector, rest)) = data.split_first_chunk::<4>() else {
        return if data.is_empty() { Revert::Silent } else { Revert::Unknown(Bytes::copy_from_slice(data)) };
    };
    let standard = match *selector {
        ERROR => one("string", rest).and_then(|value| Some(Revert::Message(value.as_str()?.to_owned()))),
        PANIC => one("uint256", rest).and_then(|value| Some(Revert::Panic(value.as_uint()?.0))),
        _ => abi.errors().find(|e| e.selector() == Selector::from(*selector)).and_then(|e| custom(e, rest)),
    };
    standard.unwrap_or_else(|| Revert::Unknown(Bytes::copy_from_slice(data)))
}

fn one(ty: &str, data: &[u8]) -> Option<DynSolValue> {
    let ty: alloy_dyn_abi::DynSolType = ty.parse().ok()?;
    ty.abi_decode_params(data).ok()
}

fn custom(error: &Error, data: &[u8]) -> Option<Revert> {
    let values = error.abi_decode_input(data).ok()?;
    let (name, signature) = (error.name.clone(), error.signature());
    Some(Revert::Custom(Named { name, signature, params: error.inputs.clone(), values }))
}

impl Revert {
    /// For people.
    pub fn text(&self) -> String {
        match self {
            Self::Silent => "without a reason".to_owned(),
            Self::Message(message) => format!("{message:?}"),
            Self::Panic(code) => match panic_reason(*code) {
                Some(reason) => format!("Panic({code:#x}): {reason}"),
                None => format!("Panic({code:#x})"),
            },
            Self::Custom(error) => error.text(),
            Self::Unknown(data) => format!("{data} (the ABI has no such error)"),
        }
    }

    /// For programs.
    pub fn json(&self) -> Value {
        match self {
            Self::Silent => json!({ "kind": "silent" }),
            Self::Message(message) => json!({ "kind": "message", "message": message }),
            Self::Panic(code) => {
                json!({ "kind": "panic", "code": format!("{code:#x}"), "reason": panic_reason(*code) })
            }
            Self::Custom(error) => json!({ "kind": "custom", "error": error.json() }),
            Self::Unknown(data) => json!({ "kind": "unknown", "data": data }),
        }
    }
}

/// Meaning of a panic code (Solidity's documentation, "Panic via assert and Error via require").
fn panic_reason(code: U256) -> Option<&'static str> {
    Some(match u8::try_from(code).ok()? {
        0x01 => "an assertion failed",
        0x11 => "arithmetic overflow or underflow",
        0x12 => "division by zero",
        0x21 => "no such variant of an enum",
        0x22 => "storage holds a byte array that is encoded wrong",
        0x31 => "pop of an empty array",
        0x32 => "index out of bounds",
        0x41 => "out of memory",
        0x51 => "call of an uninitialised function",
        _ => return None,
    })
}

/// Bytes from hex, with or without `0x`.
///
/// # Errors
/// They are none; the text says where.
pub fn bytes(text: &str) -> Result<Bytes, String> {
    let text = text.trim();
    hex::decode(text)
        .map(Bytes::from)
        .map_err(|error| format!("`{}` is no hex: {error}", text.chars().take(80).collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{Address, b256};

    fn abi() -> JsonAbi {
        JsonAbi::parse([
            "function transfer(address to, uint256 value) returns (bool)",
            "event Transfer(address indexed from, address indexed to, uint256 value)",
            "error TooLittle(uint256 have, uint256 need)",
        ])
        .expect("declarations")
    }

    #[test]
    fn logs_keep_the_order_of_their_fields() {
        let topics = [
            b256!("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"),
            Address::repeat_byte(1).into_word(),
            Address::repeat_byte(2).into_word(),
        ];
        let named = log(&abi(), &topics, &U256::from(5).to_be_bytes::<32>()).expect("a Transfer");
        assert_eq!(
            named.text(),
            format!("Transfer(from={}, to={}, value=5)", Address::repeat_byte(1), Address::repeat_byte(2))
        );
        assert_eq!(named.json()["args"][2], json!({ "name": "value", "type": "uint256", "value": "5" }));
        assert_eq!(log(&abi(), &topics[..2], &[]), None, "a topic is missing");
    }

    #[test]
    fn reverts_are_explained() {
        let hex = |text: &str| bytes(text).expect("hex");
        assert_eq!(revert(&abi(), &[]), Revert::Silent);
        let message = hex(
            "08c379a000000000000000000000000000000000000000000000000000000000000000200000000000000000000000000000000000000000000000000000000000000002686f000000000000000000000000000000000000000000000000000000000000",
        );
        assert_eq!(revert(&abi(), &message), Revert::Message("ho".to_owned()));
        let panic = revert(&abi(), &hex("4e487b710000000000000000000000000000000000000000000000000000000000000011"));
        assert_eq!(panic.text(), "Panic(0x11): arithmetic overflow or underflow");
        let mut data = abi().errors["TooLittle"][0].selector().to_vec();
        data.extend([U256::from(1).to_be_bytes::<32>(), U256::from(2).to_be_bytes::<32>()].concat());
        assert_eq!(revert(&abi(), &data).text(), "TooLittle(have=1, need=2)");
        assert!(matches!(revert(&abi(), &data[..40]), Revert::Unknown(_)), "cut off");
        assert!(matches!(revert(&abi(), &[1, 2]), Revert::Unknown(_)));
    }

    #[test]
    fn calldata_name_their_method() {
        let transfer = &abi().functions["transfer"][0];
        let values = [DynSolValue::Address(Address::repeat_byte(9)), DynSolValue::Uint(U256::from(3), 256)];
        let data = transfer.abi_encode_input(&values).expect("encoded");
        let named = calldata(&abi(), &data).expect("a transfer");
        assert_eq!(named.text(), format!("transfer(to={}, value=3)", Address::repeat_byte(9)));
        assert_eq!(calldata(&abi(), &data[..20]), None);
    }
}
