use zx::{
    components::{Ownable, erc165},
    prelude::*,
    testing::Host,
};

/// What a vault has; the owner's part comes from a component, the total from a getter.
#[zx::interface]
pub trait IVault {
    fn owner(&self) -> Address;
    fn total(&self) -> U256;
    #[payable]
    fn deposit(&mut self);
}

#[zx::interface]
pub trait ISomethingElse {
    fn other(&self) -> U256;
}

#[zx::contract]
pub struct Vault {
    #[component]
    ownable: Ownable,
    #[view]
    total: Item<U256>,
}

#[zx::public(implements(IVault))]
impl Vault {
    #[payable]
    pub fn deposit(&mut self, cx: &mut Ctx) {
        self.total.add(cx.value());
    }
}

/// Asks others.
#[zx::contract]
pub struct Asker {}

#[zx::public]
impl Asker {
    pub fn is_vault(&self, cx: &Ctx, contract: Address) -> bool {
        erc165::supports(cx, contract, IVault::INTERFACE_ID)
    }
}

#[zx::test]
fn a_contract_says_which_interfaces_it_has(host: &Host) {
    let vault = host.deploy::<Vault>(());
    assert!(vault.supports_interface(IVault::INTERFACE_ID));
    assert!(vault.supports_interface(zx::FixedBytes([0x01, 0xff, 0xc9, 0xa7])), "ERC-165 itself");
    assert!(!vault.supports_interface(ISomethingElse::INTERFACE_ID));
    assert!(!vault.supports_interface(erc165::INVALID));
    let id = zx::interface_id(&["owner()", "total()", "deposit()"]);
    assert_eq!(IVault::INTERFACE_ID, id);
}

#[zx::test]
fn a_contract_that_says_yes_to_everything_is_not_believed(host: &Host) {
    let asker = host.deploy::<Asker>(());
    let (mute, eager) = (Address::repeat_byte(1), Address::repeat_byte(2));
    host.mock(eager).returns(zx::selector("supportsInterface(bytes4)"), true).install();
    host.mock(mute).install();
    assert!(asker.is_vault(host.deploy::<Vault>(()).address()));
    assert!(!asker.is_vault(eager));
    assert!(!asker.is_vault(mute));
    assert!(!asker.is_vault(Address::repeat_byte(3)), "nothing is there");
    assert!(!asker.is_vault(asker.address()), "it does not know the question");
}
