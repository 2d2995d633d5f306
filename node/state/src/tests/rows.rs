//! The rows of a store, in order: what RocksDB keeps.

use super::*;

type Path = Vec<u8>;
type NodeKey = (Option<B256>, Path);

#[derive(Clone, Default)]
pub(super) struct Rows {
    accounts: BTreeMap<B256, TrieAccount>,
    slots: BTreeMap<(B256, B256), U256>,
    nodes: BTreeMap<NodeKey, Vec<u8>>,
}

impl Rows {
    pub(super) fn slot(&self, account: B256, slot: B256) -> U256 {
        self.slots.get(&(account, slot)).copied().unwrap_or_default()
    }

    pub(super) fn nodes(&self) -> BTreeMap<NodeKey, Vec<u8>> {
        self.nodes.clone()
    }

    pub(super) fn forget_nodes(&mut self) {
        self.nodes.clear();
    }

    /// The nodes that the rows should have above them.
    pub(super) fn rebuilt(&self) -> BTreeMap<NodeKey, Vec<u8>> {
        let mut nodes = BTreeMap::new();
        let root = rebuild(self, &mut |of, path, node| {
            put(&mut nodes, of, path, node.as_ref());
            Ok(())
        });
        assert_eq!(root.unwrap(), root_of(self).unwrap());
        nodes
    }

    pub(super) fn write(&mut self, update: &StateUpdate) {
        for (account, storage) in &update.storage {
            if storage.wiped {
                self.slots.retain(|(of, _), _| of != account);
                self.nodes.retain(|(of, _), _| *of != Some(*account));
            }
            for (slot, value) in &storage.slots {
                match value.is_zero() {
                    true => self.slots.remove(&(*account, *slot)),
                    false => self.slots.insert((*account, *slot), *value),
                };
            }
            for (path, node) in &storage.nodes {
                put(&mut self.nodes, Some(*account), *path, node.as_ref());
            }
        }
        for (key, account) in &update.accounts {
            match account {
                Some(account) => self.accounts.insert(*key, *account),
                None => self.accounts.remove(key),
            };
        }
        for (path, node) in &update.nodes {
            put(&mut self.nodes, None, *path, node.as_ref());
        }
    }
}

fn put(nodes: &mut BTreeMap<NodeKey, Vec<u8>>, of: Option<B256>, path: Nibbles, node: Option<&Node>) {
    match node {
        None => nodes.remove(&(of, path.to_vec())),
        Some(node) => {
            let mut row = Vec::new();
            node.encode(&mut row);
            nodes.insert((of, path.to_vec()), row)
        }
    };
}

impl Reader for Rows {
    fn account(&self, account: B256) -> Result<Option<TrieAccount>, StateError> {
        Ok(self.accounts.get(&account).copied())
    }

    fn account_from(&self, from: B256) -> Result<Option<(B256, TrieAccount)>, StateError> {
        Ok(self.accounts.range(from..).next().map(|(key, account)| (*key, *account)))
    }

    fn slot_from(&self, account: B256, from: B256) -> Result<Option<(B256, U256)>, StateError> {
        let all = (account, from)..=(account, B256::repeat_byte(0xff));
        Ok(self.slots.range(all).next().map(|((_, slot), value)| (*slot, *value)))
    }

    fn node(&self, of: Option<B256>, path: &Nibbles) -> Result<Option<Vec<u8>>, StateError> {
        Ok(self.nodes.get(&(of, path.to_vec())).cloned())
    }
}

impl crate::Rows for Rows {
    fn each_account(
        &self,
        visit: &mut dyn FnMut(B256, TrieAccount) -> Result<(), StateError>,
    ) -> Result<(), StateError> {
        self.accounts.iter().try_for_each(|(key, account)| visit(*key, *account))
    }

    fn each_slot(
        &self,
        account: B256,
        visit: &mut dyn FnMut(B256, U256) -> Result<(), StateError>,
    ) -> Result<(), StateError> {
        let all = (account, B256::ZERO)..=(account, B256::repeat_byte(0xff));
        self.slots.range(all).try_for_each(|((_, slot), value)| visit(*slot, *value))
    }
}
