//! Exchanges that would give somebody more than a citizen and an operator meant: RFC 8693 §5, GHSA of several servers.

use senid::domain::client::GrantType;

use crate::support::World;
use crate::support::world::dpop::DpopKey;
use crate::support::world::exchange::{ACCESS_TOKEN, TOKEN_EXCHANGE};
use crate::support::world::resources::{HEALTH, HEALTH_SCOPE, LAND, LAND_SCOPE, health, land, registered_for};
use crate::support::world::{AN, Portal, TokenAnswer, proof};

async fn world() -> World {
    let world = World::embedded().await;
    let operator = world.operator();
    operator.opens(&health("customs")).await;
    operator.opens(&land("land-office")).await;
    for client in ["tax-office", "library"] {
        operator.changes(client, registered_for(HEALTH, HEALTH_SCOPE)).await;
        operator.changes(client, registered_for(LAND, LAND_SCOPE)).await;
    }
    for client in ["customs", "archive"] {
        operator.changes(client, registered_for(LAND, LAND_SCOPE)).await;
        operator.allows_exchange(client, "tax-office", LAND, LAND_SCOPE).await.unwrap();
    }
    world
}

/// A token of the portal's for `resource`, with these scopes granted.
async fn token(world: &World, portal: &Portal, scope: &str, resource: &str) -> TokenAnswer {
    let started = portal.start().with("scope", scope).with("resource", resource);
    let mut browser = world.browser();
    let page = browser.open(&started.url()).await;
    let code = AN.goes_through(&mut browser, page).await.code();
    let tokens = portal.exchange(&started, &code).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    tokens
}

