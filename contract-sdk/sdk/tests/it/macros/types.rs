//! Structs and enums of the author's own, across the ABI and in storage.

use super::layout::{Level, Position};
use alloy_sol_types::{SolCall as _, SolValue as _, sol};
use proptest::{prelude::*, strategy::ValueTree as _};
use zx::{
    Abi as _,
    borsh::{BorshDeserialize, BorshSerialize},
    prelude::*,
    testing::Host,
};

mod theirs {
    use super::sol;
    sol! {
        #[derive(Debug)]
        enum Level { Low, Middle, High }

        #[derive(Debug)]
        struct Position {
            uint8 kind;
            uint256 amount;
            uint8 a;
            uint8 b;
            Level level;
            address owner;
        }

        #[derive(Debug)]
        struct Book {
            string title;
            Position[] positions;
            Position first;
            Level[] levels;
            uint112 total;
        }

        function echo(Book book, Level level) external returns (Book, Level);
    }
}

#[derive(Clone, Debug, PartialEq, zx::Abi)]
pub struct Book {
    title: String,
    positions: Vec<Position>,
    first: Position,
    levels: Vec<Level>,
    total: Uint<112>,
}

fn level() -> impl Strategy<Value = (Level, theirs::Level)> {
    prop_oneof![
        Just((Level::Low, theirs::Level::Low)),
        Just((Level::Middle, theirs::Level::Middle)),
        Just((Level::High, theirs::Level::High))
    ]
}

fn position() -> impl Strategy<Value = (Position, theirs::Position)> {
    (any::<u8>(), any::<[u8; 32]>(), any::<u8>(), any::<u8>(), level(), any::<[u8; 20]>()).prop_map(
        |(kind, amount, a, b, (level, their_level), owner)| {
            let (amount, owner) = (U256::from_be_bytes(amount), Address::from(owner));
            let theirs = theirs::Position { kind, amount: amount.into(), a, b, level: their_level, owner };
            (Position { kind, amount, a, b, level, owner }, theirs)
        },
    )
}

fn book() -> impl Strategy<Value = (Book, theirs::Book)> {
    let positions = prop::collection::vec(position(), 0..4);
    (".{0,40}", positions, position(), prop::collection::vec(level(), 0..4), any::<u64>()).prop_map(
        |(title, positions, first, levels, total)| {
            let (positions, their_positions) = positions.into_iter().unzip();
            let (levels, their_levels) = levels.into_iter().unzip();
            let theirs = theirs::Book {
                title: title.clone(),
                positions: their_positions,
                first: first.1,
                levels: their_levels,
                total: alloy_primitives::Uint::from(total),
            };
            let total = Uint::new(U256::from(total));
            (Book { title, positions, first: first.0, levels, total }, theirs)
        },
    )
}

proptest! {
    #[test]
    fn structs_cross_as_alloy_writes_them((ours, theirs) in book()) {
        let encoded = ours.encode_return();
        prop_assert_eq!(&encoded, &theirs.abi_encode());
        prop_assert_eq!(Book::decode_return(&encoded), Some(ours));
        for cut in 0..encoded.len() {
            prop_assert_eq!(Book::decode_return(&encoded[..cut]), None, "cut at {}", cut);
        }
    }
}

#[zx::contract]
pub struct Echo {
    #[view]
    positions: Map<Level, u8>,
    book: Item<Borsh<Option<Order>>>,
    kept: List<Position>,
}

/// What has fields of its own is stored as bytes.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
#[borsh(crate = "zx::borsh")]
pub enum Order {
    Market { amount: u128 },
    Limit { amount: u128, price: u64, note: String },
}

#[zx::public]
impl Echo {
    pub fn echo(&mut self, _cx: &mut Ctx, book: Book, level: Level) -> (Book, Level) {
        (book, level)
    }

    pub fn order(&mut self, _cx: &mut Ctx, amount: u128, price: u64, note: String) -> u128 {
        let before = match self.book.get().0 {
            None => 0,
            Some(Order::Market { amount } | Order::Limit { amount, .. }) => amount,
        };
        let order = if price == 0 { Order::Market { amount } } else { Order::Limit { amount, price, note } };
        self.book.set(Some(order).into());
        before
    }

    pub fn keep(&mut self, _cx: &mut Ctx, position: Position) -> Vec<Position> {
        self.kept.push(position);
        self.kept.to_vec()
    }
}

#[zx::test]
fn a_method_takes_and_returns_them(host: &Host) {
    let echo = host.deploy::<Echo>(());
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut some = || book().new_tree(&mut runner).unwrap().current();
    for _ in 0..10 {
        let (ours, theirs) = some();
        let call = theirs::echoCall { book: theirs, level: theirs::Level::High }.abi_encode();
        assert_eq!(
            call[..4],
            zx::selector(
                "echo((string,(uint8,uint256,uint8,uint8,uint8,address)[],(uint8,uint256,uint8,uint8,uint8,address),uint8[],uint112),uint8)"
            )
        );
        let returned = host.raw(echo.address()).transact(&call).unwrap();
        assert_eq!(returned, (ours.clone(), Level::High).encode_return());
        assert_eq!(echo.keep(ours.first.clone()).unwrap().last(), Some(&ours.first));
    }
}

#[zx::test]
fn a_number_that_is_no_variant_is_refused(host: &Host) {
    let echo = host.deploy::<Echo>(());
    let call = |level: u8| [&zx::selector("positions(uint8)")[..], &U256::from(level).to_be_bytes()].concat();
    let raw = host.raw(echo.address());
    assert_eq!(raw.look(&call(2)), Ok(vec![0; 32]));
    assert_eq!(raw.look(&call(3)).unwrap_err().message().as_deref(), Some("positions: malformed arguments"));
    assert_eq!(Level::decode_return(&U256::from(256u64).to_be_bytes()), None);
}

#[zx::test]
fn a_borsh_value_is_what_was_put(host: &Host) {
    let echo = host.deploy::<Echo>(());
    assert_eq!(echo.order(7, 0, String::new()), Ok(0), "nothing was there");
    assert_eq!(echo.order(u128::MAX, 5, "n".repeat(100)), Ok(7));
    assert_eq!(echo.order(1, 0, String::new()), Ok(u128::MAX));
    assert_eq!(echo.order(2, 0, String::new()), Ok(1));
}
