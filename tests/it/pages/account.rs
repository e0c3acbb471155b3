//! A citizen's own pages.

use std::time::Duration;

use senid::domain::client::Localised;
use senid::domain::time::Clock;

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

    async fn a_release_says_what_the_portal_was_told_for_whatever_it_says_later(world: World) {
        let portal = world.portal("tax-office");
        let says = async |purpose: &str| {
            let purpose = Localised::plain(purpose);
            world.operator().changes("tax-office", |client| client.display.purpose = purpose).await;
        };
        says("work out your tax").await;
        let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
        portal.claims(&tokens.access_token()).await;
        says("sell you things").await;
        world.app(0).audit.flush().await;
        let text = browser.open("/account/activity?kind=releases").await.text();
        let told = "The tax office received: ";
        assert!(text.contains(told) && text.contains("To work out your tax."), "{text}");
        assert!(!text.contains("sell you things"), "{text}");
        portal.claims(&tokens.access_token()).await;
        world.app(0).audit.flush().await;
        let text = browser.open("/account/activity?kind=releases").await.text();
        assert!(text.contains("To sell you things.") && text.contains("To work out your tax."), "{text}");
        // And a table says it too.
        let page = browser.open("/account/data").await;
        let table = browser.press(&page, "activity-csv", &[]).await.reply.body;
        let line = table.lines().find(|line| line.contains("To work out your tax.")).unwrap();
        assert!(line.contains(told), "{line}");
    }

    async fn the_activity_is_looked_through_by_kind_portal_and_day(world: World) {
        let (mut browser, tokens) = world.signed_in(&world.portal("tax-office"), &AN).await;
        world.portal("tax-office").claims(&tokens.access_token()).await;
        world.app(0).audit.flush().await;
        world.wait(Duration::from_secs(3 * 86_400));
        let (mut browser_later, _) = world.signed_in(&world.portal("library"), &AN).await;
        world.app(0).audit.flush().await;
        std::mem::swap(&mut browser, &mut browser_later);
        let mut lines = async |query: &str| {
            let page = browser.open(&format!("/account/activity{query}")).await;
            assert_eq!(page.status, 200, "{query}");
            page.text()
        };
        let text = lines("?kind=sign-ins").await;
        assert!(text.contains("Signed in to The library") && text.contains("Signed in to The tax office"), "{text}");
        assert!(!text.contains("received:") && !text.contains("Allowed"), "{text}");
        let text = lines("?kind=releases&portal=tax-office").await;
        assert!(text.contains("The tax office received:") && !text.contains("Allowed The library"), "{text}");
        assert!(!text.contains("Signed in to"), "{text}");
        let text = lines("?kind=security").await;
        assert!(text.contains("Nothing was found"), "{text}");
        // Days are the operator's; both ends are whole.
        let now = world.clock.now().seconds();
        let day = |at: i64| jiff::Timestamp::from_second(at).unwrap().to_zoned(jiff::tz::TimeZone::get("Asia/Ho_Chi_Minh").unwrap()).date();
        let (then, today) = (day(now - 3 * 86_400), day(now));
        let text = lines(&format!("?from={today}&to={today}")).await;
        assert!(text.contains("Signed in to The library") && !text.contains("Signed in to The tax office"), "{text}");
        let text = lines(&format!("?to={then}")).await;
        assert!(!text.contains("Signed in to The library") && text.contains("Signed in to The tax office"), "{text}");
    }
}

#[tokio::test]
async fn what_no_activity_can_be_looked_through_by_is_refused_or_said() {
    let world = World::embedded().await;
    let mut browser = enters(world.browser(), "/account/activity").await;
    for query in ["from=yesterday", "to=2026-02-30", "from=2026-11-21&to=2026-11-20"] {
        let page = browser.open(&format!("/account/activity?{query}")).await;
        assert_eq!(page.status, 422, "{query}");
        assert!(page.words("#problem").starts_with("These days are not right"), "{query}");
        assert_eq!(page.count(".events"), 0, "nothing is shown as if it had been found");
    }
    for query in ["kind=audit.read", "kind=sign-ins'--", "portal=%00", "kind=releases&kind=security"] {
        let page = browser.open(&format!("/account/activity?{query}")).await;
        assert!(page.status.is_client_error(), "{query}: {}", page.status);
    }
}

#[tokio::test]
async fn what_is_looked_for_stays_from_page_to_page() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
    for _ in 0..25 {
        portal.claims(&tokens.access_token()).await;
        world.wait(Duration::from_secs(1));
    }
    world.app(0).audit.flush().await;
    let page = browser.open("/account/activity?kind=releases&portal=tax-office").await;
    assert_eq!(page.count(".events > li"), 20);
    let page = browser.open(&page.link("#older")).await;
    assert!(page.count(".events > li") >= 5 && !page.has("#older"), "{}", page.text());
    assert!(!page.text().contains("Signed in to"), "{}", page.text());
}

#[tokio::test]
async fn a_line_of_the_activity_that_was_somebody_else_leads_to_the_lock_and_is_kept_with_it() {
    let world = World::embedded().await;
    let (mut browser, _) = world.signed_in(&world.portal("tax-office"), &AN).await;
    world.app(0).audit.flush().await;
    let page = browser.open("/account/activity?kind=sign-ins").await;
    let path = page.link(".events .deny");
    let event = path.split("event=").nth(1).unwrap().to_owned();
    let page = browser.open(&path).await;
    assert!(page.words("#about").starts_with("Signed in to The tax office"), "{}", page.text());
    // Somebody else's events, and none, are nobody's.
    let mut binh = world.signed_in(&world.portal("tax-office"), &BINH).await.0;
    assert_eq!(binh.open(&path).await.status, 404);
    assert_eq!(binh.open("/account/not-me?event=x").await.status, 404);
    browser.press(&page, "not-me-confirm", &[]).await;
    assert_eq!(browser.open("/account").await.path(), "/account/sign-in");
    let events = world.operator().events_of(&AN).await;
    let lock = events.iter().find(|event| event.kind.is_some_and(|kind| kind.as_str() == "citizen.locked")).unwrap();
    assert_eq!(lock.details.get("event").map(String::as_str), Some(event.as_str()));
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
