//! Resource indicators: RFC 8707. What a token is for, and what it is good for there.

use senid::domain::stage::Stage;
use serde_json::{Value, json};

use crate::support::World;
use crate::support::world::resources::{
    HEALTH, HEALTH_SCOPE, LAND, LAND_SCOPE, for_itself, health, land, registered_for,
};
use crate::support::world::{AN, Portal, Started, TokenAnswer, on_every_backend, proof};

/// Two resource servers, and a portal that may ask for tokens for both.
async fn portal(world: &World) -> Portal {
    let operator = world.operator();
    operator.opens(&health("customs")).await;
    operator.opens(&land("land-office")).await;
    operator.changes("tax-office", registered_for(HEALTH, HEALTH_SCOPE)).await;
    operator.changes("tax-office", registered_for(LAND, LAND_SCOPE)).await;
    world.portal("tax-office")
}

/// The answer to the code of that request, when the citizen has allowed everything.
async fn answered(world: &World, portal: &Portal, started: &Started, form: &[(&str, &str)]) -> TokenAnswer {
    let mut browser = world.browser();
    let page = browser.open(&started.url()).await;
    let code = AN.goes_through(&mut browser, page).await.code();
    let whole: Vec<_> = portal.code_form(started, &code).into_iter().chain(form.iter().copied()).collect();
    portal.token(&whole).await
}

async fn claims(world: &World, tokens: &TokenAnswer) -> (Value, Value) {
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    let claims = proof::claims(&world.issuer, &tokens.access_token()).await;
    assert_eq!(tokens.scope(), claims["scope"].as_str().unwrap_or_default());
    (claims["aud"].clone(), claims["scope"].clone())
}

/// An audience, whatever its order: where none is asked for there is none.
fn sorted(audience: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = audience.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    names.sort_unstable();
    names
}

