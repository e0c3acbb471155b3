//! What is demanded by class of data.

use senid::config::Settings;
use senid::domain::policies::Policies;
use senid::domain::resource::ResourceServer;

use crate::support::World;
use crate::support::world::resources::{LAND, registered_for, server};
use crate::support::world::{AN, on_every_backend};

/// Who asks for national identifiers is under a policy that is enough for it.
pub fn demanding_fapi(settings: &mut Settings) {
    settings.policies = Policies::default();
}

on_every_backend! {
    async fn what_is_sensitive_is_withheld_from_clients_whose_policy_is_not_enough(world: World) {
        // The world demands nothing: this portal was told identifiers before there was a demand.
        let portal = world.portal("tax-office");
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        assert_eq!(portal.claims(&tokens.access_token()).await["national_id"], AN.identifier);
        let backend = world.stop().await;

        let world = World::start(backend, demanding_fapi).await;
        let portal = world.portal("tax-office");
        let asked = portal.start().with("scope", "openid national_id");
        let (error, sentence) = world.browser().open(&asked.url()).await.refusal();
        let expected = "the scope national_id is sensitive and demands the policy fapi2 (policies.sensitive); the policy \
                        baseline of this client leaves out response_type_code, confidential_client,";
        assert_eq!(error, "invalid_scope");
        assert!(sentence.starts_with(expected), "{sentence}");

        // It goes on signing people in, without the identifier, however it asks for it.
        let claims = r#"{"userinfo":{"national_id":{"essential":true}}}"#;
        let started = portal.start().with("scope", "openid profile offline_access").with("claims", claims);
        let mut browser = world.browser();
        let page = browser.open(&started.url()).await;
        let page = AN.goes_through(&mut browser, page).await;
        let fresh = portal.exchange(&started, &page.code()).await;
        let told = portal.claims(&fresh.access_token()).await;
        assert_eq!((told.get("national_id"), told["name"].as_str()), (None, Some(AN.name)));

        // What was granted before is told no more, either.
        let refreshed = portal.refresh(&tokens.refresh_token()).await;
        assert!(!refreshed.scope().contains("national_id"), "{}", refreshed.scope());
        assert_eq!(portal.claims(&refreshed.access_token()).await.get("national_id"), None);
    }
}

#[tokio::test]
async fn a_scope_that_a_resource_server_marks_is_as_sensitive() {
    let world = World::embedded_with(demanding_fapi).await;
    let operator = world.operator();
    operator.opens(&server(LAND, "land.read land.search")).await;
    operator.changes("land-office", registered_for(LAND, "land.read land.search")).await;
    let portal = world.portal("land-office");
    let open = async |scope: &str| world.browser().open(&portal.start().with("scope", scope).url()).await;
    assert!(open("openid land.read").await.has("form"));
    let mark = |server: &mut ResourceServer| {
        server.scopes.get_mut(&"land.read".parse().unwrap()).unwrap().sensitive = true;
    };
    operator.changes_resource(LAND, mark).await;
    assert!(open("openid land.search").await.has("form"));
    let refused = open("openid land.read").await.refusal();
    assert_eq!(refused.0, "invalid_scope");
    assert!(refused.1.starts_with("the scope land.read is sensitive"), "{refused:?}");
}
