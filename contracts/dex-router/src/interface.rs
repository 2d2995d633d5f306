//! Why the router refuses, and whom it asks.

use zx::{components::erc20::TokenError, prelude::*};

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum RouterError {
    /// It is too late.
    Expired {
        /// Until when it was to be done, in seconds since 1970.
        deadline: U256,
    },
    /// Too little of the first token would go in, or come out.
    InsufficientAAmount {
        /// What it would be.
        amount: U256,
        /// What it should be at least.
        minimum: U256,
    },
    /// Too little of the second token would go in, or come out.
    InsufficientBAmount {
        /// What it would be.
        amount: U256,
        /// What it should be at least.
        minimum: U256,
    },
    /// The trade would bring too little.
    InsufficientOutputAmount {
        /// What it would bring.
        amount: U256,
        /// What it should at least.
        minimum: U256,
    },
    /// The trade would cost too much.
    ExcessiveInputAmount {
        /// What it would cost.
        amount: U256,
        /// What it may.
        maximum: U256,
    },
    /// A path has two tokens at least; one from or to the chain's coin has its wrapper at that end.
    InvalidPath,
    /// A pool has two tokens.
    IdenticalAddresses,
    /// Nobody is no token.
    ZeroAddress,
    /// Nothing is worth nothing.
    InsufficientAmount,
    /// Nothing is given for it.
    InsufficientInputAmount,
    /// The pool has not so much, or nothing.
    InsufficientLiquidity,
    /// There is no pool of these.
    NoPool {
        /// One token.
        token_a: Address,
        /// The other.
        token_b: Address,
    },
    /// The receiver of coins does not take them.
    NotSent {
        /// Who.
        to: Address,
        /// How many, in wei.
        value: U256,
    },
    /// Coins come from the wrapper, or along with a call.
    NotFromWrapper {
        /// Who sent some.
        sender: Address,
    },
    /// A token was not moved.
    Token(TokenError),
    /// A pool, the factory or the wrapper refused, in its own words.
    Call(CallError),
}

zx::sol_interface! {
    /// What the router asks of the factory.
    pub interface IFactory {
        function implementation() external view returns (address);
        function createPair(address tokenA, address tokenB) external returns (address);
    }

    /// What it asks of a pool.
    pub interface IPair {
        function getReserves() external view returns (uint112, uint112, uint32);
        function mint(address to) external returns (uint256);
        function burn(address to) external returns (uint256, uint256);
        function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) external;
        function transferFrom(address from, address to, uint256 value) external returns (bool);
        function allowance(address owner, address spender) external view returns (uint256);
        function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
    }

    /// What it asks of the wrapper of the chain's coin.
    pub interface IWrapped {
        function deposit() external payable;
        function withdraw(uint256 value) external;
    }
}
