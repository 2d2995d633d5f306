//! The registry: every method is declared once, with [`methods!`], in the file of its namespace under `methods/`.
//!
//! A declaration has the documentation, the names, the parameters with their shapes, the shape of the result, and the
//! handler. From it come the dispatch by name, parameters by position or by name, `rpc.discover` ([`openrpc`]), and
//! `docs/rpc.md` ([`docs`]). A shape is a JSON schema with an example; all of them are in `registry/shapes.json`.

pub(crate) mod docs;
pub(crate) mod openrpc;
pub(crate) mod params;
pub(crate) mod shapes;

use crate::{Api, error::RpcError};
use params::Placed;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

/// A result as it goes out: JSON, written once.
pub(crate) type Answered = Box<RawValue>;
/// What answers a request.
pub(crate) type Run = fn(&Api, &Placed<'_>) -> Result<Answered, RpcError>;

/// A method.
#[derive(Debug)]
pub(crate) struct Method {
    /// Its names: the first, and those that mean the same.
    pub(crate) names: &'static [&'static str],
    /// Lines of its documentation.
    pub(crate) docs: &'static [&'static str],
    pub(crate) params: &'static [Param],
    pub(crate) result: Shape,
    /// Whether the result may be `null`: there is no such block, transaction, ...
    pub(crate) nullable: bool,
    pub(crate) run: Run,
}

/// A parameter.
#[derive(Debug)]
pub(crate) struct Param {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
}

/// Name of a schema in `registry/shapes.json`.
pub(crate) type Shape = &'static str;

impl Method {
    /// Its first name.
    pub(crate) fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }

    /// Its documentation, as one text.
    pub(crate) fn text(&self) -> String {
        let lines: Vec<&str> = self.docs.iter().map(|line| line.trim()).collect();
        lines.join(" ")
    }
}

/// What comes before the first `_` or `.` of a method's name.
pub(crate) fn namespace(method: &str) -> &str {
    method.split(['_', '.']).next().unwrap_or_default()
}

/// Writes a result.
pub(crate) fn answered(result: impl Serialize) -> Result<Answered, RpcError> {
    to_raw_value(&result).map_err(|error| RpcError::new(crate::error::code::INTERNAL, error.to_string()))
}

/// Says what error type a handler has that is a closure.
pub(crate) fn typed<T>(result: Result<T, RpcError>) -> Result<T, RpcError> {
    result
}

/// Declares the methods of a namespace:
///
/// ```text
/// /// Wei of an account.
/// "eth_getBalance" | "zx_getBalance" (address: Address; block: BlockId) -> Quantity = state::balance;
/// ```
///
/// Parameters before the semicolon must be given, those after it may be left out or null. The handler is a function of
/// the [`Api`] and the parameters, `T` for one that must be given and `Option<T>` for one that may be left out; its
/// types say how they are read. `-> Block or null` says that the result may be null.
macro_rules! methods {
    ($(
        $(#[doc = $doc:literal])+
        $($name:literal)|+ (
            $($param:ident: $shape:ident),* $(; $($option:ident: $option_shape:ident),+)?
        ) -> $result:ident $(or $null:ident)? = $run:expr;
    )*) => {
        pub(crate) const METHODS: &[$crate::registry::Method] = &[$(
            $crate::registry::Method {
                names: &[$($name),+],
                docs: &[$($doc),+],
                params: &[
                    $($crate::registry::Param {
                        name: stringify!($param), shape: stringify!($shape), required: true,
                    },)*
                    $($($crate::registry::Param {
                        name: stringify!($option), shape: stringify!($option_shape), required: false,
                    },)+)?
                ],
                result: stringify!($result),
                nullable: !matches!(stringify!($($null)?).as_bytes(), []),
                run: |api, params| {
                    let _args = params.args();
                    $crate::registry::answered($crate::registry::typed(($run)(
                        api
                        $(, _args.required(stringify!($param))?)*
                        $($(, _args.optional(stringify!($option))?)+)?
                    ))?)
                },
            },
        )*];
    };
}
pub(crate) use methods;
