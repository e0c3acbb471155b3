//! Requests through the back channel: somebody who stands beside the citizen, or far away, wants them to press a button
//! (cross-device phishing), or wants to know who has an account.

use std::time::Duration;

use senid::crypto::hash::hash_secret;
use senid::domain::client::BackChannelDelivery;
use senid::domain::consent::Answer;
use senid::domain::ids::{CitizenId, RequestId};
use senid::flows::backchannel::decide::{self, Decided};
use senid::flows::backchannel::incoming::{self, Incoming, Standing};
use senid::flows::session::{self, CurrentSession};
use senid::flows::visitor::Visitor;

use crate::support::World;
use crate::support::world::web::Reply;
use crate::support::world::{AN, BINH, Browser, Portal, on_every_backend};

/// Nobody has this number.
const NOBODY: &str = "001090999999";

async fn polling(world: &World, client: &str) -> Portal {
    world.may_ask(client, BackChannelDelivery::Poll).await;
    world.portal(client)
}

/// Everything that an answer shows, but what is new in each.
fn shown(reply: &Reply) -> (u16, Vec<String>, Vec<String>) {
    let names = |headers: &http::HeaderMap| headers.keys().map(ToString::to_string).collect();
    let json = reply.json();
    let members = json.as_object().unwrap().iter().map(|(name, value)| match name.as_str() {
        "auth_req_id" => format!("{name}: {} characters", value.as_str().unwrap().len()),
        _ => format!("{name}: {value}"),
    });
    (reply.status.as_u16(), names(&reply.headers), members.collect())
}

fn id(reply: &Reply) -> String {
    reply.json()["auth_req_id"].as_str().unwrap_or_else(|| panic!("{}", reply.body)).to_owned()
}

on_every_backend! {
    async fn a_client_does_not_learn_who_has_an_account(world: World) {
        let portal = polling(&world, "tax-office").await;
        world.operator().locks(&BINH).await;
        let mut answers = Vec::new();
        for hint in [AN.identifier, NOBODY, BINH.identifier, "nobody@example.vn", "0999 999 999"] {
            let reply = portal.asks(&[("login_hint", hint)]).await;
            let told = portal.comes_for(&id(&reply)).await.refusal();
            world.wait(Duration::from_secs(300));
            let over = portal.comes_for(&id(&reply)).await.refusal();
            answers.push((shown(&reply), told, over));
        }
        assert_eq!(answers[0].1.0, "authorization_pending");
        assert_eq!(answers[0].2.0, "expired_token");
        for other in &answers[1..] {
            assert_eq!(other, &answers[0]);
        }
    }

    async fn being_asked_too_often_tells_nothing_of_a_name(world: World) {
        let portal = polling(&world, "tax-office").await;
        let mut counts = Vec::new();
        for hint in [AN.identifier, NOBODY] {
            let mut taken = 0;
            let refused = loop {
                let reply = portal.asks(&[("login_hint", hint)]).await;
                if reply.status != 200 {
                    break reply;
                }
                taken += 1;
            };
            assert!(refused.status == 503 && refused.headers.contains_key("retry-after"), "{}", refused.body);
            counts.push((taken, refused.body.clone()));
        }
        assert_eq!(counts[0], counts[1]);
        assert_eq!(counts[0].0, 5);
    }

    async fn a_citizen_is_not_flooded_by_whichever_of_their_names(world: World) {
        let mut asked = 0;
        for client in ["tax-office", "library", "customs", "land-office", "archive"] {
            let portal = polling(&world, client).await;
            for hint in [AN.identifier, "an.nguyen@senid.example", "+84 912 345 678"] {
                for _ in 0..5 {
                    asked += u32::from(portal.asks(&[("login_hint", hint), ("scope", "openid")]).await.status == 200);
                }
            }
        }
        assert_eq!(asked, 75, "no client is told");
        let list = AN.enters_account(&mut world.browser(), "/account/requests").await;
        assert_eq!(list.count(".request"), 15);
    }

    async fn another_client_s_auth_req_id_is_nothing(world: World) {
        let (portal, thief) = (polling(&world, "tax-office").await, polling(&world, "library").await);
        let asked = id(&portal.asks(&[("login_hint", AN.identifier)]).await);
        assert_eq!(thief.comes_for(&asked).await.refused(400), "invalid_grant");
        AN.answers_request(&mut world.browser(), "allow").await;
        assert_eq!(thief.comes_for(&asked).await.refused(400), "invalid_grant");
        assert_eq!(portal.comes_for(&asked).await.status, 200, "whoever tried it took nothing away");
    }

    async fn the_id_of_a_request_s_page_opens_nothing(world: World) {
        let portal = polling(&world, "tax-office").await;
        let asked = id(&portal.asks(&[("login_hint", AN.identifier)]).await);
        let mut browser = world.browser();
        let page = AN.reads_request(&mut browser).await;
        let grant = page.path().rsplit('/').next().unwrap().to_owned();
        browser.press(&page, "allow", &[]).await;
        let mut forged = asked.clone().into_bytes();
        let last = forged.len() - 1;
        forged[last] = if forged[last] == b'A' { b'B' } else { b'A' };
        for wrong in [grant.as_str(), std::str::from_utf8(&forged).unwrap(), "senid_ar_", "", &asked.replace("_ar_", "_ac_")] {
            let answer = portal.comes_for(wrong).await;
            assert_eq!(answer.status, 400, "{wrong}: {}", answer.body);
        }
        let code = [("grant_type", "authorization_code"), ("code", &*asked), ("redirect_uri", "https://tax.example/callback")];
        assert_eq!(portal.token(&code).await.refused(400), "invalid_grant");
        assert_eq!(portal.comes_for(&asked).await.status, 200);
    }
}

