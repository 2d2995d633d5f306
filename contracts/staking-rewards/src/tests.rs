use super::{model::Model, *};
use attacker::Attacker;
use core::cell::RefCell;
use hostile_token::{HostileToken, Nature};
use zx::{
    Event as _,
    abi::Args as _,
    components::{OwnableError, erc20::TokenError},
    testing::{Host, Invariants, Reverted},
};
use zx20::Zx20;

fn n(value: u64) -> U256 {
    U256::from(value)
}

/// A pool, and what it is about. The first account owns it; it and the next two have a million of each token, and let the
/// pool fetch them.
#[derive(Clone, Copy)]
struct Farm {
    pool: Address,
    stakes: Address,
    rewards: Address,
}

impl Farm {
    fn open(host: &Host) -> Self {
        let (stakes, rewards) = (token(host), token(host));
        Self::of(host, stakes, rewards)
    }

    /// One token for both.
    fn of_one(host: &Host) -> Self {
        let token = token(host);
        Self::of(host, token, token)
    }

    fn of(host: &Host, stakes: Address, rewards: Address) -> Self {
        let [owner] = host.accounts();
        let pool = host
            .deploy::<StakingRewards>((owner, stakes, rewards))
            .address();
        for account in host.accounts::<3>() {
            for token in [stakes, rewards] {
                host.at::<Zx20>(token)
                    .by(account)
                    .approve(pool, U256::MAX)
                    .unwrap();
            }
        }
        Self {
            pool,
            stakes,
            rewards,
        }
    }

    fn pool<'h>(&self, host: &'h Host) -> StakingRewardsClient<'h> {
        host.at::<StakingRewards>(self.pool)
    }
}

fn token(host: &Host) -> Address {
    let [_, alice, bob] = host.accounts();
    let token = host.deploy::<Zx20>(("T".to_owned(), "T".to_owned(), 18, n(3_000_000)));
    token.transfer(alice, n(1_000_000)).unwrap();
    token.transfer(bob, n(1_000_000)).unwrap();
    token.address()
}

fn balance(host: &Host, token: Address, who: Address) -> U256 {
    host.at::<Zx20>(token).balance_of(who)
}

#[zx::test]
fn a_pool_says_what_it_is(host: &Host) {
    let [owner] = host.accounts();
    let farm = Farm::open(host);
    let pool = farm.pool(host);
    assert_eq!(
        (pool.staking_token(), pool.rewards_token()),
        (farm.stakes, farm.rewards)
    );
    assert_eq!(pool.ownable().owner(), owner);
    assert_eq!(pool.period(), (n(0), n(0), 0, 0));
    assert_eq!(
        (pool.total_supply(), pool.unassigned(), pool.funds()),
        (n(0), n(0), (n(0), n(0)))
    );
    assert_eq!(pool.reward_per_token(), n(0));
    let nobody: Reverted = OwnableError::OwnableInvalidOwner {
        owner: Address::ZERO,
    }
    .into();
    let refused =
        host.try_deploy::<StakingRewards>(owner, n(0), (Address::ZERO, farm.stakes, farm.rewards));
    assert_eq!(refused.err(), Some(nobody));
}

