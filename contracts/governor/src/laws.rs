//! What holds whatever anybody does.

use super::{
    ProposalState::{Active, Canceled, Defeated, Executed, Expired, Pending, Succeeded},
    tests::n,
    *,
};
use core::cell::Cell;
use hostile_token::HostileToken;
use timelock::{EXECUTOR_ROLE, PROPOSER_ROLE, Timelock};
use zx::{
    abi::Args as _,
    components::{DEFAULT_ADMIN_ROLE, role},
    testing::{Host, Invariants, Reverted},
};
use zx20_votes::Zx20Votes;

/// Seconds that the timelock waits.
const WAIT: u64 = 15;

/// Tokens, and what part of them it takes.
const SUPPLY: u64 = 1_000;
const QUORUM: u64 = 40;

/// Proposals that there can be.
const PROPOSALS: u8 = 4;

/// A governor, and three holders.
struct Republic {
    token: Address,
    governor: Address,
    holders: [Address; 3],
    /// Each proposal moves one to an account of its own.
    counter: Address,
    /// Whether a proposal was executed before its time.
    early: Cell<bool>,
}

type Calls = (Vec<Address>, Vec<U256>, Vec<Bytes>);

impl Republic {
    fn found(host: &Host) -> Self {
        let [admin] = host.accounts();
        let token = host.deploy::<Zx20Votes>(("Zexus".to_owned(), "ZX".to_owned()));
        let timelock = host.deploy::<Timelock>((n(WAIT), vec![], vec![], admin));
        let settings = Settings {
            voting_delay: Uint::new(n(1)),
            voting_period: 4,
            proposal_threshold: n(0),
            quorum_numerator: n(QUORUM),
            queueing_period: 6,
            grace_period: 60,
        };
        let (token, timelock_at) = (token.address(), timelock.address());
        let arguments = ("Dao".to_owned(), token, timelock_at, settings);
        let governor = host.deploy::<Governor>(arguments).address();
        for role in [PROPOSER_ROLE, EXECUTOR_ROLE] {
            timelock.access().grant_role(role, governor).unwrap();
        }
        timelock
            .access()
            .renounce_role(DEFAULT_ADMIN_ROLE, admin)
            .unwrap();
        let holders = host.accounts();
        for (holder, votes) in holders.into_iter().zip([350, 350, SUPPLY - 700]) {
            let units = host.at::<Zx20Votes>(token);
            units.mint(holder, n(votes)).unwrap();
            units.by(holder).votes().delegate(holder).unwrap();
        }
        host.mine(1);
        Self {
            token,
            governor,
            holders,
            counter: host.deploy::<HostileToken>((n(SUPPLY),)).address(),
            early: Cell::default(),
        }
    }

    /// What a proposal does.
    fn calls(&self, host: &Host, which: u8) -> Calls {
        let [pot] = host.accounts();
        let arguments = (pot, spot(which), U256::ONE).encode();
        let selector = zx::selector("transferFrom(address,address,uint256)");
        let data = [selector.to_vec(), arguments].concat().into();
        (vec![self.counter], vec![n(0)], vec![data])
    }

    /// All proposals that there can be: which, and its id.
    fn proposals<'a>(&'a self, host: &'a Host) -> impl Iterator<Item = (u8, U256)> + 'a {
        (0..PROPOSALS).map(|which| (which, self.id(host, which)))
    }

    fn id(&self, host: &Host, which: u8) -> U256 {
        let (targets, values, calldatas) = self.calls(host, which);
        let governor = host.at::<Governor>(self.governor);
        governor.hash_proposal(targets, values, calldatas, hash(which))
    }

    /// Does with a proposal what comes next.
    fn advance(&self, host: &Host, who: Address, which: u8, support: u8) -> Result<(), Reverted> {
        let governor = host.at::<Governor>(self.governor).by(who);
        let (id, hash) = (self.id(host, which), hash(which));
        let (targets, values, calldatas) = self.calls(host, which);
        match governor.try_state(id) {
            Err(_) => governor
                .propose(targets, values, calldatas, description(which))
                .map(drop),
            Ok(Pending) if support == 3 => {
                governor.cancel(targets, values, calldatas, hash).map(drop)
            }
            Ok(Pending) => {
                host.mine(1);
                Ok(())
            }
            // Mostly in favour; who has voted already waits for the end.
            Ok(Active) => governor
                .cast_vote(id, u8::from(!support.is_multiple_of(4)))
                .map(drop)
                .inspect_err(|_| host.mine(1)),
            Ok(Succeeded) => governor.queue(targets, values, calldatas, hash).map(drop),
            Ok(_) => {
                let eta = governor.proposals().proposal_eta(id);
                governor
                    .execute(targets, values, calldatas, hash)
                    .inspect_err(|_| host.pass(WAIT / 3))?;
                if eta.is_zero() || eta > n(host.block().timestamp) {
                    self.early.set(true);
                }
                Ok(())
            }
        }
    }
}

