//! A card as citizens hold it: its key is made in it and never leaves it, and the programs of their computers reach it by PKCS #11.

use super::connection::errand;
use super::{IN_A_DEVICE, choose, trusts, way};
use crate::support::World;
use crate::support::pki::token::{PIN, SmartCard};
use crate::support::pki::{Authority, run, subjects};
use crate::support::world::{AN, Backend};

fn card_with(authority: &Authority, key: &str) -> SmartCard {
    let profile = subjects::vietnamese_of(AN.identifier).with("certificatePolicies", IN_A_DEVICE);
    let card = SmartCard::new(authority, &profile, key);
    let contents = card.contents();
    assert!(contents.contains("Private Key Object") && contents.contains("never extractable"), "{contents}");
    card
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_citizen_signs_in_with_the_card_in_the_reader_and_its_pin() {
    let authority = Authority::root("Authority");
    let world = World::with_card_reader(Backend::embedded().await, |settings| trusts(settings, &authority)).await;
    for key in ["EC:prime256v1", "EC:secp384r1", "rsa:2048"] {
        let card = card_with(&authority, key);
        let mut browser = world.browser();
        let errand = errand(&world, &mut browser).await;
        // Without its PIN the card signs nothing, and the errand waits.
        let mut shown = card.curl("000000");
        let refused = shown.arg("--cacert").arg(world.own_certificate()).arg(errand.as_str()).output().unwrap();
        assert_eq!(refused.status.code(), Some(58), "{key}: {}", String::from_utf8_lossy(&refused.stderr));

        let mut shown = card.curl(PIN);
        shown.args(["--output", "/dev/null", "--write-out", "%{redirect_url}", "--cacert"]);
        let back = run(shown.arg(world.own_certificate()).arg(errand.as_str()));
        let page = browser.open(&String::from_utf8(back).unwrap()).await;
        assert!(page.has("#allow"), "{key}: {}", page.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_is_signed_by_the_card() {
    let authority = Authority::root("Authority");
    let world = super::world(&authority).await;
    for key in ["EC:prime256v1", "rsa:2048"] {
        let card = card_with(&authority, key);
        let mut browser = world.browser();
        let page = choose(&mut browser, &world.portal("tax-office")).await;
        let page = way(&mut browser, &page, "signature").await;
        let url = page.url.join(&page.link("#download")).unwrap();
        let text = browser.request(http::Method::GET, &url, None, &[]).await.body;
        let page = browser.press(&page, "send-signature", &[("signature", &card.cms(&text))]).await;
        assert!(page.has("#allow"), "{key}: {}", page.text());
    }
}
