//! Recovery (CVE-2026-27946, GHSA-2wmj-46rj-qm2w) and single-use codes (CVE-2026-4325, CVE-2025-46815).

use std::collections::BTreeSet;
use std::time::Duration;

use senid::domain::issued_code::CodeUse;

use crate::support::World;
use crate::support::mail::{MailServer, Reached};
use crate::support::world::means::Telephone;
use crate::support::world::{AN, BINH, Browser, Citizen, Page, eventually, on_every_backend};

const NEW: &str = "a sentence that nobody else thinks of";
/// Nobody has this number.
const NOBODY: Citizen = Citizen { name: "", identifier: "001090999999", password: AN.password };

async fn recovers(browser: &mut Browser, citizen: &Citizen, code: &str) -> Page {
    let page = browser.open("/recover").await;
    browser.press(&page, "recover", &[("username", citizen.identifier), ("code", code), ("password", NEW)]).await
}

fn is_done(page: &Page) -> bool {
    page.heading() == "Your new password is set"
}

on_every_backend! {
    async fn of_many_who_use_one_code_at_once_one_does(world: World) {
        let code = world.operator().issues(&AN, CodeUse::Recover).await.unwrap();
        let attempts = (1..=8).map(|at| {
            let (mut browser, code) = (world.browser_at(&format!("127.0.1.{at}")), code.clone());
            tokio::spawn(async move { is_done(&recovers(&mut browser, &AN, &code).await) })
        });
        let mut done = 0;
        for attempt in attempts.collect::<Vec<_>>() {
            done += usize::from(attempt.await.unwrap());
        }
        assert_eq!(done, 1);
    }

    async fn a_code_of_another_purpose_or_another_citizen_recovers_nothing(world: World) {
        let operator = world.operator();
        let raise = operator.issues(&AN, CodeUse::Raise).await.unwrap();
        let of_binh = operator.issues(&BINH, CodeUse::Recover).await.unwrap();
        let before = operator.issues(&AN, CodeUse::Recover).await.unwrap();
        let newest = operator.issues(&AN, CodeUse::Recover).await.unwrap();
        let mut browser = world.browser();
        for wrong in [&raise, &of_binh, &before] {
            assert!(!is_done(&recovers(&mut browser, &AN, wrong).await));
            world.wait(Duration::from_secs(601));
        }
        assert!(is_done(&recovers(&mut browser, &AN, &newest).await));
    }

    async fn a_code_is_over_after_a_day(world: World) {
        let code = world.operator().issues(&AN, CodeUse::Recover).await.unwrap();
        world.wait(Duration::from_secs(86_400));
        assert!(!is_done(&recovers(&mut world.browser(), &AN, &code).await));
    }
}

#[tokio::test]
async fn nothing_tells_whether_a_name_exists() {
    let world = World::embedded().await;
    let mut seen = BTreeSet::new();
    let mut work = BTreeSet::new();
    for (at, citizen) in [AN, BINH, NOBODY].iter().enumerate() {
        let mut browser = world.browser_at(&format!("127.0.2.{}", at + 1));
        let before = world.app(0).hasher.load();
        let page = recovers(&mut browser, citizen, "BCDF-GHJK-LMNP-QRST").await;
        let after = world.app(0).hasher.load();
        work.insert(format!("{}", after.computed - before.computed));
        let reference = page.reply.header("x-request-id").to_owned();
        let body = page.reply.body.replace(citizen.identifier, "(identifier)").replace(&reference, "(reference)");
        let cookies = page.reply.headers.get_all("set-cookie").iter().count();
        seen.insert((page.status.as_u16(), cookies, body));
    }
    assert_eq!(seen.len(), 1, "the same words and status");
    assert_eq!(work, BTreeSet::from(["1".to_owned()]), "the same work: one hash");
}

#[tokio::test]
async fn guessing_codes_is_throttled() {
    let world = World::embedded().await;
    let code = world.operator().issues(&AN, CodeUse::Recover).await.unwrap();
    let mut browser = world.browser();
    let mut statuses = BTreeSet::new();
    for _ in 0..12 {
        statuses.insert(recovers(&mut browser, &AN, "BCDF-GHJK-LMNP-QRST").await.status.as_u16());
    }
    assert!(statuses.contains(&429), "{statuses:?}");
    assert_eq!(recovers(&mut browser, &AN, &code).await.status, 429, "the right one has to wait as well");
}

