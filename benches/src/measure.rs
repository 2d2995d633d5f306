//! Timing: cases are run in turn, round after round, so that whatever else the machine does hits all alike, and the
//! median of the rounds counts.

use criterion::{Criterion, Throughput};
use std::{collections::BTreeMap, time::Duration};

/// Rounds of the ratios; odd, so that the median is one of them.
const ROUNDS: usize = 31;

/// Something to time.
pub(crate) struct Case<'a> {
    name: &'static str,
    /// What one run does so often.
    units: u64,
    run: Box<dyn FnMut() -> Duration + 'a>,
}

impl<'a> Case<'a> {
    /// A case whose run does its work `units` times, and says how long that took.
    pub(crate) fn new(name: &'static str, units: u64, run: impl FnMut() -> Duration + 'a) -> Self {
        Self { name, units, run: Box::new(run) }
    }

    /// Statistics of its own, by criterion: for a single run.
    pub(crate) fn criterion(&mut self, criterion: &mut Criterion) {
        let mut group = criterion.benchmark_group(self.name);
        group.throughput(Throughput::Elements(self.units));
        group.bench_function("run", |bencher| bencher.iter_custom(|runs| (0..runs).map(|_| (self.run)()).sum()));
        group.finish();
    }
}

/// Nanoseconds a unit, one figure for each round.
#[derive(Clone, Debug)]
pub(crate) struct Series(Vec<f64>);

impl Series {
    /// What is left without the other, round by round.
    pub(crate) fn minus(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a - b).collect())
    }

    /// How often the other's median goes into its own.
    pub(crate) fn over(&self, other: &Self) -> f64 {
        self.median() / other.median()
    }

    /// The middle one.
    pub(crate) fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

/// Figures of an interleaved run.
#[derive(Debug)]
pub(crate) struct Figures(BTreeMap<&'static str, Series>);

impl Figures {
    /// Runs every case once a round, after a run that does not count: what ran before it (the compiler, say) leaves
    /// caches and heap in a state of its own. A first round does not count either.
    pub(crate) fn take(cases: &mut [Case<'_>]) -> Self {
        let mut figures = BTreeMap::<_, Series>::new();
        for round in 0..=ROUNDS {
            for case in &mut *cases {
                (case.run)();
                let nanoseconds = (case.run)().as_nanos() as f64 / case.units as f64;
                let series = figures.entry(case.name).or_insert_with(|| Series(Vec::new()));
                if round > 0 {
                    series.0.push(nanoseconds);
                }
            }
        }
        Self(figures)
    }

    /// The figures of a case.
    pub(crate) fn of(&self, name: &str) -> &Series {
        self.0.get(name).expect("a case of that name")
    }

    /// What one more unit costs, from a run of some units and one of twice as many, both timed as a whole.
    pub(crate) fn slope(&self, once: &str, twice: &str, units: u64) -> Series {
        let difference = self.of(twice).minus(self.of(once));
        Series(difference.0.iter().map(|nanoseconds| nanoseconds / units as f64).collect())
    }
}

/// `1234.5` nanoseconds as `1.23 us`.
pub(crate) fn duration(nanoseconds: f64) -> String {
    match nanoseconds.abs() {
        n if n < 1e3 => format!("{nanoseconds:.1} ns"),
        n if n < 1e6 => format!("{:.2} us", nanoseconds / 1e3),
        _ => format!("{:.2} ms", nanoseconds / 1e6),
    }
}
