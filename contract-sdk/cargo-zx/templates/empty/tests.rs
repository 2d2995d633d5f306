use super::*;
use zx::testing::Host;

fn n(number: u64) -> U256 {
    U256::from(number)
}

#[zx::test]
fn the_owner_changes_the_number(host: &Host) {
    let [owner] = host.accounts();
    let contract = host.deploy::<Contract>((n(7),));
    assert_eq!((contract.owner(), contract.number()), (owner, n(7)));

    contract.set_number(n(8)).unwrap();
    assert_eq!(contract.number(), n(8));
    assert!(host.emitted(NumberChanged {
        by: owner,
        number: n(8)
    }));
}

#[zx::test]
fn a_stranger_does_not(host: &Host) {
    let [_, stranger] = host.accounts();
    let contract = host.deploy::<Contract>((n(7),));
    let refused = contract.by(stranger).set_number(n(0));
    let error = ContractError::NotOwner { account: stranger };
    assert_eq!(refused, Err(error.into()));
    assert_eq!(contract.number(), n(7));
}
