//! A citizen who is registered, locked, suspended, deceased or gone (CVE-2026-1609, CVE-2025-64521): on every grant, at every
//! endpoint, whatever was begun before.

use std::time::Duration;

use senid::domain::account_life::Transition;
use senid::domain::assurance::AuthenticationLevel;
use senid::domain::citizen::CitizenStatus;
use senid::domain::client::BackChannelDelivery;
use senid::domain::credential::CredentialKind;
use senid::domain::issued_code::CodeUse;
use senid::domain::time::Clock;
use senid::flows::admin::AdminError;
use senid::flows::admin::proposals;

use crate::support::World;
use crate::support::world::device::Waiting;
use crate::support::world::holdings::PASSKEY;
use crate::support::world::resources::{
    HEALTH, HEALTH_SCOPE, LAND, LAND_SCOPE, for_itself, health, land, registered_for,
};
use crate::support::world::{
    AN, BINH, Browser, CHAU, Citizen, Office, Page, Portal, Started, TokenAnswer, eventually, on_every_backend,
};

/// Everything that a citizen has begun, and that is good for something.
struct Begun {
    browser: Browser,
    claims: serde_json::Value,
    code: (Started, String),
    tokens: TokenAnswer,
    for_health: TokenAnswer,
    device: Waiting,
    asked: String,
    /// A sign-in with nothing left to do but to type the password, and one that waits for the answer to the question.
    at_password: (Browser, Page),
    at_question: (Browser, Page),
    recovery_code: String,
    /// What the portal pushed to be answered without a question.
    pushed: Started,
}

struct Scene {
    portal: Portal,
    app: Portal,
    customs: Portal,
    office: Office,
}

impl Scene {
    async fn set(world: &World) -> Self {
        let operator = world.operator();
        operator.opens(&health("customs")).await;
        operator.opens(&land("land-office")).await;
        for client in ["tax-office", "customs"] {
            operator.changes(client, registered_for(LAND, LAND_SCOPE)).await;
        }
        operator.changes("tax-office", registered_for(HEALTH, HEALTH_SCOPE)).await;
        operator.changes("customs", for_itself).await;
        operator.allows_exchange("customs", "tax-office", LAND, LAND_SCOPE).await.unwrap();
        world.may_ask("tax-office", BackChannelDelivery::Poll).await;
        let allow = |client: &mut senid::domain::client::Client| {
            client.grant_types.insert(senid::domain::client::GrantType::DeviceCode);
        };
        operator.changes("tax-app", allow).await;
        let mut office = Office::new(&world.issuer, "tax-office", world.clock.clone());
        office.opens();
        operator.changes("tax-office", office.registers()).await;
        let portal = |client| world.portal(client);
        Self { portal: portal("tax-office"), app: portal("tax-app"), customs: portal("customs"), office }
    }

    async fn begin(&self, world: &World, citizen: &Citizen) -> Begun {
        let (mut browser, tokens) = world.signed_in(&self.portal, citizen).await;
        let claims = self.portal.id_token(&tokens).await;
        self.office.signs_in(&claims);
        let started = self.portal.start();
        let code = browser.open(&started.url()).await.code();
        let for_health = self.portal.start().with("scope", "openid health.read land.read");
        let for_health = for_health.and("resource", HEALTH).and("resource", LAND);
        let page = browser.open(&for_health.url()).await;
        let answer = citizen.goes_through(&mut browser, page).await.code();
        let mut form = self.portal.code_form(&for_health, &answer);
        form.push(("resource", HEALTH));
        let for_health = self.portal.token(&form).await;
        assert_eq!(for_health.status, 200, "{}", for_health.body);

        let device = self.app.begins_on_a_device().await;
        let page = browser.types_code(&device.user_code).await;
        let page = if page.has("#username") { citizen.signs_in(&mut browser, &page).await } else { page };
        assert_eq!(citizen.allows(&mut browser, &page).await.path(), "/device/done");
        let reply = self.portal.asks(&[("login_hint", citizen.identifier), ("binding_message", "HS-2026/118")]).await;
        let asked = reply.json()["auth_req_id"].as_str().unwrap_or_else(|| panic!("{}", reply.body)).to_owned();
        citizen.answers_request(&mut browser, "allow").await;

        let mut typing = world.browser();
        let page = typing.open(&self.portal.start().url()).await;
        let at_password = citizen.identifies(&mut typing, &page).await;
        let mut asking = world.browser();
        let page = asking.open(&self.portal.start().with("prompt", "consent").url()).await;
        let at_question = citizen.signs_in(&mut asking, &page).await;
        assert!(at_question.has("#allow"), "{}", at_question.text());
        let recovery_code = world.operator().issues(citizen, CodeUse::Recover).await.unwrap();
        let pushed = self.portal.pushed(&self.portal.start().with("prompt", "none")).await;
        Begun {
            browser,
            claims,
            code: (started, code),
            tokens,
            for_health,
            device,
            asked,
            at_password: (typing, at_password),
            at_question: (asking, at_question),
            recovery_code,
            pushed,
        }
    }

