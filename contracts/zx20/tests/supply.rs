//! The supply against a model of it: what is minted and burnt, and nothing else, changes it.

use proptest::prelude::*;
use zx::{prelude::*, testing::Host};
use zx20::{Zx20, Zx20Client};

const SUPPLY: u64 = 1_000;

fn n(value: u64) -> U256 {
    U256::from(value)
}

fn balances(host: &Host, token: &Zx20Client<'_>) -> [U256; 3] {
    host.accounts().map(|who| token.balance_of(who))
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Transfer(usize, usize, u64),
    Approve(usize, usize, u64),
    TransferFrom(usize, usize, usize, u64),
    Mint(usize, u64),
    Burn(usize, u64),
}

fn act() -> impl Strategy<Value = Act> {
    let (who, value) = (0usize..3, 0u64..2 * SUPPLY);
    prop_oneof![
        (who.clone(), who.clone(), value.clone()).prop_map(|(a, b, v)| Act::Transfer(a, b, v)),
        (who.clone(), who.clone(), value.clone()).prop_map(|(a, b, v)| Act::Approve(a, b, v)),
        (who.clone(), who.clone(), who.clone(), value.clone())
            .prop_map(|(a, b, c, v)| Act::TransferFrom(a, b, c, v)),
        (who.clone(), value.clone()).prop_map(|(a, v)| Act::Mint(a, v)),
        (who, value).prop_map(|(a, v)| Act::Burn(a, v)),
    ]
}

proptest! {
    #[test]
    fn only_minting_and_burning_change_the_supply(acts in prop::collection::vec(act(), 1..40)) {
        let host = &Host::new();
        let who: [Address; 3] = host.accounts();
        let token = host.deploy::<Zx20>(("Zexus".to_owned(), "ZX".to_owned(), 18, n(SUPPLY)));
        let mut supply = SUPPLY;
        for act in acts {
            let (sender, change) = match act {
                Act::Transfer(a, ..) | Act::Approve(a, ..) | Act::TransferFrom(a, ..) => (a, 0),
                Act::Mint(a, v) => (a, v as i64),
                Act::Burn(a, v) => (a, -(v as i64)),
            };
            let token = token.by(who[sender]);
            let done = match act {
                Act::Transfer(_, to, v) => token.transfer(who[to], n(v)).map(|_| ()),
                Act::Approve(_, to, v) => token.approve(who[to], n(v)).map(|_| ()),
                Act::TransferFrom(_, from, to, v) => token.transfer_from(who[from], who[to], n(v)).map(|_| ()),
                Act::Mint(to, v) => token.mint(who[to], n(v)),
                Act::Burn(_, v) => token.burn(n(v)),
            };
            if done.is_ok() {
                supply = supply.saturating_add_signed(change);
            }
            prop_assert_eq!(token.total_supply(), n(supply));
            prop_assert_eq!(balances(host, &token).into_iter().sum::<U256>(), n(supply));
        }
    }
}
