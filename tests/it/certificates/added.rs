//! A certificate is added in the account by its owner, where showing it does not bind it by itself.

use std::time::Duration;

use senid::config::Settings;
use senid::domain::assurance::{AccountLevel, AuthenticationLevel};
use senid::domain::audit::EventKind;
use senid::domain::credential::{CredentialKind, CredentialTraits};
use senid::domain::trust::AuthorityPolicy;
use senid::domain::verification::{Evidence, Verification};

use super::binding::credentials;
use super::web_eid::presents;
use super::{IN_A_DEVICE, card_of_an, trusts_with, way};
use crate::support::World;
use crate::support::outside::{Outside, ok};
use crate::support::pki::{Authority, Card, subjects};
use crate::support::world::holdings::PASSKEY;
use crate::support::world::{AN, BINH, Backend, Browser, CHAU, NOW, Page};

const NEW: &str = "/account/security/certificates/new";
const SESSION: &str = "senid-session";

fn binds_nothing(authority: &Authority) -> impl FnOnce(&mut Settings) + '_ {
    |settings| trusts_with(settings, authority, |policy| policy.bind_on_first_use = false)
}

/// Shows the card on the page of Web eID.
async fn shows(world: &World, browser: &mut Browser, page: &Page, card: &Card) -> Page {
    let token = card.web_eid("ES256", &world.issuer, &page.attribute("#web-eid", "data-nonce")).to_string();
    browser.press(page, "use-card", &[("token", &token)]).await
}

