//! What was verified of citizens: it keeps the values of that day, holds until something else does, and opens for one person only.

use senid::crypto::random::SystemRandom;
use senid::domain::assurance::AccountLevel;
use senid::domain::citizen::Profile;
use senid::domain::ids::{CitizenId, VerificationId};
use senid::domain::time::Timestamp;
use senid::domain::verification::{
    Attachment, Check, CheckMethod, Document, DocumentKind, Evidence, Issuer, Record, Statement, Verification,
};
use senid::storage::{Error, Store};

use super::on_every_database;
use super::people::{AN, BINH, DAY, NOW, citizen, enrol};

fn checked(method: CheckMethod) -> Vec<Check> {
    vec![Check { method, organization: Some("Công an phường".to_owned()), check_id: None, at: Some(NOW) }]
}

fn police() -> Issuer {
    Issuer { name: "Bộ Công an".to_owned(), country_code: Some("VNM".to_owned()) }
}

fn shown() -> Evidence {
    let number = Some("001099012345".to_owned());
    Evidence::Document {
        checks: checked(CheckMethod::Vpip),
        document: Document { kind: DocumentKind::IdCard, number, issued_on: None, expires_on: None, issuer: None },
        attachments: vec![Attachment { description: "front".to_owned(), sha256: [7; 32] }],
    }
}

fn registered() -> Evidence {
    let record = Record { kind: "population_register".to_owned(), source: police(), created_at: None };
    Evidence::ElectronicRecord { checks: checked(CheckMethod::Data), record }
}

fn verification(citizen: CitizenId, named: &str, at: Timestamp, evidence: Evidence) -> Verification {
    let statement = Statement {
        trust_framework: "vn_decree_69_2024".to_owned(),
        process: Some("file 17".to_owned()),
        evidence: vec![evidence],
        verified: Profile { name: named.to_owned(), ..Profile::default() },
        national_id: None,
    };
    let id = VerificationId::new(at, &SystemRandom::new());
    Verification { id, citizen, level: AccountLevel::Proven, verified_at: at, superseded_at: None, statement }
}

/// For the tests that look at every table.
pub async fn is_proven(store: &Store, citizen: CitizenId) {
    let mut writing = store.write().await.unwrap();
    let first = verification(citizen, "Nguyễn Văn An", NOW, registered());
    writing.verifications().record(&first).await.unwrap();
    writing.verifications().record(&verification(citizen, "Nguyễn Văn An", NOW + DAY, shown())).await.unwrap();
    writing.verifications().supersede(citizen, first.id, NOW + DAY).await.unwrap();
}

on_every_database! {
    async fn what_was_verified_stays_as_it_was_and_the_newest_comes_first(store: Store) {
        let an = enrol(&store, AN).await;
        let (mut first, second) = (
            verification(an.id, "Nguyễn Văn An", NOW, registered()),
            verification(an.id, "Nguyễn Văn Ân", NOW + DAY, shown()),
        );
        first.statement.national_id = Some(an.national_id.clone());
        let mut writing = store.write().await.unwrap();
        writing.verifications().record(&first).await.unwrap();
        writing.verifications().record(&second).await.unwrap();
        writing.verifications().supersede(an.id, first.id, NOW + DAY).await.unwrap();

        let all = writing.verifications().list(an.id).await.unwrap();
        let names: Vec<_> = all.iter().map(|found| found.statement.verified.name.as_str()).collect();
        assert_eq!(names, ["Nguyễn Văn Ân", "Nguyễn Văn An"]);
        assert_eq!(all[1].superseded_at, Some(NOW + DAY));
        assert!(all[1].statement.national_id == Some(an.national_id.clone()));
        assert!(all[0].statement.evidence == [shown()] && all[1].statement.evidence == [registered()]);
        let standing = writing.verifications().standing(an.id).await.unwrap();
        assert_eq!(standing.iter().map(|found| found.id).collect::<Vec<_>>(), [second.id]);

        writing.verifications().supersede_all(an.id, NOW + DAY + DAY).await.unwrap();
        assert!(writing.verifications().standing(an.id).await.unwrap().is_empty());
        assert_eq!(writing.verifications().list(an.id).await.unwrap()[1].superseded_at, Some(NOW + DAY), "it keeps its own day");
    }

    async fn nothing_is_verified_of_somebody_else(store: Store) {
        let (an, binh) = (enrol(&store, AN).await, enrol(&store, BINH).await);
        let of_an = verification(an.id, "Nguyễn Văn An", NOW, shown());
        let mut writing = store.write().await.unwrap();
        writing.verifications().record(&of_an).await.unwrap();
        assert!(writing.verifications().list(binh.id).await.unwrap().is_empty());
        writing.verifications().supersede(binh.id, of_an.id, NOW).await.unwrap();
        assert_eq!(writing.verifications().standing(an.id).await.unwrap().len(), 1);

        let nobody = citizen(AN).citizen.id;
        let refused = writing.verifications().record(&verification(nobody, "Nobody", NOW, shown())).await;
        assert!(matches!(refused, Err(Error::Corrupt(_))), "{refused:?}");
    }
}
