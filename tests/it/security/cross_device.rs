//! Cross-device phishing: RFC 8628 §5. Somebody begins a sign-in on a device of theirs and sends a citizen the code.

use std::collections::BTreeSet;
use std::time::Duration;

use senid::config::Rate;
use senid::crypto::base64url;
use senid::crypto::hash::HmacKey;

use crate::support::World;
use crate::support::world::device::Waiting;
use crate::support::world::{AN, BINH, Browser, on_every_backend};

const WINDOW: Duration = Duration::from_secs(600);

async fn signed_in(world: &World, citizen: &crate::support::world::Citizen, address: &str) -> Browser {
    let mut browser = world.browser_at(address);
    let page = browser.open("/account/sign-in").await;
    let page = browser.press(&page, "account-sign-in", &[]).await;
    citizen.signs_in(&mut browser, &page).await;
    browser
}

/// A code that nobody was given.
fn guess(number: usize) -> String {
    let letters = b"BCDFGHJKLMNPQRSTVWXZ";
    let letter = |place: u32| char::from(letters[number / 20usize.pow(place) % 20]);
    format!("ZZZZ-Z{}{}{}", letter(2), letter(1), letter(0))
}

on_every_backend! {
    async fn guessing_codes_is_slow_for_a_citizen_a_network_and_everyone(world: World) {
        let world = world.with_devices(&["tax-app"]).await;
        let waiting = world.portal("tax-app").begins_on_a_device().await;
        let mut guesser = signed_in(&world, &AN, "127.0.0.2").await;
        for number in 0..10 {
            let page = guesser.types_code(&guess(number)).await;
            assert_eq!(page.status, 404, "{}", page.text());
        }
        // Not even the right one is found now.
        let page = guesser.types_code(&waiting.user_code).await;
        assert_eq!((page.status.as_u16(), page.problem().as_str()), (429, "Too many unsuccessful tries. Wait 10 minutes, then try again."));
        assert!((1..=600).contains(&page.reply.header("retry-after").parse::<u64>().unwrap()));
        // Another session of the same citizen counts with the first; another citizen does not wait for them.
        let mut again = signed_in(&world, &AN, "127.0.0.3").await;
        assert_eq!(again.types_code(&waiting.user_code).await.status, 429);
        let mut neighbour = signed_in(&world, &BINH, "127.0.0.2").await;
        assert!(neighbour.types_code(&waiting.user_code).await.has("#allow"));
        world.wait(WINDOW);
        let waiting = world.portal("tax-app").begins_on_a_device().await;
        let mut guesser = signed_in(&world, &AN, "127.0.0.2").await;
        assert!(guesser.types_code(&waiting.user_code).await.has("#allow"));
    }
}

