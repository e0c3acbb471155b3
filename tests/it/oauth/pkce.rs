//! Proof Key for Code Exchange, S256 alone: RFC 7636, RFC 9700 §2.1.1.

use crate::support::World;
use crate::support::world::{AN, Portal, Started, TokenAnswer};

/// Goes through `started` and sends the verifier, if there is to be one.
async fn exchange(world: &World, portal: &Portal, started: &Started, verifier: Option<&str>) -> TokenAnswer {
    let mut browser = world.browser();
    let page = browser.open(&started.url()).await;
    let code = AN.goes_through(&mut browser, page).await.code();
    let mut form = portal.code_form(started, &code);
    form.retain(|(name, _)| *name != "code_verifier");
    form.extend(verifier.map(|verifier| ("code_verifier", verifier)));
    portal.token(&form).await
}

#[tokio::test]
async fn a_public_client_cannot_leave_it_out() {
    let world = World::embedded().await;
    let page = world.browser().open(&world.portal("tax-app").start().without_pkce().url()).await;
    let sentence = "code_challenge is missing: this client must use PKCE with S256";
    assert_eq!(page.refusal(), ("invalid_request".to_owned(), sentence.to_owned()));
}

#[tokio::test]
async fn a_confidential_client_may_where_its_policy_says_so() {
    let world = World::embedded().await;
    let library = world.portal("library");
    let answer = exchange(&world, &library, &library.start().without_pkce(), None).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn what_began_with_a_challenge_ends_with_its_verifier() {
    let world = World::embedded().await;
    for portal in [world.portal("tax-office"), world.portal("library"), world.portal("tax-app")] {
        let started = portal.start();
        let dropped = exchange(&world, &portal, &started, None).await;
        assert_eq!(dropped.refusal(), ("invalid_grant".to_owned(), "code_verifier is missing".to_owned()));

        let other = started.verifier.replace('-', "_");
        let wrong = exchange(&world, &portal, &started, Some(&other)).await;
        let sentence = "code_verifier does not match the code_challenge";
        assert_eq!(wrong.refusal(), ("invalid_grant".to_owned(), sentence.to_owned()));

        let short = exchange(&world, &portal, &started, Some("short")).await;
        let sentence = "code_verifier must be 43 to 128 characters of A-Z a-z 0-9 - . _ ~";
        assert_eq!(short.refusal(), ("invalid_request".to_owned(), sentence.to_owned()));

        assert_eq!(exchange(&world, &portal, &started, Some(&started.verifier)).await.status, 200);
    }
}

#[tokio::test]
async fn a_verifier_without_a_challenge_shows_that_someone_took_it_out() {
    let world = World::embedded().await;
    let library = world.portal("library");
    let started = library.start().without_pkce();
    let answer = exchange(&world, &library, &started, Some(&started.verifier)).await;
    let sentence = "code_verifier given, but the authorization request had no code_challenge";
    assert_eq!(answer.refusal(), ("invalid_grant".to_owned(), sentence.to_owned()));
}
