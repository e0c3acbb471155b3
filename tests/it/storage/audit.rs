//! The audit log in the identity store.

use std::collections::BTreeMap;

use senid::domain::audit::{Actor, Event, EventKind, Outcome};
use senid::storage::EventSearch as Search;

use super::on_every_database;
use super::people::{AN, BINH, DAY, NOW, enrol, event};

on_every_database! {
    async fn events_of_everybody_are_found_by_whatever_is_said_of_them(store: Store) {
        let (an, binh) = (enrol(&store, AN).await.id, enrol(&store, BINH).await.id);
        let of = |citizen, kind, at, outcome| Event { outcome, ..event(citizen, kind, at) };
        let events = [
            of(Some(an), EventKind::SignIn, NOW, Outcome::Success),
            of(Some(binh), EventKind::SignIn, NOW + DAY, Outcome::Refused),
            Event {
                actor: Actor::Operator("root".to_owned()),
                client: None,
                ..of(Some(an), EventKind::CitizenLocked, NOW + DAY + DAY, Outcome::Success)
            },
        ];
        store.write().await.unwrap().audit().record_all(&events).await.unwrap();
        let mut reading = store.read().await.unwrap();
        let all = Search { since: Some(NOW), ..Search::default() };
        let mut found = async |search: Search, limit| {
            let page = reading.audit().search_all(&search, None, limit).await.unwrap();
            (page.items.iter().map(|found| found.event.id).collect::<Vec<_>>(), page.next)
        };
        let [first, second, third] = events.each_ref().map(|event| event.id);
        let kind = Some(EventKind::SignIn);
        for (search, expected) in [
            (all.clone(), vec![third, second, first]),
            (Search { kind, ..all.clone() }, vec![second, first]),
            (Search { kind, outcome: Some(Outcome::Refused), ..all.clone() }, vec![second]),
            (Search { citizen: Some(an), ..all.clone() }, vec![third, first]),
            (Search { citizen: Some(an), kind, ..all.clone() }, vec![first]),
            (Search { actor: Some("operator:root".to_owned()), ..all.clone() }, vec![third]),
            (Search { since: Some(NOW + DAY), ..all.clone() }, vec![third, second]),
            (Search { until: Some(NOW + DAY), ..all.clone() }, vec![first]),
            (Search { client: events[0].client.clone(), citizen: Some(binh), ..all.clone() }, vec![second]),
        ] {
            assert_eq!(found(search.clone(), 9).await, (expected, None), "{search:?}");
        }
        assert_eq!(found(all, 2).await, (vec![third, second], Some(second)));
        let one = reading.audit().find(third).await.unwrap().unwrap();
        assert_eq!((one.citizen, one.kind.as_str()), (Some(an), "citizen.locked"));
        assert_eq!(one.event.actor, "operator:root");
    }

    async fn an_event_is_read_as_it_was_recorded(store: Store) {
        let an = enrol(&store, AN).await.id;
        let plain = Event {
            outcome: Outcome::Refused,
            actor: Actor::Operator("root".to_owned()),
            client: None,
            request: None,
            details: BTreeMap::new(),
            ..event(Some(an), EventKind::CitizenLocked, NOW)
        };
        let full = Event { address: Some("192.0.2.0/24".to_owned()), ..event(Some(an), EventKind::SignIn, NOW + DAY) };
        let mut writing = store.write().await.unwrap();
        writing.audit().record_all(&[plain.clone(), full.clone()]).await.unwrap();
        writing.audit().record_all(&[]).await.unwrap();

        let recorded = writing.audit().of_citizen(an, None, 9).await.unwrap().items;
        assert_eq!(recorded.len(), 2);
        for (recorded, event) in recorded.iter().zip([full, plain]) {
            assert_eq!((recorded.id, recorded.at, recorded.kind), (event.id, event.at, Some(event.kind)));
            assert_eq!((recorded.outcome, &recorded.actor), (event.outcome, &event.actor.to_text()));
            assert_eq!((&recorded.client, &recorded.request), (&event.client, &event.request));
            assert_eq!(recorded.address, event.address);
            let details: Vec<_> = recorded.details.iter().map(|(name, fact)| (name.as_str(), fact)).collect();
            assert_eq!(details, event.details.iter().map(|(name, fact)| (*name, fact)).collect::<Vec<_>>());
        }
    }

    async fn a_large_group_is_recorded_whole_and_read_page_by_page(store: Store) {
        let (an, binh) = (enrol(&store, AN).await.id, enrol(&store, BINH).await.id);
        let mut events: Vec<_> = (0..2_500).map(|_| event(Some(an), EventKind::SignIn, NOW)).collect();
        events.push(event(Some(binh), EventKind::SignIn, NOW));
        events.push(event(None, EventKind::KeysRotated, NOW));
        let mut transaction = store.begin().await.unwrap();
        transaction.audit().record_all(&events).await.unwrap();
        transaction.commit().await.unwrap();

        let mut reading = store.read().await.unwrap();
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let page = reading.audit().of_citizen(an, before, 1_000).await.unwrap();
            seen.extend(page.items.iter().map(|event| event.id));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        let mut expected: Vec<_> = events[..2_500].iter().map(|event| event.id).collect();
        expected.sort_unstable_by(|left, right| right.cmp(left));
        assert_eq!(seen, expected);
        assert_eq!(reading.audit().of_citizen(binh, None, 9).await.unwrap().items.len(), 1);
    }

    async fn a_client_s_events_are_found_among_the_others(store: Store) {
        let an = enrol(&store, AN).await.id;
        let of = |client: &str, at| Event { client: Some(client.parse().unwrap()), ..event(Some(an), EventKind::TokensIssued, at) };
        let (first, other, last) = (of("portal", NOW), of("other", NOW + DAY), of("portal", NOW + DAY + DAY));
        let mut writing = store.write().await.unwrap();
        writing.audit().record_all(&[first.clone(), other, last.clone()]).await.unwrap();

        let ids = async |client: &str, limit| {
            let mut reading = store.read().await.unwrap();
            let events = reading.audit().of_client(&client.parse().unwrap(), limit).await.unwrap();
            events.into_iter().map(|event| event.id).collect::<Vec<_>>()
        };
        assert_eq!(ids("portal", 9).await, [last.id, first.id]);
        assert_eq!(ids("portal", 1).await, [last.id]);
        assert_eq!(ids("nobody", 9).await, []);
    }

    async fn an_event_falls_with_its_change(store: Store) {
        let an = enrol(&store, AN).await.id;
        let mut transaction = store.begin().await.unwrap();
        transaction.audit().record(&event(Some(an), EventKind::CitizenLocked, NOW)).await.unwrap();
        drop(transaction);
        assert_eq!(store.read().await.unwrap().audit().of_citizen(an, None, 9).await.unwrap().items, []);
    }
}
