//! The connections that the fetcher makes: whom it believes, and what it never does.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use reqwest::Client;
use rustls::client::WantsClientCert;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, SupportedProtocolVersion};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::network::Exceptions;
use super::resolver::{Guarded, Resolve};

/// Who we are to one host that asks for a certificate, and whom we believe to be that host.
pub struct Identity {
    /// Our certificate first.
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
    /// Who issues the host's certificate: nobody else may, not even an authority that the system trusts.
    pub anchors: Vec<CertificateDer<'static>>,
}

#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("an extra certificate authority cannot be used: {0}")]
    Root(rustls::Error),
    #[error(transparent)]
    Tls(#[from] rustls::Error),
    #[error(transparent)]
    Client(#[from] reqwest::Error),
}

/// A client that goes to no address but those that passed, and nowhere else from there.
pub(super) fn client(
    tls: ClientConfig,
    resolver: &Arc<dyn Resolve>,
    exceptions: &Arc<Exceptions>,
) -> Result<Client, reqwest::Error> {
    Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(Guarded { resolver: resolver.clone(), exceptions: exceptions.clone() })
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .tls_info(true)
        .retry(reqwest::retry::never())
        .user_agent(concat!("SenID/", env!("CARGO_PKG_VERSION")))
        // A connection that is used again goes to the address that was checked when it was made.
        .pool_max_idle_per_host(2)
        .pool_idle_timeout(Duration::from_secs(30))
        .build()
}

/// TLS 1.2 and 1.3 with the system's authorities and `extra`, whatever is spoken over it.
pub(super) fn tls(extra: &[CertificateDer<'static>]) -> Result<ClientConfig, SetupError> {
    Ok(trusting(roots(extra)?)?.with_no_client_auth())
}

/// As [`tls`], of these versions alone.
pub(super) fn tls_of(
    extra: &[CertificateDer<'static>],
    versions: &[&'static SupportedProtocolVersion],
) -> Result<ClientConfig, SetupError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_protocol_versions(versions)?;
    Ok(builder.with_root_certificates(roots(extra)?).with_no_client_auth())
}

fn roots(extra: &[CertificateDer<'static>]) -> Result<RootCertStore, SetupError> {
    let mut roots = SYSTEM_ROOTS.clone();
    for root in extra {
        roots.add(root.clone()).map_err(SetupError::Root)?;
    }
    Ok(roots)
}

/// As [`tls`], as somebody, with that host's own authorities alone.
pub(super) fn mutual_tls(identity: Identity) -> Result<ClientConfig, SetupError> {
    let mut roots = RootCertStore::empty();
    for anchor in identity.anchors {
        roots.add(anchor).map_err(SetupError::Root)?;
    }
    Ok(speaking_http(trusting(roots)?.with_client_auth_cert(identity.chain, identity.key)?))
}

fn trusting(roots: RootCertStore) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots))
}

pub(super) fn speaking_http(mut config: ClientConfig) -> ClientConfig {
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}

/// Read once for the process. A machine without any is not refused: it may have no need to reach anybody.
static SYSTEM_ROOTS: LazyLock<RootCertStore> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    let loaded = rustls_native_certs::load_native_certs();
    for error in &loaded.errors {
        tracing::warn!(%error, "a certificate authority of the system cannot be read");
    }
    roots.add_parsable_certificates(loaded.certs);
    if roots.is_empty() {
        tracing::warn!("the system has no certificate authorities: no portal's keys can be fetched over TLS");
    }
    roots
});
