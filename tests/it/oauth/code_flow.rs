//! The authorization code flow from end to end: OpenID Connect Core §3.1.

use crate::support::World;
use crate::support::world::{AN, BINH, on_every_backend};

on_every_backend! {
    async fn a_citizen_signs_in_allows_and_the_portal_learns_who_they_are(world: World) {
        let portal = world.portal("tax-office");
        let mut browser = world.browser();
        let started = portal.start();

        let page = browser.open(&started.url()).await;
        assert_eq!(page.heading(), "Sign in");
        let page = AN.signs_in(&mut browser, &page).await;
        assert_eq!(page.heading(), "Share this information?");
        assert!(page.text().contains("Nguyễn Văn An"), "{}", page.text());
        let page = AN.allows(&mut browser, &page).await;

        let answer = page.answer();
        assert_eq!((answer["state"].as_str(), answer["iss"].as_str()), (started.state.as_str(), world.issuer.as_str()));
        let tokens = portal.exchange(&started, &answer["code"]).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        let id_token = portal.id_token(&tokens).await;
        assert_eq!(id_token["nonce"], started.nonce.as_str());
        let claims = portal.claims(&tokens.access_token()).await;
        assert_eq!((&claims["name"], &claims["sub"]), (&AN.name.into(), &id_token["sub"]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_that_take_turns_complete_the_flow_together() {
    let world = World::two_servers().await;
    let portal = world.portal("tax-office");
    let (_, tokens) = world.signed_in(&portal, &BINH).await;
    assert_eq!(portal.claims(&tokens.access_token()).await["name"], BINH.name);
    let refreshed = portal.refresh(&tokens.refresh_token()).await;
    assert_eq!(portal.id_token(&refreshed).await["sub"], portal.id_token(&tokens).await["sub"]);
    assert!(world.front().requests() > 10);
}
