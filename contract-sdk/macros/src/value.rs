//! `#[derive(zx::StorageValue)]` and `#[derive(zx::Abi)]`: structs and enums of the author's own.

use crate::names::{camel_case, error, refuse_generics};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Data, DeriveInput, Fields, Ident, Type, spanned::Spanned as _};

/// What such a type can be.
enum Shape {
    /// Named members.
    Struct(Vec<(Ident, Type)>),
    /// Variants without fields.
    Enum(Vec<Ident>),
}

fn shape(item: &DeriveInput) -> syn::Result<Shape> {
    refuse_generics(&item.generics, "such a type")?;
    match &item.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) if !fields.named.is_empty() => {
                Ok(Shape::Struct(fields.named.iter().filter_map(|f| Some((f.ident.clone()?, f.ty.clone()))).collect()))
            }
            _ => error(&item.ident, "name the members, and have one at least: `struct Point { x: u64, y: u64 }`"),
        },
        Data::Enum(data) => variants(item, data),
        Data::Union(_) => error(&item.ident, "write a struct or an enum: nothing tells what a union holds"),
    }
}

/// Solidity numbers the variants of an enum from zero, and so must these be.
fn variants(item: &DeriveInput, data: &syn::DataEnum) -> syn::Result<Shape> {
    if data.variants.is_empty() || data.variants.len() > 256 {
        return error(&item.ident, format!("an enum has 1 to 256 variants, this has {}", data.variants.len()));
    }
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return error(variant, "a variant has no fields here: store such an enum as `Borsh<T>`");
        }
        if let Some((_, discriminant)) = &variant.discriminant {
            return error(
                discriminant,
                "variants are numbered from 0 in their order, as in Solidity: remove the number",
            );
        }
    }
    Ok(Shape::Enum(data.variants.iter().map(|v| v.ident.clone()).collect()))
}

/// The number of a variant, and the variant of a number.
fn numbering(variants: &[Ident]) -> (TokenStream, TokenStream) {
    let numbers: Vec<_> = (0..variants.len()).map(|i| i as u8).collect();
    let to = quote!(match self { #(Self::#variants => #numbers),* });
    let from = quote!(match number {
        #(#numbers => ::core::option::Option::Some(Self::#variants),)*
        _ => ::core::option::Option::None,
    });
    (to, from)
}

pub(crate) fn storage_value(item: &DeriveInput) -> syn::Result<TokenStream> {
    Ok(match shape(item)? {
        Shape::Struct(members) => stored_struct(&item.ident, &members),
        Shape::Enum(variants) => stored_enum(&item.ident, &variants),
    })
}

fn stored_struct(name: &Ident, members: &[(Ident, Type)]) -> TokenStream {
    let text = name.to_string();
    let (idents, types): (Vec<_>, Vec<_>) = members.iter().map(|(ident, ty)| (ident, ty)).unzip();
    let labels = idents.iter().map(|ident| ident.to_string());
    let at: Vec<_> = (0..members.len()).collect();
    let sizes = types.iter().map(|ty| quote_spanned!(ty.span()=> <#ty as ::zx::__private::Stored>::SIZE));
    let count = members.len();
    quote! {
        impl #name {
            #[doc(hidden)]
            const ZX_PLAN: ([::zx::__private::Member; #count], ::zx::__private::Size) = ::zx::__private::plan([#(#sizes),*]);
        }

        impl ::zx::__private::Stored for #name {
            const SIZE: ::zx::__private::Size = Self::ZX_PLAN.1.of_entry();
            const TYPE: &'static str = const {
                &::zx::__private::struct_type(#text, &[#(
                    ::zx::__private::LayoutMember::of::<#types>(#labels, Self::ZX_PLAN.0[#at])
                ),*])
            }.as_str();
        }

        impl ::zx::__private::StorageValue for #name {
            fn load(slot: &::zx::__private::Slot, _: ::zx::__private::Lane) -> Self {
                let mut reader = ::zx::__private::Reader::new(*slot);
                #(let #idents = reader.take::<#types>(Self::ZX_PLAN.0[#at]);)*
                Self { #(#idents),* }
            }

            fn store(&self, slot: &::zx::__private::Slot, _: ::zx::__private::Lane) {
                let mut writer = ::zx::__private::Writer::new(*slot);
                #(writer.put::<#types>(Self::ZX_PLAN.0[#at], &self.#idents);)*
                writer.finish();
            }

            fn clear(slot: &::zx::__private::Slot, _: ::zx::__private::Lane) {
                let mut writer = ::zx::__private::Writer::new(*slot);
                #(writer.clear::<#types>(Self::ZX_PLAN.0[#at]);)*
                writer.finish();
            }
        }
    }
}

fn stored_enum(name: &Ident, variants: &[Ident]) -> TokenStream {
    let (to, from) = numbering(variants);
    let text = format!("enum {name}{{{}}}", variants.iter().map(ToString::to_string).collect::<Vec<_>>().join(","));
    let corrupt = format!("storage: a {name} that is none");
    quote! {
        impl #name {
            #[doc(hidden)]
            fn zx_number(&self) -> u8 {
                #to
            }

            #[doc(hidden)]
            fn zx_stored(number: u8) -> Self {
                let variant = #from;
                match variant {
                    ::core::option::Option::Some(variant) => variant,
                    ::core::option::Option::None => ::zx::revert::revert(#corrupt),
                }
            }
        }

        impl ::zx::__private::Stored for #name {
            const SIZE: ::zx::__private::Size = ::zx::__private::Size::bytes(1);
            const TYPE: &'static str = #text;
        }

        impl ::zx::MapKey for #name {
            const OPEN: &'static str =
                const { &::zx::__private::opening(<Self as ::zx::__private::Stored>::TYPE) }.as_str();

            fn slot(&self, base: &::zx::__private::Slot) -> ::zx::__private::Slot {
                ::zx::MapKey::slot(&self.zx_number(), base)
            }
        }

        impl ::zx::__private::StorageValue for #name {
            fn load(slot: &::zx::__private::Slot, lane: ::zx::__private::Lane) -> Self {
                Self::zx_stored(<u8 as ::zx::__private::StorageValue>::load(slot, lane))
            }

            fn store(&self, slot: &::zx::__private::Slot, lane: ::zx::__private::Lane) {
                <u8 as ::zx::__private::StorageValue>::store(&self.zx_number(), slot, lane);
            }

            fn clear(slot: &::zx::__private::Slot, lane: ::zx::__private::Lane) {
                <u8 as ::zx::__private::StorageValue>::clear(slot, lane);
            }

            fn unpack(word: &[u8; 32], lane: ::zx::__private::Lane) -> ::core::option::Option<Self> {
                <u8 as ::zx::__private::StorageValue>::unpack(word, lane).map(Self::zx_stored)
            }

            fn pack(&self, word: &mut [u8; 32], lane: ::zx::__private::Lane) -> bool {
                <u8 as ::zx::__private::StorageValue>::pack(&self.zx_number(), word, lane)
            }
        }
    }
}

