//! The consent page shows what is asked for, by scope or singly, and nothing else.

use serde_json::{Value, json};

use crate::oauth::authorization_details::{asked, asking, paying, payment};
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
        (
            "en",
            "Picture of you https://people.senid.example/an/picture.jpg Date of birth 15 August 1990 Needed: without it the portal cannot serve you. Gender Male",
        ),
        (
            "vi",
            "Ảnh của bạn https://people.senid.example/an/picture.jpg Ngày sinh 15/08/1990 Bắt buộc: thiếu thông tin này cổng không thể phục vụ bạn. Giới tính Nam",
        ),
        (
            "fr",
            "Photo de vous https://people.senid.example/an/picture.jpg Date de naissance 15/08/1990 Indispensable : sans elle, le portail ne peut pas vous servir. Sexe Masculin",
        ),
        (
            "ru",
            "Ваша фотография https://people.senid.example/an/picture.jpg Дата рождения 15.08.1990 Обязательно: без этого портал не сможет вам помочь. Пол Мужской",
        ),
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

#[tokio::test]
async fn what_is_asked_for_in_a_structure_of_its_own_is_a_sentence_in_the_reader_s_language() {
    let world = World::embedded().await;
    let portal = paying(&world).await;
    let mut dated = payment("1250000.50");
    dated["date"] = "2026-11-22".into();
    for (language, title, sentence) in [
        ("en", "Payment", "Pay 1,250,000.50 VND to Kho bạc Nhà nước on 22 November 2026"),
        ("vi", "Thanh toán", "Trả 1.250.000,50 VND cho Kho bạc Nhà nước vào ngày 22/11/2026"),
        // Of which the operator wrote nothing: English, with the reader's own figures.
        ("ru", "Payment", "Pay 1 250 000,50 VND to Kho bạc Nhà nước on 22.11.2026"),
    ] {
        let mut browser = world.browser().speaking(language);
        let page = asked(&mut browser, &asking(&portal, &json!([dated]))).await;
        assert_eq!((page.words(".asked h2"), page.words(".sentence")), (title.to_owned(), sentence.to_owned()));
    }
}

#[tokio::test]
async fn every_detail_of_a_request_is_shown_and_later_found_in_the_account() {
    let world = World::embedded().await;
    let portal = paying(&world).await;
    let mut browser = world.browser();
    let batch = json!({"type": "batch", "account": "VN1", "locations": []});
    let started = asking(&portal, &json!([payment("5"), payment("6"), batch]));
    let page = asked(&mut browser, &started).await;
    assert_eq!(page.words(".asked h2"), "Payment Payment The type batch");
    assert_eq!(page.heading(), "Allow this request?");
    assert_eq!(page.words(".asked dl dt, .asked dl dd"), "account VN1 locations —");
    let code = AN.allows(&mut browser, &page).await.code();
    assert_eq!(portal.exchange(&started, &code).await.status, 200);

    let page = browser.open("/account/portals").await;
    assert_eq!(page.words(".connected .sentence"), "Pay 5 VND to Kho bạc Nhà nước Pay 6 VND to Kho bạc Nhà nước Do it");
    let page = browser.open("/account/portals/tax-office/withdraw").await;
    browser.press(&page, "withdraw-confirm", &[]).await;
    assert!(!browser.open("/account/portals").await.has(".connected"));
}
