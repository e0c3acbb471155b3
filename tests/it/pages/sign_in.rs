//! Saying who one is and proving it: the sentences beside the field, in Vietnamese and in English.

use crate::support::World;
use crate::support::world::{AN, BINH, Browser, Citizen, Page};

const LANGUAGES: [&str; 2] = ["vi", "en"];
const WRONG: [&str; 2] = [
    "Số định danh hoặc mật khẩu không đúng. Hãy kiểm tra rồi nhập lại.",
    "The identifier or the password is not right. Check both and try again.",
];

async fn begin(world: &World, language: &str) -> (Browser, Page) {
    let mut browser = world.browser().speaking(language);
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    assert_eq!((page.status.as_u16(), page.language().as_str()), (200, language));
    (browser, page)
}

#[tokio::test]
async fn what_can_be_nobody_s_name_is_said_beside_the_field() {
    let world = World::embedded().await;
    let missing = [
        "Hãy nhập số định danh cá nhân, số điện thoại hoặc thư điện tử.",
        "Enter your personal identification number, telephone number or e-mail address.",
    ];
    let malformed = [
        "Giá trị vừa nhập không phải số định danh, số điện thoại hay thư điện tử. Số định danh cá nhân gồm đúng 12 chữ số.",
        "This is not an identification number, a telephone number or an e-mail address. A personal identification number \
         has exactly 12 digits.",
    ];
    for (at, language) in LANGUAGES.into_iter().enumerate() {
        let (mut browser, page) = begin(&world, language).await;
        for (typed, sentence) in [("  ", missing[at]), ("00109012345", malformed[at]), ("nguyễn văn an", malformed[at])]
        {
            let page = browser.press(&page, "continue", &[("username", typed)]).await;
            assert_eq!((page.status.as_u16(), page.problem().as_str()), (422, sentence), "{typed}");
            assert_eq!(page.field("username"), typed, "what was typed is kept");
            assert!(page.words("#problem").contains(page.reply.header("x-request-id")), "support can find it");
            assert!(page.title().starts_with(["Lỗi:", "Error:"][at]), "{}", page.title());
        }
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_the_same_to_a_stranger() {
    let world = World::embedded().await;
    let nobody = Citizen { identifier: "001099999999", ..AN };
    for (at, language) in LANGUAGES.into_iter().enumerate() {
        let (mut browser, page) = begin(&world, language).await;
        let wrong = AN.tries(&mut browser, &page, "wrong-password-2026").await;
        assert_eq!((wrong.status.as_u16(), wrong.problem().as_str()), (401, WRONG[at]));
        assert_eq!(wrong.field("password"), "", "a password is never sent back");

        let (mut browser, page) = begin(&world, language).await;
        let unknown = nobody.tries(&mut browser, &page, "wrong-password-2026").await;
        assert_eq!((unknown.status.as_u16(), unknown.problem()), (401, wrong.problem()));
        assert!(!browser.cookies.contains_key("senid-session") && !browser.cookies.contains_key("senid-device"));
    }
}

#[tokio::test]
async fn a_missing_password_is_asked_for() {
    let world = World::embedded().await;
    for (language, sentence) in LANGUAGES.into_iter().zip(["Hãy nhập mật khẩu.", "Enter your password."]) {
        let (mut browser, page) = begin(&world, language).await;
        let page = AN.tries(&mut browser, &page, "").await;
        assert_eq!((page.status.as_u16(), page.problem().as_str()), (422, sentence));
        // And the sign-in goes on from there.
        assert!(AN.enters(&mut browser, &page, AN.password).await.has("#allow"));
    }
}

#[tokio::test]
async fn a_telephone_number_or_an_e_mail_address_names_somebody_too() {
    let world = World::embedded().await;
    for identifier in ["0912345678", "+84 912 345 678", "AN.Nguyen@senid.example", " 001 090 123 456 "] {
        let (mut browser, page) = begin(&world, "en").await;
        let page = Citizen { identifier, ..AN }.signs_in(&mut browser, &page).await;
        assert!(page.text().contains(AN.name), "{identifier}: {}", page.text());
    }
}

#[tokio::test]
async fn the_password_page_shows_who_and_lets_them_change_it() {
    let world = World::embedded().await;
    let (mut browser, page) = begin(&world, "en").await;
    let page = AN.identifies(&mut browser, &page).await;
    assert_eq!(page.heading(), "Enter your password");
    assert!(!page.text().contains(AN.identifier), "over a shoulder there is little to read: {}", page.text());
    let change = page.link(".who a");
    let page = browser.open(&change).await;
    assert_eq!(page.field("username"), AN.identifier);
    let page = BINH.signs_in(&mut browser, &page).await;
    assert!(page.text().contains(BINH.name), "{}", page.text());
}

#[tokio::test]
async fn a_password_is_what_was_typed_however_the_keyboard_composes_it() {
    let world = World::embedded().await;
    // Longer than any password there can be, and every kind of character: refused like any other, and nothing breaks.
    for typed in ["x".repeat(511), "ệ".repeat(100), "\u{202e}\u{0}a".replace('\u{0}', "\u{1}"), "🪷".repeat(40)] {
        let (mut browser, page) = begin(&world, "en").await;
        let page = AN.tries(&mut browser, &page, &typed).await;
        assert_eq!(page.status, 401);
        // From the third on it says besides how long the next one has to wait.
        assert!(page.problem().starts_with(WRONG[1]), "{}", page.problem());
        world.wait_as_told(&page);
    }
}

#[tokio::test]
async fn whoever_is_asked_again_reads_why() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    let page = browser.open(&portal.start().with("prompt", "login").url()).await;
    let why = "This portal asks you to confirm who you are, although you signed in before.";
    assert!(page.text().contains(why), "{}", page.text());

    let (_, binh) = world.signed_in(&portal, &BINH).await;
    let page = browser.open(&portal.start().with("id_token_hint", &binh.id_token()).url()).await;
    let why = "This portal asks for a different account from the one signed in on this browser.";
    assert!(page.text().contains(why), "{}", page.text());
}

#[tokio::test]
async fn the_consent_page_also_names_what_is_not_known_yet() {
    let world = World::embedded().await;
    let mut browser = world.browser();
    let page = browser.open(&world.portal("library").start().url()).await;
    let consent = BINH.signs_in(&mut browser, &page).await;
    let later = consent.words("#later");
    assert!(later.starts_with("Also, once they are known:") && later.contains("nickname"), "{later}");
    assert!(!later.contains("birth"), "what is known stands above, with its value: {later}");
}
