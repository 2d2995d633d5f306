//! Where a call's gas goes: names for functions, a list of the dearest, and a flamegraph.

use crate::{
    Artifact, BuildError,
    failure::Failure,
    size::function_names,
    ui::{grouped, table},
};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};
use wasmparser::{Parser, Payload};
use zx_testbed::flame::Flame;

/// Thousandths of a gas in one gas: what stacks are counted in.
const UNIT: i64 = 1_000;
/// Functions in the list.
const LISTED: usize = 15;

/// Gives functions their names: `token#17` becomes what the compiler called function 17 of `token`, and a host function
/// `host: storage_read`.
pub(super) fn named(mut flame: Flame, contracts: &[Artifact]) -> Result<Flame, Failure> {
    let mut names = BTreeMap::new();
    for contract in contracts {
        for (index, name) in names_of(contract)? {
            names.insert(format!("{}#{index}", contract.name), name);
        }
    }
    for place in flame.stacks.iter_mut().flat_map(|(stack, _)| stack) {
        if let Some(name) = names.get(place) {
            place.clone_from(name);
        }
    }
    Ok(flame)
}

/// The functions of a module by their indices. Stripping it has kept them.
fn names_of(contract: &Artifact) -> Result<BTreeMap<u32, String>, BuildError> {
    let mut names = function_names(&contract.raw.bytes)?;
    // A semicolon separates the places of a stack.
    names.values_mut().for_each(|name| *name = name.replace(';', ","));
    for payload in Parser::new(0).parse_all(&contract.module) {
        if let Payload::ImportSection(imports) = payload? {
            for (index, import) in imports.into_imports().enumerate() {
                names.insert(u32::try_from(index).unwrap_or(u32::MAX), format!("host: {}", import?.name));
            }
        }
    }
    Ok(names)
}

/// `transfer(address,uint256)` as the name of a picture.
pub(super) fn file_name(method: &str) -> PathBuf {
    format!("{}.svg", method.split('(').next().unwrap_or(method)).into()
}

/// What a function has spent itself, wherever it was called from.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct FunctionGas {
    name: String,
    /// In thousandths of a gas.
    milligas: i64,
}

/// The functions, the dearest first.
pub(super) fn functions(flame: &Flame) -> Vec<FunctionGas> {
    let mut sums = BTreeMap::<&str, i64>::new();
    for (stack, gas) in &flame.stacks {
        *sums.entry(stack.last().map_or("", String::as_str)).or_default() += gas;
    }
    let mut functions: Vec<_> =
        sums.into_iter().map(|(name, milligas)| FunctionGas { name: name.to_owned(), milligas }).collect();
    functions.sort_by(|a, b| b.milligas.cmp(&a.milligas).then_with(|| a.name.cmp(&b.name)));
    functions
}

fn total(flame: &Flame) -> i64 {
    flame.stacks.iter().map(|(_, gas)| gas).sum()
}

/// `1234567` thousandths as `1,234.567`.
fn gas(milligas: i64) -> String {
    let sign = if milligas < 0 { "-" } else { "" };
    let amount = milligas.unsigned_abs();
    format!("{sign}{}.{:03}", grouped(amount / UNIT as u64), amount % UNIT as u64)
}

fn share(milligas: i64, of: i64) -> String {
    format!("{:.1} %", milligas as f64 * 100.0 / of.max(1) as f64)
}

/// The call, and its dearest functions.
pub(super) fn text(flame: &Flame) -> String {
    let Flame { record, refunded, .. } = flame;
    let refund = if *refunded == 0 { String::new() } else { format!(", after a refund of {}", grouped(*refunded)) };
    let total = total(flame);
    let functions = functions(flame);
    let row =
        |function: &FunctionGas| vec![gas(function.milligas), share(function.milligas, total), function.name.clone()];
    let mut rows = vec![vec!["gas".to_owned(), "share".to_owned(), "by the function itself".to_owned()]];
    rows.extend(functions.iter().take(LISTED).map(row));
    let rest = functions.get(LISTED..).unwrap_or_default();
    if !rest.is_empty() {
        let sum = rest.iter().map(|function| function.milligas).sum();
        rows.push(vec![gas(sum), share(sum, total), format!("{} more", rest.len())]);
    }
    format!(
        "{} of {}: {} gas{refund}\n\n{}",
        record.method,
        record.test,
        grouped(record.gas),
        table(&rows, &[0, 1]).trim_end()
    )
}

/// Writes folded stacks, or a picture.
pub(super) fn write(flame: &Flame, file: &Path) -> Result<(), Failure> {
    let content = match file.extension().is_some_and(|extension| extension == "folded") {
        true => flame.stacks.iter().map(|(stack, gas)| format!("{} {gas}\n", stack.join(";"))).collect(),
        false => svg(flame),
    };
    fs::write(file, content).map_err(Failure::io("cannot write", file))
}

/// A place in the picture: what it has spent itself, and what lies on it.
#[derive(Default)]
struct Node {
    own: i64,
    on_it: BTreeMap<String, Node>,
}

impl Node {
    fn of(flame: &Flame) -> Self {
        let mut root = Self::default();
        for (stack, gas) in &flame.stacks {
            let mut node = &mut root;
            for place in stack {
                node = node.on_it.entry(place.clone()).or_default();
            }
            node.own += gas.max(&0);
        }
        root
    }

