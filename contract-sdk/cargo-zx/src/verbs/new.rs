//! `cargo zx new`.

use crate::{failure::Failure, ui::Ui};
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A contract to begin with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Template {
    /// Remembers a number.
    #[default]
    Empty,
    /// A fungible token (ERC-20).
    Zx20,
    /// Tokens that are told apart (ERC-721).
    Zx721,
    /// Many kinds of tokens in one contract (ERC-1155).
    Zx1155,
    /// A pool in which two tokens trade.
    DexPair,
    /// An address whose code can be replaced (EIP-1967).
    Proxy,
}

/// A file of `src`: its name, and what is in it.
type Source = (&'static str, &'static str);

macro_rules! sources {
    ($folder:literal: $($file:literal),+) => {
        &[$(($file, include_str!(concat!("../../", $folder, "/", $file)))),+]
    };
}

impl Template {
    const fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Zx20 => "zx20",
            Self::Zx721 => "zx721",
            Self::Zx1155 => "zx1155",
            Self::DexPair => "dex-pair",
            Self::Proxy => "proxy",
        }
    }

    const fn sources(self) -> &'static [Source] {
        match self {
            Self::Empty => sources!("templates/empty": "lib.rs", "tests.rs"),
            Self::Zx20 => sources!("../../contracts/zx20/src": "lib.rs", "interface.rs", "tests.rs"),
            Self::Zx721 => {
                sources!("../../contracts/zx721/src": "lib.rs", "interface.rs", "ledger.rs", "royalty.rs", "tests.rs")
            }
            Self::Zx1155 => sources!("../../contracts/zx1155/src": "lib.rs", "interface.rs", "tests.rs"),
            // The library's pool is made by a factory, and tested with it: one package alone is this.
            Self::DexPair => sources!("templates/dex-pair": "lib.rs", "interface.rs", "tests.rs"),
            Self::Proxy => sources!("templates/proxy": "lib.rs", "tests.rs"),
        }
    }

    /// Arguments of its constructor, as an example.
    const fn arguments(self) -> &'static str {
        match self {
            Self::Empty => "number=7",
            Self::Zx20 => "name=Token symbol=TOK decimals=18 initial_supply=1000ether",
            Self::Zx721 => "name=Things symbol=THG",
            Self::Zx1155 => "uri=https://example.org/{id}.json",
            Self::DexPair => "token0=ADDRESS token1=ADDRESS",
            Self::Proxy => "implementation=ADDRESS admin=ADDRESS data=0x",
        }
    }
}

/// Arguments of the verb.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder, whose name is the contract's.
    path: PathBuf,
    /// What to begin with.
    #[arg(short, long, value_enum, default_value_t)]
    template: Template,
    /// Folder of the SDK [default: the checkout that this tool was built from, else the version of this tool].
    #[arg(long, value_name = "PATH")]
    sdk: Option<PathBuf>,
}

pub(crate) fn run(ui: &Ui, args: &Args) -> Result<(), Failure> {
    let name = name(&args.path)?;
    if fs::read_dir(&args.path).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Failure::Usage(format!("{} is there already, and not empty", args.path.display())));
    }
    let sdk = sdk(args.sdk.as_deref())?;
    let arguments = args.template.arguments();
    let fill = |text: &str| {
        text.replace("{{name}}", &name)
            .replace("{{template}}", args.template.name())
            .replace("{{arguments}}", &format!(" {arguments}"))
            .replace("{{sdk}}", &sdk)
    };
    let mut files = vec![
        ("Cargo.toml".to_owned(), fill(include_str!("../../templates/Cargo.toml.in"))),
        ("README.md".to_owned(), fill(include_str!("../../templates/README.md.in"))),
        (".gitignore".to_owned(), "/target\n".to_owned()),
    ];
    files.extend(args.template.sources().iter().map(|(file, text)| (format!("src/{file}"), (*text).to_owned())));
    for (file, text) in &files {
        write(&args.path.join(file), text)?;
    }
    let path = args.path.display();
    ui.done("Created", &format!("{name} from the template `{}` in {path}", args.template.name()));
    ui.row("next", format!("cd {path} && cargo zx test && cargo zx deploy --dev-account 0 {arguments}"));
    ui.data(path.to_string());
    let files: Vec<_> = files.into_iter().map(|(file, _)| file).collect();
    ui.object(json!({ "name": name, "path": args.path, "template": args.template.name(), "files": files }));
    Ok(())
}

/// The last part of the path, if it can be a package's name.
fn name(path: &Path) -> Result<String, Failure> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let starts = name.chars().next().is_some_and(|c| c.is_ascii_lowercase());
    let rest = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'));
    // A package with the name of the SDK, or of what Rust brings along, could not use that.
    if starts && rest && !["zx", "zx-sdk", "core", "alloc", "std", "test", "proc_macro"].contains(&name.as_str()) {
        return Ok(name);
    }
    Err(Failure::Usage(format!(
        "`{name}` cannot be the name of a contract: lower-case letters, digits, `-` and `_`, beginning with a letter, and \
         not the name of a library that it needs\n  example: cargo zx new my-token"
    )))
}

/// How the manifest names the SDK.
fn sdk(given: Option<&Path>) -> Result<String, Failure> {
    if let Some(path) = given {
        let absolute = path.canonicalize().map_err(Failure::io("cannot find the SDK at", path))?;
        if !absolute.join("Cargo.toml").is_file() {
            let text = format!("{} is not the SDK: it has no Cargo.toml", path.display());
            return Err(Failure::Usage(format!("{text}\n  fix: name the folder contract-sdk/sdk of a checkout")));
        }
        return Ok(path_dependency(&absolute));
    }
    match Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk").canonicalize() {
        Ok(path) if path.join("Cargo.toml").is_file() => Ok(path_dependency(&path)),
        _ => Ok(format!("version = \"{}\"", env!("CARGO_PKG_VERSION"))),
    }
}

/// A literal string of TOML, in which nothing has to be escaped, unless the path has the quote itself.
fn path_dependency(path: &Path) -> String {
    match path.display().to_string() {
        path if path.contains('\'') => format!("path = {path:?}"),
        path => format!("path = '{path}'"),
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(Failure::io("cannot create", parent))?;
    }
    fs::write(path, text).map_err(Failure::io("cannot write", path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum as _;

    #[test]
    fn a_name_is_a_package_s() {
        for good in ["token", "my-token", "a1_b"] {
            assert_eq!(name(Path::new("/tmp").join(good).as_path()).expect("a name"), good);
        }
        for bad in ["Token", "1token", "my token", "", "zx", "core"] {
            assert!(name(Path::new(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_template_is_whole_and_filled() {
        for template in Template::value_variants() {
            let dir = tempfile::tempdir().expect("a folder");
            let path = dir.path().join("thing");
            let args = Args { path: path.clone(), template: *template, sdk: None };
            run(&Ui::new("new", true), &args).expect("made");
            let manifest = fs::read_to_string(path.join("Cargo.toml")).expect("written");
            let readme = fs::read_to_string(path.join("README.md")).expect("written");
            assert!(manifest.contains("name = \"thing\"") && manifest.contains("path = '"), "{manifest}");
            assert!(!manifest.contains("{{") && !readme.contains("{{"), "{readme}");
            let lib = fs::read_to_string(path.join("src/lib.rs")).expect("written");
            assert!(lib.contains("mod tests;") && path.join("src/tests.rs").is_file());
            assert!(run(&Ui::new("new", true), &args).is_err(), "nothing is overwritten");
        }
    }
}
