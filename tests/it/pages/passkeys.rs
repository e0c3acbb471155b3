//! Passkeys and security keys: enrolled in the account, used at sign-in and where more is asked for.

use crate::support::world::passkey::{enrols, has_enrolled, options, phone_of_an, uses};
use crate::support::world::{AN, Backend};
use crate::support::{Authenticator, Behaviour, World};

const PHR: (&str, &str) = ("acr_values", "phr");

/// Stamps each test for both backends, at a name that passkeys can be made for.
macro_rules! with_passkeys {
    ($(async fn $name:ident($world:ident: World) $body:block)*) => {
        $(async fn $name($world: World) $body)*

        mod embedded {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(super::World::with_passkeys(super::Backend::embedded().await).await).await;
            })*
        }

        mod production {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(super::World::with_passkeys(super::Backend::production().await).await).await;
            })*
        }
    };
}

with_passkeys! {
    async fn a_citizen_enrols_a_passkey_and_signs_in_with_it(world: World) {
        let mut phone = phone_of_an(&world).await;
        let portal = world.portal("tax-office");
        let mut browser = world.browser();
        let started = portal.start().with(PHR.0, PHR.1);
        let page = browser.open(&started.url()).await;
        assert!(page.has("#username[autocomplete='username webauthn']") && page.has("#use-passkey"), "{}", page.text());
        let page = uses(&mut browser, &page, &mut phone).await;
        let code = AN.goes_through(&mut browser, page).await.code();
        let tokens = portal.exchange(&started, &code).await;
        let told = portal.id_token(&tokens).await;
        assert_eq!((told["acr"].as_str(), &told["amr"]), (Some("phr"), &serde_json::json!(["pop"])), "{told}");
    }
}
