//! The end of an account, and the accounts of minors, as their people see them.

use std::time::Duration;

use senid::domain::account_life::Transition;
use senid::domain::citizen::CitizenStatus;
use senid::domain::time::Clock;
use senid::flows::account_life::close_due;
use senid::flows::admin::find_citizen::Who;
use senid::flows::admin::particulars::Column;
use senid::flows::admin::{AdminError, proposals};
use serde_json::Value;

use crate::support::World;
use crate::support::mail::{MailServer, Reached};
use crate::support::world::{AN, BINH, Browser, CHAU, Citizen, Office, Page, eventually, on_every_backend};

const DAY: Duration = Duration::from_secs(86_400);

/// Born in May 2016: ten years old, in the world that begins in January 2027.
const MINH: Citizen = Citizen { name: "Nguyễn Nhật Minh", identifier: "001216123456", password: AN.password };

async fn status(world: &World, citizen: &Citizen) -> CitizenStatus {
    let id = world.operator().id_of(citizen).await;
    world.app(0).store.read().await.unwrap().citizens().life(id).await.unwrap().unwrap().status
}

async fn wants_it_closed(browser: &mut Browser) -> Page {
    let page = AN.enters_account(browser, "/account/close").await;
    assert_eq!(page.heading(), "Close your account?", "{}", page.text());
    browser.press(&page, "close-confirm", &[]).await
}

async fn has_a_child(world: &World) {
    world.operator().adds(&MINH, &[(Column::Birthdate, "2016-05-01"), (Column::Gender, "male")]).await;
}

