//! Getting a module: from a package, or from WebAssembly text.

use crate::{
    BuildError, Request,
    build_info::BuildInfo,
    toolchain::{self, Library, TARGET, Toolchain},
};
use cargo_metadata::{Message, Metadata, MetadataCommand, Package};
use std::{
    env, fs,
    io::BufReader,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Stack of a module, in bytes: contracts recurse little, and what the stack does not take the heap can use of the
/// first page.
const STACK_BYTES: u32 = 32 * 1024;

/// What the compiler optimises for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum OptLevel {
    /// Size: a byte of a module costs 200 gas to deploy, and `zx20` is a quarter smaller than at `s`.
    #[default]
    #[value(name = "z")]
    Size,
    /// Size, but loops may be vectorised and more is inlined.
    #[value(name = "s")]
    Balanced,
    /// Speed.
    #[value(name = "3")]
    Speed,
}

impl OptLevel {
    /// As `--opt-level` takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Size => "z",
            Self::Balanced => "s",
            Self::Speed => "3",
        }
    }

    const fn toml(self) -> &'static str {
        match self {
            Self::Size => "\"z\"",
            Self::Balanced => "\"s\"",
            Self::Speed => "3",
        }
    }
}

/// A module as it comes from the linker or the text.
#[derive(Clone, Debug)]
pub struct RawModule {
    /// Name of the contract.
    pub name: String,
    /// The module, with the names of its functions.
    pub bytes: Vec<u8>,
    /// What it was built from and with; text is built with nothing.
    pub info: Option<BuildInfo>,
    /// Hash of the lock file, which pins its dependencies.
    pub lock: Option<String>,
}

/// Reads a module from WebAssembly text.
///
/// # Errors
/// The file cannot be read, or is not WebAssembly text.
pub fn wat(path: &Path) -> Result<RawModule, BuildError> {
    let text = fs::read(path).map_err(BuildError::io("cannot read", path))?;
    let bytes = wat::parse_bytes(&text).map_err(|mut error| {
        error.set_path(path);
        error
    })?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(RawModule { name, bytes: bytes.into_owned(), info: None, lock: None })
}

/// Compiles a package.
///
/// # Errors
/// There is no such package or no compiler, or compilation fails.
pub fn package(request: &Request, name: Option<&str>) -> Result<RawModule, BuildError> {
    let workspace = workspace(request)?;
    let package = select(&workspace, request, name)?;
    let toolchain = toolchain::find(request.toolchain)?;
    let lock_file = workspace.workspace_root.join("Cargo.lock");
    let before = fs::read(&lock_file).ok();
    let module = run(command(&toolchain, &workspace, package, request)?, &package.name)?;
    let bytes = fs::read(&module).map_err(BuildError::io("cannot read", &module))?;
    let lock = fs::read(&lock_file).ok();
    if before.is_some() && before != lock {
        eprintln!("warning: Cargo.lock has changed: the dependencies are others than before; `--locked` forbids it");
    }
    let info = BuildInfo::collect(&toolchain, package, lock.as_deref(), request.opt_level)?;
    let lock = lock.map(|lock| crate::build_info::sha256(&lock));
    Ok(RawModule { name: package.name.to_string(), bytes, info: Some(info), lock })
}

/// The package that a request means, and its workspace.
///
/// # Errors
/// Cargo cannot read the workspace, or there is no such package.
pub fn locate(request: &Request, name: Option<&str>) -> Result<(Metadata, Package), BuildError> {
    let workspace = workspace(request)?;
    let package = select(&workspace, request, name)?.clone();
    Ok((workspace, package))
}

/// Where artifacts go if the request does not say.
///
/// # Errors
/// Cargo cannot read the workspace.
pub fn default_out_dir(request: &Request) -> Result<PathBuf, BuildError> {
    Ok(workspace(request)?.target_directory.join("zx/artifacts").into())
}

