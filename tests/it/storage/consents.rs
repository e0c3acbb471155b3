//! Consents in the identity store.

use std::time::Duration;

use senid::domain::consent::Consent;
use senid::domain::ids::{CitizenId, ClientId};
use senid::storage::{Exchange, NewGrant, Store};

use super::on_every_database;
use super::people::{AN, BINH, DAY, NOW, consent, enrol, exchange, grant, hash, register};

async fn give(store: &Store, consent: &Consent) -> Consent {
    let mut transaction = store.begin().await.unwrap();
    let together = transaction.consents().give(consent).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(find(store, consent.citizen, &consent.client).await.as_ref(), Some(&together));
    together
}

async fn find(store: &Store, citizen: CitizenId, client: &ClientId) -> Option<Consent> {
    store.read().await.unwrap().consents().find(citizen, client).await.unwrap()
}

on_every_database! {
    async fn consents_add_up(store: Store) {
        let (an, portal) = (enrol(&store, AN).await.id, register(&store, "portal").await.id);
        let first = consent(an, &portal, "openid profile", &["name"]);
        assert_eq!(give(&store, &first).await, first);
        assert_eq!(give(&store, &first).await, first);
        let later = Consent {
            granted_at: NOW + DAY,
            updated_at: NOW + DAY,
            expires_at: Some(NOW + 30 * DAY),
            ..consent(an, &portal, "openid email", &["email"])
        };
        let together = Consent {
            granted_at: NOW,
            updated_at: NOW + DAY,
            expires_at: Some(NOW + 30 * DAY),
            ..consent(an, &portal, "email openid profile", &["email", "name"])
        };
        assert_eq!(give(&store, &later).await, together);
    }

    async fn of_one_claim_the_later_choice_holds(store: Store) {
        let (an, portal) = (enrol(&store, AN).await.id, register(&store, "portal").await.id);
        let declining = |allowed: &[&str], declined: &[&str]| Consent {
            declined: declined.iter().map(|claim| (*claim).to_owned()).collect(),
            ..consent(an, &portal, "openid profile email", allowed)
        };
        give(&store, &declining(&["name", "email"], &["phone_number"])).await;
        let together = give(&store, &declining(&["phone_number", "nickname"], &["email"])).await;
        assert_eq!(together, declining(&["name", "nickname", "phone_number"], &["email"]));
        let known = store.read().await.unwrap().consents().known_to(an, &portal).await.unwrap().unwrap();
        assert_eq!((known.citizen.id, known.allowed), (an, together.claims));
        let stranger = "stranger".parse().unwrap();
        let known = store.read().await.unwrap().consents().known_to(an, &stranger).await.unwrap().unwrap();
        assert!(known.allowed.is_empty());
    }

    async fn of_consents_given_at_once_none_is_lost(store: Store) {
        let (an, portal) = (enrol(&store, AN).await.id, register(&store, "portal").await.id);
        let given: Vec<_> = (0..12)
            .map(|number| {
                let (store, portal) = (store.clone(), portal.clone());
                tokio::spawn(async move {
                    let mut transaction = store.begin().await.unwrap();
                    let one = consent(an, &portal, &format!("scope-{number}"), &[&format!("claim-{number}")]);
                    transaction.consents().give(&one).await.unwrap();
                    transaction.commit().await.unwrap();
                })
            })
            .collect();
        for given in given {
            given.await.unwrap();
        }
        let together = find(&store, an, &portal).await.unwrap();
        assert_eq!((together.scope.iter().count(), together.claims.len()), (12, 12));
    }

    async fn an_expired_consent_is_not_brought_back(store: Store) {
        let (an, portal) = (enrol(&store, AN).await.id, register(&store, "portal").await.id);
        let expiring = Consent { expires_at: Some(NOW + DAY), ..consent(an, &portal, "openid profile", &["name"]) };
        give(&store, &expiring).await;
        let later = Consent { granted_at: NOW + DAY, updated_at: NOW + DAY, ..consent(an, &portal, "openid", &["sub"]) };
        assert_eq!(give(&store, &later).await, later);
    }

    async fn a_withdrawn_consent_ends_its_grants_and_no_others(store: Store) {
        let (an, binh) = (enrol(&store, AN).await.id, enrol(&store, BINH).await.id);
        let (portal, other) = (register(&store, "portal").await, register(&store, "other").await);
        for (citizen, client) in [(an, &portal), (an, &portal), (an, &other), (binh, &portal)] {
            give(&store, &consent(citizen, &client.id, "openid", &["sub"])).await;
            assert_eq!(exchange(&store, &grant(citizen, client, NOW)).await, Exchange::Granted);
        }
        let mut transaction = store.begin().await.unwrap();
        assert_eq!(transaction.consents().withdraw(an, &portal.id, NOW).await.unwrap(), 2);
        drop(transaction);
        assert!(find(&store, an, &portal.id).await.is_some(), "it was not committed");

        let mut transaction = store.begin().await.unwrap();
        assert_eq!(transaction.consents().withdraw(an, &portal.id, NOW).await.unwrap(), 2);
        transaction.commit().await.unwrap();
        assert!(find(&store, an, &portal.id).await.is_none());
        assert!(find(&store, an, &other.id).await.is_some());
        assert!(find(&store, binh, &portal.id).await.is_some());
        let mut reading = store.read().await.unwrap();
        let left = reading.grants().list(an, None, 9).await.unwrap().items;
        assert_eq!(left.iter().map(|grant| grant.client.clone()).collect::<Vec<_>>(), [other.id]);
        assert_eq!(reading.grants().list(binh, None, 9).await.unwrap().items.len(), 1);
    }

    async fn a_consent_is_not_withdrawn_past_a_grant_that_is_just_being_written(store: Store) {
        let (an, portal) = (enrol(&store, AN).await.id, register(&store, "portal").await);
        give(&store, &consent(an, &portal.id, "openid", &[])).await;
        let mut exchanging = store.begin().await.unwrap();
        assert!(exchanging.consents().hold(an, &portal.id).await.unwrap().is_some());
        let mut withdrawn = tokio::spawn({
            let (store, portal) = (store.clone(), portal.id.clone());
            async move {
                let mut transaction = store.begin().await.unwrap();
                let ended = transaction.consents().withdraw(an, &portal, NOW).await.unwrap();
                transaction.commit().await.unwrap();
                ended
            }
        });
        let grant = grant(an, &portal, NOW);
        let new = NewGrant { grant: &grant, code_hash: hash("a code"), forget_after: NOW + DAY };
        assert_eq!(exchanging.grants().create(&new).await.unwrap(), Exchange::Granted);
        assert!(tokio::time::timeout(Duration::from_millis(100), &mut withdrawn).await.is_err(), "it did not wait");
        exchanging.commit().await.unwrap();
        assert_eq!(withdrawn.await.unwrap(), 1);
        let mut transaction = store.begin().await.unwrap();
        assert_eq!(transaction.consents().hold(an, &portal.id).await.unwrap(), None);
    }

    async fn consents_are_listed_page_by_page(store: Store) {
        let an = enrol(&store, AN).await.id;
        for id in ["b", "a", "C"] {
            let client = register(&store, id).await;
            give(&store, &consent(an, &client.id, "openid", &[])).await;
        }
        let mut reading = store.read().await.unwrap();
        let first = reading.consents().list(an, None, 2).await.unwrap();
        assert_eq!(first.items.iter().map(|consent| consent.client.as_str()).collect::<Vec<_>>(), ["C", "a"]);
        let second = reading.consents().list(an, first.next.as_ref(), 2).await.unwrap();
        assert_eq!(second.items.iter().map(|consent| consent.client.as_str()).collect::<Vec<_>>(), ["b"]);
        assert_eq!(second.next, None);
    }
}
