use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::client::{ClientAuthentication, Localised};
use crate::domain::resource::ResourceServer;
use crate::domain::time::Timestamp;

const API: &str = "https://pay.example/api";

fn registered(name: &str) -> DetailsType {
    let schema = json!({
        "type": "object",
        "properties": {
            "type": {"const": name},
            "locations": {"type": "array", "items": {"type": "string"}},
            "amount": {"type": "string", "pattern": "^[0-9]+$", "maxLength": 20},
            "tags": {"type": "array", "items": {"type": "string"}},
            "limit": {"type": "number"},
        },
        "required": ["type", "amount"],
        "additionalProperties": false,
    });
    DetailsType {
        name: name.to_owned(),
        status: DetailsTypeStatus::Active,
        title: Localised::plain("Payment"),
        schema: schema.to_string(),
        template: Localised::plain("Pay {amount}"),
        without_person: false,
        created_at: Timestamp::EPOCH,
        updated_at: Timestamp::EPOCH,
    }
}

fn known(registered: DetailsType) -> KnownType {
    KnownType::new(registered).unwrap()
}

fn servers() -> ResourceRegistry {
    let server = ResourceServer {
        authorization_details_types: BTreeSet::from(["pay".to_owned()]),
        ..ResourceServer::new(API.parse().unwrap(), Timestamp::EPOCH)
    };
    ResourceRegistry::new([server])
}

fn types() -> Types {
    let disabled = DetailsType { status: DetailsTypeStatus::Disabled, ..registered("old") };
    let own = DetailsType { without_person: true, ..registered("batch") };
    Types::new([registered("pay"), registered("other"), disabled, own].map(known))
}

fn client() -> Client {
    let mut client = Client::new("portal".parse().unwrap(), ClientAuthentication::None, Timestamp::EPOCH);
    client.authorization_details_types = ["pay", "old", "batch"].map(str::to_owned).into();
    client.resources = BTreeSet::from([API.parse().unwrap()]);
    client
}

fn ask(value: &str, granted_by: GrantedBy) -> Result<AuthorizationDetails, OAuthError> {
    let encoded = url::form_urlencoded::Serializer::new(String::new()).append_pair(PARAMETER, value).finish();
    requested(
        &Parameters::decode(encoded.as_bytes()).unwrap(),
        &client(),
        Registered { types: &types(), resources: &servers() },
        granted_by,
    )
}

fn told(value: &Value) -> String {
    let refusal = ask(&value.to_string(), GrantedBy::Person).unwrap_err();
    assert_eq!(refusal.code.as_str(), "invalid_authorization_details", "{refusal}");
    refusal.description.into_owned()
}

