//! `#[view]` on a field.

use super::layout::Level;
use zx::{Entry as _, prelude::*, testing::Host};

#[zx::contract]
pub struct Open {
    /// How many.
    #[view]
    count: Item<u64>,
    #[view(name = "SYMBOL")]
    symbol: Item<String>,
    #[view]
    balance_of: Map<Address, U256>,
    #[view]
    allowance: Map<(Address, Address), U256>,
    #[view]
    by_name: Map<String, u8>,
    #[view]
    members: List<Address>,
    #[view]
    few: Array<u32, 3>,
    #[view]
    level: Item<Level>,
    hidden: Item<u64>,
}

#[zx::public]
impl Open {
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx) {
        let me = cx.sender();
        self.count.set(3);
        self.symbol.set("OPN".into());
        self.balance_of.set(me, U256::from(4u8));
        self.allowance.set((me, cx.address()), U256::from(5u8));
        self.by_name.set("six".to_string(), 6);
        self.members.push(me);
        self.few.set(2, 7);
        self.level.set(Level::High);
        self.hidden.set(1);
    }
}

#[zx::test]
fn each_kind_of_field_has_a_getter(host: &Host) {
    let [me] = host.accounts();
    let open = host.deploy::<Open>(());
    assert_eq!((open.count(), open.symbol().as_str()), (3, "OPN"));
    assert_eq!(open.balance_of(me), U256::from(4u8));
    assert_eq!(open.allowance((me, open.address())), U256::from(5u8));
    assert_eq!((open.by_name("six".to_owned()), open.by_name("seven".to_owned())), (6, 0));
    assert_eq!((open.members(U256::ZERO), open.few(U256::from(2u8))), (me, 7));
    assert_eq!(open.level(), Level::High);
}

#[zx::test]
fn getters_are_called_as_solidity_s(host: &Host) {
    let [me] = host.accounts();
    let open = host.deploy::<Open>(());
    let raw = host.raw(open.address());
    let look =
        |signature: &str, words: &[[u8; 32]]| raw.look(&[&zx::selector(signature)[..], words.as_flattened()].concat());
    let number = |n: u8| U256::from(n).to_be_bytes();
    assert_eq!(look("count()", &[]), Ok(number(3).to_vec()));
    assert_eq!(
        look("allowance(address,address)", &[me.into_word().0, open.address().into_word().0]),
        Ok(number(5).to_vec())
    );
    let index = |signature, index| look(signature, &[index]).map_err(|r| r.panic_code());
    for signature in ["members(uint256)", "few(uint256)"] {
        assert_eq!(index(signature, number(3)), Err(Some(0x32)), "{signature}");
        assert_eq!(index(signature, [0xFF; 32]), Err(Some(0x32)), "{signature}");
    }
    assert_eq!(look("hidden()", &[]).unwrap_err().message().as_deref(), Some("unknown selector"));
    assert_eq!(
        look("balanceOf(address)", &[]).unwrap_err().message().as_deref(),
        Some("balanceOf: malformed arguments")
    );
    let paid = raw.paying(U256::ONE).transact(&zx::selector("count()")).unwrap_err();
    assert_eq!(paid.message().as_deref(), Some("not payable"));
}

#[test]
fn a_getter_is_declared_with_its_documentation() {
    let [getters] = <Open as zx::Contract>::PARTS else { panic!("one part") };
    let lines: Vec<String> = getters.declarations[0].iter().map(|parts| parts.concat()).collect();
    for line in [
        "/// How many.\nfunction count() external view returns (uint64)\n",
        "function SYMBOL() external view returns (string)\n",
        "function allowance(address,address) external view returns (uint256)\n",
        "function members(uint256) external view returns (address)\n",
        "function level() external view returns (uint8:Level)\n",
    ] {
        assert!(lines.iter().any(|l| l == line), "{line} in {lines:?}");
    }
    assert_eq!(Open::DECLARATIONS.len(), 1, "the constructor");
}
