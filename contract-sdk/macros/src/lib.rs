//! Procedural macros of contract-sdk. They are documented here and re-exported by `zx-sdk`, which every contract
//! imports under the name `zx`: what they emit refers to `::zx`.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod client;
mod contract;
mod error;
mod event;
mod interface;
mod method;
mod names;
mod public;
mod solidity;
mod test;
#[cfg(test)]
mod tests;
mod typed;
mod value;

use proc_macro::TokenStream;
use syn::parse_macro_input;

/// Makes a struct a contract's storage: its fields (`Item`, `Map`, `List`, ..., `#[zx::storage]` structs) are laid out in
/// the order of declaration as Solidity lays them out, small values packed. Attributes of a field:
/// - `#[view]`, `#[view(name = "symbol")]`: makes a getter, as Solidity's `public` does: of a map by key, of a list by
///   index.
/// - `#[component]`: the field is a `#[zx::component]`; its public methods become the contract's.
/// - `#[slot("eip1967.proxy.implementation")]`, `#[slot(namespace = "example.main")]`: puts the field into the slot that
///   EIP-1967 or ERC-7201 gives to the label, outside of the sequence.
#[proc_macro_attribute]
pub fn contract(attributes: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as syn::ItemStruct);
    finish(names::refuse_arguments(attributes.into()).and_then(|()| contract::contract(item)))
}

/// Makes a struct of storage fields something that can be a field itself, or the value of a map or element of a list
/// (`.at(key)`, `.at_mut(key)`): Solidity's `struct`, read and written part by part.
#[proc_macro_attribute]
pub fn storage(attributes: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as syn::ItemStruct);
    finish(names::refuse_arguments(attributes.into()).and_then(|()| contract::storage(item)))
}

/// Makes the `pub` methods of an `impl` callable from outside; the others remain helpers.
///
/// A method takes `&self` (a view) or `&mut self`, then the context, then its arguments, and returns nothing, a value,
/// or a `Result`; without self and context it is pure. Its name turns to camelCase. Attributes of a method:
/// - `#[constructor]`: runs once, at deployment.
/// - `#[payable]`: accepts value; without it, a call that brings value reverts.
/// - `#[reentrant]`: can be called while the contract is already running; without it, such a call reverts.
/// - `#[selector(name = "safeTransferFrom")]`: its Solidity name, which it may share with another method.
/// - `#[overrides]`: stands for a component's method of the same signature.
/// - `#[receive]`: runs on a call without calldata, accepting value.
/// - `#[fallback]`: runs on a call that no other method takes; it gets the calldata as `&[u8]`, or `Bytes`, and returns
///   `Vec<u8>`, `Bytes`, or a `Result` of them, which go to the caller as they are.
///
/// `#[zx::public(events(other::Event), errors(other::Error))]` adds to the ABI what is declared in other crates; errors
/// that methods return are in it already. `#[zx::public(implements(IERC20))]` makes the method `supportsInterface` (ERC-165)
/// for these interfaces (`#[zx::interface]`, `sol_interface!`), and holds the contract to having all their methods.
#[proc_macro_attribute]
pub fn public(attributes: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as syn::ItemImpl);
    finish(public::contract(attributes.into(), item))
}

/// Makes a `#[zx::storage]` struct a component: a contract that has it as a `#[component]` field has its `pub` methods
/// too. Methods and attributes are those of [`macro@public`]; `events(...)` lists the events that it emits.
#[proc_macro_attribute]
pub fn component(attributes: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as syn::ItemImpl);
    finish(public::component(attributes.into(), item))
}

/// Makes a trait the interface of another contract: a struct of this name, with `at(address)` and a method for each of
/// the trait's. A `&self` method is a view and takes `&Ctx`; a `&mut self` one takes `&mut Ctx`, and, if it is
/// `#[payable]`, `CallOptions` after it. Each returns a `Result` of its value and `CallError`.
#[proc_macro_attribute]
pub fn interface(attributes: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as syn::ItemTrait);
    finish(names::refuse_arguments(attributes.into()).and_then(|()| interface::expand(item)))
}

/// Makes a struct an event. Up to three fields are `#[indexed]`: topics, by which logs are searched. An `#[anonymous]`
/// event does not tell its name, and has up to four.
#[proc_macro_derive(Event, attributes(indexed, anonymous))]
pub fn event(item: TokenStream) -> TokenStream {
    finish(event::expand(parse_macro_input!(item as syn::DeriveInput)))
}

/// Makes an enum the errors of a contract: each variant is a Solidity custom error. A variant around a single unnamed
/// value hands on that value's error, `Call(CallError)` for instance, and `?` converts to it.
#[proc_macro_derive(Error)]
pub fn error(item: TokenStream) -> TokenStream {
    finish(error::expand(parse_macro_input!(item as syn::DeriveInput)))
}

/// Makes a struct of values, or an enum without fields, a value that storage can hold: a struct is packed as Solidity
/// packs it, and read and written whole; an enum is its number, and can be the key of a map.
#[proc_macro_derive(StorageValue)]
pub fn storage_value(item: TokenStream) -> TokenStream {
    finish(value::storage_value(&parse_macro_input!(item as syn::DeriveInput)))
}

/// Makes a struct or an enum without fields a type that crosses the ABI: as a tuple with named components, or as
/// `uint8`.
#[proc_macro_derive(Abi)]
pub fn abi(item: TokenStream) -> TokenStream {
    finish(value::abi(&parse_macro_input!(item as syn::DeriveInput)))
}

/// Makes a struct of values a message that users sign (EIP-712): see `zx::crypto::TypedData`.
#[proc_macro_derive(TypedData)]
pub fn typed_data(item: TokenStream) -> TokenStream {
    finish(typed::expand(&parse_macro_input!(item as syn::DeriveInput)))
}

/// Takes Solidity interfaces as they are published, and makes of each what [`macro@interface`] makes of a trait. Names
/// turn to snake_case.
///
/// ```ignore
/// zx::sol_interface! {
///     interface IERC20 {
///         function transfer(address to, uint256 value) external returns (bool);
///         function balanceOf(address account) external view returns (uint256);
///     }
/// }
/// ```
#[proc_macro]
pub fn sol_interface(input: TokenStream) -> TokenStream {
    finish(solidity::expand(input.into()))
}

/// Makes a function that takes a `&Host` a test, on a chain of its own: see `zx::testing`.
#[proc_macro_attribute]
pub fn test(attributes: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as syn::ItemFn);
    finish(names::refuse_arguments(attributes.into()).and_then(|()| test::expand(&item)))
}

fn finish(expanded: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    expanded.unwrap_or_else(syn::Error::into_compile_error).into()
}
