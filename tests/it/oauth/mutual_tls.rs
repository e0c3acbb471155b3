//! Clients that prove themselves with the certificates of their connections: RFC 8705. Here a proxy ends TLS, as RFC 9440
//! describes; what holds of a listener of our own is in `mutual_tls/listener.rs`.

mod bound_tokens;
mod listener;
mod registration;

use rcgen::{DnType, SanType};
use senid::domain::client::{CertificateSubject, Client, ClientAuthentication, ClientKeys, GrantType};
use serde_json::json;

use crate::support::World;
use crate::support::outside::{Outside, ok};
use crate::support::world::certificates::{Authority, SUBJECT, Shown, behind_a_proxy};
use crate::support::world::portal::TokenAnswer;
use crate::support::world::web;
use crate::support::world::{AN, Backend, NOW};

pub const FAILED: &str = "client authentication failed: unknown client, wrong secret, key or certificate, or another method or \
                          algorithm than registered";

/// A world of each backend behind a proxy, with an authority for clients.
async fn worlds(authority: &Authority) -> [World; 2] {
    let behind = |settings: &mut _| behind_a_proxy(settings, &[authority]);
    [World::start(Backend::embedded().await, behind).await, World::start(Backend::production().await, behind).await]
}

async fn world(authority: &Authority) -> World {
    World::embedded_with(|settings| behind_a_proxy(settings, &[authority])).await
}

/// Registers a client that asks for tokens of its own.
pub async fn register(world: &World, id: &str, authentication: ClientAuthentication, keys: ClientKeys) {
    let client = Client {
        keys,
        grant_types: [GrantType::ClientCredentials].into(),
        scopes: "reports".parse().unwrap(),
        ..Client::new(id.parse().unwrap(), authentication, NOW)
    };
    world.operator().registers(&client).await;
}

pub fn by_dn(text: &str) -> ClientAuthentication {
    ClientAuthentication::TlsClientAuth { subject: CertificateSubject::Dn(text.to_owned()) }
}

