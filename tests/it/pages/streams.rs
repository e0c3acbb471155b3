//! Streams of security events on the pages: their owner opens one, sees what fails and what helps, and closes it.

use senid::domain::administration::Role;
use senid::domain::audit::EventKind;
use senid::flows::admin::find_citizen::Who;
use senid::flows::admin::owners;

use crate::support::World;
use crate::support::outside::{Outside, status};
use crate::support::world::{AN, Backend, eventually};

const PAGE: &str = "/admin/applications/library/stream";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_opens_a_stream_sees_what_fails_and_closes_it() {
    let world = World::with_passkeys(Backend::embedded().await).await;
    let office = Outside::http(|_| status(401));
    let mut an = world.staff(&AN, &[Role::ClientOwner]).await;
    let operator = world.operator();
    let who = Who::Id(operator.id_of(&AN).await);
    owners::name(&operator.admin().await, &"library".parse().unwrap(), &who).await.unwrap();
    let empty = an.browser.open(PAGE).await;
    assert!(empty.status == 200 && empty.has(&format!("a[href='{PAGE}/open']")), "{}", empty.text());

    let form = an.browser.open(&format!("{PAGE}/open")).await;
    // What cannot be is said beside the field, and what was typed stays; but for what opens something.
    let typed = [("endpoint_url", "https://10.0.0.1/"), ("authorization_header", "Bearer theirs\r\nx: y")];
    let wrong = an.browser.press(&form, "save", &typed).await;
    assert!(wrong.has("#save-endpoint_url-wrong") && wrong.has("#save-authorization_header-wrong"), "{}", wrong.text());
    assert_eq!(wrong.field("endpoint_url"), "https://10.0.0.1/");
    assert!(!wrong.text().contains("theirs"));
    let typed = [("endpoint_url", office.url("/events")), ("authorization_header", "Bearer theirs".to_owned())];
    let typed = typed.each_ref().map(|(name, value)| (*name, value.as_str()));
    let opened = an.browser.press(&wrong, "save", &typed).await;
    assert!(opened.path() == PAGE && opened.has(".notice") && opened.has(".badge.done"), "{}", opened.text());
    assert!(!opened.text().contains("theirs"));

    let sent = an.browser.press(&opened, "verify", &[]).await;
    assert!(sent.has(".notice"), "{}", sent.text());
    assert!(an.browser.press(&sent, "verify", &[]).await.has("#problem"), "not twice at once");
    eventually("it was turned away", async || office.requests() >= 1).await;
    let mut failing = an.browser.open(PAGE).await;
    for _ in 0..100 {
        if failing.text().contains("status_401") {
            break;
        }
        world.app(0).background.idle().await;
        failing = an.browser.open(PAGE).await;
    }
    assert!(failing.text().contains("status_401"), "{}", failing.text());

    let change = an.browser.open(&format!("{PAGE}/change")).await;
    let moved = an.browser.press(&change, "save", &[("description", "loans")]).await;
    assert!(moved.has(".notice"), "{}", moved.text());
    // The form of a version that is no more changes nothing.
    let stale = an.browser.press(&change, "save", &[("description", "stolen")]).await;
    assert!(stale.has("#problem"), "{}", stale.text());

    let ask = an.browser.open(&format!("{PAGE}/pause")).await;
    assert!(an.browser.press(&ask, "confirm", &[("reason", "")]).await.has("#problem"));
    let paused = an.browser.press(&ask, "confirm", &[("reason", "works at night")]).await;
    assert!(paused.has(".notice") && paused.has(".badge.careful"), "{}", paused.text());
    let list = an.browser.open("/admin/streams").await;
    assert!(list.has(&format!("main a[href='{PAGE}']")), "{}", list.text());
    let ask = an.browser.open(&format!("{PAGE}/remove")).await;
    let closed = an.browser.press(&ask, "confirm", &[("reason", "moved elsewhere")]).await;
    assert!(closed.has(".notice") && closed.has(".empty"), "{}", closed.text());
    let kinds: Vec<_> = operator.events_of_client("library").await.iter().filter_map(|event| event.kind).collect();
    for kind in [EventKind::StreamCreated, EventKind::StreamChanged, EventKind::StreamRemoved] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_events_go_is_changed_by_whoever_just_proved_who_they_are() {
    let world = World::with_passkeys(Backend::embedded().await).await;
    let mut an = world.staff(&AN, &[Role::Administrator]).await;
    let form = an.browser.open(&format!("{PAGE}/open")).await;
    let token = form.field("csrf");
    // The token of this form is good for no other.
    let pairs =
        [("csrf", token.as_str()), ("reason", "borrowed")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let page = an.browser.submit(&form, &format!("{PAGE}/pause"), &pairs).await;
    assert!(page.status.as_u16() >= 400, "{}", page.text());
    world.wait(std::time::Duration::from_secs(5 * 60 + 1));
    let page = an.browser.press(&form, "save", &[("endpoint_url", "https://portal.example/events")]).await;
    assert!(page.path().starts_with("/sign-in/"), "{}", page.url);
    assert!(an.browser.open(&format!("{PAGE}/open")).await.path().starts_with("/sign-in/"));
    let mut reading = world.app(0).store.read().await.unwrap();
    assert!(reading.signal_streams().of_client(&"library".parse().unwrap()).await.unwrap().is_none());
}
