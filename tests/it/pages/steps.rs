//! No step can be skipped, repeated, taken from another browser, or sent by another site.

use std::time::Duration;

use http::Method;

use crate::support::World;
use crate::support::world::{AN, Browser, Page, Started, on_every_backend};

const MINUTE: Duration = Duration::from_secs(60);
const OVER: [&str; 2] = ["Lượt đăng nhập này đã kết thúc", "This sign-in is over"];
const OTHER_BROWSER: [&str; 2] = ["Lượt đăng nhập thuộc trình duyệt khác", "This sign-in belongs to another browser"];
const STALE_FORM: [&str; 2] = ["Biểu mẫu không còn dùng được", "This form can no longer be used"];

async fn begin(world: &World) -> (Browser, Page, Started) {
    let mut browser = world.browser();
    let started = world.portal("tax-office").start();
    let page = browser.open(&started.url()).await;
    (browser, page, started)
}

/// Shows the page in Vietnamese and in English.
async fn reads(browser: &mut Browser, page: &Page, status: u16, headings: [&str; 2]) {
    assert_eq!((page.status.as_u16(), page.heading().as_str()), (status, headings[1]), "{}", page.text());
    browser.accept_language = "vi".to_owned();
    let again = browser.reload(page).await;
    browser.accept_language = "en".to_owned();
    assert_eq!((again.status.as_u16(), again.heading().as_str()), (status, headings[0]));
}

