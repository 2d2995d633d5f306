//! The pool's rules once more, in plain fractions, for random calls to be held against: there is no original of it.

use crate::tests::{Bank, ORACLE, TERMS, YEAR, n};
use zx::{prelude::*, testing::Host};

const ACCOUNTS: usize = 3;
const ASSETS: usize = 2;

/// What a unit counts for at most, in thousandths.
const CEILING: u64 = 10_000;

/// A number of 10^27ths that something is multiplied by.
fn ray() -> U256 {
    U256::from(10u64).pow(27)
}

fn up(product: U256, divisor: U256) -> U256 {
    (product + divisor - U256::ONE) / divisor
}

#[derive(Clone)]
struct Asset {
    supply: U256,
    debt: U256,
    cash: U256,
    supplied: [U256; ACCOUNTS],
    borrowed: [U256; ACCOUNTS],
    /// Until when it has grown: it does when it is touched.
    at: u64,
}

impl Asset {
    fn sum(of: &[U256; ACCOUNTS]) -> U256 {
        of.iter().copied().sum()
    }

    fn grow(&mut self, now: u64) {
        let seconds = now - self.at;
        self.at = now;
        let (lent, shares) = (Self::sum(&self.borrowed), Self::sum(&self.supplied));
        if lent.is_zero() || seconds == 0 {
            return;
        }
        let percent = |hundredths: u32| U256::from(hundredths) * ray() / n(10_000);
        let debt = lent * self.debt / ray();
        let used = up(debt * ray(), self.cash + debt);
        let kink = percent(TERMS.kink.into());
        let mut rate = percent(TERMS.base_rate) + up(percent(TERMS.slope) * used, ray());
        if used > kink {
            rate += up(percent(TERMS.jump) * (used - kink), ray() - kink);
        }
        let growth = up(rate * n(seconds), n(YEAR));
        let grown = up(self.debt * growth, ray());
        let part = n(10_000 - u64::from(TERMS.reserve_factor));
        self.debt += grown;
        if !shares.is_zero() {
            self.supply += lent * grown * part / (n(10_000) * shares);
        }
    }

    fn supplied(&self, who: usize) -> U256 {
        self.supplied[who] * self.supply / ray()
    }

    fn owed(&self, who: usize) -> U256 {
        up(self.borrowed[who] * self.debt, ray())
    }
}

struct Model {
    assets: [Asset; ASSETS],
    wallets: [[U256; ASSETS]; ACCOUNTS],
    /// Of a unit, in thousandths; 0 if they are not known.
    prices: [u64; ASSETS],
    now: u64,
}

impl Model {
    /// An asset as it is now.
    fn of(&self, at: usize) -> Asset {
        let mut asset = self.assets[at].clone();
        asset.grow(self.now);
        asset
    }

    fn touch(&mut self, at: usize) -> &mut Asset {
        self.assets[at].grow(self.now);
        &mut self.assets[at]
    }

    /// Limit and debt, if what costs nobody knows costs this, in thousandths.
    fn health(&self, who: usize, unknown: u64) -> (U256, U256) {
        let mut health = (U256::ZERO, U256::ZERO);
        for (asset, price) in (0..ASSETS).map(|at| (self.of(at), self.prices[at])) {
            let price = if price == 0 { unknown } else { price };
            let value = asset.supplied(who) * n(price.min(CEILING)) / n(1_000);
            health.0 += value * n(TERMS.collateral_factor.into()) / n(10_000);
            health.1 += up(asset.owed(who) * n(price), n(1_000));
        }
        health
    }

    /// Whether it can be told that somebody owes no more than they can.
    fn stands(&self, who: usize) -> bool {
        let owes = |asset: &Asset| !asset.borrowed[who].is_zero();
        let has = |asset: &Asset| !asset.supplied[who].is_zero() || owes(asset);
        let known = |at: usize| self.prices[at] > 0 || !has(&self.assets[at]);
        let (limit, debt) = self.health(who, 0);
        !self.assets.iter().any(owes) || ((0..ASSETS).all(known) && debt <= limit)
    }

    /// Whether somebody owes more than they can whatever that costs whose price is not known.
    fn sinks(&self, who: usize) -> bool {
        self.health(who, 0).1 > self.health(who, CEILING).0
    }

    fn supply(&mut self, who: usize, at: usize, amount: U256) -> Option<()> {
        self.wallets[who][at] = self.wallets[who][at].checked_sub(amount)?;
        let asset = self.touch(at);
        let shares = amount * ray() / asset.supply;
        asset.supplied[who] += shares;
        asset.cash += amount;
        (!shares.is_zero()).then_some(())
    }

    fn withdraw(&mut self, who: usize, at: usize, amount: U256) -> Option<()> {
        let asset = self.touch(at);
        let has = asset.supplied(who);
        let (amount, shares) = if amount == U256::MAX {
            (has, asset.supplied[who])
        } else {
            (amount, up(amount.min(has) * ray(), asset.supply))
        };
        if amount > has || amount.is_zero() {
            return None;
        }
        asset.supplied[who] -= shares;
        asset.cash = asset.cash.checked_sub(amount)?;
        self.wallets[who][at] += amount;
        self.stands(who).then_some(())
    }

    fn borrow(&mut self, who: usize, at: usize, amount: U256) -> Option<()> {
        let asset = self.touch(at);
        asset.cash = asset.cash.checked_sub(amount)?;
        asset.borrowed[who] += up(amount * ray(), asset.debt);
        self.wallets[who][at] += amount;
        (!amount.is_zero() && self.stands(who)).then_some(())
    }

