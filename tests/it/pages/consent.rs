//! The consent page shows what is asked for, by scope or singly, and nothing else.

use serde_json::{Value, json};

use crate::support::World;
use crate::support::world::{AN, Page};

async fn consent(world: &World, scope: &str, claims: Value, language: &str) -> Page {
    let started = world.portal("tax-office").start().with("scope", scope).with("claims", &claims.to_string());
    let mut browser = world.browser().speaking(language);
    let page = browser.open(&started.url()).await;
    AN.signs_in(&mut browser, &page).await
}

#[tokio::test]
async fn single_claims_are_shown_exactly() {
    let world = World::embedded().await;
    let asked =
        json!({ "userinfo": { "picture": null, "gender": null }, "id_token": { "birthdate": { "essential": true } } });
    for (language, rows) in [
        ("en", "Picture of you https://people.senid.example/an/picture.jpg Date of birth 15 August 1990 Gender Male"),
        ("vi", "Ảnh của bạn https://people.senid.example/an/picture.jpg Ngày sinh 15/08/1990 Giới tính Nam"),
        ("fr", "Photo de vous https://people.senid.example/an/picture.jpg Date de naissance 15/08/1990 Sexe Masculin"),
        ("ru", "Ваша фотография https://people.senid.example/an/picture.jpg Дата рождения 15.08.1990 Пол Мужской"),
    ] {
        let page = consent(&world, "openid", asked.clone(), language).await;
        assert_eq!(page.words(".claims dt, .claims dd"), rows, "{language}");
    }
}

#[tokio::test]
async fn a_claim_about_another_claim_is_shown_where_it_stands_alone() {
    let world = World::embedded().await;
    let page = consent(&world, "openid", json!({ "userinfo": { "email_verified": null } }), "en").await;
    assert_eq!(page.words(".claims dt, .claims dd"), "Whether the e-mail address is confirmed Yes");
    let page = consent(&world, "openid", json!({ "userinfo": { "email_verified": null, "email": null } }), "en").await;
    assert_eq!(page.words(".claims dt, .claims dd"), "E-mail address an.nguyen@senid.example");
    let page = consent(&world, "openid", json!({ "id_token": { "updated_at": null } }), "en").await;
    assert_eq!(page.words(".claims dt, .claims dd"), "When your information last changed 15 January 2027");
}

#[tokio::test]
async fn a_claim_is_shown_before_it_is_allowed_whatever_value_was_asked_for() {
    let world = World::embedded().await;
    // It would not be sent now. But the permission is for the claim, and will be remembered for it.
    let page = consent(&world, "openid", json!({ "userinfo": { "name": { "value": "Somebody Else" } } }), "en").await;
    assert_eq!(page.words(".claims dt, .claims dd"), "Full name Nguyễn Văn An");
}

#[tokio::test]
async fn what_the_portal_is_not_registered_for_is_not_asked_about() {
    let world = World::embedded().await;
    let asked = json!({ "userinfo": { "national_id": { "essential": true }, "email": null, "gender": null } });
    let started = world.portal("library").start().with("scope", "openid").with("claims", &asked.to_string());
    let mut browser = world.browser();
    let page = browser.open(&started.url()).await;
    let page = AN.signs_in(&mut browser, &page).await;
    assert_eq!(page.words(".claims dt, .claims dd"), "Gender Male");
}
