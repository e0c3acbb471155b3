//! Whose name is known (CVE-2026-4633, CVE-2021-3754): the same words, status and work whoever is asked for.
//!
//! On a machine that tests share, time says little; work is counted instead: which hashes were computed, and of what
//! cost. Without the dummy hash this goes red (an unknown name then costs none).

use std::collections::BTreeSet;

use senid::domain::citizen::{Citizen as Person, CitizenStatus};
use senid::domain::ids::CitizenId;
use senid::domain::issued_code::CodeUse;
use senid::domain::national_id::{NationalId, Scheme};
use senid::domain::sign_in_name::SignInName;
use senid::domain::time::Clock;
use senid::storage::NewCitizen;

use crate::support::World;
use crate::support::world::{AN, BINH, Backend, CHAU, Citizen, Page};

/// Nobody has this number.
const NOBODY: Citizen = Citizen { name: "", identifier: "001090999999", password: AN.password };
/// Someone who has no password.
const OTHER_MEANS: Citizen = Citizen { name: "Vũ Thị Hoa", identifier: "001190888888", password: AN.password };

/// What somebody without an account sees of an attempt: everything but what is new in every answer.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    status: u16,
    headers: Vec<(String, String)>,
    cookies: usize,
    body: String,
}

/// What an attempt costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Work {
    hashes: u64,
    work: u64,
}

fn seen(page: &Page, citizen: &Citizen) -> Seen {
    let mut body = page.reply.body.clone();
    let masked = SignInName::parse(citizen.identifier, Scheme::Vn).unwrap().masked();
    let id = page.path().split('/').nth(2).unwrap().to_owned();
    let reference = page.reply.header("x-request-id").to_owned();
    for (own, placeholder) in [
        (citizen.identifier, "(identifier)"),
        (&masked, "(masked)"),
        (&id, "(sign-in)"),
        (&reference, "(reference)"),
        (&page.field("csrf"), "(token)"),
    ] {
        body = body.replace(own, placeholder);
    }
    let changing = ["x-request-id", "date"];
    let headers = page.reply.headers.iter().filter(|(name, _)| !changing.contains(&name.as_str()));
    let text = |value: &http::HeaderValue| value.to_str().unwrap().to_owned();
    Seen {
        status: page.status.as_u16(),
        headers: headers.map(|(name, value)| (name.to_string(), text(value))).collect(),
        cookies: page.reply.headers.get_all("set-cookie").iter().count(),
        body,
    }
}

/// One attempt in a browser that has never been here, from a network of its own.
async fn attempt(world: &World, address: &str, citizen: &Citizen, password: &str) -> (Seen, Seen, Work) {
    let mut browser = world.browser_at(address);
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    let named = citizen.identifies(&mut browser, &page).await;
    let before = world.app(0).hasher.load();
    let tried = citizen.enters(&mut browser, &named, password).await;
    let after = world.app(0).hasher.load();
    let work = Work { hashes: after.computed - before.computed, work: after.work - before.work };
    (seen(&named, citizen), seen(&tried, citizen), work)
}

#[tokio::test]
async fn known_unknown_without_password_locked_and_guessed_at_look_and_cost_the_same() {
    let world = World::embedded().await;
    world.operator().locks(&BINH).await;
    guessed_at(&world, &CHAU).await;
    enrol_without_password(&world, &OTHER_MEANS).await;
    let long = "x".repeat(500);
    let attempts: &[(&str, Citizen, &str)] = &[
        ("known, wrong password", AN, "a wrong password"),
        ("unknown", NOBODY, "a wrong password"),
        ("without password", OTHER_MEANS, "a wrong password"),
        ("locked, wrong password", BINH, "a wrong password"),
        ("locked, right password", BINH, BINH.password),
        ("guessed at, right password", CHAU, CHAU.password),
        ("known, what can be nobody's password", AN, &long),
        ("unknown, what can be nobody's password", NOBODY, &long),
    ];
    let (first_named, first_tried, first_work) = attempt(&world, "127.0.1.1", &AN, "a wrong password").await;
    assert_eq!(first_tried.status, 401);
    assert_eq!(first_work.hashes, 1);
    // Interleaved, so that nothing that changes with time is taken for a difference.
    for round in 0..3 {
        for (number, (what, citizen, password)) in attempts.iter().enumerate() {
            let address = format!("127.0.{}.{}", 2 + round, 1 + number);
            let (named, tried, work) = attempt(&world, &address, citizen, password).await;
            assert_eq!(named, first_named, "{what}: the page after the name");
            assert_eq!(tried, first_tried, "{what}: the answer");
            assert_eq!(work, first_work, "{what}: the work");
        }
    }
}

