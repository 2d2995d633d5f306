use zx::{
    Entry as _,
    components::{Ownable, OwnableError, OwnershipTransferStarted, OwnershipTransferred},
    prelude::*,
    testing::Host,
};

/// Something owned, with a slot before the owner's.
#[zx::contract]
pub struct Thing {
    #[view]
    uses: Item<u64>,
    #[component]
    ownable: Ownable,
}

#[zx::public]
impl Thing {
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx, owner: Address) -> Result<(), OwnableError> {
        self.ownable.init(cx, owner)
    }

    /// Only the owner can.
    pub fn use_it(&mut self, cx: &mut Ctx) -> Result<(), OwnableError> {
        self.ownable.only_owner(cx)?;
        self.uses.add(1);
        Ok(())
    }
}

fn stranger(account: Address) -> zx::testing::Reverted {
    OwnableError::OwnableUnauthorizedAccount { account }.into()
}

#[zx::test]
fn ownership_is_handed_on_in_two_steps(host: &Host) {
    let [alice, bob, carol] = host.accounts();
    let thing = host.deploy::<Thing>((bob,));
    assert!(host.emitted(OwnershipTransferred { previous_owner: Address::ZERO, new_owner: bob }));
    assert_eq!(thing.by(alice).use_it(), Err(stranger(alice)));
    thing.by(bob).use_it().unwrap();

    assert_eq!(thing.ownable().transfer_ownership(carol), Err(stranger(alice)));
    thing.by(bob).ownable().transfer_ownership(carol).unwrap();
    assert!(host.emitted(OwnershipTransferStarted { previous_owner: bob, new_owner: carol }));
    assert_eq!((thing.ownable().owner(), thing.ownable().pending_owner()), (bob, carol));
    assert_eq!(thing.by(carol).use_it(), Err(stranger(carol)), "offered, not accepted");
    assert_eq!(thing.by(bob).ownable().accept_ownership(), Err(stranger(bob)));

    thing.by(carol).ownable().accept_ownership().unwrap();
    assert!(host.emitted(OwnershipTransferred { previous_owner: bob, new_owner: carol }));
    assert_eq!((thing.ownable().owner(), thing.ownable().pending_owner()), (carol, Address::ZERO));
    thing.by(carol).use_it().unwrap();
    assert_eq!(thing.uses(), 2);
}

#[zx::test]
fn an_offer_is_withdrawn_and_ownership_given_up(host: &Host) {
    let [alice, bob] = host.accounts();
    let thing = host.deploy::<Thing>((alice,));
    thing.ownable().transfer_ownership(bob).unwrap();
    thing.ownable().transfer_ownership(Address::ZERO).unwrap();
    assert_eq!(thing.by(bob).ownable().accept_ownership(), Err(stranger(bob)));

    thing.ownable().transfer_ownership(bob).unwrap();
    thing.ownable().renounce_ownership().unwrap();
    assert!(host.emitted(OwnershipTransferred { previous_owner: alice, new_owner: Address::ZERO }));
    assert_eq!(thing.by(bob).ownable().accept_ownership(), Err(stranger(bob)), "the offer went with it");
    assert_eq!(thing.use_it(), Err(stranger(alice)));
}

#[zx::test]
fn the_zero_address_owns_nothing(host: &Host) {
    let [alice] = host.accounts();
    let refused = host.try_deploy::<Thing>(alice, U256::ZERO, (Address::ZERO,)).map(|_| ()).unwrap_err();
    assert_eq!(refused, OwnableError::OwnableInvalidOwner { owner: Address::ZERO }.into());
}

#[zx::test]
fn the_owner_lies_behind_the_field_before(host: &Host) {
    let [_, bob, carol] = host.accounts();
    let thing = host.deploy::<Thing>((bob,));
    thing.by(bob).ownable().transfer_ownership(carol).unwrap();
    let slot = |number: u8| host.slot(thing.address(), U256::from(number).to_be_bytes());
    assert_eq!([slot(1), slot(2)], [bob, carol].map(|a| a.into_word().0));
}

/// What a build makes the ABI of, besides the methods of the contract itself.
#[test]
fn what_a_component_declares_is_the_contract_s() {
    let [_, part] = <Thing as zx::Contract>::PARTS else { panic!("getters, and a component") };
    let texts =
        |lists: &[&[&[&str]]]| -> Vec<String> { lists.iter().flat_map(|l| l.iter()).map(|d| d.concat()).collect() };
    let declared = texts(part.declarations).concat();
    for line in [
        "function owner() external view returns (address)\n",
        "function pendingOwner() external view returns (address)\n",
        "function transferOwnership(address newOwner) external\n",
        "function acceptOwnership() external\n",
        "function renounceOwnership() external\n",
        "event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner)\n",
        "event OwnershipTransferred(address indexed previousOwner, address indexed newOwner)\n",
    ] {
        assert!(declared.contains(line), "{line} in {declared}");
    }
    let errors = texts(part.errors).concat();
    assert!(errors.contains("error OwnableUnauthorizedAccount(address account)\n"), "{errors}");
    assert_eq!(Thing::DECLARATIONS.len(), 2, "the constructor and one method");
}
