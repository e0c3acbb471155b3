//! What a citizen types to say who they are: a national identifier, a verified phone or e-mail, or another number of the state.

use std::fmt;

use zeroize::ZeroizeOnDrop;

use super::identifier_alias::{self, OtherNumber};
use super::national_id::{NationalId, Scheme, Telephone};

/// A name that a citizen signs in with, normalised.
#[derive(Clone, PartialEq, Eq)]
pub enum SignInName {
    NationalId(NationalId),
    /// E.164.
    Phone(Contact),
    /// Lower case.
    Email(Contact),
    /// A number that two people may have: it finds whoever alone has it.
    Other(OtherNumber),
}

/// A phone number or an e-mail address; `Debug` shows nothing of it, and it is wiped on drop.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop)]
pub struct Contact(String);

/// What a name is. Part of its blind index, so that a number of one kind never finds another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameKind {
    NationalId,
    Phone,
    Email,
    Other(identifier_alias::Scheme),
}

impl NameKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NationalId => "national_id",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Other(scheme) => scheme.as_str(),
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::NationalId, Self::Phone, Self::Email].into_iter().find(|kind| kind.as_str() == text)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    #[error("nothing was typed")]
    Empty,
    #[error("neither a national identifier, nor a phone number, nor an e-mail address")]
    Unrecognised,
}

impl SignInName {
    /// Reads what was typed. A bare number of the default scheme's length is a national identifier.
    ///
    /// # Errors
    /// [`NameFault`] where it can be none of them.
    pub fn parse(typed: &str, default_scheme: Scheme) -> Result<Self, NameFault> {
        Self::parse_as(typed, default_scheme, default_scheme)
    }

    /// Reads what was typed where a bare number was said to be of `scheme`. A telephone number is dialled as where the default scheme
    /// is at home: who has another country's identifier is there, too.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_as(typed: &str, scheme: Scheme, default_scheme: Scheme) -> Result<Self, NameFault> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(NameFault::Empty);
        }
        if typed.contains('@') {
            return email(typed).map(Self::Email).ok_or(NameFault::Unrecognised);
        }
        if let Ok(id) = NationalId::parse(scheme, typed) {
            return Ok(Self::NationalId(id));
        }
        if let Some(number) = phone(typed, &default_scheme.telephone()) {
            return Ok(Self::Phone(number));
        }
        OtherNumber::typed(typed, scheme).map(Self::Other).ok_or(NameFault::Unrecognised)
    }

    pub const fn kind(&self) -> NameKind {
        match self {
            Self::NationalId(_) => NameKind::NationalId,
            Self::Phone(_) => NameKind::Phone,
            Self::Email(_) => NameKind::Email,
            Self::Other(number) => NameKind::Other(number.scheme()),
        }
    }

    /// The normalised text, as the blind index takes it: a national identifier with its scheme before it.
    pub fn normalised(&self) -> String {
        match self {
            Self::NationalId(id) => format!("{}:{}", id.scheme(), id.expose()),
            Self::Phone(contact) | Self::Email(contact) => contact.0.clone(),
            Self::Other(number) => number.expose().to_owned(),
        }
    }

    /// What may be shown on a page or written in a log.
    pub fn masked(&self) -> String {
        match self {
            Self::NationalId(id) => id.masked(),
            Self::Other(number) => number.masked(),
            Self::Phone(contact) => mask_middle(&contact.0),
            Self::Email(contact) => match contact.0.split_once('@') {
                Some((local, host)) => format!("{}•••@{host}", local.chars().take(1).collect::<String>()),
                None => "•••".to_owned(),
            },
        }
    }
}

impl fmt::Debug for SignInName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.kind().as_str(), self.masked())
    }
}

/// The first three and the last three characters, and how many are between them hidden.
fn mask_middle(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    if characters.len() < 9 {
        return "•".repeat(characters.len());
    }
    let (head, tail) = (&characters[..3], &characters[characters.len() - 3..]);
    format!("{}•••••{}", head.iter().collect::<String>(), tail.iter().collect::<String>())
}

/// A deliberately plain reading: something, one `@`, a host with a dot; the channel was verified when it was stored.
fn email(typed: &str) -> Option<Contact> {
    let (local, host) = typed.split_once('@')?;
    let plain =
        |text: &str| !text.is_empty() && text.chars().all(|c| !c.is_whitespace() && !c.is_control() && c != '@');
    // Nobody's begins so but whoever's who would have a table of addresses compute something.
    let is_formula = local.starts_with(['=', '+', '-', '＝', '＋', '－']);
    let valid = plain(local) && plain(host) && host.contains('.') && typed.len() <= 254 && !is_formula;
    valid.then(|| Contact(typed.to_lowercase()))
}

/// `0912 345 678` and `+84 912 345 678` are the same number where the calling code is 84.
fn phone(typed: &str, home: &Telephone) -> Option<Contact> {
    let mut digits = String::with_capacity(typed.len());
    for character in typed.chars() {
        match character {
            '0'..='9' => digits.push(character),
            '+' if digits.is_empty() => {}
            ' ' | '.' | '-' | '(' | ')' => {}
            _ => return None,
        }
    }
    let international = match typed.starts_with('+') {
        // No calling code begins with a zero.
        true => (!digits.starts_with('0')).then_some(digits)?,
        false => format!("{}{}", home.calling_code, national(&digits, home)?),
    };
    (8..=15).contains(&international.len()).then(|| Contact(format!("+{international}")))
}

