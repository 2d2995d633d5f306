//! Changes as they are stored, in Borsh. alloy's own form has 32 bytes for each number; most are small, and most
//! accounts have no code, so numbers are a length and their big-endian bytes without leading zeros, and the hash of no
//! code is not written.

use super::{AccountInfo, Address, B256, BTreeMap, U256};
use alloy_primitives::KECCAK256_EMPTY;
use borsh::io::{Error, ErrorKind, Read, Result, Write};
use borsh::{BorshDeserialize, BorshSerialize};

pub(super) fn write(number: &U256, out: &mut impl Write) -> Result<()> {
    let bytes = number.to_be_bytes::<32>();
    let zeros = number.leading_zeros() / 8;
    let trimmed = bytes.get(zeros..).unwrap_or_default();
    out.write_all(&[u8::try_from(trimmed.len()).unwrap_or(u8::MAX)])?;
    out.write_all(trimmed)
}

pub(super) fn read(from: &mut impl Read) -> Result<U256> {
    let length = usize::from(u8::deserialize_reader(from)?);
    let mut bytes = [0; 32];
    let wrong = || Error::new(ErrorKind::InvalidData, "a number of more than 32 bytes");
    let place = bytes.len().checked_sub(length).and_then(|at| bytes.get_mut(at..)).ok_or_else(wrong)?;
    from.read_exact(place)?;
    Ok(U256::from_be_bytes(bytes))
}

impl BorshSerialize for AccountInfo {
    fn serialize<W: Write>(&self, out: &mut W) -> Result<()> {
        self.nonce.serialize(out)?;
        write(&self.balance, out)?;
        (self.code_hash != KECCAK256_EMPTY).then_some(self.code_hash).serialize(out)
    }
}

impl BorshDeserialize for AccountInfo {
    fn deserialize_reader<R: Read>(from: &mut R) -> Result<Self> {
        let (nonce, balance) = (u64::deserialize_reader(from)?, read(from)?);
        let code_hash = Option::<B256>::deserialize_reader(from)?.unwrap_or(KECCAK256_EMPTY);
        Ok(Self { nonce, balance, code_hash })
    }
}

/// What a slot was, by account and slot.
type Slots = BTreeMap<(Address, U256), U256>;

pub(super) fn write_slots(slots: &Slots, out: &mut impl Write) -> Result<()> {
    length(slots.len())?.serialize(out)?;
    slots.iter().try_for_each(|((address, slot), value)| {
        address.serialize(out)?;
        write(slot, out)?;
        write(value, out)
    })
}

pub(super) fn read_slots(from: &mut impl Read) -> Result<Slots> {
    let count = u32::deserialize_reader(from)?;
    (0..count).map(|_| Ok(((Address::deserialize_reader(from)?, read(from)?), read(from)?))).collect()
}

pub(super) fn write_by_slot<V: BorshSerialize>(slots: &BTreeMap<U256, V>, out: &mut impl Write) -> Result<()> {
    length(slots.len())?.serialize(out)?;
    slots.iter().try_for_each(|(slot, value)| {
        write(slot, out)?;
        value.serialize(out)
    })
}

pub(super) fn read_by_slot<V: BorshDeserialize>(from: &mut impl Read) -> Result<BTreeMap<U256, V>> {
    let count = u32::deserialize_reader(from)?;
    (0..count).map(|_| Ok((read(from)?, V::deserialize_reader(from)?))).collect()
}

fn length(count: usize) -> Result<u32> {
    u32::try_from(count).map_err(|_| Error::other("more than 2^32 entries"))
}

#[cfg(test)]
mod tests {
    use super::super::{AccountChange, Overwritten, SlotChange, StateChanges};
    use super::*;
    use proptest::prelude::*;

    fn number() -> impl Strategy<Value = U256> {
        let word = any::<[u8; 32]>().prop_map(U256::from_be_bytes);
        prop_oneof![word, any::<u64>().prop_map(U256::from), Just(U256::ZERO), Just(U256::MAX)]
    }

    fn account() -> impl Strategy<Value = AccountInfo> {
        let code = prop_oneof![Just(KECCAK256_EMPTY), any::<[u8; 32]>().prop_map(B256::from)];
        (any::<u64>(), number(), code).prop_map(|(nonce, balance, code_hash)| AccountInfo { nonce, balance, code_hash })
    }

    fn address() -> impl Strategy<Value = Address> {
        any::<[u8; 20]>().prop_map(Address::from)
    }

    fn changes() -> impl Strategy<Value = StateChanges> {
        let slot = (number(), number()).prop_map(|(before, after)| SlotChange { before, after });
        let storage = prop::collection::btree_map(number(), slot, 0..4);
        let change = (prop::option::of(account()), any::<bool>(), storage);
        let change = change.prop_map(|(info, wiped, storage)| AccountChange { info, wiped, storage });
        let accounts = prop::collection::btree_map(address(), prop::option::of(account()), 0..4);
        let slots = prop::collection::btree_map((address(), number()), number(), 0..4);
        let trail = (any::<u32>(), accounts, slots);
        let trail = trail.prop_map(|(transaction, accounts, slots)| Overwritten { transaction, accounts, slots });
        let code = any::<Vec<u8>>().prop_map(Into::into);
        let codes = prop::collection::btree_map(any::<[u8; 32]>().prop_map(B256::from), code, 0..3);
        (prop::collection::btree_map(address(), change, 0..4), codes, prop::collection::vec(trail, 0..4))
            .prop_map(|(accounts, codes, trail)| StateChanges { accounts, codes, trail })
    }

    proptest! {
        #[test]
        fn changes_read_back_as_they_were(changes in changes()) {
            let bytes = borsh::to_vec(&changes).unwrap();
            prop_assert_eq!(StateChanges::try_from_slice(&bytes).unwrap(), changes);
            for cut in 0..bytes.len().min(300) {
                prop_assert!(StateChanges::try_from_slice(&bytes[..cut]).is_err());
            }
        }
    }

    #[test]
    fn a_number_of_more_than_32_bytes_is_an_error() {
        assert!(read(&mut [33; 40].as_slice()).is_err());
    }
}
