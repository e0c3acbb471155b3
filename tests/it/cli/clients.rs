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

/// What is said of a portal under the baseline that wants to be told national identifiers.
const SENSITIVE: &str = "senid: --scope: the scope national_id is sensitive and demands the policy fapi2 \
    (policies.sensitive); the policy baseline of this client leaves out response_type_code, confidential_client, \
    key_based_authentication, issuer_as_audience, strong_signatures, pushed_authorization_request, https_redirect_uri, \
    sender_constrained_tokens, stable_refresh_tokens, token_in_header, signed_backchannel_request";

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
             address, national_id, organisation, linked_accounts, ssf.manage, ssf.read, and those of resource servers",
            "senid: --name: expected the name that citizens will read, in one language or more",
            "senid: --redirect-uri: 'http://portal.example/cb' is http: only loopback addresses may be, everything else is \
             https",
            "senid: --redirect-uri: 'https://portal.example/cb#x' has a fragment (RFC 6749 section 3.1.2)",
            "senid: --post-logout-redirect-uri: 'javascript:alert(1)' must be https, http on loopback, or a private-use \
             scheme with a dot in it (RFC 8252 section 7.1)",
            "senid: --scope: national_id tells a client national identifiers, which takes the authority's approval \
             (--approve-national-id)",
            "senid: --pkce: a public client always proves its codes with PKCE",
            SENSITIVE,
        ]
    );
    assert_eq!(senid.run(&["client", "list"]).ended(0).out, "", "nothing is half-written");
}