/// Asks for a token as the client `id`, through the proxy, with what it showed there.
async fn ask(world: &World, id: &str, shown: Option<&Shown>) -> TokenAnswer {
    let headers = shown.map(|shown| vec![("client-cert", shown.header()), ("client-cert-chain", shown.chain_header())]);
    let headers: Vec<_> = headers.iter().flatten().filter(|(_, value)| !value.is_empty()).collect();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let form = [("grant_type", "client_credentials"), ("client_id", id)];
    web::post(&world.at("/token"), &headers, &form).await.into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_an_authority_issued_to_the_client_proves_it() {
    let authority = Authority::new("Authority of clients");
    for world in worlds(&authority).await {
        register(&world, "portal", by_dn(SUBJECT), ClientKeys::None).await;
        let answer = ask(&world, "portal", Some(&authority.issues())).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        // Its authority may be below the one that is trusted.
        let below = authority.intermediate("Office").intermediate("Counter").issues();
        assert_eq!(ask(&world, "portal", Some(&below)).await.status, 200);
        let another = authority.issues_with(|params| params.distinguished_name.push(DnType::CommonName, "another"));
        for shown in [Some(&another), None] {
            let answer = ask(&world, "portal", shown).await;
            assert_eq!(answer.status, 401, "{}", answer.body);
            assert_eq!(answer.refusal(), ("invalid_client".to_owned(), FAILED.to_owned()));
        }
    }
}

#[tokio::test]
async fn the_subject_may_be_one_of_its_alternative_names() {
    let authority = Authority::new("Authority of clients");
    let world = world(&authority).await;
    let shown = authority.issues_with(|params| {
        params.subject_alt_names = vec![
            SanType::DnsName("portal.example.gov".try_into().unwrap()),
            SanType::DnsName("*.wild.example.gov".try_into().unwrap()),
            SanType::URI("spiffe://example.gov/portal".try_into().unwrap()),
            SanType::IpAddress("192.0.2.7".parse().unwrap()),
            SanType::IpAddress("2001:db8::7".parse().unwrap()),
            SanType::Rfc822Name("Portal@example.gov".try_into().unwrap()),
        ];
    });
    let subjects = [
        (CertificateSubject::Dns("portal.example.gov".to_owned()), true),
        (CertificateSubject::Dns("PORTAL.example.gov".to_owned()), true),
        (CertificateSubject::Dns("portal.example".to_owned()), false),
        (CertificateSubject::Dns("example.gov".to_owned()), false),
        (CertificateSubject::Dns("a.wild.example.gov".to_owned()), false),
        (CertificateSubject::Dns("*.wild.example.gov".to_owned()), false),
        (CertificateSubject::Dns("192.0.2.7".to_owned()), false),
        // Its common name.
        (CertificateSubject::Dns("portal".to_owned()), false),
        (CertificateSubject::Uri("spiffe://example.gov/portal".to_owned()), true),
        (CertificateSubject::Uri("spiffe://example.gov/Portal".to_owned()), false),
        (CertificateSubject::Uri("spiffe://example.gov/portal/".to_owned()), false),
        (CertificateSubject::Ip("192.0.2.7".parse().unwrap()), true),
        (CertificateSubject::Ip("2001:db8:0:0::7".parse().unwrap()), true),
        (CertificateSubject::Ip("192.0.2.8".parse().unwrap()), false),
        (CertificateSubject::Ip("::ffff:192.0.2.7".parse().unwrap()), false),
        (CertificateSubject::Email("Portal@EXAMPLE.gov".to_owned()), true),
        (CertificateSubject::Email("portal@example.gov".to_owned()), false),
        (CertificateSubject::Email(String::new()), false),
    ];
    for (at, (subject, expected)) in subjects.into_iter().enumerate() {
        let id = format!("portal-{at}");
        let authentication = ClientAuthentication::TlsClientAuth { subject: subject.clone() };
        register(&world, &id, authentication, ClientKeys::None).await;
        let answer = ask(&world, &id, Some(&shown)).await;
        assert_eq!(answer.status == 200, expected, "{subject:?}: {}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_the_client_published_proves_it_whoever_signed_it() {
    let authority = Authority::new("Authority of clients");
    for world in worlds(&authority).await {
        let own = Shown::self_signed();
        let keys = ClientKeys::Given(own.jwks().to_string());
        register(&world, "portal", ClientAuthentication::SelfSignedTlsClientAuth, keys).await;
        assert_eq!(ask(&world, "portal", Some(&own)).await.status, 200);
        // The name says nothing, nor does an authority that is trusted.
        for other in [Shown::self_signed(), authority.issues()] {
            assert_eq!(ask(&world, "portal", Some(&other)).await.refused(401), "invalid_client");
        }
        assert_eq!(ask(&world, "portal", None).await.refused(401), "invalid_client");
    }
}

#[tokio::test]
async fn a_client_that_has_just_changed_its_certificate_is_known_at_once() {
    let authority = Authority::new("Authority of clients");
    let world = world(&authority).await;
    let (first, second) = (Shown::self_signed(), Shown::self_signed());
    let jwks = first.jwks().to_string();
    let site = Outside::http(move |_| ok("application/json", jwks.clone()));
    let keys = ClientKeys::Published(site.url("/jwks.json"));
    register(&world, "portal", ClientAuthentication::SelfSignedTlsClientAuth, keys).await;
    assert_eq!(ask(&world, "portal", Some(&first)).await.status, 200);
    assert_eq!(ask(&world, "portal", Some(&first)).await.status, 200);
    assert_eq!(site.requests(), 1, "the key set is kept");
    let both = json!({"keys": [first.jwks()["keys"][0], second.jwks()["keys"][0]]}).to_string();
    site.answers(move |_| ok("application/json", both.clone()));
    world.wait(std::time::Duration::from_secs(60));
    assert_eq!(ask(&world, "portal", Some(&second)).await.status, 200);
    assert_eq!(site.requests(), 2);
}

#[tokio::test]
async fn a_client_that_proves_itself_by_its_certificate_brings_nothing_else() {
    let authority = Authority::new("Authority of clients");
    let world = world(&authority).await;
    // A portal with a key of its own, which would do if it were registered for it.
    let portal = world.portal("customs");
    world.operator().changes("customs", |client| client.authentication = by_dn(SUBJECT)).await;
    let header = authority.issues().header();
    let assertion = portal.prove(&portal.assertion());
    let code = [("grant_type", "refresh_token"), ("refresh_token", "x"), ("client_id", "customs")];
    let asserted = [&code[..], &crate::support::world::assertion::form(&assertion)].concat();
    let with_secret = [&code[..], &[("client_secret", "secret")]].concat();
    for form in [asserted, with_secret] {
        let answer = portal.raw_token(&[("client-cert", &header)], &form).await;
        assert_eq!(answer.refusal(), ("invalid_client".to_owned(), FAILED.to_owned()));
    }
    let basic = "Basic Y3VzdG9tczpzZWNyZXQ=";
    let answer = portal.raw_token(&[("client-cert", &header), ("authorization", basic)], &code).await;
    assert_eq!(answer.refused(401), "invalid_client");
    assert_eq!(portal.raw_token(&[("client-cert", &header)], &code).await.refused(400), "invalid_grant");
}

/// Its tokens may be bound to the certificate; who it is it says as it is registered.
#[tokio::test]
async fn a_client_of_another_method_may_come_with_a_certificate() {
    let authority = Authority::new("Authority of clients");
    let world = world(&authority).await;
    let portal = world.portal("customs");
    let assertion = portal.prove(&portal.assertion());
    let form = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    let form = [&form[..], &crate::support::world::assertion::form(&assertion)].concat();
    let header = Shown::self_signed().header();
    assert_eq!(portal.raw_token(&[("client-cert", &header)], &form).await.refused(400), "invalid_grant");
    // The certificate is no proof of a client that is registered for another.
    let alone = [("grant_type", "refresh_token"), ("refresh_token", "x"), ("client_id", "customs")];
    let header = authority.issues().header();
    assert_eq!(portal.raw_token(&[("client-cert", &header)], &alone).await.refused(401), "invalid_client");
}

#[tokio::test]
async fn a_citizen_signs_in_to_a_portal_that_has_nothing_but_a_certificate() {
    let authority = Authority::new("Authority of clients");
    for world in worlds(&authority).await {
        let portal = world.portal("customs");
        world.operator().changes("customs", |client| client.authentication = by_dn(SUBJECT)).await;
        let header = authority.issues().header();
        let mut browser = world.browser();
        let started = portal.start();
        let page = browser.open(&started.url()).await;
        let code = AN.goes_through(&mut browser, page).await.code();
        let form = [&portal.code_form(&started, &code)[..], &[("client_id", "customs")]].concat();
        let tokens = portal.raw_token(&[("client-cert", &header)], &form).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        // Another certificate of the same name is the same client.
        let renewed = authority.issues().header();
        let token = tokens.refresh_token();
        let form = [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("client_id", "customs")];
        assert_eq!(portal.raw_token(&[], &form).await.refused(401), "invalid_client");
        assert_eq!(portal.raw_token(&[("client-cert", &renewed)], &form).await.status, 200);
        let form = [("token", token.as_str()), ("client_id", "customs")];
        let revoked = web::post(&world.at("/revoke"), &[("client-cert", &header)], &form).await;
        assert_eq!(revoked.status, 200);
    }
}

#[tokio::test]
async fn what_a_proxy_says_of_a_certificate_is_one_certificate_or_a_fault_that_is_told() {
    let authority = Authority::new("Authority of clients");
    let world = world(&authority).await;
    register(&world, "portal", by_dn(SUBJECT), ClientKeys::None).await;
    let shown = authority.intermediate("Office").issues();
    let (leaf, chain) = (shown.header(), shown.chain_header());
    let sequence = "the header Client-Cert must be one byte sequence: base64 between colons (RFC 9440)";
    let list = "the header Client-Cert-Chain must be a list of byte sequences: base64 between colons (RFC 9440)";
    let bare = leaf.trim_matches(':');
    let of_rubbish = "the certificate in the header Client-Cert cannot be used: it is no X.509 certificate of version 3, or has \
                      an extension that must be understood and is not";
    let nine = [chain.as_str(); 9].join(",");
    let (with_parameter, two, pem) =
        (format!("{leaf};a=1"), format!("{leaf}, {leaf}"), format!("-----BEGIN CERTIFICATE-----{bare}"));
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("client-cert", &leaf), ("client-cert", &leaf)], "the header Client-Cert came more than once"),
        (&[("client-cert-chain", &chain)], "the header Client-Cert-Chain came without Client-Cert"),
        (&[("client-cert", bare)], sequence),
        (&[("client-cert", "")], sequence),
        (&[("client-cert", ":")], sequence),
        (&[("client-cert", &with_parameter)], sequence),
        (&[("client-cert", &two)], sequence),
        (&[("client-cert", &pem)], sequence),
        (&[("client-cert", ":%%%%:")], sequence),
        (&[("client-cert", "::")], of_rubbish),
        (&[("client-cert", ":AAAA:")], of_rubbish),
        (&[("client-cert", &leaf), ("client-cert-chain", bare)], list),
        (&[("client-cert", &leaf), ("client-cert-chain", &format!("{chain},"))], list),
        (
            &[("client-cert", &leaf), ("client-cert-chain", &nine)],
            "the certificate in the header Client-Cert cannot be used: more than 8 certificates came beside it",
        ),
    ];
    let form = [("grant_type", "client_credentials"), ("client_id", "portal")];
    for (headers, sentence) in cases {
        for path in ["/token", "/revoke", "/userinfo"] {
            let answer = web::post(&world.at(path), headers, &form).await;
            assert_eq!(answer.status, 400, "{path} {headers:?}: {}", answer.body);
            assert_eq!(
                answer.json(),
                json!({"error": "invalid_request", "error_description": sentence}),
                "{headers:?}"
            );
        }
    }
    // In several lines, and with the root beside it, it is fine.
    let root = crate::support::world::certificates::byte_sequence(&authority.certificate);
    let lines =
        [("client-cert", leaf.as_str()), ("client-cert-chain", chain.as_str()), ("client-cert-chain", root.as_str())];
    let answer: TokenAnswer = web::post(&world.at("/token"), &lines, &form).await.into();
    assert_eq!(answer.status, 200, "{}", answer.body);
    // A page for people is no place for certificates, and a browser that goes there is not told of one.
    assert_eq!(web::get(&world.at("/account"), &[("client-cert", "rubbish")]).await.status, 303);
}

