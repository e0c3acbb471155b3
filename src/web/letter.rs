//! Letters: what citizens are told by mail and text message.
//!
//! A text message is one sentence and holds no link: whoever learns to follow links in messages from us follows those of others.

use std::sync::Arc;

use askama::Template;

use super::device::Device;
use super::layout::{Brand, Standing};
use super::text::{Moment, Speaks, TextId, Voice, id};

/// A letter, before it is written as mail or as a text message.
#[derive(Clone, Debug)]
pub struct Letter {
    pub brand: Arc<Brand>,
    pub voice: Voice,
    /// The issuer's address, which every link in a letter begins with.
    pub issuer: String,
    pub what: What,
}

/// What is told.
#[derive(Clone, Debug)]
pub enum What {
    NewDevice { at: Moment, device: Device, network: String },
    Added { at: Moment, held: Held, name: String },
    Removed { at: Moment, held: Held, name: String },
    Raised { at: Moment, held: Held, name: String },
    Suspected { at: Moment, held: Held, name: String },
    PasswordChanged { at: Moment },
    RecoveryBegun { at: Moment, takes_effect_at: Moment, stop_path: String },
    RecoveryFinished { at: Moment },
    RecoveryStopped { at: Moment },
    CertificateBound { at: Moment, authority: String },
    RecoveryCodeUsed { at: Moment, left: u32 },
    ContactVerified { at: Moment, contact: String },
    ClosingAsked { at: Moment, closes_at: Moment },
    IdentityProven { at: Moment },
    ContactRemoved { at: Moment, contact: String },
    Organisation { at: Moment, affair: Affair, organisation: String, person: String },
    ProvenByCertificate { at: Moment, authority: String },
    AccountOpened { at: Moment },
    RegistrationTried { at: Moment },
    DataCorrected { at: Moment },
    DataTaken { at: Moment },
    GlassBroken { at: Moment, until: Moment },
    ClientExpiry { client: String, name: String, what: Ending, ends_at: Moment },
    Code { purpose: CodeFor, code: String, minutes: i64 },
}

/// What of an application ends soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Secret,
    FormerSecret,
    Key,
}

/// What happened between somebody and an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Affair {
    Confirmed,
    Refused,
    Offered,
    Granted,
    Accepted,
    Ended,
    GivenBack,
}

impl Affair {
    const fn texts(self) -> [TextId; 2] {
        match self {
            Self::Confirmed => [id("letter-organisation-confirmed"), id("letter-organisation-confirmed.body")],
            Self::Refused => [id("letter-organisation-refused"), id("letter-organisation-refused.body")],
            Self::Offered => [id("letter-mandate-offered"), id("letter-mandate-offered.body")],
            Self::Granted => [id("letter-mandate-granted"), id("letter-mandate-granted.body")],
            Self::Accepted => [id("letter-mandate-accepted"), id("letter-mandate-accepted.body")],
            Self::Ended => [id("letter-mandate-ended"), id("letter-mandate-ended.body")],
            Self::GivenBack => [id("letter-mandate-given-back"), id("letter-mandate-given-back.body")],
        }
    }
}

/// What a citizen proves themselves with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    Passkey,
    Certificate,
    Totp,
    RecoveryCodes,
}

/// What a code is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeFor {
    Verification,
    SignIn,
    Confirmation,
    Recovery,
    Registration,
}

/// The mail as a page.
#[derive(Template)]
#[template(path = "letter.html")]
struct Html<'a> {
    letter: &'a Letter,
    paragraphs: Vec<String>,
}

impl Letter {
    pub fn from(&self) -> String {
        self.brand.service.of(self.voice.language).to_owned()
    }

    /// One line, which says itself where nothing is real: it is read where mail is listed.
    pub fn subject(&self) -> String {
        match self.is_of_a_sandbox() {
            true => self.voice.text_with("sandbox-letter", "subject", self.about()),
            false => self.about(),
        }
    }

    fn is_of_a_sandbox(&self) -> bool {
        self.brand.standing == Standing::Sandbox
    }

