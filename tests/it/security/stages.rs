//! A client in the sandbox is told of nobody real, and one in production of nobody made up: on every grant, at every endpoint,
//! whatever was begun before the client came to its stage.

use senid::domain::client::{BackChannelDelivery, Client, GrantType};
use senid::domain::stage::Stage;
use serde_json::json;

use crate::support::World;
use crate::support::world::device::Waiting;
use crate::support::world::resources::{
    HEALTH, HEALTH_SCOPE, LAND, LAND_SCOPE, for_itself, health, land, registered_for,
};
use crate::support::world::{AN, Browser, Citizen, MOT, Page, Portal, Started, TokenAnswer, on_every_backend};

struct Scene {
    portal: Portal,
    app: Portal,
    customs: Portal,
}

/// Everything that somebody has begun, and that is good for something.
struct Begun {
    browser: Browser,
    code: (Started, String),
    tokens: TokenAnswer,
    for_health: TokenAnswer,
    device: Waiting,
    asked: String,
    at_question: (Browser, Page),
    pushed: Started,
}

const CLIENTS: [&str; 3] = ["tax-office", "tax-app", "customs"];

async fn moves(world: &World, clients: &[&str], stage: Stage) {
    for client in clients {
        world.operator().changes(client, |client: &mut Client| client.stage = stage).await;
    }
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
        let allow = |client: &mut Client| {
            client.grant_types.insert(GrantType::DeviceCode);
        };
        operator.changes("tax-app", allow).await;
        let portal = |client| world.portal(client);
        Self { portal: portal("tax-office"), app: portal("tax-app"), customs: portal("customs") }
    }

    /// Begins all there is, at clients that serve this person.
    async fn begin(&self, world: &World, citizen: &Citizen) -> Begun {
        let (mut browser, tokens) = world.signed_in(&self.portal, citizen).await;
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
        let reply = self.portal.asks(&[("login_hint", citizen.identifier)]).await;
        let asked = reply.json()["auth_req_id"].as_str().unwrap_or_else(|| panic!("{}", reply.body)).to_owned();
        citizen.answers_request(&mut browser, "allow").await;

        let mut asking = world.browser();
        let page = asking.open(&self.portal.start().with("prompt", "consent").url()).await;
        let at_question = citizen.signs_in(&mut asking, &page).await;
        assert!(at_question.has("#allow"), "{}", at_question.text());
        let pushed = self.portal.pushed(&self.portal.start().with("prompt", "none")).await;
        let at_question = (asking, at_question);
        Begun { browser, code: (started, code), tokens, for_health, device, asked, at_question, pushed }
    }

    /// Nothing of it is good, and nothing begins anew.
    async fn nothing_works(&self, world: &World, citizen: &Citizen, begun: &mut Begun, stage: Stage) {
        let refused = ("invalid_grant".to_owned(), stage.refusal().to_owned());
        let (started, code) = &begun.code;
        for (grant, answer) in [
            ("authorization_code", self.portal.exchange(started, code).await),
            ("refresh_token", self.portal.refresh(&begun.tokens.refresh_token()).await),
            ("device_code", self.app.asks_with(&begun.device).await),
            ("ciba", self.portal.comes_for(&begun.asked).await),
        ] {
            assert_eq!(answer.refusal(), refused, "{stage}: {grant}");
        }
        let exchanged = self.customs.exchanges(&begun.for_health.access_token(), LAND, &[]).await;
        let told = ("invalid_request".to_owned(), "subject_token was revoked".to_owned());
        assert_eq!(exchanged.refusal(), told, "{stage}: token-exchange");
        assert_eq!(self.portal.userinfo(&begun.tokens.access_token()).await.status, 401, "{stage}: userinfo");
        for token in [begun.tokens.access_token(), begun.tokens.refresh_token()] {
            let told = self.portal.introspection(&token).await;
            assert_eq!(told, json!({ "active": false }), "{stage}: introspection");
        }
        let told = self.customs.introspection(&begun.for_health.access_token()).await;
        assert_eq!(told["active"], false, "{stage}: introspection by the resource server");
        // A program's own tokens are about nobody, and go on.
        let own = self.customs.token(&[("grant_type", "client_credentials")]).await;
        assert_eq!(own.status, 200, "{stage}: {}", own.body);

        let browser = &mut begun.browser;
        assert_eq!(browser.open("/account").await.path(), "/account", "they are still signed in, at SenID");
        for silent in [self.portal.start().with("prompt", "none"), begun.pushed.clone()] {
            let page = browser.open(&silent.url()).await;
            assert_eq!(page.refusal().0, "login_required", "{stage}: silent sign-on");
        }
        let page = browser.open(&self.portal.start().url()).await;
        assert!(page.has("#username"), "{stage}: the session is none for this client: {}", page.text());
        assert!(!page.text().contains(citizen.name), "{stage}: nor is anybody named");

        let (asking, page) = &mut begun.at_question;
        let after = citizen.allows(asking, page).await;
        assert_eq!(after.refusal().0, "access_denied", "{stage}: a question under way");
        let mut fresh = world.browser();
        let page = fresh.open(&self.portal.start().url()).await;
        let page = citizen.signs_in(&mut fresh, &page).await;
        let told = page.refusal();
        assert_eq!((told.0.as_str(), told.1.as_str()), ("access_denied", stage.refusal()), "{stage}: a sign-in");

        let waiting = self.app.begins_on_a_device().await;
        let page = browser.types_code(&waiting.user_code).await;
        assert!(!page.has("#allow"), "{stage}: a device: {}", page.text());
        let asked = self.portal.asks(&[("login_hint", citizen.identifier)]).await;
        assert_eq!(asked.status, 200, "whether there is such a person is not told: {}", asked.body);
        let list = browser.open("/account/requests").await;
        assert!(!list.has(".request"), "{stage}: they are asked nothing: {}", list.text());
    }
}

