//! Guessing is slow, and nobody can lock anybody else out: NIST SP 800-63B-4 §3.2.2.

use std::time::Duration;

use crate::support::World;
use crate::support::world::{AN, BINH, Browser, Citizen, Page, on_every_backend};

const WRONG: &str = "The identifier or the password is not right. Check both and try again.";
const UNKNOWN: Citizen = Citizen { identifier: "001099999999", ..AN };

/// One wrong password, as fast as a program types.
async fn guesses(world: &World, address: &str, citizen: &Citizen) -> Page {
    let mut guesser = world.browser_at(address);
    let page = guesser.open(&world.portal("tax-office").start().url()).await;
    citizen.tries(&mut guesser, &page, "a guess, a guess").await
}

async fn signs_in(world: &World, browser: &mut Browser, citizen: &Citizen) -> Page {
    let page = browser.open(&world.portal("tax-office").start().with("prompt", "login").url()).await;
    citizen.signs_in(browser, &page).await
}

fn is_let_in(page: &Page) -> bool {
    page.status == 303 || page.has("#allow")
}

on_every_backend! {
    async fn the_eleventh_guess_from_one_address_waits_and_the_citizen_does_not(world: World) {
        let mut at_home = world.browser_at("127.0.0.1");
        assert!(is_let_in(&signs_in(&world, &mut at_home, &AN).await));
        for citizen in [UNKNOWN, AN] {
            world.wait_for_the_next_window();
            for number in 1..=10 {
                let page = guesses(&world, "127.0.0.2", &citizen).await;
                assert_eq!(page.status, 401, "{number}");
                assert!(page.problem().starts_with(WRONG), "{}", page.problem());
                if number < 10 {
                    world.wait_as_told(&page);
                }
            }
            // Known or not: a stranger cannot tell by it. Four minutes have gone by with waiting.
            let page = guesses(&world, "127.0.0.2", &citizen).await;
            assert_eq!(page.status, 429);
            assert_eq!(page.problem(), "Too many unsuccessful tries. Wait 6 minutes, then try again.");
            assert_eq!(page.reply.header("retry-after"), "346");
        }
        // The right password does not help the guesser to find out that it is right.
        let mut guesser = world.browser_at("127.0.0.2");
        assert_eq!(signs_in(&world, &mut guesser, &AN).await.status, 429);
        // Another citizen behind the same address, the same citizen at another, and on a device of their own.
        assert!(is_let_in(&signs_in(&world, &mut guesser, &BINH).await));
        let mut elsewhere = world.browser_at("127.0.0.3");
        assert!(is_let_in(&signs_in(&world, &mut elsewhere, &AN).await));
        let mut at_home = at_home.moved_to("127.0.0.2");
        assert!(is_let_in(&signs_in(&world, &mut at_home, &AN).await));

        world.wait(Duration::from_secs(600));
        assert!(is_let_in(&signs_in(&world, &mut world.browser_at("127.0.0.2"), &AN).await));
    }

    async fn after_a_hundred_failures_only_a_known_device_signs_in_with_the_password_alone(world: World) {
        let mut at_home = world.browser_at("127.0.0.1");
        assert!(is_let_in(&signs_in(&world, &mut at_home, &AN).await));
        for network in 0..50 {
            for _ in 0..2 {
                let page = guesses(&world, &format!("127.0.1.{network}"), &AN).await;
                assert_eq!(page.status, 401);
            }
        }
        world.app(0).background.idle().await;
        let mut fresh = world.browser_at("127.0.0.9");
        let page = signs_in(&world, &mut fresh, &AN).await;
        assert_eq!(page.status, 429);
        assert_eq!(
            page.problem(),
            "Too many unsuccessful tries. Sign in on a device that you have used before, or in another way; or wait 16 hours."
        );
        // On another day they are still too many in a row; and still nobody is told that the password was right.
        world.wait(Duration::from_secs(86_400));
        let page = signs_in(&world, &mut fresh, &AN).await;
        assert_eq!((page.status.as_u16(), page.problem().as_str()), (401, WRONG), "the same words as ever");
        // The citizen at home is not locked out, and coming in opens the door again.
        assert!(is_let_in(&signs_in(&world, &mut at_home, &AN).await));
        assert!(is_let_in(&signs_in(&world, &mut fresh, &AN).await));
    }
}

