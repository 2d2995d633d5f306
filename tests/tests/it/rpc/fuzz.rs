//! Every method with parameters that are nearly right, over HTTP: whatever they are, the answer is a result or an error
//! that is the caller's, and the connection stays. `ZX_FUZZ_SEED` takes another way through them, `ZX_FUZZ_ROUNDS` a
//! longer one.

use super::Grown;
use eyre::{OptionExt as _, Result, WrapErr as _, ensure};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, env};

/// Requests of one body.
const BATCH: usize = 50;
/// What only development nodes have: it sets clock and state, so that it has a node of its own.
const DEVELOPMENT: &[&str] = &["anvil", "evm", "hardhat", "miner"];
/// Make as many blocks as they are told to, up to 100,000, which takes its time: here they are told to make few.
const MINING: &[&str] = &["anvil_mine", "hardhat_mine", "evm_mine"];
/// Blocks that they may be told to make. What is more than [`MANY`] is refused.
const FEW: u64 = 100;
const MANY: u64 = 100_000;
/// Writes files where it is told to.
const NOT_HERE: &str = "admin_exportChain";

/// Numbers by SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % (bound as u64).max(1)).unwrap_or_default()
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }
}

/// What is wrong nearly everywhere, and right somewhere.
fn strangers() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(0),
        json!(7),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("0x"),
        json!("0x0"),
        json!("0x01"),
        json!("0xg"),
        json!("latest"),
        json!("pending"),
        json!("newHeads"),
        json!("\u{0}\u{ffff}"),
        json!(format!("0x{}", "f".repeat(16))),
        json!(format!("0x{}", "f".repeat(64))),
        json!(format!("0x{}", "f".repeat(65))),
        json!(format!("0x{}", "0".repeat(40))),
        json!(format!("0x{}", "ab".repeat(2_000))),
        json!("x".repeat(3_000)),
        json!([]),
        json!([null]),
        json!([[[[[[]]]]]]),
        json!({}),
        json!({ "to": null, "from": [], "gas": {}, "data": 1, "topics": "0x", "blockHash": false }),
        json!({ "blockHash": format!("0x{}", "11".repeat(32)), "blockNumber": "0x1", "requireCanonical": "yes" }),
    ]
}

/// A value that is a little wrong.
fn bend(value: &Value, dice: &mut Dice, strangers: &[Value]) -> Value {
    let stranger = dice.pick(strangers).cloned().unwrap_or_default();
    match value {
        _ if dice.below(4) == 0 => stranger,
        Value::String(text) => json!(match dice.below(6) {
            0 => text.chars().skip(1).collect(),
            1 => text.chars().take(dice.below(text.len())).collect(),
            2 => format!("{text}0"),
            3 => text.to_uppercase(),
            4 => text.replace('0', "f"),
            _ => format!("{text}{text}"),
        }),
        Value::Number(_) => json!(match dice.next() >> dice.below(64) {
            number @ FEW..=MANY => number % FEW,
            number => number,
        }),
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(|item| bend(item, dice, strangers)).collect();
            items.extend((0..dice.below(3)).map(|_| stranger.clone()));
            json!(items)
        }
        Value::Object(fields) => {
            let mut bent = Map::new();
            for (name, field) in fields.iter().filter(|_| !dice.next().is_multiple_of(8)).collect::<Vec<_>>() {
                let field = if dice.below(2) == 0 { field.clone() } else { bend(field, dice, strangers) };
                bent.insert(name.clone(), field);
            }
            if dice.below(3) == 0 {
                bent.insert("stranger".to_owned(), stranger);
            }
            Value::Object(bent)
        }
        Value::Bool(_) | Value::Null => stranger,
    }
}

/// Parameters of a method, nearly right; by place or by name.
fn parameters(method: &Value, examples: &[Value], dice: &mut Dice, strangers: &[Value]) -> Result<Value> {
    let names = method["params"].as_array().ok_or_eyre("no parameters")?;
    let mut values: Vec<Value> = examples.to_vec();
    // One wrong one among right ones gets furthest.
    let place = dice.below(values.len() + 1);
    match values.get_mut(place) {
        Some(value) => *value = bend(value, dice, strangers),
        None => values.extend((0..dice.below(3)).filter_map(|_| dice.pick(strangers).cloned())),
    }
    match dice.below(8) {
        0 => values.truncate(dice.below(values.len() + 1)),
        1 => values = values.iter().map(|value| bend(value, dice, strangers)).collect(),
        2 => return Ok(dice.pick(strangers).cloned().unwrap_or_default()),
        3 => {
            let named = names.iter().filter_map(|param| param["name"].as_str()).zip(values);
            return Ok(Value::Object(named.map(|(name, value)| (name.to_owned(), value)).collect()));
        }
        _ => {}
    }
    Ok(json!(values))
}

