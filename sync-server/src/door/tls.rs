//! TLS by rustls, with the host's own certificate.

use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::config::Config;

/// What accepts TLS; none when the relay speaks plain.
///
/// # Errors
/// A sentence that says which file is wrong.
pub(super) fn acceptor(config: &Config) -> Result<Option<TlsAcceptor>, String> {
    if config.tls_certificate.is_empty() {
        return Ok(None);
    }
    let wrong = |path: &str, error: &dyn std::fmt::Display| format!("{path}: {error}");
    let chain = CertificateDer::pem_file_iter(&config.tls_certificate)
        .map_err(|error| wrong(&config.tls_certificate, &error))?
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| wrong(&config.tls_certificate, &error))?;
    let key = PrivateKeyDer::from_pem_file(&config.tls_key).map_err(|error| wrong(&config.tls_key, &error))?;
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let tls = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| wrong(&config.tls_certificate, &error))?;
    Ok(Some(TlsAcceptor::from(Arc::new(tls))))
}
