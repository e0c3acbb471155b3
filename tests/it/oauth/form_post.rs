//! The page that takes an answer back in a form: OAuth 2.0 Form Post Response Mode.

use senid::domain::client::{Client, ClientAuthentication};

use crate::support::World;
use crate::support::world::{AN, Mode, NOW, Page, on_every_backend};

/// The page's fields as a browser would send them.
fn posted(page: &Page) -> (String, Vec<(String, String)>) {
    let form = page.form_of("continue", &[]);
    (form.action, form.pairs)
}

on_every_backend! {
    async fn the_page_sends_the_answer_to_the_portal_and_nowhere_else(world: World) {
        let portal = world.portal("archive");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        let started = portal.start().with("response_type", "code id_token token").with("response_mode", "form_post");
        let page = browser.open(&started.url()).await;
        let (action, fields) = posted(&page);
        assert_eq!(action, portal.registration.redirect_uri);
        let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        let expected = ["access_token", "code", "expires_in", "id_token", "iss", "scope", "session_state", "state", "token_type"];
        assert_eq!(names, expected);
        assert_eq!(page.count("form"), 1);

        let policy = page.reply.header("content-security-policy");
        assert!(policy.contains("form-action https://archive.example;"), "{policy}");
        assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(page.reply.header("cache-control"), "no-store");
        assert_eq!(page.reply.header("referrer-policy"), "strict-origin");
        assert!(!page.reply.headers.contains_key("location"));
        let script = page.reply.body.split("script src=\"").nth(1).unwrap().split('"').next().unwrap();
        let script = world.get(script).await;
        assert_eq!(script.status, 200);
        assert!(script.body.contains("getElementById(\"form-post\").submit()"), "{}", script.body);
        // ECMAScript 5: what older engines cannot even parse.
        for modern in ["=>", "const ", "let ", "`", "?."] {
            assert!(!script.body.lines().filter(|line| !line.starts_with("//")).any(|line| line.contains(modern)));
        }
    }
}

#[tokio::test]
async fn whatever_is_in_the_state_stays_in_its_field() {
    let world = World::embedded().await;
    let portal = world.portal("archive");
    let mut browser = world.browser();
    for state in [
        "\"><script>alert(1)</script>",
        "' onfocus='alert(1)' autofocus='",
        "</form><form action=https://evil.example>",
        "&quot;&lt;&amp;",
        "\t \u{b}\u{feff}𝕊é",
        &"š".repeat(1024),
    ] {
        let started = portal.start().with("response_mode", "form_post").with("prompt", "none").with("state", state);
        let page = browser.open(&started.url()).await;
        assert_eq!(page.answer()["state"], state);
        assert_eq!((page.count("form"), page.count("main script"), page.count("[autofocus]")), (1, 0, 0));
        assert_eq!(posted(&page).0, portal.registration.redirect_uri);
    }
}

#[tokio::test]
async fn a_state_that_a_form_would_change_on_its_way_is_refused_and_comes_back_whole() {
    let world = World::embedded().await;
    let portal = world.portal("archive");
    for state in ["two\nlines", "two\rlines"] {
        let started = portal.start().with("response_mode", "form_post").with("state", state);
        let page = world.browser().open(&started.url()).await;
        let (mode, answer) = page.answered();
        assert_eq!((mode, answer["state"].as_str()), (Mode::Query, state));
        assert_eq!(answer["error_description"], "response_mode form_post cannot carry a state with line breaks");
    }
}

#[tokio::test]
async fn nothing_is_posted_to_a_private_use_scheme() {
    let world = World::embedded().await;
    let app = Client {
        redirect_uris: vec!["vn.example.app:/callback".to_owned()],
        scopes: "openid".parse().unwrap(),
        ..Client::new("app".parse().unwrap(), ClientAuthentication::None, NOW)
    };
    world.operator().registers(&app).await;
    let started = world.portal("tax-office").start();
    let started = started.with("client_id", "app").with("redirect_uri", "vn.example.app:/callback");
    let page = world.browser().open(&started.with("response_mode", "form_post").url()).await;
    assert!(page.url.as_str().starts_with("vn.example.app:/callback?error=invalid_request&"), "{}", page.url);
    assert!(page.refusal().1.starts_with("response_mode form_post needs an http or https redirect_uri"));
}
