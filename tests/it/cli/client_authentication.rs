//! `senid client create|update`: how a client proves itself, and its keys.

use senid::domain::keys::SignatureAlgorithm;
use serde_json::{Value, json};

use super::program::{Ran, Senid};
use crate::support::world::assertion::{jwk, jwks, key};

/// `client create` of a portal that is in order but for what is to be said of its authentication.
fn create(senid: &Senid, id: &str, more: &[&str]) -> Ran {
    let whole = ["client", "create", id, "--name", "Customs", "--redirect-uri", "https://customs.example/callback"];
    senid.run(&[&whole[..], more].concat())
}

fn refused(senid: &Senid, more: &[&str]) -> String {
    create(senid, "refused", more).ended(2).err
}

#[test]
fn a_client_with_a_key_of_its_own_has_no_secret_and_shows_its_key_s_id() {
    let senid = Senid::ready();
    let own = key("cli", SignatureAlgorithm::Es256);
    senid.write("jwks.json", jwks(&[own]).to_string());
    let options = ["--auth", "private_key_jwt", "--auth-signing-alg", "ES256", "--jwks-file", "jwks.json"];
    let created = create(&senid, "customs", &options).ended(0);
    assert!(!created.out.contains("senid_cs_"), "{}", created.out);
    let kid = jwk(own)["kid"].as_str().unwrap().to_owned();
    let shown = senid.run(&["client", "show", "customs"]).ended(0).out;
    assert!(shown.contains("authentication         private_key_jwt with ES256\n"), "{shown}");
    assert!(shown.contains(&format!("keys                   {kid} (P-256, sig, ES256)\n")), "{shown}");
    let json = senid.run(&["client", "show", "customs", "--json"]).ended(0).json();
    assert_eq!(json["jwks"]["keys"][0]["kid"], kid.as_str());
    assert_eq!(json["token_endpoint_auth_signing_alg"], "ES256");

    let moved = ["client", "update", "customs", "--jwks-uri", "https://customs.example/jwks.json", "--json"];
    let moved = senid.run(&moved).ended(0).json();
    assert_eq!((&moved["jwks"], &moved["jwks_uri"]), (&Value::Null, &"https://customs.example/jwks.json".into()));
    assert_eq!(moved["token_endpoint_auth_method"], "private_key_jwt");
}

