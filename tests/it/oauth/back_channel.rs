//! OpenID Connect Back-Channel Logout 1.0: whoever took part in a session is told when it ends.

use std::time::Duration;

use senid::domain::logout::{Delivery, DeliveryState, LEASE};
use senid::domain::time::Clock;
use serde_json::Value;

use crate::support::World;
use crate::support::world::{AN, BINH, Browser, Office, Portal, eventually, on_every_backend, proof};

/// A portal with its server, which is open.
async fn office(world: &World, client: &'static str) -> (Portal, Office) {
    let mut office = Office::new(&world.issuer, client, world.clock.clone());
    office.opens();
    world.operator().changes(client, office.registers()).await;
    (world.portal(client), office)
}

/// An signs in to the portal, and the portal begins a session of its own with what the ID token says.
async fn sign_in(world: &World, browser: &mut Browser, at: &(Portal, Office)) -> Value {
    let tokens = world.sign_in_again(browser, &at.0, &AN).await;
    let claims = at.0.id_token(&tokens).await;
    at.1.signs_in(&claims);
    claims
}

async fn is_told(at: &(Portal, Office), claims: &Value) {
    eventually("the portal ends its session", async || !at.1.is_signed_in(claims)).await;
}

async fn signs_out(browser: &mut Browser, portal: &Portal) {
    let page = browser.open(&portal.logout(&[])).await;
    browser.press(&page, "logout-confirm", &[]).await;
}

async fn deliveries(world: &World, client: &str) -> Vec<Delivery> {
    let client = client.parse().unwrap();
    let mut reading = world.app(0).store.read().await.unwrap();
    reading.logout_outbox().list(Some(&client), None, None, 100).await.unwrap().items
}

/// Waits until the newest delivery to `client` is in `state`, and gives it.
async fn settled(world: &World, client: &str, state: DeliveryState) -> Delivery {
    eventually(state.as_str(), async || deliveries(world, client).await.first().is_some_and(|d| d.state == state))
        .await;
    deliveries(world, client).await.remove(0)
}

/// Waits until the newest delivery to `client` has been tried so often and waits for the next attempt.
async fn postponed(world: &World, client: &str, attempts: u32) -> Delivery {
    // While an attempt is under way, its lease stands where the next one's time will.
    let waits = |delivery: &Delivery| {
        let under_way = delivery.due_at == world.clock.now() + LEASE;
        delivery.state == DeliveryState::Pending && delivery.attempts == attempts && !under_way
    };
    eventually("it waits for its next attempt", async || deliveries(world, client).await.first().is_some_and(waits))
        .await;
    deliveries(world, client).await.remove(0)
}

