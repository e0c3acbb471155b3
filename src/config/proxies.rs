//! `[proxies]`: the reverse proxies in front of SenID, whose word about a client's address and its certificate is believed.

use std::net::IpAddr;

use ipnet::IpNet;

use super::reader::Reader;
use super::value::words;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxies {
    pub trusted: Vec<IpNet>,
    pub header: ClientAddressHeader,
    pub client_certificate: ClientCertificateHeader,
}

/// The header in which a proxy adds the address that connected to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAddressHeader {
    /// Whoever connects is the client.
    None,
    /// RFC 7239.
    Forwarded,
    XForwardedFor,
}

words!(
    ClientAddressHeader,
    "one of \"none\", \"forwarded\", \"x-forwarded-for\"",
    None = "none",
    Forwarded = "forwarded",
    XForwardedFor = "x-forwarded-for"
);

/// The header in which a proxy that ends TLS passes on the certificate that a client showed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientCertificateHeader {
    /// No certificate comes through a proxy.
    None,
    /// RFC 9440.
    ClientCert,
    /// `X-SSL-Client-Cert`, as proxies that are older than the standard are set up: PEM with its special characters escaped, PEM on
    /// one line, or the base64 of DER. The certificate alone.
    XSslClientCert,
}

words!(
    ClientCertificateHeader,
    "one of \"none\", \"client-cert\", \"x-ssl-client-cert\"",
    None = "none",
    ClientCert = "client-cert",
    XSslClientCert = "x-ssl-client-cert"
);

impl Default for Proxies {
    fn default() -> Self {
        Self {
            trusted: Vec::new(),
            header: ClientAddressHeader::None,
            client_certificate: ClientCertificateHeader::None,
        }
    }
}

impl Proxies {
    pub(super) fn read(from: &mut Reader) -> Self {
        let default = Self::default();
        let proxies = Self {
            trusted: from.list("proxies.trusted", default.trusted),
            header: from.value("proxies.header", default.header),
            client_certificate: from.value("proxies.client_certificate", default.client_certificate),
        };
        if let Some(range) = proxies.trusted.iter().find(|range| range.prefix_len() == 0) {
            from.refuse(
                "proxies.trusted",
                format!("{range} is everyone: then anyone chooses the address they come from"),
            );
        }
        match (proxies.header, proxies.trusted.is_empty()) {
            (ClientAddressHeader::None, false) => {
                from.refuse(
                    "proxies.header",
                    "expected the header that the trusted proxies write: \"forwarded\" or \"x-forwarded-for\"",
                );
            }
            (ClientAddressHeader::Forwarded | ClientAddressHeader::XForwardedFor, true) => {
                from.refuse(
                    "proxies.trusted",
                    "expected the proxies' addresses: the header is believed from nobody else",
                );
            }
            _ => {}
        }
        if proxies.pass_certificates_on() && proxies.trusted.is_empty() {
            from.refuse(
                "proxies.trusted",
                "expected the proxies' addresses: a client's certificate is believed from nobody else",
            );
        }
        proxies
    }

    /// Whether certificates of clients come through them.
    pub fn pass_certificates_on(&self) -> bool {
        self.client_certificate != ClientCertificateHeader::None
    }

    /// Whether `peer` is one of the proxies.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.trusted.iter().any(|range| range.contains(&peer))
    }
}
