//! ethers, viem, web3, Hardhat and Solidity against the real binary.

use zx_tests::clients::{anvil, run_suite, run_suite_with, run_web3py, run_web3py_modules};

/// A suite that lost most of its tests would still pass: each must keep at least this many.
fn holds(file: &str, at_least: usize) {
    let passed = run_suite(file).unwrap_or_else(|e| panic!("{e:?}"));
    assert!(passed >= at_least, "{file}: only {passed} tests ran");
}

#[test]
fn ethers_deploys_sends_reads_and_decodes() {
    holds("ethers.test.mjs", 25);
}

#[test]
fn viem_deploys_sends_reads_and_decodes() {
    holds("viem.test.mjs", 20);
}

#[test]
fn web3_js_deploys_sends_reads_and_decodes() {
    holds("web3js.test.mjs", 11);
}

#[test]
fn hardhat_deploys_ignites_sends_reads_and_decodes() {
    // Hardhat brings native code for each platform, and this one's is what the lock file names.
    if cfg!(not(all(target_os = "linux", target_arch = "x86_64"))) {
        println!("skipped: tests/clients/hardhat is locked for Linux on x86-64");
        return;
    }
    holds("hardhat/hardhat.test.mjs", 24);
}

#[test]
fn web3_py_deploys_sends_reads_and_decodes() {
    let passed = run_web3py().unwrap_or_else(|e| panic!("{e:?}"));
    assert!(passed >= 19, "only {passed} tests ran");
}

#[test]
fn web3_pys_own_tests_of_its_modules_pass() {
    let passed = run_web3py_modules().unwrap_or_else(|e| panic!("{e:?}"));
    assert!(passed >= 159, "only {passed} tests passed");
}

#[test]
fn methods_that_clients_have_no_function_for_do_what_they_say() {
    holds("methods.test.mjs", 52);
}

#[test]
fn otterscan_and_the_graph_get_what_they_ask_for() {
    holds("explorers.test.mjs", 14);
}

#[test]
fn wasm_and_evm_contracts_call_each_other() {
    holds("crossvm.test.mjs", 20);
}

#[test]
fn traces_show_what_happens_inside_transactions() {
    holds("traces.test.mjs", 18);
}

#[test]
fn traces_are_those_of_anvil() {
    let Some(anvil) = anvil() else {
        println!("skipped: no anvil: set ZX_ANVIL to the binary that the npm package @foundry-rs/anvil brings");
        return;
    };
    let passed =
        run_suite_with("traces_anvil.test.mjs", &[("ZX_ANVIL", anvil.as_os_str())]).unwrap_or_else(|e| panic!("{e:?}"));
    assert!(passed >= 12, "only {passed} tests ran");
}

#[test]
fn bad_transactions_and_deployments_are_refused_clearly() {
    holds("bad_input.test.mjs", 35);
}

#[test]
fn proofs_hold_before_another_implementation_and_the_trail_is_whole() {
    holds("proofs.test.mjs", 9);
}

#[test]
fn ethers_and_viem_hear_of_blocks_events_and_transactions_over_websockets() {
    holds("ws.test.mjs", 12);
}

#[test]
fn test_clients_of_viem_and_bare_requests_drive_the_development_node() {
    holds("dev.test.mjs", 40);
}