fn check(request: &Value, answer: &Value) -> Result<()> {
    ensure!(answer["id"] == request["id"], "an answer to something else");
    let error = &answer["error"];
    ensure!(answer.get("result").is_some() != error.is_object(), "neither a result nor an error, or both");
    if error.is_object() {
        let code = error["code"].as_i64().ok_or_eyre("no code")?;
        ensure!(code != -32_603, "it is no failure of the node's");
        ensure!(error["message"].as_str().is_some_and(|text| !text.is_empty()), "no message");
    }
    Ok(())
}

/// A number from the environment.
fn setting(name: &str, usual: u64) -> Result<u64> {
    env::var(name).map_or(Ok(usual), |text| text.parse().wrap_err_with(|| format!("{name} is not a number")))
}

/// Asks for the methods of some namespaces, so many times each.
fn fuzz(wanted: impl Fn(&str) -> bool) -> Result<usize> {
    let grown = Grown::new(0)?;
    let document = grown.answer("rpc.discover", &json!([]))?["result"].clone();
    let shapes = &document["components"]["schemas"];
    let (mut dice, rounds) = (Dice(setting("ZX_FUZZ_SEED", 7)?), setting("ZX_FUZZ_ROUNDS", 300)?);
    let (strangers, mut http) = (strangers(), grown.node.http()?);
    let (mut done, mut wrong) = (0, BTreeMap::new());
    for method in document["methods"].as_array().ok_or_eyre("no methods")? {
        let name = method["name"].as_str().ok_or_eyre("no name")?;
        if !wanted(name.split(['_', '.']).next().unwrap_or_default()) || name == NOT_HERE {
            continue;
        }
        let shape =
            |param: &Value| param["schema"]["$ref"].as_str().and_then(|at| at.rsplit('/').next().map(str::to_owned));
        let examples: Vec<Value> = method["params"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|param| match shape(param) {
                Some(amount) if amount == "Amount" && MINING.contains(&name) => json!("0x2"),
                Some(shape) => shapes[shape]["examples"][0].clone(),
                None => Value::Null,
            })
            .collect();
        let requests = (0..rounds).map(|id| {
            let params = parameters(method, &examples, &mut dice, &strangers)?;
            Ok(json!({ "jsonrpc": "2.0", "id": id, "method": name, "params": params }))
        });
        let requests = requests.collect::<Result<Vec<Value>>>()?;
        for batch in requests.chunks(BATCH) {
            // The connection is the same all the time: if it is closed, this fails.
            let answers = http.post(json!(batch).to_string()).and_then(|answer| answer.json());
            let answers = answers.wrap_err_with(|| format!("{name}: the connection was lost, or no JSON came"))?;
            let answers = answers.as_array().ok_or_eyre("a batch is answered by a list")?;
            ensure!(answers.len() == batch.len(), "{name}: {} answers to {}", answers.len(), batch.len());
            for (request, answer) in batch.iter().zip(answers) {
                if let Err(error) = check(request, answer) {
                    wrong.entry(name.to_owned()).or_insert_with(|| format!("{error}: {request}\n  {answer}"));
                }
                done += 1;
            }
        }
    }
    let wrong: Vec<&str> = wrong.values().map(String::as_str).collect();
    ensure!(wrong.is_empty(), "{} methods answer wrongly:\n{}", wrong.len(), wrong.join("\n"));
    grown.node.stop()?;
    Ok(done)
}

#[test]
fn whatever_the_parameters_are_the_error_is_the_callers() -> Result<()> {
    let done = fuzz(|namespace| !DEVELOPMENT.contains(&namespace))?;
    ensure!(done >= 25_000, "only {done} requests");
    Ok(())
}

#[test]
fn whatever_the_parameters_are_a_development_node_goes_on() -> Result<()> {
    let done = fuzz(|namespace| DEVELOPMENT.contains(&namespace))?;
    ensure!(done >= 10_000, "only {done} requests");
    Ok(())
}
