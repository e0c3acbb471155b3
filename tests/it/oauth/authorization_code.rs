//! Authorization codes: spent once, by whom they were issued to, within a minute (RFC 6749 §4.1.2, §4.1.3).

use std::time::Duration;

use crate::support::World;
use crate::support::world::{AN, Page, Portal, Started, on_every_backend};

/// Who has signed in and allowed: the next code comes without a page.
async fn code(world: &World, portal: &Portal) -> (Started, String) {
    let mut browser = world.browser();
    let started = portal.start();
    let page: Page = browser.open(&started.url()).await;
    let page = AN.goes_through(&mut browser, page).await;
    (started, page.code())
}

on_every_backend! {
    async fn a_code_is_redeemed_once_and_a_second_time_ends_what_it_was_exchanged_for(world: World) {
        let portal = world.portal("tax-office");
        for later in [0, 30] {
            let (started, code) = code(&world, &portal).await;
            let tokens = portal.exchange(&started, &code).await;
            assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 200);
            let refreshed = portal.refresh(&tokens.refresh_token()).await;
            world.wait(Duration::from_secs(later));

            let again = portal.exchange(&started, &code).await;
            assert_eq!(again.status, 400);
            let sentence = "the code was already used; the tokens it was exchanged for have been revoked";
            assert_eq!(again.refusal(), ("invalid_grant".to_owned(), sentence.to_owned()));
            for access_token in [tokens.access_token(), refreshed.access_token()] {
                assert_eq!(portal.userinfo(&access_token).await.status, 401);
            }
            assert_eq!(portal.refresh(&refreshed.refresh_token()).await.refused(400), "invalid_grant");
        }
    }

    async fn of_a_hundred_attempts_at_once_at_most_one_succeeds_and_nobody_keeps_a_token(world: World) {
        let portal = world.portal("tax-office");
        let (started, code) = code(&world, &portal).await;
        let attempts: Vec<_> = (0..100)
            .map(|_| {
                let (portal, started, code) = (portal.clone(), started.clone(), code.clone());
                tokio::spawn(async move { portal.exchange(&started, &code).await })
            })
            .collect();
        let mut winners = Vec::new();
        for attempt in attempts {
            let answer = attempt.await.unwrap();
            match answer.status.as_u16() {
                200 => winners.push(answer),
                _ => assert_eq!(answer.refused(400), "invalid_grant"),
            }
        }
        assert!(winners.len() <= 1, "{} exchanged one code", winners.len());
        for winner in winners {
            assert_eq!(portal.userinfo(&winner.access_token()).await.status, 401);
            assert_eq!(portal.refresh(&winner.refresh_token()).await.refused(400), "invalid_grant");
        }
    }

    async fn a_code_lives_a_minute(world: World) {
        let portal = world.portal("tax-office");
        let (in_time, young) = code(&world, &portal).await;
        let (late, old) = code(&world, &portal).await;
        world.wait(Duration::from_secs(59));
        assert_eq!(portal.exchange(&in_time, &young).await.status, 200);
        world.wait(Duration::from_secs(1));
        assert_eq!(portal.exchange(&late, &old).await.refused(400), "invalid_grant");
    }

    async fn a_code_that_another_client_presents_is_good_for_nobody(world: World) {
        let (portal, thief) = (world.portal("tax-office"), world.portal("library"));
        let (started, code) = code(&world, &portal).await;
        let form = portal.code_form(&started, &code);
        let stolen = thief.token(&form).await;
        let sentence = "the code was issued to another client";
        assert_eq!(stolen.refusal(), ("invalid_grant".to_owned(), sentence.to_owned()));
        assert_eq!(portal.exchange(&started, &code).await.refused(400), "invalid_grant");
    }

    async fn a_code_belongs_to_its_redirect_uri(world: World) {
        let portal = world.portal("tax-office");
        let (started, code) = code(&world, &portal).await;
        let mut form = portal.code_form(&started, &code);
        form.retain(|(name, _)| *name != "redirect_uri");
        let without = portal.token(&form).await;
        assert_eq!(without.refusal(), ("invalid_request".to_owned(), "redirect_uri is missing".to_owned()));
        form.push(("redirect_uri", "https://tax.example/callback/"));
        let other = portal.token(&form).await;
        let sentence = "redirect_uri differs from the authorization request";
        assert_eq!(other.refusal(), ("invalid_grant".to_owned(), sentence.to_owned()));
    }

    async fn what_is_no_code_of_ours_is_refused(world: World) {
        let portal = world.portal("tax-office");
        let (started, code) = code(&world, &portal).await;
        let mut altered = code.clone();
        let last = if altered.ends_with('0') { "1" } else { "0" };
        altered.replace_range(altered.len() - 1.., last);
        for other in ["x", "senid_ac_", &altered, &code.replace("senid_ac_", "senid_rt_"), &"a".repeat(4000)] {
            let refused = portal.exchange(&started, other).await;
            let sentence = "the code is unknown or has expired";
            assert_eq!(refused.refusal(), ("invalid_grant".to_owned(), sentence.to_owned()), "{other}");
        }
        assert_eq!(portal.exchange(&started, &code).await.status, 200, "the code itself is still good");
    }
}
