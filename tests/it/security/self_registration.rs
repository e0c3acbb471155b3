//! Whoever knows somebody's number, name and birthday has read a leak: they open no account in that name, learn nothing of anybody,
//! and send nobody letters without end.

use std::time::Duration;

use senid::config::Rate;
use senid::demo::registry::Manner;
use senid::domain::assurance::AccountLevel;
use senid::domain::audit::EventKind;
use senid::domain::citizen::CitizenStatus;
use senid::domain::proposal::{Corrections, Proof, Registrant};
use senid::domain::registry::Field;
use senid::flows::admin::particulars::Column;
use serde_json::json;

use crate::support::registry::{HOA, House, KHANH, Known, PASSWORD, on_both};
use crate::support::world::registrar::seen;
use crate::support::world::{AN, Backend, Browser, Citizen, Office, Page, eventually};

const MINUTE: Duration = Duration::from_secs(60);

/// The page that asks for the code, without what is another every time: the sign-in, its token, and the masked number.
fn shown(page: &Page) -> String {
    let tokens = [page.field("csrf"), page.path().split('/').nth(2).unwrap().to_owned(), page.words(".who strong")];
    tokens.iter().fold(page.reply.body.clone(), |body, token| body.replace(token.as_str(), "…"))
}

async fn enters(browser: &mut Browser, page: &Page, code: &str) -> Page {
    browser.press(page, "continue", &[("code", code)]).await
}

/// Another code than `code`.
fn wrong(code: &str, number: u32) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + number) % 1_000_000)
}

/// Somebody of the demonstration, who has an account, as the registry has them.
fn an() -> Known {
    Known {
        number: AN.identifier,
        name: AN.name,
        birthdate: "1990-08-15",
        email: "an.nguyen@senid.example",
        phone: "+84912345678",
    }
}

