//! Proofs of the standard, proofs of ours, and everything that is none.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::crypto::nonce::NonceKeys;
use crate::crypto::private_key::PrivateKey;
use crate::domain::secret::SecretBytes;
use crate::domain::time::Timestamp;
use crate::protocol::ErrorCode;

/// RFC 9449 figure 2, and figure 12 with the key's thumbprint in figure 8.
const TOKEN_PROOF: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
const RESOURCE_PROOF: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";
const ACCESS_TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
const JKT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const ADDRESS: &str = "https://id.example.gov/token";

/// A request, as the server sees it.
struct Request {
    method: &'static str,
    address: &'static str,
    access_token: Option<&'static str>,
    nonce_required: bool,
    now: Timestamp,
}

const REQUEST: Request =
    Request { method: "POST", address: ADDRESS, access_token: None, nonce_required: false, now: NOW };

fn nonce_keys() -> NonceKeys {
    NonceKeys::derive(&[(1, SecretBytes::new([1; 32]))]).unwrap()
}

impl Request {
    fn judge(&self, proof: &str) -> Result<Proof, OAuthError> {
        let keys = nonce_keys();
        let nonces = Nonces { keys: &keys, lifetime: Duration::from_secs(300), required: self.nonce_required };
        let addresses = [self.address.to_owned()];
        let (method, access_token, now) = (self.method, self.access_token, self.now);
        verify(proof, &Expected { method, addresses: &addresses, access_token, nonces, now })
    }

    fn refuses(&self, proof: &str) -> (ErrorCode, String) {
        let error = self.judge(proof).expect_err("a proof");
        (error.code, error.description.into_owned())
    }
}

#[test]
fn the_proofs_of_the_standard_are_proofs() {
    let at = Timestamp::from_seconds;
    let request = Request { address: "https://server.example.com/token", now: at(1_562_262_616), ..REQUEST };
    let proof = request.judge(TOKEN_PROOF).unwrap();
    assert_eq!(base64url::encode(proof.key.as_bytes()), JKT);
    assert_eq!((proof.jti.as_str(), proof.expires_at), ("-BwC3ESc6acc2lTc", at(1_562_262_676)));

    let resource = Request {
        method: "GET",
        address: "https://resource.example.org/protectedresource",
        access_token: Some(ACCESS_TOKEN),
        now: at(1_562_262_618),
        ..REQUEST
    };
    assert_eq!(resource.judge(RESOURCE_PROOF).unwrap().key, proof.key);
    let other = Request { access_token: Some("another"), ..resource };
    assert_eq!(other.refuses(RESOURCE_PROOF).1, "ath of the DPoP proof is not the hash of the access token");
    assert_eq!(read_jkt(JKT), Ok(proof.key));
}

fn key(algorithm: SignatureAlgorithm) -> PrivateKey {
    PrivateKey::from_pkcs8(algorithm, &PrivateKey::generate(algorithm).unwrap()).unwrap()
}

fn jwk(key: &PrivateKey) -> Value {
    serde_json::to_value(key.public_key().unwrap().to_jwk(key.algorithm())).unwrap()
}

fn header(key: &PrivateKey) -> Value {
    json!({ "typ": "dpop+jwt", "alg": key.algorithm().name(), "jwk": jwk(key) })
}

fn claims() -> Value {
    json!({ "jti": "1", "htm": "POST", "htu": ADDRESS, "iat": NOW.seconds() })
}

/// `value` with another member; `null` takes it away.
fn with(mut value: Value, member: &str, other: Value) -> Value {
    let members = value.as_object_mut().unwrap();
    match other {
        Value::Null => members.remove(member),
        other => members.insert(member.to_owned(), other),
    };
    value
}

fn signed(key: &PrivateKey, header: &Value, claims: &Value) -> String {
    let text = format!(
        "{}.{}",
        base64url::encode(header.to_string().as_bytes()),
        base64url::encode(claims.to_string().as_bytes())
    );
    format!("{text}.{}", base64url::encode(key.sign(text.as_bytes()).unwrap().as_ref()))
}

#[test]
fn a_proof_is_signed_with_an_algorithm_that_is_offered() {
    for algorithm in SignatureAlgorithm::ALL {
        let key = key(algorithm);
        let judged = REQUEST.judge(&signed(&key, &header(&key), &claims()));
        match ALGORITHMS.contains(&algorithm) {
            true => assert_eq!(judged.unwrap().key, key.public_key().unwrap().digest()),
            false => assert_eq!(judged.unwrap_err().code, ErrorCode::InvalidDpopProof, "{algorithm}"),
        }
    }
}

