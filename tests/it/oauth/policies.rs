//! Client policies: each rule of the table alone, at every moment that it judges; and the sets.

use std::collections::BTreeMap;

use senid::config::Settings;
use senid::domain::authorization::ResponseType;
use senid::domain::client::{ApplicationType, BackChannelDelivery, Client, GrantType, PolicyName};
use senid::domain::keys::SignatureAlgorithm;
use senid::domain::policies::{BUILT_IN, OwnPolicy, Policies, Rule};
use senid::domain::resource::ResourceServer;
use senid::domain::time::Clock;
use senid::flows::admin::AdminError;
use senid::flows::admin::further::Further;
use senid::flows::admin::update_client::ClientChange;
use senid::protocol::policy::Row;
use serde_json::{Value, json};

use crate::support::World;
use crate::support::world::client_keys::OwnKeys;
use crate::support::world::resources::{LAND, registered_for, server};
use crate::support::world::{AN, Portal, Started, assertion, on_every_backend};

/// The policy that holds this rule alone.
fn alone(rule: Rule) -> PolicyName {
    format!("only-{}", rule.as_str().replace('_', "-")).parse().unwrap()
}

/// For each rule a policy that holds nothing else, so that a test sees that rule and no other at work.
fn each_alone(settings: &mut Settings) {
    let own = Rule::ALL.iter().map(|rule| (alone(*rule), OwnPolicy::new("legacy-openid", vec![*rule]).unwrap()));
    settings.policies = Policies::new(BTreeMap::from_iter(own), PolicyName::legacy_openid());
}

fn under(rule: Rule) -> impl FnOnce(&mut Client) {
    move |client| client.policy.set = alone(rule)
}

fn told(rule: Rule, why: &str) -> String {
    format!("the policy {} demands {rule}: {why}", alone(rule))
}

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

/// What a client that proves itself by this assertion is told: of its token only once it is believed.
async fn present(portal: &Portal, token: &str) -> (String, String) {
    let form = [&[("grant_type", "refresh_token"), ("refresh_token", "x")][..], &assertion::form(token)].concat();
    portal.raw_token(&[], &form).await.refusal()
}

#[tokio::test]
async fn a_client_proves_itself_as_its_policy_says() {
    let world = World::embedded_with(each_alone).await;
    let ask = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    for (client, rule, why) in [
        ("tax-app", Rule::ConfidentialClient, "the client has proven nothing"),
        (
            "tax-office",
            Rule::KeyBasedAuthentication,
            "client_secret_basic is not allowed, only private_key_jwt, \
            tls_client_auth or self_signed_tls_client_auth",
        ),
        (
            "library",
            Rule::KeyBasedAuthentication,
            "client_secret_post is not allowed, only private_key_jwt, \
            tls_client_auth or self_signed_tls_client_auth",
        ),
        (
            "land-office",
            Rule::KeyBasedAuthentication,
            "client_secret_jwt is not allowed, only private_key_jwt, \
            tls_client_auth or self_signed_tls_client_auth",
        ),
    ] {
        let portal = world.portal(client);
        assert_eq!(portal.token(&ask).await.refusal().0, "invalid_grant", "{client} is believed without the rule");
        world.operator().changes(client, under(rule)).await;
        let refused = portal.token(&ask).await.refusal();
        assert_eq!(refused, ("invalid_client".to_owned(), told(rule, why)), "{client}");
    }
    world.operator().changes("customs", under(Rule::KeyBasedAuthentication)).await;
    assert_eq!(world.portal("customs").token(&ask).await.refusal().0, "invalid_grant");
}

#[tokio::test]
async fn an_assertion_names_the_issuer_as_one_string() {
    let world = World::embedded_with(each_alone).await;
    let (portal, rule) = (world.portal("customs"), Rule::IssuerAsAudience);
    world.operator().changes("customs", under(rule)).await;
    for (audience, believed) in
        [(json!(world.issuer), true), (json!(world.at("/token")), false), (json!([world.issuer]), false)]
    {
        let assertion = portal.prove(&portal.assertion().with("aud", audience.clone()));
        let (error, sentence) = present(&portal, &assertion).await;
        match believed {
            true => assert_eq!(error, "invalid_grant", "{audience}"),
            false => {
                let why = "aud of the assertion must be this issuer, as a string";
                assert_eq!((error, sentence), ("invalid_client".to_owned(), told(rule, why)), "{audience}");
            }
        }
    }
}

