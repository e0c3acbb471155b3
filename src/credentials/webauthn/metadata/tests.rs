//! A metadata authority of the test's own, and what it signs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls_pki_types::CertificateDer;
use serde_json::{Value, json};

use super::*;
use crate::crypto::base64url;
use crate::crypto::certificate::CertificateFault;
use crate::crypto::hash::{HmacKey, sha256};
use crate::crypto::jws::JwsError;
use crate::crypto::private_key::PrivateKey;
use crate::domain::keys::SignatureAlgorithm;

/// 2026-06-01.
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_780_272_000);
const MDS: &str = "mds.example";
pub(crate) const MODEL: &str = "ee882879-721c-4913-9775-3dfcce97072a";

/// Whoever issues certificates.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) certificate: CertificateDer<'static>,
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2027, 1, 1);
    params
}

impl Authority {
    pub(crate) fn root(name: &str) -> Self {
        Self::root_with(name, |_| {})
    }

    pub(crate) fn root_with(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let (params, key) = (Self::params(name, change), KeyPair::generate().unwrap());
        let certificate = params.self_signed(&key).unwrap().der().clone();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    pub(crate) fn intermediate(&self, name: &str) -> Self {
        let (params, key) = (Self::params(name, |_| {}), KeyPair::generate().unwrap());
        let certificate = params.signed_by(&key, &self.issuer).unwrap().der().clone();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    fn params(name: &str, change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
        let mut params = named(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        change(&mut params);
        params
    }

    /// Issues a certificate for `key`.
    pub(crate) fn issue(&self, name: &str, key: &KeyPair, change: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
        let mut params = named(name);
        params.is_ca = IsCa::ExplicitNoCa;
        change(&mut params);
        params.signed_by(key, &self.issuer).unwrap().der().to_vec()
    }

    pub(crate) fn signers(&self) -> Signers {
        Signers { roots: vec![self.certificate.clone()], name: MDS.to_owned() }
    }

    /// Metadata of these entries, signed and verified.
    pub(crate) fn metadata(&self, entries: Vec<Value>) -> Metadata {
        let blob = Signer::new(self, |_| {}).sign(&payload(7, entries));
        Blob::new(blob.as_bytes()).unwrap().verify(&self.signers(), NOW).unwrap()
    }
}

pub(crate) fn payload(no: u64, entries: Vec<Value>) -> Value {
    json!({ "legalHeader": "For tests.", "no": no, "nextUpdate": "2026-06-30", "entries": entries })
}

/// The entry of a model that keeps its keys in hardware, and for which `root` vouches.
pub(crate) fn entry(aaguid: &str, root: &[u8], statuses: &[&str]) -> Value {
    let reports: Vec<_> =
        statuses.iter().map(|status| json!({ "status": status, "effectiveDate": "2026-02-03" })).collect();
    json!({
        "aaguid": aaguid,
        "metadataStatement": {
            "description": "A key",
            "aaguid": aaguid,
            "protocolFamily": "fido2",
            "keyProtection": ["hardware", "secure_element"],
            "attestationTypes": ["basic_full"],
            "attestationRootCertificates": [STANDARD.encode(root)],
        },
        "statusReports": reports,
        "timeOfLastStatusChange": "2026-02-03",
    })
}

/// Whoever signs BLOBs.
struct Signer {
    key: PrivateKey,
    chain: Vec<Vec<u8>>,
}

impl Signer {
    fn new(authority: &Authority, change: impl FnOnce(&mut CertificateParams)) -> Self {
        Self::named(authority, MDS, change)
    }

    fn named(authority: &Authority, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let key = KeyPair::generate().unwrap();
        let leaf = authority.issue(name, &key, change);
        Self::of(SignatureAlgorithm::Es256, &key.serialize_der(), vec![leaf])
    }

    fn of(algorithm: SignatureAlgorithm, pkcs8: &[u8], chain: Vec<Vec<u8>>) -> Self {
        Self { key: PrivateKey::from_pkcs8(algorithm, pkcs8).unwrap(), chain }
    }

    fn sign(&self, payload: &Value) -> String {
        let x5c: Vec<_> = self.chain.iter().map(|one| STANDARD.encode(one)).collect();
        self.sign_under(&json!({ "alg": self.key.algorithm().name(), "typ": "JWT", "x5c": x5c }), payload)
    }

    fn sign_under(&self, header: &Value, payload: &Value) -> String {
        let encode = |part: &Value| base64url::encode(part.to_string().as_bytes());
        let signed = format!("{}.{}", encode(header), encode(payload));
        let signature = self.key.sign(signed.as_bytes()).unwrap();
        format!("{signed}.{}", base64url::encode(signature.as_ref()))
    }
}

fn verify(blob: &str, signers: &Signers) -> Result<Metadata, BlobError> {
    Blob::new(blob.as_bytes()).unwrap().verify(signers, NOW)
}

#[test]
fn a_blob_that_the_service_signed_is_read() {
    let root = Authority::root("Root");
    let maker = Authority::root("Maker");
    let blob =
        Signer::new(&root, |_| {}).sign(&payload(41, vec![entry(MODEL, &maker.certificate, &["FIDO_CERTIFIED"])]));
    let metadata = verify(&format!("{blob}\r\n"), &root.signers()).unwrap();
    assert_eq!((metadata.number, metadata.len(), metadata.others, metadata.unreadable), (41, 1, 0, 0));
    assert_eq!(metadata.next_update, Timestamp::from_seconds(1_782_864_000), "the end of 30 June");
    let model = metadata.model(MODEL.parse().unwrap()).unwrap();
    assert_eq!((model.protection, model.roots()), (KeyProtection::Hardware, 1));
    assert_eq!(model.statuses[0].to_string(), "FIDO_CERTIFIED since 2026-02-03");
    assert!(model.distrusted().is_none());
}

#[test]
fn a_signer_s_certificate_may_come_through_an_intermediate_and_its_key_be_rsa() {
    let root = Authority::root("Root");
    let middle = root.intermediate("Middle");
    let pkcs8 = PrivateKey::generate(SignatureAlgorithm::Rs256).unwrap();
    let der = rustls_pki_types::PrivatePkcs8KeyDer::from(pkcs8.as_slice());
    let key = KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_RSA_SHA256).unwrap();
    let chain = vec![middle.issue(MDS, &key, |_| {}), middle.certificate.to_vec()];
    let signer = Signer::of(SignatureAlgorithm::Rs256, &pkcs8, chain.clone());
    assert_eq!(verify(&signer.sign(&payload(1, vec![])), &root.signers()).unwrap().number, 1);

    // The leaf has to be first, and the way to the root complete.
    for (chain, fault) in [
        (chain.iter().rev().cloned().collect::<Vec<_>>(), BlobError::Chain(CertificateFault::Untrusted)),
        (chain[..1].to_vec(), BlobError::Chain(CertificateFault::Untrusted)),
        (vec![], BlobError::NoCertificates),
    ] {
        let signer = Signer::of(SignatureAlgorithm::Rs256, &pkcs8, chain);
        assert_eq!(verify(&signer.sign(&payload(1, vec![])), &root.signers()).unwrap_err(), fault);
    }
}

#[test]
fn a_blob_that_anybody_else_signed_is_refused() {
    let root = Authority::root("Root");
    let refused = |signer: &Signer| verify(&signer.sign(&payload(1, vec![])), &root.signers()).unwrap_err();

    let other = Authority::root("Root");
    assert_eq!(refused(&Signer::new(&other, |_| {})), BlobError::Chain(CertificateFault::Untrusted));
    let expired = Signer::new(&root, |params| params.not_after = rcgen::date_time_ymd(2026, 5, 31));
    assert_eq!(refused(&expired), BlobError::Chain(CertificateFault::OutOfDate));
    let early = Signer::new(&root, |params| params.not_before = rcgen::date_time_ymd(2026, 6, 2));
    assert_eq!(refused(&early), BlobError::Chain(CertificateFault::OutOfDate));
    let for_others = Signer::new(&root, |params| params.key_usages = vec![KeyUsagePurpose::KeyEncipherment]);
    assert_eq!(refused(&for_others), BlobError::Chain(CertificateFault::KeyUsage));
    let elsewhere = Signer::named(&root, "mds.example.evil.example", |_| {});
    let (expected, found) = (MDS.to_owned(), "mds.example.evil.example".to_owned());
    assert_eq!(refused(&elsewhere), BlobError::Signer { expected, found });

    // The chain of one, the key of another.
    let mut thief = Signer::new(&root, |_| {});
    thief.key = Signer::new(&root, |_| {}).key;
    assert_eq!(refused(&thief), BlobError::Jws(JwsError::Signature));
}

#[test]
fn a_root_that_is_out_of_date_vouches_for_nobody() {
    let old = Authority::root_with("Root", |params| params.not_after = rcgen::date_time_ymd(2026, 5, 31));
    let blob = Signer::new(&old, |_| {}).sign(&payload(1, vec![]));
    assert_eq!(verify(&blob, &old.signers()).unwrap_err(), BlobError::NoRoot);
    let none = Signers { roots: vec![], name: MDS.to_owned() };
    assert_eq!(verify(&blob, &none).unwrap_err(), BlobError::NoRoot);
}

#[test]
fn the_header_chooses_nothing() {
    let root = Authority::root("Root");
    let signer = Signer::new(&root, |_| {});
    let x5c = json!([STANDARD.encode(&signer.chain[0])]);
    let refused =
        |header: Value| verify(&signer.sign_under(&header, &payload(1, vec![])), &root.signers()).unwrap_err();
    let jws = BlobError::Jws;
    assert_eq!(refused(json!({ "alg": "none", "x5c": x5c })), jws(JwsError::Algorithm));
    assert_eq!(refused(json!({ "alg": "RS256", "x5c": x5c })), BlobError::Key);
    assert_eq!(refused(json!({ "alg": "ES256", "x5c": x5c, "typ": "at+jwt" })), jws(JwsError::Typ));
    assert_eq!(refused(json!({ "alg": "ES256", "x5c": x5c, "crit": ["x"] })), jws(JwsError::Critical));
    assert_eq!(refused(json!({ "alg": "ES256" })), BlobError::NoCertificates);
    assert_eq!(refused(json!({ "alg": "ES256", "x5c": "text" })), BlobError::NoCertificates);
    assert_eq!(refused(json!({ "alg": "ES256", "x5c": [7] })), BlobError::NoCertificates);
    assert_eq!(refused(json!({ "alg": "ES256", "x5u": "https://mds.example/chain" })), BlobError::NoCertificates);
    assert!(
        verify(&signer.sign_under(&json!({ "alg": "ES256", "x5c": x5c }), &payload(1, vec![])), &root.signers())
            .is_ok()
    );

    // HS256, with the public key as the secret.
    let encode = |part: &Value| base64url::encode(part.to_string().as_bytes());
    let signed = format!("{}.{}", encode(&json!({ "alg": "HS256", "x5c": x5c })), encode(&payload(1, vec![])));
    let mac = HmacKey::new(&signer.chain[0]).mac(&[signed.as_bytes()]);
    let forged = format!("{signed}.{}", base64url::encode(&mac));
    assert_eq!(verify(&forged, &root.signers()).unwrap_err(), jws(JwsError::Algorithm));
    // And without any signature.
    let unsigned = format!("{}.{}.", encode(&json!({ "alg": "ES256", "x5c": x5c })), encode(&payload(1, vec![])));
    assert_eq!(verify(&unsigned, &root.signers()).unwrap_err(), jws(JwsError::Signature));
}

#[test]
fn a_payload_has_a_number_a_date_and_entries() {
    let root = Authority::root("Root");
    let signer = Signer::new(&root, |_| {});
    let good = payload(1, vec![]);
    for (member, wrong) in [
        ("no", json!(-1)),
        ("no", json!("1")),
        ("no", json!(1.5)),
        ("no", Value::Null),
        ("nextUpdate", json!("30.06.2026")),
        ("nextUpdate", json!("2026-06-31")),
        ("nextUpdate", json!("2026-06-30T00:00:00Z")),
        ("nextUpdate", Value::Null),
        ("entries", json!({})),
        ("entries", Value::Null),
    ] {
        let mut changed = good.clone();
        changed[member] = wrong.clone();
        let answer = verify(&signer.sign(&changed), &root.signers());
        assert_eq!(answer.unwrap_err(), BlobError::Payload, "{member}: {wrong}");
    }
}

#[test]
fn an_entry_that_is_broken_says_nothing_and_takes_no_other_with_it() {
    let root = Authority::root("Root");
    let second = "00000000-0000-0000-0000-000000000002";
    let whole = || entry(MODEL, &root.certificate, &[]);
    let mut without_status = entry(second, &root.certificate, &[]);
    without_status.as_object_mut().unwrap().remove("statusReports");
    let mut of_another = entry(second, &root.certificate, &[]);
    of_another["metadataStatement"]["aaguid"] = json!(MODEL);
    for broken in [without_status, of_another, json!({ "aaguid": "x" }), json!({ "aaguid": second })] {
        let metadata = root.metadata(vec![broken.clone(), whole()]);
        assert_eq!((metadata.len(), metadata.unreadable), (1, 1), "{broken}");
    }
    let other = json!({ "aaid": "1234#5678", "statusReports": [] });
    assert_eq!(root.metadata(vec![other, whole()]).others, 1);

    // Of two entries for one model neither counts, in whichever order, nor does a whole one beside a broken one.
    let revoked = entry(MODEL, &root.certificate, &["REVOKED"]);
    let mut broken = whole();
    broken["statusReports"] = json!("none");
    for entries in
        [vec![whole(), revoked.clone()], vec![revoked, whole()], vec![whole(), broken.clone()], vec![broken, whole()]]
    {
        let metadata = root.metadata(entries);
        assert_eq!((metadata.len(), metadata.unreadable), (0, 2));
    }
}

#[test]
fn a_key_is_in_hardware_where_the_model_says_so_and_nothing_else() {
    let root = Authority::root("Root");
    let protection = |change: fn(&mut Value)| {
        let mut entry = entry(MODEL, &root.certificate, &[]);
        change(&mut entry["metadataStatement"]);
        root.metadata(vec![entry]).model(MODEL.parse().unwrap()).unwrap().protection
    };
    assert_eq!(protection(|_| {}), KeyProtection::Hardware);
    assert_eq!(protection(|s| s["multiDeviceCredentialSupport"] = json!("explicit")), KeyProtection::Hardware);
    assert_eq!(protection(|s| s["keyProtection"] = json!(["software"])), KeyProtection::Other);
    assert_eq!(protection(|s| s["keyProtection"] = json!(["hardware", "software"])), KeyProtection::Other);
    assert_eq!(protection(|s| s["keyProtection"] = json!(["tee"])), KeyProtection::Other);
    assert_eq!(protection(|s| s["keyProtection"] = json!([])), KeyProtection::Other);
    assert_eq!(protection(|s| s["multiDeviceCredentialSupport"] = json!("implicit")), KeyProtection::Other);
}

#[test]
fn what_ends_trust_ends_it_for_good() {
    let root = Authority::root("Root");
    let distrusted = |statuses: &[&str]| {
        let metadata = root.metadata(vec![entry(MODEL, &root.certificate, statuses)]);
        metadata.distrusted().first().map(|(_, status)| status.name().to_owned())
    };
    for bad in [
        "REVOKED",
        "USER_VERIFICATION_BYPASS",
        "ATTESTATION_KEY_COMPROMISE",
        "USER_KEY_REMOTE_COMPROMISE",
        "USER_KEY_PHYSICAL_COMPROMISE",
    ] {
        assert_eq!(distrusted(&[bad]).as_deref(), Some(bad));
        assert_eq!(distrusted(&["FIDO_CERTIFIED", bad, "UPDATE_AVAILABLE", "FIDO_CERTIFIED_L1"]).as_deref(), Some(bad));
    }
    assert_eq!(distrusted(&["NOT_FIDO_CERTIFIED", "FIDO_CERTIFIED_L2", "UPDATE_AVAILABLE", "A_LATER_ONE"]), None);
}

#[test]
fn a_root_may_be_the_device_s_certificate_itself_while_it_is_in_date() {
    let root = Authority::root("Root");
    let own = root.issue("A device", &KeyPair::generate().unwrap(), |_| {});
    let metadata = root.metadata(vec![entry(MODEL, &own, &[])]);
    let model = metadata.model(MODEL.parse().unwrap()).unwrap();
    assert_eq!(model.vouches_for(&own, &[], NOW), Ok(()));
    let next_year = Timestamp::from_seconds(1_811_808_000);
    assert_eq!(model.vouches_for(&own, &[], next_year), Err(CertificateFault::OutOfDate));
    let another = root.issue("A device", &KeyPair::generate().unwrap(), |_| {});
    assert_eq!(model.vouches_for(&another, &[], NOW), Err(CertificateFault::Untrusted));
}

#[test]
fn it_is_overdue_after_the_day_of_the_next_update() {
    let metadata = Authority::root("Root").metadata(vec![]);
    let last = metadata.next_update - Duration::from_secs(1);
    assert_eq!(metadata.overdue(last), Duration::ZERO);
    assert_eq!(metadata.overdue(last + Duration::from_secs(61)), Duration::from_secs(60));
}

#[test]
fn one_changed_byte_is_enough() {
    let root = Authority::root("Root");
    let blob = Signer::new(&root, |_| {}).sign(&payload(1, vec![entry(MODEL, &root.certificate, &[])]));
    let signers = root.signers();
    let digest = sha256(blob.as_bytes());
    proptest!(ProptestConfig::with_cases(64), |(at in any::<prop::sample::Index>(), flip in 1_u8..128)| {
        let mut changed = blob.clone().into_bytes();
        let at = at.index(changed.len());
        changed[at] ^= flip;
        prop_assume!(sha256(changed.trim_ascii_end()) != digest);
        if let Ok(text) = std::str::from_utf8(&changed) {
            prop_assert!(verify(text, &signers).is_err());
        }
    });
}
