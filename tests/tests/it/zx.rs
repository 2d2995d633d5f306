//! `cargo zx` as an author uses it, in an empty folder outside of this repository, against a running node.

mod solc;

use eyre::OptionExt as _;
use serde_json::json;
use std::{fs, path::Path, process::Command};
use zx_tests::{Node, Zx, artifacts};

const OWNER: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const BOB: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const TOKEN: [&str; 4] = ["name=Token", "symbol=TOK", "decimals=18", "initial_supply=1000ether"];

/// A node, and the tool in an empty folder.
fn start() -> eyre::Result<(tempfile::TempDir, Node, Zx)> {
    let dir = tempfile::tempdir()?;
    let node = Node::start(&dir.path().join("node"))?;
    let folder = dir.path().join("work");
    fs::create_dir(&folder)?;
    let zx = Zx::at(folder).with_node(node.url());
    Ok((dir, node, zx))
}

#[test]
fn an_author_walks_from_an_empty_folder_to_a_verified_contract() -> eyre::Result<()> {
    let (_dir, node, zx) = start()?;
    zx.does(&["new", "walk", "--template", "zx20"])?;
    let zx = zx.below("walk");

    let tests = zx.does(&["test"])?;
    assert!(tests.stdout.contains("test result: ok. "), "{}", tests.stdout);
    assert!(!tests.stdout.contains("0 passed; 0 failed; 0 ignored; 0 measured; 1"), "{}", tests.stdout);

    let built = zx.builds(&["--json"])?.json()?;
    assert_eq!((&built["name"], &built["verb"]), (&json!("walk"), &json!("build")));
    assert!(fs::exists(built["module"].as_str().ok_or_eyre("a path")?)?);
    assert!(built["rawSize"].as_u64() > built["size"].as_u64(), "{built}");
    assert!(built["build"]["compiler"].as_str().is_some_and(|c| c.starts_with("rustc ")), "{built}");

    let deployed = zx.does(&[&["deploy", "--dev-account", "0", "--json"][..], &TOKEN].concat())?.json()?;
    let token = deployed["address"].as_str().ok_or_eyre("an address")?;
    assert_eq!(deployed["events"][0]["name"], "Transfer");
    assert_eq!(deployed["events"][0]["args"][2]["value"], "1000000000000000000000");

    assert_eq!(zx.does(&["call", token, "balance_of", OWNER])?.last(), "1000000000000000000000");
    assert_eq!(zx.does(&["call", token, "symbol"])?.last(), "TOK");
    let to = format!("to={BOB}");
    let sent = zx.does(&["send", token, "transfer", "value=5ether", &to, "--dev-account", "0", "--json"])?.json()?;
    assert_eq!(sent["events"][0]["args"][1], json!({ "name": "to", "type": "address", "value": BOB }));
    assert_eq!(zx.does(&["call", token, "balanceOf", BOB])?.last(), "5000000000000000000");

    let reverted = zx.run(&["send", token, "transfer", OWNER, "6ether", "--dev-account", "1"])?.ended(3)?;
    let reason = format!("transfer reverted: ERC20InsufficientBalance(sender={BOB}, balance=5000000000000000000");
    assert!(reverted.stderr.contains(&reason), "{}", reverted.stderr);

    let inspected = zx.does(&["inspect", token, "--json"])?.json()?;
    assert_eq!(inspected["codeHash"], built["codeHash"]);
    assert_eq!(inspected["build"], built["build"], "the module says what it was built from");
    let exported = zx.does(&["export-abi", token, "--format", "solidity"])?;
    assert!(exported.stdout.contains("function transfer(address to, uint256 value) external returns (bool);"));

    let traced = zx.does(&["trace", sent["transaction"].as_str().ok_or_eyre("a hash")?])?;
    assert!(traced.stdout.contains(&format!("{token}.transfer(to={BOB}, value=5000000000000000000)")), "{traced:?}");
    assert!(traced.stdout.contains("emits Transfer("), "{traced:?}");

    assert_eq!(zx.does(&["verify", token, "--json"])?.json()?["verified"], true);
    let source = zx.folder().join("src/lib.rs");
    fs::write(&source, fs::read_to_string(&source)?.replace("Ok(true)", "Ok(value.is_zero() || true)"))?;
    let differs = zx.run(&["verify", token])?.ended(7)?;
    assert!(differs.stderr.contains("source: 0x"), "it says what explains the difference: {}", differs.stderr);
    node.stop()
}