on_every_backend! {
    async fn a_client_in_the_sandbox_serves_nobody_real_on_any_grant(world: World) {
        let scene = Scene::set(&world).await;
        let mut begun = scene.begin(&world, &AN).await;
        moves(&world, &CLIENTS, Stage::Sandbox).await;
        scene.nothing_works(&world, &AN, &mut begun, Stage::Sandbox).await;
        scene.begin(&world, &MOT).await;
    }

    async fn a_client_in_production_serves_nobody_made_up_on_any_grant(world: World) {
        let scene = Scene::set(&world).await;
        moves(&world, &CLIENTS, Stage::Sandbox).await;
        let mut begun = scene.begin(&world, &MOT).await;
        moves(&world, &CLIENTS, Stage::Production).await;
        scene.nothing_works(&world, &MOT, &mut begun, Stage::Production).await;
        scene.begin(&world, &AN).await;
    }

    async fn a_token_reaches_no_client_of_another_stage_by_exchange(world: World) {
        let scene = Scene::set(&world).await;
        let begun = scene.begin(&world, &AN).await;
        moves(&world, &["customs"], Stage::Sandbox).await;
        let exchanged = scene.customs.exchanges(&begun.for_health.access_token(), LAND, &[]).await;
        let refused = ("invalid_grant".to_owned(), Stage::Sandbox.refusal().to_owned());
        assert_eq!(exchanged.refusal(), refused, "whom it would act for is real");
        // What was exchanged before is worth nothing, either.
        moves(&world, &["customs"], Stage::Production).await;
        let exchanged = scene.customs.exchanges(&begun.for_health.access_token(), LAND, &[]).await;
        assert_eq!(exchanged.status, 200, "{}", exchanged.body);
        let land_office = world.portal("land-office");
        assert_eq!(land_office.introspection(&exchanged.access_token()).await["active"], true);
        moves(&world, &["customs"], Stage::Sandbox).await;
        assert_eq!(land_office.introspection(&exchanged.access_token()).await["active"], false);
    }
}
