//! What an operator, or a line of a file, says about a citizen: texts by column, checked into a citizen's data.

mod column;

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;
use url::Url;
use zeroize::Zeroizing;

use crate::domain::age::Ages;
use crate::domain::assurance::AccountLevel;
use crate::domain::birthdate::Birthdate;
use crate::domain::citizen::{Address, CitizenStatus, Gender, Names, Profile, Verifiable};
use crate::domain::identifier_alias::{self, AliasKind, IdentifierAlias};
use crate::domain::language_tag::LanguageTag;
use crate::domain::national_id::{Contradiction, NationalId, Scheme, Schemes};
use crate::domain::sign_in_name::{NameKind, SignInName};
use crate::domain::time::Timestamp;

pub use column::{Column, Field};

/// One thing that is wrong, or unusual, about what was said. Says nothing of the value itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    pub column: Option<Column>,
    /// Stable, for whoever reads reports with a program.
    pub code: &'static str,
    pub sentence: String,
}

impl Remark {
    pub fn new(column: impl Into<Option<Column>>, code: &'static str, sentence: impl Into<String>) -> Self {
        Self { column: column.into(), code, sentence: sentence.into() }
    }
}

/// The texts, by column and language. They are wiped when dropped.
#[derive(Clone, Default)]
pub struct Particulars(Vec<(Field, Zeroizing<String>)>);

/// What they say, once it holds together.
pub struct Checked {
    pub national_id: NationalId,
    pub profile: Profile,
    pub account_level: AccountLevel,
    pub status: CitizenStatus,
    /// `None` where nothing is said of it.
    said_status: Option<CitizenStatus>,
    /// What the citizen signs in with: the identifier, and every contact that was verified.
    pub names: Vec<SignInName>,
    /// The numbers beside the identifier; those that are one person's alone are among the names.
    pub aliases: Vec<IdentifierAlias>,
    /// Possible, but for a registrar to look at.
    pub warnings: Vec<Remark>,
}

impl Checked {
    /// As it stands for somebody of their age: children sign in once their identity was proven, and nothing makes an account active
    /// before that.
    fn of_age(self, ages: &Ages, now: Timestamp) -> Result<Self, Vec<Remark>> {
        match ages.let_in(self.account_level, self.profile.birthdate, now) {
            Ok(()) => Ok(self),
            Err(young) if self.said_status == Some(CitizenStatus::Active) => {
                Err(vec![Remark::new(Column::Status, "too_young", young.to_string())])
            }
            Err(_) => Ok(Self { status: self.said_status.unwrap_or(CitizenStatus::Registered), ..self }),
        }
    }
}

const MOST_TEXT: usize = 200;
const MOST_ADDRESS: usize = 500;
const MOST_USERNAME: usize = 64;

impl Particulars {
    pub fn set(&mut self, field: impl Into<Field>, text: impl Into<String>) {
        self.0.push((field.into(), Zeroizing::new(text.into())));
    }

    /// How much is said.
    pub fn bytes(&self) -> usize {
        self.0.iter().map(|(_, text)| text.len()).sum()
    }

    /// What stands there without the space around it; nothing counts as not said.
    pub fn get(&self, column: Column) -> Option<&str> {
        let mut said = self.0.iter().filter(|(own, _)| own.language.is_none() && own.column == column);
        said.next().map(|(_, text)| text.trim()).filter(|text| !text.is_empty())
    }

    /// What is said in other languages.
    fn in_languages(&self) -> impl Iterator<Item = (Column, &LanguageTag, &str)> {
        let said = self.0.iter().filter_map(|(own, text)| Some((own.column, own.language.as_ref()?, text.trim())));
        said.filter(|(.., text)| !text.is_empty())
    }

    /// As [`check`](Self::check), held against the ages from which one has an account.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the columns.
    pub fn check_of_age(&self, schemes: &Schemes, ages: &Ages, now: Timestamp) -> Result<Checked, Vec<Remark>> {
        self.check(schemes, now)?.of_age(ages, now)
    }

