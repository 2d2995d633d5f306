//! Tokens of the authenticated port: JWT (RFC 7519) signed with HS256, as engine APIs of Ethereum have them
//! (execution-apis, `src/engine/authentication.md`).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use hmac::{Hmac, Mac};
use serde::Deserialize;
use sha2::Sha256;
use std::{
    fmt,
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// Seconds that a token's `iat` may be away from this clock, either way.
const DRIFT: u64 = 60;
/// Bytes of a token; it holds a few claims.
const MAX_TOKEN: usize = 4_096;
const SECRET: usize = 32;

/// What both sides know: 256 bits.
pub struct JwtSecret([u8; SECRET]);

impl fmt::Debug for JwtSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JwtSecret(…)")
    }
}

/// The file of a secret cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// It cannot be read or made.
    #[error("cannot use the secret of the authenticated port, {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It holds something else.
    #[error(
        "{} is not a secret: it must hold 64 hexadecimal digits, with or without 0x; remove it, and the node makes one",
        path.display()
    )]
    Format {
        /// The file.
        path: PathBuf,
    },
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

#[derive(Deserialize)]
struct Claims {
    iat: Option<u64>,
    exp: Option<u64>,
    nbf: Option<u64>,
}

impl JwtSecret {
    /// Reads the secret of a file; makes the file, for its owner only, if it is not there.
    ///
    /// # Errors
    /// If it cannot be read or made, or holds something else.
    pub fn load_or_create(path: &Path) -> Result<Self, SecretError> {
        let failed = |source| SecretError::File { path: path.to_owned(), source };
        match fs::read_to_string(path) {
            Ok(text) => {
                warn_if_open(path);
                Self::parse(&text).ok_or_else(|| SecretError::Format { path: path.to_owned() })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::create(path).map_err(failed),
            Err(error) => Err(failed(error)),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text.strip_prefix("0x").unwrap_or(text);
        alloy_primitives::hex::decode_to_array(digits).ok().map(Self)
    }

    fn create(path: &Path) -> io::Result<Self> {
        let mut secret = [0; SECRET];
        getrandom::fill(&mut secret).map_err(io::Error::other)?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        file.write_all(alloy_primitives::hex::encode(secret).as_bytes())?;
        file.sync_all()?;
        Ok(Self(secret))
    }

    /// Checks the value of an `Authorization` header at a time, in seconds since 1970.
    pub(super) fn check(&self, authorization: Option<&[u8]>, now: u64) -> Result<(), &'static str> {
        let value = authorization.ok_or("no token: send `Authorization: Bearer TOKEN`")?;
        let token = value.strip_prefix(b"Bearer ").ok_or("the scheme of Authorization is not Bearer")?;
        if token.len() > MAX_TOKEN {
            return Err("the token is longer than 4096 bytes");
        }
        let text = std::str::from_utf8(token).map_err(|_| "the token is not text")?.trim();
        let (signed, signature) = text.rsplit_once('.').ok_or(NOT_JWT)?;
        let (header, claims) = signed.split_once('.').ok_or(NOT_JWT)?;
        if decode::<Header>(header)?.alg != "HS256" {
            return Err("the token's algorithm is not HS256");
        }
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).map_err(|_| NOT_JWT)?;
        mac.update(signed.as_bytes());
        let signature = BASE64.decode(signature).map_err(|_| NOT_JWT)?;
        // In constant time.
        mac.verify_slice(&signature).map_err(|_| "the token is signed with another secret")?;
        decode::<Claims>(claims)?.check(now)
    }
}

const NOT_JWT: &str = "the token is not a JWT";

fn decode<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, &'static str> {
    let json = BASE64.decode(part).map_err(|_| NOT_JWT)?;
    serde_json::from_slice(&json).map_err(|_| NOT_JWT)
}

impl Claims {
    fn check(&self, now: u64) -> Result<(), &'static str> {
        let issued = self.iat.ok_or("the token has no `iat`")?;
        if issued.abs_diff(now) > DRIFT {
            return Err("the token's `iat` is more than 60 s away from this node's clock: make a new token");
        }
        if self.exp.is_some_and(|end| end <= now) {
            return Err("the token has expired");
        }
        if self.nbf.is_some_and(|begin| begin > now.saturating_add(DRIFT)) {
            return Err("the token is not valid yet");
        }
        Ok(())
    }
}

/// Others may have put a secret there for a reason; but whoever reads it can do anything with the node.
fn warn_if_open(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let open = fs::metadata(path).is_ok_and(|facts| facts.permissions().mode() & 0o077 != 0);
        if open {
            tracing::warn!(file = %path.display(), "others can read the secret of the authenticated port: chmod 600");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn token(secret: &[u8], header: &str, claims: &str) -> Vec<u8> {
        let signed = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims));
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        mac.update(signed.as_bytes());
        format!("Bearer {signed}.{}", BASE64.encode(mac.finalize().into_bytes())).into_bytes()
    }

    fn check(header: &str, claims: &str) -> Result<(), &'static str> {
        JwtSecret([7; 32]).check(Some(&token(&[7; 32], header, claims)), NOW)
    }

    const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

    #[test]
    fn a_token_that_is_a_minute_old_is_taken_and_an_older_one_is_not() {
        for (away, taken) in [(0, true), (60, true), (61, false)] {
            for iat in [NOW - away, NOW + away] {
                assert_eq!(check(HEADER, &format!(r#"{{"iat":{iat}}}"#)).is_ok(), taken, "{iat}");
            }
        }
        assert!(check(HEADER, &format!(r#"{{"iat":{NOW},"exp":{}}}"#, NOW - 1)).is_err());
        assert!(check(HEADER, &format!(r#"{{"iat":{NOW},"nbf":{}}}"#, NOW + 100)).is_err());
        assert!(check(HEADER, "{}").unwrap_err().contains("iat"));
    }

    #[test]
    fn only_the_secret_and_its_algorithm_open() {
        let claims = format!(r#"{{"iat":{NOW}}}"#);
        let secret = JwtSecret([7; 32]);
        assert_eq!(secret.check(Some(&token(&[7; 32], HEADER, &claims)), NOW), Ok(()));
        assert!(secret.check(Some(&token(&[8; 32], HEADER, &claims)), NOW).is_err());
        assert!(check(r#"{"alg":"none"}"#, &claims).is_err());
        assert!(check(r#"{"alg":"HS512"}"#, &claims).is_err());
        let unsigned = format!("Bearer {}.{}.", BASE64.encode(HEADER), BASE64.encode(&claims));
        assert!(secret.check(Some(unsigned.as_bytes()), NOW).is_err());
        for broken in ["", "Bearer ", "Bearer a.b", "Basic YTpi", "Bearer a.b.c", "Bearer .."] {
            assert!(secret.check(Some(broken.as_bytes()), NOW).is_err(), "{broken}");
        }
        assert!(secret.check(None, NOW).is_err());
        assert!(secret.check(Some(&[b"Bearer ".to_vec(), vec![b'a'; 5_000]].concat()), NOW).is_err());
    }

    #[test]
    fn a_secret_is_made_once_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sub/jwt.hex");
        let made = JwtSecret::load_or_create(&path).unwrap();
        assert_eq!(JwtSecret::load_or_create(&path).unwrap().0, made.0);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::write(&path, "0xnot a secret").unwrap();
        assert!(matches!(JwtSecret::load_or_create(&path), Err(SecretError::Format { .. })));
        fs::write(&path, format!("0x{}\n", "ab".repeat(32))).unwrap();
        assert_eq!(JwtSecret::load_or_create(&path).unwrap().0, [0xab; 32]);
    }
}
