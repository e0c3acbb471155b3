//! Registrations, held against each rule alone.

use senid::domain::authorization::ResponseType;
use senid::domain::client::GrantType;
use senid::domain::keys::SignatureAlgorithm;
use senid::domain::policies::Rule;
use senid::flows::admin::AdminError;
use senid::flows::admin::further::Further;
use senid::flows::admin::update_client::ClientChange;

use super::{alone, each_alone, told};
use crate::support::World;

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
