//! `senid client create|list|show|disable|enable`.

use super::program::Senid;

const PORTAL: [&str; 15] = [
    "client",
    "create",
    "portal",
    "--name",
    "vi=Cổng dịch vụ công",
    "--name",
    "en=Public service portal",
    "--organisation",
    "Sở Tư pháp",
    "--purpose",
    "Nộp hồ sơ trực tuyến",
    "--redirect-uri",
    "https://portal.example/callback",
    "--scope",
    "openid profile",
];

#[test]
fn a_client_is_registered_with_a_secret_that_is_shown_once() {
    let senid = Senid::ready();
    let ran = senid.run(&PORTAL).ended(0);
    assert_eq!(ran.err, "");
    assert!(ran.out.starts_with("client portal is registered\n"), "{}", ran.out);
    let secret = ran.out.lines().last().unwrap();
    assert!(secret.starts_with("senid_cs_") && secret.len() == 9 + 43, "{secret}");
    let shown = senid.run(&["client", "show", "portal"]).ended(0);
    assert!(shown.out.contains("subjects               pairwise in sector portal.example\n"), "{}", shown.out);
    assert!(!shown.out.contains("senid_cs_"));
    let database = std::fs::read(senid.path().join("senid.db")).unwrap();
    let log = std::fs::read(senid.path().join("senid.db-wal")).unwrap_or_default();
    let kept = [database, log].concat();
    assert!(!kept.windows(secret.len()).any(|window| window == secret.as_bytes()), "the secret is kept");
    assert_eq!(senid.recorded(&["--client", "portal"])[0].0, "client.created");
}

#[test]
fn a_secret_of_one_s_own_comes_by_standard_input() {
    let senid = Senid::ready();
    let create = |input: &str| senid.run_with(&[&PORTAL[..], &["--secret-stdin", "--json"]].concat(), input);
    for (input, why) in [
        ("", "senid: --secret-stdin: nothing stands on standard input\n"),
        ("short\n", "senid: --secret-stdin: expected 16 to 256 printable ASCII characters without spaces\n"),
        ("two\nlines\n", "senid: --secret-stdin: expected one line on standard input\n"),
    ] {
        assert_eq!(create(input).ended(2).err, why);
    }
    let created = create("sandbox-secret-2026\n").ended(0);
    assert_eq!(created.json()["client_secret"], serde_json::Value::Null);
    assert!(!created.out.contains("sandbox-secret-2026"));
}

#[test]
fn every_fault_is_said_at_once_with_its_option() {
    let senid = Senid::ready();
    let ran = senid.run(&[
        "client",
        "create",
        "sai tên",
        "--redirect-uri",
        "http://portal.example/cb",
        "--redirect-uri",
        "https://portal.example/cb#x",
        "--post-logout-redirect-uri",
        "javascript:alert(1)",
        "--scope",
        "openid profil national_id",
        "--auth",
        "none",
        "--pkce",
        "optional",
    ]);
    let ran = ran.ended(2);
    assert_eq!(ran.out, "");
    let lines: Vec<&str> = ran.err.lines().collect();
    assert_eq!(
        lines,
        [
            "senid: ID: a client id is 1 to 128 characters of A-Z a-z 0-9 - . _ ~",
            "senid: --scope: there is no scope \"profil\"; there are openid, offline_access, profile, email, phone, \
             address, national_id",
            "senid: --name: expected the name that citizens will read, in one language or more",
            "senid: --redirect-uri: http://portal.example/cb is http: only loopback addresses may be, everything else is \
             https",
            "senid: --redirect-uri: https://portal.example/cb#x has a fragment (RFC 6749 section 3.1.2)",
            "senid: --post-logout-redirect-uri: javascript:alert(1) must be https, http on loopback, or a private-use \
             scheme with a dot in it (RFC 8252 section 7.1)",
            "senid: --scope: national_id tells a client national identifiers, which takes the authority's approval \
             (--approve-national-id)",
            "senid: --pkce: a public client always proves its codes with PKCE",
        ]
    );
    assert_eq!(senid.run(&["client", "list"]).ended(0).out, "", "nothing is half-written");
}