    fn sum(&self) -> i64 {
        self.own + self.on_it.values().map(Self::sum).sum::<i64>()
    }

    fn depth(&self) -> usize {
        self.on_it.values().map(|node| node.depth() + 1).max().unwrap_or_default()
    }
}

/// Width of the picture, and height of a line of it, in pixels.
const WIDTH: f64 = 1200.0;
const LINE: f64 = 18.0;
/// Width of a character.
const CHARACTER: f64 = 6.7;

/// The picture: each box is a function, as wide as what it and those on it have spent; who called it lies below. What a
/// box is in full is shown where the pointer rests.
fn svg(flame: &Flame) -> String {
    let root = Node::of(flame);
    let total = root.sum().max(1);
    let height = LINE * (root.depth() as f64 + 4.0);
    let title = format!("{} of {}: {} gas", flame.record.method, flame.record.test, grouped(flame.record.gas));
    let mut picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"ui-monospace, monospace\" font-size=\"11\">\n<style>g:hover rect {{ stroke: #000; }}</style>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fdfdfb\"/>\n<text x=\"{}\" y=\"20\" text-anchor=\"middle\" \
         font-size=\"14\">{}</text>\n",
        WIDTH / 2.0,
        escaped(&title),
    );
    draw(&mut picture, ("all", &root), total, 0.0, height - 2.0 * LINE);
    picture.push_str("</svg>\n");
    picture
}

/// Draws a box and what lies on it, from `left` on, its lower line at `top`.
fn draw(picture: &mut String, (name, node): (&str, &Node), total: i64, left: f64, top: f64) {
    let sum = node.sum();
    let width = sum as f64 * WIDTH / total as f64;
    // Nobody sees what is thinner.
    if width < 0.2 {
        return;
    }
    let room = ((width - 6.0) / CHARACTER).max(0.0) as usize;
    let label: String = match name.chars().count() {
        len if len <= room => name.to_owned(),
        _ if room < 3 => String::new(),
        _ => name.chars().take(room - 1).chain(['…']).collect(),
    };
    // Writing to a string does not fail.
    let _ = writeln!(
        picture,
        "<g><title>{} ({} gas, {})</title><rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{:.1}\" \
         fill=\"{}\" rx=\"1\"/><text x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
        escaped(name),
        gas(sum),
        share(sum, total),
        LINE - 1.0,
        colour(name),
        left + 3.0,
        top + 13.0,
        escaped(&label),
    );
    let mut left = left;
    for (name, above) in &node.on_it {
        draw(picture, (name, above), total, left, top - LINE);
        left += above.sum() as f64 * WIDTH / total as f64;
    }
}

/// Host functions are blue, what is no function grey, and functions of one crate alike.
fn colour(name: &str) -> String {
    if name.starts_with("host: ") {
        return "#8fb8de".to_owned();
    }
    let Some((of, _)) = name.trim_start_matches(['<', '&']).split_once("::") else { return "#d8d8d0".to_owned() };
    let hash = of.bytes().fold(7u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
    format!("hsl({}, 80%, {}%)", 15 + hash % 40, 62 + hash / 40 % 12)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use zx_testbed::gas::{Outcome, Record};

    fn flame() -> Flame {
        let stack = |places: &[&str], gas| (places.iter().map(|p| (*p).to_owned()).collect(), gas);
        Flame {
            record: Record {
                suite: "token".into(),
                test: "tests::moves".into(),
                package: Some("token".into()),
                method: "transfer(address,uint256)".into(),
                view: false,
                outcome: Outcome::Ok,
                gas: 25_000,
            },
            refunded: 0,
            stacks: vec![
                stack(&["transaction"], 21_000_000),
                stack(&["token", "<token::Token>::f"], 1_500_250),
                stack(&["token", "<token::Token>::f", "host: storage_read"], 2_100_000),
                stack(&["token", "host: storage_read"], 399_750),
            ],
        }
    }

    #[test]
    fn functions_are_summed_wherever_they_were_called_from() {
        assert_eq!(
            text(&flame()),
            "transfer(address,uint256) of tests::moves: 25,000 gas\n\n       gas   share  by the function itself\n\
             21,000.000  84.0 %  transaction\n 2,499.750  10.0 %  host: storage_read\n 1,500.250   6.0 %  <token::Token>::f"
        );
    }

    #[test]
    fn boxes_lie_on_their_callers_and_are_as_wide_as_their_gas() {
        let picture = svg(&flame());
        let line = |name: &str| picture.lines().find(|line| line.contains(name)).unwrap_or_default().to_owned();
        assert!(
            line("<title>all (25,000.000 gas, 100.0 %)").contains("x=\"0.0\" y=\"90.0\" width=\"1200.0\""),
            "{picture}"
        );
        let of_f = line("&lt;token::Token&gt;::f (3,600.250 gas");
        assert!(of_f.contains("y=\"54.0\" width=\"172.8\""), "{of_f}");
        assert_eq!(picture.matches("<g>").count(), picture.matches("</g>").count());
    }

    #[test]
    fn a_picture_is_named_after_its_method() {
        assert_eq!(file_name("transfer(address,uint256)"), PathBuf::from("transfer.svg"));
        assert_eq!(file_name("0x01020304"), PathBuf::from("0x01020304.svg"));
    }
}
