//! What is counted by the hour: how often, and at which portal; never who.

use senid::domain::statistics::Figure;
use senid::flows::statistics;

use crate::support::World;
use crate::support::world::AN;

#[tokio::test]
async fn what_happens_is_counted_by_the_hour_and_by_the_portal() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut guesser = world.browser();
    let page = guesser.open(&portal.start().url()).await;
    AN.tries(&mut guesser, &page, "a guess, a guess").await;
    let (_browser, tokens) = world.signed_in(&portal, &AN).await;
    portal.refresh(&tokens.refresh_token()).await;
    portal.refresh("senid_rt_x").await;
    let app = world.app(0);
    statistics::write(app).await.unwrap();

    let own = portal.id().parse().unwrap();
    let mut found = Vec::new();
    for figure in [Figure::SignIn, Figure::SignInRefused, Figure::Tokens, Figure::TokenRefused] {
        for row in statistics::counted(app, figure, (24, 1), Some(&own)).await.unwrap() {
            found.push((figure, row.label, row.count));
        }
    }
    let expected = [
        (Figure::SignIn, "pwd", 1),
        (Figure::SignInRefused, "wrong_password", 1),
        (Figure::Tokens, "authorization_code", 1),
        (Figure::Tokens, "refresh_token", 1),
        (Figure::TokenRefused, "invalid_grant", 1),
    ];
    assert_eq!(found, expected.map(|(figure, label, count)| (figure, label.to_owned(), count)));
    let answered = statistics::counted(app, Figure::Answered, (1, 1), None).await.unwrap();
    let of_tokens: u64 = answered.iter().filter(|row| row.label == "token").map(|row| row.count).sum();
    assert_eq!(of_tokens, 3);

    // Nothing is counted twice.
    statistics::write(app).await.unwrap();
    let again = statistics::counted(app, Figure::SignIn, (24, 1), None).await.unwrap();
    assert_eq!(again.iter().map(|row| row.count).sum::<u64>(), 1);
}
