//! The base's state: its root from every row, and every node of its tries.

use super::Check;
use crate::{
    store::StoreError,
    tables::{self, Table},
};
use alloy_primitives::{B256, KECCAK256_EMPTY, keccak256};
use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
};
use zx_primitives::StateError;
use zx_state::{Nibbles, Node, rebuild, root_of};

impl Check<'_> {
    /// The root from every row, and the code of every account.
    pub(super) fn accounts(&mut self) -> Result<(), StoreError> {
        (self.progress)(crate::Progress { step: "state root", done: 0, of: None });
        let number = self.moment.base.0;
        let block = self.view.block(number).ok().flatten();
        let expected = block.map(|block| block.header.state_root);
        match root_of(self.view) {
            Ok(root) => self.expect(Some(root) == expected, || {
                format!("the state has the root {root}, block {number} says {expected:?}")
            }),
            Err(e) => self.fault(format!("the state has no root: {e}")),
        }
        self.report.accounts = self.each(tables::ACCOUNTS, |check, key, row| {
            let hash = check.view.account_of(row)?.code_hash;
            let found = hash == KECCAK256_EMPTY || check.view.get(tables::CODES, hash.as_slice())?.is_some();
            check.expect(found, || format!("code {hash} of account {} is missing", B256::left_padding_from(key)));
            Ok(())
        })?;
        Ok(())
    }

    /// Every slot is of an account that is there. That an account has the right ones is in its root.
    pub(super) fn slots(&mut self) -> Result<(), StoreError> {
        let mut last = None;
        self.report.slots = self.each(tables::STORAGE, |check, key, _| {
            let account = key.first_chunk::<32>().copied();
            if key.len() != 64 || last != account {
                let account = account.map(B256::from).unwrap_or_default();
                let found = check.view.get(tables::ACCOUNTS, account.as_slice())?.is_some();
                check.expect(found && key.len() == 64, || format!("there are slots of {account}, which is no account"));
            }
            last = account;
            Ok(())
        })?;
        Ok(())
    }

    pub(super) fn codes(&mut self) -> Result<(), StoreError> {
        self.each(tables::CODES, |check, key, code| {
            let hash = keccak256(code);
            check.expect(key == hash.as_slice(), || {
                format!("what is stored as code {} is not", B256::left_padding_from(key))
            });
            Ok(())
        })?;
        Ok(())
    }

    /// Every node against one that is made anew, and that there are no others.
    pub(super) fn nodes(&mut self) -> Result<(), StoreError> {
        let mut nodes = Nodes::default();
        let (view, mut made) = (self.view, 0_u64);
        let rebuilt = rebuild(view, &mut |of, path, node| {
            self.step("trie nodes", made, None);
            made = made.saturating_add(1);
            let (table, key) = node_key(of, &path);
            nodes.add(table, key, node, |key| Ok(view.get(table, key)?))
        });
        if let Err(e) = rebuilt {
            self.fault(format!("the nodes of the trie cannot be made: {e}"));
            return Ok(());
        }
        for (table, key) in &nodes.wrong {
            self.fault(format!(
                "the node at {} in {} is not what the rows make it",
                alloy_primitives::hex::encode(key),
                table
            ));
        }
        for table in [tables::ACCOUNT_NODES, tables::STORAGE_NODES] {
            let rows = self.each(table, |check, key, _| {
                let belongs = nodes.right.contains(&nodes.hasher.hash_one((table.name, key)));
                check.expect(belongs || nodes.wrong.contains(&(table.name, key.to_vec())), || {
                    format!(
                        "there is a node at {} in {} that belongs nowhere",
                        alloy_primitives::hex::encode(key),
                        table.name
                    )
                });
                Ok(())
            })?;
            self.report.nodes = self.report.nodes.saturating_add(rows);
        }
        Ok(())
    }
}

pub(crate) fn node_key(of: Option<B256>, path: &Nibbles) -> (Table, Vec<u8>) {
    let (table, mut key) = match of {
        None => (tables::ACCOUNT_NODES, Vec::with_capacity(path.len())),
        Some(account) => (tables::STORAGE_NODES, account.to_vec()),
    };
    key.extend(path.iter());
    (table, key)
}

/// Nodes as they are made anew: what comes at the right edge of a trie comes again until it is done, and the last one
/// counts. Those that are as stored are known by a hash of their key, which bounds the memory that this takes.
#[derive(Default)]
struct Nodes {
    hasher: RandomState,
    right: HashSet<u64>,
    wrong: HashSet<(&'static str, Vec<u8>)>,
}

impl Nodes {
    fn add(
        &mut self,
        table: Table,
        key: Vec<u8>,
        node: Option<Node>,
        get: impl FnOnce(&[u8]) -> Result<Option<Vec<u8>>, StateError>,
    ) -> Result<(), StateError> {
        let hash = self.hasher.hash_one((table.name, key.as_slice()));
        let stored = get(&key)?;
        let expected = node.map(|node| {
            let mut row = Vec::new();
            node.encode(&mut row);
            row
        });
        let place = (table.name, key);
        if stored == expected {
            self.wrong.remove(&place)
        } else {
            self.wrong.insert(place)
        };
        if stored == expected && expected.is_some() {
            self.right.insert(hash)
        } else {
            self.right.remove(&hash)
        };
        Ok(())
    }
}
