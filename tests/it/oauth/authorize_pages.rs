//! Requests whose client or redirect URI is not proven: a page, never a redirect (RFC 6749 §4.1.2.1).

use crate::support::World;
use crate::support::world::{AN, Page, Started};

const UNKNOWN_PORTAL: [&str; 2] = ["This portal is not registered", "Cổng chưa được đăng ký"];
const RETURN_ADDRESS: [&str; 2] = ["The return address is not valid", "Địa chỉ trả về không hợp lệ"];
const BAD_REQUEST: [&str; 2] = ["The portal’s request has a fault", "Yêu cầu của cổng có lỗi"];

/// Opens the request in English and in Vietnamese and reads the page.
async fn is_shown(world: &World, started: &Started, headings: [&str; 2], detail: &str) {
    for (language, heading) in ["en", "vi"].into_iter().zip(headings) {
        let page: Page = world.browser().speaking(language).open(&started.url()).await;
        assert_eq!((page.status.as_u16(), page.heading().as_str()), (400, heading), "{}", started.url());
        assert!(page.text().contains(detail), "{}: {}", started.url(), page.text());
        assert!(page.text().contains(page.reply.header("x-request-id")), "the reference is on the page");
        assert!(!page.text().contains("evil"), "nothing of the request is shown");
        assert_eq!(page.reply.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn an_unknown_client_is_shown_to_the_person_and_told_to_nobody() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let unknown = "no client is registered under this client_id";
    is_shown(&world, &portal.start().with("client_id", "evil"), UNKNOWN_PORTAL, unknown).await;
    is_shown(&world, &portal.start().without("client_id"), UNKNOWN_PORTAL, "client_id is missing").await;
    let malformed = "client_id is given more than once or is malformed";
    is_shown(&world, &portal.start().and("client_id", "evil"), BAD_REQUEST, malformed).await;
    is_shown(&world, &portal.start().with("client_id", "evil client\u{7}"), BAD_REQUEST, malformed).await;
}

#[tokio::test]
async fn a_disabled_client_is_shown_as_one_that_is_not_registered() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    world.operator().disables("tax-office").await;
    is_shown(&world, &portal.start(), UNKNOWN_PORTAL, "this client has been disabled").await;
    let page = browser.open(&portal.start().with("prompt", "none").url()).await;
    assert_eq!((page.status.as_u16(), page.heading().as_str()), (400, UNKNOWN_PORTAL[0]));
}

#[tokio::test]
async fn a_redirect_uri_that_is_not_registered_is_never_followed() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    // Even for someone who has signed in and allowed everything.
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    for uri in [
        "https://evil.example/callback",
        "https://tax.example/callback/",
        "https://tax.example/callback?x=evil",
        "https://tax.example/callback#evil",
        "https://tax.example/CALLBACK",
        "https://TAX.example/callback",
        "https://tax.example:443/callback",
        "https://tax.example/evil/../callback",
        "https://tax.example/%63allback",
        "https://tax.example@evil.example/callback",
        "https://tax.example.evil.example/callback",
        "http://tax.example/callback",
        "//tax.example/callback",
        "javascript:evil()",
    ] {
        let started = portal.start().with("redirect_uri", uri);
        is_shown(&world, &started, RETURN_ADDRESS, "it is compared character by character").await;
        let page = browser.open(&started.with("prompt", "none").url()).await;
        assert_eq!((page.status.as_u16(), page.path()), (400, "/authorize"), "{uri}");
    }
}

#[tokio::test]
async fn a_redirect_uri_is_named_exactly_once() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    is_shown(&world, &portal.start().without("redirect_uri"), RETURN_ADDRESS, "redirect_uri is missing").await;
    is_shown(&world, &portal.start().with("redirect_uri", ""), RETURN_ADDRESS, "redirect_uri is missing").await;
    let twice = portal.start().and("redirect_uri", "https://evil.example/");
    is_shown(&world, &twice, RETURN_ADDRESS, "redirect_uri is given more than once").await;
}

#[tokio::test]
async fn another_client_s_redirect_uri_is_not_one_s_own() {
    let world = World::embedded().await;
    let started =
        world.portal("tax-office").start().with("redirect_uri", "https://library.example/callback?branch=main");
    is_shown(&world, &started, RETURN_ADDRESS, "it is compared character by character").await;
}

#[tokio::test]
async fn a_native_application_may_listen_on_any_port_of_the_loopback() {
    let world = World::embedded().await;
    let app = world.portal("tax-app");
    let uri = "http://127.0.0.1:51004/callback";
    let mut browser = world.browser();
    let started = app.start().with("redirect_uri", uri);
    let page = browser.open(&started.url()).await;
    let page = AN.goes_through(&mut browser, page).await;
    assert!(page.url.as_str().starts_with(uri), "{}", page.url);
    for other in ["http://127.0.0.1:51004/other", "http://localhost:51004/callback", "https://127.0.0.1/callback"] {
        let started = app.start().with("redirect_uri", other);
        is_shown(&world, &started, RETURN_ADDRESS, "it is compared character by character").await;
    }
    // A web client's port is part of its address.
    let started = world.portal("sandbox").start().with("redirect_uri", "http://localhost:9001/callback");
    is_shown(&world, &started, RETURN_ADDRESS, "it is compared character by character").await;
}

#[tokio::test]
async fn a_request_that_cannot_be_decoded_is_no_one_s() {
    let world = World::embedded().await;
    for broken in ["%", "%zz=1", "client_id=%ff", "client_id=a%00b"] {
        let page = world.browser().open(&format!("/authorize?{broken}")).await;
        assert_eq!((page.status.as_u16(), page.heading().as_str()), (400, BAD_REQUEST[0]), "{broken}");
    }
}
