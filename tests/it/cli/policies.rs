//! `senid client create|update --policy`, and what goes beyond plain OpenID Connect.

use senid::domain::keys::SignatureAlgorithm;
use serde_json::{Value, json};

use super::program::{Ran, Senid};
use crate::support::world::assertion::{jwks, key};

const PORTAL: [&str; 9] = [
    "client",
    "create",
    "portal",
    "--name",
    "Portal",
    "--redirect-uri",
    "https://portal.example/callback",
    "--scope",
    "openid profile offline_access",
];

fn create(senid: &Senid, more: &[&str]) -> Ran {
    senid.run(&[&PORTAL[..], more].concat())
}

fn update(senid: &Senid, more: &[&str]) -> Ran {
    senid.run(&[&["client", "update", "portal"], more].concat())
}

fn show(senid: &Senid) -> Value {
    senid.run(&["client", "show", "portal", "--json"]).ended(0).json()
}

/// With a key of the portal's own in a file.
fn with_key() -> Senid {
    let senid = Senid::ready();
    senid.write("jwks.json", jwks(&[key("policies", SignatureAlgorithm::Es256)]).to_string());
    senid
}

#[test]
fn a_new_client_is_under_the_baseline_unless_another_policy_is_named() {
    let senid = Senid::ready();
    create(&senid, &[]).ended(0);
    assert_eq!(show(&senid)["policy"], "baseline");
    assert!(senid.run(&["client", "show", "portal"]).ended(0).out.contains("baseline"));
    let refused = update(&senid, &["--pkce", "optional"]).ended(2).err;
    assert_eq!(refused, "senid: --pkce: the policy baseline demands pkce: expected required\n");
    update(&senid, &["--pkce", "optional", "--policy", "legacy-openid"]).ended(0);
    let unknown = update(&senid, &["--policy", "fapi"]).ended(2).err;
    let names = "legacy-openid, baseline, fapi2, fapi2-message-signing";
    assert!(unknown.contains(&format!("senid: --policy: there is no policy fapi; there are {names}\n")), "{unknown}");
}

#[test]
fn a_client_is_moved_to_fapi_by_one_command_that_says_every_fault_first() {
    let senid = with_key();
    let older = ["--policy", "legacy-openid", "--pkce", "optional", "--id-token-alg", "RS256"];
    create(&senid, &[&older[..], &["--response-type", "code", "--response-type", "id_token"]].concat()).ended(0);
    let before = show(&senid);
    let refused = update(&senid, &["--policy", "fapi2"]).ended(2).err;
    let expected = [
        "senid: --pkce: the policy fapi2 demands pkce: expected required",
        "senid: --response-type: the policy fapi2 demands response_type_code: id_token is not allowed",
        "senid: --auth: the policy fapi2 demands key_based_authentication: expected private_key_jwt, tls_client_auth or \
         self_signed_tls_client_auth, found client_secret_basic",
        "senid: --id-token-alg: the policy fapi2 demands strong_signatures: expected PS256, ES256 or EdDSA, found RS256",
    ];
    assert_eq!(refused.lines().collect::<Vec<_>>(), expected);
    assert_eq!(show(&senid), before, "nothing is half-changed");

    let moved = [
        "--policy",
        "fapi2",
        "--pkce",
        "required",
        "--response-type",
        "code",
        "--id-token-alg",
        "ES256",
        "--auth",
        "private_key_jwt",
        "--jwks-file",
        "jwks.json",
        "--dpop-bound-access-tokens",
    ];
    update(&senid, &moved).ended(0);
    let shown = show(&senid);
    assert_eq!((&shown["policy"], &shown["dpop_bound_access_tokens"]), (&json!("fapi2"), &json!(true)));
    assert_eq!(shown["grant_types"], json!(["authorization_code", "refresh_token"]));
    // One rule is enough to refuse a step back.
    let back = update(&senid, &["--id-token-alg", "RS256"]).ended(2).err;
    assert!(back.contains("the policy fapi2 demands strong_signatures"), "{back}");
}

#[test]
fn national_identifiers_are_for_clients_whose_policy_is_enough() {
    let senid = with_key();
    let ask = ["--scope", "openid national_id", "--approve-national-id"];
    create(&senid, &[]).ended(0);
    let refused = update(&senid, &ask).ended(2).err;
    assert!(refused.starts_with("senid: --scope: the scope national_id is sensitive and demands"), "{refused}");
    let enough = ["--policy", "fapi2", "--auth", "private_key_jwt", "--jwks-file", "jwks.json"];
    update(&senid, &[&ask[..], &enough].concat()).ended(0);
    assert_eq!(show(&senid)["scope"], "national_id openid");
}

#[test]
fn what_the_settings_came_to_demand_is_a_warning_where_other_things_change() {
    let senid = Senid::ready();
    senid.write("before.toml", "policies.sensitive = \"baseline\"\n");
    let approved = ["--scope", "openid national_id", "--approve-national-id"];
    senid.run(&[&["--config", "before.toml"], &PORTAL[..7], &approved].concat()).ended(0);
    let changed = update(&senid, &["--new-secret"]).ended(0);
    assert!(changed.err.contains("warning: scope: the scope national_id is sensitive"), "{}", changed.err);
    update(&senid, &["--policy", "baseline"]).ended(2);
}

