//! Blocks, final and pending, and the indices of the final ones.

use super::Check;
use crate::{logs, store::StoreError, tables, view::TxPlace};
use alloy_consensus::transaction::SignerRecoverable;
use alloy_primitives::B256;
use std::collections::BTreeSet;
use zx_primitives::{
    Block, Receipt,
    block::{receipts_root, transactions_root},
};

impl Check<'_> {
    /// Every final block, and that the tables have nothing else.
    pub(super) fn blocks(&mut self) -> Result<(), StoreError> {
        let (last, mut parent) = (self.moment.base.0, B256::ZERO);
        for height in self.heights(last)? {
            self.step("blocks", height, Some(last));
            parent = match self.block(height, parent) {
                Ok(hash) => hash,
                Err(e @ (StoreError::Decode(_) | StoreError::Damaged { .. })) => {
                    self.fault(format!("block {height}: {e}"));
                    B256::ZERO
                }
                Err(e) => return Err(e),
            };
        }
        self.expect(parent == self.moment.base.1, || format!("block {last} is {parent}, which is not the base"));
        let genesis = self.view.store.genesis()?;
        let first = self.view.hash(0).ok().flatten();
        self.expect(genesis.is_some() && genesis == first, || format!("block 0 is {first:?}, not {genesis:?}"));
        let blocks = self.report.blocks;
        self.count(tables::BLOCKS, blocks)?;
        self.count(tables::RECEIPTS, blocks)?;
        self.count(tables::BLOCK_NUMBERS, blocks)?;
        self.count(tables::TRANSACTIONS, self.report.transactions)?;
        self.count(tables::LOG_INDEX, self.report.log_index)
    }

    /// Heights of the blocks that belong here: the first, and in a store that was made of a snapshot those from its
    /// first on.
    fn heights(&self, last: u64) -> Result<impl Iterator<Item = u64> + use<>, StoreError> {
        let from = self.view.blocks_from()?.max(1);
        Ok(std::iter::once(0).chain(from..=last))
    }

    fn block(&mut self, height: u64, parent: B256) -> Result<B256, StoreError> {
        let view = self.view;
        self.report.blocks = self.report.blocks.saturating_add(1);
        let Some(block) = view.block(height)? else {
            self.fault(format!("block {height} is missing"));
            return Ok(B256::ZERO);
        };
        self.expect(block.number() == height, || format!("block {height} says that it is block {}", block.number()));
        let claimed = block.header.parent_hash;
        let first = height > 1 && height == view.blocks_from()?;
        self.expect(claimed == parent || first, || {
            format!("block {height} follows {claimed}, the one before it is {parent}")
        });
        let number = view.block_number(block.hash)?;
        self.expect(number == Some(height), || format!("block {height} is indexed as {number:?}"));
        match view.receipts(height)? {
            Some(receipts) => {
                self.roots(&block, &receipts);
                self.log_rows(height, &receipts)?;
            }
            None => self.fault(format!("the receipts of block {height} are missing")),
        }
        for (index, tx) in (0_u32..).zip(&block.transactions) {
            let (place, expected) = (view.transaction(*tx.inner().tx_hash())?, TxPlace { block: height, index });
            self.expect(place == Some(expected), || {
                format!("transaction {index} of block {height} is indexed as {place:?}")
            });
            self.expect(tx.inner().recover_signer().ok() == Some(tx.signer()), || {
                format!("transaction {index} of block {height} is stored with another sender than signed it")
            });
            self.report.transactions = self.report.transactions.saturating_add(1);
        }
        Ok(block.hash)
    }

    fn roots(&mut self, block: &Block, receipts: &[Receipt]) {
        let (height, header) = (block.number(), &block.header);
        let transactions = transactions_root(&block.transactions);
        self.expect(transactions == header.transactions_root, || {
            format!(
                "the transactions of block {height} have the root {transactions}, its header says {}",
                header.transactions_root
            )
        });
        let (root, bloom) = receipts_root(receipts);
        self.expect(root == header.receipts_root, || {
            format!("the receipts of block {height} have the root {root}, its header says {}", header.receipts_root)
        });
        self.expect(bloom == header.logs_bloom, || format!("the bloom of block {height} is not that of its receipts"));
    }

    fn log_rows(&mut self, height: u64, receipts: &[Receipt]) -> Result<(), StoreError> {
        for mut key in logs::prefixes(receipts) {
            key.extend(height.to_be_bytes());
            let found = self.view.get(tables::LOG_INDEX, &key)?.is_some();
            self.expect(found, || format!("a log of block {height} is not in the index"));
            self.report.log_index = self.report.log_index.saturating_add(1);
        }
        Ok(())
    }

    /// Pending blocks go back to the base, and the head is one of them or the base.
    pub(super) fn pending(&mut self) -> Result<(), StoreError> {
        let mut known = BTreeSet::from([self.moment.base]);
        self.each(tables::PENDING, |check, key, row| {
            let pending = check.view.store.pending_of(key, row)?;
            let (block, above) = (&pending.block, pending.block.number().checked_sub(1));
            let follows = above.is_some_and(|height| known.contains(&(height, block.header.parent_hash)));
            check.expect(follows, || {
                format!("pending block {} ({}) does not go back to the base", block.number(), block.hash)
            });
            check.roots(block, &pending.receipts);
            check.report.pending = check.report.pending.saturating_add(1);
            known.insert((block.number(), block.hash));
            Ok(())
        })?;
        let head = self.moment.head;
        let found = known.iter().any(|(_, hash)| *hash == head);
        self.expect(found, || format!("block {head}, the head, is neither pending nor the base"));
        Ok(())
    }
}
