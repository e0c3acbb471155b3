//! The life of an account, who looks like whom, who looks after whom, and what two registrars decide.

use std::time::Duration;

use senid::crypto::random::SystemRandom;
use senid::domain::birthdate::Birthdate;
use senid::domain::citizen::{Citizen, CitizenStatus};
use senid::domain::guardianship::Guardianship;
use senid::domain::ids::{CitizenId, GuardianshipId, ProposalId};
use senid::domain::likeness::Likeness;
use senid::domain::proposal::{Proposal, Wish};
use senid::domain::time::Timestamp;
use senid::storage::{Life, Store, Verdict};

use super::on_every_database;
use super::people::{AN, BINH, DAY, MINUTE, NOW, citizen, enrol, name};

const YEAR: Duration = Duration::from_secs(365 * 86_400);

fn proposal(citizen: CitizenId, by: &str) -> Proposal {
    Proposal {
        id: ProposalId::new(NOW, &SystemRandom::new()),
        citizen,
        proposed_by: format!("operator:{by}"),
        proposed_at: NOW,
        expires_at: NOW + DAY,
        wish: Wish::Reopen { reason: "taken for their brother".to_owned() },
    }
}

fn guardianship(minor: CitizenId, guardian: CitizenId) -> Guardianship {
    Guardianship {
        id: GuardianshipId::new(NOW, &SystemRandom::new()),
        minor,
        guardian,
        evidence: "certificate of birth 12/2016".to_owned(),
        entered_by: "operator:lan".to_owned(),
        since: NOW,
        until: NOW + YEAR,
        ended_at: None,
    }
}

async fn propose(store: &Store, new: &Proposal) {
    let mut tx = store.begin().await.unwrap();
    tx.proposals().make(new).await.unwrap();
    tx.commit().await.unwrap();
}

async fn look_after(store: &Store, new: &Guardianship) -> bool {
    let mut tx = store.begin().await.unwrap();
    let entered = tx.guardianships().enter(new).await.unwrap();
    tx.commit().await.unwrap();
    entered
}

async fn life(store: &Store, citizen: CitizenId) -> Life {
    store.read().await.unwrap().citizens().life(citizen).await.unwrap().unwrap()
}

/// For the tests that look at every table.
pub async fn goes_on(store: &Store, an: &Citizen) {
    let nobody = CitizenId::new(NOW, &SystemRandom::new());
    let mut tx = store.begin().await.unwrap();
    let born: Birthdate = "1990-08-15".parse().unwrap();
    let mut known = an.clone();
    known.profile.birthdate = Some(born);
    tx.likenesses().enter(&known).await.unwrap();
    tx.guardianships().enter(&guardianship(an.id, an.id)).await.unwrap();
    tx.proposals().make(&proposal(an.id, "lan")).await.unwrap();
    tx.proposals().drop_all(nobody, "operator:lan", NOW).await.unwrap();
    tx.proposals().forget(NOW, 9).await.unwrap();
    tx.guardianships().end_all(nobody, NOW).await.unwrap();
    tx.guardianships().end(nobody, an.id, NOW).await.unwrap();
    tx.citizens().succeed(nobody, an.id, NOW).await.unwrap();
    tx.citizens().keep(an.id, NOW).await.unwrap();
    tx.citizens().close_later(nobody, NOW, NOW).await.unwrap();
    tx.citizens().claim_closing(an.id, NOW).await.unwrap();
    tx.citizens().give_up_names(nobody).await.unwrap();
    tx.citizens().raise_level(nobody, an.account_level, NOW).await.unwrap();
    tx.commit().await.unwrap();
    let mut reading = store.read().await.unwrap();
    assert_eq!(reading.likenesses().others(&Likeness::of(&known).unwrap(), nobody).await.unwrap(), [an.id]);
    assert_eq!(reading.likenesses().groups(&[], 9).await.unwrap(), []);
    assert_eq!(reading.likenesses().shared(&[an.id]).await.unwrap(), []);
    assert_eq!(reading.guardianships().of_minor(an.id).await.unwrap().len(), 1);
    assert_eq!(reading.guardianships().of_guardian(an.id, NOW).await.unwrap().len(), 1);
    assert!(reading.guardianships().stands(an.id, an.id, NOW).await.unwrap());
    assert_eq!(reading.proposals().open(NOW, 9).await.unwrap().len(), 1);
    assert_eq!(reading.citizens().closing_due(NOW, 9).await.unwrap(), []);
}

