//! How an answer travels, and that a refusal travels the same way: Multiple Response Type Encoding Practices §2.1.

use crate::support::World;
use crate::support::world::{AN, Mode, on_every_backend};

const MODES: [(&str, Mode); 3] = [("query", Mode::Query), ("fragment", Mode::Fragment), ("form_post", Mode::FormPost)];

on_every_backend! {
    async fn an_answer_travels_as_it_was_asked_for(world: World) {
        let portal = world.portal("archive");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        for response_type in ["code", "none"] {
            for (name, mode) in MODES {
                let started = portal.start().with("response_type", response_type).with("response_mode", name);
                let (answered_in, answer) = browser.open(&started.url()).await.answered();
                assert_eq!(answered_in, mode, "{response_type} {name}");
                assert_eq!((&answer["state"], &answer["iss"]), (&started.state, &world.issuer));
                assert_eq!(answer.contains_key("code"), response_type == "code");
            }
        }
    }

    async fn after_the_sign_in_and_the_question_too(world: World) {
        let portal = world.portal("archive");
        for (name, mode) in MODES {
            let started = portal.start().with("response_mode", name).with("prompt", "consent");
            let mut browser = world.browser();
            let page = browser.open(&started.url()).await;
            let page = AN.signs_in(&mut browser, &page).await;
            let page = AN.allows(&mut browser, &page).await;
            let (answered_in, answer) = page.answered();
            assert_eq!(answered_in, mode, "{name}");
            assert_eq!(portal.exchange(&started, &answer["code"]).await.status, 200, "{name}");

            // Another who does not want to: the portal is told in the same way.
            let mut browser = world.browser();
            let page = browser.open(&portal.start().with("response_mode", name).url()).await;
            let page = browser.press(&page, "cancel", &[]).await;
            assert_eq!((page.answered().0, &*page.refusal().0), (mode, "access_denied"), "{name}");
        }
    }

    async fn a_refusal_travels_as_the_answer_would_have(world: World) {
        let portal = world.portal("archive");
        let mut browser = world.browser();
        for (response_type, default) in [
            (Some("code"), Mode::Query),
            (Some("none"), Mode::Query),
            (Some("id_token"), Mode::Fragment),
            (Some("code token"), Mode::Fragment),
            (Some("token"), Mode::Fragment),
            (Some("saml"), Mode::Query),
            (None, Mode::Query),
        ] {
            let started = portal.start().with("max_age", "soon").without("response_type");
            let started = response_type.map_or(started.clone(), |asked| started.with("response_type", asked));
            let default_page = browser.open(&started.url()).await;
            assert_eq!(default_page.answered().0, default, "{response_type:?}");
            assert_eq!(default_page.answer()["state"], started.state);
            for (name, mode) in [("fragment", Mode::Fragment), ("form_post", Mode::FormPost)] {
                let page = browser.open(&started.clone().with("response_mode", name).url()).await;
                assert_eq!(page.answered().0, mode, "{response_type:?} {name}");
                assert_eq!(page.answer()["iss"], world.issuer);
            }
            let missing = response_type.is_none();
            assert_eq!(default_page.refusal().1.starts_with("response_type is missing"), missing);
        }
        // Silent sign-on that fails, too.
        for (name, mode) in MODES {
            let started = portal.start().with("prompt", "none").with("response_mode", name);
            let page = browser.open(&started.url()).await;
            assert_eq!((page.answered().0, &*page.refusal().0), (mode, "login_required"));
        }
    }
}

#[tokio::test]
async fn no_token_is_ever_put_in_a_query() {
    let world = World::embedded().await;
    let portal = world.portal("archive");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    for response_type in ["id_token", "id_token token", "code id_token", "code token", "code id_token token"] {
        let started = portal.start().with("response_type", response_type).with("response_mode", "query");
        let page = browser.open(&started.url()).await;
        assert_eq!(page.answered().0, Mode::Fragment);
        let sentence = format!("response_mode query is not possible with response_type {response_type}");
        assert_eq!(page.refusal(), ("invalid_request".to_owned(), sentence));
    }
}

#[tokio::test]
async fn an_unknown_mode_is_refused_in_the_one_that_the_response_type_has() {
    let world = World::embedded().await;
    let portal = world.portal("archive");
    for (response_type, mode) in [("code", Mode::Query), ("id_token", Mode::Fragment)] {
        for asked in ["pigeon", "Query", "query fragment", "form_post.JWT", "jwt.query"] {
            let started = portal.start().with("response_type", response_type).with("response_mode", asked);
            let page = world.browser().open(&started.url()).await;
            assert_eq!((page.answered().0, &*page.refusal().0), (mode, "invalid_request"), "{asked}");
        }
        // Empty is absent.
        let started = portal.start().with("response_type", response_type).with("response_mode", "");
        assert_eq!(world.browser().open(&started.url()).await.heading(), "Sign in");
    }
    let twice = portal.start().and("response_mode", "fragment").and("response_mode", "form_post");
    let page = world.browser().open(&twice.url()).await;
    assert_eq!((page.answered().0, page.refusal().1.as_str()), (Mode::Query, "response_mode is given more than once"));
}
