//! What a build tells: a few lines for people on stderr, one JSON object for programs on stdout.

use crate::{
    Artifact, BuildError,
    build_info::BuildInfo,
    ui::{Ui, grouped},
};
use serde::Serialize;
use std::path::Path;
use zx_host_functions::ModuleLimits;

/// The numbers of a build.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report<'a> {
    /// Name of the contract.
    pub name: &'a str,
    /// Where the module is.
    pub module: Option<&'a Path>,
    /// Bytes of it.
    pub size: usize,
    /// Bytes that the linker made, names of functions included.
    pub raw_size: usize,
    /// Bytes that a module can have.
    pub limit: u32,
    /// Hash of the code that the chain stores.
    pub code_hash: String,
    /// Signatures of the methods that can be called.
    pub methods: Vec<String>,
    /// Whether it has a constructor.
    pub constructor: bool,
    /// Pages of memory at the start.
    pub initial_pages: u32,
    /// Bytes of stack that its largest function takes.
    pub largest_frame: u32,
    /// Host functions that it imports.
    pub imports: &'a [&'static str],
    /// What it was built from and with.
    pub build: Option<&'a BuildInfo>,
    /// SHA-256 of the lock file.
    pub lock: Option<&'a str>,
}

impl<'a> Report<'a> {
    /// Takes the numbers.
    pub fn of(artifact: &'a Artifact) -> Self {
        Self {
            name: &artifact.name,
            module: artifact.path.as_deref(),
            size: artifact.module.len(),
            raw_size: artifact.raw.bytes.len(),
            limit: ModuleLimits::DEFAULT.module_bytes,
            code_hash: artifact.code_hash().to_string(),
            methods: artifact.abi.functions().map(alloy_json_abi::Function::signature).collect(),
            constructor: artifact.facts.has_constructor,
            initial_pages: artifact.facts.initial_pages,
            largest_frame: artifact.facts.frames.iter().copied().max().unwrap_or_default(),
            imports: &artifact.facts.imports,
            build: artifact.raw.info.as_ref(),
            lock: artifact.raw.lock.as_deref(),
        }
    }

    /// For programs.
    ///
    /// # Errors
    /// None in practice: serialisation is fallible by its signature.
    pub fn to_json(&self) -> Result<serde_json::Value, BuildError> {
        Ok(serde_json::to_value(self)?)
    }

    /// For people: names and values.
    pub fn rows(&self) -> Vec<(&'static str, String)> {
        let share = self.size as f64 * 100.0 / f64::from(self.limit);
        let mut rows = vec![
            ("module", self.module.map_or_else(String::new, |path| path.display().to_string())),
            (
                "size",
                format!(
                    "{} bytes, {share:.1} % of {} KiB ({} before stripping)",
                    grouped(self.size as u64),
                    self.limit / 1024,
                    grouped(self.raw_size as u64)
                ),
            ),
            ("code hash", self.code_hash.clone()),
            ("methods", self.methods_row()),
        ];
        if let Some(build) = self.build {
            let sdk = if build.sdk.is_empty() { String::new() } else { format!(", SDK {}", build.sdk) };
            let lock = self.lock.map(|lock| format!(", Cargo.lock {}", short(lock))).unwrap_or_default();
            rows.push(("pinned by", format!("{}{sdk}, source {}{lock}", build.compiler, short(&build.source))));
        }
        rows
    }

    fn methods_row(&self) -> String {
        let names: Vec<_> = self.methods.iter().filter_map(|signature| signature.split('(').next()).collect();
        let constructor = if self.constructor { " and a constructor" } else { "" };
        match names.as_slice() {
            [] => format!("none{constructor}"),
            names => format!("{}{constructor}: {}", names.len(), names.join(", ")),
        }
    }

    /// Writes it where it belongs.
    ///
    /// # Errors
    /// As of [`to_json`](Self::to_json).
    pub fn print(&self, ui: &Ui) -> Result<(), BuildError> {
        ui.done("Contract", self.name);
        for (name, value) in self.rows() {
            ui.row(name, value);
        }
        ui.object(self.to_json()?);
        Ok(())
    }
}

/// The first digits of a hash: enough to see that two differ.
fn short(hash: &str) -> &str {
    hash.get(..10).unwrap_or(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report<'static> {
        Report {
            name: "token",
            module: Some(Path::new("out/token.wasm")),
            size: 13_107,
            raw_size: 20_000,
            limit: 128 * 1024,
            code_hash: "0xabcd".to_owned(),
            methods: vec!["add(uint256)".to_owned(), "count()".to_owned()],
            constructor: true,
            initial_pages: 1,
            largest_frame: 200,
            imports: &["output"],
            build: None,
            lock: Some("0x0123456789abcdef"),
        }
    }

    #[test]
    fn people_get_path_size_hash_and_methods() {
        assert_eq!(
            report().rows(),
            [
                ("module", "out/token.wasm".to_owned()),
                ("size", "13,107 bytes, 10.0 % of 128 KiB (20,000 before stripping)".to_owned()),
                ("code hash", "0xabcd".to_owned()),
                ("methods", "2 and a constructor: add, count".to_owned()),
            ]
        );
    }

    #[test]
    fn people_see_what_pins_the_module() {
        let build = BuildInfo {
            version: 1,
            compiler: "rustc 1.95.0".to_owned(),
            sdk: "0.1.0".to_owned(),
            profile: "z".to_owned(),
            source: "0xfedcba9876543210".to_owned(),
            package: "token".to_owned(),
            package_version: "1.2.3".to_owned(),
        };
        let rows = Report { build: Some(&build), ..report() }.rows();
        let expected = "rustc 1.95.0, SDK 0.1.0, source 0xfedcba98, Cargo.lock 0x01234567";
        assert_eq!(rows.last(), Some(&("pinned by", expected.to_owned())));
    }

    #[test]
    fn programs_get_one_object() {
        let json = report().to_json().expect("json");
        assert_eq!((&json["size"], &json["rawSize"]), (&13_107.into(), &20_000.into()));
        assert_eq!(json["codeHash"], "0xabcd");
        assert_eq!(json["methods"][0], "add(uint256)");
    }
}
