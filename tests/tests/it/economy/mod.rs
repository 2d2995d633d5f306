//! A small economy on real nodes: a token, a pool that trades it for coins, stakes that earn, an organisation that decides by
//! votes, and a bridge between two chains that it opens. Every balance is kept in books beside the chains, and held against
//! them after each act, and after both nodes have been started again.

mod abi;
mod chain;

use abi::{
    AlreadyDelivered, Message, MessageSent, OwnableUnauthorizedAccount, RewardPaid, Settings, TooFewSignatures,
    addLiquidityETHCall, approveCall, castVoteCall, delegateCall, deliverCall, digestOfCall, earnedCall, executeCall,
    exitCall, fundCall, getPairCall, getReservesCall, grantRoleCall, hashProposalCall, mintCall, outsideCall,
    proposeCall, queueCall, removeLiquidityETHCall, renounceRoleCall, sendCall, setLimitCall, setPeerCall,
    setRouteCall, stakeCall, stateCall, swapExactETHForTokensCall, swapExactTokensForETHCall, token0Call,
    totalSupplyCall, transferCall,
};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::{SolCall, SolError as _, SolValue as _};
use chain::{COIN, Chain, Mined, Who};
use eyre::{Result, ensure};
use zx_tests::{Account, CHAIN_ID};

/// Id of the chain at the other end of the bridge.
const AWAY: u64 = 4_242;
/// Dev accounts that sign for the bridge.
const RELAYERS: [u32; 3] = [7, 8, 9];
/// Seconds that the timelock waits.
const DELAY: u64 = 60;
/// Seconds of a period of rewards.
const PERIOD: u64 = 1_000;
/// States of a proposal.
const SUCCEEDED: u8 = 4;
const EXECUTED: u8 = 7;
/// How a bridge takes a token.
const LOCKED: u8 = 1;
const MINTED: u8 = 2;

/// So many whole tokens, or coins.
fn whole(number: u64) -> U256 {
    U256::from(number) * U256::from(10).pow(U256::from(18))
}

/// The pool, and what makes and trades it.
struct Market {
    gold: Address,
    wrapped: Address,
    router: Address,
    pool: Address,
}

impl Market {
    /// Makes the pool: Alice brings a thousand gold and ten coins.
    fn open(home: &mut Chain) -> Result<Self> {
        let alice = home.address(Who::Alice);
        let supply = whole(1_000_000);
        let arguments = ("Gold".to_owned(), "GLD".to_owned(), U256::from(18), supply).abi_encode_params();
        let gold = home.deploy(Who::Alice, "zx20", &arguments)?;
        home.made(gold, alice, supply);
        let wrapped = home.deploy(Who::Alice, "wrapped-native", &[])?;
        let code = home.deploy(Who::Alice, "dex-pair", &(Address::ZERO, Address::ZERO).abi_encode_params())?;
        let factory = home.deploy(Who::Alice, "dex-factory", &(alice, code).abi_encode_params())?;
        let router = home.deploy(Who::Alice, "dex-router", &(factory, wrapped).abi_encode_params())?;
        let (tokens, coins) = (whole(1_000), whole(10));
        home.send(Who::Alice, gold, &approveCall { spender: router, value: U256::MAX })?;
        let call = addLiquidityETHCall {
            token: gold,
            amountTokenDesired: tokens,
            amountTokenMin: tokens,
            amountETHMin: coins,
            to: alice,
            deadline: U256::MAX,
        };
        home.pay(Who::Alice, router, coins, &call)?;
        let pool = home.ask(factory, &getPairCall { a: gold, b: wrapped })?;
        let market = Self { gold, wrapped, router, pool };
        market.wrap(home, coins)?;
        home.moved(gold, alice, pool, tokens)?;
        // The least that a pool ever has belongs to nobody.
        let locked = U256::from(1_000);
        home.made(pool, alice, (tokens * coins).root(2) - locked);
        home.made(pool, Address::ZERO, locked);
        Ok(market)
    }

    /// Coins that the router was sent are in the pool, as tokens.
    fn wrap(&self, home: &mut Chain, coins: U256) -> Result<()> {
        home.made(self.wrapped, self.pool, coins);
        home.moved(COIN, self.router, self.wrapped, coins)
    }