on_every_backend! {
    async fn a_sign_in_is_over_when_its_time_is_up(world: World) {
        let (mut browser, page, _) = begin(&world).await;
        world.wait(29 * MINUTE);
        let page = AN.identifies(&mut browser, &page).await;
        assert_eq!(page.heading(), "Enter your password");
        world.wait(MINUTE);
        let late = AN.enters(&mut browser, &page, AN.password).await;
        reads(&mut browser, &late, 410, OVER).await;
        assert!(!browser.cookies.contains_key("senid-session"));
    }

    async fn more_time_is_given_to_who_asks_for_it(world: World) {
        let (mut browser, mut page, _) = begin(&world).await;
        for _ in 0..9 {
            world.wait(29 * MINUTE);
            page = browser.press(&page, "extend", &[("username", AN.identifier)]).await;
            assert_eq!((page.status.as_u16(), page.field("username").as_str()), (200, AN.identifier), "kept");
        }
        assert!(AN.signs_in(&mut browser, &page).await.has("#allow"));
    }

    async fn another_browser_cannot_go_on_with_a_sign_in(world: World) {
        let (mut browser, page, _) = begin(&world).await;
        let password = AN.identifies(&mut browser, &page).await;
        let mut other = world.browser();
        let shown = other.reload(&page).await;
        reads(&mut other, &shown, 403, OTHER_BROWSER).await;
        // Nor with the form that somebody sent along.
        let sent = AN.enters(&mut other, &password, AN.password).await;
        assert_eq!((sent.status.as_u16(), sent.heading().as_str()), (403, OTHER_BROWSER[1]));
        // Nor with a sign-in of its own.
        other.open(&world.portal("tax-office").start().url()).await;
        let sent = AN.enters(&mut other, &password, AN.password).await;
        assert_eq!((sent.status.as_u16(), sent.heading().as_str()), (403, OTHER_BROWSER[1]));
        assert!(AN.enters(&mut browser, &password, AN.password).await.has("#allow"), "the first one can");
    }

    async fn a_tampered_cookie_is_another_browser(world: World) {
        let (mut browser, page, _) = begin(&world).await;
        let page = AN.identifies(&mut browser, &page).await;
        let untouched = browser.cookies["senid-browser"].clone();
        for tampered in [format!("{}x", &untouched[..untouched.len() - 1]), String::new(), "x".repeat(5000)] {
            browser.cookies.insert("senid-browser".to_owned(), tampered);
            let shown = AN.enters(&mut browser, &page, AN.password).await;
            assert_eq!((shown.status.as_u16(), shown.heading().as_str()), (403, OTHER_BROWSER[1]));
        }
        browser.cookies.insert("senid-browser".to_owned(), untouched);
        assert!(AN.enters(&mut browser, &page, AN.password).await.has("#allow"));
    }

    async fn a_tampered_session_cookie_is_nobody(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        let untouched = browser.cookies["senid-session"].clone();
        let silent = portal.start().with("prompt", "none");
        for tampered in [format!("{}x", &untouched[..untouched.len() - 1]), "x".repeat(5000)] {
            browser.cookies.insert("senid-session".to_owned(), tampered);
            assert_eq!(browser.open(&silent.url()).await.refusal().0, "login_required");
        }
        browser.cookies.insert("senid-session".to_owned(), untouched);
        assert!(browser.open(&silent.url()).await.answer().contains_key("code"));
    }

    async fn back_after_the_answer_says_that_it_is_over(world: World) {
        let (mut browser, identify, started) = begin(&world).await;
        let password = AN.identifies(&mut browser, &identify).await;
        let consent = AN.enters(&mut browser, &password, AN.password).await;
        let answered = AN.allows(&mut browser, &consent).await;
        for page in [&identify, &password, &consent] {
            let again = browser.reload(page).await;
            reads(&mut browser, &again, 410, OVER).await;
        }
        for (page, button) in [(&identify, "continue"), (&password, "login"), (&consent, "allow"), (&consent, "deny")] {
            let again = browser.press(page, button, &[]).await;
            assert_eq!((again.status.as_u16(), again.heading().as_str()), (410, OVER[1]), "{button}");
        }
        let portal = world.portal("tax-office");
        assert_eq!(portal.exchange(&started, &answered.code()).await.status, 200, "and did no harm");
    }

    async fn back_before_the_answer_goes_on_where_it_was(world: World) {
        let (mut browser, identify, _) = begin(&world).await;
        let password = AN.identifies(&mut browser, &identify).await;
        let consent = AN.enters(&mut browser, &password, AN.password).await;
        for (page, button) in [(&identify, "continue"), (&password, "login")] {
            let shown = browser.reload(page).await;
            assert_eq!(shown.url, consent.url);
            let filled = if button == "login" { ("password", "wrong") } else { ("username", "079192000123") };
            let shown = browser.press(page, button, &[filled]).await;
            assert_eq!((shown.url.as_str(), shown.status.as_u16()), (consent.url.as_str(), 200), "{button}");
            assert!(shown.text().contains(AN.name), "nobody else came in between");
        }
        assert!(AN.allows(&mut browser, &consent).await.answer().contains_key("code"));
    }

    async fn a_form_that_is_sent_twice_at_once_is_answered_once(world: World) {
        let (mut browser, page, _) = begin(&world).await;
        let page = AN.signs_in(&mut browser, &page).await;
        let clicks: Vec<_> = (0..8)
            .map(|_| {
                let (mut browser, page) = (browser.clone(), page.clone());
                tokio::spawn(async move { AN.allows(&mut browser, &page).await })
            })
            .collect();
        let mut codes = 0;
        for click in clicks {
            let page = click.await.unwrap();
            match page.status.as_u16() {
                303 => codes += usize::from(page.answer().contains_key("code")),
                _ => assert_eq!((page.status.as_u16(), page.heading().as_str()), (410, OVER[1])),
            }
        }
        assert_eq!(codes, 1);
    }
}

#[tokio::test]
async fn an_empty_post_changes_nothing() {
    let world = World::embedded().await;
    let (mut browser, page, _) = begin(&world).await;
    let password = AN.identifies(&mut browser, &page).await;
    for page in [&page, &password] {
        let shown = browser.submit(page, page.path(), &[]).await;
        assert_eq!((shown.status.as_u16(), shown.heading().as_str()), (403, STALE_FORM[1]));
    }
    let consent = AN.enters(&mut browser, &password, AN.password).await;
    let shown = browser.submit(&consent, consent.path(), &[]).await;
    assert_eq!((shown.status.as_u16(), shown.heading().as_str()), (403, STALE_FORM[1]));

    // Its own form without a choice: the question stands.
    let mut form = consent.form_of("allow", &[]);
    form.pairs.retain(|(name, _)| name != "choice");
    for choice in [None, Some(""), Some("perhaps")] {
        let mut pairs = form.pairs.clone();
        pairs.extend(choice.map(|choice| ("choice".to_owned(), choice.to_owned())));
        let shown = browser.submit(&consent, &form.action, &pairs).await;
        assert_eq!((shown.status.as_u16(), shown.heading().as_str()), (200, "Share this information?"), "{choice:?}");
    }
}

