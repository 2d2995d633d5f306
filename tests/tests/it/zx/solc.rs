//! What a module tells, held against solc: its storage layout, and its ABI as a Solidity interface.

use eyre::{OptionExt as _, ensure};
use serde_json::{Map, Value, json};
use std::{fs, process::Command};
use zx_tests::{Zx, workspace};

const RUST: &str = r#"#![cfg_attr(target_arch = "wasm32", no_std)]
use zx::prelude::*;

#[derive(Clone, Copy, zx::StorageValue)]
pub enum Level {
    Low,
    Middle,
    High,
}

#[derive(Clone, zx::StorageValue)]
pub struct Position {
    pub kind: u8,
    pub amount: U256,
    pub a: u8,
    pub b: u8,
    pub level: Level,
    pub owner: Address,
    pub delta: I256,
}

#[zx::storage]
pub struct Account {
    open: Item<bool>,
    balances: Map<u64, U256>,
    notes: List<String>,
    a: Item<u32>,
    b: Item<u32>,
    position: Item<Position>,
}

#[zx::contract]
pub struct Mixed {
    a: Item<u128>,
    b: Item<u128>,
    c: Item<U256>,
    d: Item<bool>,
    e: Item<Address>,
    f: Item<u64>,
    g: Item<u8>,
    h: Item<FixedBytes<4>>,
    s: Item<String>,
    few: Array<u16, 5>,
    position: Item<Position>,
    level: Item<Level>,
    i: Item<i8>,
    accounts: Map<Address, Account>,
    list: List<Account>,
    wide: Item<Uint<112>>,
    wider: Item<Uint<112>>,
    last: Item<u32>,
    delta: Item<I256>,
    nested: Map<(Address, B256), Bytes>,
    raw: Item<Bytes>,
    pair: Array<Position, 2>,
    small: List<u8>,
    grid: Array<[U256; 3], 2>,
    levels: Map<Level, Level>,
    tail: Item<i16>,
}

#[zx::public]
impl Mixed {
    pub fn delta(&self, _cx: &Ctx) -> I256 {
        self.delta.get() - I256::ONE
    }
}
"#;

const SOLIDITY: &str = "// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.4;

contract Mixed {
    enum Level { Low, Middle, High }
    struct Position { uint8 kind; uint256 amount; uint8 a; uint8 b; Level level; address owner; int256 delta; }
    struct Account {
        bool open; mapping(uint64 => uint256) balances; string[] notes; uint32 a; uint32 b; Position position;
    }

    uint128 a;
    uint128 b;
    uint256 c;
    bool d;
    address e;
    uint64 f;
    uint8 g;
    bytes4 h;
    string s;
    uint16[5] few;
    Position position;
    Level level;
    int8 i;
    mapping(address => Account) accounts;
    Account[] list;
    uint112 wide;
    uint112 wider;
    uint32 last;
    int256 delta;
    mapping(address => mapping(bytes32 => bytes)) nested;
    bytes raw;
    Position[2] pair;
    uint8[] small;
    uint256[3][2] grid;
    mapping(Level => Level) levels;
    int16 tail;
}
";

/// Compiles the standard JSON input that it gets as an argument.
const SOLC: &str = "import solc from 'solc'; process.stdout.write(solc.compile(process.argv[1]));";

/// What solc makes of a contract.
fn compile(source: &str, contract: &str, output: &str) -> eyre::Result<Value> {
    let folder = workspace().join("tests/clients");
    ensure!(folder.join("node_modules/solc").is_dir(), "the npm packages are missing: run `scripts/setup.sh test`");
    let input = json!({
        "language": "Solidity",
        "sources": { "it.sol": { "content": source } },
        "settings": { "outputSelection": { "*": { "*": [output] } } },
    });
    let mut command = Command::new("node");
    command.current_dir(folder).args(["--input-type=module", "-e", SOLC, "--", &input.to_string()]);
    let printed = command.output()?;
    let json: Value = serde_json::from_slice(&printed.stdout)?;
    let compiled = json["contracts"]["it.sol"][contract].clone();
    ensure!(compiled.is_object(), "solc refused: {json}\n{}\n{source}", String::from_utf8_lossy(&printed.stderr));
    Ok(compiled)
}