    /// The pool has paid coins out.
    fn unwrap(&self, home: &mut Chain, to: Address, coins: U256) -> Result<()> {
        home.lost(self.wrapped, self.pool, coins)?;
        home.moved(COIN, self.wrapped, to, coins)
    }

    /// Gold and coins of the pool.
    fn reserves(&self, home: &mut Chain) -> Result<(U256, U256)> {
        let reserves = home.ask(self.pool, &getReservesCall {})?;
        let (first, second) = (U256::from(reserves._0), U256::from(reserves._1));
        let gold_first = home.ask(self.pool, &token0Call {})? == self.gold;
        let (gold, coins) = if gold_first { (first, second) } else { (second, first) };
        ensure!((gold, coins) == (home.booked(self.gold, self.pool), home.booked(self.wrapped, self.pool)));
        Ok((gold, coins))
    }

    /// Bob buys gold for a coin, and sells some of it.
    fn trade(&self, home: &mut Chain) -> Result<()> {
        let bob = home.address(Who::Bob);
        let (gold, coins) = self.reserves(home)?;
        let bought = paid_out(whole(1), coins, gold);
        let path = vec![self.wrapped, self.gold];
        let call = swapExactETHForTokensCall { amountOutMin: bought, path, to: bob, deadline: U256::MAX };
        home.pay(Who::Bob, self.router, whole(1), &call)?;
        self.wrap(home, whole(1))?;
        home.moved(self.gold, self.pool, bob, bought)?;

        let (gold, coins) = self.reserves(home)?;
        let sold = whole(10);
        let earned = paid_out(sold, gold, coins);
        home.send(Who::Bob, self.gold, &approveCall { spender: self.router, value: sold })?;
        let path = vec![self.gold, self.wrapped];
        let call =
            swapExactTokensForETHCall { amountIn: sold, amountOutMin: earned, path, to: bob, deadline: U256::MAX };
        home.send(Who::Bob, self.router, &call)?;
        home.moved(self.gold, bob, self.pool, sold)?;
        self.unwrap(home, bob, earned)?;
        home.balances()
    }

    /// Alice takes her part of the pool back, with what trading has left in it.
    fn close(&self, home: &mut Chain) -> Result<()> {
        let alice = home.address(Who::Alice);
        let (gold, coins) = self.reserves(home)?;
        let (shares, all) = (home.booked(self.pool, alice), home.ask(self.pool, &totalSupplyCall {})?);
        let (gold, coins) = (shares * gold / all, shares * coins / all);
        home.send(Who::Alice, self.pool, &approveCall { spender: self.router, value: shares })?;
        let call = removeLiquidityETHCall {
            token: self.gold,
            liquidity: shares,
            amountTokenMin: gold,
            amountETHMin: coins,
            to: alice,
            deadline: U256::MAX,
        };
        home.send(Who::Alice, self.router, &call)?;
        home.lost(self.pool, alice, shares)?;
        home.moved(self.gold, self.pool, alice, gold)?;
        self.unwrap(home, alice, coins)?;
        home.balances()
    }
}

/// What a pool pays for what comes in: constant product, 0.3 % of it kept.
fn paid_out(amount: U256, reserve_in: U256, reserve_out: U256) -> U256 {
    let kept = amount * U256::from(997);
    kept * reserve_out / (reserve_in * U256::from(1_000) + kept)
}

