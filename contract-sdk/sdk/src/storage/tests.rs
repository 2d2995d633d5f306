use super::*;
use crate::{Address, Bytes, FixedBytes, U256, host, testing::TestHost};
use alloy_primitives::keccak256;

fn word(number: u64) -> [u8; 32] {
    slot(number)
}

#[test]
fn value_types_lie_in_the_low_order_bytes() {
    let host = TestHost::new();
    <Item<i8>>::at(1).set(-1);
    assert_eq!(host.slot(slot(1)), word(0xFF), "Solidity writes only the byte");
    assert_eq!(<Item<i8>>::at(1).get(), -1);
    <Item<FixedBytes<4>>>::at(2).set(FixedBytes([1, 2, 3, 4]));
    assert_eq!(host.slot(slot(2)), word(0x01020304));
    <Item<bool>>::at(3).set(true);
    assert_eq!(host.slot(slot(3)), word(1));
    <Item<Address>>::at(4).set(Address::repeat_byte(7));
    assert_eq!(host.slot(slot(4)), Address::repeat_byte(7).into_word().0);
    <Item<Address>>::at(4).clear();
    assert_eq!(host.slot(slot(4)), word(0));
}

#[test]
fn map_entries_lie_where_solidity_puts_them() {
    let host = TestHost::new();
    let (a, b) = (Address::repeat_byte(0xAA), Address::repeat_byte(0xBB));
    <Map<Address, u64>>::at(2).set(a, 5);
    let at = keccak256([a.into_word().0, slot(2)].concat());
    assert_eq!(host.slot(at.0), word(5));

    <Map<(Address, Address), u64>>::at(3).set((a, b), 6);
    let outer = keccak256([a.into_word().0, slot(3)].concat());
    assert_eq!(host.slot(keccak256([b.into_word().0, outer.0].concat()).0), word(6));

    <Map<String, u64>>::at(4).set("key".to_owned(), 7);
    assert_eq!(host.slot(keccak256([&b"key"[..], &slot(4)].concat()).0), word(7));

    <Map<i16, u64>>::at(5).set(-2, 8);
    let minus_two = (U256::MAX - U256::ONE).to_be_bytes();
    assert_eq!(host.slot(keccak256([minus_two, slot(5)].concat()).0), word(8), "keys are sign-extended");
}

#[test]
fn strings_are_short_or_long_as_in_solidity() {
    let host = TestHost::new();
    let mut text = <Item<String>>::at(0);
    text.set("x".repeat(31));
    let mut short = [b'x'; 32];
    short[31] = 62;
    assert_eq!(host.slot(slot(0)), short);

    text.set("y".repeat(70));
    let base = U256::from_be_bytes(keccak256(slot(0)).0);
    assert_eq!(host.slot(slot(0)), word(141));
    assert_eq!(host.slot(base.to_be_bytes()), [b'y'; 32]);
    assert_eq!(host.slot((base + U256::from(2u8)).to_be_bytes())[..7], *b"yyyyyy\0");
    assert_eq!(text.get(), "y".repeat(70));
}

#[test]
fn a_shorter_string_leaves_nothing_of_a_longer_one() {
    let host = TestHost::new();
    let mut text = <Item<Bytes>>::at(0);
    let base = U256::from_be_bytes(keccak256(slot(0)).0);
    let tail = |i: u8| host.slot((base + U256::from(i)).to_be_bytes());
    for len in [100, 33, 32, 31, 0] {
        text.set(vec![1; 130].into());
        text.set(vec![2; len].into());
        assert_eq!(text.get().as_ref(), vec![2; len]);
        let words = if len > 31 { (len as u8).div_ceil(32) } else { 0 };
        assert!((words..5).all(|i| tail(i) == [0; 32]), "{len}");
    }
}

#[test]
fn a_corrupt_length_reverts() {
    let host = TestHost::new();
    let read = host.transact(|_| {
        host::storage_write(&slot(0), &[0xFF; 32]);
        <Item<String>>::at(0).get()
    });
    assert!(read.is_err_and(|reverted| reverted.message().is_some_and(|m| m.contains("corrupt"))));
}

#[test]
fn sums_are_checked_and_written_at_once() {
    let host = TestHost::new();
    let mut count = <Item<U256>>::at(0);
    assert_eq!(count.add(U256::from(3u8)), U256::from(3u8));
    assert_eq!(host.slot(slot(0)), word(3));
    assert_eq!(host.transact(|_| count.sub(U256::from(4u8))).err().and_then(|r| r.panic_code()), Some(0x11));
    assert_eq!(host.slot(slot(0)), word(3));
    let mut small = <Item<u8>>::at(1);
    small.set(255);
    assert_eq!(host.transact(|_| small.add(1)).err().and_then(|r| r.panic_code()), Some(0x11));
}
