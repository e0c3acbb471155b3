//! Authorities, and the certificates that clients' programs show.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use senid::config::{ClientAddressHeader, ClientCertificateHeader, Proxies, Settings, Tls};
use senid::crypto::base64url;
use senid::crypto::hash::sha256;
use serde_json::{Value, json};

/// The distinguished name of [`Authority::issues`], in the form of RFC 4514.
pub const SUBJECT: &str = "CN=portal,O=Department of Taxation,C=VN";

/// An authority that issues certificates to clients.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub certificate: CertificateDer<'static>,
    /// From it to the root, which is not among them.
    above: Vec<CertificateDer<'static>>,
}

/// A certificate, with its key: whoever has it can show it.
pub struct Shown {
    /// What leads to its authority comes after it.
    pub chain: Vec<CertificateDer<'static>>,
    key: KeyPair,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let params = params_of_authority(name);
        let certificate = params.self_signed(&key).unwrap().der().clone();
        Self { issuer: Issuer::new(params, key), certificate, above: Vec::new() }
    }

    /// An authority below this one.
    pub fn intermediate(&self, name: &str) -> Self {
        self.signs(params_of_authority(name))
    }

    /// A client of this one that issues certificates as well, though it may not.
    pub fn pretender(&self) -> Self {
        self.signs(params_of_client())
    }

    /// An authority below this one whose time is over.
    pub fn former(&self) -> Self {
        let mut params = params_of_authority("Former office");
        params.not_after = date_time_ymd(2026, 12, 31);
        self.signs(params)
    }

    fn signs(&self, params: CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap().der().clone();
        let above = [std::slice::from_ref(&certificate), &self.above].concat();
        Self { issuer: Issuer::new(params, key), certificate, above }
    }

    /// A certificate for [`SUBJECT`].
    pub fn issues(&self) -> Shown {
        self.issues_with(|_| {})
    }

    /// As [`Self::issues`], with what the test has changed.
    pub fn issues_with(&self, change: impl FnOnce(&mut CertificateParams)) -> Shown {
        let key = KeyPair::generate().unwrap();
        let mut params = params_of_client();
        change(&mut params);
        let leaf = params.signed_by(&key, &self.issuer).unwrap().der().clone();
        Shown { chain: [&[leaf], self.above.as_slice()].concat(), key }
    }
}

impl Shown {
    /// For [`SUBJECT`], issued by nobody but itself.
    pub fn self_signed() -> Self {
        Self::self_signed_with(|_| {})
    }

    pub fn self_signed_with(change: impl FnOnce(&mut CertificateParams)) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = params_of_client();
        change(&mut params);
        Self { chain: vec![params.self_signed(&key).unwrap().der().clone()], key }
    }

    /// `Client-Cert` (RFC 9440 §2.2).
    pub fn header(&self) -> String {
        byte_sequence(&self.chain[0])
    }

    /// `Client-Cert-Chain` (RFC 9440 §2.3).
    pub fn chain_header(&self) -> String {
        self.chain[1..].iter().map(|one| byte_sequence(one)).collect::<Vec<_>>().join(", ")
    }

    /// `x5t#S256` (RFC 8705 §3.1).
    pub fn thumbprint(&self) -> String {
        base64url::encode(&sha256(&self.chain[0]))
    }

    /// A key set with the certificate in it (RFC 7517 §4.7).
    pub fn jwks(&self) -> Value {
        let point = self.key.public_key_raw();
        json!({ "keys": [{
            "kty": "EC", "crv": "P-256", "use": "sig",
            "x": base64url::encode(&point[1..33]), "y": base64url::encode(&point[33..]),
            "x5c": [STANDARD.encode(&self.chain[0])],
        }]})
    }

    /// This certificate, shown by whoever holds that other key.
    pub fn stolen_by(&self, thief: Self) -> Self {
        Self { chain: self.chain.clone(), key: thief.key }
    }

    pub fn key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::try_from(self.key.serialize_der()).unwrap()
    }
}

/// The settings of a server behind a proxy at 127.0.0.1 that ends TLS, with these authorities of clients.
pub fn behind_a_proxy(settings: &mut Settings, authorities: &[&Authority]) {
    settings.proxies = Proxies {
        trusted: vec!["127.0.0.1/32".parse().unwrap()],
        header: ClientAddressHeader::XForwardedFor,
        client_certificate: ClientCertificateHeader::ClientCert,
    };
    trusts(settings, authorities);
}

pub fn trusts(settings: &mut Settings, authorities: &[&Authority]) {
    settings.mtls.trusted_authorities = authorities.iter().map(|authority| authority.certificate.clone()).collect();
}

/// The server's own certificate and key, for localhost, written into `folder`.
pub fn of_the_server(folder: &Path) -> Tls {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = params.self_signed(&key).unwrap();
    let write = |name: &str, kind: &str, der: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", STANDARD.encode(der)))
            .unwrap();
        path
    };
    Tls {
        certificate: write("cert.pem", "CERTIFICATE", certificate.der()),
        key: write("key.pem", "PRIVATE KEY", &key.serialize_der()),
    }
}

pub fn byte_sequence(der: &[u8]) -> String {
    format!(":{}:", STANDARD.encode(der))
}

fn params_of_authority(name: &str) -> CertificateParams {
    let mut params = params_of_client();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.extended_key_usages.clear();
    params
}

fn params_of_client() -> CertificateParams {
    let mut params = CertificateParams::default();
    (params.not_before, params.not_after) = (date_time_ymd(2026, 1, 1), date_time_ymd(2028, 1, 1));
    params.distinguished_name = DistinguishedName::new();
    for (kind, value) in [
        (DnType::CountryName, "VN"),
        (DnType::OrganizationName, "Department of Taxation"),
        (DnType::CommonName, "portal"),
    ] {
        params.distinguished_name.push(kind, value);
    }
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}