#[tokio::test]
async fn a_step_that_does_not_come_next_is_not_taken() {
    let world = World::embedded().await;
    let (mut browser, identify, _) = begin(&world).await;
    // The pages of later steps lead back to the one that comes next.
    for step in ["password", "consent"] {
        let shown = browser.open(&format!("{}/{step}", identify.path())).await;
        assert_eq!(shown.url, identify.url, "{step}");
    }
    // A later step's form needs a token of its own, and this step's is not it.
    let form = identify.form_of("continue", &[]);
    let csrf = form.pairs.iter().find(|(name, _)| name == "csrf").unwrap().clone();
    for (step, choice) in [("password", ("password", AN.password)), ("consent", ("choice", "allow"))] {
        let pairs = [csrf.clone(), (choice.0.to_owned(), choice.1.to_owned())];
        let shown = browser.submit(&identify, &format!("{}/{step}", identify.path()), &pairs).await;
        assert_eq!((shown.status.as_u16(), shown.heading().as_str()), (403, STALE_FORM[1]), "{step}");
    }
    assert!(AN.signs_in(&mut browser, &identify).await.has("#allow"));
}

#[tokio::test]
async fn a_form_is_good_for_one_sign_in() {
    let world = World::embedded().await;
    let (mut browser, first, _) = begin(&world).await;
    let second = browser.open(&world.portal("library").start().url()).await;
    let borrowed = first.form_of("continue", &[("username", AN.identifier)]);
    let shown = browser.submit(&second, second.path(), &borrowed.pairs).await;
    assert_eq!((shown.status.as_u16(), shown.heading().as_str()), (403, STALE_FORM[1]));
    // Both go on side by side, as in two tabs.
    let first = AN.identifies(&mut browser, &first).await;
    let second = AN.signs_in(&mut browser, &second).await;
    assert!(second.text().contains("The library"), "{}", second.text());
    assert!(AN.enters(&mut browser, &first, AN.password).await.text().contains("The tax office"));
}

#[tokio::test]
async fn another_site_s_form_is_refused_whatever_it_carries() {
    let world = World::embedded().await;
    let (mut browser, page, _) = begin(&world).await;
    let form = page.form_of("continue", &[("username", AN.identifier)]);
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        let shown = browser.post_from(origin, &form.action, &form.pairs).await;
        assert_eq!((shown.status.as_u16(), shown.heading().as_str()), (403, STALE_FORM[1]), "{origin}");
    }
    // Even where the browser sends its cookies along.
    let pairs: Vec<_> = form.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let body = Some(crate::support::world::web::encode(&pairs));
    let reply = browser.request(Method::POST, &page.url, body, &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!(reply.status, 403);
    assert_eq!(AN.identifies(&mut browser, &page).await.heading(), "Enter your password");
}

#[tokio::test]
async fn a_sign_in_that_never_was_is_over_and_a_path_that_is_none_is_not_found() {
    let world = World::embedded().await;
    let mut browser = world.browser();
    let page = browser.open("/sign-in/01a3185c-5000-7b1d-9dc4-615e878be645").await;
    reads(&mut browser, &page, 410, OVER).await;
    for path in ["/sign-in/x", "/sign-in", "/nothing", "/sign-in/x/password"] {
        let page = browser.open(path).await;
        reads(&mut browser, &page, 404, ["Không tìm thấy trang", "Page not found"]).await;
    }
}
