//! A client is looked at from outside: real servers that answer as they should, and as they should not.

use std::sync::Arc;
use std::time::Duration;

use senid::domain::administration::approval::{Matter, Unfit};
use senid::domain::audit::{Actor, EventKind};
use senid::domain::client::{Client, ClientAuthentication, ClientKeys, LogoutEndpoint};
use senid::domain::stage::Stage;
use senid::domain::time::Clock;
use senid::flows::admin::{AdminError, Administrator, approvals, registered_clients};
use senid::flows::onboarding::check_up::{CheckUp, Finding, Severity};
use senid::flows::onboarding::unused::unused_scopes;
use senid::flows::onboarding::{production, secret};
use senid::flows::statistics;
use senid::outbound::{Fetcher, Limits, Reach, SystemResolver};

use crate::support::World;
use crate::support::outside::{Outside, authority, ok, status};
use crate::support::world::{AN, Portal, web};

const DAY: Duration = Duration::from_secs(86_400);
const KEYS: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","kid":"a","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;

fn who_looks(world: &World, loopback: bool) -> CheckUp {
    let reach = Reach { loopback, networks: Vec::new(), extra_roots: vec![authority()] };
    let clock: Arc<dyn Clock> = world.clock.clone();
    CheckUp::new(Fetcher::new(reach, Limits::default(), Arc::new(SystemResolver), clock).unwrap())
}

