//! What the entry points that `#[zx::public]` writes consist of.

use crate::{
    Bytes, Ctx,
    abi::{Abi, Decoder},
    compose::Text,
    declare::Declaration,
    error::ContractError,
    host,
    revert::error_string,
};
use alloc::vec::Vec;
use core::mem::ManuallyDrop;

/// What an entry ends with: the data to return, or the data to revert with.
pub type Outcome = Result<Vec<u8>, Vec<u8>>;

/// A struct of storage fields: written by `#[zx::contract]`.
pub trait Contract: Sized {
    /// The contract's fields, each at its slot.
    const LAYOUT: Self;

    /// The package that it is built from.
    const PACKAGE: &'static str;

    /// What can be called besides the methods of the contract itself: getters, and components.
    #[doc(hidden)]
    const PARTS: &'static [Part] = &[];

    /// Runs the getter or component's method with this selector, if there is one.
    #[doc(hidden)]
    fn part(
        &mut self,
        cx: &mut Ctx,
        selector: u32,
        args: &mut Decoder<'_>,
        value_refused: bool,
        reentry_refused: bool,
    ) -> Option<Outcome> {
        let (_, _, _, _, _) = (cx, selector, args, value_refused, reentry_refused);
        None
    }
}

/// What of a contract is called by selector and declared elsewhere.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Part {
    /// Its methods' selectors.
    pub selectors: &'static [u32],
    /// Solidity declarations of methods and events.
    pub declarations: &'static [&'static [Declaration]],
    /// Those of the errors that its methods return.
    pub errors: &'static [&'static [Declaration]],
    /// Whether a method takes value.
    pub payable: bool,
    /// Whether a method can be reentered.
    pub reentrant: bool,
}

impl Part {
    /// The same, with methods that can be reentered if `reentrant`.
    #[doc(hidden)]
    #[must_use]
    pub const fn or_reentrant(self, reentrant: bool) -> Self {
        Self { reentrant: self.reentrant || reentrant, ..self }
    }
}

/// Whether a part takes value, and whether one can be reentered.
#[doc(hidden)]
pub const fn open(parts: &[Part]) -> (bool, bool) {
    let (mut payable, mut reentrant, mut i) = (false, false, 0);
    while i < parts.len() {
        payable |= parts[i].payable;
        reentrant |= parts[i].reentrant;
        i += 1;
    }
    (payable, reentrant)
}

/// Whether a part has no selector of one before it.
#[doc(hidden)]
pub const fn differs(parts: &[Part], at: usize) -> bool {
    let mut i = 0;
    while i < at {
        if overlap(parts[i].selectors, parts[at].selectors) {
            return false;
        }
        i += 1;
    }
    true
}

/// What there is to say of an interface of which a method is missing.
#[doc(hidden)]
pub const fn lacking(methods: &[Declaration], own: &[u32], parts: &[Part]) -> Option<Text<1024>> {
    let mut i = 0;
    while i < methods.len() {
        let selector = u32::from_be_bytes(crate::declare::selector_of(methods[i]));
        if !overlap(&[selector], own) && !any_has(parts, selector) {
            let mut text = Text::EMPTY.push("the contract does not implement the interface: it lacks `");
            let mut j = 0;
            while j < methods[i].len() {
                text = text.push(methods[i][j]);
                j += 1;
            }
            return Some(text.push("`"));
        }
        i += 1;
    }
    None
}

/// Whether a part has a selector.
#[doc(hidden)]
pub const fn any_has(parts: &[Part], selector: u32) -> bool {
    let mut i = 0;
    while i < parts.len() {
        if overlap(&[selector], parts[i].selectors) {
            return true;
        }
        i += 1;
    }
    false
}

const fn overlap(a: &[u32], b: &[u32]) -> bool {
    let mut i = 0;
    while i < a.len() {
        let mut j = 0;
        while j < b.len() {
            if a[i] == b[j] {
                return true;
            }
            j += 1;
        }
        i += 1;
    }
    false
}

/// A part of contracts that brings methods along: written by `#[zx::component]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no component",
    note = "remove `#[component]` from the field, or write its public methods in a `#[zx::component] impl`"
)]
pub trait Component {
    /// What it can be called for.
    #[doc(hidden)]
    const PART: Part;

    /// Runs the method with this selector, if there is one.
    #[doc(hidden)]
    fn dispatch(
        &mut self,
        cx: &mut Ctx,
        selector: u32,
        args: &mut Decoder<'_>,
        value_refused: bool,
        reentry_refused: bool,
    ) -> Option<Outcome>;

    /// Runs the method that the calldata name, if there is one: for a contract that decides itself, by the caller for
    /// instance, whether they are meant for this part.
    fn call(&mut self, cx: &mut Ctx, calldata: &[u8]) -> Option<Outcome> {
        let (selector, arguments) = calldata.split_first_chunk()?;
        self.dispatch(cx, u32::from_be_bytes(*selector), &mut Decoder::new(arguments), false, false)
    }
}

/// A contract that can be called: written by `#[zx::public]`.
pub trait Entry: Contract {
    /// Solidity declarations of the public methods, each in parts.
    #[doc(hidden)]
    const DECLARATIONS: &'static [Declaration];

