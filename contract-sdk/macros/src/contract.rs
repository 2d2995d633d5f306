use crate::names::{error, refuse_generics};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Fields, ItemStruct, spanned::Spanned as _};

pub(crate) fn expand(item: ItemStruct) -> syn::Result<TokenStream> {
    refuse_generics(&item.generics, "a contract")?;
    let fields = match &item.fields {
        Fields::Named(fields) => &fields.named,
        Fields::Unit => return error(&item, "a contract's fields are named: write `struct Name {}` for none"),
        Fields::Unnamed(fields) => return error(fields, "a contract's fields are named: write `{ name: Item<T> }`"),
    };
    let name = &item.ident;
    let mut number = quote!(0);
    let mut makes = Vec::new();
    for field in fields {
        let (ident, ty) = (&field.ident, &field.ty);
        makes.push(quote_spanned! {ty.span()=>
            #ident: <#ty>::at(#number)
        });
        number = quote!(#number + <#ty as ::zx::__private::Field>::SLOTS);
    }
    Ok(quote! {
        #item

        impl ::zx::__private::Contract for #name {
            const LAYOUT: Self = Self { #(#makes),* };
        }
    })
}
