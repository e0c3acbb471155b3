//! Userinfo and the claims of each scope: Core §5.

use serde_json::{Value, json};

use super::relying_party::{Outcome, RelyingParty, VARIANTS, Variant, modules};
use crate::support::World;
use crate::support::world::proof;
use crate::support::world::web::{self, Reply};

const PROFILE: [&str; 14] = [
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
];

modules! {
    async fn oidcc_userinfo_get(world: World) {
        for variant in VARIANTS.into_iter().filter(|variant| variant.response_type != "id_token") {
            // `flow` asks by GET.
            let outcome = RelyingParty::register(world, variant).await.flow().await;
            assert_eq!(outcome.userinfo.unwrap().as_object().unwrap().len(), 1, "openid alone is the sub alone");
        }
    }

    async fn oidcc_userinfo_post_header(world: World) {
        let outcome = RelyingParty::register(world, Variant::CODE).await.flow().await;
        let bearer = format!("Bearer {}", outcome.access_token().unwrap());
        is_userinfo(&outcome, &web::post(&world.at("/userinfo"), &[("authorization", &bearer)], &[]).await);
        // The type's letter case does not matter (RFC 9110 §11.1).
        let lower = bearer.replace("Bearer", "bearer");
        is_userinfo(&outcome, &web::post(&world.at("/userinfo"), &[("authorization", &lower)], &[]).await);
    }

    async fn oidcc_userinfo_post_body(world: World) {
        let outcome = RelyingParty::register(world, Variant::CODE).await.flow().await;
        let form = [("access_token", outcome.access_token().unwrap())];
        is_userinfo(&outcome, &web::post(&world.at("/userinfo"), &[], &form).await);
        // In the query it would stand in every log.
        let refused = web::get(&format!("{}?{}", world.at("/userinfo"), web::encode(&form)), &[]).await;
        assert!([400, 401].contains(&refused.status.as_u16()), "{}", refused.body);
    }

    async fn oidcc_userinfo_rs256(world: World) {
        let signed = json!({ "userinfo_signed_response_alg": "RS256" });
        let party = RelyingParty::register_with(world, Variant::CODE, signed).await;
        let request = party.request().with("scope", "openid profile");
        let answered = party.sends(&mut world.browser(), &request).await;
        let tokens = party.exchange(&answered.parameters["code"]).await.json();
        let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
        let reply = web::get(&world.at("/userinfo"), &[("authorization", &bearer)]).await;
        assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "application/jwt"));
        assert_eq!(proof::header(&reply.body)["alg"], "RS256");
        let claims = proof::claims(&world.issuer, &reply.body).await;
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(world.issuer), &party.registered["client_id"]));
        let id_token = party.id_token(tokens["id_token"].as_str().unwrap(), &request).await;
        assert_eq!(claims["sub"], id_token["sub"]);
        assert!(claims["name"].is_string());
    }

    async fn oidcc_scope_profile(world: World) {
        releases(world, "profile", &PROFILE).await;
    }

    async fn oidcc_scope_email(world: World) {
        releases(world, "email", &["email", "email_verified"]).await;
    }

    async fn oidcc_scope_address(world: World) {
        releases(world, "address", &["address"]).await;
    }

    async fn oidcc_scope_phone(world: World) {
        releases(world, "phone", &["phone_number", "phone_number_verified"]).await;
    }

    async fn oidcc_scope_all(world: World) {
        let rest = ["email", "email_verified", "address", "phone_number", "phone_number_verified"];
        releases(world, "profile email address phone", &[&PROFILE[..], &rest].concat()).await;
    }

    async fn oidcc_claims_essential(world: World) {
        let claims = r#"{"userinfo":{"name":{"essential":true}}}"#;
        for variant in VARIANTS.into_iter().filter(|variant| variant.response_type != "id_token") {
            let party = RelyingParty::register(world, variant).await;
            let request = party.request().with("claims", claims);
            let outcome = party.flow_of(&mut world.browser(), &request).await;
            let userinfo = outcome.userinfo.as_ref().unwrap();
            assert!(userinfo["name"].is_string(), "{userinfo}");
            // It was asked for there and not here.
            for id_token in [&outcome.id_token, &outcome.front_id_token].into_iter().flatten() {
                assert_eq!(id_token.get("name"), None);
            }
        }
        // Without an access token there is no userinfo: the ID token is asked instead.
        let party = RelyingParty::register(world, Variant { response_type: "id_token", ..Variant::CODE }).await;
        let request = party.request().with("claims", r#"{"id_token":{"name":{"essential":true}}}"#);
        let outcome = party.flow_of(&mut world.browser(), &request).await;
        assert!(outcome.claims()["name"].is_string());
    }
}

/// Every flow releases these claims for `scope`, each well-formed, at userinfo or, where there is none, in the ID token.
async fn releases(world: &World, scope: &str, names: &[&str]) {
    for variant in VARIANTS {
        let party = RelyingParty::register(world, variant).await;
        let request = party.request().with("scope", &format!("openid {scope}"));
        let outcome = party.flow_of(&mut world.browser(), &request).await;
        let claims = outcome.userinfo.as_ref().unwrap_or_else(|| outcome.claims());
        for name in names {
            let value = claims.get(*name).unwrap_or_else(|| panic!("{variant:?}: no {name}: {claims}"));
            assert!(is_well_formed(name, value), "{name}: {value}");
        }
        if outcome.userinfo.is_some() {
            // What is told at userinfo is not told twice (Core §5.4).
            assert!(names.iter().all(|name| outcome.claims().get(*name).is_none()), "{}", outcome.claims());
        }
    }
}

/// The types of Core §5.1.
fn is_well_formed(name: &str, value: &Value) -> bool {
    let text = value.as_str();
    match name {
        "updated_at" => value.as_i64().is_some_and(|seconds| (1_000_000_000..10_000_000_000).contains(&seconds)),
        "email_verified" | "phone_number_verified" => value.is_boolean(),
        "address" => value.as_object().is_some_and(|address| {
            !address.is_empty() && address.values().all(|part| part.as_str().is_some_and(|part| !part.is_empty()))
        }),
        "birthdate" => text.is_some_and(|date| {
            let parts: Vec<&str> = date.split('-').collect();
            matches!(parts[..], [year, month, day] if (year.len(), month.len(), day.len()) == (4, 2, 2))
        }),
        "profile" | "picture" | "website" => text.is_some_and(|uri| uri.parse::<url::Url>().is_ok()),
        "phone_number" => text.is_some_and(|number| number.starts_with('+')),
        _ => text.is_some_and(|text| !text.is_empty()),
    }
}

fn is_userinfo(outcome: &Outcome, reply: &Reply) {
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert!(reply.header("content-type").starts_with("application/json"));
    assert_eq!(reply.json()["sub"], outcome.claims()["sub"]);
}
