//! What every page says to the browser about itself.

use crate::support::World;
use crate::support::world::{AN, Page, web};

fn policy(page: &Page) -> &str {
    page.reply.header("content-security-policy")
}

#[tokio::test]
async fn a_page_runs_and_loads_nothing_but_its_own_and_is_framed_by_nobody() {
    let world = World::embedded().await;
    let mut browser = world.browser();
    let sign_in = browser.open(&world.portal("tax-office").start().url()).await;
    let password = AN.identifies(&mut browser, &sign_in).await;
    let consent = AN.enters(&mut browser, &password, AN.password).await;
    let account = browser.open("/account").await;
    let lost = browser.open("/nothing").await;
    for page in [&sign_in, &password, &consent, &account, &lost] {
        let policy = policy(page);
        assert!(policy.contains("default-src 'none'") || policy.contains("default-src 'self'"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        for (name, value) in
            [("cache-control", "no-store"), ("x-content-type-options", "nosniff"), ("x-frame-options", "DENY")]
        {
            assert_eq!(page.reply.header(name), value, "{name} of {}", page.path());
        }
        assert!(["no-referrer", "same-origin"].contains(&page.reply.header("referrer-policy")));
        assert!(!page.has("script:not([src])") && !page.has("[style]") && !page.has("[onclick]"), "{}", page.path());
        assert!(!page.reply.body.contains("https://tax.example"), "nothing of another site is loaded or linked");
    }
}

#[tokio::test]
async fn a_form_leads_to_the_portal_that_asked_and_to_nobody_else() {
    let world = World::embedded().await;
    let mut browser = world.browser();
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    assert!(policy(&page).contains("form-action 'self' https://tax.example;"), "{}", policy(&page));
    let page = browser.open("/account/sign-in").await;
    assert!(policy(&page).contains("form-action 'self';"), "{}", policy(&page));
}

#[tokio::test]
async fn a_file_that_pages_load_is_taken_for_nothing_else() {
    let world = World::embedded().await;
    let mut browser = world.browser();
    let page = browser.open("/account/sign-in").await;
    assert_eq!(page.reply.header("cross-origin-opener-policy"), "same-origin");
    let path = page.reply.body.split('"').find(|part| part.starts_with("/static/lotus")).unwrap();
    let file = web::get(&world.at(path), &[]).await;
    assert_eq!(file.status, 200);
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
        // Of pages alone.
        ("cross-origin-opener-policy", ""),
        ("permissions-policy", ""),
    ] {
        assert_eq!(file.header(name), value, "{name}");
    }
}
