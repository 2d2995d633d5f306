use crate::{
    method::Method,
    names::{collect, error, parameters, refuse_generics, section, signature, take_attribute},
};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, ImplItem, ImplItemFn, ItemImpl, Visibility};

/// What calls a method.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Its selector.
    Selector,
    /// The deployment.
    Constructor,
    /// A call without calldata.
    Receive,
    /// A call that nothing else takes.
    Fallback,
}

struct Public {
    kind: Kind,
    payable: bool,
    method: Method,
}

pub(crate) fn expand(mut item: ItemImpl) -> syn::Result<TokenStream> {
    refuse_generics(&item.generics, "a contract")?;
    if let Some((_, path, _)) = &item.trait_ {
        return error(path, "the public methods stand in an `impl` of the contract itself, not of a trait");
    }
    let mut errors = None;
    let mut methods = Vec::new();
    for member in &mut item.items {
        if let ImplItem::Fn(function) = member {
            methods.extend(collect(&mut errors, read(function)).flatten());
        }
    }
    collect(&mut errors, at_most_one(&methods));
    if let Some(errors) = errors {
        return Err(errors);
    }
    let entry = emit(&item.self_ty, &methods);
    Ok(quote!(#item #entry))
}

/// Takes our attributes off a method and reads it; `None` if it is a helper.
fn read(function: &mut ImplItemFn) -> syn::Result<Option<Public>> {
    let ident = function.sig.ident.clone();
    let payable = take_attribute(&mut function.attrs, "payable")?;
    let mut kinds = Vec::new();
    for (name, kind) in [("constructor", Kind::Constructor), ("receive", Kind::Receive), ("fallback", Kind::Fallback)] {
        if take_attribute(&mut function.attrs, name)? {
            kinds.push(kind);
        }
    }
    if !matches!(function.vis, Visibility::Public(_)) {
        return match (payable, kinds.as_slice()) {
            (false, []) => Ok(None),
            _ => error(ident, "only a public method has such an attribute: write `pub fn`"),
        };
    }
    let kind = match kinds.as_slice() {
        [] => Kind::Selector,
        [kind] => *kind,
        _ => return error(ident, "a method is a constructor, a receive, or a fallback: keep one attribute"),
    };
    let public =
        Public { kind, payable: payable || kind == Kind::Receive, method: Method::of_contract(&function.sig)? };
    public.check()?;
    Ok(Some(public))
}

fn at_most_one(methods: &[Public]) -> syn::Result<()> {
    for (kind, name) in [(Kind::Constructor, "constructor"), (Kind::Receive, "receive"), (Kind::Fallback, "fallback")] {
        if let Some(second) = methods.iter().filter(|m| m.kind == kind).nth(1) {
            return error(&second.method.ident, format!("a contract has one {name}: this is the second"));
        }
    }
    Ok(())
}

impl Public {
    fn check(&self) -> syn::Result<()> {
        let Method { ident, args, mutates, .. } = &self.method;
        match self.kind {
            Kind::Selector if self.payable && !mutates => {
                error(ident, "a view takes no value: write `&mut self`, or remove `#[payable]`")
            }
            Kind::Constructor | Kind::Receive if !mutates => error(ident, "write `&mut self` and `cx: &mut Ctx` here"),
            Kind::Receive if !args.is_empty() => {
                error(ident, "a receive runs on a call without calldata: it takes no arguments")
            }
            Kind::Fallback if args.len() != 1 => {
                error(ident, "a fallback takes the calldata: add `calldata: Bytes` after the context")
            }
            _ => Ok(()),
        }
    }

    fn mutability(&self) -> &'static str {
        match (self.payable, self.method.mutates) {
            (true, _) => " payable",
            (false, true) => "",
            (false, false) => " view",
        }
    }

    /// Parts of the Solidity declaration.
    fn declaration(&self) -> TokenStream {
        let Method { name, args, output, .. } = &self.method;
        let fields: Vec<_> = args.iter().map(|(ident, ty)| (ident, ty, false)).collect();
        let parameters = parameters(&fields);
        let mutability = self.mutability();
        match self.kind {
            Kind::Selector => quote! {
                &[
                    "function ", #name, "(", #parameters ") external", #mutability,
                    ::zx::__private::returns::<#output>()[0],
                    ::zx::__private::returns::<#output>()[1],
                    ::zx::__private::returns::<#output>()[2],
                    "\n",
                ]
            },
            Kind::Constructor => quote!(&["constructor(", #parameters ")", #mutability, "\n"]),
            Kind::Receive => quote!(&["receive() external payable\n"]),
            Kind::Fallback => quote!(&["fallback() external", #mutability, "\n"]),
        }
    }

    /// Runs the method on the arguments in `input`.
    ///
    /// Value is refused here unless `guarded` says that it already was.
    fn run(&self, guarded: bool) -> TokenStream {
        let Method { ident, name, args, .. } = &self.method;
        let name = if self.kind == Kind::Constructor { "constructor" } else { name };
        let refusal = format!("{name}: ");
        let guard = (!self.payable && !guarded).then(|| quote!(::zx::__private::refuse_value(#refusal);));
        let names: Vec<_> = (0..args.len()).map(|i| format_ident!("arg{i}", span = Span::mixed_site())).collect();
        let types = self.method.types();
        let decoder =
            (!args.is_empty()).then(|| quote!(let mut decoder = ::zx::__private::Decoder::new(#name, input);));
        match self.kind {
            Kind::Fallback => quote! {{
                #guard
                ::zx::__private::raw(contract.#ident(cx, ::zx::Bytes::copy_from_slice(input)))
            }},
            _ => quote! {{
                #guard
                #decoder
                #(let #names = decoder.take::<#types>();)*
                ::zx::__private::Reply::reply(contract.#ident(cx, #(#names),*))
            }},
        }
    }
}

fn emit(contract: &syn::Type, methods: &[Public]) -> TokenStream {
    let of = |kind| methods.iter().find(move |m| m.kind == kind);
    let declarations: Vec<_> = methods.iter().map(Public::declaration).collect();
    let sections = declarations.iter().map(section);
    let call = call(methods, of(Kind::Receive), of(Kind::Fallback));
    let deploy = of(Kind::Constructor).map(deploy);
    let export_deploy = of(Kind::Constructor).map(|_| export(contract, "deploy"));
    let export_call = export(contract, "call");
    let distinct = distinct(methods);
    quote! {
        impl ::zx::__private::Entry for #contract {
            const DECLARATIONS: &'static [&'static [&'static str]] = &[#(#declarations),*];

            fn call(cx: &mut ::zx::Ctx, input: &[u8]) -> ::zx::__private::Outcome {
                #call
            }

            #deploy
        }
        #distinct
        #(#sections)*
        #export_call
        #export_deploy
    }
}

/// An entry point of the module. Other targets have the host functions' own names to care for, and no use for it.
fn export(contract: &syn::Type, name: &str) -> TokenStream {
    let method = Ident::new(name, Span::call_site());
    quote! {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            #[unsafe(export_name = #name)]
            extern "C" fn entry() -> i32 {
                ::zx::__private::run(<#contract as ::zx::__private::Entry>::#method)
            }
        };
    }
}

fn deploy(constructor: &Public) -> TokenStream {
    let run = constructor.run(false);
    quote! {
        fn deploy(cx: &mut ::zx::Ctx, input: &[u8]) -> ::zx::__private::Outcome {
            let mut contract = <Self as ::zx::__private::Contract>::LAYOUT;
            #run
        }
    }
}

fn call(methods: &[Public], receive: Option<&Public>, fallback: Option<&Public>) -> TokenStream {
    // One check serves all methods if none takes value.
    let guarded = methods.iter().all(|m| m.kind == Kind::Constructor || !m.payable);
    let guard = guarded.then(|| quote!(::zx::__private::refuse_value("");));
    let (mut selectors, mut arms) = (Vec::new(), Vec::new());
    for (i, public) in methods.iter().filter(|m| m.kind == Kind::Selector).enumerate() {
        let (constant, run) = (format_ident!("SELECTOR_{i}"), public.run(guarded));
        let parts = signature(&public.method.name, &public.method.types());
        selectors.push(quote! {
            const #constant: u32 = u32::from_be_bytes(::zx::__private::selector_of(#parts));
        });
        arms.push(quote!(#constant => { let input = args; #run }));
    }
    let unknown = fallback.map_or_else(|| quote!(::zx::__private::unknown_selector(),), |f| f.run(guarded));
    let no_selector = fallback.map_or_else(
        || quote!(::zx::__private::no_selector()),
        |f| {
            let run = f.run(guarded);
            quote!(return #run;)
        },
    );
    let receive = receive.map(|receive| {
        let run = receive.run(guarded);
        quote!(if input.is_empty() { return #run; })
    });
    quote! {
        #(#selectors)*
        #guard
        #[allow(unused_mut)]
        let mut contract = <Self as ::zx::__private::Contract>::LAYOUT;
        #receive
        let Some((selector, args)) = ::zx::__private::split(input) else { #no_selector };
        match selector {
            #(#arms)*
            _ => #unknown
        }
    }
}

/// Refuses, at compile time, two methods that one selector calls.
fn distinct(methods: &[Public]) -> TokenStream {
    let methods: Vec<_> = methods.iter().filter(|m| m.kind == Kind::Selector).map(|m| &m.method).collect();
    let pairs = methods.iter().enumerate().flat_map(|(i, b)| methods.iter().take(i).map(move |a| (a, b)));
    let checks = pairs.map(|(a, b)| {
        let message = format!("`{}` and `{}` have the same selector: rename one", a.ident, b.ident);
        let (a_parts, b_parts) = (signature(&a.name, &a.types()), signature(&b.name, &b.types()));
        quote_spanned! {b.ident.span()=>
            const _: () = assert!(
                u32::from_be_bytes(::zx::__private::selector_of(#a_parts))
                    != u32::from_be_bytes(::zx::__private::selector_of(#b_parts)),
                #message
            );
        }
    });
    quote!(#(#checks)*)
}