#[test]
fn what_its_header_must_say() {
    let key = key(SignatureAlgorithm::Es256);
    let other = self::key(SignatureAlgorithm::Es256);
    let head = header(&key);
    let private = with(jwk(&key), "d", "AAAA".into());
    for (header, sentence) in [
        (with(head.clone(), "typ", Value::Null), "typ of the DPoP proof must be dpop+jwt"),
        (with(head.clone(), "typ", "JWT".into()), "typ of the DPoP proof must be dpop+jwt"),
        (with(head.clone(), "typ", "dpop+jwt+more".into()), "typ of the DPoP proof must be dpop+jwt"),
        (with(head.clone(), "typ", "at+jwt".into()), "typ of the DPoP proof must be dpop+jwt"),
        (with(head.clone(), "alg", Value::Null), "the header is not"),
        (with(head.clone(), "alg", "none".into()), "one of ES256 ES384 EdDSA PS256"),
        (with(head.clone(), "alg", "HS256".into()), "one of ES256 ES384 EdDSA PS256"),
        (with(head.clone(), "alg", "ES384".into()), "does not fit the algorithm"),
        (with(head.clone(), "crit", json!(["exp"])), "crit"),
        (with(head.clone(), "jwk", Value::Null), "has no jwk"),
        (with(head.clone(), "jwk", "key".into()), "not a JSON Web Key"),
        (with(head.clone(), "jwk", private), "private"),
        (with(head.clone(), "jwk", json!({"kty": "oct", "k": "AAAA"})), "private or secret"),
        (with(head.clone(), "jwk", with(jwk(&key), "use", "enc".into())), "not meant for this use"),
        (with(head.clone(), "jwk", with(jwk(&key), "alg", "ES384".into())), "does not fit the algorithm"),
        (with(head.clone(), "jwk", jwk(&other)), "the signature is not the key's"),
    ] {
        let (code, told) = REQUEST.refuses(&signed(&key, &header, &claims()));
        assert_eq!(code, ErrorCode::InvalidDpopProof);
        assert!(told.contains(sentence), "{header}: {told}");
    }
    // What else it says is not looked at; and media types have no case.
    let more =
        [("kid", "x"), ("jku", "https://evil.example/"), ("x5c", "x"), ("tx_id", "x"), ("typ", "application/DPoP+JWT")];
    let header = more.into_iter().fold(head, |header, (name, value)| with(header, name, value.into()));
    assert!(REQUEST.judge(&signed(&key, &header, &claims())).is_ok());
}

#[test]
fn what_it_must_claim() {
    let key = key(SignatureAlgorithm::Es256);
    let judge =
        |member: &str, value: Value| REQUEST.judge(&signed(&key, &header(&key), &with(claims(), member, value)));
    for (member, value) in [
        ("jti", Value::Null),
        ("jti", "".into()),
        ("jti", 1.into()),
        ("htm", Value::Null),
        ("htm", "GET".into()),
        ("htm", "post".into()),
        ("htu", Value::Null),
        ("htu", "https://id.example.gov/userinfo".into()),
        ("iat", Value::Null),
        ("iat", "now".into()),
        ("exp", NOW.seconds().into()),
        ("nbf", (NOW.seconds() + 31).into()),
        ("nonce", 1.into()),
    ] {
        assert_eq!(judge(member, value.clone()).unwrap_err().code, ErrorCode::InvalidDpopProof, "{member} {value}");
    }
    for (member, value) in [("exp", (NOW.seconds() + 1).into()), ("nbf", NOW.seconds().into()), ("extra", json!([1]))] {
        assert!(judge(member, value).is_ok(), "{member}");
    }
    for (member, told) in [
        ("htm", "htm of the DPoP proof is not the method of this request, POST"),
        ("htu", "htu of the DPoP proof is not the address of this endpoint, https://id.example.gov/token"),
    ] {
        assert_eq!(judge(member, "x".into()).unwrap_err().description, told);
    }
    let resource = Request { access_token: Some("token"), ..REQUEST };
    let without = signed(&key, &header(&key), &claims());
    assert_eq!(resource.refuses(&without).1, "the DPoP proof has no ath");
    let ath = signed(&key, &header(&key), &with(claims(), "ath", access_token_hash("token").into()));
    assert!(resource.judge(&ath).is_ok());
}

#[test]
fn without_a_nonce_it_is_good_for_a_minute_by_its_sender_s_clock() {
    let key = key(SignatureAlgorithm::Es256);
    for (iat, good) in
        [(-3600, false), (-60, false), (-59, true), (-10, true), (10, true), (30, true), (31, false), (3600, false)]
    {
        let claims = with(claims(), "iat", (NOW.seconds() + iat).into());
        let judged = REQUEST.judge(&signed(&key, &header(&key), &claims));
        match good {
            true => assert_eq!(judged.unwrap().expires_at, Timestamp::from_seconds(NOW.seconds() + iat + 60)),
            false => assert_eq!(judged.unwrap_err().code, ErrorCode::UseDpopNonce, "{iat}"),
        }
    }
    for iat in [json!(-1e300), json!(1e300), json!(i64::MAX), json!(i64::MIN), json!(0)] {
        let proof = signed(&key, &header(&key), &with(claims(), "iat", iat.clone()));
        assert_eq!(REQUEST.refuses(&proof).0, ErrorCode::UseDpopNonce, "{iat}");
    }
    let fraction = with(claims(), "iat", json!(NOW.seconds() as f64 + 0.75));
    assert!(REQUEST.judge(&signed(&key, &header(&key), &fraction)).is_ok());
}

