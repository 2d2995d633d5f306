//! What a build tells: a few lines for people on stderr, one JSON object for programs on stdout.

use crate::{Artifact, BuildError};
use anstyle::{AnsiColor, Style};
use serde::Serialize;
use std::{fmt::Write as _, path::Path};
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
    /// Bytes that a module can have.
    pub limit: u32,
    /// Hash of the code that the chain stores.
    pub code_hash: String,
    /// Methods that can be called.
    pub methods: usize,
    /// Whether it has a constructor.
    pub constructor: bool,
    /// Pages of memory at the start.
    pub initial_pages: u32,
    /// Bytes of stack that its largest function takes.
    pub largest_frame: u32,
    /// Host functions that it imports.
    pub imports: &'a [&'static str],
}

impl<'a> Report<'a> {
    /// Takes the numbers.
    pub fn of(artifact: &'a Artifact) -> Self {
        Self {
            name: &artifact.name,
            module: artifact.path.as_deref(),
            size: artifact.module.len(),
            limit: ModuleLimits::DEFAULT.module_bytes,
            code_hash: artifact.code_hash().to_string(),
            methods: artifact.abi.functions.values().map(Vec::len).sum(),
            constructor: artifact.facts.has_constructor,
            initial_pages: artifact.facts.initial_pages,
            largest_frame: artifact.facts.frames.iter().copied().max().unwrap_or_default(),
            imports: &artifact.facts.imports,
        }
    }

    /// For programs.
    ///
    /// # Errors
    /// None in practice: serialisation is fallible by its signature.
    pub fn to_json(&self) -> Result<String, BuildError> {
        Ok(serde_json::to_string(self)?)
    }

    /// For people.
    pub fn to_text(&self, colour: bool) -> String {
        let paint = |style: Style, text: &str| match colour {
            true => format!("{style}{text}{style:#}"),
            false => text.to_owned(),
        };
        let good = AnsiColor::Green.on_default().bold();
        let label = Style::new().dimmed();
        let mut text = format!("{} {}\n", paint(good, "    Contract"), paint(Style::new().bold(), self.name));
        let share = self.size as f64 * 100.0 / f64::from(self.limit);
        let methods = if self.methods == 1 { "method" } else { "methods" };
        let constructor = if self.constructor { " and a constructor" } else { "" };
        let rows = [
            ("module", self.module.map_or_else(String::new, |path| path.display().to_string())),
            ("size", format!("{} bytes, {share:.1} % of {} KiB", grouped(self.size), self.limit / 1024)),
            ("code hash", self.code_hash.clone()),
            ("abi", format!("{} {methods}{constructor}", self.methods)),
        ];
        for (name, value) in rows {
            let _ = writeln!(text, "{} {value}", paint(label, &format!("{name:>12}")));
        }
        text
    }
}

/// `12345` as `12,345`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report<'static> {
        Report {
            name: "token",
            module: Some(Path::new("out/token.wasm")),
            size: 13_107,
            limit: 128 * 1024,
            code_hash: "0xabcd".to_owned(),
            methods: 2,
            constructor: true,
            initial_pages: 1,
            largest_frame: 200,
            imports: &["output"],
        }
    }

    #[test]
    fn people_get_four_lines_and_colour_only_if_they_can_see_it() {
        let plain = report().to_text(false);
        assert_eq!(
            plain,
            "    Contract token\n      module out/token.wasm\n        size 13,107 bytes, 10.0 % of 128 KiB\n   \
             code hash 0xabcd\n         abi 2 methods and a constructor\n"
        );
        assert!(!plain.contains('\x1b') && report().to_text(true).contains('\x1b'));
    }

    #[test]
    fn programs_get_one_object() {
        let json: serde_json::Value = serde_json::from_str(&report().to_json().expect("json")).expect("json");
        assert_eq!(json["size"], 13_107);
        assert_eq!(json["codeHash"], "0xabcd");
        assert_eq!(json["largestFrame"], 200);
    }

    #[test]
    fn thousands_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }
}