fn workspace(request: &Request) -> Result<Metadata, BuildError> {
    let mut command = MetadataCommand::new();
    command.no_deps();
    if let Some(manifest) = &request.manifest {
        command.manifest_path(manifest);
    }
    Ok(command.exec()?)
}

fn select<'a>(workspace: &'a Metadata, request: &Request, name: Option<&str>) -> Result<&'a Package, BuildError> {
    let root = || workspace.workspace_root.clone().into_std_path_buf();
    let Some(name) = name else {
        let manifest = nearest_manifest(request)?;
        let here = workspace.packages.iter().find(|p| Some(p.manifest_path.as_std_path()) == manifest.as_deref());
        return here.ok_or_else(|| BuildError::WhichPackage { workspace: root(), candidates: candidates(workspace) });
    };
    workspace.packages.iter().find(|p| p.name.as_str() == name).ok_or_else(|| BuildError::NoPackage {
        name: name.to_owned(),
        workspace: root(),
        candidates: candidates(workspace),
    })
}

/// The manifest that was named, or the nearest above the working folder: cargo's own answer is lost without the
/// dependencies.
fn nearest_manifest(request: &Request) -> Result<Option<PathBuf>, BuildError> {
    if let Some(manifest) = &request.manifest {
        return manifest.canonicalize().map(Some).map_err(BuildError::io("cannot find", manifest));
    }
    let here = env::current_dir().map_err(BuildError::io("cannot find the working folder", "."))?;
    Ok(here.ancestors().map(|dir| dir.join("Cargo.toml")).find(|manifest| manifest.is_file()))
}

/// The packages that use the SDK, as a hint.
fn candidates(workspace: &Metadata) -> String {
    let uses_sdk = |p: &&Package| p.dependencies.iter().any(|d| d.name == "zx-sdk");
    let names: Vec<_> = workspace.packages.iter().filter(uses_sdk).map(|p| p.name.as_str()).collect();
    if names.is_empty() { String::new() } else { format!("\n  contracts here: {}", names.join(", ")) }
}

/// The compilation: cargo, with a profile of its own that no manifest has to know.
fn command(
    toolchain: &Toolchain,
    workspace: &Metadata,
    package: &Package,
    request: &Request,
) -> Result<Command, BuildError> {
    let mut command = Command::new(&toolchain.cargo);
    command.args(["rustc", "--lib", "--crate-type", "cdylib", "--target", TARGET, "--profile", "contract"]);
    command.args(["--message-format", "json-render-diagnostics"]);
    command.arg("--manifest-path").arg(&package.manifest_path);
    command.arg("--target-dir").arg(workspace.target_directory.join("zx"));
    for setting in profile(request.opt_level) {
        command.arg("--config").arg(format!("profile.contract.{setting}"));
    }
    command.args(&request.cargo);
    if let Library::Sources { linker } = &toolchain.library {
        command.args(["-Zbuild-std=core,alloc", "-Zbuild-std-features=optimize_for_size"]).env("RUSTC_BOOTSTRAP", "1");
        command.env("CARGO_TARGET_WASM32V1_NONE_LINKER", linker);
    }
    // Cargo names the files of this workspace from its root. What would still be whole goes here, not to every crate:
    // another workspace with the same target folder would have other flags, and compile all it depends on again.
    command.arg("--").arg(format!("--remap-path-prefix={}/=", workspace.workspace_root));
    // Only this package has entry points and tells of itself, not the contracts that it depends on.
    command.args(["--cfg", "zx_entry"]);
    let flags = flags(toolchain, workspace, package)?;
    command.env("RUSTC", &toolchain.rustc).env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
    // What the build of this tool itself, or rustup's choice of a compiler, would otherwise hand on.
    for variable in ["RUSTFLAGS", "RUSTUP_TOOLCHAIN", "CARGO_TARGET_DIR", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"] {
        if variable != "RUSTUP_TOOLCHAIN" || toolchain.library != Library::Installed {
            command.env_remove(variable);
        }
    }
    Ok(command)
}

