//! `cargo zx gas`.

use super::{
    gas_flame, gas_report, gas_snapshot,
    testbed::{Bed, FLAME_METHOD_VARIABLE, FLAME_VARIABLE, Output, Run, SEED, TestArgs, measure, test},
};
use crate::{failure::Failure, ui::Ui};
use serde_json::json;
use std::path::PathBuf;
use zx_testbed::flame;

/// Arguments of the verb.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    test: TestArgs,
    /// Writes what each test uses to the snapshot file.
    #[arg(long, conflicts_with = "flame")]
    snapshot: bool,
    /// Compares what each test uses with the snapshot file, and fails on any difference.
    #[arg(long, conflicts_with_all = ["snapshot", "flame"])]
    check: bool,
    /// The snapshot file [default: .gas-snapshot beside the package's manifest].
    #[arg(long, value_name = "FILE")]
    snapshot_file: Option<PathBuf>,
    /// Shows on which functions the dearest call of this method in the tests spends its gas: its name or signature, with
    /// `package::` before it if several contracts have it.
    #[arg(long, value_name = "METHOD")]
    flame: Option<String>,
    /// Where the flamegraph goes: an SVG picture, or folded stacks if the name ends in `.folded` [default: METHOD.svg].
    #[arg(short, long, value_name = "FILE", requires = "flame")]
    output: Option<PathBuf>,
}

pub(crate) fn run(ui: &Ui, args: &Args) -> Result<(), Failure> {
    let bed = Bed::build(ui, &args.test)?;
    match &args.flame {
        Some(method) => burn(ui, args, &bed, method),
        None => count(ui, args, &bed),
    }
}

/// Runs the tests and tells what methods use.
fn count(ui: &Ui, args: &Args, bed: &Bed) -> Result<(), Failure> {
    let records = measure(&args.test, bed, Output::Talk)?;
    if records.is_empty() {
        return Err(Failure::Other(
            "the tests called no contract\n  fix: write them with `#[zx::test]` and a `Host`; `TestHost` does not use gas"
                .to_owned(),
        ));
    }
    let methods = gas_report::methods(&records);
    ui.data(gas_report::text(&methods));
    let file = args.snapshot_file.clone();
    let file = file.unwrap_or_else(|| bed.package.manifest_path.with_file_name(".gas-snapshot").into());
    let snapshot = gas_snapshot::of(&records);
    if args.check {
        gas_snapshot::check(ui, &file, &snapshot)?;
    }
    if args.snapshot {
        std::fs::write(&file, gas_snapshot::text(&snapshot)).map_err(Failure::io("cannot write", &file))?;
        ui.done("Wrote", &file.display().to_string());
    }
    ui.object(json!({ "methods": methods, "snapshot": (args.snapshot || args.check).then_some(file) }));
    Ok(())
}

/// Runs the tests and tells where the dearest call of a method spends its gas.
fn burn(ui: &Ui, args: &Args, bed: &Bed, method: &str) -> Result<(), Failure> {
    let folder = tempfile::tempdir().map_err(Failure::io("cannot make a folder in", std::env::temp_dir()))?;
    let folder = folder.path();
    let variables =
        vec![(FLAME_VARIABLE, folder.into()), (FLAME_METHOD_VARIABLE, method.into()), (SEED.0, SEED.1.into())];
    test(&args.test, Some(bed), &Run { variables, output: Output::Talk, ..Run::default() })?;
    let flames = flame::read(folder).map_err(Failure::io("cannot read the stacks in", folder))?;
    let Some(flame) = flames.into_iter().next() else {
        return Err(Failure::Usage(format!(
            "no test called `{method}`\n  fix: `cargo zx gas` lists the methods that the tests call; is the filter too narrow?"
        )));
    };
    let flame = gas_flame::named(flame, &bed.contracts)?;
    let file = args.output.clone().unwrap_or_else(|| gas_flame::file_name(&flame.record.method));
    gas_flame::write(&flame, &file)?;
    ui.data(gas_flame::text(&flame));
    ui.done("Wrote", &file.display().to_string());
    ui.object(json!({
        "call": flame.record,
        "refunded": flame.refunded,
        "functions": gas_flame::functions(&flame),
        "file": file,
    }));
    Ok(())
}
