//! How long an author waits: `cargo zx`, run as they run it, in a project outside of the repository.
//!
//! 1. ZX-20's own suite (`contracts/zx20`), natively: the second run, when nothing is compiled any more.
//! 2. A project from the template `zx20`, its dependencies built: after a changed line, `cargo zx build`, and
//!    `cargo zx test --native` and `cargo zx test`, which compile and run.
//!
//! Each is measured in rounds; the limits are the goals. `ZX_BENCH_ROUNDS` is how many rounds.
#![forbid(unsafe_code)]

mod table;

use eyre::{OptionExt as _, ensure};
use std::{
    env, fs,
    time::{Duration, Instant},
};
use zx_tests::{Zx, workspace};

/// What the native suite may take.
const SUITE: Duration = Duration::from_secs(1);
/// What a build after a changed line may take.
const BUILD: Duration = Duration::from_secs(3);

/// What was measured, round by round.
struct Series {
    name: &'static str,
    limit: Option<Duration>,
    rounds: Vec<Duration>,
}

impl Series {
    fn new(name: &'static str, limit: Option<Duration>) -> Self {
        Self { name, limit, rounds: Vec::new() }
    }

    fn row(&self) -> Vec<String> {
        let mut rounds = self.rounds.clone();
        rounds.sort_unstable();
        let median = rounds.get(rounds.len() / 2).copied().unwrap_or_default();
        let worst = rounds.last().copied().unwrap_or_default();
        let share = self.limit.map(|limit| format!("{:.2}", median.as_secs_f64() / limit.as_secs_f64()));
        let limit = self.limit.map(seconds).unwrap_or_default();
        vec![self.name.to_owned(), seconds(median), seconds(worst), limit, share.unwrap_or_default()]
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

fn main() -> eyre::Result<()> {
    let rounds = env::var("ZX_BENCH_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(7);
    let mut series = Vec::from(suite(rounds)?);
    series.extend(project(rounds)?);
    let head = ["", "median", "worst", "limit", "of the limit"].map(str::to_owned).to_vec();
    let rows: Vec<_> = [head].into_iter().chain(series.iter().map(Series::row)).collect();
    table::print(&format!("What an author waits for ({rounds} rounds, debug builds of tests)"), &rows);
    Ok(())
}

/// ZX-20's suite, natively.
fn suite(rounds: usize) -> eyre::Result<[Series; 2]> {
    let zx = Zx::at(workspace());
    let words = ["test", "-p", "zx20", "--native"];
    zx.does(&words)?;
    let mut tests = Series::new("ZX-20's suite natively: the tests", Some(SUITE));
    let mut whole = Series::new("... with cargo around them", None);
    for _ in 0..rounds {
        let began = Instant::now();
        let said = zx.does(&words)?;
        whole.rounds.push(began.elapsed());
        tests.rounds.push(finished(&said.stdout)?);
    }
    Ok([tests, whole])
}

/// The sum of what the test binaries say that they took.
fn finished(output: &str) -> eyre::Result<Duration> {
    let times = output.lines().filter_map(|line| line.rsplit_once("; finished in ")?.1.strip_suffix('s')?.parse().ok());
    let times: Vec<f64> = times.collect();
    ensure!(!times.is_empty(), "no test binary said how long it took:\n{output}");
    Ok(Duration::from_secs_f64(times.iter().sum()))
}

/// A project of an author's own, after a changed line.
fn project(rounds: usize) -> eyre::Result<[Series; 3]> {
    let dir = tempfile::tempdir()?;
    Zx::at(dir.path()).does(&["new", "waited-for", "--template", "zx20"])?;
    let zx = Zx::at(dir.path()).below("waited-for");
    let source = zx.folder().join("src/lib.rs");
    let text = fs::read_to_string(&source)?;
    let (before, after) = text.split_once("impl Zx20 {").ok_or_eyre("the template has no `impl Zx20 {`")?;
    let mut number = 0_u32;
    let mut change = || {
        number += 1;
        let method = format!("    /// Changed.\n    pub fn changed() -> u32 {{\n        {number}\n    }}\n");
        fs::write(&source, format!("{before}impl Zx20 {{\n{method}{after}"))
    };
    let commands = [&["build"][..], &["test", "--native"], &["test"]];
    let mut series = [
        Series::new("cargo zx build after a changed line", Some(BUILD)),
        Series::new("cargo zx test --native after a changed line", None),
        Series::new("cargo zx test after a changed line", None),
    ];
    for words in commands {
        zx.does(words)?;
    }
    for _ in 0..rounds {
        for (words, series) in commands.iter().zip(&mut series) {
            change()?;
            let began = Instant::now();
            zx.does(words)?;
            series.rounds.push(began.elapsed());
        }
    }
    Ok(series)
}
