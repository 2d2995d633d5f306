//! `#[zx::public]` and `#[zx::component]`: methods that are called from outside.

use crate::{
    client,
    method::Method,
    names::{
        collect, docs, entry_only, error, parameters, refuse_generics, section, signature, solidity_name,
        take_attribute, take_text,
    },
};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{
    Generics, Ident, ImplItem, ImplItemFn, ItemImpl, Path, Token, Type, Visibility, parse::Parser as _,
    punctuated::Punctuated, spanned::Spanned as _,
};

/// What calls a method.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Its selector.
    Selector,
    /// The deployment.
    Constructor,
    /// A call without calldata.
    Receive,
    /// A call that nothing else takes.
    Fallback,
}

/// A public method.
pub(crate) struct Public {
    pub(crate) kind: Kind,
    pub(crate) payable: bool,
    /// Whether it can be called while the contract is already running.
    reentrant: bool,
    /// Whether it stands for a component's method.
    overrides: bool,
    /// Whether it shares its name with another method, on purpose.
    overload: bool,
    docs: String,
    pub(crate) method: Method,
}

/// `#[zx::public(events(A, B), errors(C), implements(I))]`: what the contract also tells, declared in other crates, and
/// the interfaces that it has.
pub(crate) fn contract(attributes: TokenStream, mut item: ItemImpl) -> syn::Result<TokenStream> {
    let Told { declarations, interfaces } = told(attributes)?;
    if !interfaces.is_empty() {
        item.items.push(supports(&interfaces));
    }
    refuse_generics(&item.generics, "a contract")?;
    let methods = methods(&mut item)?;
    let entry = entry(&item.self_ty, &methods, &declarations);
    let implemented = implemented(&item.self_ty, &methods, &interfaces);
    let client = client::of_contract(&item.self_ty, &methods)?;
    Ok(quote!(#item #entry #implemented #client))
}

/// The method that says which interfaces there are.
fn supports(interfaces: &[Path]) -> ImplItem {
    syn::parse_quote! {
        /// Whether the contract has an interface (ERC-165).
        pub fn supports_interface(&self, _cx: &::zx::Ctx, interface_id: ::zx::FixedBytes<4>) -> bool {
            interface_id == ::zx::components::erc165::INTERFACE_ID #(|| interface_id == #interfaces::INTERFACE_ID)*
        }
    }
}

/// Refuses, at compile time, a contract that lacks a method of an interface that it says it has.
fn implemented(contract: &Type, methods: &[Public], interfaces: &[Path]) -> TokenStream {
    let selectors = selectors(&quote!(<#contract>::ZX_SELECTORS), methods);
    let checks = interfaces.iter().map(|interface| {
        quote_spanned! {interface.span()=>
            #[allow(clippy::panic)]
            const _: () = match ::zx::__private::lacking(
                #interface::ZX_METHODS, #selectors, <#contract as ::zx::__private::Contract>::PARTS
            ) {
                ::core::option::Option::Some(why) => ::core::panic!("{}", why.as_str()),
                ::core::option::Option::None => {}
            };
        }
    });
    quote!(#(#checks)*)
}

/// `#[zx::component(events(A, B))]`: methods of a part of contracts.
pub(crate) fn component(attributes: TokenStream, mut item: ItemImpl) -> syn::Result<TokenStream> {
    let Told { declarations: told, interfaces } = told(attributes)?;
    if let Some(interface) = interfaces.first() {
        return error(interface, "the contract says what it implements, with its components: remove `implements`");
    }
    let methods = methods(&mut item)?;
    if let Some(special) = methods.iter().find(|m| m.kind != Kind::Selector || m.overrides) {
        return error(
            &special.method.ident,
            "a component has methods only: the contract has the constructor, receive and fallback, and calls helpers of \
             the component from there",
        );
    }
    let part = part(&item.self_ty, &item.generics, &methods, &told);
    let client = client::of_component(&item.self_ty, &item.generics, &methods)?;
    Ok(quote!(#item #part #client))
}

fn methods(item: &mut ItemImpl) -> syn::Result<Vec<Public>> {
    if let Some((_, path, _)) = &item.trait_ {
        return error(path, "the public methods stand in an `impl` of the contract itself, not of a trait");
    }
    let mut errors = None;
    let mut methods = Vec::new();
    for member in &mut item.items {
        if let ImplItem::Fn(function) = member {
            methods.extend(collect(&mut errors, read(function)).flatten());
        }
    }
    // `pub` says that a method is called from outside, whoever sees the type.
    item.attrs.push(syn::parse_quote!(#[allow(unreachable_pub)]));
    collect(&mut errors, at_most_one(&methods));
    collect(&mut errors, no_overloads(&methods));
    errors.map_or(Ok(methods), Err)
}

/// What the attribute names.
struct Told {
    /// Slices of declarations: events and errors.
    declarations: TokenStream,
    /// Interfaces that the contract has.
    interfaces: Vec<Path>,
}

fn told(attributes: TokenStream) -> syn::Result<Told> {
    let lists = Punctuated::<syn::MetaList, Token![,]>::parse_terminated.parse2(attributes)?;
    let (mut told, mut interfaces) = (TokenStream::new(), Vec::new());
    for list in lists {
        let types = list.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)?;
        if list.path.is_ident("implements") {
            interfaces.extend(types);
            continue;
        }
        let types = types.iter();
        if list.path.is_ident("events") {
            told.extend(quote!(#(&[<#types as ::zx::__private::Event>::DECLARATION],)*));
        } else if list.path.is_ident("errors") {
            told.extend(quote!(#(<#types as ::zx::__private::ContractError>::DECLARATIONS,)*));
        } else {
            let message =
                "write `events(...)` or `errors(...)`, what is declared in other crates, or `implements(...)`";
            return error(&list.path, message);
        }
    }
    Ok(Told { declarations: told, interfaces })
}

/// Takes our attributes off a method and reads it; `None` if it is a helper.
fn read(function: &mut ImplItemFn) -> syn::Result<Option<Public>> {
    let ident = function.sig.ident.clone();
    let mut flag = |name| take_attribute(&mut function.attrs, name);
    let (payable, reentrant, overrides) = (flag("payable")?, flag("reentrant")?, flag("overrides")?);
    let mut kinds = Vec::new();
    for (name, kind) in [("constructor", Kind::Constructor), ("receive", Kind::Receive), ("fallback", Kind::Fallback)] {
        if flag(name)? {
            kinds.push(kind);
        }
    }
    let selector = take_text(&mut function.attrs, "selector")?;
    if !matches!(function.vis, Visibility::Public(_)) {
        return match (payable || reentrant || overrides || selector.is_some(), kinds.as_slice()) {
            (false, []) => Ok(None),
            _ => error(ident, "only a public method has such an attribute: write `pub fn`"),
        };
    }
    let kind = match kinds.as_slice() {
        [] => Kind::Selector,
        [kind] => *kind,
        _ => return error(ident, "a method is a constructor, a receive, or a fallback: keep one attribute"),
    };
    let read = if kind == Kind::Fallback { Method::fallback } else { Method::of_contract };
    let mut method = read(&function.sig)?;
    let overload = selector.is_some();
    if let Some((key, name)) = selector {
        method.name = solidity_name(&key, &name, "selector")?;
        if kind != Kind::Selector {
            return error(name, "only a method has a selector: remove the attribute");
        }
    }
    let payable = payable || kind == Kind::Receive;
    let docs = docs(&function.attrs);
    let public = Public { kind, payable, reentrant, overrides, overload, docs, method };
    public.check()?;
    Ok(Some(public))
}

fn at_most_one(methods: &[Public]) -> syn::Result<()> {
    for (kind, name) in [(Kind::Constructor, "constructor"), (Kind::Receive, "receive"), (Kind::Fallback, "fallback")] {
        if let Some(second) = methods.iter().filter(|m| m.kind == kind).nth(1) {
            return error(&second.method.ident, format!("a contract has one {name}: this is the second"));
        }
    }
    Ok(())
}

/// Refuses a second method of one Solidity name, unless it asks for it: clients then have to spell signatures out.
fn no_overloads(methods: &[Public]) -> syn::Result<()> {
    let methods: Vec<_> = methods.iter().filter(|m| m.kind == Kind::Selector).collect();
    for (i, second) in methods.iter().enumerate() {
        let Some(first) = methods.iter().take(i).find(|first| first.method.name == second.method.name) else {
            continue;
        };
        if !second.overload && !first.overload {
            let (name, first) = (&second.method.name, &first.method.ident);
            return error(
                &second.method.ident,
                format!(
                    "`{first}` is `{name}` in Solidity too: rename one, or, where a standard has overloads, say so with \
                     `#[selector(name = \"{name}\")]`"
                ),
            );
        }
    }
    Ok(())
}

impl Public {
    fn check(&self) -> syn::Result<()> {
        let Method { ident, args, mutates, .. } = &self.method;
        match self.kind {
            _ if self.method.pure && (self.payable || self.reentrant || self.kind != Kind::Selector) => {
                error(ident, "a pure method has no such attribute: it takes `&mut self` and `cx: &mut Ctx`")
            }
            Kind::Selector if self.payable && !mutates => {
                error(ident, "a view takes no value: write `&mut self`, or remove `#[payable]`")
            }
            Kind::Constructor | Kind::Receive if !mutates => error(ident, "write `&mut self` and `cx: &mut Ctx` here"),
            Kind::Constructor if self.reentrant => {
                error(ident, "a constructor runs before anybody can call back: remove `#[reentrant]`")
            }
            Kind::Receive if !args.is_empty() => {
                error(ident, "a receive runs on a call without calldata: it takes no arguments")
            }
            Kind::Fallback if args.len() != 1 => {
                error(ident, "a fallback takes the calldata: add `calldata: &[u8]` after the context")
            }
            _ => Ok(()),
        }
    }

    fn mutability(&self) -> &'static str {
        match (self.payable, self.method.mutates, self.method.pure) {
            (true, ..) => " payable",
            (_, _, true) => " pure",
            (false, true, _) => "",
            (false, false, _) => " view",
        }
    }

    /// Parts of the Solidity declaration.
    fn declaration(&self) -> TokenStream {
        let Method { name, args, output, .. } = &self.method;
        let docs = &self.docs;
        let fields: Vec<_> = args.iter().map(|(ident, ty)| (ident, ty, false)).collect();
        let parameters = parameters(&fields);
        let mutability = self.mutability();
        match self.kind {
            Kind::Selector => quote! {
                &[
                    #docs, "function ", #name, "(", #parameters ") external", #mutability,
                    ::zx::__private::returns::<#output>()[0],
                    ::zx::__private::returns::<#output>()[1],
                    ::zx::__private::returns::<#output>()[2],
                    "\n",
                ]
            },
            Kind::Constructor => quote!(&[#docs, "constructor(", #parameters ")", #mutability, "\n"]),
            Kind::Receive => quote!(&[#docs, "receive() external payable\n"]),
            Kind::Fallback => quote!(&[#docs, "fallback() external", #mutability, "\n"]),
        }
    }

    /// Runs the method on the arguments in `input`.
    ///
    /// Value is refused here unless `value_refused` says that it already was, reentry unless `reentry_refused` does.
    fn run(&self) -> TokenStream {
        let Method { ident, name, args, .. } = &self.method;
        let is_constructor = self.kind == Kind::Constructor;
        let name = if is_constructor { "constructor" } else { name };
        let refusal = format!("{name}: ");
        let refuse_value =
            (!self.payable).then(|| quote!(if !value_refused { ::zx::__private::refuse_value(#refusal); }));
        let refuse_reentry = (!self.reentrant && !is_constructor && !self.method.pure).then(|| {
            quote!(if !reentry_refused {
                ::zx::__private::refuse_reentry();
            })
        });
        let names: Vec<_> = (0..args.len()).map(|i| format_ident!("arg{i}", span = Span::mixed_site())).collect();
        let types = self.method.types();
        let decoder = (!args.is_empty()).then(|| quote!(args.begin(#name);));
        let call = match (self.method.pure, self.kind) {
            (_, Kind::Fallback) => {
                let borrowed = args.iter().all(|(_, ty)| matches!(ty, Type::Reference(_)));
                let calldata = if borrowed { quote!(calldata) } else { quote!(::zx::Bytes::copy_from_slice(calldata)) };
                let call = quote!(contract.#ident(cx, #calldata));
                return quote!({ #refuse_value #refuse_reentry ::zx::__private::raw(#call) });
            }
            (true, _) => quote!(Self::#ident(#(#names),*)),
            (false, _) => quote!(contract.#ident(cx, #(#names),*)),
        };
        quote! {{
            #refuse_value
            #refuse_reentry
            #decoder
            #(let #names = args.take::<#types>();)*
            ::zx::__private::Reply::reply(#call)
        }}
    }
}

/// What makes a contract one: its entries, and what the module tells of it.
fn entry(contract: &Type, methods: &[Public], told: &TokenStream) -> TokenStream {
    let constructor = methods.iter().find(|m| m.kind == Kind::Constructor);
    let declarations: Vec<_> = methods.iter().map(Public::declaration).collect();
    let sections = declarations.iter().map(section);
    let call = call(contract, methods);
    let deploy = constructor.map(deploy);
    let export_deploy = constructor.map(|_| export(contract, "deploy", "construct"));
    let export_call = export(contract, "call", "enter");
    let table = table(methods);
    let distinct = distinct(&quote!(<#contract>::ZX_SELECTORS), methods);
    let hiding = hiding(contract, methods);
    // A fallback's are in what it returns, and nobody looks for them by its name.
    let returned = methods.iter().filter(|m| m.kind != Kind::Fallback).map(|m| {
        let output = &m.method.output;
        quote_spanned!(output.span()=> <#output as ::zx::__private::Reply>::ERRORS)
    });
    let told_elsewhere = entry_only(&quote! {
        const DECLARATIONS: &[&[::zx::__private::Declaration]] = &[#told #(#returned),*];
        #[unsafe(link_section = "zx_signatures")]
        static TOLD: [u8; ::zx::__private::len_all(DECLARATIONS)] = ::zx::__private::join_all(DECLARATIONS);
        const PARTS: &[::zx::__private::Part] = <#contract as ::zx::__private::Contract>::PARTS;
        #[unsafe(link_section = "zx_signatures")]
        static COMPONENTS: [u8; ::zx::__private::len_parts(PARTS)] = ::zx::__private::join_parts(PARTS);
    });
    quote! {
        impl #contract {
            #[doc(hidden)]
            pub #table
        }

        impl ::zx::__private::Entry for #contract {
            const DECLARATIONS: &'static [::zx::__private::Declaration] = &[#(#declarations),*];

            fn enter(cx: &mut ::zx::Ctx, args: &mut ::zx::__private::Decoder<'_>) -> ::zx::__private::Outcome {
                #call
            }

            #deploy
        }
        #distinct
        #hiding
        #(#sections)*
        #told_elsewhere
        #export_call
        #export_deploy
    }
}

/// Refuses, at compile time, a method that hides a part's by accident, or means to and does not.
fn hiding(contract: &Type, methods: &[Public]) -> TokenStream {
    let checks = called(methods).enumerate().map(|(i, m)| {
        let has = quote!(::zx::__private::any_has(
            <#contract as ::zx::__private::Contract>::PARTS, <#contract>::ZX_SELECTORS[#i]
        ));
        let (right, message) = if m.overrides {
            (
                has,
                "no component has a method of this signature: remove `#[overrides]`, or write name and arguments as the \
                 component does",
            )
        } else {
            (
                quote!(!#has),
                "this method has the selector of a component's method or of a getter: rename it, or mark it \
                 `#[overrides]`",
            )
        };
        quote_spanned!(m.method.ident.span()=> const _: () = assert!(#right, #message);)
    });
    quote!(#(#checks)*)
}

/// An entry point of the module. Other targets have the host functions' own names to care for, and no use for it.
fn export(contract: &Type, name: &str, method: &str) -> TokenStream {
    let method = Ident::new(method, Span::call_site());
    entry_only(&quote! {
        #[unsafe(export_name = #name)]
        extern "C" fn entry() -> i32 {
            ::zx::__private::run(<#contract as ::zx::__private::Entry>::#method)
        }
    })
}

fn deploy(constructor: &Public) -> TokenStream {
    let run = constructor.run();
    quote! {
        fn construct(cx: &mut ::zx::Ctx, args: &mut ::zx::__private::Decoder<'_>) -> ::zx::__private::Outcome {
            let _ = &args;
            let value_refused = false;
            let mut contract = <Self as ::zx::__private::Contract>::LAYOUT;
            #run
        }
    }
}

fn call(contract: &Type, methods: &[Public]) -> TokenStream {
    let of = |kind| methods.iter().find(move |m| m.kind == kind);
    // One check serves all methods if none takes value, and one if none can be reentered.
    let mut after = methods.iter().filter(|m| m.kind != Kind::Constructor);
    let none_payable = after.clone().all(|m| !m.payable);
    let none_reentrant = after.all(|m| !m.reentrant);
    let (selectors, arms) = arms(&quote!(<#contract>::ZX_SELECTORS), methods);
    let unknown = of(Kind::Fallback).map_or_else(|| quote!(::zx::__private::unknown_selector(),), Public::run);
    let no_selector = of(Kind::Fallback).map_or_else(
        || quote!(::zx::__private::no_selector()),
        |fallback| {
            let run = fallback.run();
            quote!(return #run;)
        },
    );
    let receive = of(Kind::Receive).map(|receive| {
        let run = receive.run();
        quote!(if calldata.is_empty() { return #run; })
    });
    let calldata = (receive.is_some() || of(Kind::Fallback).is_some()).then(|| quote!(let calldata = args.data();));
    quote! {
        let value_refused =
            const { #none_payable && !::zx::__private::open(<Self as ::zx::__private::Contract>::PARTS).0 };
        let reentry_refused =
            const { #none_reentrant && !::zx::__private::open(<Self as ::zx::__private::Contract>::PARTS).1 };
        #selectors
        if value_refused {
            ::zx::__private::refuse_value("");
        }
        if reentry_refused {
            ::zx::__private::refuse_reentry();
        }
        #[allow(unused_mut)]
        let mut contract = <Self as ::zx::__private::Contract>::LAYOUT;
        #calldata
        #receive
        let Some(selector) = args.selector() else { #no_selector };
        match selector {
            #arms
            _ => {
                let part = ::zx::__private::Contract::part(
                    &mut contract, cx, selector, args, value_refused, reentry_refused,
                );
                match part {
                    ::core::option::Option::Some(outcome) => outcome,
                    ::core::option::Option::None => #unknown
                }
            }
        }
    }
}

/// Constants for the selectors, which stand in a table, and an arm for each method.
fn arms(table: &TokenStream, methods: &[Public]) -> (TokenStream, TokenStream) {
    let (mut selectors, mut arms) = (TokenStream::new(), TokenStream::new());
    for (i, public) in called(methods).enumerate() {
        let (constant, run) = (format_ident!("SELECTOR_{i}"), public.run());
        selectors.extend(quote!(const #constant: u32 = #table[#i];));
        arms.extend(quote!(#constant => #run));
    }
    (selectors, arms)
}

/// The methods that selectors call.
fn called(methods: &[Public]) -> impl Iterator<Item = &Public> {
    methods.iter().filter(|m| m.kind == Kind::Selector)
}

/// All selectors, each hashed once: the compiler is slow at that.
fn table(methods: &[Public]) -> TokenStream {
    let (count, selectors) = (called(methods).count(), called(methods).map(selector));
    quote!(const ZX_SELECTORS: [u32; #count] = [#(#selectors),*];)
}

fn selector(public: &Public) -> TokenStream {
    let parts = signature(&public.method.name, &public.method.types());
    quote!(u32::from_be_bytes(::zx::__private::selector_of(#parts)))
}

/// All selectors, as a slice.
fn selectors(table: &TokenStream, methods: &[Public]) -> TokenStream {
    let indices = 0..called(methods).count();
    quote!(&[#(#table[#indices]),*])
}

/// What makes a storage struct a component. The table of selectors stands beside the implementation: there, it does not
/// depend on the parameters of a generic one.
fn part(component: &Type, generics: &Generics, methods: &[Public], told: &TokenStream) -> TokenStream {
    let declarations = methods.iter().map(Public::declaration);
    let name = quote!(ZX_SELECTORS);
    let (table, all) = (table(methods), selectors(&name, methods));
    let (payable, reentrant) = (methods.iter().any(|m| m.payable), methods.iter().any(|m| m.reentrant));
    let (selectors, arms) = arms(&name, methods);
    let distinct = distinct(&name, methods);
    let errors = methods.iter().map(|m| {
        let output = &m.method.output;
        quote!(#output)
    });
    let (parameters, _, bounds) = generics.split_for_impl();
    quote! {
        const _: () = {
            #table

            impl #parameters ::zx::__private::Component for #component #bounds {
                const PART: ::zx::__private::Part = ::zx::__private::Part {
                    selectors: #all,
                    declarations: &[&[#(#declarations),*], #told],
                    errors: &[#(<#errors as ::zx::__private::Reply>::ERRORS),*],
                    payable: #payable,
                    reentrant: #reentrant,
                };

                #[allow(unreachable_code)]
                fn dispatch(
                    &mut self, cx: &mut ::zx::Ctx, selector: u32, args: &mut ::zx::__private::Decoder<'_>,
                    value_refused: bool, reentry_refused: bool,
                ) -> ::core::option::Option<::zx::__private::Outcome> {
                    #selectors
                    let contract = self;
                    let _ = (&cx, &args, value_refused, reentry_refused);
                    ::core::option::Option::Some(match selector {
                        #arms
                        _ => return ::core::option::Option::None,
                    })
                }
            }
            #distinct
        };
    }
}

/// Refuses, at compile time, two methods that one selector calls.
fn distinct(table: &TokenStream, methods: &[Public]) -> TokenStream {
    let methods: Vec<_> = called(methods).enumerate().collect();
    let pairs = methods.iter().flat_map(|(j, b)| methods.iter().take(*j).map(move |(i, a)| (i, a, j, b)));
    let checks = pairs.map(|(i, a, j, b)| {
        let message = format!("`{}` and `{}` have the same selector: rename one", a.method.ident, b.method.ident);
        quote_spanned! {b.method.ident.span()=>
            const _: () = assert!(#table[#i] != #table[#j], #message);
        }
    });
    quote!(#(#checks)*)
}