on_every_backend! {
    async fn whoever_took_part_is_told_what_its_id_token_said(world: World) {
        // Three algorithms, pairwise and public subjects.
        let portals = [office(&world, "tax-office").await, office(&world, "library").await, office(&world, "registry").await];
        let mut browser = world.browser();
        let mut claims = Vec::new();
        for at in &portals {
            claims.push(sign_in(&world, &mut browser, at).await);
        }
        let tokens = world.sign_in_again(&mut browser, &portals[0].0, &AN).await;
        browser.open(&portals[0].0.logout(&[("id_token_hint", &tokens.id_token())])).await;
        for (at, claims) in portals.iter().zip(&claims) {
            is_told(at, claims).await;
            assert_eq!(at.1.told().len(), 1);
        }
        settled(&world, "library", DeliveryState::Delivered).await;
        let events = world.operator().events_of_client("library").await;
        assert!(events.iter().any(|event| event.kind.is_some_and(|kind| kind.as_str() == "logout.delivered")));
    }

    async fn a_changed_sector_or_subject_type_does_not_change_what_the_client_is_told(world: World) {
        let at = office(&world, "tax-office").await;
        let mut browser = world.browser();
        let claims = sign_in(&world, &mut browser, &at).await;
        world.operator().changes("tax-office", |client| client.sector_identifier = "merged.example".to_owned()).await;
        signs_out(&mut browser, &at.0).await;
        is_told(&at, &claims).await;
    }

    async fn every_way_that_a_session_ends_is_told(world: World) {
        let at = office(&world, "tax-office").await;

        // Someone else signs in at the same browser.
        let mut browser = world.browser();
        let claims = sign_in(&world, &mut browser, &at).await;
        let started = at.0.start().with("prompt", "login");
        let page = browser.open(&started.url()).await;
        BINH.goes_through(&mut browser, page).await;
        is_told(&at, &claims).await;

        // From the account, at another browser.
        let mut lost = world.browser();
        let claims = sign_in(&world, &mut lost, &at).await;
        let mut here = world.browser();
        sign_in(&world, &mut here, &at).await;
        let page = here.open(&world.at("/account/sessions")).await;
        here.press(&page, "end-others", &[]).await;
        is_told(&at, &claims).await;

        // The person withdraws what they allowed: this client is told, though the session goes on.
        let mut browser = world.browser();
        let library = office(&world, "library").await;
        let claims = sign_in(&world, &mut browser, &at).await;
        let others = sign_in(&world, &mut browser, &library).await;
        let page = browser.open(&world.at("/account/portals/tax-office/withdraw")).await;
        browser.press(&page, "withdraw-confirm", &[]).await;
        is_told(&at, &claims).await;
        assert!(library.1.told().is_empty());

        // An operator locks the account: all sessions, all clients.
        world.operator().locks(&AN).await;
        is_told(&library, &others).await;
    }

    async fn a_portal_that_is_down_is_told_when_it_is_back(world: World) {
        let mut down = Office::new(&world.issuer, "library", world.clock.clone());
        world.operator().changes("library", down.registers()).await;
        let mut at = (world.portal("library"), down);
        let mut browser = world.browser();
        let claims = sign_in(&world, &mut browser, &at).await;
        // Nobody waits for it.
        signs_out(&mut browser, &at.0).await;
        let first = postponed(&world, "library", 1).await;
        assert_eq!(first.fault.as_deref(), Some("unreachable"));
        world.wait(Duration::from_secs(4));
        let second = postponed(&world, "library", 2).await;
        let pause = second.due_at.since(world.clock.now());
        assert!((Duration::from_secs(4)..=Duration::from_secs(8)).contains(&pause), "{pause:?}");
        at.1.opens();
        world.wait(Duration::from_secs(8));
        is_told(&at, &claims).await;
        let delivered = settled(&world, "library", DeliveryState::Delivered).await;
        assert_eq!((delivered.attempts, delivered.fault), (3, None));
        down = at.1;
        assert_eq!(down.told().len(), 1);
    }
}

#[tokio::test]
async fn what_nobody_takes_in_a_day_is_shown_as_undelivered_and_can_be_tried_again() {
    let world = World::embedded().await;
    let at = office(&world, "library").await;
    at.1.answers(Some(503));
    let mut browser = world.browser();
    let claims = sign_in(&world, &mut browser, &at).await;
    signs_out(&mut browser, &at.0).await;
    let first = postponed(&world, "library", 1).await;
    assert_eq!(first.fault.as_deref(), Some("status_503"));
    world.wait(Duration::from_secs(24 * 3600));
    let given_up = settled(&world, "library", DeliveryState::Undelivered).await;
    assert_eq!((given_up.attempts, given_up.fault.as_deref()), (2, Some("status_503")));
    assert!(at.1.is_signed_in(&claims));

    at.1.answers(None);
    world.operator().retries(given_up.id).await;
    is_told(&at, &claims).await;
    settled(&world, "library", DeliveryState::Delivered).await;
}

