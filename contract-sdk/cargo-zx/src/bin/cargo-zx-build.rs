//! `cargo zx-build`: `cargo zx build`, as a command of its own.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    cargo_zx::cli::zx_build(std::env::args_os())
}
