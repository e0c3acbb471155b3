//! What an operator demands of every sign-in for a client: no request lowers it.

use senid::domain::assurance::{AuthenticationLevel, Requirement};

use crate::support::World;
use crate::support::world::{AN, on_every_backend_with_passkeys};

const TWO: Requirement = Requirement::level(AuthenticationLevel::TwoFactors);

async fn demands(world: &World, least: Requirement) {
    world.operator().changes("tax-office", |client| client.policy.assurance = least).await;
}

on_every_backend_with_passkeys! {
    async fn a_request_that_asks_for_less_is_stepped_up_all_the_same(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        let app = world.adds_totp(&AN, &mut browser).await;
        world.raises_everything(&AN).await;
        demands(&world, TWO).await;
        for acr in ["urn:senid:aal:1", "urn:senid:aal:2", "urn:example:gold"] {
            let asked = portal.start().with("acr_values", acr);
            let silent = browser.open(&asked.clone().with("prompt", "none").url()).await;
            assert_eq!(silent.refusal().0, "login_required", "{acr}");
            let page = browser.open(&asked.url()).await;
            assert!(page.path().ends_with("/step-up") && page.has("#use-totp"), "{acr}: {}", page.text());
        }
        let lowered = r#"{"id_token":{"acr":{"essential":true,"value":"urn:senid:aal:1"}}}"#;
        let asked = portal.start().with("claims", lowered).with("acr_values", "urn:senid:aal:1");
        let page = browser.open(&asked.url()).await;
        assert!(page.path().ends_with("/step-up"), "{}", page.text());
        world.wait(std::time::Duration::from_secs(30));
        let page = browser.press(&page, "use-totp", &[]).await;
        let page = browser.press(&page, "prove", &[("code", &app.code(&world, 0))]).await;
        let page = AN.goes_through(&mut browser, page).await;
        let tokens = portal.exchange(&asked, &page.code()).await;
        assert_eq!(portal.id_token(&tokens).await["authentication_level"], 2);
    }

    async fn whoever_cannot_reach_it_is_told_and_so_is_the_portal(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        demands(&world, Requirement { phishing_resistant: true, ..TWO }).await;
        let asked = portal.start().with("acr_values", "urn:senid:aal:1");
        let page = browser.open(&asked.url()).await;
        assert!(page.has("#how") && page.has("#leave"), "{}", page.text());
        let refused = browser.press(&page, "leave", &[]).await;
        assert_eq!(refused.refusal().0, "unmet_authentication_requirements");
        let silent = browser.open(&asked.with("prompt", "none").url()).await;
        assert_eq!(silent.refusal().0, "unmet_authentication_requirements");
    }

    async fn what_is_demanded_since_a_grant_was_made_is_demanded_of_the_next_sign_in(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
        demands(&world, TWO).await;
        // A refresh is no sign-in: the token says what it stands on, and whoever takes it judges that.
        let again = portal.refresh(&tokens.refresh_token()).await;
        assert_eq!(again.status, 200, "{}", again.body);
        assert_eq!(portal.access_token(&again).await["acr"], "urn:senid:aal:1");
        let silent = browser.open(&portal.start().with("prompt", "none").url()).await;
        assert_eq!(silent.refusal().0, "unmet_authentication_requirements");
    }

    async fn what_nothing_here_proves_is_refused_before_anybody_signs_in(world: World) {
        let portal = world.portal("tax-office");
        demands(&world, Requirement { phishing_resistant: true, hardware_bound: true, ..TWO }).await;
        let refused = world.browser().open(&portal.start().url()).await;
        assert_eq!(refused.refusal().0, "unmet_authentication_requirements", "no attestation is asked for here");
    }
}
