//! The certificate becomes a credential of its citizen's, and what it counts for.

use std::time::Duration;

use senid::domain::assurance::AuthenticationLevel;
use senid::domain::audit::EventKind;
use senid::domain::credential::CredentialKind;
use senid::domain::time::Clock;
use senid::domain::trust::OnUnavailable;

use super::web_eid::presents;
use super::{IN_A_DEVICE, at_the_choice, card_of_an, trusts, trusts_with, way, world};
use crate::support::World;
use crate::support::outside::{Outside, ok};
use crate::support::pki::responder::Answers;
use crate::support::pki::{Authority, subjects};
use crate::support::world::{AN, Backend, Citizen, NOW};

pub async fn credentials(world: &World, citizen: &Citizen) -> Vec<senid::storage::StoredCredential> {
    let id = world.operator().id_of(citizen).await;
    world.app(0).store.read().await.unwrap().credentials().list(id).await.unwrap()
}

#[tokio::test]
async fn the_first_use_binds_it_and_every_other_uses_it() {
    let authority = Authority::root("Authority");
    let world = world(&authority).await;
    let card = card_of_an(&authority);
    for _ in 0..2 {
        assert!(presents(&world, &card, "ES256").await.has("#allow"));
    }
    let held = credentials(&world, &AN).await;
    let [one] = held.as_slice() else { panic!("{held:?}") };
    assert_eq!(one.credential.kind, CredentialKind::Certificate);
    assert!(one.credential.name.as_str().starts_with("test-ca …"), "{}", one.credential.name);
    assert!(one.credential.traits.unlocked && one.credential.traits.hardware_bound);
    assert!(one.credential.last_used_at.is_some());
    // A renewed card is another one.
    assert!(presents(&world, &card_of_an(&authority), "ES256").await.has("#allow"));
    assert_eq!(credentials(&world, &AN).await.len(), 2);
    let events = world.operator().events_of(&AN).await;
    let count = |kind| events.iter().filter(|event| event.kind == Some(kind)).count();
    assert_eq!((count(EventKind::CertificateBound), count(EventKind::CertificateAccepted)), (2, 3));
}

#[tokio::test]
async fn without_the_authority_s_leave_nothing_is_bound_by_itself() {
    let authority = Authority::root("Authority");
    let world = World::embedded_with(|settings| {
        trusts_with(settings, &authority, |policy| policy.bind_on_first_use = false);
    })
    .await;
    let page = presents(&world, &card_of_an(&authority), "ES256").await;
    assert!(page.problem().contains("must be added first"), "{}", page.text());
    assert!(credentials(&world, &AN).await.is_empty());
}

#[tokio::test]
async fn nobody_is_let_in_to_an_account_that_is_locked_or_not_confirmed() {
    let authority = Authority::root("Authority");
    let world = world(&authority).await;
    world.operator().locks(&AN).await;
    let page = presents(&world, &card_of_an(&authority), "ES256").await;
    assert!(page.problem().contains("is locked"), "{}", page.text());
    let unconfirmed = senid::demo::people::PEOPLE.iter().find(|person| person.account_level == 0).unwrap();
    let card = authority.issues(subjects::vietnamese_of(unconfirmed.national_id));
    let page = presents(&world, &card, "ES256").await;
    assert!(page.problem().contains("has not been confirmed"), "{}", page.text());
}

#[tokio::test]
async fn where_nobody_says_whether_it_was_revoked_it_is_refused_or_counts_for_less() {
    let authority = Authority::root("Authority");
    let with = |on_unavailable| {
        let authority = &authority;
        World::embedded_with(move |settings| {
            trusts_with(settings, authority, |policy| policy.revocation.on_unavailable = on_unavailable);
        })
    };
    let world = with(OnUnavailable::Refuse).await;
    let page = presents(&world, &card_of_an(&authority), "ES256").await;
    assert_eq!(page.status, 503, "{}", page.text());
    assert!(page.problem().contains("nobody can say"), "{}", page.text());
    for (level, expected) in [(AuthenticationLevel::OneFactor, 1), (AuthenticationLevel::TwoFactors, 2)] {
        let world = with(OnUnavailable::Level(level)).await;
        assert!(presents(&world, &card_of_an(&authority), "ES256").await.has("#allow"));
        let events = world.operator().events_of(&AN).await;
        let said = events.iter().find(|event| event.kind == Some(EventKind::CertificateAccepted)).unwrap();
        assert!(format!("{said:?}").contains(&format!("urn:senid:aal:{expected}")), "{said:?}");
    }
}

