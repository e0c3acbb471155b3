//! Several people at one browser: who is named where, what choosing somebody leads to, and what stays on a device.

use std::time::Duration;

use senid::domain::audit::EventKind;

use crate::support::World;
use crate::support::world::passkey::{options, phone_of_an};
use crate::support::world::{AN, BINH, Backend, Browser, CHAU, Citizen, Page, Portal, Started, on_every_backend};

const MINUTE: Duration = Duration::from_secs(60);
const SESSION: &str = "senid-session";
const DEVICE: &str = "senid-device";

/// What the sign-in page calls them.
const AN_SHOWN: &str = "N. V. An";
const BINH_SHOWN: &str = "T. T. Bình";

/// Signs in at the portal, and says of the device what `device` is.
async fn signs_in(world: &World, browser: &mut Browser, citizen: &Citizen, device: &str) -> Page {
    let page = browser.open(&world.portal("tax-office").start().with("prompt", "login").url()).await;
    let page = browser.press(&page, "continue", &[("username", citizen.identifier), ("device", device)]).await;
    let page = citizen.enters(browser, &page, citizen.password).await;
    citizen.goes_through(browser, page).await
}

/// A browser where both chose that their names are shown, and [`BINH`] is signed in.
async fn of_both(world: &World) -> Browser {
    let mut browser = world.browser();
    signs_in(world, &mut browser, &AN, "name").await;
    signs_in(world, &mut browser, &BINH, "name").await;
    browser
}

/// The page that a portal's `prompt=select_account` leads to.
async fn asked_who(world: &World, browser: &mut Browser) -> Page {
    browser.open(&world.portal("tax-office").start().with("prompt", "select_account").url()).await
}

/// Whom the portal was told of.
async fn told_of(portal: &Portal, started: &Started, answered: &Page) -> String {
    let tokens = portal.exchange(started, &answered.code()).await;
    let claims = portal.userinfo(&tokens.access_token()).await.json();
    claims["name"].as_str().unwrap().to_owned()
}

async fn new_devices(world: &World, citizen: &Citizen) -> usize {
    let app = world.app(0);
    app.audit.flush().await;
    let id = world.operator().id_of(citizen).await;
    let events = app.store.read().await.unwrap().audit().of_citizen(id, None, 100).await.unwrap();
    events.items.iter().filter(|event| event.kind == Some(EventKind::NewDevice)).count()
}

