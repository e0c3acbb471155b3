//! What citizens are told and sent: through a real mail server and a real gateway, and what happens when they are away.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use senid::config::{Mail as MailSettings, MailSecurity, Rate, Settings, Sms};
use senid::crypto::hash::{HmacKey, sha256};
use senid::domain::audit::EventKind;
use senid::domain::logout::DeliveryState;
use senid::domain::risk::Response;
use senid::domain::secret::SecretString;
use serde_json::Value;

use crate::support::World;
use crate::support::mail::{Does, MailServer, Reached, six_digits};
use crate::support::outside::{Outside, Seen, authority, status};
use crate::support::world::passkey::{enrols, uses};
use crate::support::world::{AN, BINH, Backend, Browser, Citizen, Page, eventually};
use crate::support::{Authenticator, Behaviour};

const KEY: &str = "a key that the gateway has as well, of more than 32 letters";
const TWO_FACTORS: &str = r#"{"id_token":{"acr":{"essential":true,"values":["urn:senid:aal:2"]}}}"#;

fn mail(settings: &mut Settings, server: &MailServer, security: MailSecurity) {
    settings.outbound.extra_roots = vec![authority()];
    // Only what each test causes goes out.
    settings.risk.new_device = Response::Off;
    settings.messages.mail = Some(MailSettings {
        host: "localhost".to_owned(),
        port: server.address.port(),
        security,
        from: "no-reply@id.example.gov".to_owned(),
        login: Some(("senid".to_owned(), SecretString::new("hunter2"))),
    });
}

fn sms(settings: &mut Settings, gateway: &Outside) {
    settings.risk.new_device = Response::Off;
    settings.messages.sms = Some(Sms {
        url: gateway.url("/send?from=senid").parse().unwrap(),
        key_id: "senid".to_owned(),
        key: SecretString::new(KEY),
        sender: Some("SenID".to_owned()),
    });
}

/// A gateway that verifies what it is sent as RFC 9421 says, by code of its own, and takes no nonce twice.
fn gateway() -> Outside {
    let nonces = Arc::new(Mutex::new(Vec::new()));
    Outside::http(move |seen| match verified(seen) {
        Some(nonce) if !nonces.lock().unwrap().contains(&nonce) => {
            nonces.lock().unwrap().push(nonce);
            status(202)
        }
        _ => status(400),
    })
}

/// The nonce of a request whose signature is right.
fn verified(seen: &Seen) -> Option<String> {
    let header = |name: &str| seen.head.headers.get(name)?.to_str().ok().map(str::to_owned);
    let digest = header("content-digest")?;
    if digest != format!("sha-256=:{}:", STANDARD.encode(sha256(seen.body.as_bytes()))) {
        return None;
    }
    let input = header("signature-input")?.strip_prefix("senid=")?.to_owned();
    let host = header("host")?;
    let base = format!(
        "\"@method\": {}\n\"@target-uri\": http://{host}{}\n\"content-type\": {}\n\"content-digest\": {digest}\n\
         \"@signature-params\": {input}",
        seen.head.method,
        seen.head.uri,
        header("content-type")?
    );
    let expected = STANDARD.encode(HmacKey::new(KEY.as_bytes()).mac(&[base.as_bytes()]));
    let created: i64 = input.split("created=").nth(1)?.split(';').next()?.parse().ok()?;
    let fresh = (created - crate::support::world::NOW.seconds()).abs() < 3600;
    let nonce = input.split("nonce=\"").nth(1)?.split('"').next()?.to_owned();
    (header("signature")? == format!("senid=:{expected}:") && fresh).then_some(nonce)
}

fn sent(gateway: &Outside) -> Vec<Value> {
    gateway.seen().iter().map(|seen| serde_json::from_str(&seen.body).unwrap()).collect()
}

async fn code_by_sms(gateway: &Outside, number: usize) -> String {
    eventually("the gateway is asked", async || gateway.requests() >= number).await;
    six_digits(sent(gateway)[number - 1]["text"].as_str().unwrap()).expect("a code")
}

