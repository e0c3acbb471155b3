//! The `claims` parameter: OpenID Connect Core §5.5.
//!
//! What Core says is ignored is ignored: members that nobody knows, and claims that nobody here has. What is written
//! otherwise than Core writes it is refused by name, so that its developer learns of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::crypto::json;
use crate::domain::claims;
use crate::domain::claims_request::{ClaimRequest, ClaimsRequest};
use crate::domain::language_tag::LanguageTag;
use crate::domain::verified_claims::{VERIFIED_CLAIMS, VerifiedRequest, VerifiedRequests};
use crate::protocol::{OAuthError, verified_claims};

const LONGEST: usize = 8192;
/// `claims`, its member, the claim, `values`, a value, and what is inside an address.
const DEEPEST: usize = 6;
const MOST_CLAIMS: usize = 64;
pub(in crate::protocol) const MOST_VALUES: usize = 16;
/// `claims`, its member, `verified_claims` and one of them, `verification`, `evidence` and one of them, `check_details` and one of
/// them, a member of that, and `values`.
const DEEPEST_VERIFIED: usize = 12;

/// Reads it. `locales` are not part of it.
///
/// # Errors
/// `invalid_request` that names the member and the rule.
pub fn parse(text: &str) -> Result<ClaimsRequest, OAuthError> {
    if text.len() > LONGEST {
        return Err(fault("is longer than 8192 bytes"));
    }
    let members = json::object(text.as_bytes())
        .ok_or_else(|| fault("must be one JSON object that has no member twice (OpenID Connect Core section 5.5)"))?;
    if members.values().any(|value| json::depth(value) >= DEEPEST_VERIFIED) {
        return Err(too_deep());
    }
    let verified =
        VerifiedRequests { userinfo: verified(&members, "userinfo")?, id_token: verified(&members, "id_token")? };
    Ok(ClaimsRequest {
        userinfo: section(&members, "userinfo")?,
        id_token: section(&members, "id_token")?,
        locales: Vec::new(),
        verified,
    })
}

fn too_deep() -> OAuthError {
    fault("is nested deeper than a claims request can be")
}

fn verified(members: &Map<String, Value>, name: &str) -> Result<Vec<VerifiedRequest>, OAuthError> {
    match members.get(name).and_then(|asked| asked.get(VERIFIED_CLAIMS)) {
        None => Ok(Vec::new()),
        Some(asked) => verified_claims::parse(asked).map_err(|rule| fault(format!("{name}.{VERIFIED_CLAIMS}{rule}"))),
    }
}

fn section(members: &Map<String, Value>, name: &str) -> Result<BTreeMap<String, ClaimRequest>, OAuthError> {
    let asked = match members.get(name) {
        None => return Ok(BTreeMap::new()),
        Some(Value::Object(asked)) => asked,
        Some(_) => return Err(fault(format!("{name} must be an object"))),
    };
    if asked.len() > MOST_CLAIMS {
        return Err(fault(format!("{name} asks for more than 64 claims")));
    }
    let mut read = BTreeMap::new();
    for (claim, how) in asked.iter().filter(|(claim, _)| *claim != VERIFIED_CLAIMS) {
        if json::depth(how) >= DEEPEST - 1 {
            return Err(too_deep());
        }
        let how = one(how).map_err(|rule| fault(format!("{name}.{} {rule}", shown(claim))))?;
        if let Some(claim) = known(claim) {
            read.insert(claim, how);
        }
    }
    Ok(read)
}

pub(in crate::protocol) fn one(how: &Value) -> Result<ClaimRequest, &'static str> {
    let members = match how {
        Value::Null => return Ok(ClaimRequest::default()),
        Value::Object(members) => members,
        _ => return Err("must be null or an object"),
    };
    let essential = match members.get("essential") {
        None => false,
        Some(Value::Bool(essential)) => *essential,
        Some(_) => return Err("has an essential that is neither true nor false"),
    };
    let values = match (members.get("value"), members.get("values")) {
        (None, None) => Vec::new(),
        (Some(_), Some(_)) => return Err("has both value and values"),
        (Some(value), None) => vec![value.to_string()],
        (None, Some(Value::Array(values))) if values.is_empty() => return Err("has no value among its values"),
        (None, Some(Value::Array(values))) if values.len() > MOST_VALUES => return Err("has more than 16 values"),
        (None, Some(Value::Array(values))) => values.iter().map(Value::to_string).collect(),
        (None, Some(_)) => return Err("has values that are no array"),
    };
    Ok(ClaimRequest { essential, values })
}

