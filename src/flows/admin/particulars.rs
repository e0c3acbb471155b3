//! What an operator, or a line of a file, says about a citizen: texts by column, checked into a citizen's data.

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::domain::assurance::AccountLevel;
use crate::domain::citizen::{Address, CitizenStatus, Gender, Profile, Verifiable};
use crate::domain::national_id::{NationalId, Scheme, Schemes};
use crate::domain::sign_in_name::{NameKind, SignInName};
use crate::domain::time::Timestamp;

macro_rules! columns {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// What may be said. The names are OpenID's claims (Core §5.1) where it has one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Column { $($(#[$doc])* $variant,)+ }

        impl Column {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

columns! {
    /// Which country's identifier; the settings' default where it is not said.
    Scheme = "scheme",
    NationalId = "national_id",
    Name = "name",
    FamilyName = "family_name",
    GivenName = "given_name",
    MiddleName = "middle_name",
    Nickname = "nickname",
    Gender = "gender",
    Birthdate = "birthdate",
    Email = "email",
    EmailVerified = "email_verified",
    PhoneNumber = "phone_number",
    PhoneNumberVerified = "phone_number_verified",
    /// The whole address as it is written on a letter.
    Address = "address",
    StreetAddress = "street_address",
    Locality = "locality",
    Region = "region",
    PostalCode = "postal_code",
    Country = "country",
    Zoneinfo = "zoneinfo",
    Locale = "locale",
    AccountLevel = "account_level",
    Status = "status",
    /// A PHC string; only an import has it.
    PasswordHash = "password_hash",
}

impl Column {
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|column| column.name() == name)
    }
}

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

/// The texts, by column. They are wiped when dropped.
#[derive(Clone, Default)]
pub struct Particulars(Vec<(Column, Zeroizing<String>)>);

/// What they say, once it holds together.
pub struct Checked {
    pub national_id: NationalId,
    pub profile: Profile,
    pub account_level: AccountLevel,
    pub status: CitizenStatus,
    /// What the citizen signs in with: the identifier, and every contact that was verified.
    pub names: Vec<SignInName>,
    /// Possible, but for a registrar to look at.
    pub warnings: Vec<Remark>,
}

const MOST_TEXT: usize = 200;
const MOST_ADDRESS: usize = 500;

impl Particulars {
    pub fn set(&mut self, column: Column, text: impl Into<String>) {
        self.0.push((column, Zeroizing::new(text.into())));
    }

    /// What stands there without the space around it; nothing counts as not said.
    pub fn get(&self, column: Column) -> Option<&str> {
        let found = self.0.iter().find(|(own, _)| *own == column);
        found.map(|(_, text)| text.trim()).filter(|text| !text.is_empty())
    }

    /// # Errors
    /// Everything that is wrong, in the order of the columns.
    pub fn check(&self, schemes: &Schemes, now: Timestamp) -> Result<Checked, Vec<Remark>> {
        let mut reading = Reading { said: self, faults: Vec::new() };
        let national_id = reading.national_id(schemes);
        let profile = reading.profile(now);
        let scheme = schemes.default_scheme();
        let phone = reading.contact(Column::PhoneNumber, Column::PhoneNumberVerified, NameKind::Phone, scheme);
        let email = reading.contact(Column::Email, Column::EmailVerified, NameKind::Email, scheme);
        let level = reading.word(Column::AccountLevel, "0, 1 or 2", |text| {
            text.parse::<i16>().ok().and_then(|level| AccountLevel::try_from(level).ok())
        });
        let status = reading.word(Column::Status, "active or locked", |text| text.parse().ok());
        let (Some(national_id), true) = (national_id, reading.faults.is_empty()) else { return Err(reading.faults) };

        let mut names = vec![SignInName::NationalId(national_id.clone())];
        let mut contact = |read: Option<Contact>| {
            let Contact { name, shown, verified } = read?;
            if verified {
                names.push(name);
            }
            Some(Verifiable { value: shown, verified })
        };
        let (phone_number, email) = (contact(phone), contact(email));
        let profile = Profile { phone_number, email, ..profile };
        let warnings = warnings(&national_id, &profile);
        Ok(Checked {
            national_id,
            profile,
            account_level: level.unwrap_or(AccountLevel::SelfAsserted),
            status: status.unwrap_or(CitizenStatus::Active),
            names,
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
        }
    }

    /// A text as people write it, in the composed form (NFC) so that the same name is the same text.
    fn text(&mut self, column: Column, most: usize) -> Option<String> {
        let text: String = self.said.get(column)?.nfc().collect();
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

    /// `YYYY-MM-DD`, or `0000-MM-DD` where the year is not to be told (Core §5.1).
    fn birthdate(&mut self, now: Timestamp) -> Option<String> {
        const EXPECTED: &str = "expected a date such as 1990-05-17";
        let text = self.said.get(Column::Birthdate)?;
        let shape = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        // The year that stands in for an untold one is a leap year, so that 29 February is a day of it.
        let whole = text.strip_prefix("0000").map_or_else(|| text.to_owned(), |rest| format!("2000{rest}"));
        let Some(date) = whole.parse::<Date>().ok().filter(|_| shape) else {
            self.fault(Column::Birthdate, "malformed", EXPECTED);
            return None;
        };
        if !text.starts_with("0000") {
            // Somewhere it is tomorrow already.
            let latest =
                jiff::Timestamp::from_second(now.seconds() + 86_400).map(|at| at.to_zoned(jiff::tz::TimeZone::UTC));
            if date.year() < 1850 || latest.is_ok_and(|latest| date > latest.date()) {
                self.fault(Column::Birthdate, "out_of_range", "expected a day between 1850 and today");
                return None;
            }
        }
        Some(text.to_owned())
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
    let implied = national_id.implied();
    let year = profile.birthdate.as_deref().and_then(|date| date.get(..4)?.parse::<u16>().ok());
    if let (Some(implied), Some(year)) = (implied.birth_year, year.filter(|year| *year != 0))
        && implied != year
    {
        let sentence = "the year of birth is another than the national identifier says";
        warnings.push(Remark::new(Column::Birthdate, "birth_year_differs", sentence));
    }
    if let (Some(implied), Some(gender)) = (implied.gender, profile.gender)
        && implied != gender
    {
        let sentence = "the gender is another than the national identifier says";
        warnings.push(Remark::new(Column::Gender, "gender_differs", sentence));
    }
    warnings
}