    fn about(&self) -> String {
        self.voice.say(match &self.what {
            What::NewDevice { .. } => id("letter-new-device"),
            What::Added { .. } => id("letter-added"),
            What::Removed { .. } => id("letter-removed"),
            What::Raised { .. } => id("letter-raised"),
            What::Suspected { .. } => id("letter-suspected"),
            What::PasswordChanged { .. } => id("letter-password-changed"),
            What::RecoveryBegun { .. } => id("letter-recovery-begun"),
            What::RecoveryFinished { .. } => id("letter-recovery-finished"),
            What::RecoveryStopped { .. } => id("letter-recovery-stopped"),
            What::CertificateBound { .. } => id("letter-certificate-bound"),
            What::RecoveryCodeUsed { .. } => id("letter-recovery-code-used"),
            What::ContactVerified { .. } => id("letter-contact-verified"),
            What::ClosingAsked { .. } => id("letter-closing-asked"),
            What::ContactRemoved { .. } => id("letter-contact-removed"),
            What::Organisation { affair, .. } => affair.texts()[0],
            What::IdentityProven { .. } | What::ProvenByCertificate { .. } => id("letter-identity-proven"),
            What::AccountOpened { .. } => id("letter-account-opened"),
            What::RegistrationTried { .. } => id("letter-registration-tried"),
            What::DataCorrected { .. } => id("letter-data-corrected"),
            What::DataTaken { .. } => id("letter-data-taken"),
            What::GlassBroken { .. } => id("letter-glass-broken"),
            What::ClientExpiry { what: Ending::Secret, .. } => id("letter-secret-ends"),
            What::ClientExpiry { what: Ending::FormerSecret, .. } => id("letter-former-secret-ends"),
            What::ClientExpiry { what: Ending::Key, .. } => id("letter-key-ends"),
            // The code itself stays out of what a locked telephone shows.
            What::Code { .. } => id("letter-code"),
        })
    }

    /// What happened, in one sentence or two.
    fn body(&self) -> String {
        let voice = &self.voice;
        let when = |text: TextId, at: &Moment| voice.compose(text, &[("when", voice.when(at).into())]);
        let held = |text: TextId, at: &Moment, held: &Held, name: &str| {
            let args =
                [("when", voice.when(at).into()), ("what", voice.say(held.name()).into()), ("name", tame(name).into())];
            voice.compose(text, &args)
        };
        match &self.what {
            What::NewDevice { at, device, network } => voice.compose(
                id("letter-new-device.body"),
                &[
                    ("when", voice.when(at).into()),
                    ("device", device.name(voice).into()),
                    ("network", network.as_str().into()),
                ],
            ),
            What::Added { at, held: what, name } => held(id("letter-added.body"), at, what, name),
            What::Removed { at, held: what, name } => held(id("letter-removed.body"), at, what, name),
            What::Raised { at, held: what, name } => held(id("letter-raised.body"), at, what, name),
            What::Suspected { at, held: what, name } => held(id("letter-suspected.body"), at, what, name),
            What::PasswordChanged { at } => when(id("letter-password-changed.body"), at),
            What::RecoveryBegun { at, takes_effect_at, .. } => voice.compose(
                id("letter-recovery-begun.body"),
                &[("when", voice.when(at).into()), ("until", voice.when(takes_effect_at).into())],
            ),
            What::RecoveryFinished { at } => when(id("letter-recovery-finished.body"), at),
            What::RecoveryStopped { at } => when(id("letter-recovery-stopped.body"), at),
            What::CertificateBound { at, authority } => voice.compose(
                id("letter-certificate-bound.body"),
                &[("when", voice.when(at).into()), ("authority", tame(authority).into())],
            ),
            What::RecoveryCodeUsed { at, left } => voice.compose(
                id("letter-recovery-code-used.body"),
                &[("when", voice.when(at).into()), ("left", (*left).into())],
            ),
            What::ContactVerified { at, contact } => voice.compose(
                id("letter-contact-verified.body"),
                &[("when", voice.when(at).into()), ("contact", contact.as_str().into())],
            ),
            What::ClosingAsked { at, closes_at } => voice.compose(
                id("letter-closing-asked.body"),
                &[("when", voice.when(at).into()), ("until", voice.when(closes_at).into())],
            ),
            What::IdentityProven { at } => when(id("letter-identity-proven.body"), at),
            What::ContactRemoved { at, contact } => voice.compose(
                id("letter-contact-removed.body"),
                &[("when", voice.when(at).into()), ("contact", contact.as_str().into())],
            ),
            What::Organisation { at, affair, organisation, person } => voice.compose(
                affair.texts()[1],
                &[
                    ("when", voice.when(at).into()),
                    ("organisation", tame(organisation).into()),
                    ("person", person.as_str().into()),
                ],
            ),
            What::ProvenByCertificate { at, authority } => voice.compose(
                id("letter-identity-proven.certificate"),
                &[("when", voice.when(at).into()), ("authority", tame(authority).into())],
            ),
            What::AccountOpened { at } => when(id("letter-account-opened.body"), at),
            What::RegistrationTried { at } => when(id("letter-registration-tried.body"), at),
            What::DataCorrected { at } => when(id("letter-data-corrected.body"), at),
            What::DataTaken { at } => when(id("letter-data-taken.body"), at),
            What::GlassBroken { at, until } => voice.compose(
                id("letter-glass-broken.body"),
                &[("when", voice.when(at).into()), ("until", voice.when(until).into())],
            ),
            What::ClientExpiry { client, name, what, ends_at } => {
                let text = match what {
                    Ending::Secret => id("letter-secret-ends.body"),
                    Ending::FormerSecret => id("letter-former-secret-ends.body"),
                    Ending::Key => id("letter-key-ends.body"),
                };
                let name = Some(tame(name)).filter(|name| !name.trim().is_empty()).unwrap_or_else(|| tame(client));
                voice.compose(text, &[("name", name.into()), ("until", voice.when(ends_at).into())])
            }
            What::Code { purpose, code, minutes } => {
                let text = match purpose {
                    CodeFor::Verification => id("letter-code.verification"),
                    CodeFor::SignIn => id("letter-code.sign-in"),
                    CodeFor::Confirmation => id("letter-code.confirmation"),
                    CodeFor::Recovery => id("letter-code.recovery"),
                    CodeFor::Registration => id("letter-code.registration"),
                };
                voice.compose(text, &[("code", code.as_str().into()), ("minutes", (*minutes).into())])
            }
        }
    }

