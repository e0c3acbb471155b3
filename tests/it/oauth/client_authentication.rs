//! How clients prove themselves: RFC 6749 §2.3.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::support::World;
use crate::support::world::{AN, Portal, Started};

const FAILED: &str = "client authentication failed: unknown client, wrong secret, key or certificate, or another method or algorithm than registered";

/// A code of `portal`'s, which is good for one exchange.
async fn code(world: &World, portal: &Portal) -> (Started, String) {
    let mut browser = world.browser();
    let started = portal.start();
    let page = browser.open(&started.url()).await;
    let page = AN.goes_through(&mut browser, page).await;
    (started, page.code())
}

fn basic(pair: &str) -> String {
    format!("Basic {}", STANDARD.encode(pair))
}

#[tokio::test]
async fn each_client_proves_itself_as_it_is_registered() {
    let world = World::embedded().await;
    for client in ["tax-office", "library", "tax-app", "registry"] {
        let portal = world.portal(client);
        let (started, code) = code(&world, &portal).await;
        let tokens = portal.exchange(&started, &code).await;
        assert_eq!(tokens.status, 200, "{client}: {}", tokens.body);
    }
}

#[tokio::test]
async fn a_client_that_proves_nothing_gets_nothing_and_the_code_is_not_spent() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (started, code) = code(&world, &portal).await;
    let form = portal.code_form(&started, &code);
    let secret = portal.registration.secret;
    let named = [form.as_slice(), &[("client_id", "tax-office")]].concat();
    let posted = [named.as_slice(), &[("client_secret", secret)]].concat();
    let authorization = |value: String| vec![("authorization", value)];

    let malformed = "the Authorization header must be Basic with base64 of client_id:client_secret, each form-encoded";
    let cases = [
        ("nothing at all", vec![], &form, 401, "invalid_client", "client authentication is missing"),
        ("a name alone", vec![], &named, 401, "invalid_client", FAILED),
        ("a wrong secret", authorization(basic("tax-office:wrong")), &form, 401, "invalid_client", FAILED),
        ("no secret", authorization(basic("tax-office:")), &form, 401, "invalid_client", FAILED),
        ("nobody's name", authorization(basic("nobody:secret")), &form, 401, "invalid_client", FAILED),
        ("another scheme", authorization("Bearer x".to_owned()), &form, 401, "invalid_client", malformed),
        (
            "two methods",
            authorization(portal.basic()),
            &posted,
            400,
            "invalid_request",
            "two methods of client authentication in one request",
        ),
        (
            "two headers",
            [authorization(portal.basic()), authorization(portal.basic())].concat(),
            &form,
            400,
            "invalid_request",
            "more than one Authorization header",
        ),
    ];
    for (what, headers, form, status, error, sentence) in cases {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = portal.raw_token(&headers, form).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.body);
        assert_eq!(answer.refusal(), (error.to_owned(), sentence.to_owned()), "{what}");
        assert_eq!(answer.headers["cache-control"], "no-store", "{what}");
        let challenge = answer.headers.get("www-authenticate").map(|value| value.to_str().unwrap());
        // Whoever did not try the header is not asked for it.
        let asked = status == 401 && !headers.is_empty();
        assert_eq!(challenge, asked.then_some("Basic realm=\"senid\""), "{what}");
    }
    assert_eq!(portal.exchange(&started, &code).await.status, 200);
}

/// Libraries put it where they please.
#[tokio::test]
async fn a_secret_is_as_good_in_the_form_as_in_the_header() {
    let world = World::embedded().await;
    for client in ["tax-office", "library"] {
        let portal = world.portal(client);
        let (started, code) = code(&world, &portal).await;
        let mut form = portal.code_form(&started, &code);
        let answer = if client == "library" {
            portal.raw_token(&[("authorization", &portal.basic())], &form).await
        } else {
            form.extend([("client_id", client), ("client_secret", portal.registration.secret)]);
            portal.raw_token(&[], &form).await
        };
        assert_eq!(answer.status, 200, "{client}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_stranger_learns_nothing_of_which_clients_there_are() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let form = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    let there = portal.raw_token(&[("authorization", &basic("tax-office:wrong"))], &form).await;
    let not_there = portal.raw_token(&[("authorization", &basic("nobody:wrong"))], &form).await;
    assert_eq!((there.status, there.body), (not_there.status, not_there.body));
}

#[tokio::test]
async fn a_public_client_that_shows_a_secret_is_not_believed() {
    let world = World::embedded().await;
    let portal = world.portal("tax-app");
    let form = [("grant_type", "refresh_token"), ("refresh_token", "x"), ("client_id", "tax-app")];
    let with_secret = [&form[..], &[("client_secret", "made-up")]].concat();
    assert_eq!(portal.raw_token(&[], &with_secret).await.refused(401), "invalid_client");
    assert_eq!(portal.raw_token(&[], &form).await.refused(400), "invalid_grant");
}

#[tokio::test]
async fn a_token_request_is_a_form_of_one_value_each() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let basic = portal.basic();
    let json = [("authorization", basic.as_str()), ("content-type", "application/json")];
    let answer = portal.raw_token(&json, &[("grant_type", "authorization_code")]).await;
    assert_eq!(answer.refusal().1, "the body must be application/x-www-form-urlencoded");
    let discovered = world.get("/.well-known/openid-configuration").await.json();
    let discovered = discovered["grant_types_supported"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
    // Of the authorization endpoint alone.
    let known: Vec<&str> = discovered.filter(|name| *name != "implicit").collect();
    let known = format!("grant_type must be one of {}", known.join(", "));
    let cases = [
        (vec![], "invalid_request", "grant_type is missing"),
        (vec![("grant_type", "password")], "unsupported_grant_type", &*known),
        (vec![("grant_type", "authorization_code")], "invalid_request", "code is missing"),
        (vec![("grant_type", "refresh_token")], "invalid_request", "refresh_token is missing"),
        (
            vec![("grant_type", "refresh_token"), ("grant_type", "refresh_token")],
            "invalid_request",
            "grant_type is given more than once",
        ),
        (
            vec![("grant_type", "refresh_token"), ("client_assertion", "x.y.z")],
            "invalid_request",
            "client_assertion without client_assertion_type",
        ),
    ];
    for (form, error, sentence) in cases {
        assert_eq!(portal.token(&form).await.refusal(), (error.to_owned(), sentence.to_owned()));
    }
    let get = world.get("/token").await;
    assert_eq!(get.status, 405);
}

#[tokio::test]
async fn a_disabled_client_is_refused_wherever_it_comes() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (_, tokens) = world.signed_in(&portal, &AN).await;
    let (started, code) = code(&world, &portal).await;
    world.operator().disables("tax-office").await;
    assert_eq!(portal.exchange(&started, &code).await.refused(401), "invalid_client");
    assert_eq!(portal.refresh(&tokens.refresh_token()).await.refused(401), "invalid_client");
    assert_eq!(portal.revoke(&tokens.refresh_token()).await.status, 401);
    let userinfo = portal.userinfo(&tokens.access_token()).await;
    assert_eq!((userinfo.status.as_u16(), userinfo.json()["error"].as_str()), (401, Some("invalid_token")));
}
