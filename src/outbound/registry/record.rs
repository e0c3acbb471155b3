//! A person's record, out of an answer whose signature was verified. What it says is the registry's word; that it says it of the
//! person who was asked about, and in types that cannot be wrong, is looked at here.

use serde::Deserialize;
use serde_json::Value;

use crate::domain::birthdate::Birthdate;
use crate::domain::citizen::Gender;
use crate::domain::message::Channel;
use crate::domain::national_id::{NationalId, Scheme};
use crate::domain::registry::{Contact, Diacritics, Record, Standing};
use crate::domain::sign_in_name::SignInName;

/// Of a name or a reference, in characters.
const LONGEST: usize = 200;
/// Contacts that are looked at.
const MOST_CONTACTS: usize = 8;

#[derive(Deserialize)]
struct Written {
    reference: String,
    person: Person,
    standing: Word,
    deceased_on: Option<Birthdate>,
    /// The number that stands in the place of the one that was asked about.
    now: Option<Person>,
    name: String,
    family_name: Option<String>,
    given_name: Option<String>,
    middle_name: Option<String>,
    #[serde(default)]
    plain_letters: bool,
    birthdate: Option<Birthdate>,
    gender: Option<Gender>,
    #[serde(default)]
    contacts: Vec<Reached>,
}

#[derive(Deserialize)]
struct Person {
    scheme: String,
    number: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Alive,
    Deceased,
    Renumbered,
}

#[derive(Deserialize)]
struct Reached {
    channel: Channel,
    to: String,
}

/// The record of `asked`; `None` where the registry tells of nobody.
///
/// # Errors
/// The end of a sentence about the answer.
pub(super) fn read(record: Value, asked: &NationalId) -> Result<Option<Record>, &'static str> {
    const MALFORMED: &str = "its record is not as agreed";
    if record.is_null() {
        return Ok(None);
    }
    let written: Written = serde_json::from_value(record).map_err(|_| MALFORMED)?;
    if written.person.id().as_ref() != Some(asked) {
        return Err("it is of another person");
    }
    let standing = match (written.standing, written.now) {
        (Word::Alive, None) => Standing::Alive,
        (Word::Deceased, None) => Standing::Deceased { on: written.deceased_on },
        (Word::Renumbered, Some(now)) => match now.id() {
            Some(now) if now != *asked => Standing::Renumbered(now),
            _ => return Err(MALFORMED),
        },
        _ => return Err(MALFORMED),
    };
    let own = [&written.family_name, &written.given_name, &written.middle_name];
    let names = own.into_iter().flatten().chain([&written.name, &written.reference]);
    if names.into_iter().any(|text| text.trim().is_empty() || text.chars().count() > LONGEST) {
        return Err(MALFORMED);
    }
    let contacts = written.contacts.into_iter().take(MOST_CONTACTS).filter_map(|one| one.contact(asked.scheme()));
    Ok(Some(Record {
        standing,
        diacritics: if written.plain_letters { Diacritics::AreNotKept } else { Diacritics::Count },
        contacts: contacts.collect(),
        reference: written.reference,
        name: written.name,
        family_name: written.family_name,
        given_name: written.given_name,
        middle_name: written.middle_name,
        birthdate: written.birthdate,
        gender: written.gender,
    }))
}

impl Person {
    fn id(&self) -> Option<NationalId> {
        let scheme: Scheme = self.scheme.parse().ok()?;
        NationalId::parse(scheme, &self.number).ok()
    }
}

impl Reached {
    /// `None` for what nothing can be sent to.
    fn contact(self, scheme: Scheme) -> Option<Contact> {
        let to = match (self.channel, SignInName::parse(&self.to, scheme).ok()?) {
            (Channel::Sms, name @ SignInName::Phone(_)) | (Channel::Email, name @ SignInName::Email(_)) => {
                name.normalised()
            }
            _ => return None,
        };
        Some(Contact { channel: self.channel, to })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked() -> NationalId {
        NationalId::parse(Scheme::Vn, "001090123456").unwrap()
    }

    fn with(changes: Value) -> Result<Option<Record>, &'static str> {
        let mut record = json!({
            "reference": "HN-1990-7",
            "person": { "scheme": "vn", "number": "001090123456" },
            "standing": "alive",
            "name": "Nguyễn Văn An",
            "birthdate": "1990-08-15",
            "contacts": [{ "channel": "sms", "to": "+84 912 345 678" }],
        });
        for (name, change) in changes.as_object().unwrap() {
            record[name] = change.clone();
        }
        read(record, &asked())
    }

    #[test]
    fn a_record_is_of_whoever_was_asked_about() {
        let record = with(json!({})).unwrap().unwrap();
        assert_eq!((record.standing, record.contacts.len()), (Standing::Alive, 1));
        assert_eq!(record.contacts[0].to, "+84912345678");
        assert_eq!(read(Value::Null, &asked()), Ok(None));
        for person in [
            json!({ "scheme": "vn", "number": "001090123457" }),
            json!({ "scheme": "ee", "number": "38001085718" }),
            json!({ "scheme": "xx", "number": "001090123456" }),
        ] {
            assert_eq!(with(json!({ "person": person })), Err("it is of another person"), "{person}");
        }
    }

    #[test]
    fn what_has_become_of_them_is_said_in_one_way() {
        let other = json!({ "scheme": "vn", "number": "001090123457" });
        let standing = |changes| with(changes).map(|record| record.unwrap().standing);
        let died = standing(json!({ "standing": "deceased", "deceased_on": "2026-03-01" })).unwrap();
        assert_eq!(died, Standing::Deceased { on: Some("2026-03-01".parse().unwrap()) });
        let renumbered = standing(json!({ "standing": "renumbered", "now": other })).unwrap();
        assert!(matches!(renumbered, Standing::Renumbered(now) if now.expose() == "001090123457"));
        for wrong in [
            json!({ "standing": "renumbered" }),
            json!({ "standing": "renumbered", "now": { "scheme": "vn", "number": "001090123456" } }),
            json!({ "standing": "alive", "now": other }),
            json!({ "standing": "missing" }),
            json!({ "name": " " }),
            json!({ "name": "a".repeat(201) }),
            json!({ "birthdate": "yesterday" }),
            json!({ "reference": null }),
        ] {
            assert_eq!(standing(wrong.clone()), Err("its record is not as agreed"), "{wrong}");
        }
    }

    #[test]
    fn what_nothing_can_be_sent_to_is_no_contact() {
        let contacts = json!([
            { "channel": "sms", "to": "an@example.vn" },
            { "channel": "email", "to": "+84912345678" },
            { "channel": "sms", "to": "soon" },
            { "channel": "email", "to": "An@Example.vn" },
        ]);
        let record = with(json!({ "contacts": contacts })).unwrap().unwrap();
        assert_eq!(record.contacts, [Contact { channel: Channel::Email, to: "an@example.vn".to_owned() }]);
    }
}
