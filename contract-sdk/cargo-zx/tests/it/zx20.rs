//! The token of this repository, built as its authors build it.

use alloy_json_abi::JsonAbi;
use cargo_zx::{
    OptLevel, Request, Source, build, build_info::BuildInfo, module::custom_sections, toolchain::Preference,
};
use std::{fs, path::Path};
use zx_host_functions::{ABI_SECTION, BUILD_SECTION, LAYOUT_SECTION, ModuleLimits, metadata, validate};

/// Bytes that the token may take, all that it says of itself included: it takes some 13,500 with rustup's target.
const SIZE_LIMIT: usize = 16 * 1024;

fn request(out_dir: &Path) -> Request {
    Request {
        // Found by its manifest.
        source: Source::Package(None),
        manifest: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/zx20/Cargo.toml")),
        out_dir: Some(out_dir.to_owned()),
        opt_level: OptLevel::default(),
        toolchain: Preference::Auto,
        cargo: Vec::new(),
    }
}

#[test]
fn the_token_is_small_valid_and_describes_itself() {
    let dir = tempfile::tempdir().expect("a folder");
    let artifact = build(&request(dir.path())).expect("the token builds");
    let module = fs::read(dir.path().join("zx20.wasm")).expect("written");
    assert_eq!(module, artifact.module);
    assert!(module.len() <= SIZE_LIMIT, "{} bytes, the limit is {SIZE_LIMIT}", module.len());

    let facts = validate(&module, &ModuleLimits::DEFAULT).expect("the node accepts it");
    assert!(facts.has_constructor);
    assert_eq!(facts.initial_pages, 1, "stack, data and the first of the heap share a page");

    let sections = custom_sections(&module).expect("well-formed");
    let [abi, layout, _] = sections.as_slice() else { panic!("ABI, layout and build, not {sections:?}") };
    let names: Vec<_> = sections.iter().map(|section| section.name).collect();
    assert_eq!(names, [ABI_SECTION, LAYOUT_SECTION, BUILD_SECTION]);
    let build = BuildInfo::read(&sections).expect("build information");
    assert_eq!((build.package.as_str(), build.profile.as_str()), ("zx20", "z"));
    assert_eq!(Some(&build), artifact.raw.info.as_ref());
    let unpacked = metadata::unpack(abi.data).expect("readable");
    assert!(unpacked.contains("\"notice\":\"Moves tokens of the caller.\""), "documentation: {unpacked}");
    let embedded: JsonAbi = serde_json::from_str(&unpacked).expect("JSON");
    let layout: serde_json::Value =
        serde_json::from_str(&metadata::unpack(layout.data).expect("readable")).expect("JSON");
    let places: Vec<_> = layout["storage"]
        .as_array()
        .expect("fields")
        .iter()
        .map(|f| (f["label"].as_str(), f["slot"].as_str()))
        .collect();
    assert_eq!(places[6], (Some("owner"), Some("6")));
    let written: JsonAbi =
        serde_json::from_slice(&fs::read(dir.path().join("zx20.abi.json")).expect("written")).expect("JSON");
    assert_eq!(embedded, written);
    assert_eq!(embedded.functions["transfer"][0].selector(), [0xa9, 0x05, 0x9c, 0xbb]);
    let transfer = &embedded.events["Transfer"][0];
    assert_eq!(transfer.signature(), "Transfer(address,address,uint256)");
    assert_eq!(transfer.inputs.iter().map(|i| i.indexed).collect::<Vec<_>>(), [true, true, false]);
    let constructor = embedded.constructor.expect("declared");
    assert_eq!(
        constructor.inputs.iter().map(|i| i.ty.as_str()).collect::<Vec<_>>(),
        ["string", "string", "uint8", "uint256"]
    );
    assert!(fs::read_to_string(dir.path().join("zx20.sol")).expect("written").contains("interface IZx20 {"));
}

/// Each limit is at least twice what the token needs, which is printed.
#[test]
fn the_token_needs_at_most_half_of_each_limit() {
    let dir = tempfile::tempdir().expect("a folder");
    let module = build(&request(dir.path())).expect("the token builds").module;
    let full = ModuleLimits::DEFAULT;
    type Field = fn(&mut ModuleLimits) -> &mut u32;
    let fields: [(&str, Field); 16] = [
        ("module_bytes", |l| &mut l.module_bytes),
        ("functions", |l| &mut l.functions),
        ("types", |l| &mut l.types),
        ("params", |l| &mut l.params),
        ("locals", |l| &mut l.locals),
        ("body_bytes", |l| &mut l.body_bytes),
        ("nesting", |l| &mut l.nesting),
        ("loop_nesting", |l| &mut l.loop_nesting),
        ("br_table", |l| &mut l.br_table),
        ("branches", |l| &mut l.branches),
        ("loop_values", |l| &mut l.loop_values),
        ("globals", |l| &mut l.globals),
        ("data_segments", |l| &mut l.data_segments),
        ("element_segments", |l| &mut l.element_segments),
        ("table_elements", |l| &mut l.table_elements),
        ("initial_pages", |l| &mut l.initial_pages),
    ];
    for (name, field) in fields {
        let accepts = |value: u32| {
            let mut limits = full;
            *field(&mut limits) = value;
            validate(&module, &limits).is_ok()
        };
        let mut copy = full;
        let limit = *field(&mut copy);
        let values: Vec<u32> = (0..=limit).collect();
        let needed = values.partition_point(|value| !accepts(*value)) as u32;
        println!("{name:16} {needed:6} of {limit:6}");
        assert!(needed <= limit / 2, "{name}: the token needs {needed} of {limit}");
    }
}

/// What it takes to compile costs nothing besides the deposit for its code, 200 gas a byte.
#[test]
fn the_token_s_deposit_pays_for_its_compilation() {
    let dir = tempfile::tempdir().expect("a folder");
    let module = build(&request(dir.path())).expect("the token builds").module;
    let work = validate(&module, &ModuleLimits::DEFAULT).expect("the node accepts it").work;
    let (gas, deposit) = (work.gas(), 200 * module.len() as u64);
    println!("{work:?}: {gas} of {deposit} gas");
    assert!(gas <= deposit, "{gas} gas for {work:?}, and {deposit} for the code");
}

#[test]
fn a_package_that_is_not_there_is_named_with_those_that_are() {
    let dir = tempfile::tempdir().expect("a folder");
    let source = Source::Package(Some("zx21".to_owned()));
    let error = build(&Request { source, ..request(dir.path()) }).expect_err("there is none").to_string();
    assert!(
        error.contains("no package `zx21`") && error.contains("contracts here: ") && error.contains("zx20,"),
        "{error}"
    );
    let manifest = Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml"));
    let error = build(&Request { manifest, ..request(dir.path()) }).expect_err("a workspace").to_string();
    assert!(error.contains("say which contract, with `-p NAME`"), "{error}");
}
