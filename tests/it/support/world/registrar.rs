//! A registrar at an office, by name: sees people and their papers, proposes, and confirms what others proposed.

use std::time::Duration;

use jiff::civil::date;
use senid::domain::audit::Actor;
use senid::domain::ids::ProposalId;
use senid::domain::proposal::{Corrections, Proof, Registrant};
use senid::domain::verification::{Attachment, Check, CheckMethod, Document, DocumentKind, Issuer};
use senid::flows::admin::proposals::{self, Done};
use senid::flows::admin::prove_identity::{Proving, prove};
use senid::flows::admin::{AdminError, Administrator, guardians};

use super::operator::who;
use super::{Citizen, World};

pub struct Registrar<'w> {
    world: &'w World,
    name: &'static str,
}

/// An identity card that was read and held against its owner.
pub fn seen(registrant: Registrant) -> Proof {
    let check = |method| Check { method, organization: None, check_id: None, at: None };
    Proof {
        document: Document {
            kind: DocumentKind::IdCard,
            number: None,
            issued_on: Some(date(2021, 5, 1)),
            expires_on: Some(date(2046, 5, 1)),
            issuer: Some(Issuer { name: "Cục Cảnh sát QLHC".to_owned(), country_code: Some("VNM".to_owned()) }),
        },
        checks: [CheckMethod::Vpip, CheckMethod::Pvp, CheckMethod::Vcrypt].map(check).into(),
        attachments: vec![Attachment { description: "chip".to_owned(), sha256: [7; 32] }],
        process: Some("HS-2026/118".to_owned()),
        corrections: Corrections { birthdate: Some("1990-08-15".parse().unwrap()), ..Corrections::default() },
        registrant,
    }
}

impl World {
    pub fn registrar(&self, name: &'static str) -> Registrar<'_> {
        Registrar { world: self, name }
    }
}

impl Registrar<'_> {
    pub async fn admin(&self) -> Administrator {
        Administrator { actor: Actor::Operator(self.name.to_owned()), ..self.world.operator().admin().await }
    }

    /// Has the citizen and their papers before them; the proposal that another registrar has to confirm.
    pub async fn sees(&self, citizen: &Citizen, proof: Proof) -> Result<ProposalId, AdminError> {
        match prove(&self.admin().await, &who(citizen), proof, None).await? {
            Proving::Proposed(proposal) => Ok(proposal.id),
            Proving::Done(_) => panic!("one registrar was enough"),
        }
    }

    pub async fn confirms(&self, proposal: ProposalId) -> Result<Done, AdminError> {
        proposals::confirm(&self.admin().await, proposal).await
    }

    /// As `senid citizen guardian add` does.
    pub async fn enters_guardian(&self, minor: &Citizen, guardian: &Citizen) -> Result<Duration, AdminError> {
        let admin = self.admin().await;
        let new = guardians::enter(&admin, &who(minor), &who(guardian), "certificate of birth 12/2016").await?;
        Ok(admin.clock.now().until(new.until))
    }
}
