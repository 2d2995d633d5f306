//! Whom to sign as.
//!
//! A key comes from one of: `--keystore FILE` (version 3, with its password from a file or a prompt), `--dev-account N`
//! (a dev node's, whose keys are public), `--private-key` (with a warning), the variable `ZX_PRIVATE_KEY`, or a prompt
//! (`--interactive`). Nothing here is ever printed but addresses.

use crate::{failure::Failure, ui::Ui};
use alloy_primitives::B256;
use alloy_signer_local::{LocalSignerError, MnemonicBuilder, PrivateKeySigner, coins_bip39::English};
use clap::Args;
use serde_json::Value;
use std::{
    env, fmt, fs,
    path::{Path, PathBuf},
};

/// The mnemonic of a dev node's accounts.
const DEV_MNEMONIC: &str = "test test test test test test test test test test test junk";
/// Variable of the key.
pub const KEY_VARIABLE: &str = "ZX_PRIVATE_KEY";

/// Where the key is.
#[derive(Clone, Args)]
#[command(next_help_heading = "Key")]
pub struct KeyArgs {
    /// Keystore file (version 3, as geth and MetaMask write it).
    #[arg(long, value_name = "FILE", env = "ZX_KEYSTORE", group = "key")]
    pub keystore: Option<PathBuf>,
    /// File with the keystore's password; without it, it is asked for.
    #[arg(long, value_name = "FILE", env = "ZX_PASSWORD_FILE")]
    pub password_file: Option<PathBuf>,
    /// Account of a dev node, 0 to 9: its key is public.
    #[arg(long, value_name = "N", group = "key", value_parser = clap::value_parser!(u32).range(0..10))]
    pub dev_account: Option<u32>,
    /// Asks for the key, without showing it.
    #[arg(long, group = "key")]
    pub interactive: bool,
    /// The key itself. Others on this machine can see it, and shells remember it: prefer ZX_PRIVATE_KEY or --keystore.
    #[arg(long, value_name = "HEX", group = "key")]
    pub private_key: Option<String>,
}

/// The key stays out of everything that is printed.
impl fmt::Debug for KeyArgs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyArgs")
            .field("keystore", &self.keystore)
            .field("dev_account", &self.dev_account)
            .finish_non_exhaustive()
    }
}

impl KeyArgs {
    /// The signer.
    ///
    /// # Errors
    /// There is no key, it is none, or its keystore cannot be unlocked.
    pub fn signer(&self, ui: &Ui) -> Result<PrivateKeySigner, Failure> {
        if let Some(text) = &self.private_key {
            ui.warn(&format!(
                "a key on the command line can be read by others on this machine, and stays in the shell's history: \
                 put it into {KEY_VARIABLE}, or use --keystore"
            ));
            return parse(text, "--private-key");
        }
        if let Some(file) = &self.keystore {
            return self.unlock(ui, file);
        }
        if let Some(index) = self.dev_account {
            return dev_account(index);
        }
        if self.interactive {
            return parse(&prompt("Private key: ")?, "the key that was typed");
        }
        match env::var(KEY_VARIABLE) {
            Ok(text) if !text.is_empty() => parse(&text, KEY_VARIABLE),
            _ => Err(Failure::Key(format!(
                "no key to sign with\n  fix: --dev-account 0 on a dev node, --keystore FILE, --interactive, or the \
                 variable {KEY_VARIABLE}"
            ))),
        }
    }

    fn unlock(&self, ui: &Ui, file: &Path) -> Result<PrivateKeySigner, Failure> {
        let shown = file.display();
        if !file.is_file() {
            return Err(Failure::Key(format!("there is no keystore {shown}")));
        }
        let password = match &self.password_file {
            Some(path) => {
                let text = fs::read_to_string(path).map_err(Failure::io("cannot read the password file", path))?;
                // An editor ends the file with a newline that is no part of the password.
                text.trim_end_matches(['\r', '\n']).to_owned()
            }
            None => prompt(&format!("Password of {shown}: "))?,
        };
        well_formed(file)?;
        let _progress = ui.progress("unlocking the keystore");
        PrivateKeySigner::decrypt_keystore(file, password).map_err(|error| match error {
            LocalSignerError::EthKeystoreError(error) if error.to_string().contains("Mac Mismatch") => {
                Failure::Key(format!(
                    "the password does not open the keystore {shown}\n  fix: --password-file FILE with the right one"
                ))
            }
            error => Failure::Key(format!("the keystore {shown} cannot be read: {error}")),
        })
    }
}

