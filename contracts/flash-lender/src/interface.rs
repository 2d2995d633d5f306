//! What the lender tells, why it refuses, and whom it asks.

use zx::{
    components::{Erc20Error, erc20::TokenError},
    prelude::*,
};

/// Tokens became shares (ERC-4626).
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Deposit {
    /// Who brought them.
    #[indexed]
    pub sender: Address,
    /// Whose the shares are.
    #[indexed]
    pub owner: Address,
    /// Tokens.
    pub assets: U256,
    /// Shares.
    pub shares: U256,
}

/// Shares became tokens (ERC-4626).
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Withdraw {
    /// Who asked for it.
    #[indexed]
    pub sender: Address,
    /// Whose the tokens are.
    #[indexed]
    pub receiver: Address,
    /// Whose the shares were.
    #[indexed]
    pub owner: Address,
    /// Tokens.
    pub assets: U256,
    /// Shares.
    pub shares: U256,
}

/// Tokens were lent, and came back with the fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct FlashLoan {
    /// Who asked for it.
    #[indexed]
    pub initiator: Address,
    /// Who had them.
    #[indexed]
    pub receiver: Address,
    /// Tokens.
    pub amount: U256,
    /// What they paid for it.
    pub fee: U256,
}

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum LenderError {
    /// The fee is above all that is lent.
    InvalidFee {
        /// In hundredths of a percent.
        fee: u16,
    },
    /// The owner has not so much in the pool.
    ERC4626ExceededMaxWithdraw {
        /// Whose shares.
        owner: Address,
        /// What was asked for.
        assets: U256,
        /// What there is.
        max: U256,
    },
    /// The owner has not so many shares.
    ERC4626ExceededMaxRedeem {
        /// Whose.
        owner: Address,
        /// What was asked for.
        shares: U256,
        /// What there are.
        max: U256,
    },
    /// The pool lends another token.
    ERC3156UnsupportedToken {
        /// Which was asked for.
        token: Address,
    },
    /// The pool has not so much.
    ERC3156ExceededMaxLoan {
        /// What it has.
        max_loan: U256,
    },
    /// The borrower does not know what a loan is.
    ERC3156InvalidReceiver {
        /// Who.
        receiver: Address,
    },
    /// Less came back than was owed: the token takes a fee of its own, or lies.
    NotPaidBack {
        /// What is there.
        balance: U256,
        /// What should be.
        owed: U256,
    },
    /// Of the shares.
    Shares(Erc20Error),
    /// A token was not moved.
    Token(TokenError),
    /// The borrower failed, in its own words; or the token does not say what there is of it.
    Call(CallError),
}

zx::sol_interface! {
    /// Who is lent tokens until the end of the call (ERC-3156).
    pub interface IERC3156FlashBorrower {
        function onFlashLoan(address initiator, address token, uint256 amount, uint256 fee, bytes calldata data) external returns (bytes32);
    }

    /// What the lender asks of its token.
    pub interface IToken {
        function decimals() external view returns (uint8);
    }
}
