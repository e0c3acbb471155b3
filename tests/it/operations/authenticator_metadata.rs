//! Metadata of authenticators reaches every server, from the file and from the service, and never goes back.

use std::path::Path;
use std::time::Duration;

use senid::config::Settings;
use senid::flows::App;
use senid::flows::authenticators::{recall, refresh};

use crate::support::outside::{self, Outside};
use crate::support::world::metadata::{MetadataService, SIGNER, entry};
use crate::support::world::{Backend, World};

const MODEL: &str = "ee882879-721c-4913-9775-3dfcce97072a";
/// After the worlds' beginning, which is in January 2027.
const LATER: &str = "2027-02-20";
const A_DAY: Duration = Duration::from_secs(86_400);

/// The number of the metadata in force, once everything was looked at.
async fn in_force(app: &App) -> Option<u32> {
    // Why it is not newer is told by the tests of what verifies it.
    let _ = refresh(app).await;
    app.authenticators.metadata().map(|metadata| metadata.number)
}

fn from_file(settings: &mut Settings, service: &MetadataService, file: &Path) {
    settings.attestation = service.believed();
    settings.attestation.metadata.file = Some(file.to_owned());
}

fn from_service(settings: &mut Settings, service: &MetadataService, outside: &Outside) {
    settings.attestation = service.believed();
    settings.attestation.metadata.url = Some(outside.url("/").parse().unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_taken_over_when_it_is_newer_and_never_when_it_is_older() {
    let service = MetadataService::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("metadata.jwt");
    let put = |document: String| std::fs::write(&file, document).unwrap();
    let world = World::embedded_with(|settings| from_file(settings, &service, &file)).await;
    let app = world.app(0);
    assert_eq!(in_force(app).await, None, "there is no file");
    put(service.sign(7, LATER, &[entry(MODEL, &[])]));
    assert_eq!(in_force(app).await, Some(7));
    put(service.sign(8, LATER, &[entry(MODEL, &["REVOKED"])]));
    assert_eq!(in_force(app).await, Some(8));
    assert_eq!(app.authenticators.metadata().unwrap().distrusted().len(), 1);
    // Older, however well it is signed; and newer, signed by somebody else.
    put(service.sign(7, LATER, &[]));
    assert_eq!(in_force(app).await, Some(8));
    put(MetadataService::new().sign(90, LATER, &[]));
    assert_eq!(in_force(app).await, Some(8));
    put(String::new());
    assert_eq!(in_force(app).await, Some(8));
    assert_eq!(app.store.read().await.unwrap().authenticator_metadata().number(SIGNER).await.unwrap(), 8);
    put(service.sign(9, LATER, &[]));
    assert_eq!(in_force(app).await, Some(9));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_starts_knows_what_was_accepted_and_takes_nothing_older() {
    let service = MetadataService::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("metadata.jwt");
    std::fs::write(&file, service.sign(7, LATER, &[])).unwrap();
    let backend = Backend::embedded().await;
    let database = senid::config::DatabaseUrl::Sqlite(backend.file());
    let world = World::start(backend, |settings| from_file(settings, &service, &file)).await;
    assert_eq!(in_force(world.app(0)).await, Some(7));

    std::fs::write(&file, service.sign(6, LATER, &[])).unwrap();
    let second = World::embedded_with(|settings| {
        from_file(settings, &service, &file);
        settings.database.url = database.clone();
    })
    .await;
    recall(second.app(0)).await.unwrap();
    assert_eq!(second.app(0).authenticators.metadata().unwrap().number, 7);
    assert_eq!(in_force(second.app(0)).await, Some(7));

    // Whoever does not believe its signer any more does not believe what was accepted either.
    let others = MetadataService::new();
    let third = World::embedded_with(|settings| {
        from_file(settings, &others, &file);
        settings.database.url = database;
    })
    .await;
    assert!(recall(third.app(0)).await.is_err());
    assert_eq!(in_force(third.app(0)).await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_is_asked_once_a_day_and_every_hour_while_it_is_overdue() {
    let service = MetadataService::new();
    let published = service.sign(7, "2027-01-17", &[]);
    let outside = Outside::http(move |_| outside::ok("application/octet-stream", published.clone()));
    let world = World::embedded_with(|settings| from_service(settings, &service, &outside)).await;
    let app = world.app(0);
    assert_eq!(in_force(app).await, Some(7));
    for _ in 0..3 {
        assert_eq!(in_force(app).await, Some(7));
    }
    assert_eq!(outside.requests(), 1);
    world.wait(A_DAY);
    assert_eq!(in_force(app).await, Some(7));
    assert_eq!(outside.requests(), 2);

    // 17 January has passed: there should be a newer one.
    world.wait(A_DAY * 2);
    in_force(app).await;
    world.wait(Duration::from_secs(3_599));
    in_force(app).await;
    assert_eq!(outside.requests(), 3);
    let newer = service.sign(8, LATER, &[]);
    outside.answers(move |_| outside::ok("application/jwt", newer.clone()));
    world.wait(Duration::from_secs(1));
    assert_eq!(in_force(app).await, Some(8));
    assert_eq!(outside.requests(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_service_answers_otherwise_changes_nothing() {
    let service = MetadataService::new();
    let (first, second) = (service.sign(7, LATER, &[]), service.sign(8, LATER, &[]));
    let outside = Outside::http(move |_| outside::ok("application/jwt", first.clone()));
    let world = World::embedded_with(|settings| from_service(settings, &service, &outside)).await;
    let app = world.app(0);
    assert_eq!(in_force(app).await, Some(7));
    let long = format!("{second}{}", " ".repeat(17 * 1024 * 1024));
    let page = second.clone();
    let older = service.sign(6, LATER, &[]);
    type Answer = Box<dyn Fn() -> axum::response::Response + Send + Sync>;
    let answers: [Answer; 4] = [
        Box::new(|| outside::status(500)),
        Box::new(move || outside::ok("text/html", page.clone())),
        Box::new(move || outside::ok("application/jwt", long.clone())),
        Box::new(move || outside::ok("application/jwt", older.clone())),
    ];
    for (number, answer) in answers.into_iter().enumerate() {
        outside.answers(move |_| answer());
        world.wait(A_DAY);
        assert_eq!(in_force(app).await, Some(7), "{number}");
        assert_eq!(outside.requests(), number + 2);
    }
    outside.answers(move |_| outside::ok("application/jwt", second.clone()));
    world.wait(A_DAY);
    assert_eq!(in_force(app).await, Some(8));
}
