//! A signature over a text, made by `openssl cms`.

use super::{at_the_choice, card_of_an, choose, way, with_key, world};
use crate::support::World;
use crate::support::pki::{Authority, Card, Key, openssl, run, subjects};
use crate::support::world::{AN, BINH, Browser, Page};

async fn page_of(world: &World, browser: &mut Browser) -> Page {
    let page = choose(browser, &world.portal("tax-office")).await;
    way(browser, &page, "signature").await
}

/// The text, as it is downloaded.
async fn text(browser: &mut Browser, page: &Page) -> String {
    let url = page.url.join(&page.link("#download")).unwrap();
    browser.request(http::Method::GET, &url, None, &[]).await.body
}

async fn sends(browser: &mut Browser, page: &Page, signature: &str) -> Page {
    browser.press(page, "send-signature", &[("signature", signature)]).await
}

/// Signs the text that the page shows with the card, and sends it.
pub async fn signs(browser: &mut Browser, page: &Page, card: &Card) -> Page {
    let text = text(browser, page).await;
    sends(browser, page, &card.cms(&text, &["-nodetach"])).await
}

#[tokio::test]
async fn a_citizen_signs_in_by_signing_a_text_that_says_what_it_is_for() {
    let authority = Authority::root("Authority");
    let world = world(&authority).await;
    let card = card_of_an(&authority);
    let (mut browser, page) = at_the_choice(&world, &world.portal("tax-office")).await;
    let page = way(&mut browser, &page, "signature").await;
    let text = text(&mut browser, &page).await;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines[0], lines[3]), ("SenID sign-in", format!("At: {}", world.issuer).as_str()));
    assert!(lines[4].starts_with("Portal: ") && lines[5].starts_with("Time: ") && lines[6].starts_with("Nonce: "));
    assert!(page.text().contains(lines[6]), "what is shown is what is signed");
    assert_eq!(self::text(&mut browser, &page).await, text, "and stays the same");
    let page = signs(&mut browser, &page, &card).await;
    assert!(page.has("#allow"), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_sign_with_many_keys_and_in_many_ways() {
    let authority = Authority::root("Authority");
    let world = world(&authority).await;
    let profile =
        || subjects::vietnamese_of(AN.identifier).with("keyUsage", "critical,digitalSignature,nonRepudiation");
    let pss = &["-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:digest", "-md", "sha256"];
    for (key, more) in [
        (Key::P256, &["-md", "sha256"][..]),
        (Key::P384, &["-md", "sha384", "-nosmimecap"]),
        (Key::P521, &["-md", "sha512", "-cades"]),
        (Key::Rsa(2048), &["-md", "sha256", "-keyid"]),
        (Key::Rsa(3072), &["-md", "sha512"]),
        (Key::Rsa(2048), pss),
    ] {
        let card = with_key(&authority, profile(), key);
        let mut browser = world.browser();
        let page = page_of(&world, &mut browser).await;
        let text = text(&mut browser, &page).await;
        let page = sends(&mut browser, &page, &card.cms(&text, more)).await;
        assert!(page.has("#allow"), "{key:?} {more:?}: {}", page.text());
    }
}

#[tokio::test]
async fn a_signature_is_over_this_text_by_one_signer_with_signed_attributes() {
    let authority = Authority::root("Authority");
    let world = world(&authority).await;
    let (card, other) = (card_of_an(&authority), authority.issues(subjects::vietnamese_of(BINH.identifier)));
    let signer = |path: &std::path::Path| path.display().to_string();
    let second = ["-signer", &signer(&other.certificate), "-inkey", &signer(&other.key)];
    for (change, more, status) in [
        ("Portal: another one\n", &[][..], 401),
        ("", &second, 422),
        ("", &["-noattr"], 422),
        ("", &["-nocerts"], 422),
        ("", &["-md", "sha1"], 422),
        ("", &["-econtent_type", "1.2.840.113549.1.7.2"], 422),
    ] {
        let mut browser = world.browser();
        let page = page_of(&world, &mut browser).await;
        let text = text(&mut browser, &page).await + change;
        let page = sends(&mut browser, &page, &card.cms(&text, more)).await;
        assert_eq!((page.status.as_u16(), page.has("#allow")), (status, false), "{more:?}: {}", page.text());
    }
}

#[tokio::test]
async fn a_text_is_signed_once_in_its_own_browser_and_in_time() {
    let authority = Authority::root("Authority");
    let world = world(&authority).await;
    let card = card_of_an(&authority);
    let (mut browser, mut other) = (world.browser(), world.browser());
    let page = page_of(&world, &mut browser).await;
    let signature = card.cms(&text(&mut browser, &page).await, &[]);
    // In another browser's sign-in.
    let others = page_of(&world, &mut other).await;
    let stolen = sends(&mut other, &others, &signature).await;
    assert!(stolen.problem().contains("does not fit"), "{}", stolen.text());
    // Spent by a try that failed.
    let refused = sends(&mut browser, &page, "MAA=").await;
    assert_eq!(refused.status, 422);
    let again = sends(&mut browser, &page, &signature).await;
    assert_eq!((again.status.as_u16(), again.has("#allow")), (401, false), "{}", again.text());
    // Too late.
    let page = page_of(&world, &mut browser).await;
    let signature = card.cms(&text(&mut browser, &page).await, &[]);
    world.wait(std::time::Duration::from_secs(10 * 60));
    let late = sends(&mut browser, &page, &signature).await;
    assert!(late.problem().contains("took too long"), "{}", late.text());
}

#[tokio::test]
async fn a_signature_that_was_made_for_something_else_is_none_for_signing_in() {
    let authority = Authority::root("Authority");
    let world = world(&authority).await;
    let card = card_of_an(&authority);
    let mut browser = world.browser();
    let page = page_of(&world, &mut browser).await;
    let contract = card.cms("I owe you a house.\n", &["-nodetach"]);
    let refused = sends(&mut browser, &page, &contract).await;
    assert!(refused.problem().contains("does not fit"), "{}", refused.text());
    // A raw signature is no CMS.
    let page = page_of(&world, &mut browser).await;
    std::fs::write(card.key.with_extension("raw"), text(&mut browser, &page).await).unwrap();
    let mut command = openssl();
    command.args(["dgst", "-sha256", "-sign"]).arg(&card.key).arg(card.key.with_extension("raw"));
    let raw = senid::crypto::base64url::encode(&run(&mut command));
    assert_eq!(sends(&mut browser, &page, &raw).await.status, 422);
}
