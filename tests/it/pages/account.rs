//! A citizen's own pages.

use std::time::Duration;

use crate::support::World;
use crate::support::world::{AN, BINH, Browser, on_every_backend};

const PHONE: &str = "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 \
     Mobile Safari/537.36";

/// Signs in to the account itself, from nothing.
async fn enters(mut browser: Browser, path: &str) -> Browser {
    let page = browser.open(path).await;
    assert_eq!((page.path(), page.heading().as_str()), ("/account/sign-in", "Account"));
    let page = browser.press(&page, "account-sign-in", &[]).await;
    let page = AN.signs_in(&mut browser, &page).await;
    assert_eq!((page.path(), page.status.as_u16()), (path, 200), "{}", page.text());
    assert_eq!(page.words(".citizen"), AN.name);
    browser
}

on_every_backend! {
    async fn whoever_comes_to_an_account_page_signs_in_and_gets_there(world: World) {
        for path in ["/account", "/account/sessions", "/account/portals", "/account/activity"] {
            enters(world.browser(), path).await;
        }
        let mut browser = enters(world.browser(), "/account").await;
        assert_eq!(browser.open("/account").await.heading(), "Hello, Nguyễn Văn An");
        assert_eq!(browser.open("/").await.path(), "/account");
        assert_eq!(browser.open("/account/sign-in").await.path(), "/account", "who is signed in is not asked again");
    }

    async fn a_session_elsewhere_is_ended_from_here(world: World) {
        let portal = world.portal("tax-office");
        let mut elsewhere = world.browser_at("127.0.0.2").named(PHONE);
        world.sign_in_again(&mut elsewhere, &portal, &AN).await;
        let mut here = enters(world.browser(), "/account/sessions").await;
        let page = here.open("/account/sessions").await;
        assert_eq!(page.count(".cards > li"), 2);
        assert_eq!(page.words(".cards .here h2"), "Firefox on Linux This device");
        let text = page.text();
        assert!(text.contains("Chrome on Android") && text.contains("127.0.x.x"), "{text}");
        assert!(text.contains("In use: The tax office"), "{text}");

        let mut form = page.form_of("end-others", &[]);
        form.pairs.clear();
        let refused = here.submit(&page, &form.action, &form.pairs).await;
        assert_eq!(refused.status, 403, "not without the page's own token");
        assert!(elsewhere.open("/account").await.heading().starts_with("Hello"));

        let form = page.form_with("session");
        let page = here.submit(&page, &form.action, &form.pairs).await;
        assert!(page.text().contains("That device has been signed out."), "{}", page.text());
        assert_eq!(page.count(".cards > li"), 1);
        assert_eq!(elsewhere.open("/account").await.path(), "/account/sign-in");
        assert!(here.open("/account").await.heading().starts_with("Hello"));
    }

    async fn all_the_others_are_ended_at_once(world: World) {
        let mut others = Vec::new();
        for _ in 0..3 {
            others.push(enters(world.browser(), "/account").await);
        }
        let (mut binh, _) = world.signed_in(&world.portal("tax-office"), &BINH).await;
        let mut here = enters(world.browser(), "/account/sessions").await;
        let page = here.open("/account/sessions").await;
        let page = here.press(&page, "end-others", &[]).await;
        assert!(page.text().contains("All other devices have been signed out."), "{}", page.text());
        for mut other in others {
            assert_eq!(other.open("/account").await.path(), "/account/sign-in");
        }
        assert!(here.open("/account").await.heading().starts_with("Hello"));
        assert!(binh.open("/account").await.heading().starts_with("Hello"), "nobody else is touched");
    }

    async fn what_was_allowed_is_listed_and_can_be_withdrawn(world: World) {
        let (mut browser, _) = world.signed_in(&world.portal("tax-office"), &AN).await;
        world.sign_in_again(&mut browser, &world.portal("library"), &AN).await;
        let page = browser.open("/account/portals").await;
        assert_eq!(page.count(".connected"), 2);
        let page = browser.open("/account/portals/library/withdraw").await;
        assert_eq!(page.heading(), "Withdraw your permission?");
        let page = browser.press(&page, "withdraw-confirm", &[]).await;
        assert!(page.text().contains("Withdrawn. The portal no longer receives your information."), "{}", page.text());
        assert_eq!(page.count(".connected"), 1);
        assert!(page.text().contains("The tax office"), "{}", page.text());
        assert_eq!(browser.open("/account/portals/library/withdraw").await.status, 404);
    }

    async fn everything_that_happened_is_in_the_activity(world: World) {
        let portal = world.portal("tax-office");
        let mut guesser = world.browser();
        let page = guesser.open(&portal.start().url()).await;
        AN.tries(&mut guesser, &page, "a guess, a guess").await;
        let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
        portal.claims(&tokens.access_token()).await;
        world.app(0).audit.flush().await;
        let page = browser.open("/account/activity").await;
        let text = page.text();
        for sentence in [
            "Unsuccessful sign-in",
            "Signed in to The tax office with a password",
            "Allowed The tax office to receive:",
            "The tax office received:",
        ] {
            assert!(text.contains(sentence), "{sentence}: {text}");
        }
        assert!(!text.contains(AN.identifier) && !text.contains("tokens"), "{text}");
        let (mut binh, _) = world.signed_in(&portal, &BINH).await;
        let text = binh.open("/account/activity").await.text();
        assert!(!text.contains("Unsuccessful"), "everyone has their own: {text}");
    }
}

