//! The same of whatever else somebody proves themselves with: codes, nonces, tickets, links, numbers.

use std::time::Duration;

use senid::domain::issued_code::CodeUse;

use super::{Log, none_is_logged, says};
use crate::support::World;
use crate::support::mail::{MailServer, Reached, six_digits};
use crate::support::world::passkey::options;
use crate::support::world::{AN, Backend, Browser, Page, eventually, web};

async fn at(world: &World, browser: &mut Browser, button: &str) -> Page {
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    browser.press(&page, button, &[("username", AN.identifier)]).await
}

#[tokio::test(flavor = "current_thread")]
async fn no_method_s_secret_and_no_number_is_logged_at_any_level_or_stands_in_an_event() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).without_time();
    let _guard = tracing::subscriber::set_default(subscriber.with_writer(log.clone()).finish());
    let _another = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::new());
    let mails = MailServer::start(Reached::StartTls).await;
    let (world, mut means) = World::with_every_method(Backend::embedded().await, |settings| {
        mails.is_reached(settings);
        settings.throttling.free_tries = 100;
    })
    .await;
    let mut secrets: Vec<(&str, String)> = Vec::new();

    // Codes, wrong and right.
    let mut browser = world.browser();
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    let half = AN.signs_in(&mut browser, &page).await;
    let page = browser.press(&half, "use-sms", &[]).await;
    let (page, sent) = means.telephone.receives(&mut browser, &page, "send", &[]).await;
    let wrong = browser.press(&page, "prove", &[("code", "wrong-sms-code")]).await;
    assert_eq!(wrong.status, 401);
    secrets.extend([("a code by text message", sent.clone()), ("a wrong one", "wrong-sms-code".to_owned())]);
    assert!(browser.press(&wrong, "prove", &[("code", &sent)]).await.has("#allow"));
    for (kind, code) in [("totp", means.application.code(&world, 0)), ("recovery-code", means.codes[0].clone())] {
        let mut browser = world.browser();
        let page = browser.open(&world.portal("tax-office").start().url()).await;
        let page = AN.signs_in(&mut browser, &page).await;
        let page = browser.press(&page, &format!("use-{kind}"), &[]).await;
        assert!(browser.press(&page, "prove", &[("code", &code)]).await.has("#allow"), "{kind}");
        secrets.push((kind, code));
    }
    let counter = world.operator().issues(&AN, CodeUse::Counter).await.unwrap();
    let mut browser = world.browser();
    let page = at(&world, &mut browser, "use-counter-code").await;
    browser.press(&page, "counter-login", &[("code", "BCDF-GHJK-LMNP-QRST")]).await;
    assert!(browser.press(&page, "counter-login", &[("code", &counter)]).await.has("#allow"));
    secrets.push(("a code from an officer", counter));

    // A passkey: what it answered, and its session.
    let mut browser = world.browser();
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    let asked = options(&mut browser, &page, "use-passkey").await.ok().unwrap();
    let answer = means.phone.get(&asked.options);
    assert!(asked.answer(&mut browser, &page, &answer, &[]).await.has("#allow"));
    let said: serde_json::Value = serde_json::from_str(&answer).unwrap();
    for member in ["signature", "userHandle", "clientDataJSON"] {
        secrets.push(("an assertion", said["response"][member].as_str().unwrap().to_owned()));
    }
    secrets.push(("a challenge", asked.options["challenge"].as_str().unwrap().to_owned()));
    secrets.push(("the session's cookie", browser.cookies["senid-session"].clone()));

    // A card, by a token and by a connection.
    let mut browser = world.browser();
    let page = at(&world, &mut browser, "use-certificate").await;
    let card_page = browser.open(&page.link("#way-web-eid")).await;
    let nonce = card_page.attribute("#web-eid", "data-nonce");
    let token = means.card.web_eid("ES256", &world.issuer, &nonce);
    browser.press(&card_page, "use-card", &[("token", &token.to_string().replace("ES256", "RS256"))]).await;
    let card_page = browser.open(&page.link("#way-web-eid")).await;
    let second = card_page.attribute("#web-eid", "data-nonce");
    let good = means.card.web_eid("ES256", &world.issuer, &second);
    assert!(browser.press(&card_page, "use-card", &[("token", &good.to_string())]).await.has("#allow"));
    secrets.extend([("a nonce", nonce), ("another nonce", second)]);
    secrets.push(("a card's signature", good["signature"].as_str().unwrap().to_owned()));
    let certificate = good["unverifiedCertificate"].as_str().unwrap().to_owned();
    let mut browser = world.browser();
    let page = at(&world, &mut browser, "use-certificate").await;
    let url = page.url.join(&page.link("#way-connection")).unwrap();
    let errand = browser.request(http::Method::GET, &url, None, &[]).await.header("location").to_owned();
    let path = errand.strip_prefix("https://cert.id.example").unwrap();
    let reply = web::get(&world.at(path), &[("client-cert", &format!(":{certificate}:"))]).await;
    let back = reply.header("location").to_owned();
    assert!(browser.open(&back).await.has("#allow"));
    secrets.push(("an errand", errand.rsplit('/').next().unwrap().to_owned()));
    secrets.push(("a ticket", back.split_once("ticket=").unwrap().1.to_owned()));
    secrets.push(("a certificate", certificate));

    // A recovery, and the link that stops it.
    let mut browser = world.browser();
    let page = browser.open("/recover").await;
    let new = "a sentence that nobody else thinks of";
    let typed = [("username", AN.identifier), ("code", means.codes[1].as_str()), ("password", new)];
    assert_eq!(browser.press(&page, "recover", &typed).await.heading(), "Your new password waits");
    let is_link = |text: &str| text.contains("/recover/stop/");
    eventually("the link arrives", async || mails.mails().iter().any(|mail| is_link(&mail.part("text/plain")))).await;
    let mail = mails.mails().into_iter().find(|mail| is_link(&mail.part("text/plain"))).unwrap().part("text/plain");
    let link: String =
        mail.split("/recover/stop/").nth(1).unwrap().chars().take_while(|c| !c.is_whitespace()).collect();
    let page = browser.open(&format!("/recover/stop/{link}")).await;
    assert_eq!(browser.press(&page, "recovery-stop", &[]).await.heading(), "The recovery is stopped");
    secrets.extend([("the link that stops", link), ("the new password", new.to_owned())]);
    secrets.push(("a code of the list", means.codes[1].clone()));
    world.wait(Duration::from_secs(1));

    secrets.extend([
        ("the password", AN.password.to_owned()),
        ("the identifier", AN.identifier.to_owned()),
        ("the name", AN.name.to_owned()),
        ("the telephone number", "912345678".to_owned()),
        ("the mail address", "an.nguyen@senid".to_owned()),
    ]);
    for code in means.telephone.texts().iter().filter_map(|text| six_digits(text)) {
        secrets.push(("a code that was sent", code));
    }
    // The mail server and the gateway are the test's, and log nothing.
    none_is_logged(&log, &secrets.iter().map(|(what, secret)| (*what, secret.as_str())).collect::<Vec<_>>());

    world.app(0).background.idle().await;
    world.app(0).audit.flush().await;
    let events = world.operator().events_of(&AN).await;
    assert!(events.len() > 10, "{}", events.len());
    let written: Vec<String> = events.iter().map(|event| format!("{event:?}")).collect();
    for (what, secret) in &secrets {
        assert!(!written.iter().any(|event| says(event, secret)), "{what} stands in an event");
    }
}
