//! The development accounts: BIP-39 mnemonic, BIP-44 path.

use alloy_primitives::{Address, B256};
use alloy_signer_local::{MnemonicBuilder, coins_bip39::English};
use eyre::Result;

/// The mnemonic that every development chain shares, and that is therefore worth nothing anywhere else.
pub(crate) const MNEMONIC: &str = "test test test test test test test test test test test junk";
/// How many accounts, unless a flag says otherwise.
pub(crate) const ACCOUNTS: u32 = 10;

/// An account and its key.
pub(crate) struct DevKey {
    pub(crate) address: Address,
    pub(crate) secret: B256,
}

/// The accounts of a mnemonic, at `m/44'/60'/0'/0/i`.
pub(crate) fn derive(mnemonic: &str, accounts: u32) -> Result<Vec<DevKey>> {
    let one = |index| {
        let signer = MnemonicBuilder::<English>::default().phrase(mnemonic).index(index)?.build()?;
        Ok(DevKey { address: signer.address(), secret: signer.to_bytes() })
    };
    (0..accounts).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{address, b256};

    #[test]
    fn the_accounts_are_those_that_every_tool_knows() {
        let keys = derive(MNEMONIC, ACCOUNTS).unwrap();
        assert_eq!(keys.len(), 10);
        assert_eq!(keys[0].address, address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266"));
        assert_eq!(keys[0].secret, b256!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"));
        assert_eq!(keys[9].address, address!("a0Ee7A142d267C1f36714E4a8F75612F20a79720"));
    }
}
