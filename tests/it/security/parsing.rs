//! Parsing (oidc-provider's strictness list): what two readers could read differently is refused, and nothing makes us fall over.

use http::Method;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::support::World;
use crate::support::world::AN;
use crate::support::world::web::{self, Reply};

async fn post_raw(world: &World, path: &str, body: &str) -> Reply {
    web::send(Method::POST, &world.at(path), &[], Some(body.to_owned()), [127, 0, 0, 1].into()).await
}

#[tokio::test]
async fn a_parameter_that_is_there_twice_is_refused_at_every_endpoint() {
    let world = World::embedded().await;
    let portal = world.portal("library");
    let own = format!(
        "client_id=library&client_secret={}",
        url::form_urlencoded::byte_serialize(portal.registration.secret.as_bytes()).collect::<String>()
    );
    for body in [
        format!("{own}&grant_type=refresh_token&grant_type=authorization_code&refresh_token=x"),
        format!("{own}&grant_type=refresh_token&refresh_token=x&refresh_token=y"),
        format!("{own}&{own}&grant_type=refresh_token&refresh_token=x"),
        format!("{own}&grant_type=refresh_token&refresh_token=x&made_up=1&made_up=2"),
    ] {
        let reply = post_raw(&world, "/token", &body).await;
        assert_eq!((reply.status.as_u16(), reply.json()["error"].as_str()), (400, Some("invalid_request")), "{body}");
    }
    assert_eq!(post_raw(&world, "/revoke", &format!("{own}&token=x&token=y")).await.status, 400);
    assert_eq!(post_raw(&world, "/userinfo", "access_token=x&access_token=y").await.status, 400);
    for name in ["scope", "state", "nonce", "prompt", "response_type", "code_challenge", "max_age", "claims"] {
        let page = world.browser().open(&portal.start().with(name, "1").and(name, "2").url()).await;
        assert_eq!(page.refusal().0, "invalid_request", "{name}");
    }
    for name in ["client_id", "redirect_uri"] {
        let page = world.browser().open(&portal.start().and(name, "x").url()).await;
        assert_eq!((page.status.as_u16(), page.reply.header("location")), (400, ""), "{name}");
    }
}

#[tokio::test]
async fn what_is_no_text_is_refused_at_every_endpoint() {
    let world = World::embedded().await;
    for broken in ["x=%ff", "x=%00", "x=%", "x=%4", "x=%zz", "%ff=x", "client_id=a%00b"] {
        for path in ["/token", "/revoke", "/userinfo", "/authorize", "/logout", "/language", "/account/sign-in"] {
            let reply = post_raw(&world, path, broken).await;
            assert_eq!(reply.status, 400, "{path} {broken}");
        }
        for path in ["/authorize", "/logout", "/userinfo", "/account/sign-in", "/signed-out"] {
            let reply = world.get(&format!("{path}?{broken}")).await;
            assert_eq!(reply.status, 400, "{path}?{broken}");
        }
    }
}

#[tokio::test]
async fn a_body_that_is_no_form_is_refused() {
    let world = World::embedded().await;
    let body = r#"{"grant_type":"refresh_token","refresh_token":"x"}"#;
    for content_type in
        ["application/json", "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded2", ""]
    {
        for path in ["/token", "/revoke", "/userinfo", "/authorize", "/logout", "/logout/confirm"] {
            let headers = [("content-type", content_type), ("origin", &world.issuer)];
            let body = Some(body.to_owned());
            let reply = web::send(Method::POST, &world.at(path), &headers, body, [127, 0, 0, 1].into()).await;
            assert!((400..=415).contains(&reply.status.as_u16()), "{path} {content_type}");
        }
    }
}

#[tokio::test]
async fn an_access_token_in_the_address_is_refused() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (_, tokens) = world.signed_in(&portal, &AN).await;
    let reply = world.get(&format!("/userinfo?access_token={}", tokens.access_token())).await;
    assert_eq!(reply.status, 400);
    assert!(!reply.body.contains(AN.name));
    let bearer = format!("Bearer {}", tokens.access_token());
    let twice = [("authorization", bearer.as_str()), ("authorization", &bearer)];
    assert_eq!(web::get(&world.at("/userinfo"), &twice).await.status, 400);
    let form = [("access_token", tokens.access_token())];
    let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(web::post(&world.at("/userinfo"), &twice[..1], &form).await.status, 400);
}

/// Whatever is sent, the answer is a refusal or a page, never an error of ours.
#[tokio::test]
async fn nothing_that_is_sent_is_an_error_of_ours() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
    let begun = browser.open(&portal.start().with("prompt", "login").url()).await;
    let names = "(client_id|redirect_uri|scope|state|code|grant_type|refresh_token|token|prompt|max_age|choice|username|password|csrf|session|request|before|client|return_to|language|id_token_hint|x)";
    let values = prop_oneof![
        "\\PC{0,40}",
        "[0-9]{1,40}",
        Just("9223372036854775807".to_owned()),
        Just("-1".to_owned()),
        Just(tokens.refresh_token()),
        Just(tokens.id_token()),
        Just(begun.field("csrf")),
        Just("tax-office".to_owned()),
        Just("https://tax.example/callback".to_owned()),
        Just("openid profile".to_owned()),
        Just("00000000-0000-0000-0000-000000000000".to_owned()),
        Just("ffffffff-ffff-ffff-ffff-ffffffffffff".to_owned()),
    ];
    let forms = prop::collection::vec((names, values), 0..8);
    let paths = [
        "/authorize",
        "/authorize/x",
        "/token",
        "/userinfo",
        "/revoke",
        "/logout",
        "/logout/confirm",
        "/signed-out",
        "/language",
        "/account",
        "/account/sign-in",
        "/account/sessions",
        "/account/sessions/end",
        "/account/portals/x/withdraw",
        "/account/activity",
        begun.path(),
        "/sign-in/%F0%9F%92%A3/password",
        "/static/%2e%2e/%2e%2e/etc/passwd",
    ];
    let mut runner = TestRunner::deterministic();
    for _ in 0..25 {
        for path in paths {
            let form = forms.new_tree(&mut runner).unwrap().current();
            let pairs: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let encoded = web::encode(&pairs);
            let get = format!("{}?{encoded}", world.at(path)).parse().unwrap();
            let post = world.at(path).parse().unwrap();
            let origin = [("origin", world.issuer.as_str())];
            let mut own = browser.clone();
            let answers = [
                own.request(Method::GET, &get, None, &[]).await,
                own.request(Method::POST, &post, Some(encoded), &origin).await,
            ];
            for answer in answers {
                assert!(answer.status.as_u16() < 500, "{path} {form:?}: {} {}", answer.status, answer.body);
            }
        }
    }
}
