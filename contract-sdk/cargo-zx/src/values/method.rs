//! Which method is meant.

use super::parse::declaration;
use crate::failure::Failure;
use alloy_json_abi::{Function, JsonAbi, StateMutability};

/// Finds a method by its name, its signature, or its selector.
///
/// # Errors
/// There is none, or several with this name; the text shows what there is.
pub fn find<'a>(abi: &'a JsonAbi, wanted: &str, arguments: usize) -> Result<&'a Function, Failure> {
    if let Some(function) = abi.functions().find(|f| is_exactly(f, wanted)) {
        return Ok(function);
    }
    let plain = |name: &str| name.replace('_', "").to_ascii_lowercase();
    let named: Vec<_> = abi.functions().filter(|f| plain(&f.name) == plain(wanted)).collect();
    if let [function] = named.as_slice() {
        return Ok(function);
    }
    if named.is_empty() {
        return Err(Failure::Usage(format!("there is no method `{wanted}`{}", choices(abi, wanted))));
    }
    let fitting: Vec<_> = named.iter().filter(|f| f.inputs.len() == arguments).collect();
    match fitting.as_slice() {
        [function] => Ok(function),
        _ => Err(Failure::Usage(format!(
            "there are several methods `{wanted}`: name one by its signature{}",
            named.iter().map(|f| format!("\n  '{}'", f.signature())).collect::<String>()
        ))),
    }
}

fn is_exactly(function: &Function, wanted: &str) -> bool {
    let signature = wanted.replace(' ', "");
    function.signature() == signature || function.selector().to_string() == wanted.to_ascii_lowercase()
}

/// The methods that there are; the likely one first, if one is.
fn choices(abi: &JsonAbi, wanted: &str) -> String {
    if abi.functions.is_empty() {
        return "\n  the ABI has no methods at all".to_owned();
    }
    let mut names: Vec<_> = abi.functions.keys().map(String::as_str).collect();
    let likely = names.iter().min_by_key(|name| distance(name, wanted)).filter(|name| distance(name, wanted) <= 3);
    let hint = likely.map(|name| format!("\n  did you mean `{name}`?")).unwrap_or_default();
    names.sort_unstable();
    format!("{hint}\n  there are: {}", names.join(", "))
}

/// Changes of one character that make one word the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_ascii_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.to_ascii_lowercase().chars().enumerate() {
        let mut next = vec![i + 1];
        for (y, pair) in b.iter().zip(row.windows(2)) {
            let (&[diagonal, above], Some(left)) = (pair, next.last().copied()) else { continue };
            next.push((above + 1).min(left + 1).min(diagonal + usize::from(x != *y)));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// `transfer(address to, uint256 value) returns (bool)`, with what it may do.
pub fn describe(function: &Function) -> String {
    let mutability = match function.state_mutability {
        StateMutability::Pure => " pure",
        StateMutability::View => " view",
        StateMutability::NonPayable => "",
        StateMutability::Payable => " payable",
    };
    let returns =
        if function.outputs.is_empty() { String::new() } else { format!(" -> {}", declaration(&function.outputs)) };
    format!("{}{}{mutability}{returns}", function.name, declaration(&function.inputs))
}

/// Whether calling it needs no transaction.
pub const fn is_view(function: &Function) -> bool {
    matches!(function.state_mutability, StateMutability::View | StateMutability::Pure)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn abi() -> JsonAbi {
        JsonAbi::parse([
            "function balanceOf(address account) view returns (uint256)",
            "function transfer(address to, uint256 value) returns (bool)",
            "function mint(address to)",
            "function mint(address to, uint256 value)",
            "function mint(uint256 value)",
        ])
        .expect("declarations")
    }

    #[test]
    fn names_signatures_and_selectors_find_methods() {
        let abi = abi();
        for wanted in ["transfer", "transfer(address, uint256)", "0xa9059cbb", "TRANSFER"] {
            assert_eq!(find(&abi, wanted, 0).expect("found").name, "transfer", "{wanted}");
        }
        assert_eq!(find(&abi, "balance_of", 1).expect("found").name, "balanceOf");
        assert_eq!(find(&abi, "mint", 2).expect("one takes two").inputs.len(), 2);
    }

    #[test]
    fn what_is_not_there_is_answered_with_what_is() {
        let abi = abi();
        let text = find(&abi, "transfr", 2).expect_err("none").to_string();
        assert!(text.contains("did you mean `transfer`?") && text.contains("balanceOf, mint, transfer"), "{text}");
        let text = find(&abi, "mint", 1).expect_err("two").to_string();
        assert!(text.contains("'mint(address)'") && text.contains("'mint(uint256)'"), "{text}");
        assert!(find(&JsonAbi::new(), "x", 0).expect_err("none").to_string().contains("no methods at all"));
    }

    #[test]
    fn a_description_reads_as_a_declaration() {
        let abi = abi();
        assert_eq!(describe(&abi.functions["balanceOf"][0]), "balanceOf(address account) view -> (uint256)");
    }
}
