//! What userinfo says of itself: RFC 9728.

use serde_json::json;

use crate::support::World;
use crate::support::world::certificates::behind_a_proxy;

#[tokio::test]
async fn userinfo_says_whose_tokens_it_takes() {
    let world = World::embedded().await;
    let reply = world.get("/.well-known/oauth-protected-resource").await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "application/json"));
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    let document = reply.json();
    assert_eq!(document["resource"], world.issuer.as_str());
    assert_eq!(document["authorization_servers"], json!([world.issuer]));
    assert_eq!(document["jwks_uri"], world.at("/jwks.json"));
    assert_eq!(document["bearer_methods_supported"], json!(["header", "body"]));
    let of_people =
        ["openid", "profile", "email", "phone", "address", "national_id", "organisation", "linked_accounts"];
    let scopes = [&of_people[..], &["ssf.manage", "ssf.read"]].concat();
    assert_eq!(document["scopes_supported"], json!(scopes));
    // What the two documents say of the same thing is the same.
    let discovery = world.get("/.well-known/openid-configuration").await.json();
    assert_eq!(document["resource_signing_alg_values_supported"], discovery["userinfo_signing_alg_values_supported"]);
    let bound = "tls_client_certificate_bound_access_tokens";
    assert_eq!((&document[bound], &discovery[bound]), (&json!(false), &json!(false)));
    let with_certificates = World::embedded_with(|settings| behind_a_proxy(settings, &[])).await;
    assert_eq!(with_certificates.get("/.well-known/oauth-protected-resource").await.json()[bound], true);
    assert_eq!(discovery["protected_resources"], json!([world.issuer]));
}

#[tokio::test]
async fn whoever_is_turned_away_is_told_where_that_is() {
    let world = World::embedded().await;
    let at = format!("resource_metadata=\"{}\"", world.at("/.well-known/oauth-protected-resource"));
    for headers in [&[][..], &[("authorization", "Bearer wrong")], &[("authorization", "DPoP wrong")]] {
        let reply = crate::support::world::web::get(&world.at("/userinfo"), headers).await;
        assert_eq!(reply.status, 401, "{headers:?}");
        let challenges: Vec<_> = reply.headers.get_all("www-authenticate").iter().collect();
        assert_eq!(challenges.len(), 2);
        assert!(challenges.iter().all(|challenge| challenge.to_str().unwrap().contains(&at)), "{challenges:?}");
    }
}

#[tokio::test]
async fn of_an_issuer_with_a_path_it_stands_between_the_host_and_the_path() {
    let world = World::embedded_below("/sso").await;
    let origin = world.issuer.strip_suffix("/sso").unwrap().to_owned();
    let at = format!("{origin}/.well-known/oauth-protected-resource/sso");
    let reply = crate::support::world::web::get(&at, &[]).await;
    assert_eq!(reply.json()["resource"], world.issuer.as_str());
    let elsewhere = format!("{origin}/.well-known/oauth-protected-resource");
    assert_eq!(crate::support::world::web::get(&elsewhere, &[]).await.status, 404);
}