#[test]
fn every_template_builds_and_passes_its_own_tests() -> eyre::Result<()> {
    let dir = tempfile::tempdir()?;
    let zx = Zx::at(dir.path());
    for template in ["empty", "zx20", "zx721", "zx1155", "dex-pair", "proxy"] {
        zx.does(&["new", &format!("t-{template}"), "--template", template])?;
        let tests = zx.below(&format!("t-{template}")).does(&["test"])?;
        let passed =
            tests.stdout.lines().filter(|line| line.starts_with("test tests::") && line.ends_with("ok")).count();
        assert!(passed >= 2, "{template}: {}", tests.stdout);
        assert!(!tests.stderr.contains("warning"), "{template}: {}", tests.stderr);
        assert!(tests.stderr.contains("Agreed tests on both hosts"), "{template}: {}", tests.stderr);
        looks_well(zx.below(&format!("t-{template}")).folder())?;
    }
    Ok(())
}

/// What a template says, its author says from then on: neither clippy nor rustfmt has anything to add.
fn looks_well(project: &Path) -> eyre::Result<()> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("zx-lints");
    for words in [&["clippy", "--all-targets", "--offline", "--", "-D", "warnings"][..], &["fmt", "--check"]] {
        let mut command = Command::new("cargo");
        command.current_dir(project).args(words).env("CARGO_TARGET_DIR", &target);
        let said = command.output()?;
        let text = [said.stdout, said.stderr].concat();
        assert!(said.status.success(), "{}, {words:?}: {}", project.display(), String::from_utf8_lossy(&text));
    }
    Ok(())
}

/// A module that says what it can do, and not how it lays out its storage.
const WITHOUT_LAYOUT: &str = r#"(module (memory (export "memory") 1) (func (export "call") (result i32) i32.const 0)
    (@custom "zx_signatures" "function ping() external view returns (uint256)\n"))"#;

#[test]
fn what_goes_wrong_has_a_code_and_a_way_out() -> eyre::Result<()> {
    let (_dir, node, zx) = start()?;
    zx.does(&["new", "wrong"])?;
    let zx = zx.below("wrong");
    let address = zx.does(&["deploy", "--dev-account", "0", "number=7"])?.last().to_owned();
    fs::write(zx.folder().join("plain.wat"), WITHOUT_LAYOUT)?;
    let plain = zx.does(&["deploy", "--module", "plain.wat", "--dev-account", "0"])?.last().to_owned();
    let cases: &[(&[&str], i32, &str)] = &[
        (&["call", &address, "numbr"], 2, "did you mean `number`?"),
        (&["call", &address, "setNumber"], 2, "setNumber takes 1 argument, 0 given\n  it takes (uint256 number)"),
        (
            &["call", &address, "setNumber", "many"],
            2,
            "`number` is of type uint256, and `many` is none\n  example: 1000",
        ),
        (&["call", &address, "number", "--chain", "1"], 5, "is of chain 31337, not of 1"),
        (&["call", &address, "number", "--rpc", "http://127.0.0.1:1"], 4, "fix: start one with `zx-node dev`"),
        (&["call", OWNER, "number"], 1, "there is no contract at 0xf39F"),
        (&["send", &address, "setNumber", "1"], 6, "fix: --dev-account 0"),
        (&["send", &address, "setNumber", "1", "--keystore", "none.json"], 6, "there is no keystore none.json"),
        (&["send", &address, "setNumber", "1", "--dev-account", "1"], 3, "setNumber reverted: NotOwner(account=0x7099"),
        (&["deploy", "--dev-account", "0"], 2, "the constructor of wrong takes 1 argument, 0 given"),
        (&["deploy", "number=7", "--upgrade", &address, "--dev-account", "0"], 2, "is no proxy"),
        (&["layout-diff", &plain, &plain], 2, "does not say how it lays out its storage"),
        (&["layout-diff", &address, &plain], 2, "does not say how it lays out its storage"),
        (&["check", "src/lib.rs"], 2, "no WebAssembly module"),
        (&["inspect", "0x12"], 2, "40 hexadecimal digits"),
        (&["frobnicate"], 2, "unrecognized subcommand"),
        (&["new", "Capital"], 2, "cannot be the name of a contract"),
    ];
    for (words, code, text) in cases {
        let said = zx.run(words)?.ended(*code)?;
        assert!(said.stderr.contains(text), "{words:?}: {}", said.stderr);
        assert!(said.stdout.is_empty(), "{words:?}: {}", said.stdout);
    }
    let failure = zx.run(&["call", &address, "numbr", "--json"])?.ended(2)?.json()?;
    assert_eq!(failure["error"]["kind"], "usage");
    let key = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
    let warned = zx.run(&["send", &address, "setNumber", "1", "--private-key", key])?.ended(3)?;
    assert!(warned.stderr.contains("warning: a key on the command line") && !warned.stderr.contains(key));
    node.stop()
}

