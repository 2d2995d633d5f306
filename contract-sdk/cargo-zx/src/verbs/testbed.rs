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
    io::{Write as _, stderr},
    path::{Path, PathBuf},
    process::Command,
};
use zx_host_functions::{EXPORT_CALL, ValidationError};
use zx_testbed::gas::{self, Record};

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

/// Seed of property tests.
pub(super) const SEED: (&str, &str) = ("PROPTEST_RNG_SEED", "1");

/// Which tests.
#[derive(Clone, Debug, Default, clap::Args)]
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
    pub(super) output: Output,
}

/// Where goes what the tests print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Output {
    /// Where it would go without this program.
    #[default]
    Own,
    /// To stderr: the verb has data of its own.
    Talk,
    /// To stderr, if they fail.
    OnFailure,
}

/// A package whose contracts are built.
#[derive(Debug)]
pub(super) struct Bed {
    pub(super) package: Package,
    /// Contracts that its tests can deploy.
    pub(super) contracts: Vec<Artifact>,
    folder: PathBuf,
}

impl TestArgs {
    /// All tests of a package.
    pub(super) fn all(package: &PackageArgs) -> Self {
        Self { package: package.clone(), ..Self::default() }
    }
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
    match succeeds(command, run.output)? {
        true => Ok(()),
        // Cargo has said which.
        false => Err(Failure::Other(format!("the tests of `{}` failed", package.name))),
    }
}

fn succeeds(mut command: Command, output: Output) -> Result<bool, Failure> {
    let program = PathBuf::from(command.get_program());
    let cannot = Failure::io("cannot run", program);
    let status = match output {
        Output::Own => command.status().map_err(cannot)?,
        Output::Talk => command.stdout(stderr()).status().map_err(cannot)?,
        Output::OnFailure => {
            let said = command.output().map_err(cannot)?;
            if !said.status.success() {
                // A closed stderr has no reader to tell.
                let _ = stderr().write_all(&[said.stderr, said.stdout].concat());
            }
            said.status
        }
    };
    Ok(status.success())
}

/// Runs the tests and reads what each call used. Property tests get the same seed each time: with another, no two runs
/// would use the same gas.
pub(super) fn measure(args: &TestArgs, bed: &Bed, output: Output) -> Result<Vec<Record>, Failure> {
    let folder = tempfile::tempdir().map_err(Failure::io("cannot make a folder in", env::temp_dir()))?;
    let variables = vec![(GAS_VARIABLE, folder.path().into()), (SEED.0, SEED.1.into())];
    test(args, Some(bed), &Run { variables, output, ..Run::default() })?;
    gas::read(folder.path()).map_err(Failure::io("cannot read the records in", folder.path()))
}
