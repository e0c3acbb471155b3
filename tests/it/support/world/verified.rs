//! Citizens of whom something was verified, and what portals are approved to be told of that.

use senid::crypto::random::SystemRandom;
use senid::domain::assurance::AccountLevel;
use senid::domain::citizen::Profile;
use senid::domain::ids::VerificationId;
use senid::domain::time::Timestamp;
use senid::domain::verification::{
    Check, CheckMethod, Document, DocumentKind, Evidence, Issuer, Record, Statement, Verification,
};

use super::{Citizen, NOW, Operator};

/// The rules of the deployment.
pub const FRAMEWORK: &str = "vn_decree_69_2024";

/// A card that a registrar looked at.
pub fn card() -> Evidence {
    let check = |method| Check {
        method,
        organization: Some("Công an phường Trúc Bạch".to_owned()),
        check_id: Some("HS-118".to_owned()),
        at: Some(NOW),
    };
    Evidence::Document {
        checks: vec![check(CheckMethod::Vpip), check(CheckMethod::Vcrypt)],
        document: Document {
            kind: DocumentKind::IdCard,
            number: Some("012345678".to_owned()),
            issued_on: Some("2021-05-06".parse().unwrap()),
            expires_on: Some("2046-05-06".parse().unwrap()),
            issuer: Some(Issuer { name: "Bộ Công an".to_owned(), country_code: Some("VNM".to_owned()) }),
        },
        attachments: Vec::new(),
    }
}

/// An entry of the register.
pub fn record() -> Evidence {
    Evidence::ElectronicRecord {
        checks: vec![Check { method: CheckMethod::Data, organization: None, check_id: None, at: Some(NOW) }],
        record: Record {
            kind: "population_register".to_owned(),
            source: Issuer { name: "Cơ sở dữ liệu quốc gia về dân cư".to_owned(), country_code: None },
            created_at: None,
        },
    }
}

impl Operator<'_> {
    /// Writes down that all of what is known of a citizen was verified at a moment, on this evidence.
    pub async fn verified(&self, citizen: &Citizen, at: Timestamp, evidence: Vec<Evidence>) {
        self.verified_as(citizen, at, evidence, |_| {}).await;
    }

    /// The same of another profile than theirs is now.
    pub async fn verified_as(
        &self,
        citizen: &Citizen,
        at: Timestamp,
        evidence: Vec<Evidence>,
        change: impl FnOnce(&mut Profile),
    ) {
        let id = self.id_of(citizen).await;
        let known = self.app().store.read().await.unwrap().citizens().find(id).await.unwrap().unwrap();
        let mut verified = known.profile;
        change(&mut verified);
        let verification = Verification {
            id: VerificationId::new(at, &SystemRandom::new()),
            citizen: id,
            level: AccountLevel::Proven,
            verified_at: at,
            superseded_at: None,
            statement: Statement {
                trust_framework: FRAMEWORK.to_owned(),
                process: Some("file-7".to_owned()),
                evidence,
                verified,
                national_id: Some(known.national_id),
            },
        };
        self.app().store.write().await.unwrap().verifications().record(&verification).await.unwrap();
    }

    /// Approves that a client is told these as verified.
    pub async fn approves_verified(&self, client: &str, names: &[&str]) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        self.changes(client, |client| client.release.verified_claims = names.into_iter().collect()).await;
    }
}