#[zx::test]
fn rewards_are_shared_by_stake_and_second(host: &Host) {
    let [owner, alice, bob] = host.accounts();
    let farm = Farm::open(host);
    let pool = farm.pool(host);
    assert_eq!(pool.by(alice).stake(n(100)), Ok(n(100)));
    let staked = Staked {
        user: alice,
        amount: n(100),
    };
    host.assert_logs(farm.pool, [staked.into_log()]);
    let start = host.block().timestamp;
    assert_eq!(pool.fund(n(1_000), 100), Ok(n(1_000)));
    let added = RewardAdded {
        reward: n(1_000),
        total: n(1_000),
        finish: start + 100,
    };
    host.assert_logs(farm.pool, [added.into_log()]);
    host.pass(10);
    pool.by(bob).stake(n(300)).unwrap();
    host.pass(20);
    assert_eq!(
        (
            pool.earned(alice),
            pool.earned(bob),
            pool.earned(owner),
            pool.period()
        ),
        (
            n(100 + 50),
            n(150),
            n(0),
            (n(1_000), n(300), start, start + 100)
        )
    );
    assert_eq!(pool.by(alice).get_reward(), Ok(n(150)));
    let paid = RewardPaid {
        user: alice,
        reward: n(150),
    };
    host.assert_logs(farm.pool, [paid.into_log()]);
    assert_eq!(pool.by(alice).get_reward(), Ok(n(0)));
    host.assert_logs(farm.pool, []);
    pool.by(bob).withdraw(n(200)).unwrap();
    let withdrawn = Withdrawn {
        user: bob,
        amount: n(200),
    };
    host.assert_logs(farm.pool, [withdrawn.into_log()]);
    host.pass(1_000);
    assert_eq!(
        (pool.earned(alice), pool.earned(bob)),
        (n(350), n(150 + 350)),
        "what ends gives no more"
    );
    assert_eq!(pool.by(bob).exit(), Ok(n(500)));
    host.assert_logs(
        farm.pool,
        [
            Withdrawn {
                user: bob,
                amount: n(100),
            }
            .into_log(),
            RewardPaid {
                user: bob,
                reward: n(500),
            }
            .into_log(),
        ],
    );
    assert_eq!(
        (
            balance(host, farm.stakes, bob),
            balance(host, farm.rewards, bob)
        ),
        (n(1_000_000), n(1_000_500))
    );
    assert_eq!(
        (pool.total_supply(), pool.balance_of(alice), pool.funds()),
        (n(100), n(100), (n(1_000), n(650)))
    );
}

#[zx::test]
fn what_nobody_was_there_to_earn_is_given_again(host: &Host) {
    let [_, alice] = host.accounts();
    let farm = Farm::open(host);
    let pool = farm.pool(host);
    pool.fund(n(1_000), 100).unwrap();
    host.pass(30);
    pool.by(alice).stake(n(1)).unwrap();
    host.pass(20);
    pool.by(alice).exit().unwrap();
    host.pass(100);
    assert_eq!(pool.unassigned(), n(300 + 500));
    assert_eq!(pool.fund(n(0), 10), Ok(n(800)));
    assert_eq!(pool.unassigned(), n(0));
    pool.by(alice).stake(n(8)).unwrap();
    host.pass(10);
    assert_eq!(pool.by(alice).exit(), Ok(n(800)));
    assert_eq!(balance(host, farm.rewards, farm.pool), n(0), "all of it");
    assert_eq!(pool.fund(n(0), 10), Err(StakingError::NothingToGive.into()));
}

#[zx::test]
fn a_top_up_takes_what_is_left_along_and_nothing_that_is_earned(host: &Host) {
    let [_, alice] = host.accounts();
    let farm = Farm::open(host);
    let pool = farm.pool(host);
    pool.by(alice).stake(n(5)).unwrap();
    pool.fund(n(1_000), 100).unwrap();
    host.pass(40);
    assert_eq!(pool.fund(n(200), 1_000), Ok(n(800)));
    assert_eq!(pool.earned(alice), n(400));
    host.pass(500);
    assert_eq!(pool.earned(alice), n(800));
    host.pass(500);
    assert_eq!(pool.earned(alice), n(1_200));
}

