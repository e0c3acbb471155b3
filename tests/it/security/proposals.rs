//! What one registrar saw at the counter stands with everything else that takes a second person, and is confirmed there by another one who
//! may prove identities themselves.

use std::time::Duration;

use senid::domain::administration::Role;
use senid::domain::audit::Actor;
use senid::domain::proposal::{Proposal, Registrant};
use senid::flows::admin::prove_identity::{Proving, prove};
use senid::flows::admin::{AdminError, Administrator, proposals};

use super::administration::admitted;
use crate::support::World;
use crate::support::world::operator::who;
use crate::support::world::registrar::seen;
use crate::support::world::staff::Staff;
use crate::support::world::{AN, BINH, Backend, CHAU, on_every_backend_with_passkeys};

async fn proposed(world: &World, staff: &Staff) -> (Administrator, Proposal) {
    let admin = admitted(world, &staff.browser).await;
    match prove(&admin, &who(&CHAU), seen(Registrant::ThisPerson), None).await.unwrap() {
        Proving::Proposed(proposal) => (admin, *proposal),
        Proving::Done(_) => panic!("one registrar was enough"),
    }
}

async fn is_proven(world: &World) -> bool {
    let chau = world.operator().id_of(&CHAU).await;
    let found = world.app(0).store.read().await.unwrap().citizens().find(chau).await.unwrap().unwrap();
    i16::from(found.account_level) >= 2
}

on_every_backend_with_passkeys! {
    async fn a_proof_is_proposed_by_one_registrar_and_confirmed_by_another_on_the_page_of_approvals(world: World) {
        let mut an = world.staff(&AN, &[Role::Registrar]).await;
        let mut binh = world.staff(&BINH, &[Role::Registrar]).await;
        let (of_an, proposal) = proposed(&world, &an).await;
        let path = format!("/admin/proposals/{}", proposal.id);
        let link = format!("a[href='{path}']");
        assert!(an.enters("/admin/approvals").await.has(&link));
        let own = an.enters(&path).await;
        assert!(own.status == 200 && !own.has("#confirm") && own.has("#decline"), "{}", own.text());
        // Another session of theirs is theirs, and a shell may be anybody's.
        let again = admitted(&world, &an.browser).await;
        let shell = Administrator { actor: Actor::Operator("lan".to_owned()), ..world.operator().admin().await };
        for own in [&of_an, &again, &shell] {
            let refused = proposals::confirm(own, proposal.id).await;
            assert!(matches!(refused, Err(AdminError::Conflict(_))), "{refused:?}");
        }
        assert!(!is_proven(&world).await);
        let overview = binh.enters("/admin").await;
        assert!(overview.has(".places-list a[href='/admin/approvals'] .count"), "{}", overview.text());
        let shown = binh.enters(&path).await;
        assert!(shown.has("#confirm") && shown.has("del, ins"), "{}", shown.text());
        assert!(!shown.text().contains(CHAU.identifier), "{}", shown.text());
        let short = binh.browser.press(&shown, "decline", &[("reason", "x")]).await;
        assert!(short.has("#problem") && short.has("#confirm"), "{}", short.text());
        let done = binh.browser.press(&short, "confirm", &[]).await;
        assert!(done.has(".notice"), "{}", done.text());
        assert!(is_proven(&world).await);
        // From a page that was left open: it is decided.
        let late = an.browser.press(&own, "decline", &[("reason", "thought better of it")]).await;
        assert!(late.status == 200 && late.path() == "/admin/proposals" && late.has(".notice"), "{}", late.text());
        assert!(!binh.enters("/admin/approvals").await.has(&link));
    }

    async fn of_many_registrars_at_once_one_confirms(world: World) {
        let lan = world.registrar("lan");
        let id = lan.sees(&CHAU, seen(Registrant::ThisPerson)).await.unwrap();
        let mut tries = tokio::task::JoinSet::new();
        for number in 0..20 {
            let actor = Actor::Operator(format!("hoa{number}"));
            let admin = Administrator { actor, ..world.operator().admin().await };
            tries.spawn(async move { proposals::confirm(&admin, id).await.map(drop) });
        }
        let came_to = tries.join_all().await;
        assert_eq!(came_to.iter().filter(|one| one.is_ok()).count(), 1, "{came_to:?}");
        assert!(is_proven(&world).await);
    }
}

#[tokio::test]
async fn nobody_confirms_what_they_could_not_prove_themselves_or_what_was_seen_too_long_ago() {
    let hour = Duration::from_secs(3600);
    let world =
        World::with_passkeys_and(Backend::embedded().await, |settings| settings.identity.proposals = hour).await;
    let registrar = world.staff(&AN, &[Role::Registrar]).await;
    let mut other = world.staff(&BINH, &[Role::Administrator]).await;
    let (_, proposal) = proposed(&world, &registrar).await;
    let path = format!("/admin/proposals/{}", proposal.id);
    // An administrator sees that it waits, and has no part in it.
    let shown = other.enters(&path).await;
    assert!(shown.status == 200 && !shown.has("#confirm, #decline"), "{}", shown.text());
    let admin = admitted(&world, &other.browser).await;
    assert!(matches!(proposals::confirm(&admin, proposal.id).await, Err(AdminError::Denied(_))));
    assert!(matches!(proposals::decline(&admin, proposal.id, "no").await, Err(AdminError::Denied(_))));
    // Who looks after the deployment decides of keys in the same list, and sees no citizen.
    world.withdraws(&BINH, Role::Administrator).await;
    world.grants(&BINH, Role::Operator).await.unwrap();
    let list = other.enters("/admin/approvals").await;
    assert!(list.status == 200 && !list.has(&format!("a[href='{path}']")), "{}", list.text());
    assert_eq!(other.enters(&path).await.status, 403);
    world.grants(&BINH, Role::Registrar).await.unwrap();
    world.wait(hour + Duration::from_secs(1));
    let page = other.enters("/admin/approvals").await;
    assert!(!page.has(&format!("a[href='{path}']")), "{}", page.text());
    let late = proposals::confirm(&admitted(&world, &other.browser).await, proposal.id).await;
    assert!(matches!(late, Err(AdminError::Conflict(_))), "{late:?}");
    assert!(!is_proven(&world).await);
}
