//! The house rules of the design: which room may import which, and which library lives in which room.

use cargo_metadata::{DependencyKind, MetadataCommand};
use zx_tests::workspace;

/// Rooms of the workspace that a room may import, with the table of the design.
fn allowed(room: &str) -> Option<&'static [&'static str]> {
    const HOST: &str = "zx-host-functions";
    const BELOW_CHAIN: &[&str] =
        &[HOST, "zx-primitives", "zx-sandbox", "zx-state", "zx-storage", "zx-executor", "zx-pool", "zx-consensus"];
    Some(match room {
        HOST | "zx-sdk-macros" => &[],
        "zx-sdk" => &[HOST, "zx-sdk-macros"],
        "zx-primitives" | "zx-sandbox" => &[HOST],
        // The program beside a contract's tests runs what a node runs.
        "zx-testbed" => &[HOST, "zx-sdk", "zx-primitives", "zx-sandbox", "zx-executor"],
        "cargo-zx" => &[HOST, "zx-testbed"],
        "contracts/*" | "zx-bench-kernels" | "zx-guide" => &["zx-sdk"],
        "zx-smith" => &[HOST],
        "zx-state" | "zx-pool" | "zx-consensus" | "zx-wallet" => &["zx-primitives"],
        "zx-storage" => &["zx-primitives", "zx-state"],
        "zx-executor" => &["zx-primitives", "zx-sandbox", HOST],
        "zx-chain" => BELOW_CHAIN,
        "zx-network" => &["zx-primitives", "zx-chain"],
        "zx-rpc" => &["zx-primitives", "zx-pool", "zx-chain"],
        "zx-node" | "zx-tests" | "zx-benches" => &["*"],
        _ => return None,
    })
}

/// Libraries that one part of the house keeps to itself.
const KEPT: &[(&str, &[&str])] = &[
    ("rocksdb", &["zx-storage"]),
    ("wasmer", &["zx-sandbox"]),
    ("warp", &["zx-rpc"]),
    ("libp2p", &["zx-network"]),
    ("tokio", &["zx-rpc", "zx-network", "zx-chain", "zx-node"]),
];

/// A dependency of a room: its name, and whether it is a room itself.
struct Edge {
    from: String,
    to: String,
    internal: bool,
}

fn violation(edge: &Edge) -> Option<String> {
    let Edge { from, to, internal } = edge;
    let Some(rooms) = allowed(from) else {
        return Some(format!("{from} has no row in the table of the design"));
    };
    let free = rooms == ["*"];
    if *internal && !free && !rooms.contains(&to.as_str()) {
        return Some(format!("{from} may not import {to}, only {rooms:?}"));
    }
    let keepers = KEPT.iter().find(|(library, _)| library == to).map(|(_, keepers)| *keepers)?;
    (!keepers.contains(&from.as_str()) && !matches!(from.as_str(), "zx-tests" | "zx-benches"))
        .then(|| format!("{from} may not import {to}: it is kept in {keepers:?}"))
}

/// Normal and build dependencies of every member; what tests use is their own affair.
fn edges() -> Vec<Edge> {
    let manifest = workspace().join("Cargo.toml");
    let metadata = MetadataCommand::new().manifest_path(manifest).no_deps().exec().expect("cargo metadata");
    let contracts = workspace().join("contracts");
    let mut edges = Vec::new();
    for package in &metadata.packages {
        let is_contract = package.manifest_path.as_std_path().starts_with(&contracts);
        let from = if is_contract { "contracts/*".to_owned() } else { package.name.to_string() };
        for dependency in package.dependencies.iter().filter(|d| d.kind != DependencyKind::Development) {
            edges.push(Edge { from: from.clone(), to: dependency.name.clone(), internal: dependency.path.is_some() });
        }
    }
    edges
}

#[test]
fn no_room_imports_what_the_design_does_not_allow() {
    let edges = edges();
    assert!(edges.iter().any(|e| e.from == "zx-executor" && e.to == "zx-sandbox"), "the edges are read");
    let violations: Vec<_> = edges.iter().filter_map(violation).collect();
    assert!(violations.is_empty(), "{violations:#?}");
}

#[test]
fn the_rules_catch_upward_imports_strangers_and_kept_libraries() {
    let edge = |from: &str, to: &str, internal| Edge { from: from.into(), to: to.into(), internal };
    for broken in [
        edge("zx-state", "zx-storage", true),
        edge("zx-sandbox", "zx-executor", true),
        edge("contracts/*", "zx-primitives", true),
        edge("zx-attic", "serde", false),
        edge("zx-chain", "rocksdb", false),
        edge("zx-executor", "tokio", false),
    ] {
        assert!(violation(&broken).is_some(), "{} -> {}", broken.from, broken.to);
    }
    assert!(violation(&edge("zx-node", "zx-storage", true)).is_none());
}
