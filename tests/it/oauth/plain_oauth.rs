//! A client that asks for no `openid`: OAuth 2.0 alone, RFC 6749.

use senid::domain::authorization::ResponseType;
use serde_json::Value;

use crate::support::World;
use crate::support::world::{AN, on_every_backend};

on_every_backend! {
    async fn a_client_that_is_registered_without_openid_gets_a_code_and_a_token_and_no_id_token(world: World) {
        world.operator().changes("library", |client| client.scopes = "profile offline_access".parse().unwrap()).await;
        let portal = world.portal("library");
        let started = portal.start().with("scope", "profile offline_access").without("nonce");
        let mut browser = world.browser();
        let page = browser.open(&started.url()).await;
        let page = AN.goes_through(&mut browser, page).await;
        let answer = page.answer();
        assert_eq!((&answer["iss"], answer.get("session_state")), (&world.issuer, None));
        let tokens = portal.exchange(&started, &answer["code"]).await;
        assert_eq!((tokens.status.as_u16(), tokens.json().get("id_token")), (200, None));
        assert_eq!(portal.access_token(&tokens).await["scope"], "offline_access profile");
        // Nobody is told who signed in: that is what openid is for.
        let userinfo = portal.userinfo(&tokens.access_token()).await;
        assert!(userinfo.status == 403 && userinfo.header("www-authenticate").contains("insufficient_scope"));
        let fresh = portal.refresh(&tokens.refresh_token()).await;
        assert_eq!((fresh.status.as_u16(), fresh.json().get("id_token")), (200, None));
    }
}

#[tokio::test]
async fn it_asks_for_something_that_it_may_have() {
    let world = World::embedded().await;
    let change = world.operator();
    change
        .changes("archive", |client| {
            client.scopes = "profile".parse().unwrap();
            client.response_types = [ResponseType::Code, ResponseType::IdToken].into();
        })
        .await;
    let portal = world.portal("archive");
    for (scope, response_type, sentence) in [
        ("", "code", "scope is missing, or names nothing that is known here"),
        ("of-tomorrow", "code", "scope is missing, or names nothing that is known here"),
        ("openid profile", "code", "the scope openid is not registered for this client"),
        ("profile", "id_token", "scope must contain openid"),
    ] {
        let asked = portal.start().with("scope", scope).with("response_type", response_type);
        let refused = world.browser().open(&asked.url()).await.refusal();
        assert_eq!(refused, ("invalid_scope".to_owned(), sentence.to_owned()), "{scope} {response_type}");
    }
    let silent = portal.start().with("scope", "profile").with("prompt", "none");
    assert_eq!(world.browser().open(&silent.url()).await.refusal().0, "login_required");
    let claims: Value = world.get("/.well-known/openid-configuration").await.json();
    assert!(claims["scopes_supported"].as_array().unwrap().contains(&"openid".into()));
}
