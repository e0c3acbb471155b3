//! What was verified of a citizen, when, how, and on what evidence: OpenID Identity Assurance Schema Definition 1.0 §5.
//!
//! A profile says what SenID knows; a verification says what somebody checked, with the values as they were checked. A name
//! that changes afterwards stays in it as it was, so nothing is told as verified that was not.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::assurance::AccountLevel;
use super::citizen::Profile;
use super::ids::{CitizenId, VerificationId};
use super::national_id::NationalId;
use super::time::Timestamp;

/// One act of verifying.
#[derive(Clone, Debug)]
pub struct Verification {
    pub id: VerificationId,
    pub citizen: CitizenId,
    /// The account level that it raised to, or confirmed.
    pub level: AccountLevel,
    pub verified_at: Timestamp,
    /// Since when another stands in its place, or it no longer holds.
    pub superseded_at: Option<Timestamp>,
    pub statement: Statement,
}

/// What it says. Sealed wherever it is stored.
#[derive(Clone)]
pub struct Statement {
    /// The rules it was made under, as `vn_decree_69_2024`: a setting of the authority's at that time.
    pub trust_framework: String,
    /// What ties the evidence together, for whoever audits it later: the registry's transaction, the registrar's file.
    pub process: Option<String>,
    pub evidence: Vec<Evidence>,
    /// The values that were verified, and no others.
    pub verified: Profile,
    /// The national identifier that was verified.
    pub national_id: Option<NationalId>,
}

/// Says how much there is and nothing of it.
impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Statement({}, {} pieces of evidence)", self.trust_framework, self.evidence.len())
    }
}

/// Schema Definition §5.4.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Evidence {
    /// A paper or a card that was shown (§5.4.4.1).
    Document {
        checks: Vec<Check>,
        document: Document,
        /// What is kept elsewhere, by its digest: a scan, a photograph, what the chip said.
        #[serde(default)]
        attachments: Vec<Attachment>,
    },
    /// An entry of a register (§5.4.4.2).
    ElectronicRecord { checks: Vec<Check>, record: Record },
    /// A signature with a qualified certificate (§5.4.4.4).
    ElectronicSignature { signature_type: String, issuer: String, serial_number: String, created_at: Option<Timestamp> },
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}

impl Evidence {
    /// The value of the member `type`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Document { .. } => "document",
            Self::ElectronicRecord { .. } => "electronic_record",
            Self::ElectronicSignature { .. } => "electronic_signature",
        }
    }
}

/// One element of `check_details` (§5.4.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    pub method: CheckMethod,
    /// Who checked: the authority, an office, a service.
    pub organization: Option<String>,
    /// Their own number of the check (`check_id`).
    pub check_id: Option<String>,
    pub at: Option<Timestamp>,
}

/// The check methods that SenID's ways of proof use, by the names that the schema's registry of predefined values gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckMethod {
    /// The evidence was seen in person.
    Vpip,
    /// The evidence was read remotely from an image or a video.
    Vri,
    /// Its security features were verified by cryptography: a chip that was read, a signature.
    Vcrypt,
    /// The data were compared with an authoritative source.
    Data,
    /// Control of a channel or a token that the source holds was shown.
    Auth,
    /// The person was compared with the picture, in person.
    Pvp,
}

impl CheckMethod {
    pub const ALL: [Self; 6] = [Self::Vpip, Self::Vri, Self::Vcrypt, Self::Data, Self::Auth, Self::Pvp];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vpip => "vpip",
            Self::Vri => "vri",
            Self::Vcrypt => "vcrypt",
            Self::Data => "data",
            Self::Auth => "auth",
            Self::Pvp => "pvp",
        }
    }
}

/// `document_details` (§5.4.4.1).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    pub kind: DocumentKind,
    /// As printed. Told to a portal that asks for it and is approved for it, to nobody else.
    pub number: Option<String>,
    pub issued_on: Option<Date>,
    pub expires_on: Option<Date>,
    pub issuer: Option<Issuer>,
}

impl Document {
    /// The last three characters of its number: enough to hold it against the paper.
    pub fn masked_number(&self) -> Option<String> {
        let number = self.number.as_deref()?;
        let from = number.char_indices().rev().nth(2).map_or(0, |(at, _)| at);
        let shown = number.get(from..).filter(|_| number.chars().count() > 6).unwrap_or_default();
        Some(format!("•••••{shown}"))
    }
}

/// Documents by the names of the schema's registry of predefined values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    IdCard,
    Passport,
    ResidencePermit,
    BirthCertificate,
    DriverLicense,
}

impl DocumentKind {
    pub const ALL: [Self; 5] =
        [Self::IdCard, Self::Passport, Self::ResidencePermit, Self::BirthCertificate, Self::DriverLicense];

    /// The value of `document_details.type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IdCard => "idcard",
            Self::Passport => "passport",
            Self::ResidencePermit => "residence_permit",
            Self::BirthCertificate => "birth_certificate",
            Self::DriverLicense => "driver_license",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issuer {
    pub name: String,
    /// ISO 3166-1 alpha-3, as the schema wants it (`country_code`).
    pub country_code: Option<String>,
}

/// What lies elsewhere, and how it is known again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// What it is, in the registrar's words: "front of the card".
    pub description: String,
    pub sha256: [u8; 32],
}

/// `record` (§5.4.4.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// `population_register` and others of the schema's registry.
    pub kind: String,
    pub source: Issuer,
    pub created_at: Option<Timestamp>,
}
