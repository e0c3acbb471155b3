//! `[listeners.public]` and `[listeners.operations]`: where SenID listens, and with which certificates.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use super::certificate;
use super::reader::Reader;
use crate::domain::issuer::Issuer;
use crate::domain::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listeners {
    /// What citizens and portals reach.
    pub public: Listener,
    /// Health and metrics: for the operator's own network.
    pub operations: Listener,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    pub address: SocketAddr,
    /// `None`: plain HTTP, as behind a reverse proxy that speaks TLS.
    pub tls: Option<Tls>,
}

/// A certificate chain and its key, PEM files that are read again when they change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Default for Listeners {
    fn default() -> Self {
        let plain = |port| Listener { address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)), tls: None };
        Self { public: plain(8080), operations: plain(9090) }
    }
}

impl Listeners {
    pub(super) fn read(from: &mut Reader, issuer: &Issuer, now: Timestamp) -> Self {
        let default = Self::default();
        let public = Listener::read(from, "listeners.public", default.public);
        let operations = Listener::read(from, "listeners.operations", default.operations);
        // Port 0 asks the system for a free one, so two of them are never the same.
        if public.address == operations.address && public.address.port() != 0 {
            from.refuse("listeners.operations.address", "expected another address than listeners.public.address has");
        }
        if let Some(tls) = &public.tls {
            certificate::inspect(from, "listeners.public.tls", tls, Some(issuer), now);
            if !issuer.is_https() {
                from.warn("listeners.public.tls", format!("the listener speaks TLS but the issuer is {issuer}"));
            }
        }
        if let Some(tls) = &operations.tls {
            certificate::inspect(from, "listeners.operations.tls", tls, None, now);
        }
        Self { public, operations }
    }
}

impl Listener {
    fn read(from: &mut Reader, group: &str, default: Self) -> Self {
        let address = from.value(&format!("{group}.address"), default.address);
        let certificate_key = format!("{group}.tls.certificate");
        let key_key = format!("{group}.tls.key");
        let certificate = from.optional::<PathBuf>(&certificate_key);
        let key = from.optional::<PathBuf>(&key_key);
        let tls = match (certificate, key) {
            (Some(certificate), Some(key)) => Some(Tls { certificate, key }),
            (Some(_), None) if !from.is_set(&key_key) => {
                from.refuse(&certificate_key, format!("expected {key_key} beside it"));
                None
            }
            (None, Some(_)) if !from.is_set(&certificate_key) => {
                from.refuse(&key_key, format!("expected {certificate_key} beside it"));
                None
            }
            _ => None,
        };
        Self { address, tls }
    }
}
