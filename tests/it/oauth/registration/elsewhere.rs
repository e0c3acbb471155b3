//! What a registration names and that lies elsewhere: the sector's list of redirect URIs, and the logo.

use http::Method;
use serde_json::{Value, json};

use super::{as_portal, manage, on_every_open_backend, open_world, refusal, register, registered, update_of};
use crate::support::outside::{self, Outside};
use crate::support::world::AN;

/// A portal that lives where `outside` does, and on a second host.
fn portal_of(outside: &Outside, members: Value) -> Value {
    let mut all = json!({
        "client_name": "Portal",
        "redirect_uris": [outside.url("/callback"), "https://portal.example/callback"],
        "sector_identifier_uri": outside.at("localhost", "/sector.json"),
    });
    all.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    all
}

fn listing(uris: &[&str]) -> impl Fn(&outside::Seen) -> axum::response::Response + Send + Sync + 'static {
    let list = json!(uris).to_string();
    move |_| outside::ok("application/json", list.clone())
}

on_every_open_backend! {
    async fn every_redirect_uri_is_on_the_sector_s_list(world: World) {
        let sector = Outside::http(|_| outside::status(404));
        let (own, other) = (sector.url("/callback"), "https://portal.example/callback");
        sector.answers(listing(&[&own]));
        let refused = refusal(&register(&world, &portal_of(&sector, json!({}))).await);
        let expected = "sector_identifier_uri: does not list the redirect URI 'https://portal.example/callback'";
        assert_eq!(refused, (400, "invalid_client_metadata".to_owned(), expected.to_owned()));

        sector.answers(listing(&[other, "https://third.example/", &own]));
        let told = registered(&world, &portal_of(&sector, json!({}))).await;
        assert_eq!(told["sector_identifier_uri"], sector.at("localhost", "/sector.json"));
        let stored = world.operator().client(told["client_id"].as_str().unwrap()).await;
        assert_eq!(stored.sector_identifier, "localhost");
    }

    /// Two portals of one sector see the same person under the same name; the sector outlives an update.
    async fn portals_of_a_sector_know_a_citizen_by_the_same_subject(world: World) {
        let sector = Outside::http(|_| outside::status(404));
        let own = sector.url("/callback");
        sector.answers(listing(&[&own, "https://portal.example/callback"]));
        let (one, two) =
            (registered(&world, &portal_of(&sector, json!({}))).await, registered(&world, &portal_of(&sector, json!({}))).await);
        let subject = async |told: &Value| {
            let portal = as_portal(&world, told);
            let (_, tokens) = world.signed_in(&portal, &AN).await;
            portal.id_token(&tokens).await["sub"].clone()
        };
        let first = subject(&one).await;
        assert_eq!(first, subject(&two).await);
        let renamed = portal_of(&sector, json!({ "client_name": "New name" }));
        assert_eq!(manage(&world, Method::PUT, &one, Some(&update_of(&one, &renamed))).await.status, 200);
        assert_eq!(first, subject(&one).await);
    }

    async fn a_logo_is_fetched_once_and_shown_from_our_own_copy(world: World) {
        let picture = || -> Vec<u8> { [b"\x89PNG\r\n\x1a\n".as_slice(), &[0; 64]].concat() };
        let site = Outside::http(move |_| outside::ok("image/png", picture()));
        let metadata = json!({
            "client_name": "Portal",
            "redirect_uris": [site.url("/callback")],
            "logo_uri": site.url("/logo.png"),
        });
        let told = registered(&world, &metadata).await;
        assert_eq!((told["logo_uri"].as_str(), site.requests()), (Some(site.url("/logo.png").as_str()), 1));
        let page = world.browser().open(&as_portal(&world, &told).start().url()).await;
        let path = page.attribute("img.tile", "src");
        let logo = world.get(&path).await;
        assert_eq!((logo.status.as_u16(), logo.header("content-type")), (200, "image/png"));
        assert_eq!(logo.header("x-content-type-options"), "nosniff");
        assert!(logo.header("content-security-policy").contains("sandbox"));
        assert_eq!(site.requests(), 1, "nothing is fetched while a page is shown");

        let kept = manage(&world, Method::PUT, &told, Some(&update_of(&told, &metadata))).await.json();
        assert_eq!(site.requests(), 1, "the same address, the same picture");
        let without = json!({ "client_name": "Portal", "redirect_uris": [site.url("/callback")] });
        let bare = manage(&world, Method::PUT, &kept, Some(&update_of(&kept, &without))).await;
        assert_eq!(bare.status, 200, "{}", bare.body);
        assert_eq!(world.get(&path).await.status, 404);
    }
}

#[tokio::test]
async fn what_the_sector_s_address_leads_to_is_a_list_of_texts() {
    let world = open_world().await;
    let sector = Outside::http(|_| outside::status(404));
    for (body, media_type, expected) in [
        ("{}", "application/json", "leads to something else than a JSON list of strings"),
        ("[1]", "application/json", "leads to something else than a JSON list of strings"),
        ("[]", "text/html", "answered with another media type than application/json"),
    ] {
        sector.answers(move |_| outside::ok(media_type, body));
        let refused = refusal(&register(&world, &portal_of(&sector, json!({}))).await);
        assert_eq!(refused.1, "invalid_client_metadata");
        assert_eq!(refused.2, format!("sector_identifier_uri: {expected}"));
    }
}

#[tokio::test]
async fn only_a_picture_is_a_logo() {
    let world = open_world().await;
    let site = Outside::http(|_| outside::status(404));
    let metadata = json!({
        "client_name": "Portal",
        "redirect_uris": [site.url("/callback")],
        "logo_uri": site.url("/logo"),
    });
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    for (media_type, body, expected) in [
        ("image/svg+xml", svg.to_owned(), "answered with another media type than image/png"),
        ("image/png", svg.to_owned(), "leads to something else than a PNG, JPEG, WebP or GIF picture"),
        ("text/html", "<html>".to_owned(), "answered with another media type than image/png"),
        ("image/png", "\u{89}".repeat(40_000), "answered with more than is read of a document"),
    ] {
        site.answers(move |_| outside::ok(media_type, body.clone()));
        let refused = refusal(&register(&world, &metadata).await);
        assert_eq!(refused, (400, "invalid_client_metadata".to_owned(), format!("logo_uri: {expected}")));
    }
}
