//! An issuer with a path: everything is below it, and nothing of it beside it.

use http::Method;
use scraper::{Html, Selector};

use crate::support::World;
use crate::support::world::{AN, Browser, Page, web};

const PATH: &str = "/sso/citizens";

/// Every address of this server that the page names, in links, forms and files.
fn own_addresses(page: &Page) -> Vec<String> {
    let html = Html::parse_document(&page.reply.body);
    let all = Selector::parse("[href], [src], [action]").unwrap();
    let attributes = |element: scraper::ElementRef<'_>| {
        ["href", "src", "action"].map(|name| element.attr(name).map(str::to_owned)).into_iter().flatten().collect()
    };
    html.select(&all)
        .flat_map(|element| -> Vec<String> { attributes(element) })
        .filter(|at| at.starts_with('/'))
        .collect()
}

/// The page stands below the issuer, and so does all that it leads to.
fn is_below(world: &World, page: &Page) {
    assert!(page.url.as_str().starts_with(&world.at("/")), "{}", page.url);
    let addresses = own_addresses(page);
    assert!(addresses.len() >= 4, "{}: {addresses:?}", page.url);
    let beside: Vec<_> = addresses.iter().filter(|at| !at.starts_with(&format!("{PATH}/"))).collect();
    assert!(beside.is_empty(), "{}: {beside:?}", page.url);
}

#[tokio::test]
async fn a_citizen_signs_in_looks_around_and_signs_out_below_the_path() {
    let world = World::embedded_below(PATH).await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let started = portal.start();
    let page = browser.open(&started.url()).await;
    is_below(&world, &page);
    let page = AN.identifies(&mut browser, &page).await;
    is_below(&world, &page);

    let choice = page.form_with("return_to");
    let chosen = [choice.pairs, vec![("language".to_owned(), "vi".to_owned())]].concat();
    let page = browser.submit(&page, &choice.action, &chosen).await;
    assert_eq!((page.language().as_str(), page.heading().as_str()), ("vi", "Nhập mật khẩu"));
    let page = AN.enters(&mut browser, &page, AN.password).await;
    is_below(&world, &page);
    let page = AN.allows(&mut browser, &page).await;
    assert_eq!(page.answer()["iss"], world.issuer);

    // The helper proves `iss` and finds the keys by discovery.
    let tokens = portal.exchange(&started, &page.code()).await;
    let sub = portal.id_token(&tokens).await["sub"].clone();
    assert_eq!(portal.claims(&tokens.access_token()).await["sub"], sub);
    assert_eq!(portal.access_token(&tokens).await["aud"], world.issuer.as_str());

    for path in ["", "/", "/account", "/account/sessions", "/account/portals", "/account/activity"] {
        let page = browser.open(&world.at(path)).await;
        assert_eq!(page.status, 200, "{path}");
        is_below(&world, &page);
    }
    let page = browser.open(&portal.logout(&[])).await;
    is_below(&world, &page);
    let page = browser.press(&page, "logout-confirm", &[]).await;
    is_below(&world, &page);
    let page = browser.open(&world.at("/account")).await;
    assert_eq!(page.path(), format!("{PATH}/account/sign-in"), "nobody is signed in any more");
}

#[tokio::test]
async fn every_file_that_a_page_fetches_is_there() {
    let world = World::embedded_below(PATH).await;
    let page = world.browser().open(&world.at("/account/sign-in")).await;
    let files = own_addresses(&page).into_iter().filter(|address| address.contains("/static/"));
    let mut fonts = 0;
    for file in files {
        let url = page.url.join(&file).unwrap();
        let reply = web::get(url.as_str(), &[]).await;
        assert_eq!(reply.status, 200, "{file}");
        // A style sheet names its fonts beside itself.
        for font in reply.body.split("url(").skip(1).filter_map(|rest| rest.split(')').next()) {
            let font = url.join(font).unwrap();
            let font = web::client([127, 0, 0, 1].into()).get(font).send().await.unwrap();
            assert_eq!(font.status(), 200, "{}", font.url());
            fonts += 1;
        }
    }
    assert!(fonts >= 3, "{fonts}");
}

