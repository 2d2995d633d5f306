//! Arguments from the command line.

use crate::failure::Failure;
use alloy_dyn_abi::{DynSolType, DynSolValue, Specifier as _};
use alloy_json_abi::Param;

/// Values of these parameters: given in their order, or each as `name=value`.
///
/// # Errors
/// Too few or too many, an unknown or repeated name, or a value of the wrong type; the text names the parameter, its
/// type, what was given, and an example.
pub fn arguments(of: &str, params: &[Param], given: &[String]) -> Result<Vec<DynSolValue>, Failure> {
    let texts = match by_name(of, params, given)? {
        Some(texts) => texts,
        None => by_position(of, params, given)?,
    };
    params.iter().enumerate().zip(texts).map(|((index, param), text)| value(of, index, param, text)).collect()
}

/// The texts in the order of the parameters, if all are given by name.
fn by_name<'a>(of: &str, params: &[Param], given: &'a [String]) -> Result<Option<Vec<&'a str>>, Failure> {
    let named: Vec<_> = given.iter().map(|text| split(params, text)).collect();
    let count = named.iter().flatten().count();
    if count == 0 || (count < named.len() && given.len() == params.len()) {
        // A string may well have a name and `=` in it: such a list counts as one by position if it can be one.
        return Ok(None);
    }
    let Some(named) = named.into_iter().collect::<Option<Vec<_>>>() else {
        return Err(Failure::Usage(format!(
            "{of}: give all arguments by name, or all by position\n  it takes {}",
            declaration(params)
        )));
    };
    let mut texts = Vec::new();
    for param in params {
        let mut values = named.iter().filter(|(name, _)| *name == param.name).map(|(_, text)| *text);
        let text = values.next().ok_or_else(|| {
            Failure::Usage(format!("{of}: `{}` is missing\n  it takes {}", param.name, declaration(params)))
        })?;
        if values.next().is_some() {
            return Err(Failure::Usage(format!("{of}: `{}` is given twice", param.name)));
        }
        texts.push(text);
    }
    Ok(Some(texts))
}

/// `name=value`, if there is a parameter of this name. `snake_case` will do.
fn split<'a, 'p>(params: &'p [Param], text: &'a str) -> Option<(&'p str, &'a str)> {
    let (name, value) = text.split_once('=')?;
    let plain = |name: &str| name.replace('_', "").to_ascii_lowercase();
    let param = params.iter().find(|p| !p.name.is_empty() && plain(&p.name) == plain(name))?;
    Some((&param.name, value))
}

fn by_position<'a>(of: &str, params: &[Param], given: &'a [String]) -> Result<Vec<&'a str>, Failure> {
    if given.len() != params.len() {
        let arguments = if params.len() == 1 { "argument" } else { "arguments" };
        return Err(Failure::Usage(format!(
            "{of} takes {} {arguments}, {} given\n  it takes {}",
            params.len(),
            given.len(),
            declaration(params)
        )));
    }
    Ok(given.iter().map(String::as_str).collect())
}

fn value(of: &str, index: usize, param: &Param, text: &str) -> Result<DynSolValue, Failure> {
    let name = if param.name.is_empty() { format!("argument {}", index + 1) } else { format!("`{}`", param.name) };
    let ty = param.resolve().map_err(|e| Failure::Other(format!("{of}: the type of {name} cannot be read: {e}")))?;
    // An empty `bytes` is written `0x`, which the parser does not take.
    if matches!(ty, DynSolType::Bytes) && matches!(text, "0x" | "") {
        return Ok(DynSolValue::Bytes(Vec::new()));
    }
    // A text alone is taken as it is: quotes are for the elements of a list.
    if matches!(ty, DynSolType::String) {
        return Ok(DynSolValue::String(unquoted(text).to_owned()));
    }
    ty.coerce_str(text).map_err(|_| {
        Failure::Usage(format!(
            "{of}: {name} is of type {}, and `{}` is none\n  example: {}{}",
            param.selector_type(),
            shortened(text),
            example(&ty),
            hint(&ty, text)
        ))
    })
}

