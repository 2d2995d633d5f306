//! `#[zx::test]`.

use crate::names::error;
use proc_macro2::TokenStream;
use quote::quote;
use syn::ItemFn;

pub(crate) fn expand(item: &ItemFn) -> syn::Result<TokenStream> {
    let ItemFn { attrs, vis, sig, block } = item;
    if let Some(token) = &sig.asyncness {
        return error(token, "calls run to their end at once: remove `async`");
    }
    if sig.inputs.len() != 1 {
        return error(&sig.ident, "a test takes the chain that it runs on: write `fn name(host: &Host)`");
    }
    let (name, inputs, output) = (&sig.ident, &sig.inputs, &sig.output);
    Ok(quote! {
        #[::core::prelude::v1::test]
        #(#attrs)*
        #vis fn #name() #output {
            fn body(#inputs) #output #block
            body(&::zx::testing::Host::new())
        }
    })
}
