//! What is good once (CVE-2025-64103, CVE-2026-4325): of many uses at the same moment one counts, whatever it is, and what is for one
//! thing is nothing for another.

use std::future::Future;

use senid::domain::issued_code::CodeUse;
use senid::storage::TRIES_A_CODE;
use tokio::task::JoinSet;

use crate::support::World;
use crate::support::world::means::Means;
use crate::support::world::passkey::options;
use crate::support::world::{AN, Backend, Browser, Page, web};

const AT_ONCE: usize = 12;
const NEW: &str = "a sentence that nobody else thinks of";

fn is_let_in(page: &Page) -> bool {
    page.has("#allow") || page.status == 303
}

/// How many of these come to something.
async fn succeed<F: Future<Output = bool> + Send + 'static>(tries: impl IntoIterator<Item = F>) -> usize {
    let mut all = JoinSet::new();
    for one in tries {
        all.spawn(one);
    }
    all.join_all().await.into_iter().filter(|let_in| *let_in).count()
}

/// The same browser, so often, each with the same page before it.
fn copies(browser: &Browser, page: &Page) -> Vec<(Browser, Page)> {
    (0..AT_ONCE).map(|_| (browser.clone(), page.clone())).collect()
}

/// A step-up of the citizen's, up to the page of this kind of code.
async fn at_code(world: &World, kind: &str) -> (Browser, Page) {
    let mut browser = world.browser();
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    let page = AN.signs_in(&mut browser, &page).await;
    let page = browser.press(&page, &format!("use-{kind}"), &[]).await;
    (browser, page)
}

/// So many sign-ins that each wait for a code, for which one code is at hand.
async fn sign_ins_at_code(world: &World, kind: &str) -> Vec<(Browser, Page)> {
    let mut all = Vec::new();
    for _ in 0..AT_ONCE {
        all.push(at_code(world, kind).await);
    }
    all
}

async fn each_is_used_once(world: World, mut means: Means) {
    // A code of a list, and one of an application, in many sign-ins at once. Whoever is not the first is told that it is wrong.
    let listed = means.codes.remove(0);
    for kind in ["recovery-code", "totp"] {
        let waiting = sign_ins_at_code(&world, kind).await;
        let code = if kind == "totp" { means.application.code(&world, 0) } else { listed.clone() };
        let used = succeed(waiting.into_iter().map(|(mut browser, page)| {
            let code = code.clone();
            async move { is_let_in(&browser.press(&page, "prove", &[("code", &code)]).await) }
        }));
        assert_eq!(used.await, 1, "{kind}");
        world.wait_for_the_next_window();
    }
    // A code by text message is of one sign-in: the same form, many times.
    let (mut browser, page) = at_code(&world, "sms").await;
    let (page, code) = means.telephone.receives(&mut browser, &page, "send", &[]).await;
    let used = succeed(copies(&browser, &page).into_iter().map(|(mut browser, page)| {
        let code = code.clone();
        async move {
            browser.press(&page, "prove", &[("code", &code)]).await.has("#allow")
                && browser.cookies.contains_key("senid-device")
        }
    }));
    assert!(used.await <= 1, "each that is let in makes a session and a device of its own");
    world.wait_for_the_next_window();
    // A code from an officer, in sign-ins on many devices.
    let code = world.operator().issues(&AN, CodeUse::Counter).await.unwrap();
    let mut waiting = Vec::new();
    for at in 0..3 {
        let mut browser = world.browser_at(&format!("127.0.3.{}", at + 1));
        let page = browser.open(&world.portal("tax-office").start().url()).await;
        waiting.push((browser.clone(), browser.press(&page, "use-counter-code", &[("username", AN.identifier)]).await));
    }
    let used = succeed(waiting.into_iter().map(|(mut browser, page)| {
        let code = code.clone();
        async move { is_let_in(&browser.press(&page, "counter-login", &[("code", &code)]).await) }
    }));
    assert_eq!(used.await, 1, "counter");
    // An assertion, a token of a card and the ticket of a connection: each of one sign-in, many times at once.
    let mut browser = world.browser();
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    let asked = options(&mut browser, &page, "use-passkey").await.ok().unwrap();
    let answer = means.phone.get(&asked.options);
    let asked = std::sync::Arc::new(asked);
    let used = succeed(copies(&browser, &page).into_iter().map(|(mut browser, page)| {
        let (asked, answer) = (asked.clone(), answer.clone());
        async move {
            asked.answer(&mut browser, &page, &answer, &[]).await;
            browser.cookies.contains_key("senid-session")
        }
    }));
    assert_eq!(used.await, 1, "passkey");
    let mut browser = world.browser();
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    let page = browser.press(&page, "use-certificate", &[]).await;
    let page = browser.open(&page.link("#way-web-eid")).await;
    let token = means.card.web_eid("ES256", &world.issuer, &page.attribute("#web-eid", "data-nonce")).to_string();
    let used = succeed(copies(&browser, &page).into_iter().map(|(mut browser, page)| {
        let token = token.clone();
        async move {
            browser.press(&page, "use-card", &[("token", &token)]).await;
            browser.cookies.contains_key("senid-session")
        }
    }));
    assert_eq!(used.await, 1, "web eid");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_uses_at_once_one_counts_embedded() {
    let (world, means) = World::with_every_method(Backend::embedded().await, without_waits).await;
    each_is_used_once(world, means).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_uses_at_once_one_counts_production() {
    let (world, means) = World::with_every_method(Backend::production().await, without_waits).await;
    each_is_used_once(world, means).await;
}

/// So that what is held here is the one use, and not the limits of guessing.
fn without_waits(settings: &mut senid::config::Settings) {
    let throttling = &mut settings.throttling;
    throttling.free_tries = 100;
    throttling.codes_per_account.most = 1000;
    throttling.per_account_and_address.most = 1000;
}

/// Each code, link and address is for one thing: brought where another is asked for it is nothing, and is not spent by it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_for_one_thing_is_nothing_for_another() {
    let (world, means) = World::with_every_method(Backend::embedded().await, without_waits).await;
    let operator = world.operator();
    let recover = operator.issues(&AN, CodeUse::Recover).await.unwrap();
    let counter = operator.issues(&AN, CodeUse::Counter).await.unwrap();
    let raise = operator.issues(&AN, CodeUse::Raise).await.unwrap();
    let listed = means.codes[0].clone();
    let shown = means.application.code(&world, 0);
    // At the page of each kind of code, every other kind.
    for (kind, own) in [("totp", &shown), ("recovery-code", &listed), ("sms", &shown)] {
        let (mut browser, page) = at_code(&world, kind).await;
        let page =
            if kind == "sms" { means.telephone.receives(&mut browser, &page, "send", &[]).await.0 } else { page };
        for code in [&recover, &counter, &raise, &listed, &shown] {
            if kind != "sms" && code == own {
                continue;
            }
            let refused = browser.press(&page, "prove", &[("code", code)]).await;
            assert!(refused.status == 401 && !is_let_in(&refused), "{kind}: {}", refused.text());
        }
    }
    // At a counter, and at the page of recovery.
    let mut browser = world.browser();
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    let at_counter = browser.press(&page, "use-counter-code", &[("username", AN.identifier)]).await;
    for code in [&recover, &raise, &listed, &shown] {
        assert_eq!(browser.press(&at_counter, "counter-login", &[("code", code)]).await.status, 401);
    }
    let mut elsewhere = world.browser();
    for code in [&counter, &raise, &shown] {
        let page = elsewhere.open("/recover").await;
        let typed = [("username", AN.identifier), ("code", code.as_str()), ("password", NEW)];
        assert_eq!(elsewhere.press(&page, "recover", &typed).await.status, 422);
    }
    // The address of an errand, the ticket that comes of it, and the link that stops a recovery.
    let mut browser = world.browser();
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    let page = browser.press(&page, "use-certificate", &[]).await;
    let url = page.url.join(&page.link("#way-connection")).unwrap();
    let errand = browser.request(http::Method::GET, &url, None, &[]).await.header("location").to_owned();
    let secret = errand.rsplit('/').next().unwrap().to_owned();
    let as_ticket = browser.open(&format!("{}/ticket?ticket={secret}", page.url.path())).await;
    assert!(!as_ticket.has("#allow"), "{}", as_ticket.text());
    assert_eq!(browser.open(&format!("/recover/stop/{secret}")).await.heading(), "There is nothing to stop");
    // The errand is still good; and its ticket is no errand.
    let der = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &means.card.der);
    let header = format!(":{der}:");
    let path = errand.strip_prefix("https://cert.id.example").unwrap();
    let reply = web::get(&world.at(path), &[("client-cert", &header)]).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    let back = reply.header("location").to_owned();
    let ticket = back.split_once("ticket=").unwrap().1;
    assert_eq!(web::get(&world.at(&format!("/certificate/{ticket}")), &[("client-cert", &header)]).await.status, 410);
    for cookie in ["senid-session", "senid-browser", "senid-device"] {
        let mut thief = world.browser();
        thief.cookies.insert(cookie.to_owned(), ticket.to_owned());
        assert_eq!(thief.open("/account").await.path(), "/account/sign-in", "{cookie}");
    }
    assert!(browser.open(&back).await.has("#allow"));
}

