//! What a second person agrees to is what is done: all that they were shown stands as it did, and is what it was about.

use std::time::Duration;

use senid::domain::account_life::Transition;
use senid::domain::administration::approval::{Matter, Unfit};
use senid::domain::administration::{Denied, Role};
use senid::domain::audit::Actor;
use senid::domain::client::{Client, ClientKeys, ClientStatus, Localised};
use senid::domain::ids::ApprovalId;
use senid::domain::stage::Stage;
use senid::flows::admin::change_status::change_status;
use senid::flows::admin::update_client::{ClientChange, update};
use senid::flows::admin::{AdminError, Administrator, approvals, owners, registered_clients, roles};

use super::administration::admitted;
use crate::support::World;
use crate::support::world::operator::who;
use crate::support::world::resources::{LAND_SCOPE, land};
use crate::support::world::{AN, BINH, Backend, CHAU};

async fn world() -> World {
    World::with_passkeys_and(Backend::embedded().await, |settings| {
        settings.administration.approvals = Matter::ALL.to_vec();
    })
    .await
}

async fn shell(world: &World, name: &str) -> Administrator {
    Administrator { actor: Actor::Operator(name.to_owned()), ..world.operator().admin().await }
}

/// What was asked for, where nothing was done.
fn waits<T: std::fmt::Debug>(answer: Result<T, AdminError>) -> ApprovalId {
    match answer {
        Err(AdminError::Waits(approval)) => approval.id,
        other => panic!("{other:?}"),
    }
}

fn is_void<T>(answer: Result<T, AdminError>) -> bool {
    matches!(answer, Err(AdminError::Unfit(Unfit::Void(_))))
}

