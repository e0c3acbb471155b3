//! Token exchange: RFC 8693. A portal's back end calls another one in a citizen's name.

use std::time::Duration;

use senid::domain::assurance::{AuthenticationLevel, Requirement};
use senid::domain::resource::AccessTokenFormat;
use serde_json::{Value, json};

use crate::support::World;
use crate::support::world::exchange::{ACCESS_TOKEN, TOKEN_EXCHANGE};
use crate::support::world::resources::{
    HEALTH, HEALTH_SCOPE, LAND, LAND_SCOPE, for_itself, health, land, registered_for,
};
use crate::support::world::{AN, Browser, Portal, TokenAnswer, on_every_backend, proof};

const SECOND: Duration = Duration::from_secs(1);

/// A portal, and the back end of its health service, which may call the land register in citizens' names.
struct Scene {
    portal: Portal,
    back_end: Portal,
}

impl Scene {
    async fn set(world: &World) -> Self {
        let operator = world.operator();
        operator.opens(&health("customs")).await;
        operator.opens(&land("land-office")).await;
        operator.changes("tax-office", registered_for(HEALTH, HEALTH_SCOPE)).await;
        operator.changes("tax-office", registered_for(LAND, LAND_SCOPE)).await;
        operator.changes("customs", registered_for(LAND, LAND_SCOPE)).await;
        operator.allows_exchange("customs", "tax-office", LAND, LAND_SCOPE).await.unwrap();
        Self { portal: world.portal("tax-office"), back_end: world.portal("customs") }
    }

    /// What the back end is called with: a token for the health service alone.
    async fn call(&self, world: &World) -> (Browser, TokenAnswer) {
        let scope = "openid offline_access health.read land.read";
        let started = self.portal.start().with("scope", scope).and("resource", HEALTH).and("resource", LAND);
        let mut browser = world.browser();
        let page = browser.open(&started.url()).await;
        let code = AN.goes_through(&mut browser, page).await.code();
        let mut form = self.portal.code_form(&started, &code);
        form.push(("resource", HEALTH));
        let tokens = self.portal.token(&form).await;
        assert_eq!((tokens.status.as_u16(), tokens.scope().as_str()), (200, "health.read"), "{}", tokens.body);
        (browser, tokens)
    }
}

async fn claims(world: &World, tokens: &TokenAnswer) -> Value {
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    proof::claims(&world.issuer, &tokens.access_token()).await
}

