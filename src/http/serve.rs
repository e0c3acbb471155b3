//! Listeners: plain, TLS (rustls), or TLS that asks for clients' certificates; own certificates read again when their files
//! change, a stop that drains.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use rustls::crypto::ring::default_provider;
use rustls::server::NoServerSessionStorage;
use rustls::{DistinguishedName, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::task::JoinHandle;

use super::mutual_tls::{AnyCertificate, Identified};
use super::patience::{Impatient, PATIENCE};
use super::{Site, router};
use crate::config::Tls;

/// A listener that takes connections.
#[derive(Debug)]
pub struct Listening {
    pub public: SocketAddr,
    /// Where clients bring certificates, if there is such a listener.
    pub mtls: Option<SocketAddr>,
    /// Where browsers are asked for certificates, if there is such a listener.
    pub certificate: Option<SocketAddr>,
    pub operations: SocketAddr,
    site: Arc<Site>,
    /// The public ones, then the operations': the order in which they close.
    servers: Vec<Serving>,
    watchers: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Serving {
    handle: Handle<SocketAddr>,
    server: JoinHandle<io::Result<()>>,
}

#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("cannot listen on {0}: {1}")]
    Bind(SocketAddr, io::Error),
    #[error("{0}: {1}")]
    Tls(String, String),
}

/// How often certificate files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Begins to serve on the listeners of the settings.
///
/// # Errors
/// Where an address is taken or a certificate cannot be used; nothing serves then.
pub async fn serve(site: Arc<Site>) -> Result<Listening, ServeError> {
    let listeners = &site.app.settings.listeners;
    let sockets = Sockets {
        public: bind(listeners.public.address)?,
        mtls: listeners.mtls.as_ref().map(|mtls| bind(mtls.address)).transpose()?,
        certificate: listeners.certificate.as_ref().map(|asking| bind(asking.address)).transpose()?,
        operations: bind(listeners.operations.address)?,
    };
    serve_on(site, sockets).await
}

/// Sockets that are bound already.
#[derive(Debug)]
pub struct Sockets {
    pub public: TcpListener,
    /// Of use where the settings have such a listener.
    pub mtls: Option<TcpListener>,
    /// As that.
    pub certificate: Option<TcpListener>,
    pub operations: TcpListener,
}

/// Begins to serve on sockets that are bound already.
///
/// # Errors
/// Where a certificate cannot be used.
pub async fn serve_on(site: Arc<Site>, sockets: Sockets) -> Result<Listening, ServeError> {
    let listeners = &site.app.settings.clone().listeners;
    let Sockets { public, mtls, certificate, operations } = sockets;
    let address = |listener: &TcpListener| listener.local_addr().unwrap_or(listeners.public.address);
    let mtls = mtls.zip(listeners.mtls.as_ref());
    let certificate = certificate.zip(listeners.certificate.as_ref());
    let mut listening = Listening {
        public: address(&public),
        mtls: mtls.as_ref().map(|(socket, _)| address(socket)),
        certificate: certificate.as_ref().map(|(socket, _)| address(socket)),
        operations: address(&operations),
        site: site.clone(),
        servers: Vec::new(),
        watchers: Vec::new(),
    };
    listening.start(public, listeners.public.tls.as_ref(), router::public(site.clone()))?;
    if let Some((socket, mtls)) = mtls {
        listening.start_asking(socket, &mtls.tls, Peers::Programs, router::mutual_tls(site.clone()))?;
    }
    if let Some((socket, asking)) = certificate {
        let names = site.app.trust.names().map(|name| DistinguishedName::from(name.to_vec())).collect();
        listening.start_asking(socket, &asking.tls, Peers::Citizens(names), router::certificate(site.clone()))?;
    }
    listening.start(operations, listeners.operations.tls.as_ref(), router::operations(site))?;
    Ok(listening)
}

impl Listening {
    fn start(&mut self, listener: TcpListener, tls: Option<&Tls>, router: Router) -> Result<(), ServeError> {
        let address = listener.local_addr().unwrap_or(self.public);
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let handle = Handle::new();
        let bound = |error| ServeError::Bind(address, error);
        let server = match tls {
            None => {
                let mut server = axum_server::from_tcp(listener).map_err(bound)?.handle(handle.clone()).map(Impatient);
                patience(&mut server);
                tokio::spawn(async move { server.serve(service).await })
            }
            Some(tls) => {
                let config = self.watched(tls, Peers::Anonymous)?;
                let server = axum_server::from_tcp_rustls(listener, config).map_err(bound)?.handle(handle.clone());
                let mut server = server.map(Impatient);
                patience(&mut server);
                tokio::spawn(async move { server.serve(service).await })
            }
        };
        self.servers.push(Serving { handle, server });
        Ok(())
    }

    /// As [`Listening::start`], asking whoever connects for a certificate.
    fn start_asking(
        &mut self,
        listener: TcpListener,
        tls: &Tls,
        peers: Peers,
        router: Router,
    ) -> Result<(), ServeError> {
        let address = listener.local_addr().unwrap_or(self.public);
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let handle = Handle::new();
        let config = self.watched(tls, peers)?;
        let server =
            axum_server::from_tcp_rustls(listener, config).map_err(|error| ServeError::Bind(address, error))?;
        let mut server = server.handle(handle.clone()).map(|acceptor| Impatient(Identified(acceptor)));
        patience(&mut server);
        let server = tokio::spawn(async move { server.serve(service).await });
        self.servers.push(Serving { handle, server });
        Ok(())
    }

    /// The files' contents, for as long as they stay as they are.
    fn watched(&mut self, tls: &Tls, peers: Peers) -> Result<RustlsConfig, ServeError> {
        let config = RustlsConfig::from_config(Arc::new(read(tls, &peers)?));
        self.watchers.push(tokio::spawn(watch(tls.clone(), peers, config.clone())));
        Ok(config)
    }

    /// Takes no new connections and lets the requests under way finish; until they have, the operations' listener goes
    /// on saying at `/health/ready` that this server is draining.
    pub async fn stop(self) {
        self.site.drain();
        for watcher in &self.watchers {
            watcher.abort();
        }
        for Serving { handle, server } in self.servers {
            handle.graceful_shutdown(Some(self.site.app.settings.limits.drain));
            match server.await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(%error, "a listener ended with an error"),
                Err(error) => tracing::error!(%error, "a listener panicked"),
            }
        }
    }
}

