//! The audit log: everything of consequence is an event, with masked identifiers.

use crate::support::world::{AN, on_every_backend};

on_every_backend! {
    async fn whatever_happens_to_a_citizen_is_written_down(world: World) {
        let portal = world.portal("tax-office");
        let mut browser = world.browser();
        let page = browser.open(&portal.start().url()).await;
        AN.tries(&mut browser, &page, "a guess, a guess").await;
        let started = portal.start();
        let page = browser.open(&started.url()).await;
        let page = AN.goes_through(&mut browser, page).await;
        let code = page.code();
        let tokens = portal.exchange(&started, &code).await;
        portal.claims(&tokens.access_token()).await;
        let refreshed = portal.refresh(&tokens.refresh_token()).await;
        portal.exchange(&started, &code).await;
        portal.refresh(&refreshed.refresh_token()).await;
        let page = browser.open("/account/portals/tax-office/withdraw").await;
        browser.press(&page, "withdraw-confirm", &[]).await;
        let page = browser.open("/logout").await;
        browser.press(&page, "logout-confirm", &[]).await;
        world.operator().locks(&AN).await;
        world.operator().unlocks(&AN).await;

        let events = world.operator().events_of(&AN).await;
        let mut told: Vec<String> = events
            .iter()
            .map(|event| format!("{} {}", event.kind.map_or("?", |kind| kind.as_str()), event.outcome.as_str()))
            .collect();
        told.sort();
        let expected = [
            "citizen.locked success",
            "citizen.unlocked success",
            "consent.granted success",
            "consent.withdrawn success",
            "data.released success",
            "device.new success",
            "session.ended success",
            "sign_in refused",
            "sign_in success",
            "tokens.issued success",
            "tokens.refreshed success",
        ];
        assert_eq!(told, expected);
        let written = format!("{events:?}");
        let secrets = [AN.identifier, AN.name, AN.password, "127.0.0.1", &code, &tokens.access_token(), "senid_rt_"];
        for secret in secrets.into_iter().chain(browser.cookies.values().map(String::as_str)) {
            assert!(!written.contains(secret), "{secret} is in {written}");
        }
        assert!(written.contains("127.0.x.x") && written.contains("operator:test"), "{written}");
    }
}
