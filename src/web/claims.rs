//! What a portal receives, named and shown in the reader's language.

use super::text::{Language, Moment, Speaks, TextId, id};

/// A claim's name (OpenID Connect Core §5.1 and SenID's own), in the order in which people read them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClaimName {
    Subject,
    Name,
    GivenName,
    FamilyName,
    MiddleName,
    Nickname,
    PreferredUsername,
    Profile,
    Picture,
    Website,
    Birthdate,
    Gender,
    NationalId,
    NationalIdScheme,
    Organisation,
    LinkedAccounts,
    Phone,
    PhoneVerified,
    Email,
    EmailVerified,
    Address,
    Locale,
    Zoneinfo,
    UpdatedAt,
    AccountLevel,
    AuthenticationLevel,
    /// What was verified, as it was then.
    Verified(Box<Self>),
    /// How it was verified.
    Evidence,
    /// One that the text files do not know: shown as it is.
    Other(String),
}

impl ClaimName {
    /// From the name on the wire.
    pub fn parse(name: &str) -> Self {
        match name {
            "sub" => Self::Subject,
            "name" => Self::Name,
            "given_name" => Self::GivenName,
            "family_name" => Self::FamilyName,
            "middle_name" => Self::MiddleName,
            "nickname" => Self::Nickname,
            "preferred_username" => Self::PreferredUsername,
            "profile" => Self::Profile,
            "picture" => Self::Picture,
            "website" => Self::Website,
            "birthdate" => Self::Birthdate,
            "gender" => Self::Gender,
            "national_id" => Self::NationalId,
            "national_id_scheme" => Self::NationalIdScheme,
            "organisation" => Self::Organisation,
            "linked_accounts" => Self::LinkedAccounts,
            "phone_number" => Self::Phone,
            "phone_number_verified" => Self::PhoneVerified,
            "email" => Self::Email,
            "email_verified" => Self::EmailVerified,
            "address" => Self::Address,
            "locale" => Self::Locale,
            "zoneinfo" => Self::Zoneinfo,
            "updated_at" => Self::UpdatedAt,
            "account_level" => Self::AccountLevel,
            "authentication_level" => Self::AuthenticationLevel,
            "verified_claims.evidence" => Self::Evidence,
            other => match other.strip_prefix("verified_claims.") {
                Some(verified) => Self::Verified(Box::new(Self::parse(verified))),
                None => Self::Other(other.to_owned()),
            },
        }
    }

    /// The name on the wire, or the one that forms know it by.
    pub fn wire(&self) -> String {
        match self {
            Self::Verified(claim) => format!("verified_claims.{}", claim.wire()),
            Self::Evidence => "verified_claims.evidence".to_owned(),
            plain => plain.as_str().to_owned(),
        }
    }