on_every_backend! {
    async fn a_device_is_known_to_each_of_those_who_share_it(world: World) {
        let mut browser = world.browser();
        for citizen in [AN, BINH, AN, BINH, CHAU, AN] {
            world.sign_in_again(&mut browser, &world.portal("library"), &citizen).await;
            browser.cookies.remove(SESSION);
        }
        for citizen in [AN, BINH, CHAU] {
            assert_eq!(new_devices(&world, &citizen).await, 1, "{}", citizen.name);
        }
        assert_eq!(browser.cookies[DEVICE].split('.').count(), 3);
        // Nobody has chosen to be named.
        assert!(!asked_who(&world, &mut browser).await.has(".people"));
    }

    async fn whoever_chose_to_is_named_and_types_a_password_alone(world: World) {
        let mut browser = of_both(&world).await;
        browser.cookies.remove(SESSION);
        let started = world.portal("tax-office").start();
        let page = browser.open(&started.url()).await;
        assert_eq!(page.count(".people li"), 2, "{}", page.text());
        assert!(page.words(".people").contains(AN_SHOWN) && page.words(".people").contains(BINH_SHOWN));
        for told in [AN.name, BINH.name, AN.identifier, BINH.identifier] {
            assert!(!page.reply.body.contains(told), "{told}");
        }
        // Whoever used it last stands first.
        let page = browser.press(&page, "person-2", &[]).await;
        assert!(page.path().ends_with("/password") && page.words(".who").contains(AN_SHOWN), "{}", page.text());
        assert!(!page.has("input[name=username]") && !page.reply.body.contains(AN.identifier));
        let wrong = AN.enters(&mut browser, &page, "not the password").await;
        assert_eq!(wrong.status, 401);
        assert!(!wrong.reply.body.contains(AN.identifier) && !wrong.reply.body.contains(AN.name));
        // Another's password does not make somebody else of them.
        assert_eq!(browser.press(&wrong, "login", &[("password", "correct horse battery")]).await.status, 401);
        let answered = AN.enters(&mut browser, &wrong, AN.password).await;
        assert_eq!(told_of(&world.portal("tax-office"), &started, &answered).await, AN.name);
    }

    async fn whoever_is_signed_in_goes_on_by_choosing_themselves(world: World) {
        let mut browser = of_both(&world).await;
        let portal = world.portal("tax-office");
        let choice = portal.start().with("prompt", "select_account");
        let page = browser.open(&choice.url()).await;
        assert!(page.words(".people li:first-child").contains("Nothing to type"), "{}", page.text());
        let session = browser.cookies[SESSION].clone();
        let answered = browser.press(&page, "person-1", &[]).await;
        assert_eq!(told_of(&portal, &choice, &answered).await, BINH.name);
        assert_eq!(browser.cookies[SESSION], session, "it is the session that there was");

        // The other one has to prove it, and until then whoever was signed in is.
        let choice = portal.start().with("prompt", "select_account");
        let page = browser.open(&choice.url()).await;
        let page = browser.press(&page, "person-2", &[]).await;
        assert!(page.has("#password") && page.words(".who").contains(AN_SHOWN), "{}", page.text());
        assert!(browser.open("/account").await.text().contains(BINH.name));
        let answered = AN.enters(&mut browser, &page, AN.password).await;
        assert_eq!(told_of(&portal, &choice, &answered).await, AN.name);
        assert!(browser.open("/account").await.text().contains(AN.name));
    }

    async fn one_is_signed_out_without_the_other_being_forgotten(world: World) {
        let mut browser = of_both(&world).await;
        let old = browser.clone();
        let other = browser.open(&world.portal("library").start().with("prompt", "login").url()).await;
        let page = asked_who(&world, &mut browser).await;
        let page = browser.press(&page, "sign-out", &[]).await;
        assert!(!browser.cookies.contains_key(SESSION));
        assert_eq!(old.clone().open("/account").await.path(), "/account/sign-in", "the session is over everywhere");
        assert_eq!(page.words(".people"), format!(
            "Who is signing in? {BINH_SHOWN} Sign in on this device Remove {BINH_SHOWN} \
             {AN_SHOWN} Sign in on this device Remove {AN_SHOWN}"
        ));
        // What else was under way is nobody's: the browser is another one.
        assert_eq!(browser.reload(&other).await.status, 403);
        let page = browser.press(&page, "person-2", &[]).await;
        assert!(AN.enters(&mut browser, &page, AN.password).await.answer().contains_key("code"));
    }

    async fn whoever_is_taken_off_a_device_is_a_stranger_there(world: World) {
        let mut browser = of_both(&world).await;
        browser.cookies.remove(SESSION);
        let page = asked_who(&world, &mut browser).await;
        let page = browser.press(&page, "forget-2", &[]).await;
        assert_eq!(page.count(".people li"), 1);
        assert!(!page.text().contains(AN_SHOWN) && page.text().contains(BINH_SHOWN), "{}", page.text());
        assert_eq!(browser.cookies[DEVICE].split('.').count(), 1);
        assert_eq!(new_devices(&world, &AN).await, 1);
        signs_in(&world, &mut browser, &AN, "mine").await;
        assert_eq!(new_devices(&world, &AN).await, 2);
        assert!(!asked_who(&world, &mut browser).await.words(".people li + li").contains(AN_SHOWN));
    }

    async fn a_citizen_sees_which_devices_know_them_and_takes_one_off(world: World) {
        let mut elsewhere = of_both(&world).await;
        world.wait(MINUTE);
        let mut browser = world.browser().named("Mozilla/5.0 (Linux; Android 14) Chrome/140.0 Mobile");
        AN.enters_account(&mut browser, "/account").await;
        let page = browser.open("/account/sessions").await;
        assert_eq!(page.count("#known li"), 2, "{}", page.text());
        let of = |row: usize| page.words(&format!("#known li:nth-child({row})"));
        assert!(of(1).contains("This device") && !of(1).contains("shows your name"), "{}", of(1));
        assert!(!of(2).contains("This device") && of(2).contains("shows your name"), "{}", of(2));

        // Nobody takes another's device off: not with a form of their own.
        let known = page.form_of("forget-2", &[]);
        let mut binh = world.browser();
        BINH.enters_account(&mut binh, "/account").await;
        let own = binh.open("/account/sessions").await;
        let mut theirs = own.form_of("forget-1", &[]).pairs;
        theirs.retain(|(name, _)| name == "csrf");
        theirs.extend(known.pairs.into_iter().filter(|(name, _)| name == "device"));
        binh.submit(&own, &known.action, &theirs).await;
        assert!(asked_who(&world, &mut elsewhere).await.words(".people").contains(AN_SHOWN));

        let page = browser.press(&page, "forget-2", &[]).await;
        assert!(page.text().contains("does not know you any more"), "{}", page.text());
        assert_eq!(page.count("#known li"), 1);
        assert!(!asked_who(&world, &mut elsewhere).await.words(".people").contains(AN_SHOWN));
        assert!(browser.open("/account/activity").await.text().contains("A device was forgotten"));
        let page = browser.press(&page, "forget-1", &[]).await;
        assert!(!page.has("#known") && !browser.cookies.contains_key(DEVICE), "{}", page.text());
        assert_eq!(browser.open("/account").await.path(), "/account", "who is signed in stays so");
    }

    async fn nothing_stays_on_a_device_that_others_use(world: World) {
        let mut browser = of_both(&world).await;
        signs_in(&world, &mut browser, &AN, "shared").await;
        assert_eq!(browser.cookies[DEVICE].split('.').count(), 1, "what is known of the other one stays");
        world.wait(14 * MINUTE);
        assert_eq!(browser.open("/account").await.path(), "/account");
        // Whoever proves themselves again there and says nothing of the device lengthens nothing for long.
        signs_in(&world, &mut browser, &AN, "mine").await;
        assert_eq!(browser.cookies[DEVICE].split('.').count(), 1);
        world.wait(14 * MINUTE);
        assert_eq!(browser.open("/account").await.path(), "/account");
        world.wait(2 * MINUTE);
        assert_eq!(browser.open("/account").await.path(), "/account/sign-in");
        let page = asked_who(&world, &mut browser).await;
        assert_eq!(page.count(".people li"), 1);
        assert!(page.words(".people").contains(BINH_SHOWN));

        // At one that nobody used before there is no cookie at all; and its owner is told, or a thief would say the same.
        let mut strange = world.browser();
        let told = new_devices(&world, &CHAU).await;
        signs_in(&world, &mut strange, &CHAU, "shared").await;
        assert!(!strange.cookies.contains_key(DEVICE));
        assert_eq!(new_devices(&world, &CHAU).await, told + 1);
    }

    async fn whoever_is_asked_to_allow_something_hands_over_to_somebody_else(world: World) {
        let (mut browser, _) = world.signed_in(&world.portal("library"), &AN).await;
        let portal = world.portal("tax-office");
        let started = portal.start();
        let page = browser.open(&started.url()).await;
        assert!(page.has("#allow") && page.words(".not-you").contains(AN_SHOWN), "{}", page.text());
        let page = browser.press(&page, "somebody-else", &[]).await;
        assert!(page.has("#username"), "{}", page.text());
        // The one before can still go on.
        assert!(page.words(".people").contains(AN_SHOWN));
        let page = BINH.signs_in(&mut browser, &page).await;
        let answered = BINH.allows(&mut browser, &page).await;
        assert_eq!(told_of(&portal, &started, &answered).await, BINH.name);
    }
}

