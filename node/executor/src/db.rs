//! revm's view of our state, and ours of what revm changed.

use alloy_primitives::{Address, B256, U256, keccak256, map::HashMap};
use revm::{
    Database,
    database::{BundleState, states::AccountStatus},
    database_interface::DBErrorMarker,
    state::{AccountInfo, Bytecode, EvmState},
};
use std::sync::Mutex;
use zx_host_functions::{AccountCode, ProgramCode, deploy::account_code};
use zx_primitives::{AccountChange, Overwritten, SlotChange, StateChanges, StateError, StateReader};

/// A state error, as revm passes it through.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct DbError(#[from] pub(crate) StateError);

impl DBErrorMarker for DbError {}

/// Codes kept ready to run; a WASM module of the largest size takes 128 KiB.
const CODES: usize = 1_024;
/// Programs whose hashes are kept; each takes 64 bytes.
const PROGRAMS: usize = 65_536;

/// Code by its hash, analysed once.
#[derive(Debug, Default)]
pub(crate) struct CodeCache {
    codes: Mutex<HashMap<B256, Bytecode>>,
    /// Of code that has immutables, the hash that it would have without.
    programs: Mutex<HashMap<B256, B256>>,
}

impl CodeCache {
    fn get(&self, hash: &B256) -> Option<Bytecode> {
        self.codes.lock().ok()?.get(hash).cloned()
    }

    /// The hash that code would have without its immutables: that of its program, which instances and deployments share.
    pub(crate) fn program(&self, hash: B256, code: &AccountCode<'_>) -> B256 {
        let (ProgramCode::Module(module), false) = (code.program, code.immutables.is_empty()) else { return hash };
        if let Some(program) = self.programs.lock().ok().and_then(|programs| programs.get(&hash).copied()) {
            return program;
        }
        let program = keccak256(account_code(module));
        if let Ok(mut programs) = self.programs.lock() {
            if programs.len() >= PROGRAMS {
                programs.clear();
            }
            programs.insert(hash, program);
        }
        program
    }

    /// Keeps a code. A full cache starts again: simple, and rare.
    pub(crate) fn keep(&self, hash: B256, code: Bytecode) {
        if let Ok(mut codes) = self.codes.lock() {
            if codes.len() >= CODES {
                codes.clear();
            }
            codes.insert(hash, code);
        }
    }
}

/// A state, behind revm's interface.
pub(crate) struct ReaderDb<'a> {
    state: &'a dyn StateReader,
    codes: &'a CodeCache,
}

impl std::fmt::Debug for ReaderDb<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReaderDb").finish_non_exhaustive()
    }
}

impl<'a> ReaderDb<'a> {
    pub(crate) fn new(state: &'a dyn StateReader, codes: &'a CodeCache) -> Self {
        Self { state, codes }
    }
}

impl Database for ReaderDb<'_> {
    type Error = DbError;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, DbError> {
        let account = self.state.account(address)?;
        Ok(account.map(|a| AccountInfo {
            balance: a.balance,
            nonce: a.nonce,
            code_hash: a.code_hash,
            account_id: None,
            code: None,
        }))
    }

    fn code_by_hash(&mut self, hash: B256) -> Result<Bytecode, DbError> {
        if let Some(code) = self.codes.get(&hash) {
            return Ok(code);
        }
        let bytes = self.state.code(hash)?;
        let code = Bytecode::new_raw_checked(bytes).map_err(|e| StateError(format!("code {hash}: {e}")))?;
        self.codes.keep(hash, code.clone());
        Ok(code)
    }

    fn storage(&mut self, address: Address, slot: U256) -> Result<U256, DbError> {
        Ok(self.state.storage(address, slot)?)
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, DbError> {
        Ok(self.state.block_hash(number)?)
    }
}

/// What a bundle changes.
pub(crate) fn changes(bundle: &BundleState, codes: &CodeCache) -> StateChanges {
    let mut changes = StateChanges::default();
    for (address, account) in &bundle.state {
        let info = account.info.as_ref().map(plain);
        let wiped = matches!(
            account.status,
            AccountStatus::Destroyed | AccountStatus::DestroyedChanged | AccountStatus::DestroyedAgain
        );
        let storage = account
            .storage
            .iter()
            .filter(|(_, slot)| wiped || slot.is_changed())
            .map(|(slot, value)| {
                let (before, after) = (value.previous_or_original_value, value.present_value);
                (*slot, SlotChange { before, after })
            })
            .collect();
        changes.accounts.insert(*address, AccountChange { info, wiped, storage });
    }
    for (hash, code) in &bundle.contracts {
        codes.keep(*hash, code.clone());
        changes.codes.insert(*hash, code.original_bytes());
    }
    changes
}

/// What a transaction is about to overwrite in `db`, of which everything that it touches has been read already.
pub(crate) fn overwritten<D: Database>(
    db: &mut D,
    transaction: u32,
    changed: &EvmState,
) -> Result<Overwritten, D::Error> {
    let mut trail = Overwritten { transaction, ..Default::default() };
    for (address, account) in changed.iter().filter(|(_, account)| account.is_touched()) {
        let before = db.basic(*address)?.filter(|info| !info.is_empty()).map(|info| plain(&info));
        let gone = account.is_selfdestructed() || account.info.is_empty();
        let after = (!gone).then(|| plain(&account.info));
        if before != after {
            trail.accounts.insert(*address, before);
        }
        // A slot of what goes again is as it was before: of an account that was made in the same transaction, zero.
        let changed = |original: U256, present: U256| original != if gone { U256::ZERO } else { present };
        let slots = account.storage.iter().filter(|(_, slot)| changed(slot.original_value, slot.present_value));
        trail.slots.extend(slots.map(|(slot, value)| ((*address, *slot), value.original_value)));
    }
    Ok(trail)
}

fn plain(info: &AccountInfo) -> zx_primitives::AccountInfo {
    zx_primitives::AccountInfo { nonce: info.nonce, balance: info.balance, code_hash: info.code_hash }
}