    fn repay(&mut self, by: usize, who: usize, at: usize, amount: U256) -> Option<U256> {
        let asset = self.touch(at);
        let owed = asset.owed(who);
        let amount = amount.min(owed);
        let shares = if amount == owed {
            asset.borrowed[who]
        } else {
            amount * ray() / asset.debt
        };
        asset.borrowed[who] -= shares;
        asset.cash += amount;
        self.wallets[by][at] = self.wallets[by][at].checked_sub(amount)?;
        (!shares.is_zero()).then_some(amount)
    }

    fn liquidate(
        &mut self,
        by: usize,
        who: usize,
        debt: usize,
        amount: U256,
        of: usize,
    ) -> Option<()> {
        let close = up(
            self.of(debt).owed(who) * n(TERMS.close_factor.into()),
            n(10_000),
        );
        let known = self.prices[debt] > 0 && self.prices[of] > 0;
        if by == who || !self.sinks(who) || amount > close || !known {
            return None;
        }
        let paid = self.repay(by, who, debt, amount)?;
        let worth = paid * n(self.prices[debt]) / n(self.prices[of]);
        let seized = worth * n(10_000 + u64::from(TERMS.bonus)) / n(10_000);
        let shares = seized * ray() / self.of(of).supply;
        let asset = &mut self.assets[of];
        asset.supplied[who] = asset.supplied[who].checked_sub(shares)?;
        asset.supplied[by] += shares;
        Some(())
    }
}

/// SplitMix64.
fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (*seed ^ (*seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[zx::test]
fn two_thousand_calls_do_what_the_model_says(host: &Host) {
    let bank = Bank::new(host, ORACLE);
    bank.prices(host, 1_000, 1_000);
    let (tokens, who) = ([bank.a, bank.b], host.accounts::<ACCOUNTS>());
    let asset = Asset {
        supply: ray(),
        debt: ray(),
        cash: n(0),
        supplied: [n(0); ACCOUNTS],
        borrowed: [n(0); ACCOUNTS],
        at: host.block().timestamp,
    };
    let mut model = Model {
        assets: [asset.clone(), asset],
        wallets: [[n(1_000_000); ASSETS]; ACCOUNTS],
        prices: [1_000; ASSETS],
        now: host.block().timestamp,
    };
    let (mut seed, mut done) = (7, [0; 6]);
    for number in 0..2_000 {
        let mut pick = |below: u64| next(&mut seed) % below;
        let (kind, by, at) = (pick(12) as usize, pick(3) as usize, pick(2) as usize);
        let (account, of) = (pick(3) as usize, pick(2) as usize);
        let amount = match pick(12) {
            0 => U256::MAX,
            1 => n(pick(5)),
            _ => n(pick(20_000)),
        };
        let pool = bank.by(host, who[by]);
        let before = (model.assets.clone(), model.wallets);
        let (kind, ours, theirs) = match kind {
            0..=2 => {
                let amount = amount.min(n(4_000));
                let ours = pool.supply(tokens[at], amount).map(drop);
                (0, ours, model.supply(by, at, amount))
            }
            3..=4 => {
                let ours = pool.withdraw(tokens[at], amount).map(drop);
                (1, ours, model.withdraw(by, at, amount))
            }
            5..=6 => {
                let amount = amount.min(n(19_999));
                (
                    2,
                    pool.borrow(tokens[at], amount),
                    model.borrow(by, at, amount),
                )
            }
            7 => {
                let ours = pool.repay(tokens[at], who[account], amount).map(drop);
                (3, ours, model.repay(by, account, at, amount).map(drop))
            }
            8..=10 => {
                let amount = amount.min(n(3_000));
                // Mostly somebody who owes too much, if there is one.
                let sinking = (0..ACCOUNTS).find(|who| *who != by && model.sinks(*who));
                let account = sinking.unwrap_or(account);
                let ours = pool.liquidate(who[account], tokens[at], amount, tokens[of]);
                let theirs = model.liquidate(by, account, at, amount, of);
                (4, ours.map(drop), theirs)
            }
            _ => {
                // A price in eight is not known; most of a unit are below the ceiling, which is ten.
                let known = u64::from(pick(8) > 0);
                let rich = if pick(8) == 0 { 6 } else { 1 };
                let (seconds, thousandths) = (pick(YEAR / 100), (300 + pick(1_700)) * rich * known);
                host.pass(seconds);
                model.now += seconds;
                model.prices[at] = thousandths;
                bank.prices(host, model.prices[0], model.prices[1]);
                (5, Ok(()), Some(()))
            }
        };
        assert_eq!(
            ours.is_ok(),
            theirs.is_some(),
            "call {number}, kind {kind}: {ours:?}"
        );
        if theirs.is_none() {
            (model.assets, model.wallets) = before;
        }
        done[kind] += u32::from(theirs.is_some());
        if number % 4 > 0 {
            continue;
        }
        for (at, token) in tokens.into_iter().enumerate() {
            let asset = model.of(at);
            for (i, account) in who.into_iter().enumerate() {
                let said = (
                    pool.supplied(token, account),
                    pool.debt(token, account),
                    bank.token(host, token).balance_of(account),
                );
                let model = (asset.supplied(i), asset.owed(i), model.wallets[i][at]);
                assert_eq!(said, model, "call {number}, kind {kind}, account {i}");
            }
            assert_eq!(pool.totals(token).0, asset.cash);
        }
    }
    assert!(
        done.iter().all(|done| *done > 20),
        "each succeeds: {done:?}"
    );
}