/// Fields with all that their types consist of, in place of the names that each tool has for types.
fn whole(fields: &Value, types: &Value) -> eyre::Result<Value> {
    let one = |field: &Value| {
        let slot = field["slot"].as_str().ok_or_eyre("a slot")?;
        let ty = ty(field["type"].as_str().ok_or_eyre("a type")?, types)?;
        Ok(json!({ "label": field["label"], "slot": slot, "offset": field["offset"], "type": ty }))
    };
    fields.as_array().ok_or_eyre("a list")?.iter().map(one).collect::<eyre::Result<Vec<_>>>().map(Value::from)
}

fn ty(id: &str, types: &Value) -> eyre::Result<Value> {
    let entry = types[id].as_object().ok_or_eyre(format!("no type {id} in {types}"))?;
    // solc names a type with its contract.
    let label = entry["label"].as_str().ok_or_eyre("a label")?.replace("Mixed.", "");
    let mut out = Map::new();
    out.insert("label".to_owned(), label.into());
    for name in ["encoding", "numberOfBytes"] {
        out.insert(name.to_owned(), entry[name].clone());
    }
    for part in ["key", "value", "base"] {
        if let Some(id) = entry.get(part).and_then(Value::as_str) {
            out.insert(part.to_owned(), ty(id, types)?);
        }
    }
    if let Some(members) = entry.get("members") {
        out.insert("members".to_owned(), whole(members, types)?);
    }
    Ok(out.into())
}

#[test]
fn a_module_tells_the_layout_that_solc_tells_of_the_same_declarations() -> eyre::Result<()> {
    let dir = tempfile::tempdir()?;
    let zx = Zx::at(dir.path());
    zx.does(&["new", "mixed"])?;
    let zx = zx.below("mixed");
    fs::write(zx.folder().join("src/lib.rs"), RUST)?;
    let built = zx.builds(&["--json"])?.json()?;
    let module = built["module"].as_str().ok_or_eyre("a path")?;
    let ours = zx.does(&["inspect", module, "--section", "layout", "--json"])?.json()?;
    let theirs = compile(SOLIDITY, "Mixed", "storageLayout")?["storageLayout"].clone();

    assert_eq!(theirs["storage"].as_array().map(Vec::len), Some(26));
    let fields = |layout: &Value| whole(&layout["storage"], &layout["types"]);
    for (ours, theirs) in
        fields(&ours)?.as_array().into_iter().flatten().zip(fields(&theirs)?.as_array().into_iter().flatten())
    {
        assert_eq!(ours, theirs);
    }
    assert_eq!(fields(&ours)?, fields(&theirs)?);

    // The gate of upgrades takes one for the other.
    fs::write(zx.folder().join("solc.json"), theirs.to_string())?;
    for pair in [["solc.json", module], [module, "solc.json"]] {
        let found = zx.does(&["layout-diff", pair[0], pair[1], "--json"])?.json()?;
        assert_eq!(found["findings"], json!([]), "{pair:?}");
    }
    Ok(())
}

/// Of every kind, with structs, enums, and tuples that have no names.
const DECLARATIONS: &str = "function f((uint256 amount,uint8:Kind kind):Order[] orders,(address a,(uint256 amount,\
    uint8:Kind kind):Order inner):Outer o) external view returns (bool)\\n\
    function g((uint256,address)[2] pairs) external returns (uint256, (bool,string))\\n\
    function h(string s, bytes b, int256[] v) external payable returns (string)\\n\
    event Placed((uint256 amount,uint8:Kind kind):Order order, uint256 indexed id)\\n\
    error Bad((uint256 amount,uint8:Kind kind):Order order)\\n\
    constructor(string name)\\nreceive() external payable\\nfallback() external\\n";

#[test]
fn an_exported_interface_is_solidity() -> eyre::Result<()> {
    let dir = tempfile::tempdir()?;
    let text = format!(
        r#"(module (memory (export "memory") 1) (func (export "call") (result i32) i32.const 0)
            (@custom "zx_signatures" "{DECLARATIONS}"))"#
    );
    fs::write(dir.path().join("shop.wat"), text)?;
    let solidity = Zx::at(dir.path()).does(&["export-abi", "shop.wat", "--format", "solidity"])?.stdout;
    let compiled = compile(&solidity, "IShop", "evm.methodIdentifiers")?;
    let methods: Vec<_> = compiled["evm"]["methodIdentifiers"].as_object().into_iter().flat_map(Map::keys).collect();
    let wanted =
        ["f((uint256,uint8)[],(address,(uint256,uint8)))", "g((uint256,address)[2])", "h(string,bytes,int256[])"];
    assert_eq!(methods, wanted, "{solidity}");
    Ok(())
}
