//! The registrar's counter in the console: what is done for the person before them, by whom, and by whom not.

use senid::domain::administration::{Permission, Role};
use senid::domain::assurance::AccountLevel;
use senid::domain::audit::EventKind;
use senid::domain::citizen::CitizenStatus;
use senid::domain::correction::Outcome;
use senid::domain::organisation::OrganisationStatus;
use senid::domain::proposal::Registrant;
use senid::flows::admin::find_citizen::Who;
use senid::flows::admin::show_citizen::{self, Sight};
use senid::flows::admin::{AdminError, corrections, organisations, proposals};

use crate::organisations::{mandates, represents};
use crate::security::administration::admitted;
use crate::support::World;
use crate::support::world::operator::who;
use crate::support::world::registrar::seen;
use crate::support::world::{AN, BINH, Backend, CHAU, Citizen, Page};

async fn world() -> World {
    World::with_passkeys(Backend::embedded().await).await
}

async fn stored(world: &World, citizen: &Citizen) -> senid::domain::citizen::Citizen {
    show_citizen::show(&world.operator().admin().await, &who(citizen), &Sight::Masked).await.unwrap().citizen
}

const DIGEST: &str = "abababababababababababababababababababababababababababababababab";

/// What a registrar writes down of an identity card.
const CARD: [(&str, &str); 5] = [
    ("registrant", "they"),
    ("document", "idcard"),
    ("issued", "2021-05-01"),
    ("expires", "2046-05-01"),
    ("photo", DIGEST),
];

