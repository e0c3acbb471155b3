//! What is unusual about a sign-in: the citizen is told, and more is asked of whoever has the password.

use std::time::Duration;

use senid::config::Settings;
use senid::domain::audit::EventKind;
use senid::domain::citizen::SecondStep;
use senid::domain::risk::Unmet;

use crate::support::world::passkey::{phone_of_an, uses};
use crate::support::world::{AN, BINH, Backend, Browser, CHAU, Citizen, Page, on_every_backend_with_passkeys};
use crate::support::{Authenticator, World};

const HOUR: Duration = Duration::from_secs(3600);

/// In another part of the Internet than everybody else.
const ABROAD: &str = "127.9.0.1";

/// The phone of [`AN`], who is asked for it where something asks for it, and not in every sign-in.
async fn phone_where_asked(world: &World) -> Authenticator {
    let phone = phone_of_an(world).await;
    let an = world.operator().id_of(&AN).await;
    let mut writing = world.app(0).store.write().await.unwrap();
    writing.citizens().set_second_step(an, SecondStep::WhereAsked, world.app(0).clock.now()).await.unwrap();
    phone
}

async fn types_the_password(world: &World, browser: &mut Browser, citizen: &Citizen) -> Page {
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    citizen.signs_in(browser, &page).await
}

fn is_let_in(page: &Page) -> bool {
    page.status == 303 || page.has("#allow")
}

/// What the citizen is told of: how many devices that they had not used.
async fn new_devices(world: &World, citizen: &Citizen) -> usize {
    let app = world.app(0);
    app.audit.flush().await;
    let id = world.operator().id_of(citizen).await;
    let events = app.store.read().await.unwrap().audit().of_citizen(id, None, 100).await.unwrap();
    events.items.iter().filter(|event| event.kind == Some(EventKind::NewDevice)).count()
}

on_every_backend_with_passkeys! {
    async fn whoever_stole_the_password_far_away_is_asked_for_what_they_do_not_have(world: World) {
        let mut phone = phone_where_asked(&world).await;
        assert_eq!(new_devices(&world, &AN).await, 1);
        world.wait(HOUR - Duration::from_secs(1));
        let mut thief = world.browser_at(ABROAD);
        let page = types_the_password(&world, &mut thief, &AN).await;
        assert!(page.text().contains("To go on, confirm it is you"), "{}: {}", page.url, page.text());
        assert!(page.has("#use-passkey") && !page.has("#use-password"), "{}", page.text());
        // The half of a sign-in is none: not for the account, not silently, and not in a sign-in that begins anew.
        assert_eq!(thief.open("/account").await.path(), "/account/sign-in");
        let silent = world.portal("tax-office").start().with("prompt", "none");
        assert_eq!(thief.open(&silent.url()).await.refusal().0, "login_required");
        let again = thief.open(&world.portal("library").start().url()).await;
        assert!(again.has("#username"), "{}", again.text());
        assert!(!thief.cookies.contains_key("senid-device"), "{:?}", thief.cookies);
        assert_eq!(new_devices(&world, &AN).await, 1);

        // The citizen, who went there, has the telephone along.
        let mut abroad = world.browser_at(ABROAD);
        let page = types_the_password(&world, &mut abroad, &AN).await;
        let page = abroad.press(&page, "use-passkey", &[]).await;
        let page = uses(&mut abroad, &page, &mut phone).await;
        assert!(is_let_in(&page), "{}: {}", page.url, page.text());
        assert_eq!(new_devices(&world, &AN).await, 2);
        let activity = abroad.open("/account/activity").await;
        for sentence in [
            "You had not used this device before.",
            "Another of your devices was used in another place just before.",
            "A second proof was asked for.",
        ] {
            assert!(activity.text().contains(sentence), "{sentence}: {}", activity.text());
        }
        // From now on this is one of the places where the citizen has been, and the device one of theirs.
        assert!(is_let_in(&types_the_password(&world, &mut world.browser_at(ABROAD), &AN).await));
        abroad.cookies.remove("senid-session");
        assert!(is_let_in(&types_the_password(&world, &mut abroad, &AN).await));
    }

    async fn who_has_had_time_to_travel_is_asked_for_nothing_more(world: World) {
        phone_where_asked(&world).await;
        world.wait(HOUR);
        let mut abroad = world.browser_at(ABROAD);
        assert!(is_let_in(&types_the_password(&world, &mut abroad, &AN).await));
        assert_eq!(new_devices(&world, &AN).await, 2, "and is told of the new device");
        let activity = abroad.open("/account/activity").await.text();
        assert!(!activity.contains("A second proof") && !activity.contains("in another place"), "{activity}");
    }

    async fn a_passkey_alone_is_enough_anywhere(world: World) {
        let mut phone = phone_where_asked(&world).await;
        let mut abroad = world.browser_at(ABROAD);
        let page = abroad.open(&world.portal("tax-office").start().url()).await;
        let page = uses(&mut abroad, &page, &mut phone).await;
        assert!(is_let_in(&page), "{}: {}", page.url, page.text());
    }

    async fn who_has_a_password_alone_is_let_in_and_told(world: World) {
        world.signed_in(&world.portal("tax-office"), &BINH).await;
        let mut abroad = world.browser_at(ABROAD);
        assert!(is_let_in(&types_the_password(&world, &mut abroad, &BINH).await));
        assert_eq!(new_devices(&world, &BINH).await, 2);
        let activity = abroad.open("/account/activity").await.text();
        assert!(activity.contains("in another place just before"), "{activity}");
        assert!(!activity.contains("A second proof"), "{activity}");
        // A device that they have used is told of once.
        abroad.cookies.remove("senid-session");
        assert!(is_let_in(&types_the_password(&world, &mut abroad, &BINH).await));
        assert_eq!(new_devices(&world, &BINH).await, 2);
    }
}

