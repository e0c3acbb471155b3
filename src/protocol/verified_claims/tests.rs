use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{names, parse, represent, template};
use crate::domain::assurance::AccountLevel;
use crate::domain::citizen::Profile;
use crate::domain::ids::{CitizenId, VerificationId};
use crate::domain::time::Timestamp;
use crate::domain::verification::{
    Check, CheckMethod, Document, DocumentKind, Evidence, Issuer, Record, Statement, Verification,
};
use crate::domain::verified_claims::Element;

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn check(method: CheckMethod) -> Check {
    Check { method, organization: Some("An office".to_owned()), check_id: None, at: Some(NOW) }
}

fn verification() -> Verification {
    let document = Document {
        kind: DocumentKind::Passport,
        number: Some("C1234567".to_owned()),
        issued_on: Some("2021-05-06".parse().unwrap()),
        expires_on: None,
        issuer: Some(Issuer { name: "A ministry".to_owned(), country_code: Some("VNM".to_owned()) }),
    };
    let record = Record {
        kind: "population_register".to_owned(),
        source: Issuer { name: "The register".to_owned(), country_code: None },
        created_at: None,
    };
    Verification {
        id: VerificationId::from_uuid(uuid::Uuid::nil()),
        citizen: CitizenId::from_uuid(uuid::Uuid::nil()),
        level: AccountLevel::Proven,
        verified_at: Timestamp::from_seconds(1_799_999_000),
        superseded_at: None,
        statement: Statement {
            trust_framework: "gold".to_owned(),
            process: Some("file-7".to_owned()),
            evidence: vec![
                Evidence::Document {
                    checks: vec![check(CheckMethod::Vpip), check(CheckMethod::Vcrypt)],
                    document,
                    attachments: Vec::new(),
                },
                Evidence::ElectronicRecord { checks: vec![check(CheckMethod::Data)], record },
                Evidence::ElectronicSignature {
                    signature_type: "xades".to_owned(),
                    issuer: "A CA".to_owned(),
                    serial_number: "17".to_owned(),
                    created_at: Some(NOW),
                },
            ],
            verified: Profile::default(),
            national_id: None,
        },
    }
}

/// What is told of the verification to whoever asks so.
fn told(asked: Value) -> Option<Value> {
    let request = json!({ "verification": asked, "claims": { "name": null } });
    let read = parse(&request).unwrap_or_else(|fault| panic!("{fault}: {request}")).remove(0);
    template::fill(&read.verification, &represent::verification(&verification(), &|_| true), NOW).map(Value::from)
}

#[test]
fn nothing_of_the_verification_is_told_that_was_not_asked_for() {
    let framework = json!({ "trust_framework": "gold" });
    assert_eq!(told(json!({ "trust_framework": null })), Some(framework.clone()));
    assert_eq!(told(json!({ "trust_framework": {} })), Some(framework));
    let asked = json!({ "trust_framework": null, "time": null, "assurance_level": null, "verification_process": null });
    let expected = json!({
        "trust_framework": "gold", "time": "2027-01-15T07:43:20Z", "assurance_level": "2", "verification_process": "file-7",
    });
    assert_eq!(told(asked), Some(expected));
}

#[test]
fn what_the_schema_needs_of_evidence_is_told_with_it() {
    let evidence = |kind: &str, more: Value| {
        let mut entry = json!({ "type": { "value": kind } });
        entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        told(json!({ "trust_framework": null, "evidence": [entry] })).map(|told| told["evidence"].clone())
    };
    assert_eq!(evidence("document", json!({})), Some(json!([{ "type": "document" }])));
    let details = json!({ "document_details": { "document_number": null } });
    let expected =
        json!([{ "type": "document", "document_details": { "type": "passport", "document_number": "C1234567" } }]);
    assert_eq!(evidence("document", details), Some(expected));
    let checks = json!({ "check_details": [{ "check_method": null, "time": null }] });
    let method = |method: &str| json!({ "check_method": method, "time": "2027-01-15T08:00:00Z" });
    let expected = json!([{ "type": "document", "check_details": [method("vpip"), method("vcrypt")] }]);
    assert_eq!(evidence("document", checks), Some(expected));
    let expected = json!([{
        "type": "electronic_signature", "signature_type": "xades", "issuer": "A CA", "serial_number": "17",
    }]);
    assert_eq!(evidence("electronic_signature", json!({})), Some(expected));
    let record = json!({ "record": { "source": null } });
    let expected = json!([{ "type": "electronic_record", "record": { "type": "population_register", "source": { "name": "The register" } } }]);
    assert_eq!(evidence("electronic_record", record), Some(expected));
    assert_eq!(evidence("vouch", json!({})), None);
}

