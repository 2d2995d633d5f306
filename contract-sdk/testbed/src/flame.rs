//! On which functions the gas of a call went: folded stacks, a file for each call that somebody wants to know of.
//!
//! A line is the places, from the outermost to the innermost with `;` in between, and the gas that the innermost has
//! used itself, in thousandths of a gas. The lines of a call make up what its receipt says, and what it was refunded.
//! Functions go by their index (`zx20#17`), which whoever has the module's names turns into names.

use crate::gas::Record;
use serde::{Deserialize, Serialize};
use std::{
    fs,
    io::{self, BufRead as _},
    path::{Path, PathBuf},
};
use zx_host_functions::fuel::FUEL_PER_GAS;
use zx_sandbox::{
    CodeHash,
    profile::{self, Place, Profile},
};

/// Ending of the files.
const EXTENSION: &str = "folded";

/// Calls that are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Folder that the files go to; it must be there.
    pub folder: PathBuf,
    /// The method: its name or its signature, with `package::` before it or without.
    pub method: String,
}

impl Wanted {
    /// Whether it is this call.
    fn is(&self, record: &Record) -> bool {
        let (package, method) = match self.method.split_once("::") {
            Some((package, method)) => (Some(package), method),
            None => (None, self.method.as_str()),
        };
        let name = record.method.split('(').next().unwrap_or_default();
        (method == name || method == record.method)
            && package.is_none_or(|package| record.package.as_deref() == Some(package))
    }
}

/// A call and its stacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flame {
    /// The call.
    pub record: Record,
    /// Gas that was given back; the stacks are with it, the record without.
    pub refunded: u64,
    /// Stacks, and what the innermost place of each has used itself, in thousandths of a gas.
    pub stacks: Vec<(Vec<String>, i64)>,
}

#[derive(Debug)]
pub(crate) struct Flames {
    wanted: Wanted,
    written: u32,
}

impl Flames {
    pub(crate) fn new(wanted: Wanted) -> Self {
        Self { wanted, written: 0 }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.wanted.folder
    }

    /// A call begins.
    pub(crate) fn begin(&self) {
        profile::begin();
    }

    /// It has ended; `package` knows whose code has a hash.
    pub(crate) fn end(
        &mut self,
        record: &Record,
        refunded: u64,
        package: impl Fn(&CodeHash) -> Option<String>,
    ) -> io::Result<()> {
        let profile = profile::take();
        if !self.wanted.is(record) {
            return Ok(());
        }
        let flame = Flame { record: record.clone(), refunded, stacks: stacks(&profile, record, refunded, package) };
        self.written += 1;
        let path = self.wanted.folder.join(format!("{}-{}.{EXTENSION}", std::process::id(), self.written));
        fs::write(path, flame.to_text()?)
    }
}

/// The profile in words. What the frames have not used, the transaction has before and after them.
fn stacks(
    profile: &Profile,
    record: &Record,
    refunded: u64,
    package: impl Fn(&CodeHash) -> Option<String>,
) -> Vec<(Vec<String>, i64)> {
    let total = i64::try_from(record.gas.saturating_add(refunded).saturating_mul(FUEL_PER_GAS)).unwrap_or(i64::MAX);
    let around = total.saturating_sub(profile.values().sum());
    let mut stacks = vec![(vec!["transaction: intrinsic gas, calldata, code".to_owned()], around)];
    for (places, fuel) in profile {
        let mut module = String::new();
        let names = places.iter().map(|place| match place {
            Place::Module(code) => {
                module = package(code).unwrap_or_else(|| "contract".to_owned());
                module.clone()
            }
            Place::Entry => "entering the module".to_owned(),
            Place::Function(index) => format!("{module}#{index}"),
            Place::Rest => "rest".to_owned(),
        });
        stacks.push((names.collect(), *fuel));
    }
    stacks
}

impl Flame {
    /// A line for the call, then the stacks, folded.
    fn to_text(&self) -> io::Result<String> {
        let head = serde_json::to_string(&(&self.record, self.refunded))?;
        let line = |(stack, fuel): &(Vec<String>, i64)| format!("{} {fuel}\n", stack.join(";"));
        Ok(format!("{head}\n{}", self.stacks.iter().map(line).collect::<String>()))
    }

    fn from_text(text: &[u8]) -> io::Result<Self> {
        let mut lines = text.lines();
        let head = lines.next().ok_or_else(|| io::Error::other("it is empty"))??;
        let (record, refunded) = serde_json::from_str(&head)?;
        let stacks = lines.map(|line| {
            let line = line?;
            let (stack, fuel) = line.rsplit_once(' ').ok_or_else(|| io::Error::other("a line without a number"))?;
            let fuel = fuel.parse().map_err(io::Error::other)?;
            Ok((stack.split(';').map(str::to_owned).collect(), fuel))
        });
        Ok(Self { record, refunded, stacks: stacks.collect::<io::Result<_>>()? })
    }
}

/// All calls in a folder that were wanted; the dearest first.
///
/// # Errors
/// A file cannot be read, or holds something else.
pub fn read(folder: &Path) -> io::Result<Vec<Flame>> {
    let mut flames = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == EXTENSION) {
            flames.push(Flame::from_text(&fs::read(path)?)?);
        }
    }
    flames.sort_by(|a, b| b.record.gas.cmp(&a.record.gas).then_with(|| a.record.cmp(&b.record)));
    Ok(flames)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gas::Outcome;

    fn record(gas: u64) -> Record {
        Record {
            suite: "s".into(),
            test: "t".into(),
            package: Some("token".into()),
            method: "transfer(address,uint256)".into(),
            view: false,
            outcome: Outcome::Ok,
            gas,
        }
    }

    #[test]
    fn a_method_is_wanted_by_its_name_or_signature_with_or_without_its_package() {
        let wanted = |method: &str| Wanted { folder: PathBuf::new(), method: method.into() }.is(&record(1));
        for yes in ["transfer", "transfer(address,uint256)", "token::transfer"] {
            assert!(wanted(yes), "{yes}");
        }
        for no in ["transferFrom", "other::transfer", "transfer(address)", ""] {
            assert!(!wanted(no), "{no}");
        }
    }

    #[test]
    fn stacks_make_up_the_gas_and_the_refund_and_read_back() {
        let module = Place::Module([1; 32]);
        let profile: Profile =
            [(vec![module, Place::Entry], 300_000), (vec![module, Place::Function(4)], 1_700_000)].into();
        let stacks = stacks(&profile, &record(25_000), 500, |_| Some("token".into()));
        assert_eq!(stacks.iter().map(|(_, fuel)| fuel).sum::<i64>(), 25_500_000);
        assert_eq!(stacks[2], (vec!["token".to_owned(), "token#4".to_owned()], 1_700_000));
        let flame = Flame { record: record(25_000), refunded: 500, stacks };
        assert_eq!(Flame::from_text(flame.to_text().unwrap().as_bytes()).unwrap(), flame);
    }
}
