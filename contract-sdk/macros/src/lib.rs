//! Procedural macros of contract-sdk. They are documented here and re-exported by `zx-sdk`, which every contract
//! imports under the name `zx`: what they emit refers to `::zx`.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod contract;
mod error;
mod event;
mod interface;
mod method;
mod names;
mod public;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;
use syn::parse_macro_input;

/// Makes a struct the storage of a contract: each field, an `Item` or a `Map`, takes the next slot in the order of
/// declaration.
#[proc_macro_attribute]
pub fn contract(attributes: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as syn::ItemStruct);
    finish(names::refuse_arguments(attributes.into()).and_then(|()| contract::expand(item)))
}

/// Makes the `pub` methods of an `impl` callable from outside; the others remain helpers.
///
/// A method takes `&self` (a view) or `&mut self`, then the context, then its arguments, and returns nothing, a value,
/// or a `Result`. Its name turns to camelCase. Attributes of a method:
/// - `#[constructor]`: runs once, at deployment.
/// - `#[payable]`: accepts value; without it, a call that brings value reverts.
/// - `#[receive]`: runs on a call without calldata, accepting value.
/// - `#[fallback]`: runs on a call that no other method takes; it gets the calldata as `Bytes` and returns `Bytes`, or
///   a `Result` of them, which go to the caller as they are.
#[proc_macro_attribute]
pub fn public(attributes: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as syn::ItemImpl);
    finish(names::refuse_arguments(attributes.into()).and_then(|()| public::expand(item)))
}

/// Makes a trait the interface of another contract: a struct of this name, with `at(address)` and a method for each of
/// the trait's. A `&self` method is a view and takes `&Ctx`; a `&mut self` one takes `&mut Ctx`, and, if it is
/// `#[payable]`, `CallOptions` after it. Each returns a `Result` of its value and `CallError`.
#[proc_macro_attribute]
pub fn interface(attributes: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as syn::ItemTrait);
    finish(names::refuse_arguments(attributes.into()).and_then(|()| interface::expand(item)))
}

/// Makes a struct an event. Up to three fields are `#[indexed]`: topics, by which logs are searched.
#[proc_macro_derive(Event, attributes(indexed))]
pub fn event(item: TokenStream) -> TokenStream {
    finish(event::expand(parse_macro_input!(item as syn::DeriveInput)))
}

/// Makes an enum the errors of a contract: each variant is a Solidity custom error. A variant around a single unnamed
/// value hands on that value's error, `Call(CallError)` for instance, and `?` converts to it.
#[proc_macro_derive(Error)]
pub fn error(item: TokenStream) -> TokenStream {
    finish(error::expand(parse_macro_input!(item as syn::DeriveInput)))
}

fn finish(expanded: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    expanded.unwrap_or_else(syn::Error::into_compile_error).into()
}