/// SP 800-63B-4 §3.2.2: a code by text message ends after five tries, and a new one is there for the asking; all the same a hundred wrong
/// ones in a row are the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_wrong_codes_by_text_message_close_the_telephone_however_many_codes_were_sent() {
    let change = |settings: &mut senid::config::Settings| {
        without_waits(settings);
        settings.throttling.failures_in_a_row = 10;
        settings.messages.budget.per_person.most = 100;
    };
    let (world, mut means) = World::with_every_method(Backend::embedded().await, change).await;
    let mut failures = 0;
    while failures < 10 {
        let (mut thief, page) = at_code(&world, "sms").await;
        let (mut page, code) = means.telephone.receives(&mut thief, &page, "send", &[]).await;
        let wrong = if code == "000000" { "000001" } else { "000000" };
        for _ in 0..TRIES_A_CODE {
            page = thief.press(&page, "prove", &[("code", wrong)]).await;
            failures += 1;
        }
        assert!(!is_let_in(&page), "{}", page.text());
    }
    // It is not offered any more, on no device, and on another day neither; nor does its page take the code that is on its way.
    world.wait(std::time::Duration::from_secs(2 * 86_400));
    let mut browser = world.browser();
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    let page = AN.signs_in(&mut browser, &page).await;
    assert!(!page.has("#use-sms") && page.has("#use-totp"), "{}", page.text());
    assert!(browser.open(&page.path().replace("/step-up", "/sms")).await.path().ends_with("/step-up"));
    // What else they have opens the account, and there the number is confirmed anew.
    let page = browser.press(&page, "use-passkey", &[]).await;
    let asked = options(&mut browser, &page, "use-passkey").await.ok().unwrap();
    let answer = means.phone.get(&asked.options);
    assert!(asked.answer(&mut browser, &page, &answer, &[]).await.has("#allow"));
    let page = browser.open("/account/security/contact").await;
    let own = [("phone", "+84912345678")];
    let (page, code) = means.telephone.receives(&mut browser, &page, "ask-phone", &own).await;
    browser.press(&page, "confirm-phone", &[("code", &code)]).await;
    let mut browser = world.browser();
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    assert!(AN.signs_in(&mut browser, &page).await.has("#use-sms"));
}
