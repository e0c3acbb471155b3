//! The administration's pages: each as each role and as nobody, in every language; and what is done on them.

use senid::domain::administration::{Permission, Role};
use senid::domain::audit::EventKind;

use crate::support::World;
use crate::support::world::{AN, BINH, Backend};

/// Every list, and what opens it.
const LISTS: [(&str, Permission); 15] = [
    ("/admin/approvals", Permission::ApprovalList),
    ("/admin/applications", Permission::ClientList),
    ("/admin/citizens", Permission::CitizenList),
    ("/admin/organisations", Permission::OrganisationList),
    ("/admin/corrections", Permission::CorrectionList),
    ("/admin/duplicates", Permission::CitizenDuplicates),
    ("/admin/roles", Permission::RoleList),
    ("/admin/roles/revoke?who=0198a3f2-7c1e-7d05-8f5b-1f2e3d4c5b6a&role=support", Permission::RoleRevoke),
    ("/admin/keys", Permission::KeyList),
    ("/admin/keys/rotate", Permission::KeyRotate),
    ("/admin/deliveries", Permission::DeliveryList),
    ("/admin/streams", Permission::StreamShow),
    ("/admin/audit", Permission::AuditRead),
    ("/admin/statistics", Permission::FiguresShow),
    ("/admin/settings", Permission::SettingsShow),
];

async fn world() -> World {
    World::with_passkeys(Backend::embedded().await).await
}

#[tokio::test]
async fn each_page_opens_to_the_roles_that_its_permission_is_in_and_to_nobody_else() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Administrator]).await;
    let citizen = world.operator().id_of(&BINH).await;
    let mut pages: Vec<(String, Permission)> =
        LISTS.iter().map(|(path, permission)| ((*path).to_owned(), *permission)).collect();
    for (path, permission) in [
        (format!("/admin/citizens/{citizen}"), Permission::CitizenShow),
        (format!("/admin/citizens/{citizen}/reveal"), Permission::CitizenReveal),
        (format!("/admin/citizens/{citizen}/lock"), Permission::CitizenStatus),
        (format!("/admin/citizens/{citizen}/end-sessions"), Permission::SessionEnd),
        ("/admin/applications/tax-office".to_owned(), Permission::ClientShow),
        ("/admin/applications/tax-office/disable".to_owned(), Permission::ClientDisable),
        ("/admin/applications/tax-office/stream".to_owned(), Permission::StreamShow),
        ("/admin/applications/tax-office/stream/open".to_owned(), Permission::StreamManage),
        ("/admin/applications/tax-office/stream/change".to_owned(), Permission::StreamManage),
        ("/admin/applications/tax-office/stream/pause".to_owned(), Permission::StreamRun),
        ("/admin/applications/tax-office/stream/disable".to_owned(), Permission::StreamRun),
        ("/admin/applications/tax-office/stream/enable".to_owned(), Permission::StreamRun),
        ("/admin/applications/tax-office/stream/remove".to_owned(), Permission::StreamManage),
    ] {
        pages.push((path, permission));
    }
    let mut held = Role::Administrator;
    for role in Role::ALL {
        world.withdraws(&AN, held).await;
        world.grants(&AN, role).await.unwrap();
        held = role;
        let overview = an.browser.open("/admin").await;
        assert!(overview.has("#admin"), "{role}");
        for (path, permission) in &pages {
            let page = an.browser.open(path).await;
            // Whoever owns applications sees a list of their own, and none of anybody else's; this one owns none.
            let of_another = role.is_own() && path.contains("tax-office");
            // Whoever may look somebody up may do that without seeing everybody.
            let finds = path == "/admin/citizens" && role.has(Permission::CitizenShow);
            let open = (role.has(*permission) || finds) && !of_another;
            assert_eq!(page.status, if open { 200 } else { 403 }, "{path} as {role}: {}", page.text());
            assert!(!page.text().contains('⟦'), "{path}: {}", page.text());
            assert!(!open || page.has("#admin"), "{path}");
        }
        // The menu leads nowhere that is closed.
        for link in LISTS.iter().filter(|(path, _)| overview.has(&format!(".places-list a[href='{path}']"))) {
            assert_eq!(an.browser.open(link.0).await.status, 200, "{} as {role}", link.0);
        }
    }
    world.withdraws(&AN, held).await;
    let mut stranger = world.browser();
    for (path, _) in &pages {
        assert_eq!(an.browser.open(path).await.status, 403, "{path} without a role");
        let page = stranger.open(path).await;
        assert!(page.path().starts_with("/sign-in/"), "{path} as nobody: {}", page.url);
    }
}

