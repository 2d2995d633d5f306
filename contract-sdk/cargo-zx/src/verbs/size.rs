//! `cargo zx size`.

use super::{
    build::{PackageArgs, quietly},
    subject::module_of_file,
};
use crate::{
    failure::Failure,
    size::{Part, Sizes, measure},
    ui::{Ui, grouped, table},
};
use serde_json::{Value, json};
use std::path::PathBuf;
use zx_host_functions::ModuleLimits;

/// Arguments of the verb.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A module [default: the package, which is built and whose functions have names].
    #[arg(conflicts_with = "package")]
    module: Option<PathBuf>,
    /// Functions that are shown, the largest first.
    #[arg(long, default_value_t = 20, value_name = "COUNT")]
    top: usize,
    #[command(flatten)]
    package: PackageArgs,
}

pub(crate) fn run(ui: &Ui, args: &Args) -> Result<(), Failure> {
    let (module, raw) = match &args.module {
        Some(path) => (module_of_file(path)?, None),
        None => {
            let artifact = quietly(ui, &args.package.request()?)?;
            (artifact.module, Some(artifact.raw.bytes))
        }
    };
    let sizes = measure(&module, raw.as_deref())?;
    ui.data(text(&sizes, module.len(), raw.as_ref().map(Vec::len), args.top));
    ui.object(json!({
        "bytes": module.len(),
        "rawBytes": raw.as_ref().map(Vec::len),
        "limit": ModuleLimits::DEFAULT.module_bytes,
        "sections": parts(&sizes.sections),
        "crates": parts(&sizes.crates),
        "functions": parts(&sizes.functions),
    }));
    Ok(())
}

fn parts(parts: &[Part]) -> Value {
    parts.iter().map(|part| json!({ "name": part.name, "bytes": part.bytes })).collect()
}

fn text(sizes: &Sizes, total: usize, raw: Option<usize>, top: usize) -> String {
    let limit = ModuleLimits::DEFAULT.module_bytes as usize;
    let before = raw.map(|raw| format!(", {} before stripping", grouped(raw as u64))).unwrap_or_default();
    let head = format!("{} bytes of at most {}{before}\n", grouped(total as u64), grouped(limit as u64));
    let rest = sizes.functions.len().saturating_sub(top);
    let more = if rest == 0 { String::new() } else { format!("  and {rest} more: --top {}\n", sizes.functions.len()) };
    let shown = sizes.functions.get(..top).unwrap_or(&sizes.functions);
    let list = |title: &str, parts: &[Part]| {
        let rows = parts.iter().map(|part| {
            let share = part.bytes as f64 * 100.0 / total.max(1) as f64;
            vec![format!("  {}", grouped(part.bytes as u64)), format!("{share:.1} %"), part.name.clone()]
        });
        format!("\n{title}\n{}", table(&rows.collect::<Vec<_>>(), &[0, 1]))
    };
    let lists = [list("Sections", &sizes.sections), list("Crates", &sizes.crates), list("Functions", shown)].concat();
    (head + &lists + &more).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_bytes_shares_and_names() {
        let part = |name: &str, bytes| Part { name: name.to_owned(), bytes };
        let sizes = Sizes {
            sections: vec![part("code", 1_500), part("data", 500)],
            crates: vec![part("token", 1_000)],
            functions: vec![part("token::f", 700), part("token::g", 300)],
        };
        assert_eq!(
            text(&sizes, 2_000, Some(4_000), 1),
            "2,000 bytes of at most 131,072, 4,000 before stripping\n\nSections\n  1,500  75.0 %  code\n    500  25.0 %  \
             data\n\nCrates\n  1,000  50.0 %  token\n\nFunctions\n  700  35.0 %  token::f\n  and 1 more: --top 2"
        );
    }
}