    /// The name of a plain claim on the wire.
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Subject => "sub",
            Self::Name => "name",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::MiddleName => "middle_name",
            Self::Nickname => "nickname",
            Self::PreferredUsername => "preferred_username",
            Self::Profile => "profile",
            Self::Picture => "picture",
            Self::Website => "website",
            Self::Birthdate => "birthdate",
            Self::Gender => "gender",
            Self::NationalId => "national_id",
            Self::NationalIdScheme => "national_id_scheme",
            Self::Organisation => "organisation",
            Self::LinkedAccounts => "linked_accounts",
            Self::Phone => "phone_number",
            Self::PhoneVerified => "phone_number_verified",
            Self::Email => "email",
            Self::EmailVerified => "email_verified",
            Self::Address => "address",
            Self::Locale => "locale",
            Self::Zoneinfo => "zoneinfo",
            Self::UpdatedAt => "updated_at",
            Self::AccountLevel => "account_level",
            Self::AuthenticationLevel => "authentication_level",
            Self::Verified(claim) => claim.as_str(),
            Self::Evidence => "evidence",
            Self::Other(name) => name,
        }
    }

    /// As the head of a row: `Họ và tên`.
    pub fn label(&self, voice: &impl Speaks) -> String {
        let label = match self {
            Self::Subject => id("claim-sub"),
            Self::Name => id("claim-name"),
            Self::GivenName => id("claim-given-name"),
            Self::FamilyName => id("claim-family-name"),
            Self::MiddleName => id("claim-middle-name"),
            Self::Nickname => id("claim-nickname"),
            Self::PreferredUsername => id("claim-preferred-username"),
            Self::Profile => id("claim-profile"),
            Self::Picture => id("claim-picture"),
            Self::Website => id("claim-website"),
            Self::Birthdate => id("claim-birthdate"),
            Self::Gender => id("claim-gender"),
            Self::NationalId => id("claim-national-id"),
            Self::NationalIdScheme => id("claim-national-id-scheme"),
            Self::Organisation => id("claim-organisation"),
            Self::LinkedAccounts => id("claim-linked-accounts"),
            Self::Phone => id("claim-phone"),
            Self::PhoneVerified => id("claim-phone-verified"),
            Self::Email => id("claim-email"),
            Self::EmailVerified => id("claim-email-verified"),
            Self::Address => id("claim-address"),
            Self::Locale => id("claim-locale"),
            Self::Zoneinfo => id("claim-zoneinfo"),
            Self::UpdatedAt => id("claim-updated-at"),
            Self::AccountLevel => id("claim-account-level"),
            Self::AuthenticationLevel => id("claim-authentication-level"),
            Self::Evidence => id("claim-evidence"),
            Self::Verified(claim) => return voice.text_with("claim-verified", "claim", claim.label(voice)),
            Self::Other(name) => return name.clone(),
        };
        voice.say(label)
    }

    /// Inside a sentence: `họ và tên`.
    fn inline(&self, voice: &impl Speaks) -> String {
        let inline = match self {
            Self::Subject => id("claim-sub.inline"),
            Self::Name => id("claim-name.inline"),
            Self::GivenName => id("claim-given-name.inline"),
            Self::FamilyName => id("claim-family-name.inline"),
            Self::MiddleName => id("claim-middle-name.inline"),
            Self::Nickname => id("claim-nickname.inline"),
            Self::PreferredUsername => id("claim-preferred-username.inline"),
            Self::Profile => id("claim-profile.inline"),
            Self::Picture => id("claim-picture.inline"),
            Self::Website => id("claim-website.inline"),
            Self::Birthdate => id("claim-birthdate.inline"),
            Self::Gender => id("claim-gender.inline"),
            Self::NationalId => id("claim-national-id.inline"),
            Self::NationalIdScheme => id("claim-national-id-scheme.inline"),
            Self::Organisation => id("claim-organisation.inline"),
            Self::LinkedAccounts => id("claim-linked-accounts.inline"),
            Self::Phone => id("claim-phone.inline"),
            Self::PhoneVerified => id("claim-phone-verified.inline"),
            Self::Email => id("claim-email.inline"),
            Self::EmailVerified => id("claim-email-verified.inline"),
            Self::Address => id("claim-address.inline"),
            Self::Locale => id("claim-locale.inline"),
            Self::Zoneinfo => id("claim-zoneinfo.inline"),
            Self::UpdatedAt => id("claim-updated-at.inline"),
            Self::AccountLevel => id("claim-account-level.inline"),
            Self::AuthenticationLevel => id("claim-authentication-level.inline"),
            Self::Evidence => id("claim-evidence.inline"),
            Self::Verified(claim) => return voice.text_with("claim-verified", "claim", claim.inline(voice)),
            Self::Other(name) => return name.clone(),
        };
        voice.say(inline)
    }

    /// Several inside a sentence, in reading order: `họ và tên, ngày sinh và giới tính`.
    pub fn list(names: &[Self], voice: &impl Speaks) -> String {
        let mut read: Vec<&Self> = names.iter().filter(|name| !name.is_said_by(names.iter())).collect();
        read.sort();
        let names: Vec<String> = read.into_iter().map(|name| name.inline(voice)).collect();
        voice.list(&names)
    }

    /// Whether another of these claims says this one too: a full name holds its parts.
    fn is_said_by<'n>(&self, mut others: impl Iterator<Item = &'n Self>) -> bool {
        let whole = match self {
            Self::GivenName | Self::FamilyName | Self::MiddleName => Self::Name,
            Self::NationalIdScheme => Self::NationalId,
            Self::Verified(part) => match **part {
                Self::GivenName | Self::FamilyName | Self::MiddleName => Self::Verified(Box::new(Self::Name)),
                Self::NationalIdScheme => Self::Verified(Box::new(Self::NationalId)),
                _ => return false,
            },
            _ => return false,
        };
        others.any(|other| *other == whole)
    }
}

/// One claim and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub name: ClaimName,
    /// As on the wire; masked by the caller where the page must not show all of it.
    pub value: String,
}

impl Claim {
    pub fn new(name: ClaimName, value: impl Into<String>) -> Self {
        Self { name, value: value.into() }
    }

    /// The claims in reading order, without those that another one shows already.
    pub fn rows(claims: Vec<Self>) -> Vec<Self> {
        let names: Vec<ClaimName> = claims.iter().map(|claim| claim.name.clone()).collect();
        let mut rows: Vec<Self> = claims.into_iter().filter(|claim| !claim.name.is_said_by(names.iter())).collect();
        rows.sort_by(|one, other| one.name.cmp(&other.name));
        rows
    }

    pub fn label(&self, voice: &impl Speaks) -> String {
        self.name.label(voice)
    }

