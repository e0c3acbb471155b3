//! The page of requests that come through the back channel: who sees them, and who answers.

use std::time::Duration;

use senid::domain::client::BackChannelDelivery;

use crate::support::World;
use crate::support::world::{AN, BINH, Portal, on_every_backend};

async fn polling(world: &World, client: &str) -> Portal {
    world.may_ask(client, BackChannelDelivery::Poll).await;
    world.portal(client)
}

async fn asks(portal: &Portal, parameters: &[(&str, &str)]) -> String {
    let reply = portal.asks(parameters).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()["auth_req_id"].as_str().unwrap().to_owned()
}

on_every_backend! {
    async fn the_citizen_sees_who_asks_what_and_what_to_compare(world: World) {
        let portal = polling(&world, "tax-office").await;
        let mut browser = world.browser();
        let empty = AN.enters_account(&mut browser, "/account/requests").await;
        assert!(empty.text().contains("Nothing to answer"), "{}", empty.text());
        assert!(!browser.open("/account").await.has("#waiting"));
        asks(&portal, &[("login_hint", AN.identifier), ("binding_message", "HS-2026/118")]).await;
        world.wait(Duration::from_secs(1));
        asks(&portal, &[("login_hint", AN.identifier), ("scope", "openid")]).await;
        let overview = browser.open("/account").await;
        assert!(overview.text().contains("2 requests are waiting for your answer"), "{}", overview.text());
        let list = browser.open(&overview.link("#waiting")).await;
        assert_eq!((list.path(), list.count(".request")), ("/account/requests", 2));
        assert!(list.text().contains("HS-2026/118") && list.text().contains("The tax office"), "{}", list.text());

        let bare = AN.reads_request(&mut browser).await;
        assert!(bare.text().contains("gave no text to compare") && !bare.has("#binding-message"), "{}", bare.text());
        let after = browser.press(&bare, "deny", &[]).await;
        assert_eq!(after.count(".request"), 1);
        let page = AN.reads_request(&mut browser).await;
        assert_eq!(page.words("#binding-message"), "HS-2026/118");
        for sentence in ["Verified", "Nguyễn Văn An", "001•••••456", "refresh this information", "If somebody on the telephone"] {
            assert!(page.text().contains(sentence), "{sentence}: {}", page.text());
        }
        assert!(!page.text().contains(AN.identifier));
    }

    async fn nobody_else_sees_or_answers_it(world: World) {
        let portal = polling(&world, "tax-office").await;
        let id = asks(&portal, &[("login_hint", AN.identifier)]).await;
        let mut an = world.browser();
        let page = AN.reads_request(&mut an).await;
        let path = page.path().to_owned();

        let mut binh = world.browser();
        let list = BINH.enters_account(&mut binh, "/account/requests").await;
        assert_eq!(list.count(".request"), 0);
        assert_eq!(binh.open(&path).await.status, 404);
        let form = page.form_of("allow", &[]);
        assert_eq!(binh.submit(&list, &path, &form.pairs).await.status, 403, "An's form");

        let mut nobody = world.browser();
        assert_eq!(nobody.open(&path).await.path(), "/account/sign-in");
        assert!(matches!(nobody.submit(&page, &path, &form.pairs).await.status.as_u16(), 403));
        let mut bare = form.pairs.clone();
        bare.retain(|(name, _)| name != "csrf");
        assert_eq!(an.submit(&page, &path, &bare).await.status, 403);
        let unchosen: Vec<_> = form.pairs.iter().filter(|(name, _)| name != "choice").cloned().collect();
        assert_eq!(an.submit(&page, &path, &unchosen).await.path(), path, "nothing was chosen");
        assert_eq!(portal.comes_for(&id).await.refused(400), "authorization_pending");
    }

    async fn of_two_decisions_the_first_holds(world: World) {
        let portal = polling(&world, "tax-office").await;
        let id = asks(&portal, &[("login_hint", AN.identifier)]).await;
        let mut browser = world.browser();
        let page = AN.reads_request(&mut browser).await;
        browser.press(&page, "deny", &[]).await;
        let after = browser.press(&page, "allow", &[]).await;
        assert!(after.text().contains("over before your answer"), "{}", after.text());
        assert_eq!(portal.comes_for(&id).await.refused(400), "access_denied");
        assert_eq!(browser.reload(&page).await.heading(), "Denied");
    }

    async fn whoever_signed_in_a_while_ago_proves_it_again_before_they_allow(world: World) {
        let portal = polling(&world, "tax-office").await;
        let mut browser = world.browser();
        AN.enters_account(&mut browser, "/account/requests").await;
        world.wait(Duration::from_secs(901));
        let id = asks(&portal, &[("login_hint", AN.identifier)]).await;
        let page = AN.reads_request(&mut browser).await;
        assert!(page.has("#again"), "{}", page.text());
        let sign_in = browser.press(&page, "allow", &[]).await;
        assert!(sign_in.has("#username"), "{}: {}", sign_in.url, sign_in.text());
        assert_eq!(portal.comes_for(&id).await.refused(400), "authorization_pending");
        let again = AN.signs_in(&mut browser, &sign_in).await;
        assert_eq!(again.path(), page.path());
        assert!(!again.has("#again"), "{}", again.text());
        browser.press(&again, "allow", &[]).await;
        let tokens = portal.comes_for(&id).await;
        let auth_time = portal.id_token(&tokens).await["auth_time"].as_i64().unwrap();
        assert_eq!(auth_time, senid::domain::time::Clock::now(&*world.clock).seconds());
    }

    async fn somebody_else_who_proves_themselves_finds_nothing(world: World) {
        let portal = polling(&world, "tax-office").await;
        let mut browser = world.browser();
        AN.enters_account(&mut browser, "/account/requests").await;
        world.wait(Duration::from_secs(901));
        let id = asks(&portal, &[("login_hint", AN.identifier)]).await;
        let page = AN.reads_request(&mut browser).await;
        let sign_in = browser.press(&page, "allow", &[]).await;
        assert_eq!(BINH.signs_in(&mut browser, &sign_in).await.status, 404);
        assert_eq!(portal.comes_for(&id).await.refused(400), "authorization_pending");
    }

    async fn what_was_allowed_is_good_for_nothing_once_the_session_or_the_consent_is_gone(world: World) {
        let portal = polling(&world, "tax-office").await;
        for path in ["/logout", "/account/portals/tax-office/withdraw"] {
            let id = asks(&portal, &[("login_hint", AN.identifier)]).await;
            let mut browser = world.browser();
            AN.answers_request(&mut browser, "allow").await;
            let page = browser.open(path).await;
            let button = if path == "/logout" { "logout-confirm" } else { "withdraw-confirm" };
            browser.press(&page, button, &[]).await;
            assert_eq!(portal.comes_for(&id).await.refused(400), "invalid_grant", "{path}");
        }
    }
}

#[tokio::test]
async fn a_request_of_a_disabled_client_is_over() {
    let world = World::embedded().await;
    let portal = polling(&world, "tax-office").await;
    asks(&portal, &[("login_hint", AN.identifier)]).await;
    let mut browser = world.browser();
    let page = AN.reads_request(&mut browser).await;
    world.operator().disables("tax-office").await;
    assert_eq!(browser.reload(&page).await.heading(), "This request is over");
    let after = browser.press(&page, "allow", &[]).await;
    assert!(after.text().contains("over before your answer"), "{}", after.text());
    assert_eq!(browser.open("/account/requests").await.count(".request"), 0);
}

#[tokio::test]
async fn what_is_asked_is_only_text() {
    let world = World::embedded().await;
    let portal = polling(&world, "tax-office").await;
    asks(&portal, &[("login_hint", AN.identifier), ("binding_message", "A&B 'x' #1")]).await;
    let page = AN.reads_request(&mut world.browser()).await;
    assert_eq!(page.words("#binding-message"), "A&B 'x' #1");
    assert!(page.reply.body.contains("A&#38;B") || page.reply.body.contains("A&amp;B"));
}
