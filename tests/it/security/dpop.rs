//! Proofs that prove nothing, and tokens in the wrong hands: RFC 9449 §4.3 and §11. A stolen token, code or refresh token is
//! worth nothing without the key, a stolen proof nothing at all.

use std::time::Duration;

use http::Method;
use senid::domain::keys::SignatureAlgorithm;
use senid::domain::time::Clock;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::World;
use crate::support::world::dpop::ath;
use crate::support::world::web::{self, Reply};
use crate::support::world::{AN, Assertion, DpopKey, Portal, on_every_backend};

use super::up_to_code;

/// A portal whose token is bound to its key.
struct Holder {
    portal: Portal,
    key: DpopKey,
    token: String,
    refresh_token: String,
    url: String,
}

impl Holder {
    async fn of(world: &World) -> Self {
        let (portal, key) = (world.portal("tax-app"), DpopKey::new("telephone"));
        let (_, started, code) = up_to_code(world, &portal, &AN).await;
        let tokens = portal.token_by(&key, &portal.code_form(&started, &code)).await;
        let (token, refresh_token) = (tokens.access_token(), tokens.refresh_token());
        Self { portal, key, token, refresh_token, url: world.at("/userinfo") }
    }

    /// A proof for userinfo that is in order until the test changes it.
    fn proof(&self, world: &World) -> Assertion {
        self.key.proof("GET", &self.url, world.clock.now()).with("ath", ath(&self.token))
    }

    /// Asks userinfo with these headers named `DPoP`.
    async fn ask(&self, proofs: &[&str]) -> Reply {
        let authorization = format!("DPoP {}", self.token);
        let mut headers = vec![("authorization", authorization.as_str())];
        headers.extend(proofs.iter().map(|proof| ("dpop", *proof)));
        web::get(&self.url, &headers).await
    }
}

#[track_caller]
fn is_refused(reply: &Reply, error: &str, what: &str) {
    assert_eq!((reply.status.as_u16(), &reply.json()["error"]), (401, &json!(error)), "{what}: {}", reply.body);
    assert!(reply.json().get("sub").is_none());
}

on_every_backend! {
    async fn of_a_hundred_that_show_the_same_proof_one_is_served(world: World) {
        let holder = std::sync::Arc::new(Holder::of(&world).await);
        let proof = holder.proof(&world).signed(holder.key.key());
        let mut asking = JoinSet::new();
        for _ in 0..100 {
            let (holder, proof) = (holder.clone(), proof.clone());
            asking.spawn(async move { holder.ask(&[&proof]).await });
        }
        one_was_served(&asking.join_all().await, 200, 401);
    }

    async fn a_proof_is_good_once_at_every_endpoint(world: World) {
        let portal = world.portal("customs");
        let key = DpopKey::new("customs' program");
        let now = world.clock.now();
        let pushed = key.prove("POST", &world.at("/par"), now);
        for expected in [201, 400] {
            let reply = portal.push_with(&[("dpop", &pushed)], &portal.start()).await;
            assert_eq!(reply.status, expected, "{}", reply.body);
        }
        let proof = key.prove("POST", &world.at("/token"), now);
        for expected in [200, 400] {
            let (_, started, code) = up_to_code(&world, &portal, &AN).await;
            let form = portal.code_form(&started, &code);
            let answer = portal.token_with(&[("dpop", &proof)], &form).await;
            assert_eq!(answer.status, expected, "{}", answer.body);
            if expected == 400 {
                assert_eq!(answer.refused(400), "invalid_dpop_proof");
                // Whose proof was spent by somebody else has lost nothing but that.
                assert_eq!(portal.token_by(&key, &form).await.status, 200);
            }
        }
    }
}

