//! Client policies: each rule of the table alone, at every moment that it judges; and the sets.

mod authorization;
mod registration;
mod sensitive;

use std::collections::BTreeMap;

use http::StatusCode;
use senid::config::Settings;
use senid::domain::client::{Client, PolicyName};
use senid::domain::keys::SignatureAlgorithm;
use senid::domain::policies::{BUILT_IN, OwnPolicy, Policies, Rule};
use senid::flows::admin::AdminError;
use senid::flows::admin::further::Further;
use senid::flows::admin::update_client::ClientChange;
use senid::protocol::policy::Row;
use serde_json::json;

use crate::support::World;
use crate::support::world::web::{self, Reply};
use crate::support::world::{AN, Backend, Portal, assertion};

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
async fn a_resource_is_asked_for_with_a_bound_token_in_the_header() {
    let world = World::embedded_with(each_alone).await;
    let portal = world.portal("tax-office");
    let (_, tokens) = world.signed_in(&portal, &AN).await;
    let token = tokens.access_token();
    let in_a_form = async || web::post(&world.at("/userinfo"), &[], &[("access_token", &token)]).await;
    assert_eq!((in_a_form().await.status, portal.userinfo(&token).await.status), (StatusCode::OK, StatusCode::OK));
    let refused = |reply: Reply, status: u16, error: &str, rule: Rule, why: &str| {
        assert_eq!(reply.status, status, "{}", reply.body);
        let challenge = reply.header("www-authenticate").to_owned();
        assert!(
            challenge.contains(&format!("error=\"{error}\"")) && challenge.contains(&told(rule, why)),
            "{challenge}"
        );
    };
    world.operator().changes("tax-office", under(Rule::TokenInHeader)).await;
    let why = "the access token stands in the form, not in the Authorization header";
    refused(in_a_form().await, 400, "invalid_request", Rule::TokenInHeader, why);
    assert_eq!(portal.userinfo(&token).await.status, 200);
    // One that was issued before the rule was is bound to nothing.
    world.operator().changes("tax-office", under(Rule::SenderConstrainedTokens)).await;
    let why = "the access token is bound to nothing";
    refused(portal.userinfo(&token).await, 401, "invalid_token", Rule::SenderConstrainedTokens, why);
}

#[tokio::test]
async fn introspection_is_answered_with_a_token_where_the_policy_says_so() {
    let world = World::embedded_with(each_alone).await;
    let (portal, rule) = (world.portal("tax-office"), Rule::SignedIntrospection);
    world.operator().changes("tax-office", under(rule)).await;
    let basic = portal.basic();
    let ask = async |accept: &str| {
        let headers = [("authorization", basic.as_str()), ("accept", accept)];
        web::post(&world.at("/introspect"), &headers, &[("token", "x")]).await
    };
    let refused = ask("application/json").await.json();
    let why = "the answer is to be a token: send Accept: application/token-introspection+jwt";
    assert_eq!(refused, json!({ "error": "invalid_request", "error_description": told(rule, why) }));
    let answered = ask("application/token-introspection+jwt").await;
    assert_eq!(
        (answered.status, answered.header("content-type")),
        (StatusCode::OK, "application/token-introspection+jwt")
    );
    // Who registered an algorithm is answered so without saying it.
    let algorithm = Some(SignatureAlgorithm::Es256);
    world.operator().changes("tax-office", |client| client.policy.introspection_response.algorithm = algorithm).await;
    assert_eq!(ask("application/json").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_are_held_to_their_policies_on_postgres_and_redis_too() {
    let world = World::start(Backend::production().await, sensitive::demanding_fapi).await;
    let portal = world.portal("customs");
    let operator = world.operator();
    let change = ClientChange {
        further: Further { policy: Some(PolicyName::fapi2()), ..Further::default() },
        ..ClientChange::default()
    };
    operator.updates("customs", change).await.unwrap();
    let demands = |rule: &str| format!("the policy fapi2 demands {rule}: ");
    let page = world.browser().open(&portal.start().url()).await.refusal();
    assert!(page.0 == "invalid_request" && page.1.starts_with(&demands("pushed_authorization_request")), "{page:?}");
    let assertion = portal.prove(&portal.assertion().with("aud", world.at("/token")));
    let proven = present(&portal, &assertion).await;
    assert!(proven.0 == "invalid_client" && proven.1.starts_with(&demands("issuer_as_audience")), "{proven:?}");
    let ask = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    let unbound = portal.token(&ask).await.refusal();
    assert!(
        unbound.0 == "invalid_request" && unbound.1.starts_with(&demands("sender_constrained_tokens")),
        "{unbound:?}"
    );
    assert_eq!(portal.push(&portal.start()).await.status, 201);
    let AdminError::Invalid(faults) = operator
        .updates(
            "tax-app",
            ClientChange {
                further: Further { policy: Some(PolicyName::fapi2()), ..Further::default() },
                ..ClientChange::default()
            },
        )
        .await
        .unwrap_err()
    else {
        panic!("faults of the registration")
    };
    assert!(faults.iter().any(|fault| fault.sentence.starts_with(&demands("confidential_client"))), "{faults:?}");
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

#[test]
fn the_page_of_policies_says_what_the_code_does() {
    let page = include_str!("../../../../docs/policies.md");
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
