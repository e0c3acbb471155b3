//! A portal that registers itself (RFC 7591) where a portal takes a second person: it is off until two people of the administration, of
//! whom neither can be the one who sent it alone, have agreed.

use std::time::Duration;

use http::Method;
use senid::domain::administration::approval::{Matter, Outcome, Unfit};
use senid::domain::audit::{Actor, EventKind};
use senid::domain::client::ClientStatus;
use senid::domain::ids::{ApprovalId, ClientId};
use senid::domain::registration::RegistrationTerms;
use senid::flows::admin::{AdminError, Administrator, approvals};
use senid::flows::clean_up::clean_up;
use senid::storage::RecordedEvent;
use serde_json::Value;

use crate::oauth::registration::{as_portal, manage, open, portal, refusal, register, registered, text, update_of};
use crate::support::World;
use crate::support::world::{Backend, Reply, web};

async fn shell(world: &World, name: &str) -> Administrator {
    let admin = world.operator().admin().await;
    let mut settings = (*admin.settings).clone();
    settings.administration.approvals = Matter::ALL.to_vec();
    Administrator { actor: Actor::Operator(name.to_owned()), settings: settings.into(), ..admin }
}

/// A world where it waits, what the portal was told, and what was asked.
async fn waiting(backend: Backend) -> (World, Value, ApprovalId) {
    let world = World::start(backend, |settings| {
        open(settings);
        settings.administration.approvals = Matter::ALL.to_vec();
    })
    .await;
    let told = registered(&world, &portal()).await;
    let open = approvals::by_themselves(&shell(&world, "lan").await, None, 10).await.unwrap();
    assert_eq!(open.len(), 1);
    (world, told, open[0].id)
}

fn id(told: &Value) -> ClientId {
    text(told, "client_id").parse().unwrap()
}

async fn status(world: &World, told: &Value) -> ClientStatus {
    world.operator().client(text(told, "client_id")).await.status
}

async fn it_is_off_until_two_people_agree(backend: Backend) {
    let (world, told, asked) = waiting(backend).await;
    assert_eq!(
        (status(&world, &told).await, told["status"].as_str()),
        (ClientStatus::Disabled, Some("awaiting_approval"))
    );
    // Nothing of it works: neither its own registration nor a sign-in.
    for (method, body) in
        [(Method::GET, None), (Method::PUT, Some(update_of(&told, &portal()))), (Method::DELETE, None)]
    {
        assert_eq!(refusal(&manage(&world, method, &told, body.as_ref()).await).0, 403);
    }
    let page = world.browser().open(&as_portal(&world, &told).start().url()).await;
    assert!(page.status.as_u16() >= 400 && !page.has("input[type=password]"), "{}: {}", page.status, page.text());
    let (lan, minh) = (shell(&world, "lan").await, shell(&world, "minh").await);
    let shown = approvals::show(&minh, asked).await.unwrap();
    assert_eq!(shown.asked_by, format!("client:{}", id(&told)));
    assert!(shown.changes.iter().any(|change| change.field == "redirect_uris" && change.new == told["redirect_uris"]));
    // Nobody approves what nobody asked for. Whoever takes it up asks for it, and is not who approves it, by whatever name.
    let early = approvals::approve(&lan, asked).await;
    assert!(matches!(early, Err(AdminError::Unfit(Unfit::ByItself))), "{early:?}");
    assert_eq!(approvals::take_up(&lan, asked).await.unwrap().asked_by, "operator:lan");
    for own in ["lan", "LAN", "root (sudo: lan)"] {
        let refused = approvals::approve(&shell(&world, own).await, asked).await;
        assert!(matches!(refused, Err(AdminError::Unfit(Unfit::Own))), "{own}: {refused:?}");
    }
    assert_eq!(status(&world, &told).await, ClientStatus::Disabled);
    approvals::approve(&minh, asked).await.unwrap();
    assert_eq!(status(&world, &told).await, ClientStatus::Active);
    let read = manage(&world, Method::GET, &told, None).await;
    assert_eq!((read.status.as_u16(), read.json().get("status")), (200, None));
    let events = world.operator().events_of_client(id(&told).as_str()).await;
    let asked_by: Vec<_> = events.iter().filter(|event| event.kind == Some(EventKind::ApprovalAsked)).collect();
    assert_eq!(asked_by.len(), 2, "the client, and whoever vouched: {events:?}");
}

