//! What has let someone in elsewhere, tried here: one file a class, each test named for what is refused.
//! `SECURITY.md` holds the table of class, test and the code that holds it.

mod account_states;
pub mod administration;
mod algorithm_confusion;
mod approvals;
mod approved_as_shown;
mod attestation;
mod audit_and_logs;
mod authorization_details;
mod brute_force;
pub mod certificate_chain;
mod certificate_policy;
mod certificate_revocation;
mod certificate_subject;
mod certificates;
mod ciba;
mod client_authentication;
mod code_binding;
mod consent_and_scope;
mod cross_device;
mod csrf_and_cors;
mod denial_of_service;
mod disabled_subject_or_client;
mod dpop;
mod enumeration;
mod framing;
mod identifier_aliases;
mod introspection_audience;
mod level_inflation;
mod locked_accounts;
mod message_pumping;
mod one_time_codes;
mod one_use;
mod outbound_fetch;
mod parsing;
mod pkce;
mod proposals;
mod pushed_requests;
mod recovery;
mod redirect_uri;
mod reflected_text;
mod refresh_race;
mod registration;
mod registration_update;
mod release_policy;
mod request_objects;
mod response_mode;
mod self_registered_portals;
mod self_registration;
mod session_fixation;
mod squatting;
mod stages;
mod step_skipping;
mod stolen_database;
mod stolen_password;
mod subject_identifiers;
mod token_exchange;
mod typed_forms;
mod verified_contacts;
mod webauthn;

use std::collections::BTreeSet;
use std::path::Path;

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

/// What SECURITY.md says of the tests and the code is held against both.
#[test]
fn the_table_of_promises_names_every_class_and_only_files_that_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let rows = text.lines().skip_while(|line| *line != "| class | the tests | the code that holds it |").skip(2);
    let rows: Vec<Vec<&str>> =
        rows.take_while(|line| line.starts_with('|')).map(|line| line.trim_matches('|').split('|').collect()).collect();
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<String>>();
    // A class of its own by its name; a test that stands elsewhere by its path.
    let (elsewhere, named): (BTreeSet<String>, BTreeSet<String>) =
        rows.iter().flat_map(|row| quoted(row[1])).partition(|name| name.contains('/'));
    for path in elsewhere {
        assert!(root.join(&path).exists(), "{path} is not there");
    }
    let files = std::fs::read_dir(root.join("tests/it/security")).unwrap();
    let files = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let classes: BTreeSet<String> =
        files.filter(|file| file != "mod.rs").map(|file| file.trim_end_matches(".rs").to_owned()).collect();
    assert_eq!(named, classes);
    let code: BTreeSet<String> = rows.iter().flat_map(|row| quoted(row[2])).filter(|name| name.contains('/')).collect();
    assert!(code.len() > 20, "{code:?}");
    for path in code {
        assert!(root.join("src").join(&path).exists(), "{path} is not there");
    }
}
