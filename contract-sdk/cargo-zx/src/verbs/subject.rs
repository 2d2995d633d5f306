//! Contracts, wherever they are: a package, a file, an address.

use super::build::PackageArgs;
use crate::{
    abi,
    compile::{default_out_dir, locate},
    failure::Failure,
    module::custom_sections,
    node::Node,
};
use alloy_json_abi::JsonAbi;
use alloy_primitives::Address;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A file, or an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A module, an ABI, a layout.
    File(PathBuf),
    /// A contract on the chain.
    Address(Address),
}

impl Subject {
    /// An address if it looks like one, else a file.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let looks_like_an_address =
            text.strip_prefix("0x").is_some_and(|rest| rest.chars().all(|c| c.is_ascii_hexdigit()));
        if looks_like_an_address && !Path::new(text).exists() {
            return crate::node::transaction::address(text).map(Self::Address);
        }
        Ok(Self::File(text.into()))
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Address(address) => address.fmt(f),
        }
    }
}

/// Reads a file.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(Failure::io("cannot read", path))
}

/// A module from a file: WebAssembly, its text, or the code of an account with its prefix.
pub(crate) fn module_of_file(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = read_file(path)?;
    if path.extension().is_some_and(|extension| extension == "wat") {
        return Ok(crate::finish(&crate::compile::wat(path)?)?.module);
    }
    let module = zx_host_functions::AccountCode::parse(&bytes).and_then(|code| code.module()).unwrap_or(&bytes);
    if !module.starts_with(b"\0asm") {
        return Err(Failure::Usage(format!(
            "{} is no WebAssembly module: it does not begin with \\0asm\n  fix: name a .wasm file, as `cargo zx-build` \
             writes it, or an address",
            path.display()
        )));
    }
    Ok(module.to_vec())
}

/// The ABI that a module says it has.
pub(crate) fn abi_of_module(module: &[u8]) -> Result<JsonAbi, Failure> {
    Ok(abi::read(&custom_sections(module).map_err(Failure::Build)?)?.abi)
}

/// The ABI in a file: a module, a JSON ABI, or a compiler's output that has one as `abi`.
pub(crate) fn abi_of_file(path: &Path) -> Result<JsonAbi, Failure> {
    if path.extension().is_some_and(|extension| extension == "wasm" || extension == "wat") {
        return abi_of_module(&module_of_file(path)?);
    }
    let text = String::from_utf8_lossy(&read_file(path)?).into_owned();
    let wrong = |error: String| Failure::Usage(format!("{} has no ABI that can be read: {error}", path.display()));
    let json: serde_json::Value = serde_json::from_str(&text).map_err(|e| wrong(e.to_string()))?;
    let abi = json.get("abi").unwrap_or(&json);
    JsonAbi::from_json_str(&abi.to_string()).map_err(|e| wrong(e.to_string()))
}

/// The ABI of a contract on the chain. That of a proxy (EIP-1967) has the methods of its implementation too.
pub(crate) fn abi_of_contract(node: &Node, address: Address) -> Result<JsonAbi, Failure> {
    let own = node.module(address)?.map(|module| abi_of_module(&module)).transpose()?;
    let behind = match node.implementation(address)? {
        Some(implementation) => node.module(implementation)?.map(|module| abi_of_module(&module)).transpose()?,
        None => None,
    };
    match (own, behind) {
        (Some(own), Some(behind)) => Ok(merge(own, behind)),
        (Some(abi), None) | (None, Some(abi)) => Ok(abi),
        (None, None) => Err(Failure::Usage(format!(
            "{address} is an EVM contract, whose code does not say what it can do\n  fix: --abi FILE with its ABI as JSON"
        ))),
    }
}

/// Everything of both; what is twice is the first's.
pub(crate) fn merge(mut first: JsonAbi, second: JsonAbi) -> JsonAbi {
    for (name, functions) in second.functions {
        first.functions.entry(name).or_insert(functions);
    }
    for (name, events) in second.events {
        first.events.entry(name).or_insert(events);
    }
    for (name, errors) in second.errors {
        first.errors.entry(name).or_insert(errors);
    }
    first
}

/// Where the ABI comes from, for verbs that need no node.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "ABI")]
pub(crate) struct AbiArgs {
    /// A JSON ABI or a module, or the address of a contract [default: what `cargo zx-build` last made of the package].
    #[arg(long, value_name = "FILE|ADDRESS", value_parser = Subject::parse)]
    pub(crate) abi: Option<Subject>,
    #[command(flatten)]
    pub(crate) node: crate::node::NodeArgs,
    #[command(flatten)]
    pub(crate) package: PackageArgs,
}

impl AbiArgs {
    pub(crate) fn load(&self) -> Result<JsonAbi, Failure> {
        match &self.abi {
            Some(Subject::File(path)) => abi_of_file(path),
            Some(Subject::Address(address)) => abi_of_contract(&Node::connect(&self.node)?, *address),
            None => abi_of_file(&artifact(&self.package, "abi.json")?),
        }
    }
}

/// A file that the last build of a package left.
pub(crate) fn artifact(args: &PackageArgs, extension: &str) -> Result<PathBuf, Failure> {
    let request = args.request()?;
    let (_, package) = locate(&request, args.package.as_deref())?;
    let path = default_out_dir(&request)?.join(format!("{}.{extension}", package.name));
    if !path.is_file() {
        return Err(Failure::Usage(format!(
            "{} is not there\n  fix: `cargo zx-build` first, or name a file",
            path.display()
        )));
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_files() {
        let address = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
        assert_eq!(Subject::parse(address), Ok(Subject::Address(address.parse().expect("an address"))));
        assert_eq!(Subject::parse("a.wasm"), Ok(Subject::File("a.wasm".into())));
        assert!(Subject::parse("0x1234").expect_err("too short").contains("40 hexadecimal digits"));
    }

    #[test]
    fn an_abi_is_found_in_a_compiler_s_output() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("Token.json");
        let item = r#"[{"type":"function","name":"f","inputs":[],"outputs":[],"stateMutability":"view"}]"#;
        for text in [item.to_owned(), format!(r#"{{"contractName":"Token","abi":{item}}}"#)] {
            fs::write(&path, text).expect("written");
            assert!(abi_of_file(&path).expect("an ABI").functions.contains_key("f"));
        }
        fs::write(&path, "{}").expect("written");
        assert!(abi_of_file(&path).is_err());
        let text = module_of_file(&path).expect_err("JSON").to_string();
        assert!(text.contains("no WebAssembly module") && text.contains("Token.json"), "{text}");
    }
}
