//! The `claims` parameter: OpenID Connect Core §5.5.

use serde_json::{Value, json};

use crate::support::World;
use crate::support::world::{AN, BINH, Browser, Citizen, Portal, Started, TokenAnswer, on_every_backend};

fn asking(portal: &Portal, scope: &str, claims: Value) -> Started {
    portal.start().with("scope", scope).with("claims", &claims.to_string())
}

/// Signs in for `started`, allowing what is asked.
async fn answered(world: &World, portal: &Portal, citizen: &Citizen, started: &Started) -> (Browser, TokenAnswer) {
    let mut browser = world.browser();
    let page = browser.open(&started.url()).await;
    let page = citizen.goes_through(&mut browser, page).await;
    let tokens = portal.exchange(started, &page.code()).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    (browser, tokens)
}

/// The claims beside `sub`.
async fn userinfo(portal: &Portal, tokens: &TokenAnswer) -> Value {
    let mut claims = portal.claims(&tokens.access_token()).await;
    assert!(claims.as_object_mut().unwrap().remove("sub").is_some());
    claims
}

on_every_backend! {
    async fn a_claim_comes_where_it_was_asked_for_and_nowhere_else(world: World) {
        let portal = world.portal("tax-office");
        let claims = json!({
            "userinfo": { "name": { "essential": true }, "email_verified": null },
            "id_token": { "birthdate": { "essential": true }, "auth_time": { "essential": true } },
        });
        let (_, tokens) = answered(&world, &portal, &AN, &asking(&portal, "openid", claims)).await;
        let id_token = portal.id_token(&tokens).await;
        assert_eq!((&id_token["birthdate"], id_token.get("name")), (&json!("1990-08-15"), None));
        assert!(id_token["auth_time"].is_i64());
        assert_eq!(userinfo(&portal, &tokens).await, json!({ "name": AN.name, "email_verified": true }));
    }

    async fn what_was_asked_for_singly_outlives_a_refresh(world: World) {
        let portal = world.portal("tax-office");
        let claims = json!({ "userinfo": { "nickname": null }, "id_token": { "gender": null } });
        let started = asking(&portal, "openid offline_access", claims);
        let (_, first) = answered(&world, &portal, &AN, &started).await;
        let mut tokens = first;
        for _ in 0..2 {
            tokens = portal.refresh(&tokens.refresh_token()).await;
            assert_eq!(userinfo(&portal, &tokens).await, json!({ "nickname": "Tí" }));
            assert_eq!(portal.id_token(&tokens).await["gender"], "male");
        }
    }

    async fn a_claim_that_is_not_known_of_the_person_is_left_out_also_if_essential(world: World) {
        let portal = world.portal("tax-office");
        let claims = json!({
            "userinfo": { "nickname": { "essential": true }, "tax_class": { "essential": true }, "gender": null },
            "id_token": { "picture": { "essential": true } },
        });
        let (_, tokens) = answered(&world, &portal, &BINH, &asking(&portal, "openid", claims)).await;
        assert_eq!(userinfo(&portal, &tokens).await, json!({ "gender": "female" }));
        assert_eq!(portal.id_token(&tokens).await.get("picture"), None);
    }

    async fn a_claim_with_another_value_than_asked_for_is_left_out(world: World) {
        let portal = world.portal("tax-office");
        let claims = json!({
            "userinfo": {
                "name": { "value": "Somebody Else" }, "gender": { "values": ["female", "male"] },
                "email_verified": { "value": true }, "account_level": { "value": 1 },
            },
            "id_token": { "nickname": { "value": "Tí" }, "locale": { "value": "fr" } },
        });
        // The narrower wish holds: the scope would release the name and the level.
        let (_, tokens) = answered(&world, &portal, &AN, &asking(&portal, "openid profile", claims)).await;
        let told = userinfo(&portal, &tokens).await;
        assert_eq!((told.get("name"), told.get("account_level")), (None, None), "{told}");
        assert_eq!((&told["gender"], &told["email_verified"]), (&json!("male"), &json!(true)));
        assert_eq!(told["given_name"], "An", "what nothing was said of");
        let id_token = portal.id_token(&tokens).await;
        assert_eq!((&id_token["nickname"], id_token.get("locale")), (&json!("Tí"), None));
    }

    async fn nobody_but_the_subject_that_was_asked_for_answers(world: World) {
        let portal = world.portal("tax-office");
        let (_, binh) = world.signed_in(&portal, &BINH).await;
        let (mut browser, an) = world.signed_in(&portal, &AN).await;
        let (an, binh) = (portal.id_token(&an).await["sub"].clone(), portal.id_token(&binh).await["sub"].clone());
        for place in ["id_token", "userinfo"] {
            let of = |sub: &Value| asking(&portal, "openid", json!({ place: { "sub": { "value": sub } } }));
            assert!(browser.open(&of(&an).with("prompt", "none").url()).await.answer().contains_key("code"));
            let page = browser.open(&of(&binh).with("prompt", "none").url()).await;
            assert_eq!(page.refusal().0, "login_required", "{place}");
            // Whoever it is that signs in instead, the portal is not told of them.
            let page = browser.open(&of(&binh).url()).await;
            let page = AN.signs_in(&mut browser, &page).await;
            let told = "someone else has signed in than id_token_hint or the sub in claims named";
            assert_eq!(page.refusal(), ("login_required".to_owned(), told.to_owned()), "{place}");
        }
        let either = asking(&portal, "openid", json!({ "id_token": { "sub": { "values": [binh, an] } } }));
        assert!(browser.open(&either.with("prompt", "none").url()).await.answer().contains_key("code"));
        let number = asking(&portal, "openid", json!({ "id_token": { "sub": { "value": 7 } } }));
        assert_eq!(browser.open(&number.with("prompt", "none").url()).await.refusal().0, "login_required");
    }

    async fn each_response_type_tells_what_it_can_and_asks_about_nothing_else(world: World) {
        let portal = world.portal("archive");
        let claims = json!({ "userinfo": { "gender": null }, "id_token": { "birthdate": null } });
        for (response_type, in_id_token, at_userinfo) in [
            ("code", true, true),
            ("id_token", true, false),
            ("id_token token", true, true),
            ("code id_token", true, true),
            ("code token", true, true),
            ("code id_token token", true, true),
            ("none", false, false),
        ] {
            let started = asking(&portal, "openid", claims.clone()).with("response_type", response_type);
            let mut browser = world.browser();
            let page = browser.open(&started.clone().with("prompt", "consent").url()).await;
            let page = AN.signs_in(&mut browser, &page).await;
            let asked = page.words(".claims dt");
            assert_eq!((asked.contains("Date of birth"), asked.contains("Gender")), (in_id_token, at_userinfo));
            let answer = AN.allows(&mut browser, &page).await.answer();
            let (mut id_tokens, mut access_tokens) = (Vec::new(), Vec::from_iter(answer.get("access_token").cloned()));
            if let Some(id_token) = answer.get("id_token") {
                id_tokens.push(portal.proven(id_token).await);
            }
            if let Some(code) = answer.get("code") {
                let tokens = portal.exchange(&started, code).await;
                id_tokens.push(portal.id_token(&tokens).await);
                access_tokens.push(tokens.access_token());
            }
            assert_eq!((id_tokens.is_empty(), access_tokens.is_empty()), (!in_id_token, !at_userinfo));
            for id_token in id_tokens {
                assert_eq!((&id_token["birthdate"], id_token.get("gender")), (&json!("1990-08-15"), None));
            }
            for access_token in access_tokens {
                let told = portal.claims(&access_token).await;
                assert_eq!((&told["gender"], told.get("birthdate")), (&json!("male"), None), "{response_type}");
            }
        }
    }

    async fn a_claim_that_was_not_allowed_before_is_asked_about(world: World) {
        let portal = world.portal("tax-office");
        let name = asking(&portal, "openid", json!({ "userinfo": { "name": null } }));
        let (mut browser, _) = answered(&world, &portal, &AN, &name).await;
        let silent = |started: &Started| started.clone().with("prompt", "none").url();
        assert!(browser.open(&silent(&name)).await.answer().contains_key("code"), "allowed once, remembered");
        let in_id_token = asking(&portal, "openid", json!({ "id_token": { "name": { "essential": true } } }));
        assert!(browser.open(&silent(&in_id_token)).await.answer().contains_key("code"), "the same claim elsewhere");
        let more = asking(&portal, "openid", json!({ "userinfo": { "name": null, "birthdate": null } }));
        assert_eq!(browser.open(&silent(&more)).await.refusal().0, "consent_required");
        assert!(browser.open(&more.url()).await.has("#allow"));
        let by_scope = portal.start().with("scope", "openid profile");
        assert_eq!(browser.open(&silent(&by_scope)).await.refusal().0, "consent_required");
    }
}

