//! Running a package's tests: building what they deploy, and telling them where it is and who runs it.

use super::build::{PackageArgs, quietly};
use crate::{
    Artifact, BuildError, Request, Source,
    compile::{default_out_dir, locate},
    failure::Failure,
    ui::Ui,
};
use cargo_metadata::{MetadataCommand, Package};
use std::{
    env,
    ffi::OsString,
    io::stderr,
    path::{Path, PathBuf},
    process::Command,
};
use zx_host_functions::{EXPORT_CALL, ValidationError};

/// Package of the SDK: who depends on it may define a contract.
const SDK: &str = "zx-sdk";
/// Variable that names the program which runs contracts in the sandbox.
const SANDBOX_VARIABLE: &str = "ZX_TEST_SANDBOX";
/// Variable that names the folder with the modules.
pub(super) const ARTIFACTS_VARIABLE: &str = "ZX_TEST_ARTIFACTS";
/// Variable that names the folder for records of gas.
pub(super) const GAS_VARIABLE: &str = "ZX_TEST_GAS";
/// Variable that names the folder for stacks.
pub(super) const FLAME_VARIABLE: &str = "ZX_TEST_FLAME";
/// Variable that names the method whose stacks are wanted.
pub(super) const FLAME_METHOD_VARIABLE: &str = "ZX_TEST_FLAME_METHOD";

/// Which tests.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct TestArgs {
    /// Tests to run: those whose names have this in them.
    filter: Option<String>,
    #[command(flatten)]
    pub(super) package: PackageArgs,
    /// Compiles the tests with optimisations.
    #[arg(short, long)]
    release: bool,
    /// Flags for the tests, as after `cargo test --`.
    #[arg(last = true, value_name = "TEST FLAGS")]
    test: Vec<String>,
}

/// How they are run.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// Variables, besides those of every run.
    pub(super) variables: Vec<(&'static str, OsString)>,
    /// Runs them natively alone.
    pub(super) native: bool,
    /// Whether what they print is talk: the verb has data of its own.
    pub(super) talk: bool,
}

/// A package whose contracts are built.
#[derive(Debug)]
pub(super) struct Bed {
    pub(super) package: Package,
    /// Contracts that its tests can deploy.
    pub(super) contracts: Vec<Artifact>,
    folder: PathBuf,
}

impl Bed {
    /// Builds the package and what it depends on by path, as far as they define contracts.
    pub(super) fn build(ui: &Ui, args: &TestArgs) -> Result<Self, Failure> {
        let request = args.package.request()?;
        let (_, package) = locate(&request, args.package.package.as_deref())?;
        let folder = default_out_dir(&request)?;
        let contracts = contracts(ui, &request, &package, &folder)?;
        Ok(Self { package, contracts, folder })
    }
}

/// Builds what a package's tests can deploy.
fn contracts(ui: &Ui, request: &Request, package: &Package, folder: &Path) -> Result<Vec<Artifact>, Failure> {
    let mut contracts = Vec::new();
    for manifest in manifests(package)? {
        let source = Source::Package(None);
        // Features are the tested package's own.
        let cargo = if manifest == package.manifest_path { request.cargo.clone() } else { Vec::new() };
        let request =
            Request { source, manifest: Some(manifest), out_dir: Some(folder.to_owned()), cargo, ..request.clone() };
        match quietly(ui, &request) {
            Ok(artifact) => contracts.push(artifact),
            // It uses the SDK, but is a library.
            Err(Failure::Build(BuildError::Refused {
                reason: ValidationError::MissingExport(EXPORT_CALL), ..
            })) => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(contracts)
}

/// Manifests of the package, and of those that it depends on by their paths, in its tests or otherwise, as far as they
/// use the SDK.
fn manifests(package: &Package) -> Result<Vec<PathBuf>, BuildError> {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut waiting = vec![package.clone()];
    while let Some(package) = waiting.pop() {
        let manifest = package.manifest_path.clone().into_std_path_buf();
        let uses_sdk = package.dependencies.iter().any(|dependency| dependency.name == SDK);
        if !uses_sdk || found.contains(&manifest) {
            continue;
        }
        found.push(manifest);
        let others = package.dependencies.iter().filter(|dependency| dependency.name != SDK);
        for path in others.filter_map(|dependency| dependency.path.as_ref()) {
            let manifest = path.join("Cargo.toml");
            let workspace = MetadataCommand::new().no_deps().manifest_path(&manifest).exec()?;
            waiting.extend(workspace.packages.into_iter().filter(|package| package.manifest_path == manifest));
        }
    }
    Ok(found)
}

/// Runs the tests of a package whose contracts are built; without one, natively.
pub(super) fn test(args: &TestArgs, bed: Option<&Bed>, run: &Run) -> Result<(), Failure> {
    let request = args.package.request()?;
    let (_, package) = locate(&request, args.package.package.as_deref())?;
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["test", "--manifest-path"]).arg(&package.manifest_path);
    command.args(args.release.then_some("--release"));
    command.args(args.package.cargo_flags()).args(&args.filter).arg("--").args(&args.test);
    for variable in [SANDBOX_VARIABLE, ARTIFACTS_VARIABLE, GAS_VARIABLE, FLAME_VARIABLE, FLAME_METHOD_VARIABLE] {
        command.env_remove(variable);
    }
    if let Some(bed) = bed.filter(|_| !run.native) {
        let sandbox = env::current_exe().map_err(Failure::io("cannot find", "the running program"))?;
        command.env(SANDBOX_VARIABLE, sandbox).env(ARTIFACTS_VARIABLE, &bed.folder);
    }
    command.envs(run.variables.iter().map(|(name, value)| (name, value)));
    if run.talk {
        command.stdout(stderr());
    }
    let program = PathBuf::from(command.get_program());
    let status = command.status().map_err(Failure::io("cannot run", program))?;
    match status.success() {
        true => Ok(()),
        // Cargo has said which.
        false => Err(Failure::Other(format!("the tests of `{}` failed", package.name))),
    }
}
