//! `cargo zx test`.

use super::testbed::{Bed, Run, TestArgs, test};
use crate::{failure::Failure, ui::Ui};

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
    let bed = if args.native { None } else { Some(Bed::build(ui, &args.test)?) };
    test(&args.test, bed.as_ref(), &Run { native: args.native, ..Run::default() })
}
