//! Dynamic registration and what it brings to the pages, and sign-in begun elsewhere: Registration §2, §5, Core §4.

use senid::domain::keys::SignatureAlgorithm;
use serde_json::{Value, json};

use super::relying_party::{BASE, RelyingParty, Variant, modules};
use crate::support::World;
use crate::support::outside::{Outside, ok};
use crate::support::world::client_keys::OwnKeys;
use crate::support::world::web::{self, Reply};
use crate::support::world::{Assertion, Page, assertion};

/// The smallest PNG there is: one transparent pixel.
const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8,
    6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0x0d, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x62, 0, 1, 0, 0, 5, 0, 1,
    0x0d, 0x0a, 0x2d, 0xb4, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

modules! {
    async fn oidcc_registration_logo_uri(world: World) {
        let site = Outside::http(|_| ok("image/png", PNG));
        let members = on(&site, "logo_uri", &site.url("/logo.png"));
        let page = sign_in_page(world, members).await;
        // The picture is our own copy: a page asks nobody else for anything.
        let copy = page.attribute("main img", "src");
        assert!(copy.starts_with('/') || copy.starts_with(&world.issuer), "{copy}");
        assert_eq!(web::get(page.url.join(&copy).unwrap().as_ref(), &[]).await.header("content-type"), "image/png");
    }

    async fn oidcc_registration_policy_uri(world: World) {
        let page = sign_in_page(world, json!({ "policy_uri": format!("{BASE}/policy") })).await;
        assert!(page.has(&format!("a[href='{BASE}/policy']")), "{}", page.text());
    }

    async fn oidcc_registration_tos_uri(world: World) {
        // Terms are often on another host than the portal.
        let page = sign_in_page(world, json!({ "tos_uri": "https://law.example/terms" })).await;
        assert!(page.has("a[href='https://law.example/terms']"), "{}", page.text());
    }

    async fn oidcc_registration_jwks_uri(world: World) {
        let keys = OwnKeys::new();
        let published = keys.jwks().to_string();
        let site = Outside::http(move |_| ok("application/json", published.clone()));
        let party = by_assertion(world, json!({ "jwks_uri": site.url("/jwks") })).await;
        assert_eq!(exchange(&party, &keys, json!(world.at("/token"))).await.status, 200);
    }

    async fn oidcc_registration_sector_uri(world: World) {
        let site = Outside::http(|_| ok("application/json", json!([format!("{BASE}/callback")]).to_string()));
        let members = json!({ "subject_type": "pairwise", "sector_identifier_uri": site.url("/sector") });
        let party = RelyingParty::register_with(world, Variant::CODE, members.clone()).await;
        let other = RelyingParty::register_with(world, Variant::CODE, members).await;
        let (first, second) = (party.flow().await, other.flow().await);
        assert_eq!(first.claims()["sub"], second.claims()["sub"], "clients of one sector know a citizen by one sub");
        let stranger = RelyingParty::register_with(world, Variant::CODE, json!({ "subject_type": "pairwise" })).await;
        assert_ne!(stranger.flow().await.claims()["sub"], first.claims()["sub"]);
    }

    async fn oidcc_registration_sector_bad(world: World) {
        let site = Outside::http(|_| ok("application/json", json!([format!("{BASE}/other")]).to_string()));
        let members = json!({ "subject_type": "pairwise", "sector_identifier_uri": site.url("/sector") });
        let refused = RelyingParty::ask_to_register(world, Variant::CODE, members).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["error"]), (400, &json!("invalid_client_metadata")));
    }

    // The relying party changes its key: what is signed with the new one is proven once it is published.
    async fn oidcc_refresh_token_rp_key_rotation(world: World) {
        let (old, new) = (OwnKeys::new(), OwnKeys::new());
        let published = old.jwks().to_string();
        let site = Outside::http(move |_| ok("application/json", published.clone()));
        let members = json!({ "jwks_uri": site.url("/jwks"), "grant_types": ["authorization_code", "refresh_token"] });
        let party = by_assertion(world, members).await;
        let tokens = exchange(&party, &old, json!(world.issuer)).await.json();
        let published = new.jwks().to_string();
        site.answers(move |_| ok("application/json", published.clone()));
        let refresh = [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"].as_str().unwrap())];
        let refreshed = proven(&party, &new, json!(world.issuer), &refresh).await;
        assert_eq!(refreshed.status, 200, "{}", refreshed.body);
    }

    async fn oidcc_ensure_client_assertion_with_iss_aud_succeeds(world: World) {
        let keys = OwnKeys::new();
        let party = by_assertion(world, json!({ "jwks": keys.jwks() })).await;
        assert_eq!(exchange(&party, &keys, json!(world.issuer)).await.status, 200);
        assert_eq!(exchange(&party, &keys, json!([world.issuer])).await.status, 200);
    }

    // A sign-in that somebody else begins: the account's list of portals leads to the client's own page.
    async fn oidcc_3rd_party_init_login(world: World) {
        let uri = format!("{BASE}/initiate");
        let party = RelyingParty::register_with(world, Variant::CODE, json!({ "initiate_login_uri": uri })).await;
        assert_eq!(party.member("initiate_login_uri"), uri);
        let mut browser = world.browser();
        party.flow_of(&mut browser, &party.request()).await;
        let page = browser.open("/account/portals").await;
        let link = page.link(&format!("a[href^='{uri}']"));
        let pairs: Vec<(String, String)> = link.parse::<url::Url>().unwrap().query_pairs().into_owned().collect();
        assert!(pairs.contains(&("iss".to_owned(), world.issuer.clone())), "{link}");
    }

    async fn oidcc_3rd_party_init_login_nohttps(world: World) {
        let uri = json!({ "initiate_login_uri": "http://suite.example/test/a/senid/initiate" });
        let refused = RelyingParty::ask_to_register(world, Variant::CODE, uri).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["error"]), (400, &json!("invalid_client_metadata")));
    }
}

