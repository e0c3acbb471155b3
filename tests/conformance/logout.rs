//! Signing out: RP-Initiated Logout 1.0. (Back-channel, front-channel and session management are in `single_logout`.)

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::relying_party::{BASE, Outcome, RelyingParty, Variant, modules};
use crate::support::World;
use crate::support::world::web::encode;
use crate::support::world::{Browser, Page};

modules! {
    async fn oidcc_rp_initiated_logout(world: World) {
        let (party, mut browser, outcome) = signed_in(world).await;
        let hint = outcome.token("id_token");
        let page = party_logs_out(world, &mut browser, &[("id_token_hint", hint), ("post_logout_redirect_uri", &after()), ("state", "st&te")]).await;
        assert_eq!(page.url.as_str(), format!("{}?state=st%26te", after()));
        is_signed_out(&party, &mut browser).await;
    }

    async fn oidcc_rp_initiated_logout_no_state(world: World) {
        let (party, mut browser, outcome) = signed_in(world).await;
        let hint = outcome.token("id_token");
        let page = party_logs_out(world, &mut browser, &[("id_token_hint", hint), ("post_logout_redirect_uri", &after())]).await;
        assert_eq!(page.url.as_str(), after());
        is_signed_out(&party, &mut browser).await;
    }

    async fn oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(world: World) {
        let (_, mut browser, outcome) = signed_in(world).await;
        let other = format!("{BASE}/random");
        is_never_a_redirect(world, &mut browser, &[("id_token_hint", outcome.token("id_token")), ("post_logout_redirect_uri", &other)]).await;
    }

    async fn oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri(world: World) {
        let (_, mut browser, outcome) = signed_in(world).await;
        let added = format!("{}?foo=bar", after());
        is_never_a_redirect(world, &mut browser, &[("id_token_hint", outcome.token("id_token")), ("post_logout_redirect_uri", &added)]).await;
    }

    async fn oidcc_rp_initiated_logout_modified_id_token_hint(world: World) {
        let (_, mut browser, outcome) = signed_in(world).await;
        let payload = outcome.token("id_token").split('.').nth(1).unwrap();
        let unsigned = format!("{}.{payload}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#));
        is_never_a_redirect(world, &mut browser, &[("id_token_hint", &unsigned), ("post_logout_redirect_uri", &after())]).await;
    }

    async fn oidcc_rp_initiated_logout_bad_id_token_hint(world: World) {
        let (_, mut browser, outcome) = signed_in(world).await;
        // Somebody else's signature over the same header and claims.
        let token = outcome.token("id_token");
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let other = URL_SAFE_NO_PAD.encode(URL_SAFE_NO_PAD.decode(signature).unwrap().iter().map(|byte| !byte).collect::<Vec<_>>());
        is_never_a_redirect(world, &mut browser, &[("id_token_hint", &format!("{signed}.{other}")), ("post_logout_redirect_uri", &after())]).await;
    }

    async fn oidcc_rp_initiated_logout_no_id_token_hint(world: World) {
        let (_, mut browser, _) = signed_in(world).await;
        is_never_a_redirect(world, &mut browser, &[("post_logout_redirect_uri", &after()), ("state", "s")]).await;
    }

    async fn oidcc_rp_initiated_logout_no_params(world: World) {
        logs_out_and_says_so(world, &[]).await;
    }

    async fn oidcc_rp_initiated_logout_only_state(world: World) {
        logs_out_and_says_so(world, &[("state", "s")]).await;
    }

    async fn oidcc_rp_initiated_logout_no_post_logout_redirect_uri(world: World) {
        let (party, mut browser, outcome) = signed_in(world).await;
        let page = party_logs_out(world, &mut browser, &[("id_token_hint", outcome.token("id_token")), ("state", "s")]).await;
        assert_eq!(page.heading(), "You are signed out");
        is_signed_out(&party, &mut browser).await;
    }
}

fn after() -> String {
    format!("{BASE}/post_logout_redirect")
}

async fn signed_in(world: &World) -> (RelyingParty<'_>, Browser, Outcome) {
    let party =
        RelyingParty::register_with(world, Variant::CODE, json!({ "post_logout_redirect_uris": [after()] })).await;
    let mut browser = world.browser();
    let outcome = party.flow_of(&mut browser, &party.request()).await;
    (party, browser, outcome)
}

/// Goes to the end-session endpoint and confirms where that is asked.
async fn party_logs_out(world: &World, browser: &mut Browser, parameters: &[(&str, &str)]) -> Page {
    let page = browser.open(&format!("{}?{}", world.at("/logout"), encode(parameters))).await;
    match page.has("#logout-confirm") {
        true => browser.press(&page, "logout-confirm", &[]).await,
        false => page,
    }
}

async fn logs_out_and_says_so(world: &World, parameters: &[(&str, &str)]) {
    let (party, mut browser, _) = signed_in(world).await;
    let asked = browser.open(&format!("{}?{}", world.at("/logout"), encode(parameters))).await;
    // Nothing proves that the person wants it: they are asked.
    let page = browser.press(&asked, "logout-confirm", &[]).await;
    assert_eq!(page.heading(), "You are signed out");
    is_signed_out(&party, &mut browser).await;
}

async fn is_never_a_redirect(world: &World, browser: &mut Browser, parameters: &[(&str, &str)]) {
    let page = browser.open(&format!("{}?{}", world.at("/logout"), encode(parameters))).await;
    assert!([200, 400].contains(&page.status.as_u16()), "{} {}", page.status, page.url);
    assert!(page.reply.header("location").is_empty());
    assert!(!page.heading().is_empty());
}

/// Afterwards nobody is signed in: `prompt=none` says so.
async fn is_signed_out(party: &RelyingParty<'_>, browser: &mut Browser) {
    let request = party.request().with("prompt", "none");
    let error = party.sends(browser, &request).await.error(party, &request);
    assert!(["login_required", "interaction_required"].contains(&error.as_str()), "{error}");
}
