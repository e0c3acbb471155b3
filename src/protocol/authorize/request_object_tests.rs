//! Request objects as a client may and may not make them.

use serde_json::json;

use super::*;
use crate::crypto::private_key::PrivateKey;
use crate::domain::client::ClientAuthentication;
use crate::domain::keys::SignatureAlgorithm;

const ISSUER: &str = "https://id.example";
const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn client() -> Client {
    Client::new("portal".parse().unwrap(), ClientAuthentication::None, NOW)
}

struct Keys {
    key: PrivateKey,
    set: JwkSet,
}

impl Keys {
    fn new(algorithm: SignatureAlgorithm) -> Self {
        let key = PrivateKey::from_pkcs8(algorithm, &PrivateKey::generate(algorithm).unwrap()).unwrap();
        let jwk = key.public_key().unwrap().to_jwk(algorithm);
        let set = JwkSet::parse(json!({ "keys": [jwk] }).to_string().as_bytes()).unwrap();
        Self { key, set }
    }

    fn sign(&self, header: Value, claims: &Value) -> String {
        let part = |value: &Value| base64url::encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(&header), part(claims));
        format!("{signed}.{}", base64url::encode(self.key.sign(signed.as_bytes()).unwrap().as_ref()))
    }

    fn verify(&self, header: Value, claims: &Value, client: &Client) -> Result<RequestObject, String> {
        let token = self.sign(header, claims);
        let verified = verify(&token, &self.set, &Expected { client, issuer: ISSUER, now: NOW });
        verified.map(|object| object.expect("it is signed with a key of the set")).map_err(|refusal| {
            assert_eq!(refusal.code.as_str(), "invalid_request_object");
            refusal.description.into_owned()
        })
    }
}

use crate::crypto::base64url;

fn es256() -> Keys {
    Keys::new(SignatureAlgorithm::Es256)
}

fn head() -> Value {
    json!({ "alg": "ES256" })
}

fn over(object: Value, outer: &str) -> Result<Parameters, OAuthError> {
    let Value::Object(members) = object else { panic!("an object") };
    let signed = SignedObject {
        algorithm: SignatureAlgorithm::Es256,
        has_audience: false,
        not_before: None,
        expires_at: None,
        read_at: NOW,
    };
    RequestObject { members, signed }.over(&Parameters::decode(outer.as_bytes()).unwrap())
}

#[test]
fn every_advertised_algorithm_is_verified_and_another_than_the_registered_is_not() {
    for algorithm in SignatureAlgorithm::ALL {
        let keys = Keys::new(algorithm);
        let header = json!({ "alg": algorithm.name(), "kid": keys.key.public_key().unwrap().thumbprint() });
        let mut client = client();
        for registered in SignatureAlgorithm::ALL.map(Some).into_iter().chain([None]) {
            client.request_objects.algorithm = registered;
            let verified = keys.verify(header.clone(), &json!({ "scope": "openid" }), &client);
            assert_eq!(verified.is_ok(), registered.is_none_or(|registered| registered == algorithm), "{verified:?}");
        }
    }
}

#[test]
fn it_may_say_what_it_is_and_not_that_it_is_something_else() {
    let keys = es256();
    for typ in ["JWT", "jwt", "oauth-authz-req+jwt", "application/oauth-authz-req+jwt"] {
        assert!(keys.verify(json!({ "alg": "ES256", "typ": typ }), &json!({}), &client()).is_ok(), "{typ}");
    }
    for typ in ["at+jwt", "logout+jwt", "client-authentication+jwt", "dpop+jwt", ""] {
        let refused = keys.verify(json!({ "alg": "ES256", "typ": typ }), &json!({}), &client());
        assert_eq!(refused, Err("the request object's typ is that of another kind of token".to_owned()), "{typ}");
    }
}

#[test]
fn what_it_says_of_itself_must_hold() {
    let (keys, now) = (es256(), NOW.seconds());
    for claims in [
        json!({ "iss": "portal", "aud": ISSUER, "exp": now + 1, "nbf": now, "iat": now, "jti": "1" }),
        json!({ "aud": ["https://other.example", ISSUER], "sub": "somebody" }),
        json!({ "exp": now as f64 + 1.5, "nbf": now + 30 }),
    ] {
        assert!(keys.verify(head(), &claims, &client()).is_ok(), "{claims}");
    }
    for (claims, sentence) in [
        (json!({ "iss": "another" }), "iss of the request object must be the client_id"),
        (json!({ "iss": 7 }), "iss of the request object must be the client_id"),
        (json!({ "sub": "portal" }), "sub of the request object must not be the client_id"),
        (json!({ "aud": "https://other.example" }), "aud of the request object must hold this issuer"),
        (json!({ "aud": [] }), "aud of the request object must hold this issuer"),
        (json!({ "aud": format!("{ISSUER}/") }), "aud of the request object must hold this issuer"),
        (json!({ "exp": now }), "the request object has expired"),
        (json!({ "exp": (now + 60).to_string() }), "exp of the request object must be a number"),
        (json!({ "nbf": now + 31 }), "nbf of the request object is in the future"),
        (json!({ "request": "x" }), "a request object must not hold request"),
        (json!({ "request_uri": "https://portal.example/r" }), "a request object must not hold request_uri"),
    ] {
        assert_eq!(keys.verify(head(), &claims, &client()), Err(sentence.to_owned()), "{claims}");
    }
}

