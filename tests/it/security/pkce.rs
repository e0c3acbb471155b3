//! PKCE (CVE-2023-48228, CVE-2024-23647): dropped on either side, replaced or downgraded, the code is worth nothing.

use crate::support::World;
use crate::support::world::AN;

#[tokio::test]
async fn a_request_without_a_challenge_is_refused_where_one_is_demanded() {
    let world = World::embedded().await;
    for portal in ["tax-office", "tax-app"].map(|id| world.portal(id)) {
        let page = world.browser().open(&portal.start().without_pkce().url()).await;
        assert_eq!(page.refusal().0, "invalid_request");
    }
}

#[tokio::test]
async fn plain_named_or_implied_and_half_a_challenge_are_refused_of_every_client() {
    let world = World::embedded().await;
    for portal in ["tax-office", "tax-app", "library"].map(|id| world.portal(id)) {
        for started in [
            portal.start().with("code_challenge_method", "plain"),
            portal.start().with("code_challenge_method", "s256"),
            portal.start().with("code_challenge_method", "S512"),
            portal.start().without("code_challenge_method"),
            portal.start().without("code_challenge"),
            portal.start().with("code_challenge", "short"),
            portal.start().with("code_challenge", &"=".repeat(43)),
            portal.start().and("code_challenge", &"A".repeat(43)),
        ] {
            let page = world.browser().open(&started.url()).await;
            assert_eq!(page.refusal().0, "invalid_request", "{}", started.url());
        }
    }
}

#[tokio::test]
async fn a_verifier_that_is_missing_wrong_or_uncalled_for_is_an_invalid_grant() {
    let world = World::embedded().await;
    for portal in ["tax-office", "tax-app", "library"].map(|id| world.portal(id)) {
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        for verifier in [None, Some("A".repeat(43)), Some("A".repeat(128))] {
            let started = portal.start();
            let code = browser.open(&started.url()).await.code();
            let mut form = portal.code_form(&started, &code);
            form.retain(|(name, _)| *name != "code_verifier");
            form.extend(verifier.as_deref().map(|verifier| ("code_verifier", verifier)));
            assert_eq!(portal.token(&form).await.refused(400), "invalid_grant", "{}", portal.id());
        }
    }
    // Someone took the challenge out of the request on its way: the portal still sends its verifier.
    let portal = world.portal("library");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    let started = portal.start().without_pkce();
    let code = browser.open(&started.url()).await.code();
    let mut form = portal.code_form(&started, &code);
    form.push(("code_verifier", &started.verifier));
    assert_eq!(portal.token(&form).await.refused(400), "invalid_grant");
}