on_every_backend! {
    async fn an_account_is_closed_once_its_owner_had_time_to_think_again(world: World) {
        let portal = world.portal("tax-office");
        let mut office = Office::new(&world.issuer, "tax-office", world.clock.clone());
        office.opens();
        world.operator().changes("tax-office", office.registers()).await;
        let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
        let claims: Value = portal.id_token(&tokens).await;
        office.signs_in(&claims);
        let page = wants_it_closed(&mut browser).await;
        assert_eq!(page.path(), "/account");
        assert!(page.words("#closing").contains("Your account will be closed on"), "{}", page.text());
        world.wait(13 * DAY);
        close_due(world.app(0)).await.unwrap();
        assert_eq!(status(&world, &AN).await, CitizenStatus::Active, "not before its time");
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.status, 200, "it works as ever");
        world.wait(DAY);
        close_due(world.app(0)).await.unwrap();
        assert_eq!(status(&world, &AN).await, CitizenStatus::Closed);
        eventually("the portal is told", async || !office.is_signed_in(&claims)).await;
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.refused(400), "invalid_grant");
        let events = world.operator().events_of(&AN).await;
        let closed = events.iter().find(|event| event.kind.is_some_and(|kind| kind.as_str() == "citizen.closed")).unwrap();
        assert_eq!((closed.actor.as_str(), closed.details["reason"].as_str()), ("system", "asked_by_owner"));
    }

    async fn whoever_signs_in_again_or_says_so_keeps_the_account(world: World) {
        let mut browser = world.browser();
        wants_it_closed(&mut browser).await;
        let page = AN.enters_account(&mut world.browser(), "/account").await;
        assert!(!page.has("#closing"), "{}", page.text());
        assert!(page.text().contains("The account is kept: it will not be closed"), "{}", page.text());
        let page = wants_it_closed(&mut browser).await;
        let page = browser.press(&page, "keep-account", &[]).await;
        assert!(!page.has("#closing"), "{}", page.text());
        world.wait(15 * DAY);
        close_due(world.app(0)).await.unwrap();
        assert_eq!(status(&world, &AN).await, CitizenStatus::Active);
    }

    async fn a_guardian_sees_the_account_of_a_minor_and_locks_it(world: World) {
        has_a_child(&world).await;
        assert_eq!(status(&world, &MINH).await, CitizenStatus::Registered);
        let lan = world.registrar("lan");
        lan.enters_guardian(&MINH, &BINH).await.unwrap();
        let again = lan.enters_guardian(&MINH, &BINH).await;
        assert!(matches!(again, Err(AdminError::Conflict(_))), "{again:?}");
        let mut guardian = world.browser();
        let page = BINH.enters_account(&mut guardian, "/account").await;
        let link = page.link("a.ward");
        let page = guardian.open(&link).await;
        assert_eq!((page.heading().as_str(), page.words("#ward-standing").as_str()), (MINH.name, "Nobody signs in to this account yet."));
        // Nobody else sees it, whoever has the address.
        let mut other = world.browser();
        CHAU.enters_account(&mut other, "/account").await;
        assert_eq!(other.open(&link).await.status, 404);
        let form = page.form_of("ward-lock", &[]);
        assert_eq!(other.submit(&page, &form.action, &form.pairs).await.status, 403, "nor with a form of the guardian's");
        let page = guardian.press(&page, "ward-lock", &[]).await;
        assert!(page.words("#ward-standing").starts_with("Locked"), "{}", page.text());
        assert!(!page.has("#ward-lock"));
        assert_eq!(status(&world, &MINH).await, CitizenStatus::Locked);
        let unlocked = world.operator().takes(&MINH, Transition::Unlock, "they were seen").await.unwrap();
        assert_eq!(unlocked, CitizenStatus::Registered, "no lock that is lifted lets a child in");
        // It is over on the day that the minor is old enough, and where a registrar ends it.
        world.wait(Duration::from_secs(366 * 86_400) * 4);
        let mut later = world.browser();
        assert!(!BINH.enters_account(&mut later, "/account").await.has("a.ward"));
        assert_eq!(later.open(&link).await.status, 404);
    }

    async fn nobody_looks_after_an_account_that_is_over_nor_after_anybody_who_is_of_age(world: World) {
        has_a_child(&world).await;
        let lan = world.registrar("lan");
        lan.enters_guardian(&MINH, &BINH).await.unwrap();
        let mut guardian = world.browser();
        let page = BINH.enters_account(&mut guardian, "/account").await;
        let link = page.link("a.ward");
        assert_eq!(guardian.open(&link).await.status, 200);
        // The child has turned out to be older than was thought.
        let id = world.operator().id_of(&MINH).await;
        let born = async |day: &str| {
            let mut tx = world.app(0).store.begin().await.unwrap();
            let mut profile = tx.citizens().find(id).await.unwrap().unwrap().profile;
            profile.birthdate = Some(day.parse().unwrap());
            tx.citizens().correct_profile(id, &profile, world.clock.now()).await.unwrap();
            tx.commit().await.unwrap();
        };
        born("2012-05-01").await;
        assert_eq!(guardian.open(&link).await.status, 404);
        born("2016-05-01").await;
        assert_eq!(guardian.open(&link).await.status, 200);
        // What ended with the account does not come back with it.
        world.operator().takes(&MINH, Transition::Close, "entered twice").await.unwrap();
        assert_eq!(guardian.open(&link).await.status, 404);
        let who = Who::Id(id);
        let proposal = proposals::propose_reopening(&lan.admin().await, &who, "it was another one").await.unwrap();
        world.registrar("hoa").confirms(proposal.id).await.unwrap();
        assert_eq!(guardian.open(&link).await.status, 404);
        lan.enters_guardian(&MINH, &BINH).await.unwrap();
    }

    async fn a_child_signs_in_once_a_guardian_asked_for_its_proof(world: World) {
        use senid::domain::birthdate::Birthdate;
        use senid::domain::proposal::{Corrections, Proof, Registrant};
        use senid::flows::admin::prove_identity::{Proving, prove};

        has_a_child(&world).await;
        let portal = world.portal("tax-office");
        let mut child = world.browser();
        let page = child.open(&portal.start().url()).await;
        assert_eq!(MINH.signs_in(&mut child, &page).await.status, 401);
        let refused = world.operator().takes(&MINH, Transition::Activate, "they asked").await;
        assert!(matches!(&refused, Err(AdminError::Conflict(told)) if told.contains("under 14")), "{refused:?}");
        let (lan, hoa) = (world.registrar("lan"), world.registrar("hoa"));
        let born: Birthdate = "2016-05-01".parse().unwrap();
        let seen = crate::support::world::registrar::seen(Registrant::ThisPerson);
        let proof = Proof { corrections: Corrections { birthdate: Some(born), ..seen.corrections }, ..seen };
        let who = |citizen: &Citizen| Who::parse(citizen.identifier, senid::domain::national_id::Scheme::Vn).unwrap();
        let asks = async |guardian: Option<&Citizen>| {
            let guardian = guardian.map(who);
            prove(&lan.admin().await, &who(&MINH), proof.clone(), guardian.as_ref()).await
        };
        for nobody in [None, Some(&BINH)] {
            let refused = asks(nobody).await;
            assert!(matches!(&refused, Err(AdminError::Conflict(told)) if told.contains("guardians")), "{refused:?}");
        }
        lan.enters_guardian(&MINH, &BINH).await.unwrap();
        let Proving::Proposed(proposal) = asks(Some(&BINH)).await.unwrap() else { panic!("one was enough") };
        hoa.confirms(proposal.id).await.unwrap();
        assert_eq!(status(&world, &MINH).await, CitizenStatus::Active);
        world.signed_in(&portal, &MINH).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_owner_is_told_that_an_account_is_to_be_closed_and_nobody_where_nothing_was_verified() {
    let server = MailServer::start(Reached::StartTls).await;
    let world = World::embedded_with(|settings| {
        server.is_reached(settings);
        settings.risk.new_device = senid::domain::risk::Response::Off;
    })
    .await;
    wants_it_closed(&mut world.browser()).await;
    eventually("a letter arrives", async || !server.mails().is_empty()).await;
    let letter = server.mails()[0].part("text/plain");
    assert!(letter.contains("To keep it, sign in again before then") || letter.contains("đăng nhập lại"), "{letter}");
    // Somebody whose mailbox the authority noted and nobody verified hears nothing of anything.
    let unverified = Citizen { name: "Lý An", identifier: "001090555555", password: AN.password };
    world.operator().adds(&unverified, &[(Column::Email, "ly@example.vn")]).await;
    let mut browser = world.browser();
    let page = unverified.enters_account(&mut browser, "/account/close").await;
    browser.press(&page, "close-confirm", &[]).await;
    world.app(0).background.idle().await;
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn nobody_looks_after_whoever_is_old_enough_nor_does_a_child() {
    let world = World::embedded().await;
    has_a_child(&world).await;
    let lan = world.registrar("lan");
    for (minor, guardian, told) in
        [(&AN, &BINH, "look after their account themselves"), (&MINH, &MINH, "who is of age")]
    {
        let refused = lan.enters_guardian(minor, guardian).await;
        assert!(matches!(&refused, Err(AdminError::Invalid(_))), "{refused:?}");
        assert!(refused.unwrap_err().to_string().contains(told), "{told}");
    }
    world.operator().takes(&BINH, Transition::Close, "a duplicate").await.unwrap();
    let refused = lan.enters_guardian(&MINH, &BINH).await;
    assert!(matches!(&refused, Err(AdminError::Conflict(told)) if told.contains("closed")), "{refused:?}");
}
