//! What holds whatever anybody does.

use super::{
    management::ManagementClient,
    tests::{FIRST, INIT, SECOND, deploy},
};
use core::cell::{Cell, RefCell};
use zx::{
    components::{Version, VersionsClient},
    prelude::*,
    testing::{Host, Invariants, Reverted},
};

/// Seconds.
const DELAY: u64 = 20;

/// What the proxy can run.
const CODES: [Address; 2] = [FIRST, SECOND];

/// A proxy, and what was announced for it.
struct Watched {
    proxy: Address,
    admin: Address,
    /// The history as it was.
    history: RefCell<Vec<Version>>,
    /// Since when each code can be run; 0 if it was not announced.
    due: RefCell<[u64; 2]>,
    /// Whether code was run too early.
    early: Cell<bool>,
}

impl Watched {
    fn new(host: &Host) -> Self {
        for code in CODES {
            host.mock(code).returns(INIT, ()).install();
        }
        let [admin] = host.accounts();
        Self {
            proxy: deploy(host, CODES[0], admin, &INIT, DELAY).unwrap(),
            admin,
            history: RefCell::default(),
            due: RefCell::default(),
            early: Cell::default(),
        }
    }

    fn management<'h>(&self, host: &'h Host) -> ManagementClient<'h> {
        ManagementClient::from(host.raw(self.proxy).by(self.admin))
    }

    fn versions<'h>(&self, host: &'h Host) -> VersionsClient<'h> {
        VersionsClient::from(host.raw(self.proxy).by(self.admin))
    }

    fn history(&self, host: &Host) -> Vec<Version> {
        let versions = self.versions(host);
        (1..=versions.version_count())
            .map(|number| versions.version(number))
            .collect()
    }

    fn announce(&self, host: &Host, second: bool, name: u8) -> Result<(), Reverted> {
        let (which, none) = (usize::from(second), Bytes::new());
        self.management(host)
            .announce_upgrade(CODES[which], called(name), none)?;
        let mut due = [0; 2];
        due[which] = host.block().timestamp + DELAY;
        self.due.replace(due);
        Ok(())
    }

    fn upgrade(&self, host: &Host, second: bool) -> Result<(), Reverted> {
        let which = usize::from(second);
        self.management(host)
            .upgrade_to_and_call(CODES[which], Bytes::new())?;
        let due = core::mem::take(&mut self.due.borrow_mut()[which]);
        if due == 0 || due > host.block().timestamp {
            self.early.set(true);
        }
        Ok(())
    }
}

/// One of four names.
fn called(name: u8) -> String {
    ["1.0", "2.0", "3.0", "4.0"][usize::from(name % 4)].into()
}

#[test]
fn history_only_grows_and_nothing_runs_before_its_delay() {
    Invariants::new(|host, targets| {
        targets.senders(host.accounts::<1>()).passing(30);
        Watched::new(host)
    })
    .step(
        "announce",
        |host, watched, _, (second, name): (bool, u8)| watched.announce(host, second, name),
    )
    .step("withdraw", |host, watched, _, (): ()| {
        watched.management(host).withdraw_upgrade()?;
        watched.due.replace([0; 2]);
        Ok(())
    })
    .step("upgrade", |host, watched, _, (second,): (bool,)| {
        watched.upgrade(host, second)
    })
    .step("roll back", |host, watched, _, (name,): (u8,)| {
        watched.management(host).roll_back_to(called(name))
    })
    .hold("the history is only added to", |host, watched| {
        let now = watched.history(host);
        let before = watched.history.replace(now.clone());
        assert!(now.starts_with(&before) && !now.is_empty());
        let mut names: Vec<_> = now.iter().map(|version| &version.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), now.len(), "each name is of one version");
    })
    .hold("what runs is a version", |host, watched| {
        let runs = watched.management(host).implementation();
        assert!(
            watched
                .history(host)
                .iter()
                .any(|version| version.implementation == runs)
        );
    })
    .hold("nothing runs before its delay", |_, watched| {
        assert!(!watched.early.get());
    })
    .runs(128)
    .check();
}
