//! Locked accounts (CVE-2026-1609, CVE-2025-64521): whatever its owner proves, before the lock or in the middle of proving it.

use senid::domain::issued_code::CodeUse;

use crate::support::World;
use crate::support::world::means::Means;
use crate::support::world::passkey::options;
use crate::support::world::{AN, Backend, Browser, Page};

const SESSION: &str = "senid-session";

/// What somebody proves who they are with.
const FIRST: [&str; 4] = ["password", "passkey", "certificate", "counter code"];
/// What they prove beside it.
const SECOND: [&str; 3] = ["totp", "recovery-code", "sms"];

/// A page that asks for something, and the answer to it, which is right.
struct Answer {
    browser: Browser,
    page: Page,
    fields: Vec<(String, String)>,
    action: String,
}

impl Answer {
    async fn is_sent(&mut self) -> Page {
        self.browser.submit(&self.page, &self.action, &self.fields).await
    }
}

fn filled(page: &Page, button: &str, with: &[(&str, &str)]) -> (Vec<(String, String)>, String) {
    let form = page.form_of(button, with);
    (form.pairs, form.action)
}

/// One more sign-in, up to the answer with this method.
async fn answers(world: &World, means: &mut Means, method: &str, browser: Browser) -> Answer {
    let mut browser = browser;
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    let (page, (fields, action)) = match method {
        "password" => {
            let page = AN.identifies(&mut browser, &page).await;
            let filled = filled(&page, "login", &[("password", AN.password)]);
            (page, filled)
        }
        "passkey" => {
            let asked = options(&mut browser, &page, "use-passkey").await.ok().unwrap();
            let answer = means.phone.get(&asked.options);
            let csrf = page.attribute("form#webauthn input[name=csrf]", "value");
            let fields = vec![("csrf".to_owned(), csrf), ("credential".to_owned(), answer)];
            let action = page.attribute("form#webauthn", "action");
            (page, (fields, action))
        }
        "certificate" => {
            let page = browser.press(&page, "use-certificate", &[]).await;
            let page = browser.open(&page.link("#way-web-eid")).await;
            let nonce = page.attribute("#web-eid", "data-nonce");
            let token = means.card.web_eid("ES256", &world.issuer, &nonce).to_string();
            let filled = filled(&page, "use-card", &[("token", &token)]);
            (page, filled)
        }
        "counter code" => {
            let code = world.operator().issues(&AN, CodeUse::Counter).await.unwrap();
            let page = browser.press(&page, "use-counter-code", &[("username", AN.identifier)]).await;
            let filled = filled(&page, "counter-login", &[("code", &code)]);
            (page, filled)
        }
        second => {
            let page = AN.signs_in(&mut browser, &page).await;
            let page = browser.press(&page, &format!("use-{second}"), &[]).await;
            let (page, code) = match second {
                "totp" => (page, means.application.code(world, 0)),
                "sms" => means.telephone.receives(&mut browser, &page, "send", &[]).await,
                _ => (page, means.codes.remove(0)),
            };
            let filled = filled(&page, "prove", &[("code", &code)]);
            (page, filled)
        }
    };
    Answer { browser, page, fields, action }
}

fn is_let_in(page: &Page) -> bool {
    page.has("#allow") || page.has("#use-totp") || page.status == 303
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_lets_in_whoever_was_locked_before_they_answered_and_a_session_from_before_is_none() {
    let (world, mut means) = World::with_every_method(Backend::embedded().await, |_| {}).await;
    // Its first use binds it: a certificate that is bound is looked at in another place than a new one.
    let mut bound = answers(&world, &mut means, "certificate", world.browser()).await;
    assert!(is_let_in(&bound.is_sent().await));
    for method in FIRST.into_iter().chain(SECOND) {
        // In windows of their own: what is refused here is no guess too many.
        world.wait_for_the_next_window();
        let mut meanwhile = answers(&world, &mut means, method, world.browser()).await;
        let half = meanwhile.browser.cookies.get(SESSION).cloned();
        world.operator().locks(&AN).await;
        let page = meanwhile.is_sent().await;
        assert!(!is_let_in(&page), "{method}: {}", page.text());
        assert_eq!(meanwhile.browser.cookies.get(SESSION), half.as_ref(), "{method}");
        world.operator().unlocks(&AN).await;
        // What was begun before the lock stays over, and what it left behind is no session.
        assert_eq!(meanwhile.browser.open("/account").await.path(), "/account/sign-in", "{method}");
        world.wait_for_the_next_window();
        let mut fresh = answers(&world, &mut means, method, world.browser()).await;
        let page = fresh.is_sent().await;
        assert!(is_let_in(&page), "{method}, unlocked: {}: {}", page.url, page.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_lets_in_whoever_is_locked_when_they_come() {
    let (world, mut means) = World::with_every_method(Backend::embedded().await, |_| {}).await;
    // An officer gives no code for an account that is locked, so theirs is from before.
    let counter = world.operator().issues(&AN, CodeUse::Counter).await.unwrap();
    world.operator().locks(&AN).await;
    assert!(world.operator().issues(&AN, CodeUse::Counter).await.is_err());
    for method in ["password", "passkey", "certificate"] {
        let mut coming = answers(&world, &mut means, method, world.browser()).await;
        let page = coming.is_sent().await;
        assert!(page.status == 401 && !is_let_in(&page), "{method}: {}", page.text());
        assert!(!coming.browser.cookies.contains_key(SESSION), "{method}");
    }
    let mut browser = world.browser();
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    let page = browser.press(&page, "use-counter-code", &[("username", AN.identifier)]).await;
    let refused = browser.press(&page, "counter-login", &[("code", &counter)]).await;
    assert!(refused.status == 401 && !browser.cookies.contains_key(SESSION), "{}", refused.text());
}

/// Whichever comes first. That a lock is seen between the look at the account and what is written is held, without chance, in
/// `brute_force`: every method ends there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_lock_and_many_answers_at_once_none_outlives_the_lock() {
    let (world, mut means) = World::with_every_method(Backend::production().await, |_| {}).await;
    let mut answering = Vec::new();
    for method in ["passkey", "certificate", "totp"] {
        answering.push(answers(&world, &mut means, method, world.browser()).await);
    }
    let sent: Vec<_> = answering
        .into_iter()
        .map(|mut answer| {
            tokio::spawn(async move {
                answer.is_sent().await;
                answer.browser
            })
        })
        .collect();
    world.operator().locks(&AN).await;
    for answer in sent {
        let mut browser = answer.await.unwrap();
        assert_eq!(browser.open("/account").await.path(), "/account/sign-in");
        let silent = world.portal("tax-office").start().with("prompt", "none");
        assert_eq!(browser.open(&silent.url()).await.refusal().0, "login_required");
    }
}
