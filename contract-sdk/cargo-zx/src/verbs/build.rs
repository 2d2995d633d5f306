//! `cargo zx build`.

use crate::{
    Artifact, BuildError, OptLevel, Request, Source, build, failure::Failure, report::Report, toolchain::Preference,
    ui::Ui,
};
use std::path::PathBuf;

/// Which package, and how it is compiled. The flags are cargo's own.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Package")]
pub(crate) struct PackageArgs {
    /// Package of the contract; by default that of the working folder.
    #[arg(short, long, value_name = "NAME")]
    pub(crate) package: Option<String>,
    /// Manifest of the package or of its workspace.
    #[arg(long, value_name = "PATH")]
    pub(crate) manifest_path: Option<PathBuf>,
    /// What the compiler optimises for.
    #[arg(long, value_enum, default_value_t, value_name = "LEVEL")]
    opt_level: OptLevel,
    /// Features to switch on.
    #[arg(short = 'F', long, value_name = "FEATURES")]
    features: Vec<String>,
    /// Switches all features on.
    #[arg(long)]
    all_features: bool,
    /// Switches the default features off.
    #[arg(long)]
    no_default_features: bool,
    /// Refuses to change Cargo.lock.
    #[arg(long)]
    locked: bool,
    /// Works without the network.
    #[arg(long)]
    offline: bool,
    /// Both --locked and --offline.
    #[arg(long)]
    frozen: bool,
}

impl PackageArgs {
    /// The flags, as cargo takes them.
    pub(crate) fn cargo_flags(&self) -> Vec<String> {
        let switches = [
            ("--all-features", self.all_features),
            ("--no-default-features", self.no_default_features),
            ("--locked", self.locked),
            ("--offline", self.offline),
            ("--frozen", self.frozen),
        ];
        let features = self.features.iter().flat_map(|features| ["--features".to_owned(), features.clone()]);
        features.chain(switches.into_iter().filter(|(_, on)| *on).map(|(flag, _)| flag.to_owned())).collect()
    }

    /// What to build.
    ///
    /// # Errors
    /// The variable that chooses a compiler has a wrong value.
    pub(crate) fn request(&self) -> Result<Request, BuildError> {
        Ok(Request {
            source: Source::Package(self.package.clone()),
            manifest: self.manifest_path.clone(),
            out_dir: None,
            opt_level: self.opt_level,
            toolchain: Preference::from_env()?,
            cargo: self.cargo_flags(),
        })
    }
}

/// Arguments of the verb.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    package: PackageArgs,
    /// Where the artifacts go [default: zx/artifacts in the target folder].
    #[arg(long, value_name = "DIR")]
    out_dir: Option<PathBuf>,
    /// A module as WebAssembly text, instead of a package.
    #[arg(value_name = "FILE.wat", conflicts_with = "package")]
    wat: Option<PathBuf>,
    /// More flags for cargo.
    #[arg(last = true, value_name = "CARGO FLAGS")]
    cargo: Vec<String>,
}

impl Args {
    pub(crate) fn request(&self) -> Result<Request, BuildError> {
        let mut request = self.package.request()?;
        if let Some(file) = &self.wat {
            request.source = Source::Wat(file.clone());
        }
        request.out_dir = self.out_dir.clone();
        request.cargo.extend(self.cargo.iter().cloned());
        Ok(request)
    }
}

pub(crate) fn run(ui: &Ui, args: &Args) -> Result<(), Failure> {
    let artifact = build(&args.request()?)?;
    Ok(Report::of(&artifact).print(ui)?)
}

/// Builds for another verb, whose own words follow: one line on stderr.
pub(super) fn quietly(ui: &Ui, request: &Request) -> Result<Artifact, Failure> {
    let artifact = build(request)?;
    let size = crate::ui::grouped(artifact.module.len() as u64);
    ui.done("Built", &format!("{} ({size} bytes, code hash {})", artifact.name, artifact.code_hash()));
    Ok(artifact)
}