    /// # Errors
    /// Everything that is wrong, in the order of the columns.
    fn check(&self, schemes: &Schemes, now: Timestamp) -> Result<Checked, Vec<Remark>> {
        let mut reading = Reading { said: self, faults: Vec::new() };
        let national_id = reading.national_id(schemes);
        let aliases = reading.aliases(national_id.as_ref());
        let profile = reading.profile(now);
        reading.hold_username(national_id.as_ref(), &profile);
        let scheme = schemes.default_scheme();
        let phone = reading.contact(Column::PhoneNumber, Column::PhoneNumberVerified, NameKind::Phone, scheme);
        let email = reading.contact(Column::Email, Column::EmailVerified, NameKind::Email, scheme);
        let level = reading.word(Column::AccountLevel, "0, 1 or 2", |text| {
            text.parse::<i16>().ok().and_then(|level| AccountLevel::try_from(level).ok())
        });
        let status =
            reading.word(Column::Status, "registered, active, locked, suspended, deceased or closed", |text| {
                text.parse().ok()
            });
        let (Some(national_id), true) = (national_id, reading.faults.is_empty()) else { return Err(reading.faults) };

        let mut names = vec![SignInName::NationalId(national_id.clone())];
        names.extend(
            aliases.iter().filter(|alias| matches!(alias, IdentifierAlias::Former(_))).map(IdentifierAlias::name),
        );
        let mut contact = |read: Option<Contact>| {
            let Contact { name, shown, verified } = read?;
            if verified {
                names.push(name);
            }
            Some(Verifiable::known(shown, verified))
        };
        let (phone_number, email) = (contact(phone), contact(email));
        let profile = Profile { phone_number, email, ..profile };
        let warnings = warnings(&national_id, &profile);
        Ok(Checked {
            national_id,
            profile,
            account_level: level.unwrap_or(AccountLevel::SelfAsserted),
            status: status.unwrap_or(CitizenStatus::Active),
            said_status: status,
            names,
            aliases,
            warnings,
        })
    }
}

/// A phone number or an e-mail address as it was read.
struct Contact {
    name: SignInName,
    shown: String,
    verified: bool,
}

struct Reading<'p> {
    said: &'p Particulars,
    faults: Vec<Remark>,
}

