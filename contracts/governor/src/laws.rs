//! What holds whatever anybody does. Natively: the drivers, of a second contract of the package, have no module.

use super::{
    ProposalState::Executed,
    driver::{Driver, PROPOSALS},
    tests::n,
    *,
};
use timelock::{EXECUTOR_ROLE, PROPOSER_ROLE, Timelock};
use zx::{
    components::DEFAULT_ADMIN_ROLE,
    testing::{Host, Invariants},
};
use zx20_votes::Zx20Votes;

/// Seconds that the timelock waits.
const WAIT: u64 = 15;

/// Tokens, and what part of them it takes.
const SUPPLY: u64 = 1_000;
const QUORUM: u64 = 40;

/// A governor, and three holders.
struct Republic {
    token: Address,
    governor: Address,
    holders: Vec<Address>,
}

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
        let holder = |votes: u64| {
            let driver = host.deploy::<Driver>((governor, timelock_at, token));
            let holder = driver.address();
            host.at::<Zx20Votes>(token).mint(holder, n(votes)).unwrap();
            driver.delegate(holder).unwrap();
            holder
        };
        let holders = [350, 350, SUPPLY - 700].map(holder).to_vec();
        host.mine(1);
        Self {
            token,
            governor,
            holders,
        }
    }

    /// All proposals that there can be: of which holder, which, and its id.
    fn proposals<'a>(&'a self, host: &'a Host) -> impl Iterator<Item = (Address, u8, U256)> + 'a {
        let all = self
            .holders
            .iter()
            .flat_map(|of| (0..PROPOSALS).map(|which| (*of, which)));
        all.map(|(of, which)| (of, which, host.at::<Driver>(of).proposal(of, which)))
    }
}

#[test]
fn votes_are_conserved_and_decide_what_is_executed() {
    if Host::new().has_sandbox() {
        return;
    }
    Invariants::new(|host, targets| {
        let republic = Republic::found(host);
        for holder in &republic.holders {
            targets.contract::<Driver>(*holder);
        }
        targets
            .only(&["advance", "give", "delegate", "run"])
            .senders(host.accounts::<1>())
            .amounts(0u64..=3)
            .passing(10);
        // Mostly the proposals of one, that they get somewhere.
        targets.addresses([republic.holders[0]; 6]);
        republic
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
            for (_, _, id) in republic.proposals(host) {
                let (against, in_favour, abstaining) = governor.proposals().proposal_votes(id);
                assert!(against + in_favour + abstaining <= n(SUPPLY));
            }
        },
    )
    .hold(
        "what was executed was voted for, had waited, and was executed once",
        |host, republic| {
            let governor = host.at::<Governor>(republic.governor);
            for (of, which, id) in republic.proposals(host) {
                let driver = host.at::<Driver>(of);
                let ran = driver.ran(which);
                assert!(ran <= 1 && !driver.early());
                let executed = governor.try_state(id) == Ok(Executed);
                assert_eq!(executed, ran == 1);
                if executed {
                    let (against, in_favour, abstaining) = governor.proposals().proposal_votes(id);
                    assert!(in_favour > against);
                    assert!((in_favour + abstaining) * n(100) >= n(SUPPLY * QUORUM));
                }
            }
        },
    )
    .depth(48)
    .runs(64)
    .check();
}
