//! TLS, by rustls.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio_rustls::rustls::{
    self, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

/// The certificate or its key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file is not what it should be.
    #[error("cannot read {what} of TLS in {}: {reason}", path.display())]
    File {
        /// What should be there.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// They do not go together, or are of a kind that is not supported.
    #[error("cannot serve TLS with this certificate and key: {0}")]
    Config(#[from] rustls::Error),
}

/// What a port needs to speak TLS 1.2 and 1.3: a chain of certificates, the server's first, and its key, both as PEM.
///
/// # Errors
/// If a file cannot be read, or the two do not go together.
pub fn tls(certificates: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let failed = |what, path: &Path, reason: String| TlsError::File { what, path: path.to_owned(), reason };
    let wrong = |error: rustls::pki_types::pem::Error| failed("certificates", certificates, error.to_string());
    let chain: Vec<_> = CertificateDer::pem_file_iter(certificates).and_then(Iterator::collect).map_err(wrong)?;
    if chain.is_empty() {
        return Err(failed("certificates", certificates, "there is none in it".to_owned()));
    }
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| failed("the key", key, error.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
