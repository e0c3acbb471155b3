//! What is spoken: TLS 1.2 with ECDHE and AEAD, and TLS 1.3 (BCP 195, FAPI 2.0 §5.2.2). OpenSSL asks for everything else.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use super::{make_certificate_of, start};

/// What came of asking with these options.
struct Asked {
    agreed: bool,
    told: String,
}

fn ask(port: u16, options: &[&str]) -> Asked {
    let asked = Command::new("openssl")
        .args(["s_client", "-connect", &format!("localhost:{port}"), "-servername", "localhost"])
        .args(options)
        .stdin(Stdio::null())
        .output()
        .expect("openssl is installed by `make test`");
    let told = [asked.stdout, asked.stderr].concat();
    Asked { agreed: asked.status.success(), told: String::from_utf8_lossy(&told).into_owned() }
}

/// Everything of TLS 1.2 and before that this OpenSSL can ask for, however weak.
fn every_old_suite() -> Vec<String> {
    let listed = Command::new("openssl").args(["ciphers", "-s", "-tls1_2", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"]).output();
    let listed = String::from_utf8(listed.expect("openssl is there").stdout).unwrap();
    listed.trim().split(':').map(str::to_owned).collect()
}

async fn only_forward_secret_aead(key: &[&str], authenticated_by: &str) {
    let folder = tempfile::tempdir().unwrap();
    make_certificate_of(folder.path(), key);
    let running = start(&folder).await;
    let port = running.public().port();
    let suites = every_old_suite();
    assert!(suites.iter().any(|suite| suite.ends_with("-SHA")) && suites.len() > 30, "{suites:?}");
    let agreed = tokio::task::spawn_blocking(move || {
        let accepted = |suite: &String| ask(port, &["-tls1_2", "-cipher", &format!("{suite}:@SECLEVEL=0")]).agreed;
        suites.into_iter().filter(accepted).collect::<BTreeSet<String>>()
    })
    .await
    .unwrap();
    let expected = ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"];
    let expected: BTreeSet<String> = expected.iter().map(|suite| format!("ECDHE-{authenticated_by}-{suite}")).collect();
    assert_eq!(agreed, expected);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_tls_1_2_only_ecdhe_with_aead_is_spoken() {
    only_forward_secret_aead(&["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "ECDSA").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_with_an_rsa_key_changes_nothing_of_that() {
    only_forward_secret_aead(&["rsa:2048"], "RSA").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn versions_before_1_2_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    make_certificate_of(folder.path(), &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
    let running = start(&folder).await;
    let port = running.public().port();
    let (old, new) = tokio::task::spawn_blocking(move || {
        let old = ["-tls1", "-tls1_1"].map(|version| ask(port, &[version, "-cipher", "ALL:@SECLEVEL=0"]));
        (old, ["-tls1_2", "-tls1_3"].map(|version| ask(port, &[version])))
    })
    .await
    .unwrap();
    for asked in old {
        // The server's alert, not the client's own qualms.
        assert!(!asked.agreed && asked.told.contains("SSL alert number"), "{}", asked.told);
    }
    for asked in new {
        assert!(asked.agreed, "{}", asked.told);
    }
    running.stop().await;
}
