//! What is kept about a citizen: seen, taken away, put right, and told to authorities that the law lets ask.

use std::time::Duration;

use senid::domain::audit::Actor;
use senid::domain::correction::Outcome;
use senid::domain::disclosure::Data;
use senid::domain::message::Channel;
use senid::domain::time::{Clock, Timestamp};
use senid::flows::admin::disclosures::{self, Decision, Request};
use senid::flows::admin::find_citizen::Who;
use senid::flows::admin::{AdminError, Administrator, corrections};
use senid::flows::{clean_up, disclosures as due};

use crate::support::World;
use crate::support::registry::{HOA, House};
use crate::support::world::means::Telephone;
use crate::support::world::{AN, BINH, Backend, Browser, Page, eventually, on_every_backend};

const DAY: Duration = Duration::from_secs(86_400);

async fn at_home(world: &World) -> (Browser, Page) {
    let mut browser = world.browser();
    let page = AN.enters_account(&mut browser, "/account/data").await;
    assert_eq!((page.path(), page.status.as_u16()), ("/account/data", 200), "{}", page.text());
    (browser, page)
}

async fn is_written(world: &World, kind: &str) -> bool {
    world.operator().events_of(&AN).await.iter().any(|event| event.kind.is_some_and(|own| own.as_str() == kind))
}

async fn named(world: &World, name: &str) -> Administrator {
    Administrator { actor: Actor::Operator(name.to_owned()), ..world.operator().admin().await }
}

async fn who(world: &World) -> Who {
    Who::Id(world.operator().id_of(&AN).await)
}

fn asks(data: &[Data], secret_until: Option<Timestamp>) -> Request {
    Request {
        authority: "The Court of Hà Nội".to_owned(),
        legal_basis: "Article 106".to_owned(),
        reference: "12/2026".to_owned(),
        data: data.to_vec(),
        secret_until,
    }
}

