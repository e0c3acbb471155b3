//! Mix-up, framing and redirects (RFC 9700 §4.4, §4.11, §4.16).

use http::Method;

use crate::support::World;
use crate::support::world::AN;
use crate::support::world::web::{self, encode};

use super::up_to_password;

#[tokio::test]
async fn every_answer_names_its_issuer() {
    let world = World::embedded().await;
    let portal = world.portal("library");
    let (browser, _) = world.signed_in(&portal, &AN).await;
    for (browser, started) in [
        (&mut browser.clone(), portal.start()),
        (&mut world.browser(), portal.start().with("prompt", "none")),
        (&mut world.browser(), portal.start().with("response_type", "id_token")),
        (&mut world.browser(), portal.start().with("request", "x")),
        (&mut world.browser(), portal.start().with("response_mode", "pigeon")),
        (&mut browser.clone(), portal.start().with("response_mode", "fragment")),
        (&mut browser.clone(), portal.start().with("response_mode", "form_post")),
    ] {
        assert_eq!(browser.open(&started.url()).await.answer()["iss"], world.issuer, "{}", started.url());
    }
}

#[tokio::test]
async fn a_password_is_answered_with_a_303_and_never_sent_on() {
    let world = World::embedded().await;
    // The portal that asks nobody: from the password straight to its own address.
    let portal = world.portal("registry");
    let mut browser = world.browser();
    let page = up_to_password(&mut browser, &portal, &AN).await;
    let form = page.form_of("login", &[("password", AN.password)]);
    let pairs: Vec<_> = form.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let url = page.url.join(&form.action).unwrap();
    let origin = [("origin", world.issuer.as_str())];
    let reply = browser.request(Method::POST, &url, Some(encode(&pairs)), &origin).await;
    assert_eq!(reply.status, 303);
    assert!(reply.header("location").starts_with("https://registry.example/callback?code="));
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.header("referrer-policy"), "same-origin");
}

#[tokio::test]
async fn a_form_leads_to_its_portal_s_own_origin_and_no_other() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let page = up_to_password(&mut world.browser(), &portal, &AN).await;
    let policy = page.reply.header("content-security-policy");
    assert!(policy.contains("form-action 'self' https://tax.example;"), "{policy}");
    let app = world.portal("tax-app");
    let page = up_to_password(&mut world.browser(), &app, &AN).await;
    let policy = page.reply.header("content-security-policy");
    assert!(policy.contains("form-action 'self' http://127.0.0.1;"), "{policy}");
}

#[tokio::test]
async fn tokens_and_pages_are_kept_in_no_cache() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
    assert_eq!(tokens.headers["cache-control"], "no-store");
    assert_eq!(portal.userinfo(&tokens.access_token()).await.header("cache-control"), "no-store");
    assert_eq!(browser.open("/account").await.reply.header("cache-control"), "no-store");
    let refused = portal.refresh("x").await;
    assert_eq!(refused.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn nothing_is_built_from_the_host_that_a_request_names() {
    let world = World::embedded().await;
    let host = ("host", "evil.example");
    let forwarded = ("x-forwarded-host", "evil.example");
    for path in ["/.well-known/openid-configuration", "/", "/account", "/account/sign-in", "/signed-out", "/nowhere"] {
        let reply = web::get(&world.at(path), &[host, forwarded, ("forwarded", "host=evil.example")]).await;
        assert!(!reply.body.contains("evil.example"), "{path}");
        assert!(!reply.header("location").contains("evil.example"), "{path}");
    }
}