#[test]
fn a_filter_that_does_not_hold_leaves_the_element_out() {
    let document = |more: Value| {
        let mut entry = json!({ "type": { "value": "document" } });
        entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "trust_framework": null, "evidence": [entry] })
    };
    for (asked, holds) in [
        (json!({ "trust_framework": { "value": "gold" } }), true),
        (json!({ "trust_framework": { "values": ["silver", "gold"] } }), true),
        (json!({ "trust_framework": { "value": "silver" } }), false),
        (json!({ "trust_framework": null, "assurance_level": { "value": "2" } }), true),
        (json!({ "trust_framework": null, "assurance_level": { "values": ["1", "high"] } }), false),
        (json!({ "trust_framework": null, "time": { "max_age": 1000 } }), true),
        (json!({ "trust_framework": null, "time": { "max_age": 999 } }), false),
        // Longer than anybody has lived limits nothing.
        (json!({ "trust_framework": null, "time": { "max_age": 31_536_000_000_u64 } }), true),
        (json!({ "trust_framework": null, "assurance_process": { "policy": { "value": "gpg45" } } }), false),
        (json!({ "trust_framework": null, "assurance_process": { "policy": null } }), true),
        (document(json!({ "document_details": { "type": { "values": ["idcard", "passport"] } } })), true),
        (document(json!({ "document_details": { "type": { "value": "idcard" } } })), false),
        (document(json!({ "check_details": [{ "check_method": { "value": "vcrypt" } }] })), true),
        (document(json!({ "check_details": [{ "check_method": { "value": "vri" } }] })), false),
        (
            document(
                json!({ "check_details": [{ "check_method": { "value": "vri" } }, { "check_method": { "value": "vpip" } }] }),
            ),
            true,
        ),
        // The last second of the day counts.
        (
            document(json!({ "document_details": { "type": null, "date_of_issuance": { "max_age": 179_654_401 } } })),
            true,
        ),
        (
            document(json!({ "document_details": { "type": null, "date_of_issuance": { "max_age": 179_654_400 } } })),
            false,
        ),
        (document(json!({ "document_details": { "type": null, "date_of_issuance": { "max_age": 1000 } } })), false),
        // Of a day that is not known nothing can be said.
        (document(json!({ "document_details": { "type": null, "date_of_expiry": null } })), true),
        (
            document(
                json!({ "document_details": { "type": null, "date_of_expiry": { "max_age": 9_999_999_999_u64 } } }),
            ),
            false,
        ),
        (document(json!({ "attachments": null })), true),
        (
            json!({ "trust_framework": null, "evidence": [
            { "type": { "value": "vouch" } }, { "type": { "value": "electronic_record" } },
        ] }),
            true,
        ),
    ] {
        assert_eq!(told(asked.clone()).is_some(), holds, "{asked}");
    }
}

#[test]
fn of_several_filters_one_that_holds_tells_what_it_asked_for() {
    let asked = json!({ "trust_framework": null, "evidence": [
        { "type": { "value": "document" }, "document_details": { "type": { "value": "idcard" } } },
        { "type": { "value": "document" }, "document_details": { "type": null, "issuer": { "country_code": null } } },
    ] });
    let details = json!({ "type": "passport", "issuer": { "country_code": "VNM" } });
    let expected = json!([{ "type": "document", "document_details": details }]);
    assert_eq!(told(asked).unwrap()["evidence"], expected);
}

#[test]
fn what_is_written_otherwise_is_refused_by_name() {
    let whole = |verification: Value| json!({ "verification": verification, "claims": { "name": null } });
    let evidence = |entry: Value| whole(json!({ "trust_framework": null, "evidence": [entry] }));
    for (asked, sentence) in [
        (json!(null), " must be an object or an array of objects"),
        (json!([]), " has no element"),
        (json!([7]), "[0] must be an object"),
        (json!(vec![whole(json!({ "trust_framework": null })); 9]), " has more than 8 elements"),
        (json!({ "claims": { "name": null } }), " has no verification"),
        (json!({ "verification": { "trust_framework": null } }), " has no claims"),
        (
            json!({ "verification": { "time": null }, "claims": { "name": null } }),
            ".verification has no trust_framework",
        ),
        (json!({ "verification": [], "claims": {} }), ".verification must be an object"),
        (json!({ "verification": { "trust_framework": null }, "claims": {} }), ".claims asks for nothing"),
        (json!({ "verification": { "trust_framework": null }, "claims": null }), ".claims must be an object"),
        (
            json!({ "verification": { "trust_framework": null }, "claims": { "name": null }, "x": 1 }),
            " has the member x, and may have verification and claims alone",
        ),
        (
            json!({ "verification": { "trust_framework": null }, "claims": { "name": true } }),
            ".claims.name must be null or an object",
        ),
        (
            json!({ "verification": { "trust_framework": null }, "claims": { "nobody-knows": { "purpose": "ab" } } }),
            ".claims.nobody-knows has a purpose that is not 3 to 300 characters long",
        ),
        (whole(json!({ "trust_framework": "gold" })), ".verification.trust_framework must be null or an object"),
        (
            whole(json!({ "trust_framework": { "value": 7 } })),
            ".verification.trust_framework has a value that is no text",
        ),
        (
            whole(json!({ "trust_framework": { "value": "a", "values": ["a"] } })),
            ".verification.trust_framework has both value and values",
        ),
        (
            whole(json!({ "trust_framework": { "values": [] } })),
            ".verification.trust_framework must have an array of 1 to 16 values",
        ),
        (
            whole(json!({ "trust_framework": { "max_age": 5 } })),
            ".verification.trust_framework is no time and takes no max_age",
        ),
        (
            whole(json!({ "trust_framework": null, "time": { "max_age": -5 } })),
            ".verification.time has a max_age that is no number of seconds",
        ),
        (
            whole(json!({ "trust_framework": null, "time": { "value": "2020-01-01" } })),
            ".verification.time takes no value",
        ),
        (
            whole(json!({ "trust_framework": null, "time": { "essential": 1 } })),
            ".verification.time has an essential that is neither true nor false",
        ),
        (
            whole(json!({ "trust_framework": null, "evidence": { "type": { "value": "document" } } })),
            ".verification.evidence must be an array",
        ),
        (whole(json!({ "trust_framework": null, "evidence": [] })), ".verification.evidence must have 1 to 8 entries"),
        (evidence(json!({ "document_details": { "type": null } })), ".verification.evidence[0] has no type"),
        (evidence(json!({ "type": null })), ".verification.evidence[0].type has no value"),
        (
            evidence(json!({ "type": { "value": "hearsay" } })),
            ".verification.evidence[0].type is none of document, electronic_record, vouch, electronic_signature",
        ),
        (
            evidence(json!({ "type": { "values": ["document"] } })),
            ".verification.evidence[0].type takes value alone, not values",
        ),
        (
            evidence(json!({ "type": { "value": "document" }, "check_details": [{ "time": null }] })),
            ".verification.evidence[0].check_details[0] has no check_method",
        ),
        (
            evidence(json!({ "type": { "value": "document" }, "document_details": null })),
            ".verification.evidence[0].document_details must be an object",
        ),
        // A number is asked for; whether it is this one is not: that would be an oracle.
        (
            evidence(
                json!({ "type": { "value": "document" }, "document_details": { "type": null, "document_number": { "value": "1" } } }),
            ),
            ".verification.evidence[0].document_details.document_number takes no value",
        ),
    ] {
        assert_eq!(parse(&asked).unwrap_err(), sentence, "{asked}");
    }
}

