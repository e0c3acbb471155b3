//! `senid serve --sandbox` through the program itself: what it refuses, in which words, and that what is one never serves as the other.

use std::process::Child;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::program::{Ran, Senid, finish};
use crate::operations::processes::until_ready;
use crate::support::free_port;

const SANDBOX: &str = "https://sandbox.id.example.gov";

/// A deployment that could be a sandbox, whose issuer is this one.
fn at(senid: Senid, issuer: &str) -> Senid {
    senid
        .with("SENID_ISSUER", issuer)
        .with("SENID_SANDBOX__ISSUER", issuer)
        .with("SENID_MASTER_KEY", format!("1:{}", STANDARD.encode([9; 32])))
        .with("SENID_LISTENERS__PUBLIC__ADDRESS", format!("127.0.0.1:{}", free_port()))
        .with("SENID_PROXIES__TRUSTED", "127.0.0.1/32")
        .with("SENID_PROXIES__HEADER", "forwarded")
        .with("SENID_LOG__LEVEL", "error")
}

fn sandbox() -> Senid {
    at(fresh(), SANDBOX)
}

/// Migrated, and never served.
fn fresh() -> Senid {
    let senid = Senid::new();
    let migrated = at(senid, SANDBOX);
    migrated.run(&["migrate"]).ended(0);
    migrated.bare()
}

/// What the program says to `senid serve --sandbox`, or without it, where it ends by itself.
#[track_caller]
fn refused(senid: &Senid, arguments: &[&str], sentence: &str) {
    let Ran { err, out, .. } = senid.run(arguments).ended(3);
    let said: Vec<&str> = err.lines().collect();
    assert_eq!(said, [format!("senid: {sentence}")], "{out}");
}

const SERVE: &[&str] = &["serve", "--sandbox"];

/// Serves until it is told to stop.
async fn serves(senid: Senid, arguments: &[&str]) -> Senid {
    let operations = free_port();
    let senid = senid.with("SENID_LISTENERS__OPERATIONS__ADDRESS", format!("127.0.0.1:{operations}"));
    let child = senid.start(arguments);
    until_ready(operations).await;
    stop(child);
    senid
}

fn stop(child: Child) {
    let told = std::process::Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().unwrap();
    assert!(told.success());
    finish(child).ended(0);
}

#[test]
fn a_production_issuer_is_never_a_sandbox() {
    let named = |sentence: &str| format!("--sandbox: {sentence}");
    let production = at(fresh(), "https://id.example.gov");
    refused(
        &production,
        SERVE,
        &named(
            "the host of https://id.example.gov does not say that it is a sandbox: expected a label \"sandbox\" in it, such as \
             https://sandbox.id.example.gov",
        ),
    );
    let unnamed = sandbox().with("SENID_SANDBOX__ISSUER", "");
    refused(
        &unnamed,
        SERVE,
        &named(
            "the settings name no sandbox; set sandbox.issuer = \"https://sandbox.id.example.gov\" if nobody real ever signs in \
             to this deployment",
        ),
    );
    let another = sandbox().with("SENID_ISSUER", "https://id.example.gov");
    refused(
        &another,
        SERVE,
        &named(
            "sandbox.issuer is https://sandbox.id.example.gov, and the issuer is https://id.example.gov: only the issuer that is \
             named is a sandbox",
        ),
    );
    // Nothing was settled by any of it.
    assert!(!production.run(&["serve"]).err.contains("made as the sandbox"));
}

