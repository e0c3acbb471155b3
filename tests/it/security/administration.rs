//! Who administers: by a role that they hold now, and a proof that is young and could not have been phished; the first one by a link
//! that is good once.

use std::time::Duration;

use senid::crypto::hash::hash_secret;
use senid::crypto::token::{Token, TokenKind};
use senid::domain::account_life::Transition;
use senid::domain::administration::{Permission, Role};
use senid::domain::audit::{EventKind, Outcome};
use senid::domain::ids::RequestId;
use senid::domain::operator::{ShellAccount, ShellAccounts};
use senid::domain::proposal::Registrant;
use senid::flows::admin::{AdminError, Administrator, bootstrap, duplicates, entry, owners, registered_clients, roles};
use senid::flows::session;
use senid::flows::visitor::Visitor;
use senid::storage::EventSearch;

use crate::support::World;
use crate::support::world::operator::who;
use crate::support::world::registrar::seen;
use crate::support::world::staff::Staff;
use crate::support::world::{AN, BINH, Backend, Browser, CHAU};

async fn world() -> World {
    World::with_passkeys(Backend::embedded().await).await
}

/// As whom the door lets in whoever has this browser.
pub async fn admitted(world: &World, browser: &Browser) -> Administrator {
    match asked(world, browser).await {
        entry::Entry::Open(admin) => *admin,
        other => panic!("{other:?}"),
    }
}

async fn asked(world: &World, browser: &Browser) -> entry::Entry {
    let app = world.app(0);
    let cookie = browser.cookies.get("senid-session").expect("they are signed in");
    let visitor = Visitor {
        address: "127.0.0.1".parse().unwrap(),
        device_name: String::new(),
        request: RequestId::new(&*app.random),
        browser: None,
        session: Some(hash_secret(cookie.as_bytes())),
        devices: Vec::new(),
    };
    let current = session::current(app, &visitor).await.unwrap().expect("they are signed in");
    entry::by_session(app, &visitor, &current).await.unwrap()
}

/// Two operators whose accounts at SenID the settings name: of people who are nobody here.
async fn world_of_operators() -> World {
    World::with_passkeys_and(Backend::embedded().await, |settings| {
        let link = |login: &str, number| {
            ShellAccount::parse(&format!("{login}: {}", uuid::Uuid::from_u128(number))).expect("a link of somebody")
        };
        settings.administration.shell_accounts = ShellAccounts::from_iter([link("lan", 1), link("minh", 2)]);
    })
    .await
}

async fn link(world: &World) -> Result<String, AdminError> {
    Ok(bootstrap::make(&world.operator().admin().await).await?.address.expose().to_owned())
}

#[tokio::test]
async fn a_link_makes_one_administrator_once() {
    let world = world().await;
    let link = link(&world).await.unwrap();
    // A password alone is sent to prove more; whoever has nothing more is told what is missing.
    let mut nobody = world.browser();
    BINH.enters_account(&mut nobody, "/account").await;
    let page = nobody.open(&link).await;
    assert_eq!(page.status, 403);
    assert!(page.text().contains("A stronger way to sign in is needed"), "{}", page.text());

    let mut an = world.may_prove(&AN).await;
    let page = an.enters(&link).await;
    assert!(page.has("#bootstrap-confirm"), "{}: {}", page.url, page.text());
    let sent = an.browser.press(&page, "bootstrap-confirm", &[]).await;
    assert!(sent.text().contains("you are the first administrator"), "{}", sent.text());
    // Sent again, from the same page: it is good once.
    let again = an.browser.press(&page, "bootstrap-confirm", &[]).await;
    assert_eq!(again.status, 403);
    let admin = an.enters("/admin").await;
    assert!(admin.has("#admin") && admin.text().contains("Administrator:"), "{}", admin.text());
    assert!(matches!(self::link(&world).await, Err(AdminError::Conflict(_))), "there is an administrator");
}

