//! `senid citizen prove`.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde_json::json;

use super::proposals;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::times;
use crate::crypto::hash::sha256;
use crate::domain::birthdate::Birthdate;
use crate::domain::citizen::Gender;
use crate::domain::national_id::Scheme;
use crate::domain::proposal::{Corrections, Proof, Registrant};
use crate::domain::verification::{Attachment, Check, CheckMethod, Document, DocumentKind, Issuer};
use crate::flows::admin::find_citizen::Who;
use crate::flows::admin::prove_identity::{Proving, prove};
use crate::flows::admin::{AdminError, Administrator};

/// You have the person and their document before you: their account rises to level 2, once another registrar has confirmed it.
///
/// Pictures and chip data are kept where your office keeps them; SenID keeps their SHA-256. With --somebody-else-registered,
/// whoever has the account now is put out: sessions, credentials and what portals were granted end, portals know the person as
/// somebody new, and a code is printed for them to set a password with.
#[derive(Clone, Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("registrant").required(true)))]
pub struct Arguments {
    /// Their id, national identifier, verified phone number or e-mail address.
    citizen: String,
    /// The person before you is the one who registered, or whom the authority entered, and nobody else was in the account.
    #[arg(long, group = "registrant")]
    they_registered: bool,
    /// Somebody else registered in their name, or was in the account.
    #[arg(long, group = "registrant")]
    somebody_else_registered: bool,
    /// idcard, passport, residence_permit, birth_certificate or driver_license.
    #[arg(long, value_parser = kind)]
    document: DocumentKind,
    /// As printed on it.
    #[arg(long)]
    number: Option<String>,
    /// Who issued it.
    #[arg(long)]
    issuer: Option<String>,
    /// The country of whoever issued it, by its three letters.
    #[arg(long, value_name = "VNM", requires = "issuer", value_parser = country)]
    country: Option<String>,
    #[arg(long, value_name = "YYYY-MM-DD")]
    issued: Option<Date>,
    #[arg(long, value_name = "YYYY-MM-DD")]
    expires: Option<Date>,
    /// What was read from its chip, and verified.
    #[arg(long, value_name = "FILE", required_unless_present = "photo")]
    chip: Option<PathBuf>,
    /// A photograph of the document, or of the person. May be repeated.
    #[arg(long, value_name = "FILE")]
    photo: Vec<PathBuf>,
    /// What the document says, where the account says something else.
    #[arg(long)]
    name: Option<String>,
    #[arg(long, value_name = "YYYY-MM-DD")]
    birthdate: Option<Birthdate>,
    #[arg(long, value_parser = gender)]
    gender: Option<Gender>,
    /// The guardian who asks for it, of a child.
    #[arg(long, value_name = "CITIZEN")]
    guardian: Option<String>,
    /// Your own number of the file.
    #[arg(long)]
    process: Option<String>,
}

fn kind(text: &str) -> Result<DocumentKind, &'static str> {
    DocumentKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == text)
        .ok_or("expected idcard, passport, residence_permit, birth_certificate or driver_license")
}

fn country(text: &str) -> Result<String, &'static str> {
    let letters = text.len() == 3 && text.bytes().all(|letter| letter.is_ascii_uppercase());
    letters.then(|| text.to_owned()).ok_or("expected three capital letters (ISO 3166-1 alpha-3), such as VNM")
}

fn gender(text: &str) -> Result<Gender, &'static str> {
    [Gender::Female, Gender::Male, Gender::Other]
        .into_iter()
        .find(|gender| gender.as_str() == text)
        .ok_or("expected female, male or other")
}

pub async fn run(
    admin: &Administrator,
    arguments: Arguments,
    scheme: Scheme,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let who = Who::parse(&arguments.citizen, scheme)?;
    let guardian = arguments.guardian.as_deref().map(|typed| Who::parse(typed, scheme)).transpose()?;
    let proof = arguments.read(admin)?;
    match prove(admin, &who, proof, guardian.as_ref()).await? {
        Proving::Done(done) => proposals::tell_done(&done, output),
        Proving::Proposed(proposal) => {
            let until = times::show(proposal.expires_at);
            output.say(
                format_args!(
                    "proposal {} for citizen {}: another registrar confirms it until {until} with\n  senid citizen confirm {}",
                    proposal.id, proposal.citizen, proposal.id
                ),
                &json!({
                    "proposal": proposal.id.to_string(),
                    "citizen": proposal.citizen.to_string(),
                    "expires_at": until,
                }),
            )?;
            Ok(Exit::Done)
        }
    }
}

impl Arguments {
    fn read(self, admin: &Administrator) -> Result<Proof, Failure> {
        let check = |method| Check { method, organization: None, check_id: None, at: Some(admin.clock.now()) };
        let mut checks = vec![check(CheckMethod::Vpip), check(CheckMethod::Pvp)];
        let mut attachments = Vec::new();
        if let Some(chip) = &self.chip {
            checks.push(check(CheckMethod::Vcrypt));
            attachments.push(attachment("chip", chip)?);
        }
        for photo in &self.photo {
            attachments.push(attachment("photograph", photo)?);
        }
        let issuer = self.issuer.map(|name| Issuer { name, country_code: self.country });
        Ok(Proof {
            document: Document {
                kind: self.document,
                number: self.number,
                issued_on: self.issued,
                expires_on: self.expires,
                issuer,
            },
            checks,
            attachments,
            process: self.process,
            corrections: Corrections { name: self.name, birthdate: self.birthdate, gender: self.gender },
            registrant: match self.they_registered {
                true => Registrant::ThisPerson,
                false => Registrant::SomebodyElse,
            },
        })
    }
}

/// No scan is larger.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// The digest of a file, which itself stays where it is.
fn attachment(what: &str, path: &Path) -> Result<Attachment, Failure> {
    let failed = |why: String| Failure::from(AdminError::invalid("photo", format!("{}: {why}", path.display())));
    let file = File::open(path).map_err(|error| failed(error.to_string()))?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| failed(error.to_string()))?;
    match bytes.len() as u64 {
        0 => Err(failed("the file is empty".to_owned())),
        length if length > MOST_BYTES => Err(failed("the file is larger than 64 MiB".to_owned())),
        _ => Ok(Attachment { description: what.to_owned(), sha256: sha256(&bytes) }),
    }
}
