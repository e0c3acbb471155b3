use proptest::prelude::*;
use serde_json::json;

use super::*;

const PAYMENT: &str =
    "Pay {instructedAmount.amount | number} {instructedAmount.currency} to {creditorName}[ on {date | date}]";

fn payment() -> Value {
    json!({
        "type": "payment",
        "instructedAmount": {"amount": "123.50", "currency": "EUR"},
        "creditorName": "Merchant A",
        "creditorAccount": {"iban": "DE02100100109307118603"},
    })
}

/// As a page without any styles would have it.
fn read(told: &Told) -> String {
    let scalar = |scalar: &Scalar| match scalar {
        Scalar::Text(text) => text.clone(),
        Scalar::Flag(flag) => flag.to_string(),
        Scalar::Nothing => "-".to_owned(),
    };
    let list = |values: &[Scalar]| values.iter().map(scalar).collect::<Vec<_>>().join(", ");
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Values { shown, more: 0, .. } => list(shown),
        Piece::Values { shown, more, .. } => format!("{} +{more}", list(shown)),
    };
    let sentence: String = told.sentence.iter().map(piece).collect();
    let rows = told.rest.iter().map(|row| format!("\n{}: {}", row.name, list(&row.values)));
    rows.fold(sentence, |all, row| all + &row)
}

fn told(template: &str, detail: &Value) -> String {
    read(&Template::parse(template).unwrap().tell(detail))
}

#[test]
fn a_sentence_says_what_it_names_and_the_rest_stands_below_it() {
    assert_eq!(
        told(PAYMENT, &payment()),
        "Pay 123.50 EUR to Merchant A\ncreditorAccount › iban: DE02100100109307118603"
    );
    let mut dated = payment();
    dated["date"] = "2026-11-22".into();
    assert!(told(PAYMENT, &dated).starts_with("Pay 123.50 EUR to Merchant A on 2026-11-22\n"));
}

#[test]
fn where_a_member_is_absent_that_the_sentence_needs_everything_is_listed() {
    let mut anonymous = payment();
    anonymous.as_object_mut().unwrap().remove("creditorName");
    assert_eq!(
        told(PAYMENT, &anonymous),
        "\ncreditorAccount › iban: DE02100100109307118603\ninstructedAmount › amount: 123.50\ninstructedAmount › currency: EUR"
    );
}

#[test]
fn a_long_value_is_cut_with_a_mark_in_the_sentence_and_whole_below_it() {
    let mut long = payment();
    long["creditorName"] = format!("{}evil", "A".repeat(60)).into();
    let told = told(PAYMENT, &long);
    assert!(told.starts_with(&format!("Pay 123.50 EUR to {}…\n", "A".repeat(60))), "{told}");
    assert!(told.contains(&format!("creditorName: {}evil", "A".repeat(60))), "{told}");
}

#[test]
fn a_list_is_told_to_its_fifth_item_and_whole_below() {
    let accounts = |count: usize| {
        let all: Vec<Value> = (0..count).map(|number| json!({"iban": format!("I{number}")})).collect();
        json!({"type": "accounts", "accounts": all, "actions": ["read", "list"]})
    };
    assert_eq!(told("See {accounts.iban}: {actions}", &accounts(2)), "See I0, I1: read, list");
    let seven = told("See {accounts.iban}: {/actions}", &accounts(7));
    assert_eq!(seven, "See I0, I1, I2, I3, I4 +2: read, list\naccounts 6 › iban: I5\naccounts 7 › iban: I6");
    assert_eq!(
        told("See {actions}", &json!({"actions": ["1", "2", "3", "4", "5", "6"]})),
        "See 1, 2, 3, 4, 5 +1\nactions: 1, 2, 3, 4, 5, 6"
    );
    // An empty list is no list of accounts.
    assert_eq!(told("See {accounts.iban}", &json!({"accounts": []})), "\naccounts: -");
}

