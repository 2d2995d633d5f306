//! The suites of `tests/clients`, which drive a node with the npm packages that front ends use.

use crate::{
    Node, artifacts,
    process::{output, run},
    workspace,
};
use eyre::{OptionExt as _, ensure};
use std::{env, ffi::OsStr, fs, path::PathBuf, process::Command, time::Duration};

/// A suite takes seconds; the limit is for a hung one.
const SUITE: Duration = Duration::from_secs(300);

/// Runs a suite against a node of its own and gives the number of its tests.
///
/// # Errors
/// If a test of it fails or none runs; the message carries what the suite and the node printed.
pub fn run_suite(file: &str) -> eyre::Result<usize> {
    run_suite_with(file, &[])
}

/// The same with more in its environment.
///
/// # Errors
/// As of [`run_suite`].
pub fn run_suite_with(file: &str, environment: &[(&str, &OsStr)]) -> eyre::Result<usize> {
    let folder = workspace().join("tests/clients");
    // A suite in a folder of its own has packages of its own, and takes some of the others'.
    let own = folder.join(file).parent().map(|folder| folder.join("node_modules"));
    for packages in own.into_iter().chain([folder.join("node_modules")]) {
        let missing = packages.display();
        ensure!(packages.is_dir(), "the npm packages of {missing} are missing: run `scripts/setup.sh test`");
    }
    let artifacts = artifacts::folder()?;
    let datadir = tempfile::tempdir()?;
    let node = Node::start(datadir.path())?;

    let mut command = Command::new("node");
    command.current_dir(&folder).args(["--test", "--test-reporter=tap", file]);
    command.env("ZX_RPC_URL", node.url()).env("ZX_ARTIFACTS", artifacts);
    command.envs(environment.iter().copied());
    let (status, output) = run(command, SUITE)?;
    ensure!(status.success(), "{file} failed\n\n{output}\n\nthe node printed:\n{}", node.log());
    let passed = count(&output, "# pass ").ok_or_eyre("no count of tests")?;
    ensure!(passed > 0 && count(&output, "# skipped ") == Some(0), "{file} left tests out\n\n{output}");
    node.stop()?;
    Ok(passed)
}

/// Runs the suite of web3.py against a node of its own and gives the number of its tests.
///
/// # Errors
/// As of [`run_suite`].
pub fn run_web3py() -> eyre::Result<usize> {
    let printed = run_python(&["web3py/test_web3py.py"])?;
    let ran = printed.lines().rev().find_map(|line| line.strip_prefix("Ran ")?.split(' ').next()?.parse().ok());
    ran.ok_or_eyre("no count of tests")
}

/// Runs web3.py's own tests of its modules against a node and gives the number of those that passed.
///
/// # Errors
/// As of [`run_suite`].
pub fn run_web3py_modules() -> eyre::Result<usize> {
    let printed = run_python(&["-m", "pytest", "-q", "-p", "no:cacheprovider", "web3py/modules.py"])?;
    let passed = printed.lines().rev().find_map(|line| line.split_once(" passed")?.0.trim().parse().ok());
    passed.ok_or_eyre("no count of tests")
}

/// What Python prints that runs against a node of its own.
fn run_python(args: &[&str]) -> eyre::Result<String> {
    let folder = workspace().join("tests/clients");
    let python = python()?;
    let artifacts = artifacts::folder()?;
    let datadir = tempfile::tempdir()?;
    // Python has no compiler for Solidity at hand; the npm packages bring one.
    let mut print = Command::new("node");
    print.current_dir(&folder).arg("lib/print-solidity.mjs");
    let printed = output(print, SUITE)?;
    ensure!(printed.status.success(), "solc failed:\n{}", String::from_utf8_lossy(&printed.stderr));
    let contracts = datadir.path().join("contracts.json");
    fs::write(&contracts, printed.stdout)?;
    let node = Node::start(&datadir.path().join("node"))?;

    let mut command = Command::new(python);
    command.current_dir(&folder).arg("-B").args(args);
    command.env("ZX_RPC_URL", node.url()).env("ZX_ARTIFACTS", artifacts).env("ZX_EVM_CONTRACTS", contracts);
    let (status, printed) = run(command, SUITE)?;
    ensure!(status.success(), "{args:?} failed\n\n{printed}\n\nthe node printed:\n{}", node.log());
    node.stop()?;
    Ok(printed)
}

/// Foundry's development node, to compare with: `ZX_ANVIL`, if it is there.
pub fn anvil() -> Option<PathBuf> {
    env::var_os("ZX_ANVIL").map(PathBuf::from).filter(|binary| binary.exists())
}

/// The interpreter with web3.py: `ZX_PYTHON`, or the one that `scripts/setup.sh` made.
fn python() -> eyre::Result<PathBuf> {
    if let Some(python) = env::var_os("ZX_PYTHON") {
        return Ok(python.into());
    }
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cache")));
    let python = cache.ok_or_eyre("neither XDG_CACHE_HOME nor HOME is set")?.join("zexus/web3py/bin/python");
    ensure!(python.exists(), "web3.py is missing: run `scripts/setup.sh test`, or set ZX_PYTHON");
    Ok(python)
}

fn count(tap: &str, label: &str) -> Option<usize> {
    tap.lines().rev().find_map(|line| line.strip_prefix(label)?.trim().parse().ok())
}
