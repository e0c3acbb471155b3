//! The device grant: RFC 8628. A device asks, a person decides elsewhere, the device gets its tokens once.

use std::time::Duration;

use senid::domain::client::{BackChannelDelivery, PolicyName};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::support::World;
use crate::support::world::device::{DEVICE_CODE, Waiting};
use crate::support::world::{AN, BINH, Browser, DpopKey, Portal, Reply, on_every_backend};

const SECOND: Duration = Duration::from_secs(1);

/// Enters the code, signs in, and allows what is asked.
async fn is_allowed(world: &World, waiting: &Waiting) -> Browser {
    let mut browser = world.browser();
    let page = browser.types_code(&waiting.user_code).await;
    let page = AN.signs_in(&mut browser, &page).await;
    let page = AN.allows(&mut browser, &page).await;
    assert_eq!((page.path(), page.heading().as_str()), ("/device/done", "Go back to the other device"));
    browser
}

async fn waits(portal: &Portal, waiting: &Waiting) {
    assert_eq!(portal.asks_with(waiting).await.refused(400), "authorization_pending");
}

on_every_backend! {
    async fn a_device_gets_its_tokens_once_a_person_has_allowed_it(world: World) {
        let world = world.with_devices(&["tax-app"]).await;
        let app = world.portal("tax-app");
        let reply = app.asks_for_codes(&[("scope", "openid profile offline_access"), ("nonce", "of-the-device")]).await;
        assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (200, "no-store"));
        let (waiting, json) = (Waiting::read(&reply), reply.json());
        assert_eq!((json["expires_in"].as_u64(), json["interval"].as_u64()), (Some(600), Some(5)));
        assert!(waiting.device_code.starts_with("senid_dc_"));
        assert_eq!(waiting.verification_uri, world.at("/device"));
        assert_eq!(waiting.verification_uri_complete, world.at(&format!("/device?user_code={}", waiting.user_code)));
        waits(&app, &waiting).await;

        is_allowed(&world, &waiting).await;
        let tokens = app.asks_with(&waiting).await;
        assert_eq!((tokens.status.as_u16(), &tokens.headers["cache-control"]), (200, &"no-store".parse().unwrap()));
        assert_eq!(tokens.scope(), "offline_access openid profile");
        let claims = app.id_token(&tokens).await;
        assert_eq!((&claims["nonce"], &claims["acr"]), (&Value::from("of-the-device"), &Value::from("urn:senid:aal:1")));
        assert_eq!(app.claims(&tokens.access_token()).await["name"], AN.name);
        assert_eq!(app.refresh(&tokens.refresh_token()).await.status, 200);
        // The person who signed in at the device is the one whom the office's portal knows.
        let (_, at_the_portal) = world.signed_in(&world.portal("tax-office"), &AN).await;
        assert_eq!(world.portal("tax-office").id_token(&at_the_portal).await["sub"], claims["sub"]);
    }

    async fn who_asks_too_often_is_told_to_slow_down_and_stays_slower(world: World) {
        let world = world.with_devices(&["tax-app"]).await;
        let app = world.portal("tax-app");
        let waiting = app.begins_on_a_device().await;
        waits(&app, &waiting).await;
        world.wait(4 * SECOND);
        assert_eq!(app.asks_with(&waiting).await.refused(400), "slow_down");
        world.wait(9 * SECOND);
        assert_eq!(app.asks_with(&waiting).await.refused(400), "slow_down", "five seconds were added");
        world.wait(15 * SECOND);
        waits(&app, &waiting).await;
        world.wait(14 * SECOND);
        assert_eq!(app.asks_with(&waiting).await.refused(400), "slow_down", "and are kept");
        // An answer is not held back from it.
        is_allowed(&world, &waiting).await;
        assert_eq!(app.asks_with(&waiting).await.status, 200);
    }

    async fn a_refusal_is_told_to_the_device_and_stands(world: World) {
        let world = world.with_devices(&["tax-app"]).await;
        let app = world.portal("tax-app");
        let waiting = app.begins_on_a_device().await;
        let mut browser = world.browser();
        let page = browser.types_code(&waiting.user_code).await;
        let page = AN.signs_in(&mut browser, &page).await;
        let asked = page.clone();
        let page = browser.press(&page, "deny", &[]).await;
        assert_eq!(page.heading(), "Nothing was allowed");
        let (error, told) = app.asks_with(&waiting).await.refusal();
        assert_eq!((error.as_str(), told.as_str()), ("access_denied", "the person did not allow it"));
        // Once decided is decided.
        assert_eq!(browser.press(&asked, "allow", &[]).await.heading(), "This code is over");
        assert_eq!(app.asks_with(&waiting).await.refused(400), "access_denied");
    }

    async fn a_code_expires_and_is_remembered_for_a_while_after(world: World) {
        let world = world.with_devices(&["tax-app"]).await;
        let app = world.portal("tax-app");
        let waiting = app.begins_on_a_device().await;
        let allowed = app.begins_on_a_device().await;
        world.wait(599 * SECOND);
        waits(&app, &waiting).await;
        let mut browser = is_allowed(&world, &allowed).await;
        let page = browser.types_code(&waiting.user_code).await;
        world.wait(SECOND);
        assert_eq!(browser.press(&page, "allow", &[]).await.heading(), "This code is over");
        let told = "the device_code has expired: begin again";
        assert_eq!(app.asks_with(&waiting).await.refusal(), ("expired_token".to_owned(), told.to_owned()));
        assert_eq!(app.asks_with(&allowed).await.refused(400), "expired_token", "allowed, and not fetched in time");
        world.wait(600 * SECOND);
        assert_eq!(app.asks_with(&waiting).await.refused(400), "invalid_grant");
    }

    async fn of_a_hundred_redemptions_at_once_one_wins_and_what_it_won_dies(world: World) {
        let world = world.with_devices(&["tax-app"]).await;
        let app = world.portal("tax-app");
        let waiting = app.begins_on_a_device().await;
        is_allowed(&world, &waiting).await;
        let mut redemptions = JoinSet::new();
        for _ in 0..100 {
            let (app, waiting) = (app.clone(), waiting.clone());
            redemptions.spawn(async move { app.asks_with(&waiting).await });
        }
        let answers = redemptions.join_all().await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
        for answer in &lost {
            assert_eq!(answer.refused(400), "invalid_grant");
        }
        // As with an authorization code, a replay may be seen before the winner has written its grant.
        assert!(won.len() <= 1, "{} redemptions won", won.len());
        for tokens in &won {
            assert_eq!(app.userinfo(&tokens.access_token()).await.status, 401);
            assert_eq!(app.refresh(&tokens.refresh_token()).await.refused(400), "invalid_grant");
        }
    }

    async fn a_code_that_comes_again_ends_what_was_issued_for_it(world: World) {
        let world = world.with_devices(&["tax-app"]).await;
        let app = world.portal("tax-app");
        let waiting = app.begins_on_a_device().await;
        is_allowed(&world, &waiting).await;
        let tokens = app.asks_with(&waiting).await;
        assert_eq!(app.userinfo(&tokens.access_token()).await.status, 200);
        let told = "the device_code was already used; the tokens it was exchanged for have been revoked";
        assert_eq!(app.asks_with(&waiting).await.refusal(), ("invalid_grant".to_owned(), told.to_owned()));
        assert_eq!(app.userinfo(&tokens.access_token()).await.status, 401);
        let kinds = world.operator().events_at("tax-app").await;
        assert!(kinds.iter().any(|event| event.kind.is_some_and(|kind| kind.as_str() == "code.replayed")));
    }

    async fn a_decision_is_made_once_however_many_are_sent(world: World) {
        let world = world.with_devices(&["tax-app"]).await;
        let app = world.portal("tax-app");
        let waiting = app.begins_on_a_device().await;
        let mut browser = world.browser();
        let page = browser.types_code(&waiting.user_code).await;
        let page = AN.signs_in(&mut browser, &page).await;
        let mut decisions = JoinSet::new();
        for number in 0..20 {
            let (mut browser, page) = (browser.clone(), page.clone());
            let button = if number % 2 == 0 { "allow" } else { "deny" };
            decisions.spawn(async move { browser.press(&page, button, &[]).await.heading() });
        }
        let headings = decisions.join_all().await;
        // Those that come after it find no code, and after the tenth of them the person is told to wait.
        let outcomes = ["Go back to the other device", "Nothing was allowed"];
        let decided: Vec<&String> = headings.iter().filter(|heading| outcomes.contains(&heading.as_str())).collect();
        assert_eq!(decided.len(), 1, "{headings:?}");
        let answer = app.asks_with(&waiting).await;
        match decided[0].as_str() {
            "Go back to the other device" => assert_eq!(answer.status, 200),
            _ => assert_eq!(answer.refused(400), "access_denied"),
        }
    }
}