/// Has immutables of its own, and of a part.
const VAULT: &str = r#"#![cfg_attr(target_arch = "wasm32", no_std)]
use zx::{prelude::*, Immutable};

#[zx::storage]
#[derive(Debug)]
pub struct Terms {
    fee: Immutable<u16>,
    paid: Item<U256>,
}

#[zx::contract]
#[derive(Debug)]
pub struct Vault {
    #[view]
    asset: Immutable<Address>,
    terms: Terms,
    open: Immutable<bool>,
}

#[zx::public]
impl Vault {
    #[constructor]
    pub fn constructor(&mut self, _cx: &mut Ctx, asset: Address, fee: u16) {
        self.asset.set(asset);
        self.terms.fee.set(fee);
        self.open.set(true);
    }

    pub fn pay(&mut self, _cx: &mut Ctx) -> U256 {
        self.terms.paid.add(U256::from(self.terms.fee.get()));
        self.terms.paid.get()
    }
}
"#;

/// Init code of an EVM contract whose code is one zero.
const EVM: [u8; 4] = [0x60, 0x01, 0x5F, 0xF3];

#[test]
fn immutables_and_instances_are_deployed_inspected_and_verified() -> eyre::Result<()> {
    let (_dir, node, zx) = start()?;
    zx.does(&["new", "vault"])?;
    let zx = zx.below("vault");
    fs::write(zx.folder().join("src/lib.rs"), VAULT)?;
    fs::remove_file(zx.folder().join("src/tests.rs"))?;
    let built = zx.builds(&["--json"])?.json()?;
    let file = built["module"].as_str().ok_or_eyre("a path")?;

    let key = ["--dev-account", "0"];
    let bob = format!("asset={BOB}");
    let first = zx.does(&[&["deploy", &bob, "fee=30", "--json"][..], &key].concat())?.json()?;
    assert_eq!(first["template"], json!(null));
    let template = first["address"].as_str().ok_or_eyre("an address")?;
    let owner = format!("asset={OWNER}");
    let words = ["deploy", "--template", template, &owner, "fee=31", "--json"];
    let second = zx.does(&[&words[..], &key].concat())?.json()?;
    assert_eq!((&second["name"], &second["template"]), (&json!("vault"), &json!(template)));
    assert!(second["gasUsed"].as_u64() < Some(100_000), "{second}");
    assert!(first["gasUsed"].as_u64() > Some(1_000_000), "{first}");
    let instance = second["address"].as_str().ok_or_eyre("an address")?;

    for (at, asset, fee) in [(template, BOB, "30"), (instance, OWNER, "31")] {
        assert_eq!(zx.does(&["call", at, "asset"])?.last(), asset);
        zx.does(&[&["send", at, "pay"][..], &key].concat())?;
        assert_eq!(zx.does(&["call", at, "pay"])?.last(), (fee.parse::<u64>()? * 2).to_string());
    }

    // What a file says has no values; what runs has.
    let said = zx.does(&["inspect", file])?;
    assert!(said.stdout.contains("Immutables\n  byte 0: address asset\n  byte 20: uint16 terms.fee\n"), "{said:?}");
    let said = zx.does(&["inspect", instance])?;
    let row = format!(
        "Immutables\n  byte 0: address asset = {OWNER}\n  byte 20: uint16 terms.fee = 31\n  byte 22: bool open = true\n"
    );
    assert!(said.stdout.contains(&row), "{said:?}");
    assert!(said.stdout.contains("Storage\n  slot 0: struct Terms terms\n"), "{said:?}");
    let [of, its] = [template, instance].map(|at| zx.does(&["inspect", at, "--json"]));
    let (of, its) = (of?.json()?, its?.json()?);
    assert!(said.stdout.contains(&format!("template   {}\n", of["codeHash"].as_str().unwrap_or_default())), "{said:?}");
    assert_eq!((&of["programHash"], &its["programHash"]), (&built["codeHash"], &built["codeHash"]));
    assert_eq!((&of["templateHash"], &its["templateHash"]), (&json!(null), &of["codeHash"]));
    let row = |label: &str, offset: u64, bytes: u64, ty: &str, value: serde_json::Value| json!({ "label": label, "offset": offset, "bytes": bytes, "type": ty, "value": value });
    assert_eq!(
        of["immutables"],
        json!([
            row("asset", 0, 20, "address", json!(BOB)),
            row("terms.fee", 20, 2, "uint16", json!("30")),
            row("open", 22, 1, "bool", json!(true)),
        ])
    );

    for (at, told) in [(template, &of), (instance, &its)] {
        let verified = zx.does(&["verify", at])?;
        let hash = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        let text =
            format!("{at} runs this source: code hash {}, program hash {}", hash("codeHash"), hash("programHash"));
        assert!(verified.stderr.contains(&text), "{}", verified.stderr);
        let verified = zx.does(&["verify", at, "--json"])?.json()?;
        assert_eq!((&verified["verified"], &verified["codeHash"]), (&json!(true), &told["codeHash"]));
        assert_eq!(verified["programHash"], built["codeHash"]);
    }
    let source = zx.folder().join("src/lib.rs");
    fs::write(&source, VAULT.replace("open.set(true)", "open.set(fee > 0)"))?;
    let differs = zx.run(&["verify", instance])?.ended(7)?;
    assert!(differs.stderr.contains("its program's hash is 0x"), "{}", differs.stderr);

    let evm = zx_tests::Account::dev(1)?.sign(
        alloy_primitives::TxKind::Create,
        alloy_primitives::U256::ZERO,
        EVM.into(),
        100_000,
    )?;
    let mut rpc = node.rpc()?;
    let hash = rpc.send_raw(&evm)?;
    let evm = rpc.receipt(hash)?["contractAddress"].as_str().ok_or_eyre("an address")?.to_owned();
    for (words, code, text) in [
        (&["deploy", "--template", BOB][..], 1, "there is no contract at 0x7099"),
        (&["deploy", "--template", &evm], 2, "is an EVM contract on http://127.0.0.1:"),
        (&["deploy", "--template", template], 2, "the constructor of vault takes 2 arguments, 0 given"),
        (&["deploy", "--template", template, "--module", file], 2, "cannot be used with"),
    ] {
        let said = zx.run(&[words, &key].concat())?.ended(code)?;
        assert!(said.stderr.contains(text) && said.stdout.is_empty(), "{words:?}: {said:?}");
    }
    node.stop()
}

