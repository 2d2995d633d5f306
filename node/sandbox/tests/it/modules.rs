//! The modules in `tests/wat`: each says in its first lines how it ends and what it costs.

use crate::world::{GAS, Run, World, module, run_with, sandbox};
use std::{fs, path::Path};
use zx_sandbox::{Entry, Stop};

struct Expected {
    outcome: String,
    gas: String,
    output: Option<String>,
    entry: Entry,
    input: Vec<u8>,
    is_static: bool,
}

fn line<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines().find_map(|line| line.strip_prefix(";; ")?.strip_prefix(name)?.strip_prefix(": ").map(str::trim))
}

fn expected(text: &str) -> Expected {
    Expected {
        outcome: line(text, "outcome").expect("says its outcome").into(),
        gas: line(text, "gas").expect("says its gas").into(),
        output: line(text, "output").map(str::to_owned),
        entry: if line(text, "entry") == Some("deploy") { Entry::Deploy } else { Entry::Call },
        input: line(text, "input").map(unhex).unwrap_or_default(),
        is_static: text.lines().any(|line| line == ";; static"),
    }
}

fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(2).map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn each_ends_as_its_first_lines_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wat");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 40, "the folder holds the modules");
    let mut wrong = Vec::new();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).unwrap();
        let want = expected(&text);
        let mut world = World { stop: want.is_static.then_some(Stop::StaticWrite), ..World::default() };
        let how = Run { entry: want.entry, input: &want.input, is_static: want.is_static, gas: GAS };
        let outcome = run_with(&sandbox(), &module(&text), &how, &mut world);
        let spent = GAS - outcome.gas_left;
        let want_spent = if want.gas == "all" { GAS } else { want.gas.parse().unwrap_or_default() };
        if format!("{:?}", outcome.status) != want.outcome || spent != want_spent {
            wrong.push(format!("{name}: {:?} for {spent} gas, not {} for {}", outcome.status, want.outcome, want.gas));
        }
        if want.output.is_some_and(|output| output != hex(&outcome.output)) {
            wrong.push(format!("{name}: output {}", hex(&outcome.output)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
