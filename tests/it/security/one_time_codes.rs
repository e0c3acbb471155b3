//! One-time codes (CVE-2025-64102, CVE-2026-9798, CVE-2025-64103): used once, by whom they are for, where they were asked for.

use std::time::Duration;

use senid::credentials::totp::TotpSecret;
use senid::crypto::random::SystemRandom;
use senid::domain::assurance::AuthenticationLevel;
use senid::domain::credential::{Credential, CredentialKind, CredentialTraits};
use senid::domain::ids::CredentialId;
use senid::domain::time::Clock;
use senid::storage::{Advance, Material, StoredCredential};

use crate::support::World;
use crate::support::world::{AN, BINH, Browser, Citizen, Page, on_every_backend};

const TWO_FACTORS: &str = r#"{"id_token":{"acr":{"essential":true,"values":["urn:senid:aal:2"]}}}"#;

async fn to_totp(world: &World, browser: &mut Browser, citizen: &Citizen) -> Page {
    let page = browser.open(&world.portal("tax-office").start().with("claims", TWO_FACTORS).url()).await;
    let page = citizen.signs_in(browser, &page).await;
    browser.press(&page, "use-totp", &[]).await
}

fn is_let_in(page: &Page) -> bool {
    page.status == 303 || page.has("#allow")
}

on_every_backend! {
    async fn another_citizen_s_code_is_none(world: World) {
        let an = world.adds_totp(&AN, &mut world.browser()).await;
        world.adds_totp(&BINH, &mut world.browser()).await;
        world.raises_everything(&BINH).await;
        world.wait(Duration::from_secs(60));
        let mut browser = world.browser();
        let page = to_totp(&world, &mut browser, &BINH).await;
        let refused = browser.press(&page, "prove", &[("code", &an.code(&world, 0))]).await;
        assert_eq!(refused.status, 401, "{}", refused.text());
    }

    async fn a_code_that_somebody_overlooked_is_of_no_use_once_it_was_typed(world: World) {
        let application = world.adds_totp(&AN, &mut world.browser()).await;
        world.raises_everything(&AN).await;
        world.wait(Duration::from_secs(60));
        let code = application.code(&world, 0);
        let (mut owner, mut thief) = (world.browser(), world.browser_at("127.0.0.8"));
        let theirs = to_totp(&world, &mut thief, &AN).await;
        let page = to_totp(&world, &mut owner, &AN).await;
        assert!(is_let_in(&owner.press(&page, "prove", &[("code", &code)]).await));
        assert_eq!(thief.press(&theirs, "prove", &[("code", &code)]).await.status, 401);
    }

    async fn of_a_hundred_uses_of_one_step_at_once_one_counts(world: World) {
        let (app, now) = (world.app(0).clone(), world.clock.now());
        let citizen = world.operator().id_of(&AN).await;
        let id = CredentialId::new(now, &SystemRandom::new());
        let new = StoredCredential {
            citizen,
            credential: Credential {
                id,
                kind: CredentialKind::Totp,
                name: "My app".parse().unwrap(),
                binding: AuthenticationLevel::TwoFactors,
                traits: CredentialTraits::default(),
                created_at: now,
                last_used_at: None,
            },
            material: Material::new(TotpSecret::generate(&SystemRandom::new()).to_material()),
            counter: 0,
        };
        let mut tx = app.store.begin().await.unwrap();
        let _ = tx.credentials().enrol(&new, None).await.unwrap();
        tx.commit().await.unwrap();
        let uses = (0..100).map(|_| {
            let app = app.clone();
            tokio::spawn(async move {
                let mut tx = app.store.begin().await.unwrap();
                let used = tx.credentials().advance(citizen, id, 60_000_000, now).await.unwrap();
                tx.commit().await.unwrap();
                u32::from(used == Advance::Forward)
            })
        });
        let mut counted = 0;
        for used in uses.collect::<Vec<_>>() {
            counted += used.await.unwrap();
        }
        assert_eq!(counted, 1);
    }

    async fn a_step_that_was_skipped_to_changes_nothing(world: World) {
        let application = world.adds_totp(&AN, &mut world.browser()).await;
        world.raises_everything(&AN).await;
        world.wait(Duration::from_secs(60));
        let mut browser = world.browser();
        let start = world.portal("tax-office").start().with("claims", TWO_FACTORS);
        // Before anything was proven there is no page for a code, whoever was named: with an application, with a telephone, or nobody.
        for citizen in [Citizen { identifier: "001099999999", ..AN }, BINH, AN] {
            let page = browser.open(&start.url()).await;
            let named = citizen.identifies(&mut browser, &page).await;
            for kind in ["totp", "recovery-code", "sms"] {
                let path = named.url.path().replace("/password", &format!("/{kind}"));
                assert!(browser.open(&path).await.path().ends_with("/password"), "{kind}");
                let mut form = named.form_of("login", &[]);
                form.pairs.push(("code".to_owned(), application.code(&world, 0)));
                // The token of another step's form is none here.
                assert_eq!(browser.submit(&named, &path, &form.pairs).await.status, 403, "{kind}");
            }
        }
        let page = browser.open(&start.url()).await;
        let named = AN.identifies(&mut browser, &page).await;
        let page = AN.enters(&mut browser, &named, AN.password).await;
        assert!(page.path().ends_with("/step-up"), "{}", page.url);
        // What is not offered has no page either.
        let recovery = page.url.path().replace("/step-up", "/recovery-code");
        assert!(browser.open(&recovery).await.path().ends_with("/step-up"));
    }

    async fn whoever_is_locked_meanwhile_is_not_let_in_by_the_right_code(world: World) {
        let application = world.adds_totp(&AN, &mut world.browser()).await;
        world.raises_everything(&AN).await;
        world.wait(Duration::from_secs(60));
        let mut browser = world.browser();
        let page = to_totp(&world, &mut browser, &AN).await;
        world.operator().locks(&AN).await;
        let refused = browser.press(&page, "prove", &[("code", &application.code(&world, 0))]).await;
        assert!(!is_let_in(&refused), "{}", refused.text());
    }

    async fn a_hundred_wrong_codes_in_a_row_close_the_application_for_good(world: World) {
        let application = world.adds_totp(&AN, &mut world.browser()).await;
        world.raises_everything(&AN).await;
        let citizen = world.operator().id_of(&AN).await;
        let app = world.app(0);
        let id = app.store.read().await.unwrap().credentials().list(citizen).await.unwrap()[0].credential.id;
        for _ in 0..app.settings.throttling.failures_in_a_row {
            app.store.write().await.unwrap().credentials().record_failure(citizen, id).await.unwrap();
        }
        world.wait(Duration::from_secs(60));
        let mut browser = world.browser();
        let page = to_totp(&world, &mut browser, &AN).await;
        let refused = browser.press(&page, "prove", &[("code", &application.code(&world, 0))]).await;
        assert_eq!(refused.status, 401);
        assert!(refused.problem().starts_with("Too many wrong codes of this app"), "{}", refused.problem());
    }
}
