//! `senid resource create|update|list|show|metadata|disable|enable`.

use serde_json::json;

use super::program::Senid;

const HEALTH: [&str; 17] = [
    "resource",
    "create",
    "https://health.example/api",
    "--name",
    "vi=Hồ sơ sức khỏe",
    "--name",
    "en=Health records",
    "--scope",
    "health.read health.write",
    "--description",
    "health.read vi=Xem sổ tiêm chủng",
    "--description",
    "health.read en=Read your vaccinations",
    "--description",
    "health.write Book and cancel appointments",
    "--sensitive",
    "health.write",
];

fn with_client() -> Senid {
    let senid = Senid::ready();
    let client =
        ["client", "create", "health", "--name", "Health", "--redirect-uri", "https://health.example/callback"];
    senid.run(&client).ended(0);
    senid
}

#[test]
fn a_resource_server_is_registered_shown_and_listed() {
    let senid = with_client();
    let ran = senid.run(&[&HEALTH[..], &["--introspected-by", "health"]].concat()).ended(0);
    assert_eq!(ran.err, "");
    assert!(ran.out.starts_with("resource server https://health.example/api is registered\n"), "{}", ran.out);
    assert!(ran.out.contains("health.write (sensitive)\n"), "{}", ran.out);
    let shown = senid.run(&["resource", "show", "https://health.example/api", "--json"]).ended(0).json();
    assert_eq!(
        shown["scopes"]["health.read"]["description"],
        json!({"vi": "Xem sổ tiêm chủng", "en": "Read your vaccinations"})
    );
    assert_eq!((&shown["token_format"], &shown["signing_alg"]), (&json!("jwt"), &json!("ES256")));
    assert_eq!(shown["introspected_by"], json!(["health"]));
    let listed = senid.run(&["resource", "list", "--json"]).ended(0).json_lines();
    assert_eq!(listed, [shown]);
    let again = senid.run(&HEALTH).ended(1);
    assert_eq!(again.err, "senid: there is a resource server https://health.example/api already\n");
}

#[test]
fn what_is_in_a_file_becomes_what_the_options_say() {
    let senid = with_client();
    let file = senid.write(
        "health.json",
        json!({
            "resource": "https://health.example/api",
            "name": {"": "Health records"},
            "scopes": {"health.read": {"description": {"": "Read your vaccinations"}, "sensitive": true}},
            "token_format": "opaque",
            "introspected_by": ["health"],
        })
        .to_string(),
    );
    senid.run(&["resource", "create", "--from", file.to_str().unwrap()]).ended(0);
    let shown = senid.run(&["resource", "show", "https://health.example/api", "--json"]).ended(0).json();
    assert_eq!(
        (&shown["token_format"], &shown["scopes"]["health.read"]["sensitive"]),
        (&json!("opaque"), &json!(true))
    );
    let unknown = senid.write("unknown.json", json!({"resource": "urn:a", "colour": "red"}).to_string());
    assert!(senid.run(&["resource", "create", "--from", unknown.to_str().unwrap()]).ended(2).err.contains("colour"));
}

