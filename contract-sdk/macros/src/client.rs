//! How tests call a contract: a struct with a method for each of its public ones, which sends calldata and decodes what
//! comes back, on every host alike.

use crate::{
    method::Method,
    names::signature,
    public::{Kind, Public},
};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Generics, Ident, PathArguments, Type, spanned::Spanned as _};

/// Name of the struct that calls `contract`.
pub(crate) fn name(contract: &Type) -> syn::Result<Ident> {
    let Type::Path(path) = contract else {
        return crate::names::error(contract, "write the name of the contract's struct here");
    };
    match path.path.segments.last() {
        Some(last) => Ok(format_ident!("{}Client", last.ident)),
        None => crate::names::error(contract, "write the name of the contract's struct here"),
    }
}

/// The client of a contract.
pub(crate) fn of_contract(contract: &Type, methods: &[Public]) -> syn::Result<TokenStream> {
    let client = emit(contract, methods, reply)?;
    let name = name(contract)?;
    let constructor = methods.iter().find(|m| m.kind == Kind::Constructor);
    let arguments = constructor.map(|c| c.method.types()).unwrap_or_default();
    Ok(quote! {
        #client

        #[cfg(not(target_arch = "wasm32"))]
        impl ::zx::testing::Testable for #contract {
            type Constructor = (#(#arguments,)*);
            type Client<'h> = #name<'h>;
        }
    })
}

/// The client of a component. That of a generic one knows nothing of its parameters.
pub(crate) fn of_component(component: &Type, generics: &Generics, methods: &[Public]) -> syn::Result<TokenStream> {
    let client = emit(component, methods, if generics.params.is_empty() { reply } else { value })?;
    let name = name(component)?;
    let (parameters, _, bounds) = generics.split_for_impl();
    Ok(quote! {
        #client

        #[cfg(not(target_arch = "wasm32"))]
        impl #parameters ::zx::testing::TestablePart for #component #bounds {
            type Client<'h> = #name<'h>;
        }
    })
}

/// What a method returns if all goes well.
fn reply(output: &Type) -> TokenStream {
    quote_spanned!(output.span()=> <#output as ::zx::__private::Reply>::Value)
}

/// The same, by the words alone: the first parameter of a `Result`.
fn value(output: &Type) -> TokenStream {
    let Type::Path(path) = output else { return quote!(#output) };
    let last = path.path.segments.last().filter(|last| last.ident == "Result");
    let Some(PathArguments::AngleBracketed(parameters)) = last.map(|last| &last.arguments) else {
        return quote!(#output);
    };
    parameters.args.first().map_or_else(|| quote!(#output), |value| quote!(#value))
}

fn emit(contract: &Type, methods: &[Public], returned: fn(&Type) -> TokenStream) -> syn::Result<TokenStream> {
    let name = name(contract)?;
    let doc = format!("Calls [`{}`] in tests.", quote!(#contract).to_string().replace(' ', ""));
    let methods =
        methods.iter().filter(|m| m.kind == Kind::Selector).map(|m| method(&m.method, &returned(&m.method.output)));
    Ok(quote! {
        #[doc = #doc]
        #[cfg(not(target_arch = "wasm32"))]
        #[derive(Clone, Copy, Debug)]
        pub struct #name<'h>(::zx::testing::Caller<'h>);

        #[cfg(not(target_arch = "wasm32"))]
        impl<'h> ::core::convert::From<::zx::testing::Caller<'h>> for #name<'h> {
            fn from(caller: ::zx::testing::Caller<'h>) -> Self {
                Self(caller)
            }
        }

        #[cfg(not(target_arch = "wasm32"))]
        impl<'h> ::core::ops::Deref for #name<'h> {
            type Target = ::zx::testing::Caller<'h>;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        #[cfg(not(target_arch = "wasm32"))]
        #[allow(clippy::too_many_arguments, clippy::type_complexity)]
        impl #name<'_> {
            /// The same contract, called by this account.
            #[must_use]
            pub fn by(&self, sender: ::zx::Address) -> Self {
                Self(self.0.by(sender))
            }

            /// The same contract, sending this many wei with each call.
            #[must_use]
            pub fn paying(&self, value: ::zx::U256) -> Self {
                Self(self.0.paying(value))
            }

            #(#methods)*
        }
    })
}

/// A method that acts returns a `Result`; a view returns its value, and has a `try_` twin.
fn method(method: &Method, value: &TokenStream) -> TokenStream {
    let Method { ident, name, args, .. } = method;
    let signature = signature(name, &method.types());
    let names: Vec<_> = args.iter().map(|(name, _)| name).collect();
    let params: Vec<_> = args.iter().map(|(name, ty)| quote!(#name: #ty)).collect();
    // What does not cross the ABI is told at the method's name.
    let arguments = quote_spanned!(ident.span()=> (#(#names,)*));
    let selector = quote!(const SELECTOR: [u8; 4] = ::zx::__private::selector_of(#signature););
    let doc = format!("Calls `{name}`.");
    if method.mutates {
        return quote! {
            #[doc = #doc]
            ///
            /// # Errors
            /// The call reverted.
            #[track_caller]
            pub fn #ident(&self, #(#params),*) -> ::core::result::Result<#value, ::zx::testing::Reverted> {
                #selector
                self.0.send(#name, SELECTOR, #arguments)
            }
        };
    }
    let tried = format_ident!("try_{ident}");
    let (panics, errors) = (format!("Calls `{name}`; a revert fails the test."), format!("Calls `{name}`."));
    quote! {
        #[doc = #panics]
        #[track_caller]
        pub fn #ident(&self, #(#params),*) -> #value {
            #selector
            self.0.read(#name, SELECTOR, #arguments)
        }

        #[doc = #errors]
        ///
        /// # Errors
        /// The call reverted.
        #[track_caller]
        pub fn #tried(&self, #(#params),*) -> ::core::result::Result<#value, ::zx::testing::Reverted> {
            #selector
            self.0.try_read(#name, SELECTOR, #arguments)
        }
    }
}

/// What the struct's fields add to the client: a getter's method, or a component's client.
pub(crate) fn getter(ident: &Ident, ty: &Type, view: &str) -> TokenStream {
    let doc = format!("Calls `{view}`; a revert fails the test.");
    let one = |ident: &Ident| ident == "Item" || ident == "Immutable";
    let is_item = matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|s| one(&s.ident)));
    let (param, key) = match is_item {
        true => (quote!(), quote!(())),
        false => (quote!(key: <#ty as ::zx::__private::Getter>::Key), quote!(key)),
    };
    quote! {
        #[doc = #doc]
        #[track_caller]
        pub fn #ident(&self, #param) -> <#ty as ::zx::__private::Getter>::Value {
            let arguments = ::zx::__private::getter_key::<#ty>(&#key);
            self.0.read_encoded(#view, ::zx::__private::getter_selector::<#ty>(#view).to_be_bytes(), &arguments)
        }
    }
}

pub(crate) fn component(ident: &Ident, ty: &Type) -> TokenStream {
    quote! {
        /// Calls the component's methods.
        pub fn #ident(&self) -> <#ty as ::zx::testing::TestablePart>::Client<'_> {
            self.0.into()
        }
    }
}