/// Where certificates of clients come, through a proxy, from an authority.
fn with_certificates(senid: Senid) -> Senid {
    let authorities = concat!(env!("CARGO_MANIFEST_DIR"), "/src/config/tests/pki/clients-ca.pem");
    senid
        .with("SENID_PROXIES__TRUSTED", "127.0.0.1")
        .with("SENID_PROXIES__HEADER", "forwarded")
        .with("SENID_PROXIES__CLIENT_CERTIFICATE", "client-cert")
        .with("SENID_MTLS__TRUSTED_AUTHORITIES_FILE", authorities)
}

#[test]
fn a_program_that_asks_for_itself_has_no_address_to_return_to() {
    let senid = with_certificates(Senid::ready());
    let whole = ["client", "create", "portal", "--name", "Reports", "--grant-type", "client_credentials"];
    let subject = ["--auth", "tls_client_auth", "--tls-client-auth-subject-dn", "CN=reports,O=Ministry,C=VN"];
    senid.run(&[&whole[..], &["--scope", ""], &subject].concat()).ended(0);
    let shown = show(&senid);
    assert_eq!((&shown["response_types"], &shown["redirect_uris"]), (&json!([]), &json!([])));
    assert_eq!(shown["tls_client_auth_subject_dn"], "CN=reports,O=Ministry,C=VN");
    assert_eq!(shown["sector_identifier"], "portal");
    for (change, expected) in [
        (&["--auth", "none"][..], "--grant-type: client_credentials is for clients that prove themselves"),
        (
            &["--tls-client-auth-san-dns", "a.example", "--tls-client-auth-san-ip", "192.0.2.1"],
            "--tls-client-auth-san-ip: is there beside tls_client_auth_san_dns",
        ),
        (&["--tls-client-auth-san-ip", "nowhere"], "--tls-client-auth-san-ip: expected an IP address"),
        (&["--tls-client-auth-subject-dn", "nothing"], "--tls-client-auth-subject-dn: expected"),
        (&["--resource", "https://nobody.example/"], "--resource: there is no resource server https://nobody.example/"),
        (&["--authorization-details-type", "payment"], "--authorization-details-type: there is no type 'payment'"),
        (&["--grant-type", "refresh_token"], "--grant-type: refresh_token is of no use without a grant type"),
        (
            &["--backchannel-token-delivery-mode", "poll"],
            "--backchannel-token-delivery-mode: is of no use without the grant",
        ),
    ] {
        let refused = update(&senid, change).ended(2).err;
        assert!(refused.contains(&format!("senid: {expected}")), "{change:?}: {refused}");
    }
    update(&senid, &["--tls-client-auth-san-ip", "2001:db8::1"]).ended(0);
    assert_eq!(show(&senid)["tls_client_auth_san_ip"], "2001:db8::1");
}

#[test]
fn a_client_that_asks_people_on_their_telephones_is_told_by_poll_or_ping() {
    let senid = with_key();
    let ciba = "urn:openid:params:grant-type:ciba";
    create(&senid, &["--auth", "private_key_jwt", "--jwks-file", "jwks.json"]).ended(0);
    for (change, expected) in [
        (&[][..], "--backchannel-token-delivery-mode: expected poll or ping, for the grant type"),
        (
            &["--backchannel-token-delivery-mode", "push"],
            "--backchannel-token-delivery-mode: push hands tokens to whoever",
        ),
        (&["--backchannel-token-delivery-mode", "ping"], "--backchannel-client-notification-endpoint: is missing"),
        (
            &[
                "--backchannel-token-delivery-mode",
                "ping",
                "--backchannel-client-notification-endpoint",
                "http://a.example/",
            ],
            "--backchannel-client-notification-endpoint: 'http://a.example/'",
        ),
        (
            &[
                "--backchannel-token-delivery-mode",
                "poll",
                "--backchannel-client-notification-endpoint",
                "https://a.example/",
            ],
            "--backchannel-client-notification-endpoint: is of no use with the delivery mode poll",
        ),
    ] {
        let refused = update(&senid, &[&["--grant-type", ciba], change].concat()).ended(2).err;
        assert!(refused.contains(&format!("senid: {expected}")), "{change:?}: {refused}");
    }
    let ping = [
        "--grant-type",
        "authorization_code",
        "--grant-type",
        ciba,
        "--backchannel-token-delivery-mode",
        "ping",
        "--backchannel-client-notification-endpoint",
        "https://portal.example/ping",
        "--backchannel-authentication-request-signing-alg",
        "ES256",
    ];
    update(&senid, &ping).ended(0);
    let shown = show(&senid);
    assert_eq!(shown["backchannel_client_notification_endpoint"], "https://portal.example/ping");
    // The address goes with the mode that it was for.
    update(&senid, &["--backchannel-token-delivery-mode", "poll"]).ended(0);
    let shown = show(&senid);
    assert_eq!(
        (&shown["backchannel_token_delivery_mode"], &shown["backchannel_client_notification_endpoint"]),
        (&json!("poll"), &Value::Null)
    );
}

