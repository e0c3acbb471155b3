//! How to get an account, for whoever is sent here to get one: Initiating User Registration via OpenID Connect 1.0.

use url::Url;

use senid::config::Support;

use crate::support::World;
use crate::support::world::{AN, on_every_backend};

on_every_backend! {
    async fn whoever_has_an_account_goes_on_with_the_same_request(world: World) {
        let portal = world.portal("tax-office");
        for prompt in ["create", "create login", "consent create", "create select_account"] {
            let mut browser = world.browser();
            let started = portal.start().with("prompt", prompt);
            let page = browser.open(&started.url()).await;
            assert_eq!(page.heading(), "Get an account", "{prompt}");
            assert!(page.path().ends_with("/create"), "{}", page.url);
            assert!(page.text().contains("To use The tax office you need an account of"), "{}", page.text());
            let page = browser.press(&page, "have-account", &[]).await;
            assert!(page.has("#username"), "{}", page.text());
            let page = AN.goes_through(&mut browser, page).await;
            assert_eq!(page.answer()["state"], started.state);
            assert_eq!(portal.exchange(&started, &page.code()).await.status, 200);
        }
    }

    async fn it_is_shown_also_to_whoever_is_signed_in(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        let page = browser.open(&portal.start().with("prompt", "create").url()).await;
        assert_eq!(page.heading(), "Get an account");
        let page = browser.press(&page, "have-account", &[]).await;
        assert!(page.has("#username"), "it may be somebody else: {}", page.text());
    }

    async fn its_page_cannot_be_skipped_repeated_or_taken_elsewhere(world: World) {
        let portal = world.portal("tax-office");
        let mut browser = world.browser();
        let page = browser.open(&portal.start().with("prompt", "create").url()).await;
        let (form, create) = (page.form_of("have-account", &[]), page.path().to_owned());
        let identify = create.trim_end_matches("/create").to_owned();
        for path in [&identify, &format!("{identify}/password"), &format!("{identify}/consent")] {
            assert_eq!(browser.open(path).await.path(), create, "{path}");
        }
        let refused = world.browser().submit(&page, &create, &form.pairs).await;
        assert_eq!(refused.status, 403, "another browser's");
        let without_token: Vec<_> = form.pairs.iter().filter(|(name, _)| name != "csrf").cloned().collect();
        assert_eq!(browser.submit(&page, &create, &without_token).await.status, 403);
        let nothing_chosen: Vec<_> = form.pairs.iter().filter(|(name, _)| name != "choice").cloned().collect();
        assert_eq!(browser.submit(&page, &create, &nothing_chosen).await.path(), create);

        let page = browser.press(&page, "have-account", &[]).await;
        assert_eq!(page.path(), identify);
        assert_eq!(browser.submit(&page, &create, &form.pairs).await.path(), identify, "once is enough");
        assert_eq!(browser.open(&create).await.path(), identify);
    }

    async fn whoever_gives_up_goes_back_to_the_portal(world: World) {
        let portal = world.portal("tax-office");
        let mut browser = world.browser();
        let started = portal.start().with("prompt", "create");
        let page = browser.open(&started.url()).await;
        let page = browser.press(&page, "cancel", &[]).await;
        assert_eq!((page.refusal().0.as_str(), &page.answer()["state"]), ("access_denied", &started.state));
    }
}

#[tokio::test]
async fn it_leads_to_where_the_authority_registers_people_or_says_whom_to_ask() {
    let page_of = async |world: &World, language| {
        let mut browser = world.browser().speaking(language);
        browser.open(&world.portal("tax-office").start().with("prompt", "create").url()).await
    };
    let address = "https://register.authority.example/how";
    let world = World::embedded_with(|s| s.authority.registration_url = Some(Url::parse(address).unwrap())).await;
    for (language, words) in [
        ("en", "How to get an account"),
        ("vi", "Xem cách đăng ký"),
        ("fr", "Comment obtenir un compte"),
        ("ru", "Как получить учётную запись"),
    ] {
        let page = page_of(&world, language).await;
        assert_eq!((page.link("#register").as_str(), page.words("#register").as_str()), (address, words));
    }

    let world = World::embedded().await;
    let page = page_of(&world, "en").await;
    assert!(!page.has("#register") && page.words("main .contacts").contains("1900 0000"), "{}", page.text());

    let world = World::embedded_with(|settings| settings.authority.support = Support::default()).await;
    let page = page_of(&world, "en").await;
    assert!(page.words("#where").contains("at an office of the authority"), "{}", page.text());
}

#[tokio::test]
async fn discovery_offers_it() {
    let world = World::embedded().await;
    let document = world.get("/.well-known/openid-configuration").await.json();
    assert!(document["prompt_values_supported"].as_array().unwrap().contains(&"create".into()));
}
