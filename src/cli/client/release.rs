//! The options of `senid client create|update` that say what a client is approved to be told.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use serde_json::{Map, Value, json};

use super::create::localised;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::domain::client::{Client, EncryptedRelease, LegalBasis, Terms};
use crate::flows::admin::further::OrNone;
use crate::flows::admin::release::{Approved, ReleaseChange};

/// In the place of what was approved; what is not named stays as it is.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(id = "release", multiple = true)]
pub struct Options {
    /// A claim that it may be told of those that its scopes release; none, or all. May be repeated.
    #[arg(long, value_name = "CLAIM")]
    approve_claim: Vec<String>,
    /// A scheme whose national identifiers it may be told, such as vn; none, or all. May be repeated.
    #[arg(long, value_name = "SCHEME")]
    approve_identifier: Vec<String>,
    /// A claim that it may be told as verified, or evidence; or none. May be repeated.
    #[arg(long, value_name = "CLAIM")]
    approve_verified_claim: Vec<String>,
    /// Why the law lets it be told: consent, contract, legal_obligation, public_task or vital_interests; or none to leave it to
    /// whether people are asked.
    #[arg(long, value_name = "BASIS")]
    legal_basis: Option<OrNone<LegalBasis>>,
    /// The same of one claim, such as email=contract; or email=none. May be repeated.
    #[arg(long, value_name = "CLAIM=BASIS")]
    claim_basis: Vec<String>,
    /// What one claim is for, where that is not what everything is for, such as "email:vi=Gửi kết quả". May be repeated.
    #[arg(long, value_name = "CLAIM:[LANGUAGE=]TEXT")]
    claim_purpose: Vec<String>,
    /// What it is told in encrypted tokens alone: nothing, sensitive or everything.
    #[arg(long, value_name = "WHAT")]
    encrypt_claims: Option<EncryptedRelease>,
}

impl Options {
    pub fn into_change(self) -> Result<ReleaseChange, Failure> {
        let approved = |names: Vec<String>| names_of(names).map(Approved::from);
        Ok(ReleaseChange {
            terms: terms(&self.claim_basis, &self.claim_purpose)?,
            claims: approved(self.approve_claim),
            identifiers: approved(self.approve_identifier),
            verified_claims: names_of(self.approve_verified_claim),
            basis: self.legal_basis,
            encrypted: self.encrypt_claims,
        })
    }
}

/// What was named, all of it; nothing after the word `none`; `None` where nothing was named.
fn names_of(names: Vec<String>) -> Option<BTreeSet<String>> {
    match names.as_slice() {
        [] => None,
        [one] if one == "none" => Some(BTreeSet::new()),
        _ => Some(names.into_iter().collect()),
    }
}

fn terms(bases: &[String], purposes: &[String]) -> Result<BTreeMap<String, Terms>, Failure> {
    let mut terms: BTreeMap<String, Terms> = BTreeMap::new();
    for text in bases {
        let split = text.split_once('=').ok_or_else(|| usage(format!("--claim-basis {text}: expected CLAIM=BASIS")))?;
        let (claim, basis) = split;
        let own = terms.entry(claim.to_owned()).or_default();
        if basis != "none" {
            let read = LegalBasis::from_str(basis);
            own.basis = Some(read.map_err(|why| usage(format!("--claim-basis {text}: {why}, or none")))?);
        }
    }
    for text in purposes {
        let split =
            text.split_once(':').ok_or_else(|| usage(format!("--claim-purpose {text}: expected CLAIM:TEXT")))?;
        let (claim, purpose) = split;
        terms.entry(claim.to_owned()).or_default().purpose.0.extend(localised(vec![purpose.to_owned()]).0);
    }
    Ok(terms)
}

fn usage(sentence: String) -> Failure {
    Failure::new(Exit::Usage, sentence)
}

/// Lines of the table; what was not approved otherwise than by scopes has none.
pub fn rows(client: &Client) -> Vec<(&'static str, String)> {
    let release = &client.release;
    let list = |names: &BTreeSet<String>| match names.is_empty() {
        true => "none".to_owned(),
        false => names.iter().cloned().collect::<Vec<_>>().join(" "),
    };
    let mut rows = Vec::new();
    rows.extend(release.claims.as_ref().map(|names| ("approved claims", list(names))));
    rows.extend(release.identifiers.as_ref().map(|names| ("approved identifiers", list(names))));
    if !release.verified_claims.is_empty() {
        rows.push(("approved verified claims", list(&release.verified_claims)));
    }
    rows.push(("legal basis", client.basis("").as_str().to_owned()));
    let own = release.terms.iter().map(|(claim, terms)| {
        let purpose = super::show::texts(&terms.purpose).unwrap_or_default().replace('\n', "; ");
        let basis = terms.basis.map(LegalBasis::as_str).unwrap_or_default();
        format!("{claim}: {basis} {purpose}").trim_end().to_owned()
    });
    let own: Vec<String> = own.collect();
    if !own.is_empty() {
        rows.push(("of single claims", own.join("\n")));
    }
    if release.encrypted != EncryptedRelease::Nothing {
        rows.push(("encrypted alone", release.encrypted.as_str().to_owned()));
    }
    rows
}

/// The member of the document.
pub fn members(client: &Client) -> Map<String, Value> {
    let release = &client.release;
    let all = |names: &Option<BTreeSet<String>>| match names {
        Some(names) => json!(names),
        None => json!(["all"]),
    };
    let member = json!({
        "claims": all(&release.claims),
        "identifiers": all(&release.identifiers),
        "verified_claims": release.verified_claims,
        "basis": client.basis(""),
        "terms": release.terms,
        "encrypted": release.encrypted,
    });
    Map::from_iter([("release".to_owned(), member)])
}
