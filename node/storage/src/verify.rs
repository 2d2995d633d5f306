//! Checking everything against everything else.

mod blocks;
mod history;
mod state;

pub(crate) use state::node_key;

use crate::{
    store::{Store, StoreError},
    tables::Table,
    upkeep::Progress,
    view::{Moment, View, Walk},
};

/// What a check of everything found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Final blocks.
    pub blocks: u64,
    /// Pending blocks.
    pub pending: u64,
    /// Transactions of final blocks.
    pub transactions: u64,
    /// Accounts of the base.
    pub accounts: u64,
    /// Slots of the base.
    pub slots: u64,
    /// Nodes of its tries.
    pub nodes: u64,
    /// Rows of history.
    pub history: u64,
    /// Rows of the log index.
    pub log_index: u64,
    /// What is wrong, one by one; of many the first thousand.
    pub faults: Vec<String>,
    /// Faults in all.
    pub found: u64,
}

/// Faults that are written out.
const FAULTS: usize = 1000;
/// Items between two reports of progress.
const PACE: u64 = 1 << 10;

impl Store {
    /// Checks everything that the store holds: the state against the base's header, every node of the tries against the
    /// rows, blocks against their parents, their transactions and receipts against their roots, every index and the
    /// history against what they are made from, pending blocks against the base. The store can be in use meanwhile.
    ///
    /// # Errors
    /// If something cannot be read at all. What reads, and is wrong, is in the report.
    pub fn verify(&self, progress: &mut dyn FnMut(Progress)) -> Result<Verified, StoreError> {
        let view = self.view();
        let Some(moment) = view.moment()?.copied() else { return Ok(Verified::default()) };
        let mut check = Check { view: &view, moment, report: Verified::default(), progress };
        check.blocks()?;
        check.pending()?;
        check.accounts()?;
        check.slots()?;
        check.nodes()?;
        check.codes()?;
        check.history()?;
        Ok(check.report)
    }
}

struct Check<'a> {
    view: &'a View<'a>,
    moment: Moment,
    report: Verified,
    progress: &'a mut dyn FnMut(Progress),
}

impl Check<'_> {
    fn fault(&mut self, what: String) {
        self.report.found = self.report.found.saturating_add(1);
        if self.report.faults.len() < FAULTS {
            self.report.faults.push(what);
        }
    }

    fn expect(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.fault(what());
        }
    }

    fn step(&mut self, step: &'static str, done: u64, of: Option<u64>) {
        if done.is_multiple_of(PACE) {
            (self.progress)(Progress { step, done, of });
        }
    }

    /// Visits every row of a table, and says how many there are. What a visit cannot read is a fault.
    fn each(
        &mut self,
        table: Table,
        mut visit: impl FnMut(&mut Self, &[u8], &[u8]) -> Result<(), StoreError>,
    ) -> Result<u64, StoreError> {
        let mut rows = self.view.cursor(table, Walk::All)?;
        rows.seek_to_first();
        let mut count = 0_u64;
        while let Some((key, value)) = rows.item() {
            self.step(table.name, count, None);
            match visit(self, key, value) {
                Err(e @ (StoreError::Decode(_) | StoreError::Damaged { .. })) => self.fault(e.to_string()),
                done => done?,
            }
            count = count.saturating_add(1);
            rows.next();
        }
        rows.status().map_err(|e| self.view.store.failed(e))?;
        Ok(count)
    }

    /// A table has the rows that belong there, each of which was looked up, and no others.
    fn count(&mut self, table: Table, belong: u64) -> Result<(), StoreError> {
        let found = self.each(table, |_, _, _| Ok(()))?;
        self.expect(found == belong, || format!("table {} has {found} rows, {belong} belong there", table.name));
        Ok(())
    }
}
