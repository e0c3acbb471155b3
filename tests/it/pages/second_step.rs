//! A code in a second step, and what makes codes: an authenticator application, and a list.

use std::time::Duration;

use crate::support::World;
use crate::support::world::{AN, Browser, Page, on_every_backend};

const TWO_FACTORS: &str = r#"{"id_token":{"acr":{"essential":true,"values":["urn:senid:aal:2"]}}}"#;
const WRONG: &str = "The code is not right, or no longer works. Enter the newest one.";
const STEP: Duration = Duration::from_secs(30);

/// A sign-in with the password, up to the chooser of what is missing.
async fn steps_up(world: &World, browser: &mut Browser) -> Page {
    let page = browser.open(&world.portal("tax-office").start().with("claims", TWO_FACTORS).url()).await;
    let page = if page.has("#username") { AN.signs_in(browser, &page).await } else { page };
    assert!(page.path().ends_with("/step-up"), "{}: {}", page.url, page.text());
    page
}

fn is_let_in(page: &Page) -> bool {
    page.status == 303 || page.has("#allow")
}

/// A list, made in the account.
async fn makes_a_list(world: &World, browser: &mut Browser) -> Vec<String> {
    let page = AN.enters_account(browser, "/account/security/recovery-codes").await;
    let page = browser.press(&page, "show", &[]).await;
    let codes: Vec<String> = page.words("#codes code").split_whitespace().map(str::to_owned).collect();
    assert_eq!(codes.len(), 10, "{}", page.text());
    world.raises_everything(&AN).await;
    codes
}

on_every_backend! {
    async fn an_application_is_added_and_its_code_is_the_second_step(world: World) {
        let mut browser = world.browser();
        let page = AN.enters_account(&mut browser, "/account/security/totp/new").await;
        let picture = browser.open(&page.attribute("#picture", "src")).await;
        assert!(picture.reply.body.starts_with("<svg") && picture.reply.header("cache-control") == "no-store");
        // A page that is loaded again shows the same secret, and a wrong code is said to be wrong.
        assert_eq!(browser.reload(&page).await.words("#secret"), page.words("#secret"));
        let refused = browser.press(&page, "add", &[("name", "My app"), ("code", "000000")]).await;
        assert_eq!((refused.status.as_u16(), refused.problem().as_str()), (422, WRONG));
        let application = world.adds_totp(&AN, &mut browser).await;
        let page = browser.open("/account/security").await;
        assert!(page.text().contains("My app"), "{}", page.text());
        // The code that was typed to add it is used, and what is added next has another secret.
        let again = browser.open("/account/security/totp/new").await;
        assert_ne!(again.words("#secret"), "");
        world.raises_everything(&AN).await;

        let page = steps_up(&world, &mut browser).await;
        let page = browser.press(&page, "use-totp", &[]).await;
        assert!(page.path().ends_with("/totp"), "{}", page.url);
        assert_eq!(page.attribute("#code", "autocomplete"), "one-time-code");
        assert_eq!(page.attribute("#code", "inputmode"), "numeric");
        let refused = browser.press(&page, "prove", &[("code", &application.code(&world, 0))]).await;
        assert_eq!((refused.status.as_u16(), refused.problem().as_str()), (401, WRONG), "its step was used");
        world.wait(STEP);
        let page = browser.press(&refused, "prove", &[("code", &application.code(&world, 0))]).await;
        assert!(is_let_in(&page), "{}", page.text());
    }

    async fn a_clock_may_be_one_step_off_and_no_more(world: World) {
        let mut browser = world.browser();
        let application = world.adds_totp(&AN, &mut browser).await;
        world.raises_everything(&AN).await;
        for (ahead, right) in [(-2, false), (2, false), (1, true), (-1, true)] {
            world.wait(4 * STEP);
            world.wait_for_the_next_window();
            let mut browser = world.browser();
            let page = steps_up(&world, &mut browser).await;
            let page = browser.press(&page, "use-totp", &[]).await;
            let page = browser.press(&page, "prove", &[("code", &application.code(&world, ahead))]).await;
            assert_eq!(is_let_in(&page), right, "{ahead}: {}", page.text());
        }
    }

    async fn of_a_list_each_code_works_once_and_its_owner_reads_of_it(world: World) {
        let mut browser = world.browser();
        let codes = makes_a_list(&world, &mut browser).await;
        for (typed, right) in [(codes[0].to_lowercase().replace('-', " "), true), (codes[0].clone(), false), (codes[1].clone(), true)] {
            let mut browser = world.browser();
            let page = steps_up(&world, &mut browser).await;
            let page = browser.press(&page, "use-recovery-code", &[]).await;
            let page = browser.press(&page, "prove", &[("code", &typed)]).await;
            assert_eq!(is_let_in(&page), right, "{typed}: {}", page.text());
        }
        let events = world.operator().events_of(&AN).await;
        let used = events.iter().filter(|event| event.kind.is_some_and(|kind| kind.as_str() == "recovery_code.used"));
        let left: Vec<&str> = used.filter_map(|event| event.details.get("left").map(String::as_str)).collect();
        assert_eq!(left.len(), 2, "{left:?}");
        assert!(left.contains(&"8") && left.contains(&"9"), "{left:?}");
    }

    async fn a_new_list_replaces_the_old_one_as_a_whole(world: World) {
        let mut browser = world.browser();
        let old = makes_a_list(&world, &mut browser).await;
        // The list counts for two factors with the password, so that is asked for before it is replaced.
        let page = browser.open("/account/security/recovery-codes").await;
        let page = browser.press(&page, "use-recovery-code", &[]).await;
        let page = browser.press(&page, "prove", &[("code", &old[0])]).await;
        assert!(page.words("#left").starts_with("9 codes of your list are left."), "{}", page.text());
        let file = browser.press(&page, "download", &[]).await;
        assert!(file.reply.header("content-type").starts_with("text/plain"));
        assert!(file.reply.header("content-disposition").starts_with("attachment"));
        assert_eq!(file.reply.header("cache-control"), "no-store");
        let new: Vec<&str> = file.reply.body.lines().filter(|line| line.len() == 19).collect();
        assert_eq!(new.len(), 10, "{}", file.reply.body);
        for (typed, right) in [(old[1].as_str(), false), (new[0], true)] {
            let mut browser = world.browser();
            let page = steps_up(&world, &mut browser).await;
            let page = browser.press(&page, "use-recovery-code", &[]).await;
            let page = browser.press(&page, "prove", &[("code", typed)]).await;
            assert_eq!(is_let_in(&page), right, "{typed}: {}", page.text());
        }
    }

    async fn wrong_codes_are_counted_for_the_account_wherever_they_are_tried(world: World) {
        let mut browser = world.browser();
        let application = world.adds_totp(&AN, &mut browser).await;
        world.raises_everything(&AN).await;
        world.wait(2 * STEP);
        world.wait_for_the_next_window();
        let mut tries = 0;
        let turned_away = loop {
            // Somebody who has the password, and a new address and a new device for every guess.
            let mut thief = world.browser_at(&format!("127.0.0.{}", 10 + tries));
            let page = steps_up(&world, &mut thief).await;
            let page = thief.press(&page, "use-totp", &[]).await;
            let page = thief.press(&page, "prove", &[("code", &application.wrong_code(&world))]).await;
            match page.status.as_u16() {
                401 => tries += 1,
                429 => break page,
                other => panic!("{other}: {}", page.text()),
            }
            assert!(tries <= 10, "nobody stops them");
        };
        assert!(tries >= 3, "{tries}");
        assert!(turned_away.reply.header("retry-after").parse::<u64>().unwrap() > 0);
    }
}
