//! Where pools are, and what they have.

use crate::{IPair, RouterError, math};
use zx::prelude::*;

/// Where pools are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pools {
    /// Who makes pools.
    pub(crate) factory: Address,
    /// The code that pools run: the factory makes each as an instance of it, and never changes which. So the address of a
    /// pool is computed, which is cheaper than to ask for it.
    pub(crate) code: Address,
    /// The chain's coin as a token.
    pub(crate) coin: Address,
}

/// A pool, seen from one of its tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pool {
    pub(crate) address: Address,
    token_a: Address,
    token_b: Address,
}

/// A way through pools, and what there is of each token on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) pools: Vec<Pool>,
    /// One more than there are pools.
    pub(crate) amounts: Vec<U256>,
}

impl Pools {
    /// Refuses a path from or to coins that does not have the wrapper at that end.
    pub(crate) fn is_coin(&self, end: Option<&Address>) -> Result<(), RouterError> {
        ensure!(end == Some(&self.coin), RouterError::InvalidPath);
        Ok(())
    }

    /// The pool of two tokens, whether it has been made or not.
    pub(crate) fn of(
        &self,
        cx: &Ctx,
        token_a: Address,
        token_b: Address,
    ) -> Result<Pool, RouterError> {
        ensure!(token_a != token_b, RouterError::IdenticalAddresses);
        let (token0, token1) = if token_a < token_b {
            (token_a, token_b)
        } else {
            (token_b, token_a)
        };
        ensure!(!token0.is_zero(), RouterError::ZeroAddress);
        let code = cx.keccak256(&zx::instance(self.code, (token0, token1)));
        Ok(Pool {
            address: cx.create2_address(self.factory, B256::ZERO, code),
            token_a,
            token_b,
        })
    }

    /// The pools along a path.
    pub(crate) fn along(&self, cx: &Ctx, path: &[Address]) -> Result<Vec<Pool>, RouterError> {
        ensure!(path.len() > 1, RouterError::InvalidPath);
        hops(path).map(|(a, b)| self.of(cx, a, b)).collect()
    }

    /// What comes out at the end of a path for so much at its beginning.
    pub(crate) fn amounts_out(
        &self,
        cx: &Ctx,
        amount_in: U256,
        path: &[Address],
    ) -> Result<Route, RouterError> {
        ensure!(path.len() > 1, RouterError::InvalidPath);
        let mut route = Route::of(path);
        let mut amount = amount_in;
        route.amounts.push(amount);
        for (token_in, token_out) in hops(path) {
            let pool = self.of(cx, token_in, token_out)?;
            let (reserve_in, reserve_out) = pool.reserves(cx)?;
            amount = math::amount_out(amount, reserve_in, reserve_out)?;
            route.pools.push(pool);
            route.amounts.push(amount);
        }
        Ok(route)
    }

    /// What has to go in at the beginning of a path for so much at its end.
    pub(crate) fn amounts_in(
        &self,
        cx: &Ctx,
        amount_out: U256,
        path: &[Address],
    ) -> Result<Route, RouterError> {
        ensure!(path.len() > 1, RouterError::InvalidPath);
        let mut route = Route::of(path);
        let mut amount = amount_out;
        route.amounts.push(amount);
        for (token_in, token_out) in hops(path).rev() {
            let pool = self.of(cx, token_in, token_out)?;
            let (reserve_in, reserve_out) = pool.reserves(cx)?;
            amount = math::amount_in(amount, reserve_in, reserve_out)?;
            route.pools.push(pool);
            route.amounts.push(amount);
        }
        route.pools.reverse();
        route.amounts.reverse();
        Ok(route)
    }
}

impl Pool {
    /// What the pool counts on of both tokens, in the order that it was asked for in.
    pub(crate) fn reserves(&self, cx: &Ctx) -> Result<(U256, U256), RouterError> {
        let asked = IPair::at(self.address).get_reserves(cx);
        let (reserve0, reserve1, _) = asked.map_err(|refused| self.refused(refused))?;
        Ok(self.in_order(reserve0.get(), reserve1.get()))
    }

    /// What a call of the pool failed with. Who answers nothing is not there.
    pub(crate) fn refused(&self, error: CallError) -> RouterError {
        match error {
            CallError::Malformed => RouterError::NoPool {
                token_a: self.token_a,
                token_b: self.token_b,
            },
            refused => refused.into(),
        }
    }

    /// The token that comes in, where the pool is a hop.
    pub(crate) fn token_in(&self) -> Address {
        self.token_a
    }

    /// The pool's order turned to the order that it was asked for in; or back.
    pub(crate) fn in_order<T>(&self, first: T, second: T) -> (T, T) {
        if self.token_a < self.token_b {
            (first, second)
        } else {
            (second, first)
        }
    }

    /// Takes what has come in, for so much.
    pub(crate) fn swap(
        &self,
        cx: &mut Ctx,
        amount_out: U256,
        to: Address,
    ) -> Result<(), RouterError> {
        let (amount0, amount1) = self.in_order(U256::ZERO, amount_out);
        Ok(IPair::at(self.address).swap(cx, amount0, amount1, to, Bytes::new())?)
    }
}

impl Route {
    fn of(path: &[Address]) -> Self {
        Self {
            pools: Vec::with_capacity(path.len()),
            amounts: Vec::with_capacity(path.len()),
        }
    }

    /// What goes in.
    pub(crate) fn first(&self) -> U256 {
        self.amounts.first().copied().unwrap_or_default()
    }

    /// What comes out.
    pub(crate) fn last(&self) -> U256 {
        self.amounts.last().copied().unwrap_or_default()
    }
}

/// Each token with the next.
fn hops(path: &[Address]) -> impl DoubleEndedIterator<Item = (Address, Address)> {
    path.iter().copied().zip(path.iter().copied().skip(1))
}