/// The page of Web eID, in the account's ceremony.
async fn adds(browser: &mut Browser) -> Page {
    let page = AN.enters_account(browser, NEW).await;
    assert_eq!(page.heading(), "Add a certificate", "{}: {}", page.url, page.text());
    assert!(page.path().ends_with("/certificate") && !page.has("#other-ways"), "{}", page.url);
    way(browser, &page, "web-eid").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_owner_adds_it_and_it_signs_them_in_from_then_on() {
    let authority = Authority::root("Authority");
    for backend in [Backend::embedded().await, Backend::production().await] {
        let world = World::start(backend, binds_nothing(&authority)).await;
        let card = card_of_an(&authority);
        assert!(presents(&world, &card, "ES256").await.problem().contains("must be added first"));
        let mut browser = world.browser();
        let page = AN.enters_account(&mut browser, "/account/security").await;
        assert!(page.link("#add-certificate").ends_with(NEW), "{}", page.text());
        let page = adds(&mut browser).await;
        let session = browser.cookies.get(SESSION).cloned();
        let page = shows(&world, &mut browser, &page, &card).await;
        assert_eq!(page.path(), "/account/security", "{}", page.text());
        assert!(page.has(".notice") && page.text().contains("test-ca …"), "{}", page.text());
        assert_eq!(browser.cookies.get(SESSION).cloned(), session, "nobody signs in by it");
        assert_eq!(credentials(&world, &AN).await.len(), 1);
        let events = world.operator().events_of(&AN).await;
        assert!(events.iter().any(|event| event.kind == Some(EventKind::CertificateBound)));
        assert!(presents(&world, &card, "ES256").await.has("#allow"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_its_owner_removed_they_add_again_and_nobody_adds_it_twice() {
    let authority = Authority::root("Authority");
    for backend in [Backend::embedded().await, Backend::production().await] {
        let world = World::start(backend, binds_nothing(&authority)).await;
        let card = card_of_an(&authority);
        let mut browser = world.browser();
        for _ in 0..2 {
            let page = adds(&mut browser).await;
            assert_eq!(shows(&world, &mut browser, &page, &card).await.path(), "/account/security");
            let held = credentials(&world, &AN).await;
            assert_eq!(held.len(), 1);
            let id = held[0].credential.id;
            let mut tx = world.app(0).store.begin().await.unwrap();
            assert!(tx.credentials().remove(held[0].citizen, id).await.unwrap());
            tx.commit().await.unwrap();
        }
        let page = adds(&mut browser).await;
        assert_eq!(shows(&world, &mut browser, &page, &card).await.path(), "/account/security");
        // The session that added it has not shown it: what its owner can bring best is asked for first from now on.
        let page = AN.enters_account(&mut browser, NEW).await;
        assert!(page.path().ends_with("/step-up") || page.path().ends_with("/certificate"), "{}", page.url);
        assert_ne!(page.heading(), "Add a certificate");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_the_account_s_owner_s_or_it_is_not_added() {
    let authority = Authority::root("Authority");
    let world = World::embedded_with(binds_nothing(&authority)).await;
    let card = authority.issues(subjects::vietnamese_of(BINH.identifier));
    let mut browser = world.browser();
    let page = adds(&mut browser).await;
    let page = shows(&world, &mut browser, &page, &card).await;
    assert_eq!(page.status, 401);
    assert!(page.problem().contains("belongs to somebody else"), "{}", page.text());
    assert!(credentials(&world, &AN).await.is_empty() && credentials(&world, &BINH).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_not_signed_in_or_not_just_now_adds_nothing() {
    let authority = Authority::root("Authority");
    let world = World::embedded_with(binds_nothing(&authority)).await;
    let card = card_of_an(&authority);
    let mut stranger = world.browser();
    assert_eq!(stranger.open(NEW).await.path(), "/account/sign-in");
    let mut browser = world.browser();
    let page = adds(&mut browser).await;
    // Another browser has no part in it.
    assert_ne!(stranger.open(page.path()).await.status, 200);
    // What was proven grows old while somebody looks for their card.
    world.wait(Duration::from_secs(601));
    let page = browser.open(page.path()).await;
    let refused = shows(&world, &mut browser, &page, &card).await;
    assert!(refused.status == 401 && refused.problem().contains("took too long"), "{}", refused.text());
    // And whoever was signed out in between is nobody.
    let mut browser = world.browser();
    let page = adds(&mut browser).await;
    world.operator().locks(&AN).await;
    world.operator().unlocks(&AN).await;
    let answered = shows(&world, &mut browser, &page, &card).await;
    assert!(!answered.has(".notice"), "{}", answered.text());
    assert!(credentials(&world, &AN).await.is_empty());
}

/// Châu's card, of an authority that publishes what it has revoked, under this policy. Whatever opens the account is hers.
async fn shown_by_chau(backend: Backend, change: fn(&mut AuthorityPolicy)) -> (World, Page) {
    shown_by_chau_who_says(&[("mine", "yes")], backend, change).await
}

async fn shown_by_chau_who_says(
    said: &[(&str, &str)],
    backend: Backend,
    change: fn(&mut AuthorityPolicy),
) -> (World, Page) {
    let authority = Authority::root("Authority");
    let list = authority.list(NOW.seconds() - 3600, NOW.seconds() + 86_400);
    let published = Outside::http(move |_| ok("application/pkix-crl", list.clone()));
    let world = World::start(backend, |settings| {
        trusts_with(settings, &authority, |policy| {
            policy.bind_on_first_use = false;
            policy.proves_identity = true;
            policy.revocation.lists = vec![published.url("/list").parse().unwrap()];
            change(policy);
        });
    })
    .await;
    let card = authority.issues(subjects::vietnamese_of(CHAU.identifier).with("certificatePolicies", IN_A_DEVICE));
    let mut browser = world.browser();
    let mut page = CHAU.enters_account(&mut browser, NEW).await;
    if page.path() == NEW {
        assert!(page.has("#not-me") && !page.has("#mine[checked]"), "{}", page.text());
        let mut form = page.form_of("continue", &[]);
        form.pairs.extend(said.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        page = browser.submit(&page, &form.action, &form.pairs).await;
    }
    let page = way(&mut browser, &page, "web-eid").await;
    // Somebody else may be in another one.
    world.wait(Duration::from_secs(1));
    CHAU.enters_account(&mut world.browser(), "/account").await;
    let page = shows(&world, &mut browser, &page, &card).await;
    (world, page)
}

async fn level_of_chau(world: &World) -> (AccountLevel, Vec<Verification>) {
    let id = world.operator().id_of(&CHAU).await;
    let mut store = world.app(0).store.read().await.unwrap();
    let level = store.citizens().find(id).await.unwrap().unwrap().account_level;
    (level, store.verifications().standing(id).await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_qualified_one_raises_its_owner_to_level_two_with_evidence() {
    for backend in [Backend::embedded().await, Backend::production().await] {
        let (world, page) = shown_by_chau(backend, |_| {}).await;
        assert_eq!(page.path(), "/account/security", "{}", page.text());
        let (level, verifications) = level_of_chau(&world).await;
        assert_eq!(level, AccountLevel::Proven);
        let [verification] = &verifications[..] else { panic!("{verifications:?}") };
        let [Evidence::ElectronicSignature { issuer, serial_number, .. }] = &verification.statement.evidence[..] else {
            panic!("{verification:?}")
        };
        assert!(issuer == "test-ca" && !serial_number.is_empty());
        assert_eq!(verification.statement.national_id.as_ref().unwrap().expose(), CHAU.identifier);
        let events = world.operator().events_of(&CHAU).await;
        assert!(events.iter().any(|event| event.kind == Some(EventKind::IdentityProven)));
        // The session that it was shown in says so at once, and discovery what it may be.
        let id = world.operator().id_of(&CHAU).await;
        let sessions = senid::flows::session::list(world.app(0), id).await.unwrap();
        let levels: Vec<_> = sessions.iter().map(|found| found.session.authentication.account_level).collect();
        assert_eq!(levels, [AccountLevel::Registered, AccountLevel::Proven], "the latest first");
        let metadata = world.get("/.well-known/openid-configuration").await.json();
        assert!(metadata["evidence_supported"].as_array().unwrap().iter().any(|one| one == "electronic_signature"));
        let (without, ..) = shown_by_chau(Backend::embedded().await, |policy| policy.proves_identity = false).await;
        let metadata = without.get("/.well-known/openid-configuration").await.json();
        assert!(!metadata["evidence_supported"].as_array().unwrap().iter().any(|one| one == "electronic_signature"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_not_or_that_nobody_answers_for_raises_nobody() {
    let unanswered = |policy: &mut AuthorityPolicy| policy.revocation.lists.clear();
    for change in [|policy: &mut AuthorityPolicy| policy.proves_identity = false, unanswered] {
        let (world, page) = shown_by_chau(Backend::embedded().await, change).await;
        assert_eq!(page.path(), "/account/security", "it is added all the same: {}", page.text());
        let (level, verifications) = level_of_chau(&world).await;
        assert!(level == AccountLevel::Registered && verifications.is_empty());
    }
}

/// Whoever opened the account in Châu's name would be raised with her.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_does_not_say_that_all_of_the_account_is_theirs_is_not_raised() {
    for said in [&[][..], &[("mine", "no")], &[("mine", "")]] {
        let (world, page) = shown_by_chau_who_says(said, Backend::embedded().await, |_| {}).await;
        assert_eq!(page.path(), "/account/security", "it is added all the same: {}", page.text());
        let (level, verifications) = level_of_chau(&world).await;
        assert!(level == AccountLevel::Registered && verifications.is_empty(), "{said:?}");
    }
}

/// Somebody who knows her password has what opens the account as well.
async fn comes_in(world: &World) {
    world.wait(Duration::from_secs(1));
    let traits = CredentialTraits { unlocked: false, phishing_resistant: false, ..PASSKEY };
    let binding = AuthenticationLevel::OneFactor;
    world.holds(&CHAU, "Theirs", CredentialKind::RecoveryCodes, traits, binding).await;
}

/// The same with no way added, and the password another one.
async fn changes_the_password(world: &World) {
    world.wait(Duration::from_secs(1));
    let id = world.operator().id_of(&CHAU).await;
    let app = world.app(0);
    let mut tx = app.store.begin().await.unwrap();
    let held = tx.passwords().find(id).await.unwrap().unwrap();
    tx.passwords().replace(id, &held.phc, app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
}

/// The password was Châu's when she was asked; the other way to open the account came afterwards.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_added_since_somebody_said_so_was_not_theirs_by_their_word() {
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Since {
        Shown,
        Asked,
        AskedAnotherPassword,
    }
    for since in [Since::Shown, Since::Asked, Since::AskedAnotherPassword] {
        let authority = Authority::root("Authority");
        let list = authority.list(NOW.seconds() - 3600, NOW.seconds() + 86_400);
        let published = Outside::http(move |_| ok("application/pkix-crl", list.clone()));
        let world = World::embedded_with(|settings| {
            trusts_with(settings, &authority, |policy| {
                policy.bind_on_first_use = false;
                policy.proves_identity = true;
                policy.revocation.lists = vec![published.url("/list").parse().unwrap()];
            });
        })
        .await;
        let card = authority.issues(subjects::vietnamese_of(CHAU.identifier).with("certificatePolicies", IN_A_DEVICE));
        let mut browser = world.browser();
        let page = CHAU.enters_account(&mut browser, NEW).await;
        let mut form = page.form_of("continue", &[]);
        form.pairs.push(("mine".to_owned(), "yes".to_owned()));
        if since == Since::Shown {
            comes_in(&world).await;
        }
        let page = browser.submit(&page, &form.action, &form.pairs).await;
        match since {
            Since::Shown => {}
            Since::Asked => comes_in(&world).await,
            Since::AskedAnotherPassword => changes_the_password(&world).await,
        }
        let page = way(&mut browser, &page, "web-eid").await;
        let page = shows(&world, &mut browser, &page, &card).await;
        assert_eq!(page.path(), "/account/security", "it is added all the same: {}", page.text());
        assert_eq!(level_of_chau(&world).await.0, AccountLevel::Registered, "{since:?}");
    }
}
