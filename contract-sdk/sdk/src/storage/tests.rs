use super::{
    place::{advance, numbered},
    *,
};
use crate::{Address, Bytes, FixedBytes, U256, Uint, host, testing::TestHost};
use alloy_primitives::keccak256;
use proptest::prelude::*;

fn word(number: u64) -> [u8; 32] {
    U256::from(number).to_be_bytes()
}

/// The place of a field that has its slot alone.
const fn at(number: u32) -> Place {
    Place::ORIGIN.member(Member::at(number, Lane::ALONE))
}

/// The place of a field that shares its slot.
const fn lane(number: u32, offset: u8) -> Place {
    Place::ORIGIN.member(Member::at(number, Lane::shared(offset)))
}

#[test]
fn value_types_lie_in_the_low_order_bytes() {
    let host = TestHost::new();
    <Item<i8>>::placed(at(1)).set(-1);
    assert_eq!(host.slot(numbered(1)), word(0xFF), "Solidity writes only the byte");
    assert_eq!(<Item<i8>>::placed(at(1)).get(), -1);
    <Item<FixedBytes<4>>>::placed(at(2)).set(FixedBytes([1, 2, 3, 4]));
    assert_eq!(host.slot(numbered(2)), word(0x01020304));
    <Item<bool>>::placed(at(3)).set(true);
    assert_eq!(host.slot(numbered(3)), word(1));
    <Item<Address>>::placed(at(4)).set(Address::repeat_byte(7));
    assert_eq!(host.slot(numbered(4)), Address::repeat_byte(7).into_word().0);
    <Item<Address>>::placed(at(4)).clear();
    assert_eq!(host.slot(numbered(4)), word(0));
}

/// Solidity's rule, with the figures of its documentation ("Layout of State Variables in Storage").
#[test]
fn small_values_share_a_slot_and_nothing_else_does() {
    let (bool, address, word, struct_of_two) = (Size::bytes(1), Size::bytes(20), Size::bytes(32), Size::slots(2));
    let (members, slots) = plan([bool, address, Size::bytes(8), Size::bytes(4), word, bool, struct_of_two, bool]);
    let places: Vec<_> = members.iter().map(|m| (m.slot, m.lane.offset())).collect();
    assert_eq!(places, [(0, 0), (0, 1), (0, 21), (1, 0), (2, 0), (3, 0), (4, 0), (6, 0)]);
    assert_eq!(slots, Size::slots(7));
    let alone: Vec<_> = members.iter().map(|m| m.lane.is_alone()).collect();
    assert_eq!(alone, [false, false, false, true, true, true, true, true]);
    assert_eq!(plan([]).1, Size::slots(0));
}

/// Slots and lanes of members, and where their immutables begin.
fn places<const N: usize>(members: [Member; N]) -> ([(u32, usize, bool); N], [u16; N]) {
    (members.map(|m| (m.slot, m.lane.offset(), m.lane.is_alone())), members.map(|m| m.immutable))
}

#[test]
fn immutables_follow_each_other_and_values_pack_as_if_they_were_not_there() {
    let (bool, address, word) = (Size::bytes(1), Size::bytes(20), Size::bytes(32));
    let immutable = Size::immutable;
    let all = [immutable(1), bool, immutable(20), address, immutable(32), Size::bytes(8), word, immutable(1), bool];
    let ((with, size), (without, slots)) = (plan(all), plan([bool, address, Size::bytes(8), word, bool]));
    let ((with, offsets), (without, _)) = (places(with), places(without));
    assert_eq!([1, 3, 5, 6, 8].map(|i| with[i]), without);
    assert_eq!(without, [(0, 0, false), (0, 1, false), (0, 21, false), (1, 0, true), (2, 0, true)]);
    assert_eq!(offsets, [0, 1, 1, 21, 21, 53, 53, 53, 54]);
    assert_eq!((size.in_slots(), size.in_immutables(), size.packs()), (slots.in_slots(), 54, false));
}

