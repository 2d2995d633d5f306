use crate::names::{docs, error, parameters, refuse_generics, section, signature};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Fields, Ident, Variant};

pub(crate) fn expand(item: DeriveInput) -> syn::Result<TokenStream> {
    refuse_generics(&item.generics, "an error")?;
    let Data::Enum(data) = &item.data else {
        return error(&item.ident, "the errors of a contract are an enum: write one variant for each error");
    };
    let name = &item.ident;
    let variants = data.variants.iter().map(|v| variant(name, v)).collect::<syn::Result<Vec<_>>>()?;
    let arms = variants.iter().map(|v| &v.arm);
    let extras = variants.iter().map(|v| &v.extra);
    let declarations: Vec<_> = variants.iter().map(|v| &v.declarations).collect();
    let decodes = variants.iter().map(|v| &v.decode);
    // A match on an empty enum needs its place, not a reference.
    Ok(quote! {
        impl ::zx::__private::ContractError for #name {
            const DECLARATIONS: &'static [::zx::__private::Declaration] =
                &::zx::__private::flatten::<{ ::zx::__private::count(&[#(#declarations),*]) }>(&[#(#declarations),*]);

            #[inline(never)]
            fn write(self, out: &mut ::zx::__private::Encoder) {
                let _ = &out;
                match self { #(#arms)* }
            }

            fn decode(data: &[u8]) -> ::core::option::Option<Self> {
                #(#decodes)*
                ::core::option::Option::None
            }
        }
        #(#extras)*
    })
}

/// What a variant adds to the implementation.
struct Expanded {
    /// The arm that encodes it.
    arm: TokenStream,
    /// What returns it from a function if the data is its.
    decode: TokenStream,
    /// A slice of its declarations.
    declarations: TokenStream,
    /// What stands beside the implementation.
    extra: TokenStream,
}

fn variant(name: &Ident, variant: &Variant) -> syn::Result<Expanded> {
    let ident = &variant.ident;
    let fields: Vec<_> = match &variant.fields {
        Fields::Unit => Vec::new(),
        Fields::Named(fields) => fields.named.iter().filter_map(|f| Some((f.ident.as_ref()?, &f.ty, false))).collect(),
        Fields::Unnamed(fields) => match fields.unnamed.first() {
            Some(inner) if fields.unnamed.len() == 1 => return Ok(transparent(name, ident, &inner.ty)),
            _ => {
                return error(
                    fields,
                    "name the fields, `{ account: Address }`; a single unnamed one hands on another error",
                );
            }
        },
    };
    let text = ident.to_string();
    let signature = signature(&text, &fields.iter().map(|f| f.1).collect::<Vec<_>>());
    let parameters = parameters(&fields);
    let docs = docs(&variant.attrs);
    let declaration = quote!(&[#docs, "error ", #text, "(", #parameters ")\n"]);
    let extra = section(&declaration);
    let (names, types): (Vec<_>, Vec<_>) = fields.iter().map(|f| (f.0, f.1)).unzip();
    let values: Vec<_> = (0..fields.len()).map(|i| format_ident!("field{i}", span = Span::mixed_site())).collect();
    let arm = quote! {
        Self::#ident { #(#names: #values),* } => {
            const SELECTOR: [u8; 4] = ::zx::__private::selector_of(#signature);
            const HEAD: usize = 0 #(+ <#types as ::zx::__private::Abi>::HEAD)*;
            out.begin(&SELECTOR, HEAD);
            #(out.put(&#values);)*
        }
    };
    let decode = quote! {
        if let ::core::option::Option::Some(data) = data.strip_prefix(&::zx::__private::selector_of(#signature)) {
            let (#(#names,)*) = <(#(#types,)*) as ::zx::__private::Args>::decode(data)?;
            return ::core::option::Option::Some(Self::#ident { #(#names),* });
        }
    };
    Ok(Expanded { arm, decode, declarations: quote!(&[#declaration]), extra })
}

fn transparent(name: &Ident, ident: &Ident, inner: &syn::Type) -> Expanded {
    let arm = quote!(Self::#ident(inner) => ::zx::__private::ContractError::write(inner, out),);
    let from = quote! {
        impl ::core::convert::From<#inner> for #name {
            fn from(inner: #inner) -> Self {
                Self::#ident(inner)
            }
        }
    };
    let decode = quote! {
        if let ::core::option::Option::Some(inner) = <#inner as ::zx::__private::ContractError>::decode(data) {
            return ::core::option::Option::Some(Self::#ident(inner));
        }
    };
    let declarations = quote!(<#inner as ::zx::__private::ContractError>::DECLARATIONS);
    Expanded { arm, decode, declarations, extra: from }
}