#[tokio::test]
async fn both_standards_find_the_same_document() {
    let world = World::embedded_below(PATH).await;
    let origin = world.issuer.strip_suffix(PATH).unwrap();
    // OpenID Connect Discovery §4.1 appends to the issuer, RFC 8414 §3.1 inserts before its path.
    let oidc = world.get("/.well-known/openid-configuration").await;
    let oauth = web::get(&format!("{origin}/.well-known/oauth-authorization-server{PATH}"), &[]).await;
    assert_eq!((oidc.status, oidc.body.as_str()), (oauth.status, oauth.body.as_str()));
    let document = oidc.json();
    assert_eq!(document["issuer"], world.issuer.as_str());
    for (name, address) in document.as_object().unwrap() {
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            let address = address.as_str().unwrap();
            assert!(address.starts_with(&world.at("/")), "{name}: {address}");
            assert_ne!(web::get(address, &[]).await.status, 404, "{name}");
        }
    }
    let at_origin = World::embedded().await;
    let [oidc, oauth] = ["openid-configuration", "oauth-authorization-server"]
        .map(|name| format!("{}/.well-known/{name}", at_origin.issuer));
    assert_eq!(web::get(&oidc, &[]).await.body, web::get(&oauth, &[]).await.body);
}

#[tokio::test]
async fn nothing_answers_beside_the_path() {
    let world = World::embedded_below(PATH).await;
    let origin = world.issuer.strip_suffix(PATH).unwrap();
    for path in ["/", "/sso", "/token", "/account", "/jwks.json", "/sso/citizensandmore/account", "/metrics"] {
        let reply = web::get(&format!("{origin}{path}"), &[]).await;
        assert_eq!(reply.status, 404, "{path}");
        assert!(reply.body.contains("has to pass the path on"), "{path}: {}", reply.body);
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
    }
    // The process is asked how it is by the address that a load balancer knows.
    assert_eq!(web::get(&format!("{origin}/health/ready"), &[]).await.status, 200);
    // What is not there below the path is said as everywhere, with a way back.
    let page = world.browser().open(&world.at("/nowhere")).await;
    assert_eq!(page.status, 404);
    is_below(&world, &page);
    let page = world.browser().open(&world.at("/authorize?client_id=nobody")).await;
    assert_eq!(page.status, 400);
    is_below(&world, &page);
}

#[tokio::test]
async fn forms_come_from_the_issuer_s_origin_and_from_no_path_of_it() {
    let world = World::embedded_below(PATH).await;
    let origin = world.issuer.strip_suffix(PATH).unwrap();
    let url = world.at("/language").parse().unwrap();
    let form = || Some("language=vi&return_to=/account".to_owned());
    for (from, status) in [(origin, 303), (&world.issuer, 403), ("https://evil.example", 403)] {
        let mut browser: Browser = world.browser();
        let reply = browser.request(Method::POST, &url, form(), &[("origin", from)]).await;
        assert_eq!(reply.status, status, "{from}");
        assert_eq!(browser.cookies.contains_key("senid-language.sso.citizens"), status == 303, "{from}");
    }
}

#[tokio::test]
async fn behind_a_proxy_that_ends_tls_everything_is_as_on_https() {
    let world = World::embedded_with(|settings| settings.issuer = "https://id.example.vn/sso".parse().unwrap()).await;
    let inside = format!("http://{}", world.public(0));
    let started = world.portal("tax-office").start();
    let url = started.url().replace("https://id.example.vn", &inside);
    // What the proxy says of itself decides nothing: the issuer does.
    let claims = [("x-forwarded-proto", "http"), ("x-forwarded-host", "evil.example"), ("host", "evil.example")];
    let reply = web::get(&url, &claims).await;
    assert_eq!(reply.status, 303);
    assert!(reply.header("location").starts_with("/sso/sign-in/"), "{}", reply.header("location"));
    let cookie = reply.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-senid-browser.sso=") && cookie.contains("; Path=/; ") && cookie.contains("; Secure")
    );
    assert_eq!(reply.header("strict-transport-security"), "max-age=31536000", "hosts below a shared host are not ours");
    let document = web::get(&format!("{inside}/sso/.well-known/openid-configuration"), &claims).await;
    assert!(!document.body.contains("evil.example"));
    assert_eq!(document.json()["token_endpoint"], "https://id.example.vn/sso/token");
}
