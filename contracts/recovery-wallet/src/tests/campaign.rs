//! Random calls, and what must hold after each.

use super::*;
use core::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// A wallet, and what its events have told.
struct Watched {
    wallet: Address,
    token: Address,
    people: [Address; 6],
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    owner: Address,
    now: u64,
    /// Day, and what the wallet had of both when it began.
    day: (u64, U256, U256),
    /// Whom guardians want.
    wants: BTreeMap<Address, Address>,
    running: Option<(Address, u64)>,
    recoveries: u32,
}

fn setup(host: &Host, targets: &mut zx::testing::Targets) -> Watched {
    let safe = Safe::new(host);
    let token = safe.token();
    let people = host.accounts::<6>();
    let balance = n(1_000_000);
    host.set_balance(safe.wallet, balance);
    targets
        .contract::<RecoveryWallet>(safe.wallet)
        .only(&[
            "pay",
            "transfer",
            "supportRecovery",
            "cancelRecovery",
            "finishRecovery",
            "setOwner",
        ])
        .senders(people)
        // Guardians agree on somebody now and then, so that there are recoveries.
        .senders(safe.guardians)
        .addresses([token; 5])
        .addresses([safe.stranger; 9])
        .amounts(0u64..=60)
        .passing(40_000);
    let state = State {
        owner: safe.owner,
        day: (0, balance, n(1_000)),
        ..State::default()
    };
    Watched {
        wallet: safe.wallet,
        token,
        people,
        state: RefCell::new(state),
    }
}

/// Follows the events of the last transaction. Recoveries are those that enough guardians wanted long enough.
fn follow(host: &Host, watched: &Watched) {
    let mut state = watched.state.borrow_mut();
    let now = host.block().timestamp;
    if now != state.now {
        state.now = now;
        return;
    }
    for (_, log) in host.logs().iter().filter(|(of, _)| *of == watched.wallet) {
        let account = |index: usize| Address::from_word(log.topics[index].into());
        match log.topics[0] {
            topic if topic == RecoverySupported::TOPIC.0 => {
                assert!(watched.people[1..4].contains(&account(1)));
                state.wants.insert(account(1), account(2));
            }
            topic if topic == RecoveryStarted::TOPIC.0 => {
                let candidate = account(1);
                let support = state.wants.values().filter(|one| **one == candidate);
                assert_eq!(support.count(), 2);
                assert_eq!(state.running, None);
                state.running = Some((candidate, now + RECOVERY));
            }
            topic if topic == RecoveryCancelled::TOPIC.0 => {
                state.running = None;
                state.wants.clear();
            }
            topic if topic == OwnerChanged::TOPIC.0 => {
                let (candidate, ready) = state.running.take().expect("a recovery");
                assert!(now >= ready && account(2) == candidate && account(1) == state.owner);
                state.owner = candidate;
                state.recoveries += 1;
                state.wants.clear();
            }
            _ => {}
        }
    }
}

fn the_owner_is_whom_guardians_made_it(host: &Host, watched: &Watched) {
    follow(host, watched);
    let (wallet, state) = (
        host.at::<RecoveryWallet>(watched.wallet),
        watched.state.borrow(),
    );
    assert_eq!(wallet.owner(), state.owner);
    assert_eq!(wallet.recovery(), state.running.unwrap_or_default());
    assert_eq!(wallet.guardians(), &watched.people[1..4]);
    assert_eq!(
        (wallet.threshold(), wallet.delays()),
        (2, (RECOVERY, OPERATION))
    );
}

fn no_more_than_the_limit_leaves_in_a_day(host: &Host, watched: &Watched) {
    let mut state = watched.state.borrow_mut();
    let coins = host.balance(watched.wallet);
    let tokens = host
        .at::<Zx20Full>(watched.token)
        .erc20()
        .balance_of(watched.wallet);
    let day = host.block().timestamp / 86_400;
    if day != state.day.0 {
        state.day = (day, coins, tokens);
    }
    let (_, coins_then, tokens_then) = state.day;
    let wallet = host.at::<RecoveryWallet>(watched.wallet);
    let left = |token| U256::from(wallet.limit(token).1);
    // What came back in the meantime may hide what left: it is never more than that.
    assert!(coins + n(100) >= coins_then && tokens + n(50) >= tokens_then);
    assert!(coins_then.saturating_sub(coins) <= n(100) - left(COIN));
    assert!(tokens_then.saturating_sub(tokens) <= n(50) - left(watched.token));
    drop(state);
    time_goes_on(host, watched);
}

/// Between two calls, so that recoveries can end.
fn time_goes_on(host: &Host, watched: &Watched) {
    host.pass(9_000);
    watched.state.borrow_mut().now = host.block().timestamp;
}

#[test]
fn limits_and_delays_hold_whatever_anybody_does() {
    let recoveries = Cell::new(0);
    Invariants::new(setup)
        .hold(
            "the owner is whom guardians made it",
            the_owner_is_whom_guardians_made_it,
        )
        .hold(
            "no more than the limit leaves in a day",
            no_more_than_the_limit_leaves_in_a_day,
        )
        .hold("recoveries happen", |_, watched| {
            let most = recoveries.get().max(watched.state.borrow().recoveries);
            recoveries.set(most);
        })
        .depth(64)
        .check();
    assert!(recoveries.get() > 0, "no sequence had a recovery");
}