    /// The value as the reader's language writes it.
    pub fn shown(&self, voice: &impl Speaks) -> String {
        let name = match &self.name {
            ClaimName::Verified(name) => name,
            name => name,
        };
        match (name, self.value.as_str()) {
            (ClaimName::Birthdate, date) => voice.voice().calendar_date(date),
            (ClaimName::Gender, "male") => voice.text("gender-male"),
            (ClaimName::Gender, "female") => voice.text("gender-female"),
            (ClaimName::Gender, "other") => voice.text("gender-other"),
            (ClaimName::EmailVerified | ClaimName::PhoneVerified, "true") => voice.text("yes"),
            (ClaimName::EmailVerified | ClaimName::PhoneVerified, "false") => voice.text("no"),
            (ClaimName::UpdatedAt, seconds) => {
                let micros = seconds.parse().unwrap_or(0_i64).saturating_mul(1_000_000);
                voice.date(&Moment::from_micros(micros))
            }
            (ClaimName::Locale, tag) => Language::parse(tag).map_or_else(|| tag.to_owned(), Language::name),
            (ClaimName::AccountLevel | ClaimName::AuthenticationLevel, level) => {
                voice.text_with("level-number", "level", level)
            }
            (_, value) => value.to_owned(),
        }
    }

    fn is_level(&self) -> bool {
        matches!(self.name, ClaimName::AccountLevel | ClaimName::AuthenticationLevel)
    }

    /// The badge of a level, plain text otherwise.
    pub(super) fn class(&self) -> &'static str {
        if self.is_level() { "badge done" } else { "value" }
    }
}

/// A way to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Passkey,
    SecurityKey,
    Certificate,
    Password,
    /// A code of an authenticator application.
    Totp,
    /// A code that was sent to the person's telephone.
    SmsCode,
    RecoveryCode,
    /// A code on paper that an officer handed over.
    CounterCode,
}

impl Method {
    /// The id of its button, and the value of `choice` that the button sends.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Passkey => "use-passkey",
            Self::SecurityKey => "use-security-key",
            Self::Certificate => "use-certificate",
            Self::Password => "use-password",
            Self::Totp => "use-totp",
            Self::SmsCode => "use-sms",
            Self::RecoveryCode => "use-recovery-code",
            Self::CounterCode => "use-counter-code",
        }
    }

    /// What it is called.
    pub fn title(&self, voice: &impl Speaks) -> String {
        voice.say(self.name())
    }

    pub(super) fn name(&self) -> TextId {
        match self {
            Self::Passkey => id("method-passkey"),
            Self::SecurityKey => id("method-security-key"),
            Self::Certificate => id("method-certificate"),
            Self::Password => id("method-password"),
            Self::Totp => id("method-totp"),
            Self::SmsCode => id("method-sms"),
            Self::RecoveryCode => id("method-recovery-code"),
            Self::CounterCode => id("method-counter-code"),
        }
    }

    pub(super) fn inline(&self) -> TextId {
        match self {
            Self::Passkey => id("method-passkey.inline"),
            Self::SecurityKey => id("method-security-key.inline"),
            Self::Certificate => id("method-certificate.inline"),
            Self::Password => id("method-password.inline"),
            Self::Totp => id("method-totp.inline"),
            Self::SmsCode => id("method-sms.inline"),
            Self::RecoveryCode => id("method-recovery-code.inline"),
            Self::CounterCode => id("method-counter-code.inline"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_as_it_was_read() {
        let standard = "sub name given_name family_name middle_name nickname birthdate gender phone_number email address locale zoneinfo";
        let later = "preferred_username profile picture website email_verified phone_number_verified updated_at";
        let own = "national_id national_id_scheme account_level authentication_level";
        for name in [standard, later, own].iter().flat_map(|names| names.split(' ')) {
            let parsed = ClaimName::parse(name);
            assert_eq!(parsed.as_str(), name);
            assert!(!matches!(parsed, ClaimName::Other(_)), "{name}");
        }
        assert_eq!(ClaimName::parse("tax_code"), ClaimName::Other("tax_code".to_owned()));
    }

    #[test]
    fn claims_are_read_from_the_name_on_and_a_name_says_its_parts() {
        let claims = ["phone_number", "given_name", "national_id_scheme", "x", "name", "national_id", "family_name"];
        let rows = Claim::rows(claims.map(|name| Claim::new(ClaimName::parse(name), "value")).to_vec());
        let names: Vec<&str> = rows.iter().map(|claim| claim.name.as_str()).collect();
        assert_eq!(names, ["name", "national_id", "phone_number", "x"]);
        let alone = Claim::rows(vec![Claim::new(ClaimName::GivenName, "An")]);
        assert_eq!(alone.len(), 1, "a part that stands alone is said");
    }
}
