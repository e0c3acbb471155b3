//! Organisations: registered by whoever represents them, acted for by whoever was given a mandate, and no longer than that stands.

mod account;
mod ending;
mod signing_in;

use senid::domain::ids::MandateId;

use crate::support::World;
use crate::support::world::{Browser, Citizen, Page, Portal, Started, TokenAnswer};

/// As its tax code is typed, and as the identity store knows it.
pub const CODE: &str = "0100109106";
pub const RED_RIVER: &str = "vn-mst:0100109106";
const NAME: &str = "Công ty Cổ phần Sông Hồng";

/// The portal, which may ask in whose name its people act.
pub async fn asks(world: &World, client: &'static str) -> Portal {
    let change = |client: &mut senid::domain::client::Client| {
        client.scopes = client.scopes.union(&"organisation".parse().unwrap());
    };
    world.operator().changes(client, change).await;
    world.portal(client)
}

/// What the portal asks for: who it is, for whom they act, and to come back.
pub fn begins(portal: &Portal) -> Started {
    portal.start().with("scope", "openid profile offline_access organisation")
}

/// The citizen asks to be confirmed as Red River's legal representative.
pub async fn asks_to_register(world: &World, citizen: &Citizen) -> (Browser, Page) {
    let mut browser = world.browser();
    let page = citizen.enters_account(&mut browser, "/account/organisations/new").await;
    let form = [("scheme", "vn-mst"), ("code", CODE), ("name", NAME)];
    let page = browser.press(&page, "ask", &form).await;
    (browser, page)
}

/// The citizen represents Red River, as two registrars have confirmed.
pub async fn represents(world: &World, citizen: &Citizen) -> Browser {
    let (browser, page) = asks_to_register(world, citizen).await;
    assert_eq!(page.path(), "/account/organisations", "{}", page.text());
    for registrar in ["lan", "minh"] {
        world.operator().confirms(registrar).await.unwrap();
    }
    browser
}

/// What is offered.
#[derive(Clone, Copy)]
pub struct Offer<'a> {
    pub to: &'a str,
    pub portals: &'a [&'a str],
    /// The last day.
    pub ends: &'a str,
    pub may_delegate: bool,
}

impl<'a> Offer<'a> {
    pub fn to(citizen: &Citizen) -> Self {
        Self { to: citizen.identifier, portals: &["tax-office"], ends: "", may_delegate: false }
    }
}

/// Red River's page, as whoever acts for it sees it.
pub async fn red_river(browser: &mut Browser) -> Page {
    let list = browser.open("/account/organisations").await;
    browser.open(&list.link(".connected a[href*='/account/organisations/']")).await
}

/// Offers somebody a mandate; the page that says what became of it.
pub async fn offers(browser: &mut Browser, offer: Offer<'_>) -> Page {
    let page = red_river(browser).await;
    let page = browser.open(&page.link("#invite")).await;
    let mut form = page.form_of("offer", &[("username", offer.to), ("ends", offer.ends)]);
    let portals = offer.portals.iter().map(|portal| ("portal".to_owned(), (*portal).to_owned()));
    form.pairs.extend(portals);
    if offer.may_delegate {
        form.pairs.push(("delegation".to_owned(), "allowed".to_owned()));
    }
    browser.submit(&page, &form.action, &form.pairs).await
}

/// As [`offers`], where it may be; the code that leads to it.
pub async fn invites(browser: &mut Browser, offer: Offer<'_>) -> String {
    let page = offers(browser, offer).await;
    assert_eq!(page.status, 200, "{}", page.text());
    page.words("#invitation-code")
}

/// Looks at what the code offers.
pub async fn looks_at(browser: &mut Browser, citizen: &Citizen, code: &str) -> Page {
    let page = citizen.enters_account(browser, "/account/organisations/invitation").await;
    browser.press(&page, "look", &[("code", code)]).await
}

/// Accepts it.
pub async fn accepts(world: &World, citizen: &Citizen, code: &str) -> Browser {
    let mut browser = world.browser();
    let page = looks_at(&mut browser, citizen, code).await;
    let page = browser.press(&page, "accept", &[]).await;
    assert!(page.path().starts_with("/account/organisations/"), "{}", page.text());
    browser
}

/// The mandates that the citizen holds now.
pub async fn mandates(world: &World, citizen: &Citizen) -> Vec<MandateId> {
    let id = world.operator().id_of(citizen).await;
    let held = world.app(0).store.read().await.unwrap().mandates().of_citizen(id, 10).await.unwrap();
    held.iter().map(|held| held.mandate.id).collect()
}

/// Signs in up to the choice of in whose name.
pub async fn comes_to_the_choice(browser: &mut Browser, citizen: &Citizen, started: &Started) -> Page {
    let page = browser.open(&started.url()).await;
    let page = if page.has("#username") { citizen.signs_in(browser, &page).await } else { page };
    assert!(page.path().ends_with("/in-whose-name"), "{}: {}", page.url, page.text());
    page
}

/// Chooses, and does whatever else is asked, until the portal is answered.
pub async fn chooses(browser: &mut Browser, citizen: &Citizen, page: &Page, button: &str) -> Page {
    let page = browser.press(page, button, &[]).await;
    citizen.goes_through(browser, page).await
}

/// Signs in to the portal in the name of the first organisation that is offered.
pub async fn acts(browser: &mut Browser, portal: &Portal, citizen: &Citizen) -> TokenAnswer {
    let started = begins(portal);
    let page = comes_to_the_choice(browser, citizen, &started).await;
    let page = chooses(browser, citizen, &page, "choice-1").await;
    let tokens = portal.exchange(&started, &page.code()).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    tokens
}
