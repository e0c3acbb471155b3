//! Certificates that are not the client's, or not what they seem: RFC 8705 §7, RFC 9440 §4.

use std::net::Ipv4Addr;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use rcgen::{DnType, DnValue, ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose, SanType, date_time_ymd};
use senid::config::ClientCertificateHeader;
use senid::domain::client::{CertificateSubject, Client, ClientAuthentication, ClientKeys, GrantType};
use serde_json::json;

use crate::support::World;
use crate::support::world::certificates::{Authority, SUBJECT, Shown, behind_a_proxy};
use crate::support::world::web::{self, encode};
use crate::support::world::{NOW, Reply};

const FORM: [(&str, &str); 2] = [("grant_type", "client_credentials"), ("client_id", "portal")];

async fn world(authority: &Authority, subject: CertificateSubject) -> World {
    let world = World::embedded_with(|settings| behind_a_proxy(settings, &[authority])).await;
    register(&world, ClientAuthentication::TlsClientAuth { subject }, ClientKeys::None).await;
    world
}

async fn register(world: &World, authentication: ClientAuthentication, keys: ClientKeys) {
    let client = Client {
        keys,
        grant_types: [GrantType::ClientCredentials].into(),
        scopes: "reports".parse().unwrap(),
        ..Client::new("portal".parse().unwrap(), authentication, NOW)
    };
    world.operator().registers(&client).await;
}

fn dn() -> CertificateSubject {
    CertificateSubject::Dn(SUBJECT.to_owned())
}

async fn show(world: &World, shown: &Shown) -> Reply {
    let (leaf, chain) = (shown.header(), shown.chain_header());
    let headers = [("client-cert", leaf.as_str()), ("client-cert-chain", chain.as_str())];
    let headers = if chain.is_empty() { &headers[..1] } else { &headers };
    web::post(&world.at("/token"), headers, &FORM).await
}

#[track_caller]
fn is_refused(reply: &Reply, what: &str) {
    assert_eq!(
        (reply.status.as_u16(), &reply.json()["error"]),
        (401, &json!("invalid_client")),
        "{what}: {}",
        reply.body
    );
}

#[tokio::test]
async fn a_certificate_in_a_header_of_whoever_is_no_proxy() {
    let authority = Authority::new("Authority of clients");
    let world = world(&authority, dn()).await;
    let header = authority.issues().header();
    let from = async |address: [u8; 4], value: &str| {
        let headers = [("client-cert", value), ("x-forwarded-for", "127.0.0.1"), ("forwarded", "for=127.0.0.1")];
        let address = Ipv4Addr::from(address).into();
        web::send(Method::POST, &world.at("/token"), &headers, Some(encode(&FORM)), address).await
    };
    assert_eq!(from([127, 0, 0, 1], &header).await.status, 200, "the proxy is believed");
    is_refused(&from([127, 0, 0, 2], &header).await, "anybody");
    // It is not even looked at.
    let rubbish = from([127, 0, 0, 2], "rubbish").await;
    let address = Ipv4Addr::new(127, 0, 0, 2).into();
    let nothing = web::send(Method::POST, &world.at("/token"), &[], Some(encode(&FORM)), address).await;
    assert_eq!(rubbish.body, nothing.body);
}

#[tokio::test]
async fn a_certificate_in_a_header_that_the_settings_do_not_speak_of() {
    let authority = Authority::new("Authority of clients");
    let world = World::embedded_with(|settings| {
        behind_a_proxy(settings, &[&authority]);
        settings.proxies.client_certificate = ClientCertificateHeader::None;
    })
    .await;
    register(&world, ClientAuthentication::TlsClientAuth { subject: dn() }, ClientKeys::None).await;
    is_refused(&show(&world, &authority.issues()).await, "a proxy of which this was never said");
}

#[tokio::test]
async fn a_certificate_of_whoever_may_not_issue_it() {
    let authority = Authority::new("Authority of clients");
    let world = world(&authority, dn()).await;
    assert_eq!(show(&world, &authority.issues()).await.status, 200);
    // The same name, from somebody who calls themselves the same.
    is_refused(&show(&world, &Authority::new("Authority of clients").issues()).await, "another authority");
    is_refused(&show(&world, &Shown::self_signed()).await, "nobody");
    is_refused(&show(&world, &authority.pretender().issues()).await, "another client of the authority");
    is_refused(&show(&world, &authority.former().issues()).await, "an office that is closed");
    let own_root = Authority::new("Root");
    let mut with_its_root = own_root.issues();
    with_its_root.chain.push(own_root.certificate.clone());
    is_refused(&show(&world, &with_its_root).await, "a root that it brought itself");
    let mut without_office = authority.intermediate("Office").issues();
    without_office.chain.truncate(1);
    is_refused(&show(&world, &without_office).await, "nobody leads to the authority");
}