#[test]
fn structs_bring_their_immutables_to_where_they_are() {
    let bool = Size::bytes(1);
    let (_, mixed) = plan([bool, Size::immutable(20), bool]);
    let (_, alone) = plan([Size::immutable(2), Size::immutable(3)]);
    assert_eq!((mixed.in_slots(), mixed.in_immutables()), (1, 20));
    assert_eq!((alone.in_slots(), alone.in_immutables(), alone.packs()), (0, 5, false));
    // A struct of immutables alone separates nothing; one with slots begins a new one, as any struct does.
    let (members, size) = plan([bool, alone, bool, mixed, Size::immutable(1), bool]);
    let (places, offsets) = places(members);
    assert_eq!([0, 2, 3, 5].map(|i| places[i]), [(0, 0, false), (0, 1, false), (1, 0, true), (2, 0, true)]);
    assert_eq!(offsets, [0, 0, 5, 5, 25, 26]);
    assert_eq!((size.in_slots(), size.in_immutables()), (3, 26));
    let inner = Place::ORIGIN.member(members[3]).member(plan([bool, Size::immutable(20), bool]).0[1]);
    assert_eq!(inner.immutable(), 5);
}

#[test]
fn what_has_a_slot_of_its_own_keeps_its_immutables_in_the_sequence() {
    const SLOT: Slot = [7; 32];
    let bool = Size::bytes(1);
    let (_, mixed) = plan([Size::bytes(32), Size::immutable(20)]);
    let (members, size) = plan([bool, Size::immutable(4), mixed.elsewhere(), bool, Size::immutable(1)]);
    let (places, offsets) = places(members);
    assert_eq!([0, 3].map(|i| places[i]), [(0, 0, false), (0, 1, false)]);
    assert_eq!(offsets, [0, 0, 4, 24, 24]);
    assert_eq!((size.in_slots(), size.in_immutables()), (1, 25));
    let place = Place::ORIGIN.elsewhere(&SLOT, members[2]);
    assert_eq!((place.slot(), place.immutable()), (SLOT, 4));
}

#[test]
fn the_domain_lies_behind_all_other_immutables_and_is_one() {
    let (_, part) = plan([Size::domain(), Size::immutable(20)]);
    let (members, size) = plan([Size::domain(), Size::bytes(1), part, Size::immutable(4), Size::bytes(1)]);
    let (places, offsets) = places(members);
    assert_eq!([1, 4].map(|i| places[i]), [(0, 0, false), (0, 1, false)]);
    assert_eq!(offsets[2..], [0, 20, 24]);
    assert_eq!((size.in_own_immutables(), size.in_immutables()), (24, 24 + 84));
    let origin = Place::of_contract(size);
    assert_eq!((origin.domain(), origin.member(members[2]).domain()), (24, 24));
}

#[test]
fn a_contract_can_have_as_many_immutables_as_code_may_carry() {
    assert_eq!(plan([Size::immutable(32); 128]).1.in_immutables(), 4_096);
}

#[test]
#[should_panic(expected = "at most 4,096 bytes of immutables")]
fn and_no_more() {
    plan([Size::immutable(1); 4_097]);
}

#[test]
#[should_panic(expected = "not of an entry")]
fn entries_have_no_immutables() {
    let _ = plan([Size::bytes(1), Size::immutable(20)]).1.of_entry();
}

#[test]
fn neighbours_in_a_slot_do_not_touch_each_other() {
    let host = TestHost::new();
    let mut flag = <Item<bool>>::placed(lane(0, 0));
    let mut owner = <Item<Address>>::placed(lane(0, 1));
    let mut reserve = <Item<Uint<88>>>::placed(lane(0, 21));
    owner.set(Address::repeat_byte(0xAB));
    reserve.set(Uint::MAX);
    flag.set(true);
    let mut packed = [0xFF; 32];
    packed[11..31].fill(0xAB);
    packed[31] = 1;
    assert_eq!(host.slot(numbered(0)), packed);
    owner.clear();
    assert_eq!((flag.get(), owner.get(), reserve.get()), (true, Address::ZERO, Uint::MAX));
    packed[11..31].fill(0);
    assert_eq!(host.slot(numbered(0)), packed);
}

#[test]
fn map_entries_lie_where_solidity_puts_them() {
    let host = TestHost::new();
    let (a, b) = (Address::repeat_byte(0xAA), Address::repeat_byte(0xBB));
    <Map<Address, u64>>::placed(at(2)).set(a, 5);
    let place = keccak256([a.into_word().0, numbered(2)].concat());
    assert_eq!(host.slot(place.0), word(5));

    <Map<(Address, Address), u64>>::placed(at(3)).set((a, b), 6);
    let outer = keccak256([a.into_word().0, numbered(3)].concat());
    assert_eq!(host.slot(keccak256([b.into_word().0, outer.0].concat()).0), word(6));
    let nested = <Map<Address, Map<Address, u64>>>::placed(at(3));
    assert_eq!(nested.at(a).get(b), 6, "a map of maps lies where a tuple's entries do");

    <Map<String, u64>>::placed(at(4)).set("key".to_owned(), 7);
    assert_eq!(host.slot(keccak256([&b"key"[..], &numbered(4)].concat()).0), word(7));

    <Map<i16, u64>>::placed(at(5)).set(-2, 8);
    let minus_two = (U256::MAX - U256::ONE).to_be_bytes();
    assert_eq!(host.slot(keccak256([minus_two, numbered(5)].concat()).0), word(8), "keys are sign-extended");
}