#[tokio::test]
async fn a_registrar_finds_and_locks_a_citizen_and_the_sessions_end() {
    let world = world().await;
    let portal = world.portal("tax-office");
    let (mut binh, _) = world.signed_in(&portal, &BINH).await;
    let mut an = world.staff(&AN, &[Role::Registrar]).await;
    let id = world.operator().id_of(&BINH).await;
    let list = an.browser.open("/admin/citizens").await;
    let found = an.browser.press(&list, "find", &[("who", BINH.identifier)]).await;
    assert_eq!(found.path(), format!("/admin/citizens/{id}"));
    assert!(!found.text().contains(BINH.identifier), "masked");
    let ask = an.browser.open(&format!("/admin/citizens/{id}/lock")).await;
    // Without a reason nothing happens, and what was typed stays.
    let again = an.browser.press(&ask, "confirm", &[("reason", "x")]).await;
    assert!(again.has("#problem"), "{}", again.text());
    assert_eq!(binh.open("/account").await.path(), "/account");
    let done = an.browser.press(&again, "confirm", &[("reason", "a stolen telephone")]).await;
    assert_eq!((done.path(), done.has(".notice")), (format!("/admin/citizens/{id}").as_str(), true), "{}", done.text());
    assert_ne!(binh.open("/account").await.path(), "/account");
    let events = world.operator().events_of(&BINH).await;
    let locked = events.iter().find(|event| event.kind == Some(EventKind::CitizenLocked)).unwrap();
    assert!(locked.actor.starts_with("staff:"), "{}", locked.actor);
    assert_eq!(locked.details["reason"], "a stolen telephone");
}

#[tokio::test]
async fn a_citizen_is_seen_in_clear_once_and_for_a_reason_that_is_recorded() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Registrar]).await;
    let id = world.operator().id_of(&BINH).await;
    let ask = an.browser.open(&format!("/admin/citizens/{id}/reveal")).await;
    assert!(!ask.text().contains(BINH.identifier));
    let shown = an.browser.press(&ask, "confirm", &[("reason", "to compare the card")]).await;
    assert!(shown.text().contains(BINH.identifier), "{}", shown.text());
    assert!(!an.browser.open(&format!("/admin/citizens/{id}")).await.text().contains(BINH.identifier));
    let events = world.operator().events_of(&BINH).await;
    let revealed = events.iter().find(|event| event.details.get("sight").is_some_and(|sight| sight == "revealed"));
    assert_eq!(revealed.unwrap().details["reason"], "to compare the card");
}

