//! `cargo zx test` and `cargo zx gas` on a project of an author's own.

use eyre::OptionExt as _;
use serde_json::json;
use std::fs;
use zx_tests::{Node, Zx};

const CONTRACT: &str = r#"#![cfg_attr(target_arch = "wasm32", no_std)]
use zx::prelude::*;

#[zx::contract]
#[derive(Debug)]
pub struct Counter {
    count: Item<U256>,
}

#[zx::public]
impl Counter {
    pub fn count(&self, _cx: &Ctx) -> U256 {
        self.count.get()
    }

    pub fn add(&mut self, _cx: &mut Ctx, amount: U256) -> U256 {
        self.count.add(amount.checked_add(extra(amount)).unwrap_or(U256::MAX));
        self.count.get()
    }
}

// A bar of its own in a flamegraph.
#[inline(never)]
fn extra(amount: U256) -> U256 {
    if amount == U256::from(7u8) {
        return amount;
    }
    U256::ZERO
}

#[cfg(test)]
mod tests {
    use super::*;
    use zx::testing::Host;

    #[zx::test]
    fn it_counts(host: &Host) {
        let counter = host.deploy::<Counter>(());
        counter.add(U256::from(2u8)).unwrap();
        assert_eq!(host.gas_used().is_some(), host.has_sandbox());
        assert_eq!(counter.count(), U256::from(2u8));
    }

    #[zx::test]
    fn it_overflows(host: &Host) {
        let counter = host.deploy::<Counter>(());
        counter.add(U256::MAX).unwrap();
        assert_eq!(counter.add(U256::from(1u8)).unwrap_err().panic_code(), Some(0x11));
    }
}
"#;

/// What a contract must not do: another thing natively than in the sandbox.
const DIFFERENT: &str = "if cfg!(target_arch = \"wasm32\") { U256::from(1u8) } else { U256::ZERO }";

#[test]
fn tests_run_on_both_hosts_and_their_gas_is_told_kept_and_drawn() -> eyre::Result<()> {
    let dir = tempfile::tempdir()?;
    let zx = Zx::at(dir.path());
    zx.does(&["new", "counted"])?;
    let zx = zx.below("counted");
    let source = zx.folder().join("src/lib.rs");
    fs::write(&source, CONTRACT)?;
    fs::remove_file(zx.folder().join("src/tests.rs"))?;

    let both = zx.does(&["test"])?;
    assert!(both.stdout.contains("2 passed"), "{both:?}");
    // In each a deployment and two calls.
    assert!(both.stderr.contains("Agreed tests on both hosts: 2, calls: 6; each ended"), "{}", both.stderr);
    let told = zx.does(&["test", "--json", "it_counts"])?.json()?;
    assert_eq!((&told["hosts"], &told["tests"], &told["calls"]), (&json!(["native", "sandbox"]), &json!(1), &json!(3)));
    let native = zx.does(&["test", "--native"])?;
    assert!(native.stdout.contains("2 passed") && !native.stderr.contains("Built"), "{native:?}");
    assert!(native.stderr.contains("Passed natively alone") && !native.stderr.contains("Agreed"), "{native:?}");

    let table = zx.does(&["gas"])?;
    for line in ["counted\n", "  add(uint256) ", "  add(uint256) (reverted) ", "  constructor ", "  count() (view) "] {
        assert!(table.stdout.contains(line), "{line}: {}", table.stdout);
    }
    let json = zx.does(&["gas", "--json"])?.json()?;
    let methods = json["methods"].as_array().expect("a list");
    let add = methods.iter().find(|m| m["method"] == "add(uint256)" && m["outcome"] == "ok").expect("add");
    assert_eq!(add["calls"], 2);
    assert!(add["min"].as_u64() > Some(43_000) && add["min"].as_u64() <= add["max"].as_u64(), "{add}");

    let missing = zx.run(&["gas", "--check"])?.ended(2)?;
    assert!(missing.stderr.contains("cargo zx gas --snapshot"), "{}", missing.stderr);
    zx.does(&["gas", "--snapshot"])?;
    let snapshot = fs::read_to_string(zx.folder().join(".gas-snapshot"))?;
    assert!(snapshot.contains("counted tests::it_overflows counted::add(uint256) reverted 1 "), "{snapshot}");
    assert!(snapshot.lines().is_sorted(), "{snapshot}");
    zx.does(&["gas", "--check"])?;

    let picture = zx.folder().join("add.svg");
    let flame = zx.does(&["gas", "--flame", "add", "-o", "add.svg"])?;
    for function in ["host: storage_write", "counted::extra"] {
        assert!(flame.stdout.contains(function), "{function}: {}", flame.stdout);
    }
    let svg = fs::read_to_string(picture)?;
    assert!(
        svg.starts_with("<svg ") && svg.contains("<title>counted (") && svg.contains("host: storage_read"),
        "{svg}"
    );
    zx.does(&["gas", "--flame", "add", "-o", "add.folded", "it_counts"])?;
    let folded = fs::read_to_string(zx.folder().join("add.folded"))?;
    let sum: u64 = folded.lines().filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum();
    let line = snapshot.lines().find(|line| line.contains("it_counts counted::add(uint256) ok 1 ")).expect("a line");
    assert_eq!(line.rsplit_once(' ').and_then(|(_, gas)| gas.parse().ok()), Some(sum / 1_000), "{folded}");
    assert_eq!(sum % 1_000, 0);
    assert!(folded.contains(";counted::extra "), "{folded}");
    let nobody = zx.run(&["gas", "--flame", "subtract"])?.ended(2)?;
    assert!(nobody.stderr.contains("no test called `subtract`"), "{}", nobody.stderr);

    fs::write(&source, CONTRACT.replace("self.count.add(amount", "self.count.get();\n        self.count.add(amount"))?;
    let dearer = zx.run(&["gas", "--check"])?.ended(7)?;
    assert!(dearer.stderr.contains("counted tests::it_counts counted::add(uint256) ok"), "{}", dearer.stderr);
    assert!(dearer.stderr.contains("+0.") && dearer.stderr.contains(" %"), "{}", dearer.stderr);

    fs::write(&source, CONTRACT.replace("    U256::ZERO\n", &format!("    {DIFFERENT}\n")))?;
    zx.does(&["test", "--native"])?;
    let different = zx.run(&["test", "it_counts"])?.ended(1)?;
    let told = format!("{}{}", different.stdout, different.stderr);
    assert!(told.contains("`add` does not end the same"), "{told}");
    assert!(told.contains("natively:") && told.contains("in the sandbox: returned 0x"), "{told}");
    Ok(())
}

