//! TLS of the listeners: served from PEM files, which are read again when they change.

#[path = "tls/http2.rs"]
mod http2;
#[path = "tls/suites.rs"]
mod suites;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use senid::app::SystemClock;
use senid::app::deployment;
use senid::app::serve::Running;
use senid::config::{DatabaseUrl, Settings, Tls};
use senid::crypto::random::SystemRandom;
use senid::web::layout::Standing;
use tempfile::TempDir;

/// A self-signed certificate for localhost, made by openssl.
fn make_certificate(folder: &Path) {
    make_certificate_of(folder, &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
}

fn make_certificate_of(folder: &Path, key: &[&str]) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-nodes", "-days", "30", "-newkey"])
        .args(key)
        .args([
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
            "-addext",
            "basicConstraints=critical,CA:FALSE",
        ])
        .arg("-keyout")
        .arg(folder.join("key.pem"))
        .arg("-out")
        .arg(folder.join("cert.pem"))
        .output()
        .expect("openssl is installed by `make test`");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

fn certificate(folder: &Path) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(folder.join("cert.pem")).unwrap()
}

/// A client that trusts this certificate and no other. Each has connections of its own.
fn client(trusted: &CertificateDer<'static>) -> reqwest::Client {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let builder = reqwest::Client::builder().tls_backend_preconfigured(config);
    builder.redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

async fn start(folder: &TempDir) -> Running {
    let mut settings = Settings { issuer: "https://localhost".parse().unwrap(), ..Settings::default() };
    settings.database.url = DatabaseUrl::Sqlite(folder.path().join("senid.sqlite"));
    settings.keys.folder = folder.path().join("keys");
    settings.listeners.public.address.set_port(0);
    settings.listeners.operations.address.set_port(0);
    settings.listeners.public.tls =
        Some(Tls { certificate: folder.path().join("cert.pem"), key: folder.path().join("key.pem") });
    deployment::connect(&settings).await.unwrap().migrate().await.unwrap();
    let random = Arc::new(SystemRandom::new());
    let deployment = deployment::open(Arc::new(settings), Arc::new(SystemClock), random).await.unwrap();
    Running::start(deployment, Standing::Official).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_was_replaced_is_served_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    make_certificate(folder.path());
    let first = certificate(folder.path());
    let running = start(&folder).await;
    let url = format!("https://localhost:{}/health/live", running.public().port());

    let answer = client(&first).get(&url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.version(), reqwest::Version::HTTP_2, "ALPN offers HTTP/2");

    make_certificate(folder.path());
    let second = certificate(folder.path());
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    for look in 0.. {
        looks.tick().await;
        if client(&second).get(&url).send().await.is_ok() {
            break;
        }
        assert!(look < 200, "the new certificate is not served");
    }
    assert!(client(&first).get(&url).send().await.is_err(), "the old certificate is served still");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_replacement_leaves_the_old_certificate_in_use() {
    let folder = tempfile::tempdir().unwrap();
    make_certificate(folder.path());
    let first = certificate(folder.path());
    let running = start(&folder).await;
    let url = format!("https://localhost:{}/health/live", running.public().port());
    std::fs::write(folder.path().join("cert.pem"), "not a certificate").unwrap();
    let mut looks = tokio::time::interval(Duration::from_millis(100));
    for _ in 0..25 {
        looks.tick().await;
        assert!(client(&first).get(&url).send().await.is_ok(), "a broken file took the certificate away");
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_cookies_are_bound_to_the_host_and_transport_security_is_demanded() {
    let folder = tempfile::tempdir().unwrap();
    make_certificate(folder.path());
    let running = start(&folder).await;
    let client = client(&certificate(folder.path()));
    let base = format!("https://localhost:{}", running.public().port());
    let answer = client
        .post(format!("{base}/language"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("language=en&return_to=/account")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 303);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-senid-language=en; Path=/; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
    assert!(answer.headers()["strict-transport-security"].to_str().unwrap().starts_with("max-age=31536000"));
    running.stop().await;
}
