//! The same random operations on a contract of ours and on its Solidity original, each on a chain of its own. Both chains
//! are run by the node's executor, and accounts and contracts have the same addresses on both, so that what comes back is
//! compared byte by byte: success, returns and revert data, events, and what views and balances say after each operation.
//!
//! Where addresses cannot be the same (a pair's depends on its code), [`Pairing::alias`] says which is which.

use super::{
    random::Random,
    world::{Call, World},
};
use alloy_primitives::{Address, Bytes, hex};
use eyre::{bail, ensure};
use std::{
    collections::BTreeMap,
    env,
    fmt::{self, Write as _},
    ops::ControlFlow,
};
use zx_sdk::testing::protocol::CallOutcome;

/// After so many operations of a campaign all views are held against each other; in replays after each.
const LOOK: u64 = 5;

/// Replays that the search for a shorter sequence may take.
const SHRINKING: usize = 400;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Ours,
    Theirs,
}

/// What happens next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Call(Call),
    /// The same with other calldata for ours: what is signed for a contract that has another address or name there.
    Apart(Call, Bytes),
    /// The same, and on ours then a second one, which ends what takes the original a single one. What the second does is
    /// what is compared, unless the first fails.
    Completed(Call, Call),
    /// A block and so many seconds.
    Pass(u64),
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pass(seconds) => write!(f, "{seconds} seconds pass"),
            Self::Call(call) | Self::Apart(call, _) => call.fmt(f),
            Self::Completed(call, second) => write!(f, "{call}; on ours then {second}"),
        }
    }
}

/// A look at a contract: its address, and calldata.
pub(crate) type Look = (Address, Vec<u8>);

/// A contract and its original.
pub(crate) struct Subject {
    /// Package of ours.
    pub(crate) name: &'static str,
    /// Name of the original, as the table of gas has it.
    pub(crate) original: &'static str,
    /// Deploys one of them with what it needs; the addresses that the rest is told, in the same order for both.
    pub(crate) deploy: fn(&mut World, Side) -> eyre::Result<Vec<Address>>,
    /// Makes up an operation. It may look at the original's chain.
    pub(crate) step: fn(&mut Random, &mut World, &[Address]) -> eyre::Result<Step>,
    /// What must say the same on both after each operation.
    pub(crate) views: fn(&[Address]) -> Vec<Look>,
    /// Whether two different revert data, ours and theirs, say the same: the differences that are on purpose.
    pub(crate) same_error: fn(&[u8], &[u8]) -> bool,
    /// Operations that return the address of a new contract, which may be another on each chain.
    pub(crate) creates: &'static [&'static str],
    /// Operations that never succeed on either, because that is what they try.
    pub(crate) attacks: &'static [&'static str],
    /// Operations that may cost more than the original's, which `docs/library.md` explains.
    pub(crate) dearer: &'static [&'static str],
}

/// No difference is on purpose.
pub(crate) fn equal(ours: &[u8], theirs: &[u8]) -> bool {
    ours == theirs
}

/// How often an operation was tried and succeeded on both, and what it used of gas when it did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) calls: u64,
    pub(crate) succeeded: u64,
    pub(crate) ours: u64,
    pub(crate) theirs: u64,
}

pub(crate) type Counts = BTreeMap<&'static str, Count>;

/// Both chains.
struct Pairing<'a> {
    subject: &'a Subject,
    ours: World,
    theirs: World,
    /// Deployed contracts, on the original's chain.
    contracts: Vec<Address>,
    /// Addresses that differ: theirs, ours.
    aliases: Vec<(Address, Address)>,
    counts: Counts,
}

/// Why they are not the same.
type Difference = ControlFlow<String>;

impl<'a> Pairing<'a> {
    fn new(subject: &'a Subject) -> eyre::Result<Self> {
        let (ours, theirs) = (World::new()?, World::new()?);
        let mut pairing =
            Self { subject, ours, theirs, contracts: Vec::new(), aliases: Vec::new(), counts: Counts::new() };
        pairing.begin()?;
        Ok(pairing)
    }

    /// Fresh chains with fresh contracts.
    fn begin(&mut self) -> eyre::Result<()> {
        self.ours.reset()?;
        self.theirs.reset()?;
        self.counts.clear();
        let ours = (self.subject.deploy)(&mut self.ours, Side::Ours)?;
        self.contracts = (self.subject.deploy)(&mut self.theirs, Side::Theirs)?;
        ensure!(ours.len() == self.contracts.len(), "as many contracts of ours as of theirs");
        let differing = self.contracts.iter().copied().zip(ours).filter(|(theirs, ours)| theirs != ours);
        self.aliases = differing.collect();
        Ok(())
    }

