//! Roles.

use crate::{Address, B256, Ctx, Item, Map, declare::keccak};

/// The role that is the admin of all roles which have no other, itself among them.
pub const DEFAULT_ADMIN_ROLE: B256 = B256::ZERO;

/// The id of a role by its name: its Keccak-256.
///
/// ```
/// # extern crate zx_sdk as zx;
/// # use zx::prelude::*;
/// const MINTER: B256 = zx::components::role("MINTER_ROLE");
/// # assert_eq!(MINTER, zx::b256!("9f2df0fed2c77648de5860a4cc508cd0818c85b8b8a1ab4ceeef8d981c8956a6"));
/// ```
pub const fn role(name: &str) -> B256 {
    crate::FixedBytes(keccak(&[name]))
}

/// Roles that accounts have, each granted and revoked by those who have its admin role. OpenZeppelin's `AccessControl`,
/// in its layout.
///
/// ```
/// # extern crate zx_sdk as zx;
/// use zx::{components::{AccessControl, AccessControlError, DEFAULT_ADMIN_ROLE, role}, prelude::*};
///
/// const MINTER: B256 = role("MINTER_ROLE");
///
/// #[zx::contract]
/// pub struct Mint {
///     #[component]
///     access: AccessControl,
///     #[view]
///     minted: Item<u64>,
/// }
///
/// #[zx::public]
/// impl Mint {
///     #[constructor]
///     pub fn constructor(&mut self, cx: &mut Ctx) {
///         self.access.grant(cx, DEFAULT_ADMIN_ROLE, cx.sender());
///     }
///
///     pub fn mint(&mut self, cx: &mut Ctx) -> Result<(), AccessControlError> {
///         self.access.only(cx, MINTER)?;
///         self.minted.add(1);
///         Ok(())
///     }
/// }
///
/// let host = zx::testing::Host::new();
/// let [_, bob] = host.accounts();
/// let mint = host.deploy::<Mint>(());
/// assert!(mint.by(bob).mint().is_err());
/// mint.access().grant_role(MINTER, bob).unwrap();
/// mint.by(bob).mint().unwrap();
/// assert_eq!(mint.minted(), 1);
/// ```
#[zx::storage]
#[derive(Debug)]
pub struct AccessControl {
    roles: Map<B256, Role>,
}

#[zx::storage]
#[derive(Debug)]
struct Role {
    has_role: Map<Address, bool>,
    admin_role: Item<B256>,
}

/// A role has another admin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct RoleAdminChanged {
    /// The role.
    #[indexed]
    pub role: B256,
    /// Which role was its admin.
    #[indexed]
    pub previous_admin_role: B256,
    /// Which is.
    #[indexed]
    pub new_admin_role: B256,
}

/// An account has a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct RoleGranted {
    /// The role.
    #[indexed]
    pub role: B256,
    /// Who has it.
    #[indexed]
    pub account: Address,
    /// Who granted it.
    #[indexed]
    pub sender: Address,
}

/// An account has a role no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct RoleRevoked {
    /// The role.
    #[indexed]
    pub role: B256,
    /// Who had it.
    #[indexed]
    pub account: Address,
    /// Who revoked it: an admin, or the account itself.
    #[indexed]
    pub sender: Address,
}

/// Why an [`AccessControl`] refused a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Error)]
pub enum AccessControlError {
    /// The account lacks a role.
    AccessControlUnauthorizedAccount {
        /// Who tried.
        account: Address,
        /// What it would take.
        needed_role: B256,
    },
    /// An account can give up its own roles only, and has to say which account it is.
    AccessControlBadConfirmation {},
}

