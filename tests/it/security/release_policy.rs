//! What a client was not approved for it does not get, by whichever door it comes; what a person left out it does not get either.

use std::time::Duration;

use senid::domain::client::{EncryptedRelease, LegalBasis};
use senid::domain::verification::{Document, DocumentKind, Evidence};
use serde_json::{Value, json};

use crate::support::World;
use crate::support::world::verified::{card, record};
use crate::support::world::{AN, BINH, Browser, NOW, Operator, Portal, Started, TokenAnswer, on_every_backend};

/// Signs in for `started`, allowing all that is asked.
async fn granted(world: &World, portal: &Portal, started: &Started) -> (Browser, TokenAnswer) {
    let mut browser = world.browser();
    let page = browser.open(&started.url()).await;
    let code = AN.goes_through(&mut browser, page).await.code();
    let tokens = portal.exchange(started, &code).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    (browser, tokens)
}

/// All that the portal is told with `tokens`, by either door.
async fn told(portal: &Portal, tokens: &TokenAnswer) -> [Value; 2] {
    [portal.id_token(tokens).await, portal.claims(&tokens.access_token()).await]
}

fn approving(names: &'static [&'static str]) -> impl FnOnce(&mut senid::domain::client::Client) {
    |client| client.release.claims = Some(names.iter().map(|name| (*name).to_owned()).collect())
}

fn singly(claims: &[&str]) -> String {
    let claims: Value = claims.iter().map(|claim| ((*claim).to_owned(), json!({ "essential": true }))).collect();
    json!({ "userinfo": claims, "id_token": claims }).to_string()
}

fn verified(claims: &[&str], verification: Value) -> String {
    let claims: Value = claims.iter().map(|claim| ((*claim).to_owned(), Value::Null)).collect();
    let asked = json!({ "verified_claims": { "verification": verification, "claims": claims } });
    json!({ "userinfo": asked, "id_token": asked }).to_string()
}

async fn evidence_of(operator: &Operator<'_>, evidence: Vec<Evidence>) {
    operator.verified(&AN, NOW, evidence).await;
}