on_every_backend! {
    async fn a_token_is_for_whomever_its_scopes_belong_to(world: World) {
        let portal = portal(&world).await;
        let started = portal.start().with("scope", "openid profile health.read");
        let tokens = answered(&world, &portal, &started, &[]).await;
        let (audience, scope) = claims(&world, &tokens).await;
        assert_eq!(sorted(&audience), sorted(&json!([HEALTH, world.issuer])));
        assert_eq!(scope, "health.read openid profile");
        assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 200);
        // Who names no scope of a resource server has a token for this one alone, as ever.
        let started = portal.start().with("scope", "openid profile");
        let tokens = answered(&world, &portal, &started, &[]).await;
        assert_eq!(claims(&world, &tokens).await, (json!(world.issuer), json!("openid profile")));
    }

    async fn a_token_for_a_resource_carries_its_scopes_alone_and_is_refused_at_userinfo(world: World) {
        let portal = portal(&world).await;
        let started = portal.start().with("scope", "openid profile health.read").with("resource", HEALTH);
        let tokens = answered(&world, &portal, &started, &[]).await;
        assert_eq!(claims(&world, &tokens).await, (json!(HEALTH), json!("health.read")));
        let reply = portal.userinfo(&tokens.access_token()).await;
        assert_eq!(reply.status, 401);
        assert!(reply.header("www-authenticate").contains("for another audience"), "{:?}", reply.headers);
        // The person is told of by the ID token all the same.
        assert_eq!(portal.id_token(&tokens).await["aud"], "tax-office");
    }

    async fn each_token_request_may_narrow_and_none_widens(world: World) {
        let portal = portal(&world).await;
        let scope = "openid profile offline_access health.read land.read";
        let started = portal.start().with("scope", scope).and("resource", HEALTH).and("resource", LAND);
        let tokens = answered(&world, &portal, &started, &[("resource", LAND)]).await;
        assert_eq!(claims(&world, &tokens).await, (json!(LAND), json!("land.read")));
        // The grant keeps the whole, and each refresh takes from the whole.
        let form = |named: &'static [&'static str], refresh: &str| {
            let mut form = vec![("grant_type", "refresh_token".to_owned()), ("refresh_token", refresh.to_owned())];
            form.extend(named.iter().map(|&id| ("resource", id.to_owned())));
            form
        };
        let mut refresh = tokens.refresh_token();
        for (named, audience, scope) in [
            (&[HEALTH][..], json!(HEALTH), "health.read"),
            (&[LAND, HEALTH], json!([LAND, HEALTH]), "health.read land.read"),
            (&[], json!([HEALTH, LAND]), "health.read land.read"),
        ] {
            let form = form(named, &refresh);
            let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let tokens = portal.token(&form).await;
            assert_eq!(claims(&world, &tokens).await, (audience, json!(scope)), "{named:?}");
            refresh = tokens.refresh_token();
        }
        // The issuer was not asked for, nor was anything of another.
        let issuer = world.issuer.clone();
        for resource in [issuer.as_str(), "https://another.example/"] {
            let form = [("grant_type", "refresh_token"), ("refresh_token", &refresh), ("resource", resource)];
            assert_eq!(portal.token(&form).await.refused(400), "invalid_target");
        }
        // With a scope of one resource there is nothing of the other.
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.as_str()),
            ("scope", "openid land.read"),
            ("resource", HEALTH),
        ];
        assert_eq!(portal.token(&form).await.refused(400), "invalid_target");
        // None of this has spent the refresh token.
        assert_eq!(portal.refresh(&refresh).await.status, 200);
    }

    async fn what_is_taken_away_is_gone_at_the_next_refresh(world: World) {
        let portal = portal(&world).await;
        let started = portal.start().with("scope", "openid offline_access health.read land.read");
        let tokens = answered(&world, &portal, &started, &[]).await;
        let all = json!([HEALTH, LAND, world.issuer]);
        let (audience, _) = claims(&world, &tokens).await;
        assert_eq!(sorted(&audience), sorted(&all));
        let operator = world.operator();
        operator.changes_resource(HEALTH, |server| server.status = senid::domain::resource::ResourceStatus::Disabled).await;
        let tokens = portal.refresh(&tokens.refresh_token()).await;
        let (audience, scope) = claims(&world, &tokens).await;
        assert_eq!(sorted(&audience), sorted(&json!([LAND, world.issuer])));
        assert_eq!(scope, "land.read offline_access openid");
        operator.changes("tax-office", |client| client.resources.clear()).await;
        let tokens = portal.refresh(&tokens.refresh_token()).await;
        assert_eq!(claims(&world, &tokens).await, (json!(world.issuer), json!("offline_access openid")));
        let form = [("grant_type", "refresh_token"), ("refresh_token", &tokens.refresh_token()), ("resource", LAND)];
        assert_eq!(portal.token(&form).await.refused(400), "invalid_target");
        // A grant that was for nothing else has nothing left.
        operator.changes("tax-office", registered_for(LAND, LAND_SCOPE)).await;
        let started = portal.start().with("scope", "openid offline_access land.read").with("resource", LAND);
        let tokens = answered(&world, &portal, &started, &[]).await;
        operator.changes("tax-office", |client| client.resources.clear()).await;
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.refused(400), "invalid_target");
    }

    async fn a_client_asks_for_itself_at_resources(world: World) {
        let portal = portal(&world).await;
        world.operator().changes("tax-office", for_itself).await;
        let asked = async |more: &[(&str, &str)]| {
            let form: Vec<_> = [("grant_type", "client_credentials")].into_iter().chain(more.iter().copied()).collect();
            portal.token(&form).await
        };
        let tokens = asked(&[]).await;
        let whole = json!([HEALTH, LAND]);
        assert_eq!(claims(&world, &tokens).await, (whole, json!("health.read health.write land.read")));
        let tokens = asked(&[("resource", LAND)]).await;
        assert_eq!(claims(&world, &tokens).await, (json!(LAND), json!("land.read")));
        let tokens = asked(&[("scope", "health.read")]).await;
        assert_eq!(claims(&world, &tokens).await, (json!(HEALTH), json!("health.read")));
        assert_eq!(asked(&[("scope", "health.read"), ("resource", LAND)]).await.refused(400), "invalid_scope");
        assert_eq!(asked(&[("resource", "https://another.example/")]).await.refused(400), "invalid_target");
        assert_eq!(asked(&[("resource", "nowhere")]).await.refused(400), "invalid_target");
        assert_eq!(asked(&[("scope", "openid")]).await.refused(400), "invalid_scope");
    }
}

