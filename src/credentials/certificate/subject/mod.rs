//! Whose a trusted certificate is: from the attributes of its subject to a national identifier.
//!
//! Attributes are read from the ASN.1 and never from a printed name, where a comma in a common name begins whatever its writer
//! likes. Each rule of the trust file looks at every value there is; what they find together must be one person's.

mod attributes;
mod etsi;
mod russia;
mod viet_nam;

use std::fmt;

use attributes::Attributes;

use super::chain::TrustedChain;
use super::refusal::Refusal;
use crate::domain::national_id::{NationalId, Rejection, Scheme, Schemes};
use crate::domain::trust::{Identifiers, SubjectRule};

/// The person that a certificate stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    pub national_id: NationalId,
}

/// What rules find in a subject.
#[derive(Default)]
struct Found {
    persons: Vec<Person>,
    /// Whether it names an organisation, too.
    organisation: bool,
}

/// A person's number, as it stands there.
#[derive(PartialEq, Eq)]
enum Person {
    Known(NationalId),
    /// Of a country (ISO 3166-1) whose numbers nothing here knows.
    Foreign {
        country: String,
        number: String,
    },
}

impl TrustedChain {
    /// The citizen whose number the certificate carries, as the trust file says that it is to be read.
    ///
    /// # Errors
    /// Where it carries none, more than one person's, or one that is not accepted here.
    pub fn holder(&self, schemes: &Schemes) -> Result<Holder, Refusal> {
        holder(&self.facts().subject, &self.authority().policy.identifiers, schemes)
    }
}

/// As [`TrustedChain::holder`], of a subject (DER).
fn holder(subject: &[u8], asked: &Identifiers, schemes: &Schemes) -> Result<Holder, Refusal> {
    let attributes = Attributes::read(subject)?;
    let mut found = Found::default();
    for rule in &asked.rules {
        match rule {
            SubjectRule::Etsi => etsi::read(&attributes, &mut found)?,
            SubjectRule::VietNam => viet_nam::read(&attributes, &mut found)?,
            SubjectRule::Russia => russia::read(&attributes, &mut found)?,
        }
    }
    let mut persons = found.persons.into_iter();
    let Some(person) = persons.next() else {
        return Err(if found.organisation { Refusal::Seal } else { Refusal::NoIdentifier });
    };
    if persons.any(|other| other != person) {
        return Err(Refusal::ConflictingIdentifiers);
    }
    match person {
        Person::Foreign { country, .. } => Err(Refusal::SchemeNotEnabled(country)),
        Person::Known(id) if !schemes.enabled().contains(&id.scheme()) => {
            Err(Refusal::SchemeNotEnabled(id.scheme().as_str().to_owned()))
        }
        Person::Known(id) if !asked.schemes.contains(&id.scheme()) => Err(Refusal::SchemeNotVouchedFor(id.scheme())),
        Person::Known(national_id) => Ok(Holder { national_id }),
    }
}

impl Found {
    fn person(&mut self, scheme: Scheme, number: &str) -> Result<(), Refusal> {
        // What a person types may have spaces and dots in it; what an authority certifies is the number.
        let id = NationalId::parse(scheme, number)
            .and_then(|id| if id.expose() == number { Ok(id) } else { Err(Rejection::Characters) });
        let id = id.map_err(|fault| Refusal::InvalidIdentifier(scheme, fault))?;
        self.persons.push(Person::Known(id));
        Ok(())
    }

    fn foreigner(&mut self, country: &str, number: &str) {
        self.persons.push(Person::Foreign { country: country.to_owned(), number: number.to_owned() });
    }
}

/// Nothing of whose it is is printed.
impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Found").field("persons", &self.persons.len()).field("organisation", &self.organisation).finish()
    }
}

#[cfg(test)]
mod tests;
