//! A method, as the author wrote it.

use crate::names::{camel_case, error, refuse_generics};
use syn::{FnArg, Ident, Pat, ReturnType, Signature, Type, parse_quote};

/// What all methods have: of a contract and of an interface.
pub(crate) struct Method {
    pub(crate) ident: Ident,
    /// Name in Solidity.
    pub(crate) name: String,
    /// Whether it takes `&mut self`.
    pub(crate) mutates: bool,
    /// Whether it takes neither `self` nor the context, and so cannot know of either.
    pub(crate) pure: bool,
    pub(crate) args: Vec<(Ident, Type)>,
    pub(crate) output: Type,
}

impl Method {
    /// Reads a signature, without the context.
    fn read(signature: &Signature) -> syn::Result<Self> {
        refuse_qualifiers(signature)?;
        refuse_generics(&signature.generics, "a public method")?;
        let mut inputs = signature.inputs.iter().peekable();
        let receiver = inputs.next_if(|input| matches!(input, FnArg::Receiver(_)));
        let mutates = match receiver {
            Some(FnArg::Receiver(r)) if r.reference.is_some() && r.colon_token.is_none() => r.mutability.is_some(),
            Some(r) => return error(r, "write `&self` for a view, or `&mut self`"),
            None => false,
        };
        let output = match &signature.output {
            ReturnType::Default => parse_quote!(()),
            ReturnType::Type(_, ty) => (**ty).clone(),
        };
        Ok(Self {
            ident: signature.ident.clone(),
            name: camel_case(&signature.ident),
            mutates,
            pure: receiver.is_none(),
            args: inputs.map(argument).collect::<syn::Result<_>>()?,
            output,
        })
    }

    /// A method of an interface: `&self`, then arguments.
    pub(crate) fn of_interface(signature: &Signature) -> syn::Result<Self> {
        let method = Self::read(signature)?;
        if method.pure {
            return error(&signature.ident, "a method of an interface takes `&self` (a view) or `&mut self` first");
        }
        method.args.iter().try_for_each(|(_, ty)| refuse_borrowed(ty))?;
        Ok(method)
    }

    /// A method of a contract: `&self`, the context, then arguments; or, if it is pure, arguments only.
    pub(crate) fn of_contract(signature: &Signature) -> syn::Result<Self> {
        let method = Self::fallback(signature)?;
        method.args.iter().try_for_each(|(_, ty)| refuse_borrowed(ty))?;
        Ok(method)
    }

    /// The same, whose arguments may be borrowed: those of a fallback are, because they are not decoded.
    pub(crate) fn fallback(signature: &Signature) -> syn::Result<Self> {
        let mut method = Self::read(signature)?;
        let wanted = if method.mutates { "cx: &mut Ctx" } else { "cx: &Ctx" };
        let at = &signature.ident;
        if method.pure {
            if let Some((_, context)) = method.args.iter().find(|(_, ty)| context_mutability(ty).is_some()) {
                let message = "a pure method has no context: add `&self` (a view) or `&mut self` before it, or remove \
                               it; drop `pub` for a helper";
                return error(context, message);
            }
            return Ok(method);
        }
        if method.args.is_empty() {
            return error(at, format!("a public method takes the context after self: add `{wanted}`"));
        }
        let (_, context) = method.args.remove(0);
        match context_mutability(&context) {
            None => return error(context, format!("a public method takes the context after self: write `{wanted}`")),
            Some(true) if !method.mutates => {
                return error(context, "a view (`&self`) takes `&Ctx`; to act, take `&mut self`");
            }
            Some(_) => {}
        }
        Ok(method)
    }

    pub(crate) fn types(&self) -> Vec<&Type> {
        self.args.iter().map(|(_, ty)| ty).collect()
    }
}

fn refuse_qualifiers(signature: &Signature) -> syn::Result<()> {
    if let Some(token) = &signature.asyncness {
        return error(token, "a call runs to its end at once: remove `async`");
    }
    if let Some(token) = &signature.unsafety {
        return error(token, "anyone can call a public method: remove `unsafe`");
    }
    if let Some(token) = &signature.abi {
        return error(token, "the macro makes the entry points: remove `extern`");
    }
    Ok(())
}

fn argument(input: &FnArg) -> syn::Result<(Ident, Type)> {
    match input {
        FnArg::Typed(arg) => match &*arg.pat {
            Pat::Ident(pat) => Ok((pat.ident.clone(), (*arg.ty).clone())),
            other => error(other, "an argument needs a name, which is part of the ABI: take it apart in the body"),
        },
        FnArg::Receiver(receiver) => error(receiver, "`self` comes first"),
    }
}

/// Whether the type is `&mut Ctx` or `&Ctx`; `None` if it is neither.
fn context_mutability(ty: &Type) -> Option<bool> {
    let Type::Reference(reference) = ty else { return None };
    let Type::Path(path) = &*reference.elem else { return None };
    (path.path.segments.last()?.ident == "Ctx").then_some(reference.mutability.is_some())
}

fn refuse_borrowed(ty: &Type) -> syn::Result<()> {
    match ty {
        Type::Reference(_) => {
            error(ty, "arguments are decoded from calldata, so they are owned: write `String`, `Bytes` or `Vec<T>`")
        }
        Type::ImplTrait(_) => error(ty, "the ABI needs to know the type: name it"),
        _ => Ok(()),
    }
}