/// What this citizen's browser is to the flows, and what it has open before it: the request as it waits for an answer.
async fn has_open(world: &World, browser: &mut Browser) -> (Visitor, CurrentSession, Incoming) {
    let page = AN.reads_request(browser).await;
    let cookie = &browser.cookies["senid-session"];
    let visitor = Visitor {
        address: [127, 0, 0, 1].into(),
        device_name: "Firefox on Linux".to_owned(),
        request: RequestId::new(&*world.app(0).random),
        browser: None,
        session: Some(hash_secret(cookie.as_bytes())),
        devices: Vec::new(),
    };
    let current = session::current(world.app(0), &visitor).await.unwrap().expect("a session");
    let id = page.path().rsplit('/').next().unwrap().parse().unwrap();
    let found = incoming::find(world.app(0), current.citizen(), id).await.unwrap();
    let Some(Standing::Open(open)) = found else { panic!("{found:?}") };
    (visitor, current, *open)
}

#[tokio::test]
async fn who_has_denied_a_request_has_not_consented_in_another_tab() {
    let world = World::embedded().await;
    let portal = polling(&world, "tax-office").await;
    let asked = id(&portal.asks(&[("login_hint", AN.identifier)]).await);
    let mut browser = world.browser();
    // Both tabs have read the request as open before the first of them is heard.
    let (visitor, current, open) = has_open(&world, &mut browser).await;
    let app = world.app(0);
    assert_eq!(decide::deny(app, &visitor, &open).await.unwrap(), Decided::Noted);
    let everything = open.request.asked.asks(&open.client).names;
    let answer = Answer { shown: everything.clone(), kept: everything };
    assert_eq!(decide::allow(app, &visitor, &open, &current, &answer).await.unwrap(), Decided::TooLate);
    assert_eq!(portal.comes_for(&asked).await.refused(400), "access_denied");
    assert_eq!(browser.open("/account/portals").await.count(".connected"), 0);
}

#[tokio::test]
async fn a_locked_citizen_allows_nothing() {
    let world = World::embedded().await;
    let portal = polling(&world, "tax-office").await;
    let asked = id(&portal.asks(&[("login_hint", AN.identifier)]).await);
    let mut browser = world.browser();
    let page = AN.reads_request(&mut browser).await;
    browser.press(&page, "allow", &[]).await;
    world.operator().locks(&AN).await;
    assert_eq!(portal.comes_for(&asked).await.refused(400), "invalid_grant");

    let world = World::embedded().await;
    let portal = polling(&world, "tax-office").await;
    let asked = id(&portal.asks(&[("login_hint", AN.identifier)]).await);
    let mut browser = world.browser();
    let page = AN.reads_request(&mut browser).await;
    world.operator().locks_in_the_identity_store(&AN).await;
    assert_ne!(browser.press(&page, "allow", &[]).await.path(), "/account/requests");
    assert_eq!(portal.comes_for(&asked).await.refused(400), "authorization_pending");
}

#[tokio::test]
async fn nothing_that_is_kept_of_a_request_names_a_person() {
    let world = World::embedded().await;
    let portal = polling(&world, "tax-office").await;
    portal.asks(&[("login_hint", AN.identifier)]).await;
    let citizen: CitizenId = world.operator().id_of(&AN).await;
    let set = senid::flows::short_lived::backchannel_requests_to(citizen);
    let ids = world.app(0).sessions.members(&set).await.unwrap();
    let kept = world.app(0).sessions.get(&senid::flows::short_lived::backchannel_request(ids[0])).await.unwrap();
    let kept = format!("{:?}", kept.unwrap());
    assert!(!kept.contains(AN.identifier) && kept.contains("login_hint: None"), "{kept}");
}

#[tokio::test]
async fn a_scope_that_a_client_has_lost_since_is_not_granted() {
    let world = World::embedded().await;
    let portal = polling(&world, "tax-office").await;
    let asked = id(&portal.asks(&[("login_hint", AN.identifier)]).await);
    AN.answers_request(&mut world.browser(), "allow").await;
    world.operator().changes("tax-office", |client| client.scopes = "openid profile".parse().unwrap()).await;
    assert_eq!(portal.comes_for(&asked).await.scope(), "openid profile");
    let asked = id(&portal.asks(&[("login_hint", AN.identifier), ("scope", "openid")]).await);
    AN.answers_request(&mut world.browser(), "allow").await;
    world.operator().changes("tax-office", |client| client.grant_types.clear()).await;
    assert_eq!(portal.comes_for(&asked).await.refused(400), "unauthorized_client");
}