#[zx::test]
fn what_cannot_be_done_is_refused(host: &Host) {
    let [_, alice] = host.accounts();
    let farm = Farm::open(host);
    let pool = farm.pool(host);
    let zero: Reverted = StakingError::ZeroAmount.into();
    assert_eq!(pool.stake(n(0)), Err(zero.clone()));
    assert_eq!(pool.withdraw(n(0)), Err(zero.clone()));
    assert_eq!(pool.exit(), Err(zero));
    pool.stake(n(10)).unwrap();
    let short = |needed| StakingError::InsufficientStake {
        stake: n(10),
        needed,
    };
    assert_eq!(pool.withdraw(n(11)), Err(short(n(11)).into()));
    assert_eq!(pool.withdraw(U256::MAX), Err(short(U256::MAX).into()));
    assert_eq!(pool.fund(n(1), 0), Err(StakingError::ZeroDuration.into()));
    assert_eq!(pool.fund(n(0), 1), Err(StakingError::NothingToGive.into()));
    assert_eq!(
        pool.fund(n(1), u64::MAX).unwrap_err().panic_code(),
        Some(0x11)
    );
    let stranger = OwnableError::OwnableUnauthorizedAccount { account: alice };
    assert_eq!(
        pool.by(alice).fund(n(1), 1_000_000),
        Err(stranger.into()),
        "with a unit, anybody could stretch the period"
    );
    let poor = pool.stake(n(3_000_000)).unwrap_err();
    assert!(
        matches!(
            poor.decode(),
            Some(zx20::Zx20Error::ERC20InsufficientBalance { .. })
        ),
        "the token's own words"
    );
}

/// A token of any supply: sums that do not fit are refused when they come, so that nobody's stake can be locked by them.
#[zx::test]
fn no_more_is_taken_than_can_be_counted(host: &Host) {
    let most = U256::from(u128::MAX);
    let farm = Farm::of_one(host);
    let huge = host.deploy::<Zx20>(("H".to_owned(), "H".to_owned(), 0, U256::MAX));
    let pool =
        host.deploy::<StakingRewards>((host.accounts::<1>()[0], huge.address(), farm.rewards));
    huge.approve(pool.address(), U256::MAX).unwrap();
    let too_much = |amount| Err(StakingError::TooMuch { amount }.into());
    assert_eq!(pool.stake(most + n(1)), too_much(most + n(1)));
    pool.stake(most).unwrap();
    assert_eq!(pool.stake(n(1)), too_much(most + n(1)));
    pool.withdraw(most).unwrap();
    let other =
        host.deploy::<StakingRewards>((host.accounts::<1>()[0], farm.stakes, huge.address()));
    for token in [huge.address(), farm.stakes] {
        host.at::<Zx20>(token)
            .approve(other.address(), U256::MAX)
            .unwrap();
    }
    // All that may ever come, for a single unit.
    other.stake(n(1)).unwrap();
    other.fund(most, 1).unwrap();
    assert_eq!(other.fund(n(1), 1), too_much(most + n(1)));
    host.pass(1);
    assert_eq!(other.exit(), Ok(most));
}

#[zx::test]
fn tokens_that_say_no_or_nothing_are_understood(host: &Host) {
    const TRANSFER_FROM: [u8; 4] = zx::selector("transferFrom(address,address,uint256)");
    const BALANCE_OF: [u8; 4] = zx::selector("balanceOf(address)");
    let [owner] = host.accounts();
    let token = Address::repeat_byte(0x77);
    let pool = host.deploy::<StakingRewards>((owner, token, token));
    let mock = || host.mock(token).returns(BALANCE_OF, n(5));
    mock().returns(TRANSFER_FROM, false).install();
    assert_eq!(
        pool.stake(n(1)),
        Err(TokenError::SafeERC20FailedOperation { token }.into())
    );
    mock().returns(TRANSFER_FROM, ()).install();
    assert_eq!(
        pool.stake(n(1)),
        Err(StakingError::ZeroAmount.into()),
        "it returns nothing, which is fine, but nothing came either"
    );
    assert_eq!(pool.fund(n(1), 10), Err(StakingError::NothingToGive.into()));
}

