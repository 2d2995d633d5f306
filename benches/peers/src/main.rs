//! The sandbox against cosmwasm-vm: the same transfers on both, in turn, as ratios.
//!
//! 1. [`build`] makes the modules: ZX-20 and cw20-base from their sources, and a contract without JSON for each machine
//!    from the texts in `bytes/`.
//! 2. [`pair`] sets them up with the same holders, and checks that a transfer moves the same on both.
//! 3. The cases run interleaved, as those of `zx-benches` do ([`measure`]); every transfer must have moved its amount.
//! 4. A table shows medians and ratios.
#![allow(clippy::expect_used, reason = "a measurement that fails ends the run")]

mod build;
mod cosmwasm;
#[path = "../../src/measure.rs"]
#[allow(dead_code, reason = "shared with zx-benches, which needs more of it")]
mod measure;
mod pair;
mod zexus;

use measure::{Case, Figures, duration, print_table};
use pair::Pair;

/// Transfers in a run.
const TRANSFERS: u64 = 200;

/// Names of a pair's cases, and its line in the table.
struct Names {
    what: &'static str,
    zexus: &'static str,
    cosmwasm: &'static str,
    cosmwasm_call: &'static str,
}

const TOKENS: Names = Names {
    what: "cw20 and ZX-20",
    zexus: "tokens/zexus",
    cosmwasm: "tokens/cosmwasm",
    cosmwasm_call: "tokens/cosmwasm call",
};

const BYTES: Names =
    Names { what: "bytes", zexus: "bytes/zexus", cosmwasm: "bytes/cosmwasm", cosmwasm_call: "bytes/cosmwasm call" };

fn main() -> eyre::Result<()> {
    let (tokens, bytes) = (Pair::tokens()?, Pair::bytes()?);
    let mut cases = [cases(&TOKENS, &tokens), cases(&BYTES, &bytes)].into_iter().flatten().collect::<Vec<_>>();
    let figures = Figures::take(&mut cases);
    drop(cases);
    tokens.check()?;
    bytes.check()?;
    let mut table = vec![["", "cosmwasm-vm", "Zexus", "ratio"].map(str::to_owned).to_vec()];
    table.extend([rows(&TOKENS, &figures), rows(&BYTES, &figures)].into_iter().flatten());
    print_table("A transfer (interleaved rounds, medians)", &table);
    Ok(())
}

fn cases<'a>(names: &Names, pair: &'a Pair) -> Vec<Case<'a>> {
    vec![
        Case::new(names.zexus, TRANSFERS, || pair.zexus.transfers(TRANSFERS)),
        Case::new(names.cosmwasm, TRANSFERS, || pair.cosmwasm.transfers(TRANSFERS)),
        Case::new(names.cosmwasm_call, TRANSFERS, || pair.cosmwasm.calls(TRANSFERS)),
    ]
}

fn rows(names: &Names, figures: &Figures) -> [Vec<String>; 2] {
    let zexus = figures.of(names.zexus);
    [("", names.cosmwasm), (", their instance made beforehand", names.cosmwasm_call)].map(|(which, name)| {
        let cosmwasm = figures.of(name);
        let ratio = format!("{:.2}", cosmwasm.over(zexus));
        vec![format!("{}{which}", names.what), duration(cosmwasm.median()), duration(zexus.median()), ratio]
    })
}