/// Alice and Bob stake shares of the pool, three to one, and earn gold.
fn stake(home: &mut Chain, market: &Market) -> Result<()> {
    let (alice, bob) = (home.address(Who::Alice), home.address(Who::Bob));
    let arguments = (alice, market.pool, market.gold).abi_encode_params();
    let staking = home.deploy(Who::Alice, "staking-rewards", &arguments)?;
    let shares = home.booked(market.pool, alice) / U256::from(4);
    home.send(Who::Alice, market.pool, &transferCall { to: bob, value: shares })?;
    home.moved(market.pool, alice, bob, shares)?;
    for (who, amount) in [(Who::Alice, shares * U256::from(3)), (Who::Bob, shares)] {
        home.send(who, market.pool, &approveCall { spender: staking, value: amount })?;
        home.send(who, staking, &stakeCall { amount })?;
        home.moved(market.pool, home.address(who), staking, amount)?;
    }
    let rewards = whole(500);
    home.send(Who::Alice, market.gold, &approveCall { spender: staking, value: rewards })?;
    home.send(Who::Alice, staking, &fundCall { amount: rewards, duration: PERIOD })?;
    home.moved(market.gold, alice, staking, rewards)?;
    // Blocks that were made at once have their seconds ahead of the clock.
    home.wait(2 * PERIOD)?;
    let mut paid = U256::ZERO;
    for (who, amount) in [(Who::Alice, shares * U256::from(3)), (Who::Bob, shares)] {
        let account = home.address(who);
        let earned = home.ask(staking, &earnedCall { account })?;
        let reward = home.send(who, staking, &exitCall {})?.event::<RewardPaid>(staking)?.reward;
        // To each by what they have staked, less what rounding leaves.
        let fair = rewards * amount / (shares * U256::from(4));
        ensure!(earned == reward && reward <= fair && fair - reward <= U256::from(1), "{reward} of {fair}");
        home.moved(market.pool, staking, account, amount)?;
        home.moved(market.gold, staking, account, reward)?;
        paid += reward;
    }
    ensure!(paid <= rewards);
    home.balances()
}

/// The organisation: a token that votes, a governor, and the timelock that acts for it.
struct Dao {
    governor: Address,
    timelock: Address,
}

/// A call that the organisation makes.
fn act<C: SolCall>(target: Address, call: &C) -> (Address, Bytes) {
    (target, call.abi_encode().into())
}

impl Dao {
    /// Alice founds it; Bob has two votes of five. She keeps no power of her own over the timelock.
    fn found(home: &mut Chain) -> Result<Self> {
        let alice = home.address(Who::Alice);
        let arguments = ("Vote".to_owned(), "VOTE".to_owned()).abi_encode_params();
        let votes = home.deploy(Who::Alice, "zx20-votes", &arguments)?;
        for (who, value) in [(Who::Alice, whole(600)), (Who::Bob, whole(400))] {
            let to = home.address(who);
            home.send(Who::Alice, votes, &mintCall { to, value })?;
            home.made(votes, to, value);
            home.send(who, votes, &delegateCall { delegatee: to })?;
        }
        let nobody = Vec::<Address>::new();
        let arguments = (U256::from(DELAY), nobody.clone(), nobody, alice).abi_encode_params();
        let timelock = home.deploy(Who::Alice, "timelock", &arguments)?;
        let settings = Settings {
            votingDelay: alloy_primitives::aliases::U48::from(1),
            votingPeriod: 5,
            proposalThreshold: whole(1),
            quorumNumerator: U256::from(10),
            queueingPeriod: 100,
            gracePeriod: 3_600,
        };
        let arguments = ("Assembly".to_owned(), votes, timelock, settings).abi_encode_params();
        let governor = home.deploy(Who::Alice, "governor", &arguments)?;
        for role in ["PROPOSER_ROLE", "EXECUTOR_ROLE", "CANCELLER_ROLE"] {
            home.send(Who::Alice, timelock, &grantRoleCall { role: keccak256(role), account: governor })?;
        }
        home.send(Who::Alice, timelock, &renounceRoleCall { role: B256::ZERO, account: alice })?;
        home.balances()?;
        Ok(Self { governor, timelock })
    }

    /// Bob proposes calls, Alice is for them and he is against; they are made once they have waited.
    fn decide(&self, home: &mut Chain, calls: Vec<(Address, Bytes)>, description: &str) -> Result<()> {
        let (targets, calldatas): (Vec<_>, Vec<_>) = calls.into_iter().unzip();
        let values = vec![U256::ZERO; targets.len()];
        let hash = keccak256(description);
        let call = hashProposalCall {
            targets: targets.clone(),
            values: values.clone(),
            calldatas: calldatas.clone(),
            description: hash,
        };
        let id = home.ask(self.governor, &call)?;
        let call = proposeCall {
            targets: targets.clone(),
            values: values.clone(),
            calldatas: calldatas.clone(),
            description: description.to_owned(),
        };
        home.send(Who::Bob, self.governor, &call)?;
        home.mine(2)?;
        home.send(Who::Alice, self.governor, &castVoteCall { proposalId: id, support: 1 })?;
        home.send(Who::Bob, self.governor, &castVoteCall { proposalId: id, support: 0 })?;
        home.mine(5)?;
        ensure!(home.ask(self.governor, &stateCall { proposalId: id })? == SUCCEEDED);
        let call = queueCall {
            targets: targets.clone(),
            values: values.clone(),
            calldatas: calldatas.clone(),
            description: hash,
        };
        home.send(Who::Carol, self.governor, &call)?;
        home.wait(2 * DELAY)?;
        home.send(Who::Carol, self.governor, &executeCall { targets, values, calldatas, description: hash })?;
        ensure!(home.ask(self.governor, &stateCall { proposalId: id })? == EXECUTED);
        home.balances()
    }
}