/// Advances the first proposal that is not at its end.
fn carry_on(
    host: &Host,
    republic: &Republic,
    who: Address,
    (support,): (u8,),
) -> Result<(), Reverted> {
    let governor = host.at::<Governor>(republic.governor);
    let ended = |id| {
        matches!(
            governor.try_state(id),
            Ok(Canceled | Defeated | Expired | Executed)
        )
    };
    let which = republic.proposals(host).find(|(_, id)| !ended(*id));
    republic.advance(host, who, which.map_or(0, |(which, _)| which), support)
}

/// Where a proposal moves something.
fn spot(which: u8) -> Address {
    Address::repeat_byte(0xB0 + which)
}

fn description(which: u8) -> String {
    format!("number {which}")
}

fn hash(which: u8) -> B256 {
    // A role's id is the hash of its name: Keccak-256, as here.
    role(&description(which))
}

#[test]
fn votes_are_conserved_and_decide_what_is_executed() {
    let executed = Cell::new(0u32);
    Invariants::new(|host, targets| {
        let republic = Republic::found(host);
        targets
            .senders(republic.holders)
            .amounts(0u64..=3)
            .passing(10);
        republic
    })
    // Mostly the same, that it gets somewhere; and more often than the rest.
    .step("carry on", carry_on)
    .step("go on", carry_on)
    .step(
        "advance",
        |host, republic, who, (which, support): (u8, u8)| {
            republic.advance(host, who, which % PROPOSALS, support)
        },
    )
    .step(
        "give",
        |host, republic, who, (to, value): (Address, u16)| {
            let token = host.at::<Zx20Votes>(republic.token).by(who);
            token.erc20().transfer(to, n(value.into())).map(drop)
        },
    )
    .step("delegate", |host, republic, who, (to,): (Address,)| {
        let token = host.at::<Zx20Votes>(republic.token).by(who);
        token.votes().delegate(to)
    })
    .hold(
        "delegated units are what is voted with",
        |host, republic| {
            let token = host.at::<Zx20Votes>(republic.token);
            let (mut delegated, mut voting) = (n(0), n(0));
            for holder in &republic.holders {
                let delegate = token.votes().delegates(*holder);
                if republic.holders.contains(&delegate) {
                    delegated += token.erc20().balance_of(*holder);
                }
                voting += token.votes().get_votes(*holder);
            }
            assert_eq!(delegated, voting);
        },
    )
    .hold(
        "no more votes are counted than there were",
        |host, republic| {
            let governor = host.at::<Governor>(republic.governor);
            for (_, id) in republic.proposals(host) {
                let (against, in_favour, abstaining) = governor.proposals().proposal_votes(id);
                assert!(against + in_favour + abstaining <= n(SUPPLY));
            }
        },
    )
    .hold(
        "what was executed was voted for, had waited, and was executed once",
        |host, republic| {
            let governor = host.at::<Governor>(republic.governor);
            let counter = host.at::<HostileToken>(republic.counter);
            assert!(!republic.early.get());
            for (which, id) in republic.proposals(host) {
                let is_executed = governor.try_state(id) == Ok(Executed);
                assert_eq!(counter.balance_of(spot(which)), n(is_executed.into()));
                if is_executed {
                    executed.set(executed.get() + 1);
                    let (against, in_favour, abstaining) = governor.proposals().proposal_votes(id);
                    assert!(in_favour > against);
                    assert!((in_favour + abstaining) * n(100) >= n(SUPPLY * QUORUM));
                }
            }
        },
    )
    .depth(64)
    .runs(64)
    .check();
    assert!(executed.get() > 100, "seen {} times", executed.get());
}
