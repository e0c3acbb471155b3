//! The page of the Admin API: read by anybody, and tried by whoever is signed in, with the rights of their session and no others.

use senid::domain::administration::approval::Matter;
use senid::domain::administration::{Area, Role};
use senid::domain::audit::EventKind;
use senid::flows::admin::audit::search::{Search, search};
use senid::flows::admin::find_citizen::Who;
use senid::flows::admin::owners;
use senid::flows::admin::read_audit::RecordedEvent;
use senid::http::admin_api::operation::{Operation, Verb};
use senid::http::admin_api::table::OPERATIONS;
use senid::http::admin_api::{PAGE, ProblemKind, page_of, type_uri};
use serde_json::json;

use super::{Program, every_area, program, world};
use crate::support::World;
use crate::support::world::staff::Staff;
use crate::support::world::{AN, BINH, Backend, CHAU, Page};

const TRY: &str = "/admin/api/try";

/// What was answered: its status, and its body.
fn answered(page: &Page) -> (String, String) {
    assert!(page.has("#answer"), "{} {}", page.status, page.text());
    let said = page.words("main section p.quiet");
    let status = said.split_whitespace().find(|word| word.parse::<u16>().is_ok()).unwrap_or_default();
    (status.to_owned(), page.words("#answer"))
}

/// The last event of a kind. What is refused is written a moment later.
async fn last_event(world: &World, kind: EventKind) -> RecordedEvent {
    let wanted = Search { kind: Some(kind), ..Search::default() };
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(20));
    for _ in 0..250 {
        looks.tick().await;
        let page = search(&world.operator().admin().await, &wanted, None, 1).await.unwrap();
        if let Some(found) = page.items.into_iter().next() {
            return found.event;
        }
    }
    panic!("no event {kind:?}");
}

/// Tries an operation, and sends what is shown where that is asked.
async fn tries(staff: &mut Staff, id: &str, filled: &[(&str, &str)]) -> Page {
    let page = staff.browser.open(&format!("{TRY}/{id}")).await;
    assert!(page.has("#try"), "{id}: {} {}", page.status, page.text());
    let next = staff.browser.press(&page, "try", filled).await;
    match next.has("#confirm") {
        true => staff.browser.press(&next, "confirm", &[]).await,
        false => next,
    }
}