/// The token that is earned may be stopped, or gone: stakes are not held by it.
#[zx::test]
fn stakes_leave_whatever_the_reward_token_does(host: &Host) {
    let [_, alice] = host.accounts();
    let farm = Farm::open(host);
    let pool = farm.pool(host).by(alice);
    pool.stake(n(100)).unwrap();
    farm.pool(host).fund(n(1_000), 10).unwrap();
    host.pass(10);
    host.mock(farm.rewards)
        .reverts(zx::selector("transfer(address,uint256)"), "stopped")
        .install();
    assert_eq!(
        pool.exit().unwrap_err().message().as_deref(),
        Some("stopped")
    );
    pool.withdraw(n(100)).unwrap();
    assert_eq!(balance(host, farm.stakes, alice), n(1_000_000));
    assert_eq!(pool.earned(alice), n(1_000), "for when it goes on");
}

/// What is given without a call must neither become anybody's reward nor make stakes worth more or less.
#[zx::test]
fn donations_change_nothing(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let farm = Farm::of_one(host);
    let pool = farm.pool(host);
    pool.by(alice).stake(n(100)).unwrap();
    host.at::<Zx20>(farm.stakes)
        .by(bob)
        .transfer(farm.pool, n(500_000))
        .unwrap();
    host.pass(10);
    assert_eq!((pool.earned(alice), pool.total_supply()), (n(0), n(100)));
    assert_eq!(pool.by(bob).stake(n(7)), Ok(n(7)), "only what comes now");
    assert_eq!(pool.fund(n(0), 5), Err(StakingError::NothingToGive.into()));
    assert_eq!(pool.fund(n(107), 1), Ok(n(107)));
    host.pass(1);
    assert_eq!(pool.by(alice).exit(), Ok(n(100)));
    assert_eq!(pool.by(bob).exit(), Ok(n(7)));
    assert_eq!(balance(host, farm.stakes, farm.pool), n(500_000));
}

/// Stakes are no rewards, even where they are of the same token.
#[zx::test]
fn of_one_token_for_both_no_stake_is_ever_paid_as_a_reward(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let farm = Farm::of_one(host);
    let pool = farm.pool(host);
    pool.by(alice).stake(n(1_000)).unwrap();
    pool.by(bob).stake(n(1)).unwrap();
    pool.fund(n(10), 10).unwrap();
    host.pass(100);
    assert_eq!(pool.by(bob).exit(), Ok(n(0)));
    assert_eq!(pool.by(alice).get_reward(), Ok(n(9)));
    assert_eq!(
        balance(host, farm.stakes, farm.pool),
        n(1_001),
        "alice's thousand, and what was rounded off"
    );
    pool.by(alice).withdraw(n(1_000)).unwrap();
}

/// The first who stakes a unit, alone, has what is given until the next comes; but no hold on what comes after.
#[zx::test]
fn being_the_first_with_a_unit_gains_nothing_from_the_next(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let farm = Farm::open(host);
    let pool = farm.pool(host);
    pool.by(alice).stake(n(1)).unwrap();
    host.at::<Zx20>(farm.stakes)
        .by(alice)
        .transfer(farm.pool, n(900_000))
        .unwrap();
    pool.by(bob).stake(n(999_999)).unwrap();
    assert_eq!(pool.balance_of(bob), n(999_999));
    pool.fund(n(1_000_000), 10).unwrap();
    host.pass(10);
    assert_eq!((pool.earned(alice), pool.earned(bob)), (n(1), n(999_999)));
    pool.by(bob).exit().unwrap();
    assert_eq!(balance(host, farm.stakes, bob), n(1_000_000));
}

/// Dust that is staked and taken at every second must not round away what others earn.
#[zx::test]
fn dust_that_comes_and_goes_costs_the_others_nothing(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let farm = Farm::open(host);
    let pool = farm.pool(host);
    pool.by(alice).stake(n(999_983)).unwrap();
    pool.fund(n(40), 40).unwrap();
    for _ in 0..20 {
        pool.by(bob).stake(n(1)).unwrap();
        host.pass(1);
        pool.by(bob).exit().unwrap();
        host.pass(1);
    }
    // A little less than 40 is hers, of which rounding takes less than one.
    assert_eq!(
        (pool.earned(alice), balance(host, farm.rewards, bob)),
        (n(39), n(1_000_000))
    );
}

