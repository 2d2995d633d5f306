//! Addresses and slots that the chain has met. The state knows them by their hashes alone; a dump needs their names.

use alloy_primitives::{Address, U256};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{File, OpenOptions},
    io::{self, BufWriter, Read, Write},
    path::Path,
};
use zx_primitives::StateChanges;

/// File in the datadir.
const FILE: &str = "known";
/// Bytes of an entry: an address and a slot of it.
const ENTRY: usize = 20 + 32;
/// Stands for the account itself: no contract reaches this slot but by a hash that nobody can find.
const ITSELF: U256 = U256::MAX;

/// Accounts with their slots, in memory and in a file that only grows.
#[derive(Debug)]
pub(crate) struct Known {
    accounts: BTreeMap<Address, BTreeSet<U256>>,
    file: BufWriter<File>,
}

impl Known {
    /// Reads the file of a datadir, or begins it. An entry that is cut off at its end is written over.
    pub(crate) fn open(datadir: &Path) -> io::Result<Self> {
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(datadir.join(FILE))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let (entries, rest) = bytes.as_chunks::<ENTRY>();
        let whole = bytes.len().saturating_sub(rest.len()) as u64;
        file.set_len(whole)?;
        io::Seek::seek(&mut file, io::SeekFrom::Start(whole))?;
        let mut accounts: BTreeMap<Address, BTreeSet<U256>> = BTreeMap::new();
        for entry in entries {
            let (address, slot) = entry.split_at(20);
            accounts.entry(Address::from_slice(address)).or_default().insert(U256::from_be_slice(slot));
        }
        Ok(Self { accounts, file: BufWriter::new(file) })
    }

    /// Takes note of what a block changes.
    pub(crate) fn meet(&mut self, changes: &StateChanges) -> io::Result<()> {
        for (address, change) in &changes.accounts {
            self.note(*address, change.storage.keys().copied())?;
        }
        self.file.flush()
    }

    /// Takes note of accounts.
    pub(crate) fn meet_accounts(&mut self, addresses: impl IntoIterator<Item = Address>) -> io::Result<()> {
        addresses.into_iter().try_for_each(|address| self.note(address, []))?;
        self.file.flush()
    }

    fn note(&mut self, address: Address, slots: impl IntoIterator<Item = U256>) -> io::Result<()> {
        let known = self.accounts.entry(address).or_default();
        for slot in std::iter::once(ITSELF).chain(slots) {
            if known.insert(slot) {
                self.file.write_all(address.as_slice())?;
                self.file.write_all(&slot.to_be_bytes::<32>())?;
            }
        }
        Ok(())
    }

    /// All of them: each account with its slots.
    pub(crate) fn all(&self) -> Vec<(Address, Vec<U256>)> {
        let slots = |slots: &BTreeSet<U256>| slots.iter().copied().filter(|slot| *slot != ITSELF).collect();
        self.accounts.iter().map(|(address, known)| (*address, slots(known))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_met_is_known_after_a_restart_and_a_torn_end_costs_only_itself() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (Address::repeat_byte(1), Address::repeat_byte(2));
        {
            let mut known = Known::open(folder.path()).unwrap();
            known.note(one, [U256::from(7)]).unwrap();
            known.meet_accounts([one]).unwrap();
        }
        let path = folder.path().join(FILE);
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 2 * ENTRY as u64);
        OpenOptions::new().append(true).open(&path).unwrap().write_all(&[9; 11]).unwrap();
        let mut known = Known::open(folder.path()).unwrap();
        known.meet_accounts([two]).unwrap();
        let again = Known::open(folder.path()).unwrap();
        assert_eq!(again.all(), [(one, vec![U256::from(7)]), (two, Vec::new())]);
    }
}
