//! `senid client draft|snippet`.

use super::program::Senid;

/// Texts that every draft here has.
const TEXTS: [&str; 6] = ["--name", "Permits", "--organisation", "Sở Xây dựng", "--purpose", "issue permits"];

fn draft(kind: &str, more: &[&str]) -> Vec<String> {
    let words = ["client", "draft", "--kind", kind].into_iter().chain(TEXTS).chain(more.iter().copied());
    words.map(str::to_owned).collect()
}

fn run(senid: &Senid, words: &[String]) -> super::program::Ran {
    senid.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn each_kind_comes_into_the_sandbox_with_its_own_defaults() {
    let senid = Senid::ready();
    for (kind, redirect, method, grants, application) in [
        ("web", Some("https://permits.example/callback"), "client_secret_basic", r#"["authorization_code"]"#, "web"),
        ("single-page", Some("http://localhost:5173/"), "none", r#"["authorization_code"]"#, "web"),
        ("native", Some("http://127.0.0.1/callback"), "none", r#"["authorization_code"]"#, "native"),
        ("service", None, "client_secret_basic", r#"["client_credentials"]"#, "web"),
    ] {
        let mut more = vec!["--json"];
        more.extend(redirect.into_iter().flat_map(|uri| ["--redirect-uri", uri]));
        let made = run(&senid, &draft(kind, &more)).ended(0).json();
        assert_eq!((made["stage"].as_str(), made["status"].as_str()), (Some("sandbox"), Some("active")), "{kind}");
        assert_eq!(made["token_endpoint_auth_method"].as_str(), Some(method), "{kind}");
        assert_eq!(made["grant_types"].to_string(), grants, "{kind}");
        assert_eq!(made["application_type"].as_str(), Some(application), "{kind}");
        assert_eq!(made["client_secret"].is_string(), method == "client_secret_basic", "{kind}");
        for (member, expected) in
            [("pkce", "required"), ("consent", "ask"), ("policy", "baseline"), ("subject_type", "pairwise")]
        {
            assert_eq!(made[member].as_str(), Some(expected), "{kind}: {member}");
        }
        assert_eq!(made["organisation_verified"], false, "{kind}");
        assert_eq!(made["sector_identifier"], made["client_id"], "{kind}: nobody else's subjects are its own");
        let id = made["client_id"].as_str().unwrap();
        assert_eq!(senid.recorded(&["--client", id])[0].0, "client.drafted");
    }
}

#[test]
fn a_draft_says_what_to_put_where() {
    let senid = Senid::ready();
    let made = run(&senid, &draft("web", &["--redirect-uri", "https://permits.example/callback"])).ended(0);
    let id = made.out.lines().next().unwrap().split(' ').nth(1).unwrap().to_owned();
    for expected in [
        format!("client {id} is in the sandbox\n"),
        "discovery   ".to_owned(),
        "/.well-known/openid-configuration\n".to_owned(),
        format!("client_id   {id}\n"),
        "Whoever signs in to it is made up: senid citizen add --made-up".to_owned(),
        format!("senid client snippet {id} --for authlib\n"),
    ] {
        assert!(made.out.contains(&expected), "{expected}: {}", made.out);
    }
    let printed = senid.run(&["client", "snippet", &id, "--for", "authlib"]).ended(0);
    assert!(printed.out.contains(&format!("client_id=\"{id}\"")), "{}", printed.out);
    assert!(!printed.out.contains("senid_cs_"), "a secret is shown once");
    let refused = senid.run(&["client", "snippet", &id, "--for", "openid-client-native"]).ended(1);
    let told = "senid: openid-client-native is for a native application, and this is a web one: for it there are \
                mod_auth_openidc, openid-client, spring-security, authlib, aspnet, oauth2-proxy\n";
    assert_eq!(refused.err, told);
    senid.run(&["client", "update", &id, "--auth", "client_secret_jwt"]).ended(0);
    let refused = senid.run(&["client", "snippet", &id, "--for", "authlib"]).ended(1);
    assert!(refused.err.contains("proves itself by a secret as it is printed here"), "{}", refused.err);
}

#[test]
fn every_fault_of_a_draft_is_said_at_once() {
    let senid = Senid::ready();
    let more = ["--redirect-uri", "http://localhost/callback", "--scope", "openid national_id", "--contact", "nobody"];
    let refused = run(&senid, &draft("native", &more)).ended(2);
    for expected in [
        "'http://localhost/callback' must be http://127.0.0.1 or http://[::1]",
        "national_id is for the authority to approve",
        "expected at most 10 e-mail addresses",
    ] {
        assert!(refused.err.contains(expected), "{expected}: {}", refused.err);
    }
    let refused = run(&senid, &draft("web", &[])).ended(2);
    assert!(refused.err.contains("expected at least one address to return to"), "{}", refused.err);
    assert_eq!(senid.run(&["client", "list"]).ended(0).out, "", "nothing was made");
}

#[test]
fn a_file_grants_itself_nothing() {
    let senid = Senid::ready();
    let file = senid.path().join("draft.json");
    for member in ["stage", "organisation_verified", "national_id_approved", "consent", "owner", "release", "client_id"]
    {
        let draft = serde_json::json!({
            "kind": "web", "name": { "": "Permits" }, "redirect_uris": ["https://permits.example/cb"], member: "production",
        });
        std::fs::write(&file, draft.to_string()).unwrap();
        let refused = senid.run(&["client", "draft", "--from", file.to_str().unwrap()]).ended(2);
        assert!(refused.err.contains(&format!("unknown field `{member}`")), "{}", refused.err);
    }
    assert_eq!(senid.run(&["client", "list"]).ended(0).out, "", "nothing was made");
}

#[test]
fn somebody_made_up_is_marked_for_good() {
    let senid = Senid::ready();
    let add = ["citizen", "add", "--national-id", "001090000011", "--name", "Thử Nghiệm", "--made-up", "--json"];
    let added = senid.run(&add).ended(0).json();
    assert_eq!(added["made_up"], true);
    let id = added["id"].as_str().unwrap();
    assert_eq!(&id[14..15], "8", "the mark is part of the id: {id}");
    let shown = senid.run(&["citizen", "show", id]).ended(0);
    assert!(shown.out.contains("yes: for clients in the sandbox"), "{}", shown.out);
}

#[test]
fn what_a_developer_pasted_is_explained() {
    let senid = Senid::ready();
    let made =
        run(&senid, &draft("web", &["--redirect-uri", "https://permits.example/callback", "--json"])).ended(0).json();
    let id = made["client_id"].as_str().unwrap();
    let came = "https://permits.example/callback/?error=login_required&state=x&iss=https://evil.example";
    let told = senid.run_with(&["client", "explain", id], came).ended(5).out;
    for expected in [
        "answer to an authorization request\n",
        "wrong: 'https://permits.example/callback/' is not registered; 'https://permits.example/callback' is: the difference is a slash",
        "wrong: iss is https://evil.example, and this issuer is ",
        "wrong: login_required: prompt=none was asked",
    ] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    let refused = senid.run_with(&["client", "explain", id], "hello").ended(2);
    assert!(refused.err.contains("expected the address of an authorization request"), "{}", refused.err);
}

#[test]
fn a_secret_is_rotated_from_the_shell_and_a_client_is_checked_and_promoted() {
    let senid = Senid::ready();
    let more = ["--redirect-uri", "https://permits.example/callback", "--json"];
    let made = run(&senid, &draft("web", &more)).ended(0).json();
    let id = made["client_id"].as_str().unwrap();
    let rotated =
        senid.run(&["client", "rotate-secret", id, "--overlap", "2d", "--expires", "20d", "--json"]).ended(0).json();
    assert!(rotated["client_secret"].as_str().unwrap().starts_with("senid_cs_"));
    assert_ne!(rotated["client_secret"], made["client_secret"]);
    let refused = senid.run(&["client", "rotate-secret", id, "--overlap", "91d"]).ended(2);
    assert_eq!(refused.err, "senid: --overlap: expected at most 90 days\n");
    let checked = senid.run(&["client", "check", id]).ended(0).out;
    for expected in [
        "warning  client_secret: The secret ends soon.",
        "note     client_secret: A former secret still works.",
        "warning  policy_uri: Citizens cannot read what becomes of their data.",
        "warning  backchannel_logout_uri: The application is not told that somebody signed out elsewhere.",
    ] {
        assert!(checked.contains(expected), "{expected}: {checked}");
    }
    assert!(senid.run(&["client", "end-former-secret", id]).ended(0).out.contains("works no more"));
    let stays = senid.run(&["client", "promote", id]).ended(1).out;
    assert!(stays.starts_with("stage: sandbox -> production\n") && stays.contains("stays in the sandbox"), "{stays}");
    let shown = senid.run(&["client", "show", id, "--json"]).ended(0).json();
    assert_eq!(shown["stage"], "sandbox");
    let more = ["--contact", "it@permits.example", "--policy-uri", "https://permits.example/privacy"];
    let more = [&more[..], &["--redirect-uri", "https://permits.example/callback", "--json"]].concat();
    let made = run(&senid, &draft("web", &more)).ended(0).json();
    let id = made["client_id"].as_str().unwrap();
    assert!(senid.run(&["client", "promote", id, "--dry-run"]).ended(0).out.contains("is ready for production"));
    assert!(senid.run(&["client", "promote", id]).ended(0).out.ends_with(&format!("client {id} is in production\n")));
    assert_eq!(senid.recorded(&["--client", id])[0].0, "client.promoted");
    let again = senid.run(&["client", "promote", id]).ended(1);
    assert_eq!(again.err, format!("senid: client {id} is in production already\n"));
}