#[tokio::test]
async fn a_resource_that_the_client_may_not_have_is_refused_by_name() {
    let world = World::embedded().await;
    let portal = portal(&world).await;
    let scope = "openid health.read";
    for (started, error, told) in [
        (portal.start().with("resource", "https://another.example/"), "invalid_target", "another.example"),
        (
            portal.start().with("scope", scope).with("resource", "https://health.example/api#a"),
            "invalid_target",
            "fragment",
        ),
        (portal.start().with("scope", scope).with("resource", LAND), "invalid_scope", "health.read"),
        (portal.start().with("scope", "openid").with("resource", LAND), "invalid_target", LAND),
        (portal.start().with("scope", "openid land.write"), "", ""),
    ] {
        let page = world.browser().open(&started.url()).await;
        if error.is_empty() {
            // What nobody defines is ignored.
            assert!(page.has("#username"), "{}", page.text());
            continue;
        }
        let (code, description) = page.refusal();
        assert_eq!(code, error, "{description}");
        assert!(description.contains(told), "{description}");
    }
    // Another client is not registered for them.
    let library = world.portal("library");
    let page = world.browser().open(&library.start().with("scope", "openid health.read").url()).await;
    assert_eq!(page.refusal().0, "invalid_scope");
    let page = world.browser().open(&library.start().with("resource", HEALTH).url()).await;
    assert_eq!(page.refusal().0, "invalid_target");
    // Of a server that is disabled nothing is asked for, and people sign in all the same.
    world
        .operator()
        .changes_resource(LAND, |land| land.status = senid::domain::resource::ResourceStatus::Disabled)
        .await;
    let started = portal.start().with("scope", "openid land.read");
    let tokens = answered(&world, &portal, &started, &[]).await;
    assert_eq!(claims(&world, &tokens).await, (json!(world.issuer), json!("openid")));
    let page = world.browser().open(&started.with("resource", LAND).url()).await;
    assert_eq!(page.refusal().0, "invalid_target");
}

#[tokio::test]
async fn a_pushed_request_names_several_resources() {
    let world = World::embedded().await;
    let portal = portal(&world).await;
    let started =
        portal.start().with("scope", "openid health.read land.read").and("resource", HEALTH).and("resource", LAND);
    let pushed = portal.pushed(&started).await;
    let mut browser = world.browser();
    let page = browser.open(&pushed.url()).await;
    let code = AN.goes_through(&mut browser, page).await.code();
    let tokens = portal.exchange(&started, &code).await;
    assert_eq!(claims(&world, &tokens).await.0, json!([HEALTH, LAND]));
    let refused = portal.push(&portal.start().with("resource", "https://another.example/")).await;
    assert_eq!(refused.json()["error"], "invalid_target");
}

#[tokio::test]
async fn people_read_what_the_portal_may_do_where() {
    let world = World::embedded().await;
    let portal = portal(&world).await;
    world
        .operator()
        .changes_resource(HEALTH, |health| {
            let text = |vi: &str, en: &str| {
                [("vi", vi), ("en", en)].map(|(tag, text)| (tag.to_owned(), text.to_owned())).into()
            };
            health.name = senid::domain::client::Localised(text("Hồ sơ sức khỏe", "Health records"));
            let terms = health.scopes.get_mut(&"health.read".parse().unwrap()).unwrap();
            terms.description = senid::domain::client::Localised(text("Xem sổ tiêm chủng", "Read your vaccinations"));
        })
        .await;
    let started = portal.start().with("scope", "openid profile health.read health.write");
    let mut browser = world.browser().speaking("vi");
    let page = browser.open(&started.url()).await;
    let page = AN.signs_in(&mut browser, &page).await;
    assert_eq!(
        page.words(".service h2, .service li"),
        "Tại Hồ sơ sức khỏe, cổng được phép: Xem sổ tiêm chủng health.write"
    );
    AN.allows(&mut browser, &page).await;
    let page = browser.open("/account/portals").await;
    assert!(page.text().contains("Được phép tại Hồ sơ sức khỏeXem sổ tiêm chủng; health.write"), "{}", page.text());
    // What was not allowed is asked about, however much else was.
    let page = browser.open(&portal.start().with("scope", "openid health.read land.read").url()).await;
    assert!(page.has("#allow"), "{}", page.text());
}

#[tokio::test]
async fn what_a_client_that_is_tried_out_asks_for_itself_says_so_to_the_resource_server() {
    let world = World::embedded().await;
    let portal = portal(&world).await;
    world.operator().changes("tax-office", for_itself).await;
    let customs = world.portal("customs");
    let marks = async || {
        let tokens = portal.token(&[("grant_type", "client_credentials"), ("resource", HEALTH)]).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        let answer: Value = serde_json::from_str(&tokens.body).unwrap();
        let claims = proof::claims(&world.issuer, &tokens.access_token()).await;
        let told = customs.introspection(&tokens.access_token()).await;
        [answer, claims, told].map(|document| document["sandbox"].clone())
    };
    assert_eq!(marks().await, [Value::Null, Value::Null, Value::Null]);
    world.operator().changes("tax-office", |client| client.stage = Stage::Sandbox).await;
    assert_eq!(marks().await, [json!(true), json!(true), json!(true)]);
}