#[tokio::test]
async fn discovery_promises_what_the_settings_allow_and_no_more() {
    let authority = Authority::new("Authority of clients");
    let methods = ["tls_client_auth", "self_signed_tls_client_auth"];
    let offered = async |world: &World| {
        let document = world.get("/.well-known/openid-configuration").await.json();
        for list in ["token_endpoint_auth_methods_supported", "revocation_endpoint_auth_methods_supported"] {
            assert_eq!(document[list], document["token_endpoint_auth_methods_supported"], "{list}");
        }
        let listed = document["token_endpoint_auth_methods_supported"].as_array().unwrap().clone();
        (methods.map(|method| listed.contains(&json!(method))), document)
    };
    let (none, document) = offered(&World::embedded().await).await;
    assert_eq!(none, [false, false]);
    assert_eq!(document["tls_client_certificate_bound_access_tokens"], false);
    let (own, _) = offered(&World::embedded_with(|settings| behind_a_proxy(settings, &[])).await).await;
    assert_eq!(own, [false, true], "no authority");
    let (both, document) = offered(&world(&authority).await).await;
    assert_eq!(both, [true, true]);
    assert_eq!(document["tls_client_certificate_bound_access_tokens"], true);
    assert_eq!(document.get("mtls_endpoint_aliases"), None, "the endpoints are where they are for everybody");
    let elsewhere = World::embedded_with(|settings| {
        behind_a_proxy(settings, &[&authority]);
        settings.mtls.public_url = Some("https://mtls.id.example.gov".parse().unwrap());
    });
    let (_, document) = offered(&elsewhere.await).await;
    let aliases = document["mtls_endpoint_aliases"].as_object().unwrap();
    assert_eq!(aliases["token_endpoint"], "https://mtls.id.example.gov/token");
    for (name, alias) in aliases {
        let path = alias.as_str().unwrap().strip_prefix("https://mtls.id.example.gov").unwrap();
        assert!(document[name].as_str().unwrap().ends_with(path), "{name}: {alias}");
    }
}
