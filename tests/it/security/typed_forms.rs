//! What an administrator typed comes back to them after a proof, sealed in an address: to nobody else who is sent that address, at no other
//! form, in no other session, and not for ever.

use std::time::Duration;

use senid::domain::administration::Role;

use crate::support::World;
use crate::support::world::staff::Staff;
use crate::support::world::{AN, BINH, Backend, CHAU, Page};

const REASON: &str = "a stolen telephone";

/// What the address of a page says of it, without where it is.
fn asked(page: &Page) -> String {
    page.url.query().unwrap_or_default().to_owned()
}

/// Nothing of it is there, and the page says that it is not.
#[track_caller]
fn is_refused(page: &Page, whose: &str) {
    assert!(!page.text().contains(REASON), "{whose}: {}", page.text());
    assert!(page.words("#problem").contains("had been typed is not here"), "{whose}: {}", page.text());
}

#[tokio::test]
async fn what_was_typed_opens_to_nobody_but_who_typed_it() {
    let world = World::with_passkeys(Backend::embedded().await).await;
    let mut an = world.staff(&AN, &[Role::Registrar]).await;
    let mut binh = world.staff(&BINH, &[Role::Registrar]).await;
    let id = world.operator().id_of(&CHAU).await;
    let form = format!("/admin/citizens/{id}/lock");
    let ask = an.browser.open(&form).await;
    world.wait(Duration::from_secs(5 * 60 + 1));
    let page = an.browser.press(&ask, "confirm", &[("reason", REASON)]).await;
    let page = an.proves(page).await;
    assert!(page.path() == form && page.text().contains(REASON) && !page.has("#problem"), "{}", page.text());
    let kept = asked(&page);
    assert!(kept.starts_with("kept="), "{kept}");
    let link = format!("{form}?{kept}");
    // Another administrator who is sent it, who may do the same.
    is_refused(&binh.enters(&link).await, "another person");
    // The same person, at another form.
    is_refused(&an.enters(&format!("/admin/citizens/{id}/suspend?{kept}")).await, "another act");
    let other = world.operator().id_of(&BINH).await;
    is_refused(&an.enters(&format!("/admin/citizens/{other}/lock?{kept}")).await, "another citizen");
    // In another session of theirs.
    let mut elsewhere = Staff { phone: an.phone, browser: world.browser() };
    is_refused(&elsewhere.enters(&link).await, "another session");
    an.phone = elsewhere.phone;
    // Or altered, or made up.
    is_refused(&an.enters(&format!("{form}?kept=AAAA{}", &kept[9..])).await, "altered");
    assert!(an.enters(&link).await.text().contains(REASON), "it still is whoever's it was");
    // And not for ever.
    world.wait(Duration::from_secs(30 * 60));
    is_refused(&an.enters(&link).await, "too long ago");
    // Nothing is lost but the seal: the form works.
    let page = an.enters(&form).await;
    assert!(an.browser.press(&page, "confirm", &[("reason", REASON)]).await.has(".notice"));
}

#[tokio::test]
async fn nobody_fills_in_a_form_for_somebody_else_by_a_link() {
    let world = World::with_passkeys(Backend::embedded().await).await;
    let mut an = world.staff(&AN, &[Role::Administrator]).await;
    let mut binh = world.staff(&BINH, &[Role::Administrator]).await;
    // In clear nothing is taken from an address.
    let form = "/admin/applications/new?kind=web";
    let evil = "https://evil.example/callback";
    let page = an.enters(&format!("{form}&client_name=Library&redirect_uris={evil}")).await;
    assert!(page.has("[name=redirect_uris]") && !page.text().contains("evil.example"), "{}", page.text());
    let page = an.enters("/admin/roles?who=someone&role=administrator").await;
    assert!(
        page.has("[name=who]") && page.attribute("form[action$='/admin/roles'] [name=who]", "value").is_empty(),
        "{}",
        page.text()
    );
    // And what was typed into a draft is for whoever typed it.
    let page = an.browser.open(form).await;
    world.wait(Duration::from_secs(30 * 60 + 1));
    let page = an.browser.press(&page, "draft", &[("client_name", "Mine"), ("redirect_uris", "not one")]).await;
    let page = an.proves(page).await;
    assert_eq!(page.field("client_name"), "Mine", "{}", page.text());
    let link = format!("/admin/applications/new?{}", asked(&page));
    let sent = binh.enters(&link).await;
    assert!(sent.field("client_name").is_empty() && sent.has("#problem"), "{}", sent.text());
}