fn sent(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The token of the form that goes there: the first of a page is the search's.
fn token_of(page: &Page, act: &str) -> String {
    page.attribute(&format!("main form[action$='{act}'] input[name=csrf]"), "value")
}

#[tokio::test]
async fn each_page_of_the_counter_opens_to_the_roles_that_its_permission_is_in_and_to_nobody_else() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Administrator]).await;
    let citizen = world.operator().id_of(&BINH).await;
    let own = world.operator().id_of(&CHAU).await;
    let proposal = world.registrar("hoa").sees(&BINH, seen(Registrant::ThisPerson)).await.unwrap();
    let shell = world.operator().admin().await;
    let code = "vn-mst:0100109106".parse().unwrap();
    let name = "Công ty Sen".to_owned().try_into().unwrap();
    organisations::register(&shell, code, name).await.unwrap();
    let citizen = format!("/admin/citizens/{citizen}");
    let pages = [
        ("/admin/citizens/new".to_owned(), Permission::CitizenAdd),
        (format!("{citizen}/suspend"), Permission::CitizenStatus),
        (format!("{citizen}/decease"), Permission::CitizenStatus),
        (format!("{citizen}/close"), Permission::CitizenStatus),
        (format!("{citizen}/reopen"), Permission::CitizenReopen),
        (format!("{citizen}/ask-registry"), Permission::RegistryCheck),
        (format!("{citizen}/counter/prove"), Permission::CitizenProve),
        (format!("{citizen}/counter/issue-code"), Permission::CitizenIssueCode),
        (format!("{citizen}/counter/renumber"), Permission::CitizenRenumber),
        (format!("{citizen}/counter/add-number"), Permission::CitizenAliases),
        (format!("{citizen}/counter/remove-number"), Permission::CitizenAliases),
        (format!("{citizen}/counter/enter-guardian"), Permission::CitizenGuardians),
        (format!("{citizen}/counter/end-guardian"), Permission::CitizenGuardians),
        (format!("{citizen}/counter/merge"), Permission::CitizenMerge),
        (format!("{citizen}/held/credentials/{own}"), Permission::CredentialRemove),
        (format!("{citizen}/held/consents/tax-office"), Permission::ConsentWithdraw),
        ("/admin/proposals".to_owned(), Permission::ApprovalList),
        (format!("/admin/proposals/{proposal}"), Permission::ApprovalList),
        ("/admin/organisations/new".to_owned(), Permission::OrganisationManage),
        ("/admin/organisations/requests".to_owned(), Permission::OrganisationList),
        ("/admin/organisations/vn-mst:0100109106".to_owned(), Permission::OrganisationShow),
        ("/admin/organisations/vn-mst:0100109106/suspend".to_owned(), Permission::OrganisationManage),
        ("/admin/organisations/vn-mst:0100109106/dissolve".to_owned(), Permission::OrganisationManage),
    ];
    let mut held = Role::Administrator;
    for role in Role::ALL {
        world.withdraws(&AN, held).await;
        world.grants(&AN, role).await.unwrap();
        held = role;
        for (path, permission) in &pages {
            let page = an.browser.open(path).await;
            // A proposal shows the citizen that it is about.
            let may = role.has(*permission) && (!path.contains("/proposals/") || role.has(Permission::CitizenShow));
            assert_eq!(page.status, if may { 200 } else { 403 }, "{path} as {role}: {}", page.text());
            assert!(!page.text().contains('⟦'), "{path}: {}", page.text());
            assert!(!page.text().contains(BINH.identifier), "{path}: in full, as {role}");
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
async fn an_identity_is_proven_by_two_registrars_and_nobody_confirms_their_own() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Registrar]).await;
    let mut binh = world.staff(&BINH, &[Role::Registrar]).await;
    let id = world.operator().id_of(&CHAU).await;
    let path = format!("/admin/citizens/{id}/counter/prove");
    let form = an.browser.open(&path).await;
    // All that is wrong is said at once, and what was typed stays.
    let again = an.browser.press(&form, "confirm", &[("country", "vn"), ("photo", "x"), ("process", "HS-1")]).await;
    for wrong in ["say who had the account", "say which document", "three capital letters", "expected a SHA-256"] {
        assert!(again.text().contains(wrong), "{wrong}: {}", again.text());
    }
    assert_eq!(again.field("process"), "HS-1");
    let expired = an
        .browser
        .press(&form, "confirm", &[&CARD[..3], &[("expires", "2024-01-01"), ("photo", DIGEST)]].concat())
        .await;
    assert!(expired.text().contains("the document has expired"), "{}", expired.text());

    let proposed = an.browser.press(&form, "confirm", &CARD).await;
    let proposal = proposed.path().to_owned();
    assert!(
        proposal.starts_with("/admin/proposals/") && proposed.has(".notice"),
        "{}: {}",
        proposed.url,
        proposed.text()
    );
    assert_eq!(stored(&world, &CHAU).await.account_level, AccountLevel::Registered);
    // Their own: no button, and none that is made up confirms it.
    assert!(!proposed.has("#confirm"), "{}", proposed.text());
    let theirs = binh.browser.open(&proposal).await;
    assert!(theirs.has("#confirm"), "{}", theirs.text());
    let forged = sent(&[("csrf", &token_of(&theirs, "/confirm"))]);
    let refused = an.browser.submit(&proposed, &format!("{proposal}/confirm"), &forged).await;
    assert!(refused.status.as_u16() >= 400, "{}", refused.text());
    assert_eq!(stored(&world, &CHAU).await.account_level, AccountLevel::Registered);

    let done = binh.browser.press(&theirs, "confirm", &[]).await;
    assert_eq!(done.path(), format!("/admin/citizens/{id}"), "{}", done.text());
    assert_eq!(stored(&world, &CHAU).await.account_level, AccountLevel::Proven);
    // Pressed twice: it is done once.
    let twice = binh.browser.press(&theirs, "confirm", &[]).await;
    assert_eq!((twice.path(), twice.has(".notice")), ("/admin/proposals", true), "{}", twice.text());
    let events = world.operator().events_of(&CHAU).await;
    let proven: Vec<_> = events.iter().filter(|event| event.kind == Some(EventKind::IdentityProven)).collect();
    assert_eq!(proven.len(), 1);
    assert!(proven[0].actor.starts_with("staff:") && proven[0].details["proposed_by"].starts_with("staff:"));
    assert_ne!(proven[0].actor, proven[0].details["proposed_by"]);
}

