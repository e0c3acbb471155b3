//! The demonstration's staff: one for each role, whose password is public. It opens the console to none of them, and where the issuer is
//! not on this machine nothing opens it to anybody who was made up.

use std::collections::BTreeSet;
use std::sync::Arc;

use senid::app::demo_staff::{self, StaffError};
use senid::app::{Deployment, deployment};
use senid::crypto::random::SystemRandom;
use senid::demo::people::{PASSWORD, STAFF};
use senid::domain::administration::{Role, RoleGrant};
use senid::domain::assurance::{AuthenticationLevel, AuthenticationMethod, Factors, Proof, Proofs};
use senid::domain::grant::Authentication;
use senid::domain::ids::{CitizenId, RequestId, RoleGrantId, SessionId};
use senid::domain::time::Clock;
use senid::flows::admin::entry::{self, Entry};
use senid::flows::admin::find_citizen::Who;
use senid::flows::admin::{AdminError, roles};
use senid::flows::visitor::Visitor;

use crate::support::World;
use crate::support::world::operator::who;
use crate::support::world::{BINH, Backend, Citizen, MOT};

async fn deployment_of(world: &World) -> Deployment {
    let settings = Arc::clone(&world.app(0).settings);
    deployment::open(settings, world.clock.clone(), Arc::new(SystemRandom::new())).await.unwrap()
}

#[tokio::test]
async fn there_is_somebody_for_each_role_and_a_password_opens_the_console_to_none() {
    let world = World::with_passkeys(Backend::embedded().await).await;
    let opened = deployment_of(&world).await;
    let at_work = demo_staff::enter(&opened).await.unwrap();
    let held: BTreeSet<Role> = at_work.iter().map(|one| one.role).collect();
    assert_eq!(held, Role::ALL.into_iter().collect());
    for staff in [&STAFF[0], &STAFF[2]] {
        let officer = Citizen { name: staff.person.name, identifier: staff.person.national_id, password: PASSWORD };
        let mut browser = world.browser();
        assert_eq!(officer.enters_account(&mut browser, "/account").await.path(), "/account");
        assert_eq!(browser.open("/admin").await.status, 403);
        let mut proven = world.may_prove(&officer).await;
        assert!(proven.enters("/admin").await.has("#admin"), "{}", officer.name);
    }
    // The next start finds them: other codes, and what was withdrawn stays so.
    let lan = Who::parse(STAFF[0].person.national_id, opened.settings.national_id.default_scheme()).unwrap();
    roles::revoke(&world.operator().admin().await, &lan, Role::Administrator).await.unwrap();
    let again = demo_staff::enter(&opened).await.unwrap();
    assert_eq!(again.len(), at_work.len());
    assert!(again.iter().zip(&at_work).all(|(new, old)| new.code.expose() != old.code.expose()));
    let mut tx = opened.store.begin().await.unwrap();
    let id = lan.load(&mut tx).await.unwrap().id;
    assert!(tx.role_grants().of(id, world.clock.now()).await.unwrap().is_empty());
}

#[tokio::test]
async fn where_the_issuer_is_elsewhere_nobody_who_was_made_up_is_staff() {
    let issuer = "https://id.example.vn";
    let world = World::embedded_with(|settings| settings.issuer = issuer.parse().unwrap()).await;
    let opened = deployment_of(&world).await;
    assert!(matches!(demo_staff::enter(&opened).await, Err(StaffError::Elsewhere(named)) if named == issuer));
    let lan = Who::parse(STAFF[0].person.national_id, opened.settings.national_id.default_scheme()).unwrap();
    let mut tx = opened.store.begin().await.unwrap();
    assert!(matches!(lan.load(&mut tx).await, Err(AdminError::NotFound(_))), "nobody was entered");
    drop(tx);
    let admin = world.operator().admin().await;
    assert!(matches!(roles::grant(&admin, &who(&MOT), Role::Auditor, None).await, Err(AdminError::Conflict(_))));
    // Also with a role that stands in the database that the demonstration left.
    for (citizen, open) in [(&BINH, true), (&MOT, false)] {
        let id = world.operator().id_of(citizen).await;
        let granted = RoleGrant {
            id: RoleGrantId::new(world.clock.now(), &SystemRandom::new()),
            citizen: id,
            role: Role::Auditor,
            granted_by: "operator:demonstration".to_owned(),
            since: world.clock.now(),
            until: None,
            ended_at: None,
        };
        let mut tx = opened.store.begin().await.unwrap();
        assert!(tx.role_grants().grant(&granted).await.unwrap());
        tx.commit().await.unwrap();
        let entry = asked(&world, id).await;
        assert_eq!(matches!(entry, Entry::Open(_)), open, "{}: {entry:?}", citizen.name);
        assert!(open || matches!(entry, Entry::Nobody), "{entry:?}");
    }
}

/// What the door says to somebody who proves everything that it asks for.
async fn asked(world: &World, citizen: CitizenId) -> Entry {
    let (app, now) = (world.app(0), world.clock.now());
    let passkey = Proof {
        method: AuthenticationMethod::WebAuthn,
        factors: Factors::UNLOCKED,
        binding: AuthenticationLevel::TwoFactors,
        phishing_resistant: true,
        ..Proof::password(now)
    };
    let authentication = Authentication {
        citizen,
        session: SessionId::new(now, &*app.random),
        auth_time: now,
        account_level: senid::domain::assurance::AccountLevel::SelfAsserted,
        proofs: Proofs::new(vec![passkey]),
    };
    let visitor = Visitor {
        address: "127.0.0.1".parse().unwrap(),
        device_name: String::new(),
        request: RequestId::new(&*app.random),
        browser: None,
        session: None,
        devices: Vec::new(),
    };
    entry::by_token(app, &visitor, &authentication, BTreeSet::new()).await.unwrap()
}
