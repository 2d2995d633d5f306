use super::{Erc20Error, Ledger, debit};
use crate::{
    Address, Ctx, U256,
    components::{CheckpointsError, Votes, VotesError},
};

/// The most tokens that can vote: 2^208 - 1, what a checkpoint has room for.
const MOST_VOTES: U256 = U256::from_limbs([u64::MAX, u64::MAX, u64::MAX, 0xFFFF]);

/// Why a token whose holders vote refused a call: the errors of OpenZeppelin's `ERC20Votes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Error)]
pub enum Erc20VotesError {
    /// Of the token.
    Token(Erc20Error),
    /// There would be more tokens than the history has room for.
    ERC20ExceededSafeSupply {
        /// How many there would be.
        increased_supply: U256,
        /// How many there may be: 2^208 - 1.
        cap: U256,
    },
    /// Of the votes.
    Votes(VotesError),
}

/// The units are the balances, so that the two cannot disagree.
impl Ledger for Votes {
    type Error = Erc20VotesError;

    fn total_supply(&self) -> U256 {
        self.total_units()
    }

    fn balance_of(&self, account: Address) -> U256 {
        self.units(account)
    }

    fn mint(&mut self, cx: &mut Ctx, to: Address, value: U256) -> Result<(), Erc20VotesError> {
        self.made(cx, to, value).map_err(|error| match error {
            // The first that does not fit is the supply, which is at least what anybody votes with.
            VotesError::Checkpoints(CheckpointsError::SafeCastOverflowedUintDowncast { bits: 208, value }) => {
                Erc20VotesError::ERC20ExceededSafeSupply { increased_supply: value, cap: MOST_VOTES }
            }
            other => other.into(),
        })
    }

    fn burn(&mut self, cx: &mut Ctx, from: Address, value: U256) -> Result<(), Erc20VotesError> {
        debit(self.units_mut(), from, value)?;
        Ok(self.destroyed(cx, from, value)?)
    }

    fn transfer(&mut self, cx: &mut Ctx, from: Address, to: Address, value: U256) -> Result<(), Erc20VotesError> {
        debit(self.units_mut(), from, value)?;
        Ok(self.moved(cx, from, to, value)?)
    }
}
