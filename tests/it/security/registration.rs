//! Hostile registrations: script schemes, addresses that only SenID could reach, other people's clothes, and too much of
//! everything.

use http::Method;
use senid::config::RegistrationMode;
use serde_json::{Value, json};

use crate::oauth::registration::{open, open_world, portal, portal_with, refusal, register, send};
use crate::support::World;
use crate::support::outside::{self, Outside};
use crate::support::world::web;

/// Where the fetcher may not go to this machine.
async fn world_of_the_open_network() -> World {
    World::embedded_with(|settings| {
        open(settings);
        settings.outbound.allow_loopback = false;
    })
    .await
}

const URIS: [&str; 12] = [
    "redirect_uris",
    "post_logout_redirect_uris",
    "request_uris",
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
    "jwks_uri",
    "sector_identifier_uri",
    "initiate_login_uri",
    "backchannel_logout_uri",
    "frontchannel_logout_uri",
];

#[tokio::test]
async fn no_uri_of_any_member_is_a_script_a_document_or_somebody_s_name() {
    let world = open_world().await;
    for uri in [
        "JaVaScRiPt:alert(1)",
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "blob:https://portal.example/x",
        "file:///etc/passwd",
        "https://user@portal.example/x",
        "https://portal.example\\@evil.example/x",
        "https://portal.example/\u{0}",
        "//portal.example/x",
        "http://portal.example/x",
    ] {
        for member in URIS {
            let value = if member.ends_with('s') { json!([uri]) } else { json!(uri) };
            let (status, error, told) = refusal(&register(&world, &portal_with(json!({ member: value }))).await);
            let expected = if member == "redirect_uris" {
                ["invalid_redirect_uri", "invalid_client_metadata"]
            } else {
                ["invalid_client_metadata"; 2]
            };
            assert_eq!(status, 400, "{member} {uri}");
            assert!(expected.contains(&error.as_str()) && told.contains(member), "{member} {uri}: {error} {told}");
        }
    }
}

/// What answers there is never asked, and whether anything answers is not told.
#[tokio::test]
async fn nothing_that_only_senid_can_reach_is_fetched() {
    let world = world_of_the_open_network().await;
    let inside = Outside::https(|_| outside::ok("application/json", "[]"));
    for uri in [
        inside.url("/secret"),
        inside.at("localhost", "/secret"),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://10.0.0.1/".to_owned(),
        "https://[::1]/".to_owned(),
        "https://[::ffff:127.0.0.1]/".to_owned(),
        "https://2130706433/".to_owned(),
    ] {
        let host = url::Url::parse(&uri).unwrap().host_str().unwrap().to_owned();
        for members in [
            json!({ "sector_identifier_uri": uri }),
            json!({ "logo_uri": uri, "redirect_uris": [format!("https://{host}/callback")] }),
        ] {
            let (status, error, told) = refusal(&register(&world, &portal_with(members.clone())).await);
            assert_eq!((status, error.as_str()), (400, "invalid_client_metadata"), "{members}");
            assert!(told.contains("has a host without a public address"), "{members}: {told}");
        }
    }
    assert_eq!(inside.requests(), 0);
}

#[tokio::test]
async fn a_redirect_is_not_followed_from_what_a_registration_names() {
    let world = open_world().await;
    let target = Outside::http(|_| outside::ok("application/json", "[]"));
    let to = target.url("/");
    let site = Outside::http(move |_| {
        let moved = axum::response::Response::builder().status(302).header("location", &to);
        moved.body(axum::body::Body::empty()).unwrap()
    });
    let members = json!({ "sector_identifier_uri": site.url("/sector.json") });
    let (_, _, told) = refusal(&register(&world, &portal_with(members)).await);
    assert_eq!(told, "sector_identifier_uri: answered with a redirect, which is not followed");
    assert_eq!(target.requests(), 0);
}

#[tokio::test]
async fn lists_and_texts_have_bounds() {
    let world = open_world().await;
    let many = |most: usize| (0..most).map(|at| format!("https://portal.example/{at}")).collect::<Vec<_>>();
    let keys: Vec<Value> = (0..40).map(|_| json!({ "kty": "OKP" })).collect();
    for members in [
        json!({ "redirect_uris": many(21) }),
        json!({ "post_logout_redirect_uris": many(21) }),
        json!({ "request_uris": many(51) }),
        json!({ "contacts": many(11) }),
        json!({ "jwks": { "keys": keys } }),
        json!({ "client_name": "x".repeat(101) }),
        json!({ "client_uri": format!("https://portal.example/{}", "x".repeat(2000)) }),
        json!({ "software_id": "x".repeat(300) }),
        json!({ "default_max_age": 1e300 }),
        json!({ "default_max_age": u64::MAX }),
    ] {
        assert_eq!(refusal(&register(&world, &portal_with(members.clone())).await).0, 400, "{members}");
    }
}