on_both! {
    async fn an_impostor_with_leaked_data_gets_nowhere_without_the_channel(backend: Backend) {
        let house = House::on(backend).await;
        let mut thief = house.world.browser_at("127.0.0.9");
        let page = house.asks_for_code(&mut thief, &HOA).await;
        let code = house.code(&HOA, 1).await;
        // Five tries a code, however many forms come at once.
        let tries = (1..=20).map(|number| {
            let (mut thief, page, typed) = (thief.clone(), page.clone(), wrong(&code, number));
            async move { enters(&mut thief, &page, &typed).await.status }
        });
        let mut at_once = tokio::task::JoinSet::new();
        for one in tries {
            at_once.spawn(one);
        }
        assert!(at_once.join_all().await.iter().all(|status| *status == 401));
        let page = enters(&mut thief, &page, &code).await;
        assert_eq!(page.status, 401, "even the right one is late: {}", page.text());
        let finish = page.path().replace("/code", "/password");
        assert!(thief.open(&finish).await.path().ends_with("/code"), "no step is skipped");
        assert!(house.account(HOA.number).await.is_none());
        // Its owner is none the worse for it.
        let page = house.registers(&mut house.world.browser(), &HOA).await;
        assert_eq!(page.path(), "/account", "{}", page.text());
    }

    async fn a_code_is_good_once_in_the_browser_that_asked_and_for_what_was_said_last(backend: Backend) {
        let house = House::on(backend).await;
        let (mut owner, mut other) = (house.world.browser(), house.world.browser());
        let page = house.asks_for_code(&mut owner, &HOA).await;
        let first = house.code(&HOA, 1).await;
        let page = owner.press(&page, "send", &[]).await;
        house.looked_into().await;
        let second = house.code(&HOA, 2).await;
        if first != second {
            assert_eq!(enters(&mut owner, &page, &first).await.status, 401, "another one was sent since");
        }
        // Another browser that opens its page, and one that brings its own sign-in.
        assert_ne!(other.open(page.url.as_str()).await.status, 200);
        let theirs = house.asks_for_code(&mut other, &KHANH).await;
        assert_eq!(enters(&mut other, &theirs, &second).await.status, 401, "it is somebody else's");
        // Said anew, as somebody else: what was sent before opens nothing.
        let changed = owner.open(&page.link("#change")).await;
        let nobody = Known { name: "Đỗ Thị Hoa", ..HOA };
        let page = house.claims(&mut owner, &changed, &nobody).await;
        house.looked_into().await;
        assert_eq!(enters(&mut owner, &page, &second).await.status, 401);
        let page = house.asks_for_code(&mut owner, &HOA).await;
        let third = house.code(&HOA, 3).await;
        house.wait(11 * MINUTE);
        assert_eq!(enters(&mut owner, &page, &third).await.status, 401, "ten minutes are over");
    }

    async fn the_answer_is_the_same_whatever_there_is_to_know(backend: Backend) {
        let house = House::on(backend).await;
        let mut dead = KHANH.record();
        dead["person"]["number"] = json!("079088009999");
        dead["standing"] = json!("deceased");
        house.registry.stand_in.enters(dead);
        house.registry.stand_in.enters(an().record());
        let mut moved = KHANH.record();
        moved["person"]["number"] = json!("079088008888");
        moved["standing"] = json!("renumbered");
        moved["now"] = json!({ "scheme": "vn", "number": KHANH.number });
        house.registry.stand_in.enters(moved);
        let mut silent = KHANH.record();
        silent["person"]["number"] = json!("079088007777");
        silent["contacts"] = json!([]);
        house.registry.stand_in.enters(silent);
        let mut pages = Vec::new();
        for (what, who) in [
            ("a match", HOA),
            ("another name", Known { name: "Đỗ Thị Hà", ..HOA }),
            ("another birthday", Known { birthdate: "1992-03-22", ..HOA }),
            ("nobody", Known { number: "001192004568", ..HOA }),
            ("somebody else's number", Known { number: KHANH.number, birthdate: "1988-03-21", ..HOA }),
            ("somebody who has died", Known { number: "079088009999", ..KHANH }),
            ("a number that was replaced", Known { number: "079088008888", ..KHANH }),
            ("somebody nobody can reach", Known { number: "079088007777", ..KHANH }),
            ("somebody who has an account", an()),
        ] {
            let mut browser = house.world.browser();
            let page = house.asks_for_code(&mut browser, &who).await;
            let before = shown(&page);
            let page = browser.reload(&page).await;
            let refused = enters(&mut browser, &page, "000000").await;
            pages.push((what, before, shown(&page), refused.status, refused.problem()));
        }
        let (_, before, after, status, problem) = pages[0].clone();
        assert_eq!(status, 401);
        for (what, own_before, own_after, own_status, own_problem) in pages {
            assert_eq!((own_before, own_after), (before.clone(), after.clone()), "{what}");
            assert_eq!((own_status, own_problem), (status, problem.clone()), "{what}");
        }
        house.looked_into().await;
        // One code went out, to the one whose data agreed; and one owner was told.
        eventually("the owner is told", async || house.mails_to(an().email).len() == 1).await;
        let told = house.mails_to(an().email).pop().unwrap();
        assert!(told.part("text/plain").contains("/recover"), "{}", told.part("text/plain"));
        assert_eq!(house.mail.mails().len(), 2, "{:?}", house.mail.mails());
        assert_eq!(house.mails_to(HOA.email).len(), 1);
        let events = house.world.operator().events_of(&AN).await;
        assert!(events.iter().any(|event| event.kind == Some(EventKind::RegistrationTried)));
    }

    async fn nobody_is_written_to_without_end(backend: Backend) {
        let limits = |settings: &mut senid::config::Settings| {
            settings.self_registration.per_number = Rate { most: 3, window: 1440 * MINUTE };
            settings.self_registration.per_address = Rate { most: 6, window: 60 * MINUTE };
        };
        let house = House::with(backend, limits).await;
        for number in 1..=3 {
            // Wherever they come from.
            let mut browser = house.world.browser_at(&format!("127.0.1.{number}"));
            house.asks_for_code(&mut browser, &HOA).await;
        }
        let mut browser = house.world.browser_at("127.0.2.1");
        let page = browser.open("/sign-up").await;
        let page = house.claims(&mut browser, &page, &HOA).await;
        assert_eq!(page.status, 429, "{}", page.text());
        assert!(page.reply.headers.contains_key("retry-after"));
        house.looked_into().await;
        eventually("three codes arrive", async || house.mails_to(HOA.email).len() == 3).await;
        assert_eq!(house.registry.stand_in.asked().len(), 3);
        // One address tries one number after another.
        let mut last = 0;
        for number in 0..7 {
            let number = format!("00119200{number:04}").leak();
            let page = browser.open("/sign-up").await;
            last = house.claims(&mut browser, &page, &Known { number, ..HOA }).await.status.as_u16();
        }
        assert_eq!(last, 429);
        assert!(house.registry.stand_in.asked().len() < 10);
    }

    async fn whoever_knows_a_number_alone_keeps_its_owner_from_nothing(backend: Backend) {
        let limits = |settings: &mut senid::config::Settings| {
            settings.self_registration.per_number = Rate { most: 2, window: 1440 * MINUTE };
        };
        let house = House::with(backend, limits).await;
        let mut refused = 0;
        for name in ["Đỗ Thị Hạ", "Đỗ Thị Hạ", "ĐỖ THỊ HẠ", "Đỗ Thị Hạ", "Đỗ Thị Hường"] {
            let mut stranger = house.world.browser_at("127.0.0.9");
            let page = stranger.open("/sign-up").await;
            refused += u32::from(house.claims(&mut stranger, &page, &Known { name, ..HOA }).await.status == 429);
        }
        assert_eq!(refused, 2, "what they made up themselves");
        house.looked_into().await;
        let page = house.registers(&mut house.world.browser(), &HOA).await;
        assert_eq!(page.path(), "/account", "{}", page.text());
    }

    async fn an_impostor_who_once_had_the_channel_is_put_out_by_a_proof_in_person(backend: Backend) {
        let house = House::on(backend).await;
        let portal = house.world.portal("tax-office");
        let mut office = Office::new(&house.world.issuer, "tax-office", house.world.clock.clone());
        office.opens();
        house.world.operator().changes("tax-office", office.registers()).await;
        // Somebody reads her mail, and is first.
        let mut impostor = house.world.browser_at("127.0.0.9");
        assert_eq!(house.registers(&mut impostor, &HOA).await.path(), "/account");
        let taken = Citizen { name: HOA.name, identifier: HOA.number, password: PASSWORD };
        let started = portal.start();
        let page = impostor.open(&started.url()).await;
        let page = taken.goes_through(&mut impostor, page).await;
        let tokens = portal.exchange(&started, &page.code()).await;
        let claims = portal.id_token(&tokens).await;
        office.signs_in(&claims);
        house.wait(Duration::from_secs(1));
        let proof = Proof { corrections: Corrections::default(), ..seen(Registrant::SomebodyElse) };
        let proposal = house.world.registrar("lan").sees(&taken, proof).await.unwrap();
        let done = house.world.registrar("hoa").confirms(proposal).await.unwrap();
        eventually("the portal is told", async || !office.is_signed_in(&claims)).await;
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.refused(400), "invalid_grant");
        assert_eq!(impostor.open("/account").await.path(), "/account/sign-in");
        // The number has an owner: whoever reads the mail is sent no other code.
        let letters = house.mails_to(HOA.email).len();
        house.asks_for_code(&mut house.world.browser_at("127.0.0.10"), &HOA).await;
        assert_eq!(house.mails_to(HOA.email).len(), letters);
        // She is somebody new to the portal, at level 2.
        const NEW: &str = "a sentence that nobody else thinks of";
        let mut hers = house.world.browser();
        let page = hers.open("/recover").await;
        let code = done.code.expect("a code").code;
        let form = [("username", HOA.number), ("code", code.expose()), ("password", NEW)];
        assert_eq!(hers.press(&page, "recover", &form).await.heading(), "Your new password is set");
        let (_, fresh) = house.world.signed_in(&portal, &Citizen { password: NEW, ..taken }).await;
        assert_ne!(portal.id_token(&fresh).await["sub"], claims["sub"]);
        assert_eq!(house.account(HOA.number).await.unwrap().account_level, AccountLevel::Proven);
    }

    async fn a_form_of_another_site_or_step_opens_nothing(backend: Backend) {
        let house = House::on(backend).await;
        let mut browser = house.world.browser();
        let page = browser.open("/sign-up").await;
        let (csrf, path) = (page.field("csrf"), page.path().to_owned());
        let said = [("username", HOA.number), ("name", HOA.name), ("day", "21"), ("month", "3"), ("year", "1992")];
        let form = |csrf: &str| {
            let pairs = said.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            pairs.chain([("csrf".to_owned(), csrf.to_owned())]).collect::<Vec<_>>()
        };
        let own = page.url.origin().ascii_serialization();
        assert_eq!(browser.post_from("https://evil.example", &path, &form(&csrf)).await.status, 403);
        assert_ne!(browser.post_from(&own, &path, &form("x")).await.status, 200);
        let code = [("csrf".to_owned(), csrf.clone()), ("code".to_owned(), "123456".to_owned())];
        let page = browser.post_from(&own, &format!("{path}/code"), &code).await;
        assert_ne!(page.status, 200, "the token is of another step");
        let password = [("csrf".to_owned(), csrf), ("password".to_owned(), PASSWORD.to_owned())];
        browser.post_from(&own, &format!("{path}/password"), &password).await;
        house.looked_into().await;
        assert!(house.registry.stand_in.asked().is_empty() && house.account(HOA.number).await.is_none());
    }

    async fn a_child_registers_nobody_whatever_is_typed(backend: Backend) {
        // Names alone are compared: the birthday that was typed is nobody's word but theirs.
        let house = House::with(backend, |settings| settings.registry.rules.fields = vec![Field::Name]).await;
        // They are fourteen in June; on the day that they say, they would be.
        let child = Known { number: "001213004567", birthdate: "2013-01-02", ..HOA };
        for (number, born) in [("001213004567", "2013-06-01"), ("001213004568", "2013")] {
            let mut record = child.record();
            record["person"]["number"] = json!(number);
            record["birthdate"] = json!(born);
            house.registry.stand_in.enters(record);
            house.asks_for_code(&mut house.world.browser(), &Known { number, ..child }).await;
        }
        assert!(house.mail.mails().is_empty(), "no code goes out");
        let old_enough = Known { number: "001213004569", ..child };
        house.registry.stand_in.enters(old_enough.record());
        assert_eq!(house.registers(&mut house.world.browser(), &old_enough).await.path(), "/account");
    }

    async fn an_account_that_has_another_number_by_now_is_not_taken_over(backend: Backend) {
        let house = House::on(backend).await;
        let entered = Citizen { name: HOA.name, identifier: HOA.number, password: PASSWORD };
        house.world.operator().adds(&entered, &[(Column::Status, "registered")]).await;
        let mut browser = house.world.browser();
        let page = house.asks_for_code(&mut browser, &HOA).await;
        let code = house.code(&HOA, 1).await;
        let page = enters(&mut browser, &page, &code).await;
        house.world.operator().renumbers(&entered, "001192009999").await.unwrap();
        let page = browser.press(&page, "finish", &[("password", PASSWORD)]).await;
        assert_eq!(page.status, 409, "{}", page.text());
        let account = house.account("001192009999").await.unwrap();
        assert_eq!((account.status, account.account_level), (CitizenStatus::Registered, AccountLevel::SelfAsserted));
    }

    async fn a_registry_that_is_slow_keeps_nobody_waiting_and_its_answer_counts(backend: Backend) {
        let house = House::with(backend, |settings| settings.registry.time_limit = Duration::from_secs(30)).await;
        house.registry.behaves(Manner::TakesItsTime);
        let (mut browser, mut other) = (house.world.browser(), house.world.browser());
        let page = browser.open("/sign-up").await;
        let page = house.claims(&mut browser, &page, &HOA).await;
        assert!(page.path().ends_with("/register/code") && !page.has("#registry-away"), "{}", page.text());
        assert_eq!(enters(&mut browser, &page, "000000").await.status, 401, "there is nothing to guess yet");
        // Nor does anybody else wait for it.
        assert_eq!(other.open("/sign-up").await.status, 200);
        house.registry.behaves(Manner::Answers);
        house.looked_into().await;
        let code = house.code(&HOA, 1).await;
        let page = enters(&mut browser, &page, &code).await;
        assert!(page.path().ends_with("/register/password"), "{}", page.text());
    }

    async fn of_two_who_finish_at_once_one_has_the_account(backend: Backend) {
        let house = House::on(backend).await;
        let (mut one, mut two) = (house.world.browser(), house.world.browser());
        let mut pages = Vec::new();
        for (number, browser) in [&mut one, &mut two].into_iter().enumerate() {
            let page = house.asks_for_code(browser, &HOA).await;
            let code = house.code(&HOA, number + 1).await;
            pages.push(enters(browser, &page, &code).await);
        }
        let filled = [("password", PASSWORD)];
        let (first, second) =
            tokio::join!(one.press(&pages[0], "finish", &filled), two.press(&pages[1], "finish", &filled));
        let mut ends = [first.status.as_u16(), second.status.as_u16()];
        ends.sort_unstable();
        assert_eq!(ends, [200, 409], "{} / {}", first.text(), second.text());
        let taken = if first.status == 409 { first } else { second };
        assert!(taken.has("#recover") && taken.has("#sign-in"), "{}", taken.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_that_is_not_to_be_believed_opens_an_account() {
    let house = House::on(Backend::embedded().await).await;
    let mut browser = house.world.browser();
    // There is an answer that could be given again.
    house.asks_for_code(&mut browser, &KHANH).await;
    house.code(&KHANH, 1).await;
    for manner in [
        Manner::SignsWithAnotherKey,
        Manner::SignsAnotherKind,
        Manner::Replays,
        Manner::AnswersAnother,
        Manner::TakesForAnother,
        Manner::AddressesAnother,
        Manner::IsAnother,
        Manner::IsOld,
        Manner::NeverEnds,
        Manner::IsSilent,
        Manner::IsAway,
    ] {
        house.registry.behaves(manner);
        // Each from a browser of its own: nothing of the one before is in the way.
        let mut browser = house.world.browser();
        let page = house.asks_for_code(&mut browser, &Known { number: HOA.number, ..HOA }).await;
        assert!(browser.reload(&page).await.has("#registry-away"), "{manner:?}");
        house.wait(1440 * MINUTE);
    }
    assert!(house.mails_to(HOA.email).is_empty());
    assert!(house.account(HOA.number).await.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_whoever_does_not_finish_is_in_the_identity_store() {
    let house = House::on(Backend::embedded().await).await;
    house.asks_for_code(&mut house.world.browser(), &HOA).await;
    house.code(&HOA, 1).await;
    house.world.app(0).audit.flush().await;
    let mut stored = std::fs::read(house.world.backend().file()).unwrap();
    stored.extend(std::fs::read(house.world.backend().file().with_extension("db-wal")).unwrap_or_default());
    for private in [HOA.number, HOA.name, HOA.email, &HOA.phone[3..], HOA.birthdate] {
        assert!(!stored.windows(private.len()).any(|window| window == private.as_bytes()), "{private}");
    }
}