#[tokio::test]
async fn no_form_of_the_console_works_without_its_own_token() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Registrar]).await;
    let id = world.operator().id_of(&BINH).await;
    let lock = an.browser.open(&format!("/admin/citizens/{id}/lock")).await;
    // The first one of the page is the search's.
    let token = lock.attribute("main form[action$='/lock'] input[name=csrf]", "value");
    for csrf in ["", "made-up"] {
        let pairs = [("csrf", csrf), ("reason", "no token")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let page = an.browser.submit(&lock, &format!("/admin/citizens/{id}/lock"), &pairs).await;
        assert!(page.status.as_u16() >= 400, "{}", page.text());
    }
    // The token of one act is good for no other, nor for another citizen.
    let an_id = world.operator().id_of(&AN).await;
    for action in [format!("/admin/citizens/{id}/reveal"), format!("/admin/citizens/{an_id}/lock")] {
        let pairs =
            [("csrf", token.as_str()), ("reason", "borrowed")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let page = an.browser.submit(&lock, &action, &pairs).await;
        assert!(page.status.as_u16() >= 400 && !page.text().contains(BINH.identifier), "{action}: {}", page.text());
    }
    assert!(world.operator().events_of(&BINH).await.iter().all(|event| event.kind != Some(EventKind::CitizenLocked)));
}

#[tokio::test]
async fn whoever_proved_it_too_long_ago_finds_what_they_had_typed() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Registrar]).await;
    let id = world.operator().id_of(&BINH).await;
    let ask = an.browser.open(&format!("/admin/citizens/{id}/lock")).await;
    world.wait(std::time::Duration::from_secs(5 * 60 + 1));
    let page = an.browser.press(&ask, "confirm", &[("reason", "a stolen telephone")]).await;
    assert!(page.path().starts_with("/sign-in/"), "{}", page.url);
    let page = an.proves(page).await;
    assert_eq!(page.path(), format!("/admin/citizens/{id}/lock"));
    assert!(page.text().contains("a stolen telephone"), "{}", page.text());
    let done = an.browser.press(&page, "confirm", &[("reason", "a stolen telephone")]).await;
    assert!(done.has(".notice"), "{}", done.text());
}

#[tokio::test]
async fn an_administrator_switches_an_application_off_and_on_and_gives_a_role() {
    let world = world().await;
    let portal = world.portal("tax-office");
    let mut an = world.staff(&AN, &[Role::Administrator]).await;
    let ask = an.browser.open("/admin/applications/tax-office/disable").await;
    let done = an.browser.press(&ask, "confirm", &[]).await;
    assert!(done.has(".notice") && done.has(".badge.alarm"), "{}", done.text());
    assert!(world.browser().open(&portal.start().url()).await.status.as_u16() >= 400);
    let ask = an.browser.open("/admin/applications/tax-office/enable").await;
    assert!(an.browser.press(&ask, "confirm", &[]).await.has(".badge.done"));

    let roles = an.browser.open("/admin/roles").await;
    // Nobody gives themselves a role.
    let own = an.browser.press(&roles, "grant", &[("who", AN.identifier), ("role", "auditor")]).await;
    assert!(own.has("#problem"), "{}", own.text());
    let given = an.browser.press(&roles, "grant", &[("who", BINH.identifier), ("role", "support")]).await;
    assert!(given.has(".notice"), "{}", given.text());
    let mut binh = world.may_prove(&BINH).await;
    assert!(binh.enters("/admin").await.has("#admin"));
}

#[tokio::test]
async fn what_is_searched_for_is_found_where_the_role_reaches() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Support]).await;
    let id = world.operator().id_of(&BINH).await;
    let overview = an.browser.open("/admin").await;
    let found = an.browser.press(&overview, "search-go", &[("q", BINH.identifier)]).await;
    assert!(found.has(&format!("a[href='/admin/citizens/{id}']")), "{}", found.text());
    let nothing = an.browser.press(&overview, "search-go", &[("q", "tax-office")]).await;
    assert!(nothing.has(".empty") && !nothing.has("a[href='/admin/applications/tax-office']"), "{}", nothing.text());
    world.grants(&AN, Role::Administrator).await.unwrap();
    let found = an.browser.press(&overview, "search-go", &[("q", "TAX-")]).await;
    assert!(found.has("a[href='/admin/applications/tax-office']"), "{}", found.text());
    let reflected = an.browser.press(&overview, "search-go", &[("q", "\"><script>")]).await;
    assert!(!reflected.has("main script") && reflected.field("q") == "\"><script>");
}

