//! Cross-site requests (CVE-2023-34927): a form of another site's changes nothing, and scripts read only what is for anyone.

use http::Method;

use crate::support::World;
use crate::support::world::web::{self, encode};
use crate::support::world::{AN, Browser, Page};

use super::up_to_password;

const ELSEWHERE: &[&str] = &["https://evil.example", "null", "", "http://127.0.0.1", "http://127.0.0.1.evil.example"];

/// Sends the form with all its cookies, as an old browser would, from each of the origins in turn.
async fn is_refused_from_elsewhere(browser: &mut Browser, page: &Page, button: &str, filled: &[(&str, &str)]) {
    let form = page.form_of(button, filled);
    let pairs: Vec<_> = form.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let url = page.url.join(&form.action).unwrap();
    let cookies: Vec<String> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let cookies = cookies.join("; ");
    let prefix = format!("{}.evil.example", page.url.origin().ascii_serialization());
    let other_scheme = page.url.origin().ascii_serialization().replace("http:", "https:");
    let origins = ELSEWHERE.iter().copied().chain([prefix.as_str(), &other_scheme]).map(|origin| ("origin", origin));
    let sites = ["cross-site", "same-site"].map(|site| ("sec-fetch-site", site));
    for header in origins.chain(sites) {
        let headers = [("cookie", cookies.as_str()), header];
        let body = Some(encode(&pairs));
        let reply = web::send(Method::POST, url.as_str(), &headers, body, [127, 0, 0, 1].into()).await;
        assert_eq!(reply.status, 403, "{header:?} at {url}");
        assert_eq!(reply.headers.get_all("set-cookie").iter().count(), 0);
    }
}

#[tokio::test]
async fn no_form_works_from_another_site() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let page = browser.open(&portal.start().url()).await;
    is_refused_from_elsewhere(&mut browser, &page, "continue", &[("username", AN.identifier)]).await;
    let page = AN.identifies(&mut browser, &page).await;
    is_refused_from_elsewhere(&mut browser, &page, "login", &[("password", AN.password)]).await;
    let page = AN.enters(&mut browser, &page, AN.password).await;
    is_refused_from_elsewhere(&mut browser, &page, "allow", &[]).await;
    AN.allows(&mut browser, &page).await;
    for (path, button) in [("/account/portals/tax-office/withdraw", "withdraw-confirm"), ("/logout", "logout-confirm")]
    {
        let page = browser.open(path).await;
        is_refused_from_elsewhere(&mut browser, &page, button, &[]).await;
    }
    let start = world.browser().open("/account/sign-in").await;
    is_refused_from_elsewhere(&mut world.browser(), &start, "account-sign-in", &[]).await;
    assert_eq!(browser.open("/account").await.path(), "/account", "still signed in");
}

#[tokio::test]
async fn the_account_s_forms_need_the_token_of_their_own_session_and_purpose() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    let (mut other, _) = world.signed_in(&portal, &AN).await;
    let token = browser.open("/account/portals/tax-office/withdraw").await.field("csrf");
    let foreign = other.open("/account/portals/tax-office/withdraw").await.field("csrf");
    let page = browser.open("/account/sessions").await;
    for (action, wrong) in [
        ("/account/portals/tax-office/withdraw", foreign.as_str()),
        ("/account/portals/tax-office/withdraw", ""),
        ("/account/sessions/end-others", &token),
        ("/account/sessions/end", &token),
        ("/logout/confirm", &token),
    ] {
        let pairs = [("csrf".to_owned(), wrong.to_owned())];
        assert_eq!(browser.submit(&page, action, &pairs).await.status, 403, "{action}");
    }
    assert_eq!(other.open("/account").await.path(), "/account");
}

#[tokio::test]
async fn a_link_alone_signs_nobody_out() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
    let (_, others) = world.signed_in(&portal, &AN).await;
    let own = portal.registration.post_logout_redirect_uri;
    let of_another_session = others.id_token();
    for parameters in [
        &[][..],
        &[("client_id", portal.id())],
        &[("client_id", portal.id()), ("post_logout_redirect_uri", own)],
        &[("id_token_hint", of_another_session.as_str())],
    ] {
        let page = browser.open(&portal.logout(parameters)).await;
        assert!(page.has("#logout-confirm"), "{parameters:?}: {}", page.text());
        let pairs: Vec<_> = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let page = browser.post_from("https://evil.example", "/logout", &pairs).await;
        assert!(page.has("#logout-confirm"), "{parameters:?}: {}", page.text());
    }
    assert_eq!(browser.open("/account").await.path(), "/account");
    let hint = tokens.id_token();
    browser.open(&portal.logout(&[("id_token_hint", &hint)])).await;
    assert_eq!(browser.open("/account").await.path(), "/account/sign-in", "its own ID token does");
}

#[tokio::test]
async fn scripts_of_other_origins_read_what_is_for_anyone_and_no_page() {
    let world = World::embedded().await;
    let origin = ("origin", "https://evil.example");
    for path in ["/token", "/userinfo", "/revoke", "/jwks.json", "/.well-known/openid-configuration"] {
        let headers = [origin, ("access-control-request-method", "POST")];
        let reply = web::send(Method::OPTIONS, &world.at(path), &headers, None, [127, 0, 0, 1].into()).await;
        assert_eq!(reply.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(reply.header("access-control-allow-credentials"), "", "{path}");
        assert!(!reply.header("access-control-allow-headers").to_lowercase().contains("cookie"));
    }
    for path in ["/authorize", "/account", "/account/sessions", "/logout", "/language", "/signed-out", "/health/ready"]
    {
        for method in [Method::GET, Method::OPTIONS] {
            let headers = [origin, ("access-control-request-method", "POST")];
            let reply = web::send(method, &world.at(path), &headers, None, [127, 0, 0, 1].into()).await;
            assert_eq!(reply.header("access-control-allow-origin"), "", "{path}");
        }
    }
}

#[tokio::test]
async fn a_session_s_cookie_opens_nothing_that_scripts_of_other_origins_can_read() {
    let world = World::embedded().await;
    let (browser, _) = world.signed_in(&world.portal("tax-office"), &AN).await;
    let cookie = format!("senid-session={}", browser.cookies["senid-session"]);
    let reply = web::get(&world.at("/userinfo"), &[("cookie", &cookie)]).await;
    assert_eq!(reply.status, 401);
}

#[tokio::test]
async fn a_held_request_is_read_once_and_means_what_was_sent() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let parameters: Vec<_> = portal.start().parameters().to_vec();
    let pairs: Vec<_> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let reply = web::post(&world.at("/authorize"), &[("origin", "https://tax.example")], &pairs).await;
    assert_eq!(reply.status, 303);
    let handle = reply.header("location").to_owned();
    let mut browser = world.browser();
    let elsewhere = browser.open(&handle.replace("/authorize/", "/logout/")).await;
    assert_ne!(elsewhere.status, 500);
    let page = browser.open(&handle).await;
    assert_eq!(page.status, 410, "it was read before");
    let typed = up_to_password(&mut browser, &portal, &AN).await;
    assert!(typed.has("#password"));
}
