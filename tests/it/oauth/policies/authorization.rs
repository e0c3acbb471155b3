//! Authorization requests and their objects, held against each rule alone.

use senid::domain::authorization::ResponseType;
use senid::domain::client::{ApplicationType, BackChannelDelivery, PolicyName};
use senid::domain::keys::SignatureAlgorithm;
use senid::domain::policies::Rule;
use senid::domain::time::Clock;
use serde_json::{Value, json};

use super::{each_alone, present, told, under};
use crate::support::World;
use crate::support::world::client_keys::OwnKeys;
use crate::support::world::{AN, Started};

type Change = fn(Started) -> Started;

/// Of an authorization request of the archive, which may ask for everything: the rule, what breaks it, and what is told.
const REQUESTS: &[(Rule, Change, &str, &str)] = &[
    (Rule::Pkce, |s| s.without_pkce(), "invalid_request", "code_challenge is missing; its method is S256"),
    (
        Rule::NoFrontChannelAccessTokens,
        |s| s.with("response_type", "code token"),
        "unauthorized_client",
        "response_type code token is not allowed",
    ),
    (
        Rule::ResponseTypeCode,
        |s| s.with("response_type", "code id_token"),
        "unauthorized_client",
        "response_type code id_token is not allowed",
    ),
    (
        Rule::PushedAuthorizationRequest,
        |s| s,
        "invalid_request",
        "the request was not pushed; push it and come with its request_uri",
    ),
    (
        Rule::SenderConstrainedTokens,
        |s| s.with("response_type", "code token"),
        "unauthorized_client",
        "response_type code token would bind its token to nothing",
    ),
    (
        Rule::SignedRequestObject,
        |s| s,
        "invalid_request",
        "request is missing: a request object that the client has signed",
    ),
    (
        Rule::SignedAuthorizationResponse,
        |s| s,
        "invalid_request",
        "response_mode must be jwt, query.jwt, fragment.jwt or form_post.jwt",
    ),
];

#[tokio::test]
async fn an_authorization_request_keeps_to_each_rule() {
    let world = World::embedded_with(each_alone).await;
    let portal = world.portal("archive");
    for (rule, change, error, why) in REQUESTS {
        world.operator().changes("archive", |client| client.policy.set = PolicyName::legacy_openid()).await;
        let asked = || change(portal.start());
        let before = world.browser().open(&asked().url()).await;
        assert!(before.has("form"), "{rule}: without the rule, someone is asked to sign in: {}", before.url);
        world.operator().changes("archive", under(*rule)).await;
        let after = world.browser().open(&asked().url()).await;
        assert_eq!(after.refusal(), ((*error).to_owned(), told(*rule, why)), "{rule}");
    }
}

#[tokio::test]
async fn what_a_policy_does_not_speak_of_goes_on() {
    let world = World::embedded_with(each_alone).await;
    let portal = world.portal("archive");
    for (rule, ..) in REQUESTS.iter().filter(|(rule, ..)| !matches!(rule, Rule::PushedAuthorizationRequest)) {
        world.operator().changes("archive", under(*rule)).await;
        let asked = portal.start();
        let page = world.browser().open(&asked.url()).await;
        let wants_more = matches!(rule, Rule::SignedRequestObject | Rule::SignedAuthorizationResponse);
        assert_eq!(page.has("form"), !wants_more, "{rule}: a plain request for a code");
    }
}

#[tokio::test]
async fn a_redirect_uri_is_https_or_a_native_client_s_own() {
    let world = World::embedded_with(each_alone).await;
    let rule = Rule::HttpsRedirectUri;
    world.operator().changes("sandbox", under(rule)).await;
    let refused = world.browser().open(&world.portal("sandbox").start().url()).await;
    assert_eq!(refused.refusal(), ("invalid_request".to_owned(), told(rule, "redirect_uri is http")));
    world.operator().changes("sandbox", |client| client.application_type = ApplicationType::Native).await;
    assert!(world.browser().open(&world.portal("sandbox").start().url()).await.has("form"));
}

/// A request of the portal's in an object that it has signed, with these changes to what the object says; null takes away.
fn in_an_object(world: &World, started: Started, keys: &OwnKeys, with: SignatureAlgorithm, changes: Value) -> String {
    let now = world.clock.now().seconds();
    let mut claims = json!({ "iss": "customs", "aud": world.issuer, "nbf": now, "exp": now + 3600 });
    for (name, value) in started.parameters() {
        claims[name] = json!(value);
    }
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    started.with("request", &keys.sign(with, Some("oauth-authz-req+jwt"), &claims)).url()
}

#[tokio::test]
async fn a_signed_request_object_says_when_and_for_whom_it_is() {
    let world = World::embedded_with(each_alone).await;
    let (portal, keys, rule) = (world.portal("customs"), OwnKeys::new(), Rule::BoundedRequestObject);
    world.operator().changes("customs", |client| client.keys = keys.given()).await;
    world.operator().changes("customs", under(rule)).await;
    let now = world.clock.now().seconds();
    let open = async |changes: Value| {
        let uri = in_an_object(&world, portal.start(), &keys, SignatureAlgorithm::Es256, changes);
        world.browser().open(&uri).await
    };
    assert!(open(json!({})).await.has("form"));
    assert!(open(json!({ "nbf": now - 3599, "exp": now + 1 })).await.has("form"));
    for (changes, why) in [
        (json!({ "aud": null }), "aud of the request object is missing"),
        (json!({ "nbf": null }), "nbf of the request object is missing"),
        (json!({ "exp": null }), "exp of the request object is missing"),
        (json!({ "nbf": now - 3601, "exp": now + 1 }), "nbf of the request object is more than 60 minutes ago"),
        (json!({ "exp": now + 3601 }), "exp of the request object is more than 60 minutes after its nbf"),
    ] {
        let refused = open(changes).await.refusal();
        assert_eq!(refused, ("invalid_request_object".to_owned(), told(rule, why)));
    }
}

