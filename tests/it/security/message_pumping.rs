//! Whoever owns a number is paid for the messages to it: they do not make SenID send them without end, by codes or by what is told.

use senid::config::Rate;
use senid::domain::audit::EventKind;
use senid::domain::risk::Response;

use crate::support::World;
use crate::support::world::means::Telephone;
use crate::support::world::{AN, Backend};

const LISTS: usize = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn adding_something_again_and_again_sends_no_more_text_messages_than_there_may_be() {
    for backend in [Backend::embedded().await, Backend::production().await] {
        let telephone = Telephone::new();
        let world = World::start(backend, |settings| {
            telephone.is_reached(settings);
            settings.risk.new_device = Response::Off;
            settings.messages.budget.per_person = Rate { most: 2, ..settings.messages.budget.per_person };
        })
        .await;
        let mut browser = world.browser();
        let page = AN.enters_account(&mut browser, "/account/security/recovery-codes").await;
        let (page, code) = telephone.receives(&mut browser, &page, "send-sms", &[]).await;
        browser.press(&page, "prove", &[("code", &code)]).await;
        for _ in 0..LISTS {
            let page = browser.open("/account/security/recovery-codes").await;
            assert!(browser.press(&page, "show", &[]).await.has("#codes"));
        }
        let events = world.operator().events_of(&AN).await;
        let added = events.iter().filter(|event| event.kind == Some(EventKind::CredentialAdded));
        let told: Vec<&str> = added.map(|event| event.details["told"].as_str()).collect();
        assert_eq!(told.len(), LISTS, "each is recorded");
        assert_eq!(told.iter().filter(|told| **told == "sms").count(), 2, "{told:?}");
        // One kind of news hides no other.
        let page = browser.open("/account/security/password").await;
        browser.press(&page, "password-save", &[("password", "a sentence that nobody else thinks of")]).await;
        let events = world.operator().events_of(&AN).await;
        let changed = events.iter().find(|event| event.kind == Some(EventKind::PasswordChanged)).unwrap();
        assert_eq!(changed.details["told"], "sms");
    }
}
