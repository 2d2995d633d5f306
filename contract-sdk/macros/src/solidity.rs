//! `sol_interface!`: Solidity interfaces as they are published.

use crate::{
    interface::{Called, emit},
    method::Method,
    names::{collect, error, snake_case},
};
use proc_macro2::TokenStream;
use quote::format_ident;
use syn::{
    Attribute, Ident, Token, Type, Visibility, braced, bracketed,
    ext::IdentExt as _,
    parenthesized,
    parse::{Parse, ParseStream, Parser as _},
    parse_quote,
};

pub(crate) fn expand(input: TokenStream) -> syn::Result<TokenStream> {
    let interfaces = |input: ParseStream<'_>| {
        let mut interfaces = Vec::new();
        while !input.is_empty() {
            interfaces.push(input.parse::<Interface>()?);
        }
        Ok(interfaces)
    };
    let interfaces = interfaces.parse2(input)?;
    Ok(interfaces.iter().map(|i| emit(&i.attrs, &i.vis, &i.ident, &i.methods)).collect())
}

struct Interface {
    attrs: Vec<Attribute>,
    vis: Visibility,
    ident: Ident,
    methods: Vec<Called>,
}

impl Parse for Interface {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        keyword(input, "interface")?;
        let ident: Ident = input.parse()?;
        if input.peek(Ident::peek_any) {
            return Err(input.error("copy the inherited methods into this interface: it cannot be looked up from here"));
        }
        let body;
        braced!(body in input);
        let (mut methods, mut errors) = (Vec::new(), None);
        while !body.is_empty() {
            let attrs = body.call(Attribute::parse_outer)?;
            let item: Ident = body.call(Ident::parse_any)?;
            match item.to_string().as_str() {
                "function" => {
                    let function = function(&body, attrs);
                    if function.is_err() {
                        // The rest of it says nothing more.
                        skip(&body)?;
                    }
                    methods.extend(collect(&mut errors, function));
                }
                // They are declared in Rust where they are needed: `#[derive(zx::Event)]`, `#[derive(zx::Error)]`.
                "event" | "error" => skip(&body)?,
                other => {
                    let message = format!("`{other}` has no place here: an interface has functions, events and errors");
                    return error(item, message);
                }
            }
        }
        match errors {
            Some(errors) => Err(errors),
            None => Ok(Self { attrs, vis, ident, methods }),
        }
    }
}

fn keyword(input: ParseStream<'_>, word: &str) -> syn::Result<Ident> {
    let ident: Ident = input.call(Ident::parse_any)?;
    if ident == word { Ok(ident) } else { error(ident, format!("write `{word}` here")) }
}

/// Everything up to the semicolon.
fn skip(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![;]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    input.parse::<Token![;]>().map(|_| ())
}

