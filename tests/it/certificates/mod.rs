//! Signing in with a digital-signature certificate. What a chain must be is in `security/certificate_chain.rs`, what revocation says
//! in `certificates/revocation`; here, certificates are presented, and people are signed in or told why not.

mod added;
mod binding;
mod brought;
mod connection;
mod presentation;
mod remote;
mod signature;
mod smart_card;
mod web_eid;

use senid::config::Settings;
use senid::domain::assurance::AuthenticationLevel;
use senid::domain::national_id::Scheme;
use senid::domain::trust::{
    AuthorityPolicy, CertificatePolicies, DeviceProtection, Identifiers, NonceDemand, OnUnavailable, RevocationSources,
    SubjectRule, TrustedAuthority,
};

use crate::support::World;
use crate::support::pki::{Authority, Card, Key, Profile, subjects};
use crate::support::world::{AN, Browser, Page, Portal};

/// The policy under which the test's authority issues keys that live in devices.
pub const IN_A_DEVICE: &str = "1.3.6.1.4.1.99999.1.1";

/// An authority of the trust folder, which nobody can be asked about.
fn trusted(authority: &Authority) -> TrustedAuthority {
    TrustedAuthority {
        name: "test-ca".to_owned(),
        anchor: authority.der().to_vec(),
        intermediates: Vec::new(),
        policy: AuthorityPolicy {
            policies: CertificatePolicies::default(),
            device: DeviceProtection { policies: vec![IN_A_DEVICE.parse().unwrap()], qualified: false },
            revocation: RevocationSources {
                responders: Vec::new(),
                lists: Vec::new(),
                of_certificate: false,
                nonce: NonceDemand::Demanded,
                on_unavailable: OnUnavailable::Level(AuthenticationLevel::TwoFactors),
            },
            identifiers: Identifiers { rules: vec![SubjectRule::VietNam], schemes: vec![Scheme::Vn] },
            bind_on_first_use: true,
            proves_identity: false,
        },
    }
}

pub fn trusts(settings: &mut Settings, authority: &Authority) {
    trusts_with(settings, authority, |_| {});
}

pub fn trusts_with(settings: &mut Settings, authority: &Authority, change: impl FnOnce(&mut AuthorityPolicy)) {
    let mut trusted = trusted(authority);
    change(&mut trusted.policy);
    settings.certificates.authorities = vec![trusted];
}

/// A card with a key of this kind, which its PIN opens: it is two factors by itself, however often the same person comes.
pub fn with_key(authority: &Authority, profile: Profile, key: Key) -> Card {
    authority.issues(profile.with("certificatePolicies", IN_A_DEVICE).with_key(key))
}

/// Cô An's card.
pub fn card_of_an(authority: &Authority) -> Card {
    authority.issues(subjects::vietnamese_of(AN.identifier).with("certificatePolicies", IN_A_DEVICE))
}

pub async fn world(authority: &Authority) -> World {
    World::embedded_with(|settings| trusts(settings, authority)).await
}

/// A browser at the choice of ways, for a portal.
pub async fn at_the_choice(world: &World, portal: &Portal) -> (Browser, Page) {
    let mut browser = world.browser();
    let page = choose(&mut browser, portal).await;
    (browser, page)
}

pub async fn choose(browser: &mut Browser, portal: &Portal) -> Page {
    let page = browser.open(&portal.start().url()).await;
    let page = browser.press(&page, "use-certificate", &[]).await;
    assert!(page.path().ends_with("/certificate"), "{}", page.url);
    page
}

/// The page of a way.
pub async fn way(browser: &mut Browser, page: &Page, way: &str) -> Page {
    browser.open(&page.link(&format!("#way-{way}"))).await
}
