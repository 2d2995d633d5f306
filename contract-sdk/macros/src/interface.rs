use crate::{
    method::Method,
    names::{collect, error, refuse_generics, signature, take_attribute},
};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, ItemTrait, TraitItem, TraitItemFn, Visibility};

pub(crate) fn expand(item: ItemTrait) -> syn::Result<TokenStream> {
    refuse_generics(&item.generics, "an interface")?;
    let mut errors = None;
    let methods: Vec<_> =
        item.items.iter().filter_map(|member| collect(&mut errors, method(member, &item.vis))).collect();
    if let Some(errors) = errors {
        return Err(errors);
    }
    let ItemTrait { attrs, vis, ident, .. } = &item;
    Ok(quote! {
        #(#attrs)*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #vis struct #ident(::zx::Address);

        impl #ident {
            /// The contract at this address.
            #vis const fn at(address: ::zx::Address) -> Self {
                Self(address)
            }

            /// Address of the contract.
            #vis const fn address(&self) -> ::zx::Address {
                self.0
            }

            #(#methods)*
        }
    })
}

fn method(member: &TraitItem, vis: &Visibility) -> syn::Result<TokenStream> {
    let TraitItem::Fn(function) = member else {
        return error(member, "an interface has methods only");
    };
    if let Some(body) = &function.default {
        return error(body, "the other contract has the body: write `;` instead");
    }
    let mut function: TraitItemFn = function.clone();
    let payable = take_attribute(&mut function.attrs, "payable")?;
    let method = Method::of_interface(&function.sig)?;
    if payable && !method.mutates {
        return error(&function.sig.ident, "a view takes no value: write `&mut self`, or remove `#[payable]`");
    }
    Ok(emit(&method, &function.attrs, vis, payable))
}

fn emit(method: &Method, attrs: &[Attribute], vis: &Visibility, payable: bool) -> TokenStream {
    let Method { ident, name, args, output, .. } = method;
    let signature = signature(name, &method.types());
    let names: Vec<_> = args.iter().map(|(name, _)| name).collect();
    let params = args.iter().map(|(name, ty)| quote!(#name: #ty));
    let (context, options, run) = match (method.mutates, payable) {
        (false, _) => (quote!(&::zx::Ctx), quote!(), quote!(query(zx_cx, self.0, SELECTOR, zx_args))),
        (true, false) => (
            quote!(&mut ::zx::Ctx),
            quote!(),
            quote!(invoke(zx_cx, self.0, SELECTOR, zx_args, ::core::default::Default::default())),
        ),
        (true, true) => (
            quote!(&mut ::zx::Ctx),
            quote!(zx_options: ::zx::CallOptions,),
            quote!(invoke(zx_cx, self.0, SELECTOR, zx_args, zx_options)),
        ),
    };
    quote! {
        #(#attrs)*
        ///
        /// # Errors
        /// The callee reverted, failed, or returned what does not decode.
        #vis fn #ident(
            &self, zx_cx: #context, #options #(#params),*
        ) -> ::core::result::Result<#output, ::zx::CallError> {
            const SELECTOR: [u8; 4] = ::zx::__private::selector_of(#signature);
            let zx_args = (#(#names,)*);
            ::zx::__private::#run
        }
    }
}
