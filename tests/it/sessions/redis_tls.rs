//! Redis behind TLS: only a certificate that the settings vouch for is spoken to.

use std::sync::Arc;

use senid::domain::time::ManualClock;
use senid::sessions::{Redis, RedisSettings, Store};

use super::{MINUTE, NOW, NothingEnded, SESSION, quick, tag, text};
use crate::support::free_port;
use crate::support::supervisor::{Signal, Supervisor, User, on_path};

/// A Redis that speaks nothing but TLS, its URL, and its certificate.
fn server() -> (Supervisor, String, Vec<u8>) {
    let supervisor = Supervisor::new(User::Current, Signal::Kill);
    let (port, directory) = (free_port(), supervisor.directory().to_owned());
    supervisor.run(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=redis \
         -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE \
         -keyout key.pem -out cert.pem",
    );
    supervisor.write(
        "redis.conf",
        &format!(
            "bind 127.0.0.1\nport 0\ntls-port {port}\ntls-cert-file cert.pem\ntls-key-file key.pem\n\
             tls-ca-cert-file cert.pem\ntls-auth-clients no\nsave \"\"\n"
        ),
    );
    let command = format!("{} redis.conf", on_path("redis-server").unwrap().display());
    supervisor.start(&command, || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    (supervisor, format!("rediss://localhost:{port}"), std::fs::read(directory.join("cert.pem")).unwrap())
}

fn open(settings: RedisSettings) -> Store {
    Store::new(Arc::new(Redis::open(settings, Arc::new(ManualClock::at(NOW)), Arc::new(NothingEnded)).unwrap()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_trusted_by_its_own_authority_alone() {
    let (_server, url, certificate) = server();
    let store = open(RedisSettings { roots: Some(certificate), ..quick(&url) });
    store.put(&SESSION.key(tag("a")), &text("private"), MINUTE).await.unwrap();
    assert_eq!(store.get(&SESSION.key(tag("a"))).await, Ok(Some(text("private"))));

    let refusal = open(quick(&url)).health().await.unwrap_err().to_string();
    assert!(refusal.contains("certificate"), "{refusal}");
}
