//! `[listeners.public]`, `[listeners.mtls]`, `[listeners.certificate]` and `[listeners.operations]`: where SenID listens, and with which certificates.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use super::certificate::{self, KnownAs};
use super::reader::Reader;
use crate::domain::issuer::Issuer;
use crate::domain::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listeners {
    /// What citizens and portals reach.
    pub public: Listener,
    /// What clients' programs reach with certificates of their own, where there is one. It is apart because whoever listens for
    /// certificates asks every browser for one.
    pub mtls: Option<MutualTlsListener>,
    /// Where citizens' browsers are asked for the certificates of their cards, where there is one. It is apart for the same reason, and
    /// from the other because nothing but that is there.
    pub certificate: Option<MutualTlsListener>,
    /// Health and metrics: for the operator's own network.
    pub operations: Listener,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    pub address: SocketAddr,
    /// `None`: plain HTTP, as behind a reverse proxy that speaks TLS.
    pub tls: Option<Tls>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MutualTlsListener {
    pub address: SocketAddr,
    pub tls: Tls,
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
        Self { public: plain(8080), mtls: None, certificate: None, operations: plain(9090) }
    }
}

impl Listeners {
    pub(super) fn read(from: &mut Reader, issuer: &Issuer, now: Timestamp) -> Self {
        let default = Self::default();
        let public = Listener::read(from, "listeners.public", default.public);
        let mtls = MutualTlsListener::read(from, "listeners.mtls");
        let certificate = MutualTlsListener::read(from, "listeners.certificate");
        let operations = Listener::read(from, "listeners.operations", default.operations);
        // Port 0 asks the system for a free one, so two of them are never the same.
        if public.address == operations.address && public.address.port() != 0 {
            from.refuse("listeners.operations.address", "expected another address than listeners.public.address has");
        }
        let mut taken = vec![("public", public.address), ("operations", operations.address)];
        for (name, asking) in [("mtls", &mtls), ("certificate", &certificate)] {
            let Some(address) = asking.as_ref().map(|listener| listener.address) else { continue };
            if let Some((key, _)) = taken.iter().find(|(_, other)| *other == address && address.port() != 0) {
                let problem = format!("expected another address than listeners.{key}.address has");
                from.refuse(&format!("listeners.{name}.address"), problem);
            }
            taken.push((name, address));
        }
        if let Some(tls) = &public.tls {
            let known_as = KnownAs { url: issuer, by: "the issuer's host" };
            certificate::inspect(from, "listeners.public.tls", tls, Some(known_as), now);
            if !issuer.is_https() {
                from.warn("listeners.public.tls", format!("the listener speaks TLS but the issuer is {issuer}"));
            }
        }
        if let Some(tls) = &operations.tls {
            certificate::inspect(from, "listeners.operations.tls", tls, None, now);
        }
        Self { public, mtls, certificate, operations }
    }
}

impl MutualTlsListener {
    /// The certificate is looked at where the address that it must name is known: [`super::MutualTls`],
    /// [`super::CertificateSignIn`].
    fn read(from: &mut Reader, group: &str) -> Option<Self> {
        let address_key = format!("{group}.address");
        let address = from.optional::<SocketAddr>(&address_key);
        let tls = Tls::read(from, group);
        match (address, tls) {
            (Some(address), Some(tls)) => Some(Self { address, tls }),
            (Some(_), None) if !from.has_fault_below(group) => {
                from.refuse(&address_key, format!("expected {group}.tls.certificate and .key beside it"));
                None
            }
            (None, Some(_)) if !from.has_fault_below(group) => {
                from.refuse(&format!("{group}.tls.certificate"), format!("expected {address_key} beside it"));
                None
            }
            _ => None,
        }
    }
}

impl Listener {
    fn read(from: &mut Reader, group: &str, default: Self) -> Self {
        let address = from.value(&format!("{group}.address"), default.address);
        Self { address, tls: Tls::read(from, group) }
    }
}

impl Tls {
    pub(super) fn read(from: &mut Reader, group: &str) -> Option<Self> {
        let certificate_key = format!("{group}.tls.certificate");
        let key_key = format!("{group}.tls.key");
        let certificate = from.optional::<PathBuf>(&certificate_key);
        let key = from.optional::<PathBuf>(&key_key);
        match (certificate, key) {
            (Some(certificate), Some(key)) => Some(Self { certificate, key }),
            (Some(_), None) if !from.is_set(&key_key) => {
                from.refuse(&certificate_key, format!("expected {key_key} beside it"));
                None
            }
            (None, Some(_)) if !from.is_set(&certificate_key) => {
                from.refuse(&key_key, format!("expected {certificate_key} beside it"));
                None
            }
            _ => None,
        }
    }
}