#[tokio::test]
async fn a_key_that_no_device_is_said_to_hold_is_one_factor() {
    let authority = Authority::root("Authority");
    let world = World::embedded_with(|settings| trusts(settings, &authority)).await;
    let card = authority.issues(subjects::vietnamese_of(AN.identifier));
    assert!(presents(&world, &card, "ES256").await.has("#allow"));
    let held = credentials(&world, &AN).await;
    assert!(!held[0].credential.traits.unlocked && !held[0].credential.traits.hardware_bound);
}

/// Whoever found the card, or has a copy of its key, does not undo what its owner did.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_its_owner_removed_is_not_bound_again_by_being_shown() {
    let authority = Authority::root("Authority");
    for backend in [Backend::embedded().await, Backend::production().await] {
        let world = World::start(backend, |settings| trusts(settings, &authority)).await;
        let card = card_of_an(&authority);
        let (mut browser, page) = at_the_choice(&world, &world.portal("tax-office")).await;
        let page = way(&mut browser, &page, "web-eid").await;
        let token = card.web_eid("ES256", &world.issuer, &page.attribute("#web-eid", "data-nonce")).to_string();
        assert!(browser.press(&page, "use-card", &[("token", &token)]).await.has("#allow"));
        let page = browser.open("/account/security").await;
        let page = browser.open(&page.link(".credential a")).await;
        let page = browser.open(&page.link("#remove")).await;
        assert!(page.words("#remove-what").contains("unless you add it here again"), "{}", page.text());
        browser.press(&page, "remove-confirm", &[]).await;
        assert!(credentials(&world, &AN).await.is_empty());
        for _ in 0..2 {
            let refused = presents(&world, &card, "ES256").await;
            assert_eq!(refused.status, 401);
            assert!(refused.problem().contains("was removed from the account"), "{}", refused.problem());
        }
        assert!(credentials(&world, &AN).await.is_empty());
        // A new card is another one, and another person's is none of this.
        assert!(presents(&world, &card_of_an(&authority), "ES256").await.has("#allow"));
        assert_eq!(credentials(&world, &AN).await.len(), 1);
    }
}

/// A card that nobody can show any more is not asked for: its owner would never get at their own account again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_that_has_expired_is_no_more_the_strongest_that_its_owner_has() {
    const DAY: Duration = Duration::from_secs(86_400);
    let authority = Authority::root("Authority");
    let world = world(&authority).await;
    let profile = subjects::vietnamese_of(AN.identifier).with("certificatePolicies", IN_A_DEVICE);
    let card = authority.issues(profile.valid(NOW.seconds() - 1000, NOW.seconds() + 10 * 86_400));
    assert!(presents(&world, &card, "ES256").await.has("#allow"));
    for (wait, is_asked) in [(DAY, true), (9 * DAY + Duration::from_secs(1), false)] {
        world.wait(wait);
        let mut browser = world.browser();
        let page = AN.enters_account(&mut browser, "/account/security/password").await;
        assert_eq!(page.has("#use-certificate"), is_asked, "{}: {}", page.url, page.text());
        assert_eq!(page.has("#password-save"), !is_asked, "{}: {}", page.url, page.text());
    }
}

/// Its authority may say so once, and be silent or lie afterwards; and servers are started anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_that_was_revoked_once_stays_so_after_a_restart_whatever_its_authority_says_then() {
    let authority = Authority::root("Authority");
    let (card, other) = (card_of_an(&authority), card_of_an(&authority));
    let before = std::fs::read(authority.index()).unwrap();
    authority.revokes(&card);
    let answers = Answers::of(&authority);
    let responder = Outside::http(move |seen| ok("application/ocsp-response", answers.to(&seen.bytes)));
    let asks = |settings: &mut senid::config::Settings| {
        trusts_with(settings, &authority, |policy| {
            policy.revocation.responders = vec![responder.url("/").parse().unwrap()]
        });
    };
    // What a responder of OpenSSL says is of the machine's own time.
    let world = World::start(Backend::embedded_since(senid::app::SystemClock.now()).await, asks).await;
    let refused = presents(&world, &card, "ES256").await;
    assert!(refused.status == 401 && refused.problem().contains("revoked"), "{}", refused.text());
    std::fs::write(authority.index(), before).unwrap();
    let world = World::start(world.stop().await, asks).await;
    for _ in 0..2 {
        let refused = presents(&world, &card, "ES256").await;
        assert!(refused.status == 401 && refused.problem().contains("revoked"), "{}", refused.text());
    }
    assert_eq!(responder.requests(), 1, "nobody is asked again");
    assert!(presents(&world, &other, "ES256").await.has("#allow"));
}
