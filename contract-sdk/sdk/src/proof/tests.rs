use super::{
    Header, NodeError, ProofError,
    rlp::{RlpError, encode_u64},
    *,
};
use crate::Address;

type Answer = Result<Option<Vec<u8>>, ProofError>;

/// A short list of items, encoded.
fn list(items: &[&[u8]]) -> Vec<u8> {
    let payload = items.concat();
    match payload.len() {
        len @ ..=55 => [&[0xC0 | len as u8], &payload[..]].concat(),
        len => [&[0xF9, (len >> 8) as u8, len as u8], &payload[..]].concat(),
    }
}

/// A branch of which one child is this, encoded.
fn branch(nibble: usize, child: &[u8]) -> Vec<u8> {
    let mut items = [&[0x80][..]; 17];
    items[nibble] = child;
    list(&items)
}

/// Asks the trie whose root is the first of these nodes.
fn ask(key: &[u8], proof: &[&[u8]]) -> Answer {
    verify(B256::new(host::keccak256(proof[0])), key, proof)
}

fn malformed(why: NodeError) -> Answer {
    Err(ProofError::Malformed { node: 0, why })
}

#[test]
fn the_empty_trie_is_proved_by_nothing_or_by_its_node() {
    assert_eq!(EMPTY_ROOT.0, host::keccak256(&[0x80]));
    assert_eq!(verify::<&[u8]>(EMPTY_ROOT, b"key", &[]), Ok(None));
    assert_eq!(verify(EMPTY_ROOT, b"key", &[[0x80]]), Ok(None));
    assert_eq!(verify(EMPTY_ROOT, b"key", &[[0x80], [0x80]]), Err(ProofError::NodeLeftOver { node: 1 }));
    assert_eq!(verify(B256::ZERO, b"key", &[[0x80]]), Err(ProofError::HashMismatch { node: 0 }));
    assert_eq!(verify::<&[u8]>(B256::ZERO, b"key", &[]), Err(ProofError::NodeMissing { node: 0 }));
}

#[test]
fn the_node_that_is_wrong_is_named() {
    let leaf = [&[0xE2, 0x31, 0xA0][..], &[7; 32]].concat();
    let hash = [&[0xA0], &host::keccak256(&leaf)[..]].concat();
    let root = branch(4, &hash);
    assert_eq!(ask(&[0x41], &[&root, &leaf]), Ok(Some([7; 32].to_vec())));
    assert_eq!(ask(&[0x42], &[&root, &leaf]), Ok(None), "the leaf is another's");
    assert_eq!(ask(&[0x51], &[&root]), Ok(None), "the branch has no such child");
    assert_eq!(ask(&[0x51], &[&root, &leaf]), Err(ProofError::NodeLeftOver { node: 1 }));
    assert_eq!(ask(&[0x41], &[&root]), Err(ProofError::NodeMissing { node: 1 }));
    assert_eq!(ask(&[0x41], &[&root, &root]), Err(ProofError::HashMismatch { node: 1 }));
    assert_eq!(ask(&[0x41], &[&root, &leaf, &leaf]), Err(ProofError::NodeLeftOver { node: 2 }));
}

#[test]
fn nodes_in_nodes_are_followed_but_no_longer_ones() {
    let leaf = list(&[&[0x31], &[7]]);
    let inner = branch(4, &leaf);
    assert_eq!(ask(&[0x12, 0x41], &[&list(&[&[0x82, 0x00, 0x12], &inner])]), Ok(Some(vec![7])));
    assert_eq!(ask(&[0x12, 0x42], &[&list(&[&[0x82, 0x00, 0x12], &inner])]), Ok(None));
    assert_eq!(ask(&[0x13, 0x41], &[&list(&[&[0x82, 0x00, 0x12], &inner])]), Ok(None), "the extension is another's");
    let long = list(&[&[0x31], &[0x9C], &[7; 28]]);
    assert_eq!(ask(&[0x41], &[&branch(4, &long)]), Ok(Some(vec![7; 28])), "31 bytes");
    let longer = list(&[&[0x31], &[0x9D], &[7; 29]]);
    assert_eq!(ask(&[0x41], &[&branch(4, &longer)]), malformed(NodeError::NotHashed), "32 bytes");
}

#[test]
fn a_short_node_stands_by_itself_only_as_the_root() {
    let leaf = list(&[&[0x31], &[7]]);
    let hash = [&[0xA0], &host::keccak256(&leaf)[..]].concat();
    let why = NodeError::NotEmbedded;
    assert_eq!(ask(&[0x41], &[&branch(4, &hash), &leaf]), Err(ProofError::Malformed { node: 1, why }));
}

