//! Names and small pieces that several macros share.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Ident, Type, ext::IdentExt as _};

/// `balance_of` is `balanceOf` in Solidity.
pub(crate) fn camel_case(ident: &Ident) -> String {
    let name = ident.unraw().to_string();
    let mut out = String::with_capacity(name.len());
    let mut upper = false;
    for c in name.trim_start_matches('_').chars() {
        match c {
            '_' => upper = true,
            c if upper => {
                out.extend(c.to_uppercase());
                upper = false;
            }
            c => out.push(c),
        }
    }
    out
}

pub(crate) fn error<T>(at: impl ToTokens, message: impl core::fmt::Display) -> syn::Result<T> {
    Err(syn::Error::new_spanned(at, message))
}

/// The macros take no arguments.
pub(crate) fn refuse_arguments(attributes: TokenStream) -> syn::Result<()> {
    if attributes.is_empty() { Ok(()) } else { error(attributes, "this attribute takes no arguments") }
}

pub(crate) fn refuse_generics(generics: &syn::Generics, what: &str) -> syn::Result<()> {
    if !generics.params.is_empty() {
        return error(&generics.params, format!("{what} cannot be generic: the ABI has no type parameters"));
    }
    match &generics.where_clause {
        Some(clause) => error(clause, format!("{what} cannot have a `where` clause: the ABI has no type parameters")),
        None => Ok(()),
    }
}

/// Removes the attribute `name` if it is there, refusing arguments to it.
pub(crate) fn take_attribute(attributes: &mut Vec<Attribute>, name: &str) -> syn::Result<bool> {
    let before = attributes.len();
    for attribute in attributes.iter().filter(|a| a.path().is_ident(name)) {
        attribute.meta.require_path_only()?;
    }
    attributes.retain(|a| !a.path().is_ident(name));
    Ok(attributes.len() < before)
}

/// Adds an error to those that there are.
pub(crate) fn collect<T>(errors: &mut Option<syn::Error>, result: syn::Result<T>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            match errors {
                Some(first) => first.combine(error),
                None => *errors = Some(error),
            }
            None
        }
    }
}

/// The parts of a Solidity signature: `name(type,type)`.
pub(crate) fn signature(name: &str, types: &[&Type]) -> TokenStream {
    let types = types.iter().enumerate().map(|(i, ty)| {
        let comma = (i > 0).then(|| quote!(",",));
        quote!(#comma <#ty as ::zx::__private::Abi>::NAME,)
    });
    quote!(&[#name, "(", #(#types)* ")"])
}

/// Parts of a Solidity parameter list: `type name, type indexed name`.
pub(crate) fn parameters(fields: &[(&Ident, &Type, bool)]) -> TokenStream {
    let parts = fields.iter().enumerate().map(|(i, (ident, ty, indexed))| {
        let comma = (i > 0).then(|| quote!(", ",));
        let name = format!("{}{}", if *indexed { " indexed " } else { " " }, camel_case(ident));
        quote!(#comma <#ty as ::zx::__private::Abi>::NAME, #name,)
    });
    quote!(#(#parts)*)
}

/// Leaves a declaration in the section of the module that the build makes the ABI of.
pub(crate) fn section(parts: &TokenStream) -> TokenStream {
    quote! {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            const PARTS: &[&str] = #parts;
            #[unsafe(link_section = "zx_signatures")]
            static DECLARATION: [u8; ::zx::__private::len(PARTS)] = ::zx::__private::join(PARTS);
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::format_ident;

    #[test]
    fn snake_case_turns_to_camel_case() {
        for (rust, solidity) in [
            ("transfer", "transfer"),
            ("balance_of", "balanceOf"),
            ("erc20_of_id", "erc20OfId"),
            ("_unused_name", "unusedName"),
            ("DOMAIN_SEPARATOR", "DOMAINSEPARATOR"),
        ] {
            assert_eq!(camel_case(&format_ident!("{rust}")), solidity);
        }
        assert_eq!(camel_case(&syn::parse_quote!(r#type)), "type");
    }
}