#[test]
fn every_fault_is_said_at_once_with_its_option() {
    let senid = with_client();
    senid.run(&HEALTH).ended(0);
    let public = [
        "client",
        "create",
        "app",
        "--name",
        "App",
        "--auth",
        "none",
        "--redirect-uri",
        "https://app.example/callback",
    ];
    senid.run(&public).ended(0);
    let ran = senid.run(&[
        "resource",
        "create",
        "http://land.example/api",
        "--scope",
        "openid health.read land.read",
        "--signing-alg",
        "ES384",
        "--encryption-alg",
        "ECDH-ES",
        "--introspected-by",
        "nobody",
        "--introspected-by",
        "app",
    ]);
    let ran = ran.ended(2);
    assert_eq!(ran.out, "");
    assert_eq!(
        ran.err.lines().collect::<Vec<_>>(),
        [
            "senid: --introspected-by: app is a public client, which proves nothing",
            "senid: --introspected-by: nobody is no client",
            "senid: ID: 'http://land.example/api' is http: tokens would be sent there in the clear",
            "senid: --name: expected the name that citizens will read, in one language or more",
            "senid: --scope: health.read belongs to https://health.example/api",
            "senid: --scope: openid is OpenID Connect's own",
            "senid: --signing-alg: the settings offer ES256, EdDSA, RS256 (keys.algorithms)",
            "senid: --encryption-alg: expected the keys that it decrypts with: jwks or jwks_uri",
        ]
    );
    let nothing = senid.run(&["resource", "create", "urn:nothing", "--name", "Nothing"]).ended(2);
    assert_eq!(nothing.err, "senid: --scope: expected at least one scope, or type of authorization_details\n");
    let elsewhere =
        senid.run(&["resource", "create", "urn:a", "--name", "A", "--scope", "a", "--sensitive", "b"]).ended(2);
    assert_eq!(elsewhere.err, "senid: --sensitive: b is none of the scopes (--scope)\n");
    assert_eq!(senid.run(&["resource", "list", "--json"]).ended(0).json_lines().len(), 1);
}

#[test]
fn a_resource_server_is_changed_in_what_is_named() {
    let senid = with_client();
    senid.run(&HEALTH).ended(0);
    let id = "https://health.example/api";
    let changed = senid.run(&[
        "resource",
        "update",
        id,
        "--add-scope",
        "health.admin",
        "--remove-scope",
        "health.write",
        "--description",
        "health.admin Run the clinic",
        "--sensitive",
        "health.admin",
        "--token-format",
        "opaque",
        "--add-introspected-by",
        "health",
        "--json",
    ]);
    let changed = changed.ended(0).json();
    assert_eq!(changed["scopes"]["health.admin"], json!({"description": {"": "Run the clinic"}, "sensitive": true}));
    assert!(changed["scopes"].get("health.write").is_none());
    assert_eq!((&changed["name"]["en"], &changed["token_format"]), (&json!("Health records"), &json!("opaque")));
    let refused =
        senid.run(&["resource", "update", id, "--remove-scope", "x", "--remove-introspected-by", "portal"]).ended(2);
    assert_eq!(
        refused.err.lines().collect::<Vec<_>>(),
        ["senid: --scope: x is none of its scopes", "senid: --introspected-by: portal is not among them"]
    );
    assert_eq!(
        senid.run(&["resource", "update", "urn:nobody", "--name", "x"]).ended(1).err,
        "senid: there is no resource server urn:nobody\n"
    );
    // A client may have its scopes from then on.
    let scopes = ["client", "update", "health", "--scope", "openid health.read"];
    senid.run(&scopes).ended(0);
    let refused = senid.run(&["client", "update", "health", "--scope", "openid health.write"]).ended(2);
    assert!(refused.err.contains("there is no scope \"health.write\""), "{}", refused.err);
}

#[test]
fn a_resource_server_is_disabled_and_enabled() {
    let senid = Senid::ready();
    senid.run(&HEALTH).ended(0);
    let id = "https://health.example/api";
    for (command, said) in [
        ("disable", "resource server https://health.example/api is now disabled\n"),
        ("disable", "resource server https://health.example/api is already disabled\n"),
        ("enable", "resource server https://health.example/api is now active\n"),
    ] {
        assert_eq!(senid.run(&["resource", command, id]).ended(0).out, said);
    }
}

#[test]
fn the_document_that_it_publishes_is_printed() {
    let senid = Senid::ready();
    senid.run(&HEALTH).ended(0);
    let document = senid.run(&["resource", "metadata", "https://health.example/api"]).ended(0).json();
    assert_eq!(document["resource"], "https://health.example/api");
    assert_eq!(document["scopes_supported"], json!(["health.read", "health.write"]));
    assert_eq!(document["bearer_methods_supported"], json!(["header"]));
    assert_eq!(document["resource_name"], "Health records");
    assert_eq!(document["authorization_servers"].as_array().unwrap().len(), 1);
}