/// How long a connection may take to send its request's head, and how long that may be.
fn patience<A>(server: &mut axum_server::Server<SocketAddr, A>) {
    server
        .http_builder()
        .http1()
        .timer(hyper_util::rt::TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(LONGEST_HEAD);
    server
        .http_builder()
        .http2()
        .timer(hyper_util::rt::TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(LONGEST_HEADER_LIST)
        // Who opens streams only to take them back is told to calm down (CVE-2023-44487), and so is who makes us take
        // them back (CVE-2025-8671).
        .max_pending_accept_reset_streams(RESETS)
        .max_local_error_reset_streams(RESETS)
        .keep_alive_interval(LISTEN_FOR)
        .keep_alive_timeout(PATIENCE);
}

/// In bytes; of HTTP/1.
const LONGEST_HEAD: usize = 64 * 1024;
/// Of HTTP/2, unpacked: a packed head may be far shorter than what it means.
const LONGEST_HEADER_LIST: u32 = 32 * 1024;
/// Requests of one connection that are under way at once.
const STREAMS: u32 = 128;
/// Streams of one connection that were reset and are not forgotten yet.
const RESETS: usize = 32;
/// A connection that is idle for so long is asked whether anybody is there.
const LISTEN_FOR: Duration = Duration::from_secs(30);

fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    let bound = |error| ServeError::Bind(address, error);
    let socket = TcpListener::bind(address).map_err(bound)?;
    socket.set_nonblocking(true).map_err(bound)?;
    Ok(socket)
}

/// Whether those who connect are asked for certificates, and whose.
#[derive(Clone, Debug)]
enum Peers {
    Anonymous,
    /// Nobody's in particular: a client whose certificate nobody issued would keep it to itself.
    Programs,
    /// Those of these authorities: a browser offers its person nothing else.
    Citizens(Arc<[DistinguishedName]>),
}

/// TLS 1.2 with ECDHE and AEAD, or 1.3: what rustls offers at all.
fn read(tls: &Tls, peers: &Peers) -> Result<ServerConfig, ServeError> {
    let fault = |path: &std::path::Path, error: &dyn std::fmt::Display| {
        ServeError::Tls(path.display().to_string(), error.to_string())
    };
    let chain = CertificateDer::pem_file_iter(&tls.certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(|error| fault(&tls.certificate, &error))?;
    let key = PrivateKeyDer::from_pem_file(&tls.key).map_err(|error| fault(&tls.key, &error))?;
    let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| fault(&tls.certificate, &error))?;
    let builder = match peers {
        Peers::Anonymous => builder.with_no_client_auth(),
        Peers::Programs => builder.with_client_cert_verifier(Arc::new(AnyCertificate::new(Arc::default()))),
        Peers::Citizens(names) => builder.with_client_cert_verifier(Arc::new(AnyCertificate::new(names.clone()))),
    };
    let mut config = builder.with_single_cert(chain, key).map_err(|error| fault(&tls.certificate, &error))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    if let Peers::Citizens(_) = peers {
        // A card that was taken out signs nothing. A session that is resumed, or a connection that goes on, would still have its
        // certificate, for whoever sits there then.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
    }
    Ok(config)
}

/// Takes new certificates into use when their files change; broken ones are reported and the old ones stay.
async fn watch(tls: Tls, peers: Peers, config: RustlsConfig) {
    let stamp = || {
        let of = |path: &std::path::Path| std::fs::read(path).map(|bytes| crate::crypto::hash::sha256(&bytes)).ok();
        (of(&tls.certificate), of(&tls.key))
    };
    let mut seen = stamp();
    let mut every = tokio::time::interval(LOOK_EVERY);
    loop {
        every.tick().await;
        let now = stamp();
        if now == seen {
            continue;
        }
        seen = now;
        match read(&tls, &peers) {
            Ok(fresh) => {
                config.reload_from_config(Arc::new(fresh));
                tracing::info!(certificate = %tls.certificate.display(), "the certificate was read again");
            }
            Err(error) => tracing::error!(%error, "the changed certificate cannot be used; the old one stays"),
        }
    }
}