on_every_database! {
    async fn a_suspended_account_remembers_what_it_was(store: Store) {
        let an = enrol(&store, AN).await;
        assert_eq!(
            life(&store, an.id).await,
            Life { status: CitizenStatus::Active, suspended_from: None, since: None, closes_at: None, succeeded_by: None }
        );
        for (from, to) in [
            (CitizenStatus::Active, CitizenStatus::Locked),
            (CitizenStatus::Locked, CitizenStatus::Suspended),
        ] {
            let mut writing = store.write().await.unwrap();
            assert!(writing.citizens().set_status(an.id, (from, to), NOW + DAY).await.unwrap());
        }
        let suspended = life(&store, an.id).await;
        assert_eq!((suspended.suspended_from, suspended.since), (Some(CitizenStatus::Locked), Some(NOW + DAY)));
        let step = (CitizenStatus::Suspended, CitizenStatus::Locked);
        assert!(store.write().await.unwrap().citizens().set_status(an.id, step, NOW + DAY).await.unwrap());
        assert_eq!(life(&store, an.id).await.suspended_from, None);
    }

    async fn an_account_that_is_to_be_closed_is_kept_or_closed_once(store: Store) {
        let (an, binh) = (enrol(&store, AN).await.id, enrol(&store, BINH).await.id);
        let mut writing = store.write().await.unwrap();
        assert!(writing.citizens().close_later(an, NOW + DAY, NOW).await.unwrap());
        assert!(!writing.citizens().close_later(an, NOW + YEAR, NOW).await.unwrap(), "it is not put off");
        assert!(writing.citizens().close_later(binh, NOW + DAY, NOW).await.unwrap());
        assert_eq!(writing.citizens().closing_due(NOW + DAY - MINUTE, 9).await.unwrap(), []);
        assert!(!writing.citizens().claim_closing(an, NOW).await.unwrap(), "not before its time");
        assert!(writing.citizens().keep(an, NOW).await.unwrap());
        assert!(!writing.citizens().keep(an, NOW).await.unwrap());
        assert_eq!(writing.citizens().closing_due(NOW + DAY, 9).await.unwrap(), [binh]);
        assert!(!writing.citizens().claim_closing(an, NOW + DAY).await.unwrap());
        assert!(writing.citizens().claim_closing(binh, NOW + DAY).await.unwrap());
        assert!(!writing.citizens().claim_closing(binh, NOW + DAY).await.unwrap(), "one server does it");
        // Of an account that nobody may be in nobody asks it, and a lock ends the wish.
        assert!(writing.citizens().close_later(an, NOW + DAY, NOW).await.unwrap());
        let step = (CitizenStatus::Active, CitizenStatus::Locked);
        assert!(writing.citizens().set_status(an, step, NOW).await.unwrap());
        assert!(!writing.citizens().close_later(an, NOW + DAY, NOW).await.unwrap());
        drop(writing);
        assert_eq!(life(&store, an).await.closes_at, None);
    }

    async fn a_number_that_was_given_up_is_free(store: Store) {
        let an = enrol(&store, AN).await;
        let mut tx = store.begin().await.unwrap();
        tx.citizens().give_up_names(an.id).await.unwrap();
        let another = citizen(AN);
        tx.citizens().insert(&another).await.unwrap();
        tx.citizens().succeed(an.id, another.citizen.id, NOW).await.unwrap();
        tx.citizens().succeed(an.id, an.id, NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(life(&store, an.id).await.succeeded_by, Some(another.citizen.id), "the first stays");
        let whose = store.read().await.unwrap().citizens().whose_name(&name(AN)).await.unwrap();
        assert_eq!(whose, Some(another.citizen.id));
    }

    async fn people_who_look_alike_are_found_and_those_who_are_gone_are_not(store: Store) {
        let (mut an, mut binh) = (enrol(&store, AN).await, enrol(&store, BINH).await);
        for one in [&mut an, &mut binh] {
            one.profile.name = "Nguyễn Văn An".to_owned();
            one.profile.birthdate = Some("1990-08-15".parse().unwrap());
            // Each number names its own province; here they are neighbours.
            one.national_id = citizen(AN).citizen.national_id.clone();
        }
        let mut tx = store.begin().await.unwrap();
        tx.likenesses().enter_new([&an, &binh].into_iter()).await.unwrap();
        tx.likenesses().enter(&binh).await.unwrap();
        tx.commit().await.unwrap();
        let mut reading = store.read().await.unwrap();
        let own = Likeness::of(&an).unwrap();
        assert_eq!(reading.likenesses().others(&own, an.id).await.unwrap(), [binh.id]);
        let groups = reading.likenesses().groups(&[], 9).await.unwrap();
        let mut both = [an.id, binh.id];
        both.sort_unstable();
        assert_eq!(groups.iter().map(|group| group.citizens.as_slice()).collect::<Vec<_>>(), [both]);
        assert_eq!(reading.likenesses().groups(&groups[0].cursor, 9).await.unwrap(), []);
        assert_eq!(reading.likenesses().shared(&[binh.id]).await.unwrap(), [(binh.id, an.id)]);
        drop(reading);
        let mut writing = store.write().await.unwrap();
        let step = (CitizenStatus::Active, CitizenStatus::Closed);
        assert!(writing.citizens().set_status(binh.id, step, NOW).await.unwrap());
        assert_eq!(writing.likenesses().others(&own, an.id).await.unwrap(), []);
        assert_eq!(writing.likenesses().groups(&[], 9).await.unwrap(), []);
        assert_eq!(writing.likenesses().shared(&[an.id]).await.unwrap(), []);
    }

    async fn a_guardianship_stands_until_it_ends(store: Store) {
        let (an, binh) = (enrol(&store, AN).await.id, enrol(&store, BINH).await.id);
        let own = guardianship(binh, an);
        assert!(look_after(&store, &own).await);
        assert!(!look_after(&store, &guardianship(binh, an)).await, "once is enough");
        let mut writing = store.write().await.unwrap();
        let found = writing.guardianships().of_guardian(an, NOW).await.unwrap();
        assert_eq!(found.iter().map(|one| (one.id, one.evidence.as_str())).collect::<Vec<_>>(), [(own.id, &*own.evidence)]);
        assert!(writing.guardianships().stands(binh, an, NOW).await.unwrap());
        assert!(!writing.guardianships().stands(an, binh, NOW).await.unwrap(), "not the other way round");
        assert!(!writing.guardianships().stands(binh, an, own.until).await.unwrap(), "they are old enough");
        assert!(writing.guardianships().of_guardian(an, own.until).await.unwrap().is_empty());
        for (from, to) in [
            (CitizenStatus::Active, CitizenStatus::Locked),
            (CitizenStatus::Locked, CitizenStatus::Active),
        ] {
            assert!(writing.citizens().set_status(an, (from, to), NOW).await.unwrap());
            let there = writing.guardianships().stands(binh, an, NOW).await.unwrap();
            assert_eq!(there, to.is_active(), "a guardian who is locked looks after nobody");
        }
        assert!(writing.guardianships().end(binh, an, NOW + DAY).await.unwrap());
        assert!(!writing.guardianships().end(binh, an, NOW + DAY).await.unwrap());
        assert!(!writing.guardianships().stands(binh, an, NOW).await.unwrap());
        let past = writing.guardianships().of_minor(binh).await.unwrap();
        assert_eq!(past.iter().map(|one| one.ended_at).collect::<Vec<_>>(), [Some(NOW + DAY)]);
        drop(writing);
        assert!(look_after(&store, &guardianship(binh, an)).await, "it may begin anew");
    }

    async fn a_proposal_is_decided_once_and_by_another(store: Store) {
        let an = enrol(&store, AN).await.id;
        let own = proposal(an, "lan");
        propose(&store, &own).await;
        let decide = async |by: &str, verdict, now: Timestamp| {
            store.write().await.unwrap().proposals().decide(&own, verdict, by, now).await.unwrap()
        };
        assert!(!decide("operator:lan", Verdict::Confirmed, NOW).await, "nobody confirms their own");
        assert!(!decide("operator:hoa", Verdict::Confirmed, own.expires_at).await, "it has expired");
        assert_eq!(store.read().await.unwrap().proposals().open(NOW, 9).await.unwrap().len(), 1);
        let found = store.read().await.unwrap().proposals().find_open(own.id).await.unwrap().unwrap();
        assert!(matches!(&found.wish, Wish::Reopen { reason } if reason == "taken for their brother"));
        assert!(decide("operator:hoa", Verdict::Confirmed, NOW).await);
        assert!(!decide("operator:hoa", Verdict::Confirmed, NOW).await);
        assert!(store.read().await.unwrap().proposals().find_open(own.id).await.unwrap().is_none());
        let second = proposal(an, "lan");
        propose(&store, &second).await;
        let mut writing = store.write().await.unwrap();
        let declined = writing.proposals().decide(&second, Verdict::Declined, "operator:lan", NOW).await.unwrap();
        assert!(declined, "whoever proposed it thinks again");
        assert_eq!(writing.proposals().forget(NOW + YEAR, 9).await.unwrap(), 0, "what was decided is kept");
    }

    async fn of_many_confirmations_at_once_one_does_it(store: Store) {
        let an = enrol(&store, AN).await.id;
        let own = proposal(an, "lan");
        propose(&store, &own).await;
        let attempts = (0..8).map(|number| {
            let (store, own) = (store.clone(), own.clone());
            tokio::spawn(async move {
                let who = format!("operator:{number}");
                store.write().await.unwrap().proposals().decide(&own, Verdict::Confirmed, &who, NOW).await.unwrap()
            })
        });
        let mut won = 0;
        for attempt in attempts.collect::<Vec<_>>() {
            won += usize::from(attempt.await.unwrap());
        }
        assert_eq!(won, 1);
    }
}