fn profile(opt_level: OptLevel) -> [String; 9] {
    [
        "inherits=\"release\"".to_owned(),
        format!("opt-level={}", opt_level.toml()),
        "lto=\"fat\"".to_owned(),
        "codegen-units=1".to_owned(),
        "panic=\"abort\"".to_owned(),
        // The names of functions stay until the module is finished: `cargo zx size` tells by them whose the bytes are.
        "strip=\"debuginfo\"".to_owned(),
        "debug=false".to_owned(),
        "incremental=false".to_owned(),
        // The arithmetic of contracts is checked.
        "overflow-checks=true".to_owned(),
    ]
}

/// Flags of every crate: a small stack, function indices of no more bytes than they need, and no paths of this
/// machine in the module.
fn flags(toolchain: &Toolchain, workspace: &Metadata, package: &Package) -> Result<Vec<String>, BuildError> {
    let mut flags = vec![
        format!("-Clink-arg=-zstack-size={STACK_BYTES}"),
        "-Clink-arg=--compress-relocations".to_owned(),
        format!("--remap-path-prefix={}=/rust", toolchain.sysroot.join("lib/rustlib/src/rust").display()),
    ];
    let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
    if let Some(home) = cargo_home.or_else(|| Some(env::home_dir()?.join(".cargo"))) {
        flags.push(format!("--remap-path-prefix={}=/cargo", home.display()));
    }
    for (name, root) in elsewhere(workspace, package)? {
        flags.push(format!("--remap-path-prefix={}=/{name}", root.display()));
    }
    Ok(flags)
}

/// Workspaces outside this one that a package takes dependencies from by their paths, under the dependencies' names.
fn elsewhere(workspace: &Metadata, package: &Package) -> Result<Vec<(String, PathBuf)>, BuildError> {
    let mut roots: Vec<(String, PathBuf)> = Vec::new();
    let mut waiting = path_dependencies(package);
    while let Some((name, path)) = waiting.pop() {
        let known = roots.iter().map(|(_, root)| root.as_path()).chain([workspace.workspace_root.as_std_path()]);
        if known.into_iter().any(|root| path.starts_with(root)) {
            continue;
        }
        let other = MetadataCommand::new().no_deps().manifest_path(path.join("Cargo.toml")).exec()?;
        waiting.extend(other.packages.iter().flat_map(path_dependencies));
        roots.push((name, other.workspace_root.into()));
    }
    Ok(roots)
}

fn path_dependencies(package: &Package) -> Vec<(String, PathBuf)> {
    let with_path = |d: &cargo_metadata::Dependency| Some((d.name.clone(), d.path.clone()?.into_std_path_buf()));
    package.dependencies.iter().filter_map(with_path).collect()
}

/// Runs the compilation and returns the path of the module.
fn run(mut command: Command, name: &str) -> Result<PathBuf, BuildError> {
    let cargo = PathBuf::from(command.get_program());
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(BuildError::io("cannot run", &cargo))?;
    let mut module = None;
    if let Some(stdout) = child.stdout.take() {
        for message in Message::parse_stream(BufReader::new(stdout)) {
            match message.map_err(BuildError::io("cannot read what cargo says:", &cargo))? {
                Message::CompilerArtifact(artifact) => {
                    // The last artifact is that of the package itself.
                    let files = artifact.filenames.into_iter();
                    module = files.into_iter().find(|f| f.extension() == Some("wasm")).or(module);
                }
                Message::TextLine(line) => eprintln!("{line}"),
                _ => {}
            }
        }
    }
    let status = child.wait().map_err(BuildError::io("cannot wait for", &cargo))?;
    if !status.success() {
        return Err(BuildError::Compilation { name: name.to_owned() });
    }
    module.map(Into::into).ok_or_else(|| BuildError::NoModule { name: name.to_owned() })
}
