//! What kind of authenticator it is (CVE-2026-8830): held on the server, and worth nothing where nobody vouches for it. What makers sign
//! is taken apart beside the code; here it is what a citizen gets in with.

use senid::config::Settings;
use senid::domain::attestation::{AttestationPolicy, Unattested};

use crate::support::authenticator::{bytes, integer, map, text};
use crate::support::world::passkey::{enrols, uses};
use crate::support::world::{AN, Backend};
use crate::support::{Authenticator, Behaviour, World};

const MODEL: &str = "ee882879-721c-4913-9775-3dfcce97072a";
const AAGUID: [u8; 16] =
    [0xee, 0x88, 0x28, 0x79, 0x72, 0x1c, 0x49, 0x13, 0x97, 0x75, 0x3d, 0xfc, 0xce, 0x97, 0x07, 0x2a];
const HARDWARE: &str = r#"{"id_token":{"acr":{"essential":true,"values":["phrh"]}}}"#;

/// A deployment that knows one model, and does so with the others.
async fn world(unattested: Unattested) -> World {
    let change = |settings: &mut Settings| {
        settings.attestation.policy = AttestationPolicy::KnownModels;
        settings.attestation.models = vec![MODEL.parse().unwrap()];
        settings.attestation.unattested = unattested;
    };
    World::with_passkeys_and(Backend::embedded().await, change).await
}

/// Who says of themselves that they are that model, in each way that proves nothing.
fn pretenders() -> Vec<(&'static str, Behaviour)> {
    let key = || Behaviour { aaguid: AAGUID, ..Behaviour::opened_key() };
    let by_itself = map(&[(text("alg"), integer(-7)), (text("sig"), bytes(&[0x30; 70]))]);
    vec![
        ("a synced passkey", Behaviour::default()),
        ("a key that says nothing", Behaviour::opened_key()),
        ("the model's name and no statement", key()),
        ("a statement that nobody signed", Behaviour { statement: ("packed", by_itself), ..key() }),
        ("a format without a maker", Behaviour { statement: ("fido-u2f", map(&[])), ..key() }),
    ]
}

#[tokio::test]
async fn whoever_proves_no_model_enrols_nothing_where_that_is_demanded() {
    let world = world(Unattested::Refused).await;
    let mut browser = world.browser();
    AN.enters_account(&mut browser, "/account").await;
    for (what, behaviour) in pretenders() {
        let mut key = Authenticator::behaving(&world.issuer, behaviour);
        let refused = enrols(&mut browser, &mut key, "Mine").await;
        assert!(refused.status == 422 && refused.has("#problem"), "{what}: {}", refused.text());
    }
    assert_eq!(browser.open("/account/security").await.count(".credential"), 0);
}

#[tokio::test]
async fn whoever_proves_no_model_is_never_hardware_bound() {
    let world = world(Unattested::Enrolled).await;
    let mut browser = world.browser();
    AN.enters_account(&mut browser, "/account").await;
    let mut key = Authenticator::behaving(&world.issuer, Behaviour { aaguid: AAGUID, ..Behaviour::opened_key() });
    let added = enrols(&mut browser, &mut key, "Mine").await;
    assert!(added.has("#next-time"), "{}", added.text());
    world.raises_everything(&AN).await;
    let portal = world.portal("tax-office");
    // It is phishing-resistant, and signs in; hardware is what it says of itself.
    let mut fresh = world.browser();
    let started = portal.start().with("acr_values", "phrh phr");
    let page = fresh.open(&started.url()).await;
    let page = uses(&mut fresh, &page, &mut key).await;
    let answered = AN.goes_through(&mut fresh, page).await;
    let told = portal.id_token(&portal.exchange(&started, &answered.code()).await).await;
    assert_eq!(told["acr"], "phr", "{told}");
    let page = fresh.open(&portal.start().with("claims", HARDWARE).url()).await;
    assert!(page.has("#how") && !page.has("#use-passkey"), "{}: {}", page.url, page.text());
    let silent = portal.start().with("claims", HARDWARE).with("prompt", "none");
    assert_eq!(fresh.open(&silent.url()).await.refusal().0, "unmet_authentication_requirements");
}