#[test]
fn claims_that_nobody_knows_are_left_out_and_an_element_of_them_alone_as_well() {
    let element = |claims: Value| json!({ "verification": { "trust_framework": null }, "claims": claims });
    let read = parse(&json!([
        element(json!({ "place_of_birth": { "essential": true }, "evidence": null, "updated_at": null })),
        element(json!({ "birthdate": { "essential": true }, "msisdn": null })),
    ]))
    .unwrap();
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].names().collect::<Vec<_>>(), ["verified_claims.birthdate"]);
    assert!(read[0].claims["birthdate"].essential);
}

#[test]
fn what_an_answer_tells_is_known_by_name() {
    let element = json!({ "verification": { "trust_framework": "a", "evidence": [] }, "claims": { "name": "An" } });
    let answer = |told: Value| Map::from_iter([("verified_claims".to_owned(), told)]);
    let expected = ["verified_claims.name", "verified_claims.evidence"];
    assert_eq!(names(&answer(element.clone())), expected);
    let both: BTreeSet<String> = names(&answer(json!([element.clone(), element]))).into_iter().collect();
    assert_eq!(both.len(), 2);
    assert!(names(&Map::new()).is_empty());
}

/// Requests that are nearly as they should be.
fn nearly() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        Just(json!({})),
        Just(json!({ "value": "document" })),
        Just(json!({ "values": ["gold", "passport"] })),
        Just(json!({ "max_age": 5 })),
        Just(json!({ "essential": true })),
        Just(json!(7)),
    ];
    let name = prop::sample::select(vec![
        "verification",
        "claims",
        "trust_framework",
        "time",
        "evidence",
        "type",
        "check_details",
        "check_method",
        "document_details",
        "record",
        "source",
        "issuer",
        "name",
        "x",
    ]);
    leaf.prop_recursive(6, 48, 5, move |inner| {
        prop_oneof![
            prop::collection::btree_map(name.clone().prop_map(str::to_owned), inner.clone(), 0..5)
                .prop_map(|members| { Value::Object(members.into_iter().collect()) }),
            prop::collection::vec(inner, 0..3).prop_map(Value::from),
        ]
    })
}

fn has_either(element: &Element) -> bool {
    match element {
        Element::Either(entries) => !entries.is_empty(),
        Element::Object(members) => members.values().all(has_either),
        _ => true,
    }
}

proptest! {
    #[test]
    fn no_request_makes_it_panic_and_what_is_read_can_be_filled(claims in nearly(), verification in nearly(), whole in nearly()) {
        for asked in [whole, json!({ "verification": verification, "claims": claims })] {
            if let Ok(read) = parse(&asked) {
                for request in read {
                    prop_assert!(has_either(&request.verification) && !request.claims.is_empty());
                    let whole = represent::verification(&self::verification(), &|_| true);
                    if let Some(told) = template::fill(&request.verification, &whole, NOW) {
                        prop_assert!(told.contains_key("trust_framework"));
                    }
                }
            }
        }
    }
}
