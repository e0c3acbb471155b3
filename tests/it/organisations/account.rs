//! What citizens do with organisations in their account, and what they cannot.

use std::time::Duration;

use senid::crypto::random::SystemRandom;
use senid::domain::ids::MandateId;
use senid::domain::mandate::{Basis, Mandate, Role};
use senid::domain::organisation::OrganisationStatus;
use senid::domain::time::Clock;

use super::{Offer, accepts, asks, asks_to_register, invites, looks_at, mandates, offers, red_river, represents};
use crate::support::world::{AN, BINH, CHAU, on_every_backend};

on_every_backend! {
    async fn two_registrars_confirm_whoever_represents_a_company(world: World) {
        let (mut browser, page) = asks_to_register(&world, &AN).await;
        assert_eq!(page.path(), "/account/organisations", "{}", page.text());
        world.operator().confirms("lan").await.unwrap();
        // The same registrar's word does not count twice.
        let again = world.operator().confirms("lan").await.unwrap_err();
        assert!(again.to_string().contains("another registrar"), "{again}");
        assert!(mandates(&world, &AN).await.is_empty());
        world.operator().confirms("minh").await.unwrap();
        assert_eq!(mandates(&world, &AN).await.len(), 1);
        let page = red_river(&mut browser).await;
        assert!(page.text().contains("0100109106") && page.text().contains("Sông Hồng"), "{}", page.text());
    }

    async fn whoever_was_not_seen_in_person_represents_nobody(world: World) {
        let mut browser = world.browser();
        let page = CHAU.enters_account(&mut browser, "/account/organisations/new").await;
        assert!(page.has("#level") && !page.has("#ask"), "{}", page.text());
        // Nor with the form of the page, made up.
        let (mut own, _) = asks_to_register(&world, &AN).await;
        own.open("/account/organisations").await;
        let token = senid::crypto::hash::HmacKey::new(browser.cookies["senid-session"].as_bytes())
            .mac(&[b"account\0", b"organisations new"]);
        let csrf = senid::crypto::base64url::encode(&token);
        let form = [("csrf", csrf.as_str()), ("scheme", "vn-mst"), ("code", "0100109106"), ("name", "x")];
        let form: Vec<_> = form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let page = browser.submit(&page, "/account/organisations/new", &form).await;
        assert!(page.has("#level"), "{}", page.text());
        let id = world.operator().id_of(&CHAU).await;
        let mut store = world.app(0).store.read().await.unwrap();
        assert!(store.organisation_requests().of_citizen(id).await.unwrap().is_empty());
    }

    async fn an_invitation_is_accepted_once_by_whom_it_is_for(world: World) {
        asks(&world, "tax-office").await;
        let mut an = represents(&world, &AN).await;
        let code = invites(&mut an, Offer::to(&BINH)).await;
        // Somebody else has found the code.
        let mut thief = world.browser();
        let page = looks_at(&mut thief, &CHAU, &code).await;
        assert!(page.status == 422 && !page.has("#accept"), "{}", page.text());
        let mut binh = world.browser();
        let page = looks_at(&mut binh, &BINH, &code).await;
        assert!(page.text().contains("Sông Hồng"), "{}", page.text());
        // Who sends the form that a page of theirs never had takes nothing either.
        let mut form = page.form_of("accept", &[]);
        let own = thief.open("/account/organisations/invitation").await;
        form.pairs.retain(|(name, _)| name != "csrf");
        form.pairs.push(("csrf".to_owned(), own.field("csrf")));
        assert_eq!(thief.submit(&own, &form.action, &form.pairs).await.status, 422);
        assert!(mandates(&world, &CHAU).await.is_empty());
        let mut again = world.browser();
        let second = looks_at(&mut again, &BINH, &code).await;
        let accepted = binh.press(&page, "accept", &[]).await;
        assert!(accepted.path().starts_with("/account/organisations/"), "{}", accepted.text());
        assert_eq!(again.press(&second, "accept", &[]).await.status, 422);
        assert_eq!(looks_at(&mut again, &BINH, &code).await.status, 422);
        assert_eq!(mandates(&world, &BINH).await.len(), 1);
        // Both sides see it; whoever may pass nothing on does not see the others.
        assert!(red_river(&mut an).await.text().contains(BINH.name));
        let page = red_river(&mut binh).await;
        assert!(!page.text().contains(AN.name) && !page.has("#invite"), "{}", page.text());
    }

    async fn an_invitation_ends_with_its_time_and_with_what_it_rests_on(world: World) {
        asks(&world, "tax-office").await;
        let mut an = represents(&world, &AN).await;
        let late = invites(&mut an, Offer::to(&BINH)).await;
        world.wait(Duration::from_secs(1));
        let withdrawn = invites(&mut an, Offer::to(&CHAU)).await;
        let page = red_river(&mut an).await;
        // The newest one first.
        an.press(&page, "withdraw-1", &[]).await;
        let mut chau = world.browser();
        assert_eq!(looks_at(&mut chau, &CHAU, &withdrawn).await.status, 422);
        let orphan = invites(&mut an, Offer::to(&CHAU)).await;
        let own = mandates(&world, &AN).await.remove(0);
        world.operator().ends_mandate(super::RED_RIVER, own).await.unwrap();
        assert_eq!(looks_at(&mut chau, &CHAU, &orphan).await.status, 422);
        world.wait(Duration::from_secs(8 * 86_400));
        assert_eq!(looks_at(&mut world.browser(), &BINH, &late).await.status, 422);
        assert!(mandates(&world, &BINH).await.is_empty() && mandates(&world, &CHAU).await.is_empty());
    }

    async fn a_refused_invitation_loses_nothing_that_was_typed(world: World) {
        asks(&world, "tax-office").await;
        let mut an = represents(&world, &AN).await;
        let page = offers(&mut an, Offer { to: " ", ends: "2029-06-30", may_delegate: true, ..Offer::to(&BINH) }).await;
        assert_eq!(page.status, 422);
        assert_eq!(page.problem(), "Enter your personal identification number, telephone number or e-mail address.");
        let again = page.form_of("offer", &[]).pairs;
        for (name, value) in [("portal", "tax-office"), ("ends", "2029-06-30"), ("delegation", "allowed"), ("role", "delegate")] {
            assert!(again.contains(&(name.to_owned(), value.to_owned())), "{name}: {again:?}");
        }
        // With the name alone put right it is offered.
        let form = page.form_of("offer", &[("username", BINH.identifier)]);
        let page = an.submit(&page, &form.action, &form.pairs).await;
        assert!(page.has("#invitation-code"), "{}", page.text());
    }

    async fn a_code_of_another_kind_offers_nothing(world: World) {
        represents(&world, &AN).await;
        let code = world.operator().issues(&BINH, senid::domain::issued_code::CodeUse::Raise).await.unwrap();
        assert_eq!(looks_at(&mut world.browser(), &BINH, &code).await.status, 422);
    }

    async fn nobody_passes_on_more_than_they_hold_nor_for_longer_nor_what_they_may_not(world: World) {
        asks(&world, "tax-office").await;
        asks(&world, "library").await;
        let mut an = represents(&world, &AN).await;
        let ends = "2027-03-01";
        let code = invites(&mut an, Offer { ends, may_delegate: true, ..Offer::to(&BINH) }).await;
        let mut binh = accepts(&world, &BINH, &code).await;
        let own = Offer { ends, ..Offer::to(&CHAU) };
        for refused in [
            Offer { portals: &["library"], ..own },
            Offer { portals: &["tax-office", "library"], ..own },
            Offer { portals: &["*"], ..own },
            Offer { portals: &[], ..own },
            Offer { ends: "2027-03-02", ..own },
            Offer { ends: "", ..own },
            Offer { ends: "2020-01-01", ..own },
            Offer { ends: "tomorrow", ..own },
            Offer { to: BINH.identifier, ..own },
        ] {
            let page = offers(&mut binh, refused).await;
            assert_eq!(page.status, 422, "{:?} {}: {}", refused.portals, refused.ends, page.text());
        }
        let code = invites(&mut binh, own).await;
        let mut chau = accepts(&world, &CHAU, &code).await;
        // Who may pass nothing on is not asked whom they would invite, nor heard when they say so.
        let page = red_river(&mut chau).await;
        assert!(!page.has("#invite"));
        let path = format!("{}/invite", page.path());
        assert_eq!(chau.open(&path).await.status, 404);
    }

    async fn a_mandate_dies_with_what_it_was_derived_from(world: World) {
        asks(&world, "tax-office").await;
        let mut an = represents(&world, &AN).await;
        let code = invites(&mut an, Offer { may_delegate: true, ..Offer::to(&BINH) }).await;
        let mut binh = accepts(&world, &BINH, &code).await;
        let code = invites(&mut binh, Offer::to(&CHAU)).await;
        accepts(&world, &CHAU, &code).await;
        assert_eq!(mandates(&world, &CHAU).await.len(), 1);
        // Chau ends nothing of Binh's, who granted hers.
        let of_binh = mandates(&world, &BINH).await.remove(0);
        let mut chau = world.browser();
        CHAU.enters_account(&mut chau, "/account/organisations").await;
        let end = format!("{}/mandates/{of_binh}/end", red_river(&mut an).await.path());
        assert_eq!(chau.open(&end).await.status, 404);
        let page = an.open(&end).await;
        assert!(page.has("#derived"), "{}", page.text());
        an.press(&page, "end-confirm", &[]).await;
        assert!(mandates(&world, &BINH).await.is_empty() && mandates(&world, &CHAU).await.is_empty());
        let page = BINH.enters_account(&mut binh, "/account/organisations").await;
        assert!(page.has("#ended"), "{}", page.text());
    }

    async fn whoever_acts_for_an_organisation_is_found_however_many_they_are(world: World) {
        let mut an = represents(&world, &AN).await;
        let (own, binh) = (world.operator().id_of(&AN).await, world.operator().id_of(&BINH).await);
        let mut tx = world.app(0).store.begin().await.unwrap();
        let first = tx.mandates().of_citizen(own, 9).await.unwrap().remove(0).mandate;
        let mut oldest = None;
        for second in 0..120_u64 {
            let at = world.clock.now() + Duration::from_secs(second);
            let id = MandateId::new(at, &SystemRandom::new());
            let basis = Basis::Derived { from: first.id, by: own };
            tx.mandates().insert(&Mandate { id, citizen: binh, role: Role::Delegate, basis, ..first.clone() }).await.unwrap();
            oldest.get_or_insert(id);
        }
        tx.commit().await.unwrap();
        let oldest = format!("a[href*='{}']", oldest.unwrap());
        let mut page = red_river(&mut an).await;
        let (mut seen, mut pages) = (0, 1);
        while page.has("#older") {
            assert!(!page.has(&oldest), "{pages}");
            seen += page.count("a[href*='/mandates/']") - 1;
            page = an.open(&page.link("#older")).await;
            pages += 1;
        }
        // An's own stands on every page.
        seen += page.count("a[href*='/mandates/']") - 1;
        assert_eq!((seen, pages), (120, 3));
        assert!(page.has("#newest"));
        // What does not stand on the first page is ended as well.
        let ask = an.open(&page.link(&oldest)).await;
        an.press(&ask, "end-confirm", &[]).await;
        let path = red_river(&mut an).await.path().to_owned();
        assert_eq!(an.open(&format!("{path}?before=x")).await.status, 404);
        let held = world.app(0).store.read().await.unwrap().mandates().of_citizen(binh, 500).await.unwrap();
        assert_eq!(held.len(), 119);
    }

    async fn a_mandate_is_given_back_by_whoever_holds_it(world: World) {
        asks(&world, "tax-office").await;
        let mut an = represents(&world, &AN).await;
        let code = invites(&mut an, Offer::to(&BINH)).await;
        let mut binh = accepts(&world, &BINH, &code).await;
        let mandate = mandates(&world, &BINH).await.remove(0);
        let page = red_river(&mut binh).await;
        let page = binh.open(&page.link(&format!("a[href*='{mandate}']"))).await;
        binh.press(&page, "end-confirm", &[]).await;
        assert!(mandates(&world, &BINH).await.is_empty());
        assert!(red_river(&mut an).await.has("#ended"));
    }

    async fn nothing_is_granted_in_a_suspended_organisation_s_name(world: World) {
        asks(&world, "tax-office").await;
        let mut an = represents(&world, &AN).await;
        let code = invites(&mut an, Offer::to(&BINH)).await;
        world.operator().turns(super::RED_RIVER, OrganisationStatus::Suspended).await.unwrap();
        let mut binh = world.browser();
        let page = looks_at(&mut binh, &BINH, &code).await;
        assert_eq!(binh.press(&page, "accept", &[]).await.status, 422);
        assert!(mandates(&world, &BINH).await.is_empty());
        world.operator().turns(super::RED_RIVER, OrganisationStatus::Active).await.unwrap();
        accepts(&world, &BINH, &code).await;
        world.operator().turns(super::RED_RIVER, OrganisationStatus::Dissolved).await.unwrap();
        assert!(mandates(&world, &BINH).await.is_empty() && mandates(&world, &AN).await.is_empty());
        let back = world.operator().turns(super::RED_RIVER, OrganisationStatus::Active).await.unwrap_err();
        assert!(back.to_string().contains("dissolved"), "{back}");
    }
}