fn unquoted(text: &str) -> &str {
    let inner = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

fn shortened(text: &str) -> String {
    const MOST: usize = 80;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// What is probably wrong.
fn hint(ty: &DynSolType, text: &str) -> String {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let hex = digits.chars().all(|c| c.is_ascii_hexdigit());
    let length = |wanted: usize| {
        if hex && digits.len() != wanted {
            format!("\n  it takes {wanted} hexadecimal digits, this has {}", digits.len())
        } else {
            String::new()
        }
    };
    match ty {
        DynSolType::Address => length(40),
        DynSolType::FixedBytes(size) => length(2 * size),
        DynSolType::Uint(_) if text.starts_with('-') => "\n  it cannot be negative".to_owned(),
        DynSolType::Uint(bits) if digits.parse::<alloy_primitives::U256>().is_ok() => {
            format!("\n  it takes at most {bits} bits")
        }
        _ => String::new(),
    }
}

/// A value of this type, as it is typed.
pub fn example(ty: &DynSolType) -> String {
    let list = |types: &[DynSolType]| types.iter().map(example).collect::<Vec<_>>().join(",");
    match ty {
        DynSolType::Bool => "true".to_owned(),
        DynSolType::Int(_) => "-42".to_owned(),
        DynSolType::Uint(8..=64) => "42".to_owned(),
        DynSolType::Uint(_) => "1000 or 0.5ether".to_owned(),
        DynSolType::FixedBytes(size) => format!("0x{}", "ab".repeat(*size)),
        DynSolType::Address => "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266".to_owned(),
        DynSolType::Function => format!("0x{}", "ab".repeat(24)),
        DynSolType::Bytes => "0xdeadbeef".to_owned(),
        DynSolType::String => "\"hello\"".to_owned(),
        DynSolType::Array(inner) => format!("[{}]", list(&[plain(inner), plain(inner)])),
        DynSolType::FixedArray(inner, length) => {
            format!("[{}]", list(&vec![plain(inner); (*length).min(4)]))
        }
        DynSolType::Tuple(types) | DynSolType::CustomStruct { tuple: types, .. } => {
            format!("({})", list(&types.iter().map(plain).collect::<Vec<_>>()))
        }
    }
}

/// A type whose example is one value, for inside of lists.
fn plain(ty: &DynSolType) -> DynSolType {
    match ty {
        DynSolType::Uint(_) => DynSolType::Uint(8),
        other => other.clone(),
    }
}

/// `(address to, uint256 value)`.
pub fn declaration(params: &[Param]) -> String {
    let one = |p: &Param| format!("{} {}", p.selector_type(), p.name).trim_end().to_owned();
    format!("({})", params.iter().map(one).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_json_abi::Function;
    use alloy_primitives::U256;

    fn parse(signature: &str, given: &[&str]) -> Result<Vec<DynSolValue>, String> {
        let function = Function::parse(signature).expect("a declaration");
        let given: Vec<_> = given.iter().map(|text| (*text).to_owned()).collect();
        arguments(&function.name, &function.inputs, &given).map_err(|failure| failure.to_string())
    }

    const TRANSFER: &str = "function transfer(address to, uint256 amountOut)";
    const TO: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

    #[test]
    fn order_or_names_give_the_same() {
        let expected = vec![
            DynSolValue::Address(TO.parse().expect("an address")),
            DynSolValue::Uint(U256::from(1_500_000_000u64), 256),
        ];
        assert_eq!(parse(TRANSFER, &[TO, "1.5gwei"]), Ok(expected.clone()));
        assert_eq!(parse(TRANSFER, &["amount_out=1500000000", &format!("to={TO}")]), Ok(expected));
    }

    #[test]
    fn a_text_with_an_equals_sign_is_no_name() {
        let note = "function note(string text)";
        assert_eq!(parse(note, &["a=b"]), Ok(vec![DynSolValue::String("a=b".to_owned())]));
        assert_eq!(parse(note, &["text=a=b"]), Ok(vec![DynSolValue::String("a=b".to_owned())]));
        assert_eq!(parse(note, &["a, (b]"]), Ok(vec![DynSolValue::String("a, (b]".to_owned())]));
        assert_eq!(parse(note, &["\" b \""]), Ok(vec![DynSolValue::String(" b ".to_owned())]));
    }

    #[test]
    fn lists_tuples_and_empty_bytes_are_read() {
        let given = ["[(1,true),(2,false)]", "0x", "[\"a,b\",c]"];
        let values = parse("function f((uint8,bool)[] pairs, bytes data, string[2] names)", &given).expect("values");
        let pair = |n: u64, b| DynSolValue::Tuple(vec![DynSolValue::Uint(U256::from(n), 8), DynSolValue::Bool(b)]);
        assert_eq!(values[0], DynSolValue::Array(vec![pair(1, true), pair(2, false)]));
        assert_eq!(values[1], DynSolValue::Bytes(Vec::new()));
        let names = ["a,b", "c"].map(|text| DynSolValue::String(text.to_owned()));
        assert_eq!(values[2], DynSolValue::FixedArray(names.to_vec()));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_type_and_an_example() {
        let text = |given: &[&str]| parse(TRANSFER, given).expect_err("wrong");
        let count = text(&[TO]);
        assert!(count.contains("transfer takes 2 arguments, 1 given"), "{count}");
        assert!(count.contains("(address to, uint256 amountOut)"), "{count}");
        let short = text(&["0x1234", "1"]);
        assert!(short.contains("`to` is of type address, and `0x1234` is none"), "{short}");
        assert!(short.contains("example: 0xf39F") && short.contains("40 hexadecimal digits, this has 4"), "{short}");
        assert!(text(&[TO, "-1"]).contains("it cannot be negative"));
        let wide = parse("function f(uint8 x)", &["256"]).expect_err("too wide");
        assert!(wide.contains("it takes at most 8 bits"), "{wide}");
        let named = text(&[&format!("to={TO}")]);
        assert!(named.contains("`amountOut` is missing"), "{named}");
        assert!(text(&["to=1", "to=2", "amountOut=3"]).contains("`to` is given twice"));
    }

    #[test]
    fn examples_are_of_their_type() {
        for text in
            ["bool", "int64", "uint8", "bytes4", "address", "bytes", "string", "uint256[]", "(address,bytes2[2])"]
        {
            let ty: DynSolType = text.parse().expect("a type");
            assert!(ty.coerce_str(&example(&ty)).is_ok(), "{text}: {}", example(&ty));
        }
    }
}