#[tokio::test]
async fn being_turned_away_tells_nothing_either() {
    let world = World::embedded().await;
    world.wait_for_the_next_window();
    let mut people = Vec::new();
    for citizen in [AN, NOBODY] {
        let mut browser = world.browser();
        let page = browser.open(&world.portal("tax-office").start().url()).await;
        let page = citizen.identifies(&mut browser, &page).await;
        people.push((citizen, browser, page));
    }
    let mut statuses = Vec::new();
    for number in 0..13 {
        let mut answers = Vec::new();
        let mut last = None;
        for (citizen, browser, page) in &mut people {
            let tried = citizen.enters(browser, page, "a wrong password").await;
            answers.push(seen(&tried, citizen));
            last = Some(tried);
        }
        assert_eq!(answers[0], answers[1], "{number}");
        statuses.push(answers[0].status);
        // The fifth comes too soon; after ten that failed it is over.
        if number != 3 && number < 10 {
            world.wait_as_told(&last.unwrap());
        }
    }
    assert_eq!(statuses, [401, 401, 401, 401, 429, 401, 401, 401, 401, 401, 401, 429, 429]);
}

#[tokio::test]
async fn a_number_of_one_kind_does_not_find_another_s() {
    let world = World::embedded().await;
    // A telephone number typed with the digits of an identifier, and the other way round.
    for typed in ["+841090123456", "001090123456@example.vn"] {
        let nobody = Citizen { identifier: typed, ..AN };
        let mut browser = world.browser();
        let page = browser.open(&world.portal("tax-office").start().url()).await;
        let page = nobody.signs_in(&mut browser, &page).await;
        assert_eq!(page.status, 401, "{typed}");
    }
}

/// Whoever has one of everything is offered what somebody is who is not known at all, and what they type is answered alike.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_has_shows_on_no_page_before_they_proved_something() {
    let (world, _) = World::with_every_method(Backend::embedded().await, |_| {}).await;
    world.operator().issues(&AN, CodeUse::Counter).await.unwrap();
    world.operator().locks(&BINH).await;
    enrol_without_password(&world, &OTHER_MEANS).await;
    let (mut first, mut work) = (None, BTreeSet::new());
    for (number, citizen) in [AN, NOBODY, OTHER_MEANS, BINH, CHAU].iter().enumerate() {
        let mut browser = world.browser_at(&format!("127.0.6.{}", 1 + number));
        let page = browser.open(&world.portal("tax-office").start().url()).await;
        let named = citizen.identifies(&mut browser, &page).await;
        let again = browser.open(page.url.path()).await;
        let counter = browser.press(&again, "use-counter-code", &[("username", citizen.identifier)]).await;
        let before = world.app(0).hasher.load();
        let refused = browser.press(&counter, "counter-login", &[("code", "BCDF-GHJK-LMNP-QRST")]).await;
        let malformed = browser.press(&counter, "counter-login", &[("code", "no code at all")]).await;
        work.insert(world.app(0).hasher.load().computed - before.computed);
        let certificate = browser.press(&again, "use-certificate", &[]).await;
        let passkey = browser.press(&again, "use-passkey", &[]).await;
        assert!(passkey.has("#webauthn") && certificate.has("#way-web-eid"));
        let pages = [named, again, counter, refused, malformed, certificate, passkey].map(|page| {
            let mut seen = seen(&page, citizen);
            // The other form of the same page.
            if page.has("form#webauthn") {
                let token = page.attribute("form#webauthn input[name=csrf]", "value");
                seen.body = seen.body.replace(&token, "(token)");
            }
            seen
        });
        let first = first.get_or_insert_with(|| pages.iter().map(|page| format!("{page:?}")).collect::<Vec<_>>());
        for (at, page) in pages.iter().enumerate() {
            assert_eq!(format!("{page:?}"), first[at], "{number} {at}");
        }
    }
    assert_eq!(work, BTreeSet::from([0]));
}

async fn guessed_at(world: &World, citizen: &Citizen) {
    let id = world.operator().id_of(citizen).await;
    for _ in 0..100 {
        world.app(0).store.write().await.unwrap().passwords().record_failure(id).await.unwrap();
    }
}

async fn enrol_without_password(world: &World, citizen: &Citizen) {
    let app = world.app(0);
    let now = world.clock.now();
    let like = world.operator().id_of(&AN).await;
    let like = app.store.read().await.unwrap().citizens().find(like).await.unwrap().unwrap();
    let person = Person {
        id: CitizenId::new(now, &*app.random),
        status: CitizenStatus::Active,
        national_id: NationalId::parse(Scheme::Vn, citizen.identifier).unwrap(),
        ..like
    };
    let names = vec![SignInName::parse(citizen.identifier, Scheme::Vn).unwrap()];
    let mut tx = app.store.begin().await.unwrap();
    tx.citizens().insert(&NewCitizen { citizen: person, names, password: None }).await.unwrap();
    tx.commit().await.unwrap();
}