    /// What theirs says, as ours would.
    fn translate(&self, data: &[u8]) -> Vec<u8> {
        let mut data = data.to_vec();
        for (theirs, ours) in &self.aliases {
            let mut at = 0;
            while let Some(window) = data.get_mut(at..at + 20) {
                if window == theirs.as_slice() {
                    window.copy_from_slice(ours.as_slice());
                    at += 20;
                } else {
                    at += 1;
                }
            }
        }
        data
    }

    fn address(&self, theirs: Address) -> Address {
        Address::from_slice(&self.translate(theirs.as_slice()))
    }

    /// Sends ours a call, with these calldata.
    fn send(&mut self, call: &Call, data: &[u8]) -> eyre::Result<CallOutcome> {
        let (to, from) = (self.address(call.to), self.address(call.from));
        let data = self.translate(data).into();
        self.ours.send(&Call { to, from, data, ..call.clone() })
    }

    /// Does a step on both.
    fn run(&mut self, step: &Step) -> eyre::Result<Difference> {
        let (call, data, second) = match step {
            Step::Pass(seconds) => {
                self.ours.pass(*seconds)?;
                self.theirs.pass(*seconds)?;
                return Ok(ControlFlow::Continue(()));
            }
            Step::Call(call) => (call, &call.data, None),
            Step::Apart(call, data) => (call, data, None),
            Step::Completed(call, second) => (call, &call.data, Some(second)),
        };
        let (mut ours, theirs) = (self.send(call, data)?, self.theirs.send(call)?);
        if let (true, Some(second)) = (ours.success, second) {
            let first = ours.gas_used;
            ours = self.send(second, &second.data)?;
            ours.gas_used += first;
        }
        if ours.success
            && theirs.success
            && self.subject.creates.contains(&call.what)
            && let (Some(ours), Some(theirs)) = (ours.data.last_chunk::<20>(), theirs.data.last_chunk::<20>())
        {
            self.aliases.push((theirs.into(), ours.into()));
        }
        if let ControlFlow::Break(why) = self.compare(&ours, &theirs) {
            return Ok(ControlFlow::Break(why));
        }
        let count = self.counts.entry(call.what).or_default();
        count.calls += 1;
        if ours.success {
            count.succeeded += 1;
            count.ours += ours.gas_used;
            count.theirs += theirs.gas_used;
        }
        for account in [call.from, call.to] {
            let (ours, theirs) = (self.ours.balance(self.address(account))?, self.theirs.balance(account)?);
            if ours != theirs {
                return Ok(ControlFlow::Break(format!("{account} has {ours} wei, with the original {theirs}")));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Does a step on both, and looks at what it has done.
    fn run_and_look(&mut self, step: &Step) -> eyre::Result<Difference> {
        match self.run(step)? {
            ControlFlow::Continue(()) => self.look(),
            different => Ok(different),
        }
    }

    fn compare(&self, ours: &CallOutcome, theirs: &CallOutcome) -> Difference {
        let data = self.translate(&theirs.data);
        let same = match (ours.success, theirs.success) {
            (true, true) => ours.data == data,
            (false, false) => (self.subject.same_error)(&ours.data, &data),
            _ => false,
        };
        if !same {
            return ControlFlow::Break(format!("ours {}, the original {}", told(ours), told(theirs)));
        }
        let events = |outcome: &CallOutcome, translated: bool| -> Vec<String> {
            let bytes = |data: &[u8]| if translated { self.translate(data) } else { data.to_vec() };
            let event = |log: &zx_sdk::testing::protocol::RawLog| {
                let topics: Vec<_> = log.topics.iter().map(|topic| hex::encode(bytes(topic))).collect();
                format!("{} [{}] {}", hex::encode(bytes(&log.address)), topics.join(" "), hex::encode(bytes(&log.data)))
            };
            outcome.logs.iter().map(event).collect()
        };
        let (ours, theirs) = (events(ours, false), events(theirs, true));
        if ours != theirs {
            return ControlFlow::Break(format!(
                "events of ours\n  {}\nof the original\n  {}",
                ours.join("\n  "),
                theirs.join("\n  ")
            ));
        }
        ControlFlow::Continue(())
    }

    /// Holds all views against each other.
    fn look(&mut self) -> eyre::Result<Difference> {
        for (to, data) in (self.subject.views)(&self.contracts) {
            let ours = self.ours.look(self.address(to), &self.translate(&data))?;
            let theirs = self.theirs.look(to, &data)?;
            if let ControlFlow::Break(why) = self.compare(&ours, &theirs) {
                return Ok(ControlFlow::Break(format!("the view {} of {to}: {why}", Bytes::from(data))));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Does steps from the beginning, until there is a difference: after how many, and what it is.
    fn replay(&mut self, steps: &[Step]) -> eyre::Result<Option<(usize, String)>> {
        self.begin()?;
        for (i, step) in steps.iter().enumerate() {
            if let ControlFlow::Break(why) = self.run_and_look(step)? {
                return Ok(Some((i + 1, why)));
            }
        }
        Ok(None)
    }

    /// The shortest sequence found that still differs: pieces are left out, large ones first.
    fn shrink(&mut self, mut steps: Vec<Step>, mut why: String) -> eyre::Result<(Vec<Step>, String)> {
        let (mut size, mut replays) = (steps.len() / 2, 0);
        while size > 0 && replays < SHRINKING {
            let mut at = 0;
            while at < steps.len() && replays < SHRINKING {
                let end = (at + size).min(steps.len());
                let without = [&steps[..at], &steps[end..]].concat();
                replays += 1;
                match self.replay(&without)? {
                    Some((len, shorter)) => {
                        steps = without[..len].to_vec();
                        why = shorter;
                    }
                    None => at = end,
                }
            }
            size /= 2;
        }
        Ok((steps, why))
    }
}

fn told(outcome: &CallOutcome) -> String {
    let data = Bytes::copy_from_slice(&outcome.data);
    match (&outcome.halted, outcome.success) {
        (Some(why), _) => format!("stopped ({why})"),
        (None, true) => format!("returned {data}"),
        (None, false) => format!("reverted with {data} {:?}", String::from_utf8_lossy(&outcome.data)),
    }
}

fn variable(name: &str, default: u64) -> u64 {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

impl Subject {
    /// Runs the campaign of `make test`: 2,000 operations of one seed; `ZX_LIBRARY_OPS` and `ZX_LIBRARY_SEED` say
    /// otherwise. Each kind of operation must succeed at least once: what always fails on both proves nothing.
    pub(crate) fn check(&self) -> eyre::Result<Counts> {
        let (operations, seed) = (variable("ZX_LIBRARY_OPS", 2_000), variable("ZX_LIBRARY_SEED", 1));
        let counts = self.campaign(seed, operations)?;
        println!("{} against {}, seed {seed}:\n{}", self.name, self.original, table(&counts));
        for (what, count) in &counts {
            let attack = self.attacks.contains(what);
            ensure!((count.succeeded == 0) == attack, "{}: {what} succeeded {} times", self.name, count.succeeded);
        }
        Ok(counts)
    }

    /// So many random operations of a seed.
    ///
    /// # Errors
    /// The two are not the same; with the shortest sequence found that shows it.
    pub(crate) fn campaign(&self, seed: u64, operations: u64) -> eyre::Result<Counts> {
        let mut random = Random::new(seed);
        let mut pairing = Pairing::new(self)?;
        let mut steps = Vec::new();
        if let ControlFlow::Break(why) = pairing.look()? {
            bail!("{} and {} differ as they are deployed: {why}", self.name, self.original);
        }
        for number in 1..=operations {
            let contracts = pairing.contracts.clone();
            let step = (self.step)(&mut random, &mut pairing.theirs, &contracts)?;
            steps.push(step.clone());
            let looks = number % LOOK == 0 || number == operations;
            let ended = if looks { pairing.run_and_look(&step)? } else { pairing.run(&step)? };
            if let ControlFlow::Break(why) = ended {
                let (shortest, why) = pairing.shrink(steps, why)?;
                let mut text = String::new();
                for (i, step) in shortest.iter().enumerate() {
                    write!(text, "\n  {}. {step}", i + 1)?;
                }
                bail!(
                    "{} and {} differ, seed {seed}, operation {number}: {why}\nafter:{text}",
                    self.name,
                    self.original
                );
            }
        }
        Ok(pairing.counts)
    }
}

fn table(counts: &Counts) -> String {
    let mut text = String::new();
    for (what, Count { calls, succeeded, ours, theirs }) in counts {
        let mean = |gas: &u64| gas.checked_div(*succeeded).unwrap_or(0);
        let _ = writeln!(
            text,
            "  {what:24} {calls:>5} calls, {succeeded:>5} succeeded; gas {:>8}, the original {:>8}",
            mean(ours),
            mean(theirs)
        );
    }
    text
}
