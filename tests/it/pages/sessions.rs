//! Browser sessions: how long they last, and whose they are.

use std::time::Duration;

use crate::support::world::{AN, BINH, Browser, Portal, on_every_backend};

const MINUTE: Duration = Duration::from_secs(60);

async fn is_signed_in(browser: &mut Browser, portal: &Portal) -> bool {
    let page = browser.open(&portal.start().with("prompt", "none").url()).await;
    page.answer().contains_key("code")
}

on_every_backend! {
    async fn a_session_that_is_not_used_for_an_hour_is_over(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        world.wait(59 * MINUTE);
        assert!(is_signed_in(&mut browser, &portal).await);
        world.wait(59 * MINUTE);
        assert!(is_signed_in(&mut browser, &portal).await, "using it kept it");
        world.wait(60 * MINUTE);
        assert!(!is_signed_in(&mut browser, &portal).await);
    }

    async fn a_session_is_over_after_twelve_hours_however_it_is_used(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        for half_hour in 1..24 {
            world.wait(30 * MINUTE);
            assert!(is_signed_in(&mut browser, &portal).await, "half hour {half_hour}");
        }
        world.wait(30 * MINUTE);
        assert!(!is_signed_in(&mut browser, &portal).await);
    }

    async fn a_session_that_somebody_planted_is_never_signed_in_to(world: World) {
        let portal = world.portal("tax-office");
        let mut browser = world.browser();
        browser.cookies.insert("senid-session".to_owned(), "planted-by-somebody-who-knows-it".to_owned());
        world.sign_in_again(&mut browser, &portal, &AN).await;
        assert_ne!(browser.cookies["senid-session"], "planted-by-somebody-who-knows-it");
        let mut thief = world.browser();
        thief.cookies.insert("senid-session".to_owned(), "planted-by-somebody-who-knows-it".to_owned());
        assert!(!is_signed_in(&mut thief, &portal).await);
    }

    async fn signing_in_again_ends_the_cookie_before(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        let mut copy = browser.clone();
        let page = browser.open(&portal.start().with("prompt", "login").url()).await;
        AN.signs_in(&mut browser, &page).await;
        assert!(is_signed_in(&mut browser, &portal).await);
        assert!(!is_signed_in(&mut copy, &portal).await);
    }

    async fn somebody_else_s_sign_in_at_the_same_browser_ends_the_first_one_s(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        let mut copy = browser.clone();
        let page = browser.open(&portal.start().with("prompt", "login").url()).await;
        BINH.goes_through(&mut browser, page).await;
        assert!(!is_signed_in(&mut copy, &portal).await);
    }
}