#[zx::test]
fn a_stake_that_stays_for_no_time_earns_nothing(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let farm = Farm::open(host);
    let pool = farm.pool(host);
    pool.by(alice).stake(n(10)).unwrap();
    pool.fund(n(1_000), 100).unwrap();
    host.pass(50);
    pool.by(bob).stake(n(900_000)).unwrap();
    assert_eq!(pool.by(bob).exit(), Ok(n(0)));
    assert_eq!(pool.earned(alice), n(500));
}

#[zx::test]
fn two_accounts_earn_no_more_than_one(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let farm = Farm::open(host);
    let earned = |stakes: &[(Address, u64)], of: &[Address]| {
        host.rehearse(|| {
            let pool = farm.pool(host);
            pool.stake(n(13)).unwrap();
            for (who, stake) in stakes {
                pool.by(*who).stake(n(*stake)).unwrap();
            }
            pool.fund(n(1_009), 97).unwrap();
            for _ in 0..9 {
                host.pass(11);
                // Whoever looks often is rounded often.
                pool.by(bob).get_reward().unwrap();
            }
            let paid = balance(host, farm.rewards, bob) - n(1_000_000);
            of.iter().map(|who| pool.earned(*who)).sum::<U256>() + paid
        })
    };
    let one = earned(&[(alice, 10)], &[alice]);
    let two = earned(&[(alice, 5), (bob, 5)], &[alice, bob]);
    assert!(two <= one && one > n(0), "{two} of two, {one} of one");
}

/// A second gives a unit, of which three stakes are cut a part less: to ask for it then must not take it away.
#[zx::test]
fn asking_for_less_than_a_unit_rounds_nothing_away(host: &Host) {
    let [_, bob] = host.accounts();
    let farm = Farm::open(host);
    let pool = farm.pool(host);
    pool.by(bob).stake(n(3)).unwrap();
    pool.fund(n(100), 100).unwrap();
    host.pass(1);
    assert_eq!(pool.by(bob).get_reward(), Ok(n(0)));
    assert!(!host.logs().iter().any(|(of, _)| *of == farm.pool));
    let paid: U256 = (0..99)
        .map(|_| {
            host.pass(1);
            pool.by(bob).get_reward().unwrap()
        })
        .sum();
    assert_eq!(paid, n(50), "less than a unit for each time it was paid");
}

/// A token that keeps a tenth, and that lets somebody with a stake call the pool while the pool moves it.
#[zx::test]
fn tokens_that_keep_a_part_or_call_back_take_nothing_from_others(host: &Host) {
    let [owner, alice] = host.accounts();
    let toll = host.deploy::<HostileToken>((n(1_000_000),));
    let attacker = host.deploy::<Attacker>(());
    let caller = attacker.address();
    for account in [alice, caller] {
        toll.transfer(account, n(1_000)).unwrap();
    }
    let mut nature = Nature {
        kept: 10,
        ..Nature::default()
    };
    toll.behave(nature).unwrap();
    let pool = host.deploy::<StakingRewards>((owner, toll.address(), toll.address()));
    assert_eq!(pool.stake(n(1_000)), Ok(n(900)), "what arrived");
    assert_eq!(pool.fund(n(1_000), 10), Ok(n(900)));
    let stake = [
        zx::selector("stake(uint256)").to_vec(),
        (n(1_000),).encode(),
    ]
    .concat();
    let act = |data: Vec<u8>| attacker.act(pool.address(), n(0), data.into());
    act(stake).unwrap();
    let again = ["getReward()", "exit()"].map(|method| zx::selector(method).to_vec());
    for method in &again {
        attacker
            .plan(pool.address(), n(0), method.clone().into())
            .unwrap();
    }
    host.pass(5);
    host.rehearse(|| assert!(act(again[0].clone()).is_ok(), "by itself it would work"));
    nature.told = caller;
    toll.behave(nature).unwrap();
    assert_eq!(pool.by(alice).stake(n(100)), Ok(n(90)));
    assert_eq!(attacker.taken(), 2);
    assert!(!attacker.succeeded(0) && !attacker.succeeded(1));
    host.pass(5);
    pool.exit().unwrap();
    pool.by(alice).exit().unwrap();
    act(again[1].clone()).unwrap();
    assert!(toll.balance_of(pool.address()) < n(3));
}

