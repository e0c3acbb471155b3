//! Software statements: RFC 7591 §2.3.

use std::sync::Arc;

use http::Method;
use senid::config::{Settings, SoftwareStatement, StatementIssuer, StatementKeys};
use senid::crypto::jws::{Signer, Typ};
use senid::crypto::private_key::PrivateKey;
use senid::domain::keys::SignatureAlgorithm;
use serde_json::{Value, json};

use super::{manage, open, portal_with, refusal, register, registered, text, update_of};
use crate::support::World;
use crate::support::outside::{self, Outside};

const ISSUER: &str = "https://statements.example.gov";

/// Whoever vouches for programs, with the keys that it publishes.
struct Voucher {
    signer: Signer,
    jwks: String,
}

impl Voucher {
    fn new() -> Arc<Self> {
        let algorithm = SignatureAlgorithm::Es256;
        let key = PrivateKey::from_pkcs8(algorithm, &PrivateKey::generate(algorithm).unwrap()).unwrap();
        let jwks = json!({ "keys": [key.public_key().unwrap().to_jwk(algorithm)] }).to_string();
        Arc::new(Self { signer: Signer::new(key).unwrap(), jwks })
    }

    fn says(&self, claims: Value) -> String {
        let mut all = json!({ "iss": ISSUER, "software_id": "4NRB1", "client_name": "Certified portal" });
        all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        all.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        self.signer.sign(Typ::IdToken, &all).unwrap()
    }

    fn publishes(self: &Arc<Self>) -> Outside {
        let own = self.clone();
        Outside::http(move |_| outside::ok("application/json", own.jwks.clone()))
    }
}

fn trusting(site: &Outside) -> impl FnOnce(&mut Settings) {
    let uri = site.url("/jwks.json").parse().unwrap();
    move |settings| {
        open(settings);
        let issuer = StatementIssuer { issuer: ISSUER.to_owned(), keys: StatementKeys::Published(uri) };
        settings.registration.software_statement_issuers = vec![issuer];
    }
}

#[tokio::test]
async fn what_a_statement_claims_goes_before_what_stands_beside_it() {
    let voucher = Voucher::new();
    let site = voucher.publishes();
    let world = World::embedded_with(trusting(&site)).await;
    let statement = voucher.says(json!({ "client_uri": "https://authority.example.gov/portal", "exp": 1_800_000_060 }));
    let said = portal_with(json!({ "software_statement": statement, "software_id": "mine", "client_name": "Mine" }));
    let told = registered(&world, &said).await;
    assert_eq!((text(&told, "client_name"), text(&told, "software_id")), ("Certified portal", "4NRB1"));
    // Its issuer has looked at the page, so it may be elsewhere.
    assert_eq!(told["client_uri"], "https://authority.example.gov/portal");
    assert_eq!(told["software_statement"], statement.as_str(), "unchanged");
    assert!(told.get("iss").is_none() && told.get("exp").is_none());
    let stored = world.operator().client(text(&told, "client_id")).await;
    assert_eq!(stored.software.vouched_by.as_deref(), Some(ISSUER));
    assert!(!stored.display.organisation_verified, "nobody but the authority verifies an organisation");
    assert_eq!(manage(&world, Method::GET, &told, None).await.json()["software_statement"], statement.as_str());

    // An update without it is one of a client that nobody vouches for.
    let bare = portal_with(json!({ "client_uri": "https://authority.example.gov/portal" }));
    let refused = refusal(&manage(&world, Method::PUT, &told, Some(&update_of(&told, &bare))).await);
    assert!(refused.2.starts_with("client_uri: "), "{}", refused.2);
}