#[test]
fn what_protects_tokens_and_answers_is_given_and_taken_away() {
    let refused = create(&Senid::ready(), &["--tls-client-certificate-bound-access-tokens"]).ended(2).err;
    let told = "senid: --tls-client-certificate-bound-access-tokens: is not offered here: no certificate of a client comes to \
                this server";
    assert_eq!(refused.trim(), told);
    let senid = with_certificates(with_key());
    create(&senid, &["--auth", "private_key_jwt", "--jwks-file", "jwks.json"]).ended(0);
    update(
        &senid,
        &[
            "--authorization-signed-response-alg",
            "ES256",
            "--introspection-signed-response-alg",
            "EdDSA",
            "--tls-client-certificate-bound-access-tokens",
            "--require-pushed-authorization-requests",
            "--require-signed-request-object",
            "--request-object-signing-alg",
            "ES256",
            "--access-token-format",
            "opaque",
        ],
    )
    .ended(0);
    let shown = show(&senid);
    for (member, value) in [
        ("authorization_signed_response_alg", json!("ES256")),
        ("introspection_signed_response_alg", json!("EdDSA")),
        ("tls_client_certificate_bound_access_tokens", json!(true)),
        ("require_pushed_authorization_requests", json!(true)),
        ("require_signed_request_object", json!(true)),
        ("request_object_signing_alg", json!("ES256")),
        ("access_token_format", json!("opaque")),
    ] {
        assert_eq!(shown[member], value, "{member}");
    }
    let taken = [
        "--authorization-signed-response-alg",
        "none",
        "--tls-client-certificate-bound-access-tokens=false",
        "--access-token-format",
        "none",
    ];
    update(&senid, &taken).ended(0);
    let shown = show(&senid);
    assert_eq!(shown["authorization_signed_response_alg"], Value::Null);
    assert_eq!(shown["tls_client_certificate_bound_access_tokens"], false);
    assert_eq!(shown["access_token_format"], Value::Null);
    let refused = update(&senid, &["--authorization-signed-response-alg", "HS256"]).ended(2).err;
    assert!(refused.contains("expected one of ES256") && refused.contains("or none"), "{refused}");
}

#[test]
fn an_operator_says_what_every_sign_in_for_a_client_must_reach() {
    let senid = Senid::ready();
    create(&senid, &[]).ended(0);
    let members = ["least_authentication_level", "least_account_level", "phishing_resistant", "hardware_bound"];
    let least = |shown: &Value| members.map(|member| shown[member].clone());
    assert_eq!(least(&show(&senid)), [json!(1), json!(0), json!(false), json!(false)]);
    update(&senid, &["--least-level", "2", "--least-account-level", "1", "--phishing-resistant"]).ended(0);
    assert_eq!(least(&show(&senid)), [json!(2), json!(1), json!(true), json!(false)]);
    // What is not named stays.
    update(&senid, &["--least-account-level", "0"]).ended(0);
    assert_eq!(least(&show(&senid)), [json!(2), json!(0), json!(true), json!(false)]);
    let refused = update(&senid, &["--least-level", "3"]).ended(2).err;
    assert!(
        refused.contains("--least-level: nobody could sign in: no method that the settings offer proves it"),
        "{refused}"
    );
    let refused = update(&senid, &["--hardware-bound"]).ended(2).err;
    assert!(refused.contains("--hardware-bound: nobody could sign in"), "no attestation is asked for: {refused}");
    let refused = update(&senid, &["--hardware-bound", "--phishing-resistant=false"]).ended(2).err;
    assert!(refused.contains("--hardware-bound: is of no use without phishing_resistant"), "{refused}");
    assert!(update(&senid, &["--least-level", "7"]).ended(2).err.contains("7 is not a level"));
    assert_eq!(least(&show(&senid)), [json!(2), json!(0), json!(true), json!(false)]);
}

#[test]
fn an_initial_access_token_names_the_policy_of_its_clients() {
    let senid = Senid::ready();
    let token = |more: &[&str]| senid.run(&[&["registration", "token", "create", "--json"], more].concat());
    let made = token(&["--policy", "fapi2", "--grant-type", "client_credentials"]).ended(0).json();
    assert_eq!(
        (&made["terms"]["policy"], &made["terms"]["grant_types"]),
        (&json!("fapi2"), &json!(["client_credentials"]))
    );
    assert!(token(&["--policy", "fapi"]).ended(2).err.contains("--policy: there is no policy fapi; there are"));
    let departs = token(&["--policy", "baseline", "--pkce", "optional"]).ended(2).err;
    assert_eq!(departs, "senid: --policy: baseline demands pkce, which --pkce departs from\n");
}
