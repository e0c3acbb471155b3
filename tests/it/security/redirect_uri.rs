//! Redirect URIs (CVE-2024-8883, CVE-2026-3872, CVE-2024-52289): whatever is not the same characters is answered with a page.

use crate::support::World;
use crate::support::world::AN;

const LOOK_ALIKES: &[&str] = &[
    "https://tax.example/callback/",
    "https://tax.example/callback?x=1",
    "https://tax.example/callback?",
    "https://tax.example/callback#x",
    "https://TAX.example/callback",
    "HTTPS://tax.example/callback",
    "https://tax.example/Callback",
    "https://tax.example:443/callback",
    "https://tax.example./callback",
    "https://taxxexample/callback",
    "https://tax.example@evil.example/callback",
    "https://evil.example@tax.example/callback",
    "https://a@b@tax.example/callback",
    "https://tax.example\\@evil.example/callback",
    "https://tax.example\\.evil.example/callback",
    "https://tax.example/callback/..;/elsewhere",
    "https://tax.example/x/../callback",
    "https://tax.example/%63allback",
    "https://tax.example/callback%2f..",
    "https://tax.example/callback%00",
    "https://tax.example.evil.example/callback",
    "http://tax.example/callback",
    "//tax.example/callback",
    "https:tax.example/callback",
    " https://tax.example/callback",
    "https://tax.example/callback\t",
    "https://tax.example/callback\r\nLocation: https://evil.example/",
    "JaVaScRiPt:alert(1)//https://tax.example/callback",
    "data:text/html,https://tax.example/callback",
    // Another client's own.
    "http://localhost:9000/callback",
];

#[tokio::test]
async fn a_redirect_uri_that_only_looks_like_the_registered_one_is_never_redirected_to() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    for asked in LOOK_ALIKES {
        for started in [portal.start(), portal.start().with("prompt", "none"), portal.start().with("scope", "nonsense")]
        {
            let page = world.browser().open(&started.with("redirect_uri", asked).url()).await;
            assert_eq!(page.status, 400, "{asked}");
            assert_eq!(page.reply.header("location"), "", "{asked}");
            assert!(!page.words("body").contains("evil.example") && !page.has("[href*=evil]"), "{asked} came back");
        }
    }
}

#[tokio::test]
async fn a_signed_in_citizen_s_code_goes_to_no_look_alike_either() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    for asked in LOOK_ALIKES {
        let page = browser.open(&portal.start().with("redirect_uri", asked).url()).await;
        assert_eq!(page.status, 400, "{asked}");
    }
}

#[tokio::test]
async fn of_a_loopback_address_only_the_port_is_free_and_for_native_clients_alone() {
    let world = World::embedded().await;
    let app = world.portal("tax-app");
    let page = world.browser().open(&app.start().with("redirect_uri", "http://127.0.0.1:51004/callback").url()).await;
    assert_eq!(page.status, 200, "{}", page.text());
    for asked in [
        "http://localhost:51004/callback",
        "http://127.0.0.1:51004/callback2",
        "http://127.0.0.1:51004/callback?x",
        "http://127.0.0.1:51004/../callback",
        "http://127.0.0.1:80@evil.example/callback",
        "http://127.0.0.1.evil.example:51004/callback",
        "http://127.0.0.1:99999/callback",
        "http://127.0.0.1:051004/callback",
        "http://127.0.0.2:51004/callback",
        "http://127.1:51004/callback",
        "http://2130706433:51004/callback",
        "http://[::1]:51004/callback",
        "http://[::ffff:127.0.0.1]:51004/callback",
        "https://127.0.0.1:51004/callback",
    ] {
        let page = world.browser().open(&app.start().with("redirect_uri", asked).url()).await;
        assert_eq!(page.status, 400, "{asked}");
    }
    let web = world.portal("sandbox");
    let page = world.browser().open(&web.start().with("redirect_uri", "http://localhost:9001/callback").url()).await;
    assert_eq!(page.status, 400, "a web client's port is as registered");
}

#[tokio::test]
async fn a_sign_out_leads_to_no_address_that_is_not_registered() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (_, tokens) = world.signed_in(&portal, &AN).await;
    let hint = tokens.id_token();
    let own = portal.registration.post_logout_redirect_uri;
    for asked in [
        &format!("{own}/"),
        &format!("{own}?x=1"),
        &format!("{own}#x"),
        "https://tax.example@evil.example/goodbye",
        "https://evil.example/",
        "javascript:alert(1)",
        // Registered to come back to with a code, not after a sign-out.
        portal.registration.redirect_uri,
    ] {
        for parameters in [
            &[("post_logout_redirect_uri", asked), ("id_token_hint", hint.as_str())][..],
            &[("post_logout_redirect_uri", asked), ("client_id", portal.id())],
            &[("post_logout_redirect_uri", asked)],
        ] {
            let page = world.browser().open(&portal.logout(parameters)).await;
            assert_eq!(page.status, 400, "{asked}");
            assert!(!page.words("body").contains("evil.example") && !page.has("[href*=evil]"), "{asked} came back");
        }
    }
    let other = world.portal("sandbox");
    let page = other.logout(&[("post_logout_redirect_uri", own), ("client_id", other.id())]);
    assert_eq!(world.browser().open(&page).await.status, 400, "another client's address");
}

#[tokio::test]
async fn no_parameter_of_our_own_pages_leads_off_this_server() {
    let world = World::embedded().await;
    let (mut browser, _) = world.signed_in(&world.portal("tax-office"), &AN).await;
    for asked in ["//evil.example", "/\\evil.example", "https://evil.example", "/%09/evil.example", "\t//evil.example"]
    {
        let pairs = [("return_to".to_owned(), asked.to_owned()), ("language".to_owned(), "vi".to_owned())];
        let page = browser.post_from(&world.issuer, "/language", &pairs).await;
        assert_eq!(page.url.origin().ascii_serialization(), world.issuer, "{asked}");
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", asked).finish();
        let page = browser.open(&format!("/account/sign-in?{query}")).await;
        assert_eq!(page.url.as_str(), world.at("/account"), "{asked}");
        let page = browser.open(&format!("/signed-out?client={asked}")).await;
        assert!(!page.reply.body.contains("href=\"https://evil.example"), "{asked}");
    }
}
