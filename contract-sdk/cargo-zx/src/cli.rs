//! The command line.

use crate::{BuildError, OptLevel, Request, Source, build, report::Report, toolchain::Preference};
use anstyle::AnsiColor;
use clap::{Args, Parser, Subcommand};
use std::{
    ffi::OsString,
    io::{IsTerminal as _, stderr},
    path::PathBuf,
    process::ExitCode,
};

/// Builds Zexus contracts.
#[derive(Debug, Parser)]
#[command(name = "cargo zx", bin_name = "cargo zx", version)]
struct Zx {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compiles a contract, checks it with the node's own rules, and writes module, ABI and Solidity interface.
    Build(BuildArgs),
}

/// Compiles a contract, checks it with the node's own rules, and writes module, ABI and Solidity interface.
#[derive(Debug, Parser)]
#[command(name = "cargo zx-build", bin_name = "cargo zx-build", version)]
struct ZxBuild {
    #[command(flatten)]
    args: BuildArgs,
}

#[derive(Debug, Args)]
struct BuildArgs {
    /// Package of the contract; by default that of the working folder.
    #[arg(short, long, value_name = "NAME", conflicts_with = "wat")]
    package: Option<String>,
    /// Manifest of the package or of its workspace.
    #[arg(long, value_name = "PATH")]
    manifest_path: Option<PathBuf>,
    /// Where the artifacts go [default: zx/artifacts in the target folder].
    #[arg(long, value_name = "DIR")]
    out_dir: Option<PathBuf>,
    /// What the compiler optimises for.
    #[arg(long, value_enum, default_value_t, value_name = "LEVEL")]
    opt_level: OptLevel,
    /// Writes one JSON object to stdout.
    #[arg(long)]
    json: bool,
    /// A module as WebAssembly text, instead of a package.
    #[arg(value_name = "FILE.wat")]
    wat: Option<PathBuf>,
}

/// `cargo zx`: as an alias, or as a plugin, to which cargo hands its own name first.
pub fn zx(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let Command::Build(args) = Zx::parse_from(without_plugin_name(args, "zx")).command;
    run(args)
}

/// `cargo zx-build`: see [`zx`].
pub fn zx_build(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    run(ZxBuild::parse_from(without_plugin_name(args, "zx-build")).args)
}

fn without_plugin_name(args: impl IntoIterator<Item = OsString>, name: &str) -> Vec<OsString> {
    let mut args: Vec<_> = args.into_iter().collect();
    if args.get(1).is_some_and(|first| first == name) {
        args.remove(1);
    }
    args
}

fn run(args: BuildArgs) -> ExitCode {
    let colour = stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    match run_inner(args, colour) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let style = AnsiColor::Red.on_default().bold();
            match colour {
                true => eprintln!("{style}error{style:#}: {error}"),
                false => eprintln!("error: {error}"),
            }
            ExitCode::FAILURE
        }
    }
}

fn run_inner(args: BuildArgs, colour: bool) -> Result<(), BuildError> {
    let json = args.json;
    let artifact = build(&args.into_request()?)?;
    let report = Report::of(&artifact);
    eprint!("{}", report.to_text(colour));
    if json {
        println!("{}", report.to_json()?);
    }
    Ok(())
}

impl BuildArgs {
    fn into_request(self) -> Result<Request, BuildError> {
        Ok(Request {
            source: match self.wat {
                Some(path) => Source::Wat(path),
                None => Source::Package(self.package),
            },
            manifest: self.manifest_path,
            out_dir: self.out_dir,
            opt_level: self.opt_level,
            toolchain: Preference::from_env()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Zx::command().debug_assert();
        ZxBuild::command().debug_assert();
    }

    #[test]
    fn cargo_s_own_name_for_a_plugin_is_dropped_once() {
        let args = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(
            without_plugin_name(args(&["cargo-zx-build", "zx-build", "-p", "zx-build"]), "zx-build"),
            args(&["cargo-zx-build", "-p", "zx-build"])
        );
        assert_eq!(without_plugin_name(args(&["cargo-zx", "build"]), "zx"), args(&["cargo-zx", "build"]));
    }

    #[test]
    fn a_file_and_a_package_exclude_each_other() {
        assert!(ZxBuild::try_parse_from(["x", "-p", "a", "b.wat"]).is_err());
        let request = ZxBuild::try_parse_from(["x", "b.wat"]).expect("valid").args.into_request().expect("valid");
        assert_eq!(request.source, Source::Wat("b.wat".into()));
    }
}
