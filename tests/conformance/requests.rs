//! What an authorization request may hold, and what it must: Core §3.1.2.1 and §3.2.2.1.

use serde_json::Value;

use super::relying_party::{A_MOMENT, RelyingParty, Request, VARIANTS, Variant, modules};
use crate::support::World;
use crate::support::world::{AN, BINH};

modules! {
    async fn oidcc_response_type_missing(world: World) {
        for variant in VARIANTS {
            let party = RelyingParty::register(world, variant).await;
            let request = party.request().without("response_type");
            let answered = party.sends(&mut world.browser(), &request).await;
            let error = answered.error(&party, &request);
            assert!(["invalid_request", "unsupported_response_type"].contains(&error.as_str()), "{error}");
        }
    }

    async fn oidcc_ensure_request_without_nonce_succeeds_for_code_flow(world: World) {
        for variant in VARIANTS.into_iter().filter(|variant| !variant.issues("id_token")) {
            let party = RelyingParty::register(world, variant).await;
            party.flow_of(&mut world.browser(), &party.request().without("nonce")).await;
        }
    }

    async fn oidcc_ensure_request_without_nonce_fails(world: World) {
        for variant in VARIANTS.into_iter().filter(|variant| variant.issues("id_token")) {
            let party = RelyingParty::register(world, variant).await;
            let request = party.request().without("nonce");
            let answered = party.sends(&mut world.browser(), &request).await;
            assert_eq!(answered.error(&party, &request), "invalid_request");
        }
    }

    async fn oidcc_display_page(world: World) {
        succeeds_with(world, &[("display", "page")]).await;
    }

    async fn oidcc_display_popup(world: World) {
        succeeds_with(world, &[("display", "popup")]).await;
    }

    async fn oidcc_ensure_request_with_unknown_parameter_succeeds(world: World) {
        succeeds_with(world, &[("extra", "foobar")]).await;
    }

    async fn oidcc_login_hint(world: World) {
        succeeds_with(world, &[("login_hint", "an@example.vn")]).await;
    }

    async fn oidcc_ui_locales(world: World) {
        succeeds_with(world, &[("ui_locales", "se")]).await;
        succeeds_with(world, &[("ui_locales", "fr-CA fr en")]).await;
    }

    async fn oidcc_claims_locales(world: World) {
        succeeds_with(world, &[("claims_locales", "se")]).await;
    }

    async fn oidcc_ensure_request_with_acr_values_succeeds(world: World) {
        succeeds_with(world, &[("acr_values", "urn:of:nobody 1 2")]).await;
        let metadata = world.get("/.well-known/openid-configuration").await.json();
        let offered = metadata["acr_values_supported"][0].as_str().unwrap();
        let party = RelyingParty::register(world, Variant::CODE).await;
        let request = party.request().with("acr_values", offered);
        let outcome = party.flow_of(&mut world.browser(), &request).await;
        assert_eq!(outcome.claims()["acr"], offered);
    }

    async fn oidcc_prompt_login(world: World) {
        for variant in VARIANTS {
            let party = RelyingParty::register(world, variant).await;
            signs_in_again(&party, &party.request().with("prompt", "login")).await;
        }
    }

    async fn oidcc_max_age_1(world: World) {
        for variant in VARIANTS {
            let party = RelyingParty::register(world, variant).await;
            signs_in_again(&party, &party.request().with("max_age", "1")).await;
        }
    }

    async fn oidcc_max_age_10000(world: World) {
        for variant in VARIANTS {
            let party = RelyingParty::register(world, variant).await;
            let mut browser = world.browser();
            let first = party.flow_of(&mut browser, &party.request()).await;
            world.wait(A_MOMENT);
            // Nobody is asked: who signed in seconds ago signed in recently enough.
            let request = party.request().with("max_age", "10000");
            let page = browser.open(&request.url(world)).await;
            assert!(!page.has("#username"), "{}", page.text());
            let answered = party.arrives(&mut browser, page).await;
            let second = party.complete(&request, answered).await;
            assert_eq!(auth_time(second.claims()), auth_time(first.claims()));
        }
    }

    async fn oidcc_prompt_none_not_logged_in(world: World) {
        for variant in VARIANTS {
            let party = RelyingParty::register(world, variant).await;
            let request = party.request().with("prompt", "none");
            let page = world.browser().open(&request.url(world)).await;
            let error = party.arrives(&mut world.browser(), page).await.error(&party, &request);
            assert_eq!(error, "login_required");
        }
    }

    async fn oidcc_prompt_none_logged_in(world: World) {
        for variant in VARIANTS {
            let party = RelyingParty::register(world, variant).await;
            let mut browser = world.browser();
            let first = party.flow_of(&mut browser, &party.request()).await;
            let request = party.request().with("prompt", "none");
            let second = party.flow_of(&mut browser, &request).await;
            assert_eq!(second.claims()["sub"], first.claims()["sub"]);
            assert_eq!(auth_time(second.claims()), auth_time(first.claims()));
        }
    }

    async fn oidcc_id_token_hint(world: World) {
        for variant in VARIANTS {
            let party = RelyingParty::register(world, variant).await;
            let mut browser = world.browser();
            let first = party.flow_of(&mut browser, &party.request()).await;
            let hint = first.tokens.as_ref().map_or_else(|| first.answer["id_token"].clone(), |tokens| {
                tokens["id_token"].as_str().unwrap().to_owned()
            });
            let request = party.request().with("prompt", "none").with("id_token_hint", &hint);
            let second = party.flow_of(&mut browser, &request).await;
            assert_eq!(second.claims()["sub"], first.claims()["sub"]);

            // In front of another person the same hint is login_required, and never that person's tokens.
            let mut other = world.browser();
            let page = other.open(&party.request().url(world)).await;
            let page = BINH.signs_in(&mut other, &page).await;
            BINH.allows(&mut other, &page).await;
            let page = other.open(&request.url(world)).await;
            assert_eq!(party.arrives(&mut other, page).await.error(&party, &request), "login_required");
        }
    }
}

/// Every flow completes with these parameters on top.
async fn succeeds_with(world: &World, parameters: &[(&str, &str)]) {
    for variant in VARIANTS {
        let party = RelyingParty::register(world, variant).await;
        let request = parameters.iter().fold(party.request(), |request, (name, value)| request.with(name, value));
        party.flow_of(&mut world.browser(), &request).await;
    }
}

/// A second sign-in with `request` asks for the password again, and says so in `auth_time`.
async fn signs_in_again(party: &RelyingParty<'_>, request: &Request) {
    let mut browser = party.world.browser();
    let first = party.flow_of(&mut browser, &party.request()).await;
    party.world.wait(A_MOMENT);
    let page = browser.open(&request.url(party.world)).await;
    assert!(page.has("#username"), "{}: {}", page.url, page.text());
    let page = AN.signs_in(&mut browser, &page).await;
    let answered = party.arrives(&mut browser, page).await;
    let second = party.complete(request, answered).await;
    assert_eq!(second.claims()["sub"], first.claims()["sub"]);
    assert!(auth_time(second.claims()) > auth_time(first.claims()));
}

fn auth_time(claims: &Value) -> i64 {
    claims["auth_time"].as_i64().expect("every ID token says when the person signed in")
}
