//! What citizens say is wrong, what authorities were told, and what goes when its time is over.

use senid::crypto::random::SystemRandom;
use senid::domain::correction::{About, Outcome, Said, State};
use senid::domain::disclosure::{self, Asked, Data, Disclosure};
use senid::domain::ids::{CitizenId, CorrectionId, DisclosureId};
use senid::domain::time::Timestamp;
use senid::storage::{Error, Kept, Store};

use super::on_every_database;
use super::people::{AN, BINH, DAY, NOW, citizen, enrol};

const LAN: &str = "operator:lan";
const MINH: &str = "operator:minh";

fn said(words: &str) -> Said {
    Said { about: About::Name, words: words.to_owned() }
}

async fn says(store: &Store, citizen: CitizenId, words: &str, at: Timestamp) -> CorrectionId {
    let id = CorrectionId::new(at, &SystemRandom::new());
    let mut tx = store.begin().await.unwrap();
    tx.corrections().insert(citizen, id, &said(words), at).await.unwrap();
    tx.commit().await.unwrap();
    id
}

fn asked(citizen: CitizenId, at: Timestamp, secret_until: Option<Timestamp>) -> Disclosure {
    let asked = Asked {
        authority: "Toà án nhân dân thành phố Hà Nội".to_owned(),
        legal_basis: "Điều 106".to_owned(),
        reference: "12/2026".to_owned(),
        data: vec![Data::Identity, Data::Contacts],
    };
    Disclosure {
        id: DisclosureId::new(at, &SystemRandom::new()),
        citizen,
        asked,
        recorded_by: LAN.to_owned(),
        recorded_at: at,
        state: disclosure::State::Recorded,
        given: None,
        secret_until,
        told_at: None,
    }
}

async fn is_recorded(store: &Store, new: &Disclosure) {
    let mut tx = store.begin().await.unwrap();
    tx.disclosures().insert(new).await.unwrap();
    tx.commit().await.unwrap();
}

async fn is_given(store: &Store, recorded: &Disclosure, at: Timestamp) {
    let mut tx = store.begin().await.unwrap();
    assert!(tx.disclosures().decide(recorded, "approved", MINH, at).await.unwrap());
    assert!(tx.disclosures().give(recorded, MINH, at).await.unwrap());
    tx.commit().await.unwrap();
}

/// For the tests that look at every table.
pub async fn is_kept(store: &Store, citizen: CitizenId) {
    says(store, citizen, "Nguyễn Văn Ân", NOW).await;
    let recorded = asked(citizen, NOW, None);
    is_recorded(store, &recorded).await;
    is_given(store, &recorded, NOW).await;
}