#[tokio::test]
async fn a_portal_that_refuses_is_not_asked_again() {
    let world = World::embedded().await;
    let at = office(&world, "library").await;
    at.1.answers(Some(400));
    let mut browser = world.browser();
    sign_in(&world, &mut browser, &at).await;
    signs_out(&mut browser, &at.0).await;
    let refused = settled(&world, "library", DeliveryState::Refused).await;
    assert_eq!((refused.attempts, refused.fault.as_deref()), (1, Some("status_400")));
    world.wait(Duration::from_secs(3600));
    // Another sign-out is told, and overtakes nothing.
    at.1.answers(None);
    let claims = sign_in(&world, &mut browser, &at).await;
    signs_out(&mut browser, &at.0).await;
    is_told(&at, &claims).await;
    assert_eq!(at.1.told().len(), 2);
}

#[tokio::test]
async fn every_attempt_has_a_token_of_its_own() {
    let world = World::embedded().await;
    let at = office(&world, "library").await;
    at.1.answers(Some(500));
    let mut browser = world.browser();
    let claims = sign_in(&world, &mut browser, &at).await;
    signs_out(&mut browser, &at.0).await;
    postponed(&world, "library", 1).await;
    at.1.answers(None);
    world.wait(Duration::from_secs(600));
    is_told(&at, &claims).await;
    let told = at.1.told();
    let [first, second] = &told[..] else { panic!("{} attempts", told.len()) };
    let jwks = world.get("/jwks.json").await.json();
    let (first, second) = (proof::verify(first, &jwks), proof::verify(second, &jwks));
    assert_ne!(first["jti"], second["jti"]);
    assert!(second["iat"].as_i64() > first["exp"].as_i64());
}

#[tokio::test]
async fn a_code_is_not_exchanged_once_its_session_has_ended() {
    let world = World::embedded().await;
    let at = office(&world, "tax-office").await;
    let (mut browser, tokens) = world.signed_in(&at.0, &AN).await;
    let silent = at.0.start().with("prompt", "none");
    let code = browser.open(&silent.url()).await.code();
    browser.open(&at.0.logout(&[("id_token_hint", &tokens.id_token())])).await;
    // Who took part has been told; this portal would begin a session that nobody ends.
    let refused = at.0.exchange(&silent, &code).await;
    assert_eq!(refused.refused(400), "invalid_grant");
    assert!(refused.refusal().1.contains("signed out"), "{}", refused.body);
}

#[tokio::test]
async fn an_office_of_the_authority_s_own_network_is_not_called_unless_the_settings_say_so() {
    let world = World::embedded_with(|settings| settings.outbound.allow_loopback = false).await;
    let at = office(&world, "library").await;
    let mut browser = world.browser();
    sign_in(&world, &mut browser, &at).await;
    signs_out(&mut browser, &at.0).await;
    let first = postponed(&world, "library", 1).await;
    assert_eq!(first.fault.as_deref(), Some("not_https"));
    assert!(at.1.told().is_empty());
}

#[tokio::test]
async fn who_has_no_back_channel_leaves_no_delivery() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    signs_out(&mut browser, &portal).await;
    assert!(deliveries(&world, "tax-office").await.is_empty());
}

#[tokio::test]
async fn a_logout_token_is_taken_for_nothing_else() {
    let world = World::embedded().await;
    let at = office(&world, "library").await;
    let mut browser = world.browser();
    sign_in(&world, &mut browser, &at).await;
    signs_out(&mut browser, &at.0).await;
    eventually("it is told", async || !at.1.told().is_empty()).await;
    let token = at.1.told().remove(0);

    sign_in(&world, &mut browser, &at).await;
    let page = browser.open(&at.0.logout(&[("id_token_hint", &token)])).await;
    assert_eq!(page.status, 400, "no hint to sign out with");
    assert!(page.text().contains("id_token_hint is not an ID token of this issuer"), "{}", page.text());
    let started = at.0.start().with("prompt", "none");
    let refused = browser.open(&started.clone().with("id_token_hint", &token).url()).await;
    assert_ne!(refused.refusal().0, "", "no hint to sign in with");
    assert_eq!(at.0.userinfo(&token).await.status, 401, "no access token");
    assert_eq!(at.0.refresh(&token).await.refused(400), "invalid_grant", "no refresh token");
    assert!(browser.open(&started.url()).await.answer().contains_key("code"), "and nobody is signed out by it");
}
