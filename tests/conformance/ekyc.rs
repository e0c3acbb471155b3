//! Identity assurance: OpenID Connect for Identity Assurance 1.0 §6 and §9.

use serde_json::{Value, json};

use super::relying_party::{Outcome, RelyingParty, Variant, modules};
use crate::support::World;
use crate::support::world::verified::{FRAMEWORK, card, record};
use crate::support::world::{AN, NOW};

/// What discovery says can be told as verified.
const CLAIMS: [&str; 4] = ["given_name", "family_name", "birthdate", "address"];

/// The suite's client, approved by whoever runs the deployment, and a person of whom something was verified.
async fn party(world: &World) -> RelyingParty<'_> {
    let party = RelyingParty::register(world, Variant::CODE).await;
    let operator = world.operator();
    operator.verified(&AN, NOW, vec![card(), record()]).await;
    operator.approves_verified(party.member("client_id"), &[&CLAIMS[..], &["evidence"]].concat()).await;
    party
}

fn asked(claims: &Value) -> Value {
    json!({ "verification": { "trust_framework": null }, "claims": claims })
}

async fn answered(party: &RelyingParty<'_>, claims: &Value) -> Outcome {
    let request = party.request().with("claims", &claims.to_string());
    party.flow_of(&mut party.world.browser(), &request).await
}

/// The same in both places.
async fn everywhere(party: &RelyingParty<'_>, asked: Value) -> [Value; 2] {
    let claims = json!({ "userinfo": { "verified_claims": asked }, "id_token": { "verified_claims": asked } });
    let outcome = answered(party, &claims).await;
    let userinfo = outcome.userinfo.as_ref().unwrap()["verified_claims"].clone();
    [outcome.claims()["verified_claims"].clone(), userinfo]
}

/// One claim, however it is asked for, comes alone, with nothing of the verification but its rules.
async fn happy(world: &World, how: Value) {
    let party = party(world).await;
    for told in everywhere(&party, asked(&json!({ "given_name": how }))).await {
        let expected = json!({ "verification": { "trust_framework": FRAMEWORK }, "claims": { "given_name": "An" } });
        assert_eq!(told, expected);
    }
}

/// What nobody knows is left out, and fails nothing.
async fn unknown(world: &World, name: &str, how: Value) {
    let party = party(world).await;
    for told in everywhere(&party, asked(&json!({ "given_name": null, name: how }))).await {
        assert_eq!(told["claims"], json!({ "given_name": "An" }), "{name}");
    }
}

async fn refused(world: &World, purpose: &str) {
    let party = party(world).await;
    let claims = json!({ "userinfo": { "verified_claims": asked(&json!({ "given_name": { "purpose": purpose } })) } });
    let request = party.request().with("claims", &claims.to_string());
    let answered = party.sends(&mut world.browser(), &request).await;
    assert_eq!(answered.error(&party, &request), "invalid_request", "{} characters", purpose.len());
}

