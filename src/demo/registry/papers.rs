//! What SenID and the registry know each other by: one made-up authority, a certificate for each, and the key that answers are signed
//! with. Made anew each time, and worth nothing anywhere else.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use zeroize::Zeroizing;

use crate::config::{RegistryServer, StatementKeys, Tls};
use crate::crypto::private_key::PrivateKey;
use crate::domain::keys::SignatureAlgorithm;

/// What its answers say that they are from.
pub(super) const ISSUER: &str = "https://registry.senid.example";

/// The papers of one registry and of one SenID that asks it.
pub struct Papers {
    authority: CertificateDer<'static>,
    server: (CertificateDer<'static>, PrivateKeyDer<'static>),
    pub(super) signing_key: Zeroizing<Vec<u8>>,
    folder: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum PapersError {
    #[error("the registry's certificates: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("the registry's certificates: {0}")]
    Tls(#[from] rustls::Error),
    #[error("the registry's certificates: {0}")]
    Verifier(#[from] rustls::server::VerifierBuilderError),
    #[error("the registry's signing key cannot be used")]
    Key,
    #[error("the folder of the registry's papers: {0}")]
    Folder(#[from] io::Error),
}

impl Papers {
    /// Makes them, and puts those that SenID needs into `folder`: `client.pem`, `client.key`, `authority.pem`.
    ///
    /// # Errors
    /// Where the folder cannot be written to.
    pub fn make(folder: &Path) -> Result<Self, PapersError> {
        std::fs::create_dir_all(folder)?;
        let mut params = named("Stand-in registry authority", &[])?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let issue = |name: &str, hosts: &[&str], usage: ExtendedKeyUsagePurpose| -> Result<_, PapersError> {
            let mut params = named(name, hosts)?;
            params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
            params.extended_key_usages = vec![usage];
            let key = KeyPair::generate()?;
            Ok((params.signed_by(&key, &authority)?, key))
        };
        let (server, server_key) =
            issue("Stand-in registry", &["localhost", "127.0.0.1", "::1"], ExtendedKeyUsagePurpose::ServerAuth)?;
        let (client, client_key) = issue("SenID", &[], ExtendedKeyUsagePurpose::ClientAuth)?;
        let written = [
            ("authority.pem", authority.pem()),
            ("client.pem", client.pem()),
            ("client.key", client_key.serialize_pem()),
        ];
        for (name, text) in written {
            write(&folder.join(name), &text)?;
        }
        let signing_key = PrivateKey::generate(SignatureAlgorithm::Es256).map_err(|_| PapersError::Key)?;
        Ok(Self {
            authority: authority.der().clone(),
            server: (server.der().clone(), PrivatePkcs8KeyDer::from(server_key.serialize_der()).into()),
            signing_key,
            folder: folder.to_owned(),
        })
    }

    /// TLS that asks for a certificate of the same authority.
    pub(super) fn server(&self) -> Result<ServerConfig, PapersError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.clone())?;
        let asks = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build()?;
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let (certificate, key) = (self.server.0.clone(), self.server.1.clone_key());
        let mut config = builder.with_client_cert_verifier(asks).with_single_cert(vec![certificate], key)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }

    /// What SenID's settings say of the registry at `port` of this machine.
    ///
    /// # Errors
    /// Where the address cannot be said, which no port makes so.
    pub fn settings(&self, port: u16) -> Result<RegistryServer, url::ParseError> {
        let at = |path: &str| format!("https://localhost:{port}/v1/{path}").parse();
        Ok(RegistryServer {
            url: at("")?,
            issuer: ISSUER.to_owned(),
            client: Tls { certificate: self.folder.join("client.pem"), key: self.folder.join("client.key") },
            trust_anchors: vec![self.authority.clone()],
            keys: StatementKeys::Published(at("jwks.json")?),
        })
    }
}

fn named(name: &str, hosts: &[&str]) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(hosts.iter().map(|host| (*host).to_owned()).collect::<Vec<_>>())?;
    params.distinguished_name.remove(DnType::CommonName);
    params.distinguished_name.push(DnType::CommonName, name);
    Ok(params)
}

/// For nobody else on this machine to read.
fn write(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600).open(path)?.write_all(text.as_bytes())
}

impl std::fmt::Debug for Papers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Papers({})", self.folder.display())
    }
}
