//! Threats: response mode. In every mode a hostile state stays a state, and no token is ever in an address that is not the
//! client's (GHSA-9vm7-v8wj-3fqw, CVE-2021-29456).

use url::Url;

use crate::support::World;
use crate::support::world::{AN, Mode, on_every_backend};

const HOSTILE: &[&str] = &[
    "x&code=evil&access_token=evil#fragment",
    "#access_token=evil&id_token=evil",
    "a=b&iss=https://evil.example",
    "%23%26%0d%0aSet-Cookie:x=1",
    "\"><script>alert(1)</script><form action=\"https://evil.example\">",
    "';alert(1)//\\",
    "\u{202e}\u{7f}\t",
];

const TYPES: [&str; 7] =
    ["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token", "none"];

on_every_backend! {
    async fn a_hostile_state_stays_a_state_in_every_mode(world: World) {
        let portal = world.portal("archive");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        let own: Url = portal.registration.redirect_uri.parse().unwrap();
        for response_type in TYPES {
            for mode in ["query", "fragment", "form_post", "pigeon"] {
                for state in HOSTILE {
                    let asked = portal.start().with("response_type", response_type).with("response_mode", mode);
                    let page = browser.open(&asked.with("state", state).url()).await;
                    let (answered_in, answer) = page.answered();
                    assert_eq!((&*answer["state"], &*answer["iss"]), (*state, &*world.issuer));
                    for secret in ["code", "access_token", "id_token"] {
                        assert_ne!(answer.get(secret).map(String::as_str), Some("evil"));
                    }
                    // Wherever it went, it went to the client.
                    let (to, forms) = match answered_in {
                        Mode::FormPost => (page.form_of("continue", &[]).action.parse().unwrap(), 1),
                        Mode::Query | Mode::Fragment => (page.url.clone(), 0),
                    };
                    assert_eq!((to.origin(), to.path()), (own.origin(), own.path()), "{response_type} {mode} {state}");
                    assert_eq!((page.count("form"), page.count("main script")), (forms, 0));
                }
            }
        }
    }

    async fn no_token_is_in_an_address_that_a_server_writes_down(world: World) {
        let portal = world.portal("archive");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        for response_type in TYPES {
            for mode in ["", "query", "fragment", "form_post", "query.jwt", "fragment.jwt", "form_post.jwt"] {
                let asked = portal.start().with("response_type", response_type).with("response_mode", mode);
                let reply = browser.request(http::Method::GET, &asked.url().parse().unwrap(), None, &[]).await;
                let location = reply.headers.get("location").map_or("", |value| value.to_str().unwrap());
                let seen = location.split('#').next().unwrap();
                // A code may be there, in a token or not.
                let code_alone = ["code", "none"].contains(&response_type) && mode == "query.jwt";
                assert!(!seen.contains("token=") && (code_alone || !seen.contains("eyJ")), "{response_type} {mode}: {seen}");
                assert_eq!(reply.header("cache-control"), "no-store");
                assert!(!reply.headers.contains_key("link") && !reply.headers.contains_key("refresh"));
            }
        }
    }
}

#[tokio::test]
async fn an_unregistered_address_is_given_nothing_in_any_mode() {
    let world = World::embedded().await;
    let portal = world.portal("archive");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    for mode in ["query", "fragment", "form_post"] {
        for uri in
            ["https://evil.example/callback?shelf=7", "https://archive.example/callback?shelf=7#x", "javascript:x"]
        {
            let asked = portal.start().with("response_type", "code id_token token").with("response_mode", mode);
            let page = browser.open(&asked.with("redirect_uri", uri).url()).await;
            assert_eq!((page.status.as_u16(), page.has("#form-post")), (400, false), "{mode} {uri}");
            assert!(!page.reply.headers.contains_key("location") && !page.reply.body.contains("eyJ"));
        }
    }
}
