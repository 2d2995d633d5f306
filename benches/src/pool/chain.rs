//! A chain in this process.

use crate::{
    signed::{Plan, sender},
    table,
};
use alloy_primitives::U256;
use std::time::{Duration, Instant};
use zx_chain::{Chain, ChainConfig};
use zx_primitives::{ChainSpec, spec::COIN};

pub(crate) fn run(plan: Plan) -> eyre::Result<()> {
    let folder = tempfile::tempdir()?;
    let coins = COIN.saturating_mul(U256::from(10_000));
    let spec = ChainSpec::dev((0..plan.connections).map(|nth| (sender(nth).0, coins)).collect());
    let chain = Chain::open(ChainConfig::new(spec, folder.path()))?;
    let (mut taking, mut making, mut blocks) = (Duration::ZERO, Duration::ZERO, 0_u64);
    let senders = plan.signed();
    let rounds = senders.iter().map(|signed| signed.len().div_ceil(plan.batch)).max().unwrap_or_default();
    for round in 0..rounds {
        let begun = Instant::now();
        for batch in senders.iter().filter_map(|signed| signed.chunks(plan.batch).nth(round)) {
            for answer in chain.submit_many(batch) {
                answer?;
            }
        }
        taking += begun.elapsed();
        let begun = Instant::now();
        while chain.produce(false)?.is_some() {
            blocks += 1;
        }
        making += begun.elapsed();
    }
    let each = |time: Duration| format!("{:.1} us", time.as_secs_f64() * 1e6 / plan.transfers as f64);
    let rate = |time: Duration| format!("{:.0}", plan.transfers as f64 / time.as_secs_f64());
    let line = |what: &str, time| vec![what.to_owned(), each(time), rate(time)];
    let rows = [
        vec![format!("{} transfers, {blocks} blocks", plan.transfers), "each".into(), "a second".into()],
        line("recover and admit", taking),
        line("execute, root, commit", making),
        line("both, one after the other", taking + making),
    ];
    table::print("Signed transfers into a chain", &rows);
    Ok(())
}
