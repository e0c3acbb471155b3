//! Which scope releases which claims, and where each comes from: OpenID Connect Core §5.4, as one table.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::citizen::{Citizen, Profile};
use super::scope::ScopeSet;

/// What reading a claim of a citizen gives; `None` where nothing is known, and then nothing is sent (Core §5.3.2).
type Source = fn(&Citizen) -> Option<Value>;

/// A claim, the scope that releases it, and its source.
#[derive(Debug)]
pub struct ClaimRule {
    pub scope: &'static str,
    pub claim: &'static str,
    source: Source,
}

macro_rules! claims {
    ($($scope:literal: $($claim:literal => $source:expr),+;)+) => {
        &[$($(ClaimRule { scope: $scope, claim: $claim, source: $source },)+)+]
    };
}

/// The whole table.
pub const CLAIMS: &[ClaimRule] = claims! {
    "profile":
        "name" => |c| text(&c.profile.name),
        "family_name" => |c| optional(&c.profile.family_name),
        "given_name" => |c| optional(&c.profile.given_name),
        "middle_name" => |c| optional(&c.profile.middle_name),
        "nickname" => |c| optional(&c.profile.nickname),
        "gender" => |c| c.profile.gender.map(|gender| gender.as_str().into()),
        "birthdate" => |c| optional(&c.profile.birthdate),
        "zoneinfo" => |c| optional(&c.profile.zoneinfo),
        "locale" => |c| optional(&c.profile.locale),
        "updated_at" => |c| Some(c.updated_at.seconds().into()),
        "account_level" => |c| Some(i16::from(c.account_level).into());
    "email":
        "email" => |c| c.profile.email.as_ref().and_then(|email| text(&email.value)),
        "email_verified" => |c| c.profile.email.as_ref().map(|email| email.verified.into());
    "phone":
        "phone_number" => |c| c.profile.phone_number.as_ref().and_then(|phone| text(&phone.value)),
        "phone_number_verified" => |c| c.profile.phone_number.as_ref().map(|phone| phone.verified.into());
    "address":
        "address" => |c| address(&c.profile);
    "national_id":
        "national_id" => |c| text(c.national_id.expose()),
        "national_id_scheme" => |c| text(c.national_id.scheme().as_str());
};

/// Scopes that release no claim of their own.
const PLAIN_SCOPES: &[&str] = &["openid", "offline_access"];

/// The scope that releases the national identifier. A client has it only by approval.
pub const NATIONAL_ID: &str = "national_id";

/// Whether the server defines `scope`.
pub fn is_known_scope(scope: &str) -> bool {
    PLAIN_SCOPES.contains(&scope) || CLAIMS.iter().any(|rule| rule.scope == scope)
}

/// Every scope that the server defines, each once.
pub fn known_scopes() -> Vec<&'static str> {
    let mut scopes = PLAIN_SCOPES.to_vec();
    for rule in CLAIMS {
        if !scopes.contains(&rule.scope) {
            scopes.push(rule.scope);
        }
    }
    scopes
}

/// The names of the claims that `scope` releases.
pub fn released_by(scope: &ScopeSet) -> BTreeSet<String> {
    rules(scope).map(|rule| rule.claim.to_owned()).collect()
}

/// The claims of `citizen` that `scope` releases, without those nothing is known of.
pub fn release(citizen: &Citizen, scope: &ScopeSet) -> Map<String, Value> {
    rules(scope).filter_map(|rule| Some((rule.claim.to_owned(), (rule.source)(citizen)?))).collect()
}

fn rules(scope: &ScopeSet) -> impl Iterator<Item = &'static ClaimRule> {
    CLAIMS.iter().filter(|rule| scope.contains(rule.scope))
}

fn text(value: &str) -> Option<Value> {
    (!value.is_empty()).then(|| value.into())
}

fn optional(value: &Option<String>) -> Option<Value> {
    value.as_deref().and_then(text)
}

fn address(profile: &Profile) -> Option<Value> {
    let address = profile.address.as_ref()?;
    let members = [
        ("formatted", &address.formatted),
        ("street_address", &address.street_address),
        ("locality", &address.locality),
        ("region", &address.region),
        ("postal_code", &address.postal_code),
        ("country", &address.country),
    ];
    let object: Map<String, Value> =
        members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), optional(value)?))).collect();
    (!object.is_empty()).then(|| object.into())
}
