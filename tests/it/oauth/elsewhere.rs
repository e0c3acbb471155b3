//! How strong a sign-in is that is given for another device (CIBA, the device grant): what can be brought there is asked for, and
//! what cannot is refused, at once and by its name, instead of being asked for again and again.

use std::collections::BTreeSet;
use std::time::Duration;

use senid::domain::assurance::{AuthenticationLevel, Requirement};
use senid::domain::audit::EventKind;
use senid::domain::client::BackChannelDelivery;

use crate::support::World;
use crate::support::world::application::Application;
use crate::support::world::device::Waiting;
use crate::support::world::passkey::{has_enrolled, uses};
use crate::support::world::{AN, Browser, Page, Portal, on_every_backend_with_passkeys};
use crate::support::{Authenticator, Behaviour};

const TWO: Requirement = Requirement::level(AuthenticationLevel::TwoFactors);
const PHR: Requirement = Requirement { phishing_resistant: true, ..Requirement::NONE };
const ESSENTIAL_TWO: &str = r#"{"id_token":{"acr":{"essential":true,"value":"urn:senid:aal:2"}}}"#;

/// A portal that asks through the back channel and on devices, and of whose sign-ins this is demanded.
async fn demanding(world: &World, least: Requirement) -> Portal {
    world.may_ask("tax-office", BackChannelDelivery::Poll).await;
    let change = |client: &mut senid::domain::client::Client| {
        client.grant_types.insert(senid::domain::client::GrantType::DeviceCode);
        client.policy.assurance = least;
    };
    world.operator().changes("tax-office", change).await;
    world.portal("tax-office")
}

async fn asked(portal: &Portal, more: &[(&str, &str)]) -> String {
    let parameters = [&[("login_hint", AN.identifier), ("scope", "openid")], more].concat();
    let reply = portal.asks(&parameters).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()["auth_req_id"].as_str().unwrap().to_owned()
}

async fn begun(portal: &Portal, more: &[(&str, &str)]) -> Waiting {
    Waiting::read(&portal.asks_for_codes(&[&[("scope", "openid")], more].concat()).await)
}

/// An application of the citizen's that counts for two factors beside the password, who has signed in with the password.
async fn with_application(world: &World) -> (Browser, Application) {
    let mut browser = world.browser();
    let application = world.adds_totp(&AN, &mut browser).await;
    world.raises_everything(&AN).await;
    // A code of another step than the one that it was added with.
    world.wait(Duration::from_secs(30));
    (browser, application)
}

/// The browser of a citizen who has signed in with a password, and has a passkey that counts for two factors by itself.
async fn with_passkey(world: &World) -> (Browser, Authenticator) {
    let mut phone = Authenticator::phone(&world.issuer);
    let browser = has_enrolled(world, &AN, &mut phone).await;
    world.raises_everything(&AN).await;
    (browser, phone)
}

async fn level(portal: &Portal, tokens: &crate::support::world::TokenAnswer) -> u64 {
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    portal.id_token(tokens).await["authentication_level"].as_u64().unwrap()
}

fn asks_for_a_code(page: &Page) {
    assert!(page.path().ends_with("/step-up") && page.has("#use-totp"), "{}: {}", page.url, page.text());
    assert!(!page.has("#username"), "it is stepped up in the session that there is: {}", page.text());
}

