//! Every rule of `protocol::authorize::checks`: what it refuses is told to the portal, with its state and the issuer.

use senid::protocol::authorize::checks::CHECKS;

use crate::support::World;
use crate::support::world::{AN, Started};

type Change = fn(Started) -> Started;

/// The rule, a request that it refuses, and what the portal is told.
const REFUSED: &[(&str, Change, &str, &str)] = &[
    ("state", |s| s.with("state", &"x".repeat(2049)), "invalid_request", "state is longer than 2048 bytes"),
    ("repeated parameters", |s| s.and("nonce", "other"), "invalid_request", "nonce is given more than once"),
    (
        "request object",
        |s| s.with("request", "eyJhbGciOiJub25lIn0.e30."),
        "request_not_supported",
        "an unsigned request object is not supported",
    ),
    (
        "request object",
        |s| s.with("request_uri", "https://tax.example/request"),
        "invalid_request_uri",
        "request_uri is not one of the client's request_uris; all but the fragment is compared character by character",
    ),
    (
        "registration",
        |s| s.with("registration", "{}"),
        "registration_not_supported",
        "the registration parameter is not supported",
    ),
    ("response_type", |s| s.without("response_type"), "invalid_request", "response_type is missing"),
    ("response_type", |s| s.with("response_type", ""), "invalid_request", "response_type is missing"),
    (
        "response_type",
        |s| s.with("response_type", "code saml"),
        "unsupported_response_type",
        "response_type must be code, id_token, id_token token, code id_token, code token, code id_token token or none",
    ),
    (
        "response_mode",
        |s| s.with("response_mode", "pigeon"),
        "invalid_request",
        "response_mode must be query, fragment, form_post, jwt, query.jwt, fragment.jwt or form_post.jwt",
    ),
    ("scope", |s| s.without("scope"), "invalid_scope", "scope must contain openid"),
    ("scope", |s| s.with("scope", "profile email"), "invalid_scope", "scope must contain openid"),
    ("scope", |s| s.with("scope", "openid \"x\""), "invalid_scope", "scope has a character that no scope may have"),
    (
        "code_challenge",
        |s| s.without_pkce(),
        "invalid_request",
        "code_challenge is missing: this client must use PKCE with S256",
    ),
    (
        "code_challenge",
        |s| s.with("code_challenge_method", "plain"),
        "invalid_request",
        "code_challenge_method must be S256; plain is not accepted",
    ),
    (
        "code_challenge",
        |s| s.without("code_challenge_method"),
        "invalid_request",
        "code_challenge_method must be S256; plain is not accepted",
    ),
    (
        "code_challenge",
        |s| s.with("code_challenge", "short"),
        "invalid_request",
        "code_challenge must be 43 characters of unpadded base64url",
    ),
    (
        "code_challenge",
        |s| s.without("code_challenge"),
        "invalid_request",
        "code_challenge_method without code_challenge",
    ),
    (
        "dpop_jkt",
        |s| s.with("dpop_jkt", "key"),
        "invalid_request",
        "dpop_jkt must be the SHA-256 thumbprint of a key, in base64url",
    ),
    ("nonce", |s| s.with("nonce", &"n".repeat(513)), "invalid_request", "nonce is longer than 512 bytes"),
    (
        "prompt",
        |s| s.with("prompt", "sign_up"),
        "invalid_request",
        "prompt must be of none, login, consent, select_account, create",
    ),
    ("prompt", |s| s.with("prompt", "none login"), "invalid_request", "prompt none stands alone"),
    ("prompt", |s| s.with("prompt", "create none"), "invalid_request", "prompt none stands alone"),
    ("max_age", |s| s.with("max_age", "-1"), "invalid_request", "max_age must be a number of seconds"),
    ("max_age", |s| s.with("max_age", "soon"), "invalid_request", "max_age must be a number of seconds"),
    (
        "id_token_hint",
        |s| s.with("id_token_hint", "a.b.c"),
        "invalid_request",
        "id_token_hint is not an ID token of this issuer",
    ),
    (
        "claims",
        |s| s.with("claims", r#"{"userinfo":{"name":true}}"#),
        "invalid_request",
        "claims: userinfo.name must be null or an object",
    ),
    (
        "claims",
        |s| s.with("claims", r#"{"id_token":{"acr":{"essential":true,"value":"urn:senid:aal:4"}}}"#),
        "unmet_authentication_requirements",
        "claims: none of the values of the essential id_token.acr can be met",
    ),
    (
        "authorization_details",
        |s| s.with("authorization_details", r#"[{"type":"unheard-of"}]"#),
        "invalid_authorization_details",
        "authorization_details[0] there is no type unheard-of",
    ),
    (
        "resource",
        |s| s.with("resource", "https://elsewhere.example/"),
        "invalid_target",
        "this client is not registered for the resource https://elsewhere.example/",
    ),
    (
        "resource",
        |s| s.with("resource", "elsewhere"),
        "invalid_target",
        "resource: a resource is an absolute URI without a fragment, of at most 512 characters",
    ),
];

/// Rules of wishes, which never fail a request.
const WISHES: &[&str] = &["login_hint", "ui_locales", "acr_values", "claims_locales"];

/// What a client's policy demands is tried rule by rule in `policies`, who must push in `pushed_requests`, in whose name in
/// `organisations::signing_in`.
const ELSEWHERE: &[&str] = &["policy", "pushed requests", "organisation_hint"];

#[tokio::test]
async fn every_rule_refuses_in_its_own_words_with_the_state_and_the_issuer() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    // Signed in and allowed, so that without the fault every one of these would be answered with a code.
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    for (rule, change, error, sentence) in REFUSED {
        let started = change(portal.start());
        let page = browser.open(&started.url()).await;
        assert!(page.url.as_str().starts_with("https://tax.example/callback?"), "{rule}: {}", page.url);
        assert_eq!(page.refusal(), ((*error).to_owned(), (*sentence).to_owned()), "{rule}");
        let answer = page.answer();
        assert_eq!((answer["state"].as_str(), answer["iss"].as_str()), (&*started.state, &*world.issuer), "{rule}");
    }
}

#[test]
fn every_rule_of_the_table_is_tried() {
    for (rule, _) in CHECKS {
        assert!(
            WISHES.contains(rule) || ELSEWHERE.contains(rule) || REFUSED.iter().any(|(tried, ..)| tried == rule),
            "no test tries {rule}"
        );
    }
}

#[tokio::test]
async fn a_wish_that_cannot_be_met_fails_nothing() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    let long = "x".repeat(3000);
    for (name, value) in [
        ("login_hint", long.as_str()),
        ("ui_locales", "x_y !! se"),
        ("acr_values", &long),
        ("claims_locales", "x_y !! se"),
    ] {
        let page = browser.open(&portal.start().with(name, value).url()).await;
        assert!(page.answer().contains_key("code"), "{name}");
    }
    // Nor does what nobody knows.
    let unheard_of = portal.start().and("unheard-of", "https://a.example").and("unheard-of", "https://b.example");
    assert!(browser.open(&unheard_of.url()).await.answer().contains_key("code"));
}

#[tokio::test]
async fn a_scope_that_the_portal_was_not_approved_for_is_refused_by_name() {
    let world = World::embedded().await;
    let started = world.portal("library").start().with("scope", "openid profile national_id");
    let page = world.browser().open(&started.url()).await;
    let sentence = "the scope national_id is not registered for this client";
    assert_eq!(page.refusal(), ("invalid_scope".to_owned(), sentence.to_owned()));
}

#[tokio::test]
async fn a_refusal_keeps_the_redirect_uri_s_own_query() {
    let world = World::embedded().await;
    let started = world.portal("library").start().with("response_type", "token");
    let page = world.browser().open(&started.url()).await;
    assert!(page.url.as_str().starts_with("https://library.example/callback?branch=main#error="), "{}", page.url);
    assert_eq!(page.refusal().0, "unsupported_response_type");
}