async fn changes_password(browser: &mut Browser, citizen: &Citizen) {
    let page = citizen.enters_account(browser, "/account/security/password").await;
    let page = browser.press(&page, "password-save", &[("password", "a sentence that nobody else thinks of")]).await;
    assert_eq!(page.path(), "/account/security", "{}", page.text());
}

/// A sign-in with the password, up to the page of codes by text message.
async fn to_sms(world: &World, browser: &mut Browser, citizen: &Citizen) -> Page {
    let page = browser.open(&world.portal("tax-office").start().with("claims", TWO_FACTORS).url()).await;
    let page = citizen.signs_in(browser, &page).await;
    assert!(page.has("#use-sms"), "{}", page.text());
    browser.press(&page, "use-sms", &[]).await
}

fn is_let_in(page: &Page) -> bool {
    page.status == 303 || page.has("#allow")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_changes_something_is_told_by_mail_and_text_message_on_both_backends() {
    for backend in [Backend::embedded().await, Backend::production().await] {
        let (server, gateway) = (MailServer::start(Reached::StartTls).await, gateway());
        let world = World::start(backend, |settings| {
            mail(settings, &server, MailSecurity::StartTls);
            sms(settings, &gateway);
        })
        .await;
        changes_password(&mut world.browser(), &AN).await;
        eventually("the mail arrives", async || server.mails().len() == 1).await;
        eventually("the text message is sent", async || gateway.requests() == 1).await;
        let mail = &server.mails()[0];
        assert!(mail.over_tls, "nothing goes out in clear");
        assert_eq!(mail.login.as_deref(), Some("senid:hunter2"));
        assert!(mail.from.contains("no-reply@id.example.gov") && mail.to[0].contains("an.nguyen@senid.example"));
        assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
        // In the citizen's own language, with the issuer's address and no other.
        let text = mail.part("text/plain");
        assert!(text.contains("Mật khẩu tài khoản của bạn vừa được đổi"), "{text}");
        assert!(text.contains(&format!("{}/account", world.issuer)), "{text}");
        assert!(mail.part("text/html").contains("<html lang=\"vi\">"));
        let message = &sent(&gateway)[0];
        assert_eq!((message["to"].as_str(), message["sender"].as_str()), (Some("+84912345678"), Some("SenID")));
        let text = message["text"].as_str().unwrap();
        assert!(text.starts_with("SenID: Mật khẩu") && !text.contains("://"), "{text}");
        eventually("both are settled", async || {
            let listed =
                world.app(0).store.read().await.unwrap().messages().list(Some(DeliveryState::Delivered), None, 9).await;
            listed.unwrap().items.len() == 2
        })
        .await;
        let events = world.operator().events_of(&AN).await;
        let told = events.iter().find(|event| event.kind.is_some_and(|kind| kind.as_str() == "password.changed"));
        assert_eq!(told.unwrap().details.get("told").map(String::as_str), Some("email sms"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_goes_out_over_tls_from_the_first_byte_and_never_to_a_server_that_offers_none() {
    let (wrapped, clear) = (MailServer::start(Reached::Tls).await, MailServer::start(Reached::Clear).await);
    let world = World::embedded_with(|settings| mail(settings, &wrapped, MailSecurity::Tls)).await;
    changes_password(&mut world.browser(), &AN).await;
    eventually("the mail arrives", async || wrapped.mails().len() == 1).await;
    assert!(wrapped.mails()[0].over_tls);
    let world = World::embedded_with(|settings| mail(settings, &clear, MailSecurity::StartTls)).await;
    changes_password(&mut world.browser(), &AN).await;
    eventually("the server is asked", async || clear.connections() > 0).await;
    eventually("it is to be tried again", async || backlog(&world).await == 1 && attempted(&world).await > 0).await;
    assert!(clear.mails().is_empty(), "nothing goes out in clear");
}

async fn backlog(world: &World) -> u64 {
    world.app(0).store.read().await.unwrap().messages().backlog().await.unwrap().pending
}

async fn attempted(world: &World) -> u32 {
    let listed = world.app(0).store.read().await.unwrap().messages().list(None, None, 9).await.unwrap();
    listed.items.iter().filter(|message| message.fault.is_some()).map(|message| message.attempts).max().unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_server_that_is_away_is_asked_again_and_what_was_given_up_is_seen() {
    let server = MailServer::start(Reached::StartTls).await;
    server.does(Does::HangsUp);
    let world = World::embedded_with(|settings| mail(settings, &server, MailSecurity::StartTls)).await;
    changes_password(&mut world.browser(), &AN).await;
    for tries in 1..=3 {
        // An attempt is counted before it is made: the server says when it is under way. Whoever moves the clock in the middle
        // of one sees its lease run out, and another one made.
        eventually("it is tried", async || server.connections() >= tries).await;
        world.app(0).background.idle().await;
        assert_eq!(attempted(&world).await as usize, tries);
        let (does, wait) = [(Does::Waits, 120), (Does::HangsUp, 120), (Does::Takes, 3600)][tries - 1];
        server.does(does);
        world.wait(Duration::from_secs(wait));
        world.app(0).post.wake();
    }
    eventually("the mail arrives", async || server.mails().len() == 1).await;
    eventually("nothing waits", async || backlog(&world).await == 0).await;

    // A mailbox that does not exist is not tried again, and an outage is not waited for beyond three days.
    server.does(Does::Refuses);
    changes_password(&mut world.browser(), &BINH).await;
    eventually("it is refused", async || listed(&world, DeliveryState::Refused).await == 1).await;
    assert_eq!(server.mails().len(), 1);
    let events = world.operator().events_of(&BINH).await;
    let undelivered = events.iter().find(|event| event.kind.is_some_and(|kind| kind.as_str() == "message.undelivered"));
    let details = &undelivered.expect("an event").details;
    assert_eq!((details["channel"].as_str(), details["about"].as_str()), ("email", "password.changed"));
    assert!(!format!("{details:?}").contains('@'), "{details:?}");
}

async fn listed(world: &World, state: DeliveryState) -> usize {
    world.operator().messages(state).await.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_late_is_given_up() {
    let server = MailServer::start(Reached::StartTls).await;
    server.does(Does::Waits);
    let world = World::embedded_with(|settings| mail(settings, &server, MailSecurity::StartTls)).await;
    changes_password(&mut world.browser(), &AN).await;
    eventually("it is tried", async || attempted(&world).await >= 1).await;
    world.wait(Duration::from_secs(4 * 86_400));
    world.app(0).post.wake();
    eventually("it is given up", async || listed(&world, DeliveryState::Undelivered).await == 1).await;
    assert!(server.mails().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_by_text_message_is_a_second_factor_where_it_counts_and_only_in_its_own_sign_in() {
    let gateway = gateway();
    let change = |settings: &mut Settings| {
        sms(settings, &gateway);
        settings.messages.sms_counts = true;
    };
    let world = World::embedded_with(change).await;
    let mut browser = world.browser();
    let page = to_sms(&world, &mut browser, &AN).await;
    // Looking at the page sends nothing, and names no number.
    assert!(!page.has("#code") && !page.text().contains("912345"), "{}", page.text());
    let page = browser.press(&page, "send", &[]).await;
    let code = code_by_sms(&gateway, 1).await;
    assert!(page.has("#code") && gateway.requests() == 1, "{}", page.text());
    // Somebody else with the same password in a sign-in of their own: the code is not theirs.
    let mut thief = world.browser_at("127.0.0.9");
    let theirs = to_sms(&world, &mut thief, &AN).await;
    assert!(!theirs.has("#code"), "{}", theirs.text());
    let mut form = theirs.form_of("send", &[]);
    form.pairs.retain(|(name, _)| name != "choice");
    form.pairs.push(("code".to_owned(), code.clone()));
    assert_eq!(thief.submit(&theirs, &form.action, &form.pairs).await.status, 401);
    let page = browser.press(&page, "prove", &[("code", &code)]).await;
    assert!(is_let_in(&page), "{}", page.text());
    // It was used.
    let mut again = world.browser();
    let page = to_sms(&world, &mut again, &AN).await;
    let page = again.press(&page, "send", &[]).await;
    let _ = code_by_sms(&gateway, 2).await;
    let refused = again.press(&page, "prove", &[("code", &code)]).await;
    assert!(!is_let_in(&refused), "{}", refused.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_ends_after_five_tries_and_after_ten_minutes_and_with_the_next_one() {
    let gateway = gateway();
    let change = |settings: &mut Settings| {
        sms(settings, &gateway);
        settings.messages.sms_counts = true;
        settings.throttling.free_tries = 100;
        settings.throttling.codes_per_account = Rate { most: 100, window: Duration::from_secs(600) };
    };
    let world = World::embedded_with(change).await;
    let mut browser = world.browser();
    let mut page = to_sms(&world, &mut browser, &AN).await;
    page = browser.press(&page, "send", &[]).await;
    let first = code_by_sms(&gateway, 1).await;
    let wrong = if first == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        page = browser.press(&page, "prove", &[("code", wrong)]).await;
        assert_eq!(page.status, 401);
    }
    // The sixth try is none, however right: the page offers another code.
    assert!(!page.has("#code"), "{}", page.text());
    page = browser.press(&page, "send", &[]).await;
    let second = code_by_sms(&gateway, 2).await;
    page = browser.press(&page, "send", &[]).await;
    let third = code_by_sms(&gateway, 3).await;
    if second != third {
        page = browser.press(&page, "prove", &[("code", &second)]).await;
        assert_eq!(page.status, 401, "another was sent since");
    }
    world.wait(Duration::from_secs(600));
    let late = browser.reload(&page).await;
    assert!(!late.has("#code"), "{}", late.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_message_is_not_offered_where_it_does_not_count_or_none_goes_out() {
    let gateway = gateway();
    let off = World::embedded_with(|settings| settings.messages.sms_counts = true).await;
    let no_factor = World::embedded_with(|settings| sms(settings, &gateway)).await;
    let elsewhere = World::embedded_with(|settings| {
        sms(settings, &gateway);
        settings.messages.sms_counts = true;
        settings.messages.budget.calling_codes.clear();
    })
    .await;
    for world in [&off, &no_factor, &elsewhere] {
        let mut browser = world.browser();
        let page = browser.open(&world.portal("tax-office").start().with("claims", TWO_FACTORS).url()).await;
        let page = AN.signs_in(&mut browser, &page).await;
        assert!(!page.has("#use-sms") && page.has("#how"), "{}", page.text());
        // Nor by its address.
        let page = browser.open(&page.url.path().replace("/step-up", "/sms")).await;
        assert!(page.path().ends_with("/step-up"), "{}", page.url);
    }
    assert_eq!(gateway.requests(), 0);
    let page = AN.enters_account(&mut off.browser(), "/account/security/contact").await;
    assert!(page.has("#off") && !page.has("#ask-email"), "the account says so: {}", page.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_makes_it_send_codes_without_end() {
    for (who, change) in [
        ("person", (|settings: &mut Settings| settings.messages.budget.per_person.most = 2) as fn(&mut Settings)),
        ("range", |settings| settings.messages.budget.per_range.most = 2),
        ("network", |settings| settings.messages.budget.per_network.most = 2),
        ("all", |settings| settings.messages.budget.in_all.most = 2),
    ] {
        let gateway = gateway();
        let world = World::embedded_with(|settings| {
            sms(settings, &gateway);
            settings.messages.sms_counts = true;
            change(settings);
        })
        .await;
        let mut browser = world.browser();
        let mut page = to_sms(&world, &mut browser, &AN).await;
        for _ in 0..2 {
            page = browser.press(&page, "send", &[]).await;
            assert_eq!(page.status, 200, "{who}: {}", page.text());
        }
        let refused = browser.press(&page, "send", &[]).await;
        assert_eq!(refused.status, 429, "{who}: {}", refused.text());
        assert!(refused.problem().starts_with("Too many codes were sent."), "{}", refused.problem());
        assert!(refused.reply.header("retry-after").parse::<u64>().unwrap() > 0);
        eventually("two were sent", async || gateway.requests() == 2).await;
        // Another citizen, elsewhere, is stopped by what they share alone.
        let mut elsewhere = world.browser_at("127.0.0.7");
        let page = to_sms(&world, &mut elsewhere, &BINH).await;
        let page = elsewhere.press(&page, "send", &[]).await;
        assert_eq!(page.status.as_u16(), if who == "all" { 429 } else { 200 }, "{who}");
    }
}

/// The page of where a citizen is reached: with a password alone, a code over what is verified is typed first.
async fn opens_contact(server: &MailServer, browser: &mut Browser, citizen: &Citizen) -> Page {
    let page = citizen.enters_account(browser, "/account/security/contact").await;
    assert_eq!(page.path(), "/account/security/confirm", "{}", page.text());
    let (page, code) = mailed_code(server, browser, &page, "send-email", &[]).await;
    browser.press(&page, "prove", &[("code", &code)]).await
}

/// Presses what has a code mailed, and reads it.
async fn mailed_code(
    server: &MailServer,
    browser: &mut Browser,
    page: &Page,
    button: &str,
    filled: &[(&str, &str)],
) -> (Page, String) {
    let before = server.mails().len();
    let page = browser.press(page, button, filled).await;
    eventually("the code arrives", async || server.mails().len() > before).await;
    (page, server.mails().last().unwrap().code())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_the_citizen_s_once_they_typed_the_code_that_went_there() {
    let server = MailServer::start(Reached::StartTls).await;
    let world = World::embedded_with(|settings| mail(settings, &server, MailSecurity::StartTls)).await;
    let mut browser = world.browser();
    let page = opens_contact(&server, &mut browser, &AN).await;
    for malformed in ["an", "0912 345 678", "a b@example.vn", "an@example.vn\r\nBcc: b@example.vn"] {
        let refused = browser.press(&page, "ask-email", &[("email", malformed)]).await;
        assert_eq!(refused.status, 422, "{malformed:?}");
    }
    let typed = [("email", "New.An@Example.vn")];
    let (page, code) = mailed_code(&server, &mut browser, &page, "ask-email", &typed).await;
    let mail = server.mails().pop().unwrap();
    assert!(mail.to[0].contains("new.an@example.vn"), "{:?}", mail.to);
    assert!(!mail.header("Subject").contains(&code), "a locked telephone shows no code");
    assert!(!mail.part("text/plain").contains("://"), "a code comes without a link");
    assert!(page.words("#email-now").contains("a•••@senid.example"), "nothing changed yet: {}", page.text());
    // Of another session of the same citizen it is no code.
    let mut other = world.browser();
    let elsewhere = opens_contact(&server, &mut other, &AN).await;
    assert!(!elsewhere.has("#confirm-email"), "{}", elsewhere.text());
    let before = server.mails().len();
    let page = browser.press(&page, "confirm-email", &[("code", &code)]).await;
    assert!(page.words("#email-now").contains("n•••@example.vn · Confirmed"), "{}", page.text());
    // Whoever read the old address is told there.
    eventually("the old address is told", async || server.mails().len() > before).await;
    let told = server.mails().pop().unwrap();
    assert!(told.to[0].contains("an.nguyen@senid.example"), "{:?}", told.to);

    // What another citizen has shown to be theirs is not taken from them.
    let typed = [("email", "binh.tran@senid.example")];
    let (page, code) = mailed_code(&server, &mut browser, &page, "ask-email", &typed).await;
    let page = browser.press(&page, "confirm-email", &[("code", &code)]).await;
    assert_eq!(page.status, 422);
    assert!(page.text().contains("Another account uses this address"), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_password_alone_something_is_added_once_a_code_over_a_verified_channel_was_typed() {
    let server = MailServer::start(Reached::StartTls).await;
    let world = World::embedded_with(|settings| mail(settings, &server, MailSecurity::StartTls)).await;
    let mut browser = world.browser();
    let page = AN.enters_account(&mut browser, "/account/security/totp/new").await;
    assert_eq!(page.path(), "/account/security/confirm", "{}", page.text());
    assert!(!page.has("#send-sms"), "no text message goes out: {}", page.text());
    let before = browser.cookies["senid-session"].clone();
    let page = browser.press(&page, "send-email", &[]).await;
    eventually("the code arrives", async || server.mails().len() == 1).await;
    let code = server.mails()[0].code();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(browser.press(&page, "prove", &[("code", wrong)]).await.status, 422);
    let page = browser.press(&page, "prove", &[("code", &code)]).await;
    assert!(page.path() == "/account/security/totp/new" && page.has("#secret"), "{}: {}", page.url, page.text());
    assert_ne!(browser.cookies["senid-session"], before, "the session goes on under another cookie");
    world.adds_totp(&AN, &mut browser).await;
    eventually("its owner is told", async || server.mails().len() == 2).await;
    // It counts for no more than the session that added it: a mailbox is no factor.
    let page = browser.open(&world.portal("tax-office").start().with("claims", TWO_FACTORS).url()).await;
    assert!(!page.has("#use-totp") && page.has("#how"), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_was_sent_stands_in_clear_in_the_database() {
    let gateway = gateway();
    let world = World::embedded_with(|settings| {
        sms(settings, &gateway);
        settings.messages.sms_counts = true;
    })
    .await;
    let mut browser = world.browser();
    let page = to_sms(&world, &mut browser, &AN).await;
    browser.press(&page, "send", &[]).await;
    let code = code_by_sms(&gateway, 1).await;
    let file = world.backend().file();
    let mut stored = std::fs::read(&file).unwrap();
    for beside in ["-wal", "-shm"] {
        let mut name = file.clone().into_os_string();
        name.push(beside);
        stored.extend(std::fs::read(name).unwrap_or_default());
    }
    for secret in [code.as_bytes(), b"912345678", b"84912345678"] {
        assert!(!stored.windows(secret.len()).any(|window| window == secret), "{}", String::from_utf8_lossy(secret));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_a_key_that_may_have_been_copied_is_told_once_a_day() {
    let server = MailServer::start(Reached::StartTls).await;
    let change = |settings: &mut Settings| mail(settings, &server, MailSecurity::StartTls);
    let world = World::with_passkeys_and(Backend::embedded().await, change).await;
    let mut key = Authenticator::behaving(&world.issuer, Behaviour::opened_key());
    let mut browser = world.browser();
    let page = AN.enters_account(&mut browser, "/account/security/passkeys/new").await;
    let page = browser.press(&page, "send-email", &[]).await;
    eventually("the code arrives", async || server.mails().len() == 1).await;
    browser.press(&page, "prove", &[("code", &server.mails()[0].code())]).await;
    enrols(&mut browser, &mut key, "My key").await;
    eventually("its owner is told that it was added", async || server.mails().len() == 2).await;
    let tries = async |key: &mut Authenticator| {
        let mut browser = world.browser();
        let page = browser.open(&world.portal("tax-office").start().url()).await;
        uses(&mut browser, &page, key).await
    };
    assert!(is_let_in(&tries(&mut key).await));
    for (day, mails) in [(0, 3), (0, 3), (1, 4)] {
        world.wait(Duration::from_secs(day * 86_400));
        // A copy that was made before it was used.
        key.credentials[0].counter = 0;
        assert_eq!(tries(&mut key).await.status, 401);
        eventually("its owner is told", async || server.mails().len() >= mails).await;
        let told = server.mails()[mails - 1].part("text/plain");
        assert!(told.contains("dấu hiệu bị sao chép") && told.contains("My key"), "{told}");
        assert_eq!(server.mails().len(), mails);
    }
    let events = world.operator().events_of(&AN).await;
    let suspected: Vec<_> = events.iter().filter(|event| event.kind == Some(EventKind::CredentialSuspected)).collect();
    assert_eq!(suspected.iter().map(|event| event.details["told"].as_str()).collect::<Vec<_>>(), ["email", "email"]);
}
