//! Loss of a mandate ends what used it: tokens, refresh tokens, codes under way, and the sessions of the portals that were signed in to.

use std::time::Duration;

use senid::crypto::random::SystemRandom;
use senid::domain::account_life::Transition;
use senid::domain::ids::{CitizenId, MandateId, OrganisationId};
use senid::domain::mandate::{Basis, Delegation, Mandate, Portals, Role};
use senid::domain::organisation::{Organisation, OrganisationStatus};
use senid::domain::proposal::Registrant;
use senid::domain::time::Clock;
use senid::flows::organisation::expiry;
use sqlx::{Connection, PgConnection};

use super::{
    Offer, RED_RIVER, accepts, acts, asks, begins, chooses, comes_to_the_choice, invites, mandates, red_river,
    represents,
};
use crate::support::World;
use crate::support::world::registrar::seen;
use crate::support::world::{
    AN, BINH, Backend, Browser, Citizen, Office, Portal, TokenAnswer, eventually, on_every_backend,
};

/// The portal with its server, which is open and asks in whose name.
async fn office(world: &World, client: &'static str) -> (Portal, Office) {
    let portal = asks(world, client).await;
    let mut office = Office::new(&world.issuer, client, world.clock.clone());
    office.opens();
    world.operator().changes(client, office.registers()).await;
    (portal, office)
}

/// Binh acts for Red River at the tax office, until the day `ends`.
async fn deputy(world: &World, ends: &str) -> (Browser, Browser) {
    let mut an = represents(world, &AN).await;
    let code = invites(&mut an, Offer { ends, ..Offer::to(&BINH) }).await;
    (an, accepts(world, &BINH, &code).await)
}

/// Nothing that was issued works any more.
async fn is_over(portal: &Portal, tokens: &TokenAnswer) {
    assert_eq!(portal.introspection(&tokens.access_token()).await, serde_json::json!({ "active": false }));
    assert_eq!(portal.introspection(&tokens.refresh_token()).await, serde_json::json!({ "active": false }));
    assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 401);
    let refused = portal.refresh(&tokens.refresh_token()).await;
    assert_eq!(refused.refused(400), "invalid_grant");
}

on_every_backend! {
    async fn a_mandate_that_is_taken_back_ends_the_portal_s_session_and_every_token(world: World) {
        let (portal, office) = office(&world, "tax-office").await;
        let (mut an, mut binh) = deputy(&world, "").await;
        let tokens = acts(&mut binh, &portal, &BINH).await;
        let claims = portal.id_token(&tokens).await;
        office.signs_in(&claims);
        // What An does in the same company's name is no part of it.
        let others = acts(&mut an, &portal, &AN).await;
        let mandate = mandates(&world, &BINH).await.remove(0);
        let page = red_river(&mut an).await;
        let page = an.open(&page.link(&format!("a[href*='{mandate}']"))).await;
        an.press(&page, "end-confirm", &[]).await;
        is_over(&portal, &tokens).await;
        eventually("the portal ends its session", async || !office.is_signed_in(&claims)).await;
        assert_eq!(portal.userinfo(&others.access_token()).await.status, 200);
        // At SenID she is signed in still, and acts for herself.
        let started = begins(&portal);
        let page = binh.open(&started.url()).await;
        let page = BINH.goes_through(&mut binh, page).await;
        let tokens = portal.exchange(&started, &page.code()).await;
        assert!(portal.id_token(&tokens).await.get("organisation").is_none());
    }

    async fn what_is_taken_back_between_the_choice_and_the_code_s_exchange_is_not_granted(world: World) {
        let portal = asks(&world, "tax-office").await;
        let (mut an, mut binh) = deputy(&world, "").await;
        let started = begins(&portal);
        let page = comes_to_the_choice(&mut binh, &BINH, &started).await;
        let page = chooses(&mut binh, &BINH, &page, "choice-1").await;
        let code = page.code();
        // And one that has been chosen, and not answered.
        let mut slow = world.browser();
        let asked = comes_to_the_choice(&mut slow, &BINH, &begins(&portal)).await;
        let mandate = mandates(&world, &BINH).await.remove(0);
        let page = red_river(&mut an).await;
        let page = an.open(&page.link(&format!("a[href*='{mandate}']"))).await;
        an.press(&page, "end-confirm", &[]).await;
        let refused = portal.exchange(&started, &code).await;
        assert_eq!(refused.refused(400), "invalid_grant");
        // There is nothing to choose any more: she goes on as herself, or not at all.
        let page = slow.press(&asked, "choice-1", &[]).await;
        let page = BINH.goes_through(&mut slow, page).await;
        assert!(page.answer().contains_key("code"));
        let events = world.operator().events_of(&BINH).await;
        assert!(events.iter().any(|event| event.kind.is_some_and(|kind| kind.as_str() == "mandate.ended")));
    }

    async fn a_mandate_whose_time_is_over_is_honoured_nowhere_and_its_portals_are_told(world: World) {
        let (portal, office) = office(&world, "tax-office").await;
        // The world begins on 15 January 2027.
        let (_, mut binh) = deputy(&world, "2027-01-16").await;
        let tokens = acts(&mut binh, &portal, &BINH).await;
        let claims = portal.id_token(&tokens).await;
        office.signs_in(&claims);
        let refreshed = portal.refresh(&tokens.refresh_token()).await;
        assert_eq!(refreshed.status, 200, "{}", refreshed.body);
        world.wait(Duration::from_secs(2 * 86_400));
        assert_eq!(portal.introspection(&refreshed.refresh_token()).await["active"], false);
        let refused = portal.refresh(&refreshed.refresh_token()).await;
        assert_eq!(refused.refused(400), "invalid_grant");
        expiry::end_due(world.app(0)).await.unwrap();
        eventually("the portal ends its session", async || !office.is_signed_in(&claims)).await;
        assert!(mandates(&world, &BINH).await.is_empty());
    }

    async fn whoever_is_gone_or_was_put_out_leaves_no_deputy_behind(world: World) {
        let (portal, office) = office(&world, "tax-office").await;
        let (_, mut binh) = deputy(&world, "").await;
        let tokens = acts(&mut binh, &portal, &BINH).await;
        let claims = portal.id_token(&tokens).await;
        office.signs_in(&claims);
        // It was no citizen An who represented the company, but somebody with An's data.
        let (lan, hoa) = (world.registrar("lan"), world.registrar("hoa"));
        let proposal = lan.sees(&AN, seen(Registrant::SomebodyElse)).await.unwrap();
        hoa.confirms(proposal).await.unwrap();
        is_over(&portal, &tokens).await;
        eventually("the portal ends its session", async || !office.is_signed_in(&claims)).await;
        assert!(mandates(&world, &BINH).await.is_empty() && mandates(&world, &AN).await.is_empty());
    }

    async fn suspension_ends_what_goes_on_and_not_the_mandates(world: World) {
        let (portal, office) = office(&world, "tax-office").await;
        let mut an = represents(&world, &AN).await;
        let tokens = acts(&mut an, &portal, &AN).await;
        let claims = portal.id_token(&tokens).await;
        office.signs_in(&claims);
        let closed = world.operator().turns(RED_RIVER, OrganisationStatus::Suspended).await.unwrap();
        assert_eq!((closed.mandates, closed.told), (0, 1));
        is_over(&portal, &tokens).await;
        eventually("the portal ends its session", async || !office.is_signed_in(&claims)).await;
        world.operator().turns(RED_RIVER, OrganisationStatus::Active).await.unwrap();
        is_over(&portal, &tokens).await;
        let tokens = acts(&mut an, &portal, &AN).await;
        assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 200);
    }

    async fn what_somebody_granted_who_has_died_ends_with_them(world: World) {
        let portal = asks(&world, "tax-office").await;
        let (_, mut binh) = deputy(&world, "").await;
        let tokens = acts(&mut binh, &portal, &BINH).await;
        world.operator().takes(&AN, Transition::Decease, "the registry says so").await.unwrap();
        is_over(&portal, &tokens).await;
        assert!(mandates(&world, &BINH).await.is_empty());
    }
}

