//! Every event, from the act that causes it to the portal that hears of it.

use std::time::Duration;

use senid::domain::account_life::Transition;
use senid::domain::issued_code::CodeUse;
use senid::domain::proposal::Registrant;
use senid::flows::erasure;
use serde_json::{Value, json};

use super::{CAEP, RISC, Receiver, event, kinds, office};
use crate::support::World;
use crate::support::authenticator::{Authenticator, Behaviour};
use crate::support::world::passkey::{has_enrolled, uses};
use crate::support::world::registrar::seen;
use crate::support::world::{AN, Backend, CHAU, on_every_backend};

/// What came of these types.
fn of(told: &[Value], kind: &str) -> Vec<Value> {
    told.iter().filter(|claims| event(claims).0 == kind).cloned().collect()
}

/// The subject that a portal was told in the ID token, as events name it.
fn person(world: &World, id_token: &Value) -> Value {
    json!({ "format": "iss_sub", "iss": world.issuer, "sub": id_token["sub"] })
}

on_every_backend! {
    async fn a_sign_out_revokes_the_session_as_the_portal_knows_it(world: World) {
        let office = office();
        let (tax, _) = Receiver::pushed_to(&world, "tax-office", &office).await;
        let library = Receiver::of(&world, "library").await;
        let others = library.opens(json!({})).await;
        let (mut browser, tokens) = world.signed_in(&tax.portal, &AN).await;
        let known = tax.portal.id_token(&tokens).await;
        browser.open(&tax.portal.logout(&[("id_token_hint", &tokens.id_token())])).await;
        let told = tax.told(&office, 1).await;
        let (kind, facts) = event(&told[0]);
        assert_eq!(kind, format!("{CAEP}session-revoked"));
        assert_eq!(
            told[0]["sub_id"],
            json!({
                "format": "complex",
                "user": person(&world, &known),
                "session": { "format": "opaque", "id": known["sid"] },
            })
        );
        assert!(facts["event_timestamp"].is_i64(), "{facts}");
        // A portal that does not know them hears nothing.
        assert!(library.fetches(&others).await.is_empty());
    }

    async fn each_portal_hears_by_its_own_subject_and_nothing_that_joins_them(world: World) {
        let (tax, library) = (Receiver::of(&world, "tax-office").await, Receiver::of(&world, "library").await);
        let (stream, others) = (tax.opens(json!({})).await, library.opens(json!({})).await);
        let (mut browser, tokens) = world.signed_in(&tax.portal, &AN).await;
        let known = tax.portal.id_token(&tokens).await;
        let tokens = world.sign_in_again(&mut browser, &library.portal, &AN).await;
        let known_there = library.portal.id_token(&tokens).await;
        assert_ne!(known["sub"], known_there["sub"]);
        world.operator().locks(&AN).await;
        let (told, told_there) = (tax.fetches(&stream).await, library.fetches(&others).await);
        let disabled = format!("{RISC}account-disabled");
        let (one, other) = (of(&told, &disabled).remove(0), of(&told_there, &disabled).remove(0));
        assert_eq!((&one["sub_id"], &other["sub_id"]), (&person(&world, &known), &person(&world, &known_there)));
        for member in ["jti", "txn"] {
            assert_ne!(one[member], other[member], "{member}");
        }
        let all = format!("{told:?}");
        assert!(!all.contains(known_there["sub"].as_str().unwrap()) && !all.contains(AN.identifier), "{all}");
    }

    async fn an_account_that_is_locked_and_opened_again_is_disabled_and_enabled(world: World) {
        let tax = Receiver::of(&world, "tax-office").await;
        let stream = tax.opens(json!({})).await;
        world.signed_in(&tax.portal, &AN).await;
        world.operator().locks(&AN).await;
        world.wait(Duration::from_secs(1));
        world.operator().unlocks(&AN).await;
        let told = tax.fetches(&stream).await;
        let mut expected = vec![format!("{RISC}account-disabled"), format!("{CAEP}session-revoked")];
        let mut first = kinds(&told[..2]);
        first.sort();
        expected.sort();
        assert_eq!(first, expected);
        assert_eq!(event(&told[2]), (format!("{RISC}account-enabled"), json!({})));
        assert_eq!(event(&of(&told, &format!("{RISC}account-disabled"))[0]).1, json!({}));
    }

    async fn this_was_not_me_says_that_it_was_hijacked(world: World) {
        let tax = Receiver::of(&world, "tax-office").await;
        let stream = tax.opens(json!({})).await;
        let (mut browser, _) = world.signed_in(&tax.portal, &AN).await;
        let page = AN.enters_account(&mut browser, "/account/not-me").await;
        browser.press(&page, "not-me-confirm", &[]).await;
        let told = tax.fetches(&stream).await;
        let disabled = of(&told, &format!("{RISC}account-disabled"));
        assert_eq!(event(&disabled[0]).1, json!({ "reason": "hijacking" }), "{told:?}");
    }

    async fn another_password_is_a_changed_credential(world: World) {
        let tax = Receiver::of(&world, "tax-office").await;
        let stream = tax.opens(json!({})).await;
        let (mut browser, tokens) = world.signed_in(&tax.portal, &AN).await;
        let known = tax.portal.id_token(&tokens).await;
        let page = AN.enters_account(&mut browser, "/account/security/password").await;
        let page = browser.press(&page, "password-save", &[("password", "a sentence that nobody else thinks of")]).await;
        assert_eq!(page.path(), "/account/security", "{}", page.text());
        let told = tax.fetches(&stream).await;
        let (kind, facts) = event(&told[0]);
        assert_eq!((kind, &told[0]["sub_id"]), (format!("{CAEP}credential-change"), &person(&world, &known)));
        assert_eq!(
            (&facts["credential_type"], &facts["change_type"], &facts["initiating_entity"]),
            (&json!("password"), &json!("update"), &json!("user"))
        );
    }

    async fn what_is_added_and_removed_is_told_by_its_kind_and_not_by_its_name(world: World) {
        let tax = Receiver::of(&world, "tax-office").await;
        let stream = tax.opens(json!({})).await;
        let (mut browser, _) = world.signed_in(&tax.portal, &AN).await;
        world.adds_totp(&AN, &mut browser).await;
        let told = tax.fetches(&stream).await;
        let (_, facts) = event(&of(&told, &format!("{CAEP}credential-change"))[0]);
        assert_eq!((&facts["credential_type"], &facts["change_type"]), (&json!("app"), &json!("create")));
        assert!(!format!("{told:?}").contains("My app"));
    }

    async fn a_registrar_s_code_that_recovers_an_account_changes_its_password(world: World) {
        let tax = Receiver::of(&world, "tax-office").await;
        let stream = tax.opens(json!({})).await;
        world.signed_in(&tax.portal, &AN).await;
        let code = world.operator().issues(&AN, CodeUse::Recover).await.unwrap();
        let mut browser = world.browser();
        let page = browser.open("/recover").await;
        let filled =
            [("username", AN.identifier), ("code", &*code), ("password", "a sentence that nobody else thinks of")];
        browser.press(&page, "recover", &filled).await;
        let told = tax.fetches(&stream).await;
        let changes = of(&told, &format!("{CAEP}credential-change"));
        assert_eq!(event(&changes[0]).1["initiating_entity"], "system");
        assert_eq!(of(&told, &format!("{CAEP}session-revoked")).len(), 1, "{told:?}");
    }

    async fn a_recovery_that_waits_is_activated(world: World) {
        let tax = Receiver::of(&world, "tax-office").await;
        let stream = tax.opens(json!({})).await;
        let (mut browser, _) = world.signed_in(&tax.portal, &AN).await;
        let page = AN.enters_account(&mut browser, "/account/security/recovery-codes").await;
        let page = browser.press(&page, "show", &[]).await;
        let code = page.words("#codes code").split_whitespace().next().unwrap_or_default().to_owned();
        let mut other = world.browser();
        let page = other.open("/recover").await;
        let filled =
            [("username", AN.identifier), ("code", &*code), ("password", "a sentence that nobody else thinks of")];
        other.press(&page, "recover", &filled).await;
        let told = tax.fetches(&stream).await;
        // A list of codes is no credential in CAEP's sense.
        assert_eq!(of(&told, &format!("{RISC}recovery-information-changed")).len(), 1, "{told:?}");
        assert_eq!(of(&told, &format!("{RISC}recovery-activated")).len(), 1, "{told:?}");
    }

    async fn another_national_identifier_is_told_to_those_who_are_told_them_and_without_it(world: World) {
        let (tax, library) = (Receiver::of(&world, "tax-office").await, Receiver::of(&world, "library").await);
        world.operator().changes("tax-office", |client| {
            client.scopes = client.scopes.union(&"national_id".parse().unwrap());
        }).await;
        let (stream, others) = (tax.opens(json!({})).await, library.opens(json!({})).await);
        let (mut browser, _) = world.signed_in(&tax.portal, &AN).await;
        world.sign_in_again(&mut browser, &library.portal, &AN).await;
        world.operator().gives_a_new_number(&AN, "001090000014").await.unwrap();
        let told = tax.fetches(&stream).await;
        let (kind, facts) = event(&told[0]);
        assert_eq!(kind, format!("{}/ssf/event-type/national-id-changed", world.issuer));
        assert_eq!(facts.as_object().unwrap().len(), 1);
        assert!(!format!("{told:?}").contains("001090000014") && library.fetches(&others).await.is_empty());
    }

    async fn a_proven_identity_is_a_higher_level(world: World) {
        let tax = Receiver::of(&world, "tax-office").await;
        let stream = tax.opens(json!({})).await;
        world.signed_in(&tax.portal, &CHAU).await;
        let proposal = world.registrar("lan").sees(&CHAU, seen(Registrant::ThisPerson)).await.unwrap();
        assert!(tax.fetches(&stream).await.is_empty(), "one registrar is not enough");
        world.registrar("minh").confirms(proposal).await.unwrap();
        let told = tax.fetches(&stream).await;
        let (_, facts) = event(&of(&told, &format!("{CAEP}assurance-level-change"))[0]);
        assert_eq!(
            (&facts["namespace"], &facts["current_level"], &facts["change_direction"], &facts["initiating_entity"]),
            (&json!("urn:senid:account-level"), &json!("2"), &json!("increase"), &json!("admin"))
        );
    }

    async fn who_is_erased_is_purged_for_those_who_knew_them_and_nobody_else(world: World) {
        let (tax, library) = (Receiver::of(&world, "tax-office").await, Receiver::of(&world, "library").await);
        let (stream, others) = (tax.opens(json!({})).await, library.opens(json!({})).await);
        let (_, tokens) = world.signed_in(&tax.portal, &AN).await;
        let known = tax.portal.id_token(&tokens).await;
        world.operator().takes(&AN, Transition::Close, "letter 12/2026").await.unwrap();
        let closed = tax.fetches(&stream).await;
        assert_eq!(of(&closed, &format!("{RISC}account-disabled")).len(), 1);
        world.wait(Duration::from_secs(11 * 366 * 86_400));
        world.operator().rotates_what_is_due().await;
        assert_eq!(erasure::erase_due(world.app(0)).await.unwrap(), 1);
        let (tax, library) = (Receiver::of(&world, "tax-office").await, Receiver::of(&world, "library").await);
        let told = tax.fetches(&stream).await;
        assert_eq!(kinds(&told), [format!("{RISC}account-purged")], "and nothing from before");
        assert_eq!(told[0]["sub_id"], person(&world, &known));
        assert!(library.fetches(&others).await.is_empty());
    }

    async fn a_portal_that_a_citizen_has_left_hears_of_the_end_of_its_session_and_of_nothing_after(world: World) {
        let tax = Receiver::of(&world, "tax-office").await;
        let stream = tax.opens(json!({})).await;
        let (mut browser, _) = world.signed_in(&tax.portal, &AN).await;
        let page = AN.enters_account(&mut browser, "/account/portals/tax-office/withdraw").await;
        browser.press(&page, "withdraw-confirm", &[]).await;
        assert_eq!(kinds(&tax.fetches(&stream).await), [format!("{CAEP}session-revoked")]);
        world.wait(Duration::from_secs(60));
        world.operator().locks(&AN).await;
        let told = tax.fetches(&stream).await;
        assert!(of(&told, &format!("{RISC}account-disabled")).is_empty(), "{told:?}");
    }

    async fn a_stream_carries_what_its_client_asked_for_and_nothing_else(world: World) {
        let tax = Receiver::of(&world, "tax-office").await;
        let stream = tax.opens(json!({ "events_requested": [format!("{RISC}account-enabled")] })).await;
        world.signed_in(&tax.portal, &AN).await;
        world.operator().locks(&AN).await;
        world.operator().unlocks(&AN).await;
        assert_eq!(kinds(&tax.fetches(&stream).await), [format!("{RISC}account-enabled")]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_that_behaves_as_a_copy_is_compromised() {
    let world = World::with_passkeys(Backend::embedded().await).await;
    let tax = Receiver::of(&world, "tax-office").await;
    let stream = tax.opens(json!({})).await;
    let mut key = Authenticator::behaving(&world.issuer, Behaviour::opened_key());
    world.signed_in(&tax.portal, &AN).await;
    has_enrolled(&world, &AN, &mut key).await;
    // A copy that was made when the counter was lower.
    for counter in [7, 1] {
        key.credentials[0].counter = counter;
        let mut browser = world.browser();
        let page = browser.open(&tax.portal.start().url()).await;
        uses(&mut browser, &page, &mut key).await;
    }
    let told = tax.fetches(&stream).await;
    let compromised = of(&told, &format!("{RISC}credential-compromise"));
    assert_eq!(event(&compromised[0]).1["credential_type"], "fido2-platform", "{told:?}");
}
