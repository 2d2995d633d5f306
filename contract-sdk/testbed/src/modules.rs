//! Modules as `cargo zx-build` left them, and the methods that they say they have.

use alloy_json_abi::JsonAbi;
use alloy_primitives::{B256, Selector, keccak256};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    rc::Rc,
};
use zx_host_functions::{ABI_SECTION, deploy::account_code, metadata};

/// Why a package's module cannot be deployed.
#[derive(Debug, thiserror::Error)]
pub enum ModuleError {
    /// Nobody has built it, or not where it is looked for.
    #[error(
        "there is no module of the package `{package}` at {}\n  fix: run the tests with `cargo zx test`, which builds the \
         contracts that a package and its dependencies define; a contract of another package: `cargo zx-build -p {package}`",
        path.display()
    )]
    Missing {
        /// The package.
        package: String,
        /// Where its module should be.
        path: PathBuf,
    },
    /// It cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The name cannot be that of a file.
    #[error("`{0}` cannot be the name of a package")]
    Name(String),
}

/// A module, and who it is.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) package: String,
    pub(crate) bytes: Vec<u8>,
    methods: BTreeMap<Selector, String>,
}

impl Module {
    fn new(package: String, bytes: Vec<u8>) -> Self {
        // A module that does not say what it can do is run all the same; its methods go by their selectors.
        let json = metadata::read(&bytes, ABI_SECTION).ok().flatten().unwrap_or_default();
        let abi = JsonAbi::from_json_str(&json).unwrap_or_default();
        let methods = abi.functions().map(|function| (function.selector(), function.signature())).collect();
        Self { package, bytes, methods }
    }

    /// The method that these calldata call.
    fn method(&self, data: &[u8]) -> Option<&str> {
        self.methods.get(data.get(..4)?).map(String::as_str)
    }
}

/// The folder of the modules, and those that have been read.
#[derive(Debug)]
pub(crate) struct Modules {
    folder: PathBuf,
    by_package: BTreeMap<String, Rc<Module>>,
    by_code: BTreeMap<B256, Rc<Module>>,
}

impl Modules {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, by_package: BTreeMap::new(), by_code: BTreeMap::new() }
    }

    /// The module of a package.
    pub(crate) fn load(&mut self, package: &str) -> Result<Rc<Module>, ModuleError> {
        if let Some(module) = self.by_package.get(package) {
            return Ok(Rc::clone(module));
        }
        if Path::new(package).components().count() != 1 || package.starts_with('.') {
            return Err(ModuleError::Name(package.to_owned()));
        }
        let path = self.folder.join(format!("{package}.wasm"));
        let bytes = fs::read(&path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => ModuleError::Missing { package: package.to_owned(), path: path.clone() },
            _ => ModuleError::Io { path: path.clone(), source },
        })?;
        let module = Rc::new(Module::new(package.to_owned(), bytes));
        self.by_code.insert(keccak256(account_code(&module.bytes)), Rc::clone(&module));
        self.by_package.insert(package.to_owned(), Rc::clone(&module));
        Ok(module)
    }

    /// Package of the code.
    pub(crate) fn package(&self, code_hash: &B256) -> Option<&str> {
        self.by_code.get(code_hash).map(|module| module.package.as_str())
    }

    /// Package and method of a call of this code. What a proxy does not know itself is looked for in all modules.
    pub(crate) fn method(&self, code_hash: &B256, data: &[u8]) -> (Option<String>, String) {
        let own = self.by_code.get(code_hash);
        let named = own.and_then(|module| module.method(data));
        let named = named.or_else(|| self.by_package.values().find_map(|module| module.method(data)));
        let unnamed = || match data.get(..4) {
            Some(selector) => alloy_primitives::hex::encode_prefixed(selector),
            None => "receive".to_owned(),
        };
        (own.map(|module| module.package.clone()), named.map_or_else(unnamed, str::to_owned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_known_by_their_selectors() {
        let dir = tempfile::tempdir().unwrap();
        let text = r#"(module (@custom "zx_abi" "[{\"type\":\"function\",\"name\":\"get\",\"inputs\":[],\"outputs\":[],\"stateMutability\":\"view\"}]"))"#;
        fs::write(dir.path().join("box.wasm"), wat::parse_str(text).unwrap()).unwrap();
        let mut modules = Modules::new(dir.path().to_owned());
        let module = modules.load("box").unwrap();
        let hash = keccak256(account_code(&module.bytes));
        let get = &keccak256("get()")[..4];
        assert_eq!(modules.method(&hash, get), (Some("box".to_owned()), "get()".to_owned()));
        assert_eq!(modules.method(&B256::ZERO, get), (None, "get()".to_owned()), "behind a proxy");
        assert_eq!(modules.method(&hash, &[1, 2, 3, 4]).1, "0x01020304");
        assert_eq!(modules.method(&hash, &[1]).1, "receive");
    }

    #[test]
    fn what_is_missing_is_named_with_its_place_and_the_fix() {
        let mut modules = Modules::new("/nowhere".into());
        let error = modules.load("token").unwrap_err().to_string();
        assert!(error.contains("/nowhere/token.wasm") && error.contains("cargo zx-build -p token"), "{error}");
        for name in ["../token", "a/b", "", ".."] {
            assert!(matches!(modules.load(name), Err(ModuleError::Name(_))), "{name}");
        }
    }
}
