//! Interfaces of other contracts: a struct that holds an address, with a typed method for each of theirs.

use crate::{
    method::Method,
    names::{collect, error, refuse_generics, signature, solidity_name, take_attribute, take_text},
};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, Ident, ItemTrait, TraitItem, TraitItemFn, Visibility};

/// A method of an interface.
pub(crate) struct Called {
    pub(crate) method: Method,
    pub(crate) payable: bool,
    pub(crate) attrs: Vec<Attribute>,
}

pub(crate) fn expand(item: ItemTrait) -> syn::Result<TokenStream> {
    refuse_generics(&item.generics, "an interface")?;
    let mut errors = None;
    let methods: Vec<_> = item.items.iter().filter_map(|member| collect(&mut errors, called(member))).collect();
    match errors {
        Some(errors) => Err(errors),
        None => Ok(emit(&item.attrs, &item.vis, &item.ident, &methods)),
    }
}

fn called(member: &TraitItem) -> syn::Result<Called> {
    let TraitItem::Fn(function) = member else {
        return error(member, "an interface has methods only");
    };
    if let Some(body) = &function.default {
        return error(body, "the other contract has the body: write `;` instead");
    }
    let mut function: TraitItemFn = function.clone();
    let payable = take_attribute(&mut function.attrs, "payable")?;
    let selector = take_text(&mut function.attrs, "selector")?;
    let mut method = Method::of_interface(&function.sig)?;
    if let Some((key, name)) = selector {
        method.name = solidity_name(&key, &name, "selector")?;
    }
    if payable && !method.mutates {
        return error(&function.sig.ident, "a view takes no value: write `&mut self`, or remove `#[payable]`");
    }
    Ok(Called { method, payable, attrs: function.attrs })
}

/// The struct, and its twin that runs the code here.
pub(crate) fn emit(attrs: &[Attribute], vis: &Visibility, ident: &Ident, methods: &[Called]) -> TokenStream {
    let code = format_ident!("{ident}Code");
    let calls = methods.iter().map(|m| call(m, vis));
    let delegated = methods.iter().map(|m| delegate(m, vis));
    let signatures: Vec<_> = methods.iter().map(|m| signature(&m.method.name, &m.method.types())).collect();
    let code_doc = format!("The code of an [`{ident}`], run on this contract's storage, balance, sender and value.");
    quote! {
        #(#attrs)*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #vis struct #ident {
            address: ::zx::Address,
            gas: u64,
        }

        #[allow(dead_code, clippy::too_many_arguments)]
        impl #ident {
            /// Its id (ERC-165): the exclusive or of its methods' selectors.
            #vis const INTERFACE_ID: ::zx::FixedBytes<4> = ::zx::__private::interface_id_of(Self::ZX_METHODS);

            #[doc(hidden)]
            #vis const ZX_METHODS: &'static [::zx::__private::Declaration] = &[#(#signatures),*];

            /// The contract at this address.
            #vis const fn at(address: ::zx::Address) -> Self {
                Self { address, gas: u64::MAX }
            }

            /// Address of the contract.
            #vis const fn address(&self) -> ::zx::Address {
                self.address
            }

            /// Lets each call use so much gas at most; 63/64 of what is left in any case.
            #[must_use]
            #vis const fn with_gas(self, gas: u64) -> Self {
                Self { gas, ..self }
            }

            /// Its code, to be run by delegate call: on this contract's storage. Only for code that is trusted with all
            /// of it.
            #vis const fn code(address: ::zx::Address) -> #code {
                #code { address, gas: u64::MAX }
            }

            #(#calls)*
        }

        #[doc = #code_doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #vis struct #code {
            address: ::zx::Address,
            gas: u64,
        }

        #[allow(dead_code, clippy::too_many_arguments)]
        impl #code {
            /// Lets each call use so much gas at most; 63/64 of what is left in any case.
            #[must_use]
            #vis const fn with_gas(self, gas: u64) -> Self {
                Self { gas, ..self }
            }

            #(#delegated)*
        }
    }
}

/// What both twins' methods have in common.
struct Parts {
    selector: TokenStream,
    names: Vec<Ident>,
    params: Vec<TokenStream>,
}

fn parts(method: &Method) -> Parts {
    let signature = signature(&method.name, &method.types());
    Parts {
        selector: quote!(const SELECTOR: [u8; 4] = ::zx::__private::selector_of(#signature);),
        names: method.args.iter().map(|(name, _)| name.clone()).collect(),
        params: method.args.iter().map(|(name, ty)| quote!(#name: #ty)).collect(),
    }
}

fn call(called: &Called, vis: &Visibility) -> TokenStream {
    let Called { method, payable, attrs } = called;
    let Method { ident, output, .. } = method;
    let Parts { selector, names, params } = parts(method);
    let (context, value, run) = match (method.mutates, payable) {
        (false, _) => (quote!(&::zx::Ctx), quote!(), quote!(query(zx_cx, self.address, SELECTOR, zx_args, self.gas))),
        (true, false) => (
            quote!(&mut ::zx::Ctx),
            quote!(),
            quote!(invoke(zx_cx, self.address, SELECTOR, zx_args, ::zx::CallOptions::gas(self.gas))),
        ),
        (true, true) => (
            quote!(&mut ::zx::Ctx),
            quote!(zx_value: ::zx::U256,),
            quote!(invoke(
                zx_cx,
                self.address,
                SELECTOR,
                zx_args,
                ::zx::CallOptions { value: zx_value, gas: self.gas }
            )),
        ),
    };
    let payable = payable.then(|| quote!(#[doc = "Sends `zx_value` wei along."]));
    quote! {
        #(#attrs)*
        #[doc = ""]
        #payable
        #[doc = ""]
        /// # Errors
        /// The callee reverted, failed, or returned what does not decode.
        #vis fn #ident(
            &self, zx_cx: #context, #value #(#params),*
        ) -> ::core::result::Result<#output, ::zx::CallError> {
            #selector
            let zx_args = (#(#names,)*);
            ::zx::__private::#run
        }
    }
}

fn delegate(called: &Called, vis: &Visibility) -> TokenStream {
    let Called { method, attrs, .. } = called;
    let Method { ident, output, .. } = method;
    let Parts { selector, names, params } = parts(method);
    quote! {
        #(#attrs)*
        #[doc = ""]
        /// # Errors
        /// The code reverted, failed, or returned what does not decode.
        #vis fn #ident(
            &self, zx_cx: &mut ::zx::Ctx, #(#params),*
        ) -> ::core::result::Result<#output, ::zx::CallError> {
            #selector
            let zx_args = (#(#names,)*);
            ::zx::__private::delegate(zx_cx, self.address, SELECTOR, zx_args, self.gas)
        }
    }
}
