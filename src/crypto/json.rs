//! JSON objects that say everything once (RFC 7515 §4, RFC 7519 §4).
//!
//! Of a member that is there twice, one reader takes the first and another the last; what one of them checked, the other
//! never sees. Such an object is refused, at every depth.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The members of the JSON object that `bytes` are; `None` for anything else, including a member that is there twice.
pub fn object(bytes: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice(bytes) {
        Ok(Once(Value::Object(members))) => Some(members),
        _ => None,
    }
}

/// The items of the JSON list that `bytes` are; `None` for anything else, including a member that is there twice in one of
/// them.
pub fn list(bytes: &[u8]) -> Option<Vec<Value>> {
    match serde_json::from_slice(bytes) {
        Ok(Once(Value::Array(items))) => Some(items),
        _ => None,
    }
}

/// The texts of the JSON list that `bytes` are; `None` for anything else.
pub fn texts(bytes: &[u8]) -> Option<Vec<String>> {
    serde_json::from_slice(bytes).ok()
}

/// How many lists and objects stand inside each other in `value`, itself included.
pub fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// A JSON value whose objects have no member twice.
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OnceVisitor)
    }
}

struct OnceVisitor;

impl<'de> Visitor<'de> for OnceVisitor {
    type Value = Once;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Once, E> {
        Ok(Once(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Once, E> {
        Ok(Once(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Once, E> {
        Ok(Once(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Once, E> {
        Ok(Once(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Once, E> {
        Ok(Once(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Once, E> {
        Ok(Once(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Once, E> {
        Ok(Once(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Once, A::Error> {
        let mut items = Vec::new();
        while let Some(Once(item)) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Once(Value::Array(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Once, A::Error> {
        let mut members = Map::new();
        while let Some((name, Once(value))) = map.next_entry::<String, _>()? {
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a member is there twice"));
            }
        }
        Ok(Once(Value::Object(members)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_read_whole() {
        let text = r#"{"a":null,"b":[true,-1,1.5,"x",{"c":18446744073709551615}],"d":"\u0041\n"}"#;
        let expected = json!({"a": null, "b": [true, -1, 1.5, "x", {"c": u64::MAX}], "d": "A\n"});
        assert_eq!(object(text.as_bytes()).map(Value::Object), Some(expected));
    }

    #[test]
    fn a_member_that_is_there_twice_is_refused_at_every_depth() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"b":{"a":1,"a":2}}"#, r#"{"b":[{"a":1,"a":2}]}"#, r#"{"a":1,"\u0061":2}"#]
        {
            assert_eq!(object(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_list_has_no_member_twice_in_any_of_its_items() {
        assert_eq!(list(br#"[{"a":1},2]"#), Some(vec![json!({"a": 1}), json!(2)]));
        for text in [r#"[{"a":1,"a":2}]"#, r#"{"a":1}"#, "[1,]", ""] {
            assert_eq!(list(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn anything_but_one_object_is_refused() {
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(500), "]".repeat(500));
        for text in ["", "[]", "1", "{}x", "{} {}", "{'a':1}", r#"{"a":1,}"#, "\u{feff}{}", &deep] {
            assert_eq!(object(text.as_bytes()), None, "{text}");
        }
        assert_eq!(object(b"{\"a\":\"\xff\"}"), None, "not UTF-8");
    }
}
