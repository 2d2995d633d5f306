use super::Erc20Error;
use crate::{Address, ContractError, Ctx, Field, Item, Map, U256};

/// Who holds how many of an [`Erc20`](super::Erc20)'s tokens.
pub trait Ledger: Field {
    /// Why it refuses: for the token's reasons, and for its own.
    type Error: ContractError + From<Erc20Error>;

    /// Tokens that exist.
    fn total_supply(&self) -> U256;

    /// Tokens that an account holds.
    fn balance_of(&self, account: Address) -> U256;

    /// Makes tokens for an account, which is not the zero address. This, [`burn`](Self::burn) and
    /// [`transfer`](Self::transfer) are where the ledger says what must hold before tokens move: OpenZeppelin's `_update`.
    ///
    /// # Errors
    /// There would be too many, or they must not move.
    fn mint(&mut self, cx: &mut Ctx, to: Address, value: U256) -> Result<(), Self::Error>;

    /// Destroys tokens of an account, which is not the zero address.
    ///
    /// # Errors
    /// There are too few, or they must not move.
    fn burn(&mut self, cx: &mut Ctx, from: Address, value: U256) -> Result<(), Self::Error>;

    /// Moves tokens from one account to another, neither of which is the zero address; they may be the same.
    ///
    /// # Errors
    /// There are too few, or they must not move.
    fn transfer(&mut self, cx: &mut Ctx, from: Address, to: Address, value: U256) -> Result<(), Self::Error>;
}

/// Balances, and their sum.
#[zx::storage]
#[derive(Debug)]
pub struct Balances {
    total_supply: Item<U256>,
    balances: Map<Address, U256>,
}

impl Balances {
    /// Adds to the supply, which overflows before any balance can, and to a balance: that of the zero address too, where
    /// nobody gets at it.
    pub fn create(&mut self, to: Address, value: U256) {
        self.total_supply.add(value);
        self.balances.add(to, value);
    }
}

impl Ledger for Balances {
    type Error = Erc20Error;

    fn total_supply(&self) -> U256 {
        self.total_supply.get()
    }

    fn balance_of(&self, account: Address) -> U256 {
        self.balances.get(account)
    }

    fn mint(&mut self, _cx: &mut Ctx, to: Address, value: U256) -> Result<(), Erc20Error> {
        self.create(to, value);
        Ok(())
    }

    fn burn(&mut self, _cx: &mut Ctx, from: Address, value: U256) -> Result<(), Erc20Error> {
        debit(&mut self.balances, from, value)?;
        self.total_supply.sub(value);
        Ok(())
    }

    fn transfer(&mut self, _cx: &mut Ctx, from: Address, to: Address, value: U256) -> Result<(), Erc20Error> {
        debit(&mut self.balances, from, value)?;
        self.balances.add(to, value);
        Ok(())
    }
}

/// Takes from a balance: for ledgers that keep balances in a map.
///
/// # Errors
/// It is too small.
pub fn debit(balances: &mut Map<Address, U256>, sender: Address, needed: U256) -> Result<(), Erc20Error> {
    match balances.try_sub(sender, needed) {
        Ok(_) => Ok(()),
        Err(rest) => Err(Erc20Error::ERC20InsufficientBalance { sender, balance: rest.available, needed }),
    }
}
