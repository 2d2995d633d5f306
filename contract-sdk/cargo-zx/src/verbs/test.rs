//! `cargo zx test`.

use super::build::{PackageArgs, quietly};
use crate::{
    BuildError, Request, Source,
    compile::{default_out_dir, locate},
    failure::Failure,
    ui::Ui,
};
use cargo_metadata::{Dependency, MetadataCommand, Package};
use std::{env, path::PathBuf, process::Command};

/// Package of the SDK: who depends on it is a contract.
const SDK: &str = "zx-sdk";
/// Variable that names the folder with the modules.
const ARTIFACTS_VARIABLE: &str = "ZX_TEST_ARTIFACTS";

/// Arguments of the verb.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Tests to run: those whose names have this in them.
    filter: Option<String>,
    #[command(flatten)]
    package: PackageArgs,
    /// Flags for the tests, as after `cargo test --`.
    #[arg(last = true, value_name = "TEST FLAGS")]
    test: Vec<String>,
}

pub(crate) fn run(ui: &Ui, args: &Args) -> Result<(), Failure> {
    let request = args.package.request()?;
    let (_, package) = locate(&request, args.package.package.as_deref())?;
    let artifacts = default_out_dir(&request)?;
    quietly(ui, &request)?;
    for manifest in contract_dependencies(&package)? {
        let source = Source::Package(None);
        quietly(
            ui,
            &Request { source, manifest: Some(manifest), out_dir: Some(artifacts.clone()), ..request.clone() },
        )?;
    }
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["test", "--manifest-path"]).arg(&package.manifest_path);
    command.args(args.package.cargo_flags()).args(&args.filter).arg("--").args(&args.test);
    command.env(ARTIFACTS_VARIABLE, artifacts);
    let program = PathBuf::from(command.get_program());
    let status = command.status().map_err(Failure::io("cannot run", program))?;
    match status.success() {
        true => Ok(()),
        // Cargo has said which.
        false => Err(Failure::Other(format!("the tests of `{}` failed", package.name))),
    }
}

/// Manifests of the contracts that a package depends on, in its tests or otherwise.
fn contract_dependencies(package: &Package) -> Result<Vec<PathBuf>, BuildError> {
    let mut manifests = Vec::new();
    for dependency in package.dependencies.iter().filter(|dependency| dependency.name != SDK) {
        let Some(path) = &dependency.path else { continue };
        let manifest = path.join("Cargo.toml").into_std_path_buf();
        let workspace = MetadataCommand::new().no_deps().manifest_path(&manifest).exec()?;
        let uses_sdk = |package: &&Package| package.dependencies.iter().any(|d: &Dependency| d.name == SDK);
        let found = workspace.packages.iter().find(|p| p.manifest_path == manifest);
        if found.filter(uses_sdk).is_some() && !manifests.contains(&manifest) {
            manifests.push(manifest);
        }
    }
    Ok(manifests)
}
