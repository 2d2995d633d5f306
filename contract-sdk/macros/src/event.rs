use crate::names::{docs, error, parameters, refuse_generics, section, signature, take_attribute};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Data, DeriveInput, Field, Fields, spanned::Spanned as _};

/// Topics of a log are at most four, and the first is the signature's hash, except of an anonymous event.
const MAX_TOPICS: usize = 4;

pub(crate) fn expand(mut item: DeriveInput) -> syn::Result<TokenStream> {
    refuse_generics(&item.generics, "an event")?;
    let anonymous = take_attribute(&mut item.attrs, "anonymous")?;
    let docs = docs(&item.attrs);
    let mut fields = match item.data {
        Data::Struct(data) => match data.fields {
            Fields::Named(fields) => fields.named.into_iter().collect(),
            Fields::Unit => Vec::new(),
            Fields::Unnamed(fields) => return error(fields, "an event's fields are named: write `{ name: Type }`"),
        },
        _ => return error(&item.ident, "an event is a struct: write one struct for each event"),
    };
    let indexed =
        fields.iter_mut().map(|f| take_attribute(&mut f.attrs, "indexed")).collect::<syn::Result<Vec<_>>>()?;
    let most = if anonymous { MAX_TOPICS } else { MAX_TOPICS - 1 };
    if let Some((_, field)) = indexed.iter().zip(&fields).filter(|(i, _)| **i).nth(most) {
        let number = if anonymous { "an anonymous event has at most four" } else { "an event has at most three" };
        return error(field, format!("{number} indexed fields: remove `#[indexed]` here"));
    }
    let (topics, data): (Vec<_>, Vec<_>) = fields.iter().zip(&indexed).partition(|(_, indexed)| **indexed);
    let topics = topics.into_iter().map(|(field, _)| topic(field));
    let (data, types): (Vec<_>, Vec<_>) = data.into_iter().map(|(field, _)| (&field.ident, &field.ty)).unzip();

    let (name, name_text) = (&item.ident, item.ident.to_string());
    let signature = signature(&name_text, &fields.iter().map(|f| &f.ty).collect::<Vec<_>>());
    let parameters = parameters(
        &fields.iter().zip(&indexed).filter_map(|(f, i)| Some((f.ident.as_ref()?, &f.ty, *i))).collect::<Vec<_>>(),
    );
    let ending = if anonymous { ") anonymous\n" } else { ")\n" };
    let declaration = quote!(&[#docs, "event ", #name_text, "(", #parameters #ending]);
    let first = (!anonymous).then(|| quote!(log.topic(&<Self as ::zx::__private::Event>::TOPIC.0);));
    // An encoder that nothing is written to is not even made.
    let data = (!data.is_empty()).then(|| {
        quote! {
            const HEAD: usize = 0 #(+ <#types as ::zx::__private::Abi>::HEAD)*;
            let data = log.data(HEAD);
            #(data.put(&self.#data);)*
        }
    });
    let section = section(&declaration);
    Ok(quote! {
        impl ::zx::__private::Event for #name {
            const TOPIC: ::zx::B256 = ::zx::FixedBytes(::zx::__private::keccak(#signature));
            const DECLARATION: &'static [&'static str] = #declaration;

            #[inline(never)]
            fn write(&self, log: &mut ::zx::__private::LogWriter) {
                let _ = &log;
                #first
                #(#topics)*
                #data
            }
        }
        #section
    })
}

fn topic(field: &Field) -> TokenStream {
    let (ident, ty) = (&field.ident, &field.ty);
    quote_spanned!(ty.span()=> log.index::<#ty>(&self.#ident);)
}