async fn what_was_changed_meanwhile_is_not_switched_on(backend: Backend) {
    let (world, told, asked) = waiting(backend).await;
    let (lan, minh) = (shell(&world, "lan").await, shell(&world, "minh").await);
    approvals::take_up(&lan, asked).await.unwrap();
    let evil = || vec!["https://evil.example/callback".to_owned()];
    world.operator().changes(id(&told).as_str(), |client| client.redirect_uris = evil()).await;
    let refused = approvals::approve(&minh, asked).await;
    assert!(matches!(&refused, Err(AdminError::Unfit(Unfit::Void(_)))), "{refused:?}");
    assert_eq!(status(&world, &told).await, ClientStatus::Disabled);
}

async fn of_many_at_once_one_asks_and_one_person_alone_switches_nothing_on(backend: Backend) {
    let (world, told, asked) = waiting(backend).await;
    let take_up = async |names: Vec<String>| {
        let mut tries = tokio::task::JoinSet::new();
        for name in names {
            let admin = shell(&world, &name).await;
            tries.spawn(async move { approvals::take_up(&admin, asked).await });
        }
        tries.join_all().await
    };
    let approve = async |names: Vec<String>| {
        let mut tries = tokio::task::JoinSet::new();
        for name in names {
            let admin = shell(&world, &name).await;
            tries.spawn(async move { approvals::approve(&admin, asked).await.map(drop) });
        }
        tries.join_all().await
    };
    // Two who both want to approve at the same moment have asked for nothing, and it stays off.
    let hasty = approve((0..20).map(|number| format!("minh{}", number % 2)).collect()).await;
    assert!(hasty.iter().all(|one| matches!(one, Err(AdminError::Unfit(Unfit::ByItself)))), "{hasty:?}");
    let both = take_up((0..20).map(|number| format!("lan{}", number % 2)).collect()).await;
    let taken: Vec<&str> = both.iter().flatten().map(|one| one.asked_by.as_str()).collect();
    assert_eq!(taken.len(), 1, "{both:?}");
    let late = |one: &Result<_, AdminError>| matches!(one, Ok(_) | Err(AdminError::Unfit(Unfit::TakenUp)));
    assert!(both.iter().all(late), "{both:?}");
    let own = taken[0].strip_prefix("operator:").unwrap().to_owned();
    assert!(approve(vec![own; 9]).await.iter().all(Result::is_err));
    assert_eq!(status(&world, &told).await, ClientStatus::Disabled);
    let others = approve((0..20).map(|number| format!("minh{number}")).collect()).await;
    assert_eq!(others.iter().filter(|one| one.is_ok()).count(), 1, "{others:?}");
    assert_eq!(status(&world, &told).await, ClientStatus::Active);
    let lapsed = approvals::take_up(&shell(&world, "hoa").await, asked).await;
    assert!(matches!(lapsed, Err(AdminError::Unfit(Unfit::Decided))), "{lapsed:?}");
}

/// Registers from `address`, with an initial access token or without.
async fn from(world: &World, address: [u8; 4], token: Option<&str>) -> Reply {
    let bearer = token.map(|token| format!("Bearer {token}"));
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
    web::send(Method::POST, &world.at("/register"), &headers, Some(portal().to_string()), address.into()).await
}

