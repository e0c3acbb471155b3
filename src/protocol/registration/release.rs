//! What a client is approved to be told, and what for.

use super::display::check_texts;
use super::{Allowed, Fault};
use crate::domain::client::{Client, ConsentPolicy, LegalBasis};

pub(super) fn check(client: &Client, _: &Allowed<'_>, faults: &mut Vec<Fault>) {
    let release = &client.release;
    for terms in release.terms.values() {
        check_texts("claim_purpose", &terms.purpose, faults);
    }
    let rests_on_consent = |basis: Option<LegalBasis>| basis == Some(LegalBasis::Consent);
    let implied = client.policy.consent == ConsentPolicy::Implied;
    let nobody_is_asked = "nobody is asked for the consent that it rests on: expected another basis, or --consent ask";
    if implied && rests_on_consent(release.basis) {
        faults.push(Fault::new("legal_basis", nobody_is_asked));
    }
    if implied && release.terms.values().any(|terms| rests_on_consent(terms.basis)) {
        faults.push(Fault::new("claim_basis", nobody_is_asked));
    }
}
