//! Roles, who owns which application, and the ways in that need no role.

use std::time::Duration;

use senid::crypto::random::SystemRandom;
use senid::domain::administration::approval::{Act, Approval, Decision, FieldChange, Matter, Outcome};
use senid::domain::administration::break_glass::Half;
use senid::domain::administration::{Role, RoleGrant};
use senid::domain::citizen::CitizenStatus;
use senid::domain::ids::{ApprovalId, CitizenId, ClientId, RoleGrantId};
use senid::domain::time::Timestamp;
use senid::storage::Store;
use serde_json::Value;

use super::on_every_database;
use super::people::{AN, BINH, DAY, MINUTE, NOW, enrol, hash, register};

const LAN: &str = "operator:lan";

fn granted(citizen: CitizenId, role: Role, since: Timestamp, until: Option<Timestamp>) -> RoleGrant {
    RoleGrant {
        id: RoleGrantId::new(since, &SystemRandom::new()),
        citizen,
        role,
        granted_by: LAN.to_owned(),
        since,
        until,
        ended_at: None,
    }
}

async fn grant(store: &Store, new: &RoleGrant) -> bool {
    let mut tx = store.begin().await.unwrap();
    let done = tx.role_grants().grant(new).await.unwrap();
    tx.commit().await.unwrap();
    done
}

async fn held(store: &Store, citizen: CitizenId, at: Timestamp) -> Vec<Role> {
    let found = store.read().await.unwrap().role_grants().of(citizen, at).await.unwrap();
    found.into_iter().map(|grant| grant.role).collect()
}

fn asked(by: &str) -> Approval {
    Approval {
        id: ApprovalId::new(NOW, &SystemRandom::new()),
        matter: Matter::KeyRotation,
        act: Act::RotateKeys { when: "now".to_owned(), only: None },
        changes: vec![FieldChange { field: "rotation".to_owned(), old: Value::Null, new: "now".into() }],
        asked_by: by.to_owned(),
        asked_at: NOW,
        expires_at: NOW + DAY,
        decision: None,
    }
}

fn decision(outcome: Outcome, by: &str, at: Timestamp) -> Decision {
    Decision { outcome, by: by.to_owned(), at, reason: Some("seen".to_owned()) }
}

/// For the tests that look at every table.
pub async fn is_administered(store: &Store, an: CitizenId, client: &ClientId) {
    let nobody = CitizenId::new(NOW, &SystemRandom::new());
    assert!(grant(store, &granted(an, Role::Administrator, NOW, None)).await);
    let mut tx = store.begin().await.unwrap();
    tx.role_grants().take_turn(NOW).await.unwrap();
    tx.role_grants().end(nobody, Role::Auditor, LAN, NOW).await.unwrap();
    tx.role_grants().end_all(nobody, LAN, NOW).await.unwrap();
    tx.role_grants().name_owner(client, an, LAN, NOW).await.unwrap();
    tx.role_grants().remove_owner(client, nobody).await.unwrap();
    tx.approvals().ask(&asked("operator:lan")).await.unwrap();
    tx.administration().make_link(hash("link"), LAN, NOW, NOW + DAY).await.unwrap();
    tx.administration().spend_link(hash("another link"), NOW).await.unwrap();
    tx.administration().seal(Half::First, hash("sealed"), LAN, NOW).await.unwrap();
    tx.administration().open(hash("sealed"), LAN, Some(an), NOW).await.unwrap();
    tx.commit().await.unwrap();
    let mut reading = store.read().await.unwrap();
    assert_eq!(reading.role_grants().all(NOW).await.unwrap().len(), 1);
    assert_eq!(reading.role_grants().holders(Role::Administrator, NOW, 9).await.unwrap().len(), 1);
    assert!(reading.role_grants().of_broken_glass(NOW).await.unwrap().is_empty());
    assert!(reading.role_grants().find(an, Role::Administrator).await.unwrap().is_some());
    assert_eq!(reading.role_grants().owners_of(client).await.unwrap(), [an]);
    assert!(reading.role_grants().owned_by(an).await.unwrap().contains(client));
    assert!(reading.administration().link_is_good(hash("link"), NOW).await.unwrap());
    assert_eq!(reading.administration().envelopes().await.unwrap().len(), 1);
}

