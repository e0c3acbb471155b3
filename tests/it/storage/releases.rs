//! What of citizens went to clients, in the identity store.

use senid::crypto::random::SystemRandom;
use senid::domain::audit::EventKind;
use senid::domain::client::{Client, LegalBasis, Localised, Terms};
use senid::domain::ids::{CitizenId, ClientId, GrantId, OrganisationId};
use senid::domain::release::{Door, Release, StatedTerms, TermsId, release_id};
use senid::domain::time::Timestamp;
use senid::storage::{RecordedRelease, Store};

use super::on_every_database;
use super::people::{AN, BINH, DAY, MINUTE, NOW, enrol, event, register};

const TERMS: TermsId = [7; 16];

/// What `client` is told of `citizen` at `at`, under a grant of now.
fn release(citizen: CitizenId, client: &ClientId, claims: &str, at: Timestamp) -> Release {
    let mut digest = [0; 32];
    for (place, byte) in claims.bytes().chain(client.as_str().bytes()).enumerate() {
        digest[place % 10] ^= byte.rotate_left(u32::try_from(place % 8).unwrap());
    }
    let grant = GrantId::from_uuid(uuid::Uuid::from_u128(7));
    Release {
        id: release_id(grant, &digest, at),
        citizen,
        client: client.clone(),
        grant,
        organisation: claims.starts_with("email").then(|| OrganisationId::from_uuid(uuid::Uuid::from_u128(9))),
        door: Door::Userinfo,
        claims: claims.split(' ').map(str::to_owned).collect(),
        terms: TERMS,
        first_at: at,
        last_at: at,
        times: 1,
    }
}

async fn tell(store: &Store, releases: &[Release]) {
    let events: Vec<_> =
        releases.iter().map(|one| event(Some(one.citizen), EventKind::DataReleased, one.last_at)).collect();
    store.record(&events, releases).await.unwrap();
}

async fn told(store: &Store, citizen: CitizenId) -> Vec<RecordedRelease> {
    store.read().await.unwrap().releases().list(citizen, None, None, 99).await.unwrap().items
}

/// A release, for those who need every table to have a row.
pub async fn are_told(store: &Store, citizen: CitizenId, client: &Client) {
    let mut writing = store.write().await.unwrap();
    writing.releases().state(&TERMS, &StatedTerms::of(client), NOW).await.unwrap();
    drop(writing);
    store.record(&[], &[release(citizen, &client.id, "name", NOW)]).await.unwrap();
    let mut transaction = store.begin().await.unwrap();
    assert_eq!(transaction.releases().forget(NOW, 9).await.unwrap(), 0);
    transaction.commit().await.unwrap();
}