    fn paragraphs(&self) -> Vec<String> {
        let voice = &self.voice;
        let warning = self.is_of_a_sandbox().then(|| voice.text("sandbox-banner"));
        let mut paragraphs: Vec<String> = warning.into_iter().chain([self.body()]).collect();
        match &self.what {
            What::Code { .. } => paragraphs.push(voice.text("letter-code.care")),
            What::RecoveryBegun { stop_path, .. } => {
                let url = format!("{}{stop_path}", self.issuer);
                paragraphs.push(voice.text_with("letter-stop", "url", url));
            }
            What::ClientExpiry { client, .. } => {
                let url = format!("{}/admin/applications/{client}", self.issuer);
                paragraphs.push(voice.text_with("letter-application", "url", url));
            }
            What::RegistrationTried { .. } => {
                let url = format!("{}/recover", self.issuer);
                paragraphs.push(voice.text_with("letter-recover", "url", url));
            }
            _ => {
                let url = format!("{}/account", self.issuer);
                paragraphs.push(voice.text_with("letter-not-you", "url", url));
            }
        }
        if let Some(phone) = &self.brand.support.phone {
            paragraphs.push(voice.text_with("letter-help", "phone", phone.as_str()));
        }
        paragraphs.push(voice.compose(
            id("letter-foot"),
            &[("service", self.from().into()), ("authority", self.brand.authority.of(voice.language).into())],
        ));
        paragraphs
    }

    /// The mail in plain text.
    pub fn text(&self) -> String {
        let mut text = self.paragraphs().join("\n\n");
        text.push('\n');
        text
    }

    /// The mail as a page; `None` where it cannot be written, and the plain text goes alone.
    pub fn html(&self) -> Option<String> {
        Html { letter: self, paragraphs: self.paragraphs() }.render().ok()
    }

    /// The text message.
    pub fn short(&self) -> String {
        let message = format!("{}: {}", self.from(), self.body());
        match self.is_of_a_sandbox() {
            true => self.voice.text_with("sandbox-letter", "subject", message),
            false => message,
        }
    }
}

impl Held {
    fn name(self) -> TextId {
        match self {
            Self::Passkey => id("held-passkey"),
            Self::Certificate => id("held-certificate"),
            Self::Totp => id("held-totp"),
            Self::RecoveryCodes => id("held-recovery-codes"),
        }
    }
}

/// A name that somebody chose, as it may stand in a letter of ours: whoever chose it may be the thief, and none of it becomes an
/// address to follow or a number to call.
fn tame(name: &str) -> String {
    let calm = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '(' | ')' | '\'');
    let mut digits = 0;
    name.chars()
        .filter(|c| calm(*c))
        .filter(|c| {
            digits += usize::from(c.is_numeric());
            !c.is_numeric() || digits <= 4
        })
        .take(64)
        .collect()
}

#[cfg(test)]
mod tests;
