//! Pushed requests (RFC 9126 §7): a reference is its client's, briefly, and answered once, whatever a browser adds to it.

use tokio::task::JoinSet;

use crate::support::World;
use crate::support::world::{AN, BINH, Browser, Page, on_every_backend};

/// Gives the page of a reference that leads nowhere.
fn is_refused(page: &Page) {
    assert_eq!((page.status.as_u16(), page.path()), (400, "/authorize"), "{}", page.url);
    assert!(page.text().contains("invalid_request_uri"), "{}", page.text());
}

/// Presses a button in each of these sign-ins at the same moment, and gives what the portal was told.
async fn at_once(answers: Vec<(Browser, Page)>, button: &'static str) -> (Vec<Page>, Vec<Page>) {
    let mut presses = JoinSet::new();
    for (mut browser, page) in answers {
        presses.spawn(async move { browser.press(&page, button, &[]).await });
    }
    presses.join_all().await.into_iter().partition(|page| page.status == 303)
}

on_every_backend! {
    async fn another_client_gets_nothing_for_a_reference(world: World) {
        let portal = world.portal("tax-office");
        let pushed = portal.pushed(&portal.start()).await;
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        for other in ["library", "registry", "tax-app", "sandbox"] {
            is_refused(&browser.open(&pushed.clone().with("client_id", other).url()).await);
        }
        for nobody in ["nobody", ""] {
            let page = browser.open(&pushed.clone().with("client_id", nobody).url()).await;
            assert_eq!((page.status.as_u16(), page.path()), (400, "/authorize"));
        }
        // Nothing of that has spent it.
        assert!(browser.open(&pushed.url()).await.answer().contains_key("code"));
        is_refused(&browser.open(&pushed.url()).await);
    }

    async fn nothing_that_a_browser_adds_counts(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        let started = portal.start().with("scope", "openid").without("state");
        let smuggled = portal.pushed(&started).await;
        let smuggled = smuggled
            .and("redirect_uri", "https://evil.example/")
            .and("scope", "openid national_id")
            .and("state", "theirs")
            .and("response_mode", "form_post")
            .and("prompt", "none")
            .and("request", "eyJhbGciOiJub25lIn0.e30.")
            .and("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
            .and("nonce", "theirs")
            .and("nonce", "twice");
        let page = browser.open(&smuggled.url()).await;
        assert!(page.url.as_str().starts_with("https://tax.example/callback?code="), "{}", page.url);
        assert!(!page.answer().contains_key("state"));
        let tokens = portal.exchange(&started, &page.code()).await;
        assert_eq!((tokens.status.as_u16(), tokens.scope().as_str()), (200, "openid"));
        assert_eq!(portal.id_token(&tokens).await["nonce"], started.nonce.as_str());
    }

    async fn a_reference_that_was_made_up_or_altered_leads_nowhere(world: World) {
        let portal = world.portal("tax-office");
        let pushed = portal.pushed(&portal.start()).await;
        let uri = pushed.parameters().iter().find(|(name, _)| name == "request_uri").unwrap().1.clone();
        let prefix = "urn:ietf:params:oauth:request_uri:";
        let last = if uri.ends_with('A') { "B" } else { "A" };
        for forged in [
            format!("{}{last}", &uri[..uri.len() - 1]),
            format!("{uri}="),
            format!("{uri} "),
            prefix.to_owned(),
            format!("{prefix}{}", "A".repeat(43)),
            format!("{prefix}*"),
            format!("{prefix}{}", "A".repeat(5000)),
        ] {
            is_refused(&world.browser().open(&pushed.clone().with("request_uri", &forged).url()).await);
        }
        assert!(world.browser().open(&pushed.url()).await.has("#username"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_answers_to_one_reference_one_has_a_code() {
    let world = World::two_servers().await;
    let portal = world.portal("tax-office");
    let started = portal.start().with("prompt", "consent");
    let pushed = portal.pushed(&started).await;
    // As many sign-ins, each up to its last step.
    let (browser, _) = world.signed_in(&portal, &AN).await;
    let mut ready = Vec::new();
    for _ in 0..100 {
        let mut own = browser.clone();
        let page = own.open(&pushed.url()).await;
        assert!(page.has("#allow"), "{}", page.text());
        ready.push((own, page));
    }
    let refusing = ready.split_off(50);
    let (allowed, denied) = tokio::join!(at_once(ready, "allow"), at_once(refusing, "deny"));
    let told: Vec<Page> = allowed.0.into_iter().chain(denied.0).collect();
    assert_eq!(told.len(), 1, "one answer to one request");
    for page in allowed.1.iter().chain(&denied.1) {
        assert_eq!(page.status, 410, "{}", page.text());
    }
    is_refused(&world.browser().open(&pushed.url()).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_silent_answers_to_one_reference_one_has_a_code() {
    let world = World::two_servers().await;
    let portal = world.portal("tax-office");
    let (browser, _) = world.signed_in(&portal, &AN).await;
    let started = portal.start();
    let pushed = portal.pushed(&started).await;
    let mut asked = JoinSet::new();
    for _ in 0..100 {
        let (mut own, url) = (browser.clone(), pushed.url());
        asked.spawn(async move { own.open(&url).await });
    }
    let (told, refused): (Vec<_>, Vec<_>) = asked.join_all().await.into_iter().partition(|page| page.status == 303);
    assert_eq!(told.len(), 1);
    refused.iter().for_each(is_refused);
    assert_eq!(portal.exchange(&started, &told[0].code()).await.status, 200);
}

#[tokio::test]
async fn a_reference_is_not_pushed_and_nobody_pushes_in_another_s_name() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let pushed = portal.pushed(&portal.start()).await;
    let nested = portal.push(&pushed).await;
    assert_eq!((nested.status.as_u16(), &nested.json()["error"]), (400, &"invalid_request".into()));
    let beside = portal.push(&portal.start().and("request_uri", "https://tax.example/r")).await;
    assert_eq!((beside.status.as_u16(), &beside.json()["error"]), (400, &"invalid_request".into()));

    let started = portal.start();
    for secret in ["another-secret", ""] {
        let mut stranger = portal.clone();
        stranger.registration.secret = secret;
        let reply = stranger.push(&started).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["error"]), (401, &"invalid_client".into()), "{secret:?}");
    }
    // A sign-in is for whoever began it: a reference that someone sends along begins another one, at which they sign in.
    let mut someone_else = world.browser();
    let page = someone_else.open(&pushed.url()).await;
    assert!(BINH.goes_through(&mut someone_else, page).await.answer().contains_key("code"));
}
