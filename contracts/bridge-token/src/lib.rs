//! A ZX-20 that stands for a token of another chain. Its bridge makes tokens when the originals are locked there, and
//! destroys them when these are to be released, by the methods and events of ERC-7802.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

#[cfg(test)]
mod tests;

use zx::{
    components::{Erc20, Erc20Error},
    prelude::*,
};

/// The bridge made tokens (ERC-7802).
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct CrosschainMint {
    /// Who has them.
    #[indexed]
    pub to: Address,
    /// How many.
    pub amount: U256,
    /// The bridge.
    #[indexed]
    pub sender: Address,
}

/// The bridge destroyed tokens (ERC-7802).
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct CrosschainBurn {
    /// Who had them.
    #[indexed]
    pub from: Address,
    /// How many.
    pub amount: U256,
    /// The bridge.
    #[indexed]
    pub sender: Address,
}

/// Why a call was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Error)]
pub enum BridgeTokenError {
    /// Only the bridge can do this.
    NotTheBridge {
        /// Who tried.
        account: Address,
    },
    /// Of the token (EIP-6093).
    Token(Erc20Error),
}

/// State of the token.
#[zx::contract]
#[derive(Debug)]
pub struct BridgeToken {
    #[component]
    erc20: Erc20,
    /// Name of the token.
    #[view]
    name: Item<String>,
    /// Its short name.
    #[view]
    symbol: Item<String>,
    /// Who makes and destroys tokens.
    #[view]
    bridge: Item<Address>,
    /// Decimal places with which amounts are shown.
    #[view]
    decimals: Item<u8>,
}

#[zx::public]
impl BridgeToken {
    /// Names the token as the original is, and the bridge for ever.
    #[constructor]
    pub fn constructor(
        &mut self,
        _cx: &mut Ctx,
        name: String,
        symbol: String,
        decimals: u8,
        bridge: Address,
    ) {
        self.name.set(name);
        self.symbol.set(symbol);
        self.decimals.set(decimals);
        self.bridge.set(bridge);
    }

    /// Makes tokens. Only the bridge can.
    pub fn crosschain_mint(
        &mut self,
        cx: &mut Ctx,
        to: Address,
        amount: U256,
    ) -> Result<(), BridgeTokenError> {
        let sender = self.only_bridge(cx)?;
        self.erc20.mint(cx, to, amount)?;
        cx.emit(CrosschainMint { to, amount, sender });
        Ok(())
    }

    /// Destroys tokens. Only the bridge can, and it does so for their holder alone: no allowance is asked for.
    pub fn crosschain_burn(
        &mut self,
        cx: &mut Ctx,
        from: Address,
        amount: U256,
    ) -> Result<(), BridgeTokenError> {
        let sender = self.only_bridge(cx)?;
        self.erc20.burn(cx, from, amount)?;
        cx.emit(CrosschainBurn {
            from,
            amount,
            sender,
        });
        Ok(())
    }

    fn only_bridge(&self, cx: &Ctx) -> Result<Address, BridgeTokenError> {
        let account = cx.sender();
        ensure!(
            account == self.bridge.get(),
            BridgeTokenError::NotTheBridge { account }
        );
        Ok(account)
    }
}
