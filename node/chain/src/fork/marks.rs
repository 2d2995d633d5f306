//! Marks of what a fork has taken away: a slot that is zero now, an account that is gone. The fork's own trie has none of
//! them, and without a mark they would be the remote's again.
//!
//! A mark is a slot of an account that nobody has the key of, set to one. It is written by the block that takes away,
//! and is of no account where the trie has a value again.

use super::Fork;
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, address, keccak256};
use std::collections::BTreeMap;
use zx_host_functions::{AccountCode, ProgramCode};
use zx_primitives::{AccountChange, AccountInfo, Overwritten, SlotChange, StateChanges, StateError};

/// The account of the marks: the last bytes of the Keccak-256 of "zexus fork marks", by which nobody can have its key.
pub(crate) const MARKS: Address = address!("e66caf67860c3de10bd2f092c6b3a0fd48fc4bcf");

/// A state of the fork's own trie, without the remote.
pub(crate) trait Local {
    fn own_account(&self, address: Address) -> Result<Option<AccountInfo>, StateError>;
    fn own_slot(&self, address: Address, slot: U256) -> Result<U256, StateError>;
    fn own_code(&self, hash: B256) -> Result<Bytes, StateError>;
}

fn of_account(address: Address) -> U256 {
    keccak256(address).into()
}

fn of_slot(address: Address, slot: U256) -> U256 {
    keccak256([address.as_slice(), &slot.to_be_bytes::<32>()].concat()).into()
}

/// An account, here or at the remote.
pub(crate) fn account(fork: &Fork, local: &impl Local, address: Address) -> Result<Option<AccountInfo>, StateError> {
    match local.own_account(address)? {
        Some(info) => Ok(Some(info)),
        None if address == MARKS || is_marked(local, of_account(address))? => Ok(None),
        None => fork.account(address),
    }
}

/// A slot, here or at the remote.
pub(crate) fn slot(fork: &Fork, local: &impl Local, address: Address, slot: U256) -> Result<U256, StateError> {
    let own = local.own_slot(address, slot)?;
    if !own.is_zero() || address == MARKS {
        return Ok(own);
    }
    match is_marked(local, of_account(address))? || is_marked(local, of_slot(address, slot))? {
        true => Ok(U256::ZERO),
        false => fork.storage(address, slot),
    }
}

fn is_marked(local: &impl Local, mark: U256) -> Result<bool, StateError> {
    Ok(!local.own_slot(MARKS, mark)?.is_zero())
}

/// Makes changes, which are of the fork's state, such as fit its own trie: says of each slot what the trie has, adds the
/// marks, and the code that so far only the remote has.
pub(crate) fn fit(fork: &Fork, local: &impl Local, changes: &mut StateChanges) -> Result<(), StateError> {
    let mut marks = Vec::new();
    for (address, change) in &mut changes.accounts {
        let gone = change.info.is_none_or(|info| is_empty(&info));
        if gone || change.wiped {
            marks.push(of_account(*address));
        }
        for (slot, value) in &mut change.storage {
            value.before = if change.wiped { U256::ZERO } else { local.own_slot(*address, *slot)? };
            if value.after.is_zero() {
                marks.push(of_slot(*address, *slot));
            }
        }
        // What the trie has not need not be taken out of it.
        change.storage.retain(|_, value| !(value.before.is_zero() && value.after.is_zero()));
        if let Some(hash) = change.info.map(|info| info.code_hash).filter(|hash| *hash != KECCAK256_EMPTY) {
            adopt(fork, local, hash, &mut changes.codes);
        }
    }
    // What instances run, whose templates may be the remote's.
    let templates: Vec<B256> = changes.codes.values().filter_map(template).collect();
    for hash in templates {
        adopt(fork, local, hash, &mut changes.codes);
    }
    let mut fresh = Vec::new();
    for mark in marks {
        if !is_marked(local, mark)? {
            fresh.push(mark);
        }
    }
    if !fresh.is_empty() {
        add(local, &fresh, changes)?;
    }
    Ok(())
}

/// Adds code that so far only the remote has.
fn adopt(fork: &Fork, local: &impl Local, hash: B256, codes: &mut BTreeMap<B256, Bytes>) {
    if let Some(code) = fork.code(&hash)
        && local.own_code(hash).is_err()
    {
        codes.entry(hash).or_insert(code);
    }
}

/// Hash of the code that an instance runs.
fn template(code: &Bytes) -> Option<B256> {
    match AccountCode::parse(code)?.program {
        ProgramCode::Template(hash) => Some(hash.into()),
        ProgramCode::Module(_) => None,
    }
}

fn is_empty(info: &AccountInfo) -> bool {
    info.nonce == 0 && info.balance.is_zero() && info.code_hash == KECCAK256_EMPTY
}

fn add(local: &impl Local, marks: &[U256], changes: &mut StateChanges) -> Result<(), StateError> {
    let before = local.own_account(MARKS)?;
    let info = AccountInfo { nonce: 1, balance: U256::ZERO, code_hash: KECCAK256_EMPTY };
    let one = SlotChange { before: U256::ZERO, after: U256::from(1) };
    let storage = marks.iter().map(|mark| (*mark, one)).collect();
    changes.accounts.insert(MARKS, AccountChange { info: Some(info), wiped: false, storage });
    let trail = match changes.trail.last_mut() {
        Some(last) if last.transaction == Overwritten::BLOCK => last,
        _ => {
            changes.trail.push(Overwritten { transaction: Overwritten::BLOCK, ..Overwritten::default() });
            match changes.trail.last_mut() {
                Some(last) => last,
                None => return Ok(()),
            }
        }
    };
    if before.is_none() {
        trail.accounts.insert(MARKS, None);
    }
    trail.slots.extend(marks.iter().map(|mark| ((MARKS, *mark), U256::ZERO)));
    Ok(())
}
