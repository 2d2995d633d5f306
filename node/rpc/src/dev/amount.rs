//! Numbers, in all the forms in which tools send them to development nodes.

use alloy_primitives::U256;
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;

/// A number of up to 256 bits: a hex quantity, with leading zeros or without, a decimal text, or a JSON number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Amount(pub(crate) U256);

/// Whole numbers up to here are exact in JavaScript.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(from)?;
        read(&value).map(Self).ok_or_else(|| D::Error::custom(format!("{value} is not a quantity of up to 256 bits")))
    }
}

fn read(value: &Value) -> Option<U256> {
    match value {
        Value::Number(number) => match (number.as_u64(), number.as_f64()) {
            (Some(whole), _) => Some(U256::from(whole)),
            // JavaScript writes 1e21 so.
            (None, Some(float)) if float.fract() == 0.0 && (0.0..=EXACT).contains(&float) => {
                Some(U256::from(float as u64))
            }
            _ => None,
        },
        Value::String(text) => match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            Some("") => Some(U256::ZERO),
            Some(digits) => U256::from_str_radix(digits, 16).ok(),
            None if text.is_empty() => None,
            None => U256::from_str_radix(text, 10).ok(),
        },
        _ => None,
    }
}

impl Amount {
    /// As 64 bits, if they are enough.
    pub(crate) fn small(self, what: &str) -> Result<u64, crate::error::RpcError> {
        u64::try_from(self.0)
            .map_err(|_| crate::error::RpcError::params(format!("invalid argument 0: {what} is more than 64 bits")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_form_of_a_number_is_read() {
        let big = U256::MAX.to_string();
        for (value, expected) in [
            (json!(16), U256::from(16)),
            (json!(16.0), U256::from(16)),
            (json!("0x10"), U256::from(16)),
            (json!("0x0010"), U256::from(16)),
            (json!("0x"), U256::ZERO),
            (json!("16"), U256::from(16)),
            (json!(big), U256::MAX),
        ] {
            assert_eq!(read(&value), Some(expected), "{value}");
        }
        for value in
            [json!(-1), json!(1.5), json!(1e300), json!(""), json!("0xzz"), json!(true), json!(null), json!([1])]
        {
            assert_eq!(read(&value), None, "{value}");
        }
    }
}
