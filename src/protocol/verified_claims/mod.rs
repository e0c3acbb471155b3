//! Verified claims: OpenID Connect for Identity Assurance 1.0 §6, by the schema of OpenID Identity Assurance Schema
//! Definition 1.0 §5.
//!
//! | rule | where |
//! |---|---|
//! | claims that nobody here knows are left out, essential or not (§6.5.2) | [`parse`] |
//! | a filter of `verification` that does not hold leaves the whole element out (§6.5.4) | `template` |
//! | a claim with another value than asked for is left out; without a claim the element is (§6.5.4, §6.5.5) | here |
//! | nothing of `verification` is told that was not asked for, but what the schema needs | `template` |
//! | what the client is not approved for, or the person did not allow, is left out (§6.5.3) | [`Gate`] |
//! | a national identifier that stands on a document goes through the gate as the claim does | here |

mod represent;
mod request;
mod template;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use crate::domain::claims::NATIONAL_ID;
use crate::domain::identifier_alias::IdentifierAlias;
use crate::domain::time::Timestamp;
use crate::domain::verification::{Document, DocumentKind, Verification};
use crate::domain::verified_claims::{EVIDENCE, PROCESS, VERIFIED_CLAIMS, VerifiedRequest, name_of, value};
use crate::protocol::claims::Gate;

pub use request::parse;

/// What goes through the `gate` of what is asked for: an object where one element is told, an array of several, `None` of none.
///
/// `standing` are the verifications that hold, the newest first.
pub fn told(gate: &Gate<'_>, requests: &[VerifiedRequest], standing: &[Verification], now: Timestamp) -> Option<Value> {
    let mut elements = requests.iter().filter_map(|request| best(gate, request, standing, now)).collect::<Vec<_>>();
    match elements.len() {
        0 => None,
        1 => elements.pop(),
        _ => Some(elements.into()),
    }
}

/// Of the verifications that are as was asked for, the one that tells most; of those that tell as much, the newest.
fn best(gate: &Gate<'_>, request: &VerifiedRequest, standing: &[Verification], now: Timestamp) -> Option<Value> {
    let mut best: Option<(usize, Value)> = None;
    for verification in standing {
        let Some((count, element)) = element(gate, request, verification, now) else { continue };
        if best.as_ref().is_none_or(|(most, _)| count > *most) {
            best = Some((count, element));
        }
    }
    best.map(|(_, element)| element)
}

fn element(
    gate: &Gate<'_>,
    request: &VerifiedRequest,
    verification: &Verification,
    now: Timestamp,
) -> Option<(usize, Value)> {
    let tells_number = |document: &Document| tells_number(gate, document);
    let whole = represent::verification(verification, &tells_number);
    let mut how = template::fill(&request.verification, &whole, now)?;
    if !gate.lets(&name_of(EVIDENCE)) {
        // Whether a filter holds tells what it asks about.
        if template::asks_about_evidence(&request.verification) {
            return None;
        }
        how.remove(EVIDENCE);
        how.remove(PROCESS);
    }
    let allowed = request.claims.iter().filter(|(claim, _)| gate.lets(&name_of(claim)));
    let claims: Map<String, Value> = allowed
        .filter_map(|(claim, asked)| {
            let value = value(gate.citizen, verification, claim)?;
            asked.accepts(&value).then(|| (claim.clone(), value))
        })
        .collect();
    let count = claims.len();
    (count > 0).then(|| (count, json!({ "verification": how, "claims": claims })))
}

/// Whether the number of a document goes through. Of some it is the national identifier, which comes by no other door than its own; of
/// an identity card it may be one that was theirs before, and that comes by none.
fn tells_number(gate: &Gate<'_>, document: &Document) -> bool {
    let own = &gate.citizen.national_id;
    let Some(read) = document.number.as_deref().and_then(|number| IdentifierAlias::read(number, own.scheme())) else {
        return true;
    };
    match document.kind {
        _ if read == IdentifierAlias::Former(own.clone()) => gate.lets(&name_of(NATIONAL_ID)),
        DocumentKind::IdCard | DocumentKind::ResidencePermit => false,
        // A number of the document's own.
        DocumentKind::Passport | DocumentKind::BirthCertificate | DocumentKind::DriverLicense => true,
    }
}

/// The names of what an answer tells as verified.
pub fn names(answer: &Map<String, Value>) -> Vec<String> {
    let elements = match answer.get(VERIFIED_CLAIMS) {
        Some(Value::Array(elements)) => elements.as_slice(),
        Some(element) => std::slice::from_ref(element),
        None => &[],
    };
    let mut names = Vec::new();
    for element in elements {
        names.extend(element["claims"].as_object().into_iter().flatten().map(|(claim, _)| name_of(claim)));
        let how = &element["verification"];
        names.extend(how.get(EVIDENCE).or(how.get(PROCESS)).map(|_| name_of(EVIDENCE)));
    }
    names
}