/// Whoever switches a portal on is shown where it answers, who it says it is and which keys it has; none of that is another one then.
#[tokio::test]
async fn a_portal_that_is_switched_on_is_the_one_that_was_shown() {
    let world = world().await;
    let library = "library".parse().unwrap();
    let (lan, minh) = (shell(&world, "lan").await, shell(&world, "minh").await);
    registered_clients::set_status(&lan, &library, ClientStatus::Disabled).await.unwrap();
    type Swap = (&'static str, fn(&mut Client));
    let swaps: [Swap; 6] = [
        ("redirect_uris", |client| client.redirect_uris.push("https://evil.example/callback".to_owned())),
        ("display.name", |client| client.display.name = client.display.organisation.clone()),
        ("display.organisation_verified", |client| {
            client.display.organisation_verified = !client.display.organisation_verified;
        }),
        ("keys", |client| client.keys = ClientKeys::Published("https://evil.example/jwks".to_owned())),
        ("post_logout_redirect_uris", |client| {
            client.post_logout_redirect_uris.push("https://evil.example/".to_owned())
        }),
        ("sector_identifier", |client| client.sector_identifier = "tax.example".to_owned()),
    ];
    for (member, swap) in swaps {
        let id = waits(registered_clients::set_status(&lan, &library, ClientStatus::Active).await);
        let shown = approvals::show(&minh, id).await.unwrap().changes;
        assert!(shown.iter().any(|change| change.field.starts_with(member)), "{member}: {shown:?}");
        assert!(
            !shown.iter().any(|change| change.field.contains("secret") || change.field.starts_with("authentication"))
        );
        world.operator().changes("library", swap).await;
        assert!(is_void(approvals::approve(&minh, id).await), "{member}");
        assert_eq!(registered_clients::show(&lan, &library).await.unwrap().status, ClientStatus::Disabled, "{member}");
    }
}

/// What was asked of one lock does not end the next one.
#[tokio::test]
async fn an_account_that_was_locked_anew_is_not_unlocked_by_what_was_asked_before() {
    let world = world().await;
    let (lan, minh) = (shell(&world, "lan").await, shell(&world, "minh").await);
    world.operator().locks(&AN).await;
    let ask = async || waits(change_status(&lan, &who(&AN), Transition::Unlock, Some("seen")).await);
    let (first, second) = (ask().await, ask().await);
    approvals::approve(&minh, first).await.unwrap();
    world.wait(Duration::from_secs(60));
    world.operator().locks(&AN).await;
    assert!(is_void(approvals::approve(&minh, second).await));
    approvals::approve(&minh, ask().await).await.unwrap();
}

/// A role that was withdrawn does not come back by an older request, and none is added to others than were shown.
#[tokio::test]
async fn a_role_is_given_to_whoever_holds_what_was_shown() {
    let world = world().await;
    let (lan, minh) = (shell(&world, "lan").await, shell(&world, "minh").await);
    let asked = waits(roles::grant(&lan, &who(&CHAU), Role::Auditor, None).await);
    let other = waits(roles::grant(&lan, &who(&CHAU), Role::Registrar, None).await);
    approvals::approve(&minh, other).await.unwrap();
    assert!(is_void(approvals::approve(&minh, asked).await));
}

/// An owner takes their application no scope of somebody's resource server, also where nobody real comes.
#[tokio::test]
async fn an_owner_gives_themselves_no_resource_server_s_scope() {
    let world = World::with_passkeys(Backend::embedded().await).await;
    world.operator().opens(&land("tax-office")).await;
    let library = "library".parse().unwrap();
    world.operator().changes("library", |client| client.stage = Stage::Sandbox).await;
    let staff = world.staff(&AN, &[Role::ClientOwner]).await;
    owners::name(&shell(&world, "lan").await, &library, &who(&AN)).await.unwrap();
    let owner = admitted(&world, &staff.browser).await;
    let before = registered_clients::show(&owner, &library).await.unwrap().scopes;
    let asked = ClientChange { scope: Some(format!("{before} {LAND_SCOPE}")), ..ClientChange::default() };
    let refused = update(&owner, &library, &asked).await;
    assert!(matches!(refused, Err(AdminError::Denied(Denied::Missing(_)))), "{refused:?}");
    assert_eq!(registered_clients::show(&owner, &library).await.unwrap().scopes, before);
    update(&shell(&world, "lan").await, &library, &asked).await.unwrap();
}

/// Another key is another key: a proof that is good for a name is not good for it.
#[tokio::test]
async fn another_key_takes_a_young_proof_by_whichever_way_it_comes() {
    let world = World::with_passkeys(Backend::embedded().await).await;
    let library = "library".parse().unwrap();
    let staff = world.staff(&BINH, &[Role::Administrator]).await;
    world.wait(Duration::from_secs(6 * 60));
    let admin = admitted(&world, &staff.browser).await;
    let keys = ClientKeys::Published("https://evil.example/jwks".to_owned());
    let refused = update(&admin, &library, &ClientChange { keys: Some(keys), ..ClientChange::default() }).await;
    assert!(matches!(refused, Err(AdminError::Denied(Denied::Stale(_)))), "{refused:?}");
    let name = registered_clients::show(&admin, &library).await.unwrap().display.name;
    update(&admin, &library, &ClientChange { purpose: Some(name), ..ClientChange::default() }).await.unwrap();
}

/// Who verified an organisation verified what people are shown of it: its owner alone shows nothing else as verified.
#[tokio::test]
async fn what_an_owner_renames_is_not_verified_any_more() {
    let world = World::with_passkeys(Backend::embedded().await).await;
    let library = "library".parse().unwrap();
    world.operator().changes("library", |client| client.display.organisation_verified = true).await;
    let staff = world.staff(&AN, &[Role::ClientOwner]).await;
    owners::name(&shell(&world, "lan").await, &library, &who(&AN)).await.unwrap();
    let owner = admitted(&world, &staff.browser).await;
    let renamed = ClientChange { name: Some(Localised::plain("The Tax Office".to_owned())), ..ClientChange::default() };
    let after = update(&owner, &library, &renamed).await.unwrap().client;
    assert!(!after.display.organisation_verified);
}
