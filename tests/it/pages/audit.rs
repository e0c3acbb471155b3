//! The audit log's pages: whom ids stand for, the log verified by itself, and events taken along.

use std::time::Duration;

use senid::domain::administration::Role;
use senid::domain::audit::EventKind;
use senid::flows::admin::audit::search::{Search, search};
use senid::flows::short_lived;
use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection};

use crate::support::World;
use crate::support::world::staff::Staff;
use crate::support::world::{AN, BINH, Backend, Page};

const VERIFICATION: &str = "/admin/audit/verification";
const EXPORT: &str = "/admin/audit/export";

async fn count(world: &World, kind: EventKind) -> usize {
    let wanted = Search { kind: Some(kind), ..Search::default() };
    search(&world.operator().admin().await, &wanted, None, 200).await.unwrap().items.len()
}

/// Until the verification has ended.
async fn ended(staff: &mut Staff) -> Page {
    let mut looks = tokio::time::interval(Duration::from_millis(100));
    for _ in 0..300 {
        looks.tick().await;
        let page = staff.browser.open(VERIFICATION).await;
        assert_eq!(page.status, 200, "{}", page.text());
        if page.has("#verify") {
            return page;
        }
    }
    panic!("it does not end");
}

/// Until every event has its place.
async fn until_sequenced(world: &World) {
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    for _ in 0..600 {
        looks.tick().await;
        if !world.app(0).store.read().await.unwrap().audit_log().something_waits().await.unwrap() {
            return;
        }
    }
    panic!("events wait for their places and get none");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_verified_by_itself_and_the_first_event_that_is_wrong_is_named() {
    let world = World::with_passkeys(Backend::embedded().await).await;
    world.operator().locks(&BINH).await;
    let mut an = world.staff(&AN, &[Role::Auditor]).await;
    let list = an.browser.open("/admin/audit").await;
    assert!(list.has(&format!("main a[href='{VERIFICATION}']")), "{}", list.text());
    let page = an.browser.open(VERIFICATION).await;
    assert!(!page.has("main .badge"), "nobody has begun one: {}", page.text());
    until_sequenced(&world).await;
    an.browser.press(&page, "verify", &[]).await;
    let sound = ended(&mut an).await;
    assert!(sound.has("main .badge.done"), "{}", sound.text());
    // That it was begun, and what it found.
    assert_eq!(count(&world, EventKind::AuditVerified).await, 2);

    until_sequenced(&world).await;
    let event = world.app(0).store.read().await.unwrap().audit_log().leaves(3, 1).await.unwrap()[0].event;
    let mut db = SqliteConnection::connect(world.backend().file().to_str().unwrap()).await.unwrap();
    db.execute("DROP TRIGGER audit_events_no_update").await.unwrap();
    let id: String = event.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    db.execute(AssertSqlSafe(format!("UPDATE audit_events SET actor = 'system ' WHERE id = X'{id}'"))).await.unwrap();
    an.browser.press(&sound, "verify", &[]).await;
    let wrong = ended(&mut an).await;
    assert!(wrong.has("main .badge.alarm") && wrong.text().contains(&event.to_string()), "{}", wrong.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_verified_once_at_a_time_by_whoever_may_and_by_nobody_else() {
    for backend in [Backend::embedded().await, Backend::production().await] {
        let world = World::with_passkeys(backend).await;
        let mut an = world.staff(&AN, &[Role::Auditor]).await;
        let page = an.browser.open(VERIFICATION).await;
        for csrf in ["", "made-up"] {
            let refused = an.browser.submit(&page, VERIFICATION, &[("csrf".to_owned(), csrf.to_owned())]).await;
            assert!(refused.status.as_u16() >= 400, "{}", refused.text());
        }
        // Somebody's is under way on another server.
        let app = world.app(0);
        let _ = app.sessions.claim(&short_lived::audit_verifying(), &(), Duration::from_secs(30)).await.unwrap();
        an.browser.press(&page, "verify", &[]).await;
        assert_eq!(count(&world, EventKind::AuditVerified).await, 0);
        app.sessions.delete(&short_lived::audit_verifying()).await.unwrap();
        an.browser.press(&page, "verify", &[]).await;
        ended(&mut an).await;
        assert_eq!(count(&world, EventKind::AuditVerified).await, 2);
        world.withdraws(&AN, Role::Auditor).await;
        world.grants(&AN, Role::Registrar).await.unwrap();
        assert_eq!(an.browser.open(VERIFICATION).await.status, 403);
        assert_eq!(an.browser.press(&page, "verify", &[]).await.status, 403);
        assert_eq!(count(&world, EventKind::AuditVerified).await, 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_taken_along_by_whoever_proved_it_lately_and_that_is_recorded() {
    for backend in [Backend::embedded().await, Backend::production().await] {
        let world = World::with_passkeys(backend).await;
        world.operator().locks(&BINH).await;
        let mut an = world.staff(&AN, &[Role::Auditor]).await;
        until_sequenced(&world).await;
        // What is recorded at the very moment is not before it.
        world.wait(Duration::from_secs(1));
        let page = an.browser.open(EXPORT).await;
        let taken = an.browser.press(&page, "export", &[]).await;
        let lines: Vec<serde_json::Value> =
            taken.reply.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(lines.iter().any(|line| line["event"]["kind"] == "citizen.locked"), "{}", taken.reply.body);
        assert!(lines.iter().all(|line| line["leaf_hash"].is_string() && line["place"].is_u64()));
        assert_eq!(count(&world, EventKind::AuditExported).await, 1);
        // A span before everything has nothing, and one that ends before it begins is none.
        let nothing = an.browser.press(&page, "export", &[("since", "1999-01-01"), ("until", "2000-01-01")]).await;
        assert_eq!((nothing.status.as_u16(), nothing.reply.body.as_str()), (200, ""));
        for (since, until) in [("2000-01-01", "1999-01-01"), ("yesterday", "")] {
            let wrong = an.browser.press(&page, "export", &[("since", since), ("until", until)]).await;
            assert!(wrong.has("#problem") && wrong.field("since") == since, "{}", wrong.text());
        }
        assert_eq!(count(&world, EventKind::AuditExported).await, 2);
        for csrf in ["", "made-up"] {
            let refused = an.browser.submit(&page, EXPORT, &[("csrf".to_owned(), csrf.to_owned())]).await;
            assert!(refused.status.as_u16() >= 400, "{}", refused.text());
        }
        world.wait(Duration::from_secs(5 * 60 + 1));
        let proof = an.browser.press(&page, "export", &[("since", "2020-01-01")]).await;
        assert!(proof.path().starts_with("/sign-in/"), "{}", proof.url);
        let back = an.proves(proof).await;
        assert_eq!((back.path(), back.field("since").as_str()), (EXPORT, "2020-01-01"));
        // An administrator reads the log and takes nothing along.
        world.withdraws(&AN, Role::Auditor).await;
        world.grants(&AN, Role::Administrator).await.unwrap();
        assert_eq!(an.browser.open(EXPORT).await.status, 403);
        assert_eq!(an.browser.press(&back, "export", &[]).await.status, 403);
        assert!(!an.browser.open("/admin/audit").await.has(&format!("main a[href='{EXPORT}']")));
        assert_eq!(count(&world, EventKind::AuditExported).await, 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_stand_beside_ids_and_citizens_stay_masked() {
    for backend in [Backend::embedded().await, Backend::production().await] {
        let world = World::with_passkeys(backend).await;
        world.signed_in(&world.portal("tax-office"), &BINH).await;
        let mut an = world.staff(&AN, &[Role::Auditor]).await;
        an.browser.open("/admin/audit").await;
        let client = world.operator().client("tax-office").await;
        let name = client.display.name.in_language("en").to_owned();
        let (binh, an_id) = (world.operator().id_of(&BINH).await, world.operator().id_of(&AN).await);
        let list = an.browser.open("/admin/audit").await;
        assert!(list.has(&format!("main a.name[href='/admin/citizens/{binh}']")), "{}", list.text());
        assert!(list.words("main td a.name[href='/admin/applications/tax-office']").contains(&name), "{}", list.text());
        assert!(list.text().contains(&format!("staff:{an_id}")) && list.text().contains("N. V. An"), "{}", list.text());
        assert!(!list.words("main").contains(BINH.name) && !list.words("main").contains(AN.name), "{}", list.text());
    }
}
