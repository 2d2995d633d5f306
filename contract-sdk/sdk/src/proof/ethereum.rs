//! What the tries of an Ethereum block hold (Yellow Paper, section 4).

use super::{
    ProofError,
    rlp::{self, RlpError},
    verify,
};
use crate::{Address, B256, U256, host};
use alloc::vec::Vec;

/// An account, as the state has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// Transactions that it sent; of a contract, those that it created, and one.
    pub nonce: u64,
    /// Wei that it has.
    pub balance: U256,
    /// Root of its storage: what [`verify_storage`] takes.
    pub storage_root: B256,
    /// Keccak-256 of its code.
    pub code_hash: B256,
}

impl Account {
    /// Reads the RLP of an account.
    ///
    /// # Errors
    /// It is none.
    pub fn decode(encoded: &[u8]) -> Result<Self, RlpError> {
        let mut fields = rlp::decode_list(encoded)?;
        let account = Self {
            nonce: fields.number64()?,
            balance: fields.number()?,
            storage_root: B256::new(fields.array()?),
            code_hash: B256::new(fields.array()?),
        };
        fields.end()?;
        Ok(account)
    }
}

/// The account at `address` in the state of this root; `None` if the proof proves that there is none.
///
/// # Errors
/// As of [`verify`], or what is proved is no account.
pub fn verify_account<P: AsRef<[u8]>>(
    state_root: B256,
    address: Address,
    proof: &[P],
) -> Result<Option<Account>, ProofError> {
    let value = verify(state_root, &host::keccak256(&address.0.0), proof)?;
    value.map(|value| Account::decode(&value)).transpose().map_err(ProofError::Value)
}

/// Word in this slot of an account's storage; zero if the proof proves that nothing stands there. A slot that is a
/// [`U256`] is `B256::new(slot.to_be_bytes())`.
///
/// # Errors
/// As of [`verify`], or what is proved is no word.
pub fn verify_storage<P: AsRef<[u8]>>(storage_root: B256, slot: B256, proof: &[P]) -> Result<U256, ProofError> {
    match verify(storage_root, &host::keccak256(&slot.0), proof)? {
        Some(value) => word(&value).map_err(ProofError::Value),
        None => Ok(U256::ZERO),
    }
}

/// The EIP-2718 bytes of the receipt of the transaction at `index` in the block with this root; `None` if the proof
/// proves that the block has fewer. (The receipt is RLP, behind a byte of type if it is not of the first kind.)
///
/// # Errors
/// As of [`verify`].
pub fn verify_receipt<P: AsRef<[u8]>>(
    receipts_root: B256,
    index: u64,
    proof: &[P],
) -> Result<Option<Vec<u8>>, ProofError> {
    verify(receipts_root, &rlp::encode_u64(index), proof)
}

/// The EIP-2718 bytes of the transaction at `index` in the block with this root; `None` if the proof proves that the
/// block has fewer. Their Keccak-256 is the hash of the transaction.
///
/// # Errors
/// As of [`verify`].
pub fn verify_transaction<P: AsRef<[u8]>>(
    transactions_root: B256,
    index: u64,
    proof: &[P],
) -> Result<Option<Vec<u8>>, ProofError> {
    verify(transactions_root, &rlp::encode_u64(index), proof)
}

/// The RLP of a number. Zero is not stored.
fn word(encoded: &[u8]) -> Result<U256, RlpError> {
    match rlp::decode_number(encoded)? {
        U256::ZERO => Err(RlpError::WrongLength),
        word => Ok(word),
    }
}
