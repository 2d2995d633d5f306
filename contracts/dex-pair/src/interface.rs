//! What a pool tells, why it refuses, and whom it asks.

use zx::{components::Erc20Error, crypto::PermitError, prelude::*};

/// Tokens became shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Mint {
    /// Who asked for it.
    #[indexed]
    pub sender: Address,
    /// What came of the first token.
    pub amount0: U256,
    /// What came of the second.
    pub amount1: U256,
}

/// Shares became tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Burn {
    /// Who asked for it.
    #[indexed]
    pub sender: Address,
    /// What went of the first token.
    pub amount0: U256,
    /// What went of the second.
    pub amount1: U256,
    /// Whom to.
    #[indexed]
    pub to: Address,
}

/// A trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Swap {
    /// Who asked for it.
    #[indexed]
    pub sender: Address,
    /// What came of the first token.
    pub amount0_in: U256,
    /// What came of the second.
    pub amount1_in: U256,
    /// What went of the first.
    pub amount0_out: U256,
    /// What went of the second.
    pub amount1_out: U256,
    /// Whom to.
    #[indexed]
    pub to: Address,
}

/// The reserves are others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Sync {
    /// Of the first token.
    pub reserve0: Uint<112>,
    /// Of the second.
    pub reserve1: Uint<112>,
}

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum PairError {
    /// Nothing was asked for.
    InsufficientOutputAmount,
    /// Nothing came in for what goes out.
    InsufficientInputAmount,
    /// The pool has not so much.
    InsufficientLiquidity,
    /// What came is worth no share.
    InsufficientLiquidityMinted,
    /// The shares are worth nothing.
    InsufficientLiquidityBurned,
    /// A token cannot receive what it is traded for.
    InvalidTo {
        /// The token.
        to: Address,
    },
    /// The product of the reserves would fall: too little came in.
    K {
        /// What came of the first token.
        amount0_in: U256,
        /// What came of the second.
        amount1_in: U256,
    },
    /// The pool counts to 2^112 - 1.
    BalanceOverflow {
        /// What it has.
        balance: U256,
    },
    /// A token was not sent, without a word.
    TransferFailed {
        /// The token.
        token: Address,
    },
    /// Of the shares (EIP-6093).
    Shares(Erc20Error),
    /// The permit is none.
    Permit(PermitError),
    /// A token, the factory or a borrower failed, in its own words.
    Call(CallError),
}

zx::sol_interface! {
    /// What a pool asks of whoever made it.
    pub interface IFactory {
        function feeTo() external view returns (address);
    }

    /// Who is lent what they asked for, until the end of the call.
    pub interface IUniswapV2Callee {
        function uniswapV2Call(address sender, uint256 amount0, uint256 amount1, bytes calldata data) external;
    }
}