/// The clients that the table of faults needs, and no more: what one server says the others say, too.
async fn world() -> World {
    World::embedded().await.with_devices(&["tax-app", "tax-office", "library"]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_held_against_the_rules_of_every_authorization_request() {
    let world = world().await;
    let app = world.portal("tax-app");
    for (form, error, told) in [
        (&[("scope", "profile")][..], "invalid_scope", "scope must contain openid"),
        (&[("scope", "openid email")], "invalid_scope", "the scope email is not registered for this client"),
        (&[("scope", "openid \"")], "invalid_scope", "scope has a character that no scope may have"),
        (&[("scope", "openid"), ("scope", "openid")], "invalid_request", "scope is given more than once"),
        (&[("scope", "openid"), ("max_age", "soon")], "invalid_request", "max_age must be a number of seconds"),
        (
            &[("scope", "openid"), ("id_token_hint", "x")],
            "invalid_request",
            "id_token_hint is not an ID token of this issuer",
        ),
        (
            &[
                ("scope", "openid"),
                ("claims", r#"{"id_token":{"acr":{"essential":true,"values":["phr","urn:senid:aal:4"]}}}"#),
            ],
            "unmet_authentication_requirements",
            "claims: none of the values of the essential id_token.acr can be met",
        ),
        (
            &[("scope", "openid"), ("request", "e30.e30.")],
            "request_not_supported",
            "request has no meaning at the device authorization endpoint",
        ),
        (
            &[("scope", "openid"), ("request_uri", "https://tax.example/r")],
            "request_uri_not_supported",
            "request_uri has no meaning at the device authorization endpoint",
        ),
    ] {
        let reply = app.asks_for_codes(form).await;
        let json = reply.json();
        assert_eq!(reply.status, 400, "{form:?}");
        assert_eq!((json["error"].as_str(), json["error_description"].as_str()), (Some(error), Some(told)), "{form:?}");
    }
    // What belongs to a browser's way here and back has no meaning.
    let browsers = [("scope", "openid"), ("state", "x"), ("response_type", "token"), ("redirect_uri", "https://x")];
    assert_eq!(app.asks_for_codes(&browsers).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_under_the_baseline_begins_and_one_whose_requests_are_signed_does_not() {
    let world = world().await;
    let app = world.portal("tax-app");
    world.operator().changes("tax-app", |client| client.policy.set = PolicyName::baseline()).await;
    let waiting = app.begins_on_a_device().await;
    is_allowed(&world, &waiting).await;
    assert_eq!(app.asks_with(&waiting).await.status, 200);

    world.operator().changes("library", |client| client.request_objects.required = true).await;
    let reply = world.portal("library").asks_for_codes(&[("scope", "openid")]).await;
    let told = "request or request_uri is missing: this client's requests are signed";
    assert_eq!((reply.status.as_u16(), reply.json()["error_description"].as_str()), (400, Some(told)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_client_that_is_registered_for_it_begins_and_redeems() {
    let world = world().await;
    let told = "this client is not registered for the grant type urn:ietf:params:oauth:grant-type:device_code";
    let archive = world.portal("archive");
    let reply = archive.asks_for_codes(&[("scope", "openid")]).await;
    assert_eq!((reply.status.as_u16(), reply.json()["error"].as_str()), (400, Some("unauthorized_client")));
    assert_eq!(reply.json()["error_description"], told);
    let answer = archive.token(&[("grant_type", DEVICE_CODE), ("device_code", "senid_dc_x")]).await;
    assert_eq!(answer.refusal(), ("unauthorized_client".to_owned(), told.to_owned()));

    // A confidential client proves itself at both.
    let mut impostor = world.portal("tax-office");
    impostor.registration.secret = "a guess";
    assert_eq!(impostor.asks_for_codes(&[("scope", "openid")]).await.status, 401);
    let reply = crate::support::world::web::get(&world.at("/device_authorization"), &[]).await;
    assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, "POST"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_good_for_its_client_and_for_nothing_else() {
    let world = world().await;
    let (app, office) = (world.portal("tax-app"), world.portal("tax-office"));
    let waiting = app.begins_on_a_device().await;
    is_allowed(&world, &waiting).await;
    let told = "the device_code was issued to another client";
    assert_eq!(office.asks_with(&waiting).await.refusal(), ("invalid_grant".to_owned(), told.to_owned()));
    let user_code = Waiting { device_code: waiting.user_code.clone(), ..waiting.clone() };
    for code in [&user_code, &Waiting { device_code: format!("{}A", waiting.device_code), ..waiting.clone() }] {
        assert_eq!(app.asks_with(code).await.refused(400), "invalid_grant");
    }
    let missing = app.token(&[("grant_type", DEVICE_CODE)]).await;
    assert_eq!(missing.refusal(), ("invalid_request".to_owned(), "device_code is missing".to_owned()));
    let as_code = [
        ("grant_type", "authorization_code"),
        ("code", &*waiting.device_code),
        ("redirect_uri", "http://127.0.0.1/callback"),
    ];
    assert_eq!(app.token(&as_code).await.refused(400), "invalid_grant");
    // Nothing of that has spent it.
    assert_eq!(app.asks_with(&waiting).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_ends_between_the_decision_and_the_tokens_ends_them() {
    let world = world().await;
    let app = world.portal("tax-app");
    let decided = async || {
        let waiting = app.begins_on_a_device().await;
        let browser = is_allowed(&world, &waiting).await;
        (waiting, browser)
    };
    let (waiting, mut browser) = decided().await;
    let page = browser.open("/account/portals/tax-app/withdraw").await;
    browser.press(&page, "withdraw-confirm", &[]).await;
    assert_eq!(app.asks_with(&waiting).await.refused(400), "invalid_grant");

    let (waiting, mut browser) = decided().await;
    let page = browser.open("/logout").await;
    browser.press(&page, "logout-confirm", &[]).await;
    let told = "the person has signed out since";
    assert_eq!(app.asks_with(&waiting).await.refusal(), ("invalid_grant".to_owned(), told.to_owned()));

    let (waiting, _) = decided().await;
    world.operator().locks(&AN).await;
    let told = "the account is locked, or was signed out everywhere";
    assert_eq!(app.asks_with(&waiting).await.refusal(), ("invalid_grant".to_owned(), told.to_owned()));

    world.operator().disables("tax-app").await;
    assert_eq!(app.asks_with(&waiting).await.refused(401), "invalid_client");
    assert_eq!(app.asks_for_codes(&[("scope", "openid")]).await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_answer_and_how_fresh_they_are_is_for_the_client_to_say() {
    let world = world().await;
    let app = world.portal("tax-app");
    let (mut browser, tokens) = world.signed_in(&app, &AN).await;
    let hint = tokens.id_token();
    let for_an = Waiting::read(&app.asks_for_codes(&[("scope", "openid"), ("id_token_hint", &hint)]).await);
    let mut of_binh = world.browser();
    let page = of_binh.types_code(&for_an.user_code).await;
    let page = BINH.signs_in(&mut of_binh, &page).await;
    assert_eq!(page.heading(), "This account cannot answer");
    waits(&app, &for_an).await;

    // The one who is meant answers; signed in too long ago, they do so again first.
    let fresh = Waiting::read(&app.asks_for_codes(&[("scope", "openid"), ("max_age", "60")]).await);
    let page = browser.types_code(&fresh.user_code).await;
    world.wait(61 * SECOND);
    let page = AN.allows(&mut browser, &page).await;
    assert!(page.has("#username"), "{}", page.heading());
    waits(&app, &fresh).await;
    let page = AN.signs_in(&mut browser, &page).await;
    let page = AN.allows(&mut browser, &page).await;
    assert_eq!(page.heading(), "Go back to the other device");
    let auth_time = app.id_token(&app.asks_with(&fresh).await).await["auth_time"].as_i64();
    assert_eq!(auth_time, Some(crate::support::world::NOW.seconds() + 61));
    let page = browser.types_code(&for_an.user_code).await;
    AN.allows(&mut browser, &page).await;
    assert_eq!(app.asks_with(&for_an).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_proven_when_the_tokens_are_fetched_and_no_sooner() {
    let world = world().await;
    let (app, key) = (world.portal("tax-app"), DpopKey::new("the device's"));
    world.may_ask("tax-office", BackChannelDelivery::Poll).await;
    let office = world.portal("tax-office");
    let asked = [("scope", "openid"), ("login_hint", AN.identifier)];
    let promised = [("scope", "openid"), ("dpop_jkt", &*key.jkt())];
    let refusal = |reply: Reply| {
        let json = reply.json();
        assert_eq!((reply.status.as_u16(), &json["error"]), (400, &"invalid_request".into()), "{}", reply.body);
        json["error_description"].as_str().unwrap().to_owned()
    };
    let told = "dpop_jkt binds nothing here: the key is proven when the tokens are fetched";
    assert_eq!(refusal(app.asks_for_codes(&promised).await), told);
    let told = "a DPoP proof binds nothing here: it is sent when the tokens are fetched";
    assert_eq!(refusal(app.call_by(&key, "/device_authorization", &asked[..1]).await), told);
    assert_eq!(refusal(office.call_by(&key, "/bc-authorize", &asked).await), told);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_fills_the_store_in_a_public_clients_name() {
    let few = senid::config::Rate { most: 3, window: Duration::from_secs(600) };
    let world = World::embedded_with(|settings| settings.throttling.device_codes_per_address = few).await;
    let world = world.with_devices(&["tax-app", "tax-office"]).await;
    let (app, office) = (world.portal("tax-app"), world.portal("tax-office"));
    for _ in 0..3 {
        app.begins_on_a_device().await;
    }
    let reply = app.asks_for_codes(&[("scope", "openid")]).await;
    assert_eq!((reply.status.as_u16(), reply.json()["error"].as_str()), (503, Some("temporarily_unavailable")));
    assert!((1..=600).contains(&reply.header("retry-after").parse::<u64>().unwrap()));
    office.begins_on_a_device().await;
    world.wait(600 * SECOND);
    app.begins_on_a_device().await;
}
