//! What takes a second person: nobody gets past it, approves their own, or has something done that is not what was shown.

use std::time::Duration;

use senid::domain::account_life::Transition;
use senid::domain::administration::Role;
use senid::domain::administration::approval::{Matter, Outcome, Unfit};
use senid::domain::audit::Actor;
use senid::domain::client::ClientStatus;
use senid::domain::ids::ApprovalId;
use senid::domain::operator::{ShellAccount, ShellAccounts};
use senid::flows::admin::change_status::change_status;
use senid::flows::admin::rotate_keys::{self, When};
use senid::flows::admin::update_client::{ClientChange, ListChange, update};
use senid::flows::admin::{AdminError, Administrator, approvals, registered_clients, roles};

use super::administration::admitted;
use crate::support::World;
use crate::support::world::operator::who;
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

fn added(uri: &str) -> ClientChange {
    ClientChange {
        redirect_uris: ListChange { added: vec![uri.to_owned()], ..ListChange::default() },
        ..ClientChange::default()
    }
}

#[tokio::test]
async fn a_redirect_uri_waits_for_somebody_else_whoever_they_call_themselves() {
    let world = world().await;
    let library = "library".parse().unwrap();
    let (lan, minh) = (shell(&world, "lan").await, shell(&world, "minh").await);
    let id = waits(update(&lan, &library, &added("https://evil.example/callback")).await);
    let uris = async || registered_clients::show(&lan, &library).await.unwrap().redirect_uris;
    let before = uris().await;
    assert!(!before.iter().any(|uri| uri.contains("evil")));
    let shown = approvals::show(&minh, id).await.unwrap();
    let change = shown.changes.iter().find(|change| change.field == "redirect_uris").unwrap();
    assert!(!change.old.to_string().contains("evil") && change.new.to_string().contains("evil"));
    for own in ["lan", "LAN", "root (sudo: lan)", "CORP\\lan"] {
        let refused = approvals::approve(&shell(&world, own).await, id).await;
        assert!(matches!(refused, Err(AdminError::Unfit(Unfit::Own))), "{own}: {refused:?}");
    }
    assert_eq!(uris().await, before);
    approvals::approve(&minh, id).await.unwrap();
    assert!(uris().await.contains(&"https://evil.example/callback".to_owned()));
    assert!(matches!(approvals::approve(&minh, id).await, Err(AdminError::Unfit(_))), "it is done once");
}

#[tokio::test]
async fn what_changed_meanwhile_makes_a_request_void_and_what_it_does_not_touch_does_not() {
    let world = world().await;
    let library = "library".parse().unwrap();
    let (lan, minh) = (shell(&world, "lan").await, shell(&world, "minh").await);
    let first = waits(update(&lan, &library, &added("https://one.example/callback")).await);
    let second = waits(update(&lan, &library, &added("https://two.example/callback")).await);
    // Another value is changed: nothing waits for that, and nothing is void of it.
    let home = ClientChange { organisation_verified: Some(true), ..ClientChange::default() };
    update(&lan, &library, &home).await.unwrap();
    approvals::approve(&minh, first).await.unwrap();
    let refused = approvals::approve(&minh, second).await;
    assert!(matches!(&refused, Err(AdminError::Unfit(Unfit::Void(_)))), "{refused:?}");
    let found = approvals::show(&minh, second).await.unwrap();
    assert_eq!(found.decision.map(|decision| decision.outcome), Some(Outcome::Void));
    let uris = registered_clients::show(&lan, &library).await.unwrap().redirect_uris;
    assert!(uris.iter().any(|uri| uri.contains("one.example")) && !uris.iter().any(|uri| uri.contains("two.example")));
}

