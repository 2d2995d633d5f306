//! Messages by EIP-712, against alloy's and the example of the EIP.

use alloy_sol_types::{SolStruct as _, eip712_domain, sol};
use zx::{
    Address, Bytes, FixedBytes, U256, Uint, address, b256,
    crypto::{Domain, TypedData},
};

mod theirs {
    use super::sol;
    sol! {
        struct Person {
            string name;
            address wallet;
        }

        struct Mail {
            Person from;
            Person to;
            string contents;
        }

        struct Asset {
            address token;
            uint112 amount;
        }

        struct Zone {
            bytes4 id;
        }

        struct Order {
            Zone zone;
            Person maker;
            Asset[] assets;
            Asset[2] fees;
            bytes data;
            int64 delta;
            bool isOpen;
            uint256[] prices;
            string[][] notes;
        }
    }
}

#[derive(Clone, zx::TypedData)]
struct Person {
    name: String,
    wallet: Address,
}

#[derive(zx::TypedData)]
struct Mail {
    from: Person,
    to: Person,
    contents: String,
}

#[derive(Clone, zx::TypedData)]
struct Asset {
    token: Address,
    amount: Uint<112>,
}

#[derive(zx::TypedData)]
struct Zone {
    id: FixedBytes<4>,
}

#[derive(zx::TypedData)]
struct Order {
    zone: Zone,
    maker: Person,
    assets: Vec<Asset>,
    fees: [Asset; 2],
    data: Bytes,
    delta: i64,
    is_open: bool,
    prices: Vec<U256>,
    notes: Vec<Vec<String>>,
}

const VERIFIER: Address = address!("CcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC");
const ETHER_MAIL: Domain = Domain::new("Ether Mail", "1");

fn person(name: &str, wallet: Address) -> Person {
    Person { name: name.to_owned(), wallet }
}

/// The figures of the EIP's example.
#[test]
fn the_example_of_the_eip_has_its_hashes() {
    let mail = Mail {
        from: person("Cow", address!("CD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826")),
        to: person("Bob", address!("bBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB")),
        contents: "Hello, Bob!".to_owned(),
    };
    let separator = ETHER_MAIL.separator_of(1, VERIFIER);
    assert_eq!(separator, b256!("f2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f"));
    assert_eq!(Mail::TYPE, "Mail(Person from,Person to,string contents)");
    assert_eq!(Mail::TYPE_HASH, b256!("a0cedeb2dc280ba39b857546d74f5549c3a1d7bdc2dd96bf881f76108e23dac2"));
    assert_eq!(mail.struct_hash(), b256!("c52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e"));
    assert_eq!(mail.typed_hash(separator), b256!("be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"));
    assert_eq!(Domain::of("Ether Mail", "1"), ETHER_MAIL);
}

#[test]
fn structs_in_structs_and_lists_are_hashed_as_alloy_hashes_them() {
    let (token, wallet) = (Address::repeat_byte(1), Address::repeat_byte(2));
    let asset = |amount: u64| Asset { token, amount: Uint::new(U256::from(amount)) };
    let ours = Order {
        zone: Zone { id: FixedBytes([1, 2, 3, 4]) },
        maker: person("Maker", wallet),
        assets: vec![asset(1), asset(2), asset(3)],
        fees: [asset(4), asset(5)],
        data: Bytes::from_static(b"data"),
        delta: -5,
        is_open: true,
        prices: vec![U256::MAX, U256::ONE],
        notes: vec![vec!["a".to_owned()], vec![], vec!["b".to_owned(), "c".to_owned()]],
    };
    let asset = |amount: u64| theirs::Asset { token, amount: alloy_primitives::Uint::from(amount) };
    let theirs = theirs::Order {
        zone: theirs::Zone { id: FixedBytes([1, 2, 3, 4]) },
        maker: theirs::Person { name: "Maker".to_owned(), wallet },
        assets: vec![asset(1), asset(2), asset(3)],
        fees: [asset(4), asset(5)],
        data: Bytes::from_static(b"data"),
        delta: -5,
        isOpen: true,
        prices: vec![alloy_primitives::U256::MAX, alloy_primitives::U256::ONE],
        notes: vec![vec!["a".to_owned()], vec![], vec!["b".to_owned(), "c".to_owned()]],
    };
    assert_eq!(Order::TYPE_HASH, theirs.eip712_type_hash(), "the types in it are in the order of their names");
    assert_eq!(ours.struct_hash(), theirs.eip712_hash_struct());
    let domain = eip712_domain! { name: "Exchange", version: "3", chain_id: 77, verifying_contract: VERIFIER, };
    let separator = Domain::new("Exchange", "3").separator_of(77, VERIFIER);
    assert_eq!(separator, domain.separator());
    assert_eq!(ours.typed_hash(separator), theirs.eip712_signing_hash(&domain));
}
