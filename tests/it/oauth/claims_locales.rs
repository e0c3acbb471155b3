//! Names in other languages and scripts: OpenID Connect Core §5.2.

use serde_json::{Value, json};

use crate::support::World;
use crate::support::world::{AN, BINH, Citizen, Portal, Started, on_every_backend};

async fn told(world: &World, portal: &Portal, citizen: &Citizen, started: &Started) -> Value {
    let mut browser = world.browser();
    let page = browser.open(&started.url()).await;
    let page = citizen.goes_through(&mut browser, page).await;
    let tokens = portal.exchange(started, &page.code()).await;
    portal.claims(&tokens.access_token()).await
}

on_every_backend! {
    async fn names_come_in_the_languages_asked_for_and_always_as_they_are(world: World) {
        let portal = world.portal("tax-office");
        let asked = portal.start().with("scope", "openid profile").with("claims_locales", "fr RU-ru en");
        let claims = told(&world, &portal, &AN, &asked).await;
        for (name, value) in [
            ("name", AN.name), ("name#ru", "Нгуен Ван Ан"), ("family_name#ru", "Нгуен"), ("given_name#ru", "Ан"),
            ("name#en", "Nguyen Van An"), ("family_name#en", "Nguyen"), ("given_name#en", "An"),
        ] {
            assert_eq!(claims[name], value, "{name}");
        }
        let tagged = claims.as_object().unwrap().keys().filter(|name| name.contains('#')).count();
        assert_eq!(tagged, 6, "nothing that is not known, and nothing that is no name: {claims}");
    }

    async fn a_name_may_be_asked_for_in_one_language(world: World) {
        let portal = world.portal("tax-office");
        let claims = json!({ "userinfo": { "name#ru-RU": { "essential": true }, "nickname#ru": null, "gender#ru": null } });
        let asked = portal.start().with("scope", "openid").with("claims", &claims.to_string());
        let mut claims = told(&world, &portal, &AN, &asked).await;
        assert!(claims.as_object_mut().unwrap().remove("sub").is_some());
        assert_eq!(claims, json!({ "name": AN.name, "name#ru": "Нгуен Ван Ан", "nickname": "Tí", "gender": "male" }));
    }

    async fn without_a_wish_and_without_another_name_there_is_the_plain_one(world: World) {
        let portal = world.portal("tax-office");
        let plain = portal.start().with("scope", "openid profile");
        for (citizen, asked) in [(&AN, plain.clone()), (&BINH, plain.with("claims_locales", "ru en vi"))] {
            let claims = told(&world, &portal, citizen, &asked).await;
            assert_eq!(claims["name"], citizen.name);
            assert!(claims.as_object().unwrap().keys().all(|name| !name.contains('#')), "{claims}");
        }
    }
}

#[tokio::test]
async fn the_person_sees_every_name_that_is_sent() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let page = browser.open(&portal.start().with("scope", "openid profile").with("claims_locales", "ru").url()).await;
    let consent = AN.signs_in(&mut browser, &page).await;
    assert!(consent.text().contains("Nguyễn Văn An · Нгуен Ван Ан"), "{}", consent.text());
}
