//! What citizens see of a client that registered itself.

use serde_json::json;

use super::{as_portal, manage, on_every_open_backend, open_world, portal_with, registered, update_of};
use crate::support::world::AN;

on_every_open_backend! {
    async fn its_policy_and_terms_are_linked_where_citizens_decide(world: World) {
        let told = registered(&world, &portal_with(json!({
            "policy_uri": "https://portal.example/privacy?a=1&b=2",
            "tos_uri": "https://portal.example/terms",
        })))
        .await;
        let portal = as_portal(&world, &told);
        let mut browser = world.browser();
        let sign_in = browser.open(&portal.start().url()).await;
        let consent = AN.signs_in(&mut browser, &sign_in).await;
        assert!(consent.has("#allow"), "nobody but the citizen allows anything: {}", consent.text());
        for page in [&sign_in, &consent] {
            assert!(page.has(r#".portal a[href="https://portal.example/privacy?a=1&b=2"][rel="noreferrer"]"#));
            assert!(page.has(r#".portal a[href="https://portal.example/terms"][rel="noreferrer"]"#));
            assert_eq!(page.words(".portal .care-text"), "Not verified");
        }
    }
}

#[tokio::test]
async fn a_portal_is_opened_from_the_account_where_it_begins_a_sign_in() {
    let world = open_world().await;
    let front = registered(&world, &portal_with(json!({ "client_uri": "https://portal.example/" }))).await;
    let begins =
        registered(&world, &portal_with(json!({ "initiate_login_uri": "https://portal.example/login?from=id" }))).await;
    let mut browser = world.browser();
    for told in [&front, &begins] {
        world.sign_in_again(&mut browser, &as_portal(&world, told), &AN).await;
    }
    let page = browser.open("/account/portals").await;
    assert!(page.has(r#".connected a[href="https://portal.example/"]"#));
    let issuer: String = url::form_urlencoded::byte_serialize(world.issuer.as_bytes()).collect();
    let begin = format!(r#".connected a[href="https://portal.example/login?from=id&iss={issuer}"]"#);
    assert!(page.has(&begin), "{}", page.reply.body);
}

#[tokio::test]
async fn a_name_is_shown_in_the_citizen_s_language() {
    let world = open_world().await;
    let told = registered(&world, &portal_with(json!({ "client_name": "Portal", "client_name#vi": "Cổng" }))).await;
    let portal = as_portal(&world, &told);
    for (language, name) in [("vi", "Cổng"), ("en", "Portal"), ("fr", "Portal")] {
        let page = world.browser().speaking(language).open(&portal.start().url()).await;
        assert_eq!(page.words(".portal-name"), name);
    }
    let renamed = update_of(&told, &portal_with(json!({ "client_name": "<script>alert(1)</script>" })));
    assert_eq!(manage(&world, http::Method::PUT, &told, Some(&renamed)).await.status, 200);
    crate::support::world::eventually("the page shows the new name as text", async || {
        let page = world.browser().open(&portal.start().url()).await;
        page.words(".portal-name") == "<script>alert(1)</script>"
    })
    .await;
}
