//! `[mtls]`: clients that prove themselves, and bind their tokens, with certificates (RFC 8705).

use std::fmt;
use std::path::PathBuf;

use rustls_pki_types::CertificateDer;

use super::certificate::{self, KnownAs};
use super::listeners::Listeners;
use super::proxies::Proxies;
use super::reader::Reader;
use crate::domain::issuer::Issuer;
use crate::domain::time::Timestamp;

#[derive(Clone, Default, PartialEq, Eq)]
pub struct MutualTls {
    /// Where clients reach the endpoints with their certificates, if that is not where everybody does: what
    /// `mtls_endpoint_aliases` begin with (RFC 8705 §5). It has the path that the issuer has.
    pub public_url: Option<Issuer>,
    /// The authorities of `tls_client_auth`. Without one, the only certificates are those that clients publish themselves.
    pub trusted_authorities: Vec<CertificateDer<'static>>,
}

impl MutualTls {
    pub(super) fn read(
        from: &mut Reader,
        listeners: &Listeners,
        proxies: &Proxies,
        issuer: &Issuer,
        now: Timestamp,
    ) -> Self {
        let public_url = from.optional_if::<Issuer>("mtls.public_url", |url| {
            let path = issuer.path();
            match url {
                url if url.path() != path => Err(format!("the path that the issuer has: {}{path}", url.origin())),
                url if url.origin() == issuer.origin() => {
                    Err("another host or port than the issuer has: browsers would be asked for certificates".to_owned())
                }
                _ => Ok(()),
            }
        });
        let trusted_authorities = match from.optional::<PathBuf>("mtls.trusted_authorities_file") {
            Some(path) => certificate::read_authorities(from, "mtls.trusted_authorities_file", &path, now),
            None => Vec::new(),
        };
        let is_offered = listeners.mtls.is_some() || proxies.pass_certificates_on();
        for key in ["mtls.public_url", "mtls.trusted_authorities_file"] {
            if from.is_set(key) && !is_offered && !from.has_fault_below("listeners.mtls") {
                let problem = "expected listeners.mtls.address or proxies.client_certificate beside it: no certificate comes \
                               any other way";
                from.refuse(key, problem);
            }
        }
        if let Some(listener) = &listeners.mtls {
            let known_as = public_url.as_ref().map(|url| KnownAs { url, by: "the host of mtls.public_url" });
            certificate::inspect(from, "listeners.mtls.tls", &listener.tls, known_as, now);
            if !from.is_set("mtls.public_url") {
                from.refuse(
                    "listeners.mtls.address",
                    "expected mtls.public_url beside it: where clients reach the listener",
                );
            }
        }
        Self { public_url, trusted_authorities }
    }
}

impl fmt::Debug for MutualTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MutualTls")
            .field("public_url", &self.public_url)
            .field("trusted_authorities", &self.trusted_authorities.len())
            .finish()
    }
}
