use zx::{
    components::{
        AccessControl, AccessControlError, DEFAULT_ADMIN_ROLE, IAccessControl, RoleAdminChanged, RoleGranted,
        RoleRevoked, role,
    },
    prelude::*,
    testing::Host,
};

const MINTER: B256 = role("MINTER_ROLE");
const KEEPER: B256 = role("KEEPER_ROLE");

#[zx::contract]
pub struct Mint {
    #[component]
    access: AccessControl,
}

#[zx::public(implements(IAccessControl))]
impl Mint {
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx) {
        self.access.grant(cx, DEFAULT_ADMIN_ROLE, cx.sender());
    }

    pub fn mint(&mut self, cx: &mut Ctx) -> Result<(), AccessControlError> {
        self.access.only(cx, MINTER)
    }

    pub fn set_admin(&mut self, cx: &mut Ctx, role: B256, admin: B256) -> Result<(), AccessControlError> {
        self.access.only(cx, DEFAULT_ADMIN_ROLE)?;
        self.access.set_role_admin(cx, role, admin);
        Ok(())
    }
}

fn lacks(account: Address, needed_role: B256) -> zx::testing::Reverted {
    AccessControlError::AccessControlUnauthorizedAccount { account, needed_role }.into()
}

#[zx::test]
fn admins_grant_and_revoke(host: &Host) {
    let [alice, bob, carol] = host.accounts();
    let mint = host.deploy::<Mint>(());
    let access = mint.access();
    assert!(access.has_role(access.default_admin_role(), alice));
    assert_eq!(mint.by(bob).mint(), Err(lacks(bob, MINTER)));
    assert_eq!(access.by(bob).grant_role(MINTER, bob), Err(lacks(bob, DEFAULT_ADMIN_ROLE)));

    access.grant_role(MINTER, bob).unwrap();
    assert!(host.emitted(RoleGranted { role: MINTER, account: bob, sender: alice }));
    mint.by(bob).mint().unwrap();
    access.grant_role(MINTER, bob).unwrap();
    assert!(host.logs().is_empty(), "nothing changed");

    access.revoke_role(MINTER, carol).unwrap();
    assert!(host.logs().is_empty());
    access.revoke_role(MINTER, bob).unwrap();
    assert!(host.emitted(RoleRevoked { role: MINTER, account: bob, sender: alice }));
    assert_eq!(mint.by(bob).mint(), Err(lacks(bob, MINTER)));
}

#[zx::test]
fn a_role_can_have_another_admin(host: &Host) {
    let [alice, bob] = host.accounts();
    let mint = host.deploy::<Mint>(());
    mint.set_admin(MINTER, KEEPER).unwrap();
    assert!(host.emitted(RoleAdminChanged {
        role: MINTER,
        previous_admin_role: DEFAULT_ADMIN_ROLE,
        new_admin_role: KEEPER
    }));
    assert_eq!(mint.access().get_role_admin(MINTER), KEEPER);
    assert_eq!(mint.access().grant_role(MINTER, alice), Err(lacks(alice, KEEPER)));
    mint.access().grant_role(KEEPER, bob).unwrap();
    mint.access().by(bob).grant_role(MINTER, alice).unwrap();
    mint.mint().unwrap();
}

#[zx::test]
fn a_role_is_given_up_by_its_holder_only(host: &Host) {
    let [alice, bob] = host.accounts();
    let mint = host.deploy::<Mint>(());
    mint.access().grant_role(MINTER, bob).unwrap();
    let confirmation = AccessControlError::AccessControlBadConfirmation {};
    assert_eq!(mint.access().renounce_role(MINTER, bob), Err(confirmation.into()));
    mint.access().by(bob).renounce_role(MINTER, bob).unwrap();
    assert!(host.emitted(RoleRevoked { role: MINTER, account: bob, sender: bob }));
    assert!(mint.access().has_role(DEFAULT_ADMIN_ROLE, alice));
    assert!(!mint.access().has_role(MINTER, bob));
}

/// Its id is known, and its methods are the component's.
#[zx::test]
fn the_interface_is_openzeppelin_s(host: &Host) {
    let mint = host.deploy::<Mint>(());
    assert_eq!(IAccessControl::INTERFACE_ID.0, [0x79, 0x65, 0xdb, 0x0b]);
    assert!(mint.supports_interface(IAccessControl::INTERFACE_ID));
}
