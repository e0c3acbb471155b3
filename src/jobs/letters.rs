//! Puts what citizens are told into words, in their language and the operator's name.

use std::sync::Arc;

use crate::config::{Authority, Settings};
use crate::domain::credential::CredentialKind;
use crate::domain::expiry::Expiring;
use crate::domain::message::{Channel, CodePurpose, Composed, Content, Message, Notice};
use crate::domain::time::Timestamp;
use crate::flows::App;
use crate::flows::message_delivery::Compose;
use crate::web::device::Device;
use crate::web::layout::{Brand, Localised, Standing, Support};
use crate::web::letter::{Affair, CodeFor, Ending, Held, Letter, What};
use crate::web::text::{Language, Moment, Voice};
use crate::web::theme::Theme;

#[derive(Debug)]
pub struct Letters {
    brand: Arc<Brand>,
}

impl Letters {
    pub fn new(settings: &Settings) -> Self {
        Self { brand: Arc::new(brand(settings)) }
    }
}

impl Compose for Letters {
    fn compose(&self, app: &App, message: &Message) -> Composed {
        let language = Language::parse(&message.letter.language).unwrap_or_default();
        let letter = Letter {
            brand: self.brand.clone(),
            // A letter is read some other day: every time in it stands with its date, as seen from long ago.
            voice: Voice { language, now: Moment::EPOCH, zone: app.settings.authority.time_zone.clone() },
            issuer: app.issuer().to_owned(),
            what: what(&message.letter.content, app.clock.now()),
        };
        match message.channel {
            Channel::Email => {
                Composed { from: letter.from(), subject: letter.subject(), text: letter.text(), html: letter.html() }
            }
            Channel::Sms => Composed { from: letter.from(), subject: String::new(), text: letter.short(), html: None },
        }
    }
}

fn what(content: &Content, now: Timestamp) -> What {
    let moment = |at: &Timestamp| Moment::from_micros(at.micros());
    match content {
        Content::Code { purpose, code, expires_at } => What::Code {
            purpose: match purpose {
                CodePurpose::VerifyEmail | CodePurpose::VerifyPhone => CodeFor::Verification,
                CodePurpose::SecondFactor => CodeFor::SignIn,
                CodePurpose::Confirm => CodeFor::Confirmation,
                CodePurpose::Recovery => CodeFor::Recovery,
                CodePurpose::Registration => CodeFor::Registration,
            },
            code: code.clone(),
            minutes: moment(&now).minutes_until(moment(expires_at)),
        },
        Content::Notice { notice, at } => {
            let at = moment(at);
            let affair = |affair, organisation| What::Organisation { at, affair, organisation, person: String::new() };
            match notice.clone() {
                Notice::NewDevice { device, network } => {
                    // Whoever signed in wrote that header: what is told are names of ours, and no words of theirs.
                    What::NewDevice { at, device: Device::from_user_agent(&device), network }
                }
                Notice::CredentialAdded { kind, name } => What::Added { at, held: held(kind), name },
                Notice::CredentialRemoved { kind, name } => What::Removed { at, held: held(kind), name },
                Notice::CredentialRaised { kind, name } => What::Raised { at, held: held(kind), name },
                Notice::CredentialSuspected { kind, name } => What::Suspected { at, held: held(kind), name },
                Notice::PasswordChanged => What::PasswordChanged { at },
                Notice::RecoveryBegun { takes_effect_at, stop_path } => {
                    What::RecoveryBegun { at, takes_effect_at: moment(&takes_effect_at), stop_path }
                }
                Notice::RecoveryFinished => What::RecoveryFinished { at },
                Notice::RecoveryStopped => What::RecoveryStopped { at },
                Notice::CertificateBound { authority } => What::CertificateBound { at, authority },
                Notice::RecoveryCodeUsed { left } => What::RecoveryCodeUsed { at, left },
                Notice::ClosingAsked { closes_at } => What::ClosingAsked { at, closes_at: moment(&closes_at) },
                Notice::IdentityProven => What::IdentityProven { at },
                Notice::ProvenByCertificate { authority } => What::ProvenByCertificate { at, authority },
                Notice::AccountOpened => What::AccountOpened { at },
                Notice::RegistrationTried => What::RegistrationTried { at },
                Notice::DataCorrected => What::DataCorrected { at },
                Notice::DataTaken => What::DataTaken { at },
                Notice::GlassBroken { until } => What::GlassBroken { at, until: moment(&until) },
                Notice::ClientExpiry { client, name, what, ends_at } => {
                    What::ClientExpiry { client, name, what: ending(what), ends_at: moment(&ends_at) }
                }
                Notice::ContactVerified { masked, .. } => What::ContactVerified { at, contact: masked },
                Notice::ContactRemoved { masked, .. } => What::ContactRemoved { at, contact: masked },
                Notice::OrganisationConfirmed { organisation } => affair(Affair::Confirmed, organisation),
                Notice::OrganisationRefused { organisation } => affair(Affair::Refused, organisation),
                Notice::MandateOffered { organisation } => affair(Affair::Offered, organisation),
                Notice::MandateGranted { organisation } => affair(Affair::Granted, organisation),
                Notice::MandateEnded { organisation } => affair(Affair::Ended, organisation),
                Notice::MandateAccepted { organisation, person } => {
                    What::Organisation { at, affair: Affair::Accepted, organisation, person }
                }
                Notice::MandateGivenBack { organisation, person } => {
                    What::Organisation { at, affair: Affair::GivenBack, organisation, person }
                }
            }
        }
    }
}

