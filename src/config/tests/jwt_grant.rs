//! `[jwt_grant]`: whose word is good for a token, and for nothing that is not said.

use super::{sentences, settings};

const WHOLE: &str = r#"{ issuer = "https://cluster.example", jwks_uri = "https://cluster.example/jwks", subject = "a", client = "portal", scopes = ["land.read"] }"#;

#[test]
fn nobody_is_believed_unless_they_are_named() {
    assert!(settings("", &[]).jwt_grant.is_off());
    let named = settings(&format!("jwt_grant.assertions = [{WHOLE}]"), &[]).jwt_grant;
    assert_eq!(named.assertions[0].client.as_str(), "portal");
}

#[test]
fn what_is_left_open_is_refused() {
    for (taken, put) in [
        (r#"subject = "a""#, r#"subject = """#),
        (r#"client = "portal""#, r#"client = "a b""#),
        (r#"scopes = ["land.read"]"#, "scopes = []"),
        (r#"scopes = ["land.read"]"#, r#"scopes = "land.read""#),
        (r#"jwks_uri = "https://cluster.example/jwks""#, r#"jwks = "x""#),
        (r#"issuer = "https://cluster.example", "#, ""),
        (r#"subject = "a""#, r#"subject = "a", jwks_file = "keys.json""#),
    ] {
        let written = WHOLE.replace(taken, put);
        assert_ne!(written, WHOLE);
        let said = sentences(&format!("jwt_grant.assertions = [{written}]"), &[]);
        assert!(said.len() == 1 && said[0].contains("expected a table of issuer, subject"), "{written}: {said:?}");
    }
}

#[test]
fn an_issuer_has_the_same_keys_wherever_it_is_named() {
    let other = WHOLE.replace("/jwks", "/other").replace("subject = \"a\"", "subject = \"b\"");
    let said = sentences(&format!("jwt_grant.assertions = [{WHOLE}, {other}]"), &[]);
    assert!(said.len() == 1 && said[0].contains("has other keys in one place than in another"), "{said:?}");
}