#[test]
fn strings_are_short_or_long_as_in_solidity() {
    let host = TestHost::new();
    let mut text = <Item<String>>::placed(at(0));
    text.set("x".repeat(31));
    let mut short = [b'x'; 32];
    short[31] = 62;
    assert_eq!(host.slot(numbered(0)), short);

    text.set("y".repeat(70));
    let base = keccak256(numbered(0)).0;
    assert_eq!(host.slot(numbered(0)), word(141));
    assert_eq!(host.slot(base), [b'y'; 32]);
    assert_eq!(host.slot(advance(&base, 2))[..7], *b"yyyyyy\0");
    assert_eq!(text.get(), "y".repeat(70));
}

#[test]
fn a_shorter_string_leaves_nothing_of_a_longer_one() {
    let host = TestHost::new();
    let mut text = <Item<Bytes>>::placed(at(0));
    let base = keccak256(numbered(0)).0;
    let tail = |i: u32| host.slot(advance(&base, i));
    for len in [100, 33, 32, 31, 0] {
        text.set(vec![1; 130].into());
        text.set(vec![2; len].into());
        assert_eq!(text.get().as_ref(), vec![2; len]);
        let words = if len > 31 { (len as u32).div_ceil(32) } else { 0 };
        assert!((words..5).all(|i| tail(i) == [0; 32]), "{len}");
    }
}

#[test]
fn what_is_corrupt_reverts() {
    let host = TestHost::new();
    let says = |read: &dyn Fn(), what: &str| {
        let reverted = host.transact(|_| {
            host::storage_write(&numbered(0), &[0xFF; 32]);
            read();
        });
        assert!(reverted.is_err_and(|r| r.message().is_some_and(|m| m.contains(what))), "{what}");
    };
    says(&|| drop(<Item<String>>::placed(at(0)).get()), "corrupt length of a string");
    says(&|| assert!(<List<u8>>::placed(at(0)).is_empty()), "corrupt length of a list");
    says(&|| drop(<Item<Vec<u8>>>::placed(at(0)).get()), "corrupt length of a list");
    says(&|| assert!(<Item<Borsh<u64>>>::placed(at(0)).get().0 == 0), "corrupt length");
    let wrong = host.transact(|_| {
        <Item<Bytes>>::placed(at(1)).set(vec![1, 2, 3].into());
        <Item<Borsh<u64>>>::placed(at(1)).get().0
    });
    assert!(wrong.is_err_and(|r| r.message().is_some_and(|m| m.contains("does not decode"))));
}

#[test]
fn sums_are_checked_and_written_at_once() {
    let host = TestHost::new();
    let mut count = <Item<U256>>::placed(at(0));
    assert_eq!(count.add(U256::from(3u8)), U256::from(3u8));
    assert_eq!(host.slot(numbered(0)), word(3));
    assert_eq!(host.transact(|_| count.sub(U256::from(4u8))).err().and_then(|r| r.panic_code()), Some(0x11));
    let refused = count.try_sub(U256::from(4u8));
    assert_eq!(refused, Err(crate::Underflow { available: U256::from(3u8), needed: U256::from(4u8) }));
    assert_eq!(host.slot(numbered(0)), word(3));
    let mut small = <Item<u8>>::placed(at(1));
    small.set(255);
    assert_eq!(host.transact(|_| small.add(1)).err().and_then(|r| r.panic_code()), Some(0x11));
    assert_eq!(small.try_add(1), Err(crate::Overflow { value: 255, added: 1 }));
    assert_eq!(small.try_sub(5), Ok(250));
}

