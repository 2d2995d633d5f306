//! Structs of storage fields: contracts, and what they are made of.

use crate::{
    client,
    names::{camel_case, docs, entry_only, error, refuse_generics, solidity_name, take_text},
};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Attribute, Field, Fields, Ident, ItemStruct, LitStr, Meta, Type, spanned::Spanned as _};

/// A field, with what its attributes say.
struct Part {
    ident: Ident,
    ty: Type,
    docs: String,
    /// Whether its public methods are the contract's.
    component: bool,
    /// Whether these can all be called while the contract is already running.
    reentrant: bool,
    /// Name of its getter.
    view: Option<String>,
    /// Where it lies, if not behind the field before it.
    slot: Option<TokenStream>,
}

/// `#[zx::storage]`: a struct of fields that can be a field itself.
pub(crate) fn storage(mut item: ItemStruct) -> syn::Result<TokenStream> {
    let parts = parts(&mut item, "a storage struct")?;
    if let Some(part) = parts.iter().find(|p| p.component || p.view.is_some()) {
        return error(&part.ident, "only a `#[zx::contract]` has components and getters: write a method");
    }
    let layout = layout(&item.ident, &parts);
    Ok(quote!(#item #layout))
}

/// `#[zx::contract]`.
pub(crate) fn contract(mut item: ItemStruct) -> syn::Result<TokenStream> {
    let parts = parts(&mut item, "a contract")?;
    for (i, part) in parts.iter().enumerate().filter(|(_, p)| p.view.is_some()) {
        if parts.iter().take(i).any(|before| before.view == part.view) {
            return error(&part.ident, "another field has a getter of this name: write `#[view(name = \"...\")]`");
        }
    }
    let name = &item.ident;
    let layout = layout(name, &parts);
    let describe = describe(name);
    let dispatch = dispatch(&parts);
    let distinct = distinct(name, &parts);
    let client = client_methods(name, &parts);
    let package = quote!(::core::env!("CARGO_PKG_NAME"));
    Ok(quote! {
        #item
        #layout
        #describe

        impl ::zx::__private::Contract for #name {
            const LAYOUT: Self =
                Self::placed(::zx::__private::Place::of_contract(<Self as ::zx::__private::Stored>::SIZE));
            const PACKAGE: &'static str = #package;
            #dispatch
        }

        #distinct
        #client
    })
}

/// Refuses, at compile time, a component that has a method of a getter or of a component before it.
fn distinct(name: &Ident, parts: &[Part]) -> TokenStream {
    let checks = parts.iter().filter(|p| p.component).enumerate().map(|(i, part)| {
        // The getters are the first of the parts.
        let at = i + 1;
        quote_spanned! {part.ident.span()=>
            const _: () = assert!(
                ::zx::__private::differs(<#name as ::zx::__private::Contract>::PARTS, #at),
                "this component has a method of the same selector as a component or getter before it: a contract has one \
                 of them, the other is a field without `#[component]`"
            );
        }
    });
    quote!(#(#checks)*)
}

/// What tests call, besides the methods of the `impl`.
fn client_methods(name: &Ident, parts: &[Part]) -> Option<TokenStream> {
    let methods: Vec<_> = parts
        .iter()
        .filter_map(|p| match &p.view {
            Some(view) => Some(client::getter(&p.ident, &p.ty, view)),
            None => p.component.then(|| client::component(&p.ident, &p.ty)),
        })
        .collect();
    let client = format_ident!("{name}Client");
    (!methods.is_empty()).then(|| {
        quote! {
            #[cfg(not(target_arch = "wasm32"))]
            impl #client<'_> {
                #(#methods)*
            }
        }
    })
}

fn parts(item: &mut ItemStruct, what: &str) -> syn::Result<Vec<Part>> {
    refuse_generics(&item.generics, what)?;
    match &mut item.fields {
        Fields::Named(fields) => fields.named.iter_mut().map(part).collect(),
        Fields::Unit => error(&item, format!("{what}'s fields are named: write `struct Name {{}}` for none")),
        Fields::Unnamed(fields) => error(fields, format!("{what}'s fields are named: write `{{ name: Item<T> }}`")),
    }
}

fn part(field: &mut Field) -> syn::Result<Part> {
    let Some(ident) = field.ident.clone() else { return error(field, "the field has no name") };
    let view = match take_text(&mut field.attrs, "view")? {
        Some((key, name)) if !key.is_empty() || !name.value().is_empty() => Some(solidity_name(&key, &name, "view")?),
        Some(_) => Some(camel_case(&ident)),
        None => None,
    };
    let slot = take_text(&mut field.attrs, "slot")?.map(|(key, text)| slot(&key, &text)).transpose()?;
    let (component, reentrant) = component(&mut field.attrs)?;
    if component && view.is_some() {
        return error(&ident, "a component has methods of its own: remove `#[view]`");
    }
    Ok(Part { docs: docs(&field.attrs), ty: field.ty.clone(), ident, component, reentrant, view, slot })
}

/// `#[component]` or `#[component(reentrant)]`: whether it is there, and whether its methods can be reentered.
fn component(attributes: &mut Vec<Attribute>) -> syn::Result<(bool, bool)> {
    let Some(at) = attributes.iter().position(|a| a.path().is_ident("component")) else { return Ok((false, false)) };
    let attribute = attributes.remove(at);
    if let Some(second) = attributes.iter().find(|a| a.path().is_ident("component")) {
        return error(second, "`#[component]` stands here twice: remove one");
    }
    match &attribute.meta {
        Meta::Path(_) => Ok((true, false)),
        Meta::List(list) if list.tokens.to_string() == "reentrant" => Ok((true, true)),
        other => error(other, "write `#[component]`, or `#[component(reentrant)]` for methods that can be reentered"),
    }
}

/// `#[slot("eip1967.proxy.admin")]` or `#[slot(namespace = "openzeppelin.storage.ERC20")]`.
fn slot(key: &str, text: &LitStr) -> syn::Result<TokenStream> {
    let label = text.value();
    match key {
        "" if !label.is_empty() => Ok(quote_spanned!(text.span()=> ::zx::__private::eip1967(#text))),
        "namespace" if !label.is_empty() => Ok(quote_spanned!(text.span()=> ::zx::__private::erc7201(#text))),
        _ => error(
            text,
            "write `#[slot(\"eip1967.proxy.implementation\")]` for the slot before the label's hash (EIP-1967), or \
             `#[slot(namespace = \"example.main\")]` for that of a namespace (ERC-7201)",
        ),
    }
}

/// Where the fields are: `placed`, `Stored` and `Field`.
fn layout(name: &Ident, parts: &[Part]) -> TokenStream {
    let text = name.to_string();
    let sizes = parts.iter().map(|Part { ty, slot, .. }| {
        let elsewhere = slot.as_ref().map(|_| quote!(.elsewhere()));
        quote_spanned!(ty.span()=> <#ty as ::zx::__private::Stored>::SIZE #elsewhere)
    });
    let (mut makes, mut members) = (Vec::new(), Vec::new());
    let count = parts.len();
    for (at, Part { ident, ty, slot, .. }) in parts.iter().enumerate() {
        let label = ident.to_string();
        if let Some(slot) = slot {
            makes.push(quote_spanned! {ty.span()=> #ident: {
                const SLOT: ::zx::__private::Slot = #slot;
                <#ty>::placed(place.elsewhere(&SLOT, Self::ZX_PLAN.0[#at]))
            }});
            members.push(quote_spanned! {ty.span()=>
                ::zx::__private::LayoutMember::elsewhere::<#ty>(#label, #slot, Self::ZX_PLAN.0[#at])
            });
        } else {
            makes.push(quote_spanned! {ty.span()=> #ident: <#ty>::placed(place.member(Self::ZX_PLAN.0[#at])) });
            members.push(quote_spanned! {ty.span()=>
                ::zx::__private::LayoutMember::of::<#ty>(#label, Self::ZX_PLAN.0[#at])
            });
        }
    }
    // A type that is no field is told so, besides lacking a `placed`.
    let fields = parts.iter().map(|Part { ty, .. }| quote_spanned!(ty.span()=> is_field::<#ty>();));
    quote! {
        const _: fn() = || {
            fn is_field<T: ::zx::__private::Field>() {}
            #(#fields)*
        };

        impl #name {
            #[doc(hidden)]
            const ZX_PLAN: ([::zx::__private::Member; #count], ::zx::__private::Size) = ::zx::__private::plan([#(#sizes),*]);

            #[doc(hidden)]
            pub const fn placed(place: ::zx::__private::Place) -> Self {
                let _ = place;
                Self { #(#makes),* }
            }
        }

        impl ::zx::__private::Stored for #name {
            const SIZE: ::zx::__private::Size = Self::ZX_PLAN.1;
            const TYPE: &'static str =
                const { &::zx::__private::struct_type(#text, &[#(#members),*]) }.as_str();
        }

        impl ::zx::__private::Field for #name {
            fn placed(place: ::zx::__private::Place) -> Self {
                Self::placed(place)
            }
        }
    }
}

/// Leaves the layout in the module.
fn describe(name: &Ident) -> TokenStream {
    entry_only(&quote! {
        const PARTS: &[&str] = &[<#name as ::zx::__private::Stored>::TYPE, "\n"];
        #[unsafe(link_section = "zx_fields")]
        static LAYOUT: [u8; ::zx::__private::len(PARTS)] = ::zx::__private::join(PARTS);
    })
}

/// What of a contract can be called without a method of its own: its components' methods, and getters.
fn dispatch(parts: &[Part]) -> TokenStream {
    let components: Vec<_> = parts.iter().filter(|p| p.component).collect();
    let views: Vec<_> = parts.iter().filter_map(|p| Some((p, p.view.as_ref()?))).collect();
    if components.is_empty() && views.is_empty() {
        return quote!();
    }
    let types: Vec<_> = components.iter().map(|p| &p.ty).collect();
    let idents: Vec<_> = components.iter().map(|p| &p.ident).collect();
    let reentrant: Vec<_> = components.iter().map(|p| p.reentrant).collect();
    let (mut constants, mut arms, mut declarations) = (Vec::new(), Vec::new(), Vec::new());
    for (i, (Part { ident, ty, docs, .. }, view)) in views.iter().enumerate() {
        let constant = format_ident!("GETTER_{i}");
        let refusal = format!("{view}: ");
        constants.push(quote_spanned! {ty.span()=>
            const #constant: u32 = ::zx::__private::getter_selector::<#ty>(#view);
        });
        arms.push(quote! {
            #constant => {
                if !value_refused {
                    ::zx::__private::refuse_value(#refusal);
                }
                if !reentry_refused {
                    ::zx::__private::refuse_reentry();
                }
                args.begin(#view);
                ::core::option::Option::Some(::zx::__private::Getter::read(&self.#ident, args))
            }
        });
        declarations.push(quote_spanned! {ty.span()=>
            &[
                #docs, "function ", #view,
                ::zx::__private::getter_arguments::<#ty>()[0],
                ::zx::__private::getter_arguments::<#ty>()[1],
                ::zx::__private::getter_arguments::<#ty>()[2],
                " external view",
                ::zx::__private::returns::<<#ty as ::zx::__private::Getter>::Value>()[0],
                ::zx::__private::returns::<<#ty as ::zx::__private::Getter>::Value>()[1],
                ::zx::__private::returns::<<#ty as ::zx::__private::Getter>::Value>()[2],
                "\n",
            ]
        });
    }
    let getters: Vec<_> = (0..views.len()).map(|i| format_ident!("GETTER_{i}")).collect();
    quote! {
        const PARTS: &'static [::zx::__private::Part] = &[
            ::zx::__private::Part {
                selectors: {
                    #(#constants)*
                    &[#(#getters),*]
                },
                declarations: &[&[#(#declarations),*]],
                errors: &[],
                payable: false,
                reentrant: false,
            },
            #(<#types as ::zx::__private::Component>::PART.or_reentrant(#reentrant),)*
        ];

        fn part(
            &mut self, cx: &mut ::zx::Ctx, selector: u32, args: &mut ::zx::__private::Decoder<'_>, value_refused: bool,
            reentry_refused: bool,
        ) -> ::core::option::Option<::zx::__private::Outcome> {
            #(#constants)*
            let _ = (&cx, &args, value_refused, reentry_refused);
            #(
                let outcome = <#types as ::zx::__private::Component>::dispatch(
                    &mut self.#idents, cx, selector, args, value_refused, reentry_refused || #reentrant,
                );
                if outcome.is_some() {
                    return outcome;
                }
            )*
            match selector {
                #(#arms)*
                _ => ::core::option::Option::None,
            }
        }
    }
}