/// Both ends of the bridge, and what is minted away for gold and coins.
struct Bridge {
    relayers: Vec<Account>,
    home: Address,
    away: Address,
    gold: Address,
    away_gold: Address,
    away_coin: Address,
}

impl Bridge {
    /// The end at home belongs to the organisation, which has to open it; the other is Alice's.
    fn build(home: &mut Chain, away: &mut Chain, dao: &Dao, gold: Address) -> Result<Self> {
        let mut relayers = RELAYERS.map(Account::dev).into_iter().collect::<Result<Vec<_>>>()?;
        relayers.sort_by_key(Account::address);
        let names: Vec<_> = relayers.iter().map(Account::address).collect();
        let arguments = |owner: Address| (owner, names.clone(), U256::from(2)).abi_encode_params();
        let here = home.deploy(Who::Alice, "bridge", &arguments(dao.timelock))?;
        let there = away.deploy(Who::Alice, "bridge", &arguments(away.address(Who::Alice)))?;
        let mut token = |name: &str| {
            let arguments = (name.to_owned(), "w".to_owned(), U256::from(18), there).abi_encode_params();
            away.deploy(Who::Alice, "bridge-token", &arguments)
        };
        let (away_gold, away_coin) = (token("Gold from home")?, token("Coin from home")?);
        let bridge = Self { relayers, home: here, away: there, gold, away_gold, away_coin };
        for (target, call) in bridge.opening(home.id, there, here, [(away_gold, gold), (away_coin, COIN)], MINTED) {
            away.raw(Who::Alice, target, call)?;
        }
        let unauthorized = OwnableUnauthorizedAccount::SELECTOR;
        home.refused(Who::Alice, here, &setPeerCall { chain: AWAY, peer: there }, unauthorized)?;
        let calls = bridge.opening(AWAY, here, there, [(gold, away_gold), (COIN, away_coin)], LOCKED);
        dao.decide(home, calls, "Open the bridge")?;
        Ok(bridge)
    }

    /// The calls that make an end know the other, and two tokens.
    fn opening(
        &self,
        chain: u64,
        here: Address,
        there: Address,
        tokens: [(Address, Address); 2],
        kind: u8,
    ) -> Vec<(Address, Bytes)> {
        let mut calls = vec![act(here, &setPeerCall { chain, peer: there })];
        for (token, remote) in tokens {
            calls.push(act(here, &setRouteCall { chain, token, remote, kind }));
            calls.push(act(here, &setLimitCall { token, capacity: whole(1_000).to(), perSecond: 1 }));
        }
        calls
    }

    /// Carries a message over, with the signatures of two relayers; one is not enough, and once is enough.
    fn relay(&self, from: &mut Chain, to: &mut Chain, sent: &Mined) -> Result<()> {
        let (sender, receiver) = if from.id == AWAY { (self.away, self.home) } else { (self.home, self.away) };
        let event = sent.event::<MessageSent>(sender)?;
        let (nonce, payload) = (event.nonce, event.payload);
        let message = Message { sourceChain: from.id, destinationChain: to.id, nonce, sender, payload };
        let digest = to.ask(receiver, &digestOfCall { message: message.clone() })?;
        ensure!(digest == event.digest, "both ends have the same to be signed");
        let signed = |relayers: &[Account]| -> Result<Bytes> {
            let signatures = relayers.iter().map(|relayer| relayer.sign_hash(digest));
            Ok(signatures.collect::<Result<Vec<_>>>()?.concat().into())
        };
        let [first, .., last] = &self.relayers[..] else { eyre::bail!("there are relayers") };
        let alone = deliverCall { message: message.clone(), proof: signed(std::slice::from_ref(first))? };
        to.refused(Who::Carol, receiver, &alone, TooFewSignatures::SELECTOR)?;
        let call = deliverCall { message, proof: signed(&[first.clone(), last.clone()])? };
        to.send(Who::Carol, receiver, &call)?;
        to.refused(Who::Carol, receiver, &call, AlreadyDelivered::SELECTOR)
    }

