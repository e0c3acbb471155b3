//! Whoever has been locked, disabled or told to go is refused at every door, at once.

use std::time::Duration;

use crate::support::World;
use crate::support::world::{AN, Browser, Page, Portal, on_every_backend};

/// The person withdraws, in their account, what they allowed the portal.
async fn withdraws(browser: &mut Browser, portal: &Portal) -> Page {
    let page = browser.open("/account/portals").await;
    let ask = page.link(&format!("a[href='/account/portals/{}/withdraw']", portal.id()));
    let page = browser.open(&ask).await;
    browser.press(&page, "withdraw-confirm", &[]).await
}

on_every_backend! {
    async fn who_is_locked_in_the_middle_of_a_sign_in_is_shown_nothing_and_the_portal_is_told(world: World) {
        let portal = world.portal("tax-office");
        for mode in ["query", "fragment", "form_post"] {
            let mut browser = world.browser();
            let page = browser.open(&portal.start().with("response_mode", mode).url()).await;
            let question = AN.signs_in(&mut browser, &page).await;
            assert_eq!(question.heading(), "Share this information?");
            world.operator().locks_in_the_identity_store(&AN).await;
            let page = browser.reload(&question).await;
            assert_eq!(page.refusal().0, "access_denied", "{mode}");
            assert!(!page.reply.body.contains(AN.name));
            // It is told once: the sign-in is gone.
            assert_eq!(browser.reload(&question).await.status, 410, "{mode}");
            world.operator().unlocks(&AN).await;
        }
    }

    async fn a_locked_citizen_is_refused_on_every_grant_and_signed_out_everywhere(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
        let started = portal.start();
        let code = browser.open(&started.url()).await.code();
        world.operator().locks(&AN).await;

        let silent = portal.start().with("prompt", "none");
        assert_eq!(browser.open(&silent.url()).await.refusal().0, "login_required");
        assert_eq!(portal.exchange(&started, &code).await.refused(400), "invalid_grant");
        let locked = ("invalid_grant".to_owned(), "the account is not active".to_owned());
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.refusal(), locked);
        assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 401);
        let page = browser.open(&portal.start().url()).await;
        let page = AN.signs_in(&mut browser, &page).await;
        assert_eq!(page.problem(), "The identifier or the password is not right. Check both and try again.");

        // A lock that is lifted gives back what it did not spend; the sessions stay ended.
        world.operator().unlocks(&AN).await;
        assert_eq!(browser.open(&silent.url()).await.refusal().0, "login_required");
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.status, 200);
        world.sign_in_again(&mut browser, &portal, &AN).await;
    }

    async fn a_withdrawn_consent_ends_the_grant_and_the_silence(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
        let page = withdraws(&mut browser, &portal).await;
        assert!(page.text().contains("Withdrawn. The portal no longer receives your information."), "{}", page.text());

        assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 401);
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.refused(400), "invalid_grant");
        let silent = portal.start().with("prompt", "none");
        assert_eq!(browser.open(&silent.url()).await.refusal().0, "consent_required");
        let page = browser.open(&portal.start().url()).await;
        assert_eq!(page.heading(), "Share this information?");
        AN.allows(&mut browser, &page).await;
        assert!(browser.open(&silent.url()).await.answer().contains_key("code"));
    }

    async fn a_code_that_rests_on_a_withdrawn_consent_is_worth_nothing(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        let started = portal.start();
        let code = browser.open(&started.url()).await.code();
        withdraws(&mut browser, &portal).await;
        assert_eq!(portal.exchange(&started, &code).await.refused(400), "invalid_grant");
    }
}

#[tokio::test]
async fn tokens_are_refreshed_until_the_consent_ends_and_no_longer() {
    const DAY: Duration = Duration::from_secs(86_400);
    let world = World::embedded_with(|settings| settings.lifetimes.consent = 20 * DAY).await;
    let portal = world.portal("tax-office");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    world.wait(15 * DAY);
    // The consent still stands, so nothing is asked again and it is not prolonged.
    let started = portal.start();
    let page = browser.open(&started.url()).await;
    let page = AN.signs_in(&mut browser, &page).await;
    let tokens = portal.exchange(&started, &page.code()).await;
    world.wait(5 * DAY - Duration::from_secs(1));
    let refreshed = portal.refresh(&tokens.refresh_token()).await;
    assert_eq!(refreshed.status, 200);
    world.wait(Duration::from_secs(1));
    let expired = ("invalid_grant".to_owned(), "the refresh token has expired".to_owned());
    assert_eq!(portal.refresh(&refreshed.refresh_token()).await.refusal(), expired);
}
