//! People open accounts themselves: who they are, a code over a channel that the population registry holds, a password.

use std::time::Duration;

use senid::demo::registry::Manner;
use senid::domain::assurance::AccountLevel;
use senid::domain::citizen::CitizenStatus;
use senid::domain::ids::CitizenId;
use senid::domain::message::Channel;
use senid::domain::national_id::{NationalId, Scheme, Schemes};
use senid::domain::sign_in_name::SignInName;
use senid::domain::time::{Clock, Timestamp};
use senid::domain::verification::Evidence;
use senid::flows::admin::particulars::Column;
use senid::storage::NewCitizen;

use crate::support::registry::{HOA, House, KHANH, Known, PASSWORD, on_both};
use crate::support::world::{AN, Backend, Browser, Citizen, Page, eventually};

/// As somebody who signs in.
const fn citizen(who: &Known) -> Citizen {
    Citizen { name: who.name, identifier: who.number, password: PASSWORD }
}

on_both! {
    async fn whoever_comes_from_a_portal_opens_an_account_and_is_back_there(backend: Backend) {
        let house = House::on(backend).await;
        let portal = house.world.portal("tax-office");
        let (mut browser, started) = (house.world.browser(), portal.start());
        let page = browser.open(&started.url()).await;
        let page = browser.open(&page.link("#register")).await;
        assert_eq!(page.heading(), "Open an account");
        assert_eq!(page.words("[aria-current=step]"), "Who you are");
        // As people type.
        let typed = Known { number: "001 192 004 567", name: "đỗ thị  hòa", ..HOA };
        let page = house.claims(&mut browser, &page, &typed).await;
        assert_eq!(page.words("[aria-current=step]"), "Code");
        assert!(!page.text().contains("987") && !page.text().contains("hoa"), "{}", page.text());
        let code = house.code(&HOA, 1).await;
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let page = browser.press(&page, "continue", &[("code", wrong)]).await;
        assert_eq!(page.status, 401, "{}", page.text());
        let page = browser.press(&page, "continue", &[("code", &format!(" {} {}", &code[..3], &code[3..]))]).await;
        assert_eq!(page.words("#registered-name"), HOA.name, "as the registry writes it");
        assert!(page.text().contains("h•••@senid.example"), "{}", page.text());
        let page = browser.press(&page, "finish", &[("password", "Đỗ Thị Hoà 1992!!")]).await;
        assert_eq!(page.status, 422, "{}", page.text());
        let page = browser.press(&page, "finish", &[("password", PASSWORD)]).await;
        let page = citizen(&HOA).goes_through(&mut browser, page).await;
        let tokens = portal.exchange(&started, &page.code()).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);

        let account = house.account(HOA.number).await.unwrap();
        assert_eq!((account.account_level, account.status), (AccountLevel::Registered, CitizenStatus::Active));
        assert_eq!((account.profile.name.as_str(), account.profile.locale.as_deref()), (HOA.name, Some("en")));
        assert_eq!(Channel::Email.verified_of(&account.profile), Some(HOA.email));
        assert_eq!(Channel::Sms.verified_of(&account.profile), None, "nobody has shown that it is theirs");
        let verifications = house.world.app(0).store.read().await.unwrap().verifications().list(account.id).await.unwrap();
        let [verification] = &verifications[..] else { panic!("{verifications:?}") };
        assert_eq!(verification.level, AccountLevel::Registered);
        assert_eq!(verification.statement.verified.name, HOA.name);
        assert!(verification.statement.verified.email.is_none(), "a registry's contact is no fact about a person");
        let [Evidence::ElectronicRecord { checks, record }] = &verification.statement.evidence[..] else { panic!() };
        assert_eq!(record.kind, "population_register");
        assert_eq!(checks.iter().map(|check| check.method.as_str()).collect::<Vec<_>>(), ["data", "auth"]);
        assert_eq!(checks[0].check_id.as_deref(), Some("HT-004567: name birthdate"));

        eventually("its owner is told", async || {
            house.mails_to(HOA.email).iter().any(|mail| mail.header("Subject").contains("opened"))
        })
        .await;
        let (_, tokens) = house.world.signed_in(&portal, &citizen(&HOA)).await;
        assert_eq!(tokens.status, 200, "with the password from anywhere");
        let (_, tokens) = house.world.signed_in(&portal, &Citizen { identifier: HOA.email, ..citizen(&HOA) }).await;
        assert_eq!(tokens.status, 200, "and by the address that was verified");
    }

    async fn whoever_has_another_country_s_number_says_so_and_opens_an_account(backend: Backend) {
        const KALJU: Known = Known {
            number: "38001085718",
            name: "Kalju Tamm",
            birthdate: "1980-01-08",
            email: "kalju@senid.example",
            phone: "+84963234567",
        };
        let schemes = Schemes::new(vec![Scheme::Vn, Scheme::Ee], Scheme::Vn).unwrap();
        let house = House::with(backend, |settings| settings.national_id = schemes).await;
        let mut record = KALJU.record();
        record["person"]["scheme"] = "ee".into();
        house.registry.stand_in.enters(record);
        let mut browser = house.world.browser();
        let page = browser.open("/sign-up").await;
        let chosen = |page: &Page| page.attribute("#scheme option[selected]", "value");
        assert_eq!((chosen(&page).as_str(), page.count("#scheme option")), ("vn", 2));
        // As a number of the default's it is none, and another scheme is nobody's: nobody is asked about either.
        let typed = [("username", KALJU.number), ("name", KALJU.name), ("day", "8"), ("month", "1"), ("year", "1980")];
        let page = browser.press(&page, "continue", &typed).await;
        assert_eq!((page.status.as_u16(), chosen(&page).as_str()), (422, "vn"), "{}", page.text());
        let other = browser.press(&page, "continue", &[&typed[..], &[("scheme", "my")]].concat()).await;
        assert!(other.path().ends_with("/register") && house.registry.stand_in.asked().is_empty(), "{}", other.url);
        // What was wrong beside it leaves the choice as it was.
        let page = browser.press(&page, "continue", &[&typed[..4], &[("year", "1981"), ("scheme", "ee")]].concat()).await;
        assert_eq!((page.status.as_u16(), chosen(&page).as_str()), (422, "ee"), "{}", page.text());
        let page = browser.press(&page, "continue", &typed).await;
        assert!(page.path().ends_with("/register/code"), "{}", page.text());
        house.looked_into().await;
        assert_eq!(house.registry.stand_in.asked().len(), 1);
        let back = browser.open(&page.link("#change")).await;
        assert_eq!((chosen(&back).as_str(), back.field("username").as_str()), ("ee", KALJU.number));
        let code = house.code(&KALJU, 1).await;
        let page = browser.press(&page, "continue", &[("code", &code)]).await;
        let page = browser.press(&page, "finish", &[("password", PASSWORD)]).await;
        assert_eq!(page.path(), "/account", "{}", page.text());
        let name = SignInName::NationalId(NationalId::parse(Scheme::Ee, KALJU.number).unwrap());
        let found = house.world.app(0).store.read().await.unwrap().citizens().find_by_name(&name).await.unwrap().unwrap();
        assert_eq!(found.citizen.account_level, AccountLevel::Registered);
    }

    async fn nothing_is_lost_on_the_way_back_or_when_a_page_is_loaded_again(backend: Backend) {
        let house = House::on(backend).await;
        let mut browser = house.world.browser();
        let code_page = house.asks_for_code(&mut browser, &KHANH).await;
        assert_eq!(browser.reload(&code_page).await.words("[aria-current=step]"), "Code");
        let page = browser.open(&code_page.link("#change")).await;
        assert_eq!((page.field("username").as_str(), page.field("name").as_str()), (KHANH.number, KHANH.name));
        assert_eq!((page.field("day"), page.field("month"), page.field("year")), ("02".into(), "11".into(), "1988".into()));
        let code = house.code(&KHANH, 1).await;
        let page = browser.press(&code_page, "continue", &[("code", &code)]).await;
        let path = page.path().to_owned();
        assert!(path.ends_with("/register/password"), "{path}");
        // Every page of before leads to where they have come.
        for page in ["/register", "/register/code", "/register/password"] {
            let page = browser.open(&path.replace("/register/password", page)).await;
            assert_eq!(page.path(), path);
        }
        let page = browser.press(&page, "finish", &[("password", PASSWORD)]).await;
        assert_eq!(page.path(), "/account", "{}", page.text());
        assert!(page.text().contains(KHANH.name), "{}", page.text());
    }

    async fn whoever_the_authority_has_entered_takes_over_their_account(backend: Backend) {
        let house = House::on(backend).await;
        let mut entered = house.account(AN.identifier).await.unwrap();
        entered.id = CitizenId::new(house.world.clock.now(), &senid::crypto::random::SystemRandom::new());
        entered.status = CitizenStatus::Registered;
        entered.account_level = AccountLevel::SelfAsserted;
        entered.national_id = senid::domain::national_id::NationalId::parse(entered.national_id.scheme(), KHANH.number).unwrap();
        entered.profile = senid::domain::citizen::Profile { name: "Trinh Gia Khanh".to_owned(), ..Default::default() };
        entered.sessions_valid_from = Timestamp::EPOCH;
        let id = entered.id;
        let names = vec![senid::domain::sign_in_name::SignInName::NationalId(entered.national_id.clone())];
        let mut tx = house.world.app(0).store.begin().await.unwrap();
        tx.citizens().insert(&NewCitizen { citizen: entered, names, password: None }).await.unwrap();
        tx.commit().await.unwrap();
        let page = house.registers(&mut house.world.browser(), &KHANH).await;
        assert_eq!(page.path(), "/account", "{}", page.text());
        let account = house.account(KHANH.number).await.unwrap();
        assert_eq!((account.id, account.status), (id, CitizenStatus::Active));
        assert_eq!((account.account_level, account.profile.name.as_str()), (AccountLevel::Registered, KHANH.name));
    }

    async fn a_registry_that_is_away_is_waited_for_and_nothing_is_typed_twice(backend: Backend) {
        let house = House::on(backend).await;
        let mut browser = house.world.browser();
        for manner in [Manner::IsAway, Manner::IsSilent, Manner::SignsWithAnotherKey, Manner::TakesForAnother] {
            house.registry.behaves(manner);
            let page = house.asks_for_code(&mut browser, &HOA).await;
            let page = browser.reload(&page).await;
            assert!(page.has("#registry-away") && !page.has("input#code"), "{manner:?}: {}", page.text());
        }
        assert!(house.mail.mails().is_empty());
        let page = house.asks_for_code(&mut browser, &HOA).await;
        let page = browser.reload(&page).await;
        house.registry.behaves(Manner::Answers);
        browser.press(&page, "send", &[]).await;
        house.looked_into().await;
        let page = browser.reload(&page).await;
        let code = house.code(&HOA, 1).await;
        let page = browser.press(&page, "continue", &[("code", &code)]).await;
        assert!(page.has("#password"), "{}", page.text());
    }

    async fn a_telephone_that_a_family_shares_is_one_member_s_to_sign_in_with(backend: Backend) {
        let house = House::on(backend).await;
        let shared = serde_json::json!([{ "channel": "email", "to": HOA.email }]);
        house.registry.stand_in.changes(KHANH.number, &serde_json::json!({ "contacts": shared }));
        house.registers(&mut house.world.browser(), &HOA).await;
        let his = Known { email: HOA.email, ..KHANH };
        let page = house.registers(&mut house.world.browser(), &his).await;
        assert_eq!(page.path(), "/account", "{}", page.text());
        let account = house.account(KHANH.number).await.unwrap();
        assert_eq!(Channel::Email.verified_of(&account.profile), Some(HOA.email), "he is told there");
        let mut browser = house.world.browser();
        let page = Citizen { identifier: HOA.email, ..citizen(&HOA) }.enters_account(&mut browser, "/account").await;
        assert!(page.text().contains(HOA.name), "{}", page.text());
        // Also where the authority has entered whoever shares it.
        let son = Known { number: "079088001235", email: HOA.email, ..KHANH };
        house.registry.stand_in.enters(son.record());
        house.world.operator().adds(&citizen(&son), &[(Column::Status, "registered")]).await;
        let page = house.registers(&mut house.world.browser(), &son).await;
        assert_eq!(page.path(), "/account", "{}", page.text());
        assert_eq!(house.account(son.number).await.unwrap().status, CitizenStatus::Active);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_seen_to_be_wrong_is_said_at_once_and_asked_of_nobody() {
    let house = House::on(Backend::embedded().await).await;
    let mut browser = house.world.browser();
    let page = browser.open("/sign-up").await;
    for (typed, said) in [
        (Known { number: "0011920045", ..HOA }, "Check every digit"),
        (Known { name: " ", ..HOA }, "Enter your full name"),
        (Known { name: "hoa@example.vn", ..HOA }, "letters only"),
        (Known { birthdate: "1992-02-30", ..HOA }, "no date of birth"),
        (Known { birthdate: "1993-03-21", ..HOA }, "another than the number says"),
        (Known { number: "001315004567", birthdate: "2015-03-21", ..HOA }, "from the age of 14"),
    ] {
        let page = house.claims(&mut browser, &page, &typed).await;
        assert_eq!(page.status, 422, "{}", page.text());
        assert!(page.problem().contains(said), "{}", page.problem());
        assert_eq!(page.field("name"), typed.name, "what was typed stays");
    }
    assert!(house.registry.stand_in.asked().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_registers_where_there_is_no_registry() {
    let world = crate::support::World::embedded().await;
    let mut browser: Browser = world.browser();
    assert_eq!(browser.open("/sign-up").await.status, 404);
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    assert!(!page.has("#register"));
    let page = browser.open(&format!("{}/register", page.path())).await;
    assert!(page.has("#username") && !page.has("#name"), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_portal_that_sends_people_to_open_an_account_sends_them_here() {
    let house = House::on(Backend::embedded().await).await;
    let portal = house.world.portal("tax-office");
    let (mut browser, started) = (house.world.browser(), portal.start().with("prompt", "create"));
    let page = browser.open(&started.url()).await;
    let page = browser.open(&page.link("#register")).await;
    let page = house.claims(&mut browser, &page, &HOA).await;
    let code = house.code(&HOA, 1).await;
    house.wait(Duration::from_secs(60));
    let page = browser.press(&page, "continue", &[("code", &code)]).await;
    let page = browser.press(&page, "finish", &[("password", PASSWORD)]).await;
    let page = citizen(&HOA).goes_through(&mut browser, page).await;
    assert_eq!(portal.exchange(&started, &page.code()).await.status, 200);
}
