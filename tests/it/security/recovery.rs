//! Recovery (CVE-2026-27946, GHSA-2wmj-46rj-qm2w) and single-use codes (CVE-2026-4325, CVE-2025-46815).

use std::collections::BTreeSet;
use std::time::Duration;

use senid::domain::issued_code::CodeUse;

use crate::support::World;
use crate::support::world::{AN, BINH, Browser, Citizen, Page, on_every_backend};

const NEW: &str = "a sentence that nobody else thinks of";
/// Nobody has this number.
const NOBODY: Citizen = Citizen { name: "", identifier: "001090999999", password: AN.password };

async fn recovers(browser: &mut Browser, citizen: &Citizen, code: &str) -> Page {
    let page = browser.open("/recover").await;
    browser.press(&page, "recover", &[("username", citizen.identifier), ("code", code), ("password", NEW)]).await
}

fn is_done(page: &Page) -> bool {
    page.heading() == "Your new password is set"
}

on_every_backend! {
    async fn of_many_who_use_one_code_at_once_one_does(world: World) {
        let code = world.operator().issues(&AN, CodeUse::Recover).await.unwrap();
        let attempts = (1..=8).map(|at| {
            let (mut browser, code) = (world.browser_at(&format!("127.0.1.{at}")), code.clone());
            tokio::spawn(async move { is_done(&recovers(&mut browser, &AN, &code).await) })
        });
        let mut done = 0;
        for attempt in attempts.collect::<Vec<_>>() {
            done += usize::from(attempt.await.unwrap());
        }
        assert_eq!(done, 1);
    }

    async fn a_code_of_another_purpose_or_another_citizen_recovers_nothing(world: World) {
        let operator = world.operator();
        let raise = operator.issues(&AN, CodeUse::Raise).await.unwrap();
        let of_binh = operator.issues(&BINH, CodeUse::Recover).await.unwrap();
        let before = operator.issues(&AN, CodeUse::Recover).await.unwrap();
        let newest = operator.issues(&AN, CodeUse::Recover).await.unwrap();
        let mut browser = world.browser();
        for wrong in [&raise, &of_binh, &before] {
            assert!(!is_done(&recovers(&mut browser, &AN, wrong).await));
            world.wait(Duration::from_secs(601));
        }
        assert!(is_done(&recovers(&mut browser, &AN, &newest).await));
    }

    async fn a_code_is_over_after_a_day(world: World) {
        let code = world.operator().issues(&AN, CodeUse::Recover).await.unwrap();
        world.wait(Duration::from_secs(86_400));
        assert!(!is_done(&recovers(&mut world.browser(), &AN, &code).await));
    }
}

#[tokio::test]
async fn nothing_tells_whether_a_name_exists() {
    let world = World::embedded().await;
    let mut seen = BTreeSet::new();
    let mut work = BTreeSet::new();
    for (at, citizen) in [AN, BINH, NOBODY].iter().enumerate() {
        let mut browser = world.browser_at(&format!("127.0.2.{}", at + 1));
        let before = world.app(0).hasher.load();
        let page = recovers(&mut browser, citizen, "BCDF-GHJK-LMNP-QRST").await;
        let after = world.app(0).hasher.load();
        work.insert(format!("{}", after.computed - before.computed));
        let reference = page.reply.header("x-request-id").to_owned();
        let body = page.reply.body.replace(citizen.identifier, "(identifier)").replace(&reference, "(reference)");
        let cookies = page.reply.headers.get_all("set-cookie").iter().count();
        seen.insert((page.status.as_u16(), cookies, body));
    }
    assert_eq!(seen.len(), 1, "the same words and status");
    assert_eq!(work, BTreeSet::from(["1".to_owned()]), "the same work: one hash");
}

#[tokio::test]
async fn guessing_codes_is_throttled() {
    let world = World::embedded().await;
    let code = world.operator().issues(&AN, CodeUse::Recover).await.unwrap();
    let mut browser = world.browser();
    let mut statuses = BTreeSet::new();
    for _ in 0..12 {
        statuses.insert(recovers(&mut browser, &AN, "BCDF-GHJK-LMNP-QRST").await.status.as_u16());
    }
    assert!(statuses.contains(&429), "{statuses:?}");
    assert_eq!(recovers(&mut browser, &AN, &code).await.status, 429, "the right one has to wait as well");
}

#[tokio::test]
async fn another_site_recovers_nothing_and_stops_nothing() {
    let world = World::embedded().await;
    let code = world.operator().issues(&AN, CodeUse::Recover).await.unwrap();
    let mut browser = world.browser();
    let pairs = [("username", AN.identifier), ("code", &code), ("password", NEW)];
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    for path in ["/recover", "/recover/stop/x"] {
        assert_eq!(browser.post_from("https://evil.example", path, &pairs).await.status, 403, "{path}");
    }
    assert!(is_done(&recovers(&mut browser, &AN, &code).await), "the code is still good");
}
