//! Where fields lie: what `solc --storage-layout` says of the same declarations.

use zx::{Immutable, components::Eip712, prelude::*, testing::Host};

/// A level of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue, zx::Abi)]
pub enum Level {
    Low,
    Middle,
    High,
}

/// `struct Position { uint8 kind; uint256 amount; uint8 a; uint8 b; Level level; address owner; }`: 4 slots.
#[derive(Clone, Debug, PartialEq, Eq, zx::StorageValue, zx::Abi)]
pub struct Position {
    pub kind: u8,
    pub amount: U256,
    pub a: u8,
    pub b: u8,
    pub level: Level,
    pub owner: Address,
}

/// `struct Account { bool open; mapping(uint64 => uint256) balances; string[] notes; uint32 a; uint32 b; }`: 4 slots.
#[zx::storage]
pub struct Account {
    open: Item<bool>,
    balances: Map<u64, U256>,
    notes: List<String>,
    a: Item<u32>,
    b: Item<u32>,
}

/// In Solidity: `uint128 a; uint128 b; uint256 c; bool d; address e; uint64 f; uint8 g; bytes4 h; string s; uint16[5]
/// few; Position position; Level level; int8 i; mapping(address => Account) accounts; Account[] list; uint112 wide;
/// uint112 wider; uint32 last;`
#[zx::contract]
pub struct Mixed {
    a: Item<u128>,
    b: Item<u128>,
    c: Item<U256>,
    d: Item<bool>,
    e: Item<Address>,
    f: Item<u64>,
    g: Item<u8>,
    h: Item<FixedBytes<4>>,
    s: Item<String>,
    few: Array<u16, 5>,
    position: Item<Position>,
    level: Item<Level>,
    i: Item<i8>,
    accounts: Map<Address, Account>,
    list: List<Account>,
    wide: Item<Uint<112>>,
    wider: Item<Uint<112>>,
    last: Item<u32>,
}

#[zx::public]
impl Mixed {
    pub fn fill(&mut self, _cx: &mut Ctx, position: Position) {
        self.a.set(0xA);
        self.b.set(0xB);
        self.c.set(U256::from(0xCu8));
        self.d.set(true);
        self.e.set(Address::repeat_byte(0xEE));
        self.f.set(0xF);
        self.g.set(0x6);
        self.h.set(FixedBytes([1, 2, 3, 4]));
        self.s.set("s".into());
        self.few.store([1, 2, 3, 4, 5]);
        self.position.set(position);
        self.level.set(Level::High);
        self.i.set(-2);
        self.wide.set(Uint::new(U256::from(0x11u8)));
        self.wider.set(Uint::new(U256::from(0x22u8)));
        self.last.set(0x33);
    }

    pub fn nest(&mut self, _cx: &mut Ctx, who: Address) {
        let mut account = self.accounts.at_mut(who);
        account.open.set(true);
        account.balances.set(7, U256::from(70u8));
        account.notes.push("note".into());
        account.a.set(0xA);
        account.b.set(0xB);
        let mut grown = self.list.grow();
        grown.a.set(1);
        grown.balances.set(9, U256::from(90u8));
        self.list.grow().b.set(2);
        self.list.at_mut(1).b.add(1);
    }

    pub fn nested(&self, _cx: &Ctx, who: Address) -> (bool, U256, String, u32, u32, u32, u32) {
        let account = self.accounts.at(who);
        let note = account.notes.get(0).unwrap_or_default();
        let listed = (self.list.at(0).a.get(), self.list.at(1).b.get());
        (account.open.get(), account.balances.get(7), note, account.a.get(), account.b.get(), listed.0, listed.1)
    }

    pub fn position(&self, _cx: &Ctx) -> Position {
        self.position.get()
    }

    pub fn small(&self, _cx: &Ctx) -> (Level, i8, [u16; 5], Uint<112>, u32) {
        (self.level.get(), self.i.get(), self.few.load(), self.wider.get(), self.last.get())
    }

    pub fn wipe(&mut self, _cx: &mut Ctx) {
        self.d.clear();
        self.f.clear();
        self.position.clear();
        self.wide.clear();
    }
}

/// A word from its hexadecimal digits, spaces where the fields part.
fn word(digits: &str) -> [u8; 32] {
    let digits: String = digits.split_whitespace().collect();
    let bytes: Vec<u8> =
        (0..digits.len()).step_by(2).map(|i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap()).collect();
    let mut word = [0; 32];
    word[32 - bytes.len()..].copy_from_slice(&bytes);
    word
}

fn position() -> Position {
    Position {
        kind: 9,
        amount: U256::from(0x55u8),
        a: 1,
        b: 2,
        level: Level::Middle,
        owner: Address::repeat_byte(0xDD),
    }
}

