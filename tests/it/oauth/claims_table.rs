//! Which scope releases which claims, and in which form: OpenID Connect Core §5.1, §5.3.2, §5.4.

use serde_json::{Value, json};

use senid::domain::claims::{CLAIMS, LINKED_ACCOUNTS, ORGANISATION};
use senid::flows::admin::particulars::Column;

use crate::support::World;
use crate::support::world::{AN, BINH, Citizen, NOW, Portal, on_every_backend};

/// OpenID Connect Core §5.4.
const PROFILE: &str = "name family_name given_name middle_name nickname preferred_username profile picture website gender \
     birthdate zoneinfo locale updated_at";

/// What userinfo says of `citizen` to a portal that asks for `scope`, without the `sub`.
async fn told(world: &World, portal: &Portal, citizen: &Citizen, scope: &str) -> Value {
    let mut browser = world.browser();
    let started = portal.start().with("scope", scope);
    let page = browser.open(&started.url()).await;
    let page = citizen.goes_through(&mut browser, page).await;
    let tokens = portal.exchange(&started, &page.code()).await;
    let id_token = portal.id_token(&tokens).await;
    assert!(CLAIMS.iter().all(|rule| id_token.get(rule.claim).is_none()), "nothing of the person: {id_token}");
    let mut claims = portal.claims(&tokens.access_token()).await;
    assert_eq!(claims.as_object_mut().unwrap().remove("sub"), Some(id_token["sub"].clone()), "{scope}");
    claims
}

on_every_backend! {
    async fn each_scope_releases_its_claims_and_no_other(world: World) {
        let portal = world.portal("tax-office");
        for (scope, expected) in [
            ("openid", json!({})),
            ("openid email", json!({ "email": "an.nguyen@senid.example", "email_verified": true })),
            ("openid phone", json!({ "phone_number": "+84912345678", "phone_number_verified": true })),
            (
                "openid address",
                json!({ "address": {
                    "formatted": "Số 12 phố Trúc Bạch, phường Ba Đình, Hà Nội", "street_address": "Số 12 phố Trúc Bạch",
                    "locality": "Phường Ba Đình", "region": "Hà Nội", "postal_code": "11100", "country": "VN",
                } }),
            ),
            ("openid national_id", json!({ "national_id": AN.identifier, "national_id_scheme": "vn" })),
            (
                "openid profile",
                json!({
                    "name": AN.name, "family_name": "Nguyễn", "given_name": "An", "middle_name": "Văn",
                    "nickname": "Tí", "preferred_username": "an.nguyen",
                    "profile": "https://people.senid.example/an",
                    "picture": "https://people.senid.example/an/picture.jpg",
                    "website": "https://an.senid.example/", "gender": "male", "birthdate": "1990-08-15",
                    "zoneinfo": "Asia/Ho_Chi_Minh", "locale": "vi-VN", "updated_at": NOW.seconds(), "account_level": 2,
                }),
            ),
        ] {
            assert_eq!(told(&world, &portal, &AN, scope).await, expected, "{scope}");
        }
    }

    async fn one_person_has_every_claim_of_every_scope(world: World) {
        let portal = world.portal("tax-office");
        let claims = told(&world, &portal, &AN, portal.registration.scope).await;
        let told: Vec<&String> = claims.as_object().unwrap().keys().collect();
        // In whose name somebody acts is told of whoever acts for one, and what they had at a portal of whoever had anything.
        let of_everybody = |claim: &&str| ![ORGANISATION, LINKED_ACCOUNTS].contains(claim);
        let mut all: Vec<&str> = CLAIMS.iter().map(|rule| rule.claim).filter(of_everybody).collect();
        all.sort_unstable();
        assert_eq!(told, all);
        for claim in PROFILE.split(' ') {
            assert!(claims.get(claim).is_some(), "{claim}");
        }
        assert!(claims["updated_at"].is_i64() && claims["email_verified"].is_boolean() && claims["address"].is_object());
    }

    async fn what_is_not_known_is_left_out_and_never_null_or_empty(world: World) {
        let portal = world.portal("tax-office");
        let claims = told(&world, &portal, &BINH, portal.registration.scope).await;
        assert!(claims.get("nickname").is_none() && claims.get("picture").is_none(), "{claims}");
        fn holds_nothing(value: &Value) -> bool {
            match value {
                Value::Null => true,
                Value::String(text) => text.is_empty(),
                Value::Object(members) => members.is_empty() || members.values().any(holds_nothing),
                Value::Array(items) => items.is_empty() || items.iter().any(holds_nothing),
                _ => false,
            }
        }
        assert!(claims.as_object().unwrap().values().all(|value| !holds_nothing(value)), "{claims}");
    }
}

#[tokio::test]
async fn a_birth_date_is_told_as_far_as_core_has_a_form_for_it() {
    let world = World::embedded().await;
    let portal = world.portal("library");
    for (number, entered, told_as) in [
        ("001190000001", "1990-00-00", "1990"),
        ("001190000002", "1990-05-00", "1990"),
        ("001190000003", "1990-05", "1990"),
        ("001190000004", "0000-02-29", "0000-02-29"),
    ] {
        let person = Citizen { name: "Lê Thị Lan", identifier: number, ..BINH };
        world.operator().adds(&person, &[(Column::Birthdate, entered)]).await;
        let claims = told(&world, &portal, &person, "openid profile").await;
        assert_eq!(claims["birthdate"], told_as, "{entered}");
    }
}

#[test]
fn the_claims_of_profile_are_the_fourteen_of_core_and_the_account_level() {
    let own = CLAIMS.iter().filter(|rule| rule.scope == "profile").map(|rule| rule.claim);
    let own: Vec<&str> = own.collect();
    assert_eq!(own, PROFILE.split(' ').chain(["account_level"]).collect::<Vec<_>>());
}
