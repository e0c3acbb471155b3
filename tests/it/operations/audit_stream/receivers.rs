//! Receivers of a log: syslog over TLS (RFC 5425), and a collector of OTLP logs.

use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, SanType};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

/// A certificate for this machine, with its key.
pub type Identity = (CertificateDer<'static>, Vec<u8>);

/// An authority (in PEM), and what it issued to the receiver.
pub fn authority() -> (String, Identity) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);
    let own = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.subject_alt_names = vec![SanType::IpAddress("127.0.0.1".parse().unwrap())];
    let issued = params.signed_by(&own, &issuer).unwrap();
    (certificate.pem(), (issued.der().clone(), own.serialize_der()))
}

/// A syslog receiver, as long as it is kept.
pub struct Syslog {
    pub port: u16,
    messages: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for Syslog {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Syslog {
    pub async fn start((certificate, key): &Identity, port: Option<u16>) -> Self {
        let key = PrivateKeyDer::try_from(key.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(vec![certificate.clone()], key).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind(("127.0.0.1", port.unwrap_or(0))).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (messages, connections) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<AtomicUsize>::default());
        let (arrived, counted) = (messages.clone(), connections.clone());
        let task = tokio::spawn(async move {
            // Connections end with it.
            let mut open = JoinSet::new();
            while let Ok((tcp, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let (acceptor, arrived) = (acceptor.clone(), arrived.clone());
                open.spawn(async move {
                    if let Ok(mut tls) = acceptor.accept(tcp).await {
                        while let Some(message) = frame(&mut tls).await {
                            arrived.lock().unwrap().push(message);
                        }
                    }
                });
            }
        });
        Self { port, messages, connections, task }
    }

    /// What has arrived.
    pub fn messages(&self) -> Vec<String> {
        self.messages.lock().unwrap().clone()
    }

    /// The JSON of each message, which stands behind its structured data.
    pub fn lines(&self) -> Vec<Value> {
        let json = |message: &String| serde_json::from_str(message.split_once("] ").unwrap().1).unwrap();
        self.messages().iter().map(json).collect()
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// The next frame: a length, a space and so many octets. `None` at the end.
async fn frame(from: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut length = 0;
    loop {
        match from.read_u8().await.ok()? {
            b' ' => break,
            digit => length = length * 10 + usize::from(digit.checked_sub(b'0').filter(|digit| *digit < 10).unwrap()),
        }
    }
    let mut message = vec![0; length];
    from.read_exact(&mut message).await.ok()?;
    Some(String::from_utf8(message).unwrap())
}

#[derive(Clone, Default)]
struct Collected {
    records: Arc<Mutex<Vec<Value>>>,
    requests: Arc<AtomicUsize>,
    status: Arc<AtomicU16>,
}

/// A collector of OTLP logs, as long as it is kept.
pub struct Otlp {
    pub port: u16,
    collected: Collected,
    task: JoinHandle<()>,
}

impl Drop for Otlp {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Otlp {
    pub async fn start() -> Self {
        let collected = Collected::default();
        let app = Router::new().route("/v1/logs", post(collect)).with_state(collected.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { port, collected, task }
    }

    /// What it answers from now on.
    pub fn answers(&self, status: u16) {
        self.collected.status.store(status, Ordering::SeqCst);
    }

    pub fn requests(&self) -> usize {
        self.collected.requests.load(Ordering::SeqCst)
    }

    pub fn records(&self) -> Vec<Value> {
        self.collected.records.lock().unwrap().clone()
    }

    pub fn lines(&self) -> Vec<Value> {
        let line = |record: &Value| serde_json::from_str(record["body"]["stringValue"].as_str().unwrap()).unwrap();
        self.records().iter().map(line).collect()
    }
}

async fn collect(State(collected): State<Collected>, headers: HeaderMap, body: String) -> (StatusCode, &'static str) {
    assert_eq!(headers["content-type"], "application/json");
    let status = StatusCode::from_u16(collected.status.load(Ordering::SeqCst)).unwrap();
    if status == StatusCode::OK {
        let request: Value = serde_json::from_str(&body).unwrap();
        let resource = &request["resourceLogs"][0];
        assert_eq!(resource["resource"]["attributes"][0]["value"]["stringValue"], "senid");
        let records = resource["scopeLogs"][0]["logRecords"].as_array().unwrap();
        collected.records.lock().unwrap().extend(records.iter().cloned());
    }
    collected.requests.fetch_add(1, Ordering::SeqCst);
    (status, "{}")
}
