//! The command line: a tree of verbs, each with the arguments that its file in `verbs` declares.

use crate::{failure::Failure, ui::Ui, verbs::*};
use clap::{CommandFactory as _, Parser, Subcommand};
use std::{ffi::OsString, process::ExitCode};

/// What exit codes mean, below the help.
const EXIT_CODES: &str = "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the contract reverted, 4 the node did not \
    answer, 5 another chain, 6 no key or a locked one, 7 a comparison found a difference.";

/// Writes, builds, deploys and examines Zexus contracts.
#[derive(Debug, Parser)]
#[command(name = "cargo zx", bin_name = "cargo zx", version, after_help = EXIT_CODES)]
struct Zx {
    #[command(subcommand)]
    command: Command,
    /// Writes one JSON object to stdout, with the schema `zx/1`.
    #[arg(long, global = true)]
    json: bool,
}

/// `cargo zx build`, as a command of its own.
#[derive(Debug, Parser)]
#[command(name = "cargo zx-build", bin_name = "cargo zx-build", version, after_help = EXIT_CODES)]
struct ZxBuild {
    #[command(flatten)]
    args: build::Args,
    /// Writes one JSON object to stdout, with the schema `zx/1`.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes a folder with a new contract and its tests.
    New(new::Args),
    /// Compiles a contract, checks it with the node's own rules, and writes module, ABI and Solidity interface.
    Build(build::Args),
    /// Checks a module with the node's own rules, and with --dry-run also by deploying it without keeping it.
    Check(check::Args),
    /// Builds a contract and those that it depends on, then runs its tests.
    Test(test::Args),
    /// Writes the ABI as JSON or as a Solidity interface.
    ExportAbi(export_abi::Args),
    /// Shows whose the bytes of a module are: by section, crate and function.
    Size(size::Args),
    /// Deploys a contract, or upgrades a proxy to it.
    Deploy(deploy::Args),
    /// Calls a method without a transaction, and shows what it returns.
    Call(call::Args),
    /// Sends a transaction that calls a method, and shows what it emitted.
    Send(send::Args),
    /// Encodes a call, or a constructor's arguments.
    Encode(encode::Args),
    /// Decodes calldata, return data, a log, or revert data.
    Decode(decode::Args),
    /// Shows what a module says of itself: ABI, storage layout, build, imports, size.
    Inspect(inspect::Args),
    /// Compares storage layouts, and refuses a change that would corrupt stored data.
    LayoutDiff(layout_diff::Args),
    /// Shows the calls of a transaction, by name.
    Trace(trace::Args),
    /// Builds the contract again and compares it with what the chain has.
    Verify(verify::Args),
    /// Builds and deploys again whenever a file is saved.
    Dev(dev::Args),
    /// Tells what the methods of contracts use in the tests, and on which functions a call's gas goes.
    Gas(gas::Args),
    /// Runs contracts for their tests; `cargo zx test` starts it.
    #[command(hide = true)]
    TestSandbox(test_sandbox::Args),
    /// Writes completions for a shell.
    Completions(CompletionsArgs),
}

#[derive(Debug, clap::Args)]
struct CompletionsArgs {
    /// The shell.
    shell: clap_complete::Shell,
}

impl Command {
    const fn name(&self) -> &'static str {
        match self {
            Self::New(_) => "new",
            Self::Build(_) => "build",
            Self::Check(_) => "check",
            Self::Test(_) => "test",
            Self::ExportAbi(_) => "export-abi",
            Self::Size(_) => "size",
            Self::Deploy(_) => "deploy",
            Self::Call(_) => "call",
            Self::Send(_) => "send",
            Self::Encode(_) => "encode",
            Self::Decode(_) => "decode",
            Self::Inspect(_) => "inspect",
            Self::LayoutDiff(_) => "layout-diff",
            Self::Trace(_) => "trace",
            Self::Verify(_) => "verify",
            Self::Dev(_) => "dev",
            Self::Gas(_) => "gas",
            Self::TestSandbox(_) => "test-sandbox",
            Self::Completions(_) => "completions",
        }
    }

    fn run(self, ui: &Ui) -> Result<(), Failure> {
        match self {
            Self::New(args) => new::run(ui, &args),
            Self::Build(args) => build::run(ui, &args),
            Self::Check(args) => check::run(ui, &args),
            Self::Test(args) => test::run(ui, &args),
            Self::ExportAbi(args) => export_abi::run(ui, &args),
            Self::Size(args) => size::run(ui, &args),
            Self::Deploy(args) => deploy::run(ui, &args),
            Self::Call(args) => call::run(ui, &args),
            Self::Send(args) => send::run(ui, &args),
            Self::Encode(args) => encode::run(ui, &args),
            Self::Decode(args) => decode::run(ui, &args),
            Self::Inspect(args) => inspect::run(ui, &args),
            Self::LayoutDiff(args) => layout_diff::run(ui, &args),
            Self::Trace(args) => trace::run(ui, &args),
            Self::Verify(args) => verify::run(ui, &args),
            Self::Dev(args) => dev::run(ui, &args),
            Self::Gas(args) => gas::run(ui, &args),
            Self::TestSandbox(args) => test_sandbox::run(&args),
            Self::Completions(args) => {
                // Cargo's plugins are completed as the program that they are.
                let mut script = Vec::new();
                clap_complete::generate(args.shell, &mut Zx::command(), "cargo-zx", &mut script);
                ui.data(String::from_utf8_lossy(&script).trim_end());
                Ok(())
            }
        }
    }
}

/// `cargo zx`: as an alias, or as a plugin, to which cargo hands its own name first.
pub fn zx(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let Zx { command, json } = Zx::parse_from(without_plugin_name(args, "zx"));
    let ui = Ui::new(command.name(), json);
    end(&ui, command.run(&ui))
}

/// `cargo zx-build`: see [`zx`].
pub fn zx_build(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let ZxBuild { args, json } = ZxBuild::parse_from(without_plugin_name(args, "zx-build"));
    let ui = Ui::new("build", json);
    end(&ui, build::run(&ui, &args))
}

fn end(ui: &Ui, result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            ui.failure(&failure);
            ExitCode::from(failure.exit_code())
        }
    }
}

fn without_plugin_name(args: impl IntoIterator<Item = OsString>, name: &str) -> Vec<OsString> {
    let mut args: Vec<_> = args.into_iter().collect();
    if args.get(1).is_some_and(|first| first == name) {
        args.remove(1);
    }
    args
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let request = ZxBuild::try_parse_from(["x", "b.wat"]).expect("valid").args.request().expect("valid");
        assert_eq!(request.source, crate::Source::Wat("b.wat".into()));
    }

    #[test]
    fn flags_may_come_after_arguments_and_numbers_may_be_negative() {
        let words = ["x", "call", "0x0000000000000000000000000000000000000001", "f", "-5", "--chain", "7"];
        let Ok(Zx { command: Command::Call(args), .. }) = Zx::try_parse_from(words) else { panic!("a call") };
        let text = format!("{args:?}");
        assert!(text.contains(r#"args: ["-5"]"#) && text.contains("chain: Some(7)"), "{text}");
    }

    #[test]
    fn two_keys_exclude_each_other() {
        let words =
            ["x", "send", "0x0000000000000000000000000000000000000001", "f", "--dev-account", "0", "--interactive"];
        assert!(Zx::try_parse_from(words).is_err());
    }
}