#[tokio::test]
async fn whoever_proposed_it_cannot_confirm_it_with_a_form_of_their_own_either() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Registrar]).await;
    let other = world.registrar("hoa").sees(&BINH, seen(Registrant::ThisPerson)).await.unwrap();
    let id = world.operator().id_of(&CHAU).await;
    let form = an.browser.open(&format!("/admin/citizens/{id}/counter/prove")).await;
    let own = an.browser.press(&form, "confirm", &CARD).await.path().to_owned();
    // The token of another proposal's form is good for that one alone.
    let others = an.browser.open(&format!("/admin/proposals/{other}")).await;
    assert!(!others.has("#confirm"), "a shell may be anybody's");
    let token = sent(&[("csrf", &token_of(&others, "/decline"))]);
    let refused = an.browser.submit(&others, &format!("{own}/confirm"), &token).await;
    assert!(refused.status.as_u16() >= 400, "{}", refused.text());
    // And behind every form stands the rule itself.
    let own_id = own.rsplit('/').next().unwrap().parse().unwrap();
    let admin = admitted(&world, &an.browser).await;
    assert!(matches!(proposals::confirm(&admin, own_id).await, Err(AdminError::Conflict(_))));
    assert_eq!(stored(&world, &CHAU).await.account_level, AccountLevel::Registered);
}

#[tokio::test]
async fn nobody_serves_themselves() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Registrar]).await;
    let id = world.operator().id_of(&AN).await;
    let told = "nobody serves themselves";
    let press = async |an: &mut crate::support::world::staff::Staff, act: &str, with: &[(&str, &str)]| -> Page {
        let form = an.browser.open(&format!("/admin/citizens/{id}/counter/{act}")).await;
        an.browser.press(&form, "confirm", with).await
    };
    for (act, with) in [
        ("prove", &CARD[..]),
        ("issue-code", &[("purpose", "recover")]),
        ("renumber", &[("to", "001090999999"), ("reason", "a gift to myself")]),
        ("add-number", &[("kind", "vn-cmnd"), ("number", "012345678"), ("reason", "a gift to myself")]),
        ("merge", &[("into", BINH.identifier), ("reason", "a gift to myself")]),
    ] {
        let page = press(&mut an, act, with).await;
        assert!(page.has("#problem") && page.text().contains(told), "{act}: {}", page.text());
    }
    assert_eq!(stored(&world, &AN).await.status, CitizenStatus::Active);
}

#[tokio::test]
async fn a_code_is_seen_once_and_sets_a_password() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Registrar]).await;
    let id = world.operator().id_of(&CHAU).await;
    let path = format!("/admin/citizens/{id}/counter/issue-code");
    let form = an.browser.open(&path).await;
    let once = an.browser.press(&form, "confirm", &[("purpose", "recover")]).await;
    let looks = |text: &str| {
        let four = |part: &str| part.len() == 4 && part.bytes().all(|letter| letter.is_ascii_uppercase());
        text.split_whitespace().any(|word| word.split('-').count() == 4 && word.split('-').all(four))
    };
    assert_eq!(once.status, 200, "{}", once.text());
    assert!(looks(&once.text()), "{}", once.text());
    assert!(
        !looks(&an.browser.open(&path).await.text())
            && !looks(&an.browser.open(&format!("/admin/citizens/{id}")).await.text())
    );
    // The settings have no counter codes: whoever invents the choice is told so.
    let invented = form.form_of("confirm", &[("purpose", "counter")]);
    let invented = an.browser.submit(&form, &invented.action, &invented.pairs).await;
    assert!(invented.has("#problem") && !looks(&invented.text()), "{}", invented.text());
    let events = world.operator().events_of(&CHAU).await;
    let issued = events.iter().find(|event| event.kind == Some(EventKind::CodeIssued)).unwrap();
    assert!(issued.actor.starts_with("staff:"), "{}", issued.actor);
}