/// `transfer(address to, uint256 value) external returns (bool);`
fn function(input: ParseStream<'_>, attrs: Vec<Attribute>) -> syn::Result<Called> {
    let solidity: Ident = input.call(Ident::parse_any)?;
    let inputs = parameters(input)?;
    let (mut view, mut payable, mut outputs) = (false, false, Vec::new());
    while !input.peek(Token![;]) {
        let word: Ident = input.call(Ident::parse_any)?;
        match word.to_string().as_str() {
            "external" | "public" | "virtual" | "nonpayable" => {}
            "view" | "pure" => view = true,
            "payable" => payable = true,
            "returns" => outputs = parameters(input)?,
            other => return error(&word, format!("`{other}` is none of external, view, pure, payable, returns")),
        }
    }
    input.parse::<Token![;]>()?;
    let types: Vec<_> = outputs.into_iter().map(|(_, ty)| ty).collect();
    let output = match types.as_slice() {
        [one] => one.clone(),
        several => parse_quote!((#(#several),*)),
    };
    let args = inputs
        .into_iter()
        .enumerate()
        .map(|(i, (name, ty))| (name.unwrap_or_else(|| format_ident!("arg{i}")), ty))
        .collect();
    let name = solidity.unraw().to_string();
    let ident = rust_ident(&snake_case(&name), solidity.span());
    Ok(Called { method: Method { ident, name, mutates: !view, pure: false, args, output }, payable, attrs })
}

fn rust_ident(name: &str, span: proc_macro2::Span) -> Ident {
    match syn::parse_str::<Ident>(name) {
        Ok(_) => Ident::new(name, span),
        Err(_) => Ident::new_raw(name, span),
    }
}

/// `(address to, uint256[] calldata values)`
fn parameters(input: ParseStream<'_>) -> syn::Result<Vec<(Option<Ident>, Type)>> {
    let content;
    parenthesized!(content in input);
    let mut parameters = Vec::new();
    while !content.is_empty() {
        let ty = solidity_type(&content)?;
        let mut name = None;
        while content.peek(Ident::peek_any) {
            let word: Ident = content.call(Ident::parse_any)?;
            if !["memory", "calldata", "storage", "payable", "indexed"].iter().any(|w| word == w) {
                name = Some(rust_ident(&snake_case(&word.unraw().to_string()), word.span()));
            }
        }
        parameters.push((name, ty));
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    Ok(parameters)
}

/// The Rust type that crosses the ABI as this one. A name that is no Solidity type is taken as a Rust type in scope: a
/// struct or an enum that derives `zx::Abi`.
fn solidity_type(input: ParseStream<'_>) -> syn::Result<Type> {
    let mut ty = if input.peek(syn::token::Paren) {
        let members: Vec<_> = parameters(input)?.into_iter().map(|(_, ty)| ty).collect();
        parse_quote!((#(#members,)*))
    } else {
        let name: Ident = input.call(Ident::parse_any)?;
        elementary(&name)?
    };
    while input.peek(syn::token::Bracket) {
        let length;
        bracketed!(length in input);
        ty = match length.is_empty() {
            true => parse_quote!(::zx::__private::Vec<#ty>),
            false => {
                let length: syn::LitInt = length.parse()?;
                parse_quote!([#ty; #length])
            }
        };
    }
    Ok(ty)
}

fn elementary(name: &Ident) -> syn::Result<Type> {
    let text = name.to_string();
    let bits = |prefix: &str| text.strip_prefix(prefix).map(|n| n.parse::<usize>());
    Ok(match text.as_str() {
        "address" => parse_quote!(::zx::Address),
        "bool" => parse_quote!(bool),
        "string" => parse_quote!(::zx::__private::String),
        "bytes" => parse_quote!(::zx::Bytes),
        "uint" | "uint256" => parse_quote!(::zx::U256),
        "int" | "int256" => parse_quote!(::zx::I256),
        _ => match (bits("uint"), bits("int"), bits("bytes")) {
            (Some(Ok(bits @ (8 | 16 | 32 | 64 | 128))), ..) => {
                let ty = Ident::new(&format!("u{bits}"), name.span());
                parse_quote!(#ty)
            }
            (Some(Ok(bits)), ..) if bits % 8 == 0 && (8..256).contains(&bits) => parse_quote!(::zx::Uint<#bits>),
            (_, Some(Ok(bits @ (8 | 16 | 32 | 64 | 128))), _) => {
                let ty = Ident::new(&format!("i{bits}"), name.span());
                parse_quote!(#ty)
            }
            (_, _, Some(Ok(bytes @ 1..=32))) => parse_quote!(::zx::FixedBytes<#bytes>),
            (Some(Ok(_)), ..) | (_, Some(Ok(_)), _) | (_, _, Some(Ok(_))) => {
                return error(
                    name,
                    format!(
                        "`{text}` is not supported: signed types have 8, 16, 32, 64, 128 or 256 bits, unsigned ones any \
                         number of bytes up to 32"
                    ),
                );
            }
            _ => parse_quote!(#name),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        match text.parse().map_err(|e| format!("{e}")).and_then(|t| expand(t).map_err(|e| e.to_string())) {
            Ok(tokens) => tokens.to_string(),
            Err(error) => error,
        }
    }

    #[test]
    fn an_interface_becomes_a_struct_with_methods() {
        let said = said(
            "pub interface IPair { event Sync(uint112 a); function getReserves() external view returns (uint112 a, uint112, uint32);
             function swap(uint amount0Out, address to, bytes calldata data) external; }",
        );
        for part in
            ["pub struct IPair", "fn get_reserves", "Uint < 112usize >", "fn swap", "amount0_out : :: zx :: U256"]
        {
            assert!(said.contains(part), "{part} in {said}");
        }
    }

    #[test]
    fn what_is_not_solidity_is_told() {
        assert!(said("interface I { mapping(a) b; }").contains("an interface has functions"));
        assert!(said("contract C {}").contains("write `interface` here"));
        assert!(said("interface I is J {}").contains("copy the inherited methods"));
        assert!(said("interface I { function f(int24 x) external; }").contains("`int24` is not supported"));
        assert!(said("interface I { function f() internal; }").contains("none of external"));
    }
}
