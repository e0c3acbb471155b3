//! What has let someone in elsewhere, tried here: one file a class, each test named for what is refused.
//! `SECURITY.md` holds the table of class, test and the code that holds it.

mod algorithm_confusion;
mod audit_and_logs;
mod brute_force;
mod client_authentication;
mod code_binding;
mod consent_and_scope;
mod csrf_and_cors;
mod denial_of_service;
mod disabled_subject_or_client;
mod enumeration;
mod framing;
mod parsing;
mod pkce;
mod redirect_uri;
mod reflected_text;
mod refresh_race;
mod session_fixation;
mod step_skipping;
mod subject_identifiers;

use crate::support::World;
use crate::support::world::{Browser, Citizen, Page, Portal, Started};

/// Goes to the page that asks for the citizen's password, in a sign-in that the portal begins.
async fn up_to_password(browser: &mut Browser, portal: &Portal, citizen: &Citizen) -> Page {
    let page = browser.open(&portal.start().url()).await;
    let page = citizen.identifies(browser, &page).await;
    assert!(page.has("#password"), "{}: {}", page.url, page.text());
    page
}

/// Signs in up to the answer, whose code nobody has exchanged yet.
async fn up_to_code(world: &World, portal: &Portal, citizen: &Citizen) -> (Browser, Started, String) {
    let mut browser = world.browser();
    let started = portal.start();
    let page = browser.open(&started.url()).await;
    let code = citizen.goes_through(&mut browser, page).await.code();
    (browser, started, code)
}
