//! Authentication context: `acr_values`, and `acr` in `claims` (OpenID Connect Core §3.1.2.1, §5.5.1.1; OpenID Connect
//! Core Error Code unmet_authentication_requirements 1.0).

use serde_json::json;

use crate::support::world::{AN, Portal, Started, on_every_backend};

const ONE: &str = "urn:senid:aal:1";
const TWO: &str = "urn:senid:aal:2";

fn with_acr(portal: &Portal, acr: serde_json::Value) -> Started {
    portal.start().with("claims", &json!({ "id_token": { "acr": acr } }).to_string())
}

on_every_backend! {
    async fn what_was_asked_for_and_is_reached_is_what_the_id_token_says(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        for started in [
            portal.start(),
            portal.start().with("acr_values", ONE),
            // Tried in their order; what cannot be reached, or is nobody's, fails nothing.
            portal.start().with("acr_values", &format!("{TWO} urn:example:gold {ONE}")),
            portal.start().with("acr_values", TWO),
            with_acr(&portal, json!(null)),
            with_acr(&portal, json!({ "essential": true })),
            with_acr(&portal, json!({ "values": [TWO] })),
            with_acr(&portal, json!({ "essential": true, "values": [TWO, ONE] })),
            with_acr(&portal, json!({ "essential": true, "value": ONE })).with("acr_values", TWO),
        ] {
            let code = browser.open(&started.clone().with("prompt", "none").url()).await.code();
            let tokens = portal.exchange(&started, &code).await;
            assert_eq!(portal.id_token(&tokens).await["acr"], ONE, "{}", started.url());
            assert_eq!(portal.access_token(&tokens).await["acr"], ONE, "{}", started.url());
            let again = portal.refresh(&tokens.refresh_token()).await;
            assert_eq!(portal.id_token(&again).await["acr"], ONE);
        }
    }

    async fn an_essential_acr_that_cannot_be_met_fails_by_its_name(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        for acr in [
            json!({ "essential": true, "value": "urn:senid:aal:3" }),
            json!({ "essential": true, "values": ["urn:senid:aal:4", "urn:example:gold"] }),
            json!({ "essential": true, "value": 1 }),
        ] {
            let started = with_acr(&portal, acr).with("acr_values", ONE);
            // Nobody is asked to sign in for what cannot be reached.
            for url in [started.url(), started.clone().with("prompt", "none").url()] {
                let page = browser.open(&url).await;
                let told = "claims: none of the values of the essential id_token.acr can be met";
                assert_eq!(page.refusal(), ("unmet_authentication_requirements".to_owned(), told.to_owned()));
                assert_eq!((&page.answer()["state"], &page.answer()["iss"]), (&started.state, &world.issuer));
            }
        }
    }
}
