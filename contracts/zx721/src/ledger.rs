//! Whose the tokens are, in lists that can be walked through.

use zx::prelude::*;

/// A token: one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
pub(crate) struct Token {
    /// Whose it is; the zero address if there is none.
    pub(crate) owner: Address,
    /// Where it is among those of its owner.
    at: u32,
    /// Where it is among all.
    listed_at: u32,
}

/// Tokens by owner and in all. An owner's balance is the length of their list, so that the two cannot disagree. Where a
/// token leaves a list the last one takes its place, as in OpenZeppelin's `ERC721Enumerable`.
#[zx::storage]
#[derive(Debug)]
pub(crate) struct Ledger {
    tokens: Map<U256, Token>,
    owned: Map<Address, List<U256>>,
    all: List<U256>,
}

impl Ledger {
    /// Whose a token is; the zero address if there is none.
    pub(crate) fn owner(&self, token_id: U256) -> Address {
        self.tokens.get(token_id).owner
    }

    /// The tokens of an owner.
    pub(crate) fn of(&self, owner: Address) -> zx::Ref<'_, List<U256>> {
        self.owned.at(owner)
    }

    /// All tokens.
    pub(crate) fn all(&self) -> &List<U256> {
        &self.all
    }

    /// Makes a token that is not there.
    pub(crate) fn create(&mut self, owner: Address, token_id: U256) {
        let mut owned = self.owned.at_mut(owner);
        self.tokens.set(
            token_id,
            Token {
                owner,
                at: owned.len(),
                listed_at: self.all.len(),
            },
        );
        owned.push(token_id);
        self.all.push(token_id);
    }

    /// Gives a token, which is there, to somebody else.
    pub(crate) fn give(&mut self, token_id: U256, to: Address) {
        let token = self.tokens.get(token_id);
        if token.owner == to {
            return;
        }
        self.take_from_owner(token);
        let mut owned = self.owned.at_mut(to);
        self.tokens.set(
            token_id,
            Token {
                owner: to,
                at: owned.len(),
                ..token
            },
        );
        owned.push(token_id);
    }

    /// Destroys a token, which is there.
    pub(crate) fn remove(&mut self, token_id: U256) {
        let token = self.tokens.take(token_id);
        self.take_from_owner(token);
        self.all.swap_remove(token.listed_at);
        if let Some(moved) = self.all.get(token.listed_at) {
            self.tokens.entry(moved).update(|moved| Token {
                listed_at: token.listed_at,
                ..moved
            });
        }
    }

    fn take_from_owner(&mut self, token: Token) {
        let mut owned = self.owned.at_mut(token.owner);
        owned.swap_remove(token.at);
        if let Some(moved) = owned.get(token.at) {
            self.tokens.entry(moved).update(|moved| Token {
                at: token.at,
                ..moved
            });
        }
    }
}
