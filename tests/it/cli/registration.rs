//! `senid registration token create|list|revoke`, `senid registration replace-token`.

use super::program::Senid;

#[test]
fn a_token_is_made_shown_once_listed_and_revoked() {
    let senid = Senid::ready();
    let made = senid.run(&[
        "registration",
        "token",
        "create",
        "--uses",
        "3",
        "--expires",
        "30d",
        "--note",
        "Sở Tư pháp",
        "--scope",
        "openid profile",
        "--response-type",
        "code",
        "--pkce",
        "optional",
        "--json",
    ]);
    let made = made.ended(0);
    assert_eq!(made.err, "senid: warning: dynamic registration is switched off (registration.mode)\n");
    let document = made.json();
    let token = document["token"].as_str().unwrap();
    assert!(token.starts_with("senid_it_") && token.len() == 9 + 68, "{token}");
    assert_eq!((&document["uses_left"], &document["note"]), (&3.into(), &"Sở Tư pháp".into()));
    assert_eq!(document["terms"]["scopes"], serde_json::json!(["openid", "profile"]));

    let listed = senid.run(&["registration", "token", "list"]).ended(0);
    let id = document["id"].as_str().unwrap();
    assert!(
        listed.out.starts_with(id) && listed.out.contains("3 left  until ") && listed.out.ends_with("Sở Tư pháp\n")
    );
    assert!(!listed.out.contains("senid_it_"));
    let database = std::fs::read(senid.path().join("senid.db")).unwrap();
    let log = std::fs::read(senid.path().join("senid.db-wal")).unwrap_or_default();
    assert!(![database, log].concat().windows(token.len()).any(|window| window == token.as_bytes()), "it is kept");

    let revoked = senid.run(&["registration", "token", "revoke", id]).ended(0);
    assert_eq!(revoked.out, format!("initial access token {id} is revoked\n"));
    let again = senid.run(&["registration", "token", "revoke", id]).ended(0);
    assert_eq!(again.out, format!("initial access token {id} was revoked before\n"));
    let unknown = "0198a3f2-7c41-7000-8000-000000000000";
    let refused = senid.run(&["registration", "token", "revoke", unknown]).ended(1);
    assert_eq!(refused.err, format!("senid: there is no initial access token {unknown}\n"));
}

#[test]
fn a_token_that_could_let_too_much_happen_is_not_made() {
    let senid = Senid::ready();
    for (arguments, why) in [
        (&["--uses", "0"][..], "--uses: expected 1 to 100000"),
        (&["--expires", "400d"], "--expires: expected a time of at most a year, such as 30d"),
        (&["--scope", "openid national_id"], "--scope: national_id is approved for one client after the other"),
        (&["--scope", "openid gold"], "--scope: there is no scope gold"),
        (
            &["--response-type", "id_token token"],
            "--response-type: id_token token hands access tokens out through the browser",
        ),
    ] {
        let ran = senid.run(&[&["registration", "token", "create"][..], arguments].concat()).ended(2);
        assert!(ran.err.contains(why), "{}", ran.err);
    }
    assert_eq!(senid.run(&["registration", "token", "list"]).ended(0).out, "");
}

#[test]
fn only_a_client_that_registered_itself_has_a_token_to_replace() {
    let senid = Senid::ready();
    for client in ["portal", "0198a3f2-7c41-7000-8000-000000000000"] {
        let refused = senid.run(&["registration", "replace-token", client]).ended(1);
        assert_eq!(refused.err, format!("senid: no client registered itself as {client}\n"));
    }
}
