//! What a client comes by its tokens with, and what that takes: RFC 7591 §2.1, Registration §2.

use std::collections::BTreeSet;

use super::{Allowed, Fault};
use crate::domain::authorization::ResponseType;
use crate::domain::client::{Client, GrantType, only_code};

/// What a client that names no response types has: `code`, if it sends people to the authorization endpoint at all.
pub fn response_types_of(grant_types: Option<&BTreeSet<GrantType>>) -> BTreeSet<ResponseType> {
    match grant_types {
        Some(named) if !named.contains(&GrantType::AuthorizationCode) => BTreeSet::new(),
        _ => only_code(),
    }
}

/// The grant types that these response types stand on.
pub fn standing_on(response_types: &BTreeSet<ResponseType>) -> BTreeSet<GrantType> {
    response_types.iter().copied().flat_map(GrantType::needed_by).collect()
}

/// Grants that only a client has that proves itself: RFC 6749 §4.4, CIBA Core §4; whoever exchanges a token or an assertion
/// is told apart by nothing else.
const CONFIDENTIAL: [GrantType; 4] =
    [GrantType::ClientCredentials, GrantType::Ciba, GrantType::TokenExchange, GrantType::JwtBearer];
/// What a refresh token can come of.
const REFRESHED: [GrantType; 3] = [GrantType::AuthorizationCode, GrantType::DeviceCode, GrantType::Ciba];

pub(super) fn check(client: &Client, _: &Allowed<'_>, faults: &mut Vec<Fault>) {
    let grants = &client.grant_types;
    let mut refuse = |sentence: String| faults.push(Fault::new("grant_types", sentence));
    if grants.is_empty() {
        refuse("expected at least one".to_owned());
    }
    let needed = standing_on(&client.response_types);
    for missing in needed.difference(grants) {
        let of = client.response_types.iter().find(|one| GrantType::needed_by(**one).any(|grant| grant == *missing));
        let of = of.map_or("", |response_type| response_type.as_str());
        refuse(format!("{} is missing, which the response type {of} stands on", missing.as_str()));
    }
    if grants.contains(&GrantType::Implicit) && !needed.contains(&GrantType::Implicit) {
        refuse("implicit is of no use without a response type that contains id_token or token".to_owned());
    }
    if grants.contains(&GrantType::RefreshToken)
        && !REFRESHED.iter().any(|grant| grants.contains(grant) || needed.contains(grant))
    {
        refuse("refresh_token is of no use without a grant type that refresh tokens come of".to_owned());
    }
    if client.authentication.is_public() {
        for grant in CONFIDENTIAL.iter().filter(|grant| grants.contains(grant)) {
            refuse(format!("{} is for clients that prove themselves", grant.as_str()));
        }
    }
}