on_every_database! {
    async fn what_is_wrong_waits_for_a_registrar_and_is_answered_once(store: Store) {
        let (an, binh) = (enrol(&store, AN).await, enrol(&store, BINH).await);
        let first = says(&store, an.id, "Nguyễn Văn Ân", NOW).await;
        let second = says(&store, binh.id, "Trần", NOW + DAY).await;
        let page = store.read().await.unwrap().corrections().waiting(None, 1).await.unwrap();
        assert_eq!((page.items[0].id, page.next), (first, Some(first)), "the oldest first");
        let page = store.read().await.unwrap().corrections().waiting(Some(first), 9).await.unwrap();
        assert_eq!((page.items[0].id, page.items[0].said.words.as_str(), page.next), (second, "Trần", None));

        let mut tx = store.begin().await.unwrap();
        let waiting = tx.corrections().find_waiting(first).await.unwrap().unwrap();
        assert!(tx.corrections().settle(&waiting, Outcome::Corrected, "Đã sửa", LAN, NOW + DAY).await.unwrap());
        assert!(!tx.corrections().settle(&waiting, Outcome::Kept, "Không", MINH, NOW + DAY).await.unwrap());
        assert!(tx.corrections().find_waiting(first).await.unwrap().is_none());
        tx.commit().await.unwrap();
        let own = store.read().await.unwrap().corrections().of_citizen(an.id).await.unwrap();
        let settled = State::Settled {
            how: Outcome::Corrected,
            answer: "Đã sửa".to_owned(),
            by: LAN.to_owned(),
            at: NOW + DAY,
        };
        assert!(own.len() == 1 && own[0].state == settled && own[0].said == said("Nguyễn Văn Ân"));
        let nobody = citizen("048301004567").citizen.id;
        let mut tx = store.begin().await.unwrap();
        let id = CorrectionId::new(NOW, &SystemRandom::new());
        let none = tx.corrections().insert(nobody, id, &said("?"), NOW).await;
        assert!(matches!(none, Err(Error::Corrupt(_))), "{none:?}");
    }

    async fn two_operators_stand_behind_a_disclosure_whatever_the_program_above_says(store: Store) {
        let an = enrol(&store, AN).await;
        let recorded = asked(an.id, NOW, None);
        is_recorded(&store, &recorded).await;
        let mut tx = store.begin().await.unwrap();
        assert!(!tx.disclosures().give(&recorded, MINH, NOW).await.unwrap(), "nobody has approved it");
        assert!(!tx.disclosures().decide(&recorded, "approved", LAN, NOW).await.unwrap(), "who recorded it does not");
        assert!(tx.disclosures().decide(&recorded, "refused", MINH, NOW).await.unwrap());
        assert!(!tx.disclosures().decide(&recorded, "approved", MINH, NOW).await.unwrap(), "once");
        assert!(!tx.disclosures().give(&recorded, MINH, NOW).await.unwrap());
        tx.commit().await.unwrap();
        let found = store.read().await.unwrap().disclosures().find(recorded.id).await.unwrap().unwrap();
        assert_eq!(found.state, disclosure::State::Refused { by: MINH.to_owned(), at: NOW });
        assert_eq!(found.asked, recorded.asked);
    }

    async fn a_disclosure_is_told_when_its_secrecy_is_over_and_not_before(store: Store) {
        let an = enrol(&store, AN).await;
        let (open, secret) = (asked(an.id, NOW, None), asked(an.id, NOW + DAY, Some(NOW + 9 * DAY)));
        for one in [&open, &secret] {
            is_recorded(&store, one).await;
        }
        let mut reading = store.read().await.unwrap();
        assert!(reading.disclosures().untold(NOW + 99 * DAY, 9).await.unwrap().is_empty(), "nothing was given");
        drop(reading);
        for one in [&open, &secret] {
            is_given(&store, one, NOW + DAY).await;
        }
        let untold = async |at| {
            let due = store.read().await.unwrap().disclosures().untold(at, 9).await.unwrap();
            due.into_iter().map(|(_, id)| id).collect::<Vec<_>>()
        };
        assert_eq!(untold(NOW + 2 * DAY).await, [open.id]);
        let mut tx = store.begin().await.unwrap();
        assert!(tx.disclosures().tell(an.id, open.id, NOW + 2 * DAY).await.unwrap());
        assert!(!tx.disclosures().tell(an.id, open.id, NOW + 2 * DAY).await.unwrap());
        assert!(!tx.disclosures().tell(an.id, secret.id, NOW + 2 * DAY).await.unwrap(), "a law keeps it");
        tx.commit().await.unwrap();
        let told = store.read().await.unwrap().disclosures().told(an.id).await.unwrap();
        assert_eq!(told.iter().map(|one| one.id).collect::<Vec<_>>(), [open.id]);
        assert_eq!(untold(NOW + 9 * DAY).await, [secret.id]);
        // Auditors see all of it.
        assert_eq!(store.read().await.unwrap().disclosures().list(None, 9).await.unwrap().items.len(), 2);
    }

    async fn what_was_over_before_a_day_goes_and_the_rest_stays(store: Store) {
        let an = super::people::live_a_little(&store).await;
        let mut tx = store.begin().await.unwrap();
        for kept in Kept::ALL {
            assert_eq!(tx.retention().forget(kept, NOW - DAY, 500).await.unwrap(), 0, "{kept:?} before anything was");
        }
        // Two of the law's: one was told, one is still kept from the citizen.
        tx.commit().await.unwrap();
        let secret = asked(an.id, NOW, Some(NOW + 99 * DAY));
        is_recorded(&store, &secret).await;
        is_given(&store, &secret, NOW).await;
        let mut tx = store.begin().await.unwrap();
        for kept in [Kept::SupersededVerifications, Kept::UnusedDevices] {
            assert!(tx.retention().forget(kept, NOW + 9999 * DAY, 500).await.unwrap() > 0, "{kept:?}");
            assert_eq!(tx.retention().forget(kept, NOW + 9999 * DAY, 500).await.unwrap(), 0, "{kept:?}");
        }
        tx.retention().forget(Kept::Disclosures, NOW + 9999 * DAY, 500).await.unwrap();
        assert!(tx.disclosures().find(secret.id).await.unwrap().is_some(), "nobody was told of it yet");
        // What waits is not over, however old.
        assert_eq!(tx.retention().forget(Kept::SettledCorrections, NOW + 9999 * DAY, 500).await.unwrap(), 0);
        assert_eq!(tx.corrections().of_citizen(an.id).await.unwrap().len(), 1);
    }
}