#[tokio::test]
async fn somebody_new_is_entered_and_told_apart_from_who_is_there() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Registrar]).await;
    let form = an.browser.open("/admin/citizens/new").await;
    let wrong =
        an.browser.press(&form, "confirm", &[("national_id", "12"), ("name", "Cao Thị Mới"), ("birthdate", "x")]).await;
    assert!(wrong.has("#problem") && wrong.has("[aria-invalid]"), "{}", wrong.text());
    assert_eq!(wrong.field("name"), "Cao Thị Mới");
    let there = an.browser.press(&form, "confirm", &[("national_id", BINH.identifier), ("name", "Cao Thị Mới")]).await;
    assert!(there.text().contains("another citizen signs in with this"), "{}", there.text());
    // A level that nobody offers is nobody's.
    let typed = [
        ("national_id", "001185009999"),
        ("name", "Cao Thị Mới"),
        ("birthdate", "1985-02-03"),
        ("email", "moi@senid.example"),
    ];
    let mut fields = form.form_of("confirm", &typed).pairs;
    fields.extend(sent(&[("account_level", "2"), ("email_verified", "true")]));
    let done = an.browser.submit(&form, "/admin/citizens/new", &fields).await;
    assert!(done.path().starts_with("/admin/citizens/") && done.has(".notice"), "{}: {}", done.url, done.text());
    let id = done.path().rsplit('/').next().unwrap().parse().unwrap();
    let admin = world.operator().admin().await;
    let new = show_citizen::show(&admin, &Who::Id(id), &Sight::Masked).await.unwrap().citizen;
    assert_eq!(new.account_level, AccountLevel::SelfAsserted);
    assert!(new.profile.email.is_some_and(|email| !email.verified));
}

#[tokio::test]
async fn two_accounts_are_joined_once_however_often_it_is_sent() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Registrar]).await;
    let (chau, binh) = (world.operator().id_of(&CHAU).await, world.operator().id_of(&BINH).await);
    let form = an.browser.open(&format!("/admin/citizens/{chau}/counter/merge")).await;
    let with = [("into", BINH.identifier), ("reason", "entered twice")];
    let nobody = an.browser.press(&form, "confirm", &[("into", "001099999999"), with[1]]).await;
    assert!(nobody.has("#problem") && stored(&world, &CHAU).await.status == CitizenStatus::Active, "{}", nobody.text());
    let done = an.browser.press(&form, "confirm", &with).await;
    assert_eq!(done.path(), format!("/admin/citizens/{binh}"), "{}", done.text());
    assert!(an.browser.press(&form, "confirm", &with).await.has("#problem"));
    let merged = senid::domain::audit::EventKind::CitizenMerged;
    let events = world.operator().events_of(&BINH).await;
    assert_eq!(events.iter().filter(|event| event.kind == Some(merged)).count(), 1);
}

/// Whoever is locked while a form of theirs is open does nothing with it any more.
#[tokio::test]
async fn the_open_page_of_a_registrar_who_was_locked_does_nothing() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Registrar]).await;
    let mut binh = world.staff(&BINH, &[Role::Registrar]).await;
    let (an_id, chau) = (world.operator().id_of(&AN).await, world.operator().id_of(&CHAU).await);
    let open = an.browser.open(&format!("/admin/citizens/{chau}/suspend")).await;
    let ask = binh.browser.open(&format!("/admin/citizens/{an_id}/lock")).await;
    assert!(binh.browser.press(&ask, "confirm", &[("reason", "left the office")]).await.has(".notice"));
    let page = an.browser.press(&open, "confirm", &[("reason", "one last time")]).await;
    assert!(!page.has("#admin"), "{}: {}", page.url, page.text());
    assert_eq!(stored(&world, &CHAU).await.status, CitizenStatus::Active);
}

