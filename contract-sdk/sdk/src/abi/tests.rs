use super::*;
use crate::{Address, FixedBytes, U256};
use alloy_sol_types::{SolType as _, sol_data};
use proptest::prelude::*;

#[test]
fn names_are_solidity_names() {
    assert_eq!(U256::NAME, "uint256");
    assert_eq!(<(Address, Vec<u8>)>::NAME, "(address,uint8[])");
    assert_eq!(<[FixedBytes<4>; 12]>::NAME, "bytes4[12]");
    assert_eq!(<Vec<[(Bytes, ()); 3]>>::NAME, "(bytes,())[3][]");
    assert_eq!(i128::NAME, "int128");
}

/// One of everything: static and dynamic tuples and arrays, nested.
type Mixed = (String, U256, Vec<(Address, String)>, [u64; 2], i64, (bool, FixedBytes<3>), [Bytes; 2], Vec<Vec<u16>>);
type Alloy = (
    sol_data::String,
    sol_data::Uint<256>,
    sol_data::Array<(sol_data::Address, sol_data::String)>,
    sol_data::FixedArray<sol_data::Uint<64>, 2>,
    sol_data::Int<64>,
    (sol_data::Bool, sol_data::FixedBytes<3>),
    sol_data::FixedArray<sol_data::Bytes, 2>,
    sol_data::Array<sol_data::Array<sol_data::Uint<16>>>,
);

fn bytes() -> impl Strategy<Value = Bytes> {
    prop::collection::vec(any::<u8>(), 0..70).prop_map(Bytes::from)
}

fn mixed() -> impl Strategy<Value = Mixed> {
    let accounts = prop::collection::vec((any::<[u8; 20]>().prop_map(Address::from), ".{0,40}"), 0..4);
    (
        ".{0,40}",
        any::<[u8; 32]>().prop_map(U256::from_be_bytes),
        accounts,
        any::<[u64; 2]>(),
        any::<i64>(),
        (any::<bool>(), any::<[u8; 3]>().prop_map(FixedBytes)),
        [bytes(), bytes()],
        prop::collection::vec(prop::collection::vec(any::<u16>(), 0..4), 0..4),
    )
}

proptest! {
    #[test]
    fn what_we_write_is_what_alloy_writes_and_reads_back(args in mixed()) {
        let encoded = args.encode();
        let (a, b, c, d, e, f, g, h) = args.clone();
        let alloys = (a, alloy_primitives::U256::from_be_bytes(b.to_be_bytes()), c, d, e, f, g, h);
        prop_assert_eq!(&encoded, &Alloy::abi_encode_sequence(&alloys));
        prop_assert_eq!(Mixed::decode(&encoded), Some(args.clone()));
        prop_assert_eq!((args.clone(),).encode(), Alloy::abi_encode(&alloys));
        for cut in 0..encoded.len() {
            prop_assert_eq!(Mixed::decode(&encoded[..cut]), None, "cut at {}", cut);
        }
    }

    #[test]
    fn bytes_that_we_read_alloy_reads_alike(at in 0usize..500, byte: u8, args in mixed()) {
        let mut encoded = args.encode();
        let at = at % encoded.len();
        encoded[at] = byte;
        if let Some((a, b, c, d, e, f, g, h)) = Mixed::decode(&encoded) {
            let alloys = Alloy::abi_decode_sequence(&encoded);
            prop_assert_eq!(alloys.ok(), Some((a, b.into(), c, d, e, f, g, h)));
        }
    }
}

#[test]
fn bits_outside_a_value_are_refused() {
    let word = |last: u8| U256::from(last).to_be_bytes();
    assert_eq!(<(u8,)>::decode(&[1; 32]), None);
    assert_eq!(<(Address,)>::decode(&[1; 32]), None);
    assert_eq!(<(FixedBytes<4>,)>::decode(&[1; 32]), None);
    assert_eq!(<(bool,)>::decode(&word(2)), None);
    assert_eq!(<(bool,)>::decode(&word(1)), Some((true,)));
    assert_eq!(<(i8,)>::decode(&word(0x80)), None, "not sign-extended");
    assert_eq!(<(i8,)>::decode(&[0xFF; 32]), Some((-1,)));
    assert_eq!(<(i8,)>::decode(&word(0x7F)), Some((127,)));
}

#[test]
fn a_length_beyond_the_data_is_refused_before_memory_is_taken() {
    for len in [4, u64::from(u32::MAX), u64::MAX] {
        let data = [U256::from(32u8), U256::from(len), U256::ONE, U256::ONE].map(U256::to_be_bytes).concat();
        assert_eq!(<(Vec<u64>,)>::decode(&data), None, "{len}");
        assert_eq!(<(Vec<()>,)>::decode(&data), None, "elements of no size");
        assert_eq!(<(Bytes,)>::decode(&data).is_some(), len == 4);
    }
}

#[test]
fn one_result_is_encoded_as_a_sequence_of_one() {
    let text = String::from("ZX");
    assert_eq!(text.encode_return(), (text.clone(),).encode());
    assert_eq!(String::decode_return(&text.encode_return()), Some(text));
    assert_eq!((U256::ONE, true).encode_return().len(), 64);
    assert!(().encode_return().is_empty());
    assert_eq!(<()>::decode_return(&[]), Some(()));
}
