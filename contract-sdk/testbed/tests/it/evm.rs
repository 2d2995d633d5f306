//! Mocks, which are EVM code, and EVM contracts.

use crate::bed::{ALICE, BOB, Bed};
use zx_sdk::testing::protocol::{Answer, MockRule, Request};

fn rule(calldata: &[u8], reverts: bool, data: &[u8]) -> MockRule {
    MockRule { calldata: calldata.to_vec(), reverts, data: data.to_vec() }
}

#[test]
fn a_mock_answers_by_the_first_rule_that_fits() {
    let mut bed = Bed::new(&[]);
    let long: Vec<u8> = (0..100).collect();
    let rules = vec![
        rule(&[1, 2, 3, 4, 5], false, b"more"),
        rule(&[1, 2, 3, 4], false, b"less"),
        rule(&[9, 9, 9, 9], true, b"no"),
        rule(&long, false, &[0x5B; 70_000]),
        rule(&[7], false, b""),
    ];
    assert_eq!(bed.asks(Request::Mock { address: BOB, rules }), Answer::Done);
    let mut says = |data: &[u8]| {
        let outcome = bed.looks(BOB, data);
        (outcome.success, outcome.data)
    };
    assert_eq!(says(&[1, 2, 3, 4, 5, 6]), (true, b"more".to_vec()));
    assert_eq!(says(&[1, 2, 3, 4, 6]), (true, b"less".to_vec()));
    assert_eq!(says(&[1, 2, 3, 4]), (true, b"less".to_vec()));
    assert_eq!(says(&[9, 9, 9, 9, 0]), (false, b"no".to_vec()));
    assert_eq!(says(&long), (true, vec![0x5B; 70_000]), "more than any EVM contract could hold");
    assert_eq!(says(&[&long[..99], &[0]].concat()), (false, Vec::new()));
    assert_eq!(says(&long[..99]), (false, Vec::new()), "zeros past the end are no calldata");
    assert_eq!(says(&[7, 0]), (true, Vec::new()));
    assert_eq!(says(&[1, 2, 3]), (false, Vec::new()));
    assert_eq!(says(&[]), (false, Vec::new()));
}

#[test]
fn a_mock_without_rules_reverts_and_one_for_anything_answers_anything() {
    let mut bed = Bed::new(&[]);
    bed.asks(Request::Mock { address: BOB, rules: Vec::new() });
    assert!(!bed.looks(BOB, &[1]).success);
    bed.asks(Request::Mock { address: BOB, rules: vec![rule(&[], false, b"yes")] });
    assert_eq!(bed.looks(BOB, &[]).data, b"yes");
    assert_eq!(bed.looks(BOB, &[1; 500]).data, b"yes");
}

#[test]
fn evm_code_is_deployed_and_runs_out_of_gas() {
    let mut bed = Bed::new(&[]);
    // JUMPDEST PUSH1 0 JUMP, for ever: returned by the init code.
    let init = [0x63, 0x5B, 0x60, 0x00, 0x56, 0x60, 0x00, 0x52, 0x60, 0x04, 0x60, 0x1C, 0xF3];
    let create = Request::Transact { sender: ALICE, to: None, value: [0; 32], data: init.to_vec() };
    let created = bed.outcome(create);
    assert!(created.success && created.data.is_empty(), "{created:?}");
    let spent = bed.sends(created.created.unwrap(), 0, &[]);
    assert_eq!((spent.success, spent.gas_used, spent.halted.as_deref()), (false, 30_000_000, Some("out of gas")));
}
