//! In whose name: asked where there is a choice, told to those who may know, and never taken from a form that made it up.

use serde_json::{Value, json};

use super::{Offer, accepts, acts, asks, begins, chooses, comes_to_the_choice, invites, mandates, represents};
use crate::support::world::{AN, BINH, Portal, on_every_backend};

/// What the silent sign-on of the same browser answers.
async fn silently(browser: &mut crate::support::world::Browser, portal: &Portal) -> (String, Option<Value>) {
    let started = begins(portal).with("prompt", "none");
    let page = browser.open(&started.url()).await;
    let answer = page.answer();
    match answer.get("code") {
        Some(code) => {
            let tokens = portal.exchange(&started, code).await;
            assert_eq!(tokens.status, 200, "{}", tokens.body);
            let claims = portal.id_token(&tokens).await;
            ("answered".to_owned(), claims.get("organisation").cloned())
        }
        None => (answer["error"].clone(), None),
    }
}

on_every_backend! {
    async fn whoever_acts_for_an_organisation_is_themselves_and_says_for_whom(world: World) {
        let portal = asks(&world, "tax-office").await;
        let mut browser = represents(&world, &AN).await;
        let own = world.signed_in(&portal, &AN).await.1;
        let tokens = acts(&mut browser, &portal, &AN).await;
        let claims = portal.id_token(&tokens).await;
        // The subject stays the person: nobody acts for them.
        assert_eq!(claims["sub"], portal.id_token(&own).await["sub"]);
        assert!(claims.get("act").is_none());
        let told = &claims["organisation"];
        for (name, value) in [
            ("code", "0100109106"),
            ("code_type", "vn-mst"),
            ("type", "enterprise"),
            ("role", "legal_representative"),
            ("name", "Công ty Cổ phần Sông Hồng"),
        ] {
            assert_eq!(told[name], value, "{name}");
        }
        let mandate = mandates(&world, &AN).await.remove(0).to_string();
        assert_eq!(told["mandate"], mandate.as_str());
        assert_eq!(&portal.claims(&tokens.access_token()).await["organisation"], told);
        let introspected = portal.introspection(&tokens.access_token()).await;
        assert_eq!((&introspected["active"], &introspected["organisation"]["mandate"]), (&json!(true), &told["mandate"]));
        assert!(introspected["organisation"].get("name").is_none(), "{introspected}");
        assert_eq!(portal.access_token(&tokens).await["organisation"], introspected["organisation"]);
        // Refreshed, it is the same; and a sign-in without the scope says nothing of it.
        let refreshed = portal.refresh(&tokens.refresh_token()).await;
        assert_eq!(&portal.id_token(&refreshed).await["organisation"], told);
        assert!(portal.id_token(&own).await.get("organisation").is_none());
    }

    async fn consent_says_in_whose_name_it_is_given(world: World) {
        let portal = asks(&world, "tax-office").await;
        let mut browser = represents(&world, &AN).await;
        let page = comes_to_the_choice(&mut browser, &AN, &begins(&portal)).await;
        let page = browser.press(&page, "choice-1", &[]).await;
        assert!(page.has("#allow"), "{}", page.text());
        assert_eq!(page.words("#acting"), "You act for Công ty Cổ phần Sông Hồng 0100109106 · Legal representative");
        let mut browser = world.browser();
        let page = comes_to_the_choice(&mut browser, &AN, &begins(&portal)).await;
        let page = browser.press(&page, "myself", &[]).await;
        assert!(page.has("#allow") && !page.has("#acting"), "{}", page.text());
    }

    async fn whoever_acts_for_themselves_says_so_and_is_told_of_as_such(world: World) {
        let portal = asks(&world, "tax-office").await;
        let mut browser = represents(&world, &AN).await;
        let started = begins(&portal);
        let page = comes_to_the_choice(&mut browser, &AN, &started).await;
        let page = chooses(&mut browser, &AN, &page, "myself").await;
        let tokens = portal.exchange(&started, &page.code()).await;
        assert!(portal.id_token(&tokens).await.get("organisation").is_none());
        assert!(portal.claims(&tokens.access_token()).await.get("organisation").is_none());
        assert_eq!(silently(&mut browser, &portal).await, ("answered".to_owned(), None));
        // Somebody who acts for nobody is not asked.
        let mut binh = world.browser();
        let started = begins(&portal);
        let page = binh.open(&started.url()).await;
        let page = BINH.goes_through(&mut binh, page).await;
        let tokens = portal.exchange(&started, &page.code()).await;
        assert!(portal.id_token(&tokens).await.get("organisation").is_none());
    }

    async fn a_silent_sign_on_goes_on_in_the_same_name_or_asks_for_a_page(world: World) {
        let portal = asks(&world, "tax-office").await;
        let mut browser = represents(&world, &AN).await;
        // Signed in to SenID, and nobody chose anything at this portal yet; what is asked for was allowed before.
        let mut other = world.browser();
        acts(&mut other, &portal, &AN).await;
        assert_eq!(silently(&mut browser, &portal).await.0, "interaction_required");
        let tokens = acts(&mut browser, &portal, &AN).await;
        let told = portal.id_token(&tokens).await["organisation"].clone();
        assert_eq!(silently(&mut browser, &portal).await, ("answered".to_owned(), Some(told)));
        // Another organisation than the one that was chosen is no silent matter.
        let hinted = begins(&portal).with("prompt", "none").with("organisation_hint", "vn-agency:H57");
        assert_eq!(browser.open(&hinted.url()).await.refusal().0, "interaction_required");
        // Nor has another portal anything of the choice.
        let library = asks(&world, "library").await;
        let page = comes_to_the_choice(&mut browser, &AN, &begins(&library)).await;
        assert!(page.has("#myself"));
    }

    async fn a_portal_s_hint_is_a_suggestion(world: World) {
        let portal = asks(&world, "tax-office").await;
        let mut browser = represents(&world, &AN).await;
        let page = comes_to_the_choice(&mut browser, &AN, &begins(&portal)).await;
        assert!(!page.has("#choice-1 .done-text"));
        let hinted = begins(&portal).with("organisation_hint", super::RED_RIVER);
        let page = comes_to_the_choice(&mut browser, &AN, &hinted).await;
        assert!(page.has("#choice-1 .done-text"), "{}", page.text());
        let page = chooses(&mut browser, &AN, &page, "myself").await;
        let tokens = portal.exchange(&hinted, &page.code()).await;
        assert!(portal.id_token(&tokens).await.get("organisation").is_none());
        for nonsense in ["", "somebody", "vn-mst:1", "vn-agency:H57"] {
            let hinted = begins(&portal).with("organisation_hint", nonsense);
            assert!(comes_to_the_choice(&mut browser, &AN, &hinted).await.has("#choice-1"), "{nonsense}");
        }
    }

    async fn a_choice_that_was_not_offered_is_none(world: World) {
        let portal = asks(&world, "tax-office").await;
        let library = asks(&world, "library").await;
        let mut an = represents(&world, &AN).await;
        // Binh acts at the library alone.
        let code = invites(&mut an, Offer { portals: &["library"], ..Offer::to(&BINH) }).await;
        let mut binh = accepts(&world, &BINH, &code).await;
        let (of_an, of_binh) = (mandates(&world, &AN).await.remove(0), mandates(&world, &BINH).await.remove(0));
        // Nothing to choose at the other portal: nobody is asked, and nobody is heard who answers all the same.
        let started = begins(&portal);
        let page = binh.open(&started.url()).await;
        assert!(page.has("#allow"), "{}", page.text());
        let choice = page.url.join("in-whose-name").unwrap();
        let made_up = binh.submit(&page, choice.as_str(), &page.form_of("allow", &[]).pairs).await;
        assert_ne!(made_up.status, 200, "the guard of another step");
        // At the library she chooses her own mandate, and not An's by its id.
        let started = begins(&library);
        let page = comes_to_the_choice(&mut binh, &BINH, &started).await;
        for forged in [of_an.to_string(), "0198a3f2-7c1e-7d05-8f5b-1f2e3d4c5b6a".to_owned(), "everything".to_owned(), String::new()] {
            let mut form = page.form_of("choice-1", &[]);
            form.pairs.retain(|(name, _)| name != "choice");
            form.pairs.push(("choice".to_owned(), forged.clone()));
            let refused = binh.submit(&page, &form.action, &form.pairs).await;
            assert_eq!(refused.status, 422, "{forged}: {}", refused.text());
            assert!(refused.has("#problem"));
        }
        let page = chooses(&mut binh, &BINH, &page, "choice-1").await;
        let tokens = library.exchange(&started, &page.code()).await;
        assert_eq!(library.id_token(&tokens).await["organisation"]["mandate"], of_binh.to_string().as_str());
    }

    async fn the_question_is_not_skipped(world: World) {
        let portal = asks(&world, "tax-office").await;
        let mut browser = represents(&world, &AN).await;
        let page = comes_to_the_choice(&mut browser, &AN, &begins(&portal)).await;
        let consent = page.url.join("consent").unwrap();
        let led_back = browser.open(consent.as_str()).await;
        assert!(led_back.path().ends_with("/in-whose-name"), "{}: {}", led_back.url, led_back.text());
    }

    async fn only_a_client_that_is_approved_asks_and_is_told(world: World) {
        let portal = world.portal("tax-office");
        let mut browser = represents(&world, &AN).await;
        let page = browser.open(&begins(&portal).url()).await;
        assert_eq!(page.refusal().0, "invalid_scope");
        // By the claim's name alone it is not asked for either.
        let by_name = portal.start().with("claims", r#"{"id_token":{"organisation":{"essential":true}}}"#);
        let page = browser.open(&by_name.url()).await;
        let page = AN.goes_through(&mut browser, page).await;
        let tokens = portal.exchange(&by_name, &page.code()).await;
        assert!(portal.id_token(&tokens).await.get("organisation").is_none());
        // One that was approved and is no more is told nothing, and nobody acts through it for anybody.
        let portal = asks(&world, "tax-office").await;
        let tokens = acts(&mut browser, &portal, &AN).await;
        let change = |client: &mut senid::domain::client::Client| {
            client.scopes = client.scopes.difference(&"organisation".parse().unwrap());
        };
        world.operator().changes("tax-office", change).await;
        assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 401);
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.status, 400);
    }

    async fn discovery_says_that_it_can_be_asked_for(world: World) {
        let document = world.get("/.well-known/openid-configuration").await.json();
        for member in ["scopes_supported", "claims_supported"] {
            assert!(document[member].as_array().unwrap().contains(&json!("organisation")), "{member}");
        }
    }
}
