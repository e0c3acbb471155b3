//! Access tokens that are good with one certificate alone: RFC 8705 §3.

use serde_json::json;

use super::{by_dn, worlds};
use crate::support::World;
use crate::support::world::assertion;
use crate::support::world::certificates::{Authority, SUBJECT, Shown, trusts};
use crate::support::world::portal::TokenAnswer;
use crate::support::world::{AN, Backend, Portal, Reply, web};

/// The code of a sign-in of An's, in the form that redeems it.
async fn code_form(world: &World, portal: &Portal) -> Vec<(String, String)> {
    let mut browser = world.browser();
    let started = portal.start();
    let page = browser.open(&started.url()).await;
    let code = AN.goes_through(&mut browser, page).await.code();
    let form = portal.code_form(&started, &code);
    form.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn borrowed(form: &[(String, String)]) -> Vec<(&str, &str)> {
    form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

async fn redeem(world: &World, portal: &Portal, proof: &[(&str, &str)], shown: Option<&Shown>) -> TokenAnswer {
    let form = code_form(world, portal).await;
    call(portal, &[&borrowed(&form)[..], proof].concat(), shown).await
}

async fn call(portal: &Portal, form: &[(&str, &str)], shown: Option<&Shown>) -> TokenAnswer {
    let header = shown.map(Shown::header);
    let headers: Vec<_> = header.iter().map(|header| ("client-cert", header.as_str())).collect();
    portal.raw_token(&headers, form).await
}

async fn userinfo(world: &World, token: &str, shown: Option<&Shown>) -> Reply {
    let (bearer, header) = (format!("Bearer {token}"), shown.map(Shown::header));
    let headers = [("authorization", bearer.as_str())];
    let shown: Vec<_> = header.iter().map(|header| ("client-cert", header.as_str())).collect();
    web::get(&world.at("/userinfo"), &[&headers[..], &shown].concat()).await
}

#[track_caller]
fn is_refused(reply: &Reply) {
    let told = "the access token is bound to a certificate that this connection is not made with";
    let expected = json!({"error": "invalid_token", "error_description": told});
    assert_eq!((reply.status.as_u16(), reply.json()), (401, expected));
    assert!(reply.header("www-authenticate").contains("invalid_token"), "{:?}", reply.headers);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_good_with_the_certificate_that_it_was_given_to_and_with_no_other() {
    let authority = Authority::new("Authority of clients");
    for world in worlds(&authority).await {
        let portal = world.portal("customs");
        let bound = |client: &mut senid::domain::client::Client| {
            client.authentication = by_dn(SUBJECT);
            client.policy.bound_access_tokens.certificate = true;
        };
        world.operator().changes("customs", bound).await;
        let (first, second) = (authority.issues(), authority.issues());
        let client = [("client_id", "customs")];
        let tokens = redeem(&world, &portal, &client, Some(&first)).await;
        assert_eq!(tokens.json()["token_type"], "Bearer");
        assert_eq!(portal.access_token(&tokens).await["cnf"], json!({"x5t#S256": first.thumbprint()}));
        let token = tokens.access_token();
        assert_eq!(userinfo(&world, &token, Some(&first)).await.status, 200);
        for other in [Some(&second), Some(&Shown::self_signed()), None] {
            is_refused(&userinfo(&world, &token, other).await);
        }
        // Renewed, the certificate is still the client's: RFC 8705 §7.1 binds refresh tokens to the client.
        let refresh_token = tokens.refresh_token();
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.as_str()), client[0]];
        let renewed = call(&portal, &form, Some(&second)).await;
        assert_eq!(portal.access_token(&renewed).await["cnf"], json!({"x5t#S256": second.thumbprint()}));
        assert_eq!(userinfo(&world, &renewed.access_token(), Some(&second)).await.status, 200);
        is_refused(&userinfo(&world, &renewed.access_token(), Some(&first)).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_signs_assertions_may_bind_its_tokens_to_a_certificate() {
    let authority = Authority::new("Authority of clients");
    for world in worlds(&authority).await {
        let portal = world.portal("customs");
        let asserted = || portal.prove(&portal.assertion());
        // Nobody agreed on it: the connection may have a certificate for reasons of its own.
        let shown = Shown::self_signed();
        let tokens = redeem(&world, &portal, &assertion::form(&asserted()), Some(&shown)).await;
        assert_eq!(portal.access_token(&tokens).await.get("cnf"), None);
        let bound = |client: &mut senid::domain::client::Client| client.policy.bound_access_tokens.certificate = true;
        world.operator().changes("customs", bound).await;
        let refused = redeem(&world, &portal, &assertion::form(&asserted()), None).await;
        assert_eq!(
            refused.refusal(),
            (
                "invalid_request".to_owned(),
                "this client's tokens are bound to its certificate (tls_client_certificate_bound_access_tokens): the connection \
                 has none"
                    .to_owned()
            )
        );
        let tokens = redeem(&world, &portal, &assertion::form(&asserted()), Some(&shown)).await;
        assert_eq!(portal.access_token(&tokens).await["cnf"], json!({"x5t#S256": shown.thumbprint()}));
        assert_eq!(userinfo(&world, &tokens.access_token(), Some(&shown)).await.status, 200);
        is_refused(&userinfo(&world, &tokens.access_token(), None).await);
    }
}

/// The listener's connections, a resumed one too, are what the proxy's headers are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_a_listener_of_our_own_tokens_are_bound_as_well() {
    let authority = Authority::new("Authority of clients");
    let world = World::with_mutual_tls(Backend::embedded().await, |settings| trusts(settings, &[&authority])).await;
    let portal = world.portal("customs");
    let bound = |client: &mut senid::domain::client::Client| {
        client.authentication = by_dn(SUBJECT);
        client.policy.bound_access_tokens.certificate = true;
    };
    world.operator().changes("customs", bound).await;
    let (shown, other) = (authority.issues(), authority.issues());
    let client = world.tls_client().showing(&shown);
    let form = code_form(&world, &portal).await;
    let form = [&borrowed(&form)[..], &[("client_id", "customs")]].concat();
    let tokens = client.post(&format!("{}/token", world.mtls(0)), &[], &form).await.unwrap().reply;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    let bearer = format!("Bearer {}", tokens.json()["access_token"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str())];
    let url = format!("{}/userinfo", world.mtls(0));
    let answered = client.get(&url, &headers).await.unwrap();
    assert_eq!((answered.reply.status.as_u16(), answered.handshake), (200, rustls::HandshakeKind::Resumed));
    is_refused(&world.tls_client().showing(&other).get(&url, &headers).await.unwrap().reply);
    is_refused(&world.tls_client().get(&url, &headers).await.unwrap().reply);
    is_refused(&web::get(&world.at("/userinfo"), &headers).await);
}
