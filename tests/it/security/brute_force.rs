//! Guessing passwords (CVE-2025-64102, CVE-2026-9798): slow for the guesser, and nobody locks somebody else out.

use std::time::Duration;

use senid::config::Rate;
use senid::domain::password_hash::PasswordHash;
use tokio::task::JoinSet;

use crate::support::World;
use crate::support::world::{AN, BINH, CHAU, Citizen, eventually, on_every_backend};

use super::up_to_password;

/// Types wrong passwords for the citizen until no more are taken, from this address.
async fn exhausts(world: &World, address: &str, citizen: &Citizen) {
    let mut browser = world.browser_at(address);
    let page = up_to_password(&mut browser, &world.portal("tax-office"), citizen).await;
    for number in 1..=10 {
        let wrong = citizen.enters(&mut browser, &page, "a wrong password").await;
        assert_eq!(wrong.status, 401, "{number}");
        if number < 10 {
            world.wait_as_told(&wrong);
        }
    }
    assert_eq!(citizen.enters(&mut browser, &page, "a wrong password").await.status, 429);
}

on_every_backend! {
    async fn guesses_made_at_once_are_not_more_than_guesses_made_one_by_one(world: World) {
        let portal = world.portal("tax-office");
        let mut guessers = Vec::new();
        for _ in 0..30 {
            let mut browser = world.browser();
            let page = up_to_password(&mut browser, &portal, &AN).await;
            guessers.push((browser, page));
        }
        let before = world.app(0).hasher.load().computed;
        let mut guesses = JoinSet::new();
        for (mut browser, page) in guessers {
            guesses.spawn(async move { AN.enters(&mut browser, &page, "a wrong password").await.status.as_u16() });
        }
        let statuses = guesses.join_all().await;
        // Two that nothing waits for, and one that all others would have to wait for.
        assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 3);
        assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 27);
        assert_eq!(world.app(0).hasher.load().computed - before, 3, "what is turned away costs no hash");
    }

    async fn too_many_tries_close_the_door_to_the_right_password_too_and_only_there(world: World) {
        exhausts(&world, "127.0.0.1", &AN).await;
        let portal = world.portal("tax-office");
        let mut browser = world.browser();
        let page = up_to_password(&mut browser, &portal, &AN).await;
        let page = AN.enters(&mut browser, &page, AN.password).await;
        assert_eq!(page.status, 429);
        assert!(page.reply.header("retry-after").parse::<u64>().unwrap() <= 600);
        // Neither someone else on that network nor the citizen on another one is shut out.
        world.signed_in(&portal, &BINH).await;
        let mut elsewhere = world.browser_at("127.0.0.2");
        world.sign_in_again(&mut elsewhere, &portal, &AN).await;
        world.wait(Duration::from_secs(600));
        world.signed_in(&portal, &AN).await;
    }

    async fn after_a_hundred_failures_in_a_row_the_password_alone_works_on_known_devices_only(world: World) {
        let portal = world.portal("tax-office");
        let (mut known, _) = world.signed_in(&portal, &AN).await;
        let id = world.operator().id_of(&AN).await;
        for _ in 0..100 {
            world.app(0).store.write().await.unwrap().passwords().record_failure(id).await.unwrap();
        }
        let mut unknown = world.browser_at("127.0.0.3");
        let page = up_to_password(&mut unknown, &portal, &AN).await;
        assert_eq!(AN.enters(&mut unknown, &page, AN.password).await.status, 401);
        let page = known.open(&portal.start().with("prompt", "login").url()).await;
        AN.goes_through(&mut known, page).await;
    }
}

#[tokio::test]
async fn strangers_on_the_same_network_do_not_shut_out_a_citizen_s_own_device() {
    let most = Rate { most: 12, window: Duration::from_secs(600) };
    let world = World::embedded_with(|settings| settings.throttling.per_address = most).await;
    let portal = world.portal("tax-office");
    let (mut known, _) = world.signed_in(&portal, &AN).await;
    exhausts(&world, "127.0.0.1", &BINH).await;
    let mut stranger = world.browser();
    let page = up_to_password(&mut stranger, &portal, &CHAU).await;
    for expected in [401, 401, 429] {
        assert_eq!(CHAU.enters(&mut stranger, &page, "a wrong password").await.status, expected);
    }
    let page = known.open(&portal.start().with("prompt", "login").url()).await;
    AN.goes_through(&mut known, page).await;
    // The device is known for its own citizen and for nobody else.
    known.cookies.remove("senid-session");
    let page = up_to_password(&mut known, &portal, &CHAU).await;
    assert_eq!(CHAU.enters(&mut known, &page, CHAU.password).await.status, 429);
}

