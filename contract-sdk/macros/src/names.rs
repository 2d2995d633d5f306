//! Names and small pieces that several macros share.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Ident, LitStr, Meta, Type, ext::IdentExt as _, parse::ParseStream, spanned::Spanned as _};

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

/// `balanceOf` is `balance_of` in Rust.
pub(crate) fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut before_lower = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && before_lower {
            out.push('_');
        }
        before_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        out.push(c.to_ascii_lowercase());
    }
    out
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

/// Removes an attribute `#[name]`, `#[name("text")]` or `#[name(key = "text")]` and returns key and text, both empty
/// where they are not given.
pub(crate) fn take_text(attributes: &mut Vec<Attribute>, name: &str) -> syn::Result<Option<(String, LitStr)>> {
    let Some(at) = attributes.iter().position(|a| a.path().is_ident(name)) else { return Ok(None) };
    let attribute = attributes.remove(at);
    if let Some(second) = attributes.iter().find(|a| a.path().is_ident(name)) {
        return error(second, format!("`#[{name}]` stands here twice: remove one"));
    }
    let empty = || LitStr::new("", attribute.path().span());
    match &attribute.meta {
        Meta::Path(_) => Ok(Some((String::new(), empty()))),
        Meta::List(list) => list.parse_args_with(|input: ParseStream<'_>| {
            let key = if input.peek(Ident) { Some(input.parse::<Ident>()?) } else { None };
            if key.is_some() {
                input.parse::<syn::Token![=]>()?;
            }
            Ok(Some((key.map(|k| k.to_string()).unwrap_or_default(), input.parse()?)))
        }),
        Meta::NameValue(meta) => error(meta, format!("write `#[{name}(\"...\")]`")),
    }
}

/// The Solidity name in `#[selector(name = "...")]` or `#[view(name = "...")]`, if it is one.
pub(crate) fn solidity_name(key: &str, text: &LitStr, attribute: &str) -> syn::Result<String> {
    let name = text.value();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '$')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$');
    if key == "name" && is_name {
        return Ok(name);
    }
    error(text, format!("write a Solidity name: `#[{attribute}(name = \"totalSupply\")]`"))
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
        quote!(#comma <#ty as ::zx::__private::Abi>::SPEC, #name,)
    });
    quote!(#(#parts)*)
}

/// Leaves a declaration in the section of the module that the build makes the ABI of. Only the contract that is being
/// built has one: `cargo zx build` says which that is.
pub(crate) fn section(parts: &TokenStream) -> TokenStream {
    entry_only(&quote! {
        const PARTS: &[&str] = #parts;
        #[unsafe(link_section = "zx_signatures")]
        static DECLARATION: [u8; ::zx::__private::len(PARTS)] = ::zx::__private::join(PARTS);
    })
}

/// What is in the module that is being built, but not where the crate is another's dependency.
pub(crate) fn entry_only(items: &TokenStream) -> TokenStream {
    quote! {
        #[allow(unexpected_cfgs)]
        const _: () = {
            #[cfg(all(target_arch = "wasm32", zx_entry))]
            const _: () = { #items };
        };
    }
}

/// The documentation of an item, as lines of declarations: `/// text`.
pub(crate) fn docs(attributes: &[Attribute]) -> String {
    let mut lines = String::new();
    for attribute in attributes.iter().filter(|a| a.path().is_ident("doc")) {
        let syn::Meta::NameValue(meta) = &attribute.meta else { continue };
        let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &meta.value else { continue };
        for line in text.value().lines() {
            lines.push_str("/// ");
            lines.push_str(line.trim());
            lines.push('\n');
        }
    }
    lines
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
        for (solidity, rust) in [
            ("balanceOf", "balance_of"),
            ("onERC721Received", "on_erc721_received"),
            ("DOMAIN_SEPARATOR", "domain_separator"),
        ] {
            assert_eq!(snake_case(solidity), rust);
        }
    }
}