on_every_database! {
    async fn the_same_on_one_day_is_counted_and_anything_else_has_a_row_of_its_own(store: Store) {
        let (an, portal) = (enrol(&store, AN).await.id, register(&store, "portal").await.id);
        let name = release(an, &portal, "name", NOW);
        let again = release(an, &portal, "name", NOW + MINUTE);
        assert_eq!(name.id, again.id);
        // In one group, and in one after it.
        tell(&store, &[name.clone(), again.clone()]).await;
        tell(&store, &[release(an, &portal, "name", NOW + 2 * MINUTE)]).await;
        let counted = told(&store, an).await;
        assert_eq!(counted.len(), 1, "{counted:?}");
        let Release { times, first_at, last_at, .. } = counted[0].release;
        assert_eq!((times, first_at, last_at), (3, NOW, NOW + 2 * MINUTE));
        tell(&store, &[release(an, &portal, "email name", NOW), release(an, &portal, "name", NOW + DAY)]).await;
        let counted = told(&store, an).await;
        assert_eq!(counted.len(), 3);
        assert_eq!(counted[0].release.first_at, NOW + DAY, "the newest first");
        // A late one of before does not turn the clock back.
        tell(&store, &[again]).await;
        let counted = told(&store, an).await;
        let whole: Vec<_> = counted.iter().map(|one| (one.release.times, one.release.last_at)).collect();
        assert!(whole.contains(&(4, NOW + 2 * MINUTE)), "{whole:?}");
    }

    async fn a_citizen_reads_their_own_by_page_and_by_client(store: Store) {
        let (an, binh) = (enrol(&store, AN).await.id, enrol(&store, BINH).await.id);
        let [portal, office] = ["portal", "office"].map(|id| id.parse::<ClientId>().unwrap());
        let days: Vec<_> = (0..3).map(|day| release(an, &portal, "name", NOW + day * DAY)).collect();
        tell(&store, &days).await;
        tell(&store, &[release(an, &office, "email", NOW), release(binh, &portal, "name", NOW)]).await;
        let mut reading = store.read().await.unwrap();
        let first = reading.releases().list(an, None, Some(&portal), 2).await.unwrap();
        let days_of = |page: &[RecordedRelease]| page.iter().map(|one| one.release.first_at).collect::<Vec<_>>();
        assert_eq!(days_of(&first.items), [NOW + 2 * DAY, NOW + DAY]);
        let second = reading.releases().list(an, first.next, Some(&portal), 2).await.unwrap();
        assert_eq!((days_of(&second.items), second.next), (vec![NOW], None));
        drop(reading);
        assert_eq!(told(&store, an).await.len(), 4);
        assert_eq!(told(&store, binh).await.len(), 1);
    }

    async fn what_was_said_of_a_claim_then_is_what_is_read_later(store: Store) {
        let (an, mut client) = (enrol(&store, AN).await.id, register(&store, "portal").await);
        client.display.purpose = Localised::plain("submit applications");
        let letters = Terms { purpose: Localised::plain("send letters"), basis: Some(LegalBasis::Contract) };
        client.release.terms.insert("email".to_owned(), letters);
        for _ in 0..2 {
            let mut writing = store.write().await.unwrap();
            writing.releases().state(&TERMS, &StatedTerms::of(&client), NOW).await.unwrap();
        }
        tell(&store, &[release(an, &client.id, "email name", NOW)]).await;
        let recorded = told(&store, an).await.remove(0);
        assert!(recorded.release.organisation.is_some());
        let terms = recorded.terms.unwrap();
        assert_eq!((terms.basis("name"), terms.basis("email")), (LegalBasis::Consent, LegalBasis::Contract));
        assert_eq!(terms.purpose("email").in_language("vi"), "send letters");
        assert_eq!(terms.purpose("name").in_language("vi"), "submit applications");
    }

    async fn what_is_older_than_it_is_kept_is_forgotten_a_little_at_a_time(store: Store) {
        let (an, portal) = (enrol(&store, AN).await.id, register(&store, "portal").await.id);
        let days: Vec<_> = (0..4).map(|day| release(an, &portal, "name", NOW + day * DAY)).collect();
        tell(&store, &days).await;
        let mut transaction = store.begin().await.unwrap();
        assert_eq!(transaction.releases().forget(NOW + 3 * DAY, 2).await.unwrap(), 2);
        assert_eq!(transaction.releases().forget(NOW + 3 * DAY, 2).await.unwrap(), 1);
        transaction.commit().await.unwrap();
        let left: Vec<_> = told(&store, an).await.iter().map(|one| one.release.first_at).collect();
        assert_eq!(left, [NOW + 3 * DAY]);
    }

    async fn servers_that_count_the_same_at_once_lose_nothing(store: Store) {
        let (an, binh) = (enrol(&store, AN).await.id, enrol(&store, BINH).await.id);
        let portal = register(&store, "portal").await.id;
        let (one, other) = (release(an, &portal, "name", NOW), release(binh, &portal, "name", NOW));
        let writers: Vec<_> = (0..8)
            .map(|number| {
                let store = store.clone();
                // In either order.
                let both = if number % 2 == 0 { [one.clone(), other.clone()] } else { [other.clone(), one.clone()] };
                tokio::spawn(async move { tell(&store, &both).await })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        for citizen in [an, binh] {
            assert_eq!(told(&store, citizen).await[0].release.times, 8);
        }
    }
}

#[test]
fn a_day_s_releases_sort_after_what_was_granted() {
    let grant = GrantId::new(NOW, &SystemRandom::new());
    assert!(release_id(grant, &[0; 32], NOW).uuid() >= uuid::Uuid::from_u128(grant.uuid().as_u128() >> 80 << 80));
}
