//! What holds whatever anybody does.

use super::{
    tests::{FIRST, INIT, SECOND, Scene},
    *,
};
use core::cell::RefCell;
use zx::testing::{Host, Invariants};

/// The admin, its proxies, and who owned it and was offered it before.
struct Seen {
    admin: Address,
    proxies: [Address; 2],
    owners: RefCell<[Address; 2]>,
}

impl Seen {
    fn of<'h>(&self, host: &'h Host) -> ProxyAdminClient<'h> {
        host.at::<ProxyAdmin>(self.admin)
    }

    fn owners_now(&self, host: &Host) -> [Address; 2] {
        let admin = self.of(host);
        let ownable = admin.ownable();
        [ownable.owner(), ownable.pending_owner()]
    }
}

#[test]
fn the_owner_alone_upgrades_and_nobody_owns_what_they_did_not_accept() {
    Invariants::new(|host, targets| {
        let Scene {
            admin,
            proxy,
            other,
            ..
        } = Scene::new(host, 0);
        targets
            .contract::<ProxyAdmin>(admin)
            .senders(host.accounts::<3>())
            .addresses([proxy, other, FIRST, SECOND]);
        let [owner] = host.accounts();
        Seen {
            admin,
            proxies: [proxy, other],
            owners: RefCell::new([owner, Address::ZERO]),
        }
    })
    .hold(
        "the owner is as before, or accepted it, or gave it up",
        |host, seen| {
            let now = seen.owners_now(host);
            let [owner, pending] = seen.owners.replace(now);
            assert!([owner, pending, Address::ZERO].contains(&now[0]));
            assert!(
                now[0] == owner || now[1].is_zero(),
                "no offer outlives its maker"
            );
        },
    )
    .hold("the owner can upgrade, and nobody else", |host, seen| {
        let [owner, _] = seen.owners_now(host);
        for (account, proxy) in host
            .accounts::<3>()
            .into_iter()
            .flat_map(|account| seen.proxies.map(|proxy| (account, proxy)))
        {
            let admin = seen.of(host).by(account);
            let upgraded =
                host.rehearse(|| admin.upgrade_and_call(proxy, SECOND, INIT.into()).is_ok());
            assert_eq!(upgraded, account == owner);
        }
    })
    .runs(32)
    .check();
}
