//! A metadata service of the test's own: what the FIDO Alliance signs, signed by somebody else.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls_pki_types::CertificateDer;
use senid::config::{Attestation, MetadataSource};
use senid::crypto::base64url;
use senid::crypto::private_key::PrivateKey;
use senid::domain::attestation::AttestationPolicy;
use senid::domain::keys::SignatureAlgorithm;
use serde_json::{Value, json};

pub const SIGNER: &str = "mds.example";

/// Signs metadata with a key that its root vouches for.
pub struct MetadataService {
    root: CertificateDer<'static>,
    leaf: CertificateDer<'static>,
    key: PrivateKey,
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2029, 1, 1);
    params
}

impl MetadataService {
    pub fn new() -> Self {
        let (mut root, root_key) = (named("Metadata root"), KeyPair::generate().unwrap());
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = root.self_signed(&root_key).unwrap().der().clone();
        let key = KeyPair::generate().unwrap();
        let leaf = named(SIGNER).signed_by(&key, &Issuer::new(root, root_key)).unwrap().der().clone();
        let key = PrivateKey::from_pkcs8(SignatureAlgorithm::Es256, &key.serialize_der()).unwrap();
        Self { root: certificate, leaf, key }
    }

    /// The settings of whoever believes it.
    pub fn believed(&self) -> Attestation {
        let metadata =
            MetadataSource { roots: vec![self.root.clone()], signer: SIGNER.to_owned(), ..MetadataSource::default() };
        Attestation { policy: AttestationPolicy::Metadata, metadata, ..Attestation::default() }
    }

    /// Its root, as an operator has it in a file.
    pub fn root_pem(&self) -> String {
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(&self.root))
    }

    pub fn sign(&self, number: u32, next_update: &str, entries: &[Value]) -> String {
        let encode = |part: Value| base64url::encode(part.to_string().as_bytes());
        let header = encode(json!({ "alg": "ES256", "typ": "JWT", "x5c": [STANDARD.encode(&self.leaf)] }));
        let payload = encode(json!({ "no": number, "nextUpdate": next_update, "entries": entries }));
        let signed = format!("{header}.{payload}");
        let signature = self.key.sign(signed.as_bytes()).unwrap();
        format!("{signed}.{}", base64url::encode(signature.as_ref()))
    }
}

/// The entry of a model for which nobody vouches.
pub fn entry(aaguid: &str, statuses: &[&str]) -> Value {
    let reports: Vec<_> = statuses.iter().map(|status| json!({ "status": status })).collect();
    let statement =
        json!({ "description": "Key of glass", "keyProtection": ["hardware"], "attestationRootCertificates": [] });
    json!({ "aaguid": aaguid, "metadataStatement": statement, "statusReports": reports })
}