/// The name of a claim that is known here, its language tag as the registry writes it.
fn known(name: &str) -> Option<String> {
    match claims::untagged(name) {
        (claim @ ("sub" | "acr"), None) => Some(claim.to_owned()),
        (claim, tag) => {
            claims::rule(claim)?;
            match tag {
                None => Some(claim.to_owned()),
                Some(tag) => Some(format!("{claim}#{}", tag.parse::<LanguageTag>().ok()?)),
            }
        }
    }
}

/// As much of a name as a sentence needs.
pub(in crate::protocol) fn shown(name: &str) -> String {
    name.chars().take(64).collect()
}

fn fault(rule: impl Into<String>) -> OAuthError {
    OAuthError::invalid_request(format!("claims: {}", rule.into()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn refused(text: &str) -> String {
        parse(text).unwrap_err().description.into_owned()
    }

    #[test]
    fn every_form_of_core_is_read() {
        let read = parse(
            r#"{"userinfo":{"given_name":{"essential":true},"nickname":null,"picture":{},"name#RU":null,
                "http://example.info/claims/groups":null},
                "id_token":{"auth_time":{"essential":true},"acr":{"values":["urn:mace:incommon:iap:silver"]},
                "sub":{"value":"248289761001"},"email_verified":{"value":true,"purpose":"ignored"}},"other":7}"#,
        )
        .unwrap();
        let plain = ClaimRequest::default();
        let essential = ClaimRequest { essential: true, ..plain.clone() };
        let value = |value: &str| ClaimRequest { essential: false, values: vec![value.to_owned()] };
        let expected = [("given_name", essential), ("name#ru", plain.clone()), ("nickname", plain.clone())];
        let expected = expected.into_iter().chain([("picture", plain)]);
        assert_eq!(read.userinfo, expected.map(|(name, how)| (name.to_owned(), how)).collect());
        let expected = [
            ("acr", value("\"urn:mace:incommon:iap:silver\"")),
            ("email_verified", value("true")),
            ("sub", value("\"248289761001\"")),
        ];
        assert_eq!(read.id_token, expected.map(|(name, how)| (name.to_owned(), how)).into());
    }

    #[test]
    fn what_core_does_not_write_is_refused_by_name() {
        let once = "claims: must be one JSON object that has no member twice (OpenID Connect Core section 5.5)";
        for (text, sentence) in [
            ("", once),
            ("null", once),
            ("[]", once),
            ("{} {}", once),
            (r#"{"userinfo":{"name":null,"name":{"value":"x"}}}"#, once),
            (r#"{"userinfo":{},"userinfo":{}}"#, once),
            (r#"{"userinfo":null}"#, "claims: userinfo must be an object"),
            (r#"{"id_token":["name"]}"#, "claims: id_token must be an object"),
            (r#"{"userinfo":{"name":true}}"#, "claims: userinfo.name must be null or an object"),
            (
                r#"{"id_token":{"name":{"essential":"true"}}}"#,
                "claims: id_token.name has an essential that is neither true nor false",
            ),
            (r#"{"id_token":{"acr":{"value":"a","values":["a"]}}}"#, "claims: id_token.acr has both value and values"),
            (r#"{"id_token":{"acr":{"values":"a"}}}"#, "claims: id_token.acr has values that are no array"),
            (r#"{"id_token":{"acr":{"values":[]}}}"#, "claims: id_token.acr has no value among its values"),
            // A claim that nobody knows is ignored, and how it is asked for is not.
            (r#"{"userinfo":{"\"x\n":7}}"#, "claims: userinfo.?x? must be null or an object"),
        ] {
            assert_eq!(refused(text), sentence, "{text}");
        }
    }

    #[test]
    fn a_claims_request_has_an_end() {
        assert_eq!(refused(&format!("{{}}{}", " ".repeat(8191))), "claims: is longer than 8192 bytes");
        let deep = |levels: usize| {
            let value = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
            format!(r#"{{"userinfo":{{"address":{{"value":{value}}}}}}}"#)
        };
        assert!(parse(&deep(3)).is_ok());
        assert_eq!(refused(&deep(4)), "claims: is nested deeper than a claims request can be");
        let many = |count: usize| {
            let claims: Map<String, Value> = (0..count).map(|at| (format!("c{at}"), Value::Null)).collect();
            json!({ "id_token": claims }).to_string()
        };
        assert!(parse(&many(64)).is_ok());
        assert_eq!(refused(&many(65)), "claims: id_token asks for more than 64 claims");
        let values = |count: usize| json!({ "id_token": { "acr": { "values": vec!["a"; count] } } }).to_string();
        assert!(parse(&values(16)).is_ok());
        assert_eq!(refused(&values(17)), "claims: id_token.acr has more than 16 values");
    }

    /// A claim's request as Core writes it, and what is to be read from it.
    fn how() -> impl Strategy<Value = (Value, ClaimRequest)> {
        let value = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from)
        ];
        let values = proptest::collection::vec(value, 0..4);
        (any::<bool>(), values, any::<bool>()).prop_map(|(essential, values, single)| {
            let mut written = json!({ "x-unknown": { "deep": [1] } });
            if essential {
                written["essential"] = true.into();
            }
            let values = if single { values.into_iter().take(1).collect() } else { values };
            match (values.as_slice(), single) {
                ([], _) => {}
                ([value], true) => written["value"] = value.clone(),
                (values, _) => written["values"] = values.into(),
            }
            let values = values.iter().map(Value::to_string).collect();
            (written, ClaimRequest { essential, values })
        })
    }

    fn asked() -> impl Strategy<Value = BTreeMap<String, (Value, ClaimRequest)>> {
        let names: Vec<&str> = claims::CLAIMS.iter().map(|rule| rule.claim).chain(["sub", "acr", "groups"]).collect();
        proptest::collection::btree_map(proptest::sample::select(names).prop_map(str::to_owned), how(), 0..8)
    }

    proptest! {
        #[test]
        fn what_is_written_as_core_writes_it_is_read_back(userinfo in asked(), id_token in asked()) {
            let written = |asked: &BTreeMap<String, (Value, ClaimRequest)>| -> Map<String, Value> {
                asked.iter().map(|(name, (written, _))| (name.clone(), written.clone())).collect()
            };
            let expected = |asked: &BTreeMap<String, (Value, ClaimRequest)>| -> BTreeMap<String, ClaimRequest> {
                let known = asked.iter().filter(|(name, _)| *name != "groups");
                known.map(|(name, (_, how))| (name.clone(), how.clone())).collect()
            };
            let text = json!({ "userinfo": written(&userinfo), "id_token": written(&id_token) }).to_string();
            let read = parse(&text).unwrap();
            prop_assert_eq!(read.userinfo, expected(&userinfo));
            prop_assert_eq!(read.id_token, expected(&id_token));
        }

        #[test]
        fn no_text_makes_it_panic_or_slips_past_the_limits(text in r#"(\{|\}|\[|\]|"userinfo"|"id_token"|"name"|"acr"|"values"|"value"|"essential"|:|,|null|true|7|"x"| ){0,40}"#) {
            match parse(&text) {
                Ok(read) => {
                    prop_assert!(json::object(text.as_bytes()).is_some());
                    prop_assert!(read.userinfo.len() <= MOST_CLAIMS && read.id_token.len() <= MOST_CLAIMS);
                }
                Err(refusal) => prop_assert!(refusal.description.starts_with("claims: ")),
            }
        }
    }
}