#[test]
fn keys_that_prove_nothing_are_refused() {
    let senid = Senid::ready();
    let es256 = key("cli", SignatureAlgorithm::Es256);
    let mut private = jwk(es256);
    private["d"] = json!("AA");
    senid.write("private.json", json!({"keys": [private]}).to_string());
    senid.write("secret.json", json!({"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}).to_string());
    senid.write("none.json", json!({"keys": []}).to_string());
    senid.write("key.json", jwk(es256).to_string());
    senid.write("es256.json", jwks(&[es256]).to_string());
    let by_key = |more: &[&str]| refused(&senid, &[&["--auth", "private_key_jwt"][..], more].concat());
    let shown = "senid: --jwks-file: holds a private key or a shared secret, which must never be published\n";
    for (options, sentence) in [
        (&[][..], "senid: --jwks-uri: expected the keys that private_key_jwt proves itself with, or jwks\n"),
        (&["--jwks-file", "private.json"], shown),
        (&["--jwks-file", "secret.json"], shown),
        (
            &["--jwks-file", "none.json"],
            "senid: --jwks-file: has no key that verifies ES256, ES384, EdDSA, PS256, RS256\n",
        ),
        (
            &["--jwks-file", "key.json"],
            "senid: --jwks-file: is not a JSON Web Key Set: an object whose member keys is a list of objects\n",
        ),
        (
            &["--jwks-file", "es256.json", "--auth-signing-alg", "PS256"],
            "senid: --jwks-file: has no key that verifies PS256\n",
        ),
        (
            &["--jwks-uri", "http://customs.example/jwks"],
            "senid: --jwks-uri: 'http://customs.example/jwks' must begin with https://\n",
        ),
        (
            &["--jwks-uri", "http://127.0.0.1/jwks"],
            "senid: --jwks-uri: 'http://127.0.0.1/jwks' must begin with https://\n",
        ),
        (
            &["--jwks-uri", "https://a:b@customs.example/jwks"],
            "senid: --jwks-uri: 'https://a:b@customs.example/jwks' has a user name or password\n",
        ),
        (&["--jwks-uri", "jwks"], "senid: --jwks-uri: 'jwks' is not an absolute URI\n"),
    ] {
        assert_eq!(by_key(options), sentence, "{options:?}");
    }
    let alg = |method: &str, algorithm: &str| {
        refused(&senid, &["--auth", method, "--auth-signing-alg", algorithm, "--jwks-file", "es256.json"])
    };
    for (method, algorithm, sentence) in [
        ("private_key_jwt", "HS256", "expected one of ES256, ES384, EdDSA, PS256, RS256 with private_key_jwt"),
        ("private_key_jwt", "none", "expected one of ES256, ES384, EdDSA, PS256, RS256 with private_key_jwt"),
        ("client_secret_jwt", "ES256", "expected one of HS256, HS384, HS512 with client_secret_jwt"),
        (
            "client_secret_basic",
            "HS256",
            "client_secret_basic signs nothing: only client_secret_jwt and private_key_jwt do",
        ),
    ] {
        assert_eq!(alg(method, algorithm), format!("senid: --auth-signing-alg: {sentence}\n"));
    }
    let loopback = Senid::ready().with("SENID_OUTBOUND__ALLOW_LOOPBACK", "true".to_owned());
    create(&loopback, "dev", &["--auth", "private_key_jwt", "--jwks-uri", "http://127.0.0.1:8081/jwks"]).ended(0);
}

#[test]
fn a_secret_that_protects_assertions_is_long_enough_and_kept_sealed() {
    let senid = Senid::ready();
    let created = create(&senid, "land", &["--auth", "client_secret_jwt", "--json"]).ended(0).json();
    let secret = created["client_secret"].as_str().unwrap();
    assert_eq!(secret.len(), 9 + 64, "for HS512, too");
    for file in ["senid.db", "senid.db-wal"] {
        let kept = std::fs::read(senid.path().join(file)).unwrap_or_default();
        assert!(!kept.windows(20).any(|window| window == &secret.as_bytes()[..20]), "{file}");
    }
    let given = |algorithm: &str, secret: &str| {
        let whole =
            ["client", "create", "given", "--name", "Given", "--redirect-uri", "https://given.example/callback"];
        let options = ["--auth", "client_secret_jwt", "--auth-signing-alg", algorithm, "--secret-stdin"];
        senid.run_with(&[&whole[..], &options].concat(), secret)
    };
    assert_eq!(
        given("HS512", &"x".repeat(63)).ended(2).err,
        "senid: --secret-stdin: HS512 takes a secret of at least 64 characters\n"
    );
    assert_eq!(
        given("HS256", &"x".repeat(31)).ended(2).err,
        "senid: --secret-stdin: HS256 takes a secret of at least 32 characters\n"
    );
    given("HS256", &"x".repeat(32)).ended(0);
}

#[test]
fn a_sealed_secret_outlives_the_master_key_that_sealed_it() {
    let senid = Senid::ready();
    create(&senid, "land", &["--auth", "client_secret_jwt"]).ended(0);
    senid.run(&["keys", "new-master"]).ended(0);
    senid.run(&["keys", "new-master"]).ended(0);
    let path = senid.path().join("keys/private/master.key");
    let file = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, file.lines().nth(1).unwrap()).unwrap();
    // A method that compares secrets takes over the one there is, which takes opening it.
    let changed = senid.run(&["client", "update", "land", "--auth", "client_secret_post", "--json"]).ended(0).json();
    assert_eq!(changed["client_secret"], Value::Null, "no other was made");
    // From a hash nothing is ever read again.
    let back = senid.run(&["client", "update", "land", "--auth", "client_secret_jwt", "--json"]).ended(0).json();
    assert_eq!(back["client_secret"].as_str().unwrap().len(), 9 + 64);
    let algorithm = ["client", "update", "land", "--auth-signing-alg", "HS384", "--json"];
    let kept = senid.run(&algorithm).ended(0).json();
    assert_eq!((&kept["client_secret"], &kept["token_endpoint_auth_signing_alg"]), (&Value::Null, &"HS384".into()));
}
