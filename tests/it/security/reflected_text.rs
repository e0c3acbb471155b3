//! Script schemes and reflected text (CVE-2026-9086, GO-2026-4861); hostile states (GHSA-9vm7-v8wj-3fqw).

use crate::support::World;
use crate::support::world::{AN, Page};

const MARKUP: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";

/// What holds of every page there is.
fn is_harmless(page: &Page) {
    let policy = page.reply.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; "), "{}: {policy}", page.url);
    assert!(policy.contains("base-uri 'none'; frame-ancestors 'none'"), "{}: {policy}", page.url);
    assert!(
        !policy.contains("unsafe") && !policy.contains('*') && !policy.contains("https:;"),
        "{}: {policy}",
        page.url
    );
    for (name, value) in [
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cache-control", "no-store"),
        ("content-type", "text/html; charset=utf-8"),
    ] {
        assert_eq!(page.reply.header(name), value, "{name} of {}", page.url);
    }
    assert_eq!(page.count("script:not([src])") + page.count("[style]") + page.count("style"), 0, "{}", page.url);
    for handler in ["onclick", "onerror", "onload", "onsubmit", "onfocus"] {
        assert!(!page.has(&format!("[{handler}]")), "{handler} at {}", page.url);
    }
    assert!(!page.reply.body.contains("<script>alert"), "{}: {}", page.url, page.reply.body);
}

#[tokio::test]
async fn every_page_is_under_a_policy_that_runs_nothing_of_a_stranger_s() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let page = browser.open(&portal.start().url()).await;
    is_harmless(&page);
    let page = AN.identifies(&mut browser, &page).await;
    is_harmless(&page);
    is_harmless(&AN.enters(&mut browser, &page, "the wrong one").await);
    let consent = AN.enters(&mut browser, &page, AN.password).await;
    assert!(consent.has("#allow"));
    is_harmless(&consent);
    AN.allows(&mut browser, &consent).await;
    for path in [
        "/account",
        "/account/sessions",
        "/account/portals",
        "/account/portals/tax-office/withdraw",
        "/account/activity",
        "/logout",
        "/signed-out?client=tax-office",
        "/nowhere",
        "/sign-in/018f3a5e-0000-7000-8000-000000000000",
        "/authorize",
    ] {
        is_harmless(&browser.open(path).await);
    }
    is_harmless(&world.browser().open("/account/sign-in").await);
}

#[tokio::test]
async fn markup_comes_back_as_text_wherever_it_is_put() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let page = browser.open(&portal.start().with("login_hint", MARKUP).with("ui_locales", MARKUP).url()).await;
    assert_eq!(page.field("username"), MARKUP);
    is_harmless(&page);
    let page = browser.press(&page, "continue", &[("username", MARKUP)]).await;
    assert_eq!(page.status, 422);
    is_harmless(&page);
    let page = browser.press(&page, "continue", &[("username", "\"><script>alert(1)</script>@x.vn")]).await;
    is_harmless(&page);

    let encoded: String = url::form_urlencoded::byte_serialize(MARKUP.as_bytes()).collect();
    for path in [
        format!("/{encoded}"),
        format!("/sign-in/{encoded}"),
        format!("/sign-in/{encoded}/password"),
        format!("/authorize?client_id={encoded}"),
        format!("/authorize?{encoded}=1&{encoded}=2"),
        format!("/authorize/{encoded}"),
        format!("/logout?client_id={encoded}&state={encoded}"),
        format!("/logout?id_token_hint={encoded}"),
        format!("/account/sign-in?return_to={encoded}"),
        format!("/signed-out?client={encoded}&x={encoded}"),
    ] {
        let page = browser.open(&path).await;
        is_harmless(&page);
        assert!(page.reply.body.len() < 20_000, "{path}");
    }
    let mut named_by_markup = world.browser();
    named_by_markup.user_agent = "Mozilla/5.0 <script>alert(1)</script>".to_owned();
    world.sign_in_again(&mut named_by_markup, &portal, &AN).await;
    for path in ["/account/sessions", "/account/activity"] {
        is_harmless(&named_by_markup.open(path).await);
    }
}

#[tokio::test]
async fn a_hostile_state_comes_back_whole_and_inside_its_parameter() {
    let world = World::embedded().await;
    let portal = world.portal("library");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    for state in
        ["x&code=evil#fragment", "a=b&iss=https://evil.example", "%0d%0aSet-Cookie:x=1", "\r\nLocation: x", MARKUP]
    {
        for started in [portal.start(), portal.start().with("response_type", "saml")] {
            let page = browser.open(&started.with("state", state).url()).await;
            let answer = page.answer();
            assert_eq!(answer["state"], state);
            assert_eq!(answer["iss"], world.issuer);
            assert_eq!(answer["branch"], "main", "the redirect URI's own query");
            assert_ne!(answer.get("code").map(String::as_str), Some("evil"));
            assert_eq!(page.url.fragment(), None);
        }
    }
}
