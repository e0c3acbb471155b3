//! Owners are told before something of their application ends: each letter once, whichever server comes first, and none of what was
//! rotated.

use std::time::Duration;

use senid::domain::administration::Role;
use senid::domain::audit::EventKind;
use senid::domain::client::ClientKeys;
use senid::domain::risk::Response;
use senid::domain::time::Timestamp;
use senid::flows::admin::find_citizen::Who;
use senid::flows::admin::owners;
use senid::flows::onboarding::{expiry, secret};

use crate::support::World;
use crate::support::mail::{MailServer, Reached};
use crate::support::world::{AN, BINH, Backend, Citizen, eventually};

const DAY: Duration = Duration::from_secs(86_400);

async fn world(backend: Backend, server: &MailServer) -> World {
    World::with_passkeys_and(backend, |settings| {
        server.is_reached(settings);
        // Only what each test causes goes out.
        settings.risk.new_device = Response::Off;
    })
    .await
}

fn now(world: &World) -> Timestamp {
    world.app(0).clock.now()
}

async fn tell(world: &World) -> usize {
    expiry::tell_due(world.app(0)).await.unwrap()
}

async fn owns(world: &World, citizen: &Citizen, client: &str) {
    let who = Who::Id(world.operator().id_of(citizen).await);
    owners::name(&world.operator().admin().await, &client.parse().unwrap(), &who).await.unwrap();
}

async fn ends_in(world: &World, client: &str, days: u32) {
    let ends = now(world) + DAY * days;
    world.operator().changes(client, |client| client.secret_until = Some(ends)).await;
}

/// What those letters say that are about an application.
fn letters(server: &MailServer) -> Vec<String> {
    let texts = server.mails().into_iter().map(|mail| mail.part("text/plain"));
    texts.filter(|text| text.contains("/admin/applications/")).collect()
}

async fn arrived(server: &MailServer, number: usize) {
    eventually("the letters arrive", async || letters(server).len() >= number).await;
    assert_eq!(letters(server).len(), number);
}

async fn a_letter_goes_out_thirty_seven_and_one_days_before_once_each(backend: Backend) {
    let server = MailServer::start(Reached::StartTls).await;
    let world = world(backend, &server).await;
    owns(&world, &AN, "tax-office").await;
    ends_in(&world, "tax-office", 40).await;
    assert_eq!(tell(&world).await, 0, "it is too early");
    for (number, days) in [(1, 10), (2, 23), (3, 6)] {
        world.wait(DAY * days);
        assert_eq!((tell(&world).await, tell(&world).await), (1, 0), "letter {number}");
        arrived(&server, number).await;
    }
    let text = &letters(&server)[0];
    assert!(text.contains("/admin/applications/tax-office"), "{text}");
    // It is over: nothing is said of what is past.
    world.wait(DAY * 2);
    assert_eq!(tell(&world).await, 0);
    let events = world.operator().events_of_client("tax-office").await;
    let told = events.iter().filter(|event| event.kind == Some(EventKind::ClientExpiryTold)).count();
    assert_eq!(told, 3, "{events:?}");
}

async fn what_was_rotated_is_told_of_no_more_and_its_overlap_is(backend: Backend) {
    let server = MailServer::start(Reached::StartTls).await;
    let world = world(backend, &server).await;
    owns(&world, &AN, "tax-office").await;
    ends_in(&world, "tax-office", 30).await;
    assert_eq!(tell(&world).await, 1);
    arrived(&server, 1).await;
    let admin = world.operator().admin().await;
    secret::rotate(&admin, &"tax-office".parse().unwrap(), DAY * 14, Some(DAY * 365)).await.unwrap();
    assert_eq!(tell(&world).await, 0);
    for (number, days) in [(2, 7), (3, 6)] {
        world.wait(DAY * days);
        assert_eq!((tell(&world).await, tell(&world).await), (1, 0), "of the former one, letter {number}");
        arrived(&server, number).await;
    }
    // When the first secret would have ended.
    for _ in 0..17 {
        world.wait(DAY);
        assert_eq!(tell(&world).await, 0);
    }
    // A former one that was ended has no end to come.
    secret::rotate(&admin, &"tax-office".parse().unwrap(), DAY * 10, None).await.unwrap();
    secret::end_former(&admin, &"tax-office".parse().unwrap()).await.unwrap();
    world.wait(DAY * 3);
    assert_eq!(tell(&world).await, 0);
}