#[test]
fn a_branch_has_a_value_for_the_key_that_ends_there() {
    let mut items = [&[0x80][..]; 17];
    items[16] = &[9];
    let root = list(&[&[0x82, 0x00, 0x12], &list(&items)]);
    assert_eq!(ask(&[0x12], &[&root]), Ok(Some(vec![9])));
    assert_eq!(ask(&[0x12, 0x00], &[&root]), Ok(None));
    items[16] = &[0x80];
    assert_eq!(ask(&[0x12], &[&list(&[&[0x82, 0x00, 0x12], &list(&items)])]), Ok(None));
}

#[test]
fn paths_are_hex_prefix_to_the_last_bit() {
    let child = branch(1, &list(&[&[0x20], &[7]]));
    for (path, why) in [
        (&[0x40][..], NodeError::Path),
        (&[0x7F], NodeError::Path),
        (&[0x01], NodeError::Path),
        (&[0x21], NodeError::Path),
        (&[0x2F], NodeError::Path),
        (&[0x80], NodeError::Path),
        (&[0x00], NodeError::EmptyExtension),
        (&[0x82, 0x80, 0x12], NodeError::Path),
        (&[0xC0], NodeError::Rlp(RlpError::NotAString)),
    ] {
        let target = if path[0] & 0xE0 == 0x20 { vec![7] } else { child.clone() };
        assert_eq!(ask(&[0x12], &[&list(&[path, &target])]), malformed(why), "{path:x?}");
    }
    assert_eq!(ask(&[0x11], &[&list(&[&[0x11], &child])]), Ok(Some(vec![7])));
}

#[test]
fn what_is_no_node_is_refused() {
    let empty: &[u8] = &[0x80];
    let rlp = NodeError::Rlp;
    for (node, why) in [
        (vec![], rlp(RlpError::Truncated)),
        (vec![0x81, 0x80], NodeError::NotANode),
        (vec![0xC0], rlp(RlpError::Truncated)),
        (list(&[&[0x20]]), rlp(RlpError::Truncated)),
        (list(&[&[0x20], &[7], &[7]]), NodeError::Child),
        (list(&[empty; 3]), rlp(RlpError::Truncated)),
        (list(&[empty; 16]), rlp(RlpError::Truncated)),
        (list(&[empty; 18]), rlp(RlpError::Trailing)),
        (list(&[&[0x20], empty]), NodeError::EmptyValue),
        (list(&[&[0x20], &[0xC0]]), rlp(RlpError::NotAString)),
        (list(&[&[0x11], empty]), NodeError::EmptyExtension),
        (list(&[&[0x11], &[7]]), NodeError::Child),
        (branch(1, &[0x83, 1, 2, 3]), NodeError::Child),
        (branch(16, &[0xC0]), rlp(RlpError::NotAString)),
        (branch(1, &[0x81, 7]), rlp(RlpError::NotCanonical)),
    ] {
        assert_eq!(ask(&[0x21], &[&node]), malformed(why), "{node:x?}");
    }
}

#[test]
fn a_node_within_a_node_that_is_none_is_refused_on_the_way_only() {
    let none = list(&[&[0x40], &[7]]);
    assert_eq!(ask(&[0x41], &[&branch(4, &none)]), malformed(NodeError::Path));
    assert_eq!(ask(&[0x51], &[&branch(4, &none)]), Ok(None));
}

#[test]
fn an_account_is_four_fields_and_no_more() {
    let fields: [&[u8]; 4] =
        [&[5], &[0x82, 1, 0], &[&[0xA0][..], &[1; 32]].concat(), &[&[0xA0][..], &[2; 32]].concat()];
    let encoded = |fields: &[&[u8]]| [&[0xF8, fields.concat().len() as u8], &fields.concat()[..]].concat();
    let account = Account::decode(&encoded(&fields)).expect("an account");
    assert_eq!((account.nonce, account.balance), (5, crate::U256::from(256u16)));
    assert_eq!((account.storage_root, account.code_hash), (B256::repeat_byte(1), B256::repeat_byte(2)));
    assert_eq!(Account::decode(&encoded(&fields[..3])), Err(RlpError::NotCanonical), "too short for its prefix");
    let with = |at: usize, field| {
        let mut fields = fields.to_vec();
        fields.splice(at..at + usize::from(at < 4), [field]);
        Account::decode(&encoded(&fields))
    };
    assert_eq!(with(4, &[0x80]), Err(RlpError::Trailing));
    assert_eq!(with(0, &[0]), Err(RlpError::LeadingZero));
    assert_eq!(with(0, &[0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0]), Err(RlpError::WrongLength));
    let long = [&[0xA1][..], &[1; 33]].concat();
    assert_eq!(with(2, &long), Err(RlpError::WrongLength));
    assert_eq!(with(1, &[0xC0]), Err(RlpError::NotAString));
}