    /// Nothing of it is good, and nobody gets in anew.
    async fn nothing_works(&self, world: &World, citizen: &Citizen, begun: &mut Begun, why: &str) {
        let Begun { browser, tokens, for_health, .. } = begun;
        let invalid =
            |answer: TokenAnswer, grant: &str| assert_eq!(answer.refused(400), "invalid_grant", "{why}: {grant}");
        let (started, code) = &begun.code;
        invalid(self.portal.exchange(started, code).await, "authorization_code");
        invalid(self.portal.refresh(&tokens.refresh_token()).await, "refresh_token");
        invalid(self.app.asks_with(&begun.device).await, "device_code");
        invalid(self.portal.comes_for(&begun.asked).await, "ciba");
        let exchanged = self.customs.exchanges(&for_health.access_token(), LAND, &[]).await;
        let told = ("invalid_request".to_owned(), "subject_token was revoked".to_owned());
        assert_eq!(exchanged.refusal(), told, "{why}: token-exchange");
        // What a program was given for itself is about nobody, and goes on.
        let own = self.customs.token(&[("grant_type", "client_credentials")]).await;
        assert_eq!(own.status, 200, "{why}: {}", own.body);

        assert_eq!(self.portal.userinfo(&tokens.access_token()).await.status, 401, "{why}: userinfo");
        for token in [tokens.access_token(), tokens.refresh_token()] {
            let told = self.portal.introspection(&token).await;
            assert_eq!(told, serde_json::json!({ "active": false }), "{why}: introspection");
        }
        let told = self.customs.introspection(&for_health.access_token()).await;
        assert_eq!(told["active"], false, "{why}: introspection by the resource server");

        let silent = browser.open(&self.portal.start().with("prompt", "none").url()).await;
        assert_eq!(silent.refusal().0, "login_required", "{why}: the session");
        let pushed = browser.open(&begun.pushed.url()).await;
        assert_eq!(pushed.refusal().0, "login_required", "{why}: a request that was pushed before");
        for path in ["/account", "/account/security", "/account/portals", "/account/requests", "/account/close"] {
            assert_eq!(browser.open(path).await.path(), "/account/sign-in", "{why}: {path}");
        }
        let (typing, page) = &mut begun.at_password;
        let after = citizen.enters(typing, page, citizen.password).await;
        assert!(!after.has("#allow") && after.status != 303, "{why}: a sign-in under way: {}", after.text());
        let (asking, page) = &mut begun.at_question;
        let after = citizen.allows(asking, page).await;
        assert!(
            after.status != 303 || after.refusal().0 == "access_denied",
            "{why}: a question under way: {}",
            after.text()
        );

        world.wait_for_the_next_window();
        let mut fresh = world.browser();
        let page = fresh.open(&self.portal.start().url()).await;
        let page = citizen.signs_in(&mut fresh, &page).await;
        assert_eq!(page.status, 401, "{why}: a password");
        let told = "The identifier or the password is not right. Check both and try again.";
        assert_eq!(page.problem(), told, "{why}: whoever guesses learns nothing of the state");
        let page = fresh.open("/recover").await;
        let form = [
            ("username", citizen.identifier),
            ("code", &*begun.recovery_code),
            ("password", "a sentence of their own"),
        ];
        let page = fresh.press(&page, "recover", &form).await;
        assert_eq!(page.status, 422, "{why}: a registrar's code from before");
        let refused = world.operator().issues(citizen, CodeUse::Recover).await;
        assert!(matches!(refused, Err(AdminError::Conflict(_))), "{why}: a registrar's code");
        // A client that asks through the back channel learns nothing, and nobody answers it.
        let reply = self.portal.asks(&[("login_hint", citizen.identifier), ("binding_message", "HS-2026/119")]).await;
        assert_eq!(reply.status, 200, "{why}: {}", reply.body);
        world.wait_for_the_next_window();
    }
}

