//! Numbers that signed messages are used by once.

use crate::{Address, Ctx, Map, U256};

/// A number for each account, which counts its signed messages: each is used once, in their order. OpenZeppelin's
/// `Nonces`, in the slot of its upgradeable contracts: all parts of a contract count together.
#[zx::storage]
#[derive(Debug)]
pub struct Nonces {
    #[slot(namespace = "openzeppelin.storage.Nonces")]
    nonces: Map<Address, U256>,
}

/// Why [`Nonces`] refused a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Error)]
pub enum NoncesError {
    /// The message has another nonce than the account's next.
    InvalidAccountNonce {
        /// Whose message.
        account: Address,
        /// The next nonce.
        current_nonce: U256,
    },
}

impl Nonces {
    /// The next nonce of an account.
    pub fn current(&self, owner: Address) -> U256 {
        self.nonces.get(owner)
    }

    /// Uses the next nonce of an account, and returns it.
    pub fn take(&mut self, owner: Address) -> U256 {
        let mut entry = self.nonces.entry(owner);
        let nonce = entry.get();
        // Nobody counts to 2^256.
        entry.set(nonce.wrapping_add(U256::ONE));
        nonce
    }

    /// Uses this nonce of an account.
    ///
    /// # Errors
    /// It is not the next. The next is then used up, unless the call reverts, as it should.
    pub fn take_checked(&mut self, owner: Address, nonce: U256) -> Result<(), NoncesError> {
        let current_nonce = self.take(owner);
        if nonce == current_nonce {
            Ok(())
        } else {
            Err(NoncesError::InvalidAccountNonce { account: owner, current_nonce })
        }
    }
}

#[zx::component]
impl Nonces {
    /// The next nonce of an account.
    pub fn nonces(&self, _cx: &Ctx, owner: Address) -> U256 {
        self.current(owner)
    }
}
