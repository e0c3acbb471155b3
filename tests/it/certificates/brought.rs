//! What a certificate that is bound brings, as the settings let it be presented.

use std::time::Duration;

use senid::config::RemoteSigning;
use senid::domain::assurance::{AuthenticationLevel, Proofs, Requirement};
use senid::domain::secret::SecretString;
use senid::domain::time::Clock;

use super::web_eid::presents;
use super::{at_the_choice, card_of_an, signature, trusts, way};
use crate::support::World;
use crate::support::pki::Authority;
use crate::support::world::AN;

/// What the citizen could bring for a client, and for their own account: whether anything, and whether it is phishing-resistant.
async fn brings(world: &World, client: Option<&str>) -> (bool, bool) {
    let id = world.operator().id_of(&AN).await;
    let client = client.map(|client| client.parse().unwrap());
    let held = senid::flows::holdings::load(world.app(0), id, client.as_ref()).await.unwrap().unwrap();
    let two = Requirement::level(AuthenticationLevel::TwoFactors);
    let phr = Requirement { phishing_resistant: true, ..two };
    let (none, now) = (Proofs::default(), world.clock.now());
    (held.can_bring(&none, two, now), held.can_bring(&none, phr, now))
}

#[tokio::test]
async fn a_certificate_is_phishing_resistant_only_in_ways_that_are() {
    let authority = Authority::root("Authority");
    for (web_eid, expected) in [(true, (true, true)), (false, (true, false))] {
        let world = World::embedded_with(|settings| {
            trusts(settings, &authority);
            settings.certificate_sign_in.web_eid = web_eid;
        })
        .await;
        let card = card_of_an(&authority);
        let (mut browser, page) = at_the_choice(&world, &world.portal("tax-office")).await;
        let page = way(&mut browser, &page, "signature").await;
        let page = signature::signs(&mut browser, &page, &card).await;
        assert!(page.has("#allow"), "{}", page.text());
        assert_eq!(brings(&world, Some("tax-office")).await, expected, "Web eID: {web_eid}");
        // A portal that asks for more than a signature can show hears so at once, and nobody is asked for the card again.
        let asked = world
            .portal("tax-office")
            .start()
            .with("claims", r#"{"id_token":{"acr":{"essential":true,"value":"phr"}}}"#);
        let page = browser.open(&asked.url()).await;
        match web_eid {
            true => {
                assert!(page.has("#use-certificate") && !page.has("#use-password"), "{}", page.text());
                // Signed once more, it would show no more than before.
                let page = browser.press(&page, "use-certificate", &[]).await;
                assert!(page.has("#way-web-eid") && !page.has("#way-signature"), "{}", page.text());
            }
            false => assert_eq!(page.refusal().0, "unmet_authentication_requirements"),
        }
        let page = browser.open("/account/security").await;
        assert_eq!(page.text().contains("cannot be used on a false site"), web_eid, "{}", page.text());
    }
}

#[tokio::test]
async fn what_only_a_telephone_signs_is_brought_where_it_is_asked_for_and_nowhere_else() {
    let authority = Authority::root("Authority");
    let world = World::embedded_with(|settings| {
        trusts(settings, &authority);
        settings.certificate_sign_in.remote = Some(RemoteSigning {
            url: "http://127.0.0.1:9/".parse().unwrap(),
            secret: SecretString::new("what the two of them share, and no one else"),
            clients: vec!["library".parse().unwrap()],
            time: Duration::from_secs(60),
        });
    })
    .await;
    assert!(presents(&world, &card_of_an(&authority), "ES256").await.has("#allow"));
    let mut settings = senid::config::Settings::clone(&world.app(0).settings);
    settings.certificate_sign_in.web_eid = false;
    settings.certificate_sign_in.signature = false;
    let world = World::start(world.stop().await, |now| {
        now.certificates = settings.certificates.clone();
        now.certificate_sign_in = settings.certificate_sign_in.clone();
    })
    .await;
    assert_eq!(brings(&world, Some("library")).await, (true, false));
    assert_eq!(brings(&world, Some("tax-office")).await, (false, false));
    assert_eq!(brings(&world, None).await, (false, false));
}
