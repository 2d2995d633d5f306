//! The accounts, and what they sign.

use alloy_primitives::{Address, B256};
use alloy_signer::SignerSync as _;
use alloy_signer_local::{MnemonicBuilder, PrivateKeySigner, coins_bip39::English};
use eyre::eyre;
use std::sync::OnceLock;

/// How many there are.
const ACCOUNTS: u32 = 5;
const MNEMONIC: &str = "test test test test test test test test test test test junk";

fn signers() -> eyre::Result<&'static [PrivateKeySigner]> {
    static SIGNERS: OnceLock<Result<Vec<PrivateKeySigner>, String>> = OnceLock::new();
    let derive = |index| MnemonicBuilder::<English>::default().phrase(MNEMONIC).index(index)?.build();
    let signers =
        SIGNERS.get_or_init(|| (0..ACCOUNTS).map(derive).collect::<Result<_, _>>().map_err(|e| e.to_string()));
    signers.as_deref().map_err(|e| eyre!(e.clone()))
}

/// Their addresses.
pub(crate) fn accounts() -> eyre::Result<Vec<Address>> {
    Ok(signers()?.iter().map(PrivateKeySigner::address).collect())
}

/// v, r and s of an account.
pub(crate) fn sign(account: Address, hash: B256) -> eyre::Result<(u8, B256, B256)> {
    let signer =
        signers()?.iter().find(|signer| signer.address() == account).ok_or_else(|| eyre!("{account} has no key"))?;
    let signature = signer.sign_hash_sync(&hash)?;
    Ok((27 + u8::from(signature.v()), signature.r().into(), signature.s().into()))
}