modules! {
    async fn ekyc_server_happypath(world: World) {
        let metadata = world.get("/.well-known/openid-configuration").await.json();
        assert_eq!((&metadata["verified_claims_supported"], &metadata["claims_parameter_supported"]), (&json!(true), &json!(true)));
        assert_eq!(metadata["trust_frameworks_supported"], json!([FRAMEWORK]));
        for list in ["evidence_supported", "documents_supported", "documents_check_methods_supported"] {
            assert!(metadata[list].as_array().is_some_and(|list| !list.is_empty()), "{list}");
        }
        let offered = metadata["claims_in_verified_claims_supported"].as_array().unwrap();
        assert!(CLAIMS.iter().all(|claim| offered.contains(&json!(claim))), "{offered:?}");
        happy(world, Value::Null).await;
    }

    async fn ekyc_server_happypath_emptyobject(world: World) {
        happy(world, json!({})).await;
    }

    async fn ekyc_server_happypath_essentialfalse(world: World) {
        happy(world, json!({ "essential": false })).await;
    }

    async fn ekyc_server_unknown_claim_omitted(world: World) {
        unknown(world, "a6c1d2e8", Value::Null).await;
    }

    async fn ekyc_server_unknown_essential_claim_omitted(world: World) {
        unknown(world, "a6c1d2e8", json!({ "essential": true })).await;
    }

    async fn ekyc_server_unknown_claim_specialchars_omitted(world: World) {
        unknown(world, "<script>alert('ü&\"')</script>", Value::Null).await;
    }

    async fn ekyc_server_one_claim_with_random_value_omitted(world: World) {
        let party = party(world).await;
        let value = json!({ "given_name": { "value": "2f1c0f0e-8f6d-4f4e-9d6a-0d9a6c1d2e8f" } });
        // Its only claim is left out, and the element with it.
        assert_eq!(everywhere(&party, asked(&value)).await, [Value::Null, Value::Null]);
    }

    async fn ekyc_server_long_purpose_invalid_request(world: World) {
        refused(world, &"a".repeat(301)).await;
    }

    async fn ekyc_server_short_purpose_invalid_request(world: World) {
        refused(world, "ab").await;
    }

    async fn ekyc_server_request_only_in_idtoken(world: World) {
        let party = party(world).await;
        let claims = json!({ "id_token": { "verified_claims": asked(&json!({ "birthdate": null })) } });
        let outcome = answered(&party, &claims).await;
        assert_eq!(outcome.claims()["verified_claims"]["claims"]["birthdate"], "1990-08-15");
        assert_eq!(outcome.userinfo.unwrap().get("verified_claims"), None);
    }

    async fn ekyc_server_request_only_in_userinfo(world: World) {
        let party = party(world).await;
        let claims = json!({ "userinfo": { "verified_claims": asked(&json!({ "birthdate": null })) } });
        let outcome = answered(&party, &claims).await;
        assert_eq!(outcome.claims().get("verified_claims"), None);
        assert_eq!(outcome.userinfo.unwrap()["verified_claims"]["claims"]["birthdate"], "1990-08-15");
    }

    async fn ekyc_server_testuserprovidedrequest(world: World) {
        let party = party(world).await;
        let evidence = json!([{
            "type": { "value": "document" },
            "check_details": [{ "check_method": { "values": ["vpip", "vri"] } }],
            "document_details": { "type": { "values": ["idcard", "passport"] }, "issuer": { "name": null } },
        }]);
        let verification = json!({ "trust_framework": { "value": FRAMEWORK }, "time": null, "evidence": evidence });
        let claims = json!({ "given_name": null, "family_name": { "essential": true } });
        let told = everywhere(&party, json!({ "verification": verification, "claims": claims })).await;
        for told in told {
            assert_eq!(told["claims"], json!({ "given_name": "An", "family_name": "Nguyễn" }));
            assert_eq!(told["verification"]["time"], "2027-01-15T08:00:00Z");
            let details = json!({ "type": "idcard", "issuer": { "name": "Bộ Công an" } });
            let checks = json!([{ "check_method": "vpip" }]);
            let document = json!({ "type": "document", "check_details": checks, "document_details": details });
            assert_eq!(told["verification"]["evidence"], json!([document]));
        }
    }

    // What a person's userinfo has is asked for member by member, and comes back as it was.
    async fn ekyc_server_testbasedonuserinfo_defaults(world: World) {
        let party = party(world).await;
        let claims: Value = CLAIMS.iter().map(|claim| ((*claim).to_owned(), Value::Null)).collect();
        let [_, first] = everywhere(&party, asked(&claims)).await;
        let again: Value =
            first["claims"].as_object().unwrap().iter().map(|(claim, value)| (claim.clone(), json!({ "value": value }))).collect();
        assert_eq!(everywhere(&party, asked(&again)).await[1], first);
    }

    async fn ekyc_server_test_userinfo_notfoundinop(world: World) {
        let party = party(world).await;
        let metadata = world.get("/.well-known/openid-configuration").await.json();
        assert!(!metadata["evidence_supported"].as_array().unwrap().contains(&json!("vouch")));
        let verification = json!({ "trust_framework": null, "evidence": [{ "type": { "value": "vouch" } }] });
        let vouched = json!({ "verification": verification, "claims": { "given_name": null } });
        let place_of_birth = asked(&json!({ "place_of_birth": null, "nationalities": null }));
        let other_rules = json!({ "verification": { "trust_framework": { "value": "eidas" } }, "claims": { "given_name": null } });
        for not_offered in [vouched, place_of_birth, other_rules] {
            assert_eq!(everywhere(&party, not_offered.clone()).await, [Value::Null, Value::Null], "{not_offered}");
        }
    }
}
