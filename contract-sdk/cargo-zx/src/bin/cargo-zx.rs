//! `cargo zx`: the tool of contract authors.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    cargo_zx::cli::zx(std::env::args_os())
}