zx::sol_interface! {
    /// OpenZeppelin's, for `#[zx::public(implements(IAccessControl))]`.
    pub interface IAccessControl {
        /// Whether an account has a role.
        function hasRole(bytes32 role, address account) external view returns (bool);
        /// Whose members grant and revoke a role.
        function getRoleAdmin(bytes32 role) external view returns (bytes32);
        /// Grants a role.
        function grantRole(bytes32 role, address account) external;
        /// Revokes a role.
        function revokeRole(bytes32 role, address account) external;
        /// Gives up a role of the caller.
        function renounceRole(bytes32 role, address callerConfirmation) external;
    }
}

impl AccessControl {
    /// Lets only accounts with this role go on: `self.access.only(cx, MINTER)?`.
    ///
    /// # Errors
    /// The caller lacks it.
    pub fn only(&self, cx: &Ctx, role: B256) -> Result<(), AccessControlError> {
        let account = cx.sender();
        if self.has(role, account) {
            return Ok(());
        }
        Err(AccessControlError::AccessControlUnauthorizedAccount { account, needed_role: role })
    }

    /// Whether an account has a role.
    pub fn has(&self, role: B256, account: Address) -> bool {
        self.roles.at(role).has_role.get(account)
    }

    /// Grants a role, whoever calls; `false` if the account has it already.
    pub fn grant(&mut self, cx: &mut Ctx, role: B256, account: Address) -> bool {
        let has = self.roles.at_mut(role).has_role.entry(account).replace(true);
        if !has {
            cx.emit(RoleGranted { role, account, sender: cx.sender() });
        }
        !has
    }

    /// Revokes a role, whoever calls; `false` if the account does not have it.
    pub fn revoke(&mut self, cx: &mut Ctx, role: B256, account: Address) -> bool {
        let has = self.roles.at_mut(role).has_role.take(account);
        if has {
            cx.emit(RoleRevoked { role, account, sender: cx.sender() });
        }
        has
    }

    /// Makes a role the admin of another, whoever calls.
    pub fn set_role_admin(&mut self, cx: &mut Ctx, role: B256, new_admin_role: B256) {
        let previous_admin_role = self.roles.at_mut(role).admin_role.replace(new_admin_role);
        cx.emit(RoleAdminChanged { role, previous_admin_role, new_admin_role });
    }

    fn admin_of(&self, role: B256) -> B256 {
        self.roles.at(role).admin_role.get()
    }
}

#[zx::component(events(RoleAdminChanged, RoleGranted, RoleRevoked))]
impl AccessControl {
    /// The role that is the admin of all roles which have no other.
    #[selector(name = "DEFAULT_ADMIN_ROLE")]
    pub fn default_admin_role() -> B256 {
        DEFAULT_ADMIN_ROLE
    }

    /// Whether an account has a role.
    pub fn has_role(&self, _cx: &Ctx, role: B256, account: Address) -> bool {
        self.has(role, account)
    }

    /// Whose members grant and revoke a role.
    pub fn get_role_admin(&self, _cx: &Ctx, role: B256) -> B256 {
        self.admin_of(role)
    }

    /// Grants a role. Only members of its admin role can.
    pub fn grant_role(&mut self, cx: &mut Ctx, role: B256, account: Address) -> Result<(), AccessControlError> {
        self.only(cx, self.admin_of(role))?;
        self.grant(cx, role, account);
        Ok(())
    }

    /// Revokes a role. Only members of its admin role can.
    pub fn revoke_role(&mut self, cx: &mut Ctx, role: B256, account: Address) -> Result<(), AccessControlError> {
        self.only(cx, self.admin_of(role))?;
        self.revoke(cx, role, account);
        Ok(())
    }

    /// Gives up a role of the caller, who confirms it with their own address.
    pub fn renounce_role(
        &mut self,
        cx: &mut Ctx,
        role: B256,
        caller_confirmation: Address,
    ) -> Result<(), AccessControlError> {
        if caller_confirmation != cx.sender() {
            return Err(AccessControlError::AccessControlBadConfirmation {});
        }
        self.revoke(cx, role, caller_confirmation);
        Ok(())
    }
}
