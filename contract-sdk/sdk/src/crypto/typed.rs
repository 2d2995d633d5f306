//! Messages with structure (EIP-712).

use crate::{
    Address, B256, Bytes, Ctx, FixedBytes, I256, U256, Uint,
    abi::{Abi, Word},
    host,
};
use alloc::{string::String, vec::Vec};
use keccak_const::Keccak256;

/// `EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)`, hashed.
const DOMAIN_TYPE: [u8; 32] =
    crate::declare::keccak(&["EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"]);

/// Who a message is signed for: a contract, by its name, version, chain and address, so that nobody can use the message
/// elsewhere.
///
/// ```
/// # extern crate zx_sdk as zx;
/// use zx::{crypto::{Domain, TypedData as _}, prelude::*};
///
/// const DOMAIN: Domain = Domain::new("Escrow", "1");
///
/// #[derive(zx::TypedData)]
/// struct Release {
///     deal: U256,
///     to: Address,
/// }
///
/// fn hash(cx: &Ctx, deal: U256, to: Address) -> B256 {
///     Release { deal, to }.typed_hash(DOMAIN.separator(cx))
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Domain {
    name: [u8; 32],
    version: [u8; 32],
}

impl Domain {
    /// The domain of this name and version. To be called in a constant: there the compiler hashes them; elsewhere
    /// [`of`](Self::of) is smaller.
    pub const fn new(name: &str, version: &str) -> Self {
        Self { name: crate::declare::keccak(&[name]), version: crate::declare::keccak(&[version]) }
    }

    /// The domain of this name and version, hashed by the host.
    pub fn of(name: &str, version: &str) -> Self {
        Self { name: host::keccak256(name.as_bytes()), version: host::keccak256(version.as_bytes()) }
    }

    /// The domain of a name with this hash, and a version with that: where a constructor has hashed a name and made the
    /// hash [immutable](crate::Immutable).
    pub const fn hashed(hashes: [[u8; 32]; 2]) -> Self {
        let [name, version] = hashes;
        Self { name, version }
    }

    /// Hashes of name and version.
    pub const fn hashes(&self) -> [[u8; 32]; 2] {
        [self.name, self.version]
    }

    /// The domain separator of the contract that runs, on the chain that it runs on.
    pub fn separator(&self, cx: &Ctx) -> B256 {
        self.separator_of(cx.chain_id(), cx.address())
    }

    /// The domain separator of a contract on a chain.
    pub fn separator_of(&self, chain_id: u64, contract: Address) -> B256 {
        let words = [DOMAIN_TYPE, self.name, self.version, chain_id.to_word(), contract.to_word()];
        host::keccak256(words.as_flattened()).into()
    }
}

/// A message: derived with `#[derive(zx::TypedData)]` for a struct of values. Names turn to camelCase, as everywhere;
/// members are value types, `String`, [`Bytes`], other such structs, and `Vec`s and arrays of them.
pub trait TypedData {
    /// Its own part of the type: `Mail(Person from,string contents)`.
    const TYPE: &'static str;
    /// Those of the structs in it, in any order.
    #[doc(hidden)]
    const PARTS: &'static [&'static str];
    /// Hash of the type: of its own part, then those of the structs in it by their names.
    const TYPE_HASH: B256;

    /// `hashStruct`: the hash of type and members.
    fn struct_hash(&self) -> B256;

    /// What is signed: the hash of the message for a domain, by its [`separator`](Domain::separator).
    fn typed_hash(&self, separator: B256) -> B256 {
        let mut bytes = [0; 66];
        let (head, tail) = bytes.split_at_mut(34);
        let (prefix, first) = head.split_at_mut(2);
        prefix.copy_from_slice(&[0x19, 0x01]);
        first.copy_from_slice(&separator.0);
        tail.copy_from_slice(&self.struct_hash().0);
        host::keccak256(&bytes).into()
    }
}

