//! Arguments: random ones of a type, and their encoding.

use super::methods::Type;
use crate::{Address, U256};
use core::fmt;
use proptest::{
    collection,
    prelude::*,
    strategy::{BoxedStrategy, Union},
};

/// What is likely to mean something.
#[derive(Clone, Debug, Default)]
pub(super) struct Hints {
    pub(super) addresses: Vec<Address>,
    /// From, to.
    pub(super) amounts: Option<(U256, U256)>,
}

/// An argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// A word: whatever fits one.
    Word([u8; 32], Shown),
    /// Text or bytes.
    Bytes(Vec<u8>, Shown),
    /// A list; its length is encoded.
    List(Vec<Value>),
    /// An array or a tuple.
    Sequence(Vec<Value>),
}

/// How a value is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Number,
    Signed,
    Bool,
    Address,
    Hex(usize),
    Text,
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = |f: &mut fmt::Formatter<'_>, bytes: &[u8]| write!(f, "0x{}", alloy_primitives::hex::encode(bytes));
        match self {
            Self::Word(word, Shown::Address) => write!(f, "{}", Address::from_slice(&word[12..])),
            Self::Word(word, Shown::Bool) => write!(f, "{}", word[31] == 1),
            Self::Word(word, Shown::Hex(bytes)) => hex(f, word.get(..*bytes).unwrap_or_default()),
            Self::Word(word, Shown::Signed) if word[0] & 0x80 != 0 => {
                write!(f, "-{}", U256::ZERO.wrapping_sub(U256::from_be_bytes(*word)))
            }
            Self::Word(word, _) => write!(f, "{}", U256::from_be_bytes(*word)),
            Self::Bytes(bytes, Shown::Text) => write!(f, "{:?}", String::from_utf8_lossy(bytes)),
            Self::Bytes(bytes, _) => hex(f, bytes),
            Self::List(values) | Self::Sequence(values) => {
                f.write_str("[")?;
                for (i, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str("]")
            }
        }
    }
}

/// Random values of a type.
pub(super) fn of(ty: &Type, hints: &Hints) -> BoxedStrategy<Value> {
    match ty {
        Type::Bool => any::<bool>().prop_map(|b| Value::Word(number(u64::from(b)), Shown::Bool)).boxed(),
        Type::Address => address(hints),
        Type::Uint(bits) => uint(*bits, hints).prop_map(|n| Value::Word(n.to_be_bytes(), Shown::Number)).boxed(),
        Type::Int(bits) => int(*bits).prop_map(|word| Value::Word(word, Shown::Signed)).boxed(),
        Type::Fixed(bytes) => {
            let bytes = *bytes;
            collection::vec(any::<u8>(), bytes)
                .prop_map(move |b| {
                    let mut word = [0; 32];
                    word[..bytes].copy_from_slice(&b);
                    Value::Word(word, Shown::Hex(bytes))
                })
                .boxed()
        }
        Type::String => "[a-z]{0,40}".prop_map(|text| Value::Bytes(text.into_bytes(), Shown::Text)).boxed(),
        Type::Bytes => collection::vec(any::<u8>(), 0..70).prop_map(|b| Value::Bytes(b, Shown::Hex(0))).boxed(),
        Type::List(inner) => collection::vec(of(inner, hints), 0..4).prop_map(Value::List).boxed(),
        Type::Array(inner, len) => collection::vec(of(inner, hints), *len).prop_map(Value::Sequence).boxed(),
        Type::Tuple(members) => {
            members.iter().map(|member| of(member, hints)).collect::<Vec<_>>().prop_map(Value::Sequence).boxed()
        }
    }
}

fn number(number: u64) -> [u8; 32] {
    U256::from(number).to_be_bytes()
}

/// One of those that mean something; now and then nobody, and anybody.
fn address(hints: &Hints) -> BoxedStrategy<Value> {
    let word = |address: Address| Value::Word(address.into_word().0, Shown::Address);
    let anybody = any::<[u8; 20]>().prop_map(Address::new).boxed();
    let mut kinds = vec![(1, Just(Address::ZERO).boxed()), (1, anybody)];
    if !hints.addresses.is_empty() {
        kinds.insert(0, (16, proptest::sample::select(hints.addresses.clone()).boxed()));
    }
    Union::new_weighted(kinds).prop_map(word).boxed()
}

