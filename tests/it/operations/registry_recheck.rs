//! The population registry is asked again about everybody: who has died, who has another name, another number; and nothing is changed on
//! an answer that is not to be believed.

use std::time::Duration;

use senid::config::Settings;
use senid::demo::registry::Manner;
use senid::domain::account_life::Transition;
use senid::domain::audit::EventKind;
use senid::domain::citizen::CitizenStatus;
use senid::domain::time::Clock;
use senid::flows::admin::particulars::Column;
use senid::flows::admin::registry as admin;
use senid::flows::registry_recheck::recheck_due;
use serde_json::json;

use crate::organisations::{self, Offer};
use crate::support::registry::{HOA, House, KHANH, Known, PASSWORD, on_both};
use crate::support::world::{AN, BINH, Backend, Citizen, Office, eventually};

const DAY: Duration = Duration::from_secs(86_400);

const fn citizen(who: &Known) -> Citizen {
    Citizen { name: who.name, identifier: who.number, password: PASSWORD }
}

/// A house whose two people have opened accounts; nobody else is in the registry.
async fn house(backend: Backend) -> House {
    opened(backend, |_| {}).await
}

/// The same, where the registry has as long as it may.
async fn patient(backend: Backend) -> House {
    opened(backend, |settings| settings.registry.time_limit = Duration::from_secs(30)).await
}

async fn opened(backend: Backend, change: impl FnOnce(&mut Settings)) -> House {
    // The job is off: the test does its work when it wants to.
    let house = House::with(backend, |settings: &mut Settings| {
        settings.registry.recheck.per_minute = 6000;
        change(settings);
    })
    .await;
    for who in [&HOA, &KHANH] {
        let page = house.registers(&mut house.world.browser(), who).await;
        assert_eq!(page.path(), "/account", "{}", page.text());
    }
    house
}

impl House {
    /// Has the registry asked about somebody, now.
    async fn rechecks(&self, number: &str) {
        let (id, now) = (self.account(number).await.unwrap().id, self.world.clock.now());
        self.world.app(0).store.write().await.unwrap().registry_checks().hasten(id, now).await.unwrap();
        recheck_due(self.world.app(0)).await.unwrap();
    }

    /// The same, and does something else while the registry takes its time.
    async fn rechecks_while(&self, number: &str, meanwhile: impl AsyncFnOnce()) {
        let (id, now) = (self.account(number).await.unwrap().id, self.world.clock.now());
        self.world.app(0).store.write().await.unwrap().registry_checks().hasten(id, now).await.unwrap();
        let asked = self.registry.stand_in.asked().len();
        self.registry.behaves(Manner::TakesItsTime);
        let app = self.world.app(0).clone();
        let rechecking = tokio::spawn(async move { recheck_due(&app).await });
        eventually("it is asked", async || self.registry.stand_in.asked().len() > asked).await;
        meanwhile().await;
        self.registry.behaves(Manner::Answers);
        rechecking.await.unwrap().unwrap();
    }

    async fn outcome(&self, number: &str) -> Option<String> {
        let id = self.account(number).await.unwrap().id;
        let found = self.world.app(0).store.read().await.unwrap().registry_checks().find(id).await.unwrap();
        found.and_then(|found| found.outcome)
    }
}

