//! The contract that checks proofs: what the verifier of the SDK takes in a module.

use cargo_zx::{Request, Source, build};
use std::path::Path;

/// Bytes that it may take, its ABI included. With rustup's target it is 19,706, of which the verifier is some 7,300;
/// Debian's compiler makes it larger by a little.
const LIMIT: usize = 21 * 1024;

#[test]
fn proofs_are_checked_in_a_small_module() {
    let dir = tempfile::tempdir().expect("a folder");
    let request = Request {
        source: Source::Package(None),
        manifest: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/state-proof/Cargo.toml")),
        out_dir: Some(dir.path().to_owned()),
        ..Request::default()
    };
    let artifact = build(&request).expect("it builds, and the node accepts it");
    println!("{} bytes", artifact.module.len());
    assert!(artifact.module.len() <= LIMIT, "{} bytes, the limit is {LIMIT}", artifact.module.len());
    let proof = &artifact.abi.functions["verifyAccount"][0].inputs[2];
    assert_eq!((proof.name.as_str(), proof.ty.as_str()), ("proof", "bytes[]"));
}
