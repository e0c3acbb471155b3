//! The certificate that a client's program makes its TLS connection with: RFC 8705.

use super::key_binding::Thumbprint;

/// The certificate of a connection, as TLS or a trusted proxy has it: whoever sent the request holds its private key.
/// Nothing else is known of it yet, neither who issued it nor whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// DER.
    pub leaf: Vec<u8>,
    /// What was sent beside it to lead to a trust anchor, DER each.
    pub intermediates: Vec<Vec<u8>>,
    /// Of the leaf (RFC 8705 §3.1).
    pub thumbprint: Thumbprint,
}

/// Whose certificates prove clients here, from none to all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum AcceptedCertificates {
    /// No certificate comes to this server.
    #[default]
    None,
    /// Those that clients publish themselves.
    Published,
    /// Those of authorities, too.
    Issued,
}
