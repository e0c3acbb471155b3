//! A person opens an account themselves: what they say of themselves, judged before anybody is asked about them.

use unicode_normalization::UnicodeNormalization;

use super::age::{Ages, Stage};
use super::birthdate::Birthdate;
use super::national_id::{Contradiction, NationalId, Rejection, Scheme};
use super::registry::Claimed;
use super::time::Timestamp;

/// What was typed.
#[derive(Clone, Copy, Debug)]
pub struct Typed<'a> {
    pub scheme: Scheme,
    pub number: &'a str,
    pub name: &'a str,
    /// As the three fields of a form have them. Of whom the registry knows no day or month, neither is typed.
    pub day: &'a str,
    pub month: &'a str,
    pub year: &'a str,
}

/// Why it is not held against the registry. All of it is seen from what was typed, so that it tells nothing of anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the number: {0}")]
    Number(Rejection),
    #[error("no name was typed")]
    NameMissing,
    #[error("what was typed is no name")]
    NameMalformed,
    #[error("what was typed is no date of birth")]
    Birthdate,
    #[error("{0}")]
    Contradiction(Contradiction),
    #[error("they are too young to have an account that nobody else looks after")]
    TooYoung { from: u8 },
}

/// Nobody's name is longer.
const LONGEST_NAME: usize = 200;

/// Reads what was typed.
///
/// # Errors
/// The first reason against it, in the order of the fields.
pub fn judge(typed: Typed<'_>, ages: &Ages, now: Timestamp) -> Result<Claimed, Refusal> {
    let person = NationalId::parse(typed.scheme, typed.number).map_err(Refusal::Number)?;
    let name = name(typed.name)?;
    let birthdate = birthdate(typed).ok_or(Refusal::Birthdate)?;
    if birthdate.earliest().is_none() || super::age::turns(birthdate, 0).is_none_or(|born| born > now) {
        return Err(Refusal::Birthdate);
    }
    if let Some(contradiction) = person.contradictions(Some(birthdate), None).first() {
        return Err(Refusal::Contradiction(*contradiction));
    }
    match ages.stage(Some(birthdate), now) {
        Stage::OfAge => Ok(Claimed { person, name, birthdate }),
        Stage::Child | Stage::Infant | Stage::Unknown => Err(Refusal::TooYoung { from: ages.own_account }),
    }
}

/// Spaced as a name is, and composed.
fn name(typed: &str) -> Result<String, Refusal> {
    if typed.chars().count() > LONGEST_NAME {
        return Err(Refusal::NameMalformed);
    }
    let words: Vec<String> = typed.split_whitespace().map(|word| word.nfc().collect()).collect();
    let name = words.join(" ");
    let is_of_no_name = |c: char| c.is_control() || c.is_numeric() || "<>@{}[]|\\/".contains(c);
    match name.as_str() {
        "" => Err(Refusal::NameMissing),
        typed if typed.contains(is_of_no_name) => Err(Refusal::NameMalformed),
        _ => Ok(name),
    }
}

fn birthdate(typed: Typed<'_>) -> Option<Birthdate> {
    let number = |text: &str, most: usize| {
        let text: String = text.trim().nfkc().collect();
        let fits = text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
        fits.then_some(text)
    };
    let (day, month, year) = (number(typed.day, 2)?, number(typed.month, 2)?, number(typed.year, 4)?);
    let text = match (day.is_empty(), month.is_empty()) {
        (true, true) => year,
        (true, false) => format!("{year}-{month:0>2}"),
        (false, _) => format!("{year}-{month:0>2}-{day:0>2}"),
    };
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 22 November 2026.
    const NOW: Timestamp = Timestamp::from_seconds(1_795_305_600);

    const AN: Typed<'_> = Typed {
        scheme: Scheme::Vn,
        number: "001 090 123 456",
        name: " Nguyễn  Văn An ",
        day: "15",
        month: "8",
        year: "1990",
    };

    fn judged(typed: Typed<'_>) -> Result<Claimed, Refusal> {
        judge(typed, &Ages::default(), NOW)
    }

    #[test]
    fn what_is_typed_is_read_as_people_write_it() {
        let claimed = judged(AN).unwrap();
        assert_eq!((claimed.person.expose(), claimed.name.as_str()), ("001090123456", "Nguyễn Văn An"));
        assert_eq!(claimed.birthdate.to_string(), "1990-08-15");
        let born = |day, month| judged(Typed { day, month, ..AN }).unwrap().birthdate.to_string();
        assert_eq!(born("05", "08"), "1990-08-05");
        assert_eq!(born("１５", "８"), "1990-08-15");
        assert_eq!(born("", "8"), "1990-08");
        assert_eq!(born("", ""), "1990");
    }

    #[test]
    fn what_cannot_be_is_refused_before_anybody_is_asked() {
        for (typed, why) in [
            (Typed { number: "", ..AN }, Refusal::Number(Rejection::Length { expected: 12, found: 0 })),
            (Typed { name: " ", ..AN }, Refusal::NameMissing),
            (Typed { name: "an@example.vn", ..AN }, Refusal::NameMalformed),
            (Typed { name: "An 2", ..AN }, Refusal::NameMalformed),
            (Typed { day: "31", month: "2", ..AN }, Refusal::Birthdate),
            (Typed { day: "15", month: "", ..AN }, Refusal::Birthdate),
            (Typed { year: "90", ..AN }, Refusal::Birthdate),
            (Typed { year: "", ..AN }, Refusal::Birthdate),
            (Typed { day: "+5", ..AN }, Refusal::Birthdate),
            (Typed { number: "001290123456", year: "2090", ..AN }, Refusal::Birthdate),
            (Typed { year: "1991", ..AN }, Refusal::Contradiction(Contradiction::BirthYear)),
            (Typed { number: "001213123456", year: "2013", ..AN }, Refusal::TooYoung { from: 14 }),
        ] {
            assert_eq!(judged(typed), Err(why), "{typed:?}");
        }
        let long = "a".repeat(201);
        assert_eq!(judged(Typed { name: &long, ..AN }), Err(Refusal::NameMalformed));
    }

    #[test]
    fn somebody_opens_an_account_on_the_day_they_are_old_enough() {
        let born = |day, month| judged(Typed { number: "001212123456", day, month, year: "2012", ..AN });
        assert!(born("22", "11").is_ok());
        assert_eq!(born("23", "11"), Err(Refusal::TooYoung { from: 14 }));
        assert_eq!(born("", ""), Err(Refusal::TooYoung { from: 14 }), "perhaps on the last day of that year");
    }
}
