//! Names, selectors and declarations, all computed by the compiler.

use crate::{
    FixedBytes,
    compose::Text,
    entry::Part,
    storage::{Member, Size, Slot, Stored, text::TypeName},
};
use keccak_const::Keccak256;

/// A Solidity declaration, in parts, with its documentation before it.
pub type Declaration = &'static [&'static str];

/// Selector of a Solidity signature: the first four bytes of its Keccak-256.
///
/// ```
/// # use zx_sdk as zx;
/// assert_eq!(zx::selector("transfer(address,uint256)"), [0xa9, 0x05, 0x9c, 0xbb]);
/// ```
pub const fn selector(signature: &str) -> [u8; 4] {
    selector_of(&[signature])
}

/// [`selector`] of a signature in parts.
pub const fn selector_of(parts: &[&str]) -> [u8; 4] {
    let hash = keccak(parts);
    [hash[0], hash[1], hash[2], hash[3]]
}

/// Id of an interface (ERC-165) by the signatures of its methods: the exclusive or of their selectors.
///
/// ```
/// # use zx_sdk as zx;
/// // ERC-721's, of its receiver.
/// const RECEIVER: zx::FixedBytes<4> = zx::interface_id(&["onERC721Received(address,address,uint256,bytes)"]);
/// assert_eq!(RECEIVER.0, [0x15, 0x0b, 0x7a, 0x02]);
/// ```
pub const fn interface_id(signatures: &[&str]) -> FixedBytes<4> {
    let (mut id, mut i) = ([0; 4], 0);
    while i < signatures.len() {
        id = exclusive_or(id, selector(signatures[i]));
        i += 1;
    }
    FixedBytes(id)
}

/// [`interface_id`] of signatures in parts.
pub const fn interface_id_of(signatures: &[Declaration]) -> FixedBytes<4> {
    let (mut id, mut i) = ([0; 4], 0);
    while i < signatures.len() {
        id = exclusive_or(id, selector_of(signatures[i]));
        i += 1;
    }
    FixedBytes(id)
}

const fn exclusive_or(a: [u8; 4], b: [u8; 4]) -> [u8; 4] {
    [a[0] ^ b[0], a[1] ^ b[1], a[2] ^ b[2], a[3] ^ b[3]]
}

/// Keccak-256 of the parts, one after the other.
pub const fn keccak(parts: &[&str]) -> [u8; 32] {
    let mut hasher = Keccak256::new();
    let mut i = 0;
    while i < parts.len() {
        hasher = hasher.update(parts[i].as_bytes());
        i += 1;
    }
    hasher.finalize()
}

/// Bytes of the parts together.
pub const fn len(parts: &[&str]) -> usize {
    let (mut i, mut total) = (0, 0);
    while i < parts.len() {
        total += parts[i].len();
        i += 1;
    }
    total
}

/// The parts joined; `N` is their [`len`].
pub const fn join<const N: usize>(parts: &[&str]) -> [u8; N] {
    let mut out = [0; N];
    let (mut i, mut at) = (0, 0);
    while i < parts.len() {
        let part = parts[i].as_bytes();
        let mut j = 0;
        while j < part.len() {
            out[at] = part[j];
            at += 1;
            j += 1;
        }
        i += 1;
    }
    out
}

/// Bytes of all declarations together.
pub const fn len_all(declarations: &[&[Declaration]]) -> usize {
    let (mut i, mut total) = (0, 0);
    while i < declarations.len() {
        let mut j = 0;
        while j < declarations[i].len() {
            total += len(declarations[i][j]);
            j += 1;
        }
        i += 1;
    }
    total
}

/// All declarations joined; `N` is their [`len_all`].
pub const fn join_all<const N: usize>(declarations: &[&[Declaration]]) -> [u8; N] {
    append([0; N], 0, declarations).0
}

const fn append<const N: usize>(mut out: [u8; N], mut at: usize, declarations: &[&[Declaration]]) -> ([u8; N], usize) {
    let mut i = 0;
    while i < declarations.len() {
        let mut j = 0;
        while j < declarations[i].len() {
            let mut k = 0;
            while k < declarations[i][j].len() {
                let part = declarations[i][j][k].as_bytes();
                let mut l = 0;
                while l < part.len() {
                    out[at] = part[l];
                    at += 1;
                    l += 1;
                }
                k += 1;
            }
            j += 1;
        }
        i += 1;
    }
    (out, at)
}

/// Bytes of what the parts declare.
pub const fn len_parts(parts: &[Part]) -> usize {
    let (mut i, mut total) = (0, 0);
    while i < parts.len() {
        total += len_all(parts[i].declarations) + len_all(parts[i].errors);
        i += 1;
    }
    total
}

/// What the parts declare, joined; `N` is their [`len_parts`].
pub const fn join_parts<const N: usize>(parts: &[Part]) -> [u8; N] {
    let (mut out, mut at, mut i) = ([0; N], 0, 0);
    while i < parts.len() {
        (out, at) = append(out, at, parts[i].declarations);
        (out, at) = append(out, at, parts[i].errors);
        i += 1;
    }
    out
}

