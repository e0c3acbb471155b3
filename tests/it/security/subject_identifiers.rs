//! What portals know a person by: another name for each sector, so that they cannot be compared (Core §8, §17.3).

use std::collections::HashSet;

use crate::support::World;
use crate::support::world::{AN, BINH};

#[tokio::test]
async fn portals_of_different_sectors_cannot_compare_their_people_or_sessions() {
    let world = World::embedded().await;
    let mut browser = world.browser();
    let (mut subjects, mut sessions) = (HashSet::new(), HashSet::new());
    for portal in ["tax-office", "library", "registry", "sandbox"].map(|id| world.portal(id)) {
        let tokens = world.sign_in_again(&mut browser, &portal, &AN).await;
        let claims = portal.id_token(&tokens).await;
        let subject = claims["sub"].as_str().unwrap().to_owned();
        assert_eq!(portal.claims(&tokens.access_token()).await["sub"], subject);
        assert_eq!(portal.access_token(&tokens).await["sub"], subject);
        assert!(subjects.insert(subject) && sessions.insert(claims["sid"].as_str().unwrap().to_owned()));
    }
    let id = world.operator().id_of(&AN).await;
    assert!(!subjects.contains(&id.to_string()), "the citizen's own number leaves the house");
    // One sector, one name; another person, another.
    let app = world.portal("tax-app");
    let tokens = world.sign_in_again(&mut browser, &app, &AN).await;
    assert!(subjects.contains(app.id_token(&tokens).await["sub"].as_str().unwrap()));
    let (_, tokens) = world.signed_in(&app, &BINH).await;
    assert!(!subjects.contains(app.id_token(&tokens).await["sub"].as_str().unwrap()));
}
