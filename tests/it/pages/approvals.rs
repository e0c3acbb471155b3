//! The pages of what takes a second person: asked on one page, decided on another, by somebody else.

use senid::domain::administration::Role;
use senid::domain::administration::approval::Matter;
use senid::flows::admin::find_citizen::Who;
use senid::flows::admin::{owners, roles, rotate_keys};

use crate::support::World;
use crate::support::world::{AN, BINH, Backend, CHAU};

async fn world() -> World {
    World::with_passkeys_and(Backend::embedded().await, |settings| {
        settings.administration.approvals = Matter::ALL.to_vec();
    })
    .await
}

#[tokio::test]
async fn a_role_is_asked_for_on_one_page_and_given_on_another_by_somebody_else() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Administrator]).await;
    let mut binh = world.staff(&BINH, &[Role::Administrator]).await;
    let chau = world.operator().id_of(&CHAU).await.to_string();
    let roles = an.enters("/admin/roles").await;
    let asked = an.browser.press(&roles, "grant", &[("who", &chau), ("role", "registrar")]).await;
    let path = asked.path();
    assert!(path.starts_with("/admin/approvals/") && asked.has(".notice"), "{}: {}", asked.url, asked.text());
    assert!(asked.has("#withdraw") && !asked.has("#approve") && !asked.has("#deny"), "{}", asked.text());
    let overview = binh.enters("/admin").await;
    assert!(overview.has(".places-list a[href='/admin/approvals'] .count"), "{}", overview.text());
    let listed = binh.enters("/admin/approvals").await;
    assert!(listed.has(&format!("a[href='{path}']")), "{}", listed.text());
    let shown = binh.enters(path).await;
    assert!(shown.text().contains("registrar") && shown.has("del, ins") && !shown.has("#withdraw"), "{}", shown.text());
    // Without a reason nothing is denied.
    let again = binh.browser.press(&shown, "deny", &[("reason", "x")]).await;
    assert!(again.has("#problem") && again.has("#approve"), "{}", again.text());
    let done = binh.browser.press(&again, "approve", &[]).await;
    assert!(done.has(".notice") && !done.has("#approve"), "{}", done.text());
    // From a page that was left open.
    let late = binh.browser.press(&shown, "deny", &[("reason", "thought better of it")]).await;
    assert!(late.has("#problem"), "{}", late.text());
    let late = an.browser.press(&asked, "withdraw", &[]).await;
    assert!(late.has("#problem"), "{}", late.text());
    let held = roles::list(&world.operator().admin().await).await.unwrap();
    let of_chau = held.iter().filter(|grant| grant.citizen.to_string() == chau);
    assert_eq!(of_chau.map(|grant| grant.role).collect::<Vec<_>>(), [Role::Registrar]);
    assert!(binh.enters("/admin/approvals?state=all").await.has(&format!("a[href='{path}']")));
}

#[tokio::test]
async fn every_page_that_begins_such_an_act_leads_to_the_request_and_nothing_is_done() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Administrator, Role::Registrar]).await;
    let before = rotate_keys::list(&world.operator().admin().await).await.unwrap().len();
    let keys = an.enters("/admin/keys/rotate").await;
    let asked = an.browser.press(&keys, "confirm", &[]).await;
    assert!(asked.path().starts_with("/admin/approvals/"), "{}", asked.url);
    assert_eq!(rotate_keys::list(&world.operator().admin().await).await.unwrap().len(), before);
    let withdrawn = an.browser.press(&asked, "withdraw", &[]).await;
    assert!(withdrawn.has(".notice") && !withdrawn.has("#withdraw"), "{}", withdrawn.text());

    world.operator().locks(&BINH).await;
    let binh = world.operator().id_of(&BINH).await;
    let unlock = an.enters(&format!("/admin/citizens/{binh}/unlock")).await;
    let asked = an.browser.press(&unlock, "confirm", &[("reason", "seen at the counter")]).await;
    assert!(asked.path().starts_with("/admin/approvals/") && asked.text().contains("seen at the counter"));

    let disable = an.enters("/admin/applications/tax-office/disable").await;
    assert!(an.browser.press(&disable, "confirm", &[]).await.path().starts_with("/admin/applications/"));
    let enable = an.enters("/admin/applications/tax-office/enable").await;
    let asked = an.browser.press(&enable, "confirm", &[]).await;
    assert!(asked.path().starts_with("/admin/approvals/"), "{}", asked.url);
    assert!(asked.text().contains("tax-office"), "{}", asked.text());
}

#[tokio::test]
async fn an_owner_sees_what_waits_of_their_own_application_and_of_no_other() {
    use senid::flows::admin::update_client::{ClientChange, ListChange, update};
    use senid::flows::admin::{AdminError, Administrator};

    let world = world().await;
    let admin: Administrator = world.operator().admin().await;
    let mut an = world.staff(&AN, &[Role::ClientOwner]).await;
    let own = Who::Id(world.operator().id_of(&AN).await);
    owners::name(&admin, &"library".parse().unwrap(), &own).await.unwrap();
    let ask = async |client: &str| {
        let uris = ListChange { added: vec!["https://new.example/callback".to_owned()], ..ListChange::default() };
        let change = ClientChange { redirect_uris: uris, ..ClientChange::default() };
        match update(&admin, &client.parse().unwrap(), &change).await {
            Err(AdminError::Waits(approval)) => approval.id,
            other => panic!("{other:?}"),
        }
    };
    let (of_own, of_other) = (ask("library").await, ask("archive").await);
    let shown = an.enters(&format!("/admin/approvals/{of_own}")).await;
    assert_eq!(shown.status, 200);
    assert!(shown.text().contains("https://new.example/callback") && !shown.has("#approve, #deny, #withdraw"));
    assert_eq!(an.browser.open(&format!("/admin/approvals/{of_other}")).await.status, 404);
    assert_eq!(an.browser.open("/admin/approvals").await.status, 403);
}
