//! What goes before everything else, whatever the way: the key is proven, and the chain is trusted; then somebody is asked.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use senid::config::ClientCertificateHeader;
use serde_json::{Value, json};

use super::{IN_A_DEVICE, card_of_an, choose, trusts, trusts_with, way, with_key, world};
use crate::support::World;
use crate::support::card::ALGORITHMS;
use crate::support::outside::{Outside, ok};
use crate::support::pki::responder::Answers;
use crate::support::pki::{Authority, Card, Key, subjects};
use crate::support::world::{AN, Browser, Page, web};

const PHISHING_RESISTANT: &str = r#"{"id_token":{"acr":{"essential":true,"values":["phr"]}}}"#;

async fn at_web_eid(world: &World, browser: &mut Browser) -> (Page, String) {
    let page = choose(browser, &world.portal("tax-office")).await;
    let page = way(browser, &page, "web-eid").await;
    let nonce = page.attribute("#web-eid", "data-nonce");
    (page, nonce)
}

async fn sends(world: &World, token: impl FnOnce(&str) -> Value) -> Page {
    let mut browser = world.browser();
    let (page, nonce) = at_web_eid(world, &mut browser).await;
    browser.press(&page, "use-card", &[("token", &token(&nonce).to_string())]).await
}

/// What becomes of a signature on its way.
type Spoil = fn(&mut Vec<u8>);

fn elliptic(algorithm: &str) -> Option<Key> {
    match algorithm {
        "ES256" => Some(Key::P256),
        "ES384" => Some(Key::P384),
        "ES512" => Some(Key::P521),
        _ => None,
    }
}