fn museum() -> String {
    json!({ "client_id": "museum", "name": { "en": "The museum" }, "redirect_uris": ["https://museum.example/callback"],
        "scope": "openid profile" })
    .to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_problem_leads_to_its_explanation_and_everything_is_on_the_page() {
    let world = world().await;
    for language in ["en", "vi", "fr", "ru"] {
        let page = world.browser().speaking(language).open(PAGE).await;
        assert_eq!((page.status.as_u16(), page.path(), page.language().as_str()), (200, PAGE, language));
        assert!(!page.text().contains('⟦'), "{language}");
        for kind in ProblemKind::ALL {
            let uri = type_uri(&world.issuer, *kind);
            let (address, anchor) = uri.split_once('#').unwrap();
            assert_eq!(address, format!("{}{PAGE}", world.issuer));
            assert_eq!(page.count(&format!("[id='{anchor}']")), 1, "{anchor}");
            let text = page.words(&format!("article[id='{anchor}']"));
            assert!(
                text.contains(&uri) && text.contains(&kind.means().split_whitespace().collect::<Vec<_>>().join(" ")),
                "{text}"
            );
            assert!(text.contains(kind.title()) && text.contains(kind.status().as_str()), "{text}");
        }
        for operation in OPERATIONS.iter().step_by(if language == "en" { 1 } else { 40 }) {
            let area = operation.permission.area();
            assert_eq!(page.count(&format!("#areas a[href$='{}']", page_of(area))), 1, "{area:?}");
            let page = world.browser().speaking(language).open(&page_of(area)).await;
            assert!(page.status.is_success() && !page.text().contains('⟦'), "{language} {area:?}");
            let text = page.words(&format!("details:has([id='operation-{}'])", operation.id));
            assert!(text.contains(operation.path) && text.contains(operation.permission.as_str()), "{text}");
        }
    }
    assert_eq!(world.browser().open(&format!("{PAGE}/areas/nobody-s")).await.status.as_u16(), 404);
    // What is answered names one of them.
    let (_staff, program) = program(&world, &[Role::Auditor]).await;
    let refused = program.get("/clients/nobody-s").await.json();
    assert_eq!(refused["type"], type_uri(&world.issuer, ProblemKind::NotFound));
}

/// The line of the page is run as it stands, with a token and a proof.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_line_for_a_shell_works() {
    let world = world().await;
    let (_staff, program) = program(&world, &[Role::Administrator]).await;
    let page = world.browser().open(&page_of(Area::Clients)).await;
    for (id, method, path, status) in [
        ("showClient", "GET", "/clients/tax-office", "200"),
        ("disableClient", "POST", "/clients/tax-office/disable", "204"),
    ] {
        let line = page.words(&format!("[id='operation-{id}'] .curl")).replace("\\ --", "--");
        assert!(line.starts_with("curl "), "{line}");
        let script = format!("{line} --silent --output /dev/null --write-out '%{{http_code}}'");
        let (token, proof) = program.token_and_proof(method, path);
        let ran = std::process::Command::new("sh")
            .args(["-c", &script])
            .envs([
                ("ACCESS_TOKEN", token.as_str()),
                ("DPOP_PROOF", &proof),
                ("CLIENT_ID", "tax-office"),
                ("KEY", "a-key-of-the-shell"),
            ])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&ran.stdout), status, "{script}: {}", String::from_utf8_lossy(&ran.stderr));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_operation_is_tried_by_the_roles_that_have_its_permission_and_by_nobody_else() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Administrator]).await;
    let citizen = world.operator().id_of(&CHAU).await.to_string();
    let mut held = Role::Administrator;
    let mut opened = 0;
    for role in Role::ALL {
        world.withdraws(&AN, held).await;
        world.grants(&AN, role).await.unwrap();
        held = role;
        let listed = an.browser.open(TRY).await;
        for operation in OPERATIONS {
            let at = format!("{TRY}/{}", operation.id);
            let may = role.has(operation.permission);
            assert_eq!(listed.has(&format!("main a[href='{at}']")), may, "{} as {role}", operation.id);
            let page = an.browser.open(&at).await;
            assert_eq!(page.status, if may { 200 } else { 403 }, "{} as {role}: {}", operation.id, page.text());
            if may {
                opened += 1;
                let page = an.browser.press(&page, "try", &filled(operation, "archive", &citizen)).await;
                assert_eq!(page.status, 200, "{} as {role}: {}", operation.id, page.text());
                // What changes anything is shown first, and not done.
                assert_eq!(page.has("#confirm"), operation.verb != Verb::Get, "{}", operation.id);
                assert_eq!(page.has("#answer"), operation.verb == Verb::Get, "{}", operation.id);
                if operation.verb == Verb::Get {
                    let (status, body) = answered(&page);
                    // An owner who owns nothing sees no application.
                    let beyond = role.is_own() && operation.path.contains("{client_id}");
                    assert_eq!(status == "403", beyond, "{} as {role}: {status} {body}", operation.id);
                    assert!(!status.starts_with('5') && status != "401", "{} as {role}: {status} {body}", operation.id);
                }
            }
        }
    }
    assert!(opened > OPERATIONS.len(), "{opened}");
    world.withdraws(&AN, held).await;
    let mut stranger = world.browser();
    for operation in OPERATIONS {
        let at = format!("{TRY}/{}", operation.id);
        assert_eq!(an.browser.open(&at).await.status, 403, "{} without a role", operation.id);
        let page = stranger.open(&at).await;
        assert!(page.path().starts_with("/sign-in/"), "{} as nobody: {}", operation.id, page.url);
    }
    assert_eq!(an.browser.open(&format!("{TRY}/everything")).await.status, 403);
}