#[test]
fn a_value_of_another_kind_is_no_account() {
    let address = Address::repeat_byte(3);
    let path = host::keccak256(&address.0.0);
    let leaf = list(&[&[0xA1, 0x20], &path, &[7]]);
    let root = B256::new(host::keccak256(&leaf));
    assert_eq!(verify_account(root, address, &[&leaf]), Err(ProofError::Value(RlpError::NotAList)));
    assert_eq!(verify_account(root, Address::ZERO, &[&leaf]), Ok(None));
}

#[test]
fn a_word_is_stored_without_zeros_before_it_and_not_at_all_if_it_is_zero() {
    let read = |value: &[u8]| {
        let leaf = list(&[&[0xA1, 0x20], &host::keccak256(&[0; 32]), value]);
        verify_storage(B256::new(host::keccak256(&leaf)), B256::ZERO, &[&leaf])
    };
    assert_eq!(read(&[7]), Ok(crate::U256::from(7u8)));
    assert_eq!(read(&[0x83, 0x82, 1, 0]), Ok(crate::U256::from(256u16)), "a string in a string");
    assert_eq!(read(&[0x81, 0x80]), Err(ProofError::Value(RlpError::WrongLength)), "zero");
    assert_eq!(read(&[0]), Err(ProofError::Value(RlpError::LeadingZero)));
    assert_eq!(read(&[0x83, 0x82, 0, 1]), Err(ProofError::Value(RlpError::LeadingZero)));
    assert_eq!(read(&[0x81, 0xC0]), Err(ProofError::Value(RlpError::NotAString)));
}

/// A header of Frontier with these behind.
fn header(more: &[&[u8]]) -> Vec<u8> {
    let hash = |byte: u8| [&[0xA0][..], &[byte; 32]].concat();
    let (bloom, beneficiary) = ([&[0xB9, 1, 0][..], &[0; 256]].concat(), [&[0x94][..], &[9; 20]].concat());
    let (numbers, nonce) = ([0x80, 0x82, 1, 2, 0x80, 0x80, 0x05], [0x88, 0, 0, 0, 0, 0, 0, 0, 0]);
    let hashes = [hash(1), hash(2), beneficiary, hash(3), hash(4), hash(5), bloom].concat();
    list(&[&hashes, &numbers, &[0x80], &hash(6), &nonce, &more.concat()])
}

#[test]
fn a_header_is_read_with_the_fields_of_any_fork() {
    let forks: [&[&[u8]]; 3] = [&[], &[&[7]], &[&[7], &[0x81, 0x80], &[0x80], &[0x82, 0, 0]]];
    for more in forks {
        let encoded = header(more);
        let read = Header::decode(&encoded).expect("a header");
        assert_eq!(read.hash.0, host::keccak256(&encoded));
        assert_eq!((read.number, read.timestamp, read.parent_hash.0), (0x0102, 5, [1; 32]));
        let roots = [read.state_root, read.transactions_root, read.receipts_root];
        assert_eq!(roots, [3, 4, 5].map(B256::repeat_byte));
    }
    assert_eq!(Header::decode(&header(&[&[0xC0]])), Err(RlpError::NotAString));
    assert_eq!(Header::decode(&[&header(&[])[..], &[0]].concat()), Err(RlpError::Trailing));
    assert_eq!(Header::decode(&[0xC0]), Err(RlpError::Truncated));
}

#[test]
fn errors_say_what_and_where() {
    let why = NodeError::Rlp(RlpError::Trailing);
    let error = ProofError::Malformed { node: 3, why };
    assert_eq!(error.to_string(), "node 3 of the proof: RLP has trailing items or bytes");
    let reverted = crate::testing::TestHost::new().transact(|_| Err::<(), _>(ProofError::NodeMissing { node: 1 }));
    assert_eq!(reverted.err().and_then(|r| r.message()).as_deref(), Some("proof: node is missing"));
}

#[test]
fn an_index_is_its_shortest_encoding() {
    for (index, encoded) in [(0, &[0x80][..]), (1, &[1]), (0x7F, &[0x7F]), (0x80, &[0x81, 0x80]), (256, &[0x82, 1, 0])]
    {
        assert_eq!(encode_u64(index), encoded);
    }
}
