//! Royalties (EIP-2981): what whoever sells a token owes, for marketplaces to ask.

use crate::Zx721Error;
use zx::prelude::*;

/// Parts that a price has.
pub(crate) const DENOMINATOR: u64 = 10_000;

/// So many parts of 10,000 for somebody: one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
pub(crate) struct Royalty {
    receiver: Address,
    parts: Uint<96>,
}

/// The royalty of all tokens, and of those that have their own.
#[zx::storage]
#[derive(Debug)]
pub(crate) struct Royalties {
    default: Item<Royalty>,
    of_token: Map<U256, Royalty>,
}

impl Royalties {
    /// Who gets how much of a price, rounded down.
    pub(crate) fn info(&self, token_id: U256, price: U256) -> (Address, U256) {
        let own = self.of_token.get(token_id);
        let Royalty { receiver, parts } = if own.receiver.is_zero() {
            self.default.get()
        } else {
            own
        };
        // In two steps, because the product of price and parts may not fit: parts of whole ten thousands, and of the rest.
        let (parts, denominator) = (parts.get(), U256::from(DENOMINATOR));
        (
            receiver,
            price / denominator * parts + price % denominator * parts / denominator,
        )
    }

    pub(crate) fn set_default(
        &mut self,
        receiver: Address,
        parts: Uint<96>,
    ) -> Result<(), Zx721Error> {
        let (numerator, denominator) = (parts.get(), U256::from(DENOMINATOR));
        ensure!(
            numerator <= denominator,
            Zx721Error::ERC2981InvalidDefaultRoyalty {
                numerator,
                denominator
            }
        );
        ensure!(
            !receiver.is_zero(),
            Zx721Error::ERC2981InvalidDefaultRoyaltyReceiver { receiver }
        );
        self.default.set(Royalty { receiver, parts });
        Ok(())
    }

    pub(crate) fn clear_default(&mut self) {
        self.default.clear();
    }

    pub(crate) fn set_token(
        &mut self,
        token_id: U256,
        receiver: Address,
        parts: Uint<96>,
    ) -> Result<(), Zx721Error> {
        let (numerator, denominator) = (parts.get(), U256::from(DENOMINATOR));
        ensure!(
            numerator <= denominator,
            Zx721Error::ERC2981InvalidTokenRoyalty {
                token_id,
                numerator,
                denominator
            }
        );
        ensure!(
            !receiver.is_zero(),
            Zx721Error::ERC2981InvalidTokenRoyaltyReceiver { token_id, receiver }
        );
        self.of_token.set(token_id, Royalty { receiver, parts });
        Ok(())
    }

    pub(crate) fn clear_token(&mut self, token_id: U256) {
        self.of_token.clear(token_id);
    }
}
