//! The tables: name, key, value.

/// Version of what follows. A store of a newer one is refused; an older one will be migrated.
pub const SCHEMA_VERSION: u32 = 1;

/// A table, which is a RocksDB column family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// Name of the column family.
    pub name: &'static str,
    /// Shape of key and value.
    pub doc: &'static str,
}

macro_rules! tables {
    ($($ident:ident $name:literal: $doc:literal;)+) => {
        $(#[doc = $doc] pub(crate) const $ident: Table = Table { name: $name, doc: $doc };)+
        /// Every table.
        pub const TABLES: &[Table] = &[$($ident),+];
    };
}

tables! {
    META "meta": "Name (UTF-8) to value: `schema` (u32, big endian), `genesis` (block hash), `head` (height, u64, big endian).";
    BLOCKS "blocks": "Height (u64, big endian) to block: Borsh of the header's RLP and each transaction's EIP-2718 bytes with its sender.";
    BLOCK_NUMBERS "block_numbers": "Block hash to height (u64, big endian).";
    RECEIPTS "receipts": "Height (u64, big endian) to receipts: Borsh list of EIP-2718 bytes.";
    TRANSACTIONS "transactions": "Transaction hash to height (u64, big endian) and index (u32, big endian).";
    ACCOUNTS "accounts": "Keccak-256 of the address to account: RLP of nonce, balance, storage root and code hash.";
    STORAGE "storage": "Keccak-256 of the address, Keccak-256 of the slot, to value: big endian without leading zeros.";
    CODES "codes": "Code hash to code.";
}