on_every_database! {
    async fn a_role_is_held_once_until_it_ends_and_may_be_given_again(store: Store) {
        let an = enrol(&store, AN).await.id;
        assert!(grant(&store, &granted(an, Role::Auditor, NOW, Some(NOW + DAY))).await);
        assert!(!grant(&store, &granted(an, Role::Auditor, NOW, None)).await, "they hold it already");
        assert!(grant(&store, &granted(an, Role::Support, NOW, None)).await);
        assert_eq!(held(&store, an, NOW).await, [Role::Auditor, Role::Support]);
        assert_eq!(held(&store, an, NOW + DAY).await, [Role::Support], "its time is over");
        // What is over stands in nobody's way.
        assert!(grant(&store, &granted(an, Role::Auditor, NOW + DAY, None)).await);
        let mut tx = store.begin().await.unwrap();
        assert!(tx.role_grants().end(an, Role::Auditor, LAN, NOW + DAY).await.unwrap());
        assert!(!tx.role_grants().end(an, Role::Auditor, LAN, NOW + DAY).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(held(&store, an, NOW + DAY).await, [Role::Support]);
    }

    async fn a_role_rests_while_its_holder_is_not_active(store: Store) {
        let an = enrol(&store, AN).await.id;
        assert!(grant(&store, &granted(an, Role::Registrar, NOW, None)).await);
        for (from, to, expected) in [
            (CitizenStatus::Active, CitizenStatus::Locked, 0),
            (CitizenStatus::Locked, CitizenStatus::Active, 1),
            (CitizenStatus::Active, CitizenStatus::Suspended, 0),
        ] {
            let mut tx = store.begin().await.unwrap();
            assert!(tx.citizens().set_status(an, (from, to), NOW).await.unwrap());
            tx.commit().await.unwrap();
            assert_eq!(held(&store, an, NOW).await.len(), expected, "{to}");
            let holders = store.read().await.unwrap().role_grants().holders(Role::Registrar, NOW, 9).await.unwrap();
            assert_eq!(holders.len(), expected, "{to}");
        }
    }

    async fn all_that_somebody_held_ends_together(store: Store) {
        let (an, binh) = (enrol(&store, AN).await.id, enrol(&store, BINH).await.id);
        let client = register(&store, "portal").await.id;
        for (citizen, role) in [(an, Role::Administrator), (an, Role::ClientOwner), (binh, Role::Administrator)] {
            assert!(grant(&store, &granted(citizen, role, NOW, None)).await);
        }
        let mut tx = store.begin().await.unwrap();
        assert!(tx.role_grants().name_owner(&client, an, LAN, NOW).await.unwrap());
        assert!(!tx.role_grants().name_owner(&client, an, LAN, NOW).await.unwrap());
        assert!(tx.role_grants().name_owner(&client, binh, LAN, NOW).await.unwrap());
        assert_eq!(tx.role_grants().end_all(an, LAN, NOW).await.unwrap(), 2);
        assert_eq!(tx.role_grants().owners_of(&client).await.unwrap(), [binh]);
        assert!(tx.role_grants().remove_owner(&client, binh).await.unwrap());
        tx.commit().await.unwrap();
        assert!(held(&store, an, NOW).await.is_empty());
        assert_eq!(held(&store, binh, NOW).await, [Role::Administrator]);
    }

    async fn a_link_is_spent_once_and_replaced_by_the_next(store: Store) {
        let make = async |link: &str| {
            let mut tx = store.begin().await.unwrap();
            tx.administration().make_link(hash(link), LAN, NOW, NOW + MINUTE).await.unwrap();
            tx.commit().await.unwrap();
        };
        make("first").await;
        make("second").await;
        let spend = async |link: &'static str, at: Timestamp| {
            let mut tx = store.begin().await.unwrap();
            let spent = tx.administration().spend_link(hash(link), at).await.unwrap();
            tx.commit().await.unwrap();
            spent
        };
        assert!(!spend("first", NOW).await, "another took its place");
        assert!(!spend("second", NOW + MINUTE).await, "it has expired");
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let store = store.clone();
            tries.spawn(async move {
                let mut tx = store.begin().await.unwrap();
                let spent = tx.administration().spend_link(hash("second"), NOW).await.unwrap();
                tx.commit().await.unwrap();
                spent
            });
        }
        let spent = tries.join_all().await.into_iter().filter(|spent| *spent).count();
        assert_eq!(spent, 1);
        assert!(!store.read().await.unwrap().administration().link_is_good(hash("second"), NOW).await.unwrap());
    }

    async fn what_was_asked_is_decided_once_in_time_and_by_somebody_else(store: Store) {
        let new = asked("operator:lan");
        let mut tx = store.begin().await.unwrap();
        tx.approvals().ask(&new).await.unwrap();
        tx.commit().await.unwrap();
        let decide = async |outcome: Outcome, by: &str, at: Timestamp| {
            store.write().await.unwrap().approvals().decide(new.id, &decision(outcome, by, at)).await.unwrap()
        };
        assert_eq!(store.read().await.unwrap().approvals().open(None, NOW, 9).await.unwrap(), std::slice::from_ref(&new));
        assert!(store.read().await.unwrap().approvals().open(None, new.expires_at, 9).await.unwrap().is_empty());
        assert!(!decide(Outcome::Approved, "operator:lan", NOW).await, "it is their own");
        assert!(!decide(Outcome::Approved, "operator:minh", new.expires_at).await, "it has expired");
        let mut tries = tokio::task::JoinSet::new();
        for number in 0..10 {
            let (store, id) = (store.clone(), new.id);
            tries.spawn(async move {
                let by = format!("operator:{number}");
                let mut writing = store.write().await.unwrap();
                writing.approvals().decide(id, &decision(Outcome::Approved, &by, NOW)).await.unwrap()
            });
        }
        assert_eq!(tries.join_all().await.into_iter().filter(|done| *done).count(), 1);
        assert!(!decide(Outcome::Withdrawn, "operator:lan", NOW).await, "it is done");
        let found = store.read().await.unwrap().approvals().find(new.id).await.unwrap().unwrap();
        assert_eq!(found.decision.map(|decision| decision.outcome), Some(Outcome::Approved));
        assert_eq!(store.read().await.unwrap().approvals().list(None, 9).await.unwrap().len(), 1);
    }

    async fn an_envelope_opens_by_what_is_in_it(store: Store) {
        let an = enrol(&store, AN).await.id;
        let mut tx = store.begin().await.unwrap();
        for (half, secret) in [(Half::First, "old"), (Half::First, "one"), (Half::Second, "two")] {
            tx.administration().seal(half, hash(secret), LAN, NOW).await.unwrap();
        }
        assert_eq!(tx.administration().open(hash("old"), "staff:x", Some(an), NOW).await.unwrap(), None);
        assert_eq!(tx.administration().open(hash("two"), "staff:x", Some(an), NOW).await.unwrap(), Some(Half::Second));
        let envelopes = tx.administration().envelopes().await.unwrap();
        let opened: Vec<_> = envelopes.iter().map(|(envelope, opener)| (envelope.opened_at, *opener)).collect();
        assert_eq!(opened, [(None, None), (Some(NOW), Some(an))]);
        // Sealed again, it was opened by nobody.
        tx.administration().seal(Half::Second, hash("three"), LAN, NOW + Duration::from_secs(1)).await.unwrap();
        assert_eq!(tx.administration().envelopes().await.unwrap()[1].0.opened_at, None);
        tx.administration().consume_envelopes().await.unwrap();
        assert!(tx.administration().envelopes().await.unwrap().is_empty());
    }
}