on_every_backend! {
    async fn a_back_end_is_given_a_token_that_says_for_whom_and_by_whom(world: World) {
        let scene = Scene::set(&world).await;
        let (_, called) = scene.call(&world).await;
        let answer = scene.back_end.exchanges(&called.access_token(), LAND, &[]).await;
        let json = answer.json();
        assert_eq!((answer.status.as_u16(), &answer.headers["cache-control"]), (200, &"no-store".parse().unwrap()));
        assert_eq!(json["issued_token_type"], ACCESS_TOKEN);
        assert_eq!((&json["token_type"], &json["scope"]), (&json!("Bearer"), &json!("land.read")));
        assert!(json.get("refresh_token").is_none() && json.get("id_token").is_none(), "{json}");
        let (before, after) = (claims(&world, &called).await, claims(&world, &answer).await);
        assert_eq!((&after["aud"], &after["scope"], &after["client_id"]), (&json!(LAND), &json!("land.read"), &json!("customs")));
        assert_eq!(after["act"], json!({ "sub": "customs" }));
        for claim in ["auth_time", "acr", "amr", "iss"] {
            assert_eq!(after[claim], before[claim], "{claim}");
        }
        // The citizen is whom the back end knows, under the name that it knows them by.
        let (_, of_customs) = world.signed_in(&scene.back_end, &AN).await;
        assert_eq!(after["sub"], scene.back_end.id_token(&of_customs).await["sub"]);
        assert_ne!(after["sub"], before["sub"]);
        // The one it is for can ask; nobody else learns of it.
        let told = world.portal("land-office").introspection(&answer.access_token()).await;
        assert_eq!((&told["active"], &told["act"]), (&json!(true), &json!({ "sub": "customs" })));
        assert_eq!(scene.portal.introspection(&answer.access_token()).await, json!({ "active": false }));
        assert_eq!(scene.back_end.userinfo(&answer.access_token()).await.status, 401);
        let events = world.operator().events_of(&AN).await;
        let exchanged = events.iter().find(|event| event.kind.is_some_and(|kind| kind.as_str() == "tokens.exchanged"));
        let exchanged = exchanged.expect("an event");
        assert_eq!(exchanged.client.as_ref().map(|id| id.as_str()), Some("customs"));
        assert_eq!((exchanged.details["granted_to"].as_str(), exchanged.details["resource"].as_str()), ("tax-office", LAND));
    }

    async fn the_new_token_ends_when_the_old_one_does(world: World) {
        let scene = Scene::set(&world).await;
        let (_, called) = scene.call(&world).await;
        world.wait(590 * SECOND);
        let answer = scene.back_end.exchanges(&called.access_token(), LAND, &[]).await;
        assert_eq!(answer.json()["expires_in"], 10);
        assert_eq!(claims(&world, &answer).await["exp"], claims(&world, &called).await["exp"]);
        world.wait(10 * SECOND);
        let late = scene.back_end.exchanges(&called.access_token(), LAND, &[]).await;
        assert_eq!(late.refusal(), ("invalid_request".to_owned(), "subject_token has expired".to_owned()));
    }

    async fn whoever_demands_more_of_sign_ins_gets_nothing_that_stands_on_less(world: World) {
        let scene = Scene::set(&world).await;
        let (_, called) = scene.call(&world).await;
        let two = Requirement::level(AuthenticationLevel::TwoFactors);
        world.operator().changes("customs", |client| client.policy.assurance = two).await;
        let refused = scene.back_end.exchanges(&called.access_token(), LAND, &[]).await;
        let told = "subject_token stands on a weaker sign-in than what is always demanded for this client";
        assert_eq!(refused.refusal(), ("invalid_request".to_owned(), told.to_owned()));
        world.operator().changes("customs", |client| client.policy.assurance = Requirement::NONE).await;
        assert_eq!(scene.back_end.exchanges(&called.access_token(), LAND, &[]).await.status, 200);
    }

    async fn it_stands_on_what_the_citizen_granted_and_falls_with_it(world: World) {
        let scene = Scene::set(&world).await;
        let land_office = world.portal("land-office");
        let live = async |token: &str| land_office.introspection(token).await["active"] == true;
        // Opaque or not.
        for format in [AccessTokenFormat::Jwt, AccessTokenFormat::Opaque] {
            world.operator().changes_resource(LAND, |server| server.token_format = format).await;
            let (_, called) = scene.call(&world).await;
            let exchanged = scene.back_end.exchanges(&called.access_token(), LAND, &[]).await.access_token();
            assert!(live(&exchanged).await, "{format:?}");
            scene.portal.revoke(&called.access_token()).await;
            assert!(!live(&exchanged).await, "revoked with the grant: {format:?}");
            let dead = scene.back_end.exchanges(&called.access_token(), LAND, &[]).await;
            assert_eq!(dead.refusal(), ("invalid_request".to_owned(), "subject_token was revoked".to_owned()));

            let (mut browser, called) = scene.call(&world).await;
            let exchanged = scene.back_end.exchanges(&called.access_token(), LAND, &[]).await.access_token();
            let page = browser.open("/account/portals/tax-office/withdraw").await;
            browser.press(&page, "withdraw-confirm", &[]).await;
            assert!(!live(&exchanged).await, "withdrawn: {format:?}");

            // The back end ends its own token and nothing else.
            let (_, called) = scene.call(&world).await;
            let exchanged = scene.back_end.exchanges(&called.access_token(), LAND, &[]).await.access_token();
            scene.back_end.revoke(&exchanged).await;
            assert!(!live(&exchanged).await, "by itself: {format:?}");
            assert_eq!(scene.portal.introspection(&called.access_token()).await["active"], true);
        }
        let (_, called) = scene.call(&world).await;
        let exchanged = scene.back_end.exchanges(&called.access_token(), LAND, &[]).await.access_token();
        world.operator().disables("tax-office").await;
        assert!(!live(&exchanged).await, "the client that the citizen dealt with may do nothing any more");
        world.operator().changes("tax-office", |client| client.status = senid::domain::client::ClientStatus::Active).await;
        assert!(live(&exchanged).await);
        world.operator().locks(&AN).await;
        assert!(!live(&exchanged).await, "locked");
    }

    async fn whoever_acted_before_stays_in_the_token_and_the_chain_has_an_end(world: World) {
        let scene = Scene::set(&world).await;
        let operator = world.operator();
        // The land register's back end calls the health service, and that one calls back, and so on.
        let land_office = world.portal("land-office");
        operator.changes("land-office", registered_for(HEALTH, HEALTH_SCOPE)).await;
        operator.allows_exchange("land-office", "customs", HEALTH, "health.read").await.unwrap();
        operator.allows_exchange("customs", "land-office", LAND, LAND_SCOPE).await.unwrap();
        let (_, called) = scene.call(&world).await;
        let mut token = scene.back_end.exchanges(&called.access_token(), LAND, &[]).await;
        for next in [&land_office, &scene.back_end, &land_office] {
            let resource = if next.id() == "customs" { LAND } else { HEALTH };
            token = next.exchanges(&token.access_token(), resource, &[]).await;
            assert_eq!(token.status, 200, "{}", token.body);
        }
        let acting = |sub: &str, act: Value| json!({ "sub": sub, "act": act });
        let chain = acting("land-office", acting("customs", acting("land-office", json!({ "sub": "customs" }))));
        assert_eq!(claims(&world, &token).await["act"], chain);
        let fifth = scene.back_end.exchanges(&token.access_token(), LAND, &[]).await;
        let told = "subject_token was exchanged too often already";
        assert_eq!(fifth.refusal(), ("invalid_request".to_owned(), told.to_owned()));
        // Whoever of them may do nothing any more takes it along.
        operator.disables("customs").await;
        let told = world.portal("land-office").introspection(&token.access_token()).await;
        assert_eq!(told, json!({ "active": false }));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_request_is_said_exactly() {
    let world = World::embedded().await;
    let scene = Scene::set(&world).await;
    let (_, called) = scene.call(&world).await;
    let token = called.access_token();
    let (issuer, id_token, refresh) = (world.issuer.clone(), called.id_token(), called.refresh_token());
    let jwt = "urn:ietf:params:oauth:token-type:jwt";
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);
    let cases: &[Case<'_>] = &[
        (&[("subject_token", "")], "invalid_request", "subject_token is missing"),
        (&[("subject_token_type", "")], "invalid_request", "subject_token_type is missing"),
        (
            &[("subject_token_type", jwt)],
            "invalid_request",
            "subject_token_type must be urn:ietf:params:oauth:token-type:access_token",
        ),
        (
            &[("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token")],
            "invalid_request",
            "requested_token_type must be urn:ietf:params:oauth:token-type:access_token",
        ),
        (&[("actor_token_type", ACCESS_TOKEN)], "invalid_request", "actor_token_type without actor_token"),
        (&[("actor_token", &token)], "invalid_request", "actor_token_type is missing"),
        (
            &[("actor_token", &token), ("actor_token_type", ACCESS_TOKEN)],
            "invalid_request",
            "actor_token must be one that this client was given for itself",
        ),
        // What says who signed in, and what outlives the session, is nothing to act with.
        (&[("subject_token", &id_token)], "invalid_request", "subject_token is not an access token of this issuer"),
        (&[("subject_token", &refresh)], "invalid_request", "subject_token is not an access token of this issuer"),
        (&[("subject_token", "senid_at_x")], "invalid_request", "subject_token is not an access token of this issuer"),
        (&[("resource", "")], "invalid_target", "resource is missing: the one that the new token is for"),
        (
            &[("resource", "land")],
            "invalid_target",
            "resource: a resource is an absolute URI without a fragment, of at most 512 characters",
        ),
        (
            &[("resource", &issuer)],
            "invalid_target",
            &format!("this client may not exchange tokens of tax-office for the resource {issuer}"),
        ),
        (
            &[("resource", HEALTH)],
            "invalid_target",
            &format!("this client may not exchange tokens of tax-office for the resource {HEALTH}"),
        ),
        (&[("audience", HEALTH)], "invalid_target", "a token is exchanged for one resource at a time"),
        (&[("scope", "health.read")], "invalid_scope", "the scope health.read was not granted"),
        (&[("scope", "openid")], "invalid_scope", "the scope openid was not granted"),
        (&[("scope", "land.write")], "invalid_scope", "the scope land.write was not granted"),
    ];
    for (more, error, told) in cases {
        let answer = scene.back_end.exchanges(&token, LAND, more).await;
        assert_eq!(answer.refusal(), ((*error).to_owned(), (*told).to_owned()), "{more:?}");
        assert_eq!(answer.status, 400);
    }
    // The same resource by the name that RFC 8693 has for it, and by both.
    for more in [&[("resource", ""), ("audience", LAND)][..], &[("audience", LAND)], &[("scope", "land.read")]] {
        assert_eq!(scene.back_end.exchanges(&token, LAND, more).await.status, 200, "{more:?}");
    }
    // With a token of its own beside, which names nobody else.
    world.operator().changes("customs", for_itself).await;
    let own = scene.back_end.token(&[("grant_type", "client_credentials")]).await;
    let more = [("actor_token", &*own.access_token()), ("actor_token_type", ACCESS_TOKEN)];
    let answer = scene.back_end.exchanges(&token, LAND, &more).await;
    assert_eq!(claims(&world, &answer).await["act"], json!({ "sub": "customs" }));
    // A token about nobody cannot be exchanged for anything.
    world.operator().allows_exchange("customs", "customs", LAND, LAND_SCOPE).await.unwrap();
    let answer = scene.back_end.exchanges(&own.access_token(), LAND, &[]).await;
    let told = "subject_token is about nobody: no citizen granted anything that could be exchanged";
    assert_eq!(answer.refusal(), ("invalid_request".to_owned(), told.to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_says_who_may_and_takes_it_back() {
    use senid::flows::admin::AdminError;
    use senid::flows::admin::change_status::Change;
    let world = World::embedded().await;
    let scene = Scene::set(&world).await;
    let operator = world.operator();
    assert_eq!(operator.allows_exchange("customs", "tax-office", LAND, LAND_SCOPE).await.unwrap(), Change::NothingToDo);
    for (client, from, resource, scope) in [
        ("nobody", "tax-office", LAND, LAND_SCOPE),
        ("customs", "nobody", LAND, LAND_SCOPE),
        ("tax-app", "tax-office", LAND, LAND_SCOPE),
        ("customs", "tax-office", "https://nowhere.example/", LAND_SCOPE),
        ("customs", "tax-office", LAND, ""),
        ("customs", "tax-office", LAND, "health.read"),
        ("library", "tax-office", LAND, LAND_SCOPE),
    ] {
        let refused = operator.allows_exchange(client, from, resource, scope).await;
        assert!(matches!(refused, Err(AdminError::Invalid(_) | AdminError::NotFound(_))), "{client} {from} {resource}");
    }
    let (_, called) = scene.call(&world).await;
    assert_eq!(scene.back_end.exchanges(&called.access_token(), LAND, &[]).await.status, 200);
    assert_eq!(operator.takes_back_exchange("customs", "tax-office", LAND).await, Change::Done);
    assert_eq!(operator.takes_back_exchange("customs", "tax-office", LAND).await, Change::NothingToDo);
    let answer = scene.back_end.exchanges(&called.access_token(), LAND, &[]).await;
    assert_eq!(answer.refused(400), "unauthorized_client");
    let kinds: Vec<_> = operator.events_of_client("customs").await.iter().filter_map(|event| event.kind).collect();
    for kind in ["exchange.allowed", "exchange.removed"] {
        assert!(kinds.iter().any(|own| own.as_str() == kind), "{kind}");
    }
    // Nobody may who was not told so.
    let form = [("grant_type", TOKEN_EXCHANGE), ("subject_token", "x")];
    assert_eq!(scene.portal.token(&form).await.refused(400), "unauthorized_client");
}