async fn a_key_that_ends_is_told_of_and_a_client_that_is_off_is_not(backend: Backend) {
    let server = MailServer::start(Reached::StartTls).await;
    let world = world(backend, &server).await;
    owns(&world, &AN, "library").await;
    let exp = (now(&world) + DAY * 7).seconds();
    let key = |kid: &str| {
        format!(
            r#"{{"kty":"EC","crv":"P-256","kid":"{kid}","exp":{exp},"x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}}"#
        )
    };
    let set = format!(r#"{{"keys":[{},{}]}}"#, key("a"), key("b"));
    world.operator().changes("library", |client| client.keys = ClientKeys::Given(set)).await;
    world.operator().changes("library", |client| client.status = senid::domain::client::ClientStatus::Disabled).await;
    assert_eq!(tell(&world).await, 0);
    world.operator().changes("library", |client| client.status = senid::domain::client::ClientStatus::Active).await;
    assert_eq!((tell(&world).await, tell(&world).await), (1, 0), "two keys that end together are one letter");
    arrived(&server, 1).await;
    // However many somebody registers, each with an end of its own, nobody is flooded.
    let key = |number: i64| {
        let (kid, exp) = (format!("n{number}"), exp + 60 + number);
        format!(
            r#"{{"kty":"EC","crv":"P-256","kid":"{kid}","exp":{exp},"x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}}"#
        )
    };
    let set = format!(r#"{{"keys":[{}]}}"#, (0..30).map(key).collect::<Vec<_>>().join(","));
    world.operator().changes("library", |client| client.keys = ClientKeys::Given(set)).await;
    world.wait(Duration::from_secs(120));
    assert_eq!((tell(&world).await, tell(&world).await), (1, 0));
    arrived(&server, 2).await;
}

async fn of_many_at_once_one_tells(backend: Backend) {
    let server = MailServer::start(Reached::StartTls).await;
    let world = world(backend, &server).await;
    owns(&world, &AN, "tax-office").await;
    ends_in(&world, "tax-office", 30).await;
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let app = world.app(0).clone();
        tries.spawn(async move { expiry::tell_due(&app).await.unwrap() });
    }
    assert_eq!(tries.join_all().await.into_iter().sum::<usize>(), 1);
    arrived(&server, 1).await;
}

/// On both backends.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::Backend::embedded().await).await; })*
        }
        mod production {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::Backend::production().await).await; })*
        }
    };
}

on_both! {
    a_letter_goes_out_thirty_seven_and_one_days_before_once_each
    what_was_rotated_is_told_of_no_more_and_its_overlap_is
    a_key_that_ends_is_told_of_and_a_client_that_is_off_is_not
    of_many_at_once_one_tells
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_servers_one_tells() {
    let world = World::two_servers().await;
    ends_in(&world, "tax-office", 30).await;
    let (first, second) = (world.app(0).clone(), world.app(1).clone());
    let (first, second) = tokio::join!(expiry::tell_due(&first), expiry::tell_due(&second));
    assert_eq!(first.unwrap() + second.unwrap(), 1);
    let events = world.operator().events_of_client("tax-office").await;
    let told = events.iter().filter(|event| event.kind == Some(EventKind::ClientExpiryTold)).count();
    assert_eq!(told, 1, "{events:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nobody_can_be_told_it_is_said_until_somebody_can() {
    let server = MailServer::start(Reached::StartTls).await;
    let world = world(Backend::embedded().await, &server).await;
    let admin = world.operator().admin().await;
    ends_in(&world, "tax-office", 30).await;
    assert!(expiry::untold(&admin).await.unwrap().is_empty(), "nothing was due yet");
    assert_eq!(tell(&world).await, 1);
    let untold = expiry::untold(&admin).await.unwrap();
    assert_eq!(untold.iter().map(|(client, _)| client.id.as_str()).collect::<Vec<_>>(), ["tax-office"]);
    owns(&world, &AN, "tax-office").await;
    assert!(expiry::untold(&admin).await.unwrap().is_empty());
    // The next letter goes to them.
    world.wait(DAY * 23);
    assert_eq!(tell(&world).await, 1);
    arrived(&server, 1).await;
}

#[tokio::test]
async fn the_overview_says_of_what_nobody_is_told() {
    // No mail goes out here: nobody can be told of anything.
    let world = World::with_passkeys(Backend::embedded().await).await;
    let mut an = world.staff(&AN, &[Role::Administrator]).await;
    let mut binh = world.staff(&BINH, &[Role::ClientOwner]).await;
    ends_in(&world, "tax-office", 30).await;
    let link = "main a[href='/admin/applications/tax-office']";
    assert!(!an.enters("/admin").await.has(link), "nothing was due yet");
    assert_eq!(tell(&world).await, 1);
    let overview = an.enters("/admin").await;
    assert!(overview.has(link) && overview.has(".note"), "{}", overview.text());
    assert!(!binh.enters("/admin").await.has(link), "an owner sees nothing of another's application");
    world.operator().changes("tax-office", |client| client.secret_until = None).await;
    assert!(!an.enters("/admin").await.has(link));
}
