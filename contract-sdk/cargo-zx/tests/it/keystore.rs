//! The test files of the Web3 Secret Storage Definition, which are not part of this repository.

use cargo_zx::{node::keys::KeyArgs, ui::Ui};
use serde_json::Value;
use std::{env, fs, path::PathBuf};

#[test]
fn every_keystore_of_the_test_files_opens() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance");
    let folder = env::var_os("ZX_CONFORMANCE_DIR").map_or_else(|| beside.into(), PathBuf::from).join("keystore");
    let Ok(text) = fs::read(folder.join("basic_tests.json")) else {
        println!("skipped: no folder {}: set ZX_CONFORMANCE_DIR", folder.display());
        return;
    };
    let tests: Value = serde_json::from_slice(&text).expect("JSON");
    let dir = tempfile::tempdir().expect("a folder");
    let (file, password) = (dir.path().join("key.json"), dir.path().join("password"));
    let tests = tests.as_object().expect("tests by name");
    assert!(tests.len() >= 5, "the files have changed");
    let mut opened = 0;
    for (name, test) in tests {
        fs::write(&file, test["json"].to_string()).expect("written");
        fs::write(&password, test["password"].as_str().expect("a password")).expect("written");
        let args = KeyArgs {
            keystore: Some(file.clone()),
            password_file: Some(password.clone()),
            dev_account: None,
            interactive: false,
            private_key: None,
        };
        let signer = args.signer(&Ui::new("send", false));
        // RFC 7914 wants N < 2^(16 r), and the library holds to it: who wrote this one did not.
        let parameters = &test["json"]["crypto"]["kdfparams"];
        if let (Some(n), Some(r)) = (parameters["n"].as_u64(), parameters["r"].as_u64())
            && u64::from(n.ilog2()) >= 16 * r
        {
            let failure = signer.expect_err("the library takes it now: drop this exception").to_string();
            assert!(failure.contains("InvalidParams"), "{name}: {failure}");
            continue;
        }
        let signer = signer.unwrap_or_else(|failure| panic!("{name}: {failure}"));
        let expected = test["priv"].as_str().expect("a key").trim_start_matches("0x");
        assert_eq!(alloy_primitives::hex::encode(signer.to_bytes()), expected, "{name}");
        opened += 1;
    }
    assert!(opened >= 4, "{opened} opened");
}