/// The SDK's own tests of immutables and instances, which run natively there.
const IMMUTABLES: &str = include_str!("../../../../contract-sdk/sdk/tests/it/macros/immutables.rs");

#[test]
fn immutables_and_instances_are_the_same_on_both_hosts() -> eyre::Result<()> {
    let dir = tempfile::tempdir()?;
    let zx = Zx::at(dir.path());
    zx.does(&["new", "keeper"])?;
    let zx = zx.below("keeper");
    let no_std = "#![cfg_attr(target_arch = \"wasm32\", no_std)]\n";
    fs::write(zx.folder().join("src/lib.rs"), format!("{no_std}{IMMUTABLES}"))?;
    fs::remove_file(zx.folder().join("src/tests.rs"))?;
    let tests = zx.does(&["test"])?;
    let count = IMMUTABLES.matches("#[zx::test]").count();
    assert!(tests.stdout.contains(&format!("{count} passed; 0 failed")), "{tests:?}");
    assert!(tests.stderr.contains(&format!("Agreed tests on both hosts: {count},")), "{}", tests.stderr);
    Ok(())
}

/// Written for a node's URL and an address on it.
const FORKED: &str = r#"
    #[test]
    fn it_goes_on_where_the_node_is() {
        let Some(host) = Host::fork("URL", None) else { return };
        assert_eq!(host.block().chain_id, 31_337);
        let counter = host.at::<Counter>(zx::address!("ADDRESS"));
        assert_eq!(counter.count(), U256::from(5u8));
        let stranger = Address::repeat_byte(7);
        assert_eq!(counter.by(stranger).add(U256::from(2u8)), Ok(U256::from(7u8)));
        assert_eq!(host.deploy::<Counter>(()).count(), U256::ZERO);
        assert!(host.gas_used().is_some());
    }
"#;

#[test]
fn a_test_goes_on_where_a_node_is() -> eyre::Result<()> {
    let dir = tempfile::tempdir()?;
    let node = Node::start(&dir.path().join("node"))?;
    let zx = Zx::at(dir.path()).with_node(node.url());
    zx.does(&["new", "forked"])?;
    let zx = zx.below("forked");
    fs::write(zx.folder().join("src/lib.rs"), CONTRACT)?;
    fs::remove_file(zx.folder().join("src/tests.rs"))?;
    let deployed = zx.does(&["deploy", "--dev-account", "0", "--json"])?.json()?;
    let counter = deployed["address"].as_str().ok_or_eyre("an address")?;
    zx.does(&["send", counter, "add", "5", "--dev-account", "0"])?;

    let test = FORKED.replace("URL", &node.url()).replace("ADDRESS", counter.trim_start_matches("0x"));
    let (contract, _) = CONTRACT.rsplit_once('}').ok_or_eyre("a brace")?;
    fs::write(zx.folder().join("src/lib.rs"), format!("{contract}{test}}}\n"))?;
    let tests = zx.does(&["test", "it_goes_on"])?;
    assert!(tests.stdout.contains("1 passed"), "{tests:?}");
    assert_eq!(zx.does(&["call", counter, "count"])?.last(), "5", "the node knows nothing of it");

    let url = node.url();
    node.stop()?;
    let alone = zx.run(&["test", "it_goes_on"])?.ended(1)?;
    let told = format!("{}{}", alone.stdout, alone.stderr);
    assert!(told.contains(&format!("no answer from the node at {url}")), "{told}");
    Ok(())
}

#[test]
fn the_sandbox_program_ends_with_a_reason_when_it_is_talked_to_wrongly() -> eyre::Result<()> {
    let dir = tempfile::tempdir()?;
    let zx = Zx::at(dir.path());
    let alone = zx.run(&["test-sandbox", "--protocol", "1"])?.ended(2)?;
    assert!(alone.stderr.contains("ZX_TEST_ARTIFACTS") && alone.stderr.contains("cargo zx test"), "{}", alone.stderr);
    Ok(())
}