#[tokio::test]
async fn what_nobody_approved_in_time_was_denied_or_withdrawn_is_not_done() {
    let world = world().await;
    let library = "library".parse().unwrap();
    let (lan, minh) = (shell(&world, "lan").await, shell(&world, "minh").await);
    let ask = async |uri: &str| waits(update(&lan, &library, &added(uri)).await);
    let (denied, withdrawn, old) =
        (ask("https://a.example/").await, ask("https://b.example/").await, ask("https://c.example/").await);
    approvals::deny(&minh, denied, "nobody knows it").await.unwrap();
    assert!(matches!(approvals::withdraw(&minh, withdrawn).await, Err(AdminError::Conflict(_))), "it is not theirs");
    approvals::withdraw(&lan, withdrawn).await.unwrap();
    world.wait(Duration::from_secs(8 * 86_400));
    for id in [denied, withdrawn, old] {
        assert!(matches!(approvals::approve(&minh, id).await, Err(AdminError::Unfit(_))), "{id}");
    }
    assert!(approvals::list(&minh, None, 10).await.unwrap().is_empty());
    assert_eq!(approvals::past(&minh, None, 10).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_role_takes_two_administrators_and_of_two_the_other_one_agrees() {
    let world = World::with_passkeys(Backend::embedded().await).await;
    let (an, binh) = (world.staff(&AN, &[Role::Administrator]).await, world.staff(&BINH, &[Role::Administrator]).await);
    let asking = async |staff: &crate::support::world::staff::Staff| {
        let admin = admitted(&world, &staff.browser).await;
        let mut settings = (*admin.settings).clone();
        settings.administration.approvals = Matter::ALL.to_vec();
        Administrator { settings: settings.into(), ..admin }
    };
    let (of_an, of_binh) = (asking(&an).await, asking(&binh).await);
    let id = waits(roles::grant(&of_an, &who(&CHAU), Role::Registrar, None).await);
    assert!(matches!(approvals::approve(&of_an, id).await, Err(AdminError::Unfit(Unfit::Own))), "it is their own");
    // Whoever has a shell may be the one who asked.
    assert!(matches!(approvals::approve(&shell(&world, "lan").await, id).await, Err(AdminError::Unfit(Unfit::Own))));
    approvals::approve(&of_binh, id).await.unwrap();
    // Of two the other one has to agree: there is nobody else.
    let id = waits(roles::grant(&of_an, &who(&BINH), Role::Auditor, None).await);
    approvals::approve(&of_binh, id).await.unwrap();
    // With a third one, whoever would hold it does not.
    world.grants(&CHAU, Role::Administrator).await.unwrap();
    let id = waits(roles::grant(&of_an, &who(&BINH), Role::Support, None).await);
    assert!(matches!(approvals::approve(&of_binh, id).await, Err(AdminError::Unfit(Unfit::Beneficiary))));
    // And nobody by a role that does not have it.
    let held: Vec<Role> = roles::list(&of_an).await.unwrap().into_iter().map(|grant| grant.role).collect();
    assert_eq!(held.iter().filter(|role| **role == Role::Auditor).count(), 1);
    assert!(!held.contains(&Role::Support));
}

#[tokio::test]
async fn a_lock_a_key_and_a_portal_that_is_off_wait_too() {
    let world = world().await;
    let (lan, minh) = (shell(&world, "lan").await, shell(&world, "minh").await);
    world.operator().locks(&AN).await;
    let id = waits(change_status(&lan, &who(&AN), Transition::Unlock, Some("seen")).await);
    assert!(!approvals::show(&minh, id).await.unwrap().changes.is_empty());
    approvals::approve(&minh, id).await.unwrap();
    let keys = rotate_keys::list(&lan).await.unwrap().len();
    let id = waits(rotate_keys::rotate(&lan, When::Now, None).await);
    assert_eq!(rotate_keys::list(&lan).await.unwrap().len(), keys);
    let twice = waits(rotate_keys::rotate(&lan, When::Now, None).await);
    let shown = approvals::show(&minh, id).await.unwrap();
    assert!(shown.changes.iter().any(|change| change.field.starts_with("keys.") && change.old != ""), "{shown:?}");
    approvals::approve(&minh, id).await.unwrap();
    let rotated = rotate_keys::list(&lan).await.unwrap().len();
    assert!(rotated > keys);
    // What was approved is one rotation, of the keys that were there: a second request is for others, and void.
    let second = approvals::approve(&minh, twice).await;
    assert!(matches!(second, Err(AdminError::Unfit(Unfit::Void(_)))), "{second:?}");
    let again = approvals::approve(&minh, id).await;
    assert!(matches!(again, Err(AdminError::Unfit(Unfit::Decided))), "{again:?}");
    assert_eq!(rotate_keys::list(&lan).await.unwrap().len(), rotated);
    let library = "library".parse().unwrap();
    registered_clients::set_status(&lan, &library, ClientStatus::Disabled).await.unwrap();
    let id = waits(registered_clients::set_status(&lan, &library, ClientStatus::Active).await);
    assert_eq!(registered_clients::show(&lan, &library).await.unwrap().status, ClientStatus::Disabled);
    approvals::approve(&minh, id).await.unwrap();
    assert_eq!(registered_clients::show(&lan, &library).await.unwrap().status, ClientStatus::Active);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_who_approve_at_once_one_does_it() {
    let world = world().await;
    let lan = shell(&world, "lan").await;
    let id = waits(roles::grant(&lan, &who(&CHAU), Role::Registrar, None).await);
    let mut tries = tokio::task::JoinSet::new();
    for number in 0..100 {
        let admin = shell(&world, &format!("minh{number}")).await;
        tries.spawn(async move { approvals::approve(&admin, id).await.map(drop) });
    }
    let came_to = tries.join_all().await;
    assert_eq!(came_to.iter().filter(|one| one.is_ok()).count(), 1);
    for refused in came_to.iter().filter(|one| one.is_err()) {
        assert!(matches!(refused, Err(AdminError::Unfit(Unfit::Decided))), "{refused:?}");
    }
    let held = roles::list(&lan).await.unwrap();
    assert_eq!(held.iter().filter(|grant| grant.role == Role::Registrar).count(), 1);
}

#[tokio::test]
async fn whose_shell_account_is_whose_lets_somebody_else_approve_on_a_page_and_nobody_their_own() {
    let world = World::with_passkeys(Backend::embedded().await).await;
    let (an, binh) = (world.staff(&AN, &[Role::Administrator]).await, world.staff(&BINH, &[Role::Administrator]).await);
    let (of_an, of_binh) = (admitted(&world, &an.browser).await, admitted(&world, &binh.browser).await);
    let links = [("lan", &of_an), ("minh", &of_binh)].map(|(login, admin)| {
        let Actor::Staff(citizen) = &admin.actor else { panic!("{:?}", admin.actor) };
        ShellAccount::parse(&format!("{login}: {citizen}")).unwrap()
    });
    let links = ShellAccounts::from_iter(links);
    let linked = |admin: Administrator| {
        let mut settings = (*admin.settings).clone();
        settings.administration.approvals = Matter::ALL.to_vec();
        settings.administration.shell_accounts = links.clone();
        Administrator { settings: settings.into(), ..admin }
    };
    let (of_an, of_binh) = (linked(of_an), linked(of_binh));
    let (lan, hoa) = (linked(shell(&world, "root (sudo: lan)").await), linked(shell(&world, "hoa").await));
    let own = |answer: Result<approvals::Done, AdminError>| matches!(answer, Err(AdminError::Unfit(Unfit::Own)));

    // Asked at the shell by An, under her login name there.
    let id = waits(roles::grant(&lan, &who(&CHAU), Role::Registrar, None).await);
    assert!(own(approvals::approve(&of_an, id).await), "it is her own");
    assert!(own(approvals::approve(&linked(shell(&world, "lan").await), id).await), "and so it is there");
    approvals::approve(&of_binh, id).await.unwrap();
    // Asked on a page by Bình: at the shell An may approve, he may not, and of whom nothing is known neither.
    let id = waits(roles::grant(&of_binh, &who(&CHAU), Role::Auditor, None).await);
    for refused in ["minh", "root (sudo: minh)", "root"] {
        assert!(own(approvals::approve(&linked(shell(&world, refused).await), id).await), "{refused}");
    }
    assert!(own(approvals::approve(&hoa, id).await));
    approvals::approve(&lan, id).await.unwrap();
    // Nobody agrees to a role of their own at the shell while somebody else can.
    world.grants(&CHAU, Role::Administrator).await.unwrap();
    let id = waits(roles::grant(&of_binh, &who(&AN), Role::Support, None).await);
    assert!(matches!(approvals::approve(&lan, id).await, Err(AdminError::Unfit(Unfit::Beneficiary))));
}
