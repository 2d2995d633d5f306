use super::*;
use zx::testing::TestHost;

const OWNER: Address = Address::repeat_byte(1);
const STRANGER: Address = Address::repeat_byte(2);

fn deployed() -> (TestHost, Contract) {
    let host = TestHost::new();
    host.set_sender(OWNER);
    let mut contract = host.contract::<Contract>();
    host.transact(|cx| contract.constructor(cx, U256::from(7u8)))
        .expect("deployed");
    (host, contract)
}

#[test]
fn the_owner_changes_the_number() {
    let (host, mut contract) = deployed();
    assert_eq!(host.look(|cx| contract.number(cx)), U256::from(7u8));
    assert_eq!(
        host.transact(|cx| contract.set_number(cx, U256::from(8u8))),
        Ok(())
    );
    assert_eq!(host.look(|cx| contract.number(cx)), U256::from(8u8));
    assert!(host.emitted_last(NumberChanged {
        by: OWNER,
        number: U256::from(8u8)
    }));
}

#[test]
fn a_stranger_does_not() {
    let (host, mut contract) = deployed();
    host.set_sender(STRANGER);
    let refused = host.transact(|cx| contract.set_number(cx, U256::ZERO));
    assert_eq!(
        refused,
        Err(ContractError::NotOwner { account: STRANGER }.into())
    );
    assert_eq!(host.look(|cx| contract.number(cx)), U256::from(7u8));
}