/// What a member of a [`TypedData`] struct can be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a member of typed data",
    note = "bool, integers, U256, Address, FixedBytes<N>, String, Bytes, `#[derive(zx::TypedData)]` structs, and Vec and \
            arrays of them can"
)]
pub trait TypedValue {
    /// How a type names it.
    const NAME: &'static str;
    /// The parts of the type that it needs.
    #[doc(hidden)]
    const PARTS: &'static [&'static str] = &[];

    /// The word that stands for it.
    fn word(&self) -> [u8; 32];
}

macro_rules! words {
    ($($ty:ty)+) => {
        $(impl TypedValue for $ty {
            const NAME: &'static str = <$ty as Abi>::NAME;

            fn word(&self) -> [u8; 32] {
                self.to_word()
            }
        })+
    };
}
words!(bool u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 U256 I256 Address);

impl<const N: usize> TypedValue for FixedBytes<N>
where
    Self: Word + Abi,
{
    const NAME: &'static str = <Self as Abi>::NAME;

    fn word(&self) -> [u8; 32] {
        self.to_word()
    }
}

impl<const BITS: usize> TypedValue for Uint<BITS> {
    const NAME: &'static str = <Self as Abi>::NAME;

    fn word(&self) -> [u8; 32] {
        self.to_word()
    }
}

impl TypedValue for String {
    const NAME: &'static str = "string";

    fn word(&self) -> [u8; 32] {
        host::keccak256(self.as_bytes())
    }
}

impl TypedValue for Bytes {
    const NAME: &'static str = "bytes";

    fn word(&self) -> [u8; 32] {
        host::keccak256(self)
    }
}

impl<T: TypedValue> TypedValue for Vec<T> {
    const NAME: &'static str = const { &crate::compose::Text::<256>::EMPTY.push(T::NAME).push("[]") }.as_str();
    const PARTS: &'static [&'static str] = T::PARTS;

    fn word(&self) -> [u8; 32] {
        hash_all(self)
    }
}

impl<T: TypedValue, const N: usize> TypedValue for [T; N] {
    const NAME: &'static str =
        const { &crate::compose::Text::<256>::EMPTY.push(T::NAME).push("[").number(N as u64).push("]") }.as_str();
    const PARTS: &'static [&'static str] = T::PARTS;

    fn word(&self) -> [u8; 32] {
        hash_all(self)
    }
}

fn hash_all<T: TypedValue>(values: &[T]) -> [u8; 32] {
    let words: Vec<_> = values.iter().map(T::word).collect();
    host::keccak256(words.as_flattened())
}

/// Hash of a struct: of its type, and the words of its members.
pub fn hash_words(words: &[[u8; 32]]) -> B256 {
    host::keccak256(words.as_flattened()).into()
}

/// How many names the lists have.
pub const fn number_of(lists: &[&[&str]]) -> usize {
    let (mut i, mut total) = (0, 0);
    while i < lists.len() {
        total += lists[i].len();
        i += 1;
    }
    total
}

/// The names of all lists; `N` is their [`number_of`].
pub const fn names_of<const N: usize>(lists: &[&[&'static str]]) -> [&'static str; N] {
    let mut out = [""; N];
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

/// Hash of a type: its own part, then the other parts, each once, in the order of their names.
pub const fn type_hash(own: &str, parts: &[&str]) -> B256 {
    let mut hasher = Keccak256::new().update(own.as_bytes());
    let mut last = "";
    loop {
        let mut next = "";
        let mut i = 0;
        while i < parts.len() {
            if is_before(last, parts[i]) && (next.is_empty() || is_before(parts[i], next)) {
                next = parts[i];
            }
            i += 1;
        }
        if next.is_empty() {
            return FixedBytes(hasher.finalize());
        }
        hasher = hasher.update(next.as_bytes());
        last = next;
    }
}

/// Order of bytes. The parenthesis that ends a name is less than any letter, so that names are ordered by it too.
const fn is_before(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut i = 0;
    while i < a.len() && i < b.len() {
        if a[i] != b[i] {
            return a[i] < b[i];
        }
        i += 1;
    }
    a.len() < b.len()
}