    /// What [`call`](Self::call) does.
    #[doc(hidden)]
    fn enter(cx: &mut Ctx, input: &mut Decoder<'_>) -> Outcome;

    /// Runs the method that the calldata names.
    ///
    /// # Errors
    /// The data to revert with.
    fn call(cx: &mut Ctx, calldata: &[u8]) -> Outcome {
        Self::enter(cx, &mut Decoder::new(calldata))
    }

    /// What [`deploy`](Self::deploy) does.
    #[doc(hidden)]
    fn construct(cx: &mut Ctx, input: &mut Decoder<'_>) -> Outcome {
        let (_, _) = (cx, input);
        Ok(Vec::new())
    }

    /// Runs the constructor with these ABI-encoded arguments. Without a constructor there is nothing to run.
    ///
    /// # Errors
    /// The data to revert with.
    fn deploy(cx: &mut Ctx, arguments: &[u8]) -> Outcome {
        Self::construct(cx, &mut Decoder::new(arguments))
    }
}

/// What a method may return: an [`Abi`] type, or a `Result` of one and a [`ContractError`].
#[diagnostic::on_unimplemented(
    message = "a public method cannot return `{Self}`",
    note = "return a type that crosses the ABI, or `Result<T, E>` of one and a `#[derive(zx::Error)]` type"
)]
pub trait Reply {
    /// What it returns if all goes well.
    type Value: Abi;

    /// Solidity declarations of the errors that it can end with.
    #[doc(hidden)]
    const ERRORS: &'static [Declaration] = &[];

    /// Encodes it.
    fn reply(self) -> Outcome;
}

impl<T: Abi> Reply for T {
    type Value = T;

    fn reply(self) -> Outcome {
        Ok(self.encode_return())
    }
}

impl<T: Abi, E: ContractError> Reply for Result<T, E> {
    type Value = T;
    const ERRORS: &'static [Declaration] = E::DECLARATIONS;

    fn reply(self) -> Outcome {
        match self {
            Ok(value) => Ok(value.encode_return()),
            Err(error) => Err(error.encode()),
        }
    }
}

/// Runs an entry point: hands it the calldata, and the host its outcome.
pub fn run(entry: fn(&mut Ctx, &mut Decoder<'_>) -> Outcome) -> i32 {
    // The instance ends with the call: what it has is not given back first.
    let calldata = ManuallyDrop::new(host::calldata());
    let (data, status) = match entry(&mut Ctx::new(), &mut Decoder::new(&calldata)) {
        Ok(data) => (ManuallyDrop::new(data), 0),
        Err(data) => (ManuallyDrop::new(data), 1),
    };
    // Without it, nothing is returned.
    if !data.is_empty() {
        host::output(&data);
    }
    status
}

/// What a fallback may return: bytes that go to the caller as they are, or a `Result` of them.
#[diagnostic::on_unimplemented(message = "a fallback returns `Bytes`, `Vec<u8>`, or a `Result` of one, not `{Self}`")]
pub trait RawReply {
    /// The outcome.
    fn raw(self) -> Outcome;
}

impl RawReply for Bytes {
    fn raw(self) -> Outcome {
        Ok(self.into())
    }
}

impl RawReply for Vec<u8> {
    fn raw(self) -> Outcome {
        Ok(self)
    }
}

impl<T: RawReply, E: ContractError> RawReply for Result<T, E> {
    fn raw(self) -> Outcome {
        self.map_or_else(|error| Err(error.encode()), T::raw)
    }
}

/// The outcome of a fallback.
pub fn raw(reply: impl RawReply) -> Outcome {
    reply.raw()
}

/// The part of a declaration that says what is returned.
pub const fn returns<R: Reply>() -> [&'static str; 3] {
    let name = <R::Value as Abi>::SPEC;
    match (name.len() == "()".len(), <R::Value as Abi>::IS_TUPLE) {
        (true, true) => [""; 3],
        (false, true) => [" returns ", name, ""],
        (_, false) => [" returns (", name, ")"],
    }
}

/// Arguments that do not decode.
pub(crate) fn malformed(method: &str) -> ! {
    complain(method, ": malformed arguments")
}

/// Reverts if value comes with a call that does not take any.
pub fn refuse_value(method: &str) {
    // By limbs: comparing arrays is a loop over their bytes, which every call that takes no value would pay for.
    let value = host::value();
    let (limbs, _) = value.as_chunks::<8>();
    if limbs.iter().fold(0, |bits, limb| bits | u64::from_ne_bytes(*limb)) != 0 {
        complain(method, "not payable");
    }
}

/// Reverts if the contract is already running: whoever it called has called it back.
pub fn refuse_reentry() {
    if host::reentrant() {
        complain("reentrant call", "");
    }
}

/// A call of a method that is not there.
pub fn unknown_selector() -> ! {
    complain("unknown selector", "")
}

/// A call with less than four bytes.
pub fn no_selector() -> ! {
    complain("no selector", "")
}

#[cold]
#[inline(never)]
fn complain(about: &str, what: &str) -> ! {
    host::revert(&error_string(&[about, what]))
}