#[tokio::test]
async fn another_site_recovers_nothing_and_stops_nothing() {
    let world = World::embedded().await;
    let code = world.operator().issues(&AN, CodeUse::Recover).await.unwrap();
    let mut browser = world.browser();
    let pairs = [("username", AN.identifier), ("code", &code), ("password", NEW)];
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    for path in ["/recover", "/recover/stop/x"] {
        assert_eq!(browser.post_from("https://evil.example", path, &pairs).await.status, 403, "{path}");
    }
    assert!(is_done(&recovers(&mut browser, &AN, &code).await), "the code is still good");
}

/// A world that sends mail and text messages, and where they arrive.
async fn told() -> (World, MailServer, Telephone) {
    let (server, telephone) = (MailServer::start(Reached::StartTls).await, Telephone::new());
    let world = World::embedded_with(|settings| {
        server.is_reached(settings);
        telephone.is_reached(settings);
        settings.risk.new_device = senid::domain::risk::Response::Off;
    })
    .await;
    (world, server, telephone)
}

/// The list of codes that the citizen made.
async fn list_of(world: &World, server: &MailServer) -> Vec<String> {
    let mut owner = world.browser();
    let page = AN.enters_account(&mut owner, "/account/security/recovery-codes").await;
    let page = owner.press(&page, "send-email", &[]).await;
    eventually("the code arrives", async || !server.mails().is_empty()).await;
    let page = owner.press(&page, "prove", &[("code", &server.mails()[0].code())]).await;
    let page = owner.press(&page, "show", &[]).await;
    page.words("#codes code").split_whitespace().map(str::to_owned).collect()
}

/// What says where a request came to, in every way that a proxy or a client does.
const FORGED: [(&str, &str); 7] = [
    ("host", "evil.example"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "http"),
    ("x-host", "evil.example"),
    ("forwarded", "host=evil.example;proto=http"),
    ("x-original-url", "https://evil.example/"),
    ("referer", "https://evil.example/recover"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_header_has_a_part_in_a_mailed_link_and_every_channel_hears_of_it_and_one_press_stops_it() {
    let (world, server, telephone) = told().await;
    let codes = list_of(&world, &server).await;
    // The list was told of, on both.
    eventually("both arrive", async || server.mails().len() == 2 && telephone.texts().len() == 1).await;
    let form = [("username", AN.identifier), ("code", codes[0].as_str()), ("password", NEW)];
    let mut headers = FORGED.to_vec();
    headers.push(("origin", &world.issuer));
    let body = Some(crate::support::world::web::encode(&form));
    let url: url::Url = world.at("/recover").parse().unwrap();
    let reply = world.browser().request(http::Method::POST, &url, body, &headers).await;
    assert!(reply.status == 303 && reply.header("location").ends_with("/recover?done=waiting"), "{}", reply.body);
    assert!(!reply.header("location").contains("evil"), "{}", reply.header("location"));
    eventually("its owner is told on both", async || {
        server.mails().iter().any(|mail| mail.part("text/plain").contains("/recover/stop/"))
            && telephone.texts().len() >= 3
    })
    .await;
    for text in telephone.texts() {
        assert!(!text.contains("evil") && !text.contains("://"), "{text}");
    }
    let mut stop = None;
    for mail in server.mails() {
        for part in ["text/plain", "text/html"] {
            let text = mail.part(part);
            assert!(!text.contains("evil"), "{text}");
            for (at, _) in text.match_indices("://") {
                let start = text[..at].rfind(|c: char| !c.is_ascii_alphabetic()).map_or(0, |before| before + 1);
                assert!(text[start..].starts_with(&world.issuer), "{}", &text[start..]);
            }
            if let Some(at) = text.find("/recover/stop/") {
                let link: String =
                    text[at..].chars().take_while(|c| !c.is_whitespace() && *c != '"' && *c != '<').collect();
                stop = Some(link);
            }
        }
    }
    let stop = stop.expect("a link");
    let mut elsewhere = world.browser_at("127.0.0.9");
    let page = elsewhere.open(&stop).await;
    let stopped = elsewhere.press(&page, "recovery-stop", &[]).await;
    assert_eq!(stopped.heading(), "The recovery is stopped", "{}", stopped.text());
    assert_eq!(elsewhere.open(&stop).await.heading(), "There is nothing to stop");
    eventually("that it was stopped is told on both", async || {
        server.mails().len() >= 5 && telephone.texts().len() >= 4
    })
    .await;
    // What was stopped does not come to pass, and its code is used up.
    world.wait(Duration::from_secs(73 * 3600));
    senid::flows::recover::finish::finish_due(world.app(0)).await.unwrap();
    assert_eq!(recovers(&mut elsewhere, &AN, &codes[0]).await.status, 422);
}