#[tokio::test]
async fn an_assertion_that_the_policy_refuses_is_not_spent() {
    let world = World::embedded_with(each_alone).await;
    let portal = world.portal("customs");
    let assertion = portal.prove(&portal.assertion().with("aud", world.at("/token")));
    world.operator().changes("customs", under(Rule::IssuerAsAudience)).await;
    assert_eq!(present(&portal, &assertion).await.0, "invalid_client");
    world.operator().changes("customs", |client| client.policy.set = PolicyName::legacy_openid()).await;
    assert_eq!(present(&portal, &assertion).await.0, "invalid_grant");
}

#[tokio::test]
async fn no_token_is_issued_that_is_bound_to_nothing() {
    let world = World::embedded_with(each_alone).await;
    let (portal, rule) = (world.portal("tax-office"), Rule::SenderConstrainedTokens);
    let (_, tokens) = world.signed_in(&portal, &AN).await;
    world.operator().changes("tax-office", under(rule)).await;
    let refused = portal.refresh(&tokens.refresh_token()).await.refusal();
    let why = "the request proves no key: neither a DPoP proof nor a client certificate came with it";
    assert_eq!(refused, ("invalid_request".to_owned(), told(rule, why)));
    // Nothing was spent by that.
    world.operator().changes("tax-office", |client| client.policy.set = PolicyName::legacy_openid()).await;
    assert_eq!(portal.refresh(&tokens.refresh_token()).await.status, 200);
}

#[tokio::test]
async fn a_client_whose_policy_the_settings_no_longer_define_does_nothing() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (_, tokens) = world.signed_in(&portal, &AN).await;
    world.operator().changes("tax-office", |client| client.policy.set = "abolished".parse().unwrap()).await;
    let sentence = "the policy abolished of this client is not defined in the settings".to_owned();
    let refusal = ("unauthorized_client".to_owned(), sentence);
    assert_eq!(world.browser().open(&portal.start().url()).await.refusal(), refusal);
    assert_eq!(portal.refresh(&tokens.refresh_token()).await.refusal(), refusal);
}

