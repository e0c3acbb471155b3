//! TLS that SenID ends itself, on a listener that asks for certificates: RFC 8705 §2, §3 and §5.

use http::Method;
use rustls::HandshakeKind;
use rustls::version::{TLS12, TLS13};
use senid::domain::client::{ClientAuthentication, ClientKeys};
use serde_json::json;

use super::{FAILED, by_dn, register};
use crate::support::World;
use crate::support::world::certificates::{Authority, SUBJECT, Shown, trusts};
use crate::support::world::tls_client::Answered;
use crate::support::world::{Backend, TlsClient, web};

const ASKED: &[(&str, &str)] = &[("grant_type", "client_credentials"), ("client_id", "portal")];

async fn world(authority: &Authority) -> World {
    World::with_mutual_tls(Backend::embedded().await, |settings| trusts(settings, &[authority])).await
}

async fn ask(world: &World, client: &TlsClient) -> Answered {
    client.post(&format!("{}/token", world.mtls(0)), &[], ASKED).await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_prove_themselves_on_a_listener_of_their_own() {
    let authority = Authority::new("Authority of clients");
    for backend in [Backend::embedded().await, Backend::production().await] {
        let world = World::with_mutual_tls(backend, |settings| trusts(settings, &[&authority])).await;
        register(&world, "portal", by_dn(SUBJECT), ClientKeys::None).await;
        let shown = authority.intermediate("Office").issues();
        for versions in [&[&TLS12], &[&TLS13]] {
            let client = world.tls_client().showing_over(&shown, versions);
            let answer = ask(&world, &client).await.reply;
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
        // Whom nobody vouches for gets an answer, too: whether that is asked for depends on the client.
        let own = Shown::self_signed();
        let answer = ask(&world, &world.tls_client().showing(&own)).await.reply;
        assert_eq!((answer.status.as_u16(), answer.json()["error_description"].as_str()), (401, Some(FAILED)));
        let keys = ClientKeys::Given(own.jwks().to_string());
        register(&world, "own", ClientAuthentication::SelfSignedTlsClientAuth, keys).await;
        let form = [("grant_type", "client_credentials"), ("client_id", "own")];
        let client = world.tls_client().showing(&own);
        let answer = client.post(&format!("{}/token", world.mtls(0)), &[], &form).await.unwrap().reply;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_no_certificate_may_come_without_one() {
    let authority = Authority::new("Authority of clients");
    let world = world(&authority).await;
    register(&world, "portal", by_dn(SUBJECT), ClientKeys::None).await;
    let answer = ask(&world, &world.tls_client()).await.reply;
    assert_eq!((answer.status.as_u16(), answer.json()["error_description"].as_str()), (401, Some(FAILED)));
    let portal = world.portal("tax-office");
    let basic = portal.basic();
    let form = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    let headers = [("authorization", basic.as_str())];
    let answer = world.tls_client().post(&format!("{}/token", world.mtls(0)), &headers, &form).await.unwrap().reply;
    assert_eq!(answer.json()["error"], "invalid_grant");
}

/// RFC 8446 §4.6.1, RFC 5246 §7.3: whoever resumes a session shows no certificate again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resumed_session_has_the_certificate_that_it_began_with() {
    let authority = Authority::new("Authority of clients");
    let world = world(&authority).await;
    register(&world, "portal", by_dn(SUBJECT), ClientKeys::None).await;
    let shown = authority.issues();
    for versions in [&[&TLS12], &[&TLS13]] {
        let client = world.tls_client().showing_over(&shown, versions);
        let first = ask(&world, &client).await;
        assert_eq!((first.reply.status.as_u16(), first.handshake), (200, HandshakeKind::Full));
        let again = ask(&world, &client).await;
        assert_eq!(
            (again.reply.status.as_u16(), again.handshake),
            (200, HandshakeKind::Resumed),
            "{}",
            again.reply.body
        );
        // One that began without goes on without.
        let client = world.tls_client();
        let first = ask(&world, &client).await;
        let again = ask(&world, &client).await;
        assert_eq!((first.reply.status.as_u16(), again.reply.status.as_u16()), (401, 401));
        assert_eq!(again.handshake, HandshakeKind::Resumed);
    }
    // What the certificate is worth is judged at every request, not when the session began.
    let client = world.tls_client().showing(&shown);
    assert_eq!(ask(&world, &client).await.reply.status, 200);
    world.wait(std::time::Duration::from_secs(366 * 24 * 3600));
    let late = ask(&world, &client).await;
    assert_eq!((late.reply.status.as_u16(), late.handshake), (401, HandshakeKind::Resumed));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_the_certificate_and_not_its_key_gets_no_connection() {
    let authority = Authority::new("Authority of clients");
    let world = world(&authority).await;
    register(&world, "portal", by_dn(SUBJECT), ClientKeys::None).await;
    for versions in [&[&TLS12], &[&TLS13]] {
        let stolen = authority.issues().stolen_by(Shown::self_signed());
        let client = world.tls_client().showing_over(&stolen, versions);
        let refused = client.post(&format!("{}/token", world.mtls(0)), &[], ASKED).await;
        assert!(refused.is_err(), "{:?}", refused.map(|answered| answered.reply));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_header_says_is_nothing_beside_the_connection() {
    let authority = Authority::new("Authority of clients");
    let world = World::with_mutual_tls(Backend::embedded().await, |settings| {
        crate::support::world::certificates::behind_a_proxy(settings, &[&authority]);
    })
    .await;
    register(&world, "portal", by_dn(SUBJECT), ClientKeys::None).await;
    let (url, header) = (format!("{}/token", world.mtls(0)), authority.issues().header());
    // It comes from a proxy's address, and would be believed where connections have no certificates of their own.
    let headers = [("client-cert", header.as_str())];
    assert_eq!(web::post(&world.at("/token"), &headers, ASKED).await.status, 200);
    for client in [world.tls_client(), world.tls_client().showing(&Shown::self_signed())] {
        assert_eq!(client.post(&url, &headers, ASKED).await.unwrap().reply.status, 401);
    }
    let client = world.tls_client().showing(&authority.issues());
    assert_eq!(client.post(&url, &[("client-cert", "rubbish")], ASKED).await.unwrap().reply.status, 200);
}

/// A library keeps nonces by the origin that they came from (RFC 9449 §8.2).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_is_answered_with_a_nonce_here_as_well() {
    let authority = Authority::new("Authority of clients");
    let world = world(&authority).await;
    let client = world.tls_client();
    let url = format!("{}/token", world.mtls(0));
    let answer = client.post(&url, &[("dpop", "a.b.c")], ASKED).await.unwrap().reply;
    assert!(!answer.header("dpop-nonce").is_empty(), "{:?}", answer.headers);
    let without = client.post(&url, &[], ASKED).await.unwrap().reply;
    assert_eq!(without.header("dpop-nonce"), "");
}

/// A browser that came here would ask the person in front of it for a certificate.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_for_people_is_at_the_listener_and_no_script_may_call_it() {
    let authority = Authority::new("Authority of clients");
    let world = world(&authority).await;
    let client = world.tls_client();
    for path in
        ["/", "/authorize", "/account", "/logout", "/language", "/static/senid.css", "/health/ready", "/metrics"]
    {
        let answer = client.get(&format!("{}{path}", world.mtls(0)), &[]).await.unwrap().reply;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.header("set-cookie"), "", "{path}");
    }
    let headers = [("origin", "https://portal.example")];
    let answer = client.post(&format!("{}/token", world.mtls(0)), &headers, ASKED).await.unwrap().reply;
    assert_eq!(answer.headers.get("access-control-allow-origin"), None);
    let public =
        web::send(Method::POST, &world.at("/token"), &headers, Some(String::new()), [127, 0, 0, 1].into()).await;
    assert_eq!(public.header("access-control-allow-origin"), "*");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn discovery_says_where_the_listener_is_and_every_alias_answers() {
    let authority = Authority::new("Authority of clients");
    let world = world(&authority).await;
    let document = world.get("/.well-known/openid-configuration").await.json();
    let aliases = document["mtls_endpoint_aliases"].as_object().unwrap();
    assert_eq!(aliases["token_endpoint"], json!(format!("{}/token", world.mtls(0))));
    let client = world.tls_client();
    for (name, alias) in aliases {
        let alias = alias.as_str().unwrap();
        assert_eq!(alias.replace(world.mtls(0), &world.issuer), document[name], "{name}");
        let answer = client.post(alias, &[], &[]).await.unwrap().reply;
        assert!(matches!(answer.status.as_u16(), 400 | 401 | 403), "{name}: {} {}", answer.status, answer.body);
    }
    // Whatever programs call with credentials is among them.
    for (name, url) in document.as_object().unwrap() {
        let people = ["authorization_endpoint", "end_session_endpoint"];
        if name.ends_with("_endpoint") && !people.contains(&name.as_str()) {
            assert!(aliases.contains_key(name), "{name}: {url}");
        }
    }
}
