//! DPoP, RFC 9449: tokens, codes and refresh tokens that are good with a key.

use std::time::Duration;

use http::Method;
use senid::domain::keys::SignatureAlgorithm;
use senid::domain::time::Clock;
use serde_json::json;

use crate::support::World;
use crate::support::world::dpop::ath;
use crate::support::world::web::{self, Reply};
use crate::support::world::{AN, DpopKey, Portal, TokenAnswer, on_every_backend};

/// The answer to a code that comes with a proof by `key`.
async fn signed_in_by(world: &World, portal: &Portal, key: &DpopKey) -> TokenAnswer {
    let started = portal.start();
    let mut browser = world.browser();
    let page = browser.open(&started.url()).await;
    let page = AN.goes_through(&mut browser, page).await;
    let tokens = portal.token_by(key, &portal.code_form(&started, &page.code())).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    tokens
}

fn challenges(reply: &Reply) -> Vec<&str> {
    reply.headers.get_all("www-authenticate").iter().map(|value| value.to_str().unwrap()).collect()
}

on_every_backend! {
    async fn a_token_that_was_asked_for_with_a_proof_is_good_with_that_key(world: World) {
        let portal = world.portal("tax-office");
        for algorithm in [SignatureAlgorithm::Es256, SignatureAlgorithm::Es384, SignatureAlgorithm::EdDsa, SignatureAlgorithm::Ps256] {
            let key = DpopKey::with("portal", algorithm);
            let tokens = signed_in_by(&world, &portal, &key).await;
            assert_eq!(tokens.json()["token_type"], "DPoP");
            let token = tokens.access_token();
            assert_eq!(portal.access_token(&tokens).await["cnf"], json!({ "jkt": key.jkt() }));
            let reply = portal.userinfo_by(&key, &token).await;
            assert_eq!((reply.status.as_u16(), &reply.json()["name"]), (200, &AN.name.into()), "{algorithm}");
        }
    }

    async fn without_a_proof_a_token_is_a_bearer_s(world: World) {
        let portal = world.portal("tax-office");
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        assert_eq!(tokens.json()["token_type"], "Bearer");
        assert_eq!(portal.access_token(&tokens).await.get("cnf"), None);
        // Nor does a proof make it anything else.
        let reply = portal.userinfo_by(&DpopKey::new("portal"), &tokens.access_token()).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["error"]), (401, &"invalid_token".into()));
        assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 200);
    }

    async fn a_confidential_client_refreshes_with_whichever_key_it_holds(world: World) {
        let portal = world.portal("tax-office");
        let (first, second) = (DpopKey::new("first"), DpopKey::new("second"));
        let tokens = signed_in_by(&world, &portal, &first).await;
        let presented = tokens.refresh_token();
        let form = [("grant_type", "refresh_token"), ("refresh_token", presented.as_str())];
        let refreshed = portal.token_by(&second, &form).await;
        assert_eq!(portal.access_token(&refreshed).await["cnf"], json!({ "jkt": second.jkt() }));
        let plain = portal.refresh(&refreshed.refresh_token()).await;
        assert_eq!((plain.status.as_u16(), &plain.json()["token_type"]), (200, &"Bearer".into()));
    }

    async fn a_public_client_s_refresh_token_is_good_with_its_key_alone(world: World) {
        let portal = world.portal("tax-app");
        let (key, other) = (DpopKey::new("telephone"), DpopKey::new("another telephone"));
        let tokens = signed_in_by(&world, &portal, &key).await;
        let presented = tokens.refresh_token();
        let form = [("grant_type", "refresh_token"), ("refresh_token", presented.as_str())];
        for refused in [portal.token(&form).await, portal.token_by(&other, &form).await] {
            assert_eq!(refused.refused(400), "invalid_grant");
        }
        // It was not spent by that, and nothing has died.
        let refreshed = portal.token_by(&key, &form).await;
        assert_eq!(portal.access_token(&refreshed).await["cnf"], json!({ "jkt": key.jkt() }));
        // Nor does whoever has seen its parent, and has no key, end anything.
        world.wait(Duration::from_secs(61));
        assert_eq!(portal.token_by(&other, &form).await.refused(400), "invalid_grant");
        let live = refreshed.refresh_token();
        let live = [("grant_type", "refresh_token"), ("refresh_token", live.as_str())];
        assert_eq!(portal.token_by(&key, &live).await.status, 200);
    }

    async fn a_code_may_be_bound_to_a_key_before_it_is_there(world: World) {
        let portal = world.portal("tax-app");
        let (key, other) = (DpopKey::new("telephone"), DpopKey::new("another telephone"));
        let mut browser = world.browser();
        for (by, expected) in [(Some(&key), 200), (Some(&other), 400), (None, 400)] {
            let started = portal.start().with("dpop_jkt", &key.jkt());
            let page = browser.open(&started.url()).await;
            let page = AN.goes_through(&mut browser, page).await;
            let code = page.code();
            let form = portal.code_form(&started, &code);
            let answer = match by {
                Some(key) => portal.token_by(key, &form).await,
                None => portal.token(&form).await,
            };
            assert_eq!(answer.status, expected, "{}", answer.body);
            if expected == 400 {
                assert_eq!(answer.refused(400), "invalid_grant");
            }
        }
    }

    async fn a_proof_with_a_pushed_request_binds_its_code_as_dpop_jkt_does(world: World) {
        let portal = world.portal("customs");
        let (key, other) = (DpopKey::new("portal"), DpopKey::new("another"));
        let mut browser = world.browser();
        for asked in [portal.start(), portal.start().with("dpop_jkt", &key.jkt())] {
            for (by, expected) in [(Some(&other), 400), (None, 400), (Some(&key), 200)] {
                let pushed = portal.refer(&asked, &portal.push_by(&key, &asked).await);
                let page = browser.open(&pushed.url()).await;
                let code = AN.goes_through(&mut browser, page).await.code();
                let form = portal.code_form(&asked, &code);
                let answer = match by {
                    Some(key) => portal.token_by(key, &form).await,
                    None => portal.token(&form).await,
                };
                assert_eq!(answer.status, expected, "{}", answer.body);
            }
        }
        // Both, and they differ.
        let differ = portal.push_by(&other, &portal.start().with("dpop_jkt", &key.jkt())).await;
        assert_eq!((differ.status.as_u16(), &differ.json()["error"]), (400, &"invalid_dpop_proof".into()));
        let malformed = portal.push(&portal.start().with("dpop_jkt", "x")).await;
        assert_eq!((malformed.status.as_u16(), &malformed.json()["error"]), (400, &"invalid_request".into()));
    }

    async fn a_client_may_be_registered_to_have_no_other_tokens(world: World) {
        world.operator().changes("tax-office", |client| client.policy.bound_access_tokens.dpop = true).await;
        let portal = world.portal("tax-office");
        let started = portal.start();
        let mut browser = world.browser();
        let page = browser.open(&started.url()).await;
        let code = AN.goes_through(&mut browser, page).await.code();
        let form = portal.code_form(&started, &code);
        let (error, sentence) = portal.token(&form).await.refusal();
        assert_eq!(error, "invalid_dpop_proof");
        assert!(sentence.contains("dpop_bound_access_tokens"), "{sentence}");
        // The code was not spent for that.
        assert_eq!(portal.token_by(&DpopKey::new("portal"), &form).await.status, 200);
    }

    async fn a_nonce_comes_with_every_answer_and_says_better_than_a_clock_when_a_proof_was_made(world: World) {
        let portal = world.portal("tax-office");
        let key = DpopKey::new("portal");
        let tokens = signed_in_by(&world, &portal, &key).await;
        let token = tokens.access_token();
        assert_eq!(tokens.headers["dpop-nonce"].len(), 35);
        let url = world.at("/userinfo");
        let late = |jti: &str| {
            let made = world.clock.now() - Duration::from_secs(3600);
            key.proof("GET", &url, made).with("ath", ath(&token)).with("jti", jti)
        };
        let authorization = format!("DPoP {token}");
        let ask = async |proof: String| web::get(&url, &[("authorization", &authorization), ("dpop", &proof)]).await;
        let refused = ask(late("1").signed(key.key())).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["error"]), (401, &"use_dpop_nonce".into()));
        let [dpop, bearer] = challenges(&refused)[..] else { panic!("{:?}", refused.headers) };
        assert!(dpop.starts_with("DPoP realm=\"senid\", error=\"use_dpop_nonce\", error_description="), "{dpop}");
        assert!(dpop.ends_with(", algs=\"ES256 ES384 EdDSA PS256\""), "{dpop}");
        assert!(bearer.starts_with("Bearer realm=\"senid\", resource_metadata="), "{bearer}");
        let nonce = refused.header("dpop-nonce").to_owned();
        assert_eq!(ask(late("2").with("nonce", nonce.as_str()).signed(key.key())).await.status, 200);
        world.wait(Duration::from_secs(301));
        let old = ask(late("3").with("nonce", nonce.as_str()).signed(key.key())).await;
        assert_eq!((old.status.as_u16(), &old.json()["error"]), (401, &"use_dpop_nonce".into()));
        assert_ne!(old.header("dpop-nonce"), nonce);
    }
}