/// Addresses end up in logs, in histories and in what comes after a proof: whoever is looked for is in none, and neither is a reason.
#[tokio::test]
async fn no_identifier_and_no_reason_stands_in_an_address() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Registrar, Role::Auditor]).await;
    let id = world.operator().id_of(&BINH).await;
    let overview = an.browser.open("/admin").await;
    for (page, button, field) in
        [("/admin", "search-go", "q"), ("/admin/citizens", "find", "who"), ("/admin/audit", "find", "who")]
    {
        let page = an.browser.open(page).await;
        for typed in [BINH.identifier, "000000000000", "not a number"] {
            let found = an.browser.press(&page, button, &[(field, typed)]).await;
            assert_eq!(found.status, 200, "{}", found.text());
            assert!(!found.url.to_string().contains(typed) && !found.url.to_string().contains("who="), "{}", found.url);
        }
        // What an address asks for nobody looks for.
        let asked = an.browser.open(&format!("{}?q={1}&who={1}", page.path(), BINH.identifier)).await;
        assert!(!asked.has(&format!("main a[href='/admin/citizens/{id}'].found")));
        assert_eq!(asked.path(), page.path());
    }
    assert!(overview.has("form.search[method='post']"));
    // A form of another page's, or of nobody's, finds nothing.
    let ask = an.browser.open(&format!("/admin/citizens/{id}/reveal")).await;
    world.wait(std::time::Duration::from_secs(400));
    let proof = an.browser.press(&ask, "confirm", &[("reason", "about 079192000124")]).await;
    assert!(!proof.url.to_string().contains("079192000124"), "{}", proof.url);
    let back = an.proves(proof).await;
    assert!(!back.url.to_string().contains("079192000124"), "{}", back.url);
    assert_eq!(back.field("reason"), "about 079192000124", "it was kept, sealed: {}", back.text());
}

#[tokio::test]
async fn an_auditor_finds_an_event_and_its_proof() {
    let world = world().await;
    let operator = world.operator();
    operator.locks(&BINH).await;
    let mut an = world.staff(&AN, &[Role::Auditor]).await;
    let id = operator.id_of(&BINH).await;
    let list = an.browser.open(&format!("/admin/audit?kind=citizen.locked&citizen={id}&outcome=success")).await;
    let events = operator.events_of(&BINH).await;
    let locked = events.iter().find(|event| event.kind == Some(EventKind::CitizenLocked)).unwrap().id;
    assert!(list.has(&format!("main a[href='/admin/audit/{locked}']")), "{}", list.text());
    let others = an.browser.open("/admin/audit?kind=citizen.unlocked").await;
    assert!(!others.has(&format!("main a[href='/admin/audit/{locked}']")) && others.has(".empty"));
    let wrong = an.browser.open("/admin/audit?since=yesterday").await;
    assert!(wrong.status == 200 && wrong.has("#problem"), "{}", wrong.text());
    let event = an.browser.open(&format!("/admin/audit/{locked}")).await;
    assert!(event.status == 200 && event.text().contains(&id.to_string()), "{}", event.text());
    assert_eq!(an.browser.open("/admin/audit/0190a3c2-0000-7000-8000-000000000000").await.status, 404);
    world.withdraws(&AN, Role::Auditor).await;
    world.grants(&AN, Role::Support).await.unwrap();
    assert_eq!(an.browser.open(&format!("/admin/audit/{locked}")).await.status, 403);
}

#[tokio::test]
async fn no_link_says_that_something_was_done() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Registrar]).await;
    let id = world.operator().id_of(&BINH).await;
    let page = an.browser.open(&format!("/admin/citizens/{id}")).await;
    let url = page.url.join("?done=locked").unwrap();
    for (site, shown) in [("same-origin", true), ("cross-site", false), ("same-site", false), ("none", false)] {
        let reply = an.browser.request(http::Method::GET, &url, None, &[("sec-fetch-site", site)]).await;
        assert_eq!((reply.status.as_u16(), reply.body.contains("class=\"notice")), (200, shown), "{site}");
    }
}
