//! `senid details create|update|list|show|disable|enable`.

use serde_json::json;

use super::program::Senid;

const TYPE: &str = "https://pay.example/payment";

/// The file of a schema with these members beside the type.
fn schema(senid: &Senid, members: serde_json::Value) -> String {
    let mut properties = json!({"type": {"const": TYPE}});
    properties.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let required: Vec<&String> = properties.as_object().unwrap().keys().collect();
    let schema =
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false});
    let file = senid.path().join("payment.schema.json");
    std::fs::write(&file, schema.to_string()).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn a_type_is_registered_changed_listed_and_taken_out_of_use() {
    let senid = Senid::ready();
    let file = schema(&senid, json!({"amount": {"type": "string"}}));
    let made = senid.run(&[
        "details",
        "create",
        TYPE,
        "--title",
        "vi=Thanh toán",
        "--title",
        "en=Payment",
        "--schema",
        &file,
        "--template",
        "Pay {amount | number}",
        "--json",
    ]);
    let made = made.ended(0);
    assert!(made.err.contains("no resource server understands it yet"), "{}", made.err);
    assert!(made.err.contains("whoever reads fr is shown the title of another language"), "{}", made.err);
    let document = made.json();
    assert_eq!((&document["type"], &document["status"]), (&json!(TYPE), &json!("active")));
    assert_eq!(document["schema"]["properties"]["type"]["const"], TYPE);
    assert_eq!(document["template"], json!({"": "Pay {amount | number}"}));

    let again = senid.run(&["details", "create", TYPE, "--title", "x", "--schema", &file, "--template", "x"]).ended(1);
    assert!(again.err.contains("a type of authorization details of this name exists already"), "{}", again.err);
    let changed = senid.run(&["details", "update", TYPE, "--template", "Transfer {amount}", "--json"]).ended(0).json();
    assert_eq!((&changed["template"], &changed["title"]["en"]), (&json!({"": "Transfer {amount}"}), &json!("Payment")));

    assert_eq!(senid.run(&["details", "disable", TYPE]).ended(0).out, format!("type {TYPE} is now disabled\n"));
    assert_eq!(senid.run(&["details", "disable", TYPE]).ended(0).out, format!("type {TYPE} is already disabled\n"));
    let listed = senid.run(&["details", "list"]).ended(0).out;
    assert!(listed.starts_with(TYPE) && listed.contains("disabled") && listed.ends_with("Payment\n"), "{listed}");
    senid.run(&["details", "enable", TYPE]).ended(0);
    let shown = senid.run(&["details", "show", TYPE]).ended(0).out;
    assert!(shown.contains("Transfer {amount}") && shown.contains("vi: Thanh toán"), "{shown}");
    let unknown = senid.run(&["details", "show", "loan"]).ended(1);
    assert_eq!(unknown.err, "senid: there is no type of authorization details loan\n");
}

#[test]
fn a_type_that_would_not_show_people_everything_is_refused_with_every_reason() {
    let senid = Senid::ready();
    let file = schema(&senid, json!({"amount": {"$ref": "https://evil.example/amount"}}));
    let refused =
        senid.run(&["details", "create", "no good", "--title", "a\u{202e}b", "--schema", &file, "--template", "{"]);
    let refused = refused.ended(2);
    for why in
        ["--title: expected 1 to 100 characters", "NAME: expected 1 to 128", "--schema: $ref", "--template: has a {"]
    {
        assert!(refused.err.contains(why), "{why}: {}", refused.err);
    }
    assert_eq!(senid.run(&["details", "list"]).ended(0).out, "");
    let file = schema(&senid, json!({"amount": {"type": "string"}}));
    let typo =
        senid.run(&["details", "create", TYPE, "--title", "x", "--schema", &file, "--template", "{amuont}"]).ended(2);
    assert_eq!(typo.err, "senid: --template: the schema has no member amuont\n");
}