pub(crate) fn abi(item: &DeriveInput) -> syn::Result<TokenStream> {
    Ok(match shape(item)? {
        Shape::Struct(members) => abi_struct(&item.ident, &members),
        Shape::Enum(variants) => abi_enum(&item.ident, &variants),
    })
}

/// A struct crosses as the tuple of its members does.
fn abi_struct(name: &Ident, members: &[(Ident, Type)]) -> TokenStream {
    let text = name.to_string();
    let (idents, types): (Vec<_>, Vec<_>) = members.iter().map(|(ident, ty)| (ident, ty)).unzip();
    let labels: Vec<_> = idents.iter().map(|ident| camel_case(ident)).collect();
    let values: Vec<_> = (0..members.len()).map(|i| format_ident!("value{i}")).collect();
    let checks = types.iter().map(|ty| quote_spanned!(ty.span()=> <#ty as ::zx::__private::Abi>::HEAD));
    quote! {
        impl ::zx::__private::Abi for #name {
            const NAME: &'static str =
                const { &::zx::__private::tuple_name(&[#(<#types as ::zx::__private::Abi>::NAME),*]) }.as_str();
            const SPEC: &'static str = const {
                &::zx::__private::struct_spec(#text, &[#((<#types as ::zx::__private::Abi>::SPEC, #labels)),*])
            }.as_str();
            const DYNAMIC: bool = false #(|| <#types as ::zx::__private::Abi>::DYNAMIC)*;
            const HEAD: usize = if Self::DYNAMIC { 32 } else { 0 #(+ #checks)* };

            fn put(&self, out: &mut ::zx::__private::Vec<u8>, base: usize, at: usize) {
                let size = 0 #(+ <#types as ::zx::__private::Abi>::HEAD)*;
                #[allow(unused_mut)]
                let (base, mut at) = ::zx::__private::begin_tuple(out, base, at, size, Self::DYNAMIC);
                #(
                    ::zx::__private::Abi::put(&self.#idents, out, base, at);
                    at = at.wrapping_add(<#types as ::zx::__private::Abi>::HEAD);
                )*
                let _ = at;
            }

            fn take(data: &[u8], at: usize) -> ::core::option::Option<Self> {
                let (data, mut at) = ::zx::__private::take_tuple(data, at, Self::DYNAMIC)?;
                #(
                    let #values = <#types as ::zx::__private::Abi>::take(data, at)?;
                    at = at.wrapping_add(<#types as ::zx::__private::Abi>::HEAD);
                )*
                let _ = at;
                ::core::option::Option::Some(Self { #(#idents: #values),* })
            }
        }
    }
}

/// An enum crosses as its number; a number that is no variant does not decode.
fn abi_enum(name: &Ident, variants: &[Ident]) -> TokenStream {
    let (to, from) = numbering(variants);
    let spec = format!("uint8:{name}");
    quote! {
        impl ::zx::__private::Abi for #name {
            const NAME: &'static str = "uint8";
            const SPEC: &'static str = #spec;
            const DYNAMIC: bool = false;
            const HEAD: usize = 32;

            fn put(&self, out: &mut ::zx::__private::Vec<u8>, base: usize, at: usize) {
                let number: u8 = #to;
                ::zx::__private::Abi::put(&number, out, base, at);
            }

            fn take(data: &[u8], at: usize) -> ::core::option::Option<Self> {
                let number = <u8 as ::zx::__private::Abi>::take(data, at)?;
                #from
            }
        }
    }
}