on_every_backend! {
    async fn everything_that_is_kept_is_taken_away_as_a_document_of_its_own(world: World) {
        let portal = world.portal("tax-office");
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        portal.claims(&tokens.access_token()).await;
        world.operator().also_knows(&AN, "vn-cmnd", "012345678").await.unwrap();
        world.app(0).audit.flush().await;
        let (mut browser, page) = at_home(&world).await;
        assert!(page.text().contains("001•••••456") && !page.text().contains(AN.identifier), "{}", page.text());
        let page = browser.press(&page, "everything-json", &[]).await;
        assert_eq!(page.status, 200, "{}", page.reply.body);
        for (name, value) in [
            ("content-type", "application/json"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; sandbox"),
        ] {
            assert_eq!(page.reply.header(name), value, "{name}");
        }
        let disposition = page.reply.header("content-disposition");
        assert!(disposition.starts_with("attachment; filename=\"senid-data-20") && disposition.ends_with(".json\""));
        let kept = page.reply.json();
        assert_eq!((kept["format"].as_str(), kept["version"].as_u64()), (Some("senid-own-data"), Some(1)));
        assert_eq!(kept["identity"]["name"], AN.name);
        assert_eq!(kept["identity"]["national_id"], AN.identifier);
        assert_eq!((&kept["other_numbers"][0]["kind"], &kept["other_numbers"][0]["number"]), (&"vn-cmnd".into(), &"012345678".into()));
        assert_eq!(kept["portals"][0]["portal"], "tax-office");
        assert_eq!(kept["sessions"].as_array().unwrap().len(), 2);
        let happened: Vec<&str> =
            kept["activity"].as_array().unwrap().iter().map(|event| event["what"].as_str().unwrap()).collect();
        for kind in ["sign_in", "consent.granted", "data.released", "data.downloaded"] {
            assert!(happened.contains(&kind), "{kind}: {happened:?}");
        }
        assert!(!page.reply.body.contains("$argon2") && !page.reply.body.contains("tokens."), "no secret leaves");
        assert!(is_written(&world, "data.downloaded").await);
    }

    async fn the_activity_is_taken_away_as_a_table_of_the_days_that_were_asked_for(world: World) {
        world.signed_in(&world.portal("tax-office"), &AN).await;
        world.app(0).audit.flush().await;
        world.wait(3 * DAY);
        let (mut browser, page) = at_home(&world).await;
        world.app(0).audit.flush().await;
        let whole = browser.press(&page, "activity-csv", &[]).await.reply;
        assert_eq!(whole.header("content-type"), "text/csv; charset=utf-8");
        assert!(whole.body.starts_with("\u{feff}\"When\",\"What\",\"Device\",\"Network\",\"Unusual\"\r\n"), "{}", whole.body);
        assert!(whole.body.contains("\"Signed in to The tax office with a password\""), "{}", whole.body);
        assert!(whole.body.contains("\"Your data was downloaded\""), "{}", whole.body);
        let today = jiff::Timestamp::from_second(world.clock.now().seconds()).unwrap();
        let today = today.to_zoned(jiff::tz::TimeZone::get("Asia/Ho_Chi_Minh").unwrap()).date().to_string();
        let page = browser.open("/account/data").await;
        let part = browser.press(&page, "activity-csv", &[("from", &today)]).await.reply;
        assert!(!part.body.contains("The tax office") && part.body.contains("\"Signed in with a password\""), "{}", part.body);
        let document = browser.press(&page, "activity-json", &[("from", &today)]).await.reply.json();
        assert!(document.get("identity").is_none() && document["activity"].as_array().unwrap().len() >= 2);
        let wrong = browser.press(&page, "activity-csv", &[("from", "yesterday")]).await;
        assert_eq!((wrong.path(), wrong.status.as_u16()), ("/account/activity", 422));
    }

    async fn it_is_taken_away_as_a_paper(world: World) {
        let (mut browser, page) = at_home(&world).await;
        for button in ["everything-pdf", "activity-pdf"] {
            let paper = browser.press(&page, button, &[]).await.reply;
            assert_eq!((paper.status.as_u16(), paper.header("content-type")), (200, "application/pdf"), "{button}");
            assert!(paper.body.starts_with("%PDF-1.") && paper.body.trim_end().ends_with("%%EOF"), "{button}");
        }
    }

    async fn nothing_is_taken_away_without_a_proof_of_just_now_nor_without_the_form(world: World) {
        let (mut browser, page) = at_home(&world).await;
        let mut form = page.form_of("everything-json", &[]);
        form.pairs.retain(|(name, _)| name != "csrf");
        assert_eq!(browser.submit(&page, &form.action, &form.pairs).await.status, 403);
        world.wait(Duration::from_secs(11 * 60));
        let asked = browser.press(&page, "everything-json", &[]).await;
        assert!(asked.path().starts_with("/sign-in/"), "{}", asked.path());
        assert!(!is_written(&world, "data.downloaded").await);
        // A kind of file that there is none of, and a table of everything, are not made.
        let (mut browser, page) = at_home(&world).await;
        for (name, value) in [("format", "xml"), ("format", "csv"), ("what", "the others")] {
            let mut form = page.form_of("everything-json", &[]);
            form.pairs.retain(|(own, _)| own != name);
            form.pairs.push((name.to_owned(), value.to_owned()));
            assert_eq!(browser.submit(&page, &form.action, &form.pairs).await.status, 404, "{name} {value}");
        }
    }

    async fn a_language_stays_with_the_account_whatever_the_device(world: World) {
        let (mut browser, page) = at_home(&world).await;
        let page = browser.press(&page, "language-save", &[("language", "ru")]).await;
        assert_eq!(page.heading(), "Мои данные", "{}", page.text());
        let mut elsewhere = world.browser_at("127.0.0.2");
        let page = AN.enters_account(&mut elsewhere, "/account").await;
        assert!(page.heading().starts_with("Здравствуйте"), "{}", page.heading());
        assert!(is_written(&world, "language.chosen").await);
        let mut binh = world.browser();
        assert!(BINH.enters_account(&mut binh, "/account").await.heading().starts_with("Hello"), "nobody else is touched");
        let page = elsewhere.open("/account/data").await;
        assert_eq!(elsewhere.press(&page, "language-save", &[("language", "tlh")]).await.status, 404);
    }

    async fn what_is_wrong_is_said_looked_at_by_a_registrar_and_answered(world: World) {
        let (mut browser, page) = at_home(&world).await;
        let said = [("about", "birthdate"), ("words", "I was born in 1991 <b>")];
        let page = browser.press(&page, "correct", &said).await;
        assert!(page.words(".corrections").contains("I was born in 1991 <b>"), "{}", page.text());
        assert!(page.words(".corrections").contains("An officer has not looked at it yet."), "{}", page.text());
        let lan = named(&world, "lan").await;
        let (waiting, _) = corrections::list(&lan, None, 9).await.unwrap();
        assert_eq!(waiting[0].said.words, "I was born in 1991 <b>");
        let answer = corrections::settle(&lan, waiting[0].id, Outcome::Kept, "  ").await;
        assert!(matches!(answer, Err(AdminError::Invalid(_))), "{answer:?}");
        corrections::settle(&lan, waiting[0].id, Outcome::Kept, "The register says 1990").await.unwrap();
        let again = corrections::settle(&lan, waiting[0].id, Outcome::Corrected, "No").await;
        assert!(matches!(again, Err(AdminError::NotFound(_))), "{again:?}");
        let page = browser.open("/account/data").await;
        assert!(page.words(".corrections").contains("Left as it is: The register says 1990"), "{}", page.text());
        for kind in ["correction.asked", "correction.read", "correction.settled"] {
            assert!(is_written(&world, kind).await, "{kind}");
        }
        let empty = browser.press(&page, "correct", &[("words", " ")]).await;
        assert_eq!(empty.status, 422);
        assert!(empty.text().contains("Write what it should be."), "{}", empty.text());
        for _ in 0..5 {
            let page = browser.open("/account/data").await;
            assert_eq!(browser.press(&page, "correct", &said).await.status, 200);
        }
        let page = browser.open("/account/data").await;
        assert_eq!(browser.press(&page, "correct", &said).await.status, 422, "five wait");
    }

    async fn an_authority_is_told_once_two_operators_said_so_and_the_citizen_reads_of_it(world: World) {
        let (mut browser, _) = at_home(&world).await;
        let [lan, minh] = [named(&world, "lan").await, named(&world, "minh").await];
        let recorded = disclosures::record(&lan, &who(&world).await, asks(&[Data::Identity], None)).await.unwrap();
        let early = disclosures::give(&minh, recorded.id).await;
        assert!(matches!(early, Err(AdminError::Conflict(_))), "{early:?}");
        let own = disclosures::decide(&lan, recorded.id, Decision::Approve).await;
        assert!(matches!(own, Err(AdminError::Conflict(_))), "{own:?}");
        let as_root = named(&world, "root (sudo: lan)").await;
        let own = disclosures::decide(&as_root, recorded.id, Decision::Approve).await;
        assert!(matches!(own, Err(AdminError::Conflict(_))), "{own:?}");
        disclosures::decide(&minh, recorded.id, Decision::Approve).await.unwrap();
        let (_, data) = disclosures::give(&lan, recorded.id).await.unwrap();
        assert_eq!(data["identity"]["name"], AN.name);
        assert!(data.get("contacts").is_none(), "no more than was asked");
        due::tell_due(world.app(0)).await.unwrap();
        let page = browser.open("/account/data").await;
        let told = page.words(".disclosures");
        assert!(told.contains("The Court of Hà Nội: identity") && told.contains("Article 106"), "{told}");
        let activity = browser.open("/account/activity?kind=releases").await.text();
        assert!(activity.contains("Your information was given to an authority"), "{activity}");
        disclosures::show(&lan, recorded.id).await.unwrap();
        for kind in ["recorded", "approved", "given", "shown", "told"] {
            assert!(is_written(&world, &format!("disclosure.{kind}")).await, "{kind}");
        }
    }

    async fn what_a_law_keeps_secret_is_read_of_when_that_is_over_and_nowhere_before(world: World) {
        let (mut browser, page) = at_home(&world).await;
        let [lan, minh] = [named(&world, "lan").await, named(&world, "minh").await];
        let until = world.clock.now() + 30 * DAY;
        for wrong in [world.clock.now(), world.clock.now() + 6 * 365 * DAY] {
            let refused = disclosures::record(&lan, &who(&world).await, asks(&[Data::Activity], Some(wrong))).await;
            assert!(matches!(refused, Err(AdminError::Invalid(_))), "{refused:?}");
        }
        let request = asks(&[Data::Activity, Data::Contacts], Some(until));
        let recorded = disclosures::record(&lan, &who(&world).await, request).await.unwrap();
        disclosures::decide(&minh, recorded.id, Decision::Approve).await.unwrap();
        let (_, data) = disclosures::give(&minh, recorded.id).await.unwrap();
        assert!(data["activity"].as_array().is_some_and(|events| !events.is_empty()), "{data}");
        due::tell_due(world.app(0)).await.unwrap();
        let document = browser.press(&page, "everything-json", &[]).await.reply.body;
        for shown in [browser.open("/account/data").await.text(), browser.open("/account/activity").await.text(), document] {
            assert!(!shown.contains("Court") && !shown.contains("authority that") && !shown.contains("disclosure."), "{shown}");
        }
        let (all, _) = disclosures::list(&lan, None, 9).await.unwrap();
        assert_eq!(all[0].asked.authority, "The Court of Hà Nội", "auditors see it");
        world.wait(30 * DAY);
        due::tell_due(world.app(0)).await.unwrap();
        let (mut browser, page) = at_home(&world).await;
        assert!(page.words(".disclosures").contains("The Court of Hà Nội"), "{}", page.text());
        assert!(browser.open("/account/activity").await.text().contains("given to an authority"));
    }

    async fn what_has_been_kept_for_as_long_as_the_settings_say_goes(world: World) {
        let (mut browser, _) = at_home(&world).await;
        world.app(0).audit.flush().await;
        let retention = &world.app(0).settings.retention;
        let events = async || world.operator().events_of(&AN).await.len();
        let before = events().await;
        assert!(before > 0);
        world.wait(retention.activity - DAY);
        clean_up::clean_up(world.app(0)).await.unwrap();
        assert_eq!(events().await, before, "not a day too early");
        world.wait(2 * DAY);
        clean_up::clean_up(world.app(0)).await.unwrap();
        assert_eq!(events().await, 0);
        browser.open("/account").await;
    }
}

#[tokio::test]
async fn nobody_keeps_the_servers_busy_with_downloads() {
    let world = World::embedded().await;
    let (mut browser, page) = at_home(&world).await;
    for _ in 0..10 {
        assert_eq!(browser.press(&page, "activity-csv", &[]).await.status, 200);
    }
    let refused = browser.press(&page, "activity-csv", &[]).await;
    assert_eq!(refused.status, 429);
    assert!(!refused.reply.header("retry-after").is_empty());
    let mut binh = world.browser();
    let page = BINH.enters_account(&mut binh, "/account/data").await;
    assert_eq!(binh.press(&page, "activity-csv", &[]).await.status, 200, "nobody else waits");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_is_taken_out_with_notice_and_the_last_one_never() {
    let telephone = Telephone::new();
    let world = World::start(Backend::embedded().await, |settings| telephone.is_reached(settings)).await;
    let mut browser = world.browser();
    let page = AN.enters_account(&mut browser, "/account/security/contact").await;
    let (page, code) = telephone.receives(&mut browser, &page, "send-sms", &[]).await;
    let page = browser.press(&page, "prove", &[("code", &code)]).await;
    let before = telephone.texts().len();
    let page = browser.press(&page, "remove-email", &[]).await;
    assert!(page.text().contains("It was removed.") && !page.has("#remove-email"), "{}", page.text());
    crate::support::world::eventually("its owner hears of it", async || telephone.texts().len() > before).await;
    assert!(is_written(&world, "contact.removed").await);
    let last = browser.press(&page, "remove-phone", &[]).await;
    assert_eq!(last.status, 422);
    assert!(last.text().contains("This is the last way that is confirmed."), "{}", last.text());
    let id = world.operator().id_of(&AN).await;
    let profile = world.app(0).store.read().await.unwrap().citizens().find(id).await.unwrap().unwrap().profile;
    assert!(Channel::Email.verified_of(&profile).is_none() && Channel::Sms.verified_of(&profile).is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_s_data_is_taken_away_is_told() {
    let house = House::on(Backend::embedded().await).await;
    let mut browser = house.world.browser();
    assert_eq!(house.registers(&mut browser, &HOA).await.path(), "/account");
    let page = browser.open("/account/data").await;
    for button in ["activity-csv", "everything-json"] {
        assert_eq!(browser.press(&page, button, &[]).await.status, 200, "{button}");
    }
    let told = || house.mails_to(HOA.email).iter().filter(|mail| mail.header("Subject").contains("downloaded")).count();
    eventually("they are told", async || told() > 0).await;
    assert_eq!(told(), 1, "of all of it, and not of a table of what they did");
}