#[test]
fn what_hides_or_turns_the_reading_is_marked() {
    let mut evil = payment();
    evil["creditorName"] = "\u{202e}A tnahcreM\u{200b}".into();
    assert!(told(PAYMENT, &evil).starts_with("Pay 123.50 EUR to \u{fffd}A tnahcreM\u{fffd}\n"));
}

#[test]
fn a_template_is_text_with_places_and_says_what_is_wrong_with_it() {
    assert_eq!(told("a {{b}} [[c]] {x}", &json!({"x": true})), "a {b} [c] true");
    for (template, fault) in [
        ("", "1 to 300"),
        ("a\nb", "line breaks"),
        ("a\u{202e}b", "direction"),
        ("{x", "without its }"),
        ("x}", "without its {"),
        ("[x", "without its ]"),
        ("x]", "without its ["),
        ("[x]", "without a {member}"),
        ("[{a}[{b}]]", "within brackets"),
        ("{}", "names no member"),
        ("{a..b}", "names no member"),
        ("{a | upper}", "date or number"),
    ] {
        let told = Template::parse(template).unwrap_err();
        assert!(told.contains(fault), "{template}: {told}");
    }
}

#[test]
fn a_template_names_members_of_the_schema_and_puts_what_may_be_absent_into_brackets() {
    let text = json!({"type": "string"});
    let schema = json!({
        "type": "object",
        "properties": {"type": {"const": "p"}, "a": text, "b": text},
        "required": ["type", "a"],
        "additionalProperties": false,
    });
    let schema = Schema::compile("p", &schema.to_string()).unwrap();
    let faults = |template: &str| Template::parse(template).unwrap().faults(&schema);
    assert_eq!(faults("{a}[ and {b}]"), Vec::<String>::new());
    assert!(faults("{a} and {b}")[0].starts_with("b may be absent"));
    assert_eq!(faults("{c}"), ["the schema has no member c"]);
}

/// Details as a schema could let them through.
fn details() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        ".{0,80}".prop_map(Value::from),
    ];
    let inner = leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..7).prop_map(Value::from),
            proptest::collection::btree_map("[a-d~/]{1,2}", inner, 0..5)
                .prop_map(|all| Value::Object(all.into_iter().collect())),
        ]
    });
    proptest::collection::btree_map("[a-d]", inner, 0..5).prop_map(|all| Value::Object(all.into_iter().collect()))
}

fn leaves(value: &Value, all: &mut Vec<Scalar>) {
    match (scalar(value), value) {
        (Some(leaf), _) => all.push(leaf),
        (None, Value::Array(items)) => items.iter().for_each(|item| leaves(item, all)),
        (None, Value::Object(members)) => members.values().for_each(|value| leaves(value, all)),
        (None, _) => {}
    }
}

proptest! {
    #[test]
    fn nothing_that_a_detail_says_is_hidden(detail in details(), template in "([a-d {}\\[\\]]|\\{[a-d](\\.[a-d])?( \\| date)?\\}){1,8}") {
        let Ok(template) = Template::parse(&template) else { return Ok(()) };
        let told = template.tell(&detail);
        let in_sentence = told.sentence.iter().flat_map(|piece| match piece {
            Piece::Values { shown, .. } => shown.clone(),
            Piece::Text(_) => Vec::new(),
        });
        let shown: Vec<Scalar> = in_sentence.chain(told.rest.iter().flat_map(|row| row.values.clone())).collect();
        let mut said = Vec::new();
        leaves(&detail, &mut said);
        for leaf in said.iter().filter(|_| detail.as_object().is_some_and(|members| !members.is_empty())) {
            prop_assert!(shown.contains(leaf), "{leaf:?} of {detail} is nowhere in {told:?}");
        }
    }

    #[test]
    fn no_text_makes_a_template_panic(text: String) {
        if let Ok(template) = Template::parse(&text) {
            template.tell(&payment());
        }
    }

    #[test]
    fn nothing_that_is_shown_hides_or_turns_anything(name: String) {
        let mut detail = payment();
        detail["creditorName"] = name.into();
        let read = told(PAYMENT, &detail);
        prop_assert!(!read.chars().any(|character| is_unseen(character) || character.is_control() && character != '\n'));
    }
}
