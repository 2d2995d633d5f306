//! Immutables, as they are part of a contract's code: each as many bytes as its type takes, one after the other.

use super::show;
use crate::upgrade::Immutable;
use alloy_dyn_abi::{DynSolType, DynSolValue};
use alloy_primitives::{Address, B256, I256, U256, hex};
use serde_json::{Value, json};

/// Bytes of a word.
const WORD: usize = 32;

/// The value of an immutable.
#[derive(Clone, Debug, PartialEq)]
pub enum Decoded {
    /// Of a type that the ABI has.
    Value(DynSolValue),
    /// Of another: its bytes.
    Bytes(Vec<u8>),
}

/// Takes a value out of the immutables of a contract. What was never set reads as zero.
pub fn decode(immutable: &Immutable, all: &[u8]) -> Decoded {
    let len = immutable.bytes.min(WORD);
    let mut bytes = [0; WORD];
    let set = all.get(immutable.offset..).unwrap_or_default();
    for (to, from) in bytes.iter_mut().zip(set.iter().take(len)) {
        *to = *from;
    }
    let bytes = bytes.get(..len).unwrap_or_default();
    let value = immutable.ty.parse().ok().and_then(|ty| value(&ty, bytes));
    value.map_or_else(|| Decoded::Bytes(bytes.to_vec()), Decoded::Value)
}

fn value(ty: &DynSolType, bytes: &[u8]) -> Option<DynSolValue> {
    let number = U256::try_from_be_slice(bytes)?;
    Some(match *ty {
        DynSolType::Bool => DynSolValue::Bool(!number.is_zero()),
        DynSolType::Address => DynSolValue::Address(Address::try_from(bytes).ok()?),
        DynSolType::Uint(bits) => DynSolValue::Uint(number, bits),
        DynSolType::Int(bits) => DynSolValue::Int(signed(number, bits), bits),
        DynSolType::FixedBytes(size) => DynSolValue::FixedBytes(B256::right_padding_from(bytes), size),
        _ => return None,
    })
}

/// The number whose two's complement in so many bits this is.
fn signed(number: U256, bits: usize) -> I256 {
    let above = U256::BITS.saturating_sub(bits);
    I256::from_raw(number << above).asr(above)
}

impl Decoded {
    /// For people.
    pub fn text(&self) -> String {
        match self {
            Self::Value(value) => show::text(value),
            Self::Bytes(bytes) => hex::encode_prefixed(bytes),
        }
    }

    /// For programs.
    pub fn json(&self) -> Value {
        match self {
            Self::Value(value) => show::value(value),
            Self::Bytes(bytes) => json!(hex::encode_prefixed(bytes)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_by_their_types() {
        let all = [
            &[0xAB; 20][..],
            &300u16.to_be_bytes(),
            &(-2i16).to_be_bytes(),
            &[1],
            &[0xCA, 0xFE, 0, 1],
            &[0xFF; 32],
            &[2],
        ]
        .concat();
        let mut offset = 0;
        for (ty, bytes, text, json) in [
            (
                "address",
                20,
                "0xABaBaBaBABabABabAbAbABAbABabababaBaBABaB",
                json!("0xABaBaBaBABabABabAbAbABAbABabababaBaBABaB"),
            ),
            ("uint16", 2, "300", json!("300")),
            ("int16", 2, "-2", json!("-2")),
            ("bool", 1, "true", json!(true)),
            ("bytes4", 4, "0xcafe0001", json!("0xcafe0001")),
            ("int256", 32, "-1", json!("-1")),
            ("enum Kind", 1, "0x02", json!("0x02")),
            ("uint64", 8, "0", json!("0")),
        ] {
            let immutable = Immutable { label: "x".to_owned(), offset, bytes, ty: ty.to_owned() };
            let decoded = decode(&immutable, &all);
            assert_eq!((decoded.text().as_str(), decoded.json()), (text, json), "{ty}");
            offset += bytes;
        }
        let cut = Immutable { label: "x".to_owned(), offset: 20, bytes: 2, ty: "uint16".to_owned() };
        assert_eq!(decode(&cut, &all[..21]).text(), "256", "what was never set is zero");
    }
}
