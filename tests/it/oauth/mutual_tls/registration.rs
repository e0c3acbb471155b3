//! Clients that register to prove themselves with certificates: RFC 8705 §2.1.2, §2.2.2 and §3.4.

use senid::config::Settings;
use serde_json::{Value, json};

use super::super::registration::{open, portal_with, register, registered, send, text};
use crate::support::World;
use crate::support::world::AN;
use crate::support::world::certificates::{Authority, SUBJECT, Shown, behind_a_proxy};

async fn world(change: impl FnOnce(&mut Settings)) -> World {
    World::embedded_with(|settings| {
        open(settings);
        change(settings);
    })
    .await
}

/// What was wrong with `members`.
async fn refused(world: &World, members: Value) -> String {
    let answer = register(world, &portal_with(members.clone())).await;
    assert_eq!(answer.status, 400, "{members}: {}", answer.body);
    assert_eq!(answer.json()["error"], "invalid_client_metadata");
    text(&answer.json(), "error_description").to_owned()
}

#[tokio::test]
async fn what_no_certificate_could_ever_prove_is_not_registered() {
    let authority = Authority::new("Authority of clients");
    let none = world(|_| {}).await;
    let own = world(|settings| behind_a_proxy(settings, &[])).await;
    let all = world(|settings| behind_a_proxy(settings, &[&authority])).await;
    let by_authority = json!({"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": SUBJECT});
    let by_itself =
        json!({"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": Shown::self_signed().jwks()});
    let bound = json!({"tls_client_certificate_bound_access_tokens": true});
    for world in [&none, &own] {
        assert_eq!(
            refused(world, by_authority.clone()).await,
            "token_endpoint_auth_method: tls_client_auth is not offered here: this server trusts no authority for the \
             certificates of clients"
        );
    }
    assert_eq!(
        refused(&none, by_itself.clone()).await,
        "token_endpoint_auth_method: self_signed_tls_client_auth is not offered here: no certificate of a client comes to \
         this server"
    );
    assert_eq!(
        refused(&none, bound.clone()).await,
        "tls_client_certificate_bound_access_tokens: is not offered here: no certificate of a client comes to this server"
    );
    for (world, members) in
        [(&own, &by_itself), (&own, &bound), (&all, &by_authority), (&all, &by_itself), (&all, &bound)]
    {
        let told = registered(world, &portal_with(members.clone())).await;
        for (member, value) in members.as_object().unwrap() {
            assert_eq!(&told[member], value, "{member}");
        }
        assert_eq!(told.get("client_secret").is_some(), members == &bound, "{told}");
    }
}

#[tokio::test]
async fn whom_certificates_are_issued_to_is_said_once_and_as_certificates_say_it() {
    let authority = Authority::new("Authority of clients");
    let world = world(|settings| behind_a_proxy(settings, &[&authority])).await;
    let by = |members: Value| {
        let mut all = json!({"token_endpoint_auth_method": "tls_client_auth"});
        all.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        all
    };
    let dn = "expected a distinguished name in the form of RFC 4514";
    for (members, told) in [
        (json!({}), "token_endpoint_auth_method: expected one of tls_client_auth_subject_dn"),
        (json!({"tls_client_auth_subject_dn": ""}), "tls_client_auth_subject_dn: "),
        (json!({"tls_client_auth_subject_dn": "portal"}), &format!("tls_client_auth_subject_dn: {dn}")),
        (json!({"tls_client_auth_subject_dn": "CN=portal, C=VN"}), &format!("tls_client_auth_subject_dn: {dn}")),
        (json!({"tls_client_auth_san_dns": "*.example.gov"}), "tls_client_auth_san_dns: expected the name of a host"),
        (json!({"tls_client_auth_san_uri": "portal"}), "tls_client_auth_san_uri: expected a URI"),
        (json!({"tls_client_auth_san_ip": "192.0.2.300"}), "tls_client_auth_san_ip: expected an IP address"),
        (json!({"tls_client_auth_san_email": "portal"}), "tls_client_auth_san_email: expected an e-mail address"),
        (
            json!({"tls_client_auth_subject_dn": SUBJECT, "tls_client_auth_san_dns": "portal.example.gov"}),
            "tls_client_auth_san_dns: is there beside tls_client_auth_subject_dn: expected one of them",
        ),
    ] {
        let found = refused(&world, by(members.clone())).await;
        assert!(found.starts_with(told), "{members}: {found}");
    }
    let beside_a_secret = refused(&world, json!({"tls_client_auth_subject_dn": SUBJECT})).await;
    assert!(beside_a_secret.starts_with("tls_client_auth_subject_dn: is of no use with"), "{beside_a_secret}");
    let without = json!({"keys": []});
    let members = json!({"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": without});
    let told = "jwks: has no certificate (x5c) that self_signed_tls_client_auth proves a client by";
    assert_eq!(refused(&world, members).await, told);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_registered_itself_signs_people_in_with_its_certificate() {
    let authority = Authority::new("Authority of clients");
    let world = world(|settings| behind_a_proxy(settings, &[&authority])).await;
    let members = json!({
        "token_endpoint_auth_method": "tls_client_auth",
        "tls_client_auth_subject_dn": SUBJECT,
        "tls_client_certificate_bound_access_tokens": true,
        "scope": "openid profile",
    });
    let told = registered(&world, &portal_with(members)).await;
    let portal = super::super::registration::as_portal(&world, &told);
    let mut browser = world.browser();
    let started = portal.start();
    let page = browser.open(&started.url()).await;
    let code = AN.goes_through(&mut browser, page).await.code();
    let shown = authority.issues();
    let header = shown.header();
    let form = [&portal.code_form(&started, &code)[..], &[("client_id", portal.id())]].concat();
    let tokens = portal.raw_token(&[("client-cert", &header)], &form).await;
    assert_eq!(portal.access_token(&tokens).await["cnf"], json!({"x5t#S256": shown.thumbprint()}));
    // No registration token is bound to it: who manages the registration shows that token and nothing else.
    let path = format!("/register/{}", portal.id());
    let read = send(&world, http::Method::GET, &path, Some(text(&told, "registration_access_token")), None).await;
    assert_eq!(read.json()["tls_client_auth_subject_dn"], SUBJECT);
}
