//! What was read from the remote, in memory and in a file: a JSON list a line. A line that is cut off counts for nothing.

use alloy_consensus::Header;
use alloy_primitives::{Address, B256, Bytes, U256, keccak256, map::HashMap};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    path::Path,
};
use zx_primitives::AccountInfo;

/// A line of the file.
#[derive(Serialize, Deserialize)]
enum Line {
    /// Chain id, and RLP of the pinned block's header.
    Pinned(u64, Bytes),
    /// Nonce, balance and code; nothing if there is no such account.
    Account(Address, Option<(u64, U256, Bytes)>),
    /// Code that an account of the remote runs, but does not have itself.
    Code(Bytes),
    Slot(Address, U256, U256),
    Hash(u64, B256),
}

/// The cache.
#[derive(Debug)]
pub(super) struct Cache {
    accounts: HashMap<Address, Option<AccountInfo>>,
    slots: HashMap<(Address, U256), U256>,
    codes: HashMap<B256, Bytes>,
    hashes: HashMap<u64, B256>,
    pinned: bool,
    file: File,
}

/// Chain id and header of the block that a datadir's fork is pinned to.
pub(super) type Kept = Option<(u64, Header)>;

impl Cache {
    /// Reads the file in a folder, or begins it.
    pub(super) fn open(folder: &Path) -> io::Result<(Self, Kept)> {
        fs::create_dir_all(folder)?;
        let path = folder.join("cache");
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let text = io::read_to_string(&mut file)?;
        let whole = text.rfind('\n').map_or(0, |end| end.saturating_add(1));
        file.set_len(whole as u64)?;
        file.seek(SeekFrom::Start(whole as u64))?;
        let (accounts, slots, codes, hashes) = Default::default();
        let mut cache = Self { accounts, slots, codes, hashes, pinned: false, file };
        let mut kept = None;
        for line in text.get(..whole).unwrap_or_default().lines() {
            let line = serde_json::from_str(line).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            if let Line::Pinned(id, header) = &line {
                let header = alloy_rlp::Decodable::decode(&mut header.as_ref());
                kept = Some((*id, header.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?));
            }
            cache.take(line);
        }
        Ok((cache, kept))
    }

    fn take(&mut self, line: Line) {
        match line {
            Line::Pinned(..) => self.pinned = true,
            Line::Account(address, None) => _ = self.accounts.insert(address, None),
            Line::Account(address, Some((nonce, balance, code))) => {
                let code_hash = keccak256(&code);
                if !code.is_empty() {
                    self.codes.insert(code_hash, code);
                }
                self.accounts.insert(address, Some(AccountInfo { nonce, balance, code_hash }));
            }
            Line::Code(code) => _ = self.codes.insert(keccak256(&code), code),
            Line::Slot(address, slot, value) => _ = self.slots.insert((address, slot), value),
            Line::Hash(number, hash) => _ = self.hashes.insert(number, hash),
        }
    }

    fn keep(&mut self, line: Line) -> io::Result<()> {
        let mut text = serde_json::to_string(&line)?;
        text.push('\n');
        self.file.write_all(text.as_bytes())?;
        self.take(line);
        Ok(())
    }

    pub(super) fn pin(&mut self, chain_id: u64, header: &Header) -> io::Result<()> {
        if self.pinned {
            return Ok(());
        }
        self.keep(Line::Pinned(chain_id, alloy_rlp::encode(header).into()))?;
        self.file.sync_all()
    }

    pub(super) fn account(&self, address: &Address) -> Option<Option<AccountInfo>> {
        self.accounts.get(address).copied()
    }

    pub(super) fn keep_account(&mut self, address: Address, info: Option<AccountInfo>, code: Bytes) -> io::Result<()> {
        self.keep(Line::Account(address, info.map(|info| (info.nonce, info.balance, code))))
    }

    pub(super) fn slot(&self, at: &(Address, U256)) -> Option<U256> {
        self.slots.get(at).copied()
    }

    pub(super) fn keep_slot(&mut self, (address, slot): (Address, U256), value: U256) -> io::Result<()> {
        self.keep(Line::Slot(address, slot, value))
    }

    pub(super) fn code(&self, hash: &B256) -> Option<Bytes> {
        self.codes.get(hash).cloned()
    }

    pub(super) fn keep_code(&mut self, code: Bytes) -> io::Result<()> {
        self.keep(Line::Code(code))
    }

    pub(super) fn hash(&self, number: u64) -> Option<B256> {
        self.hashes.get(&number).copied()
    }

    pub(super) fn keep_hash(&mut self, number: u64, hash: B256) -> io::Result<()> {
        self.keep(Line::Hash(number, hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_is_there_after_a_restart_and_a_torn_line_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (at, slot) = (Address::repeat_byte(1), U256::from(7));
        let code = Bytes::from_static(&[0x60, 0]);
        let info = AccountInfo { nonce: 3, balance: U256::MAX, code_hash: keccak256(&code) };
        let header = Header { number: 9, ..Header::default() };
        {
            let (mut cache, kept) = Cache::open(folder.path()).unwrap();
            assert!(kept.is_none());
            cache.pin(5, &header).unwrap();
            cache.keep_account(at, Some(info), code.clone()).unwrap();
            cache.keep_account(Address::ZERO, None, Bytes::new()).unwrap();
            cache.keep_slot((at, slot), U256::from(8)).unwrap();
            cache.keep_hash(4, B256::repeat_byte(4)).unwrap();
        }
        let path = folder.path().join("cache");
        OpenOptions::new().append(true).open(path).unwrap().write_all(b"{\"Slot\":[\"0x").unwrap();
        let (cache, kept) = Cache::open(folder.path()).unwrap();
        assert_eq!(kept, Some((5, header)));
        assert_eq!(cache.account(&at), Some(Some(info)));
        assert_eq!(cache.account(&Address::ZERO), Some(None));
        assert_eq!(cache.account(&Address::repeat_byte(2)), None);
        assert_eq!(cache.slot(&(at, slot)), Some(U256::from(8)));
        assert_eq!(cache.code(&info.code_hash), Some(code));
        assert_eq!(cache.hash(4), Some(B256::repeat_byte(4)));
    }
}