    /// Bob sends gold and coins to Carol on the other chain.
    fn go(&self, home: &mut Chain, away: &mut Chain) -> Result<()> {
        let (bob, carol) = (home.address(Who::Bob), away.address(Who::Carol));
        let (gold, coins) = (whole(40), whole(3));
        home.send(Who::Bob, self.gold, &approveCall { spender: self.home, value: gold })?;
        let call = sendCall { chain: AWAY, token: self.gold, to: carol, amount: gold };
        let sent = home.send(Who::Bob, self.home, &call)?;
        home.moved(self.gold, bob, self.home, gold)?;
        self.relay(home, away, &sent)?;
        away.made(self.away_gold, carol, gold);
        let call = sendCall { chain: AWAY, token: COIN, to: carol, amount: coins };
        let sent = home.pay(Who::Bob, self.home, coins, &call)?;
        self.relay(home, away, &sent)?;
        away.made(self.away_coin, carol, coins);
        self.even(home, away)
    }

    /// Carol gives Alice some of both, and they send what they have back.
    fn come_back(&self, home: &mut Chain, away: &mut Chain) -> Result<()> {
        let (alice, carol) = (away.address(Who::Alice), away.address(Who::Carol));
        for (token, value) in [(self.away_gold, whole(15)), (self.away_coin, whole(1))] {
            away.send(Who::Carol, token, &transferCall { to: alice, value })?;
            away.moved(token, carol, alice, value)?;
        }
        for (who, keeps) in [(Who::Alice, whole(0)), (Who::Carol, whole(5))] {
            let account = away.address(who);
            let amount = away.booked(self.away_gold, account) - keeps;
            let call = sendCall { chain: home.id, token: self.away_gold, to: account, amount };
            let sent = away.send(who, self.away, &call)?;
            away.lost(self.away_gold, account, amount)?;
            self.relay(away, home, &sent)?;
            home.moved(self.gold, self.home, account, amount)?;
            self.even(home, away)?;

            let amount = away.booked(self.away_coin, account);
            let call = sendCall { chain: home.id, token: self.away_coin, to: account, amount };
            let sent = away.send(who, self.away, &call)?;
            away.lost(self.away_coin, account, amount)?;
            self.relay(away, home, &sent)?;
            home.moved(COIN, self.home, account, amount)?;
            self.even(home, away)?;
        }
        Ok(())
    }

    /// All balances are right, and what is locked at home is what was minted away.
    fn even(&self, home: &mut Chain, away: &mut Chain) -> Result<()> {
        home.balances()?;
        away.balances()?;
        for (here, there) in [(self.gold, self.away_gold), (COIN, self.away_coin)] {
            let locked = home.booked(here, self.home);
            let outside = home.ask(self.home, &outsideCall { chain: AWAY, token: here })?;
            let minted = away.ask(there, &totalSupplyCall {})?;
            let counted = away.ask(self.away, &outsideCall { chain: home.id, token: there })?;
            ensure!([outside, minted, counted] == [locked; 3], "{locked}, {outside}, {minted}, {counted}");
        }
        Ok(())
    }
}

#[test]
fn an_economy_on_two_chains_has_every_balance_right() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut home = Chain::start(&folder.path().join("home"), CHAIN_ID)?;
    let mut away = Chain::start(&folder.path().join("away"), AWAY)?;
    let market = Market::open(&mut home)?;
    home.balances()?;
    market.trade(&mut home)?;
    stake(&mut home, &market)?;
    let dao = Dao::found(&mut home)?;
    let bridge = Bridge::build(&mut home, &mut away, &dao, market.gold)?;
    bridge.go(&mut home, &mut away)?;
    bridge.come_back(&mut home, &mut away)?;
    market.close(&mut home)?;

    home.restart()?;
    away.restart()?;
    bridge.even(&mut home, &mut away)?;
    // Five of gold are still away; the rest is home.
    ensure!(home.booked(market.gold, bridge.home) == whole(5));
    ensure!(home.booked(COIN, bridge.home).is_zero());
    home.stop()?;
    away.stop()
}