#[test]
fn what_is_asked_for_is_kept_with_its_members_in_order() {
    let details = ask(r#"[{"type":"pay","amount":"5"},{"amount":"6", "type":"pay"}]"#, GrantedBy::Person).unwrap();
    let kept: Vec<_> = details.iter().map(|detail| (detail.kind.as_str(), detail.json.as_str())).collect();
    assert_eq!(kept, [("pay", r#"{"amount":"5","type":"pay"}"#), ("pay", r#"{"amount":"6","type":"pay"}"#)]);
    assert!(ask("", GrantedBy::Person).unwrap().is_empty());
}

#[test]
fn every_fault_is_told_with_its_place() {
    let pay = |more: Value| {
        let mut detail = json!({"type": "pay", "amount": "5"});
        detail.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([detail])
    };
    for (value, expected) in [
        (json!({"type": "pay"}), "authorization_details must be one JSON array"),
        (json!([]), "must have 1 to 16 objects"),
        (json!(["pay"]), "authorization_details[0] must be an object"),
        (json!([{"amount": "5"}]), "authorization_details[0] has no type"),
        (json!([{"type": 5}]), "has a type that is the name of none"),
        (json!([{"type": "unheard-of"}]), "there is no type unheard-of"),
        (json!([{"type": "old", "amount": "5"}]), "there is no type old"),
        (json!([{"type": "other", "amount": "5"}]), "this client is not registered for the type other"),
        (json!([{"type": "pay"}]), "authorization_details[0] 'amount' is a required property"),
        (pay(json!({"amount": "VND"})), "authorization_details[0] /amount value does not match '^[0-9]+$'"),
        (pay(json!({"amount": 5})), "authorization_details[0] /amount value is not of type 'string'"),
        (
            pay(json!({"note": "x"})),
            "authorization_details[0] Additional properties are not allowed ('note' was unexpected)",
        ),
        (pay(json!({"locations": ["https://elsewhere.example"]})), "no resource server that understands this type"),
        (pay(json!({"locations": API})), "/locations value is not of type 'array'"),
        (pay(json!({"limit": 9_007_199_254_740_993_u64})), "not every reader reads alike"),
        (pay(json!({"tags": ["x".repeat(1_001)]})), "a text of more than 1000 characters"),
        (pay(json!({"tags": vec!["x"; 250]})), "more than 200 values"),
        (
            json!([{"type": "pay", "amount": "5"}, {"amount": "5", "type": "pay"}]),
            "authorization_details[1] is there twice",
        ),
    ] {
        let told = told(&value);
        assert!(told.contains(expected), "{value}: {told}");
    }
}

#[test]
fn a_bomb_is_refused_before_any_schema_sees_it() {
    for (text, expected) in [
        (format!("[{}{}]", "{\"a\":".repeat(60), "1".to_owned() + &"}".repeat(60)), "nested deeper than 8"),
        (format!("[{}]", "[".repeat(5_000)), "must be one JSON array"),
        (format!("[{}]", vec!["{\"type\":\"pay\",\"amount\":\"5\"}"; 17].join(",")), "1 to 16 objects"),
        (format!("[\"{}\"]", "x".repeat(20_000)), "more than 16384 bytes"),
        (r#"[{"type":"pay","amount":"5","amount":"500"}]"#.to_owned(), "no member twice"),
    ] {
        let refusal = ask(&text, GrantedBy::Person).unwrap_err();
        assert!(refusal.description.contains(expected), "{refusal}");
    }
}

#[test]
fn a_place_is_one_that_the_type_and_the_client_know() {
    assert!(ask(&json!([{"type": "pay", "amount": "5", "locations": [API]}]).to_string(), GrantedBy::Person).is_ok());
    let stranger = Client { resources: BTreeSet::new(), ..client() };
    let asked = format!(
        "authorization_details=%5B%7B%22type%22:%22pay%22,%22amount%22:%225%22,%22locations%22:%5B%22{API}%22%5D%7D%5D"
    );
    let refusal = requested(
        &Parameters::decode(asked.as_bytes()).unwrap(),
        &stranger,
        Registered { types: &types(), resources: &servers() },
        GrantedBy::Person,
    );
    assert!(refusal.unwrap_err().description.contains("which this client is not registered for"));
}

#[test]
fn a_client_is_granted_nothing_by_itself_that_is_a_persons_to_grant() {
    assert!(ask(r#"[{"type":"batch","amount":"5"}]"#, GrantedBy::Client).is_ok());
    let refusal = ask(r#"[{"type":"pay","amount":"5"}]"#, GrantedBy::Client).unwrap_err();
    assert!(refusal.description.contains("nobody but a person"), "{refusal}");
}

#[test]
fn a_part_of_what_was_granted_names_details_as_they_were() {
    let both = ask(r#"[{"type":"pay","amount":"5"},{"type":"pay","amount":"6"}]"#, GrantedBy::Person).unwrap();
    let part = |json: &str| {
        let detail = AuthorizationDetail { kind: "pay".to_owned(), json: json.to_owned() };
        narrow(both.clone(), Some(&AuthorizationDetails(vec![detail])))
    };
    assert_eq!(narrow(both.clone(), None), Ok(both.clone()));
    assert_eq!(part(r#"{"amount":"6","type":"pay"}"#).unwrap().0, both.0[1..]);
    assert!(part(r#"{"amount":"7","type":"pay"}"#).unwrap_err().description.contains("was not granted"));
}

#[test]
fn a_type_that_the_client_or_everyone_has_lost_is_held_no_more() {
    let of = |kind: &str| AuthorizationDetail { kind: kind.to_owned(), json: format!(r#"{{"type":"{kind}"}}"#) };
    let held = types().still_held(&client(), AuthorizationDetails(vec![of("pay"), of("old"), of("other"), of("gone")]));
    assert_eq!(held.kinds(), "pay");
}

#[test]
fn what_is_wrong_with_a_type_is_told_at_once_and_by_member() {
    let wrong = DetailsType {
        name: "with space".to_owned(),
        template: Localised(BTreeMap::from([
            ("vi".to_owned(), "{amuont}".to_owned()),
            ("en".to_owned(), "{".to_owned()),
        ])),
        ..registered("with space")
    };
    let faults = KnownType::new(wrong).unwrap_err();
    assert_eq!(faults[0].0, "type");
    assert!(faults[1].1.starts_with("en: has a { without"), "{faults:?}");
    assert_eq!(faults[2], ("template", "vi: the schema has no member amuont".to_owned()));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text: String) {
        let _ = ask(&text, GrantedBy::Person);
    }

    #[test]
    fn a_detail_is_kept_as_one_text_whatever_the_order_of_its_members(tags in proptest::collection::vec(".{0,8}", 0..4), limit in -1_000_000_i64..1_000_000) {
        let detail = json!({"type": "pay", "amount": "5", "tags": tags, "limit": limit});
        let members: Vec<String> = detail.as_object().unwrap().iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        let backwards = format!("[{{{}}}]", members.iter().rev().cloned().collect::<Vec<_>>().join(","));
        prop_assert_eq!(ask(&backwards, GrantedBy::Person), ask(&json!([detail]).to_string(), GrantedBy::Person));
    }
}
