//! The campaigns themselves: values encode as arguments do, and what is broken is found and shrunk. Contracts are in the
//! integration tests, where the macros work.

use super::{
    methods::Type,
    values::{Hints, encode, of},
};
use alloy_sol_types::{SolType, sol_data};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

/// `(uint256,(bytes,int8)[],address[2],string)`
type Sol = (
    sol_data::Uint<256>,
    sol_data::Array<(sol_data::Bytes, sol_data::Int<8>)>,
    sol_data::FixedArray<sol_data::Address, 2>,
    sol_data::String,
);

#[test]
fn random_arguments_are_valid_and_of_one_encoding() {
    let types = [
        Type::Uint(256),
        Type::List(Box::new(Type::Tuple(vec![Type::Bytes, Type::Int(8)]))),
        Type::Array(Box::new(Type::Address), 2),
        Type::String,
    ];
    let strategy: Vec<_> = types.iter().map(|ty| of(ty, &Hints::default())).collect();
    let mut runner = TestRunner::default();
    for _ in 0..200 {
        let values = strategy.new_tree(&mut runner).unwrap().current();
        let data = encode(&values);
        let decoded = Sol::abi_decode_params_validate(&data).expect("valid");
        assert_eq!(Sol::abi_encode_params(&decoded), data);
    }
}