#[zx::test]
fn fields_lie_where_solc_puts_them(host: &Host) {
    let mixed = host.deploy::<Mixed>(());
    mixed.fill(position()).unwrap();
    let slot = |number: u8| host.slot(mixed.address(), U256::from(number).to_be_bytes());
    let (e, d) = ("ee".repeat(20), "dd".repeat(20));
    for (number, digits) in [
        (0, format!("{:032x} {:032x}", 0xB, 0xA)),
        (1, "0c".to_owned()),
        (2, format!("06 {:016x} {e} 01", 0xF)),
        (3, "01020304".to_owned()),
        (4, format!("73 {} 02", "00".repeat(30))),
        (5, "0005 0004 0003 0002 0001".to_owned()),
        (6, "09".to_owned()),
        (7, "55".to_owned()),
        (8, format!("{d} 01 02 01")),
        (9, "fe 02".to_owned()),
        (10, String::new()),
        (11, String::new()),
        (12, format!("{:08x} {:028x} {:028x}", 0x33, 0x22, 0x11)),
        (13, String::new()),
    ] {
        assert_eq!(slot(number), word(&digits), "slot {number}");
    }
    assert_eq!(mixed.position(), position());
    assert_eq!(mixed.small(), (Level::High, -2, [1, 2, 3, 4, 5], Uint::new(U256::from(0x22u8)), 0x33));

    mixed.wipe().unwrap();
    assert_eq!(slot(2), word(&format!("06 {:016x} {e} 00", 0)), "the neighbours stay");
    assert_eq!((slot(6), slot(7), slot(8)), ([0; 32], [0; 32], [0; 32]));
    assert_eq!(slot(12), word(&format!("{:08x} {:028x} {:028x}", 0x33, 0x22, 0)));
}

#[zx::test]
fn what_is_nested_lies_by_its_key_and_index(host: &Host) {
    let mixed = host.deploy::<Mixed>(());
    let who = Address::repeat_byte(0x77);
    mixed.nest(who).unwrap();
    assert_eq!(mixed.nested(who), (true, U256::from(70u8), "note".to_owned(), 0xA, 0xB, 1, 3));

    let keccak = |parts: &[&[u8]]| U256::from_be_bytes(alloy_primitives::keccak256(parts.concat()).0);
    let number = |n: u64| U256::from(n).to_be_bytes();
    let read = |slot: U256| U256::from_be_bytes(host.slot(mixed.address(), slot.to_be_bytes()));
    let account = keccak(&[&who.into_word().0, &number(10)]);
    assert_eq!(read(account), U256::ONE, "open");
    let balances = account + U256::ONE;
    assert_eq!(read(keccak(&[&number(7), &balances.to_be_bytes()])), U256::from(70u8));
    let notes = account + U256::from(2u8);
    assert_eq!(read(notes), U256::ONE, "one note");
    assert_eq!(read(keccak(&[&notes.to_be_bytes()])).to_be_bytes()[..4], *b"note");
    assert_eq!(read(account + U256::from(3u8)), U256::from(0xB_0000_000Au64), "a and b in one slot");

    let (length, first) = (U256::from(11u8), keccak(&[&number(11)]));
    assert_eq!(read(length), U256::from(2u8));
    assert_eq!(read(first + U256::from(3u8)), U256::ONE, "a of the first");
    assert_eq!(read(first + U256::from(7u8)), U256::from(3u64 << 32), "b of the second, four slots on");
    let balances = first + U256::ONE;
    assert_eq!(read(keccak(&[&number(9), &balances.to_be_bytes()])), U256::from(90u8));
}

#[test]
fn the_layout_tells_all_of_it() {
    let told = <Mixed as zx::__private::Stored>::TYPE;
    for part in [
        "struct Mixed{a@0:0 uint128;b@0:16 uint128;c@1:0 uint256;d@2:0 bool;e@2:1 address;f@2:21 uint64;g@2:29 uint8;",
        "h@3:0 bytes4;s@4:0 string;few@5:0 uint16[5];position@6:0 struct Position{",
        "level@9:0 enum Level{Low,Middle,High};i@9:1 int8;accounts@10:0 mapping(address=>struct Account{",
        "notes@2:0 string[];a@3:0 uint32;b@3:4 uint32;}",
        "wide@12:0 uint112;wider@12:14 uint112;last@12:28 uint32;}",
    ] {
        assert!(told.contains(part), "{part}\nin {told}");
    }
}

/// A part that has a slot of its own and else only what is immutable, beside others.
#[zx::storage]
pub struct Signed {
    _fee: Immutable<u16>,
    _domain: Eip712,
    _terms: Terms,
    _count: Item<u64>,
}

#[zx::storage]
pub struct Terms {
    _rate: Immutable<U256>,
    _paid: Item<u128>,
}

#[test]
fn the_layout_tells_what_is_immutable_and_what_has_a_slot_of_its_own() {
    let told = <Signed as zx::__private::Stored>::TYPE;
    // The slot is OpenZeppelin's.
    let namespace = "0xa16a46d94261c7517cc8ff89f61c0ce93598e3c849801011dee649a6a557d100";
    assert_eq!(
        told,
        format!(
            "struct Signed{{_fee@=0 uint16;_domain@0:0 struct Eip712{{state@{namespace}:0 struct State{{\
             _hashed_name@0:0 bytes32;_hashed_version@1:0 bytes32;name@2:0 string;version@3:0 string;}};}};\
            _terms@0:0=2 struct Terms{{_rate@=0 uint256;_paid@0:0 uint128;}};_count@1:0 uint64;}}"
        )
    );
}
