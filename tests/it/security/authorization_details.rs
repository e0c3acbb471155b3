//! Authorization details (RFC 9396): markup, hidden and endless values, schemas that burst, and consent that was given for
//! something else.

use std::time::Duration;

use senid::domain::client::Localised;
use senid::flows::admin::AdminError;
use senid::flows::admin::details_types::NewDetailsType;
use serde_json::{Value, json};

use crate::oauth::authorization_details::{asked, asking, paying, payment};
use crate::support::World;
use crate::support::world::AN;
use crate::support::world::details::{new_type, payment_type};

fn to(creditor: &str) -> Value {
    let mut detail = payment("5");
    detail["creditorName"] = creditor.into();
    json!([detail])
}

#[tokio::test]
async fn markup_in_a_value_stays_text_and_what_hides_or_turns_is_marked() {
    let world = World::embedded().await;
    let portal = paying(&world).await;
    for (creditor, shown) in [
        ("\"'><script>alert(1)</script><img src=x onerror=alert(1)>", "<script>alert(1)</script>"),
        ("{instructedAmount.amount} {{x}} [y]", "{instructedAmount.amount} {{x}} [y]"),
        ("\u{202e}000.000.1 DNV\u{202c}", "\u{fffd}000.000.1 DNV\u{fffd}"),
        ("Kho\u{200b}bạc\u{0}", "Kho\u{fffd}bạc\u{fffd}"),
    ] {
        let mut browser = world.browser();
        let page = asked(&mut browser, &asking(&portal, &to(creditor))).await;
        assert!(page.has("#allow"), "{}", page.text());
        assert!(page.words(".sentence bdi").contains(shown), "{}", page.words(".sentence"));
        assert_eq!(page.count("script:not([src])") + page.count("main img[onerror]"), 0);
        assert!(!page.reply.body.contains("<script>alert"), "{}", page.reply.body);
    }
}

#[tokio::test]
async fn a_value_that_is_too_long_for_the_sentence_is_whole_below_it() {
    let world = World::embedded().await;
    let portal = paying(&world).await;
    let creditor = format!("{} and, at the end, somebody else", "An honest name ".repeat(8));
    let mut browser = world.browser();
    let page = asked(&mut browser, &asking(&portal, &to(&creditor))).await;
    assert!(page.words(".sentence").contains('…'), "{}", page.words(".sentence"));
    assert!(page.words(".asked dl").contains("and, at the end, somebody else"), "{}", page.text());
}

#[tokio::test]
async fn nothing_is_granted_that_was_not_shown() {
    let world = World::embedded().await;
    let portal = paying(&world).await;
    let mut detail = payment("5");
    detail["note"] = "and the house besides".into();
    let mut browser = world.browser();
    let page = asked(&mut browser, &asking(&portal, &json!([detail]))).await;
    assert_eq!(page.words(".asked dt, .asked dd"), "note and the house besides");
}

#[tokio::test]
async fn a_consent_for_one_request_is_none_for_another() {
    let world = World::embedded().await;
    let portal = paying(&world).await;
    let mut browser = world.browser();
    let (small, large) = (json!([payment("5")]), json!([payment("500000000")]));
    let page = asked(&mut browser, &asking(&portal, &small)).await;
    AN.allows(&mut browser, &page).await;
    for details in [&small, &large] {
        let silent = asking(&portal, details).with("prompt", "none");
        assert_eq!(browser.open(&silent.url()).await.refusal().0, "consent_required", "{details}");
    }
    // Nor does the form of one page allow what another page asks.
    let first = asked(&mut browser, &asking(&portal, &small)).await;
    let second = asked(&mut browser, &asking(&portal, &large)).await;
    let form = first.form_of("allow", &[]);
    let action = second.form_of("allow", &[]).action;
    assert_eq!(browser.submit(&first, &action, &form.pairs).await.status, 403);
}

#[tokio::test]
async fn a_request_that_bursts_is_refused_at_once() {
    let world = World::embedded().await;
    let portal = paying(&world).await;
    let blow_up = json!({"word": {"type": "string", "pattern": "^(([a-z])+.)+[A-Z]([a-z])+$", "maxLength": 1000}});
    world.operator().knows(new_type("word", &blow_up, &["word"])).await.unwrap();
    world.operator().lets_ask_for("tax-office", &["payment", "word"]).await;
    let large = json!({"type": "payment", "instructedAmount": vec![json!({"amount": "1"}); 400]});
    for details in [
        json!([{"type": "word", "word": "a".repeat(1_000)}]).to_string(),
        format!("[{}{}]", "[".repeat(1_900), "]".repeat(1_900)),
        json!([large]).to_string(),
        json!(vec![payment("5"); 50]).to_string(),
    ] {
        let started = portal.start().with("authorization_details", &details);
        let reply = tokio::time::timeout(Duration::from_secs(10), portal.push(&started)).await.expect("at once");
        assert_eq!((reply.status.as_u16(), &reply.json()["error"]), (400, &json!("invalid_authorization_details")));
    }
}

#[tokio::test]
async fn a_schema_that_reaches_out_or_bursts_is_never_registered() {
    let world = World::embedded().await;
    let operator = world.operator();
    let schema = |member: Value| new_type("evil", &json!({ "x": member }), &[]);
    let mut bomb = new_type("evil", &json!({"x": {"$ref": "#/$defs/d0"}}), &[]);
    let mut document: Value = serde_json::from_str(&bomb.schema).unwrap();
    for level in 0..30 {
        let next = format!("#/$defs/d{}", level + 1);
        document["$defs"][format!("d{level}")] = json!({"anyOf": [{"$ref": next}, {"$ref": next}]});
    }
    document["$defs"]["d30"] = json!({"type": "string"});
    bomb.schema = document.to_string();
    for (new, expected) in [
        (schema(json!({"$ref": "https://evil.example/schema"})), "leads out of the schema"),
        (schema(json!({"$ref": "file:///etc/passwd"})), "leads out of the schema"),
        (schema(json!({"type": "string", "$id": "http://127.0.0.1/"})), "$id is not supported"),
        (schema(json!({"$ref": "#/properties/x"})), "lead in a circle"),
        (bomb, "unfold to more than"),
        (schema(json!({"type": "string", "pattern": "(a)\\1"})), "regex"),
        (schema(json!({"type": "object"})), "additionalProperties must be false"),
        (NewDetailsType { template: Localised::plain("Pay {nobody}"), ..payment_type() }, "no member nobody"),
        (NewDetailsType { template: Localised::plain("Pay {note}"), ..payment_type() }, "note may be absent"),
        (NewDetailsType { title: Localised::plain("Pay\u{202e}ment"), ..payment_type() }, "title"),
    ] {
        match operator.knows(new).await {
            Err(AdminError::Invalid(faults)) => {
                assert!(format!("{faults:?}").contains(expected), "{expected}: {faults:?}");
            }
            other => panic!("{expected}: {other:?}"),
        }
    }
}