/// Refuses a keystore that is none, before the library takes it for one and indexes past what is there.
fn well_formed(file: &Path) -> Result<(), Failure> {
    let wrong = |what: String| Failure::Key(format!("{} is no keystore of version 3: {what}", file.display()));
    let text = fs::read(file).map_err(Failure::io("cannot read the keystore", file))?;
    let json: Value = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
    let at = |path: &str| json.pointer(path).ok_or_else(|| wrong(format!("there is no {path}")));
    if at("/version")?.as_u64() != Some(3) {
        return Err(wrong(format!("its version is {}", at("/version")?)));
    }
    if at("/crypto/cipher")? != "aes-128-ctr" {
        return Err(wrong(format!("its cipher is {}, which is not aes-128-ctr", at("/crypto/cipher")?)));
    }
    if !at("/crypto/kdfparams/dklen")?.as_u64().is_some_and(|bytes| (32..=128).contains(&bytes)) {
        return Err(wrong(format!("dklen is {}, and must be 32", at("/crypto/kdfparams/dklen")?)));
    }
    let lengths = [("/crypto/cipherparams/iv", 16), ("/crypto/ciphertext", 32), ("/crypto/mac", 32)];
    for (path, bytes) in lengths {
        let digits = at(path)?.as_str().map_or(0, |text| text.trim_start_matches("0x").len());
        if digits != 2 * bytes {
            return Err(wrong(format!("{path} has {digits} hexadecimal digits, and must have {}", 2 * bytes)));
        }
    }
    Ok(())
}

/// The key of a dev node's account.
///
/// # Errors
/// The index cannot be derived.
pub fn dev_account(index: u32) -> Result<PrivateKeySigner, Failure> {
    let builder = MnemonicBuilder::<English>::default().phrase(DEV_MNEMONIC).index(index);
    let signer = builder.and_then(|builder| builder.build());
    signer.map_err(|error| Failure::Key(format!("dev account {index} cannot be derived: {error}")))
}

/// The error says where the key is from and how long it is, and never what it is.
fn parse(text: &str, from: &str) -> Result<PrivateKeySigner, Failure> {
    let text = text.trim();
    let wrong = || {
        let digits = text.strip_prefix("0x").unwrap_or(text).chars().count();
        Failure::Key(format!("{from} is no private key: it takes 64 hexadecimal digits, this has {digits} characters"))
    };
    let key: B256 = text.parse().map_err(|_| wrong())?;
    PrivateKeySigner::from_bytes(&key).map_err(|_| Failure::Key(format!("{from} is no key of the curve secp256k1")))
}

fn prompt(text: &str) -> Result<String, Failure> {
    rpassword::prompt_password(text).map_err(|error| {
        Failure::Key(format!("cannot ask for a secret here: {error}\n  fix: --password-file FILE, or {KEY_VARIABLE}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::address;

    fn none() -> KeyArgs {
        KeyArgs { keystore: None, password_file: None, dev_account: None, interactive: false, private_key: None }
    }

    /// The first vector of the Web3 Secret Storage Definition, with PBKDF2, and its key.
    const KEYSTORE: &str = r#"{"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},
        "ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46","kdf":"pbkdf2",
        "kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256",
        "salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},
        "mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},
        "id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}"#;
    const SECRET: &str = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";

    #[test]
    fn dev_accounts_are_those_of_the_node() {
        let signer = KeyArgs { dev_account: Some(0), ..none() }.signer(&Ui::new("send", false)).expect("derived");
        assert_eq!(signer.address(), address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266"));
    }

    #[test]
    fn a_keystore_opens_with_its_password_and_no_other() {
        let dir = tempfile::tempdir().expect("a folder");
        let (file, password) = (dir.path().join("key.json"), dir.path().join("password"));
        fs::write(&file, KEYSTORE).expect("written");
        fs::write(&password, "testpassword\n").expect("written");
        let args = KeyArgs { keystore: Some(file), password_file: Some(password.clone()), ..none() };
        let signer = args.signer(&Ui::new("send", false)).expect("unlocked");
        assert_eq!(signer.to_bytes(), SECRET.parse::<B256>().expect("a key"));
        fs::write(&password, "another").expect("written");
        let failure = args.signer(&Ui::new("send", false)).expect_err("locked");
        assert_eq!(failure.exit_code(), crate::failure::exit::KEY);
        assert!(failure.to_string().contains("the password does not open"), "{failure}");
    }

    #[test]
    fn a_file_that_is_no_keystore_is_said_to_be_none() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("key.json");
        let broken = [
            ("{", "EOF"),
            ("{}", "there is no /version"),
            (&KEYSTORE.replace("\"version\":3", "\"version\":1"), "its version is 1"),
            (&KEYSTORE.replace("aes-128-ctr", "aes-256-ctr"), "its cipher is"),
            (&KEYSTORE.replace("\"dklen\":32", "\"dklen\":16"), "dklen is 16"),
            (&KEYSTORE.replace("6087dab2", ""), "/crypto/cipherparams/iv has 24 hexadecimal digits"),
        ];
        for (text, said) in broken {
            fs::write(&file, text).expect("written");
            let args = KeyArgs { keystore: Some(file.clone()), password_file: Some(file.clone()), ..none() };
            let failure = args.signer(&Ui::new("send", false)).expect_err("broken").to_string();
            assert!(failure.contains("no keystore of version 3") && failure.contains(said), "{failure}");
        }
    }

    #[test]
    fn an_error_never_shows_the_key() {
        let wrong = &SECRET[..63];
        let failure = parse(wrong, KEY_VARIABLE).expect_err("too short").to_string();
        assert!(failure.contains("this has 63 characters") && !failure.contains(&wrong[..8]), "{failure}");
        assert!(parse(&"0".repeat(64), "x").is_err(), "zero is no key");
        let args = KeyArgs { private_key: Some(SECRET.to_owned()), ..none() };
        assert!(!format!("{args:?}").contains(&SECRET[..8]));
    }
}