#[test]
fn national_identifiers_are_told_only_by_approval() {
    let senid = Senid::ready().with("SENID_POLICIES__SENSITIVE", "baseline");
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
fn a_client_is_allowed_response_types_by_name_and_tokens_through_the_browser_for_a_reason() {
    let senid = Senid::ready();
    let create = |more: &[&str]| senid.run(&[&PORTAL[..], more].concat());
    let hybrid = ["--response-type", "token code", "--response-type", "id_token"];
    let refused = create(&hybrid).ended(2).err;
    assert!(
        refused.starts_with("senid: --response-type: code token hands access tokens out through the browser"),
        "{refused}"
    );
    let refused = create(&["--front-channel-access-tokens", "why not"]).ended(2).err;
    assert!(refused.starts_with("senid: --front-channel-access-tokens: is an exception for nothing"), "{refused}");
    assert!(create(&["--response-type", "token"]).ended(2).err.contains("expected code, id_token, id_token token"));

    let reason = ["--front-channel-access-tokens", "its vendor ends support in 2027"];
    let refused = create(&[&hybrid[..], &reason].concat()).ended(2).err;
    let expected = "senid: --response-type: the policy baseline demands no_front_channel_access_tokens: code token";
    assert!(refused.starts_with(expected), "{refused}");
    create(&[&hybrid[..], &reason, &["--policy", "legacy-openid"]].concat()).ended(0);
    let shown = senid.run(&["client", "show", "portal", "--json"]).ended(0).json();
    assert_eq!(shown["response_types"], serde_json::json!(["id_token", "code token"]));
    assert_eq!(shown["front_channel_access_tokens"], "its vendor ends support in 2027");
    let shown = senid.run(&["client", "show", "portal"]).ended(0).out;
    assert!(shown.contains("its vendor ends support in 2027") && shown.contains("code token"), "{shown}");

    // The exception ends with what it was for.
    senid.run(&["client", "update", "portal", "--response-type", "code"]).ended(0);
    let shown = senid.run(&["client", "show", "portal", "--json"]).ended(0).json();
    assert_eq!(
        (&shown["response_types"], &shown["front_channel_access_tokens"]),
        (&serde_json::json!(["code"]), &serde_json::Value::Null)
    );
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
fn a_client_is_changed_where_it_is_named_and_nowhere_else() {
    let senid = Senid::ready();
    let before = senid.run(&[&PORTAL[..], &["--verified", "--json"]].concat()).ended(0).json();
    let update = |more: &[&str]| senid.run(&[&["client", "update", "portal", "--json"], more].concat());
    let moved = ["--add-redirect-uri", "https://hanoi.example/callback", "--home-uri", "https://hanoi.example/"];
    let after = update(&moved).ended(0).json();
    assert_eq!(
        after["redirect_uris"],
        serde_json::json!(["https://portal.example/callback", "https://hanoi.example/callback"])
    );
    for member in ["name", "organisation", "organisation_verified", "scope", "sector_identifier", "created_at"] {
        assert_eq!(after[member], before[member], "{member}");
    }
    assert_eq!(after["client_secret"], serde_json::Value::Null, "the secret stays as it is");
    let after = update(&["--remove-redirect-uri", "https://portal.example/callback", "--no-home-uri"]).ended(0).json();
    assert_eq!(after["redirect_uris"], serde_json::json!(["https://hanoi.example/callback"]));
    assert_eq!((&after["home_uri"], &after["sector_identifier"]), (&serde_json::Value::Null, &"portal.example".into()));
    let (kind, event) =
        senid.recorded(&["--client", "portal"]).into_iter().find(|(kind, _)| kind != "audit.read").unwrap();
    assert_eq!((kind.as_str(), &event["changed"]), ("client.changed", &"display.home_uri redirect_uris".into()));
}

#[test]
fn a_change_is_judged_by_the_rules_of_a_new_client() {
    let senid = Senid::ready();
    senid.run(&PORTAL).ended(0);
    let ran = senid.run(&[
        "client",
        "update",
        "portal",
        "--redirect-uri",
        "http://portal.example/cb",
        "--remove-post-logout-redirect-uri",
        "https://portal.example/",
        "--scope",
        "openid national_id",
        "--auth",
        "none",
        "--pkce",
        "optional",
    ]);
    let lines: Vec<String> = ran.ended(2).err.lines().map(str::to_owned).collect();
    assert_eq!(
        lines,
        [
            "senid: --post-logout-redirect-uri: https://portal.example/ is not registered",
            "senid: --redirect-uri: 'http://portal.example/cb' is http: only loopback addresses may be, everything else is \
             https",
            "senid: --scope: national_id tells a client national identifiers, which takes the authority's approval \
             (--approve-national-id)",
            "senid: --pkce: a public client always proves its codes with PKCE",
            SENSITIVE,
        ]
    );
    assert_eq!(senid.run(&["client", "update", "nobody"]).ended(1).err, "senid: there is no client nobody\n");
    // What has been approved once is not asked for again.
    let senid = Senid::ready().with("SENID_POLICIES__SENSITIVE", "baseline");
    senid.run(&PORTAL).ended(0);
    let update = |more: &[&str]| senid.run(&[&["client", "update", "portal"], more].concat());
    update(&["--scope", "openid national_id", "--approve-national-id"]).ended(0);
    update(&["--scope", "openid profile national_id"]).ended(0);
}

#[test]
fn another_organisation_is_verified_anew() {
    let senid = Senid::ready();
    senid.run(&[&PORTAL[..], &["--verified"]].concat()).ended(0);
    let verified = |more: &[&str]| {
        let ran = senid
            .run(&[&["client", "update", "portal", "--json", "--organisation", "Sở Tư pháp Cần Thơ"], more].concat());
        ran.ended(0).json()["organisation_verified"].clone()
    };
    assert_eq!(verified(&[]), false);
    assert_eq!(verified(&["--verified"]), true);
    assert_eq!(verified(&[]), true, "it is the same one");
}

#[test]
fn a_new_secret_takes_the_place_of_the_old_one() {
    let senid = Senid::ready();
    let first = senid.run(&[&PORTAL[..], &["--json"]].concat()).ended(0).json()["client_secret"].clone();
    let update = |more: &[&str]| senid.run(&[&["client", "update", "portal", "--json"], more].concat()).ended(0).json();
    let second = update(&["--new-secret"])["client_secret"].clone();
    assert!(second.as_str().unwrap().starts_with("senid_cs_") && second != first);
    let none = serde_json::Value::Null;
    assert_eq!(update(&["--auth", "client_secret_post"])["client_secret"], none, "the method alone keeps it");
    assert_eq!(update(&["--auth", "none"])["client_secret"], none);
    assert!(update(&["--auth", "client_secret_basic"])["client_secret"].is_string(), "there was none to keep");
    let event =
        senid.recorded(&["--client", "portal"]).into_iter().find(|(kind, _)| kind == "client.changed").unwrap().1;
    assert!(!event.to_string().contains(second.as_str().unwrap()));
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
    assert!(wrong.err.starts_with("senid: --from: there is no member \"redirect_uri\"\n"), "{}", wrong.err);
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