#[tokio::test]
async fn right_passwords_do_not_use_up_a_network_s_tries() {
    let most = Rate { most: 3, window: Duration::from_secs(600) };
    let world = World::embedded_with(|settings| settings.throttling.per_address = most).await;
    for _ in 0..3 {
        for citizen in [AN, BINH, CHAU] {
            world.signed_in(&world.portal("tax-office"), &citizen).await;
        }
    }
}

#[tokio::test]
async fn what_a_client_claims_its_address_to_be_is_not_believed() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let page = up_to_password(&mut browser, &portal, &AN).await;
    let form = page.form_of("login", &[("password", "a wrong password")]);
    let pairs: Vec<_> = form.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let body = crate::support::world::web::encode(&pairs);
    let mut statuses = Vec::new();
    for number in 0..5 {
        let (claim, forwarded) = (format!("203.0.113.{number}"), format!("for=203.0.113.{number}"));
        let headers = [
            ("x-forwarded-for", claim.as_str()),
            ("forwarded", &forwarded),
            ("x-real-ip", &claim),
            ("true-client-ip", &claim),
            ("origin", &world.issuer),
        ];
        let reply = browser.request(http::Method::POST, &page.url, Some(body.clone()), &headers).await;
        statuses.push(reply.status.as_u16());
    }
    assert_eq!(statuses, [401, 401, 401, 429, 429]);
}

/// The lock is looked at when a try begins and when it ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_that_comes_while_the_password_is_checked_counts() {
    let world = World::embedded().await;
    let mut browser = world.browser();
    let page = up_to_password(&mut browser, &world.portal("tax-office"), &AN).await;
    // The one hashing thread is busy with a hash that takes its time, so that the try waits in the queue.
    let app = world.app(0).clone();
    let costly = PasswordHash::from_phc(
        "$argon2id$v=19$m=131072,t=4,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    );
    let busy = tokio::spawn(async move { app.hasher.verify(None, Some(&costly)).await });
    eventually("the thread is busy", async || world.app(0).hasher.load().running == 1).await;
    let trying = tokio::spawn(async move { (AN.enters(&mut browser, &page, AN.password).await, browser) });
    eventually("the try waits", async || world.app(0).hasher.load().waiting == 1).await;
    world.wait(Duration::from_secs(1));
    world.operator().locks(&AN).await;
    let (answer, mut browser) = trying.await.unwrap();
    assert!(busy.await.unwrap().is_ok());
    assert_eq!(answer.status, 401);
    assert!(!browser.cookies.contains_key("senid-session"));
    world.operator().unlocks(&AN).await;
    assert_eq!(browser.open("/account").await.path(), "/account/sign-in");
}

#[tokio::test]
async fn a_flood_of_tries_is_written_down_once_a_window() {
    let world = World::embedded().await;
    exhausts(&world, "127.0.0.1", &AN).await;
    let mut browser = world.browser();
    let page = up_to_password(&mut browser, &world.portal("tax-office"), &AN).await;
    for _ in 0..19 {
        AN.enters(&mut browser, &page, "a wrong password").await;
    }
    let refused = |why: &str| {
        let metric = format!("senid_sign_ins_total{{outcome=\"{why}\"}}");
        let text = world.app(0).metrics.encode(0).unwrap();
        text.lines().find_map(|line| line.strip_prefix(&metric)?.trim().parse::<u64>().ok())
    };
    assert_eq!(refused("throttled"), Some(20), "{}", world.app(0).metrics.encode(0).unwrap());
    world.app(0).audit.flush().await;
    let written = super::audit_and_logs::audit_rows(&world, "throttled").await;
    assert_eq!(written, 1);
}