#[tokio::test]
async fn where_a_new_proof_is_asked_for_whoever_is_signed_in_proves_it_and_types_no_name() {
    let world = World::embedded().await;
    let (mut browser, _) = world.signed_in(&world.portal("tax-office"), &AN).await;
    for (name, value) in [("prompt", "login"), ("prompt", "login select_account"), ("max_age", "0")] {
        let page = browser.open(&world.portal("tax-office").start().with(name, value).url()).await;
        assert!(page.words(".people").contains("Confirm that it is you"), "{value}: {}", page.text());
        let page = browser.press(&page, "person-1", &[]).await;
        assert!(page.has("#password"), "{value}: {}", page.text());
        assert!(AN.enters(&mut browser, &page, AN.password).await.answer().contains_key("code"));
    }
    // The account's own pages ask the same of whoever wants to do something there later.
    world.wait(11 * MINUTE);
    let page = browser.open("/account/security/password").await;
    let page = browser.press(&page, "person-1", &[]).await;
    assert!(page.has("#password") && page.words(".who").contains(AN_SHOWN), "{}: {}", page.url, page.text());
}

#[tokio::test]
async fn a_portal_that_names_somebody_else_is_not_offered_whoever_is_signed_in() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (_, binh) = world.signed_in(&portal, &BINH).await;
    let mut browser = of_both(&world).await;
    signs_in(&world, &mut browser, &AN, "name").await;
    let hint = binh.json()["id_token"].as_str().unwrap().to_owned();
    let page = browser.open(&portal.start().with("id_token_hint", &hint).url()).await;
    assert!(!page.words(".people").contains(AN_SHOWN), "{}", page.text());
    let page = browser.press(&page, "person-1", &[]).await;
    assert!(page.words(".who").contains(BINH_SHOWN), "{}", page.text());
}

