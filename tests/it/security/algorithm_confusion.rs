//! Algorithm and token confusion (CVE-2026-11800): a token's header chooses nothing, and no token passes for another.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::{Value, json};

use crate::support::World;
use crate::support::world::{AN, TokenAnswer};

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn parts(token: &str) -> [&str; 3] {
    token.split('.').collect::<Vec<_>>().try_into().unwrap()
}

fn header(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts(token)[0]).unwrap()).unwrap()
}

/// The token with members of its header replaced, and the signature that `sign` makes.
fn forged(token: &str, change: &[(&str, Value)], sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let mut header = header(token);
    for (name, value) in change {
        header[*name] = value.clone();
    }
    let signed = format!("{}.{}", encode(header.to_string()), parts(token)[1]);
    let signature = encode(sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// Every way to pass a forgery off as `token`, and what it is called.
async fn forgeries(world: &World, token: &str) -> Vec<(String, String)> {
    let jwks = world.get("/jwks.json").await;
    let mut secrets = vec![("the document", jwks.body.clone().into_bytes()), ("nothing", Vec::new())];
    for key in jwks.json()["keys"].as_array().unwrap() {
        secrets.push(("a published key", key.to_string().into_bytes()));
        for member in ["x", "y", "n"].iter().filter_map(|member| key[*member].as_str()) {
            secrets.push(("a member", member.as_bytes().to_vec()));
            secrets.push(("a member's bytes", URL_SAFE_NO_PAD.decode(member).unwrap()));
        }
    }
    let own: Vec<u8> = URL_SAFE_NO_PAD.decode(parts(token)[2]).unwrap();
    let keep = |_: &[u8]| own.clone();
    let mut forgeries = Vec::new();
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        forgeries.push((format!("alg {alg:?}, no signature"), forged(token, &[("alg", json!(alg))], |_| Vec::new())));
        forgeries.push((format!("alg {alg:?}"), forged(token, &[("alg", json!(alg))], keep)));
    }
    for (name, secret) in &secrets {
        let mac = |signed: &[u8]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed).as_ref().to_vec();
        forgeries.push((format!("HS256 with {name}"), forged(token, &[("alg", json!("HS256"))], mac)));
        forgeries.push((format!("its own alg, a MAC with {name}"), forged(token, &[], mac)));
    }
    for alg in
        ["ES256", "ES384", "ES512", "RS256", "PS256", "EdDSA"].into_iter().filter(|alg| header(token)["alg"] != *alg)
    {
        forgeries.push((format!("alg {alg}"), forged(token, &[("alg", json!(alg))], keep)));
        for key in jwks.json()["keys"].as_array().unwrap().iter().filter(|key| key["alg"] == alg) {
            let change = [("alg", json!(alg)), ("kid", key["kid"].clone())];
            forgeries.push((format!("the key of {alg}"), forged(token, &change, keep)));
        }
    }
    for (name, value) in [
        ("kid", json!("../../../../dev/null")),
        ("kid", json!("' OR 1=1 --")),
        ("kid", json!(["a", "b"])),
        ("kid", Value::Null),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("typ", json!("JWT2")),
        ("typ", json!(1)),
    ] {
        forgeries.push((format!("{name} {value}"), forged(token, &[(name, value)], keep)));
    }
    // A key that the forger made, brought along.
    let pair = ring::signature::Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let public = encode(ring::signature::KeyPair::public_key(&pair));
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": public, "kid": "mine"});
    let sign = |signed: &[u8]| pair.sign(signed).as_ref().to_vec();
    for (name, value) in
        [("jwk", jwk), ("jku", json!("https://evil.example/jwks")), ("x5u", json!("https://evil.example/"))]
    {
        let change = [("alg", json!("EdDSA")), (name, value.clone())];
        forgeries.push((format!("{name} brought along"), forged(token, &change, sign)));
        let change = [("alg", json!("EdDSA")), ("kid", json!("mine")), (name, value)];
        forgeries.push((format!("{name} and its kid"), forged(token, &change, sign)));
    }
    let [head, payload, signature] = parts(token);
    let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    claims["scope"] = json!("openid national_id");
    let altered = encode(claims.to_string());
    for text in [
        format!("{head}.{altered}.{signature}"),
        format!("{head}.{payload}."),
        format!("{head}.{payload}"),
        format!("{head}..{signature}"),
        format!("{token}.{signature}"),
        format!("{token}="),
        format!("{head}.{payload}.{}", &signature[..signature.len() - 2]),
        json!({"payload": payload, "protected": head, "signature": signature}).to_string(),
        "a".repeat(20_000),
    ] {
        forgeries.push((format!("the form {}…", &text[..text.len().min(24)]), text));
    }
    forgeries
}

#[tokio::test]
async fn no_forged_access_token_is_taken() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (_, tokens) = world.signed_in(&portal, &AN).await;
    assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 200);
    for (what, forgery) in forgeries(&world, &tokens.access_token()).await {
        let reply = portal.userinfo(&forgery).await;
        assert!(reply.status == 401 || reply.status == 400, "{what}: {}", reply.status);
        assert!(!reply.body.contains(AN.name), "{what}");
    }
}

#[tokio::test]
async fn no_forged_id_token_is_taken_as_a_hint() {
    let world = World::embedded().await;
    for portal in ["tax-office", "library", "registry"].map(|id| world.portal(id)) {
        let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
        for (what, forgery) in forgeries(&world, &tokens.id_token()).await {
            let page = browser.open(&portal.logout(&[("id_token_hint", &forgery)])).await;
            assert_eq!(page.status, 400, "{what} of {}", portal.id());
        }
        assert_eq!(browser.open("/account").await.path(), "/account", "still signed in");
    }
}

#[tokio::test]
async fn no_token_passes_for_another() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
    let (access, id, refresh) = (tokens.access_token(), tokens.id_token(), tokens.refresh_token());
    let started = portal.start();
    let code = browser.open(&started.url()).await.code();

    for not_access in [&id, &refresh, &code] {
        assert_eq!(portal.userinfo(not_access).await.status, 401);
    }
    let refused = |answer: TokenAnswer| assert_eq!(answer.refused(400), "invalid_grant");
    for not_refresh in [&id, &access, &code] {
        refused(portal.refresh(not_refresh).await);
    }
    for not_code in [&id, &access, &refresh] {
        refused(portal.exchange(&started, not_code).await);
    }
    for not_hint in [&access, &refresh, &code] {
        let page = browser.open(&portal.logout(&[("id_token_hint", not_hint)])).await;
        assert_eq!(page.status, 400);
        let page = browser.open(&portal.start().with("id_token_hint", not_hint).url()).await;
        assert_eq!(page.refusal().0, "invalid_request");
    }
    // Everything was still what it is.
    assert_eq!(portal.exchange(&started, &code).await.status, 200);
    assert_eq!(portal.refresh(&refresh).await.status, 200);
}

#[tokio::test]
async fn another_client_s_id_token_is_no_hint() {
    let world = World::embedded().await;
    let (portal, other) = (world.portal("tax-office"), world.portal("sandbox"));
    let (mut browser, tokens) = world.signed_in(&other, &AN).await;
    let page = browser.open(&portal.start().with("id_token_hint", &tokens.id_token()).url()).await;
    assert_eq!(page.refusal().0, "invalid_request");
    let hint = tokens.id_token();
    let page = browser.open(&portal.logout(&[("id_token_hint", &hint), ("client_id", portal.id())])).await;
    assert_eq!(page.status, 400);
}