#[tokio::test]
async fn an_operator_may_demand_a_nonce_in_every_proof() {
    use senid::config::DpopNonces;
    let world = World::embedded_with(|settings| settings.dpop.nonces = DpopNonces::Required).await;
    let portal = world.portal("customs");
    let key = DpopKey::new("portal");
    let started = portal.start();
    let mut browser = world.browser();
    let page = browser.open(&started.url()).await;
    let code = AN.goes_through(&mut browser, page).await.code();
    let form = portal.code_form(&started, &code);
    let refused = portal.token_by(&key, &form).await;
    assert_eq!(refused.refused(400), "use_dpop_nonce");
    let nonce = refused.headers["dpop-nonce"].to_str().unwrap();
    let now = world.clock.now();
    let proof = key.proof("POST", &world.at("/token"), now).with("nonce", nonce).signed(key.key());
    // Neither the code nor, where it proves itself so, its assertion was spent.
    let tokens = portal.token_with(&[("dpop", &proof)], &form).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
}

#[tokio::test]
async fn scripts_of_other_origins_may_send_a_proof_and_read_the_nonce() {
    let world = World::embedded().await;
    let asked = [
        ("origin", "https://tax.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "dpop"),
    ];
    let home = std::net::Ipv4Addr::LOCALHOST.into();
    let preflight = web::send(Method::OPTIONS, &world.at("/token"), &asked, None, home).await;
    assert!(preflight.header("access-control-allow-headers").contains("dpop"));
    let refused = web::post(&world.at("/token"), &[asked[0], ("dpop", "x")], &[]).await;
    let exposed = refused.header("access-control-expose-headers");
    assert!(exposed.contains("dpop-nonce") && exposed.contains("www-authenticate"), "{exposed}");
    assert_eq!(refused.header("dpop-nonce").len(), 35);
}
