//! `cargo zx test-sandbox`: the program that `ZX_TEST_SANDBOX` names.

use super::testbed::{ARTIFACTS_VARIABLE, FLAME_METHOD_VARIABLE, FLAME_VARIABLE, GAS_VARIABLE};
use crate::failure::Failure;
use std::{
    env,
    io::{stdin, stdout},
    path::PathBuf,
};
use zx_testbed::{Settings, flame::Wanted, serve};

/// Arguments of the verb.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Version of the messages on the standard streams.
    #[arg(long, value_name = "VERSION")]
    protocol: u32,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let served = serve(args.protocol, settings()?, &mut stdin().lock(), &mut stdout().lock());
    served.map_err(|error| Failure::Other(error.to_string()))
}

fn settings() -> Result<Settings, Failure> {
    let folder = |name| env::var_os(name).map(PathBuf::from);
    let artifacts = folder(ARTIFACTS_VARIABLE).ok_or_else(|| {
        Failure::Usage(format!(
            "{ARTIFACTS_VARIABLE} does not say where the modules are\n  fix: run the tests with `cargo zx test`, which sets it"
        ))
    })?;
    let method = env::var(FLAME_METHOD_VARIABLE).unwrap_or_default();
    Ok(Settings {
        cache: Some(artifacts.join("../aot")),
        artifacts,
        gas: folder(GAS_VARIABLE),
        flames: folder(FLAME_VARIABLE).map(|folder| Wanted { folder, method }),
        // Cargo names the package whose tests it runs.
        suite: env::var("CARGO_PKG_NAME").unwrap_or_default(),
    })
}