#[tokio::test]
async fn a_link_that_is_old_replaced_or_invented_makes_nobody_anything() {
    let world = world().await;
    let mut an = world.may_prove(&AN).await;
    let first = link(&world).await.unwrap();
    let second = link(&world).await.unwrap();
    let invented = format!("{}/admin/bootstrap/senid_bl_{}", world.issuer, "A".repeat(68));
    for gone in [first.as_str(), invented.as_str(), &format!("{}/admin/bootstrap/x", world.issuer)] {
        let page = an.enters(gone).await;
        assert!(page.has("#admin-closed") && page.text().contains("used up"), "{gone}: {}", page.text());
    }
    world.wait(Duration::from_secs(1801));
    let page = an.enters(&second).await;
    assert!(page.has("#admin-closed"), "{}", page.text());
    assert!(roles::list(&world.operator().admin().await).await.unwrap().is_empty());
}

#[tokio::test]
async fn of_two_who_open_the_link_at_once_one_is_the_administrator() {
    let world = world().await;
    let link = link(&world).await.unwrap();
    let (mut an, mut binh) = (world.may_prove(&AN).await, world.may_prove(&BINH).await);
    let (of_an, of_binh) = (an.enters(&link).await, binh.enters(&link).await);
    let press = async |staff: &mut Staff, page| staff.browser.press(page, "bootstrap-confirm", &[]).await.status;
    let (one, other) = tokio::join!(press(&mut an, &of_an), press(&mut binh, &of_binh));
    assert_eq!([one, other].iter().filter(|status| **status == 200).count(), 1, "{one}, {other}");
    assert_eq!(roles::list(&world.operator().admin().await).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_door_takes_a_role_and_a_young_proof_that_cannot_be_phished() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Administrator]).await;
    // A password does not open it to whoever holds the role.
    let mut thief = world.browser();
    AN.enters_account(&mut thief, "/account").await;
    let page = thief.open("/admin").await;
    assert!(page.path().starts_with("/sign-in/"), "{}: {}", page.url, page.text());
    // Nor a passkey to whoever holds none.
    let mut binh = world.may_prove(&BINH).await;
    let page = binh.enters("/admin").await;
    assert_eq!(page.status, 403);
    assert!(page.text().contains("holds no role"), "{}", page.text());
    // Used all the time, it is still asked again after half an hour.
    for _ in 0..6 {
        assert!(an.browser.open("/admin").await.has("#admin"));
        world.wait(Duration::from_secs(5 * 60 + 1));
    }
    let page = an.browser.open("/admin").await;
    assert!(page.path().starts_with("/sign-in/"), "{}", page.url);
    let page = an.proves(page).await;
    assert!(page.has("#admin"), "{}", page.text());
}

#[tokio::test]
async fn a_role_ends_with_the_next_act_and_so_does_a_locked_account() {
    let world = world().await;
    let mut an = world.staff(&AN, &[Role::Auditor]).await;
    world.withdraws(&AN, Role::Auditor).await;
    assert_eq!(an.browser.open("/admin").await.status, 403);
    world.grants(&AN, Role::Auditor).await.unwrap();
    assert!(an.browser.open("/admin").await.has("#admin"));
    world.operator().locks(&AN).await;
    let page = an.browser.open("/admin").await;
    assert!(!page.has("#admin"), "{}", page.text());
    assert!(matches!(world.grants(&AN, Role::Support).await, Err(AdminError::Conflict(_))));
    world.operator().unlocks(&AN).await;
    assert!(an.enters("/admin").await.has("#admin"), "a lock ends no role: it rests");
}

#[tokio::test]
async fn what_is_sensitive_takes_a_proof_of_five_minutes() {
    let world = world().await;
    let an = world.staff(&AN, &[Role::Administrator]).await;
    roles::grant(&admitted(&world, &an.browser).await, &who(&BINH), Role::Support, None).await.unwrap();
    world.wait(Duration::from_secs(301));
    let admin = admitted(&world, &an.browser).await;
    assert!(roles::list(&admin).await.is_ok());
    let refused = roles::grant(&admin, &who(&CHAU), Role::Support, None).await;
    assert!(
        matches!(&refused, Err(AdminError::Denied(denied)) if denied.permission() == Permission::RoleGrant),
        "{refused:?}"
    );
}