#[tokio::test]
async fn an_operator_may_refuse_whoever_has_nothing_more() {
    let refuse = |settings: &mut Settings| settings.risk.on_unmet = Unmet::Refuse;
    let world = World::embedded_with(refuse).await;
    world.signed_in(&world.portal("tax-office"), &BINH).await;
    let mut abroad = world.browser_at(ABROAD);
    let page = types_the_password(&world, &mut abroad, &BINH).await;
    assert!(page.path().ends_with("/step-up") && !page.has("#use-password"), "{}: {}", page.url, page.text());
    assert_eq!(abroad.open("/account").await.path(), "/account/sign-in");
    assert!(!abroad.cookies.contains_key("senid-device"));
    assert_eq!(new_devices(&world, &BINH).await, 2, "their password is known to somebody");
    // At home nothing is unusual.
    let mut home = world.browser();
    assert!(is_let_in(&types_the_password(&world, &mut home, &BINH).await));
}

#[tokio::test]
async fn a_network_that_tries_many_names_is_asked_for_more() {
    let few = |settings: &mut Settings| settings.risk.accounts_per_address.most = 2;
    let world = World::with_passkeys_and(Backend::embedded().await, few).await;
    phone_where_asked(&world).await;
    let nobody = Citizen { identifier: "001099999999", ..AN };
    for citizen in [nobody, CHAU] {
        let mut stranger = world.browser_at("127.0.0.9");
        for _ in 0..2 {
            let page = stranger.open(&world.portal("tax-office").start().url()).await;
            assert_eq!(citizen.tries(&mut stranger, &page, "a wrong password").await.status, 401);
        }
    }
    // The third name: whether the tries before were right makes no difference.
    let mut thief = world.browser_at("127.0.0.9");
    let page = types_the_password(&world, &mut thief, &AN).await;
    assert!(!is_let_in(&page) && page.has("#use-passkey"), "{}: {}", page.url, page.text());
    assert!(is_let_in(&types_the_password(&world, &mut world.browser_at("127.0.0.8"), &AN).await));
    // An hour later they are counted anew.
    world.wait(HOUR);
    assert!(is_let_in(&types_the_password(&world, &mut world.browser_at("127.0.0.9"), &AN).await));
}

#[tokio::test]
async fn where_no_rule_is_on_nobody_is_bothered() {
    let off = |settings: &mut Settings| {
        use senid::domain::risk::Response::Off;
        let risk = &mut settings.risk;
        (risk.new_device, risk.impossible_travel, risk.many_accounts) = (Off, Off, Off);
    };
    let world = World::with_passkeys_and(Backend::embedded().await, off).await;
    phone_where_asked(&world).await;
    let mut abroad = world.browser_at(ABROAD);
    assert!(is_let_in(&types_the_password(&world, &mut abroad, &AN).await));
    assert_eq!(new_devices(&world, &AN).await, 0);
}