/// A module that does nothing and has this layout.
fn module(path: &Path, fields: &[(&str, &str)]) -> eyre::Result<()> {
    let storage: Vec<_> = fields
        .iter()
        .enumerate()
        .map(|(slot, (label, ty))| {
            json!({ "contract": "C", "label": label, "offset": 0, "slot": slot.to_string(), "type": ty })
        })
        .collect();
    let ty = |label: &str, bytes: &str| json!({ "encoding": "inplace", "label": label, "numberOfBytes": bytes });
    let types = json!({ "t_uint256": ty("uint256", "32"), "t_address": ty("address", "20") });
    let layout = json!({ "storage": storage, "types": types }).to_string().replace('"', "\\\"");
    let text = format!(
        r#"(module (memory (export "memory") 1) (func (export "call") (result i32) i32.const 0)
            (@custom "zx_abi" "[]") (@custom "zx_layout" "{layout}"))"#
    );
    Ok(fs::write(path, wat::parse_str(text)?)?)
}

#[test]
fn an_upgrade_that_would_corrupt_storage_is_refused() -> eyre::Result<()> {
    let (_dir, node, zx) = start()?;
    let file = |name: &str| zx.folder().join(name);
    module(&file("old.wasm"), &[("owner", "t_address"), ("total", "t_uint256")])?;
    module(&file("appended.wasm"), &[("owner", "t_address"), ("total", "t_uint256"), ("more", "t_uint256")])?;
    module(&file("inserted.wasm"), &[("more", "t_uint256"), ("owner", "t_address"), ("total", "t_uint256")])?;

    assert_eq!(
        zx.does(&["layout-diff", "old.wasm", "appended.wasm", "--json"])?.json()?["findings"][0]["severity"],
        "note"
    );
    let refused = zx.run(&["layout-diff", "old.wasm", "inserted.wasm"])?.ended(7)?;
    assert!(refused.stderr.contains("owner: moved from slot 0 to slot 1"), "{}", refused.stderr);

    let key = ["--dev-account", "0"];
    let old = zx.does(&[&["deploy", "--module", "old.wasm"][..], &key].concat())?.last().to_owned();
    zx.does(&["new", "proxy", "--template", "proxy"])?;
    let implementation = format!("implementation={old}");
    let arguments = [implementation.as_str(), &format!("admin={OWNER}"), "data=0x"];
    let proxy = zx.below("proxy").does(&[&["deploy"][..], &key, &arguments].concat())?.last().to_owned();

    let upgrade = |module: &str| zx.run(&[&["deploy", "--module", module, "--upgrade", &proxy][..], &key].concat());
    let refused = upgrade("inserted.wasm")?.ended(7)?;
    assert!(refused.stderr.contains("the proxy was not upgraded"), "{}", refused.stderr);
    assert_eq!(zx.does(&["call", &proxy, "implementation"])?.last(), old);
    let new = upgrade("appended.wasm")?.ended(0)?.last().to_owned();
    assert_eq!(zx.does(&["call", &proxy, "implementation"])?.last(), new);
    zx.does(&["layout-diff", &proxy, "appended.wasm"])?;
    let forced = [&["deploy", "--module", "inserted.wasm", "--upgrade", &proxy, "--allow-layout-change"][..], &key];
    assert!(zx.does(&forced.concat())?.stderr.contains("warning: 3 changes of the storage layout"));
    node.stop()
}

