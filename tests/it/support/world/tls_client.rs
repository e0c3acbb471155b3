//! A program that speaks TLS for itself, and shows a certificate where it is asked for one.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use rustls::client::Resumption;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, ClientConnection, HandshakeKind, RootCertStore, StreamOwned, SupportedProtocolVersion};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use url::Url;

use super::certificates::Shown;
use super::web::{Reply, encode};

/// Its sessions are resumed for as long as it is kept.
#[derive(Clone)]
pub struct TlsClient {
    roots: Arc<RootCertStore>,
    config: Arc<ClientConfig>,
}

/// An answer, and how its connection came about.
pub struct Answered {
    pub reply: Reply,
    pub handshake: HandshakeKind,
}

impl TlsClient {
    /// A client without a certificate.
    pub fn trusting(server: &Path) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(server).unwrap()).unwrap();
        let roots = Arc::new(roots);
        Self { config: config(&roots, None, rustls::ALL_VERSIONS), roots }
    }

    /// As this client, with a certificate.
    pub fn showing(&self, shown: &Shown) -> Self {
        self.showing_over(shown, rustls::ALL_VERSIONS)
    }

    /// As [`Self::showing`], over these versions of TLS.
    pub fn showing_over(&self, shown: &Shown, versions: &[&'static SupportedProtocolVersion]) -> Self {
        Self { config: config(&self.roots, Some(shown), versions), roots: self.roots.clone() }
    }

    /// Posts a form over a connection of its own.
    ///
    /// # Errors
    /// Where the server wants nothing of it.
    pub async fn post(&self, url: &str, headers: &[(&str, &str)], form: &[(&str, &str)]) -> std::io::Result<Answered> {
        let form = encode(form);
        let length = form.len().to_string();
        let own = [("content-type", "application/x-www-form-urlencoded"), ("content-length", &length)];
        self.send("POST", url, &[&own, headers].concat(), form.clone()).await
    }

    /// As [`Self::post`], without a form.
    ///
    /// # Errors
    /// As there.
    pub async fn get(&self, url: &str, headers: &[(&str, &str)]) -> std::io::Result<Answered> {
        self.send("GET", url, headers, String::new()).await
    }

    async fn send(&self, method: &str, url: &str, headers: &[(&str, &str)], body: String) -> std::io::Result<Answered> {
        let url: Url = url.parse().unwrap();
        let mut request =
            format!("{method} {} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", url.path(), url.authority());
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("\r\n{body}"));
        let config = self.config.clone();
        tokio::task::spawn_blocking(move || exchange(config, &url, &request)).await.unwrap()
    }
}

fn config(
    roots: &Arc<RootCertStore>,
    shown: Option<&Shown>,
    versions: &[&'static SupportedProtocolVersion],
) -> Arc<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_protocol_versions(versions).unwrap();
    let builder = builder.with_root_certificates(roots.clone());
    let mut config = match shown {
        // Whether the key is the certificate's is for the server to find out.
        Some(shown) => {
            let key = any_supported_type(&shown.key()).unwrap();
            let certified = CertifiedKey::new(shown.chain.clone(), key);
            builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(certified)))
        }
        None => builder.with_no_client_auth(),
    };
    config.resumption = Resumption::in_memory_sessions(8);
    Arc::new(config)
}

fn exchange(config: Arc<ClientConfig>, url: &Url, request: &str) -> std::io::Result<Answered> {
    let name = url.host_str().unwrap().to_owned().try_into().unwrap();
    let connection = ClientConnection::new(config, name).unwrap();
    let socket = TcpStream::connect(("127.0.0.1", url.port().unwrap()))?;
    let mut stream = StreamOwned::new(connection, socket);
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer of HTTP/1.1");
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let headers: HeaderMap = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap()))
        .collect();
    let reply = Reply { status: StatusCode::from_bytes(status.as_bytes()).unwrap(), headers, body: body.to_owned() };
    Ok(Answered { reply, handshake: stream.conn.handshake_kind().unwrap() })
}