#[tokio::test]
async fn what_is_told_in_an_id_token_stands_in_the_activity_like_what_is_told_at_userinfo() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let started = asking(&portal, "openid", json!({ "id_token": { "birthdate": null } }));
    let (mut browser, _) = answered(&world, &portal, &AN, &started).await;
    let text = browser.open("/account/activity").await.text();
    assert!(text.contains("The tax office received: date of birth"), "{text}");
    let received = browser.open("/account/portals").await.text();
    assert!(received.contains("date of birth") && !received.contains("full name"), "{received}");
}

#[tokio::test]
async fn a_claims_request_as_core_shows_it_is_understood() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    // OpenID Connect Core §5.5, with the values of §5.5.1 that name nobody here left out.
    let claims = json!({
        "userinfo": {
            "given_name": { "essential": true }, "nickname": null, "email": { "essential": true },
            "email_verified": { "essential": true }, "picture": null,
            "http://example.info/claims/groups": null,
        },
        "id_token": {
            "auth_time": { "essential": true }, "acr": { "values": ["urn:mace:incommon:iap:silver"] },
        },
    });
    let (_, tokens) = answered(&world, &portal, &AN, &asking(&portal, "openid", claims)).await;
    let told = userinfo(&portal, &tokens).await;
    let names: Vec<&String> = told.as_object().unwrap().keys().collect();
    assert_eq!(names, ["email", "email_verified", "given_name", "nickname", "picture"]);
    assert_eq!(portal.id_token(&tokens).await["acr"], "urn:senid:aal:1");
}