#[tokio::test]
async fn a_certificate_that_is_not_for_this_or_not_for_now() {
    let authority = Authority::new("Authority of clients");
    let world = world(&authority, dn()).await;
    let refused = [
        ("expired", authority.issues_with(|params| params.not_after = date_time_ymd(2027, 1, 15))),
        ("not valid yet", authority.issues_with(|params| params.not_before = date_time_ymd(2027, 1, 16))),
        (
            "a server's",
            authority.issues_with(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth]),
        ),
        (
            "for signed mail",
            authority.issues_with(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection]),
        ),
        ("not for signatures", authority.issues_with(|params| params.key_usages = vec![KeyUsagePurpose::KeyAgreement])),
        (
            "an authority's",
            authority.issues_with(|params| params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained)),
        ),
    ];
    for (what, shown) in &refused {
        is_refused(&show(&world, shown).await, what);
    }
    let of_any_use = authority.issues_with(|params| {
        params.key_usages.clear();
        params.extended_key_usages.clear();
    });
    assert_eq!(show(&world, &of_any_use).await.status, 200, "RFC 5280 §4.2.1.3, §4.2.1.12: what is not limited is not");
}

#[tokio::test]
async fn a_name_that_only_looks_like_the_client_s() {
    let authority = Authority::new("Authority of clients");
    let by_name = world(&authority, dn()).await;
    let called = |common_name: &str| {
        let common_name = DnValue::Utf8String(common_name.to_owned());
        authority.issues_with(|params| params.distinguished_name.push(DnType::CommonName, common_name))
    };
    assert_eq!(show(&by_name, &called("Portal")).await.status, 200, "RFC 5280 §7.1: its case says nothing");
    for name in
        ["portal,O=Department of Taxation,C=VN", "portal\0", "portal\0.example", "pоrtal", "ｐortal", "portal ltd"]
    {
        is_refused(&show(&by_name, &called(name)).await, name);
    }
    let in_another_order = authority.issues_with(|params| {
        let mut turned = rcgen::DistinguishedName::new();
        for kind in [DnType::CommonName, DnType::OrganizationName, DnType::CountryName] {
            turned.push(kind.clone(), params.distinguished_name.get(&kind).unwrap().clone());
        }
        params.distinguished_name = turned;
    });
    is_refused(&show(&by_name, &in_another_order).await, "the other way round");
    let more = authority.issues_with(|params| params.distinguished_name.push(DnType::LocalityName, "Hà Nội"));
    is_refused(&show(&by_name, &more).await, "somebody below");

    // A host's name proves whoever has it as an alternative name, and nobody who is only called so.
    let by_host = world(&authority, CertificateSubject::Dns("portal.example.gov".to_owned())).await;
    is_refused(&show(&by_host, &called("portal.example.gov")).await, "a common name");
    let named = |names: Vec<SanType>| authority.issues_with(move |params| params.subject_alt_names = names);
    let dns = |name: &str| SanType::DnsName(name.to_owned().try_into().unwrap());
    assert_eq!(show(&by_host, &named(vec![dns("other.example"), dns("portal.example.gov")])).await.status, 200);
    for (what, name) in [
        ("a wildcard", dns("*.example.gov")),
        ("with a NUL", dns("portal.example.gov\0.evil.example")),
        ("with a dot", dns("portal.example.gov.")),
        ("below", dns("a.portal.example.gov")),
        ("a URI", SanType::URI("portal.example.gov".to_owned().try_into().unwrap())),
        ("an address", SanType::Rfc822Name("portal.example.gov".to_owned().try_into().unwrap())),
    ] {
        is_refused(&show(&by_host, &named(vec![name])).await, what);
    }
}

#[tokio::test]
async fn a_certificate_that_the_client_published_and_is_over_or_weak() {
    let authority = Authority::new("Authority of clients");
    let world = World::embedded_with(|settings| behind_a_proxy(settings, &[&authority])).await;
    let former = Shown::self_signed_with(|params| params.not_after = date_time_ymd(2027, 1, 1));
    let keys = ClientKeys::Given(former.jwks().to_string());
    register(&world, ClientAuthentication::SelfSignedTlsClientAuth, keys).await;
    is_refused(&show(&world, &former).await, "its own owner gave it an end");

    let weak = weak_certificate();
    let header = format!(":{}:", STANDARD.encode(&weak));
    let answer = web::post(&world.at("/token"), &[("client-cert", &header)], &FORM).await;
    let told = "the certificate in the header Client-Cert cannot be used: its RSA key has fewer than 2048 bits";
    assert_eq!((answer.status.as_u16(), answer.json()["error_description"].as_str()), (400, Some(told)));
}

/// Of 1024 bits, which only openssl still makes.
fn weak_certificate() -> Vec<u8> {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-nodes", "-newkey", "rsa:1024", "-keyout", "/dev/null", "-subj", "/CN=portal"])
        .args(["-outform", "DER"])
        .output()
        .expect("openssl is installed by `make test`");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    made.stdout
}