#[test]
fn a_nonce_says_better_when_it_was_made() {
    let key = key(SignatureAlgorithm::Es256);
    let nonce = nonce_keys().issue(NOW);
    let late = with(claims(), "iat", (NOW.seconds() - 86_400).into());
    let proof = |nonce: &str| signed(&key, &header(&key), &with(late.clone(), "nonce", nonce.into()));
    let at = |seconds: u64| Request { now: NOW + Duration::from_secs(seconds), nonce_required: true, ..REQUEST };
    for seconds in [0, 299] {
        let judged = at(seconds).judge(&proof(&nonce)).unwrap();
        assert_eq!((judged.expires_at, judged.has_nonce), (NOW + Duration::from_secs(300), true));
    }
    assert_eq!(at(300).refuses(&proof(&nonce)).0, ErrorCode::UseDpopNonce);
    // One that another server made, whose clock is far ahead.
    let early = Request { now: NOW - Duration::from_secs(31), ..REQUEST };
    assert_eq!(early.refuses(&proof(&nonce)).0, ErrorCode::UseDpopNonce);
    assert_eq!(at(0).refuses(&proof("made-up")).0, ErrorCode::UseDpopNonce);
    assert_eq!(at(0).refuses(&signed(&key, &header(&key), &claims())).0, ErrorCode::UseDpopNonce, "none");
    assert_eq!(
        REQUEST.refuses(&proof("made-up")).0,
        ErrorCode::UseDpopNonce,
        "nobody needs one, but who has one means it"
    );
}

#[test]
fn a_request_has_one_proof() {
    let one = "a".to_owned();
    assert_eq!(one_of(&[]), Ok(None));
    assert_eq!(one_of(std::slice::from_ref(&one)), Ok(Some("a")));
    assert_eq!(one_of(&[one.clone(), one]).unwrap_err().code, ErrorCode::InvalidDpopProof);
}

#[test]
fn a_pushed_request_binds_its_code_to_one_key() {
    let (one, two) = (Thumbprint::from_bytes([1; 32]), Thumbprint::from_bytes([2; 32]));
    for (asked, proven, agreed) in [
        (None, None, None),
        (Some(one), None, Some(one)),
        (None, Some(one), Some(one)),
        (Some(one), Some(one), Some(one)),
    ] {
        assert_eq!(agree(asked, proven), Ok(agreed));
    }
    assert_eq!(agree(Some(one), Some(two)).unwrap_err().code, ErrorCode::InvalidDpopProof);
    for text in ["", "x", &JKT[1..], &format!("{JKT}="), &format!("{JKT}AAAA")] {
        assert_eq!(read_jkt(text).unwrap_err().code, ErrorCode::InvalidRequest, "{text}");
    }
}

proptest! {
    #[test]
    fn whatever_the_header_is_it_is_judged(header in ".{0,300}") {
        prop_assert!(REQUEST.judge(&header).is_err());
    }

    #[test]
    fn a_proof_of_any_shape_is_judged(
        head in prop_oneof![Just(json!(null)), any_json()],
        jwk in any_json(),
        body in any_json(),
        signature in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        let mut head = if head.is_object() { head } else { json!({}) };
        head["typ"] = "dpop+jwt".into();
        head["alg"] = "ES256".into();
        head["jwk"] = jwk;
        let encode = |value: &Value| base64url::encode(value.to_string().as_bytes());
        let proof = format!("{}.{}.{}", encode(&head), encode(&body), base64url::encode(&signature));
        prop_assert!(REQUEST.judge(&proof).is_err());
    }

    #[test]
    fn a_proof_with_one_character_changed_is_none(at in 0..TOKEN_PROOF.len(), other in "[A-Za-z0-9_.=-]") {
        let mut changed = TOKEN_PROOF.to_owned();
        changed.replace_range(at..=at, &other);
        let now = Timestamp::from_seconds(1_562_262_616);
        let request = Request { address: "https://server.example.com/token", now, ..REQUEST };
        prop_assert_eq!(request.judge(&changed).is_ok(), changed == TOKEN_PROOF);
    }

    #[test]
    fn an_address_of_any_shape_is_compared(htu in "(https?://)?[ -~]{0,60}") {
        let same = target::is_same(&htu, ADDRESS);
        prop_assert!(!same || htu.to_ascii_lowercase().starts_with("https://id.example.gov"));
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[ -~]{0,20}".prop_map(Value::from),
        prop_oneof![Just("EC"), Just("P-256"), Just("RSA"), Just("OKP"), Just("Ed25519")].prop_map(Value::from),
    ];
    let name =
        prop_oneof![Just("kty"), Just("crv"), Just("x"), Just("y"), Just("n"), Just("e"), Just("jti"), Just("htu")];
    leaf.prop_recursive(3, 32, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map(name.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}