/// Metadata of a client whose pages are on `site`, which is where its redirect URI is then.
fn on(site: &Outside, member: &str, value: &str) -> Value {
    json!({ "redirect_uris": [site.url("/callback")], member: value })
}

/// What a citizen sees first when the client that has these members sends them.
async fn sign_in_page(world: &World, members: Value) -> Page {
    let party = RelyingParty::register_with(world, Variant::CODE, members).await;
    let page = world.browser().open(&party.request().url(world)).await;
    assert!(page.has("#username"), "{}", page.text());
    page
}

/// A client that proves itself by `private_key_jwt`, with its keys where these members say.
async fn by_assertion(world: &World, members: Value) -> RelyingParty<'_> {
    let mut all = json!({ "token_endpoint_auth_method": "private_key_jwt" });
    all.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    RelyingParty::register_with(world, Variant::CODE, all).await
}

/// A whole flow whose code is exchanged with an assertion for `audience`.
async fn exchange(party: &RelyingParty<'_>, keys: &OwnKeys, audience: Value) -> Reply {
    let offline = party.registered["grant_types"].as_array().unwrap().contains(&json!("refresh_token"));
    let scope = if offline { "openid offline_access" } else { "openid" };
    let request = party.request().with("scope", scope).with("prompt", "consent");
    let answered = party.sends(&mut party.world.browser(), &request).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", answered.parameters["code"].as_str()),
        ("redirect_uri", party.redirect_uri.as_str()),
    ];
    proven(party, keys, audience, &form).await
}

async fn proven(party: &RelyingParty<'_>, keys: &OwnKeys, audience: Value, form: &[(&str, &str)]) -> Reply {
    let now = party.world.app(0).clock.now();
    let assertion = Assertion::new(party.member("client_id"), "", now).with("aud", audience);
    let assertion = keys.sign(SignatureAlgorithm::Rs256, None, assertion.claims());
    let proof = [("client_assertion_type", assertion::TYPE), ("client_assertion", assertion.as_str())];
    web::post(&party.world.at("/token"), &[], &[form, &proof].concat()).await
}
