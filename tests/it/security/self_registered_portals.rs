//! A portal that registers itself (RFC 7591) where a portal takes a second person: it is off until two people of the administration, of
//! whom neither can be the one who sent it alone, have agreed.

use std::time::Duration;

use http::Method;
use senid::domain::administration::approval::{Matter, Outcome, Unfit};
use senid::domain::audit::{Actor, EventKind};
use senid::domain::client::ClientStatus;
use senid::domain::ids::{ApprovalId, ClientId};
use senid::flows::admin::{AdminError, Administrator, approvals};
use serde_json::Value;

use crate::oauth::registration::{as_portal, manage, open, portal, refusal, registered, text, update_of};
use crate::support::World;
use crate::support::world::Backend;

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
    let open = approvals::list(&shell(&world, "lan").await, None, 10).await.unwrap();
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
    // Whoever comes first asks for it, and is not who approves it, by whatever name.
    let taken = approvals::approve(&lan, asked).await;
    assert!(matches!(&taken, Err(AdminError::Waits(approval)) if approval.asked_by == "operator:lan"), "{taken:?}");
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
    assert!(matches!(approvals::approve(&lan, asked).await, Err(AdminError::Waits(_))));
    let evil = || vec!["https://evil.example/callback".to_owned()];
    world.operator().changes(id(&told).as_str(), |client| client.redirect_uris = evil()).await;
    let refused = approvals::approve(&minh, asked).await;
    assert!(matches!(&refused, Err(AdminError::Unfit(Unfit::Void(_)))), "{refused:?}");
    assert_eq!(status(&world, &told).await, ClientStatus::Disabled);
}

async fn of_many_at_once_one_asks_and_one_person_alone_switches_nothing_on(backend: Backend) {
    let (world, told, asked) = waiting(backend).await;
    let tries = async |names: Vec<String>| {
        let mut tries = tokio::task::JoinSet::new();
        for name in names {
            let admin = shell(&world, &name).await;
            tries.spawn(async move { approvals::approve(&admin, asked).await.map(drop) });
        }
        tries.join_all().await
    };
    let alone = tries((0..20).map(|_| "lan".to_owned()).collect()).await;
    let waits = alone.iter().filter(|one| matches!(one, Err(AdminError::Waits(_)))).count();
    assert_eq!((waits, alone.iter().filter(|one| one.is_ok()).count()), (1, 0), "{alone:?}");
    assert_eq!(status(&world, &told).await, ClientStatus::Disabled);
    let others = tries((0..20).map(|number| format!("minh{number}")).collect()).await;
    assert_eq!(others.iter().filter(|one| one.is_ok()).count(), 1, "{others:?}");
    assert_eq!(status(&world, &told).await, ClientStatus::Active);
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
}

#[tokio::test]
async fn what_nobody_approved_in_time_or_somebody_denied_stays_off() {
    let (world, told, asked) = waiting(Backend::embedded().await).await;
    let second = registered(&world, &portal()).await;
    let (lan, minh) = (shell(&world, "lan").await, shell(&world, "minh").await);
    let open = approvals::list(&lan, None, 10).await.unwrap();
    let other = open.iter().find(|one| one.id != asked).unwrap().id;
    let denied = approvals::deny(&lan, other, "nobody knows it").await.unwrap();
    assert_eq!(denied.decision.map(|decision| decision.outcome), Some(Outcome::Denied));
    assert!(matches!(approvals::approve(&minh, other).await, Err(AdminError::Unfit(Unfit::Decided))));
    world.wait(Duration::from_secs(8 * 86_400));
    for admin in [&lan, &minh] {
        let late = approvals::approve(admin, asked).await;
        assert!(matches!(late, Err(AdminError::Unfit(Unfit::Expired))), "{late:?}");
    }
    for told in [&told, &second] {
        assert_eq!(status(&world, told).await, ClientStatus::Disabled);
    }
}
