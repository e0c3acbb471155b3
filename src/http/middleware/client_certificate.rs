//! The certificate that a client's program showed: to this server, or to a proxy that passes it on (RFC 9440). Whoever asks for
//! it finds it among the request's extensions, and finds none that was not proven.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::config::ClientCertificateHeader;
use crate::domain::certificate::ClientCertificate;
use crate::http::Site;
use crate::http::error::{Challenge, Failure};
use crate::http::mutual_tls::Connection;
use crate::protocol::OAuthError;
use crate::protocol::client_cert::{self, CLIENT_CERT, CLIENT_CERT_CHAIN, X_SSL_CLIENT_CERT};

/// On a listener whose connections have no certificates of their own. From whoever is no proxy of ours the headers are words of
/// theirs, and nobody reads them.
pub async fn from_proxy(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response {
    match passed_on(&site, &request) {
        Ok(None) => {}
        Ok(Some(certificate)) => {
            request.extensions_mut().insert(Arc::new(certificate));
        }
        Err(refusal) => return Failure::from(refusal).into_json(Challenge::Client),
    }
    next.run(request).await
}

/// On the listener that asks for certificates. What a header says there, whoever wrote it, is not what the connection has.
pub async fn from_connection(mut request: Request, next: Next) -> Response {
    if let Some(Connection(Some(certificate))) = request.extensions_mut().remove::<Connection>() {
        request.extensions_mut().insert(certificate);
    }
    next.run(request).await
}

fn passed_on(site: &Site, request: &Request) -> Result<Option<ClientCertificate>, OAuthError> {
    let proxies = &site.app.settings.proxies;
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let is_ours = peer.is_some_and(|ConnectInfo(peer)| proxies.trusts(peer.ip()));
    if !is_ours {
        return Ok(None);
    }
    let all = |name| request.headers().get_all(name).into_iter().map(|value| value.as_bytes()).collect::<Vec<_>>();
    match proxies.client_certificate {
        ClientCertificateHeader::None => Ok(None),
        ClientCertificateHeader::ClientCert => client_cert::read(&all(CLIENT_CERT), &all(CLIENT_CERT_CHAIN)),
        ClientCertificateHeader::XSslClientCert => client_cert::read_older(&all(X_SSL_CLIENT_CERT)),
    }
}
