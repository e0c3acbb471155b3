//! What authorities say of certificates once and cannot take back.

use senid::domain::revocation::{CertificateId, ListEdition, Reason, Revoked, SerialNumber};

use super::on_every_database;
use super::people::{DAY, NOW};

fn number(number: u8) -> SerialNumber {
    SerialNumber::from_integer(&[number]).unwrap()
}

pub fn revoked() -> (CertificateId, Revoked) {
    let certificate = CertificateId { issuer_key: [7; 32], serial: number(200) };
    (certificate, Revoked { at: NOW - DAY, reason: Reason::KeyCompromise })
}

pub fn list(edition: u8) -> ListEdition {
    let issued_at = NOW + DAY * u32::from(edition);
    ListEdition { issuer_key: [7; 32], scope: [0; 32], number: number(edition), issued_at }
}

on_every_database! {
    async fn a_revoked_certificate_stays_as_it_was_learned_first(store: Store) {
        let (certificate, first) = revoked();
        let mut writing = store.write().await.unwrap();
        assert_eq!(writing.revocations().find(&certificate).await.unwrap(), None);
        writing.revocations().remember(&certificate, first, NOW).await.unwrap();
        let later = Revoked { at: NOW, reason: Reason::Superseded };
        writing.revocations().remember(&certificate, later, NOW + DAY).await.unwrap();
        assert_eq!(writing.revocations().find(&certificate).await.unwrap(), Some(first));
        let of_another_issuer = CertificateId { issuer_key: [8; 32], ..certificate };
        assert_eq!(writing.revocations().find(&of_another_issuer).await.unwrap(), None);
        let another = CertificateId { serial: number(201), ..certificate };
        assert_eq!(writing.revocations().find(&another).await.unwrap(), None);
    }

    async fn of_two_lists_the_older_one_is_not_taken_again(store: Store) {
        let mut writing = store.write().await.unwrap();
        assert!(writing.revocations().advance(&list(9)).await.unwrap());
        assert!(writing.revocations().advance(&list(9)).await.unwrap(), "the same one is");
        assert!(writing.revocations().advance(&list(200)).await.unwrap());
        assert!(!writing.revocations().advance(&list(10)).await.unwrap());
        // A newer number with an older time, and the other way round.
        assert!(!writing.revocations().advance(&ListEdition { number: number(201), ..list(10) }).await.unwrap());
        assert!(!writing.revocations().advance(&ListEdition { number: number(10), ..list(201) }).await.unwrap());
        // Numbers count within one scope and of one issuer.
        assert!(writing.revocations().advance(&ListEdition { scope: [1; 32], ..list(1) }).await.unwrap());
        assert!(writing.revocations().advance(&ListEdition { issuer_key: [8; 32], ..list(1) }).await.unwrap());
    }
}
