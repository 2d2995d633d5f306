//! `#[derive(zx::TypedData)]`: messages with structure (EIP-712).

use crate::names::{camel_case, error, refuse_generics};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Data, DeriveInput, Fields, spanned::Spanned as _};

pub(crate) fn expand(item: &DeriveInput) -> syn::Result<TokenStream> {
    refuse_generics(&item.generics, "a message")?;
    let Data::Struct(data) = &item.data else {
        return error(&item.ident, "a message is a struct: write one struct for each");
    };
    let Fields::Named(fields) = &data.fields else {
        return error(&item.ident, "the members of a message are named: write `struct Vote { proposal: U256 }`");
    };
    let (name, text) = (&item.ident, item.ident.to_string());
    let (idents, types): (Vec<_>, Vec<_>) = fields.named.iter().map(|f| (&f.ident, &f.ty)).unzip();
    let members = fields.named.iter().enumerate().map(|(i, field)| {
        let (comma, ty) = ((i > 0).then(|| quote!(",",)), &field.ty);
        let label = format!(" {}", field.ident.as_ref().map(camel_case).unwrap_or_default());
        quote_spanned!(ty.span()=> #comma <#ty as ::zx::crypto::TypedValue>::NAME, #label,)
    });
    let own = quote!(&[#text, "(", #(#members)* ")"]);
    let parts = quote!(&[#(<#types as ::zx::crypto::TypedValue>::PARTS),*]);
    Ok(quote! {
        impl ::zx::crypto::TypedData for #name {
            const TYPE: &'static str = {
                const TEXT: [u8; ::zx::__private::len(#own)] = ::zx::__private::join(#own);
                match ::core::str::from_utf8(&TEXT) {
                    ::core::result::Result::Ok(text) => text,
                    ::core::result::Result::Err(_) => "",
                }
            };
            const PARTS: &'static [&'static str] =
                &::zx::crypto::names_of::<{ ::zx::crypto::number_of(#parts) }>(#parts);
            const TYPE_HASH: ::zx::B256 = ::zx::crypto::type_hash(Self::TYPE, Self::PARTS);

            fn struct_hash(&self) -> ::zx::B256 {
                ::zx::crypto::hash_words(&[
                    <Self as ::zx::crypto::TypedData>::TYPE_HASH.0,
                    #(::zx::crypto::TypedValue::word(&self.#idents)),*
                ])
            }
        }

        impl ::zx::crypto::TypedValue for #name {
            const NAME: &'static str = #text;
            const PARTS: &'static [&'static str] = &::zx::crypto::names_of::<
                { ::zx::crypto::number_of(&[&[""], <#name as ::zx::crypto::TypedData>::PARTS]) }
            >(&[&[<#name as ::zx::crypto::TypedData>::TYPE], <#name as ::zx::crypto::TypedData>::PARTS]);

            fn word(&self) -> [u8; 32] {
                ::zx::crypto::TypedData::struct_hash(self).0
            }
        }
    })
}
