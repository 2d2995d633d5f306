//! The tables: name, key, value, and how each is kept.

use rocksdb::{BlockBasedOptions, Cache, DBCompressionType, Options, SliceTransform};

/// Version of what follows. A store of a newer one is refused, one of an older one has to be migrated.
pub const SCHEMA_VERSION: u32 = 2;

/// A table, which is a RocksDB column family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// Name of the column family.
    pub name: &'static str,
    /// Shape of key and value.
    pub doc: &'static str,
    pub(crate) tuning: Tuning,
}

/// How a table is asked, which says how it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tuning {
    /// What a Bloom filter is made of.
    filter: Filter,
    /// Bytes of a block, before compression: what a read takes at least.
    block: usize,
    /// Whether LZ4 is worth it.
    compressed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filter {
    /// No filter: what is asked for is there, or is found by seeking.
    None,
    /// Of whole keys: a key that is not there, or is further down, is one look at the filter.
    Keys,
    /// Of whole keys, and of their first bytes, by which the table is walked as well.
    KeysAndPrefix(usize),
    /// Of the first bytes alone: the table is only ever walked from a place within them.
    Prefix(usize),
}

/// Bits of the Bloom filter for each key: one miss in a hundred reads a block.
const BLOOM_BITS: f64 = 10.0;
/// A block for rows read one at a time: little to decompress.
const SMALL: usize = 4 << 10;
/// A block for large values, and for rows read in a row: better compressed, fewer of them in the index.
const LARGE: usize = 16 << 10;

/// A few rows, or rows that soon go again.
const FEW: Tuning = Tuning { filter: Filter::None, block: SMALL, compressed: true };
/// Large values by height: every height is there, so a filter would never say no.
const BY_HEIGHT: Tuning = Tuning { filter: Filter::None, block: LARGE, compressed: true };
/// Hashes by hashes, asked for one at a time, often in vain. There is nothing in them to compress.
const BY_HASH: Tuning = Tuning { filter: Filter::Keys, block: SMALL, compressed: false };
/// Rows asked for one at a time.
const POINTS: Tuning = Tuning { filter: Filter::Keys, block: SMALL, compressed: true };
/// Code: read whole, and it compresses well.
const CODE: Tuning = Tuning { filter: Filter::Keys, block: LARGE, compressed: true };
/// Slots: asked for one at a time, and walked within their account.
const SLOTS: Tuning = Tuning { filter: Filter::KeysAndPrefix(32), block: SMALL, compressed: true };
/// What was before, found by seeking within its account, or slot: most have no row in most files.
const OF_ACCOUNT: Tuning = Tuning { filter: Filter::Prefix(32), block: SMALL, compressed: true };
const OF_SLOT: Tuning = Tuning { filter: Filter::Prefix(64), block: SMALL, compressed: true };
/// Rows found by seeking, of prefixes that are not of one length, and read in a row.
const WALKED: Tuning = Tuning { filter: Filter::None, block: LARGE, compressed: true };

macro_rules! tables {
    ($($ident:ident $name:literal $tuning:ident: $doc:literal;)+) => {
        $(#[doc = $doc] pub(crate) const $ident: Table = Table { name: $name, doc: $doc, tuning: $tuning };)+
        /// Every table.
        pub const TABLES: &[Table] = &[$($ident),+];
    };
}

tables! {
    META "meta" FEW: "Name (UTF-8) to value, numbers big endian: `schema` (u32), `genesis` (block hash), `base` (height, u64, and hash of the block whose state the store holds), `head` (block hash), `history_from` (u64: the lowest block whose state can still be read), `blocks_from` (u64: the lowest block from which on all are here, if it is not the first), `commits` (u64: how many there were).";
    PENDING "pending" FEW: "Height (u64, big endian) and block hash to a block above the base: Borsh of the block as in `blocks`, the receipts as in `receipts`, and its changes to the state.";
    BLOCKS "blocks" BY_HEIGHT: "Height (u64, big endian) to final block: Borsh of the header's RLP and each transaction's EIP-2718 bytes with its sender.";
    BLOCK_NUMBERS "block_numbers" BY_HASH: "Hash of a final block to height (u64, big endian).";
    RECEIPTS "receipts" BY_HEIGHT: "Height (u64, big endian) to the receipts of a final block: Borsh list of transaction type, success, gas used up to there and logs; blooms follow from the logs.";
    TRANSACTIONS "transactions" BY_HASH: "Hash of a transaction in a final block to height (u64, big endian) and index (u32, big endian).";
    ACCOUNTS "accounts" POINTS: "Keccak-256 of the address to account: RLP of nonce, balance, storage root and code hash.";
    STORAGE "storage" SLOTS: "Keccak-256 of the address, Keccak-256 of the slot, to value: big endian without leading zeros.";
    CODES "codes" CODE: "Code hash to code.";
    ACCOUNT_NODES "account_nodes" POINTS: "Path in the accounts' trie, a byte for each nibble, to node.";
    STORAGE_NODES "storage_nodes" POINTS: "Keccak-256 of the address and path in the trie of its slots, a byte for each nibble, to node.";
    ACCOUNT_HISTORY "account_history" OF_ACCOUNT: "Keccak-256 of the address, height (u64, big endian) and transaction (u32, big endian; the highest for the block itself) to the account before: nonce, balance (each a length and so many bytes, big endian) and code hash (nothing if there is no code); empty if it did not exist.";
    SLOT_HISTORY "slot_history" OF_SLOT: "Keccak-256 of the address, Keccak-256 of the slot, height (u64, big endian) and transaction (u32, big endian; the highest for the block itself) to the value before: big endian without leading zeros.";
    CHANGED "changed" WALKED: "Height (u64, big endian) to what the block has in the two tables of history: Borsh list of accounts with their transactions, and of accounts with their slots and transactions.";
    LOG_INDEX "log_index" WALKED: "Position (a byte: 0 address, 1 to 4 topic), address or topic, and height (u64, big endian) of a final block with such a log, to nothing.";
}

/// Bytes of a table that wait in memory, until they are a file.
const WRITE_BUFFER: usize = 16 << 20;

impl Table {
    pub(crate) fn options(&self, cache: &Cache) -> Options {
        let Tuning { filter, block, compressed } = self.tuning;
        let mut blocks = BlockBasedOptions::default();
        blocks.set_block_cache(cache);
        blocks.set_block_size(block);
        // Indices and filters count towards the one bound; those of the newest files are asked most, and stay.
        blocks.set_cache_index_and_filter_blocks(true);
        blocks.set_pin_l0_filter_and_index_blocks_in_cache(true);
        if filter != Filter::None {
            blocks.set_bloom_filter(BLOOM_BITS, false);
            blocks.set_whole_key_filtering(!matches!(filter, Filter::Prefix(_)));
        }
        let mut options = Options::default();
        options.set_block_based_table_factory(&blocks);
        options.set_write_buffer_size(WRITE_BUFFER);
        options.set_compression_type(if compressed { DBCompressionType::Lz4 } else { DBCompressionType::None });
        if let Filter::Prefix(bytes) | Filter::KeysAndPrefix(bytes) = filter {
            options.set_prefix_extractor(SliceTransform::create_fixed_prefix(bytes));
        }
        options
    }

    /// Bytes at the start of a key by which the table's filter is made.
    pub(crate) fn prefix(&self) -> Option<usize> {
        match self.tuning.filter {
            Filter::Prefix(bytes) | Filter::KeysAndPrefix(bytes) => Some(bytes),
            Filter::None | Filter::Keys => None,
        }
    }
}