fn filled<'a>(operation: &Operation, client: &'a str, citizen: &'a str) -> Vec<(&'static str, &'a str)> {
    let value = |name| match name {
        "client_id" => client,
        "citizen_id" => citizen,
        _ => "0190a3c2-0000-7000-8000-000000000000",
    };
    operation.path_parameters().map(|name| (name, value(name))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_tried_is_real_recorded_and_done_once_under_its_key() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Administrator]).await;
    let page = an.browser.open(&format!("{TRY}/createClient")).await;
    let typed = [("body", museum()), ("idempotency_key", "a-key-of-16-letters".to_owned())];
    let typed = typed.each_ref().map(|(name, value)| (*name, value.as_str()));
    let shown = an.browser.press(&page, "try", &typed).await;
    assert!(shown.words("#request").contains("POST") && shown.words("#request").contains("museum"), "{}", shown.text());
    // Nothing was done yet.
    assert_eq!(answered(&tries(&mut an, "showClient", &[("client_id", "museum")]).await).0, "404");
    let (status, body) = answered(&an.browser.press(&shown, "confirm", &[]).await);
    assert_eq!(status, "201", "{body}");
    assert!(body.contains("client_secret") && body.contains("/admin/api/v1/clients/museum"), "{body}");
    // Pressed once more it is not done again: the same secret is answered.
    let again = answered(&an.browser.press(&shown, "confirm", &[]).await);
    assert_eq!(again, (status, body));
    let other = tries(&mut an, "createClient", &[("body", "{}"), ("idempotency_key", "a-key-of-16-letters")]).await;
    assert_eq!(answered(&other).0, "422");
    let made = last_event(&world, EventKind::ClientCreated).await;
    assert_eq!(made.details.get("through").map(String::as_str), Some("console"), "{made:?}");
    assert!(made.actor.starts_with("staff:"), "{made:?}");
    // Faults are told as to a program.
    let wrong = tries(&mut an, "createClient", &[("body", "{\"client_id\":1}")]).await;
    assert!(answered(&wrong).1.contains("/client_id"), "{}", wrong.text());
    for body in ["", "[]", "{\"a\":1,\"a\":2}"] {
        assert_eq!(answered(&tries(&mut an, "createClient", &[("body", body)]).await).0, "400", "{body}");
    }
    let unconditional = tries(&mut an, "updateClient", &[("client_id", "museum"), ("body", "{}")]).await;
    assert_eq!(answered(&unconditional).0, "428");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_operation_is_tried_without_the_token_of_exactly_what_was_shown() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Administrator]).await;
    let page = an.browser.open(&format!("{TRY}/disableClient")).await;
    let shown = an.browser.press(&page, "try", &[("client_id", "library")]).await;
    let (typing, confirmed) = (page.form_of("try", &[]), shown.form_of("confirm", &[]));
    let token = |pairs: Vec<(String, String)>| {
        pairs.into_iter().find(|(name, _)| name == "csrf").map(|(_, value)| value).unwrap()
    };
    let (typing, confirmed) = (token(typing.pairs), token(confirmed.pairs));
    let send = format!("{TRY}/disableClient/send");
    for (csrf, client) in [("", "library"), ("made-up", "library"), (&typing, "library"), (&confirmed, "archive")] {
        let pairs = [("csrf", csrf), ("client_id", client), ("idempotency_key", ""), ("body", "")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let refused = an.browser.submit(&shown, &send, &pairs).await;
        assert!(refused.status.as_u16() >= 400 && !refused.has("#answer"), "{csrf} {client}: {}", refused.text());
    }
    for csrf in ["", "made-up", &confirmed] {
        let pairs = [("csrf", csrf), ("client_id", "library")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let refused = an.browser.submit(&page, &format!("{TRY}/showClient"), &pairs).await;
        assert!(refused.status.as_u16() >= 400 && !refused.has("#answer"), "{csrf}: {}", refused.text());
    }
    // A page of another site sends nothing, whatever token it has.
    let pairs = [("csrf", confirmed.as_str()), ("client_id", "library"), ("idempotency_key", "")];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let refused = an.browser.post_from("https://thief.example", &send, &pairs).await;
    assert!(refused.status.as_u16() >= 400, "{}", refused.text());
    for client in ["library", "archive"] {
        let (_, body) = answered(&tries(&mut an, "showClient", &[("client_id", client)]).await);
        assert!(body.contains("\"active\""), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_proved_it_too_long_ago_proves_it_again_and_finds_what_they_had_typed() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Administrator]).await;
    let page = an.browser.open(&format!("{TRY}/disableClient")).await;
    let shown = an.browser.press(&page, "try", &[("client_id", "library")]).await;
    world.wait(std::time::Duration::from_secs(5 * 60 + 1));
    let proof = an.browser.press(&shown, "confirm", &[]).await;
    assert!(proof.path().starts_with("/sign-in/") && !proof.url.to_string().contains("library"), "{}", proof.url);
    let back = an.proves(proof).await;
    assert_eq!((back.path(), back.field("client_id").as_str()), (format!("{TRY}/disableClient").as_str(), "library"));
    assert!(!back.url.to_string().contains("library"), "{}", back.url);
    assert_eq!(answered(&tries(&mut an, "showClient", &[("client_id", "library")]).await).0, "200");
    world.wait(std::time::Duration::from_secs(5 * 60 + 1));
    let page = an.browser.open(&format!("{TRY}/disableClient")).await;
    assert!(page.path().starts_with("/sign-in/"), "before anything is typed: {}", page.url);
    // What reads needs no younger proof than any page.
    assert_eq!(answered(&tries(&mut an, "showClient", &[("client_id", "library")]).await).0, "200");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_tries_nothing_on_an_application_of_another() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::ClientOwner]).await;
    let operator = world.operator();
    let who = Who::Id(operator.id_of(&AN).await);
    owners::name(&operator.admin().await, &"library".parse().unwrap(), &who).await.unwrap();
    let change = json!({ "redirect_uris": ["https://thief.example/"] }).to_string();
    for (client, status) in [("library", "200"), ("archive", "403"), ("nobody-s", "403")] {
        let page = tries(&mut an, "showClient", &[("client_id", client)]).await;
        assert_eq!(answered(&page).0, status, "{client}");
        if client != "library" {
            let typed = [("client_id", client), ("if_match", "*"), ("body", change.as_str())];
            assert_eq!(answered(&tries(&mut an, "updateClient", &typed).await).0, "403", "{client}");
        }
    }
    let refused = last_event(&world, EventKind::AdministrationRefused).await;
    assert_eq!(refused.details.get("through").map(String::as_str), Some("console"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_too_large_is_read_no_more_than_over_the_wire() {
    let world = World::with_passkeys_and(Backend::embedded().await, |settings| {
        settings.limits.body = senid::config::Size::bytes(20_000);
    })
    .await;
    let mut an = world.staff(&AN, &[Role::Administrator]).await;
    let page = an.browser.open(&format!("{TRY}/createClient")).await;
    let body = format!("{{\"client_id\":\"{}\"}}", "a".repeat(20_000));
    let refused = an.browser.press(&page, "try", &[("body", &body)]).await;
    assert!(refused.status.as_u16() >= 400 && !refused.has("#confirm"), "{} {}", refused.status, refused.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_takes_a_second_person_takes_one_here_too() {
    let world = World::with_passkeys_and(Backend::embedded().await, |settings| {
        settings.administration.approvals = Matter::ALL.to_vec();
    })
    .await;
    world.grants(&BINH, Role::Administrator).await.unwrap();
    let mut an = world.staff(&AN, &[Role::Administrator]).await;
    let chau = world.operator().id_of(&CHAU).await.to_string();
    let body = json!({ "citizen_id": chau, "role": "registrar" }).to_string();
    let (status, answer) = answered(&tries(&mut an, "grantRole", &[("body", &body)]).await);
    assert_eq!(status, "202", "{answer}");
    let approval = answer.split("\"approval_id\": \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let own = tries(&mut an, "approve", &[("approval_id", &approval)]).await;
    assert!(answered(&own).1.contains("#own-request"), "{}", own.text());
}

/// What a program and a page do counts together: keys and cursors are the person's own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_a_program_used_stands_for_its_request_on_the_page_too() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Administrator]).await;
    let program = Program::of(&world, &mut an, &AN, &every_area()).await;
    let headers = [("idempotency-key", "a-key-of-16-letters")];
    let made = program.send_text(http::Method::POST, "/clients", &headers, Some(museum())).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let typed = [("body", museum()), ("idempotency_key", "a-key-of-16-letters".to_owned())];
    let typed = typed.each_ref().map(|(name, value)| (*name, value.as_str()));
    let page = tries(&mut an, "createClient", &typed).await;
    let (status, body) = answered(&page);
    assert_eq!(status, "201");
    assert!(body.contains(made.json()["client_secret"].as_str().unwrap()), "{body}");
}
