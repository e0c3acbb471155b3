//! Web eID: the extension's part is played by the test, as its specification says.

use serde_json::{Value, json};

use super::{at_the_choice, card_of_an, choose, trusts, way, with_key, world};
use crate::support::World;
use crate::support::card::ALGORITHMS;
use crate::support::pki::{Authority, Card, Key, subjects};
use crate::support::world::{AN, BINH, Backend, Browser, Page};

fn nonce(page: &Page) -> String {
    page.attribute("#web-eid", "data-nonce")
}

async fn sends(browser: &mut Browser, page: &Page, token: &Value) -> Page {
    browser.press(page, "use-card", &[("token", &token.to_string())]).await
}

/// The page of Web eID, in a new sign-in of this browser.
async fn page_of(world: &World, browser: &mut Browser) -> Page {
    let page = choose(browser, &world.portal("tax-office")).await;
    way(browser, &page, "web-eid").await
}

/// Presents the card in a browser of its own, by this algorithm.
pub async fn presents(world: &World, card: &Card, algorithm: &str) -> Page {
    let mut browser = world.browser();
    let page = page_of(world, &mut browser).await;
    sends(&mut browser, &page, &card.web_eid(algorithm, &world.issuer, &nonce(&page))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_citizen_signs_in_with_a_card_on_both_backends() {
    let authority = Authority::root("Authority");
    for backend in [Backend::embedded().await, Backend::production().await] {
        let world = World::start(backend, |settings| trusts(settings, &authority)).await;
        let portal = world.portal("tax-office");
        let card = card_of_an(&authority);
        let (mut browser, page) = at_the_choice(&world, &portal).await;
        let page = way(&mut browser, &page, "web-eid").await;
        let token = card.web_eid("ES256", &world.issuer, &nonce(&page));
        let page = sends(&mut browser, &page, &token).await;
        assert!(page.has("#allow"), "{}", page.text());
        // At the account's own pages, the same browser is signed in.
        let account = browser.open("/account").await;
        assert!(account.text().contains(AN.name), "{}", account.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_the_nine_algorithms_signs_somebody_in() {
    let authority = Authority::root("Authority");
    let world = world(&authority).await;
    let profile = || subjects::vietnamese_of(AN.identifier);
    let rsa = with_key(&authority, profile(), Key::Rsa(2048));
    for algorithm in ALGORITHMS {
        let elliptic = match algorithm {
            "ES256" => Some(Key::P256),
            "ES384" => Some(Key::P384),
            "ES512" => Some(Key::P521),
            _ => None,
        };
        let card = elliptic.map(|key| with_key(&authority, profile(), key));
        let page = presents(&world, card.as_ref().unwrap_or(&rsa), algorithm).await;
        assert!(page.has("#allow"), "{algorithm}: {}", page.text());
    }
}

#[tokio::test]
async fn a_nonce_is_good_once_for_five_minutes_and_in_its_own_browser() {
    let authority = Authority::root("Authority");
    let world = world(&authority).await;
    let card = card_of_an(&authority);
    let too_late = |page: &Page| page.problem().contains("took too long");
    // Replayed: what it was sent with first was refused, and spent it.
    let mut browser = world.browser();
    let page = page_of(&world, &mut browser).await;
    let token = card.web_eid("ES256", &world.issuer, &nonce(&page));
    let refused = sends(&mut browser, &page, &json!({ "format": "web-eid:1" })).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    let replayed = sends(&mut browser, &page, &token).await;
    assert!(!replayed.has("#allow") && replayed.status == 401, "{}", replayed.text());
    // Another browser's.
    let mut other = world.browser();
    let others = page_of(&world, &mut other).await;
    let stolen = sends(&mut other, &others, &card.web_eid("ES256", &world.issuer, &nonce(&page))).await;
    assert!(stolen.problem().contains("does not fit"), "{}", stolen.text());
    // Too old; the page that says so has a new one.
    let page = page_of(&world, &mut browser).await;
    let token = card.web_eid("ES256", &world.issuer, &nonce(&page));
    world.wait(std::time::Duration::from_secs(5 * 60));
    let late = sends(&mut browser, &page, &token).await;
    assert!(too_late(&late), "{}", late.text());
    assert_ne!(nonce(&late), nonce(&page));
    let now = sends(&mut browser, &late, &card.web_eid("ES256", &world.issuer, &nonce(&late))).await;
    assert!(now.has("#allow"), "{}", now.text());
}

#[tokio::test]
async fn a_token_of_another_site_is_refused() {
    let authority = Authority::root("Authority");
    let world = world(&authority).await;
    let card = card_of_an(&authority);
    for origin in ["https://evil.example", &format!("{}/", world.issuer), "https://127.0.0.1"] {
        let mut browser = world.browser();
        let page = page_of(&world, &mut browser).await;
        let page = sends(&mut browser, &page, &card.web_eid("ES256", origin, &nonce(&page))).await;
        assert_eq!((page.status.as_u16(), page.has("#allow")), (401, false), "{origin}");
        assert!(page.problem().contains("does not fit"), "{}", page.text());
    }
}

#[tokio::test]
async fn another_person_s_certificate_with_one_s_own_signature_signs_nobody_in() {
    let authority = Authority::root("Authority");
    let world = world(&authority).await;
    let (an, binh) = (card_of_an(&authority), authority.issues(subjects::vietnamese_of(BINH.identifier)));
    let mut browser = world.browser();
    let page = page_of(&world, &mut browser).await;
    let mut token = binh.web_eid("ES256", &world.issuer, &nonce(&page));
    token["unverifiedCertificate"] = an.web_eid("ES256", &world.issuer, "x")["unverifiedCertificate"].clone();
    let page = sends(&mut browser, &page, &token).await;
    assert!(page.problem().contains("does not fit"), "{}", page.text());
}

#[tokio::test]
async fn what_is_wrong_with_a_certificate_is_said_in_words_that_a_citizen_can_act_on() {
    let authority = Authority::root("Authority");
    let world = world(&authority).await;
    let of = |number: &str| subjects::vietnamese_of(number);
    let stranger = Authority::root("Stranger");
    for (card, words) in [
        (authority.issues(of(AN.identifier).expired()), "expired on 14 January 2027"),
        (authority.issues(of(AN.identifier).with("keyUsage", "critical,nonRepudiation")), "not made for signing in"),
        (authority.issues(of(AN.identifier).with("extendedKeyUsage", "emailProtection")), "not made for signing in"),
        (authority.issues(subjects::seal()), "an organisation’s"),
        (authority.issues(subjects::vietnamese_with(&[])), "no personal identification number"),
        (
            authority.issues(subjects::vietnamese_with(&["CCCD:001090123456", "CCCD:001090123457"])),
            "more than one person",
        ),
        (stranger.issues(of(AN.identifier)), "nobody who is trusted here"),
        (authority.issues(of("001099999999")), "there is no account with its number"),
    ] {
        let page = presents(&world, &card, "ES256").await;
        assert_eq!(page.status, 401, "{words}");
        assert!(page.problem().contains(words), "{words}: {}", page.problem());
        assert!(!page.has("#allow"));
    }
}

#[tokio::test]
async fn a_step_that_does_not_come_next_is_not_taken() {
    let authority = Authority::root("Authority");
    let world = world(&authority).await;
    let card = card_of_an(&authority);
    // Someone has signed in here with a password: what is asked is their consent, and no certificate.
    let mut browser = world.browser();
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    let asked = page_of(&world, &mut browser).await;
    let page = AN.signs_in(&mut browser, &page).await;
    assert!(page.has("#allow"), "{}", page.text());
    let at = page.path().replace("/consent", "/certificate/web-eid");
    assert!(browser.open(&at).await.has("#allow"), "on to what comes next");
    // Another sign-in's form, and a form without its token.
    let mut pairs =
        asked.form_of("use-card", &[("token", &card.web_eid("ES256", &world.issuer, "x").to_string())]).pairs;
    let other = browser.submit(&asked, &at, &pairs).await;
    assert!(!other.has("#web-eid") && other.status == 400 || other.status == 403, "{} {}", other.status, other.text());
    pairs.retain(|(name, _)| name != "csrf");
    let without = browser.submit(&asked, asked.path(), &pairs).await;
    assert_ne!(without.status, 200, "{}", without.text());
}