/// A farm, and what it should say.
struct Watched {
    farm: Farm,
    model: RefCell<Model>,
}

fn watched(host: &Host, targets: &mut zx::testing::Targets, farm: Farm) -> Watched {
    targets
        .contract::<StakingRewards>(farm.pool)
        .contract::<Zx20>(farm.stakes)
        .except(&[
            "approve",
            "transferOwnership",
            "acceptOwnership",
            "renounceOwnership",
        ])
        .senders(host.accounts::<3>())
        .amounts(0u64..=2_000)
        .passing(600);
    let mut model = Model::default();
    model.has_passed(host.block().timestamp);
    Watched {
        farm,
        model: RefCell::new(model),
    }
}

/// Has the model do what the last transaction did, and holds the pool against it.
fn agrees_with_the_model(host: &Host, watched: &Watched) {
    let (pool, mut model) = (watched.farm.pool(host), watched.model.borrow_mut());
    if !model.has_passed(host.block().timestamp) {
        for (_, log) in host
            .logs()
            .iter()
            .filter(|(of, _)| *of == watched.farm.pool)
        {
            model.follow(log);
        }
    }
    let number = |number: u128| U256::from(number);
    assert_eq!(pool.total_supply(), number(model.staked()));
    assert_eq!(pool.unassigned(), number(model.unassigned));
    assert_eq!(pool.funds(), (number(model.funded), number(model.paid)));
    let (amount, released, _, finish) = pool.period();
    assert_eq!(
        (amount, released, finish),
        (number(model.amount), number(model.released), model.finish)
    );
    for (user, account) in &model.accounts {
        assert_eq!(pool.balance_of(*user), number(account.stake));
        let earned = u128::try_from(pool.earned(*user)).expect("a small number");
        assert!(
            account.due.is_close_above(earned, account.looks + 1),
            "{earned} for {user}, of {account:?}"
        );
    }
}

fn earned_is_funded(host: &Host, watched: &Watched) {
    let pool = watched.farm.pool(host);
    let earned: U256 = host
        .accounts::<3>()
        .into_iter()
        .map(|user| pool.earned(user))
        .sum();
    let ((funded, paid), (amount, released, ..)) = (pool.funds(), pool.period());
    let to_come = amount - released + pool.unassigned();
    assert!(paid + earned + to_come <= funded);
    let stakes: U256 = host
        .accounts::<3>()
        .into_iter()
        .map(|user| pool.balance_of(user))
        .sum();
    assert_eq!(stakes, pool.total_supply());
    let Farm {
        pool,
        stakes: token,
        rewards,
    } = watched.farm;
    let owed = if token == rewards {
        stakes + funded - paid
    } else {
        assert!(balance(host, rewards, pool) >= funded - paid);
        stakes
    };
    assert!(balance(host, token, pool) >= owed);
    // Time goes on between two calls.
    host.pass(7);
    let now = host.block().timestamp;
    watched.model.borrow_mut().has_passed(now);
}

#[test]
fn the_pool_agrees_with_exact_fractions_and_covers_what_it_owes() {
    Invariants::new(|host, targets| watched(host, targets, Farm::open(host)))
        .hold("the pool says what the model says", agrees_with_the_model)
        .hold("what is earned and staked is there", earned_is_funded)
        .check();
}

#[test]
fn of_one_token_for_both_it_covers_stakes_and_rewards() {
    Invariants::new(|host, targets| watched(host, targets, Farm::of_one(host)))
        .hold("the pool says what the model says", agrees_with_the_model)
        .hold("what is earned and staked is there", earned_is_funded)
        .check();
}
