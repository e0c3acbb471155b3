//! What is kept about the citizen: to see, to take away, and to have put right. `/account/data`

use askama::Template;

use super::{Level, Notice};
use crate::web::claims::Claim;
use crate::web::layout::{Form, Layout};
use crate::web::text::{Language, Moment, Speaks, TextId, id};

#[derive(Clone, Debug, Template)]
#[template(path = "account/data.html")]
pub struct Data {
    pub layout: Layout,
    pub notice: Option<Notice>,
    pub level: Level,
    /// Who they are, the identifier masked.
    pub who: Vec<Claim>,
    /// How that was verified, the latest first.
    pub verified: Vec<Verified>,
    /// Sends `what`: `everything` or `activity`, `format`: `json`, `csv` or `pdf`, and days, `from` and `to`.
    pub download: Form,
    /// Sends `language`.
    pub language: Form,
    /// What they chose, if they did.
    pub chosen: Option<Language>,
    /// Sends `about` and `words`.
    pub correct: Form,
    pub words: String,
    pub about: String,
    pub problem: Option<CorrectionProblem>,
    pub corrections: Vec<Correction>,
    pub disclosures: Vec<Disclosure>,
}

/// One act of verifying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub how: How,
    /// Who did: an office, a register, an authority of certificates.
    pub by: Option<String>,
    pub at: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    InPerson,
    ByRegister,
    ByCertificate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CorrectionProblem {
    Missing,
    TooLong,
    TooMany,
}

/// What they said is wrong, and what they were answered.
#[derive(Clone, Debug)]
pub struct Correction {
    /// The value of `about`.
    pub about: &'static str,
    pub words: String,
    pub at: Moment,
    pub standing: Standing,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Waiting,
    Corrected { answer: String },
    Kept { answer: String },
}

/// What an authority was told, where that is no secret any more.
#[derive(Clone, Debug)]
pub struct Disclosure {
    pub authority: String,
    pub legal_basis: String,
    pub data: Vec<&'static str>,
    pub at: Moment,
}

/// What can be said to be wrong: the value of `about`, and its name.
const ABOUT: [(&str, TextId); 6] = [
    ("name", id("claim-name")),
    ("birthdate", id("claim-birthdate")),
    ("gender", id("claim-gender")),
    ("national_id", id("claim-national-id")),
    ("address", id("claim-address")),
    ("other", id("correct-other")),
];

/// What can be told to an authority.
const DATA: [(&str, TextId); 5] = [
    ("identity", id("disclosed-identity")),
    ("contacts", id("disclosed-contacts")),
    ("verifications", id("disclosed-verifications")),
    ("activity", id("disclosed-activity")),
    ("portals", id("disclosed-portals")),
];

impl Verified {
    pub fn sentence(&self, voice: &impl Speaks) -> String {
        let (whose, plain) = match self.how {
            How::InPerson => (id("verified-in-person-by"), id("verified-in-person")),
            How::ByRegister => (id("verified-register-by"), id("verified-register")),
            How::ByCertificate => (id("verified-certificate-by"), id("verified-certificate")),
        };
        match &self.by {
            Some(by) => voice.compose(whose, &[("by", by.as_str().into())]),
            None => voice.say(plain),
        }
    }
}

impl CorrectionProblem {
    fn text(self) -> TextId {
        match self {
            Self::Missing => id("correct-missing"),
            Self::TooLong => id("correct-too-long"),
            Self::TooMany => id("correct-too-many"),
        }
    }
}

impl Data {
    fn section(&self) -> &'static str {
        "data"
    }

    /// The language that the choice stands at: theirs, or the page's.
    fn is_chosen(&self, language: &Language) -> bool {
        self.chosen.unwrap_or(self.layout.voice.language) == *language
    }

    fn rows(&self) -> Vec<(String, String)> {
        self.who.iter().map(|claim| (claim.label(&self.layout), claim.shown(&self.layout))).collect()
    }

    fn choices(&self) -> Vec<(&'static str, String)> {
        ABOUT.iter().map(|(value, name)| (*value, self.layout.say(*name))).collect()
    }

    fn name_of(&self, about: &str) -> String {
        let found = ABOUT.iter().find(|(value, _)| *value == about);
        found.map(|(_, name)| self.layout.say(*name)).unwrap_or_default()
    }

    /// The problem's sentence; askama passes references.
    fn problem_text(&self) -> String {
        self.problem.map(|problem| self.layout.say(problem.text())).unwrap_or_default()
    }

    fn told(&self, disclosure: &Disclosure) -> String {
        let name = |data: &&str| DATA.iter().find(|(value, _)| value == data).map(|(_, name)| self.layout.say(*name));
        let names: Vec<String> = disclosure.data.iter().filter_map(name).collect();
        self.layout.list(&names)
    }
}
