//! State proof: answers what a Merkle Patricia proof proves of another chain, or of this one.
//!
//! One deployment serves every contract of a chain, those in EVM bytecode too: proofs are checked in WebAssembly, where
//! that is cheaper, and the caller keeps the roots that it trusts. Nodes of a proof come as `eth_getProof` (EIP-1186)
//! gives them. It has no state and no owner; a proof that proves nothing reverts with `Error(string)`, which says why.
//!
//! A bridge in Rust calls [`zx::proof`] itself instead.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

#[cfg(test)]
mod tests;

use zx::{
    prelude::*,
    proof::{self, Account, Header, ProofError, rlp::RlpError},
};

/// Nothing but methods.
#[zx::contract]
#[derive(Debug)]
pub struct StateProof {}

#[zx::public]
impl StateProof {
    /// Whether the account is in the state of this root, its nonce, its balance in wei, the root of its storage and the
    /// hash of its code; zeros if it is not.
    pub fn verify_account(
        &self,
        _cx: &Ctx,
        state_root: B256,
        account: Address,
        proof: Vec<Bytes>,
    ) -> Result<(bool, u64, U256, B256, B256), ProofError> {
        let found = proof::verify_account(state_root, account, &proof)?;
        Ok(match found {
            Some(Account {
                nonce,
                balance,
                storage_root,
                code_hash,
            }) => (true, nonce, balance, storage_root, code_hash),
            None => (false, 0, U256::ZERO, B256::ZERO, B256::ZERO),
        })
    }

    /// Word in this slot of the storage of this root; zero if nothing stands there.
    pub fn verify_storage(
        &self,
        _cx: &Ctx,
        storage_root: B256,
        slot: B256,
        proof: Vec<Bytes>,
    ) -> Result<U256, ProofError> {
        proof::verify_storage(storage_root, slot, &proof)
    }

    /// EIP-2718 bytes of the transaction at this index of the block; none if the block has fewer.
    pub fn verify_transaction(
        &self,
        _cx: &Ctx,
        transactions_root: B256,
        index: u64,
        proof: Vec<Bytes>,
    ) -> Result<Bytes, ProofError> {
        proof::verify_transaction(transactions_root, index, &proof).map(bytes)
    }

    /// EIP-2718 bytes of the receipt of the transaction at this index of the block; none if the block has fewer.
    pub fn verify_receipt(
        &self,
        _cx: &Ctx,
        receipts_root: B256,
        index: u64,
        proof: Vec<Bytes>,
    ) -> Result<Bytes, ProofError> {
        proof::verify_receipt(receipts_root, index, &proof).map(bytes)
    }

    /// Value of a key in any trie; none if it has no value.
    pub fn verify(
        &self,
        _cx: &Ctx,
        root: B256,
        key: Bytes,
        proof: Vec<Bytes>,
    ) -> Result<Bytes, ProofError> {
        proof::verify(root, &key, &proof).map(bytes)
    }

    /// Hash of the block whose header this is, its number, and the roots of its state, transactions and receipts. They
    /// are a block's only if the hash is.
    pub fn read_header(
        &self,
        _cx: &Ctx,
        header: Bytes,
    ) -> Result<(B256, u64, B256, B256, B256), RlpError> {
        let Header {
            hash,
            number,
            state_root,
            transactions_root,
            receipts_root,
            ..
        } = Header::decode(&header)?;
        Ok((hash, number, state_root, transactions_root, receipts_root))
    }
}

/// A value of a trie is never empty, so that none can be.
fn bytes(value: Option<Vec<u8>>) -> Bytes {
    value.unwrap_or_default().into()
}