#[tokio::test]
async fn a_locked_citizen_is_named_nowhere() {
    let world = World::embedded().await;
    let mut browser = of_both(&world).await;
    world.operator().locks(&AN).await;
    let page = asked_who(&world, &mut browser).await;
    assert!(!page.text().contains(AN_SHOWN) && page.text().contains(BINH_SHOWN), "{}", page.text());
}

#[tokio::test]
async fn an_old_page_that_names_somebody_who_is_gone_is_shown_anew() {
    let world = World::embedded().await;
    let mut browser = of_both(&world).await;
    browser.cookies.remove(SESSION);
    let old = asked_who(&world, &mut browser).await;
    browser.press(&old, "forget-2", &[]).await;
    for button in ["person-2", "forget-2"] {
        let page = browser.press(&old, button, &[]).await;
        assert_eq!((page.status.as_u16(), page.count(".people li")), (200, 1), "{button}: {}", page.text());
    }
}

#[tokio::test]
async fn six_people_share_a_device_and_the_seventh_takes_the_place_of_whoever_used_it_longest_ago() {
    let world = World::embedded().await;
    let mut browser = world.browser();
    browser.cookies.insert(DEVICE.to_owned(), ["a", "b", "c", "d", "e", "f"].join("."));
    signs_in(&world, &mut browser, &AN, "name").await;
    let kept = browser.cookies[DEVICE].clone();
    assert!(kept.ends_with(".a.b.c.d.e"), "{kept}");
    assert!(asked_who(&world, &mut browser).await.words(".people").contains(AN_SHOWN));
}

#[tokio::test]
async fn a_passkey_of_somebody_else_signs_nobody_in_under_the_name_that_was_chosen() {
    let world = World::with_passkeys(Backend::embedded().await).await;
    let mut phone = phone_of_an(&world).await;
    let mut browser = world.browser();
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    let asked = options(&mut browser, &page, "use-passkey").await.unwrap_or_else(|status| panic!("{status}"));
    // The script sends what stands in the form beside it.
    let page = asked.answer(&mut browser, &page, &phone.get(&asked.options), &[("device", "name")]).await;
    AN.goes_through(&mut browser, page).await;
    signs_in(&world, &mut browser, &BINH, "name").await;
    browser.cookies.remove(SESSION);

    // Who has a passkey is asked for it, and for no other one.
    let started = world.portal("tax-office").start();
    let page = browser.open(&started.url()).await;
    let page = browser.press(&page, "person-2", &[]).await;
    assert!(page.path().ends_with("/passkey"), "{}", page.url);
    let asked = options(&mut browser, &page, "use-passkey").await.unwrap_or_else(|status| panic!("{status}"));
    assert_eq!(asked.options["allowCredentials"].as_array().map(Vec::len), Some(1));
    let answered = asked.answer(&mut browser, &page, &phone.get(&asked.options), &[]).await;
    assert!(answered.answer().contains_key("code"));

    // What the telephone answers to a question that was asked of everybody is nobody's answer, once another was chosen.
    browser.cookies.remove(SESSION);
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    let everybodys = options(&mut browser, &page, "autofill").await.unwrap_or_else(|status| panic!("{status}"));
    let chosen = browser.press(&page, "person-2", &[]).await;
    assert!(chosen.has("#password") && chosen.words(".who").contains(BINH_SHOWN), "{}", chosen.text());
    let page = everybodys.answer(&mut browser, &page, &phone.get(&everybodys.options), &[]).await;
    assert!(page.has("#password") && !browser.cookies.contains_key(SESSION), "{}: {}", page.url, page.text());
    // Nor one to the question that is asked of the one who was chosen.
    let other = browser.open(&chosen.path().replace("/password", "/passkey")).await;
    let of_binh = options(&mut browser, &other, "use-passkey").await.unwrap_or_else(|status| panic!("{status}"));
    let page = of_binh.answer(&mut browser, &other, &phone.get(&of_binh.options), &[]).await;
    assert_eq!(page.status, 401, "{}", page.text());
    assert!(!browser.cookies.contains_key(SESSION));
}