#[test]
fn a_list_lies_where_solidity_puts_it() {
    let host = TestHost::new();
    let mut list = <List<u64>>::placed(at(3));
    for i in 1..=5 {
        list.push(i);
    }
    let base = keccak256(numbered(3)).0;
    assert_eq!(host.slot(numbered(3)), word(5));
    assert_eq!(host.slot(base)[..8], word(4)[24..], "four to a slot, the first in the low-order bytes");
    assert_eq!(host.slot(advance(&base, 1)), word(5));
    assert_eq!(list.pop(), Some(5));
    assert_eq!(host.slot(advance(&base, 1)), word(0));
    assert_eq!(list.swap_remove(0), 1);
    assert_eq!(list.to_vec(), [4, 2, 3]);
    assert_eq!(<Item<Vec<u64>>>::placed(at(3)).get(), [4, 2, 3], "a vector lies where a list does");
    assert_eq!((list.get(2), list.get(3)), (Some(3), None));
    assert_eq!(host.transact(|_| list.set(3, 1)).err().and_then(|r| r.panic_code()), Some(0x32));
    list.clear();
    assert_eq!((host.slot(numbered(3)), host.slot(base)), (word(0), word(0)));
}

#[test]
fn arrays_are_packed_and_bounded() {
    let host = TestHost::new();
    let mut array = <Array<u128, 3>>::placed(at(1));
    assert_eq!(<Array<u128, 3>>::SIZE, Size::slots(2));
    array.store([1, 2, 3]);
    assert_eq!(host.slot(numbered(2)), word(3));
    array.set(1, 9);
    assert_eq!(array.load(), [1, 9, 3]);
    assert_eq!(host.transact(|_| array.get(3)).err().and_then(|r| r.panic_code()), Some(0x32));
    assert_eq!(<Array<Address, 3>>::SIZE, Size::slots(3), "twenty bytes do not fit twice");
}

#[test]
fn borsh_values_are_bytes_and_default_to_the_type_s_default() {
    let host = TestHost::new();
    let mut item = <Item<Borsh<Option<(u8, String)>>>>::placed(at(0));
    assert_eq!(item.get().0, None);
    item.set(Borsh(Some((7, "seven".to_owned()))));
    assert_eq!(host.slot(numbered(0))[31], 2 * 11, "eleven bytes");
    assert_eq!(item.get().0, Some((7, "seven".to_owned())));
    item.clear();
    assert_eq!(host.slot(numbered(0)), word(0));
}

#[test]
fn nothing_stays_of_what_was_written_over_or_cleared() {
    let host = TestHost::new();
    let mut words = <Item<Vec<String>>>::placed(at(0));
    words.set(vec!["x".repeat(40), "y".repeat(50)]);
    words.set(vec!["z".to_owned()]);
    assert_eq!(words.get(), ["z"]);
    words.clear();
    assert!(host.storage().is_empty(), "{:?}", host.storage());
}

#[derive(Clone, Debug)]
enum Act {
    Insert(u8, u16),
    Remove(u8),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![(0u8..12, any::<u16>()).prop_map(|(k, v)| Act::Insert(k, v)), (0u8..12).prop_map(Act::Remove),]
}

proptest! {
    /// An enumerable map is a map, and knows exactly its keys.
    #[test]
    fn an_enumerable_map_knows_its_keys(acts in prop::collection::vec(act(), 0..40)) {
        let host = TestHost::new();
        let mut map = <EnumerableMap<u8, u16>>::placed(at(5));
        let mut model = std::collections::BTreeMap::new();
        for act in acts {
            match act {
                Act::Insert(key, value) => {
                    prop_assert_eq!(map.insert(key, value), model.insert(key, value).is_none());
                }
                Act::Remove(key) => prop_assert_eq!(map.remove(&key), model.remove(&key).is_some()),
            }
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable();
            prop_assert_eq!(entries, model.iter().map(|(k, v)| (*k, *v)).collect::<Vec<_>>());
            prop_assert_eq!(map.len() as usize, model.len());
        }
        for key in model.keys().copied().collect::<Vec<_>>() {
            map.remove(&key);
        }
        prop_assert!(host.storage().is_empty(), "nothing is left behind");
    }

    /// What is stored is read back, and nothing beside it changes: whatever the lanes.
    #[test]
    fn lanes_are_independent(values in prop::collection::vec(any::<[u8; 7]>(), 1..9), order in any::<u64>()) {
        let host = TestHost::new();
        let mut list = <List<FixedBytes<7>>>::placed(at(0));
        for _ in &values {
            list.push(FixedBytes([0; 7]));
        }
        let mut indices: Vec<_> = (0..values.len()).collect();
        indices.sort_by_key(|i| order.rotate_left(*i as u32 * 7));
        for i in indices {
            list.set(i as u32, FixedBytes(values[i]));
        }
        let read: Vec<_> = list.iter().map(|b| b.0).collect();
        prop_assert_eq!(read, values);
        let _ = host;
    }
}