/// A role that is withdrawn while its form is open, and owners and support, who never had it.
#[tokio::test]
async fn no_other_role_posts_what_only_a_registrar_may() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Registrar]).await;
    let chau = world.operator().id_of(&CHAU).await;
    let path = format!("/admin/citizens/{chau}/counter/issue-code");
    let form = an.browser.open(&path).await;
    world.withdraws(&AN, Role::Registrar).await;
    for role in [Role::Support, Role::ClientOwner, Role::Administrator, Role::Auditor, Role::Operator] {
        world.grants(&AN, role).await.unwrap();
        let page = an.browser.press(&form, "confirm", &[("purpose", "recover")]).await;
        assert_eq!(page.status, 403, "{role}: {}", page.text());
        world.withdraws(&AN, role).await;
    }
    let events = world.operator().events_of(&CHAU).await;
    assert!(events.iter().all(|event| event.kind != Some(EventKind::CodeIssued)));
}

#[tokio::test]
async fn an_organisation_is_registered_suspended_and_dissolved_for_a_reason() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Registrar]).await;
    let form = an.browser.open("/admin/organisations/new").await;
    let wrong = an.browser.press(&form, "confirm", &[("code", "vn-mst:1"), ("name", "Công ty Sen")]).await;
    assert!(wrong.has("#problem") && wrong.has("[aria-invalid]"), "{}", wrong.text());
    let with = [("code", "vn-mst:0100109106"), ("name", "Công ty Sen")];
    let there = an.browser.press(&form, "confirm", &with).await;
    assert_eq!(there.path(), "/admin/organisations/vn-mst:0100109106", "{}", there.text());
    assert!(an.browser.press(&form, "confirm", &with).await.has("#problem"), "registered twice");
    for (act, badge) in [("suspend", ".badge.careful"), ("resume", ".badge.done"), ("dissolve", ".badge.plain")] {
        let ask = an.browser.open(&format!("/admin/organisations/vn-mst:0100109106/{act}")).await;
        assert!(an.browser.press(&ask, "confirm", &[]).await.has("#problem"), "{act} without a reason");
        let done = an.browser.press(&ask, "confirm", &[("reason", "as the register says")]).await;
        assert!(done.has(".notice") && done.has(badge), "{act}: {}", done.text());
        assert!(an.browser.press(&ask, "confirm", &[("reason", "once more")]).await.has("#problem"), "{act} twice");
    }
}

#[tokio::test]
async fn nobody_answers_their_own_correction_or_turns_an_organisation_that_they_act_for() {
    let world = world().await;
    represents(&world, &AN).await;
    let mut an = world.staff(&AN, &[Role::Registrar]).await;
    let page = an.browser.open("/account/data").await;
    let page = an.browser.press(&page, "correct", &[("about", "name"), ("words", "An is spelt otherwise")]).await;
    assert!(page.has(".corrections"), "{}", page.text());
    let by = admitted(&world, &an.browser).await;
    let (waiting, _) = corrections::list(&by, None, 9).await.unwrap();
    let own = corrections::settle(&by, waiting[0].id, Outcome::Corrected, "as I say").await;
    assert!(matches!(own, Err(AdminError::Conflict(_))), "{own:?}");
    corrections::settle(&world.registrar("hoa").admin().await, waiting[0].id, Outcome::Kept, "as it is").await.unwrap();

    let (listed, _) = organisations::list(&world.operator().admin().await, None).await.unwrap();
    let code = listed[0].code.clone();
    let by = admitted(&world, &an.browser).await;
    let mandate = mandates(&world, &AN).await[0];
    for own in [
        organisations::turn(&by, &code, OrganisationStatus::Suspended, Some("a rival")).await,
        organisations::revoke(&by, &code, mandate).await,
    ] {
        assert!(matches!(own, Err(AdminError::Conflict(_))), "{own:?}");
    }
    let hoa = world.registrar("hoa").admin().await;
    organisations::turn(&hoa, &code, OrganisationStatus::Suspended, Some("by law")).await.unwrap();
    let own = organisations::turn(&by, &code, OrganisationStatus::Active, Some("it is mine")).await;
    assert!(matches!(own, Err(AdminError::Conflict(_))), "{own:?}");
}