impl Reading<'_> {
    fn fault(&mut self, column: Column, code: &'static str, sentence: impl Into<String>) {
        self.faults.push(Remark::new(column, code, sentence));
    }

    fn national_id(&mut self, schemes: &Schemes) -> Option<NationalId> {
        let scheme = match self.said.get(Column::Scheme) {
            None => schemes.default_scheme(),
            Some(name) => match name.parse::<Scheme>().ok().filter(|scheme| schemes.enabled().contains(scheme)) {
                Some(scheme) => scheme,
                None => {
                    let known: Vec<&str> = schemes.enabled().iter().map(|scheme| scheme.as_str()).collect();
                    self.fault(Column::Scheme, "unknown_word", format!("expected one of {}", known.join(", ")));
                    return None;
                }
            },
        };
        let Some(text) = self.said.get(Column::NationalId) else {
            self.fault(Column::NationalId, "missing", "expected the national identifier");
            return None;
        };
        NationalId::parse(scheme, text)
            .map_err(|rejection| self.fault(Column::NationalId, "malformed", rejection.to_string()))
            .ok()
    }

    fn aliases(&mut self, national_id: Option<&NationalId>) -> Vec<IdentifierAlias> {
        let (said, mut aliases) = (self.said, Vec::new());
        for (column, kind) in [
            (Column::FormerNationalId, national_id.map(|id| AliasKind::Former(id.scheme()))),
            (Column::VnCmnd, Some(AliasKind::Other(identifier_alias::Scheme::VnCmnd))),
            (Column::VnTax, Some(AliasKind::Other(identifier_alias::Scheme::VnTax))),
        ] {
            let (Some(text), Some(kind)) = (said.get(column), kind) else { continue };
            match IdentifierAlias::parse(kind, text) {
                Ok(IdentifierAlias::Former(former)) if Some(&former) == national_id => {
                    self.fault(column, "malformed", "expected another number than the national identifier");
                }
                Ok(alias) => aliases.push(alias),
                Err(rejection) => self.fault(column, "malformed", rejection.to_string()),
            }
        }
        aliases
    }

    fn profile(&mut self, now: Timestamp) -> Profile {
        let name = self.text(Column::Name, MOST_TEXT);
        if name.is_none() && self.said.get(Column::Name).is_none() {
            self.fault(Column::Name, "missing", "expected the whole name");
        }
        let gender = self.word(Column::Gender, "female, male or other", |text| match text {
            "female" => Some(Gender::Female),
            "male" => Some(Gender::Male),
            "other" => Some(Gender::Other),
            _ => None,
        });
        let said = self.said;
        let mut localised: BTreeMap<LanguageTag, Names> = BTreeMap::new();
        for (column, language, text) in said.in_languages() {
            let text = self.composed(column, text, MOST_TEXT);
            let names = localised.entry(language.clone()).or_default();
            match column {
                Column::Name => names.name = text,
                Column::FamilyName => names.family_name = text,
                Column::GivenName => names.given_name = text,
                Column::MiddleName => names.middle_name = text,
                Column::Nickname => names.nickname = text,
                _ => {}
            }
        }
        let address = Address {
            formatted: self.text(Column::Address, MOST_ADDRESS),
            street_address: self.text(Column::StreetAddress, MOST_ADDRESS),
            locality: self.text(Column::Locality, MOST_TEXT),
            region: self.text(Column::Region, MOST_TEXT),
            postal_code: self.text(Column::PostalCode, MOST_TEXT),
            country: self.text(Column::Country, MOST_TEXT),
        };
        let plain = |text: &str| {
            (2..=64).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_/+".contains(&byte))
        };
        Profile {
            name: name.unwrap_or_default(),
            family_name: self.text(Column::FamilyName, MOST_TEXT),
            given_name: self.text(Column::GivenName, MOST_TEXT),
            middle_name: self.text(Column::MiddleName, MOST_TEXT),
            nickname: self.text(Column::Nickname, MOST_TEXT),
            preferred_username: self.text(Column::PreferredUsername, MOST_USERNAME),
            profile: self.address_of_page(Column::Profile),
            picture: self.address_of_page(Column::Picture),
            website: self.address_of_page(Column::Website),
            gender,
            birthdate: self.birthdate(now),
            email: None,
            phone_number: None,
            address: (address != Address::default()).then_some(address),
            zoneinfo: self.word(Column::Zoneinfo, "a time zone such as Asia/Ho_Chi_Minh", |text| {
                plain(text).then(|| text.to_owned())
            }),
            locale: self
                .word(Column::Locale, "a language such as vi or vi-VN", |text| plain(text).then(|| text.to_owned())),
            // That is the citizen's own to choose.
            language: None,
            localised,
        }
    }

    /// Older systems knew people by their numbers. What somebody calls themselves is told to every portal that asks for their profile, and
    /// a number by its own claim alone.
    fn hold_username(&mut self, national_id: Option<&NationalId>, profile: &Profile) {
        let (Some(own), Some(username)) = (national_id, &profile.preferred_username) else { return };
        if IdentifierAlias::read(username, own.scheme()).is_some() {
            self.fault(
                Column::PreferredUsername,
                "number",
                "expected a name of their own, and no number of the state's",
            );
        }
    }

    /// A text as people write it, in the composed form (NFC) so that the same name is the same text.
    fn text(&mut self, column: Column, most: usize) -> Option<String> {
        let text = self.said.get(column)?;
        self.composed(column, text, most)
    }

    fn composed(&mut self, column: Column, text: &str, most: usize) -> Option<String> {
        let text: String = text.nfc().collect();
        // An address has lines.
        let allowed = |c: char| !c.is_control() || (c == '\n' && most == MOST_ADDRESS);
        if text.chars().count() > most {
            self.fault(column, "too_long", format!("expected at most {most} characters"));
        } else if !text.chars().all(allowed) {
            self.fault(column, "malformed", "expected no control characters");
        } else {
            return Some(text);
        }
        None
    }

    fn word<T>(&mut self, column: Column, expected: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.said.get(column)?;
        let value = read(text);
        if value.is_none() {
            self.fault(column, "unknown_word", format!("expected {expected}"));
        }
        value
    }

    /// An address of theirs, which portals put on their own pages: https, and no user name in it.
    fn address_of_page(&mut self, column: Column) -> Option<String> {
        const EXPECTED: &str = "an address such as https://example.org/an, at most 500 characters";
        self.word(column, EXPECTED, |text| {
            let url = Url::parse(text).ok().filter(|url| url.scheme() == "https")?;
            let plain = url.username().is_empty() && url.password().is_none() && url.as_str().len() <= MOST_ADDRESS;
            plain.then(|| url.to_string())
        })
    }

    fn birthdate(&mut self, now: Timestamp) -> Option<Birthdate> {
        let text = self.said.get(Column::Birthdate)?;
        let birthdate = match text.parse::<Birthdate>() {
            Ok(birthdate) => birthdate,
            Err(expected) => {
                self.fault(Column::Birthdate, "malformed", format!("expected {expected}"));
                return None;
            }
        };
        // Somewhere it is tomorrow already.
        let latest =
            jiff::Timestamp::from_second(now.seconds() + 86_400).map(|at| at.to_zoned(jiff::tz::TimeZone::UTC));
        let too_late = |day| latest.as_ref().is_ok_and(|latest| day > latest.date());
        if birthdate.year().is_some_and(|year| year < 1850) || birthdate.earliest().is_some_and(too_late) {
            self.fault(Column::Birthdate, "out_of_range", "expected a day between 1850 and today");
            return None;
        }
        Some(birthdate)
    }

    fn contact(&mut self, column: Column, verified: Column, kind: NameKind, scheme: Scheme) -> Option<Contact> {
        let flag = self.word(verified, "true or false", |text| text.parse::<bool>().ok()).unwrap_or(false);
        let Some(text) = self.said.get(column) else {
            if flag {
                self.fault(verified, "without_value", format!("there is no {} that could be verified", column.name()));
            }
            return None;
        };
        match SignInName::parse(text, scheme) {
            Ok(name) if name.kind() == kind => {
                // A phone number has one form (E.164); an address is told as it was written.
                let shown = if kind == NameKind::Phone { name.normalised() } else { text.to_owned() };
                Some(Contact { name, shown, verified: flag })
            }
            _ => {
                let expected = match kind {
                    NameKind::Phone => "expected a phone number such as +84912345678",
                    _ => "expected an e-mail address",
                };
                self.fault(column, "malformed", expected);
                None
            }
        }
    }
}

/// What a registrar should look at: the number itself, and where it contradicts the rest.
fn warnings(national_id: &NationalId, profile: &Profile) -> Vec<Remark> {
    let mut warnings: Vec<Remark> = national_id
        .warnings()
        .into_iter()
        .map(|warning| Remark::new(Column::NationalId, "unusual_national_id", warning.to_string()))
        .collect();
    for contradiction in national_id.contradictions(profile.birthdate, profile.gender) {
        let (column, code) = match contradiction {
            Contradiction::BirthYear => (Column::Birthdate, "birth_year_differs"),
            Contradiction::Gender => (Column::Gender, "gender_differs"),
        };
        warnings.push(Remark::new(column, code, contradiction.to_string()));
    }
    warnings
}