on_every_backend! {
    async fn a_claim_that_is_not_approved_comes_neither_by_scope_nor_singly_nor_verified(world: World) {
        let portal = world.portal("tax-office");
        world.operator().changes(portal.id(), approving(&["name", "gender"])).await;
        evidence_of(&world.operator(), vec![card()]).await;
        for started in [
            portal.start().with("scope", "openid profile offline_access"),
            portal.start().with("scope", "openid offline_access").with("claims", &singly(&["birthdate", "gender", "phone_number"])),
            portal.start().with("scope", "openid profile offline_access").with(
                "claims", &verified(&["birthdate", "phone_number"], json!({ "trust_framework": null })),
            ),
        ] {
            let mut browser = world.browser();
            let page = browser.open(&started.url()).await;
            let page = AN.signs_in(&mut browser, &page).await;
            assert!(!page.text().contains("Date of birth"), "{}", page.text());
            let code = AN.goes_through(&mut browser, page).await.code();
            let first = portal.exchange(&started, &code).await;
            let refreshed = portal.refresh(&first.refresh_token()).await;
            for tokens in [first, refreshed] {
                for told in told(&portal, &tokens).await {
                    for claim in ["birthdate", "phone_number", "verified_claims", "given_name"] {
                        assert!(told.get(claim).is_none(), "{claim}: {told}");
                    }
                }
                assert_eq!(portal.claims(&tokens.access_token()).await["gender"], "male");
            }
        }
    }

    async fn an_approval_that_is_withdrawn_is_gone_at_the_next_refresh_userinfo_and_introspection(world: World) {
        let portal = world.portal("tax-office");
        let claims = singly(&["birthdate", "email"]);
        let started = portal.start().with("scope", "openid profile email offline_access").with("claims", &claims);
        let (mut browser, tokens) = granted(&world, &portal, &started).await;
        for told in told(&portal, &tokens).await {
            assert_eq!((&told["birthdate"], told["email"].is_string()), (&json!("1990-08-15"), true));
        }
        world.operator().changes(portal.id(), approving(&["name"])).await;
        let before = portal.claims(&tokens.access_token()).await;
        assert!(before.get("birthdate").is_none() && before.get("email").is_none() && before["name"] == AN.name, "{before}");
        let refreshed = portal.refresh(&tokens.refresh_token()).await;
        assert_eq!(refreshed.scope(), "offline_access openid profile", "nothing that the scope email releases is approved");
        for told in told(&portal, &refreshed).await {
            assert!(told.get("birthdate").is_none() && told.get("email").is_none(), "{told}");
        }
        for token in [tokens.access_token(), refreshed.access_token()] {
            assert_eq!(portal.introspection(&token).await["scope"], "offline_access openid profile");
        }
        // As a scope that it was never registered for.
        let page = browser.open(&portal.start().with("scope", "openid email").url()).await;
        assert_eq!(page.refusal().0, "invalid_scope");
    }

    async fn an_identifier_is_told_by_its_scheme(world: World) {
        let portal = world.portal("tax-office");
        let started = portal.start().with("scope", "openid national_id offline_access").with("claims", &singly(&["national_id"]));
        let (_, tokens) = granted(&world, &portal, &started).await;
        for told in told(&portal, &tokens).await {
            assert_eq!(told["national_id"], AN.identifier);
        }
        // An is known by a number of another country's.
        world.operator().changes(portal.id(), |client| client.release.identifiers = Some(["ee".to_owned()].into())).await;
        let refreshed = portal.refresh(&tokens.refresh_token()).await;
        let [id_token, userinfo] = told(&portal, &refreshed).await;
        for told in [id_token, userinfo, portal.claims(&tokens.access_token()).await] {
            assert!(told.get("national_id").is_none() && told.get("national_id_scheme").is_none(), "{told}");
        }
        world.operator().changes(portal.id(), |client| client.release.identifiers = Some(Default::default())).await;
        let page = world.browser().open(&portal.start().with("scope", "openid national_id").url()).await;
        assert_eq!(page.refusal().0, "invalid_scope");
    }

    async fn what_is_to_be_encrypted_is_not_told_in_the_clear(world: World) {
        let portal = world.portal("tax-office");
        let claims = singly(&["national_id", "name"]);
        let started = portal.start().with("scope", "openid national_id profile offline_access").with("claims", &claims);
        let (_, tokens) = granted(&world, &portal, &started).await;
        world.operator().changes(portal.id(), |client| client.release.encrypted = EncryptedRelease::Sensitive).await;
        for told in told(&portal, &portal.refresh(&tokens.refresh_token()).await).await {
            assert!(told.get("national_id").is_none() && told["name"] == AN.name, "{told}");
        }
        world.operator().changes(portal.id(), |client| client.release.encrypted = EncryptedRelease::Everything).await;
        let told = portal.claims(&tokens.access_token()).await;
        assert_eq!(told.as_object().unwrap().keys().collect::<Vec<_>>(), ["sub"]);
    }

    async fn verified_claims_are_told_to_whom_they_are_approved_for_and_no_more_of_them(world: World) {
        let portal = world.portal("tax-office");
        let operator = world.operator();
        evidence_of(&operator, vec![card(), record()]).await;
        let evidence = json!([{ "type": { "value": "document" }, "document_details": { "type": null, "document_number": null } }]);
        let asked = verified(&["name", "birthdate", "national_id"], json!({ "trust_framework": null, "verification_process": null, "evidence": evidence }));
        let started = portal.start().with("scope", "openid offline_access").with("claims", &asked);
        operator.approves_verified(portal.id(), &["birthdate"]).await;
        let (_, tokens) = granted(&world, &portal, &started).await;
        for told in told(&portal, &tokens).await {
            let element = &told["verified_claims"];
            assert_eq!(element["claims"], json!({ "birthdate": "1990-08-15" }));
            assert!(element["verification"].get("evidence").is_none(), "evidence is approved for itself");
            assert!(element["verification"].get("verification_process").is_none(), "two portals are not told the same file");
            assert!(!told.to_string().contains("012345678"), "{told}");
        }
        operator.approves_verified(portal.id(), &[]).await;
        let refreshed = portal.refresh(&tokens.refresh_token()).await;
        for told in told(&portal, &refreshed).await {
            assert!(told.get("verified_claims").is_none(), "{told}");
        }
    }

    async fn a_number_that_was_verified_and_is_not_theirs_any_more_is_not_told(world: World) {
        let portal = world.portal("tax-office");
        let operator = world.operator();
        evidence_of(&operator, vec![card()]).await;
        operator.approves_verified(portal.id(), &["national_id", "name"]).await;
        let asked = verified(&["national_id", "name"], json!({ "trust_framework": null }));
        let started = portal.start().with("scope", "openid offline_access").with("claims", &asked);
        let (_, tokens) = granted(&world, &portal, &started).await;
        let number = |told: &Value| told["verified_claims"]["claims"].get("national_id").cloned();
        assert_eq!(number(&portal.claims(&tokens.access_token()).await), Some(json!(AN.identifier)));
        operator.renumbers(&AN, "001090654321").await.unwrap();
        let told = portal.claims(&tokens.access_token()).await;
        assert_eq!((number(&told), &told["verified_claims"]["claims"]["name"]), (None, &json!(AN.name)));
    }

    async fn a_number_on_a_document_is_told_as_the_identifier_that_it_is(world: World) {
        let portal = world.portal("tax-office");
        let operator = world.operator();
        let with = |number: &str, kind| {
            let Evidence::Document { checks, document, attachments } = card() else { panic!("a card is a document") };
            let document = Document { kind, number: Some(number.to_owned()), ..document };
            Evidence::Document { checks, document, attachments }
        };
        // The card of today, one of old, and a passport.
        let evidence = [(AN.identifier, DocumentKind::IdCard), ("012345678", DocumentKind::IdCard), ("C1234567", DocumentKind::Passport)];
        evidence_of(&operator, evidence.map(|(number, kind)| with(number, kind)).into()).await;
        let asked_for = json!([{ "type": { "value": "document" }, "document_details": { "type": null, "document_number": null } }]);
        let asked = |claims: &[&str]| verified(claims, json!({ "trust_framework": null, "evidence": asked_for }));
        let numbers = |told: &Value| -> Vec<String> {
            let evidence = told["verified_claims"]["verification"]["evidence"].as_array().unwrap();
            let number = |one: &Value| one["document_details"].get("document_number").and_then(Value::as_str).unwrap_or("-").to_owned();
            evidence.iter().map(number).collect()
        };
        operator.approves_verified(portal.id(), &["name", "evidence"]).await;
        let started = portal.start().with("scope", "openid offline_access").with("claims", &asked(&["name", "national_id"]));
        let (_, tokens) = granted(&world, &portal, &started).await;
        for told in told(&portal, &tokens).await {
            assert_eq!(numbers(&told), ["-", "-", "C1234567"]);
            assert!(!told.to_string().contains(AN.identifier), "{told}");
        }
        operator.approves_verified(portal.id(), &["name", "evidence", "national_id"]).await;
        let (_, tokens) = granted(&world, &portal, &started).await;
        for told in told(&portal, &tokens).await {
            assert_eq!(numbers(&told), [AN.identifier, "-", "C1234567"]);
        }
        // Since they have another one, it is one of before.
        operator.renumbers(&AN, "001090654321").await.unwrap();
        assert_eq!(numbers(&portal.claims(&tokens.access_token()).await), ["-", "-", "C1234567"]);
    }

    async fn a_filter_answers_nothing_of_evidence_that_is_not_approved(world: World) {
        let portal = world.portal("tax-office");
        let operator = world.operator();
        evidence_of(&operator, vec![card()]).await;
        operator.approves_verified(portal.id(), &["name"]).await;
        let probe = json!([{ "type": { "value": "document" }, "check_details": [{ "check_method": null, "check_id": { "value": "HS-118" } }] }]);
        let asked = verified(&["name"], json!({ "trust_framework": null, "evidence": probe }));
        let started = portal.start().with("scope", "openid offline_access").with("claims", &asked);
        let (_, tokens) = granted(&world, &portal, &started).await;
        for told in told(&portal, &tokens).await {
            assert!(told.get("verified_claims").is_none(), "{told}");
        }
        operator.approves_verified(portal.id(), &["name", "evidence"]).await;
        let (_, tokens) = granted(&world, &portal, &started).await;
        assert_eq!(portal.claims(&tokens.access_token()).await["verified_claims"]["claims"]["name"], AN.name);
    }

    async fn what_a_person_left_out_is_not_told_and_not_asked_about_again(world: World) {
        let portal = world.portal("tax-office");
        let started = portal.start().with("scope", "openid profile email phone offline_access");
        let mut browser = world.browser();
        let page = browser.open(&started.url()).await;
        let page = AN.signs_in(&mut browser, &page).await;
        let code = browser.press_without(&page, "allow", &["email", "birthdate"]).await.code();
        let tokens = portal.exchange(&started, &code).await;
        let refreshed = portal.refresh(&tokens.refresh_token()).await;
        for tokens in [&tokens, &refreshed] {
            let told = portal.claims(&tokens.access_token()).await;
            for left_out in ["email", "email_verified", "birthdate"] {
                assert!(told.get(left_out).is_none(), "{left_out}: {told}");
            }
            assert!(told["phone_number"].is_string() && told["name"] == AN.name, "{told}");
        }
        // The answer stands, also for single claims and in ID tokens.
        let again = portal.start().with("scope", "openid email").with("prompt", "none");
        let code = browser.open(&again.url()).await.code();
        let told = portal.claims(&portal.exchange(&again, &code).await.access_token()).await;
        assert!(told.get("email").is_none(), "{told}");
        let voluntary = json!({ "id_token": { "birthdate": null } }).to_string();
        let singly_asked = portal.start().with("scope", "openid").with("claims", &voluntary).with("prompt", "none");
        let code = browser.open(&singly_asked.url()).await.code();
        assert!(portal.id_token(&portal.exchange(&singly_asked, &code).await).await.get("birthdate").is_none());
        // Something new is asked, and what was left out is left out on the page as well.
        let more = portal.start().with("scope", "openid email address");
        assert_eq!(browser.open(&more.clone().with("prompt", "none").url()).await.refusal().0, "consent_required");
        let page = browser.open(&more.url()).await;
        assert!(page.has("input[value=email]:not([checked])") && page.has("input[value=address][checked]"));
        // It cannot do without: the person is asked, and cannot leave it out.
        let needed = portal.start().with("scope", "openid").with("claims", &singly(&["email"]));
        assert_eq!(browser.open(&needed.clone().with("prompt", "none").url()).await.refusal().0, "consent_required");
        let page = browser.open(&needed.url()).await;
        assert!(!page.has("input[type=checkbox][value=email]"), "{}", page.text());
    }

    async fn what_the_law_demands_is_shown_and_cannot_be_left_out(world: World) {
        let portal = world.portal("tax-office");
        world.operator().changes(portal.id(), |client| client.release.basis = Some(LegalBasis::LegalObligation)).await;
        let started = portal.start().with("scope", "openid email");
        let mut browser = world.browser();
        let page = browser.open(&started.url()).await;
        let page = AN.signs_in(&mut browser, &page).await;
        assert!(!page.has("input[type=checkbox]") && page.words("#basis").contains("law"), "{}", page.text());
        // Nor by a form that says nothing of it.
        let mut form = page.form_of("allow", &[]);
        form.pairs.retain(|(name, _)| name != "keep");
        let code = browser.submit(&page, &form.action, &form.pairs).await.code();
        let told = portal.claims(&portal.exchange(&started, &code).await.access_token()).await;
        assert!(told["email"].is_string(), "{told}");
    }

    async fn a_form_that_was_shown_less_allows_nothing(world: World) {
        let portal = world.portal("tax-office");
        let started = portal.start().with("scope", "openid profile email");
        let mut browser = world.browser();
        let page = browser.open(&started.url()).await;
        let page = AN.signs_in(&mut browser, &page).await;
        let mut form = page.form_of("allow", &[]);
        form.pairs.retain(|(_, value)| value != "email");
        let page = browser.submit(&page, &form.action, &form.pairs).await;
        assert!(page.has("#allow"), "the question stands: {}", page.url);
    }

    async fn one_claim_is_withdrawn_and_the_rest_stands(world: World) {
        let portal = world.portal("tax-office");
        let claims = singly(&["email"]);
        let started = portal.start().with("scope", "openid profile email offline_access").with("claims", &claims);
        let (mut browser, tokens) = granted(&world, &portal, &started).await;
        let page = browser.open("/account/portals/tax-office/claims").await;
        let page = browser.press_without(&page, "shared-save", &["email"]).await;
        assert_eq!(page.path(), "/account/portals");
        assert!(!page.words(".connected dd").contains("e-mail"), "{}", page.text());
        let refreshed = portal.refresh(&tokens.refresh_token()).await;
        for tokens in [&tokens, &refreshed] {
            let told = portal.claims(&tokens.access_token()).await;
            assert!(told.get("email").is_none() && told["name"] == AN.name, "{told}");
        }
        assert!(portal.id_token(&refreshed).await.get("email").is_none());
        assert!(browser.open("/account/activity").await.text().contains("No longer lets The tax office receive: e-mail"));
        // And given back.
        let page = browser.open("/account/portals/tax-office/claims").await;
        let mut form = page.form_of("shared-save", &[]);
        form.pairs.push(("keep".to_owned(), "email".to_owned()));
        browser.submit(&page, &form.action, &form.pairs).await;
        assert!(portal.claims(&tokens.access_token()).await["email"].is_string());
    }

    async fn every_release_is_kept_for_the_person_to_read(world: World) {
        let portal = world.portal("tax-office");
        let operator = world.operator();
        evidence_of(&operator, vec![card()]).await;
        operator.approves_verified(portal.id(), &["address"]).await;
        let verified = json!({ "verification": { "trust_framework": null }, "claims": { "address": null } });
        let claims = json!({ "id_token": { "birthdate": null }, "userinfo": { "name": null, "verified_claims": verified } });
        let started = portal.start().with("scope", "openid").with("claims", &claims.to_string());
        let (_, tokens) = granted(&world, &portal, &started).await;
        for _ in 0..3 {
            portal.claims(&tokens.access_token()).await;
        }
        let an = operator.id_of(&AN).await;
        let app = world.app(0);
        let list = async || app.store.read().await.unwrap().releases().list(an, None, None, 9).await.unwrap().items;
        let kept = list().await;
        let shown: Vec<_> = kept
            .iter()
            .map(|kept| {
                let names: Vec<&str> = kept.release.claims.iter().map(String::as_str).collect();
                (kept.release.door.as_str(), names.join(" "), kept.release.times)
            })
            .collect();
        let mut shown = shown;
        shown.sort();
        let expected = [("id_token", "birthdate", 1), ("userinfo", "name verified_claims.address", 3)];
        assert_eq!(shown, expected.map(|(door, names, times)| (door, names.to_owned(), times)));
        let terms = kept[0].terms.as_ref().unwrap();
        assert_eq!(terms.basis("name"), LegalBasis::Consent);
        // The next day is another row; somebody else has none.
        world.clock.advance(Duration::from_secs(60));
        assert_eq!(list().await.len(), 2);
        let binh = operator.id_of(&BINH).await;
        assert!(app.store.read().await.unwrap().releases().list(binh, None, None, 9).await.unwrap().items.is_empty());
        // Names alone: not one value.
        let written = format!("{kept:?}");
        assert!(!written.contains(AN.name) && !written.contains("1990"), "{written}");
    }
}