#[tokio::test]
async fn nobody_gives_themselves_a_role_or_an_application_and_the_last_administrator_stays() {
    let world = world().await;
    let an = world.staff(&AN, &[Role::Administrator]).await;
    let admin = admitted(&world, &an.browser).await;
    for role in Role::ALL {
        let refused = roles::grant(&admin, &who(&AN), role, None).await;
        assert!(matches!(refused, Err(AdminError::Conflict(_))), "{role}: {refused:?}");
    }
    let library = "library".parse().unwrap();
    assert!(matches!(owners::name(&admin, &library, &who(&AN)).await, Err(AdminError::Conflict(_))));
    assert!(matches!(roles::revoke(&admin, &who(&AN), Role::Administrator).await, Err(AdminError::Conflict(_))));
    roles::grant(&admin, &who(&BINH), Role::Administrator, None).await.unwrap();
    roles::revoke(&admin, &who(&AN), Role::Administrator).await.unwrap();
    assert!(matches!(asked(&world, &an.browser).await, entry::Entry::Nobody));
}

#[tokio::test]
async fn an_owner_reaches_their_own_applications_alone() {
    let world = world().await;
    let an = world.staff(&AN, &[Role::ClientOwner]).await;
    let (own, other) = ("library".parse().unwrap(), "tax-office".parse().unwrap());
    owners::name(&world.operator().admin().await, &own, &who(&AN)).await.unwrap();
    let admin = admitted(&world, &an.browser).await;
    assert_eq!(registered_clients::show(&admin, &own).await.unwrap().id, own);
    assert!(matches!(registered_clients::show(&admin, &other).await, Err(AdminError::Denied(_))));
    let mut seen = Vec::new();
    registered_clients::list::<AdminError>(&admin, |client| {
        seen.push(client.id);
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(seen, [own]);
    let app = world.app(0);
    app.audit.flush().await;
    let refused = world.operator().events_of_client("tax-office").await;
    assert!(refused.iter().any(|event| event.kind == Some(EventKind::AdministrationRefused)), "{refused:?}");
}

#[tokio::test]
async fn whoever_is_merged_evicted_or_dead_administers_no_more() {
    let world = world().await;
    let shell = world.operator().admin().await;
    let held = async || roles::list(&shell).await.unwrap().len();
    // Joined with another account: the one that stays was given nothing.
    world.grants(&CHAU, Role::Registrar).await.unwrap();
    duplicates::merge(&shell, &who(&CHAU), &who(&BINH), "entered twice").await.unwrap();
    assert_eq!(held().await, 0);
    // Put out by whose account it is: the owner was given nothing either.
    world.grants(&AN, Role::Administrator).await.unwrap();
    let library = "library".parse().unwrap();
    owners::name(&shell, &library, &who(&AN)).await.unwrap();
    let proposal = world.registrar("lan").sees(&AN, seen(Registrant::SomebodyElse)).await.unwrap();
    world.registrar("minh").confirms(proposal).await.unwrap();
    assert_eq!(held().await, 0);
    assert!(owners::list(&shell, &library).await.unwrap().is_empty());
    // Dead.
    world.grants(&BINH, Role::Auditor).await.unwrap();
    world.operator().takes(&BINH, Transition::Decease, "a letter of the registry").await.unwrap();
    assert_eq!(held().await, 0);
}

#[tokio::test]
async fn the_glass_is_broken_by_two_people_with_two_envelopes_and_everybody_hears_of_it() {
    use senid::domain::administration::break_glass::Half;
    use senid::flows::admin::break_glass;

    let world = world_of_operators().await;
    let shell = |name: &'static str| async {
        Administrator {
            actor: senid::domain::audit::Actor::Operator(name.to_owned()),
            ..world.operator().admin().await
        }
    };
    // Of whom nothing says whose account that is: they could be one of the two who open it.
    let unknown = break_glass::seal(&shell("hoa").await, Half::First).await;
    assert!(matches!(unknown, Err(AdminError::Conflict(_))), "{unknown:?}");
    let (lan, minh) = (shell("lan").await, shell("minh").await);
    let first = break_glass::seal(&lan, Half::First).await.unwrap();
    assert!(matches!(break_glass::seal(&lan, Half::Second).await, Err(AdminError::Conflict(_))), "nobody knows both");
    let second = break_glass::seal(&minh, Half::Second).await.unwrap();
    let (mut an, mut binh) = (world.may_prove(&AN).await, world.may_prove(&BINH).await);
    let bring = async |staff: &mut Staff, secret: &str| {
        let page = staff.enters("/admin/break-glass").await;
        staff.browser.press(&page, "break-glass-open", &[("secret", secret)]).await
    };
    assert_eq!(bring(&mut an, "senid_bg_nothing").await.status, 403);
    // One from before that had to be known: whoever brings it may be who sealed it.
    let mut tx = world.app(0).store.begin().await.unwrap();
    let token = Token::parse(TokenKind::BreakGlass, first.expose()).unwrap();
    let now = senid::domain::time::Clock::now(&*world.clock);
    tx.administration().seal(Half::First, token.hash(), "operator:hoa", now).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(bring(&mut an, first.expose()).await.status, 403);
    let first = break_glass::seal(&lan, Half::First).await.unwrap();
    assert!(bring(&mut an, first.expose()).await.has("#waiting"));
    // One person with both is one person.
    assert!(bring(&mut an, second.expose()).await.has("#waiting"));
    assert_eq!(an.enters("/admin").await.status, 403);
    // Too late.
    world.wait(Duration::from_secs(15 * 60 + 1));
    assert!(bring(&mut binh, second.expose()).await.has("#waiting"));
    let opened = bring(&mut an, first.expose()).await;
    assert!(opened.has("#open"), "{}", opened.text());
    assert!(an.enters("/admin").await.has("#broken-glass"));
    assert!(binh.enters("/admin").await.has("#admin"));
    // Used up, and over by itself.
    assert_eq!(bring(&mut an, first.expose()).await.status, 403);
    world.wait(Duration::from_secs(3601));
    assert_eq!(an.enters("/admin").await.status, 403);
}

#[tokio::test]
async fn the_glass_is_no_less_loud_where_two_administrators_break_it_and_not_with_what_they_sealed_themselves() {
    use senid::domain::administration::break_glass::Half;
    use senid::domain::audit::Actor;
    use senid::flows::admin::break_glass;

    let (lan, minh) = ("lan", "root (sudo: minh)");
    let world = world_of_operators().await;
    let (mut an, mut binh) =
        (world.staff(&AN, &[Role::Administrator]).await, world.staff(&BINH, &[Role::Administrator]).await);
    let mut settings = (*world.app(0).settings).clone();
    let staff = async |staff: &Staff| match admitted(&world, &staff.browser).await.actor {
        Actor::Staff(citizen) => citizen,
        other => panic!("{other:?}"),
    };
    let links = [format!("lan: {}", staff(&an).await), format!("minh: {}", staff(&binh).await)];
    settings.administration.shell_accounts =
        ShellAccounts::from_iter(links.iter().map(|link| ShellAccount::parse(link).unwrap()));
    let settings = std::sync::Arc::new(settings);
    let shell = async |name: &str| Administrator {
        actor: Actor::Operator(name.to_owned()),
        settings: settings.clone(),
        ..world.operator().admin().await
    };
    let first = break_glass::seal(&shell(lan).await, Half::First).await.unwrap();
    let as_staff = Administrator { settings: settings.clone(), ..admitted(&world, &an.browser).await };
    let own = break_glass::seal(&as_staff, Half::Second).await;
    assert!(matches!(own, Err(AdminError::Conflict(_))), "nobody knows both, by whichever account");
    let second = break_glass::seal(&shell(minh).await, Half::Second).await.unwrap();

    let bring = async |staff: &mut Staff, secret: &str| {
        let page = staff.enters("/admin/break-glass").await;
        staff.browser.press(&page, "break-glass-open", &[("secret", secret)]).await
    };
    assert!(!an.enters("/admin").await.has("#broken-glass"));
    assert!(bring(&mut an, second.expose()).await.has("#waiting"));
    assert!(bring(&mut binh, first.expose()).await.has("#open"));
    // They hold no other role than before, and everybody sees it all the same.
    let granted = roles::list(&shell(lan).await).await.unwrap();
    assert!(granted.iter().all(|grant| grant.granted_by != "break_glass"), "{granted:?}");
    assert!(an.enters("/admin").await.has("#broken-glass"));
    let figures =
        async || crate::support::world::web::get(&format!("http://{}/metrics", world.operations(0)), &[]).await;
    break_glass::note(world.app(0)).await.unwrap();
    assert!(figures().await.body.contains("senid_break_glass_open 1"));
    // Sealing anew does not silence it.
    break_glass::seal(&shell(lan).await, Half::First).await.unwrap();
    assert!(binh.enters("/admin").await.has("#broken-glass"));
    assert_eq!(break_glass::end(&shell(minh).await).await.unwrap(), 0);
    assert!(!an.enters("/admin").await.has("#broken-glass"));
    break_glass::note(world.app(0)).await.unwrap();
    assert!(figures().await.body.contains("senid_break_glass_open 0"));
}

#[tokio::test]
async fn the_hour_of_the_broken_glass_is_ended_sooner_and_whoever_sealed_an_envelope_does_not_open_it() {
    use senid::flows::admin::break_glass;

    let world = world().await;
    let mut chau = world.staff(&CHAU, &[Role::Administrator]).await;
    let mut an = world.staff(&AN, &[Role::Administrator]).await;
    let mut binh = world.may_prove(&BINH).await;
    let lan = Administrator {
        actor: senid::domain::audit::Actor::Operator("lan".to_owned()),
        ..world.operator().admin().await
    };
    // One is sealed on the page, and shown once.
    let page = an.enters("/admin/break-glass/seal").await;
    let sealed = an.browser.press(&page, "seal-first", &[]).await;
    let first = sealed.words("#secret");
    let again = an.browser.press(&page, "seal-second", &[]).await;
    assert_eq!(again.status, 409, "nobody seals both: {}", again.text());
    let page = chau.enters("/admin/break-glass/seal").await;
    let second = chau.browser.press(&page, "seal-second", &[]).await.words("#secret");
    let bring = async |staff: &mut Staff, secret: &str| {
        let page = staff.enters("/admin/break-glass").await;
        staff.browser.press(&page, "break-glass-open", &[("secret", secret)]).await
    };
    assert_eq!(bring(&mut an, &first).await.status, 403, "whoever sealed it");
    assert!(bring(&mut binh, &first).await.has("#waiting"));
    assert!(bring(&mut an, &second).await.has("#open"));
    assert!(binh.enters("/admin/roles").await.has("#broken-glass"));
    assert_eq!(break_glass::end(&lan).await.unwrap(), 1, "An is an administrator without it");
    assert_eq!(binh.enters("/admin").await.status, 403);
    assert!(!an.enters("/admin").await.has("#broken-glass"));
}

/// Seals both envelopes at the shell, and has An and Bình open them.
async fn glass_broken_by(world: &World, an: &mut Staff, binh: &mut Staff) {
    use senid::domain::administration::break_glass::Half;
    use senid::flows::admin::break_glass;

    let shell = async |name: &str| Administrator {
        actor: senid::domain::audit::Actor::Operator(name.to_owned()),
        ..world.operator().admin().await
    };
    for (staff, half, name) in [(an, Half::First, "lan"), (binh, Half::Second, "minh")] {
        let secret = break_glass::seal(&shell(name).await, half).await.unwrap();
        let page = staff.enters("/admin/break-glass").await;
        let page = staff.browser.press(&page, "break-glass-open", &[("secret", secret.expose())]).await;
        assert!(page.has("#waiting") || page.has("#open"), "{}", page.text());
    }
}

#[tokio::test]
async fn nothing_that_the_broken_glass_gave_stays_behind_its_hour() {
    use senid::flows::admin::break_glass;

    let world = world_of_operators().await;
    let (mut an, mut binh) = (world.may_prove(&AN).await, world.may_prove(&BINH).await);
    let mut chau = world.may_prove(&CHAU).await;
    glass_broken_by(&world, &mut an, &mut binh).await;
    let of_chau = world.operator().id_of(&CHAU).await;
    let of_binh = world.operator().id_of(&BINH).await;
    assert!(an.enters("/admin").await.has("#broken-glass"));
    let by = admitted(&world, &an.browser).await;
    // For good, as they would have it, to somebody else and to each other.
    let given = roles::grant(&by, &who(&CHAU), Role::Administrator, None).await.unwrap();
    let hour = entry::broken_glass(world.app(0)).await.unwrap().unwrap();
    assert_eq!((given.until, given.granted_by.starts_with("break_glass staff:")), (Some(hour), true), "{given:?}");
    roles::grant(&by, &who(&BINH), Role::Registrar, None).await.unwrap();
    // Whom they made an administrator gives no more than that.
    chau.enters("/admin").await;
    let third = admitted(&world, &chau.browser).await;
    let further = roles::grant(&third, &who(&BINH), Role::Operator, None).await.unwrap();
    assert_eq!(further.until, Some(hour));
    // Nor is the next hour prepared in this one.
    let sealed = break_glass::seal(&by, senid::domain::administration::break_glass::Half::First).await;
    assert!(matches!(sealed, Err(AdminError::Denied(_))), "{sealed:?}");
    let held = async |citizen| {
        let mut reading = world.app(0).store.read().await.unwrap();
        reading.role_grants().of(citizen, senid::domain::time::Clock::now(&*world.clock)).await.unwrap().len()
    };
    assert_eq!((held(of_chau).await, held(of_binh).await), (1, 3));
    world.wait(Duration::from_secs(3600));
    assert_eq!((held(of_chau).await, held(of_binh).await), (0, 0), "an hour later nobody is anything");

    // It is ended sooner, with all that was given; what an ordinary administrator gives stays.
    glass_broken_by(&world, &mut an, &mut binh).await;
    an.enters("/admin").await;
    let by = admitted(&world, &an.browser).await;
    roles::grant(&by, &who(&CHAU), Role::Support, None).await.unwrap();
    world.grants(&CHAU, Role::Auditor).await.unwrap();
    assert_eq!(break_glass::end(&world.operator().admin().await).await.unwrap(), 3);
    assert_eq!((held(of_chau).await, held(of_binh).await), (1, 0));
}

#[tokio::test]
async fn whoever_is_at_a_shell_is_no_administrator_because_the_others_are_locked() {
    let world = world().await;
    let mut binh = world.may_prove(&BINH).await;
    let before = link(&world).await.unwrap();
    world.grants(&AN, Role::Administrator).await.unwrap();
    world.operator().locks(&AN).await;
    let Err(AdminError::Conflict(told)) = link(&world).await else { panic!("taken over") };
    assert!(told.contains("locked or suspended") && told.contains("break-glass"), "{told}");
    // Nor by a link from before.
    let page = binh.enters(&before).await;
    assert_eq!(page.status, 403, "{}", page.text());
    // And it was not in silence.
    let wanted = EventSearch {
        kind: Some(EventKind::BootstrapLinkMade),
        outcome: Some(Outcome::Refused),
        ..EventSearch::default()
    };
    let found = world.app(0).store.read().await.unwrap().audit().search_all(&wanted, None, 9).await.unwrap().items;
    assert_eq!(found.len(), 1, "that somebody tried is recorded: {found:?}");
    assert_eq!(found[0].event.details["why"], "administrators_rest");
    // Where nobody holds it any more, somebody is the first again.
    world.withdraws(&AN, Role::Administrator).await;
    assert!(link(&world).await.is_ok());
}
