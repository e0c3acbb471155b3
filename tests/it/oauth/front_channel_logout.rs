//! OpenID Connect Front-Channel Logout 1.0: portals' own pages are shown in frames, and then the browser goes on.

use senid::domain::client::LogoutEndpoint;
use url::Url;

use crate::support::World;
use crate::support::world::{AN, Page, Portal, on_every_backend};

const GOODBYE: &str = "https://tax.example/goodbye";

async fn with_frame(world: &World, client: &str, uri: &'static str) -> Portal {
    let endpoint = LogoutEndpoint { uri: uri.to_owned(), session_required: false };
    world.operator().changes(client, |client| client.logout.front_channel = Some(endpoint)).await;
    world.portal(client)
}

/// The addresses of a page's frames.
fn frames(page: &Page) -> Vec<Url> {
    let html = scraper::Html::parse_document(&page.reply.body);
    let selector = scraper::Selector::parse("iframe").unwrap();
    html.select(&selector).map(|frame| frame.attr("src").unwrap().parse().unwrap()).collect()
}

on_every_backend! {
    async fn the_frames_of_everyone_who_took_part_load_before_the_browser_goes_back(world: World) {
        let tax = with_frame(&world, "tax-office", "https://tax.example/frontchannel").await;
        let library = with_frame(&world, "library", "https://library.example/frontchannel?branch=main").await;
        // Who did not take part is not shown.
        with_frame(&world, "registry", "https://registry.example/frontchannel").await;
        let (mut browser, tokens) = world.signed_in(&tax, &AN).await;
        let there = library.id_token(&world.sign_in_again(&mut browser, &library, &AN).await).await;
        let here = tax.id_token(&tokens).await;

        let hint = tokens.id_token();
        let asked = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", GOODBYE), ("state", "a \"b")];
        let page = browser.open(&tax.logout(&asked)).await;
        assert_eq!(page.status, 200, "a page with frames comes first: {}", page.url);
        assert!(!browser.cookies.contains_key("senid-session"));
        let mut shown: Vec<(String, Vec<(String, String)>)> = Vec::new();
        for frame in frames(&page) {
            let query = frame.query_pairs().into_owned().collect();
            shown.push((format!("{}{}", frame.host_str().unwrap(), frame.path()), query));
        }
        shown.sort();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let sid = |claims: &serde_json::Value| pair("sid", claims["sid"].as_str().unwrap());
        assert_eq!(shown, [
            ("library.example/frontchannel".to_owned(), vec![pair("branch", "main"), pair("iss", &world.issuer), sid(&there)]),
            ("tax.example/frontchannel".to_owned(), vec![pair("iss", &world.issuer), sid(&here)]),
        ]);
        let next = format!("{GOODBYE}?state=a+%22b");
        assert_eq!(page.link("#continue"), next);
        // Without script, too.
        assert!(page.reply.body.contains(&format!("<noscript><meta http-equiv=\"refresh\" content=\"5;url={next}\">")));

        let policy = page.reply.header("content-security-policy");
        assert!(policy.contains("frame-src https://library.example https://tax.example;"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");

        let silent = browser.open(&tax.start().with("prompt", "none").url()).await;
        assert_eq!(silent.refusal().0, "login_required");
    }
}

#[tokio::test]
async fn after_the_question_too_and_then_the_page_that_says_so() {
    let world = World::embedded().await;
    let portal = with_frame(&world, "tax-office", "https://tax.example/frontchannel").await;
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    let page = browser.open("/logout").await;
    let page = browser.press(&page, "logout-confirm", &[]).await;
    assert_eq!((page.status.as_u16(), frames(&page).len()), (200, 1));
    let next = page.link("#continue");
    assert_eq!(next, "/signed-out");
    assert!(browser.open(&next).await.has("#signed-out"));
    // A second time there is nobody to be told of.
    let again = browser.open(&portal.logout(&[("client_id", "tax-office")])).await;
    assert!(frames(&again).is_empty());
}

#[tokio::test]
async fn no_other_page_shows_a_frame() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
    for path in ["/account", "/logout", "/signed-out", "/nowhere"] {
        let page = browser.open(path).await;
        assert!(!page.reply.header("content-security-policy").contains("frame-src"), "{path}");
        assert!(frames(&page).is_empty());
    }
    let page = browser.open(&portal.logout(&[("id_token_hint", &tokens.id_token())])).await;
    assert!(page.has("#signed-out"), "nobody has a frame: {}", page.url);
}
