//! OpenID Connect Client-Initiated Backchannel Authentication: a client asks somebody who is elsewhere, and polls.

use std::time::Duration;

use senid::domain::client::BackChannelDelivery;
use serde_json::Value;

use crate::support::World;
use crate::support::world::{AN, BINH, Portal, on_every_backend};

const SECOND: Duration = Duration::from_secs(1);

/// A portal that may ask through the back channel, and polls.
async fn polling(world: &World, client: &str) -> Portal {
    world.may_ask(client, BackChannelDelivery::Poll).await;
    world.portal(client)
}

/// Asks, and gives what was acknowledged.
async fn acknowledged(portal: &Portal, parameters: &[(&str, &str)]) -> Value {
    let reply = portal.asks(parameters).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("cache-control"), "no-store");
    reply.json()
}

/// Asks An, and gives the `auth_req_id`.
async fn asked(portal: &Portal) -> String {
    let answer = acknowledged(portal, &[("login_hint", AN.identifier), ("binding_message", "HS-2026/118")]).await;
    answer["auth_req_id"].as_str().unwrap().to_owned()
}

on_every_backend! {
    async fn a_client_asks_and_polls_until_the_citizen_has_allowed_it(world: World) {
        let portal = polling(&world, "tax-office").await;
        let answer = acknowledged(&portal, &[("login_hint", AN.identifier), ("binding_message", "HS-2026/118")]).await;
        assert_eq!((&answer["expires_in"], &answer["interval"]), (&300.into(), &5.into()));
        assert_eq!(answer.as_object().unwrap().len(), 3, "{answer}");
        let id = answer["auth_req_id"].as_str().unwrap();
        assert!(id.starts_with("senid_ar_"), "{id}");
        assert_eq!(portal.comes_for(id).await.refused(400), "authorization_pending");

        let mut browser = world.browser();
        let page = AN.reads_request(&mut browser).await;
        assert!(page.text().contains("The tax office") && page.text().contains("Nguyễn Văn An"), "{}", page.text());
        assert_eq!(page.words("#binding-message"), "HS-2026/118");
        let page = browser.press(&page, "allow", &[]).await;
        assert!(page.text().contains("Allowed. You can go on at the portal."), "{}", page.text());

        // The interval is for those who wait: an answer that is there is given at once.
        let tokens = portal.comes_for(id).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        assert_eq!(tokens.headers["cache-control"], "no-store");
        let claims = portal.id_token(&tokens).await;
        assert!(claims.get("nonce").is_none() && claims["acr"] == "urn:senid:aal:1", "{claims}");
        // Core section 10.3.1 asks for it in push mode, which is not offered.
        assert!(claims.get("urn:openid:params:jwt:claim:auth_req_id").is_none(), "{claims}");
        assert_eq!(portal.claims(&tokens.access_token()).await["name"], "Nguyễn Văn An");
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.status, 200);
        assert_eq!(portal.comes_for(id).await.refused(400), "invalid_grant", "it is used once");
        assert_eq!(portal.claims(&tokens.access_token()).await["sub"], claims["sub"], "asking again takes nothing away");

        let page = browser.open("/account/portals").await;
        assert!(page.text().contains("The tax office"), "{}", page.text());
        world.app(0).audit.flush().await;
        let text = browser.open("/account/activity").await.text();
        for sentence in ["The tax office asked you to confirm a request", "Confirmed a request of The tax office"] {
            assert!(text.contains(sentence), "{sentence}: {text}");
        }
    }

    async fn what_is_denied_is_denied(world: World) {
        let portal = polling(&world, "tax-office").await;
        let id = asked(&portal).await;
        let mut browser = world.browser();
        let page = AN.answers_request(&mut browser, "deny").await;
        assert!(page.text().contains("Denied. The portal received nothing."), "{}", page.text());
        for _ in 0..2 {
            assert_eq!(portal.comes_for(&id).await.refused(400), "access_denied");
        }
        assert_eq!(browser.open("/account/portals").await.count(".connected"), 0);
    }

    async fn a_client_that_polls_too_fast_waits_longer(world: World) {
        let portal = polling(&world, "tax-office").await;
        let id = asked(&portal).await;
        for (pause, error) in [
            (0, "authorization_pending"),
            (5, "authorization_pending"),
            (4, "slow_down"),
            (9, "slow_down"),
            (14, "slow_down"),
            (20, "authorization_pending"),
            (19, "slow_down"),
        ] {
            world.wait(SECOND * pause);
            let (told, sentence) = portal.comes_for(&id).await.refusal();
            assert_eq!(told, error, "after {pause} s: {sentence}");
        }
    }

    async fn a_request_expires(world: World) {
        let portal = polling(&world, "tax-office").await;
        let answer = acknowledged(&portal, &[("login_hint", AN.identifier), ("requested_expiry", "30")]).await;
        assert_eq!(answer["expires_in"], 30);
        let id = answer["auth_req_id"].as_str().unwrap();
        let mut browser = world.browser();
        let page = AN.reads_request(&mut browser).await;
        world.wait(SECOND * 30);
        assert_eq!(portal.comes_for(id).await.refused(400), "expired_token");
        let after = browser.press(&page, "allow", &[]).await;
        assert!(after.text().contains("This request was over before your answer."), "{}", after.text());
        let after = browser.reload(&page).await;
        assert_eq!(after.heading(), "This request is over");
        assert_eq!(portal.comes_for(id).await.refused(400), "expired_token");
    }

    async fn of_a_hundred_that_come_for_it_one_gets_the_tokens(world: World) {
        let portal = polling(&world, "tax-office").await;
        let id = asked(&portal).await;
        AN.answers_request(&mut world.browser(), "allow").await;
        let coming = (0..100).map(|_| { let (portal, id) = (portal.clone(), id.clone()); tokio::spawn(async move { portal.comes_for(&id).await }) });
        let mut won = Vec::new();
        for answer in coming.collect::<Vec<_>>() {
            let answer = answer.await.unwrap();
            match answer.status.as_u16() {
                200 => won.push(answer),
                _ => assert_eq!(answer.refused(400), "invalid_grant"),
            }
        }
        assert_eq!(won.len(), 1);
        assert_eq!(portal.userinfo(&won[0].access_token()).await.status, 200);
    }

    async fn an_id_token_names_its_person(world: World) {
        let portal = polling(&world, "customs").await;
        let (mut browser, tokens) = world.signed_in(&portal, &BINH).await;
        let answer = acknowledged(&portal, &[("id_token_hint", &tokens.id_token()), ("scope", "openid")]).await;
        let id = answer["auth_req_id"].as_str().unwrap();
        BINH.answers_request(&mut browser, "allow").await;
        let again = portal.comes_for(id).await;
        assert_eq!(portal.id_token(&again).await["sub"], portal.id_token(&tokens).await["sub"]);
        assert_eq!(again.scope(), "openid");
    }
}