/// The state in which nobody has taken an account over yet: accounts begin there, and none goes back to it.
async fn has_not_begun(world: &World, citizen: &Citizen) {
    let id = world.operator().id_of(citizen).await;
    let mut writing = world.app(0).store.write().await.unwrap();
    let step = (CitizenStatus::Active, CitizenStatus::Registered);
    assert!(writing.citizens().set_status(id, step, world.clock.now()).await.unwrap());
    writing.citizens().end_sessions(id, world.clock.now()).await.unwrap();
}

/// "This was not me", said in this browser.
async fn says_it_was_not_them(browser: &mut Browser) {
    let page = browser.open("/account/not-me").await;
    assert_eq!(browser.press(&page, "not-me-confirm", &[]).await.path(), "/account/locked");
}

on_every_backend! {
    async fn this_was_not_me_ends_all_that_was_begun_for_good_and_keeps_what_opens_the_account(world: World) {
        let scene = Scene::set(&world).await;
        let mut begun = scene.begin(&world, &AN).await;
        world.wait(Duration::from_millis(1));
        says_it_was_not_them(&mut begun.browser).await;
        eventually("the portal is told", async || !scene.office.is_signed_in(&begun.claims)).await;
        scene.nothing_works(&world, &AN, &mut begun, "not me").await;
        world.operator().unlocks(&AN).await;

        // Also what nobody came for before the account was opened again: somebody else may have begun it.
        let mut begun = scene.begin(&world, &AN).await;
        world.holds(&AN, "My phone", CredentialKind::WebAuthn, PASSKEY, AuthenticationLevel::TwoFactors).await;
        world.wait(Duration::from_millis(1));
        says_it_was_not_them(&mut begun.browser).await;
        world.wait(Duration::from_millis(1));
        world.operator().unlocks(&AN).await;
        let (started, code) = &begun.code;
        for (grant, answer) in [
            ("authorization_code", scene.portal.exchange(started, code).await),
            ("refresh_token", scene.portal.refresh(&begun.tokens.refresh_token()).await),
            ("device_code", scene.app.asks_with(&begun.device).await),
            ("ciba", scene.portal.comes_for(&begun.asked).await),
        ] {
            assert_eq!(answer.refused(400), "invalid_grant", "{grant}");
        }
        assert_eq!(scene.portal.userinfo(&begun.tokens.access_token()).await.status, 401);
        let silent = begun.browser.open(&scene.portal.start().with("prompt", "none").url()).await;
        assert_eq!(silent.refusal().0, "login_required");
        let (asking, page) = &mut begun.at_question;
        let after = AN.allows(asking, page).await;
        assert!(after.status != 303 || after.refusal().0 == "access_denied", "{}", after.text());
        let id = world.operator().id_of(&AN).await;
        let mut reading = world.app(0).store.read().await.unwrap();
        assert_eq!(reading.credentials().list(id).await.unwrap().len(), 1, "what opens the account is its owner's");
        assert!(reading.known_devices().list(id).await.unwrap().is_empty(), "no device is trusted any more");
    }

    async fn a_citizen_who_is_locked_or_suspended_is_nobody_until_it_is_lifted(world: World) {
        let scene = Scene::set(&world).await;
        for (ends, lifts) in [(Transition::Lock, Transition::Unlock), (Transition::Suspend, Transition::Resume)] {
            let mut begun = scene.begin(&world, &AN).await;
            world.wait(Duration::from_millis(1));
            let state = world.operator().takes(&AN, ends, "a letter of the court").await.unwrap();
            eventually("the portal is told", async || !scene.office.is_signed_in(&begun.claims)).await;
            scene.nothing_works(&world, &AN, &mut begun, state.as_str()).await;
            assert_eq!(world.operator().takes(&AN, lifts, "it is settled").await.unwrap(), CitizenStatus::Active);
            // What rested wakes, and what had ended stays ended.
            let refreshed = scene.portal.refresh(&begun.tokens.refresh_token()).await;
            assert_eq!(refreshed.status, 200, "{ends:?}: {}", refreshed.body);
            let (started, code) = &begun.code;
            assert_eq!(scene.portal.exchange(started, code).await.refused(400), "invalid_grant", "{ends:?}");
            assert_eq!(scene.app.asks_with(&begun.device).await.refused(400), "invalid_grant", "{ends:?}");
            let silent = begun.browser.open(&scene.portal.start().with("prompt", "none").url()).await;
            assert_eq!(silent.refusal().0, "login_required", "{ends:?}");
        }
    }

    async fn a_citizen_who_is_deceased_or_gone_is_nobody_for_good(world: World) {
        let scene = Scene::set(&world).await;
        for (citizen, ends) in [(&BINH, Transition::Decease), (&CHAU, Transition::Close)] {
            let mut begun = scene.begin(&world, citizen).await;
            world.wait(Duration::from_millis(1));
            let state = world.operator().takes(citizen, ends, "a letter of the registry").await.unwrap();
            eventually("the portal is told", async || !scene.office.is_signed_in(&begun.claims)).await;
            scene.nothing_works(&world, citizen, &mut begun, state.as_str()).await;
            for transition in Transition::ALL {
                let refused = world.operator().takes(citizen, transition, "a mistake").await;
                assert!(refused.is_err() || transition == ends, "{transition:?} brings {state} back");
            }
            // Two registrars bring the account back, locked, and nothing that was granted comes with it.
            let (lan, hoa) = (world.registrar("lan"), world.registrar("hoa"));
            let who = senid::flows::admin::find_citizen::Who::Id(world.operator().id_of(citizen).await);
            let proposal = proposals::propose_reopening(&lan.admin().await, &who, "taken for their brother").await.unwrap();
            let own = lan.confirms(proposal.id).await;
            assert!(matches!(&own, Err(AdminError::Conflict(told)) if told.contains("nobody confirms")), "{own:?}");
            hoa.confirms(proposal.id).await.unwrap();
            let mut fresh = world.browser();
            let page = fresh.open(&scene.portal.start().url()).await;
            assert_eq!(citizen.signs_in(&mut fresh, &page).await.status, 401, "it comes back locked");
            assert_eq!(
                world.operator().takes(citizen, Transition::Unlock, "they were seen").await.unwrap(),
                CitizenStatus::Active
            );
            let refreshed = scene.portal.refresh(&begun.tokens.refresh_token()).await;
            assert_eq!(refreshed.refused(400), "invalid_grant");
            let (_, tokens) = world.signed_in(&scene.portal, citizen).await;
            assert_eq!(scene.portal.id_token(&tokens).await["sub"], begun.claims["sub"], "they are who they were");
        }
    }

    async fn a_citizen_who_has_not_taken_their_account_over_is_nobody_yet(world: World) {
        let scene = Scene::set(&world).await;
        let mut begun = scene.begin(&world, &AN).await;
        world.wait(Duration::from_millis(1));
        has_not_begun(&world, &AN).await;
        // The short-lived store was not told: it is asked no question that matters.
        let id = world.operator().id_of(&AN).await;
        senid::flows::session::forget_all(world.app(0), id).await.unwrap();
        // Codes are handed over once there is an account that they open.
        begun.recovery_code = "BCDF-GHJK-LMNP-QRST".to_owned();
        scene.nothing_works(&world, &AN, &mut begun, "registered").await;
        assert_eq!(
            world.operator().takes(&AN, Transition::Activate, "they were seen").await.unwrap(),
            CitizenStatus::Active
        );
        world.signed_in(&scene.portal, &AN).await;
    }
}
