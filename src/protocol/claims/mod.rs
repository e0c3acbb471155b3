//! What an ID token carries of a person, and what userinfo does: OpenID Connect Core §5.3.2, §5.4, §5.5.
//!
//! | asked for by | told in the ID token | told at userinfo |
//! |---|---|---|
//! | a scope | only where the response type is `id_token`, which gives no access token to ask userinfo with | yes |
//! | the member `id_token` of `claims` | yes | |
//! | the member `userinfo` of `claims` | | yes |

mod gate;
pub(in crate::protocol) mod parameter;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::domain::authorization::ResponseType;
use crate::domain::claims;
use crate::domain::claims_request::{GrantedClaims, SingleClaims};
use crate::domain::language_tag::LanguageTag;
use crate::domain::scope::ScopeSet;

pub use gate::Gate;
pub use parameter::parse;

/// What is told of the citizen in an ID token that answers `response_type`, beside who they are to this client and how
/// they signed in.
///
/// `scope` and `granted` are what was granted; what of it goes through is the gate's to say.
pub fn in_id_token(
    gate: &Gate<'_>,
    scope: &ScopeSet,
    granted: &GrantedClaims,
    response_type: ResponseType,
) -> Map<String, Value> {
    tell(gate, in_id_token_by_scope(scope, response_type), &granted.id_token, &granted.locales)
}

/// Whether [`in_id_token`] can tell anything at all: most ID tokens say nothing of the person, who need not be loaded.
pub fn id_token_tells(scope: &ScopeSet, granted: &GrantedClaims, response_type: ResponseType) -> bool {
    !granted.id_token.released.is_empty()
        || !granted.verified.id_token.is_empty()
        || !in_id_token_by_scope(scope, response_type).is_empty()
}

/// Whether a claim is asked for in an ID token that answers `response_type`, by whichever way. For what [`in_id_token`] does not know of.
pub fn is_asked_in_id_token(
    claim: &str,
    scope: &ScopeSet,
    granted: &GrantedClaims,
    response_type: ResponseType,
) -> bool {
    is_asked(claim, &in_id_token_by_scope(scope, response_type), &granted.id_token)
}

/// The same at userinfo.
pub fn is_asked_at_userinfo(claim: &str, scope: &ScopeSet, granted: &GrantedClaims) -> bool {
    is_asked(claim, &claims::released_by(scope), &granted.userinfo)
}

fn is_asked(claim: &str, by_scope: &BTreeSet<String>, single: &SingleClaims) -> bool {
    (by_scope.contains(claim) || single.released.contains(claim)) && !single.withheld.contains(claim)
}

fn in_id_token_by_scope(scope: &ScopeSet, response_type: ResponseType) -> BTreeSet<String> {
    match response_type {
        ResponseType::IdToken => claims::released_by(scope),
        _ => BTreeSet::new(),
    }
}

/// What is told of the citizen at userinfo, beside `sub`.
///
/// `scope` and `granted` are what was granted; what of it goes through is the gate's to say.
pub fn at_userinfo(gate: &Gate<'_>, scope: &ScopeSet, granted: &GrantedClaims) -> Map<String, Value> {
    tell(gate, claims::released_by(scope), &granted.userinfo, &granted.locales)
}

/// The claims by their names, each also in the languages that were asked for where it is known in one (Core §5.2): the
/// plain name is always there. What nothing is known of is left out, never null and never empty (§5.3.2).
fn tell(
    gate: &Gate<'_>,
    mut names: BTreeSet<String>,
    single: &SingleClaims,
    locales: &[LanguageTag],
) -> Map<String, Value> {
    names.extend(single.released.iter().cloned());
    let citizen = gate.citizen;
    let mut told = Map::new();
    for name in &names {
        let (claim, _) = claims::untagged(name);
        told.extend(claims::named(citizen, claim));
        told.extend(claims::named(citizen, name));
        told.extend(locales.iter().filter_map(|wanted| claims::in_language(citizen, claim, wanted)));
    }
    told.retain(|name, _| !single.withheld.contains(name));
    gate.hold(&mut told);
    told
}
