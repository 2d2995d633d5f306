//! `eth_trie` on a RocksDB with the settings of our node tables.

use alloy_primitives::B256;
use eth_trie::{DB, EthTrie, Trie as _};
use rocksdb::{BlockBasedOptions, Cache, DBCompressionType, Options, WriteBatch, WriteOptions};
use std::{
    path::Path,
    sync::{Arc, Mutex},
};

/// Bytes of the block cache: as many as the node's store has.
const CACHE: usize = 256 << 20;

/// Nodes by their hashes, and the RLP of those that were written last: what had to be hashed for the root.
pub(crate) struct Nodes {
    db: rocksdb::DB,
    written: Mutex<Vec<Vec<u8>>>,
}

impl DB for Nodes {
    type Error = rocksdb::Error;

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Self::Error> {
        self.db.get(key)
    }

    fn insert(&self, key: &[u8], value: Vec<u8>) -> Result<(), Self::Error> {
        self.db.put(key, value)
    }

    fn remove(&self, key: &[u8]) -> Result<(), Self::Error> {
        self.db.delete(key)
    }

    /// One synced batch a root, as our commit is one.
    fn insert_batch(&self, keys: Vec<Vec<u8>>, values: Vec<Vec<u8>>) -> Result<(), Self::Error> {
        let mut batch = WriteBatch::default();
        keys.iter().zip(&values).for_each(|(key, value)| batch.put(key, value));
        let mut options = WriteOptions::default();
        options.set_sync(true);
        self.db.write_opt(batch, &options)?;
        *self.written.lock().expect("no panic") = values;
        Ok(())
    }

    fn remove_batch(&self, keys: &[Vec<u8>]) -> Result<(), Self::Error> {
        let mut batch = WriteBatch::default();
        keys.iter().for_each(|key| batch.delete(key));
        self.db.write(batch)
    }

    fn flush(&self) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// `eth_trie`, and the nodes under it.
pub(crate) struct Peer {
    trie: EthTrie<Nodes>,
    nodes: Arc<Nodes>,
}

impl Peer {
    /// With nothing in it.
    pub(crate) fn open(folder: &Path) -> eyre::Result<Self> {
        let mut blocks = BlockBasedOptions::default();
        blocks.set_block_cache(&Cache::new_lru_cache(CACHE));
        blocks.set_bloom_filter(10.0, false);
        let mut options = Options::default();
        options.create_if_missing(true);
        options.set_block_based_table_factory(&blocks);
        options.set_compression_type(DBCompressionType::Lz4);
        let nodes = Arc::new(Nodes { db: rocksdb::DB::open(&options, folder)?, written: Mutex::default() });
        Ok(Self { trie: EthTrie::new(Arc::clone(&nodes)), nodes })
    }

    /// Writes leaves, and gives the root.
    pub(crate) fn write(&mut self, leaves: &[(B256, Vec<u8>)]) -> eyre::Result<B256> {
        for (key, value) in leaves {
            self.trie.insert(key.as_slice(), value)?;
        }
        Ok(B256::new(self.trie.root_hash()?.0))
    }

    /// RLP of every node that was new with the last root.
    pub(crate) fn written(&self) -> Vec<Vec<u8>> {
        self.nodes.written.lock().expect("no panic").clone()
    }
}