/// Wei to send.
pub(super) fn amount(hints: &Hints) -> BoxedStrategy<U256> {
    match hints.amounts {
        Some((low, high)) => between(low, high),
        None => (0u64..1_000_000).prop_map(U256::from).boxed(),
    }
}

/// Mostly what means something, or little; now and then the edges of the type, and anything.
fn uint(bits: usize, hints: &Hints) -> BoxedStrategy<U256> {
    let max = U256::low_bits(bits);
    let edges = [U256::ZERO, U256::ONE, max, max - U256::ONE, max / U256::from(2u8)];
    let mut kinds = vec![
        (4, (0u64..=255).prop_map(U256::from).boxed()),
        (2, proptest::sample::select(edges.to_vec()).boxed()),
        (1, any::<[u8; 32]>().prop_map(move |bytes| U256::from_be_bytes(bytes) & max).boxed()),
    ];
    if let Some((low, high)) = hints.amounts.filter(|(_, high)| *high <= max) {
        kinds.insert(0, (12, between(low, high)));
    }
    Union::new_weighted(kinds).prop_map(move |n| n & max).boxed()
}

/// Shrinks towards the lower end.
fn between(low: U256, high: U256) -> BoxedStrategy<U256> {
    let width = high.saturating_sub(low);
    match u128::try_from(width) {
        Ok(width) => (0..=width).prop_map(move |n| low + U256::from(n)).boxed(),
        Err(_) => any::<[u8; 32]>()
            .prop_map(move |bytes| {
                let number = U256::from_be_bytes(bytes);
                if width == U256::MAX { number } else { low + number % (width + U256::ONE) }
            })
            .boxed(),
    }
}

fn int(bits: usize) -> BoxedStrategy<[u8; 32]> {
    let half = U256::low_bits(bits - 1);
    let little = i64::try_from(u64::try_from(half).unwrap_or(255).min(255)).unwrap_or(127);
    let edges = [U256::ZERO, U256::ONE, half, U256::MAX, U256::ZERO.wrapping_sub(half).wrapping_sub(U256::ONE)];
    prop_oneof![
        4 => (-little..=little).prop_map(|n| match n {
            0.. => U256::from(n.unsigned_abs()),
            _ => U256::ZERO.wrapping_sub(U256::from(n.unsigned_abs())),
        }),
        2 => proptest::sample::select(edges.to_vec()),
    ]
    .prop_map(U256::to_be_bytes)
    .boxed()
}

/// Encodes arguments: a head of words and offsets, then what varies in size.
pub(super) fn encode(values: &[Value]) -> Vec<u8> {
    let size: usize = values.iter().map(head_size).sum();
    let (mut head, mut tail) = (Vec::new(), Vec::new());
    for value in values {
        if is_dynamic(value) {
            head.extend(number((size + tail.len()) as u64));
            tail.extend(content(value));
        } else {
            head.extend(content(value));
        }
    }
    [head, tail].concat()
}

fn content(value: &Value) -> Vec<u8> {
    match value {
        Value::Word(word, _) => word.to_vec(),
        Value::Bytes(bytes, _) => {
            let padding = bytes.len().next_multiple_of(32) - bytes.len();
            [&number(bytes.len() as u64), bytes.as_slice(), &vec![0; padding]].concat()
        }
        Value::List(values) => [number(values.len() as u64).to_vec(), encode(values)].concat(),
        Value::Sequence(values) => encode(values),
    }
}

fn is_dynamic(value: &Value) -> bool {
    match value {
        Value::Word(..) => false,
        Value::Bytes(..) | Value::List(_) => true,
        Value::Sequence(values) => values.iter().any(is_dynamic),
    }
}

fn head_size(value: &Value) -> usize {
    match value {
        Value::Sequence(values) if !is_dynamic(value) => values.iter().map(head_size).sum(),
        _ => 32,
    }
}
