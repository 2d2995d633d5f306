//! `cargo zx verify`.

use super::build::{PackageArgs, quietly};
use crate::{
    build_info::BuildInfo,
    failure::Failure,
    module::{custom_sections, section},
    node::{Node, NodeArgs, chain::hash_of, transaction::address},
    ui::{Ui, grouped},
};
use alloy_primitives::Address;
use serde_json::json;
use std::collections::BTreeMap;
use wasmparser::Parser;
use zx_host_functions::BUILD_SECTION;

/// Arguments of the verb.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The contract.
    #[arg(value_parser = address)]
    contract: Address,
    #[command(flatten)]
    package: PackageArgs,
    #[command(flatten)]
    node: NodeArgs,
}

pub(crate) fn run(ui: &Ui, args: &Args) -> Result<(), Failure> {
    let node = Node::connect(&args.node)?;
    let Some(program) = node.program(args.contract)? else {
        return Err(Failure::Usage(format!("{} is an EVM contract: it was not built from Rust", args.contract)));
    };
    let mut request = args.package.request()?;
    // The lock file is part of the source: other dependencies would be another contract.
    if !request.cargo.iter().any(|flag| flag == "--frozen" || flag == "--locked") {
        request.cargo.push("--locked".to_owned());
    }
    let ours = quietly(ui, &request)?.module;
    let (code_hash, theirs_hash, ours_hash) = (program.code_hash, program.hash(), hash_of(&ours));
    if theirs_hash == ours_hash {
        let of_program = match code_hash == ours_hash {
            true => "its program's too".to_owned(),
            false => format!("program hash {ours_hash}"),
        };
        ui.done("Verified", &format!("{} runs this source: code hash {code_hash}, {of_program}", args.contract));
        ui.object(json!({
            "contract": args.contract.to_string(), "verified": true, "codeHash": code_hash, "programHash": ours_hash,
            "templateHash": program.template,
        }));
        return Ok(());
    }
    let theirs = &program.module;
    let differences = differences(theirs, &ours)?;
    for (section, text) in &differences {
        ui.row(section, text);
    }
    for line in explanations(theirs, &ours)? {
        ui.row("because", line);
    }
    if let Some(implementation) = node.implementation(args.contract)? {
        ui.row("hint", format!("it is a proxy to {implementation}: is that the one to verify?"));
    }
    let differences: BTreeMap<_, _> = differences.into_iter().collect();
    Err(Failure::Differs {
        message: format!(
            "{} does not run this source: its program's hash is {theirs_hash}, this build's {ours_hash}",
            args.contract
        ),
        details: json!({
            "contract": args.contract.to_string(), "verified": false, "codeHash": code_hash, "programHash": theirs_hash,
            "builtHash": ours_hash, "differences": differences,
        }),
    })
}

/// What differs, section by section.
fn differences(theirs: &[u8], ours: &[u8]) -> Result<Vec<(String, String)>, Failure> {
    let (theirs, ours) = (sections(theirs)?, sections(ours)?);
    let names: std::collections::BTreeSet<_> = theirs.keys().chain(ours.keys()).collect();
    let bytes = |data: &Vec<u8>| grouped(data.len() as u64);
    let one = |name: &String| match (theirs.get(name), ours.get(name)) {
        (Some(a), Some(b)) if a == b => None,
        (Some(a), Some(b)) => {
            Some(format!("{} bytes on the chain, {} here{}", bytes(a), bytes(b), first_difference(a, b)))
        }
        (Some(a), None) => Some(format!("{} bytes on the chain, not here", bytes(a))),
        (None, Some(b)) => Some(format!("not on the chain, {} bytes here", bytes(b))),
        (None, None) => None,
    };
    Ok(names.into_iter().filter_map(|name| Some((name.clone(), one(name)?))).collect())
}

fn first_difference(a: &[u8], b: &[u8]) -> String {
    let at = a.iter().zip(b).position(|(x, y)| x != y);
    at.map(|at| format!(", alike up to byte {}", grouped(at as u64))).unwrap_or_default()
}

/// Contents of the sections by their names; several bodies of code are one.
fn sections(module: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let mut sections = BTreeMap::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.map_err(|error| Failure::Build(crate::BuildError::Malformed(error)))?;
        let Some((name, range)) = section(&payload) else { continue };
        let data = module.get(range).unwrap_or_default();
        sections.insert(name.to_owned(), data.to_vec());
    }
    Ok(sections)
}

/// What the two builds say of themselves that differs.
fn explanations(theirs: &[u8], ours: &[u8]) -> Result<Vec<String>, Failure> {
    let read = |module: &[u8]| Ok::<_, Failure>(BuildInfo::read(&custom_sections(module)?));
    let (Some(theirs), Some(ours)) = (read(theirs)?, read(ours)?) else {
        return Ok(vec![format!("one of them has no section `{BUILD_SECTION}`, so that nothing more is known")]);
    };
    let pairs = [
        ("compiler", &theirs.compiler, &ours.compiler),
        ("SDK", &theirs.sdk, &ours.sdk),
        ("opt-level", &theirs.profile, &ours.profile),
        ("source", &theirs.source, &ours.source),
        ("package", &theirs.package, &ours.package),
        ("version", &theirs.package_version, &ours.package_version),
    ];
    let differing: Vec<_> = pairs
        .iter()
        .filter(|(_, a, b)| a != b)
        .map(|(what, a, b)| format!("{what}: {a} on the chain, {b} here"))
        .collect();
    if differing.is_empty() {
        return Ok(vec![
            "source and compiler are the same: other dependencies (Cargo.lock), or other flags".to_owned(),
        ]);
    }
    Ok(differing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_named_by_their_section() {
        let module = |constant: u8, abi: &str| {
            wat::parse_str(format!(
                "(module (memory (export \"memory\") 1) (func (export \"call\") (result i32) i32.const {constant}) \
                 (@custom \"zx_abi\" \"{abi}\"))"
            ))
            .expect("text")
        };
        assert_eq!(differences(&module(1, "a"), &module(1, "a")).expect("well-formed"), []);
        let found = differences(&module(1, "a"), &module(2, "ab")).expect("well-formed");
        let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["code", "zx_abi"]);
        assert!(found[1].1.contains("8 bytes on the chain, 9 here"), "{found:?}");
    }

    #[test]
    fn what_the_builds_say_explains_the_difference() {
        let module = |compiler: &str| {
            let module = wat::parse_str("(module)").expect("text");
            let info = BuildInfo {
                version: 1,
                compiler: compiler.to_owned(),
                sdk: String::new(),
                profile: "z".to_owned(),
                source: "0x1".to_owned(),
                package: "p".to_owned(),
                package_version: "1".to_owned(),
            };
            let json = serde_json::to_string(&info).expect("JSON");
            crate::module::strip(&module, &[(BUILD_SECTION, &json)]).expect("well-formed")
        };
        let lines = explanations(&module("rustc 1"), &module("rustc 2")).expect("well-formed");
        assert_eq!(lines, ["compiler: rustc 1 on the chain, rustc 2 here"]);
        let lines = explanations(&module("rustc 1"), &module("rustc 1")).expect("well-formed");
        assert!(lines[0].contains("Cargo.lock"), "{lines:?}");
    }
}