/// What it finds of a client that has this changed.
async fn found(world: &World, check_up: &CheckUp, change: impl FnOnce(&mut Client)) -> Vec<Finding> {
    let stored = world.app(0).store.read().await.unwrap().clients().find(&"tax-office".parse().unwrap()).await.unwrap();
    let mut client = stored.unwrap().client;
    change(&mut client);
    check_up.of(&client, &world.app(0).settings.issuer, world.clock.now()).await
}

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.what.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_back_channel_address_is_tried_with_a_token_that_nobody_signed() {
    let world = World::embedded().await;
    let check_up = who_looks(&world, true);
    let office = Outside::https(|_| status(400));
    let uri = office.at("localhost", "/logout");
    let change = |client: &mut Client| {
        client.logout.back_channel = Some(LogoutEndpoint { uri: uri.clone(), session_required: true });
    };
    for (answer, expected) in [
        (400, None),
        (200, Some((Severity::Error, "logout_believes_anything"))),
        (204, Some((Severity::Error, "logout_believes_anything"))),
        (404, Some((Severity::Error, "logout_not_there"))),
        (403, Some((Severity::Error, "logout_not_there"))),
        (302, Some((Severity::Error, "logout_not_there"))),
        (500, Some((Severity::Warning, "logout_fails"))),
    ] {
        office.answers(move |_| status(answer));
        let findings = found(&world, &check_up, change).await;
        let of_logout = findings.iter().find(|finding| finding.what.as_str().starts_with("logout"));
        assert_eq!(of_logout.map(|finding| (finding.severity, finding.what.as_str())), expected, "{answer}");
    }
    assert!(office.seen().iter().all(|seen| seen.body == "logout_token=not-a-token" && seen.head.method == "POST"));
    // As everything that is fetched: no private address where the settings do not say so.
    let asked = office.requests();
    let findings = found(&world, &who_looks(&world, false), change).await;
    let refused = findings.iter().find(|finding| finding.what.as_str() == "logout_unreachable").unwrap();
    assert!(refused.detail.ends_with("has a host without a public address"), "{}", refused.detail);
    assert_eq!(office.requests(), asked);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn published_keys_are_fetched_and_the_clock_and_certificate_of_their_server_are_looked_at() {
    let world = World::embedded().await;
    let check_up = who_looks(&world, true);
    let server = Outside::https(|_| ok("application/jwk-set+json", KEYS));
    let uri = server.at("localhost", "/jwks.json");
    let change = |client: &mut Client| {
        client.authentication = ClientAuthentication::PrivateKeyJwt { algorithm: None };
        client.keys = ClientKeys::Published(uri.clone());
    };
    for (media_type, body, expected) in [
        ("application/jwk-set+json", KEYS, None),
        ("text/html", KEYS, Some("keys_unreachable")),
        ("application/json", "{}", Some("keys_unusable")),
        ("application/json", r#"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#, Some("keys_unusable")),
        ("application/json", r#"{"keys":[]}"#, Some("no_fitting_key")),
    ] {
        server.answers(move |_| ok(media_type, body));
        let findings = found(&world, &check_up, change).await;
        let of_keys = codes(&findings).into_iter().find(|code| code.contains("keys") || code.contains("fitting"));
        assert_eq!(of_keys, expected, "{media_type} {body}");
    }
    let dated = |date: &'static str| {
        move |_: &_| {
            let mut answer = ok("application/json", KEYS);
            answer.headers_mut().insert("date", date.parse().unwrap());
            answer
        }
    };
    // The world begins at 08:00:00 on that day.
    server.answers(dated("Fri, 15 Jan 2027 08:00:30 GMT"));
    assert!(!codes(&found(&world, &check_up, change).await).contains(&"clock_away"));
    server.answers(dated("Fri, 15 Jan 2027 08:02:00 GMT"));
    let findings = found(&world, &check_up, change).await;
    let away = findings.iter().find(|finding| finding.what.as_str() == "clock_away").unwrap();
    assert_eq!((away.place, away.detail.as_str()), ("jwks_uri", "120 s ahead"));
    // Its certificate is of the month in which the test runs.
    assert!(codes(&findings).contains(&"certificate_soon_over"), "{findings:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_leaves_the_sandbox_once_nothing_stands_in_the_way() {
    let world = World::embedded().await;
    let operator = world.operator();
    operator.changes("tax-office", |client| client.stage = Stage::Sandbox).await;
    let (admin, check_up) = (operator.admin().await, who_looks(&world, true));
    let id = "tax-office".parse().unwrap();
    let request = production::request_production(&admin, &check_up, &id).await.unwrap();
    assert_eq!(request.changes[0], ("stage", "sandbox".to_owned(), "production".to_owned()));
    let blockers: Vec<_> = request.blockers.iter().map(|finding| finding.what.as_str()).collect();
    assert!(blockers.contains(&"no_policy_uri") && blockers.contains(&"no_contact"), "{blockers:?}");
    let refused = production::promote(&admin, request).await;
    assert!(matches!(&refused, Err(AdminError::Conflict(told)) if told.contains("not ready")), "{refused:?}");

    let complete = |client: &mut Client| {
        client.display.contacts = vec!["it@tax.example".to_owned()];
        client.display.policy_uri = Some("https://tax.example/privacy".to_owned());
        client.display.purpose = client.display.name.clone();
        client.display.organisation = client.display.name.clone();
    };
    operator.changes("tax-office", complete).await;
    let request = production::request_production(&admin, &check_up, &id).await.unwrap();
    assert!(request.blockers.is_empty(), "{:?}", request.blockers);
    // What was judged is what goes: nobody changes it in between.
    operator.changes("tax-office", |client| client.redirect_uris = vec!["https://evil.example/cb".to_owned()]).await;
    let refused = production::promote(&admin, request).await;
    assert!(matches!(refused, Err(AdminError::Conflict(_))), "{refused:?}");
    let request = production::request_production(&admin, &check_up, &id).await.unwrap();
    assert_eq!(production::promote(&admin, request).await.unwrap().stage, Stage::Production);
    let again = production::request_production(&admin, &check_up, &id).await;
    assert!(matches!(&again, Err(AdminError::Conflict(told)) if told.contains("in production already")), "{again:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_goes_into_production_as_a_second_person_was_shown_it() {
    let world = World::embedded().await;
    let operator = world.operator();
    operator
        .changes("tax-office", |client| {
            client.stage = Stage::Sandbox;
            client.display.contacts = vec!["it@tax.example".to_owned()];
            client.display.policy_uri = Some("https://tax.example/privacy".to_owned());
            client.display.purpose = client.display.name.clone();
            client.display.organisation = client.display.name.clone();
        })
        .await;
    let admin = operator.admin().await;
    let mut settings = (*admin.settings).clone();
    settings.administration.approvals = Matter::ALL.to_vec();
    let settings = Arc::new(settings);
    let of = async |name: &str| Administrator {
        actor: Actor::Operator(name.to_owned()),
        settings: Arc::clone(&settings),
        ..operator.admin().await
    };
    let (lan, minh, check_up) = (of("lan").await, of("minh").await, who_looks(&world, true));
    let id = "tax-office".parse().unwrap();
    let ask = async || {
        let request = production::request_production(&lan, &check_up, &id).await.unwrap();
        match production::promote(&lan, request).await {
            Err(AdminError::Waits(approval)) => approval.id,
            other => panic!("{other:?}"),
        }
    };
    let stage = async || operator.client("tax-office").await.stage;
    let first = ask().await;
    assert!(matches!(approvals::approve(&lan, first).await, Err(AdminError::Unfit(Unfit::Own))));
    // What was shown is what goes: nobody changes it in between.
    operator.changes("tax-office", |client| client.redirect_uris = vec!["https://evil.example/cb".to_owned()]).await;
    assert!(matches!(approvals::approve(&minh, first).await, Err(AdminError::Unfit(Unfit::Void(_)))));
    assert_eq!(stage().await, Stage::Sandbox);
    let second = ask().await;
    approvals::approve(&minh, second).await.unwrap();
    assert_eq!(stage().await, Stage::Production);
    let events = operator.events_of_client("tax-office").await;
    assert!(events.iter().any(|event| event.kind == Some(EventKind::ClientPromoted)), "{events:?}");
}

/// Asks for a token of the portal's own with this secret; whether the secret was taken.
async fn is_taken(world: &World, portal: &Portal, secret: &str) -> bool {
    let form =
        [("grant_type", "authorization_code"), ("code", "x"), ("client_id", portal.id()), ("client_secret", secret)];
    let reply = web::post(&world.at("/token"), &[], &form).await;
    match reply.json()["error"].as_str() {
        Some("invalid_client") => false,
        Some("invalid_grant" | "invalid_request") => true,
        other => panic!("{other:?}: {}", reply.body),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_is_changed_with_an_overlap() {
    const OWN: &str = "the-tax-office's-secret";
    let world = World::embedded().await;
    let (portal, operator) = (world.portal("tax-office"), world.operator());
    let (admin, id) = (operator.admin().await, "tax-office".parse().unwrap());
    let heard = async || {
        let app = world.app(0);
        let stored = app.store.read().await.unwrap().clients().find(&id).await.unwrap().unwrap().client;
        crate::support::world::eventually("the server hears of it", async || {
            let cached = app.clients.find(app, &id).await.unwrap().unwrap();
            cached.authentication == stored.authentication && cached.former_secret == stored.former_secret
        })
        .await;
    };
    assert!(is_taken(&world, &portal, OWN).await);
    let rotated = secret::rotate(&admin, &id, 14 * DAY, Some(365 * DAY)).await.unwrap();
    heard().await;
    let new = rotated.secret.expose().to_owned();
    assert!(is_taken(&world, &portal, OWN).await && is_taken(&world, &portal, &new).await);
    world.wait(14 * DAY);
    assert!(!is_taken(&world, &portal, OWN).await, "its time is over");
    assert!(is_taken(&world, &portal, &new).await);
    world.wait(351 * DAY);
    assert!(!is_taken(&world, &portal, &new).await, "so is that of the new one");

    let next = secret::rotate(&admin, &id, 14 * DAY, None).await.unwrap();
    heard().await;
    assert!(!is_taken(&world, &portal, &new).await, "what had ended does not come back as a former one");
    let last = secret::rotate(&admin, &id, 14 * DAY, None).await.unwrap();
    heard().await;
    assert!(is_taken(&world, &portal, next.secret.expose()).await);
    assert!(secret::end_former(&admin, &id).await.unwrap());
    heard().await;
    assert!(
        !is_taken(&world, &portal, next.secret.expose()).await && is_taken(&world, &portal, last.secret.expose()).await
    );
    assert!(!secret::end_former(&admin, &id).await.unwrap(), "there is none");
    let kinds: Vec<_> = operator.events_at("tax-office").await.into_iter().filter_map(|event| event.kind).collect();
    let mut kinds: Vec<_> = kinds.iter().map(|kind| kind.as_str()).filter(|kind| kind.contains("secret")).collect();
    kinds.sort_unstable();
    assert_eq!(
        kinds,
        ["client.former_secret_ended", "client.secret_rotated", "client.secret_rotated", "client.secret_rotated"]
    );
    let refused = secret::rotate(&admin, &"customs".parse().unwrap(), DAY, None).await;
    assert!(matches!(&refused, Err(AdminError::Conflict(told)) if told.contains("private_key_jwt")), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scopes_that_nobody_asks_for_are_told_after_ninety_days_and_no_sooner() {
    let world = World::embedded().await;
    let (portal, admin) = (world.portal("tax-office"), world.operator().admin().await);
    let id = "tax-office".parse().unwrap();
    let unused = async || {
        statistics::write(world.app(0)).await.unwrap();
        let client = registered_clients::show(&admin, &id).await.unwrap();
        let found = unused_scopes(&admin, &client).await.unwrap();
        (client.scopes.iter().count(), found.map(|scopes| scopes.iter().map(ToString::to_string).collect::<Vec<_>>()))
    };
    let told = async || {
        let found = who_looks(&world, true).run(&admin, &id).await.unwrap();
        found.into_iter().find(|one| one.what.as_str() == "scope_unused").map(|one| one.detail)
    };
    world.signed_in(&portal, &AN).await;
    assert_eq!((unused().await.1, told().await), (None, None), "it is a day old");
    world.wait(DAY * 92);
    let (all, found) = unused().await;
    let found = found.unwrap();
    assert_eq!(found.len(), all - 1, "openid tells nothing: {found:?}");
    assert_eq!(told().await.unwrap(), found.join(" "));
    // What is asked for again is used.
    world.signed_in(&portal, &AN).await;
    let left = unused().await.1.unwrap();
    assert!(!left.contains(&"profile".to_owned()) && left.len() < found.len(), "{left:?}");
    // One that is tried out is approved for nothing yet.
    world.operator().changes("tax-office", |client| client.stage = Stage::Sandbox).await;
    assert_eq!(unused().await.1, None);
}

#[tokio::test]
async fn a_server_that_has_only_begun_to_count_calls_nothing_unused() {
    let world = World::embedded().await;
    world.wait(DAY * 92);
    world.signed_in(&world.portal("tax-office"), &AN).await;
    statistics::write(world.app(0)).await.unwrap();
    let admin = world.operator().admin().await;
    let client = registered_clients::show(&admin, &"tax-office".parse().unwrap()).await.unwrap();
    assert_eq!(unused_scopes(&admin, &client).await.unwrap(), None);
}