const NOT_YOURS: &str = "subject_token was issued neither to this client nor for a resource it serves";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_for_somebody_else_is_worth_nothing() {
    let world = world().await;
    let (portal, archive) = (world.portal("tax-office"), world.portal("archive"));
    let stolen = token(&world, &portal, "openid health.read", HEALTH).await.access_token();
    // It has a rule for that portal's tokens, and no token of it is for this client.
    let answer = archive.exchanges(&stolen, LAND, &[]).await;
    assert_eq!(answer.refusal(), ("invalid_request".to_owned(), NOT_YOURS.to_owned()));
    // Nor does asking about a resource give it more than the resource's own tokens.
    world
        .operator()
        .changes_resource(LAND, |server| server.introspected_by = ["archive".parse().unwrap()].into())
        .await;
    assert_eq!(archive.exchanges(&stolen, LAND, &[]).await.refusal().1, NOT_YOURS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_back_end_may_exchange_the_tokens_of_named_portals_alone() {
    let world = world().await;
    let (library, customs) = (world.portal("library"), world.portal("customs"));
    let called = token(&world, &library, "openid health.read", HEALTH).await;
    let answer = customs.exchanges(&called.access_token(), LAND, &[]).await;
    let told = "this client may not exchange tokens of the client that subject_token was issued to";
    assert_eq!(answer.refusal(), ("invalid_request".to_owned(), told.to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exchange_never_widens_what_the_citizen_granted() {
    let world = world().await;
    let (portal, customs) = (world.portal("tax-office"), world.portal("customs"));
    // The citizen allowed nothing of the land register.
    let called = token(&world, &portal, "openid health.read", HEALTH).await;
    for (more, error) in [(&[][..], "invalid_target"), (&[("scope", "land.read")], "invalid_scope")] {
        assert_eq!(customs.exchanges(&called.access_token(), LAND, more).await.refused(400), error);
    }
    // What either of the two clients has lost since is gone, too.
    for loser in ["tax-office", "customs"] {
        let world = self::world().await;
        let (portal, customs) = (world.portal("tax-office"), world.portal("customs"));
        let started = portal.start().with("scope", "openid health.read land.read");
        let started = started.and("resource", HEALTH).and("resource", LAND);
        let mut browser = world.browser();
        let page = browser.open(&started.url()).await;
        let code = AN.goes_through(&mut browser, page).await.code();
        let mut form = portal.code_form(&started, &code);
        form.push(("resource", HEALTH));
        let called = portal.token(&form).await;
        assert_eq!(customs.exchanges(&called.access_token(), LAND, &[]).await.status, 200, "{loser}");
        let lose = |client: &mut senid::domain::client::Client| {
            client.scopes = client.scopes.difference(&LAND_SCOPE.parse().unwrap());
        };
        world.operator().changes(loser, lose).await;
        assert_eq!(customs.exchanges(&called.access_token(), LAND, &[]).await.refused(400), "invalid_target");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_for_the_resource_gives_no_more_than_it_carries_itself() {
    let world = world().await;
    let (portal, customs) = (world.portal("tax-office"), world.portal("customs"));
    world.operator().changes("customs", registered_for(HEALTH, HEALTH_SCOPE)).await;
    world.operator().allows_exchange("customs", "tax-office", HEALTH, HEALTH_SCOPE).await.unwrap();
    // The citizen granted both, and the portal took less of it along.
    let whole = token(&world, &portal, "openid offline_access health.read health.write", HEALTH).await;
    let narrow = portal.refresh_for(&whole.refresh_token(), "health.read").await;
    assert_eq!((narrow.status.as_u16(), narrow.scope().as_str()), (200, "health.read"), "{}", narrow.body);
    for format in [None, Some("health.read")] {
        let more = format.map(|scope| ("scope", scope));
        let answer = customs.exchanges(&narrow.access_token(), HEALTH, more.as_slice()).await;
        assert_eq!((answer.status.as_u16(), answer.scope().as_str()), (200, "health.read"), "{}", answer.body);
    }
    for scope in ["health.write", "health.read health.write"] {
        let answer = customs.exchanges(&narrow.access_token(), HEALTH, &[("scope", scope)]).await;
        let told = "subject_token, which is for this resource, does not carry the scope health.write";
        assert_eq!(answer.refusal(), ("invalid_scope".to_owned(), told.to_owned()));
    }
    let answer = customs.exchanges(&whole.access_token(), HEALTH, &[]).await;
    assert_eq!(answer.scope(), "health.read health.write");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_cannot_prove_itself_exchanges_nothing_whatever_it_is_registered_for() {
    let world = world().await;
    let portal = world.portal("tax-office");
    let called = token(&world, &portal, "openid health.read", HEALTH).await;
    world
        .operator()
        .changes("tax-app", |client| {
            client.grant_types.insert(GrantType::TokenExchange);
        })
        .await;
    let answer = world.portal("tax-app").exchanges(&called.access_token(), LAND, &[]).await;
    assert_eq!(answer.refused(400), "unauthorized_client");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_bound_to_a_key_is_exchanged_by_whom_it_was_shown_to_or_with_the_key() {
    let world = world().await;
    let (portal, customs) = (world.portal("tax-office"), world.portal("customs"));
    let (key, other) = (DpopKey::new("the portal's"), DpopKey::new("somebody else's"));
    let started = portal.start().with("scope", "openid health.read land.read");
    let started = started.and("resource", HEALTH).and("resource", LAND);
    let mut browser = world.browser();
    let page = browser.open(&started.url()).await;
    let code = AN.goes_through(&mut browser, page).await.code();
    let mut form = portal.code_form(&started, &code);
    form.push(("resource", HEALTH));
    let bound = portal.token_by(&key, &form).await;
    assert_eq!((bound.status.as_u16(), &bound.json()["token_type"]), (200, &"DPoP".into()), "{}", bound.body);
    let bound = bound.access_token();

    // The health service was shown the proof when it was called, and has none; its own token is bound to its own key.
    let answer = customs.exchanges(&bound, LAND, &[]).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["token_type"]), (200, &"Bearer".into()), "{}", answer.body);
    assert_eq!(proof::claims(&world.issuer, &answer.access_token()).await.get("cnf"), None);
    let form = [
        ("grant_type", TOKEN_EXCHANGE),
        ("subject_token", &*bound),
        ("subject_token_type", ACCESS_TOKEN),
        ("resource", LAND),
    ];
    let answer = customs.token_by(&other, &form).await;
    assert_eq!(answer.json()["token_type"], "DPoP", "{}", answer.body);
    assert_eq!(proof::claims(&world.issuer, &answer.access_token()).await["cnf"]["jkt"], other.jkt());

    // Whoever it was issued to holds the key, or has lost the token to somebody who does not.
    world.operator().allows_exchange("tax-office", "tax-office", LAND, LAND_SCOPE).await.unwrap();
    let told = "subject_token is bound to a key that the request does not prove";
    for refused in [portal.token(&form).await, portal.token_by(&other, &form).await] {
        assert_eq!(refused.refusal(), ("invalid_request".to_owned(), told.to_owned()));
    }
    assert_eq!(portal.token_by(&key, &form).await.status, 200);
}
