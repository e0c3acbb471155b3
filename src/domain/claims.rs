//! Which scope releases which claims, and where each comes from: OpenID Connect Core §5.1, §5.4, as one table. Nothing
//! is aggregated from elsewhere and nothing distributed (§5.6.2): every claim is this issuer's own.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::citizen::{Citizen, Profile};
use super::language_tag::LanguageTag;
use super::scope::ScopeSet;
use super::verified_claims;

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
        "preferred_username" => |c| optional(&c.profile.preferred_username),
        "profile" => |c| optional(&c.profile.profile),
        "picture" => |c| optional(&c.profile.picture),
        "website" => |c| optional(&c.profile.website),
        "gender" => |c| c.profile.gender.map(|gender| gender.as_str().into()),
        "birthdate" => |c| c.profile.birthdate.map(|birthdate| birthdate.claim().into()),
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
    // Of the sign-in and not of the person: whoever tells it knows for whom they act.
    "organisation":
        "organisation" => |_| None;
    // Of the citizen and the client together: whoever tells it knows both.
    "linked_accounts":
        "linked_accounts" => |_| None;
};

/// Scopes that release no claim of their own.
const PLAIN_SCOPES: &[&str] = &["openid", "offline_access"];

/// The scope that releases the national identifier. A client has it only by approval.
pub const NATIONAL_ID: &str = "national_id";

/// The scope that asks in whose name the person signs in, and the claim that tells it. A client has it only by approval.
pub const ORGANISATION: &str = "organisation";

/// The scope that releases the accounts which a person had with a client before, and the claim that names them. A client has it only by
/// approval, and is told of its own alone.
pub const LINKED_ACCOUNTS: &str = "linked_accounts";

/// Whether a client has `scope` by the authority's approval alone, whoever registered it.
pub fn is_approved_singly(scope: &str) -> bool {
    [NATIONAL_ID, ORGANISATION, LINKED_ACCOUNTS].contains(&scope)
}

/// The scope that lets a client look after the stream of security events that it is sent (CAEP Interoperability Profile 1.0 §2.7.2).
pub const SSF_MANAGE: &str = "ssf.manage";
/// The scope that lets it read how that stream stands, and fetch from it.
pub const SSF_READ: &str = "ssf.read";

const SCOPES_OF_CLIENTS: &[&str] = &[SSF_MANAGE, SSF_READ];

/// Whether `scope` is this server's and about nobody: a client has it for itself, and no person grants it.
pub fn is_scope_of_clients(scope: &str) -> bool {
    SCOPES_OF_CLIENTS.contains(&scope)
}

/// Whether the server defines `scope`, and a person grants it.
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

/// As [`known_scopes`], with those that clients have for themselves.
pub fn all_scopes() -> Vec<&'static str> {
    [known_scopes(), SCOPES_OF_CLIENTS.to_vec()].concat()
}

/// The names of the claims that `scope` releases.
pub fn released_by(scope: &ScopeSet) -> BTreeSet<String> {
    rules(scope).map(|rule| rule.claim.to_owned()).collect()
}

/// The row of a claim, by its plain name.
pub fn rule(claim: &str) -> Option<&'static ClaimRule> {
    CLAIMS.iter().find(|rule| rule.claim == claim)
}

/// The claim that this one only says something of, or else this one: they are approved, protected and allowed together.
pub fn belongs_to(claim: &str) -> &str {
    match claim {
        "email_verified" => "email",
        "phone_number_verified" => "phone_number",
        "national_id_scheme" => NATIONAL_ID,
        other => verified_claims::belongs_to(other).unwrap_or(other),
    }
}

/// What the claim of this plain name says of `citizen`; `None` where nothing is known.
pub fn value(citizen: &Citizen, claim: &str) -> Option<Value> {
    (rule(claim)?.source)(citizen)
}

/// The claim `name`, which may carry a language tag (Core §5.2), with the name it is told under.
pub fn named(citizen: &Citizen, name: &str) -> Option<(String, Value)> {
    match untagged(name) {
        (claim, None) => Some((claim.to_owned(), value(citizen, claim)?)),
        (claim, Some(tag)) => in_language(citizen, claim, &tag.parse().ok()?),
    }
}

/// The claim in the language `wanted`, or in the nearest wider one that it is known in (RFC 4647 §3.4).
pub fn in_language(citizen: &Citizen, claim: &str, wanted: &LanguageTag) -> Option<(String, Value)> {
    let known = &citizen.profile.localised;
    let (tag, names) = wanted.and_wider().find_map(|wider| known.iter().find(|(tag, _)| tag.as_str() == wider))?;
    Some((format!("{claim}#{tag}"), text(names.find(claim)?)?))
}

/// A claim's plain name, and the language tag that follows it.
pub fn untagged(name: &str) -> (&str, Option<&str>) {
    match name.split_once('#') {
        Some((claim, tag)) => (claim, Some(tag)),
        None => (name, None),
    }
}

/// Of the claims `names`, those that people are told of, in the table's order and the verified ones after them: not what only says something of another
/// that is told.
pub fn worth_telling(names: &BTreeSet<String>) -> impl Iterator<Item = &str> {
    let said_with = |claim: &str| match belongs_to(claim) {
        "updated_at" => names.len() > 1,
        whole => whole != claim && names.contains(whole),
    };
    let plain = CLAIMS.iter().map(|rule| rule.claim).filter(move |claim| names.contains(*claim) && !said_with(claim));
    let verified = names.iter().map(String::as_str).filter(|name| verified_claims::inner(name).is_some());
    plain.chain(verified.filter(move |name| !said_with(name)))
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
