//! Rows and proofs that must not be taken as they are, and lists.

use super::*;
use crate::node::Branch;
use alloy_primitives::Bytes;
use alloy_rlp::BufMut as _;

fn some_rows() -> Vec<Vec<u8>> {
    let mut rows = Rows::default();
    let acts =
        (0..200_u32).map(|index| (Address::from_slice(&[&[0; 16], &index.to_be_bytes()[..]].concat()), plain(1)));
    let changes = play(&mut Model::new(), &acts.collect());
    rows.write(&State::empty().apply(&Nothing, 1, &changes).unwrap().1);
    rows.nodes().into_values().collect()
}

#[test]
fn a_row_reads_back_as_it_was_written() {
    for row in some_rows() {
        let mut again = Vec::new();
        Branch::<Raw>::decode(&row).unwrap().encode(&mut again);
        assert_eq!(again, row);
    }
}

#[test]
fn a_row_that_is_cut_or_too_long_is_an_error() {
    for row in some_rows() {
        for cut in 0..row.len() {
            assert!(Branch::<Raw>::decode(&row[..cut]).is_err(), "cut at {cut}");
        }
        assert!(Branch::<Raw>::decode(&[&row[..], &[0]].concat()).is_err());
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_row_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = Branch::<Raw>::decode(&bytes);
    }

    /// Items of a block take more than 32 bytes, and alloy-trie does not verify a root of less.
    #[test]
    fn items_of_lists_are_proven(count in 0..300_u64, place in 0..320_u64, size in 32..60_usize) {
        let items: Vec<Bytes> = (0..count).map(|n| vec![u8::try_from(n % 251).unwrap() | 0x80; size + 1].into()).collect();
        let root = alloy_trie::root::ordered_trie_root_with_encoder(&items, |item, out| out.put_slice(item));
        let proof = prove_item(items.clone(), place).unwrap();
        let value = usize::try_from(place).ok().and_then(|place| items.get(place)).map(|item| item.to_vec());
        let key = Nibbles::unpack(alloy_rlp::encode(place));
        prop_assert!(verify_proof(root, key, value, &proof).is_ok());
    }
}
