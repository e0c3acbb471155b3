//! Guessing passwords (CVE-2025-64102, CVE-2026-9798): slow for the guesser, and nobody locks somebody else out.

use std::collections::BTreeMap;
use std::time::Duration;

use senid::config::Rate;
use senid::domain::password_hash::PasswordHash;
use tokio::task::JoinSet;

use crate::support::world::passkey::{has_enrolled, uses};
use crate::support::world::{AN, BINH, Backend, Browser, CHAU, Citizen, Page, eventually, on_every_backend};
use crate::support::{Authenticator, World};

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

/// A portal's sign-in that one stranger goes on with from wherever they like.
async fn stranger_at_password(world: &World, citizen: &Citizen) -> (Browser, Page) {
    let mut stranger = world.browser();
    let page = up_to_password(&mut stranger, &world.portal("tax-office"), citizen).await;
    (stranger, page)
}

async fn a_thousand_guesses_from_everywhere_stop_at_the_cap_and_stop_nobody_at_home(world: World) {
    let mut phone = Authenticator::phone(&world.issuer);
    let mut at_home = has_enrolled(&world, &AN, &mut phone).await;
    let (mut stranger, page) = stranger_at_password(&world, &AN).await;
    let before = world.app(0).hasher.load().computed;
    let mut statuses = BTreeMap::new();
    for number in 0..1000 {
        stranger = stranger.moved_to(&format!("127.{}.{}.{}", 1 + number % 50, 1 + number % 7, 1 + number % 250));
        *statuses.entry(AN.enters(&mut stranger, &page, "a wrong password").await.status.as_u16()).or_insert(0) += 1;
    }
    assert_eq!(statuses, BTreeMap::from([(401, 100), (429, 900)]));
    assert_eq!(world.app(0).hasher.load().computed - before, 100, "what is turned away costs no hash");
    world.app(0).background.idle().await;
    // The right one is none of theirs to find any more, wherever they try it from; on another day it still is not.
    for (wait, status) in [(0, 429), (86_400, 401)] {
        world.wait(Duration::from_secs(wait));
        let mut fresh = world.browser_at("127.77.0.1");
        let page = up_to_password(&mut fresh, &world.portal("tax-office"), &AN).await;
        assert_eq!(AN.enters(&mut fresh, &page, AN.password).await.status, status);
    }
    // With the passkey the citizen is let in anywhere, where the guesses came from too.
    for address in ["127.77.0.1", "127.1.1.1"] {
        let mut anywhere = world.browser_at(address);
        let page = anywhere.open(&world.portal("tax-office").start().url()).await;
        let page = uses(&mut anywhere, &page, &mut phone).await;
        assert!(page.has("#allow"), "{}: {}", page.url, page.text());
    }
    // With the password on the device at home, and after that everywhere.
    at_home.cookies.remove("senid-session");
    for mut browser in [at_home, world.browser_at("127.77.0.1")] {
        let page = up_to_password(&mut browser, &world.portal("tax-office"), &AN).await;
        let page = AN.enters(&mut browser, &page, AN.password).await;
        // The citizen has a passkey, and is asked for it in every sign-in with a password.
        assert!(page.path().ends_with("/step-up"), "{}: {}", page.url, page.text());
        let page = browser.press(&page, "use-passkey", &[]).await;
        let page = uses(&mut browser, &page, &mut phone).await;
        assert!(page.has("#allow"), "{}: {}", page.url, page.text());
    }
}

async fn a_thousand_accounts_from_one_address_are_not_tried(world: World) {
    let (mut at_home, _) = world.signed_in(&world.portal("tax-office"), &AN).await;
    let mut stranger = world.browser();
    let names = stranger.open(&world.portal("tax-office").start().url()).await;
    let before = world.app(0).hasher.load().computed;
    let mut statuses = BTreeMap::new();
    for number in 0..1000 {
        let identifier: &'static str = format!("001099{number:06}").leak();
        let somebody = Citizen { identifier, ..AN };
        let page = somebody.identifies(&mut stranger, &names).await;
        *statuses.entry(somebody.enters(&mut stranger, &page, "123456").await.status.as_u16()).or_insert(0) += 1;
    }
    assert_eq!(statuses, BTreeMap::from([(401, 300), (429, 700)]));
    assert_eq!(world.app(0).hasher.load().computed - before, 300, "what is turned away costs no hash");
    // A citizen behind that address signs in on their own device, and anybody from another address.
    at_home.cookies.remove("senid-session");
    for mut browser in [at_home, world.browser_at("127.0.0.2")] {
        let page = up_to_password(&mut browser, &world.portal("tax-office"), &AN).await;
        assert!(!AN.enters(&mut browser, &page, AN.password).await.has("#password"));
    }
}

mod embedded_at_scale {
    use super::{Backend, World};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_thousand_guesses_from_everywhere_stop_at_the_cap_and_stop_nobody_at_home() {
        let world = World::with_passkeys(Backend::embedded().await).await;
        super::a_thousand_guesses_from_everywhere_stop_at_the_cap_and_stop_nobody_at_home(world).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_thousand_accounts_from_one_address_are_not_tried() {
        super::a_thousand_accounts_from_one_address_are_not_tried(World::embedded().await).await;
    }
}

mod production_at_scale {
    use super::{Backend, World};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_thousand_guesses_from_everywhere_stop_at_the_cap_and_stop_nobody_at_home() {
        let world = World::with_passkeys(Backend::production().await).await;
        super::a_thousand_guesses_from_everywhere_stop_at_the_cap_and_stop_nobody_at_home(world).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_thousand_accounts_from_one_address_are_not_tried() {
        super::a_thousand_accounts_from_one_address_are_not_tried(World::production().await).await;
    }
}

#[tokio::test]
async fn the_addresses_of_one_range_are_counted_together_too() {
    let world = World::embedded_with(|settings| settings.throttling.per_range.most = 3).await;
    let (mut stranger, page) = stranger_at_password(&world, &AN).await;
    for (address, expected) in
        [("127.5.0.1", 401), ("127.5.0.2", 401), ("127.5.0.3", 401), ("127.5.0.4", 429), ("127.5.1.4", 401)]
    {
        stranger = stranger.moved_to(address);
        assert_eq!(AN.enters(&mut stranger, &page, "a wrong password").await.status, expected, "{address}");
    }
}

#[tokio::test]
async fn a_flood_through_one_portal_leaves_the_others_open() {
    let world = World::embedded_with(|settings| settings.throttling.per_client_and_range.most = 2).await;
    for (portal, expected) in [("tax-office", 401), ("tax-office", 401), ("tax-office", 429), ("library", 401)] {
        let mut browser = world.browser();
        let page = up_to_password(&mut browser, &world.portal(portal), &CHAU).await;
        assert_eq!(CHAU.enters(&mut browser, &page, "a wrong password").await.status, expected, "{portal}");
    }
}