async fn whatever_anybody_sends_buries_nothing_and_is_gone_in_time(backend: Backend) {
    let (world, told, asked) = waiting(backend).await;
    let lan = shell(&world, "lan").await;
    // One network has ten that wait; this was the first.
    for number in 1..10 {
        assert_eq!(register(&world, &portal()).await.status, 201, "{number}");
    }
    let more = register(&world, &portal()).await;
    assert_eq!((more.status.as_u16(), refusal(&more).1.as_str()), (429, "temporarily_unavailable"));
    assert!(more.header("retry-after").parse::<u64>().unwrap() > 0);
    // All together have two hundred.
    for network in 2..=20 {
        for number in 0..10 {
            assert_eq!(from(&world, [127, 0, 0, network], None).await.status, 201, "{network} {number}");
        }
    }
    let more = from(&world, [127, 0, 0, 200], None).await;
    assert_eq!((more.status.as_u16(), refusal(&more).1.as_str()), (503, "temporarily_unavailable"));
    assert!(more.header("retry-after").parse::<u64>().unwrap() > 0);
    // Whoever was given a token is none of them.
    let (_, token) = world.operator().hands_out(9, RegistrationTerms::default()).await;
    assert_eq!(from(&world, [127, 0, 0, 200], Some(&token)).await.status, 201);
    // What people asked for is not under it.
    assert_eq!((approvals::count(&lan).await.unwrap(), approvals::count_by_themselves(&lan).await.unwrap()), (0, 201));
    approvals::take_up(&lan, asked).await.unwrap();
    let open = approvals::list(&lan, None, 10).await.unwrap();
    assert_eq!(open.iter().map(|one| one.id).collect::<Vec<_>>(), [asked]);
    // One that somebody of the administration has changed is theirs.
    let kept = approvals::by_themselves(&lan, None, 1).await.unwrap()[0].act.client().unwrap().clone();
    world.operator().changes(kept.as_str(), |client| client.display.home_uri = None).await;
    let untaken = approvals::by_themselves(&lan, None, 9).await.unwrap()[8].act.client().unwrap().clone();
    world.wait(Duration::from_secs(7 * 86_400 - 1));
    clean_up(world.app(0)).await.unwrap();
    assert_eq!(approvals::count_by_themselves(&lan).await.unwrap(), 200);
    world.wait(Duration::from_secs(1));
    let gone = approvals::by_themselves(&lan, None, 300).await.unwrap();
    assert!(gone.is_empty(), "nobody takes up what has expired: {gone:?}");
    clean_up(world.app(0)).await.unwrap();
    // What the application had before, the one that was taken up and the one that was changed.
    let left = approvals::past(&lan, None, 300).await.unwrap();
    assert_eq!(left.len(), 2, "{left:?}");
    assert_eq!(status(&world, &told).await, ClientStatus::Disabled);
    let stored = world.app(0).store.read().await.unwrap().clients().list(None, 500).await.unwrap().items;
    assert_eq!(stored.iter().filter(|one| one.client.status == ClientStatus::Disabled).count(), 2);
    let deleted = |events: Vec<RecordedEvent>| events.iter().any(|event| event.kind == Some(EventKind::ClientDeleted));
    assert!(!deleted(world.operator().events_of_client(kept.as_str()).await));
    assert!(deleted(world.operator().events_of_client(untaken.as_str()).await), "the audit log says that it was there");
}

/// Each in a world of its own, on both backends.
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
    it_is_off_until_two_people_agree
    what_was_changed_meanwhile_is_not_switched_on
    of_many_at_once_one_asks_and_one_person_alone_switches_nothing_on
    whatever_anybody_sends_buries_nothing_and_is_gone_in_time
}

#[tokio::test]
async fn what_nobody_approved_in_time_or_somebody_denied_stays_off() {
    let (world, told, asked) = waiting(Backend::embedded().await).await;
    let second = registered(&world, &portal()).await;
    let (lan, minh) = (shell(&world, "lan").await, shell(&world, "minh").await);
    let open = approvals::by_themselves(&lan, None, 10).await.unwrap();
    let other = open.iter().find(|one| one.id != asked).unwrap().id;
    let denied = approvals::deny(&lan, other, "nobody knows it").await.unwrap();
    assert_eq!(denied.decision.map(|decision| decision.outcome), Some(Outcome::Denied));
    assert!(matches!(approvals::approve(&minh, other).await, Err(AdminError::Unfit(Unfit::Decided))));
    world.wait(Duration::from_secs(8 * 86_400));
    for admin in [&lan, &minh] {
        let late = approvals::approve(admin, asked).await;
        assert!(matches!(late, Err(AdminError::Unfit(Unfit::Expired))), "{late:?}");
        let late = approvals::take_up(admin, asked).await;
        assert!(matches!(late, Err(AdminError::Unfit(Unfit::Expired))), "{late:?}");
    }
    for told in [&told, &second] {
        assert_eq!(status(&world, told).await, ClientStatus::Disabled);
    }
}
