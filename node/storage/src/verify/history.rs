//! History: its rows are those that the blocks' lists name.

use super::Check;
use crate::{
    past,
    store::StoreError,
    tables::{self, Table},
};

impl Check<'_> {
    pub(super) fn history(&mut self) -> Result<(), StoreError> {
        let (mut accounts, mut slots) = (0, 0);
        self.each(tables::CHANGED, |check, key, row| {
            let Ok(height) = key.try_into().map(u64::from_be_bytes) else {
                check.fault("a key of the table changed is not a height".into());
                return Ok(());
            };
            let kept = height > check.moment.history_from && height <= check.moment.base.0;
            check.expect(kept, || format!("there is history of block {height}, which is not kept"));
            let changed = check.view.store.changed(height, row)?;
            accounts += check.keys(tables::ACCOUNT_HISTORY, height, changed.account_keys(height))?;
            slots += check.keys(tables::SLOT_HISTORY, height, changed.slot_keys(height))?;
            Ok(())
        })?;
        self.report.history = accounts + slots;
        self.count(tables::ACCOUNT_HISTORY, accounts)?;
        self.count(tables::SLOT_HISTORY, slots)
    }

    /// The keys are in order, so each is another, and each has a row that reads back. Says how many they are.
    fn keys(&mut self, table: Table, height: u64, keys: impl Iterator<Item = Vec<u8>>) -> Result<u64, StoreError> {
        let (mut last, mut count) = (Vec::new(), 0_u64);
        for key in keys {
            self.expect(last < key, || format!("the list of what block {height} changed is not in order"));
            let reads = match self.view.get(table, &key)? {
                None => false,
                Some(before) if table == tables::ACCOUNT_HISTORY => past::decode_account(&before).is_some(),
                Some(before) => before.len() <= 32,
            };
            self.expect(reads, || format!("what block {height} overwrote is missing in {}", table.name));
            count = count.saturating_add(1);
            last = key;
        }
        Ok(count)
    }
}
