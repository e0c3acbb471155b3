//! A code is good once: RFC 6749 §4.1.2.

use std::time::Duration;

use serde_json::json;

use super::relying_party::{RelyingParty, VARIANTS, Variant, modules};
use crate::support::World;
use crate::support::world::web;

modules! {
    async fn oidcc_codereuse(world: World) {
        for variant in VARIANTS.into_iter().filter(|variant| variant.issues("code")) {
            a_code_is_reused(world, variant, Duration::ZERO).await;
        }
    }

    async fn oidcc_codereuse_30seconds(world: World) {
        a_code_is_reused(world, Variant::CODE, Duration::from_secs(30)).await;
    }
}

async fn a_code_is_reused(world: &World, variant: Variant, later: Duration) {
    let party = RelyingParty::register(world, variant).await;
    let outcome = party.flow().await;
    world.wait(later);
    let again = party.exchange(outcome.code()).await;
    assert_eq!((again.status.as_u16(), &again.json()["error"]), (400, &json!("invalid_grant")));
    // Whoever has its tokens should not: all of them die, the one from the front channel too.
    let front = outcome.answer.get("access_token").map(String::as_str);
    for token in [Some(outcome.token("access_token")), front].into_iter().flatten() {
        let refused = web::get(&world.at("/userinfo"), &[("authorization", &format!("Bearer {token}"))]).await;
        assert_eq!(refused.status, 401, "{}", refused.body);
        assert!(refused.header("www-authenticate").contains("invalid_token"));
    }
}
