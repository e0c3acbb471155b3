//! Redirect URIs are compared character by character, and a wrong one is a page: Core §3.1.2.1, Registration §2.

use serde_json::json;

use super::relying_party::{BASE, RelyingParty, Request, VARIANTS, Variant, modules};

modules! {
    async fn oidcc_ensure_registered_redirect_uri(world: World) {
        for variant in VARIANTS {
            let party = RelyingParty::register(world, variant).await;
            is_a_page(&party, &party.request().with("redirect_uri", &format!("{BASE}/callback/other"))).await;
        }
    }

    async fn oidcc_ensure_redirect_uri_in_authorization_request(world: World) {
        for variant in VARIANTS {
            let party = RelyingParty::register(world, variant).await;
            is_a_page(&party, &party.request().without("redirect_uri")).await;
        }
    }

    async fn oidcc_redirect_uri_query_ok(world: World) {
        for variant in VARIANTS {
            let own = json!({ "redirect_uris": [format!("{BASE}/callback?foo=bar")] });
            let party = RelyingParty::register_with(world, variant, own).await;
            // The query of its own stays; `Answered` looks for the answer behind it.
            party.flow().await;
        }
    }

    async fn oidcc_redirect_uri_query_mismatch(world: World) {
        let own = json!({ "redirect_uris": [format!("{BASE}/callback?foo=bar")] });
        let party = RelyingParty::register_with(world, Variant::CODE, own).await;
        is_a_page(&party, &party.request().with("redirect_uri", &format!("{BASE}/callback?bar=foo"))).await;
        is_a_page(&party, &party.request().with("redirect_uri", &format!("{BASE}/callback"))).await;
    }

    async fn oidcc_redirect_uri_query_added(world: World) {
        let party = RelyingParty::register(world, Variant::CODE).await;
        is_a_page(&party, &party.request().with("redirect_uri", &format!("{BASE}/callback?foo=bar"))).await;
    }

    async fn oidcc_redirect_uri_regfrag(world: World) {
        for fragment in ["#foo", "#", "?a=b#c"] {
            let own = json!({ "redirect_uris": [format!("{BASE}/callback{fragment}")] });
            let refused = RelyingParty::ask_to_register(world, Variant::CODE, own).await;
            assert_eq!((refused.status.as_u16(), &refused.json()["error"]), (400, &json!("invalid_redirect_uri")));
        }
    }
}

/// `request` ends on a page of ours that says what is wrong; nobody is sent anywhere.
async fn is_a_page(party: &RelyingParty<'_>, request: &Request) {
    let page = party.world.browser().open(&request.url(party.world)).await;
    assert_eq!(page.status, 400, "{}", page.text());
    assert!(
        page.heading().contains("return address") || page.heading().contains("request has a fault"),
        "{}",
        page.text()
    );
    assert!(page.text().contains("redirect_uri"), "a developer is told which parameter: {}", page.text());
    assert!(!page.has(&format!("a[href^='{BASE}']")) && page.reply.header("location").is_empty());
}