#[test]
fn whatever_reaches_somebody_real_is_refused() {
    let pki = concat!(env!("CARGO_MANIFEST_DIR"), "/src/config/tests/pki");
    let registry = format!(
        "[registry]\nurl = \"https://registry.example.gov/v1/\"\nissuer = \"https://registry.example.gov\"\n\
         trust_anchors_file = \"{pki}/clients-ca.pem\"\njwks = \"https://registry.example.gov/v1/jwks.json\"\n\
         [registry.tls]\ncertificate = \"{pki}/site.pem\"\nkey = \"{pki}/site.key\"\n"
    );
    let remote = "[certificate_sign_in.remote]\nurl = \"https://sign.example.gov/v1/\"\n\
                  secret = \"of-an-example-and-thirty-two-letters\"\n";
    let sms = "[messages.sms]\nurl = \"https://sms.example/send\"\nkey_id = \"senid-2026\"\n\
               key = \"an-example-of-a-key-of-32-letters\"\n";
    for (setting, content) in
        [("registry.url", &*registry), ("certificate_sign_in.remote.url", remote), ("messages.sms.url", sms)]
    {
        let senid = sandbox();
        senid.write("real.toml", content);
        let sentence = format!("--sandbox: {setting} is set: a sandbox reaches nobody real");
        refused(&senid, &["--config", "real.toml", "serve", "--sandbox"], &sentence);
    }
}

#[test]
fn a_slow_answer_is_shorter_than_a_request_may_take() {
    let expected = "expected less than limits.request_timeout";
    let why = "a request that takes as long is answered with 503 instead";
    let told = |senid: &Senid, arguments: &[&str]| senid.run(arguments).ended(3).err;
    for arguments in [SERVE, &["serve"], &["migrate"]] {
        let long = sandbox().with("SENID_SANDBOX__DELAY", "10s");
        let sentence =
            format!("sandbox.delay (environment SENID_SANDBOX__DELAY): found \"10s\"; {expected} (10s): {why}");
        assert_eq!(told(&long, arguments), format!("senid: the settings have 1 fault:\n  {sentence}\n"));
    }
    let short = sandbox().with("SENID_LIMITS__REQUEST_TIMEOUT", "5s");
    assert_eq!(
        told(&short, SERVE),
        format!("senid: the settings have 1 fault:\n  sandbox.delay: {expected} (5s): {why}\n")
    );
    // Who runs none need not know of it.
    Senid::new().with("SENID_LIMITS__REQUEST_TIMEOUT", "5s").run(&["migrate"]).ended(0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_is_one_or_the_other_for_good() {
    // Served to citizens once, while it was empty.
    let official = at(fresh(), "http://localhost:8080").with("SENID_SANDBOX__ISSUER", "");
    let official = serves(official, &["serve"]).await;
    let official = official.with("SENID_SANDBOX__ISSUER", "http://localhost:8080");
    refused(
        &official,
        SERVE,
        "--sandbox: this identity store was served without it (http://localhost:8080), and is never a sandbox",
    );
    // Made as a sandbox once.
    let made = serves(at(fresh(), SANDBOX), SERVE).await;
    refused(
        &made,
        &["serve"],
        "sandbox.issuer says that https://sandbox.id.example.gov is a sandbox: it is served with --sandbox, or not at all",
    );
    let renamed = made.with("SENID_SANDBOX__ISSUER", "").with("SENID_ISSUER", "https://id.example.gov");
    refused(
        &renamed,
        &["serve"],
        "this identity store was made as the sandbox of https://sandbox.id.example.gov: it is served with --sandbox, or not at all",
    );
    let moved = at(renamed, "https://sandbox.other.example.gov");
    refused(&moved, SERVE, "--sandbox: this identity store was made as the sandbox of https://sandbox.id.example.gov");
}

#[test]
fn nobody_real_and_no_portal_of_theirs_is_in_one() {
    let senid = sandbox();
    let real =
        ["citizen", "add", "--national-id", "001090123456", "--name", "Nguyễn Văn An", "--password-stdin", "--json"];
    let added = senid.run_with(&real, "hoa-sen-demo-2026").ended(0).json();
    let id = added["id"].as_str().unwrap();
    let sentence =
        format!("--sandbox: the identity store holds a real citizen ({id}): a sandbox has made-up people only");
    refused(&senid, SERVE, &sentence);

    let senid = sandbox();
    let portal =
        ["client", "create", "library", "--name", "Library", "--redirect-uri", "https://library.example/callback"];
    senid.run(&portal).ended(0);
    refused(
        &senid,
        SERVE,
        "--sandbox: the application library is in production: a sandbox has applications in the sandbox only",
    );
}