#[tokio::test]
async fn a_long_activity_goes_on_page_after_page() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
    for _ in 0..45 {
        portal.claims(&tokens.access_token()).await;
        world.wait(std::time::Duration::from_secs(1));
    }
    let mut page = browser.open("/account/activity").await;
    let mut pages = 1;
    while page.has("#older") {
        page = browser.open(&page.link("#older")).await;
        pages += 1;
    }
    assert_eq!(pages, 3);
    assert!(page.text().contains("Signed in to The tax office"), "{}", page.text());
    assert_eq!(browser.open("/account/activity?before=x").await.status, 404);
}

#[tokio::test]
async fn signing_out_of_the_account_asks_and_says_so() {
    let world = World::embedded().await;
    let mut browser = enters(world.browser(), "/account").await;
    let page = browser.open("/account").await;
    let page = browser.open(&page.link("#sign-out")).await;
    assert_eq!(page.heading(), "Sign out?");
    assert_eq!(browser.open(&page.link("#logout-stay")).await.path(), "/account");
    let page = browser.press(&page, "logout-confirm", &[]).await;
    assert_eq!(page.heading(), "You are signed out");
    assert_eq!(browser.open("/account").await.path(), "/account/sign-in");
}

#[tokio::test]
async fn the_account_s_door_leads_to_its_own_pages_only() {
    let world = World::embedded().await;
    for target in ["https://evil.example/", "//evil.example", "/authorize", "/account/portals/x/withdraw"] {
        let mut browser = world.browser();
        let query = crate::support::world::web::encode(&[("return_to", target)]);
        let page = browser.open(&format!("/account/sign-in?{query}")).await;
        let page = browser.press(&page, "account-sign-in", &[]).await;
        assert_eq!(AN.signs_in(&mut browser, &page).await.path(), "/account", "{target}");
    }
}

#[tokio::test]
async fn the_portals_are_listed_the_latest_first() {
    let world = World::embedded().await;
    for client in ["library", "tax-office"] {
        world.signed_in(&world.portal(client), &AN).await;
        world.wait(Duration::from_secs(60));
    }
    let text = enters(world.browser(), "/account/portals").await.open("/account/portals").await.text();
    assert!(text.find("The tax office") < text.find("The library"), "{text}");
}
