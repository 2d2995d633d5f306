//! The suites of `tests/clients`, which drive a node with the npm packages that front ends use.

use crate::{Node, artifacts, process::run, workspace};
use eyre::{OptionExt as _, ensure};
use std::{process::Command, time::Duration};

/// A suite takes seconds; the limit is for a hung one.
const SUITE: Duration = Duration::from_secs(300);

/// Runs a suite against a node of its own and gives the number of its tests.
///
/// # Errors
/// If a test of it fails or none runs; the message carries what the suite and the node printed.
pub fn run_suite(file: &str) -> eyre::Result<usize> {
    let folder = workspace().join("tests/clients");
    ensure!(folder.join("node_modules").is_dir(), "the npm packages are missing: run `scripts/setup.sh test`");
    let artifacts = artifacts::folder()?;
    let datadir = tempfile::tempdir()?;
    let node = Node::start(datadir.path())?;

    let mut command = Command::new("node");
    command.current_dir(&folder).args(["--test", "--test-reporter=tap", file]);
    command.env("ZX_RPC_URL", node.url()).env("ZX_ARTIFACTS", artifacts);
    let (status, output) = run(command, SUITE)?;
    ensure!(status.success(), "{file} failed\n\n{output}\n\nthe node printed:\n{}", node.log());
    let passed = count(&output, "# pass ").ok_or_eyre("no count of tests")?;
    ensure!(passed > 0 && count(&output, "# skipped ") == Some(0), "{file} left tests out\n\n{output}");
    node.stop()?;
    Ok(passed)
}

fn count(tap: &str, label: &str) -> Option<usize> {
    tap.lines().rev().find_map(|line| line.strip_prefix(label)?.trim().parse().ok())
}
