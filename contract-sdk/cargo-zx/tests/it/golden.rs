//! What verbs say, word for word: each case is a file in `tests/golden` with the command, its exit code, and both
//! streams. With `ZX_BLESS=1` in the environment the files are written anew; read the difference before it is committed.

use std::{fs, path::Path, process::Command};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");

const DATA: &str = "0xa9059cbb00000000000000000000000070997970c51812dc3a010c7d01b50e0d17dc79c80000000000000000000000000000000000000000000000000000000000000005";
const BOB: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const PANIC: &str = "0x4e487b710000000000000000000000000000000000000000000000000000000000000011";
const TOPIC: &str = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
const BOB_TOPIC: &str = "0x00000000000000000000000070997970c51812dc3a010c7d01b50e0d17dc79c8";
const FIVE: &str = "0x0000000000000000000000000000000000000000000000000000000000000005";
const TOKEN: &str = "fixtures/token.wat";

/// Name of the file, and the words of the command.
const CASES: &[(&str, &[&str])] = &[
    ("help", &["--help"]),
    ("help_deploy", &["deploy", "--help"]),
    ("check", &["check", TOKEN]),
    ("check_json", &["check", TOKEN, "--json"]),
    ("inspect", &["inspect", TOKEN]),
    ("inspect_no_layout", &["inspect", TOKEN, "--section", "layout"]),
    ("size", &["size", TOKEN]),
    ("export_solidity", &["export-abi", TOKEN, "--format", "solidity"]),
    ("encode", &["encode", "transfer", BOB, "5", "--abi", TOKEN]),
    (
        "encode_by_name",
        &["encode", "transfer", "value=5", "to=0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "--abi", TOKEN],
    ),
    ("encode_signature", &["encode", "transfer(address,uint256)", BOB, "5", "--json"]),
    ("encode_tuples", &["encode", "split", "[(0x70997970C51812dc3A010C7d01b50e0d17dc79C8,5)]", "0x", "--abi", TOKEN]),
    ("encode_constructor", &["encode", "constructor", "supply=1ether", "name=Gold", "--abi", TOKEN]),
    ("encode_no_method", &["encode", "transfre", BOB, "5", "--abi", TOKEN]),
    ("encode_too_few", &["encode", "transfer", BOB, "--abi", TOKEN]),
    ("encode_wrong_type", &["encode", "transfer", "bob", "5", "--abi", TOKEN]),
    ("encode_wrong_tuple", &["encode", "split", "[5]", "0x", "--abi", TOKEN]),
    ("encode_mixed", &["encode", "transfer", "value=5", BOB, "6", "--abi", TOKEN]),
    ("decode_calldata", &["decode", "calldata", DATA, "--abi", TOKEN]),
    ("decode_calldata_json", &["decode", "calldata", DATA, "--abi", TOKEN, "--json"]),
    ("decode_calldata_unknown", &["decode", "calldata", "0x01020304", "--abi", TOKEN]),
    ("decode_returns", &["decode", "returns", "f()(uint256)", FIVE]),
    (
        "decode_log",
        &["decode", "log", FIVE, "--topic", TOPIC, "--topic", BOB_TOPIC, "--topic", BOB_TOPIC, "--abi", TOKEN],
    ),
    ("decode_panic", &["decode", "revert", PANIC]),
    ("decode_no_hex", &["decode", "revert", "0xzz"]),
    ("layout_fits", &["layout-diff", "fixtures/layout.json", "fixtures/layout_fits.json"]),
    ("layout_corrupts", &["layout-diff", "fixtures/layout.json", "fixtures/layout_corrupts.json"]),
    ("layout_corrupts_json", &["layout-diff", "fixtures/layout.json", "fixtures/layout_corrupts.json", "--json"]),
    ("layout_missing", &["layout-diff", "fixtures/layout.json", TOKEN]),
    ("no_module", &["inspect", "fixtures/layout.json"]),
    ("no_file", &["inspect", "none.wasm"]),
    ("two_keys", &["send", BOB, "f", "--dev-account", "0", "--interactive"]),
];

#[test]
fn verbs_say_what_they_said() {
    let bless = std::env::var_os("ZX_BLESS").is_some_and(|value| value == "1");
    let mut complaints = Vec::new();
    for (name, words) in CASES {
        let said = run(words);
        let file = Path::new(FOLDER).join("golden").join(name).with_extension("txt");
        if bless {
            fs::write(&file, &said).expect("written");
        } else if fs::read_to_string(&file).unwrap_or_default() != said {
            complaints.push(format!("{} is not what it says now:\n{said}", file.display()));
        }
    }
    assert!(complaints.is_empty(), "{}\nZX_BLESS=1 writes them anew", complaints.join("\n"));
}

#[test]
fn every_golden_file_has_its_case() {
    let files = fs::read_dir(Path::new(FOLDER).join("golden")).expect("a folder");
    for file in files {
        let path = file.expect("a file").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(CASES.iter().any(|(case, _)| *case == name), "{} has no case", path.display());
    }
}

fn run(words: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-zx"));
    command.current_dir(FOLDER).args(words);
    for variable in ["ZX_RPC_URL", "ZX_CHAIN", "ZX_TIMEOUT", "ZX_KEYSTORE", "ZX_PASSWORD_FILE", "ZX_PRIVATE_KEY"] {
        command.env_remove(variable);
    }
    let output = command.output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!(
        "$ cargo zx {}\n[{}]\n--- stdout\n{}--- stderr\n{}",
        words.join(" "),
        output.status.code().expect("a code"),
        text(&output.stdout),
        text(&output.stderr)
    )
}