/// A company that `own` represents and `other` acts for by what they passed on.
async fn company(world: &World, code: &str, own: CitizenId, other: CitizenId) {
    let (now, random) = (world.clock.now(), SystemRandom::new());
    let organisation = Organisation {
        id: OrganisationId::new(now, &random),
        status: OrganisationStatus::Active,
        code: code.parse().unwrap(),
        name: "Công ty Cổ phần Sông Hồng".to_owned().try_into().unwrap(),
        created_at: now,
        updated_at: now,
    };
    let represents = Mandate {
        id: MandateId::new(now, &random),
        citizen: own,
        organisation: organisation.id,
        role: Role::LegalRepresentative,
        position: None,
        portals: Portals::All,
        delegation: Delegation::Allowed,
        starts_at: now,
        ends_at: None,
        basis: Basis::Registrar,
        granted_at: now,
        ended: None,
    };
    let passed_on = Mandate {
        id: MandateId::new(now, &random),
        citizen: other,
        role: Role::Delegate,
        basis: Basis::Derived { from: represents.id, by: own },
        ..represents.clone()
    };
    let mut tx = world.app(0).store.begin().await.unwrap();
    tx.organisations().insert(&organisation).await.unwrap();
    tx.mandates().insert(&represents).await.unwrap();
    tx.mandates().insert(&passed_on).await.unwrap();
    tx.commit().await.unwrap();
}

/// Each represents a company that the other one acts for as well, and both have died: what ends with the one ends with the other too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_end_at_once_wait_for_each_other_and_not_for_ever() {
    let world = World::start(Backend::production().await, |_| {}).await;
    let (an, binh) = (world.operator().id_of(&AN).await, world.operator().id_of(&BINH).await);
    company(&world, RED_RIVER, an, binh).await;
    company(&world, "vn-agency:H57.12.03", binh, an).await;
    // Nobody gets at the companies until both have begun.
    let url = world.backend().url();
    let mut watching = PgConnection::connect(&url).await.unwrap();
    sqlx::query("BEGIN").execute(&mut watching).await.unwrap();
    sqlx::query("SELECT 1 FROM organisations FOR UPDATE").execute(&mut watching).await.unwrap();
    let dies = async |citizen: &Citizen| world.operator().takes(citizen, Transition::Decease, "it is said").await;
    let goes_on = async {
        let mut looking = PgConnection::connect(&url).await.unwrap();
        let waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let both = async || sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut looking).await.unwrap() == 2;
        eventually("both wait", both).await;
        sqlx::query("COMMIT").execute(&mut watching).await.unwrap();
    };
    let (first, second, ()) = tokio::join!(dies(&AN), dies(&BINH), goes_on);
    assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
    assert!(mandates(&world, &AN).await.is_empty() && mandates(&world, &BINH).await.is_empty());
}
