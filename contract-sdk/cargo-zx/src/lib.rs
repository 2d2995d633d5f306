//! `cargo zx`: the tool of contract authors. [`cli`] is its command line, [`verbs`](crate::cli) run on a library that
//! other tools can use: [`node`] speaks to a node, [`values`] turns text into ABI values and back, [`upgrade`] compares
//! storage layouts, [`size`] tells whose the bytes of a module are, [`failure`] is every way to fail, and [`ui`] is
//! where words go.
//!
//! [`build()`] goes this way:
//!
//! 1. get a module: [`toolchain`] finds a compiler for the contract target, [`compile`] runs it; or a file of
//!    WebAssembly text is parsed;
//! 2. [`abi`] turns the declarations that the SDK left in the module into its JSON ABI;
//! 3. [`module`] drops what the node has no use for, and code that cannot run, and embeds the ABI; [`build_info`] adds
//!    what the module was built from and with;
//! 4. the node's own validator checks the result;
//! 5. [`artifact`] writes module, ABI and Solidity [`interface`](mod@interface), and [`report`] tells about them.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod abi;
pub mod artifact;
pub mod build_info;
pub mod cli;
pub mod compile;
mod declaration;
mod error;
pub mod failure;
pub mod interface;
pub mod layout;
pub mod module;
pub mod node;
mod reach;
pub mod report;
pub mod size;
pub mod toolchain;
pub mod ui;
pub mod upgrade;
pub mod values;
mod verbs;

pub use artifact::Artifact;
pub use compile::{OptLevel, RawModule};
pub use error::BuildError;

use std::path::PathBuf;
use toolchain::Preference;
use zx_host_functions::{ABI_SECTION, BUILD_SECTION, LAYOUT_SECTION, ModuleLimits, validate};

/// What to build, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Where the module comes from.
    pub source: Source,
    /// Manifest of the package or its workspace; by default the nearest one above the working folder.
    pub manifest: Option<PathBuf>,
    /// Where the artifacts go; by default `zx/artifacts` in the target folder.
    pub out_dir: Option<PathBuf>,
    /// What the compiler optimises for.
    pub opt_level: OptLevel,
    /// Which compiler to take.
    pub toolchain: Preference,
    /// Flags for cargo: `--features`, `--locked` and the like.
    pub cargo: Vec<String>,
}

/// Where a module comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A package; without a name, that of the manifest.
    Package(Option<String>),
    /// A file of WebAssembly text.
    Wat(PathBuf),
}

impl Default for Source {
    fn default() -> Self {
        Self::Package(None)
    }
}

/// Builds a contract, as the [crate](self) describes, and writes its artifacts.
///
/// # Errors
/// No compiler, no such package, a failed compilation, a module that the node refuses, or a file that cannot be
/// read or written.
pub fn build(request: &Request) -> Result<Artifact, BuildError> {
    let raw = match &request.source {
        Source::Package(name) => compile::package(request, name.as_deref())?,
        Source::Wat(path) => compile::wat(path)?,
    };
    let out_dir = match &request.out_dir {
        Some(dir) => dir.clone(),
        None => compile::default_out_dir(request)?,
    };
    finish(&raw)?.write(&out_dir)
}

/// Makes the artifact of a module as the linker left it.
///
/// # Errors
/// It is malformed, its declarations are, or the node would refuse it.
pub fn finish(raw: &RawModule) -> Result<Artifact, BuildError> {
    let sections = module::custom_sections(&raw.bytes)?;
    let abi = abi::read(&sections)?;
    let layout = layout::read(&sections)?;
    let info = raw.info.as_ref().map(serde_json::to_string).transpose()?;
    let mut described = vec![(ABI_SECTION, abi.json.as_str())];
    described.extend(layout.as_deref().map(|json| (LAYOUT_SECTION, json)));
    described.extend(info.as_deref().map(|json| (BUILD_SECTION, json)));
    let module = module::strip(&raw.bytes, &described)?;
    let facts = validate(&module, &ModuleLimits::DEFAULT)
        .map_err(|reason| BuildError::Refused { name: raw.name.clone(), reason })?;
    Ok(Artifact::new(raw.clone(), module, abi, layout, facts))
}
