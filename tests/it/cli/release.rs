//! `senid client create|update`: what a client is approved to be told.

use serde_json::json;

use super::program::Senid;

fn portal(senid: &Senid, more: &[&str]) -> super::program::Ran {
    let own = ["client", "create", "portal", "--name", "Portal", "--organisation", "An office", "--purpose", "serve"];
    let uri = ["--redirect-uri", "https://portal.example/cb", "--scope", "openid profile email"];
    senid.run(&[&own[..], &uri, more].concat())
}

#[test]
fn what_is_approved_is_said_and_shown() {
    let senid = Senid::ready();
    let approved = [
        "--approve-claim",
        "name",
        "--approve-claim",
        "email",
        "--approve-verified-claim",
        "birthdate",
        "--legal-basis",
        "contract",
        "--claim-basis",
        "email=consent",
        "--claim-purpose",
        "email:vi=gửi kết quả",
        "--claim-purpose",
        "email:en=send the result",
    ];
    portal(&senid, &approved).ended(0);
    let shown = senid.run(&["client", "show", "portal", "--json"]).ended(0).json();
    let email = json!({ "basis": "consent", "purpose": { "vi": "gửi kết quả", "en": "send the result" } });
    let expected = json!({
        "claims": ["email", "name"], "identifiers": ["all"], "verified_claims": ["birthdate"], "basis": "contract",
        "terms": { "email": email }, "encrypted": "nothing",
    });
    assert_eq!(shown["release"], expected);
    let table = senid.run(&["client", "show", "portal"]).ended(0).out;
    for row in ["approved claims", "email name", "legal basis", "contract", "email: consent en: send the result"] {
        assert!(table.contains(row), "{row}: {table}");
    }
    // The same by a file, and back to what the scopes release.
    senid.run(&["client", "update", "portal", "--approve-claim", "all", "--claim-basis", "email=none"]).ended(0);
    let shown = senid.run(&["client", "show", "portal", "--json"]).ended(0).json();
    assert_eq!((&shown["release"]["claims"], &shown["release"]["terms"]), (&json!(["all"]), &json!({})));
    let file = senid.path().join("other.json");
    let members = json!({
        "client_id": "other", "name": { "": "Other" }, "organisation": { "": "An office" }, "purpose": { "": "serve" },
        "redirect_uris": ["https://other.example/cb"], "scope": "openid profile", "release": { "claims": ["name"] },
    });
    std::fs::write(&file, members.to_string()).unwrap();
    senid.run(&["client", "create", "--from", file.to_str().unwrap()]).ended(0);
    let shown = senid.run(&["client", "show", "other", "--json"]).ended(0).json();
    assert_eq!(shown["release"]["claims"], json!(["name"]));
    assert_eq!(senid.recorded(&["--client", "portal"])[0].0, "client.changed");
}

#[test]
fn what_cannot_be_approved_is_said_with_its_option() {
    let senid = Senid::ready();
    for (option, value, why) in [
        ("--approve-claim", "phone_number", "phone_number is released by the scope phone, which this client has not"),
        ("--approve-claim", "email_verified", "email_verified is told with email"),
        ("--approve-claim", "tax_class", "there is no claim \"tax_class\" to say this of; there are name, "),
        ("--approve-identifier", "vn", "there is nothing to approve: national_id is not among the scopes"),
        ("--approve-verified-claim", "nickname", "\"nickname\" is not told as verified; there are name, "),
        ("--claim-basis", "tax_class=contract", "there is no claim \"tax_class\" to say this of; there are name, "),
    ] {
        let ran = portal(&senid, &[option, value]).ended(2);
        assert!(ran.err.starts_with(&format!("senid: {option}: {why}")), "{}", ran.err);
    }
    let ran = portal(&senid, &["--claim-basis", "email=hope"]).ended(2);
    assert!(ran.err.contains("expected consent, contract, legal_obligation"), "{}", ran.err);
    let ran = portal(&senid, &["--consent", "implied", "--legal-basis", "consent"]).ended(2);
    assert!(ran.err.contains("--legal-basis: nobody is asked for the consent that it rests on"), "{}", ran.err);
    let warned = portal(&senid, &["--encrypt-claims", "everything"]).ended(0);
    assert!(warned.err.contains("it is not told anything of what it asks for"), "{}", warned.err);
}

#[test]
fn codes_are_made_for_a_portal_s_accounts_and_printed_once() {
    let senid = Senid::ready();
    portal(&senid, &[]).ended(0);
    let file = senid.path().join("accounts.csv");
    std::fs::write(&file, "account,label\nan.nguyen,An\n4712,\n").unwrap();
    let ask = ["client", "link-codes", "portal", "--file", file.to_str().unwrap()];
    // It would be told of no link: that takes the authority's approval.
    assert!(senid.run(&ask).ended(1).err.contains("not approved for the claim linked_accounts"));
    senid.run(&["client", "update", "portal", "--scope", "openid linked_accounts"]).ended(0);
    let made = senid.run(&ask).ended(0);
    let lines: Vec<&str> = made.out.lines().collect();
    assert_eq!((lines.len(), lines[0]), (3, "account,code,expires,outcome"));
    let cells: Vec<&str> = lines[1].split(',').collect();
    assert_eq!((cells[0], cells[1].len(), cells[3]), ("an.nguyen", 29, "issued"));
    assert!(made.err.contains("2 codes made, 0 accounts are linked already"), "{}", made.err);
    assert_ne!(senid.run(&ask).ended(0).out.lines().nth(1), Some(lines[1]), "another code each time");
    for wrong in ["0", "367"] {
        senid.run(&[&ask[..], &["--valid-for", wrong]].concat()).ended(2);
    }
    assert_eq!(senid.run(&["client", "links", "portal"]).ended(0).out, "");
    assert_eq!(senid.recorded(&["--client", "portal"])[0].0, "linked_accounts.listed");
    let unlink = ["client", "unlink", "portal", "01a3186e-9f80-7346-9b52-0c7b4a793b91"];
    senid.run(&unlink).ended(2);
    let none = senid.run(&[&unlink[..], &["--reason", "a stolen letter"]].concat()).ended(1);
    assert!(none.err.contains("client portal has no link 01a3186e"), "{}", none.err);
    std::fs::write(&file, "account\n4711\n4711\n").unwrap();
    let refused = senid.run(&ask).ended(2);
    assert!(refused.err.contains("line 3, account: stands in a line before this one, too"), "{}", refused.err);
}