#[tokio::test]
async fn a_statement_that_cannot_be_believed_is_refused() {
    let voucher = Voucher::new();
    let site = voucher.publishes();
    let world = World::embedded_with(trusting(&site)).await;
    let (forger, whole) = (Voucher::new(), voucher.says(json!({})));
    let at = whole.len() - 40;
    let other = if whole[at..].starts_with('A') { 'B' } else { 'A' };
    let tampered = format!("{}{other}{}", &whole[..at], &whole[at + 1..]);
    let invalid = "invalid_software_statement";
    let unsigned = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL3N0YXRlbWVudHMuZXhhbXBsZS5nb3YifQ.";
    let shared = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL3N0YXRlbWVudHMuZXhhbXBsZS5nb3YifQ.AAAA";
    for (statement, error, sentence) in [
        (json!(forger.says(json!({}))), invalid, "its signature is not that of its issuer"),
        (json!(tampered), invalid, "its signature is not that of its issuer"),
        (
            json!(voucher.says(json!({ "iss": "https://other.example" }))),
            "unapproved_software_statement",
            "its issuer is not one that is believed here",
        ),
        (json!(voucher.says(json!({ "iss": null }))), invalid, "is not a signed JWT that names its issuer (iss)"),
        (json!(voucher.says(json!({ "exp": 1_800_000_000 }))), invalid, "exp has passed"),
        (json!(voucher.says(json!({ "exp": "tomorrow" }))), invalid, "exp is not a whole number of seconds"),
        (json!(voucher.says(json!({ "nbf": 1_800_000_001 }))), invalid, "nbf has not come yet"),
        (json!(voucher.says(json!({ "aud": "https://other.example" }))), invalid, "aud does not name this issuer"),
        (json!(voucher.says(json!({ "aud": [] }))), invalid, "aud does not name this issuer"),
        (json!(voucher.says(json!({ "aud": [world.issuer, 1] }))), invalid, "aud does not name this issuer"),
        (json!(voucher.says(json!({ "software_id": null, "nonce": "x" }))), invalid, "expected the claim software_id"),
        (json!(unsigned), invalid, "is not a JWT that is signed with an asymmetric algorithm"),
        (json!(shared), invalid, "is not a JWT that is signed with an asymmetric algorithm"),
        (json!("x"), invalid, "is not a signed JWT that names its issuer (iss)"),
        (json!({ "iss": ISSUER }), invalid, "expected a signed JWT as a string"),
    ] {
        let reply = register(&world, &portal_with(json!({ "software_statement": statement }))).await;
        let expected = (400, error.to_owned(), format!("software_statement: {sentence}"));
        assert_eq!(refusal(&reply), expected, "{statement}");
    }
    for aud in [json!(world.issuer), json!(["https://other.example", world.issuer])] {
        registered(&world, &portal_with(json!({ "software_statement": voucher.says(json!({ "aud": aud })) }))).await;
    }
}

#[tokio::test]
async fn what_a_statement_claims_is_held_against_the_rules() {
    let voucher = Voucher::new();
    let site = voucher.publishes();
    let world = World::embedded_with(trusting(&site)).await;
    let statement = voucher.says(json!({ "scope": "openid national_id", "organisation_verified": true }));
    let refused = refusal(&register(&world, &portal_with(json!({ "software_statement": statement }))).await);
    assert_eq!(refused.2, "scope: national_id is given by the authority's approval alone");
}

#[tokio::test]
async fn where_one_is_required_nobody_registers_or_updates_without() {
    let voucher = Voucher::new();
    let site = voucher.publishes();
    let world = World::embedded_with(|settings| {
        trusting(&site)(settings);
        settings.registration.software_statement = SoftwareStatement::Required;
    })
    .await;
    let missing = "software_statement: is missing, which is required here".to_owned();
    let expected = (400, "invalid_software_statement".to_owned(), missing);
    assert_eq!(refusal(&register(&world, &portal_with(json!({}))).await), expected);
    let with = portal_with(json!({ "software_statement": voucher.says(json!({})) }));
    let told = registered(&world, &with).await;
    let without = manage(&world, Method::PUT, &told, Some(&update_of(&told, &portal_with(json!({}))))).await;
    assert_eq!(refusal(&without), expected);
    assert_eq!(manage(&world, Method::PUT, &told, Some(&update_of(&told, &with))).await.status, 200);
}

/// Every instance of a program has its statement, so whoever has one may be anybody.
#[tokio::test]
async fn a_statement_speaks_for_nothing_that_stands_beside_it() {
    let voucher = Voucher::new();
    let site = voucher.publishes();
    let world = World::embedded_with(trusting(&site)).await;
    let statement = voucher.says(json!({ "policy_uri": "https://authority.example.gov/policy" }));
    for member in ["client_uri", "logo_uri", "initiate_login_uri", "backchannel_logout_uri"] {
        let said = portal_with(json!({ "software_statement": statement, member: "https://evil.example/" }));
        let (status, _, told) = refusal(&register(&world, &said).await);
        assert_eq!(status, 400, "{member}");
        assert!(told.starts_with(&format!("{member}: 'https://evil.example/' is on another host")), "{told}");
    }
    let said = portal_with(json!({ "software_statement": statement, "client_name#vi": "Cục Thuế" }));
    let told = registered(&world, &said).await;
    assert_eq!(text(&told, "client_name"), "Certified portal");
    assert!(told.get("client_name#vi").is_none(), "another name than the one that was vouched for: {told}");
}
