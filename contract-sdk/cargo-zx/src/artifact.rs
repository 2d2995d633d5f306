//! What a build leaves.

use crate::{BuildError, abi::ModuleAbi, compile::RawModule, interface::interface};
use alloy_json_abi::JsonAbi;
use alloy_primitives::{B256, keccak256};
use std::{
    fs,
    path::{Path, PathBuf},
};
use zx_host_functions::{ModuleFacts, deploy::account_code};

/// A contract, ready to be deployed.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// Name of the contract.
    pub name: String,
    /// The module, its ABI embedded.
    pub module: Vec<u8>,
    /// The ABI.
    pub abi: JsonAbi,
    /// The ABI as JSON, with documentation.
    pub abi_json: String,
    /// The storage layout as JSON, if the module tells of it.
    pub layout: Option<String>,
    /// What the validator measured.
    pub facts: ModuleFacts,
    /// Where the module was written, if it was.
    pub path: Option<PathBuf>,
    /// The module as it came from the linker, with the names of its functions.
    pub raw: RawModule,
}

impl Artifact {
    pub(crate) fn new(
        raw: RawModule,
        module: Vec<u8>,
        abi: ModuleAbi,
        layout: Option<String>,
        facts: ModuleFacts,
    ) -> Self {
        let ModuleAbi { json, abi } = abi;
        Self { name: raw.name.clone(), module, abi, abi_json: json, layout, facts, path: None, raw }
    }

    /// Hash of the code that the chain stores: `eth_getProof` shows it for every account that runs this module.
    pub fn code_hash(&self) -> B256 {
        keccak256(account_code(&self.module))
    }

    /// Writes module, ABI and Solidity interface.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(mut self, dir: &Path) -> Result<Self, BuildError> {
        fs::create_dir_all(dir).map_err(BuildError::io("cannot create", dir))?;
        let path = |extension: &str| dir.join(format!("{}.{extension}", self.name));
        put(&path("abi.json"), pretty(&self.abi_json)?.as_bytes())?;
        if let Some(layout) = &self.layout {
            put(&path("layout.json"), pretty(layout)?.as_bytes())?;
        }
        put(&path("sol"), self.interface().as_bytes())?;
        let module = path("wasm");
        put(&module, &self.module)?;
        self.path = Some(module);
        Ok(self)
    }

    /// The contract as a Solidity interface.
    fn interface(&self) -> String {
        interface(&self.name, &self.abi)
    }
}

/// JSON for people.
fn pretty(json: &str) -> Result<String, BuildError> {
    let value: serde_json::Value = serde_json::from_str(json)?;
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

fn put(path: &Path, data: &[u8]) -> Result<(), BuildError> {
    fs::write(path, data).map_err(BuildError::io("cannot write", path))
}