on_both! {
    async fn whoever_has_died_is_recorded_so_and_everything_of_theirs_ends(backend: Backend) {
        let house = house(backend).await;
        let portal = house.world.portal("tax-office");
        let (mut browser, tokens) = house.world.signed_in(&portal, &citizen(&HOA)).await;
        house.registry.stand_in.changes(HOA.number, &json!({ "standing": "deceased", "deceased_on": "2027-01-02" }));
        house.wait(Duration::from_secs(1));
        house.rechecks(HOA.number).await;
        let account = house.account(HOA.number).await.unwrap();
        assert_eq!(account.status, CitizenStatus::Deceased);
        assert_eq!(browser.open("/account").await.path(), "/account/sign-in");
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.status, 400);
        let events = house.world.app(0).store.read().await.unwrap().audit().of_citizen(account.id, None, 50).await.unwrap();
        let recorded = events.items.iter().find(|event| event.kind == Some(EventKind::CitizenDeceased)).unwrap();
        assert_eq!(recorded.details["on"], "2027-01-02");
        assert!(recorded.details.contains_key("answer"), "what the registry said can be shown");
        assert_eq!(house.account(KHANH.number).await.unwrap().status, CitizenStatus::Active);
    }

    async fn whoever_has_died_acts_for_nobody_any_more(backend: Backend) {
        let house = house(backend).await;
        let world = &house.world;
        let portal = organisations::asks(world, "tax-office").await;
        let mut office = Office::new(&world.issuer, "tax-office", world.clock.clone());
        office.opens();
        world.operator().changes("tax-office", office.registers()).await;
        let hoa = citizen(&HOA);
        let mut an = organisations::represents(world, &AN).await;
        let code = organisations::invites(&mut an, Offer { may_delegate: true, ..Offer::to(&hoa) }).await;
        let mut browser = organisations::accepts(world, &hoa, &code).await;
        let code = organisations::invites(&mut browser, Offer::to(&BINH)).await;
        organisations::accepts(world, &BINH, &code).await;
        let tokens = organisations::acts(&mut browser, &portal, &hoa).await;
        let claims = portal.id_token(&tokens).await;
        assert!(claims.get("organisation").is_some(), "{claims}");
        office.signs_in(&claims);
        house.registry.stand_in.changes(HOA.number, &json!({ "standing": "deceased", "deceased_on": "2027-01-02" }));
        house.wait(Duration::from_secs(1));
        house.rechecks(HOA.number).await;
        assert_eq!(house.account(HOA.number).await.unwrap().status, CitizenStatus::Deceased);
        // Theirs, and what they had passed on by it; whose it was before keeps it.
        let mut store = world.app(0).store.read().await.unwrap();
        let account = house.account(HOA.number).await.unwrap().id;
        assert!(store.mandates().of_citizen(account, 9).await.unwrap().is_empty());
        drop(store);
        assert_eq!(organisations::mandates(world, &BINH).await.len(), 0);
        assert_eq!(organisations::mandates(world, &AN).await.len(), 1);
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.refused(400), "invalid_grant");
        eventually("the portal ends its session", async || !office.is_signed_in(&claims)).await;
    }

    async fn another_name_is_the_account_s_with_evidence_and_its_owner_is_told(backend: Backend) {
        let house = house(backend).await;
        let id = house.account(HOA.number).await.unwrap().id;
        // Another spelling is no other name.
        house.registry.stand_in.changes(HOA.number, &json!({ "name": "ĐỖ THỊ HÒA" }));
        house.rechecks(HOA.number).await;
        assert_eq!(house.outcome(HOA.number).await.as_deref(), Some("unchanged"));
        house.registry.stand_in.changes(HOA.number, &json!({ "name": "Đỗ Thị Thanh Hoà", "gender": "female" }));
        house.wait(Duration::from_secs(1));
        house.rechecks(HOA.number).await;
        assert_eq!(house.outcome(HOA.number).await.as_deref(), Some("corrected"));
        let account = house.account(HOA.number).await.unwrap();
        assert_eq!((account.id, account.profile.name.as_str()), (id, "Đỗ Thị Thanh Hoà"));
        assert_eq!(account.profile.email.map(|email| email.value).as_deref(), Some(HOA.email), "what they are reached by stays");
        let mut store = house.world.app(0).store.read().await.unwrap();
        let standing = store.verifications().standing(id).await.unwrap();
        let [verification] = &standing[..] else { panic!("{standing:?}") };
        assert_eq!(verification.statement.verified.name, "Đỗ Thị Thanh Hoà");
        assert_eq!(verification.statement.evidence.len(), 2, "who they are, and what has changed");
        assert_eq!(store.verifications().list(id).await.unwrap().len(), 2, "what was verified before is still known");
        drop(store);
        eventually("they are told", async || {
            house.mails_to(HOA.email).iter().any(|mail| mail.header("Subject").contains("up to date"))
        }).await;
        let events = house.world.operator().events_of(&citizen(&HOA)).await;
        let corrected = events.iter().find(|event| event.kind == Some(EventKind::DataCorrected)).unwrap();
        assert_eq!(corrected.details["fields"], "name gender");
    }

    async fn another_number_is_the_same_person_s_and_nobody_s_whose_number_it_is(backend: Backend) {
        let house = house(backend).await;
        let id = house.account(HOA.number).await.unwrap().id;
        let taken = json!({ "standing": "renumbered", "now": { "scheme": "vn", "number": KHANH.number } });
        house.registry.stand_in.changes(HOA.number, &taken);
        house.rechecks(HOA.number).await;
        assert_eq!(house.outcome(HOA.number).await.as_deref(), Some("disputed"));
        assert_eq!(house.account(KHANH.number).await.unwrap().profile.name, KHANH.name);
        let now = json!({ "standing": "renumbered", "now": { "scheme": "vn", "number": "001192009999" } });
        house.registry.stand_in.changes(HOA.number, &now);
        house.rechecks(HOA.number).await;
        let account = house.account("001192009999").await.unwrap();
        assert_eq!((account.id, account.national_id.expose()), (id, "001192009999"));
        assert_eq!(house.account(HOA.number).await.unwrap().id, id, "by the number of before as well");
        let (_, tokens) = house.world.signed_in(&house.world.portal("tax-office"), &Citizen {
            identifier: "001192009999", ..citizen(&HOA)
        }).await;
        assert_eq!(tokens.status, 200);
    }

    async fn what_changes_while_it_is_asked_is_not_written_over(backend: Backend) {
        let house = patient(backend).await;
        let id = house.account(HOA.number).await.unwrap().id;
        house.registry.stand_in.changes(HOA.number, &json!({ "name": "Đỗ Thị Thanh Hoà" }));
        house.rechecks_while(HOA.number, async || {
            let mut profile = house.account(HOA.number).await.unwrap().profile;
            profile.language = Some("fr".to_owned());
            let mut tx = house.world.app(0).store.begin().await.unwrap();
            tx.citizens().correct_profile(id, &profile, house.world.clock.now()).await.unwrap();
            tx.commit().await.unwrap();
        })
        .await;
        let profile = house.account(HOA.number).await.unwrap().profile;
        assert_eq!((profile.name.as_str(), profile.language.as_deref()), ("Đỗ Thị Thanh Hoà", Some("fr")));
        // What it says of one number is not written of whoever has another by then.
        house.registry.stand_in.changes(HOA.number, &json!({ "name": "Đỗ Thị Hường" }));
        house.rechecks_while(HOA.number, async || {
            house.world.operator().renumbers(&citizen(&HOA), "001192009999").await.unwrap();
        })
        .await;
        let account = house.account("001192009999").await.unwrap();
        assert_eq!((account.id, account.profile.name.as_str()), (id, "Đỗ Thị Thanh Hoà"));
        // Nor is anything written in an account that has ended.
        house.registry.stand_in.changes(KHANH.number, &json!({ "name": "Trịnh Gia Khang" }));
        house.rechecks_while(KHANH.number, async || {
            house.world.operator().takes(&citizen(&KHANH), Transition::Close, "a duplicate").await.unwrap();
        })
        .await;
        assert_eq!(house.account(KHANH.number).await.unwrap().profile.name, KHANH.name);
    }

    async fn whoever_was_never_matched_is_not_told_whose_number_it_is(backend: Backend) {
        let house = house(backend).await;
        let number = "001192004568";
        let claims_it = Citizen { name: "Đỗ Thị Hạ", identifier: number, password: PASSWORD };
        house.world.operator().adds(&claims_it, &[(Column::Birthdate, "1992-01-01")]).await;
        let mut record = HOA.record();
        record["person"]["number"] = json!(number);
        house.registry.stand_in.enters(record);
        house.rechecks(number).await;
        let moved = json!({ "standing": "renumbered", "now": { "scheme": "vn", "number": "001192007777" } });
        for _ in 0..2 {
            assert_eq!(house.outcome(number).await.as_deref(), Some("disputed"));
            let account = house.account(number).await.unwrap();
            assert_eq!((account.profile.name.as_str(), account.national_id.expose()), ("Đỗ Thị Hạ", number));
            assert_eq!(account.profile.birthdate.map(|day| day.to_string()).as_deref(), Some("1992-01-01"));
            let mut store = house.world.app(0).store.read().await.unwrap();
            assert!(store.verifications().list(account.id).await.unwrap().is_empty());
            drop(store);
            house.registry.stand_in.changes(number, &moved);
            house.rechecks(number).await;
        }
        let events = house.world.operator().events_of(&claims_it).await;
        let disputed: Vec<_> = events.iter().filter(|event| event.kind == Some(EventKind::RegistryChecked)).collect();
        assert!(disputed.iter().any(|event| event.details.get("fields").is_some_and(|fields| fields == "name birthdate")));
        // That they have died is said of the number, whoever is in its account.
        house.registry.stand_in.changes(number, &json!({ "standing": "deceased", "now": null }));
        house.rechecks(number).await;
        assert_eq!(house.account(number).await.unwrap().status, CitizenStatus::Deceased);
    }

    async fn nothing_is_changed_on_no_answer_and_it_is_asked_again_later(backend: Backend) {
        let house = house(backend).await;
        let id = house.account(HOA.number).await.unwrap().id;
        house.registry.stand_in.changes(HOA.number, &json!({ "standing": "deceased" }));
        for manner in [Manner::IsAway, Manner::SignsWithAnotherKey, Manner::TakesForAnother, Manner::Replays] {
            house.registry.behaves(manner);
            house.rechecks(HOA.number).await;
            let account = house.account(HOA.number).await.unwrap();
            assert_eq!(account.status, CitizenStatus::Active, "{manner:?}");
        }
        let asked = house.registry.stand_in.asked().len();
        house.registry.behaves(Manner::Answers);
        recheck_due(house.world.app(0)).await.unwrap();
        assert_eq!(house.registry.stand_in.asked().len(), asked, "not before its time");
        let found = house.world.app(0).store.read().await.unwrap().registry_checks().find(id).await.unwrap().unwrap();
        assert!(found.tries >= 1 && found.outcome.is_none(), "{found:?}");
        house.wait(DAY);
        recheck_due(house.world.app(0)).await.unwrap();
        assert_eq!(house.account(HOA.number).await.unwrap().status, CitizenStatus::Deceased);
    }

    async fn everybody_s_turn_comes_within_the_period(backend: Backend) {
        let house = house(backend).await;
        let before = house.registry.stand_in.asked().len();
        // They are entered once their ids have settled, and then spread.
        house.wait(Duration::from_secs(7200));
        recheck_due(house.world.app(0)).await.unwrap();
        house.wait(31 * DAY);
        recheck_due(house.world.app(0)).await.unwrap();
        let asked = house.registry.stand_in.asked();
        for who in [&HOA, &KHANH] {
            let about = asked[before..].iter().filter(|question| question["person"]["number"] == who.number);
            assert_eq!(about.count(), 1, "{}", who.name);
            assert_eq!(house.outcome(who.number).await.as_deref(), Some("unchanged"));
        }
        let standing = admin::standing(&house.world.operator().admin().await).await.unwrap();
        assert_eq!(standing.overdue.citizens, 0, "{standing:?}");
        assert!(standing.answers.iter().any(|(outcome, citizens, _)| outcome == "unchanged" && *citizens == 2));
    }
}
