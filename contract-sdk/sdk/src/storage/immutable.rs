use super::{Field, Lane, Place, Size, StorageValue, Stored, text::TypeName};
use crate::{
    Address,
    abi::{Abi, Decoder, Word},
    crypto::Domain,
    entry::{Outcome, Reply as _},
    host,
    revert::revert,
    storage::Getter,
};
use core::marker::PhantomData;

/// Bytes of a word.
const WORD: usize = 32;

/// A value that is set once, by the constructor, and is part of the contract's code from then on: Solidity's
/// `immutable`. Reading it costs a hundredth of what a slot costs, and an upgrade, which is other code, has others.
///
/// It holds a value type: bool, integers, `U256`, `Address`, `FixedBytes<N>`. What was never set reads as zero. What a
/// proxy delegates to has the immutables of its own code, the same for all proxies: state that they do not share goes
/// into an [`Item`](super::Item).
///
/// ```
/// # extern crate zx_sdk as zx;
/// use zx::{prelude::*, Immutable};
///
/// #[zx::contract]
/// pub struct Vault {
///     #[view]
///     token: Immutable<Address>,
/// }
///
/// #[zx::public]
/// impl Vault {
///     #[constructor]
///     pub fn new(&mut self, _cx: &mut Ctx, token: Address) {
///         self.token.set(token);
///     }
/// }
/// # fn main() {}
/// ```
#[derive(Debug)]
pub struct Immutable<T> {
    offset: u16,
    value: PhantomData<fn() -> T>,
}

impl<T> Immutable<T> {
    /// The value at this place.
    #[doc(hidden)]
    pub const fn placed(place: Place) -> Self {
        Self { offset: place.immutable(), value: PhantomData }
    }
}

impl<T: StorageValue + Word> Stored for Immutable<T> {
    const SIZE: Size = Size::immutable(T::SIZE.in_bytes());
    const TYPE: &'static str = const { &TypeName::EMPTY.push(T::TYPE) }.as_str();
}

impl<T: StorageValue + Word> Field for Immutable<T> {
    fn placed(place: Place) -> Self {
        Self::placed(place)
    }
}

impl<T: StorageValue + Word> Immutable<T> {
    /// Reads the value.
    pub fn get(&self) -> T {
        let word = read(self.offset, T::SIZE.in_bytes());
        // Every value type reads every word.
        T::unpack(&word, Lane::shared(0)).unwrap_or_else(|| revert("immutable: not a value type"))
    }

    /// Sets the value: in a constructor, and nowhere else. The last of several is the one that stays.
    pub fn set(&mut self, value: T) {
        let mut word = [0; WORD];
        value.pack(&mut word, Lane::shared(0));
        write(self.offset, T::SIZE.in_bytes(), &word);
    }
}

impl<T: StorageValue + Word + Abi> Getter for Immutable<T> {
    type Key = ();
    type Value = T;

    fn read(&self, _: &mut Decoder<'_>) -> Outcome {
        self.get().reply()
    }
}

/// Hashes of the name and the version that messages to a contract are signed for: see [`Size::domain`].
#[derive(Debug)]
pub(crate) struct DomainHashes {
    offset: u16,
}

impl DomainHashes {
    /// Those of the contract at this place.
    pub(crate) const fn placed(place: Place) -> Self {
        Self { offset: place.domain() }
    }

    /// Sets them, in the constructor of this contract.
    pub(crate) fn set(&mut self, contract: Address, domain: Domain) {
        host::immutable_write(self.offset.into(), &contract.0.0);
        host::immutable_write(self.hashes(), domain.hashes().as_flattened());
    }

    /// The domain; `None` if no constructor has set it, or that of the code behind a proxy.
    pub(crate) fn get(&self) -> Option<Domain> {
        let mut contract = [0; 20];
        host::immutable_read(self.offset.into(), &mut contract);
        if contract != host::address() {
            return None;
        }
        let mut hashes = [[0; WORD]; 2];
        host::immutable_read(self.hashes(), hashes.as_flattened_mut());
        Some(Domain::hashed(hashes))
    }

    /// Where the hashes are: behind the contract's address.
    fn hashes(&self) -> u32 {
        u32::from(self.offset) + 20
    }
}

impl Stored for DomainHashes {
    const SIZE: Size = Size::domain();
    const TYPE: &'static str = "";
}

impl Field for DomainHashes {
    fn placed(place: Place) -> Self {
        Self::placed(place)
    }
}

/// The value as the low-order bytes of a word.
#[inline(never)]
fn read(offset: u16, bytes: u8) -> [u8; WORD] {
    let mut word = [0; WORD];
    if let Some(place) = word.get_mut(WORD.wrapping_sub(bytes.into())..) {
        host::immutable_read(offset.into(), place);
    }
    word
}

#[inline(never)]
fn write(offset: u16, bytes: u8, word: &[u8; WORD]) {
    host::immutable_write(offset.into(), word.get(WORD.wrapping_sub(bytes.into())..).unwrap_or_default());
}
