//! What the macros say to authors.

use crate::{contract, error, event, interface, public, value};
use proc_macro2::TokenStream;

fn said(expanded: syn::Result<TokenStream>) -> String {
    match expanded {
        Ok(tokens) => format!("nothing; it expanded to {tokens}"),
        Err(error) => error.into_iter().map(|e| e.to_string()).collect::<Vec<_>>().join("\n"),
    }
}

fn of_method(method: &str) -> String {
    said(syn::parse_str(&format!("impl C {{ {method} }}")).and_then(|item| public::contract(TokenStream::new(), item)))
}

#[test]
fn a_wrong_method_is_told_what_to_write() {
    for (method, says) in [
        ("pub fn f(cx: &Ctx) {}", "a pure method has no context"),
        ("#[payable] pub fn f() {}", "a pure method has no such attribute"),
        ("pub fn f(self, cx: &Ctx) {}", "write `&self` for a view, or `&mut self`"),
        ("pub fn f(&self) {}", "add `cx: &Ctx`"),
        ("pub fn f(&mut self) {}", "add `cx: &mut Ctx`"),
        ("pub fn f(&mut self, to: Address) {}", "write `cx: &mut Ctx`"),
        ("pub fn f(&self, cx: &mut Ctx) {}", "a view (`&self`) takes `&Ctx`"),
        ("pub fn f<T>(&self, cx: &Ctx, t: T) {}", "cannot be generic"),
        ("pub fn f(&self, cx: &Ctx) where u8: Copy {}", "cannot have a `where` clause"),
        ("pub async fn f(&self, cx: &Ctx) {}", "remove `async`"),
        ("pub unsafe fn f(&self, cx: &Ctx) {}", "remove `unsafe`"),
        ("pub fn f(&self, cx: &Ctx, name: &str) {}", "write `String`, `Bytes` or `Vec<T>`"),
        ("pub fn f(&self, cx: &Ctx, x: impl Into<u8>) {}", "name it"),
        ("pub fn f(&self, cx: &Ctx, (a, b): (u8, u8)) {}", "an argument needs a name"),
        ("#[payable] pub fn f(&self, cx: &Ctx) {}", "a view takes no value"),
        ("#[payable] fn f(&mut self, cx: &mut Ctx) {}", "write `pub fn`"),
        ("#[payable(1)] pub fn f(&mut self, cx: &mut Ctx) {}", "unexpected token"),
        ("#[constructor] #[receive] pub fn f(&mut self, cx: &mut Ctx) {}", "keep one attribute"),
        ("#[constructor] pub fn f(&self, cx: &Ctx) {}", "write `&mut self` and `cx: &mut Ctx` here"),
        ("#[receive] pub fn f(&mut self, cx: &mut Ctx, a: u8) {}", "it takes no arguments"),
        ("#[fallback] pub fn f(&mut self, cx: &mut Ctx) {}", "add `calldata: &[u8]`"),
        ("#[reentrant] #[constructor] pub fn f(&mut self, cx: &mut Ctx) {}", "remove `#[reentrant]`"),
        ("#[reentrant] fn f(&mut self, cx: &mut Ctx) {}", "write `pub fn`"),
        ("#[selector(\"f\")] pub fn f(&self, cx: &Ctx) {}", "`#[selector(name = \"totalSupply\")]`"),
        ("#[selector(name = \"a b\")] pub fn f(&self, cx: &Ctx) {}", "write a Solidity name"),
        ("pub fn a_b(&self, cx: &Ctx) {} pub fn aB(&self, cx: &Ctx, x: u8) {}", "`a_b` is `aB` in Solidity too"),
    ] {
        let said = of_method(method);
        assert!(said.contains(says), "{method}\nsaid: {said}\nwanted: {says}");
    }
}

#[test]
fn all_errors_of_a_contract_are_told_at_once() {
    assert_eq!(of_method("pub fn f(self) {} pub fn g(&self) {}").lines().count(), 2);
    let two = "#[constructor] pub fn f(&mut self, cx: &mut Ctx) {} #[constructor] pub fn g(&mut self, cx: &mut Ctx) {}";
    assert!(of_method(two).contains("one constructor: this is the second"));
}

#[test]
fn wrong_types_are_told_what_to_write() {
    let contract = |text| said(syn::parse_str(text).and_then(contract::contract));
    assert!(contract("struct C(u8);").contains("write `{ name: Item<T> }`"));
    assert!(contract("struct C;").contains("write `struct Name {}` for none"));
    assert!(contract("struct C<T> { t: Item<T> }").contains("cannot be generic"));

    assert!(contract("struct C { #[view] #[component] a: A }").contains("remove `#[view]`"));
    assert!(contract("struct C { #[component(open)] a: A }").contains("`#[component(reentrant)]`"));
    assert!(contract("struct C { #[component] #[component] a: A }").contains("stands here twice"));
    assert!(contract("struct C { #[slot] a: A }").contains("(EIP-1967)"));
    let storage = |text| said(syn::parse_str(text).and_then(contract::storage));
    assert!(storage("struct S { #[view] a: A }").contains("write a method"));

    let component = |text| said(syn::parse_str(text).and_then(|i| public::component(TokenStream::new(), i)));
    assert!(component("impl C { #[constructor] pub fn f(&mut self, cx: &mut Ctx) {} }").contains("has methods only"));

    let value = |text| said(syn::parse_str(text).and_then(|item| value::storage_value(&item)));
    assert!(value("enum E { A(u8) }").contains("`Borsh<T>`"));
    assert!(value("enum E { A = 3 }").contains("remove the number"));
    assert!(value("struct S;").contains("name the members"));

    let event = |text| said(syn::parse_str(text).and_then(event::expand));
    assert!(event("enum E { A }").contains("one struct for each event"));
    assert!(event("struct E(u8);").contains("write `{ name: Type }`"));
    let four = "struct E { #[indexed] a: u8, #[indexed] b: u8, #[indexed] c: u8, #[indexed] d: u8 }";
    assert!(event(four).contains("at most three indexed fields"));

    let error = |text| said(syn::parse_str(text).and_then(error::expand));
    assert!(error("struct E;").contains("one variant for each error"));
    assert!(error("enum E { A(u8, u8) }").contains("name the fields"));

    let interface = |text| said(syn::parse_str(text).and_then(interface::expand));
    assert!(interface("trait I { const A: u8; }").contains("has methods only"));
    assert!(interface("trait I { fn f(&self) {} }").contains("write `;` instead"));
    assert!(interface("trait I { #[payable] fn f(&self); }").contains("a view takes no value"));
}

#[test]
fn a_right_contract_expands() {
    let said = of_method("pub fn f(&mut self, cx: &mut Ctx, amount: U256) -> bool { true } fn helper(x: u8) {}");
    assert!(said.starts_with("nothing"), "{said}");
}