#[test]
fn national_identifiers_are_told_only_by_approval() {
    let senid = Senid::ready();
    let ask = |more: &[&str]| senid.run(&[&PORTAL[..13], &["--scope", "openid national_id"], more].concat());
    ask(&[]).ended(2);
    ask(&["--approve-national-id"]).ended(0);
    let without = [&PORTAL[..], &["--approve-national-id"]].concat();
    assert_eq!(
        senid.run(&without).ended(2).err,
        "senid: --approve-national-id: there is nothing to approve: national_id is not among the scopes\n"
    );
}

#[test]
fn redirect_uris_of_two_hosts_need_a_sector() {
    let senid = Senid::ready();
    let two = [&PORTAL[..], &["--redirect-uri", "https://other.example/callback"]].concat();
    let refused = senid.run(&two).ended(2);
    assert_eq!(refused.err, "senid: --sector: the redirect URIs do not share one host: name the sector\n");
    let named = senid.run(&[&two[..], &["--sector", "Portal.Example", "--json"]].concat()).ended(0);
    assert_eq!(named.json()["sector_identifier"], "portal.example");
}

#[test]
fn a_client_is_registered_once() {
    let senid = Senid::ready();
    senid.run(&PORTAL).ended(0);
    assert_eq!(senid.run(&PORTAL).ended(1).err, "senid: there is a client portal already\n");
    assert_eq!(senid.run(&["client", "list", "--json"]).ended(0).json_lines().len(), 1);
}

#[test]
fn a_client_is_disabled_and_enabled_by_recorded_acts() {
    let senid = Senid::ready();
    senid.run(&PORTAL).ended(0);
    assert_eq!(senid.run(&["client", "disable", "portal"]).ended(0).out, "client portal is now disabled\n");
    assert_eq!(senid.run(&["client", "disable", "portal"]).ended(0).out, "client portal is already disabled\n");
    assert!(senid.run(&["client", "list"]).ended(0).out.starts_with("portal                   disabled"));
    assert_eq!(senid.run(&["client", "enable", "portal", "--json"]).ended(0).json()["status"], "active");
    let kinds: Vec<String> = senid
        .recorded(&["--client", "portal"])
        .into_iter()
        .map(|(kind, _)| kind)
        .filter(|kind| kind != "audit.read")
        .collect();
    assert_eq!(kinds, ["client.enabled", "client.disabled", "client.created"]);
    for command in ["show", "disable", "enable"] {
        assert_eq!(senid.run(&["client", command, "nobody"]).ended(1).err, "senid: there is no client nobody\n");
    }
}

#[test]
fn a_client_is_registered_from_a_file() {
    let senid = Senid::ready();
    senid.write(
        "app.json",
        r#"{"client_id": "app", "name": {"vi": "Ứng dụng"}, "redirect_uris": ["vn.example.app:/callback"],
            "scope": "openid offline_access", "token_endpoint_auth_method": "none", "application_type": "native",
            "sector_identifier": "app.example"}"#,
    );
    let created = senid.run(&["client", "create", "--from", "app.json", "--json"]).ended(0).json();
    assert_eq!((&created["application_type"], &created["client_secret"]), (&"native".into(), &serde_json::Value::Null));
    senid.write("wrong.json", r#"{"client_id": "x", "redirect_uri": []}"#);
    let wrong = senid.run(&["client", "create", "--from", "wrong.json"]).ended(2);
    assert!(
        wrong.err.starts_with("senid: --from wrong.json: unknown field `redirect_uri`, expected one of"),
        "{}",
        wrong.err
    );
}

#[test]
fn the_audit_log_is_read_of_one_client_or_citizen_as_far_back_as_was_asked() {
    let senid = Senid::ready();
    senid.run(&["client", "create", "tax", "--name", "Tax", "--redirect-uri", "https://tax.example/cb"]).ended(0);
    senid.run(&["client", "disable", "tax"]).ended(0);
    let last = senid.run(&["audit", "list", "--client", "tax", "--limit", "1"]).ended(0);
    assert_eq!(last.out.lines().count(), 1);
    assert!(last.out.contains("client.disabled success by operator:"), "{}", last.out);
    assert!(senid.run(&["audit", "list", "--limit", "1"]).ended(2).err.contains("--citizen <CITIZEN>|--client <ID>"));
}