on_every_backend_with_passkeys! {
    async fn what_nobody_can_bring_across_devices_is_refused_before_anybody_is_asked(world: World) {
        let phrh = Requirement { hardware_bound: true, ..PHR };
        for least in [PHR, phrh, Requirement { phishing_resistant: true, ..TWO }] {
            let portal = demanding(&world, least).await;
            // Whatever is asked for: the least is no request's to lower.
            for more in [&[][..], &[("acr_values", "urn:senid:aal:1")]] {
                let parameters = [&[("login_hint", AN.identifier), ("scope", "openid")], more].concat();
                let refused = portal.asks(&parameters).await;
                assert_eq!(refused.json()["error"], "unmet_authentication_requirements", "{}", refused.body);
                let refused = portal.asks_for_codes(&[&[("scope", "openid")], more].concat()).await;
                assert_eq!(refused.json()["error"], "unmet_authentication_requirements", "{}", refused.body);
            }
        }
        // Here it can be brought, and the person is asked to sign in.
        let page = world.browser().open(&world.portal("tax-office").start().url()).await;
        assert!(page.has("#username"), "{}", page.text());
        let portal = demanding(&world, Requirement::NONE).await;
        let essential = r#"{"id_token":{"acr":{"essential":true,"values":["phr","phrh"]}}}"#;
        let parameters = [("login_hint", AN.identifier), ("scope", "openid"), ("claims", essential)];
        assert_eq!(portal.asks(&parameters).await.json()["error"], "unmet_authentication_requirements");
    }

    async fn a_wish_that_cannot_be_brought_across_devices_is_asked_of_nobody(world: World) {
        let portal = demanding(&world, Requirement::NONE).await;
        let (mut browser, _) = with_passkey(&world).await;
        let id = asked(&portal, &[("acr_values", "phr")]).await;
        let page = AN.reads_request(&mut browser).await;
        assert!(page.has("#allow") && !page.has("#again") && !page.has("#unmet"), "{}", page.text());
        let page = browser.press(&page, "allow", &[]).await;
        assert!(page.text().contains("Allowed."), "{}: {}", page.url, page.text());
        let tokens = portal.comes_for(&id).await;
        assert_eq!(portal.id_token(&tokens).await["acr"], "urn:senid:aal:1");
        let waiting = begun(&portal, &[("acr_values", "phr")]).await;
        let page = browser.types_code(&waiting.user_code).await;
        assert!(page.has("#allow"), "{}: {}", page.url, page.text());
    }

    async fn what_is_missing_and_can_be_brought_is_asked_for_in_the_session_that_there_is(world: World) {
        let portal = demanding(&world, TWO).await;
        let (mut browser, application) = with_application(&world).await;
        // No request lowers what is demanded for the client.
        let id = asked(&portal, &[("acr_values", "urn:senid:aal:1")]).await;
        let page = AN.reads_request(&mut browser).await;
        assert!(page.words("#again").contains("one more step"), "{}", page.text());
        let page = browser.press(&page, "allow", &[]).await;
        asks_for_a_code(&page);
        assert_eq!(portal.comes_for(&id).await.refused(400), "authorization_pending", "nothing is decided yet");
        let page = browser.press(&page, "use-totp", &[]).await;
        let page = browser.press(&page, "prove", &[("code", &application.code(&world, 0))]).await;
        assert!(page.has("#allow") && !page.has("#again"), "{}: {}", page.url, page.text());
        let page = browser.press(&page, "allow", &[]).await;
        assert!(page.text().contains("Allowed."), "{}: {}", page.url, page.text());
        world.wait(Duration::from_secs(5));
        assert_eq!(level(&portal, &portal.comes_for(&id).await).await, 2);
    }

    async fn a_device_s_code_leads_to_what_is_missing(world: World) {
        let portal = demanding(&world, TWO).await;
        let (mut browser, application) = with_application(&world).await;
        let waiting = begun(&portal, &[("acr_values", "urn:senid:aal:1")]).await;
        let page = browser.types_code(&waiting.user_code).await;
        asks_for_a_code(&page);
        let page = browser.press(&page, "use-totp", &[]).await;
        let page = browser.press(&page, "prove", &[("code", &application.code(&world, 0))]).await;
        assert!(page.has("#allow") && page.has("#user-code-shown"), "{}: {}", page.url, page.text());
        AN.allows(&mut browser, &page).await;
        assert_eq!(level(&portal, &portal.asks_with(&waiting).await).await, 2);
    }

    async fn a_passkey_steps_up_across_devices_and_is_not_phishing_resistant_there(world: World) {
        let portal = demanding(&world, Requirement::NONE).await;
        let (mut browser, mut phone) = with_passkey(&world).await;
        let waiting = begun(&portal, &[("claims", ESSENTIAL_TWO)]).await;
        let page = browser.types_code(&waiting.user_code).await;
        assert!(page.path().ends_with("/step-up") && page.has("#use-passkey"), "{}: {}", page.url, page.text());
        let page = browser.press(&page, "use-passkey", &[]).await;
        let page = uses(&mut browser, &page, &mut phone).await;
        AN.allows(&mut browser, &page).await;
        let told = portal.id_token(&portal.asks_with(&waiting).await).await;
        assert_eq!((told["acr"].as_str(), told["authentication_level"].as_u64()), (Some("urn:senid:aal:2"), Some(2)));
        // The same session is, where nobody stands between.
        let here = portal.start().with("acr_values", "phr");
        let page = browser.open(&here.url()).await;
        let code = AN.goes_through(&mut browser, page).await.code();
        assert_eq!(portal.id_token(&portal.exchange(&here, &code).await).await["acr"], "phr");
    }

    async fn whoever_has_nothing_that_counts_is_told_and_so_is_the_portal(world: World) {
        let portal = demanding(&world, TWO).await;
        let mut browser = world.browser();
        let id = asked(&portal, &[]).await;
        let page = AN.reads_request(&mut browser).await;
        assert!(page.words("#unmet").contains("stronger sign-in") && !page.has("#allow"), "{}", page.text());
        let page = browser.press(&page, "deny", &[]).await;
        assert!(page.text().contains("Denied."), "{}", page.text());
        assert_eq!(portal.comes_for(&id).await.refused(400), "access_denied");

        // A form that was shown while it could still be allowed: it is denied then and there, and not asked for again.
        let portal = demanding(&world, Requirement::NONE).await;
        let id = asked(&portal, &[]).await;
        let page = AN.reads_request(&mut browser).await;
        let portal_now = demanding(&world, TWO).await;
        let page = browser.press(&page, "allow", &[]).await;
        assert!(page.path() == "/account/requests" && page.text().contains("stronger sign-in"), "{}", page.text());
        assert_eq!(portal_now.comes_for(&id).await.refused(400), "access_denied");
        let events = world.operator().events_of(&AN).await;
        let denied = events.iter().filter(|event| event.kind == Some(EventKind::BackChannelDenied));
        let why: BTreeSet<&str> = denied.map(|event| event.details["why"].as_str()).collect();
        assert_eq!(why, BTreeSet::from(["by_person", "unmet_authentication_requirements"]));

        // The code of a device is nobody's in particular: this person cannot answer it, and somebody else may.
        let waiting = begun(&portal, &[]).await;
        let page = browser.types_code(&waiting.user_code).await;
        assert_eq!((page.path(), page.heading().as_str()), ("/device/done", "A stronger sign-in is needed"));
        assert_eq!(portal.asks_with(&waiting).await.refused(400), "authorization_pending");
    }

    async fn a_sign_in_that_is_too_old_is_made_again_as_strong_as_is_asked(world: World) {
        let portal = demanding(&world, TWO).await;
        let (mut browser, application) = with_application(&world).await;
        let waiting = begun(&portal, &[("max_age", "60")]).await;
        world.wait(Duration::from_secs(61));
        let page = browser.types_code(&waiting.user_code).await;
        assert!(page.has("#username"), "{}: {}", page.url, page.text());
        let page = AN.signs_in(&mut browser, &page).await;
        asks_for_a_code(&page);
        let page = browser.press(&page, "use-totp", &[]).await;
        let page = browser.press(&page, "prove", &[("code", &application.code(&world, 0))]).await;
        assert!(page.has("#allow"), "{}: {}", page.url, page.text());
    }

    async fn a_key_that_was_added_with_a_password_alone_is_two_steps_and_no_level(world: World) {
        let portal = demanding(&world, TWO).await;
        let mut key = Authenticator::behaving(&world.issuer, Behaviour::security_key());
        let mut browser = has_enrolled(&world, &AN, &mut key).await;
        asked(&portal, &[]).await;
        let page = AN.reads_request(&mut browser).await;
        assert!(page.has("#unmet") && !page.has("#allow"), "{}", page.text());
    }
}
