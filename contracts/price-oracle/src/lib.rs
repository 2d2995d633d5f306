//! What assets cost: each has a feed, on terms that the admin sets.
//!
//! - **Reported**: accounts with the role `REPORTER_ROLE` say the price.
//! - **Of a pool**: the mean price of a Uniswap v2 pair (or `dex-pair`) since the last one was taken, at least `interval`
//!   seconds. Anybody can have it taken. To move it one has to hold the pool's price for that long, against everybody who
//!   trades it back; a price that is moved and moved back within a block is in no mean. A mean of more than `heartbeat`
//!   seconds would say little of now: it begins anew instead.
//!
//! A price is what 10^18 of the asset's smallest units are worth, in smallest units of whatever the admin counts in; so it
//! does not depend on decimals. A new price must lie within absolute bounds, must not differ from the last by more than
//! `max_change`, and comes no sooner than `interval` seconds after it: a reporter who has lost their key can move it by so
//! much in so long. The admin can set a price without waiting, and past the limit of change, within the bounds.
//!
//! A price that is older than `heartbeat` is none: [`price_of`](PriceOracle::price_of) reverts rather than tell it.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod interface;
mod mean;
#[cfg(test)]
mod tests;

pub use interface::{FeedRemoved, FeedSet, IPair, IPriceOracle, OracleError, PriceUpdated};

use zx::{
    components::{AccessControl, DEFAULT_ADMIN_ROLE, role},
    prelude::*,
};

/// Who can report prices.
pub const REPORTER_ROLE: B256 = role("REPORTER_ROLE");

/// 100 %, in hundredths of a percent.
const ALL: u64 = 10_000;

/// How many smallest units of an asset a price is of.
const UNIT: u64 = 1_000_000_000_000_000_000;

/// What the price of an asset must be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue, zx::Abi)]
pub struct Terms {
    /// The lowest price that is believed; not zero.
    pub minimum: u128,
    /// The highest; zero, where there is no feed.
    pub maximum: u128,
    /// The pool whose mean it is; nobody, if it is reported.
    pub pair: Address,
    /// By how much it may differ from the one before, in hundredths of a percent of that.
    pub max_change: u16,
    /// Seconds from one price to the next, at least; not zero.
    pub interval: u32,
    /// Seconds that a price is good for; more than `interval`.
    pub heartbeat: u32,
}

/// A price, and when it was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
struct Latest {
    /// Zero, if there was none yet.
    price: u128,
    /// Seconds since 1970.
    at: u64,
    /// From when on the next one is counted, in seconds since 1970: when this one was set, or the pool's mean began.
    since: u64,
}

/// All of an asset.
#[zx::storage]
#[derive(Debug)]
pub struct Feed {
    terms: Item<Terms>,
    latest: Item<Latest>,
    /// The pool's sum of prices when the last mean was taken.
    sum: Item<U256>,
}

/// State of the oracle.
#[zx::contract]
#[derive(Debug)]
pub struct PriceOracle {
    #[component]
    access: AccessControl,
    feeds: Map<Address, Feed>,
}