/// CRL and OCSP fetch before the chain is trusted is server-side request forgery: the certificate itself says where.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_asked_about_a_certificate_before_its_key_and_its_chain_are_proven() {
    let (authority, stranger) = (Authority::root("Authority"), Authority::root("Stranger"));
    let answers = Answers::of(&authority);
    let responder = Outside::http(move |seen| ok("application/ocsp-response", answers.to(&seen.bytes)));
    let world = World::embedded_with(|settings| {
        trusts_with(settings, &authority, |policy| policy.revocation.of_certificate = true);
    })
    .await;
    let naming = || {
        subjects::vietnamese_of(AN.identifier)
            .with("certificatePolicies", IN_A_DEVICE)
            .with("authorityInfoAccess", &format!("OCSP;URI:{}", responder.url("/ocsp")))
            .with("crlDistributionPoints", &format!("URI:{}", responder.url("/list.crl")))
    };
    let (own, other) = (authority.issues(naming()), stranger.issues(naming()));
    // A chain that nobody trusts; a key that is not at hand, by another's signature, for another site, for another nonce.
    let refused = sends(&world, |nonce| other.web_eid("ES256", &world.issuer, nonce)).await;
    assert!(refused.problem().contains("nobody who is trusted here"), "{}", refused.text());
    let forged = |nonce: &str| {
        let mut token = other.web_eid("ES256", &world.issuer, nonce);
        token["unverifiedCertificate"] = json!(STANDARD.encode(&own.der));
        token
    };
    for page in [
        sends(&world, forged).await,
        sends(&world, |nonce| own.web_eid("ES256", "https://evil.example", nonce)).await,
        sends(&world, |_| own.web_eid("ES256", &world.issuer, "another nonce")).await,
    ] {
        assert!(page.problem().contains("does not fit"), "{}", page.text());
    }
    let expired = authority.issues(naming().expired());
    let page = sends(&world, |nonce| expired.web_eid("ES256", &world.issuer, nonce)).await;
    assert!(page.problem().contains("expired"), "{}", page.text());
    // A signature over another text, and one that nobody made.
    let mut browser = world.browser();
    let page = choose(&mut browser, &world.portal("tax-office")).await;
    let page = way(&mut browser, &page, "signature").await;
    let refused = browser.press(&page, "send-signature", &[("signature", &own.cms("another text\n", &[]))]).await;
    assert!(refused.problem().contains("does not fit"), "{}", refused.text());
    assert_eq!(responder.requests(), 0, "{:?}", responder.seen().iter().map(|seen| &seen.head.uri).collect::<Vec<_>>());
    // Then it is.
    let _ = sends(&world, |nonce| own.web_eid("ES256", &world.issuer, nonce)).await;
    assert!(responder.requests() > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_the_nine_algorithms_refuses_what_was_tampered_with() {
    let authority = Authority::root("Authority");
    let world = world(&authority).await;
    let of_an = || subjects::vietnamese_of(AN.identifier);
    let (rsa, weak) = (with_key(&authority, of_an(), Key::Rsa(2048)), with_key(&authority, of_an(), Key::Rsa(1024)));
    for algorithm in ALGORITHMS {
        let curve = elliptic(algorithm).map(|key| with_key(&authority, of_an(), key));
        let card = curve.as_ref().unwrap_or(&rsa);
        let others = ALGORITHMS.iter().filter(|other| **other != algorithm);
        // Each bit in turn would be slow: one at each end, and a signature that is cut, longer, or all zeros.
        let changes: [(&str, Spoil); 6] = [
            ("first bit", |signature| signature[0] ^= 0x01),
            ("last bit", |signature| *signature.last_mut().unwrap() ^= 0x80),
            ("cut", |signature| signature.truncate(signature.len() - 1)),
            ("longer", |signature| signature.push(0)),
            ("zeros", |signature| signature.fill(0)),
            ("one byte", |signature| signature.truncate(1)),
        ];
        let mut tampered: Vec<(&str, Spoil, &str)> =
            changes.into_iter().map(|(what, change)| (what, change, algorithm)).collect();
        tampered.extend(others.map(|other| (*other, (|_| ()) as Spoil, *other)));
        for (what, change, named) in tampered {
            let page = sends(&world, |nonce| {
                let mut token = card.web_eid(algorithm, &world.issuer, nonce);
                let mut signature = STANDARD.decode(token["signature"].as_str().unwrap()).unwrap();
                change(&mut signature);
                token["signature"] = json!(STANDARD.encode(signature));
                token["algorithm"] = json!(named);
                token
            })
            .await;
            let refused = !page.has("#allow") && page.problem().contains("does not fit");
            assert!(refused, "{algorithm} {what}: {}", page.text());
        }
        if elliptic(algorithm).is_none() && !algorithm.starts_with("PS512") {
            let page = sends(&world, |nonce| weak.web_eid(algorithm, &world.issuer, nonce)).await;
            assert!(!page.has("#allow"), "{algorithm} by 1024 bits: {}", page.text());
        }
    }
}

/// A certificate of an elliptic key is shown with the signature of the same key in DER, which is another form than the specification's.
#[tokio::test]
async fn a_signature_in_another_form_is_none() {
    let authority = Authority::root("Authority");
    let world = world(&authority).await;
    let card = card_of_an(&authority);
    let page = sends(&world, |nonce| {
        let hash = |text: &str| senid::crypto::hash::sha256(text.as_bytes());
        let signed = [hash(&world.issuer), hash(nonce)].concat();
        let mut token = card.web_eid("ES256", &world.issuer, nonce);
        token["signature"] = json!(STANDARD.encode(card.signs(&signed, "sha256")));
        token
    })
    .await;
    assert!(!page.has("#allow") && page.problem().contains("does not fit"), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signature_that_can_be_carried_from_site_to_site_is_never_phishing_resistant() {
    let authority = Authority::root("Authority");
    let world = world(&authority).await;
    let card = card_of_an(&authority);
    // Bound by the way that is; so the person could bring more.
    let first = sends(&world, |nonce| card.web_eid("ES256", &world.issuer, nonce)).await;
    assert!(first.has("#allow"), "{}", first.text());
    let started = world.portal("tax-office").start().with("acr_values", "phr urn:senid:aal:2");
    let mut browser = world.browser();
    let page = browser.open(&started.url()).await;
    let page = browser.press(&page, "use-certificate", &[]).await;
    let page = way(&mut browser, &page, "signature").await;
    let url = page.url.join(&page.link("#download")).unwrap();
    let text = browser.request(Method::GET, &url, None, &[]).await.body;
    let page = browser.press(&page, "send-signature", &[("signature", &card.cms(&text, &[]))]).await;
    let answered = AN.goes_through(&mut browser, page).await;
    let portal = world.portal("tax-office");
    let told = portal.id_token(&portal.exchange(&started, &answered.code()).await).await;
    assert_ne!(told["acr"], "phr", "{told}");
    // Where it is demanded the signature does not get anybody in.
    let demand = portal.start().with("claims", PHISHING_RESISTANT);
    let page = browser.open(&demand.url()).await;
    assert!(!page.has("#allow") && page.status != 303, "{}: {}", page.url, page.text());
}

fn header(card: &Card) -> String {
    format!(":{}:", STANDARD.encode(&card.der))
}

/// RFC 9440 §2.2: one. A proxy that adds its own to what a stranger sent would let the stranger choose.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_comes_twice_or_in_another_header_than_the_settings_name_is_none() {
    let authority = Authority::root("Authority");
    let (card, other) = (card_of_an(&authority), authority.issues(subjects::vietnamese_of("001090999999")));
    let world = World::embedded_with(|settings| {
        trusts(settings, &authority);
        settings.proxies.trusted = vec!["127.0.0.1/32".parse().unwrap()];
        settings.proxies.client_certificate = ClientCertificateHeader::ClientCert;
        settings.certificate_sign_in.public_url = Some("https://cert.id.example".parse().unwrap());
    })
    .await;
    let (own, others) = (header(&card), header(&other));
    let both = format!("{own}, {others}");
    for headers in [
        &[("client-cert", own.as_str()), ("client-cert", &own)][..],
        &[("client-cert", own.as_str()), ("client-cert", &others)],
        &[("client-cert", both.as_str())],
        &[("client-cert", own.trim_matches(':'))],
        &[("client-cert", "::")],
        &[("client-cert-chain", own.as_str())],
        &[("x-ssl-client-cert", own.as_str())],
        &[("x-client-cert", own.as_str()), ("ssl-client-cert", &own), ("x-forwarded-client-cert", &own)],
        // As the names of headers of other programs are spelled.
        &[("client_cert", own.as_str())],
    ] {
        let mut browser = world.browser();
        let page = choose(&mut browser, &world.portal("tax-office")).await;
        let url = page.url.join(&page.link("#way-connection")).unwrap();
        let errand = browser.request(Method::GET, &url, None, &[]).await.header("location").to_owned();
        let path = errand.strip_prefix("https://cert.id.example").unwrap();
        let reply = web::get(&world.at(path), headers).await;
        match reply.status.as_u16() {
            400 => {}
            303 => {
                let page = browser.open(reply.header("location")).await;
                assert!(page.problem().contains("showed no certificate"), "{headers:?}: {}", page.text());
            }
            other => panic!("{headers:?}: {other}"),
        }
        // And at no other page: nobody is signed in by a header there, from whatever address.
        for at in ["/account", page.url.path()] {
            let reply = web::get(&world.at(at), headers).await;
            assert!(!reply.body.contains(AN.name), "{at}");
        }
    }
}