/// What is wrong with the client once it is under the policy that holds this rule alone, in the members of metadata.
async fn faults(world: &World, client: &str, rule: Rule) -> Vec<(String, String)> {
    let change = ClientChange {
        further: Further { policy: Some(alone(rule)), ..Further::default() },
        ..ClientChange::default()
    };
    match world.operator().updates(client, change).await {
        Ok(_) => Vec::new(),
        Err(AdminError::Invalid(faults)) => {
            faults.into_iter().map(|fault| (fault.field.to_owned(), fault.sentence)).collect()
        }
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_registration_keeps_to_each_rule() {
    let world = World::embedded_with(each_alone).await;
    let operator = world.operator();
    operator
        .changes("library", |client| {
            client.redirect_uris.push("http://127.0.0.1/callback".to_owned());
            client.policy.userinfo_algorithm = Some(SignatureAlgorithm::Es384);
        })
        .await;
    operator
        .changes("tax-app", |client| {
            client.grant_types.insert(GrantType::DeviceCode);
        })
        .await;
    for (client, rule, expected) in [
        ("library", Rule::Pkce, &[("pkce", "expected required")][..]),
        ("customs", Rule::Pkce, &[]),
        (
            "archive",
            Rule::NoFrontChannelAccessTokens,
            &[
                ("response_types", "id_token token is not allowed"),
                ("response_types", "code token is not allowed"),
                ("response_types", "code id_token token is not allowed"),
            ],
        ),
        ("tax-app", Rule::ConfidentialClient, &[("token_endpoint_auth_method", "none proves nothing")]),
        ("customs", Rule::ConfidentialClient, &[]),
        (
            "land-office",
            Rule::KeyBasedAuthentication,
            &[(
                "token_endpoint_auth_method",
                "expected private_key_jwt, tls_client_auth or self_signed_tls_client_auth, found client_secret_jwt",
            )],
        ),
        ("customs", Rule::KeyBasedAuthentication, &[]),
        (
            "library",
            Rule::StrongSignatures,
            &[
                ("id_token_signed_response_alg", "expected PS256, ES256 or EdDSA, found RS256"),
                ("userinfo_signed_response_alg", "expected PS256, ES256 or EdDSA, found ES384"),
            ],
        ),
        ("library", Rule::HttpsRedirectUri, &[("redirect_uris", "http://127.0.0.1/callback is http")]),
        ("tax-app", Rule::HttpsRedirectUri, &[]),
        (
            "tax-app",
            Rule::StableRefreshTokens,
            &[(
                "token_endpoint_auth_method",
                "the refresh tokens of a client that proves nothing must be rotated (RFC 9700 section 2.2.2)",
            )],
        ),
        (
            "library",
            Rule::SignedRequestObject,
            &[("jwks_uri", "expected the keys that its requests are signed with, or jwks")],
        ),
        ("customs", Rule::SignedRequestObject, &[]),
    ] {
        let expected: Vec<(String, String)> =
            expected.iter().map(|(member, why)| ((*member).to_owned(), told(rule, why))).collect();
        let found: Vec<_> = faults(&world, client, rule)
            .await
            .into_iter()
            .filter(|(_, why)| why.contains("the policy only-"))
            .collect();
        assert_eq!(found, expected, "{client}: {rule}");
    }
    let types = faults(&world, "archive", Rule::ResponseTypeCode).await;
    assert_eq!(types.len(), ResponseType::ALL.len() - 1, "{types:?}");
    assert_eq!(faults(&world, "archive", Rule::SenderConstrainedTokens).await.len(), 3);
}

/// Who asks for national identifiers is under a policy that is enough for it.
fn demanding_fapi(settings: &mut Settings) {
    settings.policies = Policies::default();
}

on_every_backend! {
    async fn what_is_sensitive_is_withheld_from_clients_whose_policy_is_not_enough(world: World) {
        // The world demands nothing: this portal was told identifiers before there was a demand.
        let portal = world.portal("tax-office");
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        assert_eq!(portal.claims(&tokens.access_token()).await["national_id"], AN.identifier);
        let backend = world.stop().await;

        let world = World::start(backend, demanding_fapi).await;
        let portal = world.portal("tax-office");
        let asked = portal.start().with("scope", "openid national_id");
        let (error, sentence) = world.browser().open(&asked.url()).await.refusal();
        let expected = "the scope national_id is sensitive and demands the policy fapi2 (policies.sensitive); the policy \
                        baseline of this client leaves out response_type_code, confidential_client,";
        assert_eq!(error, "invalid_scope");
        assert!(sentence.starts_with(expected), "{sentence}");

        // It goes on signing people in, without the identifier, however it asks for it.
        let claims = r#"{"userinfo":{"national_id":{"essential":true}}}"#;
        let started = portal.start().with("scope", "openid profile offline_access").with("claims", claims);
        let mut browser = world.browser();
        let page = browser.open(&started.url()).await;
        let page = AN.goes_through(&mut browser, page).await;
        let fresh = portal.exchange(&started, &page.code()).await;
        let told = portal.claims(&fresh.access_token()).await;
        assert_eq!((told.get("national_id"), told["name"].as_str()), (None, Some(AN.name)));

        // What was granted before is told no more, either.
        let refreshed = portal.refresh(&tokens.refresh_token()).await;
        assert!(!refreshed.scope().contains("national_id"), "{}", refreshed.scope());
        assert_eq!(portal.claims(&refreshed.access_token()).await.get("national_id"), None);
    }
}

#[tokio::test]
async fn a_scope_that_a_resource_server_marks_is_as_sensitive() {
    let world = World::embedded_with(demanding_fapi).await;
    let operator = world.operator();
    operator.opens(&server(LAND, "land.read land.search")).await;
    operator.changes("land-office", registered_for(LAND, "land.read land.search")).await;
    let portal = world.portal("land-office");
    let open = async |scope: &str| world.browser().open(&portal.start().with("scope", scope).url()).await;
    assert!(open("openid land.read").await.has("form"));
    let mark = |server: &mut ResourceServer| {
        server.scopes.get_mut(&"land.read".parse().unwrap()).unwrap().sensitive = true;
    };
    operator.changes_resource(LAND, mark).await;
    assert!(open("openid land.search").await.has("form"));
    let refused = open("openid land.read").await.refusal();
    assert_eq!(refused.0, "invalid_scope");
    assert!(refused.1.starts_with("the scope land.read is sensitive"), "{refused:?}");
}

#[test]
fn the_page_of_policies_says_what_the_code_does() {
    let page = include_str!("../../../docs/policies.md");
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    let expected: Vec<String> = Rule::ALL
        .iter()
        .map(|rule| {
            let of = |(_, rules): (&str, &[Rule])| if rules.contains(rule) { " yes |" } else { " |" };
            format!("| `{rule}` |{} {} |", BUILT_IN.map(of).concat(), Row::of(*rule).demands)
        })
        .collect();
    assert_eq!(rows, expected);
    let header = page.lines().find(|line| line.starts_with("| rule |")).unwrap();
    assert_eq!(
        header,
        format!("| rule |{} what it demands |", BUILT_IN.map(|(name, _)| format!(" `{name}` |")).concat())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_no_browser_answers_needs_no_response_mode() {
    let world = World::embedded_with(each_alone).await;
    world.may_ask("tax-office", BackChannelDelivery::Poll).await;
    world.operator().changes("tax-office", under(Rule::SignedAuthorizationResponse)).await;
    let reply = world.portal("tax-office").asks(&[("login_hint", AN.identifier)]).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
}
