//! The claim `organisation`: for whom the person acts, and by what right. `sub` stays the person.
//!
//! It is no `act` (RFC 8693 §4.1): that names whoever acts for the subject, and here the subject is the one who acts.

use serde_json::{Value, json};

use crate::domain::access_token::ActingFor;
use crate::domain::mandate::Mandate;
use crate::domain::organisation::{Organisation, OrganisationKind};

/// As ID tokens and userinfo tell it.
pub fn of(organisation: &Organisation, mandate: &Mandate) -> Value {
    let mut claim = of_token(&ActingFor {
        organisation: organisation.id,
        code: organisation.code.clone(),
        role: mandate.role,
        mandate: mandate.id,
    });
    claim["name"] = organisation.name.as_str().into();
    if let Some(position) = &mandate.position {
        claim["position"] = position.as_str().into();
    }
    claim
}

/// As access tokens and introspection tell it: without what it is called, which no resource server needs.
pub fn of_token(acting: &ActingFor) -> Value {
    json!({
        "id": acting.organisation,
        "code": acting.code.value(),
        "code_type": acting.code.scheme().as_str(),
        "type": OrganisationKind::of(&acting.code).as_str(),
        "role": acting.role.as_str(),
        "mandate": acting.mandate,
    })
}

/// What an access token of ours says. `None` where that cannot be: none of ours was ever like this.
pub fn read(claim: &Value) -> Option<ActingFor> {
    let text = |name: &str| claim.get(name)?.as_str();
    Some(ActingFor {
        organisation: text("id")?.parse().ok()?,
        code: format!("{}:{}", text("code_type")?, text("code")?).parse().ok()?,
        role: text("role")?.parse().ok()?,
        mandate: text("mandate")?.parse().ok()?,
    })
}
