//! Access tokens that come through the browser stand on a grant like every other, and die with it.

use std::time::Duration;

use senid::domain::audit::EventKind;

use crate::support::World;
use crate::support::world::{AN, Browser, Mode, Portal, Started, on_every_backend, web};

/// The codes' and tokens' answer to someone who has allowed everything before.
async fn asked(browser: &mut Browser, portal: &Portal, response_type: &str) -> (Started, [Option<String>; 2]) {
    let started = portal.start().with("response_type", response_type);
    let mut answer = browser.open(&started.url()).await.answer();
    (started, [answer.remove("code"), answer.remove("access_token")])
}

async fn is_good(portal: &Portal, access_token: &str) -> bool {
    match portal.userinfo(access_token).await.status.as_u16() {
        200 => true,
        401 => false,
        other => panic!("{other}"),
    }
}

on_every_backend! {
    async fn a_code_and_its_front_channel_token_stand_on_one_grant(world: World) {
        let portal = world.portal("archive");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        let (started, [code, front]) = asked(&mut browser, &portal, "code token").await;
        let (code, front) = (code.unwrap(), front.unwrap());
        let tokens = portal.exchange(&started, &code).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        assert!(is_good(&portal, &front).await && is_good(&portal, &tokens.access_token()).await);
        let refreshed = portal.refresh(&tokens.refresh_token()).await;
        assert_eq!(refreshed.status, 200, "{}", refreshed.body);

        // Someone else has the code: everything that came of it dies, through the browser too.
        assert_eq!(portal.exchange(&started, &code).await.refused(400), "invalid_grant");
        for token in [front, tokens.access_token(), refreshed.access_token()] {
            assert!(!is_good(&portal, &token).await);
        }
        assert_eq!(portal.refresh(&refreshed.refresh_token()).await.refused(400), "invalid_grant");
    }

    async fn revoking_either_token_ends_both_and_the_code_that_was_not_exchanged(world: World) {
        let portal = world.portal("archive");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        for response_type in ["code token", "code id_token token"] {
            let (started, [code, front]) = asked(&mut browser, &portal, response_type).await;
            assert_eq!(portal.revoke(front.as_deref().unwrap()).await.status, 200);
            assert!(!is_good(&portal, &front.unwrap()).await);
            let (error, sentence) = portal.exchange(&started, &code.unwrap()).await.refusal();
            assert_eq!((error.as_str(), sentence.as_str()),
                ("invalid_grant", "what was granted with the code has been revoked"));
        }
        let (_, [_, front]) = asked(&mut browser, &portal, "id_token token").await;
        assert_eq!(portal.revoke(front.as_deref().unwrap()).await.status, 200);
        assert!(!is_good(&portal, &front.unwrap()).await);
    }

    async fn of_fifty_exchanges_at_once_of_a_hybrid_code_at_most_one_succeeds_and_nobody_keeps_a_token(world: World) {
        let portal = world.portal("archive");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        let (started, [code, front]) = asked(&mut browser, &portal, "code id_token token").await;
        let attempts: Vec<_> = (0..50)
            .map(|_| {
                let (portal, started, code) = (portal.clone(), started.clone(), code.clone().unwrap());
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
        for token in winners.iter().map(|winner| winner.access_token()).chain(front) {
            assert!(!is_good(&portal, &token).await);
        }
    }

    async fn a_lock_and_a_withdrawn_consent_end_a_front_channel_token(world: World) {
        let portal = world.portal("archive");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        let (started, [code, front]) = asked(&mut browser, &portal, "code token").await;
        let front = front.unwrap();
        let page = browser.open("/account/portals/archive/withdraw").await;
        browser.press(&page, "withdraw-confirm", &[]).await;
        assert!(!is_good(&portal, &front).await);
        assert_eq!(portal.exchange(&started, &code.unwrap()).await.refused(400), "invalid_grant");

        let page = browser.open(&portal.start().with("response_type", "id_token token").url()).await;
        let front = AN.goes_through(&mut browser, page).await.answer().remove("access_token").unwrap();
        assert!(is_good(&portal, &front).await);
        world.operator().locks(&AN).await;
        assert!(!is_good(&portal, &front).await);
        let silent = portal.start().with("response_type", "id_token token").with("prompt", "none");
        assert_eq!(browser.open(&silent.url()).await.refusal().0, "login_required");
    }

    async fn a_session_that_outlived_its_person_s_lock_is_given_no_token(world: World) {
        let portal = world.portal("archive");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        world.operator().locks_in_the_identity_store(&AN).await;
        for response_type in ["id_token", "id_token token", "code id_token", "code token", "code id_token token"] {
            let page = browser.open(&portal.start().with("response_type", response_type).url()).await;
            let (mode, answer) = page.answered();
            assert_eq!((mode, &*answer["error"]), (Mode::Fragment, "access_denied"), "{response_type}");
            assert!(!answer.contains_key("code") && !answer.contains_key("id_token"), "{response_type}");
        }
    }

    async fn what_goes_through_the_browser_is_counted_and_written_down(world: World) {
        let portal = world.portal("archive");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        for response_type in ["code", "id_token", "code token", "code token", "id_token token"] {
            asked(&mut browser, &portal, response_type).await;
        }
        let metrics = web::get(&format!("http://{}/metrics", world.operations(0)), &[]).await.body;
        let counted: Vec<&str> = metrics.lines().filter(|line| line.starts_with("senid_front_channel")).collect();
        assert_eq!(counted.len(), 2, "{counted:?}");
        for line in [
            "senid_front_channel_access_tokens_total{response_type=\"code token\"} 2",
            "senid_front_channel_access_tokens_total{response_type=\"id_token token\"} 1",
        ] {
            assert!(counted.contains(&line), "{counted:?}");
        }
        let written = world.operator().events_of(&AN).await;
        let issued = |response_type: &str| {
            let issued = written.iter().filter(|event| event.kind == Some(EventKind::TokensIssued));
            issued.filter(|event| event.details.get("response_type").is_some_and(|own| own == response_type)).count()
        };
        assert_eq!((issued("code token"), issued("id_token token"), issued("id_token"), issued("code")), (2, 1, 1, 0));
    }
}

#[tokio::test]
async fn without_the_named_exception_no_access_token_goes_through_the_browser() {
    let world = World::embedded().await;
    world.operator().changes("archive", |client| client.policy.front_channel_access_tokens = None).await;
    let portal = world.portal("archive");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    for response_type in ["id_token token", "code token", "code id_token token"] {
        let page = browser.open(&portal.start().with("response_type", response_type).url()).await;
        let (error, sentence) = page.refusal();
        assert_eq!(error, "unauthorized_client", "{response_type}");
        assert!(sentence.contains("no exception to receive access tokens through the browser"), "{sentence}");
    }
    let page = browser.open(&portal.start().with("response_type", "code id_token").url()).await;
    assert!(page.answer().contains_key("id_token"), "an ID token is no access token");
}

#[tokio::test]
async fn a_front_channel_token_lives_as_long_as_its_portal_s_others() {
    let world = World::embedded().await;
    let two_minutes = Some(Duration::from_secs(120));
    world.operator().changes("archive", |client| client.policy.access_token_lifetime = two_minutes).await;
    let portal = world.portal("archive");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    let page = browser.open(&portal.start().with("response_type", "id_token token").url()).await;
    let answer = page.answer();
    assert_eq!(answer["expires_in"], "120");
    world.wait(Duration::from_secs(119));
    assert!(is_good(&portal, &answer["access_token"]).await);
    world.wait(Duration::from_secs(1));
    assert!(!is_good(&portal, &answer["access_token"]).await);
}
