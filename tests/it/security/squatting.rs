//! Somebody registers with another person's leaked data: a proof in person puts them out, and nothing of theirs stays.

use std::time::Duration;

use senid::domain::account_life::Transition;
use senid::domain::assurance::AccountLevel;
use senid::domain::citizen::CitizenStatus;
use senid::domain::client::BackChannelDelivery;
use senid::domain::issued_code::CodeUse;
use senid::domain::national_id::Scheme;
use senid::domain::proposal::{Corrections, Registrant};
use senid::domain::sign_in_name::SignInName;
use senid::domain::verification::DocumentKind;
use senid::flows::admin::AdminError;
use senid::storage::Store;

use crate::support::World;
use crate::support::world::means::Means;
use crate::support::world::passkey::uses;
use crate::support::world::registrar::seen;
use crate::support::world::{AN, BINH, Backend, CHAU, Citizen, Office, eventually, on_every_backend};

const NEW: &str = "a sentence that nobody else thinks of";
/// An, with the password that they chose themselves.
const OWNER: Citizen = Citizen { name: AN.name, identifier: AN.identifier, password: NEW };

async fn everything_of(store: &Store, id: senid::domain::ids::CitizenId) -> (usize, usize, bool) {
    let mut reading = store.read().await.unwrap();
    let credentials = reading.credentials().list(id).await.unwrap().len();
    let devices = reading.known_devices().list(id).await.unwrap().len();
    let password = reading.passwords().find(id).await.unwrap().is_some();
    (credentials, devices, password)
}