#[test]
fn a_stranger_s_signature_is_told_from_everything_else() {
    let (keys, stranger) = (es256(), es256());
    let expected = |client| Expected { client, issuer: ISSUER, now: NOW };
    let client = client();
    let token = stranger.sign(head(), &json!({}));
    assert_eq!(verify(&token, &keys.set, &expected(&client)), Ok(None));
    let token = keys.sign(head(), &json!({}));
    let (rest, _) = token.rsplit_once('.').unwrap();
    let unsigned = format!("{}.e30.", base64url::encode(br#"{"alg":"none"}"#));
    assert!(is_unsigned(&unsigned) && !is_unsigned(&token) && !is_unsigned("x"));
    for token in [format!("{rest}."), unsigned, "x".to_owned(), String::new(), format!("{token}.")] {
        let refused = verify(&token, &keys.set, &expected(&client));
        assert!(!matches!(refused, Ok(Some(_))), "{token}");
    }
}

#[test]
fn what_is_inside_wins_and_what_is_only_outside_stays() {
    let merged = over(
        json!({ "client_id": "portal", "redirect_uri": "https://portal.example/in", "state": "in", "max_age": 60,
            "claims": { "userinfo": { "name": null } }, "exp": 1, "iss": "portal", "acr_values": "a b", "new": [1] }),
        "client_id=portal&response_type=code&redirect_uri=https%3A%2F%2Fportal.example%2Fout&state=out&scope=openid&request=x&nonce=n",
    )
    .unwrap();
    for (name, value) in [
        ("client_id", Some("portal")),
        ("response_type", Some("code")),
        ("redirect_uri", Some("https://portal.example/in")),
        ("state", Some("in")),
        ("scope", Some("openid")),
        ("nonce", Some("n")),
        ("max_age", Some("60")),
        ("claims", Some(r#"{"userinfo":{"name":null}}"#)),
        ("acr_values", Some("a b")),
        ("request", None),
        ("exp", None),
        ("iss", None),
        ("new", None),
    ] {
        assert_eq!(merged.single(name).unwrap(), value, "{name}");
    }
}

#[test]
fn client_and_response_type_are_the_same_on_both_sides() {
    let outer = "client_id=portal&response_type=code+id_token";
    assert!(over(json!({ "client_id": "portal", "response_type": "id_token code" }), outer).is_ok());
    assert!(over(json!({ "response_type": "code" }), "client_id=portal").is_ok(), "outside it may be missing");
    for (inner, name) in [
        (json!({ "client_id": "another" }), "client_id"),
        (json!({ "response_type": "code" }), "response_type"),
        (json!({ "response_type": "code id_token token" }), "response_type"),
    ] {
        let refused = over(inner, outer).unwrap_err();
        let sentence =
            format!("invalid_request_object: {name} inside the request object differs from the one beside it");
        assert_eq!(refused.to_string(), sentence);
    }
}

#[test]
fn a_parameter_that_is_outside_twice_is_refused_though_only_the_one_inside_would_count() {
    let refused = over(json!({ "state": "in" }), "client_id=portal&state=a&state=b").unwrap_err();
    assert_eq!(refused.to_string(), "invalid_request: state is given more than once");
}

#[test]
fn a_member_of_another_type_is_refused_by_its_name() {
    for (member, sentence) in [
        (json!({ "scope": ["openid"] }), "scope in the request object must be a string"),
        (json!({ "nonce": 7 }), "nonce in the request object must be a string"),
        (json!({ "prompt": null }), "prompt in the request object must be a string"),
        (json!({ "max_age": -1 }), "max_age in the request object must be a whole number of seconds"),
        (json!({ "max_age": 1.5 }), "max_age in the request object must be a whole number of seconds"),
        (json!({ "claims": [] }), "claims in the request object must be an object"),
        (json!({ "state": "a\0b" }), "state in the request object holds a NUL character"),
    ] {
        assert_eq!(over(member.clone(), "client_id=portal").unwrap_err().description, sentence, "{member}");
    }
    let text = over(json!({ "max_age": "60" }), "client_id=portal").unwrap();
    assert_eq!(text.single("max_age").unwrap(), Some("60"), "some write it as they would outside");
}

#[test]
fn a_request_brings_one_object() {
    let brings = |text: &str| {
        brought(&Parameters::decode(text.as_bytes()).unwrap()).map(|found| match found {
            None => "none".to_owned(),
            Some(found) => format!("{found:?}"),
        })
    };
    assert_eq!(brings("client_id=portal&request=&request_uri="), Ok("none".to_owned()));
    assert_eq!(brings("request=a.b.c"), Ok(r#"Value("a.b.c")"#.to_owned()));
    assert_eq!(brings("request_uri=u"), Ok(r#"Reference("u")"#.to_owned()));
    for wrong in ["request=a&request_uri=u", "request=a&request=a", "request_uri=u&request_uri=u"] {
        assert_eq!(brings(wrong).unwrap_err().code.as_str(), "invalid_request", "{wrong}");
    }
}

#[test]
fn only_a_registered_address_is_fetched_whatever_its_fragment() {
    let mut client = client();
    client.request_objects.uris = vec!["https://portal.example/r?x=1".into(), "https://portal.example/s#old".into()];
    for uri in ["https://portal.example/r?x=1", "https://portal.example/r?x=1#v2", "https://portal.example/s#new"] {
        assert_eq!(registered(&client, uri).unwrap().as_str(), uri);
    }
    let long = format!("https://portal.example/s#{}", "v".repeat(LONGEST_URI));
    for uri in [
        "https://portal.example/r",
        "https://portal.example/r?x=1&y=2",
        "https://portal.example/s/../r?x=1",
        "HTTPS://portal.example/r?x=1",
        "https://portal.example:443/r?x=1",
        "https://user@portal.example/r?x=1",
        "http://portal.example/r?x=1",
        "urn:ietf:params:oauth:request_uri:x",
        "",
        &long,
    ] {
        assert_eq!(registered(&client, uri).unwrap_err().code.as_str(), "invalid_request_uri", "{uri}");
    }
}