/// The number without what is dialled before it. A national identifier with a digit missing is none: it is longer, or goes on with a
/// zero.
fn national<'d>(digits: &'d str, home: &Telephone) -> Option<&'d str> {
    let number = digits.strip_prefix(home.trunk_prefix)?;
    let zero = !home.trunk_prefix.is_empty() && number.starts_with('0');
    (!zero && home.digits.contains(&number.len())).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(typed: &str) -> Result<SignInName, NameFault> {
        SignInName::parse(typed, Scheme::Vn)
    }

    #[test]
    fn one_phone_number_has_one_name() {
        assert_eq!(parse("0912 345 678").unwrap().normalised(), "+84912345678");
        assert_eq!(parse("+84 912-345-678").unwrap().normalised(), "+84912345678");
    }

    #[test]
    fn each_country_dials_in_its_own_way() {
        for (scheme, typed, number) in [
            (Scheme::Vn, "024 3825 1234", "+842438251234"),
            (Scheme::Ru, "8 (912) 345-67-89", "+79123456789"),
            (Scheme::Ee, "5123 4567", "+37251234567"),
            (Scheme::Fr, "06 12 34 56 78", "+33612345678"),
            (Scheme::Kr, "010-1234-5678", "+821012345678"),
            (Scheme::My, "012-345 6789", "+60123456789"),
            (Scheme::Ci, "07 12 34 56 78", "+2250712345678"),
        ] {
            let name = SignInName::parse(typed, scheme).unwrap();
            assert_eq!((name.kind(), name.normalised()), (NameKind::Phone, number.to_owned()), "{scheme}");
            assert_eq!(SignInName::parse(number, scheme), Ok(name), "{scheme}: as from abroad");
        }
        for (scheme, typed) in
            [(Scheme::Ru, "0912345678"), (Scheme::Ee, "512345"), (Scheme::Ci, "712345678"), (Scheme::Fr, "612345678")]
        {
            assert_eq!(SignInName::parse(typed, scheme), Err(NameFault::Unrecognised), "{scheme}");
        }
    }

    #[test]
    fn another_scheme_that_is_chosen_is_of_numbers_of_people_alone() {
        let name = |typed, scheme| SignInName::parse_as(typed, scheme, Scheme::Vn).unwrap().normalised();
        assert_eq!(name("770305-02-1234", Scheme::My), "my:770305021234");
        assert_eq!(name("770305-02-1234", Scheme::Vn), "vn:770305021234", "of the same length, and another name");
        assert_eq!(name("0912 345 678", Scheme::My), "+84912345678");
        assert_eq!(name("an@example.vn", Scheme::My), "an@example.vn");
    }

    #[test]
    fn twelve_digits_are_a_national_identifier() {
        let name = parse("001 090 123 456").unwrap();
        assert_eq!(name.kind(), NameKind::NationalId);
        assert_eq!(name.normalised(), "vn:001090123456");
        assert_eq!(format!("{name:?}"), "national_id(001•••••456)");
    }

    #[test]
    fn a_number_of_old_is_read_where_it_can_be_nothing_else() {
        for (typed, name) in [
            ("012345678", "vn-cmnd(012•••••678)"),
            ("8012345677", "vn-tax(801•••••677)"),
            ("MST 0100109106", "vn-tax(010•••••106)"),
            ("0100109106", "phone(+84•••••106)"),
        ] {
            assert_eq!(parse(typed).map(|read| format!("{read:?}")), Ok(name.to_owned()), "{typed}");
        }
        assert_eq!(SignInName::parse("012345678", Scheme::Ee), Err(NameFault::Unrecognised), "it is Viet Nam's");
        assert!(SignInName::parse_as("012345678", Scheme::Vn, Scheme::Ee).is_ok());
    }

    #[test]
    fn an_address_is_the_same_in_any_case() {
        assert_eq!(parse(" An.Nguyen@Example.VN ").unwrap().normalised(), "an.nguyen@example.vn");
        assert_eq!(parse("an@@example.vn"), Err(NameFault::Unrecognised));
        for computed in ["=1+1@example.vn", "+84@example.vn", "-an@example.vn", "＝an@example.vn"] {
            assert_eq!(parse(computed), Err(NameFault::Unrecognised), "{computed}");
        }
        assert!(parse("an+tax@example.vn").is_ok());
    }

    #[test]
    fn what_is_none_of_the_three_is_said_to_be_none() {
        assert_eq!(parse("   "), Err(NameFault::Empty));
        assert_eq!(parse("nguyen van an"), Err(NameFault::Unrecognised));
        assert_eq!(parse("12345"), Err(NameFault::Unrecognised));
        assert_eq!(parse("00109012345"), Err(NameFault::Unrecognised), "one digit short, and no phone number");
        assert_eq!(parse("+0912345678"), Err(NameFault::Unrecognised));
    }
}