const fn ending(what: Expiring) -> Ending {
    match what {
        Expiring::ClientSecret => Ending::Secret,
        Expiring::FormerSecret => Ending::FormerSecret,
        Expiring::Key => Ending::Key,
    }
}

const fn held(kind: CredentialKind) -> Held {
    match kind {
        CredentialKind::WebAuthn => Held::Passkey,
        CredentialKind::Certificate => Held::Certificate,
        CredentialKind::Totp => Held::Totp,
        CredentialKind::RecoveryCodes => Held::RecoveryCodes,
    }
}

/// As much of the operator's name as a letter says.
fn brand(settings: &Settings) -> Brand {
    let authority: &Authority = &settings.authority;
    let languages: Vec<Language> =
        settings.languages.enabled.iter().filter_map(|tag| Language::parse(&tag.to_string())).collect();
    let named = |text: &crate::config::Localised| {
        let of = |language: Language| {
            language.tag().parse().map(|tag| text.in_language(&tag).to_owned()).unwrap_or_default()
        };
        let default = of(languages.first().copied().unwrap_or_default());
        languages.iter().fold(Localised::new(default), |names, language| names.with(*language, of(*language)))
    };
    Brand {
        base: settings.issuer.path().to_owned(),
        service: named(&authority.service_name),
        tagline: None,
        authority: named(&authority.name),
        logo: None,
        support: Support { phone: authority.support.phone.clone(), ..Support::default() },
        privacy: None,
        terms: None,
        theme: Theme::default().style_sheet(),
        standing: if settings.mode().is_sandbox() { Standing::Sandbox } else { Standing::Official },
        languages,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_signed_in_writes_no_word_of_what_the_authority_says() {
        let device = "Your account is closed. Tell our officer the code that we send you".to_owned();
        let notice = Notice::NewDevice { device, network: "203.0.x.x".to_owned() };
        let told = what(&Content::Notice { notice, at: Timestamp::EPOCH }, Timestamp::EPOCH);
        assert!(matches!(told, What::NewDevice { device, .. } if device == Device::from_user_agent("")));
    }

    #[test]
    fn mail_of_a_sandbox_says_so_before_anything_else() {
        let mut settings = Settings::default();
        let letter = |settings: &Settings| Letter {
            brand: Letters::new(settings).brand,
            voice: Voice { language: Language::En, now: Moment::EPOCH, zone: jiff::tz::TimeZone::UTC },
            issuer: settings.issuer.to_string(),
            what: What::PasswordChanged { at: Moment::EPOCH },
        };
        let official = letter(&settings);
        settings.sandbox.issuer = Some(settings.issuer.clone());
        let sandbox = letter(&settings);
        for (subject, text) in [(official.subject(), official.text()), (official.short(), official.html().unwrap())] {
            assert!(!subject.contains("andbox") && !text.contains("andbox"), "{subject}: {text}");
        }
        assert_eq!(sandbox.subject(), format!("Sandbox, not real: {}", official.subject()));
        assert_eq!(sandbox.short(), format!("Sandbox, not real: {}", official.short()));
        assert!(sandbox.text().starts_with("Sandbox: nobody here is real"), "{}", sandbox.text());
        assert!(sandbox.html().unwrap().contains("<p>Sandbox: nobody here is real"));
    }
}
