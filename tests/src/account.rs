//! The funded accounts, and signing.

use alloy_consensus::{SignableTransaction as _, TxEip1559};
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use alloy_signer::SignerSync as _;
use alloy_signer_local::{MnemonicBuilder, PrivateKeySigner, coins_bip39::English};

/// Chain id of a dev node.
pub const CHAIN_ID: u64 = 31_337;
const MNEMONIC: &str = "test test test test test test test test test test test junk";
/// Far above the base fee of a chain whose blocks are nearly empty: 100 gwei.
const MAX_FEE: u128 = 100_000_000_000;

/// An account that signs with the nonce that comes next.
#[derive(Clone, Debug)]
pub struct Account {
    signer: PrivateKeySigner,
    chain_id: u64,
    /// Nonce of its next transaction.
    pub nonce: u64,
}

impl Account {
    /// The account of the dev mnemonic at `index`, which a dev node funds if it is below ten.
    ///
    /// # Errors
    /// If the index cannot be derived.
    pub fn dev(index: u32) -> eyre::Result<Self> {
        let signer = MnemonicBuilder::<English>::default().phrase(MNEMONIC).index(index)?.build()?;
        Ok(Self { signer, chain_id: CHAIN_ID, nonce: 0 })
    }

    /// The same key on another chain, where it has sent nothing yet.
    pub fn on(&self, chain_id: u64) -> Self {
        Self { signer: self.signer.clone(), chain_id, nonce: 0 }
    }

    /// Signs a hash, as a wallet signs typed data (EIP-712) or a message once it has hashed it: r, s and v, 65 bytes.
    ///
    /// # Errors
    /// If signing fails.
    pub fn sign_hash(&self, hash: B256) -> eyre::Result<[u8; 65]> {
        Ok(self.signer.sign_hash_sync(&hash)?.as_bytes())
    }

    /// Its address.
    pub fn address(&self) -> Address {
        self.signer.address()
    }

    /// Signs a transaction with the next nonce.
    ///
    /// # Errors
    /// If signing fails.
    pub fn sign(&mut self, to: TxKind, value: U256, input: Bytes, gas_limit: u64) -> eyre::Result<Bytes> {
        let tx = TxEip1559 {
            chain_id: self.chain_id,
            nonce: self.nonce,
            gas_limit,
            max_fee_per_gas: MAX_FEE,
            max_priority_fee_per_gas: 1_000_000_000,
            to,
            value,
            access_list: Default::default(),
            input,
        };
        let signature = self.signer.sign_hash_sync(&tx.signature_hash())?;
        self.nonce += 1;
        Ok(tx.into_signed(signature).encoded_2718().into())
    }
}