#[tokio::test]
async fn a_token_of_another_kind_or_place_registers_nothing() {
    let world = World::embedded_with(|settings| {
        open(settings);
        settings.registration.mode = RegistrationMode::Token;
    })
    .await;
    let (_, token) = world.operator().hands_out(1, Default::default()).await;
    let body = Some(portal().to_string());
    let in_query = format!("/register?access_token={token}");
    assert_eq!(send(&world, Method::POST, &in_query, None, body.clone()).await.status, 400);
    let renamed = token.replace("senid_it_", "senid_rg_");
    assert_eq!(send(&world, Method::POST, "/register", Some(&renamed), body.clone()).await.status, 401);
    let twice = [("authorization", "Bearer x"), ("authorization", "Bearer y"), ("content-type", "application/json")];
    let reply = web::send(Method::POST, &world.at("/register"), &twice, body.clone(), [127, 0, 0, 1].into()).await;
    assert_eq!(reply.status, 400);
    assert_eq!(send(&world, Method::POST, "/register", Some(&token), body).await.status, 201);
}

#[tokio::test]
async fn scripts_of_other_origins_get_no_credentials() {
    let world = open_world().await;
    let headers = [("origin", "https://evil.example"), ("content-type", "application/json")];
    let body = Some(portal().to_string());
    let reply = web::send(Method::POST, &world.at("/register"), &headers, body, [127, 0, 0, 1].into()).await;
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    assert_eq!(reply.header("access-control-allow-credentials"), "");
    assert_eq!(reply.header("set-cookie"), "");
}

/// A portal's redirect URI is known to everybody who has signed in there. Whoever registers it is of that portal's sector,
/// and a logout token would tell them its subjects.
#[tokio::test]
async fn nobody_is_told_the_subjects_of_another_s_sector() {
    let world = open_world().await;
    let eavesdropper = json!({ "backchannel_logout_uri": "https://evil.example/logout" });
    let (status, error, told) = refusal(&register(&world, &portal_with(eavesdropper)).await);
    let sentence = "backchannel_logout_uri: 'https://evil.example/logout' is on another host than every redirect URI \
                    and the sector, whose subjects it would be told";
    assert_eq!((status, error.as_str(), told.as_str()), (400, "invalid_client_metadata", sentence));

    let list = Outside::http(|_| outside::ok("application/json", r#"["https://portal.example/callback"]"#));
    for (told_at, expected) in [("https://evil.example/logout".to_owned(), 400), (list.url("/logout"), 201)] {
        let of_the_list =
            json!({ "sector_identifier_uri": list.url("/sector.json"), "backchannel_logout_uri": told_at });
        assert_eq!(register(&world, &portal_with(of_the_list)).await.status, expected, "{told_at}");
    }
    // A program on people's own devices is a sector by itself, and may have a server anywhere.
    let app = json!({ "application_type": "native", "redirect_uris": ["vn.example.app:/callback"],
        "backchannel_logout_uri": "https://app.example/logout" });
    assert_eq!(register(&world, &portal_with(app)).await.status, 201);
}

/// The citizen's own pages open a portal by its name.
#[tokio::test]
async fn a_portal_is_not_opened_on_somebody_else_s_host() {
    let world = open_world().await;
    let elsewhere = json!({ "initiate_login_uri": "https://evil.example/login" });
    let (_, _, told) = refusal(&register(&world, &portal_with(elsewhere)).await);
    assert_eq!(told, "initiate_login_uri: 'https://evil.example/login' is on another host than every redirect URI");
    let at_home = json!({ "initiate_login_uri": "https://portal.example/login" });
    assert_eq!(register(&world, &portal_with(at_home)).await.status, 201);
}

#[tokio::test]
async fn a_name_has_no_characters_that_are_not_seen() {
    let world = open_world().await;
    for unseen in [
        "\u{34f}",
        "\u{115f}",
        "\u{180f}",
        "\u{200b}",
        "\u{202e}",
        "\u{2800}",
        "\u{3164}",
        "\u{fe0f}",
        "\u{ffa0}",
        "\u{e0041}",
        "\u{e0101}",
    ] {
        let named = json!({ "client_name": "Portal", "client_name#vi": format!("Cục{unseen} Thuế") });
        let (_, _, told) = refusal(&register(&world, &portal_with(named)).await);
        let sentence = "client_name#vi: has characters that are not seen or that turn the direction of writing";
        assert_eq!(told, sentence, "{}", unseen.escape_unicode());
    }
    let named = json!({ "client_name": "Cổng dịch vụ công — Thuế (số 1)" });
    assert_eq!(register(&world, &portal_with(named)).await.status, 201);
}

/// A page that ends other portals' sessions in frames would carry `sandbox` in its policy, and theirs would not end.
#[tokio::test]
async fn no_address_says_anything_in_the_policy_of_a_page() {
    let world = open_world().await;
    for host in ["portal.example;sandbox", "portal.example,sandbox", "portal.example;sandbox;x"] {
        let at = |path: &str| format!("https://{host}{path}");
        let members = json!({ "redirect_uris": [at("/callback")], "frontchannel_logout_uri": at("/logout") });
        let (status, _, told) = refusal(&register(&world, &portal_with(members)).await);
        assert_eq!(status, 400, "{host}");
        assert!(told.contains("has a host with other characters"), "{told}");
    }
}