/// How many declarations there are.
pub const fn count(lists: &[&'static [Declaration]]) -> usize {
    let (mut i, mut total) = (0, 0);
    while i < lists.len() {
        total += lists[i].len();
        i += 1;
    }
    total
}

/// The declarations of all lists; `N` is their [`count`].
pub const fn flatten<const N: usize>(lists: &[&'static [Declaration]]) -> [Declaration; N] {
    let mut out: [Declaration; N] = [&[]; N];
    let (mut at, mut i) = (0, 0);
    while i < lists.len() {
        let mut j = 0;
        while j < lists[i].len() {
            out[at] = lists[i][j];
            at += 1;
            j += 1;
        }
        i += 1;
    }
    out
}

/// A member of a struct, as the layout of a module tells of it.
#[derive(Clone, Copy, Debug)]
pub struct LayoutMember {
    label: &'static str,
    member: Member,
    /// Its slot, if that is out of the sequence.
    slot: Option<Slot>,
    size: Size,
    ty: &'static str,
}

impl LayoutMember {
    /// In the sequence.
    pub const fn of<T: Stored>(label: &'static str, member: Member) -> Self {
        Self { label, member, slot: None, size: T::SIZE, ty: T::TYPE }
    }

    /// In a slot of its own.
    pub const fn elsewhere<T: Stored>(label: &'static str, slot: Slot, member: Member) -> Self {
        Self { slot: Some(slot), ..Self::of::<T>(label, member) }
    }
}

/// How the layout of a module names a struct: `struct Name{label@slot:offset=immutable type;...}`. What has no immutables
/// lacks the third of these figures, and what has nothing in the sequence of slots the first two.
pub const fn struct_type(name: &str, members: &[LayoutMember]) -> TypeName {
    let mut text = TypeName::EMPTY.push("struct ").push(name).push("{");
    let mut i = 0;
    while i < members.len() {
        let LayoutMember { label, member, slot, size, ty } = members[i];
        // The hashes of the domain are no field: they are wherever it stands.
        if ty.is_empty() {
            i += 1;
            continue;
        }
        text = text.push(label).push("@");
        if slot.is_some() || !size.is_elsewhere() {
            text = match slot {
                None => text.number(member.slot as u64).push(":").number(member.lane.offset() as u64),
                Some(slot) => text.push("0x").hex(&slot).push(":0"),
            };
        }
        if size.in_own_immutables() > 0 {
            text = text.push("=").number(member.immutable as u64);
        }
        text = text.push(" ").push(ty).push(";");
        i += 1;
    }
    text.push("}")
}

/// The ABI name of a tuple of types.
pub const fn tuple_name(types: &[&str]) -> Text<512> {
    let mut text = Text::EMPTY.push("(");
    let mut i = 0;
    while i < types.len() {
        text = text.element(types[i]);
        i += 1;
    }
    text.push(")")
}

/// How a declaration names a struct: `(uint256 amount,address owner):Name`.
pub const fn struct_spec(name: &str, members: &[(&str, &str)]) -> Text<1024> {
    let mut text = Text::EMPTY.push("(");
    let mut i = 0;
    while i < members.len() {
        text = text.element(members[i].0).push(" ").push(members[i].1);
        i += 1;
    }
    text.push("):").push(name)
}

/// The slot of a label by EIP-1967: the one before its Keccak-256, so that nobody knows a preimage.
pub const fn eip1967(label: &str) -> Slot {
    minus_one(keccak(&[label]))
}

/// The first slot of a namespace by ERC-7201: `keccak256(keccak256(id) - 1) & ~0xff`.
pub const fn erc7201(namespace: &str) -> Slot {
    let mut slot = Keccak256::new().update(&minus_one(keccak(&[namespace]))).finalize();
    slot[31] = 0;
    slot
}

const fn minus_one(mut number: [u8; 32]) -> [u8; 32] {
    let mut i = 32;
    while i > 0 {
        i -= 1;
        let (difference, borrow) = number[i].overflowing_sub(1);
        number[i] = difference;
        if !borrow {
            break;
        }
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_join_and_hash_as_one_text() {
        const PARTS: &[&str] = &["balance", "Of(", "address", ")"];
        assert_eq!(&join::<{ len(PARTS) }>(PARTS), b"balanceOf(address)");
        assert_eq!(selector_of(PARTS), [0x70, 0xa0, 0x82, 0x31]);
        assert_eq!(selector_of(PARTS), selector("balanceOf(address)"));
    }

    /// The figures of EIP-1967 and ERC-7201.
    #[test]
    fn labels_and_namespaces_have_their_slots() {
        let hex = |slot: Slot| alloy_primitives::hex::encode(slot);
        assert_eq!(
            hex(eip1967("eip1967.proxy.implementation")),
            "360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc"
        );
        assert_eq!(hex(erc7201("example.main")), "183a6125c38840424c4a85fa12bab2ab606c4b6d0e7cc73c0c06ba5300eab500");
    }
}
