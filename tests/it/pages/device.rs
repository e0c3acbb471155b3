//! A sign-in that another device waits for, as people see it.

use crate::support::World;
use crate::support::world::web;
use crate::support::world::{AN, on_every_backend};

const TELEVISION: &str = "Mozilla/5.0 (Linux; Android 14; SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0";

on_every_backend! {
    async fn the_page_says_who_asks_from_where_what_for_and_when(world: World) {
        let world = world.with_devices(&["tax-app"]).await;
        let form = web::encode(&[("scope", "openid profile offline_access"), ("client_id", "tax-app")]);
        let reply = web::send(
            http::Method::POST,
            &world.at("/device_authorization"),
            &[("user-agent", TELEVISION)],
            Some(form),
            "127.9.0.1".parse().unwrap(),
        )
        .await;
        let code = reply.json()["user_code"].as_str().unwrap().to_owned();
        let mut browser = world.browser();
        let typed = code.replace('-', " ").to_lowercase();
        let page = browser.types_code(&typed).await;
        let page = AN.signs_in(&mut browser, &page).await;
        assert_eq!((page.path(), page.heading().as_str()), ("/device/request", "Sign in on another device?"));
        assert_eq!(page.words("#user-code-shown"), format!("The other device shows: {code}"));
        let elsewhere = page.words("#elsewhere");
        for said in [
            "Only go on if you started this yourself, on a device that is in front of you now.",
            "by: Chrome on Android.",
            "Network address: 127.9.x.x, which is not the network that you are using now.",
            "This code is good until",
        ] {
            assert!(elsewhere.contains(said), "{said}: {elsewhere}");
        }
        assert!(page.text().contains("The tax app") && page.text().contains(AN.name), "{}", page.text());
        assert!(page.text().contains("while you are not using it"), "offline: {}", page.text());
        assert!(!page.has("#extend"), "the device was told how long its code lives");

        let page = AN.allows(&mut browser, &page).await;
        assert_eq!(page.heading(), "Go back to the other device");
        let activity = browser.open("/account/activity").await.text();
        assert!(activity.contains("Signed in to The tax app on another device"), "{activity}");
        assert!(activity.contains("Allowed The tax app to receive"), "{activity}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_typed_wrong_is_said_beside_the_field_and_kept() {
    let world = World::embedded().await;
    let mut browser = world.browser();
    let page = browser.open("/device").await;
    for (typed, status, said) in [
        (" ", 422, "Enter the code that the other device shows."),
        ("WDJB-MJH0", 422, "This is not such a code. It has exactly eight letters, no vowels and no digits."),
        ("\"><script>", 422, "This is not such a code. It has exactly eight letters, no vowels and no digits."),
    ] {
        let page = browser.press(&page, "continue", &[("user_code", typed)]).await;
        assert_eq!((page.status.as_u16(), page.problem().as_str()), (status, said), "{typed}");
        assert_eq!(page.field("user_code"), typed);
    }
    // Of a code that nobody was given it is said once they have signed in.
    let page = browser.press(&page, "continue", &[("user_code", "wdjbmjht")]).await;
    let page = AN.signs_in(&mut browser, &page).await;
    assert_eq!(page.status, 404);
    assert!(page.problem().starts_with("Nothing waits under this code."), "{}", page.problem());
    assert_eq!(page.field("user_code"), "WDJB-MJHT");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_signed_in_is_asked_at_once_and_may_go_on_with_the_telephone() {
    let world = World::embedded().await.with_devices(&["tax-app"]).await;
    let app = world.portal("tax-app");
    let (mut browser, _) = world.signed_in(&app, &AN).await;
    let waiting = app.begins_on_a_device().await;
    let page = browser.open(&waiting.verification_uri_complete).await;
    assert_eq!(page.attribute("#hand-over img", "src"), format!("/device/qr/{}", waiting.user_code));
    let mut telephone =
        browser.clone().named("Mozilla/5.0 (Linux; Android 16; Pixel 9) Chrome/142.0 Mobile Safari/537.36");
    assert!(!telephone.open(&waiting.verification_uri_complete).await.has("#hand-over"), "they are on one");
    let page = browser.press(&page, "continue", &[]).await;
    assert!(page.words("#elsewhere").contains("Network address: 127.0.x.x."), "{}", page.words("#elsewhere"));
    // Loaded again, and in another language, it is the same question.
    let in_french = browser.clone().speaking("fr").reload(&page).await;
    assert_eq!(in_french.heading(), "Se connecter sur un autre appareil ?");
    assert!(browser.reload(&page).await.has("#allow"));
    let page = browser.press(&page, "deny", &[]).await;
    assert_eq!(page.heading(), "Nothing was allowed");
    let activity = browser.open("/account/activity").await.text();
    assert!(activity.contains("Did not let another device sign in to The tax app"), "{activity}");
    assert_eq!(browser.open("/device/done?nothing").await.status, 404);
}
