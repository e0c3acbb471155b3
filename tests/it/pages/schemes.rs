//! Several countries' numbers in one deployment: the page asks which one is typed, and a bare number is the default's.

use senid::domain::national_id::{Scheme, Schemes};
use senid::flows::admin::particulars::Column;

use crate::support::World;
use crate::support::world::{AN, BINH, Browser, Citizen, Page};

const KALJU: Citizen = Citizen { name: "Kalju Tamm", identifier: "38001085718", password: AN.password };
/// A Malaysian whose number has as many digits as a Vietnamese one, and a Vietnamese who has those digits.
const MALAYSIAN: Citizen = Citizen { name: "Aisyah binti Ali", identifier: "770305021234", password: AN.password };
const VIETNAMESE: Citizen = Citizen { name: "Lê Văn Tám", identifier: "770305021234", password: BINH.password };

async fn world() -> World {
    let schemes = Schemes::new(vec![Scheme::Vn, Scheme::Ee, Scheme::My], Scheme::Vn).unwrap();
    let world = World::embedded_with(|settings| settings.national_id = schemes).await;
    world.operator().adds(&KALJU, &[(Column::Scheme, "ee")]).await;
    world.operator().adds(&MALAYSIAN, &[(Column::Scheme, "my")]).await;
    world.operator().adds(&VIETNAMESE, &[]).await;
    world
}

async fn begin(world: &World) -> (Browser, Page) {
    let mut browser = world.browser().speaking("en");
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    (browser, page)
}

fn chosen(page: &Page) -> String {
    page.attribute("#scheme option[selected]", "value")
}

/// The number that the tax office is told of whoever signs in so.
async fn told(world: &World, citizen: &Citizen, scheme: &str) -> String {
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let started = portal.start();
    let page = browser.open(&started.url()).await;
    let page = browser.press(&page, "continue", &[("username", citizen.identifier), ("scheme", scheme)]).await;
    let page = citizen.enters(&mut browser, &page, citizen.password).await;
    let page = citizen.goes_through(&mut browser, page).await;
    let tokens = portal.exchange(&started, &page.code()).await;
    let claims = portal.claims(&tokens.access_token()).await;
    format!("{} {}", claims["national_id"].as_str().unwrap(), claims["name"].as_str().unwrap())
}

#[tokio::test]
async fn one_scheme_is_not_asked_about() {
    let (_, page) = begin(&World::embedded().await).await;
    assert!(!page.has("#scheme") && page.has("#username"));
    assert!(!world().await.browser().open("/recover").await.text().is_empty());
}

#[tokio::test]
async fn a_bare_number_is_of_the_default_scheme_and_the_others_are_chosen() {
    let world = world().await;
    let (_, page) = begin(&world).await;
    assert_eq!((chosen(&page).as_str(), page.count("#scheme option")), ("vn", 3));
    assert_eq!(told(&world, &KALJU, "ee").await, "38001085718 Kalju Tamm");
    assert_eq!(told(&world, &AN, "vn").await, format!("{} {}", AN.identifier, AN.name));
    // The same digits are two people's.
    assert_eq!(told(&world, &MALAYSIAN, "my").await, "770305021234 Aisyah binti Ali");
    assert_eq!(told(&world, &VIETNAMESE, "vn").await, "770305021234 Lê Văn Tám");
}

#[tokio::test]
async fn what_was_chosen_is_kept_beside_what_was_typed() {
    let world = world().await;
    let (mut browser, page) = begin(&world).await;
    let wrong = browser.press(&page, "continue", &[("username", "38001085719"), ("scheme", "ee")]).await;
    assert_eq!((wrong.status.as_u16(), chosen(&wrong).as_str()), (422, "ee"));
    assert_eq!(wrong.field("username"), "38001085719");
    assert!(wrong.problem().contains("Personal identification code (Estonia)"), "{}", wrong.problem());
    let password = browser.press(&wrong, "continue", &[("username", KALJU.identifier)]).await;
    assert!(password.has("#password"), "{}", password.text());
    let back = browser.open(page.path()).await;
    assert_eq!((chosen(&back).as_str(), back.field("username").as_str()), ("ee", KALJU.identifier));
    let recover = browser.open("/recover").await;
    let more = [("username", "38001085719"), ("scheme", "ee"), ("code", "x"), ("password", "quite another sentence")];
    let recover = browser.press(&recover, "recover", &more).await;
    assert_eq!((recover.status.as_u16(), chosen(&recover).as_str()), (422, "ee"));
}

#[tokio::test]
async fn a_scheme_that_is_not_accepted_is_nobody_s() {
    let world = world().await;
    for scheme in ["ru", "EE", "xx", "vn "] {
        let (mut browser, page) = begin(&world).await;
        let refused = browser.press(&page, "continue", &[("username", AN.identifier), ("scheme", scheme)]).await;
        assert_eq!((refused.status.as_u16(), chosen(&refused).as_str()), (422, "vn"), "{scheme}");
        let page = browser.open("/recover").await;
        let more =
            [("username", AN.identifier), ("scheme", scheme), ("code", "x"), ("password", "quite another sentence")];
        assert_eq!(browser.press(&page, "recover", &more).await.status, 422, "{scheme}");
    }
    // One scheme's number under another's name is none, or somebody else's.
    let (mut browser, page) = begin(&world).await;
    let other = browser.press(&page, "continue", &[("username", KALJU.identifier), ("scheme", "my")]).await;
    assert_eq!(other.status, 422);
    let (mut browser, page) = begin(&world).await;
    let page = browser.press(&page, "continue", &[("username", MALAYSIAN.identifier), ("scheme", "vn")]).await;
    assert_eq!(MALAYSIAN.enters(&mut browser, &page, "not the password of either").await.status, 401);
}
