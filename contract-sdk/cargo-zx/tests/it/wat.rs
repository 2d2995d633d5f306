//! Contracts written as WebAssembly text, built with the command itself.

use std::{
    fs,
    process::{Command, Output},
};

const MINIMAL: &str = r#"(module (memory (export "memory") 1) (func (export "call") (result i32) i32.const 0)
    (@custom "zx_signatures" "function ping() external view returns (uint256)\n"))"#;

/// Runs `cargo-zx-build` on this text, as cargo runs a plugin.
fn build(dir: &std::path::Path, text: &str) -> Output {
    let file = dir.join("ping.wat");
    fs::write(&file, text).expect("written");
    Command::new(env!("CARGO_BIN_EXE_cargo-zx-build"))
        .args(["zx-build", "--json", "--out-dir"])
        .arg(dir.join("out"))
        .arg(&file)
        .output()
        .expect("the command runs")
}

#[test]
fn a_module_is_written_with_its_abi_and_reported() {
    let dir = tempfile::tempdir().expect("a folder");
    let output = build(dir.path(), MINIMAL);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    let module = fs::read(dir.path().join("out/ping.wasm")).expect("written");
    assert_eq!(report["size"], module.len());
    assert_eq!(report["schema"], "zx/1");
    assert_eq!(report["methods"], serde_json::json!(["ping()"]));
    let code = [&[0xEF, 0x5A, 0x58, 0x01], module.as_slice()].concat();
    assert_eq!(report["codeHash"], alloy_primitives::keccak256(code).to_string());
    assert!(stderr.contains("ping") && stderr.contains("1: ping\n") && !stderr.contains('\x1b'), "{stderr}");
    assert!(fs::read_to_string(dir.path().join("out/ping.abi.json")).expect("written").contains("\"ping\""));
}

#[test]
fn what_the_node_refuses_is_refused_in_its_words() {
    let dir = tempfile::tempdir().expect("a folder");
    let output = build(dir.path(), &MINIMAL.replace("(memory", r#"(import "env" "now" (func)) (memory"#));
    assert_eq!(output.status.code(), Some(1));
    let failure: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(failure["error"]["kind"], "build");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("the node would refuse `ping`: unknown import `env.now`"), "{stderr}");
    assert!(!dir.path().join("out").exists(), "nothing is written");
}

#[test]
fn text_that_is_no_module_is_pointed_at() {
    let dir = tempfile::tempdir().expect("a folder");
    let output = build(dir.path(), "(module\n  (fnc))");
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("ping.wat:2:"), "{stderr}");
}

#[test]
fn wrong_usage_has_a_status_of_its_own() {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-zx-build")).arg("--no-such-flag").output().expect("runs");
    assert_eq!(output.status.code(), Some(2));
}