fn one_was_served(replies: &[Reply], won: u16, lost: u16) {
    assert_eq!(replies.iter().filter(|reply| reply.status == won).count(), 1);
    for reply in replies.iter().filter(|reply| reply.status != won) {
        assert_eq!((reply.status.as_u16(), &reply.json()["error"]), (lost, &json!("invalid_dpop_proof")));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_have_seen_the_same_proofs() {
    let world = World::two_servers().await;
    let holder = std::sync::Arc::new(Holder::of(&world).await);
    let proof = holder.proof(&world).signed(holder.key.key());
    let mut asking = JoinSet::new();
    for _ in 0..100 {
        let (holder, proof) = (holder.clone(), proof.clone());
        asking.spawn(async move { holder.ask(&[&proof]).await });
    }
    one_was_served(&asking.join_all().await, 200, 401);
    // And each knows the other's nonces.
    for _ in 0..2 {
        let refused = holder.ask(&["x"]).await;
        let nonce = refused.header("dpop-nonce");
        let long_ago = (world.clock.now().seconds() - 3600).into();
        for _ in 0..2 {
            let proof = holder.proof(&world).with("iat", Value::clone(&long_ago)).with("nonce", nonce);
            assert_eq!(holder.ask(&[&proof.signed(holder.key.key())]).await.status, 200);
        }
    }
}

#[tokio::test]
async fn a_proof_that_says_anything_else_than_it_must() {
    let world = World::embedded().await;
    let holder = Holder::of(&world).await;
    let key = holder.key.key();
    let (other, now) = (DpopKey::new("a thief's"), world.clock.now().seconds());
    let private = |jwk: Value| {
        let mut jwk = jwk;
        jwk["d"] = "AAAA".into();
        jwk
    };
    let proof = || holder.proof(&world);
    let not_compact = |text: String| text.rsplit_once('.').unwrap().0.to_owned();
    for (what, proof) in [
        ("none", String::new()),
        ("two parts", not_compact(proof().signed(key))),
        ("no signature", proof().bare()),
        ("a signature of another", proof().signed(other.key())),
        (
            "a MAC with the public key",
            proof().protected(&holder.key.jwk().to_string(), senid::domain::mac::MacAlgorithm::Hs256),
        ),
        ("no typ", proof().headed("typ", Value::Null).signed(key)),
        ("another typ", proof().headed("typ", "JWT").signed(key)),
        ("alg none in the header", proof().headed("alg", "none").signed(key)),
        ("no jwk", proof().headed("jwk", Value::Null).signed(key)),
        ("a private jwk", proof().headed("jwk", private(holder.key.jwk())).signed(key)),
        ("a shared secret", proof().headed("jwk", json!({ "kty": "oct", "k": "AAAA" })).signed(key)),
        ("a critical extension", proof().headed("crit", json!(["x"])).headed("x", 1).signed(key)),
        ("no jti", proof().with("jti", Value::Null).signed(key)),
        ("an empty jti", proof().with("jti", "").signed(key)),
        ("no htm", proof().with("htm", Value::Null).signed(key)),
        ("another method", proof().with("htm", "POST").signed(key)),
        ("no htu", proof().with("htu", Value::Null).signed(key)),
        ("another endpoint", proof().with("htu", world.at("/token")).signed(key)),
        ("another host", proof().with("htu", "https://resource.example/userinfo").signed(key)),
        ("a path alone", proof().with("htu", "/userinfo").signed(key)),
        ("no iat", proof().with("iat", Value::Null).signed(key)),
        ("an iat in words", proof().with("iat", "now").signed(key)),
        ("no ath", proof().with("ath", Value::Null).signed(key)),
        ("the ath of another token", proof().with("ath", ath("another")).signed(key)),
        ("the token itself for its ath", proof().with("ath", holder.token.as_str()).signed(key)),
        ("an end that has passed", proof().with("exp", now).signed(key)),
        ("a beginning that is to come", proof().with("nbf", now + 31).signed(key)),
    ] {
        is_refused(&holder.ask(&[&proof]).await, "invalid_dpop_proof", what);
    }
    for (what, proof) in [
        ("an hour old", proof().with("iat", now - 3600).signed(key)),
        ("of the next hour", proof().with("iat", now + 3600).signed(key)),
        ("a nonce that somebody made up", proof().with("nonce", "AAEAAAAAa0nSAMDAwMDAwMDAwMDAwMDAwMA").signed(key)),
    ] {
        is_refused(&holder.ask(&[&proof]).await, "use_dpop_nonce", what);
    }
    is_refused(&holder.ask(&[]).await, "invalid_dpop_proof", "no proof at all");
    let two = [proof().signed(key), proof().signed(key)];
    is_refused(&holder.ask(&[&two[0], &two[1]]).await, "invalid_dpop_proof", "two proofs");
    // Nothing of all that has spent anything: each is good by itself.
    for proof in two {
        assert_eq!(holder.ask(&[&proof]).await.status, 200);
    }
}

#[tokio::test]
async fn an_algorithm_that_is_not_offered() {
    let world = World::embedded().await;
    let portal = world.portal("tax-app");
    let (_, started, code) = up_to_code(&world, &portal, &AN).await;
    let key = DpopKey::with("an old program", SignatureAlgorithm::Rs256);
    let refused = portal.token_by(&key, &portal.code_form(&started, &code)).await;
    assert_eq!(refused.refused(400), "invalid_dpop_proof");
}

#[tokio::test]
async fn a_bound_token_without_its_key_is_good_nowhere() {
    let world = World::embedded().await;
    let holder = Holder::of(&world).await;
    let thief = DpopKey::new("a thief's");
    let (bearer, lower) = (format!("Bearer {}", holder.token), format!("dpop {}", holder.token));
    let proof = || holder.proof(&world).signed(holder.key.key());
    // As a bearer's, with the right proof or with none, in the header or in a form.
    for headers in
        [vec![("authorization", bearer.as_str())], vec![("authorization", bearer.as_str()), ("dpop", &proof())]]
    {
        let reply = web::get(&holder.url, &headers).await;
        is_refused(&reply, "invalid_token", "downgraded");
        let challenges: Vec<_> = reply.headers.get_all("www-authenticate").iter().collect();
        assert!(challenges[0].to_str().unwrap().starts_with("Bearer realm=\"senid\", error=\"invalid_token\""));
        let other = challenges[1].to_str().unwrap();
        assert!(other.starts_with("DPoP realm=\"senid\", ") && other.contains("algs=\"") && !other.contains("error"));
    }
    let posted = holder.key.proof("POST", &holder.url, world.clock.now()).with("ath", ath(&holder.token));
    let posted = posted.signed(holder.key.key());
    let reply = web::post(&holder.url, &[("dpop", &posted)], &[("access_token", &holder.token)]).await;
    is_refused(&reply, "invalid_token", "in a form");
    // By another key.
    is_refused(&holder.portal.userinfo_by(&thief, &holder.token).await, "invalid_token", "a thief's proof");
    // Of its holder, whatever the letter case of the scheme.
    let proof = proof();
    let reply = web::get(&holder.url, &[("authorization", &lower), ("DPOP", &proof)]).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
}

#[tokio::test]
async fn a_proof_of_yesterday_is_not_remembered_and_not_good() {
    let world = World::embedded().await;
    let holder = Holder::of(&world).await;
    let proof = holder.proof(&world).signed(holder.key.key());
    assert_eq!(holder.ask(&[&proof]).await.status, 200);
    for seconds in [59, 1, 86_400] {
        world.wait(Duration::from_secs(seconds));
        assert_eq!(holder.ask(&[&proof]).await.status, 401);
    }
}

#[tokio::test]
async fn a_nonce_does_not_make_a_proof_good_twice() {
    let world = World::embedded().await;
    let holder = Holder::of(&world).await;
    let nonce = holder.ask(&["x"]).await.header("dpop-nonce").to_owned();
    let proof = holder.proof(&world).with("nonce", nonce).signed(holder.key.key());
    assert_eq!(holder.ask(&[&proof]).await.status, 200);
    // Its own time would have been over by then; the nonce's is not, nor is what is remembered of it.
    for _ in 0..4 {
        world.wait(Duration::from_secs(70));
        is_refused(&holder.ask(&[&proof]).await, "invalid_dpop_proof", "once more");
    }
}

#[tokio::test]
async fn a_refresh_token_without_its_key_and_a_key_without_its_token() {
    let world = World::embedded().await;
    let holder = Holder::of(&world).await;
    let thief = DpopKey::new("a thief's");
    let form = [("grant_type", "refresh_token"), ("refresh_token", holder.refresh_token.as_str())];
    assert_eq!(holder.portal.token(&form).await.refused(400), "invalid_grant");
    assert_eq!(holder.portal.token_by(&thief, &form).await.refused(400), "invalid_grant");
    assert_eq!(holder.portal.token_by(&holder.key, &form).await.status, 200);
}

#[tokio::test]
async fn a_client_whose_tokens_are_bound_gets_none_through_the_browser() {
    let world = World::embedded().await;
    world.operator().changes("archive", |client| client.policy.bound_access_tokens.dpop = true).await;
    let portal = world.portal("archive");
    for response_type in ["code token", "code id_token token", "id_token token"] {
        let page = world.browser().open(&portal.start().with("response_type", response_type).url()).await;
        assert_eq!(page.refusal().0, "unauthorized_client", "{response_type}");
    }
}

#[tokio::test]
async fn a_token_of_another_scheme_than_it_is_presented_with() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (_, tokens) = world.signed_in(&portal, &AN).await;
    let reply = portal.userinfo_by(&DpopKey::new("portal"), &tokens.access_token()).await;
    is_refused(&reply, "invalid_token", "a bearer token as DPoP");
    let home = std::net::Ipv4Addr::LOCALHOST.into();
    let bare = web::send(Method::GET, &world.at("/userinfo"), &[("authorization", "DPoP")], None, home).await;
    assert_eq!(bare.status, 400, "{}", bare.body);
}