/// Whoever registered in An's name has every means there is, and has used it.
async fn an_impostor_is_evicted_by_a_proof_in_person((world, mut means): (World, Means)) {
    let portal = world.portal("tax-office");
    let mut office = Office::new(&world.issuer, "tax-office", world.clock.clone());
    office.opens();
    world.operator().changes("tax-office", office.registers()).await;
    world.may_ask("tax-office", BackChannelDelivery::Poll).await;
    let world = world.with_devices(&["tax-app"]).await;
    let app = world.portal("tax-app");

    let mut impostor = world.browser();
    let started = portal.start();
    let page = impostor.open(&started.url()).await;
    let page = uses(&mut impostor, &page, &mut means.phone).await;
    let page = if page.has("#allow") { AN.allows(&mut impostor, &page).await } else { page };
    let tokens = portal.exchange(&started, &page.code()).await;
    let claims = portal.id_token(&tokens).await;
    office.signs_in(&claims);
    let another = portal.start();
    let code = impostor.open(&another.url()).await.code();
    let waiting = app.begins_on_a_device().await;
    let page = impostor.types_code(&waiting.user_code).await;
    assert_eq!(AN.allows(&mut impostor, &page).await.path(), "/device/done", "{}", page.text());
    let reply = portal.asks(&[("login_hint", AN.identifier), ("binding_message", "HS-2026/118")]).await;
    let asked = reply.json()["auth_req_id"].as_str().unwrap().to_owned();
    // A recovery that waits, and codes that a registrar handed to whoever came.
    let mut elsewhere = world.browser_at("127.0.0.9");
    let page = elsewhere.open("/recover").await;
    let form =
        [("username", AN.identifier), ("code", &*means.codes.remove(0)), ("password", "the impostor's own sentence")];
    elsewhere.press(&page, "recover", &form).await;
    let counter = world.operator().issues(&AN, CodeUse::Counter).await.unwrap();
    let old = world.operator().id_of(&AN).await;
    let before = everything_of(&world.app(0).store, old).await;
    assert!(before.0 > 2 && before.1 > 0 && before.2, "{before:?}");
    assert!(world.app(0).store.read().await.unwrap().recoveries().waiting(old).await.unwrap().is_some());

    // The person comes to an office. One registrar alone does nothing.
    world.wait(Duration::from_secs(1));
    let (lan, hoa) = (world.registrar("lan"), world.registrar("hoa"));
    let proposal = lan.sees(&AN, seen(Registrant::SomebodyElse)).await.unwrap();
    assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 200, "nothing has happened yet");
    let own = lan.confirms(proposal).await;
    assert!(matches!(&own, Err(AdminError::Conflict(told)) if told.contains("nobody confirms")), "{own:?}");
    let done = hoa.confirms(proposal).await.unwrap();
    assert!(matches!(hoa.confirms(proposal).await, Err(AdminError::NotFound(_))), "it is done once");
    assert_eq!(done.evicted, Some(old));
    assert_ne!(done.citizen, old);

    // The portal is told of the subject that it knows.
    eventually("the portal is told", async || !office.is_signed_in(&claims)).await;
    for refused in [
        portal.refresh(&tokens.refresh_token()).await,
        portal.exchange(&another, &code).await,
        app.asks_with(&waiting).await,
    ] {
        assert_eq!(refused.refused(400), "invalid_grant");
    }
    assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 401);
    assert_eq!(portal.comes_for(&asked).await.refused(400), "authorization_pending", "nobody answers it");
    assert_eq!(impostor.open(&portal.start().with("prompt", "none").url()).await.refusal().0, "login_required");
    assert_eq!(impostor.open("/account").await.path(), "/account/sign-in");
    let left = everything_of(&world.app(0).store, old).await;
    assert_eq!(left, (0, 0, false), "credentials, devices, password");
    assert!(world.app(0).store.read().await.unwrap().recoveries().waiting(old).await.unwrap().is_none());

    // The person sets a password with what they were handed.
    let texts = means.telephone.texts().len();
    let handed = done.code.expect("a code").code;
    let mut owner = world.browser_at("127.0.0.7");
    let page = owner.open("/recover").await;
    let form = [("username", AN.identifier), ("code", handed.expose()), ("password", NEW)];
    assert_eq!(owner.press(&page, "recover", &form).await.heading(), "Your new password is set");

    // Nothing that the impostor has opens anything, on their device or another.
    world.wait_for_the_next_window();
    for mut browser in [impostor, world.browser_at("127.0.0.8")] {
        let page = browser.open(&portal.start().url()).await;
        assert!(!page.text().contains("N. V. An"), "no device knows them: {}", page.text());
        let page = uses(&mut browser, &page, &mut means.phone).await;
        assert!(!page.has("#allow") && page.status != 303, "a passkey: {}", page.text());
        let page = browser.open(&portal.start().url()).await;
        let page = AN.signs_in(&mut browser, &page).await;
        assert_eq!(page.status, 401, "a password");
        let page = browser.open("/recover").await;
        let form = [("username", AN.identifier), ("code", &*means.codes.remove(0)), ("password", NEW)];
        assert_eq!(browser.press(&page, "recover", &form).await.status, 422, "a recovery code");
        let page = browser.open(&portal.start().url()).await;
        let page = browser.press(&page, "use-counter-code", &[("username", AN.identifier)]).await;
        let page = browser.press(&page, "counter-login", &[("code", &counter)]).await;
        assert!(!page.has("#allow") && page.status != 303, "a counter code: {}", page.text());
        world.wait_for_the_next_window();
    }
    world.wait(Duration::from_secs(73 * 3600));
    senid::flows::recover::finish::finish_due(world.app(0)).await.unwrap();

    // They are somebody new to the portal, at level 2.
    let started = portal.start();
    let page = owner.open(&started.url()).await;
    let page = OWNER.goes_through(&mut owner, page).await;
    let fresh = portal.exchange(&started, &page.code()).await;
    let now = portal.id_token(&fresh).await;
    assert_ne!(now["sub"], claims["sub"], "the portal's old account is not theirs");
    let page = owner.open("/account").await;
    assert_eq!(page.attribute(".level", "data-level"), "2");
    assert_eq!(owner.open("/account/portals").await.count(".connected"), 1, "what the impostor allowed is not theirs");
    // The impostor's telephone hears nothing of it, and a request to the old subject reaches nobody.
    assert_eq!(means.telephone.texts().len(), texts);
    let reply = portal.asks(&[("id_token_hint", &tokens.id_token())]).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(owner.open("/account/requests").await.count(".request"), 0);
    // What was verified is kept with its evidence; the old account is closed and points to the new one.
    let mut reading = world.app(0).store.read().await.unwrap();
    let verified = reading.verifications().standing(done.citizen).await.unwrap();
    assert_eq!(
        verified.iter().map(|one| (one.level, one.statement.evidence.len())).collect::<Vec<_>>(),
        [(AccountLevel::Proven, 1)]
    );
    let life = reading.citizens().life(old).await.unwrap().unwrap();
    assert_eq!((life.status, life.succeeded_by), (CitizenStatus::Closed, Some(done.citizen)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_impostor_is_evicted_embedded() {
    let set = World::with_every_method(Backend::embedded().await, |_| {}).await;
    an_impostor_is_evicted_by_a_proof_in_person(set).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_impostor_is_evicted_production() {
    let set = World::with_every_method(Backend::production().await, |_| {}).await;
    an_impostor_is_evicted_by_a_proof_in_person(set).await;
}

on_every_backend! {
    async fn whoever_registered_themselves_keeps_what_they_have(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
        let before = portal.id_token(&tokens).await;
        let (lan, hoa) = (world.registrar("lan"), world.registrar("hoa"));
        let proof = senid::domain::proposal::Proof {
            corrections: Corrections { name: Some("Nguyễn Văn Ân".to_owned()), ..seen(Registrant::ThisPerson).corrections },
            ..seen(Registrant::ThisPerson)
        };
        let done = hoa.confirms(lan.sees(&AN, proof).await.unwrap()).await.unwrap();
        assert_eq!((done.evicted, done.code.is_none()), (None, true));
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.status, 200);
        let page = browser.open("/account").await;
        assert_eq!(page.attribute(".level", "data-level"), "2");
        assert!(page.heading().contains("Nguyễn Văn Ân"), "{}", page.heading());
        let tokens = world.sign_in_again(&mut browser, &portal, &AN).await;
        assert_eq!(portal.id_token(&tokens).await["sub"], before["sub"]);
    }

    async fn the_numbers_beside_a_number_go_with_it(world: World) {
        const CARD: &str = "012345678";
        const FORMER: &str = "001090999999";
        const TAX: &str = "8012345677";
        let operator = world.operator();
        for (kind, number) in [("vn-cmnd", CARD), ("vn", FORMER), ("vn-tax", TAX)] {
            operator.also_knows(&AN, kind, number).await.unwrap();
        }
        operator.no_longer_knows(&AN, "vn-tax", TAX).await.unwrap();
        let stranger = operator.id_of(&AN).await;
        world.wait(Duration::from_secs(1));
        let proposal = world.registrar("lan").sees(&AN, seen(Registrant::SomebodyElse)).await.unwrap();
        let owner = world.registrar("hoa").confirms(proposal).await.unwrap().citizen;
        let mut store = world.app(0).store.read().await.unwrap();
        for (number, whose) in [(AN.identifier, Some(owner)), (CARD, Some(owner)), (FORMER, Some(owner)), (TAX, None)] {
            let name = SignInName::parse(number, Scheme::Vn).unwrap();
            assert_eq!(store.citizens().whose_name(&name).await.unwrap(), whose, "{number}");
        }
        let of_stranger = store.identifier_aliases().list(stranger).await.unwrap();
        assert!(of_stranger.len() == 3 && of_stranger.iter().all(|kept| kept.until.is_some()), "{of_stranger:?}");
        drop(store);
        // A number that was somebody's is nobody else's.
        let taken = operator.renumbers(&BINH, FORMER).await;
        assert!(matches!(&taken, Err(AdminError::Conflict(told)) if told.contains("another citizen has")), "{taken:?}");
    }

    async fn nobody_confirms_their_own_through_another_account(world: World) {
        let proposal = world.registrar("lan").sees(&AN, seen(Registrant::SomebodyElse)).await.unwrap();
        for lan in ["root (sudo: lan)", "root (login: lan)", "Lan", "CORP\\lan", "lan@corp.example"] {
            let own = world.registrar(lan).confirms(proposal).await;
            assert!(matches!(&own, Err(AdminError::Conflict(told)) if told.contains("nobody confirms")), "{lan}: {own:?}");
        }
        world.registrar("root (sudo: hoa)").confirms(proposal).await.unwrap();
    }

    async fn what_was_seen_is_confirmed_as_it_was_seen_or_not_at_all(world: World) {
        let (lan, hoa) = (world.registrar("lan"), world.registrar("hoa"));
        let refused = async |proposal, why: &str| {
            let refused = hoa.confirms(proposal).await;
            assert!(matches!(&refused, Err(AdminError::Conflict(told)) if told.contains(why)), "{why}: {refused:?}");
        };
        // Somebody came into the account, or it says something else: whoever was seen may not be who is there.
        let changed = lan.sees(&AN, seen(Registrant::ThisPerson)).await.unwrap();
        world.wait(Duration::from_secs(1));
        world.operator().renumbers(&AN, "001090654321").await.unwrap();
        refused(changed, "was changed since").await;
        let renumbered = Citizen { identifier: "001090654321", ..AN };
        let id = world.operator().id_of(&renumbered).await;
        assert!(world.app(0).store.read().await.unwrap().verifications().standing(id).await.unwrap().is_empty());
        // The card that was shown carries the number of before.
        let mut proof = seen(Registrant::SomebodyElse);
        proof.document.number = Some(BINH.identifier.to_owned());
        let carried = lan.sees(&BINH, proof).await.unwrap();
        world.operator().renumbers(&BINH, "001185654321").await.unwrap();
        refused(carried, "another national identifier").await;
        // The document has expired since.
        let mut proof = seen(Registrant::ThisPerson);
        proof.document.expires_on = Some(jiff::civil::date(2027, 1, 15));
        let expired = lan.sees(&CHAU, proof).await.unwrap();
        world.wait(Duration::from_secs(80_000));
        refused(expired, "has expired").await;
        // Whoever is to be put out keeps nobody from it by changing something.
        let impostor = lan.sees(&CHAU, seen(Registrant::SomebodyElse)).await.unwrap();
        world.wait(Duration::from_secs(1));
        world.operator().renumbers(&CHAU, "001392654321").await.unwrap();
        hoa.confirms(impostor).await.unwrap();
    }

    async fn a_proposal_is_over_after_a_day_and_with_the_account(world: World) {
        let (lan, hoa) = (world.registrar("lan"), world.registrar("hoa"));
        let late = lan.sees(&AN, seen(Registrant::ThisPerson)).await.unwrap();
        world.wait(Duration::from_secs(86_400));
        let refused = hoa.confirms(late).await;
        assert!(matches!(&refused, Err(AdminError::Conflict(told)) if told.contains("it has expired")), "{refused:?}");
        let dropped = lan.sees(&BINH, seen(Registrant::ThisPerson)).await.unwrap();
        world.operator().takes(&BINH, Transition::Close, "a duplicate").await.unwrap();
        assert!(matches!(hoa.confirms(dropped).await, Err(AdminError::NotFound(_))));
        let refused = lan.sees(&BINH, seen(Registrant::SomebodyElse)).await;
        assert!(matches!(&refused, Err(AdminError::Conflict(told)) if told.contains("closed")), "{refused:?}");
    }
}

#[tokio::test]
async fn a_document_that_proves_nothing_is_refused() {
    let world = World::embedded().await;
    let lan = world.registrar("lan");
    type Change = fn(&mut senid::domain::proposal::Proof);
    let wrong: [(Change, &str); 6] = [
        (|proof| proof.document.expires_on = Some(jiff::civil::date(2026, 1, 1)), "has expired"),
        (|proof| proof.document.issued_on = Some(jiff::civil::date(2046, 1, 1)), "a day that has come"),
        (|proof| proof.attachments.clear(), "SHA-256"),
        (|proof| proof.checks.clear(), "seen in person"),
        (|proof| proof.document.number = Some(BINH.identifier.to_owned()), "another national identifier"),
        (|proof| proof.corrections.birthdate = Some("2022-01-01".parse().unwrap()), "no identity is proven in person"),
    ];
    for (change, told) in wrong {
        let mut proof = seen(Registrant::ThisPerson);
        change(&mut proof);
        let refused = lan.sees(&AN, proof).await.unwrap_err().to_string();
        assert!(refused.contains(told), "{told}: {refused}");
    }
    let mut own = seen(Registrant::ThisPerson);
    own.document = senid::domain::verification::Document {
        kind: DocumentKind::IdCard,
        number: Some(AN.identifier.to_owned()),
        ..own.document
    };
    lan.sees(&AN, own).await.unwrap();
}
