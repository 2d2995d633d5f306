//! The modules in `tests/wat`: each says in its first lines how it ends and what it costs.
//!
//! | line | meaning |
//! |---|---|
//! | `;; outcome: Success` | the status; required |
//! | `;; gas: 501` | gas spent, or `all`, as by every trap; required |
//! | `;; output: 6e6f` | what comes back, in hex |
//! | `;; entry: deploy` | the constructor is entered, not `call` |
//! | `;; input: abcd` | calldata, in hex |
//! | `;; immutables: abcd` | immutables of the code, in hex |
//! | `;; written: abcd` | immutables that a constructor has written, in hex |
//! | `;; static` | writes are refused |
//! | `;; gas-limit: 10000` | gas of the frame, if not a million |
//! | `;; reply: 1 6e6f` | status (0 success, 1 revert, 2 failure) and data that calls and creates are answered |
//! | `;; frames: 64` | a call enters the module again, in so many frames at once, the first included |
//!
//! With `ZX_BLESS=1` in the environment the test writes what it measured into the lines `;; gas:`, and nothing else:
//! for a change of prices, to be read in the diff.

use crate::{
    corpus::{Case, cases},
    world::{GAS, Reentry, Run, World, run_with, sandbox},
};
use std::fs;
use zx_host_functions::HOST_FUNCTIONS;
use zx_sandbox::{CallReply, CallStatus, Entry, Outcome, Status, Trap};

fn unhex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "{text}: whole bytes");
    text.as_bytes().chunks(2).map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn reply(text: &str) -> CallReply {
    let (status, output) = text.split_once(' ').unwrap_or((text, ""));
    let status = match status {
        "0" => CallStatus::Success,
        "1" => CallStatus::Revert,
        "2" => CallStatus::Failure,
        _ => panic!("a reply has the status 0, 1 or 2, not {status}"),
    };
    CallReply { status, output: unhex(output), created: None }
}

fn gas_limit(case: &Case) -> u64 {
    case.header("gas-limit").map_or(GAS, |limit| limit.parse().unwrap())
}

/// Runs it twice in one sandbox: what a run leaves behind must not reach the next.
fn outcome(case: &Case) -> Outcome {
    let (sandbox, module) = (sandbox(), case.module());
    let input = case.header("input").map(unhex).unwrap_or_default();
    let immutables = case.header("immutables").map(unhex).unwrap_or_default();
    let run = Run {
        entry: if case.header("entry") == Some("deploy") { Entry::Deploy } else { Entry::Call },
        input: &input,
        immutables: &immutables,
        is_static: case.says("static"),
        gas: gas_limit(case),
        ..Run::default()
    };
    let frames = case.header("frames").map(|frames| frames.parse::<u32>().unwrap() - 1);
    let once = || {
        let mut world = World {
            is_static: run.is_static,
            reply: case.header("reply").map(reply),
            reentry: frames.map(|frames| Reentry { sandbox: &sandbox, module: &module, frames }),
            ..World::default()
        };
        run_with(&sandbox, &module, &run, &mut world)
    };
    let first = once();
    assert_eq!(once(), first, "{}: the second run is another", case.name);
    first
}

/// Gas as the header writes it: a frame that fails keeps nothing.
fn gas_line(case: &Case, outcome: &Outcome) -> String {
    match outcome.status {
        Status::Success | Status::Revert => (gas_limit(case) - outcome.gas_left).to_string(),
        Status::OutOfGas | Status::Trap(_) | Status::Fatal => "all".into(),
    }
}

/// What is wrong with the outcome; nothing, mostly.
fn complaints(case: &Case, outcome: &Outcome) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut compare = |what: &str, is: &str, said: &str| {
        if is != said {
            wrong.push(format!("{}: {what} is `{is}`, not `{said}`", case.name));
        }
    };
    compare("outcome", &format!("{:?}", outcome.status), case.header("outcome").expect("says its outcome"));
    if let Some(output) = case.header("output") {
        compare("output", &hex(&outcome.output), output);
    }
    if let Some(written) = case.header("written") {
        compare("written", &hex(&outcome.immutables), written);
    }
    wrong
}

fn gas_complaint(case: &Case, outcome: &Outcome) -> Option<String> {
    let said = case.header("gas").expect("says its gas");
    let limit = gas_limit(case);
    let expected = if said == "all" { limit } else { said.parse().ok()? };
    let spent = limit - outcome.gas_left;
    (spent != expected).then(|| format!("{}: {spent} gas, not {said}", case.name))
}

/// Writes the line `;; gas:` anew; the file is whole at any time.
fn bless(case: &Case, gas: &str) {
    let line = |line: &str| if line.starts_with(";; gas:") { format!(";; gas: {gas}\n") } else { format!("{line}\n") };
    let blessed: String = case.text.lines().map(line).collect();
    if blessed != case.text {
        let temporary = case.path.with_extension("wat.new");
        fs::write(&temporary, blessed).unwrap();
        fs::rename(&temporary, &case.path).unwrap();
    }
}

#[test]
fn each_ends_as_its_first_lines_say() {
    let blessing = std::env::var_os("ZX_BLESS").is_some_and(|value| value == "1");
    let cases = cases("wat");
    assert!(cases.len() >= 250, "the folder holds the modules: {}", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let outcome = outcome(case);
        let complaints = complaints(case, &outcome);
        if blessing && complaints.is_empty() {
            bless(case, &gas_line(case, &outcome));
        } else if !blessing {
            wrong.extend(gas_complaint(case, &outcome));
        }
        wrong.extend(complaints);
    }
    assert!(wrong.is_empty(), "{} of {} files:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn the_corpus_names_every_host_function_and_every_trap() {
    let cases = cases("wat");
    for function in HOST_FUNCTIONS {
        let import = format!("(import \"zx\" \"{}\"", function.name);
        assert!(cases.iter().any(|case| case.text.contains(&import)), "no file imports {}", function.name);
    }
    for trap in [
        Trap::Unreachable,
        Trap::MemoryOutOfBounds,
        Trap::TableOutOfBounds,
        Trap::UndefinedElement,
        Trap::SignatureMismatch,
        Trap::IntegerOverflow,
        Trap::DivisionByZero,
        Trap::StackExhausted,
        Trap::StaticWrite,
        Trap::ReturnDataOutOfBounds,
        Trap::TooManyTopics,
        Trap::Instantiation,
    ] {
        let outcome = format!("Trap({trap:?})");
        assert!(cases.iter().any(|case| case.header("outcome") == Some(outcome.as_str())), "no file ends in {outcome}");
    }
}

#[test]
fn what_fails_keeps_nothing() {
    for case in cases("wat") {
        let failed = !matches!(case.header("outcome"), Some("Success" | "Revert"));
        assert_eq!(case.header("gas") == Some("all"), failed, "{}", case.name);
    }
}
