//! The language: the portal's wish, the person's choice, the browser's, in that order until the person chooses.

use crate::support::World;
use crate::support::world::{AN, Browser, Page};

async fn chooses(browser: &mut Browser, page: &Page, language: &str) -> Page {
    let pairs = [("return_to", page.path()), ("language", language)];
    browser.submit(page, "/language", &pairs.map(|(name, value)| (name.to_owned(), value.to_owned()))).await
}

#[tokio::test]
async fn who_switches_the_language_stays_where_they_were() {
    let world = World::embedded().await;
    let mut browser = world.browser();
    let started = world.portal("tax-office").start().with("ui_locales", "ru");
    let page = browser.open(&started.url()).await;
    assert_eq!((page.language().as_str(), page.heading().as_str()), ("ru", "Войти"));
    assert!(page.has("form[action='/language'] button[lang=vi]"));
    let page = AN.identifies(&mut browser, &page).await;

    let page = chooses(&mut browser, &page, "vi").await;
    assert_eq!((page.language().as_str(), page.heading().as_str()), ("vi", "Nhập mật khẩu"));
    let page = AN.enters(&mut browser, &page, AN.password).await;
    assert_eq!((page.language().as_str(), page.heading().as_str()), ("vi", "Cho phép chia sẻ thông tin?"));
    AN.allows(&mut browser, &page).await;
    assert_eq!(browser.open("/account").await.language(), "vi", "the choice stays");
}

#[tokio::test]
async fn the_switch_leads_nowhere_else() {
    let world = World::embedded().await;
    let mut browser = world.browser();
    let page = browser.open("/account/sign-in").await;
    for target in ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"] {
        let pairs = [("return_to", target), ("language", "vi")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let shown = browser.submit(&page, "/language", &pairs).await;
        assert_eq!((shown.status.as_u16(), shown.path()), (200, "/account/sign-in"), "{target}");
    }
    let page = chooses(&mut browser, &page, "tlh").await;
    assert_eq!(page.language(), "vi", "a language that is not offered changes nothing");
}

#[tokio::test]
async fn every_language_that_is_offered_has_every_page_of_a_sign_in() {
    let world = World::embedded().await;
    let expected = [
        ("vi", ["Đăng nhập", "Nhập mật khẩu", "Cho phép chia sẻ thông tin?", "Bạn đã đăng xuất"]),
        ("en", ["Sign in", "Enter your password", "Share this information?", "You are signed out"]),
        ("fr", ["Se connecter", "Saisissez votre mot de passe", "Partager ces informations ?", "Vous êtes déconnecté"]),
        ("ru", ["Войти", "Введите пароль", "Передать эти сведения?", "Вы вышли"]),
    ];
    for (language, headings) in expected {
        let mut browser = world.browser().speaking(language);
        let portal = world.portal("tax-office");
        let started = portal.start().with("prompt", "consent");
        let first = browser.open(&started.url()).await;
        let second = AN.identifies(&mut browser, &first).await;
        let third = AN.enters(&mut browser, &second, AN.password).await;
        let answered = AN.allows(&mut browser, &third).await;
        let tokens = portal.exchange(&started, &answered.code()).await;
        let last = browser.open(&portal.logout(&[("id_token_hint", &tokens.id_token())])).await;
        let read = [first, second, third, last].map(|page| {
            assert_eq!(page.language(), language);
            page.heading().replace(['\u{a0}', '\u{202f}'], " ")
        });
        assert_eq!(read, headings);
    }
}