/// The wait grows, is said, and needs no script; and neither the guesser nor anybody else is held on the server for it.
#[tokio::test]
async fn each_guess_after_the_third_waits_twice_as_long() {
    let world = World::embedded().await;
    for citizen in [UNKNOWN, AN] {
        world.wait_for_the_next_window();
        for expected in [None, None, Some(2), Some(4), Some(8)] {
            let page = guesses(&world, "127.0.0.2", &citizen).await;
            assert_eq!((page.status.as_u16(), page.wait()), (401, expected));
            let Some(seconds) = expected else {
                assert_eq!(page.problem(), WRONG);
                continue;
            };
            assert_eq!(page.problem(), format!("{WRONG} The next try is possible in {seconds} seconds."));
            world.wait(Duration::from_secs(seconds) - Duration::from_micros(1));
            // A try during the wait costs no hash, and makes it no longer.
            let computed = world.app(0).hasher.load().computed;
            for _ in 0..5 {
                let mut guesser = world.browser_at("127.0.0.2");
                let page = signs_in(&world, &mut guesser, &citizen).await;
                assert_eq!((page.status.as_u16(), page.reply.header("retry-after")), (429, "1"));
                let sentence = "After several wrong tries in a row there is a short wait. Try again in 1 second.";
                assert_eq!((page.problem().as_str(), page.wait()), (sentence, Some(1)));
                // The person types the password alone again.
                assert_eq!(page.field("username"), citizen.identifier);
            }
            assert_eq!(world.app(0).hasher.load().computed, computed);
            world.wait(Duration::from_micros(1));
        }
        world.wait(Duration::from_secs(1));
    }
    // The wait is over to the microsecond, and the right password ends it for the next one.
    let mut fresh = world.browser_at("127.0.0.2");
    assert!(is_let_in(&signs_in(&world, &mut fresh, &AN).await));
    for expected in [None, None, Some(2)] {
        assert_eq!(guesses(&world, "127.0.0.2", &AN).await.wait(), expected);
    }
}

#[tokio::test]
async fn a_success_forgives_the_failures_before_it() {
    let world = World::embedded().await;
    for _ in 0..4 {
        for _ in 0..4 {
            let page = guesses(&world, "127.0.0.1", &AN).await;
            assert_eq!(page.status, 401);
            world.wait_as_told(&page);
        }
        assert!(is_let_in(&signs_in(&world, &mut world.browser(), &AN).await));
    }
}

#[tokio::test]
async fn an_address_that_tries_everybody_s_name_waits_too() {
    let world = World::embedded_with(|settings| settings.throttling.per_address.most = 20).await;
    for number in 0..20 {
        let identifier: &'static str = format!("0010990000{number:02}").leak();
        assert_eq!(guesses(&world, "127.0.0.2", &Citizen { identifier, ..AN }).await.status, 401);
    }
    assert_eq!(guesses(&world, "127.0.0.2", &AN).await.status, 429);
    assert_eq!(guesses(&world, "127.0.0.3", &AN).await.status, 401);
}

#[tokio::test]
async fn the_sentence_is_there_in_vietnamese() {
    let world = World::embedded_with(|settings| settings.throttling.per_account_and_address.most = 1).await;
    guesses(&world, "127.0.0.1", &AN).await;
    let mut browser = world.browser().speaking("vi");
    let page = signs_in(&world, &mut browser, &AN).await;
    assert_eq!(page.problem(), "Có quá nhiều lần thử không thành công. Hãy đợi 10 phút rồi thử lại.");
}
