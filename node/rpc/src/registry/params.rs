//! Parameters of a call: read by position or by name, and checked against the shapes that the method declares.

use super::{Method, shapes};
use crate::error::RpcError;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::cell::Cell;

/// Parameters as a request has them: a list, or an object with their names.
#[derive(Debug)]
pub(crate) enum Params {
    List(Vec<Value>),
    Named(Map<String, Value>),
}

impl Params {
    /// Reads the field `params` of a request.
    ///
    /// # Errors
    /// If it is neither a list nor an object.
    pub(crate) fn read(value: Option<Value>) -> Result<Self, RpcError> {
        match value {
            None | Some(Value::Null) => Ok(Self::List(Vec::new())),
            Some(Value::Array(values)) => Ok(Self::List(values)),
            Some(Value::Object(fields)) => Ok(Self::Named(fields)),
            Some(_) => Err(RpcError::params("non-array args: parameters are a list or an object")),
        }
    }

    /// The parameters in the places that a method has for them.
    ///
    /// # Errors
    /// If there are too many, one has a name that the method does not know, or the wrong shape.
    pub(crate) fn of(&self, method: &Method) -> Result<Placed<'_>, RpcError> {
        let values = match self {
            Self::List(values) => values.iter().collect(),
            Self::Named(fields) => by_name(method, fields)?,
        };
        Placed::check(method, values)
    }

    /// Makes the fields of an object the object itself, where that is what a method takes first.
    #[must_use]
    pub(crate) fn for_method(self, method: &Method) -> Self {
        match (self, method.params) {
            (Self::Named(fields), [first, ..])
                if shapes::is_object(first.shape)
                    && !method.params.iter().any(|param| fields.contains_key(param.name)) =>
            {
                Self::List(vec![Value::Object(fields)])
            }
            (params, _) => params,
        }
    }
}

/// Parameters by position, each of the shape that is declared.
#[derive(Debug)]
pub(crate) struct Placed<'a>(Vec<&'a Value>);

impl<'a> Placed<'a> {
    fn check(method: &Method, values: Vec<&'a Value>) -> Result<Self, RpcError> {
        if values.len() > method.params.len() {
            let want = method.params.len();
            return Err(RpcError::params(format!("too many arguments, want at most {want}")));
        }
        for (at, (value, param)) in values.iter().zip(method.params).enumerate() {
            shapes::check(param.shape, value).map_err(|why| invalid(at, why))?;
        }
        Ok(Self(values))
    }

    /// The parameters, to be taken one after the other.
    pub(crate) fn args(&self) -> Args<'_> {
        Args { params: self, at: Cell::new(0) }
    }

    /// All of them, without those at the end that are left out.
    pub(crate) fn values(&self) -> Vec<Value> {
        let given = self.0.iter().rposition(|value| !value.is_null()).map_or(0, |last| last.saturating_add(1));
        self.0.iter().take(given).map(|value| (*value).clone()).collect()
    }

    fn get<T: DeserializeOwned>(&self, at: usize, name: &str) -> Result<Option<T>, RpcError> {
        match self.0.get(at) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => T::deserialize(*value).map(Some).map_err(|error| invalid(at, format!("{name}: {error}"))),
        }
    }
}

fn invalid(at: usize, why: String) -> RpcError {
    RpcError::params(format!("invalid argument {at}: {why}"))
}

/// Puts named parameters in their places.
fn by_name<'a>(method: &Method, fields: &'a Map<String, Value>) -> Result<Vec<&'a Value>, RpcError> {
    let known = |name: &String| method.params.iter().any(|param| param.name == name);
    if let Some(stranger) = fields.keys().find(|name| !known(name)) {
        let names: Vec<&str> = method.params.iter().map(|param| param.name).collect();
        let takes = if names.is_empty() { "no parameters".to_owned() } else { names.join(", ") };
        return Err(RpcError::params(format!("unknown parameter {stranger:?}: {} takes {takes}", method.name())));
    }
    Ok(method.params.iter().map(|param| fields.get(param.name).unwrap_or(&Value::Null)).collect())
}

/// Takes parameters one after the other.
#[derive(Debug)]
pub(crate) struct Args<'a> {
    params: &'a Placed<'a>,
    at: Cell<usize>,
}

impl Args<'_> {
    fn next(&self) -> usize {
        self.at.replace(self.at.get().saturating_add(1))
    }

    /// One that must be there.
    pub(crate) fn required<T: DeserializeOwned>(&self, name: &str) -> Result<T, RpcError> {
        let at = self.next();
        let missing = || RpcError::params(format!("missing value for required argument {at}: {name}"));
        self.params.get(at, name)?.ok_or_else(missing)
    }

    /// One that may be left out, or null.
    pub(crate) fn optional<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, RpcError> {
        self.params.get(self.next(), name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::find;
    use serde_json::json;

    /// The parameters in their places, as JSON.
    fn placed(method: &str, params: Value) -> Result<Value, RpcError> {
        let method = find(method).unwrap();
        let params = Params::read(Some(params))?.for_method(method);
        params.of(method).map(|placed| json!(placed.0))
    }

    fn refused(method: &str, params: Value) -> String {
        let error = placed(method, params).unwrap_err();
        assert_eq!(error.code, crate::error::code::INVALID_PARAMS);
        error.message
    }

    #[test]
    fn names_stand_for_places() {
        let address = "0x00000000000000000000000000000000000000aa";
        let named = json!({ "block": "latest", "address": address });
        assert_eq!(placed("eth_getBalance", named).unwrap(), json!([address, "latest"]));
        let skipped = json!({ "address": address, "block": "latest" });
        assert_eq!(placed("eth_getProof", skipped).unwrap(), json!([address, null, "latest"]));
        assert_eq!(
            refused("eth_getBalance", json!({ "account": address })),
            "unknown parameter \"account\": eth_getBalance takes address, block"
        );
    }

    #[test]
    fn a_method_of_one_object_takes_the_object() {
        let call = json!({ "to": "0x00000000000000000000000000000000000000aa" });
        assert_eq!(placed("eth_call", call.clone()).unwrap(), json!([call]));
        let named = json!({ "transaction": call, "block": "latest" });
        assert_eq!(placed("eth_call", named).unwrap(), json!([call, "latest", null, null]));
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_place() {
        assert_eq!(refused("eth_chainId", json!([1])), "too many arguments, want at most 0");
        assert_eq!(refused("eth_getBlockByNumber", json!(["2"])), "invalid argument 0: hex string without 0x prefix");
        assert!(refused("eth_getBlockByHash", json!(["11".repeat(32)])).contains("without 0x prefix"));
        assert!(refused("eth_getBlockByHash", json!(["0x11"])).contains("2 hex digits, want 64"));
        assert!(refused("eth_chainId", json!("x")).contains("a list or an object"));
    }
}