#[zx::public(implements(IPriceOracle))]
impl PriceOracle {
    /// Makes the deployer the admin.
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx) {
        self.access.grant(cx, DEFAULT_ADMIN_ROLE, cx.sender());
    }

    /// Id of the role that can report.
    #[selector(name = "REPORTER_ROLE")]
    pub fn reporter_role() -> B256 {
        REPORTER_ROLE
    }

    /// What 10^18 of the asset's smallest units are worth. Reverts if that is not known, or not any more.
    pub fn price_of(&self, cx: &Ctx, asset: Address) -> Result<U256, OracleError> {
        let feed = self.feeds.at(asset);
        let Latest { price, at, .. } = feed.latest.get();
        ensure!(price > 0, OracleError::NoPrice { asset });
        let good_until = at.saturating_add(u64::from(feed.terms.get().heartbeat));
        ensure!(
            cx.block_timestamp() <= good_until,
            OracleError::Stale { asset, at }
        );
        Ok(U256::from(price))
    }

    /// The last price, however old it is, and when it was set in seconds since 1970; zero, if there was none.
    pub fn latest(&self, _cx: &Ctx, asset: Address) -> (u128, u64) {
        let Latest { price, at, .. } = self.feeds.at(asset).latest.get();
        (price, at)
    }

    /// The terms of an asset's feed.
    pub fn terms(&self, _cx: &Ctx, asset: Address) -> Terms {
        self.feeds.at(asset).terms.get()
    }

    /// Sets the terms of an asset's feed. What it cost on the terms before is forgotten.
    pub fn set_feed(
        &mut self,
        cx: &mut Ctx,
        asset: Address,
        terms: Terms,
    ) -> Result<(), OracleError> {
        self.access.only(cx, DEFAULT_ADMIN_ROLE)?;
        let Terms {
            minimum,
            maximum,
            pair,
            max_change,
            interval,
            heartbeat,
        } = terms;
        ensure!(
            minimum > 0 && minimum <= maximum && interval > 0 && interval < heartbeat,
            OracleError::InvalidTerms
        );
        let mut feed = self.feeds.at_mut(asset);
        let (mut sum, mut since) = (U256::ZERO, 0);
        if !pair.is_zero() {
            (sum, since) = (mean::sum(cx, pair, asset)?, cx.block_timestamp());
        }
        feed.terms.set(terms);
        feed.latest.set(Latest {
            price: 0,
            at: 0,
            since,
        });
        feed.sum.set(sum);
        cx.emit(FeedSet {
            asset,
            pair,
            minimum,
            maximum,
            max_change,
            interval,
            heartbeat,
        });
        Ok(())
    }

    /// Takes the feed of an asset away: it has no price from then on.
    pub fn remove_feed(&mut self, cx: &mut Ctx, asset: Address) -> Result<(), OracleError> {
        self.access.only(cx, DEFAULT_ADMIN_ROLE)?;
        let mut feed = self.feeds.at_mut(asset);
        ensure!(feed.terms.get().maximum > 0, OracleError::NoFeed { asset });
        feed.terms.clear();
        feed.latest.clear();
        feed.sum.clear();
        cx.emit(FeedRemoved { asset });
        Ok(())
    }

    /// Says what an asset costs.
    pub fn report(&mut self, cx: &mut Ctx, asset: Address, price: U256) -> Result<(), OracleError> {
        self.access.only(cx, REPORTER_ROLE)?;
        let feed = self.feeds.at(asset);
        let (terms, before) = (feed.terms.get(), feed.latest.get());
        ensure!(
            terms.maximum > 0 && terms.pair.is_zero(),
            OracleError::NoFeed { asset }
        );
        in_time(cx, terms, before)?;
        let price = believed(terms, price)?;
        steady(terms, before, price)?;
        self.set(cx, asset, price);
        Ok(())
    }

    /// Takes the mean of an asset's pool since the last time, whoever asks for it. If that is longer ago than a price is good
    /// for, the mean begins anew, and the price stays what it was, and as old.
    pub fn update(&mut self, cx: &mut Ctx, asset: Address) -> Result<(), OracleError> {
        let feed = self.feeds.at(asset);
        let (terms, before) = (feed.terms.get(), feed.latest.get());
        ensure!(!terms.pair.is_zero(), OracleError::NoFeed { asset });
        let seconds = in_time(cx, terms, before)?;
        let sum = mean::sum(cx, terms.pair, asset)?;
        if seconds > u64::from(terms.heartbeat) {
            let since = cx.block_timestamp();
            let mut feed = self.feeds.at_mut(asset);
            feed.sum.set(sum);
            feed.latest.set(Latest { since, ..before });
            return Ok(());
        }
        let mean = mean::mean(feed.sum.get(), sum, seconds, U256::from(UNIT));
        let price = believed(terms, mean)?;
        steady(terms, before, price)?;
        self.feeds.at_mut(asset).sum.set(sum);
        self.set(cx, asset, price);
        Ok(())
    }

    /// Sets a price without waiting and however far it is from the last, within the bounds: for markets that jump. The
    /// mean of a pool begins anew.
    pub fn set_price(
        &mut self,
        cx: &mut Ctx,
        asset: Address,
        price: U256,
    ) -> Result<(), OracleError> {
        self.access.only(cx, DEFAULT_ADMIN_ROLE)?;
        let terms = self.feeds.at(asset).terms.get();
        ensure!(terms.maximum > 0, OracleError::NoFeed { asset });
        let price = believed(terms, price)?;
        if !terms.pair.is_zero() {
            let sum = mean::sum(cx, terms.pair, asset)?;
            self.feeds.at_mut(asset).sum.set(sum);
        }
        self.set(cx, asset, price);
        Ok(())
    }

    fn set(&mut self, cx: &mut Ctx, asset: Address, price: u128) {
        let (at, by) = (cx.block_timestamp(), cx.sender());
        let since = at;
        let mut feed = self.feeds.at_mut(asset);
        feed.latest.set(Latest { price, at, since });
        cx.emit(PriceUpdated { asset, price, by });
    }
}

/// Seconds since the last price, or since the mean began, if they are enough.
fn in_time(cx: &Ctx, terms: Terms, before: Latest) -> Result<u64, OracleError> {
    let until = before.since.saturating_add(u64::from(terms.interval));
    ensure!(
        cx.block_timestamp() >= until,
        OracleError::TooEarly { until }
    );
    Ok(cx.block_timestamp() - before.since)
}

/// The price, if it lies within the bounds.
fn believed(terms: Terms, price: U256) -> Result<u128, OracleError> {
    let Terms {
        minimum, maximum, ..
    } = terms;
    let fitting = u128::try_from(price).ok();
    let within = fitting.filter(|price| (minimum..=maximum).contains(price));
    within.ok_or(OracleError::OutOfBounds {
        price,
        minimum,
        maximum,
    })
}

/// Refuses a price that jumps. The first cannot.
fn steady(terms: Terms, before: Latest, price: u128) -> Result<(), OracleError> {
    let before = before.price;
    let allowed = U256::from(before) * U256::from(terms.max_change);
    let change = U256::from(before.abs_diff(price)) * U256::from(ALL);
    ensure!(
        before == 0 || change <= allowed,
        OracleError::ChangeTooLarge { before, price }
    );
    Ok(())
}
