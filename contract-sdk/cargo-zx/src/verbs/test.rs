//! `cargo zx test`.

use super::testbed::{Bed, GAS_VARIABLE, Output, Run, TestArgs, test};
use crate::{
    failure::Failure,
    ui::{Ui, grouped},
};
use serde_json::json;
use std::collections::BTreeSet;
use zx_testbed::gas::{self, Record};

/// Arguments of the verb.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    test: TestArgs,
    /// Runs contracts natively alone, as `cargo test` does: nothing is built for the sandbox.
    #[arg(long)]
    native: bool,
}

pub(crate) fn run(ui: &Ui, args: &Args) -> Result<(), Failure> {
    let output = if ui.json() { Output::Talk } else { Output::Own };
    if args.native {
        test(&args.test, None, &Run { native: true, output, ..Run::default() })?;
        ui.done("Passed", "natively alone; without `--native` each call runs in the sandbox too");
        ui.object(json!({ "hosts": ["native"] }));
        return Ok(());
    }
    let bed = Bed::build(ui, &args.test)?;
    let folder = tempfile::tempdir().map_err(Failure::io("cannot make a folder in", std::env::temp_dir()))?;
    let variables = vec![(GAS_VARIABLE, folder.path().into())];
    test(&args.test, Some(&bed), &Run { variables, output, ..Run::default() })?;
    let records = gas::read(folder.path()).map_err(Failure::io("cannot read the records in", folder.path()))?;
    tell(ui, &records);
    Ok(())
}

/// Says what ran where: the sandbox records its calls, and a test in which a call ended otherwise natively has failed.
fn tell(ui: &Ui, records: &[Record]) {
    let tests: BTreeSet<_> = records.iter().map(|record| (&record.suite, &record.test)).collect();
    let (tests, calls) = (tests.len(), records.len());
    if calls == 0 {
        ui.warn(
            "no test called a contract in the sandbox\n  fix: write tests with `#[zx::test]` and its `Host`; what has a \
             `TestHost` runs natively alone",
        );
    } else {
        let (many, all) = (grouped(tests as u64), grouped(calls as u64));
        ui.done("Agreed", &format!("tests on both hosts: {many}, calls: {all}; each ended natively as in the sandbox"));
    }
    ui.object(json!({ "hosts": ["native", "sandbox"], "tests": tests, "calls": calls }));
}
