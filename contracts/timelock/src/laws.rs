//! What holds whatever anybody does. Natively: the driver, a second contract of the package, has no module.

use super::{
    driver::{Driver, DriverClient, OPERATIONS},
    *,
};
use zx::testing::{Host, Invariants};

/// Seconds.
const DELAY: u64 = 20;

/// A timelock of a driver, which may do everything that is done with roles.
fn driven(host: &Host, treacherous: bool) -> (Address, DriverClient<'_>) {
    let [admin] = host.accounts();
    let timelock = host.deploy::<Timelock>((U256::from(DELAY), vec![], vec![], admin));
    let driver = host.deploy::<Driver>((timelock.address(), DELAY, treacherous));
    for role in [PROPOSER_ROLE, EXECUTOR_ROLE, CANCELLER_ROLE] {
        timelock
            .access()
            .grant_role(role, driver.address())
            .unwrap();
    }
    timelock
        .access()
        .renounce_role(DEFAULT_ADMIN_ROLE, admin)
        .expect("from now on it is its own");
    (timelock.address(), driver)
}

#[test]
fn nothing_runs_before_its_delay_or_its_predecessor_or_twice() {
    if Host::new().has_sandbox() {
        return;
    }
    Invariants::new(|host, targets| {
        let (timelock, driver) = driven(host, false);
        targets
            .contract::<Driver>(driver.address())
            .contract::<Timelock>(timelock)
            .only(&["propose", "execute", "cancel", "run", "updateDelay"])
            .senders(host.accounts::<2>())
            .amounts(0u64..=60)
            .passing(40);
        driver.address()
    })
    .hold(
        "what ran had waited, for its time and its predecessor",
        |host, driver| assert!(!host.at::<Driver>(*driver).early()),
    )
    .hold("nothing ran twice", |host, driver| {
        let driver = host.at::<Driver>(*driver);
        for which in 0..OPERATIONS {
            assert!(driver.ran(which) <= 1);
        }
    })
    .runs(256)
    .check();
}

/// What an operation calls may have the right to cancel: not the operation that runs, or it would have run and be free to
/// be scheduled again.
#[test]
fn an_operation_is_done_before_its_calls_are_made() {
    let host = &Host::new();
    if host.has_sandbox() {
        return;
    }
    let (_, driver) = driven(host, true);
    driver.propose(0, DELAY).unwrap();
    host.pass(DELAY);
    let refused = driver.execute(0).unwrap_err();
    assert!(matches!(
        refused.decode(),
        Some(TimelockError::TimelockUnexpectedOperationState { .. })
    ));
    assert_eq!(driver.ran(0), 0);
}