#[tokio::test]
async fn what_a_client_signs_is_signed_with_strong_algorithms() {
    let world = World::embedded_with(each_alone).await;
    let (portal, keys, rule) = (world.portal("customs"), OwnKeys::new(), Rule::StrongSignatures);
    world.operator().changes("customs", |client| client.keys = keys.given()).await;
    world.operator().changes("customs", under(rule)).await;
    for algorithm in SignatureAlgorithm::ALL {
        let strong = !matches!(algorithm, SignatureAlgorithm::Rs256 | SignatureAlgorithm::Es384);
        let uri = in_an_object(&world, portal.start(), &keys, algorithm, json!({}));
        let page = world.browser().open(&uri).await;
        let assertion = keys.sign(algorithm, None, portal.assertion().claims());
        let (error, sentence) = present(&portal, &assertion).await;
        if strong {
            assert!(page.has("form"), "{algorithm}");
            assert_eq!(error, "invalid_grant", "{algorithm}: the client is believed");
        } else {
            let why = format!("the request object is signed with {algorithm}, not with PS256, ES256 or EdDSA");
            assert_eq!(page.refusal(), ("invalid_request_object".to_owned(), told(rule, &why)));
            let why = format!("the assertion is signed with {algorithm}, not with PS256, ES256 or EdDSA");
            assert_eq!((error, sentence), ("invalid_client".to_owned(), told(rule, &why)));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_no_browser_answers_needs_no_response_mode() {
    let world = World::embedded_with(each_alone).await;
    world.may_ask("tax-office", BackChannelDelivery::Poll).await;
    world.operator().changes("tax-office", under(Rule::SignedAuthorizationResponse)).await;
    let reply = world.portal("tax-office").asks(&[("login_hint", AN.identifier)]).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
}

#[tokio::test]
async fn what_was_pushed_is_held_against_the_policy_and_the_registration_as_they_are_now() {
    let world = World::embedded_with(each_alone).await;
    let (portal, keys) = (world.portal("archive"), OwnKeys::new());
    world.operator().changes("archive", |client| client.keys = keys.given()).await;
    for (rule, change, error, why) in REQUESTS {
        if *rule == Rule::PushedAuthorizationRequest {
            continue;
        }
        world.operator().changes("archive", |client| client.policy.set = PolicyName::legacy_openid()).await;
        let pushed = async || portal.pushed(&change(portal.start())).await;
        let (stays, goes) = (pushed().await, pushed().await);
        assert!(world.browser().open(&stays.url()).await.has("form"), "{rule}: without the rule");
        world.operator().changes("archive", under(*rule)).await;
        let mut browser = world.browser();
        let refused = browser.open(&goes.url()).await;
        assert_eq!(refused.refusal(), ((*error).to_owned(), told(*rule, why)), "{rule}");
        assert_eq!(browser.open(&goes.url()).await.status, 400, "{rule}: it was answered");
    }
    // What a request was signed with is remembered: a policy that demands it finds it.
    world.operator().changes("archive", |client| client.policy.set = PolicyName::legacy_openid()).await;
    let started = portal.start();
    let claims: serde_json::Map<String, Value> =
        started.parameters().iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let object = keys.sign(SignatureAlgorithm::Es256, Some("oauth-authz-req+jwt"), &Value::Object(claims));
    let names: Vec<String> = started.parameters().iter().map(|(name, _)| name.clone()).collect();
    let alone = names.iter().fold(portal.start(), |bare, name| bare.without(name)).with("request", &object);
    let pushed = portal.pushed(&alone).await;
    world.operator().changes("archive", under(Rule::SignedRequestObject)).await;
    assert!(world.browser().open(&pushed.url()).await.has("form"));
    world.operator().changes("archive", under(Rule::BoundedRequestObject)).await;
    let (error, _) = world.browser().open(&pushed.url()).await.refusal();
    assert_eq!(error, "invalid_request_object");

    // Nor is a scope granted that the client has lost, or answered with what it may not have any more.
    world.operator().changes("archive", |client| client.policy.set = PolicyName::legacy_openid()).await;
    let pushed = portal.pushed(&portal.start().with("scope", "openid profile")).await;
    let hybrid = portal.pushed(&portal.start().with("response_type", "code id_token")).await;
    let lose = |client: &mut senid::domain::client::Client| {
        client.scopes = client.scopes.difference(&"profile".parse().unwrap());
        client.response_types = [ResponseType::Code].into();
    };
    world.operator().changes("archive", lose).await;
    let told = "the scope profile is not registered for this client";
    assert_eq!(world.browser().open(&pushed.url()).await.refusal(), ("invalid_scope".to_owned(), told.to_owned()));
    let told = "the response_type code id_token is not registered for this client";
    let refusal = world.browser().open(&hybrid.url()).await.refusal();
    assert_eq!(refusal, ("unauthorized_client".to_owned(), told.to_owned()));
}