/// A transparent proxy's admin is a contract, or who signs.
#[test]
fn a_proxy_is_upgraded_through_its_admin() -> eyre::Result<()> {
    let (_dir, node, zx) = start()?;
    let fields = [("owner", "t_address"), ("total", "t_uint256")];
    module(&zx.folder().join("old.wasm"), &fields[..1])?;
    module(&zx.folder().join("new.wasm"), &fields)?;
    let deploy = |module: &Path, arguments: &[&str]| -> eyre::Result<String> {
        let module = module.to_str().ok_or_eyre("a path")?;
        let words = [&["deploy", "--module", module, "--dev-account", "0"][..], arguments].concat();
        Ok(zx.does(&words)?.last().to_owned())
    };
    let old = deploy("old.wasm".as_ref(), &[])?;
    let code = artifacts::package_module("proxy-transparent")?;
    let proxy = |admin: &str| -> eyre::Result<String> {
        let arguments =
            [&format!("implementation={old}"), &format!("admin={admin}"), "data=0x01", "upgrade_delay=0", "name=1.0"];
        deploy(&code, &arguments)
    };
    let admin = deploy(&artifacts::package_module("proxy-admin")?, &[OWNER])?;
    let upgrade = |proxy: &str, account: &str| {
        zx.run(&["deploy", "--module", "new.wasm", "--upgrade", proxy, "--dev-account", account])
    };
    let runs = |proxy: &str| zx.does(&["inspect", proxy, "--json"])?.json().map(|json| json["implementation"].clone());
    // The code takes every call, also that of who is not its admin.
    for (proxy, code, why) in
        [(proxy(&admin)?, 3, "upgradeAndCall reverted: Ownable"), (proxy(OWNER)?, 1, "still runs")]
    {
        let refused = upgrade(&proxy, "1")?.ended(code)?;
        assert!(refused.stderr.contains(why), "{}", refused.stderr);
        assert_eq!(runs(&proxy)?, json!(old));
        let new = upgrade(&proxy, "0")?.ended(0)?.last().to_owned();
        assert_eq!(runs(&proxy)?, json!(new));
    }
    node.stop()
}

#[test]
fn a_saved_file_is_deployed_again() -> eyre::Result<()> {
    let (_dir, node, zx) = start()?;
    zx.does(&["new", "live"])?;
    let zx = zx.below("live");
    let dev = zx.start(&["dev", "number=7"])?;
    let first = dev.line()?;
    assert_eq!(zx.does(&["call", &first, "number"])?.last(), "7");

    let source = zx.folder().join("src/lib.rs");
    let method = "#[zx::public]\nimpl Contract {\n    /// Twice the number.\n    pub fn double(&self, _cx: &Ctx) -> U256 {\n        self.number.get() + self.number.get()\n    }\n";
    fs::write(&source, fs::read_to_string(&source)?.replace("#[zx::public]\nimpl Contract {", method))?;
    let second = dev.line()?;
    assert_ne!(first, second);
    assert_eq!(zx.does(&["call", &second, "double"])?.last(), "14");
    let log = dev.log();
    assert!(log.contains("+ function double() view returns (uint256)"), "{log}");

    // What methods use is told when the tests have run, which is before the next file is looked at.
    let dearer = "self.number.set(number);\n        self.number.set(number + U256::ONE);\n        self.number.set(number);\n        cx.emit";
    fs::write(&source, fs::read_to_string(&source)?.replace("self.number.set(number);\n        cx.emit", dearer))?;
    dev.line()?;
    fs::write(&source, fs::read_to_string(&source)?.replace("Twice the number", "The number, doubled"))?;
    dev.line()?;
    let log = dev.log();
    assert!(log.contains("measured by the tests: 5 methods"), "{log}");
    let rows: Vec<_> = log.lines().filter(|line| line.contains("gas setNumber(uint256)  ")).collect();
    assert!(rows.iter().any(|row| row.contains("(+")), "{log}");
    drop(dev);
    node.stop()
}
