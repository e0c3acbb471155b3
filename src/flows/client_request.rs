//! A request that a client's own program sends: to the token endpoint and its like.

use std::sync::Arc;

use crate::domain::certificate::ClientCertificate;
use crate::protocol::parameters::Parameters;

use super::visitor::Visitor;

/// The request as it arrived; nothing of it is believed yet.
#[derive(Clone, Copy, Debug)]
pub struct ClientRequest<'a> {
    pub visitor: &'a Visitor,
    /// The `Authorization` header, where there is one.
    pub authorization: Option<&'a str>,
    pub form: &'a Parameters,
    pub sender: &'a Sender,
}

/// What a request brings to prove which keys its sender holds: RFC 9449, RFC 8705.
#[derive(Clone, Debug, Default)]
pub struct Sender {
    /// The method and the path below the issuer, which a DPoP proof is for (`htm`, `htu`).
    pub method: String,
    pub path: String,
    /// Every `DPoP` header; there may be one.
    pub dpop: Vec<String>,
    /// Of the TLS connection, as this server or a trusted proxy has it.
    pub certificate: Option<Arc<ClientCertificate>>,
}
