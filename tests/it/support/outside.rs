//! The world outside: a portal's own web server, real, on the loopback, that counts who comes.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use axum_server::tls_rustls::RustlsConfig;
use http::request::Parts;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use senid::outbound::Resolve;

/// A request as the server saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub head: Parts,
    /// Where it is no text, what of it is.
    pub body: String,
    pub bytes: Vec<u8>,
}

type Answer = dyn Fn(&Seen) -> Response + Send + Sync;

/// A web server. It answers until the test's runtime ends.
#[derive(Clone)]
pub struct Outside {
    pub address: SocketAddr,
    scheme: &'static str,
    inner: Arc<Inner>,
}

struct Inner {
    seen: Mutex<Vec<Seen>>,
    answer: Mutex<Arc<Answer>>,
}

impl Outside {
    /// Over plain HTTP.
    pub fn http(answer: impl Fn(&Seen) -> Response + Send + Sync + 'static) -> Self {
        let (listener, server) = Self::new("http", answer);
        let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
        let router = server.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    /// Over TLS, with the certificate of [`authority`].
    pub fn https(answer: impl Fn(&Seen) -> Response + Send + Sync + 'static) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (listener, server) = Self::new("https", answer);
        let service = server.router().into_make_service();
        tokio::spawn(async move {
            let config = RustlsConfig::from_pem(PKI.certificate.clone(), PKI.key.clone()).await.expect("a certificate");
            axum_server::from_tcp_rustls(listener, config).expect("a socket").serve(service).await
        });
        server
    }

    fn new(scheme: &'static str, answer: impl Fn(&Seen) -> Response + Send + Sync + 'static) -> (TcpListener, Self) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        listener.set_nonblocking(true).expect("a socket that does not block");
        let address = listener.local_addr().expect("a port");
        let inner = Inner { seen: Mutex::default(), answer: Mutex::new(Arc::new(answer)) };
        (listener, Self { address, scheme, inner: Arc::new(inner) })
    }

    fn router(&self) -> Router {
        Router::new().fallback(respond).with_state(self.inner.clone())
    }

    /// The address of `path` at this server under the name `host`.
    pub fn at(&self, host: &str, path: &str) -> String {
        format!("{}://{host}:{}{path}", self.scheme, self.address.port())
    }

    /// The address of `path` at this server.
    pub fn url(&self, path: &str) -> String {
        self.at("127.0.0.1", path)
    }

    /// Answers otherwise from now on.
    pub fn answers(&self, answer: impl Fn(&Seen) -> Response + Send + Sync + 'static) {
        *self.inner.answer.lock().unwrap() = Arc::new(answer);
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.inner.seen.lock().unwrap().clone()
    }

    /// How many requests came.
    pub fn requests(&self) -> usize {
        self.seen().len()
    }
}

async fn respond(State(server): State<Arc<Inner>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 1024 * 1024).await.expect("a request's body");
    let seen = Seen { head, body: String::from_utf8_lossy(&body).into_owned(), bytes: body.to_vec() };
    server.seen.lock().unwrap().push(seen.clone());
    let answer = server.answer.lock().unwrap().clone();
    answer(&seen)
}

/// An answer of 200 with this type and body.
pub fn ok(media_type: &str, body: impl Into<Body>) -> Response {
    Response::builder().header("content-type", media_type).body(body.into()).expect("an answer")
}

/// An answer with a status and nothing else.
pub fn status(status: u16) -> Response {
    Response::builder().status(status).body(Body::empty()).expect("an answer")
}

struct Pki {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

/// Made once by openssl: for 127.0.0.1, localhost and the names below portal.example.
static PKI: LazyLock<Pki> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let names = "subjectAltName=DNS:localhost,DNS:*.portal.example,IP:127.0.0.1";
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"])
        .args(["-subj", "/CN=outside", "-addext", names, "-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(folder.path().join("key.pem"))
        .arg("-out")
        .arg(folder.path().join("cert.pem"))
        .output()
        .expect("openssl is installed by `make test`");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let read = |name: &str| std::fs::read(Path::new(folder.path()).join(name)).unwrap();
    Pki { certificate: read("cert.pem"), key: read("key.pem") }
});

/// For servers that speak something else over TLS.
pub fn tls() -> Arc<rustls::ServerConfig> {
    let certificate = CertificateDer::from_pem_slice(&PKI.certificate).unwrap();
    let key = rustls_pki_types::PrivateKeyDer::from_pem_slice(&PKI.key).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(builder.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap())
}

/// What to trust so that the servers over TLS are believed.
pub fn authority() -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(&PKI.certificate).unwrap()
}

/// A resolver that says what the test wants: each answer once in its order, the last for ever.
#[derive(Debug)]
pub struct Says {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl Says {
    pub fn new(answers: &[&[&str]]) -> Arc<Self> {
        let address = |text: &&str| text.parse().expect("an address");
        let answers = answers.iter().map(|answer| answer.iter().map(address).collect()).collect();
        Arc::new(Self { answers, asked: AtomicUsize::new(0) })
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait::async_trait]
impl Resolve for Says {
    async fn resolve(&self, _: &str) -> std::io::Result<Vec<IpAddr>> {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(self.answers[turn.min(self.answers.len() - 1)].clone())
    }
}