/// Whoever has a session has all that a form's token is made of: the token keeps other sites out, and nobody from guessing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guessing_with_forms_that_nobody_was_shown_is_as_slow() {
    for choice in ["allow", "deny"] {
        let world = World::embedded().await.with_devices(&["tax-app"]).await;
        let app = world.portal("tax-app");
        let waiting = app.begins_on_a_device().await;
        let mut guesser = signed_in(&world, &AN, "127.0.0.2").await;
        let page = guesser.open("/device").await;
        let session = guesser.cookies.iter().find(|(name, _)| name.contains("session")).expect("a session").1.clone();
        let made_up = |code: &str| {
            let what = format!("device-request {code}");
            let token = HmacKey::new(session.as_bytes()).mac(&[b"account\0", what.as_bytes()]);
            let action = world.at(&format!("/device/request?user_code={code}"));
            (
                action,
                [("choice", choice.to_owned()), ("csrf", base64url::encode(&token))].map(|(n, v)| (n.to_owned(), v)),
            )
        };
        for number in 0..10 {
            let (action, form) = made_up(&guess(number));
            let page = guesser.submit(&page, &action, &form).await;
            assert_eq!((page.status.as_u16(), page.path()), (200, "/device/done"), "{}", page.text());
        }
        // Not even the right one is decided about now.
        let (action, form) = made_up(&waiting.user_code);
        let refused = guesser.submit(&page, &action, &form).await;
        assert_eq!(refused.status.as_u16(), 429, "{}", refused.text());
        assert_eq!(app.asks_with(&waiting).await.refused(400), "authorization_pending");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_and_the_whole_country_have_limits_of_their_own() {
    for (of_network, in_all) in [(4, 1000), (1000, 4)] {
        let world = World::embedded_with(|settings| {
            settings.throttling.user_codes_per_address = Rate { most: of_network, window: WINDOW };
            settings.throttling.user_codes_in_all = Rate { most: in_all, window: WINDOW };
        })
        .await
        .with_devices(&["tax-app"])
        .await;
        let waiting = world.portal("tax-app").begins_on_a_device().await;
        let mut one = signed_in(&world, &AN, "127.0.0.2").await;
        for number in 0..4 {
            assert_eq!(one.types_code(&guess(number)).await.status, 404);
        }
        let mut other = signed_in(&world, &BINH, "127.0.0.2").await;
        assert_eq!(other.types_code(&waiting.user_code).await.status, 429);
        // Elsewhere the limit of the network is no limit, and that of everyone is.
        let mut other = other.moved_to("127.0.0.9");
        let found = other.types_code(&waiting.user_code).await;
        assert_eq!(found.status.as_u16(), if in_all == 4 { 429 } else { 200 });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_learns_nothing_of_a_code_before_signing_in() {
    let world = World::embedded().await.with_devices(&["tax-app"]).await;
    let waiting = world.portal("tax-app").begins_on_a_device().await;
    let mut pages = BTreeSet::new();
    for code in [waiting.user_code.as_str(), "ZZZZ-ZZZZ"] {
        let mut stranger = world.browser();
        let page = stranger.open(&format!("/device?user_code={code}")).await;
        assert!(!page.text().contains("tax") && page.field("user_code") == code);
        let page = stranger.press(&page, "continue", &[]).await;
        assert!(page.has("#username"), "{}", page.text());
        pages.insert(page.text());
        // Nor by going past the page.
        let page = stranger.open(&format!("/device/request?user_code={code}")).await;
        assert_eq!((page.path(), page.heading().as_str()), ("/device", "Enter the code"));
        let reply = world.get(&format!("/device/qr/{code}")).await;
        assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "image/svg+xml"));
    }
    assert_eq!(pages.len(), 1, "{pages:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_with_a_code_decides_nothing_by_itself() {
    let world = World::embedded().await.with_devices(&["tax-app"]).await;
    let app = world.portal("tax-app");
    let mut victim = signed_in(&world, &AN, "127.0.0.1").await;
    let waiting = app.begins_on_a_device().await;
    // Opened, nothing has happened; confirmed, they are asked, though they allowed this portal everything before.
    world.sign_in_again(&mut victim, &app, &AN).await;
    let page = victim.open(&waiting.verification_uri_complete).await;
    assert_eq!(page.field("user_code"), waiting.user_code);
    assert_eq!(app.asks_with(&waiting).await.refused(400), "authorization_pending");
    let page = victim.press(&page, "continue", &[]).await;
    assert!(page.has("#allow") && page.words("#user-code-shown").contains(&waiting.user_code));
    assert!(page.words("#elsewhere").contains("Only go on if you started this yourself"));

    // A form that another site sends, one without the token, and one for another code than was shown do nothing.
    let form = page.form_of("allow", &[]);
    let action = world.at(&format!("/device/request?user_code={}", waiting.user_code));
    let reply = victim.post_from("https://evil.example", &action, &form.pairs).await;
    assert_eq!(reply.status, 403);
    let bare = vec![("choice".to_owned(), "allow".to_owned())];
    assert_eq!(victim.submit(&page, &action, &bare).await.status, 403);
    let other = app.begins_on_a_device().await;
    let other_action = world.at(&format!("/device/request?user_code={}", other.user_code));
    assert_eq!(victim.submit(&page, &other_action, &form.pairs).await.status, 403);
    // Nor does another person's session with it.
    let mut somebody = signed_in(&world, &BINH, "127.0.0.1").await;
    assert_eq!(somebody.submit(&page, &action, &form.pairs).await.status, 403);
    world.wait(Duration::from_secs(5));
    for waiting in [&waiting, &other] {
        assert_eq!(app.asks_with(waiting).await.refused(400), "authorization_pending");
    }
    world.wait(Duration::from_secs(5));
    // An empty answer allows nothing either.
    let csrf: Vec<_> = form.pairs.iter().filter(|(name, _)| name == "csrf").cloned().collect();
    assert!(victim.submit(&page, &action, &csrf).await.has("#allow"));
    assert_eq!(app.asks_with(&waiting).await.refused(400), "authorization_pending");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_on_another_device_is_never_phishing_resistant() {
    let world = World::embedded().await.with_devices(&["tax-app"]).await;
    let app = world.portal("tax-app");
    let form = [("scope", "openid"), ("acr_values", "phrh phr urn:senid:aal:4 urn:senid:aal:1")];
    let waiting = Waiting::read(&app.asks_for_codes(&form).await);
    let mut browser = signed_in(&world, &AN, "127.0.0.1").await;
    let page = browser.types_code(&waiting.user_code).await;
    AN.allows(&mut browser, &page).await;
    assert_eq!(app.id_token(&app.asks_with(&waiting).await).await["acr"], "urn:senid:aal:1");
    for essential in ["phr", "phrh"] {
        let claims = format!(r#"{{"id_token":{{"acr":{{"essential":true,"value":"{essential}"}}}}}}"#);
        let reply = app.asks_for_codes(&[("scope", "openid"), ("claims", &claims)]).await;
        assert_eq!(reply.json()["error"], "unmet_authentication_requirements");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_picture_of_a_code_says_nothing_but_the_address_of_the_page() {
    let world = World::embedded().await;
    let reply = world.get("/device/qr/WDJB-MJHT.svg").await;
    assert_eq!(reply.header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.body, world.get("/device/qr/wdjbmjht").await.body);
    for none in ["senid_dc_x", "WDJB", "%3Csvg%3E"] {
        assert_eq!(world.get(&format!("/device/qr/{none}")).await.status, 404, "{none}");
    }
}
